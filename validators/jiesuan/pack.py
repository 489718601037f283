"""A pack: the forms, rules and policy of one region and issue of the forms, a folder of `workbook_templates/`."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .declared import (
    PackError,
    PackInfo,
    SetInfo,
    check_terms,
    checked,
    pack_folders,
    packs_folder,
    parse,
    read_declaration,
)
from .form import Axis, Column, Derived, Foot, Form, Line, Member, Total
from .formula import Formula, FormulaError, parse_expression, parse_formula
from .majors import Majors
from .policy import Policy, in_force
from .regions import law_of, read_layer, read_policy
from .rule import Rule, RuleFile
from .term import Term
from .wording import Wording

__all__ = [
    "Pack",
    "PackError",
    "PackInfo",
    "SetInfo",
    "load_pack",
    "pack_names",
    "packs_folder",
    "read_declaration",
    "read_table",
]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Pack:
    """A loaded pack."""

    info: PackInfo
    forms: dict[str, Form]
    """By id, undated: use `form()` for the form of a term."""
    policy: Policy
    rules: dict[str, Rule]
    wording: Wording = field(default_factory=Wording)
    """What a written reason must not be."""
    majors: Majors = field(default_factory=Majors)
    folder: Path | None = None
    """Where it was read from."""
    _dated: dict[tuple[str, Term], Form] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """All words that remarks are asked for by its rules."""
        return frozenset(word for rule in self.rules.values() for word in rule.mentions)

    @property
    def template_version(self) -> str:
        """What our own templates carry in their document properties."""
        return f"{self.info.id}/{self.info.version}"

    def file(self, name: str) -> Path:
        """A file beside its forms (`sample.toml`); where it has none, that of the program's own pack of the same id.  It need
        not be there."""
        ours = packs_folder() / self.info.id / name
        own = ours if self.folder is None else self.folder / name
        return own if own.is_file() or not ours.is_file() else ours

    def set_named(self, name: str) -> SetInfo:
        """The set 省属, 市属 or 设区市.  Raises KeyError."""
        for item in (*self.info.set, *self.info.bureau):
            if item.name == name:
                return item
        raise KeyError(name)

    def covers(self, term: Term) -> bool:
        return term >= Term.parse(self.info.since)

    def form(self, form_id: str, term: Term) -> Form:
        """The form as it stands in that term: months, titles and dated members filled in."""
        if (form_id, term) not in self._dated:
            self._dated[form_id, term] = _dated_form(self.forms[form_id], self.policy, term)
        return self._dated[form_id, term]

    def set_forms(self, set_name: str, term: Term) -> list[Form]:
        """The forms a school of that set hands in, in order."""
        return [self.form(form_id, term) for form_id in self.set_named(set_name).forms]

    def selected(self, set_name: str, term: Term, needs: str = "") -> list[Rule]:
        """The rules for a workbook of that set and term, by code; with `needs` those that need that beside it."""
        begins = self.set_named(set_name).rules
        return [
            rule
            for rule in self.rules.values()
            if rule.needs == needs and rule.applies(set_name, term) and (not begins or rule.code.startswith(begins))
        ]

    def formula(self, form: Form, column: Column) -> Formula:
        """The parsed formula of a computed column."""
        return _formula(column.formula, tuple((c.no, c.name) for c in form.column if c.no is not None))

    def shared(self, form: Form) -> dict[str, str]:
        """Computed column → the share it depends on, directly or not: without a share nothing is split."""
        shares = {column.name for column in form.fields if column.type == "比例"}
        return {name: need for name, needs in self.needs(form).items() for need in needs if need in shares}

    def needs(self, form: Form) -> dict[str, tuple[str, ...]]:
        """Column → the shares and the awaited amounts that it follows from, directly or not; an awaited amount needs itself."""
        found: dict[str, tuple[str, ...]] = {}
        wanted = [column for column in form.fields if column.type == "比例" or column.awaited]
        if not wanted:
            return found
        reads = {c.name: self.formula(form, c).names for c in form.fields if c.role == "computed" and c.formula}
        for column in wanted:
            reached = {column.name}
            while more := {name for name, names in reads.items() if reached & set(names)} - reached:
                reached |= more
            if not column.awaited:
                reached.remove(column.name)
            for name in reached:
                found[name] = (*found.get(name, ()), column.name)
        return found

    def standard(self, form: Form, column: Column, key: tuple[str, ...], term: Term) -> Any:
        """The policy figure (Decimal, in the column's unit) for a standard cell at that key, or None where policy gives
        none."""
        if not column.standard:
            return None
        return self.policy.value(expression(column.standard), term, self.keys(form, key))

    def keys(self, form: Form, key: tuple[str, ...]) -> dict[str, str]:
        """What narrows a policy figure at a figure's key: its members and the 隶属 of the form's set."""
        return {"隶属": self.set_named(form.set).rates or form.set, **dict(zip(form.axes, key, strict=True))}


@lru_cache(maxsize=512)
def _formula(text: str, columns: tuple[tuple[int, str], ...]) -> Formula:
    return parse_formula(text, dict(columns))


@lru_cache(maxsize=512)
def expression(text: str) -> Formula:
    """A parsed expression over standards."""
    return parse_expression(text)


def pack_names() -> list[str]:
    """Ids of the packs at hand that have forms."""
    return sorted(name for name, folder in pack_folders().items() if (folder / "forms").is_dir())


def load_pack(name: str = "fujian-2024") -> Pack:
    """Load a pack by id, or from a folder; its policy is that of its region, packs of policy alone included.  Raises
    PackError naming file and key."""
    try:
        here = str(Path.cwd())
    except OSError:  # the folder we are in is gone
        here = ""
    return _loaded(name, os.environ.get("JIESUAN_PACKS", ""), here)


@lru_cache(maxsize=64)
def _loaded(name: str, packs: str, here: str) -> Pack:
    """Found once for each set of folders to look in: a batch asks for every file."""
    folders = pack_folders()
    folder = folders.get(name, Path(name)).resolve()
    if not (folder / "forms").is_dir() or not (folder / "pack.toml").is_file():
        raise PackError(f"没有名为“{name}”的表册。现有：{'、'.join(pack_names())}。")
    return _in_its_region(folder, tuple(other for other in folders.values() if other != folder))


@lru_cache(maxsize=64)
def _in_its_region(folder: Path, others: tuple[Path, ...]) -> Pack:
    pack = _load(folder)
    different = (other for other in others if read_layer(other).id != pack.info.id)
    return dataclasses.replace(pack, policy=law_of(pack.info.region, (folder, *different)).policy)


@cache
def _load(folder: Path) -> Pack:
    info = read_declaration(folder / "pack.toml", PackInfo)
    forms = {form.id: form for form in _load_forms(folder, info)}
    rules: dict[str, Rule] = {}
    files: dict[str, str] = {}
    for path in sorted((folder / "rules").glob("*.toml")):
        for rule in read_declaration(path, RuleFile).rule:
            if rule.code in rules:
                raise PackError(f"{path.name}：规则编号 {rule.code} 重复")
            check_terms(f"{path.name}：规则 {rule.code}", rule.since, rule.until)
            if rule.mentions and not rule.excused:
                raise PackError(f"{path.name}：规则 {rule.code} 有 mentions，没有 excused")
            if rule.computed not in rule.holds:
                raise PackError(f"{path.name}：规则 {rule.code} 的 computed 写的“{rule.computed}”，holds 里没有")
            rules[rule.code] = rule
            files[rule.code] = path.name
    for rule in rules.values():
        if rule.instead and rule.instead not in rules:
            raise PackError(f"{files[rule.code]}：规则 {rule.code} 的 instead 写的“{rule.instead}”，没有这条规则")
    wording = _optional(folder / "explain.toml", Wording)
    majors = _optional(folder / "majors.toml", Majors)
    pack = Pack(info, forms, read_policy(folder), dict(sorted(rules.items())), wording, majors, folder)
    _verify(pack)
    return pack


def _optional(path: Path, kind: type[_T]) -> _T:
    """A declaration that a pack may do without."""
    return read_declaration(path, kind) if path.is_file() else kind()


def _load_forms(folder: Path, info: PackInfo) -> Iterator[Form]:
    tables: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "forms").glob("*.toml")):
        table = parse(path)
        base = table.pop("extends", None)
        if base is not None:
            if not isinstance(base, str) or base not in tables:
                raise PackError(f"{path.name}：extends 指向不存在的表 {base}")
            table = {**tables[base], **table}
        tables[path.stem] = table
        form = checked(path, table, Form)
        if form.id != path.stem:
            raise PackError(f"{path.name}：id 应与文件名相同")
        yield msgspec.structs.replace(
            form, axis=tuple(_with_labels(axis, info) for axis in form.axis), foot=_with_words(form.foot, info.foot)
        )


def _with_words(own: Foot, common: Foot) -> Foot:
    return Foot(**{name: (*getattr(own, name), *getattr(common, name)) for name in Foot.__struct_fields__})


def _with_labels(axis: Axis, info: PackInfo) -> Axis:
    labels = info.labels.get(axis.name, {})
    return msgspec.structs.replace(
        axis,
        members=tuple(
            msgspec.structs.replace(member, also=(*member.also, *labels.get(member.name, ())))
            for member in axis.members
        ),
    )


def read_table(path: Path, kind: type[_T]) -> _T:
    """Another TOML file of a pack, as the structure it should have.  Raises PackError."""
    return read_declaration(path, kind)


def _verify(pack: Pack) -> None:
    """Find what would otherwise break later: terms, figures, formulas and names that do not resolve."""
    check_terms("pack.toml：since", pack.info.since)
    for form in pack.forms.values():
        try:
            _verify_names(form, pack.policy)
            for column in form.column:
                _verify_column(pack, form, column)
            for item in form.derived:
                _verify_derived(form, item)
        except (FormulaError, ValueError) as error:
            raise PackError(f"{form.id}.toml：{error}") from error
    for info in (*pack.info.set, *pack.info.bureau):
        for form_id in info.forms:
            if form_id not in pack.forms:
                raise PackError(f"pack.toml：没有表 {form_id}")


def _verify_names(form: Form, policy: Policy) -> None:
    """Names in one part of a form that another part must declare."""
    axes, fields = set(form.axes), {column.name for column in form.column}
    choices = {choice.name for choice in policy.choice}
    wanted: list[tuple[str, Iterable[str], set[str]]] = [
        ("column.name", fields, {name for name in fields if [c.name for c in form.column].count(name) == 1}),
        *(("total.keep", total.keep, axes) for total in form.total),
        *(("total.dash", total.dash, fields) for total in form.total),
        *(("shape", (*shape.columns, *shape.rows), axes | {"*"}) for shape in form.shape),
        *(("column.span", column.span, axes | {"group"}) for column in form.column),
        *(("derived.axis", (item.axis,), axes) for item in form.derived),
        *(("axis.dated", (axis.dated,), choices | {""}) for axis in form.axis),
        *(("axis.default", (axis.default,), {m.name for m in axis.members} | {""}) for axis in form.axis),
        *(("line.total", (line.total,), {total.label for total in form.total} | {""}) for line in form.line),
    ]
    for key, names, declared in wanted:
        for name in sorted(set(names) - declared):
            raise ValueError(f"{key} 里的“{name}”没有声明或重复")
    for total in form.total:
        check_terms(f"{form.id}.toml：total“{total.label}”", total.since, total.until)


def _verify_column(pack: Pack, form: Form, column: Column) -> None:
    known = pack.policy.names()
    if column.formula:
        formula = pack.formula(form, column)
        if formula.target != column.name:
            raise FormulaError(f"公式“{column.formula}”写在了“{column.name}”列")
        for name in formula.names:
            if not form.has(name) and name not in known:
                raise FormulaError(f"公式“{column.formula}”里的“{name}”既不是列也不是标准")
    if column.standard and not set(expression(column.standard).names) <= known:
        raise FormulaError(f"标准“{column.standard}”在 policy.toml 中没有")


def _verify_derived(form: Form, item: Derived) -> None:
    formula = parse_formula(item.formula)
    members = {member.name for member in form.axis_named(item.axis).members}
    for name in (formula.target, *formula.names):
        if name not in members:
            raise FormulaError(f"公式“{item.formula}”里的“{name}”不是“{item.axis}”的一项")


def _dated_form(form: Form, policy: Policy, term: Term) -> Form:
    def fill(text: str) -> str:
        if "{" not in text:
            return text
        for number, month in enumerate(term.months, 1):
            text = text.replace(f"{{第{number}月}}", month)
        return text.replace("{学期}", term.title).replace("{年}", str(term.year)).replace("{季}", term.season)

    def members(axis: Axis) -> tuple[Member, ...]:
        if not axis.dated:
            return axis.members
        chosen = policy.values(axis.dated, term)
        return tuple(
            member if member.name in chosen else msgspec.structs.replace(member, optional=True, closed=True)
            for member in axis.members
        )

    def column(item: Column) -> Column:
        return msgspec.structs.replace(item, header=tuple(map(fill, item.header)), also=tuple(map(fill, item.also)))

    def line(item: Line) -> Line:
        return msgspec.structs.replace(item, text=fill(item.text))

    def total(item: Total) -> Total:
        others = tuple(other.label for other in form.total if other.keep == item.keep and other.label != item.label)
        return msgspec.structs.replace(item, also=(*item.also, *others))

    return msgspec.structs.replace(
        form,
        title=fill(form.title),
        banner=fill(form.banner),
        axis=tuple(msgspec.structs.replace(axis, members=members(axis)) for axis in form.axis),
        column=tuple(map(column, form.column)),
        total=tuple(total(item) for item in form.total if in_force(item.since, item.until, term)),
        line=tuple(map(line, form.line)),
    )
