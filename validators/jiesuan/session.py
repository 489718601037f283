"""Working on one file from the outside: open, bind, check or calculate, with every failure as a value."""

from __future__ import annotations

import shutil
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
    if in_place:
        return path
    if out is None:
        return None
    return out / f"{path.stem}_已计算.xlsx" if many or out.is_dir() else out


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
    from .produce import check_target, rebuilt, results_of, save
    from .produce_error import OutputError

    workbook = open_workbook(path, term=term, password=password)
    if isinstance(workbook, Failure):
        return workbook
    name = mask(path.name)
    refusal = _refusal(workbook, path, target, in_place=in_place)
    if refusal:
        return Failure(name, "not-written", refusal)
    writes = calculate(workbook)
    done = Calculated(name, workbook.book.sha256, workbook.pack.info.id, workbook.set, str(workbook.term), writes)
    if target is None or (in_place and not writes):
        return done
    try:
        if not in_place:
            target.parent.mkdir(exist_ok=True)
            check_target(target, force=force)
        else:
            done.note = f"已写回 {name}，原来的内容备份在 {_backup(path).name}。"
        laid = rebuilt(workbook)
        save(target, workbook.pack, laid, results_of(laid))
    except OutputError as error:
        return Failure(name, "not-written", str(error))
    except OSError as error:
        return Failure(name, "not-written", f"写不进去：{error.strerror or error}。")
    done.output = target.name
    return done


def _refusal(workbook: Workbook, path: Path, target: Path | None, *, in_place: bool) -> str:
    """Why nothing may be written, or ''."""
    from .bind.workbook import PROPERTY_VERSION

    if target is None:
        return ""
    if in_place:
        ours = workbook.book.properties.get(PROPERTY_VERSION) == workbook.pack.template_version
        known = {table.sheet.name for table in workbook.tables.values()}
        extra = [sheet.name for sheet in workbook.book.sheets if sheet.name not in known]
        if not ours or extra:
            return "这不是本程序模板生成的工作簿（或加了别的工作表），写回会丢失其中的内容；请改用 -o 写成新文件。"
    elif target.exists() and target.resolve() == path.resolve():
        return "输出文件就是输入文件；要写回原文件请用 --in-place，否则换一个文件名。"
    lost = [
        p for p in workbook.problems if p.check in ("missing-column", "missing-row", "stray-figure", "duplicate-row")
    ]
    if lost:
        first = mask(lost[0].message)
        return f"表上有没认出来的行或列，重建会丢数，没有写文件。请先改正：{first}" + (
            f"（共 {len(lost)} 处）" if len(lost) > 1 else ""
        )
    return ""


def _backup(path: Path) -> Path:
    """Copy the file beside itself under a free name."""
    number = 1
    while (spare := path.with_name(f"{path.stem}_备份{number}{path.suffix}")).exists():
        number += 1
    shutil.copy2(path, spare)
    return spare
