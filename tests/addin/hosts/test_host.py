from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import xlwings as xw

from jiesuan_addin.hosts import NAMES, calls, host
from jiesuan_addin.hosts.port import HostError


def test_nothing_heavy_is_imported_before_a_host_is_asked_for() -> None:
    code = (
        "import sys, jiesuan_addin, jiesuan_addin.hosts, jiesuan_addin.hosts.port, jiesuan_addin.hosts.counting; "
        "print([m for m in ('pandas', 'pandera', 'numpy', 'openpyxl', 'xlwings', 'uno') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_host_is_registered_once_and_becomes_active() -> None:
    first = host("file")
    assert first.name == "jiesuan-file"
    assert xw.engines.active is first
    assert host("file") is first
    assert [engine.name for engine in xw.engines].count("jiesuan-file") == 1


def test_counting_can_be_asked_for_after_a_host_has_started(book: Any) -> None:
    import jiesuan_addin.hosts as hosts

    hosts.calls(book).clear()
    assert book.sheets[0]["A1"].value is None
    assert (hosts.calls(book).reads("Sheet1", "values"), hosts.calls(book).writes()) == (1, 0)


def test_other_names() -> None:
    assert NAMES == ("file", "libreoffice", "desktop")
    with pytest.raises(ValueError, match=r"^没有名为“wps”的宿主，可用的有：file、libreoffice、desktop$"):
        host("wps")


@pytest.mark.skipif(sys.platform != "linux", reason="there may be an Excel here")
def test_without_excel_the_desktop_host_says_so() -> None:
    with pytest.raises(
        HostError, match=r"^这台电脑上没有可用的 Excel。请在装有 Excel 的 Windows 或 macOS 电脑上使用，"
    ):
        host("desktop")


def test_apps_are_found_by_their_number(app: Any) -> None:
    engine = app.engine
    running = xw.apps
    assert app in list(running)
    assert list(running.keys()) == [each.pid for each in running]
    assert running[app.pid] == app
    with pytest.raises(KeyError):
        running[-1]
    running.cleanup()
    assert engine.type == "desktop"
    assert app.books.count == 0


def test_an_app_ends_with_its_workbooks() -> None:
    host("file")
    app = xw.App(visible=False)
    assert app.books.count == 1
    assert calls(app.books[0]).log == []
    app.kill()
    assert app not in list(xw.apps)
    app.kill()
