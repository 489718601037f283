"""Single cells: one Pandera schema per form, built from its declaration; each failing case is a finding at its cell.

The schema has a column per declared type (人数, 金额, 身份证号 …) that holds all cells of that type, because Pandera's cost is
per column and check, not per cell.  A rule's `check` names what a cell must be (`number`, `whole`, `id-checksum` …).  Structure
is settled before, nothing is coerced, and a cell is reported once, for the gravest thing wrong with it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from ..bind import Workbook
from ..calculate import derived_members
from ..form import WHOLE, Column
from ..identity import identity_fault, name_fault, parse_entry, phone_fault, spelled
from ..number import Number, plain
from ..recalculate import references
from ..report import Finding
from ..rule import Rule
from ..table import Table
from ..text import mask_number
from .context import Context
from .ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd

Fault = Callable[[Any], str]
"""A cell's value → the check it fails, gravest first; '' when it is good."""

NUMBER_CHECKS: dict[str, Callable[[Number], bool]] = {
    "error-value": lambda n: n.trouble != "error",
    "number": lambda n: n.trouble not in ("text", "date", "logical"),
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


def check_cells(workbook: Workbook, rules: Iterable[Rule], ledger: Ledger) -> None:
    """Validate every bound form against its schema and add a finding per failing cell."""
    chosen = {rule.check: rule for rule in rules}
    for rule in chosen.values():
        Context(rule, workbook, ledger).tables()
    for role, table in workbook.tables.items():
        own = {name: rule for name, rule in chosen.items() if not rule.forms or role in rule.forms}
        for index, name, check in _failures(table, own):
            finding = _finding(Context(own[check], workbook, ledger), table, name, index)
            if finding is not None:
                ledger.direct.append(finding)


class _Cells:
    """The cells of one type in a form, as one column: values beside the (record, field) they stand for."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.places: list[tuple[int, str]] = []


def cells_by_type(table: Table) -> dict[str, _Cells]:
    """Every cell to validate, by declared type; a merged cell counts once, at its first record."""
    students = table.details()
    found: dict[str, _Cells] = {}
    for name, bound in table.columns.items():
        column = bound.column
        if not column.numeric and column.role != "input":
            continue
        cells = found.setdefault(column.type, _Cells())
        values = bound.numbers if column.numeric else bound.raw
        if not column.span:
            records = [
                i for i in (range(len(table.keys)) if column.numeric else students) if bound.cells[i] is not None
            ]
            cells.values += [values[i] for i in records]
            cells.places += [(i, name) for i in records]
            continue
        seen: set[Any] = set()
        for record in range(len(table.keys)) if column.numeric else students:
            cell = bound.cells[record]
            if cell is not None and cell not in seen:
                seen.add(cell)
                cells.values.append(values[record])
                cells.places.append((record, name))
    return {kind: cells for kind, cells in found.items() if cells.values}


def form_schema(table: Table, faults: dict[str, Fault]) -> Any:
    """The Pandera schema of a form: a column per declared type whose cells must show no fault."""
    import pandera.pandas as pa

    columns = {
        kind: pa.Column(object, pa.Check(_faultless(fault), name=kind, ignore_na=False), nullable=True)
        for kind, fault in faults.items()
    }
    return pa.DataFrameSchema(columns, strict=True, name=table.form.id)


_PADDING = Number(None, "padding")
"""Fills the shorter columns of a frame; never at fault."""


def _faultless(fault: Fault) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    def test(series: pd.Series[Any]) -> pd.Series[Any]:
        import pandas as pd

        values = series.tolist()
        # Small numbers and blanks are the same objects over and over: each object is asked about once.
        faulty = {key for key, value in {id(v): v for v in values}.items() if value is not _PADDING and fault(value)}
        return pd.Series([id(value) not in faulty for value in values], index=series.index)

    return test


def type_fault(column: Column, checks: Iterable[str], values: list[Any], today: dt.date) -> Fault:
    """What can be wrong with a cell of a column's type, among the checks selected."""
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


def _failures(table: Table, rules: dict[str, Rule]) -> list[tuple[int, str, str]]:
    """(record, field, check) of every failing cell."""
    import pandas as pd
    import pandera.pandas as pa

    today = dt.date.today()
    cells = cells_by_type(table)
    if not cells:
        return []
    columns = {kind: table.columns[found.places[0][1]].column for kind, found in cells.items()}
    faults = {kind: type_fault(columns[kind], rules, found.values, today) for kind, found in cells.items()}
    height = max(len(found.values) for found in cells.values())
    frame = pd.DataFrame({kind: _series(found.values, height) for kind, found in cells.items()})
    try:
        form_schema(table, faults).validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    failures = []
    for kind, index in sorted(set(zip(cases["column"], cases["index"], strict=True))):
        record, name = cells[kind].places[int(index)]
        check = faults[kind](cells[kind].values[int(index)])
        if check in ("negative", "whole") and (_may_be_negative(table, record) or _follows(table, name, record)):
            continue
        if check == "error-value" and _echoes(table, name, record):
            continue
        failures.append((record, name, check))
    return sorted(failures)


def _series(values: list[Any], height: int) -> Any:
    import numpy as np
    import pandas as pd

    array = np.fromiter(chain(values, repeat(_PADDING, height - len(values))), dtype=object, count=height)
    return pd.Series(array, dtype=object)


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
    if check in NUMBER_CHECKS:
        said = {
            "number": "这里应填数字",
            "whole": f"{column.column.type}应是整数",
            "negative": "不应是负数",
            "error-value": "公式出错，算不出数",
            "number-text": "数字存成了文本，Excel 求和会漏掉它",
            "noise": "带有浮点误差",
        }[check]
        number = column.numbers[index]
        fixed = plain(number.value) if check in ("number-text", "noise") and number.value is not None else ""
        return context.at_cell(table, name, index, said, expected=fixed)
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
