"""Installing on Windows and macOS, played with folders of our own; what the command says on other systems."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jiesuan.cli import app
from jiesuan_addin import command, installing, places
from jiesuan_addin.installing import install, interpreter, launcher_text, send_to_text, status, uninstall
from jiesuan_addin.places import Places, built_addin, find_places
from jiesuan_addin.trouble import Trouble

PYTHON = Path(sys.executable)


def windows(home: Path) -> Places:
    found = find_places("win32", {"APPDATA": str(home / "Roaming"), "LOCALAPPDATA": str(home / "Local")}, home)
    assert found is not None
    return found


def mac(home: Path) -> Places:
    found = find_places("darwin", {}, home)
    assert found is not None
    return found


SYSTEMS = [windows, mac]


@pytest.fixture
def addin(tmp_path: Path) -> Path:
    path = tmp_path / "jiesuan.xlam"
    path.write_bytes(b"the add-in")
    return path


@pytest.fixture(params=SYSTEMS, ids=["Windows", "macOS"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    return request.param(tmp_path / "张三 100%")  # type: ignore[no-any-return]


class TestPlaces:
    def test_windows(self, tmp_path: Path) -> None:
        found = windows(tmp_path)
        assert found == Places(
            "Windows",
            tmp_path / "Roaming/Microsoft/Excel/XLSTART/jiesuan.xlam",
            tmp_path / "Local/jiesuan/python.cmd",
            tmp_path / "Roaming/Microsoft/Windows/SendTo/结算校验.cmd",
            tmp_path / "Local/jiesuan/excel.log",
        )

    def test_mac(self, tmp_path: Path) -> None:
        found = mac(tmp_path)
        start = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/jiesuan.xlam"
        script = "Library/Application Scripts/com.microsoft.Excel/jiesuan.applescript"
        assert (found.addin, found.launcher, found.send_to) == (tmp_path / start, tmp_path / script, None)

    def test_elsewhere(self) -> None:
        assert find_places("linux", {}, Path("/home/x")) is None

    def test_the_add_in_that_was_built(self) -> None:
        assert built_addin().name == "jiesuan.xlam" and built_addin().exists()

    def test_the_launcher_is_where_the_macros_look(self) -> None:
        launch = (Path(__file__).parents[2] / "addin/ribbon/Launch.bas").read_text(encoding="utf-8")
        assert r"%LOCALAPPDATA%\jiesuan\python.cmd" in launch
        assert f'"{places.SCRIPT}"' in launch


class TestTexts:
    def test_the_launcher_of_windows(self, tmp_path: Path) -> None:
        text = launcher_text(windows(tmp_path), Path("C:/用户/100%/python.exe"))
        assert (
            text
            == (
                '@echo off\r\nchcp 65001 >nul\r\n"C:/用户/100%%/python.exe" %*\r\nexit /b %errorlevel%\r\n'.replace(
                    "C:/用户", "C:/用户"
                )
            ).encode()
        )

    def test_the_script_of_mac(self, tmp_path: Path) -> None:
        text = launcher_text(mac(tmp_path), Path('/opt/我的 "py"/python')).decode()
        assert text.split("\n") == [
            "on RunPython(code)",
            '  do shell script quoted form of "/opt/我的 \\"py\\"/python" & " -P -B -c " & quoted form of code & " >/dev/null 2>&1 &"',
            '  return "0"',
            "end RunPython",
            "",
        ]

    def test_send_to(self) -> None:
        lines = send_to_text(Path("C:/py/python.exe")).decode().split("\r\n")
        assert lines == [
            "@echo off",
            "chcp 65001 >nul",
            '"C:/py/python.exe" -P -m jiesuan excel send %*',
            "echo.",
            "pause",
            "",
        ]

    def test_the_folder_of_the_workbook_is_not_on_pythons_path(self, tmp_path: Path) -> None:
        """What the macros and 发送到 start, started in a folder with a treacherous module."""
        (tmp_path / "pandas.py").write_text("raise SystemExit(9)", encoding="utf-8")
        for way in (["-P", "-B", "-c", "import pandas"], ["-P", "-m", "jiesuan", "--version"]):
            done = subprocess.run([PYTHON, *way], cwd=tmp_path, capture_output=True, check=False, timeout=120)
            assert done.returncode == 0, way


class TestInstall:
    def test_the_files_are_there(self, system: Places, addin: Path) -> None:
        lines = list(install(system, addin, PYTHON))
        assert lines[0] == "已安装加载项。"
        assert all(path.exists() for path in system.files)
        assert system.addin.read_bytes() == b"the add-in"
        assert interpreter(system) == PYTHON
        text = "\n".join(lines)
        assert hashlib.sha256(b"the add-in").hexdigest() in text
        for word in (
            "请重新打开 Excel",
            "策略",
            "杀毒软件",
            "信任中心",
            "不用加载项也行",
            str(system.addin),
            str(PYTHON),
        ):
            assert word in text
        assert [path.name for path in system.addin.parent.iterdir()] == ["jiesuan.xlam"]

    def test_again_it_changes_nothing(self, system: Places, addin: Path) -> None:
        list(install(system, addin, PYTHON))
        before = {path: path.stat().st_mtime_ns for path in system.files}
        assert next(iter(install(system, addin, PYTHON))) == "已是最新，没有改动。"
        assert {path: path.stat().st_mtime_ns for path in system.files} == before

    def test_an_older_one_is_replaced(self, system: Places, addin: Path) -> None:
        list(install(system, addin, Path("/old/python")))
        addin.write_bytes(b"newer")
        assert next(iter(install(system, addin, PYTHON))) == "已换成新版本的加载项。"
        assert (system.addin.read_bytes(), interpreter(system)) == (b"newer", PYTHON)

    def test_a_folder_that_is_not_to_be_written(self, system: Places, addin: Path) -> None:
        system.addin.parent.parent.mkdir(parents=True)
        system.addin.parent.write_text("a file in the way", encoding="utf-8")
        with pytest.raises(Trouble) as caught:
            list(install(system, addin, PYTHON))
        assert str(caught.value).startswith(f"“jiesuan.xlam”写不进 {system.addin.parent}：")
        assert "请退出全部 Excel 窗口再运行一次" in str(caught.value)

    def test_excel_is_running(self, system: Places, addin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        list(install(system, addin, PYTHON))
        addin.write_bytes(b"newer")

        def locked(path: Path, data: bytes) -> None:
            raise PermissionError(13, "in use", str(path))

        monkeypatch.setattr(installing, "write_whole", locked)
        with pytest.raises(Trouble, match="Excel 可能正开着"):
            list(install(system, addin, PYTHON))
        assert system.addin.read_bytes() == b"the add-in"

    def test_an_installation_without_the_add_in(self, system: Places, tmp_path: Path) -> None:
        with pytest.raises(Trouble, match="安装包不完整，缺少"):
            list(install(system, tmp_path / "没有" / "jiesuan.xlam", PYTHON))


class TestUninstall:
    def test_nothing_is_left(self, system: Places, addin: Path) -> None:
        list(install(system, addin, PYTHON))
        lines = list(uninstall(system))
        assert lines == [*(f"已删除 {path}" for path in system.files), "加载项已卸下。结算表和表上的标记没有动。"]
        assert not any(path.exists() for path in system.files)
        assert list(uninstall(system)) == ["没有装过加载项。"]

    def test_what_others_put_there_stays(self, system: Places, addin: Path) -> None:
        list(install(system, addin, PYTHON))
        other = system.addin.with_name("别人的.xlam")
        other.write_bytes(b"x")
        list(uninstall(system))
        assert other.exists()

    def test_excel_is_running(self, system: Places, addin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        list(install(system, addin, PYTHON))

        def locked(path: Path, missing_ok: bool = False) -> None:
            raise PermissionError(13, "in use", str(path))

        monkeypatch.setattr(Path, "unlink", locked)
        with pytest.raises(Trouble, match="请退出全部 Excel 窗口再运行一次 jiesuan excel uninstall"):
            list(uninstall(system))


class TestStatus:
    def test_all_is_well(self, system: Places, addin: Path) -> None:
        list(install(system, addin, PYTHON))
        good, lines = status(system, addin)
        assert good
        assert lines[0] == f"加载项    正常  {system.addin}"
        assert lines[1] == f"Python    正常  {PYTHON}"
        assert lines[-1] == f"日志      {system.log}（还没有）"

    def test_never_installed(self, system: Places, addin: Path) -> None:
        good, lines = status(system, addin)
        assert not good
        assert lines[0].startswith("加载项    没有装。请运行 jiesuan excel install。")
        assert lines[1] == "Python    没有登记。请运行 jiesuan excel install。"

    def test_another_version(self, system: Places, addin: Path) -> None:
        list(install(system, addin, PYTHON))
        addin.write_bytes(b"newer")
        good, lines = status(system, addin)
        assert not good and lines[0].startswith("加载项    不是这个版本。")

    def test_a_python_that_has_gone(self, system: Places, addin: Path) -> None:
        list(install(system, addin, Path("/没有/python")))
        good, lines = status(system, addin)
        assert not good and lines[1].startswith("Python    找不到了，可能移动或删除过。")

    def test_a_python_without_the_package(self, system: Places, addin: Path, tmp_path: Path) -> None:
        python = tmp_path / "python"
        python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        python.chmod(0o755)
        list(install(system, addin, python))
        good, lines = status(system, addin)
        assert not good and lines[1].startswith("Python    缺少 jiesuan 或 xlwings。")

    def test_a_python_that_may_not_start(self, system: Places, addin: Path, tmp_path: Path) -> None:
        python = tmp_path / "python"
        python.write_bytes(b"no program")
        list(install(system, addin, python))
        good, lines = status(system, addin)
        assert not good and lines[1].startswith("Python    启动不了，可能被策略或杀毒软件拦下。")

    def test_a_launcher_of_somebody_elses(self, system: Places) -> None:
        system.launcher.parent.mkdir(parents=True)
        system.launcher.write_text("something", encoding="utf-8")
        assert interpreter(system) is None
        system.launcher.write_bytes(b"\xff\xfe\xff")
        assert interpreter(system) is None

    def test_send_to_was_taken_away(self, tmp_path: Path, addin: Path) -> None:
        system = windows(tmp_path)
        list(install(system, addin, PYTHON))
        assert system.send_to is not None
        system.send_to.unlink()
        good, lines = status(system, addin)
        assert not good and lines[2] == "发送到    没有装。请运行 jiesuan excel install。"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


class TestCommand:
    @pytest.mark.parametrize("name", ["install", "uninstall", "status"])
    def test_where_there_is_no_excel(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(places, "find_places", lambda: None)
        done = run("excel", name)
        assert done.exit_code == 2
        assert done.output.startswith("这台电脑的系统没有 Excel，装不了加载项。这里能用的：")
        assert "jiesuan check 结算表.xlsx --mark" in done.output

    def test_from_installing_to_uninstalling(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(places, "find_places", lambda: windows(tmp_path))
        assert run("excel", "status").exit_code == 2
        done = run("excel", "install")
        assert (done.exit_code, done.output.split("\n")[0]) == (0, "已安装加载项。")
        done = run("excel", "status")
        assert done.exit_code == 0, done.output
        done = run("excel", "uninstall")
        assert done.exit_code == 0 and done.output.rstrip().endswith("加载项已卸下。结算表和表上的标记没有动。")

    @pytest.mark.parametrize("name", ["install", "uninstall"])
    def test_refused(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> None:
            raise Trouble("写不进去。")

        monkeypatch.setattr(places, "find_places", lambda: windows(tmp_path))
        monkeypatch.setattr(installing, name, refuse)
        done = run("excel", name)
        assert (done.exit_code, done.output) == (2, "写不进去。\n")

    def test_help_is_chinese(self) -> None:
        text = run("excel", "--help").output
        for name in ("install", "uninstall", "status", "run", "send"):
            assert f"  {name}" in text
        assert "Usage" not in text and "Options" not in text

    def test_registered_once(self) -> None:
        assert command.excel.info.name == "excel"
        assert os.linesep  # the program has the group through its entry point
        assert run("excel").exit_code == 2
