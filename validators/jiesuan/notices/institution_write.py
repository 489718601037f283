"""Writing forms about institutions: blank ones to fill in, and the province's table of all that came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from ..declared import pack_folders
from .institution import PACK, Filled, FormInfo, institutions

_CREATED = dt.datetime(2024, 5, 29)
"""Date of the notice the forms come from; fixed, so that the same content gives the same bytes."""
_SONG = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
_MERGED = (
    "单位",
    "机构名称",
    "构成",
    "姓名",
    "职务",
    "所在科室",
    "主要资助管理职责（分工）",
    "固定电话",
    "手机号码",
    "备注",
    "填报日期",
    "来源文件",
    "校验",
)
_WIDTHS = (28, 24, 9, 11, 14, 16, 36, 15, 14, 12, 13, 28, 14)


def blank_form(form: FormInfo, year: int = 2024) -> bytes:
    """One blank form as .xlsx: white cells to fill in, prepared for A4 landscape."""
    found = institutions()
    book, buffer = _book(form.title)
    sheet = book.add_worksheet(f"{form.id}机构信息表")
    plain = book.add_format({**_SONG, "text_wrap": False})
    right = book.add_format({**_SONG, "text_wrap": False, "align": "right"})
    title = book.add_format(
        {"font_name": "黑体", "font_size": 18, "bold": True, "align": "center", "valign": "vcenter"}
    )
    head = book.add_format({**_SONG, "bold": True, "align": "center", "border": 1})
    left = book.add_format({**_SONG, "border": 1})
    centre = book.add_format({**_SONG, "align": "center", "border": 1})
    text = book.add_format({**_SONG, "align": "center", "border": 1, "num_format": "@"})
    last = len(found.column) - 1
    for place, column in enumerate(found.column):
        sheet.set_column(place, place, column.width)
    sheet.write_string(0, 0, form.attachment, book.add_format({"font_name": "黑体", "font_size": 12}))
    sheet.set_row(1, 34)
    sheet.merge_range(1, 0, 1, last, form.title, title)
    sheet.set_row(2, 22)
    sheet.merge_range(2, 0, 2, 4, form.unit, plain)
    sheet.merge_range(2, 5, 2, last, form.date.replace("{年}", str(year)), right)
    sheet.set_row(3, 26)
    sheet.merge_range(3, 0, 3, last, form.body, left)
    sheet.set_row(4, 30)
    for place, column in enumerate(found.column):
        sheet.write_string(4, place, column.header, head)
    for row in range(5, 5 + form.rows):
        sheet.set_row(row, 24)
        for place, column in enumerate(found.column):
            style = left if column.name == "职责" else text if column.name in ("固定电话", "手机号码") else centre
            sheet.write_blank(row, place, None, style)
    sheet.merge_range(5, 0, 4 + form.rows, 0, "成员", centre)
    sheet.write_string(5 + form.rows, 0, form.note, plain)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.repeat_rows(4)
    sheet.freeze_panes(5, 0)
    book.close()
    return buffer.getvalue()


def template_name(form: FormInfo) -> str:
    return f"{form.title}.xlsx"


def write_institution_templates() -> list[Path]:
    """Write the blank forms into the pack.  For whoever changes `institution.toml`."""
    folder = pack_folders()[PACK]
    paths: list[Path] = []
    for form in institutions().form:
        path = folder / template_name(form)
        path.write_bytes(blank_form(form))
        paths.append(path)
    return paths


def merged(forms: Iterable[tuple[str, Filled, str]]) -> bytes:
    """The members of all forms as one table, a sheet for the schools and one for the cities.

    `forms` are (file name, form, outcome of its check).  Phones stand in full: it is the office's own list."""
    book, buffer = _book("技工院校学生资助管理机构信息汇总表")
    head = book.add_format({**_SONG, "bold": True, "align": "center", "border": 1, "bg_color": "#EDEDED"})
    cell = book.add_format({**_SONG, "border": 1, "num_format": "@"})
    given = sorted(forms, key=lambda item: (item[1].unit.text, item[0]))
    for form in institutions().form:
        sheet = book.add_worksheet(f"{form.id}汇总")
        for place, (name, width) in enumerate(zip(_MERGED, _WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, head)
        row = 0
        for file, filled, outcome in given:
            if filled.form.id != form.id:
                continue
            day = filled.day.isoformat() if filled.day else ""
            lines: list[dict[str, str]] = [member.values for member in filled.members] or [{}]
            for values in lines:
                row += 1
                own = [values.get(column.name, "") for column in institutions().column]
                for place, text in enumerate([filled.unit.text, filled.body.text, *own, day, file, outcome]):
                    sheet.write_string(row, place, text, cell)
        sheet.autofilter(0, 0, max(row, 1), len(_MERGED) - 1)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
    return buffer.getvalue()


def _book(title: str) -> tuple[Any, BytesIO]:
    from xlsxwriter import Workbook

    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "subject": institutions().basis, "created": _CREATED})
    return book, buffer
