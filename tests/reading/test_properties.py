"""Whatever is written is read at the same place, and damage never does more than refuse the file."""

from __future__ import annotations

import datetime as dt
import io
import random
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesuan.book import Value
from jiesuan.reading import UnreadableFile, open_book, rewrite
from jiesuan.reading.scan import Strings, scan

from .making import assert_foreseen, sheet_xml, written

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=20).filter(
    lambda text: "_x" not in text.lower()
)
NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14),
    st.floats(-1e12, 1e12, allow_nan=False).map(lambda number: float(f"{number:.10g}")),
)
DATES = st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1))
CELLS = st.tuples(st.integers(0, 60), st.integers(0, 30))
SHEETS = st.dictionaries(CELLS, st.one_of(TEXTS, NUMBERS, st.booleans(), DATES), max_size=40)


def read(data: bytes) -> Any:
    """The book in those bytes, or None if the file is refused as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(data)
        try:
            return open_book(path)
        except UnreadableFile as problem:
            assert_foreseen(problem)
            return None


def made(cells: dict[tuple[int, int], Any]) -> bytes:
    def fill(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for (row, column), value in cells.items():
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(row, column, value, day)
            else:
                sheet.write_number(row, column, value)

    return written(fill)


@QUICK
@given(SHEETS)
def test_values_come_back_where_they_were_written(cells: dict[tuple[int, int], Value]) -> None:
    (sheet,) = read(made(cells)).sheets
    for (row, column), value in cells.items():
        found = sheet.value(row + 1, column + 1)
        assert found == value
        assert isinstance(found, bool) == isinstance(value, bool)
    assert sum(value is not None for row in sheet.values for value in row) == len(cells)
    assert len(sheet.values) == max((row + 1 for row, _ in cells), default=0)
    assert sheet.width == max((column + 1 for _, column in cells), default=0)


FORMULAS = st.dictionaries(CELLS, st.tuples(TEXTS, st.one_of(st.just(0), NUMBERS, TEXTS)), min_size=1, max_size=20)


@QUICK
@given(FORMULAS)
def test_formulas_come_back_where_they_were_written(cells: dict[tuple[int, int], tuple[str, Any]]) -> None:
    cells = {cell: ("1&" + text.strip("={}") + "&2", result) for cell, (text, result) in cells.items()}

    def fill(_: Any, sheet: Any) -> None:
        for (row, column), (text, result) in cells.items():
            sheet.write_formula(row, column, "=" + text, None, result)

    (sheet,) = read(written(fill)).sheets
    assert sheet.formulas == {(row + 1, column + 1): text for (row, column), (text, _) in cells.items()}


@cache
def sample() -> bytes:
    return made(
        {(row, column): f"甲{row}" if column % 2 else row * column + 0.5 for row in range(12) for column in range(6)}
    )


@QUICK
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=12))
def test_damaged_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(sample())
    for at, value in changes:
        data[at % len(data)] = value
    read(bytes(data))


@QUICK
@given(st.floats(0, 1))
def test_truncated(share: float) -> None:
    data = sample()
    read(data[: int(share * len(data))])


@QUICK
@given(st.integers(0, 10**9), st.sampled_from(["delete", "double", "swap", "flip"]))
def test_damaged_parts(seed: int, how: str) -> None:
    """Damage within one inflated part, which a check sum of the archive would otherwise reveal at once."""
    chance = random.Random(seed)
    with zipfile.ZipFile(io.BytesIO(sample())) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(content))
    part = content[name]
    start = chance.randrange(len(part))
    end = min(len(part), start + chance.randrange(1, 40))
    middle = {
        "delete": b"",
        "double": part[start:end] * 2,
        "swap": part[start:end][::-1],
        "flip": bytes(byte ^ 1 << chance.randrange(7) for byte in part[start:end]),
    }[how]
    content[name] = part[:start] + middle + part[end:]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, data in content.items():
            archive.writestr(member, data)
    read(buffer.getvalue())


ADDRESSES = st.sampled_from(["A1", "B1", "A2", "C3", "Z9", "AA10"])
PIECES = st.one_of(
    ADDRESSES.map(lambda a: f'<c r="{a}"><v>1</v></c>'),
    ADDRESSES.map(lambda a: f'<c r="{a}" s="1"/>'),
    ADDRESSES.map(lambda a: f'<c r="{a}" t="e"><v>#REF!</v></c>'),
    ADDRESSES.map(lambda a: f'<c r="{a}"><f>A1</f></c>'),
    ADDRESSES.map(lambda a: f'<c r="{a}"><f t="shared" si="0"/><v/></c>'),
    ADDRESSES.map(lambda a: f'<c r="{a}" t="str"><f>A1&amp;""</f><v></v></c>'),
    ADDRESSES.map(lambda a: f'<c r="{a}" t="e"><f>A1</f><v>#N/A</v></c>'),
    st.sampled_from(['<row r="4" hidden="1"/>', '<row r="5"/>', '<row r="6" hidden="0"></row>', "\n ", "<row></row>"]),
)


@QUICK
@given(st.lists(PIECES, max_size=12, unique=True))
def test_the_quick_scan_and_the_long_way_agree(pieces: list[str]) -> None:
    xml = sheet_xml("".join(pieces)).encode()
    strings = Strings(b"")
    quick, slow = scan(xml, strings), rewrite.rewritten(xml, strings)
    assert quick is not None
    for name in ("formulas", "uncached", "errors", "blanks", "hidden_rows", "merges"):
        assert getattr(quick, name) == getattr(slow, name), name


def test_junk_around_a_file() -> None:
    assert read(b"\0" * 500 + sample()) is None
    assert read(sample() + b"\0" * 500).sheets == read(sample()).sheets
