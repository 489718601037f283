"""Checks of what a form computes: column formulas, totals, derived members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from ..bind import Workbook
from ..calculate import derived_members, total_addends
from ..form import ALL, Column, Key
from ..formula import parse_formula
from ..gather import lacking, lacks, unreadable
from ..number import WIDEST_ROUNDING
from ..ref import Ref
from ..report import Finding, Related, amount
from ..table import BoundColumn, Table
from .context import Context, clue, monthly_standards, related, several, signed
from .ledger import NOISE, noise

_ZERO = Decimal(0)


def column_formulas(context: Context) -> None:
    """Every row: the printed column formula holds for the figures as they stand (F101, F301, F302 …)."""
    for table in context.tables():
        for name in context.rule.field:
            if not context.bound(table, name):
                continue
            column = table.form.field(name)
            formula = context.workbook.pack.formula(table.form, column)
            fields = [n for n in formula.names if table.form.has(n)]
            if not context.bound(table, *fields):
                continue
            _column(context, table, column, fields)


def _column(context: Context, table: Table, column: Column, fields: list[str]) -> None:
    records: list[int] = []
    left: list[Decimal] = []
    right: list[Decimal] = []
    settled: dict[int, bool] = {}
    addends = dict(total_addends(table))
    total = table.is_total
    simple = all(table.form.field(n).role != "standard" for n in fields)
    derived = {(table.form.axes.index(axis), member) for axis, member, _ in derived_members(table)}
    own = [table.columns[name].cells for name in (column.name, *fields)]
    blank = any(None in cells for cells in own)
    wanted: list[int] = []
    for index, key in enumerate(table.keys):
        if blank and any(cells[index] is None for cells in own):
            continue
        if derived and any(key[position] == member for position, member in derived):
            continue
        if (simple or not fields) and total(index):
            continue  # every cell of a total row is checked as a sum; only products need to agree as well (D2)
        wanted.append(index)
    due, lacking_name = _due(context.workbook, table, column, wanted)
    if lacking_name:
        context.ledger.cannot(context.rule, f"政策数据里没有{context.workbook.term.title}的“{lacking_name}”")
        return
    stated, slack = table.columns[column.name].amounts, table.columns[column.name].slack
    for index, result in zip(wanted, due, strict=True):
        if not context.readable(table, index, column.name, *fields):
            continue
        if total(index):
            if not _sound(table, index, [column.name, *fields], settled, addends):
                continue  # a wrong row or sum below is reported there
            if any(i in slack for i in addends.get(index, ())):
                continue  # the sum of rounded figures, each of them checked, is as good as the product
        elif not simple:
            settled[index] = abs(stated[index] - result) <= NOISE + slack.get(index, _ZERO)
        records.append(index)
        left.append(stated[index])
        right.append(result)
    operands = fields
    compare(context, table, column, records, left, right, None, lambda i: [(n, i) for n in operands], column.formula)


def _due(workbook: Workbook, table: Table, column: Column, records: list[int]) -> tuple[list[Decimal], str]:
    """What the printed formula of a column gives for records, from the figures as they stand; or the name of a standard
    that policy does not give for the term."""
    pack, term = workbook.pack, workbook.term
    formula = pack.formula(table.form, column)
    values: dict[str, list[Decimal]] = {}
    for name in formula.names:
        if table.form.has(name):
            values[name] = table.amounts(name, records)
            continue
        found = [pack.policy.lookup(name, term, pack.keys(table.form, table.keys[index])) for index in records]
        values[name] = [standard.amount for standard in found if standard is not None]
        if None in found:
            return [], name
    return formula.over(values, len(records)), ""


def miscomputed(workbook: Workbook, table: Table, name: str, records: list[int]) -> list[int]:
    """The records whose amount is not what the printed formula of its column gives from figures that can be read."""
    column = table.form.field(name)
    parts = [part for part in workbook.pack.formula(table.form, column).names if table.form.has(part)]
    if not parts or any(part not in table.columns for part in parts):
        return []
    own = [i for i in records if not any(table.number(part, i).trouble for part in (name, *parts))]
    due, _ = _due(workbook, table, column, own)
    bound = table.columns[name]
    pairs = zip(own, due, strict=False)
    return [i for i, amount in pairs if abs(bound.amounts[i] - amount) > NOISE + bound.slack.get(i, _ZERO)]


def unround(workbook: Workbook) -> None:
    """Find the exact amounts behind typed, rounded ones, so that what many cells were rounded by does not add up: a row
    tells what its own formula gives, a total what its rows give.  Only where the typed amount is that one, rounded."""
    for table in workbook.tables.values():
        derived = {(table.form.axes.index(axis), member) for axis, member, _ in derived_members(table)}
        for column in table.form.fields:
            bound = table.columns.get(column.name)
            if bound is None or not bound.slack:
                continue
            exact: dict[int, Decimal] = {}
            rows = [i for i in bound.slack if not table.is_total(i)]
            rows = [i for i in rows if not any(table.keys[i][position] == member for position, member in derived)]
            names = workbook.pack.formula(table.form, column).names if column.formula else ()
            if names and all(name in table.columns for name in names if table.form.has(name)):
                due, _ = _due(workbook, table, column, rows)
                exact = {i: amount for i, amount in zip(rows, due, strict=False) if _stands_for(bound, i, amount)}
            bound.unround(exact)
            if table.form.summed(column):
                sums = ((i, sum((bound.precise[n] for n in addends), _ZERO)) for i, addends in total_addends(table))
                bound.unround(
                    exact | {i: total for i, total in sums if i in bound.slack and _stands_for(bound, i, total)}
                )


def _stands_for(bound: BoundColumn, index: int, exact: Decimal) -> bool:
    """Whether a typed amount is this one, rounded."""
    return abs(bound.amounts[index] - exact) <= NOISE + bound.slack[index]


def _sound(table: Table, index: int, names: list[str], settled: dict[int, bool], addends: dict[int, list[int]]) -> bool:
    """Whether the rows below a total satisfy the formula, share one standard and add up to it."""
    below = addends.get(index, [])
    for name in names:
        column = table.columns[name]
        if column.column.role == "standard":
            if len({table.amount(name, i) for i in below if table.number(name, i).value is not None}) > 1:
                return False
        elif abs(sum((table.amount(name, i) for i in below), _ZERO) - table.amount(name, index)) > NOISE:
            return False
    return all(settled.get(i, False) for i in below)


def compare(
    context: Context,
    table: Table,
    column: Column,
    records: list[int],
    left: list[Decimal],
    right: list[Decimal],
    slack: list[Decimal] | None,
    operands: Callable[[int], list[tuple[str, int]]],
    formula: str = "",
) -> None:
    """Add `figure == what it should be` for records of one field."""
    base = noise(column.unit)
    bound = table.columns[column.name]
    tolerance = [
        base + bound.slack.get(index, _ZERO) + (slack[position] if slack else _ZERO)
        for position, index in enumerate(records)
    ]

    def describe(position: int) -> Finding | None:
        index = records[position]
        if context.excused(table, index, column.name):
            return None
        actual, expected = left[position], right[position]
        number = table.number(column.name, index)
        if number.value is None:
            message = f"没有填；按表内公式应为 {amount(expected, column.unit)}，运行“计算”可自动填入"
        else:
            months = monthly_standards(context.workbook, table.form.role, column.name)
            hint = clue(actual, expected, column.unit, months)
            message = context.rule.name + (f"：{hint}" if hint else "")
            if formula and formula[0].isdigit():
                message += f"（{formula}）"
        found = context.at_cell(table, column.name, index, message)
        return Finding(
            found.rule,
            found.sheet,
            found.cell,
            found.label,
            message,
            expected=amount(expected, column.unit),
            actual=amount(actual, column.unit) if number.value is not None else "（空白）",
            difference=signed(actual - expected, column.unit),
            unit=column.unit,
            related=_operands(table, operands(index)),
            order=found.order,
        )

    context.ledger.relate(context.rule, "==", left, right, tolerance, describe)


def _operands(table: Table, places: list[tuple[str, int]]) -> tuple[Related, ...]:
    """The figures compared with; more than six are named together."""
    if len(places) <= 6:
        return tuple(related(table, name, index) for name, index in places)
    return (several(table, places),)


def totals(context: Context) -> None:
    """小计 and 合计: a total equals the sum of the subtotals below it, or of its rows (F102, F201–F203, F303 …)."""
    level = context.rule.options.get("level", "")
    for table in context.tables():
        names = context.rule.field or tuple(c.name for c in table.form.fields if table.form.summed(c))
        for name in names:
            if context.bound(table, name):
                _total(context, table, table.form.field(name), str(level))


def _total(context: Context, table: Table, column: Column, level: str) -> None:
    partner = table.form.paired(column) if column.role == "serial" else None
    if partner is not None and not context.bound(table, partner.name):
        return
    records: list[int] = []
    left: list[Decimal] = []
    right: list[Decimal] = []
    slack: list[Decimal] = []
    operands: dict[int, tuple[str, list[int]]] = {}
    unshared = _unshared(context, table, column)
    troubled: dict[str, bool] = {}
    for index, addends, missing, overall, direct in _sums(table):
        if level and (level == "合计") != overall:
            continue
        if table.columns[column.name].cells[index] is None:
            continue
        if missing is not None:
            context.ledger.cannot(context.rule, lacks(table, missing))
            continue
        by_count = partner is not None and direct
        source = partner.name if by_count and partner else column.name
        if not context.readable(table, index, column.name):
            continue
        if lone := [ref for i, ref in unshared.items() if _within(table.keys[i], table.keys[index])]:
            context.ledger.cannot(context.rule, f"{'、'.join(map(str, lone))} 没有分担比例，含有它的合计算不出")
            continue
        if table.gives_nothing(column.name, index) and (why := _awaited(context, table, column, index)):
            context.ledger.cannot(context.rule, f"{why}，含有它的合计算不出")
            continue
        if source not in troubled:
            troubled[source] = table.troubled(source)
        if troubled[source] and not all(context.readable(table, i, source) for i in addends):
            continue
        bound = table.columns[source]
        values = table.amounts(source, addends)
        total = Decimal(sum(v > 0 for v in values)) if by_count else sum(values, _ZERO)
        loose = _ZERO
        if bound.slack and not by_count and abs(table.amount(column.name, index) - total) > NOISE:
            # Not the sum of the rounded figures: then it must be the exact sum, rounded once.
            total = sum(map(bound.precise.__getitem__, addends), _ZERO)
            loose = min(bound.loose(addends), WIDEST_ROUNDING)
        if not by_count and table.closed and _with_closed(table, column, index, total):
            continue
        records.append(index)
        left.append(table.amount(column.name, index))
        right.append(total)
        slack.append(loose)
        operands[index] = (source, addends)
    compare(
        context, table, column, records, left, right, slack, lambda i: [(operands[i][0], j) for j in operands[i][1]]
    )


def _unshared(context: Context, table: Table, column: Column) -> dict[int, Ref | None]:
    """Records whose amount is blank because nobody knows the share it is split by → where the share belongs."""
    share = context.workbook.pack.shared(table.form).get(column.name, "")
    if share not in table.columns:
        return {}
    return {
        index: table.ref(share, index)
        for index in table.details()
        if table.number(share, index).value is None and table.columns[column.name].raw[index] in (None, "")
    }


def _awaited(context: Context, table: Table, column: Column, total: int) -> str:
    """What a total waits for: figures that are not there yet, or are no numbers (a share written `8:2`); '' for nothing."""
    places = [
        (need, index)
        for index in table.details()
        if _within(table.keys[index], table.keys[total])
        for need in context.workbook.pack.needs(table.form).get(column.name, ())
        if need in table.columns and table.number(need, index).value is None
    ]
    spoilt = [why for place in places if (why := unreadable(table, *place))]
    blank = [str(table.ref(*place)) for place in places if not unreadable(table, *place)]
    return "，".join([*spoilt, *([f"{'、'.join(blank)} 还没有填数"] if blank else [])])


def _with_closed(table: Table, column: Column, index: int, total: Decimal) -> bool:
    """Whether the total is right but for a member that is not eligible: P106 says so at that member."""
    known = ("closed", index)
    if known not in table.memo:
        key, closed = table.keys[index], table.closed
        table.memo[known] = [i for i, other in enumerate(table.keys) if closed & set(other) and _within(other, key)]
    extra = sum(table.amounts(column.name, table.memo[known]), _ZERO)
    return bool(extra) and abs(table.amount(column.name, index) - total - extra) <= NOISE


class _Sum(NamedTuple):
    """What a total record adds up."""

    record: int
    addends: list[int]
    """The totals one level below where they are printed, else the detail rows."""
    missing: Key | None
    """The first of these that is not on the sheet."""
    overall: bool
    """Over all axes: 合计, not 小计."""
    direct: bool
    """The addends are detail rows."""


def _sums(table: Table) -> list[_Sum]:
    if "sums" not in table.memo:
        table.memo["sums"] = list(_all_sums(table))
    found: list[_Sum] = table.memo["sums"]
    return found


def _all_sums(table: Table) -> Iterator[_Sum]:
    for index, details in total_addends(table):
        key = table.keys[index]
        below = _subtotals(table, key)
        keep = [name != ALL for name in table.keys[below[0]]] if below else ()
        missing = (other for other in lacking(table, keep) if _within(other, key))
        yield _Sum(index, below or details, next(missing, None), all(name == ALL for name in key), not below)


def _within(key: Key, total: Key) -> bool:
    return all(theirs in (ALL, mine) for mine, theirs in zip(key, total, strict=True))


def _subtotals(table: Table, key: Key) -> list[int]:
    candidates: dict[tuple[bool, ...], list[int]] = {}
    for index in range(table.first_total or 0, len(table.keys)):
        other = table.keys[index]
        if table.is_total(index) and other != key and _within(other, key):
            candidates.setdefault(tuple(name == ALL for name in other), []).append(index)
    return min(candidates.values(), key=len) if candidates else []


def derived(context: Context) -> None:
    """差额 = 申报审批 - 实际发放 (F103), only where the blocks are labelled and both are filled in."""
    for table in context.tables():
        if not any(number.value or number.trouble for bound in table.columns.values() for number in bound.numbers):
            continue  # nobody got any: nothing to subtract
        if not any(table.shows(item.axis) for item in table.form.derived):
            continue  # this shape of the form prints no such blocks
        if not derived_members(table):
            named = all(table.has_member(item.axis, parse_formula(item.formula).target) for item in table.form.derived)
            why = "“实际发放”一栏没有填" if named and not table.assumed else "三栏人数、人次、金额没有栏名"
            context.ledger.cannot(context.rule, why)
            continue
        for axis, target, names in derived_members(table):
            formula = next(parse_formula(item.formula) for item in table.form.derived if item.axis == axis)
            position = table.form.axes.index(axis)
            for name, bound in table.columns.items():
                if not bound.numbers:
                    continue
                records, left, right = [], [], []
                parts: dict[int, list[tuple[str, int]]] = {}
                for index, key in enumerate(table.keys):
                    if key[position] != target:
                        continue
                    at = [table.index.get((*key[:position], part, *key[position + 1 :])) for part in names]
                    found = [i for i in at if i is not None]
                    if len(found) < len(names) or not all(context.readable(table, i, name) for i in (index, *found)):
                        continue
                    values = {part: table.amount(name, i) for part, i in zip(names, found, strict=True)}
                    records.append(index)
                    left.append(table.amount(name, index))
                    right.append(formula.evaluate(values))
                    parts[index] = [(name, i) for i in found]
                compare(context, table, bound.column, records, left, right, None, lambda i, p=parts: p[i])  # type: ignore[misc]
