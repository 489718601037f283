"""The styles part: our three fills as differential formats, and the few cell formats of the result sheet."""

from __future__ import annotations

import re

from .package import Package
from .problem import NotMarkable
from .xml import Edit, Node, append, parse, set_attribute, splice

FILLS = {"错误": "FFFF9C9C", "核实": "FFFFE066", "提示": "FF9CC8F5"}
"""Strong enough to be seen beside the light blue and grey of the forms, light enough to read black figures on."""

_ORDER = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_FONT = '<font>{}<sz val="{}"/><color {}/><name val="宋体"/><family val="2"/></font>'
_BLACK, _BLUE, _GREY, _WHITE = 'rgb="FF000000"', 'rgb="FF0563C1"', 'rgb="FF595959"', 'rgb="FFFFFFFF"'
_SIDE = '<{0} style="thin"><color rgb="FFBFBFBF"/></{0}>'
_FILL = '<fill><patternFill patternType="solid"><fgColor rgb="{}"/><bgColor indexed="64"/></patternFill></fill>'
_FORMATS = {  # name → (font, fill, border, alignment), each an index into the lists below
    "title": (0, None, None, '<alignment vertical="center"/>'),
    "plain": (1, None, None, '<alignment vertical="center"/>'),
    "bold": (2, None, None, '<alignment vertical="center"/>'),
    "header": (3, 0, 0, '<alignment horizontal="center" vertical="center" wrapText="1"/>'),
    "text": (1, None, 0, '<alignment vertical="top" wrapText="1"/>'),
    "center": (1, None, 0, '<alignment horizontal="center" vertical="top" wrapText="1"/>'),
    "number": (1, None, 0, '<alignment horizontal="right" vertical="top" wrapText="1" indent="1"/>'),
    "link": (4, None, 0, '<alignment horizontal="center" vertical="top" wrapText="1"/>'),
    "note": (1, 1, 0, '<alignment vertical="top" wrapText="1"/>'),
    "quiet": (5, None, None, '<alignment vertical="center"/>'),
}
_FONTS = (
    _FONT.format("<b/>", 16, _BLACK),
    _FONT.format("", 10, _BLACK),
    _FONT.format("<b/>", 10, _BLACK),
    _FONT.format("<b/>", 10, _WHITE),
    _FONT.format("<u/>", 10, _BLUE),
    _FONT.format("", 10, _GREY),
)
_OUR_FILLS = tuple(_FILL.format(color) for color in ("FF44546A", "FFFFFDF0"))
_BORDERS = (f"<border>{''.join(map(_SIDE.format, ('left', 'right', 'top', 'bottom')))}<diagonal/></border>",)


class StylesPart:
    """The styles part of a workbook; `add` writes it once."""

    def __init__(self, package: Package) -> None:
        """Raises NotMarkable `no-styles`."""
        self.package = package
        self.path = next((r.target for r in package.relations(package.main) if r.kind == "styles"), "")
        if self.path not in package:
            raise NotMarkable("no-styles")
        self.data = package.text(self.path)
        self.root = parse(self.data)
        if self.root.name != "styleSheet" or self.root.find("cellXfs") is None:
            raise NotMarkable("no-styles")

    def add(self) -> tuple[dict[str, int], dict[str, int]]:
        """Add what marks need: (level → differential format, name → cell format)."""
        fills = [
            f'<dxf><fill><patternFill patternType="solid"><fgColor rgb="{color}"/><bgColor rgb="{color}"/>'
            "</patternFill></fill></dxf>"
            for color in FILLS.values()
        ]
        edits: list[Edit] = []
        font = self._extend("fonts", _FONTS, edits)
        fill = self._extend("fills", _OUR_FILLS, edits)
        border = self._extend("borders", _BORDERS, edits)
        formats = []
        for own_font, own_fill, own_border, alignment in _FORMATS.values():
            part = f'fontId="{font + own_font}" applyFont="1" applyAlignment="1"'
            part += f' fillId="{fill + own_fill}" applyFill="1"' if own_fill is not None else ' fillId="0"'
            part += f' borderId="{border}" applyBorder="1"' if own_border is not None else ' borderId="0"'
            formats.append(f'<xf numFmtId="49" applyNumberFormat="1" {part} xfId="0">{alignment}</xf>')
        first = self._extend("cellXfs", formats, edits)
        dxf = self._extend("dxfs", fills, edits)
        self.package.write(self.path, splice(self.data, edits))
        levels = {level: dxf + number for number, level in enumerate(FILLS)}
        return levels, {name: first + number for number, name in enumerate(_FORMATS)}

    def _extend(self, name: str, items: tuple[str, ...] | list[str], edits: list[Edit]) -> int:
        """Append to one of the lists; the index of the first new item."""
        text = _prefixed("".join(items), self.root.prefix)
        node = self.root.find(name)
        if node is None:
            before = _ORDER[: _ORDER.index(name)]
            at = max((child.end for child in self.root.children if child.name in before), default=self.root.inside)
            tag = f"{self.root.prefix}{name}"
            spare = _prefixed(_SPARE.get(name, ""), self.root.prefix)
            count = len(items) + len(re.findall(r"<[\w:]*(?:font|fill|border)>", spare))
            edits.append(Edit(at, at, f'<{tag} count="{count}">{spare}{text}</{tag}>'.encode()))
            return count - len(items)
        count = _count(node)
        if "count" in node.attributes:
            edits.append(set_attribute(self.data, node, "count", str(count + len(items))))
        edits.append(append(self.data, node, text.encode()))
        return count


_SPARE = {
    "fonts": "<font/>",
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border/>",
}
"""What index 0 must be in a list that was not there."""


def _count(node: Node) -> int:
    return len(node.children)


def _prefixed(text: str, prefix: str) -> str:
    """Put the namespace prefix of the part before our element names."""
    return re.sub(r"<(/?)(?=\w)", rf"<\g<1>{prefix}", text) if prefix else text
