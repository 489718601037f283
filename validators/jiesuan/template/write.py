"""Writes forms as real .xlsx workbooks: for schools to fill, print, stamp and hand in."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from ..book import Cell, ErrorValue, Value
from ..pack import Pack
from ..ref import Ref, a1
from ..term import Term
from .inputs import areas, validations
from .laid import ROW_HEIGHT, Laid, Spot, text_width
from .layout import compose, properties
from .page import MARGINS, page_breaks
from .style import look

_CREATED = dt.datetime(2024, 9, 4)
"""Date of the notice the forms come from; a fixed date, so that the same content gives the same file."""


def write_workbook(path: Path, pack: Pack, laid: list[Laid], results: Mapping[Ref, Value] | None = None) -> None:
    """Write the forms as one workbook, whole or not at all.

    `results` are the results of formulas that programs show before they recalculate.  A formula without one gets an
    empty result, which makes LibreOffice compute it on loading; Excel and WPS always do.
    """
    content = render(pack, laid, results or {})
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def write_templates(folder: Path, pack: Pack) -> list[Path]:
    """Write the blank templates of a pack: each set for the spring and autumn terms its forms were issued for."""
    first = Term.parse(pack.info.since)
    paths: list[Path] = []
    for item in (*pack.info.set, *pack.info.bureau):
        for term in (first, first.next):
            laid = compose(pack, item.name, term)
            owner = f"{item.name}技工院校" if item in pack.info.set else f"{item.attachment}_{item.title}"
            path = folder / f"{owner}资助金结算表_{term}.xlsx"
            write_workbook(path, pack, laid, blank_results(laid))
            paths.append(path)
    return paths


def blank_results(laid: list[Laid]) -> dict[Ref, Value]:
    """The results of all formulas of forms nobody has filled in: 0, or nothing where the formula asks for input first."""
    return {
        Ref(form.sheet, *cell): "" if spot.formula.startswith("IF(") else 0
        for form in laid
        for cell, spot in form.cells.items()
        if spot.formula is not None
    }


def render(pack: Pack, laid: list[Laid], results: Mapping[Ref, Value]) -> bytes:
    """The bytes of the workbook; the same content gives the same bytes."""
    from xlsxwriter import Workbook

    buffer = BytesIO()
    default = {"font_name": "宋体", "font_size": 10, "font_charset": 134, "font_scheme": False}
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": default})
    book.set_properties(
        {
            "title": f"{pack.info.name} {laid[0].form.set} {laid[0].term.title}",
            "subject": pack.info.basis,
            "created": _CREATED,
        }
    )
    for name, value in properties(laid).items():
        book.set_custom_property(name, value, "text")
    formats = _Formats(book)
    for form in laid:
        _Writer(book, form, formats, results).write()
    book.close()
    return buffer.getvalue()


class _Formats:
    """One format object per look."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.known: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, properties: dict[str, Any]) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.known:
            self.known[key] = self.book.add_format(properties)
        return self.known[key]


class _Writer:
    def __init__(self, book: Any, laid: Laid, formats: _Formats, results: Mapping[Ref, Value]) -> None:
        self.book, self.laid, self.formats, self.results = book, laid, formats, results
        self.sheet = book.add_worksheet(laid.sheet)
        self.last = {(row, column): (last_row, last_column) for row, column, last_row, last_column in laid.merges}

    def write(self) -> None:
        self.sizes()
        for cell, spot in sorted(self.laid.cells.items()):
            self.cell(cell, spot)
        for (row, column), text in sorted(self.laid.notes.items()):
            size = {"width": 360, "height": min(20 + 16 * (text.count("\n") + 1), 400)}
            self.sheet.write_comment(row - 1, column - 1, text, {"author": "结算", "font_size": 9, **size})
        self.validate()
        self.page()
        self.name()

    def sizes(self) -> None:
        laid, sheet = self.laid, self.sheet
        # Rows keep no height of their own where they need none, so that they grow with long texts typed later.
        sheet.set_default_row(ROW_HEIGHT)
        for column, width in enumerate(laid.widths):
            sheet.set_column(column, column, width)
        for row in range(1, laid.end + 1):
            inside = laid.body[0] <= row <= laid.body[1]
            if row in laid.heights or not inside:
                sheet.set_row(row - 1, laid.height(row))

    def cell(self, cell: Cell, spot: Spot) -> None:
        row, column = cell
        form = self.formats.of(self.look(cell, spot))
        if cell in self.last:
            last_row, last_column = self.last[cell]
            self.sheet.merge_range(row - 1, column - 1, last_row - 1, last_column - 1, "", form)
        place = (row - 1, column - 1)
        value = spot.value
        if spot.formula is not None:
            result = self.results.get(Ref(self.laid.sheet, row, column), "")
            self.sheet.write_formula(*place, f"={spot.formula}", form, "" if result is None else result)
        elif value is None:
            self.sheet.write_blank(*place, None, form)
        elif isinstance(value, ErrorValue):
            self.sheet.write_formula(*place, f"={value}", form, str(value))
        elif isinstance(value, str):
            self.sheet.write_string(*place, value, form)
        elif isinstance(value, bool):
            self.sheet.write_boolean(*place, value, form)
        elif isinstance(value, dt.date | dt.time | dt.timedelta):
            self.sheet.write_datetime(*place, value, form)
        else:
            self.sheet.write_number(*place, value, form)

    def look(self, cell: Cell, spot: Spot) -> dict[str, Any]:
        laid = self.laid
        _, last_column = self.last.get(cell, cell)
        room = laid.span(cell[1], last_column)
        following = laid.cells.get((cell[0], last_column + 1))
        before_blank = (
            spot.style in ("label", "sentence")
            and following is not None
            and following.style in ("blank", "gap")
            and (cell[1] > 1 or room > text_width(str(spot.value)) + 6)
        )
        long_label = spot.style == "axis" and cell not in self.last and cell[1] > 1 and room >= 30
        return look(laid, spot, before_blank=before_blank, long_label=long_label)

    def validate(self) -> None:
        for check, cells in validations(self.laid):
            options = {key: list(value) if isinstance(value, tuple) else value for key, value in check.options}
            first, *others = [[top - 1, left - 1, bottom - 1, right - 1] for top, left, bottom, right in areas(cells)]
            self.sheet.data_validation(*first, {**options, "other_cells": others})

    def page(self) -> None:
        laid, sheet = self.laid, self.sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(**MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        sheet.repeat_rows(laid.head[0] - 1, laid.head[1] - 1)
        sheet.print_area(0, 0, laid.end - 1, laid.width - 1)
        sheet.set_footer("&C第 &P 页，共 &N 页", {"margin": 0.3})
        sheet.set_h_pagebreaks(page_breaks(laid))
        sheet.freeze_panes(laid.head[1], laid.stubs)

    def name(self) -> None:
        first, last = self.laid.body
        corners = [
            f"${a1(row, column)[: -len(str(row))]}${row}" for row, column in ((first, 1), (last, self.laid.width))
        ]
        self.book.define_name(self.laid.data_name, f"='{self.laid.sheet}'!{':'.join(corners)}")
