"""A live workbook → the `Book` that the core works on: each sheet's values in one read, its formulas in another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from jiesuan.book import Book, ErrorValue, Sheet, Value
from jiesuan.reading.native import tidy, too_large

from . import native

MAX_AREA = 2_000_000
"""Cells of a used range that are read; no form comes near."""
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_SHOWN = (True, -1)
"""What hosts say of a sheet that is neither hidden nor very hidden."""


def live_book(book: Any) -> Book:
    """The workbook as it stands, nothing changed.  A sheet whose used range is no form's size is left out and named in
    `remarks`."""
    made = Book(book.name, properties=native.properties(book))
    for sheet in book.sheets:
        rows, columns = extent(sheet)
        if rows * columns > MAX_AREA:
            made.remarks.append(too_large(sheet.name))
        else:
            made.sheets.append(live_sheet(sheet, rows, columns))
    return made


def extent(sheet: Any) -> tuple[int, int]:
    """The last used row and column; the used range need not start at A1."""
    last = sheet.used_range.last_cell
    return last.row, last.column


def live_sheet(sheet: Any, rows: int, columns: int) -> Sheet:
    """One sheet, cells counted from A1."""
    area = sheet.range((1, 1), (rows, columns))
    raw = area.options(ndim=2, err_to_str=True).value
    texts = _grid(area.formula, columns)
    formulas = {
        (row, column): text[1:]
        for row, line in enumerate(texts, 1)
        for column, text in enumerate(line, 1)
        if isinstance(text, str) and text.startswith("=") and len(text) > 1 and raw[row - 1][column - 1] != text
    }
    return Sheet(
        sheet.name,
        tidy([[_value(item) for item in line] for line in raw]),
        formulas=formulas,
        # A live program has a result for every formula, be it an empty text; files need not.
        uncached={cell for cell in formulas if raw[cell[0] - 1][cell[1] - 1] is None},
        merges=native.merges(sheet, rows, columns),
        visible=sheet.visible in _SHOWN,
        hidden_rows=native.hidden(sheet, rows),
    )


def _grid(formula: Any, columns: int) -> list[Any]:
    """The formulas of a block as rows; of one cell, row or column hosts say them in fewer brackets."""
    if not isinstance(formula, list | tuple):
        return [[formula]]
    if formula and isinstance(formula[0], list | tuple):
        return list(formula)
    return [formula] if columns > 1 else [[item] for item in formula]


def _value(item: Any) -> Value:
    """A cell as readers of files have it: an error as such, midnight as a date."""
    if isinstance(item, str):
        return ErrorValue(item) if item in _ERRORS else item
    if isinstance(item, dt.datetime):
        return item if item.time() != dt.time() else item.date()
    if isinstance(item, Decimal):
        return float(item)
    return item  # type: ignore[no-any-return]
