"""A second submission against the first: which problems are still there, which are new, which are gone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..compare import compare
from ..pack import load_pack
from ..report import Report
from ..text import fold
from .batch import Batch
from .between import NEEDS, report_of
from .store import Filed, read_checked, read_index


def earlier(out: Path) -> dict[str, Filed]:
    """Folded name of a school → the file that counted, in the output of an earlier batch.  Raises NoBatch."""
    return {fold(file.school): file for file in read_index(out).files if file.counts}


def earlier_report(out: Path, file: Filed) -> Report | None:
    """What that file gave then; None where it was deleted, or names rules there are no more."""
    checked = read_checked(out, file.sha256)
    if checked is None or checked.kind:
        return None
    try:
        return checked.report(file.path, load_pack(str(checked.result["pack"])))
    except KeyError:
        return None


def compared(before: Report, now: Report) -> dict[str, int]:
    """How many findings are still there, new and gone; those between workbooks are not compared."""
    own = [finding for finding in now.findings if finding.rule.needs != NEEDS]
    return compare(before, dataclasses.replace(now, findings=own)).counts


def note_progress(batch: Batch, out: Path) -> None:
    """Note beside every school that sent the same term before what became of its problems.  Raises NoBatch."""
    files = earlier(out)
    for school in batch.schools:
        report, file = report_of(school), files.get(fold(school.name))
        if report is None or file is None or file.term != report.term:
            continue
        before = earlier_report(out, file)
        if before is not None:
            school.progress = compared(before, report)
