"""Dated figures and rules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiesuan.formula import parse_expression
from jiesuan.pack import load_pack
from jiesuan.policy import Choice, Eligible, Policy, PublicField, Standard, in_force, period_faults
from jiesuan.rule import Rule
from jiesuan.term import Term

PACK = load_pack()
SPRING, AUTUMN, LATER = Term(2024, 0), Term(2024, 1), Term(2025, 0)


def standard(value: str, since: str = "2020春", until: str = "", **keys: str) -> Standard:
    return Standard(name="标准", value=value, unit="元", keys=keys, since=since, until=until, basis="某文")


POLICY = Policy(
    standard=(
        standard("1", until="2024春"),
        standard("2", since="2024秋"),
        standard("3", 隶属="省属"),
        standard("4", 隶属="省属", 专业="涉农"),
        standard("5", 专业="数控", since="2025春"),
    ),
    choice=(Choice(name="年级", values=("一", "二"), since="2020春", until="2024秋", basis="某文"),),
)


@pytest.mark.parametrize(
    ("term", "keys", "value"),
    [
        (SPRING, {}, "1"),
        (AUTUMN, {}, "2"),
        (Term(2019, 1), {}, None),
        (SPRING, {"隶属": "市属"}, "1"),
        (SPRING, {"隶属": "省属"}, "3"),
        (SPRING, {"隶属": "省属", "专业": "涉农"}, "4"),
        (SPRING, {"专业": "数控"}, "1"),
        (LATER, {"专业": "数控"}, "5"),
    ],
)
def test_the_figure_in_force_with_most_keys(term: Term, keys: dict[str, str], value: str | None) -> None:
    found = POLICY.lookup("标准", term, keys)
    assert (found.value if found else None) == value


def test_expressions_over_standards() -> None:
    assert POLICY.value(parse_expression("标准/10"), SPRING, {"隶属": "省属"}) == Decimal("0.3")
    assert POLICY.value(parse_expression("标准*没有"), SPRING, {}) is None
    assert POLICY.names() == frozenset({"标准"})


def test_dated_lists() -> None:
    assert POLICY.values("年级", AUTUMN) == ("一", "二")
    with pytest.raises(KeyError, match="年级"):
        POLICY.values("年级", LATER)
    with pytest.raises(KeyError, match="别的"):
        POLICY.values("别的", SPRING)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [("", "", True), ("2024春", "", True), ("", "2024春", True), ("2024秋", "", False), ("", "2023秋", False)],
)
def test_in_force(since: str, until: str, holds: bool) -> None:
    assert in_force(since, until, SPRING) is holds


def test_rules_are_selected_by_set_and_term() -> None:
    rule = Rule(
        code="X204", name="不符", level="错误", basis="某文", why="因为", help="改", sets=("省属",), since="2024秋"
    )
    assert [rule.applies(name, term) for name in ("省属", "市属") for term in (SPRING, AUTUMN)] == [
        False,
        True,
        False,
        False,
    ]
    assert rule.family == "X"


# ── the figures of the pack (what the forms of 2024 print) ──


def figures(form_id: str, field: str, axis: int) -> dict[str, Decimal]:
    form = PACK.form(form_id, SPRING)
    column = form.field(field)
    return {key[axis]: PACK.standard(form, column, key, SPRING) for key in form.detail_keys()}


def test_rates_of_the_printed_forms() -> None:
    D = Decimal
    kinds = ("涉农专业", "数控等高级工专业", "其他一般专业")
    assert figures("1-3", "月标准", 1) == dict(zip(kinds, (D("0.024"), D("0.038"), D("0.026")), strict=True))
    assert figures("2-3", "月标准", 1) == dict(zip(kinds, (D("0.024"), D("0.032"), D("0.021")), strict=True))
    assert list(figures("1-4", "生均标准", 1).values()) == [4240, 4770, 5300, 5830, 6360, 6890]
    assert list(figures("2-4", "生均标准", 1).values()) == [4200, 5100, 5600, 5600, 5600]
    assert list(figures("2-4", "免学费标准", 1).values()) == [2100, 2100, 2400, 3200, 2100]


def test_grants_change_in_2025() -> None:
    grant = [PACK.policy.lookup("助学金月标准", term, {}) for term in (SPRING, AUTUMN, LATER)]
    assert [item.amount if item else None for item in grant] == [200, 200, None]
    assert [PACK.policy.values("助学金年级", term) for term in (AUTUMN, LATER)] == [
        ("一年级", "二年级"),
        ("一年级", "二年级", "三年级"),
    ]
    limits = [PACK.policy.lookup(f"助学金{kind}月标准", LATER, {}) for kind in ("最低", "平均", "最高")]
    assert [item.amount if item else None for item in limits] == [120, 230, 350]


# ── holes and overlaps ──


@pytest.mark.parametrize(
    ("entries", "faults"),
    [
        ([("2020春", "2024秋"), ("2025春", "")], []),
        ([("2025春", ""), ("2020春", "2024秋")], []),
        ([("2020春", ""), ("2025春", "")], ["standard“标准”的期限重叠：since = 2020春 的一条没有写 until，另一条从 2025春 起"]),
        (
            [("2020春", "2025春"), ("2025春", "")],
            ["standard“标准”的期限重叠：since = 2020春 的一条到 2025春，另一条从 2025春 起"],
        ),
        ([("2020春", "2024春"), ("2025春", "")], ["standard“标准”的期限有空档：前一条 until = 2024春，后一条 since = 2025春"]),
        ([("2024秋", "2024春")], ["standard“标准”：until（2024春）早于 since（2024秋）"]),
        ([("", "2024春"), ("", "")], ["standard“标准”的期限重叠：since = （空） 的一条到 2024春，另一条从 （空） 起"]),
    ],
)  # fmt: skip
def test_dates_without_hole_or_overlap(entries: list[tuple[str, str]], faults: list[str]) -> None:
    policy = Policy(standard=tuple(standard("1", since, until) for since, until in entries))
    assert list(period_faults(policy)) == faults


def test_entries_with_other_keys_stand_beside_each_other() -> None:
    assert list(period_faults(POLICY)) == []
    two = (standard("1", 隶属="省属", 专业="涉农"), standard("2", 专业="涉农", 隶属="省属"))
    assert list(period_faults(Policy(standard=two))) == [
        "standard“标准（省属、涉农）”的期限重叠：since = 2020春 的一条没有写 until，另一条从 2020春 起"
    ]


def test_every_table_is_looked_at() -> None:
    since, basis = "2020春", "某文"
    policy = Policy(
        choice=(Choice(name="年级", values=("一",), since=since, basis=basis),) * 2,
        eligible=(Eligible(project="助学金", name="涉农", outcome="应", when={}, since=since, basis=basis),) * 2,
        public=(PublicField(name="姓名", allowed=True, since=since, basis=basis),) * 2,
    )
    assert [fault.split("的期限")[0] for fault in period_faults(policy)] == [
        "choice“年级”",
        "eligible“助学金：涉农”",
        "public“姓名”",
    ]
