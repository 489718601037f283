"""Speed and memory as ratios measured side by side in one run: `python -m tests.benchmarks`.

Every figure is a ratio to something measured in the same run (an import, a plain read of the same file), so that it means the
same on any machine.  Processes are started afresh for cold figures; `hypothesis`, which Pandera loads when it is installed but
which no user has, is kept out of both sides; our modules are compiled beforehand, as installing compiles them.
"""

from __future__ import annotations

import compileall
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from jiesuan.pack import load_pack
from jiesuan.produce import make_sample_file
from jiesuan.term import Term

from . import addin, marking, roster

_ROOT = Path(__file__).resolve().parents[2]
_PLAIN = "import sys; sys.modules['hypothesis'] = None; "
_MEMORY = """
import sys
from pathlib import Path
from jiesuan.session import check_file
report = check_file(Path(sys.argv[1]))
assert not report.findings, report.findings[:3]
status = Path('/proc/self/status').read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM')))
"""
"""Peak memory in KiB, Linux only: the figure of getrusage would count the parent's memory as well."""


def best(action: Callable[[], object], times: int) -> float:
    """Shortest of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        action()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def steady(action: Callable[[], object], seconds: float = 2) -> float:
    """Mean of as many runs as fill that time: short and long actions meet the same ups and downs of the machine."""
    start, runs = time.perf_counter(), 0
    while not runs or time.perf_counter() - start < seconds:
        action()
        runs += 1
    return (time.perf_counter() - start) / runs


def process(code: str, *arguments: str) -> str:
    """Run Python code in a new process; its output."""
    done = subprocess.run(
        [sys.executable, "-c", _PLAIN + code, *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def command(*arguments: str) -> str:
    """Run `jiesuan` in a new process."""
    return process("import sys; sys.argv[0] = 'jiesuan'; from jiesuan.cli import main; main()", *arguments)


def read_plainly(path: Path) -> None:
    """Every sheet of a workbook with python-calamine and nothing else."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def check(path: Path) -> None:
    """One warm check through the same door as the command line."""
    from jiesuan.session import Failure, check_file

    report = check_file(path)
    assert not isinstance(report, Failure)


def line(name: str, value: float, limit: float, unit: str = "倍") -> bool:
    """Print one figure against its limit."""
    good = value <= limit
    print(f"{'合格' if good else '超过'}  {name}：{value:.2f} {unit}（限 {limit:g}）")
    return good


def main() -> int:
    """Print all ratios; exit code 1 when one is over its limit."""
    pack, term = load_pack(), Term.parse("2024春")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        # 精准学生 are a share of all students: sizes count the rows of the student list.
        for rows, students in ((300, 2_150), (3_000, 21_500), (30_000, 199_000)):
            files[rows] = Path(folder) / f"{rows}.xlsx"
            make_sample_file(files[rows], pack, "市属", term, students=students, seed=1)
        compileall.compile_dir(_ROOT / "validators", quiet=1)
        compileall.compile_dir(_ROOT / "addin", quiet=1)
        imports = best(lambda: process("import pandera.pandas"), 5)
        helps = best(lambda: command("--help"), 5)
        cold = best(lambda: command("check", str(files[300])), 5)
        print(f"导入 pandera.pandas：{imports:.2f} 秒，以下冷启动以它为 1")
        results.append(line("jiesuan --help", helps / imports, 0.25))
        results.append(line("冷启动校验 300 行学生", cold / imports, 1.4))
        check(files[300])
        warm, plain = dict.fromkeys(files, float("inf")), dict.fromkeys(files, float("inf"))
        for _ in range(3):
            for rows, path in files.items():
                warm[rows] = min(warm[rows], steady(lambda path=path: check(path)))  # type: ignore[misc]
                plain[rows] = min(plain[rows], steady(lambda path=path: read_plainly(path)))  # type: ignore[misc]
        for rows in files:
            print(
                f"{rows} 行：校验 {warm[rows] * 1000:.0f} 毫秒，只用 python-calamine 读 {plain[rows] * 1000:.0f} 毫秒"
            )
        results.append(line("校验 3000 行学生，比只读", warm[3_000] / plain[3_000], 8))
        growth = (warm[30_000] - warm[3_000]) / (warm[3_000] - warm[300])
        results.append(line("行数十倍时增加的时间（10 为线性）", growth, 12))
        memory = int(process(_MEMORY, str(files[3_000]))) / 1024
        results.append(line("校验 3000 行学生的内存峰值", memory, 300, "MB"))
        results += marking.measure(files[3_000], line)
    results += [line(*figure) for figure in addin.figures()]
    results.append(roster.main())
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
