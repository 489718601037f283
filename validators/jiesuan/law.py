"""The law of a region: the packs of the region, of what it lies in and of the country, one above another.

The most specific region wins; within one region a figure with the same keys in the pack that begins later.  A region is a
path, `全国`, `福建`, `福建/泉州`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

import msgspec

from .policy import Choice, Dated, Eligible, Entry, Outcome, Policy, PublicField, Standard, in_force
from .term import Term
from .text import clean
from .timetable import Deadline, Period, Timetable

COUNTRY = "全国"
_E = TypeVar("_E", bound=Entry)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Layer:
    """The policy of one pack, with where it comes from."""

    id: str
    name: str
    region: str
    since: str
    policy: Policy
    timetable: Timetable = field(default_factory=Timetable)


@dataclass(frozen=True)
class Held(Generic[_T]):
    """An entry and the pack it stands in."""

    entry: _T
    layer: Layer


class LawError(ValueError):
    """Packs of one region that contradict each other; the message is Chinese."""


@dataclass(frozen=True)
class Verdict:
    """Whether a student is eligible.  `outcome` is 应, 可, 不得, 不在范围 (nobody says so of such a student) or 未定
    (facts are missing, named in `missing`); `held` is the entry that decides."""

    outcome: Outcome | str
    held: Held[Eligible] | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """A deadline in a year.  `carried` = it comes from the notice of an earlier year, the year's own not being at hand."""

    year: int
    entry: Deadline
    layer: Layer
    carried: bool

    @property
    def doubt(self) -> str:
        """What a user must know of a deadline that does not stand in a notice of that year; '' otherwise."""
        if self.carried:
            return f"推定：{self.year}年的通知没有收录，沿用{self.entry.since}年的，请核对当年通知"
        return doubt(self.entry.certainty, self.entry.note)


CERTAINTY = {"certain": "有原文", "inferred": "推定", "unknown": "未知"}


def doubt(certainty: str, note: str) -> str:
    """What a user must know of an entry that is not literally in a document; '' where it is."""
    return "" if certainty == "certain" else CERTAINTY[certainty] + (f"：{note}" if note else "")


class Law:
    """All that applies in a region.  Layers come most specific first, later first."""

    def __init__(self, region: str, layers: Iterable[Layer]) -> None:
        self.region = region
        self.layers = tuple(layers)

    @cached_property
    def standards(self) -> tuple[Held[Standard], ...]:
        """Every figure in the time it is in force, what a more specific or later one replaces cut away."""
        return self._stacked("standard", Standard)

    @cached_property
    def choices(self) -> tuple[Held[Choice], ...]:
        return self._stacked("choice", Choice)

    @cached_property
    def publics(self) -> tuple[Held[PublicField], ...]:
        return self._stacked("public", PublicField)

    @cached_property
    def policy(self) -> Policy:
        """The same as one policy, for those who do not ask where a figure comes from."""
        return Policy(
            standard=tuple(held.entry for held in self.standards),
            choice=tuple(held.entry for held in self.choices),
            public=tuple(held.entry for held in self.publics),
        )

    def standard(self, name: str, term: Term, keys: Mapping[str, str]) -> Held[Standard] | None:
        """The figure in force with its source; None where there is none."""
        found = self.policy.lookup(name, term, keys)
        return next((held for held in self.standards if held.entry is found), None)

    def standards_in(self, term: Term) -> list[Held[Standard]]:
        return _in_force(self.standards, term)

    def choices_in(self, term: Term) -> list[Held[Choice]]:
        return _in_force(self.choices, term)

    def public_in(self, term: Term) -> list[Held[PublicField]]:
        """What may and must not be published (公示) in that term."""
        return _in_force(self.publics, term)

    def projects(self) -> list[str]:
        """The projects with conditions of eligibility: 助学金, 免学费 …"""
        return list(dict.fromkeys(item.project for layer in self.layers for item in layer.policy.eligible))

    def eligible_in(self, project: str, term: Term) -> list[Held[Eligible]]:
        """The conditions of a project in force: all of the most specific, latest pack that grants it to anybody, and what
        packs below it forbid, for that binds everywhere."""
        found: list[Held[Eligible]] = []
        granted = False
        for layer in self.layers:
            own = [e for e in layer.policy.eligible if e.project == project and in_force(e.since, e.until, term)]
            names = {held.entry.name for held in found}
            found += [Held(e, layer) for e in own if e.name not in names and (e.outcome == "不得" or not granted)]
            granted = granted or any(entry.outcome != "不得" for entry in own)
        return found

    def judge(self, project: str, term: Term, facts: Mapping[str, str]) -> Verdict:
        """Whether a student of whom these facts are known gets the aid: 不得 goes before 应, 应 before 可."""
        open_ones: list[tuple[Held[Eligible], tuple[str, ...]]] = []
        decided: dict[str, Held[Eligible]] = {}
        for held in self.eligible_in(project, term):
            when = held.entry.when
            if any(name in facts and facts[name] not in wanted for name, wanted in when.items()):
                continue
            missing = tuple(name for name in when if name not in facts)
            if missing:
                open_ones.append((held, missing))
            else:
                decided.setdefault(held.entry.outcome, held)
        missing = tuple(dict.fromkeys(name for _, names in open_ones for name in names))
        for outcome in ("不得", "应", "可"):
            if outcome in decided:
                return Verdict(outcome, decided[outcome], () if outcome == "不得" else missing)
        return Verdict("未定", None, missing) if _may_get(open_ones) else Verdict("不在范围")

    def deadlines(self, year: int) -> list[Due]:
        """Every deadline of a calendar year, by date; those without a day last."""
        found: dict[tuple[str, str], Due] = {}
        for layer in self.layers:
            ranked = sorted(layer.timetable.deadline, key=lambda entry: -entry.since)
            for entry in ranked:
                key = (entry.matter, entry.season)
                if key not in found and entry.covers(year):
                    found[key] = Due(year, entry, layer, carried=bool(entry.day) and year > entry.since)
        return sorted(found.values(), key=lambda due: (due.entry.day or "99", due.entry.matter, due.entry.season))

    def periods(self, year: int) -> list[Held[Period]]:
        """The periods counted in workdays that are in force in a year, each matter once."""
        found: dict[str, Held[Period]] = {}
        for layer in self.layers:
            for entry in sorted(layer.timetable.period, key=lambda entry: -entry.since):
                if entry.matter not in found and entry.covers(year):
                    found[entry.matter] = Held(entry, layer)
        return list(found.values())

    def period(self, matter: str, year: int) -> Held[Period] | None:
        """The period of one matter, e.g. 学籍异动: 10 工作日."""
        return next((held for held in self.periods(year) if held.entry.matter == matter), None)

    def _stacked(self, table: str, _: type[_E]) -> tuple[Held[_E], ...]:
        placed: list[Held[_E]] = []
        for layer in self.layers:
            for entry in getattr(layer.policy, table):
                pieces: list[_E] = [entry]
                for above in placed:
                    if above.layer is not layer and _replaces(above, entry, layer):
                        pieces = [rest for piece in pieces for rest in cut(piece, above.entry)]
                placed += [Held(piece, layer) for piece in pieces]
        order = {layer.id: place for place, layer in enumerate(reversed(self.layers))}
        return tuple(sorted(placed, key=lambda held: -order[held.layer.id]))


def _may_get(open_ones: Iterable[tuple[Held[Eligible], tuple[str, ...]]]) -> bool:
    return any(held.entry.outcome != "不得" for held, _ in open_ones)


def _in_force(entries: Iterable[Held[_E]], term: Term) -> list[Held[_E]]:
    return [held for held in entries if in_force(held.entry.since, held.entry.until, term)]


def _replaces(above: Held[_E], entry: _E, layer: Layer) -> bool:
    """Whether an entry takes the place of one in a lower layer while it is in force."""
    upper = above.entry
    if above.layer.region == layer.region:
        if upper.key == entry.key and above.layer.since == layer.since and upper.since == entry.since:
            raise LawError(f"“{above.layer.id}”和“{layer.id}”都规定了{layer.region}“{entry.title}”{entry.since}起的数")
        return upper.key == entry.key
    if isinstance(upper, Standard) and isinstance(entry, Standard):
        return upper.name == entry.name and upper.keys.items() <= entry.keys.items()
    return upper.key == entry.key


def cut(entry: _E, above: Dated) -> list[_E]:
    """What is left of an entry's time outside that of another."""
    first, last = _ends(entry)
    other_first, other_last = _ends(above)
    if (last and other_first and other_first > last) or (other_last and first and other_last < first):
        return [entry]
    left: list[_E] = []
    if other_first and (not first or first < other_first):
        left.append(msgspec.structs.replace(entry, until=str(other_first.previous)))
    if other_last and (not last or other_last < last):
        left.append(msgspec.structs.replace(entry, since=str(other_last.next)))
    return left


def _ends(entry: Dated) -> tuple[Term | None, Term | None]:
    return (
        Term.parse(entry.since) if entry.since else None,
        Term.parse(entry.until) if entry.until else None,
    )


def chain(region: str) -> list[str]:
    """A region and all it lies in, most specific first: `福建/泉州` → 福建/泉州, 福建, 全国."""
    parts = [] if region == COUNTRY else region.split("/")
    return ["/".join(parts[:size]) for size in range(len(parts), 0, -1)] + [COUNTRY]


_ENDINGS = ("壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "省", "市")


def find_region(text: str, regions: Iterable[str]) -> str | None:
    """The region meant by what a user typed: `福建省`, `泉州市`, `福建/泉州`; None when it is none of them, or of several."""
    wanted = [_bare(part) for part in clean(text).replace("／", "/").split("/")]
    found = {region for region in regions if [_bare(part) for part in region.split("/")][-len(wanted) :] == wanted}
    return found.pop() if len(found) == 1 else None


def _bare(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
