"""校验 in the user's own workbook: put marks in, take them out again.

Marks are a fill and a note per cell and one sheet `校验结果`.  Only the parts that must change are changed, by splicing; a
journal makes clearing exact, signatures make it complete when another program has saved the file in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from ..explain import Judgement
from ..marking import journal
from ..report import Finding, Report
from ..rule import LEVELS
from ..text import mask
from .changes import Changes, add_changes, carried
from .kept import write_kept
from .notes import HEADING, Drawing, add_notes
from .package import office
from .result import NAME, ordered, problem_lines, result_sheet, row_of
from .sheet import Cell, SheetPart, areas_of, cell_of, deselected
from .styles import StylesPart
from .unmark import cleared
from .workbook import WorkbookPart
from .xml import splice

MAX_NOTES = 300
"""Notes on one sheet; the gravest findings first."""
MAX_CELLS = 2_000
"""Cells coloured for one finding that names areas."""
_TOLD = 3
"""Findings told in full in one note."""
_LONGEST = 1_200
WORDS = {"错误": "error", "核实": "check", "提示": "hint"}
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

Found = dict[Cell, list[tuple[int, Finding]]]


def mark(data: bytes, report: Report, judgement: Judgement | None = None, changes: Changes | None = None) -> bytes:
    """The workbook with every finding of the report marked, in place of marks that are there.

    `judgement` fills the columns of the explanation, and the sheet `审核说明`, which is no mark; `changes` is listed on
    `计算结果`, without it a list that is there stays.  Raises NotMarkable; the input is never changed."""
    changes = changes or carried(data)
    package = cleared(data)
    package.check_kind()
    if judgement is not None:
        write_kept(package, judgement.kept)
    workbook = WorkbookPart(package)
    original = dict(package.archive.members)
    levels, formats = StylesPart(package).add()
    sheets, active = workbook.sheets, workbook.front
    result = free_name([sheet.name for sheet in sheets])
    drawing = Drawing.of(package)
    found = by_sheet(ordered(report))
    for sheet in sheets:
        if sheet.path not in package:
            continue
        data = package.text(sheet.path)
        calm = deselected(data)
        if sheet.kind == "worksheet" and sheet.name in found:
            part = SheetPart(calm)
            cells = _shown(found[sheet.name], part)
            edits = part.fills(fills_of(cells, levels))
            texts = {cell: note_text(items, result) for cell, items in gravest(cells)}
            edits += add_notes(package, sheet.path, part, texts, drawing, strict=workbook.strict)
            calm = splice(calm, edits)
        if calm != data:
            package.write(sheet.path, calm)
    if changes is not None:
        add_changes(package, workbook, changes, formats, levels["核实"], active)
    number = len(workbook.sheets)
    path = package.free("xl/worksheets/sheet{}.xml")
    made = result_sheet(
        report,
        formats,
        levels,
        sheets=[sheet.name for sheet in sheets],
        active=active,
        strict=workbook.strict,
        remark=judgement.remark if judgement else None,
    )
    package.write(path, made.xml)
    package.declare(path, _SHEET_TYPE)
    workbook.add_sheet(result, package.relate(package.main, office(workbook.strict, "worksheet"), path))
    top = made.filter_area.split(":")[0].rpartition("$")[2]
    workbook.define("_xlnm._FilterDatabase", number, f"'{result}'!{made.filter_area}", hidden=True)
    workbook.define("_xlnm.Print_Titles", number, f"'{result}'!${top}:${top}")
    workbook.activate(number)
    journal.announce(package)
    journal.write(package, original)
    return package.archive.to_bytes()


def free_name(taken: Iterable[str]) -> str:
    """`校验结果`, with a number where the user has a sheet of that name."""
    names = set(taken)
    return next(name for n in count(1) if (name := f"{NAME}{n if n > 1 else ''}") not in names)


def by_sheet(findings: Iterable[Finding]) -> dict[str, Found]:
    """Sheet → cell → (row on the result sheet, finding), the gravest first."""
    found: dict[str, Found] = {}
    for index, finding in enumerate(findings):
        if not finding.sheet or not finding.cell:
            continue
        cells = found.setdefault(finding.sheet, {})
        if finding.cell.isalnum():
            if (place := cell_of(finding.cell)) is not None:
                cells.setdefault(place, []).append((row_of(index), finding))
            continue
        left = MAX_CELLS
        for top, first, bottom, last in areas_of(finding.cell):
            for row in range(top, min(bottom, top + left) + 1):
                for column in range(first, min(last, first + left) + 1):
                    if left > 0:
                        cells.setdefault((row, column), []).append((row_of(index), finding))
                        left -= 1
    return found


def _shown(cells: Found, sheet: SheetPart) -> Found:
    """The cells, those under a merged range as its first cell."""
    anchors = sheet.anchors()
    if not anchors:
        return cells
    shown: Found = {}
    for cell, items in cells.items():
        shown.setdefault(anchors.get(cell, cell), []).extend(items)
    return {cell: sorted(items, key=lambda item: item[0]) for cell, items in shown.items()}


def fills_of(cells: Found, levels: Mapping[str, int]) -> list[tuple[str, int, list[Cell]]]:
    """Every cell under the gravest of its levels."""
    by_level: dict[str, list[Cell]] = {level: [] for level in LEVELS}
    for cell, items in cells.items():
        by_level[items[0][1].level].append(cell)
    return [(WORDS[level], levels[level], wanted) for level, wanted in by_level.items()]


def gravest(cells: Found) -> list[tuple[Cell, list[tuple[int, Finding]]]]:
    """The cells that get a note."""
    return sorted(cells.items(), key=lambda item: item[1][0][0])[:MAX_NOTES]


def note_text(items: list[tuple[int, Finding]], result: str) -> str:
    """The text of one note."""
    parts = []
    for row, finding in items[:_TOLD]:
        lines = [f"{finding.level} {finding.code}", *problem_lines(finding)]
        if finding.actual:
            lines.append(f"实为 {finding.actual}")
        if finding.expected:
            lines.append(f"应为 {finding.expected}" + (f"  相差 {finding.difference}" if finding.difference else ""))
        lines += [f"办法 {finding.rule.help}", f"见 {result} 第{row}行"]
        parts.append("\n".join(lines))
    if len(items) > _TOLD:
        parts.append(f"另有 {len(items) - _TOLD} 处，见 {result}。")
    text = mask("\n\n".join(parts))
    return HEADING + (text if len(text) <= _LONGEST else text[:_LONGEST] + "……")
