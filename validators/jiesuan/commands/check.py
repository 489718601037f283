"""`jiesuan check | clear`: every mistake at its cell, in the terminal or in the workbook itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import CLEAN, FAILED, FINDINGS, Command, Misuse
from .app import app
from .options import (
    AllOption,
    Files,
    ForceOption,
    Format,
    FormatOption,
    PasswordOption,
    ResultOption,
    TermOption,
    one_target,
    parse_term,
)

if TYPE_CHECKING:
    from ..marked import Marked
    from ..session import Further


@app.command(
    cls=Command,
    epilog="例：jiesuan check 结算表.xlsx\n    jiesuan check 结算表.xlsx --mark    另存一份标好的，原文件不动\n退出码：0 没有要改、要核实的；1 有，或者有规则未能校验；\n        2 有文件读不了、写不成。",
)
def check(
    files: Files,
    marks: Annotated[bool, typer.Option("--mark", help="把每一处标在表上，另存为 …_已校验.xlsx")] = False,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="和 --mark 一起用：标在原文件里，并留备份")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
    schools: Annotated[
        Path | None,
        typer.Option("--schools", metavar="文件夹", help="校验附件3时：各校的结算表（或批量校验的结果），核对汇总数"),
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="上期文件", help="上一学期的表，核对两个学期之间的变动")
    ] = None,
) -> None:
    """校验工作簿，逐处说明错在哪一格、错多少、怎么改；加 --mark 标在表上。"""
    from ..render.calendar import reminder_lines
    from ..render.json import document, report_record, unreadable_record
    from ..render.text import report_lines, tally_line
    from ..session import Failure, check_file

    if (out or in_place or force) and not marks:
        raise Misuse("-o、--in-place、--force 要和 --mark 一起用。")
    one_target(out, in_place, files)
    wanted = parse_term(term)
    further = _further(files, schools, previous)
    if marks:
        from ..marked import CHECKED, mark_file, places

        targets = places(files, out, CHECKED, in_place=in_place)
    records, code = [], CLEAN
    for number, path in enumerate(files):
        done: Marked | None = None
        if marks:
            done = mark_file(
                path, targets[number], in_place=in_place, force=force, term=wanted, password=password, further=further
            )
        result = done.result if done else check_file(path, term=wanted, password=password, further=further)
        if isinstance(result, Failure):
            code = FAILED
            records.append(unreadable_record(result.file, result.kind, result.message))
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        failure = done.failure if done else None
        code = max(code, FAILED if failure else CLEAN if result.clean else FINDINGS)
        records.append(report_record(result, done.output if done else None, failure))
        if output is Format.text:
            if number:
                typer.echo()
            emit_lines(report_lines(result, everything=everything))
            emit_lines(reminder_lines(result, dt.date.today()))
            if done:
                say(f"{failure.file}：{failure.message}" if failure else done.note)
    if output is Format.json:
        emit_json(document(records))
    elif len(files) > 1:
        emit_lines(tally_line([str(record["status"]) for record in records]))
    raise typer.Exit(code)


def _further(files: list[Path], schools: Path | None, previous: Path | None) -> Further | None:
    """The checks that need more than the workbook itself.  Raises Misuse."""
    if schools is None and previous is None:
        return None
    from ..bureau.checking import further
    from ..bureau.inputs import bureau_file
    from ..bureau.received import open_one, receive
    from ..pack import load_pack

    if len(files) > 1 and previous is not None:
        raise Misuse("--previous 一次只核对一个文件；一批学校的两个学期，用 jiesuan batch 的 --previous。")
    pack = load_pack()
    received = receive(schools, pack, pack.info.bureau[0].name, allow_errors=True) if schools else None
    return further(schools=received, previous=open_one(bureau_file(previous)) if previous else None)


@app.command(cls=Command, epilog="例：jiesuan clear 结算表_已校验.xlsx    另存为 结算表_已校验_已清除.xlsx")
def clear(
    files: Files,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="清在原文件里，并留备份")] = False,
    force: ForceOption = False,
) -> None:
    """清除标记：去掉 check --mark 加上的底色、批注和“校验结果”表，其他内容不变。"""
    from ..marked import CLEARED, clear_file, places
    from ..session import Failure

    one_target(out, in_place, files)
    code = CLEAN
    for path, target in zip(files, places(files, out, CLEARED, in_place=in_place), strict=True):
        done = clear_file(path, target, in_place=in_place, force=force)
        if isinstance(done, Failure):
            code = FAILED
            say(f"{done.file}：{done.message}")
        else:
            say(done)
    raise typer.Exit(code)
