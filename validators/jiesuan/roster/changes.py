"""What changed between two rosters of one school or region: 新增, 减少, 变更, and the last day for reporting each.

学籍异动 must be reported within 10 workdays (闽人社办〔2024〕79号 一(二)、人社部办公厅2025年通知).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..identity import spelled, tail_lost
from ..law import Law
from ..ref import Ref
from ..term import Term
from ..text import fold, mask, mask_number
from ..workdays import workdays_after, workdays_between
from .context import AWAY, shown
from .read import Roster, date_of, entry_of, grade_of

WORKDAYS = 10
"""Workdays for reporting a change."""
Times = tuple[dt.date, dt.date | None, int]
"""Today, the day to count from where a roster names none, workdays allowed."""
KEPT = 15
"""Digits that a number cell keeps of a number."""
COMPARED = ("姓名", "学校名称", "专业", "专业类别", "班级", "入学年季", "学制", "学籍状态", "困难类型", "认定等级")
GONE = AWAY - {"休学"}
"""Reasons for which a student is on no later roster; one on leave stays on it."""
ASKED = "（请写明：毕业、退学、休学、转出）"
ASKED_NEW = "（请写明：新生、转入、复学）"


@dataclass(frozen=True)
class Change:
    """One student who came, left or changed.  Personal numbers are masked; `ref` is in the new roster, or in the old one
    where the student is gone."""

    kind: str
    """新增, 减少 or 变更."""
    name: str
    number: str
    file: str
    ref: Ref
    what: str
    """Reason of coming or leaving, or the fields that changed (old → new)."""
    day: dt.date | None
    """Day of the change as the roster says, None where it does not: a date that stood in the old roster already is that of
    an earlier change."""
    last: dt.date | None
    """Last day for reporting it."""
    left: int | None
    """Workdays left from today; negative when late."""
    remark: str = ""

    @property
    def late(self) -> bool:
        return self.left is not None and self.left < 0


def changes(
    old: Roster, new: Roster, *, today: dt.date, since: dt.date | None = None, workdays: int = WORKDAYS
) -> list[Change]:
    """Every change from `old` to `new`, late ones first.  `since` is the day to count from where a roster names none
    (the day of the new export); `workdays` are what the law of the region allows."""
    times = today, since, workdays
    before, after = _by_person(old, new), _by_person(new, old)
    found = [_came(new, after[number], times) for number in after.keys() - before.keys()]
    found += [_left(old, before[number], times) for number in before.keys() - after.keys()]
    for number in after.keys() & before.keys():
        change = _changed(old, before[number], new, after[number], times)
        if change is not None:
            found.append(change)
    order = {"减少": 0, "新增": 1, "变更": 2}
    return sorted(
        found, key=lambda c: (not c.late, c.left if c.left is not None else 999, order[c.kind], c.file, c.ref.sheet, c.ref.row)
    )  # fmt: skip


def _by_person(roster: Roster, other: Roster) -> dict[str, int]:
    """Student by what tells him.  A number cut by a number cell stands for the student of the other roster who has the
    same name and the same first fifteen digits."""
    whole = {
        (number[:KEPT], fold(other.text("姓名", at))): number
        for at, number in enumerate(other.persons)
        if number and not tail_lost(other.value("身份证号", at))
    }
    found: dict[str, int] = {}
    for index, number in enumerate(roster.persons):
        if number and tail_lost(roster.value("身份证号", index)):
            start, name = number[:KEPT], fold(roster.text("姓名", index))
            number = whole.get((start, name), f"{start} {name}")
        if number:
            found[number] = index
    return found


def bulk(found: Sequence[Change], students: int, law: Law, term: Term) -> str:
    """Whether so many of the old roster's students moved at once that whoever approves must look closer, in Chinese; ''
    where not.  New entrants, graduates and the step to the next grade are the course of things and do not count."""
    held = law.standard("大批量异动比例", term, {})
    moved = sum(map(_unusual, found))
    if held is None or not students or moved * 100 <= held.entry.amount * students:
        return ""
    return (
        f"{moved} 人异动或改了学籍信息，占旧名册 {students} 人的 {moved * 100 / students:.1f}%，超过 {held.entry.value}%："
        f"大批量异动，审批时会加大审核，请备好批件（{held.entry.basis}）"
    )


def _unusual(change: Change) -> bool:
    if change.kind == "新增":
        return change.what in ("转入", "复学")
    return change.what != "毕业" and not re.fullmatch(r"年级 \S+ → \S+|学籍状态 \S+ → 毕业", change.what)


def not_compared(roster: Roster) -> str:
    """What of a roster no comparison reaches, in Chinese: no students at all, students without an identity number, repeated
    ones, and those of whose number a number cell has kept fifteen digits; '' if none."""
    if not len(roster):
        return f"“{mask(roster.file)}”里只有列标题，没有学生，没有什么可比的；请核对是不是拿错了文件。"
    values = roster.columns.get("身份证号", [None] * len(roster))
    whole = [number for number, value in zip(roster.persons, values, strict=True) if number and not tail_lost(value)]
    cut = sum(map(tail_lost, values))
    blank, twice = len(roster) - len(whole) - cut, len(whole) - len(set(whole))
    parts = [f"{blank} 行没有身份证号"] * bool(blank) + [f"{twice} 行身份证号与别的行重复"] * bool(twice)
    told = [f"有 {'，'.join(parts)}，没有比对"] * bool(parts)
    if cut:
        told.append(f"有 {cut} 行身份证号存成了数字，末三位已经丢失，只凭姓名和前15位认人，请按原件以文本重填")
    return f"“{mask(roster.file)}”{'；'.join(told)}；先用 jiesuan roster 校验名册。" if told else ""


def _made(kind: str, roster: Roster, index: int, what: str, day: dt.date | None, times: Times) -> Change:
    today, since, workdays = times
    start = day or since
    counted = workdays_after(start, workdays) if start else None
    left = workdays_between(today, counted.date) if counted else None
    return Change(
        kind, mask(roster.text("姓名", index)), mask_number(spelled(roster.value("身份证号", index))), roster.file, roster.ref("身份证号", index), what, day,
        counted.date if counted else None, left, counted.remark if counted else "",
    )  # fmt: skip


def _reason(roster: Roster, index: int) -> tuple[str, dt.date | None]:
    kind = roster.code("异动类型", index) or ""
    return kind, date_of(roster.value("异动日期", index))


def _came(roster: Roster, index: int, times: Times) -> Change:
    kind, day = _reason(roster, index)
    registered = date_of(roster.value("注册日期", index))
    reason = kind if kind in ("转入", "复学") else "新注册" if registered else ASKED_NEW
    return _made("新增", roster, index, reason, day or registered, times)


def _left(roster: Roster, index: int, times: Times) -> Change:
    kind, day = _reason(roster, index)
    state = roster.code("学籍状态", index) or ""
    reason = kind if kind in GONE else state if state in GONE else ASKED
    announced = reason != ASKED and state not in AWAY
    return _made("减少", roster, index, reason, day if announced else None, times)


def _same(name: str, old: Roster, i: int, new: Roster, j: int) -> bool:
    first, second = old.value(name, i), new.value(name, j)
    if name == "入学年季":
        return (entry_of(first) or first) == (entry_of(second) or second)
    if old.info.named[name].values:
        return (old.code(name, i) or old.text(name, i)) == (new.code(name, j) or new.text(name, j))
    return fold(old.text(name, i)) == fold(new.text(name, j))


def _changed(old: Roster, i: int, new: Roster, j: int, times: Times) -> Change | None:
    parts = [
        f"{name} {shown(name, old.value(name, i))} → {shown(name, new.value(name, j))}"
        for name in COMPARED
        if old.has(name) and new.has(name) and not _same(name, old, i, new, j)
    ]
    lengths = len(spelled(old.value("身份证号", i))), len(spelled(new.value("身份证号", j)))
    if lengths[0] != lengths[1]:
        parts.insert(0, f"身份证号 {lengths[0]}位 → {lengths[1]}位")
    grades = grade_of(old.value("年级", i)), grade_of(new.value("年级", j))
    if all(grades) and grades[0] != grades[1]:
        parts.append(f"年级 {grades[0]} → {grades[1]}")
    if not parts:
        return None
    day = _fresh(old, i, new, j, times[1])
    left = (new.code("学籍状态", j) or "") in AWAY and (old.code("学籍状态", i) or "") not in AWAY
    return _made("减少" if left else "变更", new, j, "；".join(parts), day, times)


def _fresh(old: Roster, i: int, new: Roster, j: int, since: dt.date | None) -> dt.date | None:
    """异动日期 of the new roster where it is that of this change: the old one says another or none.  Where the old roster has
    no such column, a day before `since` is taken for that of an earlier change."""
    day = date_of(new.value("异动日期", j))
    if day is None or not old.has("异动日期"):
        return day if day and (since is None or day >= since) else None
    return day if day != date_of(old.value("异动日期", i)) else None
