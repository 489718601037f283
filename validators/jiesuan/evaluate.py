"""Confronting a `holds` rule with a workbook: both sides over all instances at once, with the cells they were read from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

from .bind import Workbook
from .expression import COMPARISONS, Operand, Parsed, called, parse
from .form import ALL, Form, Key
from .ref import Ref, compress
from .rule import Rule
from .table import Table

ROW = "行"
MONTHS_IN_TERM = Decimal(5)
_ZERO = Decimal(0)


class Unchecked(Exception):
    """The rule cannot be evaluated on this workbook; the message says why, in Chinese."""


@dataclass
class Figures:
    """An operand over all instances: value, typed-rounding slack and cells per instance; `bad[i]` says why not."""

    operand: Operand
    table: Table
    values: list[Decimal]
    slack: dict[int, Decimal] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    places: Sequence[Sequence[tuple[str, int]]] = ()
    """Per instance the (field, record) pairs read."""
    unit: str = ""

    def refs(self, instance: int) -> list[Ref]:
        """The cells read for an instance, in order."""
        found = [self.table.ref(name, index) for name, index in self.places[instance]]
        return sorted({ref for ref in found if ref is not None})

    def cells(self, instance: int) -> str:
        """The cells as Excel areas."""
        return compress((ref.row, ref.column) for ref in self.refs(instance))


class _Rows(Sequence[tuple[tuple[str, int]]]):
    """`Figures.places` of one field over the rows of a list, made when asked for."""

    def __init__(self, name: str, rows: Sequence[int]) -> None:
        self.name = name
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, instance: Any) -> Any:
        return ((self.name, self.rows[instance]),)


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
    instances: list[dict[str, str | int]]
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


def lacking(table: Table, keep: Sequence[bool] = ()) -> list[Key]:
    """Rows (or, with only some axes kept, totals of that level) that a grid should have and the sheet has not: sums over
    them would be wrong."""
    if table.is_list:
        return []
    choices: list[list[str]] = []
    for position, axis in enumerate(table.form.axis):
        names = [
            member.name
            for member in axis.members
            if not member.closed and (not (member.optional or axis.default) or table.has_member(axis.name, member.name))
        ]
        choices.append(names if not keep or keep[position] else [ALL])
    return [key for key in product(*choices) if key not in table.index]


def lacks(table: Table, key: Key) -> str:
    """Why a figure cannot be read: its row is not there."""
    return f"“{table.sheet.name}”里没有“{table.label_of(key)}”"


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
        self.instances: list[dict[str, str | int]] = []
        self.figures: dict[str, Figures] = {}

    def evaluate(self) -> Evaluated:
        for operand in self.parsed.operands.values():
            self.table(operand)
        self.instances = list(self.domain())
        for text, operand in self.parsed.operands.items():
            self.figures[text] = self.gather(operand)
        active = [True] * len(self.instances)
        condition = ""
        if self.parsed.when is not None:
            active = [bool(value) for value in self.value(self.parsed.when).values]
            condition = ast.unparse(self.parsed.when)
        bad: dict[int, str] = {}
        for text, figures in self.figures.items():
            for instance, why in figures.bad.items():
                if active[instance] or text in condition:
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

    def domain(self) -> Iterator[dict[str, str | int]]:
        """The instances: members every form has in common on each axis of `each`, or the rows of the list."""
        tables = {operand.role: self.table(operand) for operand in self.parsed.operands.values()}
        choices: list[list[str | int]] = []
        for axis in self.rule.each:
            if axis == ROW:
                lists = [table for table in tables.values() if table.is_list]
                wanted = self.rule.where.get(lists[0].form.axes[0])
                choices.append([i for i in lists[0].details() if not wanted or lists[0].keys[i][0] in wanted])
                continue
            groups = [table.form.groups[axis] for table in tables.values() if axis in table.form.groups]
            if groups:
                choices.append(list(range(len(groups[0]))))
                continue
            members = self.members(axis, [table for table in tables.values() if axis in table.form.axes])
            wanted = self.rule.where.get(axis)
            choices.append([name for name in members if wanted is None or name in self.expand(wanted)])
        for combination in product(*choices):
            yield dict(zip(self.rule.each, combination, strict=True))

    def members(self, axis: str, tables: list[Table]) -> list[str]:
        """Members of an axis that all tables know; optional ones only where they are printed."""
        common: list[str] | None = None
        for table in tables:
            names = [
                member.name
                for member in table.form.axis_named(axis).members
                if not member.closed and (not member.optional or table.has_member(axis, member.name))
            ]
            common = names if common is None else [name for name in common if name in names]
        return common or []

    def expand(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Members of a filter, policy lists (`@助学金年级`) spelled out."""
        found: list[str] = []
        for name in wanted:
            if name.startswith("@"):
                found += self.workbook.pack.policy.values(name[1:], self.workbook.term)
            else:
                found.append(name)
        return tuple(found)

    def gather(self, operand: Operand) -> Figures:
        table = self.table(operand)
        form = table.form
        names = form.groups.get(operand.name, (operand.name,))
        figures = Figures(operand, table, [], unit=table.columns[names[0]].column.unit)
        filters = {axis: self.expand(members) for axis, members in operand.filters}
        grouped: dict[tuple[str, ...], list[int]] = {}
        missing: dict[tuple[str, ...], Key] = {}
        shared = [axis for axis in form.axes if axis in self.rule.each]
        if operand.aggregate and ROW not in self.rule.each:
            positions = [form.axes.index(axis) for axis in shared]
            limits = self.limits(form, filters)
            known = (tuple(positions), limits)
            if known not in table.memo:
                table.memo[known] = _grouped(table, positions, limits)
            grouped, missing = table.memo[known]
        if not operand.aggregate and ROW in self.rule.each and table.is_list and len(names) == 1:
            self.read_rows(figures, names[0])
            return figures
        index: int | None
        places: list[list[tuple[str, int]]] = []
        read: dict[tuple[str, ...], int] = {}
        group: tuple[str, ...] = ()
        for number, instance in enumerate(self.instances):
            fields = (names[int(instance["月"])],) if len(names) > 1 and "月" in instance else names
            if operand.aggregate:
                group = tuple(str(instance[axis]) for axis in shared)
                indices = grouped.get(group, [])
                if group in missing:
                    figures.bad[number] = lacks(table, missing[group])
            else:
                key = self.key(form, instance, filters)
                index = table.index.get(key)
                indices = [] if index is None else [index]
                if index is None:
                    figures.bad[number] = lacks(table, key)
            if operand.aggregate and not (len(names) > 1 and "月" in instance):
                # The same sum for each of the months: read once.
                earlier = read.setdefault(group, number)
                if earlier != number:
                    figures.values.append(figures.values[earlier])
                    if earlier in figures.slack:
                        figures.slack[number] = figures.slack[earlier]
                    if earlier in figures.bad:
                        figures.bad[number] = figures.bad[earlier]
                    places.append(places[earlier])
                    continue
            self.read(figures, number, fields, indices)
            places.append([(name, index) for name in fields for index in indices])
        figures.places = places
        return figures

    def read_rows(self, figures: Figures, name: str) -> None:
        """One field of the list's rows, row by row."""
        rows = [int(instance[ROW]) for instance in self.instances]
        column = figures.table.columns[name]
        for number, index in enumerate(rows):
            found = column.numbers[index]
            if found.trouble:
                figures.bad[number] = f"{figures.table.ref(name, index)} {TROUBLES.get(found.trouble, '不是数')}"
            if index in column.slack:
                figures.slack[number] = column.slack[index]
            figures.values.append(_ZERO if found.value is None else found.value)
        figures.places = _Rows(name, rows)

    def limits(self, form: Form, filters: dict[str, tuple[str, ...]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Position of an axis → members counted: those of the filters and, on axes nobody names, the default member."""
        limits = [(position, filters[axis]) for position, axis in enumerate(form.axes) if axis in filters]
        for position, axis in enumerate(form.axis):
            if axis.default and axis.name not in filters and axis.name not in self.rule.each:
                limits.append((position, (axis.default,)))
        return tuple(limits)

    def key(self, form: Form, instance: dict[str, str | int], filters: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(
            str(instance[axis.name])
            if axis.name in instance
            else filters[axis.name][0]
            if axis.name in filters
            else axis.default or ALL
            for axis in form.axis
        )

    def read(self, figures: Figures, number: int, fields: Sequence[str], indices: Sequence[int]) -> None:
        table = figures.table
        total, slack, peak = _ZERO, _ZERO, _ZERO
        aggregate = figures.operand.aggregate
        for name in fields:
            column = table.columns[name]
            if aggregate == "peak":
                peak, total = max(peak, total), _ZERO
            for index in indices:
                found = column.numbers[index]
                if found.trouble:
                    ref = table.ref(name, index)
                    figures.bad[number] = f"{ref} {TROUBLES.get(found.trouble, '不是数')}"
                value = found.value
                if value is None:
                    continue
                if aggregate == "count":
                    total += value > 0
                else:
                    total += value
                    if index in column.slack:
                        slack += column.slack[index]
        figures.values.append(max(peak, total) if aggregate == "peak" else total)
        if slack:
            figures.slack[number] = slack

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


def _grouped(
    table: Table, positions: Sequence[int], limits: Sequence[tuple[int, tuple[str, ...]]]
) -> tuple[dict[tuple[str, ...], list[int]], dict[tuple[str, ...], Key]]:
    """Detail records within the limits by their members at the positions, and of each group a row that is missing."""
    grouped: dict[tuple[str, ...], list[int]] = {}
    missing: dict[tuple[str, ...], Key] = {}
    every = tuple(positions) == tuple(range(len(table.form.axes))) and not limits
    for index in table.details():
        key = table.keys[index]
        if every:
            grouped.setdefault(key, []).append(index)
        elif all(key[p] in names for p, names in limits):
            grouped.setdefault(tuple(key[p] for p in positions), []).append(index)
    for key in lacking(table):
        if all(key[p] in names for p, names in limits):
            missing.setdefault(tuple(key[p] for p in positions), key)
    return grouped, missing


TROUBLES = {
    "text": "不是数",
    "error": "是错误值",
    "uncached": "的公式没有计算结果",
    "date": "是日期",
    "logical": "是逻辑值",
}
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
