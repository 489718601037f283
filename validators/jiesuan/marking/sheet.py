"""A worksheet part: our conditional formats, the link to the notes' drawing, the tab selection.

The cells are never looked at for marking; everything of ours stands before or after `<sheetData>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..reading.scan import parse_area
from ..ref import a1, compress, parse_a1
from .package import relation_attribute
from .problem import NotMarkable
from .xml import Edit, Node, check, parse, set_attribute, splice

SIGNATURE = "jiesuan-mark"
MAX_AREAS = 250
"""Areas one `sqref` may name."""

_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems",
    "tableParts", "extLst",
)  # fmt: skip
_RANK = {name: number for number, name in enumerate(_ORDER)}
_SELECTED = re.compile(rb"""(<(?:[\w.-]+:)?sheetView\b[^<>]*?)\s+tabSelected\s*=\s*["'](?:1|true|on)["']""")

Cell = tuple[int, int]


class SheetPart:
    """One worksheet part, as bytes; the methods return edits, `splice` them."""

    def __init__(self, data: bytes) -> None:
        """Raises NotMarkable when the part is not well-formed or no worksheet."""
        check(data)
        self.data = data
        self.root = parse(data, skip=b"sheetData")
        if self.root.name != "worksheet" or self.root.find("sheetData") is None or self.root.hollow:
            raise NotMarkable("corrupt")

    def place(self, name: str) -> int:
        """Where a new child of that name belongs by the schema."""
        rank = _RANK[name]
        return max(child.end for child in self.root.children if _rank(child) <= rank)

    def anchors(self) -> dict[Cell, Cell]:
        """Cells hidden under a merged range → the cell that shows; for small ranges only."""
        found: dict[Cell, Cell] = {}
        for node in self.root.walk("mergeCell"):
            area = parse_area(node.attributes.get("ref", ""))
            if area is None or (area[2] - area[0] + 1) * (area[3] - area[1] + 1) > 10_000 or len(found) > 500_000:
                continue
            for row in range(area[0], area[2] + 1):
                for column in range(area[1], area[3] + 1):
                    found[row, column] = area[:2]
        return found

    def fills(self, cells: Sequence[tuple[str, int, Iterable[Cell]]]) -> list[Edit]:
        """Our conditional formats (level word, differential format, cells), before all rules that are there."""
        made: list[str] = []
        p = self.root.prefix
        for word, dxf, wanted in cells:
            areas = compress(wanted).split(",") if wanted else []
            for start in range(0, len(areas), MAX_AREAS):
                made.append(
                    f'<{p}conditionalFormatting sqref="{" ".join(areas[start : start + MAX_AREAS])}">'
                    f'<{p}cfRule type="expression" dxfId="{dxf}" priority="{len(made) + 1}">'
                    f"<{p}formula>{signature(word)}</{p}formula></{p}cfRule></{p}conditionalFormatting>"
                )
        if not made:
            return []
        edits = [
            set_attribute(self.data, rule, "priority", str(int(text) + len(made)))
            for rule in self.root.walk("cfRule")
            if (text := rule.attributes.get("priority", "")).isdecimal()
        ]
        at = self.place("conditionalFormatting")
        return [*edits, Edit(at, at, "".join(made).encode())]

    def drawing(self, relation: str) -> list[Edit]:
        """The link to the drawing of the notes."""
        at = self.place("legacyDrawing")
        text = f"<{self.root.prefix}legacyDrawing{relation_attribute(self.root, 'id', relation)}/>"
        return [Edit(at, at, text.encode())]

    @property
    def drawing_id(self) -> str | None:
        """The relationship of the drawing that holds notes and form controls."""
        found = next(self.root.walk("legacyDrawing"), None)
        return found.get("id") if found else None

    def without_fills(self) -> list[Edit]:
        """Edits that remove our conditional formats, ours alone."""
        edits = []
        for node in self.root.walk("conditionalFormatting"):
            rules = [child for child in node.children if child.name == "cfRule"]
            ours = [rule for rule in rules if is_ours(self.data[rule.start : rule.end])]
            if ours and len(ours) == len(rules):
                edits.append(Edit(node.start, node.end, b""))
            else:
                edits += [Edit(rule.start, rule.end, b"") for rule in ours]
        return edits

    def without_drawing(self) -> list[Edit]:
        """Edits that remove the link to the drawing."""
        return [Edit(node.start, node.end, b"") for node in self.root.walk("legacyDrawing")]


def signature(word: str) -> str:
    """The formula of our rules: always true, and found again in every program's file."""
    return f'LEN("{SIGNATURE}:{word}")&gt;0'


def is_ours(rule: bytes) -> bool:
    """Whether a conditional format is one of ours."""
    return f'"{SIGNATURE}:'.encode() in rule.replace(b"&quot;", b'"')


def deselected(data: bytes) -> bytes:
    """The sheet with its tab not selected, so that it is not grouped with the sheet that opens."""
    end = data.find(b"sheetData")
    head = data if end < 0 else data[:end]
    return _SELECTED.sub(rb"\1", head) + data[len(head) :]


def selected(data: bytes) -> bytes:
    """The sheet with its tab selected; unchanged where the view is not written as usual."""
    root = parse(data, skip=b"sheetData")
    view = next(root.walk("sheetView"), None)
    return data if view is None else splice(data, [set_attribute(data, view, "tabSelected", "1")])


def cell_of(text: str) -> Cell | None:
    """`B7`, or the first cell of `B7:C9` or `B7,C9`; None for anything else."""
    try:
        return parse_a1(text if text.isalnum() else re.split("[:, ]", text, maxsplit=1)[0])
    except ValueError:
        return None


def areas_of(text: str) -> list[tuple[int, int, int, int]]:
    """All areas of an address such as `B7:B9,D7`."""
    if text.isalnum():
        cell = cell_of(text)
        return [(*cell, *cell)] if cell else []
    return [area for part in re.split("[, ]", text) if (area := parse_area(part))]


def address(cell: Cell) -> str:
    """(7, 2) → `B7`."""
    return a1(*cell)


def _rank(node: Node) -> int:
    """The place of a child in the schema's order; alternatives count as what they offer."""
    if node.name in _RANK:
        return _RANK[node.name]
    inner = [_rank(child) for branch in node.children for child in branch.children]
    return min(inner, default=len(_ORDER))
