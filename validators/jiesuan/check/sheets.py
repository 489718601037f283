"""Checks over a whole workbook: schools and terms on every sheet, majors, the two tables of fees, balances and dates."""

from __future__ import annotations

import re
from decimal import Decimal

from ..identity import Entry, major_of, parse_entry, split_majors
from ..ref import Ref
from ..report import Finding, Related, amount
from ..table import Table
from ..term import Term
from ..text import fold
from .context import Context, related
from .forms import foreign_rates, readable
from .ledger import NOISE
from .students import Roster

_ZERO = Decimal(0)
_YEAR_MONTH = re.compile(r"(20\d{2})[年./-](\d{1,2})")


def same_school(context: Context) -> None:
    """E12: one school name on every sheet."""
    named = [
        (table, line)
        for table in context.workbook.tables.values()
        if (line := table.lines.get("学校名称")) and line.text
    ]
    if not named:
        return
    counts: dict[str, int] = {}
    for _, line in named:
        counts[fold(line.text)] = counts.get(fold(line.text), 0) + 1
    common = max(counts, key=lambda name: counts[name])
    usual = next(line for _, line in named if fold(line.text) == common)
    holds = [fold(line.text) == common for _, line in named]

    def describe(position: int) -> Finding:
        table, line = named[position]
        message = f"与“{usual.ref.sheet}”的学校名称不同"
        return context.at_ref(line.ref, f"{table.form.name} · 学校名称", message, expected=usual.text, actual=line.text)

    context.ledger.demand(context.rule, holds, describe)


def school_missing(context: Context) -> None:
    """Every sheet names its school."""
    tables = list(context.workbook.tables.values())
    holds = [bool((line := table.lines.get("学校名称")) and line.text) for table in tables]

    def describe(position: int) -> Finding:
        table = tables[position]
        line = table.lines.get("学校名称")
        return context.at_ref(
            line.ref if line else Ref(table.sheet.name, 1, 1), f"{table.form.name} · 学校名称", "表头没有填学校名称"
        )

    context.ledger.demand(context.rule, holds, describe)


def title_term(context: Context) -> None:
    """Every title that names a term names the workbook's."""
    workbook = context.workbook
    titles = [(role, title) for role, title in workbook.titles.items() if Term.find(title[2])]
    holds = [Term.find(title[2]) == workbook.term for _, title in titles]

    def describe(position: int) -> Finding:
        role, (row, column, text) = titles[position]
        ref = Ref(workbook.tables[role].sheet.name, row, column)
        found = Term.find(text)
        return context.at_ref(
            ref, "标题", context.rule.name, expected=workbook.term.title, actual=found.title if found else text
        )

    context.ledger.demand(context.rule, holds, describe)


def title_set(context: Context) -> None:
    """C5: a title of the other set is a hint, no more."""
    workbook = context.workbook
    others = [item.name for item in workbook.pack.info.set if item.name != workbook.set]
    titles = list(workbook.titles.items())
    holds = [not any(name in text for name in others) for _, (_, _, text) in titles]

    def describe(position: int) -> Finding:
        role, (row, column, text) = titles[position]
        ref = Ref(workbook.tables[role].sheet.name, row, column)
        return context.at_ref(ref, "标题", context.rule.name, expected=workbook.set, actual=text)

    context.ledger.demand(context.rule, holds, describe)


def _foreign(table: Table, rates: dict[str, set[Decimal]]) -> set[int]:
    """Records of 免学费 whose monthly standard is the other set's, one per merged cell."""
    kind = table.form.axes.index("专业类别")
    seen, found = set(), set()
    for index in table.details():
        cell = table.columns["月标准"].cells[index]
        value = table.number("月标准", index).value
        if cell not in seen and value is not None and value in rates.get(table.keys[index][kind], set()):
            found.add(index)
        seen.add(cell)
    return found


def mixed_rates(context: Context) -> None:
    """C5: all monthly standards come from one set."""
    for table in context.tables():
        if not context.bound(table, "月标准"):
            continue
        wrong = _foreign(table, foreign_rates(context))
        rows = [i for i in table.details() if table.columns["月标准"].cells[i] is not None]
        holds = [i not in wrong for i in rows]

        def describe(position: int, rows: list[int] = rows, table: Table = table) -> Finding:
            index = rows[position]
            workbook = context.workbook
            figure = workbook.pack.standard(table.form, table.form.field("月标准"), table.keys[index], workbook.term)
            message = f"本工作簿按{workbook.set}核对，这里却是另一种隶属关系的标准"
            return context.at_cell(table, "月标准", index, message, expected=amount(figure, "万元"))

        context.ledger.demand(context.rule, holds, describe)


def _majors(table: Table, index: int) -> list[tuple[str, Entry | None]]:
    return [(text, parse_entry(text)) for text in split_majors(table.text("就读专业", index))]


def majors_filled(context: Context) -> None:
    """C7: majors are named exactly where there are heads."""
    for table in context.tables():
        if not context.bound(table, "就读专业", "人次"):
            continue
        months = [name for name in table.form.groups["月"] if name in table.columns]
        rows = [i for i in table.details() if all(readable(context, table, i, name) for name in months)]
        heads = {i: any(table.amount(name, i) > 0 for name in months) for i in rows}
        holds = [bool(_majors(table, i)) == heads[i] for i in rows]

        def describe(
            position: int, rows: list[int] = rows, heads: dict[int, bool] = heads, table: Table = table
        ) -> Finding:
            index = rows[position]
            message = "有人次，没有填就读专业" if heads[index] else "填了就读专业，没有人次"
            return context.at_cell(table, "就读专业", index, message, related=(related(table, "人次", index),))

        context.ledger.demand(context.rule, holds, describe)


def majors_format(context: Context) -> None:
    """C8: each major as 入学年+季+专业名称, in order of entry, of the row's grade."""
    for table in context.tables():
        if not context.bound(table, "就读专业"):
            continue
        rows = [i for i in table.details() if table.text("就读专业", i)]
        faults = {i: _majors_fault(context, table, i) for i in rows}
        holds = [not faults[i] for i in rows]

        def describe(
            position: int, rows: list[int] = rows, faults: dict[int, str] = faults, table: Table = table
        ) -> Finding:
            return context.at_cell(
                table,
                "就读专业",
                rows[position],
                faults[rows[position]],
                expected="2023秋数控加工、2023秋幼儿教育 这样的写法",
            )

        context.ledger.demand(context.rule, holds, describe)


def _majors_fault(context: Context, table: Table, index: int) -> str:
    term = context.workbook.term
    grade = table.keys[index][table.form.axes.index("年级")]
    entries = _majors(table, index)
    for text, entry in entries:
        if entry is None:
            return f"“{text[:20]}”看不出入学年季"
        if grade not in entry.grades(term):
            return f"“{text[:20]}”不是{grade}：{entry.term.title}入学，到{term.title}是{'、'.join(sorted(entry.grades(term))) or '校外'}"
    order = [entry.term for _, entry in entries if entry]
    return "没有按入学先后排列" if order != sorted(order) else ""


def major_count(context: Context) -> None:
    """C6: 专业个数 is the number of different majors listed."""
    for table in context.tables():
        line = table.lines.get("专业个数")
        if not context.bound(table, "就读专业"):
            continue
        if line is None or line.number.value is None:
            context.ledger.cannot(context.rule, "“专业个数”没有填")
            continue
        listed = {
            fold(text).replace("年", "").replace("季", "") for i in table.details() for text, _ in _majors(table, i)
        }
        counted, stated = Decimal(len(listed)), line.number.value

        def describe(_: int, line_ref: Ref = line.ref, a: Decimal = stated, b: Decimal = counted) -> Finding:
            message = "专业个数与第5列所列的专业不符"
            return context.at_ref(line_ref, "合计 · 专业个数", message, expected=f"{b} 个", actual=f"{a} 个")

        context.ledger.relate(context.rule, "==", [stated], [counted], [_ZERO], describe)


def major_types(context: Context) -> None:
    """E14: in one grade a major stands under one 专业类别 only."""
    for table in context.tables():
        if not context.bound(table, "就读专业"):
            continue
        grade, kind = table.form.axes.index("年级"), table.form.axes.index("专业类别")
        kinds: dict[tuple[str, str], dict[str, int]] = {}
        for index in table.details():
            for _, entry in _majors(table, index):
                if entry is not None:
                    place = kinds.setdefault((table.keys[index][grade], fold(f"{entry.term}{major_of(entry)}")), {})
                    place.setdefault(table.keys[index][kind], index)
        names = list(kinds)
        holds = [len(kinds[name]) == 1 for name in names]

        def describe(
            position: int, names: list[tuple[str, str]] = names, kinds: dict[tuple[str, str], dict[str, int]] = kinds,
            table: Table = table,
        ) -> Finding:  # fmt: skip
            rows = kinds[names[position]]
            last = list(rows.values())[-1]
            message = f"“{names[position][1]}”同时列在{'和'.join(rows)}下"
            others = tuple(related(table, "就读专业", i) for i in list(rows.values())[:-1])
            return context.at_cell(table, "就读专业", last, message, related=others)

        context.ledger.demand(context.rule, holds, describe)


def fee_head_months(context: Context) -> None:
    """E5: months that the amounts of the list stand for, against the heads of 免学费, per hardship type."""
    tables = {table.form.role: table for table in context.tables()}
    if len(tables) < len(context.rule.forms):
        return
    fees, roster_table = tables["免学费"], tables["精准明细"]
    if not context.bound(fees, "人次") or not context.bound(roster_table, "免学费金额"):
        return
    roster = Roster(context.workbook)
    hardship = fees.form.axes.index("困难类型")
    for member in roster_table.form.axis[0].members:
        rows = [i for i in roster_table.details() if roster_table.keys[i][0] == member.name]
        months = [
            roster.fee_months(i) or roster.fee_months(i, any_rate=True)
            for i in rows
            if roster_table.amount("免学费金额", i)
        ]
        if not all(months):
            context.ledger.cannot(context.rule, f"“{member.name}”有学生的免学费金额不是整月，折不出人次")
            continue
        records = [i for i in fees.details() if fees.keys[i][hardship] == member.name]
        if not all(readable(context, fees, i, "人次") for i in records):
            continue
        stated = sum((fees.amount("人次", i) for i in records), _ZERO)
        low, high = Decimal(sum(map(min, months))), Decimal(sum(map(max, months)))
        nearest = min(max(stated, low), high)
        index = roster_table.index.get((member.name,))
        place = index if index is not None else (rows[0] if rows else None)

        def describe(
            _: int, name: str = member.name, a: Decimal = stated, b: Decimal = nearest, place: int | None = place,
            records: list[int] = records,
        ) -> Finding:  # fmt: skip
            ref = roster_table.ref("免学费金额", place) if place is not None else fees.ref("人次", records[0])
            cells = ",".join(r.cell for i in records if (r := fees.ref("人次", i)))
            other = Related(fees.sheet.name, cells, f"{name} · 人次之和（{len(records)}格）", amount(a, "人次"))
            found = context.at_ref(ref, f"{name}小计 · 免学费金额", "名单金额折算的人次与统计表不同")
            return Finding(
                found.rule, found.sheet, found.cell, found.label, found.message, expected=amount(a, "人次"),
                actual=amount(b, "人次"), difference=("+" if b > a else "") + amount(b - a, "人次"), unit="人次",
                related=(other,), order=found.order,
            )  # fmt: skip

        context.ledger.relate(context.rule, "==", [nearest], [stated], [_ZERO], describe)


def others(context: Context) -> None:
    """E13: 其他家庭 of 非涉农 in both tables; without a column for 残疾, with or without those students."""
    tables = {table.form.role: table for table in context.tables()}
    if len(tables) < len(context.rule.forms):
        return
    aid, fees = tables["助学金"], tables["免学费"]
    if not context.bound(aid, "人次") or not context.bound(fees, "人次"):
        return
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
    if not left_rows or not all(readable(context, aid, i, "人次") for i in left_rows):
        return
    if not all(readable(context, fees, i, "人次") for rows in own.values() for i in rows):
        return
    stated = sum((aid.amount("人次", i) for i in left_rows), _ZERO)
    only = sum((fees.amount("人次", i) for i in own["其他"]), _ZERO)
    both = only + sum((fees.amount("人次", i) for i in own["残疾"]), _ZERO)
    accepted = [only] if aid.has_member("困难类型", "残疾") else [only, both]
    right = min(accepted, key=lambda value: abs(value - stated))

    def describe(_: int) -> Finding:
        found = context.at_cell(aid, "人次", left_rows[0], context.rule.name)
        cells = ",".join(r.cell for i in left_rows if (r := aid.ref("人次", i)))
        theirs = ",".join(r.cell for i in own["其他"] if (r := fees.ref("人次", i)))
        return Finding(
            found.rule, found.sheet, found.cell, "非涉农专业 其他 · 人次", found.message,
            expected=amount(right, "人次"), actual=amount(stated, "人次"),
            difference=("+" if stated > right else "") + amount(stated - right, "人次"), unit="人次",
            related=(
                Related(aid.sheet.name, cells, f"非涉农专业 其他 · 人次之和（{len(left_rows)}格）", amount(stated, "人次")),
                Related(fees.sheet.name, theirs, f"其他 · 人次之和（{len(own['其他'])}格）", amount(only, "人次")),
            ),
            order=found.order,
        )  # fmt: skip

    context.ledger.relate(context.rule, "==", [stated], [right], [_ZERO], describe)


def _fee_rows(fees: Table, grades: tuple[str, ...], hardship: str) -> list[int]:
    grade, kind, of = (fees.form.axes.index(name) for name in ("年级", "专业类别", "困难类型"))
    return [
        i
        for i in fees.details()
        if fees.keys[i][grade] in grades and fees.keys[i][kind] != "涉农专业" and fees.keys[i][of] == hardship
    ]


def balance(context: Context) -> None:
    """D7: 期末结余 = 实际收到 - this term's amount, with or without 前期结余 (the notice leaves it open)."""
    for table in context.tables():
        lines = table.lines
        end, received = lines.get("期末结余"), lines.get("实际收到")
        if end is None or received is None or end.number.value is None or received.number.value is None:
            context.ledger.cannot(context.rule, "表下“期末结余”或“实际收到生均金额”没有填")
            continue
        if not context.bound(table, "人次", "生均标准"):
            continue
        rows = table.details()
        if not all(readable(context, table, i, "人次", "生均标准") for i in rows):
            continue
        # From heads and yuan, so that a wrong amount in column 8 is reported there and not again here.
        spent = sum((table.amount("人次", i) * table.amount("生均标准", i) / 100_000 for i in rows), _ZERO)
        before = lines["前期结余"].number.value if "前期结余" in lines else None
        plain_balance = received.number.value - spent
        accepted = [plain_balance] if before is None else [plain_balance, plain_balance + before]
        stated = end.number.value
        wanted = min(accepted, key=lambda value: abs(value - stated))

        def describe(
            _: int, ref: Ref = end.ref, a: Decimal = stated, b: Decimal = wanted, spent: Decimal = spent,
            got: Decimal = received.number.value, got_ref: Ref = received.ref, sheet: str = table.sheet.name,
        ) -> Finding:  # fmt: skip
            found = context.at_ref(ref, "表下 · 期末结余", "不等于实际收到减本学期对应金额（加或不加前期结余）")
            return Finding(
                found.rule, found.sheet, found.cell, found.label, found.message, expected=amount(b, "万元"),
                actual=amount(a, "万元"), difference=("+" if a > b else "") + amount(a - b, "万元"), unit="万元",
                related=(
                    Related(sheet, got_ref.cell, "表下 · 实际收到", amount(got, "万元")),
                    Related(sheet, "", "本学期对应生均公用经费（第6列×第7列各行之和）", amount(spent, "万元")),
                ),
                order=found.order,
            )  # fmt: skip

        slack = Decimal("0.005") if -stated.normalize().as_tuple().exponent <= 2 else _ZERO  # type: ignore[operator]
        context.ledger.relate(context.rule, "==", [stated], [wanted], [NOISE + slack], describe)


def previous_end(context: Context) -> None:
    """D8: the balance brought forward stands at the end of the previous term."""
    for table in context.tables():
        line = table.lines.get("前期截止")
        match = _YEAR_MONTH.search(line.text) if line else None
        if line is None or match is None:
            context.ledger.cannot(context.rule, "表下前期结余的截止年月没有填")
            continue
        year, month = context.workbook.term.previous.end
        holds = (int(match[1]), int(match[2])) == (year, month)

        def describe(_: int, ref: Ref = line.ref, text: str = line.text, wanted: str = f"{year}年{month}月") -> Finding:
            return context.at_ref(ref, "表下 · 前期截止", context.rule.name, expected=wanted, actual=text)

        context.ledger.demand(context.rule, [holds], describe)


def received_year(context: Context) -> None:
    """D8: money of a year is received in that year."""
    for table in context.tables():
        line = table.lines.get("收款日期")
        match = _YEAR_MONTH.search(line.text) if line else None
        if line is None or match is None:
            context.ledger.cannot(context.rule, "表下收款日期没有填")
            continue
        year = context.workbook.term.year
        holds = int(match[1]) == year

        def describe(_: int, ref: Ref = line.ref, text: str = line.text, wanted: str = f"{year}年") -> Finding:
            return context.at_ref(ref, "表下 · 收款日期", context.rule.name, expected=wanted, actual=text)

        context.ledger.demand(context.rule, [holds], describe)
