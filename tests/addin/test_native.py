"""What is asked of Excel's own objects, played by objects of our own; and reading a live workbook."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import ErrorValue
from jiesuan_addin import live, native
from jiesuan_addin.hosts import host
from jiesuan_addin.hosts.port import HostError
from jiesuan_addin.marks import runs

from .making import Desk

Area = tuple[int, int, int, int]


class FakeRange:
    def __init__(self, sheet: FakeSheet, first: tuple[int, int], last: tuple[int, int]) -> None:
        self.sheet, self.first, self.last = sheet, first, last
        self.row, self.column = first
        self.shape = last[0] - first[0] + 1, last[1] - first[1] + 1

    def _touching(self) -> list[Area]:
        (top, left), (bottom, right) = self.first, self.last
        return [a for a in self.sheet.merged if a[0] <= bottom and a[2] >= top and a[1] <= right and a[3] >= left]

    @property
    def merge_cells(self) -> bool | None:
        """As Excel: true where all is merged, None where some is."""
        self.sheet.asked += 1
        return (True if self.first == self.last else None) if self._touching() else False

    @property
    def merge_area(self) -> FakeRange:
        area = self._touching()[0]
        return FakeRange(self.sheet, area[:2], area[2:])


class FakeSheet:
    def __init__(self, merged: list[Area]) -> None:
        self.merged = merged
        self.asked = 0
        self.impl = SimpleNamespace()

    def range(self, first: tuple[int, int], last: tuple[int, int]) -> FakeRange:
        return FakeRange(self, first, last)


@st.composite
def merged_areas(draw: st.DrawFn) -> list[Area]:
    """Areas that do not touch."""
    taken: set[tuple[int, int]] = set()
    found: list[Area] = []
    for _ in range(draw(st.integers(0, 6))):
        top, left = draw(st.integers(1, 12)), draw(st.integers(1, 8))
        area = top, left, min(top + draw(st.integers(0, 4)), 12), min(left + draw(st.integers(0, 4)), 8)
        cells = {(r, c) for r in range(area[0], area[2] + 1) for c in range(area[1], area[3] + 1)}
        if len(cells) > 1 and not cells & taken:
            taken |= cells
            found.append(area)
    return found


class TestMerges:
    @settings(max_examples=60)
    @given(merged_areas())
    def test_all_are_found(self, areas: list[Area]) -> None:
        assert sorted(native.merges(FakeSheet(areas), 12, 8)) == sorted(areas)

    def test_a_sheet_without_costs_one_question(self) -> None:
        sheet = FakeSheet([])
        assert native.merges(sheet, 300, 20) == []
        assert sheet.asked == 1

    def test_a_form_costs_few(self) -> None:
        sheet = FakeSheet([(1, 1, 1, 12), (3, 1, 4, 1), (3, 2, 3, 6), (5, 1, 20, 1), (21, 1, 300, 1)])
        assert len(native.merges(sheet, 300, 12)) == 5
        assert sheet.asked < 900

    def test_a_host_that_cannot_say(self) -> None:
        assert native.merges(SimpleNamespace(impl=SimpleNamespace()), 3, 3) == []


def visible(*areas: tuple[int, int]) -> Any:
    """A sheet of Excel's that shows those rows (first, number)."""
    parts = [SimpleNamespace(Row=row, Rows=SimpleNamespace(Count=count)) for row, count in areas]
    asked: list[str] = []

    def cells(address: str) -> Any:
        asked.append(address)
        return SimpleNamespace(SpecialCells=lambda kind: SimpleNamespace(Areas=parts if kind == 12 else None))

    return SimpleNamespace(impl=SimpleNamespace(), api=SimpleNamespace(Range=cells), asked=asked)


class TestExcel:
    def test_hidden_rows(self) -> None:
        sheet = visible((1, 3), (6, 2))
        assert native.hidden(sheet, 8) == {4, 5, 8}
        assert sheet.asked == ["1:8"]

    def test_properties(self) -> None:
        items = [SimpleNamespace(Name="jiesuan.term", Value="2024春"), SimpleNamespace(Name="n", Value=3)]
        book = SimpleNamespace(api=SimpleNamespace(CustomDocumentProperties=items))
        assert native.properties(book) == {"jiesuan.term": "2024春", "n": "3"}

    def test_protection(self) -> None:
        sheet = SimpleNamespace(api=SimpleNamespace(ProtectContents=True))
        book = SimpleNamespace(
            api=SimpleNamespace(ProtectStructure=True, ReadOnly=True, ActiveSheet=SimpleNamespace(Type=3))
        )
        assert native.is_protected(sheet)
        assert native.structure_protected(book) and native.is_read_only(book) and native.on_chart(book)
        book.api.ActiveSheet.Type = -4167
        assert not native.on_chart(book)

    def test_what_cannot_be_said_does_no_harm(self) -> None:
        mute = SimpleNamespace(api=None, impl=SimpleNamespace())
        assert native.properties(mute) == {}
        assert native.hidden(mute, 3) == set()
        assert not any(f(mute) for f in (native.is_protected, native.structure_protected, native.is_read_only))
        assert not native.on_chart(mute)
        native.fit(mute, "x")
        native.page(mute, 7)

    def test_the_size_of_a_note(self) -> None:
        shape = SimpleNamespace(Width=0, Height=0)
        note = SimpleNamespace(api=SimpleNamespace(Shape=shape))
        native.fit(note, "短")
        assert (shape.Width, shape.Height) == (260, 52)
        native.fit(note, "行\n" * 40)
        assert shape.Height == 208

    def test_a_column_is_hidden(self) -> None:
        column = SimpleNamespace(Hidden=False)
        sheet = SimpleNamespace(impl=SimpleNamespace(), api=SimpleNamespace(Columns={13: column}.get))
        native.hide_column(sheet, 13)
        assert column.Hidden is True
        native.hide_column(sheet, 14)  # no such column: nothing happens

    def test_the_page(self) -> None:
        setup = SimpleNamespace()
        native.page(SimpleNamespace(impl=SimpleNamespace(), api=SimpleNamespace(PageSetup=setup)), 7)
        assert vars(setup) == {
            "Orientation": 2,
            "Zoom": False,
            "FitToPagesWide": 1,
            "FitToPagesTall": False,
            "PrintTitleRows": "$7:$7",
        }

    def test_lines_and_filter_buttons(self) -> None:
        done: list[Any] = []
        cells = SimpleNamespace(
            sheet=SimpleNamespace(impl=SimpleNamespace()),
            borders=SimpleNamespace(set=lambda *which, **more: done.append((which, more))),
            api=SimpleNamespace(AutoFilter=lambda: done.append("filter")),
        )
        native.grid(cells, (1, 2, 3))
        native.filter_buttons(cells)
        assert done == [(("all",), {"line_style": "continuous", "weight": "thin", "color": (1, 2, 3)}), "filter"]

    @pytest.mark.parametrize(("answer", "typed"), [("原因", "原因"), (False, None), ("", "")])
    def test_the_input_box(self, answer: Any, typed: str | None) -> None:
        given: list[Any] = []

        def box(*arguments: Any, **more: Any) -> Any:
            given.append((arguments, more))
            return answer

        app = SimpleNamespace(api=SimpleNamespace(InputBox=box))
        assert native.type_in(app, "写原因", "资助结算", "旧的") == typed
        assert given == [(("写原因", "资助结算", "旧的"), {"Type": 2})]


class Numbered:
    """A sheet as Excel's COM hands it over: floats, errors as texts, a used range that does not start at A1."""

    def __init__(self, values: list[list[Any]], formula: Any, visible: Any = -1) -> None:
        self.name, self.visible = "表", visible
        self.values, self.formulas = values, formula
        self.impl = SimpleNamespace()
        self.api = None
        self.reads: list[str] = []

    def range(self, first: Any, last: Any) -> Any:
        assert first == (1, 1)

        def options(**more: Any) -> Any:
            assert more == {"ndim": 2, "err_to_str": True}
            self.reads.append("values")
            return SimpleNamespace(value=self.values)

        sheet = self

        class Cells:
            merge_cells = False

            @property
            def formula(self) -> Any:
                sheet.reads.append("formulas")
                return sheet.formulas

        cells = Cells()
        cells.options = options  # type: ignore[attr-defined]
        return cells


class TestLive:
    def test_values_as_readers_of_files_have_them(self) -> None:
        moment = dt.datetime(2024, 9, 5)
        sheet = Numbered(
            [[1.0, "a", None, "#REF!", moment], [2.5, "", True, Decimal("3.5"), dt.datetime(2024, 9, 5, 8)]],
            (("1", "a", "", "=B9", "45540"), ("=A1*2.5", "", "TRUE", "3.5", "x")),
        )
        read = live.live_sheet(sheet, 2, 5)
        assert read.values == [
            [1, "a", None, ErrorValue("#REF!"), dt.date(2024, 9, 5)],
            [2.5, None, True, 3.5, dt.datetime(2024, 9, 5, 8)],
        ]
        assert isinstance(read.values[0][3], ErrorValue)
        assert read.formulas == {(1, 4): "B9", (2, 1): "A1*2.5"}
        assert (read.uncached, read.visible) == (set(), True)
        assert sheet.reads == ["values", "formulas"]

    def test_a_text_that_begins_with_an_equals_sign_is_no_formula(self) -> None:
        assert live.live_sheet(Numbered([["=a"]], "=a"), 1, 1).formulas == {}

    @pytest.mark.parametrize(
        ("values", "formula", "expected"),
        [
            ([[1.0]], "=1", {(1, 1): "1"}),
            ([[1.0, 2.0]], ["=1", "2"], {(1, 1): "1"}),
            ([[1.0], [2.0]], ["1", "=2"], {(2, 1): "2"}),
        ],
    )
    def test_fewer_brackets(self, values: list[list[Any]], formula: Any, expected: dict[Any, str]) -> None:
        assert live.live_sheet(Numbered(values, formula), len(values), len(values[0])).formulas == expected

    @pytest.mark.parametrize(("told", "visible"), [(True, True), (-1, True), (0, False), (2, False), (False, False)])
    def test_hidden_and_very_hidden(self, told: Any, visible: bool) -> None:
        assert live.live_sheet(Numbered([[1.0]], "1", told), 1, 1).visible is visible

    def test_a_formula_without_result(self) -> None:
        assert live.live_sheet(Numbered([[None]], "=A9"), 1, 1).uncached == {(1, 1)}

    def test_a_sheet_that_is_no_form_for_its_size(self) -> None:
        desk = Desk("file", None)
        desk.book.sheets[0].range((1_000_000, 5)).value = 1
        book = live.live_book(desk.book)
        assert book.sheets == []
        assert book.remarks == ["工作表“Sheet1”的数据范围过大，不像表格，没有读取。"]
        desk.close()

    def test_the_used_range_need_not_start_at_a1(self) -> None:
        desk = Desk("file", None)
        desk.book.sheets[0].range("C3").value = "x"
        sheet = live.live_book(desk.book).sheets[0]
        assert (sheet.value(3, 3), sheet.values[:2]) == ("x", [[], []])
        desk.close()

    def test_merges_and_hidden_rows_of_a_headless_host(self) -> None:
        desk = Desk("file", None)
        sheet = desk.book.sheets[0]
        sheet.range("A1:C2").merge()
        sheet.range("A5").value = 1
        sheet.impl.port.bare.sheet.row_dimensions[4].hidden = True
        read = live.live_book(desk.book).sheets[0]
        assert (read.merges, read.hidden_rows) == ([(1, 1, 2, 3)], {4})
        desk.close()


@given(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 8))))
def test_runs_cover_the_cells_once(cells: set[tuple[int, int]]) -> None:
    covered = [(r, c) for a in runs(cells) for r in range(a[0], a[2] + 1) for c in range(a[1], a[3] + 1)]
    assert sorted(covered) == sorted(cells)


def test_no_host_of_that_name() -> None:
    with pytest.raises((ValueError, HostError)):
        host("excel97")
