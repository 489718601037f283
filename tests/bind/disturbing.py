"""Workbooks as schools send them: a consistent sample changed in every way that leaves its meaning alone.

Each change keeps a map from the cell of the template to the cell where the same figure stands afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from random import Random

from jiesuan.book import Book, Cell, Sheet, Value
from jiesuan.form import Key
from jiesuan.pack import load_pack
from jiesuan.recalculate import recalculate
from jiesuan.sample.make import make_sample
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term

PACK = load_pack()
CASES = [(name, term) for name in ("省属", "市属") for term in ("2024春", "2024秋", "2025春")]

KINDS = (
    "insert rows", "insert columns", "junk columns", "move columns", "drop merges", "rename sheets", "reorder sheets",
    "widen", "narrow", "space", "legacy labels", "other sheets", "numbers as text", "prepend rows",
)  # fmt: skip

LEGACY = {
    "脱贫户（含监测对象）家庭学生": ("建档立卡家庭学生", "建档立卡贫困家庭学生", "原建档立卡家庭学生"),
    "建档立卡家庭学生": ("脱贫户（含监测对象）家庭学生", "建档立卡贫困家庭学生"),
    "特困供养、低保和低保边缘家庭学生": ("低保（含特困）家庭学生", "最低生活保障家庭/特困供养学生"),
    "低保（含特困）家庭学生": ("特困供养、低保和低保边缘家庭学生", "最低生活保障家庭／特困供养学生"),
    "家庭经济困难残疾学生": ("残疾学生",),
    "其他家庭经济困难类别学生": ("其他家庭困难类别学生", "其他家庭（经济困难）学生", "其他家庭"),
    "其他家庭学生（非涉农专业限家庭经济困难学生）": ("其他家庭(经济困难)学生", "其他家庭"),
    "涉农专业": ("涉农专业类",),
    "数控等高级工专业": ("数控、模具、电气等专业", "数控机床加工、模具设计制造与维修、电气工程等专业"),
    "其他一般专业": ("一般专业", "其他专业"),
    "一、二年级合计": ("二、三年级合计", "一二年级合计"),
    "一年级": ("一",),
    "二年级": ("二",),
    "三年级": ("三",),
    "一年级小计": ("小计",),
    "二年级小计": ("小计",),
    "三年级小计": ("小计",),
    "本类学生小计": ("本类小计", "小计", "三类学生小计"),
    "入学年季专业班级": ("入学年春季专业班级", "入学年春季专业级", "入学年+季+专业名称"),
    "专业个数：": ("专业个次数：",),
}
"""Printed label → how it stands in older and damaged issues of the forms."""


@dataclass(frozen=True)
class Original:
    """An undisturbed workbook without formulas, and what its template says about every cell."""

    book: Book
    laid: tuple[Laid, ...]

    def figures(self, form: Laid) -> dict[tuple[Key, str], Cell]:
        """(key, field) → cell; student rows have the key (section, serial from 0)."""
        found = dict(form.places)
        sheet = self.book.sheet(form.sheet)
        for (section, index), row in form.rows.items():
            cells: dict[tuple[Key, str], Cell] = {
                ((section, str(index)), name): (row, column) for name, column in form.columns.items()
            }
            if any(sheet.value(*cell) is not None for cell in cells.values()):
                found |= cells
        return found


@dataclass
class Disturbed:
    """The changed workbook and where each old cell went."""

    book: Book
    names: dict[str, str] = field(default_factory=dict)
    cells: dict[tuple[str, Cell], Cell] = field(default_factory=dict)

    def place(self, sheet: str, cell: Cell) -> tuple[str, Cell]:
        return self.names[sheet], self.cells[sheet, cell]


@cache
def original(set_name: str, term_name: str, students: int = 40) -> Original:
    """The sample of a set and term with every formula replaced by its result."""
    term = Term.parse(term_name)
    sample = make_sample(PACK, set_name, term, students=students, seed=5)
    laid = tuple(compose(PACK, set_name, term, sample.filling))
    book = to_book(list(laid), "示范技工学校.xlsx")
    recalculate(book)
    for sheet in book.sheets:
        assert not sheet.uncached
        sheet.formulas.clear()
    return Original(book, laid)


def disturb(case: Original, kinds: set[str], random: Random) -> Disturbed:
    """The workbook with these changes."""
    done = Disturbed(Book(case.book.name))
    sheets = []
    for number, (sheet, form) in enumerate(zip(case.book.sheets, case.laid, strict=True), 1):
        new, cells = _Sheet(sheet, form, kinds, random).changed()
        if "rename sheets" in kinds:
            new.name = random.choice(
                (f"Sheet{number}", f"表{number}", f"{form.form.id} 定稿", f"附件{form.form.id}（2）")
            )
        done.names[sheet.name] = new.name
        done.cells |= {(sheet.name, old): place for old, place in cells.items()}
        sheets.append(new)
    if "other sheets" in kinds:
        sheets.append(_other("填表说明", [["请各校认真填写"], ["联系人", "资助中心"], [None, 3]]))
        sheets.append(
            _other("Sheet9", [["序号", "班级", "人数", "备注"], [1, "2023秋数控加工1班", 30, None], ["合计", None, 30]])
        )
        sheets.append(_other("空表", []))
    if "reorder sheets" in kinds:
        random.shuffle(sheets)
    done.book.sheets = sheets
    return done


def _other(name: str, rows: list[list[Value]]) -> Sheet:
    return Sheet(name, rows)


class _Sheet:
    def __init__(self, sheet: Sheet, form: Laid, kinds: set[str], random: Random) -> None:
        self.sheet, self.form, self.kinds, self.random = sheet, form, kinds, random
        self.values: dict[Cell, Value] = {
            (row, column): value
            for row, line in enumerate(sheet.values, 1)
            for column, value in enumerate(line, 1)
            if value is not None
        }
        self.merges = list(sheet.merges)
        self.bottom = len(sheet.values)
        self.table = range(form.head[0], form.body[1] + 1)

    def changed(self) -> tuple[Sheet, dict[Cell, Cell]]:
        kinds = self.kinds
        self.relabel()
        if "numbers as text" in kinds:
            self.numbers_as_text()
        order = self.columns() if "move columns" in kinds else {}
        if "drop merges" in kinds:
            self.merges = []
        rows = self.inserted(self.bottom, 4 if "insert rows" in kinds else 0)
        if "prepend rows" in kinds:
            more = self.random.randint(1, 4)
            rows = {row: at + more for row, at in rows.items()}
        junk = self.random.randint(0, 2) if kinds & {"insert columns", "junk columns"} else 0
        columns = self.inserted(self.form.width, junk)

        def place(row: int, column: int) -> Cell:
            return rows[row], columns[order.get(column, column) if row in self.table else column]

        new = Sheet(self.sheet.name)
        for cell, value in sorted(self.values.items()):
            new.put(*place(*cell), value)
        for top, left, bottom, right in self.merges:
            moved = [order.get(column, column) if top in self.table else column for column in range(left, right + 1)]
            if moved == list(range(moved[0], moved[-1] + 1)):
                new.merges.append((rows[top], columns[moved[0]], rows[bottom], columns[moved[-1]]))
        if "prepend rows" in kinds:
            new.put(1, 1, "本校留底")
        if "junk columns" in kinds:
            self.junk(new, rows, columns)
        cells = {(row, column): place(row, column) for row in rows for column in columns}
        return new, cells

    def inserted(self, count: int, at_most: int) -> dict[int, int]:
        """Old → new line number with up to that many blank lines put in between."""
        before = [self.random.randint(1, count) for _ in range(self.random.randint(1, at_most))] if at_most else []
        return {line: line + sum(at <= line for at in before) for line in range(1, count + 1)}

    def junk(self, new: Sheet, rows: dict[int, int], columns: dict[int, int]) -> None:
        """Remarks of the school in the inserted columns and right of the table."""
        free = [c for c in range(1, max(columns.values())) if c not in columns.values()] + [max(columns.values()) + 1]
        covered = {
            (row, column)
            for top, left, bottom, right in new.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        for column in free:
            # 专业个数 stands in the last row of its table.
            for row in (rows[row] for row in self.table[:-1]):
                if (row, column) not in covered and self.random.random() < 0.3:
                    new.put(row, column, self.random.choice(("已核", "√", "待核实", "内部核对")))

    # ── columns in another order ──

    def columns(self) -> dict[int, int]:
        """Old → new column inside the table; headings are first repeated over every cell that they spoke for."""
        first, last = self.form.head
        keep = []
        for merge in self.merges:
            top, left, bottom, right = merge
            if first <= top <= last and (right > left or bottom > top):
                text = self.values.get((top, left))
                for row in range(top, bottom + 1):
                    for column in range(left, right + 1):
                        if text is not None:
                            self.values[row, column] = text
            else:
                keep.append(merge)
        self.merges = keep
        stubs = 1 if self.form.form.kind == "list" else self.form.stubs
        blocks = [[column] for column in range(stubs + 1, self.form.width + 1)]
        if self.form.form.role == "免学费":
            # 专业个数 stands across two columns of the last row.
            blocks[0:2] = [blocks[0] + blocks[1]]
        for _ in range(self.random.randint(1, 3)):
            blocks.insert(self.random.randrange(len(blocks)), blocks.pop(self.random.randrange(len(blocks))))
        new = [column for block in blocks for column in block]
        return {old: position for position, old in enumerate(new, stubs + 1)}

    # ── labels ──

    def relabel(self) -> None:
        """Headings and row labels in other spellings."""
        for cell, spot in self.form.cells.items():
            text = self.values.get(cell)
            if not isinstance(text, str):
                continue
            older = (
                LEGACY.get(text)
                if "legacy labels" in self.kinds and spot.style in ("head", "axis", "caption")
                else None
            )
            if older and self.random.random() < 0.6:
                text = self.random.choice(older)
            if spot.style in ("head", "axis", "caption", "label", "title", "sentence", "number"):
                text = self.spelled(text)
            self.values[cell] = text

    def spelled(self, text: str) -> str:
        random = self.random
        if "narrow" in self.kinds:
            text = text.translate(str.maketrans("（），：；／＝", "(),:;/="))
        if "widen" in self.kinds:
            text = "".join(
                chr(ord(c) + 0xFEE0) if 0x21 <= ord(c) <= 0x7E and random.random() < 0.7 else c for c in text
            )
        if "space" in self.kinds and len(text) > 1:
            for _ in range(random.randint(1, 3)):
                at = random.randint(0, len(text))
                text = text[:at] + random.choice((" ", "\n", "\u3000", "\xa0")) + text[at:]
        return text

    def numbers_as_text(self) -> None:
        figures = {cell for cell, spot in self.form.cells.items() if spot.style in ("input", "computed", "standard")}
        for cell in sorted(figures):
            value = self.values.get(cell)
            if isinstance(value, int | float) and self.random.random() < 0.3:
                self.values[cell] = self.random.choice((f"{value}", f" {value}", f"{value:,}", f"'{value}"[1:]))
