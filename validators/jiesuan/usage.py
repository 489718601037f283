"""Help and errors of usage in Chinese, and the one place where whatever goes wrong becomes a message and an exit code.

Typer words both in English and cannot be told otherwise, so the help is written here from the declared parameters and the
errors are told apart by the names of their classes: nothing that differs between the versions of typer is touched.
"""

from __future__ import annotations

import difflib
import re
import shutil
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from .console import drop_output, pad, say, width, wrap

PROGRAM = "jiesuan"
CLEAN, FINDINGS, FAILED = 0, 1, 2
_INTERRUPTED = 130
"""What typer makes of Ctrl-C."""


class Misuse(Exception):
    """The command was called wrongly; the message is Chinese and says how to call it."""


class Command(TyperCommand):
    """A command whose help is Chinese."""

    def get_help(self, ctx: Any) -> str:
        return "\n".join(help_lines(ctx))


class Group(TyperGroup):
    """The program: Chinese help, and every error a message on standard error with exit code 2."""

    def get_help(self, ctx: Any) -> str:
        return "\n".join(help_lines(ctx))

    def main(self, args: Any = None, *_: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        try:
            code = super().main(args, **{**extra, "prog_name": PROGRAM, "standalone_mode": False})
            sys.stdout.flush()
        except BrokenPipeError:
            drop_output()
            code = FAILED
        except Exception as error:
            code = _report(error)
        if code == _INTERRUPTED:
            say("已中断。")
            code = FAILED
        code = code if isinstance(code, int) else CLEAN
        if standalone_mode:
            sys.exit(code)
        return code

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            drop_output()
            raise typer.Exit(FAILED) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"是不是 {close[0]}？" if close else ""
            raise Misuse(f"没有“{args[0]}”这个命令。{hint}全部命令见 {ctx.command_path} --help。")
        return super().resolve_command(ctx, args)


def _report(error: Exception) -> int:
    """Say what went wrong; the exit code."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    context = getattr(error, "ctx", None)
    if "NoArgsIsHelpError" in kinds:
        say("\n".join(help_lines(context)))
    elif "UsageError" in kinds:
        say(usage_message(error, kinds))
        if context is not None:
            say(f"用法：{usage_line(context)}\n说明见 {context.command_path} --help。")
    else:
        say(explained(error))
    return FAILED


def explained(error: BaseException) -> str:
    """An error of ours in its own words, any other by its type alone: foreign texts are English and may quote the
    workbook."""
    from .pack import PackError
    from .produce_error import OutputError
    from .sample.student import SampleError

    if isinstance(error, Misuse | PackError | OutputError | SampleError):
        return str(error)
    return f"程序内部出错（{type(error).__name__}）。请把所用的命令和表格的结构（不含学生信息）告诉维护者。"


def usage_message(error: Any, kinds: set[str]) -> str:
    """One of typer's usage errors in Chinese."""
    param = getattr(error, "param", None)
    option = getattr(error, "option_name", "")
    if "NoSuchOption" in kinds:
        close = difflib.get_close_matches(option, getattr(error, "possibilities", None) or (), n=3, cutoff=0)
        return f"没有“{option}”这个选项" + (f"，是不是 {'、'.join(close)}？" if close else "。")
    if "BadOptionUsage" in kinds:
        return f"选项 {option} 后面要写值。" if "require" in error.message else f"选项 {option} 后面不写值。"
    if param is not None:
        what = f"“{_name(param)}”" + (f"（{param.help}）" if param.help else "")
        return f"缺少{what}。" if "MissingParameter" in kinds else f"{what}的值不对。"
    extra = re.search(r"\(([^()]*)\)\s*$", error.message)
    return f"多了参数：{extra[1]}。" if extra else "命令的写法不对。"


def _name(param: Any) -> str:
    """`--term`, or the metavar of an argument."""
    return max(param.opts, key=len) if param.param_type_name == "option" else str(param.metavar)


def usage_line(ctx: Any) -> str:
    """`jiesuan check [选项] 文件...`"""
    command = ctx.command
    parts = [ctx.command_path]
    if isinstance(command, Group):
        return f"{ctx.command_path} 命令 [选项] [参数]"
    options = [param for param in command.params if param.param_type_name == "option" and param.required]
    parts += [f"{min(param.opts, key=len)} {param.metavar}" for param in options]
    parts.append("[选项]")
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    parts += [param.metavar if param.required else f"[{param.metavar}]" for param in arguments]
    return " ".join(parts)


def help_lines(ctx: Any) -> Iterator[str]:
    """The whole help of a command or of the program."""
    command = ctx.command
    room = min(shutil.get_terminal_size((100, 24)).columns, 100)
    yield f"用法：{usage_line(ctx)}"
    yield ""
    for line in wrap(str(command.help or ""), room - 2):
        yield f"  {line}"
    if isinstance(command, Group):
        commands = [(name, str(command.commands[name].help)) for name in command.list_commands(ctx)]
        yield from _table("命令", commands, room)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    yield from _table("参数", [(param.metavar, _described(param)) for param in arguments], room)
    options = [(_option(param), _described(param)) for param in command.params if param not in arguments]
    yield from _table("选项", [*options, ("-h, --help", "显示这段说明")], room)
    if command.epilog:
        yield ""
        yield from command.epilog.splitlines()


def _option(param: Any) -> str:
    names = ", ".join(sorted(param.opts, key=len))
    return names if param.is_flag else f"{names} {param.metavar}"


def _described(param: Any) -> str:
    default = param.default.value if isinstance(param.default, Enum) else param.default
    if param.required:
        return f"{param.help}（必填）" if param.param_type_name == "option" else str(param.help)
    silent = default is None or default is False or default == "" or (default == 0 and "0 为" in str(param.help))
    return str(param.help) + ("" if silent else f"（默认 {default}）")


def _table(title: str, rows: list[tuple[str, str]], room: int) -> Iterator[str]:
    if not rows:
        return
    yield ""
    yield f"{title}："
    left = max(width(name) for name, _ in rows)
    for name, text in rows:
        for number, line in enumerate(wrap(text, max(room - left - 4, 20))):
            yield f"  {pad('' if number else name, left)}  {line}".rstrip()
