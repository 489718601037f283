"""`holds` rules: expressions of a rule entry become rows of the balance table."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import msgspec

from ..bind import Workbook
from ..calculate import derived_members
from ..evaluate import Evaluated, Unchecked, evaluate
from ..expression import parse
from ..form import ALL
from ..gather import Figures, unreadable
from ..ref import Ref
from ..report import Finding, Related, amount
from ..rule import Rule
from .context import answers, clue, monthly_standards, signed
from .forms import miscomputed
from .ledger import Ledger, holds, noise, widest

_ZERO = Decimal(0)
_WORDS = {"==": "", "<=": "不大于 ", ">=": "不小于 ", "<": "小于 ", ">": "大于 ", "!=": "不等于 "}
_MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}
_KINDS = {"count": "人数", "peak": "中最多的一月"}


def relate(rule: Rule, workbook: Workbook, ledger: Ledger) -> None:
    """Evaluate a `holds` rule and add its relations; what cannot be checked is said in the ledger."""
    if _excluded(rule, workbook):
        return
    if why := _partial(rule, workbook):
        ledger.cannot(rule, why)
        return
    try:
        result = evaluate(rule, workbook)
    except Unchecked as reason:
        ledger.cannot(rule, str(reason))
        return
    for why in dict.fromkeys(result.bad.values()):
        ledger.cannot(rule, why)
    left, right = result.left, result.right
    whole = not result.bad and all(result.active)
    rows: Sequence[int] = range(len(result.active))
    if not whole:
        rows = [i for i in rows if result.active[i] and i not in result.bad]
    base = noise(rule.unit)
    most = widest(rule.unit)
    loose = {i: left.slack.get(i, _ZERO) + right.slack.get(i, _ZERO) for i in {*left.slack, *right.slack}}
    slack = {i: min(amount, most) for i, amount in loose.items()}
    relation = _Relation(result, workbook, {i: amount + base for i, amount in loose.items() if amount > most})
    one_by_one = rule.computed or rule.excused or rule.together
    allowed = {i: base + slack.get(i, _ZERO) for i in rows} if one_by_one else {}
    senseless = relation.senseless(rows) | relation.echoes(rows, allowed)
    if senseless:
        whole, rows = False, [i for i in rows if i not in senseless]
        for why in dict.fromkeys(senseless.values()):
            ledger.cannot(rule, why)
    if rule.excused or rule.together:
        broken = [i for i in rows if not holds(result.operator, left.values[i], right.values[i], allowed[i])]
        answered = {i for i in broken if relation.excused(i)}
        if answered:
            whole, rows = False, [i for i in rows if i not in answered]
        for i in broken:
            if i not in answered:
                relation.broken.setdefault(relation.group(i), []).append(i)
    ledger.relate(
        rule,
        result.operator,
        left.values if whole else [left.values[i] for i in rows],
        right.values if whole else [right.values[i] for i in rows],
        [base + slack.get(i, _ZERO) for i in rows] if slack else base,
        lambda position: relation.describe(rows[position]),
    )


def _excluded(rule: Rule, workbook: Workbook) -> bool:
    """Whether a rule for forms without a member (`absent`) meets a form that has it."""
    if not rule.absent:
        return False
    role = next(iter(parse(rule.code, rule.holds, rule.when).operands.values())).role
    table = workbook.tables.get(role)
    return table is not None and any(table.has_member(axis, name) for axis, name in rule.absent.items())


def _partial(rule: Rule, workbook: Workbook) -> str:
    """The line in which nothing stands that sums follow from (`filled`), and what that means; '' where there is none."""
    role, _, name = rule.filled.partition(".")
    table = workbook.tables.get(role)
    if table is None or name not in table.columns:
        return ""
    blank = next((index for index in table.details() if table.number(name, index).value is None), None)
    if blank is not None:
        why = unreadable(table, name, blank) or f"{table.ref(name, blank)} 没有填{table.form.field(name).caption}"
        return f"{why}，合计算不全"
    fields = [item.name for item in parse(rule.code, rule.holds, rule.when).operands.values() if item.role == role]
    open_places = (
        table.ref(field, index)
        for field in fields
        if field in table.columns
        for index in table.details()
        if table.gives_nothing(field, index)
    )
    return next((f"{place} 还算不出，合计算不全" for place in open_places), "")


def _marker(rule: Rule, workbook: Workbook) -> Evaluated | None:
    """The figures of `at`, evaluated over the same instances, when the rule names a cell for its findings."""
    if not rule.at:
        return None
    try:
        return evaluate(msgspec.structs.replace(rule, holds=f"{rule.at} == 0", when="", at="", absent={}), workbook)
    except Unchecked:
        return None


@dataclass
class _Relation:
    """One rule's relations on one workbook, and how those that do not hold are said."""

    result: Evaluated
    workbook: Workbook
    coarse: dict[int, Decimal] = field(default_factory=dict)
    """How far rounding sets the sides of an instance apart, where that is more than is let pass."""
    broken: dict[tuple[str | int, ...], list[int]] = field(default_factory=dict)
    """For `together`: the instances that do not hold, by what they share."""

    @cached_property
    def marked(self) -> Evaluated | None:
        """The figures of the rule's `at`, evaluated only once something does not hold."""
        return _marker(self.result.rule, self.workbook)

    def group(self, instance: int) -> tuple[str | int, ...]:
        """What instances that make one finding have in common."""
        rule = self.result.rule
        return tuple(member for axis, member in self.result.instances[instance].items() if axis not in rule.together)

    def figure_at(self, instance: int) -> tuple[Figures, int, Ref] | None:
        """The figure, its instance and the cell at which a finding stands: `at`, else the first single figure, else the
        largest cell of the first operand."""
        candidates: list[tuple[Figures, int]] = []
        if self.marked is not None:
            wanted = self.result.instances[instance]
            for i, other in enumerate(self.marked.instances):
                if all(wanted.get(axis) == member for axis, member in other.items()):
                    candidates += [(figures, i) for figures in self.marked.figures.values()]
        own = list(self.result.figures.values())
        candidates += [(figures, instance) for figures in own if not figures.operand.aggregate]
        candidates += [(figures, instance) for figures in own if figures.operand.aggregate]
        for figures, i in candidates:
            refs = figures.refs(i)
            if refs:
                amounts = {figures.table.ref(*place): figures.table.amount(*place) for place in figures.places[i]}
                return figures, i, max(refs, key=lambda ref: abs(amounts[ref]))
        return None

    def senseless(self, instances: Sequence[int]) -> dict[int, str]:
        """Instances where the side that should be the greater is less than 0 (`不大于 -35`) by one typed negative figure, told
        at its own cell, or is 0 because 计算 has not filled it in yet: instance → why it cannot be checked."""
        result = self.result
        if result.operator not in _MIRRORED:
            return {}
        left, right = (result.left, result.parsed.left), (result.right, result.parsed.right)
        (upper, node), (lower, _) = (right, left) if result.operator[0] == "<" else (left, right)
        doubtful = [i for i in instances if upper.values[i] < 0 or (not upper.values[i] and lower.values[i] > 0)]
        texts = {ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.expr)} if doubtful else set()
        own = [figures for text, figures in result.figures.items() if text in texts]
        found = {}
        for i in doubtful:
            told, why = (_typed_negative, "是负数") if upper.values[i] < 0 else (self.uncomputed, "没有填")
            ref = next(filter(None, (told(figures, i) for figures in own)), None)
            if ref is not None:
                found[i] = f"{ref} {why}"
        return found

    def echoes(self, instances: Sequence[int], allowed: Mapping[int, Decimal]) -> dict[int, str]:
        """Instances that do not hold while an amount in them (`computed`) breaks its own formula, told at its cell: instance →
        why it cannot be checked."""
        result, (role, _, name) = self.result, self.result.rule.computed.partition(".")
        own = [f for f in result.figures.values() if (f.operand.role, f.operand.name) == (role, name)]
        found = {}
        for i in instances if own else ():
            if holds(result.operator, result.left.values[i], result.right.values[i], allowed[i]):
                continue
            for figures in own:
                wrong = miscomputed(self.workbook, figures.table, name, [index for _, index in figures.places[i]])
                if wrong:
                    found[i] = f"{figures.table.ref(name, wrong[0])} 与表内公式不符，改正后才能核对"
        return found

    def uncomputed(self, figures: Figures, instance: int) -> Ref | None:
        """The one cell compared with in which nothing stands yet that follows from others; the column's own rule says so."""
        table, places = figures.table, figures.places[instance]
        if not _blank(figures, instance) or table.form.field(places[0][0]).role != "computed":
            return None
        ref, placed = table.ref(*places[0]), self.figure_at(instance)
        return None if placed is not None and placed[2] == ref else ref

    def excused(self, instance: int) -> bool:
        """Whether the written answer that the rule accepts stands at the figure of the instance."""
        if not self.result.rule.excused:
            return False
        placed = self.figure_at(instance)
        if placed is None:
            return False
        anchor, at, _ = placed
        return bool(answers(self.result.rule, self.workbook, anchor.table, anchor.places[at][0][1]))

    def describe(self, instance: int) -> Finding | None:
        """The finding of an instance that does not hold; None where an earlier one speaks for it."""
        result = self.result
        rule = result.rule
        others = self.broken.get(self.group(instance), [instance]) if rule.together else [instance]
        if others[0] != instance:
            return None
        placed = self.figure_at(instance)
        if placed is None:
            return None
        anchor, at, ref = placed
        left, right = Decimal(result.left.values[instance]), Decimal(result.right.values[instance])
        message = rule.says or rule.name
        actual, expected, operator = left, right, result.operator
        if not self.on_left(anchor):  # the finding stands at the figure called “actual”
            actual, expected, operator = right, left, _MIRRORED.get(operator, operator)
        if operator == "==":
            standards = monthly_standards(self.workbook, anchor.table.form.role, anchor.operand.name)
            hint = clue(actual, expected, rule.unit, standards)
            if hint:
                message += f"：{hint}"
            elif abs(left - right) <= self.coarse.get(instance, -1):
                message += "：各格的万元数都四舍五入过，合起来差出 50 元以上；请填到小数点后 4 位"
        blank = _blank(anchor, at)
        if blank and operator != ">":  # a rule that asks for any number says itself that there is none
            message = f"没有填，按 0 核对：{message}"
        if len(others) > 1:
            message += f"（另有 {len(others) - 1} 个月也是如此）"
        stated = amount(actual, rule.unit)
        related = [_related(f, instance) for f in result.figures.values() if f.places[instance]]
        if blank:
            related = [r for r in related if (r.sheet, r.cell) != (ref.sheet, ref.cell)]
        return Finding(
            rule,
            ref.sheet,
            ref.cell,
            _related(anchor, at).label,
            message,
            expected=f"{_WORDS[operator]}{amount(expected, rule.unit)}",
            actual="（空白）" if blank else stated,
            difference=signed(actual - expected, rule.unit),
            unit=rule.unit,
            related=tuple(r for r in related if (r.sheet, r.cell, r.value) != (ref.sheet, ref.cell, stated)),
            order=(ref.row, ref.column),
        )

    def on_left(self, anchor: Figures) -> bool:
        """Whether the figure belongs to the left side: as an operand of it, or by being of the same form."""
        left = {ast.unparse(node) for node in ast.walk(self.result.parsed.left) if isinstance(node, ast.expr)}
        return any(
            text in left and (own is anchor or own.operand.role == anchor.operand.role)
            for text, own in self.result.figures.items()
        )


def _blank(figures: Figures, instance: int) -> bool:
    """Whether the figure is one cell in which nothing stands, which counts as 0."""
    places = figures.places[instance]
    return len(places) == 1 and figures.table.number(*places[0]).value is None


def _typed_negative(figures: Figures, instance: int) -> Ref | None:
    """The one cell read where a negative number was typed into it and none belongs there; a sum is compared all the same,
    the other cells in it may be wrong as well."""
    table, places = figures.table, figures.places[instance]
    if len(places) != 1 or table.amount(*places[0]) >= 0 or table.has_formula(*places[0]):
        return None
    key = table.keys[places[0][1]]
    if any(key[table.form.axes.index(axis)] == member for axis, member, _ in derived_members(table)):
        return None
    return table.ref(*places[0])


def _related(figures: Figures, instance: int) -> Related:
    """An operand in words: one figure by its label, several as `…之和（9格）`."""
    table = figures.table
    places = figures.places[instance]
    cells = figures.cells(instance)
    aggregate = figures.operand.aggregate
    unit = "人" if aggregate == "count" else figures.unit
    if len(places) == 1:
        label = table.label(*places[0])
    else:
        names = list(dict.fromkeys(name for name, _ in places))
        caption = table.columns[names[0]].column.caption if len(names) == 1 else "各月"
        keys = {table.keys[index] for _, index in places}
        first = next(iter(keys))
        common = [member for p, member in enumerate(first) if member != ALL and all(key[p] == member for key in keys)]
        label = f"{' '.join(common)} · {caption}{_KINDS.get(aggregate, '之和')}（{len(places)}格）".removeprefix(" · ")
    return Related(table.sheet.name, cells, label, amount(figures.values[instance], unit))
