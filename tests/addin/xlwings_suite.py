"""xlwings' own public tests on the file host: `python -m tests.addin.xlwings_suite [xlwings-….tar.gz]`.

Without a file the source package of the installed version is fetched by pip; only its `tests` folder is unpacked, into a
temporary place.  Tests of the part under another licence, of remote engines, of user-defined functions and of the web
are left out.  Prints a table: passed, not offered by the host, skipped by the tests themselves, different.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

FILES = (
    *("active", "app", "book", "sheet", "range", "ndim", "chunking", "conversion", "converter_json", "fileformats"),
    *("names", "names_collection", "font", "alignment", "borders", "characters", "conditional_formats"),
    *("data_validation", "shape", "table", "pivot_table", "range_duplicates_special_integration"),
    *("range_find_replace_integration", "range_move_integration"),
)
"""The tests that open workbooks in a desktop engine: `test_….py`."""

PACKAGE = "xlwings_tests"

_BACKEND = """
from pathlib import Path
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = Path(metadata_directory, "xlwings-{version}.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: xlwings\\nVersion: {version}\\n")
    (folder / "WHEEL").write_text("Wheel-Version: 1.0\\nGenerator: none\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    return folder.name
"""
"""Stands in for the build tool, which pip wants to ask for metadata although nothing is built."""


def fetched(folder: Path) -> Path:
    """The source package of the installed version."""
    number = version("xlwings")
    (folder / "backend").mkdir()
    (folder / "backend" / "maturin.py").write_text(_BACKEND.format(version=number), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "-q", "download", f"xlwings=={number}", "-d", str(folder)]
    command += ["--no-binary", "xlwings", "--no-deps", "--no-build-isolation"]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(folder / "backend")})
    return next(folder.glob("xlwings-*.tar.gz"))


def unpacked(archive: Path, folder: Path) -> Path:
    """The tests of a source package as a Python package of a name of its own, and what they need besides."""
    command = [sys.executable, "-m", "pip", "-q", "install", "--no-deps", "--target", str(folder / "extra"), "pytz"]
    subprocess.run(command, check=True)
    sys.path.append(str(folder / "extra"))
    with tarfile.open(archive) as package:
        wanted = [member for member in package.getmembers() if member.name.split("/")[1:2] == ["tests"]]
        package.extractall(folder, wanted, filter="data")
    tests = next(folder.glob("xlwings-*/tests")).rename(folder / PACKAGE)
    (tests / "pytest.ini").unlink(missing_ok=True)
    return tests


class Counting:
    """A pytest plugin: by file, how many tests ended how."""

    def __init__(self) -> None:
        self.found: dict[str, Counter[str]] = {}
        self.different: list[str] = []
        self.ended: set[str] = set()

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.nodeid in self.ended or (report.when != "call" and report.passed):
            return
        self.ended.add(report.nodeid)
        text = str(report.longrepr)
        lacking = (
            "NotImplementedError",
            "hosts.port.HostError",
            "has no attribute 'pivot_tables'",
            "'list' object has no attribute",
        )
        if report.passed:
            outcome = "passed"
        elif any(word in text for word in lacking):
            outcome = "lacking"
        else:
            outcome = "skipped" if report.skipped else "different"
        if outcome == "different":
            self.different.append(f"{report.nodeid}: {text.strip().splitlines()[-1]}")
        name = report.nodeid.partition("::")[0].rpartition("test_")[2].removesuffix(".py")
        self.found.setdefault(name, Counter())[outcome] += 1


def main(tests: Path) -> None:
    """Run the unpacked tests and print the table."""
    import pytest

    from jiesuan_addin.hosts import host

    host("file")
    os.chdir(tests.parent)
    counting = Counting()
    files = [f"{PACKAGE}/test_{name}.py" for name in FILES]
    pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir=.", "--no-header", "--tb=line", *files], [counting])
    columns = ("passed", "lacking", "skipped", "different")
    print("\n| 测试文件 | 通过 | 没有的功能 | 自行跳过 | 结果不同 |\n|---|--:|--:|--:|--:|")
    for name, counter in [*sorted(counting.found.items()), ("合计", sum(counting.found.values(), Counter()))]:
        print(f"| {name} | " + " | ".join(str(counter[column]) for column in columns) + " |")
    print("\n" + "\n".join(counting.different))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        given = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else fetched(Path(place))
        main(unpacked(given, Path(place)))
