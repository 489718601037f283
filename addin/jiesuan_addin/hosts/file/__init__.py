"""A host over workbook files: openpyxl holds the workbook, formulas are computed by `jiesuan.recalculate`.

Made for tests and for machines without any spreadsheet program.  Saving goes through openpyxl, which does not know
everything a workbook can hold; a save that would lose something of the original file is refused (`losses`).
"""

from __future__ import annotations

from .program import FileProgram


def start() -> FileProgram:
    """A fresh program without workbooks."""
    return FileProgram()
