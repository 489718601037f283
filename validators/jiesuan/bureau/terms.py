"""A school's workbook, or a bureau's, against last term's: balances and totals (G1, G6, G8, F15)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal

from ..bind import Workbook
from ..bind.schools import Named, schools_of
from ..check.context import Context, related, signed
from ..check.ledger import noise
from ..check.sheets import legible
from ..evaluate import Unchecked, evaluate
from ..number import rounding
from ..ref import Ref
from ..report import Finding, Related, amount
from ..rule import Rule
from ..table import Table
from ..text import fold

_ZERO = Decimal(0)


def not_comparable(workbook: Workbook, previous: Workbook | None, *, same_unit: bool = False) -> str:
    """Why the two workbooks are not one unit's in two consecutive terms, '' when they are; with `same_unit` it is known
    that they are one unit's, whatever name they state."""
    if previous is None:
        return ""
    if previous.term != workbook.term.previous:
        return f"上期的表应是{workbook.term.previous.title}的，给的是{previous.term.title}的"
    if previous.set != workbook.set:
        return f"上期的表是{previous.set}的，本期是{workbook.set}的"
    now, then = _unit(workbook), _unit(previous)
    if now and then and fold(now) != fold(then) and not same_unit:
        return f"上期的表是“{then}”的，本期是“{now}”的"
    return ""


def _unit(workbook: Workbook) -> str:
    lines = (table.lines.get(name) for table in workbook.tables.values() for name in ("学校名称", "填报单位"))
    return next((line.text for line in lines if line is not None and line.text), "")


# ── money carried over ──


def brought_forward(context: Context, previous: Workbook) -> None:
    """G1: 前期生均结余 is last term's 期末结余."""
    for table in context.tables():
        then = previous.tables.get(table.form.role)
        start = table.lines.get("前期结余")
        end = then.lines.get("期末结余") if then else None
        if start is None or start.number.value is None or end is None or end.number.value is None:
            spoilt = [
                f"{word} {line.ref} 不是数"
                for word, line in (("本期", start), ("上期", end))
                if line and line.number.trouble
            ]
            context.ledger.cannot(context.rule, spoilt[0] if spoilt else "本期的“前期结余”或上期的“期末结余”没有填")
            continue
        stated, wanted = start.number.value, end.number.value

        def describe(
            _: int, ref: Ref = start.ref, a: Decimal = stated, b: Decimal = wanted, at: Ref = end.ref
        ) -> Finding:
            return context.at_ref(
                ref,
                "表下 · 前期结余",
                "与上期的期末结余不同",
                expected=amount(b, "万元"),
                actual=amount(a, "万元"),
                difference=signed(a - b, "万元"),
                unit="万元",
                related=(Related(f"上期 {at.sheet}", at.cell, "表下 · 期末结余", amount(b, "万元")),),
            )

        slack = noise("万元") + rounding(stated, "万元") + rounding(wanted, "万元")
        context.ledger.relate(context.rule, "==", [stated], [wanted], [slack], describe)


def year_end(context: Context, previous: Workbook) -> None:
    """G8: at the end of a calendar year the balance is what was received less what both terms came to, with or without
    what was brought forward; the notice leaves the wording open, so the readings of D7 are accepted as well."""
    for table in context.tables():
        then = previous.tables.get(table.form.role)
        if context.workbook.term.season != "秋" or then is None:
            continue
        if not legible(context, table, "前期结余", "实际收到", "期末结余"):
            continue
        numbers = {name: line.number.value for name, line in table.lines.items()}
        end, received = numbers.get("期末结余"), numbers.get("实际收到")
        if end is None or received is None:
            context.ledger.cannot(context.rule, "表下“期末结余”或“实际收到生均金额”没有填")
            continue
        now, before = _spent(table), _spent(then)
        if now is None or before is None:
            context.ledger.cannot(context.rule, "本期或上期的5个月合计、生均年标准有读不出的")
            continue
        start = then.lines["前期结余"].number.value if "前期结余" in then.lines else None
        starts = {_ZERO, numbers.get("前期结余") or _ZERO, start or _ZERO}
        accepted = {received - spent + brought for spent in (now, now + before) for brought in starts}
        wanted = min(sorted(accepted), key=lambda value: abs(value - end))
        ref = table.lines["期末结余"].ref

        def describe(
            _: int, ref: Ref = ref, a: Decimal = end, b: Decimal = wanted, now: Decimal = now, before: Decimal = before
        ) -> Finding:
            return context.at_ref(
                ref,
                "表下 · 期末结余",
                f"不等于实际收到减两个学期对应金额（春季 {amount(before, '万元')}，秋季 {amount(now, '万元')}），加不加前期结余都不符",
                expected=amount(b, "万元"),
                actual=amount(a, "万元"),
                difference=signed(a - b, "万元"),
                unit="万元",
            )

        slack = noise("万元") + rounding(end, "万元")
        context.ledger.relate(context.rule, "==", [end], [wanted], [slack], describe)


def _spent(table: Table) -> Decimal | None:
    """What the registered students come to, from heads and yuan; None where a figure of these cannot be read."""
    names = ("人次", "生均标准")
    if not all(name in table.columns for name in names):
        return None
    if any(table.number(name, i).trouble for name in names for i in table.details()):
        return None
    return sum((table.amount("人次", i) * table.amount("生均标准", i) / 100_000 for i in table.details()), _ZERO)


def totals_moved(context: Context, previous: Workbook) -> None:
    """G6: a total that moved by more than the policy's share, and by more than a few."""
    policy, term = context.workbook.pack.policy, context.workbook.term
    share, least = policy.lookup("学期变动幅度", term, {}), policy.lookup("学期变动最少", term, {})
    if share is None or least is None:
        context.ledger.cannot(context.rule, "政策数据里没有“学期变动幅度”或“学期变动最少”")
        return
    for name, (text, unit) in _TOTALS.items():
        now, then = _figure(context.workbook, text), _figure(previous, text)
        if now is None or then is None:
            context.ledger.cannot(context.rule, f"“{name}”本期或上期读不出")
            continue
        (a, ref), (b, _) = now, then
        allowed = max(b * share.amount / 100, least.amount)

        def describe(
            _: int, name: str = name, unit: str = unit, ref: Ref | None = ref, a: Decimal = a, b: Decimal = b
        ) -> Finding:
            percent = f"，{abs(a - b) * 100 / b:.0f}%" if b else ""
            return context.at_ref(
                ref,
                name,
                f"与上期相比{'增加' if a > b else '减少'}了 {amount(abs(a - b), unit)}{percent}",
                expected=f"上期 {amount(b, unit)}",
                actual=amount(a, unit),
                difference=signed(a - b, unit),
                unit=unit,
            )

        context.ledger.relate(context.rule, "<=", [abs(a - b)], [allowed], [_ZERO], describe)


_TOTALS = {
    "助学金人次": ("sum(助学金.人次)", "人次"),
    "免学费补助人次": ("sum(免学费.人次)", "人次"),
    "在籍人次": ("sum(生均.人次)", "人次"),
}


def _figure(workbook: Workbook, text: str) -> tuple[Decimal, Ref | None] | None:
    rule = Rule(code="T", name="", level="提示", holds=f"{text} == 0", basis="", why="", help="")
    try:
        result = evaluate(rule, workbook)
    except Unchecked:
        return None
    (figures,) = result.figures.values()
    if result.bad:
        return None
    table = figures.table
    total = table.index.get(tuple("*" for _ in table.form.axes))
    name = figures.operand.name
    refs = figures.refs(0)
    ref = table.ref(name, total) if total is not None else refs[0] if refs else None
    return figures.values[0], ref


# ── a bureau's workbook ──


def balance_forward(context: Context, previous: Workbook, former: Mapping[str, Sequence[str]]) -> None:
    """F15: columns 11 and 12 are last term's 17 and 18, school by school; `former`: school → names it had before."""
    for table in context.tables():
        last = previous.tables.get(table.form.role)
        if last is None:
            context.ledger.cannot(context.rule, f"上期没有《{table.form.name}》")
            continue
        then, twice = _by_school(last, previous)
        own = {index: fold(school.name) for index, school in schools_of(table, context.workbook.pack).items()}
        renamed = _renamed(own.values(), {*then, *twice}, former)
        names = {index: renamed.get(name, name) for index, name in own.items()}
        for name in twice & set(names.values()):
            context.ledger.cannot(
                context.rule, f"上期《{last.form.name}》里“{name}”列了不止一次，不知以哪一行的结余为准"
            )
        for ours, theirs in (("前期省级", "累计省级"), ("前期市级", "累计市级")):
            if not context.bound(table, ours) or theirs not in last.columns:
                continue
            pairs = [
                (index, then[name])
                for index, name in names.items()
                if name in then and context.readable(table, index, ours) and not last.number(theirs, then[name]).trouble
            ]
            # A balance that could not be computed then, for want of a share, is not 0.
            for _, before in (pair for pair in pairs if last.number(theirs, pair[1]).value is None):
                other = related(last, theirs, before)
                context.ledger.cannot(context.rule, f"上期 {other.sheet}!{other.cell} 没有算出累计结余")
            pairs = [pair for pair in pairs if last.number(theirs, pair[1]).value is not None]
            left = [table.amount(ours, now) for now, _ in pairs]
            right = [last.amount(theirs, before) for _, before in pairs]
            slack = [noise("万元") + table.columns[ours].slack.get(now, _ZERO) for now, _ in pairs]

            def describe(
                position: int,
                table: Table = table,
                last: Table = last,
                names: tuple[str, str] = (ours, theirs),
                pairs: list[tuple[int, int]] = pairs,
                left: list[Decimal] = left,
                right: list[Decimal] = right,
            ) -> Finding:
                now, before = pairs[position]
                other = related(last, names[1], before)
                return context.at_ref(
                    table.ref(names[0], now),
                    table.label(names[0], now),
                    "与上期的累计结余不同",
                    expected=amount(right[position], "万元"),
                    actual=amount(left[position], "万元"),
                    difference=signed(left[position] - right[position], "万元"),
                    unit="万元",
                    related=(Related(f"上期 {other.sheet}", other.cell, other.label, other.value),),
                )

            context.ledger.relate(context.rule, "==", left, right, slack, describe)


def _renamed(now: Iterable[str], then: Container[str], former: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """School → the former name it is listed under in `then`, where it is not under its own.  All names are folded; one that
    is a school's own now is nobody's former one."""
    own = set(now)
    found = {name: next((old for old in former.get(name, ()) if old in then and old not in own), "") for name in own}
    return {name: old for name, old in found.items() if old and name not in then}


def _by_school(table: Table, workbook: Workbook) -> tuple[dict[str, int], set[str]]:
    """Folded name → record of the schools listed once, and the names of the others."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for index, school in schools_of(table, workbook.pack).items():
        twice |= {fold(school.name)} & found.keys()
        found.setdefault(fold(school.name), index)
    return {name: index for name, index in found.items() if name not in twice}, twice


def schools_gone(context: Context, previous: Workbook, former: Mapping[str, Sequence[str]]) -> None:
    """A school of last term that has a balance and is not listed any more; `former`: school → names it had before."""
    for table in context.tables():
        last = previous.tables.get(table.form.role)
        if last is None or "累计结余" not in last.columns:
            context.ledger.cannot(context.rule, f"上期没有《{table.form.name}》的累计结余")
            continue
        names = {fold(school.name) for school in schools_of(table, context.workbook.pack).values()}
        then = schools_of(last, previous.pack)
        names |= set(_renamed(names, {fold(school.name) for school in then.values()}, former).values())
        records = [index for index in last.details() if last.amount("累计结余", index)]
        holds = [fold(then[index].name) in names for index in records]

        def describe(
            position: int,
            table: Table = table,
            last: Table = last,
            records: list[int] = records,
            then: dict[int, Named] = then,
        ) -> Finding:
            other = related(last, "累计结余", records[position])
            shown = then[records[position]].name
            return context.at_ref(
                Ref(table.sheet.name, min(table.rows, default=1), 1),
                table.form.name,
                f"上期有结余的“{shown}”，本期没有列",
                related=(Related(f"上期 {other.sheet}", other.cell, other.label, other.value),),
            )

        context.ledger.demand(context.rule, holds, describe)
