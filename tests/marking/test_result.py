"""The sheet `校验结果` as people see it."""

from __future__ import annotations

from jiesuan.book import memory_book
from jiesuan.marking import mark
from jiesuan.marking.result import COLUMNS, HEADER_ROW
from jiesuan.marking.returned import is_result, without_result
from jiesuan.report import Report, Unverified

from .making import RULES, finding, openpyxl_book, report, simple


def cells(found: Report) -> dict[str, str]:
    sheet = openpyxl_book(mark(simple(), found))["校验结果"]
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value}


def test_summary() -> None:
    found = report(finding("表1", "A1"), finding("表1", "A2", "核实"), school="某校", remarks=["工作表“甲”已损坏"])
    shown = cells(found)
    assert shown["A1"] == "校验结果"
    assert shown["A2"] == "某校    市属 · 2024春"
    assert shown["A3"].startswith("错误 1 处    核实 1 处    提示 0 处        规则 3 条")
    assert shown["A4"] == "请先改正 1 处错误，再校验一次。另有 1 处要核实。"
    assert shown["A6"] == "注意：工作表“甲”已损坏"


def test_rows_by_level() -> None:
    shown = cells(report(finding("表1", "A3", "提示"), finding("表1", "A2", "核实"), finding("", "", "错误")))
    assert [shown[f"A{row}"] for row in (8, 9, 10)] == ["错误", "核实", "提示"]
    assert (shown["C8"], shown["D9"]) == ("（整个工作簿）", "A2")
    assert shown["E9"] == "核实的样子：两边不等\n脱贫户 · 金额\n对照 表1!B2  合计  3"
    assert [shown[f"{letter}9"] for letter in "FGHIJ"] == [
        "2.0000 万元",
        "1.0000 万元",
        "-1.0000 万元",
        "闽技助文〔2024〕5号",
        "先核对名单",
    ]


def test_what_could_not_be_checked() -> None:
    items = [Unverified(RULES["核实"], f"缺第{n}表") for n in range(5)] + [Unverified(RULES["错误"], "缺")]
    shown = cells(report(unchecked=items))
    assert shown["A9"] == "未能校验（不等于通过）"
    assert shown["B10"] == "X201"
    assert shown["C10"] == "核实的样子：缺第0表；缺第1表；缺第2表……"
    assert shown["C11"] == "错误的样子：缺"


def test_many_rules_stay_within_excels_links(monkeypatch: object) -> None:
    import jiesuan.marking.result as module

    monkeypatch.setattr(module, "MAX_LINKS", 1)  # type: ignore[attr-defined]
    sheet = openpyxl_book(mark(simple(), report(finding("表1", "A1"), finding("表1", "A2"))))["校验结果"]
    assert [sheet[cell].hyperlink is not None for cell in ("D8", "D9")] == [True, False]


def test_links_lead_to_the_cell() -> None:
    data = simple("<worksheet><sheetData/></worksheet>", names=("一 '二'",))
    sheet = openpyxl_book(mark(data, report(finding("一 '二'", "B2:B4,D1"))))["校验结果"]
    assert sheet["D8"].hyperlink.location == "'一 ''二'''!B2:B4"


def test_known_again_when_it_comes_back() -> None:
    head = [title for title, _, _ in COLUMNS]
    rows = [["校验结果"], *[[None]] * (HEADER_ROW - 2), head, ["核实", "X201", "表1", "A2", *[None] * 6, " 原因 "]]
    book = memory_book("b", {"别名": rows, "表1": [[1]], "校验结果": [["校验结果"]]})
    assert is_result(book.sheets[0])
    assert without_result(book) == {("X201", "表1", "A2"): "原因"}
    assert [sheet.name for sheet in book.sheets] == ["表1", "校验结果"]
