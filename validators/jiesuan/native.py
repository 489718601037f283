"""What 计算 puts into the cells of a received sheet: a native formula where one is sure to give the very figure, else the
figure; and the results of the formulas that stand in the workbook, brought up to date.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from .bind import Workbook
from .book import Book, Cell, Value
from .calculate import Write, derived_members, total_addends
from .form import ALL, Column
from .formula import parse_formula
from .number import QUANTUM, plain, read_number
from .recalculate import recalculate, references
from .ref import Ref, a1, compress
from .table import Table

_MOST_AREAS = 30
"""Areas of one total; what is more scattered is written as a figure."""


def native_formulas(workbook: Workbook, writes: Sequence[Write]) -> dict[Ref, str]:
    """Formulas (without `=`) for the calculated cells among `writes`; the sheets of the book get them.

    A cell gets one only where our own evaluation of it over the sheet gives exactly what 计算 gave: a number kept as text,
    which every spreadsheet program leaves out of a SUM, is not summed up wrongly because of us."""
    wanted = {write.ref: write for write in writes if write.kind != "更新" and not isinstance(write.old, str)}
    found: dict[Ref, str] = {}
    for table in workbook.tables.values():
        native = _Native(workbook, table)
        for name, bound in table.columns.items():
            for index, cell in enumerate(bound.cells):
                ref = None if cell is None else Ref(table.sheet.name, *cell)
                if ref in wanted and ref not in found and (text := native.formula(name, index)):
                    found[ref] = text
    while wrong := _wrong(workbook.book, found, wanted):
        for ref in _first(wrong, found):
            workbook.book.sheet(ref.sheet).put(ref.row, ref.column, _cell_value(wanted[ref].new))
            del found[ref]
    return found


def _wrong(book: Book, formulas: Mapping[Ref, str], writes: Mapping[Ref, Write]) -> set[Ref]:
    """Put the formulas into the sheets; the cells where they do not give the figure."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for ref, text in formulas.items():
        sheets[ref.sheet].put(ref.row, ref.column, None, text)
        sheets[ref.sheet].uncached.add((ref.row, ref.column))
    recalculate(book)
    wrong = set()
    for ref in formulas:
        sheet, cell = sheets[ref.sheet], (ref.row, ref.column)
        number = read_number(sheet.value(*cell)).value
        if cell in sheet.uncached or number is None or abs(number - writes[ref].new) >= QUANTUM:
            wrong.add(ref)
    return wrong


def _first(wrong: set[Ref], formulas: Mapping[Ref, str]) -> set[Ref]:
    """Those that do not merely read others that are wrong; all where they read each other."""
    first = {
        ref
        for ref in wrong
        if not any(
            other != ref and other.sheet == ref.sheet and top <= other.row <= bottom and left <= other.column <= right
            for top, left, bottom, right in references(formulas[ref])
            for other in wrong
        )
    }
    return first or wrong


def _cell_value(value: Decimal) -> Value:
    return int(value) if value == value.to_integral_value() else float(value)


def fresh_results(book: Book) -> dict[str, dict[Cell, Value]]:
    """What the formulas of a book come to now, by sheet, as far as we can evaluate them; the book gets the results."""
    before: dict[str, dict[Cell, Value]] = {}
    for sheet in book.sheets:
        before[sheet.name] = {
            cell: sheet.value(*cell) for cell, text in sheet.formulas.items() if text and cell not in sheet.uncached
        }
        sheet.uncached |= before[sheet.name].keys()
    recalculate(book)
    found: dict[str, dict[Cell, Value]] = {}
    for sheet in book.sheets:
        for cell, old in before[sheet.name].items():
            new = sheet.value(*cell)
            if cell in sheet.uncached or (isinstance(new, float) and not math.isfinite(new)):
                sheet.put(*cell, old, sheet.formulas[cell])
            else:
                found.setdefault(sheet.name, {})[cell] = new
    return found


class _Native:
    """The native formulas of one table, over the cells of its own sheet."""

    def __init__(self, workbook: Workbook, table: Table) -> None:
        self.pack = workbook.pack
        self.term = workbook.term
        self.table = table
        self.derived = derived_members(table)
        self.addends = dict(total_addends(table))

    def formula(self, name: str, index: int) -> str | None:
        """The formula of a figure; None where it has none."""
        column = self.table.form.field(name)
        if index in self.addends:
            return self._total(column, index) if self.table.form.summed(column) else None
        for axis, target, names in self.derived:
            if self.table.keys[index][self.table.form.axes.index(axis)] == target:
                return self._difference(name, index, axis, names)
        return self._own(column, index) if column.role == "computed" and column.formula else None

    def _difference(self, name: str, index: int, axis: str, names: tuple[str, ...]) -> str | None:
        """A member derived from others."""
        position, key = self.table.form.axes.index(axis), self.table.keys[index]
        cells: dict[str, str] = {}
        for member in names:
            at = self.table.index.get((*key[:position], member, *key[position + 1 :]))
            cell = None if at is None else self.table.columns[name].cells[at]
            if cell is None:
                return None
            cells[member] = a1(*cell)
        return next(parse_formula(item.formula) for item in self.table.form.derived if item.axis == axis).excel(cells)

    def _own(self, column: Column, index: int) -> str | None:
        """The printed formula of a column in one record."""
        formula = self.pack.formula(self.table.form, column)
        keys = self.pack.keys(self.table.form, self.table.keys[index])
        cells: dict[str, str] = {}
        for name in formula.names:
            if self.table.form.has(name):
                cell = self.table.columns[name].cells[index] if name in self.table.columns else None
                if cell is None:
                    return None
                cells[name] = a1(*cell)
            else:
                standard = self.pack.policy.lookup(name, self.term, keys)
                if standard is None:
                    return None
                cells[name] = plain(standard.amount)
        return formula.excel(cells)

    def _total(self, column: Column, index: int) -> str | None:
        """The sum of the details, or for serial numbers the count of the amounts beside them."""
        counted = self.table.form.paired(column) if column.role == "serial" else column
        if counted is None or counted.name not in self.table.columns:
            return None
        places = self.table.columns[counted.name].cells
        cells = [cell for at in self.addends[index] if (cell := places[at]) is not None]
        areas = self._areas(index, cells) if cells else []
        if not areas or len(areas) > _MOST_AREAS:
            return None
        if column.role == "serial":
            return "+".join(f'COUNTIF({area},">0")' for area in areas)
        return f"SUM({','.join(areas)})" if ":" in "".join(areas) or len(areas) > 6 else "+".join(areas)

    def _areas(self, index: int, cells: list[Cell]) -> list[str]:
        """The cells as areas; the rows of a section of a list as one, so that rows put in between are summed as well."""
        if self.table.is_list and self.table.keys[index][0] != ALL:
            rows = [row for row, _ in cells]
            return [f"{a1(min(rows), cells[0][1])}:{a1(max(rows), cells[0][1])}"]
        return compress(cells).split(",")


__all__ = ["fresh_results", "native_formulas"]
