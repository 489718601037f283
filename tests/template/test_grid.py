"""The table of a grid form: which cell stands for which figure, what is filled in, and every shape a form may take."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from jiesuan.book import Value
from jiesuan.filling import FigureKey, Filling
from jiesuan.form import ALL, Key, Shape
from jiesuan.pack import Pack, load_pack
from jiesuan.ref import a1, parse_a1
from jiesuan.template.grid import default_shape, form_index, grid_widths
from jiesuan.template.laid import Laid, Spot
from jiesuan.template.layout import lay_out
from jiesuan.term import Term

SPRING, TIERED = Term.parse("2024春"), Term.parse("2025春")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def laid(
    pack: Pack, form: str, figures: dict[FigureKey, Value] | None = None, term: Term = SPRING, shape: str | None = None
) -> Laid:
    return lay_out(pack, pack.form(form, term), term, Filling(figures or {}), shape)


def shown(sheet: Laid, cells: str) -> list[Value]:
    spots = [sheet.cells[parse_a1(cell)] for cell in cells.split()]
    return [f"={spot.formula}" if spot.formula is not None else spot.value for spot in spots]


FEE_ROWS = {
    ("一年级", "涉农专业"): 7, ("一年级", "数控等高级工专业"): 11, ("一年级", "其他一般专业"): 15,
    ("二年级", "涉农专业"): 20, ("二年级", "数控等高级工专业"): 24, ("二年级", "其他一般专业"): 28,
    ("三年级", "涉农专业"): 33, ("三年级", "数控等高级工专业"): 37, ("三年级", "其他一般专业"): 41,
}  # fmt: skip
FEE_COLUMNS = dict(zip(["第1月", "第2月", "第3月", "第4月", "第5月", "人次", "补助金额"], "FGHIJKL", strict=True))


def fee_places() -> Iterator[tuple[tuple[Key, str], str]]:
    for (grade, kind), row in FEE_ROWS.items():
        for index, need in enumerate(("脱贫户", "特困低保", "残疾", "其他")):
            key = (grade, kind, need)
            yield (key, "月标准"), f"D{row}"
            yield (key, "就读专业"), f"E{row + index}"
            yield (key, "备注"), f"M{row + index}"
            yield from (((key, name), f"{column}{row + index}") for name, column in FEE_COLUMNS.items())
    for key, row in {
        ("一年级", ALL, ALL): 19,
        ("二年级", ALL, ALL): 32,
        ("三年级", ALL, ALL): 45,
        (ALL, ALL, ALL): 46,
    }.items():
        yield (key, "备注"), f"M{row}"
        yield from (((key, name), f"{column}{row}") for name, column in FEE_COLUMNS.items())


@pytest.mark.parametrize("form", ["1-3", "2-3"])
def test_places_of_the_fee_form(pack: Pack, form: str) -> None:
    sheet = laid(pack, form)
    assert {figure: a1(*cell) for figure, cell in sheet.places.items()} == dict(fee_places())
    assert sheet.columns == {
        "月标准": 4, "就读专业": 5, "第1月": 6, "第2月": 7, "第3月": 8, "第4月": 9, "第5月": 10, "人次": 11, "补助金额": 12, "备注": 13,
    }  # fmt: skip


AID_COLUMNS = {
    ("一年级", "涉农专业"): "CDE", ("一年级", "非涉农专业"): "FGH", ("二年级", "涉农专业"): "IJK",
    ("二年级", "非涉农专业"): "LMN", (ALL, "涉农专业"): "OPQ", (ALL, "非涉农专业"): "RST",
}  # fmt: skip


@pytest.mark.parametrize("form", ["1-1", "2-1"])
def test_places_of_the_aid_form(pack: Pack, form: str) -> None:
    expected = {
        ((view, grade, kind, need), name): f"{column}{top + line}"
        for view, top in {"申报审批": 8, "实际发放": 11, "差额": 14}.items()
        for (grade, kind), columns in AID_COLUMNS.items()
        for need, column in zip(("脱贫户", "特困低保", "其他"), columns, strict=True)
        for line, name in enumerate(("人数", "人次", "金额"))
    }
    sheet = laid(pack, form)
    assert {figure: a1(*cell) for figure, cell in sheet.places.items()} == expected
    assert sheet.columns == {}  # the fields stand down the rows


def test_no_place_where_the_form_prints_a_dash(pack: Pack) -> None:
    sheet = laid(pack, "2-4")
    assert {name for key, name in sheet.places if key == (ALL, ALL)} == {
        "第1月", "第2月", "第3月", "第4月", "第5月", "人次", "生均金额", "免学费金额", "备注",
    }  # fmt: skip
    assert [sheet.cells[parse_a1(cell)] for cell in ("I29", "K29")] == [Spot("—", None, "dash", "")] * 2
    assert {a1(*cell) for (key, name), cell in sheet.places.items() if key[0] == ALL and name == "生均标准"} == {
        "I24",
        "I25",
        "I26",
    }


def test_the_stacked_shape_prints_a_block_per_grade(pack: Pack) -> None:
    sheet = laid(pack, "2-1", shape="年级叠放")
    assert shown(sheet, "A8 B8 B9 B10 A11 B11 B12 B13 A14 B14 B15 B16") == [
        "一年级", "人数", "人次", "金额", "二年级", "人数", "人次", "金额", "一、二年级合计", "人数", "人次", "金额",
    ]  # fmt: skip
    assert shown(sheet, "A5 C5 F5 C6 E6 F6 H6 C7 D7 E7") == [
        "项目", "涉农专业", "非涉农专业", "精准资助学生", "其他家庭", "精准资助学生", "其他家庭",
        "脱贫户（含监测对象）家庭学生", "特困供养、低保和低保边缘家庭学生", "其他家庭学生（非涉农专业限家庭经济困难学生）",
    ]  # fmt: skip
    assert shown(sheet, "C8 H13 C14 D15 H16") == [None, "=H12*200/10000", "=C8+C11", "=D9+D12", "=H10+H13"]
    assert sheet.starts == [11, 14]


@pytest.mark.parametrize(
    ("form", "shape"), [("1-1", "没有这种"), ("1-3", "没有这种"), ("1-3", "年级分列"), ("2-1", ""), ("1-2", "年级叠放")]
)
def test_unknown_shape(pack: Pack, form: str, shape: str) -> None:
    with pytest.raises(KeyError):
        laid(pack, form, shape=shape)


def test_shapes_and_widths(pack: Pack) -> None:
    fees, aid = pack.form("1-3", SPRING), pack.form("1-1", SPRING)
    assert default_shape(fees) == Shape(name="", columns=("*",), rows=("年级", "专业类别", "困难类型"))
    assert laid(pack, "1-3", shape="").cells == laid(pack, "1-3").cells
    assert laid(pack, "1-1", shape="年级分列").cells == laid(pack, "1-1").cells
    assert grid_widths(fees, default_shape(fees)) == [8, 17, 25, 16, 32, 7, 7, 7, 7, 7, 15, 13, 18]
    assert grid_widths(aid, aid.shape[1]) == [11, 7, 9, 9, 9, 9, 9, 9]
    assert [form_index(fees, axis) for axis in ("年级", "专业类别", "困难类型")] == [0, 1, 2]


def test_an_optional_member_that_is_printed_has_its_columns(pack: Pack) -> None:
    form = pack.form("1-1", SPRING)
    needs = form.axis_named("困难类型")
    members = tuple(msgspec.structs.replace(member, optional=False) for member in needs.members)
    axes = (*form.axis[:3], msgspec.structs.replace(needs, members=members))
    sheet = lay_out(pack, msgspec.structs.replace(form, axis=axes), SPRING)
    assert sheet.width == 26
    assert shown(sheet, "C6 E7 F6 S4 S8 E10") == [
        "精准资助学生", "家庭经济困难残疾学生", "其他家庭", "一、二年级合计", "=C8+K8", "=E9*200/10000",
    ]  # fmt: skip
    assert (6, 3, 6, 5) in sheet.merges


def test_typed_figures_take_the_place_of_formulas(pack: Pack) -> None:
    figures: dict[FigureKey, Value] = {
        ("生均", ("一年级", "化工"), "第1月"): 25,
        ("生均", ("一年级", "化工"), "人次"): 120,
        ("生均", (ALL, "化工"), "生均金额"): 5.5,
        ("生均", (ALL, ALL), "生均金额"): 0,
        ("生均", ("一年级", "化工"), "备注"): "据实",
        ("生均", ("一年级", "轻工"), "生均标准"): 5000,
        ("生均", (ALL, ALL), "生均标准"): 9999,  # printed as a dash
        ("免学费", ("一年级", "化工"), "第2月"): 7,  # of another form
    }
    sheet = laid(pack, "1-4", figures)
    assert shown(sheet, "C8 D8 H8 J8 J26 J32 K8 I9 I15 I32") == [
        25, None, 120, "=H8*I8/10000/10", 5.5, 0, "据实", 5000, 4770, "—",
    ]  # fmt: skip
    assert sheet.cells[(26, 10)] == Spot(5.5, None, "computed", "生均金额")


def test_a_typed_difference_and_a_typed_total(pack: Pack) -> None:
    figures: dict[FigureKey, Value] = {
        ("助学金", ("差额", "一年级", "涉农专业", "脱贫户"), "人数"): 3,
        ("助学金", ("申报审批", ALL, "涉农专业", "脱贫户"), "金额"): 1.96,
    }
    sheet = laid(pack, "1-1", figures)
    assert shown(sheet, "C14 O10 O14 O16") == [
        3, 1.96, '=IF(COUNT(C11:C12,I11:I12)=0,"",O8-O11)', '=IF(COUNT(C11:C12,I11:I12)=0,"",O10-O13)',
    ]  # fmt: skip


@pytest.mark.parametrize("need", ["脱贫户", "特困低保", "残疾", "其他"])
def test_a_shared_standard_may_be_given_under_any_row(pack: Pack, need: str) -> None:
    sheet = laid(pack, "1-3", {("免学费", ("二年级", "涉农专业", need), "月标准"): 0.03})
    assert shown(sheet, "D7 D20 D24 L23") == [0.024, 0.03, 0.038, "=D20*K23"]


def test_the_amount_is_typed_where_policy_gives_no_rate(pack: Pack) -> None:
    key = ("申报审批", "三年级", "涉农专业", "脱贫户")
    sheet = laid(pack, "1-1", {("助学金", key, "金额"): 2.3}, TIERED)
    assert sheet.cells[(10, 15)] == Spot(2.3, None, "input", "金额")
    assert shown(sheet, "U10 O16") == ["=C10+I10+O10", '=IF(COUNT(O11:O13)=0,"",O10-O13)']


def test_a_long_list_of_majors_makes_its_row_higher(pack: Pack) -> None:
    sheet = laid(pack, "1-3", {("免学费", ("一年级", "涉农专业", "脱贫户"), "就读专业"): "2023秋园林技术、" * 6})
    assert [sheet.height(row) for row in (7, 8)] == [45, 16]  # 90 half-width places in a column of 32
