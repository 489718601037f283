"""Range of a headless host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from jiesuan.ref import MAX_COLUMNS, MAX_ROWS, quoted

from ..area import Area
from ..port import Aspect, DefinedName, HostError, Plain, Rgb
from .moves import jump, region
from .parts import Font, Note
from .rules import ConditionalFormats
from .values import block, colour

if TYPE_CHECKING:
    from .book import Name
    from .sheet import Sheet

_STEPS = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}


class Range(base_classes.Range):
    """A rectangle of cells; an area of no rows or no columns reads as nothing and cannot be written."""

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self._sheet = sheet
        self.area = area
        self.options: dict[str, Any] = {}

    # where it is -----------------------------------------------------------------------------------------------

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def api(self) -> Range | None:
        """None for a range without cells: xlwings then leaves it alone."""
        return self if self.area.size else None

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return (self._sheet.name, *self.area)

    def __len__(self) -> int:
        return self.area.size

    def __bool__(self) -> bool:
        return True

    @property
    def row(self) -> int:
        return self.area.row

    @property
    def column(self) -> int:
        return self.area.column

    @property
    def shape(self) -> tuple[int, int]:
        return self.area.rows, self.area.columns

    @property
    def address(self) -> str:
        return self.area.absolute()

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        address = self.area.absolute(row_absolute, col_absolute)
        if not external:
            return address
        book, sheet = self._sheet.book.name, self._sheet.name
        plain = quoted(book) == book and quoted(sheet) == sheet
        title = f"[{book}]{sheet}" if plain else quoted(f"[{book}]{sheet}")
        return f"{title}!{address}"

    def __call__(self, arg1: Any, arg2: Any = None) -> Range:
        """The cell at (row, column) counted from this range's first, or the n-th cell of it."""
        if arg2 is None:
            if isinstance(arg1, (tuple, str)):
                raise ValueError("Invalid arguments")
            row, column = divmod(arg1 - 1, self.area.columns)
            return self._cell(self.row + row, self.column + column)
        return self._cell(self.row + arg1 - 1, self.column + arg2 - 1)

    def _cell(self, row: int, column: int) -> Range:
        return Range(self._sheet, Area(row, column))

    @property
    def rows(self) -> list[Range]:
        return [Range(self._sheet, Area(row, self.column, 1, self.area.columns)) for row in self._row_numbers()]

    @property
    def columns(self) -> list[Range]:
        across = range(self.column, self.area.last_column + 1)
        return [Range(self._sheet, Area(self.row, column, self.area.rows, 1)) for column in across]

    def _row_numbers(self) -> range:
        return range(self.row, self.area.last_row + 1)

    def _used(self) -> Area | None:
        """The part with anything in it: whole rows and columns are not walked to their end."""
        return self.area.overlap(self._sheet.port.extent())

    # what it holds ---------------------------------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        if not self.area.size:
            return None
        rows = self._sheet.port.values(self.area)
        return rows[0][0] if self.area.size == 1 else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._write(data)

    def _write(self, data: Any) -> None:
        if self.area.size:
            self.require_unlocked()
            self._sheet.port.write(self.area, block(data, self.area.rows, self.area.columns))

    @property
    def formula(self) -> Any:
        if not self.area.size:
            return None
        rows = self._sheet.port.formulas(self.area)
        return rows[0][0] if self.area.size == 1 else tuple(tuple(row) for row in rows)

    @formula.setter
    def formula(self, value: Any) -> None:
        self._write(value)

    formula2 = formula

    @property
    def has_array(self) -> bool:
        return False

    def clear_contents(self) -> None:
        self._clear(True, False)

    def clear_formats(self) -> None:
        self._clear(False, True)

    def clear(self) -> None:
        self._clear(True, True)

    def _clear(self, contents: bool, formats: bool) -> None:
        area = self._used()
        if area is not None:
            self.require_unlocked()
            self._sheet.port.clear(area, contents, formats)

    def require_unlocked(self) -> None:
        """Raises HostError where the sheet is protected and a cell of the range is locked."""
        port = self._sheet.port
        if port.protected and port.locked(self.area):
            raise HostError(
                f"工作表“{self._sheet.name}”受保护，不能改 {self.area.address}。"
                "请先在“审阅”里点“撤销工作表保护”，做完再保护起来。"
            )

    # how it looks ----------------------------------------------------------------------------------------------

    def aspect(self, aspect: Aspect) -> Any:
        """One side of its looks; None where its cells differ."""
        return self._sheet.port.aspect(self.area, aspect)

    def set_aspect(self, aspect: Aspect, value: Any) -> None:
        """Set one side of its looks."""
        self.require_unlocked()
        self._sheet.port.set_aspect(self.area, aspect, value)

    @property
    def color(self) -> Rgb | None:
        return self.aspect("fill")  # type: ignore[no-any-return]

    @color.setter
    def color(self, color_or_rgb: Any) -> None:
        self.set_aspect("fill", colour(color_or_rgb))

    @property
    def number_format(self) -> str | None:
        return self.aspect("number_format")  # type: ignore[no-any-return]

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.set_aspect("number_format", value)

    @property
    def wrap_text(self) -> bool | None:
        return self.aspect("wrap")  # type: ignore[no-any-return]

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.set_aspect("wrap", bool(value))

    @property
    def horizontal_alignment(self) -> str | None:
        return self.aspect("horizontal")  # type: ignore[no-any-return]

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self.set_aspect("horizontal", value)

    @property
    def vertical_alignment(self) -> str | None:
        return self.aspect("vertical")  # type: ignore[no-any-return]

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self.set_aspect("vertical", value)

    @property
    def conditional_formats(self) -> ConditionalFormats:
        return ConditionalFormats(self)

    @property
    def font(self) -> Font:
        return Font(self)

    @property
    def column_width(self) -> float | None:
        return self._common(None, list(range(self.column, self.area.last_column + 1)))

    @column_width.setter
    def column_width(self, value: float) -> None:
        self._sheet.port.set_size(self.area, width=float(value))

    @property
    def row_height(self) -> float | None:
        return self._common(list(self._row_numbers()), None)

    @row_height.setter
    def row_height(self, value: float) -> None:
        self._sheet.port.set_size(self.area, height=float(value))

    def _common(self, rows: list[int] | None, columns: list[int] | None) -> float | None:
        port = self._sheet.port
        sizes = {port.size(row, None) for row in rows or ()} | {port.size(None, column) for column in columns or ()}
        return sizes.pop() if len(sizes) == 1 else None

    def autofit(self, axis: str | None = None) -> None:
        self._sheet.port.fit(self.area, axis in (None, "rows", "r"), axis in (None, "columns", "c"))

    @property
    def row_hidden(self) -> bool | None:
        hidden = self._sheet.port.hidden_rows()
        return _one(row in hidden for row in self._row_numbers())

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._sheet.port.set_hidden(self.area, bool(value), rows=True)

    @property
    def column_hidden(self) -> bool | None:
        hidden = self._sheet.port.hidden_columns()
        return _one(column in hidden for column in range(self.column, self.area.last_column + 1))

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self._sheet.port.set_hidden(self.area, bool(value), rows=False)

    # what hangs on it ------------------------------------------------------------------------------------------

    @property
    def note(self) -> Note | None:
        text = self._sheet.port.note(self.row, self.column)
        return None if text is None else Note(self._sheet, self.row, self.column, text)

    def add_note(self, text: str) -> Note:
        self.require_unlocked()
        self._sheet.port.set_note(self.row, self.column, text)
        return Note(self._sheet, self.row, self.column, text)

    @property
    def comment(self) -> None:
        return None

    @property
    def hyperlink(self) -> str:
        """Where the link leads.  Raises HostError where there is none."""
        target = self._sheet.port.link(self.row, self.column)
        if target is None:
            raise HostError(f"{self._sheet.name}!{self.area.address} 没有超链接")
        return target

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:
        self.require_unlocked()
        self._sheet.port.set_link(self.row, self.column, address, text_to_display or address, screen_tip)

    @property
    def name(self) -> Name | None:
        from .book import Name

        wanted = f"={quoted(self._sheet.name)}!{self.address}"
        for defined in self._sheet.book.port.names():
            if defined.refers_to == wanted:
                return Name(self._sheet.book, defined)
        return None

    @name.setter
    def name(self, value: str) -> None:
        scope, _, local = value.rpartition("!")
        target = f"={quoted(self._sheet.name)}!{self.address}"
        self._sheet.book.port.set_name(*DefinedName(local, scope.strip("'") or None, target))

    @property
    def merge_area(self) -> Range:
        for merged in self._sheet.port.merges():
            if merged.holds(self.row, self.column):
                return Range(self._sheet, merged)
        return Range(self._sheet, self.area)

    @property
    def merge_cells(self) -> bool:
        return any(merged.overlap(self.area) for merged in self._sheet.port.merges())

    def merge(self, across: bool) -> None:
        self.require_unlocked()
        for part in self.rows if across else [self]:
            self._sheet.port.merge(part.area)

    def unmerge(self) -> None:
        self.require_unlocked()
        self._sheet.port.unmerge(self.area)

    def select(self) -> None:
        """Select the cells; their sheet has to be the active one, as in Excel."""
        book = self._sheet.book
        if book.port.active().name != self._sheet.name:
            raise HostError(f"工作表“{self._sheet.name}”不在前面，不能选定其中的单元格。请先切换过去。")
        book.port.select(self.area)

    # finding the way -------------------------------------------------------------------------------------------

    def end(self, direction: str) -> Range:
        """Where Ctrl+arrow leads from the first cell: `up`, `down`, `left`, `right` or their first letters."""
        down, right = _STEPS[direction[:1]]
        extent = self._sheet.port.extent().hull(self.area.first)
        line = self._line(extent, vertical=bool(down))
        here = self.row if down else self.column
        last = (MAX_ROWS if down else MAX_COLUMNS) if down + right > 0 else 1
        stop = jump(line, here, down + right, last)
        return self._cell(stop, self.column) if down else self._cell(self.row, stop)

    def _line(self, extent: Area, vertical: bool) -> dict[int, Plain]:
        if vertical:
            area = Area(1, self.column, extent.last_row, 1)
            return {row: value[0] for row, value in enumerate(self._sheet.port.values(area), 1)}
        area = Area(self.row, 1, 1, extent.last_column)
        return dict(enumerate(self._sheet.port.values(area)[0], 1))

    @property
    def current_region(self) -> Range:
        """The block of filled cells around the first cell, up to empty rows and columns."""
        extent = self._sheet.port.extent()
        rows = self._sheet.port.values(Area(1, 1, extent.last_row, extent.last_column))
        filled = {(r, c) for r, line in enumerate(rows, 1) for c, value in enumerate(line, 1) if value is not None}
        return Range(self._sheet, region(filled, self.area.first))


def _one(values: Any) -> bool | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None
