"""Change one cell at a time in a consistent workbook: which rules say so, at that cell or at one compared with it?

    python -m tests.detection 市属2024春 [省属2024春 …]     every cell; prints the table, rule × cells read × cells told

Formulas are replaced by their results first, so that each cell can change alone.  What a rule reads is taken from the
operands of `holds` and, for checks, from watching which figures they ask their tables for.
"""

from __future__ import annotations

import copy
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, Value
from jiesuan.check import check_workbook
from jiesuan.check.context import Context
from jiesuan.check.ledger import Ledger
from jiesuan.check.run import CHECKS
from jiesuan.evaluate import Unchecked, evaluate
from jiesuan.number import Number
from jiesuan.ref import Ref, parse_a1
from jiesuan.report import Finding
from jiesuan.table import Table
from tests.check.schools import PACK, School, school

Watched = set[tuple[str, int]]
RAW = {"age": "身份证号", "phone-shared": "联系电话"}
"""Checks that read the cells of a text field as they stand."""
LINES = {
    "balance": ("期末结余", "实际收到"),
    "major-count": ("专业个数",),
    "previous-end": ("前期截止",),
    "received-year": ("收款日期",),
    "school-missing": ("学校名称",),
}
"""Checks that read blanks above and below the tables."""
SUBJECT = (60, 40)
"""Students and seed of a school in which nobody comes or goes, so that no remark answers anything."""
EXCEPTIONS = Path(__file__).parent / "check" / "detection.toml"


class _WatchedTable(Table):
    """A table that notes which figures are asked for."""

    seen: Watched

    def number(self, name: str, index: int) -> Number:
        self.seen.add((name, index))
        return super().number(name, index)

    def amount(self, name: str, index: int) -> Any:
        self.seen.add((name, index))
        return super().amount(name, index)

    def amounts(self, name: str, records: Iterable[int]) -> Any:
        chosen = list(records)
        self.seen |= {(name, index) for index in chosen}
        return super().amounts(name, chosen)

    def text(self, name: str, index: int) -> str:
        if name in self.columns:
            self.seen.add((name, index))
        return super().text(name, index)


def _watched(workbook: Workbook) -> Workbook:
    twin = copy.copy(workbook)
    twin.tables = {}
    for role, table in workbook.tables.items():
        own = _WatchedTable(form=table.form, sheet=table.sheet)
        own.__dict__.update(table.__dict__)
        own.seen = set()
        twin.tables[role] = own
    return twin


def cells_read(workbook: Workbook) -> dict[str, set[tuple[str, str, Ref]]]:
    """Rule → (role, field, cell) of everything it reads.  Rules about single cells and about structure are left out:
    they read every cell of their kind."""
    found: dict[str, set[tuple[str, str, Ref]]] = {}
    for rule in PACK.selected(workbook.set, workbook.term):
        read: set[tuple[str, str, Ref]] = set()
        if rule.holds:
            try:
                result = evaluate(rule, workbook)
            except Unchecked:
                continue
            for figures in result.figures.values():
                for places in figures.places:
                    for name, index in places:
                        if (ref := figures.table.ref(name, index)) is not None:
                            read.add((figures.operand.role, name, ref))
        elif rule.check in CHECKS:
            twin = _watched(workbook)
            CHECKS[rule.check](Context(rule, twin, Ledger()))
            for role, table in twin.tables.items():
                assert isinstance(table, _WatchedTable)
                if rule.check in RAW and role == "精准明细":
                    table.seen |= {(RAW[rule.check], i) for i in table.details()}
                for name, index in table.seen:
                    if (ref := table.ref(name, index)) is not None:
                        read.add((role, name, ref))
                for line in LINES.get(rule.check, (rule.options.get("line"),)):
                    if isinstance(line, str) and line in table.lines and (not rule.forms or role in rule.forms):
                        read.add((role, line, table.lines[line].ref))
        if read:
            found[rule.code] = read
    return found


def changes(value: Value, unit: str, numeric: bool) -> Iterator[tuple[str, Value]]:
    """Changes of one cell, the smallest first."""
    if not numeric:
        yield "改字", f"{value or ''}改"
        yield "清空", None
        yield "别的专业", "2023秋烹饪1班"
        yield "别的年级", "2021秋幼儿教育1班"
        yield "早已毕业", "2019秋烹饪1班"
        yield "别的日子", "2019年9月9日"
        yield "年长的人", "350781199602172561"
        return
    number = float(value) if isinstance(value, int | float) else 0.0
    step = 0.0001 if unit.startswith("万元") else 1
    yield "加一", round(number + step, 6)
    yield "减一", round(number - step, 6)
    yield "十倍", round(number * 10, 6)
    yield "八成", round(number * 0.8, 6)
    yield "为一", 1
    yield "清空", None
    yield "很大", 10**8
    yield "很小", -(10**8)
    yield "文字", "多少"


@dataclass
class Cell:
    """One cell, who reads it, and who tells of which change."""

    role: str
    name: str
    ref: Ref
    numeric: bool
    total: bool = False
    rules: set[str] = field(default_factory=set)
    told: dict[str, set[str]] = field(default_factory=dict)
    """Change → codes told at the cell or at one compared with it."""

    @property
    def kind(self) -> tuple[str, str]:
        """Role and field; the months are one field."""
        return self.role, "月" if self.name.endswith("月") else self.name

    @property
    def any(self) -> bool:
        return any(self.told.values())


Covered = set[tuple[str, str, str]]
"""(rule, role, field): the rule told of a change of some cell of that field."""


def concerns(finding: Finding, ref: Ref) -> bool:
    """Whether a finding stands at the cell or names it among the figures compared."""
    if finding.sheet == ref.sheet and finding.cell == ref.cell:
        return True
    return any(other.sheet == ref.sheet and _within(ref, other.cell) for other in finding.related)


def _within(ref: Ref, areas: str) -> bool:
    for area in filter(None, areas.split(",")):
        first, _, last = area.partition(":")
        (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
        if top <= ref.row <= bottom and left <= ref.column <= right:
            return True
    return False


def observe(base: School, book: Book, cell: Cell, covered: Covered) -> None:
    """Change the cell by one; go on while nobody tells, or a rule that reads the field has told of none of its cells."""
    sheet = book.sheet(cell.ref.sheet)
    before = sheet.value(cell.ref.row, cell.ref.column)
    form = base.laid[cell.role].form
    unit = form.field(cell.name).unit if form.has(cell.name) else ""
    for kind, value in changes(before, unit, cell.numeric):
        sheet.put(cell.ref.row, cell.ref.column, value)
        report = check_workbook(bind(copy.deepcopy(book), PACK, term=base.term, set_name=base.set_name))
        cell.told[kind] = {item.code for item in report.findings if concerns(item, cell.ref)}
        covered |= {(code, *cell.kind) for code in cell.told[kind] & cell.rules}
        waiting = [
            code for code in cell.rules if (code, *cell.kind) not in covered and not excepted("own", *cell.kind, code)
        ]
        if not waiting and (cell.any or excepted("any", *cell.kind)):
            break
    sheet.put(cell.ref.row, cell.ref.column, before)


def all_cells(base: School) -> tuple[Book, list[Cell]]:
    """The consistent workbook as typed constants, and every cell that some rule reads."""
    book = base.typed()
    workbook = bind(copy.deepcopy(book), PACK, term=base.term, set_name=base.set_name)
    totals = {
        table.ref(name, index)
        for table in workbook.tables.values()
        for name in table.columns
        for index in range(len(table.keys))
        if table.is_total(index)
    }
    cells: dict[Ref, Cell] = {}
    for code, read in cells_read(workbook).items():
        for role, name, ref in read:
            form = workbook.tables[role].form
            numeric = form.field(name).numeric if form.has(name) else name in ("期末结余", "实际收到", "专业个数")
            cells.setdefault(ref, Cell(role, name, ref, numeric, ref in totals)).rules.add(code)
    return book, [cells[ref] for ref in sorted(cells)]


def few_of_a_kind(book: Book, cells: Iterable[Cell]) -> list[Cell]:
    """Of the cells of one field that the same rules read, a filled one and an empty one."""
    kinds: dict[tuple[tuple[str, str], frozenset[str], bool], Cell] = {}
    for cell in cells:
        filled = book.sheet(cell.ref.sheet).value(cell.ref.row, cell.ref.column) not in (None, 0, "")
        kinds.setdefault((cell.kind, frozenset(cell.rules), filled), cell)
    return list(kinds.values())


@cache
def exceptions() -> dict[str, list[dict[str, Any]]]:
    """`own`: a rule that reads a field and need not tell of it; `any`: cells nobody need tell of; `plus`: one unit more
    is told by nobody.  Each with its reason."""
    found: dict[str, list[dict[str, Any]]] = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    assert set(found) <= {"own", "any", "plus"}
    assert all(entry["reason"] for entries in found.values() for entry in entries)
    return found


def excepted(kind: str, role: str, name: str, code: str = "", *, total: bool = False) -> bool:
    return any(
        entry["role"] == role
        and name in entry["fields"]
        and (not code or code in entry["codes"])
        and (total or not entry.get("totals"))
        for entry in exceptions().get(kind, [])
    )


def table(cells: Iterable[Cell]) -> list[tuple[str, int, int, int]]:
    """(rule, cells read, changes told by the rule itself, told by any rule)."""
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for cell in cells:
        for code in cell.rules:
            row = counted[code]
            row[0] += 1
            row[1] += any(code in codes for codes in cell.told.values())
            row[2] += cell.any
    return [(code, *counted[code]) for code in sorted(counted)]  # type: ignore[misc]


def gaps(cells: Iterable[Cell], covered: Covered) -> Iterator[str]:
    """What is not told and not excepted."""
    needed: dict[tuple[str, str, str], Ref] = {}
    for cell in cells:
        where = f"{cell.ref}（{cell.role}·{cell.name}）"
        if not cell.any and not excepted("any", *cell.kind):
            yield f"{where}：没有任何规则报告它的改动"
        if cell.numeric and not cell.told["加一"] and not excepted("plus", *cell.kind, total=cell.total):
            yield f"{where}：加一没有规则报告"
        for code in cell.rules:
            needed.setdefault((code, *cell.kind), cell.ref)
    for (code, role, name), ref in sorted(needed.items()):
        if (code, role, name) not in covered and not excepted("own", role, name, code):
            yield f"{code} 读“{role}·{name}”（如 {ref}）而从不报告"


def main(names: list[str]) -> int:
    covered: Covered = set()
    seen: list[Cell] = []
    for name in names or ["市属2024春"]:
        base = school(name, *SUBJECT)
        book, cells = all_cells(base)
        for cell in cells:
            observe(base, book, cell, covered)
        seen += cells
        print(f"{name}：{len(cells)} 格")
        print("规则   读的格  本规则报告  任一规则报告")
        for code, read, own, told in table(cells):
            print(f"{code}  {read:6}  {own:10}  {told:12}")
    missed = list(gaps(seen, covered))
    print("\n".join(missed))
    return min(len(missed), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
