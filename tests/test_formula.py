"""Column formulas as the forms print them: parsed, evaluated exactly, and written for Excel."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.formula import Formula, FormulaError, parse_expression, parse_formula

COLUMNS = {number: f"第{number}列" for number in range(1, 13)}
ONES = dict.fromkeys(COLUMNS.values(), Decimal(1))


def test_numbers_are_columns_except_behind_a_division() -> None:
    formula = parse_formula("8=6*7/10000/10", COLUMNS)
    assert (formula.target, formula.names) == ("第8列", ("第6列", "第7列"))
    assert formula.evaluate({"第6列": Decimal(98), "第7列": Decimal(4240)}) == Decimal("4.1552")
    assert parse_formula("10=6*9/10000/10", COLUMNS).evaluate(
        {"第6列": Decimal(98), "第9列": Decimal(2400)}
    ) == Decimal("2.352")


def test_numbers_that_are_no_column_are_themselves() -> None:
    assert parse_formula("12=4*100", COLUMNS).evaluate({"第4列": Decimal("0.021")}) == Decimal("2.1")
    assert parse_formula("12=0.5*4", {12: "甲", 4: "乙"}).evaluate({"乙": Decimal(3)}) == Decimal("1.5")


def test_names_and_order_of_appearance() -> None:
    formula = parse_formula("金额=人次*助学金月标准/10000-(人次-人数)", {})
    assert formula.names == ("人次", "助学金月标准", "人数")
    assert formula.evaluate({"人次": Decimal(98), "助学金月标准": Decimal(200), "人数": Decimal(98)}) == Decimal("1.96")
    with pytest.raises(KeyError, match="人数"):
        formula.evaluate({"人次": Decimal(1), "助学金月标准": Decimal(1)})


def test_expressions_without_a_target() -> None:
    formula = parse_expression("免学费年标准/10/10000")
    assert (formula.target, formula.names) == ("", ("免学费年标准",))
    assert formula.evaluate({"免学费年标准": Decimal(3800)}) == Decimal("0.038")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6", "公式“6”里没有等号"),
        ("13=1+2", "公式“13=1+2”里没有第13列"),
        ("6=", "公式“6=”写得不对"),
        ("6=1+", "公式“6=1+”写得不对"),
        ("6=1\0", "公式“6=1\0”写得不对"),
        ("6=(1", "公式“6=(1”写得不对"),
        ("6=1**2", "公式“6=1**2”里有不认识的写法"),
        ("6=-1", "公式“6=-1”里有不认识的写法"),
        ("6=sum(1)", "公式“6=sum(1)”里有不认识的写法"),
        ("6='a'", "公式“6='a'”里有不认识的写法"),
        ("6=True", "公式“6=True”里有不认识的写法"),
        ("6=1==2", "公式“6=1==2”里有不认识的写法"),
    ],
)
def test_what_cannot_be_read(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(text, COLUMNS)
    assert str(caught.value) == message


def excel(text: str, **cells: str) -> str:
    return parse_formula(f"和={text}", {}).excel(cells)


@pytest.mark.parametrize(
    ("text", "cells", "written"),
    [
        ("a+b", {"a": "A1", "b": "B1"}, "A1+B1"),
        ("a+b+c", {"a": "A1", "b": "B1", "c": "C1"}, "SUM(A1:C1)"),
        ("a+b+c", {"a": "A1", "b": "A2", "c": "A3"}, "SUM(A1:A3)"),
        ("a+b+c", {"a": "A1", "b": "B1", "c": "D1"}, "SUM(A1:B1,D1)"),
        ("a+b+c", {"a": "A1", "b": "C3", "c": "B2"}, "SUM(A1,C3,B2)"),
        ("a+b+c+d", {"a": "A1", "b": "B1", "c": "B2", "d": "B3"}, "SUM(A1:B1,B2:B3)"),
        ("a+b+1", {"a": "A1", "b": "B1"}, "A1+B1+1"),
        ("a*b/10000/10", {"a": "H8", "b": "I8"}, "H8*I8/10000/10"),
        ("a-(b-c)", {"a": "A1", "b": "B1", "c": "C1"}, "A1-(B1-C1)"),
        ("a-b-c", {"a": "A1", "b": "B1", "c": "C1"}, "A1-B1-C1"),
        ("(a+b)*c", {"a": "A1", "b": "B1", "c": "C1"}, "(A1+B1)*C1"),
        ("a/(b*c)", {"a": "A1", "b": "B1", "c": "C1"}, "A1/(B1*C1)"),
        ("a*(b/c)", {"a": "A1", "b": "B1", "c": "C1"}, "A1*(B1/C1)"),
        ("a", {"a": "$A$1"}, "$A$1"),
    ],
)
def test_written_for_excel(text: str, cells: dict[str, str], written: str) -> None:
    assert excel(text, **cells) == written


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=5, max_size=5))
def test_a_sum_is_exact(values: list[int]) -> None:
    formula = parse_formula("6=1+2+3+4+5", COLUMNS)
    assert isinstance(formula, Formula)
    given_values = {f"第{n}列": Decimal(v) / 10_000 for n, v in enumerate(values, 1)}
    assert formula.evaluate(given_values) == Decimal(sum(values)) / 10_000


def test_a_formula_reads_as_often_as_it_is_asked() -> None:
    formula = parse_formula("3=1+2+4", COLUMNS)
    assert [formula.evaluate(ONES) for _ in range(3)] == [Decimal(3)] * 3


@settings(max_examples=60)
@given(
    text=st.sampled_from(("6=1+2+3+4+5", "8=6*7/10000/10", "12=4*11", "差=甲-乙", "3=2*0.5+1", "3=7")),
    rows=st.lists(st.tuples(*[st.integers(-(10**6), 10**6)] * 3), max_size=6),
)
def test_many_records_at_once_are_each_record_alone(text: str, rows: list[tuple[int, int, int]]) -> None:
    formula = parse_formula(text, COLUMNS)
    records = [{name: Decimal(row[at % 3]).scaleb(-at) for at, name in enumerate(formula.names)} for row in rows]
    values = {name: [record[name] for record in records] for name in formula.names}
    assert formula.over(values, len(rows)) == [formula.evaluate(record) for record in records]
