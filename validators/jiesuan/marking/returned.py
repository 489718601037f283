"""A workbook that comes back with sheets of ours: `校验结果` and `审核说明` are no forms, but hold what somebody wrote."""

from __future__ import annotations

import re

from ..book import Book, Sheet
from ..explain import Explanation, Mark, Typed
from ..explain.sheet import is_kept, kept_in
from .changes import is_changes
from .result import COLUMNS, HEADER_ROW, NAME, REASON, Key

_MARK = len(COLUMNS)
_LINK = re.compile(r'HYPERLINK\("[^"]*(?:""[^"]*)*","([^"]*)"\)')
"""A link as the live host writes it, where no program has computed its text yet."""


def is_result(sheet: Sheet) -> bool:
    """Whether a sheet is a result sheet of ours, whatever it is called now."""
    titles = [sheet.value(HEADER_ROW, number) for number in range(1, REASON + 1)]
    return sheet.value(1, 1) == NAME and titles == [title for title, _, _ in COLUMNS[:REASON]]


def without_result(book: Book) -> dict[Key, str] | None:
    """Set our own sheets aside, in `book.ours`; returns the reasons typed on `校验结果`, None where there is no such sheet."""
    book.ours = [sheet for sheet in book.sheets if is_result(sheet) or is_kept(sheet) or is_changes(sheet)]
    ours = {id(sheet) for sheet in book.ours}
    book.sheets[:] = [sheet for sheet in book.sheets if id(sheet) not in ours]
    if not any(is_result(sheet) for sheet in book.ours):
        return None
    return {(row.code, row.place, row.cell): row.reason for row in typed_in(book) if row.reason}


def typed_in(book: Book) -> list[Typed]:
    """The rows of `校验结果` beside which a reason stands, or stood when we wrote it, of a book whose own sheets were set
    aside."""
    rows: list[Typed] = []
    for sheet in book.ours:
        if not is_result(sheet):
            continue
        for row in range(HEADER_ROW + 1, len(sheet.values) + 1):
            mark = Mark.parse(_text(sheet, row, _MARK))
            reason = _text(sheet, row, REASON)
            if reason or mark.words:
                code, place, cell, problem = (_text(sheet, row, number) for number in (2, 3, 4, 5))
                rows.append(Typed(code, place, cell, problem, reason, mark))
    return rows


def came_back(book: Book) -> tuple[list[Explanation], list[Typed]]:
    """What a book whose own sheets were set aside brought back: the explanations kept, and the reasons typed."""
    return kept_in(book), typed_in(book)


def _text(sheet: Sheet, row: int, number: int) -> str:
    value = sheet.value(row, number)
    if value is None and (link := _LINK.fullmatch(sheet.formulas.get((row, number), ""))):
        value = link[1]
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
