"""Opening and making workbooks in LibreOffice."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from jiesuan.reading import UnreadableFile, open_book

from ..port import HostError
from .beyond import beyond
from .book import FILTERS, OfficeBook
from .office import Office


class OfficeProgram:
    """A private LibreOffice."""

    def __init__(self) -> None:
        self.office = Office()
        self.version = "16.0"
        self.pid = self.office.process.pid

    def open(self, path: Path, read_only: bool, password: str | None) -> OfficeBook:
        """Open a private copy of a file.  Raises UnreadableFile, HostError."""
        if path.suffix.lower() not in FILTERS:
            raise HostError(f"“{path.name}”不是能打开的工作簿格式。请先另存为 .xlsx。")
        open_book(path, password=password)
        folder = Path(tempfile.mkdtemp(dir=self.office.home))
        copy = folder / f"book{path.suffix.lower()}"
        shutil.copyfile(path, copy)
        arguments = self.office.properties(MacroExecutionMode=0, UpdateDocMode=0)
        if password:
            arguments += self.office.properties(Password=password)
        document = self.office.desktop.loadComponentFromURL(copy.as_uri(), "_blank", 0, arguments)
        if document is None or not hasattr(document, "Sheets"):
            raise UnreadableFile("corrupt")
        return OfficeBook(self.office, document, path, read_only or not os.access(path, os.W_OK), beyond(copy))

    def new(self) -> OfficeBook:
        """A workbook with one sheet, `Sheet1`."""
        document = self.office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        return OfficeBook(self.office, document, None, False)

    def quit(self) -> None:
        """End LibreOffice and wait until it is gone."""
        self.office.stop()
