"""上一处, 下一处 and 填写说明: from finding to finding, by the rows of `校验结果`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jiesuan.explain import NotExplained, address, give, time_now
from jiesuan.marking.result import COLUMNS, EXPLAINED, HEADER_ROW, NAME, REASON
from jiesuan.reading.scan import parse_area
from jiesuan.rule import LEVELS

from . import native
from .checking import check_live, show
from .talk import DECLINED, Done
from .trouble import NO_FINDINGS, Trouble, protected

if TYPE_CHECKING:
    from .talk import Talk

_TITLES = [title for title, _, _ in COLUMNS[:REASON]]
_ANSWERABLE = ("核实", EXPLAINED)
_LINK = re.compile(r'"([^"]*)"\)$')


@dataclass(frozen=True)
class Place:
    """A row of the result sheet."""

    row: int
    level: str
    code: str
    sheet: str
    cell: str
    problem: str
    reason: str


def result_sheet(book: Any) -> Any:
    """Our result sheet.  Raises Trouble where there is none."""
    for sheet in book.sheets:
        if sheet.name.startswith(NAME) and sheet.range((HEADER_ROW, 1), (HEADER_ROW, REASON)).value == _TITLES:
            return sheet
    raise Trouble(NO_FINDINGS)


def places(sheet: Any) -> list[Place]:
    """The findings listed on a result sheet, in one read of its values and one of its formulas."""
    last = sheet.used_range.last_cell.row
    if last <= HEADER_ROW:
        return []
    area = sheet.range((HEADER_ROW + 1, 1), (last, REASON))
    values = area.options(ndim=2).value
    links = sheet.range((HEADER_ROW + 1, 4), (last, 4)).formula
    found = []
    for number, line in enumerate(values):
        if line[0] not in (*LEVELS, EXPLAINED):
            continue
        texts = [str(item or "") for item in line]
        link = links[number] if isinstance(links, list | tuple) else links
        link = link[0] if isinstance(link, list | tuple) else link
        cell = texts[3] or (match[1] if (match := _LINK.search(link or "")) else "")
        row = HEADER_ROW + 1 + number
        found.append(Place(row, texts[0], texts[1], texts[2], cell, texts[4], texts[REASON - 1]))
    return found


def current(book: Any, result: Any, listed: list[Place]) -> int | None:
    """The finding that is selected: by its row on the result sheet, or by its cell; None where there is none."""
    selected = book.selection
    if selected is None:
        return None
    name, row, column = selected.sheet.name, selected.row, selected.column
    if name == result.name:
        return next((number for number, item in enumerate(listed) if item.row == row), None)
    for number, item in enumerate(listed):
        if item.sheet == name and any(
            top <= row <= bottom and left <= column <= right for top, left, bottom, right in _areas(item.cell)
        ):
            return number
    return None


def _areas(cell: str) -> list[tuple[int, int, int, int]]:
    return [area for part in cell.split(",") if (area := parse_area(part))]


def go_next(book: Any, talk: Talk) -> Done:
    """下一处: the next finding at another cell."""
    return _jump(book, talk, 1)


def go_previous(book: Any, talk: Talk) -> Done:
    """上一处: the finding before, at another cell."""
    return _jump(book, talk, -1)


def _jump(book: Any, talk: Talk, step: int) -> Done:
    result = result_sheet(book)
    names = {sheet.name for sheet in book.sheets}
    listed = [item for item in places(result) if item.cell and item.sheet in names]
    if not listed:
        raise Trouble("“校验结果”里没有列出单元格，没有可跳的。")
    at = current(book, result, listed)
    if at is None:
        at = 0 if step > 0 else len(listed) - 1
    elif book.selection.sheet.name != result.name:
        here = listed[at].sheet, listed[at].cell
        for _ in listed:
            at = (at + step) % len(listed)
            if (listed[at].sheet, listed[at].cell) != here:
                break
    item = listed[at]
    show(book, item.sheet, item.cell)
    problem = item.problem.split("\n")[0]
    talk.murmur(f"第 {at + 1} 处，共 {len(listed)} 处  {item.level}[{item.code}] {item.sheet}!{item.cell}  {problem}")
    return Done()


def explain(book: Any, talk: Talk) -> Done:
    """填写说明: the reason for the selected 核实, typed into its row."""
    result = result_sheet(book)
    listed = places(result)
    at = current(book, result, listed)
    if at is None:
        raise Trouble("请先选中一处黄底的“核实”(点“下一处”，或在“校验结果”表里点它那一行)，再点“填写说明”。")
    here = (listed[at].sheet, listed[at].cell)
    item = listed[at]
    if item.level not in _ANSWERABLE and book.selection.sheet.name != result.name:
        item = next((one for one in listed if (one.sheet, one.cell) == here and one.level in _ANSWERABLE), item)
    if item.level == "错误":
        raise Trouble("这一处是“错误”，必须改正，写说明不能代替。改好后再点“校验”。")
    if item.level == "提示":
        raise Trouble("这一处是“提示”，供参考，不用写说明。")
    if native.is_protected(result):
        raise Trouble(protected([result.name]))
    cell = result.range((item.row, REASON))
    try:
        text = _reason(book, talk, item)
    except NotImplementedError:
        result.activate()
        cell.select()
        talk.tell("请在选中的“说明”格里写明原因，按回车，再点一次“校验”。")
        return DECLINED
    if text is None:
        talk.murmur("没有改动说明。")
        return DECLINED
    cell.value = f" {text}" if text.startswith("=") else text or None
    talk.murmur("说明已写在“校验结果”表。点“校验”生效，再校验时保留。")
    return Done()


def _reason(book: Any, talk: Talk, item: Place) -> str | None:
    """The reason typed, '' to take one back; None where it was cancelled.  Words that will not do are given back with what
    they lack until they change no more; then, raises Trouble."""
    question = f"请写明原因：\n{item.code}  {address(item.sheet, item.cell)}\n{item.problem}"
    typed = talk.line(question, item.reason)
    refused = None
    while typed and (text := typed.strip()) and (objection := _objection(book, item, text)):
        if text == refused:
            raise Trouble(objection)
        refused = text
        typed = talk.line(f"{objection}\n\n{question}", text)
    return typed if typed is None else typed.strip()


def _objection(book: Any, item: Place, text: str) -> str:
    """Why the words will not do as a reason for the finding, judged on the workbook as it is now; empty where they will."""
    workbook, judgement = check_live(book)
    try:
        give(workbook, judgement, item.code, address(item.sheet, item.cell), text, now=time_now())
    except NotExplained as error:
        return str(error)
    return ""
