"""`holds` rules in the balance table: which apply, where their findings stand, what they are compared with."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.check.ledger import Ledger
from jiesuan.check.relations import relate
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
