"""Every kind of planted mistake is found at its own cell, by the rules that should find it and no others."""

from __future__ import annotations

import copy
from functools import cache
from random import Random
from typing import NamedTuple

import pytest

from jiesuan.bind import bind
from jiesuan.check import check_workbook
from jiesuan.ref import Ref
from jiesuan.sample.draft import Draft, Mistake
from jiesuan.sample.make import Sample, make_sample
from jiesuan.sample.mistakes import KINDS
from jiesuan.template.layout import lay_out, to_book
from jiesuan.term import Term

from ..making import PACK

SPRING = Term(2024, 0)


class Told(NamedTuple):
    """Codes of the findings at the mistake's cell, and elsewhere."""

    here: set[str]
    elsewhere: set[str]


class Expected(NamedTuple):
    """What must be told at the cell, what must be told elsewhere, and what may be told besides (sums of the same
    figures on other sheets, limits that a large mistake oversteps)."""

    here: str
    elsewhere: str = ""
    besides: str = ""


EXPECTED = {
    "swapped_digits": Expected("", "", "F406 X201 X301 X302 X402 X405 X406 X503 P404"),
    "yuan_for_wan": Expected("F101|F302|F402", "", "X201 X601 X602 P107 X102 F406"),
    "wrong_total": Expected("F102|F303|F304|F404|F202"),
    "wrong_standard": Expected("P302", "", "X604 X605 X201"),
    "more_than_registered": Expected("X501", "", "P102 X101"),
    "more_than_five_months": Expected("P101", "", "X301 X302 X503 P107 X102"),
    "text_in_number": Expected("V101", "", "X201 X301 X302 F406 P102 X101 X501"),
    "negative": Expected("V103", "", "X201 X301 X302 F406 P404 X402 X405 X406 P102 X101 X501"),
    "majors_missing": Expected("P303", "", "F305 L118"),
    "wrong_major_count": Expected("F305"),
    "wrong_balance": Expected("F406"),
    "student_missing": Expected("", "X201 X203", "F204 X101 X102"),
    "student_twice": Expected("", "L108 X201", "F204 X101 X102"),
    "wrong_check_digit": Expected("L104"),
    "number_as_id": Expected("L106"),
    "short_phone": Expected("L112"),
    "name_missing": Expected("L101"),
    "wrong_class_format": Expected("L116"),
    "odd_amount": Expected("P202", "", "L119 X102"),
    "third_year_grant": Expected("P206", "X101 X102", "L119 P205"),
}


@cache
def sample(set_name: str, students: int = 60) -> Sample:
    return make_sample(PACK, set_name, SPRING, students=students, seed=25)


def planted(kind: str, set_name: str, seed: int, students: int = 60) -> tuple[Mistake, Told]:
    """One mistake of a kind in an otherwise consistent school, and what a check says of it."""
    draft = Draft(PACK, set_name, SPRING, copy.deepcopy(sample(set_name, students).filling), Random(seed))
    made = draft.make(KINDS[kind])
    assert made is not None
    (mistake,) = draft.close([made])
    laid = {form.role: lay_out(PACK, form, SPRING, draft.filling) for form in PACK.set_forms(set_name, SPRING)}
    of = laid[mistake.role]
    if isinstance(mistake.where, str):
        cell = of.lines[mistake.where]
    elif len(mistake.where) == 3:
        cell = of.places[mistake.where[1], mistake.field]
    else:
        cell = of.rows.get(mistake.where, 1), of.columns[mistake.field or "姓名"]
    report = check_workbook(bind(to_book(list(laid.values()), "表.xlsx"), PACK, term=SPRING, set_name=set_name))
    place = of.sheet, Ref(of.sheet, *cell).cell
    here = {item.code for item in report.findings if (item.sheet, item.cell) == place}
    return mistake, Told(here, {item.code for item in report.findings} - here)


@pytest.mark.parametrize("set_name", ["省属", "市属"])
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"swapped_digits"}))
def test_a_planted_mistake_is_found_where_it_stands(kind: str, set_name: str) -> None:
    mistake, told = planted(kind, set_name, seed=3)
    expected = EXPECTED[kind]
    own, others, besides = expected.here.split("|"), set(expected.elsewhere.split()), set(expected.besides.split())
    assert expected.here == "" or set(own) & told.here, told
    assert others <= told.elsewhere, told
    assert told.here | told.elsewhere <= {*own, *others, *besides}, told
    assert {code[0] for code in told.here | told.elsewhere} & set(mistake.expects)


def test_what_is_wrong_by_the_place_it_stands_in() -> None:
    """The rule of a total or an amount is that of its form."""
    amounts = {"助学金": {"F101"}, "免学费": {"F302"}, "生均": {"F402"}}
    totals = {"助学金": {"F102"}, "免学费": {"F303", "F304"}, "生均": {"F404"}, "精准明细": {"F202"}}
    seen = set()
    for seed in range(4):
        for kind, rules in (("yuan_for_wan", amounts), ("wrong_total", totals)):
            mistake, told = planted(kind, "市属", seed + 10)
            assert len(rules[mistake.role] & told.here) == 1
            seen.add((kind, mistake.role))
    assert len(seen) > 3


@pytest.mark.parametrize("seed", [1, 2])
def test_swapped_digits_are_told(seed: int) -> None:
    mistake, told = planted("swapped_digits", "市属", seed, students=500)
    assert told.here | told.elsewhere
    assert told.here | told.elsewhere <= set(EXPECTED["swapped_digits"].besides.split())
    assert {code[0] for code in told.here | told.elsewhere} & set(mistake.expects)


def test_every_kind_has_its_expectation() -> None:
    assert set(EXPECTED) == set(KINDS)
    codes = {code for item in EXPECTED.values() for part in item for code in part.replace("|", " ").split()}
    assert codes <= set(PACK.rules)
