"""Native formulas for calculated cells: only where they give the very figure; results of others brought up to date."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.book import ErrorValue, memory_book
from jiesuan.calculate import calculate
from jiesuan.form import ALL
from jiesuan.native import fresh_results, native_formulas
from jiesuan.recalculate import recalculate
from jiesuan.ref import Ref

from .making import PACK, SPRING, TIERED, bound, sample


def emptied(set_name: str = "市属", students: int = 30) -> Workbook:
    """A consistent school with every formula deleted."""
    book = bound(sample(set_name, SPRING, students).filling, set_name).book
    recalculate(book)
    for sheet in book.sheets:
        for cell in list(sheet.formulas):
            sheet.put(*cell, None)
    return bind(book, PACK)


def made(workbook: Workbook) -> dict[Ref, str]:
    return native_formulas(workbook, calculate(workbook))


@pytest.mark.parametrize("set_name", ["市属", "省属"])
def test_every_blank_of_a_school_gets_one(set_name: str) -> None:
    workbook = emptied(set_name)
    writes = calculate(workbook)
    formulas = native_formulas(workbook, writes)
    figures = [write for write in writes if write.ref not in formulas]
    assert figures == []
    for write in writes:
        sheet = workbook.book.sheet(write.ref.sheet)
        value = sheet.value(write.ref.row, write.ref.column)
        assert abs(Decimal(repr(value)) - write.new) < Decimal("1e-9")
        assert sheet.formulas[write.ref.row, write.ref.column] == formulas[write.ref]
    assert calculate(bind(workbook.book, PACK)) == []


def test_the_formulas_are_those_of_the_form() -> None:
    workbook = emptied(students=300)
    formulas = made(workbook)
    table = workbook.tables["免学费"]
    total = table.index[(ALL, ALL, ALL)]
    (row,) = {ref.row for ref in formulas if ref == table.ref("人次", total)}
    assert formulas[Ref(table.sheet.name, row, 11)] == "SUM(K7:K18,K20:K31,K33:K44)"
    filled = next(ref for ref in formulas if ref.column == 12 and ref.row < 19 and ref.sheet == table.sheet.name)
    assert formulas[filled].endswith(f"*K{filled.row}")
    students = workbook.tables["精准明细"]
    ends = {students.ref("免学费金额", at) for at in students.index.values()}
    sums = [text for ref, text in formulas.items() if ref in ends]
    assert sums and all(text.startswith("SUM(I") for text in sums)
    assert any(text.startswith("COUNTIF(I") for ref, text in formulas.items() if ref.sheet == students.sheet.name)


def test_a_number_kept_as_text_makes_figures_of_its_sums_alone() -> None:
    workbook = emptied()
    sheet = workbook.tables["免学费"].sheet
    row = next(row for row in range(7, 19) if sheet.value(row, 6))
    sheet.put(row, 6, str(sheet.value(row, 6)))
    formulas = made(bind(workbook.book, PACK))
    column = {ref.column for ref in formulas if ref.sheet == sheet.name and ref.row == row}
    assert 11 not in column and 12 in column
    assert Ref(sheet.name, 19, 6) not in formulas and Ref(sheet.name, 19, 7) in formulas
    assert Ref(sheet.name, 19, 12) in formulas
    assert sheet.value(row, 11) == sum(int(str(sheet.value(row, at) or 0)) for at in range(6, 11))


def test_a_text_that_is_replaced_becomes_a_figure() -> None:
    """The cell may have the format of a text, in which a formula would stand as such after the next edit."""
    workbook = emptied()
    sheet = workbook.tables["免学费"].sheet
    row = next(row for row in range(7, 19) if sheet.value(row, 6))
    sheet.put(row, 11, "99")
    again = bind(workbook.book, PACK)
    writes = calculate(again)
    assert next(write.kind for write in writes if write.ref == Ref(sheet.name, row, 11)) == "替换"
    assert Ref(sheet.name, row, 11) not in native_formulas(again, writes)


def test_standards_and_what_stands_there_get_none() -> None:
    workbook = bound(sample().filling)
    assert native_formulas(workbook, calculate(workbook)) == {}
    table = workbook.tables["生均"]
    standard = next(name for name, column in table.columns.items() if column.column.role == "standard")
    place = next(cell for cell in table.columns[standard].cells if cell)
    table.sheet.put(*place, None)
    again = bind(workbook.book, PACK)
    writes = calculate(again)
    assert Ref(table.sheet.name, *place) in {write.ref for write in writes}
    assert native_formulas(again, writes) == {}


def test_a_term_with_tiers() -> None:
    book = bound(sample("市属", TIERED).filling, "市属", TIERED).book
    recalculate(book)
    for sheet in book.sheets:
        for cell in list(sheet.formulas):
            sheet.put(*cell, None)
    workbook = bind(book, PACK)
    assert set(made(workbook)) <= {Ref(sheet.name, *cell) for sheet in book.sheets for cell in sheet.formulas}
    assert calculate(bind(book, PACK)) == []


def test_results_brought_up_to_date() -> None:
    book = memory_book("b", {"表": {"A1": 2, "A2": "=A1*3", "A3": "=A2+1", "A4": "=1/0", "A5": "=NOW()", "A6": "=A7"}})
    recalculate(book)
    sheet = book.sheets[0]
    sheet.put(5, 1, 77, "NOW()")
    sheet.put(1, 1, 5)
    sheet.put(6, 1, None, "")
    assert fresh_results(book) == {"表": {(2, 1): 15, (3, 1): 16, (4, 1): ErrorValue("#DIV/0!")}}
    assert sheet.value(3, 1) == 16 and sheet.value(5, 1) == 77 and not sheet.uncached
    assert fresh_results(memory_book("leer", {"表": {"A1": 1}})) == {}
