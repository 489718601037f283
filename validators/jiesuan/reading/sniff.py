"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

import codecs
import re

from .problem import UnreadableFile, not_a_workbook

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    (b"%PDF", "PDF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"Rar!", "压缩包(RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "压缩包(7z)"),
    (b"\x1f\x8b", "压缩包(gzip)"),
    (b"{\\rtf", "RTF 文档"),
    (b"MZ", "程序"),
)
_VAULTS = (b"%TSD-Header-###%", b"E-SafeNet")
_VAULT_MESSAGE = "文件被单位的文档加密软件加密，离开原来的电脑就打不开。请在装有该软件的电脑上解密后再试。"
_HEAD = 65536
_HTML = re.compile(r"<(?:!doctype html|html|head|body|table|meta|style|script)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def container(data: bytes) -> str:
    """`zip` or `ole`, the two containers workbooks come in.  Raises UnreadableFile, saying what anything else is."""
    if not data:
        raise UnreadableFile("empty")
    if data.startswith(_ZIP):
        return "zip"
    if data.startswith(_OLE):
        return "ole"
    if any(mark in data[:1024] for mark in _VAULTS):
        raise UnreadableFile("encrypted", _VAULT_MESSAGE)
    text = _as_text(data[:_HEAD])
    if text is not None:
        raise _text_problem(text)
    for start, what in _OTHERS:
        if data.startswith(start):
            raise not_a_workbook(what)
    raise UnreadableFile("not-a-workbook")


def _as_text(head: bytes) -> str | None:
    """The head of a text file in one of the encodings met here; None where it is not text."""
    if head.startswith((b"%PDF", b"{\\rtf")):
        return None
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "gb18030"]:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    return None


def _text_problem(text: str) -> UnreadableFile:
    top = text[:4096]
    if "urn:schemas-microsoft-com:office:spreadsheet" in top and top.lstrip().startswith("<?xml"):
        return UnreadableFile("xml2003")
    if _HTML.search(top) or top.lstrip().upper().startswith("MIME-VERSION:"):
        return UnreadableFile("html")
    if top.lstrip().startswith("<"):
        return not_a_workbook("一个 XML 文件")
    lines = [line for line in text.splitlines() if line.strip()][:5]
    if any(lines and all(mark in line for line in lines) for mark in ",\t;，"):
        return UnreadableFile("csv")
    return not_a_workbook("一个文本文件")


def ole_kind(data: bytes) -> str:
    """`xls`, or `encrypted` (the same or a package behind a password).  Raises UnreadableFile for other OLE files,
    such as Word's, and for one that ends before its directory."""
    if _has_entry(data, "Workbook") or _has_entry(data, "Book"):
        return "encrypted" if _has_file_pass(data) else "xls"
    if _has_entry(data, "EncryptedPackage"):
        return "encrypted"
    if _has_entry(data, "WordDocument"):
        raise not_a_workbook("一个 Word 文档")
    if _has_entry(data, "PowerPoint Document"):
        raise not_a_workbook("一个 PowerPoint 演示文稿")
    raise UnreadableFile("not-a-workbook" if _has_entry(data, "Root Entry") else "truncated")


def _has_entry(data: bytes, name: str) -> bool:
    """Whether a directory entry (128 bytes, so aligned in the file) bears that name; nothing in the file is followed."""
    wanted = name.encode("utf-16-le") + b"\0\0"
    at = data.find(wanted)
    while at >= 0:
        if at % 128 == 0 and data[at + 64 : at + 66] == len(wanted).to_bytes(2, "little"):
            return True
        at = data.find(wanted, at + 1)
    return False


def has_macros(data: bytes) -> bool:
    """Whether an OLE file (.xls) holds a VBA project."""
    return _has_entry(data, "_VBA_PROJECT")


def _has_file_pass(data: bytes) -> bool:
    """Whether the first records of a workbook stream (sectors, so aligned in the file) announce an encryption."""
    for start in re.finditer(rb"\x09\x08[\x08\x10]\0\0[\x05\x06]\x05\0", data):
        at = start.start()
        if at % 64 == 0:
            for _ in range(8):
                kind, size = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "little")
                if kind == b"\x2f\0":
                    return True
                at += 4 + size
    return False
