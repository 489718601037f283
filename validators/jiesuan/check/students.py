"""Checks of student rows that need more than their own cell: months and rates, grades, majors, remarks, shared phones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import wraps

from ..form import ALL
from ..identity import GRADES, Entry, identity_fault, major_of, spelled, spelled_phone
from ..number import plain
from ..report import Finding
from ..table import Table
from ..term import Term
from ..text import fold, mask_number
from .context import Context, related
from .roster import MONTHS, Roster, roster_of

_ZERO = Decimal(0)
_RowCheck = Callable[[Context, Table, list[int]], None]


def _of_students(*names: str) -> Callable[[_RowCheck], Callable[[Context], None]]:
    """A check of the student rows, run where all forms of its rule and these columns of the list are there."""

    def checking(check: _RowCheck) -> Callable[[Context], None]:
        @wraps(check)
        def run(context: Context) -> None:
            tables = context.tables()
            table = next((table for table in tables if table.is_list), None)
            if table is not None and len(tables) == len(context.rule.forms) and context.bound(table, *names):
                check(context, table, table.details())

        return run

    return checking


def _amounts(context: Context, table: Table, rows: list[int], *names: str) -> list[int]:
    """The rows whose amounts can be read."""
    if not any(table.troubled(name) for name in names):
        return rows
    return [i for i in rows if context.readable(table, i, *names)]


def _paid(context: Context, table: Table, rows: list[int], name: str) -> list[int]:
    """The rows that got something."""
    rows = _amounts(context, table, rows, name)
    return [i for i, amount in zip(rows, table.amounts(name, rows), strict=True) if amount > 0]


def _entered(context: Context, table: Table, rows: list[int]) -> list[tuple[int, Entry]]:
    """The rows whose class names a term of entry."""
    found = []
    entries = roster_of(context).entries
    for index in rows:
        entry = entries[index]
        if entry is not None:
            found.append((index, entry))
        else:
            context.ledger.cannot(context.rule, f"{table.ref('班级', index)} 看不出入学年季")
    return found


def whole_months(amount: Decimal, monthly: Decimal) -> int | None:
    """How many months an amount is of a monthly standard; None when it is no whole number of them."""
    months = amount / monthly
    return int(months) if months == months.to_integral_value() else None


def _monthly(context: Context, name: str = "助学金月标准") -> Decimal | None:
    """The policy figure (元 a month) of the workbook's term and set; the ledger says when there is none."""
    workbook = context.workbook
    standard = workbook.pack.policy.lookup(name, workbook.term, {"隶属": workbook.set})
    if standard is None:
        context.ledger.cannot(context.rule, f"政策数据里没有{workbook.term.title}的“{name}”")
        return None
    return standard.amount


@_of_students("助学金金额")
def aid_months(context: Context, table: Table, rows: list[int]) -> None:
    """B5: 助学金 is a whole number of months."""
    monthly = _monthly(context)
    if monthly is None:
        return
    rows = _amounts(context, table, rows, "助学金金额")
    paid = table.amounts("助学金金额", rows)
    whole = {sum_paid for sum_paid in set(paid) if whole_months(sum_paid, monthly) is not None}
    holds = [sum_paid in whole for sum_paid in paid]

    def describe(position: int) -> Finding:
        expected = f"每月 {plain(monthly)} 元的 1 至 5 倍"
        return context.at_cell(table, "助学金金额", rows[position], "金额不是月标准的整数倍", expected=expected)

    context.ledger.demand(context.rule, holds, describe)


@_of_students("免学费金额")
def fee_months(context: Context, table: Table, rows: list[int]) -> None:
    """B7: the fee is one to five months of a rate of the student's 专业类别 (what is more than any rate allows, P203 says)."""
    roster = roster_of(context)
    if roster.fees is None:
        context.ledger.cannot(context.rule, "没有免学费统计表，不知道专业的类别，只核对了是不是整月")
    highest = max(roster.rates.values(), default=_ZERO) * len(MONTHS)
    rows = _amounts(context, table, rows, "免学费金额")
    rows = [i for i, fee in zip(rows, table.amounts("免学费金额", rows), strict=True) if 0 < fee <= highest]
    holds = [bool(roster.fee_months(i)) for i in rows]

    def describe(position: int) -> Finding:
        index = rows[position]
        kinds = roster.kinds(index) or set(roster.rates)
        rates = "、".join(plain(roster.rates[kind]) for kind in roster.rates if kind in kinds)
        if roster.fee_months(index, any_rate=True):
            message = f"与该专业的类别（{'、'.join(sorted(kinds))}）不符"
        else:
            message = "金额不是月标准的 1 至 5 倍"
        said = (related(table, "班级", index),) if "班级" in table.columns else ()
        return context.at_cell(
            table, "免学费金额", index, message, expected=f"每月 {rates} 元的 1 至 5 倍", related=said
        )

    context.ledger.demand(context.rule, holds, describe)


@_of_students("助学金金额", "免学费金额")
def same_months(context: Context, table: Table, rows: list[int]) -> None:
    """B8: one student has one number of months in a term."""
    monthly = _monthly(context)
    if monthly is None:
        return
    roster = roster_of(context)
    chosen: list[tuple[int, int]] = []
    holds = []
    rows = _amounts(context, table, rows, "助学金金额", "免学费金额")
    aids = table.amounts("助学金金额", rows)
    counted = {aid: whole_months(aid, monthly) for aid in set(aids)}
    for index, aid, fee in zip(rows, aids, table.amounts("免学费金额", rows), strict=True):
        months, whole = roster.months[index], counted[aid]
        if aid <= 0 or fee <= 0 or (whole or 0) > len(MONTHS):
            continue  # more than a term: P201 says so
        if whole is None or not months:
            name = "助学金金额" if whole is None else "免学费金额"
            context.ledger.cannot(context.rule, f"{table.ref(name, index)} 不是整月，折不出月数")
            continue
        chosen.append((index, whole))
        holds.append(whole in months)

    def describe(position: int) -> Finding:
        index, aid = chosen[position]
        months = "或".join(map(str, sorted(roster.months[index])))
        message = f"助学金是 {aid} 个月，免学费是 {months} 个月"
        return context.at_cell(table, "助学金金额", index, message, related=(related(table, "免学费金额", index),))

    context.ledger.demand(context.rule, holds, describe)


@_of_students("助学金金额", "免学费金额")
def tier_months(context: Context, table: Table, rows: list[int]) -> None:
    """B8 with tiers of 助学金, whose amount says no months: it lies between the lowest and the highest tier for as many
    months as the fee (what is more than any tier allows, P207 says)."""
    low, high = _monthly(context, "助学金最低月标准"), _monthly(context, "助学金最高月标准")
    if low is None or high is None:
        return
    roster = roster_of(context)
    rows = _amounts(context, table, rows, "助学金金额", "免学费金额")
    paid = zip(rows, *(table.amounts(name, rows) for name in ("助学金金额", "免学费金额")), strict=True)
    chosen: list[tuple[int, Decimal]] = []
    for index, aid, fee in paid:
        if not 0 < aid <= high * len(MONTHS) or fee <= 0:
            continue
        if roster.months[index]:
            chosen.append((index, aid))
        else:
            context.ledger.cannot(context.rule, f"{table.ref('免学费金额', index)} 不是整月，折不出月数")
    holds = [any(low * months <= aid <= high * months for months in roster.months[index]) for index, aid in chosen]

    def describe(position: int) -> Finding:
        index, aid = chosen[position]
        months = sorted(roster.months[index])
        spans = "或".join(f"{plain(low * n)}—{plain(high * n)}" for n in months)
        side = "少于同样月数的最低档" if aid < low * months[0] else "多于同样月数的最高档"
        message = f"免学费是 {'或'.join(map(str, months))} 个月，助学金{side}"
        other = (related(table, "免学费金额", index),)
        return context.at_cell(table, "助学金金额", index, message, expected=f"{spans} 元", related=other)

    context.ledger.demand(context.rule, holds, describe)


@_of_students("班级", "助学金金额")
def grade_aid(context: Context, table: Table, rows: list[int]) -> None:
    """B9: 助学金 only for the grades eligible in the term; 备注 says who stayed behind (留级, 复学)."""
    workbook = context.workbook
    eligible = workbook.pack.policy.values("助学金年级", workbook.term)
    paid = _paid(context, table, rows, "助学金金额")
    grades = roster_of(context).grades
    chosen = [(i, grades[i]) for i, _ in _entered(context, table, paid) if grades[i]]
    holds = [bool(grades & set(eligible)) or context.excused(table, i) for i, grades in chosen]

    def describe(position: int) -> Finding:
        index, grades = chosen[position]
        message = f"按入学年季推算是{_grades(grades)}，{workbook.term.title}只有{'、'.join(eligible)}享受助学金"
        return context.at_cell(
            table, "助学金金额", index, message, expected="空白", related=(related(table, "班级", index),)
        )

    context.ledger.demand(context.rule, holds, describe)


@_of_students("班级")
def class_grade(context: Context, table: Table, rows: list[int]) -> None:
    """The entry term puts the student in one of the three years (§4: n div 2 + 1); G7: 备注 says who stayed behind."""
    term = context.workbook.term
    entered = _entered(context, table, rows)
    grades = roster_of(context).grades
    holds = [bool(grades[index]) or (entry.term <= term and context.excused(table, index)) for index, entry in entered]

    def describe(position: int) -> Finding:
        index, entry = entered[position]
        late = "还没有入学" if entry.term > term else "已超过三年级"
        return context.at_cell(table, "班级", index, f"{entry.term.title}入学，到{term.title}{late}")

    context.ledger.demand(context.rule, holds, describe)


def _is_listed(roster: Roster, entry: Entry, term: Term, kind: str) -> bool:
    """Whether the major of a class stands in 免学费 under a grade it can be in and that hardship type."""
    own = fold(entry.major)
    return any(own.startswith(roster.listed.get((grade, kind, entry.term), ())) for grade in entry.grades(term))


def _is_listed_later(roster: Roster, entry: Entry, kind: str) -> bool:
    """Whether 免学费 lists the major under that hardship type for those who entered in that term or later, in any grade."""
    own = fold(entry.major)
    later = (majors for (_, at, since), majors in roster.listed.items() if at == kind and since >= entry.term)
    return any(own.startswith(majors) for majors in later)


@_of_students("班级", "免学费金额")
def class_major(context: Context, table: Table, rows: list[int]) -> None:
    """B14: the student's major is listed in 免学费 for that grade and hardship type; of one whose remark says 留级, 复学 it may
    stand where those who entered later do."""
    roster = roster_of(context)
    if roster.fees is None or not context.bound(roster.fees, "就读专业") or not context.whole(roster.fees):
        return
    term = context.workbook.term
    name = roster.fees.form.name
    paid = _paid(context, table, rows, "免学费金额")
    chosen = [(i, entry) for i, entry in _entered(context, table, paid) if roster.grades[i]]
    known: dict[tuple[int, str], bool] = {}  # a class has many students
    holds, behind = [], set()
    for index, entry in chosen:
        place = (id(entry), table.keys[index][0])
        if place not in known:
            known[place] = _is_listed(roster, entry, term, place[1])
        if not known[place] and context.excused(table, index):
            behind.add(index)
        holds.append(known[place] or (index in behind and _is_listed_later(roster, entry, place[1])))

    def describe(position: int) -> Finding:
        index, entry = chosen[position]
        where = f"“{table.keys[index][0]}”的就读专业里"
        message = f"《{name}》{_grades(entry.grades(term))}{where}没有这个专业"
        if index in behind:
            message = f"按备注该生不在原来的年级，而《{name}》{where}没有{entry.term}及以后入学的这个专业"
        return context.at_cell(table, "班级", index, message, expected=f"{entry.term}{major_of(entry)}")

    context.ledger.demand(context.rule, holds, describe)


def _grades(grades: frozenset[str]) -> str:
    return "或".join(grade for grade in GRADES if grade in grades)


@_of_students("班级", "助学金金额", "免学费金额", "备注")
def agri_remark(context: Context, table: Table, rows: list[int]) -> None:
    """B13: the remark of 涉农 students names heads and amounts that agree with the row, or with the section."""
    roster = roster_of(context)
    sections: dict[str, list[int]] = {}
    for index in _amounts(context, table, rows, "助学金金额", "免学费金额"):
        if roster.kinds(index) == {"涉农专业"}:
            sections.setdefault(table.keys[index][0], []).append(index)
    wording = context.workbook.pack.wording
    if not wording.agri:
        context.ledger.cannot(context.rule, "表册的 explain.toml 没有写明涉农专业学生的备注（agri）")
        return
    rows = list(range(len(table.keys))) if sections else []
    stated = {i: said for i in rows if (said := wording.agri_said(table.text("备注", i)))}
    chosen: list[int] = []
    holds: list[bool] = []
    for section, students in sections.items():
        whole = _agri(table, students) in {said for i, said in stated.items() if table.keys[i][0] in (section, ALL)}
        chosen += students
        holds += [whole or stated.get(i) == _agri(table, [i]) for i in students]

    def describe(position: int) -> Finding:
        index = chosen[position]
        wanted = wording.agri_clause(*_agri(table, [index]))
        message = "备注里的人数或金额与本行不同" if index in stated else "涉农专业学生没有按填表说明1写备注"
        figures = tuple(related(table, name, index) for name in ("助学金金额", "免学费金额"))
        return context.at_cell(table, "备注", index, message, expected=wanted, related=figures)

    context.ledger.demand(context.rule, holds, describe)


def _agri(table: Table, rows: list[int]) -> tuple[int, Decimal, Decimal]:
    aid, fee = (sum(table.amounts(name, rows), _ZERO) for name in ("助学金金额", "免学费金额"))
    return len(rows), aid, fee


@_of_students("助学金金额", "免学费金额")
def no_amount(context: Context, table: Table, rows: list[int]) -> None:
    """B11: a student row has at least one amount."""
    rows = _amounts(context, table, rows, "助学金金额", "免学费金额")
    paid = zip(table.amounts("助学金金额", rows), table.amounts("免学费金额", rows), strict=True)
    holds = [aid > 0 or fee > 0 for aid, fee in paid]

    def describe(position: int) -> Finding:
        index = rows[position]
        other = related(table, "助学金金额", index)
        return context.at_cell(table, "免学费金额", index, "助学金和免学费两项金额都没有填", related=(other,))

    context.ledger.demand(context.rule, holds, describe)


@_of_students("联系电话")
def phone_missing(context: Context, table: Table, rows: list[int]) -> None:
    """B10: a phone on every row, or a remark."""
    holds = [bool(table.text("联系电话", i)) or context.excused(table, i) for i in rows]
    context.ledger.demand(context.rule, holds, lambda i: context.at_cell(table, "联系电话", rows[i], "没有填联系电话"))


@_of_students("联系电话")
def phone_shared(context: Context, table: Table, rows: list[int]) -> None:
    """The same phone for three or more students."""
    least = int(context.rule.options.get("least", 3))
    numbers = [spelled_phone(table.columns["联系电话"].raw[i]) for i in rows]
    sharing: dict[str, list[int]] = {}
    for i, number in zip(rows, numbers, strict=True):
        if number:
            sharing.setdefault(number, []).append(table.rows[i])
    holds = [len(sharing.get(number, ())) < least for number in numbers]

    def describe(position: int) -> Finding:
        number, own = numbers[position], table.rows[rows[position]]
        same = sharing[number]
        others = [str(row) for row in same[:6] if row != own][:5]
        more = "等" if len(same) > 6 else ""
        message = f"第{'、'.join(others)}{more}行也是这个电话，共{len(same)}名学生"
        return context.at_cell(table, "联系电话", rows[position], message, actual=mask_number(number))

    context.ledger.demand(context.rule, holds, describe)


@_of_students("身份证号")
def age(context: Context, table: Table, rows: list[int]) -> None:
    """Age on the first day of the term within the usual bounds (options youngest, oldest)."""
    youngest, oldest = int(context.rule.options["youngest"]), int(context.rule.options["oldest"])
    (year, month), today = context.workbook.term.start, dt.date.today()
    # Days as YYYYMMDD, which order as the days do.
    first, last = f"{year - oldest - 1:04}{month:02}01", f"{year - youngest:04}{month:02}01"
    chosen, holds = [], []
    for index in rows:
        value = table.columns["身份证号"].raw[index]
        fault = identity_fault(value, today)
        born = spelled(value)[6:14] if fault in ("", "id-spelling") else ""
        if born:
            chosen.append(index)
            holds.append(first < born <= last or context.excused(table, index))
        elif fault != "id-other":  # a travel document says nothing of age
            context.ledger.cannot(context.rule, f"{table.ref('身份证号', index)} 没有有效的身份证号，算不出年龄")

    def describe(position: int) -> Finding:
        index = chosen[position]
        born = spelled(table.columns["身份证号"].raw[index])[6:14]
        message = f"学期开始时 {year - int(born[:4]) - (f'{month:02}01' < born[4:])} 周岁"
        shown = mask_number(spelled(table.columns["身份证号"].raw[index]))
        return context.at_cell(table, "身份证号", index, message, expected=f"{youngest} 至 {oldest} 周岁", actual=shown)

    context.ledger.demand(context.rule, holds, describe)
