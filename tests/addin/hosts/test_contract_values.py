"""Values and formulas: the same on every headless host."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from jiesuan_addin.hosts.port import HostError


def test_a_block_is_written_and_read_whole(sheet: Any) -> None:
    rows = [[1, 2.5, "甲", None], [True, "123", dt.datetime(2024, 3, 1), "多行\n文字"]]
    sheet["B2"].value = rows
    assert sheet["B2:E3"].value == [
        [1.0, 2.5, "甲", None],
        [True, "123", dt.datetime(2024, 3, 1), "多行\n文字"],
    ]
    calls = sheet.book.impl.calls
    assert (calls.writes(), calls.reads()) == (1, 1)


def test_shapes_of_what_is_read(sheet: Any) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    assert sheet["A1"].value == 1.0
    assert sheet["A1:B1"].value == [1.0, 2.0]
    assert sheet["A1:A2"].value == [1.0, 3.0]
    assert sheet["A1:A2"].options(ndim=2).value == [[1.0], [3.0]]
    assert sheet["D9"].value is None
    assert sheet["D9"].options(empty="空").value == "空"
    assert sheet["A1:B2"].options(numbers=int).value == [[1, 2], [3, 4]]


def test_a_single_value_fills_the_range(sheet: Any) -> None:
    sheet["A1:C2"].value = "甲"
    assert sheet["A1:C2"].value == [["甲"] * 3] * 2
    assert sheet.book.impl.calls.writes() == 1


def test_none_empties_cells(sheet: Any) -> None:
    sheet["A1"].value = [[1, 2, 3]]
    sheet["A1"].value = [[None, 5, ""]]
    assert sheet["A1:C1"].value == [None, 5.0, None]


def test_decimals_arrive_as_the_nearest_number(sheet: Any) -> None:
    sheet["A1"].value = Decimal("19600.1")
    assert sheet["A1"].value == 19600.1


def test_long_digits_stay_a_text(sheet: Any) -> None:
    sheet["A1"].value = "350102200801012345"
    assert sheet["A1"].value == "350102200801012345"
    assert sheet["A1"].formula == "350102200801012345"


def test_formulas_and_their_results(book: Any, sheet: Any) -> None:
    other = book.sheets.add("2-3 表", after=sheet)
    sheet["A1"].value = [[2, 3, "=A1*B1"], [4, 5, "=A2*B2"]]
    other["A1"].formula = [["=SUM(Sheet1!C1:C2,10)", '=IF(A1>20,"多","少")'], ["='2-3 表'!A1/2", "=1/0"]]
    assert sheet["C1:C2"].value == [6.0, 20.0]
    assert sheet["A1:C2"].formula == (("2", "3", "=A1*B1"), ("4", "5", "=A2*B2"))
    assert other["A1:B2"].formula == (
        ("=SUM(Sheet1!C1:C2,10)", '=IF(A1>20,"多","少")'),
        ("='2-3 表'!A1/2", "=1/0"),
    )
    assert other["A1:B2"].value == [[36.0, "多"], [18.0, None]]
    assert other["B2"].options(err_to_str=True).value == "#DIV/0!"


def test_results_follow_a_change(sheet: Any) -> None:
    sheet["A1"].value = [[2, "=A1*10", "=B1+1"]]
    assert sheet["C1"].value == 21.0
    sheet["A1"].value = 3
    assert sheet["A1:C1"].value == [3.0, 30.0, 31.0]


def test_results_wait_where_calculation_is_manual(app: Any, sheet: Any) -> None:
    sheet["A1"].value = [[2, "=A1*10"]]
    assert sheet["B1"].value == 20.0
    app.calculation = "manual"
    try:
        sheet["A1"].value = 3
        assert sheet["B1"].value == 20.0
        app.calculate()
        assert sheet["B1"].value == 30.0
    finally:
        app.calculation = "automatic"


def test_a_constant_replaces_a_formula_and_back(sheet: Any) -> None:
    sheet["A1"].value = [["=1+1", 7]]
    sheet["A1"].value = [[7, "=1+1"]]
    assert sheet["A1:B1"].value == [7.0, 2.0]
    assert sheet["A1:B1"].formula == (("7", "=1+1"),)


def test_dates_keep_the_format_of_their_cell(sheet: Any) -> None:
    sheet["A1"].number_format = "yyyy/m/d"
    sheet["A1"].value = [[dt.date(2024, 3, 1), dt.date(2024, 3, 2), dt.datetime(2024, 3, 1, 8, 30)]]
    assert [cell.number_format for cell in sheet["A1:C1"]] == ["yyyy/m/d", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]
    assert sheet["A1:C1"].value == [dt.datetime(2024, 3, 1), dt.datetime(2024, 3, 2), dt.datetime(2024, 3, 1, 8, 30)]
    assert sheet["A1:B1"].formula == (("45352", "45353"),)


def test_a_number_in_a_cell_of_truth_values(sheet: Any) -> None:
    sheet["A1"].value = True
    sheet["A1"].value = 1
    assert sheet["A1"].value == 1.0
    assert not isinstance(sheet["A1"].value, bool)


def test_used_range_and_finding_the_way(sheet: Any) -> None:
    assert sheet.used_range.address == "$A$1"
    sheet["B3"].value = [["甲", "乙"], [1, 2], [3, None]]
    sheet["B9"].value = "下"
    assert sheet.used_range.address == "$B$3:$C$9"
    assert sheet["B3"].expand().address == "$B$3:$C$5"
    assert sheet["B3"].current_region.address == "$B$3:$C$5"
    assert sheet["B3"].end("down").address == "$B$5"
    assert sheet["B5"].end("down").address == "$B$9"
    assert sheet["B9"].end("down").address == "$B$1048576"
    assert sheet["B9"].end("up").address == "$B$5"
    assert sheet["B3"].end("right").address == "$C$3"
    assert sheet["C3"].end("left").address == "$B$3"


def test_clearing(sheet: Any) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["A1:B2"].color = (255, 0, 0)
    sheet["A1"].add_note("留")
    sheet["A1:B1"].clear_contents()
    assert sheet["A1:B2"].value == [[None, None], [3.0, 4.0]]
    assert sheet["A1"].color == (255, 0, 0)
    assert sheet["A1"].note.text == "留"
    sheet["A1:B2"].clear_formats()
    assert (sheet["A2"].value, sheet["A2"].color, sheet["A1"].note.text) == (3.0, None, "留")
    sheet["A:B"].clear()
    assert sheet["A1:B2"].value == [[None, None], [None, None]]
    assert sheet["A1"].note is None


def test_areas_without_cells_and_other_shapes(sheet: Any) -> None:
    nothing = sheet["A1:B2"][0:0, :]
    assert nothing.shape == (0, 2)
    assert nothing.raw_value is None
    assert nothing.formula is None
    sheet["A1"].value = [[1, 2], [3, 4]]
    assert [cell.value for cell in sheet["A1:B2"]] == [1.0, 2.0, 3.0, 4.0]
    assert [row.value for row in sheet["A1:B2"].rows] == [[1.0, 2.0], [3.0, 4.0]]
    assert [column.address for column in sheet["A1:B2"].columns] == ["$A$1:$A$2", "$B$1:$B$2"]
    assert sheet["A1:B2"](3).value == 3.0
    assert sheet["A1:B2"](2, 2).value == 4.0
    assert sheet["A1:B2"].last_cell.address == "$B$2"
    assert sheet["B2"].offset(1, 1).resize(2, 3).address == "$C$3:$E$4"
    assert sheet["B2"].get_address(False, False) == "B2"
    assert sheet["B2"].get_address(include_sheetname=True) == "Sheet1!$B$2"


def test_addresses_that_mean_nothing(sheet: Any) -> None:
    with pytest.raises(HostError, match=r"^工作表“Sheet1”里没有这样的区域或名称：合计$"):
        sheet.range("合计")
    with pytest.raises(IndexError, match=r"^行号、列号从 1 起$"):
        sheet.range((0, 1))


def test_a_busy_host_refuses_everything_and_changes_nothing(book: Any, sheet: Any) -> None:
    sheet["A1"].value = 1
    book.impl.calls.busy = True
    for action in (
        lambda: sheet["A1"].value,
        lambda: setattr(sheet["A1"], "value", 2),
        lambda: setattr(sheet["A1"], "color", (1, 2, 3)),
        lambda: setattr(sheet, "name", "改名"),
        lambda: book.save("不存.xlsx"),
    ):
        with pytest.raises(HostError, match=r"^表格程序正忙（例如有一格正在编辑）。请按回车结束编辑后再试。$"):
            action()
    book.impl.calls.busy = False
    assert (sheet.name, sheet["A1"].value) == ("Sheet1", 1.0)


def test_calls_are_counted_by_sheet_and_operation(book: Any, sheet: Any) -> None:
    other = book.sheets.add("另一张", after=sheet)
    calls = book.impl.calls
    calls.clear()
    sheet["A1:B2"].value = 1
    sheet["A1:B2"].color = (1, 2, 3)
    assert sheet["A1:B2"].formula == (("1", "1"), ("1", "1"))
    assert other.used_range.value is None
    assert (calls.writes(), calls.writes("Sheet1"), calls.writes("Sheet1", "write"), calls.writes("另一张")) == (
        2,
        2,
        1,
        0,
    )
    assert (calls.reads("Sheet1"), calls.reads("另一张"), calls.reads(operation="extent")) == (1, 2, 1)
    assert [call.address for call in calls.log] == ["A1:B2", "A1:B2", "A1:B2", "", "A1"]
