"""Checking forms about institutions: each by itself, and those of a city against the list of its schools.

Findings, rules (`O…`) and reports are those of the settlement check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..book import Book
from ..identity import phone_fault, spelled_phone
from ..law import Law
from ..pack import Pack, load_pack
from ..ref import Ref
from ..report import Finding, Related, Report, Unverified, place
from ..rule import Rule
from ..text import clean, fold, mask, mask_number
from .institution import PACK, Field, Filled, Member, institutions, read_institutions

NEEDS = "机构表"
_EACH = frozenset(
    {
        "missing-column", "unit", "body", "date", "late", "members", "name", "duplicate", "duty", "post", "landline",
        "mobile", "phone",
    }
)  # fmt: skip
"""Checks of one form; the others compare forms with the list of schools."""
_HEADINGS = ("学校名称", "学校", "院校名称", "校名", "技工院校", "名称")

Fault = tuple[tuple[int, int] | None, str, str, str]
"""(cell, label, message, actual)."""


@dataclass(frozen=True)
class Read:
    """A form and the file it stands in."""

    path: Path
    filled: Filled

    @property
    def place(self) -> str:
        return self.filled.place(self.path.name)


def rules_of(pack: Pack, *, each: bool) -> list[Rule]:
    """The rules for one form, or those for a city's forms together."""
    return [rule for rule in pack.rules.values() if rule.needs == NEEDS and (rule.check in _EACH) is each]


def check_institution(book: Book, law: Law) -> tuple[Filled, Report] | None:
    """Check the first form of a book; None where it holds none."""
    return next(iter(check_institutions(book, law)), None)


def check_institutions(book: Book, law: Law) -> list[tuple[Filled, Report]]:
    """Check every form that a book holds, each with its own report."""
    return [(filled, _checked(book, filled, law)) for filled in read_institutions(book)]


def _checked(book: Book, filled: Filled, law: Law) -> Report:
    pack = load_pack(PACK)
    rules = rules_of(pack, each=True)
    year = f"{filled.day.year}年" if filled.day else ""
    report = _report(book.name, book.sha256, f"{filled.form.id}机构信息表", year, rules, filled.unit.text)
    report.nameless = "（没有填报单位）"
    report.when_passed = f"信息表没有查出问题。{filled.form.send}。"
    report.remarks += [*book.remarks, *filled.remarks]
    if not filled.alone:
        report.remarks.insert(0, f"这个文件里有几张信息表，这是工作表“{mask(filled.sheet)}”上的。")
    for rule in rules:
        why = _unverifiable(rule, filled, law)
        if why:
            report.unchecked.append(Unverified(rule, why))
            continue
        for cell, label, message, actual in CHECKS[rule.check](filled, law):
            report.findings.append(_finding(rule, filled.sheet, cell, label, message, actual))
    report.findings.sort(key=lambda finding: finding.sort_key([filled.sheet]))
    return report


def _report(file: str, digest: str, kind: str, term: str, rules: list[Rule], school: str) -> Report:
    return Report(
        mask(file), digest, PACK, kind, term, tuple(rules), school=mask(school), nameless="", answerable=False
    )


def _finding(
    rule: Rule,
    sheet: str,
    cell: tuple[int, int] | None,
    label: str,
    message: str,
    actual: str = "",
    related: tuple[Related, ...] = (),
) -> Finding:
    where, address, order = place(Ref(sheet, *cell)) if cell else (sheet, "", (0, 0))
    return Finding(rule, where, address, label, message, actual=actual, related=related, order=order)


def _unverifiable(rule: Rule, filled: Filled, law: Law) -> str:
    """Why a rule cannot be checked on this form; '' when it can."""
    wanted = {
        "name": ("姓名",),
        "duplicate": ("姓名",),
        "duty": ("职责",),
        "post": ("职务", "科室"),
        "landline": ("固定电话",),
        "mobile": ("手机号码",),
        "phone": ("固定电话", "手机号码"),
    }.get(rule.check, ())
    missing = [name for name in wanted if name not in filled.columns]
    if missing:
        return f"没有找到“{'”“'.join(missing)}”栏"
    if wanted and not filled.members:
        return "没有成员可查"
    if rule.check == "members" and not filled.columns:
        return "没有找到表头"
    if rule.check == "late":
        if filled.day is None:
            return "没有填报日期"
        if _limit(filled, law) is None:
            return f"没有收录{filled.day.year}年的报送时限"
    return ""


# ── one form ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _columns(filled: Filled, _: Law) -> Iterator[Fault]:
    missing = [column.header for column in institutions().column if column.name not in filled.columns]
    if missing:
        yield None, filled.form.title, f"没有找到“{'”“'.join(missing)}”栏", ""


def _unit(filled: Filled, _: Law) -> Iterator[Fault]:
    yield from _blank(filled.unit, filled.form.unit.rstrip("："), "没有填单位名称")


def _body(filled: Filled, _: Law) -> Iterator[Fault]:
    yield from _blank(filled.body, filled.form.body.rstrip("："), "没有填机构名称")


def _blank(field: Field, label: str, message: str) -> Iterator[Fault]:
    if not field.text:
        yield field.cell, label, message if field.cell else f"{message}，表上也没有找到这一栏", ""


def _date(filled: Filled, _: Law) -> Iterator[Fault]:
    if filled.day is None:
        said = "不是有效的日期" if any(map(str.isdigit, filled.date.text[4:])) else "没有填完"
        yield filled.date.cell, "时间", f"填报日期{said if filled.date.cell else '没有找到'}", filled.date.text


def _late(filled: Filled, law: Law) -> Iterator[Fault]:
    limit, day = _limit(filled, law), filled.day
    if limit and day and (day.month, day.day) > (limit[0], limit[1]):
        yield filled.date.cell, "时间", f"时限是{limit[0]}月{limit[1]}日，表上是{day.month}月{day.day}日", ""


def _limit(filled: Filled, law: Law) -> tuple[int, int] | None:
    if filled.day is None:
        return None
    for due in law.deadlines(filled.day.year):
        date = due.entry.date(due.year)
        if due.entry.matter == filled.form.deadline and date:
            return date.month, date.day
    return None


def _some(filled: Filled, _: Law) -> Iterator[Fault]:
    if not filled.members:
        yield None, "成员", "表里没有一名成员", ""


def _names(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        if not member.values["姓名"]:
            yield _at(filled, member, "姓名"), f"第{member.row}行 姓名", "这一行有内容，没有姓名", ""


def _duplicates(filled: Filled, _: Law) -> Iterator[Fault]:
    seen: dict[str, list[Member]] = {}
    for member in filled.members:
        name, phone = fold(member.values["姓名"]), spelled_phone(member.values.get("手机号码", ""))
        if not name:
            continue
        for other in seen.get(name, []):
            theirs = spelled_phone(other.values.get("手机号码", ""))
            if not phone or not theirs or phone == theirs:
                yield _at(filled, member, "姓名"), f"第{member.row}行 姓名", f"与第{other.row}行是同一名成员", ""
                break
        seen.setdefault(name, []).append(member)


def _duties(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        if not member.values["职责"]:
            yield _at(filled, member, "职责"), f"第{member.row}行 主要资助管理职责（分工）", "没有填职责（分工）", ""


def _posts(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        for name, header in (("职务", "职务"), ("科室", "所在科室")):
            if not member.values[name]:
                yield _at(filled, member, name), f"第{member.row}行 {header}", f"没有填{header}", ""


def _landlines(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        text = member.values["固定电话"]
        if not text:
            continue
        if spelled_phone(text).isdigit() and len(spelled_phone(text)) == 11 and spelled_phone(text)[0] == "1":
            said = "这是手机号码，不是固定电话"
        elif phone_fault(text):
            said = f"“{_hidden(text)}”不是固定电话号码"
        else:
            continue
        yield _at(filled, member, "固定电话"), f"第{member.row}行 固定电话", said, _hidden(text)


def _mobiles(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        text = member.values["手机号码"]
        spelled = spelled_phone(text)
        if text and (phone_fault(text) or len(spelled) != 11 or spelled[0] != "1"):
            digits = sum(map(str.isdigit, spelled))
            said = f"手机号码应为1开头的11位数字，这里有{digits}位" if digits != 11 else "不是手机号码"
            yield _at(filled, member, "手机号码"), f"第{member.row}行 手机号码", said, _hidden(text)


def _phones(filled: Filled, _: Law) -> Iterator[Fault]:
    for member in filled.members:
        if not member.values["固定电话"] and not member.values["手机号码"]:
            yield _at(filled, member, "固定电话"), f"第{member.row}行 固定电话、手机号码", "两种电话都没有填", ""


def _hidden(text: str) -> str:
    """A number in a phone column masked however long it is: it may be a phone with a digit too many."""
    return re.sub(r"\d{7,}", lambda match: mask_number(match[0]), mask(spelled_phone(text)))


def _at(filled: Filled, member: Member, name: str) -> tuple[int, int]:
    return member.row, filled.columns[name]


CHECKS: dict[str, Callable[[Filled, Law], Iterator[Fault]]] = {
    "missing-column": _columns,
    "unit": _unit,
    "body": _body,
    "date": _date,
    "late": _late,
    "members": _some,
    "name": _names,
    "duplicate": _duplicates,
    "duty": _duties,
    "post": _posts,
    "landline": _landlines,
    "mobile": _mobiles,
    "phone": _phones,
}


CITY_CHECKS = frozenset({"absent", "twice", "stranger"})

# ── the forms of a city against its list of schools ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Listed:
    """A school of the list and the cell it stands in."""

    name: str
    sheet: str
    cell: tuple[int, int]


def listed_schools(book: Book) -> list[Listed]:
    """The schools of a list: the column under a heading like 学校名称, or the first column where there is none."""
    for sheet in book.sheets:
        for number, row in enumerate(sheet.values[:20], 1):
            for column, value in enumerate(row, 1):
                if fold(str(value or "")) in map(fold, _HEADINGS):
                    return _down(book, sheet.name, number + 1, column)
    return next((found for sheet in book.sheets if (found := _down(book, sheet.name, 1, 1))), [])


def _down(book: Book, name: str, first: int, column: int) -> list[Listed]:
    sheet = book.sheet(name)
    found: list[Listed] = []
    for row in range(first, len(sheet.values) + 1):
        text = clean(str(sheet.value(row, column) or ""))
        if text and fold(text) not in ("合计", "总计"):
            found.append(Listed(text, name, (row, column)))
    return found


def check_city(book: Book, listed: Iterable[Listed], reads: Iterable[Read]) -> Report:
    """One school form per school of the list; findings stand at the school's cell in the list."""
    rules = {rule.check: rule for rule in rules_of(load_pack(PACK), each=False)}
    report = _report(book.name, book.sha256, "学校名单", "", list(rules.values()), "")
    report.when_passed = "名单上的学校都交了，每校一份。"
    schools = list(listed)
    forms = [read for read in reads if read.filled.form.id == "校级" and read.filled.unit.text]
    wanted = {fold(school.name): school for school in schools}
    given: dict[str, list[Read]] = {}
    for read in forms:
        given.setdefault(fold(read.filled.unit.text), []).append(read)
    for key, school in wanted.items():
        label = school.name
        if key not in given:
            message = f"没有收到“{school.name}”的信息表"
            report.findings.append(_finding(rules["absent"], school.sheet, school.cell, label, message))
    for key, several in given.items():
        name = several[0].filled.unit.text
        if len(several) > 1:
            files = "、".join(read.place for read in several)
            message = f"“{name}”交了 {len(several)} 份：{files}"
            at = wanted.get(key)
            sheet, cell = (at.sheet, at.cell) if at else ("", None)
            report.findings.append(_finding(rules["twice"], sheet, cell, name, message))
        if key not in wanted:
            message = f"名单里没有“{name}”（{several[0].place}）"
            report.findings.append(_finding(rules["stranger"], "", None, name, message))
    report.findings.sort(key=lambda finding: finding.sort_key([sheet.name for sheet in book.sheets]))
    return report
