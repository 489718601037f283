"""Confronting a `holds` rule with a workbook: both sides over all instances at once, with the cells they were read from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .bind import Workbook
from .expression import COMPARISONS, Operand, Parsed, called, parse
from .gather import Figures, Instance, gather, plan
from .rule import Rule
from .table import Table

MONTHS_IN_TERM = Decimal(5)
_ZERO = Decimal(0)


class Unchecked(Exception):
    """The rule cannot be evaluated on this workbook; the message says why, in Chinese."""


@dataclass
class Vector:
    """A number per instance with its slack."""

    values: Sequence[Decimal | bool]
    slack: dict[int, Decimal] = field(default_factory=dict)


@dataclass
class Evaluated:
    """A rule confronted with a workbook: instances, both sides, and the figures read."""

    rule: Rule
    parsed: Parsed
    instances: list[Instance]
    left: Vector
    right: Vector
    figures: dict[str, Figures]
    active: list[bool]
    """False where `when` excludes the instance."""
    bad: dict[int, str]
    """Instance → why it cannot be checked."""

    @property
    def operator(self) -> str:
        return self.parsed.operator


def evaluate(rule: Rule, workbook: Workbook) -> Evaluated:
    """Confront one `holds` rule with a workbook.  Raises Unchecked when an operand's form or column is not there."""
    parsed = parse(rule.code, rule.holds, rule.when)
    run = _Run(rule, parsed, workbook)
    return run.evaluate()


class _Run:
    def __init__(self, rule: Rule, parsed: Parsed, workbook: Workbook) -> None:
        self.rule = rule
        self.parsed = parsed
        self.workbook = workbook
        self.instances: list[Instance] = []
        self.figures: dict[str, Figures] = {}

    def evaluate(self) -> Evaluated:
        operands = self.parsed.operands
        tables = {operand.role: self.table(operand) for operand in operands.values()}
        planned = plan(self.rule, self.parsed, tables, self.workbook.pack, self.workbook.term)
        self.instances = planned.instances
        for text, operand in operands.items():
            self.figures[text] = gather(operand, tables[operand.role], planned, planned.reads[text])
        active = [True] * len(self.instances)
        if self.parsed.when is not None:
            active = [bool(value) for value in self.value(self.parsed.when).values]
        bad: dict[int, str] = {}
        for text, figures in self.figures.items():
            for instance, why in figures.bad.items():
                if active[instance] or text in self.parsed.condition:
                    bad.setdefault(instance, why)
        return Evaluated(
            self.rule,
            self.parsed,
            self.instances,
            self.value(self.parsed.left),
            self.value(self.parsed.right),
            self.figures,
            active,
            bad,
        )

    def table(self, operand: Operand) -> Table:
        table = self.workbook.tables.get(operand.role)
        if table is None:
            form = next((form for form in self.workbook.forms if form.role == operand.role), None)
            raise Unchecked(f"没有《{form.name if form else operand.role}》")
        names = table.form.groups.get(operand.name, (operand.name,))
        for name in names:
            if name not in table.columns:
                caption = table.form.field(name).caption if table.form.has(name) else name
                raise Unchecked(f"“{table.sheet.name}”里没有找到“{caption}”这一列")
        return table

    def value(self, node: ast.expr) -> Vector:
        """Evaluate a node for all instances; `expression.parse` lets only these kinds through."""
        text = self.parsed.texts.get(node)
        if text is not None:
            figures = self.figures[text]
            return Vector(figures.values, figures.slack)
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.Compare):
            left, right = self.value(node.left).values, self.value(node.comparators[0]).values
            test = _TESTS[COMPARISONS[type(node.ops[0])]]
            return Vector([test(a, b) for a, b in zip(left, right, strict=True)])
        if isinstance(node, ast.BoolOp):
            join = all if isinstance(node.op, ast.And) else any
            parts = [self.value(value).values for value in node.values]
            return Vector([join(group) for group in zip(*parts, strict=True)])
        if isinstance(node, ast.Name):
            return Vector(self.standard(node.id))
        if isinstance(node, ast.Call):
            if called(node) == "highest":
                return Vector([self.highest(ast.unparse(node.args[0]))] * len(self.instances))
            inner = self.value(node.args[0])
            return Vector([abs(Decimal(value)) for value in inner.values], inner.slack)
        assert isinstance(node, ast.Constant)
        return Vector([Decimal(str(node.value))] * len(self.instances))

    def binary(self, node: ast.BinOp) -> Vector:
        left, right = self.value(node.left), self.value(node.right)
        operation = _OPERATIONS[type(node.op)]
        a, b = left.values, right.values
        if not left.slack and not right.slack and _constant(a) and _constant(b):
            return Vector([operation(Decimal(a[0]), Decimal(b[0]))] * len(a))
        values = [operation(x, y) for x, y in zip(a, b, strict=True)]  # type: ignore[arg-type]
        slack: dict[int, Decimal] = {}
        for index in {*left.slack, *right.slack}:
            x, y = left.slack.get(index, _ZERO), right.slack.get(index, _ZERO)
            if isinstance(node.op, ast.Add | ast.Sub):
                slack[index] = x + y
            elif isinstance(node.op, ast.Mult):
                slack[index] = x * abs(Decimal(b[index])) + y * abs(Decimal(a[index]))
            else:
                slack[index] = x / abs(Decimal(b[index]))
        return Vector(values, slack)

    def standard(self, name: str) -> list[Decimal]:
        if name == "月数":
            return [MONTHS_IN_TERM] * len(self.instances)
        policy, term = self.workbook.pack.policy, self.workbook.term
        narrowing = [axis for axis in self.rule.each if axis in policy.keys_of(name)]
        known: dict[tuple[str, ...], Decimal] = {}
        values: list[Decimal] = []
        for instance in self.instances:
            members = tuple(str(instance[axis]) for axis in narrowing)
            if members not in known:
                keys = {"隶属": self.workbook.set, **dict(zip(narrowing, members, strict=True))}
                standard = policy.lookup(name, term, keys)
                if standard is None:
                    raise Unchecked(f"政策数据里没有{term.title}的“{name}”")
                known[members] = standard.amount
            values.append(known[members])
        return values

    def highest(self, name: str) -> Decimal:
        policy = self.workbook.pack.policy
        amounts = [
            item.amount
            for item in policy.standard
            if item.name == name and item.keys.get("隶属", self.workbook.set) == self.workbook.set
        ]
        if not amounts:
            raise Unchecked(f"政策数据里没有“{name}”")
        return max(amounts)


def _constant(values: Sequence[Decimal | bool]) -> bool:
    """Whether all are the very same object, as constants and single standards are."""
    return bool(values) and values[0] is values[-1] and all(value is values[0] for value in values)


_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
_TESTS: dict[str, Callable[[Decimal | bool, Decimal | bool], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
