"""LibreOffice as a judge of its own: it recalculates what we write, from the native formulas alone, to our figures.

Files carry results, and LibreOffice trusts those unless its profile says to recalculate always: the profile made here does.
"""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, ErrorValue
from jiesuan.calculate import calculate, expected
from jiesuan.calculated import calculate_file
from jiesuan.check import check_workbook
from jiesuan.number import QUANTUM
from jiesuan.reading import open_book
from jiesuan.session import Calculated
from jiesuan.term import Term

from .making import AUTUMN, PACK, SETS, SPRING, TIERED, blank_file, changed_member, sample_file

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]
TERMS = (SPRING, AUTUMN, TIERED)
CASES = [(set_name, term) for set_name in SETS for term in TERMS]
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(files: list[Path], folder: Path) -> dict[str, Path]:
    """The files as LibreOffice saves them after recalculating, by stem."""
    profile, target = folder / "profile", folder / "recalculated"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE, encoding="utf-8")
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run([*command, "--outdir", target, *files], check=True, capture_output=True, timeout=300)
    return {path.stem: target / path.name for path in files}


def name(kind: str, set_name: str, term: Term) -> str:
    return f"{kind}_{set_name}_{term}"


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Per workbook: as we wrote it, and as LibreOffice recalculated it."""
    folder = tmp_path_factory.mktemp("oracle")
    files: list[Path] = []
    for set_name, term in CASES:
        blank = blank_file(folder / f"{name('blank', set_name, term)}.xlsx", set_name, term)
        plain = sample_file(folder / f"{name('sample', set_name, term)}.xlsx", set_name, term, students=80)
        faulty = sample_file(folder / f"faulty_{set_name}_{term}.xlsx", set_name, term, students=80, errors=40)
        rebuilt = folder / f"{name('rebuilt', set_name, term)}.xlsx"
        done = calculate_file(faulty, rebuilt)
        assert isinstance(done, Calculated) and done.writes
        files += [blank, plain, rebuilt]
    false = folder / "false.xlsx"
    data = files[1].read_bytes()
    false.write_bytes(changed_member(data, "xl/worksheets/sheet3.xml", b"</f><v>", b"</f><v>1"))
    results = recalculated([*files, false], folder)
    return {path.stem: (path, results[path.stem]) for path in [*files, false]}


Figures = dict[tuple[str, int, int], Decimal]


def numbers(book: Book, workbook: Workbook) -> Figures:
    """What stands in the calculated cells of the forms; blank as 0.  Errors, which only a typed text among the operands
    (`2人`) can cause, are left out."""
    found: Figures = {}
    for table in workbook.tables.values():
        sheet = book.sheet(table.sheet.name)
        for cell in table.sheet.formulas:
            value = sheet.value(*cell)
            if isinstance(value, ErrorValue):
                assert value == "#VALUE!" and unreadable(workbook), (sheet.name, cell, value)
                continue
            assert value in (None, "") or isinstance(value, int | float), (sheet.name, cell, value)
            found[sheet.name, *cell] = Decimal(str(value or 0))
    return found


def wanted(workbook: Workbook) -> Figures:
    """The exact figures of the formula cells, computed from the inputs alone."""
    found: Figures = {}
    for table in workbook.tables.values():
        for (field, index), value in expected(table, workbook.pack, workbook.term).items():
            cell = table.columns[field].cells[index]
            if cell in table.sheet.formulas:
                assert cell
                found[table.sheet.name, *cell] = value
    return found


def agree(one: Figures, other: Figures, *, gaps: bool = False) -> None:
    """The same figures; with `gaps` only where both have one."""
    places = one.keys() & other.keys() if gaps else one.keys() | other.keys()
    wrong = [
        (place, one.get(place), other.get(place))
        for place in places
        if abs(one.get(place, Decimal(0)) - other.get(place, Decimal(0))) >= QUANTUM / 2
    ]
    assert places and wrong == []


@pytest.mark.parametrize("kind", ["blank", "sample", "rebuilt"])
@pytest.mark.parametrize(("set_name", "term"), CASES, ids=str)
def test_the_same_figures(judged: dict[str, tuple[Path, Path]], kind: str, set_name: str, term: Term) -> None:
    ours, theirs = judged[name(kind, set_name, term)]
    book = open_book(ours)
    workbook = bind(book, PACK)
    gaps = unreadable(workbook)
    judgement = numbers(open_book(theirs), workbook)
    agree(numbers(book, workbook), judgement, gaps=gaps)
    if kind != "blank":
        agree(wanted(workbook), judgement, gaps=gaps)
    assert any(judgement.values()) == (kind != "blank")


def unreadable(workbook: Workbook) -> bool:
    """Whether a typed figure is none (`2人`): a native SUM passes over it, 计算 leaves its totals alone."""
    return any(
        number.trouble
        for table in workbook.tables.values()
        for column in table.columns.values()
        for number in column.numbers
    )


@pytest.mark.parametrize(("set_name", "term"), CASES, ids=str)
def test_the_recalculated_file_is_checked_alike(
    judged: dict[str, tuple[Path, Path]], set_name: str, term: Term
) -> None:
    for kind in ("sample", "rebuilt"):
        reports = [check_workbook(bind(open_book(path), PACK)) for path in judged[name(kind, set_name, term)]]
        ours, theirs = (
            [(f.code, f.sheet, f.cell, f.actual, f.expected) for f in report.findings] for report in reports
        )
        assert ours == theirs
        assert calculate(bind(open_book(judged[name(kind, set_name, term)][1]), PACK)) == []


def test_the_judge_does_not_take_our_word(judged: dict[str, tuple[Path, Path]]) -> None:
    """A file with false results comes back with true ones, so agreement above proves something."""
    ours, theirs = judged["false"]
    workbook = bind(open_book(ours), PACK)
    false, true = numbers(workbook.book, workbook), numbers(open_book(theirs), workbook)
    sheet = workbook.tables["免学费"].sheet.name
    assert any(place[0] == sheet and false[place] != true[place] for place in false)
    honest = bind(open_book(judged[name("sample", *CASES[0])][0]), PACK)
    agree(wanted(honest), true)
