"""One suite over every host: the same report and the same marks as the core gives for the same file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jiesuan.marking import mark
from jiesuan.marking.result import REASON, ordered
from jiesuan.report import Report
from jiesuan.session import Failure, check_file
from jiesuan_addin import log
from jiesuan_addin.checking import check_live

from .making import Desk, faulty, nothing_twice

# With Excel on the machine (Windows, macOS): python -m pytest tests/addin/test_contract.py -m excel
HOSTS = ["file", pytest.param("libreoffice", marks=pytest.mark.libreoffice)]
if sys.platform in ("win32", "darwin"):
    HOSTS.append(pytest.param("desktop", marks=pytest.mark.excel))


WHY = "四月从外校转入12名学生，学籍已核对"
ANOTHER = "七月有12名学生退学，学籍已注销"


@cache
def original() -> Path:
    import tempfile

    return faulty(Path(tempfile.mkdtemp(prefix="jiesuan-contract-")), students=40)


@cache
def core() -> Report:
    """What the core finds in the file."""
    report = check_file(original())
    assert isinstance(report, Report)
    return report


@pytest.fixture(autouse=True, scope="module")
def quiet_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("log")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "log_file", lambda: folder / "excel.log")
        yield


@pytest.fixture(scope="module", params=HOSTS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One host with the workbook open; each test clicks what it needs, so that any of them may run alone."""
    folder = tmp_path_factory.mktemp(str(request.param))
    desk = Desk(request.param, Path(shutil.copy(original(), folder / "结算表.xlsx")))
    yield desk
    desk.close()


def test_same_report(desk: Desk) -> None:
    _, judgement = check_live(desk.book)
    report = judgement.report
    assert report.findings == core().findings
    assert report.unchecked == core().unchecked
    assert (report.counts, report.levels, report.school) == (core().counts, core().levels, core().school)


def test_same_marks(desk: Desk, tmp_path: Path) -> None:
    marked = tmp_path / "标好.xlsx"
    marked.write_bytes(mark(original().read_bytes(), core()))
    other = Desk("file", marked)
    expected = other.marks()
    other.close()
    desk.press("check")
    assert desk.worked
    assert desk.marks() == expected
    assert sum(len(fills) for fills, _ in expected.values()) > 5


def test_same_result_sheet(desk: Desk) -> None:
    desk.press("check")
    rows = desk.result()[7:]
    shown = [[row[0], row[1], row[2]] for row in rows if row[0] in ("错误", "核实", "提示")]
    assert shown == [[item.level, item.code, item.sheet] for item in ordered(core())]


def test_only_what_a_reason_answers_looks_fillable(desk: Desk) -> None:
    desk.press("check")
    sheet = desk.book.sheets["校验结果"]
    rows = {row[0]: n for n, row in enumerate(desk.result(), 1) if row[0] in ("错误", "核实", "提示")}
    colors = {level: sheet.range((row, REASON)).color for level, row in rows.items()}
    assert colors == {level: (0xFF, 0xFD, 0xF0) if level == "核实" else None for level in rows}
    assert {"错误", "核实"} <= set(rows)


def test_a_second_click_changes_nothing(desk: Desk) -> None:
    desk.press("check")
    before = desk.marks(), desk.result()
    desk.press("check")
    assert (desk.marks(), desk.result()) == before


def test_from_finding_to_finding(desk: Desk) -> None:
    desk.press("check")
    first = next(item for item in ordered(core()) if item.cell)
    assert desk.book.selection.sheet.name == first.sheet
    desk.press("next")
    assert desk.user.murmured and "处，共" in desk.user.murmured[0]
    assert desk.press("previous").said == []


def test_a_reason_is_written_into_its_row(desk: Desk) -> None:
    desk.press("check")
    item = next(item for item in ordered(core()) if item.level == "核实" and item.cell)
    desk.book.sheets[item.sheet].activate()
    desk.book.sheets[item.sheet].range(item.cell.split(",")[0]).select()
    desk.press("explain", WHY)
    assert WHY in [row[10] for row in desk.result()]


def test_clearing_gives_back_what_was_there(desk: Desk) -> None:
    desk.press("check")
    desk.press("clear")
    assert all(marks == ({}, {}) for marks in desk.marks().values())
    assert [sheet.name for sheet in desk.book.sheets if sheet.name.startswith("校验结果")] == []


def test_after_calculating_nothing_is_left_to_fill(desk: Desk) -> None:
    desk.press("calc", True)
    assert desk.press("calc", True).said == ["该算的都已经算好了，没有要改的。公式没有动。"]


def test_saved_it_is_read_the_same_by_the_command_line(desk: Desk, tmp_path: Path) -> None:
    desk.press("check")
    saved = tmp_path / "存好.xlsx"
    desk.book.save(saved)
    _, judgement = check_live(desk.book)
    report = check_file(saved)
    assert not isinstance(report, Failure)
    assert report.findings == judgement.report.findings
    assert report.explained == judgement.report.explained


def reasoned(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows of a result sheet that have our reason."""
    return [line for line in rows if line[REASON - 1] == ANOTHER]


def test_a_mistake_made_and_corrected_leaves_the_marks_as_they_were(desk: Desk) -> None:
    desk.press("calc", True)
    desk.press("check")
    row = next(n for n, line in enumerate(desk.result(), 1) if line[0] == "核实")
    desk.book.sheets["校验结果"].range((row, REASON)).value = ANOTHER
    desk.press("check")
    marks, rows = desk.marks(), desk.result()
    assert [line[0] for line in reasoned(rows)] == ["已说明"]
    cell = desk.book.sheets["精准学生明细"].range("D7")
    right = cell.value
    cell.value = "35010019990101"
    desk.press("check")
    nothing_twice(desk)
    assert desk.marks()["精准学生明细"][0]["D7"] == "FF9C9C"
    assert reasoned(desk.result()) == reasoned(rows)
    cell.value = right
    desk.press("check")
    nothing_twice(desk)
    assert (desk.marks(), desk.result()) == (marks, rows)
    assert desk.press("clear").murmured == ["标记已清除。"]
    nothing_twice(desk)
    assert all(marks == ({}, {}) for marks in desk.marks().values())
    assert desk.book.sheets["审核说明"].range("E5:E30").value.count(ANOTHER) == 1
