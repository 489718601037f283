"""审核反馈.xlsx: what a school must correct or explain, where, why, and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .sheets import Sheets

if TYPE_CHECKING:
    from .parcel import Parcel

COLUMNS = (
    ("序号", 6.0),
    ("级别", 9.0),
    ("规则", 7.0),
    ("工作表", 14.0),
    ("单元格", 11.0),
    ("哪一格", 24.0),
    ("问题", 40.0),
    ("应为", 16.0),
    ("实为", 16.0),
    ("相差", 15.0),
    ("怎么改", 34.0),
    ("依据", 26.0),
    ("学校处理情况", 18.0),
)
HEADER = 5
"""Row of the headings, from 0."""


def feedback(parcel: Parcel) -> bytes:
    """The workbook."""
    sheets = Sheets(f"审核反馈 {parcel.school}")
    sheet = sheets.sheet("审核反馈", COLUMNS, top=HEADER)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, "学生资助金结算表审核反馈", sheets.title)
    bold, plain = sheets.look(bold=True), sheets.look()
    sheet.write_string(1, 0, f"学校：{parcel.school}", bold)
    sheet.write_string(2, 0, f"学期：{parcel.term or '（没有读出）'}    文件：{parcel.file}", plain)
    sheet.write_string(3, 0, f"期限：{parcel.due}", bold)
    sheet.write_string(
        4, 0, "错误 必须改正；核实 改正，或写明原因；未能校验 补全所缺的内容。改后重新报送整份结算表。", plain
    )
    widths = [wide for _, wide in COLUMNS]
    looks = [sheets.center, sheets.level, *[sheets.center] * 3, *[sheets.cell] * 8]
    rows = [
        (
            number, p.level, p.code, p.sheet, p.cell, p.label, p.message, p.expected, p.actual, p.difference, p.help,
            p.basis, "",
        )
        for number, p in enumerate(parcel.problems, 1)
    ]  # fmt: skip
    last = sheets.rows(sheet, HEADER + 1, rows, looks, widths)
    sheet.autofilter(HEADER, 0, max(last - 1, HEADER), len(COLUMNS) - 1)
    return sheets.close()
