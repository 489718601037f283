"""What people keep of changes and duplicates: workbooks with one plain, printable table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from ..text import mask
from .changes import Change
from .matches import Clearing

_CREATED = dt.datetime(2024, 9, 4)
"""A fixed date, so that the same content gives the same bytes."""


def table_book(
    title: str, notes: Sequence[str], heads: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]
) -> bytes:
    """A workbook with one table: heads are (text, width in characters); cells are texts, so that no number is reshaped."""
    from xlsxwriter import Workbook

    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": {"font_name": "宋体", "font_size": 10}})
    book.set_properties({"title": title, "created": _CREATED})
    sheet = book.add_worksheet(title[:31])
    last = len(heads) - 1
    big = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#DDEBF7"})  # fmt: skip
    cell = book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True, "num_format": "@"})
    plain = book.add_format({"text_wrap": True, "valign": "vcenter"})
    sheet.set_row(0, 32)
    sheet.merge_range(0, 0, 0, last, title, big)
    for at, note in enumerate(notes, 1):
        sheet.merge_range(at, 0, at, last, note, plain)
    top = len(notes) + 1
    for column, (text, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, text, head)
    for at, row in enumerate(rows, top + 1):
        for column, value in enumerate(row):
            sheet.write_string(at, column, "" if value is None else str(value), cell)
    if rows:
        sheet.autofilter(top, 0, top + len(rows), last)
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    book.close()
    return buffer.getvalue()


CHANGE_HEADS = (
    ("序号", 6), ("类别", 8), ("姓名", 10), ("身份证号（已打码）", 22), ("事由", 44), ("异动日期", 12), ("最后办理日", 12),
    ("剩余工作日", 10), ("所在文件", 22), ("单元格", 14), ("办理情况", 16),
)  # fmt: skip


def changes_book(changes: Sequence[Change], notes: Sequence[str]) -> bytes:
    """The changes as a work list; the last column is for the clerk."""
    rows = [
        (
            number,
            c.kind,
            c.name,
            c.number,
            c.what,
            _day(c.day),
            _day(c.last),
            left_words(c.left),
            mask(c.file),
            mask(str(c.ref)),
            "",
        )
        for number, c in enumerate(changes, 1)
    ]
    return table_book("学籍异动清单", notes, CHANGE_HEADS, rows)


RECORD_HEADS = (
    ("序号", 6), ("姓名", 10), ("身份证号", 22), ("本单位所在", 24), ("比对名单所在", 24), ("比对名单所列情况", 40),
    ("核查结果（保留／取消资助）", 18), ("核查依据", 20), ("退回金额（元）", 12), ("经办人", 10), ("办结日期", 12),
)  # fmt: skip


def record_book(clearing: Clearing, notes: Sequence[str], *, full: bool) -> bytes:
    """The clean-up record (清理情况登记表); `full` writes whole identity numbers, for the office's own use."""
    rows = [
        (number, m.name, m.full if full else m.number, mask(f"{m.ours[0]} {m.ours[1]}"), mask(f"{m.theirs[0]} {m.theirs[1]}"),
         m.about + (f"（名单上的姓名是{m.named}）" if m.named else ""), "", "", "", "", "")
        for number, m in enumerate(clearing.matches, 1)
    ]  # fmt: skip
    return table_book("疑似重复资助清理情况登记表", notes, RECORD_HEADS, rows)


def _day(day: dt.date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else "不详"


def left_words(left: int | None) -> str:
    """Workdays left, in words."""
    if left is None:
        return "不详"
    return f"已逾期 {-left} 个工作日" if left < 0 else "今天到期" if left == 0 else f"还有 {left} 个工作日"
