from __future__ import annotations

import concurrent.futures as futures
import os
import signal
import sys
from collections.abc import Generator, Iterator

import pytest

from jiesuan.batch import engine as engine_module
from jiesuan.batch.engine import CRASHED, TOO_LONG, Dask, Engine, Local, available, chunked, engine_of, work
from jiesuan.session import Failure
from jiesuan.usage import Misuse

from .culprits import deaf, doubled, process
from .inline import Inline


def all_doubled(engine: Engine, *chunks: list[int | str]) -> dict[int | str, int | str | Failure]:
    answers = work(engine, doubled, chunks)
    return dict(answers)


def test_chunks_are_bounded_in_number_and_size() -> None:
    assert list(chunked([1, 2, 3, 4, 5], lambda n: 1, most=2, bytes_most=99)) == [[1, 2], [3, 4], [5]]
    assert list(chunked([6, 5, 1, 9, 1], lambda n: n, most=9, bytes_most=7)) == [[6], [5, 1], [9], [1]]
    assert list(chunked([], lambda n: n, most=9, bytes_most=7)) == []


def test_every_piece_gets_its_answer() -> None:
    engine = Inline()
    answers = work(engine, doubled, [[1, 2], [3]], 1)
    assert sorted(answers) == [(1, 3), (2, 5), (3, 7)]
    assert engine.done == [("doubled", 2), ("doubled", 1)]


def test_a_chunk_that_fails_is_tried_piece_by_piece() -> None:
    engine = Inline()
    found = all_doubled(engine, [1, "错", 2], [3])
    assert {piece: found[piece] for piece in (1, 2, 3)} == {1: 2, 2: 4, 3: 6}
    culprit = found["错"]
    assert isinstance(culprit, Failure) and culprit.kind == "internal" and "ValueError" in culprit.message
    assert "3505" not in culprit.message
    assert sorted(size for _, size in engine.done) == [1, 1, 1, 1, 3]


def test_little_is_taken_ahead() -> None:
    taken: list[int] = []

    def chunks() -> Iterator[list[int]]:
        for number in range(20):
            taken.append(number)
            yield [number]

    answers = work(Inline(), doubled, chunks())
    piece, answer = next(answers)
    assert piece in taken and answer == 2 * piece
    assert len(taken) <= engine_module.AHEAD + 1
    assert isinstance(answers, Generator)
    answers.close()


def test_nothing_starts_where_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "Local", lambda jobs: pytest.fail("started"))
    with engine_of("local", 2) as engine:
        assert not hasattr(engine, "made") or engine.made is None


def test_as_many_as_there_are_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1 <= available() <= (os.cpu_count() or 1)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert available() == (os.cpu_count() or 1)


def test_a_cluster_that_is_not_there() -> None:
    with pytest.raises(Misuse, match=r"^连不上 Dask 集群 tcp://127.0.0.1:9"), engine_of("dask", 0, "tcp://127.0.0.1:9"):
        pass


def test_dask_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Misuse, match=r'^用 Dask 集群要先安装：pip install "jiesuan\[dask\]"'):
        Dask("tcp://127.0.0.1:9")


# ── processes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def local() -> Iterator[Local]:
    made = Local(2, seconds=20)
    yield made
    made.close(now=True)


def test_work_is_done_elsewhere(local: Local) -> None:
    pids = {pid for _, pid in work(local, process, [[1], [2], [3]])}
    assert os.getpid() not in pids and 1 <= len(pids) <= 2


def test_who_kills_the_worker_is_alone_to_blame(local: Local) -> None:
    found = all_doubled(local, [1, "死", 2], [3, 4])
    assert found == {1: 2, 2: 4, 3: 6, 4: 8, "死": CRASHED}


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory on Windows")
def test_who_needs_too_much_memory_is_alone_to_blame(local: Local) -> None:
    assert all_doubled(local, ["满", 1]) == {1: 2, "满": CRASHED}


def test_who_does_not_end_is_stopped() -> None:
    made = Local(1, seconds=1)
    try:
        assert all_doubled(made, [1, "停"]) == {1: 2, "停": TOO_LONG}
    finally:
        made.close(now=True)


def test_an_engine_ends_with_its_batch() -> None:
    with engine_of("local", 1) as engine:
        [(_, pid)] = work(engine, process, [[1]])
    assert isinstance(pid, int)
    with pytest.raises(OSError):
        os.kill(pid, 0)


def test_interrupted_work_is_dropped() -> None:
    class Stop(BaseException):
        pass

    pids: list[object] = []
    with pytest.raises(Stop), engine_of("local", 1) as engine:
        pids += [pid for _, pid in work(engine, process, [[1]])]
        engine.submit(doubled, (["停"],))
        raise Stop
    [pid] = pids
    assert isinstance(pid, int)
    with pytest.raises(OSError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="no signal masks on Windows")
def test_what_starts_meanwhile_is_deaf_to_ctrl_c(local: Local) -> None:
    """The workers from their first instruction on, those too that take the place of one that died; not who started them."""
    assert local_masks(local) == {True}
    assert all_doubled(local, ["死"]) == {"死": CRASHED}
    assert local_masks(local) == {True}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def local_masks(local: Local) -> set[bool]:
    return {blocked for _, blocked in work(local, deaf, [[1], [2], [3]])}  # type: ignore[misc]


def test_without_signal_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    with engine_module._undisturbed():
        pass


def test_interrupted_while_it_ends() -> None:
    """The workers are stopped all the same."""

    class Pool:
        def __init__(self) -> None:
            self.done: list[str] = []

        def close(self) -> None:
            self.done.append("close")

        def stop(self) -> None:
            self.done.append("stop")

        def join(self) -> None:
            self.done.append("join")
            if len(self.done) == 2:
                raise KeyboardInterrupt

    made = Local(1)
    made._pool = Pool()
    with pytest.raises(KeyboardInterrupt):
        made.close(now=False)
    assert made._pool.done == ["close", "join", "stop", "join"]


def test_what_cannot_be_told_by_its_type() -> None:
    assert engine_module._failure(futures.TimeoutError()) == TOO_LONG
    assert engine_module._failure(MemoryError()) == CRASHED
    assert engine_module._failure(SystemExit()) == CRASHED
