"""What a rule about rosters works with: the students, the law, and how a cell is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..book import Value
from ..identity import spelled
from ..law import Law
from ..ref import Ref
from ..report import Finding, Related, Unverified, display
from ..rule import Rule
from ..term import Term
from ..text import mask, mask_number, nearest
from .fields import RosterInfo
from .read import Roster

SET = "学籍名册"
PERSONAL = frozenset({"身份证号", "联系电话", "银行卡号", "学籍号"})
PLAIN = 10**6
"""Floats below this are printed with their decimals: 2.5 years."""
AWAY = frozenset({"休学", "退学", "转出", "毕业", "开除", "死亡"})


@dataclass
class Context:
    """One rule at work on a roster."""

    rule: Rule
    roster: Roster
    term: Term
    today: dt.date
    law: Law
    findings: list[Finding] = field(default_factory=list)
    unverified: list[Unverified] = field(default_factory=list)

    @property
    def info(self) -> RosterInfo:
        return self.roster.info

    def needs(self, *names: str) -> bool:
        """Whether the roster has these columns; a missing one leaves the rule unchecked, with the nearest heading."""
        for name in names:
            if not self.roster.has(name):
                close = nearest(name, (text for _, _, text in self.roster.unknown))
                hint = f"，最接近的标题是“{close}”" if close else ""
                self.unverified.append(Unverified(self.rule, f"名册里没有“{name}”这一列{hint}"))
        return all(map(self.roster.has, names))

    def cannot(self, why: str) -> None:
        self.unverified.append(Unverified(self.rule, why))

    def add(
        self, index: int, name: str, message: str, *, expected: str = "", related: Iterable[str] = (), others: tuple[Related, ...] = ()
    ) -> None:  # fmt: skip
        """A finding at a student's cell; `related` names other columns of the same student."""
        ref = self.roster.ref(name, index)
        self.findings.append(
            Finding(
                self.rule, ref.sheet, ref.cell, label_of(ref, name), message, expected=expected,
                actual=shown(name, self.roster.value(name, index)),
                related=(*(self.beside(index, other) for other in related), *others), order=(ref.row, ref.column),
            )
        )  # fmt: skip

    def beside(self, index: int, name: str) -> Related:
        ref = self.roster.ref(name, index)
        return Related(ref.sheet, ref.cell, label_of(ref, name), shown(name, self.roster.value(name, index)))

    def excused(self, index: int) -> bool:
        return bool(self.roster.text("备注", index))


def label_of(ref: Ref, name: str) -> str:
    return f"第{ref.row}行 · {name}"


def shown(name: str, value: Value) -> str:
    """A cell for a message; personal numbers are masked even where they are malformed."""
    if name in PERSONAL and value is not None and value != "":
        return mask_number(spelled(value))
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return mask(f"{value:g}" if isinstance(value, float) and value < PLAIN else f"{value:.0f}")
    return mask(display(value))
