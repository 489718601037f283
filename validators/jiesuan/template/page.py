"""The printed page: A4 landscape, one page wide; how much fits on it, and where a long form is divided."""

from __future__ import annotations

from .laid import Laid

MARGINS = {"left": 0.4, "right": 0.4, "top": 0.55, "bottom": 0.6}
"""Inches."""
_PAPER = (11.69, 8.27)
_KEPT = 3
"""Rows of the table that stay with the signatures."""
_LOOSE = 0.25
"""Part of a page that may stay empty so that a section is not divided."""
_HIGHEST = 27.0
"""Points of a row of figures on a page with room to spare."""


def room(laid: Laid) -> float:
    """Points of row height that fit on one page, after shrinking the form to the width of the paper."""
    inches = sum(width * 7 + 5 for width in laid.widths) / 96
    scale = min(1.0, (_PAPER[0] - MARGINS["left"] - MARGINS["right"]) / inches)
    return (_PAPER[1] - MARGINS["top"] - MARGINS["bottom"]) * 72 / scale * 0.97


def stretch(laid: Laid) -> None:
    """Make the rows of a form that leaves much of its only page empty higher, for stamps and handwriting."""
    first, last = laid.body
    spare = room(laid) - sum(map(laid.height, range(1, laid.end + 1)))
    more = spare * 0.8 / (last - first + 1)
    if more > 2:
        for row in range(first, last + 1):
            laid.heights[row] = max(laid.height(row), min(laid.height(row) + more, _HIGHEST))


def page_breaks(laid: Laid) -> list[int]:
    """Rows after which a page ends.

    A page ends before a block of a grid; in a list at a section where that leaves the page well filled, else anywhere.
    Some rows of the table move over with the lines below it, so that signatures never stand alone on the last page.
    """
    limit = room(laid)
    heading = sum(map(laid.height, range(laid.head[0], laid.head[1] + 1)))
    breaks: list[int] = []
    top, used = 1, 0.0
    for row in range(1, laid.end + 1):
        if used + laid.height(row) > limit:
            latest = min(row, laid.body[1] - _KEPT + 1)
            start = max((start for start in laid.starts if top < start <= latest), default=0)
            if laid.form.kind != "grid" and sum(map(laid.height, range(start, latest))) > limit * _LOOSE:
                start = latest
            if start <= max(top, laid.head[1]):
                return breaks
            breaks.append(start - 1)
            top, used = start, heading + sum(map(laid.height, range(start, row)))
        used += laid.height(row)
    return breaks
