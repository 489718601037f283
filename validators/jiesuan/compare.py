"""Two reports on one school's workbook: what is still there, what is new, what is gone (仍存在、新出现、已消除)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from .report import Finding, Report

STILL, NEW, GONE = "仍存在", "新出现", "已消除"


@dataclass(frozen=True)
class Comparison:
    """Findings of two reports put together; explained ones are no findings any more."""

    still: list[tuple[Finding, Finding]] = field(default_factory=list)
    """(as it was, as it is)."""
    new: list[Finding] = field(default_factory=list)
    gone: list[Finding] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """仍存在, 新出现, 已消除."""
        return {STILL: len(self.still), NEW: len(self.new), GONE: len(self.gone)}


def compare(old: Report, new: Report) -> Comparison:
    """Put together the findings of an earlier and a later report on one school.

    A finding is the same when the rule and the place in words are; where rows were inserted or names of sheets changed,
    when the rule and the figures are; and at last when the rule and the cell are.  Each finding has one partner at most.
    """
    result = Comparison()
    earlier, later = list(old.findings), list(new.findings)
    for key in _KEYS:
        pairs = _paired(earlier, later, key)
        result.still.extend(pairs)
        taken = {id(finding) for pair in pairs for finding in pair}
        earlier = [finding for finding in earlier if id(finding) not in taken]
        later = [finding for finding in later if id(finding) not in taken]
    order = {id(finding): place for place, finding in enumerate(new.findings)}
    result.still.sort(key=lambda pair: order[id(pair[1])])
    result.new.extend(later)
    result.gone.extend(earlier)
    return result


_KEYS: Sequence[Callable[[Finding], Hashable]] = (
    lambda f: (f.code, f.sheet, f.label, f.cell, f.message, f.actual, f.expected),
    lambda f: (f.code, f.sheet, f.label),
    lambda f: (f.code, f.actual, f.expected, f.message),
    lambda f: (f.code, f.sheet, f.cell),
)
"""From the surest to the loosest."""


def _paired(
    earlier: Iterable[Finding], later: Iterable[Finding], key: Callable[[Finding], Hashable]
) -> list[tuple[Finding, Finding]]:
    waiting: dict[Hashable, list[Finding]] = {}
    for finding in earlier:
        waiting.setdefault(key(finding), []).append(finding)
    return [(known.pop(0), finding) for finding in later if (known := waiting.get(key(finding)))]
