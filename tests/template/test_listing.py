"""The table of a list form: sections that grow with their students, subtotals and the total."""

from __future__ import annotations

import pytest

from jiesuan.book import Value
from jiesuan.filling import FigureKey, Filling
from jiesuan.form import ALL
from jiesuan.pack import Pack, load_pack
from jiesuan.ref import parse_a1
from jiesuan.template.laid import Laid, Spot, text_height
from jiesuan.template.layout import lay_out
from jiesuan.template.listing import list_widths
from jiesuan.term import Term

SPRING = Term.parse("2024春")
STUDENT: dict[str, Value] = {"班级": "2023秋数控加工1班", "姓名": "示例甲", "助学金人数": 1, "助学金金额": 1000}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def laid(pack: Pack, filling: Filling | None = None, form: str = "1-2") -> Laid:
    return lay_out(pack, pack.form(form, SPRING), SPRING, filling)


def students(*counts: int, **changes: Value) -> Filling:
    names = ("脱贫户", "特困低保", "残疾")
    return Filling(
        rows={"精准明细": {name: [{**STUDENT, **changes}] * count for name, count in zip(names, counts, strict=True)}}
    )


def shown(sheet: Laid, cells: str) -> list[Value]:
    spots = [sheet.cells[parse_a1(cell)] for cell in cells.split()]
    return [f"={spot.formula}" if spot.formula is not None else spot.value for spot in spots]


def test_widths(pack: Pack) -> None:
    assert list_widths(pack.form("2-2", SPRING)) == [22, 26, 11, 21, 14, 7, 11, 7, 11, 24]


@pytest.mark.parametrize(
    ("counts", "labels", "sums", "total"),
    [
        ((0, 0, 0), [(7, 8), (9, 10), (11, 12)], ["G7:G7", "G9:G9", "G11:G11"], "G8+G10+G12"),
        ((1, 1, 1), [(7, 8), (9, 10), (11, 12)], ["G7:G7", "G9:G9", "G11:G11"], "G8+G10+G12"),
        ((2, 0, 1), [(7, 9), (10, 11), (12, 13)], ["G7:G8", "G10:G10", "G12:G12"], "G9+G11+G13"),
        ((0, 30, 4), [(7, 8), (9, 39), (40, 44)], ["G7:G7", "G9:G38", "G40:G43"], "G8+G39+G44"),
        ((200, 1, 1), [(7, 207), (208, 209), (210, 211)], ["G7:G206", "G208:G208", "G210:G210"], "G207+G209+G211"),
    ],
)
def test_sections(
    pack: Pack, counts: tuple[int, int, int], labels: list[tuple[int, int]], sums: list[str], total: str
) -> None:
    sheet = laid(pack, students(*counts))
    assert {(first, 1, last, 1) for first, last in labels} <= set(sheet.merges)
    for (_, last), area in zip(labels, sums, strict=True):
        assert sheet.cells[(last, 7)] == Spot(None, f"SUM({area})", "computed", "助学金金额")
        assert sheet.cells[(last, 6)].formula == f'COUNTIF({area},">0")'
        assert sheet.cells[(last, 2)].value == "本类学生小计"
    end = labels[-1][1] + 1
    assert sheet.cells[(end, 7)].formula == total
    assert (sheet.body, sheet.starts) == ((7, end), [labels[1][0], labels[2][0]])
    assert (end, 1, end, 2) in sheet.merges and (end, 2) not in sheet.cells


def test_rows_and_places(pack: Pack) -> None:
    sheet = laid(pack, students(2, 1, 0))
    assert sheet.rows == {("脱贫户", 0): 7, ("脱贫户", 1): 8, ("特困低保", 0): 10, ("残疾", 0): 12}
    summed = {"助学金人数": 6, "助学金金额": 7, "免学费人数": 8, "免学费金额": 9, "备注": 10}
    rows = {"脱贫户": 9, "特困低保": 11, "残疾": 13, ALL: 14}
    assert sheet.places == {
        ((key,), name): (row, column) for key, row in rows.items() for name, column in summed.items()
    }


def test_what_a_student_fills_in(pack: Pack) -> None:
    sheet = laid(pack, students(1, 0, 0, 备注="包含涉农"))
    assert shown(sheet, "B7 C7 D7 E7 F7 G7 H7 I7 J7") == [
        "2023秋数控加工1班", "示例甲", None, None, 1, 1000, None, None, "包含涉农",
    ]  # fmt: skip
    assert [sheet.cells[(7, column)].style for column in range(2, 11)] == ["input"] * 8 + ["text"]
    assert shown(sheet, "B9 G9") == [None, None]


def test_an_empty_filling_prints_one_row_a_blank_form_ten(pack: Pack) -> None:
    assert [laid(pack, filling).body for filling in (None, Filling())] == [(7, 40), (7, 13)]


@pytest.mark.parametrize(
    ("changes", "heights"),
    [
        ({}, [16, 16]),
        ({"班级": "2023秋季学期数控加工与维修技术1班"}, [30.5, 16]),
        ({"班级": "2023秋季学期数控加工与维修技术1班", "备注": "包含涉农专业学生" * 4}, [45, 16]),
        ({"助学金金额": "待核定" * 20}, [16, 16]),
    ],
)
def test_a_long_text_makes_its_row_higher(pack: Pack, changes: dict[str, Value], heights: list[float]) -> None:
    """Only what is wider than its column; figures are shrunk instead."""
    sheet = laid(pack, students(1, 0, 0, **changes))
    assert [sheet.height(row) for row in (7, 9)] == heights


def test_a_section_label_fits_beside_a_single_student(pack: Pack) -> None:
    assert laid(pack, students(1, 1, 1)).heights.keys().isdisjoint(range(7, 14))


def test_typed_totals(pack: Pack) -> None:
    typed: dict[FigureKey, Value] = {
        ("精准明细", ("脱贫户",), "助学金金额"): 3000,
        ("精准明细", (ALL,), "免学费人数"): 0,
        ("精准明细", (ALL,), "备注"): "已核对",
        ("免学费", (ALL,), "助学金金额"): 1,
    }
    sheet = laid(pack, Filling(typed))
    assert shown(sheet, "G8 H8 G10 F13 G13 H13 J13") == [
        3000, '=COUNTIF(I7:I7,">0")', "=SUM(G9:G9)", "=F8+F10+F12", "=G8+G10+G12", 0, "已核对",
    ]  # fmt: skip
    assert sheet.cells[(8, 7)] == Spot(3000, None, "computed", "助学金金额")


def test_cells_between_label_and_figures_of_a_total_are_of_no_field(pack: Pack) -> None:
    sheet = laid(pack)
    assert [sheet.cells[(17, column)] for column in (3, 4, 5)] == [Spot(None, None, "text", "")] * 3
    assert sheet.cells[(17, 10)] == Spot(None, None, "text", "备注")


def test_rows_grow_for_broken_lines_and_long_remarks_of_a_total(pack: Pack) -> None:
    broken: dict[str, Value] = {"姓名": "张三", "备注": "一\n二\n三"}
    filling = Filling(
        {("精准明细", ("脱贫户",), "备注"): "包含涉农专业学生1人，申请了助学金1000元、免学费补助金1200元"},
        rows={"精准明细": {"脱贫户": [broken]}},
    )
    sheet = lay_out(pack, pack.form("2-2", SPRING), SPRING, filling)
    first = sheet.rows[("脱贫户", 0)]
    assert sheet.heights[first] == text_height("一\n二\n三", 20)
    assert sheet.heights[first + 1] > 30


def test_rows_of_an_unknown_section_are_not_lost_in_silence(pack: Pack) -> None:
    with pytest.raises(KeyError, match="孤儿"):
        lay_out(pack, pack.form("2-2", SPRING), SPRING, Filling(rows={"精准明细": {"孤儿": [{"姓名": "张三"}]}}))
