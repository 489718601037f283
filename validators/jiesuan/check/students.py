"""Checks of student rows that need more than their own cell: months and rates, grades, majors, remarks, shared phones."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cached_property

from ..bind import Workbook
from ..form import ALL
from ..identity import Entry, birth, identity_fault, major_of, parse_entry, spelled, spelled_phone, split_majors
from ..number import plain
from ..report import Finding
from ..table import Table
from ..text import clean, fold, mask_number
from .context import Context, related

_ZERO = Decimal(0)
_REMARK = re.compile(r"包含涉农专业学生(\d+)人,申请了助学金([\d.]+)元,?免学费(?:补助金)?([\d.]+)元")
MONTHS = range(1, 6)


class Roster:
    """What the student rows and the majors of 免学费 together say: rates, entries, categories of majors."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.table: Table | None = workbook.tables.get("精准明细")
        self.fees: Table | None = workbook.tables.get("免学费")

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        """专业类别 → 元 a month, for the workbook's set."""
        pack, term = self.workbook.pack, self.workbook.term
        found: dict[str, Decimal] = {}
        for standard in pack.policy.standard:
            kind = standard.keys.get("专业类别")
            if standard.name == "免学费年标准" and kind:
                own = pack.policy.lookup("免学费年标准", term, {"隶属": self.workbook.set, "专业类别": kind})
                if own is not None:
                    found[kind] = own.amount / 10
        return found

    @cached_property
    def majors(self) -> dict[tuple[str, str], list[tuple[Entry, str]]]:
        """(年级, 困难类型) → majors listed in 免学费 with their 专业类别."""
        found: dict[tuple[str, str], list[tuple[Entry, str]]] = {}
        if self.fees is None or "就读专业" not in self.fees.columns:
            return found
        grade, kind, hardship = (self.fees.form.axes.index(name) for name in ("年级", "专业类别", "困难类型"))
        for index in self.fees.details():
            key = self.fees.keys[index]
            for text in split_majors(self.fees.text("就读专业", index)):
                entry = parse_entry(text)
                if entry is not None:
                    found.setdefault((key[grade], key[hardship]), []).append((entry, key[kind]))
        return found

    @cached_property
    def categories(self) -> dict[str, set[str]]:
        """Folded major → the 专业类别 under which 免学费 lists it."""
        found: dict[str, set[str]] = {}
        for listed in self.majors.values():
            for entry, kind in listed:
                found.setdefault(fold(major_of(entry)), set()).add(kind)
        return found

    def entry(self, index: int) -> Entry | None:
        """The entry of a student row."""
        return parse_entry(self.table.text("班级", index)) if self.table is not None else None

    def kinds(self, index: int) -> set[str]:
        """The 专业类别 a student's major is listed under; empty when it cannot be told."""
        entry = self.entry(index)
        return self.categories.get(fold(major_of(entry)), set()) if entry else set()

    def fee_months(self, index: int, *, any_rate: bool = False) -> set[int]:
        """How many months the fee of a row can stand for, at the rates of its major (or at any rate)."""
        assert self.table is not None
        amount = self.table.amount("免学费金额", index)
        kinds = set() if any_rate else self.kinds(index)
        return {
            months
            for kind, rate in self.rates.items()
            if not kinds or kind in kinds
            for months in MONTHS
            if rate * months == amount
        }


def _rows(context: Context, *names: str) -> tuple[Table, list[int]] | None:
    tables = context.tables()
    table = next((table for table in tables if table.is_list), None)
    if table is None or len(tables) < len(context.rule.forms) or not context.bound(table, *names):
        return None
    return table, table.details()


def _amounts(context: Context, table: Table, rows: list[int], *names: str) -> list[int]:
    """The rows whose amounts can be read."""
    return [i for i in rows if not any(table.number(name, i).trouble for name in names)]


def fee_months(context: Context) -> None:
    """B7: the fee is one to five months of a rate of the student's 专业类别."""
    found = _rows(context, "免学费金额")
    if found is None:
        return
    table, rows = found
    roster = Roster(context.workbook)
    rows = [i for i in _amounts(context, table, rows, "免学费金额") if table.amount("免学费金额", i) > 0]
    holds = [bool(roster.fee_months(i)) for i in rows]

    def describe(position: int) -> Finding:
        index = rows[position]
        kinds = roster.kinds(index) or set(roster.rates)
        rates = "、".join(plain(roster.rates[kind]) for kind in roster.rates if kind in kinds)
        if roster.fee_months(index, any_rate=True):
            message = f"与该专业的类别（{'、'.join(sorted(kinds))}）不符"
        else:
            message = "金额不是月标准的 1 至 5 倍"
        return context.at_cell(table, "免学费金额", index, message, expected=f"每月 {rates} 元的 1 至 5 倍")

    context.ledger.demand(context.rule, holds, describe)


def same_months(context: Context) -> None:
    """B8: one student has one number of months in a term."""
    found = _rows(context, "助学金金额", "免学费金额")
    if found is None:
        return
    table, rows = found
    workbook = context.workbook
    standard = workbook.pack.policy.lookup("助学金月标准", workbook.term, {"隶属": workbook.set})
    if standard is None:
        context.ledger.cannot(context.rule, f"政策数据里没有{workbook.term.title}的“助学金月标准”")
        return
    roster = Roster(workbook)
    chosen, holds = [], []
    for index in _amounts(context, table, rows, "助学金金额", "免学费金额"):
        aid, fee = table.amount("助学金金额", index), table.amount("免学费金额", index)
        months = roster.fee_months(index) or roster.fee_months(index, any_rate=True)
        if aid > 0 and fee > 0 and months and not aid % standard.amount:
            chosen.append(index)
            holds.append(int(aid / standard.amount) in months)

    def describe(position: int) -> Finding:
        index = chosen[position]
        months = "或".join(str(n) for n in sorted(roster.fee_months(index) or roster.fee_months(index, any_rate=True)))
        aid = plain(table.amount("助学金金额", index) / standard.amount)
        message = f"助学金是 {aid} 个月，免学费是 {months} 个月"
        return context.at_cell(table, "助学金金额", index, message, related=(related(table, "免学费金额", index),))

    context.ledger.demand(context.rule, holds, describe)


def grade_aid(context: Context) -> None:
    """B9: 助学金 only for the grades eligible in the term."""
    found = _rows(context, "班级", "助学金金额")
    if found is None:
        return
    table, rows = found
    workbook = context.workbook
    eligible = set(workbook.pack.policy.values("助学金年级", workbook.term))
    roster = Roster(workbook)
    holds = []
    for index in rows:
        entry = roster.entry(index)
        grades = entry.grades(workbook.term) if entry else set()
        holds.append(not (grades and not grades & eligible and table.amount("助学金金额", index) > 0))

    def describe(position: int) -> Finding:
        index = rows[position]
        entry = roster.entry(index)
        grade = "、".join(sorted(entry.grades(workbook.term))) if entry else ""
        message = f"按入学年季推算是{grade}，{workbook.term.title}只有{'、'.join(sorted(eligible))}享受助学金"
        return context.at_cell(
            table, "助学金金额", index, message, expected="空白", related=(related(table, "班级", index),)
        )

    context.ledger.demand(context.rule, holds, describe)


def class_grade(context: Context) -> None:
    """The entry term puts the student in one of the three years (§4: n div 2 + 1)."""
    found = _rows(context, "班级")
    if found is None:
        return
    table, rows = found
    term = context.workbook.term
    roster = Roster(context.workbook)
    entries = [roster.entry(i) for i in rows]
    holds = [entry is None or bool(entry.grades(term)) for entry in entries]

    def describe(position: int) -> Finding:
        entry = entries[position]
        assert entry is not None
        late = entry.term > term
        message = f"{entry.term.title}入学，到{term.title}" + ("还没有入学" if late else "已超过三年级")
        return context.at_cell(table, "班级", rows[position], message)

    context.ledger.demand(context.rule, holds, describe)


def class_major(context: Context) -> None:
    """B14: the student's major is listed in 免学费 for that grade and hardship type."""
    found = _rows(context, "班级", "免学费金额")
    if found is None:
        return
    table, rows = found
    roster = Roster(context.workbook)
    if roster.fees is None or not context.bound(roster.fees, "就读专业"):
        return
    term = context.workbook.term
    chosen, holds = [], []
    for index in rows:
        entry = roster.entry(index)
        if entry is None or not entry.grades(term) or table.amount("免学费金额", index) <= 0:
            continue
        kind = table.keys[index][0]
        listed = [m for grade in entry.grades(term) for m, _ in roster.majors.get((grade, kind), [])]
        own = fold(entry.major)
        chosen.append(index)
        holds.append(any(m.term == entry.term and own.startswith(fold(major_of(m))) for m in listed))

    def describe(position: int) -> Finding:
        index = chosen[position]
        entry = roster.entry(index)
        assert entry is not None
        grade = "或".join(sorted(entry.grades(term)))
        message = (
            f"《{roster.fees.form.name if roster.fees else ''}》{grade}“{table.keys[index][0]}”的就读专业里没有这个专业"
        )
        return context.at_cell(table, "班级", index, message, expected=f"{entry.term}{major_of(entry)}")

    context.ledger.demand(context.rule, holds, describe)


def agri_remark(context: Context) -> None:
    """B13: the remark of 涉农 students names heads and amounts that agree with the row, or with the section."""
    found = _rows(context, "班级", "助学金金额", "免学费金额", "备注")
    if found is None:
        return
    table, rows = found
    roster = Roster(context.workbook)
    sections: dict[str, list[int]] = {}
    for index in _amounts(context, table, rows, "助学金金额", "免学费金额"):
        if roster.kinds(index) == {"涉农专业"}:
            sections.setdefault(table.keys[index][0], []).append(index)
    chosen: list[int] = []
    holds: list[bool] = []
    for section, students in sections.items():
        whole = _agri(table, students)
        everywhere = [i for i in range(len(table.keys)) if table.keys[i][0] in (section, ALL)]
        stated = {said for i in everywhere if (said := _stated(table, i))}
        for index in students:
            chosen.append(index)
            holds.append(whole in stated or _stated(table, index) == _agri(table, [index]))

    def describe(position: int) -> Finding:
        index = chosen[position]
        n, aid, fee = _agri(table, [index])
        wanted = f"包含涉农专业学生{n}人，申请了助学金{plain(aid)}元、免学费补助金{plain(fee)}元"
        message = (
            "涉农专业学生没有按填表说明1写备注" if _stated(table, index) is None else "备注里的人数或金额与本行不同"
        )
        return context.at_cell(table, "备注", index, message, expected=wanted)

    context.ledger.demand(context.rule, holds, describe)


def _agri(table: Table, rows: list[int]) -> tuple[int, Decimal, Decimal]:
    aid = sum((table.amount("助学金金额", i) for i in rows), _ZERO)
    return len(rows), aid, sum((table.amount("免学费金额", i) for i in rows), _ZERO)


def _stated(table: Table, index: int) -> tuple[int, Decimal, Decimal] | None:
    match = _REMARK.search(fold(table.text("备注", index)))
    if match is None:
        return None
    return int(match[1]), Decimal(match[2].rstrip(".")), Decimal(match[3].rstrip("."))


def no_amount(context: Context) -> None:
    """B11: a student row has at least one amount."""
    found = _rows(context, "助学金金额", "免学费金额")
    if found is None:
        return
    table, rows = found
    rows = _amounts(context, table, rows, "助学金金额", "免学费金额")
    holds = [table.amount("助学金金额", i) > 0 or table.amount("免学费金额", i) > 0 for i in rows]
    context.ledger.demand(
        context.rule, holds, lambda i: context.at_cell(table, "免学费金额", rows[i], "助学金和免学费两项金额都没有填")
    )


def phone_missing(context: Context) -> None:
    """B10: a phone on every row, or a remark."""
    found = _rows(context, "联系电话")
    if found is None:
        return
    table, rows = found
    holds = [bool(table.text("联系电话", i)) or context.excused(table, i) for i in rows]
    context.ledger.demand(context.rule, holds, lambda i: context.at_cell(table, "联系电话", rows[i], "没有填联系电话"))


def phone_shared(context: Context) -> None:
    """The same phone for three or more students."""
    found = _rows(context, "联系电话")
    if found is None:
        return
    table, rows = found
    least = int(context.rule.options.get("least", 3))
    groups: dict[str, list[int]] = {}
    for index in rows:
        number = spelled_phone(table.columns["联系电话"].raw[index])
        if number:
            groups.setdefault(number, []).append(index)
    holds = [len(groups.get(spelled_phone(table.columns["联系电话"].raw[i]), [])) < least for i in rows]

    def describe(position: int) -> Finding:
        number = spelled_phone(table.columns["联系电话"].raw[rows[position]])
        others = [str(table.rows[i]) for i in groups[number] if i != rows[position]]
        message = f"第{'、'.join(others[:5])}{'等' if len(others) > 5 else ''}行也是这个电话，共{len(others) + 1}名学生"
        return context.at_cell(table, "联系电话", rows[position], message, actual=mask_number(number))

    context.ledger.demand(context.rule, holds, describe)


def age(context: Context) -> None:
    """Age on the first day of the term within the usual bounds (options youngest, oldest)."""
    found = _rows(context, "身份证号")
    if found is None:
        return
    table, rows = found
    youngest, oldest = int(context.rule.options["youngest"]), int(context.rule.options["oldest"])
    start = dt.date(*context.workbook.term.start, 1)
    ages: dict[int, int] = {}
    for index in rows:
        value = table.columns["身份证号"].raw[index]
        if value is None or identity_fault(value, dt.date.today()) not in ("", "id-spelling"):
            continue
        born = birth(spelled(value))
        if born is not None:
            ages[index] = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    chosen = [i for i in ages if not context.excused(table, i)]
    holds = [youngest <= ages[i] <= oldest for i in chosen]

    def describe(position: int) -> Finding:
        index = chosen[position]
        message = f"学期开始时 {ages[index]} 周岁"
        shown = mask_number(spelled(table.columns["身份证号"].raw[index]))
        return context.at_cell(table, "身份证号", index, message, expected=f"{youngest} 至 {oldest} 周岁", actual=shown)

    context.ledger.demand(context.rule, holds, describe)


def remark_text(table: Table, index: int) -> str:
    """A row's remark in one spelling."""
    return clean(table.text("备注", index))
