"""The declaration of a form: one TOML file, from which come the blank template, the binder, the calculator, the schema
and the 填报说明.  See README §“表、规则、政策都是数据”.

A form is a **grid** (fixed rows and columns spanned by axes, with totals), a **list** (any number of rows in labelled
sections, each with 小计) or of **schools** (a list whose totals stand above what they sum).  Either way its figures are a tidy table: a key per axis (`"*"` = over all members, the total)
and a field per measure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cached_property, wraps
from typing import Concatenate, Literal, ParamSpec, TypeVar

import msgspec

from .text import fold

_P = ParamSpec("_P")
_Declared = TypeVar("_Declared")
_Result = TypeVar("_Result")

ALL = "*"
"""The member that stands for “over all members of this axis” in the key of a total."""

Key = tuple[str, ...]
"""One member (or `ALL`) per axis of the form, in the form's order."""

Role = Literal["axis", "input", "computed", "standard", "serial", "text"]
Kind = Literal["人数", "人次", "金额", "标准", "比例", "序号", "文本", "姓名", "身份证号", "电话", "班级", "专业"]
Source = Literal["printed", "reconstructed"]

NUMERIC: frozenset[str] = frozenset({"人数", "人次", "金额", "标准", "比例", "序号"})
WHOLE: frozenset[str] = frozenset({"人数", "人次", "序号"})


_VAGUE = (
    "金额（万元）",
    "金额",
    "人数",
    "人次",
    "合计",
    "资金总额",
    "省级财政资金",
    "市级财政资金",
    "涉农专业",
    "一般专业",
    "省级",
    "市、县级",
)
"""Headings that several columns of a form have under different ones."""


def once(
    function: Callable[Concatenate[_Declared, _P], _Result],
) -> Callable[Concatenate[_Declared, _P], _Result]:
    """Remember what follows from a declaration and, if any, further hashable arguments; nobody may change the result.

    The declaration is known by its identity (two are slow to compare), and kept, so that no other can take its place.
    """
    known: dict[tuple[Hashable, ...], tuple[_Declared, _Result]] = {}

    @wraps(function)
    def remembered(declared: _Declared, /, *args: _P.args, **kwargs: _P.kwargs) -> _Result:
        key = (id(declared), *args)
        if key not in known:
            if len(known) >= 4_000:
                known.clear()
            known[key] = (declared, function(declared, *args, **kwargs))
        return known[key][1]

    return remembered


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every piece of a declaration: an unknown key is a load error naming file and key."""


class Member(Part, frozen=True, kw_only=True):
    """One member of an axis: its name in rules, the label printed, and other ways to write the label."""

    name: str
    label: str = ""
    short: str = ""
    """Label on later rows, where the form prints a long one only once."""
    under: str = ""
    """A heading printed above the label (e.g. 精准资助学生), for axes laid out in columns."""
    also: tuple[str, ...] = ()
    starts: str = ""
    """A label beginning so is this member, e.g. `(三.1)`."""
    group: str = ""
    """Members of one group share a merged standard cell."""
    optional: bool = False
    """Some issues of the form print it, this template does not; bound when it is there."""
    closed: bool = False
    """Not eligible in this term (set when the form is dated); nothing may be filled in under it."""

    @property
    def printed(self) -> str:
        return self.label or self.name


class Axis(Part, frozen=True, kw_only=True):
    """What spans the rows or columns of a grid, or the sections of a list."""

    name: str
    header: tuple[str, ...] = ()
    """Heading printed over the labels."""
    also: tuple[str, ...] = ()
    """Other headings of the label column seen in received files."""
    members: tuple[Member, ...] = ()
    dated: str = ""
    """Name of a policy list that says which members exist in a term."""
    default: str = ""
    """The member rules mean when they do not name one, for an axis without totals."""
    width: float = 0
    source: Source = "printed"


class Column(Part, frozen=True, kw_only=True):
    """A measure of the form.  `name` is how rules call it."""

    name: str
    no: int | None = None
    header: tuple[str, ...] = ()
    """Heading path from the top; `{第1月}` becomes the month of the term."""
    also: tuple[str, ...] = ()
    """Other leaf headings seen in received files."""
    role: Role
    type: Kind
    unit: str = ""
    formula: str = ""
    """As printed, `8=6*7/10000/10`, or with names, `金额=人次*助学金月标准/10000`."""
    standard: str = ""
    """Policy figure that stands here, as an expression over standards: `免学费年标准/10/10000`."""
    span: tuple[str, ...] = ()
    """Axes (or `group`) whose rows share one merged cell."""
    required: bool = False
    group: str = ""
    """Fields of one group are members of an implicit axis of that name in rules (月: the five months)."""
    width: float = 0
    note: str = ""
    source: Source = "printed"
    at: Literal["rows", "total"] = "rows"
    """`total`: stands on the overall total of a form of schools alone, and sums nothing."""
    rounded: int | None = None
    """Decimals to which the native formula is rounded (6 = one 分 of 万元)."""
    awaited: bool = False
    """Forms of a bureau that are filled from the schools' workbooks: no 0 while it is blank; what follows from it and the totals
    over it stay blank as well."""
    draws: str = ""
    """Forms of a bureau: what stands here for a school, as an expression of rules over the school's own forms:
    `sum(助学金.人数, 专业性质="涉农专业")`."""

    @property
    def numeric(self) -> bool:
        return self.type in NUMERIC

    @property
    def caption(self) -> str:
        """How messages call the column: its printed heading where that is short, else its name."""
        leaf = self.header[-1] if self.header else self.name
        return leaf if len(leaf) <= 6 and leaf not in _VAGUE else self.name


class Total(Part, frozen=True, kw_only=True):
    """Total rows (or columns): the label and the axes that keep their member; all others are summed."""

    label: str
    since: str = ""
    until: str = ""
    """First and last term that prints this label."""
    keep: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    dash: tuple[str, ...] = ()
    """Fields in which the form prints “—”."""
    source: Source = "printed"


class Shape(Part, frozen=True, kw_only=True):
    """How a grid lies on paper: axes across the columns and down the rows; `"*"` stands for the fields."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    source: Source = "printed"


class Derived(Part, frozen=True, kw_only=True):
    """A member computed from others of its axis, e.g. `差额=申报审批-实际发放`."""

    axis: str
    formula: str
    source: Source = "printed"


class Line(Part, frozen=True, kw_only=True):
    """A line above or below the table with blanks to fill: `我校…结余{前期结余}万元（截止于{前期截止}）。`"""

    text: str
    where: Literal["above", "below", "row", "inside"] = "below"
    also: tuple[str, ...] = ()
    """Other beginnings of the line."""
    numbers: dict[str, str] = {}
    """Blanks that hold a number, with their unit."""
    total: str = ""
    """For `inside`: label of the total row in which the blank stands."""
    sign: bool = False
    """A signature line: kept together on the last page."""
    source: Source = "printed"


class Foot(Part, frozen=True, kw_only=True):
    """How the rows below a table are known that are none of it, beside the form's own `line`s: `[foot]` of `pack.toml`."""

    begins: tuple[str, ...] = ()
    """They begin so: 审批, 填表."""
    labels: tuple[str, ...] = ()
    """… or so, with a colon, a figure or nothing behind it: 电话, 说明."""
    label_ends: tuple[str, ...] = ()
    """What may stand behind such a label before the colon: 人, 号码."""
    speaks: tuple[str, ...] = ()
    """… or speak of this: 结余, 盖章."""
    students: tuple[str, ...] = ()
    """Where a list of students ends, a row begins so."""
    schools: tuple[str, ...] = ()
    """Where a list of schools ends, a row begins so."""
    memo: tuple[str, ...] = ()
    """What a row of figures says that repeats others or is for information only: 其中：女生, 上学期人数."""
    totals: tuple[str, ...] = ()
    """In a list of schools, a row with a total begins or ends so: 合计, 小计."""
    counts: tuple[str, ...] = ()
    """… or is a number with one of these: 所."""


class Form(Part, frozen=True, kw_only=True, dict=True):
    """One official form."""

    id: str
    role: str
    """Its name in rules; forms 1-3 and 2-3 share the role 免学费."""
    set: str
    name: str
    sheet: str
    title: str
    titles: tuple[str, ...]
    """Any of these inside a sheet's first rows makes the sheet this form."""
    without: tuple[str, ...] = ()
    """… unless one of these stands there too."""
    kind: Literal["grid", "list", "schools"]
    unit: str
    unit_line: str = ""
    banner: str = ""
    """A heading row over the whole table."""
    axis: tuple[Axis, ...] = ()
    column: tuple[Column, ...] = ()
    total: tuple[Total, ...] = ()
    shape: tuple[Shape, ...] = ()
    derived: tuple[Derived, ...] = ()
    line: tuple[Line, ...] = ()
    foot: Foot = Foot()
    """Further words of the rows below the table, besides those of `pack.toml`."""
    notes: tuple[str, ...] = ()
    basis: str = ""
    source: Source = "printed"
    doubts: tuple[str, ...] = ()
    """What is reconstructed or unknown, shown by `jiesuan forms`."""
    blank_rows: int = 0
    """List forms: empty rows per section in the blank template."""
    draws: str = ""
    """Forms of a bureau: the role of the schools' form that this one sums cell by cell."""
    optional: bool = False
    """No official form: a workbook without it lacks nothing."""

    def field(self, name: str) -> Column:
        """The column of that name.  Raises KeyError."""
        for column in self.column:
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.column)

    @cached_property
    def axes(self) -> tuple[str, ...]:
        return tuple(axis.name for axis in self.axis)

    def axis_named(self, name: str) -> Axis:
        for axis in self.axis:
            if axis.name == name:
                return axis
        raise KeyError(name)

    @cached_property
    def fields(self) -> tuple[Column, ...]:
        """The columns that hold something to read: everything but the label columns."""
        return tuple(column for column in self.column if column.role != "axis")

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Implicit axes: group name → field names (月 → 第1月 …)."""
        groups: dict[str, tuple[str, ...]] = {}
        for column in self.column:
            if column.group:
                groups[column.group] = (*groups.get(column.group, ()), column.name)
        return groups

    def summed(self, column: Column) -> bool:
        """Whether totals add this field up (serial numbers are counted, standards and texts are not added)."""
        return column.numeric and column.role in ("input", "computed", "serial") and column.at == "rows"

    def paired(self, column: Column) -> Column | None:
        """The amount beside a serial number (人数 and 金额 under one heading), or None."""
        for other in self.column:
            if other.type == "金额" and other.header[:-1] == column.header[:-1] and other.header[:-1]:
                return other
        return None

    def detail_keys(self) -> list[Key]:
        """Every combination of members, in printed order."""
        return list(_product([axis.members for axis in self.axis]))

    def total_keys(self, total: Total) -> list[Key]:
        """The keys of the total rows that this declaration prints."""
        return list(_product([axis.members if axis.name in total.keep else () for axis in self.axis]))

    @cached_property
    def _meant(self) -> dict[tuple[str, str], str | None]:
        return {}

    @cached_property
    def _labels(self) -> dict[str, tuple[dict[str, str], list[tuple[str, str]]]]:
        table: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {}
        for axis in self.axis:
            exact: dict[str, str] = {}
            starts: list[tuple[str, str]] = []
            for member in axis.members:
                for label in (member.name, member.printed, member.short, *member.also):
                    if label:
                        exact.setdefault(fold(label), member.name)
                if member.starts:
                    starts.append((fold(member.starts), member.name))
            table[axis.name] = (exact, starts)
        return table

    def member(self, axis: str, label: str) -> str | None:
        """The member of the axis that a label means, or None."""
        place = (axis, label)
        if place not in self._meant:
            if len(self._meant) >= 5_000:
                self._meant.clear()
            exact, starts = self._labels[axis]
            folded = fold(label)
            start = next((name for start, name in starts if folded.startswith(start)), None)
            self._meant[place] = exact.get(folded, start)
        return self._meant[place]


def _product(choices: list[tuple[Member, ...]]) -> Iterator[Key]:
    if not choices:
        yield ()
        return
    for member in choices[0] or (None,):
        for rest in _product(choices[1:]):
            yield (member.name if member else ALL, *rest)
