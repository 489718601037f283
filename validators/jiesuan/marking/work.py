"""Marking and clearing files: where the result goes, what is refused, what the user is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..session import Failure
from ..text import mask as masked
from .files import NotWritten, check_writable, converted, keep_backup, lock_of, write_whole
from .mark import mark
from .package import Package
from .problem import NotMarkable
from .returned import without_result
from .unmark import clear

if TYPE_CHECKING:
    from ..report import Report
    from ..term import Term

OOXML = (".xlsx", ".xlsm", ".xltx", ".xltm")
_FOREIGN = {".xls", ".xlsb", ".ods", ".et"}


@dataclass
class Done:
    """What became of one file: the report where it could be checked, then either a failure or what was written."""

    report: Report | None = None
    failure: Failure | None = None
    output: str | None = None
    note: str = ""


def target_of(path: Path, out: Path | None, word: str, *, in_place: bool, many: bool) -> Path:
    """Where the result of a file goes: itself, `out`, a file in the folder `out`, or beside it with a word added."""
    if in_place:
        return path
    suffix = path.suffix if path.suffix.lower() in OOXML else ".xlsx"
    name = f"{path.stem}{word}{suffix}"
    if out is None:
        return path.with_name(name)
    return out / name if many or out.is_dir() else out


def mark_file(
    path: Path,
    target: Path,
    *,
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
) -> Done:
    """Check a file and write it, marked, to `target`.  The report is there even where marking fails."""
    from ..bind import bind
    from ..bind.workbook import NotBound
    from ..check import check_workbook
    from ..pack import load_pack
    from ..reading import UnreadableFile, open_book

    name = masked(path.name or str(path))
    try:
        book = open_book(path, password=password)
        reasons = without_result(book)
        report = check_workbook(bind(book, load_pack(), term=term))
    except (UnreadableFile, NotBound) as error:
        return Done(failure=Failure(name, error.kind, masked(error.message)))
    except (RecursionError, MemoryError):
        return Done(failure=Failure(name, "too-large", "这个文件太大或结构异常，读不下去。"))
    done = Done(report)
    try:
        data, changed = _received(path, in_place=in_place)
        done.note = changed
        _write(done, path, target, data, mark(data, report, reasons), in_place=in_place, force=force)
    except (NotMarkable, NotWritten) as error:
        done.failure = Failure(name, error.kind, masked(error.message))
        done.note = ""
        return done
    opened = lock_of(path)
    if opened is not None:
        done.note += "注意：原文件正在别的程序中打开，没有保存的改动不在内。"
    return done


def clear_file(path: Path, target: Path, *, in_place: bool = False, force: bool = False) -> Done:
    """Write a file without marks to `target`; nothing is written where there are none."""
    name = masked(path.name or str(path))
    done = Done()
    try:
        data = path.read_bytes()
        plain = clear(data)
        if plain == data:
            done.note = f"{name} 上没有标记，没有写文件。"
        else:
            _write(done, path, target, data, plain, in_place=in_place, force=force)
    except (NotMarkable, NotWritten) as error:
        done.failure = Failure(name, error.kind, masked(error.message))
    except OSError as error:
        kind = "not-found" if isinstance(error, FileNotFoundError) else "permission"
        done.failure = Failure(name, kind, "找不到这个文件，或者没有读取它的权限。请核对文件名和所在的文件夹。")
    return done


def _received(path: Path, *, in_place: bool) -> tuple[bytes, str]:
    """The bytes to mark, and what to say where they had to be converted.  Raises NotMarkable, NotWritten."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotWritten("permission", "读不出这个文件，请把它复制到自己的文件夹后再试。") from error
    suffix = path.suffix.lower()
    try:
        Package(data).check_kind()
    except NotMarkable as problem:
        if problem.kind != "not-ooxml" or suffix not in _FOREIGN:
            raise
    else:
        return data, ""
    if in_place:
        raise NotMarkable(
            "not-ooxml", f"{suffix} 格式不能标在原文件里。请去掉 --in-place，会另存为 .xlsx 再标记，原文件不动。"
        )
    return converted(data, suffix), f"{suffix} 文件已由 LibreOffice 转换成 .xlsx 再标记，原文件未动。"


def _write(done: Done, path: Path, target: Path, old: bytes, new: bytes, *, in_place: bool, force: bool) -> None:
    """Write the result and say so.  Raises NotWritten."""
    if in_place:
        if old == new:
            done.output, done.note = target.name, f"{masked(path.name)} 已是这个样子，没有再写。"
            return
        check_writable(path)
        spare = keep_backup(path)
        write_whole(path, new)
        done.note += f"已写回 {masked(path.name)}，原来的内容备份在 {masked(spare.name)}。"
    else:
        check_target(path, target, new, force=force)
        write_whole(target, new)
        done.note += f"已写入 {masked(target.name)}，原文件未动。"
    done.output = masked(target.name)


def check_target(path: Path, target: Path, data: bytes, *, force: bool) -> None:
    """Raise NotWritten where the result may not go to `target`."""
    name = masked(target.name)
    if target.exists() and target.resolve() == path.resolve():
        raise NotWritten("same-file", "输出文件就是输入文件；要写回原文件请用 --in-place，否则换一个文件名。")
    check_writable(target)
    if target.exists() and not force:
        raise NotWritten("exists", f"“{name}”已经存在，没有覆盖。请用 -o 换一个文件名；确实要覆盖请加 --force。")
    wanted = ".xlsm" if has_macros(data) else ".xlsx"
    if target.suffix.lower() not in (wanted, wanted.replace(".xls", ".xlt")):
        raise NotWritten("suffix", f"“{name}”的扩展名应为 {wanted}，否则 Excel 打不开。")


def has_macros(data: bytes) -> bool:
    """Whether a package is declared one with macros, so that its name must end in `m`."""
    package = Package(data)
    return b"sheet.macroEnabled.main+xml" in package.text("[Content_Types].xml")


__all__ = ["OOXML", "Done", "check_target", "clear_file", "has_macros", "mark_file", "target_of"]
