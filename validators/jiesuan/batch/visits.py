"""Which schools to look at on the spot first: 省厅 asks for all provincial schools and at least one in three of the others
(闽人社办〔2024〕79号 三(三)); how many is policy data.  The order follows what the batch found, the reasons are written out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..pack import load_pack
from ..rule import LEVELS
from ..term import Term
from .batch import Batch, state_of
from .between import report_of
from .schools import School, pack_of

STANDARD = "实地核查每几所取一所"
CITY = "市属"
"""A school of which nobody knows whose it is counts among these."""


@dataclass(frozen=True)
class Visit:
    """One school in the order of doubt."""

    school: School
    set_name: str
    """省属 or 市属; empty where neither workbook nor list says."""
    chosen: bool
    """Among those to look at."""
    reasons: tuple[str, ...]


def visits(batch: Batch) -> list[Visit]:
    """All schools that are known by name, the most doubtful first: without a workbook that can be checked, then by 错误, 核实, students who stand in
    other schools' lists too, what was explained, what could not be checked; of schools alike, by name."""
    repeated = Counter(
        school.name for item in batch.between.repeated for school in {p[0].name: p[0] for p in item.places}.values()
    )
    ranked = sorted(batch.known, key=lambda school: (*(-n for n in _doubts(school, repeated)), school.name))
    sets = [_set_of(school) for school in ranked]
    left = {name: _wanted(batch, name, count) for name, count in Counter(name or CITY for name in sets).items()}
    found = []
    for school, name in zip(ranked, sets, strict=True):
        left[name or CITY] -= 1
        found.append(Visit(school, name, left[name or CITY] >= 0, tuple(_reasons(school, repeated))))
    return found


def _doubts(school: School, repeated: Counter[str]) -> tuple[int, ...]:
    report = report_of(school)
    if report is None or report.blank:
        return (1, 0, 0, repeated[school.name], 0, 0)
    error, doubt = (report.levels[level] for level in LEVELS[:2])
    return (0, error, doubt, repeated[school.name], len(report.explained), len(report.unchecked_codes))


def _reasons(school: School, repeated: Counter[str]) -> Iterator[str]:
    none, *counts = _doubts(school, repeated)
    if none:
        yield f"没有能核对的表（{state_of(school)}）"
    words = ("错误 {} 处", "核实 {} 处", "与别校重复的学生 {} 人", "已说明 {} 处", "未能校验 {} 条")
    yield from (word.format(count) for word, count in zip(words, counts, strict=True) if count)


def _set_of(school: School) -> str:
    report = report_of(school)
    return report.set_name if report else school.listed.set if school.listed else ""


def _wanted(batch: Batch, set_name: str, count: int) -> int:
    """How many of `count` schools; all where policy is silent."""
    if not batch.term:
        return count
    held = load_pack(pack_of(batch.reports)).policy.lookup(STANDARD, Term.parse(batch.term), {"隶属": set_name})
    return count if held is None else -(-count // int(held.amount))
