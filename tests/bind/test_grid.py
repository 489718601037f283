"""Grids whose axes run down the rows: forms 1-3, 1-4, 2-3, 2-4, whole and damaged."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jiesuan.book import Book, Sheet
from jiesuan.form import ALL, Form, Member
from jiesuan.recalculate import recalculate
from jiesuan.ref import a1
from jiesuan.table import Problem

from .making import (
    AUTUMN,
    LATER,
    SPRING,
    blank_book,
    bound,
    cells,
    form,
    number,
    own,
    rename,
    same_places,
    sample_sheet,
    typed,
)

GRADES = ("一年级", "二年级", "三年级")
TYPES = ("涉农专业", "数控等高级工专业", "其他一般专业")
KINDS = ("脱贫户", "特困低保", "残疾", "其他")
OLD = ("建档立卡家庭学生", "低保（含特困）家庭学生", "家庭经济困难残疾学生", "其他家庭经济困难类别学生")
MONTHS = tuple(f"第{n}月" for n in range(1, 6))


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER])
@pytest.mark.parametrize("form_id", ["1-3", "1-4", "2-3", "2-4"])
def test_the_template_is_bound_where_it_was_laid_out(form_id: str, term: object) -> None:
    sheet, laid = sample_sheet(form_id, term)  # type: ignore[arg-type]
    workbook = bound(sheet, term=term)  # type: ignore[arg-type]
    table = workbook.tables[laid.form.role]
    assert own(workbook, laid.form.role) == []
    assert same_places(table, laid) == []
    assert set(table.columns) == {column.name for column in laid.form.fields}


# ── form 1-3 as the notice prints it: no headings, only the numbers of the columns ──


def destroyed(rates: tuple[str, str, str] = ("0.024", "0.038", "0.026")) -> Sheet:
    lines = [
        "省属技工院校____年____季学期免学费精准资助情况统计表",
        "填报单位（加盖公章）：",
        "填报日期：20__年__月__日 单位：人、万元",
        "1\t2\t3\t4\t5\t6\t\t\t\t\t\t7\t\t8",
        "\t\t\t\t\t\t9\t10\t11\t12\t13\t14",
        "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11=6+7+8+9+10\t12=4+10\t13",
    ]
    for grade in "一二三":
        for kind, rate in zip(TYPES, rates, strict=True):
            for turn, label in enumerate(OLD):
                head = (
                    grade if not turn and kind == TYPES[0] else "",
                    kind if not turn else "",
                    label,
                    rate if not turn else "",
                )
                lines.append("\t".join((*head, "2023秋幼儿教育", "5", "4", "3", "2", "1", "15", "0.5")))
        lines.append(f"{grade}年级小计\t\t\t\t\t60\t48\t36\t24\t12\t180\t6")
    lines.append("合计\t\t\t专业个数：\t1\t180\t144\t108\t72\t36\t540\t18")
    return typed("Sheet3", "\n".join(lines))


def test_a_form_without_headings_is_bound_by_its_column_numbers() -> None:
    workbook = bound(destroyed())
    table = workbook.tables["免学费"]
    assert own(workbook, "免学费") == []
    assert workbook.set == "省属"
    rows: dict[tuple[str, ...], int] = {}
    row = 7
    for grade in GRADES:
        for kind in TYPES:
            for hardship in KINDS:
                rows[grade, kind, hardship] = row
                row += 1
        rows[grade, ALL, ALL] = row
        row += 1
    rows[ALL, ALL, ALL] = row
    for column, name in enumerate((*MONTHS, "人次", "补助金额", "备注"), 6):
        assert cells(table, name) == {key: a1(row, column) for key, row in rows.items()}, name
    details = {key: row for key, row in rows.items() if ALL not in key}
    assert cells(table, "就读专业") == {key: a1(row, 5) for key, row in details.items()}
    # The rate is typed once for four rows whose merge was lost.
    assert cells(table, "月标准") == {key: a1(row - (row - 7) % 13 % 4, 4) for key, row in details.items()}
    assert table.lines["专业个数"].ref.cell == "E46"
    assert table.lines["专业个数"].number.value == 1


def test_the_rates_decide_the_set_where_the_title_is_wrong() -> None:
    assert bound(destroyed(("0.024", "0.032", "0.021"))).set == "市属"
    assert bound(destroyed(("0.024", "0.032", "0.021")), set_name="省属").set == "省属"
    assert bound(destroyed(("0.024", "0.024", "0.024"))).set == "省属"


def test_numbers_and_headings_agree_where_both_are_there() -> None:
    sheet, laid = sample_sheet("2-3")
    rename(sheet, "补助金额", "12列")
    workbook = bound(sheet)
    assert own(workbook, "免学费") == []
    assert same_places(workbook.tables["免学费"], laid) == []


# ── form 2-4: one standard for three rows ──

CLASSES = (
    "(一) 休闲保健等类",
    "(二) 轻纺食品等类",
    "(三.1) 农林牧渔等类中涉农专业类",
    "(三.2) 农林牧渔等类中数控、模具、电气等专业",
    "(三.3) 农林牧渔等类中其他专业",
)


def printed(second: str) -> Sheet:
    """Form 2-4 as the notice prints it: the numbers one cell off, 5600 in one of its three rows."""
    lines = [
        "技工院校2024年春季学期生均公用经费免学费情况表",
        "2024年春季学期对应资金统计",
        "年级\t生均公用经费专业类别\t各年级各专业类别的正式学籍人数\t\t\t\t\t对应生均公用经费\t\t\t\t\t备注",
        "\t\t3月\t4月\t5月\t6月\t7月\t5个月合计\t年标准(元/人)\t金额(万元)\t其中包含免学费补助金",
        f"\t\t1\t2\t3\t4\t5\t6=1+2+3+4+5\t7\t8=6*7/10000/10\t年标准(元/人)\t{second}",
    ]
    for grade in (*GRADES, "三个年级学生合计"):
        for turn, label in enumerate(CLASSES):
            rate = ("4200", "5100", "", "5600", "")[turn]
            fee = ("2100", "2100", "2400", "3200", "2100")[turn]
            head = grade if not turn else ""
            lines.append("\t".join((head, label, "1", "1", "1", "1", "1", "5", rate, "0.21", fee, "0.105")))
    lines.append("全校合计(不分专业类别)\t\t20\t20\t20\t20\t20\t100\t—\t4.2\t—\t2.1")
    return typed("Sheet4", "\n".join(lines))


def test_a_standard_typed_in_one_of_its_rows_stands_for_the_group() -> None:
    workbook = bound(printed("金额(万元)"))
    table = workbook.tables["生均"]
    names = ("休闲保健", "轻纺食品", "涉农", "数控模具电气", "农林牧渔其他")
    keys = [(grade, name) for grade in (*GRADES, ALL) for name in names]
    assert own(workbook, "生均") == []
    # 5600 is typed in the row of (三.2) only, the fourth of five.
    assert cells(table, "生均标准") == {
        key: a1(6 + number - number % 5 + (number % 5, 3)[number % 5 > 1], 9) for number, key in enumerate(keys)
    }
    assert [table.amount("生均标准", table.index[key]) for key in keys[:5]] == [4200, 5100, 5600, 5600, 5600]
    assert cells(table, "免学费标准") == {key: a1(row, 11) for row, key in enumerate(keys, 6)}
    assert cells(table, "免学费金额") == {key: a1(row, 12) for row, key in enumerate([*keys, (ALL, ALL)], 6)}
    assert table.amount("人次", table.index[ALL, ALL]) == 100


def test_a_number_one_cell_off_binds_nothing() -> None:
    workbook = bound(printed("9"))
    assert own(workbook, "生均") == [
        Problem(
            "missing-column",
            "Sheet4",
            None,
            "免学费金额",
            "找不到“对应生均公用经费›其中包含免学费补助金›金额（万元）”这一列，没有相近的标题。",
        )
    ]
    assert cells(workbook.tables["生均"], "免学费标准")["一年级", "涉农"] == "K8"


def test_a_row_of_a_group_with_its_own_standard_keeps_it() -> None:
    sheet, laid = sample_sheet("2-4")
    top, column = laid.places[("一年级", "涉农"), "生均标准"]
    sheet.merges.remove((top, column, top + 2, column))
    sheet.put(top + 2, column, 5700)
    table = bound(sheet).tables["生均"]
    keys = [("一年级", name) for name in ("涉农", "数控模具电气", "农林牧渔其他")]
    assert [table.amount("生均标准", table.index[key]) for key in keys] == [5600, 5600, 5700]
    assert cells(table, "生均标准")[keys[2]] == a1(top + 2, column)


def test_standards_of_totals_stand_where_the_total_keeps_their_class() -> None:
    sheet, laid = sample_sheet("1-4")
    table = bound(sheet).tables["生均"]
    assert cells(table, "生均标准")[ALL, "化工"] == a1(*laid.places[(ALL, "化工"), "生均标准"])
    assert (ALL, ALL) not in cells(table, "生均标准")


# ── what cannot be bound ──


def test_a_missing_column_names_the_nearest_heading() -> None:
    sheet, _laid = sample_sheet("1-4")
    rename(sheet, "5个月合计", "本学期总共")
    rename(sheet, "6=1+2+3+4+5", "—")
    rename(sheet, "对应生均公用经费金额（万元）", "应得生均公用经费\n数额（万元）")
    rename(sheet, "8=6*7/10000/10", "—")
    assert own(bound(sheet), "生均") == [
        Problem(
            "missing-column",
            "生均公用经费",
            None,
            "5个月合计",
            "找不到“各年级各专业类别的正式学籍人数›5个月合计”这一列，没有相近的标题。",
        ),
        Problem(
            "missing-column",
            "生均公用经费",
            (6, 10),
            "生均金额",
            "找不到“对应生均公用经费›对应生均公用经费金额（万元）”这一列，最接近的标题是“应得生均公用经费 数额（万元）”；"
            "看左右两列，标题应写在 J6。",
        ),
    ]
    assert "人次" not in bound(sheet).tables["生均"].columns


def test_a_remarks_column_may_be_missing() -> None:
    sheet, laid = sample_sheet("1-3")
    column = laid.columns["备注"]
    for line in sheet.values:
        if len(line) >= column:
            line[column - 1] = None
    sheet.merges = [merge for merge in sheet.merges if merge[1] != column]
    workbook = bound(sheet)
    assert own(workbook, "免学费") == []
    assert "备注" not in workbook.tables["免学费"].columns


def test_a_row_with_an_unknown_label_is_missing_and_stray() -> None:
    sheet, laid = sample_sheet("1-4")
    row, column = laid.places[("二年级", "机电"), "第1月"]
    for at in range(column, column + 5):
        sheet.put(row, at, 3)
    sheet.put(row, 2, "机械、电子类")
    assert own(bound(sheet), "生均") == [
        Problem(
            "stray-figure",
            "生均公用经费",
            (row, column),
            f"第{row}行",
            f"第{row}行（“机械、电子类”）有数，但不知道属于哪一行；没有计入任何合计的核对。",
        ),
        Problem(
            "missing-row",
            "生均公用经费",
            (row, 2),
            "二年级 （六）机电",
            "找不到“二年级 （六）机电”这一行，最接近的是“机械、电子类”。",
        ),
    ]


def test_figures_without_any_label() -> None:
    sheet, laid = sample_sheet("1-4")
    first, column = laid.places[("三年级", "化工"), "第2月"]
    sheet.values.insert(first, [None] * (column - 1) + [12, "13"])  # type: ignore[arg-type]
    sheet.formulas.clear()
    sheet.uncached.clear()
    sheet.merges.clear()
    assert own(bound(sheet), "生均") == [
        Problem(
            "stray-figure",
            "生均公用经费",
            (first + 1, column),
            f"第{first + 1}行",
            f"第{first + 1}行（没有行标题）有数，但不知道属于哪一行；没有计入任何合计的核对。",
        )
    ]


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("numbered", [True, False])
def test_the_first_row_without_its_label_is_stray_and_its_grade_stays(merged: bool, numbered: bool) -> None:
    sheet, laid = sample_sheet("1-3")
    row, column = laid.places[("一年级", "涉农专业", "脱贫户"), "第1月"]
    assert sheet.value(row, 1) == "一年级" and sheet.value(row, 3) == "建档立卡家庭学生"
    sheet.put(row, 3, None)
    for month in range(5):
        sheet.put(row, column + month, 20 + month)
    if not merged:
        sheet.merges.clear()
    if not numbered:
        for at in range(1, sheet.width + 1):
            sheet.put(row - 1, at, None)
    workbook = bound(sheet)
    assert {key[:2] for key in workbook.tables["免学费"].keys if key[0] == "一年级"} >= {("一年级", "涉农专业")}
    assert [problem for problem in own(workbook, "免学费") if problem.check == "stray-figure"] == [
        Problem(
            "stray-figure",
            "免学费精准统计",
            (row, column),
            f"第{row}行",
            f"第{row}行（“一年级”）有数，但不知道属于哪一行；没有计入任何合计的核对。",
        )
    ]


def test_an_unknown_grade_takes_its_rows_with_it() -> None:
    sheet, laid = sample_sheet("1-3")
    row, _ = laid.places[("二年级", "涉农专业", "脱贫户"), "第1月"]
    assert sheet.value(row, 1) == "二年级"
    sheet.put(row, 1, "贰年级")
    rename(sheet, "二年级小计", "贰年级小计")
    workbook = bound(sheet)
    table = workbook.tables["免学费"]
    problems = own(workbook, "免学费")
    assert {key[0] for key in table.keys} == {"一年级", "三年级", ALL}
    assert [p for p in problems if p.check == "missing-row"] == [
        Problem("missing-row", "免学费精准统计", (row, 1), "二年级", "找不到“二年级”这一行，最接近的是“贰年级”。")
    ]
    assert {p.check for p in problems} == {"missing-row", "stray-figure"}
    assert all(row <= p.cell[0] <= row + 12 for p in problems if p.cell)


def test_a_note_between_the_rows_changes_nothing() -> None:
    sheet, laid = sample_sheet("1-3")
    row, _ = laid.places[("二年级", "涉农专业", "残疾"), "第1月"]
    sheet.merges.clear()
    sheet.formulas.clear()
    sheet.uncached.clear()
    sheet.values.insert(row - 1, ["以下为新生"])
    workbook = bound(sheet)
    assert own(workbook, "免学费") == []
    assert len(workbook.tables["免学费"].keys) == 40


def double(form_id: str, key: tuple[str, ...], *, keep: bool) -> tuple[Sheet, int]:
    """The form with the row of a key twice; the first left empty unless `keep`."""
    sheet, laid = sample_sheet(form_id)
    row, first = laid.places[key, "第1月"]
    sheet.merges.clear()
    sheet.formulas.clear()
    sheet.uncached.clear()
    for at in range(first, first + 5):
        sheet.put(row, at, 1)
    again = list(sheet.values[row - 1])
    if not keep:
        sheet.values[row - 1][laid.stubs :] = [None] * (len(again) - laid.stubs)
    sheet.values.insert(row, again)
    return sheet, row


def test_a_row_twice() -> None:
    sheet, row = double("1-4", ("二年级", "能源"), keep=True)
    workbook = bound(sheet)
    assert own(workbook, "生均") == [
        Problem(
            "duplicate-row",
            "生均公用经费",
            (row + 1, 3),
            "（三）能源等类",
            f"“（三）能源等类”出现了两次（第{row}行和第{row + 1}行），只采用第一次的数。",
        )
    ]
    assert cells(workbook.tables["生均"], "第1月")["二年级", "能源"] == a1(row, 3)


def test_of_two_rows_the_filled_one_counts() -> None:
    sheet, row = double("1-4", ("二年级", "能源"), keep=False)
    workbook = bound(sheet)
    assert own(workbook, "生均") == []
    assert cells(workbook.tables["生均"], "第1月")["二年级", "能源"] == a1(row + 1, 3)
    sheet, row = double("1-4", ("二年级", "能源"), keep=True)
    sheet.values[row] = sheet.values[row][:2]
    assert own(bound(sheet), "生均") == []


@pytest.mark.parametrize(
    ("form_id", "role", "total", "axes"),
    [
        ("2-3", "免学费", "合计", "年级、专业类别、困难类型"),
        ("2-4", "生均", "全校合计（不分专业类别）", "年级、生均公用经费专业类别"),
        ("1-4", "生均", "全校合计（不分专业类别）", "年级、专业类别"),
    ],
)
@pytest.mark.parametrize(
    ("label", "months", "found"),
    [
        ("四年级", [3, 3, 3, 3, 3], True),
        ("四年级学生", ["", 3, "3", 3], True),
        ("二年级", [3], True),
        ("医药卫生类", [3], True),
        ("医药卫生类", [0, 0, 0], False),
        ("医药卫生类", [], False),
        ("医药卫生类", [13900000000], False),
        ("班主任：李四", [12], False),
        ("", [3, 3, 3, 3], False),
        ("", [97, 3, 3, 3, 3], True),
        ("其中：四年级", [3, 3, 3, 3, 3], False),
        ("其中：女生", [12, 12, 12, 12, 12], False),
        ("上学期人数", [12, 12, 12, 12, 12], False),
        ("2023年秋季学期", [12, 12, 12, 12, 12], False),
        ("备注：本学期共", [35], False),
        ("本学期共", [35], False),
        ("共", [35], False),
        ("核对：", [3, 3, 3], False),
        ("审核：李四", [3, 3, 3], False),
        ("我校上期生均结余", [7, 2024, 1], False),
        ("2024年度实际收到生均金额", [79, 2024, 5, 10], False),
    ],
)
def test_figures_below_the_grand_total(
    form_id: str, role: str, total: str, axes: str, label: str, months: list[int | str], found: bool
) -> None:
    sheet, laid = sample_sheet(form_id)
    last = max(row for row, _ in laid.places.values())
    column = laid.places[next(iter(laid.places))[0], "第1月"][1]
    sheet.values.insert(last, [label or None, *[None] * (column - 2), *(month or None for month in months)])
    sheet.merges = [merge for merge in sheet.merges if merge[2] <= last]
    workbook = bound(sheet, set_name=form(form_id).set)
    first = column + next((at for at, month in enumerate(months) if month), 0)
    assert (
        own(workbook, role)
        == [
            Problem(
                "stray-figure",
                sheet.name,
                (last + 1, first),
                f"第{last + 1}行",
                f"第{last + 1}行（{f'“{label}”' if label else '没有行标题'}）的数在“{total}”（第{last}行）下面，没有计入任何小计、合计；"
                f"请移到“{total}”上面{axes}相符的那一行，不该填的请删去。",
            )
        ]
        * found
    )


@pytest.mark.parametrize(
    ("label", "months", "found"),
    [
        ("三年级", [97, 3], True),
        ("三年级", [97], False),
        ("医药卫生类", [97, 3, 3, 3, 3], True),
        ("医药卫生类", [97, 3, 3, 3], False),
        ("", [97, 3, 3, 3, 3], True),
        ("其中：女生", [97, 3, 3, 3, 3], False),
        ("审核人：", [97, 3, 3, 3, 3], False),
    ],
)
def test_figures_past_the_foot(label: str, months: list[int], found: bool) -> None:
    sheet, laid = sample_sheet("2-4")
    last, column = max(row for row, _ in laid.places.values()), laid.places[next(iter(laid.places))[0], "第1月"][1]
    row = len(sheet.values) + 1
    for at, value in enumerate((label or None, *[None] * (column - 2), *months), 1):
        sheet.put(row, at, value)
    told = [
        (problem.check, problem.cell, problem.message[: problem.message.index("，")])
        for problem in own(bound(sheet), "生均")
    ]
    said = f"“{label}”" if label else "没有行标题"
    below = f"第{row}行（{said}）的数在“全校合计（不分专业类别）”（第{last}行）下面"
    assert told == [("stray-figure", (row, column), below)] * found


@pytest.mark.parametrize("label", ["", "全校合计", "合计"])
@pytest.mark.parametrize("foot", [True, False])
def test_what_only_repeats_a_total_is_no_row(label: str, foot: bool) -> None:
    """To compare, say; typed otherwise it is one, however often the layout was met before."""
    for more in (0, 1, 0):
        sheet, laid = sample_sheet("2-4")
        recalculate(Book("样表.xlsx", [sheet]))
        last, column = max(row for row, _ in laid.places.values()), laid.places[next(iter(laid.places))[0], "第1月"][1]
        figures = [sheet.value(last, column + month) for month in range(5)]
        figures[2] = more or figures[2]
        sheet.merges = [merge for merge in sheet.merges if merge[2] <= last]
        sheet.formulas.clear()
        at = len(sheet.values) if foot else last
        sheet.values.insert(at, [label or None, *[None] * (column - 2), *figures])
        assert [problem.cell for problem in own(bound(sheet), "生均")] == [(at + 1, column)] * more


def test_formulas_below_the_total_are_no_figures() -> None:
    sheet, laid = sample_sheet("2-4")
    column = laid.places[next(iter(laid.places))[0], "第1月"][1]
    row = len(sheet.values) + 1
    sheet.put(row, 1, "三年级")
    for at in range(column, column + 5):
        sheet.put(row, at, 5, "2+3")
    assert own(bound(sheet), "生均") == []


def test_without_any_row_label() -> None:
    workbook = bound(
        typed("Sheet1", "省属公办技工院校2024年春季学期生均公用经费情况表\n年级\t专业类别\t3月\t4月\n\t\t1\t2")
    )
    table = workbook.tables["生均"]
    assert (table.keys, table.rows) == ([], [])
    assert [problem.check for problem in own(workbook, "生均")] == ["missing-column"] * 8


def test_grade_labels_are_missing_altogether() -> None:
    text = "省属公办技工院校2024年春季学期生均公用经费情况表\n年级\t专业类别\t3月\t4月\t5月\n\t（一）化工类\t1\t2\t3"
    workbook = bound(typed("Sheet1", text))
    assert workbook.tables["生均"].keys == [("一年级", "化工")]
    says = (
        "A3 是空的，这里缺年级的标题，像是“一年级”；从第3行起的一组暂按“一年级”核对，请在 A3 写上“一年级”，不要删行。"
    )
    assert [problem for problem in own(workbook, "生均") if problem.cell] == [
        Problem("missing-row", "Sheet1", (3, 1), "一年级", says)
    ]


def test_an_optional_member_is_expected_only_where_it_is_found() -> None:
    aid: Form = form("1-1")
    disabled: Member = next(m for m in aid.axis_named("困难类型").members if m.name == "残疾")
    assert disabled.optional
    book, laid = blank_book("省属")
    table = bound(book.sheets[0]).tables["助学金"]
    assert not table.has_member("困难类型", "残疾")
    assert len(table.keys) == len({key for key, _ in laid[0].places})


def test_formulas_with_and_without_results_and_errors_keep_their_cells() -> None:
    from jiesuan.book import ErrorValue

    sheet, laid = sample_sheet("1-4")
    key = ("一年级", "化工")
    total, amount = laid.places[key, "人次"], laid.places[key, "生均金额"]
    other = laid.places[("一年级", "轻工"), "生均金额"]
    for at in range(1, 6):
        sheet.put(*laid.places[key, f"第{at}月"], at)
    sheet.put(*amount, ErrorValue("#REF!"), "#REF!*2")
    sheet.put(*other, None, "VLOOKUP(A1,B:C,2,0)")
    sheet.uncached.add(other)
    table = bound(sheet).tables["生均"]
    assert table.number("人次", table.index[key]).value == Decimal(15)
    assert table.has_formula("人次", table.index[key])
    assert table.ref("人次", table.index[key]) == ("生均公用经费", *total)
    assert table.number("生均金额", table.index[key]).trouble == "error"
    assert table.number("生均金额", table.index["一年级", "轻工"]).trouble == "uncached"


def test_making_reads_numbers() -> None:
    assert [number(text) for text in ("3", "0.5", "三")] == [3, 0.5, "三"]
