"""report.json: the whole outcome for programs; documented in the README.  No times, paths relative, numbers masked."""

from __future__ import annotations

import json
from typing import Any

from ..render.json import TOOL, report_record, unreadable_record
from ..rule import LEVELS, Rule
from ..text import mask
from .batch import Batch, demand, state_of
from .between import report_of
from .schools import File, School

SCHEMA_VERSION = 1


def record(batch: Batch) -> dict[str, Any]:
    """The document."""
    numbers = {file.path: number for number, school in enumerate(batch.schools) for file in school.files}
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": TOOL,
        "term": batch.term,
        "terms": batch.between.terms,
        "uncompared": batch.uncompared,
        "roster": batch.rostered,
        "totals": {
            "files": len(batch.files),
            "unreadable": len(batch.unread),
            "schools": len(batch.known),
            "unidentified": batch.unidentified,
            "clean": sum(not school.must_return for school in batch.known),
            "levels": batch.levels,
        },
        "schools": [_school(batch, number) for number in range(len(batch.schools))],
        "files": [_file(batch, file, batch.schools[numbers[file.path]]) for file in batch.files],
        "missing": [{**_rule(rule), "school": school.name} for school, rule in batch.between.missing],
        "repeated": [
            {
                "number": mask(item.number),
                "same_name": item.same_name,
                "places": [
                    {
                        "school": school.name,
                        "file": mask(school.current.path) if school.current else "",
                        "sheet": mask(sheet),
                        "cell": cell,
                    }
                    for school, sheet, cell in item.places
                ],
            }
            for item in batch.between.repeated
        ],
        "passed_over": [{"path": mask(item.path), "why": item.why, "kind": item.kind} for item in batch.passed],
        "troubles": [mask(text) for text in batch.troubles],
    }


def record_bytes(batch: Batch) -> bytes:
    """The document as it is written."""
    return (json.dumps(record(batch), ensure_ascii=False, indent=1) + "\n").encode("utf-8", errors="replace")


def _school(batch: Batch, number: int) -> dict[str, Any]:
    school = batch.schools[number]
    report = report_of(school)
    return {
        "school": school.name,
        "stated": mask(school.stated),
        "set": report.set_name if report else (school.listed.set if school.listed else ""),
        "term": report.term if report else "",
        "filed": school.filed,
        "state": state_of(school),
        "levels": report.levels if report else dict.fromkeys(LEVELS, 0),
        "must_return": school.must_return,
        "demand": demand(batch, number),
        "progress": school.progress or None,
        "file": mask(school.current.path) if school.current else None,
        "files": [mask(file.path) for file in school.files],
        "outputs": batch.outputs.get(batch.folders.get(number, ""), []),
    }


def _file(batch: Batch, file: File, school: School) -> dict[str, Any]:
    if file.report is not None:
        plain = report_record(file.report)
    else:
        assert file.failure is not None
        plain = unreadable_record(file.name, file.failure.kind, file.failure.message)
        plain["sha256"] = file.sha256
    counts = school.current is file and file.report is not None
    return {"path": mask(file.path), "belongs_to": school.name, "counts_for_school": counts, **plain}


def _rule(rule: Rule) -> dict[str, str]:
    return {"code": rule.code, "name": rule.name, "level": rule.level, "basis": rule.basis, "help": rule.help}
