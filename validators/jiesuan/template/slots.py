"""The rows and columns of a grid: what each stands for, its labels, and which labels are one merged cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..form import ALL, Form, Member, Total

FIELDS = "*"
"""Stands for the fields in the axes of a shape."""


class Label(NamedTuple):
    """One level of a row's or column's label; neighbours with equal tokens are one merged cell."""

    token: tuple[str, ...]
    text: str
    short: str = ""


@dataclass(frozen=True)
class Slot:
    """One row or one column of figures: its members (or `ALL`), under `"*"` its field, and its labels from outside in."""

    members: dict[str, str]
    labels: tuple[Label, ...]
    total: Total | None


class Box(NamedTuple):
    first: int
    last: int
    level: int
    last_level: int
    text: str


def present(form: Form, axis: str) -> list[Member]:
    """The members this template prints."""
    return [member for member in form.axis_named(axis).members if not member.optional]


def slots(form: Form, axes: tuple[str, ...], *, across: bool) -> list[Slot]:
    """The rows (or columns, `across`) that these axes span, in printed order: a total that gives up an axis follows the
    members of that axis."""

    def details(index: int, chosen: dict[str, str]) -> Iterator[tuple[dict[str, str], Total | None]]:
        if index == len(axes):
            yield chosen, None
            return
        axis = axes[index]
        for name in names(form, axis):
            yield from details(index + 1, {**chosen, axis: name})
        for total in form.total:
            summed = [name for name in axes if name != FIELDS and name not in total.keep]
            if summed and summed[0] == axis:
                yield from totals(total, index, chosen)

    def totals(total: Total, index: int, chosen: dict[str, str]) -> Iterator[tuple[dict[str, str], Total | None]]:
        if index == len(axes):
            yield chosen, total
            return
        axis = axes[index]
        for name in names(form, axis) if axis == FIELDS or axis in total.keep else [ALL]:
            yield from totals(total, index + 1, {**chosen, axis: name})

    return [
        Slot(members, tuple(_labels(form, axes, members, total, across=across)), total)
        for members, total in details(0, {})
    ]


def names(form: Form, axis: str) -> list[str]:
    if axis == FIELDS:
        return [column.name for column in form.fields]
    return [member.name for member in present(form, axis)]


def _labels(
    form: Form, axes: tuple[str, ...], members: Mapping[str, str], total: Total | None, *, across: bool
) -> Iterator[Label]:
    """One label per level: an axis has one, two across the columns where members stand under headings; the fields have
    as many as their heading paths."""
    # A total whose label names a kept axis (`{年级}小计`) also takes the place of that axis' own label.
    own = {axis for axis in axes if total and (members[axis] == ALL or f"{{{axis}}}" in total.label)}
    for axis in axes:
        if axis == FIELDS:
            yield from _field_labels(form, members[axis], across=across)
            continue
        known = {member.name: member for member in present(form, axis)}
        double = across and any(member.under for member in known.values())
        if total and axis in own:
            text = total.label
            for name in form.axes:
                # An axis that the shape does not spread has one member, which the form's title tells.
                text = text.replace(f"{{{name}}}", members.get(name, ""))
            label = Label(("total", text), text)
            yield from [label, label] if double else [label]
            continue
        member = known[members[axis]]
        label = Label((axis, member.name), member.printed, member.short)
        if double:
            yield Label(("under", member.under), member.under) if member.under else label
        yield label


def _field_labels(form: Form, name: str, *, across: bool) -> Iterator[Label]:
    path = form.field(name).header or (name,)
    if not across:
        yield Label(("field", name), path[-1])
        return
    for level in range(max(len(column.header) or 1 for column in form.fields)):
        yield Label(path[: level + 1], path[min(level, len(path) - 1)])


def boxes(labels: list[tuple[Label, ...]]) -> Iterator[Box]:
    """The merged label cells: neighbours with the same label inside the same outer labels, and a label repeated on inner
    levels, become one."""
    seen: set[tuple[str, ...]] = set()

    def run(level: int, first: int, last: int) -> Iterator[Box]:
        if level == len(labels[first]):
            return
        start = first
        while start <= last:
            token = labels[start][level].token
            stop = start
            while stop < last and labels[stop + 1][level].token == token:
                stop += 1
            deep = level
            while deep + 1 < len(labels[start]) and all(
                labels[i][deep + 1].token == token for i in range(start, stop + 1)
            ):
                deep += 1
            label = labels[start][level]
            yield Box(start, stop, level, deep, label.short if label.short and token in seen else label.text)
            seen.add(token)
            yield from run(deep + 1, start, stop)
            start = stop + 1

    yield from run(0, 0, len(labels) - 1)
