"""Sheets and Sheet of a headless host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from ..area import WHOLE, Area, between, parse_area
from ..port import HostError, SheetPort
from .book import Book, Names, counted, located
from .parts import FreezePanes, Note
from .range import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORKSHEET = -4167
_CHART = 3
"""Excel's numbers for kinds of sheets (XlSheetType)."""


class Sheets(base_classes.Sheets):
    """The worksheets of a workbook, in order; chart sheets are left out, as xlwings leaves them out."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Sheets:
        return self

    def _ports(self) -> Sequence[SheetPort]:
        return [port for port in self.book.port.sheets() if not port.is_chart]

    @property
    def active(self) -> Sheet:
        return self.book.wrap(self.book.port.active())

    def __call__(self, name_or_index: str | int) -> Sheet:
        ports = self._ports()
        if isinstance(name_or_index, int):
            if 0 < name_or_index <= len(ports):
                return self.book.wrap(ports[name_or_index - 1])
            raise KeyError(name_or_index)
        for port in ports:
            if port.name.lower() == name_or_index.lower():
                return self.book.wrap(port)
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self._ports())

    def __iter__(self) -> Iterator[Sheet]:
        return iter([self.book.wrap(port) for port in self._ports()])

    def __contains__(self, name: str) -> bool:
        return any(port.name.lower() == str(name).lower() for port in self._ports())

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """A new sheet, which becomes the active one; by default before the active sheet."""
        port = self.book.port.add(self.place(before, after), name or self._free("Sheet{}"))
        self.book.port.activate(port)
        return self.book.wrap(port)

    def place(self, before: Sheet | None, after: Sheet | None) -> int:
        """Index (from 0) of a place given by a neighbour; without one, that of the active sheet."""
        anchor = before or after or self.active
        return anchor.position + (1 if after is not None and before is None else 0)

    def _free(self, pattern: str) -> str:
        taken = {port.name.lower() for port in self.book.port.sheets()}
        number = len(taken)
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)


class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, port: SheetPort) -> None:
        self._book = book
        self.port = counted(book, port)

    @property
    def book(self) -> Book:
        return self._book

    @property
    def api(self) -> _SheetApi:
        return _SheetApi(self)

    @property
    def name(self) -> str:
        return self.port.name

    @name.setter
    def name(self, value: str) -> None:
        self.port.name = value

    @property
    def names(self) -> Names:
        return Names(self._book, self.name)

    @property
    def position(self) -> int:
        """Index from 0 among all sheets."""
        return [port.name for port in self._book.port.sheets()].index(self.name)

    @property
    def index(self) -> int:
        return self.position + 1

    @property
    def visible(self) -> bool:
        return self.port.visible

    @visible.setter
    def visible(self, value: bool) -> None:
        others = [port for port in self._book.port.sheets() if port.visible and port.name != self.name]
        if not value and not others:
            raise HostError("工作簿里至少要有一张看得见的工作表。请先显示另一张，再隐藏这一张。")
        self.port.visible = bool(value)

    @property
    def used_range(self) -> Range:
        return Range(self, self.port.extent())

    @property
    def cells(self) -> Range:
        return Range(self, WHOLE)

    @property
    def notes(self) -> list[Note]:
        return [Note(self, row, column, text) for (row, column), text in self.port.notes().items()]

    @property
    def freeze_panes(self) -> FreezePanes:
        return FreezePanes(self)

    @property
    def tables(self) -> list[Any]:
        """None are offered: tables of the file are kept, not shown."""
        return []

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        """Cells by address, defined name, (row, column), (row, column, rows, columns), or between two such."""
        if arg2 is None and isinstance(arg1, str):
            return self._named(arg1)
        start = self._area(arg1)
        return Range(self, start if arg2 is None else start.hull(self._area(arg2)))

    def _area(self, arg: Any) -> Area:
        if isinstance(arg, Range):
            return arg.area
        if isinstance(arg, str):
            return self._named(arg).area
        if len(arg) == 4:
            return Area(*arg)
        if 0 in arg:
            raise IndexError("行号、列号从 1 起")
        row, column = arg
        return Area(int(row), int(column))

    def _named(self, text: str) -> Range:
        if "!" in text:
            title, area = located(text)
            return Range(self._book.sheets(title), area)
        try:
            return Range(self, parse_area(text))
        except ValueError:
            pass
        for scope in (self.name, None):
            for defined in self._book.port.names():
                if defined.scope == scope and defined.name.lower() == text.lower():
                    title, area = located(defined.refers_to)
                    return Range(self._book.sheets(title), area)
        raise HostError(f"工作表“{self.name}”里没有这样的区域或名称：{text}")

    def activate(self) -> None:
        if not self.visible:
            raise HostError(f"工作表“{self.name}”是隐藏的，不能切换过去。请先取消隐藏。")
        self._book.port.activate(_bare(self.port))

    select = activate

    def clear_contents(self) -> None:
        self.port.clear(self._whole(), True, False)

    def clear_formats(self) -> None:
        self.port.clear(self._whole(), False, True)

    def clear(self) -> None:
        self.port.clear(self._whole(), True, True)

    def _whole(self) -> Area:
        extent = self.port.extent()
        area = between(1, 1, extent.last_row, extent.last_column)
        assert area is not None
        return area

    def autofit(self, axis: str | None = None) -> None:
        self.port.fit(self._whole(), axis in (None, "rows", "r"), axis in (None, "columns", "c"))

    def delete(self) -> None:
        """Delete the sheet.  Raises HostError for the last one to be seen."""
        if not any(port.visible and port.name != self.name for port in self._book.port.sheets()):
            raise HostError("工作簿里至少要有一张看得见的工作表，不能删除最后一张。")
        self._book.port.remove(_bare(self.port))

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """A copy in the same workbook.  Raises NotImplementedError for another workbook."""
        anchor = before or after
        if anchor is not None and anchor.book is not self._book:
            raise NotImplementedError("无界面的宿主不能把工作表复制到另一个工作簿")
        taken = {port.name.lower() for port in self._book.port.sheets()}
        number = 2
        while f"{self.name} ({number})".lower() in taken:
            number += 1
        place = self._book.sheets.place(before, after)
        self._book.port.copy(_bare(self.port), place, f"{self.name} ({number})")

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        names = [port.name for port in self._book.port.sheets() if port.name != self.name]
        anchor = before or after
        assert anchor is not None
        self._book.port.move(_bare(self.port), names.index(anchor.name) + (0 if before is not None else 1))


def _bare(port: SheetPort) -> SheetPort:
    return port.bare  # type: ignore[attr-defined, no-any-return]


class _SheetApi:
    """The few properties of Excel's own `Worksheet` object that the buttons ask for."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def Name(self) -> str:
        return self._sheet.name

    @property
    def ProtectContents(self) -> bool:
        return self._sheet.port.protected

    @property
    def Type(self) -> int:
        return _CHART if self._sheet.port.is_chart else _WORKSHEET
