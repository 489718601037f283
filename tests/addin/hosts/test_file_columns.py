"""Widths of columns, of which openpyxl keeps equal ones that follow one another under the first one's letter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from jiesuan_addin.hosts.file import columns


@pytest.fixture
def sheet() -> Any:
    return Workbook().worksheets[0]


def widths(sheet: Any, last: int = 8) -> list[float]:
    return [columns.width(sheet, column) for column in range(1, last + 1)]


def test_an_untouched_sheet(sheet: Any) -> None:
    assert widths(sheet, 3) == [columns.DEFAULT_WIDTH] * 3
    sheet.sheet_format.defaultColWidth = 11.5
    assert widths(sheet, 3) == [11.5] * 3
    assert not columns.hidden(sheet, 1)


def test_a_run_is_cut_on_both_sides(sheet: Any) -> None:
    run = sheet.column_dimensions["B"]
    run.width, run.min, run.max = 30, 2, 6
    columns.change(sheet, 3, 4, width=5.0)
    assert widths(sheet) == [8.43, 30, 5, 5, 30, 30, 8.43, 8.43]
    columns.change(sheet, 6, 7, hidden=True)
    assert [columns.hidden(sheet, column) for column in range(1, 9)] == [False] * 5 + [True, True, False]
    assert widths(sheet)[5] == 30


def test_a_run_that_is_changed_whole_stays_whole(sheet: Any) -> None:
    run = sheet.column_dimensions["B"]
    run.width, run.min, run.max = 30, 2, 6
    columns.change(sheet, 2, 6, width=7.0)
    assert widths(sheet) == [8.43, 7, 7, 7, 7, 7, 8.43, 8.43]
    assert list(sheet.column_dimensions) == ["B"]


@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5), st.integers(1, 60)), max_size=8),
)
def test_like_a_row_of_numbers(changes: list[tuple[int, int, int]]) -> None:
    sheet: Any = Workbook().worksheets[0]
    expected = [columns.DEFAULT_WIDTH] * 20
    for first, more, width in changes:
        columns.change(sheet, first, first + more, width=float(width))
        expected[first - 1 : first + more] = [float(width)] * (more + 1)
    assert widths(sheet, 20) == expected
