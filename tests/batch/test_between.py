"""A small city with everything wrong that only several workbooks together show; each at its place, and nothing else."""

from __future__ import annotations

import copy
import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import docx
import pytest
from openpyxl import Workbook, load_workbook

from jiesuan.batch.batch import Batch, demand, state_of
from jiesuan.batch.between import report_of, term_of
from jiesuan.batch.record import record
from jiesuan.batch.store import read_index
from jiesuan.batch.table import table_lines
from jiesuan.pack import load_pack
from jiesuan.report import Finding

from ..making import AUTUMN, SPRING, blank_file
from .city import City, bytes_of, first_row, moved, plain_city, sample_of, school_bytes, school_name, with_student_of
from .inline import run_inline

LIST_SHEET = "精准学生明细"


def write_roster(path: Path, rows: list[tuple[str, str]]) -> Path:
    book = Workbook()
    for row in [("学校名称", "隶属"), *rows]:
        book.active.append(row)
    book.save(path)
    return path


def found(batch: Batch) -> dict[str, list[tuple[str, str, str]]]:
    """School → (code, sheet, cell) of all findings."""
    return {
        school.name: [(f.code, f.sheet, f.cell) for f in report.findings]
        for school in batch.schools
        if (report := report_of(school)) is not None
    }


@cache
def town() -> Batch:
    """Ten schools and a roster."""
    folder = Path(mkdtemp())
    city = plain_city(5)
    for number, other, name in ((5, 1, ""), (6, 3, "欧阳某")):
        city.files[f"{school_name(number)}.xlsx"] = bytes_of(with_student_of(number, other, name=name))
    city.files["县/第一.xlsx"] = school_bytes(0, 50)
    city.files["县/第二.xlsx"] = city.files[f"{school_name(1)}.xlsx"]
    city.files["秋.xlsx"] = school_bytes(7, term=AUTUMN)
    city.files["省.xlsx"] = school_bytes(8, set_name="省属")
    city.files["外.xlsx"] = school_bytes(9, school="厦门轻工高级技校")
    city.files["名.xlsx"] = school_bytes(10, school="泉城第十一技工学校")
    city.write(folder / "收到")
    rows = [(school_name(n), "市属") for n in (*range(9), 10, 11)]
    write_roster(folder / "名单.xlsx", rows)
    return run_inline(folder / "收到", folder / "结果", roster=folder / "名单.xlsx")


def test_every_finding_and_nothing_else() -> None:
    cell = (LIST_SHEET, "D7")
    assert found(town()) == {
        school_name(0): [("B103", "", "")],
        school_name(1): [("B101", *cell), ("B104", "", "")],
        school_name(2): [],
        school_name(3): [("B102", *cell)],
        school_name(4): [],
        school_name(5): [("B101", *cell)],
        school_name(6): [("B102", *cell)],
        school_name(7): [("B105", "", "")],
        school_name(8): [("B106", "", "")],
        school_name(10): [("B109", "", "")],
        "厦门轻工高级技校": [("B108", "", "")],
    }
    assert [(school.name, rule.code) for school, rule in town().between.missing] == [(school_name(11), "B107")]


def one(code: str, number: int) -> Finding:
    report = report_of(next(s for s in town().schools if s.name == school_name(number)))
    assert report is not None
    return next(f for f in report.findings if f.code == code)


def test_a_student_in_two_schools() -> None:
    number = str(first_row(sample_of(1).filling)["身份证号"])
    hidden = f"{number[:3]}***********{number[-4:]}"
    there, here = one("B101", 5), one("B101", 1)
    assert there.message == f"身份证号 {hidden} 也在“{school_name(1)}”的名单上"
    assert (there.level, there.label, there.actual) == ("错误", "第7行 · 身份证号", hidden)
    assert [(r.sheet, r.cell, r.label, r.value) for r in there.related] == [
        (f"[{school_name(1)}.xlsx]{LIST_SHEET}", "D7", f"{school_name(1)} 第7行", f"{hidden}（姓名相同）")
    ]
    assert here.message == f"身份证号 {hidden} 也在“{school_name(5)}”的名单上"


def test_another_name_there() -> None:
    item = one("B102", 6)
    assert item.message.endswith(f"也在“{school_name(3)}”的名单上，姓名却不同")
    assert item.related[0].value.endswith("（姓名不同）")


def test_two_contents_of_one_school() -> None:
    item = one("B103", 0)
    assert item.message == (
        f"本校报送了 2 份内容不同的表，本批以“{school_name(0)}.xlsx”为准：看不出先后，取文件名排在最后的一份"
    )
    assert [(r.sheet, r.label) for r in item.related] == [
        (f"[{school_name(0)}.xlsx]", "2024春，表内记载的保存时间 2024-09-04 00:00"),
        ("[县/第一.xlsx]", "2024春，表内记载的保存时间 2024-09-04 00:00"),
    ]


def test_schools_are_not_told_to_do_the_bureaus_work() -> None:
    """The remedies stand in the letters: whatever the roster and the folder need is said to be the bureau's."""
    rules = [rule for rule in load_pack().rules.values() if rule.needs == "批" and rule.check != "batch-missing"]
    assert len(rules) == 10
    for rule in rules:
        parts = [part for part in re.split("[，；]", rule.help) if re.search("移走|运行|改名单|补进名单|删", part)]
        assert all("由主管部门" in part for part in parts), rule.code
    assert one("B103", 0).rule.help == "学校写明以哪一份为准，或者改好后只重报一份；其余各份由主管部门移走后再校验"


def test_the_letter_about_two_contents() -> None:
    """As the school reads it."""
    [path] = (town().options.out / "学校" / school_name(0)).glob("退回通知.docx")
    table = docx.Document(str(path)).tables[0]
    assert [cell.text for cell in table.rows[1].cells] == [
        "核实",
        f"整份文件\n{school_name(0)}",
        one("B103", 0).message,
        "学校写明以哪一份为准，或者改好后只重报一份；其余各份由主管部门移走后再校验",
    ]


def test_the_other_messages() -> None:
    assert one("B104", 1).message == f"与“{school_name(1)}.xlsx”内容完全相同的还有“县/第二.xlsx”"
    assert one("B105", 7).message == "这是 2024秋 的表，本批多数学校是 2024春"
    assert one("B106", 8).message == "名单上是市属学校，报送的却是省属的表"
    assert one("B109", 10).message == f"表上写“泉城第十一技工学校”，名单上最接近的是“{school_name(10)}”"
    extra = report_of(town().schools[-1])
    assert extra is not None
    assert extra.findings[0].message == "学校名称“厦门轻工高级技校”不在学校名单上，也没有与它相近的"


def test_states() -> None:
    assert {school.name: (school.filed, state_of(school)) for school in town().schools} == {
        school_name(0): ("重复报送", "需核实"),
        school_name(1): ("重复报送", "退回修改"),
        school_name(2): ("已报", "通过"),
        school_name(3): ("已报", "退回修改"),
        school_name(4): ("已报", "通过"),
        school_name(5): ("已报", "退回修改"),
        school_name(6): ("已报", "退回修改"),
        school_name(7): ("已报", "需核实"),
        school_name(8): ("已报", "退回修改"),
        school_name(10): ("名称不一致", "需核实"),
        school_name(11): ("未报", "未报"),
        "厦门轻工高级技校": ("多报", "需核实"),
    }


def test_counts_still_add_up() -> None:
    for report in town().reports:
        counts = report.counts
        assert counts["selected"] == counts["passed"] + counts["found"] + counts["explained"] + counts["unchecked"]
        assert {f"B10{n}" for n in (1, 2, 3, 4, 5, 6, 8, 9)} <= {rule.code for rule in report.selected}


def test_the_term_of_the_batch() -> None:
    assert town().term == "2024春" == term_of(town().schools)
    assert term_of([]) == ""


def test_a_blank_form_of_the_next_term(tmp_path: Path) -> None:
    """It neither replaces the form that is filled in nor votes on the term."""
    city = plain_city(1)
    city.files["乙.xlsx"] = school_bytes(1)
    city.files["秋.xlsx"] = school_bytes(7, term=AUTUMN)
    for name in (school_name(0), school_name(2)):
        city.files[f"{name}空表.xlsx"] = blank_file(tmp_path / "空.xlsx", term=AUTUMN).read_bytes()
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert {school.name: (state_of(school), school.filed) for school in batch.schools} == {
        school_name(0): ("通过", "重复报送"),
        school_name(1): ("通过", "已报"),
        school_name(7): ("需核实", "已报"),
        f"{school_name(2)}空表": ("空表", "无法识别"),
    }
    assert found(batch)[school_name(7)] == [("B105", "", "")]
    assert next(r for r in batch.reports if r.school == school_name(0)).remarks == [
        f"另有一份没有填数的空表“{school_name(0)}空表.xlsx”，没有采用"
    ]
    assert (batch.term, batch.term_line) == ("2024春", "")


LEAVES, COMES = "3月在本校，4月起转出", "4月由外校转入"


@pytest.mark.parametrize(
    ("months", "remarks", "code", "more"),
    [
        ((1, 4), (LEAVES, COMES), "B110", "，备注都写明转学，合计 5 个月"),
        ((2, 2), (LEAVES, COMES), "B110", "，备注都写明转学，合计 4 个月"),
        ((2, 4), (LEAVES, COMES), "B101", "，备注都写明转学，合计 6 个月，多于一学期的 5 个月"),
        ((1, 4), (LEAVES, ""), "B101", ""),
        ((1, 4), ("", COMES), "B101", ""),
        ((1, 4), ("无", "学籍已核对"), "B101", ""),
    ],
)
def test_a_student_who_moved(
    tmp_path: Path, months: tuple[int, int], remarks: tuple[str, str], code: str, more: str
) -> None:
    """Months apart and a remark in both lists, as the rule asks: a question, no mistake."""
    city = City({
        f"{name}.xlsx": bytes_of(moved(number, 1, month, remark))
        for name, number, month, remark in zip("甲乙", (1, 5), months, remarks, strict=True)
    })  # fmt: skip
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    number = str(first_row(sample_of(1).filling)["身份证号"])
    own = {
        school.name: [finding for finding in report.findings if finding.rule.needs]
        for school in batch.schools
        if (report := report_of(school)) is not None
    }
    hidden = f"{number[:3]}***********{number[-4:]}"
    assert {name: [(f.code, f.cell, f.message) for f in findings] for name, findings in own.items()} == {
        school_name(one): [(code, "D7", f"身份证号 {hidden} 也在“{school_name(other)}”的名单上{more}")]
        for one, other in ((1, 5), (5, 1))
    }


def test_a_student_with_the_old_number(tmp_path: Path) -> None:
    """15 digits in one list, 18 in the other: one person, told by the 18."""
    old = with_student_of(5, 1)
    number = str(first_row(old)["身份证号"])
    first_row(old)["身份证号"] = f"{number[:6]}{number[8:17]}"
    files = {f"{school_name(1)}.xlsx": school_bytes(1), "0.xlsx": bytes_of(old)}
    batch = run_inline(City(files).write(tmp_path / "收"), tmp_path / "出")
    [item] = batch.between.repeated
    assert (item.number, [school.name for school, _, _ in item.places]) == (number, [school_name(5), school_name(1)])
    told = {name: [code for code, _, cell in findings if cell == "D7"] for name, findings in found(batch).items()}
    assert told == {school_name(5): ["L103", "B101"], school_name(1): ["B101"]}


def test_a_student_who_changed_school_between_two_terms(tmp_path: Path) -> None:
    """In one list in spring, in another in autumn: nothing is paid twice."""
    city = plain_city(2)
    number = str(first_row(sample_of(0).filling)["身份证号"])
    autumn = copy.deepcopy(sample_of(7, term=AUTUMN).filling)
    first_row(autumn)["身份证号"] = number
    city.files["秋.xlsx"] = bytes_of(autumn, term=AUTUMN)
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert batch.between.repeated == [] and found(batch)[school_name(0)] == []
    assert [code for code, _, _ in found(batch)[school_name(7)]] == ["B105"]
    forced = run_inline(tmp_path / "收", tmp_path / "强出", term=SPRING)
    assert forced.between.repeated == [] and found(forced)[school_name(0)] == []


def test_a_correction_that_cannot_be_read(tmp_path: Path) -> None:
    """It may be what counts: the school sends it again, and the old figures are not summed meanwhile."""
    city = plain_city(2)
    path = f"{school_name(0)}（更正）.xlsx"
    city.files[path] = school_bytes(0, 50)[:9000]
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert found(batch) == {school_name(0): [("B111", "", "")], school_name(1): []}
    why = "文件不完整，后半部分缺失，多半是下载或传送中断"
    assert batch.reports[0].findings[0].message == (
        f"本校另有一份“{path}”读不了（{why}），不知是不是更正过的；本批核对的是“{school_name(0)}.xlsx”"
    )
    assert [(state_of(school), demand(batch, number)) for number, school in enumerate(batch.schools)] == [
        ("退回修改", f"重报（{why}）"),
        ("通过", ""),
    ]
    assert {Path(name).name for name in batch.outputs[f"学校/{school_name(0)}"]} == {
        "审核反馈.xlsx", "退回通知.docx", f"{school_name(0)}_已校验.xlsx",
    }  # fmt: skip
    assert {file.path: (file.counts, file.errors) for file in read_index(tmp_path / "出").files} == {
        path: (False, 0),
        f"{school_name(0)}.xlsx": (True, 1),
        f"{school_name(1)}.xlsx": (True, 0),
    }


def test_another_kind_of_workbook_is_no_correction(tmp_path: Path) -> None:
    city = plain_city(1)
    write_roster(tmp_path / "名单.xlsx", [(school_name(0), "市属")])
    city.files[f"{school_name(0)}教师名单.xlsx"] = (tmp_path / "名单.xlsx").read_bytes()
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert found(batch) == {school_name(0): []} and batch.clean
    assert [file.failure.kind for file in batch.unread if file.failure] == ["not-settlement"]


def test_no_term_of_most(tmp_path: Path) -> None:
    """Of equally many nobody is told to be in the wrong; all are told of it."""
    city = plain_city(1)
    city.files["秋.xlsx"] = school_bytes(7, term=AUTUMN)
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert found(batch) == {school_name(0): [], school_name(7): []} and not batch.clean
    told = (
        "没有一个学期占多数（2024春 1 所，2024秋 1 所），没有按学期核对；"
        "请把别的学期的表移走，或用 --term 写明学期，再运行一次。"
    )
    assert (batch.term, batch.term_line) == ("2024秋", told)
    assert list(table_lines(batch))[-1] == (f"注意：{told}", "yellow")
    assert record(batch)["terms"] == {"2024春": 1, "2024秋": 1}
    asked = run_inline(tmp_path / "收", tmp_path / "春", term=SPRING)
    assert asked.term_line == "" and record(asked)["terms"] == {}
    assert found(asked)[school_name(0)] == [] and found(asked)[school_name(7)][0] == ("D102", "助学金结算表", "A2")
    assert told in (tmp_path / "出" / "report.html").read_text(encoding="utf-8")
    sheet = load_workbook(tmp_path / "出" / "汇总.xlsx")["单位"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, max_row=4, values_only=True)][2] == told


def test_the_term_asked_for_chooses(tmp_path: Path) -> None:
    city = plain_city(1)
    city.files["z.xlsx"] = school_bytes(7, term=AUTUMN, school=school_name(0))
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出", term=SPRING)
    assert batch.schools[0].current is not None
    assert batch.schools[0].current.path == f"{school_name(0)}.xlsx"
    [finding] = batch.reports[0].findings
    assert (finding.code, finding.message) == (
        "B103",
        f"本校报送了 2 份内容不同的表，本批以“{school_name(0)}.xlsx”为准：其余的写的是别的学期",
    )
    assert [item.label.split("，")[0] for item in finding.related] == ["2024春", "2024秋"]


def test_a_second_workbook_on_the_wrong_forms(tmp_path: Path) -> None:
    """The roster says which set counts, although the other was saved as late and its name stands last."""
    city = plain_city(1)
    city.files[f"{school_name(0)}（省属表）.xlsx"] = school_bytes(0, set_name="省属")
    write_roster(tmp_path / "名单.xlsx", [(school_name(0), "县属")])
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出", roster=tmp_path / "名单.xlsx")
    assert found(batch) == {school_name(0): [("B103", "", "")]}
    [finding] = batch.reports[0].findings
    assert finding.message == (
        f"本校报送了 2 份内容不同的表，本批以“{school_name(0)}.xlsx”为准：它是市属的表，与名单相符"
    )
    assert [item.label for item in finding.related] == [
        "2024春，市属的表，表内记载的保存时间 2024-09-04 00:00",
        "2024春，省属的表，表内记载的保存时间 2024-09-04 00:00",
    ]


def test_a_roster_on_two_sheets_with_a_sum(tmp_path: Path) -> None:
    """Both sheets count, their sums do not, and a sheet that lists offices is told where it is told what was not checked."""
    book = Workbook()
    for title, lines in {
        "市本级": [("学校名称",), (school_name(0),), ("合计：1所",)],
        "县区属": [("学校名称",), (school_name(1),), (school_name(2),), ("2所",)],
        "通讯录": [("单位",), ("某市人社局",)],
    }.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(tmp_path / "名单.xlsx")
    batch = run_inline(plain_city(2).write(tmp_path / "收"), tmp_path / "出", roster=tmp_path / "名单.xlsx")
    assert [(school.name, school.filed) for school in batch.schools] == [
        (school_name(0), "已报"), (school_name(1), "已报"), (school_name(2), "未报"),
    ]  # fmt: skip
    assert [(item.path, item.why, item.kind) for item in batch.passed] == [
        ("名单.xlsx!通讯录", "没有算进学校名单：列标题是“单位”；是学校的请改成“学校名称”", "")
    ]


def test_full_numbers_stand_in_one_sheet_alone() -> None:
    out = town().options.out
    numbers = {str(first_row(sample_of(n).filling)["身份证号"]) for n in (1, 3)}
    book = load_workbook(out / "汇总.xlsx")
    for sheet in book:
        shown = {str(cell.value) for row in sheet.iter_rows() for cell in row}
        assert bool(shown & numbers) == (sheet.title == "重复学生"), sheet.title
    rows = [[cell.value for cell in row] for row in book["重复学生"].iter_rows(min_row=4)]
    assert [row[2:] for row in rows] == [
        ["相同", school_name(1), rows[0][4], LIST_SHEET, "D7"],
        ["相同", school_name(5), f"{school_name(5)}.xlsx", LIST_SHEET, "D7"],
        ["不同", school_name(3), f"{school_name(3)}.xlsx", LIST_SHEET, "D7"],
        ["不同", school_name(6), f"{school_name(6)}.xlsx", LIST_SHEET, "D7"],
    ]
    assert {row[1] for row in rows} == numbers
    for name in ("report.html", "report.json"):
        text = (out / name).read_text(encoding="utf-8")
        assert not any(number in text for number in numbers)


def test_without_a_roster_nothing_is_asked_of_it(tmp_path: Path) -> None:
    school = {"甲.xlsx": school_bytes(9, school="厦门轻工高级技校")}
    for path, data in school.items():
        (tmp_path / "收").mkdir()
        (tmp_path / "收" / path).write_bytes(data)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert found(batch) == {"厦门轻工高级技校": []} and batch.clean
    assert {rule.code for rule in batch.reports[0].selected if rule.needs} == {
        "B101", "B102", "B103", "B104", "B105", "B110", "B111",
    }  # fmt: skip


def test_another_schools_workbook_is_not_booked_under_its_neighbours_name(tmp_path: Path) -> None:
    """丰泽 and 洛江 are two schools: one has sent nothing, the other is not on the roster, and nobody's students go astray."""
    City({"1.xlsx": school_bytes(0, school="泉州市洛江技工学校")}).write(tmp_path / "收")
    write_roster(tmp_path / "名单.xlsx", [("泉州市丰泽技工学校", "市属")])
    batch = run_inline(tmp_path / "收", tmp_path / "出", roster=tmp_path / "名单.xlsx")
    assert [(school.name, school.filed) for school in batch.schools] == [
        ("泉州市丰泽技工学校", "未报"), ("泉州市洛江技工学校", "多报"),
    ]  # fmt: skip
    [report] = batch.reports
    assert [(item.code, item.message) for item in report.findings] == [
        (
            "B108",
            "学校名称“泉州市洛江技工学校”不在学校名单上；"
            "没有报送的学校里最接近的是“泉州市丰泽技工学校”，是同一所的请改正学校名称",
        )
    ]
    assert [path.name for path in (tmp_path / "出" / "学校").iterdir()] == ["泉州市洛江技工学校"]


@pytest.mark.parametrize("changed", [False, True])
def test_who_was_changed_meanwhile_is_told_without_the_number(tmp_path: Path, changed: bool) -> None:
    city = plain_city(2)
    city.files[f"{school_name(1)}.xlsx"] = bytes_of(with_student_of(1, 0))
    city.write(tmp_path / "收")
    run_inline(tmp_path / "收", tmp_path / "出")

    from unittest import mock

    from jiesuan.batch.outputs import bytes_again

    # The files are the same, so nothing is checked again; only the numbers would be read once more.
    with mock.patch("jiesuan.batch.run.bytes_again", (lambda entry, sha256: None) if changed else bytes_again):
        batch = run_inline(tmp_path / "收", tmp_path / "出")
    [item] = batch.between.repeated
    number = str(first_row(sample_of(0).filling)["身份证号"])
    assert item.number == ("" if changed else number)
    assert all(("（号码见原表）" in report.findings[0].message) == changed for report in batch.reports)
