"""人籍一致: a roll call against a roster (闽人社办〔2024〕79号 一(一) 现场点名、一(二) 长期空挂学籍)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from jiesuan.book import Value, memory_book
from jiesuan.cli import app
from jiesuan.report import Report
from jiesuan.roster.attendance import NotRoll, check_attendance, roll_of

from ..making import PACK, SPRING
from .making import HEADS, INFO, book, found, number, roster, student, written

CLASS = "2023秋数控加工1班"


def called(
    *lines: list[Value],
    heads: tuple[str, ...] = ("姓名", "班级", "到校情况"),
    rows: list[dict[str, Value]] | None = None,
) -> Report:
    """A roll call of these lines against a roster of two students, or of others."""
    roll = roll_of(memory_book("点名.xlsx", {"点名": [["9月2日点名"], list(heads), *lines]}), INFO)
    return check_attendance(roster(*(rows or [student(1), student(2)])), roll, PACK, SPRING)


def told(report: Report) -> tuple[list[tuple[str, str, str]], list[str]]:
    return found(report), [item.why for item in report.unchecked]


def here(serial: int, result: str = "到") -> list[Value]:
    return [str(student(serial)["姓名"]), CLASS, result]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([here(1), here(2, "实习")], []),
        ([here(1), here(2, "未到")], [("R301", "B4", "点名没有到校")]),
        ([here(1), here(2, "")], [("R301", "B4", "点名表上没有填结果")]),
        ([here(1), here(2, "？")], [("R301", "B4", "点名结果“?”认不出")]),
        ([here(1)], [("R301", "B4", "点名表上没有这名学生")]),
        ([here(1), here(2), here(3)], [("R302", "A5", "名册里没有这名学生")]),
        ([here(1), here(2), here(3, "缺席")], []),
        ([["合计", "2 人"], here(1), here(2)], []),
    ],
)
def test_lines(lines: list[list[Value]], expected: list[tuple[str, str, str]]) -> None:
    assert told(called(*lines)) == (expected, [])


def test_fifteen_digits_on_the_roll_call_are_the_same_student() -> None:
    short = number(1)[:6] + number(1)[8:17]
    report = called(["甲", short], ["乙", number(2)], heads=("姓名", "身份证号"))
    assert told(report) == ([], [])


def test_the_surest_column_decides() -> None:
    heads = ("姓名", "身份证号", "班级")
    same = [student(1), student(2, 姓名=student(1)["姓名"])]
    lines: list[list[Value]] = [["另一写法", f" {number(1)} ", CLASS], [str(same[1]["姓名"]), number(2), CLASS]]
    report = called(*lines, heads=heads, rows=same)
    assert (told(report), report.remarks) == (
        ([], []),
        ["与点名表“点名.xlsx”按身份证号比对", "点名表没有“点名结果”或“到校情况”一列，列上的都算到校"],
    )
    assert report.clean


def test_numbers_cut_by_a_number_cell_tell_nobody() -> None:
    cut: list[Value] = [int(number(at)[:15] + "000") for at in (1, 2)]
    lines = [[student(at)["姓名"], CLASS, cut[at - 1]] for at in (1, 2)]
    report = called(*lines, heads=("姓名", "班级", "身份证号"))
    assert (told(report), report.remarks[0]) == (([], []), "与点名表“点名.xlsx”按姓名、班级比对")
    alone = called(["甲", cut[0]], heads=("姓名", "身份证号"))
    assert alone.remarks[0] == "与点名表“点名.xlsx”按姓名比对"


def test_merged_headings_and_classes() -> None:
    rows: list[list[Value]] = [
        ["班级", "姓名", "点名"],
        [None, None, "到校情况"],
        [CLASS, student(1)["姓名"], "到"],
        [None, student(2)["姓名"], "未到"],
        ["点名人：王老师", "审核人：李老师"],
    ]
    made = memory_book("点名.xlsx", {"点名": rows})
    made.sheets[0].merges = [(1, 1, 2, 1), (1, 2, 2, 2), (3, 1, 4, 1)]
    report = check_attendance(roster(student(1), student(2)), roll_of(made, INFO), PACK, SPRING)
    assert told(report) == ([("R301", "B4", "点名没有到校")], [])
    assert report.remarks == ["与点名表“点名.xlsx”按姓名、班级比对"]


def test_what_two_students_share_tells_neither() -> None:
    report = called(here(1), here(1), rows=[student(1), student(2, 姓名=student(1)["姓名"])])
    why = "名册和点名表上有 4 人的姓名、班级没有填或与别人相同，分不清"
    assert told(report) == ([], [why, why])
    assert report.counts == {"selected": 2, "passed": 0, "found": 0, "explained": 0, "unchecked": 2}


def test_who_left_and_who_is_excused() -> None:
    rows = [student(1, 学籍状态="退学"), student(2, 备注="岗位实习"), student(3, 学籍状态="休学")]
    report = called(here(1), rows=rows)
    assert told(report) == ([("R302", "A3", "名册上的学籍状态是退学")], [])
    assert [(r.sheet, r.cell, r.value) for r in report.findings[0].related] == [("导出", "O3", "退学")]
    assert report.findings[0].sheet == "点名.xlsx：点名"


def test_classes_that_were_not_called_are_told() -> None:
    report = called(
        here(1), rows=[student(1), student(2, 班级="2022秋园林1班"), student(3, 班级="2022秋园林1班", 学籍状态="毕业")]
    )
    assert told(report) == ([], [])
    assert report.remarks[1:] == ["点名表没有这些班级，没有比对：2022秋园林1班"]


def test_nothing_to_compare_by() -> None:
    made = roster(student(1), heads=tuple(name for name in HEADS if name not in ("姓名", "学籍号")))
    roll = roll_of(memory_book("点名.xlsx", {"甲": [["姓名", "班级"], here(1)[:2]]}), INFO)
    report = check_attendance(made, roll, PACK, SPRING)
    assert told(report) == ([], ["名册和点名表没有都有的“身份证号”“学籍号”或“姓名”"] * 2)
    assert report.remarks[0] == "点名表“点名.xlsx”没有比对"


def test_no_roll_call() -> None:
    with pytest.raises(
        NotRoll, match="“甲、乙”里没有点名表：要有一行列标题，有“姓名”，还有“身份证号”“学籍号”“班级”中的一列。"
    ):
        roll_of(memory_book("a.xlsx", {"甲": [["姓名"]], "乙": [["班级", "学号"]]}), INFO)


@given(gone=st.sets(st.integers(1, 9)), strange=st.sets(st.integers(10, 15)))
@settings(max_examples=20, deadline=None)
def test_exactly_those_who_are_missing_and_those_who_are_strange(gone: set[int], strange: set[int]) -> None:
    rows = [student(n, 姓名=f"学生{n}") for n in range(1, 10)]
    lines: list[list[Value]] = [[f"学生{n}", CLASS, "√"] for n in {*range(1, 10), *strange} - gone]
    report = called(*lines, rows=rows)
    if len(gone) == 9:  # nobody of the class was called
        assert {f.code for f in report.findings} <= {"R301", "R302"}
    else:
        assert {f.cell for f in report.findings if f.code == "R301"} == {f"B{n + 2}" for n in gone}
    assert len([f for f in report.findings if f.code == "R302"]) == len(strange)


def test_command(tmp_path: Path) -> None:
    names = written(tmp_path, "名册.xlsx", book(student(1), student(2)))
    roll = written(
        tmp_path, "点名.xlsx", memory_book("", {"点名": [["姓名", "班级", "到校情况"], here(1), here(2, "未到")]})
    )
    words = ["roster", str(names), "--term", "2024春", "--present", str(roll)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "\n名册.xlsx    名册与点名 · 2024春\n" in done.stdout
    assert done.stdout.endswith("\n没有错误；有 1 处要核实：改正，或按“办法”写明原因。\n")
    records = json.loads(CliRunner().invoke(app, [*words, "--format", "json"]).stdout)["files"]
    assert [(r["set"], r["status"]) for r in records] == [("学籍名册", "clean"), ("名册与点名", "findings")]
    other = written(tmp_path, "别的.xlsx", memory_book("", {"甲": [["乙"]]}))
    bad = CliRunner().invoke(app, ["roster", str(names), "--term", "2024春", "--present", str(other)])
    assert (bad.exit_code, "别的.xlsx：“甲”里没有点名表" in bad.stderr, "名册没有查出问题。" in bad.stdout) == (
        2,
        True,
        True,
    )
