"""A received workbook on the standard template: everything typed is kept, calculated cells become native formulas.

What the template has no place for is never dropped in silence: figures are refused, texts are named.
"""

from __future__ import annotations

import datetime as dt
import re

from msgspec.structs import replace

from .bind import Workbook
from .bind.workbook import PROPERTY_VERSION
from .book import Cell, ErrorValue, Value
from .calculate import expected, has_formula
from .filling import Filling
from .form import ALL, Form
from .number import DASHES
from .produce_error import OutputError
from .ref import Ref
from .table import LineValue, Table
from .template.laid import Laid, amount
from .template.layout import lay_out, to_book
from .text import clean, fold

_LOSING = ("missing-column", "missing-row", "stray-figure", "duplicate-row")
_UNFILLED = re.compile(r"(20)?[_\s]*年[_\s]*(季学期|月[_\s]*(日[_\s]*)?)?")
"""A printed blank for a date that nobody filled in."""


def check_rebuildable(workbook: Workbook) -> None:
    """Refuse what the template has no place for, before anything is lost.  Raises OutputError."""
    lost = [problem for problem in workbook.problems if problem.check in _LOSING]
    if lost:
        more = f"（共 {len(lost)} 处）" if len(lost) > 1 else ""
        raise OutputError(f"表上有没认出来的行或列，重建会丢数，没有写文件。请先改正：{lost[0].message}{more}")
    for table in workbook.tables.values():
        for name, bound in table.columns.items():
            for index, number in enumerate(bound.numbers):
                if number.trouble == "uncached" and not _native(workbook, table, name, index):
                    where = f"{table.ref(name, index)}（{table.label(name, index)}）"
                    raise OutputError(f"{where}只有公式没有结果，重建会丢。请用 Excel 打开保存一次再试，没有写文件。")


def rebuilt(workbook: Workbook) -> list[Laid]:
    """The forms of a bound workbook on the standard template: what was typed is kept, calculated cells become native
    formulas; student rows keep their order and the blank rows between them.  Raises OutputError where the template has
    no place for something typed."""
    filling = Filling()
    forms: dict[str, Form] = {form.role: form for form in workbook.forms}
    for role, table in workbook.tables.items():
        filling.lines[role] = {
            name: value for name, line in table.lines.items() if (value := _line(line, table)) is not None
        }
        if table.is_list:
            filling.rows[role] = _rows(table)
        forms[role] = _with_optional(table)
        _figures(workbook, table, role, filling)
    laid = [lay_out(workbook.pack, form, workbook.term, filling) for form in forms.values()]
    for item in laid:
        if item.form.role in workbook.tables:
            _check_places(workbook.tables[item.form.role], item, filling)
    return laid


def _with_optional(table: Table) -> Form:
    """The form as the school has it: with the optional members it filled in (残疾 in x-1)."""
    used = {
        (axis, member)
        for bound in table.columns.values()
        for index, value in enumerate(bound.raw)
        if value not in (None, "", 0)
        for axis, member in zip(table.form.axes, table.keys[index], strict=True)
    }
    axes = tuple(
        replace(
            axis,
            members=tuple(
                replace(member, optional=member.optional and (member.closed or (axis.name, member.name) not in used))
                for member in axis.members
            ),
        )
        for axis in table.form.axis
    )
    return replace(table.form, axis=axes)


def _rows(table: Table) -> dict[str, list[dict[str, Value]]]:
    """The student rows per section, with the blank rows between and after them (a few of each run)."""
    rows: dict[str, list[dict[str, Value]]] = {}
    previous: dict[str, int] = {}
    most = table.form.blank_rows

    def fill(section: str, row: int) -> None:
        if section in previous:
            rows[section] += [{} for _ in range(min(row - previous[section] - 1, most))]

    for key, index in table.index.items():
        top = next((area[0] for area in table.sheet.merges if area[0] < table.rows[index] <= area[2]), 0)
        if key[0] != ALL and top:
            previous[key[0]] = top - 1
            rows[key[0]] = []
    for index in table.details():
        section, row = table.keys[index][0], table.rows[index]
        rows.setdefault(section, [])
        fill(section, row)
        rows[section].append({name: _plain(bound.raw[index]) for name, bound in table.columns.items()})
        previous[section] = row
    for key, index in table.index.items():
        if key[0] in rows:
            fill(key[0], table.rows[index])
    return rows


def _native(workbook: Workbook, table: Table, name: str, index: int) -> bool:
    """Whether the template has a formula of its own for the figure."""
    column, key = table.form.field(name), table.keys[index]
    derived = {item.formula.partition("=")[0] for item in table.form.derived}
    if table.is_total(index):
        return table.form.summed(column)
    if derived & set(key):
        return column.numeric
    return column.role == "computed" and has_formula(table, name, workbook.pack, workbook.term)


def _figures(workbook: Workbook, table: Table, role: str, filling: Filling) -> None:
    """What was typed into a grid, and into the totals of a list where 计算 could not make them."""
    computed = expected(table, workbook.pack, workbook.term)
    for name, bound in table.columns.items():
        for index, key in enumerate(table.keys):
            value = _plain(bound.raw[index])
            if value is None or value == "" or (table.is_list and not table.is_total(index)):
                continue
            if _native(workbook, table, name, index):
                number = bound.numbers[index]
                if (name, index) in computed or table.has_formula(name, index) or not (number.value or number.trouble):
                    continue
            filling.figures[(role, key, name)] = value


def _check_places(table: Table, laid: Laid, filling: Filling) -> None:
    """Nothing typed may vanish, and no two figures may come to stand in one cell.  Raises OutputError."""
    standing: dict[Cell, tuple[Value, str]] = {}
    for name, bound in table.columns.items():
        for index, key in enumerate(table.keys):
            value = filling.figures.get((laid.form.role, key, name))
            if value is None or (table.is_list and not table.is_total(index)):
                continue
            cell = laid.places.get((key, name))
            where = f"{table.ref(name, index)}（{table.label(name, index)}）"
            if cell is None:
                if bound.numbers and bound.numbers[index].value:
                    raise OutputError(f"{where}在标准模板上没有位置，重建会丢数，没有写文件。请先核对这一格。")
                continue
            other, there = standing.setdefault(cell, (value, where))
            if other != value:
                raise OutputError(f"{where}和{there}在标准模板上是同一个合并格，两个数不同，没有写文件。请先改成一致。")


def left_out(workbook: Workbook, laid: list[Laid]) -> list[Ref]:
    """What stands in the rows of the tables and has no place on the template: a column of one's own, a text on a total."""
    found: list[Ref] = []
    for item in laid:
        table = workbook.tables.get(item.form.role)
        if table is None:
            continue
        kept = {(line.ref.row, line.ref.column) for line in table.lines.values()}
        for name, bound in table.columns.items():
            for index, cell in enumerate(bound.cells):
                placed = (table.keys[index], name) in item.places or (table.is_list and not table.is_total(index))
                if cell is not None and placed:
                    kept.add(cell)
        labels = {fold(str(spot.value)) for spot in item.cells.values() if isinstance(spot.value, str)}
        for row in sorted(set(table.rows)):
            line = table.sheet.values[row - 1] if row <= len(table.sheet.values) else []
            for column, value in enumerate(line, 1):
                if (row, column) not in kept and not _printed(table.form, value, labels):
                    found.append(Ref(table.sheet.name, row, column))
    return found


def _printed(form: Form, value: Value, labels: set[str]) -> bool:
    """Whether the value of an unbound cell is nothing, or one of the form's own words."""
    if value in (None, "", 0) or isinstance(value, bool):
        return True
    if not isinstance(value, str):
        return False
    text = fold(value)
    if not text or value.strip() in DASHES or any(text in label for label in labels):
        return True
    also = (fold(other) for total in form.total for other in total.also)
    return text in also or any(form.member(axis, value) is not None for axis in form.axes)


def check_same_place(workbook: Workbook, laid: list[Laid]) -> None:
    """Writing back may change no cell but the calculated ones.  Raises OutputError naming the first that would be lost."""
    new = {sheet.name: sheet for sheet in to_book(laid, "").sheets}
    version = workbook.book.properties.get(PROPERTY_VERSION)
    if version != workbook.pack.template_version or set(new) != {sheet.name for sheet in workbook.book.sheets}:
        raise OutputError(
            "这不是本程序模板生成的工作簿（或加、减、改名了工作表），写回会丢失其中的内容；请改用 -o 写成新文件。"
        )
    for old in workbook.book.sheets:
        sheet = new[old.name]
        for row, line in enumerate(old.values, 1):
            for column, value in enumerate(line, 1):
                if (row, column) in sheet.formulas or value in (None, ""):
                    continue
                if (row, column) not in old.formulas and _same(value, sheet.value(row, column)):
                    continue
                what = "公式" if (row, column) in old.formulas else "内容"
                raise OutputError(
                    f"{Ref(old.name, row, column)} 的{what}写回后会变动或丢失（模板上不是这样）；请改用 -o 写成新文件。"
                )


def _same(old: Value, new: Value) -> bool:
    return old == new or clean(str(old)) == clean(str(new))


def _plain(value: Value) -> Value:
    """A cell's value as it is written again: texts without outer spaces, dates as people write them."""
    if isinstance(value, ErrorValue):
        return value
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value


def _line(line: LineValue, table: Table) -> Value:
    """What stands in a blank of a line: the cell as typed where it holds nothing else, a number as a number."""
    value = table.sheet.value(line.ref.row, line.ref.column)
    if not line.text or _UNFILLED.fullmatch(line.text):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and fold(value).strip("_ :") == fold(line.text):
        return value.strip()
    if line.number.value is not None:
        return amount(line.number.value)
    return line.text
