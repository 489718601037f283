"""One number in a cell merged over several figures is none of them: one finding there, nothing summed, nothing written."""

from __future__ import annotations

import pytest

from jiesuan.bind import bind
from jiesuan.book import Book, Value
from jiesuan.calculate import Write, calculate
from jiesuan.left import Left, left_cells
from jiesuan.ref import a1, compress, covers
from jiesuan.report import Report
from jiesuan.table import Table

from ..making import PACK
from .schools import School, check, found, school

ROW = "免学费/一年级,数控等高级工专业,其他"
MONTHS = [f"{ROW}/第{month}月" for month in range(1, 6)]


def merged(base: School, value: Value, first: str, last: str, deep: int = 0) -> Book:
    """A value in the merged area between two named cells of one row, or so many rows more."""
    book = base.typed()
    start, end = base.cell(first), base.cell(last)
    sheet = book.sheet(start.sheet)
    for row in range(start.row, end.row + deep + 1):
        for column in range(start.column, end.column + 1):
            sheet.put(row, column, None)
    sheet.put(start.row, start.column, value)
    sheet.merges.append((start.row, start.column, end.row + deep, end.column))
    return book


def table_of(base: School, book: Book, role: str) -> Table:
    return bind(book, PACK, term=base.term, set_name=base.set_name).tables[role]


def written(base: School, book: Book) -> list[Write]:
    """What 计算 writes to the sheet of 免学费."""
    writes = calculate(bind(book, PACK, term=base.term, set_name=base.set_name))
    return [write for write in writes if write.ref.sheet == base.sheet("免学费")]


def reasons(report: Report) -> set[tuple[str, str]]:
    return {(item.rule.code, item.why) for item in report.unchecked}


def test_one_total_over_five_months() -> None:
    base = school("市属2024春")
    book = merged(base, 15, MONTHS[0], MONTHS[-1])
    first, last = base.cell(MONTHS[0]), base.cell(MONTHS[-1])
    report = check(base, book)
    assert found(base, report) == [f"V101 {MONTHS[0]}"]
    told = report.findings[0]
    area = f"{first.cell}:{last.cell}"
    assert told.message == f"{area} 合并成了一格，分不出各月的数；请取消合并，各月分别填写"
    assert (told.label, told.actual) == ("一年级 数控等高级工专业 其他 · 3月至7月", "15")
    why = f"{first} 是跨了几格的合并单元格，分不出各格的数"
    assert reasons(report) == {(code, why) for code in ("F301", "F303", "P303", "P306", "X402")}


def test_nothing_is_computed_with_it() -> None:
    base = school("市属2024春")
    book = merged(base, 15, MONTHS[0], MONTHS[-1])
    heads, amount = base.cell(f"{ROW}/人次"), base.cell(f"{ROW}/补助金额")
    sheet = book.sheet(heads.sheet)
    before = [list(line) for line in sheet.values]
    for ref in (heads, amount):
        before[ref.row - 1][ref.column - 1] = None
        sheet.put(ref.row, ref.column, None)
    assert written(base, book) == []
    assert sheet.values == before


def test_a_calculated_cell_that_is_merged_is_not_overwritten() -> None:
    base = school("市属2024春")
    book = merged(base, 99, f"{ROW}/人次", f"{ROW}/补助金额")
    assert written(base, book) == []
    assert found(base, check(base, book)) == [f"V101 {ROW}/人次"]
    assert check(base, book).findings[0].message.endswith("分不出各栏的数；请取消合并，各栏分别填写")


def test_the_same_through_a_layout_that_is_known() -> None:
    """A second sheet of the same layout takes its places from the first; the figure is read anew."""
    base = school("市属2024春")
    for value, trouble in ((15, "merged"), (None, ""), ("停课", "merged"), (0, ""), ("—", "")):
        table = table_of(base, merged(base, value, MONTHS[0], MONTHS[-1]), "免学费")
        index = table.index["一年级", "数控等高级工专业", "其他"]
        assert [table.number(f"第{month}月", index).trouble for month in range(1, 6)] == [trouble] * 5, value


def test_a_text_is_told_of_once() -> None:
    base = school("市属2024春")
    report = check(base, merged(base, "停课", MONTHS[0], MONTHS[-1]))
    assert [item for item in found(base, report) if item.startswith("V")] == [f"V101 {MONTHS[0]}"]


def test_in_a_list() -> None:
    base = school("市属2024春")
    cells = ["精准明细/脱贫户/1/免学费金额", "精准明细/脱贫户/1/助学金金额"]
    first, last = sorted(cells, key=lambda name: base.cell(name).column)
    report = check(base, merged(base, 2000, first, last))
    assert [item for item in found(base, report) if item.startswith("V")] == [f"V101 {first}"]


def test_standards_share_their_cell() -> None:
    base = school("市属2024春")
    table = table_of(base, base.fresh(), "生均")
    assert table.merged == {} and not any(column.merged for column in table.columns.values())
    assert base.fresh().sheet(table.sheet.name).merges


def test_a_standard_merged_downwards_is_that_of_each_row() -> None:
    base = school("省属2024春")
    book, ref = base.typed(), base.cell("生均/一年级,化工/生均标准")
    sheet = book.sheet(ref.sheet)
    sheet.merges.append((ref.row, ref.column, ref.row + 1, ref.column))
    assert table_of(base, book, "生均").merged == {}


ABOVE, BELOW = "免学费/一年级,其他一般专业,残疾", "免学费/一年级,其他一般专业,其他"
GRADE, WHOLE = "免学费/一年级,*,*", "免学费/*,*,*"


def downwards(base: School, value: Value, first: str, blank: tuple[str, ...] = ()) -> Book:
    """The value in the cell merged with the one below, other cells emptied."""
    book = merged(base, value, first, first, deep=1)
    for name in blank:
        ref = base.cell(name)
        book.sheet(ref.sheet).put(ref.row, ref.column, None)
    return book


@pytest.mark.parametrize(
    ("first", "value", "label", "each", "rules", "left"),
    [
        (
            f"{ABOVE}/第1月",
            2,
            "一年级 其他一般专业 残疾 · 3月",
            "各行",
            ("F301", "F303", "P303", "P306", "X203", "X403"),
            [f"{ABOVE}/人次", f"{BELOW}/人次", f"{GRADE}/第1月", f"{WHOLE}/第1月"],
        ),
        (
            f"{ABOVE}/补助金额",
            0.21,
            "一年级 其他一般专业 残疾 · 补助金额",
            "各行",
            ("F302", "F303", "X201", "X601"),
            [f"{ABOVE}/补助金额", f"{GRADE}/补助金额", f"{WHOLE}/补助金额"],
        ),
        (
            "助学金/申报审批,二年级,非涉农专业,其他/人次",
            15.3,
            "申报审批 二年级 非涉农专业 其他 · 人次至金额",
            "各栏",
            ("F101", "F102", "F103", "P101", "P102", "P103", "P104", "X104", "X302", "X502"),
            [
                "助学金/申报审批,二年级,非涉农专业,其他/人次",
                "助学金/申报审批,*,非涉农专业,其他/人次",
                "助学金/申报审批,*,非涉农专业,其他/金额",
                "助学金/差额,二年级,非涉农专业,其他/人次",
                "助学金/差额,二年级,非涉农专业,其他/金额",
            ],
        ),
        (
            "精准明细/脱贫户/0/助学金金额",
            800,
            "第7行 · 助学金金额",
            "各行",
            ("F201", "F202", "L115", "L119", "P201", "P202", "P205", "P206", "X101", "X102", "X103"),
            [
                "精准明细/脱贫户/1/助学金人数",
                "精准明细/脱贫户/助学金人数",
                "精准明细/脱贫户/助学金金额",
                "精准明细/*/助学金人数",
                "精准明细/*/助学金金额",
            ],
        ),
    ],
)
def test_one_number_over_two_rows(
    first: str, value: Value, label: str, each: str, rules: tuple[str, ...], left: list[str]
) -> None:
    """It is told once; no total is accused of it, and nothing is written that rests on it."""
    base = school("市属2024春")
    book, ref = downwards(base, value, first), base.cell(first)
    report = check(base, book)
    assert found(base, report) == [f"V101 {first}"]
    told = report.findings[0]
    area = f"{ref.cell}:{a1(ref.row + 1, ref.column)}"
    assert told.message == f"{area} 合并成了一格，分不出{each}的数；请取消合并，{each}分别填写"
    assert told.label == label
    why = f"{ref} 是跨了几格的合并单元格，分不出各格的数"
    assert reasons(report) == {(code, why) for code in rules}
    workbook = bind(book, PACK, term=base.term, set_name=base.set_name)
    assert [write for write in calculate(workbook) if write.old not in ("", None)] == []
    cells = compress((place.row, place.column) for place in map(base.cell, left))
    assert left_cells(workbook) == [Left(ref.sheet, cells, why)]


def test_what_rests_on_it_stays_blank() -> None:
    base = school("市属2024春")
    blank = [f"{row}/{name}" for row in (ABOVE, GRADE) for name in ("人次", "补助金额")]
    book = downwards(base, 2, f"{ABOVE}/第1月", tuple(blank))
    assert written(base, book) == []
    [left] = left_cells(bind(book, PACK, term=base.term, set_name=base.set_name))
    assert all(covers(left.cells, base.cell(name).cell) for name in blank)


def test_nothing_is_computed_of_blanks_that_are_merged() -> None:
    """The sum of the months has no cell of its own to stand in."""
    base = school("市属2024春")
    heads = base.cell(f"{ABOVE}/人次")
    book = downwards(base, None, f"{ABOVE}/人次", (f"{ABOVE}/补助金额",))
    assert written(base, book) == []
    [left] = left_cells(bind(book, PACK, term=base.term, set_name=base.set_name))
    assert left.why == f"{heads} 是跨了几格的合并单元格，分不出各格的数"
    assert covers(left.cells, base.cell(f"{ABOVE}/补助金额").cell)


def test_serial_numbers_behind_a_merged_amount_are_left_alone() -> None:
    base = school("市属2024春")
    rows = [f"精准明细/特困低保/{row}" for row in range(3)]
    serials = tuple(f"{row}/助学金人数" for row in rows)
    book = downwards(base, 800, f"{rows[0]}/助学金金额", serials)
    workbook = bind(book, PACK, term=base.term, set_name=base.set_name)
    assert [write for write in calculate(workbook) if write.ref.sheet == base.sheet("精准明细")] == []
    [left] = left_cells(workbook)
    assert all(covers(left.cells, base.cell(name).cell) for name in serials)
