"""Working on one file from the outside: open, bind, check or calculate, with every failure as a value."""

from __future__ import annotations

import gc
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .text import mask

if TYPE_CHECKING:
    from .bind import Workbook
    from .calculate import Write
    from .report import Report
    from .term import Term


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
    output: str | None = None
    note: str = ""

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(write.kind for write in self.writes))


def open_workbook(path: Path, *, term: Term | None = None, password: str | None = None) -> Workbook | Failure:
    """Read and bind a file without a result sheet of ours; every failure comes back as a `Failure`."""
    from .bind import bind
    from .bind.workbook import NotBound
    from .marking.returned import without_result
    from .pack import PackError, load_pack
    from .reading import UnreadableFile, open_book

    try:
        book = open_book(path, password=password)
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


def check_file(path: Path, *, term: Term | None = None, password: str | None = None) -> Report | Failure:
    """Check one file."""
    checked = open_and_check(path, term=term, password=password)
    return checked if isinstance(checked, Failure) else checked[1]


def open_and_check(
    path: Path, *, term: Term | None = None, password: str | None = None
) -> tuple[Workbook, Report] | Failure:
    """Check one file, for those who need the workbook beside its report."""
    from .check import check_workbook

    with collector_paused():
        workbook = open_workbook(path, term=term, password=password)
        if isinstance(workbook, Failure):
            return workbook
        try:
            report = check_workbook(workbook)
        except Exception as error:
            return broken(path, error)
    report.blank = is_blank(workbook)
    return workbook, report


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
            found.append(unused(out, f"{path.stem}_已计算", ".xlsx", found))
    return found


def unused(folder: Path, stem: str, suffix: str, taken: Sequence[Path | None]) -> Path:
    """A name in a folder that no other file of the same call goes to."""
    number, target = 2, folder / f"{stem}{suffix}"
    while target in taken:
        target = folder / f"{stem}{number}{suffix}"
        number += 1
    return target


def calculate_file(
    path: Path,
    target: Path | None,
    *,
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Calculated | Failure:
    """Calculate one file; with a target, write the result on the standard template."""
    from .calculate import calculate
    from .produce_error import OutputError, reason

    workbook = open_workbook(path, term=term, password=password)
    if isinstance(workbook, Failure):
        return workbook
    done = Calculated(mask(path.name), workbook.book.sha256, workbook.pack.info.id, workbook.set, str(workbook.term))
    try:
        if target is None:
            done.writes = calculate(workbook)
            done.note = "只是列出，没有写文件；加 -o 输出.xlsx 写成新文件。" if done.writes else ""
        elif in_place:
            _write_back(path, workbook, done)
        else:
            _write_new(path, target, workbook, done, force=force)
    except OutputError as error:
        return failed(path, "not-written", str(error))
    except OSError as error:
        return failed(path, "not-written", f"写不进去：{reason(error)}。")
    except Exception as error:
        return broken(path, error)
    return done


def _write_new(path: Path, target: Path, workbook: Workbook, done: Calculated, *, force: bool) -> None:
    """The result as a new file.  Raises OutputError, OSError."""
    from .calculate import calculate
    from .produce import check_target, results_of, save
    from .produce_error import OutputError
    from .rebuild import check_rebuildable, left_out, rebuilt

    if target.exists() and target.samefile(path):
        raise OutputError("输出文件就是输入文件；要写回原文件请用 --in-place，否则换一个文件名。")
    check_rebuildable(workbook)
    if not target.parent.exists():
        target.parent.mkdir()
    check_target(target, force=force)
    done.writes = calculate(workbook, formulas=True)
    laid = rebuilt(workbook)
    save(target, workbook.pack, laid, results_of(laid))
    done.output = mask(target.name)
    known = {table.sheet.name for table in workbook.tables.values()}
    left = [f"工作表“{sheet.name}”" for sheet in workbook.book.sheets if sheet.name not in known]
    left += ["校验标记"] if workbook.book.reasons is not None else []
    left += map(str, left_out(workbook, laid))
    done.note = f"已写入 {done.output}（按标准模板重建，计算列为公式；原文件未动）。"
    if left:
        done.note += f"没有带过去的：{'、'.join(left[:10])}{'等' if len(left) > 10 else ''}。"


def _write_back(path: Path, workbook: Workbook, done: Calculated) -> None:
    """The result in place of the file, with a backup; where there is nothing to write the file is not touched.

    Raises OutputError, OSError."""
    from .calculate import calculate
    from .produce import results_of, save
    from .produce_error import OutputError
    from .rebuild import check_rebuildable, check_same_place, rebuilt

    done.writes = calculate(workbook, formulas=True)
    if not done.writes:
        return
    if workbook.book.reasons is not None:
        raise OutputError(
            "工作簿里有校验标记，写回会丢失；请先用 jiesuan clear --in-place 清除标记，或改用 -o 写成新文件。"
        )
    check_rebuildable(workbook)
    laid = rebuilt(workbook)
    check_same_place(workbook, laid)
    results = results_of(laid)
    file = path.resolve()
    if hashlib.sha256(file.read_bytes()).hexdigest() != workbook.book.sha256:
        raise OutputError("计算的时候文件被别的程序改过了，没有写回。请重新运行。")
    backup = _backup(file)
    try:
        save(file, workbook.pack, laid, results)
    except BaseException:
        backup.unlink(missing_ok=True)
        raise
    shutil.copymode(backup, file)
    done.output = mask(path.name)
    done.note = f"已写回 {done.output}，原来的内容备份在 {mask(backup.name)}。"


def _backup(path: Path) -> Path:
    """Copy the file beside itself under a free name, whole or not at all."""
    number = 1
    while True:
        spare = path.with_name(f"{path.stem}_备份{number}{path.suffix}")
        try:
            with spare.open("xb"):
                break
        except FileExistsError:
            number += 1
    try:
        shutil.copy2(path, spare)
    except BaseException:
        spare.unlink(missing_ok=True)
        raise
    return spare


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
