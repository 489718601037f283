"""The journal: a part of our own that holds, as they lay in the file, all members that marking touched.

Programs that save the workbook drop it as unknown, or leave touched parts that no longer match; then it is not used and
the signatures have to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from .archive import Archive, Member
from .package import Package
from .problem import NotMarkable

PART = "xl/jiesuan.journal"
_TYPE = "application/vnd.jiesuan.journal"
_RELATION = "urn:jiesuan:journal"
_VERSION = 1


def announce(package: Package) -> None:
    """Declare the journal; to be called before it is written."""
    package.declare(PART, _TYPE)
    package.relate(package.main, _RELATION, PART)


def write(package: Package, original: Mapping[str, Member]) -> None:
    """Write the journal of all changes since `original`; nothing may be changed after it."""
    members = package.archive.members
    touched = [member for name, member in original.items() if members[name] is not member]
    record = {
        "version": _VERSION,
        "added": [name for name in members if name not in original],
        "touched": [
            [member.name, _digest(members[member.name].read()), _placeless(member.central).hex(), len(member.local)]
            for member in touched
        ],
    }
    head = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode()
    package.write(PART, b"\n".join([head, b"".join(member.local for member in touched)]))


def restored(package: Package) -> bytes | None:
    """The file as it was before it was marked, or None where the journal is missing or does not match."""
    if PART not in package:
        return None
    archive = package.archive
    try:
        head, _, rest = package.read(PART).partition(b"\n")
        record = json.loads(head)
        originals = []
        for name, digest, central, size in record["touched"]:
            if _digest(archive.members[name].read()) != digest:
                return None
            originals.append(Member(name, bytes.fromhex(central), rest[:size]))
            rest = rest[size:]
        for member in originals:
            member.read()
        added = [name for name in record["added"] if name in archive.members]
        if record["version"] != _VERSION or rest:
            return None
    except (NotMarkable, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    for member in originals:
        archive.put(member)
    for name in {*added, package.exact(PART)}:
        archive.remove(name)
    data = archive.to_bytes()
    return data if _whole(data) else None


def forget(package: Package) -> None:
    """Take the journal out of a package whose parts it no longer matches."""
    if PART in package:
        package.unrelate(package.main, PART)
        package.remove(PART)


def _placeless(central: bytes) -> bytes:
    """A directory record without the place of its member, which differs from one archive to the next."""
    return central[:42] + bytes(4) + central[46:]


def _whole(data: bytes) -> bool:
    try:
        return bool(Archive(data).members)
    except NotMarkable:
        return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
