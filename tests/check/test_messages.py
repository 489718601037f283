"""What a clerk reads, whole: for every rule one change in a consistent workbook and the complete findings of that rule.

`messages/*.toml`, one table per rule:

    base, change, delete, copy, hide_rows, heading   as in `cases/*.toml`
    codes      every finding of the workbook after the change, in the order of the report
    found      the rule's own findings: `place` = level, sheet, cell, label; `figures` = expected, actual, difference, unit;
               `related` = the other figures of the relation: sheet, cells, label, value.  What is empty is left out.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jiesuan.ref import covers
from jiesuan.report import Finding, Report
from jiesuan.rule import Rule

from .case import BASE, Case
from .schools import PACK

FOLDER = Path(__file__).parent / "messages"
DEEDS = {"change", "delete", "copy", "hide_rows", "heading"}


def load() -> dict[str, dict[str, Any]]:
    """The tables by rule code; unknown keys are errors."""
    tables: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert code not in tables and code[0] == path.stem[0], f"{path.name}：{code}"
            assert set(table) <= DEEDS | {"base", "codes", "found"}, f"{path.name}：{code} {sorted(table)}"
            for said in table["found"]:
                assert set(said) <= {"place", "message", "figures", "related"}, f"{path.name}：{code} {sorted(said)}"
            tables[code] = table
    return tables


TABLES = load()


@cache
def report(code: str) -> Report:
    """The report on the base workbook after the one change of a rule."""
    table = TABLES[code]
    deeds = {name: value for name, value in table.items() if name in DEEDS}
    return Case(code, "message", 0, table.get("base", BASE), deeds).report()


def told(item: Finding) -> dict[str, Any]:
    """A finding as the data files write it."""
    parts: dict[str, Any] = {
        "place": [item.level, item.sheet, item.cell, item.label],
        "message": item.message,
    }
    if any(figures := [item.expected, item.actual, item.difference, item.unit]):
        parts["figures"] = figures
    if item.related:
        parts["related"] = [[other.sheet, other.cell, other.label, other.value] for other in item.related]
    return parts


def texts(item: Finding) -> list[str]:
    own = [item.label, item.message, item.expected, item.actual, item.difference]
    return own + [text for other in item.related for text in (other.label, other.value)]


def test_every_rule_is_read_once() -> None:
    # What needs more than a school's workbook is read beside it (tests/batch, tests/bureau).
    assert sorted(TABLES) == sorted(code for code, rule in PACK.rules.items() if alone(rule))


@pytest.mark.parametrize("code", sorted(TABLES))
def test_the_whole_finding(code: str) -> None:
    assert [told(item) for item in report(code).findings if item.code == code] == TABLES[code]["found"]


@pytest.mark.parametrize("code", sorted(TABLES))
def test_nothing_else_is_found(code: str) -> None:
    assert [item.code for item in report(code).findings] == TABLES[code]["codes"]


def alone(rule: Rule) -> bool:
    """Whether the rule is about a school's workbook and nothing else."""
    return not rule.needs and rule.sets != ("设区市",)


LATIN = re.compile(r"[A-Za-z_]+")
CELL = re.compile(r"(?<![A-Za-z])[A-Z]{1,2}\d+(?!\d)")
WORDS = {"Excel", "DIV", "X", "C"}
"""The only Latin words and letters a message may need: the program's name, error values, an identity number's letters."""


@pytest.mark.parametrize("code", sorted(TABLES))
def test_a_clerk_can_read_it(code: str) -> None:
    """No English, no name only the program uses, no doubled or hanging punctuation, no full personal number."""
    for item in report(code).findings:
        for text in texts(item):
            assert set(LATIN.findall(CELL.sub("", text))) <= WORDS, text
            assert not re.search(r"[，。：；]{2}|^[，。：；·]|[，：；·]$|  ", text), text
            assert not re.search(r"\d{12}|(?<!\d)1[3-9]\d{9}(?!\d)", text.replace(",", "")), text
        assert not item.difference or item.difference[0] in "+-", item.difference
        assert item.message.count("（") == item.message.count("）"), item.message


@pytest.mark.parametrize("code", sorted(TABLES))
def test_no_cell_is_listed_twice(code: str) -> None:
    for item in report(code).findings:
        if item.code == code:
            others = [other.cell for other in item.others if other.sheet == item.sheet and other.cell]
            assert not any(covers(cells, item.cell) for cells in others), item


@pytest.mark.parametrize(
    "code", sorted(code for code, rule in PACK.rules.items() if rule.holds and rule.sets != ("设区市",))
)
def test_the_difference_is_what_stands_there_less_what_should(code: str) -> None:
    """The three numbers of a relation agree with each other and carry the same unit."""
    for item in report(code).findings:
        if item.code != code or not item.difference:
            continue
        numbers = [re.sub(r"^(不大于|不小于|大于|小于) ", "", text) for text in (item.expected, item.actual)]
        assert all(text.endswith(f" {item.unit}") for text in (*numbers, item.difference))
        expected, actual, difference = (
            float(text.split(" ")[0].replace(",", "")) for text in (*numbers, item.difference)
        )
        assert actual - expected == pytest.approx(difference, abs=1e-9)
