"""Identity numbers, phones, names and class names: what is wrong with one, said as a slug that a rule's check names.

GB 11643—1999 through python-stdnum; 港澳台居民居住证 by 国办发〔2018〕81号 第三条 (810000/820000/830000, same check digit).
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from stdnum.cn import ric

from .book import Value
from .term import Term
from .text import clean, fold

PROVINCES = {
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83",
}  # fmt: skip
# Digits of other widths and scripts are spelled first: they are no digits here.
_EIGHTEEN = re.compile(r"\d{17}[\dX]", re.ASCII)
_FIFTEEN = re.compile(r"\d{15}", re.ASCII)
_OTHER = re.compile(r"[HM]\d{8,10}|[A-Z]{1,2}\d{7,9}|999\d{15}|\d{8}", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(\(?0\d{2,3}\)?-?)?[2-9]\d{6,7}(-\d{1,6})?", re.ASCII)
_CLASS = re.compile(r"(20\d{2})年?(春|秋)季?(.+)")
_MAJOR_SEPARATOR = re.compile(r"[、,，;；/／\n\r]+|\s{2,}")
_CLASS_TAIL = re.compile(r"[\(（]?[\d一二三四五六七八九十]*[\)）]?班$|\d+$")


def spelled(value: Value) -> str:
    """An identity number as it should be written: half width, no spaces or apostrophe, capital X.  A number cell shows
    fifteen digits and zeros."""
    if isinstance(value, str) and _EIGHTEEN.fullmatch(value):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        digits, _, power = f"{value:.14e}".replace(".", "").partition("e+")
        return digits + "0" * (int(power) - 14) if power and int(power) > 14 else f"{value:.0f}"
    return re.sub(r"[\s'’`\-]", "", clean(str(value or ""))).upper()


def eighteen(number: str) -> str:
    """A 15-digit number of the kind given until 1999 as the 18 digits of the same person (GB 11643—1999: the century and
    the check digit); any other text as it is.  Who is listed here was not born before 1950."""
    if not _FIFTEEN.fullmatch(number):
        return number
    whole = f"{number[:6]}{'19' if number[6] >= '5' else '20'}{number[6:]}"
    return f"{whole}{ric.calc_check_digit(whole + '0')}"


def _checksum(number: str) -> bool:
    return bool(ric.calc_check_digit(number) == number[-1])


def birth(number: str) -> dt.date | None:
    """Date of birth in an 18-digit number; None when there is no such day."""
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def identity_fault(value: Value, today: dt.date) -> str:
    """What is wrong with an identity number: '' or `id-number`, `id-other`, `id-length`, `id-place`, `id-birth`,
    `id-checksum`, `id-spelling`; the first that applies."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**15:
        return "id-number"
    number = spelled(value)
    if not _EIGHTEEN.fullmatch(number):
        return "id-other" if _OTHER.fullmatch(number) and not isinstance(value, int | float) else "id-length"
    if number.startswith("999"):
        return "id-other"
    if number[:2] not in PROVINCES:
        return "id-place"
    born = birth(number)
    if born is None or born > today or born.year < 1900:
        return "id-birth"
    if not _checksum(number):
        return "id-checksum"
    return "id-spelling" if str(value) != number else ""


def tail_lost(value: Value) -> bool:
    """Whether only the first fifteen digits are true, as in a number cell and in a text made from one."""
    number = spelled(value)
    if isinstance(value, int | float):
        return len(number) == 18
    return number.endswith("000") and identity_fault(number, dt.date.max) == "id-checksum"


def phone_fault(value: Value) -> bool:
    """Whether a phone cell holds something that is no phone number; several may stand in one cell."""
    if value is None or (isinstance(value, str) and (_MOBILE.fullmatch(value) or not value.strip())):
        return False
    text = spelled_phone(value)
    parts = [part for part in re.split(r"[、,，;；/／]", text) if part]
    return not parts or not all(_MOBILE.fullmatch(part) or _LANDLINE.fullmatch(part) for part in parts)


def spelled_phone(value: Value) -> str:
    """A phone cell in one spelling, without spaces; `139-1234-5678` as eleven digits, `8765432转801` as `8765432-801`."""
    if isinstance(value, str) and _MOBILE.fullmatch(value):
        return value
    text = f"{value:.0f}" if isinstance(value, int | float) else clean(str(value or ""))
    text = re.sub(r"^\+?86-?(?=1[3-9])", "", re.sub(r"[\s'’]", "", text))
    text = re.sub(r"(?<=\d)\(?(?:转|分机)号?:?(\d{1,6})\)?$", r"-\1", text)
    return re.sub(r"(?<!\d)(1[3-9]\d)-?(\d{4})-?(\d{4})(?!\d)", r"\1\2\3", text)


def name_fault(value: Value) -> bool:
    """Whether a name holds spaces, invisible or odd characters, digits, or a wrong separator dot."""
    if not isinstance(value, str):
        return value is not None
    return not value.isalpha() and bool(value.strip()) and not all(part.isalpha() for part in value.split("·"))


class Entry(NamedTuple):
    """`2023秋数控加工1班` → the term of entry and the rest."""

    term: Term
    major: str

    def grades(self, term: Term) -> frozenset[str]:
        """The grades a student of that entry can be in during a term; empty when not yet entered or past year three.

        n terms since entry: grade n div 2 + 1; spring entrants also (n - 1) div 2 + 1.
        """
        return _grades(self.term, term)


GRADES = ("一年级", "二年级", "三年级")


@lru_cache(maxsize=1024)
def _grades(since: Term, term: Term) -> frozenset[str]:
    n = 2 * (term.year - since.year) + term.half - since.half
    if n < 0:
        return frozenset()
    years = {n // 2 + 1}
    if since.half == 0 and n > 0:
        years.add((n - 1) // 2 + 1)
    return frozenset(GRADES[year - 1] for year in years if year <= len(GRADES))


@lru_cache(maxsize=1 << 16)
def parse_entry(text: str) -> Entry | None:
    """Read 入学年季 and major from a class name or a major's entry; None when it is not written so."""
    match = _CLASS.fullmatch(clean(text).replace(" ", "").lstrip("级"))
    if match is None:
        return None
    return Entry(Term(int(match[1]), 0 if match[2] == "春" else 1), match[3])


@lru_cache(maxsize=1 << 16)
def major_of(entry: Entry) -> str:
    """The major in a class name, without the class number: 数控加工1班 → 数控加工."""
    return _CLASS_TAIL.sub("", entry.major).removesuffix("专业") or entry.major


def spelled_major(text: str) -> str:
    """A major's entry in the prescribed spelling: 2023年秋季数控加工专业 → 2023秋数控加工; as it is without 入学年季."""
    entry = parse_entry(text)
    return f"{entry.term}{entry.major.removesuffix('专业') or entry.major}" if entry else text


def major_key(text: str) -> str:
    """What two entries of one major have in common: 2023年秋季数控加工 and 2023秋数控加工 are counted once."""
    return fold(text).replace("年", "").replace("季", "")


def split_majors(text: str) -> list[str]:
    """The majors of one cell, in order."""
    return [part.strip() for part in _MAJOR_SEPARATOR.split(text) if part.strip(" .…")]
