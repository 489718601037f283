"""The sheet `校验结果`: a summary, one row per finding with a link to its cell, and what could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..explain import LAPSED, REFUSED, RETURNED, Remark, place_of
from ..ref import letters
from ..report import Finding, Report, next_step
from ..rule import LEVELS
from ..text import mask
from .rows import lines_of, listing_xml, row_xml
from .sheet import SIGNATURE, cell_of
from .xml import quoted

NAME = "校验结果"
HEADER_ROW = 7
COLUMNS = (
    ("级别", 6, "center"), ("编号", 7, "center"), ("表", 14, "text"), ("单元格", 9, "link"), ("问题", 42, "text"),
    ("应为", 14, "number"), ("实为", 14, "number"), ("差额", 12, "number"), ("依据", 22, "text"), ("办法", 32, "text"),
    ("说明", 26, "note"), ("说明状态", 18, "text"), ("核对码", 12, "quiet"),
)  # fmt: skip
"""Title, width, format; the last is hidden and holds the fingerprint of the figures (`jiesuan.explain`)."""
REASON, STATE = 11, 12
"""Numbers of the columns 说明 and 说明状态."""
LAST = letters(len(COLUMNS))
ASKED = "核实"
"""The level that a reason answers."""
EXPLAINED = "已说明"
"""In place of the level of a finding that is answered."""
MAX_LINKS = 60_000
"""Excel takes 65,530 links in one sheet."""
MAX_ROWS = 1_000_000

Key = tuple[str, str, str]
"""A finding across checks, as its row shows it: code, sheet, cell."""


_NOTHING = Remark()
_ANSWER = {True: "改正或在“说明”一列写明原因", False: "改正或按“办法”处理"}
_KEPT = {True: "写好的说明留在“审核说明”表，", False: ""}
"""By whether the findings may be explained in the file."""


def key_of(finding: Finding) -> Key:
    """What makes a finding the same one in the next check."""
    return finding.code, place_of(finding), finding.cell


@dataclass(frozen=True)
class Result:
    """The finished sheet."""

    xml: bytes
    filter_area: str
    """`$A$7:$K$30`."""


def ordered(report: Report) -> list[Finding]:
    """The findings in the order of their rows: by level, then sheet by sheet as the report has them."""
    return [finding for level in LEVELS for finding in report.findings if finding.level == level]


def listed(report: Report) -> list[Finding]:
    """All rows: the findings, then those that are explained."""
    return [*ordered(report), *report.explained]


def takes_reason(finding: Finding) -> bool:
    """Whether a reason may be written in its row: the cell looks like one to fill, any other does not."""
    return finding.level == ASKED


def row_of(index: int) -> int:
    """The row of the finding number `index`, from 0."""
    return HEADER_ROW + 1 + index


def result_sheet(
    report: Report,
    formats: Mapping[str, int],
    levels: Mapping[str, int],
    *,
    sheets: Sequence[str],
    active: int,
    strict: bool,
    remark: Callable[[Finding], Remark] | None = None,
) -> Result:
    """The sheet as XML; `active` is the sheet that opened before, kept in our signature for whoever clears; `remark` gives
    what stands in the columns of the explanation."""
    findings = listed(report)[:MAX_ROWS]
    open_ones = len(report.findings)
    rows = [*_summary(report, formats), row_xml(HEADER_ROW, [(t, formats["header"]) for t, _, _ in COLUMNS], 24)]
    known = set(sheets)
    links: list[str] = []
    styles = [formats[kind] for _, _, kind in COLUMNS]
    plain = formats["center"]
    for index, finding in enumerate(findings):
        row = row_of(index)
        texts = row_texts(finding, remark(finding) if remark else _NOTHING, explained=index >= open_ones)
        styles[3] = plain
        styles[REASON - 1] = formats["note" if takes_reason(finding) else "text"]
        if finding.sheet in known and len(links) < MAX_LINKS and cell_of(finding.cell or "A1"):
            target = finding.cell.split(",")[0] or "A1"
            to = "'" + finding.sheet.replace("'", "''") + f"'!{target}"
            links.append(f'<hyperlink ref="D{row}" location={quoted(to)} display={quoted(finding.cell)}/>')
            styles[3] = formats["link"]
        rows.append(row_xml(row, list(zip(texts, styles, strict=True)), row_height(texts)))
    last = max(row_of(len(findings)) - 1, HEADER_ROW)
    rows += _afterwards(report, last + 2, formats)
    area = f"A{HEADER_ROW + 1}:A{max(last, HEADER_ROW + 1)}"
    rules = "".join(
        f'<cfRule type="expression" dxfId="{levels[level]}" priority="{number}"><formula>'
        f'AND(LEN("{SIGNATURE}:result:{active}")&gt;0,$A{HEADER_ROW + 1}="{level}")</formula></cfRule>'
        for number, level in enumerate(LEVELS, 1)
    )
    state = letters(STATE)
    begins = ",".join(f'LEFT({state}{HEADER_ROW + 1},{len(word)})="{word}"' for word in (LAPSED, REFUSED, RETURNED))
    states = (
        f'<cfRule type="expression" dxfId="{levels[LEVELS[0]]}" priority="{len(LEVELS) + 1}"><formula>'
        f"OR({begins})</formula></cfRule>"
    )
    quiet = len(COLUMNS) if report.answerable else REASON
    marks = (
        f'<autoFilter ref="A{HEADER_ROW}:{LAST}{last}"/>'
        f'<conditionalFormatting sqref="{area}">{rules}</conditionalFormatting>'
        f'<conditionalFormatting sqref="{area.replace("A", state)}">{states}</conditionalFormatting>'
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
    )
    widths = [width for _, width, _ in COLUMNS]
    xml = listing_xml(rows, marks, widths, header=HEADER_ROW, colour="FFC00000", quiet=quiet, strict=strict)
    return Result(xml, f"$A${HEADER_ROW}:${LAST}${last}")


def _summary(report: Report, formats: Mapping[str, int]) -> list[str]:
    return [
        row_xml(n, [(text, formats[kind])], height) for n, (text, kind, height) in enumerate(summary_lines(report), 1)
    ]


def summary_lines(report: Report) -> tuple[tuple[str, str, int], ...]:
    """What stands above the findings, row by row: (text, name of its format, height in points)."""
    counts, levels = report.counts, report.levels
    found = "    ".join(f"{level} {levels[level]} 处" for level in LEVELS)
    found += f"    {EXPLAINED} {len(report.explained)} 处" if report.explained else ""
    rules = (
        f"规则 {counts['selected']} 条 = 通过 {counts['passed']} + 有问题 {counts['found']}"
        f" + 已说明 {counts['explained']} + 未能校验 {counts['unchecked']}"
    )
    notes = "；".join(mask(remark) for remark in report.remarks)
    return (
        ("校验结果", "title", 27),
        (report.heading, "bold", 16),
        (f"{found}        {rules}", "plain", 16),
        (next_step(report), "bold", 16),
        (
            f"点“单元格”一列跳到出错的格；红底 错误，必须改正；黄底 核实，{_ANSWER[report.answerable]}；蓝底 提示。"
            f"改完存盘再校验一次。清除标记后本表和颜色、批注全部消失，{_KEPT[report.answerable]}其他内容不变。",
            "quiet",
            16,
        ),
        (f"注意：{notes}" if notes else "", "quiet", 16),
    )


def row_texts(finding: Finding, remark: Remark = _NOTHING, *, explained: bool = False) -> list[str]:
    """The cells of one row."""
    return [
        EXPLAINED if explained else finding.level,
        finding.code,
        place_of(finding),
        finding.cell,
        "\n".join(problem_lines(finding)),
        finding.expected,
        finding.actual,
        finding.difference,
        finding.rule.basis,
        finding.rule.help,
        remark.text,
        remark.state,
        str(remark.mark),
    ]


def problem_lines(finding: Finding) -> list[str]:
    """What is wrong, at which figure, and the other figures compared with their cells and values."""
    lines = [finding.problem]
    if finding.label:
        cells = finding.own.cell
        lines.append(finding.label if cells == finding.cell else f"{finding.label}：{cells}")
    for item in finding.others:
        place = f"{item.sheet}!{item.cell}" if item.cell else item.sheet
        lines.append(f"对照 {place}  {item.label}  {item.value}".rstrip())
    return [mask(line) for line in lines]


def _afterwards(report: Report, row: int, formats: Mapping[str, int]) -> list[str]:
    lines = afterwards_lines(report)
    kinds = ("bold", *["plain"] * len(lines))
    return [
        row_xml(number, [(text, formats[kind]) for text in line])
        for number, (line, kind) in enumerate(zip(lines, kinds, strict=False), row)
    ]


def afterwards_lines(report: Report) -> list[tuple[str, ...]]:
    """What could not be checked, one row of cells after another; the first is their heading."""
    if not report.unchecked:
        return []
    reasons: dict[str, list[str]] = {}
    names = {item.rule.code: item.rule.name for item in report.unchecked}
    for item in report.unchecked:
        reasons.setdefault(item.rule.code, []).append(mask(item.why))
    lines: list[tuple[str, ...]] = [("未能校验（不等于通过）",)]
    for code, texts in reasons.items():
        lines.append(("", code, f"{names[code]}：{'；'.join(texts[:3])}{'……' if len(texts) > 3 else ''}"))
    return lines


def row_height(texts: Sequence[str]) -> int:
    """The height that shows all texts of a row; not every program fits it by itself."""
    lines = lines_of(texts[4], COLUMNS[4][1])
    for number in (2, 5, 6, 7, 8, 9, 10, 11):
        if texts[number]:
            lines = max(lines, lines_of(texts[number], COLUMNS[number][1]))
    return min(14 * lines + 4, 400)
