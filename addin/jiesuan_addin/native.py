"""The few things for which xlwings has no word common to all hosts, asked of Excel's own objects.

The headless hosts answer to the same names, or are asked by way of their port.  Every answer has a harmless default, for
a host that cannot say.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 1."""

_WORKSHEET = -4167
"""xlWorksheet."""
_VISIBLE_CELLS = 12
"""xlCellTypeVisible."""


def properties(book: Any) -> dict[str, str]:
    """The custom document properties of a workbook."""
    with contextlib.suppress(Exception):
        return {item.Name: str(item.Value) for item in book.api.CustomDocumentProperties}
    return {}


def merges(sheet: Any, rows: int, columns: int) -> list[Area]:
    """The merged areas within the first rows and columns of a sheet."""
    with contextlib.suppress(Exception):
        port = getattr(sheet.impl, "port", None)
        if port is not None:
            return [(area.row, area.column, area.last_row, area.last_column) for area in port.merges()]
        return list(_merged(sheet, rows, columns))
    return []


def _merged(sheet: Any, rows: int, columns: int) -> Iterator[Area]:
    """Merged areas found by asking ever smaller parts whether anything in them is merged: columns first, for the labels
    of a form are merged down one column or across a few rows."""
    known: set[tuple[int, int]] = set()
    waiting: list[Area] = [(1, 1, rows, columns)]
    while waiting:
        top, left, bottom, right = waiting.pop()
        one = (top, left) == (bottom, right)
        if one and (top, left) in known:
            continue
        part = sheet.range((top, left), (bottom, right))
        if part.merge_cells is False:
            continue
        if one:
            whole = part.merge_area
            area = whole.row, whole.column, whole.row + whole.shape[0] - 1, whole.column + whole.shape[1] - 1
            known |= {(r, c) for r in range(area[0], area[2] + 1) for c in range(area[1], area[3] + 1)}
            yield area
        elif right > left:
            middle = (left + right) // 2
            waiting += [(top, middle + 1, bottom, right), (top, left, bottom, middle)]
        else:
            middle = (top + bottom) // 2
            waiting += [(middle + 1, left, bottom, right), (top, left, middle, right)]


def hidden(sheet: Any, rows: int) -> set[int]:
    """The hidden ones among the first rows of a sheet."""
    with contextlib.suppress(Exception):
        port = getattr(sheet.impl, "port", None)
        if port is not None:
            return {row for row in port.hidden_rows() if row <= rows}
        areas = sheet.api.Range(f"1:{rows}").SpecialCells(_VISIBLE_CELLS).Areas
        shown = {row for area in areas for row in range(area.Row, area.Row + area.Rows.Count)}
        return set(range(1, rows + 1)) - shown
    return set()


def is_protected(sheet: Any) -> bool:
    """Whether the cells of a sheet are protected."""
    with contextlib.suppress(Exception):
        return bool(sheet.api.ProtectContents)
    return False


def structure_protected(book: Any) -> bool:
    """Whether sheets can be neither added nor deleted."""
    with contextlib.suppress(Exception):
        return bool(book.api.ProtectStructure)
    return False


def is_read_only(book: Any) -> bool:
    """Whether the workbook was opened to be read only."""
    with contextlib.suppress(Exception):
        return bool(book.api.ReadOnly)
    return False


def on_chart(book: Any) -> bool:
    """Whether a chart sheet is in front."""
    with contextlib.suppress(Exception):
        return bool(book.api.ActiveSheet.Type != _WORKSHEET)
    return False


def fit(note: Any, text: str) -> None:
    """Make a note large enough to be read, where the host draws notes."""
    lines = min(max(sum(1 + len(line) // 24 for line in text.splitlines()), 4), 16)
    with contextlib.suppress(Exception):
        shape = note.api.Shape
        shape.Width, shape.Height = 260, lines * 13


def hide_column(sheet: Any, number: int) -> None:
    """Hide a column."""
    with contextlib.suppress(Exception):
        port = getattr(sheet.impl, "port", None)
        if port is not None:
            from .hosts.area import Area as Cells

            port.set_hidden(Cells(1, number), True, False)
        else:
            sheet.api.Columns(number).Hidden = True


def page(sheet: Any, titles: int) -> None:
    """Let a sheet be printed across, one page wide, with one row on every page."""
    with contextlib.suppress(Exception):
        port = getattr(sheet.impl, "port", None)
        if port is not None:
            port.print_across(titles)
        else:
            setup = sheet.api.PageSetup
            setup.Orientation, setup.Zoom, setup.FitToPagesWide, setup.FitToPagesTall = 2, False, 1, False
            setup.PrintTitleRows = f"${titles}:${titles}"


def grid(cells: Any, colour: tuple[int, int, int]) -> None:
    """Thin lines around all cells of a range."""
    with contextlib.suppress(Exception):
        port = getattr(cells.sheet.impl, "port", None)
        if port is not None:
            port.grid(cells.impl.area, colour)
        else:
            cells.borders.set("all", line_style="continuous", weight="thin", color=colour)


def filter_buttons(cells: Any) -> None:
    """Put filter buttons on the first row of a range."""
    with contextlib.suppress(Exception):
        port = getattr(cells.sheet.impl, "port", None)
        if port is not None:
            port.filter(cells.impl.area)
        else:
            cells.api.AutoFilter()


def type_in(app: Any, prompt: str, title: str, default: str) -> str | None:
    """A line the user types; None where it was cancelled.  Raises NotImplementedError where the host cannot ask."""
    box = getattr(app.api, "InputBox", None)
    if box is None:
        raise NotImplementedError
    answer = box(prompt, title, default, Type=2)
    return answer if isinstance(answer, str) else None
