"""计算 in the received file: values put into the cells of its sheets by splicing, everything else kept."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

from ..book import Book, Value
from ..recalculate import recalculate
from ..ref import a1, parse_a1
from .package import Package
from .problem import NotMarkable
from .sheet import Cell
from .unmark import clear
from .workbook import WorkbookPart
from .xml import Edit, Node, append, own_text, parse, set_attribute, splice

Number = int | float


def write_values(
    data: bytes, values: Mapping[str, Mapping[Cell, Number]], results: Mapping[str, Mapping[Cell, Number]]
) -> bytes:
    """The workbook with numbers in cells that hold no formula (`values`) and fresh results of formulas (`results`), by
    sheet name; marks are cleared first, and programs are asked to recalculate on opening.

    Formats, formulas and all other parts stay as they are.  Raises NotMarkable."""
    package = Package(clear(data))
    package.check_kind()
    workbook = WorkbookPart(package)
    for sheet in workbook.sheets:
        wanted, fresh = values.get(sheet.name, {}), results.get(sheet.name, {})
        if sheet.kind != "worksheet" or sheet.path not in package or not (wanted or fresh):
            continue
        text = package.text(sheet.path)
        edits = _Cells(text).edits(wanted, fresh)
        if edits:
            package.write(sheet.path, splice(text, edits))
    workbook.recalculate_on_load()
    return package.archive.to_bytes()


def fresh_results(book: Book) -> dict[str, dict[Cell, Number]]:
    """What the formulas of a book come to now, by sheet, as far as we can evaluate them; the book gets the results."""
    before: dict[str, dict[Cell, Value]] = {}
    for sheet in book.sheets:
        known = {cell: sheet.value(*cell) for cell, text in sheet.formulas.items() if text}
        before[sheet.name] = known
        sheet.uncached |= known.keys()
    recalculate(book)
    found: dict[str, dict[Cell, Number]] = {}
    for sheet in book.sheets:
        for cell, old in before[sheet.name].items():
            new = sheet.value(*cell)
            if cell in sheet.uncached:
                sheet.put(*cell, old, sheet.formulas[cell])
            elif isinstance(new, int | float) and not isinstance(new, bool) and math.isfinite(new):
                found.setdefault(sheet.name, {})[cell] = new
    return found


class _Cells:
    """The rows and cells of a worksheet part with their places."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = parse(data, depth=4)
        self.body = self.root.find("sheetData")
        if self.root.name != "worksheet" or self.body is None:
            raise NotMarkable("corrupt")
        self.rows = list(_numbered_rows(self.body))

    def edits(self, values: Mapping[Cell, Number], results: Mapping[Cell, Number]) -> list[Edit]:
        """The edits that put the numbers in."""
        edits: list[Edit] = []
        missing = dict(values)
        for number, row in self.rows:
            for column, cell in _numbered_cells(row):
                place = number, column
                if place in results and (edit := self._result(cell, results[place])):
                    edits.append(edit)
                elif place in values and place not in results:
                    missing.pop(place, None)
                    edits += self._value(cell, values[place])
        return edits + list(self._new(missing))

    def _value(self, cell: Node, number: Number) -> list[Edit]:
        """A number in place of what stands in a cell; never in place of a formula."""
        tree = parse(self.data[cell.start : cell.end])
        if tree.find("f") is not None:
            return []
        keep = b"".join(self._inner(cell, node) for node in tree.children if node.name == "extLst")
        return [self._cell(cell, self._number(cell.prefix, number) + keep)]

    def _result(self, cell: Node, number: Number) -> Edit | None:
        """The cached result of a formula; None where it is right already or there is no formula."""
        inside = self.data[cell.start : cell.end]
        tree = parse(inside)
        formula, old = tree.find("f"), tree.find("v")
        if formula is None or (old is not None and _same(own_text(inside, old), tree.attributes.get("t"), number)):
            return None
        new = self._number(cell.prefix, number)
        kept = [node for node in tree.children if node.name not in ("v", "is")]
        content = b"".join(self._inner(cell, node) + (new if node is formula else b"") for node in kept)
        return self._cell(cell, content)

    def _inner(self, cell: Node, node: Node) -> bytes:
        return self.data[cell.start + node.start : cell.start + node.end]

    def _cell(self, cell: Node, content: bytes) -> Edit:
        """The cell with another content, as a number; its other attributes stay."""
        tag = self.data[cell.start : cell.inside]
        tag = splice(tag, [set_attribute(tag, Node(cell.tag, cell.attributes, 0, len(tag)), "t", None)])
        opening = re.sub(rb"\s*/?>$", b">", tag)
        return Edit(cell.start, cell.end, opening + content + b"</" + cell.tag.encode() + b">")

    @staticmethod
    def _number(prefix: str, number: Number) -> bytes:
        return f"<{prefix}v>{number!r}</{prefix}v>".encode()

    def _new(self, missing: Mapping[Cell, Number]) -> Iterator[Edit]:
        """Cells that are not there yet, in their rows, which may not be there either."""
        there = dict(self.rows)
        rows: dict[int, list[tuple[int, Number]]] = {}
        for (row, column), number in sorted(missing.items()):
            rows.setdefault(row, []).append((column, number))
        assert self.body is not None
        p = self.body.prefix
        pending: list[bytes] = []
        for row, cells in rows.items():
            node = there.get(row)
            if node is not None:
                yield from self._into(row, node, cells)
                continue
            inside = b"".join(self._made(p, row, column, number, None) for column, number in cells)
            text = f'<{p}row r="{row}">'.encode() + inside + f"</{p}row>".encode()
            after = next((other.start for number, other in self.rows if number > row), None)
            if after is None:
                pending.append(text)
            else:
                yield Edit(after, after, text)
        if pending:
            yield append(self.data, self.body, b"".join(pending))

    def _into(self, row: int, node: Node, cells: list[tuple[int, Number]]) -> Iterator[Edit]:
        last: list[bytes] = []
        for column, number in cells:
            text = self._made(node.prefix, row, column, number, node)
            after = next((cell.start for other, cell in _numbered_cells(node) if other > column), None)
            if after is None:
                last.append(text)
            else:
                yield Edit(after, after, text)
        if last:
            yield append(self.data, node, b"".join(last))

    def _made(self, prefix: str, row: int, column: int, number: Number, node: Node | None) -> bytes:
        """A new cell in the style of its row or column."""
        style = node.attributes.get("s") if node and node.attributes.get("customFormat") in ("1", "true") else None
        style = style or self._column_style(column)
        styled = f' s="{style}"' if style else ""
        text = f'<{prefix}c r="{a1(row, column)}"{styled}>'.encode()
        return text + self._number(prefix, number) + f"</{prefix}c>".encode()

    def _column_style(self, column: int) -> str | None:
        for node in self.root.walk("col"):
            first, last = node.attributes.get("min", ""), node.attributes.get("max", "")
            if first.isdecimal() and last.isdecimal() and int(first) <= column <= int(last):
                return node.attributes.get("style")
        return None


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


def _same(text: str, kind: str | None, number: Number) -> bool:
    """Whether a cached result is that number."""
    try:
        return kind in (None, "n") and math.isclose(float(text), number, rel_tol=1e-14, abs_tol=1e-14)
    except ValueError:
        return False
