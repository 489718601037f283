from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from jiesuan.batch.roster import Listed, match, open_roster, read_roster, roster_in, same_school, set_of
from jiesuan.usage import Misuse

PACK = "fujian-2024"


def roster(path: Path, rows: list[list[Any]]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_names_with_their_set_and_more(tmp_path: Path) -> None:
    path = roster(
        tmp_path / "名单.xlsx",
        [
            ["泉州市技工院校名单"],
            ["序号", "学校名称", "隶属 关系", "所在地"],
            [1, " 甲技工学校 ", "市属", "晋江市"],
            [2, "乙技工学校", "省属公办", None],
            [3, "丙技工学校", "县属", "惠安县"],
            [4, "甲技工学校", "省属", None],
            [None, "合计", None, None],
            [5, None, None, None],
        ],
    )
    assert read_roster(path) == [
        Listed("甲技工学校", "市属", 3),
        Listed("乙技工学校", "省属", 4),
        Listed("丙技工学校", "市属", 5),
    ]
    assert read_roster(path)[0].more == {"序号": "1", "学校名称": "甲技工学校", "隶属 关系": "市属", "所在地": "晋江市"}


def test_the_school_is_not_the_unit_above_it(tmp_path: Path) -> None:
    path = roster(tmp_path / "a.xlsx", [["单位", "学校名称"], ["晋江市人社局", "甲技工学校"]])
    assert read_roster(path) == [Listed("甲技工学校", "", 2)]


def names(path: Path) -> list[str]:
    return [item.name for item in read_roster(path)]


@pytest.mark.parametrize(
    "text",
    [
        "合计", "合计：3所", "合计 31 所", "共31所", "共计三所学校", "31所", "31 个单位", "市本级小计", "一、市本级", "（二）县区属",
        "注：以上学校均须于9月11日前报送", "备注：民办的另报", "说明", "填表人：张三", "制表：李四", "审核人", "联系电话：0595-12345678",
        "2024年9月1日", "2024-9-1", "二〇二四年九月一日", "（盖章）", "以上学校请按时报送。", "学校名称", "单位：个",
    ],
)  # fmt: skip
def test_what_stands_below_the_schools_is_none(tmp_path: Path, text: str) -> None:
    path = roster(
        tmp_path / "a.xlsx", [["学校名称", "隶属"], ["甲技工学校", "市属"], [text, None], ["乙技师学院", "市属"]]
    )
    assert names(path) == ["甲技工学校", "乙技师学院"]


@pytest.mark.parametrize(
    "text",
    [
        "注册技工学校",
        "三家店技工学校",
        "第一所技工学校",
        "共青团技工学校",
        "泉州市技工教育中心",
        "说明技工学校",
        "个体技校(筹)",
        "甲",
    ],
)
def test_what_is_a_school_all_the_same(tmp_path: Path, text: str) -> None:
    path = roster(tmp_path / "a.xlsx", [["学校名称"], ["甲技工学校"], [text], ["乙技师学院"]])
    assert names(path) == ["甲技工学校", text, "乙技师学院"]


def test_what_begins_the_row_speaks_for_it(tmp_path: Path) -> None:
    """A label before the column of names; a column of remarks before a school does not make it a note."""
    lines: list[list[Any]] = [
        ["序号", "学校名称", "隶属"],
        [1, "甲技工学校", "市属"],
        ["市本级小计", "一所", None],
        ["审核通过", "乙技工学校", "市属"],
        ["合计", "2", None],
        ["填表人：", "张三", None],
        ["日期：", "2024.9.1", None],
    ]
    assert read_roster(roster(tmp_path / "a.xlsx", lines)) == [
        Listed("甲技工学校", "市属", 2),
        Listed("乙技工学校", "市属", 4),
    ]


def test_a_note_goes_on_below(tmp_path: Path) -> None:
    lines: list[list[Any]] = [["学校名称", "隶属"], ["甲技工教育中心", None], ["注：1.民办的另报"], ["2.名单有变动的请告知"], ["乙技工学校"], ["丙教育中心", "市属"]]  # fmt: skip
    assert names(roster(tmp_path / "a.xlsx", lines)) == ["甲技工教育中心", "乙技工学校", "丙教育中心"]


def sheets(path: Path, **lines: list[list[Any]]) -> Path:
    """A workbook of several sheets; those whose name ends in `_` are hidden."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in lines.items():
        sheet = book.create_sheet(title)
        sheet.sheet_state = "hidden" if title.endswith("_") else "visible"
        for row in rows:
            sheet.append(row)
    if all(sheet.sheet_state == "hidden" for sheet in book):
        book.create_sheet("封面")
    book.save(path)
    return path


def test_a_roster_on_several_sheets(tmp_path: Path) -> None:
    """Each school once, with what either sheet says of it."""
    path = sheets(
        tmp_path / "a.xlsx",
        封面=[["2024年名单"]],
        市本级=[["学校名称", "隶属"], ["甲技工学校", None], ["乙技工学校", "市属"]],
        县区=[["县区", "院校名称", "隶属", "曾用名"], ["惠安", "丙技工学校", "县属", None], [None, "甲 技工学校", "省属", "老甲"]],
    )  # fmt: skip
    assert roster_in(open_roster(path)).left == []
    assert read_roster(path) == [
        Listed("甲技工学校", "省属", 2),
        Listed("乙技工学校", "市属", 3),
        Listed("丙技工学校", "市属", 2),
    ]
    assert read_roster(path)[0].more == {
        "学校名称": "甲技工学校",
        "院校名称": "甲 技工学校",
        "隶属": "省属",
        "曾用名": "老甲",
    }


def test_sheets_that_list_something_else_are_told(tmp_path: Path) -> None:
    path = sheets(
        tmp_path / "a.xlsx",
        旧名单_=[["学校名称"], ["丁技工学校"]],
        名单=[["学校名称"], ["甲技工学校"]],
        通讯录=[["单位", "电话"], ["晋江市人社局", "1"]],
    )
    assert names(path) == ["甲技工学校"]
    assert roster_in(open_roster(path)).left == [
        ("通讯录", "没有算进学校名单：列标题是“单位”；是学校的请改成“学校名称”"),
        ("旧名单_", "隐藏的表，没有算进学校名单；要算的请取消隐藏"),
    ]
    assert names(sheets(tmp_path / "b.xlsx", 名单_=[["学校名称"], ["丁技工学校"]])) == ["丁技工学校"]
    two = sheets(tmp_path / "c.xlsx", 市=[["单位名称"], ["甲技工学校"]], 县=[["单位名称"], ["乙技工学校"]])
    assert names(two) == ["甲技工学校", "乙技工学校"]


def test_no_roster_in_it(tmp_path: Path) -> None:
    path = roster(tmp_path / "a.xlsx", [["甲"], ["乙"]])
    with pytest.raises(Misuse, match=r"^“a.xlsx”里没有找到学校名单：第一行写“学校名称”"):
        read_roster(path)


def test_a_roster_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(Misuse, match=r"^学校名单“a.xlsx”读不了：这是一个空文件"):
        read_roster(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("typed", "names"), [("", ()), ("旧校", ("旧校",)), ("旧校、 老校;最早的校/", ("旧校", "老校", "最早的校"))]
)
def test_former_names(typed: str, names: tuple[str, ...]) -> None:
    assert Listed("新校", more={"曾用名": typed}).former == names
    assert Listed("新校").former == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("省属", "省属"),
        ("省属公办", "省属"),
        ("市属", "市属"),
        ("区属", "市属"),
        ("市本级", "市属"),
        ("县直", "市属"),
        ("民办", ""),
        ("", ""),
    ],
)
def test_sets(text: str, name: str) -> None:
    assert set_of(text) == name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("泉州市工贸技工学校", "泉州市工贸技工学校", True),
        ("泉州市工贸技工学校", "泉州 市工贸技工学校 ", True),
        ("泉州市工贸技工学校", "泉州工贸技工学校", True),
        ("泉州市工贸技工学校", "福建省泉州市工贸技工学校", True),
        ("泉州市工贸技工学校", "泉州市工贸技师学院", True),
        ("泉州市第一技工学校", "泉州市第二技工学校", False),
        ("泉州市第2技工学校", "泉州市第二技工学校", True),
        ("泉州市第１０技工学校", "泉州市第十技工学校", True),
        ("泉州市第12技工学校", "泉州市第十二技工学校", True),
        ("泉州市第30技工学校", "泉州市第三十技工学校", True),
        ("泉州市第45技工学校", "泉州市第四十五技工学校", True),
        ("泉州市第2技工学校", "泉州市第十二技工学校", False),
        ("泉州市第13技工学校", "泉州市第三十技工学校", False),
        ("泉州市2024技工学校", "泉州市二四技工学校", False),
        # The same characters in another order are another number.
        ("泉州市第十三技工学校", "泉州市第三十技工学校", False),
        ("泉州市第二十一技工学校", "泉州市第十二一技工学校", False),
        ("泉州技校", "厦门轻工学院", False),
        # Another place, another word of the name.
        ("泉州市丰泽技工学校", "泉州市洛江技工学校", False),
        ("晋江市职业技工学校", "石狮市职业技工学校", False),
        ("泉州技师学院", "漳州技师学院", False),
        ("泉州技师学院", "惠安技师学院", False),
        ("泉州技师学院", "泉州技师学院（惠安校区）", False),
        ("泉州市工业技工学校", "泉州市农业技工学校", False),
        ("泉州市电子工业技工学校", "泉州市轻工业技工学校", False),
        # The city left away, the kind of place, a word that all schools use.
        ("泉州市惠安职业技工学校", "惠安职业技工学校", True),
        ("泉州市惠安县职业技工学校", "惠安县职业技工学校", True),
        ("泉州市惠安县职业技工学校", "惠安县职业技术学校", False),
        ("泉州市技工学校", "泉州市高级技工学校", False),
        ("泉州市第一技工学校", "泉州市第一高级技工学校", False),
        ("民办泉州技工学校", "泉州技工学校", False),
        ("福建省泉州技工学校", "泉州市技工学校", True),
        ("惠安县职业技工学校", "惠安职业技工学校", True),
        ("福建省第二高级技工学校", "福建第2高级技工学校", True),
        ("泉州市闽南技工学校（筹）", "泉州市闽南技工学校", True),
    ],
)
def test_the_same_school(one: str, other: str, same: bool) -> None:
    assert bool(same_school(one, other, PACK)) == bool(same_school(other, one, PACK)) == same


def test_exact_names_are_certain() -> None:
    assert same_school("甲（校）", "甲(校)", PACK) == 1.0
    assert same_school("泉州市工贸技工学校", "泉州工贸技工学校", PACK) < 1


def test_each_school_of_the_roster_is_meant_once() -> None:
    listed = [Listed("泉州市工贸技工学校", row=2), Listed("泉州市工业技工学校", row=3)]
    assert match(["泉州市工贸技工学校", "泉州工贸技工学校"], listed, PACK) == {"泉州市工贸技工学校": listed[0]}
    assert match(["泉州工贸技工学校", "泉州工业技工学校", "厦门技师学院"], listed, PACK) == {
        "泉州工贸技工学校": listed[0],
        "泉州工业技工学校": listed[1],
    }
    assert match(["甲"], [], PACK) == {}


def test_a_name_that_may_be_two_schools_is_neither() -> None:
    listed = [Listed("泉州市工贸技工学校", row=2), Listed("漳州市工贸技工学校", row=3)]
    assert match(["工贸技工学校"], listed, PACK) == {}
    assert match(["工贸技工学校"], listed[:1], PACK) == {"工贸技工学校": listed[0]}


def test_what_is_like_a_school_already_reported_is_no_other_one() -> None:
    listed = [Listed("泉州市工贸技工学校", row=2), Listed("泉州市工贸高级技工学校", row=3)]
    assert match(["泉州市工贸技工学校", "泉州工贸技工学校"], listed, PACK) == {"泉州市工贸技工学校": listed[0]}
    assert match(["泉州工贸技工学校"], listed, PACK) == {}
    other = [Listed("福州市第一技工学校", row=2), Listed("泉州第一技工学校", row=3)]
    assert match(["第一技工学校"], other, PACK) == {}


def test_two_names_for_one_school_are_neither() -> None:
    listed = [Listed("泉州市工贸技工学校", row=2)]
    assert match(["泉州工贸技工学校", "泉州工贸高级技工学校"], listed, PACK) == {}
    spaced = match(["泉州工贸技工学校", "泉州 工贸技工学校"], listed, PACK)
    assert spaced == dict.fromkeys(["泉州工贸技工学校", "泉州 工贸技工学校"], listed[0])


PARTS = (
    ("", "福建省"), ("", "泉州市", "泉州", "漳州市"), ("", "惠安县", "惠安", "晋江"), ("", "第一", "第1", "第十一", "工贸", "工业", "示范"),
    ("", "高级", "职业"), ("技工学校", "技师学院", "技术学校"), ("", "（筹）", "（东校区）"),
)  # fmt: skip
NAMES = st.tuples(*map(st.sampled_from, PARTS)).map("".join)


@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.lists(NAMES, max_size=6))
def test_two_names_are_never_one_school(listed: list[str], sent: list[str]) -> None:
    """Whatever the names: each of the roster stays itself, no two sent ones become one, order changes nothing."""
    roster = [Listed(name, row=row) for row, name in enumerate(listed, 2)]
    assert match(listed, roster, PACK) == {item.name: item for item in roster}
    found = match([*listed, *sent], roster, PACK)
    assert {name: item.name for name, item in found.items() if name != item.name} == {}
    part, rest = roster[::2], {item.name for item in roster[1::2]}
    known = match([*sent, *listed], part, PACK)
    assert known == match([*reversed(listed), *reversed(sent)], list(reversed(part)), PACK)
    assert len({item.name for item in known.values()}) == len(known)
    for name, item in known.items():
        assert name == item.name or (same_school(name, item.name, PACK) and item.name not in {*listed, *sent})
        assert not (name in rest and item.name in {*listed})
