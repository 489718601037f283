"""仍存在、新出现、已消除."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jiesuan.compare import GONE, NEW, STILL, compare
from jiesuan.pack import load_pack
from jiesuan.report import Finding, Report

PACK = load_pack()


def finding(code: str = "F402", cell: str = "J12", **more: Any) -> Finding:
    given = {
        "sheet": "生均",
        "label": "一年级 涉农 · 生均金额",
        "message": "不符",
        "expected": "1",
        "actual": "2",
        **more,
    }
    return Finding(PACK.rules[code], cell=cell, **given)


def report(*findings: Finding) -> Report:
    return Report("表.xlsx", "0", "fujian-2024", "市属", "2024春", (), list(findings))


def test_the_same_finding_is_still_there() -> None:
    result = compare(report(finding()), report(finding()))
    assert result.counts == {STILL: 1, NEW: 0, GONE: 0}


def test_new_and_gone() -> None:
    old, new = finding("F402"), finding("F301", "K3")
    result = compare(report(old), report(new))
    assert (result.new, result.gone, result.still) == ([new], [old], [])
    assert result.counts == {STILL: 0, NEW: 1, GONE: 1}


def test_a_figure_changed_and_still_wrong() -> None:
    old, new = finding(actual="2"), finding(actual="3")
    assert compare(report(old), report(new)).still == [(old, new)]


def test_rows_were_inserted() -> None:
    old = finding("L102", "D12", label="第12行 · 身份证号", actual="350***********1234")
    new = finding("L102", "D15", label="第15行 · 身份证号", actual="350***********1234")
    assert compare(report(old), report(new)).still == [(old, new)]


def test_a_renamed_sheet_and_another_figure_at_the_same_cell() -> None:
    old, new = finding(sheet="生均"), finding(sheet="生均（改）")
    assert compare(report(old), report(new)).still == [(old, new)]
    old = finding(label="第12行 · 身份证号", actual="1")
    new = finding(label="第12行（转入）· 身份证号", actual="2")
    assert compare(report(old), report(new)).still == [(old, new)]


def test_the_surest_partner_is_taken_and_each_once() -> None:
    one, two = finding(cell="J12", label="甲"), finding(cell="J13", label="乙")
    moved = finding(cell="J13", label="甲")
    result = compare(report(one, two), report(moved))
    assert result.still == [(one, moved)] and result.gone == [two]
    twice = compare(report(one), report(one, finding(cell="J12", label="甲")))
    assert twice.counts == {STILL: 1, NEW: 1, GONE: 0}


def test_explained_findings_are_gone() -> None:
    old, new = report(finding()), report()
    new.explained.append(finding())
    assert compare(old, new).counts == {STILL: 0, NEW: 0, GONE: 1}


@given(st.lists(st.tuples(st.sampled_from(["F402", "F301", "L102"]), st.sampled_from("ABC")), max_size=6), st.data())
def test_nothing_is_lost_or_doubled(places: list[tuple[str, str]], data: st.DataObject) -> None:
    old = [finding(code, f"{column}1", label=column) for code, column in places]
    new = [finding(code, f"{column}1", label=column) for code, column in data.draw(st.permutations(places))]
    new = new[: data.draw(st.integers(0, len(new)))]
    result = compare(report(*old), report(*new))
    assert len(result.still) + len(result.new) == len(new)
    assert len(result.still) + len(result.gone) == len(old)
    assert result.new == []
