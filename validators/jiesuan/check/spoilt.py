"""What is told of cells that hold something else where a number belongs: one number over several figures, words in a blank,
a number shown as a date, a text in the way of a formula."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..book import Cell, ErrorValue
from ..number import held, meant, plain, read_number
from ..recalculate import references
from ..ref import Ref, compress
from ..report import Finding, Related
from ..table import Table
from ..text import fold
from .context import Context, shown_value

_MONEY = ("万元", "元")


def merged_finding(context: Context, table: Table, name: str, index: int) -> Finding:
    """One number over several figures: at the merged cell, naming its area and the figures."""
    ref = table.ref(name, index)
    assert ref is not None
    area, figures = table.merged[ref.row, ref.column]
    names = list(dict.fromkeys(other for other, _ in figures))
    captions = [table.columns[other].column.caption for other in names]
    label, each = table.label(name, index), "各行" if len({table.rows[i] for _, i in figures}) > 1 else "各格"
    if len(names) > 1:
        label = f"{table.key_label(index)} · {captions[0]}至{captions[-1]}"
        each = "各月" if all(caption.endswith("月") for caption in captions) else "各栏"
    message = f"{area} 合并成了一格，分不出{each}的数；请取消合并，{each}分别填写"
    return context.at_ref(ref, label, message, actual=shown_value(table, name, index))


def dated_finding(context: Context, table: Table, name: str, index: int) -> Finding:
    """A number in a cell whose format is that of a date, or a date that was typed."""
    raw = table.columns[name].raw[index]
    number = held(raw)
    kept = f"里面存的数是 {plain(number)}" if number is not None else "看不出里面存的数"
    message = f"单元格的格式是日期，{kept}；请把格式改为“常规”，再核对这个数"
    return context.at_cell(table, name, index, message, expected="" if number is None else plain(number))


def worded_finding(context: Context, table: Table, name: str, index: int) -> Finding:
    """A text where a number belongs; of an amount with its unit, such as `3.854万元`, the number to type is told."""
    unit, text = table.columns[name].column.unit, str(table.columns[name].raw[index])
    amount = unit in _MONEY and fold(text).rstrip(".,;整").endswith(("亿", "万", "元", "块"))
    number = meant(text, unit) if amount else None
    message, expected = _asked(number, unit) if number is not None else ("这里应填数字", "")
    return context.at_cell(table, name, index, message, expected=expected)


def _asked(number: Decimal | None, unit: str) -> tuple[str, str]:
    """What to type where a number of that unit belongs, and the number, if it is known."""
    what = f"这里按{unit}填" if unit in _MONEY else "这里应填数字"
    if number is None:
        return f"{what}，只填数字", ""
    return f"{what}，只填 {plain(number)}，不要写单位和别的字", plain(number)


def text_operands(table: Table, name: str, index: int) -> list[tuple[Cell, Cell]]:
    """(formula, text cell) for the texts that a formula which comes to #VALUE! reckons with; sums pass texts over."""
    cell, sheet = table.columns[name].cells[index], table.sheet
    if cell is None or table.columns[name].raw[index] != "#VALUE!":
        return []
    found = []
    for top, left, bottom, right in references(sheet.formulas.get(cell, "")):
        value = sheet.value(top, left)
        alone = (top, left) == (bottom, right) and (top, left) not in sheet.formulas
        if alone and isinstance(value, str) and not isinstance(value, ErrorValue) and not _excel_number(value):
            found.append((cell, (top, left)))
    return found


def _excel_number(text: str) -> bool:
    """Whether a spreadsheet program reckons with a text as a number."""
    return read_number(text).value is not None


def text_finding(context: Context, table: Table, cell: Cell, formulas: list[Cell]) -> Finding:
    """A text in the way of formulas: at the text, which is to be cleared."""
    sheet = table.sheet
    places = ((name, bound.cells.index(cell)) for name, bound in table.columns.items() if cell in bound.cells)
    figure = next(places, None)
    ref, areas = Ref(sheet.name, *cell), compress(formulas)
    message = f"这一格是文字，引用它的公式（{areas}）算不出数；请清空 {ref.cell}，或填 0"
    value = str(sheet.value(*cell)).strip()
    related = (Related(sheet.name, areas, f"引用 {ref.cell} 的公式（{len(set(formulas))}格）", "#VALUE!"),)
    return context.at_ref(ref, table.label(*figure) if figure else "", message, actual=value, related=related)


def spoilt_blanks(context: Context, table: Table) -> Iterator[Finding]:
    """Blanks of the lines above and below a table that ask for a number and hold words, or another unit."""
    for line in table.form.line:
        for name, unit in line.numbers.items():
            value = table.lines.get(name)
            if value is None or not value.number.trouble:
                continue
            message, expected = _asked(meant(value.text, unit), unit)
            label = f"{'合计' if line.where == 'inside' else '表下'} · {name}"
            yield context.at_ref(
                value.ref,
                label,
                message,
                expected=expected,
                actual=value.text,
                unit=unit,
            )
