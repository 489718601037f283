"""XML parts as bytes with known places: parse for the places of elements, then splice.  Nothing is ever serialised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from typing import NamedTuple
from xml.parsers import expat

from ..reading.guard import as_utf8, local, parser
from ..reading.problem import UnreadableFile
from .problem import NotMarkable

_TAG = re.compile(rb"""<[^<>"']*(?:"[^"<]*"[^<>"']*|'[^'<]*'[^<>"']*)*>""")
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UTF8_NAMES = re.compile(
    rb"""^(?:\xef\xbb\xbf)?\s*<(?:\?xml(?![^>]*encoding)|\?xml[^>]*encoding=["'](?i:utf-?8|us-ascii)|[^?])"""
)


class Edit(NamedTuple):
    """Replace the bytes from `start` to `end`."""

    start: int
    end: int
    text: bytes


@dataclass
class Node:
    """An element: its bytes are `start:end`, its opening tag `start:inside`, its closing tag `close:end`."""

    tag: str
    attributes: dict[str, str]
    start: int
    inside: int
    close: int = 0
    end: int = 0
    children: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        return local(self.tag)

    @property
    def prefix(self) -> str:
        """`x:` or nothing."""
        return self.tag[: -len(self.name)]

    @property
    def hollow(self) -> bool:
        """Written as one self-closing tag."""
        return self.end == self.inside

    def find(self, name: str) -> Node | None:
        """The first child of that local name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Node]:
        """The children of that local name."""
        return (child for child in self.children if child.name == name)

    def walk(self, name: str) -> Iterator[Node]:
        """The elements of that local name at any depth."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.walk(name)

    def get(self, name: str) -> str | None:
        """The attribute of that local name."""
        found = self.attributes.get(name)
        if found is None:
            found = next((value for key, value in self.attributes.items() if local(key) == name), None)
        return found


def text_of(data: bytes) -> bytes:
    """An XML part as UTF-8 that can be spliced; unchanged where it is UTF-8 already.  Raises NotMarkable."""
    if b"<!" in data and (b"<!DOCTYPE" in data or b"<!ENTITY" in data):
        raise NotMarkable("unsafe")
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and _UTF8_NAMES.match(data):
        return data
    try:
        return _DECLARATION + as_utf8(data)
    except UnreadableFile as error:
        raise NotMarkable("corrupt") from error


def parse(data: bytes, *, depth: int = 99, skip: bytes = b"") -> Node:
    """The elements of a UTF-8 part down to a depth, without the inside of the element `skip`.

    Raises NotMarkable `corrupt` or `unsafe`."""
    hole = _hole(data, skip) if skip else None
    seen = data if hole is None else data[: hole[0]] + data[hole[1] :]
    root = _parse(seen, depth)
    if hole is not None:
        _shift(root, hole[0], hole[1] - hole[0])
    return root


def check(data: bytes) -> None:
    """Raise NotMarkable unless the part is well-formed."""
    _run(parser(), data)


def _run(made: expat.XMLParserType, data: bytes) -> None:
    try:
        made.Parse(data, True)
    except UnreadableFile as error:
        raise NotMarkable("unsafe") from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise NotMarkable("corrupt") from error


def _parse(data: bytes, depth: int) -> Node:
    made = parser()
    top = Node("", {}, 0, 0)
    stack = [top]
    deep = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal deep
        deep += 1
        if deep <= depth:
            at = made.CurrentByteIndex
            tag = _TAG.match(data, at)
            if tag is None:
                raise ValueError("no tag")
            node = Node(name, attributes, at, tag.end())
            stack[-1].children.append(node)
            stack.append(node)

    def end(_: str) -> None:
        nonlocal deep
        if deep <= depth:
            node = stack.pop()
            if data[node.inside - 2 : node.inside] == b"/>":
                node.close = node.end = node.inside
            else:
                node.close = made.CurrentByteIndex
                node.end = data.index(b">", node.close) + 1
        deep -= 1

    made.StartElementHandler = start
    made.EndElementHandler = end
    _run(made, data)
    return top.children[0]


def _hole(data: bytes, name: bytes) -> tuple[int, int] | None:
    """The inside of the only element of that name, where it can be told without parsing."""
    if b"<!" in data or data.count(name) != 2:
        return None
    opening = re.compile(rb"<((?:[\w.-]+:)?" + name + rb")(?:\s[^<>]*)?>").match(
        data, data.rfind(b"<", 0, data.find(name))
    )
    if opening is None or opening[0].endswith(b"/>"):
        return None
    close = data.rfind(b"</" + opening[1])
    return (opening.end(), close) if close >= opening.end() else None


def _shift(node: Node, at: int, by: int) -> None:
    if node.start >= at:
        node.start += by
    if node.inside > at:
        node.inside += by
    if node.close >= at:
        node.close += by
    if node.end > at:
        node.end += by
    for child in node.children:
        _shift(child, at, by)


def splice(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with all edits made; edits at one place keep their order."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [data[at : edit.start], edit.text]
        at = max(at, edit.end)
    return b"".join([*pieces, data[at:]])


def append(data: bytes, node: Node, text: bytes) -> Edit:
    """Put `text` at the end of an element's content, opening it where it is self-closing."""
    if not node.hollow:
        return Edit(node.close, node.close, text)
    return Edit(node.inside - 2, node.inside, b">" + text + b"</" + node.tag.encode() + b">")


def set_attribute(data: bytes, node: Node, name: str, value: str | None) -> Edit:
    """Set (None: take away) an attribute in an opening tag; the rest of the tag stays as it is."""
    tag = data[node.start : node.inside]
    found = re.search(rb"\s+" + re.escape(name.encode()) + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""", tag)
    new = b"" if value is None else b" " + name.encode() + b"=" + quoted(value).encode()
    if found is not None:
        return Edit(node.start + found.start(), node.start + found.end(), new)
    at = node.inside - (2 if tag.endswith(b"/>") else 1)
    return Edit(at, at, new)


def escaped(text: str) -> str:
    """Text for element content; what XML cannot hold is left out."""
    return escape(_ILLEGAL.sub("", text), quote=False)


def quoted(text: str) -> str:
    """An attribute value in double quotes."""
    inner = escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{inner}"'


def own_text(data: bytes, node: Node) -> str:
    """The character data of an element without children."""
    return unescape(data[node.inside : node.close].decode("utf-8", "replace"))
