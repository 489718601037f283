"""The same batch on a Dask cluster: two workers in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import jiesuan
from jiesuan.batch import engine as engine_module
from jiesuan.batch.batch import Options
from jiesuan.batch.engine import CRASHED, Dask, work
from jiesuan.batch.run import run_batch
from jiesuan.session import Failure
from jiesuan.usage import Misuse

from .culprits import process
from .inline import outcome
from .test_city import city, fresh
from .test_engine import all_doubled

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0, "distributed.worker.profile.enabled": False}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


def test_the_same_bytes(scheduler: str, tmp_path: Path) -> None:
    folder = city().write(tmp_path / "收到")
    options = Options(folder, tmp_path / "结果", engine="dask", scheduler=scheduler)
    run_batch(options, lambda what, done, total: None)
    assert outcome(tmp_path / "结果") == outcome(fresh())


def test_work_is_done_on_the_cluster(scheduler: str) -> None:
    engine = Dask(scheduler)
    try:
        assert engine.workers == 2
        pids = {pid for _, pid in work(engine, process, [[number] for number in range(8)])}
        assert os.getpid() not in pids and 1 <= len(pids) <= 2
        found = all_doubled(engine, [1, "错", 2])
        assert (found[1], found[2]) == (2, 4) and isinstance(found["错"], Failure)
    finally:
        engine.close(now=False)


def test_another_version_on_the_cluster(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jiesuan, "__version__", "0.0")
    with pytest.raises(Misuse, match=r"^集群上的 jiesuan 或 Python 与本机的版本"):
        engine_module.Dask(scheduler)


def test_who_kills_a_worker_of_the_cluster(scheduler: str) -> None:
    engine = Dask(scheduler)
    try:
        assert all_doubled(engine, [1, "死"]) == {1: 2, "死": CRASHED}
    finally:
        engine.close(now=True)


def test_a_cluster_without_workers() -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as cluster,
        pytest.raises(Misuse, match=r"上没有在运行的工作进程。$"),
    ):
        Dask(cluster.scheduler_address)
