"""Chinese workdays."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.workdays import (
    is_known,
    is_workday,
    known_years,
    remark,
    workday_before,
    workdays_after,
    workdays_between,
)

DAYS = st.dates(dt.date(2004, 3, 1), dt.date(2025, 6, 30))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("date", "works"),
    [
        ("2024-09-14", True),  # Saturday worked for 中秋
        ("2024-09-16", False),
        ("2024-09-17", False),
        ("2024-10-07", False),
        ("2024-10-12", True),  # Saturday worked for 国庆
        ("2024-04-20", False),
        ("2024-05-31", True),
    ],
)
def test_days_of_the_announced_holidays(date: str, works: bool) -> None:
    """国务院办公厅关于2024年部分节假日安排的通知."""
    assert is_workday(day(date)) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-09-02", 10, "2024-09-14"),  # the event's own day does not count; the 14th is worked
        ("2024-09-02", 11, "2024-09-18"),
        ("2024-09-27", 10, "2024-10-16"),  # 29 September and 12 October are worked
        ("2024-09-07", 1, "2024-09-09"),  # from a Saturday
        ("2024-09-07", 0, "2024-09-07"),
    ],
)
def test_counting(start: str, count: int, end: str) -> None:
    assert workdays_after(day(start), count) == (day(end), "")
    assert workdays_between(day(start), day(end)) == count
    assert workdays_between(day(end), day(start)) == -count


@given(DAYS, st.integers(1, 60))
def test_the_end_is_a_workday_and_counts_back(start: dt.date, count: int) -> None:
    end = workdays_after(start, count).date
    assert is_workday(end)
    assert workdays_between(start, end) == count
    assert workday_before(end) == end


def test_a_workday_before() -> None:
    assert workday_before(day("2024-10-07")) == day("2024-09-30")


def test_years_without_announced_holidays() -> None:
    first, last = known_years()
    assert first == 2004 and last >= 2025
    assert is_known(dt.date(last, 12, 31)) and not is_known(dt.date(last + 1, 1, 1)) and not is_known(day("2003-12-31"))
    assert workdays_after(day("2003-10-01"), 5) == (
        day("2003-10-08"),
        f"放假安排只有 2004—{last} 年的，其余按周一至周五计算，请核对当年的放假通知",
    )
    assert is_workday(day("2003-10-01")) and not is_workday(day("2003-10-04"))
    assert remark(day("2024-01-01")) == ""
    assert remark(day("2024-01-01"), dt.date(last + 1, 1, 1)) != ""


@pytest.mark.parametrize("count", [-1, 1001])
def test_counts_that_make_no_sense(count: int) -> None:
    with pytest.raises(ValueError, match="工作日数应为 0 到 1000"):
        workdays_after(day("2024-01-01"), count)
