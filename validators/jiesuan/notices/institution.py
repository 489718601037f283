"""技工院校校级 / 设区市级 学生资助管理机构信息表 (闽人社办〔2024〕79号 附件1, 附件2): as declared, and read from a book."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from ..book import Book, Sheet, Value
from ..declared import pack_folders, read_declaration
from ..identity import spelled_phone
from ..publicize.digits import in_digits
from ..text import clean, fold

PACK = "fujian-2024"
_WANTED = 4
"""Headings that make a row the heading."""
_SEAL = re.compile(r"[（(]\s*加盖公章\s*[）)]")
_DATE = re.compile(r"(\d{4})\s*[年./\-]\s*(\d{1,2})\s*[月./\-]\s*(\d{1,2})")
_EMPTY = re.compile(r"[\s_＿　.…·—\-]*")


class ColumnInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One column of both forms; `width` in characters."""

    name: str
    header: str
    also: tuple[str, ...] = ()
    width: int = 12


class FormInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of the two forms; texts as printed, `{年}` is the year."""

    id: str
    attachment: str
    title: str
    unit: str
    unit_also: tuple[str, ...] = ()
    date: str
    body: str
    note: str
    send: str
    """What to do with a form that has no fault."""
    deadline: str
    """The matter in `calendar.toml`."""
    rows: int
    doubts: tuple[str, ...] = ()


class Institutions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`institution.toml`."""

    basis: str
    form: tuple[FormInfo, ...]
    column: tuple[ColumnInfo, ...]
    below: tuple[str, ...] = ()
    """How lines below the members begin: who filled the form in, whom to call; a colon follows within eight characters."""

    def named(self, form_id: str) -> FormInfo:
        """The form 校级 or 市级.  Raises KeyError."""
        for form in self.form:
            if form.id == form_id:
                return form
        raise KeyError(form_id)


@cache
def _read(folder: Path) -> Institutions:
    return read_declaration(folder / "institution.toml", Institutions)


def institutions() -> Institutions:
    """The two forms.  Raises PackError."""
    return _read(pack_folders()[PACK])


@dataclass(frozen=True)
class Field:
    """A text of the form, where it stands (row and column from 1, or None where there is no such place)."""

    text: str = ""
    cell: tuple[int, int] | None = None


@dataclass(frozen=True)
class Member:
    """One row: column name → text, and the row's number."""

    row: int
    values: dict[str, str]


@dataclass
class Filled:
    """A form that came back.  `columns` are the numbers of those found."""

    form: FormInfo
    sheet: str
    unit: Field
    body: Field
    date: Field
    columns: dict[str, int]
    members: list[Member] = field(default_factory=list)
    book: Book | None = None
    alone: bool = True
    """Whether no other form of its file is read."""
    remarks: list[str] = field(default_factory=list)
    """What must be said of the reading, in Chinese."""

    @property
    def blank(self) -> bool:
        """Whether nothing is filled in."""
        return not (self.unit.text or self.body.text or self.members)

    def place(self, file: str) -> str:
        """Where the form stands: its file, with the sheet where that holds several."""
        return file if self.alone else f"{file}的“{self.sheet}”"

    @property
    def day(self) -> dt.date | None:
        """The day it was filled in; None where none stands there."""
        match = _DATE.search(self.date.text)
        try:
            return dt.date(*map(int, match.groups())) if match else None
        except ValueError:
            return None


def read_institution(book: Book) -> Filled | None:
    """The first of the forms in a book; None where there is none."""
    return next(iter(read_institutions(book)), None)


def read_institutions(book: Book) -> list[Filled]:
    """Every sheet that holds one of the two forms.  Sheets that are hidden or on which nothing is filled in are left out
    beside others, and the first form says so."""
    found = institutions()
    filled: list[Filled] = []
    for sheet in book.sheets:
        texts = {(r, c): _text(v) for r, row in enumerate(sheet.values, 1) for c, v in enumerate(row, 1) if _text(v)}
        form = _which(found, list(texts.values()))
        if form is not None:
            filled.append(_filled(found, form, sheet, texts, book))
    shown = [item for item in filled if book.sheet(item.sheet).visible] or filled
    kept = [item for item in shown if not item.blank] or shown[:1]
    for item in kept:
        item.alone = len(kept) == 1
    # A page of instructions names the form as well; it has neither headings nor anything filled in.
    if left := [item.sheet for item in filled if item not in kept and (item.columns or not item.blank)]:
        kept[0].remarks.append(f"工作表“{'”“'.join(left)}”是隐藏的或没有填过的信息表，没有校验。")
    return kept


def _which(found: Institutions, texts: list[str]) -> FormInfo | None:
    """By title; by its first line where the title was lost."""
    folded = [fold(text) for text in texts]
    for form in found.form:
        if any(fold(form.title) in text for text in folded):
            return form
    if any("学生资助管理机构信息表" in text for text in folded):
        city = any("设区市" in text or "本市" in text for text in folded)
        return found.named("市级" if city else "校级")
    for form in found.form:
        if any(text.startswith(fold(form.body).rstrip(":")) for text in folded):
            return form
    return None


def _filled(found: Institutions, form: FormInfo, sheet: Sheet, texts: dict[tuple[int, int], str], book: Book) -> Filled:
    head, columns = _heading(found, sheet)
    top = {cell: text for cell, text in texts.items() if not head or cell[0] < head}
    unit = _after(sheet, top, (form.unit, *form.unit_also))
    unit = Field(_unit(unit.text), unit.cell)
    body = _after(sheet, top, (form.body, "学生资助管理机构名称"))
    date = _after(sheet, top, ("时间", "填报日期", "填表日期", "日期"))
    if date.cell is None:  # typed over its label
        date = next((Field(text, cell) for cell, text in top.items() if _DAY.fullmatch(text)), date)
    date = Field(in_digits(date.text), date.cell)
    filled = Filled(form, sheet.name, unit, body, date, columns, book=book)
    if head:
        filled.members = _members(sheet, head, columns, _below(found.below))
    return filled


def _heading(found: Institutions, sheet: Sheet) -> tuple[int, dict[str, int]]:
    """(row of the headings, column name → number); row 0 where there is none."""
    known = {fold(text): column.name for column in found.column for text in (column.header, *column.also)}
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(sheet.values, 1):
        columns: dict[str, int] = {}
        for place, value in enumerate(row, 1):
            name = known.get(fold(_text(value)))
            if name:
                columns.setdefault(name, place)
        if len(columns) >= _WANTED and len(columns) > len(best[1]):
            best = (number, columns)
    return best


def _after(sheet: Sheet, texts: dict[tuple[int, int], str], labels: tuple[str, ...]) -> Field:
    """What is written behind a label, in its cell or in the next filled one of the row up to another label."""
    for label in labels:
        pattern = _labelled(label)
        for (row, column), text in texts.items():
            match = pattern.search(text)
            if match is None:
                continue
            value = _bare(match["value"] or "")
            if value:
                return Field(value, (row, column))
            for other in range(column + 1, sheet.width + 1):
                beside = texts.get((row, other), "")
                if ":" in beside:
                    break
                if _bare(beside):
                    return Field(_bare(beside), (row, other))
            return Field("", (row, column))
    return Field()


_DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")


@cache
def _labelled(label: str) -> re.Pattern[str]:
    """A label in a cleaned text, with spaces between its characters, and what follows its colon up to the date."""
    plain = _SEAL.sub("", clean(label)).rstrip(":")
    wide = r"\s*".join(map(re.escape, plain))
    return re.compile(
        rf"{wide}\s*(?:\(\s*加盖公章\s*\))?\s*(?::(?P<value>.*?)(?:\s(?:时间|填报日期|填表日期)\s*:.*)?)?$"
    )


def _bare(text: str) -> str:
    """A filled-in text without the seal's mark and the lines of a blank."""
    return clean(re.sub(r"_+", " ", _SEAL.sub("", text)))


def _unit(text: str) -> str:
    """The name of the unit; '' where only the printed part of it stands there."""
    name = re.sub(r"\s+", "", text)
    return "" if name == "市人力资源和社会保障局" else name


@lru_cache(maxsize=8)
def _below(words: tuple[str, ...]) -> re.Pattern[str]:
    """What is written below the members."""
    return re.compile(rf"[（(]?(?:{'|'.join(map(re.escape, words)) or '(?!)'})[^:：]{{0,8}}[:：]")


def _members(sheet: Sheet, head: int, columns: dict[str, int], below: re.Pattern[str]) -> list[Member]:
    found: list[Member] = []
    carried = ""
    for row in range(head + 1, len(sheet.values) + 1):
        first = next((text for value in sheet.values[row - 1] if (text := _text(value))), "")
        if re.match(r"[（(]?注[:：意]", first):
            break
        if below.match(first):
            continue
        values = {name: _cell(sheet, row, column, name) for name, column in columns.items()}
        carried = values.get("构成") or carried
        if any(text for name, text in values.items() if name != "构成"):
            found.append(Member(row, {**values, "构成": values.get("构成") or carried}))
    return found


def _cell(sheet: Sheet, row: int, column: int, name: str) -> str:
    value = sheet.value(row, column)
    if name in ("固定电话", "手机号码") and isinstance(value, int | float) and not isinstance(value, bool):
        return spelled_phone(value)
    text = _text(value)
    return "" if _EMPTY.fullmatch(text) else text


def _text(value: Value) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else str(value)
    return clean(str(value))
