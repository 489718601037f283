"""The report as a person reads it in a terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..calculate import Write
from ..console import pad, width
from ..ref import quoted
from ..report import Finding, Report, amount, display, next_step
from ..rule import LEVELS
from ..session import Calculated
from ..text import mask
from .explain import answer_lines

COLORS = {"错误": "red", "核实": "yellow", "提示": "blue"}
SHOWN = 20
"""Findings of one rule shown before the rest is only counted."""
WRITES_SHOWN = 200
LINE = 100
"""Columns of a line whose end stands at the right margin."""
AREAS = 4
"""Areas of one address that are written out."""

Lines = Iterator[tuple[str, str]]


class Row(NamedTuple):
    """One figure of a finding: where, what, how much."""

    place: str
    label: str
    value: str


def report_lines(report: Report, *, everything: bool = False) -> Lines:
    """(line, color) of a whole report; color is empty for plain text."""
    counts, levels = report.counts, report.levels
    yield f"{mask(report.file)}    {report.heading}", "bold"
    total = " · ".join(f"{level} {levels[level]} 处" for level in LEVELS)
    yield (
        f"  {total}    规则 {counts['selected']} 条 = 通过 {counts['passed']} + 有问题 {counts['found']}"
        f" + 已说明 {counts['explained']} + 未能校验 {counts['unchecked']}",
        "",
    )
    for remark in report.remarks:
        yield f"  注意：{mask(remark)}", ""
    if report.blank and not everything:
        yield from _blank_lines(report)
        return
    yield from _finding_blocks(report, everything=everything)
    yield from answer_lines(report.explanations, everything=everything)
    if report.unchecked:
        yield "", ""
        yield "未能校验（不等于通过）：", "bold"
        for code in dict.fromkeys(item.rule.code for item in report.unchecked):
            items = [item for item in report.unchecked if item.rule.code == code]
            reasons = "；".join(mask(item.why) for item in items[:3]) + ("……" if len(items) > 3 else "")
            yield f"  [{code}] {items[0].rule.name}：{reasons}", ""
    yield "", ""
    yield next_step(report), "bold"


def _finding_blocks(report: Report, *, everything: bool) -> Lines:
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.code] += 1
        if everything or shown[finding.code] <= SHOWN:
            yield "", ""
            yield from finding_lines(finding, report.file)
    for code, count in shown.items():
        if count > SHOWN and not everything:
            yield "", ""
            yield f"{code} 另有 {count - SHOWN} 处没有列出，加 --all 全部列出。", ""


def _blank_lines(report: Report) -> Lines:
    """A form that nobody has filled in yet: no use in spelling out what is missing."""
    names = Counter(f"[{finding.code}] {finding.rule.name}" for finding in report.findings)
    for name, count in names.items():
        yield f"  {name}（{count} 处）", ""
    yield "", ""
    yield next_step(report), "bold"


def tally_line(statuses: Sequence[str]) -> Lines:
    """One line for many files; statuses as in JSON."""
    words = {"clean": "通过", "findings": "有问题", "unreadable": "读不了"}
    counted = Counter(statuses)
    parts = [f"{word} {counted[status]} 个" for status, word in words.items() if counted[status]]
    yield "", ""
    yield f"共 {len(statuses)} 个文件：{'，'.join(parts)}。", "bold"


def finding_lines(finding: Finding, file: str = "") -> Lines:
    """One finding: where, what stands there, what it was compared with, why and what to do."""
    rule = finding.rule
    yield _ends(f"{rule.level}[{rule.code}] {rule.name}", mask(file)), COLORS[rule.level]
    unit = f" {finding.unit}" if finding.unit else ""
    own = Row(_address(finding.sheet, finding.own.cell), mask(finding.label), mask(finding.actual))
    if own.value and _is_number(own.value):
        own = own._replace(value=own.value + unit)
    rows = [own]
    rows += (Row(_address(item.sheet, item.cell), mask(item.label), mask(item.value)) for item in finding.others)
    if finding.expected:
        rows.append(Row("应为", "", mask(finding.expected)))
    if finding.difference:
        rows.append(Row("相差", "", finding.difference))
    yield from _columns(rows)
    if finding.message and finding.message != rule.name:
        yield f"  问题  {mask(finding.message)}", ""
    yield f"  依据  {rule.basis}", ""
    yield _ends(f"  办法  {rule.help}", f"jiesuan rule {rule.code}"), ""


_FIGURE = re.compile(r"(?P<number>(?:不[大小]于 )?[-+]?\d[\d,]*(?:\.\d+)?)(?P<unit> \S+)?")


def _is_number(text: str) -> bool:
    match = _FIGURE.fullmatch(text)
    return match is not None and not match["unit"]


def _columns(rows: list[Row]) -> Lines:
    """The rows with places and labels at the left, numbers ending in one column with their units behind."""
    places, labels = max(width(row.place) for row in rows), max(width(row.label) for row in rows)
    figures = [_FIGURE.fullmatch(row.value) for row in rows]
    numbers = max((width(figure["number"]) for figure in figures if figure), default=0)
    for row, figure in zip(rows, figures, strict=True):
        value = row.value
        if figure:
            value = " " * (numbers - width(figure["number"])) + value
        yield f"  {pad(row.place, places)}  {pad(row.label, labels)}  {value}".rstrip(), ""


def _ends(left: str, right: str) -> str:
    """A line with something at its right end."""
    return left + " " * max(LINE - width(left) - width(right), 4) + right if right else left


def _address(sheet: str, cell: str) -> str:
    """`表!L17`, quoted the way Excel does; only the sheet where there is no cell; many areas shortened."""
    if not sheet:
        return "（整个工作簿）"
    areas = cell.split(",")
    if len(areas) > AREAS:
        cell = ",".join([*areas[: AREAS - 1], "…", areas[-1]])
    return mask(f"{quoted(sheet)}!{cell}" if cell else sheet)


def calculated_lines(done: Calculated, *, everything: bool = False) -> Lines:
    """What 计算 did to one file."""
    kinds = "，".join(f"{kind} {count} 格" for kind, count in done.kinds.items()) or "没有要改的格"
    yield f"{done.file}    {done.set_name} · {done.term}    {kinds}", "bold"
    yield from write_lines(done.writes, everything=everything)
    for left in done.left:
        yield f"  {mask(left.said)}", "yellow"


def write_lines(writes: Sequence[Write], *, everything: bool = False) -> Lines:
    """The cells 计算 wrote, old → new."""
    chosen = writes if everything else writes[:WRITES_SHOWN]
    rows = [
        (
            _address(write.ref.sheet, write.ref.cell),
            mask(write.label),
            write.kind,
            f"{display(write.old, write.unit)} → {amount(write.new, write.unit)}",
        )
        for write in chosen
    ]
    sizes = [max((width(row[part]) for row in rows), default=0) for part in range(3)]
    for row in rows:
        color = "yellow" if row[2] == "替换" else ""
        yield "  " + "  ".join([*(pad(row[part], sizes[part]) for part in range(3)), row[3]]), color
    if len(writes) > len(rows):
        yield f"  另有 {len(writes) - len(rows)} 处没有列出，加 --all 全部列出。", ""
