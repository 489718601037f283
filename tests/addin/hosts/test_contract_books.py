"""Workbooks, sheets, names, saving and message boxes: the same on every headless host."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from openpyxl import Workbook, load_workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Protection

from jiesuan.reading import UnreadableFile
from jiesuan_addin.hosts.port import HostError


def names(book: Any) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def test_sheets_come_and_go(book: Any) -> None:
    first = book.sheets[0]
    book.sheets.add("乙", after=first)
    book.sheets.add("甲", before="乙")
    assert names(book) == ["Sheet1", "甲", "乙"]
    assert book.sheets.active.name == "甲"
    assert (book.sheets["乙"].index, book.sheets["甲"].index, len(book.sheets)) == (3, 2, 3)
    book.sheets["乙"].move(before=first)
    assert names(book) == ["乙", "Sheet1", "甲"]
    book.sheets["乙"].move(after=book.sheets["甲"])
    assert names(book) == ["Sheet1", "甲", "乙"]
    book.sheets["甲"].move(after=book.sheets["乙"])
    assert names(book) == ["Sheet1", "乙", "甲"]
    book.sheets["乙"].delete()
    assert names(book) == ["Sheet1", "甲"]
    assert "甲" in book.sheets and "乙" not in book.sheets
    with pytest.raises(KeyError):
        book.sheets["乙"]


def test_a_copied_sheet_holds_the_same(book: Any) -> None:
    book.sheets[0]["A1"].value = [[1, "=A1+1"]]
    book.sheets[0]["A1"].color = (255, 0, 0)
    copy = book.sheets[0].copy(name="副本")
    assert names(book) == ["Sheet1", "副本"]
    assert (copy["A1:B1"].value, copy["B1"].formula, copy["A1"].color) == ([1.0, 2.0], "=A1+1", (255, 0, 0))


def test_the_last_visible_sheet_stays(book: Any) -> None:
    sheet = book.sheets[0]
    other = book.sheets.add("另一张", after=sheet)
    other.visible = False
    assert (sheet.visible, other.visible) == (True, False)
    with pytest.raises(HostError, match=r"^工作簿里至少要有一张看得见的工作表。请先显示另一张，再隐藏这一张。$"):
        sheet.visible = False
    with pytest.raises(HostError, match=r"^工作簿里至少要有一张看得见的工作表，不能删除最后一张。$"):
        sheet.delete()
    with pytest.raises(HostError, match=r"^工作表“另一张”是隐藏的，不能切换过去。请先取消隐藏。$"):
        other.activate()
    other.visible = True
    assert names(book) == ["Sheet1", "另一张"]


def test_names_of_sheets(book: Any) -> None:
    sheet = book.sheets[0]
    sheet.name = "免学费精准"
    assert names(book) == ["免学费精准"]
    book.sheets.add("乙", after=sheet)
    with pytest.raises(HostError, match=r"^已经有名为“乙”的工作表。请换一个名称。$"):
        sheet.name = "乙"
    sheet.name = sheet.name
    assert names(book) == ["免学费精准", "乙"]


def test_selecting(app: Any, book: Any) -> None:
    sheet = book.sheets[0]
    other = book.sheets.add("乙", after=sheet)
    sheet.activate()
    sheet["B3:C4"].select()
    assert (book.selection.address, app.selection.sheet.name) == ("$B$3:$C$4", "Sheet1")
    with pytest.raises(HostError, match=r"^工作表“乙”不在前面，不能选定其中的单元格。请先切换过去。$"):
        other["A1"].select()
    other.activate()
    other["D4"].select()
    assert (book.selection.address, book.selection.sheet.name) == ("$D$4", "乙")


def test_defined_names(book: Any) -> None:
    sheet = book.sheets[0]
    other = book.sheets.add("2-3 表", after=sheet)
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["A1:B2"].name = "块"
    other["C3"].name = "'2-3 表'!本表"
    book.names.add("常数", "=Sheet1!$B$1")
    assert sorted((name.name, name.refers_to) for name in book.names) == [
        ("'2-3 表'!本表", "='2-3 表'!$C$3"),
        ("块", "=Sheet1!$A$1:$B$2"),
        ("常数", "=Sheet1!$B$1"),
    ]
    assert sheet.range("块").value == [[1.0, 2.0], [3.0, 4.0]]
    assert book.names["常数"].refers_to_range.value == 2.0
    assert (sheet["A1:B2"].name.name, sheet["A2"].name) == ("块", None)
    assert [name.name for name in other.names] == ["'2-3 表'!本表"]
    assert "块" in book.names and "没有" not in book.names
    book.names["常数"].refers_to = "=Sheet1!$A$2"
    assert book.names["常数"].refers_to_range.address == "$A$2"
    book.names["常数"].name = "改名"
    book.names["块"].delete()
    assert sorted(name.name for name in book.names) == ["'2-3 表'!本表", "改名"]


def test_saving_and_opening_again(app: Any, tmp_path: Path) -> None:
    book = app.books.add()
    sheet = book.sheets[0]
    result = book.sheets.add("校验结果", after=sheet)
    sheet["A1"].value = [[1, "=A1*2", "甲", True, dt.datetime(2024, 3, 1)]]
    sheet["A1"].color = (255, 0, 0)
    sheet["B1"].font.bold = True
    sheet["C1"].add_note("批注")
    sheet["A3:B3"].merge()
    sheet["A5:B5"].conditional_formats.add_custom("=$A$1>0", fill_color=(0, 0, 255))
    result["A1"].add_hyperlink("#Sheet1!A1", "转到")
    result.freeze_panes.freeze_at("1:1")
    result["A:A"].column_width = 20
    result.activate()
    path = tmp_path / "存.xlsx"
    book.save(path)
    assert (book.name, book.fullname) == ("存.xlsx", str(path))
    book.close()
    assert [file.name for file in tmp_path.iterdir()] == ["存.xlsx"]
    again = app.books.open(path)
    sheet = again.sheets["Sheet1"]
    assert again.sheets.active.name == "校验结果"
    assert sheet["A1:E1"].value == [1.0, 2.0, "甲", True, dt.datetime(2024, 3, 1)]
    assert sheet["B1"].formula == "=A1*2"
    assert (sheet["A1"].color, sheet["B1"].font.bold, sheet["C1"].note.text) == ((255, 0, 0), True, "批注")
    assert [area.address for area in sheet.impl.port.merges()] == ["A3:B3"]
    assert [(r.formula, r.fill_color) for r in sheet.cells.conditional_formats] == [("=$A$1>0", (0, 0, 255))]
    assert again.sheets["校验结果"]["A1"].hyperlink == "#Sheet1!A1"
    assert again.sheets["校验结果"]["A1"].column_width == pytest.approx(20, abs=0.2)
    again.close()
    assert [file.name for file in tmp_path.iterdir()] == ["存.xlsx"]
    assert load_workbook(path)["校验结果"].freeze_panes == "A2"


def test_freezing_and_letting_go(app: Any, book: Any, tmp_path: Path) -> None:
    for number, (area, frozen) in enumerate([("A:B", "C1"), ("B2", "C3"), (None, None)]):
        sheet = book.sheets[0]
        if area is None:
            sheet.freeze_panes.unfreeze()
        else:
            sheet.freeze_panes.freeze_at(area)
        book.save(tmp_path / f"{number}.xlsx")
        assert load_workbook(tmp_path / f"{number}.xlsx")["Sheet1"].freeze_panes == frozen


def test_books_of_an_app(app: Any, tmp_path: Path) -> None:
    one, two = app.books.add(), app.books.add()
    assert (len(app.books), app.books.active.name, one.name in app.books) == (2, two.name, True)
    assert one.name != two.name and one.fullname == one.name
    one.activate()
    assert app.books.active == one
    one.save(tmp_path / "一.xlsx")
    assert app.books.open(tmp_path / "一.xlsx") == one
    assert xw.Book(str(tmp_path / "一.xlsx")) == one
    assert app.books["一.xlsx"] == one
    one.close()
    two.close()
    assert len(app.books) == 0
    with pytest.raises(HostError, match=r"^没有打开的工作簿。请先打开要处理的工作簿。$"):
        _ = app.books.active
    with pytest.raises(KeyError):
        app.books["一.xlsx"]


def test_where_saving_is_refused(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "原.xlsx"
    Workbook().save(path)
    before = path.read_bytes()
    book = app.books.open(path, read_only=True)
    assert book.api.ReadOnly is True
    with pytest.raises(HostError, match=r"^“原.xlsx”是以只读方式打开的，不能存回原处。请另存为别的文件名。$"):
        book.save()
    with pytest.raises(HostError, match=r"^文件夹“没有”不存在，请先建立。$"):
        book.save(tmp_path / "没有" / "a.xlsx")
    with pytest.raises(NotImplementedError):
        book.save(tmp_path / "a.xlsx", password="x")
    with pytest.raises(HostError):
        book.save(tmp_path / "a.docx")
    book.save(tmp_path / "另.xlsx")
    book.close()
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["原.xlsx", "另.xlsx"]


def test_a_file_open_elsewhere_is_not_replaced(app: Any, tmp_path: Path) -> None:
    path = tmp_path / "原.xlsx"
    Workbook().save(path)
    book = app.books.open(path)
    (tmp_path / "~$原.xlsx").write_bytes(b"")
    with pytest.raises(HostError, match=r"^“原.xlsx”正在别的程序中打开"):
        book.save()
    book.close()


@pytest.mark.parametrize(("name", "content"), [("坏.xlsx", b"PK\x03\x04broken"), ("网页.xlsx", b"<html><table>")])
def test_files_that_are_no_workbooks(app: Any, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile):
        app.books.open(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        app.books.open(tmp_path / "没有.xlsx")
    (tmp_path / "表.csv").write_text("a,b", encoding="utf-8")
    with pytest.raises((HostError, UnreadableFile)):
        app.books.open(tmp_path / "表.csv")
    assert len(app.books) == 0


def test_protection_and_properties(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "受保护"
    sheet["A1"], sheet["A2"], sheet["B9"] = 1, 2, 3
    sheet["A2"].protection = Protection(locked=False)
    sheet.protection.sheet = True
    made.security.lockStructure = True
    made.custom_doc_props.append(StringProperty(name="学期", value="2024春"))
    made.save(tmp_path / "护.xlsx")
    book = app.books.open(tmp_path / "护.xlsx")
    cells = book.sheets[0]
    assert cells.api.ProtectContents is True
    assert book.api.ProtectStructure is True
    assert ("学期", "2024春") in [(item.Name, item.Value) for item in book.api.CustomDocumentProperties]
    refused = r"^工作表“受保护”受保护，不能改 A1。请先在“审阅”里点“撤销工作表保护”，做完再保护起来。$"
    for action in (
        lambda: setattr(cells["A1"], "value", 5),
        lambda: setattr(cells["A1"], "color", (255, 0, 0)),
        lambda: cells["A1"].add_note("x"),
        lambda: cells["A1"].add_hyperlink("#A1"),
        lambda: cells["A1"].clear_contents(),
        lambda: cells["A1"].conditional_formats.add_custom("=1>0", fill_color=(1, 2, 3)),
    ):
        with pytest.raises(HostError, match=refused):
            action()
    cells["A2"].value = 7
    assert cells["A1:A2"].value == [1.0, 7.0]
    with pytest.raises(HostError, match="不能改 A1:A2"):
        cells["A1:A2"].value = 0
    book.close()


def test_message_boxes_are_kept_and_answered(app: Any) -> None:
    app.impl.answers += ["no"]
    assert app.alert("要覆盖吗？", "计算", "yes_no", "info") == "no"
    assert [app.alert("好", buttons=buttons) for buttons in ("ok", "ok_cancel", "yes_no", "yes_no_cancel")] == [
        "ok",
        "ok",
        "yes",
        "yes",
    ]
    assert app.impl.alerts[0] == ("要覆盖吗？", "计算", "yes_no", "info", "no")
    assert len(app.impl.alerts) == 5
    with pytest.raises(ValueError, match=r"^没有这样的按钮：maybe$"):
        app.alert("好", buttons="maybe")


def test_settings_of_the_program(app: Any, book: Any) -> None:
    with app.properties(screen_updating=False, display_alerts=False, enable_events=False):
        assert (app.screen_updating, app.display_alerts, app.enable_events) == (False, False, False)
    assert (app.screen_updating, app.display_alerts, app.enable_events) == (True, True, True)
    assert app.impl.screen_log == [False, True]
    app.status_bar = "正在校验"
    assert app.status_bar == "正在校验"
    app.status_bar = False
    assert (app.visible, app.hwnd, app.version.major) == (False, None, 16)
    assert (book.api.Path, book.api.ActiveSheet.Name, book.api.ActiveSheet.Type) == ("", "Sheet1", -4167)
    missing: list[Callable[[], object]] = [lambda: app.macro("宏")(), lambda: app.startup_path]
    for refused in missing:
        with pytest.raises(NotImplementedError):
            refused()


def test_the_mock_caller(book: Any) -> None:
    book.set_mock_caller()
    try:
        assert xw.Book.caller() == book
    finally:
        delattr(xw.Book, "_mock_caller")


def test_sheets_without_a_name_and_whole_sheets(app: Any, book: Any) -> None:
    first = book.sheets[0]
    made = book.sheets.add(after=first)
    assert book.sheet_names == ["Sheet1", made.name] and made.name != "Sheet1"
    assert book.sheets.add().name not in ("Sheet1", made.name)
    first["B2"].value = [[1, 2], [3, 4]]
    first["B2"].color = (255, 0, 0)
    first["C3"].add_note("注")
    assert [note.text for note in first.notes] == [note.text for note in book.notes] == ["注"]
    first.clear_contents()
    assert (first["B2"].value, first["B2"].color) == (None, (255, 0, 0))
    first["B2"].value = 1
    first.clear_formats()
    assert (first["B2"].value, first["B2"].color) == (1.0, None)
    first.clear()
    assert (first["B2"].value, first["C3"].note) == (None, None)
    first["A1"].value = "一段相当长的文字，放不进窄窄的一列"
    first.autofit("c")
    assert first["A1"].column_width > 25
    assert len(first.tables) == 0
    assert app.books[0] == book


def test_another_workbook_is_no_place_for_a_copy(app: Any, book: Any) -> None:
    other = app.books.add()
    with pytest.raises(NotImplementedError, match=r"^无界面的宿主不能把工作表复制到另一个工作簿$"):
        book.sheets[0].copy(after=other.sheets[0])
    for _ in range(2):
        book.sheets[0].copy()
    assert book.sheet_names == ["Sheet1", "Sheet1 (2)", "Sheet1 (3)"] or book.sheet_names == [
        "Sheet1",
        "Sheet1 (3)",
        "Sheet1 (2)",
    ]


def test_saving_in_place(app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    book = app.books.add()
    book.save()
    path = tmp_path / f"{book.name}"
    assert path.exists() and path.suffix == ".xlsx"
    book.sheets[0]["A1"].value = "改"
    book.save()
    book.close()
    assert load_workbook(path).worksheets[0]["A1"].value == "改"


def test_names_that_are_no_areas(book: Any) -> None:
    book.names.add("率", "=0.5")
    with pytest.raises(HostError, match=r"^这个名称指的不是一块单元格区域：=0.5$"):
        _ = book.names["率"].refers_to_range
    with pytest.raises(KeyError):
        book.names["没有"]
    assert (book.names[0].name, len(book.names), book.names(1).refers_to) == ("率", 1, "=0.5")
    assert book.sheets[0].range("Sheet1!B2").address == "$B$2"


def test_apis_answer_for_themselves(app: Any, book: Any) -> None:
    sheet = book.sheets[0]
    rule = sheet["A1"].conditional_formats.add_custom("=1>0", fill_color=(1, 2, 3))
    note = sheet["A1"].add_note("注")
    name = book.names.add("名", "=Sheet1!$A$1")
    for each in (
        app.books,
        book.sheets,
        book.names,
        sheet["A1"].font,
        rule.impl,
        note,
        name,
        sheet["A1"].conditional_formats,
    ):
        assert each.api is not None
    assert app.api.Ready is True
    assert note.author == ""
    assert sheet["A1"].conditional_formats(1).formula == "=1>0"
    assert sheet["A1"].comment is None
    assert sheet["A1"].has_array is False
    assert isinstance(app.path, str)
