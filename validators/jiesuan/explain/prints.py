"""Fingerprints: what a finding is about, and the figures concerned, exactly and whatever their formats.

The *subject* is the rule, the form, and the label of the figure (`四月 · 一年级`); for a row of a student list the student
(identity number, else name) in place of the row number.  So rows and columns may be inserted, sheets renamed and lists
sorted without a reason losing its finding.  The *figures* are the values of the finding's own cells and of all related
cells, one by one (not their rounded sum), and what was expected.  A number is the same as text or number, in any format and
with any float noise; a row of a column sum that holds nothing does not count.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from ..bind import Workbook
from ..book import ErrorValue, Sheet, Value
from ..number import plain, read_number
from ..reading.scan import parse_area
from ..report import Finding
from ..table import Table
from ..text import clean
from .record import Mark, digest

_ROW = re.compile(r"第\d+行")


class Prints:
    """The fingerprints of the findings of one bound workbook."""

    def __init__(self, workbook: Workbook) -> None:
        self._sheets = {sheet.name: sheet for sheet in workbook.book.sheets}
        self._tables = {table.sheet.name: table for table in workbook.tables.values()}
        self._areas: dict[tuple[str, str], str] = {}
        self._rows: dict[str, dict[int, int]] = {}

    def of(self, finding: Finding) -> Mark:
        """Subject and figures of a finding."""
        return Mark(self.subject(finding), self.figures(finding))

    def subject(self, finding: Finding) -> str:
        """What the finding is about, wherever it stands now."""
        table = self._tables.get(finding.sheet)
        form = table.form.id if table else finding.sheet
        label = _ROW.sub("第行", finding.label) or finding.cell
        return digest([finding.code, form, label, self._student(finding, table)])

    def figures(self, finding: Finding) -> str:
        """The figures concerned."""
        areas = [(finding.sheet, finding.cell), *((item.sheet, item.cell) for item in finding.related)]
        places = [area for area in dict.fromkeys(areas) if area[1]]
        parts = [self._values(*area) for area in places] or [_ROW.sub("第行", finding.message)]
        return digest([_ROW.sub("第行", finding.expected), *parts])

    def _values(self, sheet: str, cells: str) -> str:
        known = self._areas.get((sheet, cells))
        if known is None:
            found = self._sheets.get(sheet)
            known = self._areas[sheet, cells] = digest(list(_lines(found, cells)) if found else [])
        return known

    def _student(self, finding: Finding, table: Table | None) -> str:
        """Whose row of a list it is: the identity number, else the name."""
        if table is None or not table.is_list or not finding.order[0]:
            return ""
        rows = self._rows.get(finding.sheet)
        if rows is None:
            rows = self._rows[finding.sheet] = {row: index for index, row in enumerate(table.rows)}
        index = rows.get(finding.order[0])
        if index is None:
            return ""
        by_type = {column.column.type: name for name, column in table.columns.items()}
        names = [by_type[kind] for kind in ("身份证号", "姓名") if kind in by_type]
        return next((text for name in names if (text := clean(table.text(name, index)))), "")


def _lines(sheet: Sheet, cells: str) -> Iterator[str]:
    """The values of areas such as `B7:C9,D7`, row by row, without rows that hold nothing."""
    for part in cells.split(","):
        area = parse_area(part)
        if area is None:
            continue
        top, left, bottom, right = area
        for line in sheet.values[top - 1 : bottom]:
            values = [_token(value) for value in line[left - 1 : right]]
            while values and not values[-1]:
                values.pop()
            if values:
                yield "\t".join(values)


def _token(value: Value) -> str:
    """A value whatever its format; '' for nothing."""
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return f"!{value}"
    number = read_number(value).value
    if number is not None:
        return plain(number)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return clean(str(value))
