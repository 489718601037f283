"""Rules that need more than one workbook: the schools' workbooks behind a bureau's, or last term's.

`further` gives what `session.check_file` takes: a function that runs the rules whose `needs` are at hand and adds their
outcome to a report, so that its counts still add up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..bind import Workbook
from ..check.context import Context
from ..check.ledger import Ledger
from ..report import Report
from . import against, students, terms
from .received import Received

SCHOOLS, PREVIOUS = "学校表", "上期"

Check = Callable[["Beside"], None]
CHECKS: dict[str, Check] = {
    "schools-received": lambda beside: against.schools_received(beside.context, beside.schools()),
    "same-lines": lambda beside: against.same_lines(beside.context, beside.schools()),
    "same-sums": lambda beside: against.same_sums(beside.context, beside.schools(), beside.told),
    "months-registered": lambda beside: against.months_registered(beside.context, beside.schools()),
    "paid-due": lambda beside: against.paid_due(beside.context, beside.schools()),
    "brought-forward": lambda beside: terms.brought_forward(beside.context, beside.previous()),
    "year-end": lambda beside: terms.year_end(beside.context, beside.previous()),
    "annual-cap": lambda beside: students.annual_cap(beside.context, beside.previous()),
    "entry-changed": lambda beside: students.entry_changed(beside.context, beside.previous()),
    "vanished": lambda beside: students.vanished(beside.context, beside.previous()),
    "appeared": lambda beside: students.appeared(beside.context, beside.previous()),
    "renamed": lambda beside: students.renamed(beside.context, beside.previous()),
    "renumbered": lambda beside: students.renumbered(beside.context, beside.previous()),
    "type-changed": lambda beside: students.type_changed(beside.context, beside.previous()),
    "totals-moved": lambda beside: terms.totals_moved(beside.context, beside.previous()),
    "balance-forward": lambda beside: terms.balance_forward(beside.context, beside.previous(), beside.former()),
    "schools-gone": lambda beside: terms.schools_gone(beside.context, beside.previous(), beside.former()),
}


@dataclass
class Beside:
    """One rule on a workbook and what is at hand beside it."""

    context: Context
    received: Received | None
    last: Workbook | None
    told: frozenset[tuple[str, str]] = frozenset()
    """Sheet and cell of every 错误 that the workbook itself has."""

    def schools(self) -> Received:
        assert self.received is not None
        return self.received

    def former(self) -> Mapping[str, Sequence[str]]:
        """School → names it had before, folded, as far as the schools' workbooks are at hand and say so."""
        return self.received.former if self.received else {}

    def previous(self) -> Workbook:
        assert self.last is not None
        return self.last


def further(
    *, schools: Received | None = None, previous: Workbook | None = None, same_unit: bool = False
) -> Callable[[Workbook, Report], None]:
    """What adds the rules with `needs` 学校表 and 上期 to a report; `same_unit`: see `terms.not_comparable`."""

    def add(workbook: Workbook, report: Report) -> None:
        needs = [name for name, given in ((SCHOOLS, schools), (PREVIOUS, previous)) if given is not None]
        rules = [rule for name in needs for rule in workbook.pack.selected(workbook.set, workbook.term, name)]
        told = frozenset((finding.sheet, finding.cell) for finding in report.findings if finding.level == "错误")
        ledger = Ledger()
        for rule in rules:
            why = (
                _not_comparable(workbook, schools)
                if rule.needs == SCHOOLS
                else terms.not_comparable(workbook, previous, same_unit=same_unit)
            )
            if why:
                ledger.cannot(rule, why)
            else:
                CHECKS[rule.check](Beside(Context(rule, workbook, ledger), schools, previous, told))
        sheets = [sheet.name for sheet in workbook.book.sheets]
        open_still = {item.rule.code for item in ledger.unchecked}
        settled = {segment.rule.instead for segment in ledger.segments if segment.rule.code not in open_still}
        known = [finding for finding in report.findings if finding.code not in settled]
        findings = {(f.code, f.sheet, f.cell, f.label, f.message): f for f in (*known, *ledger.settle())}
        report.selected = tuple(sorted((*report.selected, *rules), key=lambda rule: rule.code))
        report.findings = sorted(findings.values(), key=lambda finding: finding.sort_key(sheets))
        report.remarks += [f"学校的表：{said}。" for said in schools.shared] if schools else []
        report.unchecked = sorted((*report.unchecked, *ledger.unchecked), key=lambda item: (item.rule.code, item.why))

    return add


def _not_comparable(workbook: Workbook, received: Received | None) -> str:
    if received is None or received.term == workbook.term:
        return ""
    return f"学校的表是{received.term.title}的，这张汇总表是{workbook.term.title}的"
