"""What an .xlsx says of its sheets and LibreOffice does not take over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook.protection import WorkbookProtection

from jiesuan_addin.hosts.libreoffice.beyond import Beyond, beyond


def plain(book: Workbook) -> None:
    pass


def locked(book: Workbook) -> None:
    book.security = WorkbookProtection(lockStructure=True)


def unlocked(book: Workbook) -> None:
    book.security = WorkbookProtection(lockStructure=False, lockWindows=True)


def charts(book: Workbook) -> None:
    for name in ("图 1", "图&2"):
        bars = BarChart()
        bars.add_data(Reference(book.worksheets[0], range_string="Sheet!$A$1:$A$2"))
        book.create_chartsheet(name).add_chart(bars)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (plain, Beyond(False, frozenset())),
        (locked, Beyond(True, frozenset())),
        (unlocked, Beyond(False, frozenset())),
        (charts, Beyond(False, frozenset({"图 1", "图&2"}))),
    ],
)
def test_what_the_workbook_part_says(tmp_path: Path, change: Callable[[Workbook], None], said: Beyond) -> None:
    book = Workbook()
    change(book)
    book.save(tmp_path / "a.xlsx")
    assert beyond(tmp_path / "a.xlsx") == said


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x05\x06" + b"\0" * 18, "文".encode()])
def test_other_formats_say_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(data)
    assert beyond(tmp_path / "a.xls") == Beyond(False, frozenset())
