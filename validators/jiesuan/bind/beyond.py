"""Rows below the grand total of a table: they count in no sum, so what is filled in there must be said.

The lines of a form under its table, signatures, dates and notes are none of these; the first of them is the foot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ..book import Sheet, Value
from ..form import Foot, Form, once
from ..number import read_number
from ..table import Problem
from ..term import Term
from ..text import fold
from .headers import Labels
from .lines import line_starts
from .placed import filled
from .totals import total_labels

WORD = re.compile(r"[^\W\d_]")
_EIGHTEEN = re.compile(r"\d{17}[\dx]")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,15}")
_MOST_AID = 100_000
"""元: more than that is a telephone number, not what a student is given."""


def is_foot(form: Form, text: str) -> bool:
    """Whether a row that begins with this text belongs below the table of the form."""
    folded = fold(text)
    return _foot(form).match(folded) is not None or any(start in folded for start in line_starts(form))


def is_memo(form: Form, text: str) -> bool:
    """Whether a row of that label repeats figures of others or is for information only: another term's, say."""
    folded = fold(text)
    named = "学期" in folded and Term.find(text) is not None  # not the term in which a class began
    return named or any(fold(word) in folded for word in form.foot.memo)


@once
def _foot(form: Form) -> re.Pattern[str]:
    return foot_pattern(form.foot)


def foot_pattern(foot: Foot) -> re.Pattern[str]:
    """How a line that is none of a table begins, folded, or what it speaks of."""
    begins, labels, ends, speaks = map(_any, (foot.begins, foot.labels, foot.label_ends, foot.speaks))
    return re.compile(rf"\(?(?:{begins}|\(?{labels}{ends}?(?::|\d|$))|.*{speaks}")


def _any(words: Iterable[str]) -> str:
    """A pattern for any of these words, as compared, or for nothing."""
    return f"(?:{'|'.join(re.escape(fold(word)) for word in words) or '(?!)'})"


def texts_in(labels: Labels, row: int, until: int | None = None) -> list[str]:
    """The words that speak for a row, merges considered, left of column `until`; numbers and dashes are none."""
    texts = (labels.at(row, column) for column in range(1, until or len(labels.sheet.values[row - 1]) + 1))
    return [" ".join(text.split()) for text in texts if WORD.search(text) and not read_number(text).value]


def figures_in(labels: Labels, row: int, columns: Iterable[int]) -> list[int]:
    """The columns in which the row itself has a figure other than 0, from the left."""
    return [
        column
        for column in sorted(columns)
        if labels.place(row, column) == (row, column) and read_number(labels.sheet.value(row, column)).value
    ]


def labelled_figures(
    form: Form, labels: Labels, after: int, fields: Mapping[str, int], total: str, sums: Iterable[int]
) -> list[Problem]:
    """A finding per row below the grand total (row `after`) with typed figures in `fields` (field → column) that nobody
    counts: one month is enough under a label, without one it takes every month.  Below the lines of the form, where schools
    also reckon for themselves, it takes two under a label of the form, else every month.  Memos are none, nor is what only
    says again what one of `sums` (rows of totals) says."""
    problems: list[Problem] = []
    axes = "、".join(axis.header[-1] for axis in form.axis if axis.header) or "栏目"
    months = {column for name, column in fields.items() if form.field(name).group}
    every, passed = len(months) or len(fields), False
    for row in range(after + 1, len(labels.sheet.values) + 1):
        texts = texts_in(labels, row)
        if texts and is_foot(form, texts[0]):
            passed = True
            continue
        names = [name for name in texts_in(labels, row, min(fields.values(), default=1)) if len(fold(name)) > 1]
        figures = [at for at in figures_in(labels, row, fields.values()) if _typed(labels.sheet, row, at)]
        if not figures or any(is_memo(form, text) for text in texts):
            continue
        known = any(form_knows(form, name) for name in names)
        monthly = len(months.intersection(figures))
        if not names or (passed and not known):
            enough = (monthly if months else len(figures)) >= every
        else:
            asked = any(":" in fold(name) for name in names)  # `班主任：` and a number beside it
            enough = len(figures) > passed and (known or len(figures) > 1 or (monthly == 1 and not asked))
        again = passed or not names or any(fold(name) in total_labels(form) for name in names)
        if not enough or (again and _said_above(labels, row, figures, sums)):
            continue
        said = f"“{names[0]}”" if names else "没有行标题"
        message = (
            f"第{row}行（{said}）的数在“{total}”（第{after}行）下面，没有计入任何小计、合计；"
            f"请移到“{total}”上面{axes}相符的那一行，不该填的请删去。"
        )
        problems.append(Problem("stray-figure", labels.sheet.name, (row, figures[0]), f"第{row}行", message))
    return problems


def _typed(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a figure was typed, and is no telephone number."""
    return (row, column) not in sheet.formulas and (read_number(sheet.value(row, column)).value or 0) < _MOST_AID


def _said_above(labels: Labels, row: int, columns: Sequence[int], sums: Iterable[int]) -> bool:
    """Whether the row says what a total says."""
    labels.disputed = True  # figures decide
    figures = [read_number(labels.sheet.value(row, column)).value for column in columns]
    return any(figures == [read_number(labels.sheet.value(at, column)).value for column in columns] for at in sums)


def form_knows(form: Form, text: str) -> bool:
    """Whether the text is a label of the form's rows."""
    return fold(text) in total_labels(form) or any(form.member(axis, text) for axis in form.axes)


def students_beyond(
    form: Form, labels: Labels, after: int, placed: dict[str, int], member_in: Callable[[int], str], total: int
) -> list[Problem]:
    """A finding per row behind row `after` of a list that holds a student: an identity number or a name with an amount or
    most of a number, past the foot the number or a name with both amounts.  `member_in` tells the section a row names itself, `total` the row of the
    grand total, 0 without."""
    identity = [placed[column.name] for column in form.fields if column.type == "身份证号" and column.name in placed]
    names = [placed[column.name] for column in form.fields if column.type == "姓名" and column.name in placed]
    amounts = [placed[column.name] for column in form.fields if column.type == "金额" and column.name in placed]
    said = sorted(placed[column.name] for column in form.fields if column.role == "input" and column.name in placed)
    below = f"在“{form.total[-1].label}”（第{total}行）下面" if total else "在表的下面"
    problems: list[Problem] = []
    passed, section = not total, ""
    for row in range(after + 1, len(labels.sheet.values) + 1):
        line, texts = labels.sheet.values[row - 1], texts_in(labels, row)
        passed = passed or bool(texts and is_foot(form, texts[0]))
        own = member_in(row)
        section = "" if passed else " ".join(own.split()) or section
        at = {column: line[column - 1] for column in said if column <= len(line) and filled(line[column - 1])}
        known = any(_identity(at.get(column)) for column in identity)
        named = any(isinstance(name := at.get(column), str) and _NAME.fullmatch(fold(name)) for column in names)
        given = sum(0 < (read_number(at.get(column)).value or 0) < _MOST_AID for column in amounts)
        almost = any(sum(map(str.isdigit, str(at.get(column)))) >= 15 for column in identity)
        aside = bool(texts) and (is_foot(form, texts[0]) or is_memo(form, texts[0]))
        if known or (named and not aside and (given > 1 if passed else given or almost)):
            where = f"“{section}”" if section else "所属一类"
            message = f"第{row}行的学生{below}，没有计入任何小计、合计，也没有核对；请移到{where}小计行的上面。"
        elif not passed and not aside and texts and given >= (1 if own else 2):
            message = f"第{row}行的数{below}，没有计入任何小计、合计；请移到所属一类小计行的上面，不该填的请删去。"
        else:
            continue
        problems.append(Problem("stray-figure", labels.sheet.name, (row, min(at)), f"第{row}行", message))
    return problems


def _identity(value: Value) -> bool:
    """Whether it is 18 digits, however typed."""
    text = f"{value:.0f}" if isinstance(value, float) else str(value)
    return _EIGHTEEN.fullmatch(re.sub(r"[\s'‘’·-]", "", fold(text))) is not None
