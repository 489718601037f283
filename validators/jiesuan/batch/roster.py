"""学校名单: the schools a bureau expects workbooks from, and which of them a name means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from ..bind.beyond import foot_pattern
from ..book import Book, Sheet
from ..pack import load_pack
from ..share import SUFFIXES, shares_file
from ..text import clean, fold
from ..usage import Misuse

NAMES = ("学校名称", "单位名称", "院校名称", "技工院校名称", "报送单位", "学校", "单位", "名称", "校名")
SETS = ("隶属", "隶属关系", "类别", "性质", "学校性质", "办学性质", "省属市属", "套表")
FORMER = "曾用名"
ALIKE = 0.72
"""How like a name must be to one on the roster before it is taken for a way of writing it."""
_ORDINAL = re.compile(r"[0-9一二三四五六七八九十甲乙丙丁东西南北]")
_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]?(?![0-9])")
_DIGITS = "零一二三四五六七八九"
_TOP = 20
_SCHOOL = re.compile(r"[校院](\([^()]*\))?$")
"""How names of schools end."""
_DATE = r"(?:20\d\d|二[〇零○o][一二三四五六七八九〇零○]{2})[年./-]"
_SENTENCE = r".*(?:[;!?]|\.$)"
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+[,.]|\([一二三四五六七八九十]+\)[,.]?)")


@dataclass(frozen=True)
class Listed:
    """One school on the roster."""

    name: str
    set: str = ""
    """省属 or 市属, empty where the roster does not say."""
    row: int = 0
    more: dict[str, str] = field(default_factory=dict, compare=False)
    """The other columns by their heading."""

    @property
    def former(self) -> tuple[str, ...]:
        """Names it had before."""
        return tuple(name.strip() for name in re.split("[、,，;；/]", self.more.get(FORMER, "")) if name.strip())


class Roster(NamedTuple):
    """What a workbook lists."""

    schools: list[Listed]
    left: list[tuple[str, str]]
    """(sheet, why) of sheets that list something, but not these schools."""


def read_roster(path: Path, pack: str = "") -> list[Listed]:
    """The schools listed in a workbook, in its order.  Raises Misuse."""
    return roster_in(open_roster(path), pack).schools


def open_roster(path: Path) -> Book:
    """A workbook that lists schools.  Raises Misuse where it cannot be read or lists none."""
    from ..reading import UnreadableFile, open_book

    try:
        book = open_book(path)
    except UnreadableFile as error:
        raise Misuse(f"学校名单“{path.name}”读不了：{error.message}") from error
    if not roster_in(book).schools:
        raise Misuse(
            f"“{path.name}”里没有找到学校名单：第一行写“学校名称”（可再写“隶属”：省属、市属），下面一行一所学校。"
        )
    return book


def roster_in(book: Book, pack: str = "") -> Roster:
    """The schools of all sheets together that list schools, each once, by the words of a pack; those of hidden sheets only where
    no other lists any."""
    found: dict[str, Listed] = {}
    left: list[tuple[str, str]] = []
    first = ""
    for sheet in sorted(book.sheets, key=lambda sheet: not sheet.visible):
        title, listed = _listed(sheet, pack)
        if not listed:
            continue
        first = first or title
        if found and not sheet.visible:
            left.append((sheet.name, "隐藏的表，没有算进学校名单；要算的请取消隐藏"))
        elif title != first and not re.search("[校院]", title):
            left.append((sheet.name, f"没有算进学校名单：列标题是“{title}”；是学校的请改成“学校名称”"))
        else:
            for item in listed:
                known = found.get(fold(item.name))
                found[fold(item.name)] = item if known is None else _joined(known, item)
    return Roster(list(found.values()), left)


def _joined(one: Listed, other: Listed) -> Listed:
    """What two lines say of one school; where they differ, as the first says."""
    return Listed(one.name, one.set or other.set, one.row, {**other.more, **one.more})


def _listed(sheet: Sheet, pack: str) -> tuple[str, list[Listed]]:
    """The heading over the names, and the schools below it; nothing where there is no such heading."""
    head = next(
        (row for row, line in enumerate(sheet.values[:_TOP], 1) if any(_is(value, NAMES) for value in line)), None
    )
    if head is None:
        return "", []
    titles = {column: clean(str(value)) for column, value in enumerate(sheet.values[head - 1], 1) if value is not None}
    name_at = min((column for column, title in titles.items() if _is(title, NAMES)), key=lambda c: _rank(titles[c]))
    set_at = next((column for column, title in titles.items() if _is(title, SETS)), 0)
    found: list[Listed] = []
    words, noted = _words(pack), False
    for row in range(head + 1, len(sheet.values) + 1):
        value = sheet.value(row, name_at)
        name = clean(value) if isinstance(value, str) else ""
        texts = {title: clean(str(v)) for c, title in titles.items() if (v := sheet.value(row, c)) is not None}
        school = _SCHOOL.search(fold(name)) is not None
        # What begins the row speaks for it, 合计 before “3所”; 审核通过 before a school does not.
        before = [] if school else [fold(v) for v in sheet.values[row - 1][: name_at - 1] if isinstance(v, str)]
        spoken = [text for text in (*before[:1], fold(name)) if text]
        note = any(words.note.match(text) for text in spoken)
        noted = noted or note
        if not name or note or any(words.sums(text) for text in spoken) or _is(name, NAMES):
            continue
        if noted and not school and len(texts) == 1:
            continue  # a note goes on in the lines below it
        belongs = clean(str(sheet.value(row, set_at) or "")) if set_at else ""
        found.append(Listed(name, set_of(belongs), row, texts))
    return titles[name_at], found


class _Words(NamedTuple):
    """How the lines of a list are known that are no schools, by their folded text."""

    note: re.Pattern[str]
    total: re.Pattern[str]
    number: re.Pattern[str]
    labels: frozenset[str]

    def sums(self, text: str) -> bool:
        """Whether it counts the schools above it, or names the kind of those below."""
        return bool(self.total.search(text) or self.number.fullmatch(text)) or _NUMBERED.sub("", text) in self.labels


@cache
def _words(pack: str) -> _Words:
    """The words of a pack; without one those of the program's own."""
    info = (load_pack(pack) if pack else load_pack()).info
    begins, totals, counts = (
        "|".join(re.escape(fold(word)) for word in words) or "(?!)"
        for words in (info.foot.schools, info.foot.totals, info.foot.counts)
    )
    members = (member for axis in info.labels.values() for member in axis.items())
    return _Words(
        re.compile(rf"{foot_pattern(info.foot).pattern}|{begins}|{_DATE}|{_SENTENCE}"),
        re.compile(rf"^(?:{totals})|(?:{totals})$"),
        re.compile(
            rf"(?:共[有计]?|合?计|总[计数])?:?(?:\d+|[一二三四五六七八九十百]+)(?:{counts})(?:技?工?[学院]校|单位)?\.?"
        ),
        frozenset(_NUMBERED.sub("", fold(label)) for name, also in members for label in (name, *also)),
    )


def _is(value: object, names: Iterable[str]) -> bool:
    return isinstance(value, str) and fold(value) in names


def _rank(title: str) -> int:
    return NAMES.index(fold(title))


def set_of(text: str) -> str:
    """省属 or 市属 (市、县、区属 all fill the set 市属), empty for anything else."""
    if "省属" in text:
        return "省属"
    return "市属" if re.search("[市县区]属|[市县区](本级|直)", text) else ""


def same_school(one: str, other: str, pack: str) -> float:
    """How surely two names mean the same school by the words and places of a pack, 0 to 1.  第一 and 第二 are never the same,
    第2 and 第二 may be; nor are schools of two places, nor those whose names differ in more than words all schools use; where
    a name has no others, not in these either: a town may have a 技工学校 and a 高级技工学校."""
    a, b = fold(one), fold(other)
    if a == b:
        return 1.0
    a, b = (_NUMBER.sub(_in_characters, name) for name in (a, b))
    if _ORDINAL.findall(a) != _ORDINAL.findall(b):  # in their order: 十三 is not 三十
        return 0.0
    mine, theirs = _told_by(a, pack), _told_by(b, pack)
    if (
        mine.core != theirs.core
        or (not _ORDINAL.sub("", mine.core) and mine.kind != theirs.kind)
        or mine.places != theirs.places
        or (mine.city or theirs.city) != (theirs.city or mine.city)
    ):
        return 0.0
    alike = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()
    return min(alike, 0.99) if alike >= ALIKE else 0.0


class _Told(NamedTuple):
    """What tells a school from others."""

    core: str
    places: frozenset[str]
    """Counties, towns and districts."""
    city: frozenset[str]
    """Often left away."""
    kind: str
    """The words that all schools use, without the place."""


@lru_cache(maxsize=1 << 14)
def _told_by(name: str, pack: str) -> _Told:
    """A folded name taken apart."""
    place, word, above, cities = _patterns(pack)
    found = frozenset(match[1] for match in place.finditer(name))
    rest = place.sub("", name)
    return _Told(word.sub("", rest), found - cities, found & cities, above.sub("", rest))


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], frozenset[str]]:
    """What finds a place of a pack's share table, a word that all schools use, the province and kinds of place; and the cities."""
    pack = load_pack(name)
    shares = shares_file(pack)
    places, suffixes, words = (
        "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))
        for texts in (shares.places() | shares.cities(), SUFFIXES, map(fold, pack.info.school_words))
    )
    above = re.compile(f"{re.escape(pack.info.region.split('/')[0]) or '(?!)'}省?|省|[市县区]|第")
    return re.compile(f"({places})(?:{suffixes})?"), re.compile(words or "(?!)"), above, shares.cities()


def _in_characters(number: re.Match[str]) -> str:
    """12 as 十二."""
    tens, ones = divmod(int(number[0]), 10)
    return (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def match(names: Iterable[str], roster: Iterable[Listed], pack: str) -> dict[str, Listed]:
    """Which school of the roster each name means, in a batch of that pack: the same name; else the only one that it may be a
    way of writing, where no other name is or may be that one.  All others are left out: no two names are taken for one school
    but by their letters."""
    wanted = list(dict.fromkeys(names))
    by_name = {fold(item.name): item for item in roster}
    by_core: dict[str, list[Listed]] = {}
    for key, item in by_name.items():
        by_core.setdefault(_core(key, pack), []).append(item)
    found = {name: by_name[fold(name)] for name in wanted if fold(name) in by_name}
    meant = {
        name: [item for item in by_core.get(_core(fold(name), pack), ()) if same_school(name, item.name, pack)]
        for name in wanted
    }
    # What is like a school already reported is no other way of writing another one, either.
    claims: dict[str, set[str]] = {}
    for name, items in meant.items():
        for item in items:
            claims.setdefault(item.name, set()).add(fold(name))
    for name, items in meant.items():
        if name not in found and len(items) == 1 and len(claims[items[0].name]) == 1:
            found[name] = items[0]
    return found


def _core(name: str, pack: str) -> str:
    """What two folded names must have in common to be of one school."""
    return _told_by(_NUMBER.sub(_in_characters, name), pack).core
