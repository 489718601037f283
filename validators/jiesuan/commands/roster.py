"""`jiesuan roster | changes | duplicates`: rosters, what changed in them, and duplicates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..console import emit_json, emit_lines, pad, say, width
from ..text import mask
from ..usage import CLEAN, FAILED, FINDINGS, Command, Misuse
from .app import app
from .options import AllOption, ForceOption, Format, FormatOption, PasswordOption, TermOption, parse_term

if TYPE_CHECKING:
    from ..marked import Marked
    from ..report import Report
    from ..roster.changes import Change
    from ..roster.fields import RosterInfo
    from ..roster.matches import Clearing
    from ..roster.read import Roster
    from ..term import Term

RosterFile = Annotated[Path, typer.Argument(metavar="名册", help="学籍名册或系统导出表")]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", metavar="对照.toml", help="自己的列名对照文件，写法同表册里的 roster.toml")
]
RegionOption = Annotated[
    str, typer.Option("--region", metavar="地区", help="按哪里的资格条件和时限，如 福建、泉州、内蒙古、全国")
]
REGION = "福建"
MarkOption = Annotated[bool, typer.Option("--mark", help="把每一处标在表上，另存为 …_已校验.xlsx")]
DayOption = Annotated[str | None, typer.Option("--today", metavar="日期", help="按哪一天算还剩几个工作日，默认今天")]


def current_term(today: dt.date) -> Term:
    """The term that runs on a day: 2月 to 7月 spring, the rest autumn (January and the summer belong to autumn)."""
    from ..term import Term

    if 2 <= today.month <= 7:
        return Term(today.year, 0)
    return Term(today.year if today.month >= 8 else today.year - 1, 1)


def parse_day(text: str | None, option: str) -> dt.date | None:
    """A date written 2024-9-10 or 2024年9月10日; Misuse when it is none."""
    from ..roster.read import date_of

    if not text:
        return None
    day = date_of(text)
    if day is None or len([c for c in text if c.isdigit()]) < 6:
        raise Misuse(f"{option} 的日期“{text}”不认识，请写成 2024-9-10。")
    return day


def fields_of(mapping: Path | None) -> RosterInfo:
    from ..pack import load_pack
    from ..roster.fields import load_fields

    if mapping is not None and not mapping.is_file():
        raise Misuse(f"找不到列名对照文件“{mapping}”。")
    return load_fields(load_pack(), mapping)


def opened(path: Path, info: RosterInfo, password: str | None = None) -> Roster | None:
    """The roster; None after saying what is wrong with the file."""
    from ..roster.read import readable
    from ..session import failed

    found = readable(path, info, password=password)
    if isinstance(found, tuple):
        failure = failed(path, *found)
        say(f"{failure.file}：{failure.message}")
        return None
    return found


@app.command(
    cls=Command,
    epilog="例：jiesuan roster 学籍.xlsx --term 2024春\n"
    "    jiesuan roster 学籍.xlsx --settlement 结算表.xlsx    与结算表比对人数和名单\n"
    "    jiesuan roster 学籍.xlsx --present 点名表.xlsx       与点名表比对，查空挂学籍\n"
    "    jiesuan roster 学籍.xlsx --fill 市属 -o 结算表.xlsx  由名册生成精准资助学生明细",
)
def roster(
    path: RosterFile,
    settlement: Annotated[
        Path | None, typer.Option("--settlement", metavar="结算表", help="与这份结算表比对各月人数和精准资助名单")
    ] = None,
    present: Annotated[
        Path | None, typer.Option("--present", metavar="点名表", help="与这份点名表比对：谁有学籍没到校，谁到校没学籍")
    ] = None,
    fill: Annotated[
        str | None, typer.Option("--fill", metavar="省属|市属", help="由名册生成一套结算表，填好精准资助学生明细")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="文件.xlsx", help="和 --fill 一起用")] = None,
    marks: MarkOption = False,
    term: TermOption = None,
    mapping: MappingOption = None,
    region: RegionOption = REGION,
    output: FormatOption = Format.text,
    force: ForceOption = False,
    everything: AllOption = False,
    password: PasswordOption = None,
) -> None:
    """校验学籍名册：身份证、年龄、全日制、学制年限、年级、涉农、转入、注册期限、资格；与结算表比对。"""
    from ..pack import load_pack
    from ..regions import load_law
    from ..render.calendar import term_lines
    from ..render.json import document, report_record, unreadable_record
    from ..render.text import report_lines
    from ..roster.attendance import Roll, check_attendance, readable_roll
    from ..roster.check import check_roster
    from ..roster.compare import compare
    from ..roster.read import is_roster, readable
    from ..session import Failure, failed, open_workbook

    if bool(fill) != bool(out):
        raise Misuse("--fill 和 -o 要一起用。")
    if fill not in (None, "省属", "市属"):
        raise Misuse("--fill 后面写 省属 或 市属。")
    wanted: Term | None = parse_term(term)
    info, pack, law = fields_of(mapping), load_pack(), load_law(region)
    records: list[dict[str, Any]] = []
    reports: list[tuple[Report, Path | None]] = []
    code = CLEAN

    def unread(failure: Failure) -> None:
        records.append(unreadable_record(failure.file, failure.kind, failure.message))
        if output is Format.text:
            say(f"{failure.file}：{failure.message}")

    workbook = open_workbook(settlement, term=wanted) if settlement else None
    # A roster looks like the list of students of a settlement workbook, which has more than that one form.
    lone = isinstance(workbook, Failure) or (workbook is not None and len(workbook.tables) == 1)
    if settlement and lone and is_roster(settlement, info):
        workbook = failed(settlement, "not-settlement", "这是学籍名册，不是结算表。请核对是不是拿错了文件。")
    if isinstance(workbook, Failure):
        unread(workbook)
        code = FAILED
    found = readable(path, info, password=password)
    if isinstance(found, tuple):
        unread(failed(path, *found))
        code = FAILED
    else:
        if wanted is None and workbook is not None and not isinstance(workbook, Failure):
            wanted = workbook.term
        wanted = wanted or current_term(dt.date.today())
        reports.append((check_roster(found, pack, wanted, law=law), path))
        if workbook is not None and not isinstance(workbook, Failure):
            reports.append((compare(found, workbook), settlement))
        called = readable_roll(present, info) if present else None
        if present and isinstance(called, tuple):
            unread(failed(present, *called))
            code = FAILED
        elif isinstance(called, Roll):
            reports.append((check_attendance(found, called, pack, wanted), None))  # a file is marked with its own check
    for number, (report, file) in enumerate(reports):
        done = marked_copy(file, report, force=force) if marks and file else None
        failure = done.failure if done else None
        records.append(report_record(report, done.output if done else None, failure))
        code = max(code, FAILED if failure else CLEAN if report.clean else FINDINGS)
        if output is Format.text:
            if number:
                typer.echo()
            emit_lines(report_lines(report, everything=everything))
            if done:
                say(f"{failure.file}：{failure.message}" if failure else done.note)
    if output is Format.text and reports and wanted:
        emit_lines(term_lines(law, wanted, dt.date.today(), "名册"))
    if fill and out and wanted and not isinstance(found, tuple):
        write_list(found, fill, wanted, out, force=force)
    if output is Format.json:
        emit_json(document(records))
    raise typer.Exit(code)


def marked_copy(path: Path, report: Report, *, force: bool) -> Marked:
    """The file beside itself as `…_已校验.xlsx`, with the findings marked."""
    from ..marked import CHECKED, mark_report, places

    (target,) = places([path], None, CHECKED, in_place=False)
    return mark_report(path, target, report, force=force)


def write_list(found: Roster, set_name: str, term: Term, out: Path, *, force: bool) -> None:
    """A set of forms with the precise-aid list filled."""
    from ..pack import load_pack
    from ..produce import check_target, results_of, save
    from ..roster.fill import fill_list
    from ..template.layout import compose

    pack = load_pack()
    check_target(out, force=force)
    schools = found.schools
    if len(schools) > 1:
        raise Misuse(f"名册里有 {len(schools)} 所学校，请先按学校分开再生成明细。")
    done = fill_list(found, pack, set_name, term)
    for form in pack.set_forms(set_name, term):
        if schools:
            done.filling.lines.setdefault(form.role, {})["学校名称"] = schools[0]
    laid = compose(pack, set_name, term, done.filling)
    save(out, pack, laid, results_of(laid))
    counted = "，".join(f"{name} {count} 人" for name, count in done.counts.items())
    say(f"已生成 {out.name}：精准资助学生明细 {counted}；其余各表等您填写。")
    for remark in done.remarks:
        say(f"注意：{remark}")


@app.command(cls=Command, epilog="例：jiesuan changes 上月学籍.xlsx 本月学籍.xlsx --since 2024-3-31 -o 异动清单.xlsx")
def changes(
    old: Annotated[Path, typer.Argument(metavar="旧名册", help="较早的一份名册")],
    new: Annotated[Path, typer.Argument(metavar="新名册", help="较晚的一份名册")],
    since: Annotated[
        str | None, typer.Option("--since", metavar="日期", help="名册没有写这次异动日期的，从这一天起算")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="清单.xlsx", help="另存为清单")] = None,
    today: DayOption = None,
    mapping: MappingOption = None,
    region: RegionOption = REGION,
    output: FormatOption = Format.text,
    force: ForceOption = False,
) -> None:
    """两份名册之间的异动：新增、减少、变更，各自十个工作日的最后办理日，逾期的在前。"""
    from ..regions import load_law
    from ..roster.books import changes_book
    from ..roster.changes import WORKDAYS, bulk, not_compared
    from ..roster.changes import changes as between

    info = fields_of(mapping)
    first, second = opened(old, info), opened(new, info)
    if first is None or second is None:
        raise typer.Exit(FAILED)
    day = parse_day(today, "--today") or dt.date.today()
    allowed = workdays_for("学籍异动", region, day.year, WORKDAYS)
    found = between(first, second, today=day, since=parse_day(since, "--since"), workdays=allowed)
    many = bulk(found, len(first), load_law(region), current_term(day))
    remarks = [words for words in (*map(not_compared, (first, second)), many) if words]
    for words in remarks:
        say(f"注意：{words}")
    if output is Format.json:
        listed = list(map(_change, found))
        emit_json(
            {
                "schema_version": 1,
                "old": mask(first.file),
                "new": mask(second.file),
                "changes": listed,
                "remarks": remarks,
            }
        )
    else:
        emit_lines(_change_lines(found, day, allowed, whole=not remarks))
    if out:
        notes = [
            f"{mask(first.file)} → {mask(second.file)}；按 {day:%Y-%m-%d} 计算；学籍异动应在{allowed}个工作日内办理。"
        ]
        write_out(out, changes_book(found, notes), force=force)
    raise typer.Exit(FINDINGS if found or remarks else CLEAN)


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind, "name": change.name, "number": change.number, "file": mask(change.file),
        "sheet": mask(change.ref.sheet), "cell": change.ref.cell, "what": change.what,
        "date": change.day.isoformat() if change.day else None, "last": change.last.isoformat() if change.last else None,
        "workdays_left": change.left, "late": change.late, "remark": change.remark,
    }  # fmt: skip


def _change_lines(found: list[Change], day: dt.date, allowed: int, *, whole: bool) -> Iterator[tuple[str, str]]:
    from ..roster.books import left_words

    counts = {kind: sum(change.kind == kind for change in found) for kind in ("新增", "减少", "变更")}
    yield "异动 " + " · ".join(f"{kind} {count} 人" for kind, count in counts.items()), "bold"
    if not found:
        yield "两份名册的学生完全相同。" if whole else "比对了的学生完全相同，其余见“注意”。", ""
        return
    late = sum(change.late for change in found)
    yield f"按 {day:%Y-%m-%d} 计算，已逾期 {late} 人。学籍异动应在{allowed}个工作日内办理。", ""
    yield "", ""
    rows = [
        (c.kind, c.name, c.number, c.what, f"{c.last:%Y-%m-%d}" if c.last else "不详", left_words(c.left), mask(f"{c.file} {c.ref}"))
        for c in found
    ]  # fmt: skip
    yield from table(("类别", "姓名", "身份证号", "事由", "最后办理日", "还剩", "在哪里"), rows, ["red" if c.late else "" for c in found])  # fmt: skip
    for remark in dict.fromkeys(change.remark for change in found if change.remark):
        yield f"注意：{remark}。", ""
    if any(change.last is None for change in found):
        yield "名册没有写这次异动日期的，用 --since 写明从哪一天起算。", ""


def workdays_for(matter: str, region: str, year: int, otherwise: int) -> int:
    """Workdays that the calendar of a region allows for a matter."""
    from ..regions import load_law

    held = load_law(region).period(matter, year)
    return held.entry.workdays if held else otherwise


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], colors: list[str]) -> Iterator[tuple[str, str]]:
    """Rows under headings, columns as wide as their widest cell."""
    widths = [max(width(line[at]) for line in [heads, *rows]) for at in range(len(heads))]
    yield "  ".join(pad(cell, widths[at]) for at, cell in enumerate(heads)).rstrip(), "bold"
    for row, color in zip(rows, colors, strict=True):
        yield "  ".join(pad(cell, widths[at]) for at, cell in enumerate(row)).rstrip(), color


def write_out(path: Path, data: bytes, *, force: bool) -> None:
    """Write a result, whole or not at all; Misuse where a file is there already."""
    from ..marking.files import NotWritten, write_whole

    if path.exists() and not force:
        raise Misuse(f"“{path.name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
    try:
        write_whole(path, data)
    except NotWritten as error:
        raise Misuse(error.message) from error
    say(f"已写成 {path.name}。")


@app.command(
    cls=Command, epilog="例：jiesuan duplicates 学籍.xlsx 教育部比对结果.xlsx --received 2024-11-4 -o 清理登记表.xlsx"
)
def duplicates(
    path: RosterFile,
    lists: Annotated[list[Path], typer.Argument(metavar="比对名单...", help="上级发来的疑似重复名单，可以写多个")],
    received: Annotated[str, typer.Option("--received", metavar="日期", help="收到名单的日期，十个工作日由此起算")],
    out: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="登记表.xlsx", help="写成清理情况登记表")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="登记表里写完整身份证号（只供本单位内部使用）")] = False,
    today: DayOption = None,
    mapping: MappingOption = None,
    region: RegionOption = REGION,
    output: FormatOption = Format.text,
    force: ForceOption = False,
) -> None:
    """在上级发来的疑似重复名单里找出本单位的学生，计算清理期限，写成登记表。"""
    from ..reading import UnreadableFile, open_book
    from ..roster.books import record_book
    from ..roster.changes import not_compared
    from ..roster.matches import WORKDAYS, NotList, clearing
    from ..session import failed

    start = parse_day(received, "--received")
    day = parse_day(today, "--today") or dt.date.today()
    ours = opened(path, fields_of(mapping))
    books, code = [], CLEAN
    for item in lists:
        try:
            books.append(open_book(item))
        except UnreadableFile as error:
            failure = failed(item, error.kind, error.message)
            say(f"{failure.file}：{failure.message}")
            code = FAILED
    if ours is None or start is None or not books:
        raise typer.Exit(FAILED)
    allowed = workdays_for("重复资助清理", region, start.year, WORKDAYS)
    words = not_compared(ours)
    if words:
        say(f"注意：{words}")
    try:
        found = clearing(ours, books, received=start, today=day, workdays=allowed)
    except NotList as error:
        say(str(error))
        raise typer.Exit(FAILED) from None
    if output is Format.json:
        emit_json(_clearing(found, words))
    else:
        emit_lines(_clearing_lines(found, allowed))
    if out:
        notes = [f"收到名单 {found.received:%Y-%m-%d}，最迟 {found.last:%Y-%m-%d} 前清理完毕（{allowed}个工作日）。"]
        write_out(out, record_book(found, notes, full=full), force=force)
    raise typer.Exit(max(code, FINDINGS if found.matches or found.remarks or words else CLEAN))


def _clearing(found: Clearing, words: str) -> dict[str, Any]:
    return {
        "schema_version": 1, "listed": found.listed, "received": found.received.isoformat(), "last": found.last.isoformat(),
        "workdays_left": found.left, "remark": found.remark, "remarks": [*found.remarks, *filter(None, (words,))],
        "matches": [
            {
                "name": m.name, "number": m.number, "file": mask(m.ours[0]), "sheet": mask(m.ours[1].sheet), "cell": m.ours[1].cell,
                "list": mask(m.theirs[0]), "list_sheet": mask(m.theirs[1].sheet), "list_cell": m.theirs[1].cell, "about": m.about,
                "other_name": m.named,
            }
            for m in found.matches
        ],
    }  # fmt: skip


def _clearing_lines(found: Clearing, allowed: int) -> Iterator[tuple[str, str]]:
    from ..roster.books import left_words

    yield f"名单共 {found.listed} 人，其中本单位 {len(found.matches)} 人。", "bold"
    color = "red" if found.left < 0 else ""
    yield (
        f"收到 {found.received:%Y-%m-%d}，最迟 {found.last:%Y-%m-%d} 前清理完毕（{allowed}个工作日），{left_words(found.left)}。",
        color,
    )
    for remark in filter(None, (found.remark, *found.remarks)):
        yield f"注意：{remark}。", ""
    if found.matches:
        yield "", ""
        rows = [
            (m.name, m.number, mask(f"{m.ours[0]} {m.ours[1]}"), mask(f"{m.theirs[0]} {m.theirs[1]}"), m.about + (f"（名单姓名 {m.named}）" if m.named else ""))
            for m in found.matches
        ]  # fmt: skip
        yield from table(("姓名", "身份证号", "本单位", "名单", "名单所列"), rows, [""] * len(rows))
