"""What is always true of a report, whatever stands in the workbook."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.bind import bind
from jiesuan.bind.workbook import NotBound
from jiesuan.book import Book, ErrorValue, Value
from jiesuan.check import check_book, check_workbook
from jiesuan.expression import parse
from jiesuan.report import Report
from jiesuan.term import Term

from .schools import PACK, School, change, check, found, school

BASES = ("市属2024春", "省属2024秋", "市属2025春", "市属2024春·年级叠放", "市属2024春·三年级")
ID, PHONE = "350781200602172567", "13900000000"
_LONG = re.compile(r"\d{15}")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")

garbage: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from([ErrorValue("#REF!"), ErrorValue("#DIV/0!"), ID, PHONE, int(ID), int(PHONE), float(ID), f"’{ID}x"]),
    st.sampled_from(
        [f"2023秋{ID}班", f"{PHONE}、{PHONE}", "2023秋", "合计", "小计", "人数", "3月", "2024年秋季学期", "—", "１２"]
    ),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
)
spoiling = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 60), st.integers(1, 25), garbage), min_size=1, max_size=25
)


def texts(report: Report) -> Iterator[str]:
    """Every text that leaves the workbook."""
    yield from (report.file, report.school, report.set_name, report.term, *report.remarks)
    for item in [*report.findings, *report.explained]:
        yield from (item.label, item.message, item.expected, item.actual, item.difference)
        for other in item.related:
            yield from (other.label, other.value)
    yield from (item.why for item in report.unchecked)


def adds_up(report: Report) -> None:
    counts = report.counts
    assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
    assert min(counts.values()) >= 0
    selected = {rule.code for rule in report.selected}
    assert {item.code for item in report.findings} | {item.rule.code for item in report.unchecked} <= selected
    assert sum(report.levels.values()) == len(report.findings)
    leaked = [text for text in texts(report) if _LONG.search(plain := text.replace(",", "")) or _MOBILE.search(plain)]
    assert not leaked


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(BASES), spoilt=spoiling)
def test_counts_add_up_and_nothing_personal_leaves(name: str, spoilt: list[tuple[int, int, int, Value]]) -> None:
    base = school(name)
    book = base.fresh()
    for sheet, row, column, value in spoilt:
        book.sheets[sheet].put(row, column, value)
    try:
        report = check(base, book)
    except NotBound as reason:
        assert reason.message
        return
    adds_up(report)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(BASES[:3]), values=st.lists(garbage, min_size=1, max_size=12), seed=st.randoms())
def test_any_value_in_a_cell_that_is_read(name: str, values: list[Value], seed: object) -> None:
    """As above, aimed at figures, student rows, lines and titles."""
    base = school(name)
    book = base.fresh()
    places = sorted(place for place in base.names if place[1])
    for value in values:
        ref = base.cell(base.names[seed.choice(places)])  # type: ignore[attr-defined]
        book.sheet(ref.sheet).put(ref.row, ref.column, value)
    try:
        adds_up(check(base, book))
    except NotBound as reason:
        assert reason.message


@settings(max_examples=25, deadline=None)
@given(
    set_name=st.sampled_from(("省属", "市属")),
    term=st.sampled_from([Term(year, half) for year in range(2024, 2028) for half in (0, 1)]),
    students=st.integers(0, 200),
    seed=st.integers(0, 10_000),
)
def test_a_consistent_workbook_has_nothing_to_correct(set_name: str, term: Term, students: int, seed: int) -> None:
    base = school.__wrapped__(f"{set_name}{term}", students, seed)
    report = check(base, base.fresh())
    assert report.findings == [] and report.unchecked == [] and report.clean


def spoilt_book(base: School) -> Book:
    book = base.fresh()
    change(
        base,
        book,
        {
            "助学金/申报审批,一年级,涉农专业,其他/人次": 24,
            "精准明细/脱贫户/1/免学费金额": 840,
            "精准明细/残疾/1/身份证号": ID,
            "免学费/一年级,*,*/第1月": 6,
            "生均/三年级,涉农/第1月": 2,
            "生均/学校名称": "另一所学校",
        },
    )
    return book


@pytest.mark.parametrize("order", [(3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)])
def test_sheets_in_any_order_give_the_same_findings(order: tuple[int, ...]) -> None:
    base = school("市属2024春")
    book = spoilt_book(base)
    turned = copy.deepcopy(book)
    turned.sheets = [turned.sheets[place] for place in order]
    first, second = check(base, book), check(base, turned)
    assert len(first.findings) >= 8
    assert found(base, first) == found(base, second)
    assert {repr(item) for item in first.findings if item.code != "D101"} == {
        repr(item) for item in second.findings if item.code != "D101"
    }
    assert first.counts == second.counts
    # Gravest first, then as the sheets and cells stand.
    levels = [item.level for item in first.findings]
    assert levels == sorted(levels, key=("错误", "核实", "提示").index)
    graves = [item.sheet for item in second.findings if item.level == "错误"]
    names = [sheet.name for sheet in turned.sheets]
    assert graves == sorted(graves, key=names.index)


def test_checking_changes_nothing_and_repeats_itself() -> None:
    base = school("市属2024春")
    workbook = bind(spoilt_book(base), PACK)
    before = copy.deepcopy(workbook.book)
    first = check_workbook(workbook)
    assert workbook.book == before
    assert check_workbook(workbook) == first


def test_check_book_binds_by_itself() -> None:
    base = school("市属2024春")
    report = check_book(base.fresh())
    assert (report.set_name, report.term, report.pack) == ("市属", "2024春", "fujian-2024")
    assert report.file == "示范技工学校.xlsx" and report.school == "某市示范第一技工学校"
    with pytest.raises(NotBound):
        check_book(Book("空.xlsx"))


def test_a_lone_form_is_checked_as_far_as_it_goes() -> None:
    base = school("市属2024春")
    book = base.fresh()
    book.sheets = book.sheets[:1]
    report = check(base, book)
    assert report.found_codes == {"S101"}
    assert {"X101", "X201", "F301", "L104", "D201"} <= report.unchecked_codes
    assert "F101" not in report.unchecked_codes
    adds_up(report)


def test_the_other_shape_of_the_grant_form_is_clean() -> None:
    """It prints no blocks of what was paid and what is left: rules about them do not apply."""
    base = school("市属2024春·年级叠放")
    report = check(base, base.fresh())
    assert (report.findings, report.unchecked, report.clean) == ([], [], True)
    adds_up(report)


def test_every_rule_can_be_read_and_explains_itself() -> None:
    from jiesuan.batch.between import CHECKS as BATCH
    from jiesuan.bureau.checking import CHECKS as BESIDE
    from jiesuan.check.cells import CELL_CHECKS
    from jiesuan.check.run import CHECKS, STRUCTURE
    from jiesuan.notices.institution_check import CHECKS as INSTITUTION
    from jiesuan.notices.institution_check import CITY_CHECKS
    from jiesuan.publicize.lint import CHECKS as PUBLIC
    from jiesuan.roster.attendance import CALLS
    from jiesuan.roster.check import CELLS as ROSTER_CELLS
    from jiesuan.roster.check import CHECKS as ROSTER
    from jiesuan.roster.compare import COMPARISONS
    from jiesuan.rule import FAMILIES

    known = CELL_CHECKS | set(CHECKS) | STRUCTURE | BATCH | set(BESIDE) | set(ROSTER) | PUBLIC
    known |= CITY_CHECKS | set(INSTITUTION) | set(ROSTER_CELLS) | set(COMPARISONS) | set(CALLS)
    for rule in PACK.rules.values():
        assert bool(rule.holds) != bool(rule.check), rule.code
        assert rule.basis and rule.why and rule.help and rule.name, rule.code
        assert rule.check in known or not rule.check, rule.code
        assert rule.family in FAMILIES, rule.code
        assert not rule.name.endswith("。") and len(rule.name) <= 24, rule.code
        if rule.holds:
            parse(rule.code, rule.holds, rule.when)
        if rule.at:
            parse(rule.code, f"{rule.at} == 0", "")
        named = {**parse(rule.code, rule.holds, rule.when).operands} if rule.holds else {}
        if rule.at:
            named |= parse(rule.code, f"{rule.at} == 0", "").operands
        for form in (form for item in PACK.info.set for form in map(PACK.forms.get, item.forms) if form):
            for operand in named.values():
                if operand.role == form.role and form.set in (rule.sets or ("省属", "市属")):
                    assert form.has(operand.name) or operand.name in form.groups, rule.code
                    for axis, members in operand.filters:
                        known_members = {member.name for member in form.axis_named(axis).members}
                        assert {name for name in members if name[0] != "@"} <= known_members, rule.code
    used = {rule.check for rule in PACK.rules.values()}
    assert known <= used, known - used
