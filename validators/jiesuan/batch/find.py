"""What lies in a folder of received workbooks: workbooks in sub-folders and archives, the rest passed over with a word.

Nothing is read before it is asked for; links to folders are not followed, so that there are no loops.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath

from ..reading import received
from .received import ARCHIVE, BadArchive, Members, is_book, readable, workbooks_in

DATA, KEY = "数据", "key.bin"
"""A folder that holds these is the output of a batch."""

BOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".xlsb", ".ods", ".et", ".ett")
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
OURS = ("_已校验", "_已清除", "_已计算")
_SYSTEM = ("desktop.ini", "thumbs.db")


@dataclass(frozen=True)
class Entry:
    """One file that should be a workbook."""

    path: str
    """Below the folder searched, with `/`."""
    read: Callable[[], bytes] = field(compare=False)
    """Its bytes.  Raises UnreadableFile."""


@dataclass(frozen=True, order=True)
class Passed:
    """What was not read, and why.  With a `kind` it is a failure: something may have been lost."""

    path: str
    why: str
    kind: str = ""


Found = tuple[list[Entry], list[Passed]]


def entries_of(root: Path, out: Path | None = None, *, but: Path | None = None) -> Found:
    """Everything found below `root` (a folder, or one archive), by path; `out` and the file `but` are left out."""
    entries: dict[str, Entry] = {}
    passed: list[Passed] = []
    if root.is_file():
        _add_archive(root.name, root, entries, passed, prefix="")
    else:
        own = {os.path.realpath(path) for path in (out, but) if path is not None}
        for found in _walk(root, own):
            if isinstance(found, Passed):
                passed.append(found)
            elif found[0].suffix.lower() in ARCHIVE:
                _add_archive(found[1], found[0], entries, passed)
            else:
                _add(entries, Entry(found[1], partial(received, found[0])))
    return [entries[path] for path in sorted(entries)], sorted(passed)


def _add(entries: dict[str, Entry], entry: Entry) -> None:
    """Names that look the same once they are made readable get a number."""
    path, number = entry.path, 2
    while path in entries:
        path, number = f"{entry.path}({number})", number + 1
    entries[path] = Entry(path, entry.read)


def _add_archive(
    name: str, path: Path, entries: dict[str, Entry], passed: list[Passed], prefix: str | None = None
) -> None:
    try:
        members = Members.open(path)
    except BadArchive as error:
        passed.append(Passed(name, error.message, error.kind))
        return
    base = f"{name}/" if prefix is None else prefix
    if members.book:  # a workbook whose name ends in .zip
        _add(entries, Entry(name, partial(received, path)))
        return
    for found in workbooks_in(members, base, sort_of):
        if isinstance(found, tuple):
            passed.append(Passed(*found))
        else:
            _add(entries, Entry(found.path, found.read))


def _walk(root: Path, own: set[str]) -> Iterator[tuple[Path, str] | Passed]:
    """(file, readable path) of every workbook and archive, and what was passed over."""
    troubles: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=troubles.append):
        here = Path(folder)
        for name in sorted(folders):
            path = here / name
            shown = _shown(path, root)
            word = ""
            if os.path.realpath(path) in own or is_there(path / DATA / KEY):
                word = "批量校验的结果，不是收到的表"
            elif path.is_symlink() or _is_junction(path):
                word = "指向别处的文件夹，没有进去"
            elif name == "__MACOSX":
                word = "系统文件"
            if word:
                folders.remove(name)
                yield Passed(shown, word)
        names = {file.lower() for file in files}
        for name in sorted(files):
            path = here / name
            if os.path.realpath(path) in own:
                continue
            word, kind = sort_of(name, names)
            if not word and not _regular(path):
                word = "管道、设备之类的特殊文件"
            yield Passed(_shown(path, root), word, kind) if word else (path, _shown(path, root))
    for trouble in troubles:
        shown = _shown(Path(trouble.filename or root), root) or "."
        yield Passed(shown, "这个文件夹打不开，里面的文件没有校验；请取得查看权限后再运行一次。", "folder")


def sort_of(name: str, beside: set[str]) -> tuple[str, str]:
    """(why the file is not read, kind of failure), both empty for a workbook or an archive of workbooks.

    `beside` are the names of the same folder, in lower case."""
    low = name.lower()
    stem, dot = PurePath(low).stem, PurePath(low).suffix
    if low.startswith(("~$", ".~")):
        return "打开中的工作簿留下的临时文件", ""
    if low.startswith(".") or low in _SYSTEM:
        return "系统文件", ""
    if dot in PACKED:
        return f"{dot} 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。", "archive"
    if dot not in (*BOOKS, *ARCHIVE):
        return "不是工作簿", ""
    for word in OURS:
        if stem.endswith(word) and any(f"{stem.removesuffix(word)}{other}" in beside for other in BOOKS):
            return "本程序另存的一份，已校验它旁边的原件", ""
    return "", ""


def _shown(path: Path, root: Path) -> str:
    """The path below the root; names in GBK are made readable."""
    try:
        text = path.relative_to(root).as_posix()
    except ValueError:
        text = path.name
    if os.name == "posix":
        text = readable(os.fsencode(text)) or text.encode(errors="replace").decode()
    return "" if text == "." else text


def is_there(path: Path) -> bool:
    """Whether something stands there; without the right to look, no: `Path.exists` would raise."""
    return os.path.exists(path)  # noqa: PTH110


def _regular(path: Path) -> bool:
    """Whether it may be read; what cannot be asked about is tried, so that the failure is told."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


def _is_junction(path: Path) -> bool:
    asked = getattr(path, "is_junction", None)
    return bool(asked and asked())


__all__ = ["BOOKS", "DATA", "KEY", "Entry", "Found", "Passed", "entries_of", "is_book", "is_there", "sort_of"]
