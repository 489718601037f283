"""Foreign workbooks of every origin: marked without loss, cleared to the byte, or refused with a reason."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from jiesuan.marking import NotMarkable, clear, mark
from jiesuan.marking.problem import MESSAGES

from .making import members, openpyxl_book, report, sheet_names, some_findings, values
from .schemas import assert_no_less_valid
from .test_resaved import by_libreoffice

FOLDER = Path(os.environ.get("JIESUAN_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder of foreign spreadsheets (JIESUAN_CORPUS)"),
]
SUFFIXES = (".xlsx", ".xlsm", ".xltx")


def files() -> list[Path]:
    return sorted(path for path in FOLDER.rglob("*") if path.suffix.lower() in SUFFIXES)


@cache
def outcome(path: Path) -> tuple[str, bytes]:
    """`ok` and the marked workbook, or the kind of the refusal."""
    data = path.read_bytes()
    try:
        found = report(*some_findings(sheet_names(data), path.name))
        marked = mark(data, found)
    except NotMarkable as problem:
        assert problem.message == MESSAGES[problem.kind]
        return problem.kind, b""
    assert clear(marked) == data
    assert mark(marked, found) == marked
    return "ok", marked


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_lost(path: Path) -> None:
    kind, marked = outcome(path)
    if kind != "ok":
        return
    data = path.read_bytes()
    assert set(members(data)) <= set(members(marked))
    before, after = values(data), values(marked)
    assert before == after or isinstance(before, type)
    try:
        book = openpyxl_book(data)
    except Exception:
        return
    again = openpyxl_book(marked)
    assert len(again.sheetnames) == len(book.sheetnames) + 1


def test_few_are_refused() -> None:
    kinds = Counter(outcome(path)[0] for path in files())
    assert kinds["ok"] >= 0.9 * kinds.total()
    assert set(kinds) <= {"ok", *MESSAGES}


@pytest.mark.parametrize("path", files()[::12], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_part_becomes_less_valid(path: Path) -> None:
    kind, marked = outcome(path)
    if kind == "ok":
        assert_no_less_valid(path.read_bytes(), marked)


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("path", files()[::17], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_libreoffice_sees_the_same_values(path: Path) -> None:
    kind, marked = outcome(path)
    if kind == "ok":
        data = path.read_bytes()
        try:
            plain = by_libreoffice(data)
        except Exception:
            pytest.skip("LibreOffice does not open it")
        saved = by_libreoffice(marked)
        assert values(saved) == values(plain)
        after = clear(saved)
        assert values(after) == values(plain)
        assert all(b"jiesuan-mark" not in content for content in members(after).values())
