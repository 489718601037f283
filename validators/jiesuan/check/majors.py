"""就读专业 of 免学费: where majors are named, how, how many, and under which 专业类别."""

from __future__ import annotations

from decimal import Decimal

from ..identity import GRADES, Entry, major_key, major_of, parse_entry, split_majors
from ..ref import Ref, compress
from ..report import Finding, Related, amount
from ..table import Table
from ..term import Term
from ..text import fold
from .context import Context, related, several

_ZERO = Decimal(0)
_AGRI = "涉农专业"


def _majors(table: Table, index: int) -> list[tuple[str, Entry | None]]:
    return [(text, parse_entry(text)) for text in split_majors(table.text("就读专业", index))]


def majors_filled(context: Context) -> None:
    """C7: majors are named exactly where there are heads."""
    for table in context.tables():
        if not context.bound(table, "就读专业", *table.form.groups["月"]):
            continue
        months = list(table.form.groups["月"])
        rows = [i for i in table.details() if all(context.readable(table, i, name) for name in months)]
        heads = {i: any(table.amount(name, i) > 0 for name in months) for i in rows}
        holds = [bool(_majors(table, i)) == heads[i] for i in rows]

        def describe(
            position: int, rows: list[int] = rows, heads: dict[int, bool] = heads, table: Table = table,
            months: list[str] = months,
        ) -> Finding:  # fmt: skip
            index = rows[position]
            message = "有人次，没有填就读专业" if heads[index] else "填了就读专业，没有人次"
            return context.at_cell(
                table, "就读专业", index, message, related=(several(table, [(name, index) for name in months]),)
            )

        context.ledger.demand(context.rule, holds, describe)


def majors_format(context: Context) -> None:
    """C8: each major as 入学年+季+专业名称, in order of entry, of the row's grade."""
    for table in context.tables():
        if not context.bound(table, "就读专业"):
            continue
        rows = [i for i in table.details() if table.text("就读专业", i)]
        faults = {i: _majors_fault(context, table, i) for i in rows}
        holds = [not faults[i] for i in rows]

        def describe(
            position: int, rows: list[int] = rows, faults: dict[int, str] = faults, table: Table = table
        ) -> Finding:
            return context.at_cell(
                table,
                "就读专业",
                rows[position],
                faults[rows[position]],
                expected="2023秋数控加工、2023秋幼儿教育 这样的写法",
            )

        context.ledger.demand(context.rule, holds, describe)


def _majors_fault(context: Context, table: Table, index: int) -> str:
    term = context.workbook.term
    grade = table.keys[index][table.form.axes.index("年级")]
    entries = _majors(table, index)
    for text, entry in entries:
        if entry is None:
            return f"“{text[:20]}”看不出入学年季"
        if grade not in entry.grades(term):
            return f"“{text[:20]}”不是{grade}：{entry.term.title}入学，到{term.title}{_standing(entry, term)}"
    order = [entry.term for _, entry in entries if entry]
    return "没有按入学先后排列" if order != sorted(order) else ""


def _standing(entry: Entry, term: Term) -> str:
    """Which grades an entry is in during a term, or why in none."""
    grades = [grade for grade in GRADES if grade in entry.grades(term)]
    if grades:
        return f"是{'、'.join(grades)}"
    return "还没有入学" if entry.term > term else "已满三年"


def major_count(context: Context) -> None:
    """C6: 专业个数 is the number of different majors listed."""
    for table in context.tables():
        line = table.lines.get("专业个数")
        if not context.bound(table, "就读专业") or not context.whole(table):
            continue
        if line is None or line.number.value is None:
            spoilt = line is not None and line.number.trouble
            context.ledger.cannot(context.rule, f"{line.ref} 不是数" if line and spoilt else "“专业个数”没有填")
            continue
        listed = {major_key(text) for i in table.details() for text, _ in _majors(table, i)}
        counted, stated = Decimal(len(listed)), line.number.value
        named = [ref for i in table.details() if _majors(table, i) and (ref := table.ref("就读专业", i)) is not None]
        cells = compress((ref.row, ref.column) for ref in named)
        where = Related(table.sheet.name, cells, f"就读专业（{len(named)}格）", f"{counted} 个")

        def describe(
            _: int, ref: Ref = line.ref, a: Decimal = stated, b: Decimal = counted, where: Related = where
        ) -> Finding:
            message = "专业个数与第5列所列的专业不符"
            return context.at_ref(
                ref, "合计 · 专业个数", message, expected=f"{b} 个", actual=f"{amount(a, '')} 个", related=(where,)
            )

        context.ledger.relate(context.rule, "==", [stated], [counted], [_ZERO], describe)


def agri_majors(context: Context) -> None:
    """E14: what stands under 涉农专业 is in the catalogue of 涉农专业, and what is in it stands nowhere else."""
    catalogue = context.workbook.pack.majors
    if not catalogue.agri:
        context.ledger.cannot(context.rule, "表册里没有涉农专业名单（majors.toml）")
        return
    for table in context.tables():
        if not context.bound(table, "就读专业"):
            continue
        position = table.form.axes.index("专业类别")
        places: dict[tuple[str, str], dict[int, None]] = {}
        for index in table.details():
            for text, entry in _majors(table, index):
                place = (major_of(entry) if entry else text, table.keys[index][position])
                places.setdefault(place, {})[index] = None
        named = list(places)
        holds = [(kind == _AGRI) == catalogue.is_agri(major) for major, kind in named]

        def describe(
            at: int, named: list[tuple[str, str]] = named, places: dict[tuple[str, str], dict[int, None]] = places,
            table: Table = table,
        ) -> Finding:  # fmt: skip
            (major, kind), (first, *others) = named[at], places[named[at]]
            if kind == _AGRI:
                message, expected = f"“{major[:20]}”填在涉农专业下，不在涉农专业名单里", ""
            else:
                message, expected = f"“{major[:20]}”像是涉农专业，填在{kind}下", _AGRI
            cells = [ref for i in others if (ref := table.ref("就读专业", i)) is not None]
            where = compress((ref.row, ref.column) for ref in cells)
            again = (Related(table.sheet.name, where, f"就读专业（{len(cells)}格）", major[:20]),) if cells else ()
            return context.at_cell(table, "就读专业", first, message, expected=expected, related=again)

        context.ledger.demand(context.rule, holds, describe)


def major_types(context: Context) -> None:
    """E14: in one grade a major stands under one 专业类别 only."""
    for table in context.tables():
        if not context.bound(table, "就读专业"):
            continue
        grade, kind = table.form.axes.index("年级"), table.form.axes.index("专业类别")
        kinds: dict[tuple[str, str], dict[str, int]] = {}
        for index in table.details():
            for _, entry in _majors(table, index):
                if entry is not None:
                    place = kinds.setdefault((table.keys[index][grade], fold(f"{entry.term}{major_of(entry)}")), {})
                    place.setdefault(table.keys[index][kind], index)
        names = list(kinds)
        holds = [len(kinds[name]) == 1 for name in names]

        def describe(
            position: int, names: list[tuple[str, str]] = names, kinds: dict[tuple[str, str], dict[str, int]] = kinds,
            table: Table = table,
        ) -> Finding:  # fmt: skip
            rows = kinds[names[position]]
            last = list(rows.values())[-1]
            message = f"“{names[position][1]}”同时列在{'和'.join(rows)}下"
            others = tuple(related(table, "就读专业", i) for i in list(rows.values())[:-1])
            return context.at_cell(table, "就读专业", last, message, related=others)

        context.ledger.demand(context.rule, holds, describe)
