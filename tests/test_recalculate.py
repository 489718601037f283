"""Results for formulas that come without one."""

from __future__ import annotations

import operator
import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Book, ErrorValue, Sheet, Value, memory_book
from jiesuan.recalculate import recalculate, refers_to_itself, waits

OTHER: dict[str, Value] = {"A1": 100, "B2": 7, "C3": "=A1+B2"}
CELLS: dict[str, Value] = {
    "A1": 6, "A2": 7, "A3": 0.5, "A4": "文字", "A5": "12", "A6": None, "A7": True, "A8": ErrorValue("#REF!"), "A9": 0,
    "A10": -3, "A11": "", "B1": 1, "B2": 2, "B3": 3,
}  # fmt: skip


def result(formula: str) -> Value:
    """The result of a formula in Z1; '没有' where it stays without."""
    own: dict[str, Value] = {**CELLS, "Z1": f"={formula}"}
    book = memory_book("甲.xlsx", {"表": own, "2-3 表": OTHER, "张's": OTHER, "明细": OTHER})
    recalculate(book)
    sheet = book.sheet("表")
    if (1, 26) in sheet.uncached:
        assert sheet.value(1, 26) is None
        return "没有"
    assert sheet.formulas[1, 26] == formula
    return sheet.value(1, 26)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("1+2*3-4/2", 5),
        ("(1+2)*3", 9),
        ("10-2-3", 5),
        ("24/4/2", 3),
        ("-A1", -6),
        ("+A1", 6),
        ("--A1", 6),
        ("50%", 0.5),
        ("A1*50%", 3),
        ("0.1+0.2", 0.3),
        (".5+1.", 1.5),
        ("1e3+1.5E-1", 1000.15),
        (" A1 + A2 ", 13),
        ("$A$1*a2", 42),
        ("A1*A2/10000/10", 0.00042),
        ("A6+1", 1),
        ("A6", 0),
        ("A5+1", 13),
        ("A7+1", 2),
        ("A4", "文字"),
        ("A7", True),
        ("SUM(A1:A3)", 13.5),
        ("SUM(A3:A1)", 13.5),
        ("sum(A1,A2,5)", 18),
        ("SUM(A1:A7,B1:B3)", 19.5),
        ("SUM()", 0),
        ("SUM(A1+A2,1)", 14),
        ("SUM(A6)", 0),
        ("SUM(Y90:Z99)", 0),
        ("COUNT(A1:A7)", 3),
        ("COUNTA(A1:A7,B1:B9)", 9),
        ("COUNTIF(A1:A3,\">0\")", 3),
        ("COUNTIF(A9:A10,\">0\")", 0),
        ("ROUND(2.345,2)", 2.35),
        ("ROUND(-2.5,0)", -3),
        ("ROUND(1234,-2)", 1200),
        ("ROUND(A6,2)", 0),
        ("ABS(A10)", 3),
        ("ABS(A6)", 0),
        ("ABS(1-4)", 3),
        ("MIN(A1:A3,A10)", -3),
        ("MAX(A1:A3)", 7),
        ("MIN(A4)", 0),
        ("IF(A1>5,1,2)", 1),
        ("IF(A1>7,1,2)", 2),
        ("IF(A1>7,1)", False),
        ("IF(A1,\"有\",\"无\")", "有"),
        ("IF(A6,1,2)", 2),
        ("IF(A9=0,\"\",A1/A9)", ""),
        ("IF(A9<>0,SUM(A1/A9,(1)),3)", 3),
        ("IF(A1=6,IF(A2=7,1,2),A1/A9)", 1),
        ("IF(COUNT(B1:B3)=0,\"\",B3-B2)", 1),
        ("IF(A4=\"文字\",1,2)", 1),
        ("A6=\"\"", True),
        ("A9=\"\"", False),
        ("A11=A6", True),
        ("\"a\"=\"A\"", True),
        ("A4<>\"文\"", True),
        ("\"a\"\"b\"", 'a"b'),
        ("A1=6", True),
        ("A1<>6", False),
        ("A1<7", True),
        ("A1<=6", True),
        ("A1>=7", False),
        ("A1>A2", False),
        ("明细!A1+明细!$B$2", 107),
        ("'2-3 表'!A1", 100),
        ("'张''s'!B2", 7),
        ("SUM('2-3 表'!A1:B2)", 107),
        ("明细!C3*2", 214),
        ("'明细'!A1", 100),
        ("1/3", 1 / 3),
        ("10000000*100000000", 1e15),
    ],
)  # fmt: skip
def test_supported(formula: str, value: Value) -> None:
    found = result(formula)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("A1/A9", "#DIV/0!"),
        ("A1/A6", "#DIV/0!"),
        ("A8", "#REF!"),
        ("A8+1", "#REF!"),
        ("SUM(A1:A8)", "#REF!"),
        ("MAX(A8)", "#REF!"),
        ('COUNTIF(A1:A10,">0")', "#REF!"),
        ("IF(A8=1,2,3)", "#REF!"),
        ("A4+1", "#VALUE!"),
        ("A11+1", "#VALUE!"),
        ("ABS(A4)", "#VALUE!"),
        ("1e200*1e200", "#NUM!"),
        ("1e999999*1e999999", "#NUM!"),
        ("1E308*10", "#NUM!"),
        ("ROUND(1,999999)", "#NUM!"),
    ],
)
def test_errors_are_results(formula: str, error: str) -> None:
    found = result(formula)
    assert (found, type(found)) == (error, ErrorValue)


@pytest.mark.parametrize(
    "formula",
    [
        "",
        " ",
        "A1+",
        "(A1",
        "A1)",
        "SUM(A1",
        "SUM(A1;A2)",
        "1 2",
        "A1&A2",
        "2^3",
        "A1:A3",
        "A1:A3+1",
        "VLOOKUP(A1,A1:B3,2,0)",
        "SUMIF(A1:A3,\">0\")",
        "COUNTIF(A1:A3,\"<0\")",
        "COUNTIF(A1:A3)",
        "ROUND(1)",
        "ROUND(A1:A2,1)",
        "ABS()",
        "ABS(1,2)",
        "IF(A1)",
        "IF(A1>0,1,2,3)",
        "IF(0,1",
        "没有的表!A1",
        "[1]表!A1",
        "#REF!+1",
        "{1,2}",
        "A4<\"文\"",
        "名称*2",
        "TODAY()",
        "LOG10(1)",
        "*1",
        "Z1+1",
        "1+" * 2500 + "1",
        "(" * 3000 + "1" + ")" * 900,
        "(" * 1500 + "1" + ")" * 1500,
    ],
)  # fmt: skip
def test_unsupported_stays_without_a_result(formula: str) -> None:
    assert result(formula) == "没有"


def test_nothing_to_do() -> None:
    book = memory_book("甲.xlsx", {"表": {"A1": 1}})
    book.sheets[0].put(1, 2, 99, "A1*2")
    recalculate(book)
    assert book.sheets[0].value(1, 2) == 99


def test_results_of_the_file_are_used_and_kept() -> None:
    book = memory_book("甲.xlsx", {"表": {"A1": 1, "C1": "=B1+1"}})
    book.sheets[0].put(1, 2, 99, "A1*2")
    recalculate(book)
    assert book.sheets[0].values == [[1, 99, 100]]
    assert book.sheets[0].uncached == set()


def test_formulas_are_settled_whatever_their_order() -> None:
    book = memory_book("甲.xlsx", {"表": {"A1": "=B1+C1", "B1": "=C1*2", "C1": "=D1+1", "D1": 4, "A2": "=SUM(A1:D1)"}})
    recalculate(book)
    assert book.sheets[0].values == [[15, 10, 5, 4], [34]]


@pytest.mark.parametrize("step", [1, -1])
def test_chains_may_be_long(step: int) -> None:
    sheet = Sheet("表")
    ends = (1, 3000)[::step]
    sheet.put(ends[0], 1, 1)
    for row in range(2, 3001) if step == 1 else range(1, 3000):
        sheet.put(row, 1, None, f"A{row - step}+1")
        sheet.uncached.add((row, 1))
    recalculate(Book("甲.xlsx", [sheet]))
    assert sheet.value(ends[1], 1) == 3000
    assert not sheet.uncached


def test_circles_stay_without_a_result_and_nothing_else_does() -> None:
    cells = {
        "A1": "=B1+1",
        "B1": "=C1+1",
        "C1": "=A1+1",
        "D1": "=A1*2",
        "E1": "=2*3",
        "F1": "=IF(E1=6,1,F1)",
        "G1": "=IF(1,1,A1)",
    }
    book = memory_book("甲.xlsx", {"表": cells, "乙": {"A1": "=表!E1+乙!B1", "B1": 1}})
    recalculate(book)
    assert book.sheets[0].values == [[None, None, None, None, 6, 1, 1]]
    assert book.sheets[0].uncached == {(1, 1), (1, 2), (1, 3), (1, 4)}
    assert book.sheets[1].values == [[7, 1]]


def test_what_needs_something_unsupported_has_no_result_either() -> None:
    book = memory_book("甲.xlsx", {"表": {"A1": "=NOW()", "B1": "=A1+1", "C1": "=SUM(A1:B1)", "D1": "=1"}})
    recalculate(book)
    assert book.sheets[0].uncached == {(1, 1), (1, 2), (1, 3)}
    assert book.sheets[0].value(1, 4) == 1


def test_a_formula_whose_text_is_unknown() -> None:
    sheet = Sheet("表", [[None]], {(1, 1): ""}, {(1, 1)})
    nothing = Sheet("乙", [[None]], {}, {(1, 1)})
    recalculate(Book("甲.xlsx", [sheet, nothing]))
    assert (sheet.uncached, nothing.uncached) == ({(1, 1)}, {(1, 1)})


def test_a_hostile_book_takes_no_long_time() -> None:
    sheet = Sheet("表", [[1] * 200 for _ in range(2000)])
    for row in range(1, 2001):
        sheet.put(row, 201, None, "SUM(A1:GR2000)+SUM(A1:XFD1048576)")
        sheet.uncached.add((row, 201))
    start = time.process_time()
    recalculate(Book("甲.xlsx", [sheet]))
    assert time.process_time() - start < 10
    assert sheet.uncached


@pytest.mark.parametrize(
    ("formula", "itself"),
    [
        ("SUM(A1:A9)", True),
        ("SUM(A9:A1)", True),
        ("SUM($A$1:$B$9)", True),
        ("A5", True),
        ("$A$5*2", True),
        ("a5", True),
        ("SUM(A1:A4)", False),
        ("A55+AA5", False),
        ("表2!A5", False),
        ("表2!$A$5", False),
        ("表2!A1:A9", False),
        ("表2!$A$1:$A$9", False),
        ("'2-3'!A5", False),
        ("LOGA5(1)", False),
        ("B5:C5", False),
        ("", False),
    ],
)
def test_a_formula_that_counts_itself(formula: str, itself: bool) -> None:
    assert refers_to_itself(formula, (5, 1)) is itself


EXACT = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
numbers = st.integers(-99, 99) | st.decimals(-9, 9, places=3, allow_nan=False)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("+-*/"), numbers), min_size=1, max_size=6), st.booleans())
def test_the_same_as_exact_arithmetic(steps: list[tuple[str, Decimal | int]], brackets: bool) -> None:
    formula, wanted = "0", Decimal(0)
    book = memory_book("甲.xlsx", {"表": {"A1": 0}})
    sheet = book.sheets[0]
    for column, (sign, number) in enumerate(steps, 1):
        sheet.put(2, column, int(number) if number == int(number) else float(number))
        address = chr(64 + column) + "2"
        if sign == "/" and not number:
            sign = "+"
        formula = f"({formula}){sign}{address}" if brackets else f"(({formula}){sign}({address}))"
        value = Decimal(number)
        wanted = EXACT[sign](wanted, value)
    sheet.put(1, 9, None, formula)
    sheet.uncached.add((1, 9))
    recalculate(book)
    assert sheet.value(1, 9) == pytest.approx(float(wanted), rel=1e-12, abs=1e-12)
    if wanted == wanted.to_integral_value():
        assert sheet.value(1, 9) == int(wanted)


def test_what_waits_for_another_cell_without_a_result() -> None:
    cells: dict[str, Value] = {
        "A1": "=VLOOKUP(1,X1:Y9,2)",  # cannot be had, and names nothing that is missing
        "A2": "=A1*2",
        "A3": "=SUM(A1:B400)",
        "A4": "=SUM(A4:A4)",  # only itself
        "A5": "=SUM(C1:D900)",
        "A6": "='别的表'!A1",
        "B1": 3,
    }
    sheet = memory_book("甲.xlsx", {"表": cells}).sheet("表")
    assert {cell for cell in sheet.formulas if waits(sheet, cell)} == {(2, 1), (3, 1)}
    sheet.uncached.discard((1, 1))
    assert not waits(sheet, (2, 1)) and waits(sheet, (3, 1))
    assert not waits(sheet, (1, 2))
