"""What `rollup`, `shares` and `archive` print, line by line."""

from __future__ import annotations

from decimal import Decimal

from jiesuan.bureau.archive import Filing, Imported
from jiesuan.bureau.inputs import Inputs
from jiesuan.bureau.received import LeftOut
from jiesuan.bureau.rollup import roll_up
from jiesuan.bureau.told import filing_lines, imported_lines, list_lines, rollup_lines, rollup_record, share_lines
from jiesuan.share import load_shares
from tests.bureau.making import BUREAU, FIRST, PACK, SPRING, received
from tests.making import ID

SHARES = load_shares(PACK, SPRING)
HIDDEN = f"{ID[:3]}***********{ID[-4:]}"


def filing(**more: object) -> Filing:
    plain: dict[str, object] = {
        "term": "2024春", "school": "甲技工学校", "set_name": "市属", "file": "甲.xlsx", "sha256": "",
        "levels": {"错误": 1, "核实": 2, "提示": 0}, "totals": [], "findings": [], "explanations": [],
        "persons": 12, "elsewhere": 0,
    }  # fmt: skip
    return Filing(**{**plain, **more})  # type: ignore[arg-type]


def finding(sheet: str, cell: str, explained: int = 0) -> dict[str, object]:
    return {
        "code": "B103", "level": "核实", "sheet": sheet, "cell": cell, "label": "甲技工学校", "message": "报了两份",
        "explained": explained,
    }  # fmt: skip


def test_a_school_of_one_term() -> None:
    answer = {"code": "P404", "sheet": "生均", "cell": "D17", "reason": "转入27人", "state": "待复核"}
    whole = {"code": "B103", "sheet": "", "cell": "", "reason": "以后一份为准", "state": "已接受"}
    told = filing(
        totals=[{"name": "助学金金额", "value": "1.6", "unit": "万元", "sheet": "助学金", "cells": "C10:N10"}],
        findings=[finding("精准明细", "D7"), finding("精准明细", ""), finding("", "", 1)],
        explanations=[answer, whole],
        elsewhere=3,
        others=[{"school": f"{name}技工学校", "term": "2023秋", "persons": 1} for name in "乙丙丁戊己庚"],
    )
    assert list(filing_lines(told)) == [
        ("甲技工学校    2024春 · 市属    错误 1 处  核实 2 处  提示 0 处", "bold"),
        ("  文件 甲.xlsx", ""),
        ("  助学金金额                          1.6000 万元  助学金!C10:N10", ""),
        (
            "  名单 12 人，其中 3 人也在别的学校（或改名前的本校）的表上：乙技工学校（2023秋）1 人、丙技工学校（2023秋）1 人、"
            "丁技工学校（2023秋）1 人、戊技工学校（2023秋）1 人、己技工学校（2023秋）1 人等 6 份",
            "yellow",
        ),
        ("  核实[B103] 精准明细!D7  甲技工学校：报了两份", ""),
        ("  核实[B103] 精准明细  甲技工学校：报了两份", ""),
        ("  核实[B103] 整册  甲技工学校：报了两份（已说明）", ""),
        ("  说明[P404] 生均!D17  转入27人（待复核）", ""),
        ("  说明[B103] 整册  以后一份为准（已接受）", ""),
    ]
    assert list(filing_lines(filing()))[2] == ("  名单 12 人", "")


def test_the_archive_by_terms() -> None:
    found = [filing(term="2024秋"), filing(), filing(school="乙技工学校", set_name="省属")]
    assert [text for text, _ in list_lines(found)] == [
        "2024秋",
        f"  市属  {'甲技工学校':<29}错误 1  核实 2  提示 0",
        "2024春",
        f"  市属  {'甲技工学校':<29}错误 1  核实 2  提示 0",
        f"  省属  {'乙技工学校':<29}错误 1  核实 2  提示 0",
        "",
        "共 3 份。一所学校的详情：jiesuan archive show 校名 --db 档案",
    ]


def test_an_import() -> None:
    done = Imported("2024春", ["甲"], ["乙"], ["丙", "丁"], [(f"{ID}.xlsx", "改过")])
    assert list(imported_lines(done, "档案.sqlite")) == [
        ("已存入档案 档案.sqlite：4 所学校（新增 1，更新 1，没有变化 2）。", "bold"),
        (f"  没有存入 {HIDDEN}.xlsx：改过", "yellow"),
    ]


def test_a_rollup() -> None:
    schools = received(SPRING)
    schools.schools = [item for item in schools.schools if item.name == FIRST]
    schools.errors = {FIRST: 2}
    schools.left_out = [LeftOut(f"{ID}.xlsx", f"与“{ID}.xlsx”完全相同，只算一份")]
    schools.missing = ("乙技工学校", "丙技工学校")
    result = roll_up(PACK, schools, SHARES, BUREAU, Inputs())
    lines = list(rollup_lines(result, "附件3.xlsx"))
    assert lines[1:5] == [
        (f"  市本级  {FIRST}                              分担比例未知  带着 2 处错误", ""),
        ("", ""),
        ("没有汇总的文件（1 个）：", "bold"),
        (f"  {HIDDEN}.xlsx：与“{HIDDEN}.xlsx”完全相同，只算一份", "yellow"),
    ]
    assert ("  1. 名单上的学校没有报送，没有汇总：乙技工学校、丙技工学校。", "") in lines
    record = rollup_record(result, "附件3.xlsx")
    assert record["left_out"] == [{"file": f"{HIDDEN}.xlsx", "why": f"与“{HIDDEN}.xlsx”完全相同，只算一份"}]
    assert record["remarks"][0] == "名单上的学校没有报送，没有汇总：乙技工学校、丙技工学校。"
    # Nothing left out, nothing to type: no empty headings.
    schools.left_out, result.remarks, result.hand_in = [], [], []
    assert len(list(rollup_lines(result, "附件3.xlsx"))) == 2


def test_shares() -> None:
    found = [SHARES.find("泉州市", "惠安"), SHARES.find("泉州市", "金门")]
    assert [text for text, _ in share_lines(found, Decimal("1.234567"), SHARES)][:3] == [
        "泉州市",
        "  惠安            省级 4 : 市、县级 6    省级 0.493827  市、县级 0.74074  共 1.234567 万元",
        "  金门            未列入：表中没有",
    ]
