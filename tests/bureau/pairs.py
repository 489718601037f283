"""A school's workbook, or a bureau's, with last term's, both changed by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, Value
from jiesuan.bureau.checking import further
from jiesuan.check import check_workbook
from jiesuan.report import Report
from jiesuan.template.layout import lay_out, to_book
from jiesuan.term import Term
from tests.bureau.making import FIRST, PACK, City, check, city, sample
from tests.check import schools

Changes = Mapping[str, Value]


@cache
def school(term: Term) -> schools.School:
    """The first school in a term; tests change copies."""
    filling = sample(FIRST, term).filling
    laid = {form.role: lay_out(PACK, form, term, filling) for form in PACK.set_forms("市属", term)}
    return schools.School("市属", term, filling, laid, to_book(list(laid.values()), f"{FIRST}.xlsx"))


def changed(base: schools.School | City, changes: Changes) -> Book:
    """A copy with cells changed; `角色 = "（删）"` takes a sheet out."""
    book = base.fresh()
    for address, value in changes.items():
        if value == "（删）":
            book.sheets.remove(book.sheet(base.laid[address].sheet))
            continue
        ref = base.cell(address)
        schools.put(book.sheet(ref.sheet), ref.row, ref.column, value)
    return book


def school_report(term: Term, now: Changes, then: Changes) -> Report:
    """The school's report with last term's workbook beside it."""
    workbook = bind(changed(school(term), now), PACK)
    report = check_workbook(workbook)
    further(previous=bind(changed(school(term.previous), then), PACK))(workbook, report)
    return report


def bureau_report(term: Term, now: Changes, then: Changes) -> Report:
    """The bureau's report with last term's 附件3 beside it."""
    last: Workbook = bind(changed(city(term.previous), then), PACK)
    return check(city(term), changed(city(term), now), previous=last)
