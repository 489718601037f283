"""Making workbooks: a blank set of forms, and a fictitious school's with or without mistakes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .book import Value
from .pack import Pack
from .produce_error import OutputError, reason
from .recalculate import recalculate
from .ref import Ref
from .report import display
from .sample.draft import Mistake
from .template.laid import Laid
from .template.layout import compose, to_book
from .template.write import blank_results, write_workbook
from .term import Term


def check_target(path: Path, *, force: bool = False) -> None:
    """Refuse to overwrite what is there.  Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"“{path.name}”是一个文件夹，请写出文件名，例如 结算表.xlsx。")
    if path.exists() and not force:
        raise OutputError(f"“{path.name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
    if path.suffix.lower() != ".xlsx":
        raise OutputError(f"输出文件应以 .xlsx 结尾：“{path.name}”。")
    if not path.parent.is_dir():
        raise OutputError(f"文件夹“{path.parent}”不存在，请先建立。")


def save(path: Path, pack: Pack, laid: list[Laid], results: dict[Ref, Value]) -> None:
    """Write a workbook whole or not at all.  Raises OutputError."""
    try:
        write_workbook(path, pack, laid, results)
    except OSError as error:
        raise OutputError(f"“{path.name}”写不进去：{reason(error)}。") from error


def results_of(laid: list[Laid]) -> dict[Ref, Value]:
    """The results of all native formulas, so that every program shows figures before it recalculates."""
    book = to_book(laid, "")
    recalculate(book)
    return {
        Ref(sheet.name, *cell): sheet.value(*cell)
        for sheet in book.sheets
        for cell in sheet.formulas
        if cell not in sheet.uncached
    }


def make_blank(path: Path, pack: Pack, set_name: str, term: Term) -> None:
    """A blank set of forms (`jiesuan new`)."""
    laid = compose(pack, set_name, term)
    save(path, pack, laid, blank_results(laid))


@dataclass(frozen=True)
class Planted:
    """A planted mistake and the cell it stands in."""

    mistake: Mistake
    sheet: str
    cell: str

    def record(self) -> dict[str, Any]:
        """For the list written beside a sample; identity numbers masked."""
        item = self.mistake
        return {
            "kind": item.kind,
            "title": item.title,
            "sheet": self.sheet,
            "cell": self.cell,
            "field": item.field,
            "old": display(item.old),
            "new": display(item.new),
            "families": list(item.expects),
        }


def make_sample_file(
    path: Path, pack: Pack, set_name: str, term: Term, *, students: int, seed: int, errors: int = 0
) -> list[Planted]:
    """A fictitious school's workbook with `errors` planted mistakes (`jiesuan sample`); returns where they stand."""
    from .sample.make import make_sample
    from .sample.mistakes import make_mistakes

    sample = make_sample(pack, set_name, term, students=students, seed=seed)
    filling, mistakes = sample.filling, list[Mistake]()
    if errors:
        filling, mistakes = make_mistakes(pack, set_name, term, sample, errors, seed)
    laid = compose(pack, set_name, term, filling)
    save(path, pack, laid, results_of(laid))
    return [locate(mistake, laid) for mistake in mistakes]


def errors_file(path: Path) -> Path:
    """`表.xlsx` → `表.errors.json`."""
    return path.with_suffix(".errors.json")


def write_errors(path: Path, planted: list[Planted]) -> None:
    """List the planted mistakes beside the sample.  Raises OutputError."""
    text = json.dumps(
        {"schema_version": 1, "errors": [item.record() for item in planted]}, ensure_ascii=False, indent=2
    )
    try:
        errors_file(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"“{errors_file(path).name}”写不进去：{reason(error)}。") from error


def locate(mistake: Mistake, laid: list[Laid]) -> Planted:
    """The cell a planted mistake stands in; for a removed student the 小计 of the section."""
    form = next(item for item in laid if item.form.role == mistake.role)
    where = mistake.where
    cell: tuple[int, int] | None
    if isinstance(where, str):
        cell = form.lines.get(where)
    elif len(where) == 3:
        cell = form.places.get((where[1], where[2]))
    else:
        section, index = where
        name = mistake.field or ("身份证号" if mistake.new is not None else "")
        cell = (form.rows[section, index], form.columns[name]) if name else form.places.get(((section,), "免学费金额"))
    ref = Ref(form.sheet, *cell) if cell else None
    return Planted(mistake, form.sheet, ref.cell if ref else "")
