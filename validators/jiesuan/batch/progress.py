"""A second submission against the first: which problems are still there, which are new, which are gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path

from ..compare import compare
from ..pack import load_pack
from ..report import Finding, Report
from ..text import fold
from .batch import Batch
from .between import PERSONS, report_of, school_at
from .store import Filed, read_checked, read_index
from .store import report_of as told


def earlier(out: Path) -> dict[str, Filed]:
    """Folded name of a school → the file that counted, in the output of an earlier batch.  Raises NoBatch."""
    return {fold(file.school): file for file in read_index(out).files if file.counts}


def earlier_report(out: Path, file: Filed) -> Report | None:
    """What the school was told of that file then; None where it was deleted, or names rules there are no more."""
    checked = read_checked(out, file.sha256)
    if checked is None or checked.kind:
        return None
    result = file.result or checked.result
    try:
        return told(result, file.path, load_pack(str(result["pack"])))
    except KeyError:
        return None


def compared(before: Report, now: Report, schools: Collection[str] = ()) -> dict[str, int]:
    """How many findings are still there, new and gone: all that are open now are one of the first two.  What is not asked
    any more is not gone: the roster or last term's batch was not given this time, or the other school of a student is not
    among the `schools` whose workbooks are compared."""
    asked = {rule.code for rule in now.selected}

    def again(finding: Finding) -> bool:
        if not finding.rule.needs:
            return True
        others = finding.related if finding.rule.check in PERSONS else ()
        return finding.code in asked and all(school_at(other) in schools for other in others)

    found = compare(before, now)
    return dataclasses.replace(found, gone=[finding for finding in found.gone if again(finding)]).counts


def note_progress(batch: Batch, out: Path) -> None:
    """Note beside every school that sent the same term before what became of its problems.  Raises NoBatch."""
    files = earlier(out)
    schools = {school.name for school in batch.schools if report_of(school) is not None}
    for school in batch.schools:
        report, file = report_of(school), files.get(fold(school.name))
        if report is None or file is None or file.term != report.term:
            continue
        before = earlier_report(out, file)
        if before is not None:
            school.progress = compared(before, report, schools)
