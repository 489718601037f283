"""Reading the lines above and below a table: 填报单位, dates, 结余 …, typed into a blank of a printed sentence or into
cells of their own."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from ..book import Value
from ..form import Form, Line
from ..number import Number, plain, read_number
from ..ref import Ref
from ..table import LineValue, Table
from ..text import clean, fold
from .headers import Labels

_BLANK = re.compile(r"\{(\w+)\}")
_FILLER = "_ :"


@lru_cache(maxsize=256)
def _pattern(text: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A folded sentence with blanks as a regular expression, and the names of its blanks."""
    pieces = _BLANK.split(text)
    names = tuple(pieces[1::2])
    body = ""
    for position, piece in enumerate(pieces):
        body += "(.*?)" if position % 2 else re.escape(fold(piece))
    return re.compile(body), names


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float | int) and not isinstance(value, bool):
        number = read_number(value).value
        return "" if number is None else plain(number)
    return str(value)


def read_lines(form: Form, table: Table, labels: Labels) -> None:
    """Fill `table.lines` with every blank found.  Never raises."""
    rows: list[list[tuple[int, Value]]] = [
        [(column, value) for column, value in enumerate(line, 1) if value is not None and value != ""]
        for line in labels.sheet.values
    ]
    leads = {start for line in form.line if "{" in line.text for start in _starts(line)} | {"单位:"}
    for line in form.line:
        if "{" not in line.text:
            continue
        if line.where in ("above", "row"):
            _read_label(line, table, labels, rows, leads)
        else:
            _read_sentence(line, table, labels, rows)


def _starts(line: Line) -> list[str]:
    """What the line may begin with, folded, longest first."""
    lead = _BLANK.split(line.text, maxsplit=1)[0]
    return sorted({fold(lead).rstrip(":"), *(fold(text) for text in line.also)} - {""}, key=len, reverse=True)


def _read_label(line: Line, table: Table, labels: Labels, rows: list[list[tuple[int, Value]]], leads: set[str]) -> None:
    """`填报单位（加盖公章）：某校` in one cell, or the label in one cell and the answer right of it."""
    name = _BLANK.findall(line.text)[0]
    starts = _starts(line)
    first_row = min(table.rows, default=1)
    span = range(len(rows)) if line.where == "row" else range(min(first_row, len(rows)))
    for row in span:
        cells = rows[row]
        for position, (column, value) in enumerate(cells):
            if not isinstance(value, str):
                continue
            folded = fold(value)
            start = next((text for text in starts if folded.startswith(text)), None)
            if start is None or (line.where == "row" and len(folded) > len(start) + 1 and ":" not in folded):
                continue
            rest = value
            for mark in ("：", ":"):
                if mark in value:
                    rest = value.split(mark, 1)[1]
                    break
            else:
                rest = value[len(start) :] if len(value) > len(start) and line.where == "above" else ""
            rest = clean(rest).strip(_FILLER)
            if rest:
                table.lines.setdefault(name, LineValue(Ref(table.sheet.name, row + 1, column), rest))
                return
            follow = cells[position + 1] if position + 1 < len(cells) else None
            answer, at = "", (row + 1, labels.after(row + 1, column))
            if follow is not None and not (isinstance(follow[1], str) and fold(follow[1]).startswith(tuple(leads))):
                answer, at = clean(_text(follow[1])).strip(_FILLER), (row + 1, follow[0])
            table.lines.setdefault(name, LineValue(Ref(table.sheet.name, *at), answer))
            return


def _read_sentence(line: Line, table: Table, labels: Labels, rows: list[list[tuple[int, Value]]]) -> None:
    """A sentence with blanks, in one cell or spread over the cells of a row."""
    pattern, names = _pattern(line.text)
    starts = _starts(line)
    for row, cells in enumerate(rows, 1):
        joined, owner = "", []
        for column, value in cells:
            text = fold(_text(value))
            joined += text
            owner += [column] * len(text)
        if not joined or not any(start in joined for start in starts):
            continue
        match = pattern.search(joined)
        if match is None:
            _read_loose(line, table, row, joined, owner)
            return
        for position, name in enumerate(names, 1):
            begin, end = match.span(position)
            if end == begin and position == len(names) and match.end() == end:
                # An open end: the rest of that cell, or the one cell behind the label.
                while end < len(joined) and owner[end] == owner[begin]:
                    end += 1
            text = joined[begin:end].strip(_FILLER)
            column = owner[begin] if begin < len(owner) and text else _blank_column(labels, row, owner, begin)
            number = read_number(text) if name in line.numbers and text else Number(None)
            table.lines.setdefault(name, LineValue(Ref(table.sheet.name, row, column), text, number))
        return


def _blank_column(labels: Labels, row: int, owner: list[int], begin: int) -> int:
    """Where an empty blank stands: a free cell behind the piece before it, else that piece's own cell."""
    before = owner[begin - 1] if 0 < begin <= len(owner) else owner[0]
    free = labels.after(row, before)
    following = owner[begin] if begin < len(owner) else None
    return before if following is not None and following <= free else free


def _read_loose(line: Line, table: Table, row: int, joined: str, owner: list[int]) -> None:
    """The sentence was reworded: take the first number behind its beginning for the first blank."""
    name = _BLANK.findall(line.text)[0]
    start = max((joined.find(fold(text)) + len(fold(text)) for text in line.also if fold(text) in joined), default=0)
    match = re.compile(r"-?[\d,]*\.?\d+").search(joined, start)
    if match is None:
        table.lines.setdefault(name, LineValue(Ref(table.sheet.name, row, owner[-1]), ""))
        return
    number = read_number(match[0]) if name in line.numbers else Number(None)
    table.lines.setdefault(name, LineValue(Ref(table.sheet.name, row, owner[match.start()]), match[0], number))
