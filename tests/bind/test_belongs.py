"""Where labels belong that are gone."""

from __future__ import annotations

import pytest

from jiesuan.bind.belongs import between, in_order
from jiesuan.book import Sheet
from jiesuan.form import ALL
from jiesuan.ref import parse_a1
from jiesuan.table import Problem

from .making import bound, form, own, sample_sheet


def emptied(form_id: str, *cells: str) -> Sheet:
    """The sample with some cells emptied; every row has a figure."""
    sheet, laid = sample_sheet(form_id)
    for cell in cells:
        row, column = parse_a1(cell)
        assert sheet.value(row, column) is not None, cell
        sheet.put(row, column, None)
    for (_, name), (row, column) in laid.places.items():
        if name == "第1月" and not sheet.value(row, column) and (row, column) not in sheet.formulas:
            sheet.put(row, column, 1)
    return sheet


def told(form_id: str, sheet: Sheet) -> list[Problem]:
    """What is said of lost rows and columns."""
    found = own(bound(sheet, set_name=form(form_id).set), form(form_id).role)
    return [problem for problem in found if problem.check in ("missing-row", "missing-column")]


@pytest.mark.parametrize(
    ("form_id", "cell", "label", "what", "text"),
    [
        ("2-3", "C9", "一年级 涉农专业 残疾", "困难类型", "家庭经济困难残疾学生"),
        ("2-3", "C7", "一年级 涉农专业 脱贫户", "困难类型", "建档立卡家庭学生"),
        ("2-3", "C18", "一年级 其他一般专业 其他", "困难类型", "其他家庭经济困难类别学生"),
        ("2-3", "C44", "三年级 其他一般专业 其他", "困难类型", "其他家庭经济困难类别学生"),
        ("2-3", "A19", "一年级小计", "小计、合计", "一年级小计"),
        ("2-3", "A46", "合计", "小计、合计", "合计"),
        ("2-4", "B9", "一年级 （一）休闲保健", "生均公用经费专业类别", "（一）休闲保健等类"),
        ("2-4", "B25", "（二）轻纺食品 三个年级学生合计", "生均公用经费专业类别", "（二）轻纺食品等类"),
        ("2-4", "A29", "全校合计（不分专业类别）", "小计、合计", "全校合计（不分专业类别）"),
    ],
)
@pytest.mark.parametrize("merged", [True, False])
def test_a_row_without_its_own_label(form_id: str, cell: str, label: str, what: str, text: str, merged: bool) -> None:
    sheet = emptied(form_id, cell)
    if not merged:
        sheet.merges.clear()
    says = f"{cell} 是空的，这里缺{what}的标题，像是“{text}”；这一行没有核对，请在 {cell} 写上“{text}”，不要删行。"
    assert told(form_id, sheet) == [Problem("missing-row", sheet.name, parse_a1(cell), label, says)]


@pytest.mark.parametrize("gap", [0, 2])
def test_a_row_that_is_not_there_belongs_nowhere(gap: int) -> None:
    """Nor one of which nobody can tell which of the empty rows it was."""
    sheet, _ = sample_sheet("2-3")
    sheet.merges.clear()
    sheet.formulas.clear()
    sheet.values[8:9] = [["一年级", "涉农专业"]] * gap
    says = "找不到“一年级 涉农专业 残疾”这一行，没有相近的标题。"
    assert told("2-3", sheet) == [Problem("missing-row", sheet.name, None, "一年级 涉农专业 残疾", says)]


@pytest.mark.parametrize(
    ("cell", "what", "text"),
    [
        ("C4", "年级", "一年级"),
        ("I4", "年级", "二年级"),
        ("O4", "年级", "一、二年级合计"),
        ("C5", "专业性质", "涉农专业"),
        ("L5", "专业性质", "非涉农专业"),
        ("C7", "困难类型", "脱贫户（含监测对象）家庭学生"),
        ("S7", "困难类型", "特困供养、低保和低保边缘家庭学生"),
    ],
)
def test_a_label_over_the_columns(cell: str, what: str, text: str) -> None:
    sheet = emptied("2-1", cell)
    says = f"{cell} 是空的，这里缺{what}的标题，像是“{text}”；这一栏没有核对，请在 {cell} 写上“{text}”，不要删栏。"
    assert told("2-1", sheet) == [Problem("missing-row", sheet.name, parse_a1(cell), text, says)]


@pytest.mark.parametrize("form_id", ["2-3", "2-4", "1-4"])
def test_all_grades_at_once(form_id: str) -> None:
    sheet, laid = sample_sheet(form_id)
    begin = min(row for row, _ in laid.places.values())
    rows = [row for row in range(begin, len(sheet.values) + 1) if sheet.value(row, 1) in ("一年级", "二年级", "三年级")]
    sheet = emptied(form_id, *(f"A{row}" for row in rows))
    assert [(problem.cell, problem.label) for problem in told(form_id, sheet)] == [
        ((row, 1), grade) for row, grade in zip(rows, ("一年级", "二年级", "三年级"), strict=True)
    ]
    assert len(bound(sheet, set_name=form(form_id).set).tables[form(form_id).role].keys) == len(
        {key for key, _ in laid.places}
    )


def test_no_row_has_its_own_label() -> None:
    sheet = emptied("2-3", *(f"C{row}" for row in range(7, 46) if row not in (19, 32, 45)))
    says = "C列“困难类型”下面没有一个认得的标题，各行的数都没有核对；请从 C7 起按模板逐行补上，不要删行。"
    assert told("2-3", sheet) == [Problem("missing-row", sheet.name, (7, 3), "困难类型", says)]
    sheet.put(4, 3, None)
    assert {problem.check for problem in told("2-3", sheet)} == {"missing-column"}


@pytest.mark.parametrize(
    ("form_id", "cell", "number", "label", "name"),
    [
        ("2-3", "F5", "F6", "3月", "本学期补助人次›3月"),
        ("2-3", "D4", "D6", "月标准", "每月补助标准（=学年标准/10个月，万元/人）"),
        ("2-3", "L4", "L6", "补助金额", "补助金额"),
        ("2-2", "D5", "", "身份证号", "学生情况›身份证号"),
        ("2-2", "G6", "", "助学金金额", "申报资助金额（元）›助学金›金额"),
    ],
)
def test_the_heading_of_a_column(form_id: str, cell: str, number: str, label: str, name: str) -> None:
    sheet = emptied(form_id, *filter(None, (cell, number)))
    says = f"找不到“{name}”这一列，没有相近的标题；看左右两列，标题应写在 {cell}。"
    assert told(form_id, sheet) == [Problem("missing-column", sheet.name, parse_a1(cell), label, says)]


def test_a_column_that_is_not_there_belongs_nowhere() -> None:
    sheet, _ = sample_sheet("2-3")
    sheet.merges.clear()
    sheet.formulas.clear()
    for line in sheet.values[3:]:
        del line[11:12]
    assert [(problem.cell, problem.label) for problem in told("2-3", sheet)] == [(None, "补助金额")]


def test_the_room_between_neighbours() -> None:
    assert between("abcd", {"a": 1, "d": 4}) == {"b": 2, "c": 3}
    assert between("abcd", {"a": 1, "d": 3}) == between("abcd", {"a": 1, "d": 5}) == {}
    assert between("abc", {"c": 3}) == {} and between("abc", {"c": 3}, 0) == {"a": 1, "b": 2}
    assert between("abc", {"b": 2}) == {} and between("abc", {"b": 2}, 0, 4) == {"a": 1, "c": 3}


def test_totals_stand_behind_what_they_sum() -> None:
    keys = [(ALL, ALL, ALL), ("二年级", ALL, ALL), ("二年级", "涉农专业", "其他"), ("一年级", ALL, ALL)]
    assert in_order(form("2-3"), keys) == [keys[3], keys[2], keys[1], keys[0]]
