"""Marking and clearing files from the outside: where the result goes, what is refused, what the user is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from .explain import Absorbed, Judgement, absorbed, time_now
from .marking import NotMarkable, clear, mark
from .marking.files import NotWritten, check_writable, converted, keep_backup, lock_of, write_whole
from .marking.kept import with_kept
from .marking.package import Package
from .marking.returned import came_back, without_result
from .pack import load_pack
from .reading import UnreadableFile, open_book, received
from .session import OOXML, Failure, Further, broken, failed, open_and_judge, unused
from .text import mask

if TYPE_CHECKING:
    from .bind import Workbook
    from .report import Report
    from .term import Term

CHECKED, CLEARED = "_已校验", "_已清除"
_FOREIGN = (".xls", ".xlsb", ".ods", ".et")
_CHANGED = "处理的时候文件被别的程序改过了，没有写。请重新运行。"

Checked = tuple["Workbook", Judgement]


@dataclass
class Marked:
    """What became of one file: the report where it could be checked, then either a failure or what was written."""

    result: Report | Failure
    failure: Failure | None = None
    output: str | None = None
    note: str = ""


def places(files: Sequence[Path], out: Path | None, word: str, *, in_place: bool) -> list[Path]:
    """Where the result of each file goes: to itself, to `out`, into the folder `out`, or beside it with a word added."""
    found: list[Path] = []
    for path in files:
        if in_place:
            found.append(path)
        elif out is not None and len(files) == 1 and not out.is_dir():
            found.append(out)
        else:
            suffix = path.suffix if path.suffix.lower() in OOXML else ".xlsx"
            found.append(_named(path, path.parent if out is None else out, word, suffix, found))
    return found


def _named(path: Path, folder: Path, word: str, suffix: str, taken: Sequence[Path]) -> Path:
    """`表_已校验.xlsx`; for a file that is called so already, `表_已校验2.xlsx` or the next that is free."""
    stem, there, number = path.stem.rpartition(word)
    if not there or (number and not number.isdecimal()):
        return unused(folder, f"{path.stem}{word}", suffix, taken)
    numbered = (folder / f"{stem}{word}{n}{suffix}" for n in count(2))
    return next(target for target in numbered if target not in taken and not target.exists())


def mark_file(
    path: Path,
    target: Path,
    *,
    in_place: bool = False,
    force: bool = False,
    term: Term | None = None,
    password: str | None = None,
    further: Further | None = None,
) -> Marked:
    """Check a file and write it, marked, to `target`.  The report is there even where marking fails."""
    checked = open_and_judge(path, term=term, password=password, further=further)
    if isinstance(checked, Failure):
        return Marked(checked)
    anew = partial(as_converted, path, checked, term=term, further=further)
    judgement = checked[1]
    return mark_report(path, target, judgement.report, judgement, in_place=in_place, force=force, anew=anew)


def mark_report(
    path: Path,
    target: Path,
    report: Report,
    judgement: Judgement | None = None,
    *,
    in_place: bool = False,
    force: bool = False,
    anew: Callable[[bytes], Checked] | None = None,
) -> Marked:
    """Write a file, marked with a report that was made of it, to `target`; `anew` checks a workbook that had to be
    converted."""
    done = Marked(report)
    try:
        data, note = to_mark(path, report.sha256, in_place=in_place)
        if note and anew is not None:
            _, judgement = anew(data)
            done.result = report = judgement.report
        new = mark(data, report, judgement)
        if in_place and new == data:
            done.note = f"{mask(path.name)} 已是这个样子，没有再写。"
        else:
            done.note = note + write_result(path, target, data, new, in_place=in_place, force=force)
        done.output = mask(target.name)
    except (UnreadableFile, NotMarkable) as error:
        done.failure = failed(path, error.kind, error.message)
    except NotWritten as error:
        done.failure = failed(path, "not-written", error.message)
    except Exception as error:
        done.failure = broken(path, error)
    if lock_of(path) is not None:
        done.note += "注意：原文件正在别的程序中打开，没有保存的改动不在内。"
    return done


def as_converted(
    path: Path, checked: Checked, data: bytes, *, term: Term | None = None, further: Further | None = None
) -> Checked:
    """What was checked, checked again as the .xlsx it was converted to: only there formulas, error values and merged cells
    are seen, and only this is what the marks stand in."""
    again = open_and_judge(path, term=term, further=further, data=data)
    if isinstance(again, Failure):
        return checked
    again[0].book.sha256 = again[1].report.sha256 = checked[1].report.sha256
    return again


def clear_file(path: Path, target: Path, *, in_place: bool = False, force: bool = False) -> str | Failure:
    """Write a file without marks to `target`, and what to say; nothing is written where there are none."""
    try:
        data = received(path)
        plain = clear(data)
        if plain == data:
            return f"{mask(path.name)} 上没有标记，没有写文件。"
        written = _typed(path, data)
        if written is None:
            lost, kept = "“校验结果”读不出来，写在上面的说明（如有）没有存到“审核说明”表。", ""
        else:
            lost, kept = written.lost(), written.told()
            if written.changed:
                plain = with_kept(plain, written.kept)
        if lost:
            lost = f"{lost.removesuffix('。')}，清除后只留在{'备份' if in_place else '原文件'}里。"
        return lost + write_result(path, target, data, plain, in_place=in_place, force=force) + kept
    except (UnreadableFile, NotMarkable) as error:
        return failed(path, error.kind, error.message)
    except NotWritten as error:
        return failed(path, "not-written", error.message)
    except Exception as error:
        return broken(path, error)


def _typed(path: Path, data: bytes) -> Absorbed | None:
    """What becomes of the reasons typed on `校验结果`; None where the workbook cannot be read."""
    try:
        book = open_book(path, data=data)
    except UnreadableFile:
        return None
    without_result(book)
    pack = load_pack()
    levels = {code: rule.level for code, rule in pack.rules.items()}
    return absorbed(*came_back(book), levels, pack.wording, time_now())


def to_mark(path: Path, sha256: str, *, in_place: bool) -> tuple[bytes, str]:
    """The bytes that were checked, and what to say where they had to be converted.  Raises UnreadableFile, NotMarkable,
    NotWritten."""
    data = received(path)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise NotWritten("changed", _CHANGED)
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
            "not-ooxml", f"{suffix} 格式的原文件写不进去。请去掉 --in-place，用 -o 另存为 .xlsx，原文件不动。"
        )
    return converted(data, suffix), f"{suffix} 文件已由 LibreOffice 转换成 .xlsx。"


def write_result(path: Path, target: Path, old: bytes, new: bytes, *, in_place: bool, force: bool) -> str:
    """Write the result, in place only over the content `old`; what to say.  Raises NotWritten, OSError."""
    if not in_place:
        if not target.parent.exists() and target.parent.parent.is_dir():
            target.parent.mkdir()
        check_target(path, target, new, force=force)
        write_whole(target, new)
        return f"已写入 {mask(_shown(target, path))}，原文件未动。"
    file = path.resolve()
    check_writable(path)
    check_writable(file)
    if file.read_bytes() != old:
        raise NotWritten("changed", _CHANGED)
    spare = keep_backup(file)
    try:
        write_whole(file, new)
    except BaseException:
        spare.unlink(missing_ok=True)
        raise
    return f"已写回 {mask(path.name)}，原来的内容备份在 {mask(spare.name)}。"


def _shown(target: Path, path: Path) -> str:
    """The name of a file written beside another, the way to it where it is written elsewhere."""
    beside = target.absolute().parent == path.absolute().parent
    return target.name if beside else str(target)


def check_target(path: Path, target: Path, data: bytes, *, force: bool) -> None:
    """Raise NotWritten where the result may not go to `target`."""
    if target.exists() and target.samefile(path):
        raise NotWritten("same-file", "输出文件就是输入文件；要写回原文件请用 --in-place，否则换一个文件名。")
    check_writable(target)
    if target.exists() and not force:
        raise NotWritten(
            "exists",
            f"“{target.name}”已经存在，没有覆盖：里面可能有改过的数、写过的说明。要接着用它，请对它运行并加 --in-place；"
            "要另存，用 -o 换一个文件名；确实不要它了，加 --force 覆盖。",
        )
    wanted = ".xlsm" if has_macros(data) else ".xlsx"
    if target.suffix.lower() not in (wanted, wanted.replace(".xls", ".xlt")):
        raise NotWritten("suffix", f"“{target.name}”的扩展名应为 {wanted}，否则 Excel 打不开。")


def has_macros(data: bytes) -> bool:
    """Whether a package is declared one with macros, so that its name must end in `m`."""
    return b"sheet.macroEnabled.main+xml" in Package(data).text("[Content_Types].xml")
