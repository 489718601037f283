"""A small city in memory: three schools over two terms, their bureau's 附件3, and cells that tests change by name.

汇总资金/泉州示范技工学校/学校下达    a school's line          汇总资金/市本级/累计结余    a section's total
汇总资金/*/累计结余                   the overall total        汇总免学费/一年级,涉农专业,脱贫户/第1月   a figure of a grid
汇总资金/填报单位                     a blank above            汇总资金/标题               汇总资金!B3   any cell
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path

from jiesuan.bind import Workbook, bind
from jiesuan.bind.schools import school_name
from jiesuan.book import Book, Value
from jiesuan.bureau.checking import further
from jiesuan.bureau.inputs import CITY, COUNTY, Inputs, Known, Typed
from jiesuan.bureau.received import Received
from jiesuan.bureau.rollup import Rollup, roll_up
from jiesuan.bureau.school import School, gather
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.pack import load_pack
from jiesuan.produce import results_of, save
from jiesuan.ref import Ref, parse_a1
from jiesuan.report import Report
from jiesuan.sample.make import Sample, make_sample
from jiesuan.sample.promote import next_sample
from jiesuan.share import load_shares, split
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term
from jiesuan.text import fold
from tests.check.schools import put

PACK = load_pack()
SET = "设区市"
SPRING, AUTUMN = Term(2024, 0), Term(2024, 1)
BUREAU = "泉州市"
FIRST, SECOND, COUNTY_SCHOOL = "泉州示范技工学校", "泉州第二技工学校", "惠安示范技工学校"
SCHOOLS = {FIRST: (60, 3, CITY, ""), SECOND: (40, 4, CITY, ""), COUNTY_SCHOOL: (30, 5, COUNTY, "惠安")}
"""Name → students, seed, section, place."""


@cache
def sample(name: str, term: Term = SPRING) -> Sample:
    """A school's consistent content; in autumn that of spring a term later."""
    size, seed, _, _ = SCHOOLS[name]
    if term == SPRING:
        return make_sample(PACK, "市属", term, students=size, seed=seed, school=name)
    return next_sample(PACK, "市属", sample(name, term.previous), term.previous, newcomers=size // 3, seed=seed)


def school_book(name: str, term: Term = SPRING) -> Book:
    """A school's workbook, whose formulas have no results yet."""
    return to_book(compose(PACK, "市属", term, sample(name, term).filling), f"{name}.xlsx")


@cache
def school(name: str, term: Term = SPRING) -> School:
    return gather(bind(school_book(name, term), PACK), PACK, SET, f"{name}.xlsx")


def write_school(path: Path, name: str, term: Term = SPRING, filling: Filling | None = None) -> Path:
    """A school's workbook as a file."""
    laid = compose(PACK, "市属", term, filling or sample(name, term).filling)
    save(path, PACK, laid, results_of(laid))
    return path


def write_city(folder: Path, term: Term = SPRING) -> Path:
    """The workbooks of all schools in a folder."""
    folder.mkdir(exist_ok=True)
    for name in SCHOOLS:
        write_school(folder / f"{name}.xlsx", name, term)
    return folder


def received(term: Term = SPRING) -> Received:
    """All schools, as if read from files."""
    return Received(term, SET, sorted((school(name, term) for name in SCHOOLS), key=lambda item: item.name))


def wan(yuan: Decimal) -> Decimal:
    return yuan / 10_000


def inputs(term: Term = SPRING) -> Inputs:
    """What makes 附件3 consistent: what was due was handed down and paid, balances go on."""
    given = Inputs()
    balance = Decimal(0)
    for name, (_, seed, section, place) in SCHOOLS.items():
        due = school(name, term).amount("分担测算", "助学金")
        tenths = load_shares(PACK, term).find(BUREAU, place or "市本级").province
        assert tenths is not None
        own, rest = (wan(part) for part in split(due * 10_000, tenths))
        amounts = {"市下达省级": own, "市下达市级": rest + 1, "未下达省级": Decimal(0), "学校下达": due}
        amounts |= {"前期省级": Decimal(seed) / 10, "前期市级": Decimal(seed)}
        if term != SPRING:
            last = city(term.previous).workbook().tables["汇总资金"]
            index = next(i for i in last.details() if name in last.text("学校", i))
            amounts |= {"前期省级": last.amount("累计省级", index), "前期市级": last.amount("累计市级", index)}
        balance += amounts["前期省级"] + amounts["前期市级"] + 1
        typed = {key: Typed(value, f"下达.xlsx 下达!{key}") for key, value in amounts.items()}
        given.schools[fold(name)] = Known(section, place, typed)
        given.names[fold(name)] = name
    given.total = Typed(balance, "下达.xlsx 下达!B2")
    return given


@dataclass(frozen=True)
class City:
    """A consistent 附件3 and the names of its cells."""

    term: Term
    rollup: Rollup
    book: Book
    """Never changed: use `fresh`."""
    laid: dict[str, Laid] = field(default_factory=dict)

    def fresh(self) -> Book:
        return copy.deepcopy(self.book)

    def workbook(self, book: Book | None = None) -> Workbook:
        return bind(book or self.fresh(), PACK)

    @cached_property
    def cells(self) -> dict[str, Ref]:
        """Name → cell."""
        found: dict[str, Ref] = {}
        for role, laid in self.laid.items():
            title = next(cell for cell, spot in laid.cells.items() if spot.style == "title")
            found[f"{role}/标题"] = Ref(laid.sheet, *title)
            for name, cell in laid.lines.items():
                found[f"{role}/{name}"] = Ref(laid.sheet, *cell)
            for (key, name), cell in laid.places.items():
                # Cells shared by several rows go by their first name.
                ref = Ref(laid.sheet, *cell)
                if ref not in found.values():
                    found[f"{role}/{','.join(key)}/{name}"] = ref
            first = laid.form.fields[0].name
            for row in laid.rows.values():
                who = school_name(str(laid.cells[row, 1].value))
                for name, column in laid.columns.items():
                    found[f"{role}/{who}/{name}"] = Ref(laid.sheet, row, column)
                found[f"{role}/{who}/{first}"] = Ref(laid.sheet, row, 1)
        return found

    def cell(self, address: str) -> Ref:
        """The cell of a name.  Raises KeyError."""
        if "!" in address:
            role, _, cell = address.partition("!")
            return Ref(self.laid[role].sheet, *parse_a1(cell))
        return self.cells[address]

    def name(self, sheet: str, cell: str) -> str:
        """The name of a cell; `角色!A1` for one without."""
        known = next((name for name, ref in self.cells.items() if (ref.sheet, ref.cell) == (sheet, cell)), "")
        role = next((role for role, laid in self.laid.items() if laid.sheet == sheet), sheet)
        return known or f"{role}!{cell}"


@cache
def city(term: Term = SPRING) -> City:
    """The bureau's 附件3 of a term."""
    rollup = roll_up(PACK, received(term), load_shares(PACK, term), BUREAU, inputs(term))
    laid = {item.form.role: item for item in rollup.laid}
    return City(term, rollup, to_book(rollup.laid, f"附件3_{term}.xlsx"), laid)


def change(base: City, book: Book, changes: Mapping[str, Value]) -> None:
    """Type values into cells by name; the role of a form deletes its sheet when the value is （删）."""
    for address, value in changes.items():
        if value == "（删）":
            book.sheets.remove(book.sheet(base.laid[address].sheet))
            continue
        ref = base.cell(address)
        put(book.sheet(ref.sheet), ref.row, ref.column, value)


def check(base: City, book: Book, *, schools: Received | None = None, previous: Workbook | None = None) -> Report:
    """Check a bureau's workbook with what is at hand beside it."""
    workbook = bind(book, PACK)
    report = check_workbook(workbook)
    further(schools=schools, previous=previous)(workbook, report)
    return report


def found(base: City, report: Report) -> list[str]:
    """Every finding as `代码 名称`, sorted."""
    return sorted(f"{item.code} {base.name(item.sheet, item.cell)}" for item in report.findings)
