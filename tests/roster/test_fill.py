"""The precise-aid list made from a roster."""

from __future__ import annotations

import pytest

from jiesuan.book import Value
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.roster.fill import LIST, class_name, fee_kind, fill_list
from jiesuan.term import Term

from ..making import PACK, SPRING, TIERED, bound, sample
from .making import number, of_sample, roster, student


@pytest.mark.parametrize(("set_name", "seed"), [("市属", 25), ("市属", 3), ("省属", 8)])
def test_the_roster_of_a_school_gives_the_list_of_that_school(set_name: str, seed: int) -> None:
    made = sample(set_name, SPRING, 60, seed)
    done = fill_list(roster(*of_sample(made)), PACK, set_name, SPRING, made.school)
    fields = ("班级", "姓名", "身份证号", "联系电话", "助学金金额", "免学费金额")

    def plain(rows: dict[str, list[dict[str, Value]]]) -> dict[str, set[tuple[Value, ...]]]:
        return {name: {tuple(row.get(f) for f in fields) for row in section} for name, section in rows.items()}

    assert plain(done.filling.rows[LIST]) == plain(made.filling.rows[LIST])
    assert done.counts == {name: len(rows) for name, rows in made.filling.rows[LIST].items()}
    assert done.remarks == []


def test_a_school_with_the_list_from_its_roster_checks_clean() -> None:
    made = sample("市属", SPRING, 60, 25)
    done = fill_list(roster(*of_sample(made)), PACK, "市属", SPRING)
    filling = Filling(made.filling.figures, {**made.filling.rows, **done.filling.rows}, made.filling.lines)
    findings = check_workbook(bound(filling, "市属", SPRING)).findings
    assert [(f.code, f.label) for f in findings if f.level != "提示"] == []


def row(**changes: Value) -> dict[str, Value]:
    done = fill_list(roster(student(1, 困难类型="低保", **changes)), PACK, "市属", SPRING)
    rows = done.filling.rows[LIST]["特困低保"]
    return rows[0] if rows else {}


def test_one_row() -> None:
    assert row() == {
        "班级": "2023秋数控加工1班", "姓名": "示例乙", "身份证号": number(1), "联系电话": "13900000001",
        "助学金人数": 1, "助学金金额": 1000, "免学费人数": 1, "免学费金额": 1050, "备注": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"年级": "三年级"}, {"免学费金额": 1050, "助学金金额": None}),
        ({"专业类别": "数控等"}, {"免学费金额": 1600}),
        ({"学籍状态": "退学", "异动日期": "2024-4-20"}, {"助学金金额": 400, "免学费金额": 420, "备注": "退学，本学期在校2个月"}),
        ({"异动类型": "转入", "异动日期": "2024-4-20", "备注": "已函询"}, {"助学金金额": 800, "备注": "转入，本学期在校4个月；已函询"}),
        ({"专业": "园林技术", "专业类别": "涉农"}, {"免学费金额": 1200, "备注": "包含涉农专业学生1人，申请了助学金1000元、免学费补助金1200元"}),
    ],
)  # fmt: skip
def test_amounts_and_remarks(changes: dict[str, Value], expected: dict[str, Value]) -> None:
    made = row(**changes)
    assert {name: made.get(name) for name in expected} == expected


@pytest.mark.parametrize("changes", [{"学籍状态": "退学"}, {"入学年季": "2024秋"}, {"学习形式": "函授"}])
def test_who_is_not_listed(changes: dict[str, Value]) -> None:
    assert row(**changes) == {}


def test_what_a_person_must_look_at() -> None:
    done = fill_list(roster(student(1, 困难类型="残疾", 专业类别=None)), PACK, "市属", TIERED)
    assert done.remarks == [
        "2025年春季学期的助学金分档执行，金额因人而异，助学金金额一列请按认定的档次填写。",
        "有 1 名学生的专业类别名册里没有写，按专业名称推定（涉农名单之外的按其他一般专业），请核对免学费金额。",
    ]
    first = done.filling.rows[LIST]["残疾"][0]
    assert (first["助学金人数"], first["助学金金额"]) == (1, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, ("其他一般专业", True)), ({"专业类别": "是"}, ("涉农专业", True)), ({"专业类别": "否"}, ("其他一般专业", True)),
     ({"专业类别": None}, ("其他一般专业", False)), ({"专业类别": None, "专业": "茶叶生产"}, ("涉农专业", False))],
)  # fmt: skip
def test_kinds(changes: dict[str, Value], expected: tuple[str, bool]) -> None:
    assert fee_kind(roster(student(1, **changes)), 0) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, "2023秋数控加工1班"), ({"班级": "1班"}, "2023秋数控加工1班"), ({"班级": "数控加工2班"}, "2023秋数控加工2班"),
     ({"班级": None}, "2023秋数控加工"), ({"班级": "1班", "入学年季": None}, "1班"), ({"班级": None, "入学年季": None}, "数控加工")],
)  # fmt: skip
def test_class_names(changes: dict[str, Value], expected: str) -> None:
    assert class_name(roster(student(1, **changes)), 0) == expected


def test_order_and_serials() -> None:
    done = fill_list(
        roster(
            student(1, 困难类型="残疾", 入学年季="2023秋"),
            student(2, 困难类型="残疾", 入学年季="2021秋", 年级="三年级", 班级=None),
            student(3, 困难类型="残疾", 入学年季="2022秋", 年级="二年级", 班级=None),
        ),
        PACK, "省属", Term.parse("2024春"),
    )  # fmt: skip
    rows = done.filling.rows[LIST]["残疾"]
    assert [(r["姓名"], r.get("助学金人数"), r["免学费人数"], r["免学费金额"]) for r in rows] == [
        ("示例丙", None, 1, 1300), ("示例丁", 1, 2, 1300), ("示例乙", 2, 3, 1300),
    ]  # fmt: skip
