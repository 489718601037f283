"""The outcome as one table in the terminal: school, state, counts, what must be returned."""

from __future__ import annotations

from collections.abc import Iterator

from ..console import pad, width
from ..rule import LEVELS
from ..text import mask
from .batch import NAMED, Batch, demand, state_of
from .between import report_of
from .outputs import PAGE, SCHOOLS, SUMMARY

COLORS = {"退回修改": "red", "读不了": "red", "未报": "red", "空表": "red", "需核实": "yellow", "未能全查": "yellow"}
WIDEST = 40
"""Columns of a school's name."""


def table_lines(batch: Batch) -> Iterator[tuple[str, str]]:
    """(line, color) of everything that is told."""
    yield from _passed(batch)
    names = [_cut(school.name) for school in batch.schools]
    wide = max([width("学校"), *map(width, names)])
    yield f"{pad('学校', wide)}  {pad('报送', 10)}  {pad('结果', 8)}  错误  核实  提示  要交什么", "bold"
    for number, (school, name) in enumerate(zip(batch.schools, names, strict=True)):
        report, state = report_of(school), state_of(school)
        levels: dict[str, int] = report.levels if report else {}
        counts = "  ".join(f"{levels.get(level, '-'):>4}" for level in LEVELS)
        line = f"{pad(name, wide)}  {pad(school.filed, 10)}  {pad(state, 8)}  {counts}  {demand(batch, number)}"
        yield line.rstrip(), COLORS.get(state, "")
    yield "", ""
    yield from _remarks(batch)
    yield from _sums(batch)


def _passed(batch: Batch) -> Iterator[tuple[str, str]]:
    """What was not read: failures one by one, the rest in one line."""
    for item in batch.lost:
        yield mask(f"没有打开：{item.path}：{item.why}"), "red"
    for file in batch.unread:
        assert file.failure is not None
        yield mask(f"读不了：{file.path}：{file.failure.message}"), "red"
    others = len(batch.passed) - len(batch.lost)
    if others:
        yield f"跳过 {others} 个文件（不是工作簿、临时文件等，名单在 汇总.xlsx）。", ""
    for text in batch.troubles:
        yield mask(text), "red"
    if batch.lost or batch.unread or batch.troubles or others:
        yield "", ""


def _remarks(batch: Batch) -> Iterator[tuple[str, str]]:
    """What was left out in the workbooks that count, each remark once with those it is for."""
    found: dict[str, list[str]] = {}
    for school in batch.schools:
        report = report_of(school)
        for remark in report.remarks if report else ():
            found.setdefault(mask(remark).rstrip("。"), []).append(school.name)
    for remark, names in found.items():
        more = f"等 {len(names)} 所学校" if len(names) > NAMED else ""
        yield f"注意：{'、'.join(names[:NAMED])}{more}：{remark}。", "yellow"


def _sums(batch: Batch) -> Iterator[tuple[str, str]]:
    levels = batch.levels
    good = sum(not school.must_return for school in batch.known)
    missing = sum(not school.files for school in batch.schools)
    whose = f"；另有 {batch.unidentified} 个文件认不出是哪所学校的" if batch.unidentified else ""
    found = "，".join(f"{level} {levels[level]} 处" for level in LEVELS)
    again = f"（其中 {batch.again} 份没有变，沿用上次的结果）" if batch.again else ""
    yield (
        f"{len(batch.files)} 个文件{again}，{len(batch.known)} 所学校：通过 {good} 所，要交 {len(batch.known) - good} 所"
        + (f"（其中未报 {missing} 所）" if missing else "")
        + f"{whose}；{found}。",
        "bold",
    )
    for line in batch.open_lines:
        yield f"注意：{line}", "yellow"


def where(batch: Batch) -> str:
    """Where to look, as the last line: only what was written this time."""
    name = batch.options.out.name
    there = [file for file in (PAGE, SUMMARY) if file not in batch.unwritten]
    known = [f"打开 {' 或 '.join(there)} 看全部"] if there else []
    if any(batch.outputs.values()):
        known.append(f"“{SCHOOLS}”文件夹里是发还各校的表和通知")
    told = f"结果在“{name}”：{'，'.join(known)}。" if known else f"“{name}”里没有写成结果。"
    if batch.unwritten:
        told += f"{'、'.join(batch.unwritten)} 没有写成（文件夹里若有，是以前的）。"
    if batch.troubles:
        told += "没有写成的原因见上面，处理后再运行同一条命令。"
    return told


def _cut(name: str) -> str:
    while width(name) > WIDEST:
        name = name[:-2] + "…"
    return name
