"""Binding a grid: fixed rows and columns spanned by axes, in any of the shapes its form declares."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..book import Cell, Sheet
from ..form import ALL, Axis, Column, Form, Key, Shape, Total
from ..number import DASHES, read_number
from ..table import Problem, Table, bind_column
from ..text import fold, nearest
from .headers import Labels, column_paths, heading, match_columns, number_row

_ORDINAL_AXIS = re.compile(r"\{(\w+)\}")
FIELDS = "*"


@dataclass
class TotalLabel:
    """A printed total label ready to match: the total and the members its text names."""

    total: Total
    named: dict[str, str]


def total_labels(form: Form) -> dict[str, TotalLabel]:
    """Folded label → total; `{年级}小计` is spelled out for every member."""
    found: dict[str, TotalLabel] = {}
    for total in form.total:
        for label in (total.label, *total.also):
            match = _ORDINAL_AXIS.search(label)
            if match is None:
                found.setdefault(fold(label), TotalLabel(total, {}))
                continue
            axis = form.axis_named(match[1])
            for member in axis.members:
                for word in (member.name, member.printed, *member.also):
                    found.setdefault(fold(label.replace(match[0], word)), TotalLabel(total, {axis.name: member.name}))
    return found


@dataclass
class _Found:
    """What a scan over the sheet has placed so far."""

    cells: dict[Key, dict[str, Cell]] = field(default_factory=dict)
    rows: dict[Key, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    strangers: list[tuple[Cell, str]] = field(default_factory=list)
    last_row: int = 0

    def add(self, key: Key, row: int, cells: dict[str, Cell], sheet: Sheet, label: str) -> None:
        if key not in self.cells:
            self.cells[key] = cells
            self.rows[key] = row
        elif any(sheet.value(*cell) is not None for cell in cells.values()):
            if not any(sheet.value(*cell) is not None for cell in self.cells[key].values()):
                self.cells[key], self.rows[key] = cells, row
            elif self.cells[key] != cells:
                first = next(iter(cells.values()))
                self.problems.append(
                    Problem(
                        "duplicate-row",
                        sheet.name,
                        first,
                        label,
                        f"“{label}”出现了两次（第{self.rows[key]}行和第{row}行），只采用第一次的数。",
                    )
                )


def bind_grid(form: Form, sheet: Sheet, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Bind a grid form to a sheet in the shape that places most figures.  Never raises."""
    shapes = form.shape or (Shape(name="", columns=(FIELDS,), rows=form.axes),)
    best: tuple[int, Table, list[Problem]] | None = None
    for shape in shapes:
        binder = _across if FIELDS in shape.columns else _down
        table, problems = binder(form, shape, sheet, labels, title_row)
        figures = sum(cell is not None for column in table.columns.values() for cell in column.cells)
        if best is None or figures > best[0]:
            best = (figures, table, problems)
    assert best is not None
    return best[1], best[2]


def find_axis_columns(form: Form, axes: tuple[str, ...], labels: Labels) -> dict[str, int]:
    """Axis → sheet column that carries most of its labels.  Outer axes are looked for left of inner ones."""
    sheet = labels.sheet
    counts: dict[str, dict[int, set[str]]] = {axis: {} for axis in axes}
    for line in range(1, len(sheet.values) + 1):
        for column in range(1, len(sheet.values[line - 1]) + 1):
            text = labels.own(line, column)
            if not text or len(text) > 200:
                continue
            for axis in axes:
                member = form.member(axis, text)
                if member is not None:
                    counts[axis].setdefault(column, set()).add(member)
    found: dict[str, int] = {}
    for axis in axes:
        ranked = sorted(
            (-len(members), column) for column, members in counts[axis].items() if column not in found.values()
        )
        if ranked:
            found[axis] = ranked[0][1]
    return found


def _across(form: Form, shape: Shape, sheet: Sheet, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Axes down the rows, fields across the columns."""
    found = _Found()
    axis_columns = find_axis_columns(form, shape.rows, labels)
    inner = shape.rows[-1]
    missing = [axis for axis in shape.rows if axis not in axis_columns]
    if inner in missing:
        return _finish(form, shape, sheet, labels, found, {}, [], [])
    rows = range(1, len(sheet.values) + 1)
    first_row = next(row for row in rows if form.member(inner, labels.own(row, axis_columns[inner])))
    width = sheet.width
    paths = column_paths(labels, title_row + 1, first_row - 1, width)
    numbers = number_row(labels, title_row + 1, first_row - 1, width)
    placed = match_columns(form.fields, paths, numbers, axis_columns.values())
    totals = total_labels(form)
    state: dict[str, str] = {}
    for row in range(first_row, len(sheet.values) + 1):
        key, label, ended = _row_key(form, shape.rows, axis_columns, labels, totals, row, state)
        cells = {name: labels.place(row, column) for name, column in placed.items()}
        if key is not None:
            found.add(key, row, cells, sheet, label)
            found.last_row = row
            if ended:
                break
        else:
            _note_stranger(found, labels, row, axis_columns, placed, form)
    return _finish(form, shape, sheet, labels, found, placed, paths, missing)


def _row_key(
    form: Form,
    axes: tuple[str, ...],
    columns: dict[str, int],
    labels: Labels,
    totals: dict[str, TotalLabel],
    row: int,
    state: dict[str, str],
) -> tuple[Key | None, str, bool]:
    """The key of a row, its label, and whether it is the last total.  `state` carries outer labels downwards."""
    innermost = False
    for depth, axis in enumerate(axes):
        if axis not in columns:
            continue
        text = labels.at(row, columns[axis])
        if not text:
            continue
        member = form.member(axis, text)
        if member is not None:
            own = labels.place(row, columns[axis])[0] == row
            if state.get(axis) != member or (own and depth < len(axes) - 1):
                state[axis] = member
                if own:
                    for inner in axes[depth + 1 :]:
                        state.pop(inner, None)
            innermost = innermost or depth == len(axes) - 1
            continue
        hit = totals.get(fold(text))
        if hit is None:
            continue
        if axes[-1] in hit.total.keep:
            for outer in axes:
                if outer not in hit.total.keep:
                    state[outer] = ALL
            continue
        key = tuple(hit.named.get(name, state.get(name, "")) if name in hit.total.keep else ALL for name in form.axes)
        if "" not in key:
            return key, text, not hit.total.keep
    if not innermost:
        return None, "", False
    key = tuple(state.get(axis, "") for axis in form.axes)
    if "" in key:
        return None, "", False
    return key, labels.at(row, columns[axes[-1]]), False


def _note_stranger(
    found: _Found, labels: Labels, row: int, axis_columns: dict[str, int], placed: dict[str, int], form: Form
) -> None:
    texts = [labels.own(row, column) for column in axis_columns.values()]
    label = next((text for text in texts if text), "")
    if label:
        found.strangers.append(((row, min(axis_columns.values())), label))
    for name, column in placed.items():
        if not form.field(name).numeric or form.field(name).role == "standard":
            continue
        number = read_number(labels.sheet.value(row, column))
        if number.value and labels.place(row, column) == (row, column):
            said = f"“{label}”" if label else "没有行标题"
            found.problems.append(
                Problem(
                    "stray-figure",
                    labels.sheet.name,
                    (row, column),
                    f"第{row}行",
                    f"第{row}行（{said}）有数，但不知道属于哪一行；没有计入任何合计的核对。",
                )
            )
            return


def _down(form: Form, shape: Shape, sheet: Sheet, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Fields down the rows under outer row axes, other axes across the columns."""
    found = _Found()
    names = {fold(column.name): column.name for column in form.fields}
    names |= {fold(other): column.name for column in form.fields for other in column.also}
    stub, measured = _measure_rows(sheet, labels, names)
    row_axes = tuple(axis for axis in shape.rows if axis != FIELDS)
    if not measured:
        return _finish(form, shape, sheet, labels, found, {}, [], list(shape.columns))
    first = min(measured)
    paths = column_paths(labels, title_row + 1, first - 1, sheet.width)
    totals = total_labels(form)
    across: dict[int, dict[str, str]] = {}
    texts: dict[str, str] = {}
    for column in range(stub + 1, sheet.width + 1):
        members = _column_members(form, shape.columns, paths[column - 1], totals, texts)
        if len(members) == len(shape.columns):
            across[column] = members
    blocks, assumed = _blocks(form, row_axes, labels, stub, measured, totals)
    for row, name in measured.items():
        down = blocks.get(row)
        if down is None:
            continue
        for column, members in across.items():
            key = _merge_key(form, {**members, **down})
            if key is None:
                continue
            cells = found.cells.setdefault(key, {})
            found.rows.setdefault(key, row)
            if name in cells:
                if sheet.value(row, column) is not None and sheet.value(*cells[name]) is not None:
                    label = f"{' '.join(part for part in key if part != ALL)} · {name}"
                    found.problems.append(
                        Problem(
                            "duplicate-row",
                            sheet.name,
                            (row, column),
                            label,
                            f"“{label}”出现了两次，只采用第一次的数。",
                        )
                    )
                continue
            cells[name] = labels.place(row, column)
    found.last_row = max(measured)
    bound, problems = _finish(form, shape, sheet, labels, found, dict.fromkeys(measured.values(), 0), paths, [])
    bound.assumed = assumed
    bound.labels = texts
    return bound, problems


def _measure_rows(sheet: Sheet, labels: Labels, names: dict[str, str]) -> tuple[int, dict[int, str]]:
    """The column that names the measures, and row → field."""
    counts: dict[int, dict[int, str]] = {}
    for row in range(1, len(sheet.values) + 1):
        for column in range(1, min(len(sheet.values[row - 1]), 12) + 1):
            name = names.get(fold(labels.own(row, column)))
            if name is not None:
                counts.setdefault(column, {})[row] = name
    if not counts:
        return 0, {}
    column = max(counts, key=lambda c: (len(counts[c]), -c))
    return column, counts[column]


def _column_members(
    form: Form, axes: tuple[str, ...], path: list[str], totals: dict[str, TotalLabel], texts: dict[str, str]
) -> dict[str, str]:
    members: dict[str, str] = {}
    for text in reversed(path):
        for axis in axes:
            if axis in members:
                continue
            member = form.member(axis, text)
            if member is not None:
                members[axis] = member
                texts.setdefault(f"{axis}/{member}", text)
                break
            hit = totals.get(text)
            if hit is not None and axis not in hit.total.keep:
                members[axis] = ALL
                break
    return members


def _blocks(
    form: Form,
    axes: tuple[str, ...],
    labels: Labels,
    stub: int,
    measured: dict[int, str],
    totals: dict[str, TotalLabel],
) -> tuple[dict[int, dict[str, str]], frozenset[str]]:
    """Measure row → members of the row axes, by the labels left of the measures or, without any, by order."""
    blocks: dict[int, dict[str, str]] = {}
    state: dict[str, str] = {}
    seen: set[str] = set()
    for row in measured:
        for column in range(1, stub):
            text = labels.at(row, column)
            for axis in axes:
                member = form.member(axis, text) if text else None
                hit = totals.get(fold(text)) if text else None
                if member is not None:
                    state[axis] = member
                    seen.add(axis)
                elif hit is not None and axis not in hit.total.keep:
                    state[axis] = ALL
        if len(state) == len(axes):
            blocks[row] = dict(state)
    if blocks or len(axes) != 1:
        return blocks, frozenset()
    only = form.axis_named(axes[0])
    if not only.default:
        return {}, frozenset()
    repeats: dict[str, int] = {}
    for row, name in measured.items():
        turn = repeats.get(name, 0)
        repeats[name] = turn + 1
        if turn < len(only.members):
            blocks[row] = {only.name: only.members[turn].name}
    return blocks, frozenset({only.name})


def _merge_key(form: Form, members: dict[str, str]) -> Key | None:
    key = tuple(members.get(axis.name, axis.default) for axis in form.axis)
    return None if "" in key else key


def expected_keys(form: Form, optional: Callable[[Axis, str], bool]) -> list[Key]:
    """All keys the form prints; those with an optional member only where `optional` says it was found."""
    keys = form.detail_keys() + [key for total in form.total for key in form.total_keys(total)]
    left_out = {
        (position, member.name)
        for position, axis in enumerate(form.axis)
        for member in axis.members
        if member.optional and not optional(axis, member.name)
    }
    return [key for key in keys if not any((position, name) in left_out for position, name in enumerate(key))]


def _finish(
    form: Form,
    shape: Shape,
    sheet: Sheet,
    labels: Labels,
    found: _Found,
    placed: dict[str, int],
    paths: list[list[str]],
    missing_axes: list[str],
) -> tuple[Table, list[Problem]]:
    """Make the table, and name everything that was declared and not found."""
    problems = found.problems
    present = {(position, name) for key in found.cells for position, name in enumerate(key)}
    keys = expected_keys(form, lambda axis, name: (form.axes.index(axis.name), name) in present)
    constant = {axis.name for axis in form.axis if axis.name not in (*shape.columns, *shape.rows)}
    if constant:
        keys = [
            key
            for key in keys
            if all(name == form.axis[i].default for i, name in enumerate(key) if form.axes[i] in constant)
        ]
    table = Table(form, sheet, shape.name)
    fields = [column for column in form.fields if column.name in placed]
    table.keys = [key for key in keys if key in found.cells]
    table.rows = [found.rows[key] for key in table.keys]
    table.index = {key: index for index, key in enumerate(table.keys)}
    for column in fields:
        places = [found.cells[key].get(column.name) for key in table.keys]
        places = [
            None if _not_in_total(form, column, key) else place for key, place in zip(table.keys, places, strict=True)
        ]
        if column.span:
            places = _spanned(form, column.span, table.keys, places, sheet)
        table.columns[column.name] = bind_column(column, places, sheet)
    if FIELDS in shape.columns:
        seen = [text for path in paths for text in path]
        for column in form.fields:
            if column.name not in placed and not (column.type == "文本" and not column.required):
                problems.append(missing_column(sheet, column.caption, column.header, seen))
    absent = [key for key in keys if key not in found.cells]
    if absent and table.keys:
        problems += _missing_rows(table, absent, found, paths, in_columns=FIELDS not in shape.columns)
    return table, problems


def _not_in_total(form: Form, column: Column, key: Key) -> bool:
    """Standards stand in a total row only where it keeps what they depend on; majors never do."""
    if ALL not in key:
        return False
    if column.type == "专业":
        return True
    needed = [axis for axis in column.span if axis != "group"] or [form.axes[-1]]
    return column.role == "standard" and any(key[form.axes.index(axis)] == ALL for axis in needed)


def missing_column(sheet: Sheet, caption: str, header: tuple[str, ...], seen: list[str]) -> Problem:
    """The finding for a column that is not there, naming the heading most like it."""
    wanted = header[-1] if header else caption
    close = nearest(heading(wanted), seen)
    hint = f"最接近的标题是“{close}”" if close else "没有相近的标题"
    return Problem(
        "missing-column", sheet.name, None, caption, f"找不到“{'›'.join(header) or caption}”这一列，{hint}。"
    )


def _missing_rows(
    table: Table, absent: list[Key], found: _Found, paths: list[list[str]], *, in_columns: bool
) -> list[Problem]:
    strangers = {text: cell for cell, text in found.strangers}
    if in_columns:
        strangers |= {text: (0, 0) for path in paths for text in path}
    groups: dict[str, list[Key]] = {}
    for key in absent:
        groups.setdefault(table.label_of(key), []).append(key)
    problems = []
    for label in groups:
        words = label.split(" ")[-1]
        close = nearest(words, strangers)
        cell = strangers.get(close) if close else None
        hint = f"最接近的是“{close}”" if close else "没有相近的标题"
        kind = "列" if in_columns else "行"
        place = cell if cell and cell[0] else None
        problems.append(Problem("missing-row", table.sheet.name, place, label, f"找不到“{label}”这一{kind}，{hint}。"))
    return problems


def _spanned(
    form: Form, span: tuple[str, ...], keys: list[Key], places: list[Cell | None], sheet: Sheet
) -> list[Cell | None]:
    """Rows of one span share the first cell that holds something (the merged cell, or where the merge was lost, the one
    that was typed); a row whose own cell holds something keeps it."""

    def group(key: Key) -> tuple[str, ...] | None:
        if span == ("group",):
            last = len(key) - 1
            member = next((m for m in form.axis[last].members if m.name == key[last]), None)
            return (*key[:last], member.group) if member and member.group else None
        if any(key[form.axes.index(axis)] == ALL for axis in span):
            return None
        return tuple(key[form.axes.index(axis)] for axis in span)

    def filled(place: Cell | None) -> bool:
        if place is None:
            return False
        value = sheet.value(*place)
        return place in sheet.formulas or not (
            value is None or (isinstance(value, str) and value.strip() in (DASHES | {""}))
        )

    shared: dict[tuple[str, ...], Cell | None] = {}
    for key, place in zip(keys, places, strict=True):
        name = group(key)
        if name is not None and (name not in shared or (not filled(shared[name]) and filled(place))):
            shared[name] = place
    return [
        place if filled(place) or (name := group(key)) is None else shared[name]
        for key, place in zip(keys, places, strict=True)
    ]
