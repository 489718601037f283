"""A filling on its way from right to wrong: what the kinds of mistakes in `mistakes.py` are made with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from ..book import Value
from ..filling import FigureKey, Filling
from ..form import ALL, Form, Key
from ..pack import Pack
from ..term import Term

RowKey = tuple[str, int]
"""Section and index of a list row."""

LIST = "精准明细"
MONTHS = ("第1月", "第2月", "第3月", "第4月", "第5月")


@dataclass(frozen=True)
class Mistake:
    """One mistake as made."""

    kind: str
    title: str
    """What was done, in Chinese."""
    role: str
    where: FigureKey | RowKey | str
    """Figure; row (section, index), counted in the changed filling, for a removed row in the untouched one; or name of
    a line."""
    field: str
    """Empty when a whole row was removed or repeated."""
    old: Value
    """What stood there; None = blank, or the form's own formula.  For a removed row the student's 姓名."""
    new: Value
    """For a repeated row its 身份证号."""
    expects: tuple[str, ...]
    """Rule families of which at least one should report it."""


class Change(NamedTuple):
    """A mistake about to be made.  For a whole row `field` is empty and `new` None (remove) or its 身份证号 (repeat)."""

    role: str
    where: FigureKey | RowKey | str
    field: str
    new: Value


@dataclass
class Draft:
    """A filling on its way from right to wrong."""

    pack: Pack
    set_name: str
    term: Term
    filling: Filling
    rng: Random
    used: set[tuple[str, Key | RowKey | str]] = field(default_factory=set)
    removed: set[RowKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.original = dict(self.filling.figures)
        self.forms: dict[str, Form] = {form.role: form for form in self.pack.set_forms(self.set_name, self.term)}

    def pick(self, changes: Iterable[Change]) -> Change | None:
        """One of the changes whose place is still untouched; every row of a form is one place."""
        free = [change for change in changes if (change.role, self.place(change)) not in self.used]
        return self.rng.choice(free) if free else None

    @staticmethod
    def place(change: Change) -> Key | RowKey | str:
        """The row of a form, or the line, that a change touches."""
        where = change.where
        return where if isinstance(where, str) or len(where) == 2 else where[1]

    def figures(self, role: str, fields: Iterable[str]) -> Iterable[tuple[Key, str, int | float]]:
        """The numbers above zero typed into a grid form."""
        wanted = set(fields)
        for (found, key, name), value in self.filling.figures.items():
            if found == role and name in wanted and isinstance(value, int | float) and value > 0:
                yield key, name, value

    def total(self, role: str, key: Key, name: str) -> int:
        """The true total of heads at a total's key."""
        return sum(
            value
            for (found, detail, measure), value in self.original.items()
            if found == role and measure == name and isinstance(value, int)
            if all(part in (ALL, member) for part, member in zip(key, detail, strict=True))
        )

    def rows(self) -> Iterable[tuple[RowKey, dict[str, Value]]]:
        """The student rows that still stand."""
        for section, rows in self.filling.rows.get(LIST, {}).items():
            for index, row in enumerate(rows):
                if (section, index) not in self.removed:
                    yield (section, index), row

    def value(self, form: Form, key: Key, name: str) -> Decimal | None:
        """The figure at a detail key: as filled in, the standard, or by the form's formula; None = no standard."""
        typed = self.filling.figures.get((form.role, key, name))
        if isinstance(typed, int | float):
            return Decimal(repr(typed))
        column = form.field(name)
        if column.role == "standard":
            figure = self.pack.standard(form, column, key, self.term)
            return None if figure is None else Decimal(figure)
        if column.role != "computed":
            return Decimal(0)
        formula = self.pack.formula(form, column)
        values: dict[str, Decimal] = {}
        for part in formula.names:
            found = self.value(form, key, part) if form.has(part) else self._policy(form, key, part)
            if found is None:
                return None
            values[part] = found
        return formula.evaluate(values)

    def _policy(self, form: Form, key: Key, name: str) -> Decimal | None:
        standard = self.pack.policy.lookup(name, self.term, self.pack.keys(form, key))
        return None if standard is None else standard.amount

    def make(self, kind: Kind) -> Mistake | None:
        """Put one mistake of that kind into the filling, or None where there is no room for one."""
        change = kind.change(self)
        if change is None:
            return None
        role, where, name, new = change
        self.used.add((role, self.place(change)))
        old: Value = None
        if isinstance(where, str):
            old = self.filling.lines[role].get(name)
            self.filling.lines[role][name] = new
        elif len(where) == 3:
            old = self.filling.figures.get(where)
            if new is None:
                del self.filling.figures[where]
            else:
                self.filling.figures[where] = new
        elif name:
            row = self.filling.rows[role][where[0]][where[1]]
            old = row.get(name)
            row[name] = new
        else:
            # One row removed or repeated in a section, lest they make up for each other.
            self.used.add((role, where[0]))
            if new is None:
                old = self.filling.rows[role][where[0]][where[1]]["姓名"]
                self.removed.add(where)
            else:
                section = self.filling.rows[role][where[0]]
                section.append(dict(section[where[1]]))
                where = (where[0], len(section) - 1)
                self.used.add((role, where))
        return Mistake(kind.name, kind.title, role, where, name, old, new, kind.expects)

    def close(self, mistakes: list[Mistake]) -> list[Mistake]:
        """Take the removed rows out and let the other rows' places follow."""
        result = []
        for mistake in mistakes:
            where = mistake.where
            if len(where) == 2 and where not in self.removed and not isinstance(where, str):
                before = sum(section == where[0] and index < where[1] for section, index in self.removed)
                mistake = replace(mistake, where=(where[0], where[1] - before))
            result.append(mistake)
        for section, index in sorted(self.removed, reverse=True):
            del self.filling.rows[LIST][section][index]
        return result


@dataclass(frozen=True)
class Kind:
    """A kind of mistake: `change` finds it a place in a draft, or None."""

    name: str
    title: str
    expects: tuple[str, ...]
    change: Callable[[Draft], Change | None]
