"""Looks, notes, links, merges and conditional formats: the same on every headless host."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan_addin.hosts.port import HostError

RED, YELLOW = (255, 0, 0), (255, 255, 0)


def test_fills(sheet: Any) -> None:
    before = sheet["A1"].color
    assert before is None
    sheet["A1:B2"].color = RED
    sheet["B2"].color = "#FFFF00"
    assert (sheet["A1"].color, sheet["A1:A2"].color, sheet["B2"].color) == (RED, RED, YELLOW)
    assert sheet["A1:B2"].color is None
    sheet["A1:B2"].color = None
    assert sheet["A1:B2"].color is None and sheet["A1"].color is None
    assert sheet.book.impl.calls.writes() == 3


def test_fonts_and_alignment(sheet: Any) -> None:
    cells = sheet["A1:B1"]
    assert (cells.font.bold, cells.font.italic, cells.font.color, cells.wrap_text) == (False, False, (0, 0, 0), False)
    assert (cells.horizontal_alignment, cells.vertical_alignment) == ("general", "bottom")
    cells.font.bold = True
    cells.font.italic = True
    cells.font.size = 14
    cells.font.color = RED
    cells.font.name = "宋体"
    cells.wrap_text = True
    cells.horizontal_alignment = "center"
    cells.vertical_alignment = "top"
    assert (cells.font.bold, cells.font.italic, cells.font.size) == (True, True, 14.0)
    assert (cells.font.color, cells.font.name, cells.wrap_text) == (RED, "宋体", True)
    assert (cells.horizontal_alignment, cells.vertical_alignment) == ("center", "top")
    assert sheet["B1:C1"].font.bold is None
    cells.font.bold = False
    cells.font.color = None
    assert (cells.font.bold, cells.font.color) == (False, (0, 0, 0))


@pytest.mark.parametrize("text", ["General", "0.00", "#,##0.00", "0.00%", "@", "yyyy-mm-dd", "0.0000_ "])
def test_number_formats(sheet: Any, text: str) -> None:
    sheet["A1:B2"].number_format = text
    assert sheet["A1:B2"].number_format == text


def test_different_number_formats_are_none(sheet: Any) -> None:
    sheet["A1"].number_format = "0.00"
    assert sheet["A1:B1"].number_format is None


def test_notes(book: Any, sheet: Any) -> None:
    before = sheet["B2"].note
    assert before is None
    note = sheet["B2"].add_note("错误[F402]\n金额不符")
    sheet["A3"].add_note("第二个")
    assert note.text == sheet["B2"].note.text == "错误[F402]\n金额不符"
    assert [(n.location.address, n.text) for n in sheet.notes] == [("$B$2", "错误[F402]\n金额不符"), ("$A$3", "第二个")]
    with pytest.raises(ValueError):
        sheet["B2"].add_note("再来")
    sheet["B2"].note.text = "改过"
    assert sheet["B2"].note.text == "改过"
    sheet["B2"].note.delete()
    assert sheet["B2"].note is None
    assert [n.text for n in book.notes] == ["第二个"]


def test_writing_values_keeps_notes(sheet: Any) -> None:
    sheet["A1"].add_note("一")
    sheet["B2"].add_note("二")
    sheet["A1"].value = [["甲", 1], ["=1+1", None]]
    assert [(n.location.address, n.text) for n in sheet.notes] == [("$A$1", "一"), ("$B$2", "二")]


def test_links(book: Any, sheet: Any) -> None:
    other = book.sheets.add("2-3 表", after=sheet)
    sheet["A1"].add_hyperlink("#'2-3 表'!B5", "转到", "跳过去")
    other["A1"].add_hyperlink("#Sheet1!A1")
    sheet["A2"].add_hyperlink("https://example.org/a", "外面")
    assert (sheet["A1"].hyperlink, sheet["A1"].value) == ("#'2-3 表'!B5", "转到")
    assert (other["A1"].hyperlink, other["A1"].value) == ("#Sheet1!A1", "#Sheet1!A1")
    assert (sheet["A2"].hyperlink, sheet["A2"].value) == ("https://example.org/a", "外面")
    with pytest.raises(HostError, match=r"^Sheet1!C9 没有超链接$"):
        _ = sheet["C9"].hyperlink


def test_merges(sheet: Any) -> None:
    sheet["A1"].value = [["题", "乙"], [1, 2]]
    sheet["A1:B1"].merge()
    sheet["A3:A5"].merge()
    sheet["C3:C5"].merge()
    assert sheet["A1:B2"].value == [["题", None], [1.0, 2.0]]
    assert [area.address for area in sheet.impl.port.merges()] == ["A1:B1", "A3:A5", "C3:C5"]
    assert sheet["B1"].merge_area.address == "$A$1:$B$1"
    assert sheet["A2"].merge_area.address == "$A$2"
    assert (sheet["A1:A2"].merge_cells, sheet["A2"].merge_cells) == (True, False)
    sheet["A3:C3"].unmerge()
    assert [area.address for area in sheet.impl.port.merges()] == ["A1:B1"]
    sheet["E1:F2"].merge(across=True)
    assert [area.address for area in sheet.impl.port.merges()] == ["A1:B1", "E1:F1", "E2:F2"]


def test_sizes(sheet: Any) -> None:
    sheet["A1"].value = [["短", "一段相当长的文字，放不进窄窄的一列"]]
    sheet["A:B"].column_width = 12
    sheet["1:2"].row_height = 30
    assert sheet["A1:B1"].column_width == pytest.approx(12, abs=0.1)
    assert sheet["A1:A2"].row_height == pytest.approx(30, abs=0.1)
    assert sheet["B1:C1"].column_width is None
    sheet["A1:B1"].columns.autofit()
    sheet.autofit("r")
    assert sheet["A1"].column_width < 12 < 25 < sheet["B1"].column_width
    assert sheet["A1"].row_height < 30


def test_hidden_rows_and_columns(sheet: Any) -> None:
    sheet["A1:E6"].value = 1
    sheet["2:3"].rows.hidden = True
    sheet["B:C"].columns.hidden = True
    assert (sheet.impl.port.hidden_rows(), sheet.impl.port.hidden_columns()) == ({2, 3}, {2, 3})
    assert (sheet["2:3"].rows.hidden, sheet["1:2"].rows.hidden, sheet["1:1"].rows.hidden) == (True, None, False)
    assert (sheet["B:B"].columns.hidden, sheet["A:B"].columns.hidden) == (True, None)
    assert sheet.used_range.value == [[1.0] * 5] * 6
    sheet["2:2"].rows.hidden = False
    sheet["C:C"].columns.hidden = False
    assert (sheet.impl.port.hidden_rows(), sheet.impl.port.hidden_columns()) == ({3}, {2})


def rules(cells: Any) -> list[tuple[str, str | None, Any]]:
    return [(rule.type, rule.formula, rule.fill_color) for rule in cells.conditional_formats]


def test_conditional_formats(sheet: Any) -> None:
    red = sheet["A1:B1"].conditional_formats.add_custom('=LEN("甲,乙;丙")>0', fill_color=RED)
    yellow = sheet["B1:B3"].conditional_formats.add_custom("=$A1+Sheet1!$B$1>0", fill_color=YELLOW)
    assert (red.type, red.formula, red.fill_color) == ("custom", '=LEN("甲,乙;丙")>0', RED)
    assert (yellow.formula, yellow.fill_color) == ("=$A1+Sheet1!$B$1>0", YELLOW)
    assert sorted(rules(sheet.cells)) == [
        ("custom", "=$A1+Sheet1!$B$1>0", YELLOW),
        ("custom", '=LEN("甲,乙;丙")>0', RED),
    ]
    assert rules(sheet["B3"]) == [("custom", "=$A1+Sheet1!$B$1>0", YELLOW)]
    assert rules(sheet["C1"]) == []
    yellow.delete()
    assert rules(sheet["A1:C9"]) == [("custom", '=LEN("甲,乙;丙")>0', RED)]
    assert sheet["A1"].color is None
    with pytest.raises(NotImplementedError):
        sheet["A1"].conditional_formats.clear()
    sheet["A1:B1"].conditional_formats.clear()
    assert len(sheet.cells.conditional_formats) == 0


def test_only_fills_are_offered(sheet: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"^无界面的宿主的条件格式只有底色，没有：font_bold、font_color$"):
        sheet["A1"].conditional_formats.add_custom("=1>0", fill_color=RED, font_color=RED, font_bold=True)
    with pytest.raises(KeyError):
        sheet["A1"].conditional_formats(1)
