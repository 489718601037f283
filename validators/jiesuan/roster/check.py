"""Check a roster by itself: required fields, identities, eligibility, grades, transfers, late registration.

Cells are validated by one Pandera schema made from the declared columns; what needs several cells of a student is asked
column by column.  Each rule's `check` names one of the functions in `CHECKS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..book import Value
from ..identity import GRADES, Entry, birth, identity_fault, phone_fault, spelled
from ..pack import Pack
from ..ref import Ref
from ..report import Finding, Related, Report, Unverified, display
from ..rule import LEVELS, Rule
from ..term import Term
from ..text import fold, mask, mask_number, nearest
from .fields import RosterInfo
from .read import Roster, date_of, entry_of, grade_of, years_of

SET = "学籍名册"
PERSONAL = frozenset({"身份证号", "联系电话", "银行卡号", "学籍号"})
_FAULTS = {
    "id-number": "身份证号存成了数字，后几位可能已经丢失；请设为文本后重新输入",
    "id-length": "身份证号应为18位",
    "id-place": "地址码（前两位）不是任何省份的",
    "id-birth": "第7至14位不是一个有效的出生日期",
    "id-checksum": "最后一位与前17位对不上，至少有一位录错",
}
PLAIN = 10**6
"""Floats below this are printed with their decimals: 2.5 years."""
AWAY = frozenset({"休学", "退学", "转出", "毕业", "开除", "死亡"})


@dataclass
class Context:
    """One rule at work on a roster."""

    rule: Rule
    roster: Roster
    term: Term
    today: dt.date
    findings: list[Finding] = field(default_factory=list)
    unverified: list[Unverified] = field(default_factory=list)

    @property
    def info(self) -> RosterInfo:
        return self.roster.info

    def needs(self, *names: str) -> bool:
        """Whether the roster has these columns; a missing one leaves the rule unchecked, with the nearest heading."""
        for name in names:
            if not self.roster.has(name):
                close = nearest(name, (text for _, _, text in self.roster.unknown))
                hint = f"，最接近的标题是“{close}”" if close else ""
                self.unverified.append(Unverified(self.rule, f"名册里没有“{name}”这一列{hint}"))
        return all(map(self.roster.has, names))

    def add(
        self, index: int, name: str, message: str, *, expected: str = "", related: Iterable[str] = (), others: tuple[Related, ...] = ()
    ) -> None:  # fmt: skip
        """A finding at a student's cell; `related` names other columns of the same student."""
        ref = self.roster.ref(name, index)
        self.findings.append(
            Finding(
                self.rule, ref.sheet, ref.cell, label_of(ref, name), message, expected=expected,
                actual=shown(name, self.roster.value(name, index)),
                related=(*(self.beside(index, other) for other in related), *others), order=(ref.row, ref.column),
            )
        )  # fmt: skip

    def beside(self, index: int, name: str) -> Related:
        ref = self.roster.ref(name, index)
        return Related(ref.sheet, ref.cell, label_of(ref, name), shown(name, self.roster.value(name, index)))

    def excused(self, index: int) -> bool:
        return bool(self.roster.text("备注", index))


def label_of(ref: Ref, name: str) -> str:
    return f"第{ref.row}行 · {name}"


def shown(name: str, value: Value) -> str:
    """A cell for a message; personal numbers are masked even where they are malformed."""
    if name in PERSONAL and value is not None and value != "":
        return mask_number(spelled(value))
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return mask(f"{value:g}" if isinstance(value, float) and value < PLAIN else f"{value:.0f}")
    return mask(display(value))


def check_roster(roster: Roster, pack: Pack, term: Term, *, today: dt.date | None = None) -> Report:
    """Confront a roster with the rules of the pack that need nothing but a roster (`needs = "名册"`)."""
    rules = [rule for rule in pack.rules.values() if rule.needs == "名册" and rule.applies(SET, term)]
    contexts = [Context(rule, roster, term, today or dt.date.today()) for rule in rules]
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
        told = "、".join(f"{cell}“{mask(text)}”" for _, cell, text in roster.unknown[:12])
        more = f"等 {len(roster.unknown)} 列" if len(roster.unknown) > 12 else ""
        report.remarks.append(f"不认识这些列标题，没有核对：{told}{more}。")
    report.blank = not len(roster)
    return report


# ── single cells, through Pandera ──

Fault = Callable[[Any], str]
"""A cell's value → what is wrong with it, '' when good."""


def _identity(today: dt.date) -> Fault:
    return lambda value: _FAULTS.get(identity_fault(value, today), "")


def _kind(today: dt.date, slug: str, message: str) -> Fault:
    return lambda value: message if identity_fault(value, today) == slug else ""


def _required(value: Any) -> str:
    return "没有填" if value is None or (isinstance(value, str) and not value.strip()) else ""


def _unknown(spelled_as: dict[str, str]) -> Fault:
    def fault(value: Any) -> str:
        text = f"{value:g}" if isinstance(value, float) else str(value or "")
        return "" if not text.strip() or fold(text) in spelled_as else "认不出这个填法"

    return fault


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
            return {item.name: _unknown(item.spelled) for item in info.field if item.values}


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
    for index, number in enumerate(context.roster.numbers):
        if number:
            seen.setdefault(number, []).append(index)
    for indices in seen.values():
        for index in indices if len(indices) > 1 else ():
            others = [context.roster.ref("身份证号", i) for i in indices if i != index]
            words = "、".join(str(ref) if ref.sheet != context.roster.sheets[index] else ref.cell for ref in others[:5])
            context.add(index, "身份证号", f"{words} 也是这个号码", related=("姓名",))


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


def duration(context: Context) -> None:
    """G7: terms since entry below twice the 学制; those who entered in spring have one more."""
    if not context.needs("入学年季", "学制"):
        return
    for index in range(len(context.roster)):
        entry = entry_of(context.roster.value("入学年季", index))
        years = years_of(context.roster.value("学制", index))
        if entry is None or years is None or context.roster.code("学籍状态", index) in AWAY:
            continue
        passed, most = terms_since(entry, context.term), int(2 * years) + (entry.half == 0)
        if passed >= most:
            message = f"{entry.title}入学，学制 {years:g} 年，到{context.term.title}已是第 {passed + 1} 个学期"
            context.add(index, "入学年季", message, expected=f"不超过 {most} 个学期", related=("学制",))


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


def registered(context: Context) -> None:
    """New entrants of the term registered by the day in the options 春、秋 (month-day)."""
    if not context.needs("注册日期", "入学年季"):
        return
    month, day = map(int, str(context.rule.options[context.term.season]).split("-"))
    last = dt.date(context.term.year, month, day)
    for index in range(len(context.roster)):
        when = date_of(context.roster.value("注册日期", index))
        entry = entry_of(context.roster.value("入学年季", index))
        if when is not None and entry == context.term and when > last and not context.excused(index):
            context.add(index, "注册日期", f"晚于期限 {(when - last).days} 天", expected=f"{last:%Y-%m-%d} 或以前")


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


def eligible(context: Context) -> None:
    """助学金 for 涉农 students and those in hardship only; rural students of poor regions are not told apart here."""
    if not context.needs("助学金", "专业类别", "困难类型", "户口性质"):
        return
    roster = context.roster
    for index in range(len(roster)):
        if (
            roster.code("助学金", index) == "是" and roster.code("户口性质", index) == "城市"
            and roster.code("专业类别", index) not in ("涉农专业", "", None) and roster.code("困难类型", index) in ("无", "")
        ):  # fmt: skip
            context.add(index, "助学金", "城市户口、非涉农专业、没有困难认定", expected="否", related=("户口性质", "专业类别", "困难类型"))  # fmt: skip


CHECKS: dict[str, Callable[[Context], None]] = {
    "unique": unique, "age": age, "full-time": full_time, "duration": duration, "grade": grade, "agri": agri,
    "transfer": transfer, "registered": registered, "absent": absent, "sex": sex, "born": born, "eligible": eligible,
}  # fmt: skip
