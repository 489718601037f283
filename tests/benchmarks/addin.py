"""The add-in's clicks on a workbook with 300 students in the file host: how many calls of the host they take, and how
their time compares with the same check of a workbook that is in memory already."""

from __future__ import annotations

import copy
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jiesuan.bind import bind
from jiesuan.pack import load_pack
from jiesuan.produce import make_sample_file
from jiesuan.session import judged
from jiesuan.term import Term
from jiesuan_addin.checking import check
from jiesuan_addin.hosts import calls, host
from jiesuan_addin.live import live_book
from jiesuan_addin.marks import runs

Figure = tuple[str, float, float, str]
"""Name, value, limit, unit."""


class Silent:
    """A user who only looks on."""

    def tell(self, text: str) -> None:
        """Nothing is shown."""

    murmur = tell

    def ask(self, text: str) -> bool:
        """Whatever it is, go on."""
        return True


def best(action: Callable[[], object], times: int) -> float:
    """Shortest of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        action()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def figures() -> Iterator[Figure]:
    """All figures, each with its limit."""
    pack, term = load_pack(), Term.parse("2024春")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "结算表.xlsx")
        make_sample_file(path, pack, "市属", term, students=2_150, seed=1, errors=20)
        app = host("file").apps.add(add_book=False)
        book: Any = app.books.open(path)
        user: Any = Silent()
        check(book, user)  # everything is loaded now
        counted = calls(book)
        counted.clear()
        check(book, user)
        names = [sheet.name for sheet in book.sheets if sheet.name != "校验结果"]
        reads = max(counted.reads(name, "values") + counted.reads(name, "formulas") for name in names)
        yield "一次校验读一张表", reads, 2, "次"
        most = 0.0
        for sheet in book.sheets:
            if sheet.name in names and (cells := _marked(sheet)):
                allowed = sum(len(list(runs(level))) for level in cells.values())
                most = max(most, counted.writes(sheet.name, "add_rule") / allowed)
        yield "一次校验写底色，比连片的标记", most, 1, "倍"
        yield "一次校验写“校验结果”的内容", counted.writes("校验结果", "write"), 1, "次"
        read = live_book(book)
        read.sheets = [sheet for sheet in read.sheets if sheet.name in names]
        memory = best(lambda: judged(bind(copy.copy(read), pack)), 5)
        click = best(lambda: check(book, user), 5)
        yield "在文件上点一次校验（300 名学生），比内存里校验", click / memory, 4, "倍"
        app.quit()


def _marked(sheet: Any) -> dict[str, set[tuple[int, int]]]:
    """The cells marked on a sheet, by colour."""
    found: dict[str, set[tuple[int, int]]] = {}
    for rule in sheet.cells.conditional_formats:
        if rule.formula and '"jiesuan-mark:' in rule.formula:
            for area in rule.impl.rule.areas:
                found.setdefault(rule.formula, set()).update(area.cells())
    return found
