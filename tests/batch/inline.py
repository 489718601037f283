"""The work of a batch done here and now, in one process; and batches run that way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from jiesuan.batch.batch import Batch, Options
from jiesuan.batch.run import Then, run_batch


class Inline:
    """An engine without processes; it keeps count of what it was given."""

    workers = 1

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Future[Any]:
        self.done.append((function.__name__, len(arguments[0])))
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)
        return future


def run_inline(
    folder: Path, out: Path, *, engine: Inline | None = None, then: Then | None = None, **more: Any
) -> Batch:
    """A batch in this process; `then` is done before anything is written."""
    made = engine or Inline()

    @contextmanager
    def engine_of(*_: object) -> Iterator[Inline]:
        yield made

    with mock.patch("jiesuan.batch.run.engine_of", engine_of):
        return run_batch(Options(folder, out, **more), lambda what, done, total: None, then)


def outcome(out: Path) -> dict[str, bytes]:
    """Everything a batch wrote for people and programs, by path; the machine's part aside."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.relative_to(out).parts[0] != "数据"
    }
