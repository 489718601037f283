"""The worksheet functions understood: what they count, what spoils them, what they leave alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.book import ErrorValue
from jiesuan.functions import FUNCTIONS, Cannot, Spoilt, as_text, number_of, operand, plain_value

REF, DIV = ErrorValue("#REF!"), ErrorValue("#DIV/0!")
DAY = dt.date(2024, 9, 5)


def call(name: str, *arguments: list[Any]) -> Any:
    return FUNCTIONS[name](list(arguments))


# ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, 0),
        (True, True),
        (False, False),
        ("七", "七"),
        ("", ""),
        (D("7"), 7),
        (D("7.00"), 7),
        (D("-0.0"), 0),
        (D("0.1"), 0.1),
        (D("-2.5"), -2.5),
        (D("1E+3"), 1000),
        (D(10**15 - 1), 10**15 - 1),
        (D(10**15), 1e15),
        (D(-(10**15)), -1e15),
        (D("9.99E+307"), 9.99e307),
    ],
)
def test_results_as_cells_hold_them(value: Any, stored: Any) -> None:
    result = plain_value(value)
    assert (result, type(result)) == (stored, type(stored))


@pytest.mark.parametrize("value", [D("1E+308"), D("-1E+308"), D("9E+4000")])
def test_what_no_cell_can_hold(value: D) -> None:
    with pytest.raises(OverflowError):
        plain_value(value)


@pytest.mark.parametrize(
    ("value", "taken"),
    [(None, None), (True, True), (False, False), ("", ""), (" 7 ", " 7 "), (7, D(7)), (2.35, D("2.35")), (-0.5, D("-0.5"))],
)  # fmt: skip
def test_cells_as_formulas_take_them(value: Any, taken: Any) -> None:
    result = operand(value)
    assert (result, type(result)) == (taken, type(taken))


def test_errors_go_on_as_they_are() -> None:
    with pytest.raises(Spoilt) as caught:
        operand(REF)
    assert caught.value.error == REF and isinstance(caught.value.error, ErrorValue) and str(caught.value) == "#REF!"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (DAY, 45540),
        (dt.datetime(2024, 9, 5, 12), D("45540.5")),
        (dt.time(6), D("0.25")),
        (dt.timedelta(days=3), 3),
        (dt.date(1900, 1, 2), 2),
    ],
)
def test_dates_are_the_numbers_they_hold(value: Any, number: Any) -> None:
    assert operand(value) == number


@pytest.mark.parametrize("value", [dt.date(1900, 2, 28), float("nan"), float("inf")])
def test_what_is_no_one_number_is_not_understood(value: Any) -> None:
    with pytest.raises(Cannot):
        operand(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (None, 0),
        (True, 1),
        (False, 0),
        (D("2.5"), D("2.5")),
        ("7", 7),
        (" 1,234.50 ", D("1234.5")),
        ("７", 7),
        ("-3", -3),
    ],
)
def test_operands_as_numbers(value: Any, number: Any) -> None:
    result = number_of(value)
    assert result == number and isinstance(result, D)


@pytest.mark.parametrize("value", ["", "七", "7人", "—", "3-5"])
def test_texts_that_are_no_numbers_spoil_arithmetic(value: str) -> None:
    with pytest.raises(Spoilt) as caught:
        number_of(value)
    assert caught.value.error == "#VALUE!"


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("", ""), ("AbC", "abc"), ("甲", "甲"), (D(0), D(0)), (False, False), (True, True)]
)
def test_operands_as_texts(value: Any, text: Any) -> None:
    result = as_text(value)
    assert (result, type(result)) == (text, type(text))


# ── functions ───────────────────────────────────────────────────────────────────────────────────────────────────────

MIXED = [3, None, "9", "七", True, 0.5, -1, 0]
"""Counted are 3, 0.5, -1 and 0: texts, even those of digits, and logical values in cells are passed over."""


@pytest.mark.parametrize(
    ("name", "arguments", "result"),
    [
        ("SUM", [MIXED], "2.5"),
        ("SUM", [[1, 2], [3]], "6"),
        ("SUM", [[0.1] * 10], "1.0"),
        ("SUM", [[]], "0"),
        ("SUM", [], "0"),
        ("SUM", [["9"], [None]], "0"),
        ("SUM", [[dt.date(1900, 1, 2), 3, DAY]], "45545"),
        ("COUNT", [[dt.date(1900, 1, 2), None]], "1"),
        ("COUNTIF", [[dt.date(1900, 1, 2), 0], [">0"]], "1"),
        ("COUNT", [MIXED], "4"),
        ("COUNT", [[1], [2, 3]], "3"),
        ("COUNT", [[]], "0"),
        ("MIN", [MIXED], "-1"),
        ("MIN", [[5], [3, 4]], "3"),
        ("MIN", [["9"]], "0"),
        ("MAX", [MIXED], "3"),
        ("MAX", [[-5], [-3]], "-3"),
        ("MAX", [[]], "0"),
        ("COUNTIF", [MIXED, [">0"]], "2"),
        ("COUNTIF", [[0, -1], [">0"]], "0"),
        ("COUNTIF", [[], [">0"]], "0"),
        ("COUNTA", [[1, None, "", "甲"], [None, 0]], "4"),
        ("COUNTA", [[]], "0"),
        ("ABS", [[-2.5]], "2.5"),
        ("ABS", [[2]], "2"),
        ("ABS", [[None]], "0"),
        ("ABS", [["-7"]], "7"),
        ("ABS", [[True]], "1"),
        ("ROUND", [[2.345], [2]], "2.35"),
        ("ROUND", [[2.344], [2]], "2.34"),
        ("ROUND", [[-2.345], [2]], "-2.35"),
        ("ROUND", [[0.5], [0]], "1"),
        ("ROUND", [[1.5], [0]], "2"),
        ("ROUND", [[2.5], [0]], "3"),
        ("ROUND", [[1250], [-2]], "1300"),
        ("ROUND", [[1249], [-2]], "1200"),
        ("ROUND", [["2.5"], [None]], "3"),
        ("ROUND", [[2.345], [1.9]], "2.3"),
    ],
)
def test_functions(name: str, arguments: list[list[Any]], result: str) -> None:
    found = call(name, *arguments)
    assert found == D(result) and isinstance(found, D)


@pytest.mark.parametrize("name", ["SUM", "COUNT", "MIN", "MAX"])
def test_an_error_spoils_the_whole(name: str) -> None:
    with pytest.raises(Spoilt) as caught:
        call(name, [1, 2], [3, DIV, REF])
    assert caught.value.error == DIV


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("COUNTIF", [[1, REF], [">0"]]), ("ABS", [[REF]]), ("ROUND", [[REF], [2]]), ("ROUND", [[1], [REF]])],
)
def test_an_error_spoils_the_others_too(name: str, arguments: list[list[Any]]) -> None:
    with pytest.raises(Spoilt) as caught:
        call(name, *arguments)
    assert caught.value.error == REF


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("COUNTIF", [[1]]),
        ("COUNTIF", [[1], [">1"]]),
        ("COUNTIF", [[1], [0]]),
        ("COUNTIF", [[1], [">0", ">0"]]),
        ("COUNTIF", [[1], [">0"], [1]]),
        ("COUNTIF", []),
        ("ABS", []),
        ("ABS", [[1], [2]]),
        ("ABS", [[1, 2]]),
        ("ABS", [[]]),
        ("SUM", [[dt.date(1900, 2, 28)]]),
        ("ROUND", [[1]]),
        ("ROUND", [[1], [2], [3]]),
        ("ROUND", [[1, 2], [2]]),
        ("ROUND", [[1], []]),
        ("ROUND", [[1], [2, 3]]),
    ],
)
def test_what_is_left_alone(name: str, arguments: list[list[Any]]) -> None:
    with pytest.raises(Cannot):
        call(name, *arguments)


@pytest.mark.parametrize("name", ["ABS", "ROUND"])
def test_texts_spoil_what_takes_one_number(name: str) -> None:
    with pytest.raises(Spoilt) as caught:
        call(name, ["七"], *([[0]] if name == "ROUND" else []))
    assert caught.value.error == "#VALUE!"


def test_no_other_function_is_known() -> None:
    assert sorted(FUNCTIONS) == ["ABS", "COUNT", "COUNTA", "COUNTIF", "MAX", "MIN", "ROUND", "SUM"]


amounts = st.lists(
    st.integers(-10_000, 10_000) | st.decimals(-100, 100, places=4).map(float) | st.none() | st.sampled_from(["", "7", True]),
    max_size=12,
)  # fmt: skip


@given(st.lists(amounts, max_size=3))
def test_sums_are_exact(arguments: list[list[Any]]) -> None:
    counted = [D(repr(v)) for values in arguments for v in values if type(v) in (int, float)]
    assert call("SUM", *arguments) == sum(counted, D(0))
    assert call("COUNT", *arguments) == len(counted)
    assert (call("MIN", *arguments), call("MAX", *arguments)) == (
        min(counted, default=D(0)),
        max(counted, default=D(0)),
    )
    assert sum(call("COUNTIF", values, [">0"]) for values in arguments) == sum(number > 0 for number in counted)


@given(st.decimals(-1000, 1000, places=5), st.integers(-2, 4))
def test_rounding_goes_half_away_from_zero(value: D, digits: int) -> None:
    step = D(1).scaleb(-digits)
    rounded = call("ROUND", [float(value)], [digits])
    assert abs(rounded - value) <= step / 2 and rounded % step == 0
    if abs(rounded - value) == step / 2:
        assert abs(rounded) > abs(value)
