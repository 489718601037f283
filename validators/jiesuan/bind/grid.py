"""Binding a grid: fixed rows and columns spanned by axes, in any of the shapes its form declares."""

from __future__ import annotations

from ..form import ALL, Form, Key, Shape
from ..number import DASHES, read_number
from ..table import Problem, Table
from ..text import fold
from .belongs import headed, heading_cells, lost_axis, lost_rows
from .beyond import labelled_figures
from .down import bind_down
from .headers import HEADER_ROWS, Labels, column_paths, known_headings, match_columns, number_row
from .lost import lost_label, lost_member
from .placed import FIELDS, Placed, finish, printed_keys
from .template import bound_alike, note
from .totals import TotalLabel, total_labels


def bind_grid(form: Form, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Bind a grid form to a sheet in the shape that places most figures.  Never raises."""
    alike = bound_alike(form, labels, title_row)
    if alike is not None:
        return alike, []
    best: tuple[int, Table, list[Problem]] | None = None
    fitting = 0
    shapes = form.shape or (Shape(name="", columns=(FIELDS,), rows=form.axes),)
    for shape in shapes:
        binder = bind_across if FIELDS in shape.columns else bind_down
        table, problems = binder(form, shape, labels, title_row)
        figures = sum(cell is not None for column in table.columns.values() for cell in column.cells)
        fitting += bool(table.keys)
        if best is None or figures > best[0]:
            best = (figures, table, problems)
    assert best is not None
    if fitting == 1 and (len(shapes) == 1 or all(FIELDS in shape.rows for shape in shapes)):
        # Else the figures of one shape might stand among the headings of another.
        note(form, labels, title_row, best[1], best[2])
    return best[1], best[2]


def axis_columns(form: Form, axes: tuple[str, ...], labels: Labels) -> dict[str, int]:
    """Axis → sheet column that carries most of its labels; of equals the leftmost."""
    counts: dict[str, dict[int, set[str]]] = {axis: {} for axis in axes}
    for row, line in enumerate(labels.sheet.values, 1):
        for column, value in enumerate(line, 1):
            text = labels.own(row, column) if value is not None else ""
            if not text or len(text) > 200:
                continue
            for axis in axes:
                member = form.member(axis, text)
                if member is not None:
                    counts[axis].setdefault(column, set()).add(member)
    found: dict[str, int] = {}
    for axis in axes:
        ranked = sorted((-len(members), column) for column, members in counts[axis].items())
        free = [column for _, column in ranked if column not in found.values()]
        if free:
            found[axis] = free[0]
    return found


def bind_across(form: Form, shape: Shape, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Axes down the rows, fields across the columns."""
    sheet = labels.sheet
    placed = Placed(labels)
    stubs = axis_columns(form, shape.rows, labels)
    inner = shape.rows[-1]
    heads = range(title_row + 1, min(title_row + HEADER_ROWS, len(sheet.values)) + 1)
    if inner not in stubs:
        if gone := lost_axis(form, labels, shape.rows, stubs, heads):
            return Table(form, sheet, shape.name), gone
        return finish(form, shape, placed, (), []), placed.problems
    for axis in shape.rows:
        if axis not in stubs and (cell := headed(form, axis, labels, heads, stubs.values())):
            stubs[axis] = cell[1]
    rows = range(1, len(sheet.values) + 1)
    first_row = next(row for row in rows if form.member(inner, labels.own(row, stubs[inner])))
    top = max(title_row + 1, first_row - HEADER_ROWS)
    paths = column_paths(labels, top, first_row - 1, known_headings(form))
    numbers = number_row(labels, top, first_row - 1)
    columns = match_columns(form.fields, paths, numbers, stubs.values())
    totals = total_labels(form)
    state: dict[str, str] = {}
    figures = [column for name, column in columns.items() if form.field(name).numeric]
    begin = _header_end(labels, range(top, first_row), figures, numbers) + 1
    for row in range(begin, len(sheet.values) + 1):
        key, label = _row_key(form, shape.rows, stubs, labels, totals, row, state)
        start = begin
        while lost := lost_member(form, shape.rows, stubs, labels, start, row, state, again=key in placed.cells):
            _begin_group(placed, form, shape.rows, stubs, row, state, *lost)
            parts = tuple(state.get(axis, "") for axis in form.axes)
            key, label, start = (parts if "" not in parts else None), labels.at(row, stubs[inner]), row
        if key is None:
            _note_stranger(placed, form, labels, row, stubs, columns)
            continue
        placed.add_row(key, row, {name: labels.place(row, column) for name, column in columns.items()}, label)
        if not any(member != ALL for member in key):
            inputs = {
                name: column
                for name, column in columns.items()
                if form.field(name).numeric and form.field(name).role != "standard"
            }
            sums = [at for known, at in placed.rows.items() if ALL in known]
            placed.problems += labelled_figures(form, labels, row, inputs, label, sums)
            break
    placed.heads = heading_cells(form, labels, columns, range(top, begin), max(stubs.values()))
    placed.belongs = lost_rows(form, labels, stubs, printed_keys(form, shape, placed), placed.rows, begin)
    return finish(form, shape, placed, columns, paths), placed.problems


def _begin_group(
    placed: Placed,
    form: Form,
    axes: tuple[str, ...],
    stubs: dict[str, int],
    row: int,
    state: dict[str, str],
    axis: str,
    member: str,
) -> None:
    """Take a row whose group has lost its label for the first of that group, and report the label."""
    for between in axes[axes.index(axis) + 1 : -1]:
        if between in stubs and not placed.labels.at(row, stubs[between]):
            state.pop(between, None)
    state[axis] = member
    placed.problems.append(lost_label(placed.sheet.name, form, axis, member, (row, stubs[axis])))


def _header_end(labels: Labels, rows: range, columns: list[int], numbers: dict[int, int]) -> int:
    """The last of the rows with headings or the printed column numbers; those below it belong to the table and have lost
    their label."""
    for row in reversed(rows):
        texts = (fold(labels.at(row, column)) for column in columns)
        if any(text and text not in DASHES and not text.replace(".", "").isdecimal() for text in texts):
            return row
        if 1 in numbers.values() and number_row(labels, row, row) == numbers:
            return row
    return rows.stop - 1


def _row_key(
    form: Form,
    axes: tuple[str, ...],
    columns: dict[str, int],
    labels: Labels,
    totals: dict[str, TotalLabel],
    row: int,
    state: dict[str, str],
) -> tuple[Key | None, str]:
    """The key of a row and its label.  `state` carries outer labels downwards."""
    innermost, unknown = "", ""
    for depth, axis in enumerate(axes):
        text = labels.at(row, columns[axis]) if axis in columns else ""
        if not text:
            continue
        member = form.member(axis, text)
        if member is not None:
            if labels.place(row, columns[axis])[0] == row and (state.get(axis) != member or axis != axes[-1]):
                for inner in axes[depth + 1 :]:
                    state.pop(inner, None)
            state[axis] = member
            if axis == axes[-1]:
                innermost = text
            continue
        hit = totals.get(fold(text))
        if hit is None:
            unknown = unknown or axis
            continue
        kept = hit.total.keep
        if axes[-1] in kept:
            state |= {outer: ALL for outer in axes if outer not in kept}
            continue
        key = tuple(hit.named.get(name, state.get(name, "")) if name in kept else ALL for name in form.axes)
        if "" not in key:
            return key, text
    if innermost and unknown:
        state.pop(unknown, None)  # a label that nobody knows begins here
    key = tuple(state.get(axis, "") for axis in form.axes)
    return (key, innermost) if innermost and "" not in key else (None, "")


def _note_stranger(
    placed: Placed, form: Form, labels: Labels, row: int, stubs: dict[str, int], columns: dict[str, int]
) -> None:
    """Remember the label of a row that is none of the form's, and report the first figure in it."""
    said = {column: text for column in sorted(stubs.values()) if (text := labels.own(row, column))}
    for column, text in said.items():
        placed.strangers.setdefault(text, (row, column))
    for name, column in sorted(columns.items(), key=lambda item: item[1]):
        if not form.field(name).numeric or form.field(name).role == "standard":
            continue
        if read_number(labels.sheet.value(row, column)).value and labels.place(row, column) == (row, column):
            label = f"“{next(iter(said.values()))}”" if said else "没有行标题"
            message = f"第{row}行（{label}）有数，但不知道属于哪一行；没有计入任何合计的核对。"
            placed.problem("stray-figure", (row, column), f"第{row}行", message)
            return
