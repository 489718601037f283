"""What a blank template prints of a form: members, totals and headings, in every term."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.filling import Filling
from jiesuan.form import ALL
from jiesuan.pack import load_pack
from jiesuan.template.layout import compose, to_book
from jiesuan.template.slots import present
from jiesuan.term import Term

PACK = load_pack()
TERMS = [Term(2024, 0), Term(2024, 1), Term(2025, 0), Term(2026, 1)]


@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_every_figure_has_one_cell_and_every_cell_one_figure(set_name: str, term: Term) -> None:
    for laid in compose(PACK, set_name, term):
        form = laid.form
        cells = list(laid.places.values())
        merged = {column.name for column in form.column if column.span}
        own = [cell for (_, name), cell in laid.places.items() if name not in merged]
        assert len(own) == len(set(own)), form.id
        assert all(cell in laid.cells or any(_inside(cell, area) for area in laid.merges) for cell in cells), form.id


def _inside(cell: tuple[int, int], area: tuple[int, int, int, int]) -> bool:
    return area[0] <= cell[0] <= area[2] and area[1] <= cell[1] <= area[3]


@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_members_that_are_printed_have_places_and_others_none(set_name: str, term: Term) -> None:
    for laid in compose(PACK, set_name, term):
        form = laid.form
        if form.kind != "grid":
            continue
        for position, axis in enumerate(form.axis):
            printed = {member.name for member in present(form, axis.name)}
            found = {key[position] for key, _ in laid.places}
            assert found - {ALL} == printed, (form.id, axis.name)
            assert not any(member.closed for member in axis.members if member.name in printed)


@pytest.mark.parametrize("term", TERMS, ids=str)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_titles_months_and_units_are_those_of_the_term(set_name: str, term: Term) -> None:
    laid = compose(PACK, set_name, term)
    book = to_book(laid, "表.xlsx")
    for item in laid:
        texts = [str(value) for line in book.sheet(item.sheet).values for value in line if value is not None]
        assert item.form.title in texts
        assert term.title in item.form.title or str(term.year) in item.form.title
        assert not any("{" in text or "}" in text for text in texts), item.form.id
        months = [text for text in texts if text in term.months]
        expected = len(item.form.groups.get("月", ()))
        assert len(months) == expected and list(dict.fromkeys(months)) == list(term.months)[:expected]


@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_merged_areas_do_not_touch(set_name: str) -> None:
    for laid in compose(PACK, set_name, TERMS[0]):
        taken: set[tuple[int, int]] = set()
        for top, left, bottom, right in laid.merges:
            area = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            assert len(area) > 1 and not area & taken, (laid.form.id, top, left)
            taken |= area


@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_a_filling_changes_no_place_of_a_grid(set_name: str) -> None:
    blank = {item.form.role: item for item in compose(PACK, set_name, TERMS[0])}
    figures: dict[Any, Any] = {
        (role, key, name): 7
        for role, item in blank.items()
        if item.form.kind == "grid"
        for key, name in item.places
        if item.form.field(name).role == "input" and item.form.field(name).numeric and ALL not in key
    }
    for item in compose(PACK, set_name, TERMS[0], Filling(figures, {}, {})):
        assert item.places == blank[item.form.role].places or item.form.kind != "grid"
        assert item.merges == blank[item.form.role].merges or item.form.kind != "grid"
