"""Which cells an operand means: worked out once for all workbooks with the same rows, and never mixed up."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.evaluate import evaluate
from jiesuan.expression import parse
from jiesuan.form import once
from jiesuan.gather import ROW, Plan, Read, lacks, plan, unreadable
from jiesuan.rule import Rule
from tests.check.schools import PACK, change, school

BASE = school("市属2024春")
GRADES = ("一年级", "二年级")


def workbook(changes: dict[str, Any] | None = None) -> Workbook:
    book = BASE.fresh()
    change(BASE, book, changes or {})
    return bind(book, PACK, term=BASE.term, set_name=BASE.set_name)


def rule(holds: str, **more: Any) -> Rule:
    return Rule(code="X999", name="试", level="错误", holds=holds, basis="b", why="w", help="h", **more)


def planned(of: Rule, book: Workbook) -> Plan:
    parsed = parse(of.code, of.holds, of.when)
    tables = {item.role: book.tables[item.role] for item in parsed.operands.values()}
    return plan(of, parsed, tables, book.pack, book.term)


def test_workbooks_with_the_same_rows_share_a_plan() -> None:
    of = rule("sum(免学费.人次) == 0", each=("年级",))
    first, second = workbook(), workbook({"免学费/一年级,涉农专业,残疾/人次": 77})
    assert first.tables["免学费"].memo is second.tables["免学费"].memo
    assert planned(of, first) is planned(of, second)
    assert planned(of, first) is not planned(rule("sum(免学费.人次) == 0", each=("年级",)), first)


def test_the_figures_are_each_workbooks_own() -> None:
    of = rule("sum(免学费.人次) == 0", each=("年级",))
    before = evaluate(of, workbook()).left.values
    after = evaluate(of, workbook({"免学费/一年级,涉农专业,残疾/人次": 1077})).left.values
    assert [D(b) - D(a) for a, b in zip(before, after, strict=True)] == [D(after[0]) - D(before[0]), 0, 0]
    assert D(after[0]) > 1000 > D(before[0])


def test_other_rows_make_another_plan() -> None:
    of = rule("sum(免学费.人次) == 0", each=("年级",))
    row = BASE.cell("免学费/二年级,涉农专业,特困低保/第1月").row
    lost = workbook({f"免学费!C{row}": "从来没有的类型"})
    assert planned(of, lost) is not planned(of, workbook())
    missing = [read.missing for read in planned(of, lost).reads["sum(免学费.人次)"] or ()]
    assert missing == [None, ("二年级", "涉农专业", "特困低保"), None]


def test_a_list_is_planned_anew() -> None:
    of = rule("精准明细.免学费金额 >= 0", each=(ROW,))
    book = workbook()
    made = planned(of, book)
    assert made.reads == {"精准明细.免学费金额": None}
    assert made.instances == [{ROW: index} for index in book.tables["精准明细"].details()]
    assert planned(of, book) is not made


def test_the_same_figures_are_read_once() -> None:
    of = rule("免学费.月 <= sum(免学费.人次)", each=("年级", "月"))
    reads = planned(of, workbook()).reads
    sums, months = reads["sum(免学费.人次)"] or [], reads["免学费.月"] or []
    assert len(sums) == len(months) == 15
    assert len({id(read) for read in sums}) == 3 and len({id(read) for read in months}) == 15
    assert months[1] == Read(("第2月",), months[0].records)


def test_why_a_figure_cannot_be_read() -> None:
    book = workbook({"免学费/一年级,涉农专业,残疾/人次": "七人"})
    table = book.tables["免学费"]
    at = table.index["一年级", "涉农专业", "残疾"]
    assert unreadable(table, "人次", at) == f"{table.ref('人次', at)} 不是数"
    assert unreadable(table, "第1月", at) == ""
    assert lacks(table, ("一年级", "涉农专业", "残疾")) == f"“{table.sheet.name}”里没有“一年级 涉农专业 残疾”"


def test_what_follows_from_a_declaration_is_worked_out_once() -> None:
    asked: list[tuple[str, int]] = []

    @once
    def doubled(declared: list[str], times: int) -> str:
        asked.append((declared[0], times))
        return declared[0] * times

    one, twin = ["甲"], ["甲"]
    assert [doubled(one, 2), doubled(one, 2), doubled(one, 3), doubled(twin, 2)] == ["甲甲", "甲甲", "甲甲甲", "甲甲"]
    assert asked == [("甲", 2), ("甲", 3), ("甲", 2)]  # equal declarations are still two
    for number in range(4_001):
        doubled(one, number)
    assert doubled(one, 2) == "甲甲" and len(asked) == 3 + 4_001 - 2 + 1


@pytest.mark.parametrize("name", ["免学费", "精准明细"])
def test_amounts_are_those_of_the_records(name: str) -> None:
    table = workbook({"免学费/一年级,涉农专业,残疾/人次": "七人"}).tables[name]
    field = {"免学费": "人次", "精准明细": "免学费金额"}[name]
    records = list(range(len(table.keys)))[::-2]
    assert table.amounts(field, records) == [table.amount(field, index) for index in records]
    assert table.amounts(field, []) == []
