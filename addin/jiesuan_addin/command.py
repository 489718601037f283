"""`jiesuan excel install | uninstall | status | run | send`, added to the command line as an extension."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from jiesuan.commands.options import ForceOption
from jiesuan.console import say
from jiesuan.usage import CLEAN, FAILED, Command, Group

excel = typer.Typer(
    name="excel",
    cls=Group,
    help="Excel 加载项：安装、卸下、查看，或在没有 Excel 的电脑上照按钮的做法处理文件。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="例：jiesuan excel install",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(excel)


class Button(StrEnum):
    """The buttons that work on a file."""

    calc = "calc"
    check = "check"
    clear = "clear"
    previous = "previous"
    next = "next"
    explain = "explain"


class Host(StrEnum):
    """Where a button is pressed without Excel."""

    file = "file"
    libreoffice = "libreoffice"


@excel.command(cls=Command)
def install() -> None:
    """装上加载项：放进 Excel 的启动文件夹，并在右键“发送到”里加上“结算校验”。再运行一次就是更新。"""
    from .installing import NO_EXCEL_HERE, install
    from .places import built_addin, find_places
    from .trouble import Trouble

    places = find_places()
    if places is None:
        _stop("\n".join(NO_EXCEL_HERE))
    try:
        for line in install(places, built_addin(), Path(sys.executable)):
            typer.echo(line)
    except Trouble as error:
        _stop(str(error))


@excel.command(cls=Command)
def uninstall() -> None:
    """卸下加载项和右键“发送到”里的“结算校验”；结算表不动。"""
    from .installing import NO_EXCEL_HERE, uninstall
    from .places import find_places
    from .trouble import Trouble

    places = find_places()
    if places is None:
        _stop("\n".join(NO_EXCEL_HERE))
    try:
        for line in uninstall(places):
            typer.echo(line)
    except Trouble as error:
        _stop(str(error))


@excel.command(cls=Command)
def status() -> None:
    """查看加载项装好没有、按钮用的 Python 能不能启动、日志在哪里。"""
    from .installing import NO_EXCEL_HERE, status
    from .places import built_addin, find_places

    places = find_places()
    if places is None:
        _stop("\n".join(NO_EXCEL_HERE))
    good, lines = status(places, built_addin())
    for line in lines:
        typer.echo(line)
    raise typer.Exit(CLEAN if good else FAILED)


@excel.command(cls=Command, epilog="例：jiesuan excel run check 结算表.xlsx --host libreoffice -o 标好.xlsx")
def run(
    button: Annotated[Button, typer.Argument(metavar="按钮", help="calc check clear previous next explain 之一")],
    file: Annotated[Path, typer.Argument(metavar="文件", help="要处理的工作簿")],
    host: Annotated[
        Host, typer.Option("--host", metavar="宿主", help="file 只用文件，libreoffice 用 LibreOffice")
    ] = Host.file,
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="输出", help="写到哪个文件；不写只看不存")
    ] = None,
    force: ForceOption = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="计算要改掉填好的数时，照改；不加则不改、不写，退出码 1")
    ] = False,
    reason: Annotated[str | None, typer.Option("--reason", metavar="原因", help="填写说明时写的原因")] = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", metavar="单元格", help="先选中这一格，写作 表名!L17；填写说明、上一处、下一处从这里起"),
    ] = None,
) -> None:
    """照按钮的做法处理一个文件，不用 Excel；和点按钮走的是同一段程序。"""
    from .headless import run_file

    code = run_file(file, button.value, host.value, out, say=say, force=force, yes=yes, reason=reason, cell=cell)
    raise typer.Exit(code)


@excel.command(cls=Command)
def send(
    files: Annotated[list[Path], typer.Argument(metavar="文件...", help="要校验的工作簿，可以写多个")],
) -> None:
    """右键“发送到”用的：校验并标在另存的一份上，然后打开它；已有的文件不会被覆盖。"""
    from .sending import send_file

    codes = [send_file(path) for path in files]
    raise typer.Exit(max(codes))


def _stop(text: str) -> NoReturn:
    say(text)
    raise typer.Exit(FAILED)
