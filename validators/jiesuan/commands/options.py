"""Options and arguments that several commands share, and what is read from them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..usage import Misuse


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class SetName(StrEnum):
    """省属公办 (附件1) or 市属 (附件2)."""

    province = "省属"
    city = "市属"


class FormsName(StrEnum):
    """Whose forms: the two kinds of schools, or the bureau above them (附件3)."""

    province = "省属"
    city = "市属"
    bureau = "设区市"


Files = Annotated[list[Path], typer.Argument(metavar="文件...", help="要处理的工作簿，可以写多个")]
FormatOption = Annotated[Format, typer.Option("--format", metavar="格式", help="text 供人看，json 供程序用")]
TermOption = Annotated[str | None, typer.Option("--term", metavar="学期", help="写作 2024春 或 2024秋；不写则从表上认")]
NewTermOption = Annotated[str, typer.Option("--term", metavar="学期", help="写作 2024春 或 2024秋")]
SetArgument = Annotated[SetName, typer.Argument(metavar="省属|市属", help="学校的隶属关系，写 省属 或 市属")]
FormsArgument = Annotated[
    FormsName,
    typer.Argument(metavar="省属|市属|设区市", help="哪一套表：学校的写 省属 或 市属，主管部门的附件3写 设区市"),
]
OutOption = Annotated[Path, typer.Option("-o", "--output", metavar="文件.xlsx", help="写到哪个文件")]
ResultOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="输出", help="写到哪个文件；输入多个文件时写文件夹")
]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="输出文件已存在时覆盖它")]
AllOption = Annotated[bool, typer.Option("--all", help="全部列出，不省略")]
PasswordOption = Annotated[str | None, typer.Option("--password", metavar="密码", help="工作簿的打开密码")]
DEFAULT_TERM = "2024春"
_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods", ".et")


def parse_term(text: str | None) -> Any:
    """`--term`; Misuse when it is not one."""
    from ..term import Term

    try:
        return Term.parse(text) if text else None
    except ValueError as error:
        raise Misuse(str(error)) from error


def one_target(out: Path | None, in_place: bool, files: Sequence[Path] = ()) -> None:
    """Misuse where two ways are given of saying where the result goes, or one file for the results of several."""
    if out and in_place:
        raise Misuse("-o 和 --in-place 只能用一个。")
    if out and len(files) > 1 and out.suffix.lower() in _BOOKS and not out.is_dir():
        raise Misuse(f"输入了 {len(files)} 个文件，-o 后面要写文件夹，如 -o 结果；“{out.name}”是一个文件名。")


def covered_term(text: str) -> Any:
    """A term that the pack has forms for; Misuse when it has none."""
    from ..pack import load_pack

    term, pack = parse_term(text or DEFAULT_TERM), load_pack()
    if not pack.covers(term):
        raise Misuse(f"“{pack.info.name}”只适用于 {pack.info.since} 及以后的学期，没有 {term}。")
    return term
