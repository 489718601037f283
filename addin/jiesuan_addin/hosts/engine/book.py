"""Books, Book, Names and Name of a headless host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlwings import base_classes

from ..area import Area, parse_area
from ..counting import Calls, Counted
from ..port import BookPort, DefinedName, HostError, SheetPort

if TYPE_CHECKING:
    from .app import App
    from .range import Range
    from .sheet import Sheet, Sheets


class Books(base_classes.Books):
    """The open workbooks, in the order in which they were opened; the active one is known to the App."""

    def __init__(self, app: App) -> None:
        self.app = app

    @property
    def api(self) -> Books:
        return self

    def _ordered(self) -> list[Book]:
        return sorted(self.app.opened, key=lambda book: book.number)

    @property
    def active(self) -> Book:
        if not self.app.opened:
            raise HostError("没有打开的工作簿。请先打开要处理的工作簿。")
        return self.app.opened[0]

    def __call__(self, name_or_index: str | int) -> Book:
        books = self._ordered()
        if isinstance(name_or_index, int):
            return books[name_or_index - 1]
        for book in books:
            if book.name.lower() == name_or_index.lower():
                return book
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self.app.opened)

    def __iter__(self) -> Iterator[Book]:
        return iter(self._ordered())

    def __contains__(self, name: str) -> bool:
        return any(book.name.lower() == str(name).lower() for book in self.app.opened)

    def add(self) -> Book:
        return self.app.adopt(self.app.program.new(), self.app.next_name())

    def open(self, fullname: Any, update_links: Any = None, read_only: Any = None, *rest: Any, **named: Any) -> Book:
        """Open a file, or activate it if it is open.  Raises HostError, UnreadableFile."""
        path = Path(fullname).absolute()
        for book in self.app.opened:
            if book.port.path == path:
                book.activate()
                return book
        password = rest[1] if len(rest) > 1 else named.get("password")
        return self.app.adopt(self.app.program.open(path, bool(read_only), password), path.name)


class Book(base_classes.Book):
    """An open workbook.  `calls` counts what was asked of its sheets."""

    _opened = 0

    def __init__(self, app: App, port: BookPort, name: str) -> None:
        self._app = app
        self.port = port
        self.calls = Calls()
        self._name = name
        Book._opened += 1
        self.number = Book._opened

    @property
    def app(self) -> App:
        return self._app

    @property
    def api(self) -> _BookApi:
        return _BookApi(self)

    @property
    def name(self) -> str:
        return self.port.path.name if self.port.path else self._name

    @property
    def fullname(self) -> str:
        return str(self.port.path) if self.port.path else self._name

    @property
    def sheets(self) -> Sheets:
        from .sheet import Sheets

        return Sheets(self)

    def wrap(self, port: SheetPort) -> Sheet:
        """A sheet of this workbook as xlwings sees it."""
        from .sheet import Sheet

        return Sheet(self, port)

    @property
    def names(self) -> Names:
        return Names(self)

    @property
    def selection(self) -> Range | None:
        """The selected cells; None on a chart sheet."""
        from .range import Range

        sheet = self.port.active()
        return None if sheet.is_chart else Range(self.wrap(sheet), self.port.selection())

    def activate(self) -> None:
        self._app.activate()
        if self in self._app.opened:
            self._app.opened.remove(self)
            self._app.opened.insert(0, self)

    def save(self, path: Any = None, password: Any = None) -> None:
        """Save, in place or under another name.  Raises HostError."""
        if password is not None:
            raise NotImplementedError("无界面的宿主不加密保存")
        self.calls.refuse_if_busy()
        if path is not None:
            self.port.save(Path(path).absolute())
        elif self.port.path is None:
            self.port.save(Path.cwd() / f"{self._name}.xlsx")
        elif self.port.read_only:
            raise HostError(f"“{self.name}”是以只读方式打开的，不能存回原处。请另存为别的文件名。")
        else:
            self.port.save(self.port.path)

    def close(self) -> None:
        if self in self._app.opened:
            self._app.opened.remove(self)
            self.port.close()


class _Property(NamedTuple):
    Name: str
    Value: str


class _BookApi:
    """The few properties of Excel's own `Workbook` object that the buttons ask for."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def ReadOnly(self) -> bool:
        return self._book.port.read_only

    @property
    def Path(self) -> str:
        return str(self._book.port.path.parent) if self._book.port.path else ""

    @property
    def ProtectStructure(self) -> bool:
        return self._book.port.protected

    @property
    def CustomDocumentProperties(self) -> list[_Property]:
        return [_Property(name, value) for name, value in self._book.port.properties().items()]

    @property
    def ActiveSheet(self) -> Any:
        return self._book.wrap(self._book.port.active()).api


class Names(base_classes.Names):
    """The defined names of a workbook, or those of one sheet."""

    def __init__(self, book: Book, scope: str | None = None) -> None:
        self.book = book
        self.scope = scope

    @property
    def api(self) -> Names:
        return self

    def _all(self) -> list[DefinedName]:
        return [name for name in self.book.port.names() if self.scope in (None, name.scope)]

    def _find(self, key: str | int) -> DefinedName | None:
        names = self._all()
        if isinstance(key, int):
            return names[key - 1] if 0 < key <= len(names) else None
        for name in names:
            if key.lower() in (_shown(name).lower(), name.name.lower() if name.scope in (None, self.scope) else None):
                return name
        return None

    def __call__(self, name_or_index: str | int) -> Name:
        found = self._find(name_or_index)
        if found is None:
            raise KeyError(name_or_index)
        return Name(self.book, found)

    def contains(self, name_or_index: str | int) -> bool:
        return self._find(name_or_index) is not None

    def __contains__(self, name: str | int) -> bool:
        return self.contains(name)

    def __len__(self) -> int:
        return len(self._all())

    def add(self, name: str, refers_to: str) -> Name:
        scope, _, local = name.rpartition("!")
        defined = DefinedName(local, scope.strip("'").replace("''", "'") or self.scope, "=" + refers_to.lstrip("="))
        self.book.port.set_name(*defined)
        return Name(self.book, defined)


def _shown(name: DefinedName) -> str:
    from jiesuan.ref import quoted

    return f"{quoted(name.scope)}!{name.name}" if name.scope else name.name


class Name(base_classes.Name):
    """One defined name."""

    def __init__(self, book: Book, defined: DefinedName) -> None:
        self.book = book
        self.defined = defined

    @property
    def api(self) -> Name:
        return self

    def delete(self) -> None:
        self.book.port.set_name(self.defined.name, self.defined.scope, None)

    @property
    def name(self) -> str:
        return _shown(self.defined)

    @name.setter
    def name(self, value: str) -> None:
        self.delete()
        self.defined = self.defined._replace(name=value.rpartition("!")[2])
        self.book.port.set_name(*self.defined)

    @property
    def refers_to(self) -> str:
        return self.defined.refers_to

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.defined = self.defined._replace(refers_to="=" + value.lstrip("="))
        self.book.port.set_name(*self.defined)

    @property
    def refers_to_range(self) -> Range:
        """The cells meant.  Raises HostError where the name stands for something else."""
        from .range import Range

        title, area = located(self.defined.refers_to)
        return Range(self.book.sheets(title), area)


def located(reference: str) -> tuple[str, Area]:
    """`='工作表 1'!$A$1:$B$2` → its sheet and area.  Raises HostError for anything but one area."""
    sheet, _, address = reference.removeprefix("=").rpartition("!")
    if sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    try:
        return sheet, parse_area(address)
    except ValueError as error:
        raise HostError(f"这个名称指的不是一块单元格区域：{reference}") from error


def counted(book: Book, port: SheetPort) -> SheetPort:
    """The sheet as every operation is counted."""
    proxy: Any = port if isinstance(port, Counted) else Counted(port, book.calls)
    return proxy  # type: ignore[no-any-return]
