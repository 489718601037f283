"""The balance table: every relation is one row (book, left, right, tolerance), validated by one Pandera schema for all the
workbooks checked together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from ..number import WIDEST_ROUNDING
from ..report import Finding, Unverified
from ..rule import Rule

SCALE = 6
"""Numbers enter the table as integers of 0.000001: one 分 of 万元, one millionth of 元 or 人."""
NOISE = Decimal("0.000005")
"""万元 results of spreadsheet formulas are binary floats, quantised to one 分 each: a few 分 of 万元 (0.05 元) are not a
difference.  Every true amount is a multiple of 10 元."""

Describe = Callable[[int], Finding | None]
"""Row number within its segment → the finding, or None where a written reason already answers it."""


@dataclass
class _Segment:
    rule: Rule
    operator: str
    left: Sequence[Decimal | bool]
    right: Sequence[Decimal | bool] | Decimal | bool
    tolerance: Sequence[Decimal] | Decimal
    describe: Describe
    start: int


@dataclass
class Ledger:
    """Collects relations, then settles them all at once."""

    segments: list[_Segment] = field(default_factory=list)
    unchecked: list[Unverified] = field(default_factory=list)
    direct: list[Finding] = field(default_factory=list)
    """Findings that are no relation: structure and single cells."""
    size: int = 0
    shared: dict[str, Any] = field(default_factory=dict)
    """What several checks of the same workbook need and is worked out once."""
    _told: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def relate(
        self,
        rule: Rule,
        operator: str,
        left: Sequence[Decimal | bool],
        right: Sequence[Decimal | bool] | Decimal | bool,
        tolerance: Sequence[Decimal] | Decimal,
        describe: Describe,
    ) -> None:
        """Add relations `left operator right` (==, <=, >=, <, >, !=), each with its tolerance; one number stands for all."""
        if left:
            self.segments.append(_Segment(rule, operator, left, right, tolerance, describe, self.size))
            self.size += len(left)

    def demand(self, rule: Rule, holds: Sequence[bool], describe: Describe) -> None:
        """Add statements that must be true."""
        self.relate(rule, "==", holds, True, Decimal(0), describe)

    def cannot(self, rule: Rule, why: str) -> None:
        """The rule, or a part of it, cannot be checked."""
        # Asked once per student: a list would be searched over and over.
        if (rule.code, why) not in self._told:
            self._told.add((rule.code, why))
            self.unchecked.append(Unverified(rule, why))

    def settle(self) -> list[Finding]:
        """Validate the balance table lazily and describe every row that does not hold."""
        return settle([self])[0]

    def described(self, failing: Sequence[int]) -> list[Finding]:
        """The findings: what is no relation, then the failing rows (numbers in this ledger, ascending) in words."""
        findings = list(self.direct)
        position = 0
        for segment in self.segments:
            end = segment.start + len(segment.left)
            while position < len(failing) and failing[position] < end:
                finding = segment.describe(failing[position] - segment.start)
                if finding is not None:
                    findings.append(finding)
                position += 1
        return findings


def settle(ledgers: Sequence[Ledger]) -> list[list[Finding]]:
    """Validate the relations of many workbooks as one balance table; the findings of each ledger."""
    failing = _failing_rows(_frame(ledgers)) if any(ledger.size for ledger in ledgers) else []
    found, position, start = [], 0, 0
    for ledger in ledgers:
        own = []
        while position < len(failing) and failing[position] < start + ledger.size:
            own.append(failing[position] - start)
            position += 1
        start += ledger.size
        found.append(ledger.described(own))
    return found


def _frame(ledgers: Sequence[Ledger]) -> Any:
    """The balance table: a row per relation, the workbooks (`book`) one after the other."""
    import numpy as np
    import pandas as pd

    size = sum(ledger.size for ledger in ledgers)
    lefts: list[int] = []
    rights: list[int] = []
    tolerances: list[int] = []
    operators = bytearray()
    for ledger in ledgers:
        for segment in ledger.segments:
            count = len(segment.left)
            operators += bytes((_OPERATORS[segment.operator],)) * count
            lefts += _integers(segment.left, count)
            rights += _integers(segment.right, count)
            tolerances += _integers(segment.tolerance, count)
    left, right, tolerance = (np.array(column, dtype=np.int64) for column in (lefts, rights, tolerances))
    operator = np.frombuffer(operators, dtype=np.uint8)
    gap = np.empty(size, dtype=np.int64)
    for name, number in _OPERATORS.items():
        rows = operator == number
        gap[rows] = _GAPS[name](left[rows], right[rows], tolerance[rows])
    book = np.repeat(np.arange(len(ledgers), dtype=np.int64), [ledger.size for ledger in ledgers])
    return pd.DataFrame({"book": book, "left": left, "right": right, "tolerance": tolerance, "gap": gap})


def _integers(values: Sequence[Decimal | bool] | Decimal | bool, count: int) -> Iterable[int]:
    """The numbers as the balance table has them; an absurd one that does not fit is cut off, far beyond anything it is
    compared with."""
    if isinstance(values, Decimal | bool):
        return [_scaled(values)] * count
    if values[0].__class__ is bool:
        return bytearray(values)  # type: ignore[arg-type]
    return map(_SCALED.__getitem__, values)  # type: ignore[arg-type]


def noise(unit: str) -> Decimal:
    """What float noise may add in that unit."""
    return {"万元": NOISE, "元": NOISE * 10_000}.get(unit, Decimal(0))


def widest(unit: str) -> Decimal:
    """How far rounding may set both sides of a relation apart, however many figures were rounded: 50 元."""
    return {"万元": WIDEST_ROUNDING, "元": WIDEST_ROUNDING * 10_000}.get(unit, Decimal("Infinity"))


def holds(operator: str, left: Decimal | bool, right: Decimal | bool, tolerance: Decimal) -> bool:
    """Whether one relation holds, by the same arithmetic as the balance table."""
    return bool(_GAPS[operator](_scaled(left), _scaled(right), _scaled(tolerance)) <= 0)


_LIMIT = 2**60
"""So that differences of two numbers still fit into 64 bits."""
_GAPS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "==": lambda a, b, t: abs(a - b) - t,
    "<=": lambda a, b, t: a - b - t,
    ">=": lambda a, b, t: b - a - t,
    "<": lambda a, b, t: a - b - t + 1,
    ">": lambda a, b, t: b - a - t + 1,
    "!=": lambda a, b, t: (a == b) * 1,
}
"""By how much a relation fails, on numbers or whole columns; not above 0 where it holds."""
_OPERATORS = {name: number for number, name in enumerate(_GAPS)}


class _Scaled(dict[Decimal, int]):
    """Number → integer of the balance table; the same few amounts come again and again."""

    def __missing__(self, value: Decimal) -> int:
        if len(self) > 100_000:
            self.clear()
        number = self[value] = _scaled(value)
        return number


_SCALED = _Scaled()


def _scaled(value: Decimal | bool) -> int:
    if value.__class__ is bool:
        return int(value)
    scaled = int(value.scaleb(SCALE).to_integral_value(ROUND_HALF_EVEN))  # type: ignore[union-attr]
    return max(-_LIMIT, min(_LIMIT, scaled))


def _failing_rows(frame: Any) -> list[int]:
    """Indices of the rows whose two sides stand further apart than allowed."""
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            "book": pa.Column("int64"),
            "left": pa.Column("int64"),
            "right": pa.Column("int64"),
            "tolerance": pa.Column("int64", pa.Check.ge(0)),
            "gap": pa.Column("int64", pa.Check.le(0)),
        },
        strict=True,
        ordered=True,
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return sorted(int(index) for index in cases.loc[cases["column"] == "gap", "index"])
    return []
