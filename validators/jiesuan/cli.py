"""The command line `jiesuan`.

Exit codes: 0 clean, 1 findings, 2 could not run.  JSON goes to standard output alone, everything else beside the report to
standard error.  Heavy imports wait inside the functions, so that help is instant.
"""

from __future__ import annotations

import atexit
import copy
import gc
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
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
    "leave",
    "main",
    "making",
    "notices",
    "program",
    "publicize",
    "reference",
    "roster",
    "run",
]

EXTENSIONS = ("jiesuan_addin.command",)
"""Modules that may be installed beside this package and whose `register` adds commands.  Named here, not by entry points,
whose look-up would take a third of the time of `--help`."""

for name in EXTENSIONS:
    try:
        extension = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.split(".")[0]:
            raise
    else:
        extension.register(app)


def main() -> None:
    """Entry point."""
    try:
        run()
    except SystemExit as ended:
        leave(ended.code)


def run() -> None:
    """What is asked for on the command line.  Raises SystemExit with the exit code, always."""
    gc.set_threshold(200_000)  # a command is short; collecting while modules load only costs time
    prepare_streams()
    program(sys.argv[1:])()


def leave(code: object) -> None:
    """End the process without taking pandas to pieces object by object, which takes longer than many a command; what was
    registered for the end is done.  Where anything else is still going on, as usual: raises SystemExit."""
    processes = sys.modules.get("multiprocessing")
    if isinstance(code, int) and threading.active_count() == 1 and not (processes and processes.active_children()):
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    raise SystemExit(code)


def program(arguments: Sequence[str]) -> typer.Typer:
    """The program, with one command alone where that is called by its name: all of them take longer to build than most of
    them to run."""
    for command in app.registered_commands:
        assert command.callback is not None
        if arguments and arguments[0] == (command.name or command.callback.__name__):
            alone = copy.copy(app)
            alone.registered_commands, alone.registered_groups = [command], []
            return alone
    return app


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="显示版本")] = False) -> None:
    """技工院校学生资助金结算：生成表格、计算、校验。"""
    if show:
        from . import __version__

        typer.echo(f"jiesuan {__version__}")
        raise typer.Exit()
