"""Rosters, public lists and forms about institutions: what stands above and below their reports, in the terminal, in JSON and
in the marked copy.  None is a settlement workbook, so none is told to be printed and handed in like one."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import NamedTuple

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner
from xlsxwriter import Workbook

from jiesuan.book import Book, Value, memory_book
from jiesuan.cli import app

from ..notices.making import CITY, GOOD, filled
from ..roster.making import book, student, written

NOTICE = "公示期：2024年9月2日至2024年9月9日"
UNCHECKED = "没有发现问题，但有规则未能校验，原因见“未能校验”一段。"
SHORT = ("姓名", "身份证号", "专业", "入学年季")


def public(*rows: list[Value]) -> Book:
    return memory_book("", {"公示": [list(row) for row in rows]})


class Case(NamedTuple):
    """A file and what is said of it: heading behind the file's name, last line, exit code, `term` and `school` of JSON."""

    content: Book
    heading: str
    last: str
    code: int
    school: str = ""


ROSTERS = {
    "好": Case(book(student(1)), "学籍名册 · 2024春 · 示范技工学校", "名册没有查出问题。", 0, "示范技工学校"),
    "几校": Case(book(student(1), student(2, 学校名称="乙校")), "学籍名册 · 2024春 · 2 所学校", "名册没有查出问题。", 0, "2 所学校"),
    "坏": Case(
        book(student(1, 学习形式="函授")), "学籍名册 · 2024春 · 示范技工学校", "请先改正 1 处错误，再校验一次。", 1, "示范技工学校"
    ),
    "无校名": Case(book(student(1), heads=SHORT), "学籍名册 · 2024春", UNCHECKED, 1),
    "无学生": Case(book(), "学籍名册 · 2024春", "名册里只有列标题，没有学生。", 1),
}  # fmt: skip
LISTS = {
    "好": Case(public([NOTICE], ["姓名", "班级"], ["甲", "1班"]), "公示", "没有查出不得公示的内容，可以公示；公示期满后及时撤下、删除。", 0),
    "无期": Case(public(["姓名", "班级"], ["甲", "1班"]), "公示", UNCHECKED, 1),
    "多列": Case(
        public([NOTICE], ["姓名", "班级", "金额"], ["甲", "1班", "1000"]), "公示", "没有错误；有 1 处要核实：改正，或按“办法”写明原因。", 1
    ),
    "空": Case(public([]), "公示", "文件里没有可查的文字；图片里的字查不到。", 1),
}  # fmt: skip


def answers(folder: Path, case: Case, *command: str) -> list[str]:
    """Run it three ways; the heading and the last line above the findings of the marked copy."""
    path = written(folder, "表.xlsx", case.content)
    done = CliRunner().invoke(app, [*command, str(path)])
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[0], lines[-1]) == (case.code, f"表.xlsx    {case.heading}", case.last), done.output
    marked = CliRunner().invoke(app, [*command, str(path), "--mark", "--format", "json"])
    (record,) = json.loads(marked.stdout)["files"]
    assert (marked.exit_code, record["status"]) == (case.code, "findings" if case.code else "clean")
    assert record["school"] == case.school
    assert record["term"] == ("2024春" if "2024春" in case.heading else "")
    assert "报送" not in done.output + marked.output
    sheet = load_workbook(folder / "表_已校验.xlsx")["校验结果"]
    assert [sheet.column_dimensions[letter].hidden for letter in "JKLM"] == [False, True, True, True]
    assert "说明" not in sheet["A5"].value
    return [sheet["A2"].value, sheet["A4"].value]


@pytest.mark.parametrize("name", ROSTERS)
def test_rosters(tmp_path: Path, name: str) -> None:
    case = ROSTERS[name]
    assert answers(tmp_path, case, "roster", "--term", "2024春") == [case.heading, case.last]


@pytest.mark.parametrize("name", LISTS)
def test_public_lists(tmp_path: Path, name: str) -> None:
    case = LISTS[name]
    assert answers(tmp_path, case, "publicize", "--check") == [case.heading, case.last]


def test_a_roster_without_students_passes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "空.xlsx", book())
    (record,) = json.loads(CliRunner().invoke(app, ["roster", str(path), "--format", "json"]).stdout)["files"]
    assert record["counts"] == {"selected": 20, "passed": 0, "found": 0, "explained": 0, "unchecked": 20}
    assert {item["why"] for item in record["unchecked"]} == {"名册里没有学生"}


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_pictures_are_told(tmp_path: Path) -> None:
    made = Workbook(tmp_path / "图.xlsx")
    made.add_worksheet().insert_image("A1", "a.png", {"image_data": io.BytesIO(PNG)})
    made.close()
    done = CliRunner().invoke(app, ["publicize", "--check", str(tmp_path / "图.xlsx")])
    assert (done.exit_code, done.stdout.splitlines()[2:]) == (
        1,
        ["  注意：文件里有 1 张图片，图片里的字没有检查，请自己看一遍", "", "文件里没有可查的文字；图片里的字查不到。"],
    )


@pytest.mark.parametrize(
    ("form", "cells", "heading", "last", "code"),
    [
        ("校级", GOOD, "校级机构信息表 · 2024年 · 示范市第一技工学校",
         "信息表没有查出问题。打印后加盖公章：市属校报所属上级人社部门，省属校直接报省资助办。", 0),
        ("市级", CITY, "市级机构信息表 · 2024年 · 示范市人力资源和社会保障局",
         "信息表没有查出问题。打印后加盖公章，与本市各校的信息表一并报省资助办。", 0),
        ("校级", {}, "校级机构信息表 · （没有填报单位）", "请先改正 3 处错误，再校验一次。另有 1 处要核实。", 1),
    ],
)  # fmt: skip
def test_institutions(tmp_path: Path, form: str, cells: dict[str, object], heading: str, last: str, code: int) -> None:
    path = filled(tmp_path / "表.xlsx", cells, form=form)
    done = CliRunner().invoke(app, ["institution", "check", str(path)])
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[0], lines[-1]) == (code, f"表.xlsx    {heading}", last)
    (record,) = json.loads(CliRunner().invoke(app, ["institution", "check", str(path), "--format", "json"]).stdout)[
        "files"
    ]
    assert (record["term"], record["school"]) == (("2024年", heading.split(" · ")[2]) if cells else ("", ""))


def test_lists_of_schools(tmp_path: Path) -> None:
    path, listed = filled(tmp_path / "表.xlsx"), tmp_path / "名单.txt"
    listed.write_text("示范市第一技工学校\n", encoding="utf-8")
    lines = CliRunner().invoke(app, ["institution", "check", str(path), "--roster", str(listed)]).stdout.splitlines()
    at = lines.index("名单.txt    学校名单")
    assert lines[at:][-1] == "名单上的学校都交了，每校一份。"
