"""计算: exact figures, every kind of write, nothing touched that cannot be computed, once is enough."""

from __future__ import annotations

import copy
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, ErrorValue, Value
from jiesuan.calculate import Write, calculate, derived_members, expected, has_formula, total_addends
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.form import ALL, Key
from jiesuan.number import plain
from jiesuan.recalculate import recalculate
from jiesuan.ref import Ref
from jiesuan.term import Term

from .making import AUTUMN, PACK, SETS, SPRING, TIERED, bound, sample

GRADE, MAJOR, KIND = "一年级", "其他一般专业", "脱贫户"
ROW = (GRADE, MAJOR, KIND)
CLASS = {"省属": "化工", "市属": "涉农"}
MONTHS = ("第1月", "第2月", "第3月", "第4月", "第5月")


def months(role: str, key: Key, counts: tuple[Value, ...] = (20, 20, 20, 19, 19)) -> dict[Any, Value]:
    return {(role, key, name): count for name, count in zip(MONTHS, counts, strict=True) if count is not None}


def bare(filling: Filling, set_name: str = "市属", term: Term = SPRING) -> Workbook:
    """The filling in a workbook in which nothing is computed: every formula cell is empty."""
    workbook = bound(filling, set_name, term)
    book = workbook.book
    for sheet in book.sheets:
        for cell in list(sheet.formulas):
            sheet.put(*cell, None)
    return bind(book, PACK)


def written(workbook: Workbook, role: str) -> dict[tuple[Key, str], tuple[str, Value, str]]:
    """What 计算 wrote into one form: (key, field) → (kind, old, new); new as text."""
    table = workbook.tables[role]
    places = {
        Ref(table.sheet.name, *cell): (table.keys[index], name)
        for name, column in table.columns.items()
        for index, cell in reversed(list(enumerate(column.cells)))
        if cell
    }
    return {
        places[write.ref]: (write.kind, write.old, plain(write.new))
        for write in calculate(workbook)
        if write.ref in places
    }


def filled(found: dict[tuple[Key, str], tuple[str, Value, str]]) -> dict[tuple[Key, str], str]:
    assert {(kind, old) for kind, old, _ in found.values()} <= {("填入", None)}
    return {place: new for place, (_, _, new) in found.items()}


# ── every form, from nothing ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("set_name", "rate", "amount"), [("省属", "0.026", "2.548"), ("市属", "0.021", "2.058")])
def test_tuition_form(set_name: str, rate: str, amount: str) -> None:
    found = filled(written(bare(Filling(months("免学费", ROW)), set_name), "免学费"))
    subtotal, total = (GRADE, ALL, ALL), (ALL, ALL, ALL)
    wanted = {(ROW, "人次"): "98", (ROW, "补助金额"): amount}
    for key in (subtotal, total):
        wanted |= {(key, name): "20" for name in MONTHS[:3]} | {(key, name): "19" for name in MONTHS[3:]}
        wanted |= {(key, "人次"): "98", (key, "补助金额"): amount}
    assert found == wanted
    standard = bound(Filling(), set_name).tables["免学费"]
    assert {plain(standard.amount("月标准", i)) for i, key in enumerate(standard.keys) if key[1:2] == (MAJOR,)} == {
        rate
    }


def test_funding_form_of_the_province() -> None:
    key = (GRADE, "化工")
    found = filled(written(bare(Filling(months("生均", key)), "省属"), "生均"))
    assert found[key, "人次"] == "98"
    assert found[key, "生均金额"] == "4.1552"
    assert {name for place, name in found if place == key} == {"人次", "生均金额"}
    for total in ((ALL, "化工"), (ALL, ALL)):
        assert found[total, "人次"] == "98" and found[total, "生均金额"] == "4.1552" and found[total, "第5月"] == "19"
    assert {place for place, _ in found} == {key, (ALL, "化工"), (ALL, ALL)}


def test_funding_form_of_a_city() -> None:
    key = (GRADE, "涉农")
    found = filled(written(bare(Filling(months("生均", key))), "生均"))
    assert {name: value for (place, name), value in found.items() if place == key} == {
        "人次": "98",
        "生均金额": "5.488",
        "免学费金额": "2.352",
    }
    assert found[(ALL, ALL), "免学费金额"] == "2.352"


@pytest.mark.parametrize("set_name", SETS)
@pytest.mark.parametrize("term", [SPRING, AUTUMN], ids=str)
def test_grant_form(set_name: str, term: Term) -> None:
    key = ("申报审批", GRADE, "涉农专业", KIND)
    filling = Filling({("助学金", key, "人数"): 20, ("助学金", key, "人次"): 98})
    total = ("申报审批", ALL, "涉农专业", KIND)
    assert filled(written(bare(filling, set_name, term), "助学金")) == {
        (key, "金额"): "1.96",
        (total, "人数"): "20",
        (total, "人次"): "98",
        (total, "金额"): "1.96",
    }


def test_difference_only_where_payments_are_filled_in() -> None:
    asked, paid, left = (((block, GRADE, "涉农专业", KIND)) for block in ("申报审批", "实际发放", "差额"))
    filling = Filling({("助学金", asked, "人数"): 20, ("助学金", asked, "人次"): 98})
    assert not any(key[0] == "差额" for key, _ in written(bare(filling), "助学金"))
    assert derived_members(bound(filling).tables["助学金"]) == []

    filling.figures |= {("助学金", paid, "人数"): 19, ("助学金", paid, "人次"): 95}
    assert derived_members(bound(filling).tables["助学金"]) == [("口径", "差额", ("申报审批", "实际发放"))]
    found = filled(written(bare(filling), "助学金"))
    assert {name: value for (key, name), value in found.items() if key == left} == {
        "人数": "1",
        "人次": "3",
        "金额": "0.06",
    }
    assert found[("差额", ALL, "涉农专业", KIND), "金额"] == "0.06"
    assert {key for key, _ in found if key[0] == "差额"} == {left, ("差额", ALL, "涉农专业", KIND)}


def test_no_difference_where_the_blocks_have_no_names() -> None:
    workbook = bound(sample().filling)
    table = workbook.tables["助学金"]
    assert derived_members(table)
    table.assumed = frozenset({"口径"})
    assert derived_members(table) == []


def test_no_amount_from_tiers() -> None:
    """From 2025春 the grant is graded: there is no rate to multiply with, the amount is typed."""
    key = ("申报审批", GRADE, "涉农专业", KIND)
    filling = Filling({("助学金", key, "人数"): 20, ("助学金", key, "人次"): 98, ("助学金", key, "金额"): 2.5})
    workbook = bare(filling, "市属", TIERED)
    found = filled(written(workbook, "助学金"))
    total = ("申报审批", ALL, "涉农专业", KIND)
    assert found == {(total, "人数"): "20", (total, "人次"): "98", (total, "金额"): "2.5"}
    table = workbook.tables["助学金"]
    assert not has_formula(table, "金额", PACK, TIERED)
    assert has_formula(bound(Filling()).tables["助学金"], "金额", PACK, SPRING)


@pytest.mark.parametrize("set_name", SETS)
def test_student_list(set_name: str) -> None:
    rows: dict[str, list[dict[str, Value]]] = {
        KIND: [
            {"姓名": "甲", "助学金金额": 1000, "免学费金额": 1050},
            {"姓名": "乙", "助学金金额": None, "免学费金额": 1050},
            {"姓名": "丙", "助学金金额": 600, "免学费金额": 630},
        ],
        "残疾": [{"姓名": "丁", "助学金金额": 1000, "免学费金额": 1050}],
    }
    workbook = bare(Filling(rows={"精准明细": rows}), set_name)
    writes = calculate(workbook)
    table = workbook.tables["精准明细"]
    first = table.rows[0]
    got = {write.ref.cell: plain(write.new) for write in writes}
    fields = {name: column.cells[0][1] for name, column in table.columns.items() if column.cells and column.cells[0]}
    letter = {name: "ABCDEFGHIJ"[column - 1] for name, column in fields.items()}
    grants, fees = letter["助学金人数"], letter["免学费人数"]
    assert [got.get(f"{grants}{first + i}") for i in range(3)] == ["1", None, "2"]
    assert [got[f"{fees}{first + i}"] for i in range(3)] == ["1", "2", "3"]
    totals = {table.keys[i][0]: i for i in range(table.first_total or 0, len(table.keys))}
    sums = {
        section: [plain(table.amount(name, index)) for name in ("助学金人数", "助学金金额", "免学费人数", "免学费金额")]
        for section, index in totals.items()
    }
    assert sums[KIND] == ["2", "1600", "3", "2730"]
    assert sums["残疾"] == ["1", "1000", "1", "1050"]
    assert sums[ALL] == ["3", "2600", "4", "3780"]
    assert sums["特困低保"] == ["0", "0", "0", "0"]
    assert writes == sorted(writes, key=lambda write: write.ref)


def test_serials_stay_and_a_list_of_ones_gets_ones() -> None:
    def rows(*numbers: Value) -> Filling:
        students = [{"姓名": f"某{i}", "免学费金额": 1050, "免学费人数": n} for i, n in enumerate(numbers)]
        return Filling(rows={"精准明细": {KIND: students}})

    for numbers, wanted in (
        ((1, 2, None, 4), [1, 2, 3, 4]),
        ((1, 1, 1, 1, None), [1, 1, 1, 1, 1]),
        ((7, None), [7, 2]),
    ):
        workbook = bare(rows(*numbers))
        calculate(workbook)
        table = workbook.tables["精准明细"]
        assert [int(table.amount("免学费人数", i)) for i in range(len(numbers))] == wanted


# ── kinds of writes ──────────────────────────────────────────────────────────────────────────────────────────────────


def one(workbook: Workbook, role: str, key: Key, name: str) -> tuple[str, Value, str] | None:
    return written(workbook, role).get((key, name))


def typed_over(key: Key, name: str, value: Value, role: str = "免学费") -> Workbook:
    """A filled row with one figure typed in place of its formula; everything else has its formula."""
    return bound(Filling({**months(role, ROW), (role, key, name): value}))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (98, None),
        (97, "替换"),
        ("98", "替换"),
        ("98人", "替换"),
        (ErrorValue("#REF!"), "替换"),
        (True, "替换"),
        ("——", "填入"),
        ("", "填入"),
    ],
)
def test_a_typed_value(value: Value, kind: str | None) -> None:
    found = one(typed_over(ROW, "人次", value), "免学费", ROW, "人次")
    assert found == (None if kind is None else (kind, value or None, "98") if value != "" else (kind, "", "98"))


def test_typed_rounding_is_replaced_by_the_exact_amount() -> None:
    assert one(typed_over(ROW, "补助金额", 2.06), "免学费", ROW, "补助金额") == ("替换", 2.06, "2.058")
    assert one(typed_over(ROW, "补助金额", 2.058), "免学费", ROW, "补助金额") is None
    assert one(typed_over(ROW, "补助金额", 2.0580000001), "免学费", ROW, "补助金额") is None


def test_a_formula_stays_and_gets_its_new_result() -> None:
    workbook = typed_over(ROW, "人次", 97)
    subtotal = (GRADE, ALL, ALL)
    table = workbook.tables["免学费"]
    index = table.index[subtotal]
    cell = table.columns["人次"].cells[index]
    assert cell and table.sheet.formulas[cell] and table.sheet.value(*cell) == 97
    formula = table.sheet.formulas[cell]
    found = written(workbook, "免学费")
    assert found[ROW, "人次"] == ("替换", 97, "98")
    assert found[subtotal, "人次"] == ("更新", 97, "98")
    assert found[ROW, "补助金额"] == ("更新", 2.037, "2.058")
    assert table.sheet.formulas[cell] == formula and table.sheet.value(*cell) == 98
    assert table.amount("人次", index) == 98


def test_a_missing_result_is_supplied() -> None:
    workbook = typed_over(ROW, "人次", 98)
    table = workbook.tables["免学费"]
    cell = table.columns["补助金额"].cells[table.index[ROW]]
    assert cell
    table.sheet.formulas[cell] = "VLOOKUP(A1,别处!A:B,2,0)"
    table.sheet.uncached.add(cell)
    again = bind(workbook.book, PACK)
    assert one(again, "免学费", ROW, "补助金额") == (
        "更新",
        None if table.sheet.value(*cell) is None else 2.058,
        "2.058",
    )


def test_a_formula_with_another_result_stays() -> None:
    """A formula that sums too few months is the check's business; 计算 never replaces one."""
    workbook = typed_over(ROW, "人次", 98)
    table = workbook.tables["免学费"]
    cell = table.columns["人次"].cells[table.index[ROW]]
    assert cell
    table.sheet.put(*cell, 60, "F14+G14+H14")
    assert calculate(bind(workbook.book, PACK)) == []
    assert (table.sheet.value(*cell), table.sheet.formulas[cell]) == (60, "F14+G14+H14")


def test_an_unsupported_formula_keeps_its_result_when_others_change() -> None:
    workbook = typed_over(ROW, "人次", 97)
    table = workbook.tables["免学费"]
    cell = table.columns["补助金额"].cells[table.index[(GRADE, ALL, ALL)]]
    assert cell
    table.sheet.put(*cell, 5, "SUMPRODUCT(L7:L18)")
    again = bind(workbook.book, PACK)
    found = written(again, "免学费")
    assert ((GRADE, ALL, ALL), "补助金额") not in found
    assert table.sheet.value(*cell) == 5 and cell not in table.sheet.uncached


# ── what is left alone ───────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_made_of_an_unreadable_operand() -> None:
    filling = Filling(months("免学费", ROW, (20, "20人", 20, 19, 19)))
    found = filled(written(bare(filling), "免学费"))
    assert not {place for place in found if place[0] == ROW}
    assert ((GRADE, ALL, ALL), "第2月") not in found
    assert found[(GRADE, ALL, ALL), "第1月"] == "20"


def test_a_total_without_parts_is_left_to_the_school() -> None:
    """Someone who typed only totals must not find zeros instead."""
    filling = Filling({("免学费", ROW, "人次"): 98, ("免学费", (ALL, ALL, ALL), "第1月"): 20})
    workbook = bare(filling)
    found = written(workbook, "免学费")
    assert (ROW, "人次") not in found
    assert ((ALL, ALL, ALL), "第1月") not in found
    assert found[ROW, "补助金额"] == ("填入", None, "2.058")


def test_blank_form_stays_blank() -> None:
    for set_name in SETS:
        assert calculate(bare(Filling(), set_name)) == []
        assert calculate(bound(Filling(), set_name)) == []


def test_missing_columns_and_rows_stop_nothing() -> None:
    workbook = bare(Filling(months("免学费", ROW)))
    table = workbook.tables["免学费"]
    for name in ("第5月", "月标准"):
        del table.columns[name]
    found = filled(written(workbook, "免学费"))
    assert (ROW, "人次") not in found and found[(ALL, ALL, ALL), "第1月"] == "20"

    for key in (ROW, (GRADE, ALL, ALL)):
        workbook = bare(Filling(months("免学费", ROW)))
        column = workbook.tables["免学费"].columns["人次"]
        column.cells[workbook.tables["免学费"].index[key]] = None
        assert (key, "人次") not in written(workbook, "免学费")

    rows: dict[str, list[dict[str, Value]]] = {KIND: [{"姓名": "甲", "助学金金额": 1000}]}
    workbook = bare(Filling(rows={"精准明细": rows}))
    del workbook.tables["精准明细"].columns["助学金金额"]
    assert "助学金人数" not in {name for _, name in written(workbook, "精准明细")}


# ── standards ────────────────────────────────────────────────────────────────────────────────────────────────────────


def without_standards(filling: Filling, set_name: str, *, merged: bool) -> Workbook:
    book = bare(filling, set_name).book
    for sheet in book.sheets:
        if not merged:
            sheet.merges = [area for area in sheet.merges if area[0] == area[2]]
    workbook = bind(book, PACK)
    for table in workbook.tables.values():
        for column in table.columns.values():
            if column.column.role == "standard":
                for cell in filter(None, column.cells):
                    table.sheet.put(*cell, None)
    return bind(book, PACK)


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("set_name", SETS)
def test_blank_standards_are_filled(set_name: str, merged: bool) -> None:
    workbook = without_standards(
        Filling(months("免学费", ROW) | months("生均", (GRADE, CLASS[set_name]))), set_name, merged=merged
    )
    written(workbook, "免学费")
    for role, name in (("免学费", "月标准"), ("生均", "生均标准"), ("生均", "免学费标准")):
        table = workbook.tables[role]
        if name not in table.columns:
            continue
        for index, key in enumerate(table.keys):
            if table.columns[name].cells[index] is not None:
                assert table.amount(name, index) == PACK.standard(table.form, table.form.field(name), key, SPRING)
    assert calculate(workbook) == []


def test_a_standard_the_school_altered_is_used() -> None:
    key = (GRADE, "涉农")
    filling = Filling({**months("生均", key), ("生均", key, "生均标准"): 6000})
    workbook = bare(filling)
    found = filled(written(workbook, "生均"))
    assert found[key, "生均金额"] == "5.88"
    assert (key, "生均标准") not in found


def test_an_unreadable_standard_is_left_alone() -> None:
    key = (GRADE, "涉农")
    workbook = bare(Filling({**months("生均", key), ("生均", key, "生均标准"): "按文件"}))
    found = filled(written(workbook, "生均"))
    assert (key, "生均金额") not in found and found[key, "人次"] == "98"


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_write_says_where_what_and_how() -> None:
    (first, *_) = calculate(typed_over(ROW, "人次", 97))
    assert isinstance(first, Write)
    assert (first.ref.sheet, first.kind, first.old, first.new, first.unit) == (
        "免学费精准统计",
        "替换",
        97,
        Decimal(98),
        "人次",
    )
    assert first.label == "一年级 其他一般专业 脱贫户 · 人次"


def test_expected_changes_nothing() -> None:
    workbook = typed_over(ROW, "人次", 97)
    table = workbook.tables["免学费"]
    before = copy.deepcopy(table.sheet.values)
    values = expected(table, PACK, SPRING)
    assert values["人次", table.index[ROW]] == 98
    assert table.sheet.values == before


def test_totals_know_their_addends() -> None:
    table = bound(Filling()).tables["免学费"]
    sizes = {table.keys[index]: len(addends) for index, addends in total_addends(table)}
    assert sizes == {(ALL, ALL, ALL): 36, **{(grade, ALL, ALL): 12 for grade in ("一年级", "二年级", "三年级")}}


WRONG: list[Value] = [None, 0, 1, 7, 12.34, -3, "5", "2人", "-", ErrorValue("#REF!"), True]


def disturbed(book: Book, rng: random.Random) -> int:
    """Blank or overwrite calculated cells that have something to be calculated from."""
    recalculate(book)
    count = 0
    for sheet in book.sheets:
        for cell in sorted(sheet.formulas):
            if sheet.value(*cell) and rng.random() < 0.5:
                sheet.put(*cell, rng.choice(WRONG))
                count += 1
    return count


@settings(max_examples=25, deadline=None)
@given(
    set_name=st.sampled_from(SETS),
    term=st.sampled_from([SPRING, AUTUMN, TIERED]),
    students=st.sampled_from([1, 12, 60]),
    seed=st.integers(0, 10_000),
)
def test_calculating_repairs_every_calculated_cell_at_once(set_name: str, term: Term, students: int, seed: int) -> None:
    """Invariant 4: what 计算 could fill is filled and right, and a second run finds nothing to do."""
    filling = sample(set_name, term, students, seed % 7).filling
    book = bound(filling, set_name, term).book
    right = {sheet.name: copy.deepcopy(sheet.values) for sheet in book.sheets}
    disturbed(book, random.Random(seed))
    workbook = bind(book, PACK)
    calculate(workbook)
    for sheet in book.sheets:
        for row, line in enumerate(right[sheet.name], 1):
            for column, value in enumerate(line, 1):
                if isinstance(value, int | float) and not isinstance(value, bool) and value:
                    now = sheet.value(row, column)
                    assert isinstance(now, int | float) and abs(now - value) < 1e-6, (sheet.name, row, column)
    report = check_workbook(workbook)
    assert [finding for finding in report.findings if finding.code[0] in "FV"] == []
    assert calculate(workbook) == []
