"""A second look at the workbooks of a batch, in its workers: the rules between terms, and what schools wrote about findings
that no workbook alone gives (`needs` 批 and 上期)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..batch.batch import Batch, with_last_term
from ..batch.between import report_of as report_that_counts
from ..batch.engine import Engine, chunked, evenly, work
from ..batch.outputs import BYTES, FILES
from ..batch.progress import earlier
from ..batch.roster import FORMER
from ..batch.run import Then
from ..batch.schools import File, School
from ..batch.store import originals_of, packed, read_index, report_of
from ..bind import Workbook
from ..pack import load_pack
from ..report import Report
from ..session import Failure, collector_paused, open_workbook
from ..term import Term
from ..text import fold, nearest
from .checking import further
from .inputs import LIKE
from .terms import not_comparable

GONE = "上学期的表已不在原处，没有与上学期核对"
CHANGED = "校验以后这个文件改过或不在了，没有与上学期核对"


@dataclass(frozen=True)
class Look:
    """One workbook to look at again: plain data for a worker."""

    number: int
    """Of its school."""
    path: str
    data: bytes = field(repr=False)
    result: dict[str, Any] = field(repr=False)
    """Its report, packed."""
    asked: str = ""
    """`--term`."""
    then_path: str = ""
    then: bytes = field(default=b"", repr=False)
    """The school's workbook of last term; empty where nothing is compared."""
    answered: bool = False


def look_again(looks: list[Look]) -> list[dict[str, Any]]:
    """The reports, packed, with the rules between terms and with the reasons judged once more."""
    with collector_paused():
        return [packed(_looked(look)) for look in looks]


def _looked(look: Look) -> Report:
    from ..explain import judge
    from ..marking.returned import came_back

    report = report_of(look.result, look.path, load_pack(str(look.result["pack"])))
    now = _opened(look.path, look.data, Term.parse(look.asked) if look.asked else None)
    if isinstance(now, Failure):
        report.remarks.append(CHANGED)
        return report
    if look.then:
        _between_terms(report, now, _opened(look.then_path, look.then, None))
    if look.answered:
        report = judge(now, report, *came_back(now.book), now="").report
    return report


def _opened(path: str, data: bytes, term: Term | None) -> Workbook | Failure:
    return open_workbook(Path(PurePosixPath(path).name), term=term, data=data)


def _between_terms(report: Report, now: Workbook, then: Workbook | Failure) -> None:
    """Add the rules between terms; a workbook of last term that will not do is no fault of this one."""
    why = then.message if isinstance(then, Failure) else not_comparable(now, then, same_unit=True)
    if isinstance(then, Failure) or why:
        report.remarks.append(f"没有与上学期核对：{why}")
    else:
        further(previous=then, same_unit=True)(now, report)


def second_look(previous: Path | None) -> Then:
    """What `run_batch` does before anything is written; `previous` is OUT of an earlier batch.  Raises NoBatch."""

    def add(batch: Batch, bytes_of: Callable[[File], bytes | None], engine: Engine) -> None:
        looks = list(_wanted(batch, previous))
        asked = str(batch.options.term) if batch.options.term else ""
        originals = originals_of(read_index(previous), previous) if previous else {}

        def with_data() -> Iterator[Look]:
            for number, file, then in looks:
                assert file.report is not None and file.checked is not None
                data, old = bytes_of(file), originals.get(then[1]) if then else None
                if then and old is None:
                    file.report.remarks.append(GONE)
                if data is None:
                    file.report.remarks.append(CHANGED)
                elif old is not None or file.checked.answered:
                    yield Look(
                        number, file.path, data, packed(file.report), asked,
                        then[0] if old is not None else "", old or b"", file.checked.answered,
                    )  # fmt: skip

        chunks = chunked(
            with_data(),
            lambda look: len(look.data) + len(look.then),
            most=evenly(engine, len(looks), FILES),
            bytes_most=BYTES,
        )
        for look, answer in work(engine, look_again, chunks):
            file = batch.schools[look.number].current
            assert file is not None and file.report is not None
            if isinstance(answer, Failure):
                file.report.remarks.append(f"没有与上学期核对：{answer.message}")
            else:
                file.report = report_of(answer, file.path, load_pack(file.report.pack))
        asked_for = [batch.schools[number] for number, _, then in looks if then[0]]
        batch.uncompared = [school.name for school in asked_for if not with_last_term(school)]

    return add


def _wanted(batch: Batch, previous: Path | None) -> Iterator[tuple[int, File, tuple[str, str]]]:
    """(number of the school, its file, path and SHA-256 of last term's) of every workbook to look at again."""
    files = earlier(previous) if previous else {}
    named = {name for school in batch.schools for name in _names(school)}
    gone = [file.school for name, file in files.items() if name not in named]
    for number, school in enumerate(batch.schools):
        report, current = report_that_counts(school), school.current
        if report is None or current is None or current.checked is None:
            continue
        file = next((files[name] for name in _names(school) if name in files), None)
        if file is None and not report.blank and files and all(f.term != report.term for f in files.values()):
            report.remarks.append(_unknown(school, gone))
        if file is not None and file.term != report.term:
            yield number, current, (file.path, file.sha256)
        elif current.checked.answered and _concerned(report):
            yield number, current, ("", "")


def _names(school: School) -> list[str]:
    """Folded names a school may have had last term: its own, and those the roster lists under 曾用名."""
    return [fold(name) for name in (school.name, *(school.listed.former if school.listed else ())) if name.strip()]


def _unknown(school: School, gone: Iterable[str]) -> str:
    """What is said of a school that last term's batch does not have."""
    near = nearest(school.name, gone, LIKE)
    told = f"，最接近的是“{near}”；校名改过的，请在学校名单里加一列“{FORMER}”写上旧名" if near else ""
    return f"没有与上学期核对：上学期的结果里没有这所学校{told}"


def _concerned(report: Report) -> bool:
    """Whether a reason may speak of a finding that the workbook alone did not give."""
    rules = load_pack(report.pack).rules
    written = [rules[answer.code] for answer in report.explanations if answer.code in rules]
    return any(rule.needs for rule in (*written, *(f.rule for f in report.findings if f.level == "核实")))
