"""Counting what a click asks of its host."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan_addin.hosts.area import Area
from jiesuan_addin.hosts.counting import Call, Calls, Counted
from jiesuan_addin.hosts.port import HostError


class Port:
    """A sheet that remembers what reached it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.visible = True
        self.reached: list[Any] = []

    def values(self, area: Area) -> list[list[Any]]:
        self.reached.append(("values", area))
        return [[1.0]]

    def write(self, area: Area, rows: Any) -> None:
        self.reached.append(("write", area, rows))

    def note(self, row: int, column: int) -> None:
        self.reached.append(("note", row, column))

    def set_note(self, row: int, column: int, text: str | None) -> None:
        self.reached.append(("set_note", row, column, text))

    def size(self, row: int | None, column: int | None) -> float:
        self.reached.append(("size", row, column))
        return 15.0

    def rules(self) -> list[Any]:
        self.reached.append(("rules",))
        return []

    def remove_rule(self, key: Any) -> None:
        self.reached.append(("remove_rule", key))

    def locked(self, area: Area) -> bool:
        return False


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def port() -> Port:
    return Port("甲")


@pytest.fixture
def sheet(port: Port, calls: Calls) -> Any:
    return Counted(port, calls)  # type: ignore[arg-type]


def test_every_operation_is_noted_with_its_place_and_passed_on(sheet: Any, port: Port, calls: Calls) -> None:
    assert sheet.values(Area(1, 2, 3, 4)) == [[1.0]]
    sheet.write(Area(2, 2), [["甲"]])
    sheet.note(3, 4)
    sheet.set_note(3, 4, "记")
    assert sheet.size(None, 5) == 15.0
    assert sheet.rules() == []
    sheet.remove_rule("键")
    assert calls.log == [
        Call("甲", "values", "B1:E3"),
        Call("甲", "write", "B2"),
        Call("甲", "note", "D3"),
        Call("甲", "set_note", "D3"),
        Call("甲", "size", "E1"),
        Call("甲", "rules", ""),
        Call("甲", "remove_rule", ""),
    ]
    assert [each[0] for each in port.reached] == [call.operation for call in calls.log]


def test_reads_and_writes_by_sheet_and_operation(port: Port, calls: Calls) -> None:
    one, two = Counted(port, calls), Counted(Port("乙"), calls)  # type: ignore[arg-type]
    one.values(Area(1, 1))
    one.values(Area(1, 1))
    one.rules()
    one.set_note(1, 1, None)
    two.values(Area(1, 1))
    two.write(Area(1, 1), [[None]])
    assert (calls.reads(), calls.reads("甲"), calls.reads("甲", "values"), calls.reads(operation="values")) == (
        4,
        3,
        2,
        3,
    )
    assert (calls.writes(), calls.writes("乙"), calls.writes("乙", "set_note"), calls.writes("甲", "values")) == (
        2,
        1,
        0,
        0,
    )
    calls.clear()
    assert (calls.reads(), calls.writes(), calls.log) == (0, 0, [])


def test_what_is_neither_is_not_counted(sheet: Any, calls: Calls) -> None:
    assert (sheet.name, sheet.visible, sheet.locked(Area(1, 1))) == ("甲", True, False)
    sheet.visible = False
    assert (sheet.bare.visible, calls.log) == (False, [])


def test_a_busy_host_refuses_all_and_nothing_arrives(sheet: Any, port: Port, calls: Calls) -> None:
    calls.busy = True
    refusal = r"^表格程序正忙（例如有一格正在编辑）。请按回车结束编辑后再试。$"
    with pytest.raises(HostError, match=refusal):
        sheet.values(Area(1, 1))
    with pytest.raises(HostError, match=refusal):
        sheet.write(Area(1, 1), [[1.0]])
    with pytest.raises(HostError, match=refusal):
        sheet.visible = False
    assert (port.reached, port.visible, calls.log) == ([], True, [])
    calls.busy = False
    sheet.write(Area(1, 1), [[1.0]])
    assert calls.writes() == 1
