"""A laid form in memory: placing, measuring and growing, without any pack."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiesuan.book import Value
from jiesuan.form import ALL, Axis, Column, Form, Key, Kind, Member, Role
from jiesuan.template.laid import Laid, Spot, amount, figure_style, holds, text_height, text_width, total_formula
from jiesuan.term import Term


def small(*columns: Column) -> Form:
    return Form(
        id="9-9",
        role="试",
        set="省属",
        name="试表",
        sheet="试页",
        title="试表",
        titles=("试表",),
        kind="grid",
        unit="元",
        axis=(Axis(name="年级", members=(Member(name="一年级"), Member(name="二年级"))),),
        column=columns,
    )


def empty(*widths: float) -> Laid:
    return Laid(small(), "试页", Term.parse("2024春"), "x/1", widths=list(widths))


@pytest.mark.parametrize(
    ("last", "merges", "end"),
    [
        ((0, 0), [], 3),
        ((3, 2), [], 3),
        ((1, 1), [], 3),  # an area cannot end before it begins
        ((5, 0), [(3, 2, 5, 2)], 5),
        ((0, 4), [(3, 2, 3, 4)], 3),
        ((6, 4), [(3, 2, 6, 4)], 6),
    ],
)
def test_put_merges_only_what_is_more_than_a_cell(
    last: tuple[int, int], merges: list[tuple[int, int, int, int]], end: int
) -> None:
    sheet = empty(9, 9, 9, 9)
    sheet.put(3, 2, Spot("甲"), *last)
    assert (sheet.cells, sheet.merges, sheet.end) == ({(3, 2): Spot("甲")}, merges, end)


def test_put_never_moves_the_end_up() -> None:
    sheet = empty(9)
    sheet.put(8, 1, Spot(1))
    sheet.put(2, 1, Spot(2))
    assert sheet.end == 8


def test_measures_of_a_sheet() -> None:
    sheet = empty(8, 17, 25.5)
    assert (sheet.width, sheet.data_name) == (3, "试页_数据")
    assert [sheet.span(*columns) for columns in ((1, 1), (2, 3), (1, 3), (3, 2))] == [8, 42.5, 50.5, 0]
    assert sheet.height(1) == 16
    sheet.heights[1] = 30
    assert (sheet.height(1), sheet.height(2)) == (30, 16)


@pytest.mark.parametrize(
    ("rows", "text", "width", "heights"),
    [
        ((4, 4), "短", 10, {}),
        ((4, 4), "一二三四五六", 6, {4: 30.5}),  # two lines
        ((4, 5), "一二三四五六", 6, {}),  # two lines in two rows
        ((4, 5), "一二三四五六七八九", 6, {5: 29}),  # three lines: the last row takes what is missing
        ((4, 6), "一二三四五六七八九十" * 2, 4, {6: 114.5}),
    ],
)
def test_grow(rows: tuple[int, int], text: str, width: float, heights: dict[int, float]) -> None:
    sheet = empty(width)
    sheet.grow(*rows, text, width)
    assert sheet.heights == heights


def test_grow_never_makes_a_row_lower() -> None:
    sheet = empty(6)
    sheet.heights[2] = 50
    sheet.grow(2, 2, "一二三四五六", 6)
    assert sheet.heights == {2: 50}


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("abc", 3), ("年级", 4), ("5个月合计", 9), ("12=4*11", 7), ("（一）", 6), ("甲\n一年级", 6), ("a·“b”", 8), ("ｱ", 1)],
)  # fmt: skip
def test_text_width(text: str, width: int) -> None:
    assert text_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [
        ("", 10, 16), ("合计", 4, 16), ("合计数", 4, 30.5), ("合计数", 5.9, 30.5), ("合计数", 6, 16), ("合计", 0, 30.5),
        ("甲\n乙\n丙", 10, 45), ("\n\n", 10, 45), ("a" * 11, 10, 30.5),
    ],
)  # fmt: skip
def test_text_height(text: str, width: float, height: float) -> None:
    """A Chinese character is never cut in two: an odd column loses half a place."""
    assert text_height(text, width) == height


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, None), (Decimal("4240"), 4240), (Decimal("0.024"), 0.024), (Decimal("2.0"), 2), (Decimal("1E+2"), 100), (Decimal("-0.5"), -0.5), (Decimal(0), 0)],
)  # fmt: skip
def test_amount(value: Decimal | None, cell: Value) -> None:
    found = amount(value)
    assert found == cell and type(found) is type(cell)


@pytest.mark.parametrize(
    ("cells", "formula"),
    [
        ([(8, 3)], "C8"),
        ([(8, 3), (8, 5)], "C8+E8"),
        ([(8, 3), (8, 4)], "SUM(C8:D8)"),
        ([(1, 1), (3, 1), (5, 1), (7, 1), (9, 1), (11, 1)], "A1+A3+A5+A7+A9+A11"),
        ([(1, 1), (3, 1), (5, 1), (7, 1), (9, 1), (11, 1), (13, 1)], "SUM(A1,A3,A5,A7,A9,A11,A13)"),
        ([(1, 1), (2, 1), (5, 1)], "SUM(A1:A2,A5)"),
        ([(7, 28), (9, 28)], "AB7+AB9"),
    ],
)
def test_total_formula(cells: list[tuple[int, int]], formula: str) -> None:
    assert total_formula(cells) == formula


KEYS: list[Key] = [("一年级",), (ALL,)]


@pytest.mark.parametrize(
    ("role", "kind", "style", "held"),
    [
        ("input", "人数", "input", [True, True]),
        ("input", "姓名", "input", [True, False]),
        ("serial", "序号", "input", [True, True]),
        ("computed", "金额", "input", [True, True]),
        ("standard", "标准", "standard", [True, False]),
        ("text", "文本", "text", [True, True]),
        ("text", "专业", "text", [True, False]),
        ("input", "文本", "input", [True, False]),
    ],
)
def test_what_a_figure_is_and_whether_totals_hold_it(role: Role, kind: Kind, style: str, held: list[bool]) -> None:
    column = Column(name="甲", role=role, type=kind)
    assert figure_style(column) == style
    assert [holds(small(column), column, key) for key in KEYS] == held
