"""`jiesuan rollup`, `shares` and `archive` in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ..console import pad
from ..number import plain, show
from ..share import WHOLE, Share, Shares, split
from ..text import mask
from .archive import Filing, Imported
from .rollup import Rollup

Lines = Iterator[tuple[str, str]]


def rollup_lines(rollup: Rollup, output: str) -> Lines:
    """What was summed, what was left out, and what a person must still do."""
    received = rollup.received
    yield f"已汇总 {len(rollup.lines)} 所学校，{received.term.title}，写成 {output}。", "bold"
    for line in rollup.lines:
        ratio = (
            "分担比例未知"
            if line.share.province is None
            else f"省 {line.share.province}：{WHOLE - line.share.province} 市县"
        )
        errors = received.errors.get(line.school.name)
        more = f"  带着 {errors} 处错误" if errors else ""
        yield f"  {pad(line.section, 8)}{pad(line.school.name, 34)}{pad(line.share.place, 12)}{ratio}{more}", ""
    if received.left_out:
        yield "", ""
        yield f"没有汇总的文件（{len(received.left_out)} 个）：", "bold"
        for item in received.left_out:
            yield f"  {mask(item.file)}：{mask(item.why)}", "yellow"
    if rollup.remarks:
        yield "", ""
        yield "还要填写或核实：", "bold"
        for number, remark in enumerate(rollup.remarks, 1):
            yield f"  {number}. {mask(remark)}", ""
    if rollup.hand_in:
        yield "", ""
        yield "报送前逐项核对：", "bold"
        for demand in rollup.hand_in:
            yield f"  □ {demand}", ""


def rollup_record(rollup: Rollup, output: str) -> dict[str, Any]:
    """The same for programs."""
    received = rollup.received
    return {
        "schema_version": 1,
        "bureau": rollup.bureau,
        "term": str(received.term),
        "output": output,
        "schools": [
            {
                "school": line.school.name,
                "file": mask(line.school.file),
                "sha256": line.school.sha256,
                "section": line.section,
                "place": line.share.place,
                "province": line.share.province,
                "errors": received.errors.get(line.school.name, 0),
            }
            for line in rollup.lines
        ],
        "left_out": [{"file": mask(item.file), "why": mask(item.why)} for item in received.left_out],
        "hand_in": rollup.hand_in,
        "remarks": [mask(remark) for remark in rollup.remarks],
    }


def share_lines(found: Sequence[Share], amount: Decimal | None, table: Shares) -> Lines:
    """Places with their shares, and an amount in 万元 split by them."""
    bureau = ""
    for share in found:
        if share.bureau != bureau:
            bureau = share.bureau
            yield bureau, "bold"
        if share.province is None:
            yield f"  {pad(share.place, 16)}{share.note}", "yellow"
            continue
        text = f"省级 {share.province} : 市、县级 {WHOLE - share.province}"
        if amount is not None:
            own, rest = split(amount * 10_000, share.province)
            text += f"    省级 {show(own / 10_000, '万元')}  市、县级 {show(rest / 10_000, '万元')}  共 {show(amount, '万元')} 万元"
        yield f"  {pad(share.place, 16)}{text}", ""
    yield "", ""
    yield f"依据  {table.table.basis}", ""
    alone = table.alone("免学费", "涉农专业")
    if alone is not None:
        yield f"例外  {alone.kind}的{alone.fund}全部由省级财政承担（{alone.basis}）", ""


def share_record(share: Share, amount: Decimal | None) -> dict[str, Any]:
    """One place for programs; the parts in 万元 as decimal texts."""
    record: dict[str, Any] = {
        "bureau": share.bureau,
        "place": share.place,
        "province": share.province,
        "note": share.note,
    }
    if amount is not None and share.province is not None:
        own, rest = split(amount * 10_000, share.province)
        record |= {"amount": plain(amount), "to_province": plain(own / 10_000), "to_place": plain(rest / 10_000)}
    return record


def imported_lines(done: Imported, database: str) -> Lines:
    """What an import into the archive did."""
    total = len(done.new) + len(done.replaced) + len(done.same)
    yield (
        f"已存入档案 {database}：{total} 所学校（新增 {len(done.new)}，更新 {len(done.replaced)}，没有变化 {len(done.same)}）。",
        "bold",
    )
    for file, why in done.left_out:
        yield f"  没有存入 {mask(file)}：{why}", "yellow"


def filing_lines(filing: Filing) -> Lines:
    """One school in one term."""
    levels = "  ".join(f"{level} {count} 处" for level, count in filing.levels.items())
    yield f"{filing.school}    {filing.term} · {filing.set_name}    {levels}", "bold"
    yield f"  文件 {filing.file}", ""
    for total in filing.totals:
        value = show(Decimal(total["value"]), total["unit"])
        yield f"  {pad(total['name'], 26)}{value:>16} {pad(total['unit'], 6)}{total['sheet']}!{total['cells']}", ""
    people = f"  名单 {filing.persons} 人"
    if filing.elsewhere:
        tables = [f"{item['school']}（{item['term']}）{item['persons']} 人" for item in filing.others]
        more = f"等 {len(tables)} 份" if len(tables) > 5 else ""
        people += f"，其中 {filing.elsewhere} 人也在别的学校（或改名前的本校）的表上：{'、'.join(tables[:5])}{more}"
    yield people, "yellow" if filing.elsewhere else ""
    for item in filing.findings:
        state = "（已说明）" if item["explained"] else ""
        yield (
            f"  {item['level']}[{item['code']}] {_where(item)}  {item['label']}：{item['message']}{state}",
            "",
        )
    for answer in filing.explanations:
        yield (
            f"  说明[{answer['code']}] {_where(answer)}  {answer['reason']}（{answer['state']}）",
            "",
        )


def _where(item: dict[str, Any]) -> str:
    """A cell; where there is none the sheet, or the whole workbook."""
    return f"{item['sheet']}!{item['cell']}" if item["cell"] else item["sheet"] or "整册"


def list_lines(filings: Sequence[Filing]) -> Lines:
    """What is in the archive: a line per school and term."""
    term = ""
    for filing in filings:
        if filing.term != term:
            term = filing.term
            yield term, "bold"
        levels = "  ".join(f"{level} {count}" for level, count in filing.levels.items())
        yield f"  {pad(filing.set_name, 6)}{pad(filing.school, 34)}{levels}", ""
    yield "", ""
    yield f"共 {len(filings)} 份。一所学校的详情：jiesuan archive show 校名 --db 档案", ""
