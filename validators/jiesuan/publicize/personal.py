"""Personal information inside any text: identity numbers, bank cards, phones, birth dates, addresses, hardship."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..identity import birth, identity_fault
from ..text import mask_number

_GAP = r"[\s\-·.,，、_/|*'’`\u200b-\u200f\u2060\ufeff]*"
_LONG = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{13,}}(?:{_GAP}[Xx])?(?![\d])")
SHORTEST = 14
"""Digits of the shortest number that can be a card."""
_HIDDEN = re.compile(r"\d{3,10}[*＊×xX●]{4,}[\dXx]{1,4}")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?(?:(1[3-9]\d{{9}})(?!\d)|(1[3-9](?:{_GAP}\d){{9}})(?!{_GAP}\d))")
"""Written in one, whatever follows; with gaps, only where no more digits follow behind another gap."""
_BETWEEN = re.compile(r"[,，、/|]")
"""What stands between two numbers, if not inside one."""
_LANDLINE = re.compile(r"(?<!\d)(?:\(?0\d{2,3}\)?[\s-]?)[2-9]\d{6,7}(?!\d)")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?(?!\d)")
_BORN = re.compile(r"出生|生日|生于|年.{0,6}月.{0,4}日?生|\d日?生(?![\u4e00-\u9fff])")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{1,6}(?:省|市|县|区|镇|乡|街道).{0,14}?[\u4e00-\u9fff\d]{1,8}(?:村|组|路|街|巷|弄|小区|社区|新村|大道).{0,10}?\d*\s*(?:号|组|室|栋|幢|楼|村)"
    r"|[\u4e00-\u9fff]{2,8}(?:镇|乡|街道)[\u4e00-\u9fff]{1,8}(?:村|社区)"
    r"|[\u4e00-\u9fff]{1,10}(?:村|路|街|巷|弄|小区|新村)\s*\d+\s*(?:号|组|室|栋|幢)"
)


class Found(NamedTuple):
    """One piece of personal information: what kind (a rule's check), as it may be shown."""

    check: str
    shown: str


def personal(text: str, *, words: tuple[str, ...] = (), heading: str = "") -> Iterator[Found]:
    """Everything personal in a text; `heading` is that of its column, `words` tell hardship.

    Spaces, dashes, full-width digits and invisible characters inside a number do not hide it."""
    plain = unicodedata.normalize("NFKC", text)
    taken: list[tuple[int, int]] = []
    for match in _LONG.finditer(plain):
        for part in (match[0], *_BETWEEN.split(match[0])):
            number = re.sub(r"[^\dX]", "", part.upper())
            kind = number_kind(number, heading) if len(number) >= SHORTEST else ""
            if kind:
                taken.append(match.span())
                yield Found(kind, mask_number(number))
                break
    for match in _HIDDEN.finditer(plain):
        if len(match[0]) >= 14:
            shown = match[0]  # at times the day of birth is left readable
            yield Found("identity", f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}")
    for pattern in (_MOBILE, _LANDLINE):
        for match in pattern.finditer(plain):
            if not any(start <= match.start() < end for start, end in taken):
                yield Found("phone", mask_number(re.sub(r"\D", "", match[match.lastindex or 0])))
    for match in _DATE.finditer(plain):
        if _BORN.search(plain) or _BORN.search(heading):
            yield Found("birth", f"{match[1]}年…")
    if _ADDRESS.search(plain):
        yield Found("address", f"{plain.strip()[:3]}…")
    told = next((word for word in words if word in plain), None)
    if told:
        yield Found("hardship", told)


def number_kind(number: str, heading: str) -> str:
    """`identity`, `card` or '' for 14 and more digits: what a number of that length and shape must be taken for."""
    body = number.rstrip("X")
    if (len(number) == 18 and _is_day(body[6:14])) or (len(number) == 15 and _is_day(f"19{body[6:12]}")):
        return "identity"
    if re.search(r"卡号|账号|帐号|银行", heading):
        return "card"
    if len(number) in (15, 18) and re.search(r"身份证|证件", heading):
        return "identity"
    if len(number) > 18 and any(_is_identity(number[at : at + 18]) for at in range(len(number) - 17)):
        return "identity"  # other digits, such as a serial, stand right before or behind it
    if 16 <= len(body) <= 19 and body == number and _luhn(body):
        return "card"
    return ""


def _is_identity(text: str) -> bool:
    return identity_fault(text, dt.date(9999, 1, 1)) == ""


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    return birth(f"000000{text}") is not None if len(text) == 8 else False


def _luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_birth(value: dt.date, heading: str, today: dt.date) -> bool:
    """Whether a date cell is a date of birth: its heading says so, or it makes someone 12 to 40 years old."""
    return bool(_BORN.search(heading)) or 12 <= today.year - value.year <= 40
