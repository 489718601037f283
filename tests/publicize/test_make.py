"""The public list: who is on it, with which columns, for how long; and it lints clean."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from jiesuan.produce_error import OutputError
from jiesuan.publicize import make
from jiesuan.publicize.lint import lint_file
from jiesuan.publicize.make import Person, forbidden, from_roster, from_workbook, part_time, public_list, rendered
from jiesuan.ref import Ref

from ..making import PACK, SPRING, bound, sample
from ..roster.making import HEADS, number, of_sample, roster, student

MONDAY = dt.date(2024, 9, 2)
PEOPLE = [
    Person("示范技工学校", "二年级", "模具", "2022秋模具1班", "李四"),
    Person("示范技工学校", "一年级", "数控加工", "2023秋数控加工1班", "张三"),
]


def listed(people: list[Person] = PEOPLE, start: dt.date = MONDAY) -> make.PublicList:
    return public_list(PACK, "助学金", SPRING, "示范技工学校", people, start)


def test_list() -> None:
    made = listed()
    assert made.title == "示范技工学校2024年春季学期国家助学金资助对象公示"
    assert made.notice.startswith("公示期：2024年9月2日至2024年9月9日（不少于5个工作日）。")
    assert made.columns == ("学校", "年级", "专业", "班级", "姓名")
    assert made.rows() == [
        ["1", "示范技工学校", "一年级", "数控加工", "2023秋数控加工1班", "张三"],
        ["2", "示范技工学校", "二年级", "模具", "2022秋模具1班", "李四"],
    ]
    assert made.remark == ""


@pytest.mark.parametrize(
    ("start", "end"),
    [(dt.date(2024, 9, 28), "2024年10月10日"), (dt.date(2024, 4, 28), "2024年5月8日"), (dt.date(2024, 9, 6), "2024年9月13日")],
)  # fmt: skip
def test_five_workdays_by_the_holidays(start: dt.date, end: str) -> None:
    assert f"至{end}（" in listed(start=start).notice


def test_columns_without_content_are_left_out() -> None:
    made = listed([Person("", "", "", "1班", "张三")])
    assert made.columns == ("班级", "姓名")
    with pytest.raises(OutputError, match="没有享受助学金的学生"):
        listed([])


def test_years_without_holidays_are_said() -> None:
    assert "按周一至周五计算" in listed(start=dt.date(2049, 1, 4)).remark


@pytest.mark.parametrize("project", ["助学金", "免学费"])
def test_from_a_workbook(project: str) -> None:
    school, people = from_workbook(bound(sample().filling, "市属", SPRING), project)
    rows = [r for section in sample().filling.rows["精准明细"].values() for r in section if r.get(f"{project}金额")]
    assert school == sample().school
    assert [person.name for person in people] == [r["姓名"] for r in rows]
    assert {person.school for person in people} == {school}
    assert all(person.grade and person.major for person in people)


def test_a_workbook_without_the_list() -> None:
    workbook = bound(sample().filling, "市属", SPRING)
    del workbook.tables["精准明细"]
    with pytest.raises(OutputError, match="没有精准资助学生明细"):
        from_workbook(workbook, "助学金")


def test_from_a_roster() -> None:
    made = roster(
        student(1, 助学金="是"), student(2), student(3, 助学金="享受", 学籍状态="退学"), student(4, 助学金="√")
    )
    school, people = from_roster(made, "助学金", SPRING)
    assert (school, [person.name for person in people]) == ("示范技工学校", ["示例乙", "示例戊"])
    assert people[0] == Person("示范技工学校", "一年级", "数控加工", "2023秋数控加工1班", "示例乙")
    with pytest.raises(OutputError, match="没有“助学金”"):
        from_roster(roster(student(1), heads=tuple(h for h in HEADS if h != "助学金")), "助学金", SPRING)
    assert from_roster(roster(student(1, 助学金="是"), student(2, 学校名称="乙校")), "助学金", SPRING)[0] == ""


def test_part_time_students_are_left_out() -> None:
    made = roster(
        student(1, 助学金="是"), student(2, 助学金="是", 学习形式="函授"), student(3, 助学金="否", 学习形式="非全日制"),
        student(4, 助学金="是", 学习形式=None), student(5, 助学金="是", 学习形式="业余", 学籍状态="退学"),
    )  # fmt: skip
    assert [person.name for person in from_roster(made, "助学金", SPRING)[1]] == ["示例乙", "示例戊"]
    assert part_time(made, "助学金", SPRING) == [Ref("导出", 4, 12)]


# ── what may not be published is not written ──


def refused(people: list[Person], name: str = "公示.xlsx") -> list[str]:
    school = people[0].school
    return forbidden(PACK, public_list(PACK, "助学金", SPRING, school, people, MONDAY), "名册.xlsx", name, MONDAY)


def test_what_may_not_be_published_is_named_by_its_cell() -> None:
    made = roster(
        student(1, 助学金="是", 姓名=f"李四 {number(1)}"), student(2, 助学金="是", 姓名="王明（孤儿）", 班级="低保帮扶班"),
        student(3, 助学金="是", 专业="数控加工13912345678"), student(4, 助学金="否", 姓名="赵六（残疾）"), student(5, 助学金="是"),
    )  # fmt: skip
    assert sorted(refused(from_roster(made, "助学金", SPRING)[1])) == [
        f"“名册.xlsx”导出!B3（姓名）：有身份证号，350***********{number(1)[-4:]}",
        "“名册.xlsx”导出!B4（姓名）：有困难类型的字样，孤儿",
        "“名册.xlsx”导出!G5（专业）：有电话号码，139****5678",
        "“名册.xlsx”导出!I4（班级）：有困难类型的字样，低保",
    ]


def test_the_cells_of_a_settlement_workbook() -> None:
    workbook = bound(sample().filling, "市属", SPRING)
    table = workbook.tables["精准明细"]
    first = next(index for index in table.details() if table.amount("助学金金额", index) > 0)
    assert refused(from_workbook(workbook, "助学金")[1]) == []
    table.columns["班级"].raw[first] = "2023秋数控加工（低保）1班"
    assert refused(from_workbook(workbook, "助学金")[1]) == [
        f"“名册.xlsx”{table.ref('班级', first)}（班级）：有困难类型的字样，低保"
    ]


def test_a_finding_without_a_cell() -> None:
    assert refused(PEOPLE) == []
    assert refused(PEOPLE, "低保学生公示.xlsx") == ["文件名：有困难类型的字样，低保"]
    listed = public_list(PACK, "助学金", SPRING, "某孤儿学校", PEOPLE, MONDAY)
    assert forbidden(PACK, listed, "名册.xlsx", "公示.xlsx", MONDAY) == ["公示的标题：有困难类型的字样，孤儿"]
    bare = [Person("某校13912345678", "一年级", "数控加工", "1班", "张三")]
    assert refused(bare) == ["学校：有电话号码，139****5678"]


def test_the_workbook() -> None:
    data = rendered(listed(), ".xlsx")
    assert data == rendered(listed(), ".xlsx")
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert lines[0][0] == listed().title
    assert lines[2:] == [["序号", *listed().columns], *listed().rows()]


def test_the_document() -> None:
    made = Document(BytesIO(rendered(listed(), ".docx")))
    assert [p.text for p in made.paragraphs] == [listed().title, listed().notice]
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["序号", *listed().columns],
        *listed().rows(),
    ]
    assert made.core_properties.author == ""


@pytest.mark.libreoffice
def test_the_pdf() -> None:
    assert rendered(listed(), ".pdf").startswith(b"%PDF")


def test_pdf_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "find_libreoffice", lambda: None)
    with pytest.raises(OutputError, match="生成 PDF 要装有 LibreOffice"):
        rendered(listed(), ".pdf")


def test_pdf_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(make, "find_libreoffice", lambda: str(program))
    with pytest.raises(OutputError, match="没有转换成 PDF"):
        rendered(listed(), ".pdf")


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
@pytest.mark.parametrize("seed", [3, 25])
def test_our_own_lists_may_be_published(suffix: str, seed: int, tmp_path: Path) -> None:
    made = sample("市属", SPRING, 60, seed)
    school, people = from_roster(roster(*of_sample(made)), "助学金", SPRING)
    path = tmp_path / f"公示{suffix}"
    path.write_bytes(rendered(public_list(PACK, "助学金", SPRING, school, people, MONDAY), suffix))
    report = lint_file(path, PACK)
    assert (report.findings, report.unchecked) == ([], [])
