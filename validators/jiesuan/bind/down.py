"""Binding a grid whose fields run down the rows (人数, 人次, 金额 in turn) under axes across the columns."""

from __future__ import annotations

from ..form import ALL, Form, Key, Shape
from ..table import Problem, Table
from ..text import fold
from .belongs import lost_columns
from .beyond import figures_in, is_foot, is_memo, texts_in
from .headers import HEADER_ROWS, Labels, Path, column_paths, known_headings
from .lost import follower, lost_label
from .placed import FIELDS, Placed, finish, printed_keys
from .totals import TotalLabel, total_labels


def bind_down(form: Form, shape: Shape, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Fields down the rows under outer row axes, other axes across the columns."""
    placed = Placed(labels)
    stub, fields = _field_rows(form, labels)
    if not fields:
        return finish(form, shape, placed, (), []), placed.problems
    first = min(fields)
    paths = column_paths(labels, max(title_row + 1, first - HEADER_ROWS), first - 1, known_headings(form))
    totals = total_labels(form)
    texts: dict[str, str] = {}
    across: dict[int, dict[str, str]] = {}
    said: dict[int, dict[str, tuple[str, str]]] = {}
    for column, path in enumerate(paths, 1):
        said[column] = members = _members(form, shape.columns, path, totals)
        if column != stub and len(members) == len(shape.columns):
            across[column] = {axis: member for axis, (member, _) in members.items()}
            for axis, (member, text) in members.items():
                texts.setdefault(f"{axis}/{member}", text)
    blocks, assumed = _blocks(form, tuple(axis for axis in shape.rows if axis != FIELDS), placed, stub, fields, totals)
    for row, down in blocks.items():
        for column, members_across in across.items():
            key = _key(form, members_across | down)
            placed.add_cell(key, fields[row], row, labels.place(row, column))
    _note_strays(placed, form, labels, stub, fields, blocks, sorted(across))
    keys, heads = printed_keys(form, shape, placed), range(max(title_row + 1, first - HEADER_ROWS), first)
    placed.belongs = lost_columns(form, labels, shape.columns, keys, across, said, heads, stub)
    table = finish(form, shape, placed, fields.values(), paths)
    table.assumed = assumed
    table.labels = texts
    return table, placed.problems


def _field_rows(form: Form, labels: Labels) -> tuple[int, dict[int, str]]:
    """The column that names the fields, and row → field."""
    names = {fold(text): column.name for column in form.fields for text in (column.name, *column.also)}
    counts: dict[int, dict[int, str]] = {}
    for row, line in enumerate(labels.sheet.values, 1):
        for column in range(1, min(len(line), 12) + 1):
            name = names.get(fold(labels.own(row, column)))
            if name is not None:
                counts.setdefault(column, {})[row] = name
    if not counts:
        return 0, {}
    column = max(counts, key=lambda c: (len(counts[c]), -c))
    return column, counts[column]


def _members(
    form: Form, axes: tuple[str, ...], path: Path, totals: dict[str, TotalLabel]
) -> dict[str, tuple[str, str]]:
    """Axis → (member or `ALL`, its text) said by the headings over a column, the lowest first."""
    members: dict[str, tuple[str, str]] = {}
    for head in reversed(path):
        for axis in axes:
            if axis in members:
                continue
            member = form.member(axis, head.typed)
            hit = totals.get(head.text)
            if member is None and hit is not None and axis not in hit.total.keep:
                member = ALL
            if member is not None:
                if not members and not head.own:
                    return {}  # a column beside the table, under headings that were only carried over to it
                members[axis] = (member, head.text)
                break
    return members


def _blocks(
    form: Form,
    axes: tuple[str, ...],
    placed: Placed,
    stub: int,
    fields: dict[int, str],
    totals: dict[str, TotalLabel],
) -> tuple[dict[int, dict[str, str]], frozenset[str]]:
    """Row → members of the row axes, by the labels left of the fields or, without any, by order; and the axes for which
    the order was taken.  A block that begins anew without its label is reported and taken for the next in order."""
    labels = placed.labels

    def said(row: int, column: int) -> dict[str, str]:
        text = labels.at(row, column)
        hit = totals.get(fold(text))
        return {
            axis: member or ALL
            for axis in axes
            if (member := form.member(axis, text)) or (hit is not None and axis not in hit.total.keep)
        }

    blocks: dict[int, dict[str, str]] = {}
    state: dict[str, str] = {}
    told: set[tuple[str, str]] = set()
    unknown = False
    naming = [column for column in range(1, stub) if any(said(row, column) for row in fields)]
    for row in fields:
        for column in naming:
            if words := said(row, column):
                state |= words
            elif labels.at(row, column):
                state.clear()  # the name of a block that nobody knows
                unknown = True
        if naming and len(axes) == 1 and not unknown and not any(labels.at(row, column) for column in naming):
            axis, seen = axes[0], state.get(axes[0])
            member = follower(form, axis, seen) if seen is None or (seen, fields[row]) in told else None
            later = {said(at, column).get(axis) for at in fields if at > row for column in naming}
            if member is not None and member not in later:
                state[axis] = member
                placed.problems.append(lost_label(placed.sheet.name, form, axis, member, (row, naming[0])))
        told |= {(member, fields[row]) for member in state.values()}
        if len(state) == len(axes):
            blocks[row] = dict(state)
    only = form.axis_named(axes[0])
    if blocks or len(axes) != 1 or not only.default:
        return blocks, frozenset()
    turns: dict[str, int] = {}
    for row, name in fields.items():
        turn = turns.get(name, 0)
        turns[name] = turn + 1
        if turn < len(only.members):
            blocks[row] = {only.name: only.members[turn].name}
    return blocks, frozenset({only.name})


def _note_strays(
    placed: Placed,
    form: Form,
    labels: Labels,
    stub: int,
    fields: dict[int, str],
    blocks: dict[int, dict[str, str]],
    across: list[int],
) -> None:
    """Report the rows of figures that belong to no block: up to the foot the rows of a field, and those with two figures
    under another label, past it the rows of a field with two; memos below the last block are none."""
    last, passed = max(blocks, default=0), False
    for row in range(min(fields), len(labels.sheet.values) + 1):
        texts = texts_in(labels, row, stub + 1)
        if row in blocks or not texts:
            continue
        if is_foot(form, texts[0]):
            passed = passed or row > last
            continue
        figures = figures_in(labels, row, across)
        if row > last:
            figures = [at for at in figures if (row, at) not in labels.sheet.formulas]
            if (passed and row not in fields) or any(is_memo(form, text) for text in texts):
                continue
        if len(figures) >= (1 if row in fields and not passed else 2):
            said = f"第{row}行（“{' '.join(dict.fromkeys(texts))}”）"
            if row > last:
                move = f"请移到上面所属栏的{fields.get(row) or '人数、人次、金额'}行，不该填的请删去。"
                message = f"{said}的数在表的最后一行（第{last}行）下面，没有计入任何合计的核对；{move}"
            else:
                message = f"{said}有数，但不知道属于哪一栏；没有计入任何合计的核对。"
            placed.problem("stray-figure", (row, figures[0]), f"第{row}行", message)


def _key(form: Form, members: dict[str, str]) -> Key:
    return tuple(members.get(axis.name, axis.default) for axis in form.axis)
