"""A bureau's amounts against those of its schools: own standards, rounding."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from jiesuan.book import Value
from jiesuan.bureau.received import Received
from jiesuan.bureau.rollup import roll_up
from jiesuan.bureau.school import Figure, School
from jiesuan.share import load_shares
from jiesuan.template.layout import to_book
from tests.bureau.making import (
    BUREAU,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SECOND,
    SET,
    SPRING,
    City,
    change,
    check,
    city,
    found,
    inputs,
    received,
    school,
)

KEY = ("一年级", "数控模具电气")
"""Where all three schools have students."""
AMOUNT, REMARK = (f"汇总生均/{','.join(KEY)}/{name}" for name in ("生均金额", "备注"))


def with_figures(name: str, figures: dict[str, Decimal]) -> School:
    """A school whose 2-4 has other figures at the key."""
    one = school(name)
    drawn = dict(one.figures["汇总生均"])
    drawn |= {(KEY, field): Figure(value, "生均", "H9") for field, value in figures.items()}
    return dataclasses.replace(one, figures={**one.figures, "汇总生均": drawn})


def rolled(schools: Received) -> City:
    rollup = roll_up(PACK, schools, load_shares(PACK, SPRING), BUREAU, inputs(SPRING))
    laid = {item.form.role: item for item in rollup.laid}
    return City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), laid)


def told(base: City, schools: Received, changes: dict[str, Value]) -> list[str]:
    book = base.fresh()
    change(base, book, changes)
    return found(base, check(base, book, schools=schools))


def test_where_a_school_has_its_own_standard_only_the_sum_of_the_schools_is_right() -> None:
    heads = school(FIRST).amount("汇总生均", "人次", KEY)
    own = with_figures(FIRST, {"生均标准": Decimal(7000), "生均金额": heads * 7000 / 100_000})
    schools = Received(SPRING, SET, [own, school(COUNTY_SCHOOL), school(SECOND)])
    base = rolled(schools)
    expected = sum((item.amount("汇总生均", "生均金额", KEY) for item in schools.schools), Decimal(0))
    assert told(base, schools, {}) == told(base, schools, {AMOUNT: float(round(expected, 4))}) == []
    assert told(base, schools, {AMOUNT: float(heads * 7000 / 100_000)}) == [f"B233 {AMOUNT}"]
    assert told(base, schools, {AMOUNT: "（空）"}) == [f"B233 {AMOUNT}"]


def test_an_amount_that_a_school_left_blank_follows_from_its_heads() -> None:
    one = school(FIRST)
    drawn = {place: figure for place, figure in one.figures["汇总生均"].items() if place != (KEY, "生均金额")}
    lacks = dataclasses.replace(one, figures={**one.figures, "汇总生均": drawn})
    schools = Received(SPRING, SET, [lacks, school(COUNTY_SCHOOL), school(SECOND)])
    assert told(city(SPRING), schools, {}) == []


@pytest.mark.parametrize(("more", "right"), [(0, True), (0.0043, True), (0.0143, False), (-0.01, False)])
def test_amounts_may_be_the_sum_of_what_schools_rounded(more: float, right: bool) -> None:
    exact = school(FIRST).amount("汇总生均", "生均金额", KEY)
    rounded = with_figures(FIRST, {"生均金额": exact + Decimal("0.0043")})
    schools = Received(SPRING, SET, [rounded, school(COUNTY_SCHOOL), school(SECOND)])
    whole = sum((item.amount("汇总生均", "生均金额", KEY) for item in received(SPRING).schools), Decimal(0))
    names = told(city(SPRING), schools, {AMOUNT: float(whole) + more, REMARK: "各校按文件标准核定后四舍五入"})
    assert names == ([] if right else [f"B233 {AMOUNT}"])


def test_an_amount_told_by_its_own_formula_is_not_told_again() -> None:
    names = told(city(SPRING), received(SPRING), {AMOUNT: 99})
    assert names == [f"B219 {AMOUNT}"]


def test_a_balance_that_a_school_left_blank_may_be_known_to_the_bureau() -> None:
    lacks = dataclasses.replace(school(FIRST), balances={})
    schools = Received(SPRING, SET, [lacks, school(COUNTY_SCHOOL), school(SECOND)])
    base, name = rolled(schools), "汇总生均/期末结余"
    for changes, why in (({}, set()), ({name: "9999"}, {"有 1 所学校没有填“期末结余”，生均汇总!B33 没有核对"})):
        book = base.fresh()
        change(base, book, changes)
        report = check(base, book, schools=schools)
        assert found(base, report) == []
        assert {item.why for item in report.unchecked} == why


def test_balances_nobody_filled_in_are_not_asked_for() -> None:
    schools = Received(SPRING, SET, [dataclasses.replace(item, balances={}) for item in received(SPRING).schools])
    base = rolled(schools)
    report = check(base, base.fresh(), schools=schools)
    assert found(base, report) == [] == report.unchecked


def test_a_balance_may_be_rounded_by_the_bureau() -> None:
    exact = sum((item.balances["期末结余"].value for item in received(SPRING).schools), Decimal(0))
    name = "汇总生均/期末结余"
    assert round(exact, 2) != exact
    assert told(city(SPRING), received(SPRING), {name: str(round(exact, 2))}) == []
    assert told(city(SPRING), received(SPRING), {name: str(round(exact, 2) + Decimal("0.01"))}) == [f"B233 {name}"]
