"""Deadlines as declared."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jiesuan.timetable import Deadline, Period, Timetable, timetable_faults


def deadline(**changes: Any) -> Deadline:
    base: dict[str, Any] = {
        "matter": "审批",
        "who": "学校",
        "what": "做",
        "day": "05-31",
        "since": 2024,
        "basis": "某文",
    }
    return Deadline(**{**base, **changes})


def period(**changes: Any) -> Period:
    base: dict[str, Any] = {
        "matter": "异动", "who": "学校", "what": "做", "workdays": 10, "bound": "以内", "start": "当天", "since": 2024,
        "basis": "某文",
    }  # fmt: skip
    return Period(**{**base, **changes})


def test_years_and_days() -> None:
    entry = deadline(until=2025)
    assert [entry.covers(year) for year in (2023, 2024, 2025, 2026)] == [False, True, True, False]
    assert [deadline().covers(year) for year in (2023, 2024, 2100)] == [False, True, True]
    assert entry.date(2025) == dt.date(2025, 5, 31)
    assert deadline(day="").date(2024) is None
    assert (deadline(season="春").title, deadline().title, period().title) == ("审批（春）", "审批", "异动")


@pytest.mark.parametrize("day", ["5-31", "02-30", "02-29", "13-01", "五月", "2024-05-31"])
def test_days_that_are_none(day: str) -> None:
    assert list(timetable_faults(Timetable(deadline=(deadline(day=day),)))) == [
        f"deadline“审批”：day“{day}”不是日期，请写成 04-20 这样的形式"
    ]


@pytest.mark.parametrize(
    ("years", "faults"),
    [
        ([(2018, 2024), (2025, 0)], []),
        ([(2018, 2023), (2025, 0)], []),  # a year without a notice: the wider region's applies
        ([(2018, 0), (2025, 0)], ["的年份重叠：since = 2018 的一条没有写 until，另一条从 2025 起"]),
        ([(2025, 0), (2018, 2025)], ["的年份重叠：since = 2018 的一条到 2025 年，另一条从 2025 起"]),
        ([(2024, 2023)], ["：until（2023）早于 since（2024）"]),
    ],
)
def test_years_do_not_overlap(years: list[tuple[int, int]], faults: list[str]) -> None:
    table = Timetable(deadline=tuple(deadline(since=since, until=until) for since, until in years))
    assert list(timetable_faults(table)) == [f"deadline“审批”{fault}" for fault in faults]
    table = Timetable(period=tuple(period(since=since, until=until) for since, until in years))
    assert list(timetable_faults(table)) == [f"period“异动”{fault}" for fault in faults]


def test_seasons_stand_beside_each_other() -> None:
    table = Timetable(deadline=(deadline(season="春"), deadline(season="秋"), deadline()))
    assert list(timetable_faults(table)) == []
