"""Names in a list that is to be published: where the list ends, and what is written behind a name."""

from __future__ import annotations

import re

from ..book import Sheet
from ..text import clean, fold
from .digits import plain

_NAMES = frozenset(("姓名", "学生姓名"))
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,5}")
_NOTE = re.compile(
    r"电话|热线|联系|地址|监督|举报|咨询|投诉|公示|盖章|公章|日期|制表|填表|审核|负责人|经办|说明|注[:：]|\d{4}年\d|^[\d()（）\-\s]{7,}$"
)
"""What stands below a list."""
_ENDING = re.compile(r"[\u4e00-\u9fff·]{2,5}[(\[<\s,:/-]?(?!(?:19|20)\d\d\D?$)(\d{3,8}[\dX])[)\]>]?", re.IGNORECASE)
"""A name with some digits behind it, as students of one name are told apart."""


def last_student(sheet: Sheet, heading_row: int, headings: dict[int, str]) -> int:
    """The last row of the list: behind it stand notes, telephone numbers and dates."""
    for row in range(len(sheet.values), heading_row, -1):
        line = sheet.values[row - 1]
        told = {c: str(line[c - 1]).strip() for c in headings if c <= len(line) and line[c - 1] not in (None, "")}
        own = {column: text for column, text in told.items() if not _NOTE.search(text)}
        if len(own) > 1 or any(fold(headings[c]) in _NAMES and _NAME.fullmatch(text) for c, text in own.items()):
            return row
    return heading_row


def ending(text: str, heading: str) -> str:
    """The digits behind a name in a column of names that can be the end of an identity number; ''."""
    match = _ENDING.fullmatch(plain(clean(text))) if fold(heading) in _NAMES else None
    return match[1] if match else ""
