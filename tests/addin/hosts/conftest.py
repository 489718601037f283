"""Every test that asks for `app` or `book` runs in each headless host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from jiesuan_addin.hosts import host

OFFICE = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]


def _started(name: str) -> Iterator[Any]:
    app = host(name).apps.add(add_book=False)
    yield app
    app.quit()


@pytest.fixture(scope="session")
def file_app() -> Iterator[Any]:
    yield from _started("file")


@pytest.fixture(scope="session")
def office_app() -> Iterator[Any]:
    yield from _started("libreoffice")


@pytest.fixture(params=["file", pytest.param("libreoffice", marks=OFFICE)])
def app(request: pytest.FixtureRequest) -> Any:
    """A running host, the same one for all tests of a session, active and without open workbooks."""
    name = "file" if request.param == "file" else "office"
    app = request.getfixturevalue(f"{name}_app")
    host(request.param)
    app.activate()
    for book in list(app.books):
        book.close()
    app.impl.alerts.clear()
    app.impl.answers.clear()
    app.impl.screen_log.clear()
    return app


@pytest.fixture
def book(app: Any) -> Iterator[Any]:
    """A new workbook with one sheet, `Sheet1`."""
    made = app.books.add()
    yield made
    made.impl.calls.busy = False
    made.close()


@pytest.fixture
def sheet(book: Any) -> Any:
    return book.sheets[0]


@pytest.fixture
def port(app: Any) -> Iterator[Any]:
    """A new workbook of the host itself, without xlwings around it."""
    made = app.impl.program.new()
    yield made
    made.close()
