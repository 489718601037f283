"""One form on one sheet, in memory: what stands in which cell, and everything a printer needs to know about it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from typing import Literal, NamedTuple

from ..book import Cell, Value
from ..form import ALL, Column, Form, Key
from ..ref import compress
from ..term import Term

Style = Literal[
    "attachment", "title", "label", "blank", "unit",
    "banner", "head", "number", "axis", "input", "computed", "gathered", "standard", "text", "dash", "caption", "fill",
    "sentence", "gap", "note", "sign",
]  # fmt: skip
"""What a cell is for.  First line: above the table; second: in the table; third: below it.  `blank`, `fill` and `gap` are
the blanks of lines above, in and below the table."""

ROW_HEIGHT = 16.0
"""Points; rows that need more are in `Laid.heights`."""
LINE_HEIGHT = 14.5


class Spot(NamedTuple):
    """The content of one cell.  A formula comes without `=`; then `value` is None."""

    value: Value
    formula: str | None = None
    style: Style = "text"
    field: str = ""
    """The column of the form, or the name of the blank."""


@dataclass
class Laid:
    """One form laid out on one sheet."""

    form: Form
    sheet: str
    term: Term
    version: str
    """Template version of the pack."""
    widths: list[float] = field(default_factory=list)
    """Column widths in characters, from column A."""
    cells: dict[Cell, Spot] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    places: dict[tuple[Key, str], Cell] = field(default_factory=dict)
    """Figures of a grid, and the total rows of a list; a standard shared by several rows has its anchor under each."""
    rows: dict[tuple[str, int], int] = field(default_factory=dict)
    """List forms: (section, index from 0) → row."""
    columns: dict[str, int] = field(default_factory=dict)
    """Field → column, where each field has a column of its own."""
    lines: dict[str, Cell] = field(default_factory=dict)
    """Name of a blank → the cell that holds it."""
    heights: dict[int, float] = field(default_factory=dict)
    stubs: int = 1
    """Label columns at the left."""
    head: tuple[int, int] = (0, 0)
    """First and last row of the table's heading, printed on every page."""
    body: tuple[int, int] = (0, 0)
    """First and last row of figures."""
    starts: list[int] = field(default_factory=list)
    """First rows of the blocks of a grid or sections of a list, where a page best begins."""
    notes: dict[Cell, str] = field(default_factory=dict)
    """Comments on cells."""
    end: int = 0
    """Last row."""

    @property
    def width(self) -> int:
        return len(self.widths)

    @property
    def data_name(self) -> str:
        """Defined name of the rows of figures."""
        return f"{self.sheet}_数据"

    def put(self, row: int, column: int, spot: Spot, last_row: int = 0, last_column: int = 0) -> None:
        """Place a spot, merged down to (last_row, last_column) where that is another cell."""
        self.cells[(row, column)] = spot
        last_row, last_column = max(row, last_row), max(column, last_column)
        if (last_row, last_column) != (row, column):
            self.merges.append((row, column, last_row, last_column))
        self.end = max(self.end, last_row)

    def height(self, row: int) -> float:
        return self.heights.get(row, ROW_HEIGHT)

    def span(self, first: int, last: int) -> float:
        """Width of the columns first … last."""
        return sum(self.widths[first - 1 : last])

    def grow(self, row: int, last_row: int, text: str, width: float) -> None:
        """Make the rows high enough for a wrapped text."""
        missing = text_height(text, width) - sum(map(self.height, range(row, last_row + 1)))
        if missing > 0:
            self.heights[last_row] = self.height(last_row) + missing


def text_width(text: str) -> int:
    """Width in half-width characters of the longest line: a Chinese character takes two."""
    return max(map(_line_width, text.split("\n")))


def _line_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def text_height(text: str, width: float) -> float:
    """Points that a text needs when wrapped in a column of that width."""
    room = max(width - width % 2, 2)
    count = sum(max(ceil(_line_width(line) / room), 1) for line in text.split("\n"))
    return count * LINE_HEIGHT + 1.5


def amount(value: Decimal | None) -> Value:
    """An exact figure as a cell holds it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def total_formula(cells: list[Cell]) -> str:
    """`SUM(F8:F19)`, or `F20+F33+F46` where the cells stand apart."""
    areas = compress(cells)
    if ":" in areas or len(cells) > 6:
        return f"SUM({areas})"
    return areas.replace(",", "+")


def figure_style(column: Column) -> Style:
    """What a figure of this column is for, before any formula."""
    if column.role == "standard":
        return "standard"
    return "text" if column.role == "text" else "input"


def holds(form: Form, column: Column, key: Key) -> bool:
    """Whether a total has a cell for this field (standards apart: they depend on policy)."""
    return ALL not in key or form.summed(column) or (column.role == "text" and column.type == "文本")
