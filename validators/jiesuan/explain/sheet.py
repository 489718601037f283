"""The sheet `审核说明` as a table: what it holds, and how it is read back from a book."""

from __future__ import annotations

import datetime as dt

from ..book import Book, Sheet, Value
from .record import ACCEPT, PENDING, REFUSED, RETURN, STATES, Explanation, Mark

NAME = "审核说明"
HEADER_ROW = 4
COLUMNS = (
    ("编号", 7, "center"), ("表", 14, "text"), ("单元格", 9, "center"), ("问题", 36, "text"), ("说明", 40, "note"),
    ("说明人", 11, "center"), ("说明时间", 12, "center"), ("核实状态", 16, "center"), ("复核意见", 26, "note"),
    ("复核人", 12, "center"), ("复核时间", 12, "center"), ("核对码", 40, "quiet"),
)  # fmt: skip
"""Title, width, format; the last is hidden."""
_SURE = 8
"""Titles that make the sheet ours."""


def is_kept(sheet: Sheet) -> bool:
    """Whether a sheet is our `审核说明`, whatever it is called now."""
    titles = [sheet.value(HEADER_ROW, number) for number in range(1, _SURE + 1)]
    return sheet.value(1, 1) == NAME and titles == [title for title, _, _ in COLUMNS[:_SURE]]


def read_kept(sheet: Sheet) -> list[Explanation]:
    """The explanations of the sheet, those without a reason as well."""
    found = []
    for row in range(HEADER_ROW + 1, len(sheet.values) + 1):
        cells = [_text(sheet.value(row, number)) for number in range(1, len(COLUMNS) + 1)]
        code, place, cell, problem, reason, by, at, state, comment, reviewer, reviewed, mark = cells
        if code and (reason or problem):
            known = next((word for word in STATES if state.startswith(word)), "")
            found.append(
                Explanation(
                    code,
                    place,
                    cell,
                    problem,
                    reason,
                    by,
                    at,
                    "" if known in (PENDING, REFUSED) else _verdict(state),
                    comment,
                    reviewer,
                    reviewed,
                    Mark.parse(mark),
                    known,
                    state.removeprefix(f"{REFUSED}：") if known == REFUSED else "",
                )
            )
    return found


def kept_in(book: Book) -> list[Explanation]:
    """The explanations that came back in a book whose own sheets were set aside."""
    return [item for sheet in book.ours if is_kept(sheet) for item in read_kept(sheet)]


def row_of(item: Explanation) -> list[str]:
    """The texts of a row."""
    return [
        item.code,
        item.place,
        item.cell,
        item.problem,
        item.reason,
        item.by,
        item.at,
        item.shown_state,
        item.comment,
        item.reviewer,
        item.reviewed,
        str(item.mark),
    ]


def _verdict(state: str) -> str:
    return next((word for word in (ACCEPT, RETURN) if word in state), "")


def _text(value: Value) -> str:
    """A cell as text; a time that a program took for one as we write it."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
