"""Rosters for tests: one consistent student a row, changed as asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from stdnum.cn import ric

from jiesuan.book import Book, Value, memory_book
from jiesuan.report import Report
from jiesuan.roster.check import check_roster
from jiesuan.roster.fields import load_fields
from jiesuan.roster.read import Roster, roster_of
from jiesuan.sample.make import Sample
from jiesuan.term import Term

from ..making import PACK, SPRING

INFO = load_fields(PACK)
TODAY = dt.date(2024, 9, 2)
HEADS = (
    "序号", "姓名", "性别", "身份证号", "出生日期", "学校名称", "专业", "专业类别", "班级", "入学年季", "学制", "学习形式", "年级",
    "联系电话", "学籍状态", "异动类型", "异动日期", "注册日期", "困难类型", "户口性质", "助学金", "免学费", "备注", "助学金年标准",
)  # fmt: skip


def number(serial: int = 1, born: str = "20080115") -> str:
    """A valid, fictitious identity number; odd serials are male."""
    body = f"350502{born}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


def student(serial: int = 1, **changes: Value) -> dict[str, Value]:
    """A student against whom nothing can be said."""
    return {
        "序号": serial, "姓名": f"示例{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}", "性别": "男" if serial % 2 else "女",
        "身份证号": number(serial), "出生日期": "2008-01-15", "学校名称": "示范技工学校", "专业": "数控加工",
        "专业类别": "其他一般专业", "班级": "2023秋数控加工1班", "入学年季": "2023秋", "学制": "3", "学习形式": "全日制",
        "年级": "一年级", "联系电话": f"1390000{serial:04d}", "学籍状态": "在校", "异动类型": None, "异动日期": None,
        "注册日期": "2023-10-10", "困难类型": "无", "户口性质": "农村", "助学金": "否", "免学费": "是", "备注": None, **changes,
    }  # fmt: skip


def book(*students: Mapping[str, Value], heads: tuple[str, ...] = HEADS, sheet: str = "导出") -> Book:
    """A system export: a title, the headings, a row a student."""
    rows: list[list[Value]] = [["学生信息"], list(heads)]
    return memory_book("名册.xlsx", {sheet: [*rows, *([item.get(name) for name in heads] for item in students)]})


def roster(*students: Mapping[str, Value], heads: tuple[str, ...] = HEADS) -> Roster:
    return roster_of(book(*students, heads=heads), INFO)


def checked(*students: Mapping[str, Value], term: Term = SPRING, heads: tuple[str, ...] = HEADS) -> Report:
    return check_roster(roster(*students, heads=heads), PACK, term, today=TODAY)


def found(report: Report) -> list[tuple[str, str, str]]:
    """(code, cell, message) of every finding."""
    return [(finding.code, finding.cell, finding.message) for finding in report.findings]


def of_sample(sample: Sample, term: Term = SPRING) -> list[dict[str, Value]]:
    """The roster that a sample's students would stand in."""
    rows = []
    for serial, item in enumerate(sample.students, 1):
        away = item.change in ("休学", "退学", "转出")
        count = sum(item.months)
        month = term.start[1] + (count - 1 if away else 5 - count)
        day = f"{term.year + (month > 12)}-{(month - 1) % 12 + 1:02d}-10"
        rows.append(
            student(
                serial,
                姓名=item.name,
                性别="男" if int(item.id_number[16]) % 2 else "女",
                身份证号=item.id_number,
                出生日期=f"{item.id_number[6:10]}-{item.id_number[10:12]}-{item.id_number[12:14]}",
                学校名称=sample.school,
                专业=item.major,
                专业类别=item.category,
                班级=item.class_name,
                入学年季=str(item.entry),
                学制="2" if item.category.startswith("数控") else "3",
                年级=item.grade,
                联系电话=item.phone,
                学籍状态="在校" if not away else item.change,
                异动类型=item.change or None,
                异动日期=day if item.change else None,
                注册日期=None,
                困难类型=item.hardship or "无",
                助学金="是" if item.grant else "否",
                备注=f"{item.change}，已函询" if item.change else None,
            )
        )  # fmt: skip
    return rows


def written(folder: Path, name: str, content: Book) -> Path:
    """The book as a real file."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for sheet in content.sheets:
        page = made.create_sheet(sheet.name)
        for line in sheet.values:
            page.append(line)
        for column in sheet.hidden_columns:
            page.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column - 1]].hidden = True
    made.save(folder / name)
    return folder / name
