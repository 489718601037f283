"""Reports: counts that add up, an order, texts that are masked."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from jiesuan.pack import load_pack
from jiesuan.ref import Ref
from jiesuan.report import Answer, Finding, Related, Report, Unverified, amount, display, next_step, place

RULES = load_pack().rules
ID = "350781200602172567"


def finding(code: str, sheet: str = "甲", cell: str = "A1", **more: Any) -> Finding:
    return Finding(RULES[code], sheet, cell, more.pop("label", "标"), more.pop("message", "话"), **more)


def report(**more: Any) -> Report:
    selected = tuple(RULES[code] for code in ("F101", "F102", "L101", "L102", "V105", "X101", "X102"))
    return Report("校.xlsx", "", "fujian-2024", "市属", "2024春", selected, **more)


def test_every_selected_rule_has_one_outcome() -> None:
    made = report(
        findings=[finding("F101"), finding("F101", cell="B2"), finding("L102")],
        unchecked=[Unverified(RULES["F101"], "一"), Unverified(RULES["X101"], "二"), Unverified(RULES["X101"], "三")],
        explained=[finding("X101"), finding("X102"), finding("L102")],
    )
    # A rule found is found, whatever else it is; one unchecked in part is not explained.
    assert made.found_codes == {"F101", "L102"}
    assert made.unchecked_codes == {"X101"}
    assert made.explained_codes == {"X102"}
    assert made.counts == {"selected": 7, "passed": 3, "found": 2, "explained": 1, "unchecked": 1}
    assert made.levels == {"错误": 2, "核实": 1, "提示": 0}


def test_clean_means_nothing_left_to_do() -> None:
    assert report().clean
    assert report(findings=[finding("V105")]).clean  # 提示 alone
    assert report(explained=[finding("F101")]).clean
    assert not report(findings=[finding("F101")]).clean
    assert not report(findings=[finding("L102")]).clean
    assert not report(unchecked=[Unverified(RULES["F101"], "因")]).clean
    assert report().counts["passed"] == 7


def test_order_gravest_first_then_as_the_sheets_stand() -> None:
    items = [
        finding("V105", "甲", order=(1, 1)),
        finding("L102", "乙", order=(1, 1)),
        finding("F101", "乙", order=(2, 3)),
        finding("F102", "乙", order=(2, 3)),
        finding("F101", "甲", order=(9, 9)),
        finding("F101", "乙", order=(2, 1)),
        finding("F101", "丙", order=(1, 1)),
    ]
    ordered = sorted(items, key=lambda item: item.sort_key(["乙", "甲"]))
    assert [(item.code, item.sheet, item.order) for item in ordered] == [
        ("F101", "丙", (1, 1)),  # a sheet that is not in the workbook: what is missing comes first
        ("F101", "乙", (2, 1)),
        ("F101", "乙", (2, 3)),
        ("F102", "乙", (2, 3)),
        ("F101", "甲", (9, 9)),
        ("L102", "乙", (1, 1)),
        ("V105", "甲", (1, 1)),
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "元", "（空白）"),
        ("", "元", "（空白）"),
        (1000, "元", "1,000.00"),
        (0.105, "万元", "0.1050"),
        (1.23456, "万元", "1.23456"),
        (7, "人", "7"),
        (1234567.0, "人", "1,234,567"),
        (True, "人", "TRUE"),
        (False, "", "FALSE"),
        (float("nan"), "元", "nan"),
        (" 王静 ", "", "王静"),
        ("长" * 50, "", "长" * 39 + "…"),
        (ID, "", "350***********2567"),
        (int(ID), "元", "350***********2567"),
        (float(ID), "元", "350***********2540"),
        (13900000000, "人", "139****0000"),
        ("电话13900000000", "", "电话139****0000"),
        (-13900000000, "元", "139****0000"),
    ],
)
def test_display(value: Any, unit: str, text: str) -> None:
    assert display(value, unit) == text


def test_amount() -> None:
    assert amount(D("0.105"), "万元") == "0.1050 万元"
    assert amount(D("-210"), "元") == "-210.00 元"
    assert amount(D(5), "") == "5"
    assert amount(D(9_999_999_999), "元") == "9,999,999,999.00 元"
    assert amount(D(ID), "元") == "350***********2567"


def test_place() -> None:
    assert place(Ref("甲", 3, 2)) == ("甲", "B3", (3, 2))
    assert place(None) == ("", "", (0, 0))


def test_no_text_holds_a_full_number() -> None:
    item = finding(
        "L101",
        label=f"{ID}",
        message=f"与{ID}相同，电话 13900000000",
        expected=f"{ID}X",
        actual=ID,
        difference=ID,
        related=(Related("甲", "A1", ID, f"2023秋{ID}班"),),
    )
    texts = [item.label, item.message, item.expected, item.actual, item.difference]
    texts += [item.related[0].label, item.related[0].value, Unverified(item.rule, ID).why]
    assert not any(ID in text or "13900000000" in text for text in texts)
    assert item.message == "与350***********2567相同，电话 139****0000"
    assert item.level == "错误" and item.code == "L101"


def test_what_to_do_next() -> None:
    unchecked = [Unverified(RULES["X101"], "因")]
    assert next_step(report(blank=True, findings=[finding("F101")])).startswith("这套表还没有填数，谈不上对错")
    assert next_step(report(findings=[finding("F101")], unchecked=unchecked)) == "请先改正 1 处错误，再校验一次。"
    assert next_step(report(findings=[finding("F101"), finding("L102"), finding("L102", cell="B2")])) == (
        "请先改正 1 处错误，再校验一次。另有 2 处要核实。"
    )
    assert next_step(report(findings=[finding("L102")])) == "没有错误；有 1 处要核实：改正，或按“办法”写明原因。"
    # The reasons stand above in the terminal and below on the sheet, both times under this heading.
    assert next_step(report(unchecked=unchecked)) == "没有发现问题，但有规则未能校验，原因见“未能校验”一段。"
    assert next_step(report(explained=[finding("L102")])) == (
        "没有错误，1 处核实都已说明，可以打印盖章，连同“审核说明”一起报送。"
    )
    assert next_step(report(findings=[finding("V105")])) == next_step(report()) == "全部通过，可以打印盖章报送。"


def test_explanations_are_masked_and_the_lapsed_ones_listed() -> None:
    kept = Answer("F406", ID, "B33", "期末结余", f"见{ID}", "待复核", f"问{ID}", ID)
    lapsed = Answer("L102", "甲", "E8", "", "没有电话", "失效")
    made = report(explanations=[kept, lapsed])
    assert ID not in repr(made)
    assert made.stale == [lapsed]


@pytest.mark.parametrize(
    ("changed", "heading"),
    [
        ({"school": "某校"}, "市属 · 2024春 · 某校"),
        ({}, "市属 · 2024春 · （没有学校名称）"),
        ({"nameless": ""}, "市属 · 2024春"),
        ({"nameless": "", "school": "某校13912345678"}, "市属 · 2024春 · 某校139****5678"),
        ({"nameless": "（没有填报单位）"}, "市属 · 2024春 · （没有填报单位）"),
    ],
)
def test_heading(changed: dict[str, str], heading: str) -> None:
    assert report(**changed).heading == heading


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("", "{name}"),
        ("{name}", "{name}"),
        ("{name}：多写了一个 0", "{name}：多写了一个 0"),
        ("没有填，按 0 核对：{name}", "没有填，按 0 核对：{name}"),
        ("多写了一个 0", "{name}：多写了一个 0"),
    ],
)
def test_a_problem_names_its_rule_once(message: str, problem: str) -> None:
    name = RULES["F101"].name
    assert finding("F101", message=message.format(name=name)).problem == problem.format(name=name)
