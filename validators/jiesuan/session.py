"""Working on one file from the outside: open, bind, check or calculate, with every failure as a value."""

from __future__ import annotations

from collections import Counter
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
    """Read and bind a file, leaving out a result sheet of ours; every failure comes back as a `Failure`."""
    from .bind import bind
    from .bind.workbook import NotBound
    from .marking.returned import without_result
    from .pack import load_pack
    from .reading import UnreadableFile, open_book

    name = mask(path.name or str(path))
    try:
        book = open_book(path, password=password)
        without_result(book)
        return bind(book, load_pack(), term=term)
    except UnreadableFile as error:
        return Failure(name, error.kind, error.message)
    except NotBound as error:
        return Failure(name, error.kind, mask(error.message))
    except (RecursionError, MemoryError):
        return Failure(name, "too-large", "这个文件太大或结构异常，读不下去；请用 Excel 打开后只保留结算表另存再试。")


def check_file(path: Path, *, term: Term | None = None, password: str | None = None) -> Report | Failure:
    """Check one file."""
    from .check import check_workbook

    workbook = open_workbook(path, term=term, password=password)
    return workbook if isinstance(workbook, Failure) else check_workbook(workbook)


def target_for(path: Path, out: Path | None, *, in_place: bool, many: bool) -> Path | None:
    """Where the result of a file goes."""
    from .marking.work import target_of

    return None if out is None and not in_place else target_of(path, out, "_已计算", in_place=in_place, many=many)


def calculate_file(
    path: Path,
    target: Path | None,
    *,
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Calculated | Failure:
    """Calculate one file; with a target, write the values into the received .xlsx or .xlsm itself, or, for other formats,
    write the result on the standard template."""
    from .calculate import calculate
    from .marking import NotMarkable
    from .marking.files import NotWritten
    from .produce_error import OutputError

    workbook = open_workbook(path, term=term, password=password)
    if isinstance(workbook, Failure):
        return workbook
    name = mask(path.name)
    done = Calculated(name, workbook.book.sha256, workbook.pack.info.id, workbook.set, str(workbook.term))
    try:
        data = path.read_bytes()
        received = data.startswith(b"PK") and path.suffix.lower() not in (".xlsb", ".ods")
        refusal = "" if received else _refusal(workbook, path, target, in_place=in_place)
        if refusal:
            return Failure(name, "not-written", refusal)
        done.writes = calculate(workbook)
        if target is None or (in_place and not done.writes):
            return done
        if received:
            _write_received(done, workbook, path, target, data, in_place=in_place, force=force)
        else:
            _write_rebuilt(done, workbook, target, force=force)
    except (OutputError, NotMarkable, NotWritten) as error:
        return Failure(name, "not-written", mask(str(error)))
    except OSError as error:
        return Failure(name, "not-written", f"写不进去：{error.strerror or error}。")
    done.output = mask(target.name)
    return done


def _write_received(
    done: Calculated, workbook: Workbook, path: Path, target: Path, data: bytes, *, in_place: bool, force: bool
) -> None:
    """Put the values into a copy of the received file, or into itself.  Raises NotMarkable, NotWritten."""
    from .marking.files import check_writable, keep_backup, write_whole
    from .marking.values import fresh_results, write_values
    from .marking.work import check_target

    values: dict[str, dict[tuple[int, int], int | float]] = {}
    updates: dict[str, dict[tuple[int, int], int | float]] = {}
    for write in done.writes:
        new = int(write.new) if write.new == write.new.to_integral_value() else float(write.new)
        place = updates if write.kind == "更新" else values
        place.setdefault(write.ref.sheet, {})[write.ref.row, write.ref.column] = new
    fresh = fresh_results(workbook.book)
    results = {sheet: {**updates.get(sheet, {}), **fresh.get(sheet, {})} for sheet in {*updates, *fresh}}
    changed = write_values(data, values, results)
    if in_place:
        check_writable(path)
        spare = keep_backup(path)
        write_whole(path, changed)
        done.note = f"已写回 {mask(path.name)}，原来的内容备份在 {mask(spare.name)}。"
    else:
        check_target(path, target, changed, force=force)
        write_whole(target, changed)
        done.note = f"已写入 {mask(target.name)}：只填数，格式、公式和其他内容不变；原文件未动。"


def _write_rebuilt(done: Calculated, workbook: Workbook, target: Path, *, force: bool) -> None:
    """Write the result on the standard template.  Raises OutputError."""
    from .produce import check_target, rebuilt, results_of, save

    target.parent.mkdir(exist_ok=True)
    check_target(target, force=force)
    laid = rebuilt(workbook)
    save(target, workbook.pack, laid, results_of(laid))
    done.note = f"已写入 {mask(target.name)}（按标准模板重建，计算列为公式；原文件未动）。"


def _refusal(workbook: Workbook, path: Path, target: Path | None, *, in_place: bool) -> str:
    """Why a workbook of another format may not be rebuilt, or ''."""
    if target is None:
        return ""
    if in_place:
        return f"{path.suffix} 格式的文件不能写回；请改用 -o 写成新的 .xlsx 文件。"
    lost = [
        p for p in workbook.problems if p.check in ("missing-column", "missing-row", "stray-figure", "duplicate-row")
    ]
    if lost:
        first = mask(lost[0].message)
        return f"表上有没认出来的行或列，重建会丢数，没有写文件。请先改正：{first}" + (
            f"（共 {len(lost)} 处）" if len(lost) > 1 else ""
        )
    return ""
