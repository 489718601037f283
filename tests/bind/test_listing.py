"""The lists of students, 1-2 and 2-2."""

from __future__ import annotations

import pytest

from jiesuan.book import Sheet
from jiesuan.ref import a1
from jiesuan.table import Problem

from .making import AUTUMN, LATER, SPRING, blank_book, bound, cells, own, rename, sample_sheet, typed

TITLE = "市属技工院校2024年春季学期精准资助学生明细"
HEAD = """精准资助类型\t入学年春季专业级\t学生情况\t\t\t申报资助金额（元）\t\t\t\t备注 (如家庭经济困难等请注明办法)
\t\t姓名\t身份证号\t联系电话\t助学金\t\t免学费
\t\t\t\t\t人数\t金额\t人数\t金额"""
FIRST, SECOND, THIRD = "脱贫户（含监测对象）家庭学生", "特困供养、低保和低保边缘家庭学生", "家庭经济困难残疾学生"


def student(section: str = "", name: str = "张三", serial: int = 1) -> str:
    return f"{section}\t2023秋幼儿教育1班\t{name}\t350582200701011238\t13900000000\t{serial}\t1000\t{serial}\t1050"


def subtotal(label: str = "本类学生小计") -> str:
    return f"\t{label}\t\t\t\t1\t1000\t1\t1050"


WHOLE = [
    student(FIRST),
    subtotal(),
    student(SECOND),
    subtotal(),
    student(THIRD),
    subtotal(),
    "\t三类学生合计\t\t\t\t3\t3000\t3\t3150",
]


def listed(*lines: str, head: str = HEAD) -> Sheet:
    return typed("名单", "\n".join([TITLE, "学校名称（加盖公章）：", "填报时间：2024年 月 日", head, *lines]))


def rows(sheet: Sheet) -> tuple[list[tuple[str, int]], dict[str, int], list[Problem]]:
    """(section, row) of the students, total → row, problems."""
    workbook = bound(sheet)
    table = workbook.tables["精准明细"]
    details = [(table.keys[i][0], table.rows[i]) for i in table.details()]
    totals = {key[0]: table.rows[index] for key, index in table.index.items()}
    return details, totals, own(workbook, "精准明细")


TOTALS = {"脱贫户": 8, "特困低保": 10, "残疾": 12, "*": 13}


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER])
@pytest.mark.parametrize("form_id", ["1-2", "2-2"])
def test_the_template_is_bound_where_it_was_laid_out(form_id: str, term: object) -> None:
    sheet, laid = sample_sheet(form_id, term)  # type: ignore[arg-type]
    workbook = bound(sheet, term=term)  # type: ignore[arg-type]
    table = workbook.tables["精准明细"]
    assert own(workbook, "精准明细") == []
    for name, column in laid.columns.items():
        places = table.columns[name].cells
        assert [places[i] for i in table.details()] == [(table.rows[i], column) for i in table.details()]
    for (key, name), cell in laid.places.items():
        assert table.columns[name].cells[table.index[key]] == cell
    filled = {
        (section, row)
        for (section, _), row in laid.rows.items()
        if any(sheet.value(row, column) is not None for column in laid.columns.values())
    }
    assert {(table.keys[i][0], table.rows[i]) for i in table.details()} == filled


def test_the_empty_template_has_totals_and_no_students() -> None:
    book, _laid = blank_book("市属")
    workbook = bound(book.sheets[1])
    table = workbook.tables["精准明细"]
    assert (table.details(), list(table.index), own(workbook, "精准明细")) == (
        [],
        [("脱贫户",), ("特困低保",), ("残疾",), ("*",)],
        [],
    )


def test_the_printed_form_with_lost_merges() -> None:
    sheet = listed(*WHOLE)
    assert rows(sheet) == ([("脱贫户", 7), ("特困低保", 9), ("残疾", 11)], TOTALS, [])
    table = bound(sheet).tables["精准明细"]
    assert {name: a1(*column.cells[0]) for name, column in table.columns.items() if column.cells[0]} == {
        "班级": "B7",
        "姓名": "C7",
        "身份证号": "D7",
        "联系电话": "E7",
        "助学金人数": "F7",
        "助学金金额": "G7",
        "免学费人数": "H7",
        "免学费金额": "I7",
        "备注": "J7",
    }
    assert cells(table, "姓名") == {("残疾",): "C11", ("特困低保",): "C9", ("脱贫户",): "C7"}


def test_subtotals_in_the_first_column_under_other_names() -> None:
    lines = [line.replace("\t本类学生小计", "三类学生小计\t") for line in WHOLE]
    assert rows(listed(*lines)) == ([("脱贫户", 7), ("特困低保", 9), ("残疾", 11)], TOTALS, [])


def test_blank_rows_and_dots_are_no_students() -> None:
    lines = [WHOLE[0], "\t......", "", *WHOLE[1:]]
    details, totals, problems = rows(listed(*lines))
    assert (details, problems) == ([("脱贫户", 7), ("特困低保", 11), ("残疾", 13)], [])
    assert totals == {"脱贫户": 10, "特困低保": 12, "残疾": 14, "*": 15}


def test_missing_subtotals_are_named() -> None:
    details, totals, problems = rows(listed(*(line for line in WHOLE if "小计" not in line)))
    assert details == [("脱贫户", 7), ("特困低保", 8), ("残疾", 9)]
    assert totals == {"*": 10}
    assert problems == [
        Problem("missing-row", "名单", None, label, f"找不到“{label}”这一行，请按模板补上，不要删去小计、合计行。")
        for label in ("脱贫户 本类学生小计", "特困低保 本类学生小计", "残疾 本类学生小计")
    ]


def test_a_missing_total_is_named() -> None:
    assert rows(listed(*WHOLE[:-1]))[2] == [
        Problem(
            "missing-row",
            "名单",
            None,
            "三类学生合计",
            "找不到“三类学生合计”这一行，请按模板补上，不要删去小计、合计行。",
        )
    ]


def test_a_section_without_its_label_is_taken_by_order_and_reported() -> None:
    lines = [WHOLE[0], WHOLE[1], student(), *WHOLE[3:]]
    assert rows(listed(*lines)) == (
        [("脱贫户", 7), ("特困低保", 9), ("残疾", 11)],
        TOTALS,
        [
            Problem(
                "stray-figure",
                "名单",
                (9, 2),
                "第9行",
                "第9行有学生，但看不出属于哪一类（左边没有精准资助类型）；暂按顺序算作“特困低保”。",
            )
        ],
    )
    details, _, problems = rows(listed(student(), *WHOLE[1:]))
    assert details[0] == ("脱贫户", 7)
    assert [problem.cell for problem in problems] == [(7, 2)]


def test_a_student_behind_the_last_section_belongs_to_none() -> None:
    details, totals, problems = rows(listed(*WHOLE[:-1], student(), WHOLE[-1]))
    assert (details, totals["*"]) == ([("脱贫户", 7), ("特困低保", 9), ("残疾", 11)], 14)
    assert problems == [
        Problem(
            "stray-figure",
            "名单",
            (13, 2),
            "第13行",
            "第13行有学生，但看不出属于哪一类（左边没有精准资助类型）；没有计入任何一类。",
        )
    ]


def test_a_subtotal_before_any_section_is_nobodys() -> None:
    details, totals, problems = rows(listed(subtotal(), *WHOLE))
    assert (len(details), totals, problems) == (3, {key: row + 1 for key, row in TOTALS.items()}, [])


def test_a_subtotal_twice() -> None:
    _, totals, problems = rows(listed(*WHOLE[:2], subtotal("小计"), *WHOLE[2:]))
    assert totals["脱贫户"] == 8
    assert problems == [Problem("duplicate-row", "名单", (9, 1), "小计", "第9行的“小计”与第8行重复，只采用前一行。")]


def test_a_section_label_again_opens_it_again() -> None:
    details, _, problems = rows(listed(*WHOLE[:2], student(FIRST, "李四"), subtotal(), *WHOLE[2:]))
    assert details == [("脱贫户", 7), ("脱贫户", 9), ("特困低保", 11), ("残疾", 13)]
    assert [problem.check for problem in problems] == ["duplicate-row"]


def test_the_section_stands_in_every_row() -> None:
    lines = [student(FIRST), student(FIRST, "李四", 2), *WHOLE[1:]]
    assert rows(listed(*lines))[0] == [("脱贫户", 7), ("脱贫户", 8), ("特困低保", 10), ("残疾", 12)]


@pytest.mark.parametrize("foot", ["填表说明：1.如遇", "学校联系人：王五"])
def test_the_foot_of_the_page_ends_the_list(foot: str) -> None:
    details, totals, problems = rows(listed(*WHOLE[:-1], foot, "\t2023秋幼儿教育1班\t李四"))
    assert (len(details), "*" in totals, [p.label for p in problems]) == (3, False, ["三类学生合计"])
    details, _, _ = rows(listed(*WHOLE[:-1], f"\t{foot}", student()))
    assert len(details) == 3


BELOW = "第{}行的学生在“三类学生合计”（第13行）下面，没有计入任何小计、合计，也没有核对；请移到{}小计行的上面。"
FOOT = ["学校联系人：\t\t\t联系电话：\t\t\t\t手机：", "填表说明：", "1.如遇既是精准资助对象又是涉农专业的学生，……"]
ONLY_NAMED = "\t2023秋幼儿教育1班\t李四\t\t\t\t1000\t\t1050"


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([student()], [((14, 2), BELOW.format(14, "所属一类"))]),
        ([student(FIRST)], [((14, 2), BELOW.format(14, f"“{FIRST}”"))]),
        (
            ["", student(), student()],
            [((15, 2), BELOW.format(15, "所属一类")), ((16, 2), BELOW.format(16, "所属一类"))],
        ),
        ([SECOND, student(), *FOOT], [((15, 2), BELOW.format(15, f"“{SECOND}”"))]),
        ([*FOOT, "", student()], [((18, 2), BELOW.format(18, "所属一类"))]),
        (["\t\t\t350582 20070101 1238"], [((14, 4), BELOW.format(14, "所属一类"))]),
        (["\t\t李四\t35058220070101123"], [((14, 3), BELOW.format(14, "所属一类"))]),
        (["\t\t李四\t2024年9月5日"], []),
        ([ONLY_NAMED], [((14, 2), BELOW.format(14, "所属一类"))]),
        (
            ["其他类学生\t\t\t\t\t3\t3000\t3\t3150"],
            [
                (
                    (14, 7),
                    "第14行的数在“三类学生合计”（第13行）下面，没有计入任何小计、合计；"
                    "请移到所属一类小计行的上面，不该填的请删去。",
                )
            ],
        ),
        (FOOT, []),
        ([*FOOT, ONLY_NAMED], [((17, 2), BELOW.format(17, "所属一类"))]),
        ([*FOOT, ONLY_NAMED.replace("1050", "")], []),
        ([*FOOT, f"审核人：{ONLY_NAMED}"], []),
        (["其中：女生\t\t\t\t\t3\t3000\t3\t3150"], []),
        (["上学期人数\t\t\t\t\t3\t3000\t3\t3150"], []),
        (["备注：本学期共 35 人\t\t\t\t\t\t3000\t\t3150"], []),
        (["其中：女生", student()], [((15, 2), BELOW.format(15, "所属一类"))]),
        (["填表人：\t\t李四\t2024年9月5日\t\t\t\t手机：\t13900000000"], []),
        (["学校联系人\t王五\t李四\t0595-22222222\t\t\t1000\t\t13900000000"], []),
        (["\t\t李四\t\t\t\t\t\t13900000000"], []),
        (["核对：\t\t\t\t\t\t3000\t\t3150"], []),
        (["\t\t\t\t\t\t3000"], []),
        ([FIRST], []),
    ],
)
def test_what_is_filled_in_below_the_total(lines: list[str], found: list[tuple[tuple[int, int], str]]) -> None:
    details, totals, problems = rows(listed(*WHOLE, *lines))
    assert (details, totals) == ([("脱贫户", 7), ("特困低保", 9), ("残疾", 11)], TOTALS)
    assert problems == [Problem("stray-figure", "名单", cell, f"第{cell[0]}行", says) for cell, says in found]


def test_a_student_past_the_foot_of_a_list_without_a_total() -> None:
    _, _, problems = rows(listed(*WHOLE[:-1], FOOT[0], student()))
    assert [(p.cell, p.message) for p in problems] == [
        ((14, 2), "第14行的学生在表的下面，没有计入任何小计、合计，也没有核对；请移到所属一类小计行的上面。"),
        (None, "找不到“三类学生合计”这一行，请按模板补上，不要删去小计、合计行。"),
    ]


@pytest.mark.parametrize(
    "number", ["350582200701011238", 350582200701011238, 350582200701011200.0, "35058220070101123X"]
)
def test_an_identity_number_however_typed_is_a_student(number: str | int | float) -> None:
    sheet = listed(*WHOLE, "x")
    sheet.put(14, 1, None)
    sheet.put(14, 4, number)
    assert [(p.cell, p.message) for p in rows(sheet)[2]] == [((14, 4), BELOW.format(14, "所属一类"))]


def test_without_a_heading_over_the_sections() -> None:
    sheet = listed(*WHOLE, head=HEAD.replace("精准资助类型", ""))
    assert rows(sheet) == ([("脱贫户", 7), ("特困低保", 9), ("残疾", 11)], TOTALS, [])


def test_without_any_section() -> None:
    sheet = typed("名单", "\n".join([TITLE, HEAD.replace("精准资助类型", "序号"), "1" + student()]))
    details, totals, problems = rows(sheet)
    assert (details, totals) == ([("脱贫户", 5)], {})
    assert [(problem.check, problem.label) for problem in problems] == [
        ("stray-figure", "第5行"),
        ("missing-row", "脱贫户 本类学生小计"),
        ("missing-row", "特困低保 本类学生小计"),
        ("missing-row", "残疾 本类学生小计"),
        ("missing-row", "三类学生合计"),
    ]


def test_a_missing_column_names_the_nearest_heading() -> None:
    sheet, _ = sample_sheet("1-2")
    rename(sheet, "联系电话", "电联系话")
    assert own(bound(sheet), "精准明细") == [
        Problem(
            "missing-column",
            "精准学生明细",
            (5, 5),
            "联系电话",
            "找不到“学生情况›联系电话”这一列，最接近的标题是“电联系话”；看左右两列，标题应写在 E5。",
        )
    ]


def test_without_headings_every_column_is_missing() -> None:
    workbook = bound(typed("名单", f"{TITLE}\n甲\t乙\n1\t2"))
    assert [(p.check, p.label, p.message) for p in own(workbook, "精准明细")] == [
        ("missing-column", caption, f"找不到“{path}”这一列，没有相近的标题。")
        for caption, path in (
            ("班级", "入学年季专业班级"),
            ("姓名", "学生情况›姓名"),
            ("身份证号", "学生情况›身份证号"),
            ("联系电话", "学生情况›联系电话"),
            ("助学金人数", "申报资助金额（元）›助学金›人数"),
            ("助学金金额", "申报资助金额（元）›助学金›金额"),
            ("免学费人数", "申报资助金额（元）›免学费›人数"),
            ("免学费金额", "申报资助金额（元）›免学费›金额"),
        )
    ]


def test_identity_numbers_typed_as_numbers_are_kept_as_they_are() -> None:
    sheet = listed(*WHOLE)
    assert bound(sheet).tables["精准明细"].columns["身份证号"].raw[0] == 350582200701011238
