"""Keeping the screen still while a workbook is written to."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


class still:
    """No redrawing inside; afterwards as before, whatever happened.

    A class, for a generator would have to set the traceback of an error that passes through, which errors of LibreOffice's
    bridge do not let be set.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __enter__(self) -> None:
        self.before = self.app.screen_updating
        self.app.screen_updating = False

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            self.app.screen_updating = self.before
