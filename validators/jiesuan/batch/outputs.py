"""Writing the output folder: what each school gets back, the summaries, and what the next run needs."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from ..marking.files import find_libreoffice
from ..produce_error import reason
from ..reading import UnreadableFile
from ..session import Failure
from ..term import Term
from ..text import mask
from .batch import Batch
from .between import report_of
from .engine import Engine, chunked, evenly, work
from .find import DATA, Entry
from .parcel import Made, Parcel, Problem, encoded, make_parcels, problems_of, short, told_sender
from .schools import File, School
from .store import Filed, Index, Store, packed, put, sweep

FILES, BYTES = 64, 6 << 20
"""Most files, and bytes, in one piece of work."""
SCHOOLS = "学校"
SUMMARY, RECORD, PAGE = "汇总.xlsx", "report.json", "report.html"

_OUTCOME = ("findings", "explained", "explanations")

Tell = Callable[[str, int, int], None]
"""(what is done, how many, of how many); called often."""


def trouble(batch: Batch, text: str) -> None:
    """What could not be written, told once."""
    if text not in batch.troubles:
        batch.troubles.append(text)


def bytes_again(entry: Entry, sha256: str) -> bytes | None:
    """A workbook once more; None where it is not what it was."""
    try:
        data = entry.read()
    except UnreadableFile:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def write_schools(
    batch: Batch, entries: Mapping[str, Entry], store: Store, engine: Engine, tell: Tell, asked: str
) -> None:
    """What every school gets back; what is there already and made of the same is left."""
    out = batch.options.out
    wanted = list(_parcels(batch, asked))
    batch.folders = {number: parcel.folder for number, parcel in wanted}
    before = store.written()
    after: dict[str, list[str]] = {}
    stamps: dict[str, str] = {}
    done = 0
    tell("写反馈", done, len(wanted))

    def fresh() -> Iterator[Parcel]:
        nonlocal done
        for number, parcel in wanted:
            stamp = stamps[parcel.folder] = _stamp(batch, number, parcel, store)
            known = before.get(stamp)
            if known is not None and all((out / path).is_file() for path in known):
                after[stamp] = batch.outputs[parcel.folder] = known
                done += 1
                tell("写反馈", done, len(wanted))
                continue
            yield _with_data(parcel, batch.schools[number], entries)

    chunks = chunked(
        fresh(), lambda parcel: len(parcel.data) * 2 + 1, most=evenly(engine, len(wanted), FILES), bytes_most=BYTES
    )
    for parcel, made in work(engine, make_parcels, chunks):
        paths, whole = _put_all(batch, parcel, made)
        batch.outputs[parcel.folder] = paths
        after[stamps[parcel.folder] if whole else f"-{parcel.folder}"] = paths
        if whole:
            with suppress(OSError):
                store.note_written(stamps[parcel.folder], paths)
        done += 1
        tell("写反馈", done, len(wanted))
    kept = {path for paths in after.values() for path in paths}
    for path in sorted({path for paths in before.values() for path in paths} - kept):
        _remove(out, path)
    with suppress(OSError):
        store.settle_written(after)


def _parcels(batch: Batch, asked: str) -> Iterator[tuple[int, Parcel]]:
    """(number of the school, its parcel) of every school that gets something."""
    taken: set[str] = set()
    for number, school in enumerate(batch.schools):
        report, current = report_of(school), school.current
        if not school.files:
            continue
        if report is None or current is None:
            problems = tuple(
                Problem("错误", "", "", "", mask(file.name), told_sender(file.failure.message), help="重新报送")
                for file in school.files
                if file.failure is not None
            )
            folder = _folder(school, taken)
            yield number, Parcel(folder, school.name, "", batch.options.due, mask(school.files[0].name), problems)
        elif school.must_return or report.findings:
            assert current.checked is not None
            yield (
                number,
                Parcel(
                    _folder(school, taken),
                    school.name,
                    Term.parse(report.term).title,
                    batch.options.due,
                    mask(current.name),
                    problems_of(report) if school.must_return else (),
                    report.pack,
                    current.path,
                    result=packed(report),
                    answered=current.checked.answered,
                    asked=asked,
                ),
            )


def _folder(school: School, taken: set[str]) -> str:
    name, number = short(school.name), 2
    folder = f"{SCHOOLS}/{name}"
    while folder.lower() in taken:
        folder, number = f"{SCHOOLS}/{name}{number}", number + 1
    taken.add(folder.lower())
    return folder


def _stamp(batch: Batch, number: int, parcel: Parcel, store: Store) -> str:
    """What the files of a parcel are made of, with the content of the workbook."""
    current = batch.schools[number].current
    able = "" if find_libreoffice() is None else "+"
    parts = (encoded(parcel), (current.sha256 if current else "").encode(), store.by.encode(), able.encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _with_data(parcel: Parcel, school: School, entries: Mapping[str, Entry]) -> Parcel:
    current = school.current
    report = report_of(school)
    if current is None or report is None or not report.findings:
        return parcel
    data = bytes_again(entries[current.path], current.sha256)
    return parcel if data is None else dataclasses.replace(parcel, data=data)


def _put_all(batch: Batch, parcel: Parcel, made: Made | Failure) -> tuple[list[str], bool]:
    """Write what was made for a school; the paths written, and whether that is all."""
    out = batch.options.out
    written: list[str] = []
    whole = True
    for item in [made] if isinstance(made, Failure) else made:
        if isinstance(item, Failure):
            trouble(batch, f"{parcel.school}：{item.message}")
            whole = False
            continue
        path, data = item
        try:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            put(out / path, data)
        except OSError as error:
            trouble(batch, f"“{path}”没有写成：{reason(error)}。")
            whole = False
        else:
            written.append(path)
    return sorted(written), whole


def _remove(out: Path, path: str) -> None:
    """A file of ours that is no longer true, and its folder once that is empty."""
    with suppress(OSError):
        (out / path).unlink(missing_ok=True)
        (out / path).parent.rmdir()


def write_summaries(batch: Batch, store: Store) -> None:
    from .page import page
    from .record import record_bytes
    from .summary import summary

    out = batch.options.out
    makers: Iterable[tuple[str, Callable[[Batch], bytes]]] = ((SUMMARY, summary), (RECORD, record_bytes), (PAGE, page))
    for name, make in makers:
        try:
            put(out / name, make(batch))
        except OSError as error:
            batch.unwritten.append(name)
            trouble(batch, f"“{name}”没有写成：{reason(error)}。请关闭正在打开它的程序，或腾出空间，再运行一次。")
    try:
        store.write_index(_index(batch))
        store.prune({file.sha256 for file in batch.files if file.sha256})
        sweep(out)
    except OSError as error:
        trouble(batch, f"“{DATA}”没有写成：{reason(error)}。")


def _index(batch: Batch) -> Index:
    owner: dict[str, School] = {file.path: school for school in batch.schools for file in school.files}
    return Index(
        source=_relative(batch.options.folder, batch.options.out),
        term=batch.term,
        pack=next((report.pack for report in batch.reports), ""),
        files=tuple(_filed(file, owner[file.path]) for file in batch.files),
        missing=tuple(
            (school.name, school.listed.set if school.listed else "") for school in batch.schools if not school.files
        ),
        lost=tuple((item.path, item.why) for item in batch.lost),
    )


def _filed(file: File, school: School) -> Filed:
    report = file.report
    facts: dict[str, Any] = {"why": file.failure.message} if file.failure else {}
    if report is not None:
        facts = {"term": report.term, "set": report.set_name, "errors": report.levels["错误"], "result": _told(file)}
    counts = school.current is file and report is not None
    former = school.listed.former if school.listed else ()
    return Filed(path=file.path, sha256=file.sha256, school=school.name, former=former, counts=counts, **facts)


def _told(file: File) -> dict[str, Any]:
    """The report as it was told, where it says more than the workbook alone gave."""
    assert file.report is not None and file.checked is not None
    alone, told = file.checked.result, packed(file.report)
    return told if any(_bytes(told[part]) != _bytes(alone.get(part)) for part in _OUTCOME) else {}


def _bytes(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def _relative(folder: Path, out: Path) -> str:
    try:
        return Path(os.path.relpath(folder.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive
        return folder.resolve().as_posix()
