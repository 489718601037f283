"""The outcome of a batch, before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..report import Report
from ..rule import LEVELS, Rule
from ..term import Term
from ..text import mask
from .between import BROKEN, Between, report_of
from .find import Passed
from .parcel import FEEDBACK, LETTER
from .schools import UNKNOWN, File, School

DUE = "收到本通知后5个工作日内"
LAST_TERM = "上期"
"""What the rules between terms need."""
NAMED = 3
"""Schools, remarks or rules named in one line or cell."""
OPEN = "没有查到的"
"""What was not checked: a column and a sheet of 汇总.xlsx."""


@dataclass(frozen=True)
class Options:
    """What a batch is run with."""

    folder: Path
    out: Path
    roster: Path | None = None
    previous: Path | None = None
    """OUT of an earlier batch, for those who compare."""
    jobs: int = 0
    """0 = as many as there are processors."""
    term: Term | None = None
    due: str = DUE
    engine: str = "local"
    scheduler: str = ""


@dataclass
class Batch:
    """Everything known of one folder."""

    options: Options
    files: list[File] = field(default_factory=list)
    """Every file that should be a school's workbook, by path."""
    passed: list[Passed] = field(default_factory=list)
    schools: list[School] = field(default_factory=list)
    between: Between = field(default_factory=Between)
    rostered: bool = False
    outputs: dict[str, list[str]] = field(default_factory=dict)
    """Folder of a school → paths below OUT of what was made for it."""
    folders: dict[int, str] = field(default_factory=dict)
    """Number of a school → its folder."""
    troubles: list[str] = field(default_factory=list)
    """What could not be written, in Chinese."""
    again: int = 0
    """Files whose earlier result was taken."""
    uncompared: list[str] = field(default_factory=list)
    """Schools whose workbook could not be compared with the one that last term's batch names."""
    unwritten: list[str] = field(default_factory=list)
    """Summaries that were not written."""

    @property
    def term(self) -> str:
        return self.between.term

    @property
    def term_line(self) -> str:
        """The terms of the schools where none is that of most; empty where one is."""
        terms = "，".join(f"{term} {count} 所" for term, count in self.between.terms.items())
        return (
            terms
            and f"没有一个学期占多数（{terms}），没有按学期核对；请把别的学期的表移走，或用 --term 写明学期，再运行一次。"
        )

    @property
    def compared_line(self) -> str:
        """That `--previous` did not do what it is given for; empty where it did."""
        filled = [school for school in self.schools if (report := report_of(school)) is not None and not report.blank]
        if self.options.previous is None or not filled:
            return ""
        if not any(school.progress or with_last_term(school) for school in filled):
            return (
                "没有一所学校与 --previous 给的结果对照上；请核对给的是不是本学期上一次的、或上学期的结果，"
                "上学期的表还在不在原处，再运行一次。"
            )
        if not self.uncompared:
            return ""
        more = f"等 {len(self.uncompared)} 所学校" if len(self.uncompared) > NAMED else ""
        names = "、".join(self.uncompared[:NAMED])
        return f"{names}{more}没有与上学期核对，不等于通过；请按各校写明的原因补上，再运行一次。"

    @property
    def open_lines(self) -> list[str]:
        """What was not checked at all, beside the schools; nothing is clean with it."""
        nothing = "" if self.files else "没有找到一份学校的结算表，什么也没有校验；请核对收到的表放在哪个文件夹里。"
        return [line for line in (nothing, self.term_line, self.compared_line) if line]

    @property
    def unread(self) -> list[File]:
        """Files that could not be checked."""
        return [file for file in self.files if file.failure is not None]

    @property
    def lost(self) -> list[Passed]:
        """Folders and archives that could not be opened."""
        return [item for item in self.passed if item.kind]

    @property
    def known(self) -> list[School]:
        """The schools, without the entries for files of which nobody can tell whose they are."""
        return [school for school in self.schools if school.filed != UNKNOWN]

    @property
    def unidentified(self) -> int:
        """Files of which nobody can tell whose they are."""
        return sum(len(school.files) for school in self.schools if school.filed == UNKNOWN)

    @property
    def failed(self) -> bool:
        """Whether something could not be read or written."""
        return bool(self.unread or self.lost or self.troubles)

    @property
    def clean(self) -> bool:
        """Nobody must return anything, nobody is missing, and everything asked for was checked."""
        return not self.open_lines and not any(school.must_return for school in self.schools)

    @property
    def reports(self) -> list[Report]:
        """Of the workbooks that count."""
        return [report for school in self.schools if (report := report_of(school)) is not None]

    @property
    def levels(self) -> dict[str, int]:
        """Findings in the workbooks that count, by level."""
        counted: Counter[str] = Counter()
        for report in self.reports:
            counted.update(report.levels)
        return {level: counted[level] for level in LEVELS}


def with_last_term(school: School) -> bool:
    """Whether the workbook that counts was compared with last term's."""
    report = report_of(school)
    return report is not None and any(rule.needs == LAST_TERM for rule in report.selected)


def state_of(school: School) -> str:
    """How it stands with a school, in a word or two."""
    report = report_of(school)
    if not school.files:
        return "未报"
    if report is None:
        return "读不了"
    if report.blank:
        return "空表"
    levels = report.levels
    if levels["错误"]:
        return "退回修改"
    if levels["核实"]:
        return "需核实"
    return "未能全查" if report.unchecked else "通过"


def notes_of(school: School) -> list[str]:
    """What was not checked in a school's workbook, and why: remarks, then rules; no finding, and no pass either."""
    report = report_of(school)
    if report is None:
        return []
    return [*map(mask, report.remarks), *(f"未能校验[{item.rule.code}] {item.why}" for item in report.unchecked)]


def unchecked_of(report: Report) -> list[tuple[Rule, list[str]]]:
    """Every rule that could not be checked and why, place by place; the rules with most places first."""
    found: dict[str, tuple[Rule, list[str]]] = {}
    for item in report.unchecked:
        found.setdefault(item.rule.code, (item.rule, []))[1].append(item.why)
    return sorted(found.values(), key=lambda item: (-len(item[1]), item[0].code))


def reasons(whys: Sequence[str], most: int) -> str:
    """The first of them, and how many there are."""
    return "；".join(whys[:most]) + (f"……等 {len(whys)} 处" if len(whys) > most else "")


def notes_in_short(school: School) -> list[str]:
    """The same in a few lines, for a cell of a table: what is more than a few is counted."""
    report = report_of(school)
    if report is None:
        return []
    remarks, unchecked = report.remarks, report.unchecked
    lines = [mask(remark) for remark in remarks[:NAMED]]
    if len(remarks) > NAMED:
        lines.append(f"等 {len(remarks)} 项")
    lines += [f"未能校验[{item.rule.code}] {item.why}" for item in unchecked[: NAMED if len(unchecked) <= NAMED else 1]]
    if len(unchecked) > NAMED:
        codes = [rule.code for rule, _ in unchecked_of(report)]
        named = "、".join(codes[:NAMED]) + ("等" if len(codes) > NAMED else "")
        lines.append(f"共 {len(codes)} 条规则 {len(unchecked)} 处（{named}），见“{OPEN}”一张表")
    return lines


def demand(batch: Batch, number: int) -> str:
    """What a school must hand in, for the table."""
    school = batch.schools[number]
    against = "，".join(f"{word} {count}" for word, count in school.progress.items())
    return _demand(school) + (f"（比上次：{against}）" if any(school.progress.values()) else "")


def _demand(school: School) -> str:
    if not school.must_return:
        return ""
    if not school.files:
        return "催报结算表"
    if report_of(school) is None:
        return f"重报（{school.files[0].failure.message.split('。')[0]}）" if school.files[0].failure else "重报"
    report = report_of(school)
    broken = [finding for finding in report.findings if finding.rule.check == BROKEN] if report else []
    if broken and report and report.levels["错误"] == len(broken):
        return f"重报（{broken[0].actual}）"
    return {"退回修改": "改正后重报", "需核实": "改正或说明", "空表": "填好后报送"}.get(state_of(school), "补全后重报")


__all__ = ["DUE", "FEEDBACK", "LETTER", "Batch", "Options", "demand", "state_of"]
