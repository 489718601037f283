"""Who does the work of a batch: processes of this machine, or a Dask cluster; one answer per piece of work, in any order.

A chunk whose worker dies or takes too long is cut into single files and tried again; who then dies is tried once more when
nothing else is running.  So the culprit alone is left and everything else is done.
"""

from __future__ import annotations

import concurrent.futures as futures
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ..session import Failure, broken
from ..usage import Misuse

_Piece = TypeVar("_Piece")
_Answer = TypeVar("_Answer")

SECONDS = 150.0
"""Wall-clock time that one piece of work may take."""
AHEAD = 3
"""Pieces handed out per worker, so that none waits and little is held in memory."""
TOO_LONG = Failure(
    "", "timeout", "这个文件用时过长，已停止，单独隔开，没有影响别的文件。请用 Excel 打开后另存为新文件再试。"
)
CRASHED = Failure(
    "",
    "crashed",
    "处理这个文件时解析程序异常退出或内存用尽，已单独隔开，没有影响别的文件。请用 Excel 打开后另存为新文件再试。",
)


class Engine(Protocol):
    """Hands out work."""

    @property
    def workers(self) -> int:
        """How many pieces are worked on at once."""

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> futures.Future[Any]:
        """Start a piece of work."""


class Local:
    """Processes of this machine, each within limits of memory and time."""

    def __init__(self, jobs: int, seconds: float = SECONDS) -> None:
        from multiprocessing import get_context

        from pebble import ProcessPool

        from .work import prepare

        self.workers, self._seconds = jobs, seconds
        self._pool: Any = ProcessPool(max_workers=jobs, initializer=prepare, context=get_context("spawn"))

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> futures.Future[Any]:
        with _undisturbed():  # the first piece starts the workers
            future: futures.Future[Any] = self._pool.schedule(function, args=arguments, timeout=self._seconds)
        return future

    def close(self, *, now: bool) -> None:
        """End the workers; with `now` whatever they are doing."""
        if now:
            self._pool.stop()
        else:
            self._pool.close()
        try:
            self._pool.join()
        except KeyboardInterrupt:  # left alone it would go on while the program ends
            self._pool.stop()
            self._pool.join()
            raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back.  Processes and threads started meanwhile never get it, from their first instruction on; whoever started
    them gets it afterwards and decides what it means."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows: they are deaf to it once they are ready
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # starting later, it would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Dask:
    """The workers of a cluster that runs already.  A worker that dies is the cluster's to replace."""

    def __init__(self, scheduler: str) -> None:
        """Raises Misuse where there is no such cluster, or it runs another version."""
        try:
            import distributed
        except ImportError as error:
            raise Misuse('用 Dask 集群要先安装：pip install "jiesuan[dask]"（每台机器都要装）。') from error
        from .work import loaded

        try:
            connect: Any = distributed.Client
            self._client: Any = connect(scheduler, timeout="15s", set_as_default=False)
            versions = self._client.run(loaded)
        except Exception as error:
            raise Misuse(
                f"连不上 Dask 集群 {scheduler}，或集群上没有装 jiesuan；请核对 --scheduler 的地址。"
            ) from error
        if set(versions.values()) - {loaded()}:
            self._client.close()
            raise Misuse(f"集群上的 jiesuan 或 Python 与本机的版本（{loaded()}）不同，结果可能不一致；请装成同一版。")
        if not versions:
            self._client.close()
            raise Misuse(f"Dask 集群 {scheduler} 上没有在运行的工作进程。")
        self.workers = sum(self._client.nthreads().values())
        self._executor = self._client.get_executor(pure=False, retries=0)

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> futures.Future[Any]:
        future: futures.Future[Any] = self._executor.submit(function, *arguments)
        return future

    def close(self, *, now: bool) -> None:
        """Leave the cluster running."""
        self._executor.shutdown(wait=not now)
        self._client.close()


class _Late:
    """An engine that starts with the first piece of work: where nothing changed, nothing starts."""

    def __init__(self, jobs: int) -> None:
        self.workers = jobs
        self.made: Local | None = None

    def submit(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> futures.Future[Any]:
        if self.made is None:
            self.made = Local(self.workers)
        return self.made.submit(function, arguments)

    def close(self, *, now: bool) -> None:
        if self.made is not None:
            self.made.close(now=now)


@contextmanager
def engine_of(kind: str, jobs: int = 0, scheduler: str = "") -> Iterator[Engine]:
    """The engine for a batch, ended with it.  Raises Misuse, a cluster's troubles at once."""
    made = Dask(scheduler) if kind == "dask" else _Late(jobs or available())
    now = True
    try:
        yield made
        now = False
    finally:
        made.close(now=now)


def available() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def work(
    engine: Engine,
    function: Callable[..., list[_Answer]],
    chunks: Iterable[Sequence[_Piece]],
    *common: Any,
) -> Iterator[tuple[_Piece, _Answer | Failure]]:
    """`function(chunk, *common)` gives an answer per piece of a chunk; (piece, answer) as they come, a Failure for a piece
    that kills its worker or does not end."""
    waiting = iter(chunks)
    again: list[Sequence[_Piece]] = []
    suspects: list[_Piece] = []
    running: dict[futures.Future[list[_Answer]], Sequence[_Piece]] = {}
    while True:
        while len(running) < engine.workers * AHEAD:
            chunk = again.pop() if again else next(waiting, None)
            if chunk is None:
                break
            running[engine.submit(function, (list(chunk), *common))] = chunk
        if not running:
            break
        done, _ = futures.wait(running, return_when=futures.FIRST_COMPLETED)
        for future in done:
            chunk = running.pop(future)
            error = future.exception()
            if error is None:
                yield from zip(chunk, future.result(), strict=True)
            elif len(chunk) > 1:
                again += [[piece] for piece in chunk]
            elif (failure := _failure(error)) is CRASHED:
                suspects.append(chunk[0])
            else:
                yield chunk[0], failure
    for piece in suspects:
        # Its worker may have died of another piece, or for want of memory: now nothing else is running.
        future = engine.submit(function, ([piece], *common))
        error = future.exception()
        yield piece, future.result()[0] if error is None else _failure(error)


def _failure(error: BaseException) -> Failure:
    if isinstance(error, TimeoutError):
        return TOO_LONG
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"ProcessExpired", "KilledWorker", "MemoryError"} or not isinstance(error, Exception):
        return CRASHED
    return broken(Path(), error)


def evenly(engine: Engine, pieces: int, most: int) -> int:
    """How many pieces make a chunk, so that every worker gets several."""
    return max(1, min(most, pieces // (engine.workers * 4)))


def chunked(
    pieces: Iterable[_Piece], size: Callable[[_Piece], int], *, most: int, bytes_most: int
) -> Iterator[list[_Piece]]:
    """Pieces in chunks, bounded in number and bytes."""
    chunk: list[_Piece] = []
    total = 0
    for piece in pieces:
        weight = size(piece)
        if chunk and (len(chunk) >= most or total + weight > bytes_most):
            yield chunk
            chunk, total = [], 0
        chunk.append(piece)
        total += weight
    if chunk:
        yield chunk
