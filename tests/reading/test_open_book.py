"""What arrives from outside: every kind of problem, and what reading leaves alone."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import openpyxl
import pytest
import xlwt

import jiesuan.reading
from jiesuan.reading import UnreadableFile, open_book

from .making import assert_foreseen, opened, parts, patched, refused, sheet_xml, strings_xml, written, zipped


def xlsx() -> bytes:
    return written(lambda _, sheet: sheet.write_row("A1", ["甲", 1, 2.5]))


def xls() -> bytes:
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("表1")
    for column, value in enumerate(["甲", 1, 2.5]):
        sheet.write(0, column, value)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def problem_of(path: Path) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        open_book(path)
    assert_foreseen(caught.value)
    assert path.name not in caught.value.message or not path.name
    return caught.value


class TestNames:
    """The content decides, not the name."""

    @pytest.mark.parametrize(
        "name",
        ["a.xlsx", "a.xls", "a.et", "a.xlsm", "a.csv", "a", "a.pdf", "收到的 表(1).XLSX", "a\nb.xlsx", "%s{0}'.xls"],
    )
    @pytest.mark.parametrize("make", [xlsx, xls])
    def test_any_name_will_do(self, tmp_path: Path, name: str, make: object) -> None:
        assert callable(make)
        data = make()
        book = opened(tmp_path, data, name)
        assert book.name == name
        assert book.sheets[0].values == [["甲", 1, 2.5]]
        assert book.sha256 == hashlib.sha256(data).hexdigest()

    @pytest.mark.skipif(sys.platform != "linux", reason="names that are no text exist on Linux only")
    def test_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(b"\xb1\xed.xlsx")
        path.write_bytes(xlsx())
        assert open_book(path).name == path.name

    @pytest.mark.parametrize("name", ["缺.xlsx", "缺/缺.xlsx", "nul\0.xlsx"])
    def test_not_found(self, tmp_path: Path, name: str) -> None:
        problem = problem_of(tmp_path / name)
        assert problem.kind == "not-found"
        assert "找不到" in problem.message

    def test_a_file_where_a_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"x")
        assert problem_of(tmp_path / "a" / "b.xlsx").kind == "not-found"

    def test_a_folder(self, tmp_path: Path) -> None:
        problem = problem_of(tmp_path)
        assert problem.kind == "folder"
        assert "文件夹" in problem.message

    def test_a_name_too_long(self, tmp_path: Path) -> None:
        assert problem_of(tmp_path / ("长" * 2000)).kind == "permission"


class TestAccess:
    def test_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(xlsx())

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
        problem = problem_of(path)
        assert problem.kind == "permission"
        assert "没有读取这个文件的权限" in problem.message

    def test_a_bad_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(xlsx())

        def fail(*_: object, **__: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(Path, "open", fail)
        problem = problem_of(path)
        assert problem.kind == "permission"
        assert "磁盘或网络" in problem.message

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
    def test_a_pipe_does_not_hang(self, tmp_path: Path) -> None:
        path = tmp_path / "pipe.xlsx"
        os.mkfifo(path)
        problems: list[UnreadableFile] = []
        reader = threading.Thread(target=lambda: problems.append(problem_of(path)), daemon=True)
        reader.start()
        reader.join(5)
        assert [problem.kind for problem in problems] == ["not-a-workbook"]
        assert "管道" in problems[0].message

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device files on this system")
    @pytest.mark.parametrize("name", ["zero", "null"])
    def test_a_device(self, name: str) -> None:
        assert problem_of(Path("/dev") / name).kind == "not-a-workbook"

    def test_a_file_that_is_read_only_and_stays_so(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        path.write_bytes(xlsx())
        path.chmod(0o444)
        before = path.stat()
        open_book(path)
        after = path.stat()
        assert (before.st_mtime_ns, before.st_mode, before.st_size) == (after.st_mtime_ns, after.st_mode, after.st_size)
        assert [item.name for item in tmp_path.iterdir()] == ["a.xlsx"]

    def test_a_link_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(xlsx())
        link = tmp_path / "b.xlsx"
        try:
            link.symlink_to(tmp_path / "a.xlsx")
        except OSError:
            pytest.skip("links need a privilege here")
        assert open_book(link).name == "b.xlsx"
        link.unlink()
        link.symlink_to(link)
        assert problem_of(link).kind in ("permission", "not-found")


class TestContent:
    @pytest.mark.parametrize(
        ("data", "kind", "said"),
        [
            (b"", "empty", "0 字节"),
            (b"\0\1\2\3", "not-a-workbook", "不是工作簿"),
            (b"%PDF-1.4", "not-a-workbook", "PDF"),
            ("<html><table><tr><td>甲</td></tr></table></html>".encode("gbk"), "html", "网页(HTML)"),
            ("姓名,金额\n甲,1\n".encode("gbk"), "csv", "CSV"),
            (
                b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
                "xml2003",
                "2003",
            ),
            (b"PK\x03\x04" + b"\0" * 100, "truncated", "不完整"),
            (xlsx()[:-200], "truncated", "不完整"),
            (zipped({}), "not-a-workbook", "压缩包"),
            (zipped({"a.txt": "x"}), "not-a-workbook", "压缩包"),
            (zipped({"收到/甲.xlsx": "x"}), "not-a-workbook", "请先解压"),
            (zipped({"word/document.xml": "<w/>"}), "not-a-workbook", "Word"),
            (zipped({"ppt/presentation.xml": "<p/>"}), "not-a-workbook", "PowerPoint"),
            (zipped({"mimetype": "application/vnd.oasis.opendocument.text"}), "not-a-workbook", "OpenDocument"),
            (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "corrupt", "已损坏"),
            (zipped({"xl/workbook.bin": "x"}), "corrupt", "已损坏"),
            (xls()[:3000], "truncated", "不完整"),
            (xls()[:30] + b"\xff\xff" + xls()[32:], "corrupt", "已损坏"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "truncated", "不完整"),
        ],
    )
    def test_every_problem_has_its_slug(self, tmp_path: Path, data: bytes, kind: str, said: str) -> None:
        problem = refused(tmp_path, data)
        assert problem.kind == kind
        assert said in problem.message

    def test_an_encrypted_opendocument(self, tmp_path: Path) -> None:
        manifest = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
        content = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": manifest}
        assert refused(tmp_path, zipped(content)).kind == "encrypted"

    @pytest.mark.parametrize(
        "member",
        ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "_rels/.rels"],
    )
    def test_a_doctype_in_any_part_that_is_read(self, tmp_path: Path, member: str) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        data = patched(xlsx(), member, lambda xml: xml.replace(b"?>", b"?>" + bomb, 1))
        problem = refused(tmp_path, data)
        assert problem.kind == "unsafe"
        assert "DOCTYPE" in problem.message

    def test_a_doctype_in_an_opendocument(self, tmp_path: Path) -> None:
        content = {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": "<!DOCTYPE a><office/>",
        }
        assert refused(tmp_path, zipped(content)).kind == "unsafe"

    def test_a_file_too_large_to_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        data = xlsx()
        monkeypatch.setattr(jiesuan.reading, "MAX_FILE", len(data))
        assert opened(tmp_path, data).sheets
        monkeypatch.setattr(jiesuan.reading, "MAX_FILE", len(data) - 1)
        assert refused(tmp_path, data).kind == "too-large"

    @pytest.mark.parametrize(
        ("raised", "kind"), [(MemoryError(), "too-large"), (RecursionError(), "corrupt"), (KeyError("x"), "corrupt")]
    )
    def test_whatever_happens_it_is_a_problem_of_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: str
    ) -> None:
        def fail(*_: object) -> None:
            raise raised

        monkeypatch.setattr(jiesuan.reading.ooxml, "sheets", fail)
        (tmp_path / "a.xlsx").write_bytes(xlsx())
        with pytest.raises(UnreadableFile) as caught:
            open_book(tmp_path / "a.xlsx")
        assert caught.value.kind == kind
        assert caught.value.__cause__ is raised


class TestBombs:
    """Small files with a lot inside; each must end soon and in little memory, in a process that is allowed little."""

    SCRIPT = """
import sys
from pathlib import Path
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1536 << 20, 1536 << 20))
except ImportError:
    pass
from jiesuan.reading import UnreadableFile, open_book
try:
    book = open_book(Path(sys.argv[1]))
except UnreadableFile as problem:
    print(problem.kind)
else:
    print([sheet.values for sheet in book.sheets], len(book.remarks))
"""

    def said(self, tmp_path: Path, data: bytes) -> str:
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(data)
        assert len(data) < 3_000_000
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(
            [sys.executable, "-c", self.SCRIPT, str(path)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            env=environment,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    def test_a_text_of_300_megabytes(self, tmp_path: Path) -> None:
        content = parts(sheet_xml('<c r="A1" t="s"><v>0</v></c>'))
        content["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"a" * (300 << 20) + b"</t></si></sst>"
        assert self.said(tmp_path, zipped(content)) == "too-large"

    def test_two_cells_far_apart(self, tmp_path: Path) -> None:
        far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        assert self.said(tmp_path, zipped(parts(sheet_xml(far)))) == "too-large"
        assert self.said(tmp_path, zipped(parts(sheet_xml(far), sheet_xml('<c r="A1"><v>7</v></c>')))) == "[[[7]]] 1"

    @pytest.mark.parametrize(
        ("cell", "said"),
        [
            ('t="str"><v></v>', "[[[1]]] 0"),
            ('t="inlineStr"><is><t/></is>', "[[[1]]] 0"),
            ('t="str"><f>1</f><v></v>', "too-large"),
            ('t="e"><v>#N/A</v>', "too-large"),
        ],
    )
    def test_a_hollow_cell_far_out(self, tmp_path: Path, cell: str, said: str) -> None:
        far = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" {cell}</c></row>'
        assert self.said(tmp_path, zipped(parts(sheet_xml(far)))) == said

    def test_formatting_to_the_last_cell_is_harmless(self, tmp_path: Path) -> None:
        far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
        assert self.said(tmp_path, zipped(parts(sheet_xml(far)))) == "[[[1]]] 0"

    def test_hundreds_of_thousands_of_formatted_rows(self, tmp_path: Path) -> None:
        rows = "".join(f'<row r="{n}"><c r="B{n}" s="0"/></row>' for n in range(2, 400_000))
        assert self.said(tmp_path, zipped(parts(sheet_xml('<c r="A1"><v>1</v></c>' + rows)))) == "[[[1]]] 0"

    def test_a_column_and_a_row_that_do_not_exist(self, tmp_path: Path) -> None:
        for address in ("XFE1", "ZZZZ1", "A99999999", "A4294967296"):
            cells = f'<c r="A1"><v>1</v></c><c r="{address}"><v>2</v></c>'
            assert self.said(tmp_path, zipped(parts(sheet_xml(cells)))) == "corrupt"

    def test_one_text_in_ten_thousand_cells(self, tmp_path: Path) -> None:
        cells = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 10_001))
        data = zipped(parts(sheet_xml(cells), strings=strings_xml("长" * 500_000)))
        assert self.said(tmp_path, data) == "too-large"

    def test_tags_without_end(self, tmp_path: Path) -> None:
        assert self.said(tmp_path, zipped(parts(sheet_xml("<c/>" * 11_000_000)))) == "too-large"

    def test_merges_without_end(self, tmp_path: Path) -> None:
        merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 100_001))
        xml = sheet_xml('<c r="A1"><v>1</v></c>', after=f"<mergeCells>{merges}</mergeCells>")
        assert self.said(tmp_path, zipped(parts(xml))) == "[[[1]]] 0"


def test_importing_is_light() -> None:
    code = "import sys, jiesuan.reading; print(*sorted({'pandas', 'openpyxl', 'python_calamine', 'msoffcrypto'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == ""


def test_openpyxl_agrees_about_a_real_file(tmp_path: Path) -> None:
    data = written(
        lambda _, sheet: [sheet.write(row, column, row * column) for row in range(50) for column in range(20)]
    )
    (found,) = opened(tmp_path, data).sheets
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert found.values == [list(row) for row in sheet.iter_rows(values_only=True)]
