"""The command line `jiesuan`.

Exit codes: 0 clean, 1 findings, 2 could not run.  JSON goes to standard output alone, everything else beside the report to
standard error.  Heavy imports wait inside the functions, so that help is instant.
"""

from __future__ import annotations

import gc
from importlib.metadata import entry_points
from typing import Annotated

import typer

from .commands import batch, bureau, calc, check, explain, making, notices, publicize, reference, roster
from .commands.app import app
from .console import prepare_streams

__all__ = [
    "app",
    "batch",
    "bureau",
    "calc",
    "check",
    "explain",
    "main",
    "making",
    "notices",
    "publicize",
    "reference",
    "roster",
]

# What other packages add (the Excel add-in does): functions that take the program and add commands to it.
for extension in sorted(entry_points(group="jiesuan.commands"), key=lambda found: found.name):
    extension.load()(app)


def main() -> None:
    """Entry point."""
    gc.set_threshold(200_000)  # a command is short; collecting while modules load only costs time
    prepare_streams()
    app()


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="显示版本")] = False) -> None:
    """技工院校学生资助金结算：生成表格、计算、校验。"""
    if show:
        from . import __version__

        typer.echo(f"jiesuan {__version__}")
        raise typer.Exit()
