"""The deadlines of a year in a region: as dates with what must be said of each, and as an iCalendar file."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from ..law import Due, Law
from ..term import Term
from ..timetable import Checked
from ..workdays import is_known, is_workday, remark, workday_before, workdays_between

NEAR = 30
"""Days ahead in which a deadline is near."""
PAST = 60
"""Days for which a missed deadline is still named."""
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Day:
    """One deadline on its day (None where no document names it); `remarks` say what to mind, in Chinese."""

    due: Due
    date: dt.date | None
    remarks: tuple[str, ...]


def days(law: Law, year: int) -> list[Day]:
    """Every deadline of a calendar year, by date."""
    return [_day(due) for due in law.deadlines(year)]


def _day(due: Due) -> Day:
    date = due.entry.date(due.year)
    remarks = [due.doubt] if due.doubt else []
    if date is not None and not is_workday(date):
        before = workday_before(date)
        kind = "休息日" if is_known(date) else "周末"
        remarks.append(f"当天是{kind}，前一个工作日是 {before:%m-%d}（周{WEEKDAYS[before.weekday()]}）")
    if date is not None and not is_known(date):
        remarks.append(remark(date))
    return Day(due, date, tuple(remarks))


def reminders(law: Law, term: Term, today: dt.date, checked: Checked = "结算表") -> list[str]:
    """Sentences on the deadlines of what was checked, for that term, that are near or were missed lately."""
    found: list[str] = []
    for due in law.deadlines(term.year):
        date = due.entry.date(due.year)
        if checked not in due.entry.remind or due.entry.season not in ("", term.season) or date is None:
            continue
        left = (date - today).days
        if not -PAST <= left <= NEAR:
            continue
        work = abs(workdays_between(today, date))
        passed = f"已过 {-left} 天" if left else "就是今天"
        when = f"还有 {left} 天（{work} 个工作日）" if left > 0 else passed
        sure = f"（{due.doubt}）" if due.doubt else ""
        found.append(f"{due.entry.matter}截止 {date}{due.entry.by}，{when}{sure}。依据 {due.entry.basis}")
    return found


def icalendar(law: Law, year: int) -> bytes:
    """The dated deadlines as RFC 5545, all-day events with an alarm seven days ahead; same data, same bytes."""
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//jiesuan//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{law.region}{year}年学生资助时限")
    for day in days(law, year):
        if day.date is None:
            continue
        entry = day.due.entry
        event, alarm = Event(), Alarm()
        mark = hashlib.sha256(f"{law.region}|{year}|{entry.matter}|{entry.season}".encode()).hexdigest()[:24]
        event.add("uid", f"{mark}@jiesuan")
        event.add("dtstamp", dt.datetime(year, 1, 1, tzinfo=dt.UTC))
        event.add("dtstart", day.date)
        event.add("dtend", day.date + dt.timedelta(days=1))
        event.add("summary", f"{entry.title}截止{f'（{entry.by}）' if entry.by else ''}")
        notes = [f"谁：{entry.who}", f"做什么：{entry.what}", f"依据：{entry.basis}", *day.remarks]
        if entry.late:
            notes.append(f"逾期：{entry.late}")
        event.add("description", "\n".join(notes))
        event.add("transp", "TRANSPARENT")
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", -dt.timedelta(days=7))
        event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
