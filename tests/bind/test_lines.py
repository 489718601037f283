"""The blanks above, in and below the tables, however they are filled."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from jiesuan.book import Sheet, Value
from jiesuan.number import BLANK, Number
from jiesuan.ref import a1
from jiesuan.table import LineValue

from .making import AUTUMN, LATER, SPRING, blank_book, bound, form, own, sample_sheet, typed

TITLE = "省属公办技工院校2024年春季学期生均公用经费情况表"
TABLE = "年级\t专业类别\t3月\t4月\t5月\t6月\t7月\n一年级\t（一）化工类\t1\t1\t1\t1\t1\n全校合计\t\t1\t1\t1\t1\t1"


def lines(above: str = "", below: str = "") -> dict[str, LineValue]:
    return bound(typed("生均", "\n".join([TITLE, above, TABLE, below]))).tables["生均"].lines


def said(found: dict[str, LineValue]) -> dict[str, tuple[str, str]]:
    return {name: (line.ref.cell, line.text) for name, line in found.items()}


# ── where the blanks of the template are ──


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER])
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_every_empty_blank_is_found_where_the_template_has_it(set_name: str, term: object) -> None:
    book, laid = blank_book(set_name, term)  # type: ignore[arg-type]
    for sheet, part in zip(book.sheets, laid, strict=True):
        table = bound(sheet, term=term, set_name=set_name).tables[part.form.role]  # type: ignore[arg-type]
        found = {name: ((line.ref.row, line.ref.column), line.text) for name, line in table.lines.items()}
        assert found == {name: (cell, "") for name, cell in part.lines.items()}
        assert own(bound(sheet, term=term, set_name=set_name), part.form.role) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("form_id", ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2", "2-3", "2-4"])
def test_every_blank_filled_in_its_own_cell(form_id: str) -> None:
    sheet, laid = sample_sheet(form_id)
    numbers = {name: unit for line in form(form_id).line for name, unit in line.numbers.items()}
    wanted: dict[str, LineValue] = {}
    from jiesuan.ref import Ref

    for position, (name, cell) in enumerate(laid.lines.items()):
        value: Value = position + 0.25 if name in numbers else f"答{position}"
        sheet.put(*cell, value)
        number = Number(Decimal(str(value)), as_text=True) if name in numbers else BLANK
        wanted[name] = LineValue(Ref(sheet.name, *cell), str(value), number)
    assert bound(sheet).tables[laid.form.role].lines == wanted


# ── lines above ──


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("填报单位（加盖公章）：示范技工学校", {"学校名称": ("A2", "示范技工学校")}),
        ("填报单位 (加盖公章): 示范技工学校", {"学校名称": ("A2", "示范技工学校")}),
        ("填报单位（加盖公章）\t示范技工学校", {"学校名称": ("B2", "示范技工学校")}),
        ("填报单位（加盖公章）：\t\t\t示范技工学校", {"学校名称": ("D2", "示范技工学校")}),
        ("填报单位（加盖公章） 示范技工学校", {"学校名称": ("A2", "示范技工学校")}),
        ("填报单位：__示范技工学校__", {"学校名称": ("A2", "示范技工学校")}),
        ("学校名称：示范技工学校", {"学校名称": ("A2", "示范技工学校")}),
        ("填报单位（加盖公章）：", {"学校名称": ("B2", "")}),
        ("填报单位（加盖公章）：____", {"学校名称": ("B2", "")}),
        (
            "填报单位（加盖公章）：示范技工学校    填表日期：2024年9月5日    单位：万元",
            {"学校名称": ("A2", "示范技工学校"), "填表日期": ("A2", "2024年9月5日")},
        ),
        (
            "填报单位（加盖公章）：\t填报日期：2024年9月5日\t单位：万元",
            {"学校名称": ("B2", ""), "填表日期": ("B2", "2024年9月5日")},
        ),
        ("填表日期：2024年 月 日", {"填表日期": ("A2", "2024年 月 日")}),
        ("本校填报单位名称", {}),
        ("", {}),
    ],
)
def test_lines_above(above: str, found: dict[str, tuple[str, str]]) -> None:
    assert said(lines(above)) == found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2024, 9, 5), "2024年9月5日"),
        (dt.datetime(2024, 9, 5, 8, 30), "2024年9月5日"),
        (20240905, "20240905"),
        (2.5, "2.5"),
        (float("nan"), ""),
        (True, "True"),
    ],
)
def test_an_answer_that_is_no_text(value: Value, text: str) -> None:
    sheet = typed("生均", f"{TITLE}\n填表日期\n{TABLE}")
    sheet.put(2, 3, value)
    assert said(bound(sheet).tables["生均"].lines) == {"填表日期": ("C2", text)}


def test_rows_below_the_table_of_form_one() -> None:
    sheet, laid = sample_sheet("1-1")
    row, column = laid.lines["退款情况"]
    sheet.put(row, column, None)
    sheet.put(row, 1, "退款情况：退回 2 人")
    sheet.put(laid.lines["备注"][0], 1, "备注")
    sheet.put(laid.lines["备注"][0] + 3, 1, "备注栏请填写清楚")
    table = bound(sheet).tables["助学金"]
    assert table.lines["退款情况"] == LineValue(table.lines["退款情况"].ref, "退回 2 人")
    assert table.lines["退款情况"].ref.cell == a1(row, 1)
    assert table.lines["备注"].ref.cell == a1(*laid.lines["备注"])


# ── sentences below ──

BEFORE, CLOSING = ("前期结余", "前期截止"), ("实际收到", "收款日期")


@pytest.mark.parametrize(
    ("below", "found"),
    [
        (
            "我校前期生均公用经费结余12.5万元（截止于2024年1月）。",
            {"前期结余": ("A6", "12.5"), "前期截止": ("A6", "2024年1月")},
        ),
        (
            "我校前期生均公用经费结余 1,212.50 万元 (截止于 2024 年 1 月).",
            {"前期结余": ("A6", "1,212.50"), "前期截止": ("A6", "2024年1月")},
        ),
        (
            "我校前期生均公用经费结余_12.5__万元（截止于20_24_年_1_月）。",
            {"前期结余": ("A6", "12.5"), "前期截止": ("A6", "2024年1月")},
        ),
        (
            "我校前期生均公用经费结余\t12.5\t万元（截止于\t2024年1月\t）。",
            {"前期结余": ("B6", "12.5"), "前期截止": ("D6", "2024年1月")},
        ),
        (
            "我校前期生均公用经费结余\t\t万元（截止于\t\t）。",
            {"前期结余": ("B6", ""), "前期截止": ("D6", "")},
        ),
        (
            "我校前期生均公用经费结余_____万元（截止于20 年 月）。",
            {"前期结余": ("A6", ""), "前期截止": ("A6", "20年月")},
        ),
        ("我校前期生均公用经费结余（万元）：12.5", {"前期结余": ("A6", "12.5")}),
        ("我校前期生均公用经费结余（万元）\t12.5", {"前期结余": ("B6", "12.5")}),
        ("我校前期生均公用经费结余为    万元，截止2024年1月", {"前期结余": ("A6", "")}),
        ("我校前期生均公用经费结余为-3万元，截止2024年1月", {"前期结余": ("A6", "-3")}),
        (
            "2023年度实际收到生均金额30万元（收款日期：2023年5月10日）",
            {"实际收到": ("A6", "30"), "收款日期": ("A6", "2023年5月10日")},
        ),
        (
            "我校本期末生均公用经费结余1.25万元（=本年度实际收到生均金额-两个学期实际学籍数对应生均金额）。",
            {"期末结余": ("A6", "1.25")},
        ),
        ("我校很好", {}),
    ],
)
def test_sentences_below(below: str, found: dict[str, tuple[str, str]]) -> None:
    assert said(lines(below=below)) == found


def test_numbers_of_sentences_are_read() -> None:
    found = lines(
        below="我校前期生均公用经费结余1,212.50万元（截止于2024年1月）。\n2024年度实际收到生均金额约三十万元（收款日期：）。"
    )
    assert found["前期结余"].number == Number(Decimal("1212.50"), as_text=True)
    assert found["前期截止"].number == BLANK
    assert (found["实际收到"].text, found["实际收到"].number) == ("约三十", Number(None, "text"))


# ── a blank inside the table ──


@pytest.mark.parametrize(
    ("caption", "beside", "found"),
    [
        ("专业个数：", 3, ("3", 1)),
        ("专业个数：3", None, ("3", 0)),
        ("专业个次数：", 3, ("3", 1)),
        ("专业数", 3, ("3", 1)),
        ("专业个数：", None, ("", 1)),
        ("专业个数：__", None, ("", 0)),
        ("专业个数：", "详见附表", ("详见附表", 1)),
        ("专业个数：", "14个", ("14个", 1)),
        ("专业个数：_15_个", None, ("15个", 0)),
    ],
)
def test_the_number_of_majors(caption: str, beside: Value, found: tuple[str, int]) -> None:
    sheet, laid = sample_sheet("1-3")
    row, column = laid.lines["专业个数"]
    sheet.put(row, column - 1, caption)
    sheet.put(row, column, beside)
    table = bound(sheet).tables["免学费"]
    line = table.lines["专业个数"]
    assert (line.text, line.ref.column - column + 1) == found
    assert line.ref.row == row


def test_a_remark_further_on_is_no_number_of_majors() -> None:
    sheet, laid = sample_sheet("1-3")
    row, column = laid.lines["专业个数"]
    for place in range(column, sheet.width + 1):
        sheet.put(row, place, None)
    sheet.put(row, column - 1, "专业个数：")
    sheet.put(row, sheet.width, "详见附表")
    line = bound(sheet).tables["免学费"].lines["专业个数"]
    assert (line.text, line.number, line.ref.column) == ("", BLANK, column)


def test_a_form_that_could_not_be_bound_has_its_lines_still() -> None:
    sheet = Sheet(
        "生均",
        [[TITLE], ["填报单位（加盖公章）：示范技工学校"], ["我校前期生均公用经费结余1万元（截止于2024年1月）。"]],
    )
    assert said(bound(sheet).tables["生均"].lines) == {
        "学校名称": ("A2", "示范技工学校"),
        "前期结余": ("A3", "1"),
        "前期截止": ("A3", "2024年1月"),
    }


# ── who filled the form in ──


@pytest.mark.parametrize(
    ("below", "found"),
    [
        ("审批：   审核：   填表：李甲   （办公电话：   手机：   ）", ("A6", "李甲")),
        ("审批人：王乙  审核人：王乙  填表人： 李 甲（办公电话：87654321）", ("A6", "李 甲")),
        ("填报人：__李甲__ 日期：", ("A6", "李甲")),
        ("制表：李甲 分机：8001", ("A6", "李甲")),
        ("审批人\t王乙\t填表人\t李甲\t手机", ("D6", "李甲")),
        ("审批人：\t\t填表人：\t\t李甲（签字）", ("E6", "李甲")),
        ("审批人：\n填报人：\n填表人：李甲", ("A8", "李甲")),
        ("填表人：", None),
        ("填表人：\t（办公电话：\t87654321）", None),
        ("填表人：\t手机：", None),
        ("填表人：\t87654321", None),
        ("填表人：\t审核人：王乙", None),
        ("填表人：2024年9月5日", None),
        ("填表说明：李甲", None),
        ("本表由李甲填", None),
    ],
)
def test_who_filled_the_form_in(below: str, found: tuple[str, str] | None) -> None:
    assert said(lines(below=below)).get("填表人") == found


def test_a_form_without_a_signature_line_has_nobody() -> None:
    """1-2 asks for the school's contact, and its notes begin with 填表说明."""
    sheet, _ = sample_sheet("1-2")
    sheet.put(len(sheet.values) + 1, 1, "填表说明：")
    assert "填表人" not in bound(sheet).tables["精准明细"].lines


def test_a_label_over_the_table_is_no_signature() -> None:
    assert "填表人" not in lines(above="填表人：李甲")
