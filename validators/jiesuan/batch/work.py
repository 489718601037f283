"""What one worker does, on this machine or on another: plain data in, plain data out, no file touched."""

from __future__ import annotations

import contextlib
import gc
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..session import Failure, broken, collector_paused, is_blank, open_workbook
from .people import people_of
from .store import Checked, packed

if TYPE_CHECKING:
    from ..bind import Workbook
    from ..report import Report
    from ..term import Term

MEMORY = 3 << 30
"""Address space of a worker on this machine; one workbook that needs more is told too large."""


@dataclass(frozen=True)
class Setting:
    """What all files of a batch are checked with."""

    secret: bytes = field(repr=False)
    by: str
    term: Term | None = None


@dataclass(frozen=True)
class Item:
    """One file to check."""

    path: str
    sha256: str
    data: bytes = field(repr=False)


def prepare(limited: bool = True) -> None:
    """Start of a worker process: bounds, and no life without the parent."""
    import multiprocessing
    import os
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    if limited:
        _limit()
    _load()
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


def _load() -> None:
    """Load what every file needs, and spare the collector from walking over it after each chunk."""
    import pandera.pandas

    from .. import check, marking
    from ..pack import load_pack

    load_pack()
    assert check and marking and pandera
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit remains
        return
    for what, size in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):  # macOS refuses some
            resource.setrlimit(what, (size, size))


def check_chunk(items: list[Item], setting: Setting) -> list[Checked]:
    """Check files, many in one pass; every failure of one of them is its own."""
    with collector_paused():
        return _check_chunk(items, setting)  # the workbooks are gone before the collector wakes


def _check_chunk(items: list[Item], setting: Setting) -> list[Checked]:
    opened = [open_workbook(Path(PurePosixPath(item.path).name), term=setting.term, data=item.data) for item in items]
    bound = [workbook for workbook in opened if not isinstance(workbook, Failure)]
    reports = iter(_reports(bound))
    found = []
    for item, workbook in zip(items, opened, strict=True):
        report = workbook if isinstance(workbook, Failure) else next(reports)
        found.append(_checked(item, workbook, report, setting))
    return found


def _reports(workbooks: list[Workbook]) -> list[Report | Failure]:
    """The reports; where one workbook breaks the common pass, each on its own."""
    from ..check import check_workbook, check_workbooks

    try:
        return list(check_workbooks(workbooks))
    except Exception:
        alone: list[Report | Failure] = []
        for workbook in workbooks:
            try:
                alone.append(check_workbook(workbook))
            except Exception as error:
                alone.append(broken(Path(workbook.book.name), error))
        return alone


def _checked(item: Item, workbook: Workbook | Failure, report: Report | Failure, setting: Setting) -> Checked:
    from ..explain import judge
    from ..marking.returned import came_back

    if isinstance(workbook, Failure) or isinstance(report, Failure):
        failure = report if isinstance(report, Failure) else workbook
        assert isinstance(failure, Failure)
        return Checked(sha256=item.sha256, by=setting.by, kind=failure.kind, message=failure.message)
    try:
        report.blank = is_blank(workbook)
        kept, typed = came_back(workbook.book)
        judged = judge(workbook, report, kept, typed, now="").report
    except Exception as error:
        failure = broken(Path(workbook.book.name), error)
        return Checked(sha256=item.sha256, by=setting.by, kind=failure.kind, message=failure.message)
    judged.file = ""
    return Checked(
        sha256=item.sha256,
        by=setting.by,
        result=packed(judged),
        roles={role: table.sheet.name for role, table in workbook.tables.items()},
        answered=bool(kept or typed),
        printed=str(workbook.printed or ""),
        people=people_of(workbook, setting.secret),
    )


def loaded() -> str:
    """The version a worker runs."""
    from .. import __version__

    return f"{__version__} {sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Question:
    """Cells of one workbook to be read once more: the numbers of those who stand in two workbooks."""

    item: Item
    sheet: str
    column: str
    rows: tuple[int, ...]


def numbers_at(questions: list[Question]) -> list[dict[int, str]]:
    """Row → identity number; nothing where the workbook cannot be read again."""
    from ..identity import spelled
    from ..reading import UnreadableFile, open_book
    from ..ref import column_number

    found: list[dict[int, str]] = []
    for question in questions:
        try:
            sheet = open_book(Path("a"), data=question.item.data).sheet(question.sheet)
        except (UnreadableFile, KeyError):
            found.append({})
            continue
        column = column_number(question.column)
        found.append({row: spelled(sheet.value(row, column)) for row in question.rows})
    return found
