"""What columns a roster may have and how they are written: `roster.toml` of a pack."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

import msgspec

from ..majors import Majors
from ..pack import Pack, read_declaration
from ..text import fold


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """One column: its name, the other headings it comes under, and for a coded column its values."""

    name: str
    also: tuple[str, ...] = ()
    required: bool = False
    values: dict[str, tuple[str, ...]] = {}
    """Value → the other ways to write it."""

    @cached_property
    def headings(self) -> frozenset[str]:
        return frozenset(map(fold, (self.name, *self.also)))

    @cached_property
    def spelled(self) -> dict[str, str]:
        """Folded text → value."""
        return {fold(text): name for name, others in self.values.items() for text in (name, *others)}


class RosterInfo(Majors, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """`roster.toml`; a file of one's own may bring another catalogue of majors (`agri`) as well."""

    field: tuple[Field, ...]
    ignore: tuple[str, ...] = ()
    """Headings that are known and not asked about."""
    leaving_month_counts: bool = True
    """Whether the month in which a student leaves is still a head-month (人次)."""

    @cached_property
    def named(self) -> dict[str, Field]:
        return {field.name: field for field in self.field}

    def of_heading(self, text: str) -> Field | None:
        """The column that a heading names."""
        return self._by_heading.get(fold(text))

    @cached_property
    def ignored(self) -> frozenset[str]:
        return frozenset(map(fold, self.ignore))

    @cached_property
    def _by_heading(self) -> dict[str, Field]:
        return {heading: field for field in self.field for heading in field.headings}


def load_fields(pack: Pack, mapping: Path | None = None) -> RosterInfo:
    """The columns of a pack, or of a file of the user's own with the same keys; the catalogue of majors is the pack's where
    the file has none.  Raises PackError."""
    return _load(mapping or pack.file("roster.toml"), pack.majors.agri)


@cache
def _load(path: Path, agri: tuple[str, ...]) -> RosterInfo:
    info = read_declaration(path, RosterInfo)
    return info if info.agri else msgspec.structs.replace(info, agri=agri)
