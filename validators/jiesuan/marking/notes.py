"""Notes: the comments part of a sheet and the drawing that shows them.

The drawing is shared with form buttons and need not be well-formed XML, so it is edited as text.  A note of the user's
keeps its text; ours is appended below a line and can be cut off again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .package import Package, Relation, main_namespace, office
from .problem import NotMarkable
from .sheet import Cell, SheetPart, address, cell_of
from .xml import Edit, Node, append, escaped, own_text, parse, splice

HEADING = "〔校验标记〕"
"""How every text of ours in a note begins."""
AUTHOR = "校验"
RULE = "\n――――――――\n"
START = re.compile(rf"(?:\s*―{{4,}}\s*)?{HEADING}")

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
)
_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"{0}>'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:260pt;height:{height}pt;z-index:{z};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"{names}>'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_IDMAP = re.compile(rb"(<o:idmap\b[^<>]*?\bdata\s*=\s*[\"'])([^\"'<>]*)")
_SHAPE_BLOCK = re.compile(rb"\s*<v:shape\s[^<>]*>.*?</v:shape>", re.DOTALL)
_PLACE = re.compile(rb"<x:(Row|Column)>\s*(\d+)\s*</x:(?:Row|Column)>")
_THREADED = "threadedComment"


@dataclass
class Drawing:
    """Shape ids free for the whole workbook, in blocks of 1,024."""

    block: int

    @classmethod
    def of(cls, package: Package) -> Drawing:
        """Look through all drawings of the package for the blocks in use."""
        used = {0}
        for name in package:
            if name.endswith(".vml"):
                try:
                    data = package.read(name)
                except NotMarkable:
                    continue
                for _, numbers in _IDMAP.findall(data):
                    used.update(int(number) for number in re.findall(rb"\d{1,6}", numbers))
                used.update(int(number) // 1024 for number in re.findall(rb"_x0000_s(\d{4,9})", data))
        return cls(max(used) + 1)

    def take(self) -> int:
        """A block nobody uses."""
        self.block += 1
        return self.block - 1


def add_notes(
    package: Package, path: str, sheet: SheetPart, texts: Mapping[Cell, str], drawing: Drawing, *, strict: bool
) -> list[Edit]:
    """Write notes to a sheet; the edits to the sheet itself are returned.

    Notes that cannot be written safely (threaded comments on the cell, parts missing or broken) are left out: the
    result sheet has everything."""
    relations = package.relations(path)
    old = next((relation.target for relation in relations if relation.kind == "comments"), None)
    shown = sheet.drawing_id
    canvas = next((relation.target for relation in relations if shown and relation.id == shown), None)
    try:
        taken = _threads(package, relations)
        wanted = {cell: text for cell, text in texts.items() if address(cell) not in taken}
        if not wanted:
            return []
        data, added = _with_comments(package.text(old) if old else _empty_comments(strict), wanted)
        vml = package.read(canvas) if canvas else _VML.encode()
        vml = _with_shapes(vml, added, drawing.take()) if added else vml
    except NotMarkable:
        return []
    if shown and not canvas:
        return []
    edits: list[Edit] = []
    if added and not canvas:
        canvas = package.free("xl/drawings/vmlDrawing{}.vml")
        package.write(canvas, vml)
        package.declare_default("vml", _VML_TYPE)
        edits = sheet.drawing(package.relate(path, office(strict, "vmlDrawing"), canvas))
    elif added and canvas:
        package.write(canvas, vml)
    if not old:
        old = package.free("xl/comments{}.xml")
        package.write(old, data)
        package.declare(old, _COMMENTS_TYPE)
        package.relate(path, office(strict, "comments"), old)
    else:
        package.write(old, data)
    return edits


def _threads(package: Package, relations: list[Relation]) -> set[str]:
    """The cells with threaded comments, whose notes belong to Excel."""
    return {
        node.attributes.get("ref", "")
        for relation in relations
        if relation.kind == _THREADED
        for node in parse(package.text(relation.target)).all("threadedComment")
    }


def _empty_comments(strict: bool) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<comments xmlns="{main_namespace(strict)}"><authors></authors><commentList></commentList></comments>'
    ).encode()


def _with_comments(data: bytes, texts: Mapping[Cell, str]) -> tuple[bytes, list[tuple[Cell, str]]]:
    """The comments part with our texts, and the cells that had no note yet."""
    root = parse(data)
    authors, comments = root.find("authors"), root.find("commentList")
    if root.name != "comments" or authors is None or comments is None:
        raise NotMarkable("corrupt")
    p = root.prefix
    there = {cell_of(node.attributes.get("ref", "")): node for node in comments.all("comment")}
    edits = [append(data, authors, f"<{p}author>{AUTHOR}</{p}author>".encode())]
    number, added, made = len(authors.children), [], []
    for cell, text in texts.items():
        node = there.get(cell)
        if node is None:
            added.append((cell, text))
            made.append(
                f'<{p}comment ref="{address(cell)}" authorId="{number}"><{p}text>{_run(p, text)}</{p}text></{p}comment>'
            )
        elif (body := node.find("text")) is not None:
            last = [child.end for child in body.children if child.name in ("t", "r")]
            run = _run(p, RULE + text).encode()
            edits.append(Edit(last[-1], last[-1], run) if last else append(data, body, run))
    if made:
        edits.append(append(data, comments, "".join(made).encode()))
    return splice(data, edits if added else edits[1:]), added


def _run(prefix: str, text: str) -> str:
    p = prefix
    font = f'<{p}rPr><{p}sz val="9"/><{p}color indexed="81"/><{p}rFont val="宋体"/><{p}family val="3"/></{p}rPr>'
    return f'<{p}r>{font}<{p}t xml:space="preserve">{escaped(text)}</{p}t></{p}r>'


def _with_shapes(data: bytes, notes: Iterable[tuple[Cell, str]], block: int) -> bytes:
    """The drawing with a hidden shape per note.  Raises NotMarkable where it is not written as usual."""
    end = data.rfind(b"</xml>")
    if end < 0 or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotMarkable("corrupt")
    names = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _NAMESPACES.items()
        if not re.search(rf"xmlns:{prefix}\s*=".encode(), data)
    )
    made = [] if b'id="_x0000_t202"' in data else [_TYPE.format(names)]
    for number, ((row, column), text) in enumerate(notes, 1):
        lines = min(max(sum(1 + len(line) // 24 for line in text.splitlines()), 4), 16)
        top = max(row - 2, 0)
        made.append(
            _SHAPE.format(
                id=block * 1024 + number,
                z=number,
                names=names,
                height=lines * 13,
                left=column,
                right=column + 4,
                top=top,
                bottom=top + lines,
                row=row - 1,
                column=column - 1,
            )
        )
    shapes = "".join(made).encode()
    found = _IDMAP.search(data)
    if found is None:
        layout = f'<o:shapelayout v:ext="edit"{names}><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
        return data[:end] + layout.encode() + shapes + data[end:]
    numbers = found[2] + (b"," if found[2] else b"") + str(block).encode()
    return data[: found.start(2)] + numbers + data[found.end(2) : end] + shapes + data[end:]


def remove_notes(package: Package, path: str, sheet: SheetPart) -> list[Edit]:
    """Take our texts out of a sheet's notes, whoever saved the file since; the edits to the sheet are returned."""
    relations = package.relations(path)
    old = next((relation.target for relation in relations if relation.kind == "comments"), None)
    if old is None or old not in package:
        return []
    before = package.text(old)
    if HEADING.encode() not in before:
        return []
    after, gone, left = _without_comments(before)
    canvas = next((relation.target for relation in relations if relation.id == sheet.drawing_id), None)
    edits: list[Edit] = []
    if canvas is not None and canvas in package:
        vml = _without_shapes(package.read(canvas), gone)
        if re.search(rb"<v:(?!shapetype)(?:shape|rect|oval|line|group|image|roundrect|polyline|arc|curve)\b", vml):
            package.write(canvas, vml)
        else:
            edits = sheet.without_drawing()
            package.unrelate(path, canvas)
            package.remove(canvas)
    if left:
        package.write(old, after)
    else:
        package.unrelate(path, old)
        package.remove(old)
    return edits


def _without_comments(data: bytes) -> tuple[bytes, set[Cell], int]:
    """The comments without our texts, the cells whose notes were all ours, and how many notes are left."""
    root = parse(data)
    edits: list[Edit] = []
    gone: set[Cell] = set()
    left = 0
    for node in root.walk("comment"):
        texts = list(node.walk("t"))
        whole = "".join(own_text(data, item) for item in texts)
        found = START.search(whole)
        cell = cell_of(node.attributes.get("ref", ""))
        if found is None or cell is None:
            left += 1
        elif not whole[: found.start()].strip():
            edits.append(Edit(node.start, node.end, b""))
            gone.add(cell)
        else:
            edits += _cut(data, node, texts, found.start())
            left += 1
    edits += _without_author(data, root, gone)
    return splice(data, edits), gone, left


def _without_author(data: bytes, root: Node, gone: set[Cell]) -> list[Edit]:
    """Edits that take out our author: the last of the list altogether, elsewhere its name, for authors are counted."""
    kept = {
        node.attributes.get("authorId")
        for node in root.walk("comment")
        if cell_of(node.attributes.get("ref", "")) not in gone
    }
    names = list(root.walk("author"))
    return [
        Edit(node.start, node.end, b"") if node is names[-1] else Edit(node.inside, node.close, b"")
        for number, node in enumerate(names)
        if own_text(data, node) == AUTHOR and str(number) not in kept
    ]


def _cut(data: bytes, comment: Node, texts: list[Node], keep: int) -> list[Edit]:
    """Edits that leave the first `keep` characters of a note."""
    edits = []
    runs = {child.close: child for body in comment.all("text") for child in body.all("r")}
    for node in texts:
        text = own_text(data, node)
        if keep >= len(text):
            keep -= len(text)
            continue
        run = next((run for run in runs.values() if run.start < node.start < run.end), node)
        if keep <= 0:
            edits.append(Edit(run.start, run.end, b""))
        else:
            edits.append(Edit(node.inside, node.close, escaped(text[:keep]).encode()))
        keep = 0
    return edits


def _without_shapes(data: bytes, cells: set[Cell]) -> bytes:
    def kept(match: re.Match[bytes]) -> bytes:
        block = match[0]
        if b'ObjectType="Note"' not in block:
            return block
        place = {name: int(number) + 1 for name, number in _PLACE.findall(block)}
        return b"" if (place.get(b"Row"), place.get(b"Column")) in cells else block

    return _SHAPE_BLOCK.sub(kept, data)


__all__ = ["HEADING", "Drawing", "add_notes", "remove_notes"]
