"""The students of a school's list against last term's: G2–G5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from ..bind import Workbook
from ..check.context import Context, related
from ..identity import eighteen, parse_entry, spelled
from ..ref import Ref, compress
from ..report import Finding, Related, amount
from ..table import Table
from ..term import Term
from ..text import fold, mask

_ZERO = Decimal(0)
ROSTER = "精准明细"


@dataclass(frozen=True)
class Person:
    """One line of the list of students."""

    index: int
    number: str
    """Identity number as it should be typed."""
    name: str
    section: str
    entry: Term | None

    @property
    def birth(self) -> str:
        return self.number[6:14]


def _people(workbook: Workbook) -> tuple[Table, dict[str, Person]] | None:
    """The list and its students by identity number; None where it cannot be read."""
    table = workbook.tables.get(ROSTER)
    if table is None or not {"身份证号", "姓名", "班级"} <= table.columns.keys():
        return None
    found: dict[str, Person] = {}
    for index in table.details():
        number = eighteen(spelled(table.columns["身份证号"].raw[index]))
        if len(number) == 18:
            entry = parse_entry(table.text("班级", index))
            name = fold(table.text("姓名", index))
            found.setdefault(number, Person(index, number, name, table.keys[index][0], entry.term if entry else None))
    return table, found


class _Both:
    """The lists of both terms."""

    def __init__(self, table: Table, now: dict[str, Person], last: Table, then: dict[str, Person]) -> None:
        self.table, self.now, self.last, self.then = table, now, last, then

    @property
    def pairs(self) -> list[tuple[Person, Person]]:
        return [(person, self.then[number]) for number, person in self.now.items() if number in self.then]


def _both(context: Context, previous: Workbook) -> _Both | None:
    now, then = _people(context.workbook), _people(previous)
    if now is None or then is None:
        which = "本期" if now is None else "上期"
        context.ledger.cannot(context.rule, f"{which}没有能读的《精准资助学生明细》")
        return None
    return _Both(*now, *then)


def _each(
    context: Context,
    previous: Workbook,
    field: str,
    same: Callable[[Person, Person], bool],
    says: Callable[[Person, Person, _Both], str],
) -> None:
    """A statement about every student of both terms; a 备注 answers where the rule says so."""
    both = _both(context, previous)
    if both is None:
        return
    pairs = both.pairs

    def describe(position: int) -> Finding | None:
        now, then = pairs[position]
        if context.excused(both.table, now.index):
            return None
        ref = both.last.ref(field, then.index) or both.last.ref("身份证号", then.index)
        shown = Related(
            f"上期 {both.last.sheet.name}", ref.cell if ref else "", "上期", mask(both.last.text(field, then.index))
        )
        others = (shown,) if field in both.last.columns and field != "身份证号" else ()
        return context.at_cell(both.table, field, now.index, says(now, then, both), related=others)

    context.ledger.demand(context.rule, [same(now, then) for now, then in pairs], describe)


def renamed(context: Context, previous: Workbook) -> None:
    """G4: one identity number, two names."""
    _each(
        context,
        previous,
        "姓名",
        lambda now, then: now.name == then.name,
        lambda now, then, both: f"身份证号 {mask(now.number)} 上期是另一个姓名",
    )


def entry_changed(context: Context, previous: Workbook) -> None:
    """G3: a student keeps the term of entry, and so rises a grade a year."""
    _each(
        context,
        previous,
        "班级",
        lambda now, then: now.entry is None or then.entry is None or now.entry == then.entry,
        lambda now, then, both: f"上期是{then.entry}入学，本期成了{now.entry}入学",
    )


def type_changed(context: Context, previous: Workbook) -> None:
    """G5: the type of hardship."""
    _each(
        context,
        previous,
        "身份证号",
        lambda now, then: now.section == then.section,
        lambda now, then, both: f"精准资助类型上期是“{then.section}”，本期是“{now.section}”",
    )


def renumbered(context: Context, previous: Workbook) -> None:
    """G4: the same name, birthday and entry under another identity number."""
    both = _both(context, previous)
    if both is None:
        return
    gone = _gone(both)
    records = list(both.now.values())
    known = {(person.name, person.birth, person.entry): person for person in gone}
    holds = [person.number in both.then or (person.name, person.birth, person.entry) not in known for person in records]

    def describe(position: int) -> Finding:
        now = records[position]
        then = known[now.name, now.birth, now.entry]
        ref = both.last.ref("身份证号", then.index)
        other = Related(f"上期 {both.last.sheet.name}", ref.cell if ref else "", "上期", mask(then.number))
        message = "姓名、出生日期、入学时间都与上期一名学生相同，身份证号不同"
        return context.at_cell(both.table, "身份证号", now.index, message, related=(other,))

    context.ledger.demand(context.rule, holds, describe)


def _gone(both: _Both) -> list[Person]:
    return [person for number, person in both.then.items() if number not in both.now]


def vanished(context: Context, previous: Workbook) -> None:
    """G3: students of last term who are not listed any more and have not finished."""
    both = _both(context, previous)
    if both is None:
        return
    term = context.workbook.term
    known = {(person.name, person.birth, person.entry) for person in both.now.values()}
    by_type: dict[str, list[Person]] = {}
    for person in _gone(both):
        finished = person.entry is None or _may_have_finished(person.entry, term)
        finished = finished or previous.pack.wording.says_gone(both.last.text("备注", person.index))
        if not finished and (person.name, person.birth, person.entry) not in known:
            by_type.setdefault(person.section, []).append(person)
    sections = [member.name for member in both.table.form.axis[0].members]

    def describe(position: int) -> Finding:
        section = sections[position]
        people = by_type[section]
        some = "、".join(mask(person.number) for person in people[:5]) + ("等" if len(people) > 5 else "")
        cells = compress((ref.row, ref.column) for p in people if (ref := both.last.ref("身份证号", p.index)))
        index = both.table.index.get((section,))
        ref = both.table.ref("助学金人数", index) if index is not None else None
        return context.at_ref(
            ref or Ref(both.table.sheet.name, 1, 1),
            f"{section} · 减少的学生",
            f"上期有、本期没有的 {len(people)} 名学生（{some}），还没有到毕业的时候",
            related=(Related(f"上期 {both.last.sheet.name}", cells, "上期的学生", f"{len(people)} 人"),),
        )

    context.ledger.demand(context.rule, [section not in by_type for section in sections], describe)


_SHORTEST = 2
"""Years after which a student may have finished: 高中起点 takes two, 初中起点 three."""


def _may_have_finished(entry: Term, term: Term) -> bool:
    """Whether a course begun then may have ended before this term: autumn entrants finish in summer."""
    years = (2 * (term.year - entry.year) + term.half - entry.half) // 2
    return years >= _SHORTEST and entry.half == term.half


def appeared(context: Context, previous: Workbook) -> None:
    """G3: students not listed last term who have not just entered."""
    both = _both(context, previous)
    if both is None:
        return
    term = context.workbook.term
    known = {(person.name, person.birth, person.entry) for person in _gone(both)}
    records = list(both.now.values())
    holds = [
        person.number in both.then
        or person.entry is None
        or person.entry >= term
        or (person.name, person.birth, person.entry) in known
        for person in records
    ]

    def describe(position: int) -> Finding | None:
        person = records[position]
        if context.excused(both.table, person.index):
            return None
        return context.at_cell(both.table, "身份证号", person.index, f"{person.entry}入学，上期的名单里没有")

    context.ledger.demand(context.rule, holds, describe)


def annual_cap(context: Context, previous: Workbook) -> None:
    """G2: what a student gets in the two terms of a school year stays within the annual standard."""
    both = _both(context, previous)
    if both is None or context.workbook.term.school_year != previous.term.school_year:
        return
    for field, names in (("助学金金额", ("助学金月标准", "助学金最高月标准")), ("免学费金额", ("免学费年标准",))):
        limits = [limit for name in names if (limit := _annual(context, previous, name))]
        if field not in both.table.columns or field not in both.last.columns or not limits:
            context.ledger.cannot(context.rule, f"读不出“{field}”，或政策数据里没有它的标准")
            continue
        limit = max(limits)
        pairs = both.pairs
        sums = [both.table.amount(field, now.index) + both.last.amount(field, then.index) for now, then in pairs]

        def describe(
            position: int,
            field: str = field,
            limit: Decimal = limit,
            sums: list[Decimal] = sums,
            pairs: list[tuple[Person, Person]] = pairs,
        ) -> Finding:
            now, then = pairs[position]
            other = related(both.last, field, then.index)
            return context.at_cell(
                both.table,
                field,
                now.index,
                f"本学年两个学期共 {amount(sums[position], '元')}",
                expected=f"不大于 {amount(limit, '元')}",
                related=(Related(f"上期 {other.sheet}", other.cell, other.label, other.value),),
            )

        context.ledger.relate(context.rule, "<=", sums, [limit] * len(sums), [_ZERO] * len(sums), describe)


def _annual(context: Context, previous: Workbook, name: str) -> Decimal:
    """The highest annual amount of a standard over both terms, 0 where policy gives none."""
    policy, own = context.workbook.pack.policy, context.workbook.set
    found = [_ZERO]
    for term in (context.workbook.term, previous.term):
        for standard in policy.standard:
            if standard.name != name or standard.keys.get("隶属", own) != own:
                continue
            hit = policy.lookup(name, term, {"隶属": own, **standard.keys})
            if hit is not None:
                found.append(hit.amount if name.endswith("年标准") else hit.amount * 10)
    return max(found)
