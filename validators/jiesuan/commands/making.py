"""`jiesuan new | sample | demo`: blank forms and fictitious schools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..console import emit_lines, say
from ..usage import Command, Misuse
from .app import app
from .options import (
    DEFAULT_TERM,
    ForceOption,
    FormsArgument,
    NewTermOption,
    OutOption,
    SetArgument,
    covered_term,
)


@app.command(cls=Command, epilog="例：jiesuan new 市属 --term 2024秋 -o 结算表.xlsx")
def new(
    set_name: FormsArgument, out: OutOption, term: NewTermOption = DEFAULT_TERM, force: ForceOption = False
) -> None:
    """生成一套空白结算表。"""
    from ..pack import load_pack
    from ..produce import check_target, make_blank

    wanted = covered_term(term)
    check_target(out, force=force)
    make_blank(out, load_pack(), set_name.value, wanted)
    say(f"已生成 {out.name}：{set_name.value}，{wanted.title}。白底的格填写，蓝底的格自动计算，灰底的是标准。")


@app.command(cls=Command, epilog="例：jiesuan sample 市属 --errors 5 -o 练习.xlsx    错在哪里写在 练习.errors.json")
def sample(
    set_name: SetArgument,
    out: OutOption,
    term: NewTermOption = DEFAULT_TERM,
    students: Annotated[
        int, typer.Option(metavar="人数", min=0, max=200_000, help="学生人数，0 到 200000 的整数")
    ] = 300,
    seed: Annotated[int, typer.Option(metavar="种子", help="随机种子，整数；相同则结果相同")] = 1,
    errors: Annotated[int, typer.Option(metavar="处数", min=0, max=500, help="放进几处错误，0 到 500 的整数")] = 0,
    force: ForceOption = False,
) -> None:
    """生成一所虚构学校填好的结算表，用来试用和培训。"""
    from ..pack import load_pack
    from ..produce import check_target, errors_file, make_sample_file, write_errors

    wanted = covered_term(term)
    check_target(out, force=force)
    if errors and errors_file(out).exists() and not force:
        raise Misuse(f"“{errors_file(out).name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
    planted = make_sample_file(out, load_pack(), set_name.value, wanted, students=students, seed=seed, errors=errors)
    say(f"已生成 {out.name}：{set_name.value}，{wanted.title}，{students} 名虚构学生。")
    if errors:
        write_errors(out, planted)
        say(f"放进了 {len(planted)} 处错误，位置见 {errors_file(out).name}。")


@app.command(cls=Command, epilog="例：jiesuan demo")
def demo(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放演示文件的文件夹")] = Path("jiesuan-demo"),
) -> None:
    """演示：生成一所虚构学校的表，放进几处常见错误，校验、计算，告诉您看哪些文件。"""
    from ..demo import run_demo

    emit_lines(run_demo(folder))
