"""Dated policy figures: standards with unit, region and basis, and lists such as the grades that get 助学金.

Everything here is data (`policy.toml` of a pack); a school or province changes a figure there, never in code.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import msgspec

from .formula import Formula
from .term import Term

Certainty = Literal["certain", "inferred", "unknown"]


class Standard(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One dated figure.  `keys` narrow it (隶属, 专业类别 …); `until` empty = still in force."""

    name: str
    value: str
    unit: str
    keys: dict[str, str] = {}
    since: str
    until: str = ""
    basis: str
    certainty: Certainty = "certain"
    note: str = ""

    @property
    def amount(self) -> Decimal:
        return Decimal(self.value)


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One dated list of words, e.g. the grades eligible for 助学金."""

    name: str
    values: tuple[str, ...]
    since: str
    until: str = ""
    basis: str
    certainty: Certainty = "certain"
    note: str = ""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All figures of a pack."""

    standard: tuple[Standard, ...] = ()
    choice: tuple[Choice, ...] = ()

    def lookup(self, name: str, term: Term, keys: Mapping[str, str]) -> Standard | None:
        """The figure in force in that term whose keys all agree with `keys`; None when policy gives none (e.g. tiers).

        The figure with most keys wins, so a special case stands beside the general one.
        """
        best: Standard | None = None
        for standard in self.standard:
            if standard.name != name or not in_force(standard.since, standard.until, term):
                continue
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


def in_force(since: str, until: str, term: Term) -> bool:
    """Whether a dated entry covers the term; empty ends are open."""
    return (not since or Term.parse(since) <= term) and (not until or term <= Term.parse(until))
