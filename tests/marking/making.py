"""Reports, workbooks with everything a user may have, and ways to look into the result."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from jiesuan.marking import NotMarkable, clear, mark
from jiesuan.marking.package import Package
from jiesuan.marking.workbook import WorkbookPart
from jiesuan.ref import a1
from jiesuan.report import Finding, Related, Report
from jiesuan.rule import LEVELS, Level, Rule

from ..reading.making import MAIN, OFFICE, PACKAGE, parts, relations, sheet_xml, zipped

RULES = {
    level: Rule(
        code=f"X{number}01",
        name=f"{level}的样子",
        level=level,
        check="x",
        basis="闽技助文〔2024〕5号",
        why="两表统计同一批学生",
        help="先核对名单",
    )
    for number, level in enumerate(LEVELS, 1)
}
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"


def finding(sheet: str, cell: str, level: Level = "错误", **more: Any) -> Finding:
    """A finding at a cell."""
    given = {
        "label": "脱贫户 · 金额",
        "message": "两边不等",
        "expected": "2.0000 万元",
        "actual": "1.0000 万元",
        "difference": "-1.0000 万元",
        "related": (Related(sheet, "B2", "合计", "3"),),
    }
    return Finding(RULES[level], sheet, cell, **{**given, **more})


def report(*findings: Finding, **more: Any) -> Report:
    """A report of those findings."""
    given = {"file": "表.xlsx", "sha256": "", "pack": "fujian-2024", "set_name": "市属", "term": "2024春"}
    return Report(**{**given, **more}, selected=tuple(RULES.values()), findings=list(findings))


def simple(*sheets: str, styles: str | None = STYLES, **more: Any) -> bytes:
    """A package of those worksheet parts (one with two cells by default), written part by part."""
    content = sheets or (sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'),)
    found = parts(*content, styles=styles, **more)
    found["[Content_Types].xml"] = types(found)
    return zipped(found)


def types(names: Iterable[str]) -> str:
    """The content types of those parts."""
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    kinds = {"xl/workbook.xml": f"{base}.sheet.main+xml", "xl/styles.xml": f"{base}.styles+xml"}
    for name in names:
        if name.startswith("xl/worksheets/sheet"):
            kinds[name] = f"{base}.worksheet+xml"
        elif name.startswith("xl/comments"):
            kinds[name] = COMMENTS_TYPE
    listed = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{xml}{listed}</Types>'


def members(data: bytes) -> dict[str, bytes]:
    """The parts of a package by name, each once."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def changed(before: bytes, after: bytes) -> set[str]:
    """The parts that were there and are not the same."""
    old, new = members(before), members(after)
    assert set(old) <= set(new)
    return {name for name, content in old.items() if new[name] != content}


def values(data: bytes) -> Any:
    """What python-calamine reads, without result sheets of ours; an error as its name."""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            name: repr(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
            if not name.startswith("校验结果")
        }
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        return type(error)


def openpyxl_book(data: bytes) -> openpyxl.Workbook:
    """The workbook as openpyxl opens it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


def resaved(data: bytes) -> bytes:
    """The workbook opened and saved by openpyxl."""
    buffer = io.BytesIO()
    openpyxl_book(data).save(buffer)
    return buffer.getvalue()


def notes(data: bytes, sheet: str) -> dict[str, str]:
    """The notes of a sheet as openpyxl sees them."""
    book = openpyxl_book(data)
    return {cell.coordinate: cell.comment.text for cell in book[sheet]._cells.values() if cell.comment}


def sheet_names(data: bytes) -> list[str]:
    """The sheets by our own reading."""
    return [sheet.name for sheet in WorkbookPart(Package(data)).sheets]


def some_findings(names: Sequence[str], seed: object, most: int = 30) -> list[Finding]:
    """Findings at places drawn at random."""
    rng = random.Random(str(seed))
    found = []
    for _ in range(rng.randint(0, most)):
        cell = a1(rng.randint(1, 60), rng.randint(1, 12))
        if rng.random() < 0.1:
            cell = rng.choice(("", f"{cell}:{cell}", "A3:A5,C7", "B2:D4"))
        found.append(finding(rng.choice([*names, "没有这张表"]), cell, rng.choice(LEVELS)))
    return found


def assert_round_trip(data: bytes, found: Report) -> bytes:
    """Mark, mark again, clear: everything as promised.  Returns the marked workbook."""
    marked = mark(data, found)
    assert mark(marked, found) == marked
    assert clear(marked) == data
    old, new = members(data), members(marked)
    assert set(old) <= set(new)
    before, after = values(data), values(marked)
    assert before == after or isinstance(before, type)
    return marked


def assert_no_marks(data: bytes) -> None:
    """Not a trace of ours that anybody could see."""
    for name, content in members(data).items():
        assert b"jiesuan-mark" not in content, name
        if "comment" in name.lower() or name.endswith("workbook.xml"):
            assert "校验".encode() not in content, name
    assert clear(data) == data


def kind_of(data: bytes, found: Report | None = None) -> str:
    """Why the workbook is refused."""
    with pytest.raises(NotMarkable) as caught:
        mark(data, found or report(finding("表1", "A1")))
    assert caught.value.message.endswith("。")
    return caught.value.kind


@cache
def rich() -> bytes:
    """A workbook by XlsxWriter with what users have: chart, image, notes, buttons, validations, formats, links, tables."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("数据")
        other = book.add_worksheet("附'二'表")
        bold = book.add_format({"bold": True, "bg_color": "#FFFF00", "num_format": "0.00"})
        for row in range(40):
            sheet.write_number(row, 0, row)
            sheet.write_string(row, 1, f"文字{row}")
            sheet.write_formula(row, 2, f"=A{row + 1}*2", bold, row * 2)
        sheet.merge_range("E3:F5", "合并", bold)
        sheet.write_comment("B2", "原来的批注\n第二行")
        sheet.write_comment("B30", "别处的批注", {"author": "张三"})
        sheet.insert_button("H2", {"caption": "按钮", "macro": "计算"})
        sheet.data_validation("A1:A9", {"validate": "integer", "criteria": ">=", "value": 0})
        sheet.conditional_format("A1:A40", {"type": "data_bar", "data_bar_2010": True})
        sheet.conditional_format("A1:A40", {"type": "cell", "criteria": ">", "value": 3, "format": bold})
        sheet.write_url("G1", "internal:'附''二''表'!A1")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=数据!$A$1:$A$9"})
        sheet.insert_chart("H10", chart)
        sheet.protect("密码")
        sheet.freeze_panes(1, 1)
        sheet.set_header("&L页眉")
        sheet.set_landscape()
        other.add_table("A1:B5", {"columns": [{"header": "甲"}, {"header": "乙"}]})
        other.write_comment("A1", "附表批注")
        book.define_name("区域", "=数据!$A$1:$A$9")
        other.activate()
    return buffer.getvalue()


def root_tag(content: bytes) -> bytes:
    """The opening tag of the root element."""
    found = re.search(rb"<(?![?!])[^>]*>", content)
    assert found is not None
    return found[0]


def with_parts(data: bytes, more: Mapping[str, str | bytes], drop: Iterable[str] = ()) -> bytes:
    """The package with parts replaced, added or dropped."""
    content: dict[str, str | bytes] = dict(members(data))
    for name in drop:
        del content[name]
    content.update(more)
    return zipped(content)


__all__ = ["MAIN", "OFFICE", "PACKAGE", "parts", "relations", "sheet_xml", "zipped"]
