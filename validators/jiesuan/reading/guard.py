"""A zip package in memory, opened warily.

Nothing is ever written to disk, so a member's name can do no harm; sizes are limited as declared and again while inflating.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from xml.parsers import expat

from .problem import UnreadableFile

MAX_MEMBERS = 10_000
MAX_INFLATED = 256 << 20
"""Bytes that the members read from one package may come to."""
MAX_TAGS = 40_000_000
"""Number of `<` in one XML part."""
MAX_ELEMENTS = 500_000
"""The same for a part read element by element."""

Element = tuple[str, Mapping[str, str], str]
"""Local name, attributes by local name, own text."""

_DECLARATION = re.compile(rb"^\s*<\?xml[^<>]*?\?>")
_ENCODINGS = ("utf-16", "gb2312", "gbk", "gb18030", "big5", "iso-8859-1", "windows-1252")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.-]+)["']""")


class Package:
    """The members of a zip archive, found whatever the case or slashes of their names (of twins the last one counts)."""

    def __init__(self, data: bytes) -> None:
        """Raises UnreadableFile: truncated, corrupt, too-large."""
        if data.count(b"PK\x01\x02") > 2 * MAX_MEMBERS:
            raise UnreadableFile("too-large")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:
            whole = b"PK\x05\x06" in data[-65600:]
            raise UnreadableFile("corrupt" if whole else "truncated") from error
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise UnreadableFile("too-large")
        self._members = {_key(member.filename): member for member in members}
        self._left = MAX_INFLATED
        self.relations: dict[str, dict[str, tuple[str, str]]] = {}
        """What is known of the relationships of parts."""

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str) -> bytes:
        """The content of a member.  Raises KeyError, UnreadableFile (encrypted, corrupt, too-large)."""
        member = self._members[_key(name)]
        if member.flag_bits & 1:
            raise UnreadableFile("encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFile("corrupt")
        if member.file_size > self._left:
            raise UnreadableFile("too-large")
        try:
            with self._zip.open(member) as stream:
                content = stream.read(self._left + 1)
        except Exception as error:
            raise UnreadableFile("corrupt") from error
        self._left -= len(content)
        return content

    def xml(self, name: str) -> bytes:
        """An XML part in UTF-8 without a declaration.  Raises like `read`, and UnreadableFile `unsafe` for a DOCTYPE."""
        content = as_utf8(self.read(name))
        if b"<!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
            raise UnreadableFile("unsafe")
        if len(content) > 4 * MAX_TAGS < 4 * content.count(b"<"):
            raise UnreadableFile("too-large")
        return content

    def repacked(self, names: Iterable[str]) -> bytes:
        """A package of those members alone, stored, whose sizes are therefore true.  Raises like `read`."""
        return pack((self._members[_key(name)].filename, self.read(name)) for name in names)


def pack(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip archive, stored, of (name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def resolve(base: str, target: str) -> str:
    """The member a relationship of part `base` points to."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target.replace("\\", "/"))).lstrip("/")


def as_utf8(data: bytes) -> bytes:
    """An XML text in UTF-8 without byte order mark and declaration.  Raises UnreadableFile `corrupt`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith((b"<\0", b"\0<")):
        data = (b"\xff\xfe" if data.startswith(b"<") else b"\xfe\xff") + data
        encoding = "utf-16"
    else:
        data = data.removeprefix(b"\xef\xbb\xbf")
        declaration = _DECLARATION.match(data)
        named = _ENCODING.search(declaration[0]) if declaration else None
        encoding = named[1].decode().lower() if named else "utf-8"
    if encoding not in ("utf-8", "utf8", "us-ascii", "ascii"):
        if encoding not in _ENCODINGS:
            raise UnreadableFile("corrupt")
        try:
            data = data.decode(encoding).encode()
        except UnicodeError as error:
            raise UnreadableFile("corrupt") from error
    return _DECLARATION.sub(b"", data, count=1)


def local(name: str) -> str:
    """An XML name without its prefix."""
    return name.rpartition(":")[2]


def parser() -> expat.XMLParserType:
    """An XML parser that knows no namespaces (files get them wrong) and refuses a DOCTYPE with UnreadableFile `unsafe`."""
    made = expat.ParserCreate("utf-8")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse
    return made


def _refuse(*_: object) -> None:
    raise UnreadableFile("unsafe")


def elements(data: bytes) -> Sequence[Element]:
    """Every element of a small part, as (local name, attributes by local name, own text), in the order of their end tags
    for nested ones.  Raises UnreadableFile `corrupt`, `unsafe` or `too-large`."""
    if data.count(b"<") > MAX_ELEMENTS:
        raise UnreadableFile("too-large")
    return _small(data) if len(data) < _SMALL else _elements(data)


def _elements(data: bytes) -> Sequence[Element]:
    found: list[Element] = []
    stack: list[tuple[str, dict[str, str], list[str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append((local(name), {local(key): value for key, value in attributes.items()}, []))

    def end(_: str) -> None:
        name, attributes, texts = stack.pop()
        found.append((name, attributes, "".join(texts)))

    made = parser()
    made.StartElementHandler = start
    made.EndElementHandler = end
    made.CharacterDataHandler = lambda text: stack[-1][2].append(text)
    try:
        made.Parse(data, True)
    except expat.ExpatError as error:
        raise UnreadableFile("corrupt") from error
    return found


_SMALL = 16 << 10
_small = lru_cache(maxsize=64)(_elements)
"""The outlines of workbooks from one template are the same, byte for byte."""
