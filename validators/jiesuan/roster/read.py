"""Read a roster: one heading row, columns in any order, on one or several sheets."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ..book import Book, Sheet, Value
from ..identity import GRADES, Entry, eighteen, parse_entry, spelled
from ..reading import UnreadableFile, open_book
from ..ref import Ref
from ..term import Term
from ..text import clean, fold, nearest
from .fields import RosterInfo

HEADING_ROWS = 30
"""Rows from the top among which the heading row is looked for."""
LEAST_HEADINGS = 3
SHORTEST = 7
"""Digits of the shortest number of any document that tells a person."""
_FOOT = re.compile(
    r"(?:合计|总计|小计|共计)(?:[:\d共(].*)?"
    r"|[^:\d]{0,8}(?:填表|填报|制表|审核|复核|经办|负责|联系|校长|单位|盖章|签字|签章|日期|时间|电话|手机|说明|备注|注)[^:\d]{0,6}:.*"
    r"|(?:填表|制表|审核)人"
)
"""How a row below a list begins: a total, a signature, a note."""
_DATE = re.compile(r"(\d{4})\D?(\d{1,2})(?:\D?(\d{1,2}))?\D*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEARS = re.compile(r"([\d.]+|[一二三四五六])年?(?:制)?")
_NUMBERS = dict(zip("一二三四五六", range(1, 7), strict=True))


class NotRoster(Exception):
    """The file holds no roster; the message is Chinese and says what was seen."""


@dataclass
class Roster:
    """The students of one file, by column.  `columns[name][i]` is what stands for student i in `refs_of` column `name`."""

    file: str
    sha256: str
    info: RosterInfo
    columns: dict[str, list[Value]] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    """Sheet of each student."""
    rows: list[int] = field(default_factory=list)
    """Row of each student."""
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    """(sheet, column name) → column."""
    unknown: list[tuple[str, str, str]] = field(default_factory=list)
    """Headings nobody knows: (sheet, cell, text)."""
    remarks: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, name: str) -> bool:
        return name in self.columns

    def value(self, name: str, index: int) -> Value:
        """What stands there; None where the roster has no such column."""
        column = self.columns.get(name)
        return column[index] if column else None

    def text(self, name: str, index: int) -> str:
        value = self.value(name, index)
        return "" if value is None else str(value).strip()

    def code(self, name: str, index: int) -> str | None:
        """The value of a coded column in its one spelling: '' where blank, None where it is none of the known."""
        text = self.text(name, index)
        if isinstance(self.value(name, index), float):
            text = f"{self.value(name, index):g}"
        return self.info.named[name].spelled.get(fold(text)) if text else ""

    def ref(self, name: str, index: int) -> Ref:
        """Where a column of a student stands; the row's first cell where that sheet has no such column."""
        sheet = self.sheets[index]
        return Ref(sheet, self.rows[index], self.places.get((sheet, name), 1))

    @property
    def numbers(self) -> list[str]:
        """Identity numbers in one spelling, '' where blank."""
        return [
            spelled(value) if value is not None else "" for value in self.columns.get("身份证号", [None] * len(self))
        ]

    @property
    def persons(self) -> list[str]:
        """What tells the students: their numbers in 18 digits, also where the old 15 stand; '' where blank, and for what
        can be nobody's number, as 待补."""
        return [eighteen(number) if sum(map(str.isdigit, number)) >= SHORTEST else "" for number in self.numbers]

    @property
    def schools(self) -> list[str]:
        """The schools named, in order of appearance."""
        return list(dict.fromkeys(text for index in range(len(self)) if (text := self.text("学校名称", index))))


def read_roster(path: Path, info: RosterInfo, *, password: str | None = None) -> Roster:
    """Read a file.  Raises UnreadableFile, NotRoster."""
    return roster_of(open_book(path, password=password), info)


def roster_of(book: Book, info: RosterInfo) -> Roster:
    """The roster in a workbook; every sheet with a heading row counts.  Raises NotRoster."""
    roster = Roster(book.name, book.sha256, info, remarks=list(book.remarks))
    found = [(sheet, heading) for sheet in book.sheets if (heading := _heading(sheet, info))]
    if not found:
        raise NotRoster(_not_roster(book, info))
    for _, (_, columns) in found:
        for name in columns:
            roster.columns.setdefault(name, [])
    for sheet, (row, columns) in found:
        _add(roster, sheet, row, columns)
        if not sheet.visible:
            roster.remarks.append(f"工作表“{sheet.name}”是隐藏的，照样核对了。")
    return roster


def _heading(sheet: Sheet, info: RosterInfo) -> tuple[int, dict[str, int]] | None:
    """Row of the headings and the columns they name: the row that names the most."""
    best: tuple[int, dict[str, int]] | None = None
    for row, line in enumerate(heading_lines(sheet), 1):
        columns: dict[str, int] = {}
        for column, value in enumerate(line, 1):
            known = info.of_heading(value) if isinstance(value, str) else None
            if known is not None:
                columns.setdefault(known.name, column)
        if len(columns) >= LEAST_HEADINGS and "身份证号" in columns and (best is None or len(columns) > len(best[1])):
            best = row, columns
    return best


def heading_lines(sheet: Sheet) -> list[list[Value]]:
    """The rows among which headings are looked for; one that is merged over several rows stands in each of them."""
    lines = [list(line) for line in sheet.values[:HEADING_ROWS]]
    for row, column, value in merged_down(sheet):
        if row <= len(lines):
            line = lines[row - 1]
            line.extend([None] * (column - len(line)))
            line[column - 1] = value if line[column - 1] is None else line[column - 1]
    return lines


def merged_down(sheet: Sheet) -> Iterator[tuple[int, int, Value]]:
    """(row, column, value) of the cells below the first in areas merged over several rows of one column."""
    for top, left, bottom, right in sheet.merges:
        if left == right and (value := sheet.value(top, left)) is not None:
            yield from ((row, left, value) for row in range(top + 1, min(bottom, len(sheet.values)) + 1))


def _add(roster: Roster, sheet: Sheet, heading: int, columns: dict[str, int]) -> None:
    for name, column in columns.items():
        roster.places[sheet.name, name] = column
    taken = set(columns.values())
    for column, value in enumerate(heading_lines(sheet)[heading - 1], 1):
        if column not in taken and isinstance(value, str) and value.strip() and fold(value) not in roster.info.ignored:
            roster.unknown.append((sheet.name, Ref(sheet.name, heading, column).cell, clean(value)))
    own = {columns.get(name) for name in ("姓名", "身份证号")}
    merged = {(row, column): value for row, column, value in merged_down(sheet) if row > heading and column not in own}
    key = [columns[name] - 1 for name in ("姓名", "身份证号") if name in columns]
    for row, line in enumerate(sheet.values[heading:], heading + 1):
        # 合计、填表人 and the like stand below a list: a student has a name or a number in its column.
        if not any(at < len(line) and _filled(line[at]) for at in key) or is_foot(line):
            continue
        if any(at < len(line) and is_heading(line[at], roster.info) for at in key):
            continue  # headings repeated on every page
        roster.sheets.append(sheet.name)
        roster.rows.append(row)
        for name, values in roster.columns.items():
            at = columns.get(name, 0) - 1
            value = line[at] if 0 <= at < len(line) else None
            values.append(merged.get((row, at + 1)) if value is None else value)


def _filled(value: Value) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def is_foot(line: list[Value]) -> bool:
    """Whether a row is no person but a total, a signature or a note below the list."""
    first = next((value for value in line if _filled(value)), None)
    return isinstance(first, str) and _FOOT.fullmatch(fold(first)) is not None


def is_heading(value: Value, info: RosterInfo) -> bool:
    """Whether a cell of a list's names or numbers holds the heading once more."""
    known = info.of_heading(value) if isinstance(value, str) else None
    return known is not None and known.name in ("姓名", "身份证号")


def _not_roster(book: Book, info: RosterInfo) -> str:
    names = "、".join(sheet.name for sheet in book.sheets[:5])
    texts = [v for sheet in book.sheets for line in sheet.values[:HEADING_ROWS] for v in line if isinstance(v, str)]
    seen = list(dict.fromkeys(known.name for text in texts if (known := info.of_heading(text))))
    told = f"只认出这些列标题：{'、'.join(seen)}。" if seen else "没有认出任何列标题。"
    close = nearest("身份证号", texts, least=0.6) if "身份证号" not in seen else None
    hint = f"最像“身份证号”的是“{clean(close)}”。" if close else ""
    return (
        f"“{names}”里没有学籍名册：要有一行列标题，至少有姓名、身份证号和另外一列（如专业、入学年季）。{told}{hint}"
        "标题写法不同的，可用 --mapping 指定自己的列名对照文件。"
    )


# ── what cells say ──


@lru_cache(maxsize=50_000)
def date_of(value: Value) -> dt.date | None:
    """A date in whatever way it is written: a date cell, `2024-3-5`, `20240305`, `2024年3月` (its first day)."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if value is None or isinstance(value, bool):
        return None
    text = f"{value:.0f}" if isinstance(value, int | float) else clean(str(value))
    match = _COMPACT.fullmatch(text) or _DATE.fullmatch(text.split(" ")[0])
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None


@lru_cache(maxsize=50_000)
def entry_of(value: Value) -> Term | None:
    """The term of entry: `2023秋`, `2023年9月`, `202309`, a date; a bare year is autumn."""
    if isinstance(value, str):
        entry = parse_entry(value)
        if entry is not None:
            return entry.term
        term = Term.find(value)
        if term is not None:
            return term
    year = re.fullmatch(r"(20\d{2})(?:年|级)?(?:\.0)?", fold(str(value))) if value is not None else None
    if year:
        return Term(int(year[1]), 1)
    day = date_of(value)
    if day is None or not 2000 <= day.year < 2100:
        return None
    return Term(day.year, 0 if day.month <= 6 else 1)


@lru_cache(maxsize=1000)
def years_of(value: Value) -> float | None:
    """学制 in years: `3`, `三年`, `3年制`, `2.5`."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if 0 < value <= 6 else None
    match = _YEARS.fullmatch(fold(str(value)))
    if match is None:
        return None
    years = float(_NUMBERS[match[1]]) if match[1] in _NUMBERS else float(match[1])
    return years if 0 < years <= 6 else None


@lru_cache(maxsize=1000)
def grade_of(value: Value) -> str | None:
    """年级 as the forms name it: 一年级 from `1`, `一`, `一年级`, `高一`; None for anything else, such as `2023级`."""
    text = fold(f"{value:g}" if isinstance(value, float) else str(value or ""))
    match = re.fullmatch(r"(?:高|技|中)?([一二三123])(?:年级|年)?", text)
    return {"1": "一年级", "2": "二年级", "3": "三年级"}.get(match[1], f"{match[1]}年级") if match else None


def grade_in(roster: Roster, index: int, term: Term) -> str | None:
    """The grade stated, else the one that follows from the entry; None where neither tells."""
    said = grade_of(roster.value("年级", index))
    if said:
        return said
    entry = entry_of(roster.value("入学年季", index))
    grades = Entry(entry, "").grades(term) if entry else frozenset()
    return min(grades, key=GRADES.index) if grades else None


def readable(path: Path, info: RosterInfo, *, password: str | None = None) -> Roster | tuple[str, str]:
    """The roster, or (slug, Chinese message) of what is wrong with the file."""
    try:
        return read_roster(path, info, password=password)
    except UnreadableFile as error:
        return error.kind, error.message
    except NotRoster as error:
        return "not-roster", str(error)


def is_roster(path: Path, info: RosterInfo) -> bool:
    """Whether a file is a roster, and not the list of students of the settlement forms that looks like one: that has none of
    these columns."""
    found = readable(path, info)
    return not isinstance(found, tuple) and any(map(found.has, ("专业", "入学年季", "学籍状态")))


def students(roster: Roster, school: str = "") -> Iterator[int]:
    """Indices of the students, of one school where the roster names several."""
    wanted = fold(school)
    several = roster.has("学校名称") and wanted in {fold(name) for name in roster.schools}
    for index in range(len(roster)):
        if not several or fold(roster.text("学校名称", index)) in ("", wanted):
            yield index
