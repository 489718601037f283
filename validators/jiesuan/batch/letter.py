"""退回通知.docx: a short letter to a school, on one page where that is possible."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, Any

from .sheets import CREATED

if TYPE_CHECKING:
    from .parcel import Parcel, Problem

SHOWN = 12
"""Problems told in the letter; all of them stand in 审核反馈.xlsx."""
_COLUMNS = (("级别", 1.6), ("位置", 4.2), ("问题", 6.6), ("怎么改", 4.4))
"""Heading and width in centimetres."""


def letter(parcel: Parcel, copy: str = "") -> bytes:
    """The letter; `copy` is the name of the marked workbook, where there is one."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin = section.bottom_margin = Cm(2.2)
    _font(document.styles["Normal"], 11)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("关于退回修改学生资助金结算表的通知")
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph().add_run(f"{parcel.school}：").bold = True
    for text in paragraphs(parcel, copy):
        paragraph = document.add_paragraph(text)
        paragraph.paragraph_format.first_line_indent = Pt(22)
        paragraph.paragraph_format.line_spacing = 1.4
        paragraph.paragraph_format.space_after = Pt(4)
    _table(document, parcel.problems[:SHOWN])
    if len(parcel.problems) > SHOWN:
        document.add_paragraph(f"以上是前 {SHOWN} 处，共 {len(parcel.problems)} 处，全部见《审核反馈》。")
    signature = document.add_paragraph("\n（单位盖章）\n　　　年　　月　　日")
    signature.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    core = document.core_properties
    core.author, core.title, core.comments = "", f"退回通知 {parcel.school}", ""
    core.created = core.modified = CREATED
    buffer = io.BytesIO()
    document.save(buffer)
    return timeless(buffer.getvalue())


def paragraphs(parcel: Parcel, copy: str) -> list[str]:
    """What the letter says."""
    counted = Counter(problem.level for problem in parcel.problems)
    found = "、".join(
        f"{level} {counted[level]} 处" for level in ("错误", "核实", "未能校验", "提示") if counted[level]
    )
    unread = not parcel.term
    first = (
        f"你校报送的“{parcel.file}”无法校验，请按下表的办法处理后重新报送。"
        if unread
        else f"你校报送的{parcel.term}学生资助金结算表（“{parcel.file}”）经校验，有{found}，现退回修改。"
    )
    ways = ["全部问题列在《审核反馈》里"]
    if copy:
        ways.append(f"“{copy}”是标好的一份，出错的格有底色和批注")
    second = "；".join(ways) + "。错误必须改正；核实的改正，或写明原因；改好后再校验一遍，连同盖章的纸质表重新报送。"
    return [first, second, f"报送期限：{parcel.due}。"]


def _table(document: Any, problems: tuple[Problem, ...]) -> None:
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    for column, (_, wide) in zip(table.columns, _COLUMNS, strict=True):
        column.width = Cm(wide)
    rows = [[name for name, _ in _COLUMNS], *map(_texts, problems)]
    for number, texts in enumerate(rows):
        cells = (table.rows[0] if number == 0 else table.add_row()).cells
        for cell, text, (_, wide) in zip(cells, texts, _COLUMNS, strict=True):
            cell.width = Cm(wide)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(9), number == 0


def _texts(problem: Problem) -> list[str]:
    where = f"{problem.sheet}!{problem.cell}" if problem.cell else problem.sheet or "整份文件"
    lines = [where, problem.label] if problem.label else [where]
    said = problem.message
    if problem.expected:
        said += f"；应为 {problem.expected}" + (f"，实为 {problem.actual}" if problem.actual else "")
    return [problem.level, "\n".join(lines), said, problem.help]


def _font(style: Any, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style.font.name, style.font.size = "宋体", Pt(size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")


def timeless(data: bytes) -> bytes:
    """The archive without the times at which it was made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            info = zipfile.ZipInfo(item.filename)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(info, source.read(item.filename))
    return buffer.getvalue()
