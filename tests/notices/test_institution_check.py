"""Every rule about forms of institutions: a clean, a failing and, where there is one, a not-checkable case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jiesuan.book import Book, Value, memory_book
from jiesuan.notices.institution import read_institution
from jiesuan.notices.institution_check import (
    CHECKS,
    NEEDS,
    Read,
    check_city,
    check_institution,
    listed_schools,
    rules_of,
)
from jiesuan.pack import load_pack
from jiesuan.reading import open_book
from jiesuan.regions import load_law
from jiesuan.report import Report

from .making import CITY, GOOD, filled

LAW, PACK = load_law("福建"), load_pack()


def checked(tmp_path: Path, changes: dict[str, Any] | None = None, *, form: str = "校级") -> Report:
    base = GOOD if form == "校级" else CITY
    found = check_institution(open_book(filled(tmp_path / "表.xlsx", {**base, **(changes or {})}, form=form)), LAW)
    assert found is not None
    report = found[1]
    counts = report.counts
    assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
    return report


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.cell, finding.message) for finding in report.findings]


@pytest.mark.parametrize("form", ["校级", "市级"])
def test_a_form_without_a_fault(tmp_path: Path, form: str) -> None:
    report = checked(tmp_path, form=form)
    assert (told(report), report.unchecked, report.clean) == ([], [], True)
    assert report.counts["passed"] == len(rules_of(PACK, each=True)) == len(CHECKS)
    assert (report.set_name, report.term, report.pack) == (f"{form}机构信息表", "2024年", "fujian-2024")


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({"G5": "电子邮箱"}, [("O101", "", "没有找到“手机号码”栏")]),
        ({"A3": "填报学校名称（加盖公章）："}, [("O102", "A3", "没有填单位名称")]),
        ({"A3": None}, [("O102", "", "没有填单位名称，表上也没有找到这一栏")]),
        ({"A4": "本校学生资助管理机构名称：____"}, [("O103", "A4", "没有填机构名称")]),
        ({"F3": "时间：2024年　　月　　日"}, [("O104", "F3", "填报日期没有填完")]),
        ({"F3": "时间：2024年6月31日"}, [("O104", "F3", "填报日期不是有效的日期")]),
        ({"F3": None}, [("O104", "", "填报日期没有找到")]),
        ({"F3": "时间：2024年6月26日"}, [("O105", "F3", "时限是6月25日，表上是6月26日")]),
        (dict.fromkeys([f"{c}{r}" for c in "BCDEFG" for r in (6, 7)]), [("O201", "", "表里没有一名成员")]),
        ({"B7": None}, [("O202", "B7", "这一行有内容，没有姓名")]),
        ({"B7": "甲 示范", "G7": "139-0000-0001"}, [("O203", "B7", "与第6行是同一名成员")]),
        ({"B7": "甲示范", "G7": None}, [("O203", "B7", "与第6行是同一名成员")]),
        ({"B7": "甲示范"}, []),  # another mobile number: another person of that name
        ({"E6": None}, [("O204", "E6", "没有填职责（分工）")]),
        ({"C6": None, "D7": "…"}, [("O205", "C6", "没有填职务"), ("O205", "D7", "没有填所在科室")]),
        ({"F6": "059987654"}, [("O206", "F6", "“059****7654”不是固定电话号码")]),
        ({"F6": "13900000009"}, [("O206", "F6", "这是手机号码，不是固定电话")]),
        ({"F6": "0591-87654321-801"}, []),
        ({"G6": "1390000000"}, [("O207", "G6", "手机号码应为1开头的11位数字，这里有10位")]),
        ({"G6": "23900000001"}, [("O207", "G6", "不是手机号码")]),
        ({"G6": 13900000001}, []),
        ({"G6": "139 0000 0001"}, []),
        ({"F6": None, "G6": None}, [("O208", "F6", "两种电话都没有填")]),
        ({"F6": None}, []),
        ({"G6": None}, []),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, changes: dict[str, Any], findings: list[tuple[str, str, str]]) -> None:
    assert told(checked(tmp_path, changes)) == findings


def test_the_city_has_another_deadline(tmp_path: Path) -> None:
    assert told(checked(tmp_path, {"F3": "时间：2024年7月6日"}, form="市级")) == [
        ("O105", "F3", "时限是7月5日，表上是7月6日")
    ]


def test_phones_are_masked(tmp_path: Path) -> None:
    report = checked(tmp_path, {"F6": "139000000011", "G6": "139000000012"})
    assert [(finding.code, finding.message, finding.actual) for finding in report.findings] == [
        ("O207", "手机号码应为1开头的11位数字，这里有12位", "139*****0012"),
        ("O206", "“139*****0011”不是固定电话号码", "139*****0011"),
    ]


@pytest.mark.parametrize(
    ("changes", "unchecked"),
    [
        ({"F3": "时间：2024年 月 日"}, {"O105": "没有填报日期"}),
        ({"F3": "时间：2023年6月20日"}, {"O105": "没有收录2023年的报送时限"}),
        ({"G5": "电子邮箱", "F5": "传真"}, {
            "O206": "没有找到“固定电话”栏", "O207": "没有找到“手机号码”栏", "O208": "没有找到“固定电话”“手机号码”栏",
        }),
        ({"B5": "名", "E5": "干什么", "C5": "官"}, {
            "O202": "没有找到“姓名”栏", "O203": "没有找到“姓名”栏", "O204": "没有找到“职责”栏", "O205": "没有找到“职务”栏",
        }),
        (dict.fromkeys([f"{c}{r}" for c in "BCDEFG" for r in (6, 7)]), {
            f"O{number}": "没有成员可查" for number in range(202, 209)
        }),
        (dict.fromkeys([f"{c}5" for c in "ABCDEF"]), {"O201": "没有找到表头"}),
    ],
)  # fmt: skip
def test_what_could_not_be_checked(tmp_path: Path, changes: dict[str, Any], unchecked: dict[str, str]) -> None:
    report = checked(tmp_path, changes)
    found = {item.rule.code: item.why for item in report.unchecked}
    assert found.items() >= unchecked.items()
    assert not report.clean


def test_a_book_without_the_form() -> None:
    assert check_institution(memory_book("表.xlsx", {"甲": {"A1": "别的"}}), LAW) is None


def test_the_rules_are_not_asked_of_settlement_workbooks() -> None:
    codes = {rule.code for rule in PACK.rules.values() if rule.needs == NEEDS}
    assert {code[0] for code in codes} == {"O"} and len(codes) == 16
    assert not codes & {rule.code for name in ("省属", "市属") for rule in PACK.selected(name, load_term())}
    assert all(rule.basis and rule.why and rule.help for rule in PACK.rules.values())


def load_term() -> Any:
    from jiesuan.term import Term

    return Term(2024, 0)


# ── the forms of a city ──


def read(tmp_path: Path, name: str, school: str, form: str = "校级") -> Read:
    path = filled(tmp_path / name, {**GOOD, "A3": f"填报学校名称（加盖公章）：{school}"}, form=form)
    found = read_institution(open_book(path))
    assert found is not None
    return Read(path, found)


def schools(*names: str) -> Book:
    rows: list[list[Value]] = [[n, name] for n, name in enumerate(names, 1)]
    return memory_book("名单.xlsx", {"名单": [["序号", "学校名称"], *rows, ["", "合计"]]})


def test_one_form_for_every_school(tmp_path: Path) -> None:
    book = schools("第一技校", "第二 技校（分校）")
    reads = [read(tmp_path, "a.xlsx", "第一技校"), read(tmp_path, "b.xlsx", "第二技校(分校)")]
    report = check_city(book, listed_schools(book), reads)
    assert (told(report), report.clean, report.counts["passed"]) == ([], True, 3)


def test_schools_missing_twice_and_unknown(tmp_path: Path) -> None:
    book = schools("第一技校", "第二技校", "第三技校")
    reads = [
        read(tmp_path, "a.xlsx", "第一技校"),
        read(tmp_path, "a2.xlsx", "第一技校"),
        read(tmp_path, "x.xlsx", "外市技校"),
        read(tmp_path, "x2.xlsx", "外市技校"),
        read(tmp_path, "市.xlsx", "第三技校", form="市级"),
    ]
    report = check_city(book, listed_schools(book), reads)
    assert [(f.code, f.sheet, f.cell, f.message) for f in report.findings] == [
        ("O302", "", "", "“外市技校”交了 2 份：x.xlsx、x2.xlsx"),
        ("O302", "名单", "B2", "“第一技校”交了 2 份：a.xlsx、a2.xlsx"),
        ("O301", "名单", "B3", "没有收到“第二技校”的信息表"),
        ("O301", "名单", "B4", "没有收到“第三技校”的信息表"),
        ("O303", "", "", "名单里没有“外市技校”（x.xlsx）"),
    ]


def test_the_sheet_of_a_form_among_several_is_named(tmp_path: Path) -> None:
    book, one = schools("第一技校"), read(tmp_path, "a.xlsx", "第一技校")
    one.filled.alone = False
    report = check_city(book, listed_schools(book), [one, one])
    place = "a.xlsx的“校级机构信息表”"
    assert told(report) == [("O302", "B2", f"“第一技校”交了 2 份：{place}、{place}")]


def test_lists_without_a_heading() -> None:
    plain = memory_book("名单.xlsx", {"空": [], "名单": [["第一技校"], [None], ["第二技校"]]})
    assert [(item.name, item.sheet, item.cell) for item in listed_schools(plain)] == [
        ("第一技校", "名单", (1, 1)),
        ("第二技校", "名单", (3, 1)),
    ]
    assert listed_schools(memory_book("名单.xlsx", {"空": []})) == []
