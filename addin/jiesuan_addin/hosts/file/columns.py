"""Widths of columns in openpyxl, which keeps a run of equal columns under the first one's letter."""

from __future__ import annotations

from copy import copy
from typing import Any

from jiesuan.ref import column_number, letters

DEFAULT_WIDTH = 8.43


def _covering(sheet: Any, column: int) -> Any:
    for letter, dimension in sheet.column_dimensions.items():
        first = dimension.min or column_number(letter)
        if first <= column <= (dimension.max or first):
            return dimension
    return None


def width(sheet: Any, column: int) -> float:
    """Width of a column in characters."""
    dimension = _covering(sheet, column)
    if dimension is not None and dimension.customWidth:
        return float(dimension.width)
    return float(sheet.sheet_format.defaultColWidth or DEFAULT_WIDTH)


def hidden(sheet: Any, column: int) -> bool:
    """Whether a column is hidden."""
    dimension = _covering(sheet, column)
    return dimension is not None and bool(dimension.hidden)


def change(sheet: Any, first: int, last: int, **properties: Any) -> None:
    """Set properties of the columns from first to last; runs that reach beyond are cut there."""
    _cut(sheet, first)
    _cut(sheet, last + 1)
    column = first
    while column <= last:
        dimension = _covering(sheet, column)
        if dimension is None:
            dimension = sheet.column_dimensions[letters(column)]
            dimension.min, dimension.max = column, column
        for key, value in properties.items():
            setattr(dimension, key, value)
        column = (dimension.max or column) + 1


def _cut(sheet: Any, column: int) -> None:
    """Let a run of columns end before this one and another begin with it."""
    dimension = _covering(sheet, column)
    if dimension is None:
        return
    first = dimension.min or column
    if first == column:
        return
    rest = copy(dimension)
    rest.index, rest.min, rest.max = letters(column), column, dimension.max
    dimension.max = column - 1
    sheet.column_dimensions[letters(column)] = rest
