"""Checks inside one form: column formulas, totals, derived members, standards, serial numbers, monthly jumps."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal

from ..calculate import derived_members, total_addends
from ..form import ALL, Column, Key
from ..formula import parse_formula
from ..number import show
from ..report import Finding, Related, amount
from ..table import Table
from .context import Context, clue, related
from .ledger import NOISE
from .relations import _monthly

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
    pack, term = context.workbook.pack, context.workbook.term
    formula = pack.formula(table.form, column)
    records: list[int] = []
    left: list[Decimal] = []
    right: list[Decimal] = []
    settled: dict[int, bool] = {}
    simple = all(table.form.field(n).role != "standard" for n in fields)
    derived = {(table.form.axes.index(axis), member) for axis, member, _ in derived_members(table)}
    for index, key in enumerate(table.keys):
        if table.columns[column.name].cells[index] is None or any(
            table.columns[n].cells[index] is None for n in fields
        ):
            continue
        if any(key[position] == member for position, member in derived):
            continue
        if table.is_total(index) and (simple or not fields):
            continue  # every cell of a total row is checked as a sum; only products need to agree as well (D2)
        values: dict[str, Decimal] = {}
        for name in formula.names:
            if name in fields:
                values[name] = table.amount(name, index)
            else:
                standard = pack.policy.lookup(name, term, pack.keys(table.form, key))
                if standard is None:
                    context.ledger.cannot(context.rule, f"政策数据里没有{term.title}的“{name}”")
                    return
                values[name] = standard.amount
        if not readable(context, table, index, column.name, *fields):
            continue
        if table.is_total(index) and not _sound(table, index, [column.name, *fields], settled):
            continue  # a wrong row or sum below is reported there
        records.append(index)
        left.append(table.amount(column.name, index))
        right.append(formula.evaluate(values))
        if not table.is_total(index):
            settled[index] = abs(left[-1] - right[-1]) <= NOISE + table.columns[column.name].slack.get(index, _ZERO)
    operands = fields
    compare(context, table, column, records, left, right, None, lambda i: [(n, i) for n in operands], column.formula)


def _sound(table: Table, index: int, names: list[str], settled: dict[int, bool]) -> bool:
    """Whether the rows below a total satisfy the formula, share its standard and add up to it."""
    below = next((rows for total, rows in total_addends(table) if total == index), [])
    for name in names:
        column = table.columns[name]
        if column.column.role == "standard":
            if any(table.amount(name, i) != table.amount(name, index) for i in below if table.number(name, i).value):
                return False
        elif abs(sum((table.amount(name, i) for i in below), _ZERO) - table.amount(name, index)) > NOISE:
            return False
    return all(settled.get(i, False) for i in below)


def readable(context: Context, table: Table, index: int, *names: str) -> bool:
    """Whether all figures can be read; if not the rule is unchecked there, and says which cell is to blame."""
    for name in names:
        trouble = table.number(name, index).trouble
        if trouble:
            why = {"uncached": "的公式没有计算结果", "error": "是错误值"}.get(trouble, "不是数")
            context.ledger.cannot(context.rule, f"{table.ref(name, index)} {why}")
            return False
    return True


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
    base = NOISE * (10000 if column.unit == "元" else 1) if column.unit in ("万元", "元") else _ZERO
    bound = table.columns[column.name]
    tolerance = [
        base + bound.slack.get(index, _ZERO) + (slack[position] if slack else _ZERO)
        for position, index in enumerate(records)
    ]
    months = _monthly(context.workbook)

    def describe(position: int) -> Finding | None:
        index = records[position]
        if context.excused(table, index):
            return None
        actual, expected = left[position], right[position]
        number = table.number(column.name, index)
        if number.value is None:
            message = f"没有填；按表内公式应为 {amount(expected, column.unit)}，运行“计算”可自动填入"
        else:
            hint = clue(actual, expected, column.unit, months)
            message = context.rule.name + (f"：{hint}" if hint else "")
            if formula and formula[0].isdigit():
                message += f"（{formula}）"
        found = context.at_cell(table, column.name, index, message)
        difference = actual - expected
        return Finding(
            found.rule,
            found.sheet,
            found.cell,
            found.label,
            message,
            expected=amount(expected, column.unit),
            actual=amount(actual, column.unit) if number.value is not None else "（空白）",
            difference=("+" if difference > 0 else "") + amount(difference, column.unit),
            unit=column.unit,
            related=_operands(table, operands(index)),
            order=found.order,
        )

    context.ledger.relate(context.rule, "==", left, right, tolerance, describe)


def _operands(table: Table, places: list[tuple[str, int]]) -> tuple[Related, ...]:
    """The figures compared with; more than six are named together."""
    if len(places) <= 6:
        return tuple(related(table, name, index) for name, index in places)
    from ..ref import compress

    cells = [ref for name, index in places if (ref := table.ref(name, index)) is not None]
    total = sum((table.amount(name, index) for name, index in places), _ZERO)
    unit = table.columns[places[0][0]].column.unit
    areas = compress((ref.row, ref.column) for ref in cells)
    if len(areas) > 60:
        areas = ",".join(areas.split(",")[:4]) + f" 等{len(cells)}格"
    label = f"{table.columns[places[0][0]].column.caption}之和（{len(cells)}格）"
    return (Related(table.sheet.name, areas, label, f"{show(total, unit)} {unit}".rstrip()),)


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
    operands: dict[int, list[tuple[str, int]]] = {}
    for index, addends in _addends(table):
        if level and (level == "合计") != all(name == ALL for name in table.keys[index]):
            continue
        if table.columns[column.name].cells[index] is None:
            continue
        by_count = partner is not None and not any(table.is_total(i) for i in addends)
        source = partner.name if by_count and partner else column.name
        if not readable(context, table, index, column.name):
            continue
        if not all(readable(context, table, i, source) for i in addends):
            continue
        bound = table.columns[source]
        values = [table.amount(source, i) for i in addends]
        records.append(index)
        left.append(table.amount(column.name, index))
        right.append(Decimal(sum(v > 0 for v in values)) if by_count else sum(values, _ZERO))
        slack.append(_ZERO if by_count else sum((bound.slack.get(i, _ZERO) for i in addends), _ZERO))
        operands[index] = [(source, i) for i in addends]
    compare(context, table, column, records, left, right, slack, lambda i: operands[i])


def _addends(table: Table) -> list[tuple[int, list[int]]]:
    """Total record → what it adds up: the totals one level below where they are printed, else the detail rows."""
    found = []
    for index, details in total_addends(table):
        key = table.keys[index]
        below = _subtotals(table, key)
        found.append((index, below or details))
    return found


def _subtotals(table: Table, key: Key) -> list[int]:
    candidates: dict[tuple[bool, ...], list[int]] = {}
    for index, other in enumerate(table.keys):
        if not table.is_total(index) or other == key:
            continue
        if all(mine in (ALL, theirs) for mine, theirs in zip(key, other, strict=True)):
            candidates.setdefault(tuple(name == ALL for name in other), []).append(index)
    return min(candidates.values(), key=len) if candidates else []


def derived(context: Context) -> None:
    """差额 = 申报审批 - 实际发放 (F103), only where the blocks are labelled and both are filled in."""
    for table in context.tables():
        if not derived_members(table):
            why = "三栏人数、人次、金额没有栏名" if table.assumed else "“实际发放”一栏没有填"
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
                    if len(found) < len(names) or not all(readable(context, table, i, name) for i in (index, *found)):
                        continue
                    values = {part: table.amount(name, i) for part, i in zip(names, found, strict=True)}
                    records.append(index)
                    left.append(table.amount(name, index))
                    right.append(formula.evaluate(values))
                    parts[index] = [(name, i) for i in found]
                compare(context, table, bound.column, records, left, right, None, lambda i, p=parts: p[i])  # type: ignore[misc]


def standards(context: Context) -> None:
    """A standard differs from the policy's (P301, P401); a blank one is filled by 计算 and not reported here."""
    pack, term = context.workbook.pack, context.workbook.term
    foreign = foreign_rates(context)
    for table in context.tables():
        for column in table.form.fields:
            if column.role != "standard" or (context.rule.field and column.name not in context.rule.field):
                continue
            if not context.bound(table, column.name):
                continue
            records, left, right = [], [], []
            seen = set()
            for index, key in enumerate(table.keys):
                cell = table.columns[column.name].cells[index]
                figure = pack.standard(table.form, column, key, term)
                number = table.number(column.name, index)
                if cell is None or cell in seen or figure is None or number.value is None:
                    continue
                if column.name == "月标准" and number.value in foreign.get(
                    dict(zip(table.form.axes, key, strict=True))["专业类别"], ()
                ):
                    continue  # the other set's standard: P302 says so
                seen.add(cell)
                records.append(index)
                left.append(number.value)
                right.append(figure)
            compare(context, table, column, records, left, right, None, lambda _: [])


def foreign_rates(context: Context) -> dict[str, set[Decimal]]:
    """专业类别 → monthly standards (万元) of the other sets that are not this set's own."""
    pack, term = context.workbook.pack, context.workbook.term
    found: dict[str, set[Decimal]] = {}
    for standard in pack.policy.standard:
        kind = standard.keys.get("专业类别")
        if standard.name != "免学费年标准" or not kind:
            continue
        own = pack.policy.lookup("免学费年标准", term, {"隶属": context.workbook.set, "专业类别": kind})
        if (
            standard.keys.get("隶属", context.workbook.set) != context.workbook.set
            and own
            and own.amount != standard.amount
        ):
            found.setdefault(kind, set()).add(standard.amount / 100_000)
    return found


def serials(context: Context) -> None:
    """Serial numbers run 1, 2, 3 … inside a section, or are all 1 (F204)."""
    for table in context.tables():
        for column in table.form.fields:
            if column.role != "serial" or column.name not in table.columns:
                continue
            sections: dict[Key, list[int]] = {}
            for index in table.details():
                if table.number(column.name, index).value is not None:
                    sections.setdefault(table.keys[index], []).append(index)
            for section in sections.values():
                found = [table.amount(column.name, index) for index in section]
                constant = all(value == 1 for value in found)
                holds = [constant or value == place for place, value in enumerate(found, 1)]
                first = next((i for i, ok in enumerate(holds) if not ok), None)
                if first is not None:
                    # One gap shifts all that follows: report where it begins.
                    holds = [i != first for i in range(len(holds))]

                def describe(
                    position: int, rows: list[int] = section, name: str = column.name, table: Table = table
                ) -> Finding:
                    return context.at_cell(
                        table, name, rows[position], "序号从这里起不连续", expected=str(position + 1)
                    )

                context.ledger.demand(context.rule, holds, describe)


def jumps(context: Context) -> None:
    """Two neighbouring months differ by more than `least` heads and more than `share` (P306, P404)."""
    least = Decimal(str(context.rule.options.get("least", 5)))
    share = Decimal(str(context.rule.options.get("share", 0.1)))
    for table in context.tables():
        months = table.form.groups.get("月", ())
        if not context.bound(table, *months):
            continue
        for before, after in itertools.pairwise(months):
            records = [i for i in table.details() if readable(context, table, i, before, after)]
            holds = []
            for index in records:
                a, b = table.amount(before, index), table.amount(after, index)
                holds.append(abs(b - a) <= least or abs(b - a) <= share * max(a, b))

            def describe(
                position: int, rows: list[int] = records, a: str = before, b: str = after, table: Table = table
            ) -> Finding | None:
                index = rows[position]
                if context.excused(table, index):
                    return None
                change = table.amount(b, index) - table.amount(a, index)
                word = "多" if change > 0 else "少"
                message = f"比{table.columns[a].column.caption}{word} {abs(change)} 人，超过 {least} 人和 {share:.0%}"
                return context.at_cell(table, b, index, message, related=(related(table, a, index),))

            context.ledger.demand(context.rule, holds, describe)


def closed_members(context: Context) -> None:
    """Nothing stands under a member that is not eligible in this term (P106: 三年级 before 2025春)."""
    for table in context.tables():
        closed = [i for i, key in enumerate(table.keys) if table.closed & set(key)]
        for name, bound in table.columns.items():
            if not bound.numbers:
                continue
            records = [i for i in closed if bound.cells[i] is not None]
            holds = [not table.amount(name, i) for i in records]

            def describe(position: int, rows: list[int] = records, field: str = name, table: Table = table) -> Finding:
                return context.at_cell(table, field, rows[position], context.rule.name, expected="0 或空白")

            context.ledger.demand(context.rule, holds, describe)


def not_in_need(context: Context) -> None:
    """A column headed 非家庭经济困难 under 非涉农专业 must be empty (P105)."""
    options = {key: str(value) for key, value in context.rule.options.items()}
    of_axis, _, of_member = options["of"].partition("/")
    for table in context.tables():
        if options["label"] not in table.labels.get(options["of"], ""):
            continue
        position, other = table.form.axes.index(options["axis"]), table.form.axes.index(of_axis)
        records = [
            i
            for i in table.details()
            if table.keys[i][position] == options["member"] and table.keys[i][other] == of_member
        ]
        for name, bound in table.columns.items():
            if not bound.numbers:
                continue
            holds = [not table.amount(name, i) for i in records]

            def describe(at: int, rows: list[int] = records, field: str = name, table: Table = table) -> Finding:
                return context.at_cell(table, field, rows[at], context.rule.name, expected="0 或空白")

            context.ledger.demand(context.rule, holds, describe)
