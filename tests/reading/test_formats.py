"""The other formats, and files behind passwords."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import xlwt

from jiesuan.reading import child, native
from jiesuan.reading.problem import MESSAGES

from .making import opened, refused, written

XLS = "这是 .xls 格式的工作簿，读不到其中的公式、错误值和隐藏的行列。另存为 .xlsx 后检查更全面。"
ODS = "这是 .ods 格式的工作簿，读不到其中的公式、错误值、合并区域和隐藏的行列。另存为 .xlsx 后检查更全面。"


def saved(workbook: Any) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


class TestXls:
    def test_values_merges_and_visibility(self, tmp_path: Path) -> None:
        workbook = xlwt.Workbook(encoding="utf-8")
        sheet = workbook.add_sheet("甲表")
        sheet.write_merge(0, 0, 0, 2, "标题")
        sheet.write(2, 1, 12)
        sheet.write(2, 2, 2.5)
        sheet.write(2, 3, True)
        sheet.write(2, 4, dt.date(2024, 3, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        workbook.add_sheet("藏").visibility = 1
        workbook.add_sheet("深藏").visibility = 2
        book = opened(tmp_path, saved(workbook), "甲.xls")
        assert book.name == "甲.xls"
        assert book.remarks == [XLS]
        assert [(s.name, s.visible) for s in book.sheets] == [("甲表", True), ("藏", False), ("深藏", False)]
        assert book.sheets[0].values == [["标题"], [], [None, 12, 2.5, True, dt.date(2024, 3, 1)]]
        assert book.sheets[0].merges == [(1, 1, 1, 3)]

    @pytest.mark.parametrize("name", ["甲.et", "甲.xlsx"])
    def test_under_another_name(self, tmp_path: Path, name: str) -> None:
        workbook = xlwt.Workbook()
        workbook.add_sheet("a").write(0, 0, 350102200801011234.0)
        (sheet,) = opened(tmp_path, saved(workbook), name).sheets
        assert sheet.values == [[350102200801011234.0]]
        assert type(sheet.values[0][0]) is float

    def test_a_sheet_too_large_is_left_out(self, tmp_path: Path) -> None:
        workbook = xlwt.Workbook(encoding="utf-8")
        workbook.add_sheet("大").write(65535, 255, 1)
        workbook.add_sheet("小").write(0, 0, 1)
        book = opened(tmp_path, saved(workbook))
        assert [sheet.name for sheet in book.sheets] == ["小"]
        assert book.remarks == [XLS, "工作表“大”的数据范围过大，不像表格，没有读取。"]

    def test_nothing_but_a_sheet_too_large(self, tmp_path: Path) -> None:
        workbook = xlwt.Workbook()
        workbook.add_sheet("a").write(65535, 255, 1)
        assert refused(tmp_path, saved(workbook)).kind == "too-large"

    def test_too_slow(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        workbook = xlwt.Workbook()
        workbook.add_sheet("a").write(0, 0, 1)
        monkeypatch.setattr(native, "SECONDS", 0.001)
        problem = refused(tmp_path, saved(workbook))
        assert (problem.kind, problem.message) == ("timeout", MESSAGES["timeout"])


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Convert an .xlsx with LibreOffice, under a profile of its own."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    folder = tmp_path_factory.mktemp("soffice")

    def run(data: bytes, suffix: str) -> bytes:
        (folder / "表.xlsx").write_bytes(data)
        profile = (folder / "profile").as_uri()
        command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix, "表.xlsx"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=180)
        return (folder / f"表.{suffix}").read_bytes()

    return run


@pytest.mark.libreoffice
class TestLibreOffice:
    def source(self) -> bytes:
        def fill(workbook: Any, sheet: Any) -> None:
            sheet.merge_range("A1:C1", "标题", workbook.add_format())
            sheet.write_row("A2", ["姓名", 12, 2.5])
            sheet.write_formula("D2", "=B2*2", None, 24)
            sheet.write_datetime("E2", dt.datetime(2024, 3, 1), workbook.add_format({"num_format": "yyyy-mm-dd"}))
            sheet.set_row(1, None, None, {"hidden": True})
            workbook.add_worksheet("藏").hide()

        return written(fill)

    EXPECTED = (["标题"], ["姓名", 12, 2.5, 24, dt.date(2024, 3, 1)])

    def test_ods(self, tmp_path: Path, convert: Any) -> None:
        book = opened(tmp_path, convert(self.source(), "ods"), "表.ods")
        assert tuple(book.sheets[0].values) == self.EXPECTED
        assert [(sheet.name, sheet.visible) for sheet in book.sheets] == [("表1", True), ("藏", False)]
        assert book.remarks == [ODS]

    def test_xls(self, tmp_path: Path, convert: Any) -> None:
        book = opened(tmp_path, convert(self.source(), "xls"), "表.xls")
        assert tuple(book.sheets[0].values) == self.EXPECTED
        assert book.sheets[0].merges == [(1, 1, 1, 3)]
        assert book.remarks == [XLS]

    def test_xlsx_again(self, tmp_path: Path, convert: Any) -> None:
        book = opened(tmp_path, convert(self.source(), "xlsx"))
        first = book.sheets[0]
        assert tuple(first.values) == self.EXPECTED
        assert (first.formulas, first.merges, first.hidden_rows) == ({(2, 4): "B2*2"}, [(1, 1, 1, 3)], {2})
        assert [(sheet.name, sheet.visible) for sheet in book.sheets] == [("表1", True), ("藏", False)]
        assert book.remarks == []


def encrypted(password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    data = written(lambda _, sheet: sheet.write_row("A1", ["甲", 1]))
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, target)
    return target.getvalue()


class TestPasswords:
    pytestmark = pytest.mark.skipif(
        importlib.util.find_spec("msoffcrypto") is None, reason="msoffcrypto is not installed"
    )

    def test_without_the_password(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, encrypted("机密"))
        assert problem.kind == "encrypted"
        assert problem.message == MESSAGES["encrypted"]

    def test_with_the_password(self, tmp_path: Path) -> None:
        book = opened(tmp_path, encrypted("机密"), password="机密")
        assert book.sheets[0].values == [["甲", 1]]
        assert book.remarks == []

    def test_with_another_password(self, tmp_path: Path) -> None:
        problem = refused(tmp_path, encrypted("机密"), password="不对的密码")
        assert problem.kind == "encrypted"
        assert "所给的密码打不开它" in problem.message
        assert "不对的密码" not in problem.message

    def test_a_file_that_is_merely_write_protected_opens_quietly(self, tmp_path: Path) -> None:
        assert opened(tmp_path, encrypted("VelvetSweatshop")).sheets[0].values == [["甲", 1]]

    def test_where_msoffcrypto_is_not_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(native, "find_spec", lambda _: None)
        for password in (None, "机密"):
            problem = refused(tmp_path, encrypted("机密"), password=password)
            assert (problem.kind, problem.message) == ("encrypted", MESSAGES["encrypted"])

    def test_damaged(self, tmp_path: Path) -> None:
        data = encrypted("机密")
        assert refused(tmp_path, data[: len(data) // 2], password="机密").kind == "encrypted"

    @pytest.mark.parametrize(
        ("plain", "kind"),
        [(b"\0\1\2", "encrypted"), (b"PK\3\4", "truncated"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "corrupt")],
    )
    def test_what_comes_out_may_be_anything(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bytes, kind: str
    ) -> None:
        data = encrypted("机密")
        monkeypatch.setattr(native, "decrypt", lambda *_: plain)
        assert refused(tmp_path, data).kind == kind

    def test_the_work_of_the_child(self) -> None:
        data = encrypted("机密")
        plain = child.decrypted(data, ["一", "机密"])
        assert isinstance(plain, bytes)
        assert plain.startswith(b"PK")
        assert child.decrypted(data, ["一", "二"]) == "encrypted"
        assert child.decrypted(b"nothing", ["一"]) == "encrypted"
        assert child.decrypted(data, []) == "encrypted"

    def test_the_older_formats_take_their_password_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import msoffcrypto

        class Old:
            format = "xls97"

            def __init__(self, source: io.BytesIO) -> None:
                self.source = source

            def load_key(self, password: str) -> None:
                if password != "机密":
                    raise ValueError

            def decrypt(self, target: io.BytesIO) -> None:
                target.write(self.source.read()[::-1])

        monkeypatch.setattr(msoffcrypto, "OfficeFile", Old)
        assert child.decrypted(b"abc", ["一", "机密"]) == b"cba"
