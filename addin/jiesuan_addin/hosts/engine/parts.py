"""Note, Font and FreezePanes of a headless host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from ..area import parse_area
from ..port import Rgb
from .values import colour

if TYPE_CHECKING:
    from .range import Range
    from .sheet import Sheet


class Note(base_classes.Note):
    """The note of one cell."""

    def __init__(self, sheet: Sheet, row: int, column: int, text: str) -> None:
        self.sheet = sheet
        self.row, self.column = row, column
        self._text = text

    @property
    def api(self) -> Note:
        return self

    @property
    def text(self) -> str:
        return self._text

    @text.setter
    def text(self, value: str) -> None:
        self.location.require_unlocked()
        self.sheet.port.set_note(self.row, self.column, value)
        self._text = value

    @property
    def author(self) -> str:
        return ""

    @property
    def location(self) -> Range:
        return self.sheet.range((self.row, self.column))

    def delete(self) -> None:
        self.location.require_unlocked()
        self.sheet.port.set_note(self.row, self.column, None)


class Font(base_classes.Font):
    """The font of a range; None where its cells differ."""

    def __init__(self, parent: Range) -> None:
        self.parent = parent

    @property
    def api(self) -> Font:
        return self

    @property
    def bold(self) -> bool | None:
        return self.parent.aspect("bold")  # type: ignore[no-any-return]

    @bold.setter
    def bold(self, value: bool) -> None:
        self.parent.set_aspect("bold", bool(value))

    @property
    def italic(self) -> bool | None:
        return self.parent.aspect("italic")  # type: ignore[no-any-return]

    @italic.setter
    def italic(self, value: bool) -> None:
        self.parent.set_aspect("italic", bool(value))

    @property
    def size(self) -> float | None:
        return self.parent.aspect("size")  # type: ignore[no-any-return]

    @size.setter
    def size(self, value: float) -> None:
        self.parent.set_aspect("size", float(value))

    @property
    def color(self) -> Rgb | None:
        return self.parent.aspect("font_color")  # type: ignore[no-any-return]

    @color.setter
    def color(self, value: Any) -> None:
        self.parent.set_aspect("font_color", colour(value))

    @property
    def name(self) -> str | None:
        return self.parent.aspect("font_name")  # type: ignore[no-any-return]

    @name.setter
    def name(self, value: str) -> None:
        self.parent.set_aspect("font_name", value)


class FreezePanes(base_classes.FreezePanes):
    """Rows and columns kept in view."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def freeze_at(self, frozen_range: str) -> None:
        """Keep everything in view down to and including these cells."""
        self.sheet.port.freeze(parse_area(frozen_range))

    def unfreeze(self) -> None:
        self.sheet.port.freeze(None)
