"""What an .xlsx says of its sheets and LibreOffice does not take over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_LOCKED = re.compile(rb'lockStructure="(?:1|true)"')


class Beyond(NamedTuple):
    """Whether sheets may be neither added nor removed, and the names of the chart sheets."""

    locked: bool = False
    charts: frozenset[str] = frozenset()


def beyond(path: Path) -> Beyond:
    """Nothing for a workbook of another format."""
    from jiesuan.marking.package import Package
    from jiesuan.marking.problem import NotMarkable
    from jiesuan.marking.workbook import WorkbookPart

    try:
        part = WorkbookPart(Package(path.read_bytes()))
        charts = frozenset(sheet.name for sheet in part.sheets if sheet.kind == "chartsheet")
    except NotMarkable:
        return Beyond()
    return Beyond(_LOCKED.search(part.data) is not None, charts)
