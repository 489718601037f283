"""The workbook part: its sheets, which one opens, defined names, and recalculation on opening."""

from __future__ import annotations

from dataclasses import dataclass

from .package import Package, is_strict, relation_attribute
from .problem import NotMarkable
from .xml import Edit, Node, append, parse, quoted, set_attribute, splice

_ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it.  `kind` is `worksheet`, `chartsheet` …; `path` may name a missing part."""

    name: str
    kind: str
    path: str
    relation: str
    node: Node


class WorkbookPart:
    """The workbook part of a package; every change is written to the package at once."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._read()

    def _read(self) -> None:
        self.data = self.package.text(self.package.main)
        self.root = parse(self.data)
        self.strict = is_strict(self.root)
        if self.root.name != "workbook":
            raise NotMarkable("not-ooxml")

    def _write(self, *edits: Edit) -> None:
        self.package.write(self.package.main, splice(self.data, edits))
        self._read()

    @property
    def sheets(self) -> list[SheetPart]:
        """All sheets in order."""
        relations = {relation.id: relation for relation in self.package.relations(self.package.main)}
        found = []
        for node in self._sheets().all("sheet"):
            relation = relations.get(node.get("id") or "")
            kind, path = (relation.kind, relation.target) if relation else ("", "")
            found.append(SheetPart(node.attributes.get("name", ""), kind, path, node.get("id") or "", node))
        return found

    def _sheets(self) -> Node:
        sheets = self.root.find("sheets")
        if sheets is None:
            raise NotMarkable("corrupt")
        return sheets

    @property
    def active(self) -> int:
        """The number of the sheet that opens, from 0."""
        view = self._view()
        text = view.attributes.get("activeTab", "0") if view else "0"
        return int(text) if text.isdecimal() else 0

    @property
    def front(self) -> int:
        """The number of the worksheet that opens, or of the next one where a chart sheet opens: programs count worksheets
        apart from chart sheets."""
        return sum(sheet.kind == "worksheet" for sheet in self.sheets[: self.active])

    def _view(self) -> Node | None:
        views = self.root.find("bookViews")
        return views.find("workbookView") if views else None

    def activate(self, number: int) -> None:
        """Let the workbook open on that sheet."""
        view = self._view()
        if view is not None:
            text = str(number) if number or "activeTab" in view.attributes else None
            self._write(set_attribute(self.data, view, "activeTab", text))
        elif number:
            p = self.root.prefix
            made = f'<{p}workbookView activeTab="{number}"/>'
            views = self.root.find("bookViews")
            if views is not None:
                self._write(append(self.data, views, made.encode()))
            else:
                at = self._place("bookViews")
                self._write(Edit(at, at, f"<{p}bookViews>{made}</{p}bookViews>".encode()))

    def _place(self, name: str) -> int:
        """Where a new child of that name belongs."""
        before = _ORDER[: _ORDER.index(name) + 1]
        found = [child.end for child in self.root.children if child.name in before]
        return max(found, default=self.root.inside)

    def add_sheet(self, name: str, relation: str) -> None:
        """List a new sheet last."""
        sheets = self._sheets()
        numbers = [int(text) for node in sheets.all("sheet") if (text := node.get("sheetId") or "").isdecimal()]
        made = (
            f'<{self.root.prefix}sheet name={quoted(name)} sheetId="{max(numbers, default=0) + 1}"'
            f"{relation_attribute(self.root, 'id', relation)}/>"
        )
        self._write(append(self.data, sheets, made.encode()))

    def define(self, name: str, sheet: int, formula: str, *, hidden: bool = False) -> None:
        """Add a name local to a sheet."""
        p = self.root.prefix
        mark = ' hidden="1"' if hidden else ""
        text = formula.replace("&", "&amp;").replace("<", "&lt;")
        made = f'<{p}definedName name="{name}" localSheetId="{sheet}"{mark}>{text}</{p}definedName>'.encode()
        names = self.root.find("definedNames")
        if names is not None:
            self._write(append(self.data, names, made))
        else:
            at = self._place("definedNames")
            tag = f"{p}definedNames".encode()
            self._write(Edit(at, at, b"<%b>%b</%b>" % (tag, made, tag)))

    def remove_sheet(self, number: int, front: int) -> None:
        """Take a sheet out of the list, its names too, and open on the worksheet `front` (as `front` counts, with the sheet
        still there)."""
        sheets = list(self._sheets().all("sheet"))
        worksheets = [place for place, sheet in enumerate(self.sheets) if sheet.kind == "worksheet"]
        active = worksheets[front] if front < len(worksheets) else len(sheets) - 1
        edits = [Edit(sheets[number].start, sheets[number].end, b"")]
        names = self.root.find("definedNames")
        if names is not None:
            kept = 0
            for node in names.children:
                local_to = node.attributes.get("localSheetId", "")
                if local_to == str(number):
                    edits.append(Edit(node.start, node.end, b""))
                    continue
                kept += 1
                if local_to.isdecimal() and int(local_to) > number:
                    edits.append(set_attribute(self.data, node, "localSheetId", str(int(local_to) - 1)))
            if not kept:
                edits = [edit for edit in edits if not names.start <= edit.start < names.end]
                edits.append(Edit(names.start, names.end, b""))
        view = self._view()
        if view is not None:
            left = len(sheets) - 1
            opens = min(active - (active > number), left - 1)
            edits.append(set_attribute(self.data, view, "activeTab", str(max(opens, 0))))
            first = view.attributes.get("firstSheet", "")
            if first.isdecimal() and int(first) > max(left - 1, 0):
                edits.append(set_attribute(self.data, view, "firstSheet", None))
        self._write(*edits)

    def recalculate_on_load(self) -> None:
        """Have every program recalculate when it opens the workbook."""
        node = self.root.find("calcPr")
        if node is not None:
            self._write(set_attribute(self.data, node, "fullCalcOnLoad", "1"))
            return
        at = self._place("calcPr")
        self._write(Edit(at, at, f'<{self.root.prefix}calcPr fullCalcOnLoad="1"/>'.encode()))
