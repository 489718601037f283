"""A whole workbook: which sheet is which form, which set, which term; and what is said when it cannot be told."""

from __future__ import annotations

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.bind.workbook import NotBound
from jiesuan.book import Book, Sheet
from jiesuan.table import Problem
from jiesuan.term import Term

from .making import AUTUMN, LATER, PACK, SPRING, blank_book, bound, form, rename, sample_book, sample_sheet, typed

NAMES = "、".join(
    (
        "国家助学金结算表（本学期分年级统计）",
        "精准资助学生明细",
        "免学费精准资助情况统计表",
        "生均公用经费情况表",
        "生均公用经费免学费情况表",
    )
)


def refused(book: Book, **options: object) -> tuple[str, str]:
    with pytest.raises(NotBound) as caught:
        bind(book, PACK, **options)  # type: ignore[arg-type]
    assert str(caught.value) == caught.value.message
    return caught.value.kind, caught.value.message


# ── recognised or not ──


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER])
@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_our_own_workbooks(set_name: str, term: Term) -> None:
    for book, laid in (blank_book(set_name, term), sample_book(set_name, term)):
        workbook = bind(book, PACK)
        assert (workbook.set, workbook.term, workbook.problems) == (set_name, term, [])
        assert list(workbook.tables) == ["助学金", "精准明细", "免学费", "生均"]
        assert workbook.titles == {part.form.role: (2, 1, part.form.title) for part in laid}
        assert [form.id for form in workbook.forms] == [part.form.id for part in laid]


def test_not_a_settlement_workbook() -> None:
    book = Book("课表.xlsx", [typed("课程表", "\n星期一\t语文"), Sheet("空表"), Sheet("数", [[1, 2.5]])])
    assert refused(book) == (
        "not-settlement",
        "这不是资助金结算表：看到的工作表有 “课程表”（开头是“星期一”）、“空表”（空的）、“数”（空的），"
        f"没有一张是{NAMES}。请确认选对了文件。",
    )
    assert refused(Book("空.xlsx")) == (
        "not-settlement",
        f"这不是资助金结算表：看到的工作表有 （没有），没有一张是{NAMES}。请确认选对了文件。",
    )


def test_another_version_of_the_template() -> None:
    book, _ = sample_book()
    for version, good in (
        ("fujian-2024/1", True),
        ("fujian-2024/0", True),
        ("", True),
        ("fujian-2024/2", False),
        ("fujian-2024/x", False),
        ("hunan-2024/1", False),
    ):
        book.properties["jiesuan-template"] = version
        if good:
            assert bind(book, PACK).problems == []
        else:
            assert refused(book) == (
                "template-version",
                f"这个工作簿出自另一版模板（{version}），本程序的表册是 fujian-2024/1；"
                "请用与模板同一版的程序，或用 jiesuan new 生成本版模板后重填。",
            )


def test_sheets_are_known_by_name_or_headings_where_the_title_is_gone() -> None:
    for form_id, role in (("1-2", "精准明细"), ("2-3", "免学费"), ("2-4", "生均")):
        sheet, _laid = sample_sheet(form_id)
        sheet.put(2, 1, None)
        assert bound(sheet).tables[role].sheet is sheet
        assert bound(sheet).titles[role] == (0, 1, "")
        sheet.name = "Sheet1"
        assert bound(sheet).tables[role].sheet is sheet
    sheet, _ = sample_sheet("1-1")
    sheet.put(2, 1, None)
    sheet.name = "Sheet1"
    assert refused(Book("来表.xlsx", [sheet]))[0] == "not-settlement"


def test_a_summary_of_a_bureau_is_no_form_of_a_school() -> None:
    sheet = typed("汇总", "设区市（县）人社局 2024年春季学期国家助学金结算表汇总表2")
    assert refused(Book("汇总.xlsx", [sheet]))[0] == "not-settlement"


# ── missing and double forms ──


def test_missing_forms_name_the_nearest_sheet() -> None:
    sheet, _ = sample_sheet("1-4")
    other = typed("免学费精准资助情况", "没有内容")
    assert bound(sheet, other).problems == [
        Problem("missing-form", "生均公用经费", None, name, f"没有找到附件{form_id}《{name}》，{hint}")
        for form_id, name, hint in (
            ("1-1", "国家助学金结算表（本学期分年级统计）", "没有相近的工作表。"),
            ("1-2", "精准资助学生明细", "没有相近的工作表。"),
            ("1-3", "免学费精准资助情况统计表", "最接近的工作表是“免学费精准资助情况”，但看不到这张表的标题和列标题。"),
        )
    ]


def test_a_form_twice() -> None:
    filled, _ = sample_sheet("1-4")
    book, _ = blank_book("省属")
    blank = book.sheets[3]
    blank.name = "试填"
    for sheets in ([filled, blank], [blank, filled]):
        workbook = bound(*sheets)
        assert workbook.tables["生均"].sheet is filled
        assert [problem for problem in workbook.problems if problem.check == "duplicate-form"] == [
            Problem(
                "duplicate-form",
                "试填",
                (2, 1),
                "生均公用经费情况表",
                "“试填”和“生均公用经费”都是生均公用经费情况表；只核对了“生均公用经费”，请删去多余的一张。",
            )
        ]


def test_of_equal_forms_the_visible_one_counts() -> None:
    one, _ = sample_sheet("1-4")
    two, _ = sample_sheet("1-4")
    one.visible, two.name = False, "第二张"
    assert bound(one, two).tables["生均"].sheet is two


def two_terms(*, first: Term = SPRING, hidden: Term | None = None) -> Book:
    """A workbook in which the sheets of 2024春 and 2024秋 stand beside each other."""
    sheets = []
    for term in (first, AUTUMN if first == SPRING else SPRING):
        for sheet in sample_book("省属", term)[0].sheets:
            sheet.name = f"{term.season}·{sheet.name}"
            sheet.visible = term != hidden
            sheets.append(sheet)
    return Book("来表.xlsx", sheets)


@pytest.mark.parametrize("first", [SPRING, AUTUMN])
@pytest.mark.parametrize(
    ("hidden", "asked", "term"),
    [
        (None, None, AUTUMN),
        (None, SPRING, SPRING),
        (SPRING, None, AUTUMN),
        (AUTUMN, None, SPRING),
        (AUTUMN, AUTUMN, AUTUMN),
        (SPRING, SPRING, SPRING),
    ],
)
def test_of_two_terms_the_sheets_of_the_chosen_one_count(
    first: Term, hidden: Term | None, asked: Term | None, term: Term
) -> None:
    workbook = bind(two_terms(first=first, hidden=hidden), PACK, term=asked)
    other = SPRING if term == AUTUMN else AUTUMN
    assert workbook.term == term
    assert {table.sheet.name[0] for table in workbook.tables.values()} == {term.season}
    assert [problem for problem in workbook.problems if problem.check == "duplicate-form"] == [
        Problem(
            "duplicate-form",
            f"{other.season}·{form.sheet}",
            (2, 1),
            form.name,
            f"“{other.season}·{form.sheet}”和“{term.season}·{form.sheet}”都是{form.name}；只核对了“{term.season}·{form.sheet}”，"
            f"“{other.season}·{form.sheet}”写的是{other.title}，没有核对（本次核对{term.title}）；报送前请把它移到单独的文件里。",
        )
        for form in workbook.forms
    ]
    assert {problem.check for problem in workbook.problems} <= {"duplicate-form", "hidden"}


def test_hidden_sheets_of_last_term_do_not_outvote_the_seen_ones() -> None:
    book = two_terms(hidden=SPRING)
    book.sheets = [sheet for sheet in book.sheets if sheet.name[0] == "春" or "精准" in sheet.name]
    assert bind(book, PACK).term == AUTUMN


def test_two_old_copies_of_a_form_do_not_outvote_this_terms() -> None:
    sheets = [sample_sheet("1-3", SPRING)[0], sample_sheet("1-3", SPRING)[0], sample_sheet("1-3", AUTUMN)[0]]
    for sheet, name in zip(sheets, ("旧", "旧 (2)", "新"), strict=True):
        sheet.name = name
    workbook = bind(Book("来表.xlsx", sheets), PACK)
    assert (workbook.term, workbook.tables["免学费"].sheet.name) == (AUTUMN, "新")


def second(workbook: Workbook) -> tuple[str, str]:
    """The sheet that counts and what is said of the other."""
    [problem] = [problem for problem in workbook.problems if problem.check == "duplicate-form"]
    return workbook.tables["免学费"].sheet.name, problem.message


def test_without_a_term_in_the_titles_months_or_names_tell() -> None:
    spring, autumn = sample_sheet("1-3", SPRING)[0], sample_sheet("1-3", AUTUMN)[0]
    spring.name, autumn.name = "统计一", "统计二"
    for sheet, title in ((spring, form("1-3").title), (autumn, form("1-3", AUTUMN).title)):
        rename(sheet, title, "省属技工院校____年____季学期免学费精准资助情况统计表")
    both = "“统计一”和“统计二”都是免学费精准资助情况统计表；只核对了“统计二”，"
    assert second(bound(spring, autumn, term=AUTUMN)) == (
        "统计二",
        f"{both}“统计一”的月份是3月、4月、5月、6月、7月，没有核对（本次核对2024年秋季学期）；报送前请把它移到单独的文件里。",
    )
    spring.name = "2023年秋季"
    twin = sample_sheet("1-3", AUTUMN)[0]
    twin.name = "2023秋季"
    rename(twin, form("1-3", AUTUMN).title, "省属技工院校____年____季学期免学费精准资助情况统计表")
    assert second(bound(twin, autumn, term=AUTUMN)) == (
        "统计二",
        "“2023秋季”和“统计二”都是免学费精准资助情况统计表；只核对了“统计二”，"
        "“2023秋季”写的是2023年秋季学期，没有核对（本次核对2024年秋季学期）；报送前请把它移到单独的文件里。",
    )


def test_the_title_counts_before_months_left_as_they_were() -> None:
    spring, stale = sample_sheet("1-3", SPRING)[0], sample_sheet("1-3", SPRING)[0]
    spring.name, stale.name = "春", "秋"
    rename(stale, form("1-3").title, form("1-3", AUTUMN).title)
    for sheets in ((spring, stale), (stale, spring)):
        assert second(bound(*sheets, term=AUTUMN))[0] == "秋"


def test_of_one_term_the_seen_sheet_counts_before_a_fuller_hidden_one() -> None:
    filled, _ = sample_sheet("1-3")
    blank = blank_book("省属")[0].sheets[2]
    filled.name, filled.visible, blank.name = "旧", False, "新"
    assert second(bound(filled, blank)) == (
        "新",
        "“旧”和“新”都是免学费精准资助情况统计表；只核对了“新”，请删去多余的一张。",
    )
    note = typed("说明", "请认真填写免学费精准资助情况统计表")
    assert bound(note, filled).tables["免学费"].sheet is filled


def test_two_sheets_of_another_term() -> None:
    """Neither is of the term: the fuller counts, as it always did, and no word of another term sets them apart."""
    one, two = sample_sheet("1-3")[0], sample_sheet("1-3")[0]
    two.name = "第二张"
    message = "“第二张”和“免学费精准统计”都是免学费精准资助情况统计表；只核对了“免学费精准统计”，请删去多余的一张。"
    assert second(bound(one, two, term=LATER)) == ("免学费精准统计", message)


def test_instructions_that_name_a_form_are_no_second_form() -> None:
    sheet, _ = sample_sheet("1-4")
    note = typed("说明", "请认真填写生均公用经费情况表\n三个年级都要填")
    assert [problem.check for problem in bound(note, sheet).problems] == ["missing-form"] * 3


# ── the set ──


def test_the_set_by_rates_titles_and_properties() -> None:
    fees, _ = sample_sheet("2-3")
    fees.put(2, 1, "省属技工院校2024年春季学期免学费精准资助情况统计表")
    assert bound(fees).set == "市属"
    assert bound(fees, set_name="省属").set == "省属"
    aid = typed("表", "市属技工院校2024年春季学期国家助学金结算表\n\t人数\t1")
    assert bound(aid).set == "市属"
    plain = typed("表", "技工院校2024年春季学期国家助学金结算表\n\t人数\t1")
    assert bound(plain).set == "省属"
    book = Book("来表.xlsx", [plain], properties={"jiesuan-set": "市属"})
    assert bind(book, PACK).set == "市属"
    book.properties["jiesuan-set"] = "部属"
    assert bind(book, PACK).set == "省属"


# ── the term ──


def term_of(title: str, *, sheet: str = "表", line: str = "", file: str = "来表.xlsx", **properties: str) -> Term:
    rows = typed(sheet, f"{title}\n{line}\n\t人数\t1")
    return bind(Book(file, [rows], properties={f"jiesuan-{k}": v for k, v in properties.items()}), PACK).term


def test_where_the_term_is_read() -> None:
    blank = "省属公办技工院校____年____季学期国家助学金结算表"
    assert term_of("省属公办技工院校2024年秋季学期国家助学金结算表", line="2025年春季学期", term="2024春") == AUTUMN
    assert term_of("省属公办技工院校_2024_年_春_季学期国家助学金结算表") == SPRING
    assert term_of("省属公办技工院校２０２４ 年秋 季学期国家助学金结算表") == AUTUMN
    assert term_of(blank, line="2025年春季学期资助数据统计", term="2024春") == LATER
    assert term_of(blank, line="2023秋幼儿教育1班", term="2024秋") == AUTUMN
    assert term_of(blank, sheet="2024秋结算", file="2024春.xlsx") == AUTUMN
    assert term_of(blank, file="示范技工学校_2024春.xlsx") == SPRING


def test_the_term_most_titles_name_and_of_equals_the_later() -> None:
    book, laid = sample_book()
    rename(book.sheets[0], laid[0].form.title, laid[0].form.title.replace("2024年春", "2024年秋"))
    assert bind(book, PACK).term == SPRING
    rename(book.sheets[1], laid[1].form.title, laid[1].form.title.replace("2024年春", "2024年秋"))
    assert bind(book, PACK).term == AUTUMN
    assert bind(book, PACK, term=SPRING).term == SPRING


def test_no_term_anywhere() -> None:
    book = Book("来表.xlsx", [typed("表", "省属公办技工院校____年____季学期国家助学金结算表")])
    assert refused(book) == (
        "term",
        "表上没有写明学期（标题里的“____年____季学期”是空的）；请填好标题，或加 --term 指明，例如 --term 2024春。",
    )
    assert bind(book, PACK, term=SPRING).term == SPRING


def test_a_term_before_the_pack() -> None:
    book, _ = sample_book()
    assert refused(book, term=Term(2023, 1)) == (
        "term",
        "这是2023年秋季学期的表，而“福建省技工院校资助金结算表（2024年版）”只适用于2024年春季学期及以后；"
        "如学期认错了，请加 --term 指明，例如 --term 2024春。",
    )


@pytest.mark.parametrize("form_id", ["1-3", "2-4"])
def test_months_of_the_other_season(form_id: str) -> None:
    sheet, laid = sample_sheet(form_id, AUTUMN)
    problems = bound(sheet, term=SPRING, set_name=laid.form.set).problems
    row = next(r for r, line in enumerate(sheet.values, 1) if "9月" in line)
    assert [problem for problem in problems if problem.check != "missing-form"] == [
        Problem(
            "wrong-months",
            laid.sheet,
            (row, laid.columns["第1月"]),
            "月份",
            "本工作簿是2024年春季学期，而这张表的月份是9月、10月、11月、12月、1月；应为3月、4月、5月、6月、7月。",
        )
    ]


def test_months_of_the_other_season_without_column_numbers() -> None:
    sheet, laid = sample_sheet("1-4", AUTUMN)
    sheet.values[laid.head[1] - 1] = []
    checks = [p.check for p in bound(sheet, term=SPRING).problems if p.check != "missing-form"]
    assert checks == ["missing-column"] * 5 + ["wrong-months"]


# ── hidden, and other oddities of files ──


def test_hidden_sheets_and_rows_are_bound_and_said() -> None:
    sheet, laid = sample_sheet("1-4")
    sheet.visible = False
    rows = sorted({cell[0] for (key, name), cell in laid.places.items() if name == "第1月" and sheet.value(*cell)})
    sheet.hidden_rows = {rows[0], rows[1], 1, laid.end}
    workbook = bound(sheet)
    shown = f"{rows[0]}、{rows[1]}"
    assert [problem for problem in workbook.problems if problem.check == "hidden"] == [
        Problem(
            "hidden",
            "生均公用经费",
            (1, 1),
            "生均公用经费",
            "工作表“生均公用经费”是隐藏的，其中的数照样核对；报送前请取消隐藏或删去。",
        ),
        Problem(
            "hidden",
            "生均公用经费",
            (rows[0], 1),
            f"第{rows[0]}行",
            f"第{shown}行是隐藏的却有数，照样核对；请取消隐藏看清楚。",
        ),
    ]


def test_many_hidden_rows_are_said_shortly() -> None:
    sheet, laid = sample_sheet("1-2")
    sheet.hidden_rows = set(range(*laid.body))
    message = next(p.message for p in bound(sheet).problems if p.check == "hidden")
    assert message.count("、") == 9 and "等行是隐藏的" in message


def test_hidden_blank_rows_are_nobodys_business() -> None:
    book, laid = blank_book("省属")
    sheet = book.sheets[3]
    sheet.formulas.clear()
    sheet.uncached.clear()
    sheet.hidden_rows = set(range(*laid[3].body))
    assert [p for p in bound(sheet).problems if p.check == "hidden"] == []


def test_formulas_without_results_are_calculated_before_binding() -> None:
    book, laid = sample_book("市属")
    assert any(sheet.uncached for sheet in book.sheets)
    workbook = bind(book, PACK)
    assert not any(sheet.uncached for sheet in book.sheets)
    total = workbook.tables["生均"].number("人次", workbook.tables["生均"].index["*", "*"])
    assert total.value == sum(
        value
        for sheet, part in zip(book.sheets, laid, strict=True)
        if part.form.role == "生均"
        for (key, name), cell in part.places.items()
        if name.startswith("第") and "*" not in key and isinstance(value := sheet.value(*cell), int)
    )


@pytest.mark.parametrize(
    ("set_name", "own_id", "other_id", "other_set"), [("省属", "1-4", "2-4", "市属"), ("市属", "2-4", "1-4", "省属")]
)
def test_the_form_of_the_other_set_is_said_once(set_name: str, own_id: str, other_id: str, other_set: str) -> None:
    sheet, _ = sample_sheet(other_id)
    fees, _ = sample_sheet("1-3" if set_name == "省属" else "2-3")
    workbook = bound(fees, sheet, set_name=set_name)
    right, wrong = form(own_id), form(other_id)
    assert [problem for problem in workbook.problems if problem.check != "missing-form"] == [
        Problem(
            "missing-row",
            sheet.name,
            (2, 1),
            f"附件{own_id}",
            f"这张表是附件{other_id}《{wrong.name}》，是{other_set}学校填的；本工作簿是{set_name}的，"
            f"应填附件{own_id}《{right.name}》。请换用附件{own_id}重填（jiesuan new {set_name} --term 2024春 可生成空白表），"
            "不要在这张表上补行补列；这张表上的数没有核对。",
        )
    ]
    assert "生均" not in workbook.tables and "生均" not in workbook.titles


def test_a_form_that_lacks_rows_of_both_sets_is_taken_for_its_own() -> None:
    sheet, laid = sample_sheet("2-4")
    row, _ = laid.places[("二年级", "休闲保健"), "第1月"]
    sheet.put(row, 2, None)
    workbook = bound(sheet, set_name="市属")
    assert [problem.label for problem in workbook.problems if problem.check == "missing-row"] == [
        "二年级 （一）休闲保健"
    ]


def test_the_form_of_a_term_without_grade_three_is_said_to_be_old() -> None:
    sheet, _ = sample_sheet("2-1", SPRING)
    workbook = bound(sheet, term=LATER, set_name="市属")
    assert [problem for problem in workbook.problems if problem.check != "missing-form"] == [
        Problem(
            "missing-row",
            sheet.name,
            (2, 1),
            "三年级",
            "找不到“三年级”这一列：2025年春季学期的表有“三年级”，这张表是以前学期的样式。"
            "请用本学期的空白表重填（jiesuan new 市属 --term 2025春 可生成）。",
        )
    ]
