"""A roster against the settlement workbook of the same school: heads per month and grade, and the list of students."""

from __future__ import annotations

import pytest

from jiesuan.bind import Workbook
from jiesuan.book import Value
from jiesuan.number import Number
from jiesuan.report import Finding
from jiesuan.roster.compare import compare, present
from jiesuan.roster.read import grade_in
from jiesuan.term import Term

from ..making import AUTUMN, SPRING, bound, sample
from .making import HEADS, of_sample, roster, student

SAMPLE = sample("市属", SPRING, 30, 25)
WORKBOOK = bound(SAMPLE.filling, "市属", SPRING)


def compared(rows: list[dict[str, Value]], heads: tuple[str, ...] = HEADS) -> list[Finding]:
    return compare(roster(*rows, heads=heads), WORKBOOK).findings


def told(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    return [(f.code, f"{f.sheet}!{f.cell}", f.expected, f.actual) for f in findings]


@pytest.mark.parametrize(("set_name", "term"), [("市属", SPRING), ("省属", AUTUMN)])
def test_the_roster_of_a_consistent_school_agrees(set_name: str, term: Term) -> None:
    made = sample(set_name, term, 60, 7)
    report = compare(roster(*of_sample(made, term)), bound(made.filling, set_name, term))
    assert (report.findings, report.unchecked) == ([], [])
    assert report.counts == {"selected": 8, "passed": 8, "found": 0, "explained": 0, "unchecked": 0}
    assert report.remarks == ["与名册“名册.xlsx”比对，其中本校 60 名学生。"]
    assert report.school == made.school


def plain(rows: list[dict[str, Value]]) -> int:
    """Index of a student of the first grade without hardship or changes."""
    return next(
        i for i, r in enumerate(rows) if r["年级"] == "一年级" and r["困难类型"] == "无" and r["异动类型"] is None
    )


def poor(rows: list[dict[str, Value]]) -> int:
    """Index of a student of the list."""
    return next(i for i, r in enumerate(rows) if r["困难类型"] in ("脱贫户", "特困低保", "残疾"))


@pytest.mark.parametrize("short", [str, int])
def test_an_old_number_of_fifteen_digits_is_the_same_student(short: type) -> None:
    rows = of_sample(SAMPLE)
    at = poor(rows)
    whole = str(rows[at]["身份证号"])
    rows[at] |= {"身份证号": short(whole[:6] + whole[8:17])}
    assert told(compared(rows)) == []


def test_a_student_missing_from_the_system_is_short_in_every_month() -> None:
    rows = of_sample(SAMPLE)
    del rows[plain(rows)]
    findings = compared(rows)
    assert [f.code for f in findings] == ["R201"] * 5
    assert [f.label for f in findings] == [f"一年级 · {month}学籍人数" for month in SPRING.months]
    assert {f.difference for f in findings} == {"+1 人"}
    first = findings[0]
    stated = int(first.actual.split()[0])
    assert first.expected == f"{stated - 1} 人"
    assert [(r.sheet, r.value) for r in first.related] == [
        ("生均公用经费免学费", f"{stated} 人"), ("名册.xlsx", f"{stated - 1} 人"),
    ]  # fmt: skip


def test_one_student_more_in_the_system_from_a_month_on() -> None:
    rows = [*of_sample(SAMPLE), student(999, 学校名称=SAMPLE.school, 异动类型="复学", 异动日期="2024-6-3")]
    findings = compared(rows)
    assert [(f.code, f.label) for f in findings] == [
        ("R202", "一年级 · 6月学籍人数"),
        ("R202", "一年级 · 7月学籍人数"),
    ]
    assert [f.difference for f in findings] == ["-1 人", "-1 人"]


def test_a_listed_student_without_registration() -> None:
    rows = of_sample(SAMPLE)
    gone = rows.pop(poor(rows))
    codes = [f.code for f in compared(rows)]
    assert sorted(set(codes)) == ["R201", "R203", "R207"]
    one = next(f for f in compared(rows) if f.code == "R203")
    assert one.actual == f"{str(gone['身份证号'])[:3]}***********{str(gone['身份证号'])[-4:]}"
    assert one.message == "名册里没有这个身份证号"


def test_another_name_and_another_type() -> None:
    rows = of_sample(SAMPLE)
    at = poor(rows)
    kind = "残疾" if rows[at]["困难类型"] != "残疾" else "脱贫户"
    findings = compared([*rows[:at], {**rows[at], "姓名": "另一人", "困难类型": kind}, *rows[at + 1 :]])
    # One student under another type: that type has one more in the system, his own one less.
    assert sorted((f.code, f.expected, f.actual) for f in findings) == [
        ("R205", "另一人", str(rows[at]["姓名"])),
        ("R206", kind, str(rows[at]["困难类型"])),
        ("R207", "0 人", "1 人"),
        ("R208", "1 人", "0 人"),
    ]
    assert next(f for f in findings if f.code == "R206").related[0].sheet == "名册.xlsx：导出"


def test_a_poor_student_who_is_not_listed() -> None:
    rows = of_sample(SAMPLE)
    at = plain(rows)
    findings = compared([*rows[:at], {**rows[at], "困难类型": "低保"}, *rows[at + 1 :]])
    assert [(f.code, f.message) for f in findings] == [
        ("R204", "名册上认定为三类困难，名单里没有"),
        (
            "R208",
            "名册（系统）享受免学费的人数多于结算表：" + "、".join(f"{month} 1 人对 0 人次" for month in SPRING.months),
        ),
    ]
    assert findings[1].label == f"一年级 · {rows[at]['专业类别']} · 特困低保 · 3月"
    assert findings[0].label == f"特困低保 · 名册第{at + 3}行 {rows[at]['姓名']}"
    assert [r.label for r in findings[0].related] == [f"第{at + 3}行 · 困难类型", f"第{at + 3}行 · 身份证号"]


@pytest.mark.parametrize("changes", [{"学习形式": "函授"}, {"入学年季": "2020秋"}])
def test_who_may_not_be_aided_is_not_missing_from_the_list(changes: dict[str, Value]) -> None:
    rows = [*of_sample(SAMPLE), student(998, 学校名称=SAMPLE.school, 困难类型="低保", 免学费="否", **changes)]
    assert [f.code for f in compared(rows)] == ([] if "学习形式" in changes else ["R202"] * 5)


def test_a_returned_student_is_missing_from_the_list() -> None:
    back: dict[str, Value] = {"学籍状态": "复学", "异动类型": "休学", "异动日期": "2023-10-10", "免学费": "否"}
    rows = [*of_sample(SAMPLE), student(998, 学校名称=SAMPLE.school, 困难类型="低保", **back)]
    assert [f.code for f in compared(rows)] == ["R204"] + ["R202"] * 5


def test_part_time_students_are_no_heads() -> None:
    rows = of_sample(SAMPLE)
    at = plain(rows)
    assert [f.code for f in compared([*rows, student(999, 学校名称=SAMPLE.school, 学习形式="业余", 免学费="否")])] == []
    findings = compared([*rows[:at], {**rows[at], "学习形式": "业余", "免学费": "否"}, *rows[at + 1 :]])
    assert [(f.code, f.difference) for f in findings] == [("R201", "+1 人")] * 5


def test_other_schools_of_the_roster_are_left_aside() -> None:
    rows = [*of_sample(SAMPLE), student(998, 学校名称="另一技工学校", 困难类型="低保")]
    report = compare(roster(*rows), WORKBOOK)
    assert (report.findings, report.remarks) == ([], ["与名册“名册.xlsx”比对，其中本校 30 名学生。"])


def test_what_cannot_be_compared_is_said() -> None:
    rows = of_sample(SAMPLE)
    report = compare(roster(*rows, heads=tuple(h for h in HEADS if h not in ("困难类型", "入学年季"))), WORKBOOK)
    assert {(item.rule.code, item.why) for item in report.unchecked} == {
        ("R201", "名册里没有“入学年季”这一列，推算不出各月人数"), ("R202", "名册里没有“入学年季”这一列，推算不出各月人数"),
        ("R204", "名册里没有“困难类型”这一列"), ("R206",
        "名册里没有“困难类型”这一列"), ("R207", "名册里没有“困难类型”、“入学年季”这一列，分不出各类享受免学费的人数"),
        ("R208", "名册里没有“困难类型”、“入学年季”这一列，分不出各类享受免学费的人数"), ("R206", "名册里没有“困难类型”这一列"),
    }  # fmt: skip
    empty = bound(SAMPLE.filling, "市属", SPRING)
    empty.tables.pop("生均")
    empty.tables.pop("精准明细")
    whys = {item.why for item in compare(roster(*rows), empty).unchecked}
    assert whys == {
        "结算表里没有生均公用经费表，不知道各月学籍人数",
        "结算表里没有精准资助学生明细，或其中没有身份证号一列",
    }


ALL, NONE = [True] * 5, [False] * 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ALL), ({"入学年季": "2024秋"}, NONE), ({"入学年季": None}, ALL), ({"学籍状态": "退学"}, NONE),
        ({"学籍状态": "退学", "异动日期": "2024-5-8"}, [True, True, True, False, False]),
        ({"异动类型": "休学", "异动日期": "2024-2-8"}, ALL), ({"异动类型": "休学", "学籍状态": "复学"}, ALL),
        ({"异动类型": "休学", "异动日期": "2024-2-8", "学籍状态": None}, NONE), ({"异动类型": "转入", "异动日期": "2024-5-8"}, [False, False, True, True, True]),
        ({"异动类型": "转入"}, ALL), ({"异动类型": "转专业", "异动日期": "2024-5-8"}, ALL),
    ],
)  # fmt: skip
def test_months_present(changes: dict[str, Value], expected: list[bool]) -> None:
    assert present(roster(student(1, **changes)), 0, SPRING) == expected


def test_months_of_autumn_reach_into_january() -> None:
    assert present(roster(student(1, 学籍状态="退学", 异动日期="2025-1-5")), 0, AUTUMN) == ALL
    assert present(roster(student(1, 学籍状态="退学", 异动日期="2024-12-5")), 0, AUTUMN) == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, "一年级"), ({"年级": None}, "一年级"), ({"年级": "高三"}, "三年级"), ({"年级": None, "入学年季": None}, None),
     ({"年级": None, "入学年季": "2022春"}, "二年级"), ({"年级": None, "入学年季": "2010秋"}, None)],
)  # fmt: skip
def test_grade(changes: dict[str, Value], expected: str | None) -> None:
    assert grade_in(roster(student(1, **changes)), 0, SPRING) == expected


def test_free_tuition_by_grade_kind_and_type() -> None:
    rows = of_sample(SAMPLE)
    at = poor(rows)
    findings = compared([*rows[:at], {**rows[at], "免学费": "否"}, *rows[at + 1 :]])
    row = f"{rows[at]['年级']} · {rows[at]['专业类别']} · {rows[at]['困难类型']}"
    assert [(f.code, f.label, f.expected, f.actual, f.difference) for f in findings] == [
        ("R207", f"{row} · 3月", "0 人", "1 人", "+1 人")
    ]
    assert findings[0].sheet == "免学费精准统计"
    assert findings[0].message.startswith(
        "名册（系统）享受免学费的人数少于结算表：3月 0 人对 1 人次、4月 0 人对 1 人次"
    )


def test_free_tuition_from_a_month_on() -> None:
    extra = student(
        997, 学校名称=SAMPLE.school, 困难类型="其他", 异动类型="复学", 异动日期="2024-6-3", 专业类别="其他一般专业"
    )
    findings = [f for f in compared([*of_sample(SAMPLE), extra]) if f.code == "R208"]
    assert [f.label for f in findings] == ["一年级 · 其他一般专业 · 其他 · 6月"]
    stated = int(findings[0].actual.split()[0])
    assert findings[0].message == (
        f"名册（系统）享受免学费的人数多于结算表：6月 {stated + 1} 人对 {stated} 人次、7月 {stated + 1} 人对 {stated} 人次"
    )


def test_a_workbook_without_that_form_is_unchecked() -> None:
    filling = SAMPLE.filling
    book = bound(filling, "市属", SPRING)
    del book.tables["免学费"]
    report = compare(roster(*of_sample(SAMPLE)), book)
    assert {(i.rule.code, i.why) for i in report.unchecked} == {
        ("R207", "结算表里没有免学费精准资助情况统计表"), ("R208", "结算表里没有免学费精准资助情况统计表"),
    }  # fmt: skip


# ── figures that cannot be read ──


def spoilt(role: str, name: str, grade: str) -> Workbook:
    """The workbook with a text in that month at the first row of the grade."""
    book = bound(SAMPLE.filling, "市属", SPRING)
    table = book.tables[role]
    axis = table.form.axes.index("年级")
    row = next(i for i in table.details() if table.keys[i][axis] == grade)
    table.columns[name].numbers[row] = Number(None, "text")
    return book


def test_a_month_with_a_text_leaves_that_month_of_that_grade_unchecked() -> None:
    rows = of_sample(SAMPLE)
    report = compare(roster(*rows), spoilt("生均", "第2月", "二年级"))
    assert {(item.rule.code, item.why) for item in report.unchecked} == {
        ("R201", "二年级4月有读不出的人数"), ("R202", "二年级4月有读不出的人数"),
    }  # fmt: skip
    assert report.findings == []
    del rows[plain(rows)]
    short = compare(roster(*rows), spoilt("生均", "第2月", "一年级")).findings
    assert [f.label for f in short] == [f"一年级 · {month}学籍人数" for month in SPRING.months if month != "4月"]


def test_a_row_of_free_tuition_with_a_text_is_compared_in_the_other_months() -> None:
    rows = of_sample(SAMPLE)
    book = spoilt("免学费", "第1月", "一年级")
    report = compare(roster(*rows), book)
    axes = [book.tables["免学费"].form.axes.index(name) for name in ("年级", "专业类别", "困难类型")]
    key = next(book.tables["免学费"].keys[i] for i in book.tables["免学费"].details())
    why = f"{' · '.join(key[axis] for axis in axes)}3月的人次读不出"
    assert {(item.rule.code, item.why) for item in report.unchecked} == {("R207", why), ("R208", why)}
    assert report.findings == []


def test_the_cell_of_the_largest_number_is_named_with_all_that_were_added() -> None:
    rows = of_sample(SAMPLE)
    del rows[plain(rows)]
    table = WORKBOOK.tables["生均"]
    axis = table.form.axes.index("年级")
    own = [i for i in table.details() if table.keys[i][axis] == "一年级"]
    largest = max(own, key=lambda i: table.amount("第1月", i))
    first = compared(rows)[0]
    ref = table.ref("第1月", largest)
    assert ref is not None
    assert (first.sheet, first.cell) == (ref.sheet, ref.cell)
    assert first.related[0].label == f"一年级 · 3月之和（{len(own)}格）"
    assert first.related[1].label == "名册 一年级 3月在校"
