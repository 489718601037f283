"""Columns of the official forms found again by their headings, however the columns were moved about."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.bind.headers import Head, Path, heading, known_headings, match_columns
from jiesuan.form import Column

from .making import AUTUMN, LATER, SPRING, form

FORMS = ["1-2", "1-3", "1-4", "2-3", "2-4"]
"""Forms whose fields stand side by side."""


@cache
def wanted(form_id: str) -> tuple[Column, ...]:
    return tuple(column for column in form(form_id).fields if column.header)


def path(column: Column) -> Path:
    """The headings over a column as printed, equal neighbours once."""
    texts = list(dict.fromkeys(column.header))
    return [Head(heading(text), text, own=True) for text in texts]


STRANGERS = [
    [Head("审核", "审核", own=True)],
    [Head("√", "√", own=True)],
    [],
    [Head("经办人签字", "经办人签字", own=True)],
]
"""Columns that schools put in, and empty ones."""


@settings(max_examples=40, deadline=None)
@given(form_id=st.sampled_from(FORMS), data=st.data())
def test_moved_columns_are_found_by_their_headings(form_id: str, data: st.DataObject) -> None:
    columns = wanted(form_id)
    mixed = data.draw(
        st.permutations([*((column.name, path(column)) for column in columns), *((None, p) for p in STRANGERS)])
    )
    found = match_columns(columns, [own for _, own in mixed], {})
    assert {name: mixed[at - 1][0] for name, at in found.items()} == {column.name: column.name for column in columns}


@settings(max_examples=30, deadline=None)
@given(form_id=st.sampled_from(FORMS), data=st.data())
def test_no_column_is_taken_twice_or_for_a_stranger(form_id: str, data: st.DataObject) -> None:
    columns = wanted(form_id)
    kept = data.draw(st.lists(st.sampled_from(columns), unique_by=lambda column: column.name, max_size=len(columns)))
    paths = [*(path(column) for column in kept), *STRANGERS]
    found = match_columns(columns, paths, {})
    assert len(set(found.values())) == len(found)
    assert all(at <= len(kept) for at in found.values())
    # What is there is found, unless a missing column of the same leaf stands nearer.
    assert len(found) >= len({heading(column.header[-1]) for column in kept})


@pytest.mark.parametrize("form_id", FORMS)
def test_columns_that_are_taken_are_left_alone(form_id: str) -> None:
    columns = wanted(form_id)
    paths = [path(column) for column in columns]
    found = match_columns(columns, paths, {}, taken=range(1, len(paths) + 1))
    assert found == {}
    blocked = match_columns(columns, paths, {}, taken=[1])
    assert 1 not in blocked.values()
    assert {name: at for name, at in blocked.items() if at > 1}.items() >= {
        column.name: at for at, column in enumerate(columns, 1) if at > 1 and columns[0].name != column.name
        and heading(column.header[-1]) != heading(columns[0].header[-1])
    }.items()  # fmt: skip


@pytest.mark.parametrize("form_id", ["1-3", "1-4", "2-3", "2-4"])
def test_printed_numbers_alone_are_enough(form_id: str) -> None:
    columns = [column for column in wanted(form_id) if column.no is not None]
    paths: list[Path] = [[] for _ in columns]
    numbers = {at: column.no for at, column in enumerate(columns, 1) if column.no is not None}
    assert match_columns(columns, paths, numbers) == {column.name: at for at, column in enumerate(columns, 1)}


@pytest.mark.parametrize("form_id", ["1-3", "1-4", "2-3", "2-4"])
def test_headings_outweigh_wrong_numbers(form_id: str) -> None:
    columns = [column for column in wanted(form_id) if column.no is not None]
    numbers = [column.no for column in columns if column.no is not None]
    shifted = dict(enumerate([*numbers[1:], numbers[0]], 1))
    found = match_columns(columns, [path(column) for column in columns], shifted)
    assert found == {column.name: at for at, column in enumerate(columns, 1)}


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER], ids=str)
def test_every_heading_is_known(form_id: str, term: object) -> None:
    of = form(form_id, term)  # type: ignore[arg-type]
    known = known_headings(of)
    for column in of.column:
        assert {heading(text) for text in (*column.header, *column.also)} - {""} <= known
    for axis in of.axis:
        assert {heading(text) for text in axis.header} <= known
        for member in axis.members:
            assert {heading(member.name), heading(member.printed)} <= known
    assert all(text == heading(text) for text in known)


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("3月份", "3月"),
        ("03月", "03月"),
        ("次年 1 月", "1月"),
        ("翌年1月", "1月"),
        ("下年1月", "1月"),
        ("2025年1月", "1月"),
        ("1999年1月", "1999年1月"),
        ("上年结余", "上年结余"),
        ("13个月份", "13个月份"),
        ("3月份人数", "3月份人数"),
        ("金额（万元）", "金额(万元)"),
        ("金额\n（万元）", "金额(万元)"),
        ("ＮＯ．１", "no.1"),
    ],
)
def test_headings_as_they_are_compared(typed: str, compared: str) -> None:
    assert heading(typed) == compared
    assert heading(compared) == compared
