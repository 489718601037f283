"""What a school gets back: its workbook marked, 审核反馈.xlsx and 退回通知.docx.  Made by a worker, written by the batch."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from ..pack import load_pack
from ..report import Report
from ..session import Failure, broken, failed
from ..term import Term
from ..text import mask
from .store import report_of

CHECKED = "_已校验"
FEEDBACK, LETTER = "审核反馈.xlsx", "退回通知.docx"
LONGEST = 60
"""Characters of a name made from a received one; a file's name may have 255 bytes."""
_FOREIGN = (".xls", ".xlsb", ".ods", ".et", ".xlt", ".ett")


@dataclass(frozen=True)
class Problem:
    """One line of what a school must do."""

    level: str
    code: str
    sheet: str
    cell: str
    label: str
    message: str
    expected: str = ""
    actual: str = ""
    difference: str = ""
    basis: str = ""
    help: str = ""


@dataclass(frozen=True)
class Parcel:
    """One school: plain data for a worker."""

    folder: str
    """Below OUT."""
    school: str
    term: str
    """As titles write it; empty when nothing could be read."""
    due: str
    file: str
    """Name of the file that counts."""
    problems: tuple[Problem, ...]
    """Empty where nothing need be returned: only marks then."""
    pack: str = ""
    path: str = ""
    data: bytes = field(default=b"", repr=False)
    """The workbook to mark; empty where there is none."""
    result: dict[str, Any] = field(default_factory=dict, repr=False)
    answered: bool = False
    asked: str = ""
    """`--term`."""


Made = list[tuple[str, bytes] | Failure]
"""(path below OUT, content) of each file for a school, or why one was not made."""


def make_parcels(parcels: list[Parcel]) -> list[Made]:
    """Everything for these schools."""
    return [_made(parcel) for parcel in parcels]


def _made(parcel: Parcel) -> Made:
    from .feedback import feedback
    from .letter import letter

    made: Made = []
    copy = ""
    if parcel.data:
        try:
            data = marked(parcel)
        except Exception as error:
            made.append(_unmarked(parcel, error))
        else:
            copy = f"{short(mask(PurePosixPath(parcel.path).stem))}{CHECKED}{suffix_of(data)}"
            made.append((f"{parcel.folder}/{copy}", data))
    if parcel.problems:
        made.append((f"{parcel.folder}/{FEEDBACK}", feedback(parcel)))
        made.append((f"{parcel.folder}/{LETTER}", letter(parcel, copy)))
    return made


def _unmarked(parcel: Parcel, error: Exception) -> Failure:
    from ..marking import NotMarkable

    path = Path(PurePosixPath(parcel.path).name)
    if isinstance(error, NotMarkable):
        return failed(path, error.kind, f"没有标记：{error.message}")
    return broken(path, error)


def marked(parcel: Parcel) -> bytes:
    """The workbook with every finding marked.  Raises NotMarkable and whatever a damaged workbook may cause."""
    from ..explain import judge
    from ..marking import NotMarkable, mark
    from ..marking.files import converted
    from ..marking.package import Package
    from ..marking.returned import came_back
    from ..session import open_workbook
    from .letter import timeless

    data, suffix = parcel.data, PurePosixPath(parcel.path).suffix.lower()
    try:
        Package(data).check_kind()
    except NotMarkable as problem:
        if problem.kind != "not-ooxml" or suffix not in _FOREIGN:
            raise
        data = timeless(converted(data, suffix))
    report = report_of(parcel.result, parcel.path, load_pack(parcel.pack))
    workbook = open_workbook(
        Path(PurePosixPath(parcel.path).name), term=Term.parse(parcel.asked) if parcel.asked else None, data=parcel.data
    )
    if isinstance(workbook, Failure):
        return mark(data, report)
    judgement = judge(workbook, report, *came_back(workbook.book), now="")
    return mark(data, report, dataclasses.replace(judgement, report=report))


def suffix_of(data: bytes) -> str:
    """What a marked workbook must be called."""
    from ..marked import has_macros

    return ".xlsm" if has_macros(data) else ".xlsx"


def problems_of(report: Report) -> tuple[Problem, ...]:
    """What a report asks the school to do: findings, gravest first, then what could not be checked."""
    found = [
        Problem(
            f.level,
            f.code,
            f.sheet,
            f.cell,
            f.label,
            f.message,
            f.expected,
            f.actual,
            f.difference,
            f.rule.basis,
            f.rule.help,
        )
        for f in report.findings
    ]
    found += [
        Problem(
            "未能校验", u.rule.code, "", "", u.rule.name, u.why, basis=u.rule.basis, help="补全或改正所缺的内容后再报"
        )
        for u in report.unchecked
        if u.rule.code not in report.found_codes
    ]
    if report.blank:
        found.insert(0, Problem("错误", "", "", "", "", "这套表还没有填数", help="填好后再报"))
    return tuple(found)


def told_sender(message: str) -> str:
    """Why a file could not be read, for the school that sent it: without asking it to have the file sent again."""
    return "".join(part for part in re.findall("[^。；]+[。；]?", message) if "对方" not in part).rstrip("；。") + "。"


def short(text: str) -> str:
    """A received name as a name of ours: no character that Windows refuses, not too long."""
    plain = "".join("_" if c in '\\/:*?"<>|' or ord(c) < 32 else c for c in text).strip(" .")
    return plain[:LONGEST].strip(" .") or "_"


def encoded(parcel: Parcel) -> bytes:
    """What the files of a parcel are made of, but for the workbook's bytes."""
    plain = {name: value for name, value in vars(parcel).items() if name != "data"}
    return msgspec.json.encode(
        {**plain, "problems": [vars(problem) for problem in parcel.problems]}, order="deterministic"
    )
