"""Sheets for these tests: typed as tab-separated lines, or laid out from the declarations and then changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, Sheet, Value
from jiesuan.filling import Filling
from jiesuan.form import Form
from jiesuan.pack import load_pack
from jiesuan.ref import a1
from jiesuan.sample.make import make_sample
from jiesuan.table import Problem, Table
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose, lay_out, to_book
from jiesuan.term import Term

PACK = load_pack()
SPRING, AUTUMN, LATER = Term(2024, 0), Term(2024, 1), Term(2025, 0)


def form(form_id: str, term: Term = SPRING) -> Form:
    return PACK.form(form_id, term)


def typed(name: str, text: str) -> Sheet:
    """A sheet of tab-separated lines; what looks like a number is one."""
    sheet = Sheet(name)
    for row, line in enumerate(text.strip("\n").split("\n"), 1):
        for column, cell in enumerate(line.split("\t"), 1):
            if cell.strip():
                sheet.put(row, column, number(cell.strip()))
    return sheet


def number(text: str) -> Value:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def bound(*sheets: Sheet, term: Term | None = SPRING, set_name: str | None = None) -> Workbook:
    return bind(Book("来表.xlsx", list(sheets)), PACK, term=term, set_name=set_name)


def own(workbook: Workbook, role: str) -> list[Problem]:
    """The problems of one sheet, the missing other forms apart."""
    name = workbook.tables[role].sheet.name
    return [problem for problem in workbook.problems if problem.sheet == name and problem.check != "missing-form"]


@cache
def _filling(set_name: str, term: Term) -> Filling:
    return make_sample(PACK, set_name, term, students=40, seed=5).filling


def sample_sheet(form_id: str, term: Term = SPRING, shape: str | None = None) -> tuple[Sheet, Laid]:
    """A filled form as the template lays it out, with its formulas."""
    chosen = form(form_id, term)
    laid = lay_out(PACK, chosen, term, _filling(chosen.set, term), shape)
    return to_book([laid], "样表.xlsx").sheets[0], laid


def blank_book(set_name: str, term: Term = SPRING) -> tuple[Book, list[Laid]]:
    """The empty template."""
    laid = compose(PACK, set_name, term)
    return to_book(laid, "模板.xlsx"), laid


def sample_book(set_name: str = "省属", term: Term = SPRING) -> tuple[Book, list[Laid]]:
    laid = compose(PACK, set_name, term, _filling(set_name, term))
    return to_book(laid, "样表.xlsx"), laid


def change(sheet: Sheet, keep: Callable[[int, int, Value], Value]) -> None:
    """Every value replaced by what `keep` says."""
    for row, line in enumerate(sheet.values, 1):
        for column, value in enumerate(line, 1):
            line[column - 1] = keep(row, column, value)


def rename(sheet: Sheet, old: str, new: str) -> None:
    """A text of a sheet exchanged; it must be there."""
    hits = [(r, c) for r, line in enumerate(sheet.values, 1) for c, value in enumerate(line, 1) if value == old]
    assert hits, old
    for row, column in hits:
        sheet.values[row - 1][column - 1] = new


def cells(table: Table, name: str) -> dict[tuple[str, ...], str]:
    """Key → address of a field, where it has a cell."""
    return {key: a1(*cell) for key, cell in zip(table.keys, table.columns[name].cells, strict=True) if cell is not None}


def same_places(table: Table, laid: Laid) -> list[object]:
    """Figures of the template that are not bound at their cells."""
    return [
        (key, name)
        for (key, name), cell in laid.places.items()
        if key not in table.index or table.columns[name].cells[table.index[key]] != cell
    ]
