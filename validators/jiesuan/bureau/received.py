"""The schools of a folder of workbooks, or of the output of a batch: whose figures a bureau may sum, and who is left out."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..batch.between import BROKEN, PERSONS, confront, report_of
from ..batch.find import Entry, entries_of, is_there
from ..batch.people import KEY, people_of
from ..batch.schools import File, most_sent, senders_of
from ..batch.schools import School as Member
from ..batch.store import INDEX, Checked, Filed, NoBatch, data_folder, originals_of, read_index
from ..bind import Workbook
from ..check import check_workbook
from ..pack import Pack
from ..reading import UnreadableFile, received
from ..report import Report
from ..session import Failure, collector_paused, failed, is_blank, open_workbook
from ..term import Term
from ..text import fold, mask
from .problem import BureauProblem
from .school import School, gather


class LeftOut(NamedTuple):
    """A file whose figures are not summed, and why."""

    file: str
    why: str


@dataclass
class Received:
    """The schools whose figures count, by name, and what is left out."""

    term: Term
    bureau: str
    """The bureau's set, whose forms the schools' figures are for."""
    schools: list[School] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    """School → 错误 open in it, for those let in all the same."""
    missing: tuple[str, ...] = ()
    """Schools of the roster that sent nothing, where a batch was given one."""
    shared: list[str] = field(default_factory=list)
    """Schools let in whose students stand in another school's workbook, too: told in a sentence each."""
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    """(file, name in it, name on the roster) of those a batch took for a school of the roster under another name."""
    former: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Every school → names it had before, all folded; none where no roster of a batch says so."""


class _One(NamedTuple):
    """A workbook that could be read."""

    school: School
    errors: int
    blank: bool
    where: str = "jiesuan check 查看"
    """Where its 错误 are told."""
    stated: str = ""
    """The school's name in it, where a batch calls the school otherwise."""
    shared: str = ""
    """How many of its students stand in which other schools' workbooks; they are among its 错误."""
    former: tuple[str, ...] = ()
    """Names it had before."""


def receive(
    source: Path,
    pack: Pack,
    bureau: str,
    *,
    term: Term | None = None,
    allow_errors: bool = False,
    out: Path | None = None,
) -> Received:
    """Read the schools' workbooks.  The term is the one most of them are of, unless given.  Raises BureauProblem."""
    found: list[_One] = []
    left_out: list[LeftOut] = []
    try:
        for item in _opened(source, pack, bureau, term, out):
            if isinstance(item, LeftOut):
                left_out.append(item)
            else:
                found.append(item)
    except NoBatch as error:
        raise BureauProblem(str(error)) from error
    chosen = term or _term_of([one for one in found if one.school.set == pack.set_named(bureau).rates])
    if chosen is None:
        whys = "；".join(f"{item.file}：{item.why}" for item in left_out[:3])
        raise BureauProblem(f"“{source.name}”里没有可以汇总的学校结算表。{whys}")
    result = Received(chosen, bureau, missing=_missing(source, pack.set_named(bureau).rates))
    for one in found:
        result.former[fold(one.school.name)] = tuple(map(fold, one.former))
        why = _refused(one, pack, bureau, chosen, allow_errors=allow_errors)
        if why:
            left_out.append(LeftOut(one.school.file, why))
        else:
            result.schools.append(one.school)
            if one.stated:
                result.renamed.append((one.school.file, one.stated, one.school.name))
            if one.errors:
                result.errors[one.school.name] = one.errors
    _doubles(result, left_out)
    let_in = {school.file for school in result.schools}
    result.shared = sorted(
        f"“{one.school.name}”（{one.school.file}）{one.shared}，汇总会重复计算"
        for one in found
        if one.shared and one.school.file in let_in
    )
    result.schools.sort(key=lambda school: (school.name, school.sha256))
    result.left_out = sorted(left_out)
    return result


def _missing(source: Path, own: str) -> tuple[str, ...]:
    """Schools of the roster whose workbooks of the set `own` are still to come.  Raises NoBatch."""
    if not _is_batch(source):
        return ()
    return tuple(name for name, set_name in read_index(source).missing if set_name in ("", own))


def _is_batch(source: Path) -> bool:
    return is_there(data_folder(source) / INDEX)


def _term_of(found: list[_One]) -> Term | None:
    """The term of most schools, told as a batch tells it: of one that sent two, both."""
    sent: dict[str, set[Term]] = {}
    for one in [one for one in found if not one.blank] or found:
        sent.setdefault(fold(one.school.name) or one.school.file, set()).add(one.school.term)
    if of_most := most_sent(list(sent.values())):
        return max(of_most)
    counts = Counter(max(terms) for terms in sent.values())
    return max(counts, key=lambda term: (counts[term], term)) if counts else None


def _refused(one: _One, pack: Pack, bureau: str, term: Term, *, allow_errors: bool) -> str:
    school = one.school
    if school.set in {item.name for item in pack.info.bureau}:
        return "这是主管部门的汇总表，不是学校的表"
    if school.set != pack.set_named(bureau).rates:
        return f"{school.set}学校的表直接报省，不由市里汇总"
    if school.term != term:
        return f"是{school.term.title}的表，这次汇总的是{term.title}"
    if one.blank:
        return "是没有填数的空表"
    if not school.name:
        return "表上没有学校名称，无法列入汇总"
    if one.errors and not allow_errors:
        return f"还有 {one.errors} 处错误没有改（{one.where}）；确实要带着错误汇总，请加 --allow-errors"
    return ""


def _doubles(received: Received, left_out: list[LeftOut]) -> None:
    """One school, one workbook: copies count once, different ones not at all."""
    by_name: dict[str, list[School]] = {}
    for school in received.schools:
        by_name.setdefault(fold(school.name), []).append(school)
    received.schools = []
    for schools in by_name.values():
        schools.sort(key=lambda school: school.file)
        if len({school.sha256 for school in schools}) == 1:
            received.schools.append(schools[0])
            left_out += [LeftOut(other.file, f"与“{schools[0].file}”完全相同，只算一份") for other in schools[1:]]
            continue
        names = "、".join(school.file for school in schools)
        why = f"“{schools[0].name}”有 {len(schools)} 份内容不同的表（{names}），不知以哪份为准；请只留一份再汇总"
        left_out += [LeftOut(school.file, why) for school in schools]


def _opened(source: Path, pack: Pack, bureau: str, term: Term | None, out: Path | None) -> Iterator[_One | LeftOut]:
    if _is_batch(source):
        yield from _from_batch(source, pack, bureau, term)
    else:
        yield from _from_folder(source, pack, bureau, term, out)


def _from_batch(out: Path, pack: Pack, bureau: str, term: Term | None) -> Iterator[_One | LeftOut]:
    """What a batch has checked: the file that counts for each school, with the findings between workbooks counted."""
    index = read_index(out)
    originals = originals_of(index, out)
    counting = {file.school: file for file in index.files if file.counts}
    for path, why in index.lost:
        yield LeftOut(path, why)
    for file in index.files:
        if not file.counts:
            yield LeftOut(file.path, file.why or _second(file, counting.get(file.school)))
            continue
        try:
            data = originals[file.sha256]
        except KeyError:
            yield LeftOut(file.path, "批量校验以后这个文件改过或不在了，请重新运行 jiesuan batch")
            continue
        with collector_paused():
            workbook = open_workbook(Path(PurePosixPath(file.path).name), term=term, data=data)
            if isinstance(workbook, Failure):
                yield LeftOut(file.path, workbook.message)
                continue
            school = gather(workbook, pack, bureau, mask(file.path))
            stated, school.name = mask(school.name), file.school or school.name
            stated = "" if fold(stated) == fold(school.name) else stated
            yield _One(school, file.errors, is_blank(workbook), "见批量校验的汇总", stated, former=file.former)


def _second(file: Filed, first: Filed | None) -> str:
    """Why one of several files of a school does not count."""
    if first is None:
        return "批量校验没有采用这一份，见批量校验的汇总"
    if first.sha256 == file.sha256:
        return f"与“{first.path}”完全相同，只算一份"
    return f"“{file.school}”有几份内容不同的表，批量校验采用的是“{first.path}”，这一份没有汇总"


def _from_folder(
    source: Path, pack: Pack, bureau: str, term: Term | None, out: Path | None
) -> Iterator[_One | LeftOut]:
    if not is_there(source):
        raise BureauProblem(f"没有找到“{source.name}”；请写出放学校结算表的文件夹，或批量校验的结果文件夹。")
    if source.is_file():
        entries, passed = entries_of(source) if source.suffix.lower() == ".zip" else ([_entry(source)], [])
    else:
        entries, passed = entries_of(source, but=out)
    for item in passed:
        if item.kind:
            yield LeftOut(item.path, item.why)
    opened: list[tuple[_One, Member]] = []
    files: list[File] = []
    secret = secrets.token_bytes(KEY)
    for entry in entries:
        try:
            data = entry.read()
        except UnreadableFile as error:
            one: tuple[_One, Member] | Failure = failed(Path(entry.path), error.kind, error.message)
        else:
            one = _checked(entry.path, data, pack, bureau, term, secret)
        if isinstance(one, Failure):
            yield LeftOut(entry.path, one.message)
            files.append(File(entry.path, failure=one))
        else:
            opened.append(one)
            files += one[1].files
    _add_unread(files, [member for _, member in opened])
    yield from _confronted(opened)


def _add_unread(files: list[File], members: list[Member]) -> None:
    """A file that could not be read belongs to the school of its name, as in a batch."""
    for sender in senders_of(files, None):
        unread = [file for file in sender.files if file.failure is not None]
        own = {file.path for file in sender.files}
        for member in members:
            if member.current is not None and member.current.path in own:
                member.files += unread


def _entry(path: Path) -> Entry:
    return Entry(path.name, lambda: received(path))


def _checked(
    path: str, data: bytes, pack: Pack, bureau: str, term: Term | None, secret: bytes
) -> tuple[_One, Member] | Failure:
    with collector_paused():
        workbook = open_workbook(Path(PurePosixPath(path).name), term=term, data=data)
        if isinstance(workbook, Failure):
            return workbook
        report: Report = check_workbook(workbook)
        one = _One(gather(workbook, pack, bureau, mask(path)), report.levels["错误"], is_blank(workbook))
        sha256 = one.school.sha256
        file = File(path, sha256, Checked(sha256=sha256, by="", people=people_of(workbook, secret)), report)
        return one, Member(one.school.name, files=[file], current=file)


def _confronted(opened: list[tuple[_One, Member]]) -> Iterator[_One]:
    """The workbooks, with what a batch finds between them among their 错误: students whom another school has listed as well, and
    another file of the school that nobody could read.  One without a name may be the very school."""
    schools = [member for one, member in opened if one.school.name]
    elsewhere: dict[int, list[str]] = {}
    for person in confront(schools, rostered=False, numbers=lambda asked: {}).repeated:
        for school, sheet, cell in person.places:
            others = [other.name for other, _, _ in person.places if fold(other.name) != fold(school.name)]
            report = report_of(school)
            wrong = report is not None and any(
                (item.sheet, item.cell, item.level) == (sheet, cell, "错误") and item.rule.check in PERSONS
                for item in report.findings
            )
            if others and wrong:
                elsewhere.setdefault(id(school), []).extend(others[:1])
    for one, member in opened:
        others = elsewhere.get(id(member), [])
        names = "、".join(f"“{mask(name)}”" for name in sorted(set(others))[:3])
        shared = f"有 {len(others)} 名学生也在{names}的名单上" if others else ""
        report = report_of(member)
        broken = [mask(item.message) for item in report.findings if item.rule.check == BROKEN] if report else []
        if others or broken:
            told = "；".join([*([shared] if shared else []), *broken])
            one = one._replace(
                errors=one.errors + len(others) + len(broken),
                where=f"{told}，用 jiesuan batch 校验这个文件夹可逐个查看",
                shared=shared,
            )
        yield one


def open_one(path: Path, *, term: Term | None = None) -> Workbook:
    """One workbook bound, for comparing.  Raises BureauProblem."""
    workbook = open_workbook(path, term=term)
    if isinstance(workbook, Failure):
        raise BureauProblem(f"{workbook.file}：{workbook.message}")
    return workbook


__all__ = ["LeftOut", "Received", "open_one", "receive"]
