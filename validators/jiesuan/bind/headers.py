"""Matching the headings over a table's columns to the columns a form declares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ..book import Cell, Sheet
from ..form import Column, Form, once
from ..text import fold

_NEXT_YEAR = re.compile(r"^(次年|翌年|下年|20\d\d年)")
NUMBER_ROW = re.compile(r"(\d{1,2})(=.+)?")
HEADER_ROWS = 40
"""Headings are looked for in at most so many rows over the figures."""
EXACT, ALIKE, PARENT, NUMBER, STRANGER = 10, 6, 2, 4, -3


class Head(NamedTuple):
    """A heading over a column: as compared, as typed, and whether it stands there itself (or by a merge) rather than
    being carried over from the left because a merge may have been lost."""

    text: str
    typed: str
    own: bool


Path = list[Head]
"""The headings over a column, from the top."""


class Labels:
    """The texts of a sheet as labels: merged cells speak in every cell they cover."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.rows = sheet.values
        merges = tuple(sheet.merges)
        self.anchor: Mapping[Cell, Cell] = _anchors(merges) if len(merges) < _FEW else _anchored(merges)
        self.disputed = False
        """Two rows or cells claimed the same figures, and what stands there decided between them."""

    def after(self, row: int, column: int) -> int:
        """The first column right of the cell, its merged area included."""
        top_left = self.anchor.get((row, column), (row, column))
        end = column
        while self.anchor.get((row, end + 1)) == top_left:
            end += 1
        return end + 1

    def own(self, row: int, column: int) -> str:
        """The cell's own text, as typed."""
        line = self.rows[row - 1] if 0 < row <= len(self.rows) else ()
        value = line[column - 1] if 0 < column <= len(line) else None
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, dt.date):
            return f"{value.month}月"
        return str(value)

    def at(self, row: int, column: int) -> str:
        """The text that speaks for the cell, merges considered."""
        return self.own(*self.anchor.get((row, column), (row, column)))

    def place(self, row: int, column: int) -> Cell:
        """Where the value of this cell really stands."""
        return self.anchor.get((row, column), (row, column))


def _anchored(merges: Sequence[tuple[int, int, int, int]]) -> dict[Cell, Cell]:
    """Cell of a merged range → its first cell."""
    anchor: dict[Cell, Cell] = {}
    for top, left, bottom, right in merges:
        # A merge over half the sheet is no label; the bound keeps hostile files cheap.
        if (bottom - top + 1) * (right - left + 1) <= 20_000:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    anchor[(row, column)] = (top, left)
    return anchor


_FEW = 500
_anchors = lru_cache(maxsize=16)(_anchored)
"""The sheets of one template have the same merges."""


@lru_cache(maxsize=5_000)
def heading(text: str) -> str:
    """A heading as compared: folded, `次年1月` as `1月`, `3月份` as `3月`."""
    folded = _NEXT_YEAR.sub("", fold(text)) if text else ""
    return re.sub(r"^(\d{1,2}月)份?$", r"\1", folded)


@once
def known_headings(form: Form) -> set[str]:
    """Every text that the form may have over its columns, as compared."""
    texts = [text for column in form.column for text in (*column.header, *column.also)]
    for axis in form.axis:
        texts += [*axis.header, *axis.also]
        for member in axis.members:
            texts += [member.name, member.printed, member.under, *member.also]
    texts += [text for total in form.total for text in (total.label, *total.also)]
    return {heading(text) for text in texts} - {""}


def column_paths(labels: Labels, first: int, last: int, known: set[str]) -> list[Path]:
    """Per sheet column (from 1 at index 0) its headings from top to bottom.

    Where a merge over several columns was lost, the heading is carried to the right up to the next heading of its row,
    as long as there is a heading below.  Columns with none of the `known` headings (a school's own remarks) do not
    stop it.
    """
    width = labels.sheet.width
    rows = range(first, last + 1)
    paths: list[Path] = [[] for _ in range(width)]
    lowest = [0] * (width + 1)
    strange = [True] * (width + 1)
    for row in rows:
        for column in range(1, width + 1):
            text = heading(labels.own(row, column))
            if text and not NUMBER_ROW.fullmatch(text):
                lowest[column] = row
                strange[column] = strange[column] and text not in known
    for row in rows:
        carried: Head | None = None
        for column in range(1, width + 1):
            typed = labels.at(row, column)
            head = Head(heading(typed), typed, own=True) if typed else None
            if head is None and carried is not None and lowest[column] > row:
                head = carried._replace(own=False)
            elif head is not None and not strange[column]:
                carried = head if (row, column) not in labels.anchor else None
            if head is None or not head.text or NUMBER_ROW.fullmatch(head.text):
                continue
            path = paths[column - 1]
            if not path or path[-1].text != head.text:
                path.append(head)
    return paths


def number_row(labels: Labels, first: int, last: int) -> dict[int, int]:
    """The printed column numbers, sheet column → number, from the row among `first`–`last` that has most of them."""
    best: dict[int, int] = {}
    for row in range(first, last + 1):
        found: dict[int, int] = {}
        for column in range(1, labels.sheet.width + 1):
            match = NUMBER_ROW.fullmatch(fold(labels.own(row, column)).removesuffix(".0"))
            if match:
                found[column] = int(match[1])
        rising = list(found.values())
        if len(found) >= 3 and rising == sorted(set(rising)) and len(found) > len(best):
            best = found
    return best


def _leaf_score(path: Sequence[Head], leaves: Iterable[str], parents: set[str]) -> int:
    best = 0
    for leaf in leaves:
        for depth, (text, _, own) in enumerate(path):
            if not own:
                continue
            if text == leaf:
                best = max(best, EXACT + (depth == len(path) - 1))
            elif (
                text not in parents
                and min(len(leaf), len(text)) >= 2
                and (text.startswith(leaf) or (len(text) >= 4 and leaf.startswith(text)))
            ):
                best = max(best, ALIKE + (depth == len(path) - 1))
    return best


def match_columns(
    wanted: Sequence[Column], paths: Sequence[Path], numbers: Mapping[int, int], taken: Iterable[int] = ()
) -> dict[str, int]:
    """Field name → sheet column, the best assignment by headings, then by printed column number."""
    return dict(_matched(wanted, tuple(map(tuple, paths)), tuple(numbers.items()), frozenset(taken)))


@once
def _matched(
    wanted: Sequence[Column],
    paths: tuple[tuple[Head, ...], ...],
    printed: tuple[tuple[int, int], ...],
    blocked: frozenset[int],
) -> dict[str, int]:
    numbers = dict(printed)
    parents = {column.name: [heading(text) for text in column.header[:-1]] for column in wanted}
    every_parent = {text for texts in parents.values() for text in texts}
    scores: list[tuple[int, int, int, str]] = []
    for order, column in enumerate(wanted):
        leaves = [heading(text) for text in (*column.header[-1:], *column.also)]
        own = parents[column.name]
        for position, path in enumerate(paths, 1):
            if position in blocked:
                continue
            score = _leaf_score(path, leaves, every_parent)
            if score:
                texts = {head.text for head in path}
                score += PARENT * sum(text in texts for text in own)
                score += STRANGER * len((texts & every_parent) - {*own, *leaves})
            if column.no is not None and numbers.get(position) == column.no:
                score += NUMBER
            if score >= NUMBER:
                scores.append((-score, order, position, column.name))
    found: dict[str, int] = {}
    used: set[int] = set()
    for _, _, position, name in sorted(scores):
        if name not in found and position not in used:
            found[name] = position
            used.add(position)
    return found
