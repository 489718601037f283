"""Keeping the screen still while a workbook is written to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def still(app: Any) -> Iterator[None]:
    """No redrawing inside; afterwards as before, whatever happened."""
    before = app.screen_updating
    app.screen_updating = False
    try:
        yield
    finally:
        with suppress(Exception):
            app.screen_updating = before
