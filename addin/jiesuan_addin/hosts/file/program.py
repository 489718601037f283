"""Opening and making workbooks in memory."""

from __future__ import annotations

from io import BytesIO
from itertools import count
from pathlib import Path

from jiesuan.reading import UnreadableFile, open_book, received

from ..port import HostError
from .book import FileBook

_numbers = count(1)
_SUFFIXES = (".xlsx", ".xlsm")


class FileProgram:
    """Stands for a program; there is no process behind it."""

    version = "16.0"

    def __init__(self) -> None:
        self.pid = next(_numbers)

    def open(self, path: Path, read_only: bool, password: str | None) -> FileBook:
        """Read an .xlsx or .xlsm.  Raises UnreadableFile and HostError, each with a Chinese sentence."""
        import openpyxl

        if password:
            raise HostError("文件宿主不能打开有密码的工作簿。请先去掉密码。")
        seen = open_book(path)
        if path.suffix.lower() not in _SUFFIXES:
            raise HostError(f"“{path.name}”不是 .xlsx 或 .xlsm。请先另存为 .xlsx，再打开那一份。")
        data = received(path)
        try:
            titles = [sheet.title for sheet in openpyxl.load_workbook(BytesIO(data), read_only=True).worksheets]
            if missing := [title for title in titles if title not in {sheet.name for sheet in seen.sheets}]:
                raise UnreadableFile("too-large", f"工作表“{missing[0]}”太大或已损坏，没有打开。")
            workbook = openpyxl.load_workbook(BytesIO(data), keep_vba=path.suffix.lower() == ".xlsm", rich_text=True)
        except UnreadableFile:
            raise
        except Exception as error:
            raise UnreadableFile("corrupt") from error
        return FileBook(workbook, path, read_only, data, seen)

    def new(self) -> FileBook:
        """A workbook with one sheet, `Sheet1`."""
        import openpyxl

        workbook = openpyxl.Workbook()
        workbook.worksheets[0].title = "Sheet1"
        return FileBook(workbook, None, False, b"", None)

    def quit(self) -> None:
        """Nothing runs."""
