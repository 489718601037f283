"""Month headings: how they are written, and columns that have moved, are doubled or too many."""

from __future__ import annotations

import pytest

from jiesuan.bind.months import month_of
from jiesuan.book import Sheet
from jiesuan.table import Problem
from jiesuan.template.laid import Laid
from jiesuan.term import Term

from .making import AUTUMN, SPRING, bound, own, sample_sheet


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(
            (text, "3月")
            for text in ("3月", "3月份", "3 月", "三月", "三月份", "2024年3月", "３月人数", "3月（人）", "03月")
        ),
        *((text, "1月") for text in ("次年1月", "2025年1月", "元月", "一月", "1月")),
        *(("十月", "10月"), ("十一月", "11月"), ("十二月份", "12月"), ("二月", "2月")),
        *((text, "") for text in ("", "3", "2024.3", "3-7月", "3月至7月", "5个月合计", "3月退学", "二十月", "月")),
    ],
)
def test_how_months_are_written(text: str, month: str) -> None:
    assert month_of(text) == month


def wide(form_id: str, at: int) -> tuple[Sheet, Laid, int]:
    """A filled form, its formulas gone, with an empty column put in before the column `at`; and the row of the months."""
    sheet, laid = sample_sheet(form_id)
    sheet.formulas.clear()
    sheet.uncached.clear()
    sheet.merges = [(a, b + (b >= at), c, d + (d >= at)) for a, b, c, d in sheet.merges]
    for line in sheet.values:
        line[at - 1 :] = [None, *line[at - 1 :]]
    return sheet, laid, next(row for row, line in enumerate(sheet.values, 1) if "3月" in line)


def months(sheet: Sheet) -> list[Problem]:
    return [problem for problem in own(bound(sheet), "免学费") if problem.check != "hidden"]


@pytest.mark.parametrize(
    ("said", "figure", "told"),
    [
        ("8月", 2, True),
        ("4月", 2, True),
        ("8月", None, False),
        ("8月", 0, False),
        ("8月", "无", False),
        ("8月退学", 2, False),
    ],
)
def test_a_sixth_month(said: str, figure: int | str | None, told: bool) -> None:
    """Behind the fifth month, inside the table."""
    sheet, laid, row = wide("1-3", sample_sheet("1-3")[1].columns["第5月"] + 1)
    at = laid.columns["第5月"] + 1
    sheet.put(row, at, said)
    sheet.put(laid.body[0] + 1, at, figure)
    message = f"多出一列{said}，其中的数没有核对；本学期只有3月、4月、5月、6月、7月。"
    assert months(sheet) == [Problem("wrong-months", laid.sheet, (row, at), "月份", message)] * told


def test_a_repeated_month_without_column_numbers() -> None:
    """Nothing says which of the two is which: the lacking month is named once, and so is the column that may be it."""
    sheet, laid = sample_sheet("1-3")
    sheet.values[laid.head[1] - 1] = []
    row, at = laid.head[1] - 1, laid.columns["第3月"]
    assert sheet.value(row, at) == "5月"
    sheet.put(row, at, "4月")
    assert [(problem.check, problem.cell) for problem in months(sheet)] == [
        ("missing-column", None),
        ("wrong-months", (row, at)),
    ]
    assert months(sheet)[1].message == "多出一列4月，其中的数没有核对；如果是没有找到的5月，请改正标题。"


def test_months_in_another_order_are_bound_by_their_headings() -> None:
    sheet, laid = sample_sheet("1-3")
    row = laid.head[1] - 1
    sheet.put(row, laid.columns["第2月"], "5月")
    sheet.put(row, laid.columns["第3月"], "4月")
    assert months(sheet) == []


@pytest.mark.parametrize("term", [SPRING, AUTUMN])
@pytest.mark.parametrize("form_id", ["1-3", "1-4", "2-3", "2-4"])
def test_any_other_month_over_a_column_is_said_once(form_id: str, term: Term) -> None:
    sheet, laid = sample_sheet(form_id, term)
    row = next(row for row, line in enumerate(sheet.values, 1) if term.months[0] in line)
    for number, month in enumerate(term.months, 1):
        at = laid.columns[f"第{number}月"]
        for other in range(1, 13):
            sheet.put(row, at, f"{other}月")
            found = own(bound(sheet, term=term, set_name=laid.form.set), laid.form.role)
            wrong = f"{other}月" != month
            assert [(problem.check, problem.cell) for problem in found] == [("wrong-months", (row, at))] * wrong
        sheet.put(row, at, month)
