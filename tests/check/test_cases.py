"""Every rule: a clean, a failing and a not-checkable case (`cases/*.toml`), told apart to the cell."""

from __future__ import annotations

import pytest

from jiesuan.expression import parse
from jiesuan.report import Finding

from .case import Case, load_cases
from .schools import PACK, found

TABLES, CASES = load_cases()


def of(kind: str) -> list[Case]:
    return [case for case in CASES if case.kind == kind]


def test_every_rule_has_all_three_kinds() -> None:
    assert sorted(TABLES) == sorted(
        code for code, rule in PACK.rules.items() if not rule.needs and rule.sets != ("设区市",)
    )
    for code, table in TABLES.items():
        assert table.get("failing"), f"{code} 没有不通过的例子"
        if table.get("not_checkable") == "never":
            assert table.get("reason") and not table.get("unchecked"), code
        else:
            assert table.get("unchecked"), f"{code} 没有无法核对的例子"


@pytest.mark.parametrize("case", of("clean"), ids=str)
def test_clean(case: Case) -> None:
    report = case.report()
    assert case.code in {rule.code for rule in report.selected}
    assert [item.message for item in report.findings if item.code == case.code] == []
    assert [item.why for item in report.unchecked if item.rule.code == case.code] == []
    if case.number == 0:
        assert found(case.school, report) == [] and report.clean


@pytest.mark.parametrize("case", of("failing"), ids=str)
def test_failing(case: Case) -> None:
    report = case.report()
    assert found(case.school, report) == sorted(case.finds)
    assert case.code in report.found_codes
    own = [item for item in report.findings if item.code == case.code]
    for item, said in zip(own, case.expect, strict=False):
        for key, text in said.items():
            assert told(case, item, key) == text
    for item in report.findings:
        sound(item)
    rule = PACK.rules[case.code]
    if rule.holds:  # a relation tells what should be, what is, and where the other figures stand, if there are any
        several = len(parse(rule.code, rule.holds, rule.when).operands) > 1
        assert all(item.expected and item.actual and bool(item.related) >= several for item in own)


def told(case: Case, item: Finding, key: str) -> object:
    """One part of a finding, as `expect` writes it."""
    if key == "related":
        return [f"{case.school.name(other.sheet, other.cell)} {other.value}" for other in item.related]
    return item.message if key == "says" else getattr(item, key)


def sound(item: Finding) -> None:
    """What every message has: words for the place, Chinese, and no name that only rules use."""
    assert item.message and item.label and item.sheet
    texts = [item.label, item.message, item.expected, item.actual, item.difference]
    texts += [text for other in item.related for text in (other.label, other.value, other.cell)]
    for name in ("None", "nan", "{", "}", "助学金月标准", "第1月", "第5月", "Decimal", "E+"):
        assert not any(name in text for text in texts), texts


@pytest.mark.parametrize("case", of("unchecked"), ids=str)
def test_unchecked(case: Case) -> None:
    report = case.report()
    assert case.reason() in {item.why for item in report.unchecked if item.rule.code == case.code}
    assert case.code in report.unchecked_codes
    assert not report.clean
    counts = report.counts
    assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
