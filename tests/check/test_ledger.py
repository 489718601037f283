"""The balance table and the words for a difference."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from jiesuan.bind import bind
from jiesuan.check.context import clue, monthly_standards, signed
from jiesuan.check.ledger import NOISE, Ledger, holds, noise
from jiesuan.report import Finding, Unverified

from .schools import PACK, school

RULE, OTHER = PACK.rules["F101"], PACK.rules["F102"]


def at(code: str, position: int) -> Finding:
    return Finding(PACK.rules[code], "甲", f"A{position + 1}", "", "")


def settle(*relations: tuple[str, D | bool, D | bool, D]) -> list[int]:
    """Positions of the relations that do not hold."""
    ledger = Ledger()
    for position, (operator, left, right, tolerance) in enumerate(relations):
        ledger.relate(RULE, operator, [left], [right], [tolerance], lambda _, p=position: at("F101", p))  # type: ignore[misc]
    return [int(item.cell[1:]) - 1 for item in ledger.settle()]


@pytest.mark.parametrize(
    ("operator", "good", "bad"),
    [
        ("==", [(2, 2)], [(2, 3), (3, 2)]),
        ("!=", [(2, 3), (3, 2)], [(2, 2)]),
        ("<=", [(2, 2), (1, 2)], [(3, 2)]),
        (">=", [(2, 2), (3, 2)], [(1, 2)]),
        ("<", [(1, 2)], [(2, 2), (3, 2)]),
        (">", [(3, 2)], [(2, 2), (1, 2)]),
    ],
)
def test_operators(operator: str, good: list[tuple[int, int]], bad: list[tuple[int, int]]) -> None:
    rows = [(operator, D(a), D(b), D(0)) for a, b in [*good, *bad]]
    assert settle(*rows) == list(range(len(good), len(rows)))
    assert [holds(*row) for row in rows] == [True] * len(good) + [False] * len(bad)


@pytest.mark.parametrize("tolerance", ["0", "0.000005", "0.005", "3"])
def test_the_edge_of_a_tolerance_belongs_to_it(tolerance: str) -> None:
    allowed, beyond = D(tolerance), D(tolerance) + D("0.000001")
    for sign in (1, -1):
        assert settle(("==", D(1) + sign * allowed, D(1), allowed)) == []
        assert settle(("==", D(1) + sign * beyond, D(1), allowed)) == [0]
    assert settle(("<=", D(1) + allowed, D(1), allowed), ("<=", D(1) + beyond, D(1), allowed)) == [1]
    assert settle((">=", D(1) - allowed, D(1), allowed), (">=", D(1) - beyond, D(1), allowed)) == [1]
    assert settle(("<", D(1) + allowed, D(1), allowed)) == [0] if not allowed else True


@pytest.mark.parametrize("absurd", ["1E+300", "99999999999999999999999999", "-1E+40", "1E+13"])
def test_absurd_numbers_are_compared_all_the_same(absurd: str) -> None:
    big = D(absurd)
    rows = [("==", big, D(1), D(0)), ("==", D(2), D(2), D(0)), ("==", big, big, D(0)), ("<=", abs(big), D(1), D(0))]
    assert settle(*rows) == [0, 3]
    assert settle(("<=", D(1), abs(big), D(0)), ("==", D(1), D(2), D("1E+300"))) == []


def test_statements_and_segments_keep_their_places() -> None:
    ledger = Ledger()
    ledger.demand(RULE, [True, False, True, False], lambda i: at("F101", i))
    ledger.demand(RULE, [], lambda i: at("F101", i))
    ledger.relate(OTHER, "==", [D(1), D(2)], [D(1), D(1)], [D(0), D(0)], lambda i: at("F102", i))
    ledger.demand(OTHER, [False], lambda i: None)  # explained where it stands
    ledger.direct.append(at("L101", 0))
    assert [(item.code, item.cell) for item in ledger.settle()] == [
        ("L101", "A1"), ("F101", "A2"), ("F101", "A4"), ("F102", "A2"),
    ]  # fmt: skip
    assert Ledger().settle() == []


def test_a_reason_is_kept_once() -> None:
    ledger = Ledger()
    for why in ("一", "二", "一"):
        ledger.cannot(RULE, why)
    assert ledger.unchecked == [Unverified(RULE, "一"), Unverified(RULE, "二")]


def test_noise_is_a_matter_of_money() -> None:
    assert noise("万元") == NOISE and noise("元") == D("0.05") and noise("人次") == noise("万元/人·月") == 0
    # less than the smallest difference that means anything: ten yuan
    assert noise("元") < 10


@pytest.mark.parametrize(
    ("actual", "expected", "unit", "said"),
    [
        ("1000", "0.1", "万元", "恰为应有数的10000倍，像是把元填成了万元"),
        ("0.1", "1000", "元", "恰为应有数的万分之一，像是把万元填成了元"),
        ("-5", "5", "人", "正负号相反"),
        ("50", "5", "人", "小数点或末尾的 0 错了位"),
        ("0.05", "5", "万元", "小数点或末尾的 0 错了位"),
        ("5000", "5", "人", "小数点或末尾的 0 错了位"),
        ("1.18", "1.20", "万元", "恰为一名学生一个月的标准（200 元）"),
        ("1260", "1050", "元", "恰为一名学生一个月的标准（210 元）"),
        ("2.085", "2.058", "万元", "数字相同而次序不同，像是两位颠倒"),
        ("54", "45", "人次", "数字相同而次序不同，像是两位颠倒"),
        ("7", "5", "人", ""),
        ("0", "5", "人", ""),
        ("5", "0", "人", ""),
        ("5", "5", "人", ""),
    ],
)
def test_clues(actual: str, expected: str, unit: str, said: str) -> None:
    assert clue(D(actual), D(expected), unit, (D(200), D(210))) == said


def test_clue_without_standards() -> None:
    assert clue(D(1250), D(1050), "元") == ""
    assert clue(D(1250), D(1050), "元", (D(0), D(200))).startswith("恰为一名学生")


def test_standards_of_the_set() -> None:
    own = {name: bind(school(f"{name}2024春").fresh(), PACK) for name in ("市属", "省属")}
    assert set(monthly_standards(own["市属"], "免学费", "补助金额")) == {D(240), D(320), D(210)}
    assert set(monthly_standards(own["省属"], "精准明细", "免学费金额")) == {D(240), D(380), D(260)}
    assert set(monthly_standards(own["省属"], "精准明细", "助学金金额")) == {D(200)}
    assert set(monthly_standards(own["省属"], "助学金", "金额")) == {D(200)}
    assert monthly_standards(own["省属"], "生均", "生均金额") == ()


def test_signs() -> None:
    assert signed(D("0.02"), "万元") == "+0.0200 万元"
    assert signed(D(-5), "人") == "-5 人"
    assert signed(D(0), "人") == ""
