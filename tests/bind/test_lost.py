"""Groups of rows whose label is gone."""

from __future__ import annotations

import pytest

from jiesuan.bind.lost import follower, order
from jiesuan.form import ALL
from jiesuan.ref import a1
from jiesuan.table import Problem

from .making import AUTUMN, LATER, bound, form, own, same_places, sample_sheet

GRADE, TYPE, BLOCK = "年级", "专业类别", "项目"


@pytest.mark.parametrize(
    ("form_id", "shape", "gone"),
    [
        ("2-4", "", [("二年级", GRADE)]),
        ("2-4", "", [("一年级", GRADE)]),
        ("2-4", "", [("二年级", GRADE), ("三年级", GRADE)]),
        ("1-4", "", [("三个年级学生合计", GRADE)]),
        ("2-3", "", [("二年级", GRADE)]),
        ("2-3", "", [("数控等高级工专业", TYPE)]),
        ("2-3", "", [("涉农专业", TYPE)]),
        ("1-3", "", [("一年级", GRADE), ("涉农专业", TYPE)]),
        ("1-1", "年级分列", [("申报审批", BLOCK)]),
        ("2-1", "年级分列", [("实际发放", BLOCK)]),
        ("2-1", "年级分列", [("申报审批", BLOCK), ("差额（申报-发放）", BLOCK)]),
        ("2-1", "年级叠放", [("二年级", "年级")]),
        ("2-1", "年级叠放", [("一、二年级合计", "年级")]),
    ],
)
@pytest.mark.parametrize("merged", [True, False])
def test_the_label_is_named_at_its_cell_and_its_rows_are_bound(
    form_id: str, shape: str, gone: list[tuple[str, str]], merged: bool
) -> None:
    sheet, laid = sample_sheet(form_id, shape=shape) if shape else sample_sheet(form_id)
    begin = min(row for row, _ in laid.places.values())
    problems = []
    for text, what in gone:
        row, column = next(
            (row, column)
            for row in range(begin, len(sheet.values) + 1)
            for column in (1, 2)
            if sheet.value(row, column) == text
        )
        sheet.put(row, column, None)
        cell = a1(row, column)
        says = f"{cell} 是空的，这里缺{what}的标题，像是“{text}”；从第{row}行起的一组暂按“{text}”核对，请在 {cell} 写上“{text}”，不要删行。"
        problems.append(Problem("missing-row", sheet.name, (row, column), text, says))
    if not merged:
        sheet.merges.clear()
    workbook = bound(sheet, set_name=form(form_id).set)
    role = form(form_id).role
    assert sorted(own(workbook, role), key=lambda problem: problem.cell or ()) == sorted(
        problems, key=lambda problem: problem.cell or ()
    )
    assert not merged or same_places(workbook.tables[role], laid) == []


def test_rows_repeated_under_a_label_that_is_there_are_no_lost_group() -> None:
    sheet, laid = sample_sheet("2-4")
    row, column = laid.places[("一年级", "休闲保健"), "第1月"]
    sheet.formulas.clear()
    sheet.uncached.clear()
    for at in range(column, column + 5):
        sheet.put(row, at, 3)
    again = list(sheet.values[row - 1])
    again[0] = None
    sheet.merges.clear()
    sheet.values.insert(row + 4, again)
    assert [(problem.check, problem.cell) for problem in own(bound(sheet), "生均")] == [
        ("duplicate-row", (row + 5, 11))
    ]


def test_the_order_of_the_members() -> None:
    assert order(form("2-4"), "年级") == ("一年级", "二年级", "三年级", ALL)
    assert order(form("2-3"), "年级") == ("一年级", "二年级", "三年级")
    assert order(form("2-1", AUTUMN), "年级") == ("一年级", "二年级", ALL)
    assert order(form("2-1", LATER), "年级") == ("一年级", "二年级", "三年级", ALL)
    assert [follower(form("2-4"), "年级", member) for member in (None, "一年级", "三年级", ALL, "四年级")] == [
        "一年级",
        "二年级",
        ALL,
        None,
        None,
    ]
