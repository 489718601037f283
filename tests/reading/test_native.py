"""The child process and what guards it."""

from __future__ import annotations

import datetime as dt
import io
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jiesuan.book import ErrorValue
from jiesuan.reading import UnreadableFile, child, native, scan
from jiesuan.reading.problem import SheetBroken

from .making import parts, sheet_xml, written, zipped


class TestTidy:
    @pytest.mark.parametrize(
        ("raw", "rows"),
        [
            ([], []),
            ([["", ""], ["", ""]], []),
            ([["a", ""], ["", ""], ["", "b"]], [["a"], [], [None, "b"]]),
            ([[1.0, 1.5, -0.0, 3]], [[1, 1.5, 0, 3]]),
            ([[True, False, 0.0]], [[True, False, 0]]),
            (
                [[dt.date(2024, 1, 2), dt.timedelta(0), dt.time(0)]],
                [[dt.date(2024, 1, 2), dt.timedelta(0), dt.time(0)]],
            ),
            ([[999999999999999.0, 1e15, -1e15, 1e300]], [[999999999999999, 1e15, -1e15, 1e300]]),
            ([[float("nan"), float("inf"), float("-inf")]], [[ErrorValue("#NUM!")] * 3]),
            ([[" "]], [[" "]]),
        ],
    )
    def test_rows(self, raw: Sequence[Sequence[Any]], rows: list[list[Any]]) -> None:
        found = native.tidy(raw)
        assert found == rows
        assert [[*map(type, row)] for row in found] == [[*map(type, row)] for row in rows]


class TestValues:
    def test_a_package_that_is_none(self) -> None:
        with pytest.raises(SheetBroken):
            native.Values(b"nothing")

    def test_a_sheet_that_is_not_there(self) -> None:
        values = native.Values(zipped(parts(sheet_xml("<row r='1'><c r='A1'><v>1</v></c></row>"))))
        assert values.sheet(0) == [[1]]
        with pytest.raises(SheetBroken):
            values.sheet(1)

    @pytest.mark.parametrize(
        ("raised", "expected"),
        [
            (type("PanicException", (BaseException,), {}), SheetBroken),
            (ValueError, SheetBroken),
            (MemoryError, MemoryError),
            (KeyboardInterrupt, KeyboardInterrupt),
        ],
    )
    def test_panics_are_failures_but_interrupts_are_not(
        self, raised: type[BaseException], expected: type[BaseException], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import python_calamine

        class Panicking:
            def from_filelike(self, _: object) -> None:
                raise raised

            def get_sheet_by_index(self, _: int) -> None:
                raise raised

        values = native.Values(zipped(parts(sheet_xml())))
        values._book = Panicking()  # type: ignore[assignment]
        with pytest.raises(expected):
            values.sheet(0)
        monkeypatch.setattr(python_calamine, "CalamineWorkbook", Panicking())
        with pytest.raises(expected):
            native.Values(b"")


def with_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
    script = tmp_path / "other_child.py"
    script.write_text(source)
    monkeypatch.setattr(native, "_CHILD", script)


def problem_of(*arguments: object) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        native.ask("sheets", *arguments)
    return caught.value


class TestAsk:
    def test_a_child_that_takes_too_long(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with_child(monkeypatch, tmp_path, "import time; time.sleep(60)")
        monkeypatch.setattr(native, "SECONDS", 0.3)
        problem = problem_of(b"")
        assert problem.kind == "timeout"
        assert "用时过长" in problem.message

    @pytest.mark.parametrize(
        "source",
        ["import os; os.abort()", "raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
    )
    def test_a_child_that_dies(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str) -> None:
        with_child(monkeypatch, tmp_path, source)
        problem = problem_of(b"")
        assert problem.kind == "crashed"
        assert "异常退出" in problem.message

    def test_what_a_child_says_is_not_shown(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with_child(monkeypatch, tmp_path, "import sys; sys.stderr.write('panicked at'); sys.exit(1)")
        assert problem_of(b"").kind == "crashed"
        assert capfd.readouterr() == ("", "")

    @pytest.mark.skipif(sys.platform != "linux", reason="the memory limit of a process is dependable on Linux only")
    def test_memory_is_limited(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        source = (
            Path(child.__file__)
            .read_text("utf-8")
            .replace("def main", "def hungry(): return 'x' * (4 << 30)\n\ndef main")
        )
        source = source.replace('"sheets": sheets', '"sheets": hungry').replace("MEMORY = 2 << 30", "MEMORY = 1 << 30")
        with_child(monkeypatch, tmp_path, source)
        with pytest.raises(UnreadableFile) as caught:
            native.ask("sheets")
        assert caught.value.kind == "crashed"

    def test_the_modules_of_the_parent_are_found(self) -> None:
        (name, visible, rows, merges) = native.ask("sheets", written(lambda _, sheet: sheet.write("B2", "甲")))[0]
        assert (name, visible, rows, merges) == ("表1", True, [["", ""], ["", "甲"]], [])


class TestSheetsOf:
    def answer(self, monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
        monkeypatch.setattr(native, "ask", lambda *_: answer)

    def test_sheets_and_remarks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer(
            monkeypatch,
            [
                ("甲", True, [["", 1.0], ["", ""]], [((0, 0), (1, 2))]),
                ("乙", True, None, []),
                ("丙", False, [], None),
            ],
        )
        sheets, remarks = native.sheets_of(b"")
        assert [(s.name, s.visible, s.values, s.merges) for s in sheets] == [
            ("甲", True, [[None, 1]], [(1, 1, 2, 3)]),
            ("丙", False, [], []),
        ]
        assert remarks == ["工作表“乙”的数据范围过大，不像表格，没有读取。"]

    def test_all_sheets_together_have_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(native, "MAX_BOOK_AREA", 5)
        self.answer(monkeypatch, [(name, True, [[1.0, 2.0, 3.0]], None) for name in "甲乙丙"])
        sheets, remarks = native.sheets_of(b"")
        assert [sheet.name for sheet in sheets] == ["甲"]
        assert len(remarks) == 2

    @pytest.mark.parametrize("kind", ["corrupt", "encrypted", "too-large"])
    def test_a_slug_is_a_problem(self, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        self.answer(monkeypatch, kind)
        with pytest.raises(UnreadableFile) as caught:
            native.sheets_of(b"")
        assert caught.value.kind == kind


class TestChild:
    """The child's own functions, called here so that they are measured."""

    def test_sheets(self) -> None:
        def fill(workbook: Any, sheet: Any) -> None:
            sheet.write("A1", 1)
            workbook.add_worksheet("藏").hide()
            workbook.add_chartsheet("图")

        assert child.sheets(written(fill)) == [("表1", True, [[1.0]], []), ("藏", False, [], [])]

    def test_a_sheet_too_large_comes_without_rows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(child, "MAX_AREA", 3)
        data = written(lambda workbook, sheet: (sheet.write("B2", 1), workbook.add_worksheet("小").write("C1", 1)))
        found = child.sheets(data)
        assert not isinstance(found, str)
        assert [(name, rows) for name, _, rows, _ in found] == [("表1", None), ("小", [["", "", 1.0]])]

    def test_its_limit_is_that_of_the_scan(self) -> None:
        assert child.MAX_AREA == scan.MAX_AREA

    @pytest.mark.parametrize(
        ("raised", "slug"),
        [
            ("PasswordError", "encrypted"),
            ("CalamineError", "corrupt"),
            ("ZipError", "corrupt"),
            (MemoryError, "too-large"),
            (type("PanicException", (BaseException,), {}), "corrupt"),
        ],
    )
    def test_failures_are_slugs(
        self, raised: str | type[BaseException], slug: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import python_calamine

        class Failing:
            @staticmethod
            def from_filelike(_: object) -> None:
                raise getattr(python_calamine, raised) if isinstance(raised, str) else raised

        monkeypatch.setattr(python_calamine, "CalamineWorkbook", Failing)
        assert child.sheets(b"") == slug

    def test_main_answers_the_request_on_stdin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        request = pickle.dumps((["somewhere"], "sheets", (b"nothing",)))
        output = io.BytesIO()
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(request)))
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output))
        monkeypatch.setattr(child, "limit", lambda: None)
        child.main()
        assert pickle.loads(output.getvalue()) == "corrupt"
        assert sys.path[-1] == "somewhere"

    def test_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resource = pytest.importorskip("resource")
        asked = []

        def setrlimit(what: int, sizes: tuple[int, int]) -> None:
            asked.append((what, sizes))
            if what == resource.RLIMIT_CPU:
                raise ValueError("not allowed to raise maximum limit")

        monkeypatch.setattr(resource, "setrlimit", setrlimit)
        child.limit()
        assert asked == [
            (resource.RLIMIT_AS, (2 << 30, 2 << 30)),
            (resource.RLIMIT_CPU, (120, 120)),
            (resource.RLIMIT_CORE, (0, 0)),
        ]

    def test_where_there_are_no_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "resource", None)
        child.limit()
