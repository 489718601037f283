"""Matching the headings over a table's columns to the columns a form declares."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ..book import Cell, Sheet
from ..form import Column
from ..text import fold

_NEXT_YEAR = re.compile(r"^(次年|翌年|下年|20\d\d年)")
_NUMBER_ROW = re.compile(r"(\d{1,2})(=.+)?")
EXACT, ALIKE, PARENT, NUMBER, STRANGER = 10, 6, 2, 4, -3


class Labels:
    """The texts of a sheet as labels: merged cells speak in every cell they cover."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.anchor: dict[Cell, Cell] = {}
        for top, left, bottom, right in sheet.merges:
            # A merge over half the sheet is no label; the bound keeps hostile files cheap.
            if (bottom - top + 1) * (right - left + 1) > 20_000:
                continue
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self.anchor[(row, column)] = (top, left)

    def after(self, row: int, column: int) -> int:
        """The first column right of the cell, its merged area included."""
        top_left = self.anchor.get((row, column), (row, column))
        end = column
        while self.anchor.get((row, end + 1)) == top_left:
            end += 1
        return end + 1

    def own(self, row: int, column: int) -> str:
        """The cell's own text, as typed."""
        value = self.sheet.value(row, column)
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

    def folded(self, row: int, column: int) -> str:
        return heading(self.at(row, column))

    def place(self, row: int, column: int) -> Cell:
        """Where the value of this cell really stands."""
        return self.anchor.get((row, column), (row, column))


@lru_cache(maxsize=5_000)
def heading(text: str) -> str:
    """A heading as compared: folded, `次年1月` as `1月`, `3月份` as `3月`."""
    folded = _NEXT_YEAR.sub("", fold(text)) if text else ""
    return re.sub(r"^(\d{1,2}月)份?$", r"\1", folded)


def column_paths(labels: Labels, first: int, last: int, width: int) -> list[list[str]]:
    """Per sheet column (from 1 at index 0) its headings from top to bottom, folded.

    Where a merge over several columns was lost, the heading is carried to the right up to the next heading of its row.
    """
    paths: list[list[str]] = [[] for _ in range(width)]
    for row in range(first, last + 1):
        texts = [labels.folded(row, column) for column in range(1, width + 1)]
        carried = ""
        for position, text in enumerate(texts):
            below = any(labels.own(later, position + 1) for later in range(row + 1, last + 1))
            if text:
                carried = text
            elif carried and below:
                text = carried
            if text and (not paths[position] or paths[position][-1] != text):
                paths[position].append(text)
    return paths


def number_row(labels: Labels, first: int, last: int, width: int) -> dict[int, int]:
    """The printed column numbers, sheet column → number, from the row among `first`–`last` that has most of them."""
    best: dict[int, int] = {}
    for row in range(first, last + 1):
        found: dict[int, int] = {}
        for column in range(1, width + 1):
            match = _NUMBER_ROW.fullmatch(fold(labels.own(row, column)).removesuffix(".0"))
            if match:
                found[column] = int(match[1])
        rising = list(found.values())
        if len(found) >= 3 and rising == sorted(set(rising)) and len(found) > len(best):
            best = found
    return best


def _leaf_score(path: Sequence[str], leaves: Iterable[str], parents: set[str]) -> int:
    best = 0
    for leaf in leaves:
        for depth, text in enumerate(path):
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
    wanted: Sequence[Column], paths: Sequence[Sequence[str]], numbers: dict[int, int], taken: Iterable[int] = ()
) -> dict[str, int]:
    """Field name → sheet column, the best assignment by headings, then by printed column number."""
    parents = {column.name: [heading(text) for text in column.header[:-1]] for column in wanted}
    every_parent = {text for texts in parents.values() for text in texts}
    scores: list[tuple[int, int, int, str]] = []
    blocked = set(taken)
    for order, column in enumerate(wanted):
        leaves = [heading(text) for text in (*column.header[-1:], *column.also)]
        for position, path in enumerate(paths, 1):
            if position in blocked or (not path and position not in numbers):
                continue
            score = _leaf_score(path, leaves, every_parent)
            if score:
                own = parents[column.name]
                score += PARENT * sum(text in path for text in own)
                score += STRANGER * sum(
                    text in every_parent and text not in own and text not in leaves for text in path
                )
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
