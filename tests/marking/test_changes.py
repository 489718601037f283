"""The sheet `计算结果`: put in, kept when marks are made anew, taken out with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiesuan.book import Value, memory_book
from jiesuan.calculate import Write
from jiesuan.marking import clear, mark
from jiesuan.marking.changes import COLUMNS, Changes, carried, is_changes, listed
from jiesuan.ref import Ref

from ..making import ID
from .making import (
    assert_no_marks,
    changed,
    finding,
    members,
    openpyxl_book,
    report,
    resaved,
    rich,
    sheet_names,
    sheet_xml,
    simple,
)


def write(cell: tuple[int, int] = (2, 1), kind: str = "填入", old: Value = None, new: str = "3", **more: str) -> Write:
    given = {"sheet": "数据", "label": "合计 · 人数", "unit": "人", **more}
    return Write(Ref(given["sheet"], *cell), given["label"], kind, old, Decimal(new), given["unit"])  # type: ignore[arg-type]


LIST = Changes([write(), write((3, 2), "替换", 9999, "2.352", unit="万元")], frozenset({Ref("数据", 2, 1)}))


def table(data: bytes, name: str = "计算结果") -> list[list[object]]:
    return [[cell.value for cell in row] for row in openpyxl_book(data)[name].iter_rows(min_row=4)]


def test_what_it_says() -> None:
    data = listed(rich(), LIST)
    assert table(data) == [
        [title for title, _, _ in COLUMNS],
        ["填入", "数据", "A2", "合计 · 人数", "（空白）", "3 人", "公式"],
        ["替换", "数据", "B3", "合计 · 人数", "9,999.0000", "2.3520 万元", "数"],
    ]
    book = openpyxl_book(data)
    assert book["计算结果"]["A2"].value == "填入空格 1 处    替换填写的数 1 处"
    assert book["计算结果"]["C5"].hyperlink.location == "'数据'!A2"
    assert book.active.title == "计算结果"
    assert book["计算结果"].print_title_rows == "$4:$4"


def test_clearing_gives_the_file_back() -> None:
    data = listed(rich(), LIST)
    assert clear(data) == rich()
    assert changed(rich(), data) <= {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet2.xml",
    }  # fmt: skip


def test_saved_by_another_program_it_is_found_again() -> None:
    after = clear(resaved(listed(rich(), LIST)))
    assert_no_marks(after)
    assert sheet_names(after) == sheet_names(rich())
    assert openpyxl_book(after).active.title == "附'二'表"
    both = resaved(mark(rich(), report(finding("数据", "A1")), None, LIST))
    assert sheet_names(clear(both)) == sheet_names(rich())
    assert_no_marks(clear(both))


def test_marks_keep_it_and_go_with_it() -> None:
    found = report(finding("数据", "A1"))
    listed_ = listed(rich(), LIST)
    marked = mark(listed_, found)
    assert sheet_names(marked)[-2:] == ["计算结果", "校验结果"]
    assert table(marked) == table(listed_)
    assert mark(marked, found) == marked
    assert mark(marked, report()) == mark(listed_, report())
    assert openpyxl_book(marked).active.title == "校验结果"
    assert clear(marked) == rich()
    assert mark(rich(), found, None, LIST) == marked
    new = Changes([write((9, 9))])
    assert [row[2] for row in table(mark(marked, found, None, new))[1:]] == ["I9"]


def test_a_list_that_another_program_has_saved_is_not_kept() -> None:
    saved = resaved(listed(rich(), LIST))
    assert sheet_names(mark(saved, report()))[-1] == "校验结果"
    assert "计算结果" not in sheet_names(mark(saved, report()))


def test_a_carried_list_that_does_not_fit_is_left_out() -> None:
    kept = carried(listed(rich(), LIST))
    assert kept is not None and kept.base >= 0 and kept.writes == ()
    assert listed(rich(), kept) == listed(rich(), LIST)
    assert listed(simple(), kept) == simple()
    assert carried(rich()) is None
    assert carried(simple(sheet_xml(), "<worksheet")) is None


def test_a_sheet_of_the_users_with_its_name() -> None:
    data = simple(sheet_xml(), sheet_xml(), names=("计算结果", "表2"))
    after = listed(data, LIST)
    assert sheet_names(after) == ["计算结果", "表2", "计算结果2"]
    assert clear(after) == data


def test_an_empty_list_and_names_with_quotes() -> None:
    data = listed(rich(), Changes())
    assert table(data) == [[title for title, _, _ in COLUMNS]]
    assert b"<hyperlinks>" not in members(data)["xl/worksheets/sheet3.xml"]
    quoted = listed(rich(), Changes([write(sheet="附'二'表")]))
    assert openpyxl_book(quoted)["计算结果"]["C5"].hyperlink.location == "'附''二''表'!A2"


def test_personal_numbers_are_masked() -> None:
    data = listed(rich(), Changes([write(old=ID, label=f"{ID} · 金额"), write(old=int(ID[:17]))]))
    for name, content in members(data).items():
        assert ID[6:14].encode() not in content, name
    assert "350***********1234" in str(table(data)[1])


def test_long_lists_say_where_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiesuan.marking.changes.MAX_ROWS", 2)
    data = listed(rich(), Changes([write((row, 1), "更新", 1) for row in range(1, 6)]))
    assert len(table(data)) == 3 and table(data)[1][-1] == "（原公式）"
    assert openpyxl_book(data)["计算结果"]["A2"].value == "更新公式的结果 5 处    只列出前 2 处"


def test_told_from_a_form() -> None:
    titles: dict[str, Value] = {f"{letter}4": title for letter, (title, _, _) in zip("ABCDEFG", COLUMNS, strict=True)}
    whole: dict[str, Value] = {"A1": "计算结果", **titles}
    assert is_changes(memory_book("b", {"随便": whole}).sheets[0])
    assert not is_changes(memory_book("b", {"计算结果": {"A1": "计算结果"}}).sheets[0])
    assert not is_changes(memory_book("b", {"计算结果": titles}).sheets[0])
