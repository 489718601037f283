"""Single cells: one Pandera schema per form, built from its declaration; each failing case is a finding at its cell.

A rule's `check` names what a cell must be (`number`, `whole`, `id-checksum` …).  Structure is settled before, nothing is
coerced, and a cell is reported once, for the gravest thing wrong with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from ..bind import Workbook
from ..calculate import derived_members
from ..form import WHOLE, Column
from ..identity import identity_fault, name_fault, parse_entry, phone_fault, spelled
from ..number import Number, plain
from ..report import Finding
from ..rule import Rule
from ..table import Table
from ..text import mask_number
from .context import Context
from .ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd

Predicate = Callable[[Any], bool]

NUMBER_CHECKS: dict[str, Predicate] = {
    "error-value": lambda n: n.trouble != "error",
    "number": lambda n: n.trouble not in ("text", "date", "logical"),
    "whole": lambda n: n.value is None or n.value == n.value.to_integral_value(),
    "negative": lambda n: n.value is None or n.value >= 0,
    "number-text": lambda n: not n.as_text,
    "noise": lambda n: not n.noise,
}
IDENTITY_CHECKS = ("id-number", "id-other", "id-length", "id-place", "id-birth", "id-checksum", "id-spelling")
TEXT_CHECKS: dict[str, tuple[str, Predicate]] = {
    "phone": ("电话", lambda value: not phone_fault(value)),
    "name-spelling": ("姓名", lambda value: not name_fault(value)),
    "class-format": ("班级", lambda value: _blank(value) or parse_entry(str(value)) is not None),
}
GRAVITY = (*NUMBER_CHECKS, "required", *IDENTITY_CHECKS, "unique", *TEXT_CHECKS)
CELL_CHECKS = frozenset(GRAVITY)


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


def form_schema(table: Table, checks: Iterable[str], today: dt.date) -> Any:
    """The Pandera schema of a bound form: a column per field with the checks its declared type asks for."""
    import pandera.pandas as pa

    wanted = set(checks)
    columns: dict[str, Any] = {}
    for name, bound in table.columns.items():
        column = bound.column
        if column.numeric:
            kinds = [kind for kind in NUMBER_CHECKS if kind in wanted and (kind != "whole" or column.type in WHOLE)]
            rules = [pa.Check(_each(NUMBER_CHECKS[kind]), name=kind) for kind in kinds]
        elif column.role == "input":
            rules = _text_rules(column, wanted, today)
        else:
            continue
        columns[name] = pa.Column(object, rules, nullable=True, required=True)
    return pa.DataFrameSchema(columns, strict="filter")


def _text_rules(column: Column, wanted: set[str], today: dt.date) -> list[Any]:
    import pandera.pandas as pa

    rules = []
    if column.required and "required" in wanted:
        rules.append(pa.Check(_each(lambda value: not _blank(value)), name="required", ignore_na=False))
    if column.type == "身份证号":
        faults: dict[Any, str] = {}

        def is_free(kind: str) -> Predicate:
            def test(value: Any) -> bool:
                if value not in faults:
                    faults[value] = identity_fault(value, today)
                return faults[value] != kind

            return test

        rules += [
            pa.Check(_each(is_free(kind)), name=kind, ignore_na=False) for kind in IDENTITY_CHECKS if kind in wanted
        ]
        if "unique" in wanted:
            rules.append(pa.Check(_unique, name="unique", ignore_na=False))
    for kind, (type_name, predicate) in TEXT_CHECKS.items():
        if kind in wanted and column.type == type_name:
            rules.append(pa.Check(_each(predicate), name=kind, ignore_na=False))
    return rules


def _each(predicate: Predicate) -> Callable[[pd.Series[Any]], pd.Series[Any]]:
    def test(series: pd.Series[Any]) -> pd.Series[Any]:
        import pandas as pd

        return pd.Series([bool(predicate(value)) for value in series.array], index=series.index, dtype=bool)

    return test


def _unique(series: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    numbers = pd.Series([spelled(value) or None for value in series.array], index=series.index, dtype=object)
    return ~(numbers.duplicated(keep=False) & numbers.notna())


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _failures(table: Table, rules: dict[str, Rule]) -> list[tuple[int, str, str]]:
    """(record, field, check) of every failing cell, once per cell, gravest first."""
    import pandas as pd
    import pandera.pandas as pa

    schema = form_schema(table, rules, dt.date.today())
    if not schema.columns or not table.keys:
        return []
    data = {
        name: _series(bound.numbers if bound.column.numeric else bound.raw) for name, bound in table.columns.items()
    }
    frame = pd.DataFrame({name: data[name] for name in schema.columns})
    student = list(table.details()) if table.is_list else None
    try:
        schema.validate(frame, lazy=True)
        return []
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    worst: dict[tuple[int, str], str] = {}
    for name, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        record = int(index)
        column = table.columns[name].column
        if table.columns[name].cells[record] is None or (
            student is not None and not column.numeric and record >= len(student)
        ):
            continue
        if check == "negative" and _may_be_negative(table, record):
            continue
        place = (record, name)
        if place not in worst or GRAVITY.index(check) < GRAVITY.index(worst[place]):
            worst[place] = check
    seen: set[tuple[Any, str]] = set()
    found = []
    for (record, name), check in sorted(worst.items()):
        cell = (table.columns[name].cells[record], check)
        if cell not in seen:
            seen.add(cell)
            found.append((record, name, check))
    return found


def _series(values: list[Any]) -> Any:
    import numpy as np
    import pandas as pd

    array = np.empty(len(values), dtype=object)
    array[:] = values if not values or not isinstance(values[0], Number) else None
    if values and isinstance(values[0], Number):
        for position, value in enumerate(values):
            array[position] = value
    return pd.Series(array, dtype=object)


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
