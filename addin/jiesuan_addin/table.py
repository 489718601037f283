"""A sheet of our own in a live workbook: texts in one block, then its looks, a block at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import native

Columns = Sequence[tuple[str, int, str]]
"""Title, width, format of each column, as `jiesuan.marking.result.COLUMNS`."""
Head = Sequence[tuple[str, str, int]]
"""The lines above the header: text, format, height in points."""

HEADER_FILL, NOTE_FILL, WHITE, GREY, BLUE = "#44546A", "#FFFDF0", "#FFFFFF", "#595959", "#0563C1"
LINES = (0xBF, 0xBF, 0xBF)
_SIZES = {"title": 16}
_SIDES = {"center": "center", "link": "center", "number": "right"}


def block(rows: Sequence[Sequence[str]], width: int, link: Callable[[int, int], bool]) -> list[list[str | None]]:
    """Texts as they are written: rows of one width, no one's text becoming a formula; `link` tells (row, column) of ours."""
    return [
        [_typed(text, link(row, number)) for number, text in enumerate([*line, *[""] * (width - len(line))], 1)]
        for row, line in enumerate(rows, 1)
    ]


def _typed(text: str, link: bool) -> str | None:
    if text == "":
        return None
    return f" {text}" if text.startswith("=") and not link else text


def write(sheet: Any, first: int, rows: Sequence[Sequence[str]], columns: Columns) -> None:
    """All cells in one write, from the row `first` on; texts but for formulas of ours in a column of links."""
    last, width = first + len(rows) - 1, len(columns)
    if last < first:
        return
    links = {number for number, (_, _, kind) in enumerate(columns, 1) if kind == "link"}
    sheet.range((first, 1), (last, width)).number_format = "@"
    for number in links:
        # The formula would be shown in a cell formatted as text.
        sheet.range((first, number), (last, number)).number_format = "General"
    sheet.range((first, 1), (last, width)).value = block(rows, width, lambda _, column: column in links)


def dress(
    sheet: Any, head: Head, header: int, last: int, columns: Columns, fillable: Sequence[bool] | None = None
) -> None:
    """Fonts, fills and sizes of a new sheet with its header in row `header` and its last row of data `last`; `fillable` as
    in `dress_rows`."""
    width = len(columns)
    for number, (_, size, kind) in enumerate(columns, 1):
        sheet.range((1, number)).column_width = size
        if kind == "quiet":
            native.hide_column(sheet, number)
    sheet.range((1, 1), (max(last, header), width)).font.size = 10
    for row, (_, kind, height) in enumerate(head, 1):
        cell = sheet.range((row, 1))
        cell.row_height = height
        if kind in ("title", "bold"):
            cell.font.bold = True
        if kind in _SIZES:
            cell.font.size = _SIZES[kind]
        if kind == "quiet":
            cell.font.color = GREY
    titles = sheet.range((header, 1), (header, width))
    titles.color, titles.font.color, titles.font.bold, titles.row_height = HEADER_FILL, WHITE, True, 24
    titles.horizontal_alignment, titles.vertical_alignment = "center", "center"
    with contextlib.suppress(Exception):
        sheet.freeze_panes.freeze_at(f"1:{header}")
    native.page(sheet, header)
    if last > header:
        dress_rows(sheet, header + 1, last, columns, fillable)


def dress_rows(sheet: Any, first: int, last: int, columns: Columns, fillable: Sequence[bool] | None = None) -> None:
    """The rows of data; `fillable` tells row by row whether its columns of notes look like ones to fill, all where none."""
    body = sheet.range((first, 1), (last, len(columns)))
    body.wrap_text, body.vertical_alignment, body.font.size = True, "top", 10
    native.grid(body, LINES)
    for number, (_, _, kind) in enumerate(columns, 1):
        column = sheet.range((first, number), (last, number))
        if kind in _SIDES:
            column.horizontal_alignment = _SIDES[kind]
        if kind == "link":
            column.font.color = BLUE
        if kind == "note":
            for top, bottom, open_to_fill in _equal(fillable or [True] * (last - first + 1)):
                if open_to_fill:
                    sheet.range((first + top, number), (first + bottom, number)).color = NOTE_FILL


def heights(sheet: Any, first: int, wanted: Sequence[int]) -> None:
    """Set the heights of rows, equal ones that follow one another together."""
    for top, bottom, height in _equal(wanted):
        sheet.range((first + top, 1), (first + bottom, 1)).row_height = height


def _equal(wanted: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Runs of the same: (first, last, what)."""
    start = 0
    for place, height in enumerate(wanted):
        if place + 1 == len(wanted) or wanted[place + 1] != height:
            yield start, place, height
            start = place + 1
