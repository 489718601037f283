"""Values on their way between Python and a cell."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from jiesuan.book import ErrorValue

from ..port import Plain

EPOCH = dt.datetime(1899, 12, 30)
"""Day 0 of the date serials, as they have been counted since March 1900."""


def serial(moment: dt.datetime) -> float:
    """A date as the number that a cell holds."""
    return (moment - EPOCH) / dt.timedelta(days=1)


def moment(number: float) -> dt.datetime:
    """The number that a cell holds as a date, to the millisecond."""
    return EPOCH + dt.timedelta(milliseconds=round(number * 86_400_000))


def date_format(value: Plain) -> str:
    """The number format that a date gets in a cell which has none for dates."""
    whole = isinstance(value, dt.datetime) and value.time() == dt.time()
    return "yyyy-mm-dd" if whole else "yyyy-mm-dd hh:mm:ss"


def for_cell(value: Any) -> Plain:
    """Anything a caller may write (numpy and pandas scalars, `Decimal`, dates) as what a cell can hold.

    Times of day and durations become fractions of a day; missing values become empty cells.
    """
    if value is None or isinstance(value, (bool, str)):
        return None if value == "" else value
    if isinstance(value, dt.datetime):
        plain = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
        return None if plain != plain else plain.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, dt.time):
        return (dt.datetime.combine(EPOCH, value.replace(tzinfo=None)) - EPOCH) / dt.timedelta(days=1)
    if isinstance(value, dt.timedelta):
        return value / dt.timedelta(days=1)
    if isinstance(value, (numbers.Number, Decimal)) and not isinstance(value, complex):
        number = float(value)  # type: ignore[arg-type]
        return None if math.isnan(number) else number
    if hasattr(value, "item"):  # numpy: bool_, datetime64, …
        inner = value.item()
        nanoseconds = isinstance(inner, int) and not isinstance(inner, bool)
        return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=inner / 1000) if nanoseconds else for_cell(inner)
    return None if type(value).__name__ == "NAType" or value != value else str(value)


def for_caller(
    value: Any, dates: Callable[..., Any], empty: Any, as_number: Callable[[float], Any] | None, errors: bool
) -> Any:
    """What a cell holds as the caller asked to see it; an error is None unless `errors` asks for its text."""
    if value is None or value == "":
        return empty
    if isinstance(value, ErrorValue):
        return str(value) if errors else None
    if isinstance(value, dt.datetime):
        return dates(
            year=value.year,
            month=value.month,
            day=value.day,
            hour=value.hour,
            minute=value.minute,
            second=value.second,
            microsecond=value.microsecond,
            tzinfo=None,
        )
    if as_number is not None and isinstance(value, float):
        return as_number(value)
    return value


def typed(value: Plain) -> str:
    """A constant as it would be typed, which is how `Range.formula` shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        value = serial(value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def block(data: Any, rows: int, columns: int) -> list[list[Plain]]:
    """A scalar, a row or rows of values as a block of that many rows and columns.

    Raises ValueError where the data has another shape; a single row fills every row, as in a spreadsheet program.
    """
    if not isinstance(data, (list, tuple)):
        value = for_cell(data)
        return [[value] * columns for _ in range(rows)]
    lines: Sequence[Any] = data if data and isinstance(data[0], (list, tuple)) else [data] * rows
    if len(lines) != rows or any(len(line) != columns for line in lines):
        raise ValueError(f"数据有 {len(lines)} 行、{len(lines[0]) if lines else 0} 列，区域是 {rows} 行、{columns} 列")
    return [[for_cell(value) for value in line] for line in lines]


def colour(value: Any) -> tuple[int, int, int] | None:
    """`(r, g, b)`, `#rrggbb` or Excel's whole number as a triple; None stays None.  Raises ValueError."""
    if value is None:
        return None
    if isinstance(value, str):
        digits = value.removeprefix("#")
        if len(digits) != 6:
            raise ValueError(f"不是颜色：{value}")
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if isinstance(value, int):
        return value % 256, value // 256 % 256, value // 65_536 % 256
    red, green, blue = value
    return int(red), int(green), int(blue)
