"""The forms of a school counted from a handful of students written down by hand: every figure exact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.sample.make import make_sample, tallied
from jiesuan.sample.student import Student
from jiesuan.term import Term

from ..making import PACK, bound

SPRING, AUTUMN, TIERED = Term(2024, 0), Term(2024, 1), Term(2025, 0)
ALL_TERM = (True,) * 5
LEFT_IN_MAY = (True, True, False, False, False)
CAME_IN_JUNE = (False, False, False, True, True)
GARDENS = {"major": "园林技术", "category": "涉农专业", "funding": "涉农", "nature": "涉农专业", "tuition": 240}
LATHES = {
    "major": "数控机床加工",
    "category": "数控等高级工专业",
    "funding": "数控模具电气",
    "nature": "非涉农专业",
    "tuition": 320,
}
COOKS = {"major": "烹饪", "category": "其他一般专业", "funding": "休闲保健", "nature": "非涉农专业", "tuition": 210}


def student(name: str, of: dict[str, Any], hardship: str = "", grade: str = "一年级", **more: Any) -> Student:
    entry = {"一年级": Term(2023, 1), "二年级": Term(2022, 1), "三年级": Term(2021, 1)}[grade]
    grant = 200 if grade != "三年级" and (hardship or of is GARDENS) else 0
    facts: dict[str, Any] = {
        "grade": grade,
        "hardship": hardship,
        "entry": entry,
        "class_name": f"{entry}{of['major']}1班",
        "months": ALL_TERM,
        "change": "",
        "name": name,
        "id_number": f"号{name}",
        "phone": f"话{name}",
        "grant": grant,
        **of,
    }
    return Student(**{**facts, **more})


STUDENTS = [
    student("甲", GARDENS, "脱贫户"),
    student("乙", GARDENS, "脱贫户", months=LEFT_IN_MAY, change="休学"),
    student("丙", GARDENS),
    student("丁", LATHES, "残疾", "二年级"),
    student("戊", LATHES, "特困低保", "二年级", months=CAME_IN_JUNE, change="转入"),
    student("己", COOKS, "其他", "三年级"),
    student("庚", COOKS, "特困低保", "三年级"),
    student("辛", COOKS, months=LEFT_IN_MAY, change="退学"),
]


def school(students: list[Student], term: Term = SPRING, seed: int = 3) -> Filling:
    return tallied(PACK, "市属", term, students, "示范技工学校", seed)


FILLING = school(STUDENTS)


def figures(filling: Filling, role: str) -> dict[tuple[Any, str], Any]:
    return {(key, name): value for (found, key, name), value in filling.figures.items() if found == role}


def test_grants() -> None:
    expected: dict[Any, Any] = {}
    for block in ("申报审批", "实际发放"):
        for key, heads, times in (
            (("一年级", "涉农专业", "脱贫户"), 2, 7),
            (("一年级", "涉农专业", "其他"), 1, 5),
            (("二年级", "非涉农专业", "特困低保"), 1, 2),
            # The form prints no column for 残疾.
            (("二年级", "非涉农专业", "其他"), 1, 5),
        ):
            expected[(block, *key), "人数"] = heads
            expected[(block, *key), "人次"] = times
    assert figures(FILLING, "助学金") == expected


def test_tuition() -> None:
    def months(*counts: int) -> dict[str, int]:
        return {f"第{number}月": count for number, count in enumerate(counts, 1)}

    rows: dict[Any, dict[str, Any]] = {
        ("一年级", "涉农专业", "脱贫户"): {
            "就读专业": "2023秋园林技术",
            **months(2, 2, 1, 1, 1),
            "备注": "5月休学1人",
        },
        ("二年级", "数控等高级工专业", "特困低保"): {
            "就读专业": "2022秋数控机床加工",
            **months(0, 0, 0, 1, 1),
            "备注": "6月转入1人",
        },
        ("二年级", "数控等高级工专业", "残疾"): {"就读专业": "2022秋数控机床加工", **months(1, 1, 1, 1, 1)},
        ("三年级", "其他一般专业", "特困低保"): {"就读专业": "2021秋烹饪", **months(1, 1, 1, 1, 1)},
        ("三年级", "其他一般专业", "其他"): {"就读专业": "2021秋烹饪", **months(1, 1, 1, 1, 1)},
    }
    assert figures(FILLING, "免学费") == {(key, name): v for key, row in rows.items() for name, v in row.items()}
    assert FILLING.lines["免学费"] == {"学校名称": "示范技工学校", "填表日期": "2024年9月5日", "专业个数": 3}


def test_funding() -> None:
    counted = {
        ("一年级", "休闲保健"): [1, 1, 0, 0, 0],
        ("一年级", "涉农"): [3, 3, 2, 2, 2],
        ("二年级", "数控模具电气"): [1, 1, 1, 2, 2],
        ("三年级", "休闲保健"): [2, 2, 2, 2, 2],
    }
    remarks = {"休闲保健": "5月退学1人", "涉农": "5月休学1人", "数控模具电气": "6月转入1人"}
    expected: dict[Any, Any] = {}
    for key, counts in counted.items():
        expected |= {(key, f"第{number}月"): count for number, count in enumerate(counts, 1)}
        if key[0] != "三年级":
            expected[key, "备注"] = remarks[key[1]]
    assert figures(FILLING, "生均") == expected
    # 2 × 4200 + 12 × 5600 + 7 × 5600 + 10 × 4200 yuan a year, a tenth of it a month: 15.68 千元
    assert FILLING.lines["生均"] == {
        "学校名称": "示范技工学校",
        "填表日期": "2024年9月5日",
        "前期结余": 23.757,
        "前期截止": "2024年1月",
        "实际收到": 5,
        "收款日期": "2024年5月10日",
        "期末结余": 3.432,
    }


def test_the_list() -> None:
    rows = FILLING.rows["精准明细"]
    assert {kind: [row["姓名"] for row in found] for kind, found in rows.items()} == {
        "脱贫户": ["甲", "乙"],
        "特困低保": ["戊", "庚"],
        "残疾": ["丁"],
    }
    assert rows["脱贫户"][1] == {
        "班级": "2023秋园林技术1班",
        "姓名": "乙",
        "身份证号": "号乙",
        "联系电话": "话乙",
        "助学金人数": 2,
        "助学金金额": 400,
        "免学费人数": 2,
        "免学费金额": 480,
        "备注": "包含涉农专业学生1人，申请了助学金400元、免学费补助金480元；5月起休学",
    }
    kept = ("助学金人数", "助学金金额", "免学费人数", "免学费金额", "备注")
    assert [[row[name] for name in kept] for row in rows["特困低保"]] == [
        [1, 400, 1, 640, "6月起转入"],
        [None, None, 2, 1050, None],
    ]
    assert [rows["脱贫户"][0][name] for name in kept] == [
        1,
        1000,
        1,
        1200,
        "包含涉农专业学生1人，申请了助学金1000元、免学费补助金1200元",
    ]


def test_remarks_and_dates_of_the_grants() -> None:
    assert FILLING.lines["助学金"] == {
        "学校名称": "示范技工学校",
        "填表日期": "2024年9月5日",
        "退款情况": "无",
        "备注": "本学期休学1人、转入1人，按实际在校月份计发。",
    }
    assert "备注" not in school([STUDENTS[0], STUDENTS[3]]).lines["助学金"]


def test_dates_of_an_autumn_term() -> None:
    lines = school([STUDENTS[0]], AUTUMN, seed=12).lines
    assert lines["助学金"]["填表日期"] == "2025年3月5日"
    assert (lines["生均"]["前期截止"], lines["生均"]["收款日期"]) == ("2024年7月", "2024年10月15日")
    assert lines["生均"]["前期结余"] == 12 * 7919 % 100_000 * 10 / 10_000
    # 5 × 560 yuan = 0.28 万元 spent; at least that, and 2 for the seed, received.
    assert (lines["生均"]["实际收到"], lines["生均"]["期末结余"]) == (3, 2.72)


def test_tiers_stand_in_the_remark_and_the_amounts_are_typed() -> None:
    graded = [
        replace(STUDENTS[0], grant=300),
        replace(STUDENTS[1], grant=300),
        replace(STUDENTS[2], grant=160),
        replace(STUDENTS[5], grant=160),
    ]
    filling = school(graded, TIERED)
    assert filling.lines["助学金"]["备注"] == "本学期休学1人，按实际在校月份计发；分档资助：每月300元、每月160元。"
    amounts = {key[1:]: value for (key, name), value in figures(filling, "助学金").items() if name == "金额"}
    assert amounts == {
        ("一年级", "涉农专业", "脱贫户"): 0.21,
        ("一年级", "涉农专业", "其他"): 0.08,
        ("三年级", "非涉农专业", "其他"): 0.08,
    }
    one_tier = school([replace(item, grant=160) for item in graded[2:]], TIERED)
    assert "备注" not in one_tier.lines["助学金"]


def test_nobody_at_all() -> None:
    empty = school([])
    assert empty.figures == {}
    assert empty.rows["精准明细"] == {"脱贫户": [], "特困低保": [], "残疾": []}
    assert empty.lines["免学费"]["专业个数"] == 0
    assert (empty.lines["生均"]["实际收到"], empty.lines["生均"]["期末结余"]) == (3, 3.0)


def test_two_majors_and_two_entries_of_one_row() -> None:
    others = [
        student("甲", GARDENS, "残疾"),
        student("乙", {**GARDENS, "major": "茶艺"}, "残疾"),
        student("丙", GARDENS, "残疾", entry=Term(2024, 0)),
        student("丁", GARDENS, "残疾", entry=Term(2024, 0), months=LEFT_IN_MAY, change="退学"),
        student("戊", GARDENS, "残疾", months=LEFT_IN_MAY, change="休学"),
        student("己", GARDENS, "残疾", months=CAME_IN_JUNE, change="复学"),
    ]
    found = figures(school(others), "免学费")
    key = ("一年级", "涉农专业", "残疾")
    assert found[key, "就读专业"] == "2023秋园林技术、2023秋茶艺、2024春园林技术"
    assert [found[key, f"第{number}月"] for number in range(1, 6)] == [5, 5, 3, 4, 4]
    assert found[key, "备注"] == "5月休学1人；5月退学1人；6月复学1人"
    assert school(others).lines["免学费"]["专业个数"] == 3


@pytest.mark.parametrize(
    ("months", "boundary", "times"),
    [
        (ALL_TERM, 0, 5),
        (LEFT_IN_MAY, 2, 2),
        (CAME_IN_JUNE, 3, 2),
        ((True, False, False, False, False), 1, 1),
        ((False, True, True, True, True), 1, 4),
        ((True, True, True, True, False), 4, 4),
    ],
)
def test_what_a_student_knows_of_the_term(months: tuple[bool, ...], boundary: int, times: int) -> None:
    made = student("甲", GARDENS, months=months)
    assert (made.boundary, made.times, made.label) == (boundary, times, "2023秋园林技术")


@pytest.mark.parametrize(("set_name", "term"), [("省属", SPRING), ("市属", AUTUMN)])
def test_a_school_counted_again_is_the_same(set_name: str, term: Term) -> None:
    sample = make_sample(PACK, set_name, term, students=70, seed=9)
    assert tallied(PACK, set_name, term, sample.students, sample.school, 9) == sample.filling
    mixed = list(reversed(sample.students))
    assert tallied(PACK, set_name, term, mixed, sample.school, 9).figures == sample.filling.figures


def test_a_school_by_hand_is_consistent_but_for_what_was_made_up() -> None:
    """Identity numbers, phones and classes are no real ones here, and 烹饪 is no major of this year's list."""
    codes = {item.code for item in check_workbook(bound(FILLING)).findings if item.level == "错误"}
    assert {code for code in codes if code[0] in "FX"} == set()
