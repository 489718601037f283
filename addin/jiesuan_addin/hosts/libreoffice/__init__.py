"""A host over a running LibreOffice: private, without a window, computing live.

It needs LibreOffice Calc and its Python bridge (Debian, Ubuntu: `libreoffice-calc`, `python3-uno`).  Workbooks are opened
from a private copy and saved by way of one, so that LibreOffice leaves no lock file beside the user's files.
"""

from __future__ import annotations

from .program import OfficeProgram


def start() -> OfficeProgram:
    """A LibreOffice of its own.  Raises HostError where there is none."""
    return OfficeProgram()
