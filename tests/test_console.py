"""What the command line prints and where, on every console."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.console import (
    drop_output,
    emit_json,
    emit_lines,
    encodable,
    pad,
    prepare_streams,
    say,
    width,
    wrap,
)

from .making import ID, PHONE

Captured = pytest.CaptureFixture[str]


class Stream(io.TextIOWrapper):
    """A console with an encoding of its own."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")

    def written(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


def console(monkeypatch: pytest.MonkeyPatch, encoding: str) -> tuple[Stream, Stream]:
    streams = Stream(encoding), Stream(encoding)
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    return streams


# ── streams ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "chosen"),
    [
        ("utf-8", "utf-8"),
        ("gbk", "gbk"),
        ("gb18030", "gb18030"),
        ("cp936", "cp936"),
        ("utf-16-le", "utf-16-le"),
        ("ascii", "utf-8"),
        ("latin-1", "utf-8"),
        ("cp1252", "utf-8"),
        ("cp437", "utf-8"),
        ("big5", "utf-8"),
        ("shift_jis", "utf-8"),
    ],
)
def test_both_streams_print_chinese(monkeypatch: pytest.MonkeyPatch, encoding: str, chosen: str) -> None:
    out, err = console(monkeypatch, encoding)
    prepare_streams()
    assert [(stream.encoding, stream.errors) for stream in (out, err)] == [(chosen, "replace")] * 2
    print("结算：错误 3 处")
    assert out.written() == "结算：错误 3 处\n".encode(chosen)


def test_a_character_the_console_has_not_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = console(monkeypatch, "gbk")
    prepare_streams()
    print("学校🙂")
    say("备注🙂")
    assert (out.written(), err.written()) == ("学校?\n".encode("gbk"), "备注?\n".encode("gbk"))


@pytest.mark.parametrize("broken", ["stdout", "stderr"])
def test_a_stream_that_is_none_or_special_does_no_harm(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    out, err = console(monkeypatch, "ascii")
    monkeypatch.setattr(sys, broken, io.StringIO() if broken == "stdout" else None)
    prepare_streams()
    assert (err if broken == "stdout" else out).encoding == "utf-8"


@pytest.mark.parametrize(
    ("encoding", "text", "known"),
    [
        ("gbk", "结算√", True),
        ("gbk", "结算✓", False),
        ("utf-8", "✓🙂", True),
        ("ascii", "abc", True),
        ("ascii", "结", False),
        ("gbk", "", True),
    ],
)
def test_what_can_be_printed(monkeypatch: pytest.MonkeyPatch, encoding: str, text: str, known: bool) -> None:
    console(monkeypatch, encoding)
    assert encodable(text) is known


def test_what_can_be_printed_where_nobody_knows_the_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", object())
    assert encodable("结算✓") and not encodable("\ud800")

    class Odd:
        encoding = "x-nobody-knows"

    monkeypatch.setattr(sys, "stdout", Odd())
    assert not encodable("abc")


def test_nothing_more_is_written_once_the_reader_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        drop_output()
        gone.write("x")
        gone.flush()
        gone.write("y")
    os.set_blocking(read, False)
    assert os.read(read, 10) == b""  # the pipe is closed, and nothing was left in it
    os.close(read)


def test_drop_output_without_a_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    drop_output()
    assert sys.stdout.name == os.devnull
    sys.stdout.close()


# ── remarks and results ─────────────────────────────────────────────────────────────────────────────────────────────


def test_remarks_go_to_standard_error_and_are_masked(capsys: Captured) -> None:
    say(f"文件“{ID}.xlsx”读不了，电话{PHONE}")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "文件“350***********1234.xlsx”读不了，电话139****5678\n")


def test_json_is_utf8_whatever_the_console_says(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = console(monkeypatch, "gbk")
    value = {"学校": "示范🙂", "数": [1, 2.5, None, True], "空": {}}
    emit_json(value)
    assert out.written() == (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
    assert b"\\u" not in out.written() and err.written() == b""


def test_json_with_half_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = console(monkeypatch, "utf-8")
    emit_json("甲\ud83d乙")
    assert out.written().decode("utf-8") == '"甲?乙"\n'


def test_json_without_a_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    emit_json({"名": "值"})
    assert stream.getvalue() == '{\n  "名": "值"\n}\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("terminal", "shown"), [(True, "粗\x1b[0m"), (False, "粗")])
def test_colours_are_for_terminals_alone(monkeypatch: pytest.MonkeyPatch, terminal: bool, shown: str) -> None:
    stream: Any = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    emit_lines([("粗", "bold"), ("红", "red"), ("素", ""), ("", "")])
    bold, red, plain, empty, end = stream.getvalue().split("\n")
    codes = ("\x1b[1m", "\x1b[31m") if terminal else ("", "")
    assert bold == codes[0] + shown and red == codes[1] + shown.replace("粗", "红")
    assert (plain, empty, end) == ("素", "", "")


def test_lines_are_printed_as_they_come(capsys: Captured) -> None:
    def lines() -> Any:
        yield "甲", ""
        assert capsys.readouterr().out == "甲\n"
        yield "乙", ""

    emit_lines(lines())
    assert capsys.readouterr().out == "乙\n"


# ── widths ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("a", 1),
        ("a b", 3),
        ("结", 2),
        ("ａ", 2),
        ("ｱ", 1),
        ("，。", 4),
        ("é", 1),
        ("e\u0301\u0301", 1),
        ("한", 2),
        ("¥1", 2),
        ("￥1", 3),
        ("“甲”", 4),
        ("→·—…", 4),
        ("元/人·年", 8),
    ],
)
def test_columns_of_a_terminal(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "padded"),
    [("甲", 4, "甲  "), ("甲", 3, "甲 "), ("甲", 2, "甲"), ("甲乙", 2, "甲乙"), ("", 2, "  ")],
)
def test_filling_up(text: str, columns: int, padded: str) -> None:
    assert pad(text, columns) == padded


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 10, [""]),
        ("甲乙丙丁", 8, ["甲乙丙丁"]),
        ("甲乙丙丁", 7, ["甲乙丙", "丁"]),
        ("甲乙丙丁", 6, ["甲乙丙", "丁"]),
        ("甲乙丙，丁", 8, ["甲乙丙，", "丁"]),
        ("甲乙丙，丁", 6, ["甲乙", "丙，丁"]),
        ("甲乙 abc", 8, ["甲乙 abc"]),
        ("甲乙 abc", 7, ["甲乙", "abc"]),
        ("甲 乙", 3, ["甲", "乙"]),
        ("  甲", 4, ["甲"]),
        ("甲  乙", 6, ["甲  乙"]),
        ("jiesuan check 文件", 13, ["jiesuan check", "文件"]),
        ("用 --term 指明。", 9, ["用 --term", "指明。"]),
        ("甲）。乙", 4, ["甲）。", "乙"]),
        ("abcdefgh", 4, ["abcdefgh"]),
        ("甲 abcdefgh 乙", 4, ["甲", "abcdefgh", "乙"]),
    ],
)
def test_lines_of_a_width(text: str, columns: int, lines: list[str]) -> None:
    assert wrap(text, columns) == lines


@given(st.text(alphabet="结算表 ab，。", max_size=50), st.integers(2, 30))
def test_no_line_begins_with_a_mark_or_ends_with_a_space(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert [line for line in lines if line != line.strip()] == []
    assert not any(line.startswith(("，", "。")) for line in lines[1:] if not text.lstrip().startswith(("，", "。")) and " ，" not in text and " 。" not in text)  # fmt: skip
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert lines == wrap(text, columns)
