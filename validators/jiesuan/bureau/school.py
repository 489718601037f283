"""The figures of one school that a bureau's forms draw on, each with the cells it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..bind import Workbook
from ..evaluate import Unchecked, evaluate
from ..form import Form, Key
from ..identity import split_majors
from ..pack import Pack
from ..rule import Rule
from ..table import Table
from ..term import Term

_ZERO = Decimal(0)


class Figure(NamedTuple):
    """A figure of a school: its value and the cells it is the sum of."""

    value: Decimal
    sheet: str
    cells: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cells}"


Drawn = dict[tuple[Key, str], Figure]
"""(key, field) → figure; the key is empty for forms with a line per school."""


@dataclass
class School:
    """What a bureau needs of one school's workbook."""

    name: str
    file: str
    sha256: str
    set: str
    term: Term
    figures: dict[str, Drawn] = field(default_factory=dict)
    """Role of the bureau's form → what the school gives to it."""
    majors: dict[str, dict[Key, tuple[str, ...]]] = field(default_factory=dict)
    """Role of the bureau's form → key → majors named there."""
    balances: dict[str, Figure] = field(default_factory=dict)
    """Blanks below x-4 that hold a number: 前期结余, 实际收到, 期末结余."""
    troubles: list[str] = field(default_factory=list)
    """What could not be read, and counts as nothing."""

    def amount(self, role: str, name: str, key: Key = ()) -> Decimal:
        """A figure, 0 where the school gives none."""
        found = self.figures.get(role, {}).get((key, name))
        return found.value if found else _ZERO


def gather(workbook: Workbook, pack: Pack, bureau: str, file: str) -> School:
    """Everything that the forms of a bureau's set draw from a school's bound workbook."""
    lines = [table.lines["学校名称"].text for table in workbook.tables.values() if "学校名称" in table.lines]
    name = next((text for text in lines if text), "")
    school = School(name, file, workbook.book.sha256, workbook.set, workbook.term)
    for form in pack.set_forms(bureau, workbook.term):
        if form.draws:
            table = workbook.tables.get(form.draws)
            if table is None:
                school.troubles.append(f"没有可汇总到 {form.id} 的表")
                continue
            school.figures[form.role] = _cells(form, table)
            school.majors[form.role] = _majors(form, table)
            if form.id == "3-4":
                school.balances = _balances(form, table)
        else:
            school.figures[form.role] = _line(form, workbook, school)
    school.troubles = list(dict.fromkeys(school.troubles))
    return school


def _line(form: Form, workbook: Workbook, school: School) -> Drawn:
    """A line per school: every field's expression over the school's forms."""
    drawn: Drawn = {}
    for column in form.fields:
        if not column.draws:
            continue
        rule = Rule(code=form.id, name="", level="提示", holds=f"{column.draws} == 0", basis="", why="", help="")
        try:
            result = evaluate(rule, workbook)
        except Unchecked as reason:
            school.troubles.append(str(reason))
            continue
        school.troubles += result.bad.values()
        (figures,) = result.figures.values()
        drawn[(), column.name] = Figure(figures.values[0], figures.table.sheet.name, figures.cells(0))
    return drawn


def _cells(form: Form, table: Table) -> Drawn:
    """Cell by cell: the numbers of every detail row that the bureau's form has, too."""
    known = set(form.detail_keys())
    drawn: Drawn = {}
    for column in form.fields:
        if not column.numeric or column.name not in table.columns:
            continue
        for index in table.details():
            ref, key = table.ref(column.name, index), table.keys[index]
            if ref is not None and key in known and table.number(column.name, index).value is not None:
                drawn[key, column.name] = Figure(table.amount(column.name, index), ref.sheet, ref.cell)
    return drawn


def _majors(form: Form, table: Table) -> dict[Key, tuple[str, ...]]:
    name = next((column.name for column in form.fields if column.type == "专业"), "")
    if name not in table.columns:
        return {}
    return {
        table.keys[index]: tuple(split_majors(table.text(name, index)))
        for index in table.details()
        if table.text(name, index)
    }


def _balances(form: Form, table: Table) -> dict[str, Figure]:
    numbers = {name for line in form.line for name in line.numbers}
    return {
        name: Figure(line.number.value, line.ref.sheet, line.ref.cell)
        for name, line in table.lines.items()
        if name in numbers and line.number.value is not None
    }
