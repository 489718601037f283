"""A workbook as every host hands it over: whole sheets of values, formula texts, merges and visibility.

Three kinds of host make a `Book`: memory (tests, generators), files (`jiesuan.reading`) and a live spreadsheet program.
Nothing behind a `Book` knows which one it was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .ref import parse_a1

Cell = tuple[int, int]
"""(row, column), both from 1."""


class ErrorValue(str):
    """An Excel error standing in a cell, such as `#REF!`; a text of its own kind so that it is never read as a label."""

    __slots__ = ()


Value = None | bool | int | float | str | ErrorValue | dt.date | dt.time | dt.timedelta


@dataclass
class Sheet:
    """One sheet, read at once.

    `values[r][c]` is the cell in row r+1, column c+1; rows may be of different lengths and end at the last used cell.
    An empty cell is None.  `formulas` holds texts without the leading `=` (an empty text where only its presence is
    known).  `uncached` names formula cells for which the file holds no result: their value is None, yet they are not empty.
    """

    name: str
    values: list[list[Value]] = field(default_factory=list)
    formulas: dict[Cell, str] = field(default_factory=dict)
    uncached: set[Cell] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """(first row, first column, last row, last column)."""
    visible: bool = True
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def value(self, row: int, column: int) -> Value:
        """The value at (row, column); None outside the used range."""
        if 0 < row <= len(self.values):
            line = self.values[row - 1]
            if 0 < column <= len(line):
                return line[column - 1]
        return None

    def put(self, row: int, column: int, value: Value, formula: str | None = None) -> None:
        """Set one cell in memory, growing the sheet; a formula comes without `=` and `value` is its result."""
        while len(self.values) < row:
            self.values.append([])
        line = self.values[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = value
        self.uncached.discard((row, column))
        if formula is None:
            self.formulas.pop((row, column), None)
        else:
            self.formulas[(row, column)] = formula

    @property
    def width(self) -> int:
        """Number of columns up to the last used cell of any row."""
        return max(map(len, self.values), default=0)


@dataclass
class Book:
    """A workbook: its sheets in order, its custom document properties, and the hash of the file it came from."""

    name: str
    sheets: list[Sheet] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    sha256: str = ""
    remarks: list[str] = field(default_factory=list)
    """What the reader had to leave aside, in Chinese, e.g. a sheet too wide to be a form."""
    reasons: dict[tuple[str, str, str], str] | None = None
    """On a workbook that came back with marks of ours: the reasons typed there, by rule, sheet and cell."""
    ours: list[Sheet] = field(default_factory=list)
    """Sheets of our own that came back with the workbook and were set aside: `校验结果`, `审核说明`."""

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name.  Raises KeyError."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def memory_book(name: str, sheets: Mapping[str, Mapping[str, Value] | Iterable[Iterable[Value]]]) -> Book:
    """A `Book` from plain data, for tests: per sheet a mapping A1 → value, or rows of values.  A text starting with `=`
    is a formula without a result."""
    book = Book(name)
    for title, content in sheets.items():
        sheet = Sheet(title)
        if isinstance(content, Mapping):
            items = [(*parse_a1(address), value) for address, value in content.items()]
        else:
            items = [
                (row, column, value)
                for row, line in enumerate(content, 1)
                for column, value in enumerate(line, 1)
                if value is not None
            ]
        for row, column, value in items:
            if isinstance(value, str) and value.startswith("=") and not isinstance(value, ErrorValue):
                sheet.put(row, column, None, value[1:])
                sheet.uncached.add((row, column))
            else:
                sheet.put(row, column, value)
        book.sheets.append(sheet)
    return book
