"""Marking from the outside: where results go and what the user is told.  Through the command line: marking/test_commands.py."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from jiesuan import explaining, marked
from jiesuan.commands.options import one_target
from jiesuan.marked import CHECKED, CLEARED, check_target, mark_file, mark_report, places
from jiesuan.marking import NotMarkable
from jiesuan.marking.files import NotWritten
from jiesuan.marking.package import Package
from jiesuan.report import Report
from jiesuan.session import Failure, open_and_judge
from jiesuan.usage import Misuse

from .making import overtyped, sample, written


@pytest.mark.parametrize(
    ("name", "out", "word", "there", "target"),
    [
        ("表.xlsx", None, CHECKED, [], "表_已校验.xlsx"),
        ("表.xlsx", None, CHECKED, ["表_已校验.xlsx"], "表_已校验.xlsx"),
        ("表.XLSM", None, CLEARED, [], "表_已清除.XLSM"),
        ("表.ods", None, CHECKED, [], "表_已校验.xlsx"),
        ("表.xlsx", "别名.xlsx", CHECKED, [], "别名.xlsx"),
        ("表_已校验.xlsx", None, CLEARED, [], "表_已校验_已清除.xlsx"),
        ("表_已校验.xlsx", None, CHECKED, [], "表_已校验2.xlsx"),
        ("表_已校验.xlsx", None, CHECKED, ["表_已校验2.xlsx", "表_已校验3.xlsx"], "表_已校验4.xlsx"),
        ("表_已校验7.xlsx", None, CHECKED, [], "表_已校验2.xlsx"),
        ("表_已校验二稿.xlsx", None, CHECKED, [], "表_已校验二稿_已校验.xlsx"),
    ],
)
def test_where_one_result_goes(
    tmp_path: Path, name: str, out: str | None, word: str, there: list[str], target: str
) -> None:
    """A copy that is checked again gets a number, never the word twice; a first copy that is there is refused later."""
    for other in there:
        (tmp_path / other).touch()
    found = places([tmp_path / name], None if out is None else tmp_path / out, word, in_place=False)
    assert found == [tmp_path / target]


def test_where_several_results_go(tmp_path: Path) -> None:
    files = [tmp_path / "甲" / "表.xlsx", tmp_path / "乙" / "表.xlsx", tmp_path / "乙" / "表_已校验.xlsx"]
    out = tmp_path / "出"
    names = ["表_已校验.xlsx", "表_已校验2.xlsx", "表_已校验3.xlsx"]
    assert places(files, out, CHECKED, in_place=False) == [out / name for name in names]
    assert places(files, out, CHECKED, in_place=True) == files
    out.mkdir()
    assert places(files[:1], out, CHECKED, in_place=False) == [out / names[0]]


@pytest.mark.parametrize("name", ["果.xlsx", "果.XLSM", "果.xls", "果.ods", "果.et"])
def test_one_file_cannot_take_several_results(tmp_path: Path, name: str) -> None:
    files = [tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"]
    with pytest.raises(Misuse) as caught:
        one_target(tmp_path / name, False, files)
    assert str(caught.value) == f"输入了 2 个文件，-o 后面要写文件夹，如 -o 结果；“{name}”是一个文件名。"
    one_target(tmp_path / name, False, files[:1])
    (tmp_path / name).mkdir()
    one_target(tmp_path / name, False, files)


def test_one_way_of_saying_where(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match=r"^-o 和 --in-place 只能用一个。$"):
        one_target(tmp_path, True)
    one_target(tmp_path, False, [tmp_path, tmp_path])
    one_target(None, True, [tmp_path, tmp_path])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "表.xlsx"
    written(path, overtyped())
    return path


@pytest.mark.parametrize("folder", ["", "别处"])
def test_what_was_written_where(file: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere than beside the file, the way there is told; one folder that is missing is made."""
    monkeypatch.chdir(file.parent)
    target = Path(folder, "果.xlsx")
    done = mark_file(Path(file.name), target)
    assert (done.failure, done.output, done.note) == (None, "果.xlsx", f"已写入 {target}，原文件未动。")
    assert target.is_file()


def test_no_folder_of_folders_is_made(file: Path) -> None:
    done = mark_file(file, file.parent / "甲" / "乙" / "果.xlsx")
    assert done.failure == Failure("表.xlsx", "not-written", "文件夹“乙”不存在，请先建立。")
    assert isinstance(done.result, Report) and done.output is None
    assert not (file.parent / "甲").exists()


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("表.xlsx", "same-file", "输出文件就是输入文件；要写回原文件请用 --in-place，否则换一个文件名。"),
        ("果.xls", "suffix", "“果.xls”的扩展名应为 .xlsx，否则 Excel 打不开。"),
        ("果.xlsm", "suffix", "“果.xlsm”的扩展名应为 .xlsx，否则 Excel 打不开。"),
        ("果", "suffix", "“果”的扩展名应为 .xlsx，否则 Excel 打不开。"),
    ],
)
def test_where_a_result_may_not_go(file: Path, name: str, kind: str, message: str) -> None:
    with pytest.raises(NotWritten) as caught:
        check_target(file, file.with_name(name), file.read_bytes(), force=True)
    assert (caught.value.kind, caught.value.message) == (kind, message)


def test_templates_keep_their_suffix(file: Path) -> None:
    check_target(file, file.with_name("样.xltx"), file.read_bytes(), force=False)


# ── other formats: judged as what they were converted to ─────────────────────────────────────────────────────────────


@pytest.fixture
def foreign(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A consistent workbook that pretends to be .et, and is converted to one with a mistake."""
    wrong = file.read_bytes()
    path = file.with_name("来.et")
    written(path, sample().filling)

    def package(data: bytes) -> Any:
        if data == path.read_bytes():
            raise NotMarkable("not-ooxml")
        return Package(data)

    monkeypatch.setattr(marked, "Package", package)
    monkeypatch.setattr(marked, "converted", lambda data, suffix: wrong)
    return path


def test_what_was_converted_is_checked_again(foreign: Path, file: Path) -> None:
    """Only there formulas and error values are seen; the report speaks of the file that was received all the same."""
    done = mark_file(foreign, file.with_name("果.xlsx"))
    plain = open_and_judge(file)
    assert isinstance(done.result, Report) and not isinstance(plain, Failure)
    assert done.note == ".et 文件已由 LibreOffice 转换成 .xlsx。已写入 果.xlsx，原文件未动。"
    assert (done.result.file, done.result.sha256) == ("来.et", hashlib.sha256(foreign.read_bytes()).hexdigest())
    assert done.result.findings == plain[1].report.findings != []


def test_a_report_of_another_kind_stays(foreign: Path, file: Path) -> None:
    judged = open_and_judge(foreign)
    assert not isinstance(judged, Failure)
    done = mark_report(foreign, file.with_name("果.xlsx"), judged[1].report)
    assert done.failure is None and done.result is judged[1].report


def test_a_conversion_that_cannot_be_read_changes_nothing(foreign: Path) -> None:
    judged = open_and_judge(foreign)
    assert not isinstance(judged, Failure)
    assert marked.as_converted(foreign, judged, b"no workbook") is judged


def test_reasons_are_looked_for_where_they_are_written(foreign: Path, file: Path) -> None:
    """The finding is gone, or there, in the converted workbook: it alone is what is written."""
    told = explaining.explain_file(foreign, file.with_name("果.xlsx"), "P303", "E8", "3名学生3月转专业，见教务科通知")
    assert isinstance(told, Failure) and told.kind == "not-explained"
    assert told.message.startswith("这个工作簿没有 P303 的问题，不用说明。")
    assert not file.with_name("果.xlsx").exists()
