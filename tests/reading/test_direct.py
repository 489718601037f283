"""What is read in one pass is what the long way through calamine reads; anything in doubt is declined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Sheet, Value
from jiesuan.reading import direct, open_book
from jiesuan.reading.direct import Direct, plain_styles, shared_texts

from .making import MAIN, parts, sheet_xml, strings_xml, zipped

STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="4"><numFmt numFmtId="164" formatCode="0.00&quot;元/月&quot;"/>'
    '<numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/><numFmt formatCode="[Red]0.0" numFmtId="166"/>'
    '<numFmt numFmtId="167" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs count="9"><xf numFmtId="0"/><xf numFmtId="2" fontId="0"/><xf fontId="0" numFmtId="14"/><xf numFmtId="164">'
    '<alignment/></xf><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="49"/><xf numFmtId="31"/>'
    "</cellXfs></styleSheet>"
)
STRINGS = strings_xml("甲", "a&amp;b", "<![CDATA[").replace("<![CDATA[", "三")


def way(data: bytes, *, long: bool) -> Sheet:
    """The only sheet of a package, read in one pass or, where asked, through calamine."""
    with pytest.MonkeyPatch.context() as patch:
        if long:
            patch.setattr(Direct, "sheet", lambda *_: None)
        (sheet,) = open_book(Path("表.xlsx"), data=data).sheets
        return sheet


def exact(sheet: Sheet) -> Any:
    """Everything about a sheet, the types of its values included."""
    values = [[(type(value).__name__, value) for value in line] for line in sheet.values]
    return {**vars(sheet), "values": values}


def both(cells: str, *, strings: str | None = STRINGS, styles: str | None = STYLES, **around: str) -> Sheet:
    """The sheet, after making sure that one pass was enough and the long way sees the same."""
    xml = sheet_xml(cells, **around)
    assert not declined(cells, strings=strings or "<sst/>", styles=styles or "<styleSheet/>", **around), "declined"
    data = zipped(parts(xml, strings=strings, styles=styles))
    sheet = way(data, long=False)
    assert exact(sheet) == exact(way(data, long=True))
    return sheet


def declined(cells: str, *, strings: str = STRINGS, styles: str = STYLES, **around: str) -> bool:
    return Direct(strings.encode(), styles.encode()).sheet(sheet_xml(cells, **around).encode()) is None


class TestValues:
    @pytest.mark.parametrize(
        ("cell", "value"),
        [
            ('<c r="B2"><v>5</v></c>', 5),
            ('<c r="B2" t="n"><v>5</v></c>', 5),
            ('<c r="B2"><v>5.0</v></c>', 5),
            ('<c r="B2"><v>0.1</v></c>', 0.1),
            ('<c r="B2"><v>-1.5E-3</v></c>', -0.0015),
            ('<c r="B2"><v>-0</v></c>', 0),
            ('<c r="B2"><v>123456789012345</v></c>', 123456789012345),
            ('<c r="B2" s="0"><v>7</v></c>', 7),
            ('<c r="B2" s="1"><v>7</v></c>', 7),
            ('<c r="B2" s="3"><v>0.25</v></c>', 0.25),
            ('<c r="B2" s="5"><v>7</v></c>', 7),
            ('<c r="B2" s="7"><v>7</v></c>', 7),
            ('<c r="B2" t="b"><v>1</v></c>', True),
            ('<c r="B2" t="b"><v>0</v></c>', False),
            ('<c r="B2" t="s"><v>0</v></c>', "甲"),
            ('<c r="B2" s="2" t="s"><v>1</v></c>', "a&b"),
            ('<c r="B2" t="str"><v>乙&lt;&#10;</v></c>', "乙<\n"),
            ('<c r="B2" t="str"><f>A1</f><v></v></c>', ""),
            ('<c r="B2"><f>A1</f><v>3</v></c>', 3),
        ],
    )
    def test_one_cell(self, cell: str, value: Value) -> None:
        sheet = both(f'<row r="2">{cell}</row>')
        assert exact(sheet)["values"] == [[], [("NoneType", None), (type(value).__name__, value)]]

    @pytest.mark.parametrize(
        ("cell", "why"),
        [
            ('<c r="B2" s="2"><v>45000</v></c>', "a date"),
            ('<c r="B2" s="4"><v>45000</v></c>', "a date in a format of its own"),
            ('<c r="B2" s="6"><v>1.5</v></c>', "a duration"),
            ('<c r="B2" s="8"><v>45000</v></c>', "a built-in format that differs by country"),
            ('<c r="B2" s="9"><v>1</v></c>', "no such style"),
            ('<c r="B2"><v>1e999</v></c>', "no number of a cell"),
            ('<c r="B2"><v>1234567890123456</v></c>', "more digits than a number holds"),
            ('<c r="B2"><v> 1</v></c>', "blanks"),
            ('<c r="B2"><v>1_0</v></c>', "what only Python takes for a number"),
            ('<c r="B2"><v>nan</v></c>', "the same"),
            ('<c r="B2"><v></v></c>', "a value that is none"),
            ('<c r="B2" t="s"><v>3</v></c>', "no such text"),
            ('<c r="B2" t="s"><v>-1</v></c>', "no such text"),
            ('<c r="B2" t="b"><v>2</v></c>', "no truth value"),
            ('<c r="B2" t="e"><v>#REF!</v></c>', "an error"),
            ('<c r="B2" t="d"><v>2024-01-01</v></c>', "a date as text"),
            ('<c r="B2" t="str"><v> 乙</v></c>', "blanks that may not count"),
            ('<c r="B2" t="str"><v>a&nbsp;b</v></c>', "an entity that XML does not know"),
            ('<c r="B2" t="str"><v>a&#1;b</v></c>', "no character"),
            ('<c r="B2" t="str"><v>_x000D_</v></c>', "an escape of Excel's"),
            ('<c r="B2" t="inlineStr"><is><t>甲</t></is></c>', "an inline text"),
            ('<c r="B2" t="str"><f>A1</f><v xml:space="preserve">乙</v></c>', "blanks that count"),
            ('<c r="B2" t="str"><f>A1</f><v/></c>', "an empty text, written otherwise"),
            ('<c r="B2"><f>A1<v>1</v></c>', "a damaged formula"),
            ('<c r="B2" cm="1"><v>1</v></c>', "an attribute more"),
            ("<c><v>1</v></c>", "no address"),
            ('<c r="B2"><v>1</v></c><x/>', "what is no cell"),
            ('<c r="B2"><v>1</v></c></row><row r="3" <c r="B3" s="1"/>', "a tag cut off"),
            ('<c r="B2"><v>1</v></c><c r="A2"><v>1</v></c>', "out of order"),
            ('<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>', "twice"),
            ('<c r="B2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c>', "rows out of order"),
            ('<c r="B200000"><v>1</v></c>', "far below"),
            ('<c r="ZZZ2"><v>1</v></c>', "far to the right"),
            ('<c r="AZ150000"><v>1</v></c>', "a large area"),
            ('<c r="A2"><v>1</v></c></row><row hidden="1">', "a hidden row without a number"),
        ],
    )
    def test_left_to_calamine(self, cell: str, why: str) -> None:
        assert declined(f'<row r="2">{cell}</row>'), why

    def test_without_strings_and_styles(self) -> None:
        both('<row r="1"><c r="A1"><v>1</v></c></row>', strings=None, styles=None)
        assert declined('<row r="1"><c r="A1" s="1"><v>1</v></c></row>', styles="<styleSheet/>")
        assert declined('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings="<sst></sst>")

    def test_empty_cells_rows_and_ends(self) -> None:
        sheet = both(
            '<row r="1"><c r="A1" s="1"/><c r="C1"><v>1</v></c><c r="D1" s="1"></c></row><row r="3"/>'
            '<row r="4"><c r="A4" s="1"/></row><row r="9"><c r="B9"><f>A1</f></c></row>'
        )
        assert sheet.values == [[None, None, 1]]
        assert sheet.uncached == {(9, 2)}

    def test_an_empty_shared_text_is_no_value(self) -> None:
        sheet = both('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings_xml(""))
        assert sheet.values == []


class TestFormulas:
    def test_shared_array_and_frame(self) -> None:
        sheet = both(
            '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1*2</f><v>2</v></c><c r="B1"><v>1</v></c>'
            '<c r="C1"><f t="array" ref="C1:C2">B1:B2</f><v>1</v></c></row>'
            '<row r="2" hidden="1"><c r="A2"><f t="shared" si="0"/><v>4</v></c><c r="B2"><v>2</v></c><c r="C2"><v>2</v></c></row>',
            before='<cols><col min="2" max="2" width="9" hidden="1"/><col min="3" max="3" width="0"/><col min="4" max="4" '
            'width="0.5"/></cols>',
            after='<mergeCells count="1"><mergeCell ref="D1:E2"/></mergeCells>',
        )
        assert sheet.formulas == {(1, 1): "B1*2", (2, 1): "B2*2", (1, 3): "B1:B2", (2, 3): ""}
        assert (sheet.hidden_rows, sheet.hidden_columns, sheet.merges) == ({2}, {2, 3}, [(1, 4, 2, 5)])


class TestSharedTexts:
    @pytest.mark.parametrize(
        ("items", "texts"),
        [
            ("<si><t>甲</t></si>", ["甲"]),
            ('<si><t xml:space="preserve"> 甲 </t></si>', [" 甲 "]),
            ('<si><t>甲</t><phoneticPr fontId="1" type="noConversion"/></si>', ["甲"]),
            ('<si><r><rPr><sz val="9"/></rPr><t>甲</t></r><r><t xml:space="preserve"> 乙</t></r></si>', ["甲 乙"]),
            ("<si><t/></si><si><t>&amp;&#20108;&#x4E09;</t></si>", ["", "&二三"]),
            ("", []),
        ],
    )
    def test_read(self, items: str, texts: list[str]) -> None:
        data = f'<sst xmlns="{MAIN}">{items}</sst>'
        assert shared_texts(data.encode()) == texts
        cells = "".join(f'<c r="{chr(65 + n)}1" t="s"><v>{n}</v></c>' for n in range(len(texts)))
        both(f'<row r="1">{cells}</row>', strings=data)

    @pytest.mark.parametrize(
        "items",
        [
            "<si><t> 甲</t></si>",
            "<si><t>甲\n</t></si>",
            "<si><t>a\r\nb</t></si>",
            "<si><t>_x000D_</t></si>",
            "<si><t>a&nbsp;</t></si>",
            "<si><t>甲</t><rPh sb='0' eb='1'><t>jia</t></rPh></si>",
            "<si/>",
            "<x:si><x:t>甲</x:t></x:si>",
            "<si><t a='1'>甲</t></si>",
            "<si><t>甲</si>",
            "<!-- --><si><t>甲</t></si>",
            "<si><t>甲</t></si></sst><si>",
        ],
    )
    def test_left_to_calamine(self, items: str) -> None:
        strings = f"<sst>{items}</sst>"
        assert shared_texts(strings.encode()) in (None, [])
        assert declined('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=strings)

    def test_damaged(self) -> None:
        assert shared_texts(b"<sst><si><t>\xff</t></si></sst>") is None
        assert shared_texts(b"<sst><si><t>a</t></si>") is None
        assert declined('<row r="1"><c r="A1"><v>1</v></c></row>', strings="<sst><si><t>")


def test_styles_without_formats_say_nothing() -> None:
    assert plain_styles(b"<styleSheet/>") == frozenset()
    assert plain_styles(b"<sst><si><t>") is None
    assert plain_styles(STYLES.encode()) == frozenset({b"0", b"1", b"3", b"5", b"7"})
    formats = b'<styleSheet><cellXfs><xf numFmtId="200"/><xf fontId="1"/></cellXfs></styleSheet>'
    assert plain_styles(formats) == frozenset()


def test_a_long_text_in_very_many_cells_is_left_to_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "MAX_TEXT", 100)
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert declined(cells, strings=strings_xml("甲" * 40))
    assert not declined(cells, strings=strings_xml("甲" * 20))


@pytest.mark.parametrize("at_once", [1, 40, 100, 1 << 20])
def test_a_sheet_taken_piece_by_piece_is_the_same(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(direct, "_AT_ONCE", at_once)
    rows = [
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" s="1"><f>A{n}*2</f><v>{2 * n}</v></c></row>'
        for n in range(1, 9)
    ]
    sheet = both("".join(rows))
    assert sheet.values == [[n, 2 * n] for n in range(1, 9)]
    assert sheet.formulas == {(n, 2): f"A{n}*2" for n in range(1, 9)}
    odd = [*rows[:6], rows[6].replace("<v>7</v>", "<v>7</v><x/>"), rows[7]]
    assert declined("".join(odd))


# A cell as (what is in it, its style, its type); what both lists mix is declined more often than not.
NUMBERS = st.tuples(
    st.sampled_from(["", "<v>1</v>", "<v>1.50</v>", "<v>1e3</v>", "<f>A1</f>", "<f>A1</f><v>2</v>"])
    | st.floats(-1e14, 1e14).map(lambda number: f"<v>{number!r}</v>")
    | st.sampled_from(['<f t="shared" si="1"/><v>2</v>', '<f t="shared" ref="A1:A9" si="1">B1</f><v>3</v>']),
    st.sampled_from(["", ' s="0"', ' s="1"', ' s="3"']),
    st.sampled_from(["", ' t="n"']),
)
TEXTS = st.tuples(
    st.integers(0, 2).map("<v>{}</v>".format), st.sampled_from(["", ' s="2"', ' s="4"']), st.just(' t="s"')
)
TRUTHS = st.tuples(st.integers(0, 1).map("<v>{}</v>".format), st.just(""), st.just(' t="b"'))
ODD = st.tuples(
    st.sampled_from(["<v>1</v>", "<v>1.50</v>", "", "<f>A1</f><v>2</v>"]),
    st.sampled_from(["", ' s="1"', ' s="4"', ' s="9"']),
    st.sampled_from([' t="s"', ' t="str"', ' t="b"', ' t="e"']),
)


def lines_of(pieces: list[tuple[tuple[str, str, str], int]]) -> str:
    """Three cells to a row, with gaps between the rows."""
    rows: dict[int, str] = {}
    row = 1
    for number, ((inside, style, kind), step) in enumerate(pieces):
        row += step if number % 3 == 0 else 0
        rows[row] = rows.get(row, "") + f'<c r="{"ABC"[number % 3]}{row}"{style}{kind}>{inside}</c>'
    return "".join(f'<row r="{row}">{cells}</row>' for row, cells in rows.items())


@settings(max_examples=150)
@given(st.lists(st.tuples(NUMBERS | TEXTS | TRUTHS, st.integers(1, 3)), max_size=12))
def test_usual_cells_are_read_in_one_pass_as_the_long_way_reads_them(pieces: Any) -> None:
    both(lines_of(pieces))


@settings(max_examples=150)
@given(st.lists(st.tuples(NUMBERS | TEXTS | TRUTHS | ODD, st.integers(1, 3)), max_size=12))
def test_wherever_odd_cells_are_not_declined_the_long_way_agrees(pieces: Any) -> None:
    if not declined(lines_of(pieces)):
        both(lines_of(pieces))
