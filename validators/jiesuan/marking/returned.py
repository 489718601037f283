"""A workbook that comes back with our marks: its result sheet is no form, but may hold reasons somebody typed."""

from __future__ import annotations

from ..book import Book, Sheet
from .result import COLUMNS, HEADER_ROW, NAME, Key

_REASON = len(COLUMNS)


def is_result(sheet: Sheet) -> bool:
    """Whether a sheet is a result sheet of ours, whatever it is called now."""
    titles = [sheet.value(HEADER_ROW, number) for number in range(1, _REASON + 1)]
    return sheet.value(1, 1) == NAME and titles == [title for title, _, _ in COLUMNS]


def without_result(book: Book) -> dict[Key, str] | None:
    """Take our result sheets out of a book; returns the reasons typed on them, None where there is no such sheet."""
    found = [sheet for sheet in book.sheets if is_result(sheet)]
    reasons: dict[Key, str] = {}
    for sheet in found:
        book.sheets.remove(sheet)
        for row in range(HEADER_ROW + 1, len(sheet.values) + 1):
            reason = str(sheet.value(row, _REASON) or "").strip()
            if reason:
                code, place, cell = (str(sheet.value(row, number) or "") for number in (2, 3, 4))
                reasons[code, place, cell] = reason
    return reasons if found else None
