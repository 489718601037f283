"""What a rule about rosters works with: columns that are missing, cells as they may be shown, findings at a student."""

from __future__ import annotations

import datetime as dt

import pytest

from jiesuan.book import Value
from jiesuan.ref import Ref
from jiesuan.regions import load_law
from jiesuan.report import Related
from jiesuan.roster.context import Context, label_of, shown
from jiesuan.rule import Rule

from ..making import SPRING
from .making import HEADS, TODAY, number, roster, student

RULE = Rule(code="R999", name="试", level="核实", basis="b", why="w", help="h")
OTHERS = tuple(name for name in HEADS if name not in ("学籍状态", "异动日期"))


def context(*students: dict[str, Value], heads: tuple[str, ...] = HEADS) -> Context:
    return Context(RULE, roster(*(students or (student(),)), heads=heads), SPRING, TODAY, load_law("福建"))


# ── what a rule needs ──


def test_columns_that_are_there() -> None:
    made = context()
    assert made.needs() and made.needs("姓名", "学籍状态")
    assert made.unverified == []


def test_columns_that_are_not_are_all_told() -> None:
    made = context(heads=OTHERS)
    assert not made.needs("姓名", "学籍状态", "异动日期")
    assert [item.why for item in made.unverified] == ["名册里没有“学籍状态”这一列", "名册里没有“异动日期”这一列"]
    assert {item.rule.code for item in made.unverified} == {"R999"}


def test_the_nearest_heading_is_told() -> None:
    made = context(student(学籍状况="在校"), heads=(*OTHERS, "学籍状况表"))
    assert not made.needs("学籍状态")
    assert [item.why for item in made.unverified] == ["名册里没有“学籍状态”这一列，最接近的标题是“学籍状况表”"]


def test_any_other_reason() -> None:
    made = context()
    made.cannot("没有日历")
    assert [(item.rule, item.why) for item in made.unverified] == [(RULE, "没有日历")]


# ── a finding at a student ──


def test_a_finding_stands_at_the_cell_of_the_student() -> None:
    made = context(student(), student(2, 姓名="示例乙", 学籍状态="休学"))
    away = Related("另表", "B2", "甲", "乙")
    made.add(1, "学籍状态", "不在校", expected="在校", related=("姓名", "身份证号"), others=(away,))
    (finding,) = made.findings
    column = HEADS.index
    assert (finding.sheet, finding.cell, finding.label) == (
        "导出",
        Ref("导出", 4, column("学籍状态") + 1).cell,
        "第4行 · 学籍状态",
    )
    assert (finding.message, finding.expected, finding.actual) == ("不在校", "在校", "休学")
    assert finding.order == (4, column("学籍状态") + 1)
    assert finding.related == (
        Related("导出", "B4", "第4行 · 姓名", "示例乙"),
        Related("导出", "D4", "第4行 · 身份证号", f"350***********{number(2)[-4:]}"),
        away,
    )


def test_a_remark_excuses() -> None:
    made = context(student(), student(2, 备注="已函询"), student(3, 备注="　 "))
    assert [made.excused(index) for index in range(3)] == [False, True, False]


# ── cells as they are shown ──


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("身份证号", number(1), f"350***********{number(1)[-4:]}"),
        ("身份证号", f" {number(1)[:6]} {number(1)[6:]}", f"350***********{number(1)[-4:]}"),
        ("联系电话", 13900000001, "139****0001"),
        ("联系电话", "139-0000-0001", "139****0001"),
        ("姓名", "示例甲", "示例甲"),
        ("备注", f"身份证{number(1)}", f"身份证350***********{number(1)[-4:]}"),
        ("出生日期", dt.date(2008, 1, 5), "2008-01-05"),
        ("出生日期", dt.datetime(2008, 1, 5, 8, 30), "2008-01-05"),
        ("学制", 2.5, "2.5"),
        ("学制", 3.0, "3"),
        ("学制", 3, "3"),
        ("助学金年标准", 1234567.0, "1234567"),
        ("备注", float(13900000001), "139****0001"),
    ],
)
def test_cells_in_messages(name: str, value: Value, said: str) -> None:
    assert shown(name, value) == said


@pytest.mark.parametrize("name", ["身份证号", "联系电话", "银行卡号", "学籍号", "姓名"])
@pytest.mark.parametrize("value", [None, ""])
def test_blank_cells(name: str, value: Value) -> None:
    assert shown(name, value) == "（空白）"


def test_labels() -> None:
    assert label_of(Ref("导出", 12, 3), "专业") == "第12行 · 专业"
