"""Workbooks of one template are bound alike, and never otherwise than each on its own."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jiesuan.bind import Workbook, bind, template
from jiesuan.bind.headers import Labels
from jiesuan.book import Book, ErrorValue, Value

from .disturbing import PACK, original

CASES = (("市属", "2024春"), ("省属", "2024秋"), ("市属", "2025春"))
VALUES: tuple[Value, ...] = (
    None,
    "",
    0,
    5,
    5.5,
    7919.0,
    True,
    "5",
    "—",
    "某某技工学校",
    "一年级",
    "三年级小计",
    "全校合计",
    "人数",
    "金额",
    "3月",
    "1",
    "脱贫户家庭学生",
    "备注：见附页",
    ErrorValue("#REF!"),
    dt.date(2024, 4, 1),
)


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    template._layouts.clear()


def said(workbook: Workbook) -> dict[str, Any]:
    """Everything a binding says, figures included."""
    return {
        role: (
            table.shape,
            table.keys,
            table.rows,
            table.index,
            table.assumed,
            table.labels,
            table.lines,
            {name: (c.cells, c.raw, c.numbers, c.slack) for name, c in table.columns.items()},
        )
        for role, table in workbook.tables.items()
    } | {"problems": workbook.problems}


def changed(book: Book, sheet: int, row: int, column: int, value: Value, formula: str | None = None) -> Book:
    copy = deepcopy(book)
    copy.sheets[sheet % len(copy.sheets)].put(row, column, value, formula)
    return copy


def known() -> list[str]:
    return sorted(layout.form.id for layouts in template._layouts.values() for layout in layouts)


@settings(max_examples=150, deadline=None)
@given(
    case=st.sampled_from(CASES),
    sheet=st.integers(0, 3),
    row=st.integers(1, 50),
    column=st.integers(1, 20),
    value=st.sampled_from(VALUES),
    formula=st.sampled_from((None, "", "1+1")),
)
@example(case=CASES[0], sheet=1, row=30, column=20, value=5, formula=None)
def test_one_changed_cell_is_bound_as_it_would_be_alone(
    case: tuple[str, str], sheet: int, row: int, column: int, value: Value, formula: str | None
) -> None:
    book = original(*case).book
    other = changed(book, sheet, row, column, value, formula)
    template._layouts.clear()
    alone = said(bind(deepcopy(other), PACK))
    template._layouts.clear()
    bind(deepcopy(book), PACK)
    assert said(bind(other, PACK)) == alone


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("审核人", 3, 3), ("医药卫生类", 3, 3)),
        (("医药卫生类", "无", "无"), ("医药卫生类", "３", "３")),
        (("＊＊", 3, 3), ("医药卫生类", 3, 3)),
    ],
)
def test_a_row_below_the_total_is_told_from_a_line_of_the_foot(
    first: tuple[Value, ...], then: tuple[Value, ...]
) -> None:
    book = original(*CASES[0]).book
    sheet = next(i for i, sheet in enumerate(book.sheets) if "生均" in sheet.name)

    def below(texts: tuple[Value, ...]) -> Book:
        copy = deepcopy(book)
        for column, value in zip((1, 3, 4), texts, strict=True):
            copy.sheets[sheet].put(30, column, value)
        return copy

    assert bind(below(first), PACK).problems == []
    assert [problem.cell for problem in bind(below(then), PACK).problems] == [(30, 3)]


@pytest.mark.parametrize("case", CASES)
def test_the_figures_of_another_school_stand_at_the_same_places(
    case: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = original(*case, 20).book, original(*case, 60).book
    alone = said(bind(deepcopy(many), PACK))
    template._layouts.clear()
    bind(deepcopy(few), PACK)
    assert len(known()) == 3
    found: list[bool] = []
    look = template.bound_alike

    def watched(*arguments: Any) -> Any:
        table = look(*arguments)
        found.append(table is not None)
        return table

    monkeypatch.setattr("jiesuan.bind.grid.bound_alike", watched)
    assert said(bind(deepcopy(many), PACK)) == alone
    assert found.count(True) >= 2  # a remark under the table may make one sheet different
    assert len(known()) == 3 + found.count(False)


def test_what_is_kept_holds_no_figure_of_a_school() -> None:
    bind(deepcopy(original(*CASES[0]).book), PACK)
    for layouts in template._layouts.values():
        for layout in layouts:
            assert (layout.table.sheet.name, layout.table.sheet.values, layout.table.columns) == ("", [], {})


def test_two_tables_of_one_layout_share_nothing_that_changes() -> None:
    book = original(*CASES[0]).book
    first = bind(deepcopy(book), PACK)
    second = bind(deepcopy(book), PACK)
    for role, table in first.tables.items():
        other = second.tables[role]
        assert table.keys == other.keys and table.keys is not other.keys
        assert table.index == other.index and table.index is not other.index
        for name, column in table.columns.items():
            assert column.cells == other.columns[name].cells and column.cells is not other.columns[name].cells


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (10, 2, "不认识的行"),  # a row whose label nobody knows: something is missing
        (10, 2, None),
    ],
)
def test_a_sheet_with_a_problem_is_no_example_for_others(row: int, column: int, value: Value) -> None:
    book = original(*CASES[0]).book
    index = next(i for i, sheet in enumerate(book.sheets) if "生均" in sheet.name)
    damaged = bind(changed(book, index, row, column, value), PACK)
    assert damaged.problems
    assert known() == ["2-1", "2-3"]


def test_the_layouts_kept_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "_MOST", 2)
    book = original(*CASES[0]).book
    for rows in range(3):
        other = deepcopy(book)
        for sheet in other.sheets:
            sheet.values += [["附注"]] * rows
        bind(other, PACK)
        assert len(known()) <= 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", None),
        ("某某技工学校", template.SILENT),
        ("一年级", "一年级"),
        ("一 年 级", "一 年 级"),
        ("全校合计", "全校合计"),
        ("7月退学1人", "7月退学1人"),  # begins as a heading does
        ("备", "备"),  # a heading begins so
        ("12", "12"),
        ("8=6*7/10000/10", "8=6*7/10000/10"),
        ("—", "—"),
        ("  ", "  "),
    ],
)
def test_texts_that_say_nothing_are_told_from_labels(text: str, kept: str | None) -> None:
    form = next(form for form in bind(deepcopy(original(*CASES[0]).book), PACK).forms if form.id == "2-4")
    assert template._voices(form).said[text] == kept


def test_many_texts_are_forgotten() -> None:
    memo = template._Memo(len)
    for number in range(6_000):
        assert memo["x" * (number % 7) + str(number)] == number % 7 + len(str(number))
    assert len(memo) <= 5_001


def test_merges_are_part_of_the_layout() -> None:
    book = original(*CASES[0]).book
    bind(deepcopy(book), PACK)
    split = deepcopy(book)
    for sheet in split.sheets:
        sheet.merges.clear()
    alone = said(bind(deepcopy(split), PACK))
    template._layouts.clear()
    assert said(bind(split, PACK)) == alone


def test_a_cell_within_a_merge_speaks_with_its_first() -> None:
    sheet = deepcopy(original(*CASES[0]).book.sheets[0])
    sheet.merges = [(2, 2, 3, 4)] + [(row, 1, row, 2) for row in range(10, 10 + 600)]
    labels = Labels(sheet)
    assert (labels.place(3, 4), labels.place(2, 5), labels.place(609, 2)) == ((2, 2), (2, 5), (609, 1))
    assert Labels(sheet).anchor == labels.anchor
