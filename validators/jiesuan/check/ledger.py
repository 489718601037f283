"""The balance table: every relation of a workbook is one row (left, right, tolerance), validated by one Pandera schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

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
    right: Sequence[Decimal | bool]
    tolerance: Sequence[Decimal]
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

    def relate(
        self,
        rule: Rule,
        operator: str,
        left: Sequence[Decimal | bool],
        right: Sequence[Decimal | bool],
        tolerance: Sequence[Decimal],
        describe: Describe,
    ) -> None:
        """Add relations `left operator right` (==, <=, >=, <, >, !=), each with its tolerance."""
        if left:
            self.segments.append(_Segment(rule, operator, left, right, tolerance, describe, self.size))
            self.size += len(left)

    def demand(self, rule: Rule, holds: Sequence[bool], describe: Describe) -> None:
        """Add statements that must be true."""
        zero = Decimal(0)
        self.relate(rule, "==", holds, [True] * len(holds), [zero] * len(holds), describe)

    def cannot(self, rule: Rule, why: str) -> None:
        """The rule, or a part of it, cannot be checked."""
        item = Unverified(rule, why)
        if item not in self.unchecked:
            self.unchecked.append(item)

    def settle(self) -> list[Finding]:
        """Validate the balance table lazily and describe every row that does not hold."""
        findings = list(self.direct)
        if not self.size:
            return findings
        failing = _failing_rows(self._frame())
        position = 0
        for segment in self.segments:
            end = segment.start + len(segment.left)
            while position < len(failing) and failing[position] < end:
                finding = segment.describe(failing[position] - segment.start)
                if finding is not None:
                    findings.append(finding)
                position += 1
        return findings

    def _frame(self) -> Any:
        import numpy as np
        import pandas as pd

        columns: dict[str, list[Any]] = {"left": [], "right": [], "tolerance": [], "gap": []}
        for segment in self.segments:
            left, right, tolerance = map(_integers, (segment.left, segment.right, segment.tolerance))
            columns["left"].append(left)
            columns["right"].append(right)
            columns["tolerance"].append(tolerance)
            columns["gap"].append(_GAPS[segment.operator](left, right, tolerance))
        return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})


def noise(unit: str) -> Decimal:
    """What float noise may add in that unit."""
    return {"万元": NOISE, "元": NOISE * 10_000}.get(unit, Decimal(0))


def holds(operator: str, left: Decimal | bool, right: Decimal | bool, tolerance: Decimal) -> bool:
    """Whether one relation holds, by the same arithmetic as the balance table."""
    return bool(_GAPS[operator](_scaled(left), _scaled(right), _scaled(tolerance)) <= 0)


def _integers(values: Sequence[Decimal | bool]) -> Any:
    """The numbers as int64; an absurd one that does not fit is cut off, far beyond anything it is compared with."""
    import numpy as np

    if values[0].__class__ is bool:
        return np.array(values, dtype=np.int64)
    if values[0] is values[-1] and all(value is values[0] for value in values):
        return np.full(len(values), max(-_LIMIT, min(_LIMIT, _scaled(values[0]))), dtype=np.int64)
    scaled = list(map(_SCALED.__getitem__, values))  # type: ignore[arg-type]
    try:
        return np.array(scaled, dtype=np.int64).clip(-_LIMIT, _LIMIT)
    except OverflowError:
        return np.array([max(-_LIMIT, min(_LIMIT, value)) for value in scaled], dtype=np.int64)


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
    scaled = value.scaleb(SCALE)  # type: ignore[union-attr]
    return int(scaled.to_integral_value(ROUND_HALF_EVEN))


def _failing_rows(frame: Any) -> list[int]:
    """Indices of the rows whose two sides stand further apart than allowed."""
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
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
