"""Checks of a bureau's own workbook: columns that follow from a share, the share table, balances, lines of schools."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

from ..bind.schools import schools_of
from ..number import read_number
from ..ref import Ref
from ..report import Finding, amount
from ..share import SELF, Share, Shares, load_shares
from ..table import Table
from ..text import fold
from .context import Context, related
from .forms import compare
from .ledger import widest

_ZERO = Decimal(0)
CITY = "市本级"
"""The section whose schools are the bureau's own."""
CONFUSED = 1000
"""An amount so many times as large as its neighbours is in 元, not 万元: true ones lie far nearer together."""


def school_columns(context: Context) -> None:
    """Column formulas of the schools' lines.  Where the share is missing, what follows from it is left blank, and cannot
    be checked."""
    for table in context.tables():
        shares = [name for name in table.columns if table.form.field(name).type == "比例"]
        for name in context.rule.field:
            formula = context.workbook.pack.formula(table.form, table.form.field(name))
            if context.bound(table, name, *formula.names):
                _column(context, table, name, list(formula.names), shares)


def _column(context: Context, table: Table, name: str, fields: list[str], shares: list[str]) -> None:
    column = table.form.field(name)
    formula = context.workbook.pack.formula(table.form, column)
    needs = [need for need in context.workbook.pack.needs(table.form).get(name, ()) if need in table.columns]
    records = []
    for index in table.details():
        if not context.readable(table, index, name, *fields):
            continue
        lacking = [need for need in needs if need not in shares and table.number(need, index).value is None]
        if lacking and table.gives_nothing(name, index):
            context.ledger.cannot(context.rule, f"{_place(table, lacking[0], index)} 还没有填数，与它有关的数算不出")
            continue
        if any(table.number(share, index).value is None for share in shares) and any(
            table.number(part, index).value is None for part in (name, *fields)
        ):
            context.ledger.cannot(context.rule, f"{_place(table, shares[0], index)} 没有分担比例，与它有关的数算不出")
            continue
        records.append(index)
    left = [table.amount(name, index) for index in records]
    right = [formula.evaluate({part: table.amount(part, index) for part in fields}) for index in records]
    parts = [table.columns[part].slack for part in fields]
    slack = [min(sum((part.get(index, _ZERO) for part in parts), _ZERO), widest(column.unit)) for index in records]
    compare(
        context, table, column, records, left, right, slack, lambda i: [(part, i) for part in fields], column.formula
    )


def _place(table: Table, name: str, index: int) -> Ref | None:
    return table.ref(name, index)


def bureau_of(context: Context) -> tuple[str, Shares]:
    """The bureau that a workbook names, '' where it names none the share table knows, and the table."""
    shares = load_shares(context.workbook.pack, context.workbook.term)
    lines = [table.lines.get("填报单位") for table in context.workbook.tables.values()]
    named = (shares.bureau(line.text) for line in lines if line is not None and line.text)
    return next((name for name in named if name), ""), shares


def bureau_named(context: Context) -> None:
    """Every form names who hands it in."""
    tables = list(context.workbook.tables.values())
    holds = [bool((line := table.lines.get("填报单位")) and line.text) or table.form.optional for table in tables]

    def describe(position: int) -> Finding:
        table = tables[position]
        line = table.lines.get("填报单位")
        ref = line.ref if line else Ref(table.sheet.name, 1, 1)
        return context.at_ref(ref, f"{table.form.name} · 填报单位", "表头没有填填报单位")

    context.ledger.demand(context.rule, holds, describe)


def shares(context: Context) -> None:
    """F11: the share of every school is the one of its place in the table; what the table does not list is asked about,
    and so is a school among the city's own that has none: it may stand there because nobody said whose it is."""
    bureau, table_of = bureau_of(context)
    for table in context.tables():
        if not context.bound(table, "省级比例"):
            continue
        if not bureau:
            context.ledger.cannot(context.rule, "表头的填报单位不是分担比例表里的设区市，查不到比例")
            continue
        named = schools_of(table, context.workbook.pack)
        records = [i for i in table.details() if context.readable(table, i, "省级比例")]
        found = [_share(table, i, named[i].place, bureau, table_of) for i in records]
        holds = [
            share.ratio is not None and table.number("省级比例", i).value == share.ratio
            for i, share in zip(records, found, strict=True)
        ]

        def describe(
            position: int, table: Table = table, records: list[int] = records, found: list[Share] = found
        ) -> Finding:
            share, index = found[position], records[position]
            if share.ratio is None:
                return context.at_cell(table, "省级比例", index, share.note)
            if table.keys[index][0] == CITY and table.number("省级比例", index).value is None:
                message = f"分担比例空着。确属市本级的填 {amount(share.ratio, '')}；属县、市、区的移到“县区属”，校名后用括号注明地名"
                return context.at_cell(table, "省级比例", index, message)
            message = f"{share.bureau}{share.place}在表上是省级 {share.province} 比市县级 {10 - (share.province or 0)}"
            return context.at_cell(table, "省级比例", index, message, expected=amount(share.ratio, ""))

        context.ledger.demand(context.rule, holds, describe)


def _share(table: Table, index: int, place: str, bureau: str, shares: Shares) -> Share:
    if table.keys[index][0] == CITY:
        return shares.find(bureau, SELF)
    if not place:
        return Share(bureau, "", None, "校名后没有用括号注明所属的县、市、区，查不到分担比例")
    return shares.find(bureau, place)


def total_only(context: Context) -> None:
    """A field that the form asks for on the line of its total alone holds no number on any other line."""
    for table in context.tables():
        for name in context.rule.field:
            if not context.bound(table, name):
                continue
            cells = table.columns[name].cells
            column = next((cell[1] for cell in cells if cell is not None), 0)
            refs = {i: Ref(table.sheet.name, table.rows[i], column) for i, cell in enumerate(cells) if cell is None}
            typed = [read_number(table.sheet.value(ref.row, ref.column)).value for ref in refs.values() if column]
            records = list(refs)

            def describe(
                position: int, table: Table = table, name: str = name, refs: dict[int, Ref] = refs,
                records: list[int] = records, typed: list[Decimal | None] = typed,
            ) -> Finding:  # fmt: skip
                index = records[position]
                shown = amount(typed[position] or _ZERO, table.form.field(name).unit)
                label = table.label(name, index)
                return context.at_ref(refs[index], label, context.rule.name, expected="空白", actual=shown)

            context.ledger.demand(context.rule, [not value for value in typed], describe)


def below_zero(context: Context) -> None:
    """F16: a balance or an amount below zero; none of those split by a share that is no number (`8:2`, which spreadsheet
    programs take for a time)."""
    for table in context.tables():
        for name in context.rule.field:
            if not context.bound(table, name):
                continue
            needs = [need for need in context.workbook.pack.needs(table.form).get(name, ()) if need in table.columns]
            records = [i for i in table.details() if context.readable(table, i, *dict.fromkeys((name, *needs)))]
            holds = [table.amount(name, i) >= 0 for i in records]

            def describe(
                position: int, table: Table = table, name: str = name, records: list[int] = records
            ) -> Finding:
                return context.at_cell(table, name, records[position], context.rule.name)

            context.ledger.demand(context.rule, holds, describe)


def magnitude(context: Context) -> None:
    """F19: an amount that only makes sense in 元: far from those beside it, or, where a whole column is in 元, more than so
    many students (`student`, 万元 each) or any school (`school`, 万元) can have; amounts below `least` are let pass."""
    heads = context.workbook.tables.get("汇总人数")
    for table in context.tables():
        for name in context.rule.field:
            if not context.bound(table, name):
                continue
            records = [i for i in table.details() if table.number(name, i).value]
            usual = [_usual(context, table, name, i, records, heads) for i in records]
            most = [_most(context, table, name, i) for i in records]
            far = [
                bool(near) and abs(table.amount(name, i)) >= CONFUSED * near
                for i, near in zip(records, usual, strict=True)
            ]
            holds = [
                not apart and abs(table.amount(name, i)) <= bound
                for i, apart, (bound, _) in zip(records, far, most, strict=True)
            ]

            def describe(
                position: int,
                table: Table = table,
                name: str = name,
                records: list[int] = records,
                usual: list[Decimal] = usual,
                most: list[tuple[Decimal, str]] = most,
                far: list[bool] = far,
            ) -> Finding:
                why = f"是相近的数（{amount(usual[position], '万元')}）的 {CONFUSED} 倍以上"
                if not far[position]:
                    why = f"{most[position][1]}不会有这么多万元"
                return context.at_cell(table, name, records[position], f"{why}，像是把元填成了万元")

            context.ledger.demand(context.rule, holds, describe)


def _most(context: Context, table: Table, name: str, index: int) -> tuple[Decimal, str]:
    """What an amount cannot be above (万元), and of whom that is said."""
    student, school, least = (Decimal(str(context.rule.options[key])) for key in ("student", "school", "least"))
    own = name.removesuffix("金额") + "人次"
    count, unit = (table.amount(own, index), "人次") if own in table.columns else (_heads(context, table, index), "人")
    if not count:
        return school, "一所学校"
    return max(count * student, least), f"只有 {amount(count, unit)}，"


def _heads(context: Context, table: Table, index: int) -> Decimal:
    """How many students the bureau's forms say a school has; 0 where none says it."""
    named = _names(context, table).get(index, "")
    return max(
        (
            other.amount(field, i)
            for role, field in (("汇总人数", "合计人数"), ("申报人数", "总人数"))
            if (other := context.workbook.tables.get(role)) is not None and field in other.columns
            for i, name in _names(context, other).items()
            if name == named
        ),
        default=_ZERO,
    )


def _usual(context: Context, table: Table, name: str, index: int, records: list[int], heads: Table | None) -> Decimal:
    """What an amount is compared with: the school's own 助学金 in 3-1, else the median of the other schools."""
    school = _names(context, table).get(index, "")
    if heads is not None and "合计金额" in heads.columns:
        for other, named in _names(context, heads).items():
            if named == school and heads.amount("合计金额", other):
                return abs(heads.amount("合计金额", other))
    rest = [abs(table.amount(name, i)) for i in records if i != index]
    return median(rest) if rest else _ZERO


def _names(context: Context, table: Table) -> dict[int, str]:
    """Record → folded name of its school."""
    return {index: fold(school.name) for index, school in schools_of(table, context.workbook.pack).items()}


def month_heads(context: Context) -> None:
    """F6: no month has more students than the term."""
    for table in context.tables():
        months = table.form.groups.get("月", ())
        if not context.bound(table, "总人数", *months):
            continue
        places = [
            (i, max(months, key=lambda month, i=i: table.amount(month, i)))  # type: ignore[misc]
            for i in table.details()
            if context.readable(table, i, "总人数", *months)
        ]
        holds = [table.amount(month, i) <= table.amount("总人数", i) for i, month in places]

        def describe(position: int, table: Table = table, places: list[tuple[int, str]] = places) -> Finding:
            index, month = places[position]
            expected = f"不大于 {amount(table.amount('总人数', index), '人')}"
            others = (related(table, "总人数", index),)
            return context.at_cell(table, month, index, context.rule.name, expected=expected, related=others)

        context.ledger.demand(context.rule, holds, describe)


def same_schools(context: Context) -> None:
    """F1: all forms with a line per school list the same schools, each once."""
    tables = context.tables()
    if len(tables) < 2:
        return
    lists = [_names(context, table) for table in tables]
    every = dict.fromkeys(name for names in lists for name in names.values())
    for table, names in zip(tables, lists, strict=True):
        counts = {name: list(names.values()).count(name) for name in names.values()}
        records = list(names)
        first = {name: index for index, name in reversed(names.items())}
        holds = [first[names[i]] == i for i in records]

        def twice(position: int, table: Table = table, records: list[int] = records) -> Finding:
            return context.at_cell(table, table.form.fields[0].name, records[position], "这所学校列了两次")

        context.ledger.demand(context.rule, holds, twice)
        lacking = [name for name in every if name not in counts]

        def missing(position: int, table: Table = table, lacking: list[str] = lacking) -> Finding:
            other, index = _elsewhere(tables, lists, lacking[position])
            shown = schools_of(other, context.workbook.pack)[index].name
            row = max(table.rows, default=1)
            ref = Ref(table.sheet.name, table.rows[table.index.get(("*",), 0)] if table.rows else row, 1)
            message = f"没有“{shown}”，而“{other.sheet.name}”里有"
            return context.at_ref(
                ref, table.form.name, message, related=(related(other, other.form.fields[0].name, index),)
            )

        context.ledger.demand(context.rule, [False] * len(lacking), missing)


def _elsewhere(tables: list[Table], lists: list[dict[int, str]], name: str) -> tuple[Table, int]:
    return next(
        (table, index)
        for table, names in zip(tables, lists, strict=True)
        for index, found in names.items()
        if found == name
    )
