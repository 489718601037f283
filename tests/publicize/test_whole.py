"""Formats and places that hide texts: what cannot be looked at is never called clean."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt
from docx import Document
from openpyxl import Workbook

from jiesuan.marking.problem import NotMarkable
from jiesuan.publicize import whole
from jiesuan.publicize.lint import lint_file
from jiesuan.reading import UnreadableFile, sniff
from jiesuan.report import Report

from ..making import PACK
from ..marking.test_resaved import by_libreoffice
from ..roster.making import number
from .test_parts import workbook

TODAY = dt.date(2024, 9, 2)
NOTICE = "公示期：2024年9月2日至2024年9月9日"
HEADS, ROW = ["姓名", "班级"], ["张三", "1班"]
CONTENT = ["G101", "G102", "G103", "G104", "G105", "G106"]


def found(report: Report) -> list[tuple[str, str]]:
    return [(f.code, f.cell or f.label) for f in report.findings]


def unchecked(report: Report) -> list[tuple[str, str]]:
    return [(item.rule.code, item.why) for item in report.unchecked]


def xlsx(*rows: list[str]) -> bytes:
    made = Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def xls(header: str = "", *rows: list[str]) -> bytes:
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("公示")
    sheet.header_str, sheet.footer_str = header.encode(), b""
    for at, row in enumerate([[NOTICE], HEADS, ROW, *rows]):
        for column, text in enumerate(row):
            sheet.write(at, column, text)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def docx() -> bytes:
    made = Document()
    made.add_paragraph(NOTICE)
    made.add_paragraph("张三")
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def linted(folder: Path, name: str, data: bytes) -> Report:
    path = folder / name
    path.write_bytes(data)
    return lint_file(path, PACK, today=TODAY)


# ── other formats ──


@pytest.mark.libreoffice
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_what_another_format_hides_is_found(tmp_path: Path, suffix: str) -> None:
    report = linted(tmp_path, f"甲.{suffix}", by_libreoffice(workbook(tmp_path).read_bytes(), suffix))
    assert {("G101", "批注"), ("G101", "文件属性"), ("G103", "页眉页脚")} <= set(found(report))
    assert report.remarks == [f"这是 .{suffix} 格式的工作簿，由 LibreOffice 转换成 .xlsx 后检查的"]


@pytest.mark.libreoffice
def test_a_clean_list_of_another_format_under_any_name(tmp_path: Path) -> None:
    for name in ("公示.xls", "公示.et"):
        report = linted(tmp_path, name, xls())
        assert (report.file, found(report), unchecked(report), report.clean) == (name, [], [], True)


@pytest.mark.parametrize("fault", ["converted", "open_book"])
def test_what_cannot_be_converted_is_left_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def converted(data: bytes, suffix: str) -> bytes:
        assert (data[:4], suffix) == (b"\xd0\xcf\x11\xe0", ".xls")
        if fault == "converted":
            raise NotMarkable("not-ooxml")
        return b"PK\x03\x04 broken"

    monkeypatch.setattr(whole, "converted", converted)
    why = ".xls 格式里的批注、页眉页脚、文件属性等读不到；请用 Excel 或 WPS 另存为 .xlsx 再检查"
    report = linted(tmp_path, "公示.xls", xls("13912345678"))
    assert (found(report), unchecked(report)) == ([], [(code, why) for code in [*CONTENT, "G108"]])
    assert (report.clean, report.counts["passed"], report.counts["unchecked"]) == (False, 2, 7)
    report = linted(tmp_path, "公示.et", xls("", ["李四", number(1)]))
    assert (found(report), unchecked(report)) == ([("G101", "B4")], [(code, why) for code in [*CONTENT[1:], "G108"]])


@pytest.mark.parametrize(
    ("name", "suffix"), [("xl/workbook.bin", ".xlsb"), ("mimetype", ".ods"), ("xl/workbook.xml", "")]
)
def test_a_format_is_known_by_its_content(name: str, suffix: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"x")
        relation = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
        archive.writestr(
            "_rels/.rels", f'<Relationships><Relationship Id="a" {relation} Target="{name}"/></Relationships>'
        )
    assert whole._foreign(buffer.getvalue()) == suffix
    assert whole._foreign(b"\xd0\xcf\x11\xe0") == ".xls"


def test_what_a_write_protected_workbook_hides_is_found(tmp_path: Path) -> None:
    ooxml = pytest.importorskip("msoffcrypto.format.ooxml")
    target = io.BytesIO()
    ooxml.OOXMLFile(io.BytesIO(workbook(tmp_path).read_bytes())).encrypt("VelvetSweatshop", target)
    report = linted(tmp_path, "甲.xlsx", target.getvalue())
    assert {("G101", "批注"), ("G101", "文件属性"), ("G103", "页眉页脚")} <= set(found(report))


SAVE = "没有检查。请用 Word 或 WPS 打开，点“文件 → 另存为”，文件类型选“Word 文档(*.docx)”，再检查另存的那一份。"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("公示.pdf", b"%PDF-1.7\n", "这是 PDF，里面的文字读不准，没有检查。请检查生成它的 Excel 或 Word 文件；找不到的，用 Word 或 WPS 打开这个 PDF，另存为 .docx 再检查。扫描、盖章的 PDF 是图片，请自己逐页看一遍。"),
        ("公示.png", b"\x89PNG\r\n\x1a\n\0\0", "这是图片，里面的字读不出，没有检查。请检查生成它的 Excel 或 Word 文件，图片请自己看一遍。"),
        ("公示.rtf", b"{\\rtf1 a}", f"这是 RTF 文档，{SAVE}"),
        ("公示.txt", "公示\n张三".encode("gbk"), f"这是一个文本文件，{SAVE}"),
        ("公示.html", "<html>张三</html>".encode(), f"这是一个网页，{SAVE}"),
    ],
)  # fmt: skip
def test_what_is_neither_workbook_nor_document(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        linted(tmp_path, name, data)
    assert caught.value.message == message


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    ("suffix", "what"), [("doc", "旧格式的 Word 文档（.doc、.wps）"), ("odt", " OpenDocument 文档（.odt）")]
)
def test_other_documents(tmp_path: Path, suffix: str, what: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        linted(tmp_path, f"公示.{suffix}", by_libreoffice(docx(), suffix))
    assert caught.value.message == f"这是{what}，{SAVE}"


def test_other_faults_keep_their_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        linted(tmp_path, "公示.xlsx", b"")
    assert caught.value.kind == "empty"


@pytest.mark.parametrize("name", ["公示.docm", "公示.wps", "公示.xlsx"])
def test_a_document_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    assert found(linted(tmp_path, name, docx())) == []


# ── macros and controls ──


@pytest.mark.parametrize(
    ("outer", "part", "kind"),
    [
        (lambda: xlsx([NOTICE], HEADS, ROW), "xl/vbaProject.bin", "宏"),
        (lambda: xlsx([NOTICE], HEADS, ROW), "xl/macrosheets/sheet1.xml", "宏"),
        (lambda: xlsx([NOTICE], HEADS, ROW), "xl/activeX/activeX1.bin", "控件"),
        (docx, "word/vbaProject.bin", "宏"),
    ],
)
def test_texts_of_macros_and_controls_are_not_read_and_that_is_said(
    tmp_path: Path, outer: Callable[[], bytes], part: str, kind: str
) -> None:
    name, saved = ("公示.docm", ".docx") if outer is docx else ("公示.xlsm", ".xlsx")
    report = linted(tmp_path, name, with_part(outer(), part, b"<a/>"))
    assert [(f.code, f.label, f.message) for f in report.findings] == [
        ("G108", kind, f"文件里有{kind}，{kind}里的内容没有检查")
    ]
    why = f"{kind}里的内容没有检查；请删去{kind}，另存为不含宏的 {saved} 再检查"
    assert unchecked(report) == [(code, why) for code in CONTENT]
    assert not report.clean


@pytest.mark.libreoffice
def test_macros_of_an_old_workbook_are_said_though_the_conversion_drops_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(linted(tmp_path, "公示.xls", xls())) == []
    monkeypatch.setattr(sniff, "has_macros", lambda data: True)
    assert found(linted(tmp_path, "公示.xls", xls())) == [("G108", "宏")]


@pytest.mark.libreoffice
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_a_workbook_of_another_program_without_macros(tmp_path: Path, suffix: str) -> None:
    report = linted(tmp_path, f"公示.{suffix}", by_libreoffice(xlsx([NOTICE], HEADS, ROW), suffix))
    assert (found(report), unchecked(report)) == ([], [])


# ── embedded files ──

INNER = xlsx(["姓名", "身份证号"], ["张三", number(1)])


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("outer", "folder", "name"),
    [(docx, "word", "公示.docx"), (lambda: xlsx([NOTICE], HEADS, ROW), "xl", "公示.xlsx")],
)
def test_an_embedded_workbook(tmp_path: Path, outer: Callable[[], bytes], folder: str, name: str) -> None:
    assert found(linted(tmp_path, name, outer())) == []
    report = linted(tmp_path, name, with_part(outer(), f"{folder}/embeddings/Sheet1.xlsx", INNER))
    assert found(report) == [
        ("G101", "嵌着的文件“sheet1.xlsx”Sheet!B1"),
        ("G101", "嵌着的文件“sheet1.xlsx”Sheet!B2"),
        ("G108", "嵌着的文件“sheet1.xlsx”"),
    ]
    assert unchecked(report) == []
    clean = linted(tmp_path, name, with_part(outer(), f"{folder}/embeddings/Sheet1.xlsx", xlsx(HEADS, ROW)))
    assert (found(clean), unchecked(clean)) == ([("G108", "嵌着的文件“sheet1.xlsx”")], [])
    blank = linted(tmp_path, name, with_part(outer(), f"{folder}/embeddings/Sheet1.xlsx", xlsx()))
    assert (found(blank), unchecked(blank)) == ([("G108", "嵌着的文件“sheet1.xlsx”")], [])


def test_an_embedded_document_in_an_embedded_workbook(tmp_path: Path) -> None:
    inner = Document()
    inner.add_paragraph(f"家长13912345678，身份证{number(2)}")
    buffer = io.BytesIO()
    inner.save(buffer)
    middle = with_part(xlsx(HEADS, ROW), "xl/embeddings/a.docx", buffer.getvalue())
    report = linted(tmp_path, "公示.docx", with_part(docx(), "word/embeddings/b.xlsx", middle))
    where = "嵌着的文件“b.xlsx”嵌着的文件“a.docx”第1段"
    assert found(report) == [("G101", where), ("G103", where), ("G108", "嵌着的文件“b.xlsx”")]


@pytest.mark.parametrize("name", ["word/embeddings/oleObject1.bin", "word/afchunk.dat"])
def test_an_embedded_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    report = linted(tmp_path, "公示.docx", with_part(docx(), name, b"\x01\x02"))
    where = f"嵌着的文件“{name.rpartition('/')[2].lower()}”"
    why = f"{where}打不开，里面的内容没有检查；请删去它"
    assert found(report) == [("G108", where)]
    assert unchecked(report) == [(code, why) for code in CONTENT]


def test_files_embedded_too_deep_are_left_unchecked(tmp_path: Path) -> None:
    data = INNER
    for serial in range(3):
        data = with_part(xlsx(HEADS, ROW), f"xl/embeddings/{serial}.xlsx", data)
    report = linted(tmp_path, "公示.docx", with_part(docx(), "word/embeddings/a.xlsx", data))
    why = "嵌着的文件“1.xlsx”打不开，里面的内容没有检查；请删去它"
    assert unchecked(report) == [(code, why) for code in CONTENT]
    assert found(report) == [("G108", "嵌着的文件“a.xlsx”")]


# ── documents ──


def test_what_a_document_does_not_show(tmp_path: Path) -> None:
    buffer = io.BytesIO(docx())
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    deleted = f'<w:del w:id="1"><w:r><w:delText>{number(1)[:9]}</w:delText></w:r><w:r><w:delText>{number(1)[9:]}</w:delText></w:r></w:del>'
    field = '<w:r><w:instrText xml:space="preserve">HYPERLINK "tel:13912345678"</w:instrText></w:r>'
    shown = "张三</w:t></w:r>".encode()
    parts["word/document.xml"] = parts["word/document.xml"].replace(shown, shown + deleted.encode() + field.encode())
    relation = '<Relationship Id="rId99" Type="t" Target="tel:13912345670" TargetMode="External"/></Relationships>'
    name = "word/_rels/document.xml.rels"
    parts[name] = parts[name].replace(b"</Relationships>", relation.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    assert found(linted(tmp_path, "公示.docx", buffer.getvalue())) == [
        ("G101", "第2段（修订中删去的）"),
        ("G103", "第2段（域代码）"),
        ("G103", "超链接"),
    ]
