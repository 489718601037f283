"""Data validation of our workbooks: what may be typed where, with Chinese hints and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ..book import Cell
from ..form import ALL, WHOLE, Column, Form
from .laid import Laid, Spot
from .slots import present

_HIGHEST = 99_999_999


class Check(NamedTuple):
    """One validation: the XlsxWriter options as items, so that equal ones are found."""

    options: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, **options: Any) -> Check:
        return cls(tuple(options.items()))


def _alert(kind: str, title: str, message: str) -> dict[str, str]:
    return {"error_type": kind, "error_title": title, "error_message": message}


def _hint(title: str, message: str) -> dict[str, str]:
    return {"input_title": title[:32], "input_message": message}


def validations(laid: Laid) -> Iterator[tuple[Check, list[Cell]]]:
    """Every validation of a sheet with its cells."""
    groups: dict[Check, list[Cell]] = {}
    totals = {cell for (key, _), cell in laid.places.items() if ALL in key}
    for cell, spot in sorted(laid.cells.items()):
        check = _check(laid, cell, spot, total=cell in totals)
        if check is not None:
            groups.setdefault(check, []).append(cell)
    yield from groups.items()


def _check(laid: Laid, cell: Cell, spot: Spot, *, total: bool) -> Check | None:
    form = laid.form
    if spot.style == "axis":
        return _label_check(laid, cell)
    if not spot.field:
        return None
    if spot.style in ("blank", "gap", "fill"):
        return _blank_check(form, spot.field)
    column = form.field(spot.field)
    if spot.style == "computed":
        said = "" if form.derived else "各项之和" if total else column.formula
        return Check.of(
            validate="any", **_hint("自动计算", f"此格由公式算出{f'（{said}）' if said else ''}，不必填写。")
        )
    if form.kind == "schools" and column.type in ("金额", "比例"):
        return _bureau_check(column)
    if spot.style == "standard":
        return Check.of(
            validate="decimal",
            criteria=">=",
            value=0,
            **_hint("文件规定的标准", f"单位：{column.unit}。如本校的实际标准与此不同，请据实修改，并在备注中说明。"),
            **_alert("stop", "标准应为数字", f"请填写不小于 0 的数字（{column.unit}），不要写单位或文字。"),
        )
    return _figure_check(column)


def _bureau_check(column: Column) -> Check:
    """Amounts of a bureau may be below zero: balances are."""
    if column.type == "比例":
        hint = _hint("省级财政分担比例", "按分担比例表填写，如省级 2、市县级 8 填 0.2；表中没有列入的，请向省里核实。")
        alert = _alert("stop", "比例应在 0 到 1 之间", "如省级 2、市县级 8 填 0.2。")
        return Check.of(validate="decimal", criteria="between", minimum=0, maximum=1, **hint, **alert)
    return Check.of(
        validate="decimal",
        criteria="between",
        minimum=-_HIGHEST,
        maximum=_HIGHEST,
        **_hint("金额（万元）", "以万元为单位，如 1.96。"),
        **_alert("stop", "金额应为数字", "请填写以万元为单位的数字，如 1.96；不要写单位或文字。没有就留空。"),
    )


def _figure_check(column: Column) -> Check | None:
    if column.type in WHOLE:
        hint = _hint("序号", "在本类中从 1 起依次编号；不享受此项的学生留空。") if column.type == "序号" else {}
        return Check.of(
            validate="integer",
            criteria=">=",
            value=0,
            **hint,
            **_alert(
                "stop", f"{column.type}应为整数", "请填写不小于 0 的整数，如 25；不要写小数、单位或文字。没有就留空。"
            ),
        )
    if column.type == "金额":
        example = "1000（元）" if column.unit == "元" else "1.96（万元）"
        return Check.of(
            validate="decimal",
            criteria=">=",
            value=0,
            **_hint(f"金额（{column.unit}）", f"本学期合计金额，以{column.unit}为单位，如 {example}。"),
            **_alert("stop", "金额应为数字", f"请填写不小于 0 的数字，如 {example}；不要写单位或文字。没有就留空。"),
        )
    if column.type == "身份证号":
        return Check.of(
            validate="length",
            criteria="==",
            value=18,
            **_hint("身份证号", "18 位；此列已设为文本，直接输入即可，末位 X 用大写。"),
            **_alert(
                "warning", "身份证号不是 18 位", "居民身份证号应为 18 位，请核对是否多输或漏输。确认无误可选“是”。"
            ),
        )
    if column.type == "电话":
        return Check.of(
            validate="length",
            criteria="between",
            minimum=7,
            maximum=20,
            **_hint("联系电话", "手机 11 位，或区号-固定电话。"),
            **_alert(
                "warning",
                "联系电话位数不对",
                "请填写 11 位手机号，或带区号的固定电话，如 0595-22190000。确认无误可选“是”。",
            ),
        )
    message = column.note or _TEXT_HINTS.get(column.type, "")
    return Check.of(validate="any", **_hint(column.name, message)) if message else None


_TEXT_HINTS = {
    "专业": "按“入学年+季+专业名称”的规范和入学先后顺序填写，如 2023秋数控加工；几个专业之间用顿号隔开。",
    "姓名": "与身份证、学籍一致；少数民族姓名中间用“·”。",
}


def _blank_check(form: Form, name: str) -> Check | None:
    units = {blank: unit for line in form.line for blank, unit in line.numbers.items()}
    unit = units.get(name)
    if unit == "万元":
        return Check.of(
            validate="decimal",
            criteria="between",
            minimum=-_HIGHEST,
            maximum=_HIGHEST,
            **_hint(name, "单位：万元。"),
            **_alert("stop", "应为数字", "请填写以万元为单位的数字，如 12.5；不要写单位或文字。"),
        )
    if unit:
        return Check.of(
            validate="integer",
            criteria=">=",
            value=0,
            **_hint(name, f"单位：{unit}。"),
            **_alert("stop", "应为整数", "请填写不小于 0 的整数；不要写单位或文字。"),
        )
    if name.endswith("日期"):
        return Check.of(validate="any", **_hint(name, "写作 2024年9月10日 或 2024-9-10。"))
    if name.endswith("截止"):
        return Check.of(validate="any", **_hint("截止年月", "写作 2024年1月。"))
    return Check.of(validate="any", **_hint(name, "请填写学校全称，并加盖公章。")) if name == "学校名称" else None


def _label_check(laid: Laid, cell: Cell) -> Check | None:
    """The labels of an axis that this template had to name itself may be chosen from a list, or rewritten."""
    for axis in laid.form.axis:
        names = [member.printed for member in present(laid.form, axis.name)]
        if axis.source == "reconstructed" and laid.cells[cell].value in names:
            return Check.of(
                validate="list",
                source=tuple(names),
                **_hint(axis.name, "栏名可从列表中选，也可改写。"),
                **_alert("information", "栏名不在列表中", f"通常写作：{'、'.join(names)}。"),
            )
    return None


def areas(cells: Iterable[Cell]) -> list[tuple[int, int, int, int]]:
    """The cells as rectangles (first row, first column, last row, last column)."""
    runs: dict[tuple[int, int], list[int]] = {}
    columns: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        columns.setdefault(column, []).append(row)
    for column, rows in sorted(columns.items()):
        start = previous = rows[0]
        for row in [*rows[1:], -1]:
            if row != previous + 1:
                runs.setdefault((start, previous), []).append(column)
                start = row
            previous = row
    found: list[tuple[int, int, int, int]] = []
    for (top, bottom), across in runs.items():
        left = right = across[0]
        for column in [*across[1:], -1]:
            if column != right + 1:
                found.append((top, left, bottom, right))
                left = column
            right = column
    return sorted(found)
