"""Rows of the sheets of our own as XML, texts only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..ref import letters
from .package import main_namespace
from .xml import escaped

MAX_TEXT = 8_000
"""Characters of one cell; Excel holds 32,767, nobody reads more than this."""
_LETTERS = [letters(number) for number in range(1, 27)]


def row_xml(number: int, cells: Sequence[tuple[str, int]], height: int = 0) -> str:
    """A row of (text, cell format), with a height in points where one is given."""
    tall = f' ht="{height}" customHeight="1"' if height else ""
    parts = [
        f'<c r="{letter}{number}" s="{style}{_inline(text)}' if text else f'<c r="{letter}{number}" s="{style}"/>'
        for letter, (text, style) in zip(_LETTERS, cells, strict=False)
    ]
    return f'<row r="{number}"{tall}>{"".join(parts)}</row>'


@lru_cache(maxsize=4096)
def _inline(text: str) -> str:
    """What follows the format of a cell that holds a text."""
    space = ' xml:space="preserve"' if "\n" in text or "  " in text or text != text.strip() else ""
    return f'" t="inlineStr"><is><t{space}>{escaped(text[:MAX_TEXT])}</t></is></c>'


@lru_cache(maxsize=4096)
def lines_of(text: str, size: int) -> int:
    """Lines a text takes in a column of that width; a Chinese character (three bytes) is as wide as two letters."""
    return sum(1 + (len(line) + len(line.encode("utf-8", "replace"))) // 2 // (size - 1) for line in text.split("\n"))


def listing_xml(
    rows: Sequence[str],
    marks: str,
    widths: Sequence[int],
    *,
    header: int,
    colour: str,
    quiet: int = 1_000,
    strict: bool = False,
) -> bytes:
    """The worksheet of a list: rows, what else belongs to them (filter, formats, links), widths of the columns in
    characters.

    Everything below the header row scrolls; columns from number `quiet` on are hidden; printed on A4 across."""
    first = f"A{header + 1}"
    hidden = ' hidden="1"'
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}.7109375" customWidth="1"{hidden if n >= quiet else ""}/>'
        for n, width in enumerate(widths, 1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<worksheet xmlns="{main_namespace(strict)}">'
        f'<sheetPr><tabColor rgb="{colour}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="{header}" '
        f'topLeftCell="{first}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="{first}" sqref="{first}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{"".join(rows)}</sheetData>'
        f"{marks}"
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter>"
        "</worksheet>"
    ).encode()
