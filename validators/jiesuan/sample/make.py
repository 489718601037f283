"""Fictitious school data of any size in which every relation between the forms holds.

Students are drawn first (see `student.py`); the forms are then only tallied from them, so that they agree with one
another for the same reason real ones do.  The same arguments always give the same data.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from ..book import Value
from ..filling import Filling
from ..form import Form, Key
from ..pack import Pack
from ..term import Term
from .student import AGRICULTURE, OTHER, PRECISE, Draw, SampleError, Student, load_catalogue

__all__ = ["BLOCKS", "Sample", "SampleError", "Student", "make_sample"]

BLOCKS = ("申报审批", "实际发放")
"""The 口径 of x-1 that a school fills; 差额 is computed."""


@dataclass(frozen=True)
class Sample:
    """A fictitious school in one term."""

    filling: Filling
    school: str
    students: list[Student]


def make_sample(
    pack: Pack,
    set_name: str,
    term: Term,
    *,
    students: int = 300,
    seed: int = 1,
    school: str = "",
    tiers: tuple[int, ...] = (),
) -> Sample:
    """A consistent sample.  `tiers` (元 a month) grade the 助学金 in terms that have no fixed standard: the highest for
    precise types, the lowest for 涉农 students without hardship; without `tiers` everyone gets the average.  Schools of
    different seeds (modulo 100) share no identity number below some 100,000 students.  Raises SampleError."""
    if students < 0:
        raise SampleError("学生人数不能是负数。")
    if set_name not in {item.name for item in pack.info.set}:
        raise SampleError(f"没有“{set_name}”这套表，只有{'、'.join(item.name for item in pack.info.set)}。")
    if not pack.covers(term):
        raise SampleError(f"这套表从{Term.parse(pack.info.since).title}开始使用，不能生成{term.title}的数据。")
    catalogue = load_catalogue(pack)
    drawn = Draw(pack, catalogue, set_name, term, students, seed, tiers).students()
    name = school or catalogue.schools[set_name]
    return Sample(_Tally(pack, set_name, term, drawn).filling(name, seed), name, drawn)


def tallied(pack: Pack, set_name: str, term: Term, students: list[Student], school: str, seed: int) -> Filling:
    """The forms of a school counted from its students."""
    return _Tally(pack, set_name, term, students).filling(school, seed)


class _Monthly:
    """One row with five monthly counts: x-3, x-4."""

    def __init__(self) -> None:
        self.counts = [0] * 5
        self.majors: set[tuple[Term, str]] = set()
        self.changes: Counter[tuple[int, str]] = Counter()

    def add(self, student: Student) -> None:
        for month, present in enumerate(student.months):
            self.counts[month] += present
        self.majors.add((student.entry, student.major))
        if student.change:
            self.changes[student.boundary, student.change] += 1


class _Tally:
    """Counts students into the forms of a set."""

    def __init__(self, pack: Pack, set_name: str, term: Term, students: list[Student]) -> None:
        self.pack, self.term, self.students = pack, term, students
        self.forms = {form.role: form for form in pack.set_forms(set_name, term)}
        self.fixed = pack.policy.lookup("助学金月标准", term, {"隶属": set_name})
        self.result = Filling()

    def filling(self, school: str, seed: int) -> Filling:
        date = f"{self.term.next.year}年3月5日" if self.term.half else f"{self.term.year}年9月5日"
        for role in self.forms:
            self.result.lines[role] = {"学校名称": school, "填表日期": date}
        self._grants(self.forms["助学金"])
        self._list()
        self._tuition(self.forms["免学费"])
        self._funding(self.forms["生均"], seed)
        return self.result

    def _grants(self, form: Form) -> None:
        """x-1.  The form prints no column for 残疾 (an optional member): those students stand under 其他."""
        optional = {member.name for member in form.axis_named("困难类型").members if member.optional}
        cells: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
        changes: Counter[str] = Counter()
        for student in self.students:
            if student.grant:
                kind = OTHER if student.hardship in optional else student.hardship or OTHER
                cell = cells[student.grade, student.nature, kind]
                cell[0] += 1
                cell[1] += student.times
                cell[2] += student.times * student.grant
                if student.change:
                    changes[student.change] += 1
        for key in form.detail_keys():
            if key[0] in BLOCKS and key[1:] in cells:
                heads, times, yuan = cells[key[1:]]
                self.result.figures["助学金", key, "人数"] = heads
                self.result.figures["助学金", key, "人次"] = times
                if self.fixed is None:
                    self.result.figures["助学金", key, "金额"] = _wan(yuan)
        remarks = []
        if changes:
            counted = "、".join(f"{change}{count}人" for change, count in sorted(changes.items()))
            remarks.append(f"本学期{counted}，按实际在校月份计发")
        tiers = sorted({student.grant for student in self.students if student.grant}, reverse=True)
        if len(tiers) > 1:
            remarks.append(f"分档资助：{'、'.join(f'每月{tier}元' for tier in tiers)}")
        self.result.lines["助学金"]["退款情况"] = "无"
        if remarks:
            self.result.lines["助学金"]["备注"] = "；".join(remarks) + "。"

    def _list(self) -> None:
        """x-2: every student of the three precise types, serial numbers within the type."""
        sections: dict[str, list[dict[str, Value]]] = {kind: [] for kind in PRECISE}
        granted: Counter[str] = Counter()
        for student in self.students:
            if student.hardship in sections:
                rows = sections[student.hardship]
                granted[student.hardship] += bool(student.grant)
                rows.append(
                    {
                        "班级": student.class_name,
                        "姓名": student.name,
                        "身份证号": student.id_number,
                        "联系电话": student.phone,
                        "助学金人数": granted[student.hardship] if student.grant else None,
                        "助学金金额": student.times * student.grant or None,
                        "免学费人数": len(rows) + 1,
                        "免学费金额": student.times * student.tuition,
                        "备注": self._remark(student) or None,
                    }
                )
        self.result.rows["精准明细"] = sections

    def _remark(self, student: Student) -> str:
        """备注 of x-2: the sentence of 填表说明1 for 涉农 students, the reason of a change."""
        parts = []
        if student.nature == AGRICULTURE:
            grant, tuition = student.times * student.grant, student.times * student.tuition
            parts.append(self.pack.wording.agri_clause(1, Decimal(grant), Decimal(tuition)))
        if student.change:
            parts.append(f"{self.term.months[student.boundary]}起{student.change}")
        return "；".join(filter(None, parts))

    def _tuition(self, form: Form) -> None:
        """x-3: all students in hardship."""
        rows: defaultdict[Key, _Monthly] = defaultdict(_Monthly)
        for student in self.students:
            if student.hardship:
                rows[student.grade, student.category, student.hardship].add(student)
        for key in form.detail_keys():
            if key in rows:
                labels = (f"{entry}{major}" for entry, major in sorted(rows[key].majors))
                self.result.figures["免学费", key, "就读专业"] = "、".join(labels)
                self._write("免学费", key, rows[key])
        self.result.lines["免学费"]["专业个数"] = len({label for row in rows.values() for label in row.majors})

    def _funding(self, form: Form, seed: int) -> None:
        """x-4: all registered students; the balance below it, by the form's own wording: 实际收到 − 对应生均金额."""
        rows: defaultdict[Key, _Monthly] = defaultdict(_Monthly)
        for student in self.students:
            rows[student.grade, student.funding].add(student)
        spent = Decimal(0)
        for key in form.detail_keys():
            if key in rows:
                self._write("生均", key, rows[key])
                standard = self.pack.standard(form, form.field("生均标准"), key, self.term)
                spent += sum(rows[key].counts) * standard / 100_000
        year, month = self.term.previous.end
        received = Decimal(ceil(spent) + seed % 10)
        self.result.lines["生均"] |= {
            "前期结余": _wan(seed * 7919 % 100_000 * 10),
            "前期截止": f"{year}年{month}月",
            "实际收到": int(received),
            "收款日期": f"{self.term.year}年{'10月15日' if self.term.half else '5月10日'}",
            "期末结余": float(received - spent),
        }

    def _write(self, role: str, key: Key, row: _Monthly) -> None:
        for month, count in enumerate(row.counts, 1):
            self.result.figures[role, key, f"第{month}月"] = count
        if row.changes:
            months = self.term.months
            texts = (f"{months[month]}{change}{count}人" for (month, change), count in sorted(row.changes.items()))
            self.result.figures[role, key, "备注"] = "；".join(texts)


def _wan(yuan: int) -> float:
    """Yuan as the nearest double of the exact 万元."""
    return float(Decimal(yuan) / 10_000)
