"""Figures in the cells of a received sheet: every shape of cell and sheet, and nothing else touched."""

from __future__ import annotations

import re

import pytest

from jiesuan.book import ErrorValue, Value
from jiesuan.marking import NotMarkable
from jiesuan.marking.values import Entry, write_cells

from ..reading.making import parts
from .making import MAIN, OFFICE, changed, members, openpyxl_book, relations, sheet_xml, simple, values, with_parts

SHEET = "xl/worksheets/sheet1.xml"
ROW = '<row r="1"><c r="A1" s="0"><v>1</v></c><c r="B1"/></row>'
Cells = dict[tuple[int, int], Entry]


def written(data: bytes, entries: Cells | None = None, results: dict[tuple[int, int], Value] | None = None) -> str:
    """The sheet after writing into it; no other part but the workbook may change."""
    after = write_cells(data, {"表1": entries or {}}, {"表1": results or {}})
    assert changed(data, after) <= {SHEET, "xl/workbook.xml"}
    assert write_cells(after, {"表1": entries or {}}, {"表1": results or {}}) == after or entries
    return members(after)[SHEET].decode()


def body(text: str) -> str:
    found = re.search(r"<(?:\w+:)?sheetData>(.*)</(?:\w+:)?sheetData>", text)
    assert found is not None
    return found[1]


def rows(inner: str, entries: Cells | None = None, results: dict[tuple[int, int], Value] | None = None) -> str:
    return body(written(simple(sheet_xml(inner)), entries, results))


class TestBlanks:
    @pytest.mark.parametrize(
        ("cell", "after"),
        [
            ('<c r="A1" s="3"/>', '<c r="A1" s="3"><v>5</v></c>'),
            ('<c r="A1" s="3"></c>', '<c r="A1" s="3"><v>5</v></c>'),
            ('<c  r="A1"   t="s" s="3" ><v>0</v></c>', '<c  r="A1" s="3"><v>5</v></c>'),
            ('<c r="A1" t="inlineStr"><is><t>x</t></is></c>', '<c r="A1"><v>5</v></c>'),
            ("<c r='A1' t='str'><v>x</v></c>", "<c r='A1'><v>5</v></c>"),
            ('<c r="A1" vm="1" t="e"><v>#VALUE!</v></c>', '<c r="A1"><v>5</v></c>'),
            ('<c r="A1"><v>1</v><extLst><ext uri="x"/></extLst></c>', '<c r="A1"><v>5</v><extLst><ext uri="x"/></extLst></c>'),
            ("<c><v>1</v></c>", "<c><v>5</v></c>"),
        ],
    )  # fmt: skip
    def test_every_shape_of_cell(self, cell: str, after: str) -> None:
        assert rows(f'<row r="1">{cell}</row>', {(1, 1): Entry(5)}) == f'<row r="1">{after}</row>'

    @pytest.mark.parametrize(
        ("entry", "after"),
        [
            (Entry(5), "<v>5</v>"),
            (Entry(0.1), "<v>0.1</v>"),
            (Entry(1e-7), "<v>1e-07</v>"),
            (Entry(3, "SUM(B1:C1)"), "<f>SUM(B1:C1)</f><v>3</v>"),
            (Entry(3, 'COUNTIF(B1:C1,">0")&"<a>"'), '<f>COUNTIF(B1:C1,"&gt;0")&amp;"&lt;a&gt;"</f><v>3</v>'),
        ],
    )
    def test_what_is_written(self, entry: Entry, after: str) -> None:
        assert rows('<row r="1"><c r="A1"/></row>', {(1, 1): entry}) == f'<row r="1"><c r="A1">{after}</c></row>'

    @pytest.mark.parametrize(
        ("before", "place", "after"),
        [
            ('<row r="1"><c r="A1"/><c r="C1"/></row>', (1, 2), '<row r="1"><c r="A1"/><c r="B1"><v>5</v></c><c r="C1"/></row>'),
            ('<row r="1"><c r="A1"/></row>', (1, 3), '<row r="1"><c r="A1"/><c r="C1"><v>5</v></c></row>'),
            ('<row r="1" spans="1:1"><c r="A1"/></row>', (1, 3), '<row r="1"><c r="A1"/><c r="C1"><v>5</v></c></row>'),
            ('<row r="2" ht="20"/>', (2, 1), '<row r="2" ht="20"><c r="A2"><v>5</v></c></row>'),
            ('<row r="2" s="7" customFormat="1"/>', (2, 1), '<row r="2" s="7" customFormat="1"><c r="A2" s="7"><v>5</v></c></row>'),
            ('<row r="2" s="7"/>', (2, 1), '<row r="2" s="7"><c r="A2"><v>5</v></c></row>'),
            ('<row r="2"/>', (1, 2), '<row r="1"><c r="B1"><v>5</v></c></row><row r="2"/>'),
            ('<row r="2"/>', (4, 2), '<row r="2"/><row r="4"><c r="B4"><v>5</v></c></row>'),
            ("<row/><row><c/></row>", (2, 2), '<row/><row><c/><c r="B2"><v>5</v></c></row>'),
        ],
    )  # fmt: skip
    def test_missing_cells_and_rows(self, before: str, place: tuple[int, int], after: str) -> None:
        assert rows(before, {place: Entry(5)}) == after

    def test_several_at_once_in_order(self) -> None:
        wanted = {(3, 2): Entry(4), (1, 3): Entry(2), (1, 1): Entry(1), (9, 1): Entry(9), (3, 1): Entry(3)}
        assert rows('<row r="1"/><row r="5"/>', wanted) == (
            '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>2</v></c></row>'
            '<row r="3"><c r="A3"><v>3</v></c><c r="B3"><v>4</v></c></row><row r="5"/><row r="9"><c r="A9"><v>9</v></c></row>'
        )

    def test_a_sheet_without_rows(self) -> None:
        data = simple(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>')
        assert body(written(data, {(2, 2): Entry(5)})) == '<row r="2"><c r="B2"><v>5</v></c></row>'

    def test_the_format_of_the_column(self) -> None:
        columns = '<cols><col min="x" max="9" style="1"/><col min="2" max="3" style="4"/><col min="5" max="5"/></cols>'
        data = simple(sheet_xml('<row r="1"/>').replace("<sheetData>", f"{columns}<sheetData>"))
        text = body(written(data, {(1, 2): Entry(1), (1, 5): Entry(2), (2, 3): Entry(3)}))
        assert '<c r="B1" s="4">' in text and '<c r="E1"><v>' in text and '<c r="C3"' not in text
        assert '<c r="C2" s="4">' in text

    def test_the_used_range_grows(self) -> None:
        def dimension(text: str, place: tuple[int, int]) -> str:
            data = simple(sheet_xml(ROW).replace("<sheetData>", f"{text}<sheetData>"))
            found = re.search(r"<dimension[^>]*>", written(data, {place: Entry(5)}))
            return found[0] if found else ""

        assert dimension('<dimension ref="A1:B1"/>', (1, 2)) == '<dimension ref="A1:B1"/>'
        assert dimension('<dimension ref="B2:C3"/>', (5, 7)) == '<dimension ref="B2:G5"/>'
        assert dimension('<dimension ref="B2"/>', (1, 1)) == '<dimension ref="A1:B2"/>'
        assert dimension('<dimension ref="?"/>', (1, 1)) == '<dimension ref="?"/>'
        assert dimension("", (1, 1)) == ""


class TestFormulas:
    @pytest.mark.parametrize(
        "formula",
        [
            "<f>B1*2</f>",
            '<f t="shared" ref="A1:A3" si="0">B1*2</f>',
            '<f t="shared" si="0"/>',
            '<f t="array" ref="A1:A3">B1:B3*2</f>',
            '<f t="dataTable" ref="A1:A3" dt2D="1" dtr="1" r1="B1" r2="C1"/>',
        ],
    )
    def test_formulas_are_never_replaced_but_brought_up_to_date(self, formula: str) -> None:
        row = f'<row r="1"><c r="A1" s="2" cm="1">{formula}<v>1</v></c></row>'
        assert rows(row, {(1, 1): Entry(5)}) == row
        assert rows(row, {}, {(1, 1): 7}) == row.replace("<v>1</v>", "<v>7</v>")

    @pytest.mark.parametrize(
        ("before", "value", "after"),
        [
            ('<c r="A1"><f>x</f></c>', 3, '<c r="A1"><f>x</f><v>3</v></c>'),
            ('<c r="A1" t="str"><f>x</f><v>?</v></c>', 3, '<c r="A1"><f>x</f><v>3</v></c>'),
            ('<c r="A1"><f>x</f><v>1</v></c>', "a<b", '<c r="A1" t="str"><f>x</f><v>a&lt;b</v></c>'),
            ('<c r="A1"><f>x</f><v>1</v></c>', True, '<c r="A1" t="b"><f>x</f><v>1</v></c>'),
            ('<c r="A1"><f>x</f><v>1</v></c>', ErrorValue("#DIV/0!"), '<c r="A1" t="e"><f>x</f><v>#DIV/0!</v></c>'),
            ('<c r="A1" t="e"><f>x</f><v>#REF!</v></c>', 0, '<c r="A1"><f>x</f><v>0</v></c>'),
            ('<c r="A1" t="n"><f>x</f><v>z</v></c>', 1, '<c r="A1"><f>x</f><v>1</v></c>'),
        ],
    )
    def test_results_of_every_type(self, before: str, value: Value, after: str) -> None:
        assert rows(f'<row r="1">{before}</row>', {}, {(1, 1): value}) == f'<row r="1">{after}</row>'

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('<c r="A1"><f>x</f><v>0.30000000000000004</v></c>', 0.3),
            ('<c r="A1"><f>x</f><v>1E2</v></c>', 100),
            ('<c r="A1" t="str"><f>x</f><v>a&lt;b</v></c>', "a<b"),
            ('<c r="A1" t="str"><f>x</f><v></v></c>', ""),
            ('<c r="A1"><f>x</f><v/></c>', ""),
            ('<c r="A1" t="b"><f>x</f><v>0</v></c>', False),
            ('<c r="A1" t="e"><f>x</f><v>#N/A</v></c>', ErrorValue("#N/A")),
            ('<c r="A1"><v>1</v></c>', 2),
            ('<c r="B1"><f>x</f></c>', 2),
        ],
    )
    def test_what_is_right_already_stays_to_the_byte(self, cell: str, value: Value) -> None:
        data = simple(sheet_xml(f'<row r="1">{cell}</row>'))
        assert write_cells(data, {}, {"表1": {(1, 1): value, (9, 9): 1}}) is data


class TestWorkbook:
    def test_recalculation_is_asked_for(self) -> None:
        after = members(write_cells(simple(), {"表1": {(1, 1): Entry(5)}}, {}))
        assert b'<calcPr fullCalcOnLoad="1"/>' in after["xl/workbook.xml"]

    def test_nothing_new_is_the_same_file(self) -> None:
        data = simple()
        assert write_cells(data, {}, {}) is data
        assert write_cells(data, {"别的": {(1, 1): Entry(5)}}, {"也是": {(1, 1): 5}}) is data

    def with_chain(self) -> bytes:
        data = simple(sheet_xml(ROW))
        rels = members(data)["xl/_rels/workbook.xml.rels"].decode()
        chain = f'<Relationship Id="rC" Type="{OFFICE}/calcChain" Target="calcChain.xml"/></Relationships>'
        types = members(data)["[Content_Types].xml"].decode()
        return with_parts(
            data,
            {
                "xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="B9" i="1"/></calcChain>',
                "xl/_rels/workbook.xml.rels": rels.replace("</Relationships>", chain),
                "[Content_Types].xml": types.replace(
                    "</Types>", '<Override PartName="/xl/calcChain.xml" ContentType="x"/></Types>'
                ),
            },
        )

    def test_the_order_of_calculation_goes_when_formulas_are_added(self) -> None:
        after = members(write_cells(self.with_chain(), {"表1": {(1, 2): Entry(1, "A1")}}, {}))
        assert "xl/calcChain.xml" not in after
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            assert b"calcChain" not in after[name]

    def test_the_order_of_calculation_stays_for_plain_figures(self) -> None:
        data = self.with_chain()
        assert changed(data, write_cells(data, {"表1": {(1, 2): Entry(1)}}, {})) == {SHEET, "xl/workbook.xml"}

    def test_prefixes_and_strict(self) -> None:
        strict = MAIN.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        )
        xml = f'<x:worksheet xmlns:x="{strict}"><x:sheetData><x:row r="1"><x:c r="A1"/></x:row></x:sheetData></x:worksheet>'  # fmt: skip
        wanted = {(1, 1): Entry(1, "B1"), (1, 2): Entry(1), (2, 1): Entry(2)}
        assert body(written(simple(xml), wanted)) == (
            '<x:row r="1"><x:c r="A1"><x:f>B1</x:f><x:v>1</x:v></x:c><x:c r="B1"><x:v>1</x:v></x:c></x:row>'
            '<x:row r="2"><x:c r="A2"><x:v>2</x:v></x:c></x:row>'
        )

    def test_protection_merges_and_the_rest_stay(self) -> None:
        after = (
            '<sheetProtection sheet="1" password="CC1A"/><mergeCells count="1"><mergeCell ref="A1:A2"/></mergeCells>'
            '<dataValidations count="1"><dataValidation sqref="B1"/></dataValidations><extLst><ext uri="u"/></extLst>'
        )
        data = simple(sheet_xml(ROW, after=after))
        text = written(data, {(1, 1): Entry(5)})
        assert text == members(data)[SHEET].decode().replace("<v>1</v>", "<v>5</v>")

    def test_both_programs_read_it(self) -> None:
        data = write_cells(simple(), {"表1": {(1, 1): Entry(0.1), (7, 4): Entry(6, "A1*60")}}, {})
        assert "[0.1, 2.0" in values(data)["表1"] and "6.0]" in values(data)["表1"]
        assert openpyxl_book(data)["表1"]["D7"].value == "=A1*60"


class TestRefusals:
    @pytest.mark.parametrize(
        "inner",
        [
            '<row r="1"><c r="A1"/><c r="A1"/></row>',
            '<row r="1"><c r="A1"/></row><row r="1"><c r="B1"/></row>',
        ],
    )
    def test_what_stands_there_twice(self, inner: str) -> None:
        with pytest.raises(NotMarkable) as caught:
            write_cells(simple(sheet_xml(inner)), {"表1": {(1, 1): Entry(5)}}, {})
        assert caught.value.kind == "corrupt"

    def test_a_cell_twice_elsewhere_does_not_matter(self) -> None:
        inner = '<row r="1"><c r="A1"/><c r="B1"/><c r="B1"/></row>'
        assert '<c r="A1"><v>5</v></c>' in rows(inner, {(1, 1): Entry(5)})

    @pytest.mark.parametrize("xml", ["<worksheet>", "<worksheet/>", "<chartsheet><sheetData/></chartsheet>"])
    def test_broken_sheets(self, xml: str) -> None:
        with pytest.raises(NotMarkable) as caught:
            write_cells(simple(xml), {"表1": {(1, 1): Entry(5)}}, {})
        assert caught.value.kind == "corrupt"

    def test_a_missing_part_and_a_chart_sheet_are_passed_over(self) -> None:
        data = with_parts(simple(sheet_xml(ROW), sheet_xml(ROW)), {}, drop=[SHEET])
        assert write_cells(data, {"表1": {(1, 1): Entry(5)}}, {}) is data
        found = parts(sheet_xml(ROW))
        assert relations(("r1", "chartsheet", "x")) != found["xl/_rels/workbook.xml.rels"]
