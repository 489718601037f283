"""Chinese workdays: the public holidays and the weekends worked for them (国务院办公厅 放假安排), by `chinesecalendar`.

The State Council announces them year by year.  Outside the years that the library knows, Monday to Friday are counted and
the result says so.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import NamedTuple

_DAY = dt.timedelta(days=1)
LIMIT = 1000
"""Workdays counted at most."""


class Counted(NamedTuple):
    """A day arrived at by counting; `remark` (Chinese) where it is not sure."""

    date: dt.date
    remark: str = ""


@cache
def known_years() -> tuple[int, int]:
    """First and last year whose holidays the library knows."""
    from chinese_calendar.constants import holidays

    return min(holidays).year, max(holidays).year


def is_known(day: dt.date) -> bool:
    first, last = known_years()
    return first <= day.year <= last


def is_workday(day: dt.date) -> bool:
    """Whether offices work that day; Monday to Friday outside the known years."""
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day)) if is_known(day) else day.weekday() < 5


def workdays_after(start: dt.date, count: int) -> Counted:
    """The `count`-th workday after a day, which itself is not counted.  `count` is 0 … 1000; 0 gives the day itself."""
    if not 0 <= count <= LIMIT:
        raise ValueError(f"工作日数应为 0 到 {LIMIT}")
    day = start
    while count:
        day += _DAY
        count -= is_workday(day)
    return Counted(day, remark(start, day))


def workdays_between(start: dt.date, end: dt.date) -> int:
    """Workdays after `start` up to and with `end`; negative when `end` lies before."""
    if end < start:
        return -workdays_between(end, start)
    return sum(is_workday(start + _DAY * step) for step in range(1, (end - start).days + 1))


def workday_before(day: dt.date) -> dt.date:
    """The day itself when it is a workday, otherwise the last one before it."""
    while not is_workday(day):
        day -= _DAY
    return day


def remark(*days: dt.date) -> str:
    """What must be said when a count touches years without announced holidays; '' otherwise."""
    if all(map(is_known, days)):
        return ""
    first, last = known_years()
    return f"放假安排只有 {first}—{last} 年的，其余按周一至周五计算，请核对当年的放假通知"
