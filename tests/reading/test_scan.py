"""The quick scan and the long way must agree wherever the quick one does not decline."""

from __future__ import annotations

from dataclasses import fields

import pytest

from jiesuan.reading import rewrite
from jiesuan.reading import scan as quick
from jiesuan.reading.problem import SheetTooLarge
from jiesuan.reading.scan import Scan, Strings, parse_area, scan, shifted

from .making import sheet_xml, strings_xml

NONE = Strings(b"<sst></sst>")


def scanned(data: str, *, before: str = "", after: str = "") -> Scan:
    """The quick scan of a sheet, after making sure that the long way sees the same."""
    xml = sheet_xml(data, before=before, after=after).encode()
    found = scan(xml, NONE)
    assert found is not None, "the quick scan declined"
    assert found.body == data.encode()
    slow = rewrite.rewritten(xml, NONE)
    for field in fields(Scan):
        if field.name != "body":
            assert getattr(found, field.name) == getattr(slow, field.name), field.name
    return found


def declined(data: str, **around: str) -> bool:
    return scan(sheet_xml(data, **around).encode(), NONE) is None


class TestFormulas:
    @pytest.mark.parametrize(
        ("cell", "formula"),
        [
            ('<c r="B2"><f>SUM(A1:A9)</f><v>3</v></c>', "SUM(A1:A9)"),
            ('<c r="B2" s="4"><f>A1&amp;"&lt;&#10;甲"</f><v>3</v></c>', 'A1&"<\n甲"'),
            ('<c r="B2"><f>A1\r\n+1\r+2</f><v>3</v></c>', "A1\n+1\n+2"),
            ('<c r="B2"><f ca="1">NOW()</f><v>3</v></c>', "NOW()"),
            ('<c r="B2" t="str"><f>A1</f><v>甲</v></c>', "A1"),
            ('<c r="B2" t="str"><f>A1</f><v xml:space="preserve"> 甲</v></c>', "A1"),
            ('<c r="B2" t="b"><f>A1=1</f><v>1</v></c>', "A1=1"),
            ('<c r="B2">\n  <f>A1</f>\n  <v>1</v>\n</c>', "A1"),
            ('<c r="B2"><f t="shared" ref="B2:B9" si="0">A2*2</f><v>1</v></c>', "A2*2"),
            ('<c r="B2"><f t="shared" si="0"/><v>1</v></c>', ""),
            ('<c r="B2"><f t="shared" si="0"></f><v>1</v></c>', ""),
            ('<c r="B2"><f/><v>1</v></c>', ""),
            ('<c r="B2" cm="1"><f t="array" ref="B2">SUM(A1:A3*2)</f><v>1</v></c>', "SUM(A1:A3*2)"),
            ("<c r=\"B2\"><f>IF('2-1'!A1='2-2'!A1,1,0)</f><v>1</v></c>", "IF('2-1'!A1='2-2'!A1,1,0)"),
            ('<c r="B2"><f>_xlfn.XLOOKUP(A1,B:B,C:C)</f><v>1</v></c>', "_xlfn.XLOOKUP(A1,B:B,C:C)"),
        ],
    )
    def test_text(self, cell: str, formula: str) -> None:
        found = scanned(f'<row r="2"><c r="A2"><v>1</v></c>{cell}<c r="C2" t="s"><v>0</v></c></row>')
        assert found.formulas == {(2, 2): formula}
        assert (found.uncached, found.blanks, found.errors) == (set(), set(), {})

    @pytest.mark.parametrize(
        "cell",
        [
            '<c r="B2"><f>A1</f></c>',
            '<c r="B2"><f>A1</f><v></v></c>',
            '<c r="B2"><f>A1</f><v/></c>',
            '<c r="B2"><f>A1</f><v />\n</c>',
            '<c r="B2" t="str"><f>A1</f></c>',
            '<c r="B2" t="e"><f>A1</f></c>',
            '<c r="B2" t="e"><f>A1</f><v></v></c>',
            '<c r="B2" t="n"><f>A1</f><v></v></c>',
        ],
    )
    def test_without_a_result(self, cell: str) -> None:
        if ' t="str"' in cell:
            found = scan(sheet_xml(cell).encode(), NONE)
            assert found is not None
        else:
            found = scanned(cell)
        assert found.uncached == {(2, 2)}
        assert (found.formulas, found.blanks, found.errors) == ({(2, 2): "A1"}, set(), {})

    @pytest.mark.parametrize(
        "value", ["<v></v>", "<v/>", '<v xml:space="preserve"></v>'], ids=["pair", "single", "attribute"]
    )
    def test_whose_result_is_an_empty_text(self, value: str) -> None:
        found = scanned(f'<c r="B2" t="str"><f>A1</f>{value}</c>')
        assert found.blanks == {(2, 2)}
        assert found.uncached == set()

    @pytest.mark.parametrize("error", sorted(quick.ERRORS))
    def test_whose_result_is_an_error(self, error: str) -> None:
        found = scanned(f'<c r="B2" t="e"><f>A1</f><v>{error}</v></c>')
        assert found.errors == {(2, 2): error}
        assert found.formulas == {(2, 2): "A1"}
        assert found.uncached == set()

    @pytest.mark.parametrize("kind", ["array", "dataTable"])
    def test_every_cell_of_an_array_has_a_formula(self, kind: str) -> None:
        found = scanned(
            f'<row r="2"><c r="B2"><f t="{kind}" ref="B2:C3">A1:B2</f><v>1</v></c><c r="C2"><v>2</v></c></row>'
            '<row r="3"><c r="B3"><v>3</v></c><c r="C3"><v>4</v></c></row>'
        )
        assert found.formulas == {(2, 2): "A1:B2", (2, 3): "", (3, 2): "", (3, 3): ""}

    def test_a_giant_array_is_not_spelled_out(self) -> None:
        found = scanned('<c r="B2"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c>')
        assert found.formulas == {(2, 2): "1"}

    @pytest.mark.parametrize("reference", ["", "nonsense", "A1:ZZZZ9"])
    def test_an_array_without_a_sensible_range(self, reference: str) -> None:
        assert scanned(f'<c r="B2"><f t="array" ref="{reference}">1</f><v>1</v></c>').formulas == {(2, 2): "1"}

    @pytest.mark.parametrize(
        "cell",
        [
            '<c r="B2"><v>1</v><f>A1</f></c>',
            '<c r="B2"><extLst/><f>A1</f></c>',
            '<c r="B2" t="inlineStr"><f>A1</f><is><t>x</t></is></c>',
            '<c r="B2" t="inlineStr"><is><r><rPr><family val="1"/></rPr><t>x</t></r></is></c>',
            '<c r="B2"><f>A1</c>',
            "<f>A1</f>",
        ],
    )
    def test_unusual_order_is_left_to_the_long_way(self, cell: str) -> None:
        assert declined(cell)


class TestErrors:
    def test_plain_error_cells(self) -> None:
        found = scanned(
            '<row r="1"><c r="A1" s="1" t="e"><v>#REF!</v></c><c r="B1"><v>1</v></c>'
            '<c r="AA1" t="e" cm="1">\n<v>#N/A</v></c></row>'
        )
        assert found.errors == {(1, 1): "#REF!", (1, 27): "#N/A"}
        assert found.formulas == {}

    def test_an_error_cell_without_an_error(self) -> None:
        assert scanned('<c r="A1" t="e"/><c r="B1" t="e"><v></v></c><c r="C1" t="e"><v/></c>').errors == {}

    @pytest.mark.parametrize("error", ["#SPILL!", "#GETTING_DATA", "Err:508", "#CALC!"])
    def test_errors_calamine_does_not_know_need_the_long_way(self, error: str) -> None:
        assert declined(f'<c r="A1" t="e"><v>{error}</v></c>')

    def test_a_text_that_looks_like_markup_is_left_to_the_long_way(self) -> None:
        assert declined('<c r="A1" t="str"><v>x t="e"</v></c>')


class TestHidden:
    def test_rows(self) -> None:
        found = scanned(
            '<row r="1"><c r="A1"><v>1</v></c></row>'
            '<row r="2" hidden="1"/><row r="3" spans="1:2" hidden="true" ht="0"><c r="A3"><v>1</v></c></row>'
            '<row r="4" hidden="0"/><row r="5" hidden="false"></row><row/>'
        )
        assert found.hidden_rows == {2, 3}

    def test_a_hidden_row_without_a_number_needs_the_long_way(self) -> None:
        assert declined('<row hidden="1"/>')
        assert declined('<row hidden="1" r=""/>')

    def test_odd_rows_need_the_long_way(self) -> None:
        assert declined('<row r="1" hidden="1"/><rows/>')

    @pytest.mark.parametrize(
        ("column", "hidden"),
        [
            ('<col min="2" max="4" width="9" hidden="1"/>', {2, 3, 4}),
            ('<col min="2" max="2" width="0" customWidth="1"/>', {2}),
            ('<col min="3" max="3" hidden="true"></col>', {3}),
            ('<col min="2" max="4" width="9"/>', set()),
            ('<col min="2" max="4" hidden="0"/>', set()),
            ('<col min="16383" max="99999999999" hidden="1"/>', {16383, 16384}),
            ('<col min="x" max="4" hidden="1"/>', set()),
            ('<col hidden="1"/>', set()),
        ],
    )
    def test_columns(self, column: str, hidden: set[int]) -> None:
        found = scanned(
            '<c r="A1"><v>1</v></c>', before=f"<cols>{column}<col min='9' max='9'/></cols>".replace("'", '"')
        )
        assert found.hidden_columns == hidden


class TestMerges:
    def test_ranges(self) -> None:
        after = '<mergeCells count="3"><mergeCell ref="A1:C1"/><mergeCell ref="D9:B7"/><mergeCell x="1" ref="$E$1:$E$2"/></mergeCells>'
        assert scanned("", after=after).merges == [(1, 1, 1, 3), (7, 2, 9, 4), (1, 5, 2, 5)]

    @pytest.mark.parametrize("reference", ["A1", "A1:A1", "", ":", "A1:", "1:2", "A:B", "A0:B1", "ZZZZ1:B2"])
    def test_nonsense_is_passed_over(self, reference: str) -> None:
        after = f'<mergeCells><mergeCell ref="{reference}"/><mergeCell ref="A1:B1"/></mergeCells>'
        assert scanned("", after=after).merges == [(1, 1, 1, 2)]

    def test_other_quotes_need_the_long_way(self) -> None:
        assert declined("", after="<mergeCells><mergeCell ref='A1:B1'/></mergeCells>")


class TestDeclined:
    """Whatever the quick scan cannot prove to have understood."""

    @pytest.mark.parametrize(
        "data",
        [
            "<c><v>1</v></c>",
            '<c s="1" r="A1"><v>1</v></c>',
            "<c r='A1'><v>1</v></c>",
            '<c  r="A1"><v>1</v></c>',
            '<c r="a1"><v>1</v></c>',
            '<c r="A01"><v>1</v></c>',
            '<c r="A0"><v>1</v></c>',
            '<c r=""><v>1</v></c>',
            '<c r="AAAA1"><v>1</v></c>',
            '<c r="A1"><!-- x --><v>1</v></c>',
            '<c r="A1" t="str"><v><![CDATA[x]]></v></c>',
            '<c r="A200000"><v>1</v></c>',
            '<c r="BYZ1"><v>1</v></c>',
            '<c r="XFD1"/>',
        ],
    )
    def test_cells(self, data: str) -> None:
        assert declined(data)

    @pytest.mark.parametrize(
        "xml",
        [
            "<x:worksheet><x:sheetData/></x:worksheet>",
            "<worksheet/>",
            "",
            "<worksheet><sheetData/><sheetData/></worksheet>",
            "<worksheet><sheetData></worksheet>",
            "<worksheet></sheetData><sheetData></worksheet>",
            "<worksheet><sheetDataX></worksheet>",
        ],
    )
    def test_frames(self, xml: str) -> None:
        assert scan(xml.encode(), NONE) is None

    def test_an_area_too_large_is_measured_the_long_way(self) -> None:
        assert declined('<c r="A1"><v>1</v></c><c r="ZZ9999"/>')
        assert not declined('<c r="A1"><v>1</v></c><c r="ZZ999"/>')


@pytest.mark.parametrize("opening", ["<sheetData/>", "<sheetData />", '<sheetData a="1"/>', "<sheetData></sheetData>"])
def test_a_sheet_without_cells(opening: str) -> None:
    found = scan(f"<worksheet>{opening}<mergeCells/></worksheet>".encode(), NONE)
    assert found == Scan()


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "MAX_AREA", 100)
    monkeypatch.setattr(quick, "MAX_ROWS", 10)
    assert not declined("".join(f'<c r="A{n}"/>' for n in range(1, 101)))
    with pytest.raises(SheetTooLarge):
        declined("".join(f'<c r="A{n}"/>' for n in range(1, 102)))


class TestStrings:
    @pytest.mark.parametrize(
        "xml",
        [
            "<sst><si><t>甲</t></si><si/><si>\n<t>乙</t></si></sst>",
            "<x:sst><x:si><x:t>甲</x:t></x:si><x:si/><x:si>\n<x:t>乙</x:t></x:si></x:sst>",
        ],
    )
    def test_lengths_are_upper_bounds_in_order(self, xml: str) -> None:
        strings = Strings(xml.encode())
        sizes = [strings.length(index) for index in range(4)]
        assert sizes[1] < sizes[0] < 40
        assert sizes[2] >= 3
        assert sizes[3] == 0
        assert sizes[0] <= strings.longest <= len(xml.encode())

    @pytest.mark.parametrize("xml", ["<sst><!-- x --><si><t>甲</t></si></sst>", "<sst></sst>", ""])
    def test_where_they_are_not_known_the_whole_part_counts(self, xml: str) -> None:
        strings = Strings(xml.encode())
        assert strings.length(0) == strings.length(99) == strings.longest == len(xml.encode())

    def bomb(self, cells: str, *texts: str) -> Scan | None:
        return scan(sheet_xml(cells).encode(), Strings(strings_xml(*texts).encode()))

    def test_a_long_text_in_many_cells_is_a_bomb(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quick, "MAX_TEXT", 10_000)
        cells = "".join(f'<c r="A{n}" t="s"><v>{{}}</v></c>' for n in range(1, 21))
        assert self.bomb(cells.replace("{}", "1"), "长" * 1000, "短") is not None
        with pytest.raises(SheetTooLarge):
            self.bomb(cells.replace("{}", "0"), "长" * 1000, "短")

    def test_what_cannot_be_summed_is_left_to_the_long_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quick, "MAX_TEXT", 1000)
        cells = '<c r="A1" t="s"><v>1</v></c><c r="A2" t="s"><v x="1">1</v></c>'
        assert self.bomb(cells, "长" * 1000, "短") is None


@pytest.mark.parametrize(
    ("reference", "area"),
    [
        ("A1:B2", (1, 1, 2, 2)),
        ("B2:A1", (1, 1, 2, 2)),
        ("$A$3", (3, 1, 3, 1)),
        ("xfd1048576", (1048576, 16384, 1048576, 16384)),
        ("XFE1", None),
        ("A:B", None),
        ("", None),
    ],
)
def test_parse_area(reference: str, area: tuple[int, int, int, int] | None) -> None:
    assert parse_area(reference) == area


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "reads"),
    [
        ("A1*2", 2, 1, "B3*2"),
        ("$A1+A$1+$A$1", 2, 1, "$A3+B$1+$A$1"),
        ('SUM(A1:B2)&"A1"', 2, 1, 'SUM(B3:C4)&"A1"'),
        ("'A1 表'!B2+表1!C3", 2, 1, "'A1 表'!C4+表1!D5"),
        ("LOG10(A1)+A1.5", 1, 0, "LOG10(A2)+A1.5"),
        ("B2", -1, -1, "A1"),
        ("A1", -1, 0, ""),
        ("A1", 0, -1, ""),
        ("XFD1+A1", 0, 1, ""),
        ("A1048576", 1, 0, ""),
        ("B7", 0, 0, "B7"),
    ],
)
def test_shifted(formula: str, rows: int, columns: int, reads: str) -> None:
    assert shifted(formula, rows, columns) == reads


def test_shared_formulas_are_written_out_for_every_cell() -> None:
    found = scanned(
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1+$C$1</f><v>1</v></c>'
        '<c r="D1"><f t="shared" ref="D1:E1" si="1">D2</f><v>1</v></c><c r="E1"><f t="shared" si="1"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"></f><v>1</v></c><c r="B3"><f t="shared" si="9"/><v>1</v></c></row>'
    )
    assert found.formulas == {
        (1, 1): "B1+$C$1", (2, 1): "B2+$C$1", (3, 1): "B3+$C$1", (1, 4): "D2", (1, 5): "E2", (3, 2): "",
    }  # fmt: skip
