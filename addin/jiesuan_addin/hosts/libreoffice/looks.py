"""How cells look in LibreOffice."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..port import Aspect, Rgb

if TYPE_CHECKING:
    from .book import OfficeBook

_NAMES: dict[Aspect, tuple[str, ...]] = {
    "fill": ("CellBackColor",),
    "number_format": ("NumberFormat",),
    "bold": ("CharWeight", "CharWeightAsian"),
    "italic": ("CharPosture", "CharPostureAsian"),
    "size": ("CharHeight", "CharHeightAsian"),
    "font_color": ("CharColor",),
    "font_name": ("CharFontName", "CharFontNameAsian"),
    "wrap": ("IsTextWrapped",),
    "horizontal": ("HoriJustify",),
    "vertical": ("VertJustify",),
}
"""The property that is read, and those that are set along with it."""

_AUTOMATIC = -1
_BOLD, _PLAIN = 150.0, 100.0
_HORIZONTAL = {
    "general": "STANDARD",
    "left": "LEFT",
    "center": "CENTER",
    "right": "RIGHT",
    "justify": "BLOCK",
    "fill": "REPEAT",
}
_VERTICAL = {"bottom": 3, "top": 1, "center": 2, "justify": 4}
_CODES = re.compile(r'(?<![\w"\[])[YMDHS]+(?![\w"])')
"""Parts of dates and times, which LibreOffice writes in capitals."""
DATED, _CLOCK, LOGICAL = 2, 2 | 4, 1024
"""Kinds of number formats, as bits."""


class Formats:
    """The number formats of one document, by key and by text."""

    def __init__(self, book: OfficeBook) -> None:
        self._formats = book.document.NumberFormats
        self._english = book.office.uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")
        self._kinds: dict[int, int] = {}

    def kind(self, key: int) -> int:
        """What a format is for: `DATED`, `LOGICAL`, …"""
        if key not in self._kinds:
            self._kinds[key] = self._formats.getByKey(key).Type
        return self._kinds[key]

    def text(self, key: int) -> str:
        """The format as Excel writes it."""
        text = str(self._formats.getByKey(key).FormatString)
        return _CODES.sub(lambda match: match[0].lower(), text) if self.kind(key) & _CLOCK else text

    def key(self, text: str) -> int:
        """The key of a format given by its text."""
        key: int = self._formats.queryKey(text, self._english, False)
        return key if key >= 0 else int(self._formats.addNew(text, self._english))


def read(book: OfficeBook, block: Any, aspect: Aspect) -> Any:
    """One side of the looks of a range; None where its cells differ."""
    name = _NAMES[aspect][0]
    if block.getPropertyState(name).value == "AMBIGUOUS_VALUE":
        return None
    value = block.getPropertyValue(name)
    match aspect:
        case "fill":
            return None if value == _AUTOMATIC else rgb(value)
        case "font_color":
            return (0, 0, 0) if value == _AUTOMATIC else rgb(value)
        case "number_format":
            return book.formats.text(value)
        case "bold":
            return value >= _BOLD
        case "italic":
            return value.value == "ITALIC"
        case "size":
            return round(float(value), 1)
        case "horizontal":
            return next((name for name, office in _HORIZONTAL.items() if office == value.value), "general")
        case "vertical":
            return next((name for name, office in _VERTICAL.items() if office == value), "bottom")
        case _:
            return value


def change(book: OfficeBook, block: Any, aspect: Aspect, value: Any) -> None:
    """Set one side of the looks of a range.  Raises ValueError for an alignment that LibreOffice does not have."""
    uno = book.office.uno
    match aspect:
        case "fill" | "font_color":
            value = _AUTOMATIC if value is None else number(value)
        case "number_format":
            value = book.formats.key(value)
        case "bold":
            value = _BOLD if value else _PLAIN
        case "italic":
            value = uno.Enum("com.sun.star.awt.FontSlant", "ITALIC" if value else "NONE")
        case "horizontal":
            value = uno.Enum("com.sun.star.table.CellHoriJustify", _known(_HORIZONTAL, value))
        case "vertical":
            value = _known(_VERTICAL, value)
    for name in _NAMES[aspect]:
        block.setPropertyValue(name, value)


def _known(table: dict[str, Any], name: str) -> Any:
    if name not in table:
        raise ValueError(f"LibreOffice 没有这种对齐方式：{name}")
    return table[name]


def rgb(colour: int) -> Rgb:
    """0xRRGGBB → (r, g, b)."""
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255


def number(colour: Rgb) -> int:
    """(r, g, b) → 0xRRGGBB."""
    red, green, blue = colour
    return red << 16 | green << 8 | blue
