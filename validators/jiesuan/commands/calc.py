"""`jiesuan calc`: the calculated columns filled."""

from __future__ import annotations

from typing import Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import CLEAN, FAILED, Command
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


@app.command(
    cls=Command,
    epilog="例：jiesuan calc 结算表.xlsx                 只列出要填、要改的格\n"
    "    jiesuan calc 结算表.xlsx -o 算好.xlsx    另存一份，只填计算的格，其余不动",
)
def calc(
    files: Files,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="写回原文件，并留备份")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """计算：填好合计、小计、金额、标准，列出每一格的旧值和新值。"""
    from ..calculated import calculate_file
    from ..render.json import calculated_record, document, uncalculated_record
    from ..render.text import calculated_lines
    from ..session import Failure, targets

    one_target(out, in_place, files)
    wanted = parse_term(term)
    records, code = [], CLEAN
    for path, target in zip(files, targets(files, out, in_place=in_place), strict=True):
        result = calculate_file(path, target, in_place=in_place, force=force, term=wanted, password=password)
        if isinstance(result, Failure):
            code = FAILED
            records.append(uncalculated_record(result.file, result.kind, result.message))
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        records.append(calculated_record(result))
        if output is Format.text:
            emit_lines(calculated_lines(result, everything=everything))
            if result.note:
                say(result.note)
    if output is Format.json:
        emit_json(document(records))
    raise typer.Exit(code)
