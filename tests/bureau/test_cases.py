"""Rules of a bureau's workbook and between terms: clean, failing and not-checkable cases, told apart to the cell."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from jiesuan.book import Value
from jiesuan.report import Report
from jiesuan.term import Term
from tests.bureau.making import AUTUMN, FIRST, PACK, SET, SPRING, change, check, city, found, received
from tests.bureau.pairs import bureau_report, school, school_report
from tests.check import schools

FOLDER = Path(__file__).parent / "cases"
TABLES: dict[str, dict[str, Any]] = {
    code: table
    for path in sorted(FOLDER.glob("*.toml"))
    for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
_KEYS = {"change", "now", "then", "term", "finds", "says", "why"}


def of(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code, table in TABLES.items()
        for number, case in enumerate(table.get(kind, []), 1)
    ]


def outcome(code: str, case: dict[str, Any]) -> tuple[Report, list[str]]:
    """The report on a changed workbook, and its findings by name."""
    assert set(case) <= _KEYS
    if code.startswith("T"):
        term = Term.parse(case["term"])
        run = bureau_report if code >= "T5" else school_report
        report = run(term, case.get("now", {}), case.get("then", {}))
        return report, found(city(term), report) if code >= "T5" else schools.found(school(term), report)
    base = city(SPRING)
    book = base.fresh()
    change(base, book, case["change"])
    report = check(base, book, schools=received(SPRING))
    return report, found(base, report)


def test_every_rule_has_its_cases() -> None:
    own = [rule.code for rule in PACK.rules.values() if rule.sets == (SET,) or rule.needs == "上期"]
    assert sorted(TABLES) == sorted(own)
    for code, table in TABLES.items():
        assert table.get("failing"), code
        assert table.get("unchecked") or (table.get("not_checkable") == "never" and table["reason"]), code


@pytest.mark.parametrize("term", [SPRING, AUTUMN], ids=str)
def test_a_consistent_bureau_is_clean(term: Term) -> None:
    last = city(SPRING).workbook() if term == AUTUMN else None
    report = check(city(term), city(term).fresh(), schools=received(term), previous=last)
    assert found(city(term), report) == [] and report.unchecked == [] and report.clean
    needs = ["", "学校表", *(["上期"] if last else [])]
    assert {rule.code for rule in report.selected} == {r.code for n in needs for r in PACK.selected(SET, term, n)}
    assert report.counts["selected"] == report.counts["passed"] == len(report.selected)


def test_a_school_of_two_consistent_terms_is_clean() -> None:
    report = school_report(AUTUMN, {}, {})
    assert report.findings == [] and report.unchecked == [] and report.clean
    assert {"T101", "T110"} <= {rule.code for rule in report.selected}


@pytest.mark.parametrize(("code", "case"), of("failing"))
def test_failing(code: str, case: dict[str, Any]) -> None:
    report, names = outcome(code, case)
    assert names == sorted(case["finds"])
    own = [item for item in report.findings if item.code == code]
    assert own[0].message == case["says"]
    for item in own:
        assert (
            item.sheet and item.label and "None" not in f"{item.expected}{item.actual}{item.difference}{item.message}"
        )
    assert report.selected == tuple(sorted(report.selected, key=lambda rule: rule.code))
    assert sum(report.counts[name] for name in ("passed", "found", "explained", "unchecked")) == len(report.selected)


@pytest.mark.parametrize(("code", "case"), of("unchecked"))
def test_unchecked(code: str, case: dict[str, Any]) -> None:
    report, _ = outcome(code, case)
    assert code in report.unchecked_codes
    assert case["why"] in {item.why for item in report.unchecked if item.rule.code == code}


def test_a_remark_answers() -> None:
    """备注 on the line answers what the form itself asks to be remarked."""
    first = {"申报人数/泉州示范技工学校/第1月": 50}
    for remark, expected in (("", ["B235 申报人数/泉州示范技工学校/第1月"]), ("10名学生未通过审批", [])):
        base = city(SPRING)
        book = base.fresh()
        change(base, book, {**first, "申报人数/泉州示范技工学校/备注": remark or "（空）"})
        assert found(base, check(base, book, schools=received(SPRING))) == expected


@pytest.mark.parametrize("share", ["8:2", dt.time(8, 2)], ids=["text", "time"])
@pytest.mark.parametrize("computed", [False, True])
def test_a_share_written_as_a_ratio_is_told_once(share: Value, computed: bool) -> None:
    """Excel and LibreOffice take 8:2 for a time and split by that: what they make of it is not told as if it were meant."""
    base, line = city(SPRING), f"汇总资金/{FIRST}"
    changes: dict[str, Value] = {f"{line}/省级比例": share}
    if computed:  # what a program made of it
        changes[f"{line}/学校省级"] = 50
    book = base.fresh()
    change(base, book, changes)
    report = check(base, book, schools=received(SPRING))
    assert found(base, report) == [f"V101 {line}/省级比例"]
    why = "助学金汇总2资金!B11 " + ("不是数" if share == "8:2" else "是日期")
    said = {(item.rule.code, item.why) for item in report.unchecked}
    assert {("B207", why), ("B208", f"{why}，合计算不全"), ("B209", why)} <= said
    if share == "8:2":
        assert ("B203", f"{why}，含有它的合计算不出") in said


def test_last_term_of_another_unit_or_term_is_told() -> None:
    whys = {
        item.why
        for report in (
            school_report(AUTUMN, {}, {"生均/学校名称": "别的学校", "助学金/学校名称": "别的学校"}),
            check(city(SPRING), city(SPRING).fresh(), previous=city(AUTUMN).workbook()),
        )
        for item in report.unchecked
    }
    assert whys == {
        "上期的表是“别的学校”的，本期是“泉州示范技工学校”的",
        "上期的表应是2023年秋季学期的，给的是2024年秋季学期的",
    }


def test_schools_of_another_term_are_told() -> None:
    report = check(city(AUTUMN), city(AUTUMN).fresh(), schools=received(SPRING))
    assert {item.why for item in report.unchecked} == {"学校的表是2024年春季学期的，这张汇总表是2024年秋季学期的"}
    assert report.unchecked_codes == {"B231", "B232", "B233", "B234", "B235", "B236"}
