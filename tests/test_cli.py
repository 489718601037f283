"""The command line as people, scripts and odd consoles meet it."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from jiesuan.cli import app, program
from jiesuan.console import width
from jiesuan.filling import Filling
from jiesuan.pack import PackError
from jiesuan.produce_error import OutputError
from jiesuan.usage import Misuse, explained, usage_message

from .making import ID, PACK, PHONE, blank_file, overtyped, sample, sample_file, written

COMMANDS = ("check", "clear", "calc", "new", "sample", "demo", "rules", "rule", "forms")
WRITTEN = "只写了列出的格，别的内容都没有动；新旧值也列在“计算结果”表上。"
REGISTERED = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
"""Everything that can be typed after `jiesuan`."""


def run(*arguments: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def failed(*arguments: object) -> str:
    """The message of a call that could not run; nothing on standard output."""
    result = run(*arguments, code=2)
    assert result.stdout == ""
    return result.stderr


def english(text: str) -> set[str]:
    """English words in a text for users, apart from names of things typed or stored."""
    words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"--?[a-z-]+|\bjiesuan\b|[\w*]+\.(?:xlsx|json|toml)", "", text)))
    return words - {*REGISTERED, "text", "json", "Excel", "WPS", "JSON"}


# ── help and usage ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_chinese(command: str, option: str) -> None:
    text = run(*filter(None, [command]), option).stdout
    assert english(text) == set()
    assert text.startswith(f"用法：jiesuan {command or '命令'}") and "显示这段说明" in text
    assert all(width(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_help_keeps_to_the_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for command in COMMANDS:
        text = run(command, "-h").stdout
        body = text.split("选项：")[0] if columns < 60 else text
        assert all(
            width(line) <= max(columns, 60)
            for line in body.splitlines()
            if "例：" not in line and "jiesuan" not in line
        )


def test_help_names_every_command_and_option() -> None:
    text = run("--help").stdout
    assert all(f"  {command}" in text for command in COMMANDS)
    text = run("sample", "--help").stdout
    for part in (
        "-o, --output 文件.xlsx",
        "（必填）",
        "--term 学期",
        "（默认 2024春）",
        "（默认 300）",
        "省属|市属",
        "--force",
    ):
        assert part in text
    assert "用法：jiesuan demo [选项] [文件夹]" in run("demo", "-h").stdout


def test_no_arguments_show_the_help() -> None:
    assert failed() == run("--help").stdout


def test_version() -> None:
    assert re.fullmatch(r"jiesuan \d+\.\d+\.\d+\n", run("--version").stdout)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["checc"], "没有“checc”这个命令。是不是 check？"),
        (["无"], "没有“无”这个命令。全部命令见 jiesuan --help。"),
        (["--foo"], "没有“--foo”这个选项"),
        (["check"], "缺少“文件...”（要处理的工作簿，可以写多个）。"),
        (["rule"], "缺少“编号”"),
        (["new", "省属"], "缺少“--output”（写到哪个文件）。"),
        (
            ["new", "县属", "-o", "x.xlsx"],
            "“省属|市属|设区市”（哪一套表：学校的写 省属 或 市属，主管部门的附件3写 设区市）的值不对。",
        ),
        (["check", "--formt", "json", "x"], "没有“--formt”这个选项，是不是 --format、--force、--term？"),
        (["check", "--zzz", "x"], "没有“--zzz”这个选项。"),
        (["check", "--format", "xml", "x"], "“--format”（text 供人看，json 供程序用）的值不对。"),
        (["check", "x", "--term"], "选项 --term 后面要写值。"),
        (["check", "x", "--all=3"], "选项 --all 后面不写值。"),
        (["rule", "X201", "多"], "多了参数：多。"),
        (
            ["sample", "省属", "--students", "x", "-o", "x.xlsx"],
            "“--students”（学生人数，0 到 200000 的整数）的值不对。",
        ),
        (
            ["sample", "省属", "--students", "-1", "-o", "x.xlsx"],
            "“--students”（学生人数，0 到 200000 的整数）的值不对。",
        ),
        (["check", "x", "--term", "春"], "不认识的学期“春”，请写成 2024春 或 2024秋 这样的形式。"),
        (["new", "省属", "-o", "x.xlsx", "--term", "2023秋"], "只适用于 2024春 及以后的学期，没有 2023秋。"),
        (["forms", "--term", "2023秋"], "只适用于 2024春 及以后"),
        (["forms", "9-9"], "没有编号为“9-9”的表。现有：1-1、"),
        (["rule", "X20"], "没有编号为“X20”的规则，是不是 X2"),
        (["rule", "没有"], "没有编号为“没有”的规则。全部规则见 jiesuan rules。"),
        (["calc", "x", "-o", "y.xlsx", "--in-place"], "-o 和 --in-place 只能用一个。"),
        (["clear", "x", "-o", "y.xlsx", "--in-place"], "-o 和 --in-place 只能用一个。"),
        (["check", "x", "--mark", "-o", "y.xlsx", "--in-place"], "-o 和 --in-place 只能用一个。"),
        (["check", "x", "-o", "y.xlsx"], "-o、--in-place、--force 要和 --mark 一起用。"),
        (["check", "x", "--in-place"], "-o、--in-place、--force 要和 --mark 一起用。"),
        (["check", "x", "--force"], "-o、--in-place、--force 要和 --mark 一起用。"),
    ],
)
def test_wrong_calls(arguments: list[str], says: str) -> None:
    message = failed(*arguments)
    assert message.startswith(says) or says in message.splitlines()[0]
    assert english(message.replace("formt", "").replace("checc", "")) <= {"zzz", "foo"}


def test_unknown_errors_of_usage_are_chinese() -> None:
    class UsageError(Exception):
        message = "Something new"

    assert usage_message(UsageError(), {"UsageError"}) == "命令的写法不对。"


def test_errors_of_others_are_named_by_their_type() -> None:
    assert explained(KeyError("某学生")) == (
        "程序内部出错（KeyError）。请把所用的命令和表格的结构（不含学生信息）告诉维护者。"
    )
    for error in (Misuse("甲"), OutputError("甲"), PackError("甲")):
        assert explained(error) == "甲"


def test_the_callers_mode_is_kept() -> None:
    from typer.main import get_command

    assert get_command(app).main(["--version"], standalone_mode=False) == 0
    assert get_command(app).main(["rule"], standalone_mode=False) == 2


# ── commands ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_new_check_calc(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsx"
    assert run("new", "市属", "--term", "2024秋", "-o", path).stderr == (
        "已生成 空白.xlsx：市属，2024年秋季学期。白底的格填写，蓝底的格自动计算，灰底的是标准。\n"
    )
    assert run("check", path, code=1).stdout.startswith("空白.xlsx    市属 · 2024秋 · （没有学校名称）\n")
    assert run("calc", path).stdout == "空白.xlsx    市属 · 2024秋    没有要改的格\n"
    assert "已经存在" in failed("new", "市属", "-o", path)
    run("new", "省属", "-o", path, "--force")
    assert "省属 · 2024春" in run("check", path, code=1).stdout


def test_sample_with_and_without_mistakes(tmp_path: Path) -> None:
    path, listed = tmp_path / "练习.xlsx", tmp_path / "练习.errors.json"
    run("sample", "省属", "--students", 20, "-o", path)
    assert not listed.exists()
    result = run("check", path)
    assert result.stdout.rstrip().endswith("全部通过，可以打印盖章报送。") and result.stderr == ""
    first = path.read_bytes()
    result = run("sample", "省属", "--students", 20, "--errors", 3, "-o", path, "-f")
    assert "放进了 3 处错误，位置见 练习.errors.json。" in result.stderr
    assert len(json.loads(listed.read_text(encoding="utf-8"))["errors"]) == 3
    assert path.read_bytes() != first
    path.unlink()
    assert "练习.errors.json”已经存在" in failed("sample", "省属", "--errors", 3, "-o", path)
    assert not path.exists()


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A template with one wrong number typed over a formula."""
    return written(tmp_path / "表.xlsx", overtyped())


def test_calc_lists_writes_and_copies(wrong: Path, tmp_path: Path) -> None:
    result = run("calc", wrong)
    assert "替换 1 格，更新" in result.stdout and "9,999 →" in result.stdout
    assert result.stderr == "只是列出，没有写文件；加 -o 输出.xlsx 写成新文件。\n"
    result = run("calc", wrong, "-o", tmp_path / "好.xlsx")
    assert result.stderr == f"已写入 好.xlsx，原文件未动。{WRITTEN}\n"
    run("check", tmp_path / "好.xlsx")
    result = run("calc", wrong, "--in-place")
    assert result.stderr == f"已写回 表.xlsx，原来的内容备份在 表_备份1.xlsx。{WRITTEN}\n"
    result = run("calc", wrong, "--in-place")
    assert (result.stdout, result.stderr) == ("表.xlsx    市属 · 2024春    没有要改的格\n", "")


def test_calc_of_many_goes_to_a_folder(wrong: Path, tmp_path: Path) -> None:
    other = tmp_path / "另" / "表.xlsx"
    other.parent.mkdir()
    other.write_bytes(wrong.read_bytes())
    run("calc", wrong, other, "-o", tmp_path / "果")
    assert {path.name for path in (tmp_path / "果").iterdir()} == {"表_已计算.xlsx", "表_已计算2.xlsx"}
    result = run("calc", wrong, other, "-o", tmp_path / "果", "--format", "json", code=2)
    assert [record["status"] for record in json.loads(result.stdout)["files"]] == ["not-written"] * 2
    assert "已经存在" in run("calc", wrong, other, "-o", tmp_path / "果", code=2).stderr


def test_json_is_alone_on_standard_output(wrong: Path, tmp_path: Path) -> None:
    empty = tmp_path / "空.xlsx"
    empty.touch()
    for command in ("check", "calc"):
        result = run(command, wrong, empty, "--format", "json", code=2)
        data = json.loads(result.stdout)
        assert result.stderr == "" and [item["file"] for item in data["files"]] == ["表.xlsx", "空.xlsx"]
    assert json.loads(run("rules", "--format", "json").stdout)["rules"][0]["code"] == next(iter(PACK.rules))


def test_exit_codes(wrong: Path, tmp_path: Path) -> None:
    good = sample_file(tmp_path / "好.xlsx")
    missing = tmp_path / "无.xlsx"
    run("check", good, code=0)
    run("check", good, wrong, code=1)
    run("check", wrong, good, code=1)
    run("check", missing, wrong, good, code=2)
    run("check", wrong, missing, code=2)
    run("calc", wrong, code=0)
    run("calc", missing, good, code=2)


def test_a_term_may_be_given(tmp_path: Path) -> None:
    path = sample_file(tmp_path / "好.xlsx")
    assert "市属 · 2025春" in run("check", path, "--term", "2025年春季学期", code=1).stdout
    assert "市属 · 2025春" in run("calc", path, "--term", "2025春").stdout


def test_rules_and_forms() -> None:
    assert all(code in run("rules").stdout for code in PACK.rules)
    code = next(iter(PACK.rules))
    assert run("rule", f" {code.lower()} ").stdout.startswith(f"{PACK.rules[code].level}[{code}]")
    assert all(form in run("forms").stdout for form in PACK.forms)
    assert "6=1+2+3+4+5" in run("forms", "2-4").stdout
    assert "9月" in run("forms", "2-4", "--term", "2024秋").stdout


def test_demo(tmp_path: Path) -> None:
    result = run("demo", tmp_path / "演示")
    assert "四、请打开这些文件看：" in result.stdout and result.stderr == ""
    (tmp_path / "堵").touch()
    assert "建不了文件夹“堵”：同名的文件已经存在" in run("demo", tmp_path / "堵", code=2).stderr


def test_every_page_can_be_printed_on_a_chinese_console() -> None:
    """Nothing of our own is outside GBK, the code page of Chinese Windows."""
    for arguments in (
        ["rules"],
        ["forms"],
        *(["forms", form] for form in PACK.forms),
        *(["rule", code] for code in PACK.rules),
    ):
        run(*arguments).stdout.encode("gbk")
    for command in COMMANDS:
        run(command, "-h").stdout.encode("gbk")


# ── which commands are built ────────────────────────────────────────────────────────────────────────────────────────────

SINGLE = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


@pytest.mark.parametrize("name", SINGLE)
def test_a_command_called_is_built_alone_and_is_the_same(name: str) -> None:
    alone = program([name, "--help"])
    assert len(alone.registered_commands) == 1 and not alone.registered_groups
    wanted, found = (CliRunner().invoke(each, [name, "--help"]) for each in (app, alone))
    assert (found.exit_code, found.output) == (0, wanted.output)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["--version"], ["chek"], ["excel", "status"]])
def test_anything_else_needs_all_commands(arguments: list[str]) -> None:
    assert program(arguments) is app


# ── privacy ──────────────────────────────────────────────────────────────────────────────────────────────────────────

SECRETS = st.builds(
    lambda area, born, rest, last: f"{area}{born:%Y%m%d}{rest:03}{last}",
    st.sampled_from(["350526", "810000", "440301"]),
    st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2012, 12, 31)),
    st.integers(0, 999),
    st.sampled_from("0123456789X"),
) | st.builds(lambda head, rest: f"1{head}{rest:09}", st.integers(3, 9), st.integers(0, 10**9 - 1))
AROUND = st.sampled_from(["{}", "学生{}的表", "1_{}", "({})", "{} 复件", "表-{}-2"])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=SECRETS, around=AROUND)
def test_no_personal_number_leaves_a_workbook(tmp_path: Path, secret: str, around: str) -> None:
    """… wherever it stands: file name, school, remark, student row, a figure's cell, a label, a sheet's name."""
    from openpyxl import load_workbook

    text = around.format(secret)
    path = tmp_path / f"{text}.xlsx"
    filling = sample(students=60).filling
    kind = next(kind for kind, rows in filling.rows["精准明细"].items() if len(rows) > 1)
    rows = [dict(row) for row in filling.rows["精准明细"][kind]]
    rows[0] |= {"身份证号": secret, "联系电话": secret, "备注": text, "班级": text, "姓名": text}
    rows[1] |= {"身份证号": secret, "免学费金额": text}
    figures = dict(filling.figures)
    monthly = [key for key in figures if key[2] == "第1月"]
    figures |= {monthly[0]: text, (*monthly[1][:2], "就读专业"): text, (*monthly[1][:2], "备注"): text}
    if secret.isdigit():
        figures[monthly[2]] = int(secret)
    lines = {role: {**lines, "学校名称": text, "备注": text} for role, lines in filling.lines.items()}
    lines["生均"] |= {"前期截止": text, "前期结余": text, "收款日期": text}
    written(path, Filling(figures, {"精准明细": {**filling.rows["精准明细"], kind: rows}}, lines))
    book = load_workbook(path)
    sheet = book["免学费精准统计"]
    sheet.title = re.sub(r"[()]", "", text)[:24] + "统计"
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "补助金额")
    heading.value = text
    book.save(path)

    shown = ""
    for arguments in (
        ["check", path, "--all"],
        ["check", path, "--format", "json"],
        ["calc", path, "--all"],
        ["calc", path, "--format", "json"],
        ["calc", path, "-o", tmp_path / f"果{text}.xlsx", "--force"],
        ["calc", path, "--in-place"],
        ["check", tmp_path / f"无{text}.xlsx"],
    ):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        shown += result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "程序内部出错" not in shown
    assert secret not in shown and secret not in shown.replace(",", "")
    for item in tmp_path.iterdir():
        item.unlink()


def test_the_usual_places(tmp_path: Path) -> None:
    path = sample_file(tmp_path / f"{ID}_{PHONE}.xlsx", errors=5)
    shown = run("check", path, "--all", code=1).output
    assert "350***********1234_139****5678.xlsx" in shown and ID not in shown and PHONE not in shown


def test_a_misspelt_call_does_not_repeat_a_number() -> None:
    assert ID not in failed("rule", ID) + failed(ID) + failed("forms", ID) + failed("rule", "a", ID)


def test_a_blank_form_is_short(tmp_path: Path) -> None:
    assert len(run("check", blank_file(tmp_path / "表.xlsx"), code=1).stdout.splitlines()) == 5
