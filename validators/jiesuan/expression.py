"""The language of `holds`: names, numbers, + - * / %, comparisons, `sum count max abs`, read with `ast` and evaluated on
whole tables at once.

    免学费.补助金额                  the one figure with the keys of `each`; other axes at their total (or default member)
    sum(免学费.补助金额, 年级=助学金年级)   over the detail rows that agree with `each` and the filters
    免学费.月                       one of the five months (`月` in `each`), or under sum() all of them
    peak(生均.月)                   the largest of the months' sums
    助学金月标准                    a policy standard; 月数 = 5
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import product

from .bind import Workbook
from .form import ALL, Form
from .ref import Ref, compress
from .rule import Rule
from .table import Table

ROW = "行"
MONTHS_IN_TERM = Decimal(5)
_ZERO = Decimal(0)
_COMPARE = {ast.Eq: "==", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">", ast.NotEq: "!="}
_AGGREGATES = ("sum", "count", "max", "peak")


class ExpressionError(ValueError):
    """A rule that cannot be read; the message names the rule."""


class Unchecked(Exception):
    """The rule cannot be evaluated on this workbook; the message says why, in Chinese."""


@dataclass(frozen=True)
class Operand:
    """One reference in an expression: a figure or an aggregate of figures."""

    role: str
    name: str
    aggregate: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass
class Figures:
    """An operand over all instances: value, typed-rounding slack and cells per instance; `bad[i]` says why not."""

    operand: Operand
    table: Table
    values: list[Decimal]
    slack: dict[int, Decimal] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    places: list[list[tuple[str, int]]] = field(default_factory=list)
    """Per instance the (field, record) pairs read."""
    unit: str = ""

    def refs(self, instance: int) -> list[Ref]:
        """The cells read for an instance, in order."""
        found = [self.table.ref(name, index) for name, index in self.places[instance]]
        return sorted({ref for ref in found if ref is not None})

    def cells(self, instance: int) -> str:
        """The cells as Excel areas."""
        return compress((ref.row, ref.column) for ref in self.refs(instance))


@dataclass(frozen=True)
class Parsed:
    """A rule's expressions, parsed once."""

    left: ast.expr
    operator: str
    right: ast.expr
    when: ast.expr | None
    operands: dict[str, Operand]
    """By source text, in order of appearance."""


@lru_cache(maxsize=1024)
def parse(code: str, holds: str, when: str) -> Parsed:
    """Parse `holds` and `when`.  Raises ExpressionError naming the rule."""
    tree = _tree(code, holds)
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARE:
        raise ExpressionError(f"{code}：holds 必须是一个比较，例如 A == B：{holds}")
    condition = _tree(code, when) if when else None
    operands: dict[str, Operand] = {}
    for node in (tree, condition):
        if node is not None:
            for part in _operand_nodes(node):
                operands[ast.unparse(part)] = _operand(code, part)
    return Parsed(tree.left, _COMPARE[type(tree.ops[0])], tree.comparators[0], condition, operands)


def _tree(code: str, text: str) -> ast.expr:
    try:
        return ast.parse(" ".join(text.split()), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{code}：写法不对：{text}") from error


def _operand_nodes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Attribute) or (isinstance(node, ast.Call) and _called(node) in (*_AGGREGATES, "at")):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _operand_nodes(child)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _operand(code: str, node: ast.expr) -> Operand:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return Operand(node.value.id, node.attr)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        inner = node.args[0]
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            filters = tuple((keyword.arg or "", _filter(code, keyword.value)) for keyword in node.keywords)
            aggregate = "" if _called(node) == "at" else _called(node)
            return Operand(inner.value.id, inner.attr, aggregate, filters)
    raise ExpressionError(f"{code}：不认识的写法 {ast.unparse(node)}")


def _filter(code: str, node: ast.expr) -> tuple[str, ...]:
    """A filter: one member, several, or (a bare name) a dated policy list, kept as `@name`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.Name):
        return ("@" + node.id,)
    if isinstance(node, ast.Tuple):
        return tuple(name for item in node.elts for name in _filter(code, item))
    raise ExpressionError(f"{code}：筛选条件写法不对 {ast.unparse(node)}")


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
        if self.parsed.when is not None:
            active = [bool(value) for value in self.value(self.parsed.when).values]
        bad: dict[int, str] = {}
        for figures in self.figures.values():
            for instance, why in figures.bad.items():
                if active[instance]:
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
        details = table.details() if operand.aggregate else []
        grouped: dict[tuple[str, ...], list[int]] = {}
        shared = [axis for axis in form.axes if axis in self.rule.each]
        if operand.aggregate and ROW not in self.rule.each:
            positions = [form.axes.index(axis) for axis in shared]
            for chosen in self.matching(form, details, table, filters):
                grouped.setdefault(tuple(table.keys[chosen][p] for p in positions), []).append(chosen)
        index: int | None
        for number, instance in enumerate(self.instances):
            fields = (names[int(instance["月"])],) if len(names) > 1 and "月" in instance else names
            if operand.aggregate:
                indices = grouped.get(tuple(str(instance[axis]) for axis in shared), [])
            elif ROW in instance and table.is_list:
                indices = [int(instance[ROW])]
            else:
                key = self.key(form, instance, filters)
                index = table.index.get(key)
                indices = [] if index is None else [index]
                if index is None:
                    figures.bad[number] = f"“{table.sheet.name}”里没有“{table.label_of(key)}”"
            self.read(figures, number, fields, indices)
        return figures

    def matching(
        self, form: Form, details: Sequence[int], table: Table, filters: dict[str, tuple[str, ...]]
    ) -> list[int]:
        limits = [(position, filters[axis]) for position, axis in enumerate(form.axes) if axis in filters]
        for position, axis in enumerate(form.axis):
            if axis.default and axis.name not in filters and axis.name not in self.rule.each:
                limits.append((position, (axis.default,)))
        return [index for index in details if all(table.keys[index][p] in names for p, names in limits)]

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
                    figures.bad[number] = f"{ref} {_TROUBLES.get(found.trouble, '不是数')}"
                value = found.value
                if value is None:
                    continue
                if aggregate == "count":
                    total += value > 0
                elif aggregate == "max":
                    total = max(total, value)
                else:
                    total += value
                    if index in column.slack:
                        slack += column.slack[index]
        figures.values.append(max(peak, total) if aggregate == "peak" else total)
        if slack:
            figures.slack[number] = slack
        figures.places.append([(name, index) for name in fields for index in indices])

    def value(self, node: ast.expr) -> Vector:
        """Evaluate a node for all instances."""
        text = ast.unparse(node)
        if text in self.figures:
            figures = self.figures[text]
            return Vector(figures.values, figures.slack)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return Vector([Decimal(str(node.value))] * len(self.instances))
        if isinstance(node, ast.Name):
            return Vector(self.standard(node.id))
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            a, b = self.value(node.left).values, self.value(node.comparators[0]).values
            test = _TESTS[_COMPARE[type(node.ops[0])]]
            tested: list[Decimal | bool] = [test(x, y) for x, y in zip(a, b, strict=True)]
            return Vector(tested)
        if isinstance(node, ast.BoolOp):
            parts = [self.value(value).values for value in node.values]
            if isinstance(node.op, ast.And):
                return Vector([all(group) for group in zip(*parts, strict=True)])
            return Vector([any(group) for group in zip(*parts, strict=True)])
        if isinstance(node, ast.Call) and _called(node) == "abs":
            inner = self.value(node.args[0])
            return Vector([abs(Decimal(value)) for value in inner.values], inner.slack)
        if isinstance(node, ast.Call) and _called(node) == "highest" and isinstance(node.args[0], ast.Name):
            return Vector([self.highest(node.args[0].id)] * len(self.instances))
        raise ExpressionError(f"{self.rule.code}：不认识的写法 {text}")

    def binary(self, node: ast.BinOp) -> Vector:
        left, right = self.value(node.left), self.value(node.right)
        try:
            operation = _OPERATIONS[type(node.op)]
        except KeyError:
            raise ExpressionError(f"{self.rule.code}：不认识的运算 {ast.unparse(node)}") from None
        a, b = [Decimal(x) for x in left.values], [Decimal(x) for x in right.values]
        values = [operation(x, y) for x, y in zip(a, b, strict=True)]
        slack: dict[int, Decimal] = {}
        for index in {*left.slack, *right.slack}:
            x, y = left.slack.get(index, _ZERO), right.slack.get(index, _ZERO)
            if isinstance(node.op, ast.Add | ast.Sub):
                slack[index] = x + y
            elif isinstance(node.op, ast.Mult):
                slack[index] = x * abs(b[index]) + y * abs(a[index])
            elif isinstance(node.op, ast.Div):
                slack[index] = x / abs(b[index])
        return Vector(values, slack)

    def standard(self, name: str) -> list[Decimal]:
        if name == "月数":
            return [MONTHS_IN_TERM] * len(self.instances)
        policy, term = self.workbook.pack.policy, self.workbook.term
        values: list[Decimal] = []
        for instance in self.instances:
            keys = {"隶属": self.workbook.set, **{axis: str(member) for axis, member in instance.items()}}
            standard = policy.lookup(name, term, keys)
            if standard is None:
                raise Unchecked(f"政策数据里没有{term.title}的“{name}”")
            values.append(standard.amount)
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


_TROUBLES = {
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
    ast.Mod: lambda a, b: a % b,
}
_TESTS: dict[str, Callable[[Decimal | bool, Decimal | bool], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}
