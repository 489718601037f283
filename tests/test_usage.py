"""Help, errors of usage and exit codes, on a small program of its own."""

from __future__ import annotations

import re
from enum import Enum, StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner, Result

from jiesuan.pack import PackError
from jiesuan.produce_error import OutputError
from jiesuan.sample.student import SampleError
from jiesuan.usage import CLEAN, FAILED, FINDINGS, Command, Group, Misuse, explained, usage_message

from .making import ID


class Way(Enum):
    TEXT = "text"
    JSON = "json"


class Fine(StrEnum):
    """As typer takes choices."""

    TEXT = "text"
    JSON = "json"


LONG = "核对收到的表，一张一张地看，哪一格不对就写出哪一格，并说明应该怎样改正，改好以后再核对一遍，直到全部通过。"
app = typer.Typer(
    name="jiesuan",
    cls=Group,
    help="试验用的程序。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="例：jiesuan look 表.xlsx",
)


@app.command(cls=Command, help=LONG, epilog="第一行\n第二行")
def look(
    paths: Annotated[list[Path], typer.Argument(metavar="文件...", help="要看的文件。", show_default=False)],
    term: Annotated[str, typer.Option("--term", "-t", metavar="学期", help="哪个学期。")] = "2024春",
    way: Annotated[Fine, typer.Option("--format", metavar="text|json", help="输出的样子。")] = Fine.TEXT,
    count: Annotated[int, typer.Option("--count", metavar="数", help="看几个。")] = 0,
    every: Annotated[bool, typer.Option("--all", "-a", help="全部列出。")] = False,
    note: Annotated[str, typer.Option("--note", metavar="字", help="附注。")] = "",
) -> None:
    typer.echo(f"{len(paths)} {term} {way.value} {count} {every}")
    raise typer.Exit(FINDINGS if every else CLEAN)


@app.command(cls=Command, help="做一张表。")
def make(
    kind: Annotated[str, typer.Argument(metavar="[省属|市属]", help="哪一套。")] = "省属",
    output: Annotated[str, typer.Option("-o", "--output", metavar="文件.xlsx", help="写到哪里。")] = ...,  # type: ignore[assignment]
) -> None:
    typer.echo(f"{kind} {output}")


FAULTS: dict[str, BaseException] = {
    "misuse": Misuse("用法不对。"),
    "pack": PackError("甲.toml：错了"),
    "output": OutputError("写不了。"),
    "sample": SampleError("人数不对。"),
    "key": KeyError(ID),
    "value": ValueError(f"English words about {ID}"),
    "memory": MemoryError(),
    "interrupt": KeyboardInterrupt(),
    "pipe": BrokenPipeError(),
}


@app.command(cls=Command, help="出错。")
def fail(kind: str) -> None:
    raise FAULTS[kind]


def run(*arguments: object, columns: int = 100) -> Result:
    environment = {"COLUMNS": str(columns), "LINES": "24"}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def shown(*arguments: object, code: int) -> tuple[str, str]:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stdout, result.stderr


HELP = """\
用法：jiesuan 命令 [选项] [参数]

  试验用的程序。

命令：
  look  核对收到的表，一张一张地看，哪一格不对就写出哪一格，并说明应该怎样改正，改好以后再核对一遍，
        直到全部通过。
  make  做一张表。
  fail  出错。

选项：
  -h, --help  显示这段说明

例：jiesuan look 表.xlsx
"""
LOOK = """\
用法：jiesuan look [选项] 文件...

  核对收到的表，一张一张地看，哪一格不对就写出哪一格，并说明应该怎样改正，改好以后再核对一遍，直到全
  部通过。

参数：
  文件...  要看的文件。

选项：
  -t, --term 学期     哪个学期。（默认 2024春）
  --format text|json  输出的样子。（默认 text）
  --count 数          看几个。（默认 0）
  -a, --all           全部列出。
  --note 字           附注。
  -h, --help          显示这段说明

第一行
第二行
"""
MAKE = """\
用法：jiesuan make -o 文件.xlsx [选项] [[省属|市属]]

  做一张表。

参数：
  [省属|市属]  哪一套。（默认 省属）

选项：
  -o, --output 文件.xlsx  写到哪里。（必填）
  -h, --help              显示这段说明
"""


@pytest.mark.parametrize(("arguments", "page"), [([], HELP), (["look"], LOOK), (["make"], MAKE)])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_pages_of_help(arguments: list[str], page: str, option: str) -> None:
    expected = re.sub(r"\[\[(.*?)\]\]", r"[[\1]]", page)
    assert shown(*arguments, option, code=0) == (expected, "")


def test_without_arguments_the_help_goes_to_standard_error() -> None:
    assert shown(code=2) == ("", HELP)


@pytest.mark.parametrize("columns", [30, 60, 80, 100, 200])
def test_help_keeps_to_the_width_of_the_terminal(columns: int) -> None:
    from jiesuan.console import width

    lines = run("look", "-h", columns=columns).stdout.splitlines()
    room = max(min(columns, 100), 44)
    assert max(map(width, lines)) <= room
    described = [line for line in lines if "部" in line or "核对" in line]
    assert "".join(line.strip() for line in described if "列出" not in line) == LONG.replace(" ", "") or columns < 44


def test_commands_end_with_their_own_code() -> None:
    assert shown("look", "a", "b", code=0) == ("2 2024春 text 0 False\n", "")
    assert shown("look", "a", "--all", "--count", "3", "--format", "json", code=1) == ("1 2024春 json 3 True\n", "")
    assert shown("make", "-o", "x", code=0) == ("省属 x\n", "")


USAGE = {
    "": "用法：jiesuan 命令 [选项] [参数]\n说明见 jiesuan --help。\n",
    "look": "用法：jiesuan look [选项] 文件...\n说明见 jiesuan look --help。\n",
    "make": "用法：jiesuan make -o 文件.xlsx [选项] [[省属|市属]]\n说明见 jiesuan make --help。\n",
}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["look"], "缺少“文件...”（要看的文件。）。"),
        (["make"], "缺少“--output”（写到哪里。）。"),
        (["make", "省属", "市属", "-o", "x"], "多了参数：市属。"),
        (["make", "省属", "市属", "甲", "-o", "x"], "多了参数：市属 甲。"),
        (["look", "a", "--count", "很多"], "“--count”（看几个。）的值不对。"),
        (["look", "a", "--format", "html"], "“--format”（输出的样子。）的值不对。"),
        (["look", "a", "--formatt", "x"], "没有“--formatt”这个选项，是不是 --format？"),
        (["look", "a", "--xyz"], "没有“--xyz”这个选项。"),
        (["look", "a", "-z"], "没有“-z”这个选项。"),
        (["--xyz"], "没有“--xyz”这个选项。"),
    ],
)
def test_wrong_calls_say_what_and_how(arguments: list[str], says: str) -> None:
    usage = USAGE[arguments[0] if arguments[0] in USAGE else ""]
    assert shown(*arguments, code=2) == ("", f"{says}\n{usage}")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--term"], "选项 --term 后面要写值。"),
        (["-t"], "选项 -t 后面要写值。"),
        (["--all=ja"], "选项 --all 后面不写值。"),
    ],
)
def test_values_missing_or_too_many(arguments: list[str], says: str) -> None:
    """Typer does not always say which command it was."""
    out, err = shown("look", "a", *arguments, code=2)
    assert (out, err.splitlines()[0]) == ("", says) and err in (f"{says}\n", f"{says}\n{USAGE['look']}")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("lok", "没有“lok”这个命令。是不是 look？全部命令见 jiesuan --help。\n"),
        ("maek", "没有“maek”这个命令。是不是 make？全部命令见 jiesuan --help。\n"),
        ("zzz", "没有“zzz”这个命令。全部命令见 jiesuan --help。\n"),
        (ID, "没有“350***********1234”这个命令。全部命令见 jiesuan --help。\n"),
    ],
)
def test_no_such_command(typed: str, says: str) -> None:
    assert shown(typed, code=2) == ("", says)


OTHERS = "程序内部出错（{}）。请把所用的命令和表格的结构（不含学生信息）告诉维护者。\n"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("misuse", "用法不对。\n"),
        ("pack", "甲.toml：错了\n"),
        ("output", "写不了。\n"),
        ("sample", "人数不对。\n"),
        ("key", OTHERS.format("KeyError")),
        ("value", OTHERS.format("ValueError")),
        ("memory", OTHERS.format("MemoryError")),
        ("interrupt", "已中断。\n"),
    ],
)
def test_whatever_goes_wrong_is_a_message(kind: str, says: str) -> None:
    assert shown("fail", kind, code=2) == ("", says)


def test_a_reader_that_has_gone_is_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[int] = []
    monkeypatch.setattr("jiesuan.usage.drop_output", lambda: dropped.append(1))
    assert shown("fail", "pipe", code=2) == ("", "")
    assert dropped


def test_the_code_comes_back_where_the_caller_wants_it() -> None:
    command = typer.main.get_command(app)
    for arguments, code in ((["look", "a"], CLEAN), (["look", "a", "-a"], FINDINGS), (["fail", "key"], FAILED)):
        assert command.main(arguments, standalone_mode=False) == code
        with pytest.raises(SystemExit) as ended:
            command.main(arguments)
        assert ended.value.code == code


@pytest.mark.parametrize("error", [Misuse("甲"), PackError("甲"), OutputError("甲"), SampleError("甲")])
def test_errors_of_ours_speak_for_themselves(error: Exception) -> None:
    assert explained(error) == "甲"


@pytest.mark.parametrize("error", [OSError(ID), RuntimeError("甲"), SystemError(), UnicodeError(ID)])
def test_errors_of_others_are_known_by_their_type(error: BaseException) -> None:
    assert explained(error) == OTHERS.format(type(error).__name__).strip()


def test_a_choice_is_described_by_its_value() -> None:
    from jiesuan import usage

    class Parameter:
        help, required, param_type_name, default = "样子。", False, "option", Way.JSON

    assert usage._described(Parameter()) == "样子。（默认 json）"


@pytest.mark.parametrize(
    ("said", "default", "shown"),
    [
        ("放进几处错误，0 到 500 的整数", 0, "放进几处错误，0 到 500 的整数（默认 0）"),
        ("同时用几个进程；0 为自动", 0, "同时用几个进程；0 为自动"),
        ("同时用几个进程；0 为自动", 4, "同时用几个进程；0 为自动（默认 4）"),
        ("比例", 0.0, "比例（默认 0.0）"),
        ("全部列出", False, "全部列出"),
        ("附注", "", "附注"),
        ("附注", None, "附注"),
    ],
)
def test_a_default_is_told_unless_the_help_has_said_it(said: str, default: object, shown: str) -> None:
    from jiesuan import usage

    param = SimpleNamespace(help=said, required=False, param_type_name="option", default=default)
    assert usage._described(param) == shown


@pytest.mark.parametrize(
    ("option", "at_hand", "shown"),
    [
        ("--formt", ["--force", "--term", "--format"], "，是不是 --format、--force、--term？"),
        ("--nte", ["--note", "--no", "--notes", "--term"], "，是不是 --note、--notes、--term？"),
        ("--xyz", [], "。"),
        ("--xyz", None, "。"),
    ],
)
def test_the_closest_option_is_named_first(option: str, at_hand: list[str] | None, shown: str) -> None:
    error = SimpleNamespace(option_name=option, possibilities=at_hand)
    assert usage_message(error, {"NoSuchOption"}) == f"没有“{option}”这个选项{shown}"
