"""Whether a remark beside figures speaks of what is asked there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from ..text import fold
from ..wording import JumpWords

_NUMBER = re.compile(r"\d+")


class _Patterns(NamedTuple):
    """What finds the words of a pack in a folded remark."""

    listed: re.Pattern[str]
    """Months one after another: `3、4月`."""
    open: re.Pattern[str]
    """A span of months: any month may be in it."""
    dated: re.Pattern[str]
    heads: re.Pattern[str]
    partly: re.Pattern[str]


def about_jump(words: JumpWords, remark: str, months: tuple[str, str], heads: Decimal) -> bool:
    """Whether a remark can be about a jump of so many heads between two months: it does not speak of other months only
    (10月休学 of a jump in 12月), nor plainly of fewer heads (休学1人 of 9)."""
    text, patterns = fold(remark), _patterns(words)
    named = {int(number) for part in patterns.listed.findall(text) for number in _NUMBER.findall(part)}
    own = {int(number) for caption in months for number in _NUMBER.findall(caption)}
    if named and own and not named & own and not patterns.open.search(text):
        return False
    rest = patterns.dated.sub("", text)
    counted = [int(number) for number in patterns.heads.findall(rest)]
    plain_heads = len(counted) == len(_NUMBER.findall(rest)) and not patterns.partly.search(rest)
    return not counted or not plain_heads or sum(counted) >= heads


@lru_cache(maxsize=8)
def _patterns(words: JumpWords) -> _Patterns:
    joins, spans = _any((",", "/", *words.joins)), _any(("-", "~", *words.spans))
    return _Patterns(
        re.compile(rf"(?<!\d)(\d{{1,2}}(?:月?{joins}\d{{1,2}})*)月"),
        re.compile(rf"(?:\d|月|日|{_any(words.parts)}){spans}\d|月.{{0,6}}{_any(words.since)}|{_any(words.often)}"),
        re.compile(rf"\d+(?:年|月|日|{_any(words.dated)})"),
        re.compile(rf"(\d+){_any(words.heads)}"),
        re.compile(_any(words.partly)),
    )


def _any(words: Iterable[str]) -> str:
    """A pattern for any of these words, or for nothing."""
    folded = sorted(filter(None, map(fold, words)), key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, folded))})" if folded else "(?!)"
