"""Marks cleared after another program has saved the workbook."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from jiesuan.marking import clear, mark
from jiesuan.marking.journal import PART
from jiesuan.marking.notes import HEADING

from .making import (
    assert_no_marks,
    finding,
    members,
    notes,
    openpyxl_book,
    report,
    resaved,
    rich,
    sheet_names,
    sheet_xml,
    simple,
    values,
    with_parts,
)

FOUND = report(
    finding("数据", "B2"), finding("数据", "C3", "核实"), finding("数据", "F4", "提示"), finding("附'二'表", "A2")
)


def edited(data: bytes) -> bytes:
    """What a user does with openpyxl in between: a value, a sheet before and one after the result."""
    book = openpyxl_book(data)
    book["数据"]["A5"] = 12345
    book.create_sheet("新表", 0)
    book.create_sheet("末表")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


class TestOpenpyxl:
    def test_all_marks_go_and_nothing_else(self) -> None:
        after = clear(resaved(mark(rich(), FOUND)))
        assert_no_marks(after)
        assert values(after) == values(resaved(rich()))
        assert notes(after, "数据") == notes(resaved(rich()), "数据")
        assert notes(after, "附'二'表") == notes(resaved(rich()), "附'二'表")
        plain = openpyxl_book(resaved(rich()))
        for sheet in openpyxl_book(after):
            ours = [rule.type for area in sheet.conditional_formatting for rule in area.rules]
            assert ours == [rule.type for area in plain[sheet.title].conditional_formatting for rule in area.rules]

    def test_what_the_user_changed_stays(self) -> None:
        after = clear(edited(mark(rich(), FOUND)))
        assert_no_marks(after)
        book = openpyxl_book(after)
        assert book.sheetnames == ["新表", "数据", "附'二'表", "末表"]
        assert book["数据"]["A5"].value == 12345

    def test_marking_again_replaces(self) -> None:
        saved = edited(mark(rich(), FOUND))
        again = mark(saved, FOUND)
        assert sheet_names(again).count("校验结果") == 1
        assert all(text.count(HEADING) == 1 for text in notes(again, "数据").values() if HEADING in text)
        assert clear(again) == clear(saved)

    def test_opens_where_it_opened(self) -> None:
        assert openpyxl_book(clear(resaved(mark(rich(), FOUND)))).active.title == "附'二'表"

    def test_names_of_the_sheets_move(self) -> None:
        book = openpyxl_book(mark(rich(), FOUND))
        book.move_sheet("校验结果", -2)
        book["附'二'表"].print_title_rows = "1:2"
        buffer = io.BytesIO()
        book.save(buffer)
        after = openpyxl_book(clear(buffer.getvalue()))
        assert after["附'二'表"].print_title_rows == "$1:$2"

    def test_what_hangs_on_the_result_goes_with_it(self) -> None:
        book = openpyxl_book(mark(simple(), report(finding("表1", "A1"))))
        sheet = book["校验结果"]
        sheet["K8"].hyperlink = "https://example.org/"
        sheet["K9"].comment = openpyxl.comments.Comment("备忘", "某")
        buffer = io.BytesIO()
        book.save(buffer)
        after = clear(buffer.getvalue())
        assert_no_marks(after)
        assert not [name for name in members(after) if "comment" in name or "vml" in name.lower()]


class TestByHand:
    def test_without_the_journal(self) -> None:
        data = simple()
        marked = mark(data, report(finding("表1", "A1")))
        after = clear(with_parts(marked, {}, drop=[PART]))
        left, before = members(after), members(data)
        assert set(left) == set(before)
        assert {name for name in before if left[name] != before[name]} <= {
            "[Content_Types].xml",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/worksheets/sheet1.xml",
        }
        assert values(after) == values(data)

    @pytest.mark.parametrize(
        "text", [b"", b"x", b"{}\n", b'{"touched":[["a"]]}\n', b"[1]\n", b'{"version":9,"touched":[],"added":[]}\n']
    )
    def test_with_a_broken_journal(self, text: bytes) -> None:
        marked = mark(simple(), report(finding("表1", "A1")))
        after = clear(with_parts(marked, {PART: text}))
        assert PART not in members(after)
        assert_no_marks(after)

    def test_with_a_part_changed_since(self) -> None:
        marked = mark(rich(), FOUND)
        name = "xl/worksheets/sheet1.xml"
        now = members(marked)[name].replace(b"<v>5</v>", b"<v>77</v>", 1)
        after = clear(with_parts(marked, {name: now}))
        assert_no_marks(after)
        assert b"<v>77</v>" in members(after)[name]

    def test_with_a_part_gone_since(self) -> None:
        marked = mark(rich(), FOUND)
        name = "xl/comments2.xml"
        after = clear(with_parts(marked, {}, drop=[name]))
        assert b"jiesuan-mark" not in b"".join(members(after).values())

    def test_a_change_to_the_result_alone_does_not_matter(self) -> None:
        marked = mark(rich(), FOUND)
        name = next(name for name in members(marked) if name.startswith("xl/worksheets/sheet3"))
        assert clear(with_parts(marked, {name: members(marked)[name] + b"\n"})) != b""
        assert members(clear(with_parts(marked, {name: members(marked)[name] + b"\n"}))) == members(rich())

    def test_only_the_result_is_left(self) -> None:
        book = openpyxl_book(mark(simple(), report(finding("表1", "A1"))))
        del book["表1"]
        buffer = io.BytesIO()
        book.save(buffer)
        assert openpyxl_book(clear(buffer.getvalue())).sheetnames == ["校验结果"]

    def test_a_merged_rule_loses_only_ours(self) -> None:
        rules = (
            '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>LEN("jiesuan-mark:error")&gt;0'
            '</formula></cfRule><cfRule type="expression" priority="2"><formula>A1&gt;0</formula></cfRule></conditionalFormatting>'
        )
        after = members(clear(simple(sheet_xml(after=rules))))["xl/worksheets/sheet1.xml"]
        assert after.count(b"<cfRule") == 1
        assert b"A1&gt;0" in after

    def test_rules_with_quotes_written_out(self) -> None:
        rules = (
            '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1">'
            "<formula>LEN(&quot;jiesuan-mark:error&quot;)&gt;0</formula></cfRule></conditionalFormatting>"
        )
        assert b"cfRule" not in members(clear(simple(sheet_xml(after=rules))))["xl/worksheets/sheet1.xml"]

    def test_a_text_that_speaks_of_us_stays(self) -> None:
        data = simple(sheet_xml('<row r="1"><c r="A1" t="inlineStr"><is><t>jiesuan-mark</t></is></c></row>'))
        assert clear(data) == data

    def test_an_unmarked_file_comes_back_as_it_is(self) -> None:
        data = rich()
        assert clear(data) is data


@cache
def by_libreoffice(data: bytes, kind: str = "xlsx") -> bytes:
    """The workbook opened and saved by LibreOffice."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.xlsx")
        source.write_bytes(data)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation={Path(folder, 'p').as_uri()}",
                "--headless",
                "--convert-to",
                kind,
                "--outdir",
                str(Path(folder, "out")),
                str(source),
            ],
            capture_output=True,
            timeout=300,
            check=True,
        )
        return Path(folder, "out", f"in.{kind}").read_bytes()


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
class TestLibreOffice:
    def test_all_marks_go_and_nothing_else(self) -> None:
        saved = by_libreoffice(mark(rich(), FOUND))
        assert sheet_names(saved)[-1] == "校验结果"
        after = clear(saved)
        assert_no_marks(after)
        plain = by_libreoffice(rich())
        assert values(after) == values(plain)
        for sheet in ("数据", "附'二'表"):
            assert notes(after, sheet) == notes(plain, sheet)
            other = openpyxl_book(plain)[sheet]
            now = openpyxl_book(after)[sheet]
            assert len(now.conditional_formatting) == len(other.conditional_formatting)
            assert now.merged_cells.ranges == other.merged_cells.ranges

    def test_marks_survive(self) -> None:
        saved = by_libreoffice(mark(rich(), FOUND))
        assert HEADING in notes(saved, "数据")["B2"]
        rules = openpyxl_book(saved)["数据"].conditional_formatting
        assert sum("jiesuan-mark" in str(rule.formula) for area in rules for rule in area.rules) == 3

    def test_what_is_cleared_opens_with_the_same_values(self) -> None:
        after = clear(by_libreoffice(mark(rich(), FOUND)))
        assert values(by_libreoffice(after)) == values(by_libreoffice(rich()))

    def test_a_marked_file_opens_with_the_same_values(self) -> None:
        assert values(by_libreoffice(mark(rich(), FOUND))) == values(by_libreoffice(rich()))
