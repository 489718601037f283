"""Every rule about a roster: a clean student, a failing one at its cell, and the columns without which it is unchecked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Value, memory_book
from jiesuan.roster.attendance import CALLS
from jiesuan.roster.check import CELLS, CHECKS, check_roster
from jiesuan.roster.compare import COMPARISONS
from jiesuan.roster.read import roster_of
from jiesuan.term import Term

from ..making import ID, PACK, PHONE, SPRING, sample
from .making import HEADS, INFO, TODAY, book, checked, found, number, of_sample, student

AUTUMN25 = Term.parse("2025秋")
BASIS_2016 = "财科教〔2016〕35号（人社厅发〔2018〕28号三(一)所列依据）"
CASES: list[tuple[str, dict[str, Value], list[tuple[str, str, str]]]] = [
    ("R101", {"姓名": " "}, [("R101", "B3", "没有填")]),
    ("R101", {"专业": None}, [("R101", "G3", "没有填")]),
    ("R102", {"身份证号": "350502200801150012"}, [("R102", "D3", "最后一位与前17位对不上，至少有一位录错")]),
    ("R102", {"身份证号": "35050220080115"}, [("R102", "D3", "身份证号应为18位")]),
    ("R102", {"身份证号": "350502200813150011"}, [("R102", "D3", "第7至14位不是一个有效的出生日期")]),
    ("R102", {"身份证号": "170502200801150011"}, [("R102", "D3", "地址码（前两位）不是任何省份的")]),
    ("R102", {"身份证号": 350502200801150000}, [("R102", "D3", "身份证号存成了数字，后几位可能已经丢失；请设为文本后重新输入")]),
    ("R103", {"身份证号": "H12345678"}, [("R103", "D3", "不是居民身份证号，不能校验")]),
    ("R104", {"身份证号": " ".join(number(1))}, [("R104", "D3", "夹有空格、全角或小写字符")]),
    ("R106", {"身份证号": number(1, "19980115"), "出生日期": None}, [("R106", "D3", "学期开始时 26 周岁")]),
    ("R107", {"学习形式": "函授"}, [("R107", "L3", "不是全日制")]),
    ("R108", {"入学年季": "2020秋", "年级": None}, [("R108", "J3", "2020年秋季学期入学，学制 3 年，到2024年春季学期已是第 8 个学期")]),
    ("R109", {"年级": "二年级"}, [("R109", "M3", "2023年秋季学期入学，2024年春季学期不是二年级")]),
    ("R110", {"专业类别": "涉农专业"}, [("R110", "H3", "“数控加工”不在涉农专业名单里"), ("R119", "U3", f"涉农专业学生应享受助学金（{BASIS_2016}）")]),
    ("R110", {"专业": "园林技术"}, [("R110", "H3", "“园林技术”像是涉农专业")]),
    ("R111", {"异动类型": "转入", "异动日期": "2024-4-8"}, [("R111", "P3", "2024-04-08 转入，备注没有函询情况")]),
    ("R111", {"异动类型": "转入"}, [("R111", "P3", "转入日期没有填，备注也没有函询情况")]),
    ("R112", {"入学年季": "2024春", "注册日期": "2024-4-25"}, [("R112", "R3", "晚于期限 5 天（闽人社办〔2024〕79号一(一)）")]),
    ("R113", {"学籍状态": "退学", "助学金": "是"}, [("R113", "U3", "学籍状态是退学，仍标为享受助学金"), ("R113", "V3", "学籍状态是退学，仍标为享受免学费")]),
    ("R114", {"性别": "女"}, [("R114", "C3", "与身份证号第17位不符")]),
    ("R115", {"出生日期": "2008-01-16"}, [("R115", "E3", "与身份证号第7至14位不符")]),
    ("R115", {"出生日期": "2008年2月"}, [("R115", "E3", "与身份证号第7至14位不符")]),
    ("R116", {"联系电话": "12345"}, [("R116", "N3", "不是手机号或固定电话")]),
    ("R117", {"学籍状态": "神游"}, [("R117", "O3", "认不出这个填法")]),
    ("R117", {"入学年季": "去年秋天"}, [("R117", "J3", "读不懂，请写成 2023秋、2023-09 这样")]),
    ("R117", {"注册日期": "2024/13/45"}, [("R117", "R3", "读不懂，请写成 2024-03-05 这样")]),
    ("R117", {"学制": "很长"}, [("R117", "K3", "读不懂，请写成 3、3年、2.5 这样")]),
    ("R117", {"年级": "大一"}, [("R117", "M3", "读不懂，请写成 一年级、二年级、三年级 或 2023级 这样")]),
    ("R102", {"身份证号": "350502080115001"}, [("R102", "D3", "是15位的旧身份证号，请换成18位的")]),
    ("R118", {"户口性质": "城市", "助学金": "是"}, [("R118", "U3", "一年级、非涉农专业、城市、没有困难认定，不在福建2024春的助学金资助范围内")]),
    ("R118", {"入学年季": "2021秋", "年级": "三年级", "困难类型": "低保", "助学金": "是"}, [("R118", "U3", "三年级、非涉农专业、农村、家庭经济困难，不在福建2024春的助学金资助范围内")]),
    ("R119", {"困难类型": "低保"}, [("R119", "U3", f"非涉农专业家庭经济困难学生应享受助学金（{BASIS_2016}）")]),
    ("R120", {"困难类型": "低保", "助学金": "是", "助学金年标准": 2300}, [("R120", "X3", "与福建的标准不符（财科教〔2016〕35号：每生每年2000元，按10个月）")]),
    ("R120", {"困难类型": "低保", "助学金": "是", "助学金年标准": "两千"}, [("R120", "X3", "与福建的标准不符（财科教〔2016〕35号：每生每年2000元，按10个月）")]),
]  # fmt: skip
CLEAN: list[dict[str, Value]] = [
    {},
    {"身份证号": number(1, "19980115"), "出生日期": None, "备注": "退役复学"},
    {"年级": "二年级", "备注": "跳级"},
    {"年级": "2023级"},
    {"异动类型": "转入", "异动日期": "2024-4-8", "备注": "已函询，3月起未领"},
    {"异动类型": "转入", "异动日期": "2023-10-8"},
    {"入学年季": "2024春", "注册日期": "2024-4-20"},
    {"入学年季": "2021春", "年级": "三年级"},
    {"学籍状态": "退学", "异动日期": "2024-5-8"},
    {"学籍状态": "毕业", "入学年季": "2020秋", "年级": None, "免学费": "否"},
    {"出生日期": "2008年1月"},
    {"户口性质": "城市", "助学金": "是", "困难类型": "残疾", "助学金年标准": "2000"},
    {"困难类型": "低保", "备注": "本人放弃"},
    {"年级": "四年级", "助学金年标准": 0},
    {"户口性质": "城市", "助学金": "是", "专业": "园林技术", "专业类别": "是"},
    {"学习形式": None, "学制": None, "联系电话": None, "性别": None, "学籍状态": None},
]


@pytest.mark.parametrize(("code", "changes", "expected"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)])
def test_failing(code: str, changes: dict[str, Value], expected: list[tuple[str, str, str]]) -> None:
    report = checked(student(1, **changes), student(2))
    assert found(report) == expected
    assert report.counts["found"] == len({told for told, _, _ in expected})
    assert code in {told for told, _, _ in expected}


@pytest.mark.parametrize("changes", CLEAN, ids=map(str, range(len(CLEAN))))
def test_clean(changes: dict[str, Value]) -> None:
    report = checked(student(1, **changes))
    assert (found(report), report.unchecked, report.clean) == ([], [], True)


def test_a_student_twice() -> None:
    report = checked(student(1), student(2), student(1, 姓名="示例癸"))
    assert found(report) == [("R105", "D3", "D5 也是这个号码"), ("R105", "D5", "D3 也是这个号码")]
    assert [item.value for item in report.findings[0].related] == ["示例乙"]


def test_late_registration_by_term() -> None:
    late: dict[str, Any] = {
        "入学年季": "2025秋",
        "注册日期": "2025-10-31",
        "身份证号": number(1, "20100115"),
        "出生日期": None,
    }
    assert found(checked(student(1, **late), term=AUTUMN25)) == []
    report = checked(student(1, **{**late, "注册日期": "2025-11-3"}), term=AUTUMN25)
    assert found(report) == [("R112", "R3", "晚于期限 3 天（人社部办公厅2025年通知一(一)）")]
    assert report.findings[0].expected == "2025-10-31 或以前"


NEEDED = {
    "R101": "姓名 专业 入学年季", "R106": "", "R107": "学习形式", "R108": "入学年季 学制", "R109": "年级 入学年季", "R110": "专业 专业类别",
    "R111": "异动类型 异动日期", "R112": "注册日期 入学年季", "R113": "学籍状态 助学金+免学费", "R114": "性别", "R115": "出生日期",
    "R116": "联系电话", "R117": "", "R118": "助学金+免学费 专业类别 困难类型 户口性质", "R119": "助学金+免学费", "R120": "助学金年标准",
}  # fmt: skip


@pytest.mark.parametrize("code", [code for code, names in NEEDED.items() if names])
def test_not_checkable(code: str) -> None:
    for names in NEEDED[code].split():
        without = names.split("+")
        report = checked(student(1), heads=tuple(name for name in HEADS if name not in without))
        assert found(report) == []
        assert code in {item.rule.code for item in report.unchecked}, names
        assert f"名册里没有“{without[0]}”这一列" in [item.why for item in report.unchecked if item.rule.code == code]
        assert not report.clean


def test_every_rule_has_a_check_and_a_case() -> None:
    rules = {rule.code: rule for rule in PACK.rules.values() if rule.needs.startswith("名册")}
    assert {rule.check for rule in rules.values()} == {*CELLS, *CHECKS, *COMPARISONS, *CALLS}
    alone = {code for code, rule in rules.items() if rule.needs == "名册"}
    assert alone == {code for code, _, _ in CASES} | {"R105"}


def test_nearest_heading_and_unknown_ones_are_told() -> None:
    heads = tuple("学习形式类别" if name == "学习形式" else name for name in HEADS)
    report = checked({**student(1), "学习形式类别": "全日制"}, heads=heads)
    assert [item.why for item in report.unchecked] == ["名册里没有“学习形式”这一列，最接近的标题是“学习形式类别”"]
    assert report.remarks == ["不认识这些列标题，没有核对：L2“学习形式类别”。"]


def test_an_empty_roster_is_never_clean() -> None:
    report = checked()
    assert (report.blank, report.clean) == (True, False)


def test_personal_numbers_never_leave() -> None:
    report = checked(
        student(1, 身份证号=ID[:-1] + "0", 联系电话=PHONE + "9", 备注=None, 出生日期=None), student(2, 姓名=ID)
    )
    told = repr(report.findings) + repr(report.unchecked) + repr(report.remarks)
    assert ID[:-1] not in told
    assert PHONE not in told
    assert [f.actual for f in report.findings if f.code == "R102"] == ["350***********1230"]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 50), term=st.sampled_from([SPRING, Term.parse("2024秋")]))
def test_a_consistent_school_has_a_clean_roster(seed: int, term: Term) -> None:
    rows = of_sample(sample("市属", term, 40, seed), term)
    report = checked(*rows, term=term)
    assert found(report) == []


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_one_changed_student_is_told_at_his_row_alone(data: st.DataObject) -> None:
    rows = of_sample(sample("市属", SPRING, 30, 4))
    at = data.draw(st.integers(0, len(rows) - 1))
    _, changes, _ = data.draw(st.sampled_from([case for case in CASES if case[0] in ("R102", "R107", "R116", "R117")]))
    rows[at] = {**rows[at], **changes, "出生日期": None}
    assert {finding.cell[-len(str(at + 3)) :] for finding in checked(*rows).findings} == {str(at + 3)}


# ── what stands in only part of the roster ──


def test_two_with_one_number_on_two_sheets() -> None:
    first, second = book(student(1)).sheets[0], book(student(2), student(1), sheet="转入").sheets[0]
    made = memory_book("名册.xlsx", {"导出": first.values, "转入": second.values})
    report = check_roster(roster_of(made, INFO), PACK, SPRING, today=TODAY)
    assert [(f.code, f.sheet, f.cell, f.message) for f in report.findings] == [
        ("R105", "导出", "D3", "转入!D4 也是这个号码"),
        ("R105", "转入", "D4", "导出!D3 也是这个号码"),
    ]


def test_fifteen_digits_and_eighteen_are_one_student() -> None:
    short = number(1)[:6] + number(1)[8:17]
    report = checked(student(1), student(2), student(1, 身份证号=short, 姓名="示例癸"))
    assert found(report) == [
        ("R105", "D3", "D5 也是这个人（15位和18位是同一个号码）"),
        ("R102", "D5", "是15位的旧身份证号，请换成18位的"),
        ("R105", "D5", "D3 也是这个人（15位和18位是同一个号码）"),
    ]


def test_numbers_cut_by_a_number_cell_are_no_student_twice() -> None:
    cut = int(number(1)[:15] + "000")
    report = checked(student(1, 身份证号=cut), student(2, 身份证号=cut))
    message = "身份证号存成了数字，后几位可能已经丢失；请设为文本后重新输入"
    assert found(report) == [("R102", "D3", message), ("R102", "D4", message)]


def test_what_is_no_number_is_no_student_twice() -> None:
    report = checked(student(1, 身份证号="待补"), student(2, 身份证号="待补"))
    assert [code for code, _, _ in found(report)] == ["R102", "R102"]


def test_at_most_five_others_are_named() -> None:
    report = checked(*(student(1) for _ in range(8)))
    assert report.findings[0].message == "D4、D5、D6、D7、D8 也是这个号码"
    assert [f.cell for f in report.findings if f.code == "R105"] == [f"D{row}" for row in range(3, 11)]


@pytest.mark.parametrize(
    ("born", "years"), [("20090901", None), ("20080902", None), ("19940301", 30), ("19940302", 29), ("20150301", 9)]
)
def test_age_counts_from_the_first_day_of_the_term(born: str, years: int | None) -> None:
    """Spring begins on the first of March."""
    rule = next(rule for rule in PACK.rules.values() if rule.check == "age" and rule.needs.startswith("名册"))
    youngest, oldest = int(rule.options["youngest"]), int(rule.options["oldest"])
    report = checked(student(1, 身份证号=number(1, born), 出生日期=None))
    said = [f.message for f in report.findings if f.code == rule.code]
    wrong = years is not None and not youngest <= years <= oldest
    assert said == ([f"学期开始时 {years} 周岁"] if wrong else [])


def test_a_student_without_a_number_has_no_age() -> None:
    report = checked(student(1, 身份证号=None), student(2))
    assert {f.cell for f in report.findings} == {"D3"}
    assert not any("周岁" in f.message for f in report.findings)
