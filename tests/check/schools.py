"""Consistent workbooks in memory, whose cells tests change by name.

助学金/申报审批,一年级,涉农专业,脱贫户/人数    a figure of a grid, or (精准明细/脱贫户/助学金金额) a total of the list
精准明细/脱贫户/0/身份证号                   a student row, from 0
生均/期末结余                              a blank above or below the table
免学费/标题    免学费/列/补助金额             the title; the heading of a column (列号: its printed number)
免学费!B4                                 any cell
免学费                                    the sheet, no cell
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import msgspec

from jiesuan.bind import bind
from jiesuan.book import Book, Cell, ErrorValue, Sheet, Value
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.form import Axis, Form
from jiesuan.pack import load_pack
from jiesuan.recalculate import recalculate
from jiesuan.ref import Ref, a1, parse_a1
from jiesuan.report import Report
from jiesuan.sample.make import make_sample
from jiesuan.template.laid import Laid
from jiesuan.template.layout import lay_out, to_book
from jiesuan.term import Term

PACK = load_pack()
STUDENTS, SEED = 60, 25
EMPTY = "（空）"
"""How case files write an empty cell."""


@dataclass(frozen=True)
class School:
    """One consistent workbook and the names of its cells."""

    set_name: str
    term: Term
    filling: Filling
    laid: dict[str, Laid]
    book: Book
    """Never changed: use `fresh`."""

    def fresh(self) -> Book:
        """A copy to change; its formulas have no results yet."""
        return copy.deepcopy(self.book)

    def typed(self) -> Book:
        """A copy in which every formula is replaced by its result."""
        book = self.fresh()
        recalculate(book)
        for sheet in book.sheets:
            assert not sheet.uncached
            sheet.formulas.clear()
        return book

    def sheet(self, role: str) -> str:
        return self.laid[role].sheet

    def cell(self, address: str) -> Ref:
        """The cell of a name.  Raises KeyError."""
        if "!" in address:
            role, _, cell = address.partition("!")
            return Ref(self.sheet(role), *parse_a1(cell))
        role, *path = address.split("/")
        laid = self.laid[role]
        if path == ["标题"]:
            return Ref(laid.sheet, *next(cell for cell, spot in laid.cells.items() if spot.style == "title"))
        if len(path) == 1:
            return Ref(laid.sheet, *laid.lines[path[0]])
        if path[0] in ("列", "列号"):
            return Ref(laid.sheet, *self._heading(laid, path[1], "head" if path[0] == "列" else "number"))
        if len(path) == 3:
            return Ref(laid.sheet, laid.rows[path[0], int(path[1])], laid.columns[path[2]])
        return Ref(laid.sheet, *laid.places[tuple(path[0].split(",")), path[1]])

    @staticmethod
    def _heading(laid: Laid, name: str, style: str = "head") -> Cell:
        column = laid.columns[name]
        return max(cell for cell, spot in laid.cells.items() if cell[1] == column and spot.style == style)

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """(sheet, A1) → name, for what has one."""
        found: dict[tuple[str, str], str] = {}
        for role, laid in self.laid.items():
            title = next(cell for cell, spot in laid.cells.items() if spot.style == "title")
            found[laid.sheet, ""] = role
            found[laid.sheet, a1(*title)] = f"{role}/标题"
            for name in laid.columns:
                found.setdefault((laid.sheet, a1(*self._heading(laid, name))), f"{role}/列/{name}")
            for name, cell in laid.lines.items():
                found.setdefault((laid.sheet, a1(*cell)), f"{role}/{name}")
            for (key, name), cell in laid.places.items():
                found.setdefault((laid.sheet, a1(*cell)), f"{role}/{','.join(key)}/{name}")
            for (section, index), row in laid.rows.items():
                for name, column in laid.columns.items():
                    found.setdefault((laid.sheet, a1(row, column)), f"{role}/{section}/{index}/{name}")
        return found

    def name(self, sheet: str, cell: str) -> str:
        """The name of a cell; `角色!A1` for one without."""
        role = next((role for role, laid in self.laid.items() if laid.sheet == sheet), sheet)
        return self.names.get((sheet, cell), f"{role}!{cell}")


@cache
def school(base: str, students: int = STUDENTS, seed: int = SEED) -> School:
    """`市属2024春`, `省属2025春`; `市属2024春·年级叠放` with the other shape of 助学金, `·三年级` with columns for a grade that
    is not eligible, `·分档` with tiers of 助学金."""
    named, _, variation = base.partition("·")
    set_name, term = named[:2], Term.parse(named[2:])
    tiers = (350, 230, 120) if variation == "分档" else ()
    filling = make_sample(PACK, set_name, term, students=students, seed=seed, tiers=tiers).filling
    forms = [_with_third_year(form) if variation == "三年级" else form for form in PACK.set_forms(set_name, term)]
    shapes = {"助学金": variation} if variation == "年级叠放" else {}
    laid = {form.role: lay_out(PACK, form, term, filling, shapes.get(form.role)) for form in forms}
    return School(set_name, term, filling, laid, to_book(list(laid.values()), "示范技工学校.xlsx"))


def _with_third_year(form: Form) -> Form:
    def opened(axis: Axis) -> Axis:
        return msgspec.structs.replace(
            axis,
            members=tuple(
                msgspec.structs.replace(member, closed=False, optional=False) if member.closed else member
                for member in axis.members
            ),
        )

    return msgspec.structs.replace(form, axis=tuple(map(opened, form.axis)))


def put(sheet: Sheet, row: int, column: int, value: Value) -> None:
    """Type a value; `=…` a formula without result, `#…` an error, `（空）` nothing."""
    if isinstance(value, str) and value.startswith("="):
        sheet.put(row, column, None, value[1:])
        sheet.uncached.add((row, column))
    elif isinstance(value, str) and value.startswith("#"):
        sheet.put(row, column, ErrorValue(value))
    else:
        sheet.put(row, column, None if value == EMPTY else value)


def change(base: School, book: Book, changes: Mapping[str, Value]) -> None:
    """Change cells by name."""
    for address, value in changes.items():
        ref = base.cell(address)
        put(book.sheet(ref.sheet), ref.row, ref.column, value)


def check(base: School, book: Book) -> Report:
    """Bind and check, as the set and term of the school."""
    return check_workbook(bind(book, PACK, term=base.term, set_name=base.set_name))


def found(base: School, report: Report) -> list[str]:
    """Every finding as `代码 名称`, sorted."""
    return sorted(f"{item.code} {base.name(item.sheet, item.cell)}" for item in report.findings)
