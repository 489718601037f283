"""The program that the command modules add their commands to."""

from __future__ import annotations

import typer

from ..usage import Group

app = typer.Typer(
    name="jiesuan",
    cls=Group,
    help="技工院校学生资助金结算：生成表格、计算、校验。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="一个命令怎么用：jiesuan 命令 --help，如 jiesuan check --help。先试试 jiesuan demo。",
)
