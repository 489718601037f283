"""The sheet 审核说明 as a table: what is written comes back, whatever people and programs did to it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.book import Sheet, Value, memory_book
from jiesuan.explain import STATES, Explanation, Mark, time_now
from jiesuan.explain.sheet import COLUMNS, HEADER_ROW, NAME, is_kept, kept_in, read_kept, row_of

TITLES: list[Value] = [title for title, _, _ in COLUMNS]
ITEM = Explanation(
    "P404", "生均", "D17", "人数突变\n一年级", "4月转入27名", "王老师", "2024-09-05 10:00", "接受", "同意", "李科长",
    "2024-09-06 11:30", Mark("a", "b", "c"), "已接受",
)  # fmt: skip


def sheet(*rows: list[Value], name: str = NAME, head: Value = NAME, titles: list[Value] | None = None) -> Sheet:
    """Values as they are: a text that starts with `=` is a text."""
    above: list[list[Value]] = [[head], *[[]] * (HEADER_ROW - 2), TITLES if titles is None else titles]
    return Sheet(name, [list(row) for row in (*above, *rows)])


def changed(**cells: Value) -> list[Explanation]:
    """What is read of the row of `ITEM` with other contents under some titles."""
    row: list[Value] = list(row_of(ITEM))
    for title, value in cells.items():
        row[TITLES.index(title)] = value
    return read_kept(sheet(row))


# ── whose sheet it is ──


def test_it_is_known_by_its_titles_whatever_it_is_called() -> None:
    assert is_kept(sheet(name="说明 (2)"))
    assert is_kept(sheet(titles=[*TITLES[:8], "别的"]))
    assert not is_kept(sheet(head="审核"))
    assert not is_kept(sheet(titles=["编号", "表", "别的", *TITLES[3:]]))
    assert not is_kept(memory_book("b", {NAME: [[NAME]]}).sheets[0])
    assert not is_kept(memory_book("b", {NAME: []}).sheets[0])


def test_all_such_sheets_of_a_book_are_read() -> None:
    book = memory_book("b", {})
    again = replace(ITEM, cell="D18")
    book.ours = [sheet(row_of(ITEM)), sheet(head="校验结果"), sheet(row_of(again), name="审核说明2")]  # type: ignore[arg-type]
    assert kept_in(book) == [ITEM, again]


# ── a row ──

HASHES = st.text("0123456789abcdef", max_size=16)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), max_size=12)


@given(WORDS.filter(bool), WORDS.filter(bool), WORDS, WORDS, WORDS, st.builds(Mark, HASHES, HASHES, HASHES))
def test_what_is_written_is_read(code: str, reason: str, place: str, by: str, comment: str, mark: Mark) -> None:
    item = Explanation(code, place, "D17", "", reason, by, "", "", comment, "", "", mark, "待复核")
    assert read_kept(sheet(row_of(item))) == [item]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "verdict", "known", "why"),
    [
        ("待复核", "", "待复核", ""),
        ("待复核（接受过）", "", "待复核", ""),
        ("已接受", "接受", "已接受", ""),
        ("接受", "接受", "", ""),
        ("同意接受", "接受", "", ""),
        ("退回", "退回", "", ""),
        ("已退回", "退回", "已退回", ""),
        ("失效（原已接受）", "接受", "失效", ""),
        ("不再需要（原已退回）", "退回", "不再需要", ""),
        ("未能校验", "", "未能校验", ""),
        ("不采用：不能写“接受”二字", "", "不采用", "不能写“接受”二字"),
        ("不采用", "", "不采用", "不采用"),
        ("看过了", "", "", ""),
        (None, "", "", ""),
    ],
)
def test_the_state_and_the_verdict_in_it(state: Value, verdict: str, known: str, why: str) -> None:
    (item,) = changed(核实状态=state)
    assert (item.verdict, item.state, item.why) == (verdict, known, why)
    assert known == "" or known in STATES


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (dt.datetime(2024, 9, 5, 9, 7), "2024-09-05 09:07"),
        (" 2024-09-05 \r\n", "2024-09-05"),
        ("一\r\n二", "一\n二"),
        (20240905, "20240905"),
        (None, ""),
    ],
)
def test_cells_that_a_program_reshaped(typed: Value, read: str) -> None:
    assert [item.at for item in changed(说明时间=typed)] == [read]


def test_a_row_without_anything_to_answer_is_passed_over() -> None:
    assert changed(编号=None) == []
    assert changed(问题=None, 说明=" ") == []
    assert [item.reason for item in changed(说明=None)] == [""]
    assert [item.problem for item in changed(问题=None)] == [""]
    assert read_kept(sheet([], row_of(ITEM), [None] * 12)) == [ITEM]  # type: ignore[arg-type]
    assert read_kept(sheet(["P404", "生均", "D17", "人数突变"])) == [Explanation("P404", "生均", "D17", "人数突变", "")]


def test_a_mark_that_was_typed_over_is_none() -> None:
    assert [item.mark for item in changed(核对码="核对过")] == [Mark()]


def test_the_clock_as_it_is_written() -> None:
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d", time_now())
