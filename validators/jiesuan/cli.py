"""The command line: `jiesuan demo | new | sample | calc | check | clear | rules | rule | forms`.

Exit codes: 0 clean, 1 findings, 2 could not run.  JSON goes to standard output alone, everything else beside the report to
standard error.  Heavy imports wait inside the functions, so that help is instant.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="jiesuan",
    help="技工院校学生资助金结算：生成表格、计算、校验。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
CLEAN, FINDINGS, FAILED = 0, 1, 2


class Format(StrEnum):
    """How results are printed."""

    text = "text"
    json = "json"


class SetName(StrEnum):
    """省属公办 (附件1) or 市属 (附件2)."""

    province = "省属"
    city = "市属"


Files = Annotated[list[Path], typer.Argument(metavar="文件...", help="要处理的工作簿，可以多个")]
FormatOption = Annotated[Format, typer.Option("--format", help="text 供人看，json 供程序用")]
TermOption = Annotated[str | None, typer.Option("--term", metavar="学期", help="学期，如 2024春；不写则从表上认")]
SetArgument = Annotated[SetName, typer.Argument(metavar="省属|市属", help="学校的隶属关系")]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="输出文件已存在时覆盖")]
AllOption = Annotated[bool, typer.Option("--all", help="全部列出，不省略")]
PasswordOption = Annotated[str | None, typer.Option("--password", help="文件的打开密码")]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="输出", help="写到哪个文件；多个输入时写文件夹")
]
DEFAULT_TERM = "2024春"


def main() -> None:
    """Entry point: Chinese on every console, no traceback for the user."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    from .pack import PackError
    from .produce_error import OutputError

    try:
        app()
    except (PackError, OutputError, ValueError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("已中断。")
    except BrokenPipeError:
        sys.exit(FAILED)
    except Exception as error:
        # The type alone: texts of foreign exceptions may quote the workbook.
        fail(f"程序内部出错（{type(error).__name__}）。请把出错时的命令和表格结构（不含学生信息）告诉维护者。")


def fail(message: str) -> None:
    """Say what went wrong and end with code 2."""
    from .text import mask

    typer.echo(mask(message), err=True)
    sys.exit(FAILED)


def say(message: str) -> None:
    """A remark beside the result."""
    from .text import mask

    typer.echo(mask(message), err=True)


def emit_json(value: Any) -> None:
    """UTF-8 whatever the console's code page."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8"))
        buffer.flush()


def emit_lines(lines: Any) -> None:
    """Lines with an optional color."""
    for text, color in lines:
        if color == "bold":
            typer.secho(text, bold=True)
        elif color:
            typer.secho(text, fg=color)
        else:
            typer.echo(text)


def parse_term(text: str | None) -> Any:
    """`--term`; ValueError in Chinese when it is not one."""
    from .term import Term

    return Term.parse(text) if text else None


@app.command()
def check(
    files: Files,
    marks: Annotated[bool, typer.Option("--mark", help="在工作簿里标出每一处，另存为 …_已校验.xlsx")] = False,
    out: OutOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="和 --mark 一起用：标在原文件里，并留备份")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """校验工作簿，逐处说明错在哪一格、错多少、怎么改；加 --mark 标在表上。"""
    from .render_json import document, report_record, unreadable_record
    from .render_text import report_lines
    from .session import Failure, check_file

    if (out or in_place) and not marks:
        fail("-o 和 --in-place 要和 --mark 一起用。")
    one_target(out, in_place)
    wanted = parse_term(term)
    records, code = [], CLEAN
    for number, path in enumerate(files):
        if marks:
            from .marking.work import mark_file, target_of

            target = target_of(path, out, "_已校验", in_place=in_place, many=len(files) > 1)
            marked = mark_file(path, target, in_place=in_place, force=force, term=wanted, password=password)
            result, failure, written = marked.report, marked.failure, marked.output
        else:
            checked = check_file(path, term=wanted, password=password)
            failure = checked if isinstance(checked, Failure) else None
            result, written = None if isinstance(checked, Failure) else checked, None
        if result is not None:
            code = max(code, CLEAN if result.clean else FINDINGS)
            records.append(report_record(result) | ({"output": written} if marks else {}))
            if output is Format.text:
                if number:
                    typer.echo()
                emit_lines(report_lines(result, everything=everything))
        if failure is not None:
            code = FAILED
            if result is None:
                records.append(unreadable_record(failure.file, failure.kind, failure.message))
            if output is Format.text or result is not None:
                say(f"{failure.file}：{failure.message}")
        elif marks and output is Format.text:
            say(marked.note)
    if output is Format.json:
        emit_json(document(records))
    raise typer.Exit(code)


@app.command()
def clear(
    files: Files,
    out: OutOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="清在原文件里，并留备份")] = False,
    force: ForceOption = False,
) -> None:
    """清除标记：去掉颜色、批注和“校验结果”表，其他内容一个字节也不变。"""
    from .marking.work import clear_file, target_of

    one_target(out, in_place)
    code = CLEAN
    for path in files:
        target = target_of(path, out, "_已清除", in_place=in_place, many=len(files) > 1)
        done = clear_file(path, target, in_place=in_place, force=force)
        if done.failure is not None:
            code = FAILED
            say(f"{done.failure.file}：{done.failure.message}")
        else:
            say(done.note)
    raise typer.Exit(code)


def one_target(out: Path | None, in_place: bool) -> None:
    """Refuse two ways of saying where the result goes."""
    if out and in_place:
        fail("-o 和 --in-place 只能用一个。")


@app.command()
def calc(
    files: Files,
    out: OutOption = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="写回原文件，并留备份")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """计算：填好合计、小计、金额、标准，列出每一格的旧值和新值。"""
    from .render_json import document, unreadable_record, write_record
    from .render_text import write_lines
    from .session import Failure, calculate_file, target_for

    one_target(out, in_place)
    wanted = parse_term(term)
    records, code = [], CLEAN
    for path in files:
        target = target_for(path, out, in_place=in_place, many=len(files) > 1)
        result = calculate_file(path, target, in_place=in_place, force=force, term=wanted, password=password)
        if isinstance(result, Failure):
            code = FAILED
            records.append(
                {**unreadable_record(result.file, result.kind, result.message), "output": None, "writes": []}
            )
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        records.append(
            {
                "file": result.file,
                "sha256": result.sha256,
                "pack": result.pack,
                "set": result.set_name,
                "term": result.term,
                "status": "calculated" if result.writes else "unchanged",
                "output": result.output,
                "writes": [write_record(write) for write in result.writes],
                "error": None,
            }
        )
        if output is Format.text:
            kinds = "，".join(f"{kind} {count} 格" for kind, count in result.kinds.items()) or "没有要改的格"
            typer.secho(f"{result.file}    {result.set_name} · {result.term}    {kinds}", bold=True)
            emit_lines(write_lines(result.writes, everything=everything))
            if result.output:
                say(result.note)
            elif result.writes:
                say("只是列出，没有写文件；加 -o 输出.xlsx 写成新文件。")
    if output is Format.json:
        emit_json(document(records))
    raise typer.Exit(code)


@app.command()
def new(
    set_name: SetArgument,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="文件.xlsx", help="写到哪个文件")],
    term: TermOption = None,
    force: ForceOption = False,
) -> None:
    """生成一套空白结算表。"""
    from .pack import load_pack
    from .produce import check_target, make_blank
    from .term import Term

    pack = load_pack()
    wanted = Term.parse(term or DEFAULT_TERM)
    covered(pack, wanted)
    check_target(out, force=force)
    make_blank(out, pack, set_name.value, wanted)
    say(f"已生成 {out.name}：{set_name.value}，{wanted.title}。白底的格填写，蓝底的格自动计算，灰底的是标准。")


@app.command()
def sample(
    set_name: SetArgument,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="文件.xlsx", help="写到哪个文件")],
    term: TermOption = None,
    students: Annotated[int, typer.Option(min=0, max=200_000, help="学生人数")] = 300,
    seed: Annotated[int, typer.Option(help="随机种子，相同则结果相同")] = 1,
    errors: Annotated[int, typer.Option(min=0, max=500, help="放进几处错误")] = 0,
    force: ForceOption = False,
) -> None:
    """生成一所虚构学校填好的结算表，用来试用和培训。"""
    from .pack import load_pack
    from .produce import check_target, errors_file, make_sample_file, write_errors
    from .term import Term

    pack = load_pack()
    wanted = Term.parse(term or DEFAULT_TERM)
    covered(pack, wanted)
    check_target(out, force=force)
    planted = make_sample_file(out, pack, set_name.value, wanted, students=students, seed=seed, errors=errors)
    say(f"已生成 {out.name}：{set_name.value}，{wanted.title}，{students} 名虚构学生。")
    if errors:
        write_errors(out, planted)
        say(f"放进了 {len(planted)} 处错误，位置见 {errors_file(out).name}。")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放演示文件的文件夹")] = Path("jiesuan-demo"),
) -> None:
    """演示：生成一所虚构学校的表，放进几处常见错误，计算、校验，告诉您看哪些文件。"""
    from .demo import run_demo

    raise typer.Exit(run_demo(folder, say, emit_lines))


@app.command()
def rules(
    output: FormatOption = Format.text,
) -> None:
    """列出全部校验规则。"""
    from .pack import load_pack
    from .render_rules import rule_record, rule_table

    pack = load_pack()
    if output is Format.json:
        emit_json({"schema_version": 1, "rules": [rule_record(rule) for rule in pack.rules.values()]})
    else:
        emit_lines(rule_table(pack))


@app.command()
def rule(code: Annotated[str, typer.Argument(metavar="编号", help="规则编号，如 X201")]) -> None:
    """一条规则的说明：查什么、依据、为什么、怎么办。"""
    from .pack import load_pack
    from .render_rules import rule_page
    from .text import nearest

    pack = load_pack()
    found = pack.rules.get(code.strip().upper())
    if found is None:
        close = nearest(code, pack.rules, least=0.3)
        fail(f"没有编号为“{code}”的规则" + (f"，是不是 {close}？" if close else "。") + "全部规则见 jiesuan rules。")
        return
    emit_lines(rule_page(found))


@app.command()
def forms(
    form_id: Annotated[str | None, typer.Argument(metavar="编号", help="表的编号，如 2-3")] = None,
    term: TermOption = None,
) -> None:
    """列出各表；写编号则显示该表的列、公式、出处和存疑之处。"""
    from .pack import load_pack
    from .render_rules import form_page, form_table
    from .term import Term

    pack = load_pack()
    wanted = Term.parse(term or DEFAULT_TERM)
    covered(pack, wanted)
    if form_id is None:
        emit_lines(form_table(pack))
        return
    if form_id not in pack.forms:
        fail(f"没有编号为“{form_id}”的表。现有：{'、'.join(pack.forms)}。")
    emit_lines(form_page(pack, pack.form(form_id, wanted), wanted))


def covered(pack: Any, term: Any) -> None:
    """Refuse a term the pack has no forms for."""
    if not pack.covers(term):
        fail(f"“{pack.info.name}”只适用于 {pack.info.since} 及以后的学期，没有 {term}。")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="显示版本")] = False,
) -> None:
    """技工院校学生资助金结算：生成表格、计算、校验。"""
    if show:
        from . import __version__

        typer.echo(f"jiesuan {__version__}")
        raise typer.Exit()
