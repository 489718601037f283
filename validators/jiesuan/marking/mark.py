"""校验 in the user's own workbook: put marks in, take them out again.

Marks are a fill and a note per cell and one sheet `校验结果`.  Only the parts that must change are changed, by splicing; a
journal makes clearing exact, signatures make it complete when another program has saved the file in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..marking import journal
from ..report import Finding, Report
from ..rule import LEVELS
from ..text import mask
from .notes import HEADING, Drawing, add_notes
from .package import Package, office
from .result import NAME, Key, ordered, problem_lines, result_sheet, row_of
from .sheet import Cell, SheetPart, areas_of, deselected
from .styles import StylesPart
from .unmark import clear
from .workbook import WorkbookPart
from .xml import splice

MAX_NOTES = 300
"""Notes on one sheet; the gravest findings first."""
MAX_CELLS = 2_000
"""Cells coloured for one finding that names areas."""
_TOLD = 3
"""Findings told in full in one note."""
_LONGEST = 1_200
_WORDS = {"错误": "error", "核实": "check", "提示": "hint"}
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"

_Found = dict[Cell, list[tuple[int, Finding]]]


def mark(data: bytes, report: Report, reasons: Mapping[Key, str] | None = None) -> bytes:
    """The workbook with every finding of the report marked, in place of marks that are there.

    `reasons` fills the column 说明.  Raises NotMarkable; the input is never changed."""
    package = Package(clear(data))
    package.check_kind()
    original = dict(package.archive.members)
    workbook = WorkbookPart(package)
    levels, formats = StylesPart(package).add()
    sheets, active = workbook.sheets, workbook.active
    result = _free_name([sheet.name for sheet in sheets])
    drawing = Drawing.of(package)
    found = _by_sheet(ordered(report))
    for sheet in sheets:
        if sheet.path not in package:
            continue
        data = package.text(sheet.path)
        calm = deselected(data)
        if sheet.kind == "worksheet" and sheet.name in found:
            part = SheetPart(calm)
            cells = _shown(found[sheet.name], part)
            edits = part.fills(_fills(cells, levels))
            texts = {cell: _note(items, result) for cell, items in _gravest(cells)}
            edits += add_notes(package, sheet.path, part, texts, drawing, strict=workbook.strict)
            calm = splice(calm, edits)
        if calm != data:
            package.write(sheet.path, calm)
    path = package.free("xl/worksheets/sheet{}.xml")
    made = result_sheet(
        report,
        formats,
        levels,
        sheets=[sheet.name for sheet in sheets],
        active=active,
        strict=workbook.strict,
        reasons=reasons,
    )
    package.write(path, made.xml)
    package.declare(path, _SHEET_TYPE)
    workbook.add_sheet(result, package.relate(package.main, office(workbook.strict, "worksheet"), path))
    top, number = made.filter_area.split(":")[0].rpartition("$")[2], len(sheets)
    workbook.define("_xlnm._FilterDatabase", number, f"'{result}'!{made.filter_area}", hidden=True)
    workbook.define("_xlnm.Print_Titles", number, f"'{result}'!${top}:${top}")
    workbook.activate(number)
    journal.announce(package)
    journal.write(package, original)
    return package.archive.to_bytes()


def _free_name(taken: Iterable[str]) -> str:
    """`校验结果`, with a number where the user has a sheet of that name."""
    names = set(taken)
    return next(name for name in (NAME, *(f"{NAME}{n}" for n in range(2, 10_000))) if name not in names)


def _by_sheet(findings: Iterable[Finding]) -> dict[str, _Found]:
    """Sheet → cell → (row on the result sheet, finding), the gravest first."""
    found: dict[str, _Found] = {}
    for index, finding in enumerate(findings):
        if not finding.sheet or not finding.cell:
            continue
        cells = found.setdefault(finding.sheet, {})
        left = MAX_CELLS
        for top, first, bottom, last in areas_of(finding.cell):
            for row in range(top, min(bottom, top + left) + 1):
                for column in range(first, min(last, first + left) + 1):
                    if left > 0:
                        cells.setdefault((row, column), []).append((row_of(index), finding))
                        left -= 1
    return found


def _shown(cells: _Found, sheet: SheetPart) -> _Found:
    """The cells, those under a merged range as its first cell."""
    anchors = sheet.anchors()
    if not anchors:
        return cells
    shown: _Found = {}
    for cell, items in cells.items():
        shown.setdefault(anchors.get(cell, cell), []).extend(items)
    return {cell: sorted(items, key=lambda item: item[0]) for cell, items in shown.items()}


def _fills(cells: _Found, levels: Mapping[str, int]) -> list[tuple[str, int, list[Cell]]]:
    """Every cell under the gravest of its levels."""
    by_level: dict[str, list[Cell]] = {level: [] for level in LEVELS}
    for cell, items in cells.items():
        by_level[items[0][1].level].append(cell)
    return [(_WORDS[level], levels[level], wanted) for level, wanted in by_level.items()]


def _gravest(cells: _Found) -> list[tuple[Cell, list[tuple[int, Finding]]]]:
    """The cells that get a note."""
    return sorted(cells.items(), key=lambda item: item[1][0][0])[:MAX_NOTES]


def _note(items: list[tuple[int, Finding]], result: str) -> str:
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
