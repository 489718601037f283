"""`holds` rules: expressions of a rule entry become rows of the balance table."""

from __future__ import annotations

from decimal import Decimal

from ..bind import Workbook
from ..expression import ROW, Evaluated, ExpressionError, Figures, Unchecked, evaluate, parse
from ..number import show
from ..ref import Ref
from ..report import Finding, Related, amount
from ..rule import Rule
from .context import clue, is_excused
from .ledger import NOISE, Ledger

_ZERO = Decimal(0)
_WORDS = {"==": "", "<=": "不大于 ", ">=": "不小于 ", "<": "小于 ", ">": "大于 ", "!=": "不等于 "}


def relate(rule: Rule, workbook: Workbook, ledger: Ledger) -> Evaluated | None:
    """Evaluate a `holds` rule and add its relations; returns what was evaluated, None when it cannot be checked."""
    if _excluded(rule, workbook):
        return None
    try:
        result = evaluate(rule, workbook)
    except Unchecked as reason:
        ledger.cannot(rule, str(reason))
        return None
    for why in dict.fromkeys(result.bad.values()):
        ledger.cannot(rule, why)
    rows = [i for i, active in enumerate(result.active) if active and i not in result.bad]
    base = NOISE * (10000 if rule.unit == "元" else 1) if rule.unit in ("万元", "元") else _ZERO
    left, right = result.left, result.right
    tolerance = [base + left.slack.get(i, _ZERO) + right.slack.get(i, _ZERO) for i in rows]
    marked = _marker(rule, workbook)

    def describe(position: int) -> Finding | None:
        return _describe(result, workbook, rows[position], marked)

    ledger.relate(
        rule,
        result.operator,
        [left.values[i] for i in rows],
        [right.values[i] for i in rows],
        tolerance,
        describe,
    )
    return result


def _excluded(rule: Rule, workbook: Workbook) -> bool:
    """Whether a rule for forms without a member meets forms that have it."""
    return any(
        axis in table.form.axes
        and not table.is_list
        and table.form.role == _first_role(rule)
        and table.has_member(axis, name)
        for axis, name in rule.absent.items()
        for table in workbook.tables.values()
    )


def _first_role(rule: Rule) -> str:
    return next(iter(parse(rule.code, rule.holds, rule.when).operands.values())).role


def _marker(rule: Rule, workbook: Workbook) -> Evaluated | None:
    """The figures of `at`, evaluated over the same instances, when the rule names a cell outside its own operands."""
    if not rule.at:
        return None
    import msgspec

    try:
        probe = msgspec.structs.replace(rule, holds=f"{rule.at} == 0", when="", at="", absent={})
        return evaluate(probe, workbook)
    except (Unchecked, ExpressionError):
        return None


def figure_at(result: Evaluated, marked: Evaluated | None, instance: int) -> tuple[Figures, Ref] | None:
    """The figure and cell at which a finding of this instance stands: `at`, else the first single figure, else the first
    cell of the first operand."""
    candidates: list[tuple[Figures, int]] = []
    if marked is not None:
        wanted = result.instances[instance]
        for i, other in enumerate(marked.instances):
            if all(wanted.get(axis) == member for axis, member in other.items()):
                candidates += [(figures, i) for figures in marked.figures.values()]
    figures_list = list(result.figures.values())
    candidates += [(f, instance) for f in figures_list if not f.operand.aggregate]
    candidates += [(f, instance) for f in figures_list if f.operand.aggregate]
    for figures, i in candidates:
        refs = figures.refs(i)
        if refs:
            return figures, refs[0]
    return None


def _describe(result: Evaluated, workbook: Workbook, instance: int, marked: Evaluated | None) -> Finding | None:
    rule = result.rule
    placed = figure_at(result, marked, instance)
    anchor = placed[0] if placed else next(iter(result.figures.values()))
    row = result.instances[instance].get(ROW)
    if is_excused(rule, workbook, anchor.table, int(row) if row is not None else _record(anchor, instance)):
        return None
    left, right = Decimal(result.left.values[instance]), Decimal(result.right.values[instance])
    unit = rule.unit
    ref = placed[1] if placed else None
    relation = _WORDS[result.operator]
    related = tuple(_related(figures, instance) for figures in result.figures.values() if figures.places[instance])
    hint = ""
    if result.operator == "==":
        hint = clue(left, right, unit, _monthly(workbook))
    message = rule.says or rule.name
    if hint:
        message = f"{message}：{hint}"
    if result.operator == "==":
        # The finding stands at the figure called “actual”; expected is the other side.
        own_left = placed is not None and _on_left(result, placed[0], marked)
        actual, expected = (left, right) if own_left else (right, left)
    else:
        actual, expected = left, right
    difference = actual - expected
    return Finding(
        rule,
        ref.sheet if ref else anchor.table.sheet.name,
        ref.cell if ref else "",
        _label(anchor, instance, marked is not None and anchor not in result.figures.values(), ref),
        message,
        expected=f"{relation}{amount(expected, unit)}",
        actual=amount(actual, unit),
        difference=("+" if difference > 0 else "") + amount(difference, unit),
        unit=unit,
        related=related,
        order=(ref.row, ref.column) if ref else (0, 0),
    )


def _record(figures: Figures, instance: int) -> int | None:
    places = figures.places[instance] if instance < len(figures.places) else []
    return places[0][1] if places else None


def _on_left(result: Evaluated, figures: Figures, marked: Evaluated | None) -> bool:
    """Whether the marked figure belongs to the left side: by being an operand of it, or of the same form and field."""
    import ast

    left = ast.unparse(result.parsed.left)
    for text, own in result.figures.items():
        same = own is figures or (own.operand.role == figures.operand.role)
        if same and text in left:
            return True
    return False


def _label(figures: Figures, instance: int, foreign: bool, ref: Ref | None) -> str:
    table = figures.table
    if ref is not None:
        for places in figures.places:
            for name, index in places:
                if table.ref(name, index) == ref:
                    return table.label(name, index)
    return table.form.name


def _related(figures: Figures, instance: int) -> Related:
    """An operand in words: one figure by its label, several as `…（9个单元格）`."""
    table = figures.table
    places = figures.places[instance]
    cells = figures.cells(instance)
    unit = "人" if figures.operand.aggregate == "count" else figures.unit
    if len(places) == 1:
        label = table.label(*places[0])
    else:
        names = list(dict.fromkeys(name for name, _ in places))
        captions = table.columns[names[0]].column.caption if len(names) == 1 else "各月"
        keys = {table.keys[index] for _, index in places}
        common = [
            member
            for position, member in enumerate(next(iter(keys), ()))
            if all(key[position] == member for key in keys)
        ]
        kind = {"count": "人数", "peak": "中最多的一月"}.get(figures.operand.aggregate, "之和")
        label = f"{' '.join(common)} · {captions}{kind}（{len(places)}格）".removeprefix(" · ")
        if len(cells) > 60:
            areas = cells.split(",")
            cells = ",".join(areas[:4]) + f" 等{len(places)}格"
    return Related(table.sheet.name, cells, label, f"{show(figures.values[instance], unit)} {unit}".rstrip())


def _monthly(workbook: Workbook) -> tuple[Decimal, ...]:
    """Monthly standards in yuan, to recognise a difference of exactly one student-month."""
    found: list[Decimal] = []
    for standard in workbook.pack.policy.standard:
        own = standard.keys.get("隶属", workbook.set) == workbook.set
        if standard.name == "助学金月标准":
            found.append(standard.amount)
        elif standard.name == "免学费年标准" and "专业类别" in standard.keys and own:
            found.append(standard.amount / 10)
    return tuple(dict.fromkeys(found))
