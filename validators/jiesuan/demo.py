"""`jiesuan demo`: the whole way once, on a fictitious school."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .calculated import calculate_file
from .marked import mark_file
from .pack import load_pack
from .produce import errors_file, make_blank, make_sample_file, write_errors
from .produce_error import OutputError, reason
from .render.text import report_lines
from .session import Failure, check_file
from .term import Term

SET, TERM, STUDENTS, ERRORS, SEED = "市属", "2024春", 300, 8, 7
BLANK, FILLED, DONE = "空白结算表.xlsx", "示范校结算表.xlsx", "示范校结算表_已计算.xlsx"
MARKED = "示范校结算表_已校验.xlsx"


def run_demo(folder: Path) -> Iterator[tuple[str, str]]:
    """Make the files in `folder`, check, calculate; the lines to print.  A demonstration that shows mistakes has succeeded:
    there is no exit code to pass on.  Raises OutputError."""
    pack, term = load_pack(), Term.parse(TERM)
    blank, filled, done = folder / BLANK, folder / FILLED, folder / DONE
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"建不了文件夹“{folder.name}”：{reason(error)}。请换一个位置，如 jiesuan demo 别的文件夹名。"
        ) from error
    make_blank(blank, pack, SET, term)
    planted = make_sample_file(filled, pack, SET, term, students=STUDENTS, seed=SEED, errors=ERRORS)
    write_errors(filled, planted)
    yield f"一、生成了一所虚构学校的结算表（{STUDENTS} 名虚构学生），放进 {len(planted)} 处常见错误：", "bold"
    for item in planted:
        yield f"    {item.sheet}!{item.cell}  {item.mistake.title}", ""
    yield "", ""
    yield f"二、校验（jiesuan check {filled} --mark）：", "bold"
    yield "", ""
    marked = mark_file(filled, folder / MARKED, force=True)
    report = marked.result
    if isinstance(report, Failure):
        raise OutputError(report.message)
    if marked.failure is not None:
        raise OutputError(marked.failure.message)
    yield from report_lines(report)
    calculated = calculate_file(filled, done, force=True)
    if isinstance(calculated, Failure):
        raise OutputError(calculated.message)
    replaced = sum(write.kind == "替换" for write in calculated.writes)
    yield "", ""
    yield f"三、计算（jiesuan calc {filled} -o {done}）：", "bold"
    yield f"    重算了合计、小计和金额，改了 {len(calculated.writes)} 格，其中替换 {replaced} 个填错的数。", ""
    after = check_file(done)
    if isinstance(after, Failure):
        raise OutputError(after.message)
    before, now = sum(report.levels.values()), sum(after.levels.values())
    yield f"    再校验，{before} 处变为 {now} 处；剩下的算不出来，要人来改。", ""
    yield "", ""
    yield "四、请打开这些文件看：", "bold"
    for path, what in (
        (filled, "填好的表，有错"),
        (errors_file(filled), "放进的错误在哪里"),
        (folder / MARKED, "标好的表：出错的格有底色和批注，最后一张表“校验结果”逐处列出"),
        (done, "计算后的表"),
        (blank, "空白表，可以直接填"),
    ):
        yield f"    {path}    {what}", ""
    yield "再试试：jiesuan rules    jiesuan rule X201    jiesuan forms 2-3", ""
