"""Blanks below the tables that ask for a number: what is told where something else stands there."""

from __future__ import annotations

import pytest

from .schools import change, check, found, school

RECEIVED, MAJORS = "生均/实际收到", "免学费/专业个数"


@pytest.mark.parametrize(
    ("name", "typed", "label", "message", "expected"),
    [
        (RECEIVED, "200000元", "表下 · 实际收到", "这里按万元填，只填 20，不要写单位和别的字", "20"),
        (RECEIVED, "约20万元", "表下 · 实际收到", "这里按万元填，只填 20，不要写单位和别的字", "20"),
        (RECEIVED, "见附件", "表下 · 实际收到", "这里按万元填，只填数字", ""),
        (MAJORS, "14种", "合计 · 专业个数", "这里应填数字，只填 14，不要写单位和别的字", "14"),
    ],
)
def test_another_unit_or_words(name: str, typed: str, label: str, message: str, expected: str) -> None:
    base = school("市属2024春")
    book = base.fresh()
    change(base, book, {name: typed})
    report = check(base, book)
    assert found(base, report) == [f"V101 {name}"]
    told = report.findings[0]
    assert (told.label, told.message, told.expected, told.actual) == (label, message, expected, typed)
    assert [item.why for item in report.unchecked] == [f"{base.cell(name)} 不是数"]


def test_the_unit_of_the_line_may_stand_there_too() -> None:
    base = school("市属2024春")
    book = base.fresh()
    majors = book.sheet(base.sheet("免学费")).value(base.cell(MAJORS).row, base.cell(MAJORS).column)
    change(base, book, {RECEIVED: "20.0 万", "生均/期末结余": "5.368万元", MAJORS: f"_{majors}_个"})
    report = check(base, book)
    assert (found(base, report), report.unchecked) == ([], [])
    change(base, book, {MAJORS: f"{majors}9个"})
    assert found(base, check(base, book)) == [f"F305 {MAJORS}"]
