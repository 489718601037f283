"""The table of a form of schools: the overall total, then each section's total above its schools (附件3-2, 3-5)."""

from __future__ import annotations

from collections.abc import Mapping

from ..book import Value
from ..filling import Filling
from ..form import ALL, Column, Form, Key
from ..pack import Pack
from ..ref import a1
from .laid import Laid, Spot, Style, figure_style, text_height, text_width
from .slots import FIELDS, boxes, present, slots

NUMBERING = "{}、"
"""What a line of the blank template begins with."""


def school_widths(form: Form) -> list[float]:
    """Widths of the columns; the first holds the labels and the schools' names."""
    return [column.width or 10.0 for column in form.fields]


def lay_schools(laid: Laid, pack: Pack, filling: Filling | None, top: int) -> None:
    """Lay the table from row `top` on.  A record of a school may have any field; what it lacks stays empty for a person
    to type."""
    form, axis = laid.form, laid.form.axis[0]
    laid.columns = {column.name: index for index, column in enumerate(form.fields, 1)}
    bottom = _heading(laid, top)
    laid.head = (top, bottom)
    given = filling.rows.get(form.role, {}) if filling else {}
    typed = filling.figures if filling else {}
    overall = bottom + 1
    row = overall + 1
    sections: list[int] = []
    needs = pack.needs(form) if filling else {}  # an empty form lists lines that are no schools yet
    guards = needs or {name: (share,) for name, share in pack.shared(form).items()}
    for member in present(form, axis.name):
        records = given.get(member.name, [])
        count = len(records) if filling else form.blank_rows
        sections.append(row)
        for index in range(count):
            laid.rows[(member.name, index)] = row + 1 + index
            record = records[index] if filling else {form.fields[0].name: NUMBERING.format(index + 1)}
            _record(laid, pack, row + 1 + index, record, guards)
        sums = {
            column.name: _sum(laid, column, row + 1, row + count, needs.get(column.name, ())) if count else "0"
            for column in _summed(form)
        }
        _total(laid, row, (member.name,), member.printed, sums, {})
        row += count + 1
    sums = {
        column.name: _sum_of([a1(row, laid.columns[column.name]) for row in sections], whole=column.name in needs)
        for column in _summed(form)
    }
    own = {name: value for (role, key, name), value in typed.items() if role == form.role and key == (ALL,)}
    label = next(total.label for total in form.total if not total.keep)
    _total(laid, overall, (ALL,), label, sums, own)
    laid.body = (overall, row - 1)
    laid.starts = sections[1:]


def _heading(laid: Laid, top: int) -> int:
    form = laid.form
    across = [slot.labels for slot in slots(form, (FIELDS,), across=True)]
    bottom = top + len(across[0]) - 1
    for box in sorted(boxes(across), key=lambda box: box.last_level - box.level):
        row, last_row = top + box.level, top + box.last_level
        laid.put(row, 1 + box.first, Spot(box.text, style="head"), last_row, 1 + box.last)
        laid.grow(row, last_row, box.text, laid.span(1 + box.first, 1 + box.last))
    if not any(column.no is not None for column in form.fields):
        return bottom
    for column in form.fields:
        # The official forms print a formula only over some columns; what is reconstructed is not put into their mouth.
        shown = column.formula if column.source == "printed" and column.formula[:1].isdigit() else column.no
        laid.put(bottom + 1, laid.columns[column.name], Spot(shown, style="number"))
    return bottom + 1


def _summed(form: Form) -> list[Column]:
    return [column for column in form.fields if form.summed(column)]


def _sum(laid: Laid, column: Column, first: int, last: int, needs: tuple[str, ...]) -> str:
    """The whole section is named, so that rows inserted inside it are included.  The total of a column that depends on others
    is blank while one of the schools listed lacks one of them."""

    def area(place: int) -> str:
        return f"{a1(first, place)}:{a1(last, place)}"

    total = f"SUM({area(laid.columns[column.name])})"
    if not needs:
        return total
    there = ",".join(area(laid.columns[name]) for name in needs)
    wanted = f"{len(needs)}*COUNTA({area(1)})" if len(needs) > 1 else f"COUNTA({area(1)})"
    return f'IF(COUNT({there})<{wanted},"",{total})'


def _sum_of(cells: list[str], *, whole: bool) -> str:
    """The sum of the sections' totals; blank while one of them is, where that may be."""
    total = "+".join(cells)
    return f'IF(COUNT({",".join(cells)})<{len(cells)},"",{total})' if whole else total


def _record(
    laid: Laid, pack: Pack, row: int, record: Mapping[str, Value], guards: Mapping[str, tuple[str, ...]]
) -> None:
    form = laid.form
    for column in form.fields:
        place = laid.columns[column.name]
        value = record.get(column.name)
        if column.at == "total":
            laid.put(row, place, Spot(None, style="dash"))
            continue
        if column.role == "computed" and column.formula and value is None:
            formula = pack.formula(form, column)
            native = formula.excel({name: a1(row, laid.columns[name]) for name in formula.names})
            if column.rounded is not None:
                native = f"ROUND({native},{column.rounded})"
            cells = [a1(row, laid.columns[name]) for name in guards.get(column.name, ())]
            if cells:
                lacking = f"COUNT({','.join(cells)})<{len(cells)}" if len(cells) > 1 else f'{cells[0]}=""'
                native = f'IF({lacking},"",{native})'
            laid.put(row, place, Spot(None, native, "computed", column.name))
            continue
        style: Style = "axis" if place == 1 else figure_style(column)
        if place == 1:
            style = "text"
        elif column.role == "standard" and value is None:
            style = "input"
        elif column.draws and value is not None:
            style = "gathered"
        laid.put(row, place, Spot(value, style=style, field=column.name))
        width = laid.widths[place - 1]
        if isinstance(value, str) and text_width(value) > width:
            laid.heights[row] = max(laid.height(row), text_height(value, width))


def _total(laid: Laid, row: int, key: Key, label: str, sums: Mapping[str, str], own: Mapping[str, Value]) -> None:
    form = laid.form
    for column in form.fields:
        place = laid.columns[column.name]
        if place == 1:
            laid.put(row, place, Spot(label, style="axis"))
            continue
        spot = Spot(None, style="dash")
        if column.name in sums:
            spot = Spot(None, sums[column.name], "computed", column.name)
        elif column.at == "total" and key == (ALL,):
            spot = Spot(own.get(column.name), style="input", field=column.name)
        elif column.type == "文本":
            spot = Spot(own.get(column.name), style="text", field=column.name)
        laid.put(row, place, spot)
        if spot.field:
            laid.places[(key, column.name)] = (row, place)
