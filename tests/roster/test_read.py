"""Reading a roster: the heading row, columns in any order, several sheets, values as people write them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jiesuan.book import Value, memory_book
from jiesuan.roster.read import (
    NotRoster,
    date_of,
    entry_of,
    grade_of,
    is_foot,
    is_roster,
    read_roster,
    readable,
    roster_of,
    students,
    years_of,
)
from jiesuan.term import Term

from .making import HEADS, INFO, book, number, roster, student, written


def test_columns_in_any_order() -> None:
    first, second = roster(student(1), student(2)), roster(student(1), student(2), heads=tuple(reversed(HEADS)))
    assert first.columns == second.columns
    assert str(first.ref("身份证号", 1)) == "导出!D4"
    assert str(second.ref("身份证号", 1)) == "导出!U4"
    assert first.rows == [3, 4]
    assert first.numbers == [number(1), number(2)]
    assert first.schools == ["示范技工学校"]
    assert first.unknown == []


def test_unknown_headings_and_other_rows() -> None:
    made = memory_book(
        "名册.xlsx",
        {
            "名册": [
                ["姓名", "身份证号", "专业", "爱好", 5],
                ["示例甲", number(1), "数控加工", "下棋", None],
                [],
                [None, None, "空的", None],
                ["合计", 1],
                ["制表人：", "某某"],
            ]
        },
    )
    found = roster_of(made, INFO)
    assert (len(found), found.rows) == (1, [2])
    assert found.unknown == [("名册", "D1", "爱好")]
    assert (found.value("学制", 0), found.text("学制", 0), found.code("学籍状态", 0)) == (None, "", "")
    assert found.ref("学制", 0).cell == "A2"


def test_which_files_are_rosters(tmp_path: Path) -> None:
    listed = memory_book(
        "", {"精准学生明细": [["姓名", "身份证号", "联系电话", "备注"], ["示例甲", number(1), "", ""]]}
    )
    assert is_roster(written(tmp_path, "名册.xlsx", book(student(1))), INFO)
    assert not is_roster(written(tmp_path, "明细.xlsx", listed), INFO)
    assert not is_roster(tmp_path / "没有.xlsx", INFO)


def test_headings_of_two_rows_with_merged_ones() -> None:
    rows: list[list[Value]] = [
        ["学籍名册"],
        ["姓名", "身份证号", "学籍信息", None, "备注"],
        [None, None, "专业", "爱好", None],
        ["示例甲", number(1), "数控加工", "下棋", "转学"],
    ]
    made = memory_book("名册.xlsx", {"名册": rows})
    made.sheets[0].merges = [(1, 1, 1, 5), (2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 2, 4), (2, 5, 3, 5)]
    found = roster_of(made, INFO)
    assert (found.rows, {name: values[0] for name, values in found.columns.items()}) == (
        [4],
        {"姓名": "示例甲", "身份证号": number(1), "专业": "数控加工", "备注": "转学"},
    )
    assert found.unknown == [("名册", "D3", "爱好")]


def test_a_school_merged_over_its_students() -> None:
    made = book(student(1), student(2, 学校名称=None), student(3, 身份证号=None))
    school, person = HEADS.index("学校名称") + 1, HEADS.index("身份证号") + 1
    made.sheets[0].merges = [(3, school, 4, school), (4, person, 5, person)]
    found = roster_of(made, INFO)
    assert found.columns["学校名称"] == ["示范技工学校"] * 3
    assert found.numbers == [number(1), number(2), ""]


def test_headings_repeated_on_every_page_are_no_student() -> None:
    made = book(student(1), dict(zip(HEADS, HEADS, strict=True)), student(2))
    assert roster_of(made, INFO).rows == [3, 5]


@pytest.mark.parametrize(
    ("first", "foot"),
    [
        ("合计", True), ("合计：2人", True), ("共计2人", True), ("总计", True), ("制表人：张三", True), ("审核人：", True), ("学校联系人：", True),
        ("单位负责人（签字）：", True), ("填报日期：2024年9月1日", True), ("备注：在校生", True), ("注：在校生", True), ("填表人", True), ("说明：在校", True),
        ("张三", False), ("1", False), ("合计算", False), ("示范技工学校", False), ("2023秋数控1班", False), ("时间", False),
    ],
)  # fmt: skip
def test_the_feet_of_a_list(first: str, foot: bool) -> None:
    assert is_foot([None, " ", first, "甲"]) is foot


def test_a_row_without_texts_is_no_foot() -> None:
    assert not is_foot([1, "合计"]) and not is_foot([None])


def test_several_sheets_with_different_columns() -> None:
    made = memory_book(
        "名册.xlsx",
        {
            "一年级": [["姓名", "身份证号", "专业"], ["示例甲", number(1), "数控加工"]],
            "说明": [["请勿改动标题"]],
            "二年级": [["证件号码", "专业名称", "学生姓名", "学制"], [number(2), "园林技术", "示例乙", 3]],
        },
    )
    made.sheets[2].visible = False
    found = roster_of(made, INFO)
    assert found.sheets == ["一年级", "二年级"]
    assert found.columns["学制"] == [None, 3]
    assert found.columns["专业"] == ["数控加工", "园林技术"]
    assert str(found.ref("姓名", 1)) == "二年级!C2"
    assert found.remarks == ["工作表“二年级”是隐藏的，照样核对了。"]


@pytest.mark.parametrize(
    ("value", "name", "expected"),
    [("复学", "学籍状态", "在校"), ("走了", "学籍状态", None), (" ", "学籍状态", ""), (1.0, "性别", "男"), ("２", "性别", "女"),
     ("建档立卡", "困难类型", "脱贫户"), ("是", "专业类别", "涉农专业"), ("业余", "学习形式", "非全日制")],
)  # fmt: skip
def test_coded_values(value: Value, name: str, expected: str | None) -> None:
    assert roster(student(1, **{name: value})).code(name, 0) == expected


def test_what_is_no_roster() -> None:
    with pytest.raises(NotRoster) as caught:
        roster_of(memory_book("甲.xlsx", {"表": [["姓名", "身份证编号", "年龄"], ["示例甲", "x", 3]]}), INFO)
    assert str(caught.value) == (
        "“表”里没有学籍名册：要有一行列标题，至少有姓名、身份证号和另外一列（如专业、入学年季）。只认出这些列标题：姓名。"
        "最像“身份证号”的是“身份证编号”。标题写法不同的，可用 --mapping 指定自己的列名对照文件。"
    )
    with pytest.raises(NotRoster, match="没有认出任何列标题"):
        roster_of(memory_book("甲.xlsx", {"表": [["甲"]]}), INFO)


def test_files(tmp_path: Path) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1)))
    assert read_roster(path, INFO).numbers == [number(1)]
    assert readable(tmp_path / "没有.xlsx", INFO)[0] == "not-found"  # type: ignore[index]
    other = written(tmp_path, "别的.xlsx", memory_book("", {"甲": [["乙"]]}))
    assert readable(other, INFO)[0] == "not-roster"  # type: ignore[index]


def test_students_of_one_school() -> None:
    found = roster(student(1), student(2, 学校名称="另一技工学校"), student(3, 学校名称=None))
    assert list(students(found, "示范 技工学校")) == [0, 2]
    assert list(students(found, "没有这所")) == [0, 1, 2]
    assert list(students(found)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2024, 3, 5, 8), dt.date(2024, 3, 5)), (dt.date(2024, 3, 5), dt.date(2024, 3, 5)),
        ("2024-3-5", dt.date(2024, 3, 5)), ("2024/03/05 08:00:00", dt.date(2024, 3, 5)), ("20240305", dt.date(2024, 3, 5)),
        (20240305, dt.date(2024, 3, 5)), (202403.0, dt.date(2024, 3, 1)), ("2024年3月", dt.date(2024, 3, 1)),
        ("2024年3月5日", dt.date(2024, 3, 5)), ("2024.3", dt.date(2024, 3, 1)), ("2024-13-5", None), ("三月", None),
        (None, None), (True, None), ("", None),
    ],
)  # fmt: skip
def test_dates(value: Value, expected: dt.date | None) -> None:
    assert date_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023秋", "2023秋"), ("2023年秋季", "2023秋"), ("2024春季学期", "2024春"), ("2023秋数控加工1班", "2023秋"), ("2023年9月", "2023秋"),
        ("202403", "2024春"), (202309, "2023秋"), ("2023", "2023秋"), ("2023级", "2023秋"), (2023.0, "2023秋"),
        (dt.date(2024, 3, 1), "2024春"), ("1999-9-1", None), ("甲", None), (None, None),
    ],
)  # fmt: skip
def test_terms_of_entry(value: Value, expected: str | None) -> None:
    assert entry_of(value) == (Term.parse(expected) if expected else None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3.0), ("3", 3.0), ("三年制", 3.0), ("2.5年", 2.5), (0, None), (12, None), ("9", None), ("长", None), (None, None), (True, None)],
)  # fmt: skip
def test_years(value: Value, expected: float | None) -> None:
    assert years_of(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("一年级", "一年级"), ("高二", "二年级"), (3, "三年级"), (1.0, "一年级"), ("2023级", None), ("四年级", None), (None, None)],
)  # fmt: skip
def test_grades(value: Value, expected: str | None) -> None:
    assert grade_of(value) == expected
