"""A sheet of our own in a live workbook: texts stay texts, looks are given a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan_addin import table
from jiesuan_addin.hosts import host

COLUMNS = (("级别", 6, "center"), ("单元格", 9, "link"), ("说明", 26, "note"), ("核对码", 12, "quiet"))
NOTE, GREY, BLUE, HEAD = (0xFF, 0xFD, 0xF0), (0x59, 0x59, 0x59), (0x05, 0x63, 0xC1), (0x44, 0x54, 0x6A)


@pytest.fixture(scope="module")
def book() -> Iterator[Any]:
    app = host("file").apps.add(add_book=True)
    yield app.books.active
    app.quit()


@pytest.fixture
def sheet(book: Any) -> Iterator[Any]:
    host("file")
    made = book.sheets.add(after=book.sheets[-1])
    yield made
    made.delete()


# ── texts ──


def test_rows_are_made_of_one_width_and_nobodys_text_becomes_a_formula() -> None:
    rows = [["一", "=1+1"], ["", "=HYPERLINK()", "3", "x"], []]
    assert table.block(rows, 4, lambda row, column: column == 2 and row == 2) == [
        ["一", " =1+1", None, None],
        [None, "=HYPERLINK()", "3", "x"],
        [None, None, None, None],
    ]


def test_texts_are_written_as_they_are(sheet: Any) -> None:
    table.write(sheet, 3, [["001", "=1+1", "1/2", "一\n二"], ["=2", "A1"]], COLUMNS)
    assert sheet.range("A3:D4").options(ndim=2).value == [["001", 2.0, "1/2", "一\n二"], [" =2", "A1", None, None]]
    assert sheet.range("B3").formula == "=1+1"
    assert [sheet.range(cell).number_format for cell in ("A3", "B3", "D4")] == ["@", "General", "@"]
    assert sheet.used_range.address == "$A$3:$D$4"


def test_nothing_to_write(sheet: Any) -> None:
    table.write(sheet, 1, [], COLUMNS)
    assert sheet.range("A1").value is None


# ── looks ──


def dressed(sheet: Any, rows: int, fillable: list[bool] | None = None) -> None:
    head = [("校验结果", "title", 27), ("小结", "bold", 16), ("说明", "quiet", 16), ("别的", "plain", 16)]
    table.write(sheet, 1, [*([text] for text, _, _ in head), [title for title, _, _ in COLUMNS]], COLUMNS)
    table.write(sheet, 6, [["错误", "A1", "", "x"]] * rows, COLUMNS)
    table.dress(sheet, head, 5, 5 + rows, COLUMNS, fillable)


def test_the_lines_above(sheet: Any) -> None:
    dressed(sheet, 1)
    fonts = [sheet.range((row, 1)).font for row in range(1, 5)]
    assert [(font.bold, font.size) for font in fonts] == [(True, 16), (True, 10), (False, 10), (False, 10)]
    assert [sheet.range((row, 1)).row_height for row in range(1, 6)] == [27, 16, 16, 16, 24]
    assert fonts[2].color == GREY


def test_the_header_and_the_widths(sheet: Any) -> None:
    dressed(sheet, 1)
    header = sheet.range("A5:D5")
    assert (header.color, header.font.bold, header.font.color) == (HEAD, True, (255, 255, 255))
    assert [sheet.range((1, column)).column_width for column in range(1, 4)] == [6, 9, 26]
    assert sheet.impl.port.hidden_columns() == {4}


@pytest.mark.parametrize(
    ("fillable", "filled"),
    [
        (None, [6, 7, 8, 9]),
        ([False, True, True, False], [7, 8]),
        ([True, False, False, True], [6, 9]),
        ([False] * 4, []),
    ],
)
def test_cells_that_look_like_ones_to_fill(sheet: Any, fillable: list[bool] | None, filled: list[int]) -> None:
    dressed(sheet, 4, fillable)
    assert [row for row in range(6, 10) if sheet.range((row, 3)).color == NOTE] == filled
    assert {sheet.range((row, column)).color for row in range(6, 10) for column in (1, 2, 4)} == {None}
    assert sheet.range("B6:B9").font.color == BLUE


def test_a_sheet_without_rows_has_its_header_alone(sheet: Any) -> None:
    dressed(sheet, 0)
    assert sheet.range("A5").color == HEAD
    assert sheet.range("C6").color is None


def test_heights_of_rows(sheet: Any) -> None:
    table.heights(sheet, 3, [18, 18, 32, 18])
    assert [sheet.range((row, 1)).row_height for row in range(2, 8)] == [15, 18, 18, 32, 18, 15]
    table.heights(sheet, 3, [])
    assert sheet.range("A3").row_height == 18


@given(st.lists(st.integers(0, 3)))
def test_runs_cover_everything_once_and_are_as_long_as_can_be(wanted: list[int]) -> None:
    runs = list(table._equal(wanted))
    assert [value for first, last, value in runs for _ in range(first, last + 1)] == wanted
    assert all(one[2] != other[2] and one[1] + 1 == other[0] for one, other in pairwise(runs))
