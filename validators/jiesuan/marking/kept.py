"""The sheet `审核说明` in a package: written reasons, which are no marks and stay when the marks are cleared.

It is made once; afterwards only its rows are replaced, in the formats that stand there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from ..explain import LAPSED, NEEDLESS, PENDING, REFUSED, RETURNED, Explanation
from ..explain.sheet import COLUMNS, HEADER_ROW, NAME, row_of
from ..ref import letters
from .package import Package, office
from .problem import NotMarkable
from .rows import lines_of, listing_xml, row_xml
from .styles import StylesPart
from .workbook import SheetPart, WorkbookPart
from .xml import Edit, Node, parse, set_attribute, splice

SIGNATURE = "jiesuan-kept"
"""Stands in a conditional format of the sheet, by which it is found again whatever program has saved it."""
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_NUMBERED = re.compile(r"\d+$")
INTRODUCTION = (
    "学校对“核实”问题的书面说明，随工作簿报送；主管部门在此复核（接受或退回）。说明只对当时的数有效，有关的数改了就失效。",
    "可以在这里改写“说明”，删空“说明”即撤回；清除校验标记时本表保留。",
)


def with_kept(data: bytes, explanations: Sequence[Explanation]) -> bytes:
    """The workbook with `审核说明` holding these explanations; the same bytes where it does.  Raises NotMarkable."""
    package = Package(data)
    package.check_kind()
    before = dict(package.archive.members)
    write_kept(package, explanations)
    return data if package.archive.members == before else package.archive.to_bytes()


def write_kept(package: Package, explanations: Sequence[Explanation]) -> None:
    """Let the sheet hold these explanations: made, changed, or emptied.  Raises NotMarkable."""
    workbook = WorkbookPart(package)
    there = next((sheet for sheet in workbook.sheets if _is_kept(package, sheet)), None)
    if there is not None:
        _replace(package, there.path, explanations)
    elif explanations:
        _make(package, workbook, explanations)


def _is_kept(package: Package, sheet: SheetPart) -> bool:
    return sheet.kind == "worksheet" and sheet.path in package and SIGNATURE.encode() in package.read(sheet.path)


def _make(package: Package, workbook: WorkbookPart, explanations: Sequence[Explanation]) -> None:
    levels, formats = StylesPart(package).add()
    sheets = workbook.sheets
    names = {sheet.name for sheet in sheets}
    name = next(name for name in (NAME, *(f"{NAME}{n}" for n in range(2, 10_000))) if name not in names)
    path = package.free("xl/worksheets/sheet{}.xml")
    package.write(path, _sheet_xml(explanations, formats, levels, strict=workbook.strict))
    package.declare(path, _TYPE)
    workbook.add_sheet(name, package.relate(package.main, office(workbook.strict, "worksheet"), path))
    workbook.define("_xlnm.Print_Titles", len(sheets), f"'{name}'!${HEADER_ROW}:${HEADER_ROW}")


def _sheet_xml(
    explanations: Sequence[Explanation], formats: Mapping[str, int], levels: Mapping[str, int], *, strict: bool
) -> bytes:
    rows = [
        row_xml(1, [(NAME, formats["title"])], 27),
        *(row_xml(number, [(text, formats["quiet"])], 16) for number, text in enumerate(INTRODUCTION, 2)),
        row_xml(HEADER_ROW, [(title, formats["header"]) for title, _, _ in COLUMNS], 24),
        *_rows(explanations, [formats[kind] for _, _, kind in COLUMNS]),
    ]
    state = letters([title for title, _, _ in COLUMNS].index("核实状态") + 1)
    first = HEADER_ROW + 1
    colours = (("错误", (LAPSED, REFUSED, RETURNED)), ("核实", (PENDING,)), ("提示", (NEEDLESS,)))
    rules = "".join(
        f'<cfRule type="expression" dxfId="{levels[level]}" priority="{number}"><formula>'
        f'AND(LEN("{SIGNATURE}:{number}")&gt;0,OR('
        + ",".join(f'LEFT(${state}{first},{len(word)})="{word}"' for word in words)
        + "))</formula></cfRule>"
        for number, (level, words) in enumerate(colours, 1)
    )
    marks = f'<conditionalFormatting sqref="{state}{first}:{state}2000">{rules}</conditionalFormatting>'
    widths = [width for _, width, _ in COLUMNS]
    return listing_xml(rows, marks, widths, header=HEADER_ROW, colour="FF2E75B6", quiet=len(COLUMNS), strict=strict)


def _rows(explanations: Iterable[Explanation], styles: Sequence[int]) -> list[str]:
    made = []
    for number, item in enumerate(explanations, HEADER_ROW + 1):
        texts = row_of(item)
        lines = max(
            lines_of(text, width) for text, (_, width, kind) in zip(texts, COLUMNS, strict=True) if kind != "quiet"
        )
        made.append(row_xml(number, list(zip(texts, styles, strict=True)), min(14 * lines + 4, 400)))
    # An empty row keeps the formats for those to come.
    return made or [row_xml(HEADER_ROW + 1, [("", style) for style in styles])]


def _replace(package: Package, path: str, explanations: Sequence[Explanation]) -> None:
    """Replace the rows under the header; whatever else stands in the sheet stays."""
    data = package.text(path)
    root = parse(data)
    cells = root.find("sheetData")
    if cells is None or cells.hollow:
        raise NotMarkable("corrupt")
    old = [row for row in cells.all("row") if _number(row) > HEADER_ROW]
    new = "".join(_rows(explanations, _styles(old)))
    if root.prefix:
        new = re.sub(r"<(/?)(?=\w)", rf"<\g<1>{root.prefix}", new)
    above = [row.end for row in cells.all("row") if _number(row) <= HEADER_ROW]
    at = max(above, default=cells.inside)
    edits = [Edit(at, max((row.end for row in old), default=at), new.encode())]
    dimension = root.find("dimension")
    if dimension is not None:
        area = f"A1:{letters(len(COLUMNS))}{HEADER_ROW + max(len(explanations), 1)}"
        edits.append(set_attribute(data, dimension, "ref", area))
    package.write(path, splice(data, edits))


def _number(row: Node) -> int:
    text = row.attributes.get("r", "")
    return int(text) if text.isdecimal() else 0


def _styles(rows: Sequence[Node]) -> list[int]:
    """The formats of the columns, as the first row under the header has them."""
    found: dict[str, int] = {}
    for cell in rows[0].all("c") if rows else ():
        style = cell.attributes.get("s", "0")
        found[_NUMBERED.sub("", cell.attributes.get("r", ""))] = int(style) if style.isdecimal() else 0
    return [found.get(letters(number), 0) for number in range(1, len(COLUMNS) + 1)]
