"""The table of a grid form: headings from the axes across the columns, labels from the axes down the rows, and a figure
where they cross."""

from __future__ import annotations

from collections.abc import Iterable

from ..filling import Filling
from ..form import ALL, Column, Form, Key, Shape, Total
from ..formula import Formula, parse_formula
from ..number import plain
from ..pack import Pack
from ..ref import a1, compress
from .laid import Laid, Spot, amount, figure_style, holds, total_formula
from .slots import FIELDS, Slot, boxes, names, present, slots

AXIS_WIDTH, MEASURE_WIDTH, FIGURE_WIDTH = 11.0, 7.0, 9.0


def default_shape(form: Form) -> Shape:
    return Shape(name="", columns=(FIELDS,), rows=form.axes)


def lay_grid(laid: Laid, pack: Pack, shape: Shape, filling: Filling, top: int) -> None:
    """Lay the table of a grid form from row `top` on.  The widths must be set (`grid_widths`)."""
    _Grid(laid, pack, shape, filling).lay(top)


def grid_widths(form: Form, shape: Shape) -> list[float]:
    """Widths of the label columns and the columns of figures."""
    widths = [MEASURE_WIDTH if axis == FIELDS else form.axis_named(axis).width or AXIS_WIDTH for axis in shape.rows]
    for slot in slots(form, shape.columns, across=True):
        field = slot.members.get(FIELDS)
        widths.append((form.field(field).width if field else 0) or FIGURE_WIDTH)
    return widths


class _Grid:
    def __init__(self, laid: Laid, pack: Pack, shape: Shape, filling: Filling) -> None:
        self.laid, self.pack, self.shape, self.filling = laid, pack, shape, filling
        self.form = laid.form
        self.across = slots(self.form, shape.columns, across=True)
        self.down = slots(self.form, shape.rows, across=False)
        self.fixed = {axis.name: axis.default or axis.members[0].name for axis in self.form.axis}
        self.keys = set(self.form.detail_keys())
        self.keys |= {key for total in self.form.total for key in self.form.total_keys(total)}
        self.derived: dict[tuple[str, str], Formula] = {}
        for item in self.form.derived:
            formula = parse_formula(item.formula)
            self.derived[(item.axis, formula.target)] = formula

    def lay(self, top: int) -> None:
        first = self.heading(top)
        self.laid.stubs = len(self.shape.rows)
        self.laid.head = (top, first - 1)
        for row in range(top, first):
            self.laid.heights[row] = self.laid.height(row) + 2
        self.laid.body = (first, first + len(self.down) - 1)
        self.stub(first)
        self.locate(first)
        for row, slot in enumerate(self.down, first):
            for column in range(self.laid.stubs + 1, self.laid.width + 1):
                self.laid.put(row, column, Spot(None))
            self.dashes(row, slot)
        self.spans(first)
        for (key, field), cell in self.laid.places.items():
            spot = self.figure(key, field)
            # A standard shared by several rows may be given under any of them.
            if not self.laid.cells[cell].field or (self.form.role, key, field) in self.filling.figures:
                self.laid.cells[cell] = spot
            if isinstance(spot.value, str) and spot.style == "text":
                self.laid.grow(cell[0], cell[0], spot.value, self.laid.span(cell[1], cell[1]))

    # ── headings and labels ──

    def heading(self, top: int) -> int:
        laid, form, stubs = self.laid, self.form, len(self.shape.rows)
        row = top
        if form.banner:
            laid.put(row, 1, Spot(form.banner, style="banner"), row, laid.width)
            laid.heights[row] = 21
            row += 1
        depth = len(self.across[0].labels)
        bottom = row + depth - 1
        for box in sorted(boxes([slot.labels for slot in self.across]), key=lambda box: box.last_level - box.level):
            self.head(row + box.level, stubs + 1 + box.first, row + box.last_level, stubs + 1 + box.last, box.text)
        column = 1
        for text, count in self.stub_heads():
            self.head(row, column, bottom, column + count - 1, text)
            column += count
        row = bottom + 1
        if FIELDS in self.shape.columns and any(item.no is not None for item in form.column):
            self.numbers(row)
            row += 1
        return row

    def head(self, row: int, column: int, last_row: int, last_column: int, text: str) -> None:
        self.laid.put(row, column, Spot(text, style="head"), last_row, last_column)
        self.laid.grow(row, last_row, text, self.laid.span(column, last_column))

    def stub_heads(self) -> list[tuple[str, int]]:
        """Headings of the label columns with the number of columns each covers."""
        texts = ["".join(self.form.axis_named(axis).header) if axis != FIELDS else "" for axis in self.shape.rows]
        if not texts[0]:
            texts[0] = next(("".join(axis.header) for axis in self.form.axis if axis.header), "")
        heads: list[tuple[str, int]] = []
        for text in texts:
            if text or not heads:
                heads.append((text, 1))
            else:
                heads[-1] = (heads[-1][0], heads[-1][1] + 1)
        return heads

    def numbers(self, row: int) -> None:
        own = {column.name: column.no for column in self.form.column if column.role == "axis"}
        for column, axis in enumerate(self.shape.rows, 1):
            self.laid.put(row, column, Spot(own.get(axis), style="number"))
        for column, slot in enumerate(self.across, len(self.shape.rows) + 1):
            field = self.form.field(slot.members[FIELDS])
            value = field.formula if field.formula[:1].isdigit() else field.no
            self.laid.put(row, column, Spot(value, style="number"))
            self.laid.grow(row, row, str(value), self.laid.span(column, column))

    def stub(self, first: int) -> None:
        outer: set[int] = set()
        for box in boxes([slot.labels for slot in self.down]):
            row, last, column = first + box.first, first + box.last, box.level + 1
            self.laid.put(row, column, Spot(box.text, style="axis"), last, box.last_level + 1)
            width = self.laid.span(column, box.last_level + 1)
            if row == last:
                self.laid.grow(row, row, box.text, width)
            if box.level == 0 and box.last > box.first:
                outer.add(row)
        self.laid.starts = sorted(outer - {first})

    # ── figures ──

    def key(self, row: Slot, column: Slot) -> Key:
        members = {**self.fixed, **row.members, **column.members}
        return tuple(members[axis] for axis in self.form.axes)

    def locate(self, first: int) -> None:
        laid = self.laid
        for row, down in enumerate(self.down, first):
            for column, across in enumerate(self.across, laid.stubs + 1):
                key = self.key(down, across)
                field = self.form.field({**down.members, **across.members}[FIELDS])
                if FIELDS in self.shape.columns:
                    laid.columns[field.name] = column
                if key in self.keys and self.stands(field, key, down.total or across.total):
                    laid.places[(key, field.name)] = (row, column)

    def stands(self, field: Column, key: Key, total: Total | None) -> bool:
        if total and field.name in total.dash:
            return False
        if total and field.role == "standard":
            return self.pack.standard(self.form, field, key, self.laid.term) is not None
        return holds(self.form, field, key)

    def dashes(self, row: int, slot: Slot) -> None:
        for column, across in enumerate(self.across, self.laid.stubs + 1):
            if slot.total and across.members.get(FIELDS) in slot.total.dash:
                self.laid.put(row, column, Spot("—", style="dash"))

    def spans(self, first: int) -> None:
        """Merge the cells of standards that several rows share, and let all their places point to the first."""
        for name, column in self.laid.columns.items():
            span = self.form.field(name).span
            if not span:
                continue
            runs: dict[tuple[str, ...], list[tuple[int, Key]]] = {}
            for row, slot in enumerate(self.down, first):
                key = self.key(slot, self.across[0])
                if (key, name) in self.laid.places:
                    runs.setdefault(self.shared(slot, span, row), []).append((row, key))
            for run in runs.values():
                top, bottom = run[0][0], run[-1][0]
                if bottom > top:
                    self.laid.merges.append((top, column, bottom, column))
                for row, key in run:
                    self.laid.places[(key, name)] = (top, column)
                    if row > top:
                        del self.laid.cells[(row, column)]

    def shared(self, slot: Slot, span: tuple[str, ...], row: int) -> tuple[str, ...]:
        """What rows with one common cell have in common."""
        if span != ("group",):
            return tuple(slot.members[axis] for axis in span)
        parts: list[str] = []
        grouped = False
        for axis, name in slot.members.items():
            group = next((member.group for member in present(self.form, axis) if member.name == name), "")
            parts.append(group or name)
            grouped = grouped or bool(group)
        return tuple(parts) if grouped else (str(row),)

    def figure(self, key: Key, name: str) -> Spot:
        """What stands in the cell of a figure: the value given, the standard, a formula, or nothing yet."""
        form, field = self.form, self.form.field(name)
        given = self.filling.figures.get((form.role, key, name))
        if field.role == "standard":
            if given is None:
                given = amount(self.pack.standard(form, field, key, self.laid.term))
            return Spot(given, style="standard", field=name)
        formula = self.formula(key, field)
        if formula is None:
            return Spot(given, style=figure_style(field), field=name)
        return Spot(given, None if given is not None else formula, "computed", name)

    def formula(self, key: Key, field: Column) -> str | None:
        for (axis, member), formula in self.derived.items():
            if key[form_index(self.form, axis)] == member and field.numeric:
                return self.difference(key, field.name, axis, formula)
        if ALL in key:
            return self.total(key, field.name) if self.form.summed(field) else None
        return self.own_formula(key, field)

    def own_formula(self, key: Key, field: Column) -> str | None:
        """The column's formula over the cells of this record; None where a standard it needs is not set."""
        if not field.formula:
            return None
        formula = self.pack.formula(self.form, field)
        cells: dict[str, str] = {}
        for name in formula.names:
            if self.form.has(name):
                cells[name] = a1(*self.laid.places[(key, name)])
                continue
            figure = self.pack.policy.lookup(name, self.laid.term, self.pack.keys(self.form, key))
            if figure is None:
                return None
            cells[name] = plain(figure.amount)
        return formula.excel(cells)

    def total(self, key: Key, name: str) -> str:
        """The sum over the next finer totals that the form prints, else over the details."""
        kept = {axis for axis, member in zip(self.form.axes, key, strict=True) if member != ALL}
        finer = [set(total.keep) for total in self.form.total if set(total.keep) > kept]
        over = min(finer, key=len) if finer else set(self.form.axes)
        cells = [self.laid.places[(part, name)] for part in self.expand(key, over)]
        return total_formula(cells)

    def expand(self, key: Key, over: Iterable[str]) -> list[Key]:
        """The keys that add up to a total, with members on the axes `over`."""
        keys: list[Key] = [()]
        for axis, member in zip(self.form.axes, key, strict=True):
            chosen = names(self.form, axis) if member == ALL and axis in over else [member]
            keys = [(*part, name) for part in keys for name in chosen]
        return keys

    def difference(self, key: Key, name: str, axis: str, formula: Formula) -> str:
        """A derived member; blank as long as nothing was filled in for what it subtracts."""
        index = form_index(self.form, axis)

        def at(member: str) -> Key:
            return (*key[:index], member, *key[index + 1 :])

        inputs = [
            self.laid.places[(part, field.name)]
            for member in formula.names[1:]
            for part in self.expand(at(member), self.form.axes)
            for field in self.form.fields
            if field.numeric and self.own_formula(part, field) is None
        ]
        result = formula.excel({member: a1(*self.laid.places[(at(member), name)]) for member in formula.names})
        return f'IF(COUNT({compress(inputs)})=0,"",{result})'


def form_index(form: Form, axis: str) -> int:
    return form.axes.index(axis)
