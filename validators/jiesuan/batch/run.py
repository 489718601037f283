"""A batch from beginning to end: find, check, compare, write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ..book import Book
from ..pack import load_pack
from ..produce_error import OutputError, reason
from ..reading import UnreadableFile
from ..session import Failure, failed
from ..usage import Misuse
from .batch import Batch, Options
from .between import confront
from .engine import Engine, chunked, engine_of, evenly, work
from .find import DATA, KEY, Entry, Passed, entries_of, is_there
from .outputs import BYTES, FILES, Tell, bytes_again, trouble, write_schools, write_summaries
from .progress import note_progress
from .roster import Listed, open_roster, roster_in
from .schools import File, School, pack_of, schools_of
from .store import Checked, NoBatch, Store, fingerprint, read_index
from .work import Item, Question, Setting, check_chunk, numbers_at

TRANSIENT = ("timeout", "crashed", "internal")
"""Failures that the next run tries again."""

Then = Callable[[Batch, Callable[[File], bytes | None], Engine], None]
"""What may add to the reports before anything is written; it is given what reads a workbook once more, and the workers."""


def run_batch(options: Options, tell: Tell, then: Then | None = None) -> Batch:
    """Check everything in a folder and write OUT.

    Raises Misuse, OutputError.  Interrupted, everything finished is kept and taken up by the next run."""
    _check_places(options)
    book = open_roster(options.roster) if options.roster else None
    asked = str(options.term) if options.term else ""
    store = _store(options.out, fingerprint(asked))
    entries, passed = entries_of(options.folder, options.out, but=options.roster)
    if options.previous is not None:
        _check_previous(options.previous)
    batch = Batch(options, passed=passed, rostered=book is not None)
    with engine_of(options.engine, options.jobs, options.scheduler) as engine:
        setting = Setting(store.key, store.by, options.term)
        batch.files = _checked(batch, entries, store, engine, setting, tell)
        by_path = {entry.path: entry for entry in entries}
        batch.files = [file for file in batch.files if not _is_bureau(file, batch)]
        roster = _listed(book, batch) if book else None
        batch.passed.sort()
        batch.schools = schools_of(batch.files, roster, lambda file: bytes_again(by_path[file.path], file.sha256))
        batch.between = confront(
            batch.schools,
            rostered=batch.rostered,
            numbers=lambda asked: _numbers(batch.schools, by_path, asked, engine),
        )
        if then is not None:
            then(batch, lambda file: bytes_again(by_path[file.path], file.sha256), engine)
        if options.previous is not None:
            note_progress(batch, options.previous)
        write_schools(batch, by_path, store, engine, tell, asked)
    write_summaries(batch, store)
    return batch


def _check_places(options: Options) -> None:
    """Raises Misuse."""
    folder, out = options.folder, options.out
    if not is_there(folder):
        raise Misuse(f"找不到文件夹“{folder}”。请核对名字；收到的表要先放进一个文件夹。")
    if folder.is_file() and folder.suffix.lower() != ".zip":
        raise Misuse(f"“{folder.name}”是一个文件；jiesuan batch 处理文件夹或 .zip，一个工作簿请用 jiesuan check。")
    if is_there(out) and out.is_file():
        raise Misuse(f"“{out.name}”是一个文件；-o 要写一个文件夹。")
    if out.resolve() == folder.resolve():
        raise Misuse("输出文件夹不能就是收到的表所在的文件夹，请用 -o 另写一个。")
    with suppress(OSError):
        if out.is_dir() and not (out / DATA / KEY).exists() and any(out.iterdir()):
            raise Misuse(f"“{out.name}”里已有别的文件，没有动它；-o 请写一个新的或空的文件夹。")


def _check_previous(previous: Path) -> None:
    """Raises Misuse."""
    try:
        read_index(previous)
    except NoBatch as error:
        raise Misuse(str(error)) from error


def _store(out: Path, by: str) -> Store:
    """Raises OutputError."""
    try:
        return Store(out, by)
    except OSError as error:
        raise OutputError(f"输出文件夹“{out.name}”写不进去：{reason(error)}。请用 -o 换一个地方。") from error


# ── checking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _checked(
    batch: Batch, entries: Sequence[Entry], store: Store, engine: Engine, setting: Setting, tell: Tell
) -> list[File]:
    """Every file with its report or failure, in the order of the entries."""
    files = {entry.path: File(entry.path) for entry in entries}
    outcome: dict[str, Checked | Failure] = {}
    done, total = 0, len(entries)
    tell("校验", done, total)

    def news() -> Iterator[Item]:
        """What must be checked; what is known or cannot be read is settled on the way."""
        nonlocal done
        asked: set[str] = set()
        for entry in entries:
            file = files[entry.path]
            try:
                data = entry.read()
            except UnreadableFile as error:
                file.failure = failed(Path(entry.path), error.kind, error.message)
            except MemoryError:
                file.failure = failed(Path(entry.path), "too-large", "文件太大，没有读。请删去多余的内容后再试。")
            else:
                file.sha256 = hashlib.sha256(data).hexdigest()
                if file.sha256 in asked:
                    continue
                known = store.known(file.sha256)
                if known is None:
                    asked.add(file.sha256)
                    yield Item(entry.path, file.sha256, data)
                    continue
                batch.again += file.sha256 not in outcome
                outcome[file.sha256] = known
            done += 1
            tell("校验", done, total)

    chunks = chunked(news(), lambda item: len(item.data), most=evenly(engine, total, FILES), bytes_most=BYTES)
    for item, answer in work(engine, check_chunk, chunks, setting):
        outcome[item.sha256] = answer
        if isinstance(answer, Checked) and answer.kind not in TRANSIENT:
            _keep(batch, store, answer)
        done += 1
        tell("校验", done, total)
    tell("校验", total, total)
    for file in files.values():
        if file.failure is None:
            _settle(file, outcome[file.sha256])
    return list(files.values())


def _keep(batch: Batch, store: Store, checked: Checked) -> None:
    """A full disk stops no check; it is told once."""
    try:
        store.keep(checked)
    except OSError as error:
        trouble(batch, f"中间结果没有存下来（{reason(error)}），再运行时要从头校验。")


def _settle(file: File, outcome: Checked | Failure) -> None:
    path = Path(file.path)
    if isinstance(outcome, Failure) or outcome.kind:
        file.failure = failed(path, outcome.kind, outcome.message)
    else:
        file.checked = outcome
        file.report = outcome.report(file.path, load_pack(str(outcome.result["pack"])))


def _is_bureau(file: File, batch: Batch) -> bool:
    """Whether a workbook is a bureau's own; it is passed over with a word."""
    if file.report is None:
        return False
    pack = load_pack(file.report.pack)
    if file.report.set_name in {item.name for item in pack.info.set}:
        return False
    batch.passed.append(Passed(file.path, "主管部门的汇总表，不是学校的表；请用 jiesuan check 校验"))
    return True


def _listed(book: Book, batch: Batch) -> list[Listed]:
    """The schools of the roster; its sheets that do not count are passed over with a word."""
    roster = roster_in(book, pack_of(file.report for file in batch.files if file.report is not None))
    batch.passed += [Passed(f"{book.name}!{sheet}", why) for sheet, why in roster.left]
    return roster.schools


def _numbers(
    schools: Sequence[School],
    entries: Mapping[str, Entry],
    asked: Mapping[int, tuple[str, str, list[int]]],
    engine: Engine,
) -> Mapping[int, Mapping[int, str]]:
    """Identity numbers at the rows asked for, by school."""

    def questions() -> Iterator[tuple[int, Question]]:
        for number in sorted(asked):
            file = schools[number].current
            assert file is not None
            data = bytes_again(entries[file.path], file.sha256)
            if data is not None:
                sheet, column, rows = asked[number]
                yield number, Question(Item(file.path, file.sha256, data), sheet, column, tuple(rows))

    chunks = chunked(questions(), lambda pair: len(pair[1].item.data), most=FILES, bytes_most=BYTES)
    found: dict[int, Mapping[int, str]] = {}
    for (number, _), answer in work(engine, _ask, chunks):
        found[number] = {} if isinstance(answer, Failure) else answer
    return found


def _ask(pairs: list[tuple[int, Question]]) -> list[dict[int, str]]:
    return numbers_at([question for _, question in pairs])


__all__ = ["Tell", "run_batch"]
