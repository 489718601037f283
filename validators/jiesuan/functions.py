"""The few worksheet functions that `recalculate` understands, and how their arguments and results are taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from .book import ErrorValue, Value
from .number import held, read_number

Operand = Decimal | str | bool | None


class Cannot(Exception):
    """The formula uses something outside the few things understood here, or depends on itself."""


class Spoilt(Exception):
    """The result is an error such as #DIV/0!."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = ErrorValue(error)


def plain_value(value: Operand) -> Value:
    """A result as a cell holds it; a reference to an empty cell gives 0."""
    if value is None:
        return 0
    if not isinstance(value, Decimal):
        return value
    if value and value.adjusted() > 307:
        raise OverflowError
    return int(value) if abs(value) < 10**15 and value == value.to_integral_value() else float(value)


def operand(value: Value) -> Operand:
    """A cell's value as formulas take it, a date as the number it is.  Raises Spoilt for an error."""
    if isinstance(value, ErrorValue):
        raise Spoilt(value)
    if value is None or isinstance(value, bool | str):
        return value
    number = read_number(value).value
    if number is None:
        number = held(value)
    if number is None:
        raise Cannot
    return number


def number_of(value: Operand) -> Decimal:
    """An operand as a number, an empty cell as 0.  Raises Spoilt for a text that is none."""
    if value is None:
        return Decimal(0)
    if isinstance(value, str):
        number = read_number(value).value
        if number is None:
            raise Spoilt("#VALUE!")
        return number
    return Decimal(value)


def as_text(value: Operand) -> str | Decimal | bool:
    """For comparing with a text: an empty cell is an empty text, a number is none at all."""
    return "" if value is None else value.lower() if isinstance(value, str) else value


def _numbers(values: list[Value]) -> list[Decimal]:
    """What SUM counts: numbers, not texts; an error spoils the sum."""
    found = []
    for value in values:
        if isinstance(value, ErrorValue):
            raise Spoilt(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            number = read_number(value).value
            if number is not None:
                found.append(number)
        elif isinstance(value, dt.date | dt.time | dt.timedelta):
            number = held(value)
            if number is None:
                raise Cannot
            found.append(number)
    return found


def _flat(arguments: list[list[Value]]) -> list[Decimal]:
    return [number for values in arguments for number in _numbers(values)]


def _countif(arguments: list[list[Value]]) -> Operand:
    if len(arguments) != 2 or arguments[1] != [">0"]:
        raise Cannot
    return Decimal(sum(number > 0 for number in _numbers(arguments[0])))


def _one(values: list[Value]) -> Decimal:
    """The single number that a function takes."""
    if len(values) != 1:
        raise Cannot
    return number_of(operand(values[0]))


def _round(arguments: list[list[Value]]) -> Operand:
    if len(arguments) != 2:
        raise Cannot
    value, digits = map(_one, arguments)
    return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=ROUND_HALF_UP)


def _abs(arguments: list[list[Value]]) -> Operand:
    if len(arguments) != 1:
        raise Cannot
    return abs(_one(arguments[0]))


FUNCTIONS: dict[str, Callable[[list[list[Value]]], Operand]] = {
    "SUM": lambda arguments: sum(_flat(arguments), Decimal(0)),
    "COUNT": lambda arguments: Decimal(len(_flat(arguments))),
    "COUNTA": lambda arguments: Decimal(sum(value is not None for values in arguments for value in values)),
    "COUNTIF": _countif,
    "ROUND": _round,
    "ABS": _abs,
    "MIN": lambda arguments: min(_flat(arguments), default=Decimal(0)),
    "MAX": lambda arguments: max(_flat(arguments), default=Decimal(0)),
}
"""Name → result of the arguments, each a list of cells' values."""
