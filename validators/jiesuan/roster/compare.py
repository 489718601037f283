"""A roster against a settlement workbook of the same term: heads per month and grade, and the students of the precise-aid
list (R2 rules).  The findings stand in the settlement workbook, or in the roster where a student is missing from the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from ..bind import Workbook
from ..identity import GRADES, eighteen, spelled
from ..ref import Ref, compress
from ..report import Finding, Related, Report, Unverified
from ..rule import LEVELS, Rule
from ..table import Table
from ..term import Term
from ..text import fold, mask_number
from .check import overstay
from .context import AWAY, label_of, shown
from .read import Roster, date_of, entry_of, grade_in, students

LISTED = ("脱贫户", "特困低保", "残疾")
"""The three types of the precise-aid list (附件1-2、2-2)."""


def present(roster: Roster, index: int, term: Term) -> list[bool]:
    """For each month of the term whether the student counts as a head-month: entered by its end, not left before it.

    Whether the month of leaving counts is `leaving_month_counts` of roster.toml.  A student away without a date counts in
    no month; one whose state is 在校 is here, whatever his last 异动 was."""
    entry = entry_of(roster.value("入学年季", index))
    kind, state = roster.code("异动类型", index), roster.code("学籍状态", index)
    day = date_of(roster.value("异动日期", index))
    months: list[bool] = []
    for number in range(5):
        year, month = _month(term, number)
        here = entry is None or entry <= term
        if state in AWAY or (kind in AWAY and state != "在校"):
            here = here and day is not None and ((year, month) < (day.year, day.month) or (
                roster.info.leaving_month_counts and (year, month) == (day.year, day.month)))  # fmt: skip
        elif kind in ("转入", "复学") and day is not None:
            here = here and (year, month) >= (day.year, day.month)
        months.append(here)
    return months


def barred(roster: Roster, index: int, term: Term) -> str:
    """Why no aid at all is paid for a student, in Chinese; '' where the roster names nothing."""
    if roster.code("学习形式", index) == "非全日制":
        return "不是全日制"
    return "超过学制年限，不得资助" if overstay(roster, index, term) else ""


def _month(term: Term, number: int) -> tuple[int, int]:
    """(year, month) of a month of the term, from 0."""
    year, month = term.start
    month += number
    return (year + 1, month - 12) if month > 12 else (year, month)


@dataclass
class Comparison:
    """One rule at work on both files."""

    rule: Rule
    roster: Roster
    workbook: Workbook
    findings: list[Finding] = field(default_factory=list)
    unverified: list[Unverified] = field(default_factory=list)

    @cached_property
    def chosen(self) -> list[int]:
        """The students of the workbook's school."""
        return list(students(self.roster, school_of(self.workbook)))

    @cached_property
    def listed(self) -> Table | None:
        return self.workbook.tables.get("精准明细")

    @cached_property
    def by_number(self) -> dict[str, int]:
        persons = self.roster.persons
        return {persons[index]: index for index in self.chosen if persons[index]}

    def cannot(self, why: str) -> None:
        self.unverified.append(Unverified(self.rule, why))

    def of_roster(self, index: int, name: str) -> Related:
        ref = self.roster.ref(name, index)
        return Related(f"{self.roster.file}：{ref.sheet}", ref.cell, label_of(ref, name), shown(name, self.roster.value(name, index)))  # fmt: skip

    def add(self, ref: Ref, label: str, message: str, **figures: str | tuple[Related, ...]) -> None:
        self.findings.append(
            Finding(self.rule, ref.sheet, ref.cell, label, message, order=(ref.row, ref.column), **figures)  # type: ignore[arg-type]
        )


def school_of(workbook: Workbook) -> str:
    """The name of the school on the forms."""
    return next((table.lines["学校名称"].text for table in workbook.tables.values() if "学校名称" in table.lines), "")


def compare(roster: Roster, workbook: Workbook) -> Report:
    """Confront the two with the rules of the workbook's pack that need both.  The report is the workbook's."""
    pack, term = workbook.pack, workbook.term
    rules = [r for r in pack.rules.values() if r.needs == "名册与结算表" and r.applies(workbook.set, term)]
    report = Report(
        workbook.book.name, workbook.book.sha256, pack.info.id, workbook.set, str(term), tuple(rules), school=school_of(workbook)
    )  # fmt: skip
    for rule in rules:
        comparison = Comparison(rule, roster, workbook)
        COMPARISONS[rule.check](comparison)
        report.findings += comparison.findings
        report.unchecked += comparison.unverified
    order = {sheet.name: at for at, sheet in enumerate(workbook.book.sheets)}
    report.findings.sort(key=lambda f: (LEVELS.index(f.level), order.get(f.sheet, 99), f.order, f.code, f.label))
    report.answerable = False
    report.when_passed = "结算表与名册一致。"
    report.remarks = [f"与名册“{roster.file}”比对，其中本校 {len(students_of(roster, workbook))} 名学生。"]
    return report


def students_of(roster: Roster, workbook: Workbook) -> list[int]:
    return list(students(roster, school_of(workbook)))


# ── heads per month and grade ──


def _heads(comparison: Comparison, wrong: Callable[[int, int], bool], message: str) -> None:
    """Compare, per grade and month, the heads of 生均公用经费 (all registered full-time students) with the roster's."""
    table = comparison.workbook.tables.get("生均")
    if table is None:
        comparison.cannot("结算表里没有生均公用经费表，不知道各月学籍人数")
        return
    if not comparison.roster.has("入学年季"):
        comparison.cannot("名册里没有“入学年季”这一列，推算不出各月人数")
        return
    term, roster = comparison.workbook.term, comparison.roster
    counted: dict[str, list[int]] = {grade: [0] * 5 for grade in GRADES}
    for index in comparison.chosen:
        grade = grade_in(roster, index, term)
        if grade in counted and roster.code("学习形式", index) != "非全日制":
            for number, here in enumerate(present(roster, index, term)):
                counted[grade][number] += here
    months = list(table.form.groups["月"])
    axis = table.form.axes.index("年级")
    for grade in GRADES:
        rows = [i for i in table.details() if table.keys[i][axis] == grade]
        for number, name in enumerate(months):
            if any(table.number(name, i).trouble for i in rows) or not rows:
                comparison.cannot(f"{grade}{term.months[number]}有读不出的人数")
                continue
            stated = sum((table.amount(name, i) for i in rows), Decimal(0))
            have = counted[grade][number]
            if not wrong(have, int(stated)):
                continue
            largest = max(rows, key=lambda i: table.amount(name, i))
            ref = table.ref(name, largest)
            cells = [cell for i in rows if (cell := table.columns[name].cells[i]) is not None]
            if ref is None:
                continue
            comparison.add(
                ref, f"{grade} · {term.months[number]}学籍人数", message,
                expected=f"{have} 人", actual=f"{int(stated)} 人", difference=f"{int(stated) - have:+} 人", unit="",
                related=(
                    Related(ref.sheet, compress(cells), f"{grade} · {term.months[number]}之和（{len(cells)}格）", f"{int(stated)} 人"),
                    Related(roster.file, "", f"名册 {grade} {term.months[number]}在校", f"{have} 人"),
                ),
            )  # fmt: skip


def heads_short(comparison: Comparison) -> None:
    """F4, 缺口自负: the system has fewer heads than are settled."""
    _heads(comparison, lambda have, stated: have < stated, "名册（系统）人数少于结算表")


def heads_over(comparison: Comparison) -> None:
    """人籍一致: the system has more heads than are settled."""
    _heads(comparison, lambda have, stated: have > stated, "名册（系统）人数多于结算表")


# ── heads with 免学费 per month, grade, 专业类别 and 困难类型 ──

_FEE_AXES = ("年级", "专业类别", "困难类型")


def _fee_heads(comparison: Comparison, wrong: Callable[[int, int], bool], message: str) -> None:
    """Compare each row of the 免学费 table (人次 a month) with the roster's students who are marked 免学费; one finding a row,
    at its first month that differs.  The table counts students of the four types of hardship alone."""
    table, roster, term = comparison.workbook.tables.get("免学费"), comparison.roster, comparison.workbook.term
    if table is None:
        comparison.cannot("结算表里没有免学费精准资助情况统计表")
        return
    lacking = [name for name in ("免学费", "专业类别", "困难类型", "入学年季") if not roster.has(name)]
    if lacking:
        comparison.cannot(f"名册里没有{'、'.join(f'“{name}”' for name in lacking)}这一列，分不出各类享受免学费的人数")
        return
    counted: dict[tuple[str, ...], list[int]] = {}
    for index in comparison.chosen:
        if roster.code("免学费", index) == "是":
            key = (
                grade_in(roster, index, term) or "",
                roster.code("专业类别", index) or "",
                roster.code("困难类型", index) or "",
            )
            heads = counted.setdefault(key, [0] * 5)
            for number, here in enumerate(present(roster, index, term)):
                heads[number] += here
    axes = [table.form.axes.index(name) for name in _FEE_AXES]
    for i in table.details():
        row = tuple(table.keys[i][axis] for axis in axes)
        have = counted.get(row, [0] * 5)
        different: list[tuple[int, str, int]] = []
        for number, name in enumerate(table.form.groups["月"]):
            if table.number(name, i).trouble:
                comparison.cannot(f"{' · '.join(row)}{term.months[number]}的人次读不出")
            elif wrong(have[number], stated := int(table.amount(name, i))):
                different.append((number, name, stated))
        ref = table.ref(different[0][1], i) if different else None
        if ref is None:
            continue
        number, _, stated = different[0]
        words = "、".join(f"{term.months[n]} {have[n]} 人对 {there} 人次" for n, _, there in different)
        comparison.add(
            ref, f"{' · '.join(row)} · {term.months[number]}", f"{message}：{words}",
            expected=f"{have[number]} 人", actual=f"{stated} 人", difference=f"{stated - have[number]:+} 人",
        )  # fmt: skip


def fee_short(comparison: Comparison) -> None:
    _fee_heads(comparison, lambda have, stated: have < stated, "名册（系统）享受免学费的人数少于结算表")


def fee_over(comparison: Comparison) -> None:
    _fee_heads(comparison, lambda have, stated: have > stated, "名册（系统）享受免学费的人数多于结算表")


# ── the students of the list ──


def _each_listed(comparison: Comparison) -> list[tuple[int, str]]:
    """(row of the list, identity number in 18 digits) of every student listed."""
    table = comparison.listed
    if table is None or "身份证号" not in table.columns:
        comparison.cannot("结算表里没有精准资助学生明细，或其中没有身份证号一列")
        return []
    raw = table.columns["身份证号"].raw
    return [(i, number) for i in table.details() if (number := eighteen(spelled(raw[i])) if raw[i] is not None else "")]


def listed_unknown(comparison: Comparison) -> None:
    for i, number in _each_listed(comparison):
        table = comparison.listed
        ref = table.ref("身份证号", i) if table else None
        if ref is not None and number not in comparison.by_number:
            comparison.add(ref, label_of(ref, "身份证号"), "名册里没有这个身份证号", actual=mask_number(number))


def listed_name(comparison: Comparison) -> None:
    for i, number in _each_listed(comparison):
        table, index = comparison.listed, comparison.by_number.get(number)
        if table is None or index is None or "姓名" not in table.columns:
            continue
        ref, name = table.ref("姓名", i), table.text("姓名", i)
        said = comparison.roster.text("姓名", index)
        if ref is not None and said and name and fold(said) != fold(name):
            comparison.add(ref, label_of(ref, "姓名"), "与名册的姓名不同", expected=shown("姓名", said),
                           actual=shown("姓名", name), related=(comparison.of_roster(index, "姓名"),))  # fmt: skip


def listed_type(comparison: Comparison) -> None:
    if not comparison.roster.has("困难类型"):
        comparison.cannot("名册里没有“困难类型”这一列")
        return
    for i, number in _each_listed(comparison):
        table, index = comparison.listed, comparison.by_number.get(number)
        if table is None or index is None:
            continue
        said, section = comparison.roster.code("困难类型", index), table.keys[i][0]
        ref = table.ref("身份证号", i)
        if ref is not None and said and said != section:
            comparison.add(ref, f"第{ref.row}行 · 精准资助类型", "与名册的困难类型不同", expected=said, actual=section,
                           related=(comparison.of_roster(index, "困难类型"),))  # fmt: skip


def listed_missing(comparison: Comparison) -> None:
    """应助尽助: students of the three types who are here in some month, may be aided and are not on the list."""
    if not comparison.roster.has("困难类型"):
        comparison.cannot("名册里没有“困难类型”这一列")
        return
    table, roster, persons = comparison.listed, comparison.roster, comparison.roster.persons
    term = comparison.workbook.term
    listed = {number for _, number in _each_listed(comparison)}
    if table is None:
        return
    for index in comparison.chosen:
        kind = roster.code("困难类型", index)
        if (
            kind not in LISTED
            or persons[index] in listed
            or not any(present(roster, index, term))
            or barred(roster, index, term)
        ):
            continue
        total = table.index.get((kind,))
        ref = table.ref("助学金人数", total) if total is not None and "助学金人数" in table.columns else None
        place = ref or Ref(table.sheet.name, 1, 1)
        who = f"名册第{roster.rows[index]}行 {shown('姓名', roster.text('姓名', index))}"
        comparison.add(place, f"{kind} · {who}", "名册上认定为三类困难，名单里没有",
                       related=(comparison.of_roster(index, "困难类型"), comparison.of_roster(index, "身份证号")))  # fmt: skip


COMPARISONS: dict[str, Callable[[Comparison], None]] = {
    "heads-short": heads_short, "heads-over": heads_over, "listed-unknown": listed_unknown, "listed-name": listed_name,
    "listed-type": listed_type, "listed-missing": listed_missing,
    "fee-short": fee_short, "fee-over": fee_over,
}  # fmt: skip
