"""report.html: the outcome in one file, without network; it works without scripts, which only filter and unfold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape

from ..report import Finding, Report
from ..rule import LEVELS
from ..text import mask
from .batch import NAMED, Batch, demand, notes_of, reasons, state_of, unchecked_of
from .between import report_of
from .chart import bars, strip
from .matrix import WHOLE, by_rule, counts_of, roles_of
from .schools import School
from .style import CSS, JS

SHOWN = 300
"""Findings of one school that are told here; all stand in 汇总.xlsx."""
STATES = ("通过", "需核实", "未能全查", "退回修改", "空表", "读不了", "未报")
_CLASS = {"错误": "e", "核实": "c", "提示": "h"}
_STATE_CLASS = {"通过": "ok", "需核实": "c", "未能全查": "c"}


def page(batch: Batch) -> bytes:
    """The page."""
    return "\n".join(_page(batch)).encode("utf-8", errors="replace")


def _page(batch: Batch) -> Iterator[str]:
    title = f"学生资助金结算表批量校验 {batch.term}".strip()
    yield f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{CSS}</style></head><body><main><h1>{escape(title)}</h1>"
    yield from _overview(batch)
    yield from _matrix(batch)
    yield from _details(batch)
    yield from _rules(batch)
    yield from _repeated(batch)
    yield from _unread(batch)
    yield f"</main><script>{JS}</script></body></html>"


def _overview(batch: Batch) -> Iterator[str]:
    states = Counter(state_of(school) for school in batch.known)
    levels = batch.levels
    cards = [
        ("文件", len(batch.files), ""),
        ("学校", len(batch.known), ""),
        ("通过", states["通过"], "ok"),
        ("要交", sum(school.must_return for school in batch.known), "e"),
        *([("认不出单位的文件", batch.unidentified, "e")] if batch.unidentified else []),
        *((level, levels[level], _CLASS[level]) for level in LEVELS),
    ]
    yield '<section class="cards">'
    yield from (f'<div class="card {kind}"><b>{number}</b><span>{name}</span></div>' for name, number, kind in cards)
    yield '</section><section class="charts">'
    yield f"<figure><figcaption>各校情况</figcaption>{strip([(s, states[s]) for s in STATES if states[s]])}</figure>"
    found = by_rule(batch)
    top = sorted(found, key=lambda item: -item[2])[:12]
    if top:
        rows = [(f"{f.code} {f.rule.name}", places, f.level) for _, f, places, _ in top]
        yield f"<figure><figcaption>最常见的问题（处数）</figcaption>{bars(rows)}</figure>"
    yield "</section>"
    if not batch.rostered:
        yield '<p class="note">没有给学校名单（--roster），查不出未报和多报的学校。</p>'
    for line in batch.open_lines:
        yield f'<p class="note">{escape(line)}</p>'
    for text in batch.troubles:
        yield f'<p class="note bad">{escape(mask(text))}</p>'


def _matrix(batch: Batch) -> Iterator[str]:
    places = [*roles_of(batch).items(), (WHOLE, WHOLE)]
    yield '<section><h2>学校 × 表</h2><p class="note">每格依次为 <i class="e">错误</i> <i class="c">核实</i> '
    yield '<i class="h">提示</i> 的处数；点学校名称看每一处。</p>'
    yield '<p class="tools"><input id="find" type="search" placeholder="按单位筛选" aria-label="按单位筛选"> '
    yield '<select id="rule" aria-label="按规则筛选"><option value="">全部规则</option>'
    for _, f, places_found, _ in by_rule(batch):
        yield f'<option value="{f.code}">{f.code} {escape(f.rule.name)}（{places_found}）</option>'
    yield '</select> <label><input id="todo" type="checkbox"> 只看要交的</label></p>'
    heads = "".join(f"<th>{escape(name)}</th>" for _, name in places)
    yield f'<table class="matrix"><thead><tr><th>单位</th><th>报送</th><th>结果</th>{heads}<th>要交什么</th></tr></thead><tbody>'
    for number, school in enumerate(batch.schools):
        counts, state = counts_of(school), state_of(school)
        report = report_of(school)
        name = escape(school.name)
        linked = f'<a href="#s{number}">{name}</a>' if _told(school) else name
        codes = " ".join(sorted(report.found_codes)) if report else ""
        cells = "".join(f"<td>{_counts(counts.get(role, Counter()))}</td>" for role, _ in places)
        yield (
            f'<tr class="school" data-name="{name}" data-codes="{codes}" data-todo="{int(school.must_return)}">'
            f"<td>{linked}</td><td>{school.filed}</td>"
            f'<td class="{_STATE_CLASS.get(state, "e")}">{state}</td>{cells}<td>{escape(demand(batch, number))}</td></tr>'
        )
    yield "</tbody></table></section>"


def _counts(counted: Counter[str]) -> str:
    return " ".join(f'<i class="{_CLASS[level]}">{counted[level]}</i>' for level in LEVELS if counted[level])


def _details(batch: Batch) -> Iterator[str]:
    yield "<section><h2>逐校逐处</h2>"
    for number, school in enumerate(batch.schools):
        report = report_of(school)
        if report is None or school.current is None or not _told(school):
            continue
        levels = " ".join(
            f'<i class="{_CLASS[level]}">{level} {report.levels[level]}</i>' for level in LEVELS if report.levels[level]
        )
        yield (
            f'<details id="s{number}" class="school" data-name="{escape(school.name)}" '
            f'data-codes="{" ".join(sorted(report.found_codes))}" data-todo="{int(school.must_return)}">'
            f"<summary><b>{escape(school.name)}</b> {levels} <small>{escape(mask(school.current.path))} · "
            f"{report.set_name} · {report.term}</small></summary>"
        )
        if report.findings:
            yield "<table><thead><tr><th>级别</th><th>规则</th><th>单元格</th><th>问题</th><th>应为 / 实为 / 相差</th><th>办法</th></tr></thead><tbody>"
            yield from map(_finding, report.findings[:SHOWN])
            yield "</tbody></table>"
        if len(report.findings) > SHOWN:
            yield f'<p class="note">只列出前 {SHOWN} 处，另有 {len(report.findings) - SHOWN} 处见 汇总.xlsx。</p>'
        for remark in report.remarks:
            yield f'<p class="note">{escape(mask(remark).rstrip("。"))}。</p>'
        if report.unchecked:
            yield from _unchecked(report)
        yield "</details>"
    yield "</section>"


def _unchecked(report: Report) -> Iterator[str]:
    """Rule by rule, with the first places of each."""
    found = unchecked_of(report)
    yield f'<p class="note">未能校验（不等于通过）：{len(found)} 条规则，共 {len(report.unchecked)} 处</p><ul class="note">'
    for rule, whys in found:
        yield f"<li>[{rule.code}] {escape(rule.name)}：{escape(reasons(whys, NAMED))}</li>"
    yield "</ul>"


def _told(school: School) -> bool:
    """Whether there is anything to unfold."""
    report = report_of(school)
    return report is not None and bool(report.findings or notes_of(school))


def _finding(f: Finding) -> str:
    where = escape(f"{mask(f.sheet)}!{f.own.cell}" if f.cell else mask(f.sheet) or WHOLE)
    figures = "<br>".join(
        f"<span>{name} {escape(value)}</span>"
        for name, value in (("应为", f.expected), ("实为", f.actual), ("相差", f.difference))
        if value
    )
    others = "".join(
        f"<li>{escape(mask(item.sheet))}{escape('!' + item.cell if item.cell else '')} {escape(item.label)} {escape(item.value)}</li>"
        for item in f.others
    )
    listed = f"<ul>{others}</ul>" if others else ""
    return (
        f'<tr data-code="{f.code}"><td class="{_CLASS[f.level]}">{f.level}</td><td>{f.code}<br><small>{escape(f.rule.name)}</small></td>'
        f"<td>{where}<br><small>{escape(f.label)}</small></td><td>{escape(f.message)}{listed}</td>"
        f"<td class=n>{figures}</td><td>{escape(f.rule.help)}<br><small>{escape(f.rule.basis)}</small></td></tr>"
    )


def _rules(batch: Batch) -> Iterator[str]:
    found = by_rule(batch)
    if not found:
        return
    yield "<section><h2>按规则</h2><table><thead><tr><th>规则</th><th>级别</th><th>名称</th><th>处数</th><th>学校数</th><th>办法</th></tr></thead><tbody>"
    for _, f, places, schools in found:
        yield (
            f'<tr><td>{f.code}</td><td class="{_CLASS[f.level]}">{f.level}</td><td>{escape(f.rule.name)}</td>'
            f"<td class=n>{places}</td><td class=n>{schools}</td><td>{escape(f.rule.help)}</td></tr>"
        )
    yield "</tbody></table></section>"


def _repeated(batch: Batch) -> Iterator[str]:
    if not batch.between.repeated:
        return
    yield '<section><h2>出现在几所学校的学生</h2><p class="note">完整的身份证号见 汇总.xlsx 的“重复学生”。</p>'
    yield "<table><thead><tr><th>身份证号</th><th>姓名</th><th>学校与单元格</th></tr></thead><tbody>"
    for item in batch.between.repeated:
        places = "<br>".join(
            f"{escape(school.name)}　{escape(mask(sheet))}!{cell}" for school, sheet, cell in item.places
        )
        yield f"<tr><td>{mask(item.number) or '见原表'}</td><td>{'相同' if item.same_name else '不同'}</td><td>{places}</td></tr>"
    yield "</tbody></table></section>"


def _unread(batch: Batch) -> Iterator[str]:
    rows = [(file.path, "读不了", file.failure.message) for file in batch.unread if file.failure]
    rows += [(item.path, "没有打开" if item.kind else "跳过", item.why) for item in batch.passed]
    if not rows:
        return
    yield "<section><h2>没有校验的文件</h2><table><thead><tr><th>文件</th><th>情况</th><th>说明</th></tr></thead><tbody>"
    for path, what, why in rows:
        yield f'<tr><td>{escape(mask(path))}</td><td class="{"" if what == "跳过" else "e"}">{what}</td><td>{escape(why)}</td></tr>'
    yield "</tbody></table></section>"
