"""Check a roster by itself: required fields, identities, eligibility, grades, transfers, late registration.

Cells are validated by one Pandera schema made from the declared columns; what needs several cells of a student is asked
column by column.  Each rule's `check` names one of the functions in `CHECKS`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from ..identity import GRADES, Entry, birth, identity_fault, phone_fault, spelled, tail_lost
from ..law import Law
from ..pack import Pack
from ..regions import load_law
from ..report import Report, Unverified
from ..rule import LEVELS, Rule
from ..term import Term
from ..text import fold, mask
from .context import AWAY, SET, Context
from .eligibility import aid_amount, eligible, owed, registered
from .read import Roster, date_of, entry_of, grade_of, years_of

_FAULTS = {
    "id-number": "身份证号存成了数字，后几位可能已经丢失；请设为文本后重新输入",
    "id-length": "身份证号应为18位",
    "id-place": "地址码（前两位）不是任何省份的",
    "id-birth": "第7至14位不是一个有效的出生日期",
    "id-checksum": "最后一位与前17位对不上，至少有一位录错",
}


def check_roster(
    roster: Roster, pack: Pack, term: Term, *, today: dt.date | None = None, law: Law | None = None
) -> Report:
    """Confront a roster with the rules of the pack that need nothing but a roster (`needs = "名册"`); eligibility and
    deadlines are those of `law`, by default that of the pack's region."""
    law = law or load_law(pack.info.region)
    rules = [rule for rule in pack.rules.values() if rule.needs == "名册" and rule.applies(SET, term)]
    contexts = [Context(rule, roster, term, today or dt.date.today(), law) for rule in rules]
    _cells([context for context in contexts if context.rule.check in CELLS])
    for context in contexts:
        if context.rule.check not in CELLS:
            CHECKS[context.rule.check](context)
    return report_of(roster, pack, term, rules, contexts)


def report_of(roster: Roster, pack: Pack, term: Term, rules: list[Rule], contexts: list[Context]) -> Report:
    """The report of what the contexts found."""
    schools = roster.schools
    school = schools[0] if len(schools) == 1 else f"{len(schools)} 所学校" if schools else ""
    report = Report(roster.file, roster.sha256, pack.info.id, SET, str(term), tuple(rules), school=school)
    order = {name: at for at, name in enumerate(dict.fromkeys(roster.sheets))}
    for context in contexts:
        report.findings += context.findings
        report.unchecked += context.unverified
    report.findings.sort(key=lambda f: (LEVELS.index(f.level), order.get(f.sheet, -1), f.order, f.code, f.message))
    report.remarks = list(roster.remarks)
    if roster.unknown:
        told, several = [], len({sheet for sheet, _, _ in roster.unknown}) > 1
        for text in list(dict.fromkeys(text for _, _, text in roster.unknown))[:12]:
            sheet, cell = next((sheet, cell) for sheet, cell, other in roster.unknown if other == text)
            told.append(f"{f'{sheet}!' if several else ''}{cell}“{mask(text)}”")
        more = f"等 {len(roster.unknown)} 列" if len(roster.unknown) > len(told) else ""
        report.remarks.append(f"不认识这些列标题，没有核对：{'、'.join(told)}{more}。")
    if not len(roster):
        report.blank = True
        report.unchecked = [Unverified(rule, "名册里没有学生") for rule in rules]
    report.nameless, report.answerable = "", False
    report.when_passed = "名册没有查出问题。"
    report.when_blank = "名册里只有列标题，没有学生。"
    return report


# ── single cells, through Pandera ──

_FIFTEEN = re.compile(r"\d{15}")
_GRADE = re.compile(r"20\d{2}级?|四年级|五年级|六年级|预备.*")
"""Grades that the forms do not know and rosters have: `2023级`, 四年级."""
Fault = Callable[[Any], str]
"""A cell's value → what is wrong with it, '' when good."""


def _identity(today: dt.date) -> Fault:
    def fault(value: Any) -> str:
        slug = identity_fault(value, today)
        if slug == "id-length" and _FIFTEEN.fullmatch(spelled(value)):
            return "是15位的旧身份证号，请换成18位的"
        return _FAULTS.get(slug, "")

    return fault


def _kind(today: dt.date, slug: str, message: str) -> Fault:
    return lambda value: message if identity_fault(value, today) == slug else ""


def _required(value: Any) -> str:
    return "没有填" if value is None or (isinstance(value, str) and not value.strip()) else ""


def _unknown(spelled_as: dict[str, str]) -> Fault:
    def fault(value: Any) -> str:
        text = f"{value:g}" if isinstance(value, float) else str(value or "")
        return "" if not text.strip() or fold(text) in spelled_as else "认不出这个填法"

    return fault


def _unread(read: Callable[[Any], object], like: str) -> Fault:
    """Not blank, and `read` makes nothing of it."""
    return lambda value: f"读不懂，请写成 {like}" if not _required(value) and not read(value) else ""


_SHAPED: dict[str, Fault] = {
    "入学年季": _unread(entry_of, "2023秋、2023-09 这样"),
    "学制": _unread(years_of, "3、3年、2.5 这样"),
    "年级": _unread(lambda value: grade_of(value) or _GRADE.fullmatch(fold(str(value))), "一年级、二年级、三年级 或 2023级 这样"),
    **{name: _unread(date_of, "2024-03-05 这样") for name in ("出生日期", "异动日期", "注册日期")},
}  # fmt: skip
CELLS = ("required", "identity", "other-identity", "identity-spelling", "phone", "known")


def _faults(context: Context) -> dict[str, Fault]:
    """Column → what to ask of its cells, for a rule about single cells."""
    info, today = context.info, context.today
    match context.rule.check:
        case "required":
            return {item.name: _required for item in info.field if item.required}
        case "identity":
            return {"身份证号": _identity(today)}
        case "other-identity":
            return {"身份证号": _kind(today, "id-other", "不是居民身份证号，不能校验")}
        case "identity-spelling":
            return {"身份证号": _kind(today, "id-spelling", "夹有空格、全角或小写字符")}
        case "phone":
            return {"联系电话": lambda value: "不是手机号或固定电话" if phone_fault(value) else ""}
        case _:
            return {item.name: _unknown(item.spelled) for item in info.field if item.values} | _SHAPED


def _cells(contexts: list[Context]) -> None:
    """One lazy schema: a column each, a check for each rule that asks something of it."""
    import pandas as pd
    import pandera.pandas as pa

    asked: dict[str, dict[str, tuple[Context, Fault]]] = {}
    for context in contexts:
        faults = _faults(context)
        if context.rule.check != "known":  # coded columns are there or not, as the system exports them
            context.needs(*faults)
        for name, fault in faults.items():
            if context.roster.has(name):
                asked.setdefault(name, {})[context.rule.code] = (context, fault)
    if not asked:
        return
    roster = contexts[0].roster

    def whole(fault: Fault) -> Any:
        def check(series: Any) -> Any:
            known: dict[Any, bool] = {}
            good = []
            for value in series:
                if value not in known:
                    known[value] = not fault(value)
                good.append(known[value])
            return pd.Series(good, index=series.index)

        return check

    columns = {
        name: pa.Column(
            checks=[pa.Check(whole(fault), name=code, ignore_na=False) for code, (_, fault) in rules.items()],
            nullable=True,
        )
        for name, rules in asked.items()
    }
    frame = pd.DataFrame({name: pd.Series(roster.columns[name], dtype=object) for name in asked})
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        for name, code, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
            context, fault = asked[str(name)][str(code)]
            known = context.info.named[str(name)].values
            context.add(int(index), str(name), fault(roster.columns[str(name)][int(index)]),
                        expected="、".join(known) if context.rule.check == "known" else "")  # fmt: skip


# ── several cells of a student ──


def unique(context: Context) -> None:
    """不重不漏: an identity number once."""
    if not context.needs("身份证号"):
        return
    seen: dict[str, list[int]] = {}
    numbers = context.roster.numbers
    for index, person in enumerate(context.roster.persons):
        if person and not tail_lost(context.roster.value("身份证号", index)):
            seen.setdefault(person, []).append(index)
    for indices in seen.values():
        old = len({len(numbers[i]) for i in indices}) > 1
        for index in indices if len(indices) > 1 else ():
            others = [context.roster.ref("身份证号", i) for i in indices if i != index]
            words = "、".join(str(ref) if ref.sheet != context.roster.sheets[index] else ref.cell for ref in others[:5])
            told = "也是这个人（15位和18位是同一个号码）" if old else "也是这个号码"
            context.add(index, "身份证号", f"{words} {told}", related=("姓名",))


def age(context: Context) -> None:
    """Age on the first day of the term within the options youngest … oldest."""
    if not context.needs("身份证号"):
        return
    youngest, oldest = (int(context.rule.options[name]) for name in ("youngest", "oldest"))
    start = dt.date(*context.term.start, 1)
    for index, number in enumerate(context.roster.numbers):
        born = birth(number) if identity_fault(number, context.today) == "" and number else None
        if born is None or context.excused(index):
            continue
        years = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
        if not youngest <= years <= oldest:
            context.add(index, "身份证号", f"学期开始时 {years} 周岁", expected=f"{youngest} 至 {oldest} 周岁")


def full_time(context: Context) -> None:
    if context.needs("学习形式"):
        for index in range(len(context.roster)):
            if context.roster.code("学习形式", index) == "非全日制":
                context.add(index, "学习形式", "不是全日制", expected="全日制")


def terms_since(entry: Term, term: Term) -> int:
    return 2 * (term.year - entry.year) + term.half - entry.half


def overstay(roster: Roster, index: int, term: Term) -> tuple[str, int] | None:
    """How a student is over the duration of schooling (what to tell, the most terms); None where not, or not known.

    G7: terms since entry below twice the 学制; those who entered in spring have one more."""
    entry, years = entry_of(roster.value("入学年季", index)), years_of(roster.value("学制", index))
    if entry is None or years is None:
        return None
    passed, most = terms_since(entry, term), int(2 * years) + (entry.half == 0)
    told = f"{entry.title}入学，学制 {years:g} 年，到{term.title}已是第 {passed + 1} 个学期"
    return (told, most) if passed >= most else None


def duration(context: Context) -> None:
    if not context.needs("入学年季", "学制"):
        return
    for index in range(len(context.roster)):
        over = overstay(context.roster, index, context.term)
        if over and context.roster.code("学籍状态", index) not in AWAY:
            context.add(index, "入学年季", over[0], expected=f"不超过 {over[1]} 个学期", related=("学制",))


def grade(context: Context) -> None:
    if not context.needs("年级", "入学年季"):
        return
    for index in range(len(context.roster)):
        entry, said = entry_of(context.roster.value("入学年季", index)), grade_of(context.roster.value("年级", index))
        if entry is None or said is None or context.excused(index):
            continue
        possible = Entry(entry, "").grades(context.term)
        if said not in possible:
            expected = "或".join(name for name in GRADES if name in possible) or "不在一至三年级"
            context.add(index, "年级", f"{entry.title}入学，{context.term.title}不是{said}", expected=expected, related=("入学年季",))  # fmt: skip


def agri(context: Context) -> None:
    """涉农 exactly where the catalogue says so."""
    if not context.needs("专业", "专业类别"):
        return
    for index in range(len(context.roster)):
        kind, major = context.roster.code("专业类别", index), context.roster.text("专业", index)
        if not kind or not major:
            continue
        listed = context.info.is_agri(major)
        if kind == "涉农专业" and not listed:
            context.add(index, "专业类别", f"“{major}”不在涉农专业名单里", expected="其他一般专业或数控等高级工专业", related=("专业",))  # fmt: skip
        elif kind != "涉农专业" and listed:
            context.add(index, "专业类别", f"“{major}”像是涉农专业", expected="涉农专业", related=("专业",))


def transfer(context: Context) -> None:
    """Transferred in while the term ran, without a remark about the 函询."""
    if not context.needs("异动类型", "异动日期"):
        return
    start, end = dt.date(*context.term.start, 1), dt.date(*context.term.end, 28)
    for index in range(len(context.roster)):
        if context.roster.code("异动类型", index) != "转入" or context.excused(index):
            continue
        day = date_of(context.roster.value("异动日期", index))
        if day is None or start < day <= end:
            message = f"{day:%Y-%m-%d} 转入，备注没有函询情况" if day else "转入日期没有填，备注也没有函询情况"
            context.add(index, "异动类型", message, expected="在备注写明函询转出学校的结果", related=("异动日期",))


def absent(context: Context) -> None:
    if not context.needs("学籍状态"):
        return
    names = [name for name in ("助学金", "免学费") if context.roster.has(name)]
    if not names:
        context.needs("助学金", "免学费")
    for index in range(len(context.roster)):
        state = context.roster.code("学籍状态", index)
        if state in AWAY:
            day = date_of(context.roster.value("异动日期", index))
            if day is not None and day >= dt.date(*context.term.start, 1):
                continue  # left while the term ran: aided until then
            for name in names:
                if context.roster.code(name, index) == "是":
                    context.add(
                        index, name, f"学籍状态是{state}，仍标为享受{name}", expected="否", related=("学籍状态",)
                    )


def sex(context: Context) -> None:
    if context.needs("性别", "身份证号"):
        for index, number in enumerate(context.roster.numbers):
            said = context.roster.code("性别", index)
            if said and number and identity_fault(number, context.today) == "":
                wanted = "男" if int(number[16]) % 2 else "女"
                if said != wanted:
                    context.add(index, "性别", "与身份证号第17位不符", expected=wanted, related=("身份证号",))


def born(context: Context) -> None:
    if context.needs("出生日期", "身份证号"):
        for index, number in enumerate(context.roster.numbers):
            value = context.roster.value("出生日期", index)
            day = date_of(value)
            if day is None or not number or identity_fault(number, context.today) != "":
                continue
            wanted = birth(number)
            whole = not isinstance(value, str) or sum(c.isdigit() for c in value) > 6
            if wanted is not None and (
                day != wanted if whole else (day.year, day.month) != (wanted.year, wanted.month)
            ):
                context.add(index, "出生日期", "与身份证号第7至14位不符", related=("身份证号",))


CHECKS: dict[str, Callable[[Context], None]] = {
    "unique": unique, "age": age, "full-time": full_time, "duration": duration, "grade": grade, "agri": agri,
    "transfer": transfer, "registered": registered, "absent": absent, "sex": sex, "born": born, "eligible": eligible,
    "owed": owed, "aid-amount": aid_amount,
}  # fmt: skip
