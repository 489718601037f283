"""What the XML of a sheet tells and python-calamine does not: formulas, errors, missing results, hidden rows, merges.

`scan` looks at the bytes with a few regular expressions and counts tags to prove to itself that nothing escaped them.
Where a count does not agree (prefixes, cells without an address, comments …), or the extent is suspicious, it returns
None, and `rewrite.rewritten` reads the sheet the long way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from html import unescape
from itertools import pairwise

from ..book import Cell
from ..ref import a1, column_number, parse_a1
from .problem import SheetTooLarge

MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
MAX_AREA = 5_000_000
"""Limits of the rectangle from A1 to the last cell with a value; calamine allocates all of it."""
MAX_TEXT = 200 << 20
"""Bytes of shared strings repeated into the cells of one sheet."""
MAX_ARRAY = 10_000
"""Cells of one array formula that are named one by one."""

ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""Errors that calamine knows; a sheet with any other must be rewritten."""

_DATA = re.compile(rb"<sheetData(?:\s[^<>]*)?/?>")
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(?:[1-9]\d{0,4}|1\d{5})"[ />]')
_CELL_ROW = re.compile(rb'<c r="[A-Z]{1,3}(\d+)"')
_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"([^<>]*)>\s*'
    rb"<f(?: ([^<>]*?))?(?:/>|>([^<]*)</f>)\s*(<v(?: [^<>]*)?(?:/>|>([^<]*)</v>))?"
)
_ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})(\d+)"[^<>]* t="e"[^<>]*>\s*(?:<f[^<>]*(?:/>|>[^<]*</f>)\s*)?(?:<v(?: [^<>]*)?>([^<]*)</v>)?'
)
_SHARED = re.compile(rb' t="s"[^<>]*>\s*<v>(\d+)</v>')
_ROW = re.compile(rb"<row([\s/][^<>]*)?>")
_COLUMN = re.compile(rb"<col ([^<>]*)>")
_MERGE = re.compile(rb'<mergeCell [^<>]*?\bref="([^"<>]*)"')
_PLACE = re.compile(
    r"""(?:"(?:[^"]|"")*"|'(?:[^']|'')*'!)|(?<![\w.$])(?P<left>\$?)(?P<letters>[A-Za-z]{1,3})(?P<top>\$?)(?P<digits>[1-9]\d{0,6})(?![\w(!.])"""
)
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_STRING = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")


@dataclass
class Scan:
    """One sheet: `body` is the inside of `<sheetData>` for calamine, the rest is what calamine does not give.

    `errors` are texts such as `#REF!`; `blanks` are formula cells whose result is the empty text."""

    body: bytes = b""
    formulas: dict[Cell, str] = field(default_factory=dict)
    uncached: set[Cell] = field(default_factory=set)
    errors: dict[Cell, str] = field(default_factory=dict)
    blanks: set[Cell] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    shared: dict[str, tuple[Cell, str]] = field(default_factory=dict)
    """Number of a shared formula → the cell that holds its text, and the text."""

    def add_formula(self, cell: Cell, text: str, attributes: dict[str, str]) -> None:
        """Note a formula.  A shared one is written out for every cell; the other cells of an array formula or data table hold
        formulas without a text."""
        area = parse_area(attributes.get("ref", "")) if attributes.get("t") in ("array", "dataTable") else None
        if area is not None and (area[2] - area[0] + 1) * (area[3] - area[1] + 1) <= MAX_ARRAY:
            for row in range(area[0], area[2] + 1):
                for column in range(area[1], area[3] + 1):
                    self.formulas.setdefault((row, column), "")
        if attributes.get("t") == "shared":
            first, shared = self.shared.setdefault(attributes.get("si", ""), (cell, text))
            text = text or shifted(shared, cell[0] - first[0], cell[1] - first[1])
        self.formulas[cell] = text

    def add_column(self, attributes: dict[str, str]) -> None:
        """Note a `<col>` if it is hidden or has no width."""
        if is_true(attributes.get("hidden")) or attributes.get("width") == "0":
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.hidden_columns.update(range(int(first), min(int(last), 16_384) + 1))

    def add_merge(self, reference: str) -> None:
        """Note a merged range; a nonsensical one is passed over."""
        area = parse_area(reference)
        if area is not None and area[:2] != area[2:]:
            self.merges.append(area)


class Strings:
    """The shared strings as far as their sizes go: a long one in many cells is a bomb."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._plain = b"<!" not in data
        self.longest = max(map(len, data.split(b"</si>"))) if self._plain else len(data)

    @cached_property
    def _lengths(self) -> list[int]:
        starts = [match.start() for match in _STRING.finditer(self._data)] if self._plain else []
        return [after - start for start, after in pairwise([*starts, len(self._data)])]

    def length(self, index: int) -> int:
        """Bytes that shared string number `index` takes, at most."""
        if self._lengths:
            return self._lengths[index] if index < len(self._lengths) else 0
        return self.longest


@lru_cache(maxsize=4_096)
def parse_area(reference: str) -> tuple[int, int, int, int] | None:
    """`B2:A1` → (1, 1, 2, 2); a single cell is an area too; None for anything else."""
    first, _, last = reference.partition(":")
    try:
        (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
    except ValueError:
        return None
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def shifted(formula: str, rows: int, columns: int) -> str:
    """A formula as it reads so many rows further down and columns to the right; '' where that leaves the sheet."""
    try:
        return _PLACE.sub(lambda match: _moved(match, rows, columns), formula)
    except ValueError:
        return ""


def _moved(match: re.Match[str], rows: int, columns: int) -> str:
    left, letters_, top, digits = match["left"], match["letters"], match["top"], match["digits"]
    if letters_ is None:
        return match[0]
    row, column = parse_a1(letters_ + digits)
    row, column = row + (0 if top else rows), column + (0 if left else columns)
    moved = a1(row, column) if row > 0 and column > 0 else ""
    parse_a1(moved)
    name = moved.rstrip("0123456789")
    return f"{left}{name}{top}{moved[len(name) :]}"


def is_true(text: str | None) -> bool:
    """An XML boolean."""
    return text in ("1", "true", "on")


def scan(data: bytes, strings: Strings) -> Scan | None:
    """Scan the UTF-8 XML of a sheet as nearly every program writes it; None: not that kind, or suspiciously large.

    Raises SheetTooLarge."""
    span = data_span(data)
    if span is None or not _fits(data, *span, strings):
        return None
    start, end = span
    found = Scan(data[start:end])
    if (
        _scan_formulas(found, data, start, end)
        and _scan_errors(found, data, start, end)
        and scan_rows(found, data, start, end)
        and scan_frame(found, data, start, end)
    ):
        return found
    return None


def data_span(data: bytes) -> tuple[int, int] | None:
    if b"<!" in data or data.count(b"<sheetData") != 1:
        return None
    opening = _DATA.search(data)
    if opening is None:
        return None
    start = opening.end()
    end = start if opening[0].endswith(b"/>") else data.rfind(b"</sheetData>")
    return (start, end) if end >= start else None


def _fits(data: bytes, start: int, end: int, strings: Strings) -> bool:
    """Whether every cell has an address in the usual place and the whole stays within the limits."""
    count = data.count(b"<c", start, end)
    if count > MAX_AREA:
        raise SheetTooLarge
    cells = _CELL.findall(data, start, end)
    if len(cells) != count:
        return False
    width = max((column_of(name) for name in set(cells)), default=0)
    if width * MAX_ROWS > MAX_AREA:
        height = max(map(int, set(_CELL_ROW.findall(data, start, end))))
        if width > MAX_COLUMNS or width * height > MAX_AREA:
            return False
    if count * strings.longest > MAX_TEXT:
        used = _SHARED.findall(data, start, end)
        if len(used) != data.count(b' t="s"', start, end):
            return False
        if sum(strings.length(int(index[:9])) for index in used) > MAX_TEXT:
            raise SheetTooLarge
    return True


def _scan_formulas(found: Scan, data: bytes, start: int, end: int) -> bool:
    count = data.count(b"<f", start, end)
    formulas = _FORMULA.findall(data, start, end) if count else []
    for column, row, kind, attributes, text, holder, value in formulas:
        cell = int(row), column_of(column)
        formula = formula_text(text)
        if attributes:
            found.add_formula(cell, formula, attributes_of(attributes))
        else:
            found.formulas[cell] = formula
        if not value:
            if b' t="inlineStr"' in kind:
                return False
            (found.blanks if holder and b' t="str"' in kind else found.uncached).add(cell)
    return count == len(formulas)


@cache
def column_of(letters: bytes) -> int:
    """Three letters at most, so the cache stays small."""
    return column_number(letters.decode())


def _scan_errors(found: Scan, data: bytes, start: int, end: int) -> bool:
    count = data.count(b' t="e"', start, end)
    if count:
        for column, row, text in _ERROR.findall(data, start, end):
            if text:
                found.errors[int(row), column_of(column)] = _text(text)
            count -= 1
    return count == 0 and ERRORS.issuperset(found.errors.values())


def scan_rows(found: Scan, data: bytes, start: int, end: int) -> bool:
    if data.find(b"hidden=", start, end) >= 0:
        rows = _ROW.findall(data, start, end)
        if len(rows) != data.count(b"<row", start, end):
            return False
        for row in rows:
            if b"hidden=" in row:
                attributes = attributes_of(row)
                if not attributes.get("r", "").isdecimal():
                    return False
                if is_true(attributes.get("hidden")):
                    found.hidden_rows.add(int(attributes["r"]))
    return True


def scan_frame(found: Scan, data: bytes, start: int, end: int) -> bool:
    """The columns before the cells and the merged ranges after them."""
    columns = _COLUMN.findall(data, 0, start)
    merges = _MERGE.findall(data, end)
    for column in columns:
        if b"hidden=" in column or b'width="0' in column:
            found.add_column(attributes_of(column))
    for merge in merges:
        found.add_merge(merge.decode())
    return len(columns) == data.count(b"<col ", 0, start) and len(merges) == data.count(b"<mergeCell ", end)


def _text(escaped: bytes) -> str:
    text = escaped.decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unescape(text) if "&" in text else text


def formula_text(escaped: bytes) -> str:
    """The text of a formula; short ones come again in every workbook of one template."""
    return _known_text(escaped) if len(escaped) < 300 else _text(escaped)


_known_text = lru_cache(maxsize=4_096)(_text)


def attributes_of(tag: bytes) -> dict[str, str]:
    return dict(_pairs(tag))


def _pairs(tag: bytes) -> Iterator[tuple[str, str]]:
    for name, value in _ATTRIBUTE.findall(tag):
        yield name.decode(), _text(value)
