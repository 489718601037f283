"""What a batch leaves in its output folder OUT, and how to read it again.

    汇总.xlsx  report.json  report.html      for people and programs; `report.json` is documented in the README
    学校/校名/                               what a school gets back: …_已校验.xlsx, 审核反馈.xlsx, 退回通知.docx
    数据/batch.json                          `Index`: where the files came from, and which of them count
    数据/checked/HASH.json                   one `Checked` per content, named by its SHA-256
    数据/key.bin                             the key of the hashes of persons
    数据/written.jsonl                       what was written for the schools, by what it was made of

`数据` is what resuming needs; deleting it loses nothing but time.  A later step (rollup, archive) goes like this:

    index = read_index(out)                     # Raises NoBatch
    for file in index.files:                    # of every file found, in the order of their paths
        if file.counts:                         # checked, and the one that counts for its school
            checked = read_checked(out, file.sha256)        # None where it was deleted
            report = checked.report(file.path, pack)        # as `check_workbook` gave it
            data = originals[file.sha256]                   # the workbook itself
            bound = open_workbook(Path(file.path), data=data)
    originals = originals_of(index, out)        # {sha256: bytes}, read when asked for; KeyError where changed or gone
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from .. import __version__
from ..declared import pack_folders
from ..pack import Pack
from ..report import Finding, Report, Unverified
from ..rule import Rule
from ..text import mask
from .find import DATA, KEY, entries_of

SCHEMA_VERSION = 2
INDEX, WRITTEN = "batch.json", "written.jsonl"


class NoBatch(Exception):
    """The folder holds no result of a batch; the message is Chinese."""


class People(msgspec.Struct, frozen=True):
    """The students of one workbook as keyed hashes, in the order of their rows."""

    sheet: str = ""
    column: str = ""
    """Letters of the column of identity numbers."""
    keys: bytes = b""
    """16 bytes a student: the identity number."""
    names: bytes = b""
    """8 bytes a student: the name."""
    rows: tuple[int, ...] = ()
    stays: bytes = b""
    """One byte a student: `people.stays_of`; empty where no remark speaks of a change of school."""


class Checked(msgspec.Struct, kw_only=True):
    """What one content gave: a report, or why there is none.  Rules are kept by their codes."""

    sha256: str
    by: str
    """`fingerprint` of the program, pack and options that checked it; another one checks again."""
    kind: str = ""
    """Slug of the failure; empty when checked."""
    message: str = ""
    result: dict[str, Any] = {}
    """The fields of the report."""
    roles: dict[str, str] = {}
    """Role → name of the sheet."""
    answered: bool = False
    """The workbook came back with written explanations; the report is what they leave."""
    printed: str = ""
    """The term that the workbook itself states, whatever `--term` says; empty where it states none."""
    people: People = People()

    def report(self, path: str, pack: Pack) -> Report | None:
        """The report, for a file of that path; None where the file could not be checked."""
        return None if self.kind else report_of(self.result, path, pack)


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """One file found."""

    path: str
    """Below the folder of the batch, with `/`; a member of an archive below the archive's name."""
    sha256: str
    """Empty where it could not be read at all."""
    school: str
    """The school as the batch calls it (as on the roster, where there is one)."""
    former: tuple[str, ...] = ()
    """Names it had before, by the roster."""
    term: str = ""
    set: str = ""
    counts: bool
    """Checked, and the one of its school's files that counts."""
    errors: int = 0
    """错误 open in it, those between workbooks included."""
    why: str = ""
    """Why it could not be checked."""
    result: dict[str, Any] = {}
    """The fields of its report as it was told, where the other workbooks or the last term's added to what it gave alone."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """`batch.json`."""

    schema_version: int = SCHEMA_VERSION
    source: str
    """The folder of the batch, relative to OUT where that is possible."""
    term: str = ""
    pack: str = ""
    files: tuple[Filed, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    """Schools of the roster that sent nothing, and 省属 or 市属 where it says so."""
    lost: tuple[tuple[str, str], ...] = ()
    """Folders and archives that could not be opened, and why: more workbooks may lie there."""


def data_folder(out: Path) -> Path:
    """Where the machine's part of OUT is."""
    return out / DATA


def fingerprint(term: str) -> str:
    """What the outcome for a content depends on: program, declarations, `--term`."""
    digest = hashlib.sha256(f"{__version__}/{SCHEMA_VERSION}/{term}".encode())
    for name, folder in sorted(pack_folders().items()):
        for path in sorted(folder.rglob("*.toml")):
            digest.update(f"{name}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def report_of(result: Mapping[str, Any], path: str, pack: Pack) -> Report:
    """The report that `packed` gave, for a file of that path."""
    return msgspec.convert(_with_rules({**result, "file": mask(PurePosixPath(path).name)}, pack), Report)


def packed(report: Report) -> dict[str, Any]:
    """The fields of a report with rules as codes, for `Checked.result`."""
    plain = _plain(report)
    assert isinstance(plain, dict)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Rule):
        return value.code
    if isinstance(value, Report | Finding | Unverified) or hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def _with_rules(value: Any, pack: Pack) -> Any:
    """Codes as rules again.  Raises KeyError where the pack has no such rule."""
    if isinstance(value, dict):
        return {
            key: pack.rules[item]
            if key == "rule" and isinstance(item, str)
            else [pack.rules[code] for code in item]
            if key == "selected"
            else _with_rules(item, pack)
            for key, item in value.items()
        }
    return [_with_rules(item, pack) for item in value] if isinstance(value, list) else value


class Store:
    """`数据` of an output folder, open for a batch."""

    def __init__(self, out: Path, by: str) -> None:
        """Raises OSError."""
        self.folder = data_folder(out)
        self.by = by
        (self.folder / "checked").mkdir(parents=True, exist_ok=True)
        self.key = self._key()

    def _key(self) -> bytes:
        path = self.folder / KEY
        with contextlib.suppress(OSError):
            known = path.read_bytes()
            if len(known) == 32:
                return known
        made = secrets.token_bytes(32)
        put(path, made)
        return made

    def known(self, sha256: str) -> Checked | None:
        """What that content gave before, to the same program and options."""
        found = _decoded(self.folder / "checked" / f"{sha256}.json")
        return found if found is not None and found.by == self.by and found.sha256 == sha256 else None

    def keep(self, checked: Checked) -> None:
        """Raises OSError."""
        put(self.folder / "checked" / f"{checked.sha256}.json", msgspec.json.encode(checked))

    def prune(self, wanted: set[str]) -> None:
        """Forget the contents that are in the folder no longer: they hold what the bureau need not keep."""
        for path in (self.folder / "checked").glob("*.json"):
            if path.stem not in wanted:
                path.unlink(missing_ok=True)

    def written(self) -> dict[str, list[str]]:
        """What the files of a school were made of → their paths below OUT.  A line cut off by the end of a process is
        nothing."""
        found: dict[str, list[str]] = {}
        with contextlib.suppress(OSError):
            for line in (self.folder / WRITTEN).read_bytes().splitlines():
                with contextlib.suppress(msgspec.DecodeError):
                    stamp, paths = msgspec.json.decode(line, type=tuple[str, list[str]])
                    found[stamp] = paths
        return found

    def note_written(self, stamp: str, paths: list[str]) -> None:
        """All files of a school are there.  Raises OSError."""
        with (self.folder / WRITTEN).open("ab") as file:
            file.write(msgspec.json.encode((stamp, paths)) + b"\n")

    def settle_written(self, written: Mapping[str, list[str]]) -> None:
        """The whole of it, at the end.  Raises OSError."""
        put(self.folder / WRITTEN, b"".join(msgspec.json.encode(item) + b"\n" for item in sorted(written.items())))

    def write_index(self, index: Index) -> None:
        """Raises OSError."""
        put(self.folder / INDEX, msgspec.json.format(msgspec.json.encode(index), indent=1))


def _decoded(path: Path) -> Checked | None:
    """A file of `checked`; None where it is not there, or damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checked)
    except (OSError, msgspec.DecodeError):
        return None


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; a batch that is killed leaves the old one or the new one.  Raises OSError."""
    scratch = path.with_name(f".{os.getpid()}.tmp")
    try:
        scratch.write_bytes(data)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def sweep(out: Path) -> None:
    """Remove what a batch that was killed while writing left half written in OUT."""
    for path in out.rglob(".*.tmp"):
        if path.name[1:-4].isdigit():
            with contextlib.suppress(OSError):
                path.unlink()


def read_index(out: Path) -> Index:
    """Raises NoBatch."""
    try:
        return msgspec.json.decode((data_folder(out) / INDEX).read_bytes(), type=Index)
    except OSError as error:
        raise NoBatch(f"“{out.name}”里没有批量校验的结果；请先运行 jiesuan batch 收到的表/ -o {out.name}。") from error
    except msgspec.DecodeError as error:
        raise NoBatch(f"“{out.name}”里的批量校验结果已损坏或出自另一版程序，请重新运行 jiesuan batch。") from error


def read_checked(out: Path, sha256: str) -> Checked | None:
    """What a content gave, whatever program checked it; None where it is not there."""
    return _decoded(data_folder(out) / "checked" / f"{sha256}.json")


class Originals(Mapping[str, bytes]):
    """The workbooks of a batch by their SHA-256, each read when it is asked for."""

    def __init__(self, index: Index, out: Path) -> None:
        self._places = {file.sha256: file.path for file in index.files if file.sha256}
        self._source = (out / index.source).resolve()
        self._entries: dict[str, Any] | None = None

    def __getitem__(self, sha256: str) -> bytes:
        """Raises KeyError where the file is gone or was changed."""
        from ..reading import UnreadableFile

        if self._entries is None:
            found, _ = entries_of(self._source)
            self._entries = {entry.path: entry for entry in found}
        entry = self._entries[self._places[sha256]]
        try:
            data: bytes = entry.read()
        except UnreadableFile as error:
            raise KeyError(sha256) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise KeyError(sha256)
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def originals_of(index: Index, out: Path) -> Originals:
    """The workbooks of a batch, where they were found."""
    return Originals(index, out)
