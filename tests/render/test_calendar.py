"""`jiesuan calendar` as a page and as JSON, on a small law of its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jiesuan.console import width
from jiesuan.law import Law, Layer
from jiesuan.policy import Policy
from jiesuan.render.calendar import calendar_lines, calendar_record, term_lines
from jiesuan.term import Term
from jiesuan.timetable import Deadline, Period, Timetable

SPRING, AUTUMN = Term(2024, 0), Term(2024, 1)


def deadline(matter: str, day: str, **more: Any) -> Deadline:
    facts = {"since": 2024, "basis": "甲文一", "who": "学校", "what": "报送"}
    return Deadline(matter=matter, day=day, **{**facts, **more})


def period(**more: Any) -> Period:
    facts: dict[str, Any] = {"matter": "公示", "who": "学校", "what": "校内公示", "workdays": 5, "bound": "不少于"}
    return Period(**{**facts, "start": "开始公示之日", "since": 2024, "basis": "乙文二", **more})


def law(*deadlines: Deadline, periods: tuple[Period, ...] = ()) -> Law:
    layer = Layer("甲-2024", "甲", "福建", "2024春", Policy(), Timetable(deadline=deadlines, period=periods))
    return Law("福建", [layer])


def lines(of: Law, year: int = 2024) -> list[str]:
    return [text for text, _ in calendar_lines(of, year)]


def test_a_page_whole() -> None:
    made = law(
        deadline("结算", "09-13", season="春", by="下午下班前", late="不再受理"),
        deadline("注册", "04-20"),
        deadline("清算", "", note="等通知", certainty="unknown"),
        periods=(period(), period(matter="异动", bound="以内", workdays=10, note="含寒假")),
    )
    page = lines(made)
    assert page == [
        "福建 · 2024年学生资助时限",
        "",
        "04-20 周六  注册",
        "  做什么  报送",
        "  谁      学校",
        "  依据    甲文一 [甲-2024]",
        "  注意    当天是休息日，前一个工作日是 04-19（周五）",
        "",
        "09-13 周五  结算（春）  下午下班前",
        "  做什么  报送",
        "  谁      学校",
        "  依据    甲文一 [甲-2024]",
        "  逾期    不再受理",
        "",
        "日期未定    清算",
        "  做什么  报送",
        "  谁      学校",
        "  依据    甲文一 [甲-2024]",
        "  注意    未知：等通知",
        "",
        "按工作日计的（当天不算，从下一个工作日数起）",
        "",
        "公示  不少于 5 个工作日",
        "  做什么  校内公示",
        "  谁      学校",
        "  起算    开始公示之日",
        "  依据    乙文二 [甲-2024]",
        "",
        "异动  10 个工作日以内",
        "  做什么  校内公示",
        "  谁      学校",
        "  起算    开始公示之日",
        "  依据    乙文二 [甲-2024]",
        "  注意    含寒假",
    ]


def test_headings_are_bold_and_remarks_yellow() -> None:
    styled = list(calendar_lines(law(deadline("注册", "04-20"), periods=(period(note="含寒假"),)), 2024))
    assert [text for text, color in styled if color == "bold"] == [
        "福建 · 2024年学生资助时限",
        "04-20 周六  注册",
        "按工作日计的（当天不算，从下一个工作日数起）",
        "公示  不少于 5 个工作日",
    ]
    assert [text.split()[0] for text, color in styled if color == "yellow"] == ["注意", "注意"]


def test_long_texts_are_broken_under_their_own_column() -> None:
    what = "核对学籍、助学金和免学费三方面的数据，并按规定的格式逐级汇总报送省级人力资源社会保障部门审核，逾期不报的视为放弃。"
    page = lines(law(deadline("结算", "09-13", what=what)))
    first = page.index(next(line for line in page if "做什么" in line))
    assert page[first + 1].startswith(" " * 10) and page[first + 1].strip()
    assert page[first].removeprefix("  做什么  ") + page[first + 1].strip() == what
    assert max(map(width, page)) <= 94


@pytest.mark.parametrize(
    ("year", "page"),
    [
        (2023, ["福建 · 2023年学生资助时限", "  没有这一年的时限。"]),
        (2024, ["福建 · 2024年学生资助时限", "", "按工作日计的（当天不算，从下一个工作日数起）"]),
    ],
)
def test_years_without_deadlines(year: int, page: list[str]) -> None:
    assert lines(law(periods=(period(),)), year)[:3] == page


def test_a_year_of_which_the_notice_is_not_at_hand() -> None:
    page = lines(law(deadline("结算", "09-12")), 2025)
    assert "09-12 周五  结算" in page
    assert any(line.startswith("  注意    推定：2025年的通知没有收录，沿用2024年的") for line in page)


def test_the_same_for_programs() -> None:
    made = law(deadline("注册", "04-20", by="中午前"), deadline("清算", ""), periods=(period(),))
    record = calendar_record(made, 2024)
    assert {name: record[name] for name in ("schema_version", "region", "year")} == {
        "schema_version": 1,
        "region": "福建",
        "year": 2024,
    }
    assert record["deadlines"][0] == {
        "matter": "注册",
        "season": "",
        "date": "2024-04-20",
        "by": "中午前",
        "who": "学校",
        "what": "报送",
        "late": "",
        "basis": "甲文一",
        "certainty": "certain",
        "note": "",
        "pack": "甲-2024",
        "remarks": ["当天是休息日，前一个工作日是 04-19（周五）"],
    }
    assert [item["date"] for item in record["deadlines"]] == ["2024-04-20", None]
    assert record["periods"] == [
        {
            "matter": "公示",
            "who": "学校",
            "what": "校内公示",
            "workdays": 5,
            "bound": "不少于",
            "start": "开始公示之日",
            "basis": "乙文二",
            "certainty": "certain",
            "note": "",
            "pack": "甲-2024",
        }
    ]


NEAR = deadline("结算", "09-13", season="春", by="下班前", remind=("结算表",))


@pytest.mark.parametrize(
    ("today", "says"),
    [
        (dt.date(2024, 8, 13), None),
        (dt.date(2024, 8, 14), "还有 30 天（22 个工作日）"),
        (dt.date(2024, 9, 12), "还有 1 天（1 个工作日）"),
        (dt.date(2024, 9, 13), "就是今天"),
        (dt.date(2024, 9, 14), "已过 1 天"),
        (dt.date(2024, 11, 12), "已过 60 天"),
        (dt.date(2024, 11, 13), None),
    ],
)
def test_reminders_around_the_day(today: dt.date, says: str | None) -> None:
    expected = [(f"时限  结算截止 2024-09-13下班前，{says}。依据 甲文一", "yellow")] if says else []
    assert list(term_lines(law(NEAR), SPRING, today)) == expected


def test_reminders_are_for_those_whom_they_concern() -> None:
    today = dt.date(2024, 9, 10)
    other = deadline("注册", "09-20", remind=("名册",))
    unsaid = deadline("汇总", "09-20")
    made = law(NEAR, other, unsaid, deadline("清算", "", remind=("结算表",)))
    assert [text.split("截止")[0] for text, _ in term_lines(made, SPRING, today)] == ["时限  结算"]
    assert [text.split("截止")[0] for text, _ in term_lines(made, SPRING, today, "名册")] == ["时限  注册"]
    assert list(term_lines(made, AUTUMN, today)) == []
    assert [text.split("截止")[0] for text, _ in term_lines(made, AUTUMN, today, "名册")] == ["时限  注册"]
