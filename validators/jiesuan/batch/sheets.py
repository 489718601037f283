"""Workbooks of ours, the same bytes for the same content: formats by their look, texts that are never formulas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from ..console import width

CREATED = dt.datetime(2024, 9, 4)
"""A fixed date in the properties, so that the same content gives the same file."""
FILLS = {"错误": "#FFC7CE", "核实": "#FFEB9C", "提示": "#DDEBF7", "未能校验": "#EDEDED"}
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
MAX_ROWS = 1_000_000
"""Rows of one sheet; Excel has 1,048,576."""
MAX_TEXT = 32_000


class Sheets:
    """One workbook being made."""

    def __init__(self, title: str) -> None:
        from xlsxwriter import Workbook

        self._buffer = BytesIO()
        self.book = Workbook(self._buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.book.set_properties({"title": title, "created": CREATED})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **properties: Any) -> Any:
        """The format with those properties."""
        key = tuple(sorted({**_FONT, **properties}.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(key))
        return self._formats[key]

    @property
    def title(self) -> Any:
        return self.look(bold=True, font_size=16)

    @property
    def head(self) -> Any:
        return self.look(bold=True, bg_color="#D9E1F2", border=1, align="center", text_wrap=True)

    @property
    def cell(self) -> Any:
        return self.look(border=1, text_wrap=True)

    @property
    def center(self) -> Any:
        return self.look(border=1, align="center", text_wrap=True)

    def level(self, level: str) -> Any:
        """A cell in the colour of a level."""
        return self.look(border=1, align="center", bg_color=FILLS.get(level, "#FFFFFF"))

    def sheet(self, name: str, columns: Sequence[tuple[str, float]], *, top: int, landscape: bool = True) -> Any:
        """A worksheet with a heading in row `top` (from 0), ready to print on A4."""
        sheet = self.book.add_worksheet(name)
        for number, (heading, wide) in enumerate(columns):
            sheet.set_column(number, number, wide)
            sheet.write_string(top, number, heading, self.head)
        sheet.set_row(top, 24)
        sheet.freeze_panes(top + 1, 0)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        return sheet

    def rows(
        self, sheet: Any, first: int, rows: Iterable[Sequence[Any]], looks: Sequence[Any], widths: Sequence[float]
    ) -> int:
        """Write rows; a look may be a function of the value.  Returns the row after the last."""
        row = first
        for line in rows:
            if row >= MAX_ROWS:
                break
            tall = 1
            for number, value in enumerate(line):
                look = looks[number](value) if callable(looks[number]) else looks[number]
                if isinstance(value, int):
                    sheet.write_number(row, number, value, look)
                elif value:
                    text = str(value)[:MAX_TEXT]
                    sheet.write_string(row, number, text, look)
                    tall = max(tall, lines(text, widths[number]))
                else:
                    sheet.write_blank(row, number, None, look)
            sheet.set_row(row, min(15 * tall + 3, 400))
            row += 1
        return row

    def close(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()


def lines(text: str, wide: float) -> int:
    """Lines a text takes in a column."""
    return sum(max(1, -(-width(part) // max(int(wide) - 2, 1))) for part in text.split("\n"))
