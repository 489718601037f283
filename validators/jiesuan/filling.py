"""What a school fills into a set of forms, apart from any sheet: the content that templates, samples and rebuilt
workbooks are written from."""

from __future__ import annotations

from dataclasses import dataclass, field

from .book import Value
from .form import Key

FigureKey = tuple[str, Key, str]
"""(role of the form, key, field), e.g. ("免学费", ("一年级", "涉农专业", "脱贫户"), "第1月")."""


@dataclass
class Filling:
    """Inputs of one school for one term.

    `figures` are cells of grid forms; a computed figure present here is a *typed* value that takes the place of the
    native formula.  `rows` are the student rows of list forms per role and section, field → value (money in 元, as the
    form has it).  `lines` are the blanks above and below the tables, e.g. lines["生均"]["前期结余"].
    """

    figures: dict[FigureKey, Value] = field(default_factory=dict)
    rows: dict[str, dict[str, list[dict[str, Value]]]] = field(default_factory=dict)
    lines: dict[str, dict[str, Value]] = field(default_factory=dict)
