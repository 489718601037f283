"""Binding a whole workbook: which sheet is which form, which set (省属/市属) and which term."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..book import Book, Sheet
from ..form import Form
from ..pack import Pack
from ..recalculate import recalculate
from ..table import Problem, Table
from ..term import Term
from ..text import fold, nearest
from .grid import bind_grid
from .headers import Labels, heading
from .lines import read_lines
from .listing import bind_list
from .months import other_season, wrong_months
from .schools import bind_schools

TITLE_ROWS = 15
PROPERTY_VERSION, PROPERTY_SET, PROPERTY_TERM = "jiesuan-template", "jiesuan-set", "jiesuan-term"


class NotBound(Exception):
    """The workbook is no settlement workbook this pack can check; `kind` is a slug, the message is Chinese."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


@dataclass
class Workbook:
    """A received workbook, bound: a table per form role."""

    book: Book
    pack: Pack
    set: str
    term: Term
    tables: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    titles: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Role → (row, column, text) of the title found."""
    printed: Term | None = None
    """The term that the workbook itself states, whatever `--term` and the name of the file say."""

    @property
    def forms(self) -> list[Form]:
        return self.pack.set_forms(self.set, self.term)


@dataclass
class _Sheet:
    sheet: Sheet
    role: str
    title_row: int
    title_column: int
    title: str
    labels: Labels


def bind(book: Book, pack: Pack, *, term: Term | None = None, set_name: str | None = None) -> Workbook:
    """Bind a book.  Raises NotBound when no sheet is a form of the pack, or the term cannot be told or is not covered."""
    _check_version(book, pack)
    recognised = [found for sheet in book.sheets if (found := _recognise(sheet, pack)) is not None]
    if not recognised:
        raise NotBound("not-settlement", _not_settlement(book, pack))
    chosen_set = set_name or _set_of(book, pack, recognised)
    printed = _printed(book, recognised)
    chosen_term = term or printed or _term_in_name(book)
    if not pack.covers(chosen_term):
        raise NotBound(
            "term",
            f"这是{chosen_term.title}的表，而“{pack.info.name}”只适用于{Term.parse(pack.info.since).title}及以后；"
            "如学期认错了，请加 --term 指明，例如 --term 2024春。",
        )
    bound = Workbook(book, pack, chosen_set, chosen_term, printed=printed)
    recalculate(book)
    for form in bound.forms:
        candidates = [found for found in recognised if found.role == form.role]
        if not candidates:
            if not form.optional:
                bound.problems.append(_missing_form(form, book))
            continue
        results = [(_bind_one(form, found), found) for found in candidates]
        (table, problems), found = results[0]
        if len(results) > 1:
            (table, problems), found = max(results, key=lambda item: _rank(item[0][0], item[1], chosen_term))
        for (double, _), other in results:
            # A sheet that only mentions the title, e.g. instructions, is no second form.
            if other is not found and double.keys:
                bound.problems.append(_double(form, found, other, chosen_term))
        wrong = _other_set(bound, form, found, problems)
        if wrong is not None:
            bound.problems.append(wrong)
            continue
        bound.tables[form.role] = table
        bound.titles[form.role] = (found.title_row, found.title_column, found.title)
        bound.problems += [_of_earlier_term(bound, form, found, problem) for problem in problems]
        bound.problems += _hidden(table)
        bound.problems += wrong_months(table, chosen_term, found.labels, found.title_row)
    return bound


def _bind_one(form: Form, found: _Sheet) -> tuple[Table, list[Problem]]:
    binder = {"list": bind_list, "schools": bind_schools}.get(form.kind, bind_grid)
    table, problems = binder(form, found.labels, found.title_row)
    read_lines(form, table, found.labels)
    return table, problems


def _missing(problems: list[Problem]) -> bool:
    return any(
        problem.check == "missing-column" or (problem.check == "missing-row" and problem.cell is None)
        for problem in problems
    )


def _other_set(bound: Workbook, form: Form, found: _Sheet, problems: list[Problem]) -> Problem | None:
    """A sheet that lacks rows or columns of its form, and has the title and everything of the same form of another set, is
    that form: what it lacks would only mislead."""
    if not _missing(problems):
        return None
    for item in bound.pack.info.set:
        for other in bound.pack.set_forms(item.name, bound.term) if item.name != bound.set else ():
            if other.role != form.role or not any(fold(title) in fold(found.title) for title in other.titles):
                continue
            table, failing = _bind_one(other, found)
            if table.keys and not _missing(failing):
                message = (
                    f"这张表是附件{other.id}《{other.name}》，是{item.name}学校填的；本工作簿是{bound.set}的，"
                    f"应填附件{form.id}《{form.name}》。请换用附件{form.id}重填（jiesuan new {bound.set} --term "
                    f"{bound.term} 可生成空白表），不要在这张表上补行补列；这张表上的数没有核对。"
                )
                cell = (max(found.title_row, 1), found.title_column)
                return Problem("missing-row", found.sheet.name, cell, f"附件{form.id}", message)
    return None


def _of_earlier_term(bound: Workbook, form: Form, found: _Sheet, problem: Problem) -> Problem:
    """The finding about a group of columns that the form of an earlier term does not have says so."""
    early = bound.pack.form(form.id, Term.parse(bound.pack.info.since))
    added = {member.name for axis in early.axis for member in axis.members if member.closed}
    now_closed = {member.name for axis in form.axis for member in axis.members if member.closed}
    if problem.check != "missing-row" or problem.cell is not None or problem.label not in added - now_closed:
        return problem
    message = (
        f"找不到“{problem.label}”这一列：{bound.term.title}的表有“{problem.label}”，这张表是以前学期的样式。"
        f"请用本学期的空白表重填（jiesuan new {bound.set} --term {bound.term} 可生成）。"
    )
    return problem._replace(cell=(max(found.title_row, 1), found.title_column), message=message)


def _rank(table: Table, found: _Sheet, term: Term) -> tuple[bool, bool, bool, bool, int, int]:
    """Which of several sheets counts as the form: one of this term before one of another (the title before the months,
    which are often left as they were), one that is seen before a hidden one, then the one with more filled in, then with
    more of the form."""
    cells = sum(len(column.cells) for column in table.columns.values())
    filled = sum(value is not None for column in table.columns.values() for value in column.raw)
    named, other = _named_term(found) in (term, None), bool(_other_term(found, term))
    return bool(table.keys), named, not other, found.sheet.visible, filled, cells


def _named_term(found: _Sheet) -> Term | None:
    """The term in the title of a sheet, or without one there in its name."""
    return Term.find(found.title) or Term.find(found.sheet.name)


def _other_term(found: _Sheet, term: Term) -> str:
    """Why a sheet is not of this term, in words: its title, or without a term there its name, or its month headings;
    empty where nothing speaks against it."""
    named = _named_term(found)
    if named is not None and named != term:
        return f"写的是{named.title}"
    months = other_season(found.labels, term.season)
    return f"的月份是{'、'.join(month for month, _ in months)}" if months else ""


def _double(form: Form, found: _Sheet, other: _Sheet, term: Term) -> Problem:
    """A second sheet of a form.  One of another term is no rubbish: it was the settlement of that term."""
    mine, theirs = found.sheet.name, other.sheet.name
    message = f"“{theirs}”和“{mine}”都是{form.name}；只核对了“{mine}”，"
    why = _other_term(other, term)
    if why and why != _other_term(found, term):
        message += f"“{theirs}”{why}，没有核对（本次核对{term.title}）；报送前请把它移到单独的文件里。"
    else:
        message += "请删去多余的一张。"
    return Problem("duplicate-form", theirs, (other.title_row, other.title_column), form.name, message)


def _check_version(book: Book, pack: Pack) -> None:
    version = book.properties.get(PROPERTY_VERSION, "")
    if version and version != pack.template_version:
        name, _, number = version.partition("/")
        if name == pack.info.id and number.isdigit() and int(number) < pack.info.version:
            return
        raise NotBound(
            "template-version",
            f"这个工作簿出自另一版模板（{version}），本程序的表册是 {pack.template_version}；"
            "请用与模板同一版的程序，或用 jiesuan new 生成本版模板后重填。",
        )


def _recognise(sheet: Sheet, pack: Pack) -> _Sheet | None:
    """The role of a sheet, by its title; without one by its name, without that by its headings."""
    labels = Labels(sheet)
    best: _Sheet | None = None
    for row, line in enumerate(sheet.values[:TITLE_ROWS], 1):
        for column, value in enumerate(line, 1):
            if not isinstance(value, str) or len(value) < 6 or len(value) > 200:
                continue
            folded = fold(value)
            for form in pack.forms.values():
                if any(fold(t) in folded for t in form.titles) and not any(fold(t) in folded for t in form.without):
                    return _Sheet(sheet, form.role, row, column, value, labels)
    name = fold(sheet.name)
    for form in pack.forms.values():
        if fold(form.sheet) in name or any(fold(title) in name for title in form.titles):
            best = _Sheet(sheet, form.role, 0, 1, "", labels)
            break
    if best is None:
        role = _by_headings(sheet, pack)
        if role is not None:
            best = _Sheet(sheet, role, 0, 1, "", labels)
    return best


def _by_headings(sheet: Sheet, pack: Pack) -> str | None:
    texts = {heading(value) for line in sheet.values[:TITLE_ROWS] for value in line if isinstance(value, str) and value}
    if len(texts) < 5:
        return None
    scores: dict[str, float] = {}
    for form in pack.forms.values():
        wanted = {
            heading(column.header[-1]) for column in form.fields if column.header and "{" not in column.header[-1]
        }
        wanted |= {heading(axis.header[-1]) for axis in form.axis if axis.header}
        wanted -= {"备注", "合计", "人数", "金额", "项目"}
        if len(wanted) >= 4:
            scores[form.role] = max(scores.get(form.role, 0), len(wanted & texts) / len(wanted))
    if not scores:
        return None
    role = max(scores, key=lambda name: scores[name])
    return role if scores[role] >= 0.6 else None


def _set_of(book: Book, pack: Pack, sheets: list[_Sheet]) -> str:
    """省属 or 市属: the rates and the 生均 form decide before titles do (附件2-3 is printed with the title 省属)."""
    for item in pack.info.bureau:
        if 2 * sum(found.role in {pack.forms[name].role for name in item.forms} for found in sheets) > len(sheets):
            return item.name
    votes: Counter[str] = Counter()
    stated = book.properties.get(PROPERTY_SET, "")
    names = [item.name for item in pack.info.set]
    if stated in names:
        votes[stated] += 2
    for found in sheets:
        folded = fold(found.title)
        for item in pack.info.set:
            if item.name in folded:
                votes[item.name] += 1
            for form_id in item.forms:
                form = pack.forms[form_id]
                others = [f for f in pack.forms.values() if f.role == form.role and f.set != form.set]
                own = any(fold(t) in folded for t in form.titles)
                if form.role == found.role and own and not any(o.titles == form.titles for o in others):
                    votes[item.name] += 3
    for name in names:
        votes[name] += _rate_votes(pack, name, sheets)
    return max(names, key=lambda name: (votes[name], -names.index(name)))


def _rate_votes(pack: Pack, name: str, sheets: list[_Sheet]) -> int:
    """3 when the monthly rates typed in the 免学费 table are those of the set and of no other."""
    own, others = set(), set()
    for standard in pack.policy.standard:
        if standard.name == "免学费年标准" and "专业类别" in standard.keys:
            rate = float(standard.amount) / 100_000
            if standard.keys.get("隶属", name) == name:
                own.add(rate)
            else:
                others.add(rate)
    typed = {
        round(float(value), 6)
        for found in sheets
        if found.role == "免学费"
        for line in found.sheet.values
        for value in line
        if isinstance(value, float)
    }
    return 3 * bool(typed & (own - others)) - 3 * bool(typed & (others - own))


def _printed(book: Book, sheets: list[_Sheet]) -> Term | None:
    """The term whose name the titles of most forms bear (the later of equals), hidden sheets apart; else the one in
    another heading, in the document's properties, in the name of a sheet."""
    titled = {(term, found.role, found.sheet.visible) for found in sheets if (term := Term.find(found.title))}
    seen = any(visible for _, _, visible in titled)
    named = Counter(term for term, _, visible in titled if visible == seen)
    if named:
        most = max(named.values())
        return max(term for term, count in named.items() if count == most)
    headings = [
        value
        for found in sheets
        for line in found.sheet.values[:TITLE_ROWS]
        for value in line
        if isinstance(value, str) and "学期" in fold(value)
    ]
    names = [sheet.name for sheet in book.sheets]
    texts = (*headings, book.properties.get(PROPERTY_TERM, ""), *names)
    return next((term for text in texts if (term := Term.find(text))), None)


def _term_in_name(book: Book) -> Term:
    """The term in the name of the file.  Raises NotBound."""
    if term := Term.find(book.name):
        return term
    raise NotBound(
        "term",
        "表上没有写明学期（标题里的“____年____季学期”是空的）；请填好标题，或加 --term 指明，例如 --term 2024春。",
    )


def _hidden(table: Table) -> list[Problem]:
    sheet = table.sheet
    problems = []
    if not sheet.visible:
        problems.append(
            Problem(
                "hidden",
                sheet.name,
                (1, 1),
                sheet.name,
                f"工作表“{sheet.name}”是隐藏的，其中的数照样核对；报送前请取消隐藏或删去。",
            )
        )
    rows = sorted(
        {row for index, row in enumerate(table.rows) if row in sheet.hidden_rows and _has_figures(table, index)}
    )
    if rows:
        shown = "、".join(str(row) for row in rows[:10]) + ("等" if len(rows) > 10 else "")
        problems.append(
            Problem(
                "hidden",
                sheet.name,
                (rows[0], 1),
                f"第{rows[0]}行",
                f"第{shown}行是隐藏的却有数，照样核对；请取消隐藏看清楚。",
            )
        )
    return problems


def _has_figures(table: Table, index: int) -> bool:
    return any(
        column.raw[index] not in (None, "", 0) and column.column.role in ("input", "computed")
        for column in table.columns.values()
    )


def _missing_form(form: Form, book: Book) -> Problem:
    close = nearest(form.name, [sheet.name for sheet in book.sheets], least=0.6)
    hint = f"最接近的工作表是“{close}”，但看不到这张表的标题和列标题。" if close else "没有相近的工作表。"
    first = book.sheets[0].name if book.sheets else ""
    return Problem("missing-form", first, None, form.name, f"没有找到附件{form.id}《{form.name}》，{hint}")


def _not_settlement(book: Book, pack: Pack) -> str:
    seen: list[str] = []
    for sheet in book.sheets[:5]:
        first = next((v.strip() for line in sheet.values[:10] for v in line if isinstance(v, str) and v.strip()), "")
        seen.append(f"“{sheet.name[:20]}”" + (f"（开头是“{first[:20]}”）" if first else "（空的）"))
    schools = (pack.forms[name] for item in pack.info.set for name in item.forms)
    names = "、".join(dict.fromkeys(form.name for form in schools))
    return f"这不是资助金结算表：看到的工作表有 {'、'.join(seen) or '（没有）'}，没有一张是{names}。请确认选对了文件。"
