"""Lists of suspected duplicates that come from above (教育部助学金比对结果、免学费比对结果): which of our students are in them,
where, and the last day for clearing up (10 workdays: 闽人社办〔2024〕79号、人社部办公厅2025年通知)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..book import Book, Sheet
from ..identity import spelled
from ..ref import Ref
from ..text import clean, fold, mask, mask_number
from ..workdays import workdays_after, workdays_between
from .fields import RosterInfo
from .read import HEADING_ROWS, Roster

WORKDAYS = 10
"""Workdays for clearing up suspected duplicates."""
_OTHERS = ("学校", "院校", "单位", "项目", "类型", "层次", "备注", "说明", "省", "市")
"""Parts of headings whose columns say what the other side of a duplicate is."""


class NotList(Exception):
    """The file holds no list of duplicates; the message is Chinese."""


@dataclass(frozen=True)
class Match:
    """One of our students on such a list.  The number is masked; `full` is for the user's own workbook alone."""

    name: str
    number: str
    full: str
    ours: tuple[str, Ref]
    """(file, cell) in the roster or settlement workbook."""
    theirs: tuple[str, Ref]
    about: str
    """What the list says of the other side: school, project."""
    named: str
    """The name on the list where it is another, else ''."""


@dataclass(frozen=True)
class Clearing:
    """The matches of some lists and the time left."""

    matches: tuple[Match, ...]
    listed: int
    """Persons on the lists."""
    received: dt.date
    last: dt.date
    left: int
    """Workdays left from today; negative when late."""
    remark: str = ""


def clearing(
    roster: Roster, lists: list[Book], *, received: dt.date, today: dt.date, workdays: int = WORKDAYS
) -> Clearing:
    """Find our students on the lists.  Raises NotList naming the file."""
    ours = {number: index for index, number in enumerate(roster.numbers) if number}
    matches: list[Match] = []
    listed = 0
    for book in lists:
        for sheet, row, number, name, about in _entries(book, roster.info):
            listed += 1
            index = ours.get(number)
            if index is None:
                continue
            mine = roster.text("姓名", index)
            other = name if name and fold(name) != fold(mine) else ""
            matches.append(
                Match(
                    mask(mine), mask_number(number), number, (roster.file, roster.ref("身份证号", index)),
                    (book.name, Ref(sheet.name, row[0], row[1])), mask(about), mask(other),
                )
            )  # fmt: skip
    counted = workdays_after(received, workdays)
    matches.sort(key=lambda m: (m.ours[1].sheet, m.ours[1].row, m.theirs[0], m.theirs[1].row))
    return Clearing(
        tuple(matches), listed, received, counted.date, workdays_between(today, counted.date), counted.remark
    )


def _entries(book: Book, info: RosterInfo) -> list[tuple[Sheet, tuple[int, int], str, str, str]]:
    """(sheet, (row, column), number, name, about) of every person listed."""
    found: list[tuple[Sheet, tuple[int, int], str, str, str]] = []
    headed = False
    for sheet in book.sheets:
        heading = next(
            (
                (row, {info_field.name: at for at, info_field in known})
                for row, line in enumerate(sheet.values[:HEADING_ROWS], 1)
                if (known := [(at, f) for at, v in enumerate(line) if isinstance(v, str) and (f := info.of_heading(v))])
                and any(f.name == "身份证号" for _, f in known)
            ),
            None,
        )
        if heading is None:
            continue
        headed = True
        row, columns = heading
        titles = {at: clean(v) for at, v in enumerate(sheet.values[row - 1]) if isinstance(v, str)}
        told = [at for at, title in titles.items() if at not in (columns["身份证号"], columns.get("姓名")) and any(w in title for w in _OTHERS)]  # fmt: skip
        for number, line in enumerate(sheet.values[row:], row + 1):
            at = columns["身份证号"]
            value = line[at] if at < len(line) else None
            if value is None or not str(value).strip():
                continue
            name = str(line[columns["姓名"]] or "").strip() if columns.get("姓名", len(line)) < len(line) else ""
            about = "，".join(
                f"{titles[i]} {clean(str(line[i]))}" for i in told if i < len(line) and line[i] is not None
            )
            found.append((sheet, (number, at + 1), spelled(value), name, about))
    if not headed:
        names = "、".join(sheet.name for sheet in book.sheets[:5])
        raise NotList(f"“{mask(book.name)}”的“{names}”里没有比对名单：要有一行列标题，其中有“身份证号”一列。")
    return found
