"""Personal information inside any text: identity numbers, bank cards, phones, birth dates, addresses, hardship."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ..identity import PROVINCES, birth, identity_fault
from ..text import mask_number
from .digits import GAP, in_digits, plain

_WIDE = GAP.replace("[\\s", '[\\s()\\[\\]{}<>+~#^&"')
"""What people put between the parts of one number, brackets as well."""
_LONG = re.compile(rf"(?<!\d)\d(?:{_WIDE}\d){{13,}}(?:{_WIDE}[Xx])?(?![\d])")
SHORTEST = 14
"""Digits of the shortest number that can be a card."""
_HIDDEN = re.compile(r"\d{3,10}[*＊×xX●]{4,}[\dXx]{1,4}")
_CUT = re.compile(r"(?<!\d)(\d{10,17})(?:[*×●]+|[xX]{2,})([\dX]{0,4})(?![\dXx*×●])")
"""An identity number of which the date of birth is left readable."""
_PART = re.compile(
    r"(?:身份证|身份号|证件)[^\d*×●]{0,6}(?:"
    r"(?:[前首后末尾]|最后)\s*(?:[\d一二两三四五六七八]{1,2}\s*位|[号码数]{1,2})[^\d]{0,6}(?<!\d)(\d{3,8}[\dXx])(?![\dXx])"
    r"|(\d{3,17}[*×●xX]{2,}[\dXx]{0,8}|[*×●]{2,}\d{2,8}[Xx]?)(?![\dXx]))"
)
"""A part of an identity number that is named as such: 身份证后四位1234, 身份证350502****."""
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{GAP})?(?:(1[3-9]\d{{9}})(?!\d)|(1[3-9](?:{GAP}\d){{9}})(?!{GAP}\d))")
"""Written in one, whatever follows; with gaps, only where no more digits follow behind another gap."""
_BETWEEN = re.compile(r"[,，、/|()\[\]{}<>+~#^&\"]")
"""What stands between two numbers, if not inside one."""
_LANDLINE = re.compile(r"(?<!\d)(?:\(?0\d{2,3}\)?[\s-]?)[2-9]\d{6,7}(?!\d)")
_LOCAL = re.compile(r"(?:电话|座机|热线|联系方式)[^\d]{0,4}([2-9]\d{6,7})(?![\d-])")
_BARE = re.compile(r"(?!20)[2-8]\d{7}|[2-9]\d{6}")
"""A number without its area code: only where the text or the heading says that it is a telephone, or in 备注."""
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?(?!\d)")
_BORN = re.compile(r"出生|生日|生于|年.{0,6}月.{0,4}日?生|\d日?生(?![\u4e00-\u9fff])")
_SHORT = re.compile(
    r"(?<!\d)(\d{2})\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}\s*[日号]?\s*(?:出生|生(?![\u4e00-\u9fff]))"
    r"|(?:出生|生日|生于)\D{0,6}(\d{2})\s*[年.\-/]\s*\d{1,2}\s*[月.\-/]\s*\d{1,2}(?!\d)"
)
"""A birthday with two digits of the year."""
_ALONE = re.compile(rf"\s*(?:{_DATE.pattern}|((?:19|20)\d\d)(\d\d)(\d\d))\s*")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff]{1,6}(?:省|市|县|区|镇|乡|街道).{0,14}?[\u4e00-\u9fff\d]{1,8}(?:村|组|路|街|巷|弄|小区|社区|新村|大道).{0,10}?\d*\s*(?:号|组|室|栋|幢|楼|村)"
    r"|[\u4e00-\u9fff]{2,8}(?:镇|乡|街道)[\u4e00-\u9fff]{1,8}(?:村|社区)"
    r"|[\u4e00-\u9fff]{1,10}(?:村|路|街|巷|弄|小区|新村)\s*\d+\s*(?:号|组|室|栋|幢)"
)
_TOWN = re.compile(
    r"[\u4e00-\u9fff]{2,8}(?:(?<!城)市|县|区|旗)(?!城[镇乡])[\u4e00-\u9fff]{1,6}?(?:(?<![乡小])镇(?!化|居民|职工)|(?<!城)乡(?![村土镇亲情])|街道)"
    r"(?![\u4e00-\u9fff]{0,14}(?:校|学院|中学|小学|中心|局|所|站|办|政府|委|公司|厂|企业|银行|支行|建设|规划|管理|旅游|振兴|经济|发展|户口))"
)
"""An address that ends with the town; no office, school or major is named so."""
_GROUPS = re.compile(r"\d+")
_ACCOUNT = re.compile(r"卡号|账号|帐号|银行")


class Found(NamedTuple):
    """One piece of personal information: what kind (a rule's check), as it may be shown."""

    check: str
    shown: str


def personal(text: str, *, words: tuple[str, ...] = (), heading: str = "") -> Iterator[Found]:
    """Everything personal in a text; `heading` is that of its column, `words` tell hardship.

    Spaces, dashes, full-width digits and invisible characters inside a number do not hide it."""
    known = plain(text)
    writings = dict.fromkeys((known, in_digits(known), in_digits(known, 1)))
    yield from dict.fromkeys(found for writing in writings for found in _numbers(writing, heading))
    if _ADDRESS.search(known) or _TOWN.search(known):
        yield Found("address", f"{known.strip()[:3]}…")
    told = next((word for word in words if word in known), None)
    if told:
        yield Found("hardship", told)


def _numbers(plain: str, heading: str) -> Iterator[Found]:
    """Identity numbers, also in part, bank cards, telephone numbers and dates of birth in a text of plain digits."""
    taken: list[tuple[int, int]] = []
    for match in _LONG.finditer(plain):
        for part in (match[0], *_BETWEEN.split(match[0])):
            number = re.sub(r"[^\dX]", "", part.upper())
            kind = number_kind(number, heading) if len(number) >= SHORTEST else ""
            if kind and (kind != "card" or _ACCOUNT.search(heading) or _is_card(part)):
                if len(number) < 29:  # a longer one holds a telephone number as well
                    taken.append(match.span())
                yield Found(kind, mask_number(number))
                break
    for match in _HIDDEN.finditer(plain):
        if len(match[0]) >= 14:
            shown = match[0]  # at times the day of birth is left readable
            yield Found("identity", f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}")
            taken.append(match.span())
    for match in _CUT.finditer(plain):
        if len(match[0]) >= 14 and _is_body(match[1]) and match.span() not in taken:
            yield Found("identity", f"{match[1][:3]}{'*' * (len(match[0]) - 3 - len(match[2]))}{match[2]}")
            taken.append(match.span())
    for match in _PART.finditer(plain):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            yield Found("identity", f"{'*' * len(match[match.lastindex or 0])}")
    numbers = [
        (match.start(), match[match.lastindex or 0])
        for p in (_MOBILE, _LANDLINE, _LOCAL)
        for match in p.finditer(plain)
    ]
    if _BARE.fullmatch(plain.strip()) and _is_phone(plain.strip(), heading):
        numbers.append((0, plain))
    for at, found in numbers:
        if not any(start <= at < end for start, end in taken):
            yield Found("phone", mask_number(re.sub(r"\D", "", found)))
    for match in _DATE.finditer(plain):
        if _BORN.search(plain) or _BORN.search(heading):
            yield Found("birth", f"{match[1]}年…")
    for match in _SHORT.finditer(plain):
        yield Found("birth", f"{match[1] or match[2]}年…")


def _is_phone(number: str, heading: str) -> bool:
    """Whether a number that stands alone in its cell is a telephone number, by its heading."""
    return bool(re.search(r"电话|联系|座机|手机", heading)) or (
        len(number) == 8 and heading.replace(" ", "") in ("备注", "说明")
    )


def written_date(text: str) -> dt.date | None:
    """The date that a text is, and nothing else: `2007-07-02`, `2007年7月2日`, `20070702`."""
    match = _ALONE.fullmatch(in_digits(plain(text)))
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def number_kind(number: str, heading: str) -> str:
    """`identity`, `card` or '' for 14 and more digits: what a number of that length and shape must be taken for."""
    body = number.rstrip("X")
    if (len(number) == 18 and _is_day(body[6:14])) or (len(number) == len(body) == 15 and _is_day(f"19{body[6:12]}")):
        return "identity"
    if len(number) == 18 and _is_body(number):
        return "identity"  # mistyped, but nothing else looks like it
    if _ACCOUNT.search(heading):
        return "card"
    if len(number) in (15, 18) and re.search(r"身份证|证件", heading):
        return "identity"
    if len(number) > 18 and any(_is_identity(number[at : at + 18]) for at in range(len(number) - 17)):
        return "identity"  # other digits, such as a serial, stand right before or behind it
    if 16 <= len(body) <= 19 and body == number and body[0] in "3456789" and _luhn(body):
        return "card"
    return ""


def _is_body(digits: str) -> bool:
    """Whether digits begin as an identity number does: a place, and a year (and month) of birth."""
    return (
        digits[:2] in PROVINCES
        and digits[6:8] in ("19", "20")
        and (len(digits) in (10, 11, 18) or digits[10:12] <= "12")
    )


def _is_card(text: str) -> bool:
    """Whether digits are grouped as on a card, and not as in dates and amounts."""
    groups = [len(group) for group in _GROUPS.findall(text)]
    return all(size == 1 for size in groups) or all(size >= 4 for size in groups[:-1])


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
