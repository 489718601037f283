"""What the law says of each student of a roster: every demand with a clean and a failing student, in every region."""

from __future__ import annotations

import pytest

from jiesuan.book import Value
from jiesuan.law import Law
from jiesuan.regions import load_law
from jiesuan.report import Report
from jiesuan.roster.check import check_roster
from jiesuan.roster.eligibility import facts_of
from jiesuan.term import Term

from ..making import PACK, SPRING
from .making import HEADS, TODAY, found, number, roster, student

MONGOLIA = load_law("内蒙古")
SPRING25 = Term.parse("2025春")
MUST = "内人社办发〔2022〕101号四"


def judged(
    *rows: dict[str, Value], law: Law = MONGOLIA, term: Term = SPRING, heads: tuple[str, ...] = (*HEADS, "认定等级")
) -> Report:
    return check_roster(roster(*rows, heads=heads), PACK, term, today=TODAY, law=law)


def aided(**changes: Value) -> dict[str, Value]:
    return student(1, **{"助学金": "是", "助学金年标准": 2000, "免学费": None, **changes})


CASES: list[tuple[dict[str, Value], list[tuple[str, str, str]]]] = [
    # 四: 涉农专业, or 非涉农 with 认定等级 A类, of the first two grades: exactly 2000 a year
    ({"专业": "园林技术", "专业类别": "是", "户口性质": "城市"}, []),
    ({"困难类型": "其他", "认定等级": "A类"}, []),
    ({"困难类型": "其他", "认定等级": "a档"}, []),
    ({"困难类型": "其他", "认定等级": "B类"}, []),  # others in hardship may: local rules
    (
        {"困难类型": "其他", "认定等级": "A", "助学金年标准": 1900},
        [("R120", "X3", f"与内蒙古的标准不符（{MUST}：每生每年2000元，按10个月）")],
    ),
    (
        {"困难类型": "其他", "认定等级": "A类", "助学金": "否", "助学金年标准": None},
        [("R119", "U3", f"非涉农专业、认定等级A类学生应享受助学金（{MUST}：非涉农专业且家庭经济困难认定等级为“A类”的一、二年级学生必须按每生每年2000元发放）")],
    ),
    (
        {"专业": "园林技术", "专业类别": "是", "助学金": "否", "助学金年标准": None},
        [("R119", "U3", f"涉农专业学生应享受助学金（{MUST}：涉农专业的一、二年级学生必须按每生每年2000元发放）")],
    ),
    ({"专业": "园林技术", "专业类别": "是", "助学金": "否", "助学金年标准": None, "备注": "本人放弃"}, []),
    # 四: 城市非涉农且不困难 never
    (
        {"户口性质": "城市"},
        [("R118", "U3", f"城市非涉农专业且不困难学生不得享受助学金（{MUST}：城市非涉农专业且家庭经济不困难的一、二年级学生一律不得给予助学金资助）")],
    ),
    ({"户口性质": "城市", "认定等级": "不困难"},
     [("R118", "U3", f"城市非涉农专业且不困难学生不得享受助学金（{MUST}：城市非涉农专业且家庭经济不困难的一、二年级学生一律不得给予助学金资助）")]),
    ({"户口性质": "城市", "助学金": "否"}, []),
    # the third grade is not eligible before 2025春
    (
        {"入学年季": "2021秋", "年级": "三年级", "困难类型": "其他", "认定等级": "A类"},
        [("R118", "U3", "三年级、非涉农专业、农村、家庭经济困难，不在内蒙古2024春的助学金资助范围内")],
    ),
    # who has left, or is no full-time student, is found by other rules
    ({"户口性质": "城市", "学籍状态": "退学", "异动日期": "2024-5-8"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), CASES, ids=map(str, range(len(CASES))))
def test_mongolia(changes: dict[str, Value], expected: list[tuple[str, str, str]]) -> None:
    report = judged(aided(**changes))
    assert (found(report), report.unchecked) == (expected, [])


def test_what_a_roster_cannot_tell_is_not_judged() -> None:
    report = judged(aided())  # a rural student: only the region tells
    assert found(report) == []
    assert [(item.rule.code, item.why) for item in report.unchecked] == [
        ("R118", "1 名学生的特困地区名册上看不出，不知道能不能享受助学金")
    ]


def test_the_third_grade_from_2025_on() -> None:
    # 财教〔2024〕181号: 三年级 eligible, on average 2300 in tiers between 1200 and 3500
    third = {
        "入学年季": "2022秋",
        "年级": "三年级",
        "困难类型": "低保",
        "身份证号": number(1, "20070115"),
        "出生日期": None,
    }
    for law in (load_law("福建"), load_law("全国"), MONGOLIA):
        assert found(judged(aided(**third, 助学金年标准=3300), law=law, term=SPRING25, heads=HEADS)) == []
        report = judged(aided(**third, 助学金年标准=3600), law=law, term=SPRING25, heads=HEADS)
        assert [(f.code, f.expected) for f in report.findings] == [("R120", "1200 至 3500 元/年")]


def test_part_time_students_are_told_once() -> None:
    report = judged(aided(学习形式="函授", 户口性质="城市"))
    assert found(report) == [("R107", "L3", "不是全日制")]


def test_free_tuition_beyond_what_the_country_asks_is_doubtful() -> None:
    # 财教〔2012〕376号: rural students, 涉农 and poor students of towns; Fujian: every full-time student
    city = student(1, 户口性质="城市", 助学金年标准=2000)
    report = judged(city, law=load_law("全国"))
    assert (found(report), [item.why for item in report.unchecked]) == (
        [],
        ["1 名学生不在全国收录的免学费范围内，是不是本地扩面政策资助的，请看本地文件"],
    )
    fujian = judged(city, law=load_law("福建"))
    assert (found(fujian), fujian.unchecked) == ([], [])


def test_facts() -> None:
    rows = roster(
        student(1, 认定等级="无", 专业类别="是"), student(2, 困难类型="孤儿", 认定等级="特别困难", 户口性质=None), student(3, 困难类型="神秘"),
        heads=(*HEADS, "认定等级"),
    )  # fmt: skip
    one, two, three = (facts_of(rows, index, SPRING) for index in range(3))
    assert one == {
        "学制": "全日制", "年级": "一年级", "专业类别": "涉农专业", "专业性质": "涉农专业", "户籍": "农村", "困难": "否", "困难等级": "无",
    }  # fmt: skip
    assert (two["困难"], two["困难等级"], "户籍" in two) == ("是", "特别困难", False)
    assert "困难" not in three


def test_regions_without_figures_say_so() -> None:
    bare = Law("火星", [])
    report = judged(aided(), law=bare)
    assert {(item.rule.code, item.why) for item in report.unchecked} == {
        ("R112", "火星2024春的学籍注册时限没有收录"), ("R120", "火星2024春的助学金标准没有收录"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("region", "term", "last"),
    [
        ("全国", "2018春", "2018-04-20"), ("全国", "2018秋", "2018-10-20"),  # 人社厅发〔2018〕28号 二(一)
        ("福建", "2024春", "2024-04-20"), ("福建", "2024秋", "2024-10-20"),  # 闽人社办〔2024〕79号 一(一)
        ("福建", "2025春", "2025-04-30"), ("全国", "2025秋", "2025-10-31"),  # 人社部办公厅2025年通知 一(一)
    ],
)  # fmt: skip
def test_registration_by_region_and_term(region: str, term: str, last: str) -> None:
    wanted = Term.parse(term)
    child = {"入学年季": term, "年级": None, "身份证号": number(1, f"{wanted.year - 16}0115"), "出生日期": None}
    late = last.replace("-20", "-21") if last.endswith("-20") else f"{wanted.year}-{5 if '春' in term else 11:02d}-01"
    for day, codes in ((last, []), (late, ["R112"])):
        report = judged(student(1, **child, 注册日期=day), law=load_law(region), term=wanted)
        assert [f.code for f in report.findings] == codes
        assert [f.expected for f in report.findings] == [f"{last} 或以前"] * len(codes)
