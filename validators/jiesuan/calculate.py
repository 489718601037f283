"""计算: what the forms' own formulas, totals and standards say, in exact decimals.

A value is always recomputed from heads and whole-yuan standards, never from rounded 万元.  Formulas that stand in a cell
stay; blanks are filled; a typed number that differs is listed old → new before it is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from .bind import Workbook
from .book import Book, Cell, Value
from .form import ALL, Column, Key
from .formula import Formula, parse_formula
from .number import QUANTUM, Number, read_number
from .pack import Pack
from .recalculate import recalculate
from .ref import Ref
from .table import BoundColumn, Table, read_column
from .term import Term

Kind = Literal["填入", "替换", "更新"]
"""填入 a blank, 替换 a value that differs, 更新 the missing or outdated result of a formula that stands there."""


@dataclass(frozen=True)
class Write:
    """One cell that 计算 writes."""

    ref: Ref
    label: str
    kind: Kind
    old: Value
    new: Decimal
    unit: str


def calculate(workbook: Workbook) -> list[Write]:
    """Compute every calculated cell and apply the results to the bound tables and their sheets.

    Returns the cells changed, in sheet order; calling it again returns nothing.  Cells whose operands cannot be read are
    left alone.  Formulas that stand there stay, only their results are brought up to date.
    """
    writes = _follow_shares(workbook)
    runs = [_Calculation(table, workbook.pack, workbook.term) for table in workbook.tables.values()]
    writes += [write for run in runs for write in run.run()]
    if writes:
        writes += _refresh(workbook.book, runs)
    order = {sheet.name: number for number, sheet in enumerate(workbook.book.sheets)}
    return sorted(writes, key=lambda write: (order[write.ref.sheet], write.ref))


def _follow_shares(workbook: Workbook) -> list[Write]:
    """New results of the shares that one form reads from another; what is split follows from them."""
    shares = [
        (table, bound, index, cell, table.sheet.value(*cell))
        for table in workbook.tables.values()
        for bound in table.columns.values()
        if bound.column.type == "比例"
        for index, cell in enumerate(bound.cells)
        if cell in table.sheet.formulas and cell not in table.sheet.uncached
    ]
    for table, _, _, cell, _ in shares:
        table.sheet.uncached.add(cell)
    recalculate(workbook.book)
    writes = []
    for table, bound, index, cell, old in shares:
        sheet = table.sheet
        if cell in sheet.uncached:
            sheet.put(*cell, old, sheet.formulas[cell])
            continue
        new = read_number(sheet.value(*cell))
        bound.put(index, sheet.value(*cell), new)
        if new.value is not None and new.value != read_number(old).value:
            label = table.label(bound.column.name, index)
            writes.append(Write(Ref(sheet.name, *cell), label, "更新", old, new.value, bound.column.unit))
    return writes


def _refresh(book: Book, runs: list[_Calculation]) -> list[Write]:
    """New results of the formulas that stand in calculated cells, as any spreadsheet program shows them after the writes."""
    old = {(run, cell): run.table.sheet.value(*cell) for run in runs for cell in run.standing()}
    for run, cell in old:
        run.table.sheet.uncached.add(cell)
    recalculate(book)
    writes = []
    for (run, cell), value in old.items():
        sheet = run.table.sheet
        if cell in sheet.uncached:
            sheet.put(*cell, value, sheet.formulas[cell])
        elif sheet.value(*cell) != value and (write := run.refreshed(cell, value)):
            writes.append(write)
    return writes


def expected(table: Table, pack: Pack, term: Term) -> dict[tuple[str, int], Decimal]:
    """What every calculated cell should hold, (field, record) → exact value, without changing anything."""
    calculation = _Calculation(table, pack, term)
    calculation.collect()
    return calculation.values


def left_alone(table: Table, pack: Pack, term: Term) -> dict[tuple[str, int], set[Cell]]:
    """Figure that cannot be read, (field, record) → the calculated cells without a formula that are left alone because of it."""
    return _Calculation(table, pack, term).left_alone()


class _Calculation:
    """One table: `values` collects results in dependency order (standards, columns, derived members, totals)."""

    def __init__(self, table: Table, pack: Pack, term: Term) -> None:
        self.table = table
        self.form = table.form
        self.pack = pack
        self.term = term
        self.values: dict[tuple[str, int], Decimal] = {}
        self.left: dict[tuple[str, int], tuple[str, int]] = {}
        """What would have been computed, had this figure been readable; a blank among them is no 0 for any sum."""
        self.derived = derived_members(table)
        self.shared = {name: share for name, share in pack.shared(table.form).items() if share in table.columns}
        self.holders: dict[Cell, list[tuple[BoundColumn, int]]] = {}

    def run(self) -> list[Write]:
        self.collect()
        self.holders = self._holders()
        writes = [write for (name, index), value in self.values.items() if (write := self._write(name, index, value))]
        touched = {name for name, _ in self.values}
        for name in touched:
            read_column(self.table.columns[name], self.table.sheet)
        return sorted(writes, key=lambda write: write.ref)

    def collect(self) -> None:
        self._standards()
        if self.table.is_list:
            self._serials()
        for column in self._formulas():
            self._column(column)
        self._derived()
        for column in self.form.fields:
            if self.form.summed(column) and column.name in self.table.columns:
                self._totals(column)

    def _formulas(self) -> list[Column]:
        """The columns with a formula, each behind those it is made of: 16=17+18 behind 17=11+14 behind 14=3-7."""
        columns = [c for c in self.form.fields if c.role == "computed" and c.formula and c.name in self.table.columns]
        waiting = {column.name: self.pack.formula(self.form, column).names for column in columns}
        found: list[Column] = []
        while ready := [c for c in columns if c.name in waiting and waiting.keys().isdisjoint(waiting[c.name])]:
            found += ready
            for column in ready:
                del waiting[column.name]
        return found

    def _holders(self) -> dict[Cell, list[tuple[BoundColumn, int]]]:
        """Who reads a cell: several records where a standard is shared."""
        found: dict[Cell, list[tuple[BoundColumn, int]]] = {}
        for name in {name for name, _ in self.values}:
            bound = self.table.columns[name]
            for index, cell in enumerate(bound.cells):
                if cell is not None:
                    found.setdefault(cell, []).append((bound, index))
        return found

    def current(self, name: str, index: int) -> Decimal | None:
        """The value to compute with: our result, else what stands there (blank = 0); None when unreadable, or when our result
        has no cell of its own to stand in."""
        bound = self.table.columns[name]
        number, merged = bound.numbers[index], index in bound.merged
        if (name, index) in self.values and not merged:
            return self.values[(name, index)]
        if number.trouble or (number.value is None and (name, index) in self.left):
            return None
        stands = number.value if number.value is not None else Decimal(0)
        return stands if not merged or self.values.get((name, index), stands) == stands else None

    def leave(self, name: str, index: int, operands: Iterable[tuple[str, int]]) -> None:
        """Note that a figure cannot be computed from these, for the first that cannot be read."""
        for operand in operands:
            if self.current(*operand) is None:
                self.left[(name, index)] = self.left.get(operand, operand)
                return

    def left_alone(self) -> dict[tuple[str, int], set[Cell]]:
        self.collect()
        sheet = self.table.sheet
        found: dict[tuple[str, int], set[Cell]] = {}
        own = {figure: figure for figure in self.values if self.current(*figure) is None}
        for (name, index), cause in (self.left | own).items():
            cell = self.table.columns[name].cells[index]
            if cell is not None and cell not in sheet.formulas:
                found.setdefault(cause, set()).add(cell)
        return found

    def blank(self, name: str, index: int) -> bool:
        """Whether nothing stands in the cell and nothing was computed for it."""
        number = self.table.columns[name].numbers[index]
        return (name, index) not in self.values and number.value is None and not number.trouble

    def _standards(self) -> None:
        for column in self.form.fields:
            bound = self.table.columns.get(column.name)
            if column.role != "standard" or bound is None:
                continue
            for index, key in enumerate(self.table.keys):
                if bound.cells[index] is None or bound.numbers[index].value is not None or bound.numbers[index].trouble:
                    continue
                value = self.pack.standard(self.form, column, key, self.term)
                if value is not None:
                    self.values[(column.name, index)] = value

    def _serials(self) -> None:
        for column in self.form.fields:
            partner = self.form.paired(column) if column.role == "serial" else None
            if partner is None or column.name not in self.table.columns or partner.name not in self.table.columns:
                continue
            typed = [number.value for number in self.table.columns[column.name].numbers[: self.table.first_total]]
            ones = typed.count(Decimal(1)) > len(self.form.detail_keys()) and not set(typed) - {None, Decimal(1)}
            counts: dict[Key, int] = {}
            spoilt: dict[Key, list[tuple[str, int]]] = {}
            for index in self.table.details():
                key = self.table.keys[index]
                if self.table.columns[partner.name].numbers[index].trouble:
                    spoilt.setdefault(key, []).append((partner.name, index))
                if key in spoilt and self.blank(column.name, index):
                    self.leave(column.name, index, spoilt[key])
                elif self.table.amount(partner.name, index) > 0:
                    counts[key] = counts.get(key, 0) + 1
                    if self.blank(column.name, index):
                        self.values[(column.name, index)] = Decimal(1 if ones else counts[key])

    def _column(self, column: Column) -> None:
        formula = self.pack.formula(self.form, column)
        names = [name for name in formula.names if self.form.has(name)]
        if any(name not in self.table.columns for name in names):
            return
        for index, key in enumerate(self.table.keys):
            if self.table.is_total(index) or self._is_derived(key):
                continue
            if column.name in self.shared and self.blank(self.shared[column.name], index):
                continue  # nobody knows how it is shared
            values: dict[str, Decimal] = {}
            for name in formula.names:
                value = self.current(name, index) if name in names else self._standard(name, key)
                if value is None:
                    self.leave(column.name, index, ((name, index) for name in names))
                    break
                values[name] = value
            inputs = [name for name in names if self.form.field(name).role != "standard"]
            if len(values) < len(formula.names) or all(self.blank(name, index) for name in inputs):
                continue
            self.values[(column.name, index)] = formula.evaluate(values)

    def _standard(self, name: str, key: Key) -> Decimal | None:
        standard = self.pack.policy.lookup(name, self.term, self.pack.keys(self.form, key))
        return standard.amount if standard else None

    def _is_derived(self, key: Key) -> bool:
        return any(key[self.form.axes.index(axis)] == target for axis, target, _ in self.derived)

    def _derived(self) -> None:
        for axis, target, names in self.derived:
            formula = next(parse_formula(item.formula) for item in self.form.derived if item.axis == axis)
            position = self.form.axes.index(axis)
            for index, key in enumerate(self.table.keys):
                if key[position] != target or self.table.is_total(index):
                    continue
                parts = {name: self.table.index.get((*key[:position], name, *key[position + 1 :])) for name in names}
                for name, bound in self.table.columns.items():
                    if bound.numbers and not all(at is None or self.blank(name, at) for at in parts.values()):
                        self._difference(name, index, parts, formula)

    def _difference(self, name: str, index: int, parts: dict[str, int | None], formula: Formula) -> None:
        there = {part: at for part, at in parts.items() if at is not None}
        values = {part: self.current(name, at) for part, at in there.items()}
        known = {part: value for part, value in values.items() if value is not None}
        if len(known) == len(parts):
            self.values[(name, index)] = formula.evaluate(known)
        else:
            self.leave(name, index, ((name, at) for at in there.values()))

    def _totals(self, column: Column) -> None:
        share = self.shared.get(column.name)
        for index, addends in total_addends(self.table):
            if self.table.columns[column.name].cells[index] is None:
                continue
            if share and any(self.blank(column.name, i) and self.blank(share, i) for i in addends):
                continue
            source = self.form.paired(column) if column.role == "serial" else column
            if source is None or source.name not in self.table.columns:
                continue
            numbers = [self.current(source.name, i) for i in addends]
            known = [number for number in numbers if number is not None]
            if len(known) < len(numbers):
                self.leave(column.name, index, ((source.name, i) for i in addends))
                continue
            if column.role == "serial":
                total, filled = Decimal(sum(number > 0 for number in known)), any(known)
            else:
                total, filled = sum(known, Decimal(0)), any(not self.blank(column.name, i) for i in addends)
            if filled:
                self.values[(column.name, index)] = total

    def _write(self, name: str, index: int, value: Decimal) -> Write | None:
        bound = self.table.columns[name]
        cell = bound.cells[index]
        if cell is None or index in bound.merged:
            return None
        sheet = self.table.sheet
        old = sheet.value(*cell)
        number = bound.numbers[index]
        kind: Kind
        if cell in sheet.uncached:
            kind = "更新"
        elif cell in sheet.formulas:
            return None
        elif number.value is None and not number.trouble:
            kind = "填入"
        elif number.value is not None and abs(number.value - value) < QUANTUM and not number.as_text:
            return None
        else:
            kind = "替换"
        new: Value = int(value) if value == value.to_integral_value() else float(value)
        sheet.put(*cell, new, sheet.formulas.get(cell))
        for column, at in self.holders[cell]:
            column.put(at, new, Number(value))
        return Write(Ref(sheet.name, *cell), self.table.label(name, index), kind, old, value, bound.column.unit)

    def standing(self) -> Iterator[Cell]:
        """The calculated cells in which a formula with a result stands."""
        sheet = self.table.sheet
        yield from (cell for cell in self.holders if cell in sheet.formulas and cell not in sheet.uncached)

    def refreshed(self, cell: Cell, old: Value) -> Write | None:
        """Take over the new result of a formula; None where it is no other figure."""
        sheet = self.table.sheet
        number, before = read_number(sheet.value(*cell)), read_number(old)
        for bound, index in self.holders[cell]:
            if index not in bound.merged:
                bound.put(index, sheet.value(*cell), number)
        if number.value is None or (before.value is not None and abs(number.value - before.value) < QUANTUM):
            return None
        bound, index = self.holders[cell][0]
        label = self.table.label(bound.column.name, index)
        return Write(Ref(sheet.name, *cell), label, "更新", old, number.value, bound.column.unit)


def has_formula(table: Table, name: str, pack: Pack, term: Term) -> bool:
    """Whether a computed column can be computed in this term: every policy standard its formula names is set (not so for
    助学金 in tiers from 2025春, where 金额 is an input)."""
    column = table.form.field(name)
    formula = pack.formula(table.form, column)
    key = next((key for key in table.keys if ALL not in key), ())
    keys = pack.keys(table.form, key) if key else {}
    return all(table.form.has(n) or pack.policy.lookup(n, term, keys) is not None for n in formula.names)


def total_addends(table: Table) -> list[tuple[int, list[int]]]:
    """Total record → the detail records it sums."""
    if "total_addends" not in table.memo:
        table.memo["total_addends"] = list(_total_addends(table))
    found: list[tuple[int, list[int]]] = table.memo["total_addends"]
    return found


def _total_addends(table: Table) -> Iterator[tuple[int, list[int]]]:
    groups: dict[tuple[int, ...], dict[Key, list[int]]] = {}
    details = table.details()
    for index, key in enumerate(table.keys):
        if not table.is_total(index):
            continue
        kept = tuple(position for position, name in enumerate(key) if name != ALL)
        if kept not in groups:
            group: dict[Key, list[int]] = {} if kept else {(): details}
            whole = len(kept) == len(key)
            for detail in details if kept else ():
                own = table.keys[detail]
                group.setdefault(own if whole else tuple(own[p] for p in kept), []).append(detail)
            groups[kept] = group
        yield index, groups[kept].get(tuple(key[p] for p in kept), [])


def derived_members(table: Table) -> list[tuple[str, str, tuple[str, ...]]]:
    """(axis, derived member, members it is computed from), unless the axis was bound by position only or one of the
    members it needs is not filled in at all (实际发放 left blank: nothing to subtract)."""
    found = []
    for item in table.form.derived:
        formula = parse_formula(item.formula)
        if item.axis in table.assumed:
            continue
        position = table.form.axes.index(item.axis)
        if all(_filled_in(table, position, name) for name in formula.names):
            found.append((item.axis, formula.target, formula.names))
    return found


def _filled_in(table: Table, position: int, member: str) -> bool:
    """Whether somebody typed a figure under the member of an axis."""
    return any(
        column.numbers[index].value is not None
        and (not table.has_formula(name, index) or (column.column.role == "input" and not table.is_total(index)))
        for name, column in table.columns.items()
        if column.numbers
        for index, key in enumerate(table.keys)
        if key[position] == member
    )
