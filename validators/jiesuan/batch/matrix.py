"""Schools × forms: how many findings of each level stand where."""

from __future__ import annotations

from collections import Counter

from ..pack import load_pack
from ..report import Finding, Report
from ..rule import LEVELS
from ..term import Term
from .batch import Batch
from .between import report_of
from .schools import File, School

WHOLE = "整册"
"""Findings that stand on no form: a missing form, the files of one school against each other."""


def roles_of(batch: Batch) -> dict[str, str]:
    """Role → name of the form, of every form that a workbook of the batch should have, in the order of the forms."""
    found: dict[str, str] = {}
    for report in batch.reports:
        for form in load_pack(report.pack).set_forms(report.set_name, Term.parse(report.term)):
            found.setdefault(form.role, form.sheet)
    return found


def role_of(file: File, finding: Finding) -> str:
    """The role of the form a finding stands on, or `WHOLE`."""
    roles = file.checked.roles if file.checked else {}
    return next((role for role, sheet in roles.items() if sheet == finding.sheet), WHOLE)


def counts_of(school: School) -> dict[str, Counter[str]]:
    """Role → level → findings, in the workbook that counts."""
    found: dict[str, Counter[str]] = {}
    report = report_of(school)
    if report is not None and school.current is not None:
        for finding in report.findings:
            found.setdefault(role_of(school.current, finding), Counter())[finding.level] += 1
    return found


def by_rule(batch: Batch) -> list[tuple[Report, Finding, int, int]]:
    """Of every rule that found something: an example, how many findings, in how many schools; the most first."""
    places: Counter[str] = Counter()
    schools: dict[str, set[int]] = {}
    example: dict[str, tuple[Report, Finding]] = {}
    for number, report in enumerate(batch.reports):
        for finding in report.findings:
            places[finding.code] += 1
            schools.setdefault(finding.code, set()).add(number)
            example.setdefault(finding.code, (report, finding))
    order = sorted(places, key=lambda code: (LEVELS.index(example[code][1].level), -places[code], code))
    return [(*example[code], places[code], len(schools[code])) for code in order]
