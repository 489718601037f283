"""`jiesuan calendar` as a table and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ..console import pad, wrap
from ..law import Law
from ..notices.calendar import WEEKDAYS, days, reminders
from ..pack import load_pack
from ..regions import load_law
from ..report import Report
from ..term import Term
from ..timetable import Checked
from .policy import due_record, length, period_record

Lines = Iterator[tuple[str, str]]
_ROOM = 84


def calendar_lines(law: Law, year: int) -> Lines:
    """Every deadline of the year with its source, then the periods counted in workdays."""
    yield f"{law.region} · {year}年学生资助时限", "bold"
    for day in days(law, year):
        entry = day.due.entry
        when = f"{day.date:%m-%d} 周{WEEKDAYS[day.date.weekday()]}" if day.date else "日期未定  "
        yield "", ""
        yield f"{when}  {entry.title}{f'  {entry.by}' if entry.by else ''}", "bold"
        rows = [("做什么", entry.what), ("谁", entry.who), ("依据", f"{entry.basis} [{day.due.layer.id}]")]
        rows += [("逾期", entry.late)] if entry.late else []
        yield from _rows(rows)
        for remark in day.remarks:
            yield from _rows([("注意", remark)], "yellow")
    periods = law.periods(year)
    if periods:
        yield "", ""
        yield "按工作日计的（当天不算，从下一个工作日数起）", "bold"
    for held in periods:
        period = held.entry
        yield "", ""
        yield f"{period.matter}  {length(period)}", "bold"
        yield from _rows(
            [
                ("做什么", period.what),
                ("谁", period.who),
                ("起算", period.start),
                ("依据", f"{period.basis} [{held.layer.id}]"),
            ]
        )
        if period.note:
            yield from _rows([("注意", period.note)], "yellow")
    if not periods and not law.deadlines(year):
        yield "  没有这一年的时限。", ""


def _rows(rows: list[tuple[str, str]], color: str = "") -> Lines:
    for name, text in rows:
        for number, line in enumerate(wrap(text, _ROOM)):
            yield f"  {pad('' if number else name, 6)}  {line}", color


def reminder_lines(report: Report, today: dt.date) -> Lines:
    """What a check says of the deadlines of the workbook's term that are near or were missed lately; else nothing."""
    region = load_pack(report.pack).info.region
    yield from term_lines(load_law(region), Term.parse(report.term), today)


def term_lines(law: Law, term: Term, today: dt.date, checked: Checked = "结算表") -> Lines:
    """The same for whatever was checked."""
    for text in reminders(law, term, today, checked):
        yield f"时限  {text}", "yellow"


def calendar_record(law: Law, year: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema_version": 1,
        "region": law.region,
        "year": year,
        "deadlines": [{**due_record(day.due), "remarks": list(day.remarks)} for day in days(law, year)],
        "periods": [period_record(held) for held in law.periods(year)],
    }
