"""`jiesuan publicize`: the public list, and what in a list must not be published."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..console import emit_json, emit_lines, say
from ..usage import CLEAN, FAILED, FINDINGS, Command, Misuse
from .app import app
from .options import AllOption, ForceOption, Format, FormatOption, TermOption, parse_term
from .roster import MappingOption, MarkOption, current_term, fields_of, marked_copy, opened, parse_day, write_out

if TYPE_CHECKING:
    from ..term import Term


@app.command(
    cls=Command,
    epilog="例：jiesuan publicize 结算表.xlsx --project 助学金 -o 公示.docx    生成公示名单\n"
    "    jiesuan publicize --check 公示.xlsx                         检查一份公示有没有不该公示的内容",
)
def publicize(
    path: Annotated[Path, typer.Argument(metavar="文件", help="结算表、学籍名册；加 --check 时是要公示的文件")],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="公示.xlsx", help=".xlsx、.docx 或 .pdf")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="检查文件里有没有不得公示的内容")] = False,
    project: Annotated[str, typer.Option("--project", metavar="助学金|免学费", help="公示哪一项")] = "助学金",
    start: Annotated[str | None, typer.Option("--from", metavar="日期", help="公示从哪一天起，默认今天")] = None,
    marks: MarkOption = False,
    term: TermOption = None,
    mapping: MappingOption = None,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
) -> None:
    """生成公示名单（只含可公示的列，不少于五个工作日），或检查一份公示。"""
    from ..pack import load_pack
    from ..publicize.lint import lint_file
    from ..reading import UnreadableFile
    from ..render.json import document, report_record, unreadable_record
    from ..render.text import report_lines
    from ..session import failed

    if check == bool(out):
        raise Misuse("生成公示名单写 -o 文件；检查一份公示写 --check。两者用一个。")
    if out:
        raise typer.Exit(
            publish(path, out, project, parse_day(start, "--from"), parse_term(term), mapping, force=force)
        )
    try:
        report = lint_file(path, load_pack())
    except UnreadableFile as error:
        unread = failed(path, error.kind, error.message)
        if output is Format.json:
            emit_json(document([unreadable_record(unread.file, unread.kind, unread.message)]))
        else:
            say(f"{unread.file}：{unread.message}")
        raise typer.Exit(FAILED) from None
    word = path.suffix.lower() in (".docx", ".docm")
    done = marked_copy(path, report, force=force) if marks and not word else None
    failure = done.failure if done else None
    if output is Format.json:
        emit_json(document([report_record(report, done.output if done else None, failure)]))
    else:
        emit_lines(report_lines(report, everything=everything))
        if done:
            say(f"{failure.file}：{failure.message}" if failure else done.note)
        elif marks:
            say("Word 文件里不做标记，请按上面列出的位置改。")
    raise typer.Exit(FAILED if failure else CLEAN if report.clean else FINDINGS)


def publish(
    path: Path, out: Path, project: str, start: dt.date | None, term: Term | None, mapping: Path | None, *, force: bool
) -> int:  # fmt: skip
    """Write the public list of a settlement workbook or a roster; the exit code."""
    from ..pack import load_pack
    from ..publicize import make
    from ..session import Failure, open_workbook
    from ..text import mask

    if project not in make.PROJECTS:
        raise Misuse("--project 后面写 助学金 或 免学费。")
    if out.suffix.lower() not in make.SUFFIXES:
        raise Misuse(f"公示名单写成 {'、'.join(make.SUFFIXES)}：“{out.name}”。")
    pack, day = load_pack(), start or dt.date.today()
    workbook = open_workbook(path, term=term)
    # A roster alone may look like the list of students; a settlement workbook has more than that one form.
    if not isinstance(workbook, Failure) and len(workbook.tables) > 1:
        wanted = workbook.term
        school, people = make.from_workbook(workbook, project)
        say("结算表里只有三类精准资助学生的名单；其他受助学生要公示的，请用学籍名册生成。")
    elif isinstance(workbook, Failure) and workbook.kind not in ("not-settlement", "term"):
        say(f"{workbook.file}：{workbook.message}")
        return FAILED
    else:
        found = opened(path, fields_of(mapping))
        if found is None:
            return FAILED
        wanted = term or current_term(day)
        school, people = make.from_roster(found, project, wanted)
        if left := make.part_time(found, project, wanted):
            cells = "、".join(map(str, left[: make.MOST_NAMED])) + ("等" if len(left) > make.MOST_NAMED else "")
            say(f"注意：名册标为享受{project}的学生里有 {len(left)} 名非全日制，不在资助范围，没有列入（{cells}）。")
    listed = make.public_list(pack, project, wanted, school, people, day)
    if wrong := make.forbidden(pack, listed, mask(path.name), out.name, day):
        say(f"没有生成公示名单，什么也没有写：有 {len(wrong)} 处不得公示，请改正后再生成。")
        for words in wrong[: make.MOST_NAMED]:
            say(f"  {mask(words)}")
        if len(wrong) > make.MOST_NAMED:
            say(f"  ……还有 {len(wrong) - make.MOST_NAMED} 处")
        return FAILED
    write_out(out, make.rendered(listed, out.suffix.lower()), force=force)
    say(f"{listed.title}：{len(listed.people)} 人。{listed.notice}")
    if listed.remark:
        say(f"注意：{listed.remark}。")
    return CLEAN
