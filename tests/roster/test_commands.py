"""`jiesuan roster | changes | duplicates | publicize` as a user calls them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from jiesuan.book import memory_book
from jiesuan.cli import app
from jiesuan.commands.roster import current_term
from jiesuan.produce import make_sample_file
from jiesuan.term import Term

from ..making import PACK, SPRING, sample
from .making import book, number, of_sample, student, written

SAMPLE = sample("市属", SPRING, 30, 25)


def run(*words: str | Path) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def roster_file(tmp_path: Path) -> Path:
    return written(tmp_path, "名册.xlsx", book(*of_sample(SAMPLE)))


@pytest.fixture
def school_file(tmp_path: Path) -> Path:
    path = tmp_path / "学校.xlsx"
    make_sample_file(path, PACK, "市属", SPRING, students=30, seed=25, errors=0)
    return path


def test_a_clean_roster_against_its_school(roster_file: Path, school_file: Path) -> None:
    done = run("roster", roster_file, "--settlement", school_file)
    assert done.exit_code == 0, done.output
    assert "名册.xlsx    学籍名册 · 2024春 · 某市示范第一技工学校" in done.stdout
    assert "与名册“名册.xlsx”比对，其中本校 30 名学生。" in done.stdout
    assert "\n名册没有查出问题。\n" in done.stdout and done.stdout.endswith("\n结算表与名册一致。\n")
    assert "打印盖章" not in done.stdout


def test_findings_as_json(tmp_path: Path) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1, 学习形式="函授"), student(2)))
    done = run("roster", path, "--term", "2024春", "--format", "json")
    assert done.exit_code == 1
    record = json.loads(done.stdout)["files"][0]
    assert (record["set"], record["term"], record["status"]) == ("学籍名册", "2024春", "findings")
    assert [(f["code"], f["sheet"], f["cell"]) for f in record["findings"]] == [("R107", "导出", "L3")]
    counts = record["counts"]
    assert counts["selected"] == counts["passed"] + counts["found"] + counts["explained"] + counts["unchecked"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--fill", "市属"), "--fill 和 -o 要一起用。"),
        (("--fill", "县属", "-o", "a.xlsx"), "--fill 后面写 省属 或 市属。"),
        (("--term", "去年"), "不认识的学期“去年”"),
        (("--mapping", "没有.toml"), "找不到列名对照文件“没有.toml”。"),
    ],
)
def test_misuse(roster_file: Path, words: tuple[str, ...], message: str) -> None:
    done = run("roster", roster_file, *words)
    assert (done.exit_code, message in done.stderr) == (2, True), done.output


def test_files_that_are_none(tmp_path: Path, roster_file: Path) -> None:
    other = written(tmp_path, "别的.xlsx", memory_book("", {"甲": [["乙"]]}))
    done = run("roster", other, "--format", "json")
    record = json.loads(done.stdout)["files"][0]
    assert (done.exit_code, record["status"], record["error"]["kind"]) == (2, "unreadable", "not-roster")
    done = run("roster", roster_file, "--settlement", other, "--term", "2024春")
    assert done.exit_code == 2
    assert "别的.xlsx：" in done.stderr
    assert "名册.xlsx    学籍名册" in done.stdout


def test_the_list_is_filled(tmp_path: Path, roster_file: Path) -> None:
    out = tmp_path / "结算表.xlsx"
    words = ("roster", roster_file, "--term", "2024春", "--fill", "市属", "-o", out)
    done = run(*words)
    assert "已生成 结算表.xlsx：精准资助学生明细" in done.stderr
    names = [row["姓名"] for section in SAMPLE.filling.rows["精准明细"].values() for row in section]
    sheet = load_workbook(out)["精准学生明细"]
    assert [cell.value for cell in sheet["C"] if cell.value in names] == names
    assert sheet["B3"].value == SAMPLE.school
    again = run(*words)
    assert (again.exit_code, "已经存在，没有覆盖" in again.stderr) == (2, True)


def test_marks_stand_in_a_copy(tmp_path: Path) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1, 学习形式="函授"), student(2)))
    before = path.read_bytes()
    done = run("roster", path, "--term", "2024春", "--mark")
    assert (done.exit_code, done.stderr) == (1, "已写入 名册_已校验.xlsx，原文件未动。\n")
    assert path.read_bytes() == before
    copy = load_workbook(tmp_path / "名册_已校验.xlsx")
    assert (copy.sheetnames, copy.active.title) == (["导出", "校验结果"], "校验结果")
    assert copy["导出"]["L3"].comment is not None and "R107" in copy["导出"]["L3"].comment.text
    assert copy["导出"]["L4"].comment is None
    again = run("roster", path, "--term", "2024春", "--mark")
    assert (again.exit_code, "已经存在" in again.stderr) == (2, True), again.output
    assert (
        json.loads(run("roster", path, "--term", "2024春", "--mark", "--force", "--format", "json").stdout)["files"][0][
            "output"
        ]
        == "名册_已校验.xlsx"
    )


def test_the_region_decides(tmp_path: Path) -> None:
    rows = [student(1, 助学金="是", 助学金年标准=2000, 户口性质="城市")]
    path = written(tmp_path, "名册.xlsx", book(*rows))
    done = run("roster", path, "--term", "2024春", "--region", "内蒙古")
    assert (done.exit_code, "城市非涉农专业且不困难学生不得享受助学金" in done.stdout) == (1, True), done.output
    unknown = run("roster", path, "--region", "火星")
    assert (unknown.exit_code, "火星" in unknown.stderr) == (2, True)


def test_several_sheets_odd_headings_and_a_hidden_one(tmp_path: Path) -> None:
    heads = ("学 号", "学生姓名", "公民身份号码", "所学专业", "入学时间", "学习年限")
    first = [
        ["导出时间：2024-3-1"],
        list(heads),
        ["1", "甲", number(1), "数控加工", "2023-09-01", "3年制"],
        ["合计", "1 人"],
    ]
    second = [list(heads), ["1", "乙", number(2), "数控加工", "去年", "三年"]]
    content = memory_book("", {"高一": first, "高二": second})
    content.sheets[1].visible = False
    path = written(tmp_path, "导出.xlsx", content)
    from openpyxl import load_workbook as load

    made = load(path)
    made["高二"].sheet_state = "hidden"
    made.save(path)
    done = run("roster", path, "--term", "2024春")
    assert done.exit_code == 1
    assert "注意：工作表“高二”是隐藏的，照样核对了。" in done.stdout
    assert "注意：不认识这些列标题，没有核对：高一!A2“学 号”等 2 列。" in done.stdout
    assert "核实[R117]" in done.stdout and "高二!E2" in done.stdout
    assert "错误 0 处 · 核实 1 处 · 提示 0 处" in done.stdout


def test_a_list_of_several_schools_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1), student(2, 学校名称="乙校")))
    done = run("roster", path, "--fill", "市属", "-o", tmp_path / "a.xlsx")
    assert (done.exit_code, "名册里有 2 所学校" in done.stderr) == (2, True)


def test_changes(tmp_path: Path) -> None:
    old = written(tmp_path, "旧.xlsx", book(student(1), student(2)))
    new = written(tmp_path, "新.xlsx", book(student(2), student(3)))
    out = tmp_path / "清单.xlsx"
    words = ("changes", old, new, "--since", "2024-4-1", "--today", "2024-4-12")
    done = run(*words, "-o", out)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "异动 新增 1 人 · 减少 1 人 · 变更 0 人",
        "按 2024-04-12 计算，已逾期 1 人。学籍异动应在10个工作日内办理。",
    ]
    assert out.exists()
    found = json.loads(run(*words, "--format", "json").stdout)["changes"]
    assert [(c["kind"], c["cell"], c["last"], c["late"]) for c in found] == [
        ("新增", "D4", "2023-10-24", True), ("减少", "D3", "2024-04-16", False),
    ]  # fmt: skip
    assert number(1) not in done.output
    doubled = written(tmp_path, "重.xlsx", book(student(1), student(1), student(4, 身份证号=None)))
    assert (
        "注意：“重.xlsx”有 1 行没有身份证号，1 行身份证号与别的行重复，没有比对" in run("changes", doubled, new).stderr
    )
    partly = run("changes", doubled, doubled)
    assert (partly.exit_code, partly.stdout.splitlines()[-1]) == (1, "比对了的学生完全相同，其余见“注意”。")
    same = run("changes", old, old)
    assert (same.exit_code, same.stdout.splitlines()[-1]) == (0, "两份名册的学生完全相同。")
    assert run(*words, "-o", out).exit_code == 2


def test_numbers_in_names_of_files_and_sheets_are_masked(tmp_path: Path) -> None:
    old = written(tmp_path, f"旧{number(1)}.xlsx", book(student(1), sheet=f"旧{number(2)}"))
    new = written(tmp_path, f"新{number(3)}.xlsx", book(student(4), sheet=f"新{number(5)}"))
    hidden = memory_book(
        "", {f"单{number(6)}": [["姓名", "身份证号"], ["示例乙", number(1)], ["某某", number(4)[:10] + "●" * 8]]}
    )
    listed = written(tmp_path, f"单{number(7)}.xlsx", hidden)
    since, received = ("--since", "2024-4-1"), ("--received", "2024-11-4")
    shown = ""
    for words in (("changes", old, new, *since), ("duplicates", old, listed, *received)):
        shown += run(*words).output + run(*words, "--format", "json").output
        shown += run(*words, "-o", tmp_path / "出.xlsx", "--force").output
        for line in load_workbook(tmp_path / "出.xlsx").active.iter_rows(values_only=True):
            shown += "".join(map(str, line))
    assert "旧350***********0014.xlsx 旧350***********0022!D3" in shown
    assert not [serial for serial in range(1, 8) if number(serial) in shown]


def test_a_roster_is_no_settlement_workbook(roster_file: Path) -> None:
    done = run("roster", roster_file, "--term", "2024春", "--settlement", roster_file)
    assert (done.exit_code, done.stderr) == (2, "名册.xlsx：这是学籍名册，不是结算表。请核对是不是拿错了文件。\n")


@pytest.mark.parametrize("words", [("--today", "明天"), ("--since", "2024")])
def test_dates_that_are_none(tmp_path: Path, words: tuple[str, str]) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1)))
    done = run("changes", path, path, *words)
    assert (done.exit_code, f"{words[0]} 的日期“{words[1]}”不认识" in done.stderr) == (2, True)
    assert run("changes", path, tmp_path / "没有.xlsx").exit_code == 2


def test_duplicates(tmp_path: Path) -> None:
    path = written(tmp_path, "名册.xlsx", book(student(1), student(2)))
    given = memory_book(
        "", {"比对": [["姓名", "身份证号", "另一学校"], ["示例乙", number(1), "某中学"], ["丁", number(9), "乙"]]}
    )
    listed = written(tmp_path, "名单.xlsx", given)
    words = ("duplicates", path, listed, "--received", "2024-11-4", "--today", "2024-11-15")
    done = run(*words, "-o", tmp_path / "登记.xlsx")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == [
        "名单共 2 人，其中本单位 1 人。",
        "收到 2024-11-04，最迟 2024-11-18 前清理完毕（10个工作日），还有 1 个工作日。",
    ]
    record = json.loads(run(*words, "--format", "json").stdout)
    assert [(m["cell"], m["list_cell"], m["about"]) for m in record["matches"]] == [("D3", "B2", "另一学校 某中学")]
    assert number(1) not in done.output + json.dumps(record)
    hidden = memory_book("", {"比对": [["姓名", "身份证号"], ["张三", "351***********0019"]]})
    unsure = run("duplicates", path, written(tmp_path, "打码.xlsx", hidden), *words[3:])
    told = "“打码.xlsx”有 1 人没有号码或号码不完整，没有比对，请向发来名单的单位要完整号码"
    assert (unsure.exit_code, unsure.stdout.splitlines()[-1]) == (1, f"注意：{told}。")
    cut = written(tmp_path, "数字.xlsx", book(student(3, 身份证号=int(number(3, "20080116")[:15] + "000"))))
    said = "“数字.xlsx”有 1 行身份证号存成了数字，末三位已经丢失，只凭姓名和前15位认人，请按原件以文本重填"
    silent = run("duplicates", cut, listed, *words[3:])
    assert (silent.exit_code, silent.stderr) == (1, f"注意：{said}；先用 jiesuan roster 校验名册。\n")
    assert json.loads(run("duplicates", cut, listed, *words[3:], "--format", "json").stdout)["remarks"] == [
        f"{said}；先用 jiesuan roster 校验名册。"
    ]
    none = run("duplicates", path, path.with_name("没有.xlsx"), "--received", "2024-11-4")
    assert none.exit_code == 2
    other = written(tmp_path, "别的.xlsx", memory_book("", {"甲": [["乙"]]}))
    assert "里没有比对名单" in run("duplicates", path, other, "--received", "2024-11-4").stderr


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_publish_and_check(tmp_path: Path, school_file: Path, suffix: str) -> None:
    out = tmp_path / f"公示{suffix}"
    done = run("publicize", school_file, "--from", "2024-9-2", "-o", out)
    assert done.exit_code == 0, done.output
    assert "公示期：2024年9月2日至2024年9月9日" in done.stderr
    checked = run("publicize", "--check", out)
    assert checked.exit_code == 0, checked.output
    assert checked.stdout.splitlines()[0] == f"公示{suffix}    公示"
    assert checked.stdout.endswith("没有查出不得公示的内容，可以公示；公示期满后及时撤下、删除。\n")
    assert run("publicize", school_file, "-o", out).exit_code == 2
    if suffix == ".docx":
        marked = run("publicize", "--check", out, "--mark")
        assert (marked.exit_code, marked.stderr) == (0, "Word 文件里不做标记，请按上面列出的位置改。\n")


def test_publish_from_a_roster(tmp_path: Path, roster_file: Path) -> None:
    out = tmp_path / "公示.xlsx"
    done = run("publicize", roster_file, "--term", "2024春", "--project", "免学费", "--from", "2024-9-2", "-o", out)
    assert done.exit_code == 0, done.output
    assert "免学费补助资助对象公示" in done.stderr


def test_what_may_not_be_published_is_not_written(tmp_path: Path) -> None:
    names = [f"示例{number(serial)}" for serial in range(21)]
    made = book(*(student(serial, 姓名=name, 助学金="是") for serial, name in enumerate(names)))
    path, out = written(tmp_path, "名册.xlsx", made), tmp_path / "公示.docx"
    done = run("publicize", path, "--term", "2024春", "--from", "2024-9-2", "-o", out)
    assert (done.exit_code, out.exists()) == (2, False)
    lines = done.stderr.splitlines()
    assert lines[0] == "没有生成公示名单，什么也没有写：有 21 处不得公示，请改正后再生成。"
    assert lines[1:3] == [
        f"  “名册.xlsx”导出!B{row}（姓名）：有身份证号，350***********{number(row - 3)[-4:]}" for row in (3, 4)
    ]
    assert (len(lines), lines[-1]) == (22, "  ……还有 1 处")
    assert not any(number(serial) in done.output for serial in range(21))


@pytest.mark.parametrize(
    ("count", "cells"), [(1, "导出!L4"), (21, "、".join(f"导出!L{row}" for row in range(4, 24)) + "等")]
)
def test_part_time_students_are_not_published(tmp_path: Path, count: int, cells: str) -> None:
    others = (student(serial, 助学金="是", 学习形式="函授") for serial in range(2, count + 2))
    path, out = written(tmp_path, "名册.xlsx", book(student(1, 助学金="是"), *others)), tmp_path / "公示.xlsx"
    done = run("publicize", path, "--term", "2024春", "--from", "2024-9-2", "-o", out)
    assert done.exit_code == 0
    assert done.stderr.splitlines()[0] == (
        f"注意：名册标为享受助学金的学生里有 {count} 名非全日制，不在资助范围，没有列入（{cells}）。"
    )
    assert "资助对象公示：1 人。" in done.stderr


def test_check_tells_what_must_go(roster_file: Path) -> None:
    done = run("publicize", "--check", roster_file, "--format", "json")
    assert done.exit_code == 1
    record = json.loads(done.stdout)["files"][0]
    assert {"G101", "G103", "G104"} <= {f["code"] for f in record["findings"]}
    assert not any(str(row["身份证号"]) in done.stdout for row in of_sample(SAMPLE))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "两者用一个"), (("--check", "-o", "a.xlsx"), "两者用一个"), (("-o", "a.txt"), "公示名单写成 .xlsx、.docx、.pdf"),
        (("-o", "a.xlsx", "--project", "奖学金"), "--project 后面写 助学金 或 免学费。"),
    ],
)  # fmt: skip
def test_publicize_misuse(roster_file: Path, words: tuple[str, ...], message: str) -> None:
    done = run("publicize", roster_file, *words)
    assert (done.exit_code, message in done.stderr) == (2, True), done.output


def test_publicize_bad_files(tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    assert run("publicize", bad, "-o", tmp_path / "a.xlsx").exit_code == 2
    assert run("publicize", "--check", bad).exit_code == 2
    assert json.loads(run("publicize", "--check", bad, "--format", "json").stdout)["files"][0]["status"] == "unreadable"
    other = written(tmp_path, "别的.xlsx", memory_book("", {"甲": [["乙"]]}))
    assert run("publicize", other, "-o", tmp_path / "a.xlsx").exit_code == 2


@pytest.mark.parametrize(
    ("day", "term"), [("2024-03-01", "2024春"), ("2024-07-31", "2024春"), ("2024-08-01", "2024秋"), ("2025-01-15", "2024秋")]
)  # fmt: skip
def test_current_term(day: str, term: str) -> None:
    assert current_term(dt.date.fromisoformat(day)) == Term.parse(term)
