"""Addresses: letters, A1, order, quoting, areas."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.ref import MAX_COLUMNS, MAX_ROWS, Ref, a1, column_number, compress, covers, letters, parse_a1, quoted

cells = st.tuples(st.integers(1, MAX_ROWS), st.integers(1, MAX_COLUMNS))


@pytest.mark.parametrize(
    ("column", "text"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16_384, "XFD")]
)
def test_letters(column: int, text: str) -> None:
    assert letters(column) == text
    assert column_number(text) == column_number(text.lower()) == column


@settings(max_examples=40, deadline=None)
@given(cells)
def test_every_cell_has_one_address(cell: tuple[int, int]) -> None:
    assert parse_a1(a1(*cell)) == cell
    assert parse_a1("$" + letters(cell[1]) + "$" + str(cell[0])) == cell


@pytest.mark.parametrize("text", ["", "A", "1", "A0", "A-1", "A1:B2", "AAAA1", "甲1", " A1", "A1 ", "A01"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match=f"^不是单元格地址：{text}$"):
        parse_a1(text)


@pytest.mark.parametrize("text", ["XFE1", "A1048577", "ZZZ1"])
def test_outside_the_sheet(text: str) -> None:
    with pytest.raises(ValueError, match=f"^单元格地址超出工作表：{text}$"):
        parse_a1(text)


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        ("免学费精准", "免学费精准!L17"),
        ("表2.1", "表2.1!L17"),
        ("2-3", "'2-3'!L17"),
        ("精准 明细", "'精准 明细'!L17"),
        ("张三's", "'张三''s'!L17"),
        ("A1", "'A1'!L17"),
        ("", "''!L17"),
    ],
)
def test_a_reference_reads_as_excel_writes_it(sheet: str, text: str) -> None:
    assert str(Ref(sheet, 17, 12)) == text
    assert quoted(sheet) + "!L17" == text
    assert Ref(sheet, 17, 12).cell == "L17"


def test_references_order_by_sheet_row_column_and_are_hashable() -> None:
    refs = [Ref("乙", 1, 1), Ref("甲", 2, 1), Ref("甲", 1, 10), Ref("甲", 1, 2)]
    assert sorted(refs) == sorted([*refs])
    assert sorted(refs[1:]) == [Ref("甲", 1, 2), Ref("甲", 1, 10), Ref("甲", 2, 1)]
    assert len({*refs, Ref("甲", 2, 1)}) == 4


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ([], ""),
        (["B9"], "B9"),
        (["A3", "A4", "B9", "C8", "D8"], "A3:A4,B9,C8:D8"),
        (["C8", "D8", "C9", "D9"], "C8:D9"),
        (["C8", "C10", "D8"], "C8:D8,C10"),
        (["A1", "A1", "A2"], "A1:A2"),
        (["A1", "C1"], "A1,C1"),
    ],
)
def test_areas(places: list[str], text: str) -> None:
    assert compress(map(parse_a1, places)) == text


@pytest.mark.parametrize(
    ("areas", "inside", "outside"),
    [
        ("B9", ["B9"], ["B8", "C9", "A9"]),
        ("A3:B4,D9", ["A3", "B4", "A4", "D9"], ["C3", "A5", "B9", "D8"]),
        ("", [], ["A1", ""]),
        ("整表", [], ["A1", "整表"]),
    ],
)
def test_what_areas_cover(areas: str, inside: list[str], outside: list[str]) -> None:
    assert [cell for cell in (*inside, *outside) if covers(areas, cell)] == inside


@settings(max_examples=40, deadline=None)
@given(st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_areas_cover_their_cells_once(places: set[tuple[int, int]]) -> None:
    covered: list[tuple[int, int]] = []
    for area in filter(None, compress(places).split(",")):
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
        covered += [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    assert sorted(covered) == sorted(places)
