"""发送到 → 结算校验: for those without macros, or with WPS: a marked copy beside the file, opened at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from jiesuan.console import emit_lines, say
from jiesuan.usage import CLEAN, FAILED, FINDINGS


def free_place(path: Path) -> Path:
    """`表_已校验.xlsx` beside the file, with a number where there is one."""
    from jiesuan.marked import CHECKED
    from jiesuan.session import OOXML

    suffix = path.suffix if path.suffix.lower() in OOXML else ".xlsx"
    stem, number = path.stem.split(CHECKED)[0], 2
    target = path.with_name(f"{stem}{CHECKED}{suffix}")
    while target.exists():
        target = path.with_name(f"{stem}{CHECKED}{number}{suffix}")
        number += 1
    return target


def send_file(path: Path, show: Callable[[Path], Any] | None = None) -> int:
    """Check and mark one file, print the report, open the marked copy; the exit code."""
    from jiesuan.marked import mark_file
    from jiesuan.render.text import report_lines
    from jiesuan.session import Failure

    target = free_place(path)
    done = mark_file(path, target)
    if isinstance(done.result, Failure):
        say(f"{done.result.file}：{done.result.message}")
        return FAILED
    emit_lines(report_lines(done.result))
    typer.echo()
    if done.failure:
        say(f"{done.failure.file}：{done.failure.message}")
        return FAILED
    say(done.note)
    (show or _open)(target)
    return CLEAN if done.result.clean else FINDINGS


def _open(path: Path) -> None:
    """Open a file with the program that is set for it, where the system has one."""
    start = getattr(os, "startfile", None)
    if start is not None:
        start(path)
