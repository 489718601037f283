"""校验 and 清除标记 in a live workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiesuan.report import Finding, Report, next_step
from jiesuan.rule import LEVELS

from . import native
from .talk import DECLINED, Done
from .trouble import READ_ONLY, STRUCTURE, UNMARKED, Trouble, protected

if TYPE_CHECKING:
    from jiesuan.bind import Workbook
    from jiesuan.book import Book
    from jiesuan.explain import Judgement
    from jiesuan.term import Term

    from .talk import Talk


def open_live(book: Any, term: Term | None = None) -> Workbook:
    """Read and bind a live workbook.  Raises Trouble where it is no settlement workbook."""
    from jiesuan.bind import bind
    from jiesuan.bind.workbook import NotBound
    from jiesuan.marking.returned import without_result
    from jiesuan.pack import load_pack

    from .live import live_book

    read = live_book(book)
    read.reasons = without_result(read)
    try:
        return bind(read, load_pack(), term=term)
    except NotBound as error:
        raise Trouble(error.message) from error


def check_live(book: Any, term: Term | None = None) -> tuple[Workbook, Judgement]:
    """Check a live workbook and judge the explanations in it; nothing is changed.  Raises Trouble."""
    from jiesuan.session import collector_paused, judged

    with collector_paused():
        workbook = open_live(book, term)
        return workbook, judged(workbook)


def check(book: Any, talk: Talk) -> Done:
    """校验: check, mark, select the first mistake, say what next."""
    from jiesuan.marking.result import ordered

    from .marks import put_marks
    from .still import still

    workbook, judgement = check_live(book)
    report = judgement.report
    if native.structure_protected(book):
        raise Trouble(f"{tally(report)}。\n\n{STRUCTURE}")
    with still(book.app):
        left_out = put_marks(book, workbook.book, judgement)
    first = next((item for item in ordered(report) if item.cell and item.sheet not in left_out), None)
    if first is not None:
        show(book, first.sheet, first.cell)
    talk.tell("\n\n".join(part for part in _said(book, workbook.book, report, first, left_out) if part))
    return Done(clean=report.clean)


def _said(book: Any, read: Book, report: Report, first: Finding | None, left_out: list[str]) -> list[str]:
    """The paragraphs of the one message."""
    parts = [f"{tally(report)}。\n{next_step(report)}"]
    if first is not None and not report.clean:
        parts.append(
            f"第一处在 {first.sheet}!{first.cell.split(',')[0]}：{first.rule.name}。\n"
            "鼠标停在有底色的格上看批注；点“下一处”逐处看；全部列在“校验结果”表。改完再点“校验”。"
        )
    if left_out:
        parts.append("下面的工作表没有标上底色和批注，只列在“校验结果”表里。" + protected(left_out))
    if native.is_read_only(book):
        parts.append(READ_ONLY)
    return [*parts, *(f"注意：{remark}" for remark in read.remarks)]


def tally(report: Report) -> str:
    """`错误 3 处，核实 1 处，提示 0 处`."""
    counted = [f"{level} {report.levels[level]} 处" for level in LEVELS]
    return "，".join([*counted, f"已说明 {len(report.explained)} 处"] if report.explained else counted)


def show(book: Any, sheet: str, cell: str) -> None:
    """Bring a cell to the front and select it; a hidden sheet stays hidden."""
    found = book.sheets[sheet]
    if found.visible in (True, -1):
        found.activate()
        found.range(cell.split(",")[0]).select()


def clear(book: Any, talk: Talk) -> Done:
    """清除标记: everything as it was before 校验."""
    from .kept import our_sheets, typed_in, write_kept
    from .marks import clear_marks, find_marks, is_marked
    from .still import still

    if not is_marked(book):
        raise Trouble(UNMARKED)
    if native.structure_protected(book):
        raise Trouble(
            STRUCTURE.replace("加不了", "删不了").replace("没有标记", "没有清除").replace("“校验”", "“清除标记”")
        )
    marks = find_marks(book)
    read = our_sheets(book, [*marks.results, *marks.kept] if marks.results else [])
    written = typed_in(read)
    if written.left and not talk.ask(f"下面的话清除后就没有了，要留的请先抄下来。现在清除吗？\n\n{written.lost()}"):
        talk.murmur("没有清除，标记和写的说明都还在。")
        return DECLINED
    with still(book.app):
        if written.changed:
            write_kept(book, read, written.kept)
        clear_marks(book, marks)
    talk.murmur(f"标记已清除。{written.told()}")
    return Done()
