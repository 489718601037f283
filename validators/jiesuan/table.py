"""A form bound to a sheet: tidy columns of figures in which every figure keeps its cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from .book import Cell, Sheet, Value
from .form import ALL, Column, Form, Key
from .number import BLANK, Number, read_number, rounding
from .ref import Ref, a1

_ZERO = Decimal(0)
_memos: dict[int, tuple[Form, dict[tuple[Key, ...], dict[object, Any]]]] = {}
_MOST_LAYOUTS = 50
_WIDEST = 2_000
"""Cells of the largest merged area that is looked into."""


class Problem(NamedTuple):
    """Something the binder could not place.  `check` names the rule's check (`missing-column` …)."""

    check: str
    sheet: str
    cell: Cell | None
    label: str
    message: str


class LineValue(NamedTuple):
    """A blank of a line above or below the table: where it stands, what was typed, and the number if it is one."""

    ref: Ref
    text: str
    number: Number = BLANK


class Merged(NamedTuple):
    """A cell of the sheet that is merged over several figures of a table: what stands there is none of them."""

    area: str
    """`F14:J14`."""
    figures: tuple[tuple[str, int], ...]
    """(field, record), in the order of the fields."""


@dataclass
class BoundColumn:
    """One field over all records of a table; lists run parallel to `Table.keys`.

    `cells[i]` is None where the sheet has no cell for that record (e.g. a missing row).
    """

    column: Column
    cells: list[Cell | None]
    raw: list[Value]
    numbers: list[Number] = field(default_factory=list)
    """Parsed, for numeric fields only."""
    slack: dict[int, Decimal] = field(default_factory=dict)
    """How far a typed, rounded amount may stand from the exact one, where that is not zero."""
    exact: dict[int, Decimal] = field(default_factory=dict)
    """The exact amount behind a typed, rounded one, once the figures beside it have told (`jiesuan.check.forms.unround`)."""
    merged: set[int] = field(default_factory=set)
    """Records whose cell is merged with that of another figure."""

    @cached_property
    def amounts(self) -> list[Decimal]:
        """The numbers of all records, blank and unreadable cells as 0."""
        return [_ZERO if (value := number.value) is None else value for number in self.numbers]

    @cached_property
    def precise(self) -> list[Decimal]:
        """`amounts` before they were rounded, as far as that is known: what sums are to be made of."""
        return [self.exact.get(i, amount) for i, amount in enumerate(self.amounts)] if self.exact else self.amounts

    def unround(self, exact: dict[int, Decimal]) -> None:
        """Take note of what typed, rounded amounts stand for."""
        self.exact = exact
        self.__dict__.pop("precise", None)

    def loose(self, records: Iterable[int]) -> Decimal:
        """How far the sum of some `precise` amounts may stand from the exact sum."""
        slack, exact = self.slack, self.exact
        return sum((slack[i] for i in records if i in slack and i not in exact), _ZERO) if slack else _ZERO

    @cached_property
    def troubled(self) -> bool:
        """Whether any cell cannot be read as a number."""
        return any(number.trouble for number in self.numbers)

    def put(self, index: int, raw: Value, number: Number) -> None:
        """Change one figure."""
        self.raw[index], self.numbers[index] = raw, number
        self.unround({})
        if "amounts" in self.__dict__:
            self.amounts[index] = _ZERO if number.value is None else number.value
        self.__dict__.pop("troubled", None)


@dataclass
class Table:
    """A bound form.

    Grid: one record per key, totals included.  List: the detail rows first (`keys` repeat), then the total rows.
    """

    form: Form
    sheet: Sheet
    shape: str = ""
    keys: list[Key] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    """Sheet row of each record, for lists and for grids whose axes run down the rows."""
    columns: dict[str, BoundColumn] = field(default_factory=dict)
    lines: dict[str, LineValue] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()
    """Axes whose labels were not there and were taken by position."""
    index: dict[Key, int] = field(default_factory=dict)
    """Key → record; for lists the totals only."""
    first_total: int | None = None
    """Lists: index of the first total record; grids know totals by `ALL` in their keys."""
    memo: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)
    """What follows from form and keys alone and is asked for often; grids with the same rows share it (`settled`)."""
    labels: dict[str, str] = field(default_factory=dict)
    """Label actually found for a member of the columns, `axis/member` → text."""
    merged: dict[Cell, Merged] = field(default_factory=dict)
    """First cell of a merged area → the figures it covers, where these are several."""

    def settled(self) -> None:
        """To be called once the keys of a grid are complete: what is found out about them serves every table that has
        the same (a form has few layouts, and most schools use the template)."""
        _, layouts = _memos.setdefault(id(self.form), (self.form, {}))
        if len(layouts) >= _MOST_LAYOUTS:
            layouts.clear()
        self.memo = layouts.setdefault(tuple(self.keys), {})

    @property
    def is_list(self) -> bool:
        return self.form.kind != "grid"

    def details(self) -> list[int]:
        """Indices of the records that are no totals and lie under no closed member."""
        if self.first_total is not None:
            return list(range(self.first_total))
        if "details" not in self.memo:
            closed = self.closed
            self.memo["details"] = [
                index for index, key in enumerate(self.keys) if ALL not in key and (not closed or not closed & set(key))
            ]
        return list(self.memo["details"])

    def is_total(self, index: int) -> bool:
        """Whether the record is a 小计 or 合计."""
        return index >= self.first_total if self.first_total is not None else ALL in self.keys[index]

    @cached_property
    def closed(self) -> set[str]:
        """Members not eligible in this term."""
        return {member.name for axis in self.form.axis for member in axis.members if member.closed}

    def number(self, name: str, index: int) -> Number:
        """The parsed number of a field at a record."""
        return self.columns[name].numbers[index]

    def amount(self, name: str, index: int) -> Decimal:
        """The number of a field at a record, blank and unreadable cells as 0."""
        return self.columns[name].amounts[index]

    def amounts(self, name: str, records: Iterable[int]) -> list[Decimal]:
        """The numbers of a field at several records, as `amount` gives them."""
        return list(map(self.columns[name].amounts.__getitem__, records))

    def troubled(self, name: str) -> bool:
        """Whether any cell of a numeric field cannot be read as a number."""
        return self.columns[name].troubled

    def text(self, name: str, index: int) -> str:
        """The cell of a text field as text, '' when blank or not bound."""
        column = self.columns.get(name)
        value = column.raw[index] if column else None
        return "" if value is None else str(value).strip()

    def ref(self, name: str, index: int) -> Ref | None:
        """Where a field of a record stands."""
        cell = self.columns[name].cells[index] if name in self.columns else None
        return Ref(self.sheet.name, *cell) if cell else None

    def has_formula(self, name: str, index: int) -> bool:
        cell = self.columns[name].cells[index]
        return cell is not None and cell in self.sheet.formulas

    def gives_nothing(self, name: str, index: int) -> bool:
        """Whether a formula stands there whose result is empty."""
        return self.has_formula(name, index) and self.columns[name].raw[index] == ""

    def shows(self, axis: str) -> bool:
        """Whether the shape in which the form lies here has the axis; of one it leaves out it shows the default member."""
        shape = next((shape for shape in self.form.shape if shape.name == self.shape), None)
        return shape is None or axis in (*shape.columns, *shape.rows)

    def has_member(self, axis: str, member: str) -> bool:
        """Whether some record carries the member."""
        position = self.form.axes.index(axis)
        return any(key[position] == member for key in self.keys)

    def key_label(self, index: int) -> str:
        """The record in words: `一年级 涉农专业 脱贫户`, or `第12行` for a row of a list."""
        if self.is_list and not self.is_total(index):
            named = self.form.kind == "schools" and self.text(self.form.fields[0].name, index)
            return named or f"第{self.rows[index]}行"
        return self.label_of(self.keys[index])

    def label_of(self, key: Key) -> str:
        """A key in words; `合计` for what is summed."""
        parts: list[str] = []
        for axis, member in zip(self.form.axis, key, strict=True):
            if member != ALL:
                found = next((m for m in axis.members if m.name == member), None)
                parts.append(f"{found.starts if found else ''}{member}")
        words = " ".join(parts)
        if ALL not in key and not self.is_list:
            return words
        kept = {axis for axis, member in zip(self.form.axes, key, strict=True) if member != ALL}
        label = next((total.label for total in self.form.total if set(total.keep) == kept), "合计")
        if "{" in label:
            for name, member in zip(self.form.axes, key, strict=True):
                label = label.replace(f"{{{name}}}", member)
            return label
        return f"{words} {label}".strip()

    def label(self, name: str, index: int) -> str:
        """Record and field in words: `一年级 涉农专业 脱贫户 · 补助金额`."""
        return f"{self.key_label(index)} · {self.columns[name].column.caption}"


def bind_column(column: Column, cells: Iterable[Cell | None], sheet: Sheet) -> BoundColumn:
    """Read a field's cells.  Merged cells must already point to their anchors."""
    places = list(cells)
    values = sheet.values
    height = len(values)
    raw: list[Value] = [
        line[place[1] - 1]
        if place is not None and place[0] <= height and place[1] <= len(line := values[place[0] - 1])
        else None
        for place in places
    ]
    bound = BoundColumn(column, places, raw)
    if column.numeric:
        read_column(bound, sheet)
    return bound


def read_column(bound: BoundColumn, sheet: Sheet) -> None:
    """Parse a numeric field's cells (again, after values changed)."""
    formulas, uncached, unit = sheet.formulas, sheet.uncached, bound.column.unit
    bound.numbers = numbers = [BLANK if value is None else read_number(value) for value in bound.raw]
    for index in bound.merged:
        if numbers[index].value or numbers[index].trouble:
            numbers[index] = Number(None, "merged")
    bound.slack, bound.exact = {}, {}
    for name in ("amounts", "precise", "troubled"):
        bound.__dict__.pop(name, None)
    if unit != "万元" and formulas.keys().isdisjoint(bound.cells) and uncached.isdisjoint(bound.cells):
        return
    for index, place in enumerate(bound.cells):
        if place is None:
            continue
        if place in uncached:
            numbers[index] = Number(None, "uncached")
        elif place in formulas:
            if bound.raw[index] == "":
                numbers[index] = BLANK
        elif unit == "万元":
            value = numbers[index].value
            if value:
                slack = rounding(value, unit)
                if slack:
                    bound.slack[index] = slack


def part_merged(table: Table) -> None:
    """Find the cells that are merged over several figures.  Figures that share a cell by their form (a standard over its
    rows) do not count, nor do standards that are merged downwards only: these are what each row says."""
    sheet, first = table.sheet, min(table.rows, default=1)
    own_columns = {
        cell[1]
        for bound in table.columns.values()
        if bound.numbers and not bound.column.span
        for cell in bound.cells
        if cell
    }
    areas = [area for area in sheet.merges if area[2] >= first and (area[3] > area[1] or area[1] in own_columns)]
    if not areas:
        return
    figures: dict[Cell, list[tuple[str, int]]] = {}
    for name, bound in table.columns.items():
        for index, cell in enumerate(bound.cells if bound.numbers else ()):
            if cell is not None:
                figures.setdefault(cell, []).append((name, index))
    parted: set[str] = set()
    for top, left, bottom, right in areas:
        if (bottom - top + 1) * (right - left + 1) > _WIDEST:
            continue
        cells = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        own = [figure for cell in cells for figure in figures.get(cell, ())]
        columns = [table.columns[name].column for name in dict.fromkeys(name for name, _ in own)]
        if len(own) < 2 or (len(columns) == 1 and columns[0].span):
            continue
        if left == right and all(column.role == "standard" for column in columns):
            continue
        table.merged[top, left] = Merged(f"{a1(top, left)}:{a1(bottom, right)}", tuple(own))
        for name, index in own:
            bound = table.columns[name]
            bound.cells[index], bound.raw[index] = (top, left), sheet.value(top, left)
            bound.merged.add(index)
        parted.update(column.name for column in columns)
    for name in parted:
        read_column(table.columns[name], sheet)


def text_cells(sheet: Sheet, last_row: int | None = None) -> Iterator[tuple[int, int, str]]:
    """(row, column, text) of the text cells, top to bottom."""
    for row, line in enumerate(sheet.values[:last_row], 1):
        for column, value in enumerate(line, 1):
            if isinstance(value, str) and value:
                yield row, column, value
