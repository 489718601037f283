"""The table of a list form: labelled sections of student rows, each with its 小计, and the 合计."""

from __future__ import annotations

from collections.abc import Mapping

from ..book import Value
from ..filling import FigureKey, Filling
from ..form import ALL, Column, Form, Key
from ..ref import a1
from .laid import Laid, Spot, figure_style, text_height, text_width
from .slots import FIELDS, boxes, present, slots


def list_widths(form: Form) -> list[float]:
    """Widths of the section column and the fields."""
    return [form.axis[0].width or 13.0, *(column.width or 10.0 for column in form.fields)]


def lay_list(laid: Laid, filling: Filling | None, top: int) -> None:
    """Lay the table of a list form from row `top` on.  Raises KeyError where rows are given for a section that the form
    does not have: they would be lost."""
    form, axis = laid.form, laid.form.axis[0]
    laid.columns = {column.name: index for index, column in enumerate(form.fields, 2)}
    bottom = _heading(laid, top)
    laid.head = (top, bottom)
    given = filling.rows.get(form.role, {}) if filling else {}
    typed = filling.figures if filling else {}
    sections = present(form, axis.name)
    for name in given.keys() - {member.name for member in sections}:
        raise KeyError(name)
    row = bottom + 1
    subtotals: list[int] = []
    for member in sections:
        records = given.get(member.name, [])
        count = max(len(records), 1) if filling else form.blank_rows
        for index in range(count):
            laid.rows[(member.name, index)] = row + index
            _record(laid, row + index, records[index] if index < len(records) else {})
        last = row + count - 1
        formulas = {name: _count_or_sum(form, name, laid, row, last) for name in _summed(form)}
        _total(laid, last + 1, (member.name,), formulas, typed)
        laid.put(row, 1, Spot(member.printed, style="axis"), last + 1, 1)
        laid.grow(row, last + 1, member.printed, laid.widths[0])
        subtotals.append(last + 1)
        row = last + 2
    grand = {name: "+".join(a1(part, laid.columns[name]) for part in subtotals) for name in _summed(form)}
    _total(laid, row, (ALL,), grand, typed)
    laid.body = (bottom + 1, row)
    laid.starts = [part + 1 for part in subtotals[:-1]]


def _heading(laid: Laid, top: int) -> int:
    across = [slot.labels for slot in slots(laid.form, (FIELDS,), across=True)]
    bottom = top + len(across[0]) - 1
    for box in boxes(across):
        row, last_row, column, last_column = top + box.level, top + box.last_level, 2 + box.first, 2 + box.last
        laid.put(row, column, Spot(box.text, style="head"), last_row, last_column)
        laid.grow(row, last_row, box.text, laid.span(column, last_column))
    laid.put(top, 1, Spot("".join(laid.form.axis[0].header), style="head"), bottom, 1)
    return bottom


def _record(laid: Laid, row: int, record: Mapping[str, Value]) -> None:
    for column in laid.form.fields:
        value = record.get(column.name)
        place = laid.columns[column.name]
        laid.put(row, place, Spot(value, style=figure_style(column), field=column.name))
        width = laid.widths[place - 1]
        if isinstance(value, str) and not column.numeric and (text_width(value) > width or "\n" in value):
            laid.heights[row] = max(laid.height(row), text_height(value, width))


def _total(laid: Laid, row: int, key: Key, formulas: Mapping[str, str], typed: Mapping[FigureKey, Value]) -> None:
    form = laid.form
    total = next(item for item in form.total if bool(item.keep) == (key[0] != ALL))
    for column in form.fields:
        formula = formulas.get(column.name)
        kept = formula is not None or column.type == "文本"
        constant = typed.get((form.role, key, column.name))
        laid.put(
            row,
            laid.columns[column.name],
            Spot(
                constant,
                formula if constant is None else None,
                "computed" if formula else "text",
                column.name if kept else "",
            ),
        )
        if kept:
            laid.places[(key, column.name)] = (row, laid.columns[column.name])
        if isinstance(constant, str):
            laid.grow(row, row, constant, laid.widths[laid.columns[column.name] - 1])
    if key[0] == ALL:
        del laid.cells[(row, 2)]
        laid.put(row, 1, Spot(total.label, style="axis"), row, 2)
    else:
        laid.put(row, 2, Spot(total.label, style="axis"))


def _summed(form: Form) -> list[str]:
    return [column.name for column in form.fields if form.summed(column)]


def _count_or_sum(form: Form, name: str, laid: Laid, first: int, last: int) -> str:
    """SUM of an amount; a column of serial numbers is counted by the amounts beside it.  The whole section is named, so
    that rows inserted inside it are included."""
    column = form.field(name)
    beside = _amount_beside(form, column) if column.role == "serial" else column
    place = laid.columns[beside.name]
    area = f"{a1(first, place)}:{a1(last, place)}"
    return f'COUNTIF({area},">0")' if column.role == "serial" else f"SUM({area})"


def _amount_beside(form: Form, serial: Column) -> Column:
    """The amount under the same heading as a serial column."""
    return next(item for item in form.fields if item.type == "金额" and item.header[:-1] == serial.header[:-1])
