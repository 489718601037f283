"""What a scan over a grid has placed, and the table made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..book import Cell, Sheet
from ..form import ALL, Column, Form, Key, Shape, once
from ..number import DASHES
from ..table import Problem, Table, bind_column, part_merged
from .headers import Labels, Path
from .missing import missing_column, missing_rows

FIELDS = "*"


@dataclass
class Placed:
    """Figures by key and field, and what could not be placed."""

    labels: Labels
    cells: dict[Key, dict[str, Cell]] = field(default_factory=dict)
    rows: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    strangers: dict[str, Cell] = field(default_factory=dict)
    """Row labels that are none of the form's, with their cells."""
    heads: dict[str, Cell] = field(default_factory=dict)
    """Where the headings of fields belong that were not found."""
    belongs: dict[Key, Problem] = field(default_factory=dict)
    """What to say of keys whose label is gone from a place that is known."""

    @property
    def sheet(self) -> Sheet:
        return self.labels.sheet

    def problem(self, check: str, cell: Cell, label: str, message: str) -> None:
        self.problems.append(Problem(check, self.sheet.name, cell, label, message))

    def add_row(self, key: Key, row: int, cells: dict[str, Cell], label: str) -> None:
        """A row of figures; of two with one key the first that holds anything counts."""
        if key not in self.cells:
            self.cells[key], self.rows[key] = cells, row
            return
        self.labels.disputed = True
        if self._holds(cells):
            if self._holds(self.cells[key]):
                self.problem(
                    "duplicate-row",
                    next(iter(cells.values())),
                    label,
                    f"“{label}”出现了两次（第{self.rows[key]}行和第{row}行），只采用第一次的数。",
                )
            else:
                self.cells[key], self.rows[key] = cells, row

    def _holds(self, cells: Mapping[str, Cell]) -> bool:
        return any(self.sheet.value(*cell) is not None for cell in cells.values())

    def add_cell(self, key: Key, name: str, row: int, cell: Cell) -> None:
        """One figure; of two with one key and field the first that holds anything counts."""
        cells = self.cells.setdefault(key, {})
        self.rows.setdefault(key, row)
        first = cells.get(name)
        self.labels.disputed = self.labels.disputed or first is not None
        if first is None or self.sheet.value(*first) is None:
            cells[name] = cell
        elif self.sheet.value(*cell) is not None:
            label = f"{' '.join(part for part in key if part != ALL)} · {name}"
            self.problem("duplicate-row", cell, label, f"“{label}”出现了两次，只采用第一次的数。")


def finish(form: Form, shape: Shape, placed: Placed, fields: Iterable[str], paths: list[Path]) -> Table:
    """Make the table, and name everything that is declared and was not found."""
    sheet, across = placed.sheet, FIELDS in shape.columns
    fields = set(fields)
    keys = printed_keys(form, shape, placed)
    table = Table(form, sheet, shape.name)
    table.keys = [key for key in keys if key in placed.cells]
    table.rows = [placed.rows[key] for key in table.keys]
    table.index = {key: index for index, key in enumerate(table.keys)}
    table.settled()
    for column in form.fields:
        if column.name not in fields:
            if across and (column.type != "文本" or column.required):
                placed.problems.append(missing_column(form, sheet, column, paths, placed.heads.get(column.name)))
            continue
        places = [
            None if _not_in_total(form, column, key) else placed.cells[key].get(column.name) for key in table.keys
        ]
        if column.span:
            places = _spanned(form, column.span, table.keys, places, sheet)
        table.columns[column.name] = bind_column(column, places, sheet)
    part_merged(table)
    absent = [key for key in keys if key not in placed.cells]
    placed.problems += dict.fromkeys(placed.belongs[key] for key in absent if key in placed.belongs)
    absent = [key for key in absent if key not in placed.belongs]
    if table.keys:
        placed.problems += missing_rows(table, shape, absent, placed.strangers, paths)
    return table


def printed_keys(form: Form, shape: Shape, placed: Placed) -> list[Key]:
    """All keys that the form prints in a shape."""
    return [key for key in _printed(form, placed) if _in_shape(form, shape, key)]


def _printed(form: Form, placed: Placed) -> list[Key]:
    """All keys the form prints; those with an optional member only where that member was found."""
    present = [{key[position] for key in placed.cells} for position in range(len(form.axis))]
    left_out = [
        {member.name for member in axis.members if member.optional and member.name not in there}
        for axis, there in zip(form.axis, present, strict=True)
    ]
    return [key for key in _all_keys(form) if not any(name in out for name, out in zip(key, left_out, strict=True))]


@once
def _all_keys(form: Form) -> list[Key]:
    return form.detail_keys() + [key for total in form.total for key in form.total_keys(total)]


def _in_shape(form: Form, shape: Shape, key: Key) -> bool:
    """A shape without an axis shows its default member only."""
    return all(
        axis.name in (*shape.columns, *shape.rows) or name == axis.default
        for axis, name in zip(form.axis, key, strict=True)
    )


def _not_in_total(form: Form, column: Column, key: Key) -> bool:
    """Standards stand in a total row only where it keeps what they depend on; majors never do."""
    if ALL not in key:
        return False
    if column.type == "专业":
        return True
    needed = [axis for axis in column.span if axis != "group"] or [form.axes[-1]]
    return column.role == "standard" and any(key[form.axes.index(axis)] == ALL for axis in needed)


def filled(value: object) -> bool:
    """Whether a cell says anything: no blank and no dash."""
    return value is not None and not (isinstance(value, str) and value.strip() in (DASHES | {""}))


def _spanned(
    form: Form, span: tuple[str, ...], keys: list[Key], places: list[Cell | None], sheet: Sheet
) -> list[Cell | None]:
    """Rows of one span share the first cell that holds something (the merged cell, or where the merge was lost, the one
    that was typed); a row whose own cell holds something keeps it."""

    def group(key: Key) -> tuple[str, ...] | None:
        if span != ("group",):
            return tuple(key[form.axes.index(axis)] for axis in span)
        member = next((m for m in form.axis[-1].members if m.name == key[-1]), None)
        return (*key[:-1], member.group) if member and member.group else None

    def said(place: Cell) -> bool:
        return place in sheet.formulas or filled(sheet.value(*place))

    shared: dict[tuple[str, ...], Cell] = {}
    for key, place in zip(keys, places, strict=True):
        name = group(key)
        if name is not None and place is not None and (name not in shared or (not said(shared[name]) and said(place))):
            shared[name] = place
    return [
        place if place is None or said(place) or (name := group(key)) is None else shared[name]
        for key, place in zip(keys, places, strict=True)
    ]
