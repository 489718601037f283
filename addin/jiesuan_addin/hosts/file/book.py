"""A workbook held by openpyxl."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from jiesuan.book import Book, Sheet
from jiesuan.marking.files import NotWritten, write_whole
from jiesuan.recalculate import recalculate

from ..area import Area, parse_area
from ..engine.values import for_cell
from ..port import DefinedName, HostError, Plain
from .losses import losses
from .sheet import FileSheet, constant


class FileBook:
    """Keeps the openpyxl workbook and, beside it, the results of its formulas."""

    def __init__(self, workbook: Any, path: Path | None, read_only: bool, original: bytes, seen: Book | None) -> None:
        self.workbook = workbook
        self.path = path
        self.read_only = read_only or (path is not None and not os.access(path, os.W_OK))
        self.original = original
        self.results: dict[str, dict[tuple[int, int], Plain]] = {}
        self.stale = False
        self.automatic = True
        for sheet in seen.sheets if seen else ():
            self.results[sheet.name] = {cell: for_cell(sheet.value(*cell)) for cell in sheet.formulas}
            self.stale = self.stale or bool(sheet.uncached)

    def sheets(self) -> list[FileSheet]:
        return [FileSheet(self, sheet) for sheet in self.workbook._sheets]

    def active(self) -> FileSheet:
        return FileSheet(self, self.workbook.active)

    def activate(self, sheet: FileSheet) -> None:
        self.workbook.active = sheet.sheet
        for each in self.workbook._sheets:
            view = each.sheetViews if hasattr(each, "sheetViews") else each.views
            view.sheetView[0].tabSelected = each is sheet.sheet

    def add(self, index: int, name: str) -> FileSheet:
        return FileSheet(self, self._keeping_front(lambda: self.workbook.create_sheet(name, index)))

    def remove(self, sheet: FileSheet) -> None:
        front = self.workbook.active
        place = self.workbook._sheets.index(sheet.sheet)
        self.results.pop(sheet.name, None)
        self.workbook.remove(sheet.sheet)
        self.stale = True
        seen = [each for each in self.workbook._sheets if each.sheet_state == "visible"]
        near = self.workbook._sheets[min(place, len(self.workbook._sheets) - 1)]
        self.activate(FileSheet(self, front if front in self.workbook._sheets else near if near in seen else seen[0]))

    def move(self, sheet: FileSheet, index: int) -> None:
        def moved() -> None:
            self.workbook._sheets.remove(sheet.sheet)
            self.workbook._sheets.insert(index, sheet.sheet)

        self._keeping_front(moved)

    def copy(self, sheet: FileSheet, index: int, name: str) -> FileSheet:
        copied = self._keeping_front(lambda: self.workbook.copy_worksheet(sheet.sheet))
        copied.title = name
        made = FileSheet(self, copied)
        self.move(made, index)
        self.results[name] = dict(self.results.get(sheet.name, {}))
        self.stale = True
        return made

    def _keeping_front(self, change: Any) -> Any:
        """Do something to the order of sheets; openpyxl knows the active one only by its place."""
        front = self.workbook.active
        result = change()
        self.workbook.active = front
        return result

    def selection(self) -> Area:
        return parse_area(self.workbook.active.sheet_view.selection[-1].sqref.split()[0])

    def select(self, area: Area) -> None:
        for selection in self.workbook.active.sheet_view.selection:
            selection.activeCell, selection.sqref = area.first.address, area.address

    def names(self) -> list[DefinedName]:
        found = [DefinedName(name, None, f"={item.attr_text}") for name, item in self.workbook.defined_names.items()]
        for sheet in self.workbook.worksheets:
            found += [
                DefinedName(name, sheet.title, f"={item.attr_text}") for name, item in sheet.defined_names.items()
            ]
        return found

    def set_name(self, name: str, scope: str | None, refers_to: str | None) -> None:
        from openpyxl.workbook.defined_name import DefinedName as Defined

        holder = self.workbook if scope is None else self.workbook[scope]
        if refers_to is None:
            holder.defined_names.pop(name, None)
        else:
            holder.defined_names[name] = Defined(name, attr_text=refers_to.removeprefix("="))

    def properties(self) -> dict[str, str]:
        return {item.name: str(item.value) for item in self.workbook.custom_doc_props.props}

    @property
    def protected(self) -> bool:
        return bool(self.workbook.security and self.workbook.security.lockStructure)

    def set_automatic(self, on: bool) -> None:
        self.calculate()
        self.automatic = on

    def calculate(self) -> None:
        """Results for all formulas that `jiesuan.recalculate` understands; others keep the last one known."""
        if not self.stale:
            return
        book = Book("", [self._for_core(sheet) for sheet in self.workbook.worksheets])
        recalculate(book)
        for sheet in book.sheets:
            known = self.results.get(sheet.name, {})
            self.results[sheet.name] = {
                cell: known.get(cell) if cell in sheet.uncached else for_cell(sheet.value(*cell))
                for cell in sheet.formulas
            }
        self.stale = False

    def _for_core(self, worksheet: Any) -> Sheet:
        sheet = Sheet(worksheet.title)
        known = self.results.get(worksheet.title, {})
        for (row, column), cell in sorted(worksheet._cells.items()):
            if cell.data_type == "f":
                text = cell.value if isinstance(cell.value, str) else None
                sheet.put(row, column, known.get((row, column)) if text is None else None, (text or "=")[1:])
                if text is not None:
                    sheet.uncached.add((row, column))
            elif (value := constant(cell)) is not None:
                sheet.put(row, column, value)
        return sheet

    def formula_texts(self) -> Iterator[str]:
        """All formulas of cells and names, to look for what they refer to."""
        for sheet in self.workbook.worksheets:
            yield from (str(cell.value) for cell in sheet._cells.values() if cell.data_type == "f")
        yield from (name.refers_to for name in self.names())

    def save(self, path: Path) -> None:
        """Write the workbook in one go.  Raises HostError where the format or the folder does not allow it, or where
        the file in its place would lose something that openpyxl does not keep."""
        kind = ".xlsm" if self.workbook.vba_archive else ".xlsx"
        if path.suffix.lower() != kind:
            raise HostError(f"文件宿主只能把这个工作簿存成 {kind} 文件。请换用以 {kind} 结尾的文件名。")
        self.workbook.calculation.fullCalcOnLoad = True
        buffer = BytesIO()
        self.workbook.save(buffer)
        data = buffer.getvalue()
        if lost := losses(self.original, data):
            raise HostError(
                f"没有保存“{path.name}”：用文件宿主保存会丢掉其中的{'、'.join(lost)}。"
                "请改用 jiesuan check --mark，或在 Excel、LibreOffice 里操作。"
            )
        try:
            write_whole(path, data)
        except NotWritten as error:
            raise HostError(error.message) from error
        self.path, self.read_only, self.original = path, False, data

    def close(self) -> None:
        self.workbook.close()
