"""What only the file host has to take care of: a file that openpyxl holds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from jiesuan.reading import UnreadableFile
from jiesuan_addin.hosts import host
from jiesuan_addin.hosts.file import start
from jiesuan_addin.hosts.file.losses import losses
from jiesuan_addin.hosts.port import HostError

from ...making import sample_file


@pytest.fixture
def app(file_app: Any) -> Iterator[Any]:
    host("file")
    file_app.activate()
    yield file_app
    for book in list(file_app.books):
        book.close()


def saved(folder: Path, made: Workbook, name: str = "表.xlsx") -> Path:
    made.save(folder / name)
    return folder / name


def test_reading_leaves_the_workbook_as_it_is(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    made.worksheets[0]["B2"] = 1
    book = app.books.open(saved(tmp_path, made))
    sheet = book.sheets[0]
    assert sheet["A1:Z50"].options(ndim=2).value[1][1] == 1.0
    assert sheet["A1:Z50"].color is None
    assert (sheet["D9"].note, sheet["D9"].row_height, sheet.impl.port.link(9, 4)) == (None, 15.0, None)
    assert sheet.used_range.address == "$B$2"


def test_results_of_the_file_are_used_until_something_changes(app: Any, tmp_path: Path) -> None:
    path = sample_file(tmp_path / "结算表.xlsx", students=12)
    book = app.books.open(path)
    port = book.impl.port
    known = {sheet.name: sheet.used_range.options(ndim=2).value for sheet in book.sheets}
    port.stale = True
    assert {sheet.name: sheet.used_range.options(ndim=2).value for sheet in book.sheets} == known


def test_formulas_not_understood_keep_their_last_result(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    made.worksheets[0]["A1"], made.worksheets[0]["B1"] = 1, '=TEXTJOIN("、",TRUE,A1,A1)'
    path = saved(tmp_path, made)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    part = "xl/worksheets/sheet1.xml"
    parts[part] = parts[part].replace(b"<v /></c>", b"<v>1</v></c>").replace(b"<v></v></c>", b"<v>1</v></c>")
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    book = app.books.open(path)
    assert book.sheets[0]["B1"].value == 1.0
    book.sheets[0]["A1"].value = 5
    assert book.sheets[0]["B1"].value == 1.0


def test_theme_and_palette_colours(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    for cell, colour in {
        "A1": Color(theme=4),
        "A2": Color(theme=4, tint=0.6),
        "A3": Color(theme=0, tint=-0.25),
        "A4": Color(indexed=10),
        "A5": Color(indexed=64),
        "A6": Color(rgb="FF123456"),
    }.items():
        sheet[cell] = 1
        sheet[cell].fill = PatternFill("solid", fgColor=colour)
    sheet["B1"] = 1
    sheet["B1"].font = Font(color=Color(theme=1))
    cells = app.books.open(saved(tmp_path, made)).sheets[0]
    assert [cells[f"A{row}"].color for row in range(1, 7)] == [
        (79, 129, 189),
        (185, 205, 229),
        (191, 191, 191),
        (255, 0, 0),
        None,
        (0x12, 0x34, 0x56),
    ]
    assert cells["B1"].font.color == (0, 0, 0)


def test_rich_text_reads_as_text_and_survives(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    made.worksheets[0]["A1"] = CellRichText("普通", TextBlock(InlineFont(b=True), "粗体"))
    book = app.books.open(saved(tmp_path, made))
    assert book.sheets[0]["A1"].value == "普通粗体"
    book.sheets[0]["B1"].value = 1
    book.save(tmp_path / "另.xlsx")
    again = load_workbook(tmp_path / "另.xlsx", rich_text=True)
    assert again.worksheets[0]["A1"].value == made.worksheets[0]["A1"].value


def test_runs_of_columns_are_cut_where_needed(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet["H1"] = 1
    sheet.column_dimensions["B"].width, sheet.column_dimensions["B"].min, sheet.column_dimensions["B"].max = 30, 2, 6
    book = app.books.open(saved(tmp_path, made))
    cells = book.sheets[0]
    assert [cells.range((1, column)).column_width for column in range(1, 8)] == [8.43, 30, 30, 30, 30, 30, 8.43]
    cells["D:D"].column_width = 5
    cells["F:G"].columns.hidden = True
    book.save(tmp_path / "另.xlsx")
    book.close()
    cells = app.books.open(tmp_path / "另.xlsx").sheets[0]
    assert [cells.range((1, column)).column_width for column in (2, 3, 4, 5)] == [30, 30, 5, 30]
    assert cells.impl.port.hidden_columns() == {6, 7}


def test_conditional_formats_of_the_user_are_untouched(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.worksheets[0]
    sheet["A1"] = 1
    sheet.conditional_formatting.add(
        "A1:A9", CellIsRule(operator="lessThan", formula=["5"], fill=PatternFill(bgColor="FF00FF00"))
    )
    sheet.conditional_formatting.add(
        "A1:A9", FormulaRule(formula=["$A1>3"], fill=PatternFill("solid", bgColor="FF0000FF"))
    )
    book = app.books.open(saved(tmp_path, made))
    formats = book.sheets[0].cells.conditional_formats
    before = [(rule.type, rule.formula, rule.fill_color) for rule in formats]
    assert before == [("unknown", None, (0, 255, 0)), ("custom", "=$A1>3", (0, 0, 255))]
    mine = book.sheets[0]["A1:B2"].conditional_formats.add_custom("=1>0", fill_color=(255, 0, 0))
    assert [rule.formula for rule in formats] == ["=1>0", None, "=$A1>3"]
    mine.delete()
    book.save(tmp_path / "另.xlsx")
    again = app.books.open(tmp_path / "另.xlsx").sheets[0].cells.conditional_formats
    assert [(rule.type, rule.formula, rule.fill_color) for rule in again] == before


def test_a_chart_sheet_in_front(app: Any, tmp_path: Path) -> None:
    made = Workbook()
    chart = BarChart()
    chart.add_data(Reference(made.worksheets[0], range_string="Sheet!$A$1:$A$2"))
    made.create_chartsheet("图").add_chart(chart)
    made.active = 1
    book = app.books.open(saved(tmp_path, made))
    assert (book.api.ActiveSheet.Type, book.api.ActiveSheet.Name, book.selection) == (3, "图", None)
    assert book.sheet_names == ["Sheet"]
    assert book.api.ActiveSheet.ProtectContents is False
    book.sheets[0].activate()
    assert book.api.ActiveSheet.Type == -4167


def test_renaming_a_sheet_that_formulas_name_is_refused(app: Any) -> None:
    book = app.books.add()
    other = book.sheets.add("乙", after=book.sheets[0])
    other["A1"].value = "=Sheet1!A1"
    with pytest.raises(HostError, match=r"^有公式引用了工作表“Sheet1”，文件宿主不能给它改名。请在 Excel 里改。$"):
        book.sheets[0].name = "甲"
    other.name = "丙"
    assert book.sheet_names == ["Sheet1", "丙"]


def test_control_characters_are_refused_before_anything_is_written(app: Any) -> None:
    sheet = app.books.add().sheets[0]
    sheet["A1"].value = [[1, 2]]
    with pytest.raises(HostError, match=r"^文字里有表格不能存的控制字符。请删去后再试。$"):
        sheet["A1"].value = [["新", "坏\x01"]]
    assert sheet["A1:B1"].value == [1.0, 2.0]


def test_passwords_and_other_formats(tmp_path: Path) -> None:
    program = start()
    path = saved(tmp_path, Workbook())
    with pytest.raises(HostError, match=r"^文件宿主不能打开有密码的工作簿。请先去掉密码。$"):
        program.open(path, False, "secret")
    other = tmp_path / "表.et"
    other.write_bytes(path.read_bytes())
    with pytest.raises(HostError, match=r"^“表.et”不是 .xlsx 或 .xlsm。请先另存为 .xlsx，再打开那一份。$"):
        program.open(other, False, None)
    with pytest.raises(HostError, match=r"^文件宿主只能把这个工作簿存成 .xlsx 文件。请换用以 .xlsx 结尾的文件名。$"):
        program.new().save(tmp_path / "a.xlsm")
    program.quit()


def package(**parts: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def test_what_would_be_lost_is_named() -> None:
    sheet = "<worksheet><x14:dataValidation type='list'/><x14:cfRule /></worksheet>"
    before = package(
        **{
            "xl/media/image1.png": "",
            "xl/ctrlProps/ctrlProp1.xml": "",
            "xl/charts/chart1.xml": "",
            "xl/charts/_rels/chart1.xml.rels": "",
            "xl/worksheets/sheet1.xml": sheet,
            "xl/drawings/drawing1.xml": "<xdr:sp><xdr:sp macro=''>",
        }
    )
    after = package(**{"xl/charts/chart1.xml": "", "xl/worksheets/sheet1.xml": "<worksheet/>"})
    assert losses(before, after) == ["图片", "按钮等控件", "引用别的工作表的下拉列表", "扩展的条件格式", "图形和文本框"]
    assert losses(before, before) == losses(b"", after) == []


def test_a_save_that_would_lose_something_is_refused(app: Any, tmp_path: Path) -> None:
    path = saved(tmp_path, Workbook())
    with zipfile.ZipFile(path, "a") as opened:
        opened.writestr("xl/media/image1.png", b"png")
    before = path.read_bytes()
    book = app.books.open(path)
    book.sheets[0]["A1"].value = 1
    with pytest.raises(
        HostError, match=r"^没有保存“表.xlsx”：用文件宿主保存会丢掉其中的图片。请改用 jiesuan check --mark，"
    ):
        book.save()
    assert path.read_bytes() == before


def test_a_sheet_left_out_by_the_reader_is_not_opened_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiesuan.book import Book
    from jiesuan_addin.hosts.file import program

    path = saved(tmp_path, Workbook())
    monkeypatch.setattr(program, "open_book", lambda _: Book("表.xlsx"))
    with pytest.raises(UnreadableFile, match=r"^工作表“Sheet”太大或已损坏，没有打开。$"):
        start().open(path, False, None)


def test_what_openpyxl_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("styles")

    path = saved(tmp_path, Workbook())
    monkeypatch.setattr("openpyxl.load_workbook", broken)
    with pytest.raises(UnreadableFile):
        start().open(path, False, None)
