"""Single cells: one Pandera schema per form, built from its declaration; each failing case is a finding at its cell.

The schema has a column per kind of cell (whole numbers, numbers, or a declared type such as 身份证号) that holds all cells of that
kind, those of many workbooks one below the other, because Pandera's cost is per call, column and check, not per cell.  A rule's `check` names what a cell must be (`number`, `whole`, `id-checksum` …).  Structure
is settled before, nothing is coerced, and a cell is reported once, for the gravest thing wrong with it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from ..bind import Workbook
from ..book import Cell
from ..calculate import derived_members
from ..form import WHOLE, Column
from ..identity import identity_fault, name_fault, parse_entry, phone_fault, spelled
from ..number import Number, plain
from ..recalculate import references
from ..report import Finding
from ..rule import Rule
from ..table import Table
from ..text import mask, mask_number
from .context import Context
from .ledger import Ledger
from .spoilt import dated_finding, merged_finding, spoilt_blanks, text_finding, text_operands, worded_finding

if TYPE_CHECKING:
    import pandas as pd

Fault = Callable[[Any], str]
"""A cell's value → the check it fails, gravest first; '' when it is good."""

NUMBER_CHECKS: dict[str, Callable[[Number], bool]] = {
    "error-value": lambda n: n.trouble != "error",
    "number": lambda n: n.trouble not in ("text", "date", "logical", "merged"),
    "whole": lambda n: n.value is None or n.value == n.value.to_integral_value(),
    "negative": lambda n: n.value is None or n.value >= 0,
    "number-text": lambda n: not n.as_text,
    "noise": lambda n: not n.noise,
}
"""Check → what a good number is, gravest first."""
IDENTITY_CHECKS = frozenset(
    {"id-number", "id-other", "id-length", "id-place", "id-birth", "id-checksum", "id-spelling", "unique"}
)
TEXT_CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "phone": ("电话", lambda value: not phone_fault(value)),
    "name-spelling": ("姓名", lambda value: not name_fault(value)),
    "class-format": ("班级", lambda value: _blank(value) or parse_entry(str(value)) is not None),
}
CELL_CHECKS = frozenset({*NUMBER_CHECKS, *IDENTITY_CHECKS, *TEXT_CHECKS, "required"})


def _sound(_: Any) -> str:
    return ""


@dataclass
class Cells:
    """The cells of one kind in one table, and where they stand."""

    values: list[Any] = field(default_factory=list)
    runs: list[tuple[str, Sequence[int]]] = field(default_factory=list)
    """(field, its records), in the order of the values."""
    fault: Fault = _sound

    def place(self, position: int) -> tuple[int, str]:
        """(record, field) of a value."""
        for name, records in self.runs:
            if position < len(records):
                return records[position], name
            position -= len(records)
        raise IndexError(position)


@dataclass
class Checked:
    """One table of one workbook under check."""

    workbook: Workbook
    table: Table
    rules: dict[str, Rule]
    """By check."""
    ledger: Ledger
    kinds: dict[str, Cells]


def check_cells(runs: Iterable[tuple[Workbook, Sequence[Rule], Ledger]]) -> None:
    """Validate every bound form of the workbooks, those of one form together, and add a finding per failing cell to the
    ledgers."""
    today = dt.date.today()
    forms: dict[int, list[Checked]] = {}
    for workbook, rules, ledger in runs:
        chosen = {rule.check: rule for rule in rules}
        for rule in chosen.values():
            Context(rule, workbook, ledger).tables()
        for role, table in workbook.tables.items():
            own = {name: rule for name, rule in chosen.items() if not rule.forms or role in rule.forms}
            if "number" in own:
                ledger.direct += spoilt_blanks(Context(own["number"], workbook, ledger), table)
            kinds = cells_by_kind(table)
            for cells in kinds.values():
                cells.fault = kind_fault(table.columns[cells.runs[0][0]].column, own, cells.values, today)
            if kinds:
                forms.setdefault(id(table.form), []).append(Checked(workbook, table, own, ledger, kinds))
    for group in forms.values():
        blamed: dict[tuple[int, Cell], tuple[Checked, list[Cell]]] = {}
        for checked, index, name, check in _failures(group):
            if check == "error-value" and (texts := text_operands(checked.table, name, index)):
                for formula, cell in texts:
                    blamed.setdefault((id(checked), cell), (checked, []))[1].append(formula)
                continue
            context = Context(checked.rules[check], checked.workbook, checked.ledger)
            finding = _finding(context, checked.table, name, index)
            if finding is not None:
                checked.ledger.direct.append(finding)
        for (_, cell), (checked, formulas) in blamed.items():
            context = Context(checked.rules["error-value"], checked.workbook, checked.ledger)
            checked.ledger.direct.append(text_finding(context, checked.table, cell, formulas))


def kind_of(column: Column) -> str:
    """Cells of one kind are checked alike: whole numbers, other numbers, or the declared type of a text."""
    return ("整数" if column.type in WHOLE else "数") if column.numeric else column.type


def cells_by_kind(table: Table) -> dict[str, Cells]:
    """Every cell to validate, by kind; a merged cell counts once, at its first record."""
    students = table.details()
    found: dict[str, Cells] = {}
    for name, bound in table.columns.items():
        column = bound.column
        if not column.numeric and column.role != "input":
            continue
        values = bound.numbers if column.numeric else bound.raw
        records: Sequence[int] = range(len(table.keys)) if column.numeric else students
        if column.span:
            firsts: dict[Any, int] = {}
            for record in records:
                firsts.setdefault(bound.cells[record], record)
            firsts.pop(None, None)
            records = list(firsts.values())
        elif None in bound.cells:
            records = [i for i in records if bound.cells[i] is not None]
        if bound.merged:
            records = [i for i in records if i not in bound.merged or _first_of_merged(table, name, i)]
        if records:
            cells = found.setdefault(kind_of(column), Cells())
            cells.values += values if len(records) == len(values) else [values[i] for i in records]
            cells.runs.append((name, records))
    return found


def _first_of_merged(table: Table, name: str, index: int) -> bool:
    cell = table.columns[name].cells[index]
    return cell is not None and table.merged[cell].figures[0] == (name, index)


def form_schema(group: Sequence[Checked]) -> Any:
    """The Pandera schema of a form: a column per kind of cell, none of which may show a fault."""
    import pandera.pandas as pa

    columns = {
        kind: pa.Column(None, pa.Check(_faultless(parts), name=kind, ignore_na=False), nullable=True)
        for kind, parts in _parts(group).items()
    }
    return pa.DataFrameSchema(columns, strict=True, name=group[0].table.form.id)


def _parts(group: Sequence[Checked]) -> dict[str, list[Cells]]:
    """Kind → the cells of every table, in order."""
    found: dict[str, list[Cells]] = {}
    for checked in group:
        for kind, cells in checked.kinds.items():
            found.setdefault(kind, []).append(cells)
    return found


_PADDING = Number(None, "padding")
"""Fills the shorter columns of a frame; never at fault."""


def _faultless(parts: Sequence[Cells]) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    """The check of a column in which the cells of several tables stand one below the other."""

    def test(series: pd.Series[Any]) -> pd.Series[Any]:
        import pandas as pd

        values = series.tolist()
        good = [True] * len(values)
        start = 0
        for cells in parts:
            fault, end = cells.fault, start + len(cells.values)
            own = values[start:end]
            # Small numbers and blanks are the same objects over and over: each object is asked about once.
            faulty = {key for key, value in {id(v): v for v in own}.items() if fault(value)}
            if faulty:
                good[start:end] = [id(value) not in faulty for value in own]
            start = end
        return pd.Series(good, index=series.index, dtype=bool)

    return test


def kind_fault(column: Column, checks: Iterable[str], values: list[Any], today: dt.date) -> Fault:
    """What can be wrong with a cell of a column's kind, among the checks selected."""
    wanted = set(checks)
    if column.numeric:
        tests = [
            (check, test)
            for check, test in NUMBER_CHECKS.items()
            if check in wanted and (check != "whole" or column.type in WHOLE)
        ]

        def checked_number(n: Number) -> str:
            if n.value is None and not n.trouble:
                return ""  # blank
            return next((check for check, test in tests if not test(n)), "")

        return checked_number
    required = column.required and "required" in wanted
    if column.type == "身份证号":
        times = Counter(map(spelled, values))

        def identity(value: Any) -> str:
            if _blank(value):
                return "required" if required else ""
            fault = identity_fault(value, today)
            if times.get(value) == 1:
                return fault if fault in wanted else ""
            if fault in ("", "id-spelling") and times[spelled(value)] > 1:
                fault = "unique"
            return fault if fault in wanted else ""

        return identity
    own = [(check, test) for check, (kind, test) in TEXT_CHECKS.items() if kind == column.type and check in wanted]

    def checked_text(value: Any) -> str:
        if not value or _blank(value):
            return "required" if required else ""
        for check, test in own:
            if not test(value):
                return check
        return ""

    return checked_text


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _failures(group: Sequence[Checked]) -> list[tuple[Checked, int, str, str]]:
    """(table, record, field, check) of every failing cell of a form."""
    import pandas as pd
    import pandera.pandas as pa

    parts = _parts(group)
    height = max(sum(len(cells.values) for cells in own) for own in parts.values())
    frame = pd.DataFrame({kind: _series(own, height) for kind, own in parts.items()})
    try:
        form_schema(group).validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    rows: dict[str, list[int]] = {}
    for kind, index in sorted(set(zip(cases["column"], cases["index"], strict=True))):
        rows.setdefault(kind, []).append(int(index))
    failures = []
    starts = dict.fromkeys(parts, 0)
    for checked in group:
        own = []
        for kind, cells in checked.kinds.items():
            start = starts[kind]
            starts[kind] = end = start + len(cells.values)
            for row in rows.get(kind, ()):
                if start <= row < end:
                    record, name = cells.place(row - start)
                    own.append((record, name, cells.fault(cells.values[row - start])))
        failures += [(checked, *failure) for failure in sorted(own) if not _said_elsewhere(checked.table, *failure)]
    return failures


def _said_elsewhere(table: Table, record: int, name: str, check: str) -> bool:
    """Whether a failing number only follows from another cell, or may be so."""
    if check == "number" and table.columns[name].column.type == "比例":
        return "!" in table.sheet.formulas.get(table.columns[name].cells[record] or (0, 0), "")
    if check in ("negative", "whole"):
        return _may_be_negative(table, record) or _follows(table, name, record)
    return check == "error-value" and _echoes(table, name, record)


def _series(parts: Sequence[Cells], height: int) -> Any:
    import numpy as np
    import pandas as pd

    values = chain.from_iterable(cells.values for cells in parts)
    return pd.Series(np.fromiter(chain(values, repeat(_PADDING)), dtype=object, count=height), dtype=object)


def _follows(table: Table, name: str, record: int) -> bool:
    """Whether a native formula computes the cell from others, where the mistake is said."""
    computed = table.columns[name].column.role == "computed" or table.is_total(record)
    return computed and table.has_formula(name, record)


def _echoes(table: Table, name: str, record: int) -> bool:
    """Whether a formula only passes on an error or a text of a cell it names, where that is said."""
    cell = table.columns[name].cells[record]
    formula = table.sheet.formulas.get(cell, "") if cell is not None else ""
    spoilt = {
        place
        for bound in table.columns.values()
        for place, number in zip(bound.cells, bound.numbers, strict=False)
        if number.trouble and place != cell
    }
    areas = list(references(formula))
    return any(top <= row <= bottom and left <= column <= right
               for row, column in filter(None, spoilt) for top, left, bottom, right in areas)  # fmt: skip


def _may_be_negative(table: Table, record: int) -> bool:
    key = table.keys[record]
    return any(key[table.form.axes.index(axis)] == member for axis, member, _ in derived_members(table))


def _finding(context: Context, table: Table, name: str, index: int) -> Finding | None:
    rule = context.rule
    if context.excused(table, index):
        return None
    column = table.columns[name]
    raw = column.raw[index]
    check = rule.check
    if check == "number" and column.numbers[index].trouble == "merged":
        return merged_finding(context, table, name, index)
    if check == "number" and column.numbers[index].trouble == "date":
        return dated_finding(context, table, name, index)
    if check == "number" and column.numbers[index].trouble == "text":
        return worded_finding(context, table, name, index)
    if check in NUMBER_CHECKS:
        said = {
            "number": "这里应填数字",
            "whole": f"{column.column.type}应是整数",
            "negative": rule.name,
            "error-value": "公式出错，算不出数",
            "number-text": "数字存成了文本，Excel 求和会漏掉它",
            "noise": "带有浮点误差",
        }[check]
        number = column.numbers[index]
        if check not in ("number-text", "noise") or number.value is None:
            return context.at_cell(table, name, index, said)
        # Not all digits of the noise, which would look like a bank card and be masked.
        typed = f"文本“{str(raw).strip()}”" if check == "number-text" else f"{raw:.10g}…"
        return context.at_cell(table, name, index, said, expected=plain(number.value), actual=mask(typed))
    if check in ("required", "class-format"):
        said = f"{column.column.caption}没有填" if check == "required" else rule.name
        return context.at_cell(
            table, name, index, said, expected="2023秋数控加工1班 这样的写法" if check == "class-format" else ""
        )
    if column.column.type == "身份证号":
        return _identity_finding(context, table, name, index)
    actual = mask_number(str(raw).strip()) if column.column.type == "电话" else None
    return context.at_cell(table, name, index, rule.name, actual=actual)


def _identity_finding(context: Context, table: Table, name: str, index: int) -> Finding:
    check = context.rule.check
    number = spelled(table.columns[name].raw[index])
    shown = mask_number(number) if check != "id-number" else f"{number[:3]}…（{len(number)}位数字，后三位已丢失）"
    message, expected = context.rule.name, ""
    if check == "id-length":
        message = f"身份证号有{len(number)}位，应为18位"
        if len(number) == 15:
            message = "15位的旧身份证号已停用，请填18位号码"
        elif any(not (c.isdigit() or c == "X") for c in number):
            message = f"身份证号里有数字和 X 以外的字符，共{len(number)}位"
    elif check == "id-checksum":
        message = "身份证号最后一位与前17位对不上，至少有一位录错"
    elif check == "id-birth":
        message = "第7至14位不是一个有效的出生日期"
    elif check == "unique":
        others = [i for i in table.details() if i != index and spelled(table.columns[name].raw[i]) == number]
        rows = "、".join(str(table.rows[i]) for i in others[:5])
        message = f"与第{rows}行的身份证号相同"
        if any(table.text("姓名", i) != table.text("姓名", index) for i in others if "姓名" in table.columns):
            message += "，姓名却不同"
    return context.at_cell(table, name, index, message, expected=expected, actual=shown)
