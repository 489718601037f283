"""汇总.xlsx: the bureau's own overview of a batch.  It alone names identity numbers in full, on one sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..rule import LEVELS
from ..text import mask
from .batch import OPEN, Batch, demand, notes_in_short, reasons, state_of, unchecked_of
from .between import report_of
from .matrix import WHOLE, by_rule, counts_of, roles_of
from .sheets import Sheets
from .visits import visits

STATE_FILLS = {
    "通过": "#C6EFCE", "退回修改": "#FFC7CE", "读不了": "#FFC7CE", "未报": "#FFC7CE", "空表": "#FFC7CE",
    "需核实": "#FFEB9C", "未能全查": "#FFEB9C",
}  # fmt: skip
_PLACES = 6
"""Places named of one rule that could not be checked."""
Columns = Sequence[tuple[str, float]]


def summary(batch: Batch) -> bytes:
    """The workbook."""
    sheets = Sheets(f"批量校验汇总 {batch.term}")
    _schools(sheets, batch)
    _matrix(sheets, batch)
    _findings(sheets, batch)
    _open(sheets, batch)
    _rules(sheets, batch)
    _repeated(sheets, batch)
    _visits(sheets, batch)
    _unread(sheets, batch)
    return sheets.close()


def _table(
    sheets: Sheets,
    name: str,
    columns: Columns,
    rows: Iterator[Sequence[Any]],
    looks: Sequence[Any],
    lines: Sequence[str],
) -> None:
    """A sheet with a title, some lines, and a table that can be filtered."""
    top = len(lines) + 1
    sheet = sheets.sheet(name, columns, top=top)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, name, sheets.title)
    for number, text in enumerate(lines, 1):
        sheet.write_string(number, 0, text, sheets.look())
    widths = [wide for _, wide in columns]
    last = sheets.rows(sheet, top + 1, rows, looks, widths)
    sheet.autofilter(top, 0, max(last - 1, top), len(columns) - 1)


def _schools(sheets: Sheets, batch: Batch) -> None:
    columns = (
        ("单位", 30.0), ("报送情况", 11.0), ("结果", 11.0), ("错误", 7.0), ("核实", 7.0), ("提示", 7.0),
        ("要交什么", 26.0), ("隶属", 8.0), ("学期", 9.0), ("采用的文件", 34.0), ("其余文件", 34.0), ("发还的文件在", 26.0),
        (OPEN, 40.0),
    )  # fmt: skip

    def state(value: object) -> Any:
        return sheets.look(border=1, align="center", bg_color=STATE_FILLS.get(str(value), "#FFFFFF"))

    def rows() -> Iterator[Sequence[Any]]:
        for number, school in enumerate(batch.schools):
            report = report_of(school)
            levels = [report.levels[level] if report else "" for level in LEVELS]
            current = mask(school.current.path) if school.current else ""
            others = "\n".join(mask(file.path) for file in school.files if file is not school.current)
            facts = (report.set_name, report.term) if report else (school.listed.set if school.listed else "", "")
            yield (
                school.name, school.filed, state_of(school), *levels, demand(batch, number), *facts, current, others,
                batch.folders.get(number, ""), "\n".join(notes_in_short(school)),
            )  # fmt: skip

    levels = batch.levels
    lines = [
        f"学期 {batch.term or '（没有读出）'}    文件 {len(batch.files)} 个    学校 {len(batch.known)} 所    "
        f"通过 {sum(not school.must_return for school in batch.known)} 所    "
        f"未报 {sum(not school.files for school in batch.schools)} 所    读不了的文件 {len(batch.unread)} 个"
        + (f"    认不出是哪所学校的 {batch.unidentified} 个" if batch.unidentified else ""),
        "    ".join(f"{level} {levels[level]} 处" for level in LEVELS)
        + "    报送情况：已报、未报、重复报送、多报（不在名单上）、名称不一致、无法识别"
        + ("" if batch.rostered else "    没有给学校名单（--roster），查不出未报和多报"),
    ]
    lines += batch.open_lines
    center, cell = sheets.center, sheets.cell
    _table(
        sheets,
        "单位",
        columns,
        rows(),
        [cell, center, state, center, center, center, cell, center, center, cell, cell, cell, cell],
        lines,
    )


def _matrix(sheets: Sheets, batch: Batch) -> None:
    roles = roles_of(batch)
    places = [*roles.items(), (WHOLE, WHOLE)]
    columns = [("单位", 30.0), ("合计", 8.0), *((level, 6.0) for _ in places for level in LEVELS)]
    top = 3
    sheet = sheets.sheet("学校×表", columns, top=top)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, "学校×表", sheets.title)
    sheet.write_string(1, 0, "每一格是该校该表上的处数；点列标题的箭头可以筛选。", sheets.look())
    for number, (_, name) in enumerate(places):
        first = 2 + number * len(LEVELS)
        sheet.merge_range(2, first, 2, first + len(LEVELS) - 1, name, sheets.head)
    sheet.set_row(2, 30)
    row = top
    for school in batch.schools:
        row += 1
        counts = counts_of(school)
        sheet.write_string(row, 0, school.name, sheets.cell)
        report = report_of(school)
        if report is None:
            sheet.write_string(row, 1, state_of(school), sheets.center)
        else:
            sheet.write_number(row, 1, len(report.findings), sheets.center)
        for number, (role, _) in enumerate(places):
            for offset, level in enumerate(LEVELS):
                column = 2 + number * len(LEVELS) + offset
                count = counts.get(role, Counter())[level]
                if count:
                    sheet.write_number(row, column, count, sheets.level(level))
                else:
                    sheet.write_blank(row, column, None, sheets.center)
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, max(row, top), len(columns) - 1)


def _findings(sheets: Sheets, batch: Batch) -> None:
    columns = (
        ("单位", 26.0), ("级别", 8.0), ("规则", 8.0), ("名称", 24.0), ("工作表", 16.0), ("单元格", 11.0), ("哪一格", 26.0),
        ("问题", 42.0), ("应为", 16.0), ("实为", 16.0), ("相差", 15.0), ("办法", 34.0), ("依据", 26.0), ("文件", 28.0),
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        for school in batch.schools:
            report = report_of(school)
            if report is None or school.current is None:
                continue
            for f in report.findings:
                yield (
                    school.name, f.level, f.code, f.rule.name, mask(f.sheet), f.cell, f.label, f.message, f.expected,
                    f.actual, f.difference, f.rule.help, f.rule.basis, mask(school.current.path),
                )  # fmt: skip
        for school, rule in batch.between.missing:
            yield (
                school.name,
                rule.level,
                rule.code,
                rule.name,
                "",
                "",
                "",
                rule.why,
                "",
                "",
                "",
                rule.help,
                rule.basis,
                "",
            )

    center, cell = sheets.center, sheets.cell
    looks = [cell, sheets.level, center, cell, center, center, *[cell] * 8]
    _table(sheets, "全部问题", columns, rows(), looks, ["按“单位”或“规则”筛选：点列标题的箭头。"])


def _open(sheets: Sheets, batch: Batch) -> None:
    columns = (("单位", 26.0), ("规则", 8.0), ("名称", 34.0), ("处数", 8.0), ("为什么没有查", 80.0), ("文件", 34.0))

    def rows() -> Iterator[Sequence[Any]]:
        for school in batch.schools:
            report = report_of(school)
            if report is None or school.current is None:
                continue
            file = mask(school.current.path)
            yield from ((school.name, "", "", "", mask(remark), file) for remark in report.remarks)
            for rule, whys in unchecked_of(report):
                yield school.name, rule.code, rule.name, len(whys), reasons(whys, _PLACES), file

    center, cell = sheets.center, sheets.cell
    lines = [
        "没有查不等于通过：补全或改正所缺的内容，再校验一次。每条规则列出前几处，全部在 report.json。"
        "按“单位”或“规则”筛选：点列标题的箭头。"
    ]
    _table(sheets, OPEN, columns, rows(), [cell, center, cell, center, cell, cell], lines)


def _rules(sheets: Sheets, batch: Batch) -> None:
    columns = (
        ("规则", 9.0),
        ("级别", 9.0),
        ("名称", 34.0),
        ("处数", 9.0),
        ("学校数", 9.0),
        ("为什么要查", 44.0),
        ("办法", 44.0),
    )
    rows = (
        (f.code, f.level, f.rule.name, places, schools, f.rule.why, f.rule.help)
        for _, f, places, schools in by_rule(batch)
    )
    center, cell = sheets.center, sheets.cell
    _table(sheets, "按规则", columns, rows, [center, sheets.level, cell, center, center, cell, cell], [])


def _repeated(sheets: Sheets, batch: Batch) -> None:
    columns = (
        ("序号", 7.0),
        ("身份证号", 24.0),
        ("姓名", 9.0),
        ("学校", 30.0),
        ("文件", 34.0),
        ("工作表", 18.0),
        ("单元格", 10.0),
    )

    def rows() -> Iterator[Sequence[Any]]:
        for number, item in enumerate(batch.between.repeated, 1):
            for school, sheet, cell in item.places:
                path = mask(school.current.path) if school.current else ""
                named = "相同" if item.same_name else "不同"
                yield number, item.number or "（没有再读出）", named, school.name, path, sheet, cell

    center, cell = sheets.center, sheets.cell
    lines = ["同一身份证号出现在两所以上学校的名单上。本表有完整的身份证号，只供本单位核对，请勿外传。"]
    _table(sheets, "重复学生", columns, rows(), [center, center, center, cell, cell, cell, center], lines)


def _visits(sheets: Sheets, batch: Batch) -> None:
    columns = (("顺序", 7.0), ("单位", 30.0), ("隶属", 8.0), ("建议", 12.0), ("理由", 80.0))
    rows = (
        (
            number,
            visit.school.name,
            visit.set_name,
            "列入抽查" if visit.chosen else "",
            "，".join(visit.reasons) or "没有疑点",
        )
        for number, visit in enumerate(visits(batch), 1)
    )
    center, cell = sheets.center, sheets.cell
    lines = [
        "按这次校验的疑点排序，供安排实地核查参考：设区市对辖区院校当年应全覆盖；省里核查全部省属院校、抽查三分之一以上市县属院校"
        "（闽人社办〔2024〕79号 三(三)，比例在 policy.toml 可改）。"
    ]
    _table(sheets, "核查建议", columns, rows, [center, cell, center, center, cell], lines)


def _unread(sheets: Sheets, batch: Batch) -> None:
    columns = (("文件", 60.0), ("情况", 10.0), ("说明", 70.0))

    def rows() -> Iterator[Sequence[Any]]:
        for file in batch.unread:
            yield mask(file.path), "读不了", file.failure.message if file.failure else ""
        for item in batch.passed:
            yield mask(item.path), "没有打开" if item.kind else "跳过", item.why

    _table(sheets, "没有校验的文件", columns, rows(), [sheets.cell, sheets.center, sheets.cell], [])
