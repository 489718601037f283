"""Workbooks opened in headless hosts, and what marks they carry."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jiesuan.explain.sheet import HEADER_ROW
from jiesuan_addin.hosts import host
from jiesuan_addin.press import press

from ..making import sample_file

HOSTS = ("file", "libreoffice")


@dataclass
class Told:
    """A user who says what he is told to: answers in order, then OK and nothing."""

    answers: list[Any] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    murmured: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.said.append(text)

    def ask(self, text: str) -> bool:
        self.asked.append(text)
        return bool(self.answers.pop(0)) if self.answers else True

    def line(self, prompt: str, default: str) -> str | None:
        self.asked.append(prompt)
        if not self.answers:
            raise NotImplementedError
        return self.answers.pop(0)  # type: ignore[no-any-return]

    def choose(self, prompt: str, choices: Sequence[str]) -> str | None:
        self.asked.append(prompt)
        return self.answers.pop(0) if self.answers else choices[0]

    def murmur(self, text: str) -> None:
        self.murmured.append(text)


class Desk:
    """A host with one workbook open."""

    def __init__(self, name: str, path: Path | None) -> None:
        self.name = name
        self.app = host(name).apps.add(add_book=path is None)
        self.book = self.app.books.active if path is None else self.app.books.open(path)
        self.user = Told()

    def press(self, button: str, *answers: Any) -> Told:
        """Press a button; what was said."""
        self.user = Told(list(answers))
        host(self.name)  # xlwings activates sheets in the program of the active engine alone
        self.worked = press(self.app, button, self.user)
        return self.user

    def marks(self) -> dict[str, tuple[dict[str, str], dict[str, str]]]:
        """By sheet, without the result sheet: cell → colour, cell → note."""
        return {sheet.name: marks_of(sheet) for sheet in self.book.sheets if not sheet.name.startswith("校验结果")}

    def result(self) -> list[list[Any]]:
        """The cells of the result sheet, as read."""
        sheet = next(sheet for sheet in self.book.sheets if sheet.name.startswith("校验结果"))
        last = sheet.used_range.last_cell.row
        return sheet.range((1, 1), (last, 12)).options(ndim=2).value  # type: ignore[no-any-return]

    def close(self) -> None:
        self.app.quit()


def marks_of(sheet: Any) -> tuple[dict[str, str], dict[str, str]]:
    """(cell → colour of our conditional format, cell → note) of a sheet."""
    fills: dict[str, str] = {}
    for rule in sheet.cells.conditional_formats:
        if rule.formula and "jiesuan-mark:" in rule.formula:
            for row, column in cells_of(rule):
                fills[sheet.range((row, column)).get_address(False, False)] = "{:02X}{:02X}{:02X}".format(
                    *rule.fill_color
                )
    notes = {note.location.get_address(False, False): note.text for note in sheet.notes}
    return fills, notes


def cells_of(rule: Any) -> list[tuple[int, int]]:
    """The cells a conditional format applies to; in Excel by its own object."""
    if hasattr(rule.impl, "rule"):
        return [cell for area in rule.impl.rule.areas for cell in area.cells()]
    return [(cell.Row, cell.Column) for cell in rule.api.AppliesTo]


def nothing_twice(desk: Desk) -> None:
    """One sheet of each kind of ours, one mark on a cell, one of our texts in a note, one row for a finding."""
    names = [re.sub(r"\d+$", "", sheet.name) for sheet in desk.book.sheets]
    assert max(Counter(names).values()) == 1
    for sheet in desk.book.sheets:
        assert all((note.text or "").count("〔校验标记〕") <= 1 for note in sheet.notes)
        ours = [
            (rule.formula, cell)
            for rule in sheet.cells.conditional_formats
            if rule.formula and '"jiesuan-mark:' in rule.formula and ":result:" not in rule.formula
            for cell in cells_of(rule)
        ]
        assert len({cell for _, cell in ours}) == len(ours)
    if "校验结果" in names:
        sheet = desk.book.sheets["校验结果"]
        links = sheet.range((8, 4), (sheet.used_range.last_cell.row, 4)).formula
        rows = [
            (*row[:3], link, row[4]) for row, link in zip(desk.result()[7:], links, strict=True) if row[3] or row[1]
        ]
        assert len(set(map(str, rows))) == len(rows)
    if "审核说明" in names:
        kept = desk.book.sheets["审核说明"]
        listed = kept.range((HEADER_ROW + 1, 1), (HEADER_ROW + 20, 3)).value
        rows = [tuple(row) for row in listed if row[0]]
        assert len(set(rows)) == len(rows)


def faulty(folder: Path, *, students: int = 40, errors: int = 8, set_name: str = "市属") -> Path:
    """A school's workbook with mistakes."""
    return sample_file(folder / "结算表.xlsx", set_name, errors=errors, students=students)
