"""Faults of a declaration in Chinese: no wording of msgspec or tomli gets through, whatever stands in the file."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
import pytest
import tomli
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Meta

from jiesuan.declared import PackInfo
from jiesuan.faults import syntax_fault, value_fault


def syntax(text: str) -> str:
    with pytest.raises(tomli.TOMLDecodeError) as caught:
        tomli.loads(text)
    return syntax_fault(caught.value)


def value(table: dict[str, Any], kind: type) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(table, kind)
    return value_fault(caught.value, table, kind)


# ── what is no TOML ─────────────────────────────────────────────────────────────────────────────────────────────────

STATEMENT = "这一行不是“键 = 值”，也不是方括号里的标题；中文键名要加英文引号"
MORE = "这里多了内容：一行只写一个“键 = 值”，文字要加英文引号"
VALUE = "值写得不对：文字要加英文引号，true、false 要小写"
ARRAY = "方括号里的各项没有用英文逗号隔开，或缺少右方括号 ]"
TWICE = "这个键写了两次，留一处"
BACKSLASH = "引号里的反斜杠 \\ 要写成 \\\\"
END = "到了文件末尾，"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("甲\n", f"第 1 行第 1 列，{STATEMENT}"),
        ('年级 = "x"\n', f"第 1 行第 1 列，{STATEMENT}"),
        ("a = 1\n\n\n= 3\n", f"第 4 行第 1 列，{STATEMENT}"),
        ('a = "x" "y"\n', f"第 1 行第 9 列，{MORE}"),
        ("a = 2024春\n", f"第 1 行第 9 列，{MORE}"),
        ("a = 2024-13-01\n", f"第 1 行第 9 列，{MORE}"),
        ("a = 2024-02-31\n", "第 1 行第 5 列，没有这个日期"),
        ('id "x"\n', "第 1 行第 4 列，键后面要有等号 ="),
        ("a = 1\n[set\n", "第 2 行第 5 列，标题的方括号没有配对"),
        ("[[a]\n", "第 1 行第 4 列，标题的方括号没有配对"),
        ("[]\n", "第 1 行第 2 列，键名不能这样开头；中文键名要加英文引号"),
        ("a = [1 2]\n", f"第 1 行第 8 列，{ARRAY}"),
        ("a = [1, 2\n", END + ARRAY),
        ("a = {b=1 c=2}\n", "第 1 行第 10 列，花括号里的各项没有用英文逗号隔开，或缺少右花括号 }"),
        ("a = True\n", f"第 1 行第 5 列，{VALUE}"),
        ("a = \n", f"第 1 行第 5 列，{VALUE}"),
        ('a = "c:\\x"\n', f"第 1 行第 10 列，{BACKSLASH}"),
        ('a = "\\ud800"\n', f"第 1 行第 12 列，{BACKSLASH}"),
        ('a = "\\q"\n', f"第 1 行第 8 列，{BACKSLASH}"),
        ('a = "x\n', "第 1 行第 7 列，引号没有配对"),
        ("a = 'x\n", f"{END}引号没有配对"),
        ('a = """x\n', f"{END}引号没有配对"),
        ("# \x00\n", "第 1 行第 3 列，有看不见的字符，删去重写"),
        ('a = "\x01"\n', "第 1 行第 6 列，有看不见的字符，删去重写"),
        ("[a]\n[a]\n", "第 2 行第 3 列，这个标题写了两次，留一处"),
        ("a = 1\na = 2\n", f"第 2 行第 6 列，{TWICE}"),
        ("a = {b=1}\na.c = 2\n", f"第 2 行第 8 列，{TWICE}"),
        ("a = {b=1, b=2}\n", f"第 1 行第 14 列，{TWICE}"),
        ("id = “甲”\n", "第 1 行第 6 列的 “ 是中文标点，要改用英文标点"),
        ('a = ["x"，"y"]\n', "第 1 行第 9 列的 ， 是中文标点，要改用英文标点"),
        ('a＝"x"\n', "第 1 行第 2 列的 ＝ 是中文标点，要改用英文标点"),
        ("　a = 1\n", "第 1 行第 1 列是全角空格，要改成半角空格"),
    ],
)  # fmt: skip
def test_line_column_and_what_is_wrong_there(text: str, said: str) -> None:
    assert syntax(text) == said


def test_a_wording_that_is_not_known() -> None:
    assert syntax_fault(tomli.TOMLDecodeError("Something new", "a = 1\nb", 6)) == "第 2 行第 1 列，这里的写法不对"


# ── what is not as declared ─────────────────────────────────────────────────────────────────────────────────────────


class Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str = ""
    level: Literal["", "错误"] = ""
    share: Annotated[float, Meta(ge=0, le=100)] = 0
    more: Annotated[int, Meta(gt=2, lt=9)] = 3
    code: Annotated[str, Meta(min_length=2, max_length=4, pattern="^[A-Z]+$")] = "AB"
    pair: tuple[int, int] = (0, 0)
    few: Annotated[list[int], Meta(min_length=1, max_length=2)] = msgspec.field(default_factory=lambda: [1])
    within: Part | None = None
    named: dict[Literal["甲", "乙"], int] = {}
    small: Annotated[int, Meta(multiple_of=5)] = 0

    def __post_init__(self) -> None:
        if self.name == "坏":
            raise ValueError("名称不能写“坏”")
        if self.name == "bad":
            raise ValueError("no such name")


class Whole(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    part: tuple[Part, ...] = ()
    either: int | str | None = None


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"name": "甲", "x": 1}, "（甲）没有“x”这个键，可写：level、share、more、code、pair、few、within、named、small"),
        ({"nane": "甲"}, "没有“nane”这个键，最接近的是 name"),
        ({"name": "甲", "level": "提示"}, "（甲）的 level 不能写“提示”，可写：（空）、错误"),
        ({"share": "30"}, "的 share 应为数（不加引号），现为文字"),
        ({"share": -1}, "的 share 应不小于 0.0"),
        ({"share": 100.5}, "的 share 应不大于 100.0"),
        ({"more": 2}, "的 more 应不小于 3"),
        ({"more": 9}, "的 more 应不大于 8"),
        ({"more": 2**70}, "的 more 应不大于 8"),
        ({"small": 7}, "的 small 的值不对"),
        ({"code": "A"}, "（A）的 code 的长度应不小于 2"),
        ({"code": "ABCDE"}, "（ABCDE）的 code 的长度应不大于 4"),
        ({"code": "ab"}, "（ab）的 code 的值不对"),
        ({"pair": [1]}, "的 pair 应有 2 项"),
        ({"pair": [1, 2.5]}, "的 pair 第 2 项应为整数，现为小数"),
        ({"few": []}, "的 few 的长度应不小于 1"),
        ({"few": [1, 2, 3]}, "的 few 的长度应不大于 2"),
        ({"within": [1]}, "的 within 应为一组键和值（标题用一层方括号），现为列表"),
        ({"within": {"within": {"level": "无"}}}, "的 within 的 within 的 level 不能写“无”，可写：（空）、错误"),
        ({"named": {"丙": 1}}, "的 named 不能写“丙”"),
        ({"name": "坏"}, "（坏）：名称不能写“坏”"),
        ({"name": "bad"}, "（bad）的值不对"),
        ({"name": True}, "的 name 应为文字（加英文引号），现为真假值"),
    ],
)  # fmt: skip
def test_the_key_and_what_may_stand_there(part: dict[str, Any], said: str) -> None:
    assert value({"part": [{}, part]}, Whole) == f"part 第 2 项{said}"


@pytest.mark.parametrize(
    ("table", "kind", "said"),
    [
        ({"either": 1.5}, Whole, "either 应为整数或文字，现为小数"),
        ({"part": {}}, Whole, "part 应为列表（一项一项写，标题用两层方括号），现为一组键和值"),
        ({"part": [3]}, Whole, "part 第 1 项应为一组键和值，现为整数"),
        ({"name": "坏"}, Part, "文件内容：名称不能写“坏”"),
        ({"name": "bad"}, Part, "文件内容的值不对"),
        ({}, PackInfo, "缺少 id"),
    ],
)
def test_places_in_the_file_itself(table: dict[str, Any], kind: type, said: str) -> None:
    assert value(table, kind) == said


KEYS = st.sampled_from(["name", "level", "share", "more", "code", "pair", "few", "within", "named", "small", "或"])
VALUES = st.recursive(
    st.sampled_from(["", "甲", "AB", "坏", "bad", 0, 7, 99, 2**70, 1.5, float("inf"), True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
OURS = re.compile(r"part|named|name|level|share|more|code|pair|few|within|small|true|false|inf|bad|AB|[^a-zA-Z]")


@given(VALUES)
@example({"name": "bad"})
def test_never_a_word_of_english(part: Any) -> None:
    table = {"part": [part]}
    try:
        msgspec.convert(table, Whole)
    except msgspec.ValidationError as error:
        said = value_fault(error, table, Whole)
        assert OURS.sub("", said) == "" and said.startswith("part 第 1 项"), said


@given(st.text(alphabet="ab=[]{}\"'\\#.,-:0129 \n“，＝甲\x00", max_size=30))
def test_whatever_is_typed_the_place_is_told(text: str) -> None:
    try:
        tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        said = syntax_fault(error)
        assert re.match(r"第 \d+ 行第 \d+ 列|到了文件末尾，", said)
        assert not re.search("[a-z]", said.replace("true、false", "")), said
