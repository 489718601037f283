"""The command line: `jiesuan demo | new | sample | calc | check | clear | rules | rule | forms`.

Exit codes: 0 clean, 1 findings, 2 could not run.  JSON goes to standard output alone, everything else beside the report to
standard error.  Heavy imports wait inside the functions, so that help is instant.
"""

from __future__ import annotations

import gc
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from .console import emit_json, emit_lines, prepare_streams, say
from .usage import CLEAN, FAILED, FINDINGS, Command, Group, Misuse

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


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class SetName(StrEnum):
    """省属公办 (附件1) or 市属 (附件2)."""

    province = "省属"
    city = "市属"


Files = Annotated[list[Path], typer.Argument(metavar="文件...", help="要处理的工作簿，可以写多个")]
FormatOption = Annotated[Format, typer.Option("--format", metavar="格式", help="text 供人看，json 供程序用")]
TermOption = Annotated[str | None, typer.Option("--term", metavar="学期", help="写作 2024春 或 2024秋；不写则从表上认")]
NewTermOption = Annotated[str, typer.Option("--term", metavar="学期", help="写作 2024春 或 2024秋")]
SetArgument = Annotated[SetName, typer.Argument(metavar="省属|市属", help="学校的隶属关系，写 省属 或 市属")]
OutOption = Annotated[Path, typer.Option("-o", "--output", metavar="文件.xlsx", help="写到哪个文件")]
ResultOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="输出", help="写到哪个文件；输入多个文件时写文件夹")
]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="输出文件已存在时覆盖它")]
AllOption = Annotated[bool, typer.Option("--all", help="全部列出，不省略")]
PasswordOption = Annotated[str | None, typer.Option("--password", metavar="密码", help="工作簿的打开密码")]
DEFAULT_TERM = "2024春"


def main() -> None:
    """Entry point."""
    gc.set_threshold(200_000)  # a command is short; collecting while modules load only costs time
    prepare_streams()
    app()


def parse_term(text: str | None) -> Any:
    """`--term`; Misuse when it is not one."""
    from .term import Term

    try:
        return Term.parse(text) if text else None
    except ValueError as error:
        raise Misuse(str(error)) from error


def one_target(out: Path | None, in_place: bool) -> None:
    """Misuse where two ways are given of saying where the result goes."""
    if out and in_place:
        raise Misuse("-o 和 --in-place 只能用一个。")


def covered_term(text: str) -> Any:
    """A term that the pack has forms for; Misuse when it has none."""
    from .pack import load_pack

    term, pack = parse_term(text or DEFAULT_TERM), load_pack()
    if not pack.covers(term):
        raise Misuse(f"“{pack.info.name}”只适用于 {pack.info.since} 及以后的学期，没有 {term}。")
    return term


@app.command(
    cls=Command,
    epilog="例：jiesuan check 结算表.xlsx\n    jiesuan check 结算表.xlsx --mark    另存一份标好的，原文件不动\n退出码：0 没有要改、要核实的；1 有；2 有文件读不了、写不成。",
)
def check(
    files: Files,
    marks: Annotated[bool, typer.Option("--mark", help="把每一处标在表上，另存为 …_已校验.xlsx")] = False,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="和 --mark 一起用：标在原文件里，并留备份")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """校验工作簿，逐处说明错在哪一格、错多少、怎么改；加 --mark 标在表上。"""
    from .marked import CHECKED, Marked, mark_file, places
    from .render.json import document, report_record, unreadable_record
    from .render.text import report_lines, tally_line
    from .session import Failure, check_file

    if (out or in_place or force) and not marks:
        raise Misuse("-o、--in-place、--force 要和 --mark 一起用。")
    one_target(out, in_place)
    wanted = parse_term(term)
    records, code = [], CLEAN
    for number, (path, target) in enumerate(zip(files, places(files, out, CHECKED, in_place=in_place), strict=True)):
        done: Marked | None = None
        if marks:
            done = mark_file(path, target, in_place=in_place, force=force, term=wanted, password=password)
        result = done.result if done else check_file(path, term=wanted, password=password)
        if isinstance(result, Failure):
            code = FAILED
            records.append(unreadable_record(result.file, result.kind, result.message))
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        failure = done.failure if done else None
        code = max(code, FAILED if failure else CLEAN if result.clean else FINDINGS)
        records.append(report_record(result, done.output if done else None, failure))
        if output is Format.text:
            if number:
                typer.echo()
            emit_lines(report_lines(result, everything=everything))
            if done:
                say(f"{failure.file}：{failure.message}" if failure else done.note)
    if output is Format.json:
        emit_json(document(records))
    elif len(files) > 1:
        emit_lines(tally_line([str(record["status"]) for record in records]))
    raise typer.Exit(code)


@app.command(cls=Command, epilog="例：jiesuan clear 结算表_已校验.xlsx    另存为 结算表_已校验_已清除.xlsx")
def clear(
    files: Files,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="清在原文件里，并留备份")] = False,
    force: ForceOption = False,
) -> None:
    """清除标记：去掉 check --mark 加上的底色、批注和“校验结果”表，其他内容不变。"""
    from .marked import CLEARED, clear_file, places
    from .session import Failure

    one_target(out, in_place)
    code = CLEAN
    for path, target in zip(files, places(files, out, CLEARED, in_place=in_place), strict=True):
        done = clear_file(path, target, in_place=in_place, force=force)
        if isinstance(done, Failure):
            code = FAILED
            say(f"{done.file}：{done.message}")
        else:
            say(done)
    raise typer.Exit(code)


@app.command(
    cls=Command,
    epilog="例：jiesuan calc 结算表.xlsx                 只列出要填、要改的格\n"
    "    jiesuan calc 结算表.xlsx -o 算好.xlsx    另写成新文件，原文件不动",
)
def calc(
    files: Files,
    out: ResultOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="写回原文件并留备份；只限本程序生成的工作簿")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """计算：填好合计、小计、金额、标准，列出每一格的旧值和新值。"""
    from .render.json import calculated_record, document, uncalculated_record
    from .render.text import calculated_lines
    from .session import Failure, calculate_file, targets

    one_target(out, in_place)
    wanted = parse_term(term)
    records, code = [], CLEAN
    for path, target in zip(files, targets(files, out, in_place=in_place), strict=True):
        result = calculate_file(path, target, in_place=in_place, force=force, term=wanted, password=password)
        if isinstance(result, Failure):
            code = FAILED
            records.append(uncalculated_record(result.file, result.kind, result.message))
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        records.append(calculated_record(result))
        if output is Format.text:
            emit_lines(calculated_lines(result, everything=everything))
            if result.note:
                say(result.note)
    if output is Format.json:
        emit_json(document(records))
    raise typer.Exit(code)


@app.command(cls=Command, epilog="例：jiesuan new 市属 --term 2024秋 -o 结算表.xlsx")
def new(set_name: SetArgument, out: OutOption, term: NewTermOption = DEFAULT_TERM, force: ForceOption = False) -> None:
    """生成一套空白结算表。"""
    from .pack import load_pack
    from .produce import check_target, make_blank

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
    from .pack import load_pack
    from .produce import check_target, errors_file, make_sample_file, write_errors

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
    from .demo import run_demo

    emit_lines(run_demo(folder))


@app.command(cls=Command, epilog="一条规则的说明：jiesuan rule X201")
def rules(output: FormatOption = Format.text) -> None:
    """列出全部校验规则。"""
    from .pack import load_pack
    from .render.rules import rule_record, rule_table

    pack = load_pack()
    if output is Format.json:
        emit_json({"schema_version": 1, "rules": [rule_record(rule) for rule in pack.rules.values()]})
    else:
        emit_lines(rule_table(pack))


@app.command(cls=Command, epilog="例：jiesuan rule X201    全部规则：jiesuan rules")
def rule(code: Annotated[str, typer.Argument(metavar="编号", help="规则编号，如 X201")]) -> None:
    """一条规则的说明：查什么、依据、为什么、怎么办。"""
    from .pack import load_pack
    from .render.rules import rule_page
    from .text import clean, nearest

    pack = load_pack()
    found = pack.rules.get(clean(code).upper())
    if found is None:
        close = nearest(code, pack.rules, least=0.3)
        hint = f"，是不是 {close}？" if close else "。"
        raise Misuse(f"没有编号为“{code}”的规则{hint}全部规则见 jiesuan rules。")
    emit_lines(rule_page(found))


@app.command(cls=Command, epilog="例：jiesuan forms 2-3    全部各表：jiesuan forms")
def forms(
    form_id: Annotated[str | None, typer.Argument(metavar="编号", help="表的编号，如 2-3；不写则列出各表")] = None,
    term: NewTermOption = DEFAULT_TERM,
) -> None:
    """列出各表；写编号则显示该表的列、公式、标准、出处和存疑之处。"""
    from .pack import load_pack
    from .render.rules import form_page, form_table

    pack, wanted = load_pack(), covered_term(term)
    if form_id is None:
        emit_lines(form_table(pack))
    elif form_id in pack.forms:
        emit_lines(form_page(pack, pack.form(form_id, wanted), wanted))
    else:
        raise Misuse(f"没有编号为“{form_id}”的表。现有：{'、'.join(pack.forms)}。")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="显示版本")] = False) -> None:
    """技工院校学生资助金结算：生成表格、计算、校验。"""
    if show:
        from . import __version__

        typer.echo(f"jiesuan {__version__}")
        raise typer.Exit()
