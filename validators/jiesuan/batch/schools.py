"""Which files belong to which school, and which of several counts."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NamedTuple, TypeVar

from ..pack import load_pack
from ..report import Report
from ..session import Failure
from ..term import Term
from ..text import clean, fold, mask
from .roster import Listed, match, same_school
from .store import Checked

_T = TypeVar("_T")

FILED, MISSING, REPEATED, EXTRA, MISNAMED, UNKNOWN = "已报", "未报", "重复报送", "多报", "名称不一致", "无法识别"
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)")
_WORDS = re.compile(r"\(?(附件[0-9一二三四]?|更正|改正|修改|重报|上报|报送|填报|最终|定稿|盖章)[后过]?的?[版稿]?\)?")
_LETTERS = re.compile("^.*[^\u4e00-\u9fff]")
_NOISE = re.compile(r"(资助|助学)?金?结算表?|\(\d+\)|20\d\d年?([春秋]季?|[上下]半年)?(学期)?|[_\-\s]+")


@dataclass
class File:
    """One file of a batch: its report, or why there is none."""

    path: str
    sha256: str = ""
    checked: Checked | None = None
    report: Report | None = None
    failure: Failure | None = None
    modified: str = ""
    """When the workbook itself says it was last saved; asked only where several compete."""

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def printed(self) -> str:
        """The term that the workbook itself states; empty where it states none."""
        return self.checked.printed if self.checked else ""

    @property
    def set_name(self) -> str:
        """省属 or 市属, as its forms are; empty where it could not be read."""
        return self.report.set_name if self.report else ""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem


@dataclass
class School:
    """One school: what it sent, and which of it counts."""

    name: str
    listed: Listed | None = None
    files: list[File] = field(default_factory=list)
    """By path."""
    current: File | None = None
    copies: list[File] = field(default_factory=list)
    """Files with the very content of the one that counts."""
    others: list[File] = field(default_factory=list)
    """Files with another content."""
    blanks: list[File] = field(default_factory=list)
    """Forms not filled in, beside one that is: they never compete with it."""
    stated: str = ""
    """The name in the workbook that counts."""
    filed: str = FILED
    decided: str = ""
    """Why the current file was chosen among several."""
    progress: dict[str, int] = field(default_factory=dict)
    """Against an earlier submission of the same term: 仍存在, 新出现, 已消除."""

    @property
    def must_return(self) -> bool:
        """Whether the school has to send something: nothing usable came, or something is to be corrected or explained."""
        return self.current is None or self.current.report is None or not self.current.report.clean


def pack_of(reports: Iterable[Report]) -> str:
    """The id of the pack that most workbooks are of; that of the program where there are none."""
    counted = Counter(report.pack for report in reports)
    return min(counted, key=lambda pack: (-counted[pack], pack), default="") or load_pack().info.id


def schools_of(
    files: Sequence[File], roster: Sequence[Listed] | None, bytes_of: Callable[[File], bytes | None]
) -> list[School]:
    """The schools of a batch, those of the roster first and in its order; `bytes_of` gives a workbook once more."""
    stated = _stated(files)
    senders = senders_of(files, roster)
    usual = _usual(senders)
    return [_decided(school, stated, bytes_of, usual, roster is not None) for school in senders]


def senders_of(files: Sequence[File], roster: Sequence[Listed] | None) -> list[School]:
    """Who sent which files: by the name in the workbook, else by the name of the file."""
    stated = _stated(files)
    pack = pack_of(file.report for file in files if file.report is not None)
    known = match(stated.values(), roster or (), pack)
    schools = {fold(item.name): School(mask(item.name), item) for item in roster or ()}
    for file in files:
        if file.path not in stated:
            continue
        name = stated[file.path]
        listed = known.get(name)
        key = fold(listed.name if listed else name)
        schools.setdefault(key, School(mask(name))).files.append(file)
    for file in files:
        if file.path not in stated:
            _by_name(file, schools, pack)
    return list(schools.values())


def _stated(files: Sequence[File]) -> dict[str, str]:
    """Path → the school's name in the workbook, where there is one."""
    return {file.path: name for file in files if file.report is not None and (name := clean(file.report.school))}


def _by_name(file: File, schools: dict[str, School], pack: str) -> None:
    """A workbook without a school's name, or one that could not be read, goes by the name of the file."""
    stem = fold(file.stem)
    inside = [key for key in schools if key and key in stem]
    if inside and (file.report is None or _names(stem, max(inside, key=len), pack)):
        schools[max(inside, key=len)].files.append(file)
        return
    plain = _plain(stem)
    near = match([plain], [Listed(key) for key in schools if "\0" not in key], pack) if plain else {}
    if near:
        schools[near[plain].name].files.append(file)
    else:
        schools.setdefault(f"{file.path}\0", School(mask(file.stem), filed=UNKNOWN)).files.append(file)


def _plain(stem: str) -> str:
    """The name of a file without what is no part of a school's name."""
    return _WORDS.sub("", _NOISE.sub("", stem))


def _names(stem: str, key: str, pack: str) -> bool:
    """Whether the name of a file means that very school, not a longer name that it is a part of (a branch, another town's).  What
    cannot be read is tied to it all the same: better one asked about too many."""
    before, _, after = stem.partition(key)
    before, after = _LETTERS.sub("", _plain(before)), _plain(after)
    name = f"{before}{key}{after if re.search('[校院]', after) else ''}"
    return name == key or same_school(name, key, pack) > 0


class Usual(NamedTuple):
    """What most schools of a batch sent; empty where nothing is of more than half of them."""

    term: str = ""
    set_name: str = ""


NOTHING_USUAL = Usual()


def _usual(schools: Iterable[School]) -> Usual:
    """What most schools sent, by their workbooks that are filled in; where none is, by all."""
    readable = [[file for file in school.files if file.report is not None] for school in schools]
    filled = [[file for file in files if not _blank(file)] for files in readable]
    sent = [files for files in filled if files] or [files for files in readable if files]
    terms = most_sent([{_term(file) for file in files} for files in sent])
    sets = most_sent([{file.set_name for file in files} for files in sent])
    return Usual(str(max(terms)) if terms else "", sets[0] if len(sets) == 1 else "")


def most_sent(sent: Sequence[Collection[_T]]) -> list[_T]:
    """What more than half have among what they sent; a school that sent two has both."""
    counted = Counter(item for items in sent for item in set(items))
    return [item for item, count in counted.items() if count * 2 > len(sent)]


def _decided(
    school: School, stated: dict[str, str], bytes_of: Callable[[File], bytes | None], usual: Usual, rostered: bool
) -> School:
    school.files.sort(key=lambda file: file.path)
    readable = [file for file in school.files if file.report is not None]
    plainest = sorted(readable, key=lambda file: _plainness(file, school.name))
    contents = list({file.sha256: file for file in reversed(plainest)}.values())  # of copies, the one named most simply
    if len(contents) > 1:
        for file in contents:
            file.modified = modified(bytes_of(file) or b"")
    if contents:
        school.current, school.decided = newest(contents, school.listed.set if school.listed else "", usual)
        school.copies = [f for f in readable if f is not school.current and f.sha256 == school.current.sha256]
        rest = [f for f in readable if f.sha256 != school.current.sha256]
        school.blanks = [] if _blank(school.current) else [f for f in rest if _blank(f)]
        school.others = rest if _blank(school.current) else [f for f in rest if not _blank(f)]
        school.stated = stated.get(school.current.path, "")
    if school.filed == UNKNOWN:
        return school
    if not school.files:
        school.filed = MISSING
    elif len(school.files) > 1:
        school.filed = REPEATED
    elif rostered and school.listed is None:
        school.filed = EXTRA
    elif school.listed and school.stated and fold(school.stated) != fold(school.listed.name):
        school.filed = MISNAMED
    return school


def _plainness(file: File, school: str) -> tuple[bool, int, int, str]:
    """Of copies the one first whose name says whose it is, then the shortest."""
    return fold(school) not in fold(file.stem), file.path.count("/"), len(file.path), file.path


def newest(files: Iterable[File], listed: str = "", usual: Usual = NOTHING_USUAL) -> tuple[File, str]:
    """The file that counts among several contents of one school, and why: one that is filled in, of the set the roster has the
    school `listed` in, of the term of most schools or else the latest, of the set of most, then by when the workbook itself says
    it was saved; file times change in copying and decide nothing."""
    found = sorted(files, key=lambda file: file.path)
    if len(found) == 1:
        return found[0], ""
    found = _filled(found)
    if len(found) == 1:
        return found[0], "只有它填了数"
    whys = []
    for why, preferred in _preferences(listed, usual):
        left = preferred(found)
        if left and len(left) < len(found):
            found = left
            whys.append(why)
    if len(found) > 1:
        whys.append("看不出先后，取文件名排在最后的一份")
    return found[-1], "；这样的几份里".join(whys)


def _preferences(listed: str, usual: Usual) -> list[tuple[str, Callable[[list[File]], list[File]]]]:
    """(why, which of several files are preferred for it; none where it tells nothing), the weightiest first."""
    return [
        (f"它是{listed}的表，与名单相符", lambda found: [file for file in found if file.set_name == listed]),
        ("它的学期与多数学校相同", lambda found: _of_term(found, usual.term)),
        ("它的学期最新", _of_latest_term),
        ("其余的写的是别的学期", lambda found: [file for file in found if _as_printed(file)]),
        (
            f"它和多数学校一样是{usual.set_name}的表",
            lambda found: [file for file in found if file.set_name == usual.set_name],
        ),
        ("它保存得最晚", _saved_last),
    ]


def _of_term(files: list[File], term: str) -> list[File]:
    """Those of a term; none where that is the latest of all, which says as much."""
    latest = str(max(map(_term, files)))
    return [file for file in files if str(_term(file)) == term != latest]


def _of_latest_term(files: list[File]) -> list[File]:
    latest = max(map(_term, files))
    return [file for file in files if _term(file) == latest]


def _saved_last(files: list[File]) -> list[File]:
    """None where one does not say when it was saved."""
    last = max(file.modified for file in files)
    return [file for file in files if file.modified == last] if all(file.modified for file in files) else []


def _filled(files: list[File]) -> list[File]:
    """Those that are filled in; all where none is."""
    return [file for file in files if not _blank(file)] or files


def _blank(file: File) -> bool:
    return file.report is not None and file.report.blank


def _as_printed(file: File) -> bool:
    """Whether the workbook does not itself contradict the term it was checked for (`--term`)."""
    assert file.report is not None
    return file.printed in ("", file.report.term)


def _term(file: File) -> Term:
    assert file.report is not None
    return Term.parse(file.report.term)


def modified(data: bytes) -> str:
    """When an .xlsx says it was last saved, `2024-09-05 10:20`; empty where it does not say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("docProps/core.xml") as part:
            found = _MODIFIED.search(part.read(1 << 16))
    except Exception:  # no package, no such part, or one of many ways to be damaged
        return ""
    return found[1].decode().replace("T", " ")[:16] if found else ""
