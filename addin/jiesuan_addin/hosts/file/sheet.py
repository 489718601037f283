"""A sheet held by openpyxl."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from jiesuan.book import ErrorValue
from jiesuan.ref import MAX_COLUMNS, MAX_ROWS, letters, quoted

from ..area import Area, between
from ..engine.values import date_format, for_cell, typed
from ..port import Aspect, HostError, Plain, Rgb, Rule
from . import columns, looks, rules

if TYPE_CHECKING:
    from .book import FileBook

_A4 = 9
"""The number of the paper size."""


def constant(cell: Any) -> Plain:
    """What stands in an openpyxl cell that holds no formula."""
    if cell.data_type == "e":
        return ErrorValue(cell.value)
    value = cell.value
    return str(value) if value.__class__.__name__ == "CellRichText" else for_cell(value)


class FileSheet:
    """Cells are looked up without creating them: reading leaves the workbook as it is."""

    def __init__(self, book: FileBook, sheet: Any) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def name(self) -> str:
        return str(self.sheet.title)

    @name.setter
    def name(self, value: str) -> None:
        """Raises HostError where a formula names the sheet: openpyxl would not take the formula along."""
        if value == self.name:
            return
        if any(
            other.title.lower() == value.lower() and other is not self.sheet for other in self.book.workbook._sheets
        ):
            raise HostError(f"已经有名为“{value}”的工作表。请换一个名称。")
        if any(f"{quoted(self.name)}!" in text or f"{self.name}!" in text for text in self.book.formula_texts()):
            raise HostError(f"有公式引用了工作表“{self.name}”，文件宿主不能给它改名。请在 Excel 里改。")
        self.book.results[value] = self.book.results.pop(self.name, {})
        self.sheet.title = value

    @property
    def visible(self) -> bool:
        return bool(self.sheet.sheet_state == "visible")

    @visible.setter
    def visible(self, value: bool) -> None:
        self.sheet.sheet_state = "visible" if value else "hidden"

    @property
    def is_chart(self) -> bool:
        return not hasattr(self.sheet, "_cells")

    @property
    def protected(self) -> bool:
        return not self.is_chart and bool(self.sheet.protection.sheet)

    def locked(self, area: Area) -> bool:
        return any(cell is None or cell.protection.locked for cell in self._cells(area))

    def extent(self) -> Area:
        """From the first to the last cell that holds or shows anything."""
        keys = self.sheet._cells
        if not keys:
            return Area(1, 1)
        rows, across = {row for row, _ in keys}, {column for _, column in keys}
        area = between(min(rows), min(across), max(rows), max(across))
        assert area is not None
        return area

    def _bounded(self, area: Area) -> Area | None:
        """Whole rows and columns only as far as anything stands there."""
        whole = area.rows == MAX_ROWS or area.columns == MAX_COLUMNS
        return area.overlap(self.extent()) if whole else area

    def _cells(self, area: Area) -> Iterator[Any]:
        bounded = self._bounded(area)
        if bounded is not None:
            for place in bounded.cells():
                yield self.sheet._cells.get(place)

    def values(self, area: Area) -> list[list[Plain]]:
        if self.book.automatic:
            self.book.calculate()
        results = self.book.results.get(self.name, {})
        cells = self.sheet._cells

        def value(row: int, column: int) -> Plain:
            cell = cells.get((row, column))
            if cell is None:
                return None
            return results.get((row, column)) if cell.data_type == "f" else constant(cell)

        across = range(area.column, area.last_column + 1)
        return [[value(row, column) for column in across] for row in range(area.row, area.last_row + 1)]

    def formulas(self, area: Area) -> list[list[str]]:
        def text(cell: Any) -> str:
            if cell is None:
                return ""
            if cell.data_type != "f":
                return typed(constant(cell))
            return str(cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", ""))

        across = range(area.column, area.last_column + 1)
        cells = self.sheet._cells
        return [[text(cells.get((row, c))) for c in across] for row in range(area.row, area.last_row + 1)]

    def write(self, area: Area, rows: Sequence[Sequence[Plain]]) -> None:
        """Raises HostError for characters that no workbook can hold; nothing is written then."""
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell

        for line in rows:
            for value in line:
                if isinstance(value, str) and ILLEGAL_CHARACTERS_RE.search(value):
                    raise HostError("文字里有表格不能存的控制字符。请删去后再试。")
        for (row, column), value in zip(area.cells(), (value for line in rows for value in line), strict=True):
            if value is None and (row, column) not in self.sheet._cells:
                continue
            cell = self.sheet.cell(row, column)
            if isinstance(cell, MergedCell):
                continue
            kept = cell.number_format if cell.is_date or not isinstance(value, dt.datetime) else None
            cell.value = value
            cell.number_format = kept or date_format(value)
        self.book.stale = True

    def aspect(self, area: Area, aspect: Aspect) -> Any:
        found = []
        for cell in self._cells(area):
            look = looks.DEFAULTS[aspect] if cell is None else looks.read(cell, aspect)
            if look not in found:
                found.append(look)
        return found[0] if len(found) == 1 else None

    def set_aspect(self, area: Area, aspect: Aspect, value: Any) -> None:
        known: dict[tuple[int, ...], Any] = {}
        bounded = self._bounded(area)
        for row, column in bounded.cells() if bounded else ():
            cell = self.sheet.cell(row, column)
            before = tuple(cell._style or ())
            if before not in known:
                looks.change(cell, aspect, value)
                known[before] = cell._style
            cell._style = copy(known[before])

    def clear(self, area: Area, contents: bool, formats: bool) -> None:
        from openpyxl.cell.cell import MergedCell

        for row, column in area.cells():
            cell = self.sheet._cells.get((row, column))
            if cell is None:
                continue
            if contents and not isinstance(cell, MergedCell):
                cell.value = None
                cell.hyperlink = None
            if formats:
                cell._style = type(cell._style)([0] * len(cell._style))
            if contents and formats and not isinstance(cell, MergedCell):
                cell.comment = None
                del self.sheet._cells[row, column]
        self.book.stale = self.book.stale or contents

    def notes(self) -> dict[tuple[int, int], str]:
        noted = {place: cell.comment.text for place, cell in self.sheet._cells.items() if cell.comment is not None}
        return dict(sorted(noted.items()))

    def note(self, row: int, column: int) -> str | None:
        cell = self.sheet._cells.get((row, column))
        return None if cell is None or cell.comment is None else str(cell.comment.text)

    def set_note(self, row: int, column: int, text: str | None) -> None:
        from openpyxl.comments import Comment

        cell = self.sheet.cell(row, column)
        if text is None:
            cell.comment = None
            return
        author = cell.comment.author if cell.comment else "jiesuan"
        lines = sum(1 + looks.width(line) // 46 for line in text.splitlines() or [""])
        cell.comment = Comment(text, author, height=max(60, 20 * lines + 10), width=320)

    def link(self, row: int, column: int) -> str | None:
        cell = self.sheet._cells.get((row, column))
        if cell is None or cell.hyperlink is None:
            return None
        target, place = cell.hyperlink.target, cell.hyperlink.location
        return f"{target or ''}#{place}" if place else str(target)

    def set_link(self, row: int, column: int, target: str, text: str, tip: str | None) -> None:
        from openpyxl.worksheet.hyperlink import Hyperlink

        cell = self.sheet.cell(row, column)
        self.write(Area(row, column), [[text]])
        address, _, place = target.partition("#")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=address or None, location=place or None, tooltip=tip)
        looks.change_link(cell)

    def merges(self) -> list[Area]:
        found = [between(m.min_row, m.min_col, m.max_row, m.max_col) for m in self.sheet.merged_cells.ranges]
        return sorted(area for area in found if area)

    def merge(self, area: Area) -> None:
        self.unmerge(area)
        if area.size > 1:
            self.sheet.merge_cells(area.address)
            self.book.stale = True

    def unmerge(self, area: Area) -> None:
        for merged in self.merges():
            if merged.overlap(area):
                self.sheet.unmerge_cells(merged.address)

    def size(self, row: int | None, column: int | None) -> float:
        if column is not None:
            return columns.width(self.sheet, column)
        height = self.sheet.row_dimensions[row].height if row in self.sheet.row_dimensions else None
        return float(height or self.sheet.sheet_format.defaultRowHeight or 15)

    def set_size(self, area: Area, *, height: float | None = None, width: float | None = None) -> None:
        if height is not None:
            last = self.extent().last_row if area.rows == MAX_ROWS else area.last_row
            for row in range(area.row, last + 1):
                self.sheet.row_dimensions[row].height = height
        if width is not None:
            columns.change(self.sheet, area.column, area.last_column, width=width)

    def fit(self, area: Area, rows: bool, columns_too: bool) -> None:
        """Columns as wide as their longest line, up to 80 characters; rows are left to the program that shows them."""
        if rows:
            for row, dimension in self.sheet.row_dimensions.items():
                if area.row <= row <= area.last_row:
                    dimension.height = None
        bounded = area.overlap(self.extent())
        if columns_too and bounded is not None:
            shown = self.values(bounded)
            for index in range(bounded.columns):
                longest = max(looks.width(typed(line[index]).split("\n")[0]) for line in shown)
                column = bounded.column + index
                columns.change(self.sheet, column, column, width=float(min(max(longest + 2, 4), 80)))

    def hidden_rows(self) -> set[int]:
        return {row for row, dimension in self.sheet.row_dimensions.items() if dimension.hidden}

    def hidden_columns(self) -> set[int]:
        return {c for c in range(1, self.extent().last_column + 1) if columns.hidden(self.sheet, c)}

    def set_hidden(self, area: Area, hidden: bool, rows: bool) -> None:
        if not rows:
            columns.change(self.sheet, area.column, area.last_column, hidden=hidden)
            return
        for row in range(area.row, area.last_row + 1):
            self.sheet.row_dimensions[row].hidden = hidden

    def rules(self) -> list[Rule]:
        return rules.listed(self.sheet)

    def add_rule(self, area: Area, formula: str, fill: Rgb | None, stop: bool) -> Any:
        return rules.add(self.sheet, area, formula, fill, stop)

    def remove_rule(self, key: Any) -> None:
        rules.remove(self.sheet, key)

    def freeze(self, area: Area | None) -> None:
        if area is None:
            self.sheet.freeze_panes = None
            return
        row = 1 if area.rows == MAX_ROWS else area.last_row + 1
        column = 1 if area.columns == MAX_COLUMNS else area.last_column + 1
        self.sheet.freeze_panes = f"{letters(column)}{row}"

    def print_across(self, titles: int) -> None:
        setup = self.sheet.page_setup
        setup.orientation, setup.paperSize, setup.fitToHeight = "landscape", _A4, 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.sheet.print_title_rows = f"{titles}:{titles}"

    def filter(self, area: Area) -> None:
        self.sheet.auto_filter.ref = area.address

    def grid(self, area: Area, colour: Rgb) -> None:
        from openpyxl.styles import Border, Side

        side = Side(style="thin", color=looks.argb(colour))
        for row, column in area.cells():
            self.sheet.cell(row, column).border = Border(left=side, right=side, top=side, bottom=side)
