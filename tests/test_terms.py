"""What depends on the term: the rules that apply, months, grades with 助学金, standards; and one school's data carried from
2024春 into the later terms unchanged."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal as D
from functools import cache

import pytest

from jiesuan.bind import bind
from jiesuan.check import check_workbook
from jiesuan.report import Report
from jiesuan.template.layout import lay_out, to_book
from jiesuan.term import Term

from .check.schools import PACK, change, check, school

TERMS = ("2024春", "2024秋", "2025春", "2025秋", "2026春")
FIXED, TIERED = TERMS[:2], TERMS[2:]
ROLES = ("助学金", "精准明细", "免学费", "生均")

# ── which rules ──────────────────────────────────────────────────────────────────────────────────────────────────────

ALWAYS = """
D101 D102 D103 D104 D105 D106 D107 D201 D202
F102 F103 F201 F202 F203 F204 F301 F302 F303 F304 F305 F401 F402 F404 F405 F406 F407
L101 L102 L103 L104 L105 L106 L107 L108 L109 L110 L111 L112 L113 L114 L115 L116 L117 L118 L119
P101 P102 P103 P104 P105 P107 P203 P204 P206 P301 P302 P303 P304 P305 P306 P307 P401 P404
S101 S102 S103 S104 S105 S106 S107 S108 S109
V101 V102 V103 V104 V105 V106
X101 X102 X104 X201 X202 X203 X301 X302 X501 X502 X701
"""
OF_SET = {
    "省属": "X404 X405 X406 X602",
    "市属": "F403 P402 P403 X401 X402 X403 X503 X601 X603 X604 X605",
}
OF_TIME = {
    **dict.fromkeys(FIXED, "F101 P106 P201 P202 P205 X103"),  # 200 元 a month, two grades
    **dict.fromkeys(TIERED, "P108 P109 P110 P207 P208"),  # two or three tiers, three grades
}


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("set_name", OF_SET)
def test_the_rules_of_a_term(set_name: str, term: str) -> None:
    codes = [rule.code for rule in PACK.selected(set_name, Term.parse(term))]
    assert sorted(codes) == sorted(f"{ALWAYS} {OF_SET[set_name]} {OF_TIME[term]}".split())


@pytest.mark.parametrize(
    ("set_name", "term", "count"),
    [
        ("省属", "2024春", 99),
        ("省属", "2024秋", 99),
        ("省属", "2025春", 98),
        ("省属", "2025秋", 98),
        ("省属", "2026春", 98),
        ("市属", "2024春", 106),
        ("市属", "2024秋", 106),
        ("市属", "2025春", 105),
        ("市属", "2025秋", 105),
        ("市属", "2026春", 105),
    ],
)
def test_a_consistent_school_passes_all_of_them(set_name: str, term: str, count: int) -> None:
    base = school(f"{set_name}{term}")
    report = check(base, base.fresh())
    assert (report.set_name, report.term) == (set_name, term)
    assert report.counts == {"selected": count, "passed": count, "found": 0, "explained": 0, "unchecked": 0}


# ── what is printed ──────────────────────────────────────────────────────────────────────────────────────────────────

SPRING_MONTHS = ["3月", "4月", "5月", "6月", "7月"]
AUTUMN_MONTHS = ["9月", "10月", "11月", "12月", "1月"]


@pytest.mark.parametrize(
    ("term", "months", "title"),
    [
        ("2024春", SPRING_MONTHS, "2024年春季学期"),
        ("2024秋", AUTUMN_MONTHS, "2024年秋季学期"),
        ("2025春", SPRING_MONTHS, "2025年春季学期"),
        ("2025秋", AUTUMN_MONTHS, "2025年秋季学期"),
        ("2026春", SPRING_MONTHS, "2026年春季学期"),
    ],
)
def test_headings_and_titles(term: str, months: list[str], title: str) -> None:
    base = school(f"市属{term}")
    cells = {name: base.cell(name) for role in ("免学费", "生均") for name in _months(role)}
    for role in ("免学费", "生均"):
        found = [
            base.book.sheet(cells[name].sheet).value(cells[name].row, cells[name].column) for name in _months(role)
        ]
        assert found == months
    titles = []
    for role in ROLES:
        ref = base.cell(f"{role}/标题")
        titles.append(base.book.sheet(ref.sheet).value(ref.row, ref.column))
    assert titles == [
        f"市属技工院校{title}国家助学金结算表（本学期分年级统计）",
        f"市属技工院校{title}精准资助学生明细",
        f"市属技工院校{title}免学费精准资助情况统计表",
        f"技工院校{title}生均公用经费免学费情况表",
    ]


def _months(role: str) -> list[str]:
    return [f"{role}/列/第{number}月" for number in range(1, 6)]


@pytest.mark.parametrize("term", TERMS)
def test_columns_for_eligible_grades(term: str) -> None:
    two, three = ["一年级", "二年级"], ["一年级", "二年级", "三年级"]
    grades = two if term in FIXED else three
    laid = school(f"市属{term}").laid["助学金"]
    assert list(dict.fromkeys(key[1] for key, _ in laid.places if key[1] != "*")) == grades
    assert list(PACK.policy.values("助学金年级", Term.parse(term))) == grades
    total = "一、二年级合计" if term in FIXED else "一、二、三年级合计"
    assert [item.label for item in laid.form.total] == [total]


# ── standards ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("term", TERMS)
def test_grant_standards_in_force(term: str) -> None:
    names = ("助学金月标准", "助学金最低月标准", "助学金最高月标准", "助学金平均月标准")
    found = [PACK.policy.lookup(name, Term.parse(term), {}) for name in names]
    amounts = [item and item.amount for item in found]
    assert amounts == ([D(200), None, None, None] if term in FIXED else [None, D(120), D(350), D(230)])
    assert {item.unit for item in found if item} == {"元/人·月"}


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize(
    ("set_name", "fees", "funds"),
    [
        (
            "省属",
            {"涉农专业": 2400, "数控等高级工专业": 3800, "其他一般专业": 2600},
            {"化工": 4240, "轻工": 4770, "能源": 5300, "农林": 5830, "消防": 6360, "机电": 6890},
        ),
        (
            "市属",
            {"涉农专业": 2400, "数控等高级工专业": 3200, "其他一般专业": 2100},
            {"休闲保健": 4200, "轻纺食品": 5100, "涉农": 5600, "数控模具电气": 5600, "农林牧渔其他": 5600},
        ),
    ],
)
def test_fee_and_fund_standards_stay(set_name: str, fees: dict[str, int], funds: dict[str, int], term: str) -> None:
    def yearly(name: str, **keys: str) -> D | None:
        standard = PACK.policy.lookup(name, Term.parse(term), {"隶属": set_name, **keys})
        return standard.amount if standard else None

    assert {kind: yearly("免学费年标准", 专业类别=kind) for kind in fees} == fees
    assert {kind: yearly("生均年标准", 生均类别=kind) for kind in funds} == funds


# ── the same data in other terms ─────────────────────────────────────────────────────────────────────────────────────


@cache
def carried(term: str) -> Report:
    """The 2024春 data of a city school laid out as that term, not a figure changed."""
    when = Term.parse(term)
    filling = school("市属2024春").filling
    laid = [lay_out(PACK, form, when, filling) for form in PACK.set_forms("市属", when)]
    return check_workbook(bind(to_book(laid, "表.xlsx"), PACK))


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("2024春", {}),
        # One student's remark says 复学: he may be with those who entered later, so L118 does not ask of him.
        ("2024秋", {"D201": 1, "L117": 3, "L118": 4, "P206": 1, "P304": 10}),
        # From 2025春 no amount follows from 人次, so those of 助学金 are blank.
        ("2025春", {"D201": 1, "D202": 1, "L117": 3, "L118": 4, "P304": 10, "P108": 12, "P110": 1,
                    "X102": 2, "X104": 1, "X301": 2, "X302": 1, "X503": 1}),
        ("2025秋", {"D201": 1, "D202": 1, "L117": 4, "L118": 3, "P304": 10, "P108": 12, "P110": 1,
                    "X102": 2, "X104": 1, "X301": 2, "X302": 1, "X503": 1}),
        ("2026春", {"D201": 1, "D202": 1, "L117": 4, "L118": 3, "P304": 10, "P108": 12, "P110": 1,
                    "X102": 2, "X104": 1, "X301": 2, "X302": 1, "X503": 1}),
    ],
)  # fmt: skip
def test_last_terms_data_is_told_from_this_terms(term: str, found: dict[str, int]) -> None:
    report = carried(term)
    assert report.term == term and report.unchecked == []
    assert dict(Counter(item.code for item in report.findings)) == found


@pytest.mark.parametrize(
    ("term", "balance", "received"),
    [
        ("2024秋", ("E31", "2024年7月", "2024年1月"), None),
        ("2025春", ("E31", "2025年1月", "2024年1月"), ("E32", "2025年", "2024年5月10日")),
        ("2025秋", ("E31", "2025年7月", "2024年1月"), ("E32", "2025年", "2024年5月10日")),
        ("2026春", ("E31", "2026年1月", "2024年1月"), ("E32", "2026年", "2024年5月10日")),
    ],
)
def test_dates_of_the_balance(term: str, balance: tuple[str, str, str], received: tuple[str, str, str] | None) -> None:
    told = {
        item.code: (item.cell, item.expected, item.actual) for item in carried(term).findings if item.code[0] == "D"
    }
    assert told == {"D201": balance} | ({"D202": received} if received else {})


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("2024秋", "2021年秋季学期入学，到2024年秋季学期已超过三年级"),
        ("2025春", "2021年秋季学期入学，到2025年春季学期已超过三年级"),
        ("2025秋", "2021年秋季学期入学，到2025年秋季学期已超过三年级"),
        ("2026春", "2021年秋季学期入学，到2026年春季学期已超过三年级"),
    ],
)
def test_who_has_left_school(term: str, says: str) -> None:
    left = {item.cell: item.message for item in carried(term).findings if item.code == "L117"}
    assert {cell: left[cell] for cell in ("B8", "B11", "B12")} == dict.fromkeys(("B8", "B11", "B12"), says)
    # Those who entered in 2022秋 are in their third year in 2024秋 and 2025春, and gone a term later.
    assert ("B10" in left) == (term in ("2025秋", "2026春"))


@pytest.mark.parametrize(
    ("term", "says"),
    [
        ("2024秋", ["按入学年季推算是三年级，2024年秋季学期只有一年级、二年级享受助学金"]),
        ("2025春", []),
        ("2025秋", []),
        ("2026春", []),
    ],
)
def test_third_year_grants_begin_in_2025(term: str, says: list[str]) -> None:
    assert [item.message for item in carried(term).findings if item.code == "P206"] == says


# ── limits of one student ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("term", "amount", "says"),
    [
        ("2024春", 1000, []),
        ("2024春", 1200, [("P201", "不大于 1,000.00 元", "+200.00 元")]),
        ("2024秋", 1750, [("P201", "不大于 1,000.00 元", "+750.00 元")]),
        ("2025春", 1750, []),
        ("2025春", 1760, [("P207", "不大于 1,750.00 元", "+10.00 元")]),
        ("2025秋", 2000, [("P207", "不大于 1,750.00 元", "+250.00 元")]),
        ("2026春", 1750, []),
        ("2026春", 10000, [("P207", "不大于 1,750.00 元", "+8,250.00 元")]),
    ],
)
def test_the_most_one_student_gets(term: str, amount: int, says: list[tuple[str, str, str]]) -> None:
    base = school(f"市属{term}")
    book = base.fresh()
    change(base, book, {"精准明细/脱贫户/0/助学金金额": amount})
    found = [item for item in check(base, book).findings if item.code in ("P201", "P207")]
    assert [(item.code, item.expected, item.difference) for item in found] == says
