"""Each mistake changes exactly what it says, where it says, and nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from jiesuan.filling import Filling
from jiesuan.pack import load_pack
from jiesuan.rule import FAMILIES
from jiesuan.sample.make import Sample, make_sample
from jiesuan.sample.mistakes import KINDS, Mistake, make_mistakes
from jiesuan.term import Term

PACK = load_pack()
LIST = "精准明细"
TERMS = [Term(2024, 0), Term(2024, 1), Term(2025, 0), Term(2027, 1)]


def undone(filling: Filling, mistakes: list[Mistake], sample: Sample) -> Filling:
    """The filling with every mistake taken back."""
    result = copy.deepcopy(filling)
    rows = result.rows[LIST]
    places: dict[Mistake, Any] = {mistake: mistake.where for mistake in mistakes}
    for mistake in mistakes:
        where = places[mistake]
        if isinstance(where, str):
            assert result.lines[mistake.role][where] == mistake.new
            result.lines[mistake.role][where] = mistake.old
        elif len(where) == 3:
            assert result.figures.pop(where, None) == mistake.new
            if mistake.old is not None:
                result.figures[where] = mistake.old
        elif mistake.field:
            assert rows[where[0]][where[1]][mistake.field] == mistake.new
            rows[where[0]][where[1]][mistake.field] = mistake.old
    for mistake in mistakes:
        if mistake.kind == "student_twice":
            section, index = places[mistake]
            assert index == len(rows[section]) - 1
            again = rows[section].pop()
            assert again in rows[section] and again["身份证号"] == mistake.new
    for mistake in mistakes:
        if mistake.kind == "student_missing":
            section, index = places[mistake]
            original = sample.filling.rows[LIST][section][index]
            assert original["姓名"] == mistake.old
            rows[section].insert(index, original)
    return result


@settings(max_examples=80, deadline=None)
@given(
    set_name=st.sampled_from(("省属", "市属")),
    term=st.sampled_from(TERMS),
    students=st.integers(0, 400),
    count=st.integers(0, 60),
    seed=st.integers(0, 10_000),
)
def test_nothing_changes_but_what_is_reported(set_name: str, term: Term, students: int, count: int, seed: int) -> None:
    sample = make_sample(PACK, set_name, term, students=students, seed=seed)
    before = copy.deepcopy(sample.filling)
    filling, mistakes = make_mistakes(PACK, set_name, term, sample, count, seed)
    assert sample.filling == before
    assert undone(filling, mistakes, sample) == before
    assert len(mistakes) <= count
    assert all(mistake.old != mistake.new for mistake in mistakes)
    places = [(mistake.role, mistake.where, mistake.kind == "student_missing") for mistake in mistakes]
    assert len(set(places)) == len(places)
    again = make_mistakes(PACK, set_name, term, sample, count, seed)
    assert again == (filling, mistakes)


@pytest.mark.parametrize("set_name", ["省属", "市属"])
@pytest.mark.parametrize("term", TERMS)
def test_every_kind_occurs_before_any_comes_again(set_name: str, term: Term) -> None:
    sample = make_sample(PACK, set_name, term, students=900)
    possible = set(KINDS) - ({"third_year_grant"} if term >= Term(2025, 0) else set())
    _, mistakes = make_mistakes(PACK, set_name, term, sample, len(possible), 5)
    assert {mistake.kind for mistake in mistakes} == possible
    _, more = make_mistakes(PACK, set_name, term, sample, 100, 5)
    assert len(more) == 100


def test_a_sample_without_room_gets_few_mistakes() -> None:
    sample = make_sample(PACK, "省属", Term(2024, 0), students=0)
    filling, mistakes = make_mistakes(PACK, "省属", Term(2024, 0), sample, 50, 1)
    assert [mistake.kind for mistake in mistakes] == ["wrong_balance"]
    assert filling.lines["生均"]["期末结余"] == mistakes[0].new


def test_kinds_are_described() -> None:
    for name, kind in KINDS.items():
        assert kind.name == name
        assert kind.expects and set(kind.expects) <= set(FAMILIES)
        assert re.search(r"[\u4e00-\u9fff]", kind.title)
    assert len({kind.title for kind in KINDS.values()}) == len(KINDS) == 20


Facts = dict[str, Any]


@cache
def facts(set_name: str) -> list[Facts]:
    """Many mistakes as made: the mistake, the filling before and after."""
    term = Term(2024, 0)
    sample = make_sample(PACK, set_name, term, students=900)
    found: list[Facts] = []
    for seed in range(60):
        filling, mistakes = make_mistakes(PACK, set_name, term, sample, len(KINDS) + 6, seed)
        found.extend(
            {"mistake": mistake, "where": mistake.where, "before": sample.filling, "after": filling, "set": set_name}
            for mistake in mistakes
        )
    return found


def swapped(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    old, new = str(mistake.old), str(mistake.new).zfill(len(str(mistake.old)))
    differing = [i for i in range(len(old)) if old[i] != new[i]]
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and sorted(old) == sorted(new)
        and mistake.field in ("第1月", "第2月", "第3月", "第4月", "第5月")
    )


def ten_thousandfold(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    role, key, _ = fact["where"]
    figures = fact["before"].figures
    times = sum(figures.get((role, key, f"第{month}月"), 0) for month in range(1, 6)) or figures[role, key, "人次"]
    monthly = {
        ("助学金", "省属", "涉农专业"): 200,
        ("助学金", "省属", "非涉农专业"): 200,
        ("免学费", "省属", "涉农专业"): 240,
        ("免学费", "省属", "数控等高级工专业"): 380,
        ("免学费", "省属", "其他一般专业"): 260,
        ("免学费", "市属", "涉农专业"): 240,
        ("免学费", "市属", "数控等高级工专业"): 320,
        ("免学费", "市属", "其他一般专业"): 210,
    }
    funding = {"化工": 424, "轻工": 477, "能源": 530, "农林": 583, "消防": 636, "机电": 689}
    funding |= {"休闲保健": 420, "轻纺食品": 510, "涉农": 560, "数控模具电气": 560, "农林牧渔其他": 560}
    if role == "生均":
        return bool(mistake.new == times * funding[key[1]])
    return bool(
        mistake.new
        == times * monthly[role, "省属" if role == "助学金" else fact["set"], key[2 if role == "助学金" else 1]]
    )


def total_is_wrong(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    role, key, name = fact["where"]
    assert isinstance(mistake.new, int) and mistake.old is None
    if role == LIST:
        sections = fact["before"].rows[LIST]
        amounts = [row[name] for section, rows in sections.items() if key[0] in (section, "*") for row in rows]
        # A missing or repeated row changes the true total as well.
        return bool(0 < abs(mistake.new - sum(amounts)) < 5000)
    true = sum(
        value
        for (found, detail, field), value in fact["before"].figures.items()
        if (found, field) == (role, name) and all(a in ("*", b) for a, b in zip(key, detail, strict=True))
    )
    return "*" in key and mistake.new - true in (11, 13, 17)


def standard_of_the_other_set(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    _, key, name = fact["where"]
    wrong = {
        "省属": {"数控等高级工专业": 0.032, "其他一般专业": 0.021},
        "市属": {"数控等高级工专业": 0.038, "其他一般专业": 0.026},
    }
    return (
        name == "月标准"
        and key[2] == "脱贫户"
        and bool(mistake.new == wrong[fact["set"]][key[1]])
        and any(found == "免学费" and other[:2] == key[:2] for found, other, _ in fact["before"].figures)
    )


def more_than_school(fact: Facts) -> bool:
    mistake: Any = fact["mistake"]
    grade = fact["where"][1][1]
    monthly = [
        sum(v for (r, k, f), v in fact["before"].figures.items() if (r, k[0], f) == ("生均", grade, f"第{month}月"))
        for month in range(1, 6)
    ]
    return mistake.field == "人数" and bool(mistake.new > max(monthly))


def over_five_months(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    role, key, name = fact["where"]
    return name == "人次" and bool(mistake.new > 5 * fact["before"].figures[role, key, "人数"])


def invalid_by_one_digit(fact: Facts) -> bool:
    old, new = fact["mistake"].old, fact["mistake"].new
    return bool(ric.is_valid(old) and not ric.is_valid(new) and old[:-1] == new[:-1] and new[-1].isdigit())


def rounded_like_excel(fact: Facts) -> bool:
    old, new = fact["mistake"].old, fact["mistake"].new
    return isinstance(new, int) and str(new) == old[:15] + "000"


def off_the_standard(fact: Facts) -> bool:
    return bool(0 < fact["mistake"].new == fact["mistake"].old - 37)


def majors_gone(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    return mistake.new is None and bool(mistake.old) and mistake.where not in fact["after"].figures


def third_year(fact: Facts) -> bool:
    mistake: Mistake = fact["mistake"]
    row = fact["after"].rows[LIST][fact["where"][0]][fact["where"][1]]
    return mistake.old is None and mistake.new == 1000 and row["班级"][:5] in ("2021秋", "2022春")


def balance_off(fact: Facts) -> bool:
    off = Decimal(repr(fact["mistake"].new)) - Decimal(repr(fact["mistake"].old))
    return Decimal("0.1") <= off < 10


SAYS: dict[str, Callable[[Facts], bool]] = {
    "swapped_digits": swapped,
    "yuan_for_wan": ten_thousandfold,
    "wrong_total": total_is_wrong,
    "wrong_standard": standard_of_the_other_set,
    "more_than_registered": more_than_school,
    "more_than_five_months": over_five_months,
    "text_in_number": lambda fact: fact["mistake"].new == f"{fact['mistake'].old}人",
    "negative": lambda fact: fact["mistake"].new == -fact["mistake"].old < 0,
    "majors_missing": majors_gone,
    "wrong_major_count": lambda fact: fact["mistake"].new - fact["mistake"].old in (-1, 1, 2),
    "wrong_balance": balance_off,
    "student_missing": lambda fact: fact["mistake"].new is None and fact["mistake"].field == "",
    "student_twice": lambda fact: ric.is_valid(fact["mistake"].new) and fact["mistake"].field == "",
    "wrong_check_digit": invalid_by_one_digit,
    "number_as_id": rounded_like_excel,
    "short_phone": lambda fact: fact["mistake"].new == fact["mistake"].old[:10],
    "name_missing": lambda fact: fact["mistake"].new is None and fact["mistake"].field == "姓名",
    "wrong_class_format": lambda fact: bool(re.fullmatch(r"\D+\d+班", fact["mistake"].new)),
    "odd_amount": off_the_standard,
    "third_year_grant": third_year,
}


@pytest.mark.parametrize("kind", SAYS)
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_a_mistake_is_what_its_title_says(set_name: str, kind: str) -> None:
    found = [fact for fact in facts(set_name) if fact["mistake"].kind == kind]
    assert len(found) >= (1 if kind in ("wrong_major_count", "wrong_balance") else 20)
    assert all(SAYS[kind](fact) for fact in found)


def test_every_kind_is_tested() -> None:
    assert set(SAYS) == set(KINDS)


def test_an_amount_that_is_typed_in_is_ten_thousandfold_too() -> None:
    """From 2025春 the 助学金 amount is an input."""
    sample = make_sample(PACK, "市属", Term(2025, 0), students=300)
    for seed in range(40):
        _, mistakes = make_mistakes(PACK, "市属", Term(2025, 0), sample, 25, seed)
        for mistake in mistakes:
            if mistake.kind == "yuan_for_wan" and mistake.role == "助学金":
                assert Decimal(repr(mistake.new)) == Decimal(repr(mistake.old)) * 10_000
                return
    pytest.fail("no such mistake was made")
