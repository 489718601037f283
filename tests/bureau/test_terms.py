"""Between terms: what the cases in TOML do not tell, and what a bureau's own last 附件3 leaves open."""

from __future__ import annotations

import copy
import dataclasses

import pytest

from jiesuan.bind import Workbook
from jiesuan.bureau.inputs import Inputs
from jiesuan.bureau.rollup import roll_up
from jiesuan.bureau.terms import not_comparable
from jiesuan.report import Report
from jiesuan.share import load_shares
from jiesuan.template.layout import to_book
from jiesuan.term import Term
from jiesuan.text import fold
from tests.bureau.making import (
    AUTUMN,
    BUREAU,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SECOND,
    SPRING,
    City,
    change,
    check,
    city,
    found,
    inputs,
    received,
)
from tests.bureau.pairs import school, school_report
from tests.check import schools


def built(term: Term, place: str) -> City:
    """附件3 of a term, its county school in that place."""
    given: Inputs = copy.deepcopy(inputs(term))
    given.schools[fold(COUNTY_SCHOOL)].place = place
    rollup = roll_up(PACK, received(term), load_shares(PACK, term), BUREAU, given)
    return City(term, rollup, to_book(rollup.laid, "附件3.xlsx"), {item.form.role: item for item in rollup.laid})


def test_a_balance_that_could_not_be_computed_is_not_nothing() -> None:
    """金门 is not in the table of shares: its balance of last term is unknown, and no figure is put against it."""
    last, now = built(SPRING, "金门").workbook(), built(AUTUMN, "惠安")
    report = check(now, now.fresh(), previous=last)
    assert found(now, report) == []
    assert [(item.rule.code, item.why) for item in report.unchecked] == [
        ("T501", "上期 助学金汇总2资金!Q14 没有算出累计结余"),
        ("T501", "上期 助学金汇总2资金!R14 没有算出累计结余"),
    ]
    assert report.counts["unchecked"] == 1
    # The other schools are compared all the same.
    book = now.fresh()
    change(now, book, {"汇总资金/泉州示范技工学校/前期省级": 2})
    report = check(now, book, previous=last)
    assert "T501 汇总资金/泉州示范技工学校/前期省级" in found(now, report) and report.counts["found"] == 2


OLD = "泉州示范高级技工学校"


def under_the_old_name(**former: tuple[str, ...]) -> Report:
    """附件3 of autumn, where last term's lists the first school under another name; `former`: what the roster says."""
    before, now = city(SPRING), city(AUTUMN)
    book, schools = before.fresh(), received(AUTUMN)
    change(before, book, {f"汇总资金/{FIRST}/学校": f"1、{OLD}", f"汇总资金/{FIRST}/累计省级": 77})
    schools.former = {fold(name): names for name, names in former.items()}
    return check(now, now.fresh(), schools=schools, previous=before.workbook(book))


def test_a_renamed_school_is_compared_with_what_stands_under_its_old_name() -> None:
    report = under_the_old_name(**{FIRST: ("泉州某校", fold(OLD)), SECOND: ()})
    assert [(item.code, item.message) for item in report.findings if item.code.startswith("T")] == [
        ("T501", "与上期的累计结余不同")
    ]
    assert [item.expected for item in report.findings if item.code == "T501"] == ["77.0000 万元"]


@pytest.mark.parametrize("former", [{}, {FIRST: (fold(SECOND),)}, {SECOND: (fold(OLD),)}])
def test_another_name_alone_makes_no_school_the_same(former: dict[str, tuple[str, ...]]) -> None:
    found = [(item.code, item.message) for item in under_the_old_name(**former).findings if item.code.startswith("T")]
    assert found == [("T502", f"上期有结余的“{OLD}”，本期没有列")]


def test_a_school_listed_twice_last_term_is_compared_with_neither() -> None:
    before, now = city(SPRING), city(AUTUMN)
    book = before.fresh()
    change(before, book, {f"汇总资金/{SECOND}/学校": f"2、{FIRST}"})
    report = check(now, now.fresh(), previous=before.workbook(book))
    assert found(now, report) == []
    why = f"上期《国家助学金结算汇总表2（资金统计）》里“{FIRST}”列了不止一次，不知以哪一行的结余为准"
    assert [(item.rule.code, item.why) for item in report.unchecked] == [("T501", why)]


def told_of_the_balance(end: object, then: dict[str, object]) -> list[str]:
    """What is said of the balance at the end of an autumn, with last term's workbook beside it."""
    report = school_report(AUTUMN, {"生均/期末结余": end}, then)  # type: ignore[dict-item,arg-type]
    return [finding.code for finding in report.findings if finding.cell == school(AUTUMN).cell("生均/期末结余").cell]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (3.29, []),  # 21 received less 17.71 of the autumn
        (6.714, []),  # and what was brought forward
        (-13.286, []),  # less 16.576 of the spring as well
        (-9.862, []),
        (-13.3, ["T102"]),
        (8, ["T102"]),
    ],
)
def test_both_readings_of_the_balance_hold_with_last_terms_workbook(end: float, told: list[str]) -> None:
    assert told_of_the_balance(end, {}) == told


@pytest.mark.parametrize(
    "then",
    [
        {"生均": "（删）"},
        {"生均/一年级,涉农/生均标准": "多少"},
        {f"{role}/学校名称": "另一所学校" for role in ("助学金", "精准明细", "免学费", "生均")},
    ],
    ids=["没有", "读不出", "别校"],
)
def test_without_last_terms_figures_the_school_is_asked_about_its_balance(then: dict[str, object]) -> None:
    assert told_of_the_balance(-13.286, then) == ["F406"]


NEWCOMER = {"精准明细/残疾/0/姓名": "吴某某", "精准明细/残疾/0/身份证号": "350521200501010019"}


def names(report: Report) -> list[str]:
    return schools.found(school(AUTUMN), report)


@pytest.mark.parametrize(
    ("remark", "expected"),
    [("", ["T106 精准明细/残疾/0/身份证号"]), ("9月从外校转入，见转学批复", [])],
)
def test_a_remark_answers_for_a_student_who_is_new(remark: str, expected: list[str]) -> None:
    then = {**NEWCOMER, "精准明细/残疾/0/备注": "5月起退学"}
    assert names(school_report(AUTUMN, {"精准明细/残疾/0/备注": remark} if remark else {}, then)) == expected


@pytest.mark.parametrize(
    ("number", "told"),
    [("350582-20071126-0350", "L110"), ("３５０５８２ 20071126 0350", "L110"), ("350582071126035", "L103")],
)
def test_a_student_is_known_however_the_number_is_written(number: str, told: str) -> None:
    report = school_report(AUTUMN, {"精准明细/特困低保/0/身份证号": number}, {})
    assert names(report) == [f"{told} 精准明细/特困低保/0/身份证号"]


SWAPPED = {
    "精准明细/脱贫户/0/班级": "2023秋化工工艺1班",
    "精准明细/特困低保/0/班级": "2023秋消防工程技术1班",
    "精准明细/脱贫户/0/姓名": "张军飞",
    "精准明细/特困低保/0/姓名": "宋颖丹",
    "精准明细/脱贫户/0/身份证号": "350582200711260350",
    "精准明细/特困低保/0/身份证号": "35010220080803038X",
}
"""Last term each of two students stood in the other's part of the list."""


def test_a_remark_answers_for_another_kind_of_hardship_on_its_line_alone() -> None:
    both = ["T109 精准明细/特困低保/0/身份证号", "T109 精准明细/脱贫户/0/身份证号"]
    assert names(school_report(AUTUMN, {}, SWAPPED)) == both
    answered = {"精准明细/脱贫户/0/备注": "本学期经认定改列脱贫户，见认定表"}
    assert names(school_report(AUTUMN, answered, SWAPPED)) == both[:1]


def test_units_and_sets() -> None:
    now: Workbook = city(AUTUMN).workbook()
    assert not_comparable(now, None) == not_comparable(now, city(SPRING).workbook()) == ""
    other = dataclasses.replace(city(SPRING).workbook(), set="市属")
    assert not_comparable(now, other) == "上期的表是市属的，本期是设区市的"
