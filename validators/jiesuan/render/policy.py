"""`jiesuan policy`: what applies in a region and term, with the clause it comes from, and what changed between two terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..console import pad, width, wrap
from ..law import Due, Held, Law, doubt
from ..number import plain
from ..policy import Choice, Eligible, Entry, PublicField, Standard
from ..term import Term
from ..timetable import Period

Lines = Iterator[tuple[str, str]]
ROOM = 100
_TABLES = {"standard": "标准", "choice": "范围", "eligible": "资格", "public": "公示"}
_OUTCOMES = {"应": "应当资助", "可": "可以资助", "不得": "不得资助"}


def says(entry: Entry) -> str:
    """What an entry says, in a few words."""
    if isinstance(entry, Standard):
        return f"{plain(entry.amount)} {entry.unit}"
    if isinstance(entry, Choice):
        return "、".join(entry.values)
    if isinstance(entry, Eligible):
        return f"{_OUTCOMES[entry.outcome]}：" + "；".join(f"{k}＝{'、'.join(v)}" for k, v in entry.when.items())
    return "可以公示" if entry.allowed else "不得公示"


def span(entry: Entry) -> str:
    """`2015春—2024秋`, `2025春起`."""
    return f"{entry.since}—{entry.until}" if entry.until else f"{entry.since}起"


def in_term(law: Law, term: Term) -> dict[str, list[Held[Any]]]:
    """Everything in force in a term, by table."""
    eligible = [held for project in law.projects() for held in law.eligible_in(project, term)]
    return {
        "standard": list(law.standards_in(term)),
        "choice": list(law.choices_in(term)),
        "eligible": list(eligible),
        "public": list(law.public_in(term)),
    }


def term_deadlines(law: Law, term: Term) -> list[Due]:
    """The deadlines of the term, and those of its year that belong to none."""
    return [due for due in law.deadlines(term.year) if due.entry.season in ("", term.season)]


def policy_lines(law: Law, term: Term) -> Lines:
    """What applies in a region and term."""
    yield f"{law.region} · {term.title}", "bold"
    tables = in_term(law, term)
    # A notice may say what applied before it was issued: its pack is told with what it gives.
    given = {held.layer.id for entries in tables.values() for held in entries}
    given |= {due.layer.id for due in term_deadlines(law, term)} | {held.layer.id for held in law.periods(term.year)}
    packs = [layer for layer in law.layers if layer.id in given or Term.parse(layer.since) <= term]
    told = "、".join(f"{layer.id}（{layer.region}）" for layer in packs) or "没有"
    yield f"  政策数据（越靠前越优先）：{told}", ""
    for table, entries in tables.items():
        if not entries:
            continue
        yield "", ""
        yield _TABLES[table], "bold"
        size = max(width(held.entry.title) for held in entries)
        for held in entries:
            yield from _entry(held, min(size, 44))
    yield "", ""
    yield f"{term.year}年时限（逐日的见 jiesuan calendar --year {term.year}）", "bold"
    for due in term_deadlines(law, term):
        yield f"  {_day(due)}  {due.entry.title}：{due.entry.what}", ""
        yield from _basis(due.entry.basis, due.layer.id, due.doubt)
    for period in law.periods(term.year):
        yield f"  {_counted(period.entry)}  {period.entry.matter}：{period.entry.what}", ""
        yield from _basis(period.entry.basis, period.layer.id, doubt(period.entry.certainty, period.entry.note))


def _entry(held: Held[Any], size: int) -> Lines:
    entry = held.entry
    lines = wrap(says(entry), ROOM - size - 20)
    yield f"  {pad(entry.title, size)}  {lines[0]}    {span(entry)}", ""
    for line in lines[1:]:
        yield f"  {' ' * size}  {line}", ""
    yield from _basis(entry.basis, held.layer.id, doubt(entry.certainty, entry.note))


def _basis(basis: str, pack: str, doubt: str) -> Lines:
    for number, line in enumerate(wrap(f"{basis} [{pack}]", ROOM - 10)):
        yield f"    {'依据' if not number else '    '}  {line}", ""
    if doubt:
        for number, line in enumerate(wrap(doubt, ROOM - 10)):
            yield f"    {'存疑' if not number else '    '}  {line}", "yellow"


def _day(due: Due) -> str:
    return f"{due.entry.day}{due.entry.by}" if due.entry.day else "日期未定"


def _counted(period: Period) -> str:
    return f"{period.start}起 {length(period)}"


def length(period: Period) -> str:
    """`10 个工作日以内`, `不少于 5 个工作日`."""
    days = f"{period.workdays} 个工作日"
    return f"{days}{period.bound}" if period.bound == "以内" else f"{period.bound} {days}"


def policy_record(law: Law, term: Term) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": 1,
        "region": law.region,
        "term": str(term),
        "packs": [{"id": layer.id, "name": layer.name, "region": layer.region} for layer in law.layers],
        **{table: [_record(held) for held in entries] for table, entries in in_term(law, term).items()},
        "deadline": [due_record(due) for due in term_deadlines(law, term)],
        "period": [period_record(held) for held in law.periods(term.year)],
    }


def _record(held: Held[Any]) -> dict[str, Any]:
    entry = held.entry
    own: dict[str, Any] = {}
    if isinstance(entry, Standard):
        own = {"name": entry.name, "keys": entry.keys, "value": entry.value, "unit": entry.unit}
    elif isinstance(entry, Choice):
        own = {"name": entry.name, "values": list(entry.values)}
    elif isinstance(entry, Eligible):
        own = {
            "project": entry.project,
            "name": entry.name,
            "outcome": entry.outcome,
            "when": {key: list(values) for key, values in entry.when.items()},
        }
    elif isinstance(entry, PublicField):
        own = {"name": entry.name, "allowed": entry.allowed, "also": list(entry.also)}
    return {
        **own,
        "since": entry.since,
        "until": entry.until,
        "basis": entry.basis,
        "certainty": entry.certainty,
        "note": entry.note,
        "pack": held.layer.id,
    }


def due_record(due: Due) -> dict[str, Any]:
    """A deadline for programs."""
    entry, date = due.entry, due.entry.date(due.year)
    return {
        "matter": entry.matter,
        "season": entry.season,
        "date": date.isoformat() if date else None,
        "by": entry.by,
        "who": entry.who,
        "what": entry.what,
        "late": entry.late,
        "basis": entry.basis,
        "certainty": "inferred" if due.carried else entry.certainty,
        "note": due.doubt,
        "pack": due.layer.id,
    }


def period_record(held: Held[Period]) -> dict[str, Any]:
    """A period for programs."""
    entry = held.entry
    return {
        "matter": entry.matter,
        "who": entry.who,
        "what": entry.what,
        "workdays": entry.workdays,
        "bound": entry.bound,
        "start": entry.start,
        "basis": entry.basis,
        "certainty": entry.certainty,
        "note": entry.note,
        "pack": held.layer.id,
    }


Change = tuple[str, str, Held[Any] | None, Held[Any] | None]
"""(table, title, before, after)."""


def changes(law: Law, before: Term, after: Term) -> list[Change]:
    """What differs between two terms: changed, new and gone."""
    found: list[Change] = []
    earlier, later = in_term(law, before), in_term(law, after)
    for table in _TABLES:
        old = {held.entry.key: held for held in earlier[table]}
        new = {held.entry.key: held for held in later[table]}
        for key in dict.fromkeys((*old, *new)):
            was, now = old.get(key), new.get(key)
            if was is None or now is None or says(was.entry) != says(now.entry):
                found.append((table, (now or was).entry.title, was, now))  # type: ignore[union-attr]
    return found


def moved(law: Law, before: Term, after: Term) -> list[tuple[Due | None, Due | None]]:
    """Deadlines that differ between the years of two terms of the same season."""
    if before.season != after.season:
        return []
    old = {due.entry.key: due for due in term_deadlines(law, before)}
    new = {due.entry.key: due for due in term_deadlines(law, after)}
    pairs = [(old.get(key), new.get(key)) for key in dict.fromkeys((*old, *new))]
    return [(was, now) for was, now in pairs if not was or not now or was.entry.day != now.entry.day]


def diff_lines(law: Law, before: Term, after: Term) -> Lines:
    """What changed between two terms."""
    yield f"{law.region} · {before} → {after}", "bold"
    found, dates = changes(law, before, after), moved(law, before, after)
    table = ""
    for kind, title, was, now in found:
        if kind != table:
            table = kind
            yield "", ""
            yield _TABLES[kind], "bold"
        yield from _change(title, was, now)
    if dates:
        yield "", ""
        yield "时限", "bold"
    for old, new in dates:
        due = new or old
        assert due is not None
        word = f"{_day(old)} → {_day(new)}" if old and new else f"新增 {_day(new)}" if new else f"不再有（{_day(due)}）"
        yield f"  {due.entry.title}  {word}", "yellow"
        yield from _basis(due.entry.basis, due.layer.id, due.doubt)
    if not found and not dates:
        yield "  没有变化。", ""


def _change(title: str, was: Held[Any] | None, now: Held[Any] | None) -> Lines:
    if was and now:
        yield f"  {title}  {says(was.entry)} → {says(now.entry)}", "yellow"
    elif now:
        yield f"  {title}  新增  {says(now.entry)}", "green"
    elif was:
        yield f"  {title}  不再适用  （原 {says(was.entry)}，至 {was.entry.until or '新规定'}）", "red"
    held = now or was
    assert held is not None
    yield from _basis(held.entry.basis, held.layer.id, doubt(held.entry.certainty, held.entry.note))


def diff_record(law: Law, before: Term, after: Term) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": 1,
        "region": law.region,
        "from": str(before),
        "to": str(after),
        "changes": [
            {
                "table": table,
                "title": title,
                "old": _record(was) if was else None,
                "new": _record(now) if now else None,
            }
            for table, title, was, now in changes(law, before, after)
        ],
        "deadlines": [
            {"old": due_record(old) if old else None, "new": due_record(new) if new else None}
            for old, new in moved(law, before, after)
        ],
    }
