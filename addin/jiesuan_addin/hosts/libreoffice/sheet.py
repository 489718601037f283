"""A sheet open in LibreOffice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jiesuan.book import ErrorValue
from jiesuan.ref import MAX_COLUMNS, MAX_ROWS

from ..area import Area, between
from ..engine.values import date_format, moment, serial, typed
from ..port import Aspect, HostError, Plain, Rgb, Rule
from . import looks, rules
from .formulas import to_excel, to_office

if TYPE_CHECKING:
    from .book import OfficeBook

_VALUE, _DATE, _STRING, _NOTE, _FORMULA, _HARD, _STYLES, _EDITED = 1, 2, 4, 8, 16, 32, 64, 256
"""com.sun.star.sheet.CellFlags."""
_CONTENTS = _VALUE | _DATE | _STRING | _FORMULA
_FORMATS = _HARD | _STYLES | _EDITED
_HAIR = 26
"""Width of a thin line, in units of 0.01 mm."""
_ACROSS = "jiesuan_across"
"""The page style of sheets that are printed across: A4 on its side, in units of 0.01 mm."""


class OfficeSheet:
    """Whole blocks go over the bridge in one call; only formulas, links and notes are set one by one."""

    def __init__(self, book: OfficeBook, sheet: Any) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def name(self) -> str:
        return str(self.sheet.Name)

    @name.setter
    def name(self, value: str) -> None:
        others = {name.lower() for name in self.book.document.Sheets.ElementNames} - {self.name.lower()}
        if value.lower() in others:
            raise HostError(f"已经有名为“{value}”的工作表。请换一个名称。")
        self.sheet.setName(value)

    @property
    def visible(self) -> bool:
        return bool(self.sheet.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self.sheet.IsVisible = value

    @property
    def is_chart(self) -> bool:
        """LibreOffice makes a sheet of cells of it, with the chart on top."""
        return self.name in self.book.said.charts

    @property
    def protected(self) -> bool:
        return bool(self.sheet.isProtected())

    def block(self, area: Area) -> Any:
        """The UNO range of an area."""
        return self.sheet.getCellRangeByPosition(area.column - 1, area.row - 1, area.last_column - 1, area.last_row - 1)

    def _cell(self, row: int, column: int) -> Any:
        return self.sheet.getCellByPosition(column - 1, row - 1)

    @staticmethod
    def area_of(address: Any) -> Area:
        """A UNO range address (counted from 0) as an area."""
        area = between(address.StartRow + 1, address.StartColumn + 1, address.EndRow + 1, address.EndColumn + 1)
        assert area is not None
        return area

    def locked(self, area: Area) -> bool:
        block = self.block(area)
        if block.getPropertyState("CellProtection").value == "AMBIGUOUS_VALUE":
            return True
        return bool(block.CellProtection.IsLocked)

    def extent(self) -> Area:
        cursor = self.sheet.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return self.area_of(cursor.RangeAddress)

    def values(self, area: Area) -> list[list[Plain]]:
        block = self.block(area)
        rows: list[list[Any]] = [
            [None if value == "" else value for value in line] for line in _lines(block.getDataArray())
        ]
        for row, column in _missing(block, area):
            rows[row - area.row][column - area.column] = ErrorValue(self._cell(row, column).String)
        for kind, part in self._kinds(block):
            for row, column in part.cells():
                value = rows[row - area.row][column - area.column]
                if isinstance(value, float):
                    rows[row - area.row][column - area.column] = bool(value) if kind == looks.LOGICAL else moment(value)
        return rows

    def _kinds(self, block: Any) -> Iterator[tuple[int, Area]]:
        """The parts of a range that show dates (`looks.DATED`) or truth values (`looks.LOGICAL`)."""
        groups = block.getUniqueCellFormatRanges()
        for place in range(groups.Count):
            group = groups.getByIndex(place)
            kind = self.book.formats.kind(group.NumberFormat)
            if kind & looks.DATED or kind & looks.LOGICAL:
                for address in group.getRangeAddresses():
                    yield (looks.DATED if kind & looks.DATED else looks.LOGICAL), self.area_of(address)

    def formulas(self, area: Area) -> list[list[str]]:
        block = self.block(area)
        texts = [[typed(value) for value in line] for line in self.values(area)]
        found = _lines(block.getFormulaArray())
        for address in block.queryContentCells(_FORMULA).getRangeAddresses():
            for row, column in self.area_of(address).cells():
                line = row - area.row
                texts[line][column - area.column] = to_excel(found[line][column - area.column])
        return texts

    def write(self, area: Area, rows: Sequence[Sequence[Plain]]) -> None:
        """Notes of the area are kept, though LibreOffice would drop them.  Raises HostError where it refuses."""
        block = self.block(area)
        kinds = {cell: kind for kind, part in self._kinds(block) for cell in part.cells()}
        notes = self._notes_in(block)
        try:
            block.setDataArray(tuple(tuple(_sent(value) for value in line) for line in rows))
        except Exception as error:
            raise HostError(f"{self.name}!{area.address} 写不进去：可能压在数组公式上，或工作表受保护。") from error
        for (row, column), value in zip(area.cells(), (value for line in rows for value in line), strict=True):
            kind = kinds.get((row, column))
            if isinstance(value, str) and value.startswith("="):
                self._cell(row, column).setFormula(to_office(value))
            elif isinstance(value, bool):
                self._cell(row, column).NumberFormat = self.book.formats.key("BOOLEAN")
            elif isinstance(value, dt.datetime) and kind != looks.DATED:
                self._cell(row, column).NumberFormat = self.book.formats.key(date_format(value))
            elif isinstance(value, float) and kind == looks.LOGICAL:
                self._cell(row, column).NumberFormat = self.book.formats.key("General")
        for (row, column), text in notes.items():
            self.set_note(row, column, text)

    def aspect(self, area: Area, aspect: Aspect) -> Any:
        return looks.read(self.book, self.block(area), aspect)

    def set_aspect(self, area: Area, aspect: Aspect, value: Any) -> None:
        looks.change(self.book, self.block(area), aspect, value)

    def clear(self, area: Area, contents: bool, formats: bool) -> None:
        flags = (_CONTENTS if contents else 0) | (_FORMATS if formats else 0) | (_NOTE if contents and formats else 0)
        block = self.block(area)
        notes = {} if contents and formats else self._notes_in(block)
        block.clearContents(flags)
        for (row, column), text in notes.items():
            if self.note(row, column) is None:
                self.set_note(row, column, text)

    def _notes_in(self, block: Any) -> dict[tuple[int, int], str]:
        found: dict[tuple[int, int], str] = {}
        for address in block.queryContentCells(_NOTE).getRangeAddresses():
            for row, column in self.area_of(address).cells():
                text = self.note(row, column)
                if text is not None:
                    found[row, column] = text
        return dict(sorted(found.items()))

    def notes(self) -> dict[tuple[int, int], str]:
        found = {}
        annotations = self.sheet.Annotations
        for place in range(annotations.Count):
            annotation = annotations.getByIndex(place)
            where = annotation.Position
            found[where.Row + 1, where.Column + 1] = str(annotation.String)
        return dict(sorted(found.items()))

    def note(self, row: int, column: int) -> str | None:
        return str(self._cell(row, column).getAnnotation().getString()) or None

    def set_note(self, row: int, column: int, text: str | None) -> None:
        cell = self._cell(row, column)
        cell.clearContents(_NOTE)
        if text:
            self.sheet.Annotations.insertNew(cell.CellAddress, text)

    def link(self, row: int, column: int) -> str | None:
        fields = self._cell(row, column).getTextFields()
        if fields is None or not fields.Count:
            return None
        target = str(fields.getByIndex(0).URL)
        before, mark, place = target.partition("#")
        return f"{before}#{'!'.join(place.rsplit('.', 1))}" if mark else target

    def set_link(self, row: int, column: int, target: str, text: str, tip: str | None) -> None:
        cell = self._cell(row, column)
        self.write(Area(row, column), [[None]])
        before, mark, place = target.partition("#")
        field = self.book.document.createInstance("com.sun.star.text.TextField.URL")
        field.URL = f"{before}#{'.'.join(place.rsplit('!', 1))}" if mark else target
        field.Representation = text
        cell.insertTextContent(cell.createTextCursor(), field, False)

    def merges(self) -> list[Area]:
        found = set()
        groups = self.sheet.getUniqueCellFormatRanges()
        for place in range(groups.Count):
            parts = [self.area_of(address) for address in groups.getByIndex(place).getRangeAddresses()]
            # To be merged is part of a cell's format, so that all cells of a group are, or none.
            if self._cell(parts[0].row, parts[0].column).getIsMerged():
                found |= {self._merged(*cell) for part in parts for cell in part.cells()}
        return sorted(area for area in found if area.size > 1)

    def _merged(self, row: int, column: int) -> Area:
        cursor = self.sheet.createCursorByRange(self._cell(row, column))
        cursor.collapseToMergedArea()
        return self.area_of(cursor.RangeAddress)

    def merge(self, area: Area) -> None:
        self.unmerge(area)
        if area.size > 1:
            hidden = [cell for cell in area.cells() if cell != (area.row, area.column)]
            for row, column in hidden:
                self._cell(row, column).clearContents(_CONTENTS)
            self.block(area).merge(True)

    def unmerge(self, area: Area) -> None:
        for merged in self.merges():
            if merged.overlap(area):
                self.block(merged).merge(False)

    def size(self, row: int | None, column: int | None) -> float:
        if column is not None:
            pixels: float = self.sheet.Columns.getByIndex(column - 1).Width / 2540 * 96
            return round(max(pixels - 5, 0) / 7, 2)
        assert row is not None
        return round(float(self.sheet.Rows.getByIndex(row - 1).Height) / 2540 * 72, 2)

    def set_size(self, area: Area, *, height: float | None = None, width: float | None = None) -> None:
        block = self.block(area)
        if height is not None:
            block.Rows.Height = round(height / 72 * 2540)
        if width is not None:
            block.Columns.Width = round((width * 7 + 5) / 96 * 2540)

    def fit(self, area: Area, rows: bool, columns: bool) -> None:
        bounded = area.overlap(self.extent())
        if bounded is None:
            return
        if columns:
            self.block(bounded).Columns.OptimalWidth = True
        if rows:
            self.block(bounded).Rows.OptimalHeight = True

    def hidden_rows(self) -> set[int]:
        last = self.extent().last_row
        shown = self._shown(Area(1, 1, last, MAX_COLUMNS))
        return set(range(1, last + 1)) - {row for part in shown for row in range(part.row, part.last_row + 1)}

    def hidden_columns(self) -> set[int]:
        last = self.extent().last_column
        shown = self._shown(Area(1, 1, MAX_ROWS, last))
        return set(range(1, last + 1)) - {one for part in shown for one in range(part.column, part.last_column + 1)}

    def _shown(self, area: Area) -> list[Area]:
        return [self.area_of(address) for address in self.block(area).queryVisibleCells().getRangeAddresses()]

    def set_hidden(self, area: Area, hidden: bool, rows: bool) -> None:
        block = self.block(area)
        (block.Rows if rows else block.Columns).IsVisible = not hidden

    def rules(self) -> list[Rule]:
        return rules.listed(self)

    def add_rule(self, area: Area, formula: str, fill: Rgb | None, stop: bool) -> Any:
        return rules.add(self, area, formula, fill)

    def remove_rule(self, key: Any) -> None:
        rules.remove(self, key)

    def freeze(self, area: Area | None) -> None:
        with self._in_front() as view:
            if area is None:
                view.freezeAtPosition(0, 0)
            else:
                rows = 0 if area.rows == MAX_ROWS else area.last_row
                columns = 0 if area.columns == MAX_COLUMNS else area.last_column
                view.freezeAtPosition(columns, rows)

    @contextmanager
    def _in_front(self) -> Iterator[Any]:
        """The view, for what LibreOffice does only to the sheet in front: this one is brought there for a moment."""
        view = self.book.document.CurrentController
        front = view.ActiveSheet
        view.setActiveSheet(self.sheet)
        yield view
        view.setActiveSheet(front)

    def print_across(self, titles: int) -> None:
        styles = self.book.document.StyleFamilies.getByName("PageStyles")
        if not styles.hasByName(_ACROSS):
            styles.insertByName(_ACROSS, self.book.document.createInstance("com.sun.star.style.PageStyle"))
            style = styles.getByName(_ACROSS)
            style.IsLandscape, style.Width, style.Height = True, 29_700, 21_000
            style.ScaleToPagesX, style.ScaleToPagesY = 1, 0
        self.sheet.PageStyle = _ACROSS
        self.sheet.setTitleRows(self.block(Area(titles, 1)).RangeAddress)
        self.sheet.setPrintTitleRows(True)

    def filter(self, area: Area) -> None:
        """A range with a name of its own would be saved as a table; only the menu's command makes one without."""
        with self._in_front() as view:
            view.select(self.block(area))
            dispatcher = self.book.office.create("com.sun.star.frame.DispatchHelper")
            dispatcher.executeDispatch(view.Frame, ".uno:DataFilterAutoFilter", "", 0, ())
            view.select(self.block(area.first))

    def grid(self, area: Area, colour: Rgb) -> None:
        block = self.block(area)
        border = block.TableBorder
        line = self.book.office.uno.createUnoStruct("com.sun.star.table.BorderLine")
        line.Color, line.OuterLineWidth = looks.number(colour), _HAIR
        for side in ("TopLine", "BottomLine", "LeftLine", "RightLine", "HorizontalLine", "VerticalLine"):
            setattr(border, side, line)
            setattr(border, f"Is{side}Valid", True)
        block.TableBorder = border


def _lines(array: Any) -> list[list[Any]]:
    return [list(line) for line in array]


def _missing(block: Any, area: Area) -> Iterator[tuple[int, int]]:
    """The cells whose formulas ended in an error."""
    for address in block.queryFormulaCells(4).getRangeAddresses():
        yield from OfficeSheet.area_of(address).cells()


def _sent(value: Plain) -> float | str:
    """A value as LibreOffice takes it in a block; formulas are set afterwards.  (It crashes on None.)"""
    if value is None or (isinstance(value, str) and value.startswith("=")):
        return ""
    if isinstance(value, dt.datetime):
        return serial(value)
    return value if isinstance(value, str) else float(value)
