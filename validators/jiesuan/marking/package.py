"""An Office package: parts, the relationships between them and their content types, changed by splicing only."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..reading.guard import resolve
from .archive import Archive
from .problem import NotMarkable
from .xml import Edit, Node, append, parse, quoted, splice, text_of

TYPES = "[Content_Types].xml"
_STRICT = "http://purl.oclc.org/ooxml/"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPREADSHEETS = ("sheet.main+xml", "sheet.macroEnabled.main+xml", "template.main+xml", "template.macroEnabled.main+xml")
_RELATIONSHIPS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


@dataclass(frozen=True)
class Relation:
    """One relationship: id, full type, the last word of the type, and the part it points to ('' when outside)."""

    id: str
    type: str
    kind: str
    target: str
    node: Node


class Package:
    """The parts of a workbook by their names in the package, `xl/workbook.xml`, whatever the case in the zip."""

    def __init__(self, data: bytes) -> None:
        """Raises NotMarkable: not-ooxml, encrypted, signed, corrupt, unsafe, too-large."""
        if data.startswith(_OLE):
            raise NotMarkable("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "not-ooxml")
        self.archive = Archive(data)
        self._names = {_key(name): name for name in self.archive.members}
        if len(self._names) < len(self.archive.members):
            raise NotMarkable("corrupt")
        if TYPES not in self:
            raise NotMarkable("not-ooxml")
        if any(name.startswith("_xmlsignatures/") for name in self._names):
            raise NotMarkable("signed")
        self.main = next((relation.target for relation in self.relations("") if relation.kind == "officeDocument"), "")
        if self.main not in self:
            raise NotMarkable("not-ooxml")
        if self.main.lower().endswith(".bin") or not self.main.lower().startswith("xl/"):
            raise NotMarkable("not-ooxml")

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._names))

    def exact(self, name: str) -> str:
        """The name as the zip has it."""
        return self._names.get(_key(name), name)

    def read(self, name: str) -> bytes:
        """A part's bytes.  Raises NotMarkable when it is missing."""
        if name not in self:
            raise NotMarkable("corrupt")
        return self.archive.members[self.exact(name)].read()

    def text(self, name: str) -> bytes:
        """An XML part as UTF-8, ready to be spliced."""
        return text_of(self.read(name))

    def write(self, name: str, content: bytes) -> None:
        """Replace or add a part; one that is the same already stays as it lies."""
        if name in self and self.read(name) == content:
            return
        self._names.setdefault(_key(name), name)
        self.archive.write(self.exact(name), content)

    def remove(self, name: str) -> None:
        """Take out a part, its relationships and its content type, if it is there."""
        for part in (name, relations_of(name)):
            if part in self:
                self.archive.remove(self._names.pop(_key(part)))
        data = self.text(TYPES)
        found = [
            node for node in parse(data).all("Override") if _key(node.attributes.get("PartName", "")) == _key(name)
        ]
        if found:
            self.write(TYPES, splice(data, [Edit(node.start, node.end, b"") for node in found]))

    def free(self, pattern: str) -> str:
        """A part name not in use, `xl/comments{}.xml`."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    def relations(self, part: str) -> list[Relation]:
        """The relationships of a part (of the package: '')."""
        path = relations_of(part)
        if path not in self:
            return []
        found = []
        for node in parse(self.text(path)).all("Relationship"):
            kind, target = node.attributes.get("Type", ""), node.attributes.get("Target", "")
            outside = node.attributes.get("TargetMode") == "External"
            place = "" if outside else resolve(part, target)
            found.append(Relation(node.attributes.get("Id", ""), kind, kind.rpartition("/")[2], place, node))
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relationship; `kind` is a full type or the last word of an Office one.  Returns its id."""
        path = relations_of(part)
        data = self.text(path) if path in self else _RELATIONSHIPS
        root = parse(data)
        used = {node.attributes.get("Id", "").lower() for node in root.children}
        number = 1
        while f"ridjs{number}" in used:
            number += 1
        to = posixpath.relpath("/" + target, "/" + posixpath.dirname(part))
        made = f'<{root.prefix}Relationship Id="rIdJS{number}" Type={quoted(kind)} Target={quoted(to)}/>'
        self.write(path, splice(data, [append(data, root, made.encode())]))
        return f"rIdJS{number}"

    def unrelate(self, part: str, target: str) -> None:
        """Remove the relationships of a part to another; an emptied list of relationships goes as well."""
        path = relations_of(part)
        found = [relation for relation in self.relations(part) if _key(relation.target) == _key(target)]
        if found:
            data = splice(self.text(path), [Edit(item.node.start, item.node.end, b"") for item in found])
            if parse(data).children:
                self.write(path, data)
            else:
                self.archive.remove(self._names.pop(_key(path)))

    def declare(self, part: str, kind: str) -> None:
        """Give a part a content type of its own."""
        data = self.text(TYPES)
        root = parse(data)
        made = f"<{root.prefix}Override PartName={quoted('/' + part)} ContentType={quoted(kind)}/>"
        self.write(TYPES, splice(data, [append(data, root, made.encode())]))

    def declare_default(self, extension: str, kind: str) -> None:
        """Give all parts of an extension a content type, unless they have one."""
        data = self.text(TYPES)
        root = parse(data)
        defaults = list(root.all("Default"))
        if any(node.attributes.get("Extension", "").lower() == extension for node in defaults):
            return
        made = f"<{root.prefix}Default Extension={quoted(extension)} ContentType={quoted(kind)}/>".encode()
        at = root.children[0].start if root.children else None
        self.write(TYPES, splice(data, [append(data, root, made) if at is None else Edit(at, at, made)]))

    def check_kind(self) -> None:
        """Raise NotMarkable `not-ooxml` unless the main part is declared a spreadsheet."""
        kinds = {
            _key(node.attributes.get("PartName", "")): node.attributes.get("ContentType", "")
            for node in parse(self.text(TYPES)).all("Override")
        }
        kind = kinds.get(_key(self.main), _SPREADSHEETS[0])
        if not kind.endswith(_SPREADSHEETS):
            raise NotMarkable("not-ooxml")


def relations_of(part: str) -> str:
    """`xl/workbook.xml` → `xl/_rels/workbook.xml.rels`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def office(strict: bool, kind: str) -> str:
    """The full type of an Office relationship."""
    base = f"{_STRICT}officeDocument" if strict else "http://schemas.openxmlformats.org/officeDocument/2006"
    return f"{base}/relationships/{kind}"


def main_namespace(strict: bool) -> str:
    """The namespace of spreadsheet parts."""
    return f"{_STRICT}spreadsheetml/main" if strict else "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def is_strict(root: Node) -> bool:
    """Whether a part is strict OOXML."""
    return any(value.startswith(_STRICT) for name, value in root.attributes.items() if name.startswith("xmlns"))


def relation_attribute(root: Node, name: str, value: str) -> str:
    """` r:id="…"` with the namespace declared on the spot where the root does not declare it under that prefix."""
    wanted = office(is_strict(root), "").rstrip("/")
    declared = root.attributes.get("xmlns:r") == wanted
    return f" r:{name}={quoted(value)}" if declared else f' xmlns:r="{wanted}" r:{name}={quoted(value)}'


def _key(name: str) -> str:
    return re.sub(r"/+", "/", name.replace("\\", "/")).lstrip("/").lower()
