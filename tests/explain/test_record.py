"""What is kept of a reason: its fingerprint in a cell, its state in words, and a reason that is written anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.explain import ACCEPTED, LAPSED, NEEDLESS, PENDING, REFUSED, RETURN, RETURNED, UNKNOWN, Explanation, Mark
from jiesuan.explain.record import PREVIOUS, UNBOUND, WHOLE, digest, place_of, problem_of, words_of
from jiesuan.report import Finding

from ..making import ID
from ..marking.making import RULES

GIVEN = Explanation(
    "P404", "生均", "D17", "人数突变", "4月转入", "王老师", "2024-09-05 10:00", mark=Mark("a", "b", words_of("4月转入"))
)
HASHES = st.text("0123456789abcdef", max_size=16)


# ── the fingerprint ──


@given(st.builds(Mark, HASHES, HASHES, HASHES))
def test_a_mark_comes_back_from_its_cell(mark: Mark) -> None:
    assert Mark.parse(f" {mark}\n") == mark


@pytest.mark.parametrize("text", ["", "1", "1:a:b", "1:a:b:c:d", "2:a:b:c", "原因", "：", ":::"])
def test_anything_else_in_that_cell_is_no_mark(text: str) -> None:
    assert Mark.parse(text) == UNBOUND


def test_a_mark_of_nothing_leaves_the_cell_empty() -> None:
    assert (str(UNBOUND), str(Mark("", "", "c"))) == ("", "1:::c")


@given(st.text(), st.text())
def test_words_are_the_same_however_they_are_spaced(first: str, second: str) -> None:
    assert words_of(f"  {first}\n{second} ") == words_of(f"{first} {second}")
    assert (words_of(first) == "") == (first.strip() == "")


def test_words_cannot_be_moved_between_parts() -> None:
    assert len({digest([]), digest([""]), digest(["a", "b"]), digest(["ab"]), digest(["b", "a"])}) == 4
    assert (len(digest(["a"])), digest(["\ud800"])) == (16, digest(["?"]))


def test_whether_somebody_changed_the_words() -> None:
    assert not GIVEN.edited
    assert replace(GIVEN, reason="4月退学").edited
    assert not replace(GIVEN, reason=" 4月转入\n").edited
    assert not replace(GIVEN, reason="4月退学", mark=Mark("a", "b")).edited


# ── the state in words ──


@pytest.mark.parametrize(
    ("state", "verdict", "shown"),
    [
        (PENDING, "", "待复核"),
        (ACCEPTED, "接受", "已接受"),
        (RETURNED, "退回", "已退回"),
        (LAPSED, "", "失效"),
        (LAPSED, "接受", "失效（原已接受）"),
        (NEEDLESS, "退回", "不再需要（原已退回）"),
        (UNKNOWN, "接受", "未能校验（原已接受）"),
        (REFUSED, "", "不采用：太短"),
        (REFUSED, "退回", "不采用：太短"),
        ("", "", ""),
    ],
)
def test_states_as_the_sheet_shows_them(state: str, verdict: str, shown: str) -> None:
    assert replace(GIVEN, state=state, verdict=verdict, why="太短").shown_state == shown


@pytest.mark.parametrize(
    ("verdict", "comment", "kept"),
    [
        ("", "随便写的", ""),
        ("接受", "好", ""),
        (RETURN, "请附批复文号", "上次退回：请附批复文号"),
        (RETURN, "上次退回：请附批复文号", "上次退回：请附批复文号"),
        (RETURN, "", PREVIOUS),
    ],
)
def test_a_new_reason_is_to_be_reviewed_anew(verdict: str, comment: str, kept: str) -> None:
    before = replace(
        GIVEN, verdict=verdict, comment=comment, reviewer="李科长", reviewed="2024-09-06", state=RETURNED, why="旧"
    )
    after = before.reworded("4月转入27名", Mark("c", "d", "e"), "2024-09-07 09:00", "张老师")
    assert after == Explanation(
        "P404", "生均", "D17", "人数突变", "4月转入27名", "张老师", "2024-09-07 09:00",
        comment=kept, mark=Mark("c", "d", words_of("4月转入27名")), state=PENDING,
    )  # fmt: skip
    assert not after.edited


def test_a_new_reason_need_not_be_signed() -> None:
    assert GIVEN.reworded("另一个原因", UNBOUND, "现在").by == ""


# ── the finding in words ──


def finding(**more: str) -> Finding:
    return Finding(RULES["核实"], more.pop("sheet", "表1"), "B2", more.pop("label", "脱贫户 · 金额"), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"message": "两边不等", "actual": "1 元", "expected": "2 元", "difference": "-1 元"},
         "核实的样子：两边不等\n脱贫户 · 金额\n实为 1 元，应为 2 元，相差 -1 元"),
        ({"message": "两边不等", "actual": "", "expected": "2 元"}, "核实的样子：两边不等\n脱贫户 · 金额\n应为 2 元"),
        ({"message": "核实的样子", "label": ""}, "核实的样子"),
        ({"message": "", "label": "", "actual": "3 人"}, "核实的样子\n实为 3 人"),
        ({"message": f"{ID}重复", "label": ""}, f"核实的样子：{ID[:3]}***********{ID[-4:]}重复"),
    ],
)  # fmt: skip
def test_what_a_finding_is_about(more: dict[str, str], said: str) -> None:
    assert problem_of(finding(**more)) == said


def test_where_a_finding_stands() -> None:
    assert [place_of(finding(sheet=name, message="")) for name in ("表1", "", ID)] == [
        "表1",
        WHOLE,
        f"{ID[:3]}***********{ID[-4:]}",
    ]
