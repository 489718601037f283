"""The sheet `计算结果`: what 计算 wrote into the workbook, old → new, each with a link to its cell.  It goes with the marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from ..book import Sheet
from ..calculate import Write
from ..marking import journal
from ..ref import letters
from ..report import amount, display
from ..text import mask
from .package import Package, office
from .rows import lines_of, listing_xml, row_xml
from .sheet import SIGNATURE, deselected
from .styles import StylesPart
from .workbook import WorkbookPart
from .xml import quoted

NAME = "计算结果"
HEADER_ROW = 4
COLUMNS = (
    ("类别", 8, "center"), ("表", 22, "text"), ("单元格", 10, "link"), ("项目", 60, "text"), ("原值", 18, "number"),
    ("新值", 18, "number"), ("写成", 10, "center"),
)  # fmt: skip
MAX_ROWS = 60_000
"""Rows listed, each with a link; Excel takes 65,530 links in one sheet."""
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_FOUND = re.compile(rf'"{SIGNATURE}:calc:\d+:(\d+)"'.encode())
_WORDS = {"填入": "填入空格", "替换": "替换填写的数", "更新": "更新公式的结果"}


@dataclass(frozen=True)
class Changes:
    """A list to be put into a workbook: made anew from `writes` (with `formulas`, the cells that hold one now), or the sheet
    that was there, as long as its cell formats begin at `base`."""

    writes: Sequence[Write] = ()
    formulas: frozenset[object] = frozenset()
    xml: bytes = b""
    base: int = -1


def carried(data: bytes) -> Changes | None:
    """The list that stands in a workbook, to be kept when its marks are made anew.  Raises NotMarkable."""
    package = Package(data)
    for sheet in WorkbookPart(package).sheets:
        if sheet.kind == "worksheet" and sheet.path in package:
            xml = package.read(sheet.path)
            found = _FOUND.search(xml) if SIGNATURE.encode() in xml else None
            if found is not None and b' t="s"' not in xml and b"r:id" not in xml:
                return Changes(xml=xml, base=int(found[1][:9]))
    return None


def listed(data: bytes, changes: Changes) -> bytes:
    """A workbook without marks with the list put in, which opens first; a carried list only while it fits.  Raises
    NotMarkable."""
    package = Package(data)
    original = dict(package.archive.members)
    workbook = WorkbookPart(package)
    levels, formats = StylesPart(package).add()
    sheets, active = workbook.sheets, workbook.front
    if not add_changes(package, workbook, changes, formats, levels["核实"], active):
        return data
    for sheet in sheets:
        if sheet.path in package:
            text = package.text(sheet.path)
            if (calm := deselected(text)) != text:
                package.write(sheet.path, calm)
    workbook.activate(len(sheets))
    journal.announce(package)
    journal.write(package, original)
    return package.archive.to_bytes()


def is_changes(sheet: Sheet) -> bool:
    """Whether a sheet is a list of ours, whatever it is called now."""
    titles = [sheet.value(HEADER_ROW, number) for number in range(1, len(COLUMNS) + 1)]
    return sheet.value(1, 1) == NAME and titles == [title for title, _, _ in COLUMNS]


def add_changes(
    package: Package, workbook: WorkbookPart, changes: Changes, formats: Mapping[str, int], dxf: int, active: int
) -> bool:
    """Put the list in as the last sheet; `active` is the sheet that opened before, `dxf` colours what was replaced.  False
    where a carried list no longer fits."""
    base = formats["title"]
    if changes.xml and changes.base != base:
        return False
    names = {sheet.name for sheet in workbook.sheets}
    name = next(name for n in count(1) if (name := f"{NAME}{n if n > 1 else ''}") not in names)
    path = package.free("xl/worksheets/sheet{}.xml")
    number = len(workbook.sheets)
    package.write(path, changes.xml or _sheet_xml(changes, formats, dxf, f"{active}:{base}", strict=workbook.strict))
    package.declare(path, _TYPE)
    workbook.add_sheet(name, package.relate(package.main, office(workbook.strict, "worksheet"), path))
    workbook.define("_xlnm.Print_Titles", number, f"'{name}'!${HEADER_ROW}:${HEADER_ROW}")
    return True


def _sheet_xml(changes: Changes, formats: Mapping[str, int], dxf: int, code: str, *, strict: bool) -> bytes:
    shown = changes.writes[:MAX_ROWS]
    first, last = HEADER_ROW + 1, HEADER_ROW + max(len(shown), 1)
    rows = [row_xml(n, [(text, formats[kind])], high) for n, (text, kind, high) in enumerate(_summary(changes), 1)]
    rows.append(row_xml(HEADER_ROW, [(title, formats["header"]) for title, _, _ in COLUMNS], 24))
    styles = [formats[kind] for _, _, kind in COLUMNS]
    links = []
    for number, write in enumerate(shown, first):
        texts = _texts(write, formula=write.ref in changes.formulas)
        lines = max(lines_of(text, width) for text, (_, width, _) in zip(texts, COLUMNS, strict=True))
        rows.append(row_xml(number, list(zip(texts, styles, strict=True)), 14 * lines + 4))
        to = "'" + write.ref.sheet.replace("'", "''") + f"'!{write.ref.cell}"
        links.append(f'<hyperlink ref="C{number}" location={quoted(to)} display={quoted(write.ref.cell)}/>')
    marks = (
        f'<autoFilter ref="A{HEADER_ROW}:{letters(len(COLUMNS))}{last}"/>'
        f'<conditionalFormatting sqref="A{first}:A{last}"><cfRule type="expression" dxfId="{dxf}" priority="1"><formula>'
        f'AND(LEN("{SIGNATURE}:calc:{code}")&gt;0,$A{first}="替换")</formula></cfRule></conditionalFormatting>'
        f"{'<hyperlinks>' if links else ''}{''.join(links)}{'</hyperlinks>' if links else ''}"
    )
    widths = [width for _, width, _ in COLUMNS]
    return listing_xml(rows, marks, widths, header=HEADER_ROW, colour="FF2E75B6", strict=strict)


def _summary(changes: Changes) -> tuple[tuple[str, str, int], ...]:
    kinds = [write.kind for write in changes.writes]
    counts = "    ".join(f"{word} {kinds.count(kind)} 处" for kind, word in _WORDS.items() if kind in kinds)
    more = f"    只列出前 {MAX_ROWS} 处" if len(kinds) > MAX_ROWS else ""
    return (
        (NAME, "title", 27),
        (counts + more, "bold", 16),
        ("点“单元格”一列跳到那一格；“替换”请逐处核对原来填的数。清除标记时本表一并删去，算好的数留下。", "quiet", 16),
    )


def _texts(write: Write, *, formula: bool) -> list[str]:
    how = "（原公式）" if write.kind == "更新" else "公式" if formula else "数"
    old, new = display(write.old, write.unit), amount(write.new, write.unit)
    return [write.kind, mask(write.ref.sheet), write.ref.cell, mask(write.label), old, new, how]
