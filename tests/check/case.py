"""Cases of rules as data: `cases/*.toml`, one table per rule.

    base            the consistent workbook it starts from, 市属2024春 unless said
    clean           changes after which the rule still has nothing to say
    failing         changes, and *everything* that is found after them, as `代码 单元格`; `expect` tells what the rule's own
                    findings say, in order
    unchecked       changes after which the rule cannot be checked, and why
    not_checkable   "never", with a reason, for rules that can always be checked

What a case does: `change` types values, `delete`, `copy` and `hide` do it to sheets, `hide_rows` hides the row of a cell,
`heading` renames a column heading of 助学金.  `{名称}` in `why` is the cell of that name.
"""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jiesuan.book import Book
from jiesuan.report import Report

from .schools import School, change, check, school

FOLDER = Path(__file__).parent / "cases"
BASE = "市属2024春"
_DEEDS = {"change", "delete", "copy", "hide", "hide_rows", "heading"}
_SAYS = {"code", "label", "says", "expected", "actual", "difference", "related"}


@dataclass(frozen=True)
class Case:
    """One case of one rule."""

    code: str
    kind: str
    number: int
    base: str
    deeds: dict[str, Any] = field(default_factory=dict)
    finds: tuple[str, ...] = ()
    expect: tuple[dict[str, Any], ...] = ()
    why: str = ""

    @property
    def school(self) -> School:
        return school(self.base)

    def __str__(self) -> str:
        return f"{self.code}-{self.kind}-{self.number}"

    def report(self) -> Report:
        """The report on the base workbook after the deeds."""
        return _report(self.base) if not self.deeds else _changed(self.school, self.deeds)

    def reason(self) -> str:
        """`why` with names of cells in their places."""
        return re.sub(r"\{(.+?)\}", lambda match: str(self.school.cell(match[1])), self.why)


@cache
def _report(base: str) -> Report:
    return _changed(school(base), {})


def _changed(base: School, deeds: dict[str, Any]) -> Report:
    book = base.fresh()
    _do(base, book, deeds)
    return check(base, book)


def _do(base: School, book: Book, deeds: dict[str, Any]) -> None:
    for member, text in deeds.get("heading", {}).items():
        laid = base.laid["助学金"]
        label = laid.form.axis_named("困难类型").members[-1].printed
        assert member == "其他"
        for (row, column), spot in laid.cells.items():
            if spot.style == "head" and spot.value == label:
                book.sheet(laid.sheet).put(row, column, text)
    change(base, book, deeds.get("change", {}))
    for role in deeds.get("copy", []):
        twin = copy.deepcopy(book.sheet(base.sheet(role)))
        twin.name += " (2)"
        book.sheets.append(twin)
    for role in deeds.get("hide", []):
        book.sheet(base.sheet(role)).visible = False
    for address in deeds.get("hide_rows", []):
        ref = base.cell(address)
        book.sheet(ref.sheet).hidden_rows.add(ref.row)
    for role in deeds.get("delete", []):
        book.sheets.remove(book.sheet(base.sheet(role)))


@cache
def load_cases() -> tuple[dict[str, dict[str, Any]], list[Case]]:
    """The tables by rule code, and all their cases.  Unknown keys are errors."""
    tables: dict[str, dict[str, Any]] = {}
    cases: list[Case] = []
    for path in sorted(FOLDER.glob("*.toml")):
        for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert code not in tables, f"{path.name}：{code} 重复"
            assert code[0] == path.stem[0], f"{path.name}：{code} 不在这一类"
            tables[code] = table
            _known(path, code, table, {"base", "clean", "failing", "unchecked", "not_checkable", "reason"})
            base = table.get("base", BASE)
            cases.append(Case(code, "clean", 0, base))
            for kind, own in (("clean", set()), ("failing", {"finds", "expect"}), ("unchecked", {"why"})):
                for number, entry in enumerate(table.get(kind, []), 1):
                    _known(path, code, entry, {"base", "note"} | _DEEDS | own)
                    for said in entry.get("expect", []):
                        _known(path, code, said, _SAYS)
                    cases.append(
                        Case(
                            code,
                            kind,
                            number,
                            entry.get("base", base),
                            {name: value for name, value in entry.items() if name in _DEEDS},
                            tuple(entry.get("finds", ())),
                            tuple(entry.get("expect", ())),
                            entry.get("why", ""),
                        )
                    )
    return tables, cases


def _known(path: Path, code: str, table: dict[str, Any], keys: set[str]) -> None:
    unknown = set(table) - keys
    assert not unknown, f"{path.name}：{code} 有不认识的 {sorted(unknown)}"
