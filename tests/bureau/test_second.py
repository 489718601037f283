"""Rules between terms inside a batch, and reasons written for what only a batch finds."""

from __future__ import annotations

import io
from pathlib import Path

from openpyxl import Workbook, load_workbook

from jiesuan.batch.batch import Batch, state_of
from jiesuan.batch.between import report_of
from jiesuan.bureau.second import second_look
from jiesuan.report import Report

from ..batch.city import City, school_bytes, school_name
from ..batch.inline import run_inline

NAME = school_name(0)
REASON = "市编办2024年6月批复更名，批复文号已附在报送材料里"


def roster(path: Path, *names: str) -> Path:
    """A list of schools."""
    book = Workbook()
    for line in (("学校名称",), *((name,) for name in names)):
        book.active.append(line)
    book.save(path)
    return path


def explained(marked: Path, code: str, reason: str = REASON) -> bytes:
    """What a school sends back: its marked copy with a reason typed beside every finding of a rule."""
    book = load_workbook(marked)
    sheet = book["校验结果"]
    [head] = [row for row in sheet.iter_rows() if "级别" in [cell.value for cell in row]]
    columns = {cell.value: cell.column for cell in head}
    typed = 0
    for row in range(head[0].row + 1, sheet.max_row + 1):
        if sheet.cell(row, columns["编号"]).value == code:
            sheet.cell(row, columns["说明"]).value = reason
            typed += 1
    assert typed
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def copy_of(out: Path) -> Path:
    """The marked copy for the only school that gets one."""
    [path] = (out / "学校").glob("*/*_已校验.xlsx")
    return path


def only(batch: Batch) -> Report:
    report = report_of(batch.schools[0])
    assert report is not None
    return report


def again(folder: Path, out: Path, previous: Path | None = None, **more: object) -> Batch:
    """A batch as the command runs it."""
    return run_inline(folder, out, then=second_look(previous), previous=previous, **more)


def test_a_reason_for_what_only_the_batch_finds(tmp_path: Path) -> None:
    names = roster(tmp_path / "名单.xlsx", NAME.replace("技工", "技师"))
    first = again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", roster=names)
    assert [(f.code, f.level) for f in only(first).findings] == [("B109", "核实")]
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "B109")}).write(tmp_path / "再收")
    for _ in range(2):  # the second time from what is kept
        second = again(back, tmp_path / "再出", roster=names)
        report = only(second)
        assert report.findings == [] and [f.code for f in report.explained] == ["B109"]
        assert [(a.code, a.state, a.reason) for a in report.explanations] == [("B109", "待复核", REASON)]
        assert state_of(second.schools[0]) == "通过" and second.clean
        assert report.counts["selected"] == sum(report.counts[k] for k in ("passed", "found", "explained", "unchecked"))
    # The list has the new name now: what was typed but never counted goes with its finding.
    third = again(back, tmp_path / "三出", roster=roster(tmp_path / "新.xlsx", NAME))
    assert (only(third).findings, only(third).explanations) == ([], [])
    # Without a list nobody can tell: the words stay.
    fourth = again(back, tmp_path / "四出")
    assert [(a.code, a.state) for a in only(fourth).explanations] == [("B109", "未能校验")]


def test_empty_words_excuse_nothing(tmp_path: Path) -> None:
    names = roster(tmp_path / "名单.xlsx", NAME.replace("技工", "技师"))
    again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", roster=names)
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "B109", "同上")}).write(tmp_path / "再收")
    report = only(again(back, tmp_path / "再出", roster=names))
    assert [f.code for f in report.findings] == ["B109"] and report.explained == []
    assert [(a.code, a.state) for a in report.explanations] == [("B109", "不采用")]
