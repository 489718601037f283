"""Rows of the sheets of our own as XML, texts only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..ref import letters
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
