"""What 计算 leaves alone, and why: cells that follow from one that cannot be read."""

from __future__ import annotations

from typing import NamedTuple

from .bind import Workbook
from .book import Cell
from .calculate import left_alone
from .gather import TROUBLES, unreadable
from .ref import compress, quoted


class Left(NamedTuple):
    """Cells of one sheet that are left alone for one reason."""

    sheet: str
    cells: str
    """Areas: `F19,F46`."""
    why: str
    """Chinese, naming the cell that cannot be read."""

    @property
    def said(self) -> str:
        """`免学费!F19,F46 没有算：免学费!F17 不是数`."""
        return f"{quoted(self.sheet)}!{self.cells} 没有算：{self.why}"


def left_cells(workbook: Workbook) -> list[Left]:
    """The calculated cells that have to be left alone, in the order of the sheets; where formulas stand these go on."""
    found: list[Left] = []
    for table in workbook.tables.values():
        reasons: dict[str, set[Cell]] = {}
        for (name, index), cells in left_alone(table, workbook.pack, workbook.term).items():
            why = unreadable(table, name, index) or f"{table.ref(name, index)} {TROUBLES['merged']}"
            reasons.setdefault(why, set()).update(cells)
        found += [Left(table.sheet.name, compress(cells), why) for why, cells in reasons.items()]
    order = {sheet.name: number for number, sheet in enumerate(workbook.book.sheets)}
    return sorted(found, key=lambda left: order[left.sheet])
