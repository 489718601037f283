"""Reading the operands of a `holds` rule: which cells each of them means, and the numbers that stand there.

Which cells, follows from the rule and the rows of the tables alone (`plan`), and workbooks made from one template have the same
rows: it is worked out once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any, NamedTuple

from .expression import Operand, Parsed
from .form import ALL, Form, Key
from .pack import Pack
from .ref import Ref, compress
from .rule import Rule
from .table import Table
from .term import Term

ROW, MONTH = "行", "月"
Instance = dict[str, str | int]
"""One case of a rule: axis of `each` → member, `行` → record, `月` → number of the month."""
_ZERO = Decimal(0)

TROUBLES = {
    "text": "不是数",
    "error": "是错误值",
    "uncached": "的公式没有计算结果",
    "date": "是日期",
    "logical": "是逻辑值",
    "merged": "是跨了几格的合并单元格，分不出各格的数",
}


class Read(NamedTuple):
    """The figures an operand means in an instance: fields × records; `missing` is a row without which they are not all."""

    fields: tuple[str, ...]
    records: tuple[int, ...]
    missing: Key | None = None


class Plan(NamedTuple):
    """The instances of a rule, and per operand (by its text) what it reads in each; None: a field of the list's rows."""

    instances: list[Instance]
    reads: dict[str, list[Read] | None]
    sources: tuple[object, ...]
    """What the plan follows from, kept so that nothing else can take its place."""


class Places(Sequence[Sequence[tuple[str, int]]]):
    """Per instance the (field, record) pairs read, made when asked for."""

    def __init__(self, reads: Sequence[Read]) -> None:
        self.reads = reads

    def __len__(self) -> int:
        return len(self.reads)

    def __getitem__(self, instance: Any) -> Any:
        read = self.reads[instance]
        return [(name, index) for name in read.fields for index in read.records]


class _Rows(Sequence[Sequence[tuple[str, int]]]):
    """The same of one field over the rows of a list."""

    def __init__(self, name: str, rows: Sequence[int]) -> None:
        self.name = name
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, instance: Any) -> Any:
        return ((self.name, self.rows[instance]),)


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


def lacking(table: Table, keep: Sequence[bool] = ()) -> list[Key]:
    """Rows (or, with only some axes kept, totals of that level) that a grid should have and the sheet has not: sums over
    them would be wrong."""
    if table.is_list:
        return []
    known = ("lacking", *keep)
    if known not in table.memo:
        choices: list[list[str]] = []
        for position, axis in enumerate(table.form.axis):
            names = [
                member.name
                for member in axis.members
                if not member.closed
                and (not (member.optional or axis.default) or table.has_member(axis.name, member.name))
            ]
            choices.append(names if not keep or keep[position] else [ALL])
        table.memo[known] = [key for key in product(*choices) if key not in table.index]
    found: list[Key] = table.memo[known]
    return found


def lacks(table: Table, key: Key) -> str:
    """Why a figure cannot be read: its row is not there."""
    return f"“{table.sheet.name}”里没有“{table.label_of(key)}”"


def unreadable(table: Table, name: str, index: int) -> str:
    """Why a figure cannot be read: its cell holds no number; '' where it does, or is blank."""
    trouble = table.columns[name].numbers[index].trouble
    return f"{table.ref(name, index)} {TROUBLES.get(trouble, '不是数')}" if trouble else ""


_plans: dict[tuple[int, ...], Plan] = {}
_MOST_PLANS = 2_000


def plan(rule: Rule, parsed: Parsed, tables: Mapping[str, Table], pack: Pack, term: Term) -> Plan:
    """The plan of a rule over its tables (by role); kept for the next workbook unless a list, whose rows differ from school
    to school, takes part."""
    if any(table.is_list for table in tables.values()):
        return _Planner(rule, parsed, tables, pack, term).plan()
    sources = (rule, *(table.memo for table in tables.values()))
    known = tuple(map(id, sources))
    if known not in _plans:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        _plans[known] = _Planner(rule, parsed, tables, pack, term).plan()._replace(sources=sources)
    return _plans[known]


class _Planner:
    def __init__(self, rule: Rule, parsed: Parsed, tables: Mapping[str, Table], pack: Pack, term: Term) -> None:
        self.rule = rule
        self.parsed = parsed
        self.tables = tables
        self.pack = pack
        self.term = term
        self.instances: list[Instance] = []

    def plan(self) -> Plan:
        self.instances = list(self.domain())
        return Plan(self.instances, {text: self.reads(item) for text, item in self.parsed.operands.items()}, ())

    def domain(self) -> Iterator[Instance]:
        """The instances: members every form has in common on each axis of `each`, or the rows of the list."""
        choices: list[list[str | int]] = []
        for axis in self.rule.each:
            if axis == ROW:
                lists = [table for table in self.tables.values() if table.is_list]
                wanted = self.rule.where.get(lists[0].form.axes[0])
                choices.append([i for i in lists[0].details() if not wanted or lists[0].keys[i][0] in wanted])
                continue
            groups = [table.form.groups[axis] for table in self.tables.values() if axis in table.form.groups]
            if groups:
                choices.append(list(range(len(groups[0]))))
                continue
            members = self.members(axis, [table for table in self.tables.values() if axis in table.form.axes])
            wanted = self.rule.where.get(axis)
            choices.append([name for name in members if wanted is None or name in self.expand(wanted)])
        if len(choices) == 1:
            yield from ({self.rule.each[0]: choice} for choice in choices[0])
            return
        for combination in product(*choices):
            yield dict(zip(self.rule.each, combination, strict=True))

    def members(self, axis: str, tables: Iterable[Table]) -> list[str]:
        """Members of an axis that all tables know; optional ones only where they are printed, and none that the shape of a
        form does not have."""
        common: list[str] | None = None
        for table in tables:
            names = [
                member.name
                for member in table.form.axis_named(axis).members
                if not member.closed
                and (not member.optional or table.has_member(axis, member.name))
                and (table.shows(axis) or member.name == table.form.axis_named(axis).default)
            ]
            common = names if common is None else [name for name in common if name in names]
        return common or []

    def expand(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Members of a filter, policy lists (`@助学金年级`) spelled out."""
        found: list[str] = []
        for name in wanted:
            if name.startswith("@"):
                found += self.pack.policy.values(name[1:], self.term)
            else:
                found.append(name)
        return tuple(found)

    def reads(self, operand: Operand) -> list[Read] | None:
        table = self.tables[operand.role]
        form = table.form
        names = form.groups.get(operand.name, (operand.name,))
        filters = {axis: self.expand(members) for axis, members in operand.filters}
        by_row = ROW in self.rule.each
        if not operand.aggregate and by_row and table.is_list and len(names) == 1:
            return None
        grouped: dict[Key, tuple[int, ...]] = {}
        missing: dict[Key, Key] = {}
        shared = [axis for axis in form.axes if axis in self.rule.each]
        if operand.aggregate:
            positions = [form.axes.index(axis) for axis in shared]
            limits = self.limits(form, filters)
            known = (tuple(positions), limits)
            if known not in table.memo:
                table.memo[known] = _grouped(table, positions, limits)
            grouped, missing = table.memo[known]
        # One object for the same figures, so that they are read once.
        same: dict[Read, Read] = {}
        found = []
        for instance in self.instances:
            fields = (names[int(instance[MONTH])],) if len(names) > 1 and MONTH in instance else names
            if operand.aggregate:
                group = tuple(str(instance[axis]) for axis in shared)
                read = Read(fields, grouped.get(group, ()), missing.get(group))
            else:
                key = self.key(form, instance, filters)
                index = table.index.get(key)
                read = Read(fields, (), key) if index is None else Read(fields, (index,))
            found.append(same.setdefault(read, read))
        return found

    def limits(self, form: Form, filters: dict[str, tuple[str, ...]]) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Position of an axis → members counted: those of the filters and, on axes nobody names, the default member."""
        limits = [(position, filters[axis]) for position, axis in enumerate(form.axes) if axis in filters]
        for position, axis in enumerate(form.axis):
            if axis.default and axis.name not in filters and axis.name not in self.rule.each:
                limits.append((position, (axis.default,)))
        return tuple(limits)

    def key(self, form: Form, instance: Instance, filters: dict[str, tuple[str, ...]]) -> Key:
        return tuple(
            str(instance[axis.name])
            if axis.name in instance
            else filters[axis.name][0]
            if axis.name in filters
            else axis.default or ALL
            for axis in form.axis
        )


def _grouped(
    table: Table, positions: Sequence[int], limits: Sequence[tuple[int, tuple[str, ...]]]
) -> tuple[dict[Key, tuple[int, ...]], dict[Key, Key]]:
    """Detail records within the limits by their members at the positions, and of each group a row that is missing."""
    grouped: dict[Key, list[int]] = {}
    missing: dict[Key, Key] = {}
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
    return {group: tuple(records) for group, records in grouped.items()}, missing


def gather(operand: Operand, table: Table, plan: Plan, reads: Sequence[Read] | None) -> Figures:
    """The figures of an operand over the instances of a plan, read from a table."""
    name = table.form.groups.get(operand.name, (operand.name,))[0]
    figures = Figures(operand, table, [], unit=table.columns[name].column.unit)
    if reads is None:
        _read_rows(figures, name, [int(instance[ROW]) for instance in plan.instances])
        return figures
    figures.places = Places(reads)
    first: dict[int, int] = {}
    for number, read in enumerate(reads):
        earlier = first.setdefault(id(read), number)
        if earlier == number:
            _read(figures, number, read)
            continue
        figures.values.append(figures.values[earlier])
        if earlier in figures.slack:
            figures.slack[number] = figures.slack[earlier]
        if earlier in figures.bad:
            figures.bad[number] = figures.bad[earlier]
    return figures


def _read_rows(figures: Figures, name: str, rows: list[int]) -> None:
    """One field of the list's rows, row by row."""
    column = figures.table.columns[name]
    figures.values = list(map(column.amounts.__getitem__, rows))
    if column.troubled:
        figures.bad = {
            at: unreadable(figures.table, name, index) for at, index in enumerate(rows) if column.numbers[index].trouble
        }
    if column.slack:
        figures.slack = {at: column.slack[index] for at, index in enumerate(rows) if index in column.slack}
    figures.places = _Rows(name, rows)


def _read(figures: Figures, number: int, read: Read) -> None:
    """The figure of one instance: the sum, count or peak of what is read."""
    table, aggregate = figures.table, figures.operand.aggregate
    total, slack, peak = _ZERO, _ZERO, _ZERO
    if read.missing is not None:
        figures.bad[number] = lacks(table, read.missing)
    for name in read.fields:
        column = table.columns[name]
        if aggregate == "peak":
            peak, total = max(peak, total), _ZERO
        if column.troubled:
            for index in read.records:
                if column.numbers[index].trouble:
                    figures.bad[number] = unreadable(table, name, index)
        several = len(read.records) > 1
        amounts = column.precise if several else column.amounts
        values = list(map(amounts.__getitem__, read.records))
        if aggregate == "count":
            total += sum(value > 0 for value in values)
            continue
        total += values[0] if len(values) == 1 else sum(values, _ZERO)
        if column.slack and read.records:
            slack += column.loose(read.records) if several else column.slack.get(read.records[0], _ZERO)
    figures.values.append(max(peak, total) if aggregate == "peak" else total)
    if slack:
        figures.slack[number] = slack
