"""Texts as people type them: folding for comparison, the nearest label, and masking of personal numbers."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SPACE = re.compile(r"[\s\u200b-\u200f\u2028-\u202f\u2060\ufeff\u00ad]+")
_FOLD = str.maketrans({"〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")", "、": ",", "。": ".", "“": '"', "”": '"',
                       "‘": "'", "’": "'", "—": "-", "–": "-", "－": "-", "―": "-", "×": "*", "÷": "/", "•": "·", "・": "·",
                       "．": "."})  # fmt: skip
_JOIN = r"[ \-\u00a0\u00ad\u200b-\u200f\u2060\ufeff]"
_PERSONAL = [
    re.compile(pattern)
    for pattern in (
        r"\d{14,}[Xx]|\d{15,}",  # as long as an identity number or a bank card
        rf"\d{{6}}{_JOIN}?\d{{8}}{_JOIN}?\d{{3}}{_JOIN}?[\dXx]",  # an identity number in its parts
        rf"\d{{4}}(?:{_JOIN}\d{{4}}){{3,}}(?:{_JOIN}?\d{{1,3}})?(?!\d)",  # a bank card in fours
        rf"(?<!\d)(?:\+?86{_JOIN}?|0)?1[3-9]\d{_JOIN}?\d{{4}}{_JOIN}?\d{{4}}(?!\d)",  # a mobile number
    )
]
_LONG = re.compile(r"\d(?:\D?\d){10}")
"""What every personal number is at least: eleven digits of any script, one by one or with something between two of them."""


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The text as labels are compared: half width, no spaces or line breaks, one kind of bracket, comma and dash.

    `脱贫户（含监测对象）\\n家庭学生` and `脱贫户 (含监测对象)家庭学生` fold to the same.
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).translate(_FOLD)).lower()


def clean(text: str) -> str:
    """The text with invisible characters, outer and doubled spaces removed and full-width digits and letters made half
    width; what a careful clerk would have typed."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def nearest(wanted: str, found: Iterable[str], least: float = 0.45) -> str | None:
    """The text among `found` most like `wanted`, or None when none is at all alike."""
    folded: dict[str, str] = {}
    for text in found:
        folded.setdefault(fold(text), text)
    folded.pop("", None)
    best = difflib.get_close_matches(fold(wanted), list(folded), n=1, cutoff=least)
    return folded[best[0]] if best else None


def mask_number(number: str) -> str:
    """An identity number, bank card or phone number with its middle hidden: `350***********1234`, `139****5678`."""
    if len(number) <= 11:
        return number[:3] + "*" * max(len(number) - 7, 4) + number[-4:] if len(number) > 7 else "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask(text: str) -> str:
    """The text with every identity number, bank card and mobile number in it masked.

    Everything that leaves a workbook (messages, JSON, HTML, logs) passes through here: 个人信息保护法.
    """
    if not _LONG.search(text):
        return text
    plain = "".join(map(_narrow, text))
    hidden = _hide(plain)
    if hidden == plain:
        return text
    while (more := _hide(hidden)) != hidden:
        hidden = more
    return hidden


def _hide(text: str) -> str:
    for pattern in _PERSONAL:
        text = pattern.sub(lambda match: mask_number(match[0]), text)
    return text


def _narrow(character: str) -> str:
    """Digits of every script, and a full-width X, as plain ones."""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return {"Ｘ": "X", "ｘ": "x"}.get(character, character)
