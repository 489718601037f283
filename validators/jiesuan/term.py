"""学期: `2024春`, its months, and how it is written in titles."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_SPOKEN = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TERM = re.compile(
    r"(?<!\d)(?P<begin>20\d{2})(?:年?[-—–―~至到/])+(?P<end>20\d{2}|\d{2})学年度?"
    r"\(?(?:第?(?P<half>[一二12上下])|(?P<named>[春秋])季?)\)?学期"
    r"|(?:(?P<year>20\d{2})(?:年度?)?|(?P<short>(?<!\d)\d{2})年(?=.{1,5}学期|\(?[上下]半年)"
    r"|(?P<spoken>二[〇零○][一二三四五六七八九〇零○]{2})年)"
    r"\(?(?:(?P<season>[春秋])季?|(?P<months>[上下])半年度?)\)?(?:季?学期)?"
)
"""`2024年春季学期`, `24年春季学期`, `二〇二四年春季学期`, `2023-2024学年第二学期`; `2024年上半年`, whose months (3月—7月 of those
paid) are the spring's, as 下半年 is the autumn."""
_GAPS = re.compile(r"[\s_\u200b\ufeff]+")
_SEASONS = ("春", "秋")
MONTHS = {"春": (3, 4, 5, 6, 7), "秋": (9, 10, 11, 12, 1)}
"""The five months of a term: 学年标准 is paid over ten (闽技助文〔2024〕5号 附件2-3 第4列 “学年标准/10个月”)."""


class Term(NamedTuple):
    """One term; terms order by time."""

    year: int
    half: int
    """0 春季, 1 秋季."""

    @classmethod
    def parse(cls, text: str) -> Term:
        """`2024春`, `2024年春季学期` → Term.  Raises ValueError with a Chinese message."""
        match = _TERM.fullmatch(_closed_up(text))
        term = cls._of(match) if match else None
        if term is None:
            raise ValueError(f"不认识的学期“{text}”，请写成 2024春 或 2024秋 这样的形式。")
        return term

    @classmethod
    def find(cls, text: str) -> Term | None:
        """The first term named inside a text such as a form's title, whose blanks may be typed in: `_2024_年_春_季学期`."""
        return next((term for match in _TERM.finditer(_closed_up(text)) if (term := cls._of(match))), None)

    @classmethod
    def _of(cls, match: re.Match[str]) -> Term | None:
        """The term a text says; None for a 学年 that is not one year and the next."""
        if match["begin"] is None:
            year = match["year"] or match["spoken"] or f"20{match['short']}"
            season = match["season"] or _SEASONS["上下".index(match["months"])]
            return cls(int(year.translate(_SPOKEN)), _SEASONS.index(season))
        begin, end = int(match["begin"]), int(match["end"])
        if end not in (begin + 1, (begin + 1) % 100):
            return None
        first = match["named"] == "秋" if match["named"] else match["half"] in "一1上"
        return cls(begin, 1) if first else cls(begin + 1, 0)

    @property
    def season(self) -> str:
        return _SEASONS[self.half]

    @property
    def months(self) -> tuple[str, ...]:
        """Month headings in order: 3月 … 7月, or 9月 … 12月, 1月."""
        return tuple(f"{month}月" for month in MONTHS[self.season])

    @property
    def title(self) -> str:
        """As titles write it: `2024年春季学期`."""
        return f"{self.year}年{self.season}季学期"

    @property
    def school_year(self) -> int:
        """The calendar year in which the 学年 of this term began."""
        return self.year if self.half else self.year - 1

    @property
    def end(self) -> tuple[int, int]:
        """(year, month) of the last month paid."""
        return (self.year + 1, 1) if self.half else (self.year, 7)

    @property
    def start(self) -> tuple[int, int]:
        """(year, month) of the first month paid."""
        return (self.year, 9) if self.half else (self.year, 3)

    @property
    def previous(self) -> Term:
        return Term(self.year, 0) if self.half else Term(self.year - 1, 1)

    @property
    def next(self) -> Term:
        return Term(self.year + 1, 0) if self.half else Term(self.year, 1)

    def __str__(self) -> str:
        return f"{self.year}{self.season}"


def _closed_up(text: str) -> str:
    """The text half width, without spaces and the underscores of blanks."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", text))
