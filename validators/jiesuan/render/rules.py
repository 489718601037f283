"""`jiesuan rules`, `jiesuan rule CODE` and `jiesuan forms`: the declarations as pages to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..console import pad, width
from ..form import Form
from ..number import plain
from ..pack import Pack
from ..policy import in_force
from ..rule import FAMILIES, Rule
from ..term import Term
from .text import COLORS

_SOURCES = {"printed": "印本", "reconstructed": "复原"}
_CERTAINTY = {"certain": "有原文", "inferred": "推定", "unknown": "未知"}
_ROLES = {"axis": "行标题", "input": "填写", "computed": "计算", "standard": "标准", "serial": "序号", "text": "说明"}

Lines = Iterator[tuple[str, str]]


def rule_record(rule: Rule) -> dict[str, Any]:
    """A rule for programs."""
    return {
        "code": rule.code,
        "name": rule.name,
        "level": rule.level,
        "family": FAMILIES[rule.family],
        "sets": list(rule.sets),
        "since": rule.since,
        "until": rule.until,
        "holds": rule.holds,
        "check": rule.check,
        "basis": rule.basis,
        "why": rule.why,
        "help": rule.help,
    }


def rule_table(pack: Pack) -> Lines:
    """All rules, by family."""
    family = ""
    for rule in pack.rules.values():
        if rule.family != family:
            family = rule.family
            yield "", ""
            yield f"{family}  {FAMILIES[family]}", "bold"
        yield f"  {rule.code}  {rule.level}  {pad(rule.name, 44)}  {_scope(rule)}".rstrip(), COLORS[rule.level]
    yield "", ""
    yield f"共 {len(pack.rules)} 条。错误 必须改正；核实 改正或说明；提示 供参考。一条规则的说明：jiesuan rule 编号", ""


def _scope(rule: Rule) -> str:
    parts = ["、".join(rule.sets)] if rule.sets else []
    if rule.since:
        parts.append(f"{rule.since}起")
    if rule.until:
        parts.append(f"至{rule.until}")
    return " ".join(parts)


def rule_page(rule: Rule) -> Lines:
    """One rule in full."""
    yield f"{rule.level}[{rule.code}] {rule.name}", COLORS[rule.level]
    rows = [
        ("类别", FAMILIES[rule.family]),
        ("适用", _scope(rule) or "全部学校和学期"),
        ("关系", _relation(rule)),
        ("依据", rule.basis),
        ("为什么", rule.why),
        ("办法", rule.help),
    ]
    if rule.excused:
        words = f"（要写到这些词中的一个：{'、'.join(rule.mentions)}）" if rule.mentions else ""
        rows.append(("说明", f"在“{rule.excused.replace('.', '”的“')}”写明原因后不再提示{words}"))
    for key, value in rows:
        if value:
            yield f"  {pad(key, 8)}{value}", ""


def _relation(rule: Rule) -> str:
    if not rule.holds:
        return ""
    text = (
        rule.holds.replace("==", "＝").replace("<=", "≤").replace(">=", "≥").replace(" * ", " × ").replace(" / ", " ÷ ")
    )
    text = (
        text.replace(" % ", " 除以（取余） ")
        .replace("sum(", "合计(")
        .replace("count(", "人数(")
        .replace("peak(", "最多的月(")
    )
    text = text.replace("highest(", "最高的(").replace("at(", "取(")
    each = "、".join(rule.each)
    return text + (f"    （逐{each}）" if each else "")


def form_table(pack: Pack) -> Lines:
    """All forms of the pack."""
    yield f"{pack.info.name}（{pack.info.id}，模板第 {pack.info.version} 版）", "bold"
    yield f"依据 {pack.info.basis}", ""
    for item in (*pack.info.set, *pack.info.bureau):
        yield "", ""
        yield f"{item.name}（{item.attachment}）", "bold"
        for form_id in item.forms:
            form = pack.forms[form_id]
            doubt = f"存疑 {len(form.doubts)} 处" if form.doubts else ""
            yield f"  {form_id}  {pad(form.name, 44)}  {_SOURCES[form.source]}  {doubt}".rstrip(), ""
    yield "", ""
    yield "一张表的列、公式、标准和存疑之处：jiesuan forms 编号", ""


def form_page(pack: Pack, form: Form, term: Term) -> Lines:
    """One form: columns with formulas and origin, totals, standards in force, doubts."""
    yield f"附件{form.id}  {form.title}", "bold"
    yield f"出处  {form.basis}（{_SOURCES[form.source]}）    单位  {form.unit}", ""
    for axis in form.axis:
        members = [
            m.printed + ("（可有可无）" if m.optional and not m.closed else "") for m in axis.members if not m.closed
        ]
        yield f"  {axis.name}（{_SOURCES[axis.source]}）：" + "；".join(members), ""
    yield "", ""
    rows = []
    for column in form.fields:
        number = str(column.no) if column.no is not None else ""
        path = "→".join(column.header) or column.name
        rows.append(
            (number, path, _ROLES[column.role], column.type, column.unit, column.formula, _SOURCES[column.source])
        )
    titles = ("列号", "标题", "角色", "类型", "单位", "公式", "来源")
    sizes = [max(width(row[i]) for row in (*rows, titles)) for i in range(len(titles))]
    for row in (titles, *rows):
        yield (
            "  " + "  ".join(pad(text, sizes[i]) for i, text in enumerate(row)).rstrip(),
            "bold" if row is titles else "",
        )
    yield "", ""
    for total in form.total:
        kept = "、".join(total.keep) or "全部"
        label = re.sub(r"\{(\w+)\}", r"各\1", total.label)
        yield f"  合计行  {label}（按{kept}，{_SOURCES[total.source]}）", ""
    yield from _standards(pack, form, term)
    if form.doubts:
        yield "", ""
        yield "存疑之处（印本受损或文件未说明，程序按下面的理解处理）：", "bold"
        for place, doubt in enumerate(form.doubts, 1):
            yield f"  {place}. {doubt}", ""


def _standards(pack: Pack, form: Form, term: Term) -> Lines:
    own = pack.set_named(form.set).rates or form.set
    texts = " ".join(column.standard + column.formula for column in form.column)
    shown = [
        standard
        for standard in pack.policy.standard
        if in_force(standard.since, standard.until, term)
        and standard.name in texts
        and standard.keys.get("隶属", own) == own
        and set(standard.keys) - {"隶属"} <= set(form.axes)
    ]
    if shown:
        yield "", ""
        yield f"{term.title}的标准（可在 policy.toml 修改）：", "bold"
    for standard in shown:
        of = "、".join(value for key, value in standard.keys.items() if key != "隶属")
        label = pad(f"{standard.name}{'（' + of + '）' if of else ''}", 36)
        yield (
            f"  {label}  {plain(standard.amount):>6} {standard.unit}  {_CERTAINTY[standard.certainty]}  {standard.basis}",
            "",
        )
