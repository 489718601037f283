"""Whatever arrives: a clear Chinese message, exit code 2, the other files of the call still done, nothing changed."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl import Workbook as OtherWorkbook
from openpyxl import load_workbook
from typer.testing import CliRunner

from jiesuan.cli import app

from .making import ID, blank_file, changed_member, python, sample_file, typed, zipped

SECONDS, MEGABYTES = 30.0, 1500
BOMB = 280 << 20
SHEET = "xl/worksheets/sheet1.xml"
Maker = Callable[[Path, bytes], None]
"""Makes a bad file at a path, given the bytes of a good one."""


def text(content: str, encoding: str = "utf-8") -> Maker:
    return lambda path, _: void(path.write_bytes(content.encode(encoding)))


def void(_: object) -> None:
    return None


def raw(content: bytes) -> Maker:
    return lambda path, _: void(path.write_bytes(content))


def damaged(change: Callable[[bytes], bytes]) -> Maker:
    return lambda path, good: void(path.write_bytes(change(good)))


def encrypted(path: Path, good: bytes) -> None:
    import msoffcrypto

    target = io.BytesIO()
    msoffcrypto.OfficeFile(io.BytesIO(good)).encrypt("密码", target)
    path.write_bytes(target.getvalue())


def another(path: Path, _: bytes) -> None:
    book = OtherWorkbook()
    book.active.title = "成绩单"
    book.active["A1"] = "期末考试成绩"
    book.save(path)


def old_xls(path: Path, _: bytes) -> None:
    book = xlwt.Workbook()
    book.add_sheet("课表").write(0, 0, "课程表")
    book.save(str(path))


def empty_workbook(path: Path, _: bytes) -> None:
    OtherWorkbook().save(path)


def another_year(path: Path, good: bytes) -> None:
    path.write_bytes(good)
    book = load_workbook(path)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    for sheet in book:
        for line in sheet.iter_rows(max_row=4):
            for cell in line:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace("2024", "2021")
    book.save(path)


def another_version(path: Path, good: bytes) -> None:
    path.write_bytes(good)
    book = load_workbook(path)
    book.custom_doc_props["jiesuan-template"].value = "fujian-2031/4"
    book.save(path)


def no_term(path: Path, good: bytes) -> None:
    path.write_bytes(good)
    book = load_workbook(path)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, str) and not cell.value.startswith("="):
                    cell.value = cell.value.replace("2024年春季学期", "____年____季学期").replace("2024", "")
    book.save(path)


def zip_bomb(path: Path, _: bytes) -> None:
    path.write_bytes(zipped({"xl/workbook.xml": b"<workbook/>", SHEET: b" " * BOMB}))


def lying_bomb(path: Path, good: bytes) -> None:
    """A member far larger than its header says."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item.filename, b"<x>" + b"0" * BOMB if item.filename == SHEET else source.read(item))
    data = buffer.getvalue()
    path.write_bytes(data.replace((BOMB + 3).to_bytes(4, "little"), (1000).to_bytes(4, "little")))


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)


def entities(path: Path, good: bytes) -> None:
    path.write_bytes(changed_member(good, SHEET, b"<worksheet ", ENTITIES + b"<worksheet "))


def to_the_last_cell(path: Path, _: bytes) -> None:
    """A sheet formatted to its last cell, with a text there."""
    book = OtherWorkbook()
    book.active.title = "助学金结算表"
    book.active["XFD1048576"] = "尽头"
    book.save(path)


def missing(path: Path, _: bytes) -> None:
    path.unlink(missing_ok=True)


def folder(path: Path, _: bytes) -> None:
    path.mkdir()


def pipe(path: Path, _: bytes) -> None:
    os.mkfifo(path)


BAD: dict[str, tuple[str, Maker, str, str]] = {
    # name: (file name, maker, kind, what the message says)
    "no such file": ("无.xlsx", missing, "not-found", "找不到"),
    "folder": ("夹.xlsx", folder, "folder", "文件夹"),
    "pipe": ("管.xlsx", pipe, "not-a-workbook", "特殊文件"),
    "zero bytes": ("空.xlsx", raw(b""), "empty", "0 字节"),
    "text": ("文.xlsx", text("某校的说明\n第二行\n"), "not-a-workbook", "文本文件"),
    "PDF": ("文.xlsx", raw(b"%PDF-1.7\n%\xe2\xe3\n"), "not-a-workbook", "PDF"),
    "picture": ("图.xlsx", raw(b"\x89PNG\r\n\x1a\n" + bytes(60)), "not-a-workbook", "图片"),
    "HTML": ("表.xls", text("<html><body><table><tr><td>助学金</td></tr></table></body></html>"), "html", "网页"),
    "CSV": ("表.xls", text("姓名,金额\n甲,1000\n", "gb18030"), "csv", "CSV"),
    "truncated": ("断.xlsx", damaged(lambda good: good[: len(good) // 2]), "truncated", "不完整"),
    "damaged": (
        "坏.xlsx",
        damaged(lambda good: changed_member(good, "xl/workbook.xml", b"<sheets>", b"<sheets")),
        "corrupt",
        "损坏",
    ),
    "archive": ("包.xlsx", raw(zipped({"说明.txt": "x"})), "not-a-workbook", "压缩包"),
    "archive of workbooks": ("包.xlsx", raw(zipped({"表.xlsx": b"PK"})), "not-a-workbook", "解压"),
    "Word": ("文.xlsx", raw(zipped({"word/document.xml": "<w/>"})), "not-a-workbook", "Word"),
    "encrypted": ("密.xlsx", encrypted, "encrypted", "密码"),
    "something else": ("绩.xlsx", another, "not-settlement", "“成绩单”（开头是“期末考试成绩”）"),
    "something else, .xls": ("课.xls", old_xls, "not-settlement", "课程表"),
    "empty workbook": ("白.xlsx", empty_workbook, "not-settlement", "空的"),
    "another year": ("旧.xlsx", another_year, "term", "2021"),
    "another version": ("版.xlsx", another_version, "template-version", "另一版模板"),
    "no term": ("期.xlsx", no_term, "term", "--term"),
    "zip bomb": ("弹.xlsx", zip_bomb, "", ""),
    "lying zip bomb": ("弹.xlsx", lying_bomb, "", ""),
    "entity expansion": ("实.xlsx", entities, "unsafe", "DOCTYPE"),
    "to the last cell": ("边.xlsx", to_the_last_cell, "", ""),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_file(tmp_path_factory.mktemp("好") / "好.xlsx")


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


def records(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    before = time.process_time()
    code, out, err = run(*arguments, "--format", "json")
    assert time.process_time() - before < SECONDS
    assert err == ""
    return code, json.loads(out)["files"]


def state(path: Path) -> object:
    return path.read_bytes() if path.is_file() else path.exists()


@pytest.mark.parametrize("name", BAD)
def test_check_and_calc(name: str, good: Path, tmp_path: Path) -> None:
    file, make, kind, says = BAD[name]
    path = tmp_path / file
    make(path, good.read_bytes())
    before, names = state(path), {item.name for item in tmp_path.iterdir()}

    code, (bad, fine) = records("check", path, good)
    assert code == 2
    assert bad["status"] == "unreadable" and bad["counts"]["selected"] == 0
    assert fine["status"] == "clean" and fine["error"] is None
    assert bad["error"]["kind"] == kind or not kind
    message = bad["error"]["message"]
    assert says in message and "。" in message and str(tmp_path) not in message

    code, (bad_calc, fine) = records("calc", path, good, "-o", tmp_path / "果")
    assert code == 2
    assert bad_calc["error"] == bad["error"] and bad_calc["writes"] == [] and bad_calc["output"] is None
    assert fine["status"] == "unchanged" and fine["output"] == "好_已计算.xlsx"
    assert {item.name for item in (tmp_path / "果").iterdir()} == {"好_已计算.xlsx"}

    code, out, err = run("check", path, good)
    assert code == 2 and f"{file}：{message}" in err
    assert "全部通过" in out and out.rstrip().endswith("共 2 个文件：通过 1 个，读不了 1 个。")
    assert state(path) == before
    assert {item.name for item in tmp_path.iterdir()} == names | {"果"}


def test_no_permission(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "禁.xlsx"
    path.write_bytes(good.read_bytes())
    real = Path.open

    def guarded(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "禁.xlsx":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", guarded)
    code, (bad, fine) = records("check", path, good)
    assert (code, bad["error"]["kind"], fine["status"]) == (2, "permission", "clean")


def test_with_the_password(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "密.xlsx"
    encrypted(path, good.read_bytes())
    assert run("check", path, "--password", "密码")[0] == 0
    code, _, err = run("check", path, "--password", "别的")
    assert code == 2 and "所给的密码" in err
    code, out, _ = run("calc", path, "--password", "密码")
    assert code == 0 and "没有要改的格" in out
    # A copy would lie there without the password its owner wanted.
    for target in (("-o", tmp_path / "果.xlsx"), ("--in-place",)):
        code, _, err = run("calc", path, "--password", "密码", *target)
        assert code == 2 and "文件是加密的，不能写入。" in err and "原文件未动" in err
    assert [file.name for file in tmp_path.iterdir()] == ["密.xlsx"]


def test_external_links_and_circles_are_no_obstacle(good: Path, tmp_path: Path) -> None:
    """Formulas that lead elsewhere or back to themselves: the file is checked, the cells are named."""
    path = tmp_path / "环.xlsx"
    path.write_bytes(good.read_bytes())
    typed(path, {
        "免学费精准统计!K7": "=K7+1",
        "免学费精准统计!K8": "=K9", "免学费精准统计!K9": "=K8",
        "免学费精准统计!K10": "=[1]表1!$A$1",
        "免学费精准统计!K11": "='C:\\别处\\[班级.xlsx]表1'!A1",
    })  # fmt: skip
    before = path.read_bytes()
    code, (record,) = records("check", path)
    assert code == 1
    found = {(item["code"], item["cell"]) for item in record["findings"]}
    assert ("S108", "K7") in found
    assert "S109" in {number for number, _ in found}
    code, (record,) = records("calc", path)
    assert code == 0 and {item["kind"] for item in record["writes"]} <= {"更新", "填入", "替换"}
    assert path.read_bytes() == before


def test_a_sheet_formatted_to_its_end_beside_the_forms(good: Path, tmp_path: Path) -> None:
    """Formats alone reach to XFD1048576: the forms are checked as if nothing were there."""
    path = tmp_path / "宽.xlsx"
    data = good.read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(SHEET)
    end = b"</sheetData>"
    assert end in sheet
    row = b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    path.write_bytes(changed_member(data, SHEET, end, row + end))
    code, (record,) = records("check", path)
    assert (code, record["status"]) == (0, "clean")


@pytest.mark.parametrize("bomb", [lying_bomb, entities])
def test_bombs_take_little_memory(good: Path, tmp_path: Path, bomb: Maker) -> None:
    """In a process of its own, so that what the tests themselves use does not count."""
    path = tmp_path / "弹.xlsx"
    bomb(path, good.read_bytes())
    done = python(
        "-c",
        "import sys, resource\n"
        "from pathlib import Path\n"
        "from jiesuan.session import check_file\n"
        "check_file(Path(sys.argv[1]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)\n",
        path,
    )
    assert int(done.stdout) < MEGABYTES


def test_numbers_in_names_of_bad_files_are_masked(tmp_path: Path) -> None:
    path = tmp_path / f"{ID}.xlsx"
    path.write_bytes(b"")
    code, out, err = run("check", path)
    assert code == 2 and ID not in out + err and "350***********1234.xlsx：" in err


def test_a_blank_form_is_said_to_be_blank(tmp_path: Path) -> None:
    code, out, _ = run("check", blank_file(tmp_path / "表.xlsx"))
    assert code == 1
    assert out.splitlines() == [
        "表.xlsx    市属 · 2024春 · （没有学校名称）",
        out.splitlines()[1],
        "  [D105] 没有填学校名称（4 处）",
        "",
        "这套表还没有填数，谈不上对错：先填白底的格（蓝底的格自动计算），再校验。",
    ]
    code, out, _ = run("check", tmp_path / "表.xlsx", "--all")
    assert code == 1 and out.count("错误[") + out.count("核实[D105]") == 4 and "还没有填数" in out
