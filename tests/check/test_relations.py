"""`holds` rules in the balance table: which apply, where their findings stand, what they are compared with."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.check.ledger import Ledger
from jiesuan.check.relations import relate
from jiesuan.ref import a1
from jiesuan.report import Finding
from jiesuan.rule import Rule

from .schools import PACK, change, school

BASE = school("市属2024春")


def workbook(changes: dict[str, Any] | None = None) -> Workbook:
    book = BASE.fresh()
    change(BASE, book, changes or {})
    return bind(book, PACK, term=BASE.term, set_name=BASE.set_name)


def told(holds: str, book: Workbook | None = None, **more: Any) -> tuple[list[Finding], list[str]]:
    """The findings of one rule, and why it could not be checked."""
    rule = Rule(code="X999", name="试", level="错误", holds=holds, basis="b", why="w", help="h", **more)
    ledger = Ledger()
    relate(rule, book or workbook(), ledger)
    return ledger.settle(), [item.why for item in ledger.unchecked]


def places(holds: str, book: Workbook | None = None, **more: Any) -> list[str]:
    return [BASE.name(item.sheet, item.cell) for item in told(holds, book, **more)[0]]


WRONG = "sum(助学金.人次) == 1"


def test_a_rule_for_forms_without_a_member_leaves_the_others_alone() -> None:
    assert len(told(WRONG, absent={"困难类型": "残疾"})[0]) == 1
    assert told(WRONG, absent={"困难类型": "其他"}) == ([], [])


def test_what_is_not_there_cannot_be_checked() -> None:
    book = workbook()
    name = book.tables.pop("助学金").form.name
    assert told(WRONG, book) == ([], [f"没有《{name}》"])


def test_a_finding_stands_where_the_rule_says() -> None:
    holds = "免学费.人次 == sum(助学金.人次) + 1000"
    assert places(holds) == ["免学费/*,*,*/人次"]
    assert places(holds, at="免学费.补助金额") == ["免学费/*,*,*/补助金额"]


def test_where_that_cell_is_not_there_it_stands_at_the_first_figure() -> None:
    book = workbook()
    del book.tables["生均"]
    assert places("免学费.人次 == 1000", book, at="生均.生均金额") == ["免学费/*,*,*/人次"]


@pytest.mark.parametrize("excused", ["", "助学金.备注"])
def test_nothing_is_said_of_figures_that_stand_nowhere(excused: str) -> None:
    assert told('sum(助学金.人次, 困难类型="残疾") == 1', excused=excused) == ([], [])


def test_a_sum_is_called_a_sum_and_no_figure_is_compared_with_itself() -> None:
    (total,), _ = told(WRONG, unit="人次")
    assert (total.label, total.expected) == ("申报审批 · 人次之和（12格）", "1 人次")
    assert [(other.label, other.value) for other in total.related] == [(total.label, total.actual)]
    (one,), _ = told("免学费.人次 == 1000", unit="人次")
    assert one.related == () and one.expected == "1,000 人次"
    # … unless it is told in another unit there.
    (scaled,), _ = told("免学费.补助金额 * 10000 == 1", unit="元")
    assert [other.label for other in scaled.related] == [scaled.label]


def test_the_written_answer_is_taken_before_anything_is_compared() -> None:
    holds, each = "助学金.人次 == 1000", ("年级", "专业性质", "困难类型")
    answered = workbook({"助学金/备注": "本学期中途退学"})
    silent = workbook({"助学金/备注": None})
    assert told(holds, answered, each=each, excused="助学金.备注") == ([], [])
    assert len(told(holds, silent, each=each, excused="助学金.备注")[0]) == len(told(holds, silent, each=each)[0]) > 0


def test_months_that_fail_together_are_one_finding() -> None:
    holds, each = "免学费.月 == 1000", ("年级", "月")
    apart, together = told(holds, each=each)[0], told(holds, each=each, together=("月",))[0]
    assert len(apart) == 5 * len(together)
    assert {item.message for item in together} == {"试（另有 4 个月也是如此）"}


AID = "助学金/申报审批,一年级,涉农专业,其他"
BOUND = "助学金.人次 <= 5 * 助学金.人数"
EACH: dict[str, Any] = {
    "each": ["口径", "年级", "专业性质", "困难类型"],
    "where": {"口径": ["申报审批"], "年级": ["一年级"], "专业性质": ["涉农专业"], "困难类型": ["其他"]},
}


@pytest.mark.parametrize(
    ("holds", "first"),
    [(BOUND, "人次"), ("助学金.人次 < 5 * 助学金.人数", "人次"), ("5 * 助学金.人数 >= 助学金.人次", "人数")],
)
def test_a_typed_negative_number_bounds_nothing(holds: str, first: str) -> None:
    book = workbook({f"{AID}/人数": -7})
    assert told(holds, book, **EACH) == ([], [f"{BASE.cell(f'{AID}/人数')} 是负数"])
    assert places(holds, workbook({f"{AID}/人数": 1}), **EACH) == [f"{AID}/{first}"]


def test_a_negative_number_below_its_bound_is_no_fault_of_the_relation() -> None:
    assert told(BOUND, workbook({f"{AID}/人次": -7}), **EACH) == ([], [])


def test_a_sum_with_a_negative_number_in_it_is_compared() -> None:
    (finding,), unchecked = told("sum(助学金.人次) <= sum(助学金.人数)", workbook({f"{AID}/人数": -5000}))
    assert (finding.expected[:5], unchecked) == ("不大于 -", [])


def test_a_bound_that_a_subtraction_makes_negative_is_checked() -> None:
    (finding,), unchecked = told("助学金.人次 <= 助学金.人数 - 99", workbook(), **EACH)
    assert (finding.expected[:5], unchecked) == ("不大于 -", [])


def test_equality_is_compared_with_whatever_was_typed() -> None:
    assert places("助学金.人次 == 5 * 助学金.人数", workbook({f"{AID}/人数": -7}), **EACH) == [f"{AID}/人次"]


def test_a_negative_number_that_a_formula_makes_is_told_where_it_was_typed() -> None:
    book = workbook({f"{AID}/人数": -7})
    table = book.tables["助学金"]
    name = next(ref for ref in told(BOUND, book, **EACH)[1])
    row, column = next(
        cell for cell in filter(None, table.columns["人数"].cells) if f"{table.sheet.name}!{a1(*cell)}" in name
    )
    table.sheet.formulas[row, column] = "=0-7"
    assert [len(part) for part in told(BOUND, book, **EACH)] == [1, 0]


def test_a_difference_may_be_negative_and_bounds_what_it_bounds() -> None:
    paid = AID.replace("申报审批", "实际发放")
    book = workbook({f"{paid}/人数": 60, f"{paid}/人次": 300})
    more = {**EACH, "where": {**EACH["where"], "口径": ["差额"]}}
    findings, unchecked = told("助学金.人次 >= 助学金.人数 + 1000", book, **more)
    assert (len(findings), unchecked) == (1, [])
