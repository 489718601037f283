"""What every headless host must do with a workbook: sheets, names, what is selected, protection, saving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Protection
from openpyxl.workbook.protection import WorkbookProtection

from jiesuan_addin.hosts.area import Area, parse_area
from jiesuan_addin.hosts.port import BookPort, DefinedName, HostError

RED = (255, 156, 156)


def area(text: str) -> Area:
    return parse_area(text)


def titles(port: Any) -> list[str]:
    return [sheet.name for sheet in port.sheets()]


@pytest.fixture
def opened(app: Any, tmp_path: Path) -> Any:
    """Opens a workbook made with openpyxl."""
    ports: list[BookPort] = []

    def open_made(change: Callable[[Workbook], None], **options: Any) -> Any:
        made = Workbook()
        made.worksheets[0].title = "甲"
        change(made)
        path = tmp_path / f"{len(ports)}.xlsx"
        made.save(path)
        ports.append(app.impl.program.open(path, options.get("read_only", False), None))
        return ports[-1]

    yield open_made
    for port in ports:
        port.close()


class TestSheets:
    def test_they_come_and_go(self, port: Any) -> None:
        first = port.sheets()[0]
        second = port.add(1, "乙")
        port.add(0, "丙")
        assert titles(port) == ["丙", "Sheet1", "乙"]
        port.move(second, 0)
        assert titles(port) == ["乙", "丙", "Sheet1"]
        port.move(second, 2)
        assert titles(port) == ["丙", "Sheet1", "乙"]
        port.remove(first)
        assert titles(port) == ["丙", "乙"]

    def test_a_copy(self, port: Any) -> None:
        sheet = port.sheets()[0]
        sheet.write(area("A1:B1"), [[2.0, "=A1*2"]])
        sheet.set_aspect(area("A1"), "fill", RED)
        copied = port.copy(sheet, 1, "副本")
        copied.write(area("A1"), [[5.0]])
        assert titles(port) == ["Sheet1", "副本"]
        assert (sheet.values(area("A1:B1")), copied.values(area("A1:B1"))) == ([[2.0, 4.0]], [[5.0, 10.0]])
        assert copied.aspect(area("A1"), "fill") == RED

    def test_which_is_in_front_and_what_is_selected(self, port: Any) -> None:
        first, second = port.sheets()[0], port.add(1, "乙")
        port.activate(second)
        port.select(area("B2:C4"))
        assert (port.active().name, port.selection()) == ("乙", area("B2:C4"))
        port.activate(first)
        port.select(area("D5"))
        assert (port.active().name, port.selection()) == ("Sheet1", area("D5"))
        port.activate(second)
        assert port.selection().first == area("B2")
        port.remove(second)
        assert port.active().name == "Sheet1"

    def test_hidden(self, port: Any) -> None:
        other = port.add(1, "乙")
        assert (other.visible, other.is_chart, other.protected) == (True, False, False)
        other.visible = False
        assert [sheet.visible for sheet in port.sheets()] == [True, False]

    def test_a_chart_sheet_has_no_cells(self, opened: Any) -> None:
        def chart(book: Workbook) -> None:
            book.worksheets[0]["A1"] = 1
            bars = BarChart()
            bars.add_data(Reference(book.worksheets[0], range_string="甲!$A$1:$A$2"))
            book.create_chartsheet("图").add_chart(bars)

        port = opened(chart)
        assert [(sheet.name, sheet.is_chart) for sheet in port.sheets()] == [("甲", False), ("图", True)]


class TestNames:
    def test_of_the_workbook_and_of_a_sheet(self, port: Any) -> None:
        port.set_name("学校", None, "=Sheet1!$A$1")
        port.set_name("合计", "Sheet1", "=Sheet1!$B$2:$B$9")
        assert port.names() == [
            DefinedName("学校", None, "=Sheet1!$A$1"),
            DefinedName("合计", "Sheet1", "=Sheet1!$B$2:$B$9"),
        ]
        port.set_name("学校", None, "=Sheet1!$C$3")
        port.set_name("合计", "Sheet1", None)
        assert port.names() == [DefinedName("学校", None, "=Sheet1!$C$3")]

    def test_names_in_formulas(self, port: Any) -> None:
        sheet = port.sheets()[0]
        sheet.write(area("A1"), [[21.0]])
        port.set_name("标准", None, "=Sheet1!$A$1")
        sheet.write(area("B1"), [["=A1*2"]])
        assert sheet.values(area("B1")) == [[42.0]]


class TestProtection:
    def test_sheets(self, opened: Any) -> None:
        def protect(book: Workbook) -> None:
            sheet = book.worksheets[0]
            sheet.protection.enable()
            sheet["B2"] = 1
            sheet["B2"].protection = Protection(locked=False)
            book.create_sheet("乙")

        port = opened(protect)
        locked, free = port.sheets()
        assert (locked.protected, free.protected, port.protected) == (True, False, False)
        assert [locked.locked(area(where)) for where in ("A1", "B2", "A1:B2")] == [True, False, True]

    def test_a_fill_by_condition_beside_a_protected_sheet(self, opened: Any) -> None:
        def protect(book: Workbook) -> None:
            book.worksheets[0].protection.enable()
            book.create_sheet("乙")["A1"] = 1

        sheet = opened(protect).sheets()[1]
        sheet.add_rule(area("A1:B2"), "=1>0", RED, False)
        assert [(rule.areas, rule.formula, rule.fill) for rule in sheet.rules()] == [((area("A1:B2"),), "=1>0", RED)]

    @pytest.mark.parametrize("locked", [True, False])
    def test_the_structure(self, opened: Any, locked: bool) -> None:
        def protect(book: Workbook) -> None:
            book.security = WorkbookProtection(lockStructure=locked)

        assert opened(protect).protected is locked

    def test_to_be_read_only(self, opened: Any) -> None:
        assert [opened(lambda book: None, read_only=asked).read_only for asked in (True, False)] == [True, False]


class TestSaving:
    def test_properties(self, opened: Any) -> None:
        def describe(book: Workbook) -> None:
            book.custom_doc_props.append(StringProperty(name="jiesuan-term", value="2024春"))

        assert opened(describe).properties()["jiesuan-term"] == "2024春"
        assert "jiesuan-term" not in opened(lambda book: None).properties()

    def test_everything_of_ours_survives(self, app: Any, port: Any, tmp_path: Path) -> None:
        sheet = port.sheets()[0]
        sheet.write(area("A1:B2"), [["甲", 1.5], [None, "=B1*2"]])
        sheet.set_note(1, 1, "记一笔")
        sheet.merge(area("D1:E2"))
        sheet.set_aspect(area("A1"), "fill", RED)
        sheet.set_hidden(area("A2"), True, True)
        port.add(1, "乙").visible = False
        port.set_name("数", None, "=Sheet1!$B$1")
        assert (port.path, port.read_only) == (None, False)
        port.save(tmp_path / "存.xlsx")
        assert port.path == tmp_path / "存.xlsx"
        again = app.impl.program.open(tmp_path / "存.xlsx", False, None)
        try:
            sheet = again.sheets()[0]
            assert sheet.values(area("A1:B2")) == [["甲", 1.5], [None, 3.0]]
            assert sheet.formulas(area("B2")) == [["=B1*2"]]
            assert (sheet.notes(), sheet.merges(), sheet.hidden_rows()) == ({(1, 1): "记一笔"}, [area("D1:E2")], {2})
            assert sheet.aspect(area("A1"), "fill") == RED
            assert [each.visible for each in again.sheets()] == [True, False]
            assert [name for name in again.names() if name.name == "数"] == [DefinedName("数", None, "=Sheet1!$B$1")]
        finally:
            again.close()

    def test_a_folder_that_is_not_there(self, port: Any, tmp_path: Path) -> None:
        with pytest.raises(HostError):
            port.save(tmp_path / "没有" / "a.xlsx")
        assert port.path is None
