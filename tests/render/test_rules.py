"""Rules and forms as pages: everything declared is shown, in Chinese, aligned."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from jiesuan.console import width
from jiesuan.pack import Pack
from jiesuan.policy import Policy
from jiesuan.render.rules import form_page, form_table, rule_page, rule_record, rule_table
from jiesuan.rule import FAMILIES, Rule

from ..making import AUTUMN, PACK, SPRING, TIERED


def text(lines: object) -> str:
    return "\n".join(line for line, _ in lines)  # type: ignore[attr-defined]


def made(**changes: object) -> Rule:
    base = {"code": "X900", "name": "甲与乙不符", "level": "核实", "basis": "文件", "why": "缘由", "help": "办法"}
    return Rule(**{**base, **changes})  # type: ignore[arg-type]


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_names_every_rule_once() -> None:
    page = text(rule_table(PACK))
    for rule in PACK.rules.values():
        (line,) = (line for line in page.splitlines() if f"  {rule.code}  " in line)
        assert rule.level in line and rule.name in line
    families = [line for line in page.splitlines() if re.match(r"[A-Z]  ", line)]
    assert families == [f"{key}  {FAMILIES[key]}" for key in dict.fromkeys(code[0] for code in PACK.rules)]
    assert f"共 {len(PACK.rules)} 条。" in page


def test_the_table_is_aligned_and_fits() -> None:
    lines = [line for line, _ in rule_table(PACK)]
    assert max(map(width, lines)) <= 100
    scope = re.compile(r"  (?:省属|市属|至20\d\d[春秋]|20\d\d[春秋]起)$")
    scopes = {width(line[: match.start() + 2]) for line in lines if (match := scope.search(line))}
    assert len(scopes) == 1


@pytest.mark.parametrize("code", PACK.rules)
def test_every_rule_has_a_page(code: str) -> None:
    rule = PACK.rules[code]
    page = text(rule_page(rule))
    for part in (rule.name, FAMILIES[rule.family], rule.basis, rule.why, rule.help):
        assert part in page
    assert ("\n  关系    " in page) == bool(rule.holds)
    assert page.startswith(f"{rule.level}[{code}] ")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "  适用    全部学校和学期"),
        ({"sets": ("省属",)}, "  适用    省属"),
        ({"sets": ("省属", "市属"), "since": "2025春"}, "  适用    省属、市属 2025春起"),
        ({"until": "2024秋"}, "  适用    至2024秋"),
        ({"holds": "甲.乙 * 10000 == 丙.丁"}, "  关系    甲.乙 × 10000 ＝ 丙.丁"),
        (
            {"holds": "甲 / 2 <= 乙 % 3", "each": ("年级", "月")},
            "  关系    甲 ÷ 2 ≤ 乙 除以（取余） 3    （逐年级、月）",
        ),
        ({"holds": "sum(甲) >= count(乙)"}, "  关系    合计(甲) ≥ 人数(乙)"),
        ({"excused": "免学费.备注"}, "  说明    在“免学费”的“备注”写明原因后不再提示"),
        (
            {"excused": "免学费.备注", "mentions": ("标准", "文件")},
            "  说明    在“免学费”的“备注”写明原因后不再提示（要写到这些词中的一个：标准、文件）",
        ),
    ],
)
def test_a_page_says_when_and_what(changes: dict[str, object], line: str) -> None:
    assert line in [text for text, _ in rule_page(made(**changes))]


def test_records_for_programs() -> None:
    for rule in PACK.rules.values():
        record = json.loads(json.dumps(rule_record(rule), ensure_ascii=False))
        assert set(record) == {
            "code", "name", "level", "family", "sets", "since", "until", "holds", "check", "basis", "why", "help",
        }  # fmt: skip
        assert record["code"] == rule.code and record["family"] == FAMILIES[rule.family]
        assert bool(record["holds"]) != bool(record["check"])


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_of_forms() -> None:
    page = text(form_table(PACK))
    for item in PACK.info.set:
        assert f"{item.name}（{item.attachment}）" in page
        assert all(f"  {form_id}  {PACK.forms[form_id].name}" in page for form_id in item.forms)
    for form in PACK.forms.values():
        assert not form.doubts or f"存疑 {len(form.doubts)} 处" in page


@pytest.mark.parametrize("term", [SPRING, AUTUMN, TIERED], ids=str)
@pytest.mark.parametrize("form_id", PACK.forms)
def test_a_form_page_shows_the_declaration(form_id: str, term: object) -> None:
    form = PACK.form(form_id, term)  # type: ignore[arg-type]
    page = text(form_page(PACK, form, term))  # type: ignore[arg-type]
    assert page.startswith(f"附件{form_id}  {form.title}")
    for column in form.fields:
        assert ("→".join(column.header) or column.name) in page and column.formula in page
    for axis in form.axis:
        assert axis.name in page
        for member in axis.members:
            assert member.closed or member.printed in page
    for total in form.total:
        assert re.sub(r"\{(\w+)\}", r"各\1", total.label) in page
    for number, doubt in enumerate(form.doubts, 1):
        assert f"  {number}. {doubt}" in page
    assert "{" not in page


def test_columns_are_aligned() -> None:
    lines = [line for line, _ in form_page(PACK, PACK.form("2-4", SPRING), SPRING)]
    head = next(line for line in lines if "列号" in line)
    for title, value in (("角色", "计算"), ("单位", "人次"), ("来源", "复原")):
        start = width(head[: head.index(title)])
        rows = [line for line in lines if re.match(r"  (6|10) ", line) and value in line]
        assert rows and all(width(line[: line.rindex(value)]) == start for line in rows)


@pytest.mark.parametrize(
    ("form_id", "figures"),
    [("1-3", ["2400", "3800", "2600"]), ("2-3", ["2400", "3200", "2100"]), ("1-4", ["4240", "6890"]), ("2-1", ["200"])],
)
def test_standards_in_force(form_id: str, figures: list[str]) -> None:
    page = text(form_page(PACK, PACK.form(form_id, SPRING), SPRING))
    assert "2024年春季学期的标准（可在 policy.toml 修改）：" in page
    shown = page.split("的标准（可在")[1].split("存疑")[0]
    assert all(re.search(rf"\s{figure} 元", shown) for figure in figures)


def test_a_pack_without_standards_shows_none() -> None:
    bare = Pack(PACK.info, PACK.forms, Policy(), PACK.rules)
    assert "policy.toml" not in text(form_page(bare, PACK.form("1-4", SPRING), SPRING))


def test_a_form_without_doubts_says_nothing_of_them() -> None:
    form = replace(PACK.form("1-4", SPRING), doubts=())
    assert "存疑之处" not in text(form_page(PACK, form, SPRING))
