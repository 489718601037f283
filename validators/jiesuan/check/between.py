"""Relations between two forms that are no plain expression: heads behind the fees of the list, other hardship."""

from __future__ import annotations

from decimal import Decimal

from ..report import Finding, amount
from ..table import Table
from .context import Context, several, signed
from .ledger import noise, widest
from .roster import roster_of

_ZERO = Decimal(0)


def _both(context: Context, fields: dict[str, str]) -> tuple[Table, Table] | None:
    """The two forms (role → the field needed of it), if both are there, with that column and without a row missing."""
    tables = {table.form.role: table for table in context.tables()}
    if set(fields) - set(tables) or not all(context.bound(tables[role], name) for role, name in fields.items()):
        return None
    left, right = (tables[role] for role in fields)
    return (left, right) if all(table.is_list or context.whole(table) for table in (left, right)) else None


def fee_head_months(context: Context) -> None:
    """E5: months that the amounts of the list stand for, against the heads of 免学费, per hardship type."""
    found = _both(context, {"免学费": "人次", "精准明细": "免学费金额"})
    if found is None:
        return
    fees, roster_table = found
    roster = roster_of(context)
    hardship = fees.form.axes.index("困难类型")
    for member in roster_table.form.axis[0].members:
        rows = [i for i in roster_table.details() if roster_table.keys[i][0] == member.name]
        paid = zip(rows, roster_table.amounts("免学费金额", rows), strict=True)
        months = [roster.months[i] for i, fee in paid if fee]
        if not all(months):
            context.ledger.cannot(context.rule, f"“{member.name}”有学生的免学费金额不是整月，折不出人次")
            continue
        records = [i for i in fees.details() if fees.keys[i][hardship] == member.name]
        if not all(context.readable(fees, i, "人次") for i in records):
            continue
        if _amounts_differ(fees, records, roster_table, rows):
            continue  # X201 says so, and heads that follow from wrong amounts are the same mistake
        stated = sum((fees.amount("人次", i) for i in records), _ZERO)
        low, high = Decimal(sum(map(min, months))), Decimal(sum(map(max, months)))
        nearest = min(max(stated, low), high)
        index = roster_table.index.get((member.name,))
        place = index if index is not None else (rows[0] if rows else None)

        def describe(
            _: int, name: str = member.name, a: Decimal = stated, b: Decimal = nearest, place: int | None = place,
            records: list[int] = records, rows: list[int] = rows,
        ) -> Finding:  # fmt: skip
            ref = roster_table.ref("免学费金额", place) if place is not None else fees.ref("人次", records[0])
            return context.at_ref(
                ref,
                f"{name}小计 · 免学费金额",
                "名单金额折算的人次与统计表不同",
                expected=amount(a, "人次"),
                actual=amount(b, "人次"),
                difference=signed(b - a, "人次"),
                unit="人次",
                related=(
                    several(fees, [("人次", i) for i in records], f"{name} · "),
                    *((several(roster_table, [("免学费金额", i) for i in rows], f"{name} · "),) if rows else ()),
                ),
            )

        context.ledger.relate(context.rule, "==", [nearest], [stated], [_ZERO], describe)


def _amounts_differ(fees: Table, records: list[int], roster: Table, rows: list[int]) -> bool:
    if "补助金额" not in fees.columns:
        return False
    amounts = fees.columns["补助金额"]
    stated = sum(map(amounts.precise.__getitem__, records), _ZERO) * 10_000
    slack = noise("元") + min(amounts.loose(records) * 10_000, widest("元"))
    return abs(stated - sum((roster.amount("免学费金额", i) for i in rows), _ZERO)) > slack


def others(context: Context) -> None:
    """E13: 其他家庭 of 非涉农 in both tables; without a column for 残疾, with or without those students."""
    found = _both(context, {"助学金": "人次", "免学费": "人次"})
    if found is None:
        return
    aid, fees = found
    grades = context.workbook.pack.policy.values("助学金年级", context.workbook.term)
    nature, hardship = aid.form.axes.index("专业性质"), aid.form.axes.index("困难类型")
    caliber = aid.form.axes.index("口径")
    left_rows = [
        i
        for i in aid.details()
        if aid.keys[i][nature] == "非涉农专业"
        and aid.keys[i][hardship] == "其他"
        and aid.keys[i][caliber] == aid.form.axis[caliber].default
    ]
    own = {kind: _fee_rows(fees, grades, kind) for kind in ("其他", "残疾")}
    if not left_rows or not all(context.readable(aid, i, "人次") for i in left_rows):
        return
    if not all(context.readable(fees, i, "人次") for rows in own.values() for i in rows):
        return
    stated = sum((aid.amount("人次", i) for i in left_rows), _ZERO)
    only = sum((fees.amount("人次", i) for i in own["其他"]), _ZERO)
    both = only + sum((fees.amount("人次", i) for i in own["残疾"]), _ZERO)
    accepted = [only] if aid.has_member("困难类型", "残疾") else [only, both]
    right = min(accepted, key=lambda value: abs(value - stated))
    counted = own if right == both else {"其他": own["其他"]}

    def describe(_: int) -> Finding:
        return context.at_ref(
            aid.ref("人次", max(left_rows, key=lambda i: aid.amount("人次", i))),
            f"非涉农专业 其他 · 人次之和（{len(left_rows)}格）" if len(left_rows) > 1 else "非涉农专业 其他 · 人次",
            context.rule.name,
            expected=amount(right, "人次"),
            actual=amount(stated, "人次"),
            difference=signed(stated - right, "人次"),
            unit="人次",
            related=(
                several(aid, [("人次", i) for i in left_rows], "非涉农专业 其他 · "),
                *(
                    several(fees, [("人次", i) for i in rows], f"非涉农专业 {kind} · ")
                    for kind, rows in counted.items()
                ),
            ),
        )

    context.ledger.relate(context.rule, "==", [stated], [right], [_ZERO], describe)


def _fee_rows(fees: Table, grades: tuple[str, ...], hardship: str) -> list[int]:
    grade, kind, of = (fees.form.axes.index(name) for name in ("年级", "专业类别", "困难类型"))
    return [
        i
        for i in fees.details()
        if fees.keys[i][grade] in grades and fees.keys[i][kind] != "涉农专业" and fees.keys[i][of] == hardship
    ]
