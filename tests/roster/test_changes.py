"""Two rosters: who came, who left, what changed, and by when it must be reported."""

from __future__ import annotations

import datetime as dt
from io import BytesIO

import pytest
from openpyxl import load_workbook

from jiesuan.book import Value
from jiesuan.regions import load_law
from jiesuan.roster.books import CHANGE_HEADS, changes_book, left_words
from jiesuan.roster.changes import WORKDAYS, Change, bulk, changes, not_compared
from jiesuan.roster.read import Roster
from jiesuan.workdays import workdays_after

from ..making import ID, SPRING
from .making import HEADS, number, roster, student

TODAY, SINCE = dt.date(2024, 4, 12), dt.date(2024, 4, 1)


def between(old: Roster, new: Roster, since: dt.date | None = SINCE) -> list[Change]:
    return changes(old, new, today=TODAY, since=since)


def told(found: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.name, change.what) for change in found]


def test_nothing_changed() -> None:
    rows = [student(1), student(2)]
    assert between(roster(*rows), roster(*reversed(rows))) == []


def test_ten_workdays_over_the_holiday() -> None:
    # 清明: 4–6 April 2024 off, Sunday the 7th worked; so the tenth workday after 1 April is the 16th.
    one = between(roster(student(1)), roster())[0]
    assert (one.day, one.last, one.left, one.late) == (None, dt.date(2024, 4, 16), 2, False)
    assert one.ref.cell == "D3"
    assert one.number == number(1)[:3] + "***********" + number(1)[-4:]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, None, ("减少", "（请写明：毕业、退学、休学、转出）")),
        ({"学籍状态": "毕业"}, None, ("减少", "毕业")),
        ({"异动类型": "转出", "学籍状态": "在校"}, None, ("减少", "转出")),
        (None, {}, ("新增", "新注册")),
        (None, {"注册日期": None}, ("新增", "（请写明：新生、转入、复学）")),
        (None, {"异动类型": "转入"}, ("新增", "转入")),
        ({}, {"学籍状态": "休学"}, ("减少", "学籍状态 在校 → 休学")),
        ({}, {"班级": "2023秋数控加工2班"}, ("变更", "班级 2023秋数控加工1班 → 2023秋数控加工2班")),
        ({}, {"年级": "二年级", "专业": "模具"}, ("变更", "专业 数控加工 → 模具；年级 一年级 → 二年级")),
    ],
)  # fmt: skip
def test_kinds(old: dict[str, Value] | None, new: dict[str, Value] | None, expected: tuple[str, str]) -> None:
    found = between(
        roster(*([student(1, **old)] if old is not None else [])),
        roster(*([student(1, **new)] if new is not None else [])),
    )
    assert [(change.kind, change.what) for change in found] == [expected]


@pytest.mark.parametrize(
    "changed", [{"入学年季": "2023年9月"}, {"学籍状态": "在籍"}, {"姓名": "示例 乙"}, {"联系电话": "13911112222"}, {"年级": "2023级"}]
)  # fmt: skip
def test_other_spellings_are_no_change(changed: dict[str, Value]) -> None:
    assert between(roster(student(1)), roster(student(1, **changed))) == []


def test_late_ones_first_and_dates_of_the_roster() -> None:
    old = roster(student(1), student(2, 异动类型="退学", 异动日期="2024-3-1"), student(3))
    new = roster(student(1, 班级="另一班"), student(4, 异动类型="转入", 异动日期="2024-4-10"))
    found = between(old, new)
    assert told(found) == [
        ("减少", "示例丙", "退学"),
        ("减少", "示例丁", "（请写明：毕业、退学、休学、转出）"),
        ("变更", "示例乙", "班级 2023秋数控加工1班 → 另一班"),
        ("新增", "示例戊", "转入"),
    ]
    assert [change.left for change in found] == [-19, 2, 2, 8]
    assert found[0].late


_EARLIER = {"异动类型": "休学", "异动日期": "2024-03-01"}


@pytest.mark.parametrize(
    ("old", "new", "day"),
    [
        # The day of this change counts, whatever 异动类型 says.
        ({}, {"学籍状态": "休学", "异动日期": "2024-04-03"}, dt.date(2024, 4, 3)),
        ({}, {"学籍状态": "休学", "异动类型": "休学", "异动日期": "2024-04-03"}, dt.date(2024, 4, 3)),
        (_EARLIER | {"学籍状态": "休学"}, {"异动类型": "复学", "异动日期": "2024-04-08"}, dt.date(2024, 4, 8)),
        (_EARLIER | {"学籍状态": "休学"}, {"异动类型": "休学", "异动日期": "2024-04-08"}, dt.date(2024, 4, 8)),
        (None, {"注册日期": None, "异动日期": "2024-04-08"}, dt.date(2024, 4, 8)),
        ({"异动类型": "退学", "异动日期": "2024-04-03"}, None, dt.date(2024, 4, 3)),
        # The day of an earlier change does not.
        ({"异动类型": "转入", "异动日期": "2024-02-20"}, {"异动类型": "转入", "异动日期": "2024年2月20日", "班级": "另一班"}, None),
        (_EARLIER | {"学籍状态": "休学"}, _EARLIER, None),
        (_EARLIER | {"学籍状态": "休学"}, None, None),
        (_EARLIER, None, None),
        ({"学籍状态": "退学", "异动类型": "退学", "异动日期": "2024-03-01"}, None, None),
    ],
)  # fmt: skip
def test_the_day_is_that_of_this_change(
    old: dict[str, Value] | None, new: dict[str, Value] | None, day: dt.date | None
) -> None:
    (one,) = between(
        roster(*([student(1, **old)] if old is not None else [])),
        roster(*([student(1, **new)] if new is not None else [])),
    )
    assert (one.day, one.last) == (day, workdays_after(day or SINCE, WORKDAYS).date)


def test_a_student_on_leave_who_is_gone_needs_a_reason() -> None:
    (one,) = between(roster(student(1, **_EARLIER, 学籍状态="休学")), roster())
    assert one.what == "（请写明：毕业、退学、休学、转出）"


@pytest.mark.parametrize(("day", "counted"), [("2024-03-01", None), ("2024-04-03", dt.date(2024, 4, 3))])
def test_an_old_roster_without_dates_of_changes(day: str, counted: dt.date | None) -> None:
    heads = tuple(name for name in HEADS if name != "异动日期")
    old, new = student(1), student(1, 学籍状态="休学", 异动日期=day)
    assert [one.day for one in between(roster(old, heads=heads), roster(new))] == [counted]


def test_without_a_date_nothing_is_counted() -> None:
    found = between(roster(student(1)), roster(), since=None)
    assert [(change.last, change.left, change.late) for change in found] == [(None, None, False)]


def test_a_year_without_announced_holidays_is_said() -> None:
    found = changes(roster(student(1)), roster(), today=dt.date(2049, 4, 1), since=dt.date(2049, 4, 1))
    assert "按周一至周五计算" in found[0].remark


def test_work_list() -> None:
    found = between(roster(student(1, 姓名=ID)), roster())
    assert found[0].name == "350***********1234"
    data = changes_book(found, ["甲"])
    assert data == changes_book(found, ["甲"])

    lines = [[cell.value for cell in row] for row in load_workbook(BytesIO(data)).active.iter_rows()]
    assert lines[0][0] == "学籍异动清单"
    assert lines[2] == [name for name, _ in CHANGE_HEADS]
    assert lines[3] == [
        "1", "减少", "350***********1234", found[0].number, "（请写明：毕业、退学、休学、转出）", "不详", "2024-04-16", "还有 2 个工作日",
        "名册.xlsx", "导出!D3", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "words"), [(None, "不详"), (-3, "已逾期 3 个工作日"), (0, "今天到期"), (4, "还有 4 个工作日")]
)
def test_words(left: int | None, words: str) -> None:
    assert left_words(left) == words


SHORT = number(1)[:6] + number(1)[8:17]
"""The number of student 1 as it was written until 1999."""


@pytest.mark.parametrize("short", [SHORT, int(SHORT), f"{SHORT[:6]} {SHORT[6:]}"])
def test_an_old_number_made_eighteen_digits_is_the_same_student(short: Value) -> None:
    old, new = roster(student(1, 身份证号=short), student(2)), roster(student(2), student(1))
    (one,) = between(old, new)
    assert (told([one]), one.number) == (
        [("变更", "示例乙", "身份证号 15位 → 18位")],
        f"350***********{number(1)[-4:]}",
    )
    assert [change.what for change in between(new, old)] == ["身份证号 18位 → 15位"]
    assert between(old, old) == []
    with_class = roster(student(2), student(1, 班级="另一班"))
    assert [c.what for c in between(old, with_class)] == ["身份证号 15位 → 18位；班级 2023秋数控加工1班 → 另一班"]


def test_an_old_number_of_another_is_another_student() -> None:
    found = between(roster(student(1, 身份证号=SHORT)), roster(student(2)))
    assert sorted((change.kind, change.name) for change in found) == [("减少", "示例乙"), ("新增", "示例丙")]


def test_both_writings_in_one_roster_are_one_student_twice() -> None:
    assert not_compared(roster(student(1), student(1, 身份证号=SHORT))) == (
        "“名册.xlsx”有 1 行身份证号与别的行重复，没有比对；先用 jiesuan roster 校验名册。"
    )


def test_numbers_that_a_number_cell_cut_are_said() -> None:
    cut: list[Value] = [int(number(1)[:15] + "000"), float(number(2)[:15] + "000"), number(3)[:15] + "000"]
    odd = roster(*(student(at, 身份证号=value) for at, value in enumerate(cut, 1)), student(4))
    words = "有 3 行身份证号存成了数字，末三位已经丢失，只凭姓名和前15位认人，请按原件以文本重填；先用 jiesuan roster 校验名册。"
    assert not_compared(odd) == f"“名册.xlsx”{words}"
    assert not_compared(roster(student(1, 身份证号=cut[0]), student(2, 身份证号=None))) == (
        f"“名册.xlsx”有 1 行没有身份证号，没有比对；{words.replace('3', '1', 1)}"
    )


@pytest.mark.parametrize("kind", [int, float, str])
def test_a_number_cut_by_a_number_cell_is_the_student_of_that_name(kind: type) -> None:
    cut = [student(at, 身份证号=kind(number(at)[:15] + "000")) for at in (1, 2, 3)]
    whole = [student(at) for at in (1, 2, 4)]
    found = between(roster(*cut), roster(*whole))
    assert sorted((change.kind, change.name) for change in found) == [("减少", "示例丁"), ("新增", "示例戊")]
    assert between(roster(*cut), roster(*cut)) == [] == between(roster(*whole, *cut[:2]), roster(*whole))
    renamed = between(roster(cut[0]), roster(student(1, 姓名="别人")))
    assert sorted(change.kind for change in renamed) == ["减少", "新增"]


@pytest.mark.parametrize("text", ["待补", "无", "#N/A", "/", "12345", "　"])
def test_what_is_no_number_is_no_number(text: str) -> None:
    odd = roster(student(1, 身份证号=text), student(2, 身份证号=text), student(3))
    assert not_compared(odd) == "“名册.xlsx”有 2 行没有身份证号，没有比对；先用 jiesuan roster 校验名册。"
    assert between(odd, roster(student(3))) == []


def test_a_roster_without_students_is_said() -> None:
    assert not_compared(roster()) == "“名册.xlsx”里只有列标题，没有学生，没有什么可比的；请核对是不是拿错了文件。"


def test_what_no_comparison_reaches_is_said() -> None:
    assert not_compared(roster(student(1), student(2))) == ""
    odd = roster(student(1), student(1), student(2, 身份证号=None), student(3, 身份证号=" "))
    assert (
        not_compared(odd)
        == "“名册.xlsx”有 2 行没有身份证号，1 行身份证号与别的行重复，没有比对；先用 jiesuan roster 校验名册。"
    )


@pytest.mark.parametrize(("region", "year"), [("全国", 2018), ("福建", 2024), ("福建", 2025), ("全国", 2026)])
def test_the_workdays_are_those_of_the_calendar(region: str, year: int) -> None:
    # 人社厅发〔2018〕28号; 闽人社办〔2024〕79号 一(二); 人社部办公厅2025年通知
    held = load_law(region).period("学籍异动", year)
    assert (held.entry.workdays if held else None) == WORKDAYS


def test_other_workdays_than_ten() -> None:
    (one,) = changes(roster(student(1)), roster(), today=TODAY, since=SINCE, workdays=3)
    assert one.last == dt.date(2024, 4, 7)  # a Sunday worked


@pytest.mark.parametrize(
    ("change", "count", "told"),
    [
        ({"班级": "别的班"}, 2, True),  # 2 of 10: more than a tenth
        ({"班级": "别的班"}, 1, False),
        ({"学籍状态": "退学"}, 2, True),
        ({"学籍状态": "毕业"}, 2, False),
        ({"年级": "二年级"}, 10, False),
        ({"年级": "二年级", "专业": "模具"}, 2, True),
    ],
)
def test_many_at_once_are_told(change: dict[str, Value], count: int, told: bool) -> None:
    old = [student(n, 姓名=f"学生{n}") for n in range(1, 11)]
    new = [{**row, **change} if at < count else row for at, row in enumerate(old)]
    words = bulk(between(roster(*old), roster(*new)), 10, load_law("内蒙古"), SPRING)
    expected = (
        "2 人异动或改了学籍信息，占旧名册 10 人的 20.0%，超过 10%：大批量异动，审批时会加大审核，请备好批件"
        "（人社厅发〔2018〕28号四(一)：对大批量学籍异动和学籍修改申请加大审核力度）"
    )
    assert words == (expected if told else "")


@pytest.mark.parametrize(("kind", "told"), [("转入", True), (None, False)])
def test_new_entrants_are_the_course_of_things(kind: str | None, told: bool) -> None:
    old = [student(n, 姓名=f"学生{n}") for n in range(1, 4)]
    found = between(roster(*old), roster(*old, student(9, 异动类型=kind)))
    assert bool(bulk(found, 3, load_law("福建"), SPRING)) is told
    assert bulk(found, 0, load_law("福建"), SPRING) == ""
