"""The results as JSON: stable names, numbers as printed texts, personal numbers masked.  Documented in the README."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..calculate import Write
from ..number import plain
from ..report import PERSONAL, Finding, Report, amount, display
from ..rule import LEVELS
from ..session import Calculated, Failure
from ..text import mask
from .explain import answer_record

SCHEMA_VERSION = 1
TOOL = {"name": "jiesuan", "version": __version__}


def document(files: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole answer of one call."""
    return {"schema_version": SCHEMA_VERSION, "tool": TOOL, "files": files}


def report_record(report: Report, output: str | None = None, failure: Failure | None = None) -> dict[str, Any]:
    """One checked file; `output` is the marked workbook, `failure` why it was not written."""
    return {
        "file": mask(report.file),
        "sha256": report.sha256,
        "pack": report.pack,
        "set": report.set_name,
        "term": report.term,
        "school": mask(report.school),
        "status": "clean" if report.clean else "findings",
        "counts": report.counts,
        "levels": report.levels,
        "blank": report.blank,
        "findings": [finding_record(finding) for finding in report.findings],
        "explained": [finding_record(finding) for finding in report.explained],
        "explanations": [answer_record(answer) for answer in report.explanations],
        "unchecked": [{"code": item.rule.code, "why": mask(item.why)} for item in report.unchecked],
        "remarks": [mask(remark) for remark in report.remarks],
        "output": mask(output) if output else None,
        "error": {"kind": failure.kind, "message": mask(failure.message)} if failure else None,
    }


def finding_record(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": finding.code,
        "name": finding.rule.name,
        "level": finding.level,
        "sheet": mask(finding.sheet),
        "cell": finding.cell,
        "label": mask(finding.label),
        "message": mask(finding.message),
        "expected": mask(finding.expected),
        "actual": mask(finding.actual),
        "difference": finding.difference,
        "unit": finding.unit,
        "related": [
            {"sheet": mask(item.sheet), "cell": item.cell, "label": mask(item.label), "value": mask(item.value)}
            for item in finding.related
        ],
        "basis": finding.rule.basis,
        "help": finding.rule.help,
    }


def unreadable_record(file: str, kind: str, message: str) -> dict[str, Any]:
    """A file that could not be checked."""
    return {
        "file": mask(file),
        "sha256": "",
        "pack": "",
        "set": "",
        "term": "",
        "school": "",
        "status": "unreadable",
        "counts": {"selected": 0, "passed": 0, "found": 0, "explained": 0, "unchecked": 0},
        "levels": dict.fromkeys(LEVELS, 0),
        "blank": False,
        "findings": [],
        "explained": [],
        "explanations": [],
        "unchecked": [],
        "remarks": [],
        "output": None,
        "error": {"kind": kind, "message": mask(message)},
    }


def calculated_record(done: Calculated) -> dict[str, Any]:
    """One calculated file."""
    return {
        "file": mask(done.file),
        "sha256": done.sha256,
        "pack": done.pack,
        "set": done.set_name,
        "term": done.term,
        "status": "calculated" if done.writes else "unchanged",
        "output": mask(done.output) if done.output else None,
        "note": mask(done.note),
        "writes": [write_record(write) for write in done.writes],
        "left": [{"sheet": mask(item.sheet), "cells": item.cells, "why": mask(item.why)} for item in done.left],
        "error": None,
    }


def uncalculated_record(file: str, kind: str, message: str) -> dict[str, Any]:
    """A file that could not be calculated or written."""
    return {
        "file": mask(file),
        "sha256": "",
        "pack": "",
        "set": "",
        "term": "",
        "status": kind if kind == "not-written" else "unreadable",
        "output": None,
        "note": "",
        "writes": [],
        "left": [],
        "error": {"kind": kind, "message": mask(message)},
    }


def write_record(write: Write) -> dict[str, Any]:
    """One cell that 计算 wrote."""
    return {
        "sheet": mask(write.ref.sheet),
        "cell": write.ref.cell,
        "label": mask(write.label),
        "kind": write.kind,
        "old": display(write.old, write.unit),
        "new": plain(write.new) if abs(write.new) < PERSONAL else amount(write.new, write.unit),
        "unit": write.unit,
    }
