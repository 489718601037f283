"""Settlement workbooks of every make: marked, calculated and cleared without loss, valid by the schemas."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest

from jiesuan.calculated import calculate_file
from jiesuan.marking import clear, mark
from jiesuan.marking.changes import NAME
from jiesuan.session import Calculated, open_and_judge
from jiesuan.term import Term

from ..making import AUTUMN, SETS, SPRING, TIERED, blank_file, sample_file
from .making import assert_round_trip, changed, finding, members, report, resaved, rich, sheet_names, values, with_parts
from .schemas import assert_no_less_valid, complaints
from .test_resaved import by_libreoffice

HAS_OFFICE = shutil.which("soffice") is not None


def made(make: Callable[[Path], Path]) -> bytes:
    with TemporaryDirectory() as folder:
        return make(Path(folder, "表.xlsx")).read_bytes()


@cache
def template(set_name: str, term: Term) -> bytes:
    return made(lambda path: blank_file(path, set_name, term))


@cache
def school(set_name: str, term: Term, errors: int = 6) -> bytes:
    return made(lambda path: sample_file(path, set_name, term, errors=errors, students=40))


@cache
def emptied(set_name: str) -> bytes:
    """A school's workbook saved by openpyxl, all formulas deleted."""
    book = openpyxl.load_workbook(io.BytesIO(school(set_name, SPRING, 0)))
    for sheet in book:
        for cell in list(sheet._cells.values()):
            if cell.data_type == "f":
                cell.value = None
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


CASES: dict[str, Callable[[], bytes]] = {}
for _set in SETS:
    for _term in (SPRING, AUTUMN) if _set == SETS[0] else (SPRING, TIERED):
        CASES[f"template-{_set}-{_term}"] = lambda s=_set, t=_term: template(s, t)  # type: ignore[misc]
        CASES[f"school-{_set}-{_term}"] = lambda s=_set, t=_term: school(s, t)  # type: ignore[misc]
    CASES[f"openpyxl-{_set}"] = lambda s=_set: resaved(school(s, SPRING))  # type: ignore[misc]
    CASES[f"emptied-{_set}"] = lambda s=_set: emptied(s)  # type: ignore[misc]
    CASES[f"libreoffice-{_set}"] = lambda s=_set: by_libreoffice(school(s, SPRING))  # type: ignore[misc]
    CASES[f"libreoffice-emptied-{_set}"] = lambda s=_set: by_libreoffice(emptied(s))  # type: ignore[misc]
NAMES = [
    pytest.param(name, marks=[pytest.mark.libreoffice, pytest.mark.skipif(not HAS_OFFICE, reason="no LibreOffice")])
    if "libreoffice" in name
    else name
    for name in CASES
]


@cache
def content(name: str) -> bytes:
    return CASES[name]()


@pytest.mark.parametrize("name", NAMES)
def test_marked_and_cleared(name: str, tmp_path: Path) -> None:
    """By its real findings, which must be the same when the marked workbook is checked."""
    data = content(name)
    path = tmp_path / "表.xlsx"
    path.write_bytes(data)
    judged = open_and_judge(path)
    assert isinstance(judged, tuple)
    marked = assert_round_trip(data, judged[1].report)
    path.write_bytes(marked)
    again = open_and_judge(path)
    assert isinstance(again, tuple)
    assert mark(marked, again[1].report, again[1]) == mark(data, judged[1].report, judged[1])
    untouched = set(members(data)) - changed(data, marked)
    assert all(members(marked)[part] == members(data)[part] for part in untouched)


@pytest.mark.parametrize("name", NAMES)
def test_calculated(name: str, tmp_path: Path) -> None:
    path, once, twice = tmp_path / "表.xlsx", tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    path.write_bytes(content(name))
    done = calculate_file(path, once)
    assert isinstance(done, Calculated)
    again = calculate_file(once, twice)
    assert isinstance(again, Calculated) and again.writes == []
    assert once.read_bytes() == twice.read_bytes()
    data, plain = content(name), clear(once.read_bytes())
    assert (NAME in sheet_names(once.read_bytes())) == bool(done.writes)
    gone = {part for part in members(data) if part not in members(plain)}
    assert gone <= {"xl/calcChain.xml"} and set(members(plain)) <= set(members(data))
    old, new = openpyxl.load_workbook(io.BytesIO(data)), openpyxl.load_workbook(io.BytesIO(plain))
    differing = {
        f"{sheet.title}!{cell.coordinate}"
        for sheet in new
        for cell in sheet._cells.values()
        if cell.value != old[sheet.title][cell.coordinate].value
    }
    assert differing == {f"{write.ref.sheet}!{write.ref.cell}" for write in done.writes if write.kind != "更新"}
    if "emptied" in name:
        assert len(differing) > 100
    if not done.writes:
        assert values(plain) == values(data)


@pytest.mark.parametrize(
    "name",
    ["school-市属-2024春", "openpyxl-省属", "emptied-市属", NAMES[list(CASES).index("libreoffice-emptied-省属")]],
)
def test_valid_by_the_schemas(name: str, tmp_path: Path) -> None:
    data = content(name)
    path, filled = tmp_path / "表.xlsx", tmp_path / "果.xlsx"
    path.write_bytes(data)
    judged = open_and_judge(path)
    assert isinstance(judged, tuple)
    assert_no_less_valid(data, mark(data, judged[1].report, judged[1]))
    calculate_file(path, filled)
    assert_no_less_valid(data, filled.read_bytes())
    judged = open_and_judge(filled)
    assert isinstance(judged, tuple)
    assert_no_less_valid(data, mark(filled.read_bytes(), judged[1].report, judged[1]))


def test_a_workbook_with_everything_stays_valid() -> None:
    found = report(finding("数据", "A1"), finding("数据", "B2", "核实"), finding("附'二'表", "A1", "提示"))
    assert_no_less_valid(rich(), mark(rich(), found))


def test_the_schemas_do_see_faults() -> None:
    """An element out of its place is told, so that silence above means something."""
    part = "xl/worksheets/sheet1.xml"
    wrong = members(rich())[part].replace(b"</worksheet>", b'<sheetFormatPr defaultRowHeight="15"/></worksheet>')
    assert complaints(with_parts(rich(), {part: wrong})) - complaints(rich())
