"""计算 in the received file: numbers spliced into its cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.marking.making import (
    MAIN,
    changed,
    finding,
    members,
    openpyxl_book,
    report,
    rich,
    sheet_names,
    sheet_xml,
    simple,
    with_parts,
)

from jiesuan.book import Book, Sheet, memory_book
from jiesuan.marking import NotMarkable, mark
from jiesuan.marking.values import fresh_results, write_values
from jiesuan.marking.xml import parse
from jiesuan.reading import open_book

SHEET = "xl/worksheets/sheet1.xml"


def written(
    content: str, values: dict[tuple[int, int], float], results: dict[tuple[int, int], float] | None = None
) -> str:
    """The inside of `<sheetData>` after writing."""
    data = simple(content)
    after = members(write_values(data, {"表1": values}, {"表1": results or {}}))[SHEET]
    body = parse(after).find("sheetData")
    assert body is not None
    return after[body.inside : body.close].decode()


class TestValues:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('<row r="1"><c r="A1" s="5"/></row>', '<row r="1"><c r="A1" s="5"><v>7</v></c></row>'),
            ('<row r="1"><c r="A1" s="5" t="s"><v>0</v></c></row>', '<row r="1"><c r="A1" s="5"><v>7</v></c></row>'),
            (
                '<row r="1"><c t="inlineStr" r="A1"><is><t>x</t></is></c></row>',
                '<row r="1"><c r="A1"><v>7</v></c></row>',
            ),
            ('<row r="1"><c r="A1"><v>1</v><extLst/></c></row>', '<row r="1"><c r="A1"><v>7</v><extLst/></c></row>'),
            ("<row><c><v>1</v></c></row>", "<row><c><v>7</v></c></row>"),
            ('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>', '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'),
            ('<row r="1"/>', '<row r="1"><c r="A1"><v>7</v></c></row>'),
            (
                '<row r="1" s="3" customFormat="1"/>',
                '<row r="1" s="3" customFormat="1"><c r="A1" s="3"><v>7</v></c></row>',
            ),
            ('<row r="1"><c r="B1"/></row>', '<row r="1"><c r="A1"><v>7</v></c><c r="B1"/></row>'),
            ('<row r="2"/>', '<row r="1"><c r="A1"><v>7</v></c></row><row r="2"/>'),
            ("", '<row r="1"><c r="A1"><v>7</v></c></row>'),
            ('<row r="1"><c r="A1?"><v>1</v></c></row>', '<row r="1"><c r="A1?"><v>7</v></c></row>'),
        ],
    )
    def test_one_cell(self, before: str, after: str) -> None:
        assert written(sheet_xml(before), {(1, 1): 7}) == after

    def test_hollow_data_and_prefix(self) -> None:
        content = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData/></x:worksheet>'
        assert written(content, {(1, 1): 7}) == '<x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row>'

    def test_many_new_cells_are_in_order(self) -> None:
        content = sheet_xml('<row r="2"><c r="B2"><v>1</v></c><c r="D2"/></row><row r="5"/>')
        places = [(1, 2), (2, 1), (2, 3), (2, 5), (2, 6), (3, 1), (5, 2), (7, 1), (7, 3), (9, 9)]
        after = written(content, {place: float(n) for n, place in enumerate(places)})
        node = parse(f"<a>{after}</a>".encode())
        assert [row.attributes["r"] for row in node.children] == ["1", "2", "3", "5", "7", "9"]
        assert [cell.attributes["r"] for cell in node.children[1].children] == ["A2", "B2", "C2", "D2", "E2", "F2"]

    def test_a_new_cell_takes_the_style_of_its_column(self) -> None:
        content = sheet_xml("", before='<cols><col min="1" max="2" style="4"/><col min="x"/></cols>')
        assert (
            written(content, {(1, 2): 0.5, (1, 3): 1})
            == '<row r="1"><c r="B1" s="4"><v>0.5</v></c><c r="C1"><v>1</v></c></row>'
        )

    def test_the_same_cell_twice(self) -> None:
        twice = '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'
        assert written(sheet_xml(twice), {(1, 1): 7}).count("<v>7</v>") == 2


class TestResults:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("<f>A1</f><v>1</v>", "<f>A1</f><v>7</v>"),
            ("<f>A1</f>", "<f>A1</f><v>7</v>"),
            ("<f/><v/>", "<f/><v>7</v>"),
            ('<f t="shared" si="0"/><v>1</v>', '<f t="shared" si="0"/><v>7</v>'),
            ("<f>A1</f><v>x</v><extLst/>", "<f>A1</f><v>7</v><extLst/>"),
            ("<f>A1</f><v>7.0</v>", "<f>A1</f><v>7.0</v>"),
            ("<v>1</v>", "<v>1</v>"),
        ],
    )
    def test_the_formula_stays(self, before: str, after: str) -> None:
        content = sheet_xml(f'<row r="1"><c r="A1" s="2">{before}</c></row>')
        assert written(content, {}, {(1, 1): 7}) == f'<row r="1"><c r="A1" s="2">{after}</c></row>'

    def test_an_error_becomes_a_number(self) -> None:
        content = sheet_xml('<row r="1"><c r="A1" t="e"><f>B1</f><v>#REF!</v></c></row>')
        assert written(content, {}, {(1, 1): 0.1}) == '<row r="1"><c r="A1"><f>B1</f><v>0.1</v></c></row>'


class TestWorkbook:
    def test_nothing_else_changes(self) -> None:
        data = rich()
        after = write_values(data, {"数据": {(1, 1): 99}}, {"数据": {(1, 3): 198}})
        assert changed(data, after) == {SHEET}
        sheet = openpyxl_book(after)["数据"]
        assert (sheet["A1"].value, sheet["C1"].value, sheet["C1"].number_format) == (99, "=A1*2", "0.00")

    def test_asks_to_recalculate(self) -> None:
        assert b'<calcPr calcId="124519" fullCalcOnLoad="1"/>' in members(rich())["xl/workbook.xml"]
        for text in ("", "<calcPr calcId='1'/>", "<definedNames/>"):
            book = members(simple())["xl/workbook.xml"].replace(b"</sheets>", b"</sheets>" + text.encode())
            after = members(write_values(with_parts(simple(), {"xl/workbook.xml": book}), {}, {}))["xl/workbook.xml"]
            assert after.count(b"<calcPr") == after.count(b'fullCalcOnLoad="1"') == 1

    def test_marks_go_first(self) -> None:
        after = write_values(mark(rich(), report(finding("数据", "A1"))), {"数据": {(1, 1): 1}}, {})
        assert "校验结果" not in sheet_names(after)

    def test_sheets_not_there(self) -> None:
        data = simple()
        assert changed(data, write_values(data, {"无": {(1, 1): 1}}, {})) == {"xl/workbook.xml"}

    def test_a_broken_sheet(self) -> None:
        with pytest.raises(NotMarkable):
            write_values(simple("<worksheet/>"), {"表1": {(1, 1): 1}}, {})


class TestFresh:
    def test_results_follow_the_values(self) -> None:
        book = memory_book(
            "b", {"一": {"A1": 2, "A2": "=A1*3", "A3": "=SUM(A1:A2)", "A4": "=VLOOKUP(1,A:A,1)", "A5": "文"}}
        )
        assert fresh_results(book) == {"一": {(2, 1): 6, (3, 1): 8}}
        book.sheets[0].put(1, 1, 5)
        assert fresh_results(book) == {"一": {(2, 1): 15, (3, 1): 20}}

    def test_what_we_cannot_evaluate_keeps_its_result(self) -> None:
        sheet = Sheet("一")
        sheet.put(1, 1, 42, "VLOOKUP(1,A:A,1)")
        sheet.put(2, 1, "字", "A9&A8")
        assert fresh_results(Book("b", [sheet])) == {}
        assert (sheet.value(1, 1), sheet.value(2, 1)) == (42, "字")
        assert not sheet.uncached


def test_through_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_values(rich(), {"数据": {(1, 1): 99, (50, 9): 1.5}}, {"数据": {(1, 3): 198}}))
    sheet = open_book(path).sheet("数据")
    assert (sheet.value(1, 1), sheet.value(1, 3), sheet.value(50, 9)) == (99, 198, 1.5)
