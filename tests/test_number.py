"""Numbers of cells: exact, with their noise and their rounding."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import ErrorValue, Value
from jiesuan.number import BLANK, DASHES, Number, held, meant, plain, read_blank, read_number, rounding, show

D = Decimal


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (None, BLANK),
        (0, Number(D(0))),
        (98, Number(D(98))),
        (10**15 + 1, Number(D(10**15 + 1))),
        (2.352, Number(D("2.352"))),
        (0.1 + 0.2, Number(D("0.3"))),
        (1e20, Number(D("1e20"))),
        (1.5e22, Number(D("1.5e22"))),
        (0.240000152587891, Number(D("0.24"), noise=True)),
        (0.2400001, Number(D("0.24"), noise=True)),
        (2.0580000000000003, Number(D("2.058"))),
        (0.1 + 0.2 - 0.3, Number(D(0))),
        (-1e-17, Number(D(0))),
        (float("inf"), Number(None, "error")),
        (float("-inf"), Number(None, "error")),
        (float("nan"), Number(None, "error")),
        (True, Number(None, "logical")),
        (ErrorValue("#REF!"), Number(None, "error")),
        (ErrorValue("12"), Number(None, "error")),
        (dt.date(2024, 3, 1), Number(None, "date")),
        (dt.datetime(2024, 3, 1), Number(None, "date")),
        (dt.time(8), Number(None, "date")),
        (dt.timedelta(1), Number(None, "date")),
        (b"12", Number(None, "text")),
    ],
)
def test_values(value: Value, number: Number) -> None:
    assert read_number(value) == number


class Whole(int):
    """A number of a foreign library."""


def test_numbers_of_other_types() -> None:
    assert read_number(Whole(5)) == Number(D("5.0"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("98", "98"),
        (" 98 ", "98"),
        ("9 8", "98"),
        ("９８．５", "98.5"),
        ("1,234,567.89", "1234567.89"),
        ("１，２３４", "1234"),
        ("+5", "5"),
        ("-5", "-5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("¥5", "5"),
        ("￥5", "5"),
        ("1e3", "1000"),
        ("0.000", "0"),
        ("-0", "0"),
        ("0." + "0" * 30, "0"),
    ],
)
def test_numbers_typed_as_text(text: str, value: str) -> None:
    assert read_number(text) == Number(D(value), as_text=True)


@pytest.mark.parametrize("text", ["", " ", "\u3000", *sorted(DASHES)])
def test_texts_for_nothing(text: str) -> None:
    assert read_number(text) == BLANK


@pytest.mark.parametrize(
    "text",
    ["12.5万元", "98人", "1,23", "12,34,567", "1.2.3", "一百", "(5)", "e5", "+", ".", "1e", "5-3", "=1+1", "1e400", "1e-30",
     "9" * 30, "0x10", "NaN", "Infinity", "1e99999999999999999999", "5％"],
)  # fmt: skip
def test_texts_that_are_no_number(text: str) -> None:
    assert read_number(text) == Number(None, "text")


@settings(max_examples=40, deadline=None)
@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_what_is_shown_reads_back_exactly(units: int, digits: int) -> None:
    value = D(units).scaleb(-digits)
    assert read_number(plain(value)).value == value
    assert read_number(show(value, "万元")).value == value
    if abs(units) < 10**12:
        assert read_number(float(value)) == Number(value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=30))
def test_sums_of_floats_are_their_exact_sum_without_a_word(yuan: list[int]) -> None:
    added = 0.0
    for amount in yuan:
        added += amount / 10_000
    assert read_number(added) == Number(sum((D(amount) / 10_000 for amount in yuan), D(0)))


@pytest.mark.parametrize(
    ("value", "unit", "slack"),
    [
        ("2.3520", "万元", "0.0005"),
        ("2.35", "万元", "0.005"),
        ("2.4", "万元", "0.005"),
        ("2", "万元", "0.005"),
        ("200", "万元", "0.005"),
        ("0", "万元", "0.005"),
        ("4.1552", "万元", "0.00005"),
        ("0.12345", "万元", "0.000005"),
        ("0.123456", "万元", "0"),
        ("2.35", "元", "0"),
        ("98", "人", "0"),
        ("0.024", "万元/人·月", "0"),
    ],
)
def test_how_far_a_typed_amount_may_stand_from_the_exact_one(value: str, unit: str, slack: str) -> None:
    assert rounding(D(value), unit) == D(slack)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**10), st.integers(0, 6))
def test_rounding_never_hides_a_person_or_a_month(yuan: int, digits: int) -> None:
    exact = D(yuan) / 10_000
    typed = round(exact, digits)
    slack = rounding(typed, "万元")
    assert slack < D("0.006")
    assert (
        abs(typed - exact) <= max(slack, D(5).scaleb(-digits - 1))
        if digits < 2
        else abs(typed - exact) <= max(slack, D("0.00005"))
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.3520", "2.352"), ("1E+2", "100"), ("-0.00", "0"), ("-1.50", "-1.5"), ("0", "0"), ("1E-6", "0.000001")],
)
def test_plain(value: str, text: str) -> None:
    assert plain(D(value)) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("2.352", "万元", "2.3520"),
        ("0.000001", "万元", "0.000001"),
        ("23730", "元", "23,730.00"),
        ("-210", "元", "-210.00"),
        ("1234567", "人", "1,234,567"),
        ("0.5", "人", "0.5"),
        ("0", "万元", "0.0000"),
        ("-0", "人次", "0"),
    ],
)
def test_show(value: str, unit: str, text: str) -> None:
    assert show(D(value), unit) == text


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("3.854万元", "万元", "3.854"),
        ("35.0 万", "万元", "35"),
        ("__35__", "万元", "35"),
        ("1,212.50万元。", "万元", "1212.5"),
        ("14个", "个", "14"),
        ("_15_个", "个", "15"),
        ("-3", "万元", "-3"),
    ],
)
def test_a_blank_may_repeat_its_unit(text: str, unit: str, number: str) -> None:
    assert read_blank(text, unit) == Number(Decimal(number), as_text=True)


@pytest.mark.parametrize("text", ["", "____", "—", "（  ）", "xx", "__万元", "……"])
def test_a_blank_in_which_nothing_stands(text: str) -> None:
    assert read_blank(text, "万元") == BLANK


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("350000元", "万元", "35"),
        ("0.3854亿", "万元", "3854"),
        ("0.3854 亿元", "万元", "3854"),
        ("约３５万", "万元", "35"),
        ("3.5万", "元", "35000"),
        ("3.5万元", "元", "35000"),
        ("1.2亿元", "元", "120000000"),
        ("约35万元", "万元", "35"),
        ("14种", "个", "14"),
        ("无", "万元", "0"),
        ("约三十", "万元", None),
        ("14个，其中涉农2个", "个", None),
    ],
)
def test_what_another_text_in_a_blank_means(text: str, unit: str, number: str | None) -> None:
    assert read_blank(text, unit) == Number(None, "text")
    assert meant(text, unit) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (dt.date(1900, 1, 1), "1"),
        (dt.date(1900, 1, 2), "2"),
        (dt.datetime(1900, 1, 3, 12), "3.5"),
        (dt.date(1900, 2, 27), "58"),
        (dt.date(1900, 3, 1), "61"),
        (dt.date(2024, 3, 5), "45356"),
        (dt.datetime(2024, 3, 5, 6), "45356.25"),
        (dt.time(0), "0"),
        (dt.time(1, 9, 7, 200_000), "0.048"),
        (dt.timedelta(days=2), "2"),
        (dt.timedelta(days=1, seconds=4147, microseconds=200_000), "1.048"),
        (dt.timedelta(days=-1), "-1"),
    ],
)
def test_the_number_that_a_date_is(value: dt.date | dt.time | dt.timedelta, number: str) -> None:
    assert held(value) == Decimal(number)


@pytest.mark.parametrize("value", [dt.date(1900, 2, 28), "2024-3-5", 3, None])
def test_what_is_no_date_or_two(value: Value) -> None:
    """The 60th day, which never was, is shown as the 59th."""
    assert held(value) is None
