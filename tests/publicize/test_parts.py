"""Texts of a file outside its cells, in workbooks and documents made by real libraries."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook
from openpyxl.comments import Comment

from jiesuan.publicize.lint import lint_file
from jiesuan.publicize.parts import Piece, document_texts, hidden_texts
from jiesuan.reading import UnreadableFile
from jiesuan.reading.guard import pack

from ..making import PACK
from ..roster.making import number


def workbook(folder: Path) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["序号", "姓名", "班级"])
    sheet.append([1, "张三", "1班"])
    sheet["B2"].comment = Comment(f"身份证 {number(1)}", "某人")
    sheet.oddHeader.center.text = "联系人13912345678"
    sheet["C2"].hyperlink = "http://127.0.0.1/"
    sheet["C2"].hyperlink.tooltip = "13912345670"
    made.properties.keywords = f"{number(2)}"
    made.properties.creator = "某人"
    path = folder / "公示.xlsx"
    made.save(path)
    return path


def test_notes_headers_links_and_properties(tmp_path: Path) -> None:
    report = lint_file(workbook(tmp_path), PACK)
    assert {(f.code, f.label) for f in report.findings} == {
        ("G101", "批注"), ("G101", "文件属性"), ("G103", "页眉页脚"), ("G103", "超链接"),
    }  # fmt: skip


def test_a_number_split_over_runs_is_one_number() -> None:
    part = f"<comments><comment ref='A1'><text><r><t>{number(1)[:9]}</t></r><r><t>{number(1)[9:]}</t></r></text></comment></comments>"
    data = pack([("[Content_Types].xml", b"<Types/>"), ("xl/comments1.xml", part.encode())])
    assert list(hidden_texts(data)) == [Piece("批注", number(1))]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("xl/drawings/drawing1.xml", "<a:p><a:t>甲</a:t><a:t>乙</a:t></a:p>", [Piece("图形和文本框", "甲乙")]),
        (
            "xl/pivotCache/pivotCacheRecords1.xml",
            '<r><s v="13912345678"/></r>',
            [Piece("数据透视表的缓存", "13912345678")],
        ),
        ("xl/externalLinks/externalLink1.xml", "<v>13912345678</v>", [Piece("外部链接的缓存", "13912345678")]),
        ("docProps/custom.xml", "<p><vt:lpwstr>a&amp;b</vt:lpwstr></p>", [Piece("文件属性", "a&b")]),
        ("customXml/item1.xml", "<x>甲</x>", [Piece("附带的数据", "甲")]),
        ("xl/workbook.xml", "<definedName>甲</definedName>", [Piece("名称和其他设置", "甲")]),
        ("xl/styles.xml", "<x>甲</x>", []),
        ("xl/sharedStrings.xml", "<x>甲</x>", []),
        ("xl/media/a.png", "甲", []),
    ],
)
def test_parts(name: str, content: str, expected: list[Piece]) -> None:
    assert list(hidden_texts(pack([(name, content.encode())]))) == expected


def document(*, note: str = "") -> bytes:
    made = Document()
    made.add_paragraph("公示期：2024年9月2日至2024年9月9日")
    table = made.add_table(rows=2, cols=3)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells], ["姓名", "班级", "备注", "张三", "1班", note], strict=True
    ):
        cell.paragraphs[0].add_run(text[:6])
        cell.paragraphs[0].add_run(text[6:])
    made.sections[0].header.paragraphs[0].text = "页眉"
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def test_documents(tmp_path: Path) -> None:
    assert [piece for piece in document_texts(document(note="甲")) if piece.where[0] in "第页"] == [
        Piece("第1段", "公示期：2024年9月2日至2024年9月9日"), Piece("第1个表格第1行第1列", "姓名"), Piece("第1个表格第1行第2列", "班级"),
        Piece("第1个表格第1行第3列", "备注"), Piece("第1个表格第2行第1列", "张三"), Piece("第1个表格第2行第2列", "1班"),
        Piece("第1个表格第2行第3列", "甲"), Piece("页眉", "页眉"),
    ]  # fmt: skip
    path = tmp_path / "公示.docx"
    path.write_bytes(document(note=f"家长{number(3)}"))
    assert [(f.code, f.label) for f in lint_file(path, PACK).findings] == [("G101", "第1个表格第2行第3列")]
    path.write_bytes(document())
    assert lint_file(path, PACK).clean


def test_hostile_parts_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    with pytest.raises(UnreadableFile) as caught:
        list(hidden_texts(pack([("docProps/core.xml", bomb.encode())])))
    assert caught.value.kind == "unsafe"
