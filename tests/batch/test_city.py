"""A generated city: every planted mistake at its cell and nothing else; the same bytes whatever the order, the number of
workers, or how often the run was cut off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

import jiesuan
from jiesuan.batch.between import report_of
from jiesuan.batch.store import data_folder
from jiesuan.check import check_book
from jiesuan.reading import open_book
from jiesuan.reading.scan import parse_area
from jiesuan.ref import parse_a1
from jiesuan.report import Finding

from .city import City, plain_city, planted_bytes, school_name
from .inline import Inline, outcome, run_inline

SCHOOLS = int(os.environ.get("JIESUAN_CITY", "9"))
"""Schools of the city; 60 for the whole proof."""
WRONG = range(2, SCHOOLS, 3)
MISTAKES = 3


@cache
def city() -> City:
    made = plain_city(SCHOOLS)
    for number in WRONG:
        path = f"{school_name(number)}.xlsx"
        made.files[path], made.planted[path] = planted_bytes(number, MISTAKES)
    made.files["县里/说明.txt"] = "见附件".encode("gbk")
    made.files["坏.xlsx"] = b"PK\3\4"
    return made


@cache
def fresh() -> Path:
    """The output of one run in this process."""
    folder = Path(mkdtemp())
    run_inline(city().write(folder / "收到"), folder / "结果")
    return folder / "结果"


def covers(finding: Finding, sheet: str, cell: str) -> bool:
    """Whether a finding stands at a cell or names it among what it was compared with."""
    row, column = parse_a1(cell)
    for place, areas in ((finding.sheet, finding.cell), *((item.sheet, item.cell) for item in finding.related)):
        for area in areas.split(",") if place == sheet and areas else ():
            found = parse_area(area)
            assert found is not None
            top, left, bottom, right = found
            if top <= row <= bottom and left <= column <= right:
                return True
    return False


def test_every_planted_mistake_and_nothing_else(tmp_path: Path) -> None:
    batch = run_inline(city().write(tmp_path / "收到"), tmp_path / "结果")
    assert len(batch.schools) == SCHOOLS + 1
    for school in batch.schools[:-1]:
        report = report_of(school)
        assert report is not None and school.current is not None
        planted = city().planted.get(school.current.path, [])
        missed = [place for place in planted if not any(covers(finding, *place) for finding in report.findings)]
        assert missed == [], school.name
        # Nothing but what the workbook alone gives, and a clean school gives nothing.
        alone = check_book(open_book(tmp_path / "收到" / school.current.path))
        assert report.findings == alone.findings
        assert bool(report.findings) == bool(planted) == school.must_return
    assert batch.schools[-1].name == "坏" and [item.path for item in batch.passed] == ["县里/说明.txt"]


def test_the_order_and_the_pieces_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shuffled = City(dict(sorted(city().files.items(), reverse=True)))
    shuffled.write(tmp_path / "收到")
    monkeypatch.setattr("jiesuan.batch.run.evenly", lambda *_: 7)
    monkeypatch.setattr("jiesuan.batch.outputs.evenly", lambda *_: 2)
    run_inline(tmp_path / "收到", tmp_path / "结果")
    assert outcome(tmp_path / "结果") == outcome(fresh())


def test_a_set_that_came_in_two_parts(tmp_path: Path) -> None:
    parts = list(city().files.items())
    City(dict(parts[: len(parts) // 2])).write(tmp_path / "收到")
    run_inline(tmp_path / "收到", tmp_path / "结果")
    assert outcome(tmp_path / "结果") != outcome(fresh())
    city().write(tmp_path / "收到")
    engine = Inline()
    again = run_inline(tmp_path / "收到", tmp_path / "结果", engine=engine)
    checked = sum(size for name, size in engine.done if name == "check_chunk")
    assert (again.again, checked) == (len(parts) // 2, len(parts) - 1 - len(parts) // 2)
    assert outcome(tmp_path / "结果") == outcome(fresh())


def test_what_is_gone_leaves_nothing_behind(tmp_path: Path) -> None:
    more = City({**city().files, "外.xlsx": planted_bytes(SCHOOLS + 1, 1)[0]})
    more.write(tmp_path / "收到")
    run_inline(tmp_path / "收到", tmp_path / "结果")
    (tmp_path / "收到" / "外.xlsx").unlink()
    run_inline(tmp_path / "收到", tmp_path / "结果")
    assert outcome(tmp_path / "结果") == outcome(fresh())
    assert not (tmp_path / "结果" / "学校" / school_name(SCHOOLS + 1)).exists()
    assert {path.stem for path in (data_folder(tmp_path / "结果") / "checked").iterdir()} == {
        path.stem for path in (data_folder(fresh()) / "checked").iterdir()
    }


def test_nothing_is_done_twice(tmp_path: Path) -> None:
    city().write(tmp_path / "收到")
    run_inline(tmp_path / "收到", tmp_path / "结果")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "结果" / "学校").rglob("*.*")}
    engine = Inline()
    run_inline(tmp_path / "收到", tmp_path / "结果", engine=engine)
    assert engine.done == []
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "结果" / "学校").rglob("*.*")} == times


def test_a_deleted_result_is_made_again(tmp_path: Path) -> None:
    city().write(tmp_path / "收到")
    run_inline(tmp_path / "收到", tmp_path / "结果")
    next((tmp_path / "结果" / "学校").rglob("*.docx")).unlink()
    (data_folder(tmp_path / "结果") / "checked" / "x.json").write_text("{")
    next((data_folder(tmp_path / "结果") / "checked").glob("[0-9a-f]*.json")).write_text("damaged")
    run_inline(tmp_path / "收到", tmp_path / "结果")
    assert outcome(tmp_path / "结果") == outcome(fresh())


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """`jiesuan batch` in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(jiesuan.__file__).parents[1])}
    command = [sys.executable, "-m", "jiesuan", "batch", "收到", "-o", "结果", *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def wait_for(folder: Path, pattern: str, count: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while len(list(folder.glob(pattern))) < count and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_killed_in_the_middle_and_taken_up_again(tmp_path: Path) -> None:
    city().write(tmp_path / "收到")
    for pattern, count in (("结果/数据/checked/*.json", 2), ("结果/学校/*/*.docx", 1)):
        process = start(tmp_path, "--jobs", "1")
        wait_for(tmp_path, pattern, count, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stderr is not None
        process.stderr.close()
        assert not (tmp_path / "结果" / "report.json").exists()
    process = start(tmp_path, "--jobs", "2")
    assert process.wait() == 2  # one file cannot be read
    assert process.stderr is not None
    process.stderr.close()
    assert outcome(tmp_path / "结果") == outcome(fresh())


def wait_for_workers(process: subprocess.Popen[bytes]) -> None:
    """Until a process stands beside the main one and the one that keeps account of locks: a worker that has just begun."""
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        groups = subprocess.run(["ps", "-A", "-o", "pgid="], capture_output=True, text=True, check=True).stdout.split()
        if groups.count(str(process.pid)) >= 3:
            return
        time.sleep(0.01)


@pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("ps"), reason="signals are POSIX here, ps lists processes"
)
@pytest.mark.parametrize("later", [0, 0.1, 0.4])
def test_ctrl_c_reaches_workers_that_are_starting(tmp_path: Path, later: float) -> None:
    """A terminal sends it to all processes at once; only the main one has something to say."""
    plain_city(2).write(tmp_path / "收到")
    process = start(tmp_path, "--jobs", "2")
    wait_for_workers(process)
    time.sleep(later)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.decode() == "已中断。做完的都在“结果”里；再运行同一条命令，接着做没做完的。\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX here")
def test_interrupted_everything_finished_stays(tmp_path: Path) -> None:
    city().write(tmp_path / "收到")
    process = start(tmp_path, "--jobs", "1")
    wait_for(tmp_path, "结果/数据/checked/*.json", 2, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.decode() == "已中断。做完的都在“结果”里；再运行同一条命令，接着做没做完的。\n"
    kept = len(list((tmp_path / "结果" / "数据" / "checked").glob("*.json")))
    assert kept >= 2
    assert run_inline(tmp_path / "收到", tmp_path / "结果").again == kept
    assert outcome(tmp_path / "结果") == outcome(fresh())
