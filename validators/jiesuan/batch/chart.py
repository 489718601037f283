"""Charts as inline SVG: a strip of shares, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

COLORS = {
    "通过": "#2e7d32", "需核实": "#f9a825", "未能全查": "#fbc02d", "退回修改": "#c62828", "空表": "#ad1457",
    "读不了": "#6a1b9a", "未报": "#616161", "错误": "#c62828", "核实": "#f9a825", "提示": "#1565c0",
}  # fmt: skip
WIDTH = 640


def strip(parts: Sequence[tuple[str, int]]) -> str:
    """One bar cut into named shares, with a legend."""
    total = sum(count for _, count in parts)
    boxes, names, left = [], [], 0.0
    for index, (name, count) in enumerate(parts):
        wide = WIDTH * count / total
        boxes.append(
            f'<rect x="{left:.1f}" y="0" width="{wide:.1f}" height="34" fill="{COLORS.get(name, "#888")}">'
            f"<title>{escape(name)} {count}</title></rect>"
        )
        x, y = 4 + index % 4 * 160, 58 + index // 4 * 24
        names.append(
            f'<rect x="{x}" y="{y - 11}" width="13" height="13" fill="{COLORS.get(name, "#888")}"/>'
            f'<text x="{x + 19}" y="{y}">{escape(name)} {count} 所</text>'
        )
        left += wide
    height = 70 + (max(len(parts) - 1, 0) // 4) * 24
    return _svg(height, "".join(boxes + names), "各校情况")


def bars(rows: Sequence[tuple[str, int, str]]) -> str:
    """(name, count, level) as horizontal bars."""
    most = max(count for _, count, _ in rows)
    room, parts = 330, []
    for index, (name, count, level) in enumerate(rows):
        y = index * 24
        wide = max((WIDTH - room - 60) * count / most, 2)
        shown = name if len(name) <= 23 else name[:22] + "…"
        parts.append(
            f'<text x="{room - 8}" y="{y + 15}" text-anchor="end">{escape(shown)}</text>'
            f'<rect x="{room}" y="{y + 3}" width="{wide:.1f}" height="16" fill="{COLORS[level]}"/>'
            f'<text x="{room + wide + 6:.1f}" y="{y + 15}">{count}</text>'
        )
    return _svg(24 * len(rows) + 4, "".join(parts), "最常见的问题")


def _svg(height: int, content: str, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}" font-size="13" fill="#222" '
        f'xmlns="http://www.w3.org/2000/svg">{content}</svg>'
    )
