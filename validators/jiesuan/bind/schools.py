"""Binding a form of schools: totals stand above what they sum, labels and schools' names in one column (附件3-2, 3-5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..form import ALL, Column, Form, Key
from ..pack import Pack
from ..share import SELF, shares_file
from ..table import Problem, Table
from ..text import clean, fold
from .belongs import heading_cells
from .beyond import figures_in, is_foot, is_memo
from .headers import Labels, column_paths, known_headings, match_columns, number_row
from .listing import header_rows, lay
from .missing import missing_column
from .totals import total_labels

_NUMBERING = re.compile(r"^[(（]?\d+(?:[.．]\d+)*[)）]?[、.．]?\s*")
_PLACEHOLDER = re.compile(r"[.…·*_\s]*")
_PLACE = re.compile(r"[（(]([^（）()]{1,20})[)）]\s*$")


class Named(NamedTuple):
    """What a school's line says of the school: its name, and the place added behind it ('' where there is none)."""

    name: str
    place: str


def school_name(label: str) -> str:
    """`2、示范技工学校（惠安）` → `示范技工学校`; '' for a line nobody filled in (`2、.....`)."""
    name = _PLACE.sub("", _NUMBERING.sub("", clean(label))).strip()
    return "" if _PLACEHOLDER.fullmatch(name) else name


def schools_of(table: Table, pack: Pack) -> dict[int, Named]:
    """Record → its school.  A bracket at the end is a place only where the form wants one (a county's school) and where
    it names one: `技师学院（惠安校区）` and `技工学校（筹）` are names.  Raises PackError."""
    if "schools" not in table.memo:
        field, places = table.form.fields[0].name, shares_file(pack)
        found: dict[int, Named] = {}
        for index in table.details():
            name, place = _NUMBERING.sub("", clean(table.text(field, index))).strip(), ""
            match = _PLACE.search(name)
            if match and table.keys[index][0] != SELF and places.is_place(match[1]):
                name, place = name[: match.start()].strip(), match[1].strip()
            found[index] = Named(name, place)
        table.memo["schools"] = found
    known: dict[int, Named] = table.memo["schools"]
    return known


def bind_schools(form: Form, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Bind a form of schools to a sheet.  Never raises."""
    sheet = labels.sheet
    table = Table(form, sheet)
    first, last = header_rows(form, labels, title_row)
    if not last:
        return table, [missing_column(form, sheet, column, []) for column in form.fields if column.role != "text"]
    paths = column_paths(labels, first, last, known_headings(form))
    numbers = number_row(labels, last + 1, last + 1)
    placed = match_columns(form.fields, paths, numbers)
    heads = heading_cells(form, labels, placed, range(first, last + 1), 0)
    problems = [
        missing_column(form, sheet, column, paths, heads.get(column.name))
        for column in form.fields
        if column.name not in placed and column.role != "text"
    ]
    stub = placed.setdefault(form.fields[0].name, 1)
    rows, totals = _scan(form, labels, stub, placed, last + 1 + bool(numbers), problems)

    def stands(column: Column, key: Key) -> bool:
        return form.summed(column) or column.type == "文本" or (column.at == "total" and key == (ALL,))

    lay(table, rows, totals, placed, stands)
    told = any(member.starts for member in form.axis[0].members)
    for total in form.total:
        for key in form.total_keys(total):
            used = key == (ALL,) or (not told and key in table.keys[: len(rows)])
            if key not in totals and used:
                label = table.label_of(key)
                message = f"找不到“{label}”这一行，请按模板补上，不要删去小计、合计行。"
                problems.append(Problem("missing-row", sheet.name, None, label, message))
    return table, problems


def _scan(
    form: Form, labels: Labels, stub: int, placed: dict[str, int], start: int, problems: list[Problem]
) -> tuple[list[tuple[str, int]], dict[Key, int]]:
    """Schools as (section, row), and total rows."""
    sheet, axis = labels.sheet, form.axis[0]
    numeric = [placed[column.name] for column in form.fields if column.numeric and column.name in placed]
    overall = {label for label, hit in total_labels(form).items() if not hit.total.keep}
    subtotals = {label: hit.named for label, hit in total_labels(form).items() if hit.named}
    rows: list[tuple[str, int]] = []
    totals: dict[Key, int] = {}
    foot = tuple(map(fold, form.foot.schools))
    section, passed = "", False
    for row in range(start, len(sheet.values) + 1):
        text = clean(labels.at(row, stub))
        folded = fold(text)
        figures = figures_in(labels, row, numeric)
        filled = next(iter(figures), 0)
        passed = passed or folded.startswith(foot)
        if passed:
            if len(figures) > 1 and school_name(text) and not is_foot(form, text) and not is_memo(form, text):
                message = f"第{row}行（“{text}”）的数在表的下面，没有计入任何合计；请移到所属级次的小计那一组里，不该填的请删去。"
                problems.append(Problem("stray-figure", sheet.name, (row, filled), f"第{row}行", message))
            continue
        key: Key | None = None
        if folded in overall:
            key = (ALL,)
        elif folded in subtotals:
            key = (subtotals[folded][axis.name],)
        elif (member := form.member(axis.name, text)) is not None:
            begun = next((m.starts for m in axis.members if m.name == member and m.starts), "")
            section = member
            if not begun or not folded.startswith(fold(begun)):
                key = (member,)
        if key is not None:
            section = section if key == (ALL,) else key[0]
            if key in totals:
                message = f"第{row}行的“{text}”与第{totals[key]}行重复，只采用前一行。"
                problems.append(Problem("duplicate-row", sheet.name, (row, stub), text, message))
            totals.setdefault(key, row)
        elif is_memo(form, text):
            continue
        elif school_name(text) and section:
            rows.append((section, row))
        elif filled:
            said = f"“{text}”" if text else "没有校名"
            message = f"第{row}行（{said}）有数，但看不出是哪一所学校、属市本级还是县区；没有计入任何合计的核对。"
            problems.append(Problem("stray-figure", sheet.name, (row, filled), f"第{row}行", message))
    return rows, totals
