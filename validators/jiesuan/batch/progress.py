"""A second submission against the first: which problems are still there, which are new, which are gone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ..pack import load_pack
from ..report import Finding, Report
from ..text import fold
from .batch import Batch
from .between import NEEDS, report_of
from .store import Filed, read_checked, read_index

STILL, NEW, GONE = "仍存在", "新出现", "已消除"


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
    old, new = Counter(map(_key, before.findings)), Counter(_key(f) for f in now.findings if f.rule.needs != NEEDS)
    return {STILL: (old & new).total(), NEW: (new - old).total(), GONE: (old - new).total()}


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.code, finding.sheet, finding.cell, finding.label


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
