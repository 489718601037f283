"""Fingerprints: any figure concerned counts, nothing else does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Book, ErrorValue, Sheet, Value
from jiesuan.explain import PENDING, Mark
from jiesuan.explain.prints import Prints
from jiesuan.explain.record import WHOLE, digest, place_of, problem_of, words_of
from jiesuan.marking.sheet import areas_of
from jiesuan.report import Finding, Related, Report

from ..marking.making import RULES
from .making import LIST, MEAN, book, bound, finding_of, judged, phones, report_of
from .test_judge import explained

REPORT: Report = report_of(book())
PRINTS = Prints(bound(book()))


def concerned(finding: Finding) -> list[tuple[str, int, int]]:
    """The cells of a finding and of what it was compared with."""
    places = [(finding.sheet, finding.cell), *((item.sheet, item.cell) for item in finding.related)]
    return [
        (sheet, row, column)
        for sheet, cells in dict.fromkeys(places)
        for top, left, bottom, right in areas_of(cells)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]


def numbers(of: Book) -> Iterator[tuple[str, int, int]]:
    """All cells that hold a number."""
    for sheet in of.sheets:
        for row, line in enumerate(sheet.values, 1):
            for column, value in enumerate(line, 1):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    yield sheet.name, row, column


BALANCE_FINDING = finding_of(REPORT, "F406")
OWN = [cell for cell in concerned(BALANCE_FINDING) if cell in set(numbers(book()))]
OTHERS = sorted(set(numbers(book())) - set(concerned(BALANCE_FINDING)))


def changed(cells: tuple[str, int, int], value: Value) -> Book:
    of = book()
    sheet, row, column = cells
    of.sheet(sheet).put(row, column, value)
    return of


def test_the_figures_concerned_are_many() -> None:
    assert len(OWN) > 20 and len(OTHERS) > 300


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(OWN), st.integers(1, 50))
def test_any_change_of_a_figure_concerned_lapses(cell: tuple[str, int, int], more: int) -> None:
    before = PRINTS.of(BALANCE_FINDING)
    value = book().sheet(cell[0]).value(cell[1], cell[2])
    assert isinstance(value, int | float)
    after = Prints(bound(changed(cell, value + more))).of(BALANCE_FINDING)
    assert after.subject == before.subject and after.figures != before.figures
    [record] = [item for item in judged(changed(cell, value + more), explained()).kept if item.code == "F406"]
    assert record.state != PENDING


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(OTHERS), st.integers(-50, 50))
def test_no_change_elsewhere_does(cell: tuple[str, int, int], more: int) -> None:
    value = book().sheet(cell[0]).value(cell[1], cell[2])
    assert isinstance(value, int | float)
    [record] = [item for item in judged(changed(cell, value + more), explained()).kept if item.code == "F406"]
    assert record.state == PENDING


@pytest.mark.parametrize("value", [7.0, "7", " 7.00 ", "７", 7.0000000001])
def test_formats_do_not_matter(value: Value) -> None:
    same = Prints(bound(changed((MEAN, 33, 2), value))).of(BALANCE_FINDING)
    assert same == PRINTS.of(BALANCE_FINDING)


@pytest.mark.parametrize("value", [7.01, None, "七", True, ErrorValue("#REF!"), dt.date(2024, 1, 1), dt.timedelta(1)])
def test_values_do(value: Value) -> None:
    other = Prints(bound(changed((MEAN, 33, 2), value))).of(BALANCE_FINDING)
    assert other.figures != PRINTS.of(BALANCE_FINDING).figures


def test_a_student_is_known_by_the_number_not_by_the_row() -> None:
    first, second = (finding_of(REPORT, "L102", cell) for cell in phones())
    prints = PRINTS
    assert prints.of(first) != prints.of(second)
    assert prints.of(first).figures == prints.of(second).figures
    row = int(phones()[0][1:])
    named = book()
    named.sheet(LIST).put(row, 4, None)
    assert Prints(bound(named)).subject(first) not in (prints.subject(first), prints.subject(second))
    elsewhere = Finding(first.rule, LIST, "E2", "第2行 · 联系电话", "", order=(2, 5))
    assert prints.subject(elsewhere) == prints.subject(
        Finding(first.rule, LIST, "E3", "第3行 · 联系电话", "", order=(3, 5))
    )


class TestWithoutFigures:
    def finding(self, message: str, cell: str = "", sheet: str = "没有的表") -> Finding:
        return Finding(RULES["核实"], sheet, cell, "", message)

    def test_the_message_counts(self) -> None:
        prints = PRINTS
        one, two = self.finding("第3行重复"), self.finding("第4行重复")
        assert prints.of(one) == prints.of(two)
        assert prints.of(one) != prints.of(self.finding("另一句"))

    def test_the_cell_counts_where_there_is_no_label(self) -> None:
        prints = PRINTS
        assert prints.subject(self.finding("", "A1")) != prints.subject(self.finding("", "A2"))

    def test_an_address_that_is_none(self) -> None:
        prints = PRINTS
        assert prints.figures(self.finding("", "整列", MEAN)) != prints.figures(self.finding("", "B33", MEAN))


def test_rows_that_hold_nothing_do_not_count() -> None:
    sheet = Sheet("表", [[1, None], [None], [2, 3], []])
    other = Sheet("表", [[1], [2, 3]])
    from jiesuan.explain.prints import _lines

    assert list(_lines(sheet, "A1:B4")) == list(_lines(other, "A1:B2")) == ["1", "2\t3"]
    assert list(_lines(sheet, "A1,x,A3:B3")) == ["1", "2\t3"]


def test_marks() -> None:
    mark = Mark("a", "b", "c")
    assert str(mark) == "1:a:b:c" and Mark.parse(" 1:a:b:c ") == mark
    assert (
        str(Mark()) == "" and Mark.parse("") == Mark.parse("2:a:b:c") == Mark.parse("1:a") == Mark.parse("x") == Mark()
    )
    assert words_of("  ") == "" and words_of("甲 乙") == words_of("甲\n乙") != words_of("甲乙")
    assert len(digest(["甲"])) == 16 and digest(["甲", "乙"]) != digest(["甲乙"])


def test_places_and_problems() -> None:
    whole = Finding(RULES["核实"], "", "", "", "")
    assert (place_of(whole), problem_of(whole)) == (WHOLE, "核实的样子")
    full = Finding(RULES["核实"], "表", "A1", "甲", "不等", "1", "2", "+1", related=(Related("表", "A2", "乙", "1"),))
    assert problem_of(full) == "核实的样子：不等\n甲\n实为 2，应为 1，相差 +1"
