"""Reading received files: whatever arrives becomes a `Book` or an `UnreadableFile`, never anything else.

A file is read once into memory and never written, locked or unpacked to disk.  What it is, is decided by its content:
.xlsx and .xlsm (also as .et) are read in this process from a package composed anew, .xls, .xlsb and .ods in a child process.
"""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from ..book import Book
from ..reading import guard, native, ooxml, sniff
from .problem import UnreadableFile, not_a_workbook

__all__ = ["UnreadableFile", "open_book", "received"]

MAX_FILE = 200 << 20
"""Bytes of the largest file that is read."""

_ODS = b"application/vnd.oasis.opendocument."
_OFFICE = {"word": "一个 Word 文档", "ppt": "一个 PowerPoint 演示文稿"}
_UNSEEN = {
    ".xls": "公式、错误值和隐藏的行列",
    ".xlsb": "公式、错误值、合并区域和隐藏的行列",
    ".ods": "公式、错误值、合并区域和隐藏的行列",
}


def open_book(path: Path, *, password: str | None = None, data: bytes | None = None) -> Book:
    """The workbook in a file, or in `data` that was read from it.  Sheets that had to be left out are named in `remarks`.
    Raises UnreadableFile only."""
    try:
        data = received(path) if data is None else data
        book = _opened(data, password)
    except UnreadableFile:
        raise
    except MemoryError as error:
        raise UnreadableFile("too-large") from error
    except Exception as error:
        raise UnreadableFile("corrupt") from error
    book.name = path.name
    book.sha256 = hashlib.sha256(data).hexdigest()
    return book


def received(path: Path) -> bytes:
    """The bytes of an ordinary file; pipes and devices are not even opened.  Raises UnreadableFile."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnreadableFile("folder")
        if not stat.S_ISREG(mode):
            raise not_a_workbook("管道、设备之类的特殊文件")
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except PermissionError as error:
        raise UnreadableFile("permission") from error
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise UnreadableFile("not-found") from error
    except OSError as error:
        raise UnreadableFile(
            "permission", "读不出这个文件，存放它的磁盘或网络可能有问题。请把它复制到本机后再试。"
        ) from error
    if len(data) > MAX_FILE:
        raise UnreadableFile("too-large")
    return data


def _opened(data: bytes, password: str | None) -> Book:
    if sniff.container(data) == "zip":
        return _package(data)
    if sniff.ole_kind(data) == "xls":
        return _foreign(data, ".xls")
    plain = native.decrypt(data, password)
    try:
        return _package(plain) if sniff.container(plain) == "zip" else _foreign(plain, ".xls")
    except UnreadableFile as error:
        raise UnreadableFile("encrypted" if error.kind == "not-a-workbook" else error.kind) from error


def _package(data: bytes) -> Book:
    package = guard.Package(data)
    if "mimetype" in package:
        return _open_document(package)
    main = ooxml.main_part(package)
    if main is None:
        inside = any(name.endswith((".xlsx", ".xls", ".xlsm", ".et")) for name in package)
        raise not_a_workbook("一个装着工作簿的压缩包(请先解压)" if inside else "一个压缩包")
    folder = main.partition("/")[0].lower()
    if folder in _OFFICE:
        raise not_a_workbook(_OFFICE[folder])
    if main.lower().endswith(".bin"):
        wanted = [name for name in package if name.endswith((".bin", ".rels", ".xml")) and "vbaproject" not in name]
        return _foreign(package.repacked(wanted), ".xlsb")
    sheets, remarks = ooxml.sheets(package, main)
    return Book("", sheets, properties=ooxml.properties(package), remarks=remarks)


def _open_document(package: guard.Package) -> Book:
    if not package.read("mimetype").startswith(_ODS + b"spreadsheet"):
        raise not_a_workbook("一个 OpenDocument 文档")
    manifest = "meta-inf/manifest.xml"
    if manifest in package and b"encryption-data" in package.xml(manifest):
        raise UnreadableFile("encrypted")
    wanted = [name for name in ("mimetype", manifest, "content.xml", "styles.xml") if name in package]
    for name in wanted[1:]:
        package.xml(name)
    return _foreign(package.repacked(wanted), ".ods")


def _foreign(data: bytes, suffix: str) -> Book:
    """A format that only the child process reads."""
    sheets, remarks = native.sheets_of(data)
    if not sheets:
        raise UnreadableFile("too-large" if remarks else "corrupt")
    seen = f"这是 {suffix} 格式的工作簿，读不到其中的{_UNSEEN[suffix]}。另存为 .xlsx 后检查更全面。"
    return Book("", sheets, remarks=[seen, *remarks])
