"""Running the rules: every selected rule is dispatched once, then the balance table is settled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..bind import Workbook, bind
from ..book import Book
from ..check import between, forms, limits, majors, sheets, students
from ..pack import Pack, load_pack
from ..recalculate import refers_to_itself
from ..ref import Ref
from ..report import Finding, Report, place
from ..rule import Rule
from ..term import Term
from ..text import mask
from .cells import CELL_CHECKS, check_cells
from .context import Context
from .ledger import Ledger
from .relations import relate

CHECKS: dict[str, Callable[[Context], None]] = {
    "column": forms.column_formulas,
    "total": forms.totals,
    "derived": forms.derived,
    "standard": limits.standards,
    "serial": limits.serials,
    "jump": limits.jumps,
    "closed-member": limits.closed_members,
    "not-in-need": limits.not_in_need,
    "aid-months": students.aid_months,
    "fee-months": students.fee_months,
    "same-months": students.same_months,
    "grade-aid": students.grade_aid,
    "class-grade": students.class_grade,
    "class-major": students.class_major,
    "agri-remark": students.agri_remark,
    "no-amount": students.no_amount,
    "phone-missing": students.phone_missing,
    "phone-shared": students.phone_shared,
    "age": students.age,
    "same-school": sheets.same_school,
    "school-missing": sheets.school_missing,
    "title-term": sheets.title_term,
    "title-set": sheets.title_set,
    "mixed-rates": limits.mixed_rates,
    "majors-filled": majors.majors_filled,
    "majors-format": majors.majors_format,
    "major-count": majors.major_count,
    "major-types": majors.major_types,
    "fee-head-months": between.fee_head_months,
    "others": between.others,
    "balance": sheets.balance,
    "previous-end": sheets.previous_end,
    "received-year": sheets.received_year,
}
STRUCTURE = frozenset(
    {
        "missing-form",
        "missing-column",
        "missing-row",
        "stray-figure",
        "duplicate-row",
        "duplicate-form",
        "hidden",
        "wrong-months",
        "circular",
        "uncached",
    }
)


def check_book(
    book: Book, *, pack: str = "fujian-2024", term: Term | None = None, set_name: str | None = None
) -> Report:
    """Bind and check a book.  Raises `jiesuan.bind.workbook.NotBound` when it is no settlement workbook."""
    return check_workbook(bind(book, load_pack(pack), term=term, set_name=set_name))


def check_workbook(workbook: Workbook) -> Report:
    """Confront a bound workbook with every rule that applies to its set and term."""
    pack: Pack = workbook.pack
    selected = pack.selected(workbook.set, workbook.term)
    ledger = Ledger()
    problems = _problems(workbook)
    check_cells(workbook, [rule for rule in selected if rule.check in CELL_CHECKS], ledger)
    for rule in selected:
        if rule.holds:
            relate(rule, workbook, ledger)
        elif rule.check in STRUCTURE:
            ledger.direct += [_structural(rule, ref, label, text) for ref, label, text in problems.get(rule.check, [])]
        elif rule.check not in CELL_CHECKS:
            CHECKS[rule.check](Context(rule, workbook, ledger))
    sheets = [sheet.name for sheet in workbook.book.sheets]
    findings = {(f.code, f.sheet, f.cell, f.label, f.message): f for f in ledger.settle()}
    return Report(
        file=mask(Path(workbook.book.name).name),
        sha256=workbook.book.sha256,
        pack=pack.info.id,
        set_name=workbook.set,
        term=str(workbook.term),
        selected=tuple(selected),
        findings=sorted(findings.values(), key=lambda finding: finding.sort_key(sheets)),
        unchecked=sorted(ledger.unchecked, key=lambda item: (item.rule.code, item.why)),
        remarks=list(workbook.book.remarks),
        school=_school(workbook),
    )


_Problems = dict[str, list[tuple[Ref | None, str, str]]]


def _problems(workbook: Workbook) -> _Problems:
    """What the binder could not place, and formulas that cannot be right or have no result, by check."""
    found: _Problems = {}
    for problem in workbook.problems:
        ref = (
            Ref(problem.sheet, *problem.cell) if problem.cell else (Ref(problem.sheet, 0, 0) if problem.sheet else None)
        )
        found.setdefault(problem.check, []).append((ref, problem.label, problem.message))
    uncached: dict[str, list[tuple[Ref, str]]] = {}
    for table in workbook.tables.values():
        sheet = table.sheet
        for name, bound in table.columns.items():
            if not bound.numbers:
                continue
            for index, cell in enumerate(bound.cells):
                if cell is None or cell not in sheet.formulas:
                    continue
                ref = Ref(sheet.name, *cell)
                if refers_to_itself(sheet.formulas[cell], cell):
                    found.setdefault("circular", []).append(
                        (ref, table.label(name, index), "公式把自己也算了进去（循环引用）")
                    )
                elif bound.numbers[index].trouble == "uncached":
                    uncached.setdefault(sheet.name, []).append((ref, table.label(name, index)))
    for places in uncached.values():
        # A file saved by a generator has none at all: one word for a sheet is enough.
        ref, label = min(places)
        others = f"，本表共 {len(places)} 格" if len(places) > 1 else ""
        found.setdefault("uncached", []).append((ref, label, f"只有公式，没有算出的数{others}"))
    return found


def _structural(rule: Rule, ref: Ref | None, label: str, message: str) -> Finding:
    sheet, cell, order = place(ref)
    if ref is not None and not ref.row:
        cell, order = "", (0, 0)
    return Finding(rule, sheet, cell, mask(label), mask(message), order=order)


def _school(workbook: Workbook) -> str:
    names = [line.text for table in workbook.tables.values() if (line := table.lines.get("学校名称")) and line.text]
    return mask(names[0]) if names else ""
