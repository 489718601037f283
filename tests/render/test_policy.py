"""`jiesuan policy` and `jiesuan calendar` as pages and as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from jiesuan.console import width
from jiesuan.law import Law
from jiesuan.regions import load_law
from jiesuan.render.calendar import calendar_lines, calendar_record, reminder_lines
from jiesuan.render.policy import diff_lines, diff_record, policy_lines, policy_record
from jiesuan.report import Report
from jiesuan.term import Term

FUJIAN, NEIMENGGU = load_law("福建"), load_law("内蒙古")
SPRING, AUTUMN, LATER = Term(2024, 0), Term(2024, 1), Term(2025, 0)
EMPTY = Law("全国", [])


def text(lines: Iterable[tuple[str, str]]) -> str:
    return "\n".join(line for line, _ in lines)


def test_what_applies() -> None:
    page = text(policy_lines(FUJIAN, SPRING))
    assert page.startswith(
        "福建 · 2024年春季学期\n  政策数据（越靠前越优先）：fujian-2024（福建）、national-2018（全国）\n\n标准\n"
        "  助学金月标准                            200 元/人·月    2015春—2024秋\n"
        "    依据  财科教〔2016〕35号：每生每年2000元，按10个月 [fujian-2024]\n"
    )
    for part in (
        "\n范围\n  助学金年级  一年级、二年级    2015春—2024秋\n",
        "\n资格\n",
        "不得资助：学制＝非全日制    2018春起",
        "\n公示\n  身份证件号码  不得公示    2018春起\n    依据  人社厅发〔2018〕28号三(四) [national-2018]\n",
        "    存疑  推定：原文未收录，据转载",
        "\n2024年时限（逐日的见 jiesuan calendar --year 2024）\n  04-20  学籍注册（春）：",
        "  开始公示之日起 不少于 5 个工作日  公示：在校内公示受助学生",
        "  学籍异动发生之日起 10 个工作日以内  学籍异动：",
    ):
        assert part in page, part
    assert "10-20" not in page and "日期未定" not in page  # of the other term
    assert "日期未定  资助金结算（市报省）（秋）" in text(policy_lines(FUJIAN, AUTUMN))
    assert "national-2025" not in page and "national-2025" in text(policy_lines(FUJIAN, LATER))


@pytest.mark.parametrize(
    ("region", "term", "packs"),
    [
        ("泉州", Term(2017, 0), "fujian-2024（福建）、national-2018（全国）"),
        ("泉州", SPRING, "quanzhou-2024（福建/泉州）、fujian-2024（福建）、national-2018（全国）"),
        ("内蒙古", Term(2017, 0), "national-2018（全国）"), ("福建", Term(2010, 0), "没有"),
    ],
)  # fmt: skip
def test_every_pack_that_gives_something_is_named(region: str, term: Term, packs: str) -> None:
    page = text(policy_lines(load_law(region), term))
    assert page.splitlines()[1] == f"  政策数据（越靠前越优先）：{packs}"
    assert all(rest.split("]")[0] in packs for rest in page.split(" [")[1:])


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER, Term(2030, 0)])
@pytest.mark.parametrize("law", [FUJIAN, NEIMENGGU])
def test_pages_fit(law: Law, term: Term) -> None:
    lines = [*policy_lines(law, term), *calendar_lines(law, term.year)]
    assert max(width(line) for line, _ in lines) <= 116
    record, year = policy_record(law, term), calendar_record(law, term.year)
    entries = [record[name] for name in ("standard", "choice", "eligible", "public", "deadline", "period")]
    wanted = sum(map(len, [*entries, year["deadlines"], year["periods"]]))
    assert sum(line.startswith(("  依据  ", "    依据  ")) for line, _ in lines) == wanted


def test_a_region_without_anything() -> None:
    assert text(policy_lines(EMPTY, SPRING)) == (
        "全国 · 2024年春季学期\n  政策数据（越靠前越优先）：没有\n\n2024年时限（逐日的见 jiesuan calendar --year 2024）"
    )
    assert text(calendar_lines(EMPTY, 2024)) == "全国 · 2024年学生资助时限\n  没有这一年的时限。"
    assert text(diff_lines(EMPTY, SPRING, AUTUMN)) == "全国 · 2024春 → 2024秋\n  没有变化。"


def test_for_programs() -> None:
    record = json.loads(json.dumps(policy_record(FUJIAN, SPRING), ensure_ascii=False))
    assert list(record) == [
        "schema_version", "region", "term", "packs", "standard", "choice", "eligible", "public", "deadline", "period",
    ]  # fmt: skip
    assert record["standard"][0] == {
        "name": "助学金月标准",
        "keys": {},
        "value": "200",
        "unit": "元/人·月",
        "since": "2015春",
        "until": "2024秋",
        "basis": "财科教〔2016〕35号：每生每年2000元，按10个月",
        "certainty": "certain",
        "note": "",
        "pack": "fujian-2024",
    }
    assert record["choice"][0]["values"] == ["一年级", "二年级"]
    assert {item["outcome"] for item in record["eligible"]} == {"应", "不得"}
    assert [item["allowed"] for item in record["public"]] == [False] * 6 + [True] * 6
    assert record["deadline"][0]["date"] == "2024-04-20"
    assert [(item["matter"], item["workdays"], item["bound"]) for item in record["period"]][-1] == ("公示", 5, "不少于")


# ── what changed ──


def test_2024_autumn_to_2025_spring() -> None:
    """财教〔2024〕181号 扩围提标."""
    page = text(diff_lines(FUJIAN, AUTUMN, LATER))
    for part in (
        "福建 · 2024秋 → 2025春\n\n标准\n  助学金月标准  不再适用  （原 200 元/人·月，至 2024秋）\n",
        "  助学金平均年标准  新增  2300 元/人·年\n",
        "  助学金年级  一年级、二年级 → 一年级、二年级、三年级\n",
        "  助学金：涉农专业学生  应当资助：年级＝一年级、二年级；专业性质＝涉农专业 → 应当资助：年级＝一年级、二年级、三年级；",
        "    存疑  推定：福建的分档尚未查到；档次确定后可在此改为本省最低一档",
    ):
        assert part in page, part
    assert "免学费" not in page and "生均" not in page and "时限" not in page
    record = diff_record(FUJIAN, AUTUMN, LATER)
    assert [(item["table"], item["title"]) for item in record["changes"]][:2] == [
        ("standard", "助学金月标准"),
        ("standard", "助学金年标准"),
    ]
    assert record["deadlines"] == [] and (record["from"], record["to"]) == ("2024秋", "2025春")
    assert diff_record(FUJIAN, SPRING, AUTUMN)["changes"] == []


def test_years_have_other_deadlines() -> None:
    """闽人社办〔2024〕79号 against the notice of 2025."""
    page = text(diff_lines(FUJIAN, SPRING, LATER))
    assert page.split("\n时限\n")[1].splitlines()[::2] == [
        "  学籍注册（春）  04-20 → 04-30",
        "  资助审批（春）  05-31 → 05-20",
        "  扩围提标落实  新增 05-31",
        "  扩围提标报告  新增 06-06",
    ]
    dates = diff_record(FUJIAN, SPRING, LATER)["deadlines"]
    assert [(old and old["date"], new and new["date"]) for old, new in ((d["old"], d["new"]) for d in dates)][:3] == [
        ("2024-04-20", "2025-04-30"),
        ("2024-05-31", "2025-05-20"),
        (None, "2025-05-31"),
    ]


def test_inner_mongolia_joins_the_country() -> None:
    page = text(diff_lines(NEIMENGGU, AUTUMN, LATER))
    assert "  助学金年标准  不再适用  （原 2000 元/人·年，至 2024秋）\n    依据  内人社办发〔2022〕101号四" in page
    assert "超学制" not in page  # still forbidden


# ── the calendar ──


def test_the_calendar_page() -> None:
    page = text(calendar_lines(FUJIAN, 2024))
    assert page.startswith(
        "福建 · 2024年学生资助时限\n\n04-20 周六  学籍注册（春）\n  做什么  部、省系统春季新生学籍注册截止\n  谁      技工院校\n"
        "  依据    闽人社办〔2024〕79号一(一) [fujian-2024]\n  注意    当天是休息日，前一个工作日是 04-19（周五）\n"
    )
    for part in (
        "\n日期未定    资助金结算（市报省）（秋）\n",
        "  注意    未知：收到通知后在自己的政策数据里补上日期",
        "\n按工作日计的（当天不算，从下一个工作日数起）\n\n学籍异动  10 个工作日以内\n",
        "  逾期    影响全省进度的予以通报",
    ):
        assert part in page, part
    assert "09-11 周三  资助金结算（学校报市）（春）  下午下班前" in text(calendar_lines(load_law("泉州"), 2024))
    record = calendar_record(FUJIAN, 2024)
    assert [item["date"] for item in record["deadlines"]][:3] == ["2024-04-20", "2024-05-31", "2024-06-25"]
    assert record["deadlines"][0]["remarks"] == ["当天是休息日，前一个工作日是 04-19（周五）"]


def report(term: str) -> Report:
    return Report("表.xlsx", "", "fujian-2024", "市属", term, ())


def test_a_check_names_deadlines_near() -> None:
    assert list(reminder_lines(report("2024春"), dt.date(2024, 9, 18))) == [
        ("时限  资助金结算（学校报市）截止 2024-09-13，已过 5 天。依据 闽技助文〔2024〕5号", "yellow"),
        ("时限  资助金结算（市报省）截止 2024-09-20，还有 2 天（2 个工作日）。依据 闽技助文〔2024〕5号", "yellow"),
    ]
    assert list(reminder_lines(report("2024秋"), dt.date(2024, 9, 18))) == []
    assert list(reminder_lines(report("2024春"), dt.date(2026, 9, 18))) == []


def test_an_office_sees_its_own_note(tmp_path: Path) -> None:
    folder = tmp_path / "甲"
    folder.mkdir()
    (folder / "pack.toml").write_text(
        'id = "甲"\nname = "甲"\nregion = "福建/甲市"\nversion = 1\nsince = "2024春"\n', encoding="utf-8"
    )
    (folder / "calendar.toml").write_text(
        '[[period]]\nmatter = "公示"\nwho = "学校"\nwhat = "公示"\nworkdays = 7\nbound = "不少于"\nstart = "公示"\n'
        'since = 2024\nbasis = "甲文"\nnote = "本市更长"\n',
        encoding="utf-8",
    )
    page = text(calendar_lines(load_law("甲市", [tmp_path]), 2024))
    assert "公示  不少于 7 个工作日\n" in page and "  注意    本市更长" in page
