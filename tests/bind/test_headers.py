"""Headings over columns: merges, lost merges, printed numbers, and the best match."""

from __future__ import annotations

import datetime as dt

from jiesuan.bind.headers import Head, Labels, column_paths, heading, known_headings, match_columns, number_row
from jiesuan.book import Sheet
from jiesuan.form import Column

from .making import AUTUMN, form, typed


def column(name: str, *header: str, no: int | None = None, also: tuple[str, ...] = ()) -> Column:
    return Column(name=name, header=header, no=no, also=also, role="input", type="人数")


def texts(sheet: Sheet, first: int, last: int, known: set[str] | None = None) -> list[list[str]]:
    """The paths; a heading that was only carried over stands in brackets."""
    paths = column_paths(Labels(sheet), first, last, known or {heading(str(t)) for r in sheet.values for t in r})
    return [[head.text if head.own else f"({head.text})" for head in path] for path in paths]


def test_headings_are_compared_without_width_spaces_and_breaks() -> None:
    assert heading(" 次年１月份\n") == "1月"
    assert heading("2025年1月") == "1月"
    assert heading("３ 月") == "3月"
    assert heading("5个月合计") == "5个月合计"
    assert heading("年标准（元／人）") == heading("年标准 (元/人)") == "年标准(元/人)"
    assert heading("") == ""


def test_a_merged_heading_speaks_for_all_its_columns() -> None:
    sheet = typed("表", "年级\t人数\t\t\n\t3月\t4月\t备注")
    sheet.merges = [(1, 1, 2, 1), (1, 2, 1, 3)]
    labels = Labels(sheet)
    assert texts(sheet, 1, 2) == [["年级"], ["人数", "3月"], ["人数", "4月"], ["备注"]]
    assert [labels.at(1, 3), labels.own(1, 3), labels.place(1, 3), labels.after(1, 2)] == ["人数", "", (1, 2), 4]
    assert [labels.place(2, 4), labels.after(2, 4), labels.at(9, 9)] == [(2, 4), 5, ""]


def test_a_heading_whose_merge_was_lost_is_carried_up_to_the_next() -> None:
    sheet = typed("表", "年级\t人数\t\t标准\t\t备注\n\t3月\t4月\t一\t二")
    assert texts(sheet, 1, 2) == [
        ["年级"],
        ["人数", "3月"],
        ["(人数)", "4月"],
        ["标准", "一"],
        ["(标准)", "二"],
        ["备注"],
    ]


def test_a_remark_of_the_school_does_not_stop_a_heading() -> None:
    sheet = typed("表", "人数\t√\t\n3月\t已核\t4月")
    assert texts(sheet, 1, 2, {"人数", "3月", "4月"}) == [["人数", "3月"], ["√", "已核"], ["(人数)", "4月"]]
    assert texts(sheet, 1, 2) == [["人数", "3月"], ["√", "已核"], ["(√)", "4月"]]


def test_a_kept_merge_ends_where_it_ends() -> None:
    sheet = typed("表", "人数\t\t\n3月\t4月\t已核")
    sheet.merges = [(1, 1, 1, 2)]
    assert texts(sheet, 1, 2) == [["人数", "3月"], ["人数", "4月"], ["已核"]]


def test_column_numbers_are_no_headings() -> None:
    sheet = typed("表", "人数\t\n1\t2=1*3")
    assert texts(sheet, 1, 2) == [["人数"], []]


def test_dates_and_numbers_as_headings() -> None:
    sheet = Sheet("表", [[dt.date(2024, 3, 1), 7.5, True]])
    labels = Labels(sheet)
    assert [labels.own(1, column) for column in (1, 2, 3)] == ["3月", "7.5", "True"]


def test_a_merge_over_half_the_sheet_is_no_label() -> None:
    sheet = Sheet("表", [["大"]], merges=[(1, 1, 1000, 1000)])
    assert Labels(sheet).anchor == {}


def test_the_row_with_most_rising_numbers() -> None:
    sheet = typed("表", "1\t2\t3\n4\t3\t2\t1\n \t1\t2.0\t3=1+2\t4\n1\t2")
    sheet.put(3, 3, "2.0")
    labels = Labels(sheet)
    assert number_row(labels, 1, 4) == {2: 1, 3: 2, 4: 3, 5: 4}
    assert number_row(labels, 1, 1) == {1: 1, 2: 2, 3: 3}
    assert number_row(labels, 2, 2) == {}
    assert number_row(labels, 4, 4) == {}


def path(*headings: str, carried: int = 0) -> list[Head]:
    return [Head(heading(text), text, own=index >= carried) for index, text in enumerate(headings)]


def test_equal_leaves_are_told_apart_by_their_parents() -> None:
    wanted = [column("标准", "对应", "年标准"), column("免标准", "对应", "其中", "年标准")]
    paths = [path("对应", "其中", "年标准"), path("对应", "年标准")]
    assert match_columns(wanted, paths, {}) == {"标准": 2, "免标准": 1}


def test_other_spellings_beginnings_and_numbers() -> None:
    wanted = [
        column("就读专业", "就读专业（请按规范填写）"),
        column("金额", "补助金额", also=("金额",)),
        column("合计", "合计", no=11),
        column("备注", "备注"),
    ]
    paths = [path("就读专业"), path("金额"), path("？"), path("备注"), path("备注")]
    assert match_columns(wanted, paths, {3: 11}) == {"就读专业": 1, "金额": 2, "合计": 3, "备注": 4}
    assert match_columns(wanted, paths, {}, taken=[1, 4]) == {"金额": 2, "备注": 5}


def test_a_carried_heading_is_no_leaf() -> None:
    assert match_columns([column("备注", "备注")], [path("备注", "已核", carried=1)], {}) == {}


def test_a_column_without_heading_is_nobodys() -> None:
    wanted = [column("甲", "甲"), column("乙", "乙"), column("丁", "丁")]
    assert match_columns(wanted, [path("甲"), [], path("丁")], {}) == {"甲": 1, "丁": 3}


def test_the_headings_that_a_form_knows() -> None:
    aid = known_headings(form("1-1"))
    assert {"一年级", "精准资助学生", "其他家庭", "一,二年级合计", "二,三年级合计", "项目"} <= aid
    assert {"1月", "12月", "合计", "专业类别", "备注"} <= known_headings(form("1-3", AUTUMN))
    assert "" not in aid
