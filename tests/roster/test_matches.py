"""Lists of suspected duplicates: our students in them, and the time for clearing up."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from jiesuan.book import memory_book
from jiesuan.regions import load_law
from jiesuan.roster.books import RECORD_HEADS, record_book
from jiesuan.roster.matches import WORKDAYS, NotList, clearing

from .making import number, roster, student

LIST = memory_book(
    "比对结果.xlsx",
    {
        "说明": [["请于10个工作日内核查"]],
        "疑似重复": [
            ["2024年秋季比对结果"],
            ["姓名", "身份证件号", "另一方学校", "资助项目", "人数"],
            ["示例乙", number(1), "某职业高中", "普通高中国家助学金", 1],
            ["张三", f" {number(2)[:6]} {number(2)[6:]}", None, "免学费", 1],
            ["李四", number(77), "某中学", "免学费", 1],
            [None, " ", None, None, None],
        ],
    },
)
DAY = dt.date(2024, 11, 4)


def test_ours_are_found_with_both_places() -> None:
    found = clearing(roster(student(2), student(1)), [LIST], received=DAY, today=dt.date(2024, 11, 15))
    assert (found.listed, found.last, found.left, found.remark) == (3, dt.date(2024, 11, 18), 1, "")
    assert [(m.name, str(m.ours[1]), str(m.theirs[1]), m.about, m.named) for m in found.matches] == [
        ("示例丙", "导出!D3", "疑似重复!B4", "资助项目 免学费", "张三"),
        ("示例乙", "导出!D4", "疑似重复!B3", "另一方学校 某职业高中，资助项目 普通高中国家助学金", ""),
    ]
    assert number(1) not in repr([(m.name, m.number, m.about) for m in found.matches])


def test_late() -> None:
    found = clearing(roster(student(1)), [LIST], received=DAY, today=dt.date(2024, 11, 20))
    assert found.left == -2


def test_none_of_ours() -> None:
    found = clearing(roster(student(5)), [LIST], received=DAY, today=DAY)
    assert (found.matches, found.listed) == ((), 3)


def test_not_a_list() -> None:
    other = memory_book("甲.xlsx", {"表": [["姓名"], ["张三"]]})
    with pytest.raises(NotList) as caught:
        clearing(roster(student(1)), [other], received=DAY, today=DAY)
    assert str(caught.value) == "“甲.xlsx”的“表”里没有比对名单：要有一行列标题，其中有“身份证号”一列。"


@pytest.mark.parametrize("full", [False, True])
def test_record(full: bool) -> None:
    found = clearing(roster(student(1)), [LIST], received=DAY, today=DAY)
    data = record_book(found, ["说明"], full=full)
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[2] == [name for name, _ in RECORD_HEADS]
    assert lines[3][:6] == [
        "1", "示例乙", number(1) if full else found.matches[0].number, "名册.xlsx 导出!D3", "比对结果.xlsx 疑似重复!B3",
        "另一方学校 某职业高中，资助项目 普通高中国家助学金",
    ]  # fmt: skip
    assert (number(1).encode() in data) is False


@pytest.mark.parametrize(("region", "year"), [("福建", 2024), ("福建", 2025), ("全国", 2025)])
def test_the_workdays_are_those_of_the_calendar(region: str, year: int) -> None:
    # 闽人社办〔2024〕79号 二(三); 人社部办公厅2025年通知
    held = load_law(region).period("重复资助清理", year)
    assert (held.entry.workdays if held else None) == WORKDAYS
