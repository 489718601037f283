"""Reading the lines above and below a table: 填报单位, dates, 结余 …, typed into a blank of a printed sentence or into
cells of their own."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from ..book import Cell, Value
from ..form import Form, Line, once
from ..number import Number, plain, read_blank, read_number
from ..ref import Ref
from ..table import LineValue, Table
from ..text import clean, fold
from .headers import Labels

_BLANK = re.compile(r"\{(\w+)\}")
_FILLER = "_ :\t"
_EDGE = "\t"
"""Stands between the texts of two cells; folding leaves none inside a text."""
_FIGURE = re.compile(r"(?<![\d.年月-])-?\d[\d,]*(?:\.\d+)?(?![\d年月日,.%])")

_WRITER = Line(where="row", text="填表人：{填表人}", also=("填报人", "制表人", "填表", "制表"))
"""Who filled the form in, as the forms print it over or beside a name."""
_BESIDE = (
    "审批",
    "审核",
    "财务",
    "负责人",
    "校长",
    "办公电话",
    "联系电话",
    "电话",
    "手机",
    "日期",
    "填表日期",
    "填报日期",
)
"""What else a signature line asks for."""
_NEXT = re.compile(r"\(|(?:^|\s)[^\s:(]{1,8}:")
"""Where a label begins that is not among these: （分机：…"""

Row = list[tuple[int, Value]]
"""(column, value) of the cells of a row that hold something."""


def read_lines(form: Form, table: Table, labels: Labels) -> None:
    """Fill `table.lines` with every blank found.  Never raises."""
    students = set(table.rows) if table.is_list else set()
    rows: list[Row] = [
        []
        if row in students
        else [(column, value) for column, value in enumerate(line, 1) if value is not None and value != ""]
        for row, line in enumerate(labels.sheet.values, 1)
    ]
    lines, leads = _wanted(form)
    figures: set[Cell] = set()
    if not table.is_list:
        figures = {cell for column in table.columns.values() for cell in column.cells if cell}
    texts: list[tuple[int, str, list[int]]] = []
    for line in lines:
        if line.where in ("above", "row"):
            _read_label(line, table, labels, rows, leads)
        else:
            texts = texts or [(row, *_joined(cells)) for row, cells in enumerate(rows, 1) if _may_begin(form, cells)]
            _read_sentence(line, table, labels, texts, figures)
    if any(line.sign for line in form.line):
        _read_writer(table, rows)


def _read_writer(table: Table, rows: list[Row]) -> None:
    """The name typed behind `填表人：` in the signature line, or in the cell next to it; most are signed on paper."""
    for row in range(max(table.rows, default=0) + 1, len(rows) + 1):
        cells = rows[row - 1]
        for position, (column, value) in enumerate(cells):
            if not isinstance(value, str) or not ("填" in value or "制" in value):
                continue
            said = _behind(_WRITER, value, _BESIDE)
            if said == "" and position + 1 < len(cells):
                column, value = cells[position + 1]
                said = clean(_text(value))
            name = _NEXT.split(said, maxsplit=1)[0].strip() if said else ""
            if name and not any(character.isdigit() for character in name):
                table.lines["填表人"] = LineValue(Ref(table.sheet.name, row, column), name)
                return


@once
def _wanted(form: Form) -> tuple[list[Line], tuple[str, ...]]:
    """The lines with blanks, and what such a line may begin with."""
    lines = [line for line in form.line if "{" in line.text]
    return lines, tuple({start for line in lines for start in _starts(line)} | {"单位:"})


def line_starts(form: Form) -> tuple[str, ...]:
    """What the lines above and below the table may begin with, folded."""
    return _wanted(form)[1]


@once
def _starts(line: Line) -> list[str]:
    """What the line may begin with, folded, longest first."""
    lead = fold(_BLANK.split(line.text, maxsplit=1)[0])
    return sorted({lead.rstrip(":"), *map(fold, line.also)} - {""}, key=len, reverse=True)


def _text(value: Value) -> str:
    if value.__class__ is str:
        return value
    if isinstance(value, dt.date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _figure(value)
    return "" if value is None else str(value)


@lru_cache(maxsize=8_192)
def _figure(value: float) -> str:
    number = read_number(value).value
    return "" if number is None else plain(number)


# ── a label and its answer ──


def _read_label(line: Line, table: Table, labels: Labels, rows: list[Row], leads: tuple[str, ...]) -> None:
    """`填报单位（加盖公章）：某校` in one cell, also several such in one, or the label in one cell and the answer right of it."""
    name = _BLANK.findall(line.text)[0]
    first = min(table.rows, default=len(rows) + 1)
    span = range(first, len(rows) + 1) if line.where == "row" else range(1, min(first, len(rows) + 1))
    for row in span:
        cells = rows[row - 1]
        for position, (column, value) in enumerate(cells):
            rest = _behind(line, value, leads) if isinstance(value, str) else None
            if rest is None:
                continue
            at = (row, column)
            if not rest:
                at = (row, labels.after(row, column))
                follow = cells[position + 1] if position + 1 < len(cells) else None
                if follow is not None and not fold(_text(follow[1])).startswith(leads):
                    at, rest = (row, follow[0]), _answer(_text(follow[1]))
            table.lines[name] = LineValue(Ref(table.sheet.name, *at), rest)
            return


@once
def _behind(line: Line, text: str, leads: tuple[str, ...]) -> str | None:
    """What stands behind the line's label in a text, up to the next label; None when the label is not there."""
    folded, places = "", []
    for place, character in enumerate(text):
        piece = fold(character)
        folded += piece
        places += [place] * len(piece)
    for start in _starts(line):
        found = folded.find(start)
        while found > 0 and not (text[places[found] - 1].isspace() or text[places[found] - 1] == "_"):
            found = folded.find(start, found + 1)
        if found < 0:
            continue
        behind = found + len(start)
        if folded[behind : behind + 1] not in ("", ":") and line.where == "row":
            continue  # a sentence that only begins like the label of a row
        ends = [at for lead in leads if (at := folded.find(lead, behind)) > 0 and text[places[at] - 1].isspace()]
        stop = places[min(ends)] if ends else len(text)
        return _answer(text[places[behind] : stop]) if behind < len(places) else ""
    return None


def _answer(text: str) -> str:
    """An answer without the mark before it and the underscores it was typed on."""
    return clean(text.replace("_", " ").replace("＿", " ")).strip(_FILLER)


# ── sentences with blanks ──


@once
def _pattern(line: Line) -> re.Pattern[str]:
    """The folded sentence as a regular expression over the texts of a row, with a group per blank."""
    pieces = [fold(piece) for piece in _BLANK.split(line.text)[2::2]]
    return _compiled(tuple(_starts(line)), tuple(pieces))


@lru_cache(maxsize=256)
def _compiled(starts: tuple[str, ...], pieces: tuple[str, ...] = ()) -> re.Pattern[str]:
    """The sentence begins with its cell, give or take a number or a year."""
    body = f"(?:^|{_EDGE})[^{_EDGE}]{{0,8}}?(?:{'|'.join(map(_loose, starts))}):?"
    return re.compile(body + "".join(f"(.*?){_loose(piece.rstrip('.'))}" for piece in pieces))


def _loose(text: str) -> str:
    """A text that may be spread over several cells."""
    return f"{_EDGE}?".join(map(re.escape, text))


@once
def _initials(form: Form) -> tuple[str, ...]:
    """What the sentences of a form begin with: a character each."""
    lines, _ = _wanted(form)
    return tuple({start[0] for line in lines if line.where not in ("above", "row") for start in _starts(line)})


_FIGURES = frozenset("0123456789.-")
"""What numbers are written with."""


def _may_begin(form: Form, cells: Row) -> bool:
    """Whether a sentence might begin in a row; most rows are spared the search."""
    initials = _initials(form)
    numbers = not _FIGURES.isdisjoint(initials)
    for _, value in cells:
        if numbers or (value.__class__ is not int and value.__class__ is not float):
            text = fold(_text(value))
            for initial in initials:
                if initial in text:
                    return True
    return False


def _joined(cells: Row) -> tuple[str, list[int]]:
    """The texts of a row, folded, with an edge behind each, and the column that every character comes from."""
    texts = [fold(_text(value)) for _, value in cells]
    owner: list[int] = []
    for (column, _), text in zip(cells, texts, strict=True):
        owner += [column] * (len(text) + 1)
    return _EDGE.join([*texts, ""]), owner


def _read_sentence(
    line: Line, table: Table, labels: Labels, texts: list[tuple[int, str, list[int]]], figures: set[Cell]
) -> None:
    """A sentence with blanks, in one cell or spread over the cells of a row."""
    pattern, names = _pattern(line), _BLANK.findall(line.text)
    beginning = _compiled(tuple(_starts(line)))
    for row, joined, owner in texts:
        lead = beginning.search(joined)
        if lead is None:
            continue
        match = pattern.search(joined)
        if match is None:
            _read_loose(line, table, row, joined, owner, lead.end())
            return
        for position, name in enumerate(names, 1):
            begin, end = match.span(position)
            if end == begin and position == len(names) and match.end() == end:
                begin, end = _open_end(joined, owner, begin, row, figures)
                if name in line.numbers and not _is_answer(
                    labels, row, joined, owner, match.start(position), begin, end
                ):
                    begin, end = match.span(position)
            text = joined[begin:end].replace("_", "").replace(_EDGE, "").strip(_FILLER)
            begin += len(joined[begin:end]) - len(joined[begin:end].lstrip(_FILLER))
            column = owner[begin] if text else _blank_column(labels, row, joined, owner, match.span(position))
            number = read_blank(text, line.numbers[name]) if name in line.numbers else Number(None)
            table.lines[name] = LineValue(Ref(table.sheet.name, row, column), text, number)
        return


def _is_answer(labels: Labels, row: int, joined: str, owner: list[int], start: int, begin: int, end: int) -> bool:
    """Whether a text may be meant for the number of a blank: it stands in its cell or right of it, or has a figure in it."""
    beside = owner[begin] in (owner[start - 1], labels.after(row, owner[start - 1]))
    return beside or any(character.isdigit() for character in joined[begin:end])


def _open_end(joined: str, owner: list[int], begin: int, row: int, figures: set[Cell]) -> tuple[int, int]:
    """A blank at the end of its sentence: the rest of that cell, or the next cell when that is no figure of the table."""
    end = joined.index(_EDGE, begin)
    if joined[begin:end].strip(_FILLER) or end + 1 >= len(joined) or (row, owner[end + 1]) in figures:
        return begin, end
    return end + 1, joined.index(_EDGE, end + 1)


def _blank_column(labels: Labels, row: int, joined: str, owner: list[int], span: tuple[int, int]) -> int:
    """Where an empty blank stands: inside a sentence its cell, else a free cell behind the piece before it, else that
    piece's own cell."""
    before, behind = owner[span[0] - 1], span[1]
    while joined[behind : behind + 1] == _EDGE:
        behind += 1
    free = labels.after(row, before)
    return before if behind < len(joined) and owner[behind] <= free else free


def _read_loose(line: Line, table: Table, row: int, joined: str, owner: list[int], start: int) -> None:
    """The sentence was reworded: take the first number behind its beginning for the first blank."""
    name = _BLANK.findall(line.text)[0]
    match = _FIGURE.search(joined, start)
    text, column = (match[0], owner[match.start()]) if match else ("", owner[-1])
    if match and joined.startswith("元", match.end()):
        text += "元"
    number = read_blank(text, line.numbers[name]) if name in line.numbers else Number(None)
    table.lines[name] = LineValue(Ref(table.sheet.name, row, column), text, number)
