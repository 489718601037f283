"""Working on one file from the outside: open, bind, check or calculate, with every failure as a value."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .text import mask

if TYPE_CHECKING:
    from .bind import Workbook
    from .calculate import Write
    from .explain import Judgement
    from .left import Left
    from .report import Report
    from .term import Term

Further = Callable[["Workbook", "Report"], None]
"""Checks that need more than the workbook; they add to its report."""
OOXML = (".xlsx", ".xlsm", ".xltx", ".xltm")
"""Suffixes of workbooks that are written into as they are."""


@dataclass(frozen=True)
class Failure:
    """A file that could not be worked on: slug and Chinese message with a way out."""

    file: str
    kind: str
    message: str


@dataclass
class Calculated:
    """What 计算 did to one file."""

    file: str
    sha256: str
    pack: str
    set_name: str
    term: str
    writes: list[Write] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    """What could not be computed, and why."""
    output: str | None = None
    note: str = ""

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(write.kind for write in self.writes))


def open_workbook(
    path: Path, *, term: Term | None = None, password: str | None = None, data: bytes | None = None
) -> Workbook | Failure:
    """Read and bind a file (or `data` read from it) without a result sheet of ours; every failure comes back as a
    `Failure`."""
    from .bind import bind
    from .bind.workbook import NotBound
    from .marking.returned import without_result
    from .pack import PackError, load_pack
    from .reading import UnreadableFile, open_book

    try:
        book = open_book(path, password=password, data=data)
        book.reasons = without_result(book)
        return bind(book, load_pack(), term=term)
    except UnreadableFile as error:
        return failed(path, error.kind, error.message)
    except NotBound as error:
        return failed(path, error.kind, error.message)
    except PackError:
        raise
    except Exception as error:
        return broken(path, error)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector: checking makes very many small objects that all live to the end, and the collector
    would walk over them again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def check_file(
    path: Path, *, term: Term | None = None, password: str | None = None, further: Further | None = None
) -> Report | Failure:
    """Check one file."""
    checked = open_and_check(path, term=term, password=password, further=further)
    return checked if isinstance(checked, Failure) else checked[1]


def open_and_check(
    path: Path, *, term: Term | None = None, password: str | None = None, further: Further | None = None
) -> tuple[Workbook, Report] | Failure:
    """Check one file, for those who need the workbook beside its report."""
    judged = open_and_judge(path, term=term, password=password, further=further)
    return judged if isinstance(judged, Failure) else (judged[0], judged[1].report)


def open_and_judge(
    path: Path,
    *,
    term: Term | None = None,
    password: str | None = None,
    further: Further | None = None,
    data: bytes | None = None,
) -> tuple[Workbook, Judgement] | Failure:
    """Check one file (or `data` made of it) and judge the explanations that came with it."""
    with collector_paused():
        workbook = open_workbook(path, term=term, password=password, data=data)
        if isinstance(workbook, Failure):
            return workbook
        try:
            return workbook, judged(workbook, further)
        except Exception as error:
            return broken(path, error)


def judged(workbook: Workbook, further: Further | None = None) -> Judgement:
    """Check a bound workbook and judge the explanations that came with it."""
    from .check import check_workbook
    from .explain import judge, time_now
    from .marking.returned import came_back

    report = check_workbook(workbook)
    report.blank = is_blank(workbook)
    if further is not None:
        further(workbook, report)
    return judge(workbook, report, *came_back(workbook.book), now=time_now())


def is_blank(workbook: Workbook) -> bool:
    """Whether nobody has filled in anything yet: no figure but 0, no student."""
    for table in workbook.tables.values():
        if table.is_list and table.details():
            return False
        for bound in table.columns.values():
            if bound.column.role not in ("input", "computed"):
                continue
            if any(number.value or number.trouble not in ("", "uncached") for number in bound.numbers):
                return False
    return True


def targets(files: Sequence[Path], out: Path | None, *, in_place: bool) -> list[Path | None]:
    """Where the result of each file goes."""
    many = len(files) > 1
    found: list[Path | None] = []
    for path in files:
        if in_place:
            found.append(path)
        elif out is None:
            found.append(None)
        elif not many and not out.is_dir():
            found.append(out)
        else:
            suffix = path.suffix if path.suffix.lower() in OOXML else ".xlsx"
            found.append(unused(out, f"{path.stem}_已计算", suffix, found))
    return found


def unused(folder: Path, stem: str, suffix: str, taken: Sequence[Path | None]) -> Path:
    """A name in a folder that no other file of the same call goes to."""
    number, target = 2, folder / f"{stem}{suffix}"
    while target in taken:
        target = folder / f"{stem}{number}{suffix}"
        number += 1
    return target


def failed(path: Path, kind: str, message: str) -> Failure:
    return Failure(mask(path.name or str(path)), kind, mask(message))


def broken(path: Path, error: Exception) -> Failure:
    """Neither a file's content nor an error of ours may stop the other files of a call."""
    if isinstance(error, RecursionError | MemoryError):
        return failed(path, "too-large", "这个文件太大或结构异常，读不下去；请用 Excel 打开后只保留结算表另存再试。")
    # The type alone: texts of foreign exceptions may quote the workbook.
    return failed(
        path,
        "internal",
        f"程序内部出错（{type(error).__name__}），这个文件没有处理完。"
        "请把所用的命令和表格的结构（不含学生信息）告诉维护者。",
    )
