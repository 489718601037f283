"""The lines above and below the tables: school, title, balances and dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from itertools import chain, combinations

from ..number import plain, read_number, rounding
from ..ref import Ref, compress
from ..report import Finding, Related, amount
from ..table import LineValue, Table, text_cells
from ..term import Term
from ..text import fold
from .context import Context, signed
from .ledger import NOISE

_ZERO = Decimal(0)
_DATE_LIKE = re.compile(r"[\d年月日号./-]+")
_YEAR_MONTH = re.compile(r"(20\d{2})[年./-](\d{1,2})")
_YEAR = re.compile(r"(?<![\d至到~-])(?:20)?(\d{2})年度?实际收到")
"""`2024年度实际收到`; of two years (`23-24年度`) none is the year."""


_SEAL = re.compile(r"\((?:加盖|单位|学校)?(?:公章|盖章|签章|印章|章)\)")
"""What forms print behind a name: 某校（公章）."""


def same_line(context: Context) -> None:
    """E12: the same school, date and author (option `line`) wherever a sheet names one."""
    name = str(context.rule.options["line"])
    tables = context.workbook.tables.values()
    said = [(table, line, _said(line.text)) for table in tables if (line := table.lines.get(name))]
    filled = [item for item in said if item[2]]
    if not filled:
        # Who filled the form in is mostly signed on paper: no blank of the form asks for it.
        if any(f"{{{name}}}" in line.text for table in tables for line in table.form.line):
            context.ledger.cannot(context.rule, f"各表都没有填{name}")
        return
    counts = Counter(text for _, _, text in filled)
    common = max(counts, key=counts.__getitem__)
    usual = next(line for _, line, text in filled if text == common)
    holds = [text == common for _, _, text in filled]

    def describe(position: int) -> Finding:
        table, line, _ = filled[position]
        message = f"与“{usual.ref.sheet}”的{name}不同"
        return context.at_ref(line.ref, f"{table.form.name} · {name}", message, expected=usual.text, actual=line.text)

    context.ledger.demand(context.rule, holds, describe)


def _said(text: str) -> str:
    """What a blank says, to be compared; dates as year, month and day, and nothing unless all three are there."""
    folded = _SEAL.sub("", fold(text))
    if not _DATE_LIKE.fullmatch(folded):
        return folded
    numbers = [str(int(number)) for number in re.findall(r"\d+", folded)]
    return "-".join(numbers) if len(numbers) == 3 else ""


def school_missing(context: Context) -> None:
    """Every sheet names its school."""
    tables = list(context.workbook.tables.values())
    holds = [bool((line := table.lines.get("学校名称")) and line.text) for table in tables]

    def describe(position: int) -> Finding:
        table = tables[position]
        line = table.lines.get("学校名称")
        return context.at_ref(
            line.ref if line else Ref(table.sheet.name, 1, 1), f"{table.form.name} · 学校名称", "表头没有填学校名称"
        )

    context.ledger.demand(context.rule, holds, describe)


def title_term(context: Context) -> None:
    """Every title, and every banner over the figures, that names a term names the workbook's."""
    workbook = context.workbook
    named: list[tuple[Ref, str, Term]] = []
    for role, table in workbook.tables.items():
        row, column, text = workbook.titles[role]
        term = Term.find(text)
        if term is None:
            context.ledger.cannot(context.rule, f"“{table.sheet.name}”的标题没有写明学期")
        else:
            named.append((Ref(table.sheet.name, row, column), "标题", term))
        named += _banners(table, workbook.term)
    holds = [term == workbook.term for _, _, term in named]

    def describe(position: int) -> Finding:
        ref, label, term = named[position]
        return context.at_ref(ref, label, context.rule.name, expected=workbook.term.title, actual=term.title)

    context.ledger.demand(context.rule, holds, describe)


def _banners(table: Table, term: Term) -> Iterator[tuple[Ref, str, Term]]:
    """The form's banner (`2024年春季学期对应资金统计`) wherever it stands over the figures, and the term it names."""
    ending = fold(table.form.banner.removeprefix(term.title))
    if not ending or not table.rows:
        return
    for row, column, text in text_cells(table.sheet, min(table.rows) - 1):
        folded = fold(text)
        if folded.endswith(ending):
            with suppress(ValueError):  # a sentence that only ends so
                yield Ref(table.sheet.name, row, column), "表头", Term.parse(folded.removesuffix(ending))


def title_set(context: Context) -> None:
    """C5: a title of the other set is a hint, no more."""
    workbook = context.workbook
    others = [item.name for item in workbook.pack.info.set if item.name != workbook.set]
    titles = list(workbook.titles.items())
    holds = [not any(name in text for name in others) for _, (_, _, text) in titles]

    def describe(position: int) -> Finding:
        role, (row, column, text) = titles[position]
        ref = Ref(workbook.tables[role].sheet.name, row, column)
        return context.at_ref(ref, "标题", context.rule.name, expected=workbook.set, actual=text)

    context.ledger.demand(context.rule, holds, describe)


def balance(context: Context) -> None:
    """D7: 期末结余 = 实际收到 - this term's amount, with or without 前期结余 (the notice leaves it open).

    The form takes off two terms.  In autumn the other is the spring before, which this workbook does not know: no single
    figure is due then, and both readings are told (with last term's workbook `year-end` decides instead)."""
    for table in context.tables():
        lines = table.lines
        if not legible(context, table, "前期结余", "实际收到", "期末结余"):
            continue
        end, received = lines.get("期末结余"), lines.get("实际收到")
        if end is None or received is None or end.number.value is None or received.number.value is None:
            context.ledger.cannot(context.rule, "表下“期末结余”或“实际收到生均金额”没有填")
            continue
        if not context.bound(table, "人次", "生均标准") or not context.whole(table):
            continue
        rows = table.details()
        if not all(context.readable(table, i, "人次", "生均标准") for i in rows):
            continue
        # From heads and yuan, so that a wrong amount in column 8 is reported there and not again here.
        spent = sum((table.amount("人次", i) * table.amount("生均标准", i) / 100_000 for i in rows), _ZERO)
        read = [ref for i in rows for name in ("人次", "生均标准") if (ref := table.ref(name, i)) is not None]
        cells = compress((ref.row, ref.column) for ref in read)
        before = lines["前期结余"].number.value if "前期结余" in lines else None
        plain_balance = received.number.value - spent
        accepted = [plain_balance] if before is None else [plain_balance, plain_balance + before]
        stated = end.number.value
        wanted = min(accepted, key=lambda value: abs(value - stated))
        slack = NOISE + rounding(stated, "万元")
        if abs(stated - wanted) > slack and (found := _in_yuan(context, table, spent)) is not None:
            context.ledger.demand(context.rule, [False], lambda _, found=found: found)  # type: ignore[misc]
            continue
        both = (
            _both_readings(context.workbook.term, list(dict.fromkeys(accepted)), stated)
            if context.workbook.term.season == "秋"
            else ""
        )

        def describe(
            _: int, ref: Ref = end.ref, a: Decimal = stated, b: Decimal = wanted, spent: Decimal = spent, both: str = both,
            got: Decimal = received.number.value, got_ref: Ref = received.ref, cells: str = cells,
        ) -> Finding:  # fmt: skip
            return context.at_ref(
                ref,
                "表下 · 期末结余",
                both or "不等于实际收到减本学期对应金额（加或不加前期结余）",
                expected="" if both else amount(b, "万元"),
                actual=amount(a, "万元"),
                difference="" if both else signed(a - b, "万元"),
                unit="万元",
                related=(
                    Related(got_ref.sheet, got_ref.cell, "表下 · 实际收到", amount(got, "万元")),
                    Related(
                        got_ref.sheet, cells, "本学期对应生均公用经费（第6列×第7列各行之和）", amount(spent, "万元")
                    ),
                ),
            )

        context.ledger.relate(context.rule, "==", [stated], [wanted], [slack], describe)


def _both_readings(term: Term, one_term: list[Decimal], stated: Decimal) -> str:
    """What the balance would be by taking off this term alone, and what last term must have come to by taking off both;
    first without, then with what was brought forward."""

    def told(values: list[Decimal]) -> str:
        more = (f"（加前期结余的话 {amount(value, '万元')}）" for value in values[1:])
        return "".join((amount(values[0], "万元"), *more))

    last = [value - stated for value in one_term]
    message = f"只减本学期对应金额是 {told(one_term)}，与所填的不同；表下写的是减两个学期，那样"
    if max(last) < 0:
        return f"{message}只会更少"
    if last[0] < 0:
        message, last = f"{message}要加上前期结余，", last[1:]
    return f"{message}{term.previous.title}的对应金额应正好是 {told(last)}，请与那个学期的表核对"


def legible(context: Context, table: Table, *names: str) -> bool:
    """Whether the blanks of the lines below a table hold numbers or nothing; else the rule is unchecked."""
    for name in names:
        line = table.lines.get(name)
        if line is not None and line.number.trouble:
            context.ledger.cannot(context.rule, f"{line.ref} 不是数")
            return False
    return True


def _in_yuan(context: Context, table: Table, spent: Decimal) -> Finding | None:
    """The finding where the balance agrees once figures below the table are taken for 元 typed into blanks of 万元."""
    lines = {
        name: line
        for name in ("实际收到", "前期结余", "期末结余")
        if (line := table.lines.get(name)) is not None and line.number.value
    }
    wrong: tuple[str, ...]
    for wrong in chain.from_iterable(combinations(lines, count) for count in range(1, len(lines) + 1)):
        read = {name: (line.number.value or _ZERO) / (10_000 if name in wrong else 1) for name, line in lines.items()}
        end, received = read.get("期末结余", _ZERO), read.get("实际收到", _ZERO)
        due = {received - spent, received - spent + read.get("前期结余", _ZERO)}
        if not any(abs(end - value) <= NOISE + rounding(end, "万元") for value in due):
            continue
        line, others = lines[wrong[0]], [lines[name] for name in wrong[1:]]
        stated = line.number.value or _ZERO
        return context.at_ref(
            line.ref,
            f"表下 · {wrong[0]}",
            "恰为应有数的10000倍，像是把元填成了万元",
            expected=amount(read[wrong[0]], "万元"),
            actual=amount(stated, "万元"),
            difference=signed(stated - read[wrong[0]], "万元"),
            unit="万元",
            related=tuple(
                Related(
                    other.ref.sheet,
                    other.ref.cell,
                    f"表下 · {name}，也像是元",
                    amount(other.number.value or _ZERO, "万元"),
                )
                for name, other in zip(wrong[1:], others, strict=True)
            ),
        )
    return None


def previous_end(context: Context) -> None:
    """D8: the balance brought forward stands at the end of the previous term."""
    year, month = context.workbook.term.previous.end
    for _, line, said in _dated(context, "前期截止", "前期结余的截止年月"):
        _on_time(context, "前期截止", line, said == (year, month), f"{year}年{month}月")


def received_year(context: Context) -> None:
    """D8: money of a year is received in that year, the one written on the line: in an autumn term it may be the next."""
    for table, line, (year, _) in _dated(context, "收款日期", "收款日期"):
        match = _YEAR.search(_row_text(table, line.ref.row))
        if match is None:
            context.ledger.cannot(context.rule, "表下没有写明是哪一年度实际收到的")
        else:
            written = 2000 + int(match[1])
            _on_time(context, "收款日期", line, year == written, f"{written}年")


def _row_text(table: Table, row: int) -> str:
    """A row read as one sentence, which may be spread over its cells."""
    values = table.sheet.values[row - 1] if row <= len(table.sheet.values) else []
    numbers = [None if isinstance(value, str) else read_number(value).value for value in values]
    pairs = zip(values, numbers, strict=True)
    return "".join(plain(number) if number is not None else fold(str(value or "")) for value, number in pairs)


def _dated(context: Context, name: str, words: str) -> Iterator[tuple[Table, LineValue, tuple[int, int]]]:
    """The blank of that name below each table, with the year and month written there."""
    for table in context.tables():
        line = table.lines.get(name)
        match = _YEAR_MONTH.search(line.text) if line else None
        if line is None or match is None:
            context.ledger.cannot(context.rule, f"表下{words}没有填")
        else:
            yield table, line, (int(match[1]), int(match[2]))


def _on_time(context: Context, name: str, line: LineValue, holds: bool, expected: str) -> None:
    def describe(_: int) -> Finding:
        return context.at_ref(line.ref, f"表下 · {name}", context.rule.name, expected=expected, actual=line.text)

    context.ledger.demand(context.rule, [holds], describe)
