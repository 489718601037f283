"""The command line: check --mark, clear; calc of a marked file."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from jiesuan import marked
from jiesuan.cli import app
from jiesuan.marking import NotMarkable, mark
from jiesuan.marking.files import NotWritten
from jiesuan.pack import load_pack
from jiesuan.produce import make_sample_file
from jiesuan.session import open_and_judge
from jiesuan.term import Term

from ..making import ID, overtyped, written
from .making import notes, openpyxl_book, rich, sheet_names, values


@cache
def sample() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        make_sample_file(path, load_pack(), "市属", Term.parse("2024春"), students=60, seed=3, errors=6)
        return path.read_bytes()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "示范校.xlsx"
    path.write_bytes(sample())
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class TestMark:
    def test_a_copy_beside_the_file(self, file: Path) -> None:
        done = run("check", file, "--mark")
        assert done.exit_code == 1, done.output
        assert "已写入 示范校_已校验.xlsx，原文件未动。" in done.output
        assert names(file.parent) == {"示范校.xlsx", "示范校_已校验.xlsx"}
        assert file.read_bytes() == sample()
        marked = file.with_name("示范校_已校验.xlsx").read_bytes()
        assert sheet_names(marked)[-1] == "校验结果"
        assert values(marked) == values(sample())

    def test_clear_gives_the_file_back(self, file: Path) -> None:
        run("check", file, "--mark")
        marked = file.with_name("示范校_已校验.xlsx")
        done = run("clear", marked)
        assert done.exit_code == 0
        assert file.with_name("示范校_已校验_已清除.xlsx").read_bytes() == sample()

    def test_in_place_and_back(self, file: Path) -> None:
        assert "备份在 示范校_备份1.xlsx" in run("check", file, "--mark", "--in-place").output
        assert file.with_name("示范校_备份1.xlsx").read_bytes() == sample()
        once = file.read_bytes()
        assert "没有再写" in run("check", file, "--mark", "--in-place").output
        assert file.read_bytes() == once
        assert "示范校_备份2.xlsx" in run("clear", file, "--in-place").output
        assert file.read_bytes() == sample()
        assert "没有标记" in run("clear", file, "--in-place").output

    def test_the_marked_file_checks_the_same(self, file: Path) -> None:
        run("check", file, "--mark", "--in-place")
        plain = file.with_name("b.xlsx")
        plain.write_bytes(sample())
        one, two = (json.loads(run("check", path, "--format", "json").output)["files"][0] for path in (file, plain))
        assert one["findings"] == two["findings"]
        assert one["counts"] == two["counts"]

    def test_every_finding_has_its_row_and_its_note(self, file: Path) -> None:
        record = json.loads(run("check", file, "--mark", "--format", "json").stdout)["files"][0]
        assert record["output"] == "示范校_已校验.xlsx"
        marked = file.with_name("示范校_已校验.xlsx").read_bytes()
        sheet = openpyxl_book(marked)["校验结果"]
        rows = [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=8, max_col=10)]
        rows = rows[: len(record["findings"])]
        assert [(r[0], r[1], r[2], r[3]) for r in rows] == [
            (f["level"], f["code"], f["sheet"] or "（整个工作簿）", f["cell"]) for f in record["findings"]
        ]
        assert [(r[5], r[6], r[7]) for r in rows] == [
            (f["expected"], f["actual"], f["difference"]) for f in record["findings"]
        ]
        for item in record["findings"]:
            if item["cell"]:
                assert item["code"] in notes(marked, item["sheet"])[item["cell"].split(":")[0].split(",")[0]]
        linked = [row for row in range(8, 8 + len(rows)) if rows[row - 8][3]]
        assert all(sheet.cell(row, 4).hyperlink is not None for row in linked)
        assert sheet.auto_filter.ref == f"A7:M{7 + len(rows)}"
        assert sheet.freeze_panes == "A8"
        assert sheet.print_title_rows == "$7:$7"

    def test_a_reason_that_was_typed_stays(self, file: Path) -> None:
        run("check", file, "--mark", "--in-place")
        book = openpyxl.load_workbook(file)
        book["校验结果"]["K9"] = "这里说明原因"
        book.save(file)
        row = [book["校验结果"].cell(9, n).value for n in range(1, 5)]
        run("check", file, "--mark", "--in-place")
        sheet = openpyxl_book(file.read_bytes())["校验结果"]
        kept = [[sheet.cell(r, n).value for n in range(1, 5)] for r in range(8, 60) if sheet.cell(r, 11).value]
        assert kept == [row]

    def test_output(self, file: Path, tmp_path: Path) -> None:
        folder = tmp_path / "出"
        folder.mkdir()
        assert run("check", file, "--mark", "-o", folder).exit_code == 1
        assert names(folder) == {"示范校_已校验.xlsx"}
        assert run("check", file, file, "--mark", "-o", folder, "--force").exit_code == 1
        assert run("check", file, "--mark", "-o", folder / "b.xlsx").exit_code == 1
        assert names(folder) == {"示范校_已校验.xlsx", "示范校_已校验2.xlsx", "b.xlsx"}
        assert run("check", file, file, "--mark", "-o", tmp_path / "新").exit_code == 1
        assert names(tmp_path / "新") == {"示范校_已校验.xlsx", "示范校_已校验2.xlsx"}

    def test_in_place_follows_a_link(self, file: Path, tmp_path: Path) -> None:
        (tmp_path / "别处").mkdir()
        link = tmp_path / "别处" / "表.xlsx"
        link.symlink_to(file)
        file.chmod(0o640)
        assert run("check", link, "--mark", "--in-place").exit_code == 1
        assert link.is_symlink() and names(link.parent) == {"表.xlsx"}
        assert names(tmp_path) == {"别处", "示范校.xlsx", "示范校_备份1.xlsx"}
        assert file.stat().st_mode & 0o777 == 0o640

    def test_personal_numbers_in_names_are_masked(self, file: Path) -> None:
        path = file.rename(file.with_name(f"{ID}.xlsx"))
        for arguments in (["check", path, "--mark"], ["check", path, "--mark", "--format", "json"], ["clear", path]):
            assert ID not in run(*arguments).output
        marked = path.with_name(f"{ID}_已校验.xlsx")
        assert marked.exists() and ID not in run("clear", marked).output

    def test_json_tells_what_was_written(self, file: Path) -> None:
        good, bad = (
            json.loads(run("check", file, *more, "--format", "json").stdout)["files"][0]
            for more in (["--mark"], ["--mark"])
        )
        assert (good["output"], good["error"]) == ("示范校_已校验.xlsx", None)
        assert bad["output"] is None and bad["status"] == "findings" and bad["findings"] == good["findings"]
        assert bad["error"]["kind"] == "not-written" and "已经存在" in bad["error"]["message"]
        plain = run("check", file, "--format", "json")
        assert json.loads(plain.stdout)["files"][0]["output"] is None and plain.stderr == ""

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            (["-o", "a.xlsx"], "--mark"),
            (["--in-place"], "--mark"),
            (["--force"], "--mark"),
            (["--mark", "--in-place", "-o", "a.xlsx"], "只能用一个"),
        ],
    )
    def test_options_that_do_not_fit(self, file: Path, arguments: list[str], text: str) -> None:
        done = run("check", file, *arguments)
        assert done.exit_code == 2
        assert text in done.output
        assert names(file.parent) == {file.name}


class TestRefused:
    def refused(self, file: Path, text: str, *arguments: object) -> None:
        before = {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}
        done = run(*arguments)
        assert done.exit_code == 2, done.output
        assert text in done.output
        assert "Traceback" not in done.output
        assert {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()} == before

    def test_existing_output(self, file: Path) -> None:
        file.with_name("示范校_已校验.xlsx").write_bytes(b"mine")
        self.refused(file, "已经存在", "check", file, "--mark")
        assert run("check", file, "--mark", "--force").exit_code == 1

    def test_same_file_and_wrong_suffix(self, file: Path) -> None:
        self.refused(file, "--in-place", "check", file, "--mark", "-o", file)
        self.refused(file, "扩展名应为 .xlsx", "check", file, "--mark", "-o", file.with_name("a.xlsm"))

    def test_open_elsewhere(self, file: Path) -> None:
        file.with_name(f"~${file.name}").write_bytes(b"")
        self.refused(file, "正在别的程序中打开", "check", file, "--mark", "--in-place")
        assert "没有保存的改动不在内" in run("check", file, "--mark").output

    def test_read_only(self, file: Path) -> None:
        file.chmod(0o444)
        self.refused(file, "只读", "check", file, "--mark", "--in-place")

    def test_full_disk(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        self.refused(file, "磁盘已满", "check", file, "--mark")
        self.refused(file, "磁盘已满", "check", file, "--mark", "--in-place")

    def test_signed(self, file: Path) -> None:
        import zipfile

        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("_xmlsignatures/origin.sigs", "")
        self.refused(file, "数字签名", "check", file, "--mark")
        self.refused(file, "数字签名", "clear", file)

    def test_behind_a_password(self, file: Path) -> None:
        msoffcrypto = pytest.importorskip("msoffcrypto")
        from msoffcrypto.format.ooxml import OOXMLFile

        assert msoffcrypto
        buffer = io.BytesIO()
        OOXMLFile(io.BytesIO(sample())).encrypt("密码", buffer)
        file.write_bytes(buffer.getvalue())
        self.refused(file, "密码", "check", file, "--mark", "--password", "密码")
        self.refused(file, "密码", "clear", file)

    def test_no_settlement_workbook(self, file: Path) -> None:
        file.write_bytes(rich())
        self.refused(file, "表", "check", file, "--mark")

    def test_no_file(self, file: Path) -> None:
        self.refused(file, "找不到", "clear", file.with_name("无.xlsx"))
        self.refused(file, "找不到", "check", file.with_name("无.xlsx"), "--mark")

    def test_a_folder(self, file: Path) -> None:
        self.refused(file, "文件夹", "clear", file.parent)
        self.refused(file, "文件夹", "check", file, file, "--mark", "-o", file.parent / "无" / "果")

    def test_an_error_of_ours(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise KeyError("某学生")

        monkeypatch.setattr(marked, "mark", broken)
        monkeypatch.setattr(marked, "clear", broken)
        self.refused(file, "程序内部出错（KeyError）", "check", file, "--mark")
        self.refused(file, "程序内部出错（KeyError）", "clear", file)

    @pytest.mark.parametrize("option", ["--in-place", "--force"])
    def test_changed_after_it_was_checked(self, file: Path, monkeypatch: pytest.MonkeyPatch, option: str) -> None:
        later = sample() + b"\0"

        def checked(path: Path, **options: Any) -> Any:
            found = open_and_judge(path, **options)
            path.write_bytes(later)
            return found

        monkeypatch.setattr(marked, "open_and_judge", checked)
        done = run("check", file, "--mark", option)
        assert (done.exit_code, names(file.parent), file.read_bytes()) == (2, {file.name}, later)
        assert "被别的程序改过" in done.stderr

    def test_changed_before_it_is_replaced(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        later = sample() + b"\0"

        def slow(*arguments: Any) -> bytes:
            file.write_bytes(later)
            return mark(*arguments)

        monkeypatch.setattr(marked, "mark", slow)
        assert "被别的程序改过" in run("check", file, "--mark", "--in-place").stderr
        assert (names(file.parent), file.read_bytes()) == ({file.name}, later)

    def test_vanished_after_it_was_checked(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:

        def checked(path: Path, **options: Any) -> Any:
            found = open_and_judge(path, **options)
            path.unlink()
            return found

        monkeypatch.setattr(marked, "open_and_judge", checked)
        assert "找不到" in run("check", file, "--mark").stderr

    def test_a_failed_write_back_keeps_no_backup(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(path: Path, data: bytes) -> None:
            raise NotWritten("full", "磁盘已满。")

        monkeypatch.setattr(marked, "write_whole", full)
        self.refused(file, "磁盘已满", "check", file, "--mark", "--in-place")


class TestOtherFormats:
    @pytest.fixture
    def old(self, tmp_path: Path) -> Path:
        """The sample as .xls in all but its content: only the conversion is pretended."""
        path = tmp_path / "旧.ods"
        path.write_bytes(b"not zip")
        return path

    def test_converted(self, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(marked, "converted", lambda data, suffix: sample())
        sha = hashlib.sha256(old.read_bytes()).hexdigest()
        data, said = marked.to_mark(old, sha, in_place=False)
        assert data == sample()
        assert "LibreOffice" in said
        with pytest.raises(NotMarkable):
            marked.to_mark(old, sha, in_place=True)
        assert marked.places([old], None, "_已校验", in_place=False) == [old.with_name("旧_已校验.xlsx")]

    @pytest.mark.libreoffice
    @pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    def test_for_real(self, file: Path) -> None:
        from .test_resaved import by_libreoffice

        ods = file.with_name("送来.ods")
        ods.write_bytes(by_libreoffice(sample(), "ods"))
        done = run("check", ods, "--mark")
        assert done.exit_code == 1
        assert "转换成 .xlsx" in done.output
        assert sheet_names(file.with_name("送来_已校验.xlsx").read_bytes())[-1] == "校验结果"
        assert run("check", ods, "--mark", "--in-place").exit_code == 2


class TestCalc:
    """计算 in a file that carries marks: they are made anew for the new figures."""

    @pytest.fixture
    def wrong(self, file: Path) -> Path:
        written(file, overtyped())
        run("check", file, "--mark", "--in-place")
        return file

    def test_marks_are_made_anew(self, wrong: Path) -> None:
        assert any("实为 9,999" in text for text in notes(wrong.read_bytes(), "免学费精准统计").values())
        assert run("calc", wrong, "--in-place").exit_code == 0
        data = wrong.read_bytes()
        assert sheet_names(data)[-2:] == ["计算结果", "校验结果"]
        assert notes(data, "免学费精准统计") == {}
        assert "全部通过" in str(openpyxl_book(data)["校验结果"]["A4"].value)
        run("check", wrong, "--mark", "--in-place")
        assert wrong.read_bytes() == data

    def test_clearing_leaves_the_figures(self, wrong: Path) -> None:
        plain = wrong.with_name("示范校_备份1.xlsx")
        run("calc", wrong, "--in-place")
        run("calc", plain, "--in-place")
        for path in (wrong, plain):
            assert "已写回" in run("clear", path, "--in-place").stderr
        assert wrong.read_bytes() == plain.read_bytes()
        assert sheet_names(plain.read_bytes()) == sheet_names(sample())
        assert run("check", plain).exit_code == 0
