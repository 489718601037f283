"""Engine, Apps and App of a headless host."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from xlwings import base_classes

from ..port import BookPort, ProgramPort
from .book import Book, Books
from .range import Range
from .values import for_caller, for_cell

_FIRST = {"ok": "ok", "ok_cancel": "ok", "yes_no": "yes", "yes_no_cancel": "yes"}
"""The button that Enter presses."""


class Alert(NamedTuple):
    """One message box that was shown."""

    prompt: str
    title: str | None
    buttons: str
    mode: str | None
    answer: str


class Engine:
    """What `xw.Engine(impl=…)` takes: a name and a way to start the program."""

    type = "desktop"

    def __init__(self, name: str, start: Callable[[], ProgramPort]) -> None:
        self.name = name
        self.start = start
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        """One value on its way into a cell."""
        return "" if value is None else for_cell(value)

    @staticmethod
    def clean_value_data(
        data: Any, dates: Callable[..., Any], empty: Any, numbers: Callable[[float], Any] | None, errors: bool
    ) -> list[list[Any]]:
        """A block of values on its way to the caller."""
        return [[for_caller(value, dates, empty, numbers, errors) for value in row] for row in data]


class Apps(base_classes.Apps):
    """The running programs of one host, the one last activated first."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.running: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self.running]

    def add(self, spec: Any = None, add_book: Any = None, xl: Any = None, visible: Any = None) -> App:
        app = App(self.engine, self.engine.start())
        self.running.insert(0, app)
        if add_book:
            app.books.add()
        return app

    def cleanup(self) -> None:  # type: ignore[override]
        """Nothing can be left behind: a program ends with its `App`."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self.running))

    def __len__(self) -> int:
        return len(self.running)

    def __getitem__(self, pid: int) -> App:
        for app in self.running:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class App(base_classes.App):
    """A running program.  Message boxes are not shown: they are kept in `alerts` and answered from `answers`."""

    visible = False
    screen_updating = True
    display_alerts = True
    enable_events = True
    interactive = True
    status_bar: Any = False
    cut_copy_mode: Any = False

    def __init__(self, engine: Engine, program: ProgramPort) -> None:
        self.engine = engine
        self.program = program
        self.opened: list[Book] = []
        self.alerts: list[Alert] = []
        self.answers: list[str] = []
        """Buttons to press in the coming message boxes; when used up, the first button of each box."""
        self.screen_log: list[bool] = []
        """What screen updating was set to, in turn."""
        self._number = 0
        self._calculation = "automatic"

    def __setattr__(self, name: str, value: object) -> None:
        if name == "screen_updating":
            self.screen_log.append(bool(value))
        object.__setattr__(self, name, value)

    @property
    def api(self) -> App:
        return self

    xl = api

    @property
    def Ready(self) -> bool:
        return True

    @property
    def pid(self) -> int:
        return self.program.pid

    @property
    def hwnd(self) -> None:
        return None

    @property
    def version(self) -> str:
        return self.program.version

    @property
    def path(self) -> str:
        return str(Path(__file__).parent)

    @property
    def startup_path(self) -> str:
        raise NotImplementedError("无界面的宿主没有启动文件夹")

    def activate(self, steal_focus: bool = False) -> None:
        running = self.engine.apps.running
        if self in running:
            running.remove(self)
            running.insert(0, self)

    @property
    def selection(self) -> Range | None:
        return self.opened[0].selection if self.opened else None

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def calculation(self) -> str:
        return self._calculation

    @calculation.setter
    def calculation(self, value: str) -> None:
        """`automatic`, `manual` or `semiautomatic`, for all open workbooks."""
        self._calculation = value
        for book in self.opened:
            book.port.set_automatic(value != "manual")

    def calculate(self) -> None:
        for book in self.opened:
            book.port.calculate()

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        """Record a message box.  Raises ValueError for a set of buttons that Excel does not have."""
        if buttons not in _FIRST:
            raise ValueError(f"没有这样的按钮：{buttons}")
        answer = self.answers.pop(0) if self.answers else _FIRST[buttons]
        self.alerts.append(Alert(prompt, title, buttons, mode, answer))
        return answer

    def adopt(self, port: BookPort, fallback: str) -> Book:
        """A workbook that the program has just opened becomes the active one."""
        book = Book(self, port, fallback)
        self.opened.insert(0, book)
        port.set_automatic(self._calculation != "manual")
        return book

    def next_name(self) -> str:
        """Name of a new workbook: `工作簿1`, `工作簿2`, …"""
        self._number += 1
        return f"工作簿{self._number}"

    def quit(self) -> None:
        """End the program; workbooks are closed without saving."""
        for book in list(self.opened):
            book.close()
        if self in self.engine.apps.running:
            self.engine.apps.running.remove(self)
            self.program.quit()

    def kill(self) -> int:
        self.quit()
        return os.EX_OK if hasattr(os, "EX_OK") else 0

    def run(self, macro: Any, args: Any) -> Any:
        raise NotImplementedError("无界面的宿主不运行宏")
