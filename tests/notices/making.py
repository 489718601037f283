"""Forms about institutions, filled in by nobody real."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from openpyxl import load_workbook

from jiesuan.notices.institution import institutions
from jiesuan.notices.institution_write import blank_form

GOOD = {
    "A3": "填报学校名称（加盖公章）：示范市第一技工学校",
    "F3": "时间：2024年6月20日",
    "A4": "本校学生资助管理机构名称：学生资助管理中心",
    "B6": "甲示范",
    "C6": "主任",
    "D6": "学生科",
    "E6": "统筹资助工作",
    "F6": "0599-8765432",
    "G6": "13900000001",
    "B7": "乙示范",
    "C7": "干事",
    "D7": "财务科",
    "E7": "资金发放",
    "F7": "8765433",
    "G7": "13900000002",
}
"""A school's form without a fault."""
CITY = {
    **GOOD,
    "A3": "填报单位（加盖公章）：示范市人力资源和社会保障局",
    "F3": "时间：2024年7月1日",
    "A4": "本市技工院校学生资助管理机构名称：职业能力建设科",
}


def filled(path: Path, cells: Mapping[str, object] = GOOD, *, form: str = "校级") -> Path:
    """Our own blank form with these cells typed in."""
    book = load_workbook(io.BytesIO(blank_form(institutions().named(form))))
    for address, value in cells.items():
        book.active[address] = value
    book.save(path)
    return path
