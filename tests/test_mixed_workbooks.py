"""Workbooks as they come in: several mistakes at once, forms missing, doubled, hidden or in another file; all that is said.

The whole list of findings as `级别 代码 表!格`, in the order of the report, and the whole list of what could not be checked, as
reason → codes.
"""

from __future__ import annotations

import copy

import pytest

from jiesuan.bind import bind
from jiesuan.book import Book
from jiesuan.calculate import calculate
from jiesuan.check import check_workbook
from jiesuan.report import Report

from .check.schools import PACK, School, change, check, school

ROLES = ("助学金", "精准明细", "免学费", "生均")
NO_AID, NO_LIST, NO_FEES, NO_FUNDS = (
    f"没有《{name}》"
    for name in (
        "国家助学金结算表（本学期分年级统计）",
        "精准资助学生明细",
        "免学费精准资助情况统计表",
        "生均公用经费免学费情况表",
    )
)
WHOLE_MONTHS = "没有免学费统计表，不知道专业的类别，只核对了是不是整月"
AID = "F101 F102 F103 P101 P102 P103 P104 P105 P106 P107"
LIST = "F201 F202 F203 F204 " + " ".join(f"L{number}" for number in range(101, 120))
LIST += " P201 P202 P203 P204 P205 P206"
FEES = "F301 F302 F303 F304 F305 L118 L119 P301 P302 P303 P304 P305 P306 P307"
FUNDS = "D201 D202 F401 F402 F403 F404 F405 F406 F407 P401 P402 P403 P404"


def city() -> School:
    return school("市属2024春")


def found(report: Report) -> list[str]:
    """Everything that is said, in its order; and the counts agree with it."""
    counts = report.counts
    assert counts["selected"] == sum(counts[name] for name in ("passed", "found", "explained", "unchecked"))
    assert counts["found"] == len({item.code for item in report.findings})
    return [f"{item.level} {item.code} {item.sheet}!{item.cell}" for item in report.findings]


def unverified(report: Report) -> dict[str, str]:
    reasons: dict[str, list[str]] = {}
    for item in report.unchecked:
        reasons.setdefault(item.why, []).append(item.rule.code)
    return {why: " ".join(codes) for why, codes in reasons.items()}


def only(*roles: str) -> Book:
    """The consistent workbook with these forms alone."""
    book = city().fresh()
    book.sheets = [book.sheet(city().sheet(role)) for role in roles]
    return book


# ── partial workbooks ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("roles", "missing", "passed", "reasons"),
    [
        (
            ("助学金",),
            ["助学金结算表!"] * 3,
            31,
            {
                NO_FUNDS: f"{FUNDS} X501 X502 X503",
                NO_LIST: f"{LIST} X101 X102 X103 X104 X202",
                NO_FEES: f"{FEES} X201 X202 X203 X301 X302 X401 X402 X403 X601 X603 X604 X605 X701",
            },
        ),
        (
            ("精准明细",),
            ["精准学生明细!"] * 3,
            47,
            {
                NO_FUNDS: FUNDS,
                NO_AID: f"{AID} X101 X102 X103 X104 X301 X302 X501 X502 X503",
                NO_FEES: f"{FEES} X201 X202 X203 X302 X401 X402 X403 X601 X603 X604 X605 X701",
                WHOLE_MONTHS: "P204",
            },
        ),
        (
            ("免学费",),
            ["免学费精准统计!"] * 3,
            34,
            {
                NO_FUNDS: f"{FUNDS} X401 X402 X403 X601 X603 X604 X605",
                NO_AID: f"{AID} X101 X102 X103 X104 X301 X302 X501 X502 X503",
                NO_LIST: f"{LIST} X201 X202 X203",
            },
        ),
        (
            ("生均",),
            ["生均公用经费免学费!"] * 3,
            34,
            {
                NO_AID: f"{AID} X101 X102 X103 X104 X301 X302 X501 X502 X503",
                NO_LIST: f"{LIST} X202",
                NO_FEES: f"{FEES} X201 X202 X203 X302 X401 X402 X403 X601 X603 X604 X605 X701",
            },
        ),
        (
            ("助学金", "精准明细"),
            ["助学金结算表!"] * 2,
            61,
            {
                NO_FUNDS: f"{FUNDS} X501 X502 X503",
                NO_FEES: f"{FEES} X201 X202 X203 X301 X302 X401 X402 X403 X601 X603 X604 X605 X701",
                WHOLE_MONTHS: "P204",
            },
        ),
        (
            ("免学费", "生均"),
            ["免学费精准统计!"] * 2,
            54,
            {
                NO_AID: f"{AID} X101 X102 X103 X104 X301 X302 X501 X502 X503",
                NO_LIST: f"{LIST} X201 X202 X203",
            },
        ),
        (
            ("精准明细", "免学费"),
            ["精准学生明细!"] * 2,
            66,
            {
                NO_FUNDS: f"{FUNDS} X401 X402 X403 X601 X603 X604 X605",
                NO_AID: f"{AID} X101 X102 X103 X104 X301 X302 X501 X502 X503",
            },
        ),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_some_forms_only(roles: tuple[str, ...], missing: list[str], passed: int, reasons: dict[str, str]) -> None:
    """A form that is missing is asked for once; every rule that needs it is named, none passes unseen."""
    report = check(city(), only(*roles))
    assert found(report) == [f"核实 S101 {place}" for place in missing]
    assert unverified(report) == reasons
    assert report.counts["passed"] == passed
    absent = [item.label for item in report.findings]
    assert absent == sorted(absent) and len(absent) == 4 - len(roles)


def test_forms_spread_over_two_files() -> None:
    """Each file is checked for itself: a mistake between them is seen in neither, one inside a file in that file."""
    wrong = {"助学金/申报审批,*,涉农专业,其他/人数": 11, "免学费/三年级,*,*/人次": 42}
    book = city().fresh()
    change(city(), book, wrong | {"免学费/三年级,其他一般专业,脱贫户/第1月": 0})  # too little by X201
    first, second = Book("甲.xlsx", book.sheets[:2]), Book("乙.xlsx", book.sheets[2:])
    one, other = check(city(), first), check(city(), second)
    assert (one.file, other.file) == ("甲.xlsx", "乙.xlsx")
    assert found(one) == [
        "错误 F102 助学金结算表!Q8",
        "错误 F102 助学金结算表!Q14",
        "核实 S101 助学金结算表!",
        "核实 S101 助学金结算表!",
    ]
    assert found(other) == [
        "错误 F303 免学费精准统计!K45",
        "核实 S101 免学费精准统计!",
        "核实 S101 免学费精准统计!",
    ]
    assert {"X201", "X202", "X203"} <= one.unchecked_codes & other.unchecked_codes
    both = one.unchecked_codes & other.unchecked_codes
    assert {code for code in both if code[0] != "X"} == {"L118", "L119", "P204"}


# ── several mistakes at once ─────────────────────────────────────────────────────────────────────────────────────────


def several(base: School) -> Book:
    book = base.fresh()
    change(
        base,
        book,
        {
            "助学金/申报审批,二年级,非涉农专业,其他/人次": 14,
            "精准明细/残疾/1/身份证号": "350102200711172534",
            "免学费/三年级,*,*/人次": 42,
            "生均/二年级,涉农/第2月": "6人",
            "生均/学校名称": "示范第一技工学校",
        },
    )
    return book


SEVERAL = {
    "精准学生明细": ["错误 L104 精准学生明细!D15"],
    "免学费精准统计": ["错误 F303 免学费精准统计!K45"],
    "生均公用经费免学费": ["错误 D101 生均公用经费免学费!B3", "错误 V101 生均公用经费免学费!D16"],
}
ASKED = {
    "助学金结算表": ["核实 X302 助学金结算表!H9", "核实 X503 助学金结算表!K9", "核实 P107 助学金结算表!N16"],
    "生均公用经费免学费": ["核实 F406 生均公用经费免学费!B33"],
}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 2, 0), (2, 3, 0, 1)])
def test_one_mistake_on_every_sheet(order: tuple[int, ...]) -> None:
    """Gravest first, then as the sheets stand, whatever their order."""
    book = several(city())
    book.sheets = [book.sheets[place] for place in order]
    names = [sheet.name for sheet in book.sheets]
    report = check(city(), book)
    graves = [text for name in names for text in SEVERAL.get(name, [])]
    assert found(report) == graves + [text for name in names for text in ASKED.get(name, [])]
    assert unverified(report) == {
        "生均公用经费免学费!D16 不是数": "F401 P404 X401 X501",
        "生均公用经费免学费!D26 是错误值": "F404",
        "生均公用经费免学费!D29 是错误值": "F405",
        "精准学生明细!D15 没有有效的身份证号，算不出年龄": "L111",
    }


def test_a_list_typed_in_haste() -> None:
    book = city().fresh()
    change(
        city(),
        book,
        {
            "精准明细/脱贫户/0/助学金金额": "800",
            "精准明细/脱贫户/1/班级": "2020秋幼儿教育1班",
            "精准明细/特困低保/1/身份证号": "350203200512182589",
            "精准明细/残疾/2/联系电话": "（空）",
            "精准明细/残疾/助学金金额": 2000,
        },
    )
    report = check(city(), book)
    assert found(report) == [
        "错误 L117 精准学生明细!B8",
        "错误 F201 精准学生明细!F9",  # the formulas leave the figure stored as text out
        "错误 F202 精准学生明细!G9",
        "错误 L108 精准学生明细!D11",
        "错误 L108 精准学生明细!D12",
        "错误 F202 精准学生明细!G17",
        "核实 L102 精准学生明细!E16",
        "提示 V105 精准学生明细!G7",
    ]
    assert unverified(report) == {}


def test_labels_deleted_and_a_sheet_hidden() -> None:
    book = city().fresh()
    book.sheet(city().sheet("精准明细")).visible = False
    change(city(), book, {"免学费!C11": "（空）", "生均!B16": "（空）", "助学金/备注": "（空）", "免学费/专业个数": 9})
    report = check(city(), book)
    assert found(report) == [
        "错误 S103 免学费精准统计!C11",
        "错误 S104 免学费精准统计!G11",
        "错误 S103 生均公用经费免学费!B16",
        "错误 S104 生均公用经费免学费!C16",
        "核实 P104 助学金结算表!F9",
        "提示 S107 精准学生明细!A1",
    ]
    assert unverified(report) == {
        "“免学费精准统计”里没有“一年级 数控等高级工专业 脱贫户”": "F303 F305 L118 X201 X202 X203 X301 X302 X402 X601 X604",
        "“生均公用经费免学费”里没有“二年级 （三.1）涉农”": "F404 F406 P402 X401 X501 X502 X503 X603",
    }


def test_a_column_renamed_a_form_missing_and_an_old_title() -> None:
    book = only("助学金", "精准明细", "免学费")
    change(
        city(),
        book,
        {
            "免学费/列/第3月": "改作他用",
            "免学费/列号/第3月": "（空）",
            "助学金/标题": "市属技工院校2024年秋季学期国家助学金结算表",
        },
    )
    report = check(city(), book)
    assert found(report) == [
        "错误 D102 助学金结算表!A2",
        "错误 S102 免学费精准统计!",
        "核实 S101 助学金结算表!",
    ]
    assert unverified(report) == {
        NO_FUNDS: f"{FUNDS} X501 X502 X503 X601 X603 X604 X605",
        "“免学费精准统计”里没有找到“5月”这一列": "F301 F303 F304 P303 P305 P306 X203 X401 X402 X403",
    }


# ── a second copy, another school's form ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", [False, True], ids=["旧表在后", "旧表在前"])
def test_a_hidden_second_copy(first: bool) -> None:
    """The sheet that is seen is checked, wherever the hidden one stands; the hidden one is named."""
    book = city().fresh()
    twin = copy.deepcopy(book.sheet(city().sheet("免学费")))
    twin.name, twin.visible = "旧表", False
    book.sheets.insert(0 if first else len(book.sheets), twin)
    change(city(), book, {"免学费/*,*,*/补助金额": 1.7})
    report = check(city(), book)
    assert found(report) == ["错误 F304 免学费精准统计!L46", "核实 S106 旧表!A2"]
    assert unverified(report) == {}
    assert "只核对了“免学费精准统计”" in report.findings[1].message


@pytest.mark.parametrize("visible", [False, True], ids=["隐藏", "可见"])
@pytest.mark.parametrize("first", [False, True], ids=["上学期在后", "上学期在前"])
def test_last_terms_sheets_in_the_same_workbook(first: bool, visible: bool) -> None:
    """This term's sheets are checked and calculated, whatever stands on last term's."""
    now, last = school("市属2024秋"), school("市属2024春", 90)
    book = now.fresh()
    old = last.typed().sheets
    for sheet in old:
        sheet.name, sheet.visible = f"上学期{sheet.name}", visible
    book.sheets = [*old, *book.sheets] if first else [*book.sheets, *old]
    assert found(check_workbook(bind(book, PACK))) == [f"核实 S106 {sheet.name}!A2" for sheet in old]
    change(now, book, {"免学费/*,*,*/补助金额": "（空）", "生均/*,*/生均金额": 9})
    writes = calculate(bind(book, PACK))
    changed = [
        (str(now.cell(name)), kind) for name, kind in (("免学费/*,*,*/补助金额", "填入"), ("生均/*,*/生均金额", "替换"))
    ]
    assert [(str(write.ref), write.kind) for write in writes if write.kind != "更新"] == changed


def test_a_provincial_school_on_city_habits() -> None:
    base = school("省属2024春")
    book = base.fresh()
    change(
        base,
        book,
        {
            "免学费/一年级,其他一般专业,脱贫户/月标准": 0.021,
            "免学费/标题": "市属技工院校2024年春季学期免学费精准资助情况统计表",
            "精准明细/学校名称": "（空）",
            "生均/一年级,机电/第5月": 0,
            "生均/收款日期": "5月10日",
        },
    )
    report = check(base, book)
    assert found(report) == [
        "错误 X201 精准学生明细!I16",
        "错误 P302 免学费精准统计!D15",
        "错误 X404 生均公用经费!G13",
        "核实 D105 精准学生明细!B3",
        "核实 F406 生均公用经费!B36",
        "提示 D104 免学费精准统计!A2",
    ]
    assert unverified(report) == {"表下收款日期没有填": "D202"}


def test_forms_of_two_schools() -> None:
    """Another school's 免学费 in the workbook: names, rates, amounts and majors all say so."""
    other = school("省属2024春")
    book = only("助学金", "精准明细")
    book.sheets.append(other.fresh().sheet(other.sheet("免学费")))
    report = check(city(), book)
    rates = [f"错误 P302 免学费精准统计!D{row}" for row in (11, 15, 24, 28, 37, 41)]
    majors = [f"核实 L118 精准学生明细!B{row}" for row in (7, 8, 10, 11, 12, 14, 15, 16)]
    assert found(report) == [
        *(f"错误 X201 精准学生明细!I{row}" for row in (9, 13, 17)),
        "错误 D101 免学费精准统计!C3",
        *rates[:2],
        "错误 X203 免学费精准统计!F20",
        *rates[2:],
        "核实 S101 助学金结算表!",
        "核实 X301 助学金结算表!F9",
        "核实 X302 助学金结算表!H9",
        "核实 X301 助学金结算表!J9",
        *majors,
        "提示 D104 免学费精准统计!A2",
    ]
    assert unverified(report) == {NO_FUNDS: f"{FUNDS} X401 X402 X403 X501 X502 X503 X601 X603 X604 X605"}
