"""Deadlines and periods of the notices: `calendar.toml` of a pack."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import pairwise
from typing import Literal

import msgspec

from .policy import Certainty

Checked = Literal["结算表", "名册", "机构表"]
"""What somebody may be checking when a deadline is near."""


class Yearly(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """First and last calendar year (`until` 0 = until another notice says otherwise), document and clause."""

    since: int
    until: int = 0
    basis: str
    certainty: Certainty = "certain"
    note: str = ""

    def covers(self, year: int) -> bool:
        return self.since <= year and (not self.until or year <= self.until)


class Deadline(Yearly, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something to be done by a day of the year.  `day` is `MM-DD`, empty where no document names it; `season` is the term
    it belongs to (春, 秋, or empty)."""

    matter: str
    season: Literal["", "春", "秋"] = ""
    who: str
    what: str
    day: str
    by: str = ""
    """More exactly on that day, e.g. 下午下班前."""
    late: str = ""
    """What the document says happens to those who are late."""
    remind: tuple[Checked, ...] = ()
    """What is checked by those whom it concerns: they are reminded of it."""

    @property
    def key(self) -> Hashable:
        return self.matter, self.season

    @property
    def title(self) -> str:
        return f"{self.matter}{f'（{self.season}）' if self.season else ''}"

    def date(self, year: int) -> dt.date | None:
        """The day in that year.  Raises ValueError when `day` is none."""
        return dt.date.fromisoformat(f"{year}-{self.day}") if self.day else None


class Period(Yearly, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A period counted in workdays from an event, which itself does not count."""

    matter: str
    who: str
    what: str
    workdays: int
    bound: Literal["以内", "不少于"]
    start: str

    @property
    def key(self) -> Hashable:
        return self.matter

    @property
    def title(self) -> str:
        return self.matter


class Timetable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`calendar.toml`."""

    deadline: tuple[Deadline, ...] = ()
    period: tuple[Period, ...] = ()


def timetable_faults(timetable: Timetable) -> Iterator[str]:
    """Days that are none, and overlaps in the years of one matter, each with table and key, in Chinese.

    A year without an entry is no fault: notices are issued year by year, and the next wider region's applies."""
    for deadline in timetable.deadline:
        try:
            deadline.date(2023)  # no leap year: 02-29 is no day to set every year
        except ValueError:
            yield f"deadline“{deadline.title}”：day“{deadline.day}”不是日期，请写成 04-20 这样的形式"
    for table, entries in (("deadline", timetable.deadline), ("period", timetable.period)):
        kept: dict[Hashable, list[Deadline | Period]] = defaultdict(list)
        for entry in entries:
            kept[entry.key].append(entry)
        for same in kept.values():
            yield from _faults(table, sorted(same, key=lambda entry: entry.since))


def _faults(table: str, entries: list[Deadline | Period]) -> Iterator[str]:
    for entry in entries:
        if entry.until and entry.until < entry.since:
            yield f"{table}“{entry.title}”：until（{entry.until}）早于 since（{entry.since}）"
    for earlier, later in pairwise(entries):
        if not earlier.until or earlier.until >= later.since:
            until = f"到 {earlier.until} 年" if earlier.until else "没有写 until"
            yield f"{table}“{earlier.title}”的年份重叠：since = {earlier.since} 的一条{until}，另一条从 {later.since} 起"
