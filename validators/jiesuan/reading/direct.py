"""Values and formulas of a sheet in one pass over its bytes, for sheets as nearly every program writes them.

One regular expression takes every cell that holds something.  Where these are not all, or a cell holds what calamine reads in a
way of its own (a date, an error, an inline text …), the sheet is declined, and `scan` and calamine read it.  Both ways give
the same `Sheet`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..book import Cell, Value
from .native import EXACT
from .scan import (
    MAX_AREA,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    Scan,
    attributes_of,
    column_of,
    data_span,
    formula_text,
    scan_frame,
    scan_rows,
)

_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9]\d{0,5})"([^<>/]*)>(<f[^<]*(?:</f>)?)?(?:(<v)>([^<]*)</v>)?</c>',
)
_LOOK = re.compile(rb'(?: s="(\d{1,5})")?(?: t="([a-z]{1,3})")?')
_FORMULA = re.compile(rb"<f(?: ([^<>]*?))?(?:/>|>([^<]*)</f>)")
_NUMBER = re.compile(rb"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?")
_BETWEEN = "</t></si><si><t>"
_ITEM = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t>(?:<phoneticPr [^<>]*/>)?</si>')
_RUN = re.compile(r'<t(?: xml:space="preserve")?(?:/>|>([^<]*)</t>)')
_TRIMMED = re.compile(r"<t>(?:\s|[^<]*\s</t>)")
"""A text whose blanks at the ends do not count."""
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_FORMATS = re.compile(rb"<numFmt\s([^<>]*)>")
_STYLE = re.compile(rb"<xf[\s/>][^<>]*")
_STYLE_FORMAT = re.compile(rb'\snumFmtId="(\d+)"')
_SILENT = re.compile(r'"[^"]*"|\\.|\[(?:black|blue|cyan|green|magenta|red|white|yellow)\]', re.IGNORECASE)
"""What of a number format says nothing about dates."""
_BUILT_IN = frozenset(range(14)) | frozenset(range(37, 45)) | {48, 49}
"""Built-in number formats that are surely no dates."""


class _Odd(Exception):
    """Something to be left to calamine."""


class Direct:
    """Reads the sheets of one workbook, given its shared strings and its styles."""

    def __init__(self, shared: bytes, styles: bytes) -> None:
        texts, plain = shared_texts(shared), plain_styles(styles)
        self._declines = texts is None or plain is None
        self._texts, self._looks = texts or [], _Looks(plain or frozenset())
        self._longest = max(map(len, self._texts), default=0)

    def sheet(self, data: bytes) -> tuple[Scan, list[list[Value]]] | None:
        """What `scan` and calamine find in the UTF-8 XML of a sheet; None: it must be read by them."""
        span = None if self._declines else data_span(data)
        if span is None:
            return None
        start, end = span
        if data.count(b"<c ", start, end) > MAX_AREA or not _is_whole(data, start, end):
            return None
        if data.count(b"</c>", start, end) * self._longest * 4 > MAX_TEXT:
            return None
        found = Scan()
        try:
            rows = self._rows(_cells(data, start, end), found)
        except _Odd:
            return None
        return (found, rows) if scan_rows(found, data, start, end) and scan_frame(found, data, start, end) else None

    def _rows(self, cells: Iterable[tuple[bytes, ...]], found: Scan) -> list[list[Value]]:
        """Raises _Odd."""
        rows: list[list[Value]] = []
        line: list[Value] = []
        before, row, width = b"", 0, 0
        texts, looks, numbers = self._texts, self._looks, _NUMBERS
        for letters, digits, attributes, formula, holder, content in cells:
            if digits != before:
                before, last, row = digits, row, int(digits)
                if row <= last or row >= MAX_ROWS or row * width > MAX_AREA:
                    raise _Odd
                line = []
                rows += [[] for _ in range(row - len(rows) - 1)]
                rows.append(line)
            column = column_of(letters)
            if column > width:
                width = column
                if width > MAX_COLUMNS or row * width > MAX_AREA:
                    raise _Odd
            kind = looks[attributes]
            if formula:
                _note(found, (row, column), formula)
            value: Value
            if not content:
                if not formula:
                    if holder:
                        raise _Odd
                    continue
                if not holder or kind != _TEXT:
                    found.uncached.add((row, column))
                    continue
                value = ""
            elif kind == _SHARED:
                if not content.isdigit() or (index := int(content)) >= len(texts):
                    raise _Odd
                value = texts[index] or None
            elif kind == _PLAIN:
                value = numbers[content]
            elif kind == _TEXT:
                value = _plain_text(content)
            elif kind == _LOGICAL and content in (b"0", b"1"):
                value = content == b"1"
            else:
                raise _Odd
            if value is None:
                continue
            gap = column - len(line) - 1
            if gap:
                if gap < 0:
                    raise _Odd
                line += [None] * gap
            line.append(value)
        while rows and not rows[-1]:
            rows.pop()
        return rows


def _cells(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, ...]]:
    """Every cell that holds something, some rows at a time.  Raises _Odd where one is not written as usual."""
    while start < end:
        stop = data.find(b"<row ", start + _AT_ONCE, end)
        stop = end if stop < 0 else stop
        cells = _CELL.findall(data, start, stop)
        if len(cells) != data.count(b"</c>", start, stop):
            raise _Odd
        yield from cells
        start = stop


_AT_ONCE = 1 << 20
"""Bytes of a sheet that are taken to pieces at once."""


def _is_whole(data: bytes, start: int, end: int) -> bool:
    """Whether the tags are those of rows and cells alone, and none is cut off: what is damaged is told by the long way."""
    number = {tag: data.count(tag, start, end) for tag in _TAGS}
    return sum(number.values()) == data.count(b"<", start, end) == data.count(b">", start, end)


_TAGS = (b"<row ", b"</row>", b"<c ", b"</c>", b"<f>", b"<f ", b"</f>", b"<v>", b"</v>")
_PLAIN, _SHARED, _TEXT, _LOGICAL, _OTHER = range(5)
"""What the content of a cell is: a number that is no date, the number of a shared string, a text, 0 or 1, something else."""


class _Looks(dict[bytes, int]):
    """Style and type of a cell, as written → what its content is."""

    def __init__(self, plain: frozenset[bytes]) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, attributes: bytes) -> int:
        """Raises _Odd for attributes more."""
        match = _LOOK.fullmatch(attributes)
        if match is None:
            raise _Odd
        style, kind = match.groups()
        if kind in (None, b"n"):
            look = _PLAIN if style is None or style in self._plain else _OTHER
        else:
            look = {b"s": _SHARED, b"str": _TEXT, b"b": _LOGICAL}.get(kind, _OTHER)
        self[attributes] = look
        return look


def _note(found: Scan, cell: Cell, element: bytes) -> None:
    """Raises _Odd."""
    if element.startswith(b"<f>") and element.endswith(b"</f>"):
        found.formulas[cell] = formula_text(element[3:-4])
        return
    match = _FORMULA.fullmatch(element)
    if match is None:
        raise _Odd
    attributes, text = match.groups()
    found.add_formula(cell, formula_text(text or b""), attributes_of(attributes or b""))


class _Numbers(dict[bytes, Value]):
    """Number as written → number of a cell, as `native.tidy` gives it."""

    def __missing__(self, text: bytes) -> Value:
        """Raises _Odd for what is no plain number."""
        if len(text) > 40 or not _NUMBER.fullmatch(text):
            raise _Odd
        number = float(text)
        if not -EXACT < number < EXACT:
            raise _Odd
        if len(self) > 100_000:
            self.clear()
        whole = int(number)
        value = self[text] = whole if whole == number else number
        return value


_NUMBERS = _Numbers()


def _plain_text(content: bytes) -> str:
    """Raises _Odd."""
    if b"\r" in content or b"_x" in content or content != content.strip():
        raise _Odd
    try:
        return _unescaped(content.decode())
    except UnicodeDecodeError:
        raise _Odd from None


def _unescaped(text: str) -> str:
    """Raises _Odd for anything that XML does not know."""
    if "&" not in text:
        return text
    if text.count("&") != len(_ENTITY.findall(text)):
        raise _Odd
    return _ENTITY.sub(_character, text)


def _character(entity: re.Match[str]) -> str:
    named, decimal, hexadecimal = entity.groups()
    if named:
        return _NAMED[named]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if (code < 32 and code not in (9, 10)) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        raise _Odd
    return chr(code)


def shared_texts(data: bytes) -> list[str] | None:
    """The shared strings; None where something about them is unusual."""
    if b"\r" in data or b"<!" in data or b"_x" in data:
        return None
    try:
        text = data.decode().rstrip()
        if not text.endswith(("</sst>", "/>")):
            return None
        found = _plain_texts(text)
        if found is None:
            count = text.count("<si")
            found = _ITEM.findall(text)
            if _TRIMMED.search(text):
                return None
            if len(found) != count:
                found = _rich_texts(text)
                if len(found) != count:
                    return None
        return [_unescaped(item) for item in found] if "&" in text else found
    except (UnicodeDecodeError, _Odd):
        return None


def _plain_texts(text: str) -> list[str] | None:
    """The strings where each is a plain text without blanks at its ends, as the most part of programs write most of them."""
    start, end = text.find("<si><t>"), text.rfind("</t></si>")
    if start < 0 or end < start:
        return None
    found = text[start + 7 : end].split(_BETWEEN)
    if text.count("<") != 4 * len(found) + 2:
        return None
    return found if all(item == item.strip() for item in found) else None


def _rich_texts(text: str) -> list[str]:
    """Strings of which some have runs with fonts of their own.  Raises _Odd."""
    if "<rPh" in text:
        raise _Odd
    found = []
    for item in text.split("<si>")[1:]:
        inner, closed, _ = item.partition("</si>")
        runs = _RUN.findall(inner)
        if not closed or len(runs) != inner.count("<t"):
            raise _Odd
        found.append("".join(runs))
    return found


@lru_cache(maxsize=64)
def plain_styles(styles: bytes) -> frozenset[bytes] | None:
    """The cell styles, by their numbers as written, whose numbers are surely no dates; None where the part is unusual."""
    if not styles.rstrip().endswith((b"</styleSheet>", b"/>")):
        return None
    custom: dict[int, str] = {}
    for item in _FORMATS.findall(styles):
        attributes = attributes_of(b" " + item)
        if attributes.get("numFmtId", "").isdecimal():
            custom[int(attributes["numFmtId"])] = attributes.get("formatCode", "d")
    start, end = styles.find(b"<cellXfs"), styles.find(b"</cellXfs>")
    plain = set()
    for number, item in enumerate(_STYLE.findall(styles, start, end)):
        match = _STYLE_FORMAT.search(item)
        if match and _is_plain(int(match[1]), custom):
            plain.add(b"%d" % number)
    return frozenset(plain)


def _is_plain(number: int, custom: dict[int, str]) -> bool:
    code = custom.get(number)
    if code is None:
        return number in _BUILT_IN
    return not set("dmyhs") & set(_SILENT.sub("", code).lower())
