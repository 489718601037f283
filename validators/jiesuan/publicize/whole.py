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
from .parts import programs

_SAVE = "没有检查。请用 Word 或 WPS 打开，点“文件 → 另存为”，文件类型选“Word 文档(*.docx)”，再检查另存的那一份。"
_OTHERS = {
    "PDF": "这是 PDF，里面的文字读不准，没有检查。请检查生成它的 Excel 或 Word 文件；找不到的，用 Word 或 WPS 打开这个 PDF，"
    "另存为 .docx 再检查。扫描、盖章的 PDF 是图片，请自己逐页看一遍。",
    "图片": "这是图片，里面的字读不出，没有检查。请检查生成它的 Excel 或 Word 文件，图片请自己看一遍。",
    "Word": f"这是旧格式的 Word 文档（.doc、.wps），{_SAVE}",
    "RTF": f"这是 RTF 文档，{_SAVE}",
    "OpenDocument": f"这是 OpenDocument 文档（.odt），{_SAVE}",
    "文本文件": f"这是一个文本文件，{_SAVE}",
    "网页": f"这是一个网页，{_SAVE}",
}
"""What a file is, in the words of the reader's error → that, and what to do before it is published."""


class Whole(NamedTuple):
    """What there is to look at: the workbook, and its package (OOXML; empty where it cannot be looked into)."""

    book: Book
    package: bytes
    programs: list[str]
    """`parts.programs` of the file as it came: a conversion drops them."""
    unseen: str = ""
    """Why something of the file cannot be looked at, with the way out."""


def whole(path: Path, data: bytes, password: str | None = None) -> Whole:
    """Open a workbook.  .xls, .xlsb, .ods and .et go through LibreOffice where it is installed.  Raises UnreadableFile."""
    book = open_book(path, password=password, data=data)
    plain = data if data.startswith(b"PK") or sniff.ole_kind(data) == "xls" else native.decrypt(data, password)
    suffix = _foreign(plain)
    if not suffix:
        return Whole(book, plain, programs(plain))
    try:
        package = converted(plain, suffix)
        made = open_book(path, data=package)
    except (NotMarkable, UnreadableFile):
        unseen = f"{suffix} 格式里的批注、页眉页脚、文件属性等读不到；请用 Excel 或 WPS 另存为 .xlsx 再检查"
        return Whole(book, b"", programs(plain), unseen)
    made.sha256 = book.sha256
    made.remarks.append(f"这是 {suffix} 格式的工作簿，由 LibreOffice 转换成 .xlsx 后检查的")
    return Whole(made, package, programs(plain))


def other_format(error: UnreadableFile) -> UnreadableFile:
    """The error for a file that is no workbook, with the way out for what is to be published."""
    told = next((name for name in _OTHERS if name in error.message.partition("，")[0]), None)
    if error.kind not in ("not-a-workbook", "html") or told is None:
        return error
    return UnreadableFile(error.kind, _OTHERS[told])


def _foreign(data: bytes) -> str:
    """The suffix of a format other than OOXML; ''."""
    if not data.startswith(b"PK"):
        return ".xls"
    package = Package(data)
    if "mimetype" in package:
        return ".ods"
    return ".xlsb" if (main_part(package) or "").lower().endswith(".bin") else ""
