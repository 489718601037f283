"""What the pack knows of majors by their names: `majors.toml`."""

from __future__ import annotations

from functools import cached_property

import msgspec

from .text import fold


class Majors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """The catalogue of 涉农专业 (闽技助文〔2024〕5号 第4列 and 教助中心〔2021〕60号 tell them from the others)."""

    agri: tuple[str, ...] = ()
    """Names, or parts of names, of 涉农专业; empty where the pack has no catalogue."""

    def is_agri(self, major: str) -> bool:
        """Whether a major is 涉农 by its name."""
        folded = fold(major)
        return any(word in folded for word in self._agri)

    @cached_property
    def _agri(self) -> tuple[str, ...]:
        return tuple(map(fold, self.agri))
