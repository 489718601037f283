"""Workbooks in memory."""

from __future__ import annotations

import pytest

from jiesuan.book import Book, ErrorValue, Sheet, memory_book


def test_values_outside_the_used_range_are_empty() -> None:
    sheet = Sheet("表", [[1, 2], [], [None, "甲"]])
    assert [sheet.value(1, 2), sheet.value(3, 2), sheet.value(2, 1)] == [2, "甲", None]
    assert [sheet.value(0, 1), sheet.value(1, 0), sheet.value(1, 3), sheet.value(9, 9), sheet.value(-1, 1)] == [
        None
    ] * 5
    assert sheet.width == 2
    assert Sheet("空").width == 0


def test_putting_grows_the_sheet() -> None:
    sheet = Sheet("表")
    sheet.put(3, 2, "甲")
    assert sheet.values == [[], [], [None, "甲"]]
    sheet.put(3, 1, 5, "B1*2")
    assert (sheet.values[2], sheet.formulas) == ([5, "甲"], {(3, 1): "B1*2"})
    sheet.uncached.add((3, 1))
    sheet.put(3, 1, 6, "B1*3")
    assert (sheet.formulas, sheet.uncached) == ({(3, 1): "B1*3"}, set())
    sheet.put(3, 1, 7)
    assert (sheet.value(3, 1), sheet.formulas) == (7, {})


def test_sheets_by_name() -> None:
    book = Book("甲.xlsx", [Sheet("一"), Sheet("二")])
    assert book.sheet("二") is book.sheets[1]
    with pytest.raises(KeyError, match="三"):
        book.sheet("三")


def test_errors_are_texts_of_their_own_kind() -> None:
    error = ErrorValue("#REF!")
    assert error == "#REF!"
    assert isinstance(error, str)


def test_books_from_plain_data() -> None:
    book = memory_book(
        "甲.xlsx",
        {"点": {"B2": 1, "$A$1": "=B2*2", "C1": ErrorValue("=")}, "行": [[1, None, "=A1"], [], ["乙"]]},
    )
    points, rows = book.sheets
    assert (points.values, points.formulas, points.uncached) == (
        [[None, None, "="], [None, 1]],
        {(1, 1): "B2*2"},
        {(1, 1)},
    )
    assert (rows.values, rows.formulas, rows.uncached) == ([[1, None, None], [], ["乙"]], {(1, 3): "A1"}, {(1, 3)})
    assert (book.name, book.properties, book.sha256, book.remarks) == ("甲.xlsx", {}, "", [])
