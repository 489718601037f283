"""The work lists of changes and duplicates: one plain table, texts as texts, ready to be printed."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from jiesuan.ref import Ref
from jiesuan.roster.books import CHANGE_HEADS, RECORD_HEADS, changes_book, left_words, record_book, table_book
from jiesuan.roster.changes import Change
from jiesuan.roster.matches import Clearing, Match

from .making import number

HEADS = (("序号", 6), ("号码", 22))
MASKED = f"350***********{number(1)[-4:]}"


def opened(data: bytes) -> Any:
    return load_workbook(BytesIO(data)).worksheets[0]


def rows(data: bytes) -> list[list[Any]]:
    return [["" if cell is None else cell for cell in row] for row in opened(data).iter_rows(values_only=True)]


# ── the table ──


def test_title_notes_headings_and_rows() -> None:
    made = table_book("清单", ["一", "二"], HEADS, [(1, "0012"), (None, dt.date(2024, 9, 2))])
    assert rows(made) == [["清单", ""], ["一", ""], ["二", ""], ["序号", "号码"], ["1", "0012"], ["", "2024-09-02"]]
    sheet = opened(made)
    assert (sheet.title, sheet.auto_filter.ref, sheet.freeze_panes) == ("清单", "A4:B6", "A5")
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:B1", "A2:B2", "A3:B3"]
    assert (sheet.print_title_rows, sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "$4:$4",
        "landscape",
        9,
    )
    assert {cell.number_format for row in sheet["A5:B6"] for cell in row} == {"@"}


def test_a_number_of_eighteen_digits_keeps_all_of_them() -> None:
    assert rows(table_book("清单", [], HEADS, [(1, number(1))]))[2] == ["1", number(1)]


def test_what_begins_like_a_formula_is_a_text() -> None:
    (cell,) = opened(table_book("清单", [], (("姓名", 9), ("号码", 9)), [("=1+1", "+2")]))["A3:A3"][0]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_without_rows_there_is_nothing_to_filter() -> None:
    made = table_book("清单", ["没有"], HEADS, [])
    assert (rows(made), opened(made).auto_filter.ref) == ([["清单", ""], ["没有", ""], ["序号", "号码"]], None)


def test_the_name_of_the_sheet_is_cut_where_excel_cuts_it() -> None:
    assert opened(table_book("长" * 40, [], HEADS, [])).title == "长" * 31


def test_the_same_content_gives_the_same_bytes() -> None:
    assert table_book("清单", ["一"], HEADS, [(1, "2")]) == table_book("清单", ["一"], HEADS, [(1, "2")])


# ── changes ──


def change(**more: Any) -> Change:
    return Change(
        **{
            "kind": "新增", "name": "示例甲", "number": MASKED, "what": "名册里新出现", "day": dt.date(2024, 9, 2),
            "last": dt.date(2024, 9, 9), "left": 3, "file": "新.xlsx", "ref": Ref("导出", 5, 4), **more,
        }
    )  # fmt: skip


def test_changes_with_their_days() -> None:
    made = rows(changes_book([change(), change(kind="减少", day=None, last=None, left=None)], ["说明"]))
    assert made[0][0] == "学籍异动清单"
    assert made[2] == [text for text, _ in CHANGE_HEADS]
    assert made[3] == [
        "1", "新增", "示例甲", MASKED, "名册里新出现", "2024-09-02", "2024-09-09", "还有 3 个工作日", "新.xlsx", "导出!D5", "",
    ]  # fmt: skip
    assert made[4][:2] + made[4][5:8] == ["2", "减少", "不详", "不详", "不详"]


@pytest.mark.parametrize(
    ("left", "said"),
    [(None, "不详"), (-12, "已逾期 12 个工作日"), (-1, "已逾期 1 个工作日"), (0, "今天到期"), (1, "还有 1 个工作日")],
)
def test_days_left(left: int | None, said: str) -> None:
    assert left_words(left) == said


# ── duplicates ──


def match(**more: Any) -> Match:
    return Match(
        **{
            "name": "示例甲", "number": MASKED, "full": number(1), "ours": ("名册.xlsx", Ref("导出", 5, 4)),
            "theirs": ("名单.xlsx", Ref("表", 3, 2)), "about": "在他省享受助学金", "named": "", **more,
        }
    )  # fmt: skip


@pytest.mark.parametrize(("full", "shown"), [(False, MASKED), (True, number(1))])
def test_the_record_names_both_places(full: bool, shown: str) -> None:
    day = dt.date(2024, 9, 2)
    clearing = Clearing((match(), match(named="示例乙")), 7, day, day, 0)
    made = rows(record_book(clearing, ["仅供内部核查"], full=full))
    assert made[:2] == [["疑似重复资助清理情况登记表", *[""] * 10], ["仅供内部核查", *[""] * 10]]
    assert made[2] == [text for text, _ in RECORD_HEADS]
    assert made[3] == ["1", "示例甲", shown, "名册.xlsx 导出!D5", "名单.xlsx 表!B3", "在他省享受助学金", *[""] * 5]
    assert made[4][5] == "在他省享受助学金（名单上的姓名是示例乙）"
    assert (number(1) in str(made)) is full
