"""What only the LibreOffice host has to take care of: a program of its own that leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import Workbook

from jiesuan.reading import UnreadableFile
from jiesuan_addin.hosts.libreoffice import office
from jiesuan_addin.hosts.libreoffice.program import OfficeProgram
from jiesuan_addin.hosts.port import HostError

from .conftest import OFFICE

KILLED = """
import os, signal
from jiesuan_addin.hosts.libreoffice.program import OfficeProgram
program = OfficeProgram()
program.new()
print(program.office.home, *program.office._leftovers, program.pid, sep="\\n", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def gone(paths: list[Path], pid: int, seconds: float = 20) -> list[str]:
    """What of these is still there after some time."""
    end = time.monotonic() + seconds
    while True:
        left = [str(path) for path in paths if path.exists()]
        left += [f"process {pid}"] if Path(f"/proc/{pid}").exists() else []
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


class TestProcess:
    pytestmark = OFFICE

    def test_quitting_leaves_nothing(self, tmp_path: Path) -> None:
        program = OfficeProgram()
        book = program.new()
        book.save(tmp_path / "a.xlsx")
        opened = program.open(tmp_path / "a.xlsx", False, None)
        assert opened.path == tmp_path / "a.xlsx"
        home, leftovers, pid = program.office.home, program.office._leftovers, program.pid
        assert all(path.exists() for path in [home, *leftovers])
        program.quit()
        assert gone([home, *leftovers], pid, 0) == []
        assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
        program.quit()

    def test_the_end_of_python_by_force_leaves_nothing(self) -> None:
        done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True)
        *paths, pid = done.stdout.split()
        assert len(paths) == 3
        assert gone([Path(path) for path in paths], int(pid)) == []

    def test_two_of_them_do_not_meet(self) -> None:
        one, two = OfficeProgram(), OfficeProgram()
        try:
            assert one.pid != two.pid and one.office.home != two.office.home
            one.quit()
            assert two.new().sheets()[0].name == "Sheet1"
        finally:
            one.quit()
            two.quit()

    def test_one_that_does_not_come_up(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        broken = tmp_path / "soffice"
        broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        broken.chmod(0o755)
        monkeypatch.setattr(office, "find_libreoffice", lambda: str(broken))
        monkeypatch.setattr(office, "_PATIENCE", 0.2)
        with pytest.raises(HostError, match=r"^LibreOffice 没有启动成功。请确认它能正常打开，再试一次。$"):
            OfficeProgram()

    def test_the_bridge_leaves_the_import_of_others_alone(self, office_app: Any) -> None:
        assert "uno" in sys.modules
        assert __import__ is not sys.modules["uno"].__dict__.get("_uno_import")
        assert not any(folder in sys.path for folder in office._BRIDGES)

    def test_formats_that_are_not_for_it(self, office_app: Any, tmp_path: Path) -> None:
        program = office_app.impl.program
        (tmp_path / "a.docx").write_bytes(b"")
        with pytest.raises(HostError, match=r"^“a.docx”不是能打开的工作簿格式。请先另存为 .xlsx。$"):
            program.open(tmp_path / "a.docx", False, None)
        book = program.new()
        with pytest.raises(HostError, match=r"^不能存成 .docx 的文件。请用 .xlsx 结尾的文件名。$"):
            book.save(tmp_path / "b.docx")
        with pytest.raises(ValueError, match=r"^LibreOffice 没有这种对齐方式：distributed$"):
            sheet = book.sheets()[0]
            sheet.set_aspect(sheet.extent(), "horizontal", "distributed")
        book.close()

    def test_a_password_that_is_not_needed_and_a_file_that_it_does_not_open(
        self, office_app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = office_app.impl.program
        path = tmp_path / "a.xlsx"
        Workbook().save(path)
        opened = program.open(path, False, "1234")
        assert [sheet.name for sheet in opened.sheets()] == ["Sheet"]
        opened.close()
        monkeypatch.setattr(program.office, "desktop", SimpleNamespace(loadComponentFromURL=lambda *_: None))
        with pytest.raises(UnreadableFile, match=r"^文件已损坏，无法读出其中的表格。"):
            program.open(path, False, None)

    @pytest.mark.parametrize("kind", ["ods", "xls"])
    def test_other_formats_are_opened_and_saved(self, office_app: Any, tmp_path: Path, kind: str) -> None:
        program = office_app.impl.program
        book = program.new()
        sheet = book.sheets()[0]
        sheet.write(sheet.extent(), [["甲"]])
        book.save(tmp_path / f"a.{kind}")
        book.close()
        again = program.open(tmp_path / f"a.{kind}", False, None)
        assert again.sheets()[0].values(again.sheets()[0].extent()) == [["甲"]]
        again.close()


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "find_libreoffice", lambda: None)
    monkeypatch.setattr(office, "uno_module", lambda: None)
    with pytest.raises(HostError, match=r"^没有找到 LibreOffice。请先安装 LibreOffice，或改用文件宿主。$"):
        OfficeProgram()


def test_without_the_bridge() -> None:
    """In a fresh interpreter: once loaded, the bridge stays."""
    code = (
        "from jiesuan_addin.hosts.libreoffice import office; office._BRIDGES = ()\n"
        "import sys; sys.path = [p for p in sys.path if 'dist-packages' not in p]\n"
        "try: office.uno_module()\n"
        "except office.HostError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("没有 LibreOffice 的 Python 接口。Debian、Ubuntu 上请运行 apt-get install")
