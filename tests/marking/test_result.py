"""The sheet `校验结果` as people see it."""

from __future__ import annotations

from jiesuan.book import Value, memory_book
from jiesuan.explain import Judgement, Mark, Remark, Typed, spot
from jiesuan.marking import mark
from jiesuan.marking.result import COLUMNS, HEADER_ROW, REASON, problem_lines, row_height
from jiesuan.marking.returned import is_result, typed_in, without_result
from jiesuan.report import Related, Report, Unverified

from .making import RULES, finding, openpyxl_book, report, simple


def heading() -> list[list[Value]]:
    """The rows of the sheet down to the titles of its columns."""
    between: list[list[Value]] = [[None]] * (HEADER_ROW - 2)
    return [["校验结果"], *between, [title for title, _, _ in COLUMNS]]


def cells(found: Report) -> dict[str, str]:
    sheet = openpyxl_book(mark(simple(), found))["校验结果"]
    return {cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value}


def test_summary() -> None:
    found = report(finding("表1", "A1"), finding("表1", "A2", "核实"), school="某校", remarks=["工作表“甲”已损坏"])
    shown = cells(found)
    assert shown["A1"] == "校验结果"
    assert shown["A2"] == "市属 · 2024春 · 某校"
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


def test_only_what_a_reason_answers_looks_fillable() -> None:
    found = report(
        finding("表1", "A1"), finding("表1", "A2", "核实"), finding("表1", "A3", "提示"), finding("", "", "核实")
    )
    found.explained = [finding("表1", "B9", "核实")]
    sheet = openpyxl_book(mark(simple(), found))["校验结果"]
    column = [sheet.cell(row, REASON) for row in range(8, 13)]
    assert [sheet.cell(row, 1).value for row in range(8, 13)] == ["错误", "核实", "核实", "提示", "已说明"]
    assert [cell.fill.fill_type for cell in column] == [None, "solid", "solid", None, "solid"]
    assert {cell.fill.fgColor.rgb for cell in column if cell.fill.fill_type} == {"FFFFFDF0"}
    assert {(cell.border.left.style, cell.alignment.wrap_text) for cell in column} == {("thin", True)}


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
    rows: list[list[Value]] = [*heading(), ["核实", "X201", "表1", "A2", *[None] * 6, " 原因 "]]
    book = memory_book("b", {"别名": rows, "表1": [[1]], "校验结果": [["校验结果"]]})
    assert is_result(book.sheets[0])
    assert without_result(book) == {("X201", "表1", "A2"): "原因"}
    assert [sheet.name for sheet in book.sheets] == ["表1", "校验结果"]


def test_what_is_explained_stands_last_with_its_words() -> None:
    asked, hint, answered = finding("表1", "A2", "核实"), finding("表1", "A3", "提示"), finding("表1", "B9", "核实")
    found = report(asked, hint)
    found.explained = [answered]
    mark_of = Mark("a", "b", "c")
    judgement = Judgement(found, remarks={spot(answered): Remark("原因写在这里", "待复核", mark_of)})
    sheet = openpyxl_book(mark(simple(), found, judgement))["校验结果"]
    rows = [[sheet.cell(row, n).value for n in (1, 4, 11, 12, 13)] for row in (8, 9, 10)]
    assert rows == [
        ["核实", "A2", None, None, None],
        ["提示", "A3", None, None, None],
        ["已说明", "B9", "原因写在这里", "待复核", "1:a:b:c"],
    ]
    assert "已说明 1 处" in sheet["A3"].value
    assert sheet["D10"].hyperlink.location == "'表1'!B9"
    assert sheet.column_dimensions["M"].hidden and not sheet.column_dimensions["L"].hidden
    assert sheet.auto_filter.ref == "A7:M10"
    ranges = {str(area.sqref): [rule.formula[0] for rule in area.rules] for area in sheet.conditional_formatting}
    assert ranges["L8:L10"] == ['OR(LEFT(L8,2)="失效",LEFT(L8,3)="不采用",LEFT(L8,3)="已退回")']
    marked = openpyxl_book(mark(simple(), found, judgement))["表1"]
    assert [str(area.sqref) for area in marked.conditional_formatting] == ["A2", "A3"]


def test_a_finding_without_words() -> None:
    bare = finding("表1", "A1", message="", label="", related=(Related("表2", "", "甲", "1"),))
    same = finding("表1", "A1", message=RULES["错误"].name, related=(Related("表1", "A1", "脱贫户 · 金额", "1"),))
    assert problem_lines(bare) == ["错误的样子", "对照 表2  甲  1"]
    assert problem_lines(same) == ["错误的样子", "脱贫户 · 金额"]


def test_the_cells_of_a_sum_are_listed_once() -> None:
    label = "其他 · 人次之和（2格）"
    others = Related("表1", "A1,C1", label, "29"), Related("表2", "B2", "其他 · 人次", "30")
    found = finding("表1", "A1", message=RULES["错误"].name, label=label, actual="29", related=others)
    assert problem_lines(found) == ["错误的样子", f"{label}：A1,C1", "对照 表2!B2  其他 · 人次  30"]


def test_an_empty_row_is_no_lower_than_a_line() -> None:
    assert row_height([""] * len(COLUMNS)) == 18
    assert row_height(["", "", "", "", "甲" * 9000, *[""] * 8]) == 400


def test_rows_come_back_with_their_marks() -> None:
    line: list[Value] = ["核实", "X201", "表1", "A2", "问题", *[None] * 5]
    rows: list[list[Value]] = [
        *heading(),
        [*line, " 原因\r\n二 ", "待复核", "1:a:b:c"],
        [*line, None, None, "1:a:b:c"],
        [*line, None, None, "1:a:b:"],
    ]
    book = memory_book("b", {"校验结果": rows, "表1": [[1]]})
    assert without_result(book) == {("X201", "表1", "A2"): "原因\n二"}
    assert typed_in(book) == [
        Typed("X201", "表1", "A2", "问题", "原因\n二", Mark("a", "b", "c")),
        Typed("X201", "表1", "A2", "问题", "", Mark("a", "b", "c")),
    ]
    assert [sheet.name for sheet in book.ours] == ["校验结果"]
