"""The rules between the workbooks of a batch (`needs = "批"`): what no workbook alone can show.

Each finding stands in the report of the workbook that counts for its school, so that it is marked, told and counted like any
other; places in other workbooks are written `[file]sheet`, as Excel does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..pack import Pack, load_pack
from ..ref import column_number
from ..report import Finding, Related, Report
from ..rule import LEVELS, Rule
from ..term import Term
from ..text import fold, mask_number, nearest
from .people import MOVED, Census, Place
from .roster import ALIKE
from .schools import File, School, pack_of
from .store import People

NEEDS = "批"
ROSTER = frozenset({"batch-set", "batch-missing", "batch-extra", "batch-name"})
"""Checks that ask the roster."""
NO_WORKBOOK = "batch-missing"
BROKEN = "batch-broken"
OTHER = "not-settlement"
"""Why a file could not be checked that is no settlement workbook at all, and so no correction of one."""
PERSONS = frozenset({"batch-person", "batch-names", MOVED})
"""Checks of persons in the workbooks of two schools."""
CHECKS = ROSTER | PERSONS | {BROKEN, "batch-versions", "batch-copies", "batch-term"}
"""All checks between the workbooks of a batch."""
_SHOWN = 5
"""Other places named in one finding."""
_AT = " 第"
"""Between the school and the row of such a place."""


@dataclass(frozen=True)
class Repeated:
    """One person in several workbooks."""

    number: str
    """In full where the workbooks could be read again: for the bureau's own sheet alone."""
    places: tuple[tuple[School, str, str], ...]
    """School, sheet and cell."""
    same_name: bool


@dataclass
class Between:
    """What the workbooks of a batch say together."""

    term: str = ""
    """The term of most schools; of terms with equally many the latest."""
    repeated: list[Repeated] = field(default_factory=list)
    missing: list[tuple[School, Rule]] = field(default_factory=list)
    terms: dict[str, int] = field(default_factory=dict)
    """Term → schools, where no term has more than half of them; empty where one has."""


Numbers = Callable[[Mapping[int, tuple[str, str, list[int]]]], Mapping[int, Mapping[int, str]]]
"""Number of a school → (sheet, column, rows) to read again; gives row → identity number."""


def confront(schools: Sequence[School], *, rostered: bool, numbers: Numbers) -> Between:
    """Compare the workbooks that count and add the findings to their reports."""
    counted = terms_of(schools)
    result = Between(term_of(schools), terms={} if _majority(counted) else dict(sorted(counted.items())))
    unsent = [school.listed.name for school in schools if school.listed is not None and not school.files]
    pack = load_pack(pack_of(report for school in schools if (report := report_of(school)) is not None))
    found: dict[int, list[Finding]] = {}
    rules: dict[int, dict[str, Rule]] = {}
    for index, school in enumerate(schools):
        report = report_of(school)
        if report is not None:
            report.remarks += [f"另有一份没有填数的空表“{file.path}”，没有采用" for file in school.blanks]
            rules[index] = rules_for(report, rostered=rostered)
            found[index] = list(_school_findings(school, report, rules[index], _majority(counted), unsent))
        elif school.listed is not None and not school.files and (rule := _missing(pack)):
            result.missing.append((school, rule))
    result.repeated = _people(schools, numbers, rules, found)
    for index, own in rules.items():
        report = report_of(schools[index])
        assert report is not None
        add(report, own.values(), found[index])
    return result


def report_of(school: School) -> Report | None:
    """The report of the workbook that counts."""
    return school.current.report if school.current else None


def school_at(other: Related) -> str:
    """The school whose list another place of a person is in."""
    return other.label.rpartition(_AT)[0]


def add(report: Report, rules: Iterable[Rule], findings: Iterable[Finding]) -> None:
    """Put rules and what they found into a report; its counts still add up."""
    report.selected = (*report.selected, *rules)
    report.findings = sorted([*report.findings, *findings], key=lambda finding: LEVELS.index(finding.level))


def rules_for(report: Report, *, rostered: bool) -> dict[str, Rule]:
    """Check → rule, of those between workbooks that apply to this one."""
    pack: Pack = load_pack(report.pack)
    return {
        rule.check: rule
        for rule in pack.selected(report.set_name, Term.parse(report.term), needs=NEEDS)
        if rule.check != NO_WORKBOOK and (rostered or rule.check not in ROSTER)
    }


def terms_of(schools: Sequence[School]) -> Counter[str]:
    """Term → how many of the workbooks that count are of it; forms not filled in have no vote beside others."""
    reports = [report for school in schools if (report := report_of(school)) is not None]
    return Counter(report.term for report in [report for report in reports if not report.blank] or reports)


def term_of(schools: Sequence[School]) -> str:
    """The term of most workbooks that count; of several the latest."""
    counted = terms_of(schools)
    return max(counted, key=lambda term: (counted[term], Term.parse(term)), default="")


def _majority(counted: Counter[str]) -> str:
    """The term of more than half; empty where there is none."""
    return next((term for term, count in counted.items() if count * 2 > counted.total()), "")


def _missing(pack: Pack) -> Rule | None:
    return next((rule for rule in pack.rules.values() if rule.check == NO_WORKBOOK), None)


def _school_findings(
    school: School, report: Report, rules: Mapping[str, Rule], term: str, unsent: Sequence[str]
) -> Iterable[Finding]:
    """What the files of one school and the roster say; `unsent` are the schools of the roster that sent nothing."""
    assert school.current is not None

    def say(
        check: str, message: str, expected: str = "", actual: str = "", related: Sequence[File] = ()
    ) -> Iterable[Finding]:
        if check in rules:
            mixed = len({file.set_name for file in related}) > 1
            others = tuple(Related(f"[{file.path}]", "", _described(file, mixed), "") for file in related)
            yield Finding(rules[check], "", "", school.name, message, expected, actual, related=others)

    if school.others:
        count = len({file.sha256 for file in (school.current, *school.others)})
        yield from say(
            "batch-versions",
            f"本校报送了 {count} 份内容不同的表，本批以“{school.current.path}”为准：{school.decided}",
            related=[school.current, *school.others],
        )
    for file in school.files:
        if file.failure is not None and file.failure.kind != OTHER:
            why = file.failure.message.split("。")[0]
            message = (
                f"本校另有一份“{file.path}”读不了（{why}），不知是不是更正过的；本批核对的是“{school.current.path}”"
            )
            yield from say(BROKEN, message, actual=why)
    if school.copies:
        names = "、".join(f"“{file.path}”" for file in school.copies)
        yield from say("batch-copies", f"与“{school.current.path}”内容完全相同的还有{names}")
    if term and report.term != term:
        yield from say("batch-term", f"这是 {report.term} 的表，本批多数学校是 {term}", term, report.term)
    listed = school.listed
    if listed is None:
        stated = school.stated or "（没有学校名称）"
        near = nearest(stated, unsent, ALIKE)
        more = f"；没有报送的学校里最接近的是“{near}”，是同一所的请改正学校名称" if near else "，也没有与它相近的"
        yield from say("batch-extra", f"学校名称“{stated}”不在学校名单上{more}", actual=stated)
    else:
        if listed.set and listed.set != report.set_name:
            yield from say(
                "batch-set", f"名单上是{listed.set}学校，报送的却是{report.set_name}的表", listed.set, report.set_name
            )
        if school.stated and fold(school.stated) != fold(listed.name):
            yield from say(
                "batch-name", f"表上写“{school.stated}”，名单上最接近的是“{listed.name}”", listed.name, school.stated
            )


def _described(file: File, mixed: bool) -> str:
    """A file among several of one school, with its set where they are of both."""
    assert file.report is not None
    saved = f"表内记载的保存时间 {file.modified}" if file.modified else "表内没有记载保存时间"
    return f"{file.printed or file.report.term}，{f'{file.set_name}的表，' if mixed else ''}{saved}"


def _people(
    schools: Sequence[School],
    numbers: Numbers,
    rules: Mapping[int, Mapping[str, Rule]],
    found: dict[int, list[Finding]],
) -> list[Repeated]:
    """Persons in the workbooks of two schools for one term: a finding at each place."""
    by_term: defaultdict[str, Census] = defaultdict(Census)
    for index, school in enumerate(schools):
        if index in rules and (current := school.current) and current.checked and current.report:
            # A list that states another term than `--term` is asked to state the right one first.
            by_term[current.printed or current.report.term].add(index, current.checked.people)
    groups = [group for census in by_term.values() for group in census.repeated()]
    groups.sort(key=lambda places: (places[0].file, places[0].row))
    asked: dict[int, tuple[str, str, list[int]]] = {}
    for place in (place for group in groups for place in group):
        people = _people_at(schools, place)
        asked.setdefault(place.file, (people.sheet, people.column, []))[2].append(place.row)
    known = numbers(asked) if asked else {}
    result = []
    for group in groups:
        # Of one person's the number of 18 digits, where there is an old one of 15 too.
        number = max((known.get(place.file, {}).get(place.row, "") for place in group), key=len)
        same = len({place.name for place in group}) == 1
        places = tuple(
            (schools[p.file], _people_at(schools, p).sheet, f"{_people_at(schools, p).column}{p.row}") for p in group
        )
        result.append(Repeated(number, places, same))
        check = _check(group, same, schools)
        for place in group:
            rule = rules[place.file].get(check)
            if rule is not None:
                found[place.file].append(_person(schools, rule, place, group, number))
    return result


def _check(group: Sequence[Place], same: bool, schools: Sequence[School]) -> str:
    """Which rule speaks of a person in several lists: who moved, as all of them say, and has no more months than the term
    has, may be right."""
    if not same:
        return "batch-names"
    moved = all(place.stay for place in group)
    return MOVED if moved and _months(group) <= _most(schools, group) else "batch-person"


def _months(group: Sequence[Place]) -> int:
    """The months paid for in all lists together, of somebody who moved."""
    return sum(place.stay - 1 for place in group)


def _most(schools: Sequence[School], group: Sequence[Place]) -> int:
    """The months of the term."""
    report = report_of(schools[group[0].file])
    assert report is not None
    return len(Term.parse(report.term).months)


def _people_at(schools: Sequence[School], place: Place) -> People:
    current = schools[place.file].current
    assert current is not None and current.checked is not None
    return current.checked.people


def _person(schools: Sequence[School], rule: Rule, place: Place, group: Sequence[Place], number: str) -> Finding:
    shown = mask_number(number) if number else "（号码见原表）"
    others = [other for other in group if other is not place]
    elsewhere = [other for other in others if other.file != place.file]
    names = list(dict.fromkeys(schools[other.file].name for other in elsewhere))
    more = "等" if len(names) > _SHOWN else ""
    message = f"身份证号 {shown} 也在{'、'.join(f'“{name}”' for name in names[:_SHOWN])}{more}的名单上"
    if rule.check == "batch-names":
        message += "，姓名却不同"
    elif all(other.stay for other in group):
        months, most = _months(group), _most(schools, group)
        message += f"，备注都写明转学，合计 {months} 个月"
        message += "" if rule.check == MOVED else f"，多于一学期的 {most} 个月"
    related = []
    for other in others[:_SHOWN]:
        people, school = _people_at(schools, other), schools[other.file]
        assert school.current is not None
        same = "姓名相同" if other.name == place.name else "姓名不同"
        related.append(
            Related(
                f"[{school.current.name}]{people.sheet}",
                f"{people.column}{other.row}",
                f"{school.name}{_AT}{other.row}行",
                f"{shown}（{same}）",
            )
        )
    people = _people_at(schools, place)
    return Finding(
        rule,
        people.sheet,
        f"{people.column}{place.row}",
        f"第{place.row}行 · 身份证号",
        message,
        actual=shown,
        related=tuple(related),
        order=(place.row, column_number(people.column)),
    )
