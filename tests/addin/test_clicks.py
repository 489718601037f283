"""Any buttons in any order: nothing is ever there twice, and 清除标记 gives the workbook back."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jiesuan_addin import log

from .making import Desk, faulty, nothing_twice

WHY = "四月从外校转入12名学生，学籍已核对"
BUTTONS = ("check", "calc", "clear", "next", "previous", "explain")
_VIEW = re.compile(rb"<sheetViews>.*?</sheetViews>", re.S)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("clicks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "log_file", lambda: folder / "excel.log")
        yield folder


@pytest.fixture(scope="module")
def desk(quiet: Path) -> Iterator[Desk]:
    """A workbook with mistakes and with a format and a note of the user's own, calculated already."""
    desk = Desk("file", faulty(quiet, students=10))
    sheet = desk.book.sheets["生均公用经费免学费"]
    sheet.range("B9:B12").conditional_formats.add_custom("=LEN($B9)>20", fill_color="#112233")
    for name, cell in (("助学金结算表", "C8"), ("生均公用经费免学费", "B33")):
        desk.book.sheets[name].range(cell).add_note("财务：已核对")
    desk.press("calc", True)
    parts(desk)  # openpyxl completes a workbook when it first saves it
    yield desk
    desk.close()


def parts(desk: Desk) -> dict[str, bytes]:
    """The sheets of the saved workbook and their notes, but for which cell is selected; ours are left out."""
    names = [sheet.name for sheet in desk.book.sheets]
    buffer = BytesIO()
    desk.book.impl.port.workbook.save(buffer)
    with zipfile.ZipFile(buffer) as saved:
        found = {name: _VIEW.sub(b"", saved.read(f"xl/worksheets/sheet{n}.xml")) for n, name in enumerate(names, 1)}
        found |= {name: saved.read(name) for name in saved.namelist() if name.startswith("xl/comments/")}
    return {name: data for name, data in found.items() if not name.startswith("审核说明")}


def click(desk: Desk, button: str) -> None:
    """Press a button; a reason is given for the first 核实."""
    if button == "explain" and any(sheet.name == "校验结果" for sheet in desk.book.sheets):
        row = next((n for n, line in enumerate(desk.result(), 1) if line[0] in ("核实", "已说明")), None)
        if row is not None:
            sheet = desk.book.sheets["校验结果"]
            sheet.activate()
            sheet.range((row, 1)).select()
    desk.press(button, *([True] if button == "calc" else [WHY] if button == "explain" else []))


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["check", "check", "check"])
@example(["check", "explain", "explain", "check", "explain", "check"])
@example(["check", "calc", "clear", "clear", "check", "next", "calc"])
@given(st.lists(st.sampled_from(BUTTONS), max_size=5))
def test_any_clicks_then_clear(desk: Desk, clicks: list[str]) -> None:
    before = parts(desk)
    for button in clicks:
        click(desk, button)
        nothing_twice(desk)
    desk.press("clear")
    assert parts(desk) == before


def test_calculating_twice_is_calculating_once(desk: Desk) -> None:
    before = parts(desk)
    assert desk.press("calc", True).said == ["该算的都已经算好了，没有要改的。公式没有动。"]
    assert parts(desk) == before
