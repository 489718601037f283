"""What a notice wants handed in (`submission.toml` of a pack), and what of it lies in a folder."""

from __future__ import annotations

import hashlib
import io
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from ..declared import PackError, pack_folders, read_declaration
from ..pack import Pack, load_pack
from ..policy import Certainty
from ..reading import UnreadableFile, received
from ..report import Report
from ..roster.fields import load_fields
from ..roster.read import is_roster
from ..session import Failure, failed, open_and_check
from ..term import Term
from ..text import fold

PACK = "fujian-2024"
BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
_SCANS = {
    b"%PDF-": (".pdf",),
    b"\xff\xd8\xff": (".jpg", ".jpeg"),
    b"\x89PNG\r\n\x1a\n": (".png",),
    b"II*\x00": (".tif", ".tiff"),
    b"MM\x00*": (".tif", ".tiff"),
    b"BM": (".bmp",),
}
SCANS = tuple(suffix for suffixes in _SCANS.values() for suffix in suffixes)
_SYSTEM = ("thumbs.db", "desktop.ini")
_MARKED = ("_已校验", "_备份")
MAX_FILES = 5000
"""Files looked at in a folder."""


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who hands in, and to whom."""

    id: str
    to: str


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing the notice asks for.  `file` is the name it is given: {单位} {校名} {学期} {学期简}.

    A scan answers the first item of which its text, where it holds any, has a word of every group of `says` and none of
    `says_not`; else the first of which its name has a word of every group of `words` and none of `unless`."""

    name: str
    kind: Literal["school", "bureau", "scan", "paper"]
    senders: tuple[str, ...]
    required: bool = True
    words: tuple[tuple[str, ...], ...] = ()
    unless: tuple[str, ...] = ()
    says: tuple[tuple[str, ...], ...] = ()
    says_not: tuple[str, ...] = ()
    folder: str = ""
    file: str = ""
    basis: str
    certainty: Certainty = "certain"
    note: str = ""


class Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`submission.toml`."""

    subject: str
    basis: str
    notices: tuple[str, ...] = ()
    """Words in the name of a notice, whoever sent it to whom."""
    sender: tuple[Sender, ...]
    item: tuple[Item, ...]


@cache
def _read(folder: Path) -> Submission:
    return read_declaration(folder / "submission.toml", Submission)


def submission() -> Submission:
    """What the notice wants.  Raises PackError."""
    return _read(pack_folders()[PACK])


@dataclass(frozen=True)
class Given:
    """A file of the folder that answers an item (None = it answers none).  `problem` is why it cannot be handed in, in
    Chinese; `remark` what should be known of it."""

    path: Path
    item: Item | None
    data: bytes = field(default=b"", repr=False)
    report: Report | None = None
    problem: str = ""
    remark: str = ""
    failure: Failure | None = None


def files_in(folder: Path, out: Path | None = None) -> Iterator[Path]:
    """The files below a folder by name, without lock files, hidden and system files and the package itself."""
    own = out.resolve() if out else None
    count = 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root, name)
            if name.startswith(("~$", ".")) or name.lower() in _SYSTEM or name.lower().endswith(".tmp"):
                continue
            if path.resolve() != own and path.is_file():
                count += 1
                if count > MAX_FILES:
                    raise PackError(f"文件夹里超过 {MAX_FILES} 个文件，不像要报送的材料。请只放要报送的文件。")
                yield path


def collect(folder: Path, *, term: Term | None = None, out: Path | None = None) -> list[Given]:
    """Every file of a folder with the item it answers.  Workbooks are checked."""
    pack = load_pack(PACK)
    return [_given(path, pack, term) for path in files_in(folder, out)]


def _given(path: Path, pack: Pack, term: Term | None) -> Given:
    suffix = path.suffix.lower()
    if suffix in BOOKS:
        return _book(path, pack, term)
    if suffix in SCANS:
        return _scan(path)
    return Given(path, None)


def _book(path: Path, pack: Pack, term: Term | None) -> Given:
    if path.stem.rstrip("0123456789").endswith(_MARKED):
        return Given(path, None, remark="本程序生成的标记件或备份，不报送")
    checked = open_and_check(path, term=term)
    lone = checked.kind == "term" if isinstance(checked, Failure) else len(checked[0].tables) == 1
    if lone and is_roster(path, load_fields(pack)):
        return Given(path, None, remark="学籍名册，不是结算表")
    if isinstance(checked, Failure):
        other = checked.kind == "not-settlement"
        return Given(path, None, failure=None if other else checked, remark="不是结算表" if other else "")
    workbook, report = checked
    bureaus = {item.name for item in pack.info.bureau}
    kind = "bureau" if report.set_name in bureaus else "school"
    item = next((item for item in submission().item if item.kind == kind), None)
    problem = remark = ""
    if workbook.book.reasons is not None:
        problem = "带着校验标记，请用没有标记的原件（或 jiesuan clear 清除）"
    elif report.blank:
        problem = "还没有填数"
    elif report.levels["错误"]:
        problem = f"有 {report.levels['错误']} 处错误，见 jiesuan check"
    elif report.levels["核实"]:
        remark = f"有 {report.levels['核实']} 处要核实，请改正或说明"
    try:
        data = received(path)
    except UnreadableFile as error:
        return Given(path, None, failure=failed(path, error.kind, error.message))
    if hashlib.sha256(data).hexdigest() != report.sha256:
        problem = "校验的时候被别的程序改过了，请再来一次"
    return Given(path, item, data, report, problem, remark)


def _scan(path: Path) -> Given:
    try:
        data = received(path)
    except UnreadableFile as error:
        return Given(path, None, failure=failed(path, error.kind, error.message))
    item = _answered(fold(str(path.stem)), fold(_text(data)))
    suffixes = next((suffixes for head, suffixes in _SCANS.items() if data.startswith(head)), ())
    problem = ""
    if not data:
        problem = "是空文件"
    elif path.suffix.lower() not in suffixes:
        problem = f"内容不是 {path.suffix.lower()} 扫描件，可能损坏或改过扩展名"
    unclear = item is None and any(word in path.stem for word in submission().notices)
    return Given(path, item, data, problem=problem, remark=_UNCLEAR if unclear else "")


_UNCLEAR = "看不出是财政拨付人社部门的通知，还是拨付学校的通知；请在文件名里写明，如“市财政拨付市人社…”“拨付市属校…”"


def _answered(name: str, text: str) -> Item | None:
    """The item that a scan answers, by its text or else by its name."""
    scans = [item for item in submission().item if item.kind == "scan"]
    said = next((item for item in scans if _matches(text, item.says, item.says_not)), None)
    return said or next((item for item in scans if _matches(name, item.words, item.unless)), None)


def _matches(text: str, words: tuple[tuple[str, ...], ...], unless: tuple[str, ...]) -> bool:
    """Whether a text has one of each group of words and none of the others."""

    def has(some: tuple[str, ...]) -> bool:
        return any(fold(word) in text for word in some)

    return bool(words) and all(map(has, words)) and not has(unless)


def _text(data: bytes) -> str:
    """What the first page of a PDF says; '' for a picture, and for one that cannot be read."""
    if not data.startswith(b"%PDF-"):
        return ""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return PdfReader(io.BytesIO(data)).pages[0].extract_text()
    except Exception:  # damaged in one of many ways: the name must do
        return ""
