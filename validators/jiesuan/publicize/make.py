"""The public list itself: who, with which columns, for how long; as .xlsx, .docx or .pdf."""

from __future__ import annotations

import datetime as dt
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from ..bind import Workbook
from ..book import Book, Sheet
from ..identity import GRADES, major_of, parse_entry
from ..marking.files import find_libreoffice
from ..pack import Pack
from ..produce_error import OutputError
from ..ref import Ref
from ..roster.compare import present, school_of
from ..roster.read import Roster, grade_in
from ..term import Term
from ..workdays import workdays_after
from .lint import PERIOD, lint_book, public_fields

COLUMNS = ("学校", "院系", "年级", "专业", "班级", "姓名")
"""What may be published (教育部2018年第9号预警), in the order of the list; policy says which of them are allowed."""
PROJECTS = ("助学金", "免学费")
PART_TIME = "非全日制"
_FIXED = dt.datetime(2024, 9, 4)
_TIMEOUT = 180
SUFFIXES = (".xlsx", ".docx", ".pdf")
MOST_NAMED = 20
"""Cells named when a list may not be published."""


@dataclass(frozen=True)
class Person:
    """One student of a public list: nothing but what may be published."""

    school: str
    grade: str
    major: str
    group: str
    """班级."""
    name: str
    places: Mapping[str, Ref] = field(default_factory=dict, compare=False)
    """Column → the cell it was taken from."""

    def column(self, name: str) -> str:
        return {"学校": self.school, "年级": self.grade, "专业": self.major, "班级": self.group, "姓名": self.name}.get(
            name, ""
        )


@dataclass(frozen=True)
class PublicList:
    """A list ready to be written."""

    title: str
    notice: str
    columns: tuple[str, ...]
    people: tuple[Person, ...]
    remark: str = ""

    def rows(self) -> list[list[str]]:
        return [[str(n), *(person.column(name) for name in self.columns)] for n, person in enumerate(self.people, 1)]


def from_workbook(workbook: Workbook, project: str) -> tuple[str, list[Person]]:
    """School and students of the precise-aid list who get the aid."""
    table = workbook.tables.get("精准明细")
    school = school_of(workbook)
    if table is None or "姓名" not in table.columns:
        raise OutputError("结算表里没有精准资助学生明细，无从生成公示名单；可以改用学籍名册。")
    people = []
    for index in table.details():
        name = table.text("姓名", index)
        if name and f"{project}金额" in table.columns and table.amount(f"{project}金额", index) > 0:
            group, own = table.ref("班级", index), table.ref("姓名", index)
            line = next((t.lines["学校名称"].ref for t in workbook.tables.values() if "学校名称" in t.lines), None)
            cells = {"学校": line, "年级": group, "专业": group, "班级": group, "姓名": own}
            places = {column: ref for column, ref in cells.items() if ref}
            people.append(_person(school, table.text("班级", index), name, workbook.term, places))
    return school, people


def _person(school: str, group: str, name: str, term: Term, places: Mapping[str, Ref]) -> Person:
    entry = parse_entry(group)
    grades = entry.grades(term) if entry else frozenset()
    grade = min(grades, key=GRADES.index) if grades else ""
    return Person(school, grade, major_of(entry) if entry else "", group, name, places)


def from_roster(roster: Roster, project: str, term: Term) -> tuple[str, list[Person]]:
    """School and students of a roster who are marked as getting the aid, were here in the term and study full time."""
    names = {"学校": "学校名称", "年级": "年级", "专业": "专业", "班级": "班级", "姓名": "姓名"}
    people = [
        Person(roster.text("学校名称", i), grade_in(roster, i, term) or "", roster.text("专业", i), roster.text("班级", i),
               roster.text("姓名", i), {column: roster.ref(name, i) for column, name in names.items()})
        for i in _marked(roster, project, term)
        if roster.code("学习形式", i) != PART_TIME
    ]  # fmt: skip
    schools = roster.schools
    return (schools[0] if len(schools) == 1 else ""), people


def part_time(roster: Roster, project: str, term: Term) -> list[Ref]:
    """Where the roster marks students as getting the aid who do not study full time: they are not entitled to it."""
    marked = _marked(roster, project, term)
    return [roster.ref("学习形式", i) for i in marked if roster.code("学习形式", i) == PART_TIME]


def _marked(roster: Roster, project: str, term: Term) -> list[int]:
    if not roster.has(project):
        raise OutputError(f"名册里没有“{project}”（是否享受）这一列，不知道公示哪些学生。")
    return [i for i in range(len(roster)) if roster.code(project, i) == "是" and any(present(roster, i, term))]


def public_list(
    pack: Pack, project: str, term: Term, school: str, people: Sequence[Person], start: dt.date
) -> PublicList:
    """The list with its title and notice; it stands for at least five workdays, the first day not counted."""
    end = workdays_after(start, PERIOD)
    allowed = {text for item in public_fields(pack) if item.allowed for text in (item.name, *item.also)}
    columns = tuple(name for name in COLUMNS if name in allowed and any(person.column(name) for person in people))
    if not people:
        raise OutputError(f"没有享受{project}的学生，没有什么可公示。")
    ordered = sorted(
        people, key=lambda p: (p.school, GRADES.index(p.grade) if p.grade in GRADES else 9, p.major, p.group)
    )
    kind = "国家助学金" if project == "助学金" else "免学费补助"
    notice = (
        f"公示期：{_day(start)}至{_day(end.date)}（不少于{PERIOD}个工作日）。公示期间如有异议，请以书面形式向学校学生资助管理机构反映。"
    )  # fmt: skip
    return PublicList(f"{school}{term.title}{kind}资助对象公示", notice, columns, tuple(ordered), end.remark)


def forbidden(pack: Pack, listed: PublicList, source: str, target: str, today: dt.date) -> list[str]:
    """What of a list may not be published, by the same linter that checks lists: the cells of the file `source` it was taken
    from, in words.  `target` is the name of the file to be written."""
    sheet = Sheet("公示")
    rows: list[list[str]] = [[listed.title], [listed.notice], ["序号", *listed.columns], *listed.rows()]
    for row, line in enumerate(rows, 1):
        for column, text in enumerate(line, 1):
            sheet.put(row, column, text)
    found: dict[tuple[Ref | None, str], str] = {}
    # What stands in the title stands in a row as well, and is told there with its cell.
    for finding in sorted(lint_book(Book(target, [sheet]), pack, today=today).findings, key=lambda f: f.order[0] <= 3):
        row, at = finding.order
        name = listed.columns[at - 2] if row > 3 else ""
        ref = listed.people[row - 4].places.get(name) if name else None
        label = f"“{source}”{ref}（{name}）" if ref else name or (finding.label if not row else "公示的标题")
        if name or not row or not found:
            found[ref, finding.code] = f"{label}：{finding.message}，{finding.actual}"
    return list(found.values())


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def rendered(listed: PublicList, suffix: str) -> bytes:
    """The file's bytes.  Raises OutputError where PDF is asked for and LibreOffice is not there."""
    if suffix == ".docx":
        return _docx(listed)
    return _pdf(_xlsx(listed)) if suffix == ".pdf" else _xlsx(listed)


def _xlsx(listed: PublicList) -> bytes:
    from xlsxwriter import Workbook

    buffer = BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": {"font_name": "宋体", "font_size": 11}})
    book.set_properties({"title": listed.title, "created": _FIXED})
    sheet = book.add_worksheet("公示")
    last = len(listed.columns)
    title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter", "text_wrap": True})
    note = book.add_format({"text_wrap": True, "valign": "vcenter"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter"})
    cell = book.add_format({"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "num_format": "@"})
    widths = {"学校": 26, "院系": 16, "年级": 10, "专业": 24, "班级": 26, "姓名": 14}
    sheet.set_row(0, 44)
    sheet.set_row(1, 34)
    sheet.merge_range(0, 0, 0, last, listed.title, title)
    sheet.merge_range(1, 0, 1, last, listed.notice, note)
    for column, name in enumerate(("序号", *listed.columns)):
        sheet.set_column(column, column, widths.get(name, 7))
        sheet.write_string(2, column, name, head)
    for row, values in enumerate(listed.rows(), 3):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value, cell)
    sheet.ignore_errors({"number_stored_as_text": f"A1:A{len(listed.people) + 3}"})
    sheet.repeat_rows(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer("&C第 &P 页，共 &N 页")
    book.close()
    return buffer.getvalue()


def _docx(listed: PublicList) -> bytes:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(listed.title)
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph(listed.notice)
    rows = listed.rows()
    table = document.add_table(rows=1 + len(rows), cols=1 + len(listed.columns), style="Table Grid")
    for line, values in zip(table.rows, [["序号", *listed.columns], *rows], strict=True):
        for cell, value in zip(line.cells, values, strict=True):
            cell.paragraphs[0].add_run(value)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", listed.title, ""
    properties.created = properties.modified = _FIXED
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _pdf(workbook: bytes) -> bytes:
    program = find_libreoffice()
    if program is None:
        raise OutputError("生成 PDF 要装有 LibreOffice。请改成 .xlsx 或 .docx，用 Excel、WPS 打开后另存为 PDF。")
    with tempfile.TemporaryDirectory(prefix="jiesuan-") as folder:
        source = Path(folder, "list.xlsx")
        source.write_bytes(workbook)
        profile = Path(folder, "profile").as_uri()
        try:
            subprocess.run(
                [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf", "--outdir", folder, str(source)],
                capture_output=True, timeout=_TIMEOUT, check=False,
            )  # fmt: skip
            return Path(folder, "list.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise OutputError("没有转换成 PDF。请改成 .xlsx 或 .docx，用 Excel、WPS 打开后另存为 PDF。") from error
