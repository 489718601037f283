"""A generated city: folders of workbooks of fictitious schools, and mistakes planted in some of them."""

from __future__ import annotations

import copy
import io
import shutil
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.produce import locate, results_of, save
from jiesuan.sample.make import Sample, make_sample
from jiesuan.sample.mistakes import make_mistakes
from jiesuan.template.layout import compose
from jiesuan.term import Term

from ..making import PACK, SPRING

LIST = "精准明细"
NUMERALS = "一二三四五六七八九十"


def school_name(number: int) -> str:
    """第一技工学校 … 第九十九技工学校."""
    tens, ones = divmod(number + 1, 10)
    words = ("" if tens < 2 else NUMERALS[tens - 1]) + ("十" if tens else "") + (NUMERALS[ones - 1] if ones else "")
    return f"泉城市第{words}技工学校"


@cache
def sample_of(number: int, students: int = 60, set_name: str = "市属", term: Term = SPRING, school: str = "") -> Sample:
    """A consistent school; it must not be changed.  Numbers below 100 share no identity number."""
    return make_sample(PACK, set_name, term, students=students, seed=number, school=school or school_name(number))


@cache
def _written(number: int, students: int, set_name: str, term: Term, school: str) -> bytes:
    return bytes_of(sample_of(number, students, set_name, term, school).filling, set_name, term)


def bytes_of(filling: Filling, set_name: str = "市属", term: Term = SPRING) -> bytes:
    """A filled workbook."""
    folder = Path(mkdtemp(prefix="jiesuan-"))
    try:
        laid = compose(PACK, set_name, term, filling)
        save(folder / "a.xlsx", PACK, laid, results_of(laid))
        return (folder / "a.xlsx").read_bytes()
    finally:
        shutil.rmtree(folder)


def school_bytes(
    number: int, students: int = 60, *, set_name: str = "市属", term: Term = SPRING, school: str = ""
) -> bytes:
    """A consistent school's workbook."""
    return _written(number, students, set_name, term, school)


@dataclass
class City:
    """Files by path, and where something is wrong: (path, sheet, cell) of every planted mistake."""

    files: dict[str, bytes] = field(default_factory=dict)
    planted: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """All files below a folder."""
        for path, data in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        return folder


def plain_city(schools: int, students: int = 60) -> City:
    """Schools without any mistake."""
    return City({f"{school_name(n)}.xlsx": school_bytes(n, students) for n in range(schools)})


def planted_bytes(number: int, errors: int, students: int = 60) -> tuple[bytes, list[tuple[str, str]]]:
    """A school's workbook with mistakes, and (sheet, cell) of each."""
    sample = sample_of(number, students)
    filling, mistakes = make_mistakes(PACK, "市属", SPRING, sample, errors, number)
    laid = compose(PACK, "市属", SPRING, filling)
    return bytes_of(filling), [(found.sheet, found.cell) for found in (locate(m, laid) for m in mistakes)]


def with_student_of(number: int, other: int, *, name: str = "", students: int = 60) -> Filling:
    """The filling of a school whose first listed student has the number and the name (or another) of one of another
    school."""
    filling = copy.deepcopy(sample_of(number, students).filling)
    own = first_row(filling)
    taken = first_row(sample_of(other, students).filling)
    own["身份证号"], own["姓名"] = taken["身份证号"], name or taken["姓名"]
    return filling


def moved(number: int, other: int, months: int, remark: str) -> Filling:
    """The filling of a school whose first listed student is one of another school, paid for so many months here."""
    filling = with_student_of(number, other) if number != other else copy.deepcopy(sample_of(number).filling)
    row = first_row(filling)
    row |= {name: int(str(row[name])) // 5 * months for name in ("助学金金额", "免学费金额")}
    row["备注"] = remark
    return filling


def first_row(filling: Filling) -> dict[str, Value]:
    """The first student listed."""
    return next(row for rows in filling.rows[LIST].values() for row in rows)


class _Gbk(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits


def archive(files: dict[str, bytes], *, gbk: bool = False) -> bytes:
    """A .zip; with `gbk` as programs on Chinese Windows write it: names in GBK without saying so."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in files.items():
            info = (_Gbk if gbk else zipfile.ZipInfo)(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(info, data)
    return buffer.getvalue()
