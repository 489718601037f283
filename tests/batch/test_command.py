"""`jiesuan batch` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jiesuan.commands import batch as command

from ..making import python
from .city import City, plain_city, planted_bytes, school_bytes, school_name
from .inline import outcome


def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = python("-m", "jiesuan", "batch", *arguments, cwd=folder)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


READ = "结果在“出”：打开 report.html 或 汇总.xlsx 看全部。\n"
TOLD = "结果在“出”：打开 report.html 或 汇总.xlsx 看全部，“学校”文件夹里是发还各校的表和通知。\n"


def test_clean(tmp_path: Path) -> None:
    plain_city(1).write(tmp_path / "收")
    code, shown, said = run(tmp_path, "收", "-o", "出", "--jobs", "1")
    assert (code, said) == (0, READ)
    assert shown.splitlines()[-1] == "1 个文件，1 所学校：通过 1 所，要交 0 所；错误 0 处，核实 0 处，提示 0 处。"
    code, shown, _ = run(tmp_path, "收", "-o", "出")
    assert code == 0 and "1 个文件（其中 1 份没有变，沿用上次的结果）" in shown


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "收").mkdir()
    (tmp_path / "收" / "说明.txt").write_bytes(b"")
    code, shown, _ = run(tmp_path, "收", "-o", "出", "--jobs", "1")
    said = "注意：没有找到一份学校的结算表，什么也没有校验；请核对收到的表放在哪个文件夹里。"
    assert (code, shown.splitlines()[-1]) == (1, said)


def test_findings_and_json(tmp_path: Path) -> None:
    City({"a.xlsx": planted_bytes(2, 1)[0]}).write(tmp_path / "收")
    code, shown, said = run(tmp_path, "收", "-o", "出", "--format", "json", "--jobs", "1")
    assert (code, said) == (1, TOLD)
    assert json.loads(shown) == json.loads((tmp_path / "出" / "report.json").read_text(encoding="utf-8"))


def test_a_bad_file(tmp_path: Path) -> None:
    City({"a.xlsx": school_bytes(0), "b.xlsx": b""}).write(tmp_path / "收")
    code, shown, _ = run(tmp_path, "收", "-o", "出", "--jobs", "1")
    assert code == 2 and f"{school_name(0)}" in shown and "读不了：b.xlsx：这是一个空文件" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["没有", "-o", "出"], "找不到文件夹“没有”。请核对名字；收到的表要先放进一个文件夹。\n"),
        ([".", "-o", "出", "--engine", "dask"], "--engine dask 要和 --scheduler 地址 一起用。\n"),
        ([".", "-o", "出", "--scheduler", "tcp://a:1"], "--engine dask 要和 --scheduler 地址 一起用。\n"),
        (
            [".", "-o", "出", "--roster", "无.xlsx"],
            "学校名单“无.xlsx”读不了：找不到这个文件。请核对文件名和所在的文件夹。\n",
        ),
    ],
)
def test_misuse(tmp_path: Path, arguments: list[str], said: str) -> None:
    assert run(tmp_path, *arguments) == (2, "", said)
    assert outcome(tmp_path / "出") == {}


def test_the_help_is_chinese() -> None:
    done = python("-m", "jiesuan", "batch", "--help").stdout.decode()
    assert "批量校验收到的表" in done and "--roster" in done and "Options" not in done


def test_progress_only_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    with command._progress() as tell:
        tell("校验", 1, 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with command._progress() as tell:
        for done in range(3):
            tell("校验", done, 2)
        tell("写反馈", 0, 0)
