"""The JSON document: exactly the promised keys and types, nothing personal."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jiesuan import __version__
from jiesuan.calculate import Write
from jiesuan.calculated import calculate_file
from jiesuan.filling import Filling
from jiesuan.left import Left
from jiesuan.ref import Ref
from jiesuan.render.json import (
    calculated_record,
    document,
    report_record,
    uncalculated_record,
    unreadable_record,
    write_record,
)
from jiesuan.report import Answer, Finding, Related, Report, Unverified
from jiesuan.session import Calculated, check_file

from ..making import ID, PACK, PHONE, overtyped, sample, written

FINDING: dict[str, Any] = {
    "code": r"[A-Z]\d{3}",
    "name": str,
    "level": r"错误|核实|提示",
    "sheet": str,
    "cell": r"([A-Z]+\d+(:[A-Z]+\d+)?(,|$))*",
    "label": str,
    "message": str,
    "expected": str,
    "actual": str,
    "difference": str,
    "unit": str,
    "related": [{"sheet": str, "cell": str, "label": str, "value": str}],
    "basis": r".+",
    "help": r".+",
}
EXPLANATION = {
    "code": r"[A-Z]\d{3}",
    "sheet": str,
    "cell": str,
    "label": str,
    "reason": str,
    "state": r"待复核|已认可|已退回|失效|不采用|未能校验|不再需要",
    "comment": str,
    "why": str,
}
COUNTS = {"selected": int, "passed": int, "found": int, "explained": int, "unchecked": int}
ERROR = {"kind": r"[a-z][a-z0-9-]+", "message": r".*。"}
CHECKED: dict[str, Any] = {
    "file": str,
    "sha256": r"[0-9a-f]{64}",
    "pack": r"fujian-2024",
    "set": r"省属|市属",
    "term": r"20\d\d[春秋]",
    "school": str,
    "status": r"clean|findings",
    "counts": COUNTS,
    "levels": {"错误": int, "核实": int, "提示": int},
    "blank": bool,
    "findings": [FINDING],
    "explained": [FINDING],
    "explanations": [EXPLANATION],
    "unchecked": [{"code": r"[A-Z]\d{3}", "why": r".+"}],
    "remarks": [str],
    "output": None,
    "error": None,
}
UNREADABLE = {
    **CHECKED,
    "sha256": "",
    "pack": "",
    "set": "",
    "term": "",
    "school": "",
    "status": "unreadable",
    "error": ERROR,
}
WRITE = {
    "sheet": str,
    "cell": r"[A-Z]+\d+",
    "label": str,
    "kind": r"填入|替换|更新",
    "old": str,
    "new": str,
    "unit": str,
}
CALCULATED: dict[str, Any] = {
    "file": str,
    "sha256": r"[0-9a-f]{64}",
    "pack": r"fujian-2024",
    "set": r"省属|市属",
    "term": r"20\d\d[春秋]",
    "status": r"calculated|unchanged",
    "output": (str, None),
    "note": str,
    "writes": [WRITE],
    "left": [{"sheet": str, "cells": str, "why": str}],
    "error": None,
}


def conforms(value: Any, schema: Any, where: str = "$") -> None:
    """The value has that shape: a type, a pattern, a list of one shape, an object of exactly those keys, or None."""
    if schema is None:
        assert value is None, where
    elif isinstance(schema, tuple):
        assert value is None or isinstance(value, schema[0]), where
    elif isinstance(schema, type):
        assert type(value) is schema, f"{where}: {value!r}"
    elif isinstance(schema, str):
        assert isinstance(value, str) and re.fullmatch(schema, value, re.DOTALL), f"{where}: {value!r}"
    elif isinstance(schema, list):
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            conforms(item, schema[0], f"{where}[{number}]")
    else:
        assert set(value) == set(schema), where
        for key, part in schema.items():
            conforms(value[key], part, f"{where}.{key}")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    filling = overtyped()
    other = [key for role, key, name in filling.figures if role == "免学费" and name == "第1月"][-1]
    return written(
        tmp_path / "表.xlsx",
        Filling({**filling.figures, ("免学费", other, "第1月"): "三人"}, filling.rows, filling.lines),
    )


def checked(path: Path) -> Report:
    report = check_file(path)
    assert isinstance(report, Report)
    return report


def test_document() -> None:
    assert document([]) == {"schema_version": 1, "tool": {"name": "jiesuan", "version": __version__}, "files": []}


def test_a_faulty_workbook(faulty: Path) -> None:
    report = checked(faulty)
    record = json.loads(json.dumps(report_record(report), ensure_ascii=False))
    conforms(record, CHECKED)
    assert record["status"] == "findings" and record["findings"] and record["unchecked"]
    counts = record["counts"]
    assert counts["selected"] == counts["passed"] + counts["found"] + counts["explained"] + counts["unchecked"]
    assert counts["found"] == len({item["code"] for item in record["findings"]})
    assert sum(record["levels"].values()) == len(record["findings"])
    assert [(item["code"], item["cell"]) for item in record["findings"]] == [(f.code, f.cell) for f in report.findings]


def test_a_clean_workbook(tmp_path: Path) -> None:
    record = report_record(checked(written(tmp_path / "表.xlsx", sample().filling)))
    conforms(record, CHECKED)
    assert (record["status"], record["findings"], record["blank"]) == ("clean", [], False)


def test_a_blank_workbook_is_not_clean(tmp_path: Path) -> None:
    record = report_record(checked(written(tmp_path / "表.xlsx", Filling())))
    conforms(record, CHECKED)
    assert (record["status"], record["blank"]) == ("findings", True)


def test_an_unreadable_file() -> None:
    record = unreadable_record("表.xlsx", "empty", "这是一个空文件。")
    conforms(record, UNREADABLE)
    assert record["counts"] == dict.fromkeys(COUNTS, 0) and set(record) == set(CHECKED)


def test_a_calculated_workbook(faulty: Path, tmp_path: Path) -> None:
    for target in (None, tmp_path / "果.xlsx"):
        done = calculate_file(faulty, target)
        assert isinstance(done, Calculated)
        record = json.loads(json.dumps(calculated_record(done), ensure_ascii=False))
        conforms(record, CALCULATED)
        assert record["status"] == "calculated" and len(record["writes"]) == len(done.writes)
        assert record["output"] == (target.name if target else None)
    again = calculate_file(tmp_path / "果.xlsx", None)
    assert isinstance(again, Calculated)
    record = calculated_record(again)
    conforms(record, CALCULATED)
    assert (record["status"], record["writes"], record["note"]) == ("unchanged", [], "")


@pytest.mark.parametrize(
    ("kind", "status"), [("not-written", "not-written"), ("empty", "unreadable"), ("internal", "unreadable")]
)
def test_an_uncalculated_file(kind: str, status: str) -> None:
    record = uncalculated_record("表.xlsx", kind, "写不进去。")
    assert set(record) == set(CALCULATED)
    conforms(record["error"], ERROR)
    assert (record["status"], record["output"], record["writes"]) == (status, None, [])


@pytest.mark.parametrize(
    ("old", "new", "unit", "shown"),
    [
        (None, "98", "人次", ("（空白）", "98")),
        (2.06, "2.058", "万元", ("2.0600", "2.058")),
        ("2人", "1E+2", "人", ("2人", "100")),
        (19600, "1.9600", "万元", ("19,600.0000", "1.96")),
        (int(ID), ID, "人次", ("350***********1234", "350***********1234")),
        (int(PHONE), PHONE, "人次", ("139****5678", "139****5678")),
    ],
)
def test_a_write(old: Any, new: str, unit: str, shown: tuple[str, str]) -> None:
    record = write_record(Write(Ref("表", 7, 12), "甲 · 乙", "替换", old, Decimal(new), unit))
    conforms(record, WRITE)
    assert (record["old"], record["new"]) == shown
    assert (record["sheet"], record["cell"], record["label"], record["unit"]) == ("表", "L7", "甲 · 乙", unit)


def test_everything_is_masked() -> None:
    text = f"{ID}、{PHONE}"
    rule = next(iter(PACK.rules.values()))
    finding = Finding(rule, text, "A1", text, text, text, text, "", "", (Related(text, "A1", text, text),))
    report = Report(
        text,
        "0" * 64,
        "fujian-2024",
        "市属",
        "2024春",
        (rule,),
        [finding],
        [Unverified(rule, text)],
        [finding],
        [Answer("B109", text, "A1", text, text, "已退回", text, text)],
        [text],
        text,
    )
    left = [Left(text, "A1", text)]
    done = Calculated(text, "0" * 64, "fujian-2024", "市属", "2024春", left=left, output=text, note=text)
    write = Write(Ref(text, 1, 1), text, "替换", text, Decimal(1), "人")
    shown = json.dumps(
        [
            report_record(report),
            unreadable_record(text, "empty", text),
            uncalculated_record(text, "not-written", text),
            calculated_record(done),
            write_record(write),
        ],
        ensure_ascii=False,
    )
    assert ID not in shown and PHONE not in shown and "350***********1234、139****5678" in shown
