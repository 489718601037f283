"""The program as a process of its own: what it imports, consoles, pipes, Ctrl-C, and how a run ends."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jiesuan import cli, session, usage
from jiesuan.cli import app

from .making import environment, overtyped, python, written
from .test_cli import failed

HEAVY = (
    "pandas",
    "numpy",
    "pandera",
    "openpyxl",
    "xlwings",
    "python_calamine",
    "xlsxwriter",
    "msgspec",
    "faker",
    "rich",
)


# ── start and consoles ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_importing_is_light() -> None:
    done = python("-c", f"import sys, jiesuan.cli; print([m for m in {HEAVY!r} if m in sys.modules])")
    assert done.stdout.strip() == b"[]", done


def test_help_is_instant() -> None:
    done = python("-X", "importtime", "-m", "jiesuan", "check", "--help")
    assert done.returncode == 0
    loaded = {line.rpartition(b"|")[2].strip().split(b".")[0].decode() for line in done.stderr.splitlines()}
    assert loaded.isdisjoint(HEAVY)


CONSOLES = {
    "utf-8": "utf-8",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "cp1252": "utf-8",
    "ascii": "utf-8",
    "big5": "utf-8",
    "cp437": "utf-8",
}
"""Encoding of a console → encoding in which Chinese arrives."""


@pytest.mark.parametrize("encoding", CONSOLES)
def test_consoles(encoding: str) -> None:
    env, readable = {"PYTHONIOENCODING": encoding}, CONSOLES[encoding]
    done = python("-m", "jiesuan", "check", env=env)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode(readable).startswith("缺少“文件...”（要处理的工作簿，可以写多个）。")
    done = python("-m", "jiesuan", "rule", "X201", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(readable)
    assert "免学费统计金额" in text and "?" not in text


@pytest.mark.parametrize("encoding", ["gbk", "cp1252"])
def test_a_report_on_a_console(encoding: str, tmp_path: Path) -> None:
    wrong = written(tmp_path / "表.xlsx", overtyped())
    env, readable = {"PYTHONIOENCODING": encoding}, CONSOLES[encoding]
    done = python("-m", "jiesuan", "check", wrong, tmp_path / "无.xlsx", env=env)
    assert done.returncode == 2
    out, err = done.stdout.decode(readable), done.stderr.decode(readable)
    assert "请先改正" in out and "无.xlsx：找不到这个文件" in err
    assert "?" not in out + err and "Traceback" not in err
    done = python("-m", "jiesuan", "check", wrong, "--format", "json", env=env)
    assert json.loads(done.stdout.decode("utf-8"))["files"][0]["file"] == "表.xlsx" and done.stderr == b""


# ── pipes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def piped(command: str, into: str) -> subprocess.CompletedProcess[bytes]:
    """`jiesuan …` in a pipe, with its own exit code."""
    line = f"'{sys.executable}' -m jiesuan {command} | {into}; exit ${{PIPESTATUS[0]}}"
    return subprocess.run(["bash", "-c", line], capture_output=True, check=False, env=environment(), timeout=120)


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")
@pytest.mark.parametrize("command", ["rules", "rules --format json", "--help", "forms 2-4"])
def test_a_closed_pipe_is_no_error(command: str) -> None:  # pragma: no branch
    done = piped(command, "head -1")
    assert done.stderr == b"" and len(done.stdout.splitlines()) == 1
    done = piped(command, "true")
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("place", ["invoke", "flush"])
def test_a_pipe_that_closes_anywhere(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    from typer.main import get_command

    dropped: list[bool] = []
    monkeypatch.setattr(usage, "drop_output", lambda: dropped.append(True))

    def broken(*_: Any, **__: Any) -> Any:
        raise BrokenPipeError

    if place == "invoke":
        monkeypatch.setattr("jiesuan.render.rules.rule_table", broken)
    else:

        class Stream(io.StringIO):
            flush = broken

        monkeypatch.setattr(sys, "stdout", Stream())
        monkeypatch.setattr("jiesuan.commands.reference.emit_lines", lambda _: None)
    assert get_command(app).main(["rules"], standalone_mode=False) == 2
    assert dropped


# ── Ctrl-C ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_ctrl_c() -> None:  # pragma: no branch
    code = (
        "import jiesuan.session, jiesuan.cli, sys, time\n"
        "def slow(*a, **k):\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "jiesuan.session.check_file = slow\n"
        "sys.argv = ['jiesuan', 'check', 'x.xlsx']\n"
        "jiesuan.cli.main()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err.decode()) == (2, "已中断。\n")


def test_an_interrupted_command_ends_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "check_file", interrupted)
    assert failed("check", "x.xlsx") == "已中断。\n"


# ── the end of a run ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_prepares_and_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["jiesuan", "--version"])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 0 and capsys.readouterr().out.startswith("jiesuan ")


class Left(Exception):
    """Instead of ending the process."""


def test_main_leaves_at_once_with_everything_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[object] = []

    def end(code: int) -> None:
        done.append(code)
        raise Left

    monkeypatch.setattr(sys, "argv", ["jiesuan", "chek"])
    monkeypatch.setattr("os._exit", end)
    monkeypatch.setattr("atexit._run_exitfuncs", lambda: done.append("registered"))
    monkeypatch.setattr("threading.active_count", lambda: 1)
    with pytest.raises(Left):
        cli.main()
    assert done == ["registered", 2] and "是不是 check？" in capsys.readouterr().err


@pytest.mark.parametrize(("code", "threads"), [(0, 2), (1, 2), (None, 1), ("话", 1)])
def test_while_anything_is_going_on_it_ends_as_usual(
    monkeypatch: pytest.MonkeyPatch, code: object, threads: int
) -> None:
    monkeypatch.setattr("threading.active_count", lambda: threads)
    monkeypatch.setattr("os._exit", lambda _: pytest.fail("left at once"))
    with pytest.raises(SystemExit) as ended:
        cli.leave(code)
    assert ended.value.code == code


def test_what_is_registered_for_the_end_is_done_and_nothing_said_is_lost() -> None:
    code = (
        "import atexit, sys, threading\n"
        "from jiesuan.cli import main\n"
        "atexit.register(print, 'end')\n"
        "sys.argv = ['jiesuan', sys.argv[1]]\n"
        "main()\n"
    )
    for argument, wanted in (("--version", 0), ("chek", 2)):
        done = python("-c", code, argument)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (wanted, b"end")
