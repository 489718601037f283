"""The months in the headings of a sheet: which season they are of."""

from __future__ import annotations

from ..term import MONTHS
from .headers import Labels, heading

ROWS = 20
"""Month headings stand in the first rows of a sheet."""


def other_season(labels: Labels, season: str) -> list[tuple[str, tuple[int, int]]]:
    """The headings that are months of the other season, in their order, each with its cell; none where at least one is
    of this season or where they are too few to tell."""
    texts = {
        heading(value): (row, column)
        for row, line in enumerate(labels.sheet.values[:ROWS], 1)
        for column, value in enumerate(line, 1)
        if isinstance(value, str)
    }
    if any(f"{month}月" in texts for month in MONTHS[season]):
        return []
    others = (f"{month}月" for name, months in MONTHS.items() if name != season for month in months)
    hits = [(month, texts[month]) for month in others if month in texts]
    return hits if len(hits) >= 3 else []
