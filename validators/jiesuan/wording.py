"""What a written reason must not be: empty phrases, too short, figures alone, or a personal number.  The phrases are data of
the pack (`explain.toml`), so that a bureau can add its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

import msgspec

from .number import plain
from .text import clean, fold, mask

LONGEST = 1_000
"""Characters of the longest reason."""
NUMBERED = "说明里有身份证号、银行卡号或手机号，请删去号码：说明会随表报送，只写行号或班级即可。"
"""Why a reason with a personal number is refused, also after the number in it has been masked."""
_BETWEEN = re.compile(r"[^\w\s]|_")
_SPACE = re.compile(r"\s+")


_AGRI = {"{人数}": r"(?P<heads>\d+)", "{助学金}": r"(?P<aid>[\d.]+)", "{免学费}": r"(?P<fee>[\d.]+)"}


class JumpWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`[jump]`: the words by which a 备注 is matched to figures that jump from one month to the next (P306, P404)."""

    heads: tuple[str, ...] = ()
    """What stands behind a number of people: 人, 名."""
    partly: tuple[str, ...] = ()
    """Words with which the people named are not all there are, or not written in digits: 约, 各, 十."""
    joins: tuple[str, ...] = ()
    """What stands between months, or between other things, that are named one by one, beside 、 and /: 和."""
    spans: tuple[str, ...] = ()
    """What stands between the first and the last month of a span, beside - and ~: 至."""
    parts: tuple[str, ...] = ()
    """What may stand behind the first month of a span: 底, 初."""
    since: tuple[str, ...] = ()
    """Words shortly behind a month that make it the end of a span: 起, 以前."""
    often: tuple[str, ...] = ()
    """Words with which any month is meant: 陆续."""
    dated: tuple[str, ...] = ()
    """What stands behind the number of a day, a year or a class, beside 年, 月, 日: such a number is not one of people."""


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """`explain.toml`: what a reason beside a 核实 finding needs."""

    least: int = 5
    """Characters (汉字, letters, digits) that must be left besides empty phrases."""
    empty: tuple[str, ...] = ()
    """Phrases that say nothing, alone or one after another: 无, 同上, 已核实 …"""
    filler: tuple[str, ...] = ()
    """Words that may stand between them and say nothing either: 已, 经, 本校, 数据 …"""
    above: tuple[str, ...] = ()
    """Phrases by which a 备注 in a table repeats that of the row above: 同上."""
    agri: tuple[str, ...] = ()
    """The clause that a list of students asks for in the 备注 of those of 涉农专业, and other ways to write it; `{人数}`,
    `{助学金}` and `{免学费}` stand for figures (元).  It answers no rule but that which asks for it (L119)."""
    gone: tuple[str, ...] = ()
    """Words by which last term's 备注 says that a student left."""
    denials: tuple[str, ...] = ()
    """What stands before a word to say that there is nothing of the kind: 无, 没有发生."""
    lacking: tuple[str, ...] = ()
    """Words of which a denial says something as well: 无电话, 未到校."""
    jump: JumpWords = JumpWords()
    hint: str = "请写明是什么情况、涉及多少人或多少钱、有什么依据。"
    """What a reason needs; ends the refusal."""

    def __post_init__(self) -> None:
        for clause in self.agri:
            if any(clause.count(name) != 1 for name in _AGRI):
                raise ValueError(f"agri 的“{clause}”应写有{'、'.join(_AGRI)}各一次")

    def objection(self, reason: str) -> str:
        """Why a reason is refused, in Chinese, with what it needs; '' where it will do."""
        text = clean(reason)
        if mask(text) != text:
            return NUMBERED
        if len(text) > LONGEST:
            return f"说明太长（{len(text)} 个字），请压缩到 {LONGEST} 个字以内，详细材料另附。"
        if not any(character.isalpha() for character in text):
            return f"说明里只有数字或标点，没有写原因。{self.hint}" if text else f"没有写原因。{self.hint}"
        left = self._said(text)
        if not left:
            return f"说明太笼统（“{_short(reason)}”没有说出原因）。{self.hint}"
        if len(left) < self.least:
            return f"说明太短（“{_short(reason)}”）。{self.hint}"
        return ""

    def answers(self, remark: str) -> bool:
        """Whether a 备注 beside a figure says anything.  It may be short, unlike a reason that stands by itself: 留级."""
        text = clean(remark)
        return any(character.isalpha() for character in text) and bool(self._said(text))

    def own_words(self, remark: str) -> str:
        """A 备注 without the clauses that the form asks for."""
        return clean(self._agri_begun.sub("", remark))

    def agri_clause(self, heads: int, aid: Decimal, fee: Decimal) -> str:
        """What a 备注 says of so many students of 涉农专业 and their aid and fees in 元; '' where the pack does not know."""
        figures = zip(_AGRI, (str(heads), plain(aid), plain(fee)), strict=True)
        clause = self.agri[0] if self.agri else ""
        for name, figure in figures:
            clause = clause.replace(name, figure)
        return clause

    def agri_said(self, remark: str) -> tuple[int, Decimal, Decimal] | None:
        """The figures of that clause in a 备注; None where there is none."""
        text = fold(remark)
        match = next((match for pattern in self._agri_figures if (match := pattern.search(text))), None)
        if match is None:
            return None
        heads, aid, fee = (Decimal(match[name].rstrip(".")) for name in ("heads", "aid", "fee"))
        return int(heads), aid, fee

    def says_gone(self, remark: str) -> bool:
        """Whether last term's 备注 says that a student left."""
        said = self.affirmed(clean(remark), frozenset(self.gone)) if self.gone else ""
        return any(word in said for word in self.gone)

    def affirmed(self, remark: str, words: frozenset[str]) -> str:
        """A 备注 in which each of these words that it denies is blotted out: 无留级、休学情况; but not one whose lack is what
        is to be said."""
        denied = self._denied.get(words)
        if denied is None:
            word, denial = _one_of(words - set(self.lacking)), _one_of(self.denials)
            joined = _one_of(("、", "/", *self.jump.joins))
            more = rf"(?:[^\W\d]{{0,2}}{joined})?{word}(?!\D{{0,2}}\d)"
            denied = self._denied[words] = re.compile(f"{denial}{word}(?:{more})*")
        return denied.sub("×", remark)

    def repeats(self, remark: str) -> bool:
        """Whether a 备注 only repeats that of the row above."""
        return _core(remark) in map(_core, self.above)

    def _said(self, text: str) -> str:
        """The reason without punctuation and without the clauses that say nothing."""
        whole = _core(text)
        if self._hollow(whole):
            return ""
        clauses = [_core(clause) for clause in _BETWEEN.split(text)]
        return "".join(clause for clause in clauses if not self._hollow(clause))

    def _hollow(self, clause: str) -> bool:
        """Whether a clause is nothing but empty phrases and fillers put together."""
        reached = {0}
        for end in range(1, len(clause) + 1):
            if any(start in reached and clause[start:end] in self._phrases for start in range(max(end - 30, 0), end)):
                reached.add(end)
        return len(clause) in reached

    @cached_property
    def _denied(self) -> dict[frozenset[str], re.Pattern[str]]:
        return {}

    @cached_property
    def _agri_begun(self) -> re.Pattern[str]:
        begins = dict.fromkeys(clause.partition("{")[0] for clause in self.agri)
        return re.compile("|".join(f"{re.escape(begin)}[^；;。]*" for begin in begins if begin) or "(?!)")

    @cached_property
    def _agri_figures(self) -> list[re.Pattern[str]]:
        found = []
        for clause in self.agri:
            pattern = re.escape(fold(clause)).replace(",", ",?")
            for name, figure in _AGRI.items():
                pattern = pattern.replace(re.escape(name), figure)
            found.append(re.compile(pattern))
        return found

    @cached_property
    def _phrases(self) -> frozenset[str]:
        return frozenset(filter(None, map(_core, (*self.empty, *self.filler))))


def _one_of(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; of none, for nothing."""
    ordered = sorted(filter(None, map(clean, words)), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, ordered))})" if ordered else "(?!)"


def _core(text: str) -> str:
    """Half width, lower case, no spaces, no punctuation."""
    return _SPACE.sub("", _BETWEEN.sub("", unicodedata.normalize("NFKC", clean(text)))).lower()


def _short(reason: str) -> str:
    text = " ".join(reason.split())
    return text if len(text) <= 20 else text[:19] + "…"
