"""Written explanations in a terminal and as JSON."""

from __future__ import annotations

import pytest

from jiesuan.explain import STATES
from jiesuan.render.explain import ORDER, SHOWN, answer_lines, answer_record, review_lines
from jiesuan.report import Answer, Report

from ..making import ID, PHONE


def answer(state: str = "待复核", **more: str) -> Answer:
    given = {"code": "P404", "sheet": "2-4 表", "cell": "D17", "label": "4月", "reason": "转入\n27名", **more}
    return Answer(state=state, **given)


def lines(*answers: Answer, everything: bool = False) -> list[str]:
    return [text for text, _ in answer_lines(answers, everything=everything)]


def test_none() -> None:
    assert lines() == []


def test_every_state_has_its_place() -> None:
    assert set(ORDER) == set(STATES)


def test_one_of_each() -> None:
    shown = lines(
        answer("已接受", comment="同意"),
        answer("已退回", comment="请附批复"),
        answer("失效", why="数变了"),
        answer("不再需要", cell="", label=""),
    )
    assert shown == [
        "",
        "书面说明 4 条：已退回 1 · 失效 1 · 已接受 1 · 不再需要 1",
        "  已退回  [P404] '2-4 表'!D17  4月",
        "      说明：转入 27名",
        "      退回：请附批复",
        "  失效  [P404] '2-4 表'!D17  4月",
        "      说明：转入 27名",
        "      失效：数变了",
        "  已接受  [P404] '2-4 表'!D17  4月",
        "      说明：转入 27名",
        "      复核：同意",
        "  不再需要  [P404] 2-4 表",
        "      说明：转入 27名",
    ]


def test_many() -> None:
    answers = [answer() for _ in range(SHOWN + 3)]
    assert lines(*answers)[-1] == "  待复核 另有 3 条没有列出，加 --all 全部列出。"
    assert len(lines(*answers, everything=True)) == 2 + 2 * (SHOWN + 3)


def test_personal_numbers_are_masked() -> None:
    found = answer(reason=f"电话{PHONE}", comment=f"证号{ID}", sheet=ID, why=PHONE, label=PHONE)
    text = "\n".join(lines(found)) + repr(answer_record(found)) + repr(found)
    assert ID not in text and PHONE not in text


@pytest.mark.parametrize(
    ("answers", "last"), [([], "  这个工作簿里没有书面说明。"), ([answer()], "      说明：转入 27名")]
)
def test_a_file(answers: list[Answer], last: str) -> None:
    report = Report("表.xlsx", "", "fujian-2024", "市属", "2024春", (), explanations=answers)
    shown = [text for text, _ in review_lines(report)]
    assert (shown[0], shown[-1]) == ("表.xlsx    市属 · 2024春 · （没有学校名称）", last)


def test_record() -> None:
    assert answer_record(answer("不采用", why="太短")) == {
        "code": "P404",
        "sheet": "2-4 表",
        "cell": "D17",
        "label": "4月",
        "reason": "转入\n27名",
        "state": "不采用",
        "comment": "",
        "why": "太短",
    }
