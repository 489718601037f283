"""`jiesuan rollup | shares | archive`: what a bureau makes of its schools' workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import CLEAN, FINDINGS, Command, Group, Misuse
from .app import app
from .options import (
    DEFAULT_TERM,
    ForceOption,
    Format,
    FormatOption,
    NewTermOption,
    TermOption,
    covered_term,
    parse_term,
)

SET = "设区市"


@app.command(
    cls=Command,
    epilog="例：jiesuan rollup 校验结果/ --bureau 泉州市 --input-template 下达.xlsx    先生成要填的下达表\n"
    "    jiesuan rollup 校验结果/ --bureau 泉州市 --input 下达.xlsx --previous 上期附件3.xlsx -o 附件3.xlsx\n"
    "退出码：0 各校都已汇总；1 有没汇总的学校或还要填写、核实的地方；2 没有做成。",
)
def rollup(
    source: Annotated[
        Path, typer.Argument(metavar="文件夹", help="jiesuan batch 的结果文件夹，或放学校结算表的文件夹")
    ],
    bureau: Annotated[str, typer.Option("--bureau", metavar="单位", help="填报单位，如 泉州市")] = "",
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="附件3.xlsx", help="写到哪个文件")] = None,
    given: Annotated[
        Path | None, typer.Option("--input", metavar="下达.xlsx", help="各校隶属、下达金额和前期结余")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--input-template", metavar="下达.xlsx", help="生成一张列好校名、待填写的下达表")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", metavar="上期附件3", help="上期（前一学期）的附件3，从中取前期结余")
    ] = None,
    allow_errors: Annotated[bool, typer.Option("--allow-errors", help="有错误没改的表也汇总")] = False,
    term: TermOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
) -> None:
    """汇总：把各校的结算表汇总成附件3，每一格注明是哪些学校哪些格之和。"""
    from ..bureau.inputs import Inputs, last_balances, merged, read_inputs, under_present_names, write_input_template
    from ..bureau.received import receive
    from ..bureau.rollup import lines_of, roll_up, write_rollup
    from ..bureau.told import rollup_lines, rollup_record
    from ..pack import load_pack
    from ..share import load_shares

    if not bureau.strip():
        raise Misuse("请用 --bureau 写明填报单位，如 --bureau 泉州市。")
    if out is None and template is None:
        raise Misuse("请用 -o 写明附件3写到哪个文件，或用 --input-template 先生成下达表。")
    pack = load_pack()
    inputs = read_inputs(given) if given else Inputs()
    received = receive(source, pack, SET, term=parse_term(term), allow_errors=allow_errors, out=out)
    inputs = under_present_names(inputs, received.former)
    if previous:
        last = last_balances(previous, term=received.term, bureau=bureau)
        inputs = merged(inputs, under_present_names(last, received.former))
    shares = load_shares(pack, received.term)
    if template is not None:
        names = [(line.school.name, line.known) for line in lines_of(received, shares, bureau, inputs)]
        write_input_template(template, bureau, names, force=force)
        say(f"已生成 {template.name}，列了 {len(names)} 所学校；填好后用 --input {template.name}。")
    if out is None:
        raise typer.Exit(CLEAN)
    result = roll_up(pack, received, shares, bureau, inputs)
    write_rollup(out, pack, result, force=force)
    if output is Format.json:
        emit_json(rollup_record(result, out.name))
    else:
        emit_lines(rollup_lines(result, out.name))
    raise typer.Exit(FINDINGS if received.left_out or received.errors or result.remarks else CLEAN)


@app.command(cls=Command, epilog="例：jiesuan shares 泉州市    jiesuan shares 惠安 --amount 48    把 48 万元按比例分开")
def shares(
    place: Annotated[str, typer.Argument(metavar="地方", help="设区市或县、市、区；不写则全部列出")] = "",
    amount: Annotated[str, typer.Option("--amount", metavar="万元", help="把这个金额（万元）按比例分开")] = "",
    term: NewTermOption = DEFAULT_TERM,
    output: FormatOption = Format.text,
) -> None:
    """查省、市或县级财政分担比例。"""
    from ..bureau.told import share_lines, share_record
    from ..number import read_number
    from ..pack import load_pack
    from ..share import load_shares

    table = load_shares(load_pack(), covered_term(term))
    found = table.everywhere(place) if place else table.rows()
    number = read_number(amount).value if amount else None
    if amount and number is None:
        raise Misuse(f"--amount 应是以万元为单位的数，不能是“{amount}”。")
    if not found:
        raise Misuse(f"分担比例表里没有“{place}”，也不知道它未列入的原因；请核对地名。全部列出：jiesuan shares。")
    if output is Format.json:
        emit_json({"schema_version": 1, "shares": [share_record(share, number) for share in found]})
    else:
        emit_lines(share_lines(found, number, table))
    raise typer.Exit(CLEAN if all(share.province is not None for share in found) else FINDINGS)


archive = typer.Typer(
    cls=Group,
    help="档案：保存各学期各校报了什么，随时可查；删去只失去历史。",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(
    archive,
    name="archive",
    epilog="例：jiesuan archive import 校验结果/ --db 档案.sqlite    jiesuan archive show 示范技工学校 --db 档案.sqlite",
)
Database = Annotated[Path, typer.Option("--db", metavar="档案文件", help="档案文件，如 档案.sqlite")]


@archive.command(
    name="import",
    cls=Command,
    epilog="存各项合计、每处问题在哪一格、学校写的说明（原样，号码打码）；\n名单里的姓名、号码都不存。\n"
    "例：jiesuan archive import 校验结果/ --db 档案.sqlite",
)
def archive_import(
    out: Annotated[Path, typer.Argument(metavar="文件夹", help="jiesuan batch 的结果文件夹")],
    database: Database,
    output: FormatOption = Format.text,
) -> None:
    """把一次批量校验的结果存进档案；同样的结果存几次都一样。"""
    from ..bureau.archive import import_batch
    from ..bureau.told import imported_lines
    from ..pack import load_pack

    done = import_batch(out, database, load_pack())
    if output is Format.json:
        left_out = [{"file": file, "why": why} for file, why in done.left_out]
        emit_json(
            {"schema_version": 1, "term": done.term, "new": done.new, "replaced": done.replaced, "same": done.same,
             "left_out": left_out}
        )  # fmt: skip
    else:
        emit_lines(imported_lines(done, database.name))
    raise typer.Exit(FINDINGS if done.left_out else CLEAN)


@archive.command(cls=Command, epilog="例：jiesuan archive show 示范技工学校 --term 2024春 --db 档案.sqlite")
def show(
    school: Annotated[str, typer.Argument(metavar="校名", help="学校名称，或其中几个字")],
    database: Database,
    term: TermOption = None,
    output: FormatOption = Format.text,
) -> None:
    """一所学校各学期报了什么：总数、发现的问题、写过的说明。"""
    import dataclasses

    from ..bureau.archive import filings
    from ..bureau.told import filing_lines

    found = filings(database, school=school, term=parse_term(term))
    if not found:
        raise Misuse(
            f"档案里没有“{school}”{f'{term}的表' if term else ''}。全部列出：jiesuan archive list --db {database.name}"
        )
    if output is Format.json:
        emit_json({"schema_version": 1, "filings": [dataclasses.asdict(filing) for filing in found]})
        return
    for filing in found:
        emit_lines(filing_lines(filing))
        emit_lines(iter([("", "")]))


@archive.command(name="list", cls=Command, epilog="例：jiesuan archive list --db 档案.sqlite")
def archive_list(database: Database, term: TermOption = None, output: FormatOption = Format.text) -> None:
    """档案里有哪些学校、哪些学期。"""
    from ..bureau.archive import filings
    from ..bureau.told import list_lines

    found = filings(database, term=parse_term(term))
    if output is Format.json:
        rows = [
            {"term": f.term, "school": f.school, "set": f.set_name, "file": f.file, "levels": f.levels} for f in found
        ]
        emit_json({"schema_version": 1, "filings": rows})
    else:
        emit_lines(list_lines(found))
