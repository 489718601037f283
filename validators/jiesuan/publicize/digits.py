"""Numbers that are not written in plain digits: full width, in circles, with marks inside, in Chinese characters."""

from __future__ import annotations

import re
import unicodedata

GAP = r"[\s\-·.,，、_/|*'’`\u200b-\u200f\u2060\ufeff]*"
"""What people put between the digits of one number."""
_VALUES = {
    character: str(value)
    for value, characters in enumerate(("〇○零", "一壹弌", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"))
    for character in characters
}  # fmt: skip
_CHINESE = "".join(_VALUES)
_TRANSLATED = str.maketrans(_VALUES)
_ANY = re.compile(f"[{_CHINESE}]")
_RUN = re.compile(rf"[{_CHINESE}\d](?:{GAP}[{_CHINESE}\d]){{3,}}")
_SMALL = rf"(?:[{_CHINESE}十拾]{{1,3}}|\d{{1,2}})"
_DATE = re.compile(
    rf"(?:((?:[{_CHINESE}]{{2}}){{1,2}}|\d{{4}}|\d\d)\s*年\s*)?({_SMALL})\s*月\s*({_SMALL})(?=\s*[日号生])"
)


class _Plain(dict[int, str | None]):
    """Character → what it is in plain writing; marks and invisible characters are nothing."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        digit = unicodedata.digit(character, None)
        kind = unicodedata.category(character)
        found = str(digit) if digit is not None else None if kind in ("Mn", "Me", "Cf") else character
        self[code] = found
        return found


_PLAIN = _Plain()


def plain(text: str) -> str:
    """The text with letters and digits in half width, digits of other scripts and in circles as plain ones, and without
    invisible characters and marks."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_PLAIN)


def in_digits(text: str, spare: int = 0) -> str:
    """The text (`plain`) with numbers in Chinese characters, one character a digit, and dates as digits: 一三五〇… → 1350…,
    二〇〇八年一月十五日 → 2008年1月15日.  Fewer than four characters side by side are no such number;
    the first `spare` of them stay, for a name that ends with one: 张三一三五〇…."""
    if not _ANY.search(text):
        return text
    text = _DATE.sub(_date, text)
    return _RUN.sub(lambda match: match[0][:spare] + match[0][spare:].translate(_TRANSLATED), text)


def _date(match: re.Match[str]) -> str:
    year = f"{match[1].translate(_TRANSLATED)}年" if match[1] else ""
    return f"{year}{_small(match[2])}月{_small(match[3])}"


def _small(text: str) -> str:
    """A day or a month: 十五, 二十, 三, 一五, 15."""
    tens, ten, ones = text.replace("拾", "十").translate(_TRANSLATED).partition("十")
    return str(int(tens or 1) * 10 + int(ones or 0)) if ten else tens
