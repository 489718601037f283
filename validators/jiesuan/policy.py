"""Dated policy: standards with unit and basis, lists such as the grades that get 助学金, who is eligible, what may be
published.

Everything here is data (`policy.toml` of a pack); a school or province changes a figure there, never in code.  How the packs
of a region, its province and the country stand above one another is said in `jiesuan.law`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import msgspec

from .form import once
from .formula import Formula
from .term import Term

Certainty = Literal["certain", "inferred", "unknown"]


class Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every entry says of itself: first and last term (`until` empty = still in force), document and clause, and how
    sure it is: certain = literally there, inferred = follows from it, unknown = no source found."""

    since: str
    until: str = ""
    basis: str
    certainty: Certainty = "certain"
    note: str = ""


class Standard(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One dated figure.  `keys` narrow it (隶属, 专业类别 …)."""

    name: str
    value: str
    unit: str
    keys: dict[str, str] = {}

    @property
    def amount(self) -> Decimal:
        return Decimal(self.value)

    @property
    def key(self) -> Hashable:
        """What no two entries of one pack may say at the same time."""
        return self.name, frozenset(self.keys.items())

    @property
    def title(self) -> str:
        """`免学费年标准（省属、涉农专业）`."""
        return self.name + (f"（{'、'.join(self.keys.values())}）" if self.keys else "")


class Choice(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One dated list of words, e.g. the grades eligible for 助学金."""

    name: str
    values: tuple[str, ...]

    @property
    def key(self) -> Hashable:
        return self.name

    @property
    def title(self) -> str:
        return self.name


Outcome = Literal["应", "可", "不得"]


class Eligible(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who must (应), may (可) or must not (不得) get the aid of a project.

    `when` names facts about a student (年级, 专业性质, 困难, 困难等级, 户籍, 学制 …) and the values that count; all must agree."""

    project: str
    name: str
    outcome: Outcome
    when: dict[str, tuple[str, ...]]

    @property
    def key(self) -> Hashable:
        return self.project, self.name

    @property
    def title(self) -> str:
        return f"{self.project}：{self.name}"


class PublicField(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of information in a published list (公示); `also` are other headings it is found under."""

    name: str
    allowed: bool
    also: tuple[str, ...] = ()

    @property
    def key(self) -> Hashable:
        return self.name

    @property
    def title(self) -> str:
        return self.name


Entry = Standard | Choice | Eligible | PublicField


@once
def _standards(policy: Policy, name: str, term: Term) -> list[Standard]:
    """The figures of that name in force in a term."""
    return [item for item in policy.standard if item.name == name and in_force(item.since, item.until, term)]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All figures of a pack."""

    standard: tuple[Standard, ...] = ()
    choice: tuple[Choice, ...] = ()
    eligible: tuple[Eligible, ...] = ()
    public: tuple[PublicField, ...] = ()

    @property
    def tables(self) -> dict[str, tuple[Entry, ...]]:
        """All entries by the name of their table in the file."""
        return {"standard": self.standard, "choice": self.choice, "eligible": self.eligible, "public": self.public}

    def lookup(self, name: str, term: Term, keys: Mapping[str, str]) -> Standard | None:
        """The figure in force in that term whose keys all agree with `keys`; None when policy gives none (e.g. tiers).

        The figure with most keys wins, so a special case stands beside the general one.
        """
        best: Standard | None = None
        for standard in _standards(self, name, term):
            if any(keys.get(key) != value for key, value in standard.keys.items()):
                continue
            if best is None or len(standard.keys) > len(best.keys):
                best = standard
        return best

    def value(self, expression: Formula, term: Term, keys: Mapping[str, str]) -> Decimal | None:
        """An expression over standards, e.g. `免学费年标准/10/10000`; None when one of them is not set for the term."""
        values: dict[str, Decimal] = {}
        for name in expression.names:
            standard = self.lookup(name, term, keys)
            if standard is None:
                return None
            values[name] = standard.amount
        return expression.evaluate(values)

    def values(self, name: str, term: Term) -> tuple[str, ...]:
        """The dated list of that name.  Raises KeyError when the pack has none for the term."""
        for choice in self.choice:
            if choice.name == name and in_force(choice.since, choice.until, term):
                return choice.values
        raise KeyError(name)

    def keys_of(self, name: str) -> frozenset[str]:
        """What narrows the figures of that name (隶属, 专业类别 …)."""
        return frozenset(key for standard in self.standard if standard.name == name for key in standard.keys)

    def names(self) -> frozenset[str]:
        return frozenset(standard.name for standard in self.standard)


def period_faults(policy: Policy) -> Iterator[str]:
    """Holes and overlaps in the dates of a pack's policy, each with its table and key, in Chinese."""
    for table, entries in policy.tables.items():
        kept: dict[Hashable, list[Entry]] = defaultdict(list)
        for entry in entries:
            kept[entry.key].append(entry)
        for same in kept.values():
            yield from _faults(table, sorted(same, key=_start))


def _start(entry: Entry) -> Term:
    return Term.parse(entry.since) if entry.since else Term(0, 0)


def _faults(table: str, entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.until and Term.parse(entry.until) < _start(entry):
            yield f"{table}“{entry.title}”：until（{entry.until}）早于 since（{entry.since}）"
    for earlier, later in pairwise(entries):
        start = _start(later)
        if not earlier.until or Term.parse(earlier.until) >= start:
            yield (
                f"{table}“{earlier.title}”的期限重叠：since = {earlier.since or '（空）'} 的一条"
                f"{f'到 {earlier.until}' if earlier.until else '没有写 until'}，另一条从 {later.since or '（空）'} 起"
            )
        elif Term.parse(earlier.until).next < start:
            yield f"{table}“{earlier.title}”的期限有空档：前一条 until = {earlier.until}，后一条 since = {later.since}"


@lru_cache(maxsize=4096)
def in_force(since: str, until: str, term: Term) -> bool:
    """Whether a dated entry covers the term; empty ends are open."""
    return (not since or Term.parse(since) <= term) and (not until or term <= Term.parse(until))
