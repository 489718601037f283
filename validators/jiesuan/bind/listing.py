"""Binding a list: student rows in labelled sections, each with 小计."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..book import Cell
from ..form import ALL, Column, Form, Key, once
from ..table import Problem, Table, bind_column, part_merged
from ..text import fold
from .belongs import heading_cells
from .beyond import students_beyond
from .headers import HEADER_ROWS, Labels, column_paths, heading, known_headings, match_columns, number_row
from .missing import missing_column
from .placed import filled
from .totals import TotalLabel, total_labels

_EIGHTEEN = re.compile(r"\d{17}[\dXx]$")


@once
def _leaves(form: Form) -> tuple[frozenset[str], tuple[str, ...]]:
    """The headings of a list, as compared, and those that a longer heading may begin with."""
    texts = [text for column in form.fields for text in (*column.header, *column.also)]
    texts += [text for axis in form.axis for text in (*axis.header, *axis.also)]
    leaves = frozenset(map(heading, texts))
    return leaves, tuple(leaf for leaf in leaves if len(leaf) > 1)


def header_rows(form: Form, labels: Labels, title_row: int) -> tuple[int, int]:
    """First and last row of the headings: rows around the one that names most columns."""
    leaves, beginnings = _leaves(form)
    hits: dict[int, int] = {}
    used: list[int] = []
    width = labels.sheet.width
    for row in range(title_row + 1, min(len(labels.sheet.values), title_row + HEADER_ROWS) + 1):
        texts = {heading(labels.own(row, column)) for column in range(1, width + 1)} - {""}
        if texts:
            used.append(row)
        found = sum(text in leaves or text.startswith(beginnings) for text in texts)
        if found >= 2:
            hits[row] = found
    if not hits:
        return 0, 0
    first = last = used.index(max(hits, key=lambda row: (hits[row], -row)))
    while first and used[first - 1] in hits:
        first -= 1
    while last + 1 < len(used) and used[last + 1] in hits:
        last += 1
    return used[first], used[last]


def bind_list(form: Form, labels: Labels, title_row: int) -> tuple[Table, list[Problem]]:
    """Bind a list form to a sheet.  Never raises."""
    sheet = labels.sheet
    problems: list[Problem] = []
    table = Table(form, sheet)
    first, last = header_rows(form, labels, title_row)
    if not last:
        problems += [missing_column(form, sheet, column, []) for column in form.fields if column.role != "text"]
        return table, problems
    paths = column_paths(labels, first, last, known_headings(form))
    numbers = number_row(labels, last + 1, last + 1)
    axis = form.axis[0]
    heads = {heading(text) for text in (*axis.header, *axis.also)}
    stub = next((i for i, path in enumerate(paths, 1) if any(head.own and head.text in heads for head in path)), 0)
    placed = match_columns(form.fields, paths, numbers, [stub] if stub else ())
    if not stub:
        stub = _section_column(form, labels, last + 1, set(placed.values()))
    start = last + 1 + bool(numbers)
    rows, totals = _scan(form, labels, stub, placed, start, problems)
    lay(table, rows, totals, placed, _stands)
    cells = heading_cells(form, labels, placed, range(first, last + 1), stub)
    problems += [
        missing_column(form, sheet, column, paths, cells.get(column.name))
        for column in form.fields
        if column.name not in placed and column.role != "text"
    ]
    for key in (key for total in form.total for key in form.total_keys(total)):
        if key not in totals:
            label = table.label_of(key)
            problems.append(
                Problem(
                    "missing-row",
                    sheet.name,
                    None,
                    label,
                    f"找不到“{label}”这一行，请按模板补上，不要删去小计、合计行。",
                )
            )
    return table, problems


def _section_column(form: Form, labels: Labels, start: int, taken: set[int]) -> int:
    counts: dict[int, int] = {}
    axis = form.axes[0]
    for row in range(start, len(labels.sheet.values) + 1):
        for column in range(1, min(len(labels.sheet.values[row - 1]), 6) + 1):
            if column not in taken and form.member(axis, labels.own(row, column)):
                counts[column] = counts.get(column, 0) + 1
    return max(counts, key=lambda c: counts[c]) if counts else 0


def _scan(
    form: Form, labels: Labels, stub: int, placed: dict[str, int], start: int, problems: list[Problem]
) -> tuple[list[tuple[str, int]], dict[Key, int]]:
    """Student rows as (section, row), and total rows."""
    sheet, anchor = labels.sheet, labels.anchor
    axis = form.axes[0]
    order = [member.name for member in form.axis[0].members]
    known = total_labels(form)
    said = [placed[c.name] for c in form.fields if c.role in ("input", "text") and c.name in placed]
    words = [placed[c.name] for c in form.fields if c.role == "input" and not c.numeric and c.name in placed]
    lead = sorted({column for column in (stub, *words) if column})
    foot = tuple(map(fold, form.foot.students))
    person = next((placed[c.name] for c in form.fields if c.type == "身份证号" and c.name in placed), 0)
    rows: list[tuple[str, int]] = []
    totals: dict[Key, int] = {}
    section, closed = "", False
    text_before, member = "", None
    row = start
    for row in range(start, len(sheet.values) + 1):
        line = sheet.values[row - 1]
        own = labels.own(*anchor.get((row, stub), (row, stub))) if stub else ""
        if own:
            if own != text_before:
                text_before, member = own, form.member(axis, own)
            if member is not None and (member != section or closed) and labels.place(row, stub)[0] == row:
                section, closed = member, False
            elif member is None and fold(own).startswith(foot):
                break
        if section and not closed and 0 < person <= len(line) and _EIGHTEEN.match(str(line[person - 1])):
            rows.append((section, row))  # by far the most rows: a student, whatever else stands there
            continue
        total = _total_in(known, labels, row, lead)
        if total is not None:
            keep, text = total
            if keep and not section:
                continue
            key: Key = (section,) if keep else (ALL,)
            if key in totals:
                cell = (row, lead[0])
                message = f"第{row}行的“{text}”与第{totals[key]}行重复，只采用前一行。"
                problems.append(Problem("duplicate-row", sheet.name, cell, text, message))
            totals.setdefault(key, row)
            closed = True
            if not keep:
                break
            continue
        if not any(filled(line[column - 1]) for column in said if column <= len(line) and column != stub):
            continue
        first_text = next((v for v in line if isinstance(v, str) and v.strip()), "")
        if fold(first_text).startswith(foot):
            break
        if closed or not section:
            later = order[order.index(section) + 1 :] if section in order else order
            guess = later[0] if later else ""
            first = next(c for c in sorted(said) if c <= len(line) and filled(line[c - 1]))
            message = f"第{row}行有学生，但看不出属于哪一类（左边没有精准资助类型）" + (
                f"；暂按顺序算作“{guess}”。" if guess else "；没有计入任何一类。"
            )
            problems.append(Problem("stray-figure", sheet.name, (row, first), f"第{row}行", message))
            section, closed = guess, False
            if not guess:
                continue
        rows.append((section, row))

    def named(row: int) -> str:
        text = labels.own(row, stub) if stub else ""
        return text if form.member(axis, text) else ""

    problems += students_beyond(form, labels, row, placed, named, totals.get((ALL,), 0))
    return rows, totals


def _total_in(known: dict[str, TotalLabel], labels: Labels, row: int, columns: list[int]) -> tuple[bool, str] | None:
    """(keeps its section, label) when the row is a total."""
    for column in columns:
        text = labels.own(row, column)
        if not text or len(text) > 30:
            continue
        hit = known.get(fold(text))
        if hit is not None:
            return bool(hit.total.keep), text
    return None


def lay(
    table: Table,
    rows: list[tuple[str, int]],
    totals: dict[Key, int],
    placed: dict[str, int],
    stands: Callable[[Column, Key], bool],
) -> None:
    """Fill a table of which the (section, row) of the details, the rows of the totals and the columns are known.

    `stands` tells of a column and the key of a total whether the form has a cell there.
    """
    table.keys = [(section,) for section, _ in rows] + list(totals)
    table.rows = [row for _, row in rows] + list(totals.values())
    table.first_total = len(rows)
    table.index = {key: len(rows) + position for position, key in enumerate(totals)}
    for column in table.form.fields:
        at = placed.get(column.name)
        if at is None:
            continue
        cells: list[Cell | None] = [(row, at) if column.at == "rows" else None for _, row in rows]
        cells += [(row, at) if stands(column, key) else None for key, row in totals.items()]
        table.columns[column.name] = bind_column(column, cells, table.sheet)
    part_merged(table)


def _stands(column: Column, _: Key) -> bool:
    """Labels and merged blanks of total rows are no student data."""
    return column.role != "input" or column.type == "金额"
