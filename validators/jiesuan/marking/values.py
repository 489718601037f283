"""计算 in the received file: figures put into the cells of its sheets by splicing, everything else kept as it lies.

A cell keeps its format; a formula that stands in a cell is never touched, only its result is brought up to date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..book import Cell, ErrorValue, Value
from ..reading.scan import parse_area
from ..ref import a1, parse_a1
from .package import Package
from .problem import NotMarkable
from .workbook import WorkbookPart
from .xml import Edit, Node, append, escaped, own_text, parse, set_attribute, splice

_TRUE = ("1", "true", "on")
_CLOSE = 1e-9
"""Results nearer than this are the same figure, computed in another order."""


@dataclass(frozen=True)
class Entry:
    """What goes into a cell that holds no formula: a number, or a formula (without `=`) and its result."""

    value: Value
    formula: str | None = None


Entries = Mapping[str, Mapping[Cell, Entry]]
Results = Mapping[str, Mapping[Cell, Value]]


def write_cells(data: bytes, entries: Entries, results: Results) -> bytes:
    """The workbook with entries in its cells and fresh results of its formulas, by sheet name; programs are asked to
    recalculate on opening.  The same bytes where nothing is new.  Raises NotMarkable."""
    package = Package(data)
    package.check_kind()
    before = dict(package.archive.members)
    workbook = WorkbookPart(package)
    for sheet in workbook.sheets:
        wanted, fresh = entries.get(sheet.name, {}), results.get(sheet.name, {})
        if (wanted or fresh) and sheet.kind == "worksheet" and sheet.path in package:
            text = package.text(sheet.path)
            package.write(sheet.path, splice(text, _Grid(text).edits(wanted, fresh)))
    if package.archive.members == before:
        return data
    if any(entry.formula for cells in entries.values() for entry in cells.values()):
        _drop_chain(package)
        workbook = WorkbookPart(package)
    workbook.recalculate_on_load()
    return package.archive.to_bytes()


def _drop_chain(package: Package) -> None:
    """Take out the order of calculation, which lists every formula; every program makes it anew."""
    for relation in package.relations(package.main):
        if relation.kind == "calcChain" and relation.target:
            package.unrelate(package.main, relation.target)
            package.remove(relation.target)


class _Grid:
    """The rows of a worksheet part with their places; cells are looked at in the rows concerned alone."""

    def __init__(self, data: bytes) -> None:
        """Raises NotMarkable where the part is broken."""
        self.data = data
        self.root = parse(data, depth=3)
        body = self.root.find("sheetData")
        if self.root.name != "worksheet" or body is None:
            raise NotMarkable("corrupt")
        self.body = body
        self.rows: dict[int, Node] = {}
        for number, row in _numbered_rows(body):
            if number in self.rows:
                raise NotMarkable("corrupt")
            self.rows[number] = row

    def edits(self, entries: Mapping[Cell, Entry], results: Mapping[Cell, Value]) -> list[Edit]:
        """The edits that put everything in.  Raises NotMarkable where a cell stands there twice."""
        rows: dict[int, tuple[dict[int, Entry], dict[int, Value]]] = {}
        for (row, column), entry in sorted(entries.items()):
            rows.setdefault(row, ({}, {}))[0][column] = entry
        for (row, column), value in results.items():
            rows.setdefault(row, ({}, {}))[1][column] = value
        edits: list[Edit] = []
        last: list[bytes] = []
        order = sorted(self.rows)
        for row in sorted(rows):
            wanted, fresh = rows[row]
            if row in self.rows:
                edits += self._row(row, wanted, fresh)
            elif wanted:
                made = self._new_row(row, wanted)
                after = next((self.rows[number].start for number in order if number > row), None)
                if after is None:
                    last.append(made)
                else:
                    edits.append(Edit(after, after, made))
        if last:
            edits.append(append(self.data, self.body, b"".join(last)))
        return edits + (self._dimension(entries) if edits else [])

    def _row(self, number: int, wanted: dict[int, Entry], fresh: dict[int, Value]) -> Iterator[Edit]:
        """The edits of a row that is there."""
        node = self.rows[number]
        text = self.data[node.start : node.end]
        row = parse(text)
        cells: dict[int, Node] = {}
        for column, cell in _numbered_cells(row):
            if column in cells and (column in wanted or column in fresh):
                raise NotMarkable("corrupt")
            cells[column] = cell
        edits: list[Edit] = []
        last: list[bytes] = []
        for column, value in fresh.items():
            if column in cells:
                edits += _result(text, cells[column], value)
        for column, entry in wanted.items():
            if column in cells:
                edits += _filled(text, cells[column], entry)
                continue
            made = self._new_cell(row, number, column, entry)
            after = next((cells[other].start for other in sorted(cells) if other > column), None)
            if after is None:
                last.append(made)
            else:
                edits.append(Edit(after, after, made))
        if last:
            edits.append(append(text, row, b"".join(last)))
        if edits and "spans" in row.attributes and not wanted.keys() <= cells.keys():
            edits.append(set_attribute(text, row, "spans", None))
        for edit in edits:
            yield Edit(edit.start + node.start, edit.end + node.start, edit.text)

    def _new_row(self, number: int, wanted: dict[int, Entry]) -> bytes:
        tag = f"{self.body.prefix}row"
        row = Node(tag, {}, 0, 0)
        inside = b"".join(self._new_cell(row, number, column, entry) for column, entry in wanted.items())
        return f'<{tag} r="{number}">'.encode() + inside + f"</{tag}>".encode()

    def _new_cell(self, row: Node, number: int, column: int, entry: Entry) -> bytes:
        """A new cell in the format of its row or column."""
        styled = row.attributes.get("customFormat") in _TRUE
        style = (row.attributes.get("s") if styled else None) or self._column_style(column)
        tag = f"{row.prefix}c"
        return (
            f'<{tag} r="{a1(number, column)}"{f" s={chr(34)}{style}{chr(34)}" if style else ""}'
            f"{_kind(entry.value)}>{_content(row.prefix, entry)}</{tag}>"
        ).encode()

    def _column_style(self, column: int) -> str | None:
        columns = self.root.find("cols")
        for node in columns.children if columns else ():
            first, last = node.attributes.get("min", ""), node.attributes.get("max", "")
            if first.isdecimal() and last.isdecimal() and int(first) <= column <= int(last):
                return node.attributes.get("style")
        return None

    def _dimension(self, entries: Mapping[Cell, Entry]) -> list[Edit]:
        """The used range, where it is told and cells outside it were filled."""
        node = self.root.find("dimension")
        area = parse_area(node.attributes.get("ref", "")) if node else None
        if node is None or area is None or not entries:
            return []
        rows, columns = zip(*entries, strict=True)
        first, last = (min(area[0], *rows), min(area[1], *columns)), (max(area[2], *rows), max(area[3], *columns))
        if (*first, *last) == area:
            return []
        return [set_attribute(self.data, node, "ref", f"{a1(*first)}:{a1(*last)}")]


def _filled(text: bytes, cell: Node, entry: Entry) -> list[Edit]:
    """An entry in place of what stands in a cell; never in place of a formula."""
    if cell.find("f") is not None:
        return []
    kept = b"".join(text[node.start : node.end] for node in cell.all("extLst"))
    return [_cell(text, cell, entry.value, _content(cell.prefix, entry).encode() + kept)]


def _result(text: bytes, cell: Node, value: Value) -> list[Edit]:
    """The result of a formula, where it is not that already."""
    formula, old = cell.find("f"), cell.find("v")
    if formula is None or (old is not None and _same(own_text(text, old), cell.attributes.get("t", "n"), value)):
        return []
    new = _content(cell.prefix, Entry(value)).encode()
    kept = [node for node in cell.children if node.name not in ("v", "is")]
    parts = [text[node.start : node.end] + (new if node is formula else b"") for node in kept]
    return [_cell(text, cell, value, b"".join(parts))]


def _cell(text: bytes, cell: Node, value: Value, content: bytes) -> Edit:
    """The cell with another content; its attributes stay but for the type and the metadata of the old value."""
    tag = text[cell.start : cell.inside]
    for name in ("t", "vm"):
        tag = splice(tag, [set_attribute(tag, Node(cell.tag, {}, 0, len(tag)), name, None)])
    opening = re.sub(rb"\s*/?>$", b"", tag) + _kind(value).encode() + b">"
    return Edit(cell.start, cell.end, opening + content + b"</" + cell.tag.encode() + b">")


def _kind(value: Value) -> str:
    """The attribute that tells the type of a value; nothing for a number."""
    if isinstance(value, bool):
        return ' t="b"'
    if isinstance(value, ErrorValue):
        return ' t="e"'
    return ' t="str"' if isinstance(value, str) else ""


def _content(prefix: str, entry: Entry) -> str:
    formula = "" if entry.formula is None else f"<{prefix}f>{escaped(entry.formula)}</{prefix}f>"
    return f"{formula}<{prefix}v>{_text(entry.value)}</{prefix}v>"


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return escaped(value) if isinstance(value, str) else repr(value)


def _same(text: str, kind: str, value: Value) -> bool:
    """Whether a result that stands there is that value."""
    if value == "":
        return not text
    if isinstance(value, bool | str):
        return kind == _kind(value)[4:-1] and text == (str(int(value)) if isinstance(value, bool) else value)
    try:
        return kind == "n" and math.isclose(float(text), value, rel_tol=_CLOSE, abs_tol=_CLOSE)  # type: ignore[arg-type]
    except ValueError:
        return False


def _numbered_rows(body: Node) -> Iterator[tuple[int, Node]]:
    number = 0
    for row in body.all("row"):
        given = row.attributes.get("r", "")
        number = int(given) if given.isdecimal() else number + 1
        yield number, row


def _numbered_cells(row: Node) -> Iterator[tuple[int, Node]]:
    column = 0
    for cell in row.all("c"):
        try:
            column = parse_a1(cell.attributes["r"])[1]
        except (KeyError, ValueError):
            column += 1
        yield column, cell


__all__ = ["Entries", "Entry", "Results", "write_cells"]
