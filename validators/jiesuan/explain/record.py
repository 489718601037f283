"""What is kept of a written explanation, and in which state it can be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..report import Finding
from ..text import mask

WHOLE = "（整个工作簿）"
"""The place of a finding that stands in no sheet."""
VERSION = "1"

PENDING, ACCEPTED, RETURNED = "待复核", "已接受", "已退回"
LAPSED, NEEDLESS, UNKNOWN, REFUSED = "失效", "不再需要", "未能校验", "不采用"
EXCUSES = (PENDING, ACCEPTED)
"""States in which an explanation answers its finding."""
STATES = (PENDING, ACCEPTED, RETURNED, LAPSED, NEEDLESS, UNKNOWN, REFUSED)
ACCEPT, RETURN = "接受", "退回"
"""The reviewer's verdicts."""
PREVIOUS = "上次退回："


class Mark(NamedTuple):
    """The fingerprint: what the finding is about wherever it stands, the figures concerned, and the words written.

    Each is a short hash, '' where it is not known; nothing can be read back from it."""

    subject: str = ""
    figures: str = ""
    words: str = ""

    def __str__(self) -> str:
        return ":".join((VERSION, *self)) if any(self) else ""

    @classmethod
    def parse(cls, text: str) -> Mark:
        """The mark as it stands in a hidden cell; an empty one for anything else."""
        version, *parts = text.strip().split(":")
        return cls(*parts) if version == VERSION and len(parts) == 3 else cls()


UNBOUND = Mark()


@dataclass(frozen=True)
class Explanation:
    """One reason, who gave it and when, and what the reviewer said.  `place` and `cell` are where its finding stands now.

    It never leaves the workbook as it is: it holds names.  See `jiesuan.report.Answer` for what may."""

    code: str
    place: str
    cell: str
    problem: str
    reason: str
    by: str = ""
    at: str = ""
    verdict: str = ""
    comment: str = ""
    reviewer: str = ""
    reviewed: str = ""
    mark: Mark = UNBOUND
    state: str = ""
    """As last judged."""
    why: str = ""
    """Why it does not count, for the state 不采用."""

    @property
    def shown_state(self) -> str:
        """The state as the sheet shows it, with a verdict that stands behind it."""
        if self.state == REFUSED:
            return f"{REFUSED}：{self.why}"
        if self.state in (LAPSED, NEEDLESS, UNKNOWN) and self.verdict:
            return f"{self.state}（原已{self.verdict}）"
        return self.state

    @property
    def edited(self) -> bool:
        """Whether somebody has changed the words in the sheet since they were written there."""
        return bool(self.mark.words) and self.mark.words != words_of(self.reason)

    def masked(self) -> Explanation:
        """As `审核说明` stores it, which leaves the school: personal numbers in what people wrote are masked."""
        reason, others = mask(self.reason), [mask(text) for text in (self.by, self.comment, self.reviewer)]
        if [reason, *others] == [self.reason, self.by, self.comment, self.reviewer]:
            return self
        mark = self.mark._replace(words=words_of(reason)) if self.mark.words else self.mark
        by, comment, reviewer = others
        return replace(self, reason=reason, by=by, comment=comment, reviewer=reviewer, mark=mark)

    def reworded(self, reason: str, mark: Mark, at: str, by: str = "") -> Explanation:
        """The same with a new reason: no longer reviewed; what it was returned for stays to be seen."""
        comment = f"{PREVIOUS}{self.comment.removeprefix(PREVIOUS)}" if self.verdict == RETURN else ""
        return replace(
            self,
            reason=reason,
            by=by,
            at=at,
            verdict="",
            comment=comment,
            reviewer="",
            reviewed="",
            mark=mark._replace(words=words_of(reason)),
            state=PENDING,
            why="",
        )


@dataclass(frozen=True)
class Typed:
    """A row of `校验结果` that came back, with what stands in its column 说明 ('' for nothing)."""

    code: str
    place: str
    cell: str
    problem: str
    reason: str
    mark: Mark = UNBOUND
    """Its words are those we wrote there."""


def words_of(reason: str) -> str:
    """The hash of a reason's words, '' for none."""
    return digest(reason.split()) if reason.strip() else ""


def digest(parts: list[str]) -> str:
    """A short hash of texts."""
    return hashlib.blake2s("\x1f".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def place_of(finding: Finding) -> str:
    """The sheet of a finding as our sheets name it."""
    return mask(finding.sheet) or WHOLE


def problem_of(finding: Finding) -> str:
    """What a finding is about, in a few lines."""
    lines = [finding.problem]
    if finding.label:
        lines.append(finding.label)
    figures = [("实为", finding.actual), ("应为", finding.expected), ("相差", finding.difference)]
    if any(value for _, value in figures):
        lines.append("，".join(f"{word} {value}" for word, value in figures if value))
    return mask("\n".join(lines))
