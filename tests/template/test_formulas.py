"""The native formulas of the templates give what the forms print: reckoned by hand from random figures."""

from __future__ import annotations

from decimal import Decimal as D
from functools import cache
from random import Random
from typing import Any

import pytest

from jiesuan.filling import Filling
from jiesuan.form import ALL, Column, Form, Key
from jiesuan.formula import parse_formula
from jiesuan.pack import load_pack
from jiesuan.recalculate import recalculate
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term

PACK = load_pack()
TERMS = [Term(2024, 0), Term(2024, 1), Term(2025, 0)]
Figures = dict[tuple[Key, str], Any]


def filled(form: Form, rng: Random, share: float) -> Figures:
    """Random figures in part of the detail rows; a difference is shown only where both its parts are filled in."""
    figures: Figures = {}
    derived = {(item.axis, item.formula.partition("=")[0]) for item in form.derived}
    chosen: dict[Key, bool] = {}
    blocks = [axis for axis, _ in derived]
    for key in form.detail_keys():
        row = tuple(name for axis, name in zip(form.axes, key, strict=True) if axis not in blocks)
        closed = any(
            member.name == name and (member.closed or member.optional or (axis.name, name) in derived)
            for axis, name in zip(form.axis, key, strict=True)
            for member in axis.members
        )
        if not closed and chosen.setdefault(row, rng.random() < share):
            for column in form.fields:
                if column.role == "input" and column.numeric:
                    figures[key, column.name] = rng.randrange(0, 400)
    return figures


@cache
def reckoned(set_name: str, term: Term, seed: int) -> tuple[dict[str, Laid], dict[str, Figures], Any]:
    """The grids of a set filled at random, as a book whose formulas are worked out."""
    rng = Random(seed)
    grids = [form for form in PACK.set_forms(set_name, term) if form.kind == "grid"]
    figures = {form.role: filled(form, rng, share=(0.2, 0.6, 1)[seed % 3]) for form in grids}
    content = {(role, key, name): value for role, own in figures.items() for (key, name), value in own.items()}
    laid = compose(PACK, set_name, term, Filling(content, {}, {}))
    book = to_book(laid, "表.xlsx")
    recalculate(book)
    return {item.form.role: item for item in laid}, figures, book


class Reckoner:
    """The figures of one form by its printed formulas and by adding up."""

    def __init__(self, form: Form, figures: Figures, term: Term) -> None:
        self.form, self.figures, self.term = form, figures, term
        self.columns = {column.no: column.name for column in form.column if column.no is not None}

    def value(self, key: Key, column: Column) -> D | None:
        """None where policy gives no standard."""
        derived = self.derived(key, column)
        if derived is not None:
            return derived
        if ALL in key:
            return self.total(key, column)
        if column.role == "input" or (column.role == "computed" and not column.formula):
            return D(self.figures.get((key, column.name), 0))
        if column.role == "standard":
            return self.standard(key, column)
        formula = parse_formula(column.formula, self.columns)
        values: dict[str, D] = {}
        for name in formula.names:
            if self.form.has(name):
                found = self.value(key, self.form.field(name))
            else:
                standard = PACK.policy.lookup(name, self.term, PACK.keys(self.form, key))
                found = standard.amount if standard else None
            if found is None:
                return None
            values[name] = found
        return formula.evaluate(values)

    def standard(self, key: Key, column: Column) -> D | None:
        figure = PACK.standard(self.form, column, key, self.term)
        return None if figure is None else D(figure)

    def derived(self, key: Key, column: Column) -> D | None:
        """Members that follow from others of their axis: 差额 = 申报审批 - 实际发放."""
        for item in self.form.derived:
            place = self.form.axes.index(item.axis)
            formula = parse_formula(item.formula, {})
            if key[place] == formula.target:
                parts = {name: self.value((*key[:place], name, *key[place + 1 :]), column) for name in formula.names}
                found = {name: value for name, value in parts.items() if value is not None}
                return formula.evaluate(found) if len(found) == len(parts) else None
        return None

    def total(self, key: Key, column: Column) -> D | None:
        parts = [
            self.value(detail, column)
            for detail in self.form.detail_keys()
            if all(kept in (ALL, member) for kept, member in zip(key, detail, strict=True))
            and not any(m.closed or m.optional for m in self.members(detail))
        ]
        return sum((part for part in parts if part is not None), D(0))

    def members(self, key: Key) -> list[Any]:
        return [
            member
            for axis, name in zip(self.form.axis, key, strict=True)
            for member in axis.members
            if member.name == name
        ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_every_computed_cell_is_what_the_form_prints(set_name: str, term: Term, seed: int) -> None:
    laid, figures, book = reckoned(set_name, term, seed)
    compared = 0
    for role, own in figures.items():
        form, sheet = laid[role].form, book.sheet(laid[role].sheet)
        reckoner = Reckoner(form, own, term)
        for (key, name), cell in laid[role].places.items():
            column = form.field(name)
            if cell not in sheet.formulas or not column.numeric or column.role == "standard":
                continue
            expected = reckoner.value(key, column)
            shown = sheet.value(*cell)
            if expected is not None:
                assert D(repr(shown or 0)).quantize(D("0.000001")) == expected.quantize(D("0.000001")), (
                    role,
                    key,
                    name,
                )
                compared += 1
    assert compared > 250


@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_only_computed_cells_and_totals_hold_formulas(set_name: str, term: Term) -> None:
    laid, figures, book = reckoned(set_name, term, 0)
    for role in figures:
        form, sheet = laid[role].form, book.sheet(laid[role].sheet)
        derived = {parse_formula(item.formula, {}).target for item in form.derived}
        for (key, name), cell in laid[role].places.items():
            column = form.field(name)
            computed = (column.role == "computed" and bool(column.formula)) or (
                (ALL in key or bool(derived & set(key))) and form.summed(column)
            )
            assert (cell in sheet.formulas) <= (computed or column.role == "standard"), (role, key, name)
            if column.role == "input" and ALL not in key and not derived & set(key):
                assert sheet.value(*cell) == figures[role].get((key, name))
