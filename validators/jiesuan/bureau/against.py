"""A bureau's 附件3 against the schools' workbooks as they are now: F1, F4, F5, F14, F17, F21."""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal

from ..bind.schools import schools_of
from ..check.context import Context, clue, shown_value, signed
from ..check.ledger import holds, noise
from ..form import Column, Key
from ..number import rounding
from ..ref import Ref
from ..report import Finding, Related, amount
from ..table import Table
from ..text import fold
from .received import Received
from .school import Drawn, Figure, School

_ZERO = Decimal(0)


def _by_name(received: Received) -> dict[str, School]:
    return {fold(school.name): school for school in received.schools}


def _names(context: Context, table: Table) -> dict[int, str]:
    """Record → folded name of its school."""
    return {index: fold(school.name) for index, school in schools_of(table, context.workbook.pack).items()}


def schools_received(context: Context, received: Received) -> None:
    """F1: the schools listed are the ones whose workbooks were received."""
    known = _by_name(received)
    for table in context.tables():
        field = table.form.fields[0].name
        names = _names(context, table)
        records = list(names)

        def strange(position: int, table: Table = table, records: list[int] = records, field: str = field) -> Finding:
            said = schools_of(table, context.workbook.pack)[records[position]].name
            why = next((f"（{item.file}：{item.why}）" for item in received.left_out if said and said in item.file), "")
            return context.at_cell(table, field, records[position], f"没有收到这所学校可以汇总的表{why}")

        context.ledger.demand(context.rule, [names[i] in known for i in records], strange)
        lacking = [school for folded, school in known.items() if folded not in names.values()]

        def missing(position: int, table: Table = table, lacking: list[School] = lacking) -> Finding:
            school = lacking[position]
            message = f"收到了“{school.name}”的表（{school.file}），这张表没有列"
            row = min(table.rows, default=1)
            return context.at_ref(Ref(table.sheet.name, row, 1), table.form.name, message)

        context.ledger.demand(context.rule, [False] * len(lacking), missing)


def same_lines(context: Context, received: Received) -> None:
    """F17, F5, F21: what stands for a school is what its own workbook says now."""
    known = _by_name(received)
    for table in context.tables():
        for column in table.form.fields:
            if column.draws and column.name in table.columns:
                pairs = [
                    (index, found, known[name])
                    for index, name in _names(context, table).items()
                    if name in known and (found := known[name].figures.get(table.form.role, {}).get(((), column.name)))
                ]
                _compare(context, table, column.name, pairs)


def _compare(context: Context, table: Table, name: str, pairs: list[tuple[int, Figure, School]]) -> None:
    bound = table.columns[name]
    pairs = [pair for pair in pairs if context.readable(table, pair[0], name)]
    left = [table.amount(name, index) for index, _, _ in pairs]
    right = [figure.value for _, figure, _ in pairs]
    tolerance = [noise(bound.column.unit) + bound.slack.get(index, _ZERO) for index, _, _ in pairs]

    def describe(position: int) -> Finding | None:
        index, figure, school = pairs[position]
        if context.excused(table, index, name):
            return None
        unit = bound.column.unit
        blank = bound.numbers[index].value is None
        found = clue(left[position], right[position], unit)
        ref = table.ref(name, index)
        related = Related(
            f"{school.file} {figure.sheet}", figure.cells, f"{school.name} · 现在的数", amount(figure.value, unit)
        )
        return context.at_ref(
            ref,
            table.label(name, index),
            "还没有填" if blank else "与学校的表不同" + (f"：{found}" if found else ""),
            expected=amount(right[position], unit),
            actual=shown_value(table, name, index),
            difference=signed(left[position] - right[position], unit),
            unit=unit,
            related=(related,),
        )

    context.ledger.relate(context.rule, "==", left, right, tolerance, describe)


def same_sums(context: Context, received: Received, told: frozenset[tuple[str, str]]) -> None:
    """F21: what is typed in 3-3 and 3-4 is, cell by cell, the sum over the schools' workbooks, and so is the money that
    follows from it: standards may be changed.  Where a record's heads differ, or its amount is `told` (sheet, cell) as
    wrong already, the amount says nothing new."""
    for table in context.tables():
        fields = [column for column in table.form.fields if column.numeric and column.name in table.columns]
        wrong: set[int] = set()
        for column in fields:
            if column.role == "input":
                wrong |= _sums(context, table, column, received)
        for column in fields:
            if column.role == "computed" and column.type == "金额":
                cells = (table.ref(column.name, index) for index in range(len(table.keys)))
                seen = {i for i, ref in enumerate(cells) if ref is not None and (ref.sheet, ref.cell) in told}
                _sums(context, table, column, received, wrong | seen)
        _balances(context, table, received)


def _balances(context: Context, table: Table, received: Received) -> None:
    """The blanks below 3-4 are the sums of those below the schools' 2-4.  Where some schools filled none in, the bureau may
    know their figures from elsewhere."""
    for name in dict.fromkeys(name for line in table.form.line for name in line.numbers):
        line = table.lines.get(name)
        parts = [(school, school.balances[name]) for school in received.schools if name in school.balances]
        if line is None or not parts:
            continue
        if line.number.trouble:
            context.ledger.cannot(context.rule, f"{line.ref} 不是数")
            continue
        stated, due = line.number.value or _ZERO, sum((figure.value for _, figure in parts), _ZERO)
        slack = noise("万元") + rounding(stated, "万元")
        lacking = len(received.schools) - len(parts)
        if lacking and not holds("==", stated, due, slack):
            context.ledger.cannot(context.rule, f"有 {lacking} 所学校没有填“{name}”，{line.ref} 没有核对")
            continue
        message = f"不等于 {len(parts)} 所学校现在的数之和" if line.number.value is not None else "没有填"
        finding = context.at_ref(
            line.ref,
            f"{table.form.name} · {name}",
            message,
            expected=amount(due, "万元"),
            actual="（空白）" if line.number.value is None else amount(stated, "万元"),
            difference=signed(stated - due, "万元"),
            unit="万元",
            related=_largest(parts, "万元"),
        )
        context.ledger.relate(context.rule, "==", [stated], [due], [slack], lambda _, finding=finding: finding)  # type: ignore[misc]


def _largest(parts: list[tuple[School, Figure]], unit: str) -> tuple[Related, ...]:
    """The five schools that give the most to a sum."""
    some = sorted(parts, key=lambda part: (-part[1].value, part[0].name))[:5]
    return tuple(
        Related(f"{school.file} {figure.sheet}", figure.cells, school.name, amount(figure.value, unit))
        for school, figure in some
    )


def _sums(
    context: Context, table: Table, column: Column, received: Received, leave: Set[int] = frozenset()
) -> set[int]:
    """Compare a column but the records to `leave`; the records that differ or cannot be read.  An amount of money is right
    as the sum of what the schools state, rounded or not, or of what their heads and standards give exactly."""
    role, unit, name = table.form.role, column.unit, column.name
    every = [index for index in table.details() if index not in leave]
    records = [index for index in every if context.readable(table, index, name)]
    parts = [
        [
            (school, found)
            for school in received.schools
            if (found := school.figures.get(role, {}).get((table.keys[i], name)))
        ]
        for i in records
    ]
    left = [table.amount(name, index) for index in records]
    sums = [sum((figure.value for _, figure in found), _ZERO) for found in parts]
    tolerance = [_ZERO] * len(left)
    if column.type == "金额":
        due = [_due(context, table, column, table.keys[i], received) for i in records]
        sums = [min(max(a, min(pair)), max(pair)) for a, pair in zip(left, due, strict=True)]
        tolerance = [noise(unit) + table.columns[name].slack.get(index, _ZERO) for index in records]

    def describe(position: int) -> Finding:
        index, found = records[position], parts[position]
        return context.at_ref(
            table.ref(name, index),
            table.label(name, index),
            f"不等于 {len(found)} 所学校现在的数之和",
            expected=amount(sums[position], unit),
            actual=shown_value(table, name, index),
            difference=signed(left[position] - sums[position], unit),
            unit=unit,
            related=_largest(found, unit),
        )

    context.ledger.relate(context.rule, "==", left, sums, tolerance, describe)
    right = {i for i, *pair in zip(records, left, sums, tolerance, strict=True) if holds("==", *pair)}
    return set(every) - right


def _due(context: Context, table: Table, column: Column, key: Key, received: Received) -> tuple[Decimal, Decimal]:
    """The sum of the amounts that the schools state at a key, and of those that follow from their heads and standards;
    where a school states none, what follows stands for it."""
    stated = exact = _ZERO
    for school in received.schools:
        drawn = school.figures.get(table.form.role, {})
        follows = _follows(context, table, column, key, drawn)
        given = drawn.get((key, column.name))
        stated += follows if given is None else given.value
        exact += follows
    return stated, exact


def _follows(context: Context, table: Table, column: Column, key: Key, drawn: Drawn) -> Decimal:
    """What a school's own heads and standards give for a field, by the printed formulas."""
    pack, form = context.workbook.pack, table.form
    given = drawn.get((key, column.name))
    if column.role == "computed":
        formula = pack.formula(form, column)
        parts = {name: _follows(context, table, form.field(name), key, drawn) for name in formula.names}
        return formula.evaluate(parts)
    if given is None and column.role == "standard":
        return pack.standard(form, column, key, context.workbook.term) or _ZERO
    return _ZERO if given is None else given.value


def months_registered(context: Context, received: Received) -> None:
    """F4: no month has more students approved than registered."""
    known = _by_name(received)
    for table in context.tables():
        for name in table.form.groups.get("月", ()):
            if name not in table.columns:
                continue
            pairs = [
                (index, figure)
                for index, folded in _names(context, table).items()
                if folded in known and (figure := known[folded].figures.get(table.form.role, {}).get(((), name)))
                if context.readable(table, index, name)
            ]
            left = [table.amount(name, index) for index, _ in pairs]
            right = [figure.value for _, figure in pairs]

            def describe(
                position: int, table: Table = table, name: str = name, pairs: list[tuple[int, Figure]] = pairs
            ) -> Finding:
                index, figure = pairs[position]
                others = (Related(figure.sheet, figure.cells, "2-4 正式学籍人数", amount(figure.value, "人")),)
                expected = f"不大于 {amount(figure.value, '人')}"
                return context.at_cell(table, name, index, context.rule.name, expected=expected, related=others)

            context.ledger.relate(context.rule, "<=", left, right, [_ZERO] * len(left), describe)


def paid_due(context: Context, received: Received) -> None:
    """F14: what was paid to a school and what its own settlement comes to."""
    known = _by_name(received)
    for table in context.tables():
        if not context.bound(table, "学校下达"):
            continue
        pairs = [
            (index, figure, known[folded])
            for index, folded in _names(context, table).items()
            if folded in known and (figure := known[folded].figures.get("分担测算", {}).get(((), "助学金")))
        ]
        _compare(context, table, "学校下达", pairs)
