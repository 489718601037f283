"""The sheet `审核说明` in a package."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Book
from jiesuan.explain import PENDING, Explanation, Judgement, Mark
from jiesuan.explain.sheet import COLUMNS, HEADER_ROW
from jiesuan.marking import NotMarkable, clear, mark
from jiesuan.marking.kept import SIGNATURE, with_kept
from jiesuan.marking.returned import came_back, without_result
from jiesuan.reading.guard import Package
from jiesuan.reading.ooxml import sheets

from .making import (
    changed,
    finding,
    kind_of,
    members,
    openpyxl_book,
    report,
    resaved,
    rich,
    sheet_names,
    simple,
    values,
    with_parts,
)

ONE = Explanation(
    "F406",
    "表1",
    "B2",
    "期末结余与公式不符\n表下 · 期末结余",
    '上年结余 <并入> 专户 & 见 "通知"',
    "王老师",
    "2024-09-06 10:00",
    mark=Mark("a" * 16, "b" * 16, "c" * 16),
    state=PENDING,
)
TWO = replace(
    ONE,
    cell="B3",
    verdict="退回",
    comment="请附通知书\n第二行",
    reviewer="李科长",
    reviewed="2024-09-07 11:30",
    state="已退回",
)


def read(data: bytes) -> list[Explanation]:
    """The explanations as our own reader gives them."""
    found, _ = sheets(Package(data), "xl/workbook.xml")
    book = Book("", found)
    without_result(book)
    return came_back(book)[0]


def test_none_leaves_the_file_alone() -> None:
    assert with_kept(rich(), []) is rich()


def test_written_and_read_back() -> None:
    data = with_kept(rich(), [ONE, TWO])
    assert read(data) == [ONE, TWO]
    assert with_kept(data, [ONE, TWO]) is data
    assert changed(rich(), data) == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
    }
    assert {name: found for name, found in values(data).items() if name != "审核说明"} == values(rich())


def test_only_its_own_part_changes_afterwards() -> None:
    data = with_kept(rich(), [ONE])
    more = with_kept(data, [ONE, TWO])
    assert changed(data, more) == {"xl/worksheets/sheet3.xml"}
    assert set(members(data)) == set(members(more))
    assert with_kept(more, [ONE]) != more and members(with_kept(more, [ONE])) == members(data)


def test_emptied_and_filled_again_it_looks_the_same() -> None:
    data = with_kept(simple(), [ONE])
    empty = with_kept(data, [])
    assert read(empty) == [] and sheet_names(empty) == ["表1", "审核说明"]
    assert members(with_kept(empty, [ONE])) == members(data)


def test_marks_come_and_go_around_it() -> None:
    found = report(finding("数据", "B2"))
    plain = with_kept(rich(), [ONE])
    marked = mark(rich(), found, Judgement(found, [ONE]))
    assert sheet_names(marked) == ["数据", "附'二'表", "审核说明", "校验结果"]
    assert clear(marked) == plain
    assert (
        mark(plain, found)
        == mark(plain, found, Judgement(found, [ONE]))
        == mark(marked, found, Judgement(found, [ONE]))
    )
    assert sheet_names(clear(resaved(marked))) == ["数据", "附'二'表", "审核说明"]


def test_another_program_may_have_saved_it() -> None:
    saved = resaved(with_kept(rich(), [ONE]))
    assert read(saved) == [ONE]
    more = with_kept(saved, [ONE, TWO])
    assert read(more) == [ONE, TWO]
    sheet = openpyxl_book(more)["审核说明"]
    assert sheet["E5"].fill.fgColor.rgb == sheet["E6"].fill.fgColor.rgb == "FFFFFDF0"
    assert sheet.dimensions == "A1:L6"
    assert sheet.column_dimensions["L"].hidden


def test_what_a_user_added_to_the_sheet_stays() -> None:
    book = openpyxl_book(with_kept(simple(), [ONE]))
    book["审核说明"].column_dimensions["E"].width = 77
    book["审核说明"].title = "说明"
    buffer = io.BytesIO()
    book.save(buffer)
    more = with_kept(buffer.getvalue(), [ONE, TWO])
    assert sheet_names(more) == ["表1", "说明"]
    assert openpyxl_book(more)["说明"].column_dimensions["E"].width == 77
    assert read(more) == [ONE, TWO]


def test_a_prefixed_sheet() -> None:
    data = with_kept(simple(), [ONE])
    name = "xl/worksheets/sheet2.xml"
    xml = re.sub(rb"<(/?)(?=\w)", rb"<\1x:", members(data)[name]).replace(b"xmlns=", b"xmlns:x=")
    more = with_kept(with_parts(data, {name: xml}), [ONE, TWO])
    assert b"<row" not in members(more)[name] and read(more) == [ONE, TWO]


@pytest.mark.parametrize("body", [b"<sheetData/>", b""])
def test_a_sheet_without_rows_is_refused(body: bytes) -> None:
    data = with_kept(simple(), [ONE])
    name = "xl/worksheets/sheet2.xml"
    xml = members(data)[name]
    start, end = xml.index(b"<sheetData>"), xml.index(b"</sheetData>") + len(b"</sheetData>")
    with pytest.raises(NotMarkable) as caught:
        with_kept(with_parts(data, {name: xml[:start] + body + xml[end:]}), [TWO])
    assert caught.value.kind == "corrupt"


def test_rows_without_numbers_or_formats() -> None:
    data = with_kept(simple(), [ONE])
    name = "xl/worksheets/sheet2.xml"
    bare = members(data)[name].replace(b'<row r="1"', b"<row").replace(b' s="', b' z="')
    assert f'<row r="{HEADER_ROW + 1}"'.encode() in bare
    assert read(with_kept(with_parts(data, {name: bare}), [TWO])) == [TWO]


def test_refused_like_a_mark() -> None:
    data = simple(styles=None)
    assert kind_of(data) == "no-styles"
    with pytest.raises(NotMarkable) as caught:
        with_kept(data, [ONE])
    assert caught.value.kind == "no-styles"


def test_a_free_name() -> None:
    data = simple("<worksheet><sheetData/></worksheet>", names=("审核说明",))
    assert sheet_names(with_kept(data, [ONE])) == ["审核说明", "审核说明2"]


def test_colours_by_state() -> None:
    sheet = openpyxl_book(with_kept(simple(), [ONE]))["审核说明"]
    [area] = sheet.conditional_formatting
    assert str(area.sqref) == "H5:H2000"
    formulas = [rule.formula[0] for rule in area.rules]
    assert len(formulas) == 3 and all(f'"{SIGNATURE}:' in formula for formula in formulas)
    assert 'LEFT($H5,2)="失效"' in formulas[0] and 'LEFT($H5,3)="待复核"' in formulas[1]


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=30).map(str.strip)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_any_words_come_back(rows: list[tuple[str, str, str]]) -> None:
    items = [replace(ONE, reason=f"甲{reason}", by=by, problem=f"{problem}乙") for reason, by, problem in rows]
    data = with_kept(simple(), items)
    back = read(data)
    assert [(item.reason, item.by, item.problem) for item in back] == [
        (clean(item.reason), clean(item.by), clean(item.problem)) for item in items
    ]
    assert clear(mark(data, report(finding("表1", "A1")))) == data


def clean(text: str) -> str:
    """What XML can hold."""
    return "".join(c for c in text if c not in "\ufffe\uffff").strip()


def test_the_hidden_column_is_the_last() -> None:
    assert COLUMNS[-1][0] == "核对码"
