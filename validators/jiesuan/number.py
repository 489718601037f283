"""Numbers as they stand in cells: exact decimals, what a typed rounding may hide, and how figures are printed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from .book import ErrorValue, Value
from .text import clean, fold

QUANTUM = Decimal("0.000001")
"""One 分 in 万元: no amount of these forms is finer (all legal standards are whole yuan a month)."""

WIDEST_ROUNDING = Decimal("0.005")
"""A typed amount in 万元 may be rounded to 0.01 万元 at the coarsest.  Half of that is under one student-month of the
lowest standard (120 元 = 0.012 万元), so no rounding can hide a person or a month."""

_IN_TEXT = re.compile(r"(?<![\d.])-?\d[\d,]*(?:\.\d+)?")
_NOTHING = {"无", "没有", "零"}
_MONEY = {"亿": 100_000_000, "万元": 10_000, "万": 10_000, "元": 1, "块": 1}
"""Words behind an amount, and how many 元 each is."""
_NUMERIC = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
_ZERO = Decimal(0)
_REST = Decimal("1E-9")


class Number(NamedTuple):
    """What a cell says when a number is expected.

    `value` is None for an empty cell and for `trouble`: `text` (no number), `error` (#REF! …), `date`, `logical`; a table
    adds `uncached` (a formula without a result) and `merged` (one cell over several figures).
    `as_text` marks a number kept as text, `noise` one that had to be rounded to one 分 of 万元.
    """

    value: Decimal | None
    trouble: str = ""
    as_text: bool = False
    noise: bool = False


BLANK = Number(None)
DASHES = {"-", "--", "—", "——", "－", "/", "…", "...", "....", "......", "……"}
"""Texts people type for “nothing here”; the printed forms do so themselves."""


def read_number(value: Value) -> Number:
    """Read a cell's value as an exact number.  Never raises."""
    if value is None:
        return BLANK
    kind = type(value)
    if kind is int:
        return _whole(value)
    if kind is float:
        return _from_float(value)
    if isinstance(value, ErrorValue):
        return Number(None, "error")
    if isinstance(value, bool):
        return Number(None, "logical")
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, int | float):
        return _from_float(float(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Number(None, "date")
    return Number(None, "text")


@lru_cache(maxsize=8192)
def _whole(value: int) -> Number:
    return Number(Decimal(value))


@lru_cache(maxsize=16_384)
def _from_float(value: float) -> Number:
    if value != value or value in (float("inf"), float("-inf")):
        return Number(None, "error")
    exact = Decimal(repr(value))
    if -exact.as_tuple().exponent <= 6:  # type: ignore[operator]
        return Number(exact)
    rounded = exact.quantize(QUANTUM) if abs(exact) < 10**20 else exact
    # 15 significant digits are what Excel itself shows, and sums of money leave rests far below one 分; only what is
    # more than that is worth a word.
    shown = Decimal(f"{value:.12g}")
    return Number(rounded or _ZERO, noise=abs(shown - rounded) > _REST)


def _from_text(value: str) -> Number:
    text = clean(value).replace(" ", "")
    if not text or text in DASHES:
        return BLANK
    digits = text.removeprefix("¥")
    match = _NUMERIC.fullmatch(digits)
    if match is None or not any(character.isdigit() for character in digits):
        return Number(None, "text")
    try:
        number = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return Number(None, "text")
    if number and abs(number.adjusted()) > 18:
        return Number(None, "text")
    return Number(number or _ZERO, as_text=True)


def held(value: Value) -> Decimal | None:
    """The number in a cell that is shown as a date or a time, as Excel counts days; None for what is none, and for
    1900-02-28, which stands for the 59th and the 60th day."""
    if isinstance(value, dt.timedelta):
        days, rest = Decimal(value.days), value - dt.timedelta(days=value.days)
    elif isinstance(value, dt.time):
        days, rest = _ZERO, dt.datetime.combine(dt.date.min, value) - dt.datetime.min
    elif isinstance(value, dt.date):
        date = value.date() if isinstance(value, dt.datetime) else value
        if date == dt.date(1900, 2, 28):
            return None
        first = dt.date(1899, 12, 31) if date < dt.date(1900, 3, 1) else dt.date(1899, 12, 30)
        days = Decimal((date - first).days)
        rest = dt.timedelta(0)
        if isinstance(value, dt.datetime):
            rest = value.replace(tzinfo=None) - dt.datetime.combine(date, dt.time())
    else:
        return None
    part = Decimal(rest // dt.timedelta(microseconds=1)) / 86_400_000_000
    return days + part.quantize(QUANTUM).normalize()


def read_blank(text: str, unit: str) -> Number:
    """The number typed into a blank of a printed sentence, which may repeat the unit that is printed behind it: `35万元`,
    `35 万`, `14个`.  Underscores and marks of omission alone are nothing."""
    said = fold(text).replace("_", "").rstrip(".,;")
    said = said.removesuffix(unit).removesuffix("万" if unit == "万元" else unit)
    if not any(character.isalnum() for character in said) or set(said) <= {"x"}:
        return BLANK
    return read_number(said)


def meant(text: str, unit: str) -> Decimal | None:
    """The number that a text in such a blank seems to mean, in the unit of the blank; None where that is not plain."""
    said = fold(text).replace("_", "")
    if said.strip(":,.;") in _NOTHING:
        return _ZERO
    found = list(_IN_TEXT.finditer(said))
    number = read_number(found[0][0]).value if len(found) == 1 else None
    own = _MONEY.get(unit)
    if number is None or own is None:
        return number
    typed = next((worth for word, worth in _MONEY.items() if said[found[0].end() :].startswith(word)), own)
    return number * typed / own


def rounding(value: Decimal, unit: str) -> Decimal:
    """How far a *typed* amount may stand from the exact one: half a unit of its own last digit, at the coarsest
    `WIDEST_ROUNDING`; for amounts in 万元 only, heads and yuan are never rounded."""
    if unit != "万元":
        return _ZERO
    digits = -value.normalize().as_tuple().exponent  # type: ignore[operator]
    if digits >= 6:
        return _ZERO
    return min(Decimal(5).scaleb(-max(digits, 0) - 1), WIDEST_ROUNDING)


def plain(value: Decimal) -> str:
    """The number without exponent or trailing zeros: `2.3520` → `2.352`, `1E+2` → `100`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def show(value: Decimal, unit: str) -> str:
    """The number as the forms print it: 万元 with at least four decimals, 元 with two, thousands separated, heads whole."""
    if unit == "万元":
        least = 4
    elif unit == "元":
        least = 2
    else:
        least = 0
    text = plain(abs(value))
    whole, _, decimals = text.partition(".")
    decimals = decimals.ljust(least, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")
