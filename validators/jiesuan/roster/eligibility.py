"""What the law of a region says of each student: who gets the aid, how much, and by when a student is registered."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from ..law import Due, Verdict
from ..number import plain, read_number
from ..term import Term
from .context import AWAY, Context
from .read import Roster, date_of, entry_of, grade_in

PROJECTS = ("助学金", "免学费")
_ASKED = ("专业类别", "困难类型", "户口性质")
"""Columns without which eligibility is not known of most students."""
_SHOWN = ("年级", "入学年季", *_ASKED, "认定等级")
_NONE = frozenset({"无", "不困难", "非困难", "否", "/", "-"})
_LEVEL = re.compile(r"([A-Da-d])(?:类|档|级|等)?")
_TOLD = {"专业性质": "专业类别", "困难": "困难类型", "困难等级": "认定等级", "户籍": "户口性质", "年级": "年级", "专业类别": "专业类别", "特困地区": "特困地区"}  # fmt: skip
"""Facts that may decide for a student, under the headings of a roster."""


def facts_of(roster: Roster, index: int, term: Term) -> dict[str, str]:
    """What a roster tells of a student, in the words of `[[eligible]] when` of policy.toml; what it leaves open is absent.

    Whoever is not said to be part-time counts as 全日制: 学习形式 has a rule of its own."""
    facts = {"学制": roster.code("学习形式", index) or "全日制"}
    grade, kind = grade_in(roster, index, term), roster.code("专业类别", index)
    if grade:
        facts["年级"] = grade
    if kind:
        facts["专业类别"] = kind
        facts["专业性质"] = "涉农专业" if kind == "涉农专业" else "非涉农专业"
    if home := roster.code("户口性质", index):
        facts["户籍"] = home
    hard, level = roster.code("困难类型", index), roster.text("认定等级", index)
    if level and level not in _NONE:
        match = _LEVEL.fullmatch(level)
        facts["困难"], facts["困难等级"] = "是", f"{match[1].upper()}类" if match else level
    elif roster.has("困难类型") and hard is not None:
        facts["困难"] = "否" if hard in ("无", "") else "是"
        if facts["困难"] == "否":
            facts["困难等级"] = "无"
    return facts


def _judged(context: Context, project: str) -> Iterator[tuple[int, Verdict]]:
    """Every full-time student who is here, with what the law says of him; the others are found by rules of their own."""
    known: dict[tuple[tuple[str, str], ...], Verdict] = {}
    for index in range(len(context.roster)):
        if context.roster.code("学籍状态", index) in AWAY:
            continue
        facts = facts_of(context.roster, index, context.term)
        if facts["学制"] != "全日制":
            continue
        key = tuple(facts.items())
        if key not in known:
            known[key] = context.law.judge(project, context.term, facts)
        yield index, known[key]


def eligible(context: Context) -> None:
    """Nobody is marked for an aid that the law does not give him.

    Provinces pay 免学费 for more students than the country asks (扩面): outside its range a student is doubtful, not wrong."""
    if not any(map(context.roster.has, PROJECTS)):
        context.needs(*PROJECTS)
        return
    whole = context.needs(*_ASKED)
    for project in filter(context.roster.has, PROJECTS):
        doubtful: Counter[str] = Counter()
        for index, verdict in _judged(context, project):
            if context.roster.code(project, index) != "是":
                continue
            if verdict.outcome == "未定":
                names = dict.fromkeys(_TOLD[name] for name in verdict.missing if name in _TOLD)
                doubtful[f"的{'、'.join(names)}名册上看不出，不知道能不能享受{project}"] += 1
            elif verdict.outcome == "不在范围" and project == "免学费":
                doubtful[f"不在{context.law.region}收录的免学费范围内，是不是本地扩面政策资助的，请看本地文件"] += 1
            elif verdict.outcome in ("不得", "不在范围"):
                shown = [name for name in _SHOWN if context.roster.text(name, index)]
                message = _refused(context, index, project, verdict)
                context.add(index, project, message, expected="否", related=shown)
        for words, count in doubtful.items() if whole else ():
            context.cannot(f"{count} 名学生{words}")


def _refused(context: Context, index: int, project: str, verdict: Verdict) -> str:
    if verdict.held is None:
        facts = facts_of(context.roster, index, context.term)
        words = [facts[name] for name in ("年级", "专业性质", "户籍") if name in facts]
        words += {"是": ["家庭经济困难"], "否": ["没有困难认定"]}.get(facts.get("困难", ""), [])
        return f"{'、'.join(words)}，不在{context.law.region}{context.term}的{project}资助范围内"
    return f"{verdict.held.entry.name}不得享受{project}（{verdict.held.entry.basis}）"


def owed(context: Context) -> None:
    """应助尽助: whoever must get the aid is marked for it, or a remark says why not."""
    if not any(map(context.roster.has, PROJECTS)):
        context.needs(*PROJECTS)
        return
    for project in filter(context.roster.has, PROJECTS):
        for index, verdict in _judged(context, project):
            unmarked = context.roster.code(project, index) == "否" and not context.excused(index)
            if unmarked and verdict.outcome == "应" and verdict.held:
                entry = verdict.held.entry
                context.add(index, project, f"{entry.name}应享受{project}（{entry.basis}）", expected="是")


def aid_amount(context: Context) -> None:
    """The yearly 助学金 of each aided student (元/年): exactly the standard, or within the tiers where the law names a range."""
    if not context.needs("助学金年标准"):
        return
    months = [
        context.law.standard(name, context.term, {})
        for name in ("助学金月标准", "助学金最低月标准", "助学金最高月标准")
    ]
    one, least, most = (held.entry.amount * 10 if held else None for held in months)
    low, high = (one, one) if one is not None else (least, most)
    held = months[0] or months[1]
    if low is None or high is None or held is None:
        context.cannot(f"{context.law.region}{context.term}的助学金标准没有收录")
        return
    expected = f"{_yuan(low)} 元/年" if low == high else f"{_yuan(low)} 至 {_yuan(high)} 元/年"
    for index in range(len(context.roster)):
        value = context.roster.value("助学金年标准", index)
        if value is None or not str(value).strip() or context.roster.code("助学金", index) == "否":
            continue
        number = read_number(value).value
        if number is None or not low <= number <= high:
            context.add(
                index, "助学金年标准", f"与{held.layer.region}的标准不符（{held.entry.basis}）", expected=expected
            )


def _yuan(amount: Decimal) -> str:
    return plain(amount)


def deadline(context: Context) -> Due | None:
    """The day by which new entrants of the term are registered (calendar.toml, 学籍注册)."""
    return next(
        (
            due
            for due in context.law.deadlines(context.term.year)
            if due.entry.matter == "学籍注册" and due.entry.season == context.term.season and due.entry.day
        ),
        None,
    )


def registered(context: Context) -> None:
    """New entrants of the term registered by the day that the calendar names."""
    if not context.needs("注册日期", "入学年季"):
        return
    due = deadline(context)
    last: dt.date | None = due.entry.date(context.term.year) if due else None
    if due is None or last is None:
        context.cannot(f"{context.law.region}{context.term}的学籍注册时限没有收录")
        return
    for index in range(len(context.roster)):
        when = date_of(context.roster.value("注册日期", index))
        entry = entry_of(context.roster.value("入学年季", index))
        if when is not None and entry == context.term and when > last and not context.excused(index):
            sure = f"；{due.doubt}" if due.doubt else ""
            message = f"晚于期限 {(when - last).days} 天（{due.entry.basis}{sure}）"
            context.add(index, "注册日期", message, expected=f"{last:%Y-%m-%d} 或以前")
