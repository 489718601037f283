from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.batch.people import KEY, NAME, Census, Place, listed, people_of, repeated
from jiesuan.batch.store import People
from jiesuan.book import Value
from jiesuan.text import fold

from ..making import bound, sample
from .city import first_row, sample_of, with_student_of

SECRET = bytes(32)


def people(keys: list[int], names: list[int] | None = None, first: int = 7) -> People:
    called = names or [0] * len(keys)
    return People(
        "表",
        "D",
        b"".join(key.to_bytes(KEY, "big") for key in keys),
        b"".join(name.to_bytes(NAME, "big") for name in called),
        tuple(range(first, first + len(keys))),
    )


def test_the_students_of_a_workbook() -> None:
    workbook = bound(sample().filling)
    table, name = listed(workbook)
    assert table is not None and name == "身份证号"
    found = people_of(workbook, SECRET)
    rows = [row for rows in sample().filling.rows["精准明细"].values() for row in rows]
    assert len(found.rows) == len(rows) == len(found.keys) // KEY == len(found.names) // NAME
    assert found.sheet == table.sheet.name and found.column == "D"
    assert found.rows == tuple(table.rows[index] for index in table.details())
    assert len({found.keys[i * KEY : (i + 1) * KEY] for i in range(len(rows))}) == len(rows)


def test_hashes_depend_on_the_key_and_hide_the_number() -> None:
    workbook = bound(sample().filling)
    one, other = people_of(workbook, SECRET), people_of(workbook, bytes(31) + b"1")
    assert one.rows == other.rows
    assert not {one.keys[i * KEY : (i + 1) * KEY] for i in range(len(one.rows))} & {
        other.keys[i * KEY : (i + 1) * KEY] for i in range(len(other.rows))
    }
    number = str(first_row(sample().filling)["身份证号"])
    assert number.encode() not in one.keys


def test_one_person_however_written() -> None:
    spaced = with_student_of(2, 1)
    row = first_row(spaced)
    row["身份证号"] = f"{str(row['身份证号'])[:6]} {str(row['身份证号'])[6:].lower()}"
    row["姓名"] = f" {row['姓名']}　"
    one, other = people_of(bound(sample_of(1).filling), SECRET), people_of(bound(spaced), SECRET)
    assert (one.keys[:KEY], one.names[:NAME]) == (other.keys[:KEY], other.names[:NAME])
    assert fold(str(row["姓名"])) == first_row(sample_of(1).filling)["姓名"]


@pytest.mark.parametrize(
    ("changes", "stay"),
    [
        ({}, 0),
        ({"备注": "4月由外校转入"}, 6),
        ({"备注": "4月由外校转入", "助学金金额": 400, "免学费金额": 420}, 3),
        ({"备注": "转出", "助学金金额": 200, "免学费金额": None}, 2),
        ({"备注": "转出", "助学金金额": 300, "免学费金额": None}, 3),
        ({"备注": "转出", "助学金金额": None, "免学费金额": 630}, 4),
        ({"备注": "转出", "助学金金额": None, "免学费金额": None}, 1),
        ({"备注": "转出", "助学金金额": None, "免学费金额": 333}, 0),
        ({"备注": "转出", "助学金金额": "一千"}, 0),
        ({"备注": "转出", "助学金金额": 200 * 300}, 255),
        ({"备注": "低保转脱贫"}, 0),
    ],
)
def test_what_a_row_says_of_a_change_of_school(changes: dict[str, Value], stay: int) -> None:
    filling = with_student_of(0, 0)
    first_row(filling).update(changes)
    found = people_of(bound(filling), SECRET)
    assert found.stays == (bytes([stay, *bytes(len(found.rows) - 1)]) if stay else b"")


def test_without_the_rule_or_the_column_nobody_moved() -> None:
    filling = with_student_of(0, 0)
    first_row(filling)["备注"] = "转入"
    workbook = bound(filling)
    assert people_of(workbook, SECRET).stays[:1] == b"\x06"
    workbook.pack = dataclasses.replace(
        workbook.pack, rules={code: rule for code, rule in workbook.pack.rules.items() if code != "B110"}
    )
    assert people_of(workbook, SECRET).stays == b""
    workbook = bound(filling)
    del workbook.tables["精准明细"].columns["备注"]
    assert people_of(workbook, SECRET).stays == b""


@pytest.mark.parametrize("numeric", [False, True])
def test_one_person_with_the_old_number(numeric: bool) -> None:
    old = with_student_of(2, 1)
    row = first_row(old)
    fifteen = f"{str(row['身份证号'])[:6]}{str(row['身份证号'])[8:17]}"
    row["身份证号"] = int(fifteen) if numeric else fifteen
    one, other = people_of(bound(sample_of(1).filling), SECRET), people_of(bound(old), SECRET)
    assert one.keys[:KEY] == other.keys[:KEY]


def test_short_texts_are_nobody() -> None:
    filling = with_student_of(2, 1)
    first_row(filling)["身份证号"] = "不详"
    before, after = people_of(bound(sample_of(2).filling), SECRET), people_of(bound(filling), SECRET)
    assert len(after.rows) == len(before.rows) - 1


def test_a_workbook_without_a_list() -> None:
    workbook = bound(sample().filling)
    del workbook.tables["精准明细"]
    assert people_of(workbook, SECRET) == People()


def test_places_of_those_in_two_files() -> None:
    census = Census()
    census.add(0, people([1, 2, 3]))
    census.add(1, people([4, 5]))
    census.add(2, people([3, 4, 4], [0, 9, 0]))
    assert len(census) == 8
    nine, none = (9).to_bytes(NAME, "big"), bytes(NAME)
    assert census.repeated() == [
        [Place(0, 9, none), Place(2, 7, none)],
        [Place(1, 7, none), Place(2, 8, nine), Place(2, 9, none)],
    ]


def test_twice_in_one_file_alone_is_not_between_files() -> None:
    census = Census()
    census.add(0, people([1, 1]))
    assert census.repeated() == []
    assert Census().repeated() == []


def test_keys_alike_in_one_half_are_different() -> None:
    half = 5 << 64
    census = Census()
    census.add(0, people([half + 1, 1, half + 2]))
    census.add(1, people([half + 3, 2, half + 2]))
    assert [[(place.file, place.row) for place in places] for places in census.repeated()] == [[(0, 9), (1, 9)]]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=40))
def test_the_same_as_asking_everyone(entries: list[tuple[int, int]]) -> None:
    keys = b"".join((key * 2**64 + key % 2).to_bytes(KEY, "big") for key, _ in entries)
    files = [file for _, file in entries]
    expected = [
        [index for index, (key, _) in enumerate(entries) if key == wanted]
        for wanted in range(7)
        if len({file for key, file in entries if key == wanted}) > 1
    ]
    assert sorted(repeated(keys, files)) == sorted(expected)
