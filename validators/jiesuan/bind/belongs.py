"""Where a label that is gone belongs: between its neighbours, where there is room for just as many as are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from ..book import Cell
from ..form import ALL, Form, Key
from ..number import read_number
from ..ref import a1, letters
from ..table import Problem, Table
from .headers import Labels, heading, known_headings
from .totals import total_labels

_T = TypeVar("_T", bound=Hashable)


def between(
    order: Iterable[_T], placed: Mapping[_T, int], before: int | None = None, behind: int | None = None
) -> dict[_T, int]:
    """The row or column of what is missing of an order; `before` and `behind` are where the first and the last would have
    their neighbours."""
    found: dict[_T, int] = {}
    run: list[_T] = []
    for item in (*order, None):
        at = behind if item is None else placed.get(item)
        if at is None and item is not None:
            run.append(item)
            continue
        if before is not None and at is not None and at - before == len(run) + 1:
            found |= {lost: before + number for number, lost in enumerate(run, 1)}
        run, before = [], at
    return found


def in_order(form: Form, keys: Iterable[Key]) -> list[Key]:
    """Keys as they stand on a sheet: a total behind what it sums."""
    places = [{member.name: at for at, member in enumerate(axis.members)} for axis in form.axis]
    last = {ALL: max(map(len, places), default=0)}
    return sorted(keys, key=lambda key: [(at | last)[name] for at, name in zip(places, key, strict=True)])


def lost_rows(
    form: Form, labels: Labels, stubs: Mapping[str, int], keys: Iterable[Key], rows: Mapping[Key, int], begin: int
) -> dict[Key, Problem]:
    """The findings for rows of a grid whose own label is gone; `begin` is the first row of the table."""
    found: dict[Key, Problem] = {}
    inner, order = form.axis[-1], in_order(form, keys)
    places = between(order, rows, begin - 1)
    last = max(rows.values(), default=0)
    if order and order[-1] not in rows and rows.get(order[-2]) == last and _figures(labels, last + 1) > 1:
        places[order[-1]] = last + 1
    for key, row in places.items():
        column = min(stubs.values()) if key[-1] == ALL else stubs[inner.name]
        if labels.at(row, column):
            continue
        texts = [member.printed for member in inner.members if member.name == key[-1]]
        what = next(iter(inner.header[-1:]), inner.name) if texts else "小计、合计"
        text = texts[0] if texts else _total_text(form, key)
        found[key] = _lost(labels.sheet.name, (row, column), Table(form, labels.sheet).label_of(key), what, text, "行")
    return found


def _figures(labels: Labels, row: int) -> int:
    """How many figures stand in a row."""
    line = labels.sheet.values[row - 1] if row <= len(labels.sheet.values) else []
    return sum(read_number(value).value is not None for value in line)


def _total_text(form: Form, key: Key) -> str:
    kept = {axis: name for axis, name in zip(form.axes, key, strict=True) if name != ALL}
    label = next((total.label for total in form.total if set(total.keep) == set(kept)), "合计")
    for axis, name in kept.items():
        label = label.replace(f"{{{axis}}}", name)
    return label


def _lost(sheet: str, cell: Cell, label: str, what: str, text: str, kind: str) -> Problem:
    message = (
        f"{a1(*cell)} 是空的，这里缺{what}的标题，像是“{text}”；这一{kind}没有核对，"
        f"请在 {a1(*cell)} 写上“{text}”，不要删{kind}。"
    )
    return Problem("missing-row", sheet, cell, label, message)


def lost_columns(
    form: Form,
    labels: Labels,
    axes: Sequence[str],
    keys: Iterable[Key],
    across: Mapping[int, Mapping[str, str]],
    said: Mapping[int, Mapping[str, object]],
    rows: Sequence[int],
    stub: int,
) -> dict[Key, Problem]:
    """The findings for columns of a grid over which one label is gone; `said` tells the axes that the labels over a column
    name, `rows` are those of the headings."""
    places = [form.axes.index(axis) for axis in axes]
    wanted: dict[Key, list[Key]] = {}
    for key in in_order(form, keys):
        wanted.setdefault(tuple(key[place] for place in places), []).append(key)
    order = sorted(wanted, key=lambda part: [_rank(form, axis, name) for axis, name in zip(axes, part, strict=True)])
    placed = {tuple(members[axis] for axis in axes): column for column, members in across.items()}
    found: dict[Key, Problem] = {}
    named = max((column for column, names in said.items() if names), default=0)
    for part, column in between(order, placed, stub, named + 1).items():
        lost = [(axis, name) for axis, name in zip(axes, part, strict=True) if axis not in said.get(column, ())]
        if len(lost) != 1:
            continue
        axis, name = lost[0]
        row = _row_of(form, labels, axis, across, rows)
        cell = labels.place(row, column) if row else None
        if cell is None or labels.own(*cell):
            continue
        printed = next((member.printed for member in form.axis_named(axis).members if member.name == name), "")
        sums = (total.label for total in form.total if set(form.axes) - set(total.keep) == {axis})
        text = printed or next(sums, "合计")
        what = next(iter(form.axis_named(axis).header[-1:]), axis)
        found |= dict.fromkeys(wanted[part], _lost(labels.sheet.name, cell, text, what, text, "栏"))
    return found


def _rank(form: Form, axis: str, name: str) -> int:
    names = [member.name for member in form.axis_named(axis).members]
    return names.index(name) if name in names else len(names)


def _row_of(form: Form, labels: Labels, axis: str, across: Iterable[int], rows: Iterable[int]) -> int:
    """The row in which the labels of an axis stand over the columns."""
    totals = total_labels(form)
    counts = Counter(
        row
        for row in rows
        for column in across
        if form.member(axis, text := labels.at(row, column))
        or ((hit := totals.get(heading(text))) is not None and axis not in hit.total.keep)
    )
    return counts.most_common(1)[0][0] if counts else 0


def headed(form: Form, axis: str, labels: Labels, rows: Sequence[int], taken: Iterable[int]) -> Cell | None:
    """The heading over the labels of an axis, in a column that is none of those taken."""
    declared = form.axis_named(axis)
    heads, others = {heading(text) for text in (*declared.header, *declared.also)}, set(taken)
    cells = ((row, column) for row in rows for column in range(1, labels.sheet.width + 1) if column not in others)
    return next((cell for cell in cells if heading(labels.own(*cell)) in heads), None)


def lost_axis(
    form: Form, labels: Labels, axes: Sequence[str], stubs: Mapping[str, int], rows: Sequence[int]
) -> list[Problem]:
    """The finding for a grid of which no row has its own label: at the first cell where one belongs, beside the first label of the
    outer axes."""
    inner = axes[-1]
    head = headed(form, inner, labels, rows, stubs.values())
    if head is None:
        return []
    below = (
        row
        for row in range(head[0] + 1, len(labels.sheet.values) + 1)
        if any(form.member(axis, labels.own(row, column)) for axis, column in stubs.items())
    )
    row = next(below, 0)
    if not row or labels.at(row, head[1]):
        return []
    what = form.axis_named(inner).header[-1]
    message = f"{letters(head[1])}列“{what}”下面没有一个认得的标题，各行的数都没有核对；请从 {a1(row, head[1])} 起按模板逐行补上，不要删行。"
    return [Problem("missing-row", labels.sheet.name, (row, head[1]), what, message)]


def heading_cells(
    form: Form, labels: Labels, placed: Mapping[str, int], rows: Sequence[int], before: int
) -> dict[str, Cell]:
    """Field → the cell where its heading belongs, for those that were not found; `rows` are those of the headings, `before` is
    the column left of the first field, 0 where that is not known."""
    known = known_headings(form)
    heads = [row for row in rows if any(heading(labels.own(row, column)) in known for column in placed.values())]
    if not heads:
        return {}
    missing = between([column.name for column in form.fields], placed, before or None)
    taken = set(placed.values())
    return {name: labels.place(max(heads), column) for name, column in missing.items() if column not in taken}
