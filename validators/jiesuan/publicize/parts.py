"""Texts of an Office file that no cell shows: properties, notes, text boxes, headers and footers, caches; and the texts of a
Word document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

from ..reading import sniff
from ..reading.guard import Package
from ..reading.ooxml import main_part

_TEXT = re.compile(rb">([^<>]+)<")
_VALUE = re.compile(rb'\b(?:v|formula1|name|descr|title|alt|oddHeader|oddFooter)="([^"]{6,})"')
_UNSEEN = {
    "修订中删去的": re.compile(rb"<w:delText(?:\s[^>]*)?>([^<]*)<"),
    "域代码": re.compile(rb"<w:(?:delI|i)nstrText(?:\s[^>]*)?>([^<]*)<"),
}
"""What of a paragraph is not shown, and is one click away."""
_RUNS = re.compile(rb"<w:t(?:\s[^>]*)?>([^<]*)</w:t>|<(w:tab|w:br)\b[^>]*/>")
_CONTAINER = re.compile(rb"(<((?:\w+:)?(?:comment|p|threadedComment))[ >].*?</\2>)", re.DOTALL)
_WHERE = (
    ("docprops/", "文件属性"),
    ("comments", "批注"),
    ("drawings/", "图形和文本框"),
    ("diagrams/", "图形和文本框"),
    ("charts/", "图表"),
    ("pivotcache/", "数据透视表的缓存"),
    ("externallinks/", "外部链接的缓存"),
    ("customxml/", "附带的数据"),
    ("header", "页眉"),
    ("footer", "页脚"),
    ("footnotes", "脚注"),
    ("endnotes", "尾注"),
)
BESIDE = frozenset({"文件属性", "名称和其他设置", "附带的数据", "数字格式"})
"""Places that hold texts in every file, even where nobody wrote a word."""
_PICTURE = re.compile(r"(?:^|/)media/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)$", re.IGNORECASE)
_PROGRAMS = {
    "宏": re.compile(r"(?:^|/)vbaproject\.bin$|(?:^|/)(?:intl)?macrosheets/|^basic/"),
    "控件": re.compile(r"(?:^|/)activex/[^/]+\.bin$"),
}
"""Parts whose texts nobody reads here: VBA with its forms, macro sheets, Basic of LibreOffice; buttons and lists."""
_EMBEDDED = re.compile(r"(?:^|/)(?:embeddings/|afchunk)", re.IGNORECASE)
_BESIDE = {
    "超链接": re.compile(rb'\bTarget="([^"]+)"[^>]*TargetMode="External"'),
    "数字格式": re.compile(rb'\bformatCode="([^"]+)"'),
    "公式、下拉选项和条件格式": re.compile(rb"<(?:\w+:)?(?:f|formula[12]?)(?:\s[^>]*)?>([^<]+)<"),
    "输入提示": re.compile(rb'\b(?:prompt|promptTitle|error|errorTitle)="([^"]+)"'),
}
"""What of relations, styles and sheets holds texts of people."""
_SKIP = ("styles", "theme", "fonttable", "settings", "calcchain", "[content_types]", ".rels", "printersettings")


class Piece(NamedTuple):
    """A text and where it stands, in Chinese."""

    where: str
    text: str


def pictures(data: bytes) -> int:
    """How many pictures lie in an Office file (OOXML); 0 for any other file.  Raises UnreadableFile."""
    return sum(bool(_PICTURE.search(name)) for name in Package(data)) if data.startswith(b"PK") else 0


def programs(data: bytes) -> list[str]:
    """What of an Office file holds texts that are not read here: 宏, 控件.  Raises UnreadableFile."""
    if not data.startswith(b"PK"):
        return ["宏"] * sniff.has_macros(data)
    names = list(Package(data))
    return [kind for kind, pattern in _PROGRAMS.items() if any(pattern.search(name.lower()) for name in names)]


def is_document(data: bytes) -> bool:
    """Whether it is a Word document of the kind that is read here (.docx, .docm)."""
    return data.startswith(b"PK") and (main_part(Package(data)) or "").lower().startswith("word/")


def embedded(data: bytes) -> Iterator[tuple[Path, bytes]]:
    """The files that lie in an Office file (OOXML) to be opened from there.  Raises UnreadableFile."""
    package = Package(data)
    for name in sorted(package):
        if _EMBEDDED.search(name) and not name.endswith(".rels"):
            yield Path(Path(name).name), package.read(name)


def hidden_texts(data: bytes) -> Iterator[Piece]:
    """Every text of a spreadsheet outside its cells.  Raises UnreadableFile for what the guard refuses."""
    package = Package(data)
    for name in sorted(package):
        folded = name.lower()
        if folded.endswith((".rels", "/styles.xml")):
            where = "数字格式" if folded.endswith(".xml") else "超链接"
            yield from (Piece(where, _decoded(text)) for text in _BESIDE[where].findall(package.xml(name)))
        if not folded.endswith((".xml", ".vml")) or any(word in folded for word in _SKIP):
            continue
        content = package.xml(name) if folded.endswith(".xml") else package.read(name)
        if "/worksheets/" in folded:
            for tag in (b"oddHeader", b"oddFooter", b"evenHeader", b"evenFooter", b"firstHeader", b"firstFooter"):
                for found in re.findall(rb"<%s[^>]*>([^<]+)<" % tag, content):
                    yield Piece("页眉页脚", _decoded(found))
            for found in re.findall(rb'<(?:\w+:)?hyperlink\b[^>]*?(?:tooltip|display)="([^"]+)"', content):
                yield Piece("超链接", _decoded(found))
            for where in ("公式、下拉选项和条件格式", "输入提示"):
                for found in _BESIDE[where].findall(content):
                    yield Piece(where, _decoded(found))
            continue
        if folded.endswith("sharedstrings.xml"):
            continue
        where = next((words for part, words in _WHERE if part in folded), "名称和其他设置")
        # Texts in several runs are one text to a reader: a number may be split over them.
        whole = _CONTAINER.findall(content)
        rest = _CONTAINER.sub(b"", content) if whole else content
        texts = [b"".join(_TEXT.findall(found[0])) for found in whole]
        for found in (*texts, *_TEXT.findall(rest), *_VALUE.findall(content)):
            if found.strip():
                yield Piece(where, _decoded(found))


def document_texts(data: bytes) -> Iterator[Piece]:
    """The texts of a .docx: cells of tables with table, row and column, other paragraphs by number."""
    package = Package(data)
    main = (main_part(package) or "").lower()
    for name in sorted(package):
        folded = name.lower()
        if folded.endswith(".rels"):
            yield from (Piece("超链接", _decoded(text)) for text in _BESIDE["超链接"].findall(package.xml(name)))
        if not folded.endswith(".xml") or any(word in folded for word in _SKIP):
            continue
        content = package.xml(name)
        if folded == main:
            yield from _body(content)
            continue
        where = next((words for part, words in _WHERE if part in folded), "")
        if where:
            for found in re.findall(rb"<w:p[ >].*?</w:p>", content, re.DOTALL) or [content]:
                text = _paragraph(found) if b"<w:t" in found else " ".join(map(_decoded, _TEXT.findall(found)))
                if text.strip():
                    yield Piece(where, text)
                yield from _unseen(where, found)


def _body(content: bytes) -> Iterator[Piece]:
    table = row = column = paragraph = depth = 0
    for match in re.finditer(rb"<w:tbl>|</w:tbl>|<w:tr[ >]|<w:tc>|<w:tc |<w:p[ >].*?</w:p>", content, re.DOTALL):
        token = match[0]
        if token == b"<w:tbl>":
            table, row, depth = table + 1, 0, depth + 1
        elif token == b"</w:tbl>":
            depth -= 1
        elif token.startswith(b"<w:tr"):
            row, column = row + 1, 0
        elif token.startswith(b"<w:tc"):
            column += 1
        else:
            text = _paragraph(token)
            if not depth:
                paragraph += 1
            where = f"第{table}个表格第{row}行第{column}列" if depth else f"第{paragraph}段"
            if text.strip():
                yield Piece(where, text)
            yield from _unseen(where, token)


def _unseen(where: str, content: bytes) -> Iterator[Piece]:
    for kind, pattern in _UNSEEN.items():
        text = "".join(map(_decoded, pattern.findall(content)))
        if text.strip():
            yield Piece(f"{where}（{kind}）", text)


def _paragraph(content: bytes) -> str:
    return "".join(_decoded(text) if not gap else " " for text, gap in _RUNS.findall(content))


def _decoded(text: bytes) -> str:
    return unescape(text.decode("utf-8", errors="replace"))
