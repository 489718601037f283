"""What stands in the way of a button is told in the same sentence on every headless host, and nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.workbook.protection import WorkbookProtection

from jiesuan.marking import clear, mark
from jiesuan.report import Report
from jiesuan.session import check_file
from jiesuan_addin import log, trouble
from jiesuan_addin.hosts import calls, host
from jiesuan_addin.press import press

from ...making import typed
from ..making import Told, faulty, marks_of

GRANT = "生均公用经费免学费"
FORMS = ["助学金结算表", "精准学生明细", "免学费精准统计", GRANT]


@cache
def original() -> Path:
    import tempfile

    return faulty(Path(tempfile.mkdtemp(prefix="jiesuan-trouble-")), students=10)


@pytest.fixture(autouse=True)
def quiet_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "log_file", lambda: tmp_path / "log" / "excel.log")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """A workbook with mistakes, changed before it is opened."""

    def changed(change: Callable[[Workbook], None], **cells: Any) -> Path:
        path = tmp_path / "结算表.xlsx"
        shutil.copy(original(), path)
        typed(path, {f"{GRANT}!{cell}": value for cell, value in cells.items()})
        book = load_workbook(path)
        change(book)
        book.save(path)
        return path

    return changed


def click(app: Any, button: str, *answers: Any) -> Told:
    user = Told(list(answers))
    press(app, button, user)
    return user


def names(book: Any) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def protect(book: Workbook) -> None:
    book[GRANT].protection.enable()


def add_chart(front: bool) -> Callable[[Workbook], None]:
    def add(book: Workbook) -> None:
        chart = BarChart()
        chart.add_data(Reference(book.worksheets[0], range_string=f"{book.worksheets[0].title}!$C$8:$C$10"))
        book.create_chartsheet("图", 1).add_chart(chart)
        book.active = 1 if front else 0

    return add


def test_a_protected_sheet_is_listed_but_not_marked_and_a_chart_behind_is_left_alone(
    app: Any, made: Callable[..., Path]
) -> None:
    def both(book: Workbook) -> None:
        protect(book)
        add_chart(False)(book)

    book = app.books.open(made(both, B33=-7))
    said = click(app, "check").said
    assert said[0].split("\n\n")[-1] == (
        "下面的工作表没有标上底色和批注，只列在“校验结果”表里。"
        f"工作表“{GRANT}”受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"
    )
    marked = {sheet.name: marks_of(sheet) for sheet in book.sheets}
    assert marked[GRANT] == ({}, {})
    assert any(fills and notes for fills, notes in marked.values())
    listed = book.sheets["校验结果"].range("C8:C60").value
    assert GRANT in listed
    assert names(book) == [*FORMS, "校验结果"]
    assert book.sheets["校验结果"].impl.position == len(FORMS) + 1
    assert click(app, "clear").murmured == ["标记已清除。"]
    assert [port.name for port in book.impl.port.sheets()] == [FORMS[0], "图", *FORMS[1:]]


@pytest.mark.parametrize("place", [0, 1, 4])
def test_marks_of_the_command_line_beside_a_chart_sheet(app: Any, made: Callable[..., Path], place: int) -> None:
    def add(book: Workbook) -> None:
        front = book.worksheets[1]
        add_chart(False)(book)
        book.move_sheet("图", place - 1)
        book.active = book.sheetnames.index(front.title)

    path = made(add, B33=-7)
    found = check_file(path)
    assert isinstance(found, Report)
    path.write_bytes(mark(path.read_bytes(), found))
    book = app.books.open(path)
    assert book.sheets.active.name == "校验结果"
    assert click(app, "clear").murmured == ["标记已清除。"]
    assert (names(book), book.sheets.active.name) == (FORMS, FORMS[1])
    assert all(marks_of(sheet) == ({}, {}) for sheet in book.sheets)
    assert [port.name for port in book.impl.port.sheets()] == [*FORMS[:place], "图", *FORMS[place:]]


def test_marks_of_a_button_beside_a_chart_sheet(file_app: Any, made: Callable[..., Path]) -> None:
    """LibreOffice would save the chart sheet as a worksheet."""

    def add(book: Workbook) -> None:
        add_chart(False)(book)
        book.move_sheet("图", -1)
        book.active = book.sheetnames.index(FORMS[1])

    host("file")
    for other in list(file_app.books):
        other.close()
    path = made(add, B33=-7)
    book = file_app.books.open(path)
    click(file_app, "check")
    book.save()
    book.close()
    assert load_workbook(BytesIO(clear(path.read_bytes()))).active.title == FORMS[1]


def test_nothing_is_calculated_on_a_protected_sheet(app: Any, made: Callable[..., Path]) -> None:
    book = app.books.open(made(protect, H13=99))
    assert click(app, "calc", True).said == [
        f"没有计算：工作表“{GRANT}”受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"
    ]
    assert book.sheets[GRANT].range("H13").value == 99


def test_a_protected_structure(app: Any, made: Callable[..., Path]) -> None:
    def lock(book: Workbook) -> None:
        book.security = WorkbookProtection(lockStructure=True)

    book = app.books.open(made(lock))
    tally, told = click(app, "check").said[0].split("\n\n")
    assert tally.startswith("错误 ") and told == trouble.STRUCTURE
    assert names(book) == FORMS
    assert all(marks_of(sheet) == ({}, {}) for sheet in book.sheets)


def test_a_chart_in_front(app: Any, made: Callable[..., Path]) -> None:
    book = app.books.open(made(add_chart(True)))
    for button in ("check", "calc", "clear", "next", "previous", "explain"):
        assert click(app, button).said == [trouble.CHART]
    assert (names(book), book.selection) == (FORMS, None)
    assert all(marks_of(sheet) == ({}, {}) for sheet in book.sheets)


def test_a_workbook_opened_to_be_read_only(app: Any) -> None:
    app.books.open(original(), read_only=True)
    assert click(app, "check").said[0].split("\n\n")[-1] == trouble.READ_ONLY


def test_no_workbook(app: Any) -> None:
    for button in ("check", "calc", "clear", "next", "previous", "explain"):
        assert click(app, button).said == [trouble.NO_BOOK]


def test_a_workbook_not_yet_saved_that_is_no_settlement(app: Any, book: Any) -> None:
    book.sheets[0]["A1"].value = [["课程", "节数"], ["语文", 4]]
    for button in ("check", "calc"):
        said = click(app, button).said
        assert len(said) == 1
        assert said[0].startswith("这不是资助金结算表：看到的工作表有 “Sheet1”")
        assert said[0].endswith("请确认选对了文件。")
    assert (names(book), book.sheets[0]["A1:B2"].value) == (["Sheet1"], [["课程", "节数"], ["语文", 4.0]])


def test_a_cell_being_edited(app: Any, book: Any) -> None:
    calls(book).busy = True
    for button in ("check", "calc", "clear"):
        assert click(app, button).said == ["表格程序正忙（例如有一格正在编辑）。请按回车结束编辑后再试。"]
    assert app.screen_updating is True


def test_nothing_marked_yet(app: Any, book: Any) -> None:
    assert click(app, "clear").said == ["没有标记可清除。"]
    for button in ("next", "previous", "explain"):
        assert click(app, button).said == ["没有校验结果可跳。请先点“校验”。"]
