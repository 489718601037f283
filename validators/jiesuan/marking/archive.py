"""A zip archive whose members are kept as they lie in the file: header, compressed stream, order, everything.

Only a member that is replaced is compressed anew.  An archive written without a change is the same file to the byte.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .problem import NotMarkable

MAX_MEMBERS = 10_000
MAX_PART = 512 << 20
"""Bytes one member may inflate to."""

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 1, 0x800
_EPOCH = (0, 0x21)
"""1980-01-01, the date of members of our own."""
_LIMIT = 0xFFFF_FFFF
_LARGE = 1 << 16
"""Bytes from which a part is compressed in half the time, a few per cent larger."""


@dataclass(frozen=True)
class Member:
    """One member: `central` is its record in the directory (its offset is set when written), `local` everything from
    its local header up to the next one."""

    name: str
    central: bytes
    local: bytes
    content: bytes | None = None

    def read(self) -> bytes:
        """The inflated content, kept for the next time.  Raises NotMarkable `encrypted`, `corrupt` or `too-large`."""
        if self.content is not None:
            return self.content
        _, _, _, flags, method, _, _, crc, packed, size, *_ = _CENTRAL.unpack_from(self.central)
        if flags & _ENCRYPTED:
            raise NotMarkable("encrypted")
        if method not in (_STORED, _DEFLATED) or len(self.local) < _LOCAL.size:
            raise NotMarkable("corrupt")
        if size > MAX_PART:
            raise NotMarkable("too-large")
        head = _LOCAL.unpack_from(self.local)
        start = _LOCAL.size + head[-2] + head[-1]
        stream = self.local[start : start + packed]
        try:
            data = stream if method == _STORED else zlib.decompressobj(-15).decompress(stream, size + 1)
        except zlib.error as error:
            raise NotMarkable("corrupt") from error
        if len(data) != size or zlib.crc32(data) != crc:
            raise NotMarkable("corrupt")
        object.__setattr__(self, "content", data)
        return data


def made(name: str, content: bytes) -> Member:
    """A new member, deflated, dated 1980."""
    packer = zlib.compressobj(6 if len(content) < _LARGE else 4, zlib.DEFLATED, -15)
    stream = packer.compress(content) + packer.flush()
    raw = name.encode()
    flags = 0 if raw.isascii() else _UTF8
    common = (20, flags, _DEFLATED, *_EPOCH, zlib.crc32(content), len(stream), len(content), len(raw), 0)
    local = _LOCAL.pack(b"PK\x03\x04", *common) + raw + stream
    central = _CENTRAL.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, 0) + raw
    return Member(name, central, local, content)


class Archive:
    """The members in the order of the directory, and what stands before the first and after the last."""

    def __init__(self, data: bytes) -> None:
        """Raises NotMarkable: not-ooxml, corrupt, too-large."""
        if not data.startswith(b"PK"):
            raise NotMarkable("not-ooxml")
        at = data.rfind(b"PK\x05\x06")
        if at < 0 or len(data) - at < _END.size:
            raise NotMarkable("corrupt")
        _, _, _, _, count, size, offset, _ = _END.unpack_from(data, at)
        if count > MAX_MEMBERS or _LIMIT in (size, offset):
            raise NotMarkable("too-large")
        if offset + size != at:
            raise NotMarkable("corrupt")
        self._tail = data[at:]
        records = list(_records(data, offset, offset + size, count))
        starts = sorted({start for _, _, start in records})
        after = dict(zip(starts, [*starts[1:], offset], strict=False))
        self._head = data[: starts[0] if starts else offset]
        self.members: dict[str, Member] = {}
        for name, central, start in records:
            if name in self.members or start >= offset or not data.startswith(b"PK\x03\x04", start):
                raise NotMarkable("corrupt")
            self.members[name] = Member(name, central, data[start : after[start]])
        self._order = [name for name, _, _ in sorted(records, key=lambda record: record[2])]
        if len(starts) != len(records):
            raise NotMarkable("corrupt")

    def put(self, member: Member) -> None:
        """Replace the member of that name in its place, or add it at the end."""
        if member.name not in self.members:
            self._order.append(member.name)
        self.members[member.name] = member

    def write(self, name: str, content: bytes) -> None:
        """Replace a member's content, keeping the name, date and attributes it had; or add a new one."""
        new = made(name, content)
        old = self.members.get(name)
        self.put(new if old is None else replace(_dated(new, old), name=name))

    def remove(self, name: str) -> None:
        """Take a member out.  Raises KeyError."""
        del self.members[name]
        self._order.remove(name)

    def to_bytes(self) -> bytes:
        """The archive as a file."""
        places: dict[str, int] = {}
        pieces, at = [self._head], len(self._head)
        for name in self._order:
            places[name] = at
            pieces.append(self.members[name].local)
            at += len(pieces[-1])
        size = 0
        for name, member in self.members.items():
            fields = bytearray(member.central)
            struct.pack_into("<L", fields, 42, places[name])
            pieces.append(bytes(fields))
            size += len(fields)
        if at > _LIMIT - 1:
            raise NotMarkable("too-large")
        tail = bytearray(self._tail)
        count = len(self.members)
        struct.pack_into("<2H2L", tail, 8, count, count, size, at)
        return b"".join([*pieces, bytes(tail)])


def _dated(new: Member, old: Member) -> Member:
    """The new member under the exact name (its bytes as stored), flags of the name, and date of the old one."""
    fields = list(_CENTRAL.unpack_from(old.central))
    raw = old.central[_CENTRAL.size : _CENTRAL.size + fields[10]]
    _, _, needed, _, method, _, _, crc, packed, size, *_ = _CENTRAL.unpack_from(new.central)
    flags, date = fields[3] & _UTF8, (fields[5], fields[6])
    common = (needed, flags, method, *date, crc, packed, size, len(raw), 0)
    stream = new.local[_LOCAL.size + len(new.name.encode()) :]
    local = _LOCAL.pack(b"PK\x03\x04", *common) + raw + stream
    central = _CENTRAL.pack(b"PK\x01\x02", fields[1], *common, 0, 0, fields[14], fields[15], 0) + raw
    return Member(old.name, central, local, new.content)


def _records(data: bytes, at: int, end: int, count: int) -> Iterator[tuple[str, bytes, int]]:
    """(name, record, offset of the local header) of the directory.  Raises NotMarkable."""
    for _ in range(count):
        if at + _CENTRAL.size > end or not data.startswith(b"PK\x01\x02", at):
            raise NotMarkable("corrupt")
        fields = _CENTRAL.unpack_from(data, at)
        size = _CENTRAL.size + fields[10] + fields[11] + fields[12]
        if _LIMIT in (fields[8], fields[9], fields[16]) or at + size > end:
            raise NotMarkable("too-large" if at + size <= end else "corrupt")
        raw = data[at + _CENTRAL.size : at + _CENTRAL.size + fields[10]]
        yield raw.decode("utf-8" if fields[3] & _UTF8 else "cp437", "replace"), data[at : at + size], fields[16]
        at += size
    if at != end:
        raise NotMarkable("corrupt")
