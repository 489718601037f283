"""Amounts that schools type rounded: every honest way passes, and none hides a person or a month."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest

from jiesuan.bind import bind
from jiesuan.book import Book
from jiesuan.calculate import total_addends
from jiesuan.check.forms import unround
from jiesuan.form import ALL

from .schools import PACK, School, check, school

BASES = ("市属2024春", "省属2024秋")


def rounded(base: School, digits: int) -> Book:
    """A workbook of typed values alone, its amounts in 万元 rounded one by one."""
    book = base.typed()
    for table in bind(book, PACK).tables.values():
        for column in table.columns.values():
            if column.column.unit == "万元" and column.column.role == "computed":
                for cell, number in zip(column.cells, column.numbers, strict=True):
                    if cell and number.value is not None:
                        value = number.value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
                        book.sheet(table.sheet.name).put(*cell, float(value))
    return book


def told(base: School, book: Book) -> list[tuple[str, str, str]]:
    """The whole report: code, cell, message."""
    return [(item.code, base.name(item.sheet, item.cell), item.message) for item in check(base, book).findings]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("digits", [2, 3, 4])
def test_amounts_rounded_one_by_one_are_right(base: str, digits: int) -> None:
    assert told(school(base), rounded(school(base), digits)) == []


@pytest.mark.parametrize("base", BASES)
def test_so_are_totals_of_the_rounded_figures(base: str) -> None:
    book = rounded(school(base), 2)
    table = bind(book, PACK).tables["免学费"]
    amounts = table.columns["补助金额"]
    for index, details in total_addends(table):
        cell = amounts.cells[index]
        assert cell
        book.sheet(table.sheet.name).put(*cell, float(sum(table.amounts("补助金额", details), Decimal(0))))
    assert told(school(base), book) == []


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("month", ["0.021", "0.038", "-0.021"])
def test_a_month_more_in_a_rounded_total_is_found(base: str, month: str) -> None:
    book = rounded(school(base), 2)
    table = bind(book, PACK).tables["免学费"]
    total = table.index[(ALL,) * len(table.form.axes)]
    cell = table.columns["补助金额"].cells[total]
    assert cell
    exact = bind(school(base).typed(), PACK).tables["免学费"].amount("补助金额", total)
    wrong = (exact + Decimal(month)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    book.sheet(table.sheet.name).put(*cell, float(wrong))
    hint = "：恰为一名学生一个月的标准（210 元）" * (wrong - exact == Decimal("0.021"))
    assert told(school(base), book) == [("F304", "免学费/*,*,*/补助金额", f"合计不等于三个年级小计之和{hint}")]


@pytest.mark.parametrize("base", BASES)
def test_so_are_sums_of_rounded_figures_where_the_product_is_checked_as_well(base: str) -> None:
    """生均: 三个年级合计 of amounts rounded one by one, added up by the formulas of the form."""
    book = rounded(school(base), 2)
    table = bind(book, PACK).tables["生均"]
    for name in ("生均金额", "免学费金额"):
        for index, details in total_addends(table) if name in table.columns else ():
            if cell := table.columns[name].cells[index]:
                book.sheet(table.sheet.name).put(*cell, float(sum(table.amounts(name, details), Decimal(0))))
    assert told(school(base), book) == []


def test_what_typed_amounts_stand_for() -> None:
    base = school("市属2024春")
    workbook = bind(rounded(base, 2), PACK)
    exact = bind(base.typed(), PACK).tables["免学费"].columns["补助金额"].amounts
    column = workbook.tables["免学费"].columns["补助金额"]
    assert column.amounts != exact and column.precise == column.amounts
    unround(workbook)
    assert column.precise == exact and column.loose(range(len(exact))) == 0
    wrong = next(i for i in workbook.tables["免学费"].details() if exact[i])
    column.put(wrong, 9.99, column.numbers[wrong]._replace(value=Decimal("9.99")))
    assert column.exact == {} and column.amounts[wrong] == column.precise[wrong] == Decimal("9.99")
    unround(workbook)
    assert wrong not in column.exact


COARSE = "：各格的万元数都四舍五入过，合起来差出 50 元以上；请填到小数点后 4 位"
LIST, AVERAGE = "助学金金额与精准学生名单不符", "全校助学金平均水平偏离平均标准"


@pytest.mark.parametrize(
    ("digits", "found"),
    [
        (3, []),
        (
            2,
            [
                ("X102", "精准明细/脱贫户/助学金金额", LIST + COARSE),
                ("P110", "助学金/申报审批,二年级,涉农专业,其他/金额", AVERAGE + COARSE),
            ],
        ),
    ],
)
def test_where_no_row_tells_all_rounding_together_is_50_yuan(digits: int, found: list[tuple[str, str, str]]) -> None:
    """2025春: amounts of 助学金 in tiers follow from no formula."""
    base = school("市属2025春")
    assert told(base, rounded(base, digits)) == found


def test_nobody_rounds_to_a_thousand_yuan() -> None:
    base = school("市属2025春")
    book = rounded(base, 2)
    table = bind(book, PACK).tables["助学金"]
    for index in table.details():
        amount, cell = table.amount("金额", index), table.columns["金额"].cells[index]
        if cell and amount:
            book.sheet(table.sheet.name).put(*cell, float(amount.quantize(Decimal("0.1"), ROUND_HALF_UP)))
    total, month = "年级合计不等于各年级之和", "：恰为一名学生一个月的标准（200 元）"
    assert told(base, book) == [
        *(
            ("F102", f"助学金/{block},*,{column}/金额", total + hint)
            for block in ("申报审批", "实际发放")
            for column, hint in (
                ("涉农专业,脱贫户", month),
                ("涉农专业,特困低保", month),
                ("非涉农专业,脱贫户", ""),
                ("非涉农专业,其他", ""),
            )
        ),
        ("X102", "精准明细/脱贫户/助学金金额", LIST),
        ("X102", "精准明细/特困低保/助学金金额", LIST),
        ("P110", "助学金/申报审批,二年级,涉农专业,其他/金额", AVERAGE + COARSE),
    ]
