"""Files and workbooks that several test modules need."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

import jiesuan
from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, Value
from jiesuan.filling import Filling
from jiesuan.form import Key
from jiesuan.pack import load_pack
from jiesuan.produce import make_blank, make_sample_file, results_of, save
from jiesuan.ref import parse_a1
from jiesuan.sample.make import Sample, make_sample
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term

PACK = load_pack()
SPRING, AUTUMN, TIERED = Term(2024, 0), Term(2024, 1), Term(2025, 0)
SETS = ("省属", "市属")
ID, PHONE = "350526200801011234", "13912345678"
"""An identity and a phone number that must never be printed."""


@cache
def sample(set_name: str = "市属", term: Term = SPRING, students: int = 30, seed: int = 25) -> Sample:
    """A consistent sample; it must not be changed."""
    return make_sample(PACK, set_name, term, students=students, seed=seed, tiers=(300, 160) if term >= TIERED else ())


def filled_row(filling: Filling) -> Key:
    """A row of x-3 with figures."""
    return next(key for role, key, name in filling.figures if role == "免学费" and name == "第1月")


def overtyped(value: Value = 9999, **more: Value) -> Filling:
    """A consistent sample but for 人次 typed over its formula, and other fields of that row."""
    filling = sample().filling
    row = filled_row(filling)
    changes = {("免学费", row, name): new for name, new in {"人次": value, **more}.items()}
    return Filling({**filling.figures, **changes}, filling.rows, filling.lines)


def book_of(filling: Filling, set_name: str = "市属", term: Term = SPRING) -> Book:
    """The forms with that content, in memory; formulas have no results yet."""
    return to_book(compose(PACK, set_name, term, filling), "表.xlsx")


def bound(filling: Filling, set_name: str = "市属", term: Term = SPRING) -> Workbook:
    return bind(book_of(filling, set_name, term), PACK)


def written(path: Path, filling: Filling, set_name: str = "市属", term: Term = SPRING) -> Path:
    """The same as a file."""
    laid = compose(PACK, set_name, term, filling)
    save(path, PACK, laid, results_of(laid))
    return path


def sample_file(
    path: Path, set_name: str = "市属", term: Term = SPRING, *, errors: int = 0, students: int = 30
) -> Path:
    """A fictitious school's workbook."""
    make_sample_file(path, PACK, set_name, term, students=students, seed=25, errors=errors)
    return path


def blank_file(path: Path, set_name: str = "市属", term: Term = SPRING) -> Path:
    make_blank(path, PACK, set_name, term)
    return path


def typed(path: Path, cells: Mapping[str, Value], *, sheets: dict[str, str] | None = None) -> Path:
    """Type into cells `表!A1` of a file as a school would, and rename sheets (old → new)."""
    book = load_workbook(path)
    for address, value in cells.items():
        sheet, _, cell = address.rpartition("!")
        row, column = parse_a1(cell)
        book[sheet].cell(row, column).value = value
    for old, new in (sheets or {}).items():
        book[old].title = new
    book.save(path)
    return path


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds this package."""
    return {**os.environ, "PYTHONPATH": str(Path(jiesuan.__file__).parents[1]), **more}


def python(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A Python process that finds this package; its output in bytes.  `env` adds to the environment."""
    env = environment(**options.pop("env", {}))
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, timeout=120, env=env, **options)


def zipped(content: dict[str, bytes | str]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def changed_member(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """The archive with a text in one member replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == member:
                assert old in content
                content = content.replace(old, new)
            target.writestr(item.filename, content)
    return buffer.getvalue()
