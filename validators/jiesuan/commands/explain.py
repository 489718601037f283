"""`jiesuan explain | review`: a school gives the reason for what is to be 核实, the bureau accepts or returns it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import FAILED, Command, Misuse
from .app import app
from .options import (
    AllOption,
    ForceOption,
    Format,
    FormatOption,
    PasswordOption,
    ResultOption,
    TermOption,
    one_target,
    parse_term,
)

File = Annotated[Path, typer.Argument(metavar="文件", help="要处理的工作簿")]
ByOption = Annotated[str, typer.Option("--by", metavar="姓名/岗位", help="谁写的；只留在工作簿里")]
InPlace = Annotated[bool, typer.Option("--in-place", help="写在原文件里，并留备份")]


@app.command(
    cls=Command,
    epilog='例：jiesuan explain 结算表.xlsx P404 生均公用经费免学费!D17 --reason "4月转入27名学生，见转学批复"\n'
    "    另存为 结算表_已说明.xlsx。也可以写在“校验结果”表的“说明”一列。错误不能说明，必须改正。",
)
def explain(
    file: File,
    code: Annotated[str, typer.Argument(metavar="编号", help="核实问题的规则编号，如 P404")],
    cell: Annotated[str, typer.Argument(metavar="单元格", help="问题所在的格，写作 表名!L17；只有一处的可写 L17")],
    reason: Annotated[str, typer.Option("--reason", metavar="原因", help="什么情况、涉及多少人或多少钱、有什么依据")],
    by: ByOption = "",
    out: ResultOption = None,
    in_place: InPlace = False,
    force: ForceOption = False,
    term: TermOption = None,
    password: PasswordOption = None,
) -> None:
    """给一处“核实”写明原因，存进工作簿的“审核说明”表；下次校验算作已说明，有关的数改了就失效。"""
    from ..explaining import EXPLAINED, explain_file
    from ..marked import places
    from ..session import Failure

    one_target(out, in_place)
    [target] = places([file], out, EXPLAINED, in_place=in_place)
    done = explain_file(
        file,
        target,
        code,
        cell,
        reason,
        by=by,
        in_place=in_place,
        force=force,
        term=parse_term(term),
        password=password,
    )
    if isinstance(done, Failure):
        say(f"{done.file}：{done.message}")
        raise typer.Exit(FAILED)
    say(done.note)
    left = done.report.levels["核实"]
    say(f"还有 {left} 处核实没有说明。" if left else "核实都已说明。")


@app.command(
    cls=Command,
    epilog="例：jiesuan review 结算表.xlsx    列出全部说明\n"
    '    jiesuan review 结算表.xlsx P404 D17 --return --comment "请附转学批复文号" --by 李科长\n'
    "    jiesuan review 结算表.xlsx --accept-all",
)
def review(
    file: File,
    code: Annotated[str, typer.Argument(metavar="编号", help="复核哪条规则的说明；不写则列出全部说明")] = "",
    cell: Annotated[str, typer.Argument(metavar="单元格", help="写作 表名!L17；只有一处的可写 L17")] = "",
    accept: Annotated[bool, typer.Option("--accept", help="接受这条说明")] = False,
    send_back: Annotated[bool, typer.Option("--return", help="退回这条说明，要写 --comment")] = False,
    accept_all: Annotated[bool, typer.Option("--accept-all", help="接受全部待复核的说明")] = False,
    comment: Annotated[str, typer.Option("--comment", metavar="意见", help="复核意见，学校会看到")] = "",
    by: ByOption = "",
    out: ResultOption = None,
    in_place: InPlace = False,
    force: ForceOption = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """列出工作簿里的书面说明及其状态；主管部门接受或退回。退回的不算已说明，学校校验时会看到意见。"""
    from ..explain import ACCEPT, RETURN
    from ..explaining import REVIEWED, explanations_of, review_file
    from ..marked import places
    from ..render.explain import answer_record, review_lines
    from ..render.json import document
    from ..session import Failure

    verdicts = [accept, send_back, accept_all]
    if sum(verdicts) > 1:
        raise Misuse("--accept、--return、--accept-all 只能用一个。")
    if (accept or send_back) and not (code and cell):
        raise Misuse("请写明复核哪一条：编号和单元格，如 P404 D17；全部接受用 --accept-all。")
    if accept_all and code:
        raise Misuse("--accept-all 是接受全部待复核的说明，不要再写编号和单元格。")
    if code and not any(verdicts):
        raise Misuse("请写明 --accept（接受）还是 --return（退回）。")
    if (out or in_place or force or comment or by) and not any(verdicts):
        raise Misuse("-o、--in-place、--force、--comment、--by 要和 --accept、--return 或 --accept-all 一起用。")
    one_target(out, in_place)
    wanted = parse_term(term)
    if any(verdicts):
        [target] = places([file], out, REVIEWED, in_place=in_place)
        verdict = RETURN if send_back else ACCEPT
        done = review_file(
            file,
            target,
            code,
            cell,
            verdict,
            comment=comment,
            by=by,
            in_place=in_place,
            force=force,
            term=wanted,
            password=password,
        )
    else:
        done = explanations_of(file, term=wanted, password=password)
    if isinstance(done, Failure):
        error = {"kind": done.kind, "message": done.message}
        if output is Format.json:
            emit_json(document([{"file": done.file, "explanations": [], "output": None, "error": error}]))
        else:
            say(f"{done.file}：{done.message}")
        raise typer.Exit(FAILED)
    if output is Format.json:
        answers = [answer_record(answer) for answer in done.report.explanations]
        emit_json(document([{"file": done.report.file, "explanations": answers, "output": done.output, "error": None}]))
    else:
        emit_lines(review_lines(done.report, everything=everything))
        if done.note:
            say(done.note)
