"""Pressing a button: find the workbook, run what the button stands for, and tell whatever stands in the way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from . import log, native
from .talk import Boxes, Done, Talk
from .trouble import BUSY, CHART, NO_BOOK, NO_EXCEL, Trouble, internal

_REJECTED = {-2147418111, -2147417846, -2146777998}
"""What Excel answers while a cell is being edited or a dialog is open: RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER,
VBA_E_IGNORE."""

BUTTONS = {
    "calc": "计算",
    "check": "校验",
    "clear": "清除标记",
    "previous": "上一处",
    "next": "下一处",
    "explain": "填写说明",
    "new": "新建模板",
    "help": "帮助",
}


def action(button: str) -> Callable[[Any, Talk], Done]:
    """What a button that works on a workbook does.  Raises KeyError."""
    from . import calculating, checking, finding

    return {
        "calc": calculating.calc,
        "check": checking.check,
        "clear": checking.clear,
        "previous": finding.go_previous,
        "next": finding.go_next,
        "explain": finding.explain,
    }[button]


def press(app: Any, button: str, talk: Talk) -> Done | None:
    """Run a button in a spreadsheet program and tell what came of it; None where it could not do its work.  Never
    raises."""
    done = Done()
    try:
        if button == "help":
            from .fresh import tell_help

            tell_help(talk)
        elif button == "new":
            from .fresh import new

            new(app, talk)
        else:
            done = _on_book(app, action(button), talk)
    except Exception as error:
        log.write(f"{button}  {log.trace(error)}")
        with contextlib.suppress(Exception):
            talk.tell(words(error))
        return None
    log.write(f"{button}  ok")
    return done


def _on_book(app: Any, do: Callable[[Any, Talk], Done], talk: Talk) -> Done:
    if not len(app.books):
        raise Trouble(NO_BOOK)
    book = app.books.active
    if native.on_chart(book):
        raise Trouble(CHART)
    return do(book, talk)


def words(error: Exception) -> str:
    """What to tell about an error: its own words where they are ours."""
    from jiesuan.pack import PackError
    from jiesuan.reading import UnreadableFile

    if isinstance(error, Trouble | PackError) or type(error).__name__ == "HostError":
        return str(error)
    if isinstance(error, UnreadableFile):
        return error.message
    if is_busy(error):
        return BUSY
    return internal(error, str(log.log_file()))


def is_busy(error: BaseException | None) -> bool:
    """Whether the program refused to answer, which is said by a number inside the error or its cause."""
    while error is not None:
        if error.args and isinstance(error.args[0], int) and error.args[0] in _REJECTED:
            return True
        error = error.__cause__ or error.__context__
    return False


def press_live(button: str, window: int = 0) -> None:
    """Run a button in the Excel that the user sees.  Never raises."""
    try:
        import xlwings

        app = live_app(xlwings, window)
    except Exception as error:
        log.write(f"{button}  {log.trace(error)}")
        _without_excel(NO_EXCEL if isinstance(error, Trouble) else internal(error, str(log.log_file())))
        return
    press(app, button, Boxes(app))


def live_app(xlwings: Any, window: int) -> Any:
    """The Excel with that window handle, else the one in front.  Raises Trouble where there is none."""
    import atexit

    cleanup = getattr(getattr(xlwings, "_xlwindows", None), "cleanup", None)
    if cleanup is not None:
        atexit.unregister(cleanup)  # it ends Excel processes whose windows it does not see
    apps = list(xlwings.apps)
    for app in apps if window else ():
        if app.hwnd == window:
            return app
    if not apps:
        raise Trouble(NO_EXCEL)
    return xlwings.apps.active


def _without_excel(text: str) -> None:
    """Tell something where no Excel can: a message box of Windows, else standard error."""
    try:
        import ctypes

        ctypes.windll.user32.MessageBoxW(0, text, "资助结算", 0x30)  # type: ignore[attr-defined,unused-ignore]
    except (ImportError, AttributeError, OSError):
        import sys

        sys.stderr.write(text + "\n")
