"""Marks in a live workbook, the same as in files (`jiesuan.marking`): a conditional format of our own per run of cells, a
note, and the sheet `校验结果`; so either side clears what the other has marked, and no format of the user's is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from jiesuan.book import Book
from jiesuan.explain import LAPSED, REFUSED, RETURNED, Judgement
from jiesuan.explain.sheet import NAME as KEPT
from jiesuan.marking.kept import SIGNATURE as KEPT_SIGNATURE
from jiesuan.marking.mark import Found, by_sheet, fills_of, free_name, gravest, note_text
from jiesuan.marking.notes import RULE, START
from jiesuan.marking.result import (
    COLUMNS,
    HEADER_ROW,
    MAX_ROWS,
    STATE,
    afterwards_lines,
    listed,
    ordered,
    row_height,
    row_of,
    row_texts,
    summary_lines,
    takes_reason,
)
from jiesuan.marking.sheet import SIGNATURE
from jiesuan.marking.styles import FILLS
from jiesuan.reading.scan import parse_area
from jiesuan.ref import compress, letters
from jiesuan.report import Finding
from jiesuan.rule import LEVELS

from . import native, table
from .kept import write_kept
from .trouble import Trouble, protected

Cell = tuple[int, int]
Area = tuple[int, int, int, int]

_SHEET = re.compile(rf'"{SIGNATURE}:(?:result|calc):(\d+)[:"]')
"""In a sheet of ours, with the number of the sheet that was in front before it."""
_SHOWN = (True, -1)


def runs(cells: Iterable[Cell]) -> Iterator[Area]:
    """Cells as rectangles: each is one write."""
    for text in compress(cells).split(","):
        area = parse_area(text) if text else None
        if area is not None:
            yield area


def put_marks(book: Any, read: Book, judgement: Judgement) -> list[str]:
    """Mark every finding, in place of marks that are there; `read` is the workbook as it was read.  Returns the names of
    sheets too protected to be marked."""
    report = judgement.report
    active = clear_marks(book, find_marks(book))
    if active is None:
        front = book.sheets.active.name
        active = next(number for number, sheet in enumerate(book.sheets) if sheet.name == front)
    write_kept(book, read, judgement.kept)
    result = free_name([sheet.name for sheet in book.sheets])
    found = by_sheet(ordered(report))
    left_out = []
    for sheet in book.sheets:
        cells = found.get(sheet.name)
        if not cells:
            continue
        if native.is_protected(sheet):
            left_out.append(sheet.name)
        else:
            _mark_sheet(sheet, _shown(cells, read.sheet(sheet.name).merges), result)
    _write_result(book, judgement, result, active)
    return left_out


def _shown(cells: Found, merges: Sequence[Area]) -> Found:
    """The cells, those under a merged range as its first cell."""
    shown: Found = {}
    for (row, column), items in cells.items():
        area = next((a for a in merges if a[0] <= row <= a[2] and a[1] <= column <= a[3]), None)
        shown.setdefault(area[:2] if area else (row, column), []).extend(items)
    return {cell: sorted(items, key=lambda item: item[0]) for cell, items in shown.items()}


def _mark_sheet(sheet: Any, cells: Found, result: str) -> None:
    """Fills and notes of one sheet."""
    order: dict[str, int] = {level: number for number, level in enumerate(LEVELS)}
    for level, (word, _, wanted) in zip(LEVELS, fills_of(cells, order), strict=True):
        for top, left, bottom, right in runs(wanted):
            _color(sheet.range((top, left), (bottom, right)), word, level)
    there = {(note.location.row, note.location.column): note for note in sheet.notes}
    for cell, items in gravest(cells):
        text, note = note_text(items, result), there.get(cell)
        if note is None:
            note = sheet.range(cell).add_note(text)
        else:
            text = note.text + RULE + text
            note.text = text
        native.fit(note, text)


def _color(cells: Any, word: str, level: str, condition: str = "") -> None:
    """Our conditional format: always true (or where the condition holds), and found again by its formula."""
    sign = f'LEN("{SIGNATURE}:{word}")>0'
    formula = f"=AND({sign},{condition})" if condition else f"={sign}"
    cells.conditional_formats.add_custom(formula, fill_color="#" + FILLS[level][2:])


class Marks(NamedTuple):
    """All marks of a workbook, whoever made them."""

    results: list[Any]
    """Sheets of ours that go with them."""
    kept: list[Any]
    """Sheets of ours that stay."""
    marked: list[tuple[Any, list[Any], list[Any]]]
    """(sheet, our conditional formats, notes with our text)."""
    number: int | None
    """Of the sheet that was in front before they were made, from 0; None where the workbook has no sheet of marks."""


def find_marks(book: Any) -> Marks:
    """The marks in a workbook.  Raises Trouble where they cannot be taken out of a protected sheet."""
    results: list[Any] = []
    kept_sheets: list[Any] = []
    marked: list[tuple[Any, list[Any], list[Any]]] = []
    number: int | None = None
    for sheet in book.sheets:
        rules = [(rule, text) for rule in sheet.cells.conditional_formats if (text := _formula(rule))]
        tail = next((found for _, text in rules if (found := _SHEET.search(text))), None)
        if tail is not None:
            results.append(sheet)
            number = int(tail[1][:4])
            continue
        if any(f'"{KEPT_SIGNATURE}:' in text for _, text in rules) or sheet.name.startswith(KEPT):
            kept_sheets.append(sheet)
        ours = [rule for rule, text in rules if f'"{SIGNATURE}:' in text]
        notes = [note for note in sheet.notes if START.search(note.text or "")]
        if ours or notes:
            marked.append((sheet, ours, notes))
    locked = [sheet.name for sheet, _, _ in marked if native.is_protected(sheet)]
    if locked:
        raise Trouble("表上有以前的标记，去不掉：" + protected(locked))
    return Marks(results, kept_sheets, marked, number)


def clear_marks(book: Any, marks: Marks) -> int | None:
    """Take all marks out; the number of the sheet that was in front before they were made."""
    for _, ours, notes in marks.marked:
        for rule in reversed(ours):
            rule.delete()
        for note in reversed(notes):
            _without_ours(note)
    _delete(book, marks.results, marks.number)
    return marks.number


def _without_ours(note: Any) -> None:
    """Cut our text off a note, or take the note away where it is all ours."""
    text = note.text or ""
    found = START.search(text)
    before = text[: found.start()] if found else text
    if before.strip():
        note.text = before
    else:
        note.delete()


def is_marked(book: Any) -> bool:
    """Whether there is anything to clear."""
    return any(
        any(f'"{SIGNATURE}:' in _formula(rule) for rule in sheet.cells.conditional_formats)
        or any(START.search(note.text or "") for note in sheet.notes)
        for sheet in book.sheets
    )


def _formula(rule: Any) -> str:
    return (rule.formula or "") if rule.type == "custom" else ""


def _delete(book: Any, sheets: Sequence[Any], number: int | None) -> None:
    """Delete our sheets of marks, and come back to the sheet that was in front before."""
    names = {sheet.name for sheet in sheets}
    left = [sheet for sheet in book.sheets if sheet.name not in names and sheet.visible in _SHOWN]
    if not sheets or not left:
        return
    if book.sheets.active.name in names:
        others = [sheet for sheet in book.sheets if sheet.name not in names]
        before = others[number] if number is not None and number < len(others) else left[0]
        (before if before.visible in _SHOWN else left[0]).activate()
    app = book.app
    shown = app.display_alerts
    app.display_alerts = False
    try:
        for sheet in sheets:
            sheet.delete()
    finally:
        app.display_alerts = shown


def _write_result(book: Any, judgement: Judgement, name: str, active: int) -> None:
    """The sheet `校验结果`."""
    report = judgement.report
    front = book.sheets.active
    findings = listed(report)[:MAX_ROWS]
    known = {sheet.name for sheet in book.sheets}
    head = summary_lines(report)
    lines = []
    for index, finding in enumerate(findings):
        texts = row_texts(finding, judgement.remark(finding), explained=index >= len(report.findings))
        lines.append([*texts[:3], _link(finding, known), *texts[4:]])
    last = max(row_of(len(findings)) - 1, HEADER_ROW)
    rows = [[text] for text, _, _ in head]
    rows += [[] for _ in range(HEADER_ROW - 1 - len(rows))]
    rows += [[title for title, _, _ in COLUMNS], *lines, [], *map(list, afterwards_lines(report))]
    sheet = book.sheets.add(name, after=book.sheets[-1])
    table.write(sheet, 1, rows, COLUMNS)
    table.dress(sheet, head, HEADER_ROW, last, COLUMNS, [takes_reason(finding) for finding in findings])
    if lines:
        native.filter_buttons(sheet.range((HEADER_ROW, 1), (last, len(COLUMNS))))
    table.heights(sheet, HEADER_ROW + 1, [row_height([*line[:3], "", *line[4:]]) for line in lines])
    # By the row it stands in, so that colours follow when rows are sorted; the number serves whoever clears.
    for level in LEVELS:
        area = sheet.range((HEADER_ROW + 1, 1), (max(last, HEADER_ROW + 1), 1))
        _color(area, f"result:{active}", level, f'INDEX($A:$A,ROW())="{level}"')
    state = letters(STATE)
    begins = ",".join(
        f'LEFT(INDEX(${state}:${state},ROW()),{len(word)})="{word}"' for word in (LAPSED, REFUSED, RETURNED)
    )
    area = sheet.range((HEADER_ROW + 1, STATE), (max(last, HEADER_ROW + 1), STATE))
    area.conditional_formats.add_custom(f"=OR({begins})", fill_color="#" + FILLS[LEVELS[0]][2:])
    front.activate()


def _link(finding: Finding, known: set[str]) -> str:
    """A formula that leads to the cell; the address alone where there is no such place."""
    if not finding.cell or finding.sheet not in known:
        return finding.cell
    target = "#'" + finding.sheet.replace("'", "''") + "'!" + finding.cell.split(",")[0]
    return '=HYPERLINK("{}","{}")'.format(target.replace('"', '""'), finding.cell)
