"""How openpyxl cells look."""

from __future__ import annotations

import colorsys
import re
import unicodedata
from copy import copy
from typing import Any

from ..port import Aspect, Rgb

DEFAULTS: dict[Aspect, Any] = {
    "fill": None,
    "number_format": "General",
    "bold": False,
    "italic": False,
    "size": 11.0,
    "font_color": (0, 0, 0),
    "font_name": "Calibri",
    "wrap": False,
    "horizontal": "general",
    "vertical": "bottom",
}
"""A cell that nobody touched, in a new workbook."""

_FONT = {"bold": "b", "italic": "i", "size": "sz", "font_color": "color", "font_name": "name"}
_THEME = (
    *(f"{kind}{number}" for number in (1, 2) for kind in ("lt", "dk")),
    *(f"accent{number}" for number in range(1, 7)),
)
_OFFICE = ("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")
_TO_FILE = {"center_across_selection": "centerContinuous"}
_FROM_FILE = {file: name for name, file in _TO_FILE.items()}
_LINK = "FF0563C1"


def read(cell: Any, aspect: Aspect) -> Any:
    """One side of a cell's looks."""
    match aspect:
        case "fill":
            solid = cell.fill.fill_type not in (None, "none")
            return rgb(cell, cell.fill.fgColor) if solid else None
        case "number_format":
            return cell.number_format
        case "font_color":
            return rgb(cell, cell.font.color) or (0, 0, 0)
        case "bold" | "italic":
            return bool(getattr(cell.font, aspect))
        case "size":
            return float(cell.font.size or 11)
        case "font_name":
            return cell.font.name
        case "wrap":
            return bool(cell.alignment.wrap_text)
        case "horizontal":
            found = cell.alignment.horizontal or "general"
            return _FROM_FILE.get(found, found)
        case "vertical":
            return cell.alignment.vertical or "bottom"


def change(cell: Any, aspect: Aspect, value: Any) -> None:
    """Set one side of a cell's looks."""
    from openpyxl.styles import PatternFill
    from openpyxl.styles.colors import Color

    if aspect == "fill":
        cell.fill = PatternFill() if value is None else PatternFill("solid", fgColor=Color(argb(value)))
    elif aspect == "number_format":
        cell.number_format = value
    elif aspect in _FONT:
        font = copy(cell.font)
        if aspect == "font_color":
            value = None if value is None else Color(argb(value))
        setattr(font, _FONT[aspect], value)
        if aspect == "font_name":
            font.scheme = None
        cell.font = font
    else:
        alignment = copy(cell.alignment)
        setattr(alignment, "wrap_text" if aspect == "wrap" else aspect, _TO_FILE.get(value, value))
        cell.alignment = alignment


def change_link(cell: Any) -> None:
    """Blue and underlined, as programs show a hyperlink."""
    font = copy(cell.font)
    font.u, font.color = "single", _LINK
    cell.font = font


def argb(colour: Rgb) -> str:
    """(r, g, b) → `FFRRGGBB`."""
    return "FF{:02X}{:02X}{:02X}".format(*colour)


def rgb(cell: Any, colour: Any) -> Rgb | None:
    """An openpyxl colour (RGB, of the palette, or of the theme with its tint) as a triple; None for automatic."""
    if colour is None:
        return None
    if colour.type == "rgb":
        digits = str(colour.rgb)[-6:]
    elif colour.type == "theme":
        digits = _theme(cell.parent.parent, colour.theme)
    else:
        from openpyxl.styles.colors import COLOR_INDEX

        if not 0 <= colour.indexed < len(COLOR_INDEX):
            return None
        digits = COLOR_INDEX[colour.indexed][-6:]
    red, green, blue = (int(digits[place : place + 2], 16) for place in (0, 2, 4))
    return _tinted((red, green, blue), colour.tint or 0.0)


def _theme(workbook: Any, number: int) -> str:
    name = _THEME[number] if number < len(_THEME) else "dk1"
    text = (workbook.loaded_theme or b"").decode("utf-8", "replace")
    if match := re.search(rf"<a:{name}>\s*<a:(?:srgbClr val|sysClr [^>]*lastClr)=\"([0-9A-Fa-f]{{6}})\"", text):
        return match[1]
    return _OFFICE[number] if number < len(_OFFICE) else "000000"


def _tinted(colour: Rgb, tint: float) -> Rgb:
    """Lighter (tint > 0) or darker, by the rule of the file format."""
    if not tint:
        return colour
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def width(text: str) -> int:
    """Columns of half-width characters that a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
