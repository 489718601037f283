"""What a form declares and a sheet does not have: named, with the nearest thing that is there."""

from __future__ import annotations

import pytest

from jiesuan.bind.headers import Head, Path, heading
from jiesuan.bind.missing import missing_column, missing_rows
from jiesuan.book import Cell, Sheet
from jiesuan.form import ALL, Axis, Column, Form, Key, Member, Shape, Total
from jiesuan.table import Problem, Table

GRADES = Axis(name="年级", header=("年级",), members=(Member(name="一年级"), Member(name="二年级", also=("高二",))))
KINDS = Axis(
    name="困难类型",
    members=(
        Member(name="脱贫户", label="脱贫户（含监测对象）家庭学生"),
        Member(name="残疾", label="家庭经济困难残疾学生", short="残疾学生"),
    ),
)
FORM = Form(
    id="x", role="表", set="省属", name="表", sheet="统计", title="表", titles=("表",), kind="grid", unit="元",
    axis=(GRADES, KINDS),
    column=(
        Column(name="人次", header=("本学期补助人次", "合计"), role="input", type="人次"),
        Column(name="月标准", header=("每月补助标准",), role="standard", type="标准"),
        Column(name="备注", role="text", type="文本"),
    ),
    total=(Total(label="{年级}小计", keep=("年级",)), Total(label="合计")),
)  # fmt: skip
DOWN = Shape(name="竖", columns=("*",), rows=("年级", "困难类型"))
ACROSS = Shape(name="横", columns=("困难类型",), rows=("年级", "*"))
EVERY: list[Key] = [(grade, kind) for grade in ("一年级", "二年级") for kind in ("脱贫户", "残疾")]


def path(*texts: str, own: bool = True) -> Path:
    return [Head(heading(text), text, own) for text in texts]


def column(name: str, *paths: Path) -> Problem:
    return missing_column(FORM, Sheet("统计"), FORM.field(name), paths)


@pytest.mark.parametrize(
    ("name", "headings", "says"),
    [
        ("月标准", ["每月标准"], "找不到“每月补助标准”这一列，最接近的标题是“每月标准”。"),
        ("月标准", ["每月\n标准"], "找不到“每月补助标准”这一列，最接近的标题是“每月 标准”。"),
        ("月标准", ["学校", "老师"], "找不到“每月补助标准”这一列，没有相近的标题。"),
        ("月标准", [], "找不到“每月补助标准”这一列，没有相近的标题。"),
        ("月标准", ["标准", "每月补助的标准"], "找不到“每月补助标准”这一列，最接近的标题是“每月补助的标准”。"),
        ("人次", ["合计数"], "找不到“本学期补助人次›合计”这一列，最接近的标题是“合计数”。"),
        ("人次", ["补助人次"], "找不到“本学期补助人次›合计”这一列，最接近的标题是“补助人次”。"),
        ("备注", ["备 註"], "找不到“备注”这一列，最接近的标题是“备 註”。"),
    ],
)
def test_a_column_and_the_heading_most_like_it(name: str, headings: list[str], says: str) -> None:
    problem = column(name, *(path(text) for text in headings))
    assert problem == Problem("missing-column", "统计", None, FORM.field(name).caption, says)


def test_headings_that_mean_something_else_are_no_hint() -> None:
    assert column("月标准", path("备注"), path("年级", "合计")).message.endswith("，没有相近的标题。")


def test_headings_carried_over_are_no_hint() -> None:
    assert column("月标准", path("每月标准", own=False)).message.endswith("，没有相近的标题。")


def rows(
    present: list[Key], absent: list[Key], shape: Shape = DOWN, strangers: dict[str, Cell] | None = None, *paths: Path
) -> list[tuple[str, Cell | None, str]]:
    table = Table(FORM, Sheet("统计"), keys=present)
    found = missing_rows(table, shape, absent, strangers or {}, paths)
    assert {(problem.check, problem.sheet) for problem in found} <= {("missing-row", "统计")}
    return [(problem.label, problem.cell, problem.message) for problem in found]


def test_one_row_and_the_label_most_like_it() -> None:
    present = [key for key in EVERY if key != ("二年级", "残疾")]
    nothing = "找不到“二年级 残疾”这一行，没有相近的标题。"
    assert rows(present, [("二年级", "残疾")]) == [("二年级 残疾", None, nothing)]
    label = "家庭困难残疾学生"
    assert rows(present, [("二年级", "残疾")], DOWN, {label: (9, 3), "教师": (10, 3)}) == [
        ("二年级 残疾", (9, 3), f"找不到“二年级 残疾”这一行，最接近的是“{label}”。")
    ]


def test_short_and_other_words_of_a_member_count_too() -> None:
    present = [key for key in EVERY if key != ("二年级", "残疾")]
    assert rows(present, [("二年级", "残疾")], DOWN, {"残疾的学生": (9, 3)})[0][1] == (9, 3)
    gone = [key for key in EVERY if key[0] == "一年级"]
    assert rows(gone, [key for key in EVERY if key not in gone], DOWN, {"高二年": (5, 1)})[0][1] == (5, 1)


def test_all_of_a_member_are_one_finding() -> None:
    present = [key for key in EVERY if key[0] == "一年级"]
    absent = [key for key in EVERY if key[0] == "二年级"] + [("二年级", ALL)]
    assert rows(present, absent, DOWN, {"二 年": (7, 1)}) == [
        ("二年级", (7, 1), "找不到“二年级”这一行，最接近的是“二 年”。")
    ]


def test_a_member_over_the_columns_is_a_column() -> None:
    present = [key for key in EVERY if key[1] == "脱贫户"]
    absent = [key for key in EVERY if key[1] == "残疾"]
    assert rows(present, absent, ACROSS, {}, path("残疾人学生"), path("脱贫户（含监测对象）家庭学生")) == [
        ("残疾", None, "找不到“残疾”这一列，最接近的是“残疾人学生”。")
    ]


def test_one_place_where_fields_run_down_is_a_column() -> None:
    present = [key for key in EVERY if key != ("二年级", "残疾")]
    assert rows(present, [("二年级", "残疾")], ACROSS)[0][2].startswith("找不到“二年级 残疾”这一列，")


def test_totals_are_named_by_their_labels() -> None:
    absent: list[Key] = [("二年级", ALL), (ALL, ALL)]
    found = rows([*EVERY, ("一年级", ALL)], absent, DOWN, {"二年级小结": (6, 1), "总 计": (8, 1)})
    assert found == [
        ("二年级小计", (6, 1), "找不到“二年级小计”这一行，最接近的是“二年级小结”。"),
        ("合计", (8, 1), "找不到“合计”这一行，最接近的是“总 计”。"),
    ]


def test_nothing_is_missing() -> None:
    assert rows(EVERY, []) == []
