"""What the notices demand beside the settlement tables: every demand is met by a command or a rule, shown with an example that
complies and one that does not, told apart to the cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jiesuan.batch.visits import visits
from jiesuan.book import Value, memory_book
from jiesuan.bureau.archive import filings, import_batch
from jiesuan.notices.calendar import days, reminders
from jiesuan.notices.package import plan
from jiesuan.notices.submission import collect
from jiesuan.notices.work import check_files
from jiesuan.publicize.lint import lint_book
from jiesuan.regions import load_law
from jiesuan.report import Report
from jiesuan.roster.attendance import check_attendance, roll_of
from jiesuan.roster.changes import bulk, changes
from jiesuan.roster.check import check_roster
from jiesuan.roster.compare import compare
from jiesuan.roster.matches import clearing
from jiesuan.term import Term

from .batch.city import plain_city, planted_bytes, school_name
from .batch.inline import run_inline
from .bureau.pairs import school, school_report
from .check import schools
from .making import PACK, SPRING, bound, sample, sample_file
from .notices.making import CITY, GOOD, filled
from .roster.making import HEADS, INFO, number, of_sample, roster, student

Told = list[str]
"""What is found: `编号 单元格`, or the words a command prints."""


class Demand(NamedTuple):
    """A demand with its source, what meets it, and two examples."""

    name: str
    source: str
    by: str
    """Codes of rules and commands, by blanks."""
    complies: Callable[[Path], Told]
    fails: Callable[[Path], Told]
    told: Told


def cells(report: Report) -> Told:
    assert not [item.why for item in report.unchecked]
    return [f"{finding.code} {finding.cell}" for finding in report.findings]


def pupils(*rows: dict[str, Value], term: str = "2024春", region: str = "福建") -> Callable[[Path], Told]:
    """`jiesuan roster` on these students."""

    def run(_: Path) -> Told:
        made = roster(*rows, heads=(*HEADS, "认定等级"))
        return cells(check_roster(made, PACK, Term.parse(term), today=dt.date(2025, 9, 1), law=load_law(region)))

    return run


def one(term: Any = "2024春", region: Any = "福建", **changed: Any) -> Callable[[Path], Told]:
    return pupils(student(1, **changed), term=term, region=region)


def entered(day: str, term: str = "2024春") -> Callable[[Path], Told]:
    """A first-year student registered on a day of the term of entry."""
    return one(term, 入学年季=term, 注册日期=day)


def moved(today: str) -> Callable[[Path], Told]:
    """Late changes between two rosters, one of whose students left on 1 April 2024."""

    def run(_: Path) -> Told:
        found = changes(
            roster(student(1), student(2)),
            roster(student(2)),
            today=dt.date.fromisoformat(today),
            since=dt.date(2024, 4, 1),
        )
        return [f"{item.kind} {item.ref.cell} {item.left}" for item in found if item.late]  # fmt: skip

    return run


def many(count: int) -> Callable[[Path], Told]:
    """So many of ten students change their class at once."""

    def run(_: Path) -> Told:
        old = [student(n, 姓名=f"学生{n}") for n in range(1, 11)]
        new = [{**row, "班级": "别的班"} if at < count else row for at, row in enumerate(old)]
        found = changes(roster(*old), roster(*new), today=dt.date(2024, 4, 2), since=dt.date(2024, 4, 1))
        words = bulk(found, 10, load_law("内蒙古"), SPRING)
        return [words.split("：")[1].split("，")[0]] if words else []

    return run


def called(*results: str) -> Callable[[Path], Told]:
    """A roll call of two students."""

    def run(_: Path) -> Told:
        lines: list[list[Value]] = [[student(n)["姓名"], result] for n, result in enumerate(results, 1)]
        roll = roll_of(memory_book("点名.xlsx", {"点名": [["姓名", "点名结果", "班级"], *lines]}), INFO)
        roll.columns.discard("班级")  # the whole school was called
        return cells(check_attendance(roster(student(1), student(2)), roll, PACK, SPRING))

    return run


def public(*rows: list[Value], until: str = "2024年9月9日") -> Callable[[Path], Told]:
    """`jiesuan publicize --check` on a list."""

    def run(_: Path) -> Told:
        made = memory_book("公示.xlsx", {"公示": [[f"公示期：2024年9月2日至{until}"], *rows]})
        return cells(lint_book(made, PACK, today=dt.date(2024, 9, 2)))

    return run


def dates(matter: str, region: str, year: int) -> Callable[[Path], Told]:
    """`jiesuan calendar`: the days of a matter."""
    return lambda _: [
        f"{day.date:%m-%d}" for day in days(load_law(region), year) if day.due.entry.matter == matter and day.date
    ]


def due(today: str, checked: str, matter: str = "", region: str = "福建") -> Callable[[Path], Told]:
    """What is past on a day."""

    def run(_: Path) -> Told:
        said = reminders(load_law(region), SPRING, dt.date.fromisoformat(today), checked)  # type: ignore[arg-type]
        return [words.split("，")[0] for words in said if "已过" in words and words.startswith(matter)]

    return run


def settled(*, without: bool) -> Callable[[Path], Told]:
    """A settlement workbook against the system's roster, which lacks a plain student of the first grade."""

    def run(_: Path) -> Told:
        made = sample()
        rows = of_sample(made)
        plain = next(
            i for i, r in enumerate(rows) if (r["年级"], r["困难类型"], r["异动类型"]) == ("一年级", "无", None)
        )
        report = compare(roster(*(rows[:plain] + rows[plain + 1 :] if without else rows)), bound(made.filling))
        return [f"{item.code} {item.label}" for item in report.findings]

    return run


def listed(*serials: int) -> Callable[[Path], Told]:
    """`jiesuan duplicates`: students on the list of the ministry, received on 4 November 2024."""

    def run(_: Path) -> Told:
        rows: list[list[Value]] = [["某人", number(n), "某中学"] for n in serials]
        book = memory_book("名单.xlsx", {"比对": [["姓名", "身份证号", "另一学校"], *rows]})
        found = clearing(
            roster(student(1), student(2)), [book], received=dt.date(2024, 11, 4), today=dt.date(2024, 11, 15)
        )
        return [f"{m.ours[1].cell} {m.about} {found.last:%m-%d} {found.left}" for m in found.matches]

    return run


def carried(**changed: Value) -> Callable[[Path], Told]:
    """A school's workbook of 2024秋 against that of 2024春."""

    def run(_: Path) -> Told:
        report = school_report(Term.parse("2024秋"), {f"生均/{name}": value for name, value in changed.items()}, {})
        return schools.found(school(Term.parse("2024秋")), report)

    return run


def institution(cells_of: Mapping[str, object], form: str = "校级") -> Callable[[Path], Told]:
    def run(folder: Path) -> Told:
        (item,) = check_files([filled(folder / "表.xlsx", cells_of, form=form)], load_law("福建"))
        assert isinstance(item.result, Report)
        return cells(item.result)

    return run


def handed_in(*scans: str) -> Callable[[Path], Told]:
    """`jiesuan pack`: what is lacking of a bureau's package whose own workbook is left out of the question."""

    def run(folder: Path) -> Told:
        sample_file(folder / "示范校.xlsx")
        for name in scans:
            (folder / name).write_bytes(b"%PDF-1.7 stamped")
        package = plan(collect(folder), unit="示范市人社局", sender="设区市")
        assert package.subject == "示范市人社局-2024年春季资助结算"
        return [line.text.split("：")[0] for line in package.lines if line.mark == "缺" and "附件3" not in line.text]

    return run


def kept(name: str) -> Callable[[Path], Told]:
    """The archive of a batch: the terms that a school reported."""

    def run(folder: Path) -> Told:
        run_inline(plain_city(2).write(folder / "表"), folder / "结果")
        import_batch(folder / "结果", folder / "档案.sqlite", PACK)
        found = [str(item.term) for item in filings(folder / "档案.sqlite") if item.school == name]
        return [] if found == ["2024春"] else [f"没有{name}的记录"]

    return run


def visited(*, wrong: bool) -> Callable[[Path], Told]:
    """汇总.xlsx of `jiesuan batch`: the schools to look at on the spot for a reason."""

    def run(folder: Path) -> Told:
        city = plain_city(3)
        if wrong:
            city.files[f"{school_name(2)}.xlsx"] = planted_bytes(2, 3)[0]
        batch = run_inline(city.write(folder / "表"), folder / "结果")
        return [visit.school.name for visit in visits(batch) if visit.chosen and visit.reasons]

    return run


HEAD: list[Value] = ["序号", "姓名", "班级"]
ROW: list[Value] = ["1", "甲", "1班"]
POOR: dict[str, Value] = {"困难类型": "低保", "助学金": "是", "助学金年标准": 2000}
THIRD: dict[str, Value] = {"入学年季": "2022秋", "年级": "三年级", **POOR}
FARM: dict[str, Value] = {"专业": "园林技术", "专业类别": "涉农专业", "助学金": "是", "助学金年标准": 2000}
FIRST = [f"一年级 · {month}学籍人数" for month in SPRING.months]
SCANS = ("人社局拨付市属校资助金.pdf", "市财政局拨付市人社局资助金.pdf")

DEMANDS = [
    Demand("新生学籍注册截止（2024福建）", "闽人社办〔2024〕79号一(一)", "R112", entered("2024-04-20"), entered("2024-04-21"), ["R112 R3"]),
    Demand("新生学籍注册截止（2025全国）", "人社部办公厅2025年通知一(一)", "R112", entered("2025-04-30", "2025春"), entered("2025-05-01", "2025春"), ["R112 R3"]),
    Demand("真实、完整", "闽人社办〔2024〕79号一(一)", "R101 R102", one(), one(姓名=None, 身份证号="350502200801151234"), ["R101 B3", "R102 D3"]),
    Demand("不重不漏", "闽人社办〔2024〕79号一(一)", "R105 L108", pupils(student(1), student(2)), pupils(student(1), student(1)), ["R105 D3", "R105 D4"]),
    Demand("学籍异动10个工作日", "人社厅发〔2018〕28号二(三)", "changes", moved("2024-04-16"), moved("2024-04-17"), ["减少 D3 -1"]),
    Demand("人籍一致、长期空挂学籍", "闽人社办〔2024〕79号一(二)", "R301 R302 R202", called("到", "实习"), called("到", "缺"), ["R301 B4"]),
    Demand("禁止超学制年限资助", "内人社办发〔2022〕101号四", "R108 L117", one(入学年季="2021秋", 年级="三年级"),
           one(入学年季="2020秋", 年级=None, 免学费="否"), ["R108 J3"]),
    Demand("毕业及时处理", "闽人社办〔2024〕79号一(三)", "R113", one(学籍状态="毕业", 免学费="否"), one(学籍状态="毕业"), ["R113 V3"]),
    Demand("特殊困难学生重点保障、应助尽助", "人社部办公厅2025年通知二(二)", "R119 R204", one(**POOR), one(困难类型="低保"), ["R119 U3"]),
    Demand("公示不含敏感信息", "人社厅发〔2018〕28号三(四)", "G101 G102 G103 G104 G105 G106 publicize", public(HEAD, ROW),
           public([*HEAD, "联系电话"], [*ROW, "13900000001"]), ["G103 D2", "G103 D3"]),
    Demand("公示不少于5个工作日", "人社厅发〔2018〕28号三(四)", "G109 publicize", public(HEAD, ROW), public(HEAD, ROW, until="2024年9月5日"), ["G109 A1"]),
    Demand("资助审批时限", "闽人社办〔2024〕79号二(二)", "calendar", due("2024-05-31", "名册", "资助审批"), due("2024-06-25", "名册", "资助审批"), ["资助审批截止 2024-05-31"]),
    Demand("系统人数少于实际人数，缺口自负", "闽人社办〔2024〕79号二(二)", "R201 R207", settled(without=False), settled(without=True), [f"R201 {label}" for label in FIRST]),
    Demand("比对出的重复资助10个工作日清理", "闽人社办〔2024〕79号二(三)", "duplicates", listed(8, 9), listed(2, 9), ["D4 另一学校 某中学 11-18 1"]),
    Demand("资金结余清楚", "人社厅发〔2018〕28号三(五)", "T101 F406 B201 B202", carried(), carried(前期结余=5), ["T101 生均/前期结余"]),
    Demand("大龄学生加大审核", "人社厅发〔2018〕28号四(一)", "R106 L111", one(), one(身份证号=number(1, "19950115"), 出生日期="1995-01-15"), ["R106 D3"]),
    Demand("大批量学籍异动和修改加大审核", "人社厅发〔2018〕28号四(一)", "changes P306 P404 T110", many(1), many(2), ["大批量异动"]),
    Demand("一校两牌、联合招生、双重学籍", "内人社办发〔2022〕101号六", "R105 B101 B102", pupils(student(1), student(2, 学校名称="乙校")),
           pupils(student(1), student(1, 学校名称="乙校")), ["R105 D3", "R105 D4"]),
    Demand("涉农专业不得误录", "内人社办发〔2022〕101号五", "R110 P307", one(**FARM), one(**{**FARM, "专业": "数控加工"}), ["R110 H3"]),
    Demand("学期中转入须函询", "内人社办发〔2022〕101号四", "R111 P104", one(异动类型="转入", 异动日期="2024-04-10", 备注="已函询某校，没有重复资助"),
           one(异动类型="转入", 异动日期="2024-04-10"), ["R111 P3"]),
    Demand("A类一、二年级每年2000元", "内人社办发〔2022〕101号四", "R119 R120", one(region="内蒙古", **{**POOR, "认定等级": "A类"}),
           one(region="内蒙古", **{**POOR, "认定等级": "A类", "助学金年标准": 1800}), ["R120 X3"]),
    Demand("城市非涉农且不困难不得享受", "内人社办发〔2022〕101号四", "R118", one(region="内蒙古", 户口性质="城市", 免学费="否"),
           one(region="内蒙古", 户口性质="城市", 免学费="否", 助学金="是", 助学金年标准=2000), ["R118 U3"]),
    Demand("全日制以外的不得享受", "人社厅发〔2018〕28号三(二)", "R107", one(), one(学习形式="职业培训"), ["R107 L3"]),
    Demand("扩围：三年级自2025春纳入", "财教〔2024〕181号；2025年通知二(一)", "R118 P106", one("2025春", **THIRD), one("2024秋", **THIRD), ["R118 U3"]),
    Demand("提标、分档：1200—3500元", "财教〔2024〕181号", "R120 P108 P109 P207", one("2025春", **{**THIRD, "助学金年标准": 2300}),
           one("2025春", **{**THIRD, "助学金年标准": 1100}), ["R120 X3"]),
    Demand("机构信息表（学校）", "闽人社办〔2024〕79号三(一)、附件1", "O204 institution", institution(GOOD), institution({**GOOD, "E6": None}), ["O204 E6"]),
    Demand("机构信息表（设区市）", "闽人社办〔2024〕79号三(一)、附件2", "O105 institution", institution(CITY, "市级"),
           institution({**CITY, "F3": "时间：2024年7月6日"}, "市级"), ["O105 F3"]),
    Demand("机构信息表时限", "闽人社办〔2024〕79号三(一)", "calendar", due("2024-06-25", "机构表"), due("2024-06-26", "机构表"), ["资助管理机构信息表（学校报送）截止 2024-06-25"]),
    Demand("结算时限", "闽技助文〔2024〕5号", "calendar", due("2024-09-13", "结算表"), due("2024-09-14", "结算表"), ["资助金结算（学校报市）截止 2024-09-13"]),
    Demand("结算时限（泉州早两天）", "泉州市转发通知", "calendar", due("2024-09-11", "结算表", region="泉州"), due("2024-09-12", "结算表", region="泉州"), ["资助金结算（学校报市）截止 2024-09-11下午下班前"]),
    Demand("结算报送材料、邮件主题", "闽技助文〔2024〕5号", "pack", handed_in(*SCANS), handed_in(SCANS[0]), ["财政拨付人社部门资助金通知扫描件"]),
    Demand("实地核查、三分之一抽查", "闽人社办〔2024〕79号三(三)", "batch", visited(wrong=False), visited(wrong=True), [school_name(2)]),
    Demand("分年度建档备查", "闽人社办〔2024〕79号二(四)", "archive", kept(school_name(1)), kept("没有报过的学校"), ["没有没有报过的学校的记录"]),
]  # fmt: skip


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda demand: demand.name)
def test_a_demand(demand: Demand, tmp_path: Path) -> None:
    good, bad = tmp_path / "好", tmp_path / "坏"
    good.mkdir()
    bad.mkdir()
    assert demand.complies(good) == []
    assert demand.fails(bad) == demand.told


def test_what_meets_them_is_there_and_names_its_source() -> None:
    from jiesuan.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    commands |= {group.name for group in app.registered_groups if isinstance(group.name, str)}
    for demand in DEMANDS:
        for name in demand.by.split():
            assert name in commands or PACK.rules[name].basis, (demand.name, name)


@pytest.mark.parametrize(
    ("region", "year", "registration", "approval"),
    [
        ("全国", 2018, ["04-20", "10-20"], ["04-30", "10-30"]),  # 人社厅发〔2018〕28号 二(一)、三(三)
        ("内蒙古", 2022, ["04-20", "10-20"], ["04-30", "10-30"]),
        ("福建", 2024, ["04-20", "10-20"], ["05-31", "11-30"]),  # 闽人社办〔2024〕79号 一(一)、二(二)
        ("福建", 2025, ["04-30", "10-31"], ["05-20", "11-30"]),  # 人社部办公厅2025年通知 一(一)、二(三)
        ("泉州", 2024, ["04-20", "10-20"], ["05-31", "11-30"]),
    ],
)
def test_days_of_registration_and_approval(
    tmp_path: Path, region: str, year: int, registration: list[str], approval: list[str]
) -> None:
    assert dates("学籍注册", region, year)(tmp_path) == registration
    assert dates("资助审批", region, year)(tmp_path) == approval
    assert dates("扩围提标落实", region, year)(tmp_path) == (["05-31"] if year == 2025 else [])
    assert dates("扩围提标报告", region, year)(tmp_path) == (["06-06"] if year == 2025 else [])
