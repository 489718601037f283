"""Explaining and reviewing files from the outside: a reason or a verdict goes into the workbook, all else stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .explain import Explanation, Judgement, NotExplained, accept_all, address, give, judge, review, time_now
from .marked import as_converted, to_mark, write_result
from .marking import NotMarkable, clear, mark
from .marking.files import NotWritten, lock_of
from .marking.kept import with_kept
from .marking.returned import came_back
from .reading import UnreadableFile
from .report import Report
from .session import Failure, broken, failed, open_and_judge
from .text import mask

if TYPE_CHECKING:
    from .bind import Workbook
    from .term import Term

EXPLAINED, REVIEWED = "_已说明", "_已复核"


@dataclass
class Told:
    """What became of one file: how it stands now, and what was written."""

    report: Report
    kept: list[Explanation]
    output: str | None = None
    note: str = ""


Change = Callable[["Workbook", Judgement], tuple[list[Explanation], list[Explanation]]]
"""What to do to a judged workbook: all explanations, and those that changed.  Raises NotExplained."""


def explain_file(
    path: Path,
    target: Path,
    code: str,
    cell: str,
    reason: str,
    *,
    by: str = "",
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Told | Failure:
    """Write a reason for the finding of a rule at a cell into the file `target`."""

    def change(workbook: Workbook, judgement: Judgement) -> tuple[list[Explanation], list[Explanation]]:
        items, new = give(workbook, judgement, code, cell, reason, by=by, now=time_now())
        return items, [new]

    return _change(path, target, change, in_place=in_place, force=force, term=term, password=password)


def review_file(
    path: Path,
    target: Path,
    code: str,
    cell: str,
    verdict: str,
    *,
    comment: str = "",
    by: str = "",
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Told | Failure:
    """Write the verdict on an explanation, or without a code on all that wait for it, into the file `target`."""

    def change(_: Workbook, judgement: Judgement) -> tuple[list[Explanation], list[Explanation]]:
        if not code:
            return accept_all(judgement, by=by, now=time_now())
        return review(judgement, code, cell, verdict, comment=comment, by=by, now=time_now())

    return _change(path, target, change, in_place=in_place, force=force, term=term, password=password)


def explanations_of(path: Path, *, term: Term | None = None, password: str | None = None) -> Told | Failure:
    """The explanations in a file as they stand; nothing is written."""
    judged = open_and_judge(path, term=term, password=password)
    return judged if isinstance(judged, Failure) else Told(judged[1].report, judged[1].kept)


def _change(
    path: Path,
    target: Path,
    change: Change,
    *,
    in_place: bool,
    force: bool,
    term: Term | None,
    password: str | None,
) -> Told | Failure:
    judged = open_and_judge(path, term=term, password=password)
    if isinstance(judged, Failure):
        return judged
    workbook, judgement = judged
    try:
        items, changed = change(workbook, judgement)
        data, note = to_mark(path, workbook.book.sha256, in_place=in_place)
        if note:
            workbook, judgement = as_converted(path, judged, data, term=term)
            items, changed = change(workbook, judgement)
        after = _judged_again(workbook, judgement, items, changed)
        new = mark(data, after.report, after) if clear(data) != data else with_kept(data, after.kept)
        done = Told(after.report, after.kept)
        told = "，".join(f"{item.code} {address(item.place, item.cell)}" for item in changed[:3])
        told += f" 等 {len(changed)} 条" if len(changed) > 3 else ""
        word = changed[0].verdict
        done.note = f"{told} {f'已{word}' if word else '的说明已记下'}。{note}"
        done.note += write_result(path, target, data, new, in_place=in_place, force=force)
        done.output = mask(target.name)
    except NotExplained as error:
        return failed(path, "not-explained", str(error))
    except (UnreadableFile, NotMarkable) as error:
        return failed(path, error.kind, error.message)
    except NotWritten as error:
        return failed(path, "not-written", error.message)
    except Exception as error:
        return broken(path, error)
    if lock_of(path) is not None:
        done.note += "注意：原文件正在别的程序中打开，没有保存的改动不在内。"
    return done


def _judged_again(
    workbook: Workbook, judgement: Judgement, items: list[Explanation], changed: list[Explanation]
) -> Judgement:
    """How the workbook stands with the changed explanations; what is typed beside other findings still counts."""
    settled = {(item.code, item.place, item.cell) for item in changed}
    _, typed = came_back(workbook.book)
    others = [row for row in typed if (row.code, row.place, row.cell) not in settled]
    raw = judgement.raw or judgement.report
    return judge(workbook, raw, items, others, now=time_now())


__all__ = ["EXPLAINED", "REVIEWED", "Told", "explain_file", "explanations_of", "review_file"]
