"""A day's work as the README tells it: install, a new set of forms, filling, 计算, 校验, correcting, explaining, 清除标记."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from jiesuan.produce import make_sample_file
from jiesuan.report import Report
from jiesuan.session import check_file
from jiesuan_addin import log
from jiesuan_addin.installing import install
from jiesuan_addin.places import built_addin, find_places

from ..making import PACK, SPRING
from .making import Desk

README = Path(__file__).parents[2] / "README.md"
LIST, GRANT = "精准学生明细", "生均公用经费免学费"
HOW = "鼠标停在有底色的格上看批注；点“下一处”逐处看；全部列在“校验结果”表。改完再点“校验”。"
WHY = "上学期对应金额2.08万元已在本年度收到的资金中扣除"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with a place for documents."""
    (tmp_path / "Documents").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(log, "log_file", lambda: tmp_path / "excel.log")
    return tmp_path


@pytest.fixture(params=["file", pytest.param("libreoffice", marks=pytest.mark.libreoffice)])
def desk(request: pytest.FixtureRequest, home: Path) -> Iterator[Desk]:
    """A spreadsheet program as it comes up: one empty workbook."""
    desk = Desk(request.param, None)
    yield desk
    desk.close()


def figures(folder: Path) -> dict[str, dict[str, Any]]:
    """What a school types, by sheet and cell of the blank forms; its students are fictitious."""
    path = folder / "抄自.xlsx"
    make_sample_file(path, PACK, "市属", SPRING, students=14, seed=25, errors=0)
    source = load_workbook(path)
    typed: dict[str, dict[str, Any]] = {}
    for sheet in source:
        typed[sheet.title] = {
            cell.coordinate: cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and cell.data_type != "f"
        }
    rows = list(source[LIST].iter_rows(min_row=7, max_col=10, values_only=True))
    typed[LIST] = {cell: value for cell, value in typed[LIST].items() if cell in ("B3", "J3")}
    starts, section = iter((7, 18, 29)), 0
    for row in rows:
        if row[0] and not str(row[0]).startswith("三类学生"):
            section = next(starts, 0)
        if row[3] and re.fullmatch(r"\d{17}[\dX]", str(row[3])):
            for letter, value in zip("BCDEFGHIJ", row[1:], strict=True):
                if value is not None:
                    typed[LIST][f"{letter}{section}"] = value
            section += 1
    return typed


def fill(book: Any, typed: dict[str, dict[str, Any]]) -> None:
    """Type what is not there yet, never over a formula or a label."""
    for name, cells in typed.items():
        sheet = book.sheets[name]
        for cell, value in cells.items():
            if sheet.range(cell).value is None:
                sheet.range(cell).value = value


def install_for_windows(home: Path) -> None:
    places = find_places("win32", {}, home)
    assert places is not None
    lines = list(install(places, built_addin(), Path(sys.executable)))
    assert lines[0] == "已安装加载项。" and "请重新打开 Excel，选项卡里会多出“资助结算”。" in lines
    digest = hashlib.sha256(places.addin.read_bytes()).hexdigest()
    assert f"`{digest}`" in README.read_text(encoding="utf-8")
    assert places.addin == home / "AppData/Roaming/Microsoft/Excel/XLSTART/jiesuan.xlam"
    assert places.send_to is not None and places.send_to.exists()


def new(desk: Desk, home: Path) -> Any:
    user = desk.press("new", "市属", "2024春")
    assert user.asked == ["学校是市属(县、区属同)还是省属公办？填前面的数字。", "哪个学期？写作 2024春 或 2024秋。"]
    assert user.said == [
        "已新建并打开“市属技工院校资助金结算表_2024春.xlsx”，在“Documents”文件夹里。"
        "白底的格填写，蓝底的自动计算，灰底的是标准。"
    ]
    desk.book = desk.app.books.active
    assert desk.book.name == "市属技工院校资助金结算表_2024春.xlsx"
    return desk.book


def test_a_day(desk: Desk, home: Path) -> None:
    install_for_windows(home)
    book = new(desk, home)
    typed = figures(home)
    number = typed[LIST]["D7"]
    typed[LIST]["D7"] = number[:-1] + ("1" if number[-1] != "1" else "2")
    typed[GRANT]["B33"] = 3
    fill(book, typed)
    book.sheets[GRANT].range("H13").value = 99  # over the formula
    blank = [sheet.name for sheet in book.sheets]

    calculate(desk)

    first = f"第一处在 {LIST}!D7：身份证号校验码不符。"
    assert desk.press("check").said == [
        f"错误 1 处，核实 1 处，提示 0 处。\n请先改正 1 处错误，再校验一次。另有 1 处要核实。\n\n{first}\n{HOW}"
    ]
    assert selected(desk) == f"{LIST}!D7"
    assert {name: list(fills.items()) for name, (fills, _) in desk.marks().items() if fills} == {
        LIST: [("D7", "FF9C9C")],
        GRANT: [("B33", "FFE066")],
    }
    assert [row[:3] for row in desk.result()[7:9]] == [["错误", "L104", LIST], ["核实", "F406", GRANT]]
    assert desk.press("explain", WHY).said == ["这一处是“错误”，必须改正，写说明不能代替。改好后再点“校验”。"]
    book.sheets[LIST].range("D7").value = number

    problem = "期末结余与公式不符：不等于实际收到减本学期对应金额（加或不加前期结余）"
    assert desk.press("next").murmured == [f"第 2 处，共 2 处  核实[F406] {GRANT}!B33  {problem}"]
    assert selected(desk) == f"{GRANT}!B33"
    user = desk.press("explain", "已核实", WHY)
    assert user.asked[0].startswith(f"请写明原因：\nF406  {GRANT}!B33\n{problem}\n")
    assert user.asked[1] == f"{PACK.wording.objection('已核实')}\n\n{user.asked[0]}"
    assert user.murmured == ["说明已写在“校验结果”表。点“校验”生效，再校验时保留。"]

    assert desk.press("check").said == [
        "错误 0 处，核实 0 处，提示 0 处，已说明 1 处。\n没有错误，1 处核实都已说明，可以打印盖章，连同“审核说明”一起报送。"
    ]
    assert desk.press("clear").murmured == ["标记已清除。"]
    assert [sheet.name for sheet in book.sheets] == [*blank, "审核说明"]
    assert all(marks == ({}, {}) for marks in desk.marks().values())

    book.save()
    report = check_file(home / "Documents" / book.name)
    assert isinstance(report, Report)
    assert (report.findings, [(item.code, item.cell) for item in report.explained]) == ([], [("F406", "B33")])


def calculate(desk: Desk) -> None:
    """计算 lists what it would overwrite, and does so only when told."""
    cell = desk.book.sheets[GRANT].range("H13")
    user = desk.press("calc", False)
    assert user.asked == [
        "下面 1 格里填的数与算出的不同，将改为算出的数：\n"
        f"{GRANT}!H13  一年级 （三.3）农林牧渔其他 · 5个月合计：99 → 10 人次\n\n"
        "点“确定”写入，点“取消”什么也不改。"
    ]
    assert (user.murmured, cell.value) == (["没有计算，什么也没有改。"], 99)
    assert desk.press("calc", True).said == ["已填入 0 格，改正 1 格；公式没有动。请接着点“校验”。"]
    assert cell.value == 10


def selected(desk: Desk) -> str:
    cell = desk.book.selection
    return f"{cell.sheet.name}!{cell.get_address(False, False)}"
