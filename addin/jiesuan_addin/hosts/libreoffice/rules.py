"""Conditional formats of a LibreOffice sheet: a formula, and a cell style of ours for each fill."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..area import Area
from ..port import Rgb, Rule
from .formulas import to_excel, to_office
from .looks import number, rgb

if TYPE_CHECKING:
    from .book import OfficeBook
    from .sheet import OfficeSheet

_CONDITION = 0
"""com.sun.star.sheet.ConditionEntryType.CONDITION."""
_STYLE = "jiesuan_"


def listed(sheet: OfficeSheet) -> list[Rule]:
    """All rules of a sheet; where several hold, the one made first wins."""
    found: list[Rule] = []
    for group in sheet.sheet.ConditionalFormats.getConditionalFormats():
        areas = tuple(sorted(sheet.area_of(address) for address in group.Range.getRangeAddresses()))
        for place in range(group.getCount()):
            entry = group.getByIndex(place)
            formula = fill = None
            if entry.getType() == _CONDITION and entry.Operator == _expression(sheet):
                formula = "=" + to_excel(entry.Formula1).removeprefix("=")
                fill = _fill(sheet, entry.StyleName)
            found.append(Rule((group.ID, place), areas, formula, fill))
    return found


def add(sheet: OfficeSheet, area: Area, formula: str, fill: Rgb | None) -> tuple[int, int]:
    """A rule on an area; its key."""
    ranges = sheet.book.document.createInstance("com.sun.star.sheet.SheetCellRanges")
    ranges.addRangeAddress(sheet.block(area).RangeAddress, False)
    formats = sheet.sheet.ConditionalFormats
    identity = formats.createByRange(ranges)
    group = next(group for group in formats.getConditionalFormats() if identity == group.ID)
    group.createEntry(_CONDITION, 0)
    entry = group.getByIndex(0)
    entry.Operator = _expression(sheet)
    entry.Formula1 = to_office(formula).removeprefix("=")
    entry.StyleName = _style(sheet, fill)
    return identity, 0


def remove(sheet: OfficeSheet, key: tuple[int, int]) -> None:
    """Take one rule away."""
    formats = sheet.sheet.ConditionalFormats
    for group in formats.getConditionalFormats():
        if key[0] == group.ID:
            if group.getCount() > 1:
                group.removeByIndex(key[1])
            else:
                formats.removeByID(key[0])


def _expression(sheet: OfficeSheet) -> int:
    return int(sheet.book.office.uno.getConstantByName("com.sun.star.sheet.ConditionFormatOperator.EXPRESSION"))


def _style(sheet: OfficeSheet, fill: Rgb | None) -> str:
    document = sheet.book.document
    name = _STYLE + ("none" if fill is None else f"{number(fill):06X}")
    if not document.StyleFamilies.getByName("CellStyles").hasByName(name):
        if any(each.protected for each in sheet.book.sheets()):
            _borrow(sheet.book, name, fill)
        else:
            _make(document, name, fill)
    return name


def _make(document: Any, name: str, fill: Rgb | None) -> None:
    styles = document.StyleFamilies.getByName("CellStyles")
    styles.insertByName(name, document.createInstance("com.sun.star.style.CellStyle"))
    if fill is not None:
        styles.getByName(name).CellBackColor = number(fill)


def _borrow(book: OfficeBook, name: str, fill: Rgb | None) -> None:
    """A style by way of another workbook: LibreOffice lets none be made where any sheet is protected, but takes it over."""
    office = book.office
    other = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, office.properties(Hidden=True))
    try:
        _make(other, name, fill)
        lender = Path(office.home, f"{name}.ods")
        other.storeToURL(lender.as_uri(), office.properties(FilterName="calc8"))
    finally:
        other.close(True)
    wanted = office.properties(LoadCellStyles=True, LoadPageStyles=False, OverwriteStyles=False)
    book.document.StyleFamilies.loadStylesFromURL(lender.as_uri(), wanted)


def _fill(sheet: OfficeSheet, name: str) -> Rgb | None:
    styles: Any = sheet.book.document.StyleFamilies.getByName("CellStyles")
    if not styles.hasByName(name):
        return None
    colour = styles.getByName(name).CellBackColor
    return None if colour == -1 else rgb(colour)
