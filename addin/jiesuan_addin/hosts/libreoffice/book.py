"""A workbook open in LibreOffice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from jiesuan.marking.files import NotWritten, write_whole

from ..area import Area
from ..port import DefinedName, HostError
from .beyond import Beyond
from .formulas import to_excel, to_office
from .looks import Formats
from .office import Office
from .sheet import OfficeSheet

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
}
"""How LibreOffice calls the formats it can both open and save."""


class OfficeBook:
    """Saved by way of a private file: the user's file is replaced in one go or not at all."""

    def __init__(
        self, office: Office, document: Any, path: Path | None, read_only: bool, said: Beyond | None = None
    ) -> None:
        self.office = office
        self.document = document
        self.path = path
        self.read_only = read_only
        self.said = said or Beyond()
        self.formats = Formats(self)

    @property
    def _view(self) -> Any:
        return self.document.CurrentController

    def sheets(self) -> list[OfficeSheet]:
        sheets = self.document.Sheets
        return [OfficeSheet(self, sheets.getByIndex(place)) for place in range(sheets.Count)]

    def active(self) -> OfficeSheet:
        return OfficeSheet(self, self._view.ActiveSheet)

    def activate(self, sheet: OfficeSheet) -> None:
        self._view.setActiveSheet(sheet.sheet)

    def add(self, index: int, name: str) -> OfficeSheet:
        self.document.Sheets.insertNewByName(name, index)
        return OfficeSheet(self, self.document.Sheets.getByName(name))

    def remove(self, sheet: OfficeSheet) -> None:
        self.document.Sheets.removeByName(sheet.name)

    def move(self, sheet: OfficeSheet, index: int) -> None:
        names = list(self.document.Sheets.ElementNames)
        before = names.index(sheet.name)
        self.document.Sheets.moveByName(sheet.name, index + (1 if index > before else 0))

    def copy(self, sheet: OfficeSheet, index: int, name: str) -> OfficeSheet:
        self.document.Sheets.copyByName(sheet.name, name, index)
        return OfficeSheet(self, self.document.Sheets.getByName(name))

    def selection(self) -> Area:
        selected = self.document.CurrentSelection
        if hasattr(selected, "RangeAddress"):
            found = OfficeSheet.area_of(selected.RangeAddress)
        else:
            found = (
                OfficeSheet.area_of(selected.getByIndex(0).RangeAddress)
                if getattr(selected, "Count", 0)
                else Area(1, 1)
            )
        return found

    def select(self, area: Area) -> None:
        self._view.select(self.active().block(area))

    def names(self) -> list[DefinedName]:
        found = self._named(self.document.NamedRanges, None)
        for sheet in self.sheets():
            found += self._named(sheet.sheet.NamedRanges, sheet.name)
        return found

    @staticmethod
    def _named(ranges: Any, scope: str | None) -> list[DefinedName]:
        return [
            DefinedName(name, scope, "=" + to_excel(ranges.getByName(name).Content).removeprefix("="))
            for name in ranges.ElementNames
        ]

    def set_name(self, name: str, scope: str | None, refers_to: str | None) -> None:
        ranges = (self.document if scope is None else self.document.Sheets.getByName(scope)).NamedRanges
        if ranges.hasByName(name):
            ranges.removeByName(name)
        if refers_to is not None:
            origin = self.office.uno.createUnoStruct("com.sun.star.table.CellAddress", 0, 0, 0)
            ranges.addNewByName(name, to_office(refers_to.removeprefix("=")), origin, 0)

    def properties(self) -> dict[str, str]:
        custom = self.document.DocumentProperties.UserDefinedProperties
        names = [item.Name for item in custom.PropertySetInfo.Properties]
        return {name: str(custom.getPropertyValue(name)) for name in names}

    @property
    def protected(self) -> bool:
        return self.said.locked or bool(self.document.isProtected())

    def set_automatic(self, on: bool) -> None:
        self.document.enableAutomaticCalculation(on)

    def calculate(self) -> None:
        self.document.calculateAll()

    def save(self, path: Path) -> None:
        """Raises HostError where the format or the folder does not allow it."""
        kind = FILTERS.get(path.suffix.lower())
        if kind is None:
            raise HostError(f"不能存成 {path.suffix or '没有后缀'} 的文件。请用 .xlsx 结尾的文件名。")
        self._view.Frame.activate()  # the active sheet is saved as the front window shows it
        with tempfile.TemporaryDirectory(dir=self.office.home) as folder:
            draft = Path(folder, f"book{path.suffix.lower()}")
            self.document.storeToURL(draft.as_uri(), self.office.properties(FilterName=kind))
            data = draft.read_bytes()
        try:
            write_whole(path, data)
        except NotWritten as error:
            raise HostError(error.message) from error
        self.path, self.read_only = path, False

    def close(self) -> None:
        self.document.close(True)
