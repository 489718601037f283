"""What is told where something else stands than the number that belongs there: in blanks below the tables, in cells shown as
dates, in what a formula reckons with."""

from __future__ import annotations

import datetime as dt

import pytest

from .schools import change, check, found, school

RECEIVED, MAJORS = "生均/实际收到", "免学费/专业个数"


@pytest.mark.parametrize(
    ("name", "typed", "label", "message", "expected"),
    [
        (RECEIVED, "200000元", "表下 · 实际收到", "这里按万元填，只填 20，不要写单位和别的字", "20"),
        (RECEIVED, "约20万元", "表下 · 实际收到", "这里按万元填，只填 20，不要写单位和别的字", "20"),
        (RECEIVED, "0.002亿元", "表下 · 实际收到", "这里按万元填，只填 20，不要写单位和别的字", "20"),
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


@pytest.mark.parametrize(
    ("name", "typed", "number"),
    [
        ("生均/一年级,休闲保健/生均金额", "3.854万元", "3.854"),
        ("生均/一年级,休闲保健/生均金额", "0.3854亿", "3854"),
        ("生均/一年级,休闲保健/生均金额", "0.3854 亿元", "3854"),
        ("生均/一年级,休闲保健/生均金额", "38540元整", "3.854"),
        ("精准明细/脱贫户/1/助学金金额", "0.1万", "1000"),
        ("精准明细/脱贫户/1/助学金金额", "1000元", "1000"),
        ("精准明细/脱贫户/1/助学金金额", "见备注", ""),
        ("精准明细/脱贫户/1/助学金金额", "每月200元，共1000元", ""),
    ],
)
def test_an_amount_with_its_unit(name: str, typed: str, number: str) -> None:
    base = school("市属2024春")
    book = base.fresh()
    change(base, book, {name: typed})
    [told] = [finding for finding in check(base, book).findings if finding.code == "V101"]
    unit = "万元" if "生均" in name else "元"
    message = f"这里按{unit}填，只填 {number}，不要写单位和别的字" if number else "这里应填数字"
    assert (found(base, check(base, book))[-1], told.message) == (f"V101 {name}", message)
    assert (told.expected, told.actual) == (number, typed)


def test_the_unit_of_the_line_may_stand_there_too() -> None:
    base = school("市属2024春")
    book = base.fresh()
    majors = book.sheet(base.sheet("免学费")).value(base.cell(MAJORS).row, base.cell(MAJORS).column)
    change(base, book, {RECEIVED: "20.0 万", "生均/期末结余": "5.368万元", MAJORS: f"_{majors}_个"})
    report = check(base, book)
    assert (found(base, report), report.unchecked) == ([], [])
    change(base, book, {MAJORS: f"{majors}9个"})
    assert found(base, check(base, book)) == [f"F305 {MAJORS}"]


COUNT = "免学费/一年级,数控等高级工专业,脱贫户/第1月"


def test_a_number_shown_as_a_date_still_counts_in_formulas() -> None:
    """The workbook has formulas without results: they come to what they came to with the number."""
    base = school("市属2024春")
    book = base.fresh()
    ref = base.cell(COUNT)
    sheet = book.sheet(ref.sheet)
    number = sheet.value(ref.row, ref.column)
    assert isinstance(number, int) and sheet.uncached
    sheet.put(ref.row, ref.column, dt.date(1899, 12, 31) + dt.timedelta(days=number))
    report = check(base, book)
    assert found(base, report) == [f"V101 {COUNT}"]
    assert report.findings[0].message == (
        f"单元格的格式是日期，里面存的数是 {number}；请把格式改为“常规”，再核对这个数"
    )
    assert {item.why for item in report.unchecked} == {f"{ref} 是日期"}


def test_a_text_that_formulas_reckon_with() -> None:
    """Formulas of the school's own that add cell by cell: told once at the text, with all of them."""
    base = school("市属2024春")
    book = base.fresh()
    row = "生均/一年级,数控模具电气"
    first, other = base.cell(f"{row}/第1月"), base.cell(f"{row}/第2月")
    heads, amount = base.cell(f"{row}/人次"), base.cell(f"{row}/生均金额")
    cells = "+".join(base.cell(f"{row}/第{month}月").cell for month in range(1, 6))
    change(base, book, {f"{row}/第1月": "—", f"{row}/人次": f"={cells}", f"{row}/生均金额": f"={first.cell}*1"})
    report = check(base, book)
    told = [item for item in report.findings if item.code == "V104"]
    assert [(item.sheet, item.cell, item.actual) for item in told] == [(first.sheet, first.cell, "—")]
    areas = f"{base.cell('生均/*,数控模具电气/第1月').cell},{heads.cell},{amount.cell}"
    assert told[0].message == f"这一格是文字，引用它的公式（{areas}）算不出数；请清空 {first.cell}，或填 0"
    assert [(item.cell, item.label, item.value) for item in told[0].related] == [
        (areas, f"引用 {first.cell} 的公式（3格）", "#VALUE!")
    ]
    change(base, book, {f"{row}/第2月": "/"})
    again = [item.cell for item in check(base, book).findings if item.code == "V104"]
    assert again == [first.cell, other.cell]


def test_an_error_that_no_text_makes_is_told_at_its_formula() -> None:
    base = school("市属2024春")
    book = base.fresh()
    row = "生均/一年级,数控模具电气"
    months = base.cell(f"{row}/第1月").cell
    change(base, book, {f"{row}/第1月": "—", f"{row}/人次": f"=SUM({months}:{months})/0"})
    places = [base.name(item.sheet, item.cell) for item in check(base, book).findings if item.code == "V104"]
    assert places == [f"{row}/第1月", f"{row}/人次"]  # the total below adds cell by cell
