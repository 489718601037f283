"""Where the figures of a grid stand, worked out once for all workbooks made from one template.

The places follow from the texts, the merges and, where rows share a cell, from which cells are filled; not from the
figures.  A sheet that agrees with an earlier one in all of that is bound to the same places.  Nothing is guessed: what is
not plainly the same, or was bound with a problem, is bound on its own.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from ..book import Cell, Sheet
from ..form import Form, once
from ..number import DASHES, read_number
from ..table import Problem, Table, bind_column, part_merged
from ..text import fold
from .beyond import WORD, is_foot, is_memo
from .headers import NUMBER_ROW, Labels, heading, known_headings
from .placed import FIELDS, filled
from .totals import total_labels

_T = TypeVar("_T")
SILENT = "~"
"""Stands for a text that says nothing to a form, such as the name of a school."""
FOOT = "~~"
"""Stands for a text with which the lines below a table may begin."""
MEMO = "~~~"
"""Stands for the label of a row of figures that need not be counted."""
_NUMBER_LIKE = re.compile(r"[-+.,\de]+")
_MOST = 200
"""Layouts that are kept."""


@dataclass(frozen=True)
class _Mask:
    """Which cells say nothing about the places."""

    plain: frozenset[Cell]
    """Cells of the table of which it does not matter whether they are filled."""
    shared: frozenset[Cell]
    """Cells of the table that several rows may share: the one that is filled counts."""
    top: int
    """The first row of the table: numbers above it may be those printed over the columns."""
    exact: frozenset[int]
    """Columns in which a number beside the table would be reported."""
    rows: dict[int, tuple[int, ...]]
    """The columns of `plain` by row."""


@dataclass(frozen=True)
class _Layout:
    """A grid as it was bound, without its figures."""

    form: Form
    table: Table
    places: dict[str, list[Cell | None]]
    mask: _Mask
    signature: bytes


_Known = tuple[int, int, int, int, tuple[tuple[int, int, int, int], ...]]
_layouts: dict[_Known, list[_Layout]] = {}


def _known(form: Form, labels: Labels, title_row: int) -> _Known:
    sheet = labels.sheet
    return id(form), title_row, len(sheet.values), sheet.width, tuple(sheet.merges)


def bound_alike(form: Form, labels: Labels, title_row: int) -> Table | None:
    """The table of a sheet that is like one bound before; None where there was none."""
    for layout in _layouts.get(_known(form, labels, title_row), ()):
        if _signature(form, labels, layout.mask) == layout.signature:
            return _table(layout, labels.sheet)
    return None


def note(form: Form, labels: Labels, title_row: int, table: Table, problems: list[Problem]) -> None:
    """Keep the places of a table for the sheets to come, where nothing about them depends on the figures."""
    if problems or labels.disputed or not table.keys or _numbers_speak(form):
        return
    places = {name: column.cells for name, column in table.columns.items()}
    mask = _mask(form, table.shape, places)
    if sum(map(len, _layouts.values())) >= _MOST:
        _layouts.clear()
    layout = _Layout(form, _bare(table), places, mask, _signature(form, labels, mask))
    _layouts.setdefault(_known(form, labels, title_row), []).append(layout)


def _mask(form: Form, shape: str, places: dict[str, list[Cell | None]]) -> _Mask:
    cells = {name: frozenset(cell for cell in column if cell) for name, column in places.items()}
    shared = frozenset(cell for name, own in cells.items() if form.field(name).span for cell in own)
    plain = frozenset(cell for own in cells.values() for cell in own) - shared
    across = all(FIELDS in item.columns for item in form.shape if item.name == shape)
    numeric = [cell for name, own in cells.items() if form.field(name).numeric for cell in own]
    rows: dict[int, tuple[int, ...]] = {}
    for row, at in sorted(plain):
        rows[row] = (*rows.get(row, ()), at)
    return _Mask(
        plain,
        shared,
        min((row for row, _ in (*plain, *shared)), default=0),
        frozenset(column for _, column in numeric) if across else frozenset(),
        rows,
    )


def _bare(table: Table) -> Table:
    """The table without sheet and figures: what is kept holds no number of a school."""
    return Table(
        table.form,
        Sheet(""),
        table.shape,
        list(table.keys),
        list(table.rows),
        assumed=table.assumed,
        index=dict(table.index),
        memo=table.memo,
        labels=dict(table.labels),
    )


def _table(layout: _Layout, sheet: Sheet) -> Table:
    table = _bare(layout.table)
    table.sheet = sheet
    table.columns = {
        name: bind_column(layout.form.field(name), places, sheet) for name, places in layout.places.items()
    }
    part_merged(table)
    return table


def _signature(form: Form, labels: Labels, mask: _Mask) -> bytes:
    """Everything that binding depends on but the figures, to be compared."""
    sheet, voices = labels.sheet, _voices(form)
    said, inert, width = voices.said, voices.inert, sheet.width
    lines: list[list[Any]] = []
    for row, line in enumerate(sheet.values, 1):
        cells: list[Any] = [said[value] if value.__class__ is str else value for value in line]
        cells += [None] * (width - len(cells))
        for column in mask.rows.get(row, ()):
            if column <= width and (value := cells[column - 1]) is not None:
                kind = value.__class__
                if kind is int or kind is float or (kind is str and inert[value]):
                    cells[column - 1] = None
        for at, value in enumerate(cells):
            kind = value.__class__
            if value is None or kind is str or kind is bool:
                continue
            if kind is not int and kind is not float:
                cells[at] = said[labels.own(row, at + 1)]  # a date, an error
            elif row >= mask.top and at + 1 not in mask.exact:
                cells[at] = 0
        lines.append(cells)
    height = len(lines)
    for row, column in mask.shared:
        if row <= height and column <= width:
            value = lines[row - 1][column - 1]
            if value is not None and (value.__class__ is not str or inert[value]):
                lines[row - 1][column - 1] = filled(sheet.value(row, column))
    # Marshalled, the same values are the same bytes and others are not, 1 and 1.0 and True among them.
    return marshal.dumps((lines, sorted(sheet.formulas.keys() - mask.plain)), 0)


class _Memo(dict[str, _T]):
    """Text → what is found out about it."""

    def __init__(self, find: Callable[[str], _T]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, text: str) -> _T:
        if len(self) > 5_000:
            self.clear()
        found = self[text] = self.find(text)
        return found


class _Voices:
    """What texts say to a form."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.fields = {fold(text) for column in form.fields for text in (column.name, *column.also)}
        heads = {heading(text) for column in form.fields for text in (*column.header, *column.also)}
        self.totals = set(total_labels(form))
        words = (self.fields | heads | known_headings(form) | self.totals) - {""}
        self.words = tuple(words)
        self.beginnings = {word[:end] for word in words for end in range(1, len(word) + 1)}
        self.said: _Memo[str | None] = _Memo(self._said)
        """Anywhere: the text, `SILENT` or `FOOT` where binding would be the same with any other silent text, None for nothing."""
        self.inert: _Memo[bool] = _Memo(self._inert)
        """In a cell of the table: whether the text is no label."""

    def _said(self, text: str) -> str | None:
        if not text:
            return None
        for known in (fold(text), heading(text)):
            if not known or known in DASHES or NUMBER_ROW.fullmatch(known) or _NUMBER_LIKE.fullmatch(known):
                return text
            if known in self.beginnings or known.startswith(self.words):
                return text
        if not WORD.search(text) or read_number(text).value or not self._inert(text):
            return text
        return FOOT if is_foot(self.form, text) else MEMO if is_memo(self.form, text) else SILENT

    def _inert(self, text: str) -> bool:
        folded = fold(text)
        if folded in self.fields or folded in self.totals:
            return False
        return not any(self.form.member(axis, text) for axis in self.form.axes)


@once
def _voices(form: Form) -> _Voices:
    return _Voices(form)


@once
def _numbers_speak(form: Form) -> bool:
    """Whether a number may be a label of the form."""
    words = [
        text for axis in form.axis for m in axis.members for text in (m.name, m.printed, m.short, m.starts, *m.also)
    ]
    words += [text for column in form.fields for text in (column.name, *column.also)]
    words += total_labels(form)
    return any(word and _NUMBER_LIKE.fullmatch(fold(word)) for word in words)
