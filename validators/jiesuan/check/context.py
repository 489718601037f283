"""What every check is given: the bound workbook, the rule and the ledger, and helpers that make findings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..bind import Workbook
from ..form import ALL
from ..number import show
from ..ref import Ref
from ..report import Finding, Related, amount, display, place
from ..rule import Rule
from ..table import Table
from .ledger import Ledger


@dataclass
class Context:
    """One rule on one workbook."""

    rule: Rule
    workbook: Workbook
    ledger: Ledger

    def tables(self) -> list[Table]:
        """The rule's forms that are there; a missing one makes the rule unchecked."""
        found = []
        for role in self.rule.forms:
            table = self.workbook.tables.get(role)
            if table is None:
                form = next((form for form in self.workbook.forms if form.role == role), None)
                self.ledger.cannot(self.rule, f"没有《{form.name if form else role}》")
            else:
                found.append(table)
        return found

    def bound(self, table: Table, *names: str) -> bool:
        """Whether the columns are there; a missing one makes the rule unchecked."""
        for name in names:
            if name not in table.columns:
                caption = table.form.field(name).caption if table.form.has(name) else name
                self.ledger.cannot(self.rule, f"“{table.sheet.name}”里没有找到“{caption}”这一列")
                return False
        return True

    def excused(self, table: Table, index: int) -> bool:
        """Whether the text the rule accepts as an answer (a 备注 of the row or of the form) is filled in."""
        return is_excused(self.rule, self.workbook, table, index)

    def at_cell(
        self,
        table: Table,
        name: str,
        index: int,
        message: str,
        *,
        expected: str = "",
        actual: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """A finding at a figure of a table."""
        sheet, cell, order = place(table.ref(name, index))
        column = table.columns[name]
        shown = display(column.raw[index], column.column.unit) if actual is None else actual
        return Finding(
            self.rule,
            sheet,
            cell,
            table.label(name, index),
            message,
            expected,
            shown,
            "",
            column.column.unit,
            related,
            order,
        )

    def at_ref(self, ref: Ref | None, label: str, message: str, *, expected: str = "", actual: str = "") -> Finding:
        """A finding at a cell that is no bound figure."""
        sheet, cell, order = place(ref)
        return Finding(self.rule, sheet, cell, label, message, expected, actual, order=order)


def is_excused(rule: Rule, workbook: Workbook, table: Table, index: int | None) -> bool:
    """Whether the written answer a rule accepts stands there: `角色.字段` of the record, or a line of the form."""
    if not rule.excused:
        return False
    role, _, name = rule.excused.partition(".")
    answered = workbook.tables.get(role)
    if answered is None:
        return False
    line = answered.lines.get(name)
    if line is not None and line.text.strip(" /-—无"):
        return True
    if name in answered.columns and answered is table and index is not None:
        if answered.text(name, index).strip(" /-—无"):
            return True
        key = table.keys[index]
        # A remark often stands on the first row of a merged block: take any row with the same outer member.
        return not table.is_list and any(
            other[0] == key[0] and ALL not in other and answered.text(name, i).strip(" /-—无")
            for i, other in enumerate(table.keys)
        )
    return False


def related(table: Table, name: str, index: int) -> Related:
    """One other figure of a relation."""
    ref = table.ref(name, index)
    unit = table.columns[name].column.unit
    value = display(table.columns[name].raw[index], unit)
    if value != "（空白）":
        value = f"{value} {unit}".rstrip()
    return Related(table.sheet.name, ref.cell if ref else "", table.label(name, index), value)


def clue(actual: Decimal, expected: Decimal, unit: str, months: tuple[Decimal, ...] = ()) -> str:
    """What the difference looks like: units mixed up, digits swapped, exactly one student-month."""
    if not actual or not expected or actual == expected:
        return ""
    if actual == expected * 10000:
        return "恰为应有数的10000倍，像是把元填成了万元"
    if actual * 10000 == expected:
        return "恰为应有数的万分之一，像是把万元填成了元"
    if actual == -expected:
        return "正负号相反"
    for factor in (10, 100, 1000):
        if actual in (expected * factor, expected / factor):
            return "小数点或末尾的 0 错了位"
    difference = abs(actual - expected)
    scale = 10000 if unit == "万元" else 1
    for standard in months:
        if standard and difference * scale == standard:
            return f"恰为一名学生一个月的标准（{show(standard, '')} 元）"
    a, b = show(actual, "").replace(",", ""), show(expected, "").replace(",", "")
    if len(a) == len(b) and sorted(a) == sorted(b):
        return "数字相同而次序不同，像是两位颠倒"
    return ""


__all__ = ["Context", "amount", "clue", "is_excused", "related"]
