from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jiesuan_addin.hosts.area import Area
from jiesuan_addin.hosts.engine.moves import jump, region

LINE = {1: "a", 2: "b", 3: None, 4: None, 5: 0.0, 6: "", 7: None}


def test_along_a_filled_stretch() -> None:
    assert jump(LINE, 1, 1, 100) == 2
    assert jump(LINE, 2, -1, 1) == 1
    assert jump(LINE, 5, 1, 100) == 6


def test_over_a_gap() -> None:
    assert jump(LINE, 2, 1, 100) == 5
    assert jump(LINE, 3, 1, 100) == 5
    assert jump(LINE, 5, -1, 1) == 2
    assert jump(LINE, 4, -1, 1) == 2


def test_to_the_end_of_the_sheet() -> None:
    assert jump(LINE, 6, 1, 100) == 100
    assert jump(LINE, 50, 1, 100) == 100
    assert jump({}, 1, 1, 100) == 100
    assert jump({1: None, 2: "b"}, 2, -1, 1) == 1
    assert jump({1: "a"}, 1, -1, 1) == 1


def test_a_region_ends_at_empty_rows_and_columns() -> None:
    filled = {(1, 1), (2, 2), (3, 3), (5, 1), (1, 5)}
    assert region(filled, Area(2, 2)) == Area(1, 1, 3, 3)
    assert region(filled, Area(5, 1)) == Area(5, 1)
    assert region(filled, Area(4, 2)) == Area(1, 1, 5, 3)
    assert region(set(), Area(9, 9)) == Area(9, 9)


CELLS = st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=30)


@given(CELLS)
def test_from_any_cell_of_a_region_the_same_region_or_a_larger_one(filled: set[tuple[int, int]]) -> None:
    start = min(filled)
    found = region(filled, Area(*start))
    assert found.holds(*start)
    beside = {cell for cell in filled if not found.holds(*cell)}
    around = {(r + i, c + j) for r, c in found.cells() for i in (-1, 0, 1) for j in (-1, 0, 1)}
    assert not beside & around
