"""Lists of suspected duplicates that come from above (教育部助学金比对结果、免学费比对结果): which of our students are in them,
where, and the last day for clearing up (10 workdays: 闽人社办〔2024〕79号、人社部办公厅2025年通知)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..book import Book, Value
from ..identity import eighteen, name_fault, spelled, tail_lost
from ..ref import Ref
from ..text import clean, fold, mask, mask_number
from ..workdays import workdays_after, workdays_between
from .changes import KEPT
from .fields import RosterInfo
from .read import Roster, heading_lines, is_foot, is_heading

WORKDAYS = 10
"""Workdays for clearing up suspected duplicates."""
_OTHERS = ("学校", "院校", "单位", "项目", "类型", "层次", "备注", "说明", "省", "市")
"""Parts of headings whose columns say what the other side of a duplicate is."""
_NUMBER = re.compile(r"(?!.*(?:监护|家长|父|母)).{0,6}(?:身份证件?(?:号码?)?|证件号码?)(?:\(.{1,8}\)|[\d一二三四])?")
_NAME = re.compile(r"(?!.*(?:监护|家长|父|母)).{0,6}姓名(?:\(.{1,8}\)|[\d一二三四])?")
"""Folded headings of a list, which may name several persons side by side."""
_HIDDEN = re.compile(r"[*×●○•?]|X(?=[X*])|(?<=[X*])X")
_VISIBLE = 6
"""Characters of a number that must be left readable at least, to compare by them."""
_WHOLE = re.compile(r"\d{17}[\dX]|\d{15}|[A-Z]{1,2}\d{7,10}", re.ASCII)
_TOLD = 30
"""Doubtful pairs named at most; the rest is counted."""
_CUT = "名册上的号码存成了数字，末三位丢失，凭姓名和前15位对上，请核对"
_PARTLY = "名单上的号码不完整，凭姓名和看得见的几位对上，请核对"


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
    remarks: tuple[str, ...] = ()
    """Persons on the lists who could not be compared, or fit in part, in Chinese."""


class _Listed(NamedTuple):
    """One person of a list."""

    place: Ref
    value: Value
    name: str
    about: str


def clearing(
    roster: Roster, lists: list[Book], *, received: dt.date, today: dt.date, workdays: int = WORKDAYS
) -> Clearing:
    """Find our students on the lists.  Raises NotList naming the file."""
    ours = _Ours(roster)
    matches: list[Match] = []
    remarks: list[str] = []
    listed = 0
    for book in lists:
        people, unknown, others = 0, 0, []
        for person in _entries(book, roster.info):
            people += 1
            found = ours.whole(person.value)
            whole = _is_whole(person.value)
            near = [] if found else ours.cut(person.value) + ours.fitting(person.value)
            partly = not found and bool(near or not whole)
            if partly:
                found = [i for i in near if _alike(person.name, roster.text("姓名", i))]
                if len(found) != 1:
                    unknown += not whole
                    others += [f"{mask(str(person.place))} 与 {ours.told(i)}" for i in found or near]
                    found = []
            for index in found:
                mine = roster.text("姓名", index)
                other = person.name if not partly and person.name and fold(person.name) != fold(mine) else ""
                about = "，".join(filter(None, (person.about, (_CUT if whole else _PARTLY) if partly else "")))
                number = ours.numbers[index]
                matches.append(
                    Match(
                        mask(mine), mask_number(number), number, (roster.file, roster.ref("身份证号", index)),
                        (book.name, person.place), mask(about), mask(other),
                    )
                )  # fmt: skip
        listed += people
        if not people:
            remarks.append(f"“{mask(book.name)}”里有列标题，没有读到一个人，请核对是不是拿错了文件")
        if unknown:
            remarks.append(
                f"“{mask(book.name)}”有 {unknown} 人没有号码或号码不完整，没有比对，请向发来名单的单位要完整号码"
            )
        if others:
            more = f"等 {len(others)} 处" if len(others) > _TOLD else ""
            remarks.append(
                f"“{mask(book.name)}”有号码看得见的几位相同、认不准是不是同一人的，请人工核对：{'；'.join(others[:_TOLD])}{more}"
            )
    counted = workdays_after(received, workdays)
    matches.sort(key=lambda m: (m.ours[1].sheet, m.ours[1].row, m.theirs[0], m.theirs[1].row))
    return Clearing(
        tuple(dict.fromkeys(matches)), listed, received, counted.date, workdays_between(today, counted.date), counted.remark,
        tuple(remarks),
    )  # fmt: skip


class _Ours:
    """Our students by identity number: the whole one, that of 15 digits (no century, no check digit), or a part of it."""

    def __init__(self, roster: Roster) -> None:
        self.roster, self.numbers, self.persons = roster, roster.numbers, roster.persons
        self.by_number: dict[str, int] = {}
        self.by_start: dict[str, list[int]] = {}
        for index, (number, person) in enumerate(zip(self.numbers, self.persons, strict=True)):
            if person and tail_lost(roster.value("身份证号", index)):
                self.by_start.setdefault(number[:KEPT], []).append(index)
            elif person:
                self.by_number[number] = index
        self.by_short: dict[str, list[int]] = {}
        for number, index in self.by_number.items():
            self.by_short.setdefault(_short(number), []).append(index)
        self.by_tail: dict[str, list[int]] = {}
        for index in self.by_number.values():
            self.by_tail.setdefault(self.persons[index][-4:], []).append(index)

    def whole(self, value: Value) -> list[int]:
        """Students with this number, in 18 digits or in 15."""
        number = spelled(value)
        index = self.by_number.get(number)
        if index is not None:
            return [index]
        near = self.by_short.get(_short(number), []) if number else []
        return [i for i in near if 15 in (len(number), len(self.numbers[i]))]

    def cut(self, value: Value) -> list[int]:
        """Students of whose number a number cell has kept no more than the first fifteen digits of this one."""
        return self.by_start.get(eighteen(spelled(value))[:KEPT], []) if _is_whole(value) or tail_lost(value) else []

    def fitting(self, value: Value) -> list[int]:
        """Students whose number, of 18 digits or of 15, has the digits that can be read."""
        pattern, text = _readable(value), spelled(value)
        if not pattern:
            return []
        old = len(text) == 15
        near = self.by_tail.get(text[-4:], []) if pattern[-4:].isalnum() and not old else self.by_number.values()
        fits = re.compile(pattern).fullmatch
        return [i for i in near if fits(self.persons[i]) or (old and fits(_short(self.persons[i])))]

    def told(self, index: int) -> str:
        return mask(f"{self.roster.file} {self.roster.ref('身份证号', index)} {self.roster.text('姓名', index)}")


def _short(number: str) -> str:
    return number[:6] + number[8:17] if len(number) == 18 else number


def _is_whole(value: Value) -> bool:
    """Whether a cell holds a complete number: nothing hidden, no tail lost."""
    return bool(_WHOLE.fullmatch(spelled(value))) and not tail_lost(value)


def _readable(value: Value) -> str:
    """A pattern of the digits that a partly hidden or shortened number shows; '' where they are too few."""
    if tail_lost(value):
        return f"{float(spelled(value)):.14e}".replace(".", "")[:15] + r"[\dX]{3}"
    text = _HIDDEN.sub(".", spelled(value))
    if "." not in text or not re.fullmatch(r"[\dX.]+", text, re.ASCII) or len(text.replace(".", "")) < _VISIBLE:
        return ""
    return text.replace(".", r"[\dX]") if len(text) == 18 else re.sub(r"\.+", r"[\\dX]+", text)


def _alike(listed: str, ours: str) -> bool:
    """Whether a name on a list, which may be hidden in part (张*), is that of our student."""
    parts = re.split(r"[*×●○某?]+", fold(listed))
    return any(parts) and re.fullmatch(".{1,3}".join(map(re.escape, parts)), fold(ours)) is not None


def _headings(line: list[Value], name: str, info: RosterInfo) -> list[int]:
    """The columns of a heading row that hold names or numbers; a single text is one only where it is a known heading."""
    texts = {at: value for at, value in enumerate(line) if isinstance(value, str) and value.strip()}
    pattern = _NUMBER if name == "身份证号" else _NAME
    known = {at: field.name for at, text in texts.items() if (field := info.of_heading(text))}
    like = {at for at, text in texts.items() if len(texts) > 1 and pattern.fullmatch(fold(text))}
    return [at for at in texts if at in like or known.get(at) == name]


def _entries(book: Book, info: RosterInfo) -> Iterator[_Listed]:
    """Every person listed, with the column of each number: a list may set several persons side by side."""
    headed = False
    for sheet in book.sheets:
        heading = next(
            (row for row, line in enumerate(heading_lines(sheet)) if _headings(line, "身份证号", info)), None
        )
        if heading is None:
            continue
        headed = True
        line = heading_lines(sheet)[heading]
        numbers, names = _headings(line, "身份证号", info), _headings(line, "姓名", info)
        titles = {at: clean(v) for at, v in enumerate(line) if isinstance(v, str)}
        told = [at for at, title in titles.items() if at not in (*numbers, *names) and any(w in title for w in _OTHERS)]
        if len(names) == len(numbers):
            owners: list[int | None] = list(names)
        else:
            owners = [max((n for n in names if n < at), default=names[0] if names else None) for at in numbers]
        for row, cells in enumerate(sheet.values[heading + 1 :], heading + 2):
            if is_foot(cells) or any(is_heading(cells[at], info) for at in (*numbers, *names) if at < len(cells)):
                continue
            texts = [clean(str(value)) if value is not None else "" for value in cells]
            about = "，".join(f"{titles[i]} {texts[i]}" for i in told if i < len(cells) and texts[i])
            for at, owner in zip(numbers, owners, strict=True):
                name = texts[owner] if owner is not None and owner < len(cells) else ""
                numbered = at < len(cells) and any(map(str.isdigit, texts[at]))
                # A person without a number has a name of his own and something beside it; a note below the list has not.
                person = owners.count(owner) == 1 and name and not name_fault(name) and sum(map(bool, texts)) > 1
                if numbered or person:
                    yield _Listed(Ref(sheet.name, row, at + 1), cells[at] if numbered else None, name, about)
    if not headed:
        names_of = "、".join(sheet.name for sheet in book.sheets[:5])
        raise NotList(f"“{mask(book.name)}”的“{names_of}”里没有比对名单：要有一行列标题，其中有“身份证号”一列。")
