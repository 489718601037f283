"""`jiesuan policy | calendar | institution | pack`: what the notices demand beside the settlement tables."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..console import emit_json, emit_lines, encodable, say
from ..usage import CLEAN, FAILED, FINDINGS, Command, Group, Misuse
from .app import app
from .options import (
    DEFAULT_TERM,
    Files,
    ForceOption,
    Format,
    FormatOption,
    NewTermOption,
    OutOption,
    TermOption,
    parse_term,
)

RegionOption = Annotated[str, typer.Option("--region", metavar="地区", help="如 福建、泉州、内蒙古、全国")]
PacksOption = Annotated[
    list[Path] | None,
    typer.Option("--packs", metavar="文件夹", help="放自己的政策数据的文件夹，可写多次；也可设环境变量 JIESUAN_PACKS"),
]
REGION = "福建"

policy = typer.Typer(
    cls=Group, help="某地某学期适用的政策：标准、资格、公示、时限，各条都写明出处。", rich_markup_mode=None
)
app.add_typer(
    policy,
    name="policy",
    epilog="例：jiesuan policy --region 福建 --term 2025春\n    jiesuan policy diff 2024秋 2025春    两个学期之间变了什么",
)


@policy.callback(invoke_without_command=True)
def show(
    ctx: typer.Context,
    region: RegionOption = REGION,
    term: NewTermOption = DEFAULT_TERM,
    output: FormatOption = Format.text,
    packs: PacksOption = None,
) -> None:
    """某地某学期适用的政策：标准、资格、公示、时限，各条都写明出处。"""
    from ..regions import load_law
    from ..render.policy import policy_lines, policy_record

    if ctx.invoked_subcommand is not None:
        return
    wanted, law = parse_term(term or DEFAULT_TERM), load_law(region, packs or ())
    if output is Format.json:
        emit_json(policy_record(law, wanted))
    else:
        emit_lines(policy_lines(law, wanted))


@policy.command(cls=Command, epilog="例：jiesuan policy diff 2024秋 2025春 --region 福建")
def diff(
    before: Annotated[str, typer.Argument(metavar="旧学期", help="如 2024秋")],
    after: Annotated[str, typer.Argument(metavar="新学期", help="如 2025春")],
    region: RegionOption = REGION,
    output: FormatOption = Format.text,
    packs: PacksOption = None,
) -> None:
    """两个学期之间政策变了什么。"""
    from ..regions import load_law
    from ..render.policy import diff_lines, diff_record

    old, new, law = parse_term(before), parse_term(after), load_law(region, packs or ())
    if old is None or new is None:
        raise Misuse("请写两个学期，如 jiesuan policy diff 2024秋 2025春。")
    if output is Format.json:
        emit_json(diff_record(law, old, new))
    else:
        emit_lines(diff_lines(law, old, new))


@app.command(cls=Command, epilog="例：jiesuan calendar --region 福建 --year 2024 -o 日程.ics    导入手机或电脑的日历")
def calendar(
    region: RegionOption = REGION,
    year: Annotated[int, typer.Option("--year", metavar="年", min=2000, max=2100, help="哪一年，如 2024")] = 2024,
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="日程.ics", help="另存为日历文件")] = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    packs: PacksOption = None,
) -> None:
    """一年里各项时限和出处；可存成日历文件。"""
    from ..notices.calendar import icalendar
    from ..notices.output import save_new
    from ..regions import load_law
    from ..render.calendar import calendar_lines, calendar_record

    law = load_law(region, packs or ())
    if out is not None:
        save_new(out, icalendar(law, year), ".ics", force=force)
        say(f"已写成 {out.name}，可以导入手机、电脑的日历；每项提前七天提醒。")
    if output is Format.json:
        emit_json(calendar_record(law, year))
    else:
        emit_lines(calendar_lines(law, year))


institution = typer.Typer(
    cls=Group,
    help="资助管理机构信息表（校级、市级）：生成空白表、校验、汇总。",
    rich_markup_mode=None,
    no_args_is_help=True,
)
app.add_typer(
    institution,
    name="institution",
    epilog="例：jiesuan institution new 校级 -o 机构信息表.xlsx\n"
    "    jiesuan institution check 收到的表/*.xlsx --roster 学校名单.xlsx\n"
    "    jiesuan institution merge 收到的表/*.xlsx -o 汇总.xlsx",
)


class FormName(StrEnum):
    """附件1 or 附件2 of 闽人社办〔2024〕79号."""

    school = "校级"
    city = "市级"


@institution.command("new", cls=Command, epilog="例：jiesuan institution new 市级 --year 2024 -o 机构信息表.xlsx")
def new_form(
    level: Annotated[FormName, typer.Argument(metavar="校级|市级", help="哪一级的表，写 校级 或 市级")],
    out: OutOption,
    year: Annotated[int, typer.Option("--year", metavar="年", min=2000, max=2100, help="表上印的年份")] = 2024,
    force: ForceOption = False,
) -> None:
    """生成一张空白的资助管理机构信息表。"""
    from ..notices.institution import institutions
    from ..notices.institution_write import blank_form
    from ..notices.output import save_new

    form = institutions().named(level.value)
    save_new(out, blank_form(form, year), ".xlsx", force=force)
    say(f"已生成 {out.name}：{form.title}。")
    for doubt in form.doubts:
        say(f"存疑：{doubt}。")


@institution.command("check", cls=Command, epilog="例：jiesuan institution check 各校/*.xlsx --roster 学校名单.xlsx")
def check_forms(
    files: Files,
    roster: Annotated[
        Path | None, typer.Option("--roster", metavar="名单", help="本市学校名单（工作簿或文本，一行一校），查谁没有交")
    ] = None,
    region: RegionOption = REGION,
    output: FormatOption = Format.text,
    packs: PacksOption = None,
) -> None:
    """校验信息表：机构名称、成员、职责、电话、日期；加名单查各校是否交齐。"""
    from ..notices.work import check_files, check_list
    from ..regions import load_law
    from ..render.calendar import term_lines
    from ..render.json import document, report_record, unreadable_record
    from ..render.text import report_lines
    from ..session import Failure
    from ..term import Term

    law, today = load_law(region, packs or ()), dt.date.today()
    checked = check_files(files, law)
    results = [item.result for item in checked]
    if roster is not None:
        results.append(check_list(roster, checked))
    code, records = CLEAN, []
    for number, result in enumerate(results):
        if isinstance(result, Failure):
            code = FAILED
            records.append(unreadable_record(result.file, result.kind, result.message))
            if output is Format.text:
                say(f"{result.file}：{result.message}")
            continue
        code = max(code, CLEAN if result.clean else FINDINGS)
        records.append(report_record(result))
        if output is Format.text:
            if number:
                typer.echo()
            emit_lines(report_lines(result))
    if output is Format.json:
        emit_json(document(records))
    elif any(item.filled for item in checked):
        emit_lines(term_lines(law, Term(today.year, 0), today, "机构表"))
    raise typer.Exit(code)


@institution.command("merge", cls=Command, epilog="例：jiesuan institution merge 收到的表/*.xlsx -o 汇总.xlsx")
def merge_forms(
    files: Files,
    out: OutOption,
    region: RegionOption = REGION,
    force: ForceOption = False,
    packs: PacksOption = None,
) -> None:
    """把各校、各市的信息表汇总成一个工作簿，每行注明来自哪个文件、校验结果。"""
    from ..notices.institution_write import merged
    from ..notices.output import check_new, save_new
    from ..notices.work import check_files
    from ..regions import load_law
    from ..session import Failure

    check_new(out, ".xlsx", force=force)
    rows, code = [], CLEAN
    for item in check_files(files, load_law(region, packs or ())):
        if isinstance(item.result, Failure):
            code = FAILED
            say(f"{item.result.file}：{item.result.message}")
        elif item.filled is not None:
            levels = item.result.levels
            told = "，".join(f"{level} {count} 处" for level, count in levels.items() if count) or "通过"
            rows.append((item.filled.place(item.path.name), item.filled, told))
            code = max(code, CLEAN if item.result.clean else FINDINGS)
    if not rows:
        raise Misuse("没有一份读得出来的信息表，没有生成汇总。")
    save_new(out, merged(rows), ".xlsx", force=force)
    members = sum(len(filled.members) for _, filled, _ in rows)
    say(f"已写成 {out.name}：{len(rows)} 份信息表，{members} 名成员。里面有完整的电话号码，请只在单位内部使用。")
    raise typer.Exit(code)


class SenderName(StrEnum):
    """Who hands in."""

    bureau = "设区市"
    province = "省属校"
    city = "市属校"


@app.command(
    cls=Command,
    epilog="例：jiesuan pack 材料/ --unit 泉州市人力资源和社会保障局 -o 报送包.zip\n"
    "退出码：0 齐全；1 缺件，没有打包（加 --force 也打包，清单里写明）；2 有文件读不了、写不成。",
)
def pack(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", help="放着结算表和扫描件的文件夹")],
    out: Annotated[Path, typer.Option("-o", "--output", metavar="报送包.zip", help="写到哪个文件")],
    unit: Annotated[str, typer.Option("--unit", metavar="单位", help="报送单位名称；只有一所学校时可不写")] = "",
    term: TermOption = None,
    sender: Annotated[
        SenderName | None, typer.Option("--as", metavar="身份", help="设区市、省属校 或 市属校；不写则从材料上认")
    ] = None,
    schools: Annotated[
        Path | None,
        typer.Option("--roster", metavar="名单", help="本市学校名单（工作簿或文本，一行一校），查哪校的表没有"),
    ] = None,
    output: FormatOption = Format.text,
    force: Annotated[bool, typer.Option("--force", "-f", help="缺件也打包，清单里写明；已有的输出文件也覆盖")] = False,
) -> None:
    """报送包：查通知要的材料齐不齐，按通知的办法命名、打包，附清单和校验码。"""
    from ..notices.output import check_new, save_new
    from ..notices.package import MARKS, PLAIN_MARKS, Unclear, archive, plan, record, text_lines
    from ..notices.submission import collect
    from ..notices.work import read_list
    from ..session import Failure

    if not folder.is_dir():
        raise Misuse(f"“{folder.name or folder}”不是文件夹。请写放着报送材料的文件夹。")
    check_new(out, ".zip", force=force)
    wanted, listed = parse_term(term), read_list(schools) if schools else None
    if isinstance(listed, Failure):
        raise Misuse(f"{listed.file}：{listed.message}")
    names = [school.name for school in listed[1]] if listed else []
    given = collect(folder, term=wanted, out=out)
    try:
        package = plan(given, unit=unit, term=wanted, sender=sender.value if sender else "", schools=names)
    except Unclear as error:
        for one in given:
            if one.failure:
                say(f"{one.failure.file}：{one.failure.message}")
        raise Misuse(str(error)) from error
    if output is Format.text:
        emit_lines((line, "") for line in text_lines(package, MARKS if encodable("✓✗") else PLAIN_MARKS))
    unreadable = any(one.failure for one in given)
    if package.missing and not force:
        if output is Format.json:
            emit_json(record(package))
        say("没有打包：补齐打 ✗ 的各项再来；确要先报，加 --force。".replace("✗", "✗" if encodable("✗") else "×"))
        raise typer.Exit(FAILED if unreadable else FINDINGS)
    save_new(out, archive(package), ".zip", force=force)
    if output is Format.json:
        emit_json(record(package, out.name))
    short = f"（缺 {package.missing} 项，清单里已写明）" if package.missing else ""
    say(f"已写成 {out.name}：{len(package.files)} 个文件{short}。里面有学生的完整信息，请只发给收件单位。")
    raise typer.Exit(FAILED if unreadable else FINDINGS if package.missing else CLEAN)
