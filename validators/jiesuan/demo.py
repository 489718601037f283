"""`jiesuan demo`: the whole way once, on a fictitious school."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .pack import load_pack
from .produce import errors_file, make_blank, make_sample_file, write_errors
from .produce_error import OutputError
from .render_text import report_lines
from .session import Failure, calculate_file, check_file
from .term import Term

SET, TERM, STUDENTS, ERRORS, SEED = "市属", "2024春", 300, 8, 7


def run_demo(folder: Path, say: Callable[[str], None], emit: Callable[[Any], None]) -> int:
    """Make the files in `folder`, calculate, check and print; exit code of the check of the faulty workbook is not passed
    on: the demonstration itself succeeded.  Raises OutputError."""
    pack, term = load_pack(), Term.parse(TERM)
    blank, filled, done = folder / "空白结算表.xlsx", folder / "示范校结算表.xlsx", folder / "示范校结算表_已计算.xlsx"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"建不了文件夹“{folder}”：{error.strerror or error}。请换一个位置，如 jiesuan demo 桌面上的文件夹。"
        ) from error
    make_blank(blank, pack, SET, term)
    planted = make_sample_file(filled, pack, SET, term, students=STUDENTS, seed=SEED, errors=ERRORS)
    write_errors(filled, planted)
    say(f"一、生成了一所虚构学校的结算表（{STUDENTS} 名虚构学生），放进 {len(planted)} 处常见错误：")
    for item in planted:
        say(f"    {item.sheet}!{item.cell}  {item.mistake.title}")
    say("二、校验的结果：")
    say("")
    report = check_file(filled)
    if isinstance(report, Failure):
        raise OutputError(report.message)
    emit(report_lines(report))
    calculated = calculate_file(filled, done, force=True)
    say("")
    if isinstance(calculated, Failure):
        raise OutputError(calculated.message)
    replaced = sum(write.kind == "替换" for write in calculated.writes)
    say(f"三、计算：重算了合计、小计和金额，改了 {len(calculated.writes)} 格（其中替换 {replaced} 个填错的数）。")
    after = check_file(done)
    if not isinstance(after, Failure):
        before, now = sum(report.levels.values()), sum(after.levels.values())
        say(f"    计算后再校验：{before} 处变为 {now} 处，剩下的要人来改。")
    say("")
    say("请打开这些文件看：")
    for path, what in (
        (filled, "填好的表，有错"),
        (errors_file(filled), "放进的错误在哪里"),
        (done, "计算后的表"),
        (blank, "空白表，可以直接填"),
    ):
        say(f"    {path}    {what}")
    say(f"再试试：jiesuan check {filled}    jiesuan rules    jiesuan forms 2-3")
    return 0
