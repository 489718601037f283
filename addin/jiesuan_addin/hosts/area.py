"""A rectangle of cells and its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jiesuan.ref import MAX_COLUMNS, MAX_ROWS, a1, column_number, letters, parse_a1

_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?(\d{1,7}):\$?(\d{1,7})")


class Area(NamedTuple):
    """`rows` × `columns` cells whose first is (`row`, `column`); rows and columns count from 1."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def last_row(self) -> int:
        """The lowest row inside."""
        return self.row + self.rows - 1

    @property
    def last_column(self) -> int:
        """The rightmost column inside."""
        return self.column + self.columns - 1

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def first(self) -> Area:
        """The top left cell."""
        return Area(self.row, self.column)

    @property
    def address(self) -> str:
        """`B2` or `B2:C5`."""
        start = a1(self.row, self.column)
        return start if self.size == 1 else f"{start}:{a1(self.last_row, self.last_column)}"

    def absolute(self, rows: bool = True, columns: bool = True) -> str:
        """`$B$2:$C$5`; without the dollar before row or column numbers if so asked; whole columns as `$B:$C`."""
        down, across = "$" * rows, "$" * columns
        if self.size == 1:
            return f"{across}{letters(self.column)}{down}{self.row}"
        if self.rows == MAX_ROWS:
            return f"{across}{letters(self.column)}:{across}{letters(self.last_column)}"
        if self.columns == MAX_COLUMNS:
            return f"{down}{self.row}:{down}{self.last_row}"
        start = f"{across}{letters(self.column)}{down}{self.row}"
        return f"{start}:{across}{letters(self.last_column)}{down}{self.last_row}"

    def cells(self) -> Iterator[tuple[int, int]]:
        """Every (row, column), row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield row, column

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies inside."""
        return self.row <= row <= self.last_row and self.column <= column <= self.last_column

    def overlap(self, other: Area) -> Area | None:
        """The cells common to both, if any."""
        return between(
            max(self.row, other.row),
            max(self.column, other.column),
            min(self.last_row, other.last_row),
            min(self.last_column, other.last_column),
        )

    def hull(self, other: Area) -> Area:
        """The smallest rectangle around both."""
        joined = between(
            min(self.row, other.row),
            min(self.column, other.column),
            max(self.last_row, other.last_row),
            max(self.last_column, other.last_column),
        )
        assert joined is not None
        return joined


WHOLE = Area(1, 1, MAX_ROWS, MAX_COLUMNS)
"""All cells of a sheet."""


def between(top: int, left: int, bottom: int, right: int) -> Area | None:
    """The area from its corners; None where they leave nothing between them."""
    if bottom < top or right < left:
        return None
    return Area(top, left, bottom - top + 1, right - left + 1)


def parse_area(text: str) -> Area:
    """`B2`, `$B$2:C5`, `A:C` or `1:3` → the area.  Raises ValueError for anything else."""
    if match := _COLUMNS.fullmatch(text):
        left, right = sorted((column_number(match[1]), column_number(match[2])))
        return Area(1, left, MAX_ROWS, right - left + 1)
    if match := _ROWS.fullmatch(text):
        top, bottom = sorted((int(match[1]), int(match[2])))
        return Area(top, 1, bottom - top + 1, MAX_COLUMNS)
    start, colon, end = text.partition(":")
    first = parse_a1(start)
    last = parse_a1(end) if colon else first
    return Area(*first).hull(Area(*last))
