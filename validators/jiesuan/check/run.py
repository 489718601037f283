"""Running the rules: every selected rule is dispatched once, then the balance table is settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..bind import Workbook, bind
from ..book import Book
from ..check import between, bureau, forms, limits, majors, sheets, students
from ..pack import load_pack
from ..recalculate import refers_to_itself, waits
from ..ref import Ref
from ..report import Finding, Report, place
from ..rule import Rule
from ..term import Term
from ..text import mask
from .cells import CELL_CHECKS, check_cells
from .context import Context
from .ledger import Ledger, settle
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
    "dashed": limits.dashed,
    "aid-months": students.aid_months,
    "fee-months": students.fee_months,
    "same-months": students.same_months,
    "tier-months": students.tier_months,
    "grade-aid": students.grade_aid,
    "class-grade": students.class_grade,
    "class-major": students.class_major,
    "agri-remark": students.agri_remark,
    "no-amount": students.no_amount,
    "phone-missing": students.phone_missing,
    "phone-shared": students.phone_shared,
    "age": students.age,
    "same-line": sheets.same_line,
    "school-missing": sheets.school_missing,
    "title-term": sheets.title_term,
    "title-set": sheets.title_set,
    "mixed-rates": limits.mixed_rates,
    "majors-filled": majors.majors_filled,
    "majors-format": majors.majors_format,
    "major-count": majors.major_count,
    "major-types": majors.major_types,
    "agri-majors": majors.agri_majors,
    "fee-head-months": between.fee_head_months,
    "others": between.others,
    "balance": sheets.balance,
    "previous-end": sheets.previous_end,
    "received-year": sheets.received_year,
    "school-column": bureau.school_columns,
    "bureau-named": bureau.bureau_named,
    "shares": bureau.shares,
    "total-only": bureau.total_only,
    "below-zero": bureau.below_zero,
    "magnitude": bureau.magnitude,
    "month-heads": bureau.month_heads,
    "same-schools": bureau.same_schools,
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


def check_workbooks(workbooks: Sequence[Workbook]) -> list[Report]:
    """Confront many bound workbooks with the rules that apply to each, in one pass; the reports in the same order.

    What Pandera costs per call is paid once for all, so some dozens at a time are checked fastest; all stay in memory
    until the last is done.
    """
    runs = [(workbook, workbook.pack.selected(workbook.set, workbook.term), Ledger()) for workbook in workbooks]
    cells = [[rule for rule in selected if rule.check in CELL_CHECKS] for _, selected, _ in runs]
    check_cells((workbook, own, ledger) for (workbook, _, ledger), own in zip(runs, cells, strict=True))
    for workbook, selected, ledger in runs:
        _confront(workbook, selected, ledger)
    settled = settle([ledger for _, _, ledger in runs])
    for _, _, ledger in runs:
        ledger.segments.clear()  # they refer back to the ledger: without them all goes as soon as it is done with
    return [_report(*run, findings) for run, findings in zip(runs, settled, strict=True)]


def check_workbook(workbook: Workbook) -> Report:
    """Confront a bound workbook with every rule that applies to its set and term."""
    return check_workbooks([workbook])[0]


def _confront(workbook: Workbook, selected: Sequence[Rule], ledger: Ledger) -> None:
    """Everything but single cells: structure at once, relations into the ledger."""
    problems = _problems(workbook)
    forms.unround(workbook)
    for rule in selected:
        if rule.holds:
            relate(rule, workbook, ledger)
        elif rule.check in STRUCTURE:
            ledger.direct += [_structural(rule, ref, label, text) for ref, label, text in problems.get(rule.check, [])]
        elif rule.check not in CELL_CHECKS:
            CHECKS[rule.check](Context(rule, workbook, ledger))


def _report(workbook: Workbook, selected: Sequence[Rule], ledger: Ledger, settled: Sequence[Finding]) -> Report:
    sheets = [sheet.name for sheet in workbook.book.sheets]
    findings: dict[tuple[str, ...], Finding] = {}
    for finding in settled:  # one mistake at one cell is told once, with everything it was compared with
        told = (finding.code, finding.sheet, finding.cell, finding.label, finding.message)
        first = findings.setdefault(told, finding)
        if others := tuple(other for other in finding.related if other not in first.related):
            findings[told] = replace(first, related=(*first.related, *others))
    return Report(
        file=mask(Path(workbook.book.name).name),
        sha256=workbook.book.sha256,
        pack=workbook.pack.info.id,
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
                if cell not in sheet.formulas or cell is None:
                    continue
                if refers_to_itself(sheet.formulas[cell], cell):
                    item = (Ref(sheet.name, *cell), table.label(name, index), "公式把自己也算了进去（循环引用）")
                    found.setdefault("circular", []).append(item)
                elif bound.numbers[index].trouble == "uncached":
                    uncached.setdefault(sheet.name, []).append((Ref(sheet.name, *cell), table.label(name, index)))
    circular = {ref.sheet for ref, _, _ in found.get("circular", []) if ref}
    for name, places in uncached.items():
        # What only waits for another cell of the sheet is told there; in a ring of formulas each waits.
        sheet = workbook.book.sheet(name)
        own = [(ref, label) for ref, label in places if not waits(sheet, (ref.row, ref.column))]
        places = own or ([] if name in circular else places)
        if not places:
            continue
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
    names = [
        line.text
        for table in workbook.tables.values()
        for name in ("学校名称", "填报单位")
        if (line := table.lines.get(name)) and line.text
    ]
    return mask(names[0]) if names else ""
