"""Where the buttons can run: real Excel, a workbook file, or a running LibreOffice.

`host("file")` and `host("libreoffice")` register xlwings engines of our own; nothing heavy is imported before that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .counting import Calls

NAMES = ("file", "libreoffice", "desktop")

__all__ = ["NAMES", "calls", "host"]


def host(name: str) -> Any:
    """Make one host the active xlwings engine and return that `xw.Engine`: `xw.Book(path)`, `xw.App()` then use it.

    `file` works on workbook files (openpyxl), `libreoffice` in a private headless LibreOffice, `desktop` is the Excel of
    this machine, just as xlwings offers it.  Raises HostError where the host is not available here, ValueError for any
    other name.
    """
    if name not in NAMES:
        raise ValueError(f"没有名为“{name}”的宿主，可用的有：{'、'.join(NAMES)}")
    import xlwings as xw

    if name == "desktop":
        wanted, start = "excel", None
    else:
        from importlib import import_module

        wanted, start = f"jiesuan-{name}", import_module(f".{name}", __name__).start
    for engine in xw.engines:
        if engine.name == wanted:
            engine.activate()
            return engine
    if start is None:
        from .port import HostError

        raise HostError("这台电脑上没有可用的 Excel。请在装有 Excel 的 Windows 或 macOS 电脑上使用，或改用文件宿主。")
    from .engine.app import Engine

    engine = xw.Engine(impl=Engine(wanted, start))
    xw.engines.add(engine)
    engine.activate()
    return engine


def calls(book: Any) -> Calls:
    """What was asked of the sheets of a workbook (an `xw.Book` of a headless host) so far."""
    return book.impl.calls  # type: ignore[no-any-return]
