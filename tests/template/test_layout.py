"""Where the figures, labels, formulas and blanks of each form stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.form import ALL, Key
from jiesuan.pack import Pack, load_pack
from jiesuan.ref import a1, parse_a1
from jiesuan.template import layout
from jiesuan.template.laid import Laid, Spot, text_width, total_formula
from jiesuan.template.layout import compose, lay_out, to_book
from jiesuan.template.page import page_breaks, room
from jiesuan.term import Term

SPRING, AUTUMN, TIERED = Term.parse("2024春"), Term.parse("2024秋"), Term.parse("2025春")
EVERY_FORM = ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2", "2-3", "2-4"]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def laid(pack: Pack, form: str, term: Term = SPRING, filling: Filling | None = None, shape: str | None = None) -> Laid:
    return lay_out(pack, pack.form(form, term), term, filling, shape)


def spot(form: Laid, address: str) -> Spot:
    return form.cells[parse_a1(address)]


def shown(form: Laid, *addresses: str) -> list[Value]:
    """Value, or formula with `=`, of the cells."""
    found = [spot(form, address) for address in addresses]
    return [f"={item.formula}" if item.formula is not None else item.value for item in found]


def merges(form: Laid) -> set[str]:
    return {f"{a1(*merge[:2])}:{a1(*merge[2:])}" for merge in form.merges}


def place(form: Laid, field: str, *key: str) -> str:
    return a1(*form.places[(key, field)])


# ── 1-1、2-1 国家助学金结算表 ──


@pytest.mark.parametrize("form", ["1-1", "2-1"])
def test_aid_form_spreads_grades_over_columns(pack: Pack, form: str) -> None:
    sheet = laid(pack, form)
    assert (sheet.head, sheet.body, sheet.stubs, sheet.width) == ((4, 7), (8, 16), 2, 20)
    assert shown(sheet, "A1", "A4", "C4", "I4", "O4") == [f"附件{form}", "项目", "一年级", "二年级", "一、二年级合计"]
    assert shown(sheet, "C5", "F5", "C6", "E6") == ["涉农专业", "非涉农专业", "精准资助学生", "其他家庭"]
    assert shown(sheet, "C7", "D7") == ["脱贫户（含监测对象）家庭学生", "特困供养、低保和低保边缘家庭学生"]
    assert {"A4:B7", "C4:H4", "O4:T4", "C5:E5", "F5:H5", "C6:D6", "A8:A10", "A14:A16"} <= merges(sheet)
    assert not any("E6" in merge or "E7" in merge for merge in merges(sheet))
    assert shown(sheet, "A8", "A11", "A14") == ["申报审批", "实际发放", "差额（申报-发放）"]
    assert shown(sheet, "B8", "B9", "B10") == ["人数", "人次", "金额"]
    assert place(sheet, "人次", "申报审批", "二年级", "非涉农专业", "其他") == "N9"
    assert place(sheet, "金额", "实际发放", ALL, "涉农专业", "脱贫户") == "O13"
    assert len(sheet.places) == 3 * 3 * 18


def test_aid_form_formulas(pack: Pack) -> None:
    sheet = laid(pack, "2-1")
    assert shown(sheet, "C8", "C9", "C10") == [None, None, "=C9*200/10000"]
    assert shown(sheet, "O8", "T10") == ["=C8+I8", "=H10+N10"]
    assert shown(sheet, "C14", "C16") == ['=IF(COUNT(C11:C12)=0,"",C8-C11)', '=IF(COUNT(C11:C12)=0,"",C10-C13)']
    assert spot(sheet, "O15").formula == 'IF(COUNT(C11:C12,I11:I12)=0,"",O9-O12)'
    assert (spot(sheet, "C9").style, spot(sheet, "C10").style) == ("input", "computed")


def test_aid_form_rows_for_text(pack: Pack) -> None:
    sheet = laid(pack, "1-1", filling=Filling(lines={"助学金": {"退款情况": "退回1人"}}))
    assert shown(sheet, "A17", "C17", "A18") == ["退款情况", "退回1人", "备注"]
    assert {"A17:B17", "C17:T17", "C18:T18"} <= merges(sheet)
    assert (sheet.lines["退款情况"], sheet.lines["备注"]) == ((17, 3), (18, 3))


def test_tiered_terms_have_a_third_grade_and_typed_amounts(pack: Pack) -> None:
    sheet = laid(pack, "1-1", TIERED)
    assert shown(sheet, "O4", "U4") == ["三年级", "一、二、三年级合计"]
    assert spot(sheet, "C10") == Spot(None, None, "input", "金额")
    assert shown(sheet, "U10") == ["=C10+I10+O10"]
    assert spot(sheet, "C16").formula == 'IF(COUNT(C11:C13)=0,"",C10-C13)'


def test_stacked_shape(pack: Pack) -> None:
    sheet = laid(pack, "1-1", shape="年级叠放")
    assert (sheet.head, sheet.body, sheet.width) == ((5, 7), (8, 16), 8)
    assert shown(sheet, "A5", "C5", "A8", "A11", "A14") == ["项目", "涉农专业", "一年级", "二年级", "一、二年级合计"]
    assert place(sheet, "人数", "申报审批", "二年级", "涉农专业", "其他") == "E11"
    assert shown(sheet, "E10", "E14", "H16") == ["=E9*200/10000", "=E8+E11", "=H10+H13"]
    assert {key[0] for key, _ in sheet.places} == {"申报审批"}
    with pytest.raises(KeyError):
        laid(pack, "1-1", shape="没有这种")


# ── 1-2、2-2 精准资助学生明细 ──


def students(*counts: int) -> Filling:
    row: dict[str, Value] = {"姓名": "张三", "身份证号": "350502200801011234", "助学金金额": 1000}
    sections = zip(("脱贫户", "特困低保", "残疾"), counts, strict=True)
    return Filling(rows={"精准明细": {name: [{**row, "助学金人数": i + 1} for i in range(n)] for name, n in sections}})


@pytest.mark.parametrize("form", ["1-2", "2-2"])
def test_blank_list(pack: Pack, form: str) -> None:
    sheet = laid(pack, form)
    assert (sheet.head, sheet.body) == ((4, 6), (7, 40))
    assert shown(sheet, "A4", "C4", "C5", "F4", "F5", "F6", "J4") == [
        "精准资助类型", "学生情况", "姓名", "申报资助金额（元）", "助学金", "人数", "备注",
    ]  # fmt: skip
    assert {"A4:A6", "B4:B6", "C4:E4", "C5:C6", "F4:I4", "F5:G5", "A7:A17", "A40:B40"} <= merges(sheet)
    assert shown(sheet, "A7", "B17", "A18", "A29", "A40") == [
        "脱贫户（含监测对象）家庭学生", "本类学生小计", "特困供养、低保和低保边缘家庭学生", "家庭经济困难残疾学生", "三类学生合计",
    ]  # fmt: skip
    assert shown(sheet, "F17", "G17") == ['=COUNTIF(G7:G16,">0")', "=SUM(G7:G16)"]
    assert shown(sheet, "H28", "I40") == ['=COUNTIF(I18:I27,">0")', "=I17+I28+I39"]
    assert (sheet.rows[("特困低保", 0)], sheet.rows[("残疾", 9)]) == (18, 38)
    assert sheet.places[(("脱贫户",), "免学费金额")] == (17, 9)
    assert sheet.places[((ALL,), "助学金人数")] == (40, 6)
    assert sheet.columns == dict(zip([c.name for c in sheet.form.fields], range(2, 11), strict=True))


@pytest.mark.parametrize(
    ("counts", "subtotals", "total"),
    [((0, 0, 0), (8, 10, 12), 13), ((1, 0, 3), (8, 10, 14), 15), ((40, 2, 1), (47, 50, 52), 53)],
)
def test_list_grows_with_its_students(
    pack: Pack, counts: tuple[int, ...], subtotals: tuple[int, ...], total: int
) -> None:
    sheet = laid(pack, "1-2", filling=students(*counts))
    assert [sheet.places[((name,), "助学金金额")][0] for name in ("脱贫户", "特困低保", "残疾")] == list(subtotals)
    first = 7
    for count, row in zip(counts, subtotals, strict=True):
        assert spot(sheet, f"G{row}").formula == f"SUM(G{first}:G{row - 1})"
        assert row - first == max(count, 1)
        first = row + 1
    assert spot(sheet, f"G{total}").formula == "+".join(f"G{row}" for row in subtotals)
    if counts[0]:
        assert shown(sheet, "D7", "F7", "G7", "H7") == ["350502200801011234", 1, 1000, None]


def test_notes_close_the_list(pack: Pack) -> None:
    sheet = laid(pack, "1-2")
    column = [
        value
        for row in range(41, sheet.end + 1)
        if isinstance(value := sheet.cells.get((row, 1), Spot(None)).value, str)
    ]
    assert [text[:4] for text in column] == ["学校联系", "填表说明", "1.如遇", "2.入学", "3.统计"]
    assert sheet.height(44) > sheet.height(45)


# ── 1-3、2-3 免学费精准资助情况统计表 ──


@pytest.mark.parametrize(("form", "rates"), [("1-3", [0.024, 0.038, 0.026]), ("2-3", [0.024, 0.032, 0.021])])
def test_fee_form(pack: Pack, form: str, rates: list[float]) -> None:
    sheet = laid(pack, form)
    assert (sheet.head, sheet.body, sheet.stubs, sheet.width) == ((4, 6), (7, 46), 3, 13)
    assert [sheet.cells[(6, column)].value for column in range(1, 14)] == [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "11=6+7+8+9+10", "12=4*11", 13,
    ]  # fmt: skip
    assert shown(sheet, "F4", "F5", "J5", "K5", "L4") == ["本学期补助人次", "3月", "7月", "合计", "补助金额"]
    assert shown(sheet, "D7", "D11", "D15") == rates
    assert {"A4:A5", "D4:D5", "F4:K4", "A7:A18", "B7:B10", "D7:D10", "A19:C19", "A46:C46"} <= merges(sheet)
    assert shown(sheet, "A7", "B11", "C8", "A19", "A32", "A46") == [
        "一年级", "数控等高级工专业", "低保（含特困）家庭学生", "一年级小计", "二年级小计", "合计",
    ]  # fmt: skip
    assert shown(sheet, "K7", "L10", "L12") == ["=SUM(F7:J7)", "=D7*K10", "=D11*K12"]
    assert shown(sheet, "F19", "L19", "L46") == ["=SUM(F7:F18)", "=SUM(L7:L18)", "=L19+L32+L45"]
    assert place(sheet, "月标准", "一年级", "涉农专业", "其他") == "D7"
    assert place(sheet, "补助金额", "三年级", ALL, ALL) == "L45"
    assert (("一年级", ALL, ALL), "月标准") not in sheet.places
    assert (("一年级", ALL, ALL), "就读专业") not in sheet.places


def test_number_of_majors_stands_in_the_total_row(pack: Pack) -> None:
    sheet = laid(pack, "2-3", filling=Filling(lines={"免学费": {"专业个数": 7}}))
    assert shown(sheet, "A46", "D46", "E46") == ["合计", "专业个数：", 7]
    assert sheet.lines["专业个数"] == (46, 5)


def test_autumn_months(pack: Pack) -> None:
    assert shown(laid(pack, "2-3", AUTUMN), "F5", "G5", "H5", "I5", "J5") == ["9月", "10月", "11月", "12月", "1月"]
    assert shown(laid(pack, "1-4", AUTUMN), "A2", "A4", "C6", "G6") == [
        "省属公办技工院校2024年秋季学期生均公用经费情况表", "2024年秋季学期资助数据统计", "9月", "1月",
    ]  # fmt: skip


# ── 1-4、2-4 生均公用经费 ──


def test_fund_form_of_the_province(pack: Pack) -> None:
    sheet = laid(pack, "1-4")
    assert (sheet.head, sheet.body) == ((4, 7), (8, 32))
    assert [sheet.cells[(7, column)].value for column in range(1, 12)] == [
        None, None, 1, 2, 3, 4, 5, "6=1+2+3+4+5", 7, "8=6*7/10000/10", None,
    ]  # fmt: skip
    assert {"A4:K4", "A5:A6", "C5:H5", "I5:J5", "A8:A13", "A26:A31", "A32:B32"} <= merges(sheet)
    assert [sheet.cells[(row, 9)].value for row in range(26, 33)] == [4240, 4770, 5300, 5830, 6360, 6890, "—"]
    assert shown(sheet, "B9", "B15") == [
        "（二）轻工类、文化艺术类、财经商贸类、服务类（以下简称“轻工等类”）",
        "（二）轻工等类",
    ]
    assert shown(sheet, "H8", "J8") == ["=SUM(C8:G8)", "=H8*I8/10000/10"]
    assert shown(sheet, "A26", "C26", "J27") == ["三个年级学生合计", "=C8+C14+C20", "=J9+J15+J21"]
    assert shown(sheet, "A32", "J32") == ["全校合计（不分专业类别）", "=SUM(J26:J31)"]
    assert ((ALL, ALL), "生均标准") not in sheet.places


def test_fund_form_of_a_city(pack: Pack) -> None:
    sheet = laid(pack, "2-4")
    assert (sheet.head, sheet.body) == ((4, 8), (9, 29))
    assert shown(sheet, "K6", "K7", "L7", "K8", "L8") == [
        "其中包含免学费补助金", "年标准（元/人）", "金额（万元）", 9, "10=6*9/10000/10",
    ]  # fmt: skip
    assert {"I5:L5", "K6:L6", "I6:I7", "M5:M7", "I11:I13", "I26:I28", "A29:B29"} <= merges(sheet)
    assert [sheet.cells[(row, 11)].value for row in range(9, 14)] == [2100, 2100, 2400, 3200, 2100]
    assert shown(sheet, "I9", "I10", "I11", "I29", "K29") == [4200, 5100, 5600, "—", "—"]
    assert shown(sheet, "J13", "L13") == ["=H13*I11/10000/10", "=H13*K13/10000/10"]
    assert place(sheet, "生均标准", "二年级", "农林牧渔其他") == "I16"


def test_sentences_read_as_printed(pack: Pack) -> None:
    sheet = laid(pack, "2-4")
    rows = [
        "".join(
            str(s.value) if s.style == "sentence" else "＿" for (r, _), s in sorted(sheet.cells.items()) if r == row
        )
        for row in (31, 32, 33)
    ]
    assert rows == [
        "我校前期生均公用经费结余＿万元（截止于＿）。",
        "2024年度实际收到生均金额＿万元（收款日期：＿）。",
        "我校本期末生均公用经费结余＿万元（=本年度实际收到生均金额-两个学期实际学籍数对应生均金额）。",
    ]
    assert {"前期结余", "前期截止", "实际收到", "收款日期", "期末结余"} <= set(sheet.lines)


# ── every form ──


@pytest.mark.parametrize("term", [SPRING, AUTUMN, TIERED], ids=str)
@pytest.mark.parametrize("form", EVERY_FORM)
class TestEveryForm:
    def test_texts_are_not_cut_off(self, pack: Pack, form: str, term: Term) -> None:
        sheet = laid(pack, form, term)
        last = {(top, left): right for top, left, _, right in sheet.merges}
        for (row, column), item in sheet.cells.items():
            if item.style in ("label", "unit", "sentence", "sign", "caption", "title") and item.value:
                assert text_width(str(item.value)) <= sheet.span(column, last.get((row, column), column)) + 0.5, item

    def test_merged_areas_keep_apart(self, pack: Pack, form: str, term: Term) -> None:
        sheet = laid(pack, form, term)
        covered = [
            (row, column)
            for top, left, bottom, right in sheet.merges
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        assert len(covered) == len(set(covered))
        anchors = {(top, left) for top, left, _, _ in sheet.merges}
        assert anchors <= set(sheet.cells)
        assert not (set(covered) - anchors) & set(sheet.cells)

    def test_every_figure_has_a_cell(self, pack: Pack, form: str, term: Term) -> None:
        sheet = laid(pack, form, term)
        for (_, field), cell in sheet.places.items():
            assert sheet.cells[cell].field == field
        if sheet.form.kind == "grid":
            optional = {member.name for axis in sheet.form.axis for member in axis.members if member.optional}
            details: list[Key] = [key for key in sheet.form.detail_keys() if not optional & set(key)]
            assert {(key, column.name) for key in details for column in sheet.form.fields} <= set(sheet.places)

    def test_pages(self, pack: Pack, form: str, term: Term) -> None:
        """No page is overfull, and at least three rows of the table stand with the signatures."""
        sheet = laid(pack, form, term)
        breaks = page_breaks(sheet)
        heading = sum(map(sheet.height, range(sheet.head[0], sheet.head[1] + 1)))
        for first, last in zip([1, *(row + 1 for row in breaks)], [*breaks, sheet.end], strict=True):
            assert sum(map(sheet.height, range(first, last + 1))) + (heading if first > 1 else 0) <= room(sheet)
        assert not breaks or breaks[-1] <= sheet.body[1] - 3


@pytest.mark.parametrize("count", range(1, 90, 4))
def test_signatures_of_a_list_never_stand_alone(pack: Pack, count: int) -> None:
    sheet = laid(pack, "1-2", filling=students(count, 1, 1))
    breaks = page_breaks(sheet)
    assert not breaks or breaks[-1] <= sheet.body[1] - 3


def test_typed_figure_replaces_the_formula(pack: Pack) -> None:
    key = ("一年级", "涉农专业", "脱贫户")
    figures: dict[tuple[str, Key, str], Value] = {
        ("免学费", key, "人次"): 98,
        ("免学费", ("一年级", ALL, ALL), "人次"): 100,
    }
    figures |= {("免学费", key, "月标准"): 0.03, ("免学费", key, "第1月"): 20}
    sheet = laid(pack, "2-3", filling=Filling(figures))
    assert spot(sheet, "K7") == Spot(98, None, "computed", "人次")
    assert shown(sheet, "K19", "D7", "F7", "K8") == [100, 0.03, 20, "=SUM(F8:J8)"]


def test_standard_given_for_any_of_its_rows(pack: Pack) -> None:
    sheet = laid(pack, "2-4", filling=Filling({("生均", ("一年级", "农林牧渔其他"), "生均标准"): 5700}))
    assert shown(sheet, "I11", "I16") == [5700, 5600]


def test_long_texts_make_rows_higher(pack: Pack) -> None:
    key = ("一年级", "涉农专业", "脱贫户")
    sheet = laid(pack, "2-3", filling=Filling({("免学费", key, "就读专业"): "2022秋园林技术、" * 8}))
    assert sheet.height(7) > 2 * sheet.height(8)


def test_workbook_in_memory(pack: Pack) -> None:
    forms = compose(pack, "市属", SPRING)
    assert [form.sheet for form in forms] == ["助学金结算表", "精准学生明细", "免学费精准统计", "生均公用经费免学费"]
    book = to_book(forms, "空表.xlsx")
    assert book.properties == {"jiesuan-template": "fujian-2024/1", "jiesuan-set": "市属", "jiesuan-term": "2024春"}
    sheet = book.sheet("免学费精准统计")
    assert sheet.value(7, 4) == 0.024
    assert sheet.formulas[(7, 12)] == "D7*K7"
    assert (7, 12) in sheet.uncached
    assert sheet.value(7, 12) is None
    assert (7, 4, 10, 4) in sheet.merges


@pytest.mark.parametrize(
    ("cells", "formula"),
    [
        ([(8, 6), (9, 6), (10, 6)], "SUM(F8:F10)"),
        ([(8, 3), (14, 3)], "C8+C14"),
        ([(row, 3) for row in range(1, 20, 2)], "SUM(C1,C3,C5,C7,C9,C11,C13,C15,C17,C19)"),
    ],
)
def test_total_formula(cells: list[tuple[int, int]], formula: str) -> None:
    assert total_formula(cells) == formula


def test_layout_imports_no_excel_library() -> None:
    folder = Path(layout.__file__).parent
    names = {
        name
        for path in (
            folder / f"{module}.py" for module in ("laid", "layout", "frame", "grid", "listing", "slots", "page")
        )
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not names & {"xlsxwriter", "openpyxl", "pandas", "pandera", "xlwings"}
