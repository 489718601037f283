from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.ref import MAX_COLUMNS, MAX_ROWS
from jiesuan_addin.hosts.area import WHOLE, Area, between, parse_area

AREAS = st.builds(
    Area, st.integers(1, 500), st.integers(1, 500), st.integers(1, 40), st.integers(1, 40)
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("A1", Area(1, 1)),
        ("$B$2:C5", Area(2, 2, 4, 2)),
        ("C5:B2", Area(2, 2, 4, 2)),
        ("A:C", Area(1, 1, MAX_ROWS, 3)),
        ("$C:$A", Area(1, 1, MAX_ROWS, 3)),
        ("2:4", Area(2, 1, 3, MAX_COLUMNS)),
        ("$4:$2", Area(2, 1, 3, MAX_COLUMNS)),
        ("xfd1048576", Area(MAX_ROWS, MAX_COLUMNS)),
    ],
)
def test_addresses(text: str, area: Area) -> None:
    assert parse_area(text) == area


@pytest.mark.parametrize("text", ["", "合计", "A", "1", "A0", "A1:", "A1:B", "A1,B2", "XFE1", "A1048577", "表!A1"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_area(text)


@given(AREAS)
def test_an_address_is_read_back(area: Area) -> None:
    assert parse_area(area.address) == parse_area(area.absolute()) == area


def test_dollars() -> None:
    area = Area(2, 2, 4, 2)
    assert area.absolute() == "$B$2:$C$5"
    assert area.absolute(rows=False) == "$B2:$C5"
    assert area.absolute(columns=False) == "B$2:C$5"
    assert area.first.absolute(False, False) == area.first.address == "B2"
    assert Area(1, 2, MAX_ROWS, 2).absolute() == "$B:$C"
    assert Area(3, 1, 1, MAX_COLUMNS).absolute() == "$3:$3"
    assert WHOLE.absolute() == "$A:$XFD"


@given(AREAS, AREAS)
def test_overlap_and_hull(one: Area, other: Area) -> None:
    common = set(one.cells()) & set(other.cells())
    overlap = one.overlap(other)
    assert (set(overlap.cells()) if overlap else set()) == common
    hull = one.hull(other)
    assert hull == other.hull(one)
    assert one.overlap(hull) == one and other.overlap(hull) == other


def test_cells_and_edges() -> None:
    area = Area(2, 3, 2, 2)
    assert list(area.cells()) == [(2, 3), (2, 4), (3, 3), (3, 4)]
    assert (area.last_row, area.last_column, area.size) == (3, 4, 4)
    assert area.holds(3, 4)
    assert not any(area.holds(*cell) for cell in [(1, 3), (4, 3), (2, 2), (2, 5)])
    assert between(3, 1, 2, 1) is between(1, 3, 1, 2) is None
