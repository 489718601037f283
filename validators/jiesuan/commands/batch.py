"""`jiesuan batch`: a folder of received workbooks."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import CLEAN, FAILED, FINDINGS, Command, Misuse
from .app import app
from .options import Format, FormatOption, TermOption, parse_term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..batch.run import Tell


class EngineName(StrEnum):
    """Who does the work."""

    local = "local"
    dask = "dask"


@app.command(
    cls=Command,
    epilog="例：jiesuan batch 收到的表 -o 结果 --roster 学校名单.xlsx\n"
    "    再运行同一条命令，没有变的文件不重做；中断了也这样接着做。\n"
    "退出码：0 全部通过；1 有学校要改、要报，或者有规则未能校验、没有找到表；2 有文件读不了、写不成。",
)
def batch(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="收到的表所在的文件夹，或一个 .zip")],
    out: Annotated[Path, typer.Option("-o", "--output", metavar="文件夹", help="结果写到哪个文件夹")],
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="名单.xlsx", help="学校名单：学校名称一列，可加隶属一列")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="文件夹", help="上一次（或上学期）的结果文件夹，用来对照")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", metavar="个数", min=0, max=256, help="同时用几个进程，0 到 256；0 为自动")
    ] = 0,
    term: TermOption = None,
    due: Annotated[str, typer.Option("--due", metavar="期限", help="退回通知上的报送期限")] = "收到本通知后5个工作日内",
    output: FormatOption = Format.text,
    engine: Annotated[
        EngineName, typer.Option("--engine", metavar="引擎", help="local 用本机，dask 用已有的 Dask 集群")
    ] = EngineName.local,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="地址", help="Dask 调度器的地址，如 tcp://10.0.0.5:8786")
    ] = None,
) -> None:
    """批量校验收到的表：谁合格、谁要退回改什么，标好的表、反馈、通知、汇总一次写好。"""
    from ..batch.batch import Options
    from ..batch.record import record
    from ..batch.run import run_batch
    from ..batch.table import table_lines, where
    from ..bureau.second import second_look

    if (engine is EngineName.dask) != (scheduler is not None):
        raise Misuse("--engine dask 要和 --scheduler 地址 一起用。")
    options = Options(folder, out, roster, previous, jobs, parse_term(term), due, engine.value, scheduler or "")
    try:
        with _progress() as tell:
            done = run_batch(options, tell, second_look(previous))
    except KeyboardInterrupt:
        say(f"已中断。做完的都在“{out.name}”里；再运行同一条命令，接着做没做完的。")
        raise typer.Exit(FAILED) from None
    if output is Format.json:
        emit_json(record(done))
    else:
        emit_lines(table_lines(done))
    say(where(done))
    raise typer.Exit(FAILED if done.failed else CLEAN if done.clean else FINDINGS)


@contextmanager
def _progress() -> Iterator[Tell]:
    """A progress bar on standard error, where that is a terminal."""
    import sys

    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("还要"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)  # type: ignore[arg-type]

        yield tell
