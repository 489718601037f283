"""Marking and clearing in a workbook of 3,000 students with a chart and an image, against openpyxl and a plain read."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from jiesuan.marking import clear, mark
from jiesuan.ref import a1
from jiesuan.report import Finding, Related, Report
from jiesuan.rule import LEVELS, Rule

FINDINGS = 200
_HEAVY = ("pandas", "pandera", "openpyxl", "xlsxwriter", "numpy")
_MEMORY = f"""
import sys
from pathlib import Path
if len(sys.argv) > 1:
    from tests.benchmarks.marking import found_in
    from jiesuan.marking import mark
    mark(Path(sys.argv[1]).read_bytes(), found_in(sys.argv[2]))
    assert not set(sys.modules) & set({_HEAVY!r}), set(sys.modules) & set({_HEAVY!r})
status = Path('/proc/self/status').read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith('VmHWM')))
"""
"""Peak memory in KiB, Linux only, of marking a file or of the bare interpreter; fails where a heavy package is loaded."""


def found_in(sheet: str) -> Report:
    """Findings of all levels down the list of a sheet."""
    rules = {
        level: Rule(
            code=f"X{number}01",
            name="两边不等",
            level=level,
            check="x",
            basis="闽技助文〔2024〕5号",
            why="两表统计同一批学生",
            help="先核对名单",
        )
        for number, level in enumerate(LEVELS, 1)
    }
    findings = [
        Finding(
            rules[LEVELS[number % 3]],
            sheet,
            a1(7 + number * 13, 1 + number % 9),
            f"第{number}行 · 金额",
            "两边不等",
            "2.0000 万元",
            "1.0000 万元",
            "-1.0000 万元",
            related=(Related(sheet, "B2", "合计", "3"),),
        )
        for number in range(FINDINGS)
    ]
    return Report("表.xlsx", "", "fujian-2024", "市属", "2024春", tuple(rules.values()), findings)


def with_pictures(source: Path, target: Path) -> str:
    """A copy of the values and formulas of a workbook with a chart and an image; the name of its longest sheet."""
    import openpyxl
    import xlsxwriter

    book = openpyxl.load_workbook(source)
    with xlsxwriter.Workbook(str(target)) as made:
        plain = made.add_format({"border": 1})
        for sheet in book:
            new = made.add_worksheet(sheet.title)
            for cell in sheet._cells.values():
                new.write(cell.row - 1, cell.column - 1, cell.value, plain)
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": [book.sheetnames[0], 6, 2, 15, 2]})
        new.insert_chart("N2", chart)
        new.insert_image("N30", "章.png", {"image_data": io.BytesIO(_png(64))})
    longest: str = max(book, key=lambda sheet: sheet.max_row).title
    return longest


def _png(size: int) -> bytes:
    rows = b"".join(b"\0" + bytes(x * y % 256 for x in range(3 * size)) for y in range(size))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def by_openpyxl(data: bytes, report: Report) -> None:
    """The same marks with openpyxl: load, fill, note, a sheet of the findings, save."""
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = openpyxl.load_workbook(io.BytesIO(data))
    fill = PatternFill("solid", fgColor="FF9C9C")
    result = book.create_sheet("校验结果")
    for finding in report.findings:
        cell = book[finding.sheet][finding.cell]
        cell.fill = fill
        cell.comment = Comment(f"{finding.code} {finding.message}\n{finding.rule.help}", "校验")
        result.append([finding.level, finding.code, finding.sheet, finding.cell, finding.message, finding.difference])
    book.save(io.BytesIO())


def read_plainly(data: bytes) -> None:
    """Every sheet with python-calamine and nothing else."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def shortest(times: int, *actions: Callable[[], object]) -> list[float]:
    """Shortest of several runs of each, in turns, so that a busy moment of the machine hits all alike."""
    found = [float("inf")] * len(actions)
    for _ in range(times):
        for index, action in enumerate(actions):
            start = time.perf_counter()
            action()
            found[index] = min(found[index], time.perf_counter() - start)
    return found


def memory(*arguments: str) -> float:
    """Peak memory of a process in MB."""
    done = subprocess.run([sys.executable, "-c", _MEMORY, *arguments], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def measure(sample: Path, line: Callable[[str, float, float, str], bool]) -> list[bool]:
    """Print the figures of marking a sample of 3,000 students; `line` prints one against its limit."""
    path = sample.with_name("图.xlsx")
    sheet = with_pictures(sample, path)
    data, report = path.read_bytes(), found_in(sheet)
    marked = mark(data, report)
    assert clear(marked) == data
    marking, clearing, reading = shortest(
        25, lambda: mark(data, report), lambda: clear(marked), lambda: read_plainly(data)
    )
    (other,) = shortest(2, lambda: by_openpyxl(data, report))
    print(
        f"标记 {FINDINGS} 处（3000 行学生，有图表和图片）：{marking * 1000:.0f} 毫秒，清除 {clearing * 1000:.0f} 毫秒，"
        f"只读 {reading * 1000:.0f} 毫秒，openpyxl 读、标、存 {other * 1000:.0f} 毫秒"
    )
    return [
        line("标记，比 openpyxl 读、标、存", marking / other, 0.06, "倍"),
        line("标记，比只读", marking / reading, 2, "倍"),
        line("清除，比标记", clearing / marking, 1, "倍"),
        line("标记用的内存，除去解释器", memory(str(path), sheet) - memory(), 60, "MB"),
    ]
