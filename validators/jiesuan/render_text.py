"""The report as a person reads it in a terminal."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

from .calculate import Write
from .number import show
from .report import Finding, Report, display
from .rule import LEVELS
from .text import mask

COLORS = {"错误": "red", "核实": "yellow", "提示": "blue"}
SHOWN = 20
"""Findings of one rule shown before the rest is only counted."""


def width(text: str) -> int:
    """Columns a text takes in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, columns: int) -> str:
    """The text filled up with spaces to a width."""
    return text + " " * max(columns - width(text), 0)


def report_lines(report: Report, *, everything: bool = False) -> Iterator[tuple[str, str]]:
    """(line, color) of a whole report; color is empty for plain text."""
    counts, levels = report.counts, report.levels
    yield f"{report.file}    {report.set_name} · {report.term} · {report.school or '（没有学校名称）'}", "bold"
    total = " · ".join(f"{level} {levels[level]} 处" for level in LEVELS)
    yield (
        f"  {total}    规则 {counts['selected']} 条 = 通过 {counts['passed']} + 有问题 {counts['found']}"
        f" + 已说明 {counts['explained']} + 未能校验 {counts['unchecked']}",
        "",
    )
    for remark in report.remarks:
        yield f"  注意：{mask(remark)}", ""
    shown: Counter[str] = Counter()
    for finding in report.findings:
        shown[finding.code] += 1
        if everything or shown[finding.code] <= SHOWN:
            yield "", ""
            yield from finding_lines(finding)
    hidden = {code: count - SHOWN for code, count in shown.items() if count > SHOWN and not everything}
    for code, count in hidden.items():
        yield "", ""
        yield f"{code} 另有 {count} 处没有列出，加 --all 全部列出。", ""
    if report.unchecked:
        yield "", ""
        yield "未能校验（不等于通过）：", "bold"
        for code in dict.fromkeys(item.rule.code for item in report.unchecked):
            items = [item for item in report.unchecked if item.rule.code == code]
            reasons = "；".join(mask(item.why) for item in items[:3]) + ("……" if len(items) > 3 else "")
            yield f"  [{code}] {items[0].rule.name}：{reasons}", ""
    yield "", ""
    yield next_step(report), "bold"


def next_step(report: Report) -> str:
    """One sentence: what to do now."""
    levels = report.levels
    if levels["错误"]:
        return f"请先改正 {levels['错误']} 处错误，再校验一次。" + (
            f"另有 {levels['核实']} 处要核实。" if levels["核实"] else ""
        )
    if levels["核实"]:
        return f"没有错误；有 {levels['核实']} 处要核实：改正，或按“办法”写明原因。"
    if report.unchecked:
        return "没有发现问题，但有规则未能校验，见上面的原因。"
    return "全部通过，可以打印盖章报送。"


def finding_lines(finding: Finding) -> Iterator[tuple[str, str]]:
    """One finding: where, what stands there, what it was compared with, why and what to do."""
    rule = finding.rule
    yield f"{rule.level}[{rule.code}] {rule.name}", COLORS[rule.level]
    own = (_address(finding.sheet, finding.cell), finding.label, finding.actual)
    rows = [own, *((_address(item.sheet, item.cell), item.label, item.value) for item in finding.related)]
    rows = [own] + [row for row in rows[1:] if row[:2] != own[:2]]
    places = max(width(row[0]) for row in rows)
    labels = max(width(row[1]) for row in rows)
    values = max(width(row[2]) for row in rows)
    for place, label, value in rows:
        line = f"  {pad(place, places)}  {pad(label, labels)}  {' ' * (values - width(value))}{value}"
        yield line.rstrip(), ""
    if finding.message and finding.message != rule.name:
        yield f"  问题  {finding.message}", ""
    if finding.expected:
        yield f"  应为  {finding.expected}" + (f"    相差 {finding.difference}" if finding.difference else ""), ""
    yield f"  依据  {rule.basis}", ""
    yield f"  办法  {rule.help}    jiesuan rule {rule.code}", ""


def _address(sheet: str, cell: str) -> str:
    """`表!L17`, quoted the way Excel does; only the sheet where there is no cell."""
    from .ref import _PLAIN_NAME

    if not sheet:
        return "（整个工作簿）"
    name = sheet if _PLAIN_NAME.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'"
    return mask(f"{name}!{cell}" if cell else sheet)


def write_lines(writes: list[Write], *, everything: bool = False) -> Iterator[tuple[str, str]]:
    """The cells 计算 wrote, old → new."""
    rows = []
    for write in writes if everything else writes[:200]:
        old = display(write.old, write.unit)
        rows.append(
            (
                _address(write.ref.sheet, write.ref.cell),
                write.label,
                write.kind,
                f"{old} → {show(write.new, write.unit)}",
            )
        )
    if not rows:
        return
    sizes = [max(width(row[part]) for row in rows) for part in range(3)]
    for row in rows:
        color = "yellow" if row[2] == "替换" else ""
        yield "  " + "  ".join([*(pad(row[part], sizes[part]) for part in range(3)), row[3]]), color
    if len(writes) > len(rows):
        yield f"  另有 {len(writes) - len(rows)} 处没有列出，加 --all 全部列出。", ""
