"""Which schools to look at first: an order that follows the findings, a share that follows the policy."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.batch.batch import Batch, Options
from jiesuan.batch.between import Between, Repeated, report_of
from jiesuan.batch.roster import Listed
from jiesuan.batch.schools import UNKNOWN, File, School
from jiesuan.batch.visits import STANDARD, visits
from jiesuan.pack import load_pack
from jiesuan.term import Term

from .city import school_name
from .test_between import town
from .test_told import batch, rows

NOWHERE = Options(Path(), Path())


def told(one: Batch) -> list[tuple[str, str, bool, str]]:
    return [(visit.school.name, visit.set_name, visit.chosen, "，".join(visit.reasons)) for visit in visits(one)]


def test_the_most_doubtful_first() -> None:
    report = report_of(batch().schools[1])
    assert report is not None
    errors, doubts, _ = report.levels.values()
    wrong = [f"错误 {errors} 处"] * bool(errors) + [f"核实 {doubts} 处"] * bool(doubts)
    if report.unchecked_codes:
        wrong.append(f"未能校验 {len(report.unchecked_codes)} 条")
    assert told(batch()) == [
        (school_name(4), "市属", True, "没有能核对的表（空表）"),
        (school_name(5), "", True, "没有能核对的表（未报）"),
        (school_name(3), "", False, "没有能核对的表（读不了）"),
        (school_name(2), "市属", False, "，".join(wrong)),
        (school_name(0), "市属", False, ""),
    ]


def test_the_sheet() -> None:
    assert rows("核查建议", 4) == [
        [number, name, set_name or None, "列入抽查" if chosen else None, why or "没有疑点"]
        for number, (name, set_name, chosen, why) in enumerate(told(batch()), 1)
    ]


def test_students_of_two_schools_count() -> None:
    found = {name: why for name, _, _, why in told(town())}
    shared = {school.name for item in town().between.repeated for school, _, _ in item.places}
    assert shared and {name for name, why in found.items() if "与别校重复的学生" in why} == shared


def listed(number: int, set_name: str) -> School:
    name = f"第{number:03}技工学校"
    return School(name, Listed(name, set_name, 1))


@given(province=st.integers(0, 8), city=st.integers(0, 40))
def test_the_share_of_the_notice(province: int, city: int) -> None:
    """闽人社办〔2024〕79号 三(三): all provincial schools, at least one in three of the others."""
    schools = [listed(n, "省属") for n in range(province)] + [listed(100 + n, "市属") for n in range(city)]
    chosen = [visit for visit in visits(Batch(NOWHERE, schools=schools, between=Between("2024春"))) if visit.chosen]
    assert sum(visit.set_name == "省属" for visit in chosen) == province
    others = sum(visit.set_name == "市属" for visit in chosen)
    assert 3 * others >= city and 3 * (others - 1) < city


@pytest.mark.parametrize("term", ["", "2019春"])
def test_without_policy_all_are_chosen(term: str) -> None:
    one = Batch(NOWHERE, schools=[listed(n, "市属") for n in range(7)], between=Between(term))
    assert [visit.chosen for visit in visits(one)] == [True] * 7


def test_a_file_of_nobody_is_no_school_to_visit() -> None:
    """It takes no school's place and does not raise their number."""
    lost = [School(name, files=[File(f"{name}.xlsx")], filed=UNKNOWN) for name in ("坏的", "空", "网页")]
    schools = [*lost, *(listed(number, "市属") for number in range(3))]
    found = visits(Batch(NOWHERE, schools=schools, between=Between("2024春")))
    assert [(visit.school.name, visit.chosen) for visit in found] == [
        ("第000技工学校", True), ("第001技工学校", False), ("第002技工学校", False),
    ]  # fmt: skip


def test_the_order_of_files_and_schools_does_not_matter() -> None:
    turned = dataclasses.replace(batch(), schools=batch().schools[::-1])
    assert told(turned) == told(batch())


def test_a_student_twice_in_one_school_counts_once_for_it() -> None:
    schools = [listed(1, "市属"), listed(2, "市属")]
    item = Repeated("", ((schools[1], "表", "D7"), (schools[1], "表", "D9"), (schools[0], "表", "D8")), True)
    one = Batch(NOWHERE, schools=schools, between=Between("2024春", repeated=[item]))
    assert [why for _, _, _, why in told(one)] == ["没有能核对的表（未报），与别校重复的学生 1 人"] * 2


def test_the_policy_names_its_clause() -> None:
    for kind, number in (("省属", Decimal(1)), ("市属", Decimal(3))):
        held = load_pack().policy.lookup(STANDARD, Term.parse("2024春"), {"隶属": kind})
        assert held is not None and (held.amount, held.basis[:20]) == (number, "闽人社办〔2024〕79号 三(三)：对")
