"""What stands above and below a table: pieces of lines, sentences, notes, signatures, and blanks in the table."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.form import Form, Line
from jiesuan.pack import Pack, load_pack
from jiesuan.ref import a1, parse_a1
from jiesuan.template.frame import Piece, given, lay_bottom, lay_top, pieces
from jiesuan.template.laid import Laid, Spot
from jiesuan.template.layout import lay_out
from jiesuan.term import Term

SPRING = Term.parse("2024春")
PLAIN = Form(
    id="9-9", role="试", set="省属", name="试表", sheet="试页", title="试表的题目", titles=("试表",), kind="grid", unit="元",
    line=(Line(text="学校：{学校名称}", where="above"),),
)  # fmt: skip


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def empty(form: Form, *widths: float) -> Laid:
    return Laid(form, form.sheet, SPRING, "x/1", widths=list(widths))


def areas(sheet: Laid) -> dict[str, Value]:
    """Every cell with its merged area and its value, or its field in braces."""
    last = {(top, left): (bottom, right) for top, left, bottom, right in sheet.merges}
    return {
        a1(*cell) + (f":{a1(*last[cell])}" if cell in last else ""): f"{{{spot.field}}}" if spot.field else spot.value
        for cell, spot in sorted(sheet.cells.items())
    }


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        ("", {}, []),
        ("审批人：", {}, [Piece("审批人：", "", 8)]),
        ("{备注}", {}, [Piece("", "备注", 15)]),
        ("结余{甲}万元", {"甲": "万元"}, [Piece("结余", "", 4), Piece("", "甲", 11), Piece("万元", "", 4)]),
        ("{甲}{乙}", {"乙": "个"}, [Piece("", "甲", 15), Piece("", "乙", 11)]),
        ("空{}括号", {}, [Piece("空{}括号", "", 8)]),
    ],
)
def test_pieces(text: str, numbers: dict[str, str], expected: list[Piece]) -> None:
    assert pieces(Line(text=text, numbers=numbers)) == expected


DATE = Line(text="日期：{填表日期}", where="above")


@pytest.mark.parametrize(
    ("form", "widths", "expected"),
    [
        (PLAIN, (9, 9, 9), {"A3": "学校：", "B3:C3": "{学校名称}"}),
        (PLAIN, (4, 4, 9), {"A3:B3": "学校：", "C3": "{学校名称}"}),
        (
            msgspec.structs.replace(PLAIN, line=(*PLAIN.line, DATE)),
            (9, 9, 9, 9, 9, 9),
            {"A3": "学校：", "B3:C3": "{学校名称}", "D3": "日期：", "E3:F3": "{填表日期}"},
        ),
        (
            # Too narrow for the name of a school beside the date: the date goes to a line of its own.
            msgspec.structs.replace(PLAIN, line=(*PLAIN.line, DATE)),
            (9, 9, 9, 9, 9),
            {"A3": "学校：", "B3:E3": "{学校名称}", "C4": "日期：", "D4:E4": "{填表日期}"},
        ),
        (msgspec.structs.replace(PLAIN, line=()), (9, 9), {}),
        (
            msgspec.structs.replace(PLAIN, line=(), unit_line="单位：元"),
            (9, 9),
            {"B3": "单位：元"},
        ),
        (
            msgspec.structs.replace(PLAIN, unit_line="单位：人、万元"),
            (9, 9, 9, 9, 9, 9),
            {"A3": "学校：", "B3:D3": "{学校名称}", "E3:F3": "单位：人、万元"},
        ),
        (
            msgspec.structs.replace(PLAIN, line=(*PLAIN.line, DATE), unit_line="单位：元"),
            (9, 25, 9, 16, 9),
            {"A3": "学校：", "B3": "{学校名称}", "C3": "日期：", "D3": "{填表日期}", "E3": "单位：元"},
        ),
    ],
)
def test_the_line_above_the_table(form: Form, widths: tuple[float, ...], expected: dict[str, Value]) -> None:
    sheet = empty(form, *widths)
    rows = max([3, *(parse_a1(place.split(":")[0])[0] for place in expected)])
    assert lay_top(sheet, Filling()) == rows + 1
    title = f"A2:{'ABCDEF'[len(widths) - 1]}2"
    assert areas(sheet) == {"A1": "附件9-9", title: "试表的题目", **expected}
    assert sheet.heights == {1: 18, 2: 36 if sum(widths) >= 19 else 56, **dict.fromkeys(range(3, rows + 1), 24)}


NOTES = ("（注：据实）", "1.先写", "２、再写", "另：照此")


def test_notes_before_signatures_and_numbered_notes_after_them() -> None:
    lines = (Line(text="结余{结余}万元。", numbers={"结余": "万元"}), Line(text="审批：    审核：", sign=True))
    sheet = empty(msgspec.structs.replace(PLAIN, line=(*PLAIN.line, *lines), notes=NOTES), 12, 12, 12, 12)
    sheet.end = 9
    lay_bottom(sheet, Filling(lines={"试": {"结余": -3.5}}))
    assert areas(sheet) == {
        "A11": "结余", "B11": "{结余}", "C11:D11": "万元。", "A12:D12": "（注：据实）", "A13:D13": "另：照此",
        "A14:B14": "审批：", "C14:D14": "审核：", "A15:D15": "填表说明：", "A16:D16": "1.先写", "A17:D17": "２、再写",
    }  # fmt: skip
    assert sheet.cells[(11, 2)] == Spot(-3.5, None, "gap", "结余")
    assert sheet.heights == {10: 6, 11: 22, 12: 18, 13: 18, 14: 34, 15: 18, 16: 18, 17: 18}
    assert (sheet.end, sheet.lines) == (17, {"结余": (11, 2)})


def test_a_long_note_is_wrapped() -> None:
    sheet = empty(msgspec.structs.replace(PLAIN, notes=("注" * 21,)), 10, 10)
    lay_bottom(sheet, Filling())
    assert sheet.heights[2] == 45  # ten characters a line


def test_a_form_without_anything_below() -> None:
    sheet = empty(PLAIN, 10)
    sheet.end = 5
    lay_bottom(sheet, Filling())
    assert (sheet.end, sheet.heights, sheet.cells) == (6, {6: 6}, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("审批人：", {"A2:F2": "审批人："}),
        ("审批：  审核：  填表：", {"A2:B2": "审批：", "C2:D2": "审核：", "E2:F2": "填表："}),
        ("审批： 审核：", {"A2:F2": "审批： 审核："}),  # one space does not part them
        ("一：  二：  三：  四：  五：  ）", {"A2": "一：", "B2": "二：", "C2": "三：", "D2": "四：", "E2": "五：", "F2": "）"}),
    ],
)  # fmt: skip
def test_signatures(text: str, expected: dict[str, Value]) -> None:
    sheet = empty(msgspec.structs.replace(PLAIN, line=(Line(text=text, sign=True),)), 10, 10, 10, 10, 10, 10)
    lay_bottom(sheet, Filling())
    assert areas(sheet) == expected


def test_what_the_school_fills_in(pack: Pack) -> None:
    day = dt.date(2024, 9, 10)
    filling = Filling(
        lines={"助学金": {"学校名称": "示范技工学校", "填表日期": day, "退款情况": "退回" * 200, "没有": 1}}
    )
    sheet = lay_out(pack, pack.form("1-1", SPRING), SPRING, filling)
    assert [given(sheet, filling, name) for name in ("学校名称", "备注")] == ["示范技工学校", None]
    assert [sheet.cells[sheet.lines[name]].value for name in ("学校名称", "填表日期", "备注")] == [
        "示范技工学校",
        day,
        None,
    ]
    assert [sheet.height(row) for row in (17, 18)] == [74, 30]  # 800 half-width places in 162: five lines
    assert "没有" not in sheet.lines


@pytest.mark.parametrize(("form", "value"), [("1-3", 12), ("2-3", None)])
def test_a_blank_in_the_total_row(pack: Pack, form: str, value: Value) -> None:
    filling = Filling(lines={"免学费": {"专业个数": value}})
    sheet = lay_out(pack, pack.form(form, SPRING), SPRING, filling)
    assert sheet.cells[(46, 4)] == Spot("专业个数：", None, "caption", "")
    assert sheet.cells[(46, 5)] == Spot(value, None, "fill", "专业个数")
