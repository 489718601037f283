"""Where a figure stands: a sheet and a cell.

A `Ref` is made when a value is read and travels with it into every message, so nothing ever has to search for "the cell
again".  Rows and columns count from 1, the way people and Excel count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")


def letters(column: int) -> str:
    """Column number (from 1) → letters: 1 → A, 28 → AB."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_number(text: str) -> int:
    """Column letters → number (from 1): A → 1, AB → 28."""
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number


def parse_a1(text: str) -> tuple[int, int]:
    """`L17` or `$L$17` → (17, 12).  Raises ValueError for anything else."""
    match = _A1.fullmatch(text)
    if match is None:
        raise ValueError(f"不是单元格地址：{text}")
    row, column = int(match[2]), column_number(match[1])
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise ValueError(f"单元格地址超出工作表：{text}")
    return row, column


def a1(row: int, column: int) -> str:
    """(17, 12) → `L17`."""
    return f"{letters(column)}{row}"


def quoted(sheet: str) -> str:
    """A sheet's name as it stands in an address: `'2-3 表'`, and `'A1'`, which would read as a cell."""
    return sheet if _PLAIN_NAME.fullmatch(sheet) and not _A1.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"


class Ref(NamedTuple):
    """One cell of one sheet; orders by sheet name, then row, then column."""

    sheet: str
    row: int
    column: int

    @property
    def cell(self) -> str:
        """The address without the sheet: `L17`."""
        return a1(self.row, self.column)

    def __str__(self) -> str:
        return f"{quoted(self.sheet)}!{self.cell}"


def compress(cells: Iterable[tuple[int, int]]) -> str:
    """Many cells as Excel areas: runs down a column joined, then equal runs side by side, e.g. `A3:A4,B9,C8:H8`."""
    runs: list[list[int]] = []  # first row, last row, first column, last column
    ordered = sorted({(column, row) for row, column in cells})
    for column, row in ordered:
        if runs and runs[-1][2] == column and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row, column, column])
    open_runs: dict[tuple[int, int], list[int]] = {}
    areas: list[list[int]] = []
    for run in runs:
        beside = open_runs.get((run[0], run[1]))
        if beside is not None and beside[3] == run[2] - 1:
            beside[3] = run[3]
        else:
            areas.append(run)
            open_runs[(run[0], run[1])] = run
    return ",".join(
        a1(first, left) if (first, left) == (last, right) else f"{a1(first, left)}:{a1(last, right)}"
        for first, last, left, right in areas
    )


def covers(areas: str, cell: str) -> bool:
    """Whether one of the areas (`A3:A4,B9`) has the cell in it; what is no address has none and is in none."""
    try:
        row, column = parse_a1(cell)
        corners = [[parse_a1(corner) for corner in area.split(":")] for area in areas.split(",")]
    except ValueError:
        return False
    return any(area[0][0] <= row <= area[-1][0] and area[0][1] <= column <= area[-1][1] for area in corners)
