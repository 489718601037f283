"""What a headless host must be able to do: a handful of operations on whole rectangles of cells.

The xlwings side (`hosts.engine`) is written once over these protocols; `hosts.file` and `hosts.libreoffice` fulfil them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from jiesuan.book import ErrorValue

from .area import Area

Plain = None | bool | float | str | ErrorValue | dt.datetime
"""What stands in a cell: numbers are always floats, as a spreadsheet program hands them over."""

Rgb = tuple[int, int, int]

Aspect = Literal[
    "fill", "number_format", "bold", "italic", "size", "font_color", "font_name", "wrap", "horizontal", "vertical"
]
"""One side of how cells look.  `fill` and `font_color` are Rgb or None, `size` is in points."""


class HostError(Exception):
    """The host refuses an operation; a Chinese sentence with the way out."""


class DefinedName(NamedTuple):
    """A name of the workbook, or of one sheet (`scope`); `refers_to` begins with `=`."""

    name: str
    scope: str | None
    refers_to: str


class Rule(NamedTuple):
    """A conditional format.  `formula` (with `=`) and `fill` are None where it is of another kind; `key` is the host's."""

    key: Any
    areas: tuple[Area, ...]
    formula: str | None
    fill: Rgb | None


class SheetPort(Protocol):
    """One sheet of an open workbook."""

    name: str
    visible: bool

    @property
    def protected(self) -> bool:
        """Whether locked cells refuse to be changed."""

    @property
    def is_chart(self) -> bool:
        """Whether this is a chart sheet, without cells."""

    def locked(self, area: Area) -> bool:
        """Whether any cell of the area is locked (which matters only on a protected sheet)."""

    def extent(self) -> Area:
        """The used range; A1 alone on an empty sheet."""

    def values(self, area: Area) -> list[list[Plain]]:
        """The values (results of formulas) of an area, row by row."""

    def formulas(self, area: Area) -> list[list[str]]:
        """The formulas with their `=`, constants as they would be typed, '' for empty cells."""

    def write(self, area: Area, rows: Sequence[Sequence[Plain]]) -> None:
        """Set a whole area; a text that begins with `=` is a formula, None empties the cell."""

    def aspect(self, area: Area, aspect: Aspect) -> Any:
        """How the cells of an area look; None where they differ."""

    def set_aspect(self, area: Area, aspect: Aspect, value: Any) -> None:
        """Make all cells of an area look so."""

    def clear(self, area: Area, contents: bool, formats: bool) -> None:
        """Empty cells and/or take their formats (and, with both, their notes) away."""

    def notes(self) -> dict[tuple[int, int], str]:
        """All notes of the sheet, by cell in reading order."""

    def note(self, row: int, column: int) -> str | None:
        """The note of one cell, if it has one."""

    def set_note(self, row: int, column: int, text: str | None) -> None:
        """Put a note on a cell in place of any other; None takes it away."""

    def link(self, row: int, column: int) -> str | None:
        """Where the hyperlink of a cell leads; `#工作表!A1` inside the workbook."""

    def set_link(self, row: int, column: int, target: str, text: str, tip: str | None) -> None:
        """Make a cell a hyperlink that shows `text`."""

    def merges(self) -> list[Area]:
        """The merged areas."""

    def merge(self, area: Area) -> None:
        """Join the cells of an area."""

    def unmerge(self, area: Area) -> None:
        """Take apart every merged area that touches this one."""

    def size(self, row: int | None, column: int | None) -> float:
        """Height of a row in points, or width of a column in characters."""

    def set_size(self, area: Area, *, height: float | None = None, width: float | None = None) -> None:
        """Set the height of the rows or the width of the columns of an area."""

    def fit(self, area: Area, rows: bool, columns: bool) -> None:
        """Fit rows and/or columns to what they show."""

    def hidden_rows(self) -> set[int]:
        """The rows in use that are hidden."""

    def hidden_columns(self) -> set[int]:
        """The columns in use that are hidden."""

    def set_hidden(self, area: Area, hidden: bool, rows: bool) -> None:
        """Hide or show the rows (else: columns) of an area."""

    def rules(self) -> list[Rule]:
        """The conditional formats of the sheet, the one that wins first."""

    def add_rule(self, area: Area, formula: str, fill: Rgb | None, stop: bool) -> Any:
        """A conditional format by a formula, before all others (LibreOffice can only put it behind); its key."""

    def remove_rule(self, key: Any) -> None:
        """Take one conditional format away."""

    def freeze(self, area: Area | None) -> None:
        """Keep the rows above and the columns left of an area's end in view; None lets go."""

    def print_across(self, titles: int) -> None:
        """Let the sheet be printed across, one page wide and as many long as it takes, with one row on every page."""

    def filter(self, area: Area) -> None:
        """Put filter buttons on the first row of an area, which has more rows."""

    def grid(self, area: Area, colour: Rgb) -> None:
        """Thin lines around all cells of an area."""


class BookPort(Protocol):
    """An open workbook."""

    @property
    def path(self) -> Path | None:
        """Where the workbook was opened from or saved to last; None while it was never saved."""

    @property
    def read_only(self) -> bool:
        """Whether it can be saved only under another name."""

    def sheets(self) -> Sequence[SheetPort]:
        """All sheets in order, chart sheets included."""

    def active(self) -> SheetPort:
        """The sheet in front."""

    def activate(self, sheet: SheetPort) -> None:
        """Bring a sheet to the front."""

    def add(self, index: int, name: str) -> SheetPort:
        """A new sheet before the one at `index` (from 0)."""

    def remove(self, sheet: SheetPort) -> None:
        """Delete a sheet."""

    def move(self, sheet: SheetPort, index: int) -> None:
        """Bring a sheet to a place (from 0, counted without the sheet itself)."""

    def copy(self, sheet: SheetPort, index: int, name: str) -> SheetPort:
        """A copy of a sheet before the one at `index`."""

    def selection(self) -> Area:
        """The selected cells of the active sheet."""

    def select(self, area: Area) -> None:
        """Select cells of the active sheet."""

    def names(self) -> list[DefinedName]:
        """The defined names, those of the workbook first."""

    def set_name(self, name: str, scope: str | None, refers_to: str | None) -> None:
        """Define a name, or with None delete it."""

    def properties(self) -> dict[str, str]:
        """The custom document properties, as texts."""

    @property
    def protected(self) -> bool:
        """Whether sheets can be neither added, removed nor renamed."""

    def set_automatic(self, on: bool) -> None:
        """Whether results of formulas follow every change."""

    def calculate(self) -> None:
        """Bring all results of formulas up to date."""

    def save(self, path: Path) -> None:
        """Write the workbook.  Raises HostError where that cannot be done."""

    def close(self) -> None:
        """Let go of the workbook without saving."""


class ProgramPort(Protocol):
    """The program that holds the workbooks."""

    @property
    def pid(self) -> int:
        """A number of its own; of the process where there is one."""

    @property
    def version(self) -> str:
        """Version numbers with dots."""

    def open(self, path: Path, read_only: bool, password: str | None) -> BookPort:
        """Open a file.  Raises HostError or UnreadableFile."""

    def new(self) -> BookPort:
        """A new workbook with one empty sheet."""

    def quit(self) -> None:
        """End; every workbook is closed without saving."""
