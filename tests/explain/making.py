"""A school's workbook in which nothing is wrong and three places are to be 核实."""

from __future__ import annotations

import copy
import tempfile
from functools import cache
from pathlib import Path

from openpyxl import load_workbook

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book
from jiesuan.check import check_workbook
from jiesuan.explain import Explanation, Judgement, Typed, judge
from jiesuan.marking.returned import without_result
from jiesuan.reading import open_book
from jiesuan.report import Finding, Report

from ..making import PACK, sample_file

NOW, LATER = "2024-09-06 10:00", "2024-09-07 11:30"
LIST, MEAN = "精准学生明细", "生均公用经费免学费"
BALANCE = f"{MEAN}!B33"
"""期末结余, at odds with its formula: F406."""
GOOD = "上年结余1.1万元按县财政通知并入专户，见通知书"
NO_PHONE = "学生随父母在海上作业，家里没有电话"


@cache
def phones() -> tuple[str, str]:
    """The cells of two students whose phone is blank: L102."""
    found = [finding.cell for finding in report_of(book()).findings if finding.code == "L102"]
    assert len(found) == 2
    return found[0], found[1]


@cache
def asked() -> bytes:
    """The file."""
    with tempfile.TemporaryDirectory() as folder:
        path = sample_file(Path(folder, "示范校.xlsx"), students=60)
        book = load_workbook(path)
        book[MEAN]["B33"] = 7
        rows = [{cell.column: cell.value for cell in row} for row in book[LIST].iter_rows(min_row=7, max_row=60)]
        students = [row for row, values in enumerate(rows, 7) if values[4] and values[5] and not values[10]]
        for row in students[:2]:  # a remark would excuse them
            book[LIST].cell(row, 5).value = None
        book.save(path)
        return path.read_bytes()


@cache
def _read() -> Book:
    """The book with the results of its formulas, which stay as they are whatever is changed in a copy."""
    found = open_book(Path("示范校.xlsx"), data=asked())
    bound(found)
    return found


def book() -> Book:
    """The file as a book of one's own."""
    return copy.deepcopy(_read())


@cache
def right() -> float:
    """The 期末结余 that would be right."""
    return float(finding_of(report_of(book()), "F406").expected.split()[0].replace(",", ""))


def bound(of: Book) -> Workbook:
    of.reasons = without_result(of)
    return bind(of, PACK)


def report_of(of: Book) -> Report:
    return check_workbook(bound(of))


def judged(of: Book, kept: list[Explanation], typed: list[Typed] | None = None, now: str = NOW) -> Judgement:
    """A book checked and its explanations judged."""
    workbook = bound(of)
    return judge(workbook, check_workbook(workbook), kept, typed or [], now=now)


def finding_of(report: Report, code: str, cell: str = "") -> Finding:
    return next(f for f in (*report.findings, *report.explained) if f.code == code and cell in ("", f.cell))
