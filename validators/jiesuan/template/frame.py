"""What stands above and below the table of a form: label, title, heading lines, sentences with blanks, notes, signatures."""

from __future__ import annotations

import re
from math import ceil
from typing import NamedTuple

from ..book import Value
from ..filling import Filling
from ..form import Line
from .laid import Laid, Spot, Style, text_height, text_width

_BLANK = re.compile(r"\{([^{}]+)\}")
_GAP = re.compile(r"\s{2,}")
_NUMBERED = re.compile(r"\d+[.．、]")
NUMBER_ROOM, TEXT_ROOM, NAME_ROOM, SIGN_ROOM = 11, 15, 24, 14
"""Least width of a blank for a number, for a text or date, for a school's name, and for a signature."""

TITLE_SCALE = 1.9
"""How much wider the title's bold letters are than those column widths count."""


class Piece(NamedTuple):
    """A text of a line, or (`blank`) a place to fill."""

    text: str
    blank: str = ""
    room: float = 0


def pieces(line: Line) -> list[Piece]:
    """`结余{前期结余}万元` → text, blank, text."""
    found: list[Piece] = []
    for index, part in enumerate(_BLANK.split(line.text)):
        if index % 2:
            found.append(Piece("", part, NUMBER_ROOM if part in line.numbers else TEXT_ROOM))
        elif part:
            found.append(Piece(part, room=text_width(part)))
    return found


def lay_top(laid: Laid, filling: Filling) -> int:
    """The label 附件…, the title and the heading lines.  Returns the row for the table."""
    form = laid.form
    laid.put(1, 1, Spot("参考" if form.optional else f"附件{form.id}", style="attachment"))
    laid.put(2, 1, Spot(form.title, style="title"), 2, laid.width)
    lines = ceil(text_width(form.title) * TITLE_SCALE / laid.span(1, laid.width))
    laid.heights[1], laid.heights[2], laid.heights[3] = 18, max(36, 28 * lines), 24
    parts = [piece for line in form.line if line.where == "above" for piece in pieces(line)]
    named, rest = parts[:2], parts[2:]
    last, row = laid.width, 3
    if form.unit_line:
        first = _back(laid, last, text_width(form.unit_line))
        laid.put(row, first, Spot(form.unit_line, style="unit"), row, last)
        last = first - 1
    least = sum(piece.room for piece in rest) + sum(piece.room for piece in named[:1]) + NAME_ROOM
    if rest and laid.span(1, last) < least:
        _spread(laid, row, named, last, filling)
        named, last, row = [], laid.width, row + 1
        laid.heights[row] = 24
    # The first blank (the school's name) takes whatever the rest leaves: lay the rest from the right.
    for piece in reversed(rest):
        first = _back(laid, last, piece.room)
        _lay(laid, row, piece, (first, last), filling, "label", "blank")
        last = first - 1
    _spread(laid, row, named, last, filling)
    return row + 1


def _spread(laid: Laid, row: int, parts: list[Piece], last: int, filling: Filling) -> None:
    """A label and its blank from the left edge up to column `last`."""
    first = 1
    for index, piece in enumerate(parts):
        stop = last if index == len(parts) - 1 else _forth(laid, first, piece.room)
        _lay(laid, row, piece, (first, stop), filling, "label", "blank")
        first = stop + 1


def _lay(
    laid: Laid, row: int, piece: Piece, span: tuple[int, int], filling: Filling, text: Style, blank: Style
) -> None:
    if piece.blank:
        laid.lines[piece.blank] = (row, span[0])
        laid.put(row, span[0], Spot(given(laid, filling, piece.blank), style=blank, field=piece.blank), row, span[1])
    else:
        laid.put(row, span[0], Spot(piece.text, style=text), row, span[1])


def given(laid: Laid, filling: Filling, blank: str) -> Value:
    """What the school fills into a blank."""
    return filling.lines.get(laid.form.role, {}).get(blank)


def _forth(laid: Laid, first: int, room: float) -> int:
    """Last of the fewest columns from `first` on that give that room."""
    last = first
    while last < laid.width and laid.span(first, last) < room:
        last += 1
    return last


def _back(laid: Laid, last: int, room: float) -> int:
    """First of the fewest columns up to `last` that give that room."""
    first = last
    while first > 1 and laid.span(first, last) < room:
        first -= 1
    return first


def lay_inside(laid: Laid, filling: Filling) -> None:
    """Blanks in the table: in a total row (`专业个数：`), or in rows of their own (退款情况, 备注)."""
    form = laid.form
    for line in form.line:
        label, *blanks = pieces(line)
        if line.where == "inside":
            row = next(r for (r, c), spot in laid.cells.items() if c == 1 and spot.value == line.total)
            free = [
                column.name for column in form.fields if (tuple("*" for _ in form.axes), column.name) not in laid.places
            ]
            first, last = laid.columns[free[0]], laid.columns[free[0]]
            while last + 1 in {laid.columns[name] for name in free}:
                last += 1
            laid.put(row, first, Spot(label.text, style="caption"), row, last - 1)
            _lay(laid, row, blanks[0], (last, last), filling, "caption", "fill")
        elif line.where == "row":
            row = laid.end + 1
            laid.heights[row] = 30
            laid.put(row, 1, Spot(label.text.rstrip("：:"), style="axis"), row, laid.stubs)
            _lay(laid, row, blanks[0], (laid.stubs + 1, laid.width), filling, "axis", "fill")
            value = given(laid, filling, blanks[0].blank)
            laid.grow(row, row, str(value or ""), laid.span(laid.stubs + 1, laid.width))


def lay_bottom(laid: Laid, filling: Filling) -> None:
    """Sentences with blanks, notes, signatures; numbered notes (填表说明) close the page as the official form prints it."""
    form = laid.form
    numbered = [note for note in form.notes if _NUMBERED.match(note)]
    laid.heights[laid.end + 1] = 6
    laid.end += 1
    for line in form.line:
        if line.where == "below" and not line.sign:
            _sentence(laid, line, filling)
    for note in form.notes:
        if note not in numbered:
            _note(laid, note)
    for line in form.line:
        if line.sign:
            _sign(laid, line)
    if numbered:
        _note(laid, "填表说明：")
    for note in numbered:
        _note(laid, note)


def _sentence(laid: Laid, line: Line, filling: Filling) -> None:
    row, first = laid.end + 1, 1
    laid.heights[row] = 22
    parts = pieces(line)
    for index, piece in enumerate(parts):
        last = laid.width if index == len(parts) - 1 else _forth(laid, first, piece.room)
        _lay(laid, row, piece, (first, last), filling, "sentence", "gap")
        first = last + 1


def _note(laid: Laid, text: str) -> None:
    row = laid.end + 1
    laid.put(row, 1, Spot(text, style="note"), row, laid.width)
    laid.heights[row] = max(18.0, text_height(text, laid.span(1, laid.width)))


def _sign(laid: Laid, line: Line) -> None:
    """The signatures, spread over the width of the form."""
    row = laid.end + 1
    laid.heights[row] = 34
    texts = [part for part in _GAP.split(line.text) if part]
    rooms = [float(text_width(text) + (SIGN_ROOM if text[-1] in "：:" else 0)) for text in texts]
    scale = laid.span(1, laid.width) / sum(rooms)
    first, aim = 1, 0.0
    for index, (text, room) in enumerate(zip(texts, rooms, strict=True)):
        aim += room * scale
        left = len(texts) - index - 1
        last = first
        while last < laid.width - left and (
            laid.span(first, last) < text_width(text) or laid.span(1, last) + laid.widths[last] / 2 <= aim
        ):
            last += 1
        laid.put(row, first, Spot(text, style="sign"), row, laid.width if not left else last)
        first = last + 1
