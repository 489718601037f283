"""计算 from the outside: figures and formulas written into the received workbook, everything else in it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .bind import bind
from .left import left_cells
from .marked import to_mark, write_result
from .marking import NotMarkable, clear, mark
from .marking.files import NotWritten
from .reading import UnreadableFile
from .session import Calculated, Failure, broken, collector_paused, failed, judged, open_workbook
from .text import mask

if TYPE_CHECKING:
    from .bind import Workbook
    from .book import Cell, Value
    from .calculate import Write
    from .ref import Ref
    from .term import Term

_ROUNDS = 6
"""Times 计算 is run again because formulas of the user's own carry its results into cells it reads."""


def calculate_file(
    path: Path,
    target: Path | None,
    *,
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Calculated | Failure:
    """Calculate one file; with a target, write the figures into a copy of it, or into itself.  Where there is nothing to
    write a file is not touched."""
    with collector_paused():
        workbook = open_workbook(path, term=term, password=password)
        if isinstance(workbook, Failure):
            return workbook
        done = Calculated(
            mask(path.name), workbook.book.sha256, workbook.pack.info.id, workbook.set, str(workbook.term)
        )
        try:
            data, note = (b"", "") if target is None else to_mark(path, done.sha256, in_place=in_place)
            if note:
                # Of another format only the converted workbook tells where formulas stand.
                workbook = open_workbook(path, term=term, data=data)
                if isinstance(workbook, Failure):
                    return workbook
            workbook, done.writes, results = settled(workbook)
            done.left = left_cells(workbook)
            if target is None:
                done.note = "只是列出，没有写文件；加 -o 输出.xlsx 写成新文件。" if done.writes else ""
                return done
            new = filled(data, workbook, done.writes, results)
            if in_place and new == data:
                return done
            done.note = note + write_result(path, target, data, new, in_place=in_place, force=force)
            done.output = mask(target.name)
        except (UnreadableFile, NotMarkable, NotWritten) as error:
            return failed(path, "not-written", error.message)
        except Exception as error:
            return broken(path, error)
    if done.writes:
        done.note += "" if note else "只写了列出的格，别的内容都没有动；"
        done.note += "新旧值也列在“计算结果”表上。"
    return done


def settled(workbook: Workbook) -> tuple[Workbook, list[Write], dict[str, dict[Cell, Value]]]:
    """Calculate until nothing changes any more: the workbook bound to the final figures; every cell that changed, its first
    value against its last; and what the formulas of the workbook come to, by sheet."""
    from .calculate import calculate
    from .native import fresh_results
    from .number import QUANTUM, read_number

    found: dict[Ref, Write] = {}
    results: dict[str, dict[Cell, Value]] = {}
    for again in range(_ROUNDS):
        writes = calculate(workbook)
        if again and not writes:
            break
        for write in writes:
            found[write.ref] = replace(found[write.ref], new=write.new) if write.ref in found else write
        results = fresh_results(workbook.book)
        workbook = bind(workbook.book, workbook.pack, term=workbook.term, set_name=workbook.set)
    order = {sheet.name: number for number, sheet in enumerate(workbook.book.sheets)}
    changed = [
        write
        for write in found.values()
        if (old := read_number(write.old)).value is None or old.as_text or abs(old.value - write.new) >= QUANTUM
    ]
    return workbook, sorted(changed, key=lambda write: (order[write.ref.sheet], write.ref)), results


def filled(
    data: bytes, workbook: Workbook, writes: Sequence[Write], results: Mapping[str, Mapping[Cell, Value]]
) -> bytes:
    """The received workbook with what 计算 found: figures or formulas in the cells of `writes`, `results` in formula cells,
    and the sheet `计算结果`.  Marks that were there are made anew for the figures as they are now.  The same bytes where
    nothing is new.  Raises NotMarkable."""
    from .marking.changes import Changes, carried, listed
    from .marking.values import Entry, write_cells
    from .native import native_formulas

    plain = clear(data)
    formulas = native_formulas(workbook, writes)
    sheets = {sheet.name: sheet for sheet in workbook.book.sheets}
    entries: dict[str, dict[Cell, Entry]] = {}
    fresh = {name: dict(cells) for name, cells in results.items()}
    for write in writes:
        ref, value = write.ref, sheets[write.ref.sheet].value(write.ref.row, write.ref.column)
        if write.kind == "更新":
            fresh.setdefault(ref.sheet, {})[ref.row, ref.column] = value
        else:
            entries.setdefault(ref.sheet, {})[ref.row, ref.column] = Entry(value, formulas.get(ref))
    new = write_cells(plain, entries, fresh)
    if new == plain:
        return data
    changes = Changes(writes, frozenset(formulas)) if writes else carried(data)
    if workbook.book.reasons is not None:
        again = bind(workbook.book, workbook.pack, term=workbook.term, set_name=workbook.set)
        judgement = judged(again)
        return mark(new, judgement.report, judgement, changes)
    return new if changes is None else listed(new, changes)
