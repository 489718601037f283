"""The package to hand in: is everything there, how is it named, and the archive with its checklist and hashes."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..term import Term
from ..text import fold, mask
from .submission import Given, Item, Sender, submission

SENDERS = ("设区市", "省属校", "市属校")
LIST, HASHES = "清单.txt", "校验码.sha256"
_TIME = (1980, 1, 1, 0, 0, 0)
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')

Mark = Literal["有", "缺", "请自查"]


@dataclass(frozen=True)
class Line:
    """One line of the checklist."""

    mark: Mark
    text: str


@dataclass
class Package:
    """What will be handed in.  `lines` is the checklist; complete when no line is 缺."""

    unit: str
    sender: Sender
    term: Term
    subject: str
    lines: list[Line]
    files: list[tuple[str, Given]]
    """(name in the archive, file)."""
    remarks: list[str]

    @property
    def missing(self) -> int:
        return sum(line.mark == "缺" for line in self.lines)


class Unclear(ValueError):
    """Term, unit or kind of sender cannot be told from the files; the message says which option to give."""


def plan(
    given: list[Given], *, unit: str = "", term: Term | None = None, sender: str = "", schools: Sequence[str] = ()
) -> Package:
    """Put the files of a folder to what the notice asks for; `schools` are those whose workbooks must be there.  Raises
    Unclear."""
    wanted = submission()
    reports = [item.report for item in given if item.report]
    term = term or _term(given)
    who = next(item for item in wanted.sender if item.id == (sender or _sender(given)))
    if not unit:
        named = {report.school for report in reports if report.school}
        if who.id == "设区市" or len(named) != 1:
            raise Unclear("请用 --unit 写明报送单位名称，如 --unit 泉州市人力资源和社会保障局。")
        unit = named.pop()
    unit = _safe(unit)
    names = {"单位": unit, "学期": f"{term.year}年{term.season}季", "学期简": str(term)}
    package = Package(unit, who, term, _fill(wanted.subject, names), [], [], [])
    for item in wanted.item:
        if who.id in item.senders:
            _item(package, item, [one for one in given if one.item is item], names)
    if schools:
        _listed(package, given, schools)
    _rest(package, given)
    return package


def _listed(package: Package, given: list[Given], schools: Sequence[str]) -> None:
    """Every school of the list has its workbook here; a school that is not on it is told."""
    found = {fold(one.report.school): one for one in given if one.report and one.item and one.item.kind == "school"}
    wanted = {fold(name): name for name in schools}
    for key, name in wanted.items():
        if key not in found:
            package.lines.append(Line("缺", f"学校结算表：没有“{mask(name)}”的"))
    for key, one in found.items():
        if key not in wanted and one.report:
            package.remarks.append(
                f"学校名单里没有“{mask(one.report.school) or '（没有学校名称）'}”：{mask(one.path.name)}"
            )


def _term(given: list[Given]) -> Term:
    terms = {Term.parse(item.report.term) for item in given if item.report}
    if len(terms) != 1:
        found = "、".join(map(str, sorted(terms)))
        said = f"里面有 {found} 的表" if found else "没有认得出的结算表"
        raise Unclear(f"{said}，请用 --term 写明报送哪个学期，如 --term 2024春。")
    return terms.pop()


def _sender(given: list[Given]) -> str:
    kinds = [item.item.kind for item in given if item.item]
    schools = [item.report for item in given if item.report and item.item and item.item.kind == "school"]
    if "bureau" in kinds or len({fold(report.school) for report in schools}) != 1:
        return "设区市"
    return "省属校" if schools[0].set_name == "省属" else "市属校"


def _safe(name: str) -> str:
    """A name that every system takes as a file name."""
    return _FORBIDDEN.sub("", name).strip(" .")[:80] or "报送单位"


def _fill(text: str, names: dict[str, str]) -> str:
    for key, value in names.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _item(package: Package, item: Item, given: list[Given], names: dict[str, str]) -> None:
    if item.kind == "paper":
        package.lines.append(Line("请自查", f"{item.name}：另行报送纸质件"))
        return
    good: list[Given] = []
    for one in given:
        problem = one.problem or _wrong_term(one, package.term)
        if problem:
            package.lines.append(Line("缺", f"{item.name}：{mask(one.path.name)} {problem}"))
        else:
            good.append(one)
    schools = Counter(fold(one.report.school) for one in good if one.report and item.kind == "school")
    for one in good:
        school = one.report.school if one.report else ""
        if school and schools[fold(school)] > 1:
            package.lines.append(
                Line("缺", f"{item.name}：{mask(one.path.name)} 与另一份是同一所学校（{school}），只能留一份")
            )
        else:
            name = _named(package, item, one, names)
            said = f"，{one.remark}" if one.remark else ""
            package.files.append((name, one))
            package.lines.append(Line("有", f"{item.name}：{mask(one.path.name)}{said}"))
    if not given:
        if item.required:
            package.lines.append(Line("缺", f"{item.name}：没有找到{_hint(item, names)}"))
        else:
            package.lines.append(Line("请自查", f"{item.name}：没有附（{item.note or '可不附'}）"))


def _wrong_term(one: Given, term: Term) -> str:
    if one.report and one.report.term != str(term):
        return f"是 {one.report.term} 的表，不是 {term} 的"
    return ""


def _hint(item: Item, names: dict[str, str]) -> str:
    return f"（扫描件的文件名如“{_fill(item.file, names)}.pdf”）" if item.kind == "scan" else ""


def _named(package: Package, item: Item, one: Given, names: dict[str, str]) -> str:
    school = _safe(one.report.school or one.path.stem) if one.report else ""
    stem = _fill(item.file, {**names, "校名": school})
    taken = {name for name, _ in package.files}
    number = 1
    while True:
        name = f"{item.folder}/{stem}{'' if number == 1 else f'（{number}）'}{one.path.suffix.lower()}"
        if name not in taken:
            return name
        number += 1


def _rest(package: Package, given: list[Given]) -> None:
    """Files that cannot be read, and those that answer nothing."""
    for one in given:
        if one.failure:
            package.lines.append(Line("缺", f"{one.failure.file}：{one.failure.message}"))
    for one in given:
        if one.item is None and not one.failure:
            said = f"（{one.remark}）" if one.remark else ""
            package.remarks.append(f"没有放进报送包：{mask(one.path.name)}{said}")


def archive(package: Package) -> bytes:
    """The package as .zip: files, checklist and hashes under a folder named like the mail's subject.  Same files, same
    bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        listing = ("\r\n".join(text_lines(package)) + "\r\n").encode("utf-8-sig")
        content = [(name, one.data) for name, one in package.files] + [(LIST, listing)]
        hashes = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in content)
        for name, data in [*content, (HASHES, hashes.encode())]:
            entry = zipfile.ZipInfo(f"{_safe(package.subject)}/{name}", _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            target.writestr(entry, data)
    return buffer.getvalue()


def record(package: Package, output: str = "") -> dict[str, Any]:
    """The checklist as JSON; `output` is the archive's name, '' where none was written."""
    return {
        "schema_version": 1,
        "unit": package.unit,
        "sender": package.sender.id,
        "term": str(package.term),
        "subject": package.subject,
        "missing": package.missing,
        "lines": [{"mark": line.mark, "text": line.text} for line in package.lines],
        "files": [{"name": name, "source": mask(one.path.name)} for name, one in package.files],
        "remarks": package.remarks,
        "output": output or None,
    }


MARKS: dict[Mark, str] = {"有": "✓", "缺": "✗", "请自查": "□"}
PLAIN_MARKS: dict[Mark, str] = {"有": "√", "缺": "×", "请自查": "□"}
"""For consoles that know no others."""


def text_lines(package: Package, marks: dict[Mark, str] | None = None) -> list[str]:
    """The checklist as it is printed and put into the archive."""
    signs = marks or MARKS
    found = submission()
    lines = [
        f"报送单位  {package.unit}（{package.sender.id}）",
        f"报送给    {package.sender.to}",
        f"邮件主题  {package.subject}",
        "",
        *(f"{signs[line.mark]} {line.text}" for line in package.lines),
    ]
    if package.remarks:
        lines += ["", *package.remarks]
    done = f"缺 {package.missing} 项，材料不齐。" if package.missing else "材料齐全。"
    return [*lines, "", done, f"依据  {found.basis}"]
