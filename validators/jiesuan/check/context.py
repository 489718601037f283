"""What every check is given: the bound workbook, the rule and the ledger, and helpers that make findings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..bind import Workbook
from ..gather import lacking, lacks, unreadable
from ..number import show
from ..ref import Ref, compress
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

    def readable(self, table: Table, index: int, *names: str) -> bool:
        """Whether all figures can be read; if not the rule is unchecked there, and says which cell is to blame."""
        for name in names:
            column = table.columns[name]
            if column.troubled and column.numbers[index].trouble:
                self.ledger.cannot(self.rule, unreadable(table, name, index))
                return False
        return True

    def whole(self, table: Table) -> bool:
        """Whether no row of the form is missing; else sums over it cannot be checked, and the ledger says so."""
        missing = lacking(table)
        if missing:
            self.ledger.cannot(self.rule, lacks(table, missing[0]))
        return not missing

    def excused(self, table: Table, index: int, name: str = "") -> bool:
        """Whether the text the rule accepts as an answer (a 备注 of the row or of the form) is filled in."""
        return bool(self.answers(table, index, name))

    def answers(self, table: Table, index: int, name: str = "") -> list[str]:
        """Those texts."""
        return answers(self.rule, self.workbook, table, index, name)

    def at_cell(
        self,
        table: Table,
        name: str,
        index: int,
        message: str,
        *,
        expected: str = "",
        actual: str | None = None,
        unit: str | None = None,
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """A finding at a figure of a table; its value and its unit are shown unless others are given."""
        sheet, cell, order = place(table.ref(name, index))
        column = table.columns[name]
        shown = shown_value(table, name, index) if actual is None else actual
        return Finding(
            self.rule,
            sheet,
            cell,
            table.label(name, index),
            message,
            expected,
            shown,
            "",
            column.column.unit if unit is None else unit,
            related,
            order,
        )

    def at_ref(
        self,
        ref: Ref | None,
        label: str,
        message: str,
        *,
        expected: str = "",
        actual: str = "",
        difference: str = "",
        unit: str = "",
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """A finding at a cell that is no bound figure, or over several figures."""
        sheet, cell, order = place(ref)
        return Finding(self.rule, sheet, cell, label, message, expected, actual, difference, unit, related, order)


def answers(rule: Rule, workbook: Workbook, table: Table, index: int, field: str = "") -> list[str]:
    """The written answers a rule accepts there: `角色.字段` of the record, or a line of the form.  For a `field` that spans
    several rows (a merged standard) any of these rows may carry the remark."""
    if not rule.excused:
        return []
    role, _, name = rule.excused.partition(".")
    answered = workbook.tables.get(role)
    if answered is None:
        return []
    texts = []
    if name in answered.lines:
        texts.append(answered.lines[name].text)
    if name in answered.columns and answered is table:
        texts += (_remark(workbook, table, name, i) for i in _together(table, index, field))
    return [text for text in texts if _answers(rule, workbook, text)]


def _answers(rule: Rule, workbook: Workbook, text: str) -> bool:
    """Whether a remark is an answer to the rule: not the sentence that 填表说明1 asks of every 涉农 student, nor a phrase that
    says nothing (无, 已核实), nor about something else, nor a denial of what it is about (无留级)."""
    wording = workbook.pack.wording
    said = wording.own_words(text)
    if rule.mentions:
        affirmed = wording.affirmed(said, workbook.pack.mentioned)
        if not any(word in affirmed for word in rule.mentions):
            return False
    return wording.answers(said)


def _remark(workbook: Workbook, table: Table, name: str, index: int) -> str:
    """The remark of a record; for 同上 that of the rows above."""
    text, repeats = table.text(name, index), workbook.pack.wording.repeats
    if not text or not repeats(text):
        return text
    row = table.rows[index]
    above = sorted((r, said) for i, r in enumerate(table.rows) if r < row and (said := table.text(name, i)))
    return next((said for _, said in reversed(above) if not repeats(said)), "")


def _together(table: Table, index: int, field: str) -> list[int]:
    """The records that share a cell with this one, or would if the sheet were merged as the form is."""
    if not field or table.is_list:
        return [index]
    bound = table.columns[field]
    axes = [table.form.axes.index(axis) for axis in bound.column.span if axis in table.form.axes]
    key = table.keys[index]
    return [
        i
        for i, other in enumerate(table.keys)
        if i == index
        or (bound.cells[i] is not None and bound.cells[i] == bound.cells[index])
        or (axes and all(other[p] == key[p] for p in axes))
    ]


def shown_value(table: Table, name: str, index: int) -> str:
    """What stands in a figure's cell, for a message: numbers with their unit."""
    bound = table.columns[name]
    number = bound.numbers[index].value if bound.numbers else None
    return display(bound.raw[index]) if number is None else amount(number, bound.column.unit)


def related(table: Table, name: str, index: int) -> Related:
    """One other figure of a relation."""
    ref = table.ref(name, index)
    return Related(table.sheet.name, ref.cell if ref else "", table.label(name, index), shown_value(table, name, index))


def several(table: Table, places: list[tuple[str, int]], lead: str = "") -> Related:
    """Figures of one table named together, with their sum."""
    cells = [(ref.row, ref.column) for place in places if (ref := table.ref(*place)) is not None]
    names = dict.fromkeys(name for name, _ in places)
    column = table.columns[places[0][0]].column
    total = sum((table.amount(name, index) for name, index in places), Decimal(0))
    label = f"{lead}{column.caption if len(names) == 1 else '各月'}" + (
        f"之和（{len(cells)}格）" if len(cells) > 1 else ""
    )
    return Related(table.sheet.name, compress(cells), label, amount(total, column.unit))


def signed(difference: Decimal, unit: str) -> str:
    """A difference for a message, with its sign; nothing when there is none."""
    return ("+" if difference > 0 else "") + amount(difference, unit) if difference else ""


def monthly_standards(workbook: Workbook, role: str, name: str) -> tuple[Decimal, ...]:
    """Monthly standards in yuan that amounts of a form's field are made of, to recognise a difference of exactly one
    student-month; none for fields of other kinds."""
    kind = next((kind for kind in ("助学金", "免学费") if name.startswith(kind) or role == kind), "")
    found: list[Decimal] = []
    for standard in workbook.pack.policy.standard:
        own = standard.keys.get("隶属", workbook.set) == workbook.set
        if standard.name == "助学金月标准" and kind == "助学金":
            found.append(standard.amount)
        elif standard.name == "免学费年标准" and "专业类别" in standard.keys and own and kind == "免学费":
            found.append(standard.amount / 10)
    return tuple(dict.fromkeys(found))


def clue(actual: Decimal, expected: Decimal, unit: str, months: tuple[Decimal, ...] = ()) -> str:
    """What the difference looks like: units mixed up, digits swapped, exactly one student-month."""
    if not actual or not expected or actual == expected:
        return ""
    money = "元" in unit
    if money and actual == expected * 10000:
        return "恰为应有数的10000倍，像是把元填成了万元"
    if money and actual * 10000 == expected:
        return "恰为应有数的万分之一，像是把万元填成了元"
    if actual == -expected:
        return "正负号相反"
    for factor in (10, 100, 1000):
        if actual in (expected * factor, expected / factor):
            return "小数点或末尾的 0 错了位"
    difference = abs(actual - expected)
    scale = 10000 if unit == "万元" else 1
    for standard in months if unit in ("万元", "元") else ():
        if standard and difference * scale == standard:
            return f"恰为一名学生一个月的标准（{show(standard, '')} 元）"
    a, b = show(actual, "").replace(",", ""), show(expected, "").replace(",", "")
    if len(a) == len(b) and sorted(a) == sorted(b):
        return "数字相同而次序不同，像是两位颠倒"
    return ""


__all__ = ["Context", "amount", "answers", "clue", "related"]
