"""The months in the headings of a sheet: of which season they are, and whether every column of a table has its own."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection

from ..book import Cell
from ..number import read_number
from ..ref import letters
from ..table import Problem, Table
from ..term import MONTHS, Term
from .headers import Labels, heading

ROWS = 20
"""Month headings stand in the first rows of a sheet."""
SOME = 3
"""So many months in a row are headings; fewer may be anything, such as a date."""
_MONTH = re.compile(r"(?:(\d{1,2})|(十[一二]?|[元一二三四五六七八九]))月份?(?:\(?人数?\)?)?")
_SPOKEN = {name: number for number, name in enumerate("元二三四五六七八九十", 1)} | {"一": 1, "十一": 11, "十二": 12}


def month_of(text: str) -> str:
    """The month a heading is, as forms print it: `三月份`, `3月人数`, `2024年3月` are `3月`; empty where it is none."""
    match = _MONTH.fullmatch(heading(text))
    return f"{int(match[1] or _SPOKEN[match[2]])}月" if match else ""


def other_season(labels: Labels, season: str) -> list[tuple[str, Cell]]:
    """The headings that are months of the other season, in their order, each with its cell; none where at least one is
    of this season or where they are too few to tell."""
    texts = {
        month_of(value): (row, column)
        for row, line in enumerate(labels.sheet.values[:ROWS], 1)
        for column, value in enumerate(line, 1)
        if isinstance(value, str)
    }
    if any(f"{month}月" in texts for month in MONTHS[season]):
        return []
    others = (f"{month}月" for name, months in MONTHS.items() if name != season for month in months)
    hits = [(month, texts[month]) for month in others if month in texts]
    return hits if len(hits) >= SOME else []


def wrong_months(table: Table, term: Term, labels: Labels, title_row: int) -> list[Problem]:
    """Month headings that are not the term's: all of them, or each that is another than its column's, and columns with
    figures under a month too many."""
    problems: list[Problem] = []

    def problem(cell: Cell, message: str) -> None:
        problems.append(Problem("wrong-months", table.sheet.name, cell, "月份", message))

    due = {column.name: column.header[-1] for column in table.form.column if column.group == "月"}
    if not due:
        return problems
    should = "、".join(term.months)
    if others := other_season(labels, term.season):
        months = "、".join(month for month, _ in others)
        problem(others[0][1], f"本工作簿是{term.title}，而这张表的月份是{months}；应为{should}。")
        return problems
    columns = _columns(table)
    heads = _heads(table, labels, title_row, columns)
    own = {column: due[name] for column, name in columns.items() if name in due}
    right = {month: column for column, month in own.items() if column in heads and heads[column][0] == month}
    for column, month in own.items():
        if column in heads and heads[column][0] != month:
            said, cell = heads[column]
            at = f"（{said}已在{letters(right[said])}列）" if said in right else ""
            problem(cell, f"按次序这一列是{month}，标题却是{said}{at}；请改正标题，并核对这一列的数是哪个月的。")
    lacking = "、".join(month for month in term.months if month not in own.values())
    last = max(columns, default=0)
    for column, (said, cell) in heads.items():
        if column > last and (said in term.months or last + 2 in heads):
            continue  # beside the table a school may set months against those of another term or list
        if column not in columns and cell[1] == column and _has_figures(table, column):
            why = f"如果是没有找到的{lacking}，请改正标题" if lacking else f"本学期只有{should}"
            problem(cell, f"多出一列{said}，其中的数没有核对；{why}。")
    return problems


def _columns(table: Table) -> dict[int, str]:
    """Sheet column → field; a merge may have drawn single figures of a field into another column."""
    placed = {
        name: Counter(cell[1] for cell in bound.cells if cell).most_common(1) for name, bound in table.columns.items()
    }
    return {most[0][0]: name for name, most in placed.items() if most}


def _heads(table: Table, labels: Labels, title_row: int, columns: Collection[int]) -> dict[int, tuple[str, Cell]]:
    """The months over the columns of the table and two more, from the lowest row that has some, each with its cell; over
    other columns than the table's also where only the rows of these headings or the one above them say it."""
    span = range(min(columns, default=1), max(columns, default=0) + 3)
    for row in reversed(range(title_row + 1, min(table.rows, default=0))):
        found = {at: (month, labels.place(row, at)) for at in span if (month := month_of(labels.at(row, at)))}
        if len(found) >= SOME:
            top = min(cell[0] for _, cell in found.values())
            for above, at in itertools.product(range(row - 1, max(top - 2, title_row), -1), span):
                if at not in columns and at not in found and (month := month_of(labels.at(above, at))):
                    found[at] = month, labels.place(above, at)
            return found
    return {}


def _has_figures(table: Table, column: int) -> bool:
    return any(read_number(table.sheet.value(row, column)).value for row in table.rows)
