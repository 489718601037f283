"""What stands in the way of a button, and what the user is told then; the log; the window that a click came from."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

import jiesuan_addin
from jiesuan.reading import UnreadableFile
from jiesuan_addin import log, press, trouble
from jiesuan_addin.hosts import calls
from jiesuan_addin.hosts.port import HostError
from jiesuan_addin.talk import Boxes, Lines, fitting

from ..making import ID, PHONE, typed
from .making import Desk, Told, faulty

BUSY_NUMBERS = (-2147418111, -2147417846, -2146777998)


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "日志" / "excel.log"
    monkeypatch.setattr(log, "log_file", lambda: path)
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faulty(tmp_path_factory.mktemp("source"), students=20)


@pytest.fixture
def path(source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(source, tmp_path / "结算表.xlsx"))


@pytest.fixture
def open_desk() -> Iterator[Callable[[Path | None], Desk]]:
    desks: list[Desk] = []

    def opened(path: Path | None) -> Desk:
        desks.append(Desk("file", path))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.close()


Opener = Callable[[Path | None], Desk]


def changed(path: Path, change: Callable[[openpyxl.Workbook], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


class TestInTheWay:
    def test_no_workbook(self, open_desk: Opener) -> None:
        desk = open_desk(None)
        desk.book.close()
        assert desk.press("check").said == [trouble.NO_BOOK]

    def test_a_new_workbook_not_yet_saved(self, open_desk: Opener) -> None:
        said = open_desk(None).press("check").said
        assert len(said) == 1
        assert said[0].startswith("这不是资助金结算表：看到的工作表有 “Sheet1”（空的）")
        assert said[0].endswith("请确认选对了文件。")

    def test_a_settlement_form_not_yet_saved_is_checked(self, path: Path, open_desk: Opener) -> None:
        desk = open_desk(path)
        new = desk.app.books.add()
        source = desk.app.books["结算表.xlsx"].sheets[0]
        area = source.used_range
        new.sheets[0].range(area.get_address(False, False)).value = area.value
        said = desk.press("check").said
        assert desk.worked and said[0].startswith("错误 ")

    def test_no_settlement_form(self, tmp_path: Path, open_desk: Opener) -> None:
        path = tmp_path / "课表.xlsx"
        openpyxl.Workbook().save(path)
        desk = open_desk(path)
        assert desk.press("calc").said[0].startswith("这不是资助金结算表")
        assert [sheet.name for sheet in desk.book.sheets] == ["Sheet"]

    def test_protected_sheet(self, path: Path, open_desk: Opener) -> None:
        changed(path, lambda book: book["助学金结算表"].protection.enable())
        desk = open_desk(path)
        said = desk.press("check").said
        assert desk.worked
        assert said[0].split("\n\n")[-1] == (
            "下面的工作表没有标上底色和批注，只列在“校验结果”表里。"
            "工作表“助学金结算表”受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"
        )
        assert desk.marks()["助学金结算表"] == ({}, {})
        assert any(row[2] == "助学金结算表" for row in desk.result())

    def test_protected_after_marking(self, path: Path, open_desk: Opener) -> None:
        desk = open_desk(path)
        desk.press("check")
        before = desk.marks()
        desk.book.impl.port.workbook["助学金结算表"].protection.enable()
        for button in ("check", "clear"):
            assert desk.press(button).said == [
                "表上有以前的标记，去不掉：工作表“助学金结算表”受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"
            ]
            assert desk.marks() == before

    def test_calculating_on_a_protected_sheet(self, path: Path, open_desk: Opener) -> None:
        typed(path, {"生均公用经费免学费!H10": 99})
        changed(path, lambda book: book["生均公用经费免学费"].protection.enable())
        desk = open_desk(path)
        assert desk.press("calc", True).said == [
            "没有计算：工作表“生均公用经费免学费”受保护。请在“审阅”里点“撤销工作表保护”后再点一次。"
        ]
        assert desk.book.sheets["生均公用经费免学费"].range("H10").value == 99

    def test_structure_protected(self, path: Path, open_desk: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = open_desk(path)
        monkeypatch.setattr("jiesuan_addin.native.structure_protected", lambda book: True)
        said = desk.press("check").said
        assert said[0].startswith("错误 ") and said[0].endswith(trouble.STRUCTURE)
        assert all(marks == ({}, {}) for marks in desk.marks().values())

    def test_a_chart_in_front(self, path: Path, open_desk: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = open_desk(path)
        monkeypatch.setattr("jiesuan_addin.native.on_chart", lambda book: True)
        assert desk.press("check").said == [trouble.CHART]

    def test_read_only(self, path: Path, open_desk: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
        desk = open_desk(path)
        monkeypatch.setattr("jiesuan_addin.native.is_read_only", lambda book: True)
        assert desk.press("check").said[0].split("\n\n")[-1] == trouble.READ_ONLY

    def test_a_cell_being_edited(self, path: Path, open_desk: Opener) -> None:
        desk = open_desk(path)
        calls(desk.book).busy = True
        said = desk.press("check").said
        assert not desk.worked
        assert said == ["表格程序正忙（例如有一格正在编辑）。请按回车结束编辑后再试。"]
        assert desk.app.screen_updating is True

    def test_the_screen_moves_again_after_an_error(
        self, path: Path, open_desk: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk = open_desk(path)

        def broken(*_: Any) -> None:
            assert desk.app.screen_updating is False
            raise ZeroDivisionError(ID)

        monkeypatch.setattr("jiesuan_addin.marks.put_marks", broken)
        said = desk.press("check").said
        assert said[0].startswith("没有做成（ZeroDivisionError）") and ID not in said[0]
        assert desk.app.screen_updating is True


class TestWords:
    @pytest.mark.parametrize("number", BUSY_NUMBERS)
    def test_excel_busy(self, number: int) -> None:
        assert press.words(RuntimeError(number, "Call was rejected by callee.")) == trouble.BUSY

    def test_excel_busy_somewhere_underneath(self) -> None:
        error = ValueError("x")
        error.__cause__ = RuntimeError(BUSY_NUMBERS[0])
        assert press.is_busy(error)

    def test_not_busy(self) -> None:
        assert not press.is_busy(RuntimeError("x"))
        assert not press.is_busy(RuntimeError())

    def test_an_error_that_carries_something_strange(self) -> None:
        assert not press.is_busy(RuntimeError([BUSY_NUMBERS[0]], "at ./styleuno.cxx:1475"))

    def test_errors_in_their_own_words(self) -> None:
        assert press.words(HostError("文件夹不能写。")) == "文件夹不能写。"
        assert press.words(UnreadableFile("empty")) == UnreadableFile("empty").message
        assert press.words(trouble.Trouble("请先选中。")) == "请先选中。"

    def test_any_other_by_its_type(self) -> None:
        text = press.words(KeyError(ID))
        assert text.startswith("没有做成（KeyError），") and ID not in text and "excel.log" in text


class TestLog:
    def test_what_was_pressed(self, path: Path, open_desk: Opener, journal: Path) -> None:
        open_desk(path).press("check")
        assert journal.read_text(encoding="utf-8").rstrip().endswith("  check  ok")

    def test_no_text_of_the_workbook(self, path: Path, open_desk: Opener, journal: Path) -> None:
        desk = open_desk(path)
        desk.press("next")
        text = journal.read_text(encoding="utf-8")
        assert "next  Trouble  " in text and "result_sheet" in text
        assert "结算表" not in text and "校验" not in text

    def test_where_an_error_came_from_without_its_words(self) -> None:
        try:
            raise ValueError(ID, PHONE)
        except ValueError as error:
            line = log.trace(error)
        assert line.startswith("ValueError  test_press:") and ID not in line and PHONE not in line

    def test_it_does_not_grow_for_ever(self, journal: Path) -> None:
        journal.parent.mkdir()
        journal.write_bytes("旧的一行\n".encode() * 20_000)
        log.write("新的", journal)
        lines = journal.read_text(encoding="utf-8").splitlines()
        assert lines[-1].endswith("  新的") and set(lines[:-1]) == {"旧的一行"}
        assert journal.stat().st_size < 200_000

    def test_a_log_that_cannot_be_written_stops_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "日志文件").write_text("", encoding="utf-8")
        log.write("x", tmp_path / "日志文件" / "excel.log")

    @pytest.mark.parametrize(
        ("platform", "env", "folder"),
        [
            ("win32", {"LOCALAPPDATA": "C:/Users/张三/AppData/Local"}, "C:/Users/张三/AppData/Local/jiesuan"),
            ("win32", {}, "/home/x/AppData/Local/jiesuan"),
            ("darwin", {}, "/home/x/Library/Logs/jiesuan"),
            ("linux", {}, "/home/x/.local/state/jiesuan"),
            ("linux", {"XDG_STATE_HOME": "/var/x"}, "/var/x/jiesuan"),
        ],
    )
    def test_where_it_is(self, platform: str, env: dict[str, str], folder: str) -> None:
        assert log.log_folder(platform, env, Path("/home/x")) == Path(folder)


class FakeApp:
    def __init__(self, hwnd: int) -> None:
        self.hwnd = hwnd
        self.books: list[Any] = []
        self.alerts: list[str] = []

    def alert(self, prompt: str, **_: Any) -> str:
        self.alerts.append(prompt)
        return "ok"


class FakeApps(list[FakeApp]):
    @property
    def active(self) -> FakeApp:
        return self[0]


class TestWindow:
    def test_the_excel_that_was_clicked(self) -> None:
        apps = FakeApps([FakeApp(1), FakeApp(2)])
        assert press.live_app(SimpleNamespace(apps=apps), 2) is apps[1]
        assert press.live_app(SimpleNamespace(apps=apps), 7) is apps[0]
        assert press.live_app(SimpleNamespace(apps=apps), 0) is apps[0]

    def test_no_excel(self) -> None:
        with pytest.raises(trouble.Trouble, match="没有找到正在运行的 Excel"):
            press.live_app(SimpleNamespace(apps=FakeApps()), 0)

    def test_xlwings_does_not_end_processes_of_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gone: list[Any] = []
        monkeypatch.setattr("atexit.unregister", gone.append)
        windows = SimpleNamespace(cleanup=lambda: None)
        press.live_app(SimpleNamespace(apps=FakeApps([FakeApp(1)]), _xlwindows=windows), 0)
        assert gone == [windows.cleanup]

    def test_run_never_raises(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setitem(sys.modules, "xlwings", None)
        jiesuan_addin.run("check", 5)
        assert capsys.readouterr().err.startswith("没有做成（")

    def test_run_without_excel(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setitem(sys.modules, "xlwings", SimpleNamespace(apps=FakeApps()))
        jiesuan_addin.run("check")
        assert capsys.readouterr().err == trouble.NO_EXCEL + "\n"

    def test_run_tells_in_the_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = FakeApp(5)
        monkeypatch.setitem(sys.modules, "xlwings", SimpleNamespace(apps=FakeApps([FakeApp(1), app])))
        jiesuan_addin.run("check", 5)
        assert app.alerts == [trouble.NO_BOOK]

    def test_a_button_nobody_knows(self) -> None:
        user = Told()
        assert press.press(FakeApp(1), "x", user) is None
        assert user.said[0].startswith("没有做成（KeyError）")


class TestTalk:
    def test_message_boxes(self) -> None:
        answers = ["ok", "ok", "cancel"]
        shown: list[tuple[str, dict[str, str]]] = []

        def alert(text: str, **more: str) -> str:
            shown.append((text, more))
            return answers.pop(0)

        app = SimpleNamespace(
            alert=alert,
            api=SimpleNamespace(InputBox=lambda *_, **__: "2"),
            status_bar=False,
        )
        boxes = Boxes(app)
        boxes.tell("好")
        assert (boxes.ask("行吗"), boxes.ask("行吗")) == (True, False)
        assert shown[1] == ("行吗", {"title": "资助结算", "buttons": "ok_cancel", "mode": "info"})
        assert boxes.line("原因", "") == "2"
        assert boxes.choose("哪个", ["甲", "乙"]) == "乙"
        boxes.murmur(f"电话 {PHONE}")
        assert app.status_bar == "电话 139****5678"

    @pytest.mark.parametrize(
        ("typed", "chosen"), [("甲", "甲"), (" 1 ", "甲"), ("3", None), ("0", None), (False, None)]
    )
    def test_choices(self, typed: Any, chosen: str | None) -> None:
        app = SimpleNamespace(api=SimpleNamespace(InputBox=lambda *_, **__: typed))
        assert Boxes(app).choose("哪个", ["甲", "乙"]) == chosen

    def test_a_host_that_cannot_ask(self) -> None:
        with pytest.raises(NotImplementedError):
            Boxes(SimpleNamespace(api=SimpleNamespace())).line("原因", "")

    def test_what_a_box_shows(self) -> None:
        assert fitting(f"{ID}") == "350***********1234"
        assert fitting("字" * 2_000) == "字" * 900 + "……"

    def test_lines_of_a_terminal(self) -> None:
        said: list[str] = []
        lines = Lines(said.append, yes=True, answer="乙")
        lines.tell("a")
        lines.murmur("b")
        assert (lines.ask("c"), lines.line("d", ""), lines.choose("e", ["甲", "乙"])) == (True, "乙", "乙")
        assert Lines(said.append).choose("e", ["甲", "乙"]) == "甲"
        assert said == ["a", "b", "c", "d"]
