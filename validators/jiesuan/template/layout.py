"""Where everything of a form stands on paper.  No Excel library: templates, samples and rebuilt workbooks are written
from this."""

from __future__ import annotations

from ..book import Book, Sheet
from ..filling import Filling
from ..form import Form
from ..pack import Pack
from ..term import Term
from .frame import lay_bottom, lay_inside, lay_top
from .grid import default_shape, grid_widths, lay_grid
from .laid import Laid, Spot
from .listing import lay_list, list_widths
from .page import stretch
from .schools import lay_schools, school_widths

__all__ = ["Laid", "Spot", "compose", "lay_out", "properties", "to_book"]


def lay_out(pack: Pack, form: Form, term: Term, filling: Filling | None = None, shape: str | None = None) -> Laid:
    """Lay one form out on its sheet; blank without a filling.  `shape` names one of the form's shapes, the first by
    default.  Raises KeyError for an unknown shape."""
    laid = Laid(form, form.sheet, term, pack.template_version)
    content = filling or Filling()
    if form.kind == "list":
        if shape is not None:
            raise KeyError(shape)
        laid.widths = list_widths(form)
        lay_list(laid, filling, lay_top(laid, content))
    elif form.kind == "schools":
        laid.widths = school_widths(form)
        lay_schools(laid, pack, filling, lay_top(laid, content))
    else:
        shapes = {item.name: item for item in form.shape or (default_shape(form),)}
        chosen = shapes[shape] if shape is not None else next(iter(shapes.values()))
        laid.widths = grid_widths(form, chosen)
        lay_grid(laid, pack, chosen, content, lay_top(laid, content))
    lay_inside(laid, content)
    lay_bottom(laid, content)
    if form.kind != "list":
        stretch(laid)
    return laid


def compose(pack: Pack, set_name: str, term: Term, filling: Filling | None = None) -> list[Laid]:
    """All forms of a set, in the order of the workbook's tabs."""
    return [lay_out(pack, form, term, filling) for form in pack.set_forms(set_name, term)]


def properties(laid: list[Laid]) -> dict[str, str]:
    """The custom document properties of our own workbooks."""
    first = laid[0]
    return {"jiesuan-template": first.version, "jiesuan-set": first.form.set, "jiesuan-term": str(first.term)}


def to_book(laid: list[Laid], name: str) -> Book:
    """The same as a workbook in memory; its formulas have no results yet."""
    book = Book(name, properties=properties(laid))
    for form in laid:
        sheet = Sheet(form.sheet, merges=list(form.merges))
        for (row, column), spot in sorted(form.cells.items()):
            if spot.formula is not None:
                sheet.put(row, column, None, spot.formula)
                sheet.uncached.add((row, column))
            elif spot.value is not None:
                sheet.put(row, column, spot.value)
        book.sheets.append(sheet)
    return book
