"""The sheet `审核说明` in a live workbook: written reasons, which are no marks and stay when marks are cleared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiesuan.book import Book
from jiesuan.explain import LAPSED, NEEDLESS, PENDING, REFUSED, RETURNED, Absorbed, Explanation, absorbed, time_now
from jiesuan.explain.sheet import COLUMNS, HEADER_ROW, NAME, is_kept, kept_in, row_of
from jiesuan.marking.kept import INTRODUCTION, SIGNATURE
from jiesuan.marking.returned import came_back
from jiesuan.marking.rows import lines_of
from jiesuan.marking.styles import FILLS

from . import table
from .live import extent, live_sheet

_COLOURS = (("错误", (LAPSED, REFUSED, RETURNED)), ("核实", (PENDING,)), ("提示", (NEEDLESS,)))


def write_kept(book: Any, ours: Book, explanations: Sequence[Explanation]) -> None:
    """Let the sheet hold these explanations: made, changed, or emptied; `ours` has our own sheets as they were read."""
    name = next((sheet.name for sheet in ours.ours if is_kept(sheet)), None)
    if name is None:
        if explanations:
            _make(book, explanations)
        return
    if list(explanations) == kept_in(ours):
        return
    sheet = book.sheets[name]
    rows, _ = extent(sheet)
    if rows > HEADER_ROW:
        sheet.range((HEADER_ROW + 1, 1), (rows, len(COLUMNS))).clear_contents()
    _rows(sheet, explanations)


def _make(book: Any, explanations: Sequence[Explanation]) -> None:
    front = book.sheets.active
    taken = {sheet.name for sheet in book.sheets}
    name = next(name for name in (NAME, *(f"{NAME}{n}" for n in range(2, 10_000))) if name not in taken)
    sheet = book.sheets.add(name, after=book.sheets[-1])
    head = [(NAME, "title", 27), *((text, "quiet", 16) for text in INTRODUCTION)]
    table.write(sheet, 1, [*([text] for text, _, _ in head), [title for title, _, _ in COLUMNS]], COLUMNS)
    table.dress(sheet, head, HEADER_ROW, HEADER_ROW, COLUMNS)
    _rows(sheet, explanations)
    column = [title for title, _, _ in COLUMNS].index("核实状态") + 1
    area = sheet.range((HEADER_ROW + 1, column), (2000, column))
    state = area.get_address(False, True).split(":")[0].rstrip("0123456789")
    for number, (level, words) in enumerate(_COLOURS, 1):
        begins = ",".join(f'LEFT(INDEX({state}:{state},ROW()),{len(word)})="{word}"' for word in words)
        formula = f'=AND(LEN("{SIGNATURE}:{number}")>0,OR({begins}))'
        area.conditional_formats.add_custom(formula, fill_color="#" + FILLS[level][2:])
    front.activate()


def _rows(sheet: Any, explanations: Sequence[Explanation]) -> None:
    texts = [row_of(item) for item in explanations]
    if not texts:
        return
    table.write(sheet, HEADER_ROW + 1, texts, COLUMNS)
    table.dress_rows(sheet, HEADER_ROW + 1, HEADER_ROW + len(texts), COLUMNS)
    table.heights(sheet, HEADER_ROW + 1, [_height(line) for line in texts])


def _height(texts: Sequence[str]) -> int:
    sizes = (lines_of(text, size) for text, (_, size, kind) in zip(texts, COLUMNS, strict=True) if kind != "quiet")
    return min(14 * max(sizes) + 4, 400)


def our_sheets(book: Any, marked: Sequence[Any]) -> Book:
    """A book that holds nothing but the given sheets, as sheets of ours."""
    read = Book(book.name)
    read.ours = [live_sheet(sheet, *extent(sheet)) for sheet in marked]
    return read


def typed_in(read: Book) -> Absorbed:
    """What becomes of the reasons typed on `校验结果`, of a book that holds our own sheets."""
    from jiesuan.pack import load_pack

    pack = load_pack()
    levels = {code: rule.level for code, rule in pack.rules.items()}
    return absorbed(*came_back(read), levels, pack.wording, time_now())
