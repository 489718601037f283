""".xlsx and .xlsm: the outline and usual sheets by ourselves, other sheets by calamine from a package composed anew.

Calamine never sees the received package.  It gets one that holds the cells, the shared strings and the styles and nothing
else, in the usual places, under plain names: whatever is odd about the original cannot reach it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from ..book import Cell, ErrorValue, Sheet, Value
from .direct import Direct
from .guard import Package, elements, pack, resolve
from .native import MAX_BOOK_AREA, Values, too_large
from .problem import SheetBroken, SheetTooLarge, UnreadableFile
from .rewrite import rewritten
from .scan import Scan, Strings, is_true, scan

_USUAL = ("xl/workbook.xml", "xl/workbook.bin", "word/document.xml", "ppt/presentation.xml")
_RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)
_WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<workbookPr date1904="{}"/><sheets>{}</sheets></workbook>'
)


@dataclass
class _Part:
    """A worksheet as the workbook part lists it; no path: the part itself is missing."""

    name: str
    visible: bool
    path: str | None


def main_part(package: Package) -> str | None:
    """The part an Office package is about: `xl/workbook.xml`, `word/document.xml` …; None for other archives."""
    for kind, path in _relations(package, "").values():
        if kind == "officeDocument" and path in package:
            return path
    return next((path for path in _USUAL if path in package), None)


def sheets(package: Package, workbook: str) -> tuple[list[Sheet], list[str]]:
    """The worksheets of the package whose workbook part is given, and remarks.

    Raises UnreadableFile, also when not one sheet can be read."""
    reader = _Reader(package, workbook)
    found = list(reader.sheets())
    if reader.listed and not reader.parts:
        raise UnreadableFile("no-worksheet")
    if not found:
        raise UnreadableFile("too-large" if reader.large else "corrupt")
    return found, reader.remarks


def properties(package: Package) -> dict[str, str]:
    """The custom document properties, name → text; none if they cannot be read."""
    paths = [path for kind, path in _relations(package, "").values() if kind == "custom-properties"]
    found: dict[str, str] = {}
    for path in paths or ["docProps/custom.xml"]:
        if path in package:
            value = ""
            try:
                items = elements(package.xml(path))
            except UnreadableFile:
                continue
            for tag, attributes, text in items:
                if tag == "property" and "name" in attributes:
                    found[attributes["name"]] = value
                value = text
    return found


class _Reader:
    def __init__(self, package: Package, workbook: str) -> None:
        self.package = package
        self.parts, self.date1904, self.listed = _outline(package, workbook)
        self.shared = _companion(package, workbook, "sharedStrings") or b"<sst></sst>"
        self.styles = _companion(package, workbook, "styles") or b"<styleSheet></styleSheet>"
        self.direct = Direct(self.shared, self.styles)
        self.remarks: list[str] = []
        self.large = False

    @cached_property
    def strings(self) -> Strings:
        return Strings(self.shared)

    def sheets(self) -> Iterator[Sheet]:
        scans: list[tuple[_Part, Scan, list[list[Value]] | None]] = []
        for part in self.parts:
            with self.leaving_out(part):
                data = self.content(part)
                scans.append((part, *(self.direct.sheet(data) or (self.scanned(data), None))))
        odd = [found for _, found, rows in scans if rows is None]
        try:
            values = self.values(odd) if odd else None
        except SheetBroken as error:
            raise UnreadableFile("corrupt") from error
        room, index = MAX_BOOK_AREA, -1
        for part, found, rows in scans:
            with self.leaving_out(part):
                if rows is None:
                    assert values is not None
                    index += 1
                    found, rows = self.valued(part, found, values, index)
                room -= sum(map(len, rows))
                if room < 0:
                    raise SheetTooLarge
                yield _sheet(part, found, rows)

    def valued(self, part: _Part, found: Scan, values: Values, index: int) -> tuple[Scan, list[list[Value]]]:
        """What calamine finds in a sheet; where it stumbles, the sheet is written anew for it.  Raises SheetBroken."""
        try:
            return found, values.sheet(index)
        except SheetBroken:
            found = self.scanned(self.content(part), thorough=True)
            return found, self.values([found]).sheet(0)

    @contextmanager
    def leaving_out(self, part: _Part) -> Iterator[None]:
        """Turn the failure of one sheet into a remark."""
        try:
            yield
        except SheetTooLarge:
            self.large = True
            self.remarks.append(too_large(part.name))
        except SheetBroken:
            self.remarks.append(f"工作表“{part.name}”已损坏，没有读取。")

    def content(self, part: _Part) -> bytes:
        """The XML of a sheet.  Raises SheetBroken."""
        if part.path is None:
            raise SheetBroken
        return self.package.xml(part.path)

    def scanned(self, data: bytes, *, thorough: bool = False) -> Scan:
        quick = None if thorough else scan(data, self.strings)
        return quick or rewritten(data, self.strings)

    def values(self, scans: list[Scan]) -> Values:
        """The values of those sheets, from a package that holds nothing else.  Raises SheetBroken."""
        numbers = range(len(scans))
        listed = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="s{n}"/>' for n in numbers)
        related = [_RELATION.format(f"s{n}", "worksheet", f"worksheets/s{n}.xml") for n in numbers]
        related += [_RELATION.format(kind, kind, f"{kind}.xml") for kind in ("sharedStrings", "styles")]
        plain = {
            "_rels/.rels": _RELATIONS.format(_RELATION.format("w", "officeDocument", "xl/workbook.xml")),
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "xl/workbook.xml": _WORKBOOK.format(int(self.date1904), listed),
            "xl/_rels/workbook.xml.rels": _RELATIONS.format("".join(related)),
        }
        parts = [(name, text.encode()) for name, text in plain.items()]
        parts += [("xl/sharedStrings.xml", self.shared), ("xl/styles.xml", self.styles)]
        for n, found in enumerate(scans):
            parts.append((f"xl/worksheets/s{n}.xml", b"<worksheet><sheetData>%b</sheetData></worksheet>" % found.body))
        return Values(pack(parts))


def _sheet(part: _Part, found: Scan, rows: list[list[Value]]) -> Sheet:
    for cell in found.blanks:
        _put(rows, cell, "")
    for cell, text in found.errors.items():
        _put(rows, cell, ErrorValue(text))
    return Sheet(
        part.name,
        rows,
        formulas=found.formulas,
        uncached=found.uncached,
        merges=found.merges,
        visible=part.visible,
        hidden_rows=found.hidden_rows,
        hidden_columns=found.hidden_columns,
    )


def _put(rows: list[list[Value]], cell: Cell, value: Value) -> None:
    row, column = cell
    while len(rows) < row:
        rows.append([])
    line = rows[row - 1]
    line.extend([None] * (column - len(line)))
    line[column - 1] = value


def _outline(package: Package, workbook: str) -> tuple[list[_Part], bool, int]:
    """The worksheets in order (no chart, dialog or macro sheets), whether dates count from 1904, and how many sheets of any
    kind there are."""
    relations = _relations(package, workbook)
    parts: list[_Part] = []
    date1904, listed = False, 0
    for tag, attributes, _ in elements(package.xml(workbook)):
        if tag == "workbookPr":
            date1904 = is_true(attributes.get("date1904"))
        elif tag == "sheet" and "name" in attributes:
            listed += 1
            kind, path = relations.get(attributes.get("id", ""), ("worksheet", ""))
            if kind == "worksheet":
                visible = attributes.get("state") not in ("hidden", "veryHidden")
                parts.append(_Part(attributes["name"], visible, path if path in package else None))
    return parts, date1904, listed


def _companion(package: Package, workbook: str, kind: str) -> bytes | None:
    """The part of that kind which belongs to the workbook, if there is one."""
    paths = [path for found, path in _relations(package, workbook).values() if found == kind]
    paths.append(posixpath.join(posixpath.dirname(workbook), f"{kind}.xml"))
    return next((package.xml(path) for path in paths if path in package), None)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """The relationships of a part (of the package itself: "") by id: (last word of the type, path of the target)."""
    if part not in package.relations:
        package.relations[part] = _related(package, part)
    return package.relations[part]


def _related(package: Package, part: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in package:
        return {}
    return {
        attributes.get("Id", ""): (attributes["Type"].rpartition("/")[2], resolve(part, attributes["Target"]))
        for tag, attributes, _ in elements(package.xml(path))
        if tag == "Relationship" and "Type" in attributes and "Target" in attributes
    }
