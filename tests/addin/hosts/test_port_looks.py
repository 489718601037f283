"""What every headless host must do with the looks of cells and sheets: fills, fonts, conditional formats, the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from jiesuan_addin.hosts.area import Area, parse_area
from jiesuan_addin.hosts.port import Aspect

RED, YELLOW, BLUE = (255, 156, 156), (255, 224, 102), (157, 195, 230)


def area(text: str) -> Area:
    return parse_area(text)


@pytest.fixture
def sheet(port: Any) -> Any:
    return port.sheets()[0]


@pytest.mark.parametrize(
    ("aspect", "value", "before"),
    [
        ("fill", RED, None),
        ("number_format", "0.0000", "General"),
        ("number_format", "@", "General"),
        ("bold", True, False),
        ("italic", True, False),
        ("size", 16.0, None),
        ("font_color", (5, 99, 193), (0, 0, 0)),
        ("font_name", "宋体", None),
        ("wrap", True, False),
        ("horizontal", "center", "general"),
        ("horizontal", "right", "general"),
        ("vertical", "top", "bottom"),
        ("vertical", "center", "bottom"),
    ],
)
def test_one_side_of_how_cells_look(sheet: Any, aspect: Aspect, value: Any, before: Any) -> None:
    if before is not None or aspect == "fill":
        assert sheet.aspect(area("B2:C3"), aspect) == before
    sheet.set_aspect(area("B2:C3"), aspect, value)
    assert [sheet.aspect(area(where), aspect) for where in ("B2", "C3", "B2:C3")] == [value] * 3
    assert sheet.aspect(area("A1"), aspect) != value
    assert sheet.aspect(area("A1:C3"), aspect) is None


def test_one_side_leaves_the_others(sheet: Any) -> None:
    sheet.set_aspect(area("A1:B2"), "fill", RED)
    sheet.set_aspect(area("A1"), "bold", True)
    sheet.set_aspect(area("A1:B2"), "size", 14.0)
    sheet.set_aspect(area("A1:B2"), "horizontal", "left")
    sheet.set_aspect(area("A1:B2"), "wrap", True)
    assert [sheet.aspect(area("A1"), side) for side in ("fill", "bold", "size", "horizontal", "wrap")] == [
        RED,
        True,
        14.0,
        "left",
        True,
    ]
    sheet.set_aspect(area("A1"), "fill", None)
    assert (sheet.aspect(area("A1"), "fill"), sheet.aspect(area("B2"), "fill")) == (None, RED)
    assert sheet.aspect(area("A1"), "bold") is True


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_any_colour(sheet: Any, colour: tuple[int, int, int]) -> None:
    sheet.set_aspect(area("A1"), "fill", colour)
    sheet.set_aspect(area("A1"), "font_color", colour)
    assert (sheet.aspect(area("A1"), "fill"), sheet.aspect(area("A1"), "font_color")) == (colour, colour)


class TestRules:
    def test_rules_have_areas_formulas_and_fills(self, sheet: Any) -> None:
        sheet.add_rule(area("A1:B3"), '=LEN("甲")>0', RED, False)
        sheet.add_rule(area("D4"), "=$D4>3", YELLOW, False)
        found = {(rule.areas, rule.formula, rule.fill) for rule in sheet.rules()}
        assert found == {((area("A1:B3"),), '=LEN("甲")>0', RED), ((area("D4"),), "=$D4>3", YELLOW)}

    def test_the_cells_keep_their_own_fill(self, sheet: Any) -> None:
        sheet.set_aspect(area("A1"), "fill", BLUE)
        sheet.add_rule(area("A1"), "=1>0", RED, False)
        assert sheet.aspect(area("A1"), "fill") == BLUE

    def test_one_is_taken_away_the_others_stay(self, sheet: Any) -> None:
        keys = [sheet.add_rule(area("A1:A9"), f"=$A1>{number}", RED, False) for number in range(4)]
        sheet.remove_rule(keys[1])
        assert {rule.formula for rule in sheet.rules()} == {"=$A1>0", "=$A1>2", "=$A1>3"}
        for rule in list(sheet.rules()):
            sheet.remove_rule(next(each.key for each in sheet.rules() if each.formula == rule.formula))
        assert sheet.rules() == []

    def test_without_a_fill(self, sheet: Any) -> None:
        sheet.add_rule(area("A1"), "=$A1>0", None, True)
        assert [(rule.formula, rule.fill) for rule in sheet.rules()] == [("=$A1>0", None)]

    def test_saved_and_opened_again(self, app: Any, port: Any, sheet: Any, tmp_path: Path) -> None:
        sheet.write(area("A1:A3"), [[1.0]] * 3)
        sheet.add_rule(area("A1:A3"), '=LEN("jiesuan-mark:错误")>0', RED, False)
        port.save(tmp_path / "a.xlsx")
        again = app.impl.program.open(tmp_path / "a.xlsx", False, None)
        try:
            assert [(rule.areas, rule.formula, rule.fill) for rule in again.sheets()[0].rules()] == [
                ((area("A1:A3"),), '=LEN("jiesuan-mark:错误")>0', RED)
            ]
        finally:
            again.close()


class TestPage:
    @pytest.fixture
    def saved(self, port: Any, sheet: Any, tmp_path: Path) -> Any:
        sheet.write(area("A1:C4"), [["级别", "编号", "表"], *[["错误", "V103", "甲"]] * 3])
        sheet.freeze(area("A1:XFD1"))
        sheet.print_across(1)
        sheet.filter(area("A1:C4"))
        sheet.grid(area("A2:C4"), (0xBF, 0xBF, 0xBF))
        port.save(tmp_path / "a.xlsx")
        return load_workbook(tmp_path / "a.xlsx").worksheets[0]

    def test_the_file_says_all_of_it(self, saved: Any) -> None:
        assert (saved.freeze_panes, saved.auto_filter.ref, saved.print_title_rows) == ("A2", "A1:C4", "$1:$1")
        setup = saved.page_setup
        assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0)
        assert setup.fitToWidth in (None, 1) and saved.sheet_properties.pageSetUpPr.fitToPage
        for cell in ("A2", "B3", "C4"):
            border = saved[cell].border
            assert {side.style for side in (border.left, border.right, border.top, border.bottom)} == {"thin"}
            assert border.left.color.rgb == "FFBFBFBF"
        assert saved["A1"].border.top.style is None

    def test_panes_let_go(self, port: Any, sheet: Any, tmp_path: Path) -> None:
        sheet.write(area("A1"), [[1.0]])
        sheet.freeze(area("A1:B2"))
        port.save(tmp_path / "a.xlsx")
        assert load_workbook(tmp_path / "a.xlsx").worksheets[0].freeze_panes == "C3"
        sheet.freeze(None)
        port.save(tmp_path / "b.xlsx")
        assert load_workbook(tmp_path / "b.xlsx").worksheets[0].freeze_panes is None

    def test_columns_alone_stay_in_view(self, port: Any, sheet: Any, tmp_path: Path) -> None:
        sheet.write(area("A1"), [[1.0]])
        sheet.freeze(area("A1:A1048576"))
        port.save(tmp_path / "a.xlsx")
        assert load_workbook(tmp_path / "a.xlsx").worksheets[0].freeze_panes == "B1"

    def test_another_sheet_stays_in_front(self, port: Any, sheet: Any) -> None:
        other = port.add(1, "乙")
        port.activate(sheet)
        other.write(area("A1:B2"), [["甲", "乙"], [1.0, 2.0]])
        other.freeze(area("A1:XFD1"))
        other.filter(area("A1:B2"))
        other.print_across(1)
        assert port.active().name == sheet.name
