"""Any set of findings on any workbook."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesuan.marking import NotMarkable, clear, mark
from jiesuan.ref import a1
from jiesuan.report import Finding
from jiesuan.rule import LEVELS

from .making import (
    assert_no_marks,
    assert_round_trip,
    finding,
    notes,
    report,
    resaved,
    rich,
    sheet_xml,
    simple,
    values,
)

CELLS = st.builds(a1, st.integers(1, 1_048_576) | st.integers(1, 50), st.integers(1, 16_384) | st.integers(1, 9))
PLACES = CELLS | st.just("") | st.builds("{}:{}".format, CELLS, CELLS) | st.builds("{},{}".format, CELLS, CELLS)
TEXTS = st.text(max_size=40)


@cache
def books() -> dict[str, bytes]:
    return {"rich": rich(), "simple": simple(), "hollow": simple(sheet_xml(), "<worksheet><sheetData/></worksheet>")}


def findings(sheets: tuple[str, ...]) -> st.SearchStrategy[list[Finding]]:
    one = st.builds(
        lambda sheet, cell, level, text: finding(sheet, cell, level, message=text, actual=text, label=text),
        st.sampled_from(sheets),
        PLACES,
        st.sampled_from(LEVELS),
        TEXTS,
    )
    return st.lists(one, max_size=15)


SHEETS = ("数据", "附'二'表", "表1", "表2", "", "无")
calm = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@calm
@given(st.sampled_from(("rich", "simple", "hollow")), findings(SHEETS), findings(SHEETS))
def test_mark_and_clear(name: str, first: list[Finding], second: list[Finding]) -> None:
    data = books()[name]
    marked = assert_round_trip(data, report(*first))
    assert mark(marked, report(*second)) == mark(data, report(*second))


@settings(calm, max_examples=15)
@given(st.sampled_from(("rich", "simple")), findings(SHEETS))
def test_saved_by_openpyxl_in_between(name: str, found: list[Finding]) -> None:
    data = books()[name]
    after = clear(resaved(mark(data, report(*found))))
    assert_no_marks(after)
    plain = resaved(data)
    assert values(after) == values(plain)
    if name == "rich":
        assert notes(after, "数据") == notes(plain, "数据")


@calm
@given(st.integers(0, 100_000), st.integers(0, 255))
def test_a_damaged_file_is_refused_or_marked_not_more(place: int, byte: int) -> None:
    data = bytearray(rich())
    data[place % len(data)] = byte
    try:
        marked = mark(bytes(data), report(finding("数据", "A1")))
    except NotMarkable:
        return
    assert clear(marked) == bytes(data)


@pytest.mark.parametrize("size", [80_000])
def test_very_many_findings(size: int) -> None:
    one = finding("表1", "A1")
    found = [
        Finding(one.rule, "表1", a1(1 + n // 20, 1 + n % 20), f"第{n}处", "不等", "1", "2", "3") for n in range(size)
    ]
    start = time.process_time()
    marked = mark(books()["simple"], report(*found))
    assert time.process_time() - start < 60
    assert clear(marked) == books()["simple"]
    assert len(marked) < 20_000_000
