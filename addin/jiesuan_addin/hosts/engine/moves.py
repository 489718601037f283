"""Where Ctrl with an arrow key leads, and how far a block of filled cells reaches."""

from __future__ import annotations

from collections.abc import Mapping, Set

from ..area import Area
from ..port import Plain


def jump(line: Mapping[int, Plain], here: int, step: int, last: int) -> int:
    """From `here` to the end of the filled stretch, or over the gap to the next filled cell, or to the sheet's end.

    `line` holds the values of one row or column by their places; `step` is 1 or -1, `last` the sheet's last place.
    """

    def filled(place: int) -> bool:
        return line.get(place) is not None

    place = here
    if filled(here) and filled(here + step):
        while place != last and filled(place + step):
            place += step
        return place
    limit = max(line, default=here) if step > 0 else 1
    while (limit - place) * step > 0:
        place += step
        if filled(place):
            return place
    return last


def region(filled: Set[tuple[int, int]], start: Area) -> Area:
    """The block of filled cells (row, column) around a cell: it ends where a whole row or column beside it is empty."""
    found = start
    while True:
        top, left = max(found.row - 1, 1), max(found.column - 1, 1)
        ring = Area(top, left, found.last_row + 2 - top, found.last_column + 2 - left)
        grown = found
        for row, column in filled & set(ring.cells()):
            grown = grown.hull(Area(row, column))
        if grown == found:
            return found
        found = grown
