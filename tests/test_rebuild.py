"""A rebuilt workbook: all that a school typed survives, and what cannot survive is never dropped in silence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesuan.bind import Workbook, bind
from jiesuan.book import Book, ErrorValue, Value
from jiesuan.calculate import calculate
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.form import ALL, Key
from jiesuan.number import plain
from jiesuan.produce import make_sample_file
from jiesuan.produce_error import OutputError
from jiesuan.reading import open_book
from jiesuan.rebuild import check_rebuildable, check_same_place, left_out, rebuilt
from jiesuan.ref import parse_a1
from jiesuan.report import Report
from jiesuan.session import Calculated, Failure, calculate_file, check_file
from jiesuan.template.laid import Laid
from jiesuan.template.layout import lay_out, to_book
from jiesuan.term import Term

from .making import AUTUMN, PACK, SETS, SPRING, TIERED, book_of, bound, sample, written

GRADE, MAJOR, KIND = "一年级", "其他一般专业", "脱贫户"
ROW = (GRADE, MAJOR, KIND)


def remade(workbook: Workbook) -> Workbook:
    """What is read from the rebuilt workbook."""
    calculate(workbook, formulas=True)
    check_rebuildable(workbook)
    return bind(to_book(rebuilt(workbook), "新.xlsx"), PACK)


def content(workbook: Workbook) -> dict[Any, Value]:
    """Every figure, row and line of a workbook, numbers as printed, nothing blank."""
    found: dict[Any, Value] = {}
    for role, table in workbook.tables.items():
        for name, bound_column in table.columns.items():
            for index, key in enumerate(table.keys):
                value = bound_column.raw[index]
                number = bound_column.numbers[index] if bound_column.numbers else None
                row = index if table.is_list and not table.is_total(index) else -1
                if number is not None and number.value is not None and isinstance(value, int | float):
                    value = plain(number.value)
                if value not in (None, "", "0"):
                    found[role, key, row, name] = value
        found |= {(role, name): line.text for name, line in table.lines.items() if line.text}
    return found


def put(book: Book, address: str, value: Value, formula: str | None = None) -> None:
    sheet, _, cell = address.rpartition("!")
    book.sheet(sheet).put(*parse_a1(cell), value, formula)


# ── what survives ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("set_name", SETS)
@pytest.mark.parametrize("term", [SPRING, AUTUMN, TIERED], ids=str)
def test_a_whole_school_survives(set_name: str, term: Term) -> None:
    workbook = bound(sample(set_name, term).filling, set_name, term)
    before = content(workbook)
    after = remade(workbook)
    assert content(after) == before
    assert (after.set, after.term, after.problems) == (set_name, term, [])


TEXTS: dict[str, dict[str, Value]] = {
    "助学金": {"学校名称": "某某技工学校（东校区）", "填表日期": "2024年9月5日", "退款情况": "退2人\n共400元", "备注": "ＡＢ见附件：说明。"},
    "免学费": {"学校名称": "某校", "专业个数": 3},
    "生均": {
        "前期结余": 12.5, "前期截止": "2024年1月", "实际收到": 0, "收款日期": "2024-5-10",
        "期末结余": -3.25, "学校名称": "某校",
    },
    "精准明细": {"填表日期": "2024.9.5"},
}  # fmt: skip


def test_lines_survive_neither_doubled_nor_glued() -> None:
    workbook = bound(Filling(lines=TEXTS))
    after = remade(workbook)
    for role, lines in TEXTS.items():
        table = after.tables[role]
        for name, value in lines.items():
            ref = table.lines[name].ref
            assert table.sheet.value(ref.row, ref.column) == value, (role, name)
    again = remade(after)
    assert [sheet.values for sheet in again.book.sheets] == [sheet.values for sheet in after.book.sheets]


def test_lines_typed_into_the_sentence_come_apart() -> None:
    """A printed form has label and blank in one cell."""
    book = book_of(Filling())
    sheet = book.sheet("生均公用经费免学费")
    row = next(r for r, line in enumerate(sheet.values, 1) if line and str(line[0] or "").startswith("我校前期"))
    for line in sheet.values[row - 1 : row + 2]:
        line[1:] = [None] * (len(line) - 1)
    sheet.merges = [area for area in sheet.merges if not row <= area[0] <= row + 2]
    sheet.put(row, 1, "我校前期生均公用经费结余12.50万元（截止于2024年1月）。")
    sheet.put(row + 1, 1, "2024年度实际收到生均金额30万元（收款日期：2024年5月10日）。")
    sheet.put(
        row + 2, 1, "我校本期末生均公用经费结余____万元（=本年度实际收到生均金额-两个学期实际学籍数对应生均金额）。"
    )
    top = book.sheet("助学金结算表")
    top.put(3, 1, "填报单位（加盖公章）：某校")
    after = remade(bind(book, PACK))
    lines = after.tables["生均"].lines
    values = {
        name: after.tables["生均"].sheet.value(line.ref.row, line.ref.column)
        for name, line in lines.items()
        if line.text
    }
    assert values == {"前期结余": 12.5, "前期截止": "2024年1月", "实际收到": 30, "收款日期": "2024年5月10日"}
    assert after.tables["助学金"].lines["学校名称"].text == "某校"


def test_a_line_with_words_keeps_them() -> None:
    after = remade(bound(Filling(lines={"生均": {"前期结余": "约12.5", "前期截止": "上学期末"}})))
    lines = after.tables["生均"].lines
    assert (lines["前期结余"].text, lines["前期截止"].text) == ("约12.5", "上学期末")


@pytest.mark.parametrize("blank", ["20__年__月__日", "____年__月__日", "年 月 日", "20  年  月"])
def test_a_printed_blank_is_no_answer(blank: str) -> None:
    after = remade(bound(Filling(lines={"助学金": {"填表日期": blank}})))
    line = after.tables["助学金"].lines["填表日期"]
    assert after.tables["助学金"].sheet.value(line.ref.row, line.ref.column) is None


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (20, 20),
        ("20", "20"),
        (" 20 ", "20"),
        ("20人", "20人"),
        (2.5, 2.5),
        (-1, -1),
        (0.240000152587891, 0.240000152587891),
        (True, True),
        (ErrorValue("#REF!"), ErrorValue("#REF!")),
        (dt.datetime(2024, 3, 5), "2024年3月5日"),
        (dt.date(2024, 3, 5), "2024年3月5日"),
        (dt.time(8, 30), "08:30:00"),
        ("—", "—"),
        (None, None),
    ],
)
def test_a_typed_figure_survives_as_it_is(value: Value, kept: Value) -> None:
    workbook = bound(Filling({("免学费", ROW, "第1月"): value}))
    table = remade(workbook).tables["免学费"]
    now = table.columns["第1月"].raw[table.index[ROW]]
    assert (now, type(now)) == (kept, type(kept))


def test_remarks_and_majors_survive() -> None:
    remark, majors = "3月转入1人；\n含退役士兵", "2023秋数控加工、2024春会计"
    workbook = bound(Filling({("免学费", ROW, "备注"): remark, ("免学费", ROW, "就读专业"): majors}))
    table = remade(workbook).tables["免学费"]
    assert (table.text("备注", table.index[ROW]), table.text("就读专业", table.index[ROW])) == (remark, majors)


def student(name: str, number: Value, **more: Value) -> dict[str, Value]:
    return {"班级": "2023秋会计1班", "姓名": name, "身份证号": number, "免学费金额": 1050, **more}


def test_students_keep_order_numbers_and_blank_rows() -> None:
    blank: dict[str, Value] = {}
    rows = {
        KIND: [blank, student("乙", "350526200801011234"), blank, blank, student("甲", 350526200801011234), blank],
        "特困低保": [blank] * 4,
        "残疾": [student("丙", "35052620080101123x", 备注="听力\n二级", 联系电话="0595-22190000")],
    }
    workbook = bound(Filling(rows={"精准明细": rows}))
    before = workbook.tables["精准明细"]
    table = remade(workbook).tables["精准明细"]
    assert table.rows == before.rows
    assert [table.text("姓名", i) for i in table.details()] == ["乙", "甲", "丙"]
    assert [table.columns["身份证号"].raw[i] for i in table.details()] == [
        "350526200801011234", 350526200801011234, "35052620080101123x",
    ]  # fmt: skip
    assert table.text("备注", 2) == "听力\n二级"


def test_long_gaps_are_shortened_and_lost_merges_do_no_harm() -> None:
    blank: dict[str, Value] = {}
    rows = {KIND: [student("甲", "1"), *[blank] * 50, student("乙", "2"), *[blank] * 50], "残疾": [student("丙", "3")]}
    workbook = bound(Filling(rows={"精准明细": rows}))
    for sheet in workbook.book.sheets:
        sheet.merges = [area for area in sheet.merges if area[1] != 1 or area[0] == area[2]]
    table = remade(bind(workbook.book, PACK)).tables["精准明细"]
    assert [table.text("姓名", i) for i in table.details()] == ["甲", "乙", "丙"]
    most = table.form.blank_rows
    assert table.rows[1] - table.rows[0] == most + 1
    assert table.rows[table.index[(KIND,)]] - table.rows[1] == most + 1


def test_a_blank_template_keeps_its_rows() -> None:
    laid = [lay_out(PACK, form, SPRING) for form in PACK.set_forms("市属", SPRING)]
    workbook = bind(to_book(laid, "表.xlsx"), PACK)
    again = rebuilt(workbook)
    assert [sheet.values for sheet in to_book(again, "").sheets] == [sheet.values for sheet in to_book(laid, "").sheets]
    assert [form.merges for form in again] == [form.merges for form in laid]


def test_typed_standards_survive() -> None:
    figures: dict[tuple[str, Key, str], Value] = {
        ("生均", (GRADE, "休闲保健"), "生均标准"): 5000,
        ("免学费", ROW, "月标准"): 0.03,
        ("免学费", ROW, "第1月"): 10,
    }
    after = remade(bound(Filling(figures)))
    table = after.tables["免学费"]
    assert plain(table.amount("补助金额", table.index[ROW])) == "0.3"
    funding = after.tables["生均"]
    assert funding.amount("生均标准", funding.index[(GRADE, "休闲保健")]) == 5000


def test_a_total_typed_without_parts_survives() -> None:
    figures: dict[tuple[str, Key, str], Value] = {
        ("免学费", ROW, "人次"): 98,
        ("免学费", (ALL, ALL, ALL), "第1月"): 20,
        ("助学金", ("差额", GRADE, "涉农专业", KIND), "人数"): 3,
    }
    after = content(remade(bound(Filling(figures))))
    assert {after[role, key, -1, name] for role, key, name in figures} == {"98", "20", "3"}


def test_dashes_typed_where_a_formula_belongs_give_way() -> None:
    workbook = bound(Filling({("免学费", ROW, "人次"): "—", ("免学费", ROW, "补助金额"): 0}))
    table = rebuilt(workbook)[2]
    for name in ("人次", "补助金额"):
        assert table.cells[table.places[ROW, name]].formula


def test_a_column_for_the_disabled_survives() -> None:
    """An optional member that a received form prints (residual students of x-1) is printed again."""
    key = ("申报审批", GRADE, "涉农专业", "残疾")
    workbook = bound(Filling())
    form = workbook.tables["助学金"].form
    laid = _with_disabled(form)
    book = to_book(laid, "表.xlsx")
    table = bind(book, PACK).tables["助学金"]
    cell = table.columns["人数"].cells[table.index[key]]
    assert cell
    table.sheet.put(*cell, 7)
    after = remade(bind(book, PACK)).tables["助学金"]
    assert after.amount("人数", after.index[key]) == 7
    assert after.amount("人数", after.index[("申报审批", ALL, "涉农专业", "残疾")]) == 7

    without = remade(bind(to_book(laid, "表.xlsx"), PACK)).tables["助学金"]
    assert key not in without.index


def _with_disabled(form: Any) -> list[Laid]:
    from msgspec.structs import replace

    axes = tuple(
        replace(axis, members=tuple(replace(m, optional=m.optional and m.name != "残疾") for m in axis.members))
        for axis in form.axis
    )
    forms = [item for item in PACK.set_forms("市属", SPRING) if item.role != "助学金"]
    return [lay_out(PACK, item, SPRING) for item in (replace(form, axis=axes), *forms)]


def test_a_missing_form_is_added_blank() -> None:
    book = book_of(sample().filling)
    book.sheets = [sheet for sheet in book.sheets if sheet.name != "精准学生明细"]
    after = remade(bind(book, PACK))
    assert len(after.tables) == 4 and after.tables["精准明细"].details() == []
    workbook = bind(book, PACK)
    assert left_out(workbook, rebuilt(workbook)) == []


def test_blocks_of_grades_become_columns_of_grades() -> None:
    """x-1 as it came out of the printed copy: the grades one above the other, and no word on what the blocks are."""
    filling = sample().filling
    asked = {key: value for key, value in filling.figures.items() if key[0] != "助学金" or key[1][0] == "申报审批"}
    content_ = Filling(asked, filling.rows, filling.lines)
    forms = PACK.set_forms("市属", SPRING)
    laid = [lay_out(PACK, form, SPRING, content_, "年级叠放" if form.role == "助学金" else None) for form in forms]
    workbook = bind(to_book(laid, "表.xlsx"), PACK)
    before = {key: value for key, value in content(workbook).items() if key[0] == "助学金"}
    assert before and workbook.tables["助学金"].shape == "年级叠放"
    assert calculate(workbook) == []
    after = remade(workbook)
    assert after.tables["助学金"].shape == "年级分列"
    assert {key: value for key, value in content(after).items() if key[0] == "助学金"} == before


def test_words_in_a_cell_without_place_do_no_harm() -> None:
    """`不计` where the form prints a dash: the template prints its dash again, and the cell is named."""
    book = book_of(Filling())
    table = bind(book, PACK).tables["生均"]
    row = table.rows[table.index[(ALL, ALL)]]
    column = next(cell for cell in table.columns["生均标准"].cells if cell)[1]
    sheet = table.sheet
    assert sheet.value(row, column) == "—"
    sheet.put(row, column, "不计")
    workbook = bind(book, PACK)
    laid = rebuilt(workbook)
    assert to_book(laid, "").sheet(sheet.name).value(row, column) == "—"
    assert [(ref.row, ref.column) for ref in left_out(workbook, laid)] == [(row, column)]


# ── what is refused or named ─────────────────────────────────────────────────────────────────────────────────────────


def test_figures_under_a_closed_member_are_refused() -> None:
    """三年级 gets no grant before 2025春: the template has no column, the figure must not vanish."""
    from msgspec.structs import replace

    form = next(item for item in PACK.set_forms("市属", SPRING) if item.role == "助学金")
    axes = tuple(
        replace(
            axis, members=tuple(replace(m, optional=m.optional and not m.closed, closed=False) for m in axis.members)
        )
        for axis in form.axis
    )
    others = [item for item in PACK.set_forms("市属", SPRING) if item.role != "助学金"]
    book = to_book([lay_out(PACK, item, SPRING) for item in (replace(form, axis=axes), *others)], "表.xlsx")
    table = bind(book, PACK).tables["助学金"]
    cell = table.columns["人数"].cells[table.index[("申报审批", "三年级", "涉农专业", KIND)]]
    assert cell
    rebuilt(bind(book, PACK))
    table.sheet.put(*cell, 7)
    with pytest.raises(OutputError, match=r"三年级.*没有位置"):
        rebuilt(bind(book, PACK))


def test_two_standards_in_one_merged_cell_are_refused() -> None:
    book = book_of(Filling())
    sheet = book.sheet("免学费精准统计")
    sheet.merges = [area for area in sheet.merges if area[1] != 4]
    table = bind(book, PACK).tables["免学费"]
    first, second = (table.index[(GRADE, MAJOR, kind)] for kind in (KIND, "特困低保"))
    row, column = table.columns["月标准"].cells[first] or (0, 0)
    assert table.rows[second] == row + 1
    sheet.put(row + 1, column, 0.03)
    with pytest.raises(OutputError, match="同一个合并格"):
        rebuilt(bind(book, PACK))
    sheet.put(row, column, 0.03)
    sheet.put(row + 2, column, 0.03)
    sheet.put(row + 3, column, 0.03)
    assert rebuilt(bind(book, PACK))


def test_what_is_not_understood_is_refused() -> None:
    book = book_of(Filling())
    sheet = book.sheet("免学费精准统计")
    heading = next((r, c) for r, line in enumerate(sheet.values, 1) for c, v in enumerate(line, 1) if v == "补助金额")
    sheet.put(*heading, "别的什么")
    for row in (heading[0] + 1, heading[0] + 2):
        sheet.put(row, heading[1], None)
    workbook = bind(book, PACK)
    if any(problem.check == "missing-column" for problem in workbook.problems):
        with pytest.raises(OutputError, match="没认出来"):
            check_rebuildable(workbook)


def test_an_input_formula_without_result_is_refused() -> None:
    workbook = bound(Filling())
    table = workbook.tables["免学费"]
    cell = table.columns["第1月"].cells[table.index[ROW]]
    assert cell
    table.sheet.put(*cell, None, "VLOOKUP(A1,别处!A:B,2,0)")
    table.sheet.uncached.add(cell)
    with pytest.raises(OutputError, match="只有公式没有结果"):
        check_rebuildable(bind(workbook.book, PACK))


def test_a_computed_formula_without_result_is_no_matter() -> None:
    workbook = bound(Filling({("免学费", ROW, "第1月"): 3}))
    table = workbook.tables["免学费"]
    cell = table.columns["人次"].cells[table.index[ROW]]
    assert cell
    table.sheet.put(*cell, None, "VLOOKUP(A1,别处!A:B,2,0)")
    table.sheet.uncached.add(cell)
    after = remade(bind(workbook.book, PACK)).tables["免学费"]
    assert after.amount("人次", after.index[ROW]) == 3


def test_texts_without_a_place_are_named() -> None:
    book = book_of(Filling())
    sheet = book.sheet("免学费精准统计")
    table = bind(book, PACK).tables["免学费"]
    row = table.rows[table.index[(GRADE, ALL, ALL)]]
    column = next(cell for cell in table.columns["就读专业"].cells if cell)[1]
    assert left_out(bind(book, PACK), rebuilt(bind(book, PACK))) == []
    sheet.merges = [area for area in sheet.merges if not area[0] <= row <= area[2]]
    sheet.put(row, column, "其中退役士兵两名")
    workbook = bind(book, PACK)
    assert [(ref.row, ref.column) for ref in left_out(workbook, rebuilt(workbook))] == [(row, column)]


def test_a_column_of_ones_own_is_named() -> None:
    book = book_of(sample().filling)
    sheet = book.sheet("精准学生明细")
    first = bind(book, PACK).tables["精准明细"].rows[0]
    assert left_out(bind(book, PACK), rebuilt(bind(book, PACK))) == []
    sheet.put(first, 11, "女")
    sheet.put(first + 1, 11, 17)
    workbook = bind(book, PACK)
    assert [ref.cell for ref in left_out(workbook, rebuilt(workbook))] == [f"K{first}", f"K{first + 1}"]


@pytest.mark.parametrize(
    ("address", "value", "formula", "says"),
    [
        ("助学金结算表!A1", "附件2-1", None, ""),
        ("助学金结算表!A1", " 附件2-1 ", None, ""),
        ("助学金结算表!AC9", "随手记", None, "AC9 的内容"),
        ("免学费精准统计!F7", 3, "1+2", "F7 的公式"),
    ],
)
def test_same_place(address: str, value: Value, formula: str | None, says: str) -> None:
    book = book_of(sample().filling)
    put(book, address, value, formula)
    workbook = bind(book, PACK)
    if says:
        with pytest.raises(OutputError, match=says):
            check_same_place(workbook, rebuilt(workbook))
    else:
        check_same_place(workbook, rebuilt(workbook))


# ── round trips ──────────────────────────────────────────────────────────────────────────────────────────────────────

DEPENDENT = {"P107", "P108", "P109", "X102", "X201", "X202", "X601", "X602", "X502", "P402", "F204"}
"""Rules that read figures which 计算 corrects; their findings may change with them."""


def told(report: Report) -> set[tuple[str, ...]]:
    return {(f.code, f.sheet, f.cell, f.message, f.actual, f.expected) for f in report.findings}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    set_name=st.sampled_from(SETS),
    term=st.sampled_from([SPRING, AUTUMN, TIERED]),
    students=st.sampled_from([0, 3, 40]),
    errors=st.sampled_from([0, 8, 30]),
    seed=st.integers(0, 9999),
)
def test_round_trip(tmp_path: Path, set_name: str, term: Term, students: int, errors: int, seed: int) -> None:
    """sample → file → calc -o → check: the same report but for what 计算 put right."""
    first, second, third = (tmp_path / f"{name}.xlsx" for name in "甲乙丙")
    make_sample_file(first, PACK, set_name, term, students=students, seed=seed, errors=errors)
    before = check_file(first)
    done = calculate_file(first, second, force=True)
    after = check_file(second)
    assert isinstance(before, Report) and isinstance(done, Calculated) and isinstance(after, Report)
    gone, new = told(before) - told(after), told(after) - told(before)
    assert {item[0] for item in gone if item[0][0] != "F"} <= DEPENDENT
    assert {item[0] for item in new} <= DEPENDENT | {"F103", "F405", "F404", "F303", "F304", "F102"}
    if not done.writes:
        assert gone == new == set()
    assert before.counts["selected"] == after.counts["selected"]
    again = calculate_file(second, third, force=True)
    assert isinstance(again, Calculated) and again.writes == []
    assert third.read_bytes() == second.read_bytes()


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Identity numbers stay texts, numbers numbers, lines apart, in the file as well."""
    path = written(
        tmp_path / "表.xlsx", Filling(sample().filling.figures, sample().filling.rows, sample().filling.lines)
    )
    done = calculate_file(path, tmp_path / "新.xlsx")
    assert not isinstance(done, Failure)
    old, new = open_book(path), open_book(tmp_path / "新.xlsx")
    assert [sheet.values for sheet in new.sheets] == [sheet.values for sheet in old.sheets]
    assert [sheet.formulas for sheet in new.sheets] == [sheet.formulas for sheet in old.sheets]
    report = check_workbook(bind(new, PACK))
    assert report.clean
