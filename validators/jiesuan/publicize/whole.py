"""A workbook as a package whose every part can be looked at: converted where its format hides parts from us."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ..book import Book
from ..marking.files import converted
from ..marking.problem import NotMarkable
from ..reading import UnreadableFile, native, open_book, sniff
from ..reading.guard import Package
from ..reading.ooxml import main_part


class Whole(NamedTuple):
    """What there is to look at: the workbook, and its package (OOXML; empty where it cannot be looked into)."""

    book: Book
    package: bytes
    unseen: str = ""
    """Why something of the file cannot be looked at, with the way out."""


def whole(path: Path, data: bytes, password: str | None = None) -> Whole:
    """Open a workbook.  .xls, .xlsb, .ods and .et go through LibreOffice where it is installed.  Raises UnreadableFile."""
    book = open_book(path, password=password, data=data)
    plain = data if data.startswith(b"PK") or sniff.ole_kind(data) == "xls" else native.decrypt(data, password)
    suffix = _foreign(plain)
    if not suffix:
        return Whole(book, plain)
    try:
        package = converted(plain, suffix)
        made = open_book(path, data=package)
    except (NotMarkable, UnreadableFile):
        unseen = f"{suffix} 格式里的批注、页眉页脚、文件属性等读不到；请用 Excel 或 WPS 另存为 .xlsx 再检查"
        return Whole(book, b"", unseen)
    made.sha256 = book.sha256
    made.remarks.append(f"这是 {suffix} 格式的工作簿，由 LibreOffice 转换成 .xlsx 后检查的")
    return Whole(made, package)


def _foreign(data: bytes) -> str:
    """The suffix of a format other than OOXML; ''."""
    if not data.startswith(b"PK"):
        return ".xls"
    package = Package(data)
    if "mimetype" in package:
        return ".ods"
    return ".xlsb" if (main_part(package) or "").lower().endswith(".bin") else ""
