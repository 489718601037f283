"""Lists of suspected duplicates: our students in them, and the time for clearing up."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from jiesuan.book import Value, memory_book
from jiesuan.regions import load_law
from jiesuan.roster.books import RECORD_HEADS, record_book
from jiesuan.roster.matches import WORKDAYS, Clearing, NotList, clearing

from .making import number, roster, student

LIST = memory_book(
    "比对结果.xlsx",
    {
        "说明": [["请于10个工作日内核查"]],
        "疑似重复": [
            ["2024年秋季比对结果"],
            ["姓名", "身份证件号", "另一方学校", "资助项目", "人数"],
            ["示例乙", number(1), "某职业高中", "普通高中国家助学金", 1],
            ["张三", f" {number(2)[:6]} {number(2)[6:]}", None, "免学费", 1],
            ["李四", number(77), "某中学", "免学费", 1],
            [None, " ", None, None, None],
        ],
    },
)
DAY = dt.date(2024, 11, 4)


def test_ours_are_found_with_both_places() -> None:
    found = clearing(roster(student(2), student(1)), [LIST], received=DAY, today=dt.date(2024, 11, 15))
    assert (found.listed, found.last, found.left, found.remark) == (3, dt.date(2024, 11, 18), 1, "")
    assert [(m.name, str(m.ours[1]), str(m.theirs[1]), m.about, m.named) for m in found.matches] == [
        ("示例丙", "导出!D3", "疑似重复!B4", "资助项目 免学费", "张三"),
        ("示例乙", "导出!D4", "疑似重复!B3", "另一方学校 某职业高中，资助项目 普通高中国家助学金", ""),
    ]
    assert number(1) not in repr([(m.name, m.number, m.about) for m in found.matches])


def listed(*rows: list[Value], heads: tuple[str, ...] = ("姓名", "身份证号", "另一学校")) -> Clearing:
    """Our students 1 to 3 on a list."""
    given = memory_book("名单.xlsx", {"比对": [list(heads), *rows]})
    return clearing(roster(*(student(n) for n in (1, 2, 3))), [given], received=DAY, today=DAY)


def cells(found: Clearing) -> list[tuple[str, str]]:
    """(our cell, cell of the list) of every match."""
    return [(m.ours[1].cell, m.theirs[1].cell) for m in found.matches]


@pytest.mark.parametrize(
    "heads",
    [
        ("姓名", "身份证号", "学校", "姓名", "身份证号", "学校"),
        ("学生姓名", "学生身份证号", "学校1", "对方姓名", "对方身份证号码", "学校2"),
        ("姓名1", "身份证号1", "学校1", "姓名2", "身份证号2", "学校2"),
        ("姓名（甲）", "证件号码（甲）", "学校", "姓名（乙）", "证件号码（乙）", "学校"),
    ],
)
def test_persons_side_by_side(heads: tuple[str, ...]) -> None:
    found = listed(
        ["示例乙", number(1), "甲校", "张三", number(77), "乙校"],
        ["李四", number(78), "甲校", "示例丙", number(2), "乙校"],
        ["王五", number(79), "甲校", None, None, None],
        heads=heads,
    )
    assert (found.listed, cells(found), found.remarks) == (5, [("D3", "B2"), ("D4", "E3")], ())
    assert [m.named for m in found.matches] == ["", ""]


def test_a_list_of_numbers_alone() -> None:
    found = listed([number(3)], [number(77)], heads=("身份证号",))
    assert (found.listed, cells(found), found.remarks) == (2, [("D5", "A2")], ())


def test_a_note_is_no_heading() -> None:
    found = listed(["姓名", "身份证号"], ["示例乙", number(1)], heads=("请核对学生身份证号",))
    assert cells(found) == [("D3", "B3")]


def test_names_behind_the_numbers() -> None:
    found = listed([number(1), "示例乙", number(2), "示例丙"], heads=("身份证号", "姓名", "身份证号", "姓名"))
    assert [(m.theirs[1].cell, m.named) for m in found.matches] == [("A2", ""), ("C2", "")]


def test_two_numbers_of_one_person() -> None:
    found = listed(["示例乙", number(1), number(1)[:6] + number(1)[8:17]], heads=("姓名", "身份证号", "曾用身份证号"))
    assert cells(found) == [("D3", "B2"), ("D3", "C2")]
    assert listed(["示例乙", number(1), None], heads=("姓名", "身份证号", "曾用身份证号")).remarks == ()


def test_numbers_of_parents_are_nobody_listed() -> None:
    found = listed(["示例乙", number(1), "张三", number(2)], heads=("姓名", "身份证号", "监护人姓名", "监护人身份证号"))
    assert (found.listed, cells(found)) == (1, [("D3", "B2")])


@pytest.mark.parametrize("kind", [str, int, float])
def test_fifteen_digits(kind: type) -> None:
    short = number(1)[:6] + number(1)[8:17]
    assert cells(listed(["示例乙", kind(short), "甲校"])) == [("D3", "B2")]
    given = memory_book("名单.xlsx", {"比对": [["姓名", "身份证号"], ["示例乙", number(1)]]})
    ours = roster(student(1, 身份证号=short))
    assert len(clearing(ours, [given], received=DAY, today=DAY).matches) == 1


@pytest.mark.parametrize("hidden", ["350502********{}", "350502080115***", "350502*********"])
def test_part_of_a_number_where_one_side_has_fifteen_digits(hidden: str) -> None:
    short, part = number(1)[:6] + number(1)[8:17], hidden.format(number(1)[-4:])
    given = memory_book("名单.xlsx", {"比对": [["姓名", "身份证号"], ["示例乙", part], ["李四", part]]})
    for ours in (roster(student(1, 身份证号=short)), roster(student(1))):
        assert cells(clearing(ours, [given], received=DAY, today=DAY)) == [("D3", "B2")]


CUT = number(1)[:15] + "000"


@pytest.mark.parametrize("kind", [int, float, str])
def test_our_numbers_cut_by_a_number_cell(kind: type) -> None:
    ours = roster(*(student(at, 身份证号=kind(CUT)) for at in (1, 2)))
    rows: list[list[Value]] = [["姓名", "身份证号"], ["示例乙", number(1)], ["示例丙", int(CUT)], ["张三", number(3)]]
    found = clearing(ours, [memory_book("名单.xlsx", {"比对": rows})], received=DAY, today=DAY)
    assert [(m.ours[1].cell, m.theirs[1].cell, m.about) for m in found.matches] == [
        ("D3", "B2", "名册上的号码存成了数字，末三位丢失，凭姓名和前15位对上，请核对"),
        ("D4", "B3", "名单上的号码不完整，凭姓名和看得见的几位对上，请核对"),
    ]
    assert found.remarks == (
        "“名单.xlsx”有号码看得见的几位相同、认不准是不是同一人的，请人工核对："
        "比对!B4 与 名册.xlsx 导出!D3 示例乙；比对!B4 与 名册.xlsx 导出!D4 示例丙",
    )


def test_headings_repeated_on_every_page_and_feet_are_nobody() -> None:
    found = listed(
        ["示例乙", number(1), "甲校"],
        ["姓名", "身份证号", "另一学校"],
        ["示例丙", number(2), "甲校"],
        ["制表人：张三", "审核：李四", "电话：1234567"],
    )
    assert (found.listed, cells(found), found.remarks) == (2, [("D3", "B2"), ("D4", "B4")], ())


PARTS: list[Value] = [
    number(1)[:6] + "********" + number(1)[-4:],
    number(1)[:3] + "＊" * 11 + number(1)[-4:],
    number(1)[:6] + "XXXXXXXX" + number(1)[-4:],
    number(1)[:6] + "****" + number(1)[-4:],
    number(1)[:10] + "●" * 8,
    int(number(1)[:15] + "000"),
    float(number(1)[:15] + "000"),
    number(1)[:15] + "000",
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ["示例乙", "示*乙", "*例乙", "某某乙"])
def test_part_of_a_number_and_the_name(part: Value, name: str) -> None:
    found = listed([name, part, "甲校"])
    assert (cells(found), found.remarks) == ([("D3", "B2")], ())
    one = found.matches[0]
    assert (one.about, one.named, one.full) == (
        "另一学校 甲校，名单上的号码不完整，凭姓名和看得见的几位对上，请核对", "", number(1),
    )  # fmt: skip


def test_several_of_ours_fit() -> None:
    found = listed(["示某某", number(1)[:10] + "●" * 8, "甲校"])
    place = "“名单.xlsx”有号码看得见的几位相同、认不准是不是同一人的，请人工核对："
    each = (f"比对!B2 与 名册.xlsx 导出!D{row} 示例{name}" for row, name in ((3, "乙"), (4, "丙"), (5, "丁")))
    assert (found.matches, found.remarks) == ((), (NOT_COMPARED, place + "；".join(each)))


def test_many_doubtful_pairs_are_counted() -> None:
    found = listed(*(["某某某", PARTS[4], "甲校"] for _ in range(11)))
    assert found.remarks[1].count("；") == 29 and found.remarks[1].endswith(
        "比对!B11 与 名册.xlsx 导出!D5 示例丁等 33 处"
    )


def test_a_name_hidden_whole_decides_nothing() -> None:
    found = listed(["某某某", PARTS[0], "甲校"])
    place = "“名单.xlsx”有号码看得见的几位相同、认不准是不是同一人的，请人工核对："
    assert (found.matches, found.remarks) == ((), (NOT_COMPARED, f"{place}比对!B2 与 名册.xlsx 导出!D3 示例乙"))


NOT_COMPARED = "“名单.xlsx”有 1 人没有号码或号码不完整，没有比对，请向发来名单的单位要完整号码"


def test_part_of_a_number_and_another_name() -> None:
    found = listed(["张三", PARTS[0], "甲校"])
    assert (found.matches, found.remarks) == (
        (), (NOT_COMPARED, "“名单.xlsx”有号码看得见的几位相同、认不准是不是同一人的，请人工核对：比对!B2 与 名册.xlsx 导出!D3 示例乙"),
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, "不详", "3.50502E+17", "3505****", "******************", number(77)[:6] + "********" + number(77)[-4:]])  # fmt: skip
def test_who_is_not_compared_is_said(value: Value) -> None:
    found = listed(["张三", value, "甲校"])
    assert (found.listed, found.matches, found.remarks) == (1, (), (NOT_COMPARED,))


@pytest.mark.parametrize("value", [number(77), "H12345678", number(77)[:6] + number(77)[8:17]])
def test_whole_numbers_of_others_say_nothing(value: Value) -> None:
    found = listed(["张三", value, "甲校"])
    assert (found.listed, found.matches, found.remarks) == (1, (), ())


def test_rows_below_the_list() -> None:
    found = listed(
        ["合计", "1人", "1"], [None, None, None], ["以上请核查", None, None], ["填表人：张三", None, "电话 1"]
    )
    assert (found.listed, found.remarks) == (0, ("“名单.xlsx”里有列标题，没有读到一个人，请核对是不是拿错了文件",))


def test_late() -> None:
    found = clearing(roster(student(1)), [LIST], received=DAY, today=dt.date(2024, 11, 20))
    assert found.left == -2


def test_none_of_ours() -> None:
    found = clearing(roster(student(5)), [LIST], received=DAY, today=DAY)
    assert (found.matches, found.listed) == ((), 3)


def test_not_a_list() -> None:
    other = memory_book("甲.xlsx", {"表": [["姓名"], ["张三"]]})
    with pytest.raises(NotList) as caught:
        clearing(roster(student(1)), [other], received=DAY, today=DAY)
    assert str(caught.value) == "“甲.xlsx”的“表”里没有比对名单：要有一行列标题，其中有“身份证号”一列。"


@pytest.mark.parametrize("full", [False, True])
def test_record(full: bool) -> None:
    found = clearing(roster(student(1)), [LIST], received=DAY, today=DAY)
    data = record_book(found, ["说明"], full=full)
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[2] == [name for name, _ in RECORD_HEADS]
    assert lines[3][:6] == [
        "1", "示例乙", number(1) if full else found.matches[0].number, "名册.xlsx 导出!D3", "比对结果.xlsx 疑似重复!B3",
        "另一方学校 某职业高中，资助项目 普通高中国家助学金",
    ]  # fmt: skip
    assert (number(1).encode() in data) is False


@pytest.mark.parametrize(("region", "year"), [("福建", 2024), ("福建", 2025), ("全国", 2025)])
def test_the_workdays_are_those_of_the_calendar(region: str, year: int) -> None:
    # 闽人社办〔2024〕79号 二(三); 人社部办公厅2025年通知
    held = load_law(region).period("重复资助清理", year)
    assert (held.entry.workdays if held else None) == WORKDAYS
