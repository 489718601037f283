"""What the student rows and the majors of 免学费 say together, worked out once per workbook."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from ..bind import Workbook
from ..identity import Entry, major_of, parse_entry, split_majors
from ..table import Table
from ..term import Term
from ..text import fold
from .context import Context

MONTHS = range(1, 6)


class Roster:
    """What the student rows and the majors of 免学费 together say: rates, entries, categories of majors."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.table: Table | None = workbook.tables.get("精准明细")
        self.fees: Table | None = workbook.tables.get("免学费")
        self._months: dict[tuple[Decimal, frozenset[str]], frozenset[int]] = {}

    @cached_property
    def rates(self) -> dict[str, Decimal]:
        """专业类别 → 元 a month, for the workbook's set."""
        pack, term = self.workbook.pack, self.workbook.term
        found: dict[str, Decimal] = {}
        for standard in pack.policy.standard:
            kind = standard.keys.get("专业类别")
            if standard.name == "免学费年标准" and kind:
                own = pack.policy.lookup("免学费年标准", term, {"隶属": self.workbook.set, "专业类别": kind})
                if own is not None:
                    found[kind] = own.amount / 10
        return found

    @cached_property
    def majors(self) -> dict[tuple[str, str], list[tuple[Entry, str]]]:
        """(年级, 困难类型) → majors listed in 免学费 with their 专业类别."""
        found: dict[tuple[str, str], list[tuple[Entry, str]]] = {}
        if self.fees is None or "就读专业" not in self.fees.columns:
            return found
        grade, kind, hardship = (self.fees.form.axes.index(name) for name in ("年级", "专业类别", "困难类型"))
        for index in self.fees.details():
            key = self.fees.keys[index]
            for text in split_majors(self.fees.text("就读专业", index)):
                entry = parse_entry(text)
                if entry is not None:
                    found.setdefault((key[grade], key[hardship]), []).append((entry, key[kind]))
        return found

    @cached_property
    def categories(self) -> dict[str, frozenset[str]]:
        """Folded major → the 专业类别 under which 免学费 lists it."""
        found: dict[str, set[str]] = {}
        for listed in self.majors.values():
            for entry, kind in listed:
                found.setdefault(fold(major_of(entry)), set()).add(kind)
        return {major: frozenset(kinds) for major, kinds in found.items()}

    @cached_property
    def listed(self) -> dict[tuple[str, str, Term], tuple[str, ...]]:
        """(年级, 困难类型, term of entry) → folded majors listed in 免学费."""
        found: dict[tuple[str, str, Term], tuple[str, ...]] = {}
        for (grade, hardship), majors in self.majors.items():
            for entry, _ in majors:
                place = (grade, hardship, entry.term)
                found[place] = (*found.get(place, ()), fold(major_of(entry)))
        return found

    @cached_property
    def entries(self) -> list[Entry | None]:
        """What the class of each student row says."""
        table = self.table
        return [parse_entry(table.text("班级", index)) for index in table.details()] if table is not None else []

    @cached_property
    def grades(self) -> list[frozenset[str]]:
        """The grades each student can be in this term; none where the class does not say, or says otherwise."""
        term = self.workbook.term
        known = {entry: entry.grades(term) if entry else frozenset() for entry in set(self.entries)}
        return [known[entry] for entry in self.entries]

    @cached_property
    def _kinds(self) -> list[frozenset[str]]:
        known: dict[Entry | None, frozenset[str]] = {None: frozenset()}
        for entry in set(self.entries) - {None}:
            assert entry is not None
            known[entry] = self.categories.get(fold(major_of(entry)), frozenset())
        return [known[entry] for entry in self.entries]

    @cached_property
    def months(self) -> list[frozenset[int]]:
        """Per student row, how many months the fee can stand for: at the rates of the major, else at any rate."""
        table = self.table
        if table is None:
            return []
        rows = table.details()
        known: dict[tuple[Decimal, frozenset[str]], frozenset[int]] = {}
        found = []
        for index, place in zip(rows, zip(table.amounts("免学费金额", rows), self._kinds, strict=True), strict=True):
            if place not in known:
                known[place] = self.fee_months(index) or self.fee_months(index, any_rate=True)
            found.append(known[place])
        return found

    def kinds(self, index: int) -> frozenset[str]:
        """The 专业类别 a student's major is listed under; empty when it cannot be told."""
        return self._kinds[index]

    def fee_months(self, index: int, *, any_rate: bool = False) -> frozenset[int]:
        """How many months the fee of a row can stand for, at the rates of its major (or at any rate)."""
        assert self.table is not None
        amount = self.table.amount("免学费金额", index)
        kinds: frozenset[str] = frozenset() if any_rate else self.kinds(index)
        known = self._months.get((amount, kinds))
        if known is None:
            known = self._months[(amount, kinds)] = frozenset(
                months
                for kind, rate in self.rates.items()
                if not kinds or kind in kinds
                for months in MONTHS
                if rate * months == amount
            )
        return known


def roster_of(context: Context) -> Roster:
    """The roster of the workbook under check, made once."""
    roster = context.ledger.shared.get("roster")
    if not isinstance(roster, Roster):
        roster = context.ledger.shared["roster"] = Roster(context.workbook)
    return roster
