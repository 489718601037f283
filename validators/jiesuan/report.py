"""What a check found: findings at cells, rules that could not be checked, and counts that always add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from .book import Value
from .number import read_number, show
from .ref import Ref, covers
from .rule import LEVELS, Rule
from .text import mask, mask_number

PERSONAL = 10**10
"""No amount of these forms has eleven digits; a mobile number has."""
PASSED = "全部通过，可以打印盖章报送。"
NOT_FILLED = "这套表还没有填数，谈不上对错：先填白底的格（蓝底的格自动计算），再校验。"


class _Masked:
    """Texts are masked as they are stored, whoever wrote them: no full identity number or phone leaves a workbook."""

    TEXTS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for name in self.TEXTS:
            text = getattr(self, name)
            hidden = mask(text)
            if hidden is not text:
                object.__setattr__(self, name, hidden)


@dataclass(frozen=True)
class Related(_Masked):
    """Another figure of the relation: where it stands (one cell or Excel areas), what it is, its value."""

    sheet: str
    cell: str
    label: str
    value: str
    TEXTS = ("label", "value")


@dataclass(frozen=True)
class Finding(_Masked):
    """One mistake at one cell.  All texts are Chinese and masked; numbers are printed in `unit`."""

    rule: Rule
    sheet: str
    cell: str
    """A1 address, empty when the finding has no cell (a missing form or column)."""
    label: str
    message: str
    expected: str = ""
    actual: str = ""
    difference: str = ""
    unit: str = ""
    related: tuple[Related, ...] = ()
    order: tuple[int, int] = (0, 0)
    TEXTS = ("label", "message", "expected", "actual", "difference")

    @property
    def code(self) -> str:
        return self.rule.code

    @property
    def level(self) -> str:
        return self.rule.level

    @property
    def own(self) -> Related:
        """The figure it is about: at its cell, or a sum that is marked at one of its cells with all of these."""
        named = (item for item in self.related if (item.sheet, item.label) == (self.sheet, self.label))
        around = (item for item in named if covers(item.cell, self.cell))
        return next(around, Related(self.sheet, self.cell, self.label, self.actual))

    @property
    def others(self) -> tuple[Related, ...]:
        """The figures compared with, without its own."""
        own = {(self.sheet, cell, self.label) for cell in (self.cell, self.own.cell)}
        return tuple(item for item in self.related if (item.sheet, item.cell, item.label) not in own)

    @property
    def problem(self) -> str:
        """What is wrong, in one line: the rule's name and the message, the name not said twice."""
        name, message = self.rule.name, self.message
        return message if message and name in message else f"{name}：{message}" if message else name

    def sort_key(self, sheets: Sequence[str]) -> tuple[int, int, tuple[int, int], str, str, str]:
        """Gravest first, then in the order of the workbook's sheets and cells."""
        place = sheets.index(self.sheet) if self.sheet in sheets else -1
        return (LEVELS.index(self.rule.level), place, self.order, self.code, self.label, self.message)


@dataclass(frozen=True)
class Unverified(_Masked):
    """A rule, or a part of it, that could not be checked, and why."""

    rule: Rule
    why: str
    TEXTS = ("why",)


@dataclass(frozen=True)
class Answer(_Masked):
    """A written explanation that came with the workbook, without the names in it: which finding it is for, its words, and
    how it stands (`jiesuan.explain.STATES`)."""

    code: str
    sheet: str
    cell: str
    label: str
    reason: str
    state: str
    comment: str = ""
    """The reviewer's."""
    why: str = ""
    """Why it does not count, where that is not the reviewer's word."""
    TEXTS = ("sheet", "label", "reason", "comment", "why")


@dataclass
class Report:
    """The outcome of confronting one workbook with the rules selected for it.

    Every selected rule has exactly one outcome: found (at least one finding), unchecked (nothing found, and something
    could not be checked), explained (all that was found is answered in writing) or passed.
    """

    file: str
    sha256: str
    pack: str
    set_name: str
    term: str
    selected: tuple[Rule, ...]
    findings: list[Finding] = field(default_factory=list)
    unchecked: list[Unverified] = field(default_factory=list)
    explained: list[Finding] = field(default_factory=list)
    """Findings answered by an explanation that holds; they are not among `findings`."""
    explanations: list[Answer] = field(default_factory=list)
    """All explanations that came with the workbook, also those that do not hold."""
    remarks: list[str] = field(default_factory=list)
    school: str = ""
    blank: bool = False
    """Nothing was filled in yet: what was not contradicted is no pass."""
    when_passed: str = PASSED
    """What to do next where nothing is wrong, and where nothing is filled in."""
    when_blank: str = NOT_FILLED
    nameless: str = "（没有学校名称）"
    """What the heading says where there is no school; empty where it should say nothing."""
    answerable: bool = True
    """Whether findings may be explained in writing in the file itself."""

    @property
    def heading(self) -> str:
        """What was checked: kind · term · school, without what there is none of."""
        return " · ".join(filter(None, (self.set_name, self.term, mask(self.school) or self.nameless)))

    @property
    def found_codes(self) -> set[str]:
        return {finding.code for finding in self.findings}

    @property
    def unchecked_codes(self) -> set[str]:
        return {item.rule.code for item in self.unchecked} - self.found_codes

    @property
    def explained_codes(self) -> set[str]:
        return {finding.code for finding in self.explained} - self.found_codes - self.unchecked_codes

    @property
    def counts(self) -> dict[str, int]:
        """Rules by outcome: selected = passed + found + explained + unchecked."""
        found, explained, unchecked = len(self.found_codes), len(self.explained_codes), len(self.unchecked_codes)
        return {
            "selected": len(self.selected),
            "passed": len(self.selected) - found - explained - unchecked,
            "found": found,
            "explained": explained,
            "unchecked": unchecked,
        }

    @property
    def levels(self) -> dict[str, int]:
        """Findings by level, every level named."""
        counted = Counter(finding.level for finding in self.findings)
        return {level: counted[level] for level in LEVELS}

    @property
    def stale(self) -> list[Answer]:
        """Explanations that lapsed because a figure changed."""
        return [answer for answer in self.explanations if answer.state == "失效"]

    @property
    def clean(self) -> bool:
        """Nothing to correct or explain: no 错误, no 核实, nothing left unchecked, and something filled in.  提示 alone does
        not count."""
        levels = self.levels
        return not levels["错误"] and not levels["核实"] and not self.unchecked and not self.blank


def display(value: Value, unit: str = "") -> str:
    """A cell's value for a message: numbers in the unit's format, texts masked and shortened, blank as （空白）."""
    if value is None or value == "":
        return "（空白）"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        number = read_number(value).value
        if number is None:
            return str(value)
        return amount(number, "") if abs(number) >= PERSONAL else show(number, unit)
    text = mask(str(value).strip())
    return text if len(text) <= 40 else text[:39] + "…"


def amount(value: Decimal, unit: str) -> str:
    """A number with its unit, e.g. `2.3520 万元`.  What is too long for an amount may be an identity or phone number typed
    into the wrong cell, and is masked."""
    if abs(value) >= PERSONAL:
        return mask_number(f"{abs(value):.0f}")
    return f"{show(value, unit)} {unit}".rstrip()


def place(ref: Ref | None) -> tuple[str, str, tuple[int, int]]:
    """(sheet, cell, order) of a finding."""
    return ("", "", (0, 0)) if ref is None else (ref.sheet, ref.cell, (ref.row, ref.column))


def next_step(report: Report) -> str:
    """One sentence: what to do now."""
    levels = report.levels
    if report.blank:
        return report.when_blank
    if levels["错误"]:
        return f"请先改正 {levels['错误']} 处错误，再校验一次。" + (
            f"另有 {levels['核实']} 处要核实。" if levels["核实"] else ""
        )
    if levels["核实"]:
        return f"没有错误；有 {levels['核实']} 处要核实：改正，或按“办法”写明原因。"
    if report.unchecked:
        return "没有发现问题，但有规则未能校验，原因见“未能校验”一段。"
    if report.explained:
        return f"没有错误，{len(report.explained)} 处核实都已说明，可以打印盖章，连同“审核说明”一起报送。"
    return report.when_passed
