"""人籍一致: a roll call (点名表) against a roster: who is registered and not here, who is here and not registered (R3 rules;
闽人社办〔2024〕79号 一(一) 现场点名、一(二) 长期空挂学籍)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..book import Book, Sheet
from ..identity import eighteen, spelled, tail_lost
from ..pack import Pack
from ..reading import UnreadableFile, open_book
from ..ref import Ref
from ..report import Finding, Related, Report, Unverified
from ..rule import LEVELS, Rule
from ..term import Term
from ..text import fold, mask
from .context import AWAY, label_of, shown
from .fields import RosterInfo
from .read import Roster, heading_lines, is_foot, is_heading, merged_down

NEEDS = "名册与点名"
RESULT = "点名结果"
ABSENT = "缺席"
_KEYS = (("身份证号",), ("学籍号",), ("姓名", "班级"), ("姓名",))
"""What tells a student, the surest first."""

Key = tuple[str, ...]


class NotRoll(Exception):
    """The file holds no roll call; the message is Chinese."""


@dataclass(frozen=True)
class Called:
    """One line of a roll call.  `texts` are the cells under the headings of roster.toml, in one spelling."""

    ref: Ref
    name: str
    texts: dict[str, str]
    result: str | None
    """到校, 请假, 缺席; '' where blank, None where it is none of the known."""

    @property
    def absence(self) -> str:
        """Why the student does not count as here, in Chinese; ''."""
        if self.result is None:
            return f"点名结果“{mask(self.texts.get(RESULT, ''))}”认不出"
        return {"": "点名表上没有填结果", ABSENT: "点名没有到校"}.get(self.result, "")


@dataclass
class Roll:
    """The lines of a roll call and the columns that it has."""

    file: str
    columns: set[str] = field(default_factory=set)
    lines: list[Called] = field(default_factory=list)


def roll_of(book: Book, info: RosterInfo) -> Roll:
    """The roll call in a workbook: sheets with a heading row that names 姓名 and at least one more column that tells a
    student.  Whoever is listed is here, unless a column 点名结果 says otherwise.  Raises NotRoll."""
    roll = Roll(book.name)
    for sheet in book.sheets:
        row, columns = _heading(sheet, info)
        if row:
            roll.columns |= set(columns)
            roll.lines += _lines(sheet, row, columns, info)
    if not roll.columns:
        names = "、".join(sheet.name for sheet in book.sheets[:5])
        raise NotRoll(f"“{names}”里没有点名表：要有一行列标题，有“姓名”，还有“身份证号”“学籍号”“班级”中的一列。")
    return roll


def readable_roll(path: Path, info: RosterInfo) -> Roll | tuple[str, str]:
    """The roll call, or (slug, Chinese message) of what is wrong with the file."""
    try:
        return roll_of(open_book(path), info)
    except UnreadableFile as error:
        return error.kind, error.message
    except NotRoll as error:
        return "not-roll", str(error)


def _heading(sheet: Sheet, info: RosterInfo) -> tuple[int, dict[str, int]]:
    """The row of the headings, 0 where there is none, and the columns they name: the row that names the most."""
    best: tuple[int, dict[str, int]] = (0, {})
    for row, line in enumerate(heading_lines(sheet), 1):
        known = [(info.of_heading(value), at) for at, value in enumerate(line, 1) if isinstance(value, str)]
        columns = {item.name: at for item, at in reversed(known) if item}
        if "姓名" in columns and columns.keys() & {"身份证号", "学籍号", "班级"} and len(columns) > len(best[1]):
            best = row, columns
    return best


def _lines(sheet: Sheet, heading: int, columns: dict[str, int], info: RosterInfo) -> Iterator[Called]:
    merged = {(row, column): value for row, column, value in merged_down(sheet) if column != columns["姓名"]}
    for row in range(heading + 1, len(sheet.values) + 1):
        texts = {name: _text(name, merged.get((row, at), sheet.value(row, at))) for name, at in columns.items()}
        if texts["姓名"] and not is_foot(sheet.values[row - 1]) and not is_heading(texts["姓名"], info):
            said = texts.get(RESULT)
            result = info.named[RESULT].spelled.get(said) if said else said if RESULT in texts else "到校"
            yield Called(Ref(sheet.name, row, columns["姓名"]), texts["姓名"], texts, result)


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "身份证号":
        return eighteen(spelled(value))  # type: ignore[arg-type]
    return spelled(value) if name == "学籍号" else fold(str(value))  # type: ignore[arg-type]


@dataclass
class Confronted:
    """A roster and a roll call, and how their students are told."""

    roster: Roster
    roll: Roll
    by: Key
    at: dict[Key, int] = field(default_factory=dict)
    """Key → student of the roster."""
    called: dict[Key, Called] = field(default_factory=dict)
    unclear: int = 0
    """Students and lines that share their key with another."""

    def key(self, index: int) -> Key:
        return tuple(_text(name, self.roster.value(name, index)) for name in self.by)


def _confronted(roster: Roster, roll: Roll) -> Confronted | None:
    numbers = (*(line.texts.get("身份证号", "") for line in roll.lines), *roster.columns.get("身份证号", ()))
    cut = any(map(tail_lost, numbers))  # no student can be told by such a number
    shared = [key for key in _KEYS if all(name in roll.columns and roster.has(name) for name in key)]
    by = next((key for key in shared if not cut or key != ("身份证号",)), None)
    if by is None:
        return None
    found = Confronted(roster, roll, by)
    keys = [found.key(index) for index in range(len(roster))]
    lines = [tuple(line.texts[name] for name in by) for line in roll.lines]
    twice = {key for counted in (Counter(keys), Counter(lines)) for key, count in counted.items() if count > 1}
    unsure = {*twice, *(key for key in (*keys, *lines) if not key[0])}
    found.at = {key: index for index, key in enumerate(keys) if key not in unsure}
    found.called = {key: line for key, line in zip(lines, roll.lines, strict=True) if key not in unsure}
    found.unclear = sum(key in unsure for key in keys) + sum(key in unsure for key in lines)
    return found


def check_attendance(roster: Roster, roll: Roll, pack: Pack, term: Term) -> Report:
    """Confront the two with the rules that need both.  The report is the roster's."""
    rules = [rule for rule in pack.rules.values() if rule.needs == NEEDS]
    report = Report(
        roster.file, roster.sha256, pack.info.id, NEEDS, str(term), tuple(rules), nameless="", answerable=False,
        when_passed="名册上的学生都点到了，点到的都有学籍。",
    )  # fmt: skip
    both = _confronted(roster, roll)
    for rule in rules:
        if both is None:
            report.unchecked.append(Unverified(rule, "名册和点名表没有都有的“身份证号”“学籍号”或“姓名”"))
            continue
        report.findings += CALLS[rule.check](rule, both)
        if both.unclear:
            report.unchecked.append(
                Unverified(rule, f"名册和点名表上有 {both.unclear} 人的{'、'.join(both.by)}没有填或与别人相同，分不清")
            )
    order = {name: at for at, name in enumerate(dict.fromkeys(roster.sheets))}
    report.findings.sort(key=lambda f: (LEVELS.index(f.level), order.get(f.sheet, 99), f.order, f.code))
    told = f"与点名表“{mask(roll.file)}”按{'、'.join(both.by)}比对" if both else f"点名表“{mask(roll.file)}”没有比对"
    plain = [] if RESULT in roll.columns else [f"点名表没有“{RESULT}”或“到校情况”一列，列上的都算到校"]
    report.remarks = [told, *plain, *_other_classes(roster, roll)]
    return report


def _other_classes(roster: Roster, roll: Roll) -> list[str]:
    gone = [name for name in _classes(roster) if not _was_called(roll, name)]
    return [f"点名表没有这些班级，没有比对：{'、'.join(map(mask, gone[:12]))}{'等' * (len(gone) > 12)}"] if gone else []


def _classes(roster: Roster) -> list[str]:
    names = (roster.text("班级", i) for i in range(len(roster)) if roster.code("学籍状态", i) not in AWAY)
    return list(dict.fromkeys(filter(None, names)))


def _was_called(roll: Roll, name: str) -> bool:
    """Whether a class is on the roll call; a roll call without classes is of the whole school."""
    return "班级" not in roll.columns or any(line.texts["班级"] == fold(name) for line in roll.lines)


def away(rule: Rule, both: Confronted) -> Iterator[Finding]:
    """空挂学籍: registered as here, not found at the roll call, and no remark says why."""
    roster = both.roster
    classes = {name: _was_called(both.roll, name) for name in _classes(roster)}
    for key, index in both.at.items():
        if roster.code("学籍状态", index) in AWAY or roster.text("备注", index):
            continue
        if not classes.get(roster.text("班级", index), True):
            continue
        line = both.called.get(key)
        message = line.absence if line else "点名表上没有这名学生"
        if message:
            ref = roster.ref("姓名", index)
            related = (_line(both.roll, line),) if line else ()
            yield Finding(
                rule, ref.sheet, ref.cell, label_of(ref, "姓名"), message, actual=shown("姓名", roster.value("姓名", index)),
                related=related, order=(ref.row, ref.column),
            )  # fmt: skip


def unregistered(rule: Rule, both: Confronted) -> Iterator[Finding]:
    """At school, but not in the roster, or there as one who left."""
    for key, line in both.called.items():
        if line.absence:
            continue
        index = both.at.get(key)
        state = both.roster.code("学籍状态", index) if index is not None else None
        if index is not None and state not in AWAY:
            continue
        message = f"名册上的学籍状态是{state}" if index is not None else "名册里没有这名学生"
        related = ()
        if index is not None:
            ref = both.roster.ref("学籍状态", index)
            related = (Related(ref.sheet, ref.cell, label_of(ref, "学籍状态"), state or ""),)  # type: ignore[assignment]
        yield Finding(
            rule, f"{both.roll.file}：{line.ref.sheet}", line.ref.cell, label_of(line.ref, "姓名"), message,
            actual=mask(line.name), related=related, order=(line.ref.row, line.ref.column),
        )  # fmt: skip


def _line(roll: Roll, line: Called) -> Related:
    return Related(f"{roll.file}：{line.ref.sheet}", line.ref.cell, label_of(line.ref, "姓名"), mask(line.name))


CALLS: dict[str, Callable[[Rule, Confronted], Iterator[Finding]]] = {"away": away, "unregistered": unregistered}
