"""Marks in workbooks of every shape a sheet part may have."""

from __future__ import annotations

import re

import pytest

from jiesuan.marking import clear, mark
from jiesuan.marking import mark as mark_module
from jiesuan.marking.journal import PART
from jiesuan.marking.package import Package
from jiesuan.marking.sheet import MAX_AREAS
from jiesuan.marking.workbook import WorkbookPart

from ..reading.making import zipped
from .making import (
    COMMENTS_TYPE,
    MAIN,
    OFFICE,
    assert_no_marks,
    assert_round_trip,
    changed,
    finding,
    kind_of,
    members,
    notes,
    openpyxl_book,
    relations,
    report,
    resaved,
    rich,
    root_tag,
    sheet_names,
    sheet_xml,
    simple,
    values,
    with_parts,
)

SHEET = "xl/worksheets/sheet1.xml"
ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def order_of(content: bytes) -> list[str]:
    """The children of a worksheet part in order."""
    from jiesuan.marking.xml import parse

    return [child.name for child in parse(content).children]


class TestRich:
    found = report(
        finding("数据", "B2"), finding("数据", "C3", "核实"), finding("数据", "F4", "提示"), finding("附'二'表", "A2")
    )

    def test_round_trip(self) -> None:
        assert_round_trip(rich(), self.found)

    def test_only_the_parts_that_must_change(self) -> None:
        data = rich()
        assert changed(data, mark(data, self.found)) == {
            "[Content_Types].xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/worksheets/sheet1.xml",
            "xl/worksheets/sheet2.xml",
            "xl/comments1.xml",
            "xl/drawings/vmlDrawing1.vml",
            "xl/comments2.xml",
            "xl/drawings/vmlDrawing2.vml",
        }

    def test_the_others_keep_their_compressed_bytes(self) -> None:
        from jiesuan.marking.archive import Archive

        data = rich()
        before, after = Archive(data), Archive(mark(data, self.found))
        touched = changed(data, mark(data, self.found))
        for name, member in before.members.items():
            assert (after.members[name].local == member.local) == (name not in touched)
        assert list(after.members)[: len(before.members)] == list(before.members)

    def test_notes_keep_what_the_user_wrote(self) -> None:
        marked = notes(mark(rich(), self.found), "数据")
        assert marked["B2"].startswith("原来的批注\n第二行")
        assert "〔校验标记〕错误 X101" in marked["B2"]
        assert marked["B30"].endswith("别处的批注")

    def test_a_merged_range_is_marked_at_its_first_cell(self) -> None:
        marked = mark(rich(), self.found)
        assert "E3" in notes(marked, "数据")
        assert b'sqref="E3"' in members(marked)[SHEET]

    def test_the_button_stays(self) -> None:
        vml = members(mark(rich(), self.found))["xl/drawings/vmlDrawing1.vml"]
        assert vml.count(b'ObjectType="Button"') == 1
        assert vml.count(b'ObjectType="Note"') == 2 + 2

    def test_shape_ids_come_from_a_block_nobody_uses(self) -> None:
        content = members(mark(rich(), self.found))
        ids: list[bytes] = []
        for name in ("xl/drawings/vmlDrawing1.vml", "xl/drawings/vmlDrawing2.vml"):
            ids += re.findall(rb'<v:shape id="_x0000_s(\d+)"', content[name])
            blocks = re.findall(rb'idmap[^>]*data="([\d,]+)"', content[name])[0].split(b",")
            used = re.findall(rb'<v:shape id="_x0000_s(\d+)"', content[name])
            assert {int(number) // 1024 for number in used} <= {int(block) for block in blocks}
        assert len(ids) == len(set(ids))

    def test_priorities_are_unique_and_ours_come_first(self) -> None:
        content = members(mark(rich(), self.found))[SHEET]
        rules = re.findall(rb"<cfRule[^>]*priority=\"(\d+)\"[^>]*>(?:<formula>([^<]*))?", content)
        assert len({number for number, _ in rules}) == len(rules)
        assert [int(number) for number, text in rules if b"jiesuan-mark" in text] == [1, 2, 3]

    def test_what_was_there_is_still_seen(self) -> None:
        before, after = openpyxl_book(rich()), openpyxl_book(mark(rich(), self.found))
        for sheet in before:
            other = after[sheet.title]
            assert sheet.merged_cells.ranges == other.merged_cells.ranges
            assert len(sheet.data_validations.dataValidation) == len(other.data_validations.dataValidation)
            assert sheet.freeze_panes == other.freeze_panes
            assert sheet.protection.password == other.protection.password
            assert len(sheet._charts) == len(other._charts)
            assert list(sheet.tables) == list(other.tables)
            for row in sheet.iter_rows():
                assert [cell.value for cell in row] == [other[cell.coordinate].value for cell in row]

    def test_opens_on_the_result_alone(self) -> None:
        data = rich()
        assert openpyxl_book(data).active.title == "附'二'表"
        marked = mark(data, self.found)
        book = openpyxl_book(marked)
        assert book.active.title == "校验结果"
        assert b"tabSelected" not in b"".join(members(marked).values())
        assert openpyxl_book(clear(marked)).active.title == "附'二'表"

    def test_another_report_replaces_the_marks(self) -> None:
        once = mark(rich(), self.found)
        other = report(finding("数据", "A9", "提示"))
        assert mark(once, other) == mark(rich(), other)

    def test_without_findings_only_the_result_is_added(self) -> None:
        data = rich()
        marked = assert_round_trip(data, report())
        assert SHEET not in changed(data, marked)
        assert sheet_names(marked)[-1] == "校验结果"


class TestShapes:
    @pytest.mark.parametrize(
        "content",
        [
            sheet_xml(ROW),
            sheet_xml(),
            f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>',
            "\ufeff" + sheet_xml(ROW),
            '<?xml version="1.0"?>\n<!-- Kommentar -->\n' + sheet_xml(ROW),
            sheet_xml("<row><c><v>1</v></c></row><row r='9'/>"),
            sheet_xml('<row r="2"><c r="B2" t="inlineStr"><is><t>&lt;sheetData></t></is></c></row>'),
            sheet_xml(ROW, after='<pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/>'),
            sheet_xml(ROW, after='<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'),
            sheet_xml(ROW, before='<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'),
            sheet_xml(ROW, after="<sheetProtection sheet='1'/><phoneticPr fontId='0'/>"),
            sheet_xml('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row><!-- <sheetData> -->'),
        ],
    )
    def test_round_trip(self, content: str) -> None:
        data = simple(content)
        marked = assert_round_trip(data, report(finding("表1", "A1"), finding("表1", "C7", "核实")))
        assert set(notes(marked, "表1")) == {"A1", "C7"}
        again = resaved(marked)
        assert_no_marks(clear(again))

    def test_order_of_the_schema(self) -> None:
        after = (
            '<sheetProtection sheet="1"/><autoFilter ref="A1:B2"/><mergeCells count="1"><mergeCell ref="D1:E2"/></mergeCells>'
            '<phoneticPr fontId="0"/><dataValidations count="1"><dataValidation sqref="A1"/></dataValidations>'
            '<pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/><headerFooter/>'
            "<ignoredErrors><ignoredError sqref='A1' evalError='1'/></ignoredErrors>"
            '<mc:AlternateContent xmlns:mc="m"><mc:Choice Requires="x"><controls/></mc:Choice></mc:AlternateContent>'
            "<extLst/>"
        )
        content = members(mark(simple(sheet_xml(ROW, after=after)), report(finding("表1", "A1"))))[SHEET]
        names = order_of(content)
        assert names.index("conditionalFormatting") == names.index("phoneticPr") + 1
        assert names.index("legacyDrawing") == names.index("ignoredErrors") + 1
        assert names[-2:] == ["AlternateContent", "extLst"]

    def test_strict(self) -> None:
        strict = {
            name: text.decode().replace(MAIN, STRICT_MAIN).replace(OFFICE, STRICT_OFFICE)
            for name, text in members(simple()).items()
        }
        marked = assert_round_trip(zipped(strict), report(finding("表1", "A1")))
        for name, text in members(marked).items():
            assert b"schemas.openxmlformats.org/spreadsheetml" not in text, name
            assert b"schemas.openxmlformats.org/officeDocument" not in text, name

    def test_utf16(self) -> None:
        text = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet_xml(ROW)).encode("utf-16")
        data = with_parts(simple(), {SHEET: text})
        marked = mark(data, report(finding("表1", "A1")))
        assert clear(marked) == data
        assert values(marked) == values(simple(sheet_xml(ROW)))
        assert b'encoding="UTF-8"' in members(marked)[SHEET]

    def test_root_and_ignorable_stay(self) -> None:
        root = f'<worksheet xmlns="{MAIN}" xmlns:mc="http://mc" mc:Ignorable="x14ac xr" xmlns:xr="http://xr"\n  xr:uid="{{1}}">'
        content = sheet_xml(ROW).replace(f'<worksheet xmlns="{MAIN}">', root)
        marked = mark(simple(content), report(finding("表1", "A1")))
        assert root_tag(members(marked)[SHEET]) == root.encode()
        assert b'<legacyDrawing xmlns:r="' in members(marked)[SHEET]

    def test_own_rules_of_the_user_inside_extensions_move_too(self) -> None:
        after = (
            '<conditionalFormatting sqref="A1"><cfRule type="expression" dxfId="0" priority="2"><formula>1</formula>'
            '</cfRule></conditionalFormatting><extLst><ext><x14:conditionalFormattings xmlns:x14="x">'
            '<x14:conditionalFormatting><x14:cfRule type="dataBar" priority="1"/></x14:conditionalFormatting>'
            "</x14:conditionalFormattings></ext></extLst>"
        )
        content = members(mark(simple(sheet_xml(ROW, after=after)), report(finding("表1", "A1"))))[SHEET]
        assert re.findall(rb'priority="(\d+)"', content) == [b"3", b"1", b"2"]

    def test_many_places_are_split(self) -> None:
        found = [finding("表1", f"{letter}{row}") for letter in "ACE" for row in range(1, 600, 2)]
        content = members(mark(simple(), report(*found)))[SHEET]
        areas = [text.split() for text in re.findall(rb'sqref="([^"]*)"', content)]
        assert [len(part) for part in areas] == [MAX_AREAS] * 3 + [150]
        assert len(set(re.findall(rb'priority="(\d+)"', content))) == 4

    def test_areas_and_findings_without_a_cell(self) -> None:
        found = report(
            finding("表1", "A3:B4,D7"),
            finding("表1", ""),
            finding("", ""),
            finding("无此表", "A1"),
            finding("表1", "坏"),
        )
        marked = assert_round_trip(simple(), found)
        assert b'sqref="A3:B4 D7"' in members(marked)[SHEET]

    def test_a_huge_area_is_coloured_in_part(self) -> None:
        marked = mark(simple(), report(finding("表1", "A1:XFD1048576")))
        assert len(marked) < 50_000

    def test_gravest_level_wins(self) -> None:
        found = report(finding("表1", "B2", "提示"), finding("表1", "B2", "错误"), finding("表1", "B2", "核实"))
        marked = mark(simple(), found)
        content = members(marked)[SHEET]
        assert content.count(b"<cfRule") == 1
        assert b"jiesuan-mark:error" in content
        text = notes(marked, "表1")["B2"]
        assert text.index("错误 X101") < text.index("核实 X201") < text.index("提示 X301")

    def test_several_findings_in_one_note(self) -> None:
        found = [finding("表1", "B2", label=f"第{n}处" * 30, message="长" * 200) for n in range(9)]
        text = notes(mark(simple(), report(*found)), "表1")["B2"]
        assert len(text) < 1_300
        short = [finding("表1", "B2", label=f"第{n}处") for n in range(9)]
        assert "另有 6 处，见 校验结果。" in notes(mark(simple(), report(*short)), "表1")["B2"]

    def test_notes_are_limited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        monkeypatch.setattr(sys.modules["jiesuan.marking.mark"], "MAX_NOTES", 2)
        assert mark_module is mark
        found = [finding("表1", f"A{row}", "提示") for row in range(1, 5)] + [finding("表1", "Z9")]
        assert set(notes(mark(simple(), report(*found)), "表1")) == {"Z9", "A1"}

    def test_numbers_of_persons_are_masked(self) -> None:
        number = "350102200801011234"
        found = report(finding("表1", "A1", label=number, message=f"号码{number}"), school=f"学校{number}")
        found.findings[0].related[0]
        content = b"".join(members(mark(simple(), found)).values())
        assert number.encode() not in content
        assert b"350***********1234" in content

    def test_characters_xml_cannot_hold(self) -> None:
        marked = assert_round_trip(simple(), report(finding("表1", "A1", message='甲\x00\x0b<&>"乙\ud800')))
        assert '甲<&>"乙' in notes(marked, "表1")["A1"]


class TestNotes:
    def part(self, comments: str, *, vml: str | None = None, more: dict[str, str] | None = None) -> bytes:
        """A workbook whose sheet has a part of comments, and a drawing if given."""
        items = [("rC", "comments", "../comments7.xml")]
        after = ""
        extra = {"xl/comments7.xml": comments, **(more or {})}
        if vml is not None:
            items.append(("rV", "vmlDrawing", "../drawings/zeichnung.vml"))
            extra["xl/drawings/zeichnung.vml"] = vml
            after = f'<legacyDrawing xmlns:q="{OFFICE}" q:id="rV"/>'
        extra["xl/worksheets/_rels/sheet1.xml.rels"] = relations(*items)
        return simple(sheet_xml(ROW, after=after), more=extra)

    def comments(self, inner: str, authors: str = "<author>甲</author>") -> str:
        return f'<comments xmlns="{MAIN}"><authors>{authors}</authors><commentList>{inner}</commentList></comments>'

    def test_user_text_without_runs(self) -> None:
        data = self.part(self.comments('<comment ref="A1" authorId="0"><text><t>旧</t></text></comment>'))
        marked = assert_round_trip(data, report(finding("表1", "A1")))
        assert notes(marked, "表1")["A1"].startswith("旧\n―")

    def test_empty_user_note(self) -> None:
        data = self.part(self.comments('<comment ref="A1" authorId="0"><text/></comment>'))
        assert "〔校验标记〕" in notes(assert_round_trip(data, report(finding("表1", "A1"))), "表1")["A1"]

    def test_hollow_lists(self) -> None:
        data = self.part(f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>')
        marked = assert_round_trip(data, report(finding("表1", "A1")))
        assert set(notes(marked, "表1")) == {"A1"}

    def test_prefixed_comments(self) -> None:
        text = self.comments('<comment ref="A1" authorId="0"><text><r><t>旧</t></r></text></comment>')
        text = re.sub(r"<(/?)(\w)", r"<\1y:\2", text).replace("xmlns=", "xmlns:y=")
        marked = assert_round_trip(self.part(text), report(finding("表1", "A1"), finding("表1", "B2")))
        assert set(notes(marked, "表1")) == {"A1", "B2"}

    @pytest.mark.parametrize(
        "vml",
        [
            '<xml xmlns:v="urn:schemas-microsoft-com:vml"></xml>',
            '<xml><v:shape id="_x0000_s9999"><br><x:ClientData ObjectType="Button"/></v:shape></xml>',
            '<xml><o:shapelayout><o:idmap data="1,2"/></o:shapelayout><v:shapetype id="_x0000_t202"/></xml>',
            '<xml><o:shapelayout><o:idmap data=""/></o:shapelayout></xml>',
        ],
    )
    def test_drawings_are_edited_as_text(self, vml: str) -> None:
        data = self.part(self.comments(""), vml=vml)
        marked = assert_round_trip(data, report(finding("表1", "A1")))
        after = members(marked)["xl/drawings/zeichnung.vml"].decode()
        assert after.count("<x:Row>0</x:Row><x:Column>0</x:Column>") == 1
        assert after.count('id="_x0000_t202"') == 1
        assert all(f"xmlns:{prefix}=" in after for prefix in "vox")
        assert members(marked)[SHEET].count(b"legacyDrawing") == 1

    @pytest.mark.parametrize("vml", ["kein xml", "\ufeff<xml></xml>".encode("utf-16").decode("latin-1")])
    def test_a_drawing_like_no_other_gets_no_notes(self, vml: str) -> None:
        data = with_parts(
            self.part(self.comments(""), vml="<xml/>"), {"xl/drawings/zeichnung.vml": vml.encode("latin-1")}
        )
        marked = assert_round_trip(data, report(finding("表1", "A1")))
        assert changed(data, marked) & {"xl/drawings/zeichnung.vml", "xl/comments7.xml"} == set()
        assert b"jiesuan-mark:error" in members(marked)[SHEET]

    @pytest.mark.parametrize("broken", ["<comments", f'<comments xmlns="{MAIN}"/>', "<other/>"])
    def test_broken_comments_get_none(self, broken: str) -> None:
        data = self.part(broken)
        marked = mark(data, report(finding("表1", "A1")))
        assert members(marked)["xl/comments7.xml"] == broken.encode()
        assert clear(marked) == data

    def test_missing_parts_get_none(self) -> None:
        data = with_parts(self.part(self.comments(""), vml="<xml></xml>"), {}, drop=["xl/drawings/zeichnung.vml"])
        marked = mark(data, report(finding("表1", "A1")))
        assert b"ref=" not in members(marked)["xl/comments7.xml"]
        assert clear(marked) == data

    def test_a_drawing_that_is_not_related_gets_none(self) -> None:
        data = simple(sheet_xml(ROW, after=f'<legacyDrawing xmlns:r="{OFFICE}" r:id="rX"/>'))
        marked = assert_round_trip(data, report(finding("表1", "A1")))
        assert "xl/comments1.xml" not in members(marked)

    def test_threaded_comments_are_left_alone(self) -> None:
        threads = '<ThreadedComments xmlns="x"><threadedComment ref="A1" id="{1}"><text>谈</text></threadedComment></ThreadedComments>'
        kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
        data = self.part(
            self.comments('<comment ref="A1" authorId="0"><text><t>tc</t></text></comment>'),
            more={"xl/threadedComments/threadedComment1.xml": threads},
        )
        rels = members(data)["xl/worksheets/_rels/sheet1.xml.rels"].replace(
            b"</Relationships>",
            f'<Relationship Id="rT" Type="{kind}" Target="/xl/threadedComments/threadedComment1.xml"/></Relationships>'.encode(),
        )
        data = with_parts(data, {"xl/worksheets/_rels/sheet1.xml.rels": rels})
        marked = assert_round_trip(data, report(finding("表1", "A1"), finding("表1", "B2")))
        text = members(marked)["xl/comments7.xml"].decode()
        assert text.count("〔校验标记〕") == 1
        assert '<comment ref="B2"' in text
        only = assert_round_trip(data, report(finding("表1", "A1")))
        assert "xl/comments7.xml" not in changed(data, only)

    def test_content_types_of_new_parts(self) -> None:
        types = members(mark(simple(), report(finding("表1", "A1"))))["[Content_Types].xml"].decode()
        assert f'PartName="/xl/comments1.xml" ContentType="{COMMENTS_TYPE}"' in types
        assert types.count('Extension="vml"') == 1
        assert types.count("/xl/jiesuan.journal") == 1

    def test_names_in_use_are_avoided(self) -> None:
        extra = {"xl/comments1.xml": "<a/>", "xl/drawings/vmlDrawing1.vml": "<a/>", "xl/worksheets/Sheet2.XML": "<a/>"}
        marked = mark(simple(more=extra), report(finding("表1", "A1")))
        assert {"xl/comments2.xml", "xl/drawings/vmlDrawing2.vml", "xl/worksheets/sheet3.xml"} <= set(members(marked))


class TestWorkbook:
    def test_a_sheet_of_the_users_with_our_name(self) -> None:
        data = simple(sheet_xml(ROW), sheet_xml(ROW), names=("校验结果", "表2"))
        marked = assert_round_trip(data, report(finding("校验结果", "A1")))
        assert sheet_names(marked) == ["校验结果", "表2", "校验结果2"]
        assert_no_marks_of_ours(clear(resaved(marked)))

    def test_names_local_to_sheets(self) -> None:
        names = '<definedNames><definedName name="n" localSheetId="1">表2!$A$1</definedName></definedNames>'
        text = members(simple(sheet_xml(ROW), sheet_xml(ROW)))["xl/workbook.xml"].decode()
        data = with_parts(
            simple(sheet_xml(ROW), sheet_xml(ROW)),
            {"xl/workbook.xml": text.replace("</sheets>", "</sheets>" + names + '<calcPr calcId="1"/>')},
        )
        marked = assert_round_trip(data, report(finding("表2", "A1")))
        after = members(marked)["xl/workbook.xml"].decode()
        assert after.count("<definedNames>") == 1
        assert 'name="_xlnm._FilterDatabase" localSheetId="2" hidden="1"' in after

    @pytest.mark.parametrize(
        "views",
        [
            "<bookViews><workbookView activeTab='1' firstSheet='1'/></bookViews>",
            "<bookViews><workbookView/></bookViews>",
            "<bookViews/>",
            "<bookViews><workbookView activeTab='x'/><workbookView/></bookViews>",
            "",
        ],
    )
    def test_views(self, views: str) -> None:
        data = simple(
            sheet_xml(ROW), sheet_xml(ROW), before=f"<workbookPr/><workbookProtection lockStructure='1'/>{views}"
        )
        marked = assert_round_trip(data, report(finding("表2", "A1")))
        assert openpyxl_book(marked).active.title == "校验结果"
        opened = openpyxl_book(clear(resaved(marked))).active.title
        assert opened == ("表2" if "'1' firstSheet" in views else "表1")

    def test_sheets_that_are_no_worksheets(self) -> None:
        text = members(simple(sheet_xml(ROW), sheet_xml(ROW)))
        rels = text["xl/_rels/workbook.xml.rels"].replace(
            b'Id="r2" Type="' + OFFICE.encode() + b"/worksheet", b'Id="r2" Type="' + OFFICE.encode() + b"/chartsheet"
        )
        data = with_parts(
            simple(sheet_xml(ROW), sheet_xml(ROW)),
            {
                "xl/_rels/workbook.xml.rels": rels,
                "xl/worksheets/sheet2.xml": f'<chartsheet xmlns="{MAIN}"><sheetViews><sheetView tabSelected="1"/></sheetViews></chartsheet>',
            },
        )
        marked = mark(data, report(finding("表2", "A1"), finding("表1", "A1")))
        assert clear(marked) == data
        assert b"tabSelected" not in members(marked)["xl/worksheets/sheet2.xml"]

    @pytest.mark.parametrize(("opens", "number"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)])
    def test_chart_sheets_are_not_counted(self, opens: int, number: int) -> None:
        """As the programs that open the file count: 图1 表2 图3 表4 表5."""
        kinds = ("chartsheet", "worksheet", "chartsheet", "worksheet", "worksheet")
        chart = f'<chartsheet xmlns="{MAIN}"/>'
        texts = [chart if kind == "chartsheet" else sheet_xml(ROW) for kind in kinds]
        data = simple(*texts, before=f'<workbookPr/><bookViews><workbookView activeTab="{opens}"/></bookViews>')
        rels = members(data)["xl/_rels/workbook.xml.rels"]
        for place in (1, 3):
            ours = f'Id="r{place}" Type="{OFFICE}/'.encode()
            rels = rels.replace(ours + b"worksheet", ours + b"chartsheet")
        data = with_parts(data, {"xl/_rels/workbook.xml.rels": rels})
        marked = assert_round_trip(data, report(finding("表2", "A1")))
        assert f'jiesuan-mark:result:{number}"' in members(marked)["xl/worksheets/sheet6.xml"].decode()
        again = WorkbookPart(Package(clear(with_parts(marked, {}, drop=[PART]))))
        assert again.sheets[again.active].name == ("表2", "表4", "表5")[number]

    def test_a_sheet_whose_part_is_missing(self) -> None:
        data = with_parts(simple(sheet_xml(ROW), sheet_xml(ROW)), {}, drop=["xl/worksheets/sheet2.xml"])
        assert clear(mark(data, report(finding("表2", "A1")))) == data


class TestRefusals:
    def test_kinds(self) -> None:
        assert kind_of(b"") == "not-ooxml"
        assert kind_of(b"text") == "not-ooxml"
        assert kind_of(b"PK\x03\x04 cut") == "corrupt"
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        assert kind_of(ole) == "not-ooxml"
        assert kind_of(ole + "EncryptedPackage".encode("utf-16-le")) == "encrypted"
        assert kind_of(simple(styles=None)) == "no-styles"
        assert kind_of(simple(styles=f'<styleSheet xmlns="{MAIN}"/>')) == "no-styles"
        assert kind_of(simple(more={"_xmlsignatures/origin.sigs": ""})) == "signed"
        assert kind_of(simple("<!DOCTYPE a>" + sheet_xml(ROW))) == "unsafe"
        assert kind_of(simple("<worksheet>")) == "corrupt"
        assert kind_of(simple(f'<worksheet xmlns="{MAIN}"/>')) == "corrupt"
        assert kind_of(simple("<dialogsheet><sheetData/></dialogsheet>")) == "corrupt"
        assert kind_of(zipped({"a.txt": "b"})) == "not-ooxml"
        assert kind_of(with_parts(simple(), {"xl/workbook.xml": "<workbook/>"})) == "corrupt"
        assert kind_of(with_parts(simple(), {"xl/workbook.xml": "<other/>"})) == "not-ooxml"
        assert kind_of(with_parts(simple(), {}, drop=["xl/workbook.xml"])) == "not-ooxml"
        wrong = '<Types><Override PartName="/xl/workbook.xml" ContentType="application/x-word"/></Types>'
        assert kind_of(with_parts(simple(), {"[Content_Types].xml": wrong})) == "not-ooxml"

    def test_a_broken_sheet_that_gets_no_mark_does_not_matter(self) -> None:
        data = simple(sheet_xml(ROW), "<worksheet>")
        assert clear(mark(data, report(finding("表1", "A1")))) == data

    def test_nothing_is_changed_in_what_was_given(self) -> None:
        data = rich()
        copy = bytes(bytearray(data))
        mark(data, report(finding("数据", "A1")))
        assert data == copy
        assert values(data) == values(copy)


def assert_no_marks_of_ours(data: bytes) -> None:
    for content in members(data).values():
        assert b"jiesuan-mark" not in content
