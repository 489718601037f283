"""Reading an unusual sheet the long way, with expat, and writing it anew the usual way.

Cells and rows get their addresses, empty cells go, and what calamine would reject is turned into something it takes.
Slower than `scan` by far, so only for sheets that `scan` declines.
"""

from __future__ import annotations

from html import escape
from xml.parsers import expat

from ..book import Cell
from ..ref import a1, parse_a1
from .guard import local, parser
from .problem import SheetBroken, SheetTooLarge
from .scan import MAX_AREA, MAX_COLUMNS, MAX_ROWS, MAX_TEXT, Scan, Strings, is_true

MAX_TAGS = 10_000_000
"""Number of `<` in a sheet that is read this way; about ten seconds."""


def rewritten(data: bytes, strings: Strings) -> Scan:
    """The same as `scan.scan`, for any sheet.  Raises SheetTooLarge, SheetBroken, and UnreadableFile `unsafe`."""
    if data.count(b"<") > MAX_TAGS:
        raise SheetTooLarge
    reader = _Reader(strings)
    try:
        reader.parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise SheetBroken from error
    return reader.finished()


class _Reader:
    def __init__(self, strings: Strings) -> None:
        self.strings = strings
        self.found = Scan()
        self.parts: list[str] = []
        self.height = self.width = self.text_size = 0
        self.row = self.column = self.open_row = 0
        self.in_data = self.in_cell = self.phonetic = False
        self.cell: dict[str, str] = {}
        self.formula: dict[str, str] | None = None
        self.texts: dict[str, str | None] = {}
        self.target: str | None = None
        self.parser = parser()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c" and self.in_data:
            self.start_cell(attributes)
        elif self.in_cell:
            if name in ("v", "f", "t") and not self.phonetic:
                self.target = name
                self.texts[name] = self.texts.get(name) or ""
                if name == "f":
                    self.formula = attributes
            elif name == "rPh":
                self.phonetic = True
        elif name == "sheetData":
            self.in_data = True
        elif name == "row" and self.in_data:
            given = attributes.get("r")
            self.row = self.row + 1 if given is None else int(given)
            self.column = 0
            if is_true(attributes.get("hidden")):
                self.found.hidden_rows.add(self.row)
        elif name == "col":
            self.found.add_column(attributes)
        elif name == "mergeCell":
            self.found.add_merge(attributes.get("ref", ""))

    def start_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        self.row, self.column = parse_a1(given) if given else parse_a1(a1(self.row, self.column + 1))
        self.cell, self.formula, self.texts, self.in_cell = attributes, None, {}, True

    def characters(self, text: str) -> None:
        if self.target is not None:
            self.texts[self.target] = (self.texts[self.target] or "") + text

    def end(self, tag: str) -> None:
        name = local(tag)
        if name == "c" and self.in_cell:
            self.end_cell()
        elif name == "sheetData":
            self.in_data = False
        elif name == "rPh":
            self.phonetic = False
        elif name == self.target:
            self.target = None

    def end_cell(self) -> None:
        self.in_cell, self.target = False, None
        at = self.row, self.column
        kind = self.cell.get("t", "n")
        text = self.texts.get("t") if kind == "inlineStr" else self.texts.get("v")
        if kind not in ("str", "inlineStr"):
            text = (text or "").strip()
        if self.formula is not None:
            self.found.add_formula(at, self.texts.get("f") or "", self.formula)
            if text == "" and kind in ("str", "inlineStr"):
                self.found.blanks.add(at)
                self.reach(at)
            elif not text:
                self.found.uncached.add(at)
        if text and kind == "e":
            self.found.errors[at] = text
            self.reach(at)
        elif text:
            self.emit(at, kind, text)

    def emit(self, at: Cell, kind: str, text: str) -> None:
        """Write a cell with a value in the form calamine reads best."""
        if kind == "s":
            self.text_size += self.strings.length(int(text[:9]))
        kind = {"inlineStr": "str", "s": "s", "str": "str", "b": "b", "d": "d"}.get(kind, "n")
        if kind == "b" and text not in ("0", "1", "true", "false"):
            return
        if self.row != self.open_row:
            self.parts.append(f'{"</row>" if self.parts else ""}<row r="{self.row}">')
            self.open_row = self.row
        style = self.cell.get("s", "")
        styled = f' s="{style}"' if style.isdecimal() else ""
        self.parts.append(f'<c r="{a1(*at)}"{styled} t="{kind}"><v>{escape(text, quote=False)}</v></c>')
        self.reach(at)

    def reach(self, at: Cell) -> None:
        self.height = max(self.height, at[0])
        self.width = max(self.width, at[1])

    def finished(self) -> Scan:
        if self.height > MAX_ROWS or self.width > MAX_COLUMNS or self.height * self.width > MAX_AREA:
            raise SheetTooLarge
        if self.text_size > MAX_TEXT:
            raise SheetTooLarge
        if self.parts:
            self.parts.append("</row>")
        self.found.body = "".join(self.parts).encode()
        return self.found
