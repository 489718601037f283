"""Binding forms of schools as bureaus send them: other labels, no totals, moved columns, placeholders."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.bind.schools import Named, school_name, schools_of
from jiesuan.book import Book, Sheet
from jiesuan.table import Table
from tests.bureau.making import COUNTY_SCHOOL, FIRST, PACK, SECOND, SET, SPRING, city

MONEY = "助学金汇总2资金"
HEADS = "免学费申报人数"


def typed() -> Book:
    """附件3 with every formula replaced by its result."""
    book = city(SPRING).workbook().book
    for sheet in book.sheets:
        sheet.formulas.clear()
    return copy.deepcopy(book)


def table(book: Book, role: str = "汇总资金") -> Table:
    return bind(book, PACK).tables[role]


def figures(bound: Table) -> dict[tuple[str, str], object]:
    """(school or section, field) → value."""
    found: dict[tuple[str, str], object] = {}
    for index, key in enumerate(bound.keys):
        name = key[0] if bound.is_total(index) else school_name(bound.text(bound.form.fields[0].name, index))
        for column, cells in bound.columns.items():
            if cells.numbers and cells.cells[index] is not None:
                found[name, column] = cells.numbers[index].value
    return found


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("1、泉州示范技工学校", "泉州示范技工学校"), ("2.1.惠安技校（惠安）", "惠安技校"),
        ("(3) 石狮技校(石狮市)", "石狮技校"), ("12．南安技校", "南安技校"), ("晋江技校", "晋江技校"),
        ("2、.....", ""), ("1.2.***", ""), ("3、", ""), ("……", ""), ("", ""),
        ("1、技校（筹）二部", "技校（筹）二部"),
    ],
)  # fmt: skip
def test_labels(label: str, name: str) -> None:
    # Typed brackets come back half width.
    assert school_name(label) == name.replace("（", "(").replace("）", ")")


def test_our_own_workbook() -> None:
    workbook = city(SPRING).workbook()
    assert (workbook.set, workbook.term, workbook.problems) == (SET, SPRING, [])
    bound = workbook.tables["汇总资金"]
    assert bound.is_list and bound.keys == [("市本级",), ("市本级",), ("县区属",), ("*",), ("市本级",), ("县区属",)]
    assert bound.first_total == 3 and [bound.is_total(i) for i in range(6)] == [False] * 3 + [True] * 3
    assert bound.columns["本市累计结余"].cells[:3] == [None, None, None]
    assert [cell is not None for cell in bound.columns["本市累计结余"].cells[3:]] == [True, False, False]
    assert [bound.key_label(i) for i in range(6)] == [
        f"1、{FIRST}", f"2、{SECOND}", f"1、{COUNTY_SCHOOL}（惠安）", "本市合计", "市本级小计", "县区属小计",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "city_school", "county_school"),
    [
        ("1、惠安技校（惠安）", ("惠安技校(惠安)", ""), ("惠安技校", "惠安")),
        ("1、金门技校（金门县）", ("金门技校(金门县)", ""), ("金门技校", "金门县")),
        ("1、同安技校（同安区）", ("同安技校(同安区)", ""), ("同安技校", "同安区")),
        ("(2) 技校（筹）（台商投资区）", ("技校(筹)(台商投资区)", ""), ("技校(筹)", "台商投资区")),
        ("1、技校（筹）", ("技校(筹)", ""), ("技校(筹)", "")),
        ("1、技师学院（惠安校区）", ("技师学院(惠安校区)", ""), ("技师学院(惠安校区)", "")),
        ("1、技师学院（东区）", ("技师学院(东区)", ""), ("技师学院(东区)", "")),
        ("1、技师学院", ("技师学院", ""), ("技师学院", "")),
    ],
)  # fmt: skip
def test_a_bracket_is_a_place_only_behind_a_countys_school(
    label: str, city_school: tuple[str, str], county_school: tuple[str, str]
) -> None:
    book = typed()
    relabelled(f"1、{FIRST}", label)(book)
    relabelled(f"1、{COUNTY_SCHOOL}（惠安）", label)(book)
    found = schools_of(table(book), PACK)
    assert found == {0: Named(*city_school), 1: Named(SECOND, ""), 2: Named(*county_school)}


def sheet_of(book: Book, name: str) -> Sheet:
    return book.sheet(name)


def relabelled(old: str, new: str, name: str = MONEY) -> Callable[[Book], None]:
    def deed(book: Book) -> None:
        sheet = sheet_of(book, name)
        row = next(row for row, line in enumerate(sheet.values, 1) if line and line[0] == old)
        sheet.put(row, 1, new)

    return deed


def without_merges(book: Book) -> None:
    for sheet in book.sheets:
        sheet.merges.clear()


def without_numbers(book: Book) -> None:
    sheet = sheet_of(book, MONEY)
    for column in range(1, 19):
        sheet.put(8, column, None)


def inserted_row(book: Book) -> None:
    sheet = sheet_of(book, MONEY)
    sheet.values.insert(10, [None] * sheet.width)
    sheet.merges = [area for area in sheet.merges if area[2] <= 10]


@pytest.mark.parametrize(
    "deed",
    [
        relabelled("本市合计", "合  计"),
        relabelled("一、市本级小计", "市属学校小计"),
        relabelled("二、县区属校小计", "县（市、区）属校小计"),
        relabelled(f"2、{SECOND}", f"（2）{SECOND}"),
        without_merges,
        without_numbers,
        inserted_row,
    ],
)
def test_disturbed_workbooks_bind_to_the_same(deed: Callable[[Book], None]) -> None:
    plain, book = typed(), typed()
    deed(book)
    workbook: Workbook = bind(book, PACK)
    assert figures(workbook.tables["汇总资金"]) == figures(table(plain))
    assert [problem.message for problem in workbook.problems] == []


def test_sections_by_number_where_the_county_total_is_missing() -> None:
    """The printed 3-5 has no 县区合计; lines numbered 2.1, 2.2 are the counties'."""
    plain, book = typed(), typed()
    sheet = sheet_of(book, HEADS)
    row = next(row for row, line in enumerate(sheet.values, 1) if line and line[0] == "县区合计")
    del sheet.values[row - 1]
    workbook = bind(book, PACK)
    bound = workbook.tables["申报人数"]
    assert bound.keys == [("市本级",), ("市本级",), ("县区属",), ("*",), ("市本级",)]
    wanted = {place: value for place, value in figures(table(plain, "申报人数")).items() if place[0] != "县区属"}
    assert figures(bound) == wanted and workbook.problems == []


def test_the_order_of_grade_totals_does_not_matter() -> None:
    """合计 first in each grade, as one of the two printed headings has it."""
    plain, book = typed(), typed()
    sheet = sheet_of(book, HEADS)
    sheet.merges.clear()
    for line in sheet.values:
        line += [None] * (sheet.width - len(line))
        for first in (2, 6, 10):
            line[first : first + 4] = [line[first + 3], *line[first : first + 3]]
    head = sheet.values[4]
    for first in (2, 6, 10):
        head[first : first + 4] = [next(text for text in head[first : first + 4] if text), None, None, None]
    assert figures(table(book, "申报人数")) == figures(table(plain, "申报人数"))


def test_placeholders_are_no_schools() -> None:
    book = typed()
    sheet = sheet_of(book, MONEY)
    row = next(row for row, line in enumerate(sheet.values, 1) if line and line[0] == f"2、{SECOND}")
    sheet.values[row - 1] = ["2、.....", *[None] * 17]
    workbook = bind(book, PACK)
    assert len(workbook.tables["汇总资金"].details()) == 2 and workbook.problems == []


@pytest.mark.parametrize(
    ("old", "new", "check", "message"),
    [
        (f"2、{SECOND}", "", "stray-figure", "第12行（没有校名）有数，但看不出是哪一所学校、属市本级还是县区；没有计入任何合计的核对。"),
        ("本市合计", "甲乙丙", "missing-row", "找不到“本市合计”这一行，请按模板补上，不要删去小计、合计行。"),
        ("二、县区属校小计", "一、市本级小计", "duplicate-row", "第13行的“一、市本级小计”与第10行重复，只采用前一行。"),
    ],
)  # fmt: skip
def test_what_cannot_be_placed_is_told(old: str, new: str, check: str, message: str) -> None:
    book = typed()
    relabelled(old, new)(book)
    assert (check, message) in [(problem.check, problem.message) for problem in bind(book, PACK).problems]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (["3、泉州第三技工学校", 3, 15, 0.3], True),
        (["泉州第三技工学校", None, 15, 0.3], True),
        (["3、泉州第三技工学校"], False),
        (["3、.....", 3, 15], False),
        (["其中：女生", 3, 15, 0.3], False),
        (["（办公电话：", 3, 15, 0.3], False),
    ],
)
def test_schools_below_the_signatures(line: list[str | float | None], found: bool) -> None:
    book = typed()
    sheet = sheet_of(book, "助学金汇总1人数")
    assert any(str(above[0]).startswith("审批人") for above in sheet.values[-2:] if above)
    sheet.values.append([*line, *[None] * (sheet.width - len(line))])
    row = len(sheet.values)
    message = (
        f"第{row}行（“{line[0]}”）的数在表的下面，没有计入任何合计；请移到所属级次的小计那一组里，不该填的请删去。"
    )
    first = 2 if line[1:2] != [None] else 3
    told = [("stray-figure", (row, first), message)] * found
    assert [(problem.check, problem.cell, problem.message) for problem in bind(book, PACK).problems] == told


def test_a_memo_among_the_schools_is_none() -> None:
    book = typed()
    sheet = sheet_of(book, MONEY)
    row = next(row for row, line in enumerate(sheet.values, 1) if line and line[0] == f"2、{SECOND}")
    before = figures(table(book))
    sheet.merges = [merge for merge in sheet.merges if merge[2] <= row]
    sheet.values.insert(row, ["其中：民办学校", None, 3, 4, *[None] * 14])
    assert figures(table(book)) == before


def test_missing_columns_and_headings() -> None:
    book = typed()
    sheet = sheet_of(book, MONEY)
    for row in range(4, 9):
        sheet.put(row, 6, None)
    workbook = bind(book, PACK)
    assert "missing-column" in {problem.check for problem in workbook.problems}
    for row in range(4, 9):
        for column in range(1, 19):
            sheet.put(row, column, None)
    bare = bind(book, PACK)
    missing = [problem for problem in bare.problems if problem.check == "missing-column" and problem.sheet == MONEY]
    assert len(missing) == 17 and bare.tables["汇总资金"].keys == []


def test_a_workbook_without_the_programs_own_sheet_lacks_nothing() -> None:
    book = typed()
    book.sheets = [sheet for sheet in book.sheets if not sheet.name.startswith("分担测算")]
    assert bind(book, PACK).problems == []
    book.sheets = [sheet for sheet in book.sheets if sheet.name != HEADS]
    assert [(problem.check, problem.label) for problem in bind(book, PACK).problems] == [
        ("missing-form", "全日制免学费申报人数统计")
    ]
