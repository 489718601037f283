"""The precise-aid list (附件1-2、2-2) filled from a roster: students of the three types, in the order of entry and class, with
the amounts that their months and policy give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..book import Value
from ..filling import Filling
from ..identity import parse_entry, spelled
from ..number import plain
from ..pack import Pack
from ..template.laid import amount
from ..term import Term
from .compare import LISTED, present
from .context import AWAY
from .read import Roster, entry_of, grade_in, students

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
    student's 专业类别.  Amounts that policy does not fix (tiers from 2025春) stay blank."""
    chosen = [i for i in students(roster, school) if roster.code("困难类型", i) in LISTED]
    rows: dict[str, list[dict[str, Value]]] = {name: [] for name in LISTED}
    done = Filled(Filling(rows={LIST: rows}))
    standard = pack.policy.lookup("助学金月标准", term, {"隶属": set_name})
    if standard is None:
        done.remarks.append(f"{term.title}的助学金分档执行，金额因人而异，助学金金额一列请按认定的档次填写。")
    guessed = 0
    for index in sorted(chosen, key=lambda i: _order(roster, i)):
        months = sum(present(roster, index, term))
        if not months or roster.code("学习形式", index) == "非全日制":
            continue
        kind, sure = fee_kind(roster, index)
        guessed += not sure
        section = rows[roster.code("困难类型", index) or ""]
        row = _row(roster, index)
        aided = grade_in(roster, index, term) in pack.policy.values("助学金年级", term)
        fee = pack.policy.lookup("免学费年标准", term, {"隶属": set_name, "专业类别": kind})
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
        row["备注"] = "；".join(_remarks(roster, index, kind, months, aided, aid_sum, fee_sum)) or None
        section.append(row)
    done.counts = {name: len(section) for name, section in rows.items()}
    if guessed:
        done.remarks.append(
            f"有 {guessed} 名学生的专业类别名册里没有写，按专业名称推定（涉农名单之外的按其他一般专业），请核对免学费金额。"
        )
    return done


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


def _remarks(roster: Roster, index: int, kind: str, months: int, aided: bool, aid: Value, fee: Value) -> Iterator[str]:
    if kind == "涉农专业" and (aid is not None or not aided):
        yield f"包含涉农专业学生1人，申请了助学金{_yuan(aid)}元、免学费补助金{_yuan(fee)}元"
    if months < 5:
        change = roster.code("异动类型", index) or (roster.code("学籍状态", index) or "")
        why = change if change in AWAY or change in ("转入", "复学") else "异动"
        yield f"{why}，本学期在校{months}个月"
    if roster.text("备注", index):
        yield roster.text("备注", index)


def _yuan(value: Value) -> str:
    return "0" if value is None else plain(Decimal(str(value)))
