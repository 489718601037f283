from __future__ import annotations

import copy
import pickle
import re

import pytest

from jiesuan.reading import UnreadableFile
from jiesuan.reading.problem import MESSAGES, not_a_workbook

SLUGS = {
    "not-found",
    "folder",
    "permission",
    "empty",
    "not-a-workbook",
    "html",
    "csv",
    "xml2003",
    "truncated",
    "encrypted",
    "too-large",
    "unsafe",
    "no-worksheet",
    "corrupt",
    "timeout",
    "crashed",
}


def test_every_slug_has_a_message_and_there_is_no_other() -> None:
    assert set(MESSAGES) == SLUGS


@pytest.mark.parametrize("kind", sorted(SLUGS))
def test_a_message_says_what_it_is_and_what_to_do(kind: str) -> None:
    message = MESSAGES[kind]
    assert str(UnreadableFile(kind)) == message
    assert message.endswith("。")
    assert 2 <= message.count("。") <= 3
    assert re.search("请|重新", message), "no way out is named"
    assert len(message) <= 100


def test_a_message_of_its_own_replaces_the_usual_one() -> None:
    problem = UnreadableFile("encrypted", "密码不对。")
    assert (problem.kind, problem.message, str(problem)) == ("encrypted", "密码不对。", "密码不对。")


def test_an_unknown_slug_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        UnreadableFile("no-such-kind")


@pytest.mark.parametrize("again", [copy.copy, lambda problem: pickle.loads(pickle.dumps(problem))])
def test_a_problem_survives_the_way_between_processes(again: object) -> None:
    assert callable(again)
    twin = again(UnreadableFile("csv", "另有说明。"))
    assert (type(twin), twin.kind, twin.message) == (UnreadableFile, "csv", "另有说明。")


def test_a_recognised_format_is_named() -> None:
    problem = not_a_workbook("PDF 文档")
    assert problem.kind == "not-a-workbook"
    assert problem.message == "这是PDF 文档，不是工作簿。请确认没有拿错文件，并提供“Excel 工作簿(*.xlsx)”。"


def test_a_text_file_is_imported_so_that_numbers_keep_their_last_digits() -> None:
    assert "身份证号一列选“文本”（双击打开会丢末几位）" in MESSAGES["csv"]
