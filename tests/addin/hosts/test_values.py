from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.book import ErrorValue
from jiesuan_addin.hosts.engine.values import block, colour, date_format, for_caller, for_cell, moment, serial, typed


class Unprintable:
    """Something of no kind known here."""

    def __str__(self) -> str:
        return "物"


@pytest.mark.parametrize(
    ("given_value", "held"),
    [
        (None, None),
        ("", None),
        ("甲", "甲"),
        (True, True),
        (3, 3.0),
        (0.1, 0.1),
        (Decimal("0.1"), 0.1),
        (float("nan"), None),
        (dt.date(2024, 3, 1), dt.datetime(2024, 3, 1)),
        (dt.datetime(2024, 3, 1, 8, 30, tzinfo=dt.UTC), dt.datetime(2024, 3, 1, 8, 30)),
        (dt.time(6), 0.25),
        (dt.timedelta(hours=36), 1.5),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.bool_(True), True),
        (np.datetime64("2024-03-01T12:00:00"), dt.datetime(2024, 3, 1, 12)),
        (np.datetime64("2024-03-01T12:00:00", "ns"), dt.datetime(2024, 3, 1, 12)),
        (pd.Timestamp("2024-03-01 12:00"), dt.datetime(2024, 3, 1, 12)),
        (pd.NaT, None),
        (pd.NA, None),
        (ErrorValue("#REF!"), ErrorValue("#REF!")),
        (Unprintable(), "物"),
    ],
)
def test_what_a_cell_can_hold(given_value: Any, held: Any) -> None:
    result = for_cell(given_value)
    assert result == held
    assert type(result) is type(held)


def shown(value: Any, empty: Any = None, numbers: Any = None, errors: bool = False) -> Any:
    return for_caller(value, dt.datetime, empty, numbers, errors)


def test_what_the_caller_sees() -> None:
    assert shown(None) is None
    assert shown("", empty="空") == "空"
    assert shown(ErrorValue("#N/A")) is None
    assert shown(ErrorValue("#N/A"), errors=True) == "#N/A"
    assert shown(2.6, numbers=round) == 3
    assert shown(True, numbers=round) is True
    assert shown("甲", numbers=round) == "甲"
    assert shown(dt.datetime(2024, 3, 1, 8, 30, 5)) == dt.datetime(2024, 3, 1, 8, 30, 5)
    only_date = for_caller(dt.datetime(2024, 3, 1), lambda year, month, day, **_: (year, month, day), None, None, False)
    assert only_date == (2024, 3, 1)


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(9999, 12, 31)))
def test_dates_come_back_to_the_millisecond(when: dt.datetime) -> None:
    when = when.replace(microsecond=when.microsecond // 1000 * 1000)
    assert moment(serial(when)) == when


def test_serials_as_excel_counts_them() -> None:
    assert serial(dt.datetime(2024, 3, 1)) == 45352.0
    assert moment(45352.75) == dt.datetime(2024, 3, 1, 18)
    assert date_format(dt.datetime(2024, 3, 1)) == "yyyy-mm-dd"
    assert date_format(dt.datetime(2024, 3, 1, 8)) == "yyyy-mm-dd hh:mm:ss"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "TRUE"), (False, "FALSE"), (19600.0, "19600"), (0.1, "0.1"), (1e20, "1e+20"), ("甲", "甲")],
)
def test_constants_as_typed(value: Any, text: str) -> None:
    assert typed(value) == text


def test_a_date_is_typed_as_its_number() -> None:
    assert typed(dt.datetime(2024, 3, 1)) == "45352"


def test_blocks() -> None:
    assert block(1, 2, 2) == [[1.0, 1.0], [1.0, 1.0]]
    assert block(["甲", None], 2, 2) == [["甲", None], ["甲", None]]
    assert block(((1, 2), (3, 4)), 2, 2) == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(ValueError, match=r"^数据有 1 行、2 列，区域是 2 行、2 列$"):
        block([[1, 2]], 2, 2)
    with pytest.raises(ValueError, match=r"^数据有 2 行、2 列，区域是 2 行、2 列$"):
        block([[1, 2], [3]], 2, 2)
    with pytest.raises(ValueError, match="区域是 1 行、1 列"):
        block([], 1, 1)


def test_colours() -> None:
    assert colour("#FF8000") == colour("ff8000") == colour((255, 128, 0)) == colour(0x0080FF) == (255, 128, 0)
    assert colour(None) is None
    with pytest.raises(ValueError, match=r"^不是颜色：红$"):
        colour("红")
