"""What every headless host must do with rectangles of cells, asked of the host itself: values, formulas, notes, areas."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesuan.book import ErrorValue
from jiesuan_addin.hosts.area import Area, parse_area
from jiesuan_addin.hosts.port import HostError, Plain

BLOCK: list[list[Plain]] = [
    ["甲", 1.0, True, None],
    [dt.datetime(2024, 9, 4), dt.datetime(2024, 9, 4, 8, 30), -0.25, "乙\n丙"],
]


def area(text: str) -> Area:
    return parse_area(text)


@pytest.fixture
def sheet(port: Any) -> Any:
    return port.sheets()[0]


class TestValues:
    def test_a_block_comes_back_as_it_was_written(self, sheet: Any) -> None:
        sheet.write(area("B2:E3"), BLOCK)
        assert sheet.values(area("B2:E3")) == BLOCK
        assert sheet.values(area("A1:B2")) == [[None, None], [None, "甲"]]
        assert sheet.extent() == area("B2:E3")

    def test_an_empty_sheet(self, sheet: Any) -> None:
        assert (sheet.extent(), sheet.values(area("A1"))) == (area("A1"), [[None]])
        assert sheet.formulas(area("A1:B2")) == [["", ""], ["", ""]]

    def test_none_empties(self, sheet: Any) -> None:
        sheet.write(area("A1:B1"), [["甲", 2.0]])
        sheet.write(area("A1:B1"), [[None, 3.0]])
        assert sheet.values(area("A1:B1")) == [[None, 3.0]]

    def test_texts_that_look_like_numbers_stay_texts(self, sheet: Any) -> None:
        sheet.set_aspect(area("A1:A3"), "number_format", "@")
        rows: list[list[Plain]] = [["350100199901011234"], ["007"], ["1/2"]]
        sheet.write(area("A1:A3"), rows)
        assert sheet.values(area("A1:A3")) == rows

    def test_a_date_brings_its_format_unless_the_cell_has_one(self, sheet: Any) -> None:
        sheet.set_aspect(area("A1"), "number_format", "yyyy/m/d")
        sheet.write(area("A1:A3"), [[dt.datetime(2024, 9, 4)]] * 2 + [[dt.datetime(2024, 9, 4, 8)]])
        shown = [sheet.aspect(area(f"A{row}"), "number_format") for row in (1, 2, 3)]
        assert shown == ["yyyy/m/d", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.lists(
                st.one_of(
                    st.none(),
                    st.integers(-(10**9), 10**9).map(float),
                    st.text("甲乙丙 abc，（）", min_size=1, max_size=6).map(lambda text: f"字{text}"),
                ),
                min_size=3,
                max_size=3,
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_whatever_is_written_is_read(self, sheet: Any, rows: list[list[Plain]]) -> None:
        where = Area(2, 2, len(rows), 3)
        sheet.write(where, rows)
        assert sheet.values(where) == rows


class TestFormulas:
    def test_formulas_beside_constants(self, sheet: Any) -> None:
        sheet.write(area("A1:C2"), [[2.0, "=A1*3", '=IF(A1>1,"多","少")'], ["字", True, "=SUM(A1:B1)"]])
        assert sheet.formulas(area("A1:C2")) == [
            ["2", "=A1*3", '=IF(A1>1,"多","少")'],
            ["字", "TRUE", "=SUM(A1:B1)"],
        ]
        assert sheet.values(area("A1:C2")) == [[2.0, 6.0, "多"], ["字", True, 8.0]]

    def test_errors(self, sheet: Any) -> None:
        sheet.write(area("A1:B1"), [["=1/0", "=A1+1"]])
        assert sheet.values(area("A1:B1")) == [[ErrorValue("#DIV/0!"), ErrorValue("#DIV/0!")]]

    def test_results_follow(self, sheet: Any) -> None:
        sheet.write(area("A1:B1"), [[1.0, "=ROUND(A1/3,4)"]])
        assert sheet.values(area("B1")) == [[0.3333]]
        sheet.write(area("A1"), [[2.0]])
        assert sheet.values(area("B1")) == [[0.6667]]

    def test_other_sheets(self, port: Any, sheet: Any) -> None:
        other = port.add(1, "生均 经费")
        other.write(area("B2"), [[5.0]])
        sheet.write(area("A1"), [["='生均 经费'!B2*2"]])
        assert (sheet.formulas(area("A1")), sheet.values(area("A1"))) == ([["='生均 经费'!B2*2"]], [[10.0]])

    def test_a_formula_replaced_by_a_constant(self, sheet: Any) -> None:
        sheet.write(area("A1"), [["=1+1"]])
        sheet.write(area("A1"), [[7.0]])
        assert (sheet.formulas(area("A1")), sheet.values(area("A1"))) == ([["7"]], [[7.0]])

    def test_by_hand(self, port: Any, sheet: Any) -> None:
        sheet.write(area("A1:B1"), [[1.0, "=A1+1"]])
        port.set_automatic(False)
        sheet.write(area("A1"), [[5.0]])
        assert sheet.values(area("B1")) == [[2.0]]
        port.calculate()
        assert sheet.values(area("B1")) == [[6.0]]
        port.set_automatic(True)


class TestClear:
    def test_contents_alone(self, sheet: Any) -> None:
        sheet.write(area("A1"), [[1.0]])
        sheet.set_aspect(area("A1"), "fill", (255, 0, 0))
        sheet.set_note(1, 1, "记")
        sheet.clear(area("A1"), True, False)
        assert (sheet.values(area("A1")), sheet.aspect(area("A1"), "fill"), sheet.note(1, 1)) == (
            [[None]],
            (255, 0, 0),
            "记",
        )

    def test_formats_alone(self, sheet: Any) -> None:
        sheet.write(area("A1"), [[1.0]])
        sheet.set_aspect(area("A1"), "fill", (255, 0, 0))
        sheet.set_note(1, 1, "记")
        sheet.clear(area("A1:B2"), False, True)
        assert (sheet.values(area("A1")), sheet.aspect(area("A1"), "fill"), sheet.note(1, 1)) == ([[1.0]], None, "记")

    def test_everything(self, sheet: Any) -> None:
        sheet.write(area("A1"), [[1.0]])
        sheet.set_note(1, 1, "记")
        sheet.clear(area("A1"), True, True)
        assert (sheet.values(area("A1")), sheet.note(1, 1), sheet.notes()) == ([[None]], None, {})


class TestNotes:
    def test_put_replaced_and_taken_away(self, sheet: Any) -> None:
        sheet.set_note(3, 2, "后一条")
        sheet.set_note(1, 5, "先一条\n第二行")
        assert sheet.notes() == {(1, 5): "先一条\n第二行", (3, 2): "后一条"}
        sheet.set_note(3, 2, "改过")
        assert (sheet.note(3, 2), sheet.note(9, 9)) == ("改过", None)
        sheet.set_note(3, 2, None)
        assert sheet.notes() == {(1, 5): "先一条\n第二行"}

    def test_writing_and_other_cells_leave_them(self, sheet: Any) -> None:
        sheet.set_note(2, 2, "留着")
        sheet.write(area("A1:C3"), [[1.0] * 3] * 3)
        sheet.set_aspect(area("A1:C3"), "bold", True)
        assert sheet.notes() == {(2, 2): "留着"}


class TestLinks:
    def test_inside_and_outside(self, port: Any, sheet: Any) -> None:
        port.add(1, "乙")
        sheet.set_link(1, 1, "#乙!B2", "去乙", None)
        sheet.set_link(2, 1, "https://example.org/a", "网页", "提示")
        assert (sheet.link(1, 1), sheet.link(2, 1), sheet.link(3, 1)) == ("#乙!B2", "https://example.org/a", None)
        assert sheet.values(area("A1:A2")) == [["去乙"], ["网页"]]


class TestMerges:
    def test_joined_and_taken_apart(self, sheet: Any) -> None:
        sheet.write(area("B2:C3"), [["头", "没了"], [1.0, 2.0]])
        sheet.merge(area("B2:C3"))
        sheet.merge(area("E1:E4"))
        assert sheet.merges() == [area("E1:E4"), area("B2:C3")]
        assert sheet.values(area("B2:C3")) == [["头", None], [None, None]]
        sheet.unmerge(area("C3:C9"))
        assert sheet.merges() == [area("E1:E4")]

    def test_one_over_another_takes_its_place(self, sheet: Any) -> None:
        sheet.merge(area("A1:B1"))
        sheet.merge(area("B1:B3"))
        assert sheet.merges() == [area("B1:B3")]

    def test_one_cell_is_no_merge(self, sheet: Any) -> None:
        sheet.merge(area("D4"))
        assert sheet.merges() == []


class TestSizes:
    def test_rows_and_columns(self, sheet: Any) -> None:
        sheet.set_size(area("B2:C4"), height=30.0)
        sheet.set_size(area("B2:C4"), width=20.0)
        assert [sheet.size(row, None) for row in (2, 3, 4)] == pytest.approx([30.0] * 3, abs=0.05)
        assert [sheet.size(None, column) for column in (2, 3)] == pytest.approx([20.0] * 2, abs=0.1)
        assert sheet.size(1, None) < 20 and sheet.size(None, 1) < 15

    def test_columns_are_fitted_to_what_they_show(self, sheet: Any) -> None:
        sheet.write(area("A1:B2"), [["短", "很长很长很长很长很长的一格"], [1.0, None]])
        sheet.fit(area("A1:B2"), False, True)
        assert sheet.size(None, 2) > 2 * sheet.size(None, 1)

    def test_hidden(self, sheet: Any) -> None:
        sheet.write(area("A1:D6"), [[1.0] * 4] * 6)
        sheet.set_hidden(area("A2:A3"), True, True)
        sheet.set_hidden(area("B1:C1"), True, False)
        assert (sheet.hidden_rows(), sheet.hidden_columns()) == ({2, 3}, {2, 3})
        sheet.set_hidden(area("A3"), False, True)
        sheet.set_hidden(area("C1"), False, False)
        assert (sheet.hidden_rows(), sheet.hidden_columns()) == ({2}, {2})


def test_a_name_that_is_taken(port: Any, sheet: Any) -> None:
    port.add(1, "乙")
    with pytest.raises(HostError, match=r"^已经有名为“乙”的工作表。请换一个名称。$"):
        sheet.name = "乙"
    sheet.name = "甲"
    assert [each.name for each in port.sheets()] == ["甲", "乙"]
