"""Archives as they are received: .zip with names in GBK or UTF-8, an archive in an archive, bombs bounded.

Nothing is unpacked to disk.
"""

from __future__ import annotations

import contextlib
import io
import posixpath
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ..reading import MAX_FILE, UnreadableFile

ARCHIVE = (".zip",)
MAX_MEMBERS = 20_000
MAX_TOTAL = 4 << 30
"""Bytes that all members of one archive may say they come to."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_UTF8 = 0x800
_ENCRYPTED = 0x1


class BadArchive(Exception):
    """An archive that cannot be opened; `kind` is a slug, `message` Chinese."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    path: str
    read: Callable[[], bytes]
    """Raises UnreadableFile."""


class Members:
    """The files of one archive by readable name."""

    def __init__(self, source: Path | io.BytesIO) -> None:
        """Raises BadArchive."""
        self._source = source
        with self._open() as archive:
            infos = archive.infolist()
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
            raise BadArchive("too-large", "压缩包里的内容太大，像是有意做坏的，没有打开；请解压后核对，再放进来。")
        self.infos = _numbered(info for info in infos if not info.is_dir())

    @classmethod
    def open(cls, source: Path | io.BytesIO) -> Members:
        """Raises BadArchive."""
        return cls(source)

    @property
    def book(self) -> bool:
        """Whether the archive is itself a workbook."""
        return is_book(self.infos)

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._source)
        except PermissionError as error:
            raise BadArchive("permission", "没有读这个压缩包的权限。") from error
        except Exception as error:
            raise BadArchive("corrupt", "压缩包已损坏或没有传完，打不开；请让对方重新发送。") from error

    def read(self, name: str) -> bytes:
        """A member's content.  Raises UnreadableFile."""
        info = self.infos[name]
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableFile("encrypted", "压缩包有密码，打不开；请解压后放进来。")
        if info.file_size > MAX_FILE:
            raise UnreadableFile("too-large")
        if info.compress_type not in _METHODS:
            raise UnreadableFile("corrupt", "压缩包用了少见的压缩方法，打不开；请解压后放进来。")
        try:
            with self._open() as archive, archive.open(info) as stream:
                data = stream.read(MAX_FILE + 1)
        except Exception as error:
            raise UnreadableFile("corrupt", "压缩包里的这个文件已损坏；请让对方重新发送。") from error
        if len(data) > MAX_FILE:
            raise UnreadableFile("too-large")
        return data


def is_book(names: object) -> bool:
    """Whether names of members are those of a workbook."""
    return "[Content_Types].xml" in names or "mimetype" in names  # type: ignore[operator]


def name_of(info: zipfile.ZipInfo) -> str:
    """A member's name.  Chinese programs on Windows write GBK without saying so; others UTF-8, some without saying so."""
    name = info.filename
    if not info.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeEncodeError):
            name = readable(name.encode("cp437")) or name
    name = name.encode(errors="replace").decode().replace("\\", "/")
    # A name may try to climb out of its folder; nothing is unpacked, but it is printed.
    return "/".join(part for part in name.split("/") if part not in ("", ".", ".."))


def _numbered(infos: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Members by name.  An archive may hold several of one name; unpacking would leave the last, but each may be another
    school's: the second is called `表(2).xlsx`."""
    found: dict[str, zipfile.ZipInfo] = {}
    again: list[zipfile.ZipInfo] = []
    for info in infos:
        name = name_of(info)
        if name in found:
            again.append(info)
        else:
            found[name] = info
    for info in again:
        stem, dot = posixpath.splitext(name_of(info))
        number = next(number for number in count(2) if f"{stem}({number}){dot}" not in found)
        found[f"{stem}({number}){dot}"] = info
    return found


def readable(raw: bytes) -> str:
    """A name in UTF-8 or GBK; empty for neither.  The bytes of 学校 in GBK are UTF-8 too, for ѧУ: letters of two bytes are
    no proof."""
    texts = {}
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            texts[encoding] = raw.decode(encoding)
    plain = texts.get("utf-8", "")
    if plain and (plain.isascii() or any(character > "\u07ff" for character in plain)):
        return plain
    return texts.get("gb18030", plain)


SortOf = Callable[[str, set[str]], tuple[str, str]]


def workbooks_in(
    members: Members, base: str, sort_of: SortOf, *, inner: bool = False
) -> Iterator[Member | tuple[str, str, str]]:
    """The workbooks of an archive, and (path, why, kind) of what is not read.  An archive inside is opened as well, one
    inside that is not."""
    beside: dict[str, set[str]] = {}
    for name in members.infos:
        beside.setdefault(posixpath.dirname(name), set()).add(posixpath.basename(name).lower())
    for name in sorted(members.infos):
        path = f"{base}{name}"
        word, kind = sort_of(posixpath.basename(name), beside[posixpath.dirname(name)])
        if name.startswith("__MACOSX/"):
            word, kind = "系统文件", ""
        if word:
            yield path, word, kind
        elif not name.lower().endswith(ARCHIVE):
            yield Member(path, lambda name=name: members.read(name))  # type: ignore[misc]
        elif inner:
            yield path, "压缩包里的压缩包里又有压缩包，没有打开；请解压后放进来。", "archive"
        else:
            yield from _inside(members, name, path, sort_of)


def _inside(members: Members, name: str, path: str, sort_of: SortOf) -> Iterator[Member | tuple[str, str, str]]:
    try:
        nested = Members(io.BytesIO(members.read(name)))
    except UnreadableFile as error:
        yield path, error.message, error.kind
    except BadArchive as error:
        yield path, error.message, error.kind
    else:
        if nested.book:
            yield Member(path, lambda: members.read(name))
        else:
            yield from workbooks_in(nested, f"{path}/", sort_of, inner=True)
