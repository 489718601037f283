"""Which explanation answers which finding, and in which state it is: a function of the figures as they stand now."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..bind import Workbook
from ..report import Answer, Finding, Report
from ..text import mask
from ..wording import NUMBERED, Wording
from .prints import Prints
from .record import (
    ACCEPT,
    ACCEPTED,
    EXCUSES,
    LAPSED,
    NEEDLESS,
    PENDING,
    REFUSED,
    RETURN,
    RETURNED,
    UNKNOWN,
    Explanation,
    Mark,
    Typed,
    place_of,
    problem_of,
    words_of,
)

MAX_PRINTS = 20_000
"""Findings whose fingerprint is kept beside their row on `校验结果`."""
MUST_CORRECT = "错误必须改正，不能用说明代替。"
NOT_NEEDED = "提示不需要说明。"
LAPSED_WHY = "说明之后有关的数变了，请按现在的数重新写明。"

Spot = tuple[str, str, str, str, str]


class Remark(NamedTuple):
    """What stands beside a finding's row: the words, the state in words, and the fingerprint."""

    text: str = ""
    state: str = ""
    mark: Mark = Mark()


@dataclass
class Judgement:
    """A report in which explained findings are set apart, and what the workbook's sheets are to hold."""

    report: Report
    kept: list[Explanation] = field(default_factory=list)
    """What `审核说明` is to hold, in its order, judged."""
    remarks: dict[Spot, Remark] = field(default_factory=dict)
    """By finding: what `校验结果` shows beside it."""
    raw: Report | None = None
    """The report before it was judged."""
    prints: Prints | None = field(default=None, repr=False, compare=False)
    _printed: int = field(default=0, repr=False, compare=False)

    def remark(self, finding: Finding) -> Remark:
        """What stands beside a finding; where nothing does yet and a reason may be typed, its fingerprint."""
        known = self.remarks.get(spot(finding))
        if known is None:
            known = Remark()
            if self.prints is not None and finding.level == "核实" and self._printed < MAX_PRINTS:
                self._printed += 1
                known = Remark(mark=self.prints.of(finding))
            self.remarks[spot(finding)] = known
        return known


def spot(finding: Finding) -> Spot:
    """What tells a finding from all others of its report."""
    return finding.code, finding.sheet, finding.cell, finding.label, finding.message


@dataclass
class _Case:
    """An explanation on its way to a finding; `fresh` was typed since the sheets were written."""

    explanation: Explanation
    fresh: bool = False
    finding: Finding | None = None


def judge(
    workbook: Workbook, report: Report, explanations: Sequence[Explanation], typed: Sequence[Typed] = (), *, now: str
) -> Judgement:
    """Judge what came back in a workbook against a fresh report of it; nothing given is changed.

    `now` is the time that newly typed reasons get."""
    raw = report
    findings = [*report.findings, *report.explained]
    prints = Prints(workbook)
    levels = {code: rule.level for code, rule in workbook.pack.rules.items()}
    cases = merged([item for item in explanations if item.code in levels], typed, levels, now)
    _match(cases, findings, prints)
    selected = {rule.code for rule in report.selected}
    unchecked = {item.rule.code for item in report.unchecked} | (levels.keys() - selected)
    remarks, answers = _typed_elsewhere(typed, findings, levels)
    kept: list[Explanation] = []
    excused: set[Spot] = set()
    for case in cases:
        if case.fresh and case.finding is None and case.explanation.code not in unchecked:
            continue  # what it spoke of is gone; where nobody looked, the words stay
        item = _judged(case, prints, unchecked, workbook.pack.wording.objection)
        finding = case.finding
        if item.state != REFUSED or not case.fresh:
            item = item.masked()
            kept.append(item)
        if finding is not None:
            told = item.comment if item.state == RETURNED else LAPSED_WHY if item.state == LAPSED else ""
            remarks[spot(finding)] = Remark(item.reason, item.shown_state + (f"：{told}" if told else ""), item.mark)
            if item.state in EXCUSES:
                excused.add(spot(finding))
        answers.append(_answer(item, finding))
    new = replace(
        report,
        findings=[finding for finding in findings if spot(finding) not in excused],
        explained=[finding for finding in findings if spot(finding) in excused],
        explanations=answers,
    )
    return Judgement(new, kept, remarks, raw, prints)


def merged(
    explanations: Iterable[Explanation], typed: Iterable[Typed], levels: Mapping[str, str], now: str
) -> list[_Case]:
    """The explanations kept, with what was typed on `校验结果` or changed on `审核说明` since both were written."""
    cases = [_Case(_edited(item, now) if item.edited else item) for item in explanations if item.reason.strip()]
    at: dict[tuple[str, str, str], list[_Case]] = {}
    for case in cases:
        at.setdefault((case.explanation.code, case.explanation.place, case.explanation.cell), []).append(case)
    for row in typed:
        if levels.get(row.code) != "核实":
            continue
        there = at.get((row.code, row.place, row.cell), [])
        same = ("", row.mark.subject) if row.mark.subject else None
        old = next((case for case in there if same is None or case.explanation.mark.subject in same), None)
        reason = row.reason.strip()
        if old is None and reason:
            new = Explanation(row.code, row.place, row.cell, row.problem, reason, at=now)
            cases.append(_Case(replace(new, mark=row.mark._replace(words=words_of(reason))), fresh=True))
        elif old is not None and words_of(reason) not in (row.mark.words, words_of(old.explanation.reason)):
            if reason:
                old.explanation = old.explanation.reworded(reason, row.mark, now)
            else:
                cases.remove(old)
                there.remove(old)
    return cases


@dataclass(frozen=True)
class Absorbed:
    """What becomes of the words somebody wrote when the marks are taken away, as far as that can be told without checking."""

    kept: list[Explanation]
    """What `审核说明` is to hold."""
    new: tuple[Explanation, ...] = ()
    """Those of them that were written since: 待复核, or 不采用 with the reason why."""
    withdrawn: int = 0
    """Explanations whose words were deleted since."""
    left: tuple[str, ...] = ()
    """Words that `审核说明` does not take, each with the place it was written beside; personal numbers masked."""

    @property
    def changed(self) -> bool:
        """Whether `审核说明` is to be written."""
        return bool(self.new or self.withdrawn)

    def told(self) -> str:
        """What was kept as what, in Chinese; '' where nothing was written since."""
        counts = [(state, sum(item.state == state for item in self.new)) for state in (PENDING, REFUSED)]
        parts = []
        if self.new:
            states = "，".join(f"{state} {count} 条" for state, count in counts if count)
            refused = "；不采用的原因写在那里，改写后有效" if counts[1][1] else ""
            parts.append(f"新写的说明 {len(self.new)} 条存到了“审核说明”表：{states}{refused}。")
        if self.withdrawn:
            parts.append(f"删空的说明 {self.withdrawn} 条已撤回。")
        return "".join(parts)

    def lost(self) -> str:
        """The words that are not kept, named; '' where there are none."""
        if not self.left:
            return ""
        return f"“审核说明”表只收“核实”问题的说明，下面 {len(self.left)} 条不收：{'；'.join(self.left)}。"


def absorbed(
    explanations: Sequence[Explanation], typed: Sequence[Typed], levels: Mapping[str, str], wording: Wording, now: str
) -> Absorbed:
    """The explanations with those that were typed since."""
    cases = merged(explanations, typed, levels, now)
    given = {id(item) for item in explanations if item.state}
    kept, new = [], []
    for case in cases:
        item = case.explanation
        if id(item) not in given:
            why = wording.objection(item.reason)
            item = replace(item, state=REFUSED if why else PENDING, why=why).masked()
            new.append(item)
        kept.append(item.masked())
    withdrawn = len(explanations) - sum(not case.fresh for case in cases)
    left = tuple(_left(row, levels) for row in typed if row.reason.strip() and levels.get(row.code) != "核实")
    return Absorbed(kept, tuple(new), withdrawn, left)


def _left(row: Typed, levels: Mapping[str, str]) -> str:
    """A reason beside a finding that takes none."""
    where = " ".join(part for part in (row.code, "!".join(part for part in (row.place, row.cell) if part)) if part)
    level = levels.get(row.code, "")
    return mask(f"{where or '没有编号的一行'}{f'（{level}）' if level else ''}“{' '.join(row.reason.split())}”")


def _edited(item: Explanation, now: str) -> Explanation:
    """Reworded in the sheet `审核说明` itself, where no figures stand: it speaks of those of now."""
    return item.reworded(item.reason, item.mark._replace(figures=""), now, item.by)


def _match(cases: Sequence[_Case], findings: Sequence[Finding], prints: Prints) -> None:
    """Give every case its finding: the surest agreement first, each finding to one case."""
    codes = {case.explanation.code for case in cases}
    wanted = [finding for finding in findings if finding.code in codes and finding.level == "核实"]
    marks = {id(finding): prints.of(finding) for finding in wanted}
    taken: set[int] = set()

    def of_case(case: _Case) -> tuple[str, str, str, str, str]:
        item = case.explanation
        return item.code, item.place, item.cell, item.mark.subject, item.mark.figures

    def of_finding(finding: Finding) -> tuple[str, str, str, str, str]:
        mark = marks[id(finding)]
        return finding.code, place_of(finding), finding.cell, mark.subject, mark.figures

    for parts in ((0, 1, 2, 3, 4), (0, 3, 4), (0, 1, 2, 3), (0, 3), (0, 1, 2)):
        found: dict[tuple[str, ...], deque[Finding]] = {}
        for finding in wanted:
            if id(finding) not in taken:
                whole = of_finding(finding)
                found.setdefault(tuple(whole[part] for part in parts), deque()).append(finding)
        for case in cases:
            if case.finding is None:
                own = of_case(case)
                waiting = found.get(tuple(own[part] for part in parts))
                if waiting:
                    case.finding = waiting.popleft()
                    taken.add(id(case.finding))


def _judged(case: _Case, prints: Prints, unchecked: set[str], objection: Callable[[str], str]) -> Explanation:
    """The explanation in its state, standing where its finding stands now."""
    item, finding = case.explanation, case.finding
    numbered = item.state == REFUSED and item.why == NUMBERED  # the number is masked by now, the words are the same
    why = NUMBERED if numbered else objection(item.reason)
    if finding is None:
        return replace(item, state=UNKNOWN if item.code in unchecked else NEEDLESS)
    now = prints.of(finding)._replace(words=words_of(item.reason))
    item = replace(item, place=place_of(finding), cell=finding.cell)
    bound = item.mark.figures and item.mark.subject
    if bound and (item.mark.subject, item.mark.figures) != (now.subject, now.figures):
        return replace(item, state=LAPSED)
    item = replace(item, mark=now, problem=problem_of(finding))
    if why:
        return replace(item, state=REFUSED, why=why)
    return replace(item, state={ACCEPT: ACCEPTED, RETURN: RETURNED}.get(item.verdict, PENDING))


def _typed_elsewhere(
    typed: Sequence[Typed], findings: Sequence[Finding], levels: Mapping[str, str]
) -> tuple[dict[Spot, Remark], list[Answer]]:
    """What was typed beside findings that take no reason: it stays there, and is answered."""
    rows = {(row.code, row.place, row.cell): row for row in typed if row.reason.strip()}
    rows = {place: row for place, row in rows.items() if levels.get(row.code) in ("错误", "提示")}
    remarks: dict[Spot, Remark] = {}
    answers = []
    for finding in findings if rows else ():
        row = rows.get((finding.code, place_of(finding), finding.cell))
        if row is None:
            continue
        if finding.level == "错误":
            remarks[spot(finding)] = Remark(row.reason, f"{REFUSED}：{MUST_CORRECT}")
            item = Explanation(row.code, row.place, row.cell, "", row.reason, state=REFUSED, why=MUST_CORRECT)
            answers.append(_answer(item, finding))
        else:
            remarks[spot(finding)] = Remark(row.reason, NOT_NEEDED)
    return remarks, answers


def _answer(item: Explanation, finding: Finding | None) -> Answer:
    why = {REFUSED: item.why, LAPSED: LAPSED_WHY}.get(item.state, "")
    label = finding.label if finding else ""
    return Answer(item.code, item.place, item.cell, label, item.reason, item.state, item.comment, why)


__all__ = ["Absorbed", "Judgement", "Remark", "Spot", "absorbed", "judge", "merged", "spot"]
