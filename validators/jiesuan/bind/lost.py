"""A group of rows whose label is gone: the rows begin anew, the cell that should name the group is empty, and the member
next in order is named nowhere else.  The group is taken for that member, and the cell where its name belongs is reported."""

from __future__ import annotations

from ..book import Cell
from ..form import ALL, Form, once
from ..ref import a1
from ..table import Problem
from ..text import fold
from .headers import Labels
from .totals import TotalLabel, total_labels


@once
def order(form: Form, axis: str) -> tuple[str, ...]:
    """The members of an axis in the order printed, those of another term left out, and `ALL` where it has a total over this axis alone."""
    at = form.axes.index(axis)
    names = tuple(member.name for member in form.axis[at].members if not member.closed)
    alone = any(set(form.axes) - set(total.keep) == {axis} for total in form.total)
    return (*names, ALL) if alone else names


def follower(form: Form, axis: str, member: str | None) -> str | None:
    """The member printed behind another; the first behind None."""
    names = order(form, axis)
    at = names.index(member) + 1 if member in names else 0
    return names[at] if member is None or (member in names and at < len(names)) else None


def named(form: Form, axis: str, text: str, totals: dict[str, TotalLabel]) -> str | None:
    """The member of the axis, or `ALL`, that a label means."""
    hit = totals.get(fold(text)) if text else None
    return form.member(axis, text) or (
        ALL if hit is not None and set(form.axes) - set(hit.total.keep) == {axis} else None
    )


def lost_label(sheet: str, form: Form, axis: str, member: str, cell: Cell) -> Problem:
    """The finding for the empty cell where the name of a group belongs."""
    printed = next((m.printed or m.name for m in form.axis_named(axis).members if m.name == member), "")
    alone = (total.label for total in form.total if set(form.axes) - set(total.keep) == {axis})
    text = printed or next(alone, "合计")
    what = next(iter(form.axis_named(axis).header[-1:]), axis)
    message = (
        f"{a1(*cell)} 是空的，这里缺{what}的标题，像是“{text}”；从第{cell[0]}行起的一组暂按“{text}”核对，"
        f"请在 {a1(*cell)} 写上“{text}”，不要删行。"
    )
    return Problem("missing-row", sheet, cell, text, message)


def lost_member(
    form: Form,
    axes: tuple[str, ...],
    stubs: dict[str, int],
    labels: Labels,
    begin: int,
    row: int,
    state: dict[str, str],
    *,
    again: bool,
) -> tuple[str, str] | None:
    """(axis, member) of the label that is gone at a row of a grid, None where nothing is plainly gone.

    `state` is what the labels from row `begin` on say; `again`: the table has a row of this key already.
    """
    inner = axes[-1]
    if form.member(inner, labels.own(row, stubs[inner])) != order(form, inner)[0]:
        return None
    depths = range(len(axes) - 1)
    for depth in reversed(depths) if again else depths:
        axis, outer = axes[depth], [stubs[name] for name in axes[:depth] if name in stubs]
        if axis not in stubs or labels.at(row, stubs[axis]) or again is not (axis in state):
            continue
        if not again and _above(labels, stubs[axis], outer, begin, row):
            continue
        member = follower(form, axis, state.get(axis))
        if member is not None and member not in _below(form, axis, labels, stubs[axis], outer, row):
            return axis, member
    return None


def _above(labels: Labels, column: int, outer: list[int], begin: int, row: int) -> bool:
    """Whether the group of the outer axes names anything above the row."""
    for at in range(row, begin - 1, -1):
        if labels.own(at, column):
            return True
        if any(labels.own(at, other) for other in outer):
            break
    return False


def _below(form: Form, axis: str, labels: Labels, column: int, outer: list[int], row: int) -> set[str | None]:
    """What the group of the outer axes names below the row."""
    totals, found = total_labels(form), set[str | None]()
    for at in range(row + 1, len(labels.sheet.values) + 1):
        if any(labels.own(at, other) for other in outer):
            break
        found.add(named(form, axis, labels.own(at, column), totals))
    return found
