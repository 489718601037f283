"""计算 in a live workbook: what would be overwritten is listed first, formulas that stand there stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiesuan.report import amount, display
from jiesuan.text import mask

from . import native
from .checking import open_live
from .still import still
from .talk import DECLINED, Done
from .trouble import Trouble, protected

if TYPE_CHECKING:
    from jiesuan.calculate import Write

    from .talk import Talk

_LISTED = 12
"""Changes listed one by one in a message."""


def calc(book: Any, talk: Talk) -> Done:
    """计算: fill the blanks among the calculated cells; replace figures that differ after asking."""
    from jiesuan.calculate import calculate
    from jiesuan.left import left_cells

    workbook = open_live(book)
    formulas = {(sheet.name, cell) for sheet in workbook.book.sheets for cell in sheet.formulas}
    # The program itself brings the results of its formulas up to date.
    writes = [
        write for write in calculate(workbook) if (write.ref.sheet, (write.ref.row, write.ref.column)) not in formulas
    ]
    left = "\n".join(mask(item.said) for item in left_cells(workbook)[:_LISTED])
    if not writes:
        talk.tell(
            f"没有要改的。下面的格算不出，没有动：\n{left}" if left else "该算的都已经算好了，没有要改的。公式没有动。"
        )
        return Done()
    locked = [sheet.name for sheet in book.sheets if native.is_protected(sheet)]
    stopped = [name for name in locked if any(write.ref.sheet == name for write in writes)]
    if stopped:
        raise Trouble("没有计算：" + protected(stopped))
    filled = [write for write in writes if write.kind == "填入"]
    replaced = [write for write in writes if write.kind != "填入"]
    if replaced and not talk.ask(_question(filled, replaced)):
        talk.murmur("没有计算，什么也没有改。")
        return DECLINED
    with still(book.app):
        write_live(book, writes)
    rest = f"\n下面的格算不出，没有动：\n{left}" if left else ""
    talk.tell(f"已填入 {len(filled)} 格，改正 {len(replaced)} 格；公式没有动。请接着点“校验”。{rest}")
    return Done()


def _question(filled: list[Write], replaced: list[Write]) -> str:
    """What is going to be overwritten, old → new."""
    lines = [f"下面 {len(replaced)} 格里填的数与算出的不同，将改为算出的数："]
    lines += [
        f"{write.ref}  {mask(write.label)}：{display(write.old, write.unit)} → {amount(write.new, write.unit)}"
        for write in replaced[:_LISTED]
    ]
    if len(replaced) > _LISTED:
        lines.append(f"……另有 {len(replaced) - _LISTED} 格。")
    if filled:
        lines.append(f"另有 {len(filled)} 个空格将填上。")
    return "\n".join([*lines, "", "点“确定”写入，点“取消”什么也不改。"])


def write_live(book: Any, writes: list[Write]) -> None:
    """Write figures, one call for every rectangle of cells that lie together."""
    from .marks import runs

    for sheet in book.sheets:
        wanted = {(write.ref.row, write.ref.column): write for write in writes if write.ref.sheet == sheet.name}
        for top, left, bottom, right in runs(wanted):
            area = sheet.range((top, left), (bottom, right))
            cells = [[wanted[row, column] for column in range(left, right + 1)] for row in range(top, bottom + 1)]
            if any(isinstance(write.old, str) for line in cells for write in line):
                # In a cell formatted as text the figure would stay a text.
                area.number_format = "General"
            area.value = [[_number(write) for write in line] for line in cells]


def _number(write: Write) -> int | float:
    whole = int(write.new)
    return whole if whole == write.new else float(write.new)
