"""Finding and reading forms about institutions, as they come back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.book import Book, Value, memory_book
from jiesuan.notices.institution import Field, Filled, institutions, read_institution, read_institutions
from jiesuan.notices.institution_check import check_institution
from jiesuan.reading import open_book
from jiesuan.regions import load_law

from .making import CITY, GOOD, filled

LAW = load_law("福建")
HEADINGS = ["构成", "姓名", "职务", "所在科室", "主要资助管理职责（分工）", "固定电话", "手机号码", "备注"]


def read(book: Book) -> Filled:
    found = read_institution(book)
    assert found is not None
    return found


def rows(*more: list[Value], title: str = "技工院校校级学生资助管理机构信息表") -> Book:
    return memory_book("表.xlsx", {"表": [[title], *more]})


def test_our_own_form_comes_back_whole(tmp_path: Path) -> None:
    found = read(open_book(filled(tmp_path / "a.xlsx")))
    assert (found.form.id, found.sheet, found.day) == ("校级", "校级机构信息表", dt.date(2024, 6, 20))
    assert found.unit == Field("示范市第一技工学校", (3, 1))
    assert found.body == Field("学生资助管理中心", (4, 1))
    assert found.date.cell == (3, 6)
    assert list(found.columns) == [column.name for column in institutions().column]
    assert [(member.row, member.values["姓名"], member.values["构成"]) for member in found.members] == [
        (6, "甲示范", "成员"),
        (7, "乙示范", "成员"),
    ]
    city = read(open_book(filled(tmp_path / "b.xlsx", CITY, form="市级")))
    assert (city.form.id, city.unit.text, city.body.text) == ("市级", "示范市人力资源和社会保障局", "职业能力建设科")


def test_a_blank_form_is_empty(tmp_path: Path) -> None:
    found = read(open_book(filled(tmp_path / "a.xlsx", {})))
    assert (found.unit.text, found.body.text, found.day, found.members) == ("", "", None, [])


def test_the_printed_form_in_one_cell() -> None:
    """闽人社办〔2024〕79号 附件2 prints unit and date in one line, 附件1 with blanks."""
    book = rows(
        ["填报单位：示范__市人力资源和社会保障局（加盖公章） 时间：2024年 7月 1日"],
        ["本市技工院校学生资助管理机构名称：___资助科___"],
        list(HEADINGS),
        ["成员", "甲"],
        ["", "..."],
        ["（注：请各设区市局将本市各技工院校的附件1与本表一并报省资助办）"],
        ["", "表外的字"],
        title="设区市级技工院校学生资助管理机构信息表",
    )
    found = read(book)
    assert (found.form.id, found.unit.text, found.body.text) == ("市级", "示范市人力资源和社会保障局", "资助科")
    assert found.day == dt.date(2024, 7, 1)
    assert [member.values["姓名"] for member in found.members] == ["甲"]


def several(*sheets: tuple[str, str, bool]) -> Book:
    """A book of forms: (name of the sheet, school, whether it is shown); a form without a school is blank."""
    title = "技工院校校级学生资助管理机构信息表"
    made = memory_book(
        "表.xlsx",
        {name: [[title], [f"填报学校名称：{school}"], list(HEADINGS)] for name, school, _ in sheets}
        | {"说明": [["请填写学生资助管理机构信息表，一校一张"]]},
    )
    for sheet, (_, _, shown) in zip(made.sheets, sheets, strict=False):
        sheet.visible = shown
    return made


@pytest.mark.parametrize(
    ("sheets", "kept", "left"),
    [
        ([("甲", "甲校", True), ("乙", "乙校", True)], ["甲", "乙"], ""),
        ([("空", "____", True), ("乙", "乙校", True)], ["乙"], "空"),
        ([("旧", "甲校", False), ("空", "", True), ("乙", "乙校", True)], ["乙"], "旧”“空"),
        ([("空", "", True)], ["空"], ""),
    ],
)
def test_every_form_of_a_book_is_read(sheets: list[tuple[str, str, bool]], kept: list[str], left: str) -> None:
    found = read_institutions(several(*sheets))
    assert [item.sheet for item in found] == kept
    assert {item.alone for item in found} == {len(kept) == 1}
    assert found[0].remarks == [f"工作表“{left}”是隐藏的或没有填过的信息表，没有校验。"] * bool(left)


def test_only_hidden_forms_are_read() -> None:
    made = several(("旧", "甲校", False))
    made.sheets[-1].visible = False
    assert [(item.sheet, item.unit.text) for item in read_institutions(made)] == [("旧", "甲校")]


@pytest.mark.parametrize(
    "note",
    [
        "说明：甲兼任",
        "填表人：丙",
        "审核人（签字）：丁",
        "联系电话：0595-22198169",
        "监督举报电话：0595-22198169",
        "（联系人：丙）",
    ],
)
@pytest.mark.parametrize("column", [0, 1, 4])
def test_a_note_below_is_no_member(note: str, column: int) -> None:
    """闽人社办〔2024〕79号 asks for members alone; offices write who filled the form in below them."""
    line: list[Value] = [*[""] * column, note, "0595-22198169"]
    found = read(rows(list(HEADINGS), ["负责人：", "甲"], line, ["成员", "乙"]))
    assert [member.values["姓名"] for member in found.members] == ["甲", "乙"]


def test_only_the_printed_part_of_a_unit_is_none() -> None:
    book = rows(["填报单位：_____市人力资源和社会保障局（加盖公章）"], title="设区市级技工院校学生资助管理机构信息表")
    found = read(book)
    assert found.unit == Field("", (2, 1))
    assert (found.columns, found.members) == ({}, [])


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        (["填报学校名称（加盖公章）：", None, "示范学校"], Field("示范学校", (2, 3))),
        (["填报学校名称(加盖公章)", "示范学校"], Field("示范学校", (2, 2))),
        (["填 报 学 校 名 称：示范学校"], Field("示范学校", (2, 1))),
        (["学校名称：", None, "时间：2024年6月1日"], Field("", (2, 1))),
        (["校长：某某"], Field()),
    ],
)
def test_where_a_unit_may_stand(line: list[Value], unit: Field) -> None:
    assert read(rows(line, list(HEADINGS))).unit == unit


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("时间：2024年6月20日", dt.date(2024, 6, 20)),
        ("填报日期:2024-6-20", dt.date(2024, 6, 20)),
        ("时间：2024.06.20", dt.date(2024, 6, 20)),
        ("时间：二〇二四年六月二十日", dt.date(2024, 6, 20)),
        ("时间：2024年　　月　　日", None),
        ("时间：2024年6月31日", None),
    ],
)
def test_dates_as_written(value: str, day: dt.date | None) -> None:
    assert read(rows([value])).day == day


def test_a_date_cell_beside_the_label() -> None:
    assert read(rows(["填表日期", dt.datetime(2024, 6, 20)])).day == dt.date(2024, 6, 20)


def test_a_date_cell_over_the_label() -> None:
    found = read(rows(["填报学校名称：甲校", dt.datetime(2024, 6, 20)]))
    assert (found.day, found.date.cell) == (dt.date(2024, 6, 20), (2, 2))
    assert read(rows(["填报学校名称：甲校", "2024年6月制"])).date == Field()


def test_moved_and_renamed_columns_and_numbers() -> None:
    book = rows(
        ["空行"],
        [None, "手机", "成员姓名", "办公电话", "分工", "科室"],
        [None, 13900000001.0, "甲", 87654321, "统筹", 3.5],
        [None, None, True, None, None, None],
    )
    (member,) = read(book).members
    assert member.values == {
        "手机号码": "13900000001",
        "姓名": "甲",
        "固定电话": "87654321",
        "职责": "统筹",
        "科室": "3.5",
        "构成": "",
    }


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("2024年 技工院校校级 学生资助管理机构信息表", "校级"),
        ("某校学生资助管理机构信息表", "校级"),
        ("某市本市学生资助管理机构信息表", "市级"),
        ("本校学生资助管理机构名称：", "校级"),
        ("本市技工院校学生资助管理机构名称：", "市级"),
    ],
)
def test_which_of_the_two(title: str, form: str) -> None:
    assert read(rows([title], title="")).form.id == form


def test_what_is_neither() -> None:
    assert read_institution(memory_book("表.xlsx", {"甲": {"A1": "学生名单"}, "乙": {}})) is None


def test_the_sheet_may_be_any() -> None:
    book = memory_book("表.xlsx", {"说明": {"A1": "请填表"}, "表二": {"A1": institutions().named("校级").title}})
    assert read(book).sheet == "表二"
    with pytest.raises(KeyError, match="县级"):
        institutions().named("县级")


def test_nothing_typed_is_lost(tmp_path: Path) -> None:
    cells = {f"{letter}17": f"第{n}格" for n, letter in enumerate("BCDEFGH")}
    (member,) = read(open_book(filled(tmp_path / "a.xlsx", {"B17": None, **cells}))).members
    assert [member.values[name] for name in ("姓名", "职务", "科室", "职责", "固定电话", "手机号码", "备注")] == list(
        cells.values()
    )
    assert GOOD["B6"] not in member.values.values()


TEXTS = st.sampled_from(
    [
        "",
        "技工院校校级学生资助管理机构信息表",
        "填报单位：",
        "（加盖公章）",
        "时间：2024年13月40日",
        "注：",
        "...",
        *HEADINGS,
    ]
) | st.text(max_size=8)
CELLS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.dates() | TEXTS


@given(st.lists(st.lists(CELLS, max_size=9), max_size=12))
def test_whatever_stands_in_the_cells(lines: list[list[Value]]) -> None:
    found = check_institution(rows(*lines), LAW)
    assert found is not None
    counts = found[1].counts
    assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
    assert {finding.code[0] for finding in found[1].findings} <= {"O"}
