"""What a row or a figure may be: standards, serial numbers, monthly jumps, members that must stay empty."""

from __future__ import annotations

import itertools
from decimal import Decimal

from ..calculate import total_addends
from ..form import Key
from ..number import plain, read_number
from ..ref import Ref
from ..report import Finding, amount
from ..table import Table
from .context import Context, related
from .forms import compare
from .remarks import about_jump


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
            known = ("standards", column.name)
            if known not in table.memo:
                figures = ((i, key, pack.standard(table.form, column, key, term)) for i, key in enumerate(table.keys))
                table.memo[known] = [item for item in figures if item[2] is not None]
            for index, key, figure in table.memo[known]:
                cell = table.columns[column.name].cells[index]
                number = table.number(column.name, index)
                if cell is None or cell in seen:
                    continue
                if number.value is None:
                    context.readable(table, index, column.name)
                    continue
                if column.name == "月标准" and number.value in foreign.get(
                    dict(zip(table.form.axes, key, strict=True))["专业类别"], ()
                ):
                    continue  # the other set's standard: P302 says so
                seen.add(cell)
                if number.value != figure and _answered_below(context, table, column.name, index):
                    continue
                records.append(index)
                left.append(number.value)
                right.append(figure)
            compare(context, table, column, records, left, right, None, lambda _: [])


def _answered_below(context: Context, table: Table, name: str, total: int) -> bool:
    """Whether the standard at a total is that of rows below it, and their remarks answer for all that differ."""
    below = dict(total_addends(table)).get(total, []) if table.is_total(total) else []
    pack, term, column = context.workbook.pack, context.workbook.term, table.form.field(name)
    others = [
        i
        for i in below
        if table.number(name, i).value not in (None, pack.standard(table.form, column, table.keys[i], term))
    ]
    same = any(table.amount(name, i) == table.amount(name, total) for i in others)
    return same and all(context.excused(table, i, name) for i in others)


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
            troubled = table.troubled(column.name)
            for index in table.details():
                readable = not troubled or context.readable(table, index, column.name)
                if not readable or table.number(column.name, index).value is not None:
                    sections.setdefault(table.keys[index], []).append(index)
            for section in sections.values():
                found = [table.number(column.name, index).value for index in section]
                holds = [value is None or value == place for place, value in enumerate(found, 1)]
                if not all(holds):
                    # One gap shifts all that follows: report where it begins; all may also be 1.
                    first = holds.index(False)
                    constant = all(value in (1, None) for value in found)
                    holds = [constant or i != first for i in range(len(holds))]

                def describe(
                    position: int, rows: list[int] = section, name: str = column.name, table: Table = table
                ) -> Finding:
                    index = rows[position]
                    value = table.number(name, index).value
                    actual = None if value is None else plain(value)  # a serial number has no unit
                    message, wanted = "序号从这里起不连续", str(position + 1)
                    return context.at_cell(table, name, index, message, expected=wanted, actual=actual, unit="")

                context.ledger.demand(context.rule, holds, describe)


def jumps(context: Context) -> None:
    """Two neighbouring months differ by more than `least` heads and more than `share` (P306, P404); a peak of one month is
    one finding."""
    least = Decimal(str(context.rule.options.get("least", 5)))
    share = Decimal(str(context.rule.options.get("share", 0.1)))
    words = context.workbook.pack.wording.jump

    def far(a: Decimal, b: Decimal) -> bool:
        return abs(b - a) > least and abs(b - a) > share * max(a, b)

    for table in context.tables():
        months = table.form.groups.get("月", ())
        if not context.bound(table, *months):
            continue
        left: dict[int, Decimal] = {}
        # Record → the number before it jumped to the last month's: going back there is the same jump.
        for before, after in itertools.pairwise(months):
            records = [i for i in table.details() if context.readable(table, i, before, after)]
            holds, jumped = [], {}
            for index in records:
                a, b = table.amount(before, index), table.amount(after, index)
                jump = far(a, b) and not (index in left and not far(left[index], b))
                if jump:
                    jumped[index] = a
                captions = (table.columns[before].column.caption, table.columns[after].column.caption)
                texts = context.answers(table, index) if jump else ()
                holds.append(not jump or any(about_jump(words, text, captions, abs(b - a)) for text in texts))
            left = jumped

            def describe(
                position: int, rows: list[int] = records, a: str = before, b: str = after, table: Table = table,
                months: tuple[str, ...] = months,
            ) -> Finding:  # fmt: skip
                index = rows[position]
                change = table.amount(b, index) - table.amount(a, index)
                word = "多" if change > 0 else "少"
                message = f"比{table.columns[a].column.caption}{word} {abs(change)} 人，超过 {least} 人和 {share:.0%}"
                near = [name for name in months if abs(months.index(name) - months.index(b)) == 1]
                figures = tuple(related(table, name, index) for name in near)
                return context.at_cell(table, b, index, message, related=figures)

            context.ledger.demand(context.rule, holds, describe)


def closed_members(context: Context) -> None:
    """Nothing stands under a member that is not eligible in this term (P106: 三年级 before 2025春)."""
    for table in context.tables():
        _empty(context, table, [i for i, key in enumerate(table.keys) if table.closed & set(key)])


def not_in_need(context: Context) -> None:
    """A column headed 非家庭经济困难 under 非涉农专业 must be empty (P105)."""
    options = {key: str(value) for key, value in context.rule.options.items()}
    of_axis, _, of_member = options["of"].partition("/")
    for table in context.tables():
        if options["label"] not in table.labels.get(options["of"], ""):
            continue
        position, other = table.form.axes.index(options["axis"]), table.form.axes.index(of_axis)
        wanted = (options["member"], of_member)
        _empty(
            context, table, [i for i in table.details() if (table.keys[i][position], table.keys[i][other]) == wanted]
        )


def dashed(context: Context) -> None:
    """D3: the cells of a total that the form prints a dash in hold no number (columns 7 and 9 of 全校合计)."""
    for table in context.tables():
        totals = [(index, total) for total in table.form.total for key in table.form.total_keys(total)
                  if (index := table.index.get(key)) is not None]  # fmt: skip
        places = []
        for index, name in ((index, name) for index, total in totals for name in total.dash if name in table.columns):
            columns = {cell[1] for cell in table.columns[name].cells if cell is not None}
            if len(columns) == 1:
                places.append((index, name, Ref(table.sheet.name, table.rows[index], columns.pop())))
        typed = [read_number(table.sheet.value(ref.row, ref.column)).value for _, _, ref in places]

        def describe(
            position: int, typed: list[Decimal | None] = typed, places: list[tuple[int, str, Ref]] = places,
            table: Table = table,
        ) -> Finding:  # fmt: skip
            index, name, ref = places[position]
            column = table.form.field(name)
            figure = amount(typed[position] or Decimal(0), column.unit)
            return context.at_ref(
                ref, table.label(name, index), context.rule.name, expected="—", actual=figure, unit=column.unit
            )

        context.ledger.demand(context.rule, [value is None for value in typed], describe)


def _empty(context: Context, table: Table, records: list[int]) -> None:
    """No number but 0 in these records; all that stand there are one finding, at the first."""
    places = [(name, i) for i in records for name, bound in table.columns.items() if bound.numbers]
    readable = [place for place in places if context.readable(table, place[1], place[0])]
    filled = [place for place in readable if table.amount(*place)]

    def describe(_: int) -> Finding:
        (name, index), others = filled[0], filled[1:]
        more = f"（同样的还有 {len(others)} 格）" if others else ""
        found = tuple(related(table, *place) for place in others)
        return context.at_cell(table, name, index, context.rule.name + more, expected="0 或空白", related=found)

    context.ledger.demand(context.rule, [not filled], describe)


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
        rows = [i for i in table.details() if context.readable(table, i, "月标准")]
        holds = [i not in wrong for i in rows]

        def describe(position: int, rows: list[int] = rows, table: Table = table) -> Finding:
            index = rows[position]
            workbook = context.workbook
            figure = workbook.pack.standard(table.form, table.form.field("月标准"), table.keys[index], workbook.term)
            unit = table.form.field("月标准").unit
            message = f"本工作簿按{workbook.set}核对，这里却是另一种隶属关系的标准"
            return context.at_cell(table, "月标准", index, message, expected=amount(figure, unit))

        context.ledger.demand(context.rule, holds, describe)
