"""Taking all marks out of a workbook."""

from __future__ import annotations

import re

from ..marking import journal
from .notes import remove_notes
from .package import Package, relations_of
from .sheet import SIGNATURE, SheetPart, selected
from .workbook import WorkbookPart
from .xml import splice

_SHEET = re.compile(rf'"{SIGNATURE}:(?:result|calc):(\d+)[:"]'.encode())


def clear(data: bytes) -> bytes:
    """The workbook without marks: to the byte what it was, where nothing saved it since it was marked; otherwise with
    everything of ours taken out and nothing else.  An unmarked workbook comes back as it is.  Raises NotMarkable."""
    plain = cleared(data).archive.to_bytes()
    return data if plain == data else plain


def cleared(data: bytes) -> Package:
    """The same as a package, ready to be marked."""
    package = Package(data)
    exact = journal.restored(package)
    if exact is not None:
        return Package(exact)
    workbook = WorkbookPart(package)
    ours: list[tuple[int, int]] = []
    for number, sheet in enumerate(workbook.sheets):
        if sheet.kind != "worksheet" or sheet.path not in package:
            continue
        text = package.text(sheet.path)
        tail = result_of(text)
        if tail is not None:
            ours.append((number, tail))
            continue
        noted = any(relation.kind == "comments" for relation in package.relations(sheet.path))
        if SIGNATURE.encode() not in text and not noted:
            continue
        part = SheetPart(text)
        edits = [*part.without_fills(), *remove_notes(package, sheet.path, part)]
        if edits:
            package.write(sheet.path, splice(text, edits))
    for number, tail in reversed(ours):
        _remove_sheet(package, workbook, number, tail)
    journal.forget(package)
    return package


def result_of(sheet: bytes) -> int | None:
    """The number of the sheet that opened before ours, where `sheet` is one of ours (`校验结果`, `计算结果`); None for
    any other."""
    if SIGNATURE.encode() not in sheet:
        return None
    found = _SHEET.search(sheet.replace(b"&quot;", b'"'))
    return int(found[1][:4]) if found else None


def _remove_sheet(package: Package, workbook: WorkbookPart, number: int, active: int) -> None:
    """Take out a sheet of ours and whatever a program has attached to it, and open on the sheet that opened before."""
    sheets = workbook.sheets
    if len(sheets) == 1:
        return
    path = sheets[number].path
    workbook.remove_sheet(number, active)
    attached = [relation.target for relation in package.relations(path) if relation.target]
    package.unrelate(package.main, path)
    package.remove(path)
    named = {
        relation.target for name in package if name.endswith(".rels") for relation in package.relations(_owner(name))
    }
    for target in attached:
        if target in package and target not in named:
            package.remove(target)
    left = workbook.sheets
    opens = left[min(workbook.active, len(left) - 1)]
    if opens.kind == "worksheet" and opens.path in package:
        text = package.text(opens.path)
        package.write(opens.path, selected(text))


def _owner(relations: str) -> str:
    """`xl/_rels/workbook.xml.rels` → `xl/workbook.xml`."""
    folder, _, name = relations.rpartition("_rels/")
    owner = folder + name.removesuffix(".rels")
    return owner if relations_of(owner) == relations else ""
