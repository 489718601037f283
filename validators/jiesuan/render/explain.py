"""Written explanations as a person reads them in a terminal, and as JSON: without the names of those who wrote them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..explain import ACCEPTED, LAPSED, NEEDLESS, PENDING, REFUSED, RETURNED, UNKNOWN
from ..ref import quoted
from ..report import Answer, Report
from ..text import mask

Lines = Iterator[tuple[str, str]]
ORDER = (RETURNED, LAPSED, REFUSED, PENDING, ACCEPTED, UNKNOWN, NEEDLESS)
"""What somebody has to do something about comes first."""
COLORS = {RETURNED: "red", LAPSED: "red", REFUSED: "red", PENDING: "yellow"}
SHOWN = 20
"""Explanations of one state that are listed."""


def answer_lines(answers: Sequence[Answer], *, everything: bool = False) -> Lines:
    """(line, color) of a section on the explanations of a workbook; nothing where there is none."""
    if not answers:
        return
    counted = Counter(answer.state for answer in answers)
    parts = " · ".join(f"{state} {counted[state]}" for state in ORDER if counted[state])
    yield "", ""
    yield f"书面说明 {len(answers)} 条：{parts}", "bold"
    for state in ORDER:
        group = [answer for answer in answers if answer.state == state]
        for answer in group if everything else group[:SHOWN]:
            yield from _answer(answer)
        if len(group) > SHOWN and not everything:
            yield f"  {state} 另有 {len(group) - SHOWN} 条没有列出，加 --all 全部列出。", ""


def _answer(answer: Answer) -> Lines:
    place = f"{quoted(answer.sheet)}!{answer.cell}" if answer.cell else answer.sheet
    head = f"  {answer.state}  [{answer.code}] {mask(place)}"
    yield head + (f"  {mask(answer.label)}" if answer.label else ""), COLORS.get(answer.state, "")
    yield f"      说明：{' '.join(mask(answer.reason).split())}", ""
    if answer.state == RETURNED:
        yield f"      退回：{mask(answer.comment)}", "red"
    elif answer.comment:
        yield f"      复核：{mask(answer.comment)}", ""
    if answer.why:
        yield f"      {answer.state}：{mask(answer.why)}", ""


def review_lines(report: Report, *, everything: bool = False) -> Lines:
    """The explanations of a file, for whoever reviews them."""
    yield f"{mask(report.file)}    {report.heading}", "bold"
    if not report.explanations:
        yield "  这个工作簿里没有书面说明。", ""
    yield from answer_lines(report.explanations, everything=everything)


def answer_record(answer: Answer) -> dict[str, Any]:
    """One explanation."""
    return {
        "code": answer.code,
        "sheet": mask(answer.sheet),
        "cell": answer.cell,
        "label": mask(answer.label),
        "reason": mask(answer.reason),
        "state": answer.state,
        "comment": mask(answer.comment),
        "why": mask(answer.why),
    }
