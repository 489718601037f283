"""Foreign files, many of them odd, damaged or hostile on purpose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path

import pytest

from jiesuan.reading import UnreadableFile, open_book
from jiesuan.reading.direct import Direct
from jiesuan.reading.problem import MESSAGES

FOLDER = Path(os.environ.get("JIESUAN_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder of foreign spreadsheets (JIESUAN_CORPUS)"),
]

SCRIPT = """
import json, resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
from jiesuan.reading import UnreadableFile, open_book
for line in sys.stdin:
    path, start = Path(line.rstrip("\\n")), time.monotonic()
    try:
        outcome, cause = "ok", len(open_book(path).sheets)
    except UnreadableFile as problem:
        outcome, cause = problem.kind, type(problem.__cause__).__name__
    print(json.dumps([outcome, cause, time.monotonic() - start]), flush=True)
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss), flush=True)
"""


def files() -> list[Path]:
    return sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")


@cache
def outcomes() -> tuple[dict[str, tuple[str, object, float]], int, str]:
    """Read every file in one process apart, so that an abort shows: what became of each, the memory, what was said."""
    names = [path.as_posix() for path in files()]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input="\n".join(names) + "\n",
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(names) + 1, f"the process ended at {names[len(lines)]}: {done.stderr[-500:]}"
    assert done.returncode == 0
    return dict(zip(names, lines, strict=False)), lines[-1], done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit of memory")
class TestAll:
    def test_each_gives_a_book_or_a_problem_of_the_file(self) -> None:
        found, _, _ = outcomes()
        unforeseen = {
            name: outcome
            for name, outcome in found.items()
            if outcome[0] not in ("ok", *MESSAGES)
            or (
                outcome[0] != "ok"
                and outcome[1] not in ("NoneType", "BadZipFile", "ExpatError", "SheetBroken", "UnicodeDecodeError")
            )
        }
        assert unforeseen == {}

    def test_most_can_be_read(self) -> None:
        found, _, _ = outcomes()
        assert sum(outcome[0] == "ok" for outcome in found.values()) >= 0.95 * len(found)

    def test_in_bounded_time_and_memory(self) -> None:
        found, memory, _ = outcomes()
        assert {name: seconds for name, (_, _, seconds) in found.items() if seconds > 20} == {}
        assert memory < 1_000_000

    def test_without_a_word(self) -> None:
        assert outcomes()[2] == ""


def read(path: Path) -> object:
    """Everything read of a file, the types of its values included, or what it is refused for."""
    try:
        book = open_book(path)
    except UnreadableFile as problem:
        return problem.kind
    return book, [[[type(value) for value in line] for line in sheet.values] for sheet in book.sheets]


def test_sheets_read_in_one_pass_are_as_calamine_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = [path for path in files() if path.suffix in (".xlsx", ".xlsm")]
    one_pass, passed = Direct.sheet, 0

    def counted(self: Direct, data: bytes) -> object:
        nonlocal passed
        sheet = one_pass(self, data)
        passed += sheet is not None
        return sheet

    monkeypatch.setattr(Direct, "sheet", counted)
    found = [read(path) for path in packages]
    monkeypatch.setattr(Direct, "sheet", lambda *_: None)
    assert [path.name for path, book in zip(packages, found, strict=True) if read(path) != book] == []
    assert passed >= len(packages) / 2


OPENPYXL = (
    "xlsxwriter/optimize02.xlsx",
    "xlsxwriter/types06.xlsx",
    "poi/45431.xlsm",
    "poi/48923.xlsx",
    "poi/dataValidationTableRange.xlsx",
    "poi/51710.xlsx",
    "calamine/errors.xlsx",
    "calamine/issue3.xlsm",
    "closedxml/Sorting.xlsx",
    "exceljs/1904.xlsx",
    "phpss/issue.2396.xlsx",
)


@pytest.mark.parametrize("name", OPENPYXL)
def test_openpyxl_sees_the_same_formulas(name: str) -> None:
    import openpyxl

    path = FOLDER / name
    if not path.exists():
        pytest.skip("not in this sample of the corpus")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(path)
    for sheet in open_book(path).sheets:
        other = workbook[sheet.name]
        expected = {
            (cell.row, cell.column): cell.value for row in other.iter_rows() for cell in row if cell.data_type == "f"
        }
        assert set(sheet.formulas) == set(expected)
        for cell, text in sheet.formulas.items():
            if text and isinstance(expected[cell], str):
                assert "=" + text.replace("\n", "") == str(expected[cell]).replace("_x000a_", "").replace("\n", "")
        assert {row for row, about in other.row_dimensions.items() if about.hidden} == sheet.hidden_rows
        assert sorted(sheet.merges) == sorted(
            (area.min_row, area.min_col, area.max_row, area.max_col) for area in other.merged_cells.ranges
        )
