"""Findings for what a form declares and a sheet does not have; each names the nearest thing found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..book import Cell, Sheet
from ..form import ALL, Column, Form, Key, Member, Shape
from ..ref import a1
from ..table import Problem, Table
from ..text import nearest
from .headers import Path, heading, known_headings


def missing_column(
    form: Form, sheet: Sheet, column: Column, paths: Iterable[Path], cell: Cell | None = None
) -> Problem:
    """The finding for a column that is not there, naming the heading most like it; `cell` is where its heading belongs by
    those beside it, and counts where it is empty or holds that heading."""
    words, texts = [*column.header[-1:], column.name], _headings(form, paths)
    hint, name = _hint("最接近的标题", words, texts), "›".join(column.header) or column.caption
    stands = str(sheet.value(*cell) or "") if cell else ""
    if cell and stands and stands != _closest(words, texts):
        cell = None
    where = f"；看左右两列，标题应写在 {a1(*cell)}" if cell else ""
    return Problem("missing-column", sheet.name, cell, column.caption, f"找不到“{name}”这一列，{hint}{where}。")


def missing_rows(
    table: Table, shape: Shape, absent: Iterable[Key], strangers: Mapping[str, Cell], paths: Iterable[Path]
) -> list[Problem]:
    """A finding per label of rows or columns that are not there; one alone where all of a member are gone.
    `strangers` are row labels nobody knows, with their cells."""
    form, present = table.form, [set(names) for names in zip(*table.keys, strict=True)]
    seen: dict[str, Cell | None] = {**strangers}
    seen |= {text: None for text in _headings(form, paths) if text not in seen}
    wanted: dict[str, tuple[str, list[str]]] = {}
    for key in absent:
        gone = [
            (axis, member)
            for axis, names, name in zip(form.axis, present, key, strict=True)
            if name != ALL and name not in names
            for member in axis.members
            if member.name == name
        ]
        if gone:
            axis, member = gone[0]
            wanted.setdefault(member.name, ("列" if axis.name in shape.columns else "行", _words(member)))
        else:
            label = table.label_of(key)
            inner = [member for member in form.axis[-1].members if member.name == key[-1] and ALL not in key]
            words = [label.split(" ")[-1], *(word for member in inner for word in _words(member))]
            wanted.setdefault(label, ("列" if "*" in shape.rows else "行", words))
    problems = []
    for label, (kind, words) in wanted.items():
        close, hint = _closest(words, seen), _hint("最接近的", words, seen)
        place = seen[close] if close else None
        problems.append(Problem("missing-row", table.sheet.name, place, label, f"找不到“{label}”这一{kind}，{hint}。"))
    return problems


def _words(member: Member) -> list[str]:
    return [text for text in (member.printed, member.name, member.short, *member.also) if text]


def _headings(form: Form, paths: Iterable[Path]) -> list[str]:
    """The headings over the table that the form does not know; what is known stands for something else."""
    known = known_headings(form)
    return list(dict.fromkeys(head.typed for path in paths for head in path if head.own and head.text not in known))


def _closest(wanted: Iterable[str], seen: Iterable[str]) -> str | None:
    words, texts = [heading(word) for word in wanted], list(seen)
    closest = (nearest(word, texts, least) for least in (0.8, 0.6, 0.45) for word in words)
    return next(filter(None, closest), None)


def _hint(what: str, wanted: Iterable[str], seen: Iterable[str]) -> str:
    close = _closest(wanted, seen)
    return f"{what}是“{' '.join(close.split())}”" if close else "没有相近的标题"
