from __future__ import annotations

import pytest

from jiesuan.reading import UnreadableFile, rewrite
from jiesuan.reading.problem import SheetBroken, SheetTooLarge
from jiesuan.reading.rewrite import rewritten
from jiesuan.reading.scan import Scan, Strings, scan

from .making import sheet_xml, strings_xml

NONE = Strings(b"<sst></sst>")


def again(data: str, **around: str) -> Scan:
    return rewritten(sheet_xml(data, **around).encode(), NONE)


def body(data: str) -> str:
    """The rewritten cells, which the quick scan must accept."""
    text = again(data).body.decode()
    assert scan(sheet_xml(text).encode(), NONE) is not None
    return text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<row><c><v>1</v></c></row>", '<row r="1"><c r="A1" t="n"><v>1</v></c></row>'),
        (
            '<row><c><v>1</v></c><c/><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row><row><c><v>5</v></c></row>',
            '<row r="1"><c r="A1" t="n"><v>1</v></c><c r="C1" t="n"><v>2</v></c></row>'
            '<row r="5"><c r="C5" t="n"><v>3</v></c><c r="D5" t="n"><v>4</v></c></row>'
            '<row r="6"><c r="A6" t="n"><v>5</v></c></row>',
        ),
        (
            '<row r="3"><c r="B3"><v>1</v></c></row><row r="1"><c r="c1"><v>2</v></c></row>',
            '<row r="3"><c r="B3" t="n"><v>1</v></c></row><row r="1"><c r="C1" t="n"><v>2</v></c></row>',
        ),
        ('<row r="1"><c r="B7"><v>1</v></c></row>', '<row r="7"><c r="B7" t="n"><v>1</v></c></row>'),
        ('<row><c s="3" t="s"><v> 0 </v></c></row>', '<row r="1"><c r="A1" s="3" t="s"><v>0</v></c></row>'),
        ('<row><c s="x"><v>0</v></c></row>', '<row r="1"><c r="A1" t="n"><v>0</v></c></row>'),
        ('<row><c t="b"><v>1</v></c><c t="b"><v>maybe</v></c></row>', '<row r="1"><c r="A1" t="b"><v>1</v></c></row>'),
        ('<row><c t="d"><v>2024-01-02</v></c></row>', '<row r="1"><c r="A1" t="d"><v>2024-01-02</v></c></row>'),
        ('<row><c t="zz"><v>7</v></c></row>', '<row r="1"><c r="A1" t="n"><v>7</v></c></row>'),
        ('<row><c t="str"><v> a&lt;b </v></c></row>', '<row r="1"><c r="A1" t="str"><v> a&lt;b </v></c></row>'),
        ('<row><c t="str"><v><![CDATA[a<b]]></v></c></row>', '<row r="1"><c r="A1" t="str"><v>a&lt;b</v></c></row>'),
        ("<row><c><v>1<!-- x -->2</v></c></row>", '<row r="1"><c r="A1" t="n"><v>12</v></c></row>'),
        (
            '<row><c t="inlineStr"><is><r><t>甲</t></r><r><rPr><b/></rPr><t>乙</t></r><rPh><t>yi</t></rPh></is></c></row>',
            '<row r="1"><c r="A1" t="str"><v>甲乙</v></c></row>',
        ),
        ('<row><c t="inlineStr"><is><t></t></is></c><c t="str"><v/></c><c t="s"/><c/></row>', ""),
        ('<row><c t="e"><v>#REF!</v></c></row>', ""),
        ('<row r="9" hidden="1"><c s="1"/></row>', ""),
        ("", ""),
    ],
)
def test_cells_are_written_the_usual_way(data: str, expected: str) -> None:
    assert body(data) == expected


def test_prefixes() -> None:
    xml = (
        b'<x:worksheet><x:cols><x:col min="2" max="2" hidden="1"/></x:cols><x:sheetData><x:row r="2" hidden="1">'
        b'<x:c r="B2" t="e"><x:f>A1/0</x:f><x:v>#DIV/0!</x:v></x:c></x:row></x:sheetData>'
        b'<x:mergeCells><x:mergeCell ref="A1:B1"/></x:mergeCells></x:worksheet>'
    )
    assert rewritten(xml, NONE) == Scan(
        formulas={(2, 2): "A1/0"},
        errors={(2, 2): "#DIV/0!"},
        hidden_rows={2},
        hidden_columns={2},
        merges=[(1, 1, 1, 2)],
    )


def test_formulas_in_any_order_and_kind() -> None:
    found = again(
        "<row><c><v>1</v><f>A</f></c><c><f>B</f></c><c t='str'><f>C</f><v></v></c><c t='inlineStr'><f>D</f><is><t>x</t></is></c>"
        "<c t='inlineStr'><f>E</f><is><t/></is></c><c t='e'><f>F</f></c><c t='e'><f>G</f><v>#SPILL!</v></c><c><f/><v>1</v></c></row>"
    )
    assert found.formulas == dict(zip([(1, n) for n in range(1, 9)], [*"ABCDEFG", ""], strict=True))
    assert found.uncached == {(1, 2), (1, 6)}
    assert found.blanks == {(1, 3), (1, 5)}
    assert found.errors == {(1, 7): "#SPILL!"}


def test_nothing_outside_of_the_cells_is_taken_for_one() -> None:
    found = again(
        "<row><c><v>1</v></c></row>",
        after="<controls><anchor><col>3</col><row hidden='1'>7</row></anchor></controls>"
        "<extLst><c r='A9'><f>X</f><v>9</v></c><f>Y</f></extLst>",
    )
    assert found == Scan(b'<row r="1"><c r="A1" t="n"><v>1</v></c></row>')


def test_formatting_far_out_is_left_behind() -> None:
    found = again('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>')
    assert found.body == b'<row r="1"><c r="A1" t="n"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "cell",
    [
        "<v>1</v>",
        "<f>1</f><v>1</v>",
    ],
)
@pytest.mark.parametrize("address", ["A200001", "BXY1", "CV100000"])
def test_values_far_out_are_too_much(cell: str, address: str) -> None:
    with pytest.raises(SheetTooLarge):
        again(f'<row r="1"><c r="{address}">{cell}</c></row>')


@pytest.mark.parametrize("cell", ['t="e"><v>#N/A</v>', 't="str"><f>A1</f><v></v>'])
def test_errors_and_empty_results_far_out_count_as_values(cell: str) -> None:
    with pytest.raises(SheetTooLarge):
        again(f'<row r="1"><c r="A1048576" {cell}</c></row>')


@pytest.mark.parametrize("address", ["A200000", "BXX1", "Y200000", "BXX2500"])
def test_the_last_cells_allowed(address: str) -> None:
    found = again(f'<row r="1"><c r="{address}"><v>1</v></c></row>')
    assert f'<c r="{address}" t="n">'.encode() in found.body


@pytest.mark.parametrize(
    "data",
    [
        '<row><c r="?!"><v>1</v></c></row>',
        '<row><c r="XFE1"><v>1</v></c></row>',
        '<row><c r="A1048577"><v>1</v></c></row>',
        '<row><c r="A0"><v>1</v></c></row>',
        '<row r="one"/>',
        '<row r="-5"><c><v>1</v></c></row>',
        "<c><v>1</v></c>",
        '<row><c t="s"><v>zero</v></c></row>',
        "<row>",
        "<row><c>&unknown;</c></row>",
    ],
)
def test_broken(data: str) -> None:
    with pytest.raises(SheetBroken):
        again(data)


def test_a_doctype_is_refused_here_too() -> None:
    with pytest.raises(UnreadableFile) as caught:
        rewritten(b"<!DOCTYPE a><worksheet/>", NONE)
    assert caught.value.kind == "unsafe"


def test_too_many_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "MAX_TAGS", 20)
    again("<row/>" * 10)
    with pytest.raises(SheetTooLarge):
        again("<row/>" * 20)


def test_a_long_text_in_many_cells_is_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "MAX_TEXT", 5000)
    strings = Strings(strings_xml("长" * 1000, "短").encode())
    rewritten(sheet_xml('<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>').encode(), strings)
    with pytest.raises(SheetTooLarge):
        rewritten(sheet_xml('<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>').encode(), strings)
