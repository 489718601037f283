"""Speed and memory of `jiesuan batch`, as ratios measured in one run: `python -m tests.benchmarks.batch [--full | COUNT]`.

Every sheet of all workbooks is read with python-calamine and nothing else, by as many processes; the batch is measured
against that.  `--full` takes 1,000 workbooks of 100 students, the default 120.  The search for students in two schools is
measured on 4,500,000 synthetic keys.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from jiesuan.batch.people import KEY, NAME, Census
from jiesuan.batch.store import People
from jiesuan.pack import load_pack
from jiesuan.produce import results_of, save
from jiesuan.sample.make import make_sample
from jiesuan.template.layout import compose
from jiesuan.term import Term

from . import __main__ as single

ROWS = 4_500_000
SCHOOLS = 2_500


def make_city(folder: Path, count: int) -> None:
    """Consistent workbooks of 100 students; every content is different."""
    with multiprocessing.get_context("spawn").Pool() as pool:
        pool.starmap(make_school, [(folder, number) for number in range(count)], chunksize=10)


def make_school(folder: Path, number: int) -> None:
    pack, term = load_pack(), Term.parse("2024春")
    sample = make_sample(pack, "市属", term, students=100, seed=number, school=f"第{number:04}技工学校")
    laid = compose(pack, "市属", term, sample.filling)
    save(folder / f"{number:04}.xlsx", pack, laid, results_of(laid))


def read_all(files: list[str]) -> None:
    """Every sheet of each workbook with python-calamine."""
    for file in files:
        single.read_plainly(Path(file))


def plainly(folder: Path, jobs: int) -> float:
    """Seconds of reading everything with that many processes, their start included, as it is for the batch."""
    files = [str(path) for path in sorted(folder.iterdir())]
    parts = [files[start::jobs] for start in range(jobs)]
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        pool.map(read_all, parts)
    return time.perf_counter() - start


def batch(folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """(seconds of a batch, peak memory of its largest worker in MB)."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "jiesuan", "batch", str(folder), "-o", str(out), "--jobs", str(jobs)]
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = [0]
    watcher = threading.Thread(target=watch, args=(process, peak))
    watcher.start()
    code = process.wait()
    took = time.perf_counter() - start
    watcher.join()
    assert code in (0, 1), code
    return took, peak[0] / 1024 / 1024


def watch(process: subprocess.Popen[bytes], peak: list[int]) -> None:
    """The largest resident memory of a worker while the batch runs."""
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            for child in parent.children():
                peak[0] = max(peak[0], child.memory_info().rss)
        except psutil.Error:
            pass
        time.sleep(0.1)


def search() -> tuple[float, float, int]:
    """(seconds, peak memory in MB, persons found) of the search among synthetic keys, a thousandth of them twice."""
    each = ROWS // SCHOOLS
    start = time.perf_counter()
    census, shared = Census(), b""
    for school in range(SCHOOLS):
        keys = bytearray(os.urandom(each * KEY))
        if school % 2:
            keys[: 2 * KEY] = shared
        shared = bytes(keys[: 2 * KEY])
        census.add(school, People("表", "D", bytes(keys), bytes(each * NAME), tuple(range(each))))
    found = len(census.repeated())
    took = time.perf_counter() - start
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found


def main() -> int:
    """Print all figures; exit code 1 when one is over its limit."""
    count = next((int(text) for text in sys.argv[1:] if text.isdigit()), 1_000 if "--full" in sys.argv else 120)
    results = []
    took, memory, found = search()
    print(f"查重 {ROWS:,} 行：找到 {found} 人")
    results.append(single.line("查重用时", took, 60, "秒"))
    results.append(single.line("查重的内存峰值", memory, 4096, "MB"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "收到")
        folder.mkdir()
        make_city(folder, count)
        plain = min(plainly(folder, 2) for _ in range(3))
        two, peak = batch(folder, Path(name, "二"), 2)
        one, _ = batch(folder, Path(name, "一"), 1)
        again, _ = batch(folder, Path(name, "二"), 2)
    print(
        f"{count} 份、每份 100 名学生：只读 {plain:.1f} 秒，两个进程 {two:.1f} 秒，一个进程 {one:.1f} 秒，再运行 {again:.1f} 秒"
    )
    results.append(single.line("批量校验，比只读", two / plain, 2.5))
    results.append(single.line("两个进程的用时，比一个进程", two / one, 1 / 1.7))
    results.append(single.line("一个进程的内存峰值", peak, 300, "MB"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
