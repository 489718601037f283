"""The screen stands still while a workbook is written to, and moves again whatever happens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jiesuan_addin.still import still


class Frozen(Exception):
    """An error that lets nothing be set on it, as those of LibreOffice's bridge."""

    def __setattr__(self, name: str, value: Any) -> None:
        raise RuntimeError(name)


class Stubborn:
    """A program that refuses to redraw again."""

    def __init__(self) -> None:
        self.log: list[bool] = []

    @property
    def screen_updating(self) -> bool:
        return True

    @screen_updating.setter
    def screen_updating(self, value: bool) -> None:
        self.log.append(value)
        if value:
            raise OSError("refused")


@pytest.mark.parametrize("before", [True, False])
def test_as_before_afterwards(before: bool) -> None:
    app = SimpleNamespace(screen_updating=before)
    with still(app):
        assert app.screen_updating is False
    assert app.screen_updating is before


def test_as_before_after_an_error_which_passes_through() -> None:
    app = SimpleNamespace(screen_updating=True)
    with pytest.raises(Frozen), still(app):
        raise Frozen
    assert app.screen_updating is True


def test_inside_one_another() -> None:
    app = SimpleNamespace(screen_updating=True)
    with still(app), still(app):
        assert app.screen_updating is False
    assert app.screen_updating is True


def test_a_program_that_refuses_does_not_hide_the_error_inside() -> None:
    app = Stubborn()
    with pytest.raises(KeyError, match="甲"), still(app):
        raise KeyError("甲")
    with still(app):
        pass
    assert app.log == [False, True, False, True]
