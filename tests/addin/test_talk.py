"""What the buttons say and ask, in message boxes and in a terminal; what 计算 lists before it overwrites."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from jiesuan.calculate import Write
from jiesuan.ref import Ref
from jiesuan_addin.calculating import _number, _question
from jiesuan_addin.talk import Boxes, Lines

from ..making import ID

MASKED = f"{ID[:3]}***********{ID[-4:]}"
SETS = ("市属", "省属")


class Program:
    """Excel with one answer to whatever it asks."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.shown: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[tuple[str, str]] = []
        self.status_bar = ""
        self.api = SimpleNamespace(InputBox=self.input_box)

    def alert(self, text: str, **more: Any) -> Any:
        self.shown.append((text, more))
        return self.answer

    def input_box(self, prompt: str, title: str, default: str, *, Type: int) -> Any:
        assert (title, Type) == ("资助结算", 2)
        self.asked.append((prompt, default))
        return self.answer


# ── message boxes ──


def test_a_message_is_masked() -> None:
    app = Program("ok")
    Boxes(app).tell(f"重复：{ID}")
    assert app.shown == [(f"重复：{MASKED}", {"title": "资助结算", "mode": "info"})]
    Boxes(app).murmur(f"{ID}" + "长" * 300)
    assert app.status_bar == f"{MASKED}{'长' * (240 - 18)}……"


@pytest.mark.parametrize(("answer", "agreed"), [("ok", True), ("cancel", False), (None, False)])
def test_a_question(answer: Any, agreed: bool) -> None:
    app = Program(answer)
    assert Boxes(app).ask("要改吗？") is agreed
    assert app.shown == [("要改吗？", {"title": "资助结算", "buttons": "ok_cancel", "mode": "info"})]


@pytest.mark.parametrize(("answer", "typed"), [("原因", "原因"), ("", ""), (False, None)])
def test_a_line_typed_or_cancelled(answer: Any, typed: str | None) -> None:
    app = Program(answer)
    assert Boxes(app).line(f"请写明原因：{ID}", "旧的") == typed
    assert app.asked == [(f"请写明原因：{MASKED}", "旧的")]


def test_a_line_too_long_for_the_box_is_not_cut() -> None:
    app = Program("原因")
    with pytest.raises(NotImplementedError):
        Boxes(app).line("请写明原因", "长" * 241)
    assert app.asked == []
    assert Boxes(app).line("请写明原因", "长" * 240) == "原因"


def test_a_program_that_cannot_ask() -> None:
    app = Program("原因")
    del app.api.InputBox
    with pytest.raises(NotImplementedError):
        Boxes(app).line("请写明原因", "")


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("1", "市属"),
        (" 2 ", "省属"),
        ("省属", "省属"),
        ("3", None),
        ("0", None),
        ("-1", None),
        ("", None),
        ("二", None),
        (False, None),
    ],
)
def test_one_of_several_by_number_or_name(answer: Any, chosen: str | None) -> None:
    app = Program(answer)
    assert Boxes(app).choose("哪一套？", SETS) == chosen
    assert app.asked == [("哪一套？\n\n1  市属\n2  省属", "1")]


# ── a terminal ──


def test_lines_are_answered_beforehand() -> None:
    said: list[str] = []
    lines = Lines(said.append, answer="原因")
    assert (lines.ask("要改吗？"), lines.line("为什么？", ""), lines.line("再说", "原因")) == (False, "原因", "原因")
    lines.tell("好")
    lines.murmur("完")
    assert said == ["要改吗？", "为什么？", "好", "完"]
    assert [Lines(said.append, answer=text).choose("", SETS) for text in (None, "省属", "县属")] == [
        "市属",
        "省属",
        "市属",
    ]


# ── 计算 ──


def write(row: int, old: Any, new: str, label: str = "合计") -> Write:
    return Write(Ref("表", row, 3), label, "替换", old, Decimal(new), "人")


def test_what_is_overwritten_is_listed_old_and_new() -> None:
    assert _question([], [write(7, 3, "4"), write(8, "五", "5", f"第8行 {ID}")]) == (
        "下面 2 格里填的数与算出的不同，将改为算出的数：\n"
        "表!C7  合计：3 → 4 人\n"
        f"表!C8  第8行 {MASKED}：五 → 5 人\n"
        "\n"
        "点“确定”写入，点“取消”什么也不改。"
    )


def test_no_more_than_a_dozen_are_listed() -> None:
    lines = _question([write(1, None, "1")], [write(row, 3, "4") for row in range(7, 20)]).split("\n")
    assert lines[0] == "下面 13 格里填的数与算出的不同，将改为算出的数："
    assert lines[1:13] == [f"表!C{row}  合计：3 → 4 人" for row in range(7, 19)]
    assert lines[13:15] == ["……另有 1 格。", "另有 1 个空格将填上。"]


@pytest.mark.parametrize(("new", "written"), [("4", 4), ("4.00", 4), ("1.96", 1.96), ("-0.5", -0.5)])
def test_whole_numbers_are_written_whole(new: str, written: float) -> None:
    number = _number(write(7, None, new))
    assert (number, type(number)) == (written, type(written))
