"""Whatever schools do to the paper, the figures are found where they stand and mean what they meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, Cell, Sheet
from jiesuan.check.run import check_workbook
from jiesuan.report import Finding, Report

from .disturbing import CASES, KINDS, PACK, Disturbed, Original, disturb, original

disturbances = given(
    case=st.sampled_from(CASES), kinds=st.sets(st.sampled_from(KINDS), min_size=1), seed=st.integers(0, 10_000)
)


def misplaced(case: Original, done: Disturbed, bound: Workbook) -> list[object]:
    """Every figure and filled blank that is not bound at its cell."""
    wrong: list[object] = []
    for form in case.laid:
        table = bound.tables[form.form.role]
        sheet = case.book.sheet(form.sheet)
        rows = {table.rows[index]: index for index in table.details()}
        for (key, name), cell in case.figures(form).items():
            new_sheet, new_cell = done.place(form.sheet, cell)
            index = rows.get(new_cell[0]) if (key, name) not in form.places else table.index.get(key)
            if index is None or table.sheet.name != new_sheet or table.keys[index][0] != key[0]:
                wrong.append((form.form.id, key, name, "no record"))
            elif name not in table.columns:
                wrong.append((form.form.id, key, name, "no column"))
            elif table.columns[name].cells[index] != new_cell and sheet.value(*cell) is not None:
                wrong.append((form.form.id, key, name, table.columns[name].cells[index], new_cell))
        for name, cell in form.lines.items():
            line = table.lines.get(name)
            if sheet.value(*cell) is not None and (
                line is None or (line.ref.sheet, (line.ref.row, line.ref.column)) != done.place(form.sheet, cell)
            ):
                wrong.append((form.form.id, name, line))
    return wrong


def severe(report: Report) -> list[tuple[str, str, str, str]]:
    """Findings that ask for anything but turning texts into numbers."""
    return [(f.code, f.sheet, f.cell, f.message) for f in report.findings if f.code != "V105"]


@settings(max_examples=40, deadline=None)
@disturbances
def test_every_figure_is_found_where_it_went(case: tuple[str, str], kinds: set[str], seed: int) -> None:
    before = original(*case)
    done = disturb(before, kinds, Random(seed))
    bound = bind(done.book, PACK)
    assert (bound.set, str(bound.term)) == case
    assert bound.problems == []
    assert misplaced(before, done, bound) == []
    assert severe(check_workbook(bound)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_change_alone(kind: str) -> None:
    for number, case in enumerate(CASES):
        before = original(*case)
        done = disturb(before, {kind}, Random(number))
        bound = bind(done.book, PACK)
        assert bound.problems == []
        assert misplaced(before, done, bound) == []


def test_all_changes_together() -> None:
    for number, case in enumerate(CASES):
        before = original(*case)
        done = disturb(before, set(KINDS), Random(number))
        bound = bind(done.book, PACK)
        assert bound.problems == []
        assert misplaced(before, done, bound) == []
        assert severe(check_workbook(bound)) == []


def with_value(case: Original, sheet: str, cell: Cell, value: int | float) -> Original:
    """The same workbook with one other figure."""
    copies = [
        Sheet(s.name, [list(line) for line in s.values], merges=list(s.merges)) if s.name == sheet else s
        for s in case.book.sheets
    ]
    book = Book(case.book.name, copies)
    book.sheet(sheet).put(*cell, value)
    return replace(case, book=book)


def places(findings: list[Finding], done: Disturbed | None) -> Counter[tuple[str, str, Cell | str]]:
    """(code, sheet, cell) of the findings, as they stand after the changes."""
    from jiesuan.ref import parse_a1

    found: Counter[tuple[str, str, Cell | str]] = Counter()
    for finding in findings:
        if finding.code == "V105":
            continue
        if not finding.cell:
            found[finding.code, finding.sheet, ""] += 1
        elif done is None:
            found[finding.code, finding.sheet, parse_a1(finding.cell)] += 1
        else:
            found[finding.code, *done.place(finding.sheet, parse_a1(finding.cell))] += 1
    return found


@settings(max_examples=25, deadline=None)
@given(
    case=st.sampled_from(CASES),
    kinds=st.sets(st.sampled_from(sorted({*KINDS} - {"numbers as text"})), min_size=1),
    seed=st.integers(0, 10_000),
)
def test_a_wrong_figure_is_reported_where_it_went(case: tuple[str, str], kinds: set[str], seed: int) -> None:
    before, random = original(*case), Random(seed)
    form = random.choice(before.laid)
    figures = {
        cell: value
        for (_, name), cell in before.figures(form).items()
        if isinstance(value := before.book.sheet(form.sheet).value(*cell), int | float)
        and form.form.field(name).role in ("input", "computed")
    }
    cell = random.choice(sorted(figures))
    wrong = with_value(before, form.sheet, cell, figures[cell] + 7)
    done = disturb(wrong, kinds, random)
    plain = check_workbook(bind(wrong.book, PACK)).findings
    assert plain
    assert places(check_workbook(bind(done.book, PACK)).findings, None) == places(plain, done)
