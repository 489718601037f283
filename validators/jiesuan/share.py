"""How the province and a municipality or county share what is paid: `shares.toml` of a pack, and the exact split.

A place that the table does not list is never guessed at: `Shares.find` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

import msgspec

from .pack import Pack, PackError, read_table
from .policy import in_force
from .term import Term
from .text import fold

WHOLE = 10
"""Parts of the whole."""
SELF = "市本级"
CENT = Decimal("0.01")
_DISTRICT = re.compile(r".{2,}(?:[市县]|(?<![校院园厂学训])区)")
SUFFIXES = ("综合实验区", "自治县", "市", "县", "区")


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One issue of the table: bureau → place → tenths that the province pays."""

    since: str
    until: str = ""
    basis: str
    province: dict[str, dict[str, int]]


class Unlisted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place known not to be in the table."""

    bureau: str
    place: str
    note: str


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the province pays alone."""

    fund: str
    kind: str
    since: str
    until: str = ""
    basis: str


class SharesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`shares.toml`."""

    table: tuple[Table, ...]
    unlisted: tuple[Unlisted, ...] = ()
    whole: tuple[Whole, ...] = ()

    def places(self) -> frozenset[str]:
        """Every place named, listed or not, as `short` compares it; the bureaus' own schools are no place."""
        found = {name for table in self.table for names in table.province.values() for name in names}
        return frozenset(short(name) for name in (*found, *(item.place for item in self.unlisted)) if name != SELF)

    def cities(self) -> frozenset[str]:
        """Every bureau named, as `short` compares it."""
        found = {bureau for table in self.table for bureau in table.province}
        return frozenset(short(bureau) for bureau in (*found, *(item.bureau for item in self.unlisted)))

    def is_place(self, text: str) -> bool:
        """Whether a text names a county, town or district (`惠安`, `惠安县`, `同安区`), not a campus or an addition."""
        return short(text) in self.places() or bool(_DISTRICT.fullmatch(fold(text)))


@dataclass(frozen=True)
class Share:
    """What the table says of a place; `province` is None where it does not list it, and `note` says so."""

    bureau: str
    place: str
    province: int | None
    note: str

    @property
    def ratio(self) -> Decimal | None:
        """The province's part, 0.2 for 2:8."""
        return None if self.province is None else Decimal(self.province) / WHOLE


@dataclass(frozen=True)
class Shares:
    """The table in force in a term."""

    table: Table
    file: SharesFile
    term: Term

    @property
    def bureaus(self) -> tuple[str, ...]:
        return tuple(self.table.province)

    def rows(self, bureau: str = "") -> list[Share]:
        """All places listed, of one bureau or of all."""
        return [
            Share(city, place, tenths, self.table.basis)
            for city, places in self.table.province.items()
            if not bureau or city == bureau
            for place, tenths in places.items()
        ]

    def bureau(self, text: str) -> str:
        """The bureau a text names (`泉州`, `泉州市人力资源和社会保障局`), '' when it names none or several."""
        folded = fold(text)
        names = [*self.bureaus, *(item.bureau for item in self.file.unlisted)]
        hits = {name for name in names if folded.startswith((fold(name), short(name)))}
        return hits.pop() if len(hits) == 1 else ""

    def find(self, bureau: str, place: str = SELF) -> Share:
        """The share of a place (`惠安`, `惠安县`, `市本级`); `province` is None where the table does not list it."""
        city = self.bureau(bureau) or bureau
        wanted = short(place)
        for name, tenths in self.table.province.get(city, {}).items():
            alone = name == city and wanted == SELF
            if alone or wanted in (short(name), short(city) + short(name)):
                return Share(city, name, tenths, self.table.basis)
        for item in self.file.unlisted:
            if item.bureau == city and wanted in (short(item.place), short(city) + short(item.place)):
                return Share(city, item.place, None, f"未列入：{item.note}")
        return Share(city, place, None, f"未列入：分担比例表里没有“{city}”的“{place}”")

    def everywhere(self, place: str) -> list[Share]:
        """Every listed place of that name, whatever its bureau; a bureau's name gives all of its places."""
        city = self.bureau(place) if not short(place).startswith(SELF) else ""
        if city and short(place) == short(city):
            return self.rows(city) or [self.find(city)]
        found = [
            share
            for share in self.rows()
            if short(place) in (short(share.place), short(share.bureau) + short(share.place))
        ]
        known = (item for item in self.file.unlisted if short(item.place) == short(place))
        return found or [Share(item.bureau, item.place, None, f"未列入：{item.note}") for item in known]

    def alone(self, fund: str, kind: str) -> Whole | None:
        """The entry by which the province pays this alone, or None."""
        for item in self.file.whole:
            if (item.fund, item.kind) == (fund, kind) and in_force(item.since, item.until, self.term):
                return item
        return None


@lru_cache(maxsize=2048)
def short(place: str) -> str:
    """A place as compared: `惠安县` and `惠安` are one."""
    folded = fold(place)
    for suffix in SUFFIXES:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 2:
            return folded.removesuffix(suffix)
    return folded


def split(amount: Decimal, tenths: int) -> tuple[Decimal, Decimal]:
    """(province, municipality or county) of an amount in 元.  The province's part is rounded to one 分, half away from
    zero; the rest is the other's, so that the two always add up to the whole.  Raises ValueError for tenths not in
    0–10."""
    if not 0 <= tenths <= WHOLE:
        raise ValueError(f"分担比例应在 0 到 {WHOLE} 之间，不能是 {tenths}")
    part = (amount * tenths / WHOLE).quantize(CENT, ROUND_HALF_UP)
    return part, amount - part


def load_shares(pack: Pack, term: Term) -> Shares:
    """The table of a pack for a term.  Raises PackError."""
    file = shares_file(pack)
    for table in file.table:
        if in_force(table.since, table.until, term):
            return Shares(table, file, term)
    raise PackError(f"shares.toml：没有{term.title}的分担比例")


def shares_file(pack: Pack) -> SharesFile:
    """All of `shares.toml`, whatever the term.  Raises PackError."""
    return _file(pack.file("shares.toml"))


@lru_cache(maxsize=8)
def _file(path: Path) -> SharesFile:
    file = read_table(path, SharesFile)
    for table in file.table:
        for bureau, places in table.province.items():
            for place, tenths in places.items():
                if not 0 <= tenths <= WHOLE:
                    raise PackError(f"{path.name}：{bureau}{place} 的省级比例应在 0 到 {WHOLE} 之间")
    return file
