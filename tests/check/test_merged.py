"""One number in a cell merged over several figures is none of them: one finding there, nothing summed, nothing written."""

from __future__ import annotations

from jiesuan.bind import bind
from jiesuan.book import Book, Value
from jiesuan.calculate import Write, calculate
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


def test_standards_share_their_cell_and_rows_may_be_merged_downwards() -> None:
    base = school("市属2024春")
    table = table_of(base, base.fresh(), "生均")
    assert table.merged == {} and not any(column.merged for column in table.columns.values())
    assert base.fresh().sheet(table.sheet.name).merges
