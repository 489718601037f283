"""The precise-aid list made from a roster."""

from __future__ import annotations

import pytest

from jiesuan.book import Value
from jiesuan.check import check_workbook
from jiesuan.filling import Filling
from jiesuan.roster.fill import LIST, Filled, class_name, fee_kind, fill_list
from jiesuan.term import Term

from ..making import ID, PACK, SPRING, TIERED, bound, sample
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
    rows = filled({"困难类型": "低保", "助学金": "是", **changes}).filling.rows[LIST]["特困低保"]
    return rows[0] if rows else {}


def filled(*rows: dict[str, Value], term: Term = SPRING) -> Filled:
    return fill_list(roster(*(student(n, **changes) for n, changes in enumerate(rows, 1))), PACK, "市属", term)


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


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"学籍状态": "退学"}, "已离校而没有写异动日期，没有列入明细"),
        ({"学籍状态": "休学", "异动日期": "2023-10-10"}, "本学期没有在校的月份，没有列入明细"),
        ({"入学年季": "2024秋"}, "本学期没有在校的月份，没有列入明细"),
        ({"学习形式": "函授"}, "不是全日制，没有列入明细"),
        ({"入学年季": "2020秋", "年级": "三年级"}, "超过学制年限，不得资助，没有列入明细"),
        ({"助学金": "否", "免学费": "否"}, "“助学金”“免学费”写的是“否”，没有列入明细"),
        ({"助学金": "否", "免学费": "否", "入学年季": "2021秋", "年级": "三年级"}, "“免学费”写的是“否”，没有列入明细"),
        ({"困难类型": "困难户"}, "困难类型认不出，没有列入明细"),
    ],
)  # fmt: skip
def test_who_is_not_listed_is_named(changes: dict[str, Value], why: str) -> None:
    done = filled({"困难类型": "低保", "助学金": "是", "姓名": f"某{ID}", **changes})
    assert done.counts == {"脱贫户": 0, "特困低保": 0, "残疾": 0}
    assert done.remarks == [f"{why}（1 人）：导出!B3 某350***********1234。"]


@pytest.mark.parametrize(
    ("changes", "amounts", "why"),
    [
        ({"助学金": "否"}, (None, 1050), "“助学金”写的是“否”，没有填助学金"),
        ({"免学费": "否"}, (1000, None), "“免学费”写的是“否”，没有填免学费"),
        ({"助学金": None}, (1000, 1050), "“助学金”空着或认不出，按享受计算，请核对"),
        ({"年级": None, "入学年季": None}, (None, 1050), "年级和入学年季看不出，没有填助学金"),
        ({"学籍状态": "复学", "异动类型": "休学", "异动日期": "2023-10-10"}, (1000, 1050), "学籍状态是在校，异动类型是休学，按整个学期在校计算，请核对"),
    ],
)  # fmt: skip
def test_who_is_listed_in_doubt_is_named(changes: dict[str, Value], amounts: tuple[Value, Value], why: str) -> None:
    plain: dict[str, Value] = {"困难类型": "低保", "助学金": "是"}
    done = filled(plain, {**plain, **changes}, {**plain, **changes})
    first, *others = done.filling.rows[LIST]["特困低保"]
    assert (first["助学金金额"], first["免学费金额"]) == (1000, 1050)
    assert [(item.get("助学金金额"), item.get("免学费金额")) for item in others] == [amounts, amounts]
    assert done.remarks == [f"{why}（2 人）：导出!B4 示例丙、导出!B5 示例丁。"]


def test_a_column_that_marks_nobody_says_nothing() -> None:
    done = filled({"困难类型": "低保", "助学金": None, "免学费": None})
    assert (done.counts["特困低保"], done.remarks) == (1, [])


def test_what_a_person_must_look_at() -> None:
    done = fill_list(roster(student(1, 困难类型="残疾", 专业类别=None, 助学金="是")), PACK, "市属", TIERED)
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
            student(1, 困难类型="残疾", 助学金="是", 入学年季="2023秋"),
            student(2, 困难类型="残疾", 助学金="是", 入学年季="2021秋", 年级="三年级", 班级=None),
            student(3, 困难类型="残疾", 助学金="是", 入学年季="2022秋", 年级="二年级", 班级=None),
        ),
        PACK, "省属", Term.parse("2024春"),
    )  # fmt: skip
    rows = done.filling.rows[LIST]["残疾"]
    assert [(r["姓名"], r.get("助学金人数"), r["免学费人数"], r["免学费金额"]) for r in rows] == [
        ("示例丙", None, 1, 1300), ("示例丁", 1, 2, 1300), ("示例乙", 2, 3, 1300),
    ]  # fmt: skip
