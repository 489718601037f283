"""The demonstration: files, report, figures, all true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jiesuan import demo
from jiesuan.demo import BLANK, DONE, ERRORS, FILLED, MARKED, run_demo
from jiesuan.marked import Marked
from jiesuan.produce_error import OutputError
from jiesuan.render.text import report_lines
from jiesuan.report import Report
from jiesuan.session import Failure, check_file


def test_the_whole_way(tmp_path: Path) -> None:
    folder = tmp_path / "甲" / "演示"
    lines = [text for text, _ in run_demo(folder)]
    text = "\n".join(lines)
    assert {path.name for path in folder.iterdir()} == {BLANK, FILLED, MARKED, DONE, "示范校结算表.errors.json"}
    for name in (BLANK, FILLED, MARKED, DONE):
        assert str(folder / name) in text
    assert [line[:2] for line in lines if re.match("[一二三四]、", line)] == ["一、", "二、", "三、", "四、"]
    report, after, blank = (check_file(folder / name) for name in (FILLED, DONE, BLANK))
    assert isinstance(report, Report) and isinstance(after, Report) and isinstance(blank, Report)
    assert not report.clean and blank.blank
    assert "\n".join(line for line, _ in report_lines(report)) in text
    marked = check_file(folder / MARKED)
    assert isinstance(marked, Report) and marked.findings == report.findings
    before, now = sum(report.levels.values()), sum(after.levels.values())
    assert f"再校验，{before} 处变为 {now} 处" in text and now < before
    assert f"放进 {ERRORS} 处常见错误" in text
    planted = lines[1 : 1 + ERRORS]
    assert all(re.match(r"    \S+![A-Z]+\d+  \S", line) for line in planted)


def test_every_planted_mistake_is_found(tmp_path: Path) -> None:
    lines = [text for text, _ in run_demo(tmp_path)]
    report = check_file(tmp_path / FILLED)
    assert isinstance(report, Report)
    figures = [(item.sheet, item.cell) for finding in report.findings for item in finding.related]
    figures += [(finding.sheet, finding.cell) for finding in report.findings]
    places = " ".join(f"{sheet}!{cell}" for sheet, cells in figures for cell in cells.split(","))
    for line in lines[1 : 1 + ERRORS]:
        assert line.split()[0] in places


def test_twice_in_the_same_folder(tmp_path: Path) -> None:
    first = [text for text, _ in run_demo(tmp_path)]
    assert [text for text, _ in run_demo(tmp_path)] == first
    assert len(list(tmp_path.iterdir())) == 5


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "堵").touch()
    with pytest.raises(OutputError, match="建不了文件夹“堵”"):
        list(run_demo(tmp_path / "堵"))


@pytest.mark.parametrize(("name", "calls"), [("check_file", 1), ("calculate_file", 1), ("mark_file", 1)])
def test_a_step_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    real, count = getattr(demo, name), 0

    def failing(*args: object, **kwargs: object) -> object:
        nonlocal count
        count += 1
        if count != calls:
            return real(*args, **kwargs)
        failure = Failure("表.xlsx", "internal", "不行。")
        return Marked(failure) if name == "mark_file" else failure

    monkeypatch.setattr(demo, name, failing)
    with pytest.raises(OutputError, match="不行。"):
        list(run_demo(tmp_path))


def test_marks_that_cannot_be_written_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, target: Path, **_: object) -> Marked:
        return Marked(check_file(path), Failure(target.name, "full", "磁盘满了。"))

    monkeypatch.setattr(demo, "mark_file", full)
    with pytest.raises(OutputError, match="磁盘满了。"):
        list(run_demo(tmp_path))
