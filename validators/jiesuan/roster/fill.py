"""The precise-aid list (附件1-2、2-2) filled from a roster: students of the three types, in the order of entry and class, with
the amounts that their months and policy give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from ..book import Value
from ..filling import Filling
from ..identity import parse_entry, spelled
from ..pack import Pack
from ..template.laid import amount
from ..term import Term
from .compare import LISTED, barred, present
from .context import AWAY, shown
from .eligibility import PROJECTS
from .read import Roster, date_of, entry_of, grade_in, students

LIST = "精准明细"
_FEES = ("涉农专业", "数控等高级工专业", "其他一般专业")


@dataclass
class Filled:
    """The filling of the list, and what a person has to look at, in Chinese."""

    filling: Filling
    counts: dict[str, int] = field(default_factory=dict)
    """Students per type."""
    remarks: list[str] = field(default_factory=list)


def fill_list(roster: Roster, pack: Pack, set_name: str, term: Term, school: str = "") -> Filled:
    """Fill the list of one school (all students where none is named).

    助学金 = months present × 助学金月标准 (元) for grades that are eligible; 免学费 = months × a tenth of the 免学费年标准 of the
    student's 专业类别.  Amounts that policy does not fix (tiers from 2025春) stay blank.  Who is marked 否 for an aid does not
    get it; whoever is left out or in doubt is named in the remarks."""
    chosen = [i for i in students(roster, school) if roster.code("困难类型", i) in LISTED]
    told = _Told(roster)
    for index in students(roster, school):
        if roster.code("困难类型", index) is None:
            told.add(index, "困难类型认不出，没有列入明细")
    rows: dict[str, list[dict[str, Value]]] = {name: [] for name in LISTED}
    done = Filled(Filling(rows={LIST: rows}))
    standard = pack.policy.lookup("助学金月标准", term, {"隶属": set_name})
    if standard is None:
        done.remarks.append(f"{term.title}的助学金分档执行，金额因人而异，助学金金额一列请按认定的档次填写。")
    guessed = 0
    for index in sorted(chosen, key=lambda i: _order(roster, i)):
        months = sum(present(roster, index, term))
        if why := _absent(roster, index, months) or barred(roster, index, term):
            told.add(index, f"{why}，没有列入明细")
            continue
        grade = grade_in(roster, index, term)
        due = [name for name in PROJECTS if name != "助学金" or grade in pack.policy.values("助学金年级", term)]
        paid = [name for name in due if roster.code(name, index) != "否"]
        told.doubts(index, grade, due, paid)
        if not paid:
            continue
        kind, sure = fee_kind(roster, index)
        guessed += not sure
        section = rows[roster.code("困难类型", index) or ""]
        row = _row(roster, index)
        aided = "助学金" in paid
        fee = (
            pack.policy.lookup("免学费年标准", term, {"隶属": set_name, "专业类别": kind}) if "免学费" in paid else None
        )
        aid_sum = amount(standard.amount * months) if aided and standard else None
        fee_sum = amount(fee.amount / 10 * months) if fee else None
        if aided:
            row |= {
                "助学金人数": 1 + sum(other.get("助学金人数") is not None for other in section),
                "助学金金额": aid_sum,
            }
        if fee_sum is not None:
            row |= {
                "免学费人数": 1 + sum(other.get("免学费人数") is not None for other in section),
                "免学费金额": fee_sum,
            }
        parts = [*_remarks(roster, index, months)]
        if kind == "涉农专业" and (aid_sum is not None or not aided):
            parts.insert(0, pack.wording.agri_clause(1, _yuan(aid_sum), _yuan(fee_sum)))
        row["备注"] = "；".join(filter(None, parts)) or None
        section.append(row)
    done.counts = {name: len(section) for name, section in rows.items()}
    if guessed:
        done.remarks.append(
            f"有 {guessed} 名学生的专业类别名册里没有写，按专业名称推定（涉农名单之外的按其他一般专业），请核对免学费金额。"
        )
    done.remarks += told.remarks()
    return done


@dataclass
class _Told:
    """The students whom a person has to look at, by reason."""

    roster: Roster
    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, index: int, why: str) -> None:
        name = shown("姓名", self.roster.text("姓名", index))
        self.places.setdefault(why, []).append(f"{self.roster.ref('姓名', index)} {name}".rstrip())

    def doubts(self, index: int, grade: str | None, due: list[str], paid: list[str]) -> None:
        """What of a student who is here is not paid, or paid without the roster saying so plainly."""
        refused = [name for name in due if name not in paid]
        if refused:
            lacking = f"没有填{refused[0]}" if paid else "没有列入明细"
            self.add(index, f"{''.join(f'“{name}”' for name in refused)}写的是“否”，{lacking}")
        if not paid:
            return
        if grade is None:
            self.add(index, "年级和入学年季看不出，没有填助学金")
        for name in paid:
            if name in self._marked and not self.roster.code(name, index):
                self.add(index, f"“{name}”空着或认不出，按享受计算，请核对")
        kind = self.roster.code("异动类型", index)
        if kind in AWAY and self.roster.code("学籍状态", index) == "在校":
            self.add(index, f"学籍状态是在校，异动类型是{kind}，按整个学期在校计算，请核对")

    @cached_property
    def _marked(self) -> set[str]:
        """The aids for which the roster marks anyone."""
        return {name for name in PROJECTS if any(self.roster.code(name, i) for i in range(len(self.roster)))}

    def remarks(self) -> list[str]:
        return [f"{why}（{len(places)} 人）：{'、'.join(places)}。" for why, places in self.places.items()]


def _absent(roster: Roster, index: int, months: int) -> str:
    """Why a student has no month in the term; '' where he has."""
    if months:
        return ""
    away = AWAY & {roster.code("学籍状态", index), roster.code("异动类型", index)}
    undated = away and date_of(roster.value("异动日期", index)) is None
    return "已离校而没有写异动日期" if undated else "本学期没有在校的月份"


def fee_kind(roster: Roster, index: int) -> tuple[str, bool]:
    """免学费专业类别 of a student, and whether the roster says so itself."""
    said = roster.code("专业类别", index)
    if said in _FEES and roster.text("专业类别", index) not in ("否", "非涉农"):
        return said, True
    listed = roster.info.is_agri(roster.text("专业", index))
    return ("涉农专业" if listed else "其他一般专业"), said == "其他一般专业"


def _order(roster: Roster, index: int) -> tuple[Term, str, str, int]:
    entry = entry_of(roster.value("入学年季", index)) or Term(9999, 0)
    return entry, roster.text("专业", index), roster.text("班级", index), index


def _row(roster: Roster, index: int) -> dict[str, Value]:
    number = roster.value("身份证号", index)
    return {
        "班级": class_name(roster, index),
        "姓名": roster.text("姓名", index) or None,
        "身份证号": spelled(number) if number is not None else None,
        "联系电话": roster.text("联系电话", index) or None,
    }


def class_name(roster: Roster, index: int) -> str | None:
    """`2023秋数控加工1班`, as 填表说明2 wants it."""
    name, major = roster.text("班级", index), roster.text("专业", index)
    if name and parse_entry(name):
        return name
    entry = entry_of(roster.value("入学年季", index))
    if entry is None:
        return name or major or None
    tail = name[len(major) :] if major and name.startswith(major) else name
    return f"{entry}{major}{tail}"


def _remarks(roster: Roster, index: int, months: int) -> Iterator[str]:
    if months < 5:
        change = roster.code("异动类型", index) or (roster.code("学籍状态", index) or "")
        why = change if change in AWAY or change in ("转入", "复学") else "异动"
        yield f"{why}，本学期在校{months}个月"
    if roster.text("备注", index):
        yield roster.text("备注", index)


def _yuan(value: Value) -> Decimal:
    return Decimal(0 if value is None else str(value))
