from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import ClassVar

import pytest
import xlwt

from jiesuan.book import Book, ErrorValue, Sheet, Value
from jiesuan.reading import native, ooxml

from .making import (
    MAIN,
    OFFICE,
    STRICT,
    opened,
    parts,
    patched,
    refused,
    relations,
    sheet_xml,
    strings_xml,
    written,
    zipped,
)

STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


def one(tmp_path: Path, data: str, **options: object) -> Sheet:
    """The only sheet of a package with those rows."""
    book = opened(tmp_path, zipped(parts(sheet_xml(data), **options)))  # type: ignore[arg-type]
    assert book.remarks == []
    (sheet,) = book.sheets
    return sheet


def same(left: list[list[Value]], right: list[list[Value]]) -> bool:
    """Equal in value and in type."""
    return left == right and [[*map(type, row)] for row in left] == [[*map(type, row)] for row in right]


class TestValues:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ("<v>7</v>", 7),
            ("<v>0</v>", 0),
            ("<v>-3</v>", -3),
            ("<v>2.50</v>", 2.5),
            ("<v>1E3</v>", 1000),
            ("<v>0.240000152587891</v>", 0.240000152587891),
            ("<v>999999999999999</v>", 999999999999999),
            ("<v>1000000000000000</v>", 1e15),
            ("<v>350102200801011234</v>", 350102200801011234.0),
            ("<v>NaN</v>", ErrorValue("#NUM!")),
            ("<v>INF</v>", ErrorValue("#NUM!")),
            ("<v>-1e999</v>", ErrorValue("#NUM!")),
            ("<v>abc</v>", "abc"),
        ],
    )
    def test_numbers(self, tmp_path: Path, cell: str, value: Value) -> None:
        sheet = one(tmp_path, f'<row r="1"><c r="A1">{cell}</c></row>')
        assert same(sheet.values, [[value]])

    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('t="b"><v>1</v>', True),
            ('t="b"><v>0</v>', False),
            ('t="str"><v>甲&lt;乙&gt;&#10;丙</v>', "甲<乙>\n丙"),
            ('t="inlineStr"><is><t>甲</t></is>', "甲"),
            ('t="s"><v>1</v>', "第二"),
            ('t="s"><v>2</v>', None),
            ('s="1"><v>45293</v>', dt.date(2024, 1, 2)),
            ('s="1"><v>45293.5</v>', dt.datetime(2024, 1, 2, 12)),
            ('s="99"><v>45293</v>', 45293),
            ('t="e"><v>#REF!</v>', ErrorValue("#REF!")),
            ('t="e"><v>#SPILL!</v>', ErrorValue("#SPILL!")),
            ('t="e"><v>Err:508</v>', ErrorValue("Err:508")),
        ],
    )
    def test_other_kinds(self, tmp_path: Path, cell: str, value: Value) -> None:
        strings = strings_xml("第一", "第二", "")
        sheet = one(
            tmp_path, f'<row r="1"><c r="A1"><v>1</v></c><c r="B1" {cell}</c></row>', strings=strings, styles=STYLES
        )
        assert same(sheet.values, [[1, value] if value is not None else [1]])

    def test_dates_from_1904(self, tmp_path: Path) -> None:
        sheet = one(tmp_path, '<c r="A1" s="1"><v>1</v></c>', styles=STYLES, before='<workbookPr date1904="1"/>')
        assert sheet.values == [[dt.date(1904, 1, 2)]]

    def test_rows_end_at_their_last_value_and_sheets_at_their_last_row(self, tmp_path: Path) -> None:
        sheet = one(
            tmp_path,
            '<row r="2"><c r="B2"><v>1</v></c><c r="C2" s="1"/><c r="D2" t="str"><v></v></c></row>'
            '<row r="4"><c r="A4"><v>2</v></c><c r="D4"><v>3</v></c></row><row r="9"><c r="A9" s="1"/></row>',
        )
        assert sheet.values == [[], [None, 1], [], [2, None, None, 3]]
        assert sheet.value(4, 4) == 3

    def test_the_dimension_is_not_believed(self, tmp_path: Path) -> None:
        for declared in ("A1:A1", "A1:XFD1048576", "nonsense", ""):
            xml = sheet_xml('<row r="1"><c r="C1"><v>1</v></c></row>', before=f'<dimension ref="{declared}"/>')
            assert opened(tmp_path, zipped(parts(xml))).sheets[0].values == [[None, None, 1]]

    def test_formulas_with_and_without_results(self, tmp_path: Path) -> None:
        sheet = one(
            tmp_path,
            '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>1+2</f></c><c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
            '<c r="D1" t="str"><f>""</f><v></v></c><c r="E1"/></row>',
        )
        assert same(sheet.values, [[2, None, ErrorValue("#DIV/0!"), ""]])
        assert sheet.formulas == {(1, 1): "1+1", (1, 2): "1+2", (1, 3): "1/0", (1, 4): '""'}
        assert sheet.uncached == {(1, 2)}

    def test_an_error_after_the_last_value(self, tmp_path: Path) -> None:
        sheet = one(tmp_path, '<row r="1"><c r="A1"><v>1</v></c></row><row r="3"><c r="C3" t="e"><v>#N/A</v></c></row>')
        assert same(sheet.values, [[1], [], [None, None, ErrorValue("#N/A")]])

    @pytest.mark.parametrize(
        ("data", "values"),
        [
            ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", [[1, 2], [3]]),
            ('<row r="2"><c r="B2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>', [[2], [None, 1]]),
            ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', [[2]]),
            ('<row r="1"><c r="A1" t="zz"><v>5</v></c></row>', [[5]]),
            ("<row r='1'><c r='A1'><v>5</v></c></row>", [[5]]),
        ],
    )
    def test_odd_ways_to_write_cells(self, tmp_path: Path, data: str, values: list[list[Value]]) -> None:
        assert one(tmp_path, data).values == values


class TestPackages:
    def test_prefixed_names(self, tmp_path: Path) -> None:
        xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="B1"><x:f>A1</x:f><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
        content = parts(xml)
        content["xl/workbook.xml"] = (
            f'<w:workbook xmlns:w="{MAIN}" xmlns:q="{OFFICE}"><w:sheets><w:sheet name="表" sheetId="1" q:id="r1"/></w:sheets></w:workbook>'
        )
        (sheet,) = opened(tmp_path, zipped(content)).sheets
        assert (sheet.name, sheet.values, sheet.formulas) == ("表", [[None, 1]], {(1, 2): "A1"})

    def test_strict_ooxml(self, tmp_path: Path) -> None:
        content = parts(sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'))
        content["_rels/.rels"] = relations(("x", "officeDocument", "xl/workbook.xml"), office=STRICT)
        content["xl/_rels/workbook.xml.rels"] = relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"), ("s", "sharedStrings", "sharedStrings.xml"), office=STRICT
        )
        content["xl/sharedStrings.xml"] = strings_xml("甲")
        assert opened(tmp_path, zipped(content)).sheets[0].values == [["甲"]]

    def test_other_folders_cases_and_slashes(self, tmp_path: Path) -> None:
        content = {
            "_rels/.rels": relations(("x", "officeDocument", "/Book/Main.xml")),
            "book\\main.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表" sheetId="1" r:id="a"/></sheets></workbook>',
            "Book/_rels/main.xml.rels": relations(
                ("a", "worksheet", "..\\Data\\S.XML"), ("b", "sharedStrings", "/data/t.xml")
            ),
            "data/s.xml": sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
            "data/T.xml": strings_xml("甲"),
        }
        assert opened(tmp_path, zipped(content)).sheets[0].values == [["甲"]]

    def test_utf_16(self, tmp_path: Path) -> None:
        content = {
            name: ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16")
            for name, text in parts(
                sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings=strings_xml("甲")
            ).items()
            if isinstance(text, str)
        }
        (sheet,) = opened(tmp_path, zipped(content)).sheets
        assert (sheet.name, sheet.values) == ("表1", [["甲"]])

    def test_without_any_relationships_of_the_package(self, tmp_path: Path) -> None:
        content = parts(sheet_xml(ONE))
        del content["_rels/.rels"]
        assert opened(tmp_path, zipped(content)).sheets[0].values == [[1]]

    def test_shared_strings_in_the_usual_place_but_not_related(self, tmp_path: Path) -> None:
        content = parts(sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'))
        content["xl/sharedStrings.xml"] = strings_xml("甲")
        assert opened(tmp_path, zipped(content)).sheets[0].values == [["甲"]]

    def test_stored_members(self, tmp_path: Path) -> None:
        assert opened(tmp_path, zipped(parts(sheet_xml(ONE)), zipfile.ZIP_STORED)).sheets[0].values == [[1]]

    def test_sheets_in_order_with_their_visibility(self, tmp_path: Path) -> None:
        states = {"乙": ' state="hidden"', "丙": ' state="veryHidden"', "丁": ' state="visible"', "戊": ' state="odd"'}
        data = zipped(parts(*[sheet_xml(ONE)] * 5, names=("甲 &amp; 甲", "乙", "丙", "丁", "戊"), states=states))
        book = opened(tmp_path, data)
        assert [(sheet.name, sheet.visible) for sheet in book.sheets] == [
            ("甲 & 甲", True),
            ("乙", False),
            ("丙", False),
            ("丁", True),
            ("戊", True),
        ]

    def test_charts_dialogs_and_macro_sheets_are_no_sheets(self, tmp_path: Path) -> None:
        content = parts(*[sheet_xml(ONE)] * 4)
        content["xl/_rels/workbook.xml.rels"] = relations(
            ("r1", "chartsheet", "worksheets/sheet1.xml"),
            ("r2", "worksheet", "worksheets/sheet2.xml"),
            ("r3", "dialogsheet", "worksheets/sheet3.xml"),
            ("r4", "xlMacrosheet", "worksheets/sheet4.xml"),
        )
        book = opened(tmp_path, zipped(content))
        assert [sheet.name for sheet in book.sheets] == ["表2"]
        assert book.remarks == []

    def test_two_sheets_of_one_name_keep_their_own_values(self, tmp_path: Path) -> None:
        book = opened(tmp_path, zipped(parts(sheet_xml(ONE), sheet_xml(ONE.replace(">1<", ">2<")), names=("表", "表"))))
        assert [(sheet.name, sheet.values) for sheet in book.sheets] == [("表", [[1]]), ("表", [[2]])]


class TestLeftOut:
    """One sheet that cannot be read does not take the others with it."""

    BROKEN = "工作表“表2”已损坏，没有读取。"
    LARGE = "工作表“表2”的数据范围过大，不像表格，没有读取。"

    @pytest.mark.parametrize(
        ("second", "remark"),
        [
            ("<worksheet><sheetData><row>", BROKEN),
            ("", BROKEN),
            (sheet_xml('<row r="1"><c r="?!"><v>1</v></c></row>'), BROKEN),
            (sheet_xml('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), BROKEN),
            (sheet_xml(ONE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), LARGE),
            (sheet_xml(ONE + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), LARGE),
        ],
    )
    def test_a_remark_names_it(self, tmp_path: Path, second: str, remark: str) -> None:
        book = opened(tmp_path, zipped(parts(sheet_xml(ONE), second, sheet_xml(ONE))))
        assert [sheet.name for sheet in book.sheets] == ["表1", "表3"]
        assert book.remarks == [remark]

    def test_a_part_that_is_not_there(self, tmp_path: Path) -> None:
        content = parts(sheet_xml(ONE), sheet_xml(ONE))
        del content["xl/worksheets/sheet2.xml"]
        assert opened(tmp_path, zipped(content)).remarks == [self.BROKEN]

    def test_a_relationship_that_is_not_there(self, tmp_path: Path) -> None:
        content = parts(sheet_xml(ONE), sheet_xml(ONE))
        content["xl/_rels/workbook.xml.rels"] = relations(("r1", "worksheet", "worksheets/sheet1.xml"))
        assert opened(tmp_path, zipped(content)).remarks == [self.BROKEN]

    def test_what_calamine_rejects_is_tried_the_long_way(self, tmp_path: Path) -> None:
        second = sheet_xml('<row r="1"><c r="A1" t="zz"><f>A2</f><v>5</v></c></row>')
        book = opened(tmp_path, zipped(parts(sheet_xml(ONE), second)))
        assert book.remarks == []
        assert (book.sheets[1].values, book.sheets[1].formulas) == ([[5]], {(1, 1): "A2"})

    def test_all_sheets_together_have_a_limit(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ooxml, "MAX_BOOK_AREA", 250)
        wide = sheet_xml('<row r="1"><c r="CV1"><v>1</v></c></row>')
        book = opened(tmp_path, zipped(parts(wide, wide, wide, sheet_xml(""))))
        assert [sheet.name for sheet in book.sheets] == ["表1", "表2"]
        assert book.remarks == [self.LARGE.replace("2", "3"), self.LARGE.replace("2", "4")]

    def test_nothing_left(self, tmp_path: Path) -> None:
        far = sheet_xml(ONE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
        assert refused(tmp_path, zipped(parts(far, "<worksheet>"))).kind == "too-large"
        assert refused(tmp_path, zipped(parts("<worksheet>"))).kind == "corrupt"
        assert refused(tmp_path, zipped(parts())).kind == "corrupt"

    @pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
    def test_no_worksheet_at_all(self, tmp_path: Path, kind: str) -> None:
        content = parts(sheet_xml(ONE), sheet_xml(ONE))
        content["xl/_rels/workbook.xml.rels"] = relations(
            ("r1", kind, "worksheets/sheet1.xml"), ("r2", kind, "worksheets/sheet2.xml")
        )
        problem = refused(tmp_path, zipped(content))
        assert problem.kind == "no-worksheet"
        assert problem.message == (
            "这个工作簿里只有图表一类的页，没有工作表，也就没有表格可以校验。"
            "请确认没有拿错文件；表格是贴成图片或图表的，请换成放着表格的那个工作簿再试。"
        )

    @pytest.mark.parametrize(
        "member",
        ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"],
    )
    def test_a_broken_part_that_all_need(self, tmp_path: Path, member: str) -> None:
        content = parts(sheet_xml(ONE), strings=strings_xml("甲"), styles=STYLES)
        content[member] = "<sst><si><t>"
        problem = refused(tmp_path, zipped(content))
        assert problem.kind == "corrupt"
        assert "已损坏" in problem.message


class TestProperties:
    CUSTOM = (
        '<Properties xmlns="p" xmlns:vt="v"><property fmtid="{0}" pid="2" name="jiesuan.pack"><vt:lpwstr>fujian-2024</vt:lpwstr></property>'
        '<property pid="3" name="学期"><vt:lpwstr>2024&amp;春</vt:lpwstr></property><property pid="4" name="次数"><vt:i4>3</vt:i4></property>'
        '<property pid="5"><vt:i4>3</vt:i4></property></Properties>'
    )
    EXPECTED: ClassVar = {"jiesuan.pack": "fujian-2024", "学期": "2024&春", "次数": "3"}

    def read(self, tmp_path: Path, more: dict[str, str]) -> dict[str, str]:
        return opened(tmp_path, zipped(parts(sheet_xml(ONE), more=more))).properties

    def test_in_the_usual_place(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, {"docProps/custom.xml": self.CUSTOM}) == self.EXPECTED

    def test_where_the_relationship_says(self, tmp_path: Path) -> None:
        rels = relations(("a", "officeDocument", "xl/workbook.xml"), ("b", "custom-properties", "x/y.xml"))
        assert self.read(tmp_path, {"_rels/.rels": rels, "x/y.xml": self.CUSTOM}) == self.EXPECTED

    @pytest.mark.parametrize("broken", ["", "<Properties>", "<!DOCTYPE a><Properties/>"])
    def test_broken_ones_are_no_reason_to_refuse(self, tmp_path: Path, broken: str) -> None:
        assert self.read(tmp_path, {"docProps/custom.xml": broken}) == {}

    def test_none(self, tmp_path: Path) -> None:
        assert self.read(tmp_path, {}) == {}


class TestXlsxWriter:
    """Files as a real program writes them."""

    def read(self, tmp_path: Path, data: bytes) -> Book:
        book = opened(tmp_path, data)
        assert book.remarks == []
        return book

    def test_a_sheet_with_everything(self, tmp_path: Path) -> None:
        def fill(workbook: object, sheet: object) -> None:
            bold = workbook.add_format({"bold": True})  # type: ignore[attr-defined]
            day = workbook.add_format({"num_format": 'yyyy"年"m"月"d"日"'})  # type: ignore[attr-defined]
            s: object = sheet
            s.merge_range("A1:C1", "标题", bold)  # type: ignore[attr-defined]
            s.write_row("A2", ["姓名", 12, 2.5])  # type: ignore[attr-defined]
            s.write_formula("D2", "=SUM(B2:C2)", None, 14.5)  # type: ignore[attr-defined]
            s.write_array_formula("E2:E3", "{=B2:B3*2}", None, 24)  # type: ignore[attr-defined]
            s.write_datetime("F2", dt.datetime(2024, 3, 1), day)  # type: ignore[attr-defined]
            s.write_blank("XFD1048576", None, bold)  # type: ignore[attr-defined]
            s.set_row(4, None, None, {"hidden": True})  # type: ignore[attr-defined]
            s.set_column("H:J", None, None, {"hidden": True})  # type: ignore[attr-defined]
            workbook.add_worksheet("隐藏").hide()  # type: ignore[attr-defined]
            workbook.add_worksheet("深藏").very_hidden()  # type: ignore[attr-defined]
            workbook.add_chartsheet("图")  # type: ignore[attr-defined]
            workbook.set_custom_property("学期", "2024春")  # type: ignore[attr-defined]

        book = self.read(tmp_path, written(fill))
        first = book.sheet("表1")
        assert first.values == [["标题"], ["姓名", 12, 2.5, 14.5, 24, dt.date(2024, 3, 1)], [None, None, None, None, 0]]
        assert first.formulas == {(2, 4): "SUM(B2:C2)", (2, 5): "B2:B3*2", (3, 5): ""}
        assert first.uncached == set()
        assert first.merges == [(1, 1, 1, 3)]
        assert first.hidden_rows == {5}
        assert first.hidden_columns == {8, 9, 10}
        assert [(sheet.name, sheet.visible) for sheet in book.sheets] == [
            ("表1", True),
            ("隐藏", False),
            ("深藏", False),
        ]
        assert book.properties == {"学期": "2024春"}

    def test_a_dimension_of_one_cell_as_wps_writes_it(self, tmp_path: Path) -> None:
        data = written(lambda _, sheet: sheet.write_row("B3", [1, 2, 3]))
        data = patched(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="B3:D3"', b'ref="A1:A1"'))
        assert self.read(tmp_path, data).sheets[0].values == [[], [], [None, 1, 2, 3]]


def test_openpyxl_leaves_formulas_without_results(tmp_path: Path) -> None:
    from openpyxl import Workbook

    path = tmp_path / "甲.xlsx"
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["A3"] = 1, "=A1*2", '=IF(A1<2,"少","多")'
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    workbook.save(path)
    (found,) = opened(tmp_path, path.read_bytes()).sheets
    assert found.values == [[1]]
    assert found.formulas == {(2, 1): "A1*2", (3, 1): 'IF(A1<2,"少","多")'}
    assert found.uncached == {(2, 1), (3, 1)}
    assert (found.hidden_rows, found.hidden_columns) == ({2}, {2})


@pytest.mark.parametrize(("area", "read"), [(6, ["表1", "表2"]), (5, ["表1"])])
def test_book_limits_are_the_same_for_all_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, area: int, read: list[str]
) -> None:
    """Two sheets of three cells each, as .xlsx and as .xls."""
    assert vars(ooxml)["MAX_BOOK_AREA"] == native.MAX_BOOK_AREA
    sheet = sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c><c r="C1"><v>1</v></c></row>')
    old, buffer = xlwt.Workbook(), io.BytesIO()
    for name in ("表1", "表2"):
        page = old.add_sheet(name)
        for column in range(3):
            page.write(0, column, 1)
    old.save(buffer)
    for module in (native, ooxml):
        monkeypatch.setattr(module, "MAX_BOOK_AREA", area)
    new_book = opened(tmp_path, zipped(parts(sheet, sheet)))
    old_book = opened(tmp_path, buffer.getvalue(), "表.xls")
    assert [sheet.name for sheet in new_book.sheets] == [sheet.name for sheet in old_book.sheets] == read
    assert new_book.remarks == old_book.remarks[1:]  # the first says what .xls cannot show
    assert len(new_book.remarks) == 2 - len(read)
