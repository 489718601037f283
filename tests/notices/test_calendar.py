"""Deadlines on their days, reminders, and the calendar file."""

from __future__ import annotations

import datetime as dt

import pytest
from icalendar import Calendar

from jiesuan.law import Law, Layer
from jiesuan.notices.calendar import days, icalendar, reminders
from jiesuan.policy import Policy
from jiesuan.regions import load_law
from jiesuan.term import Term
from jiesuan.timetable import Deadline, Timetable

FUJIAN, QUANZHOU = load_law("福建"), load_law("泉州")
SPRING = Term(2024, 0)


def one(day: str, since: int = 2024, **more: object) -> Law:
    entry = Deadline(
        **{
            "matter": "结算",
            "season": "春",
            "who": "学校",
            "what": "报送",
            "day": day,
            "since": since,
            "basis": "某文",
            **more,
        }  # type: ignore[arg-type]
    )
    return Law("全国", [Layer("甲", "甲", "全国", "2024春", Policy(), Timetable(deadline=(entry,)))])


def test_days_and_what_to_mind() -> None:
    found = [(day.due.entry.title, day.date and day.date.isoformat(), day.remarks) for day in days(FUJIAN, 2024)]
    assert found == [
        ("学籍注册（春）", "2024-04-20", ("当天是休息日，前一个工作日是 04-19（周五）",)),
        ("资助审批（春）", "2024-05-31", ()),
        ("资助管理机构信息表（学校报送）", "2024-06-25", ()),
        ("资助管理机构信息表（市报省）", "2024-07-05", ()),
        ("资助金结算（学校报市）（春）", "2024-09-13", ()),
        ("资助金结算（市报省）（春）", "2024-09-20", ()),
        ("学籍注册（秋）", "2024-10-20", ("当天是休息日，前一个工作日是 10-18（周五）",)),
        ("资助审批（秋）", "2024-11-30", ("当天是休息日，前一个工作日是 11-29（周五）",)),
        ("资助金结算（学校报市）（秋）", None, ("未知：收到通知后在自己的政策数据里补上日期",)),
        ("资助金结算（市报省）（秋）", None, ("未知：收到通知后在自己的政策数据里补上日期",)),
    ]


@pytest.mark.parametrize("year", [2025, 2026])
@pytest.mark.parametrize(("law", "first"), [(FUJIAN, "09-13"), (QUANZHOU, "09-11")])
def test_the_spring_settlement_of_later_years_is_carried_over_and_said_to_be(law: Law, first: str, year: int) -> None:
    carried = f"推定：{year}年的通知没有收录，沿用2024年的，请核对当年通知"
    unknown = "未知：收到通知后在自己的政策数据里补上日期"
    found = [
        (day.due.entry.title, day.date, day.remarks[0]) for day in days(law, year) if "结算" in day.due.entry.matter
    ]
    assert found == [
        ("资助金结算（学校报市）（春）", dt.date.fromisoformat(f"{year}-{first}"), carried),
        ("资助金结算（市报省）（春）", dt.date(year, 9, 20), carried),
        ("资助金结算（学校报市）（秋）", None, unknown),
        ("资助金结算（市报省）（秋）", None, unknown),
    ]


def test_a_year_without_its_own_notice_or_holidays() -> None:
    (day,) = days(one("05-04"), 2095)
    assert day.remarks[0] == "推定：2095年的通知没有收录，沿用2024年的，请核对当年通知"
    assert day.remarks[-1].startswith("放假安排只有 2004—")
    (sunday,) = days(one("05-01"), 2095)
    assert sunday.remarks[1] == "当天是周末，前一个工作日是 04-29（周五）"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2024-08-13", []),
        ("2024-08-14", ["资助金结算（学校报市）截止 2024-09-13，还有 30 天（22 个工作日）。依据 闽技助文〔2024〕5号"]),
        (
            "2024-09-13",
            [
                "资助金结算（学校报市）截止 2024-09-13，就是今天。依据 闽技助文〔2024〕5号",
                "资助金结算（市报省）截止 2024-09-20，还有 7 天（4 个工作日）。依据 闽技助文〔2024〕5号",
            ],
        ),
        (
            "2024-11-12",
            [
                "资助金结算（学校报市）截止 2024-09-13，已过 60 天。依据 闽技助文〔2024〕5号",
                "资助金结算（市报省）截止 2024-09-20，已过 53 天。依据 闽技助文〔2024〕5号",
            ],
        ),
        ("2024-11-20", []),
    ],
)
def test_deadlines_near_or_lately_missed(today: str, said: list[str]) -> None:
    assert reminders(FUJIAN, SPRING, dt.date.fromisoformat(today)) == said


def test_the_city_is_earlier() -> None:
    assert reminders(QUANZHOU, SPRING, dt.date(2024, 9, 10))[0] == (
        "资助金结算（学校报市）截止 2024-09-11下午下班前，还有 1 天（1 个工作日）。"
        "依据 泉州市人力资源和社会保障局转发通知（2024-09-06）"
    )


def test_reminders_are_of_the_term_and_say_when_they_are_not_sure() -> None:
    law, today = one("06-20", remind=("结算表",)), dt.date(2025, 6, 10)
    assert reminders(law, Term(2025, 0), today) == [
        "结算截止 2025-06-20，还有 10 天（8 个工作日）（推定：2025年的通知没有收录，沿用2024年的，请核对当年通知）。依据 某文"
    ]
    assert reminders(law, Term(2025, 1), today) == []
    assert reminders(one("06-20"), Term(2024, 0), dt.date(2024, 6, 10)) == []
    assert reminders(one("", remind=("结算表",)), Term(2024, 0), dt.date(2024, 6, 10)) == []


INFERRED = "（推定：{year}年的通知没有收录，沿用{of}年的，请核对当年通知）"


@pytest.mark.parametrize(
    ("region", "term", "today", "said"),
    [
        ("福建", "2024春", "2024-04-18", ["学籍注册截止 2024-04-20，还有 2 天（1 个工作日）。依据 闽人社办〔2024〕79号一(一)"]),
        ("福建", "2024春", "2024-05-06", [
            "学籍注册截止 2024-04-20，已过 16 天。依据 闽人社办〔2024〕79号一(一)",
            "资助审批截止 2024-05-31，还有 25 天（20 个工作日）。依据 闽人社办〔2024〕79号二(二)",
        ]),
        ("福建", "2024秋", "2024-11-01", [
            "学籍注册截止 2024-10-20，已过 12 天。依据 闽人社办〔2024〕79号一(一)",
            "资助审批截止 2024-11-30，还有 29 天（20 个工作日）。依据 闽人社办〔2024〕79号二(二)",
        ]),
        ("福建", "2025春", "2025-04-30", [
            "学籍注册截止 2025-04-30，就是今天。依据 人社部办公厅2025年通知一(一)",
            "资助审批截止 2025-05-20，还有 20 天（11 个工作日）。依据 人社部办公厅2025年通知二(三)",
        ]),
        ("全国", "2018春", "2018-05-02", [
            "学籍注册截止 2018-04-20，已过 12 天。依据 人社厅发〔2018〕28号二(一)",
            "资助审批截止 2018-04-30，已过 2 天。依据 人社厅发〔2018〕28号三(三)",
        ]),
        ("全国", "2024秋", "2024-10-21", [
            f"学籍注册截止 2024-10-20，已过 1 天{INFERRED.format(year=2024, of=2018)}。依据 人社厅发〔2018〕28号二(一)",
            f"资助审批截止 2024-10-30，还有 9 天（7 个工作日）{INFERRED.format(year=2024, of=2018)}。依据 人社厅发〔2018〕28号三(三)",
        ]),
        ("内蒙古", "2024春", "2024-04-20", [
            f"学籍注册截止 2024-04-20，就是今天{INFERRED.format(year=2024, of=2018)}。依据 人社厅发〔2018〕28号二(一)",
            f"资助审批截止 2024-04-30，还有 10 天（8 个工作日）{INFERRED.format(year=2024, of=2018)}。依据 人社厅发〔2018〕28号三(三)",
        ]),
        ("内蒙古", "2025秋", "2025-11-20", [
            "学籍注册截止 2025-10-31，已过 20 天。依据 人社部办公厅2025年通知一(一)",
            "资助审批截止 2025-11-30，还有 10 天（6 个工作日）。依据 人社部办公厅2025年通知二(三)",
        ]),
        ("福建", "2024春", "2024-02-01", []),
    ],
)  # fmt: skip
def test_whoever_checks_a_roster_is_reminded_of_registration_and_approval(
    region: str, term: str, today: str, said: list[str]
) -> None:
    assert reminders(load_law(region), Term.parse(term), dt.date.fromisoformat(today), "名册") == said


def test_whoever_checks_a_form_about_institutions_is_reminded_of_its_day() -> None:
    assert reminders(FUJIAN, SPRING, dt.date(2024, 6, 20), "机构表") == [
        "资助管理机构信息表（学校报送）截止 2024-06-25，还有 5 天（3 个工作日）。依据 闽人社办〔2024〕79号三(一)",
        "资助管理机构信息表（市报省）截止 2024-07-05，还有 15 天（11 个工作日）。依据 闽人社办〔2024〕79号三(一)",
    ]
    assert reminders(load_law("内蒙古"), SPRING, dt.date(2024, 6, 20), "机构表") == []


# ── the calendar file ──


def test_the_file_is_a_calendar_of_the_dated_deadlines() -> None:
    data = icalendar(QUANZHOU, 2024)
    calendar = Calendar.from_ical(data)
    assert str(calendar["X-WR-CALNAME"]) == "福建/泉州2024年学生资助时限"
    events = calendar.walk("VEVENT")
    assert [(str(e["SUMMARY"]), e.decoded("DTSTART"), e.decoded("DTEND") - e.decoded("DTSTART")) for e in events][
        4
    ] == (
        "资助金结算（学校报市）（春）截止（下午下班前）",
        dt.date(2024, 9, 11),
        dt.timedelta(days=1),
    )
    assert len(events) == 8
    assert "逾期：影响全省进度的予以通报" in str(events[2]["DESCRIPTION"])
    assert "依据：闽人社办〔2024〕79号三(一)" in str(events[2]["DESCRIPTION"])
    assert "注意" not in str(events[0]["DESCRIPTION"]) and "当天是休息日" in str(events[0]["DESCRIPTION"])
    assert all(event.walk("VALARM") for event in events)
    assert len({str(event["UID"]) for event in events}) == 8


def test_the_same_data_give_the_same_bytes() -> None:
    data = icalendar(FUJIAN, 2024)
    assert data == icalendar(FUJIAN, 2024) != icalendar(FUJIAN, 2025)
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75  # RFC 5545 3.1
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2] == b"END:VCALENDAR"
