"""`jiesuan rollup | shares | archive` and `jiesuan check --schools | --previous` as a user runs them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jiesuan.bureau.rollup import write_rollup
from jiesuan.cli import app
from tests.batch.inline import run_inline
from tests.bureau.making import (
    AUTUMN,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SCHOOLS,
    SECOND,
    SPRING,
    city,
    write_city,
)
from tests.making import python

RUNNER = CliRunner()


def run(*arguments: object) -> Any:
    return RUNNER.invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("收到") / "表")


@pytest.fixture(scope="module")
def out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("批量") / "结果"
    python("-m", "jiesuan", "batch", folder, "-o", out, "--jobs", "1")
    return out


def test_rollup_from_template_to_check(folder: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    given, target = tmp_path / "下达.xlsx", tmp_path / "附件3.xlsx"
    done = run("rollup", folder, "--bureau", "泉州市", "--input-template", given)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "已生成 下达.xlsx，列了 3 所学校；填好后用 --input 下达.xlsx。\n"
    book = load_workbook(given)
    rows = {book.active.cell(row, 1).value: row for row in range(4, 7)}
    for name, values in {FIRST: ("市本级", ""), SECOND: ("市本级", ""), COUNTY_SCHOOL: ("县区属", "惠安")}.items():
        for column, value in enumerate((*values, 1, 4, 0, 5, 0, 0), 2):
            book.active.cell(rows[name], column).value = value or (None if value == "" else 0)
    book.active["B2"] = 0
    book.save(given)
    done = run("rollup", folder, "--bureau", "泉州市", "--input", given, "-o", target)
    assert done.exit_code == 0 and target.exists()
    assert done.stdout.splitlines()[:4] == [
        "已汇总 3 所学校，2024年春季学期，写成 附件3.xlsx。",
        "  市本级  泉州示范技工学校                  市本级      省 2：8 市县",
        "  市本级  泉州第二技工学校                  市本级      省 2：8 市县",
        "  县区属  惠安示范技工学校                  惠安        省 4：6 市县",
    ]
    assert done.stdout.splitlines()[-5:] == [
        "  □ 附件3 纸质件盖章，与电子文档的数一致",
        "  □ 各校结算表（附件2）的电子文档",
        "  □ 市财政部门本期拨付市人社部门资助金通知的扫描件",
        "  □ 市人社部门或市财政部门拨付市属校资助金通知的扫描件",
        "  □ 邮件主题注明：报送单位名称-2024年春季资助结算",
    ]
    checked = run("check", target, "--schools", folder, "--format", "json")
    record = json.loads(checked.stdout)["files"][0]
    assert record["set"] == "设区市" and record["counts"]["selected"] == 49
    assert {item["code"] for item in record["findings"]} == {"B209", "B236"} and checked.exit_code == 1


def test_rollup_tells_programs_what_was_left_out(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / "表"))
    shutil.copy(own / f"{FIRST}.xlsx", own / "副本.xlsx")
    done = run("rollup", own, "--bureau", "泉州市", "-o", tmp_path / "附件3.xlsx", "--format", "json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert list(found) == ["schema_version", "bureau", "term", "output", "schools", "left_out", "hand_in", "remarks"]
    assert found["left_out"] == [{"file": f"{FIRST}.xlsx", "why": "与“副本.xlsx”完全相同，只算一份"}]
    assert [(item["school"], item["section"], item["province"]) for item in found["schools"]] == [
        (name, "市本级", None) for name in sorted(SCHOOLS)
    ]
    text = run("rollup", own, "--bureau", "泉州市", "-o", tmp_path / "附件3.xlsx", "--force")
    assert "没有汇总的文件（1 个）：" in text.stdout and "还要填写或核实：" in text.stdout
    assert "分担比例未知" in text.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "附件3.xlsx"], "请用 --bureau 写明填报单位，如 --bureau 泉州市。"),
        (["--bureau", "泉州市"], "请用 -o 写明附件3写到哪个文件，或用 --input-template 先生成下达表。"),
        (["--bureau", "泉州市", "-o", "附件3.xls"], "输出文件应以 .xlsx 结尾：“附件3.xls”。"),
        (["--bureau", "泉州市", "-o", "附件3.xlsx", "--input", "没有.xlsx"], "没有.xlsx：找不到这个文件"),
        (["--bureau", "泉州市", "-o", "附件3.xlsx", "--term", "某学期"], "不认识的学期“某学期”"),
    ],
)
def test_rollup_misused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("rollup", folder, *arguments)
    assert done.exit_code == 2 and done.stdout == "" and message in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_rollup_of_two_terms(folder: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "附件3_春.xlsx", tmp_path / "附件3_秋.xlsx"
    write_rollup(first, PACK, city(SPRING).rollup)
    autumn = write_city(tmp_path / "秋", AUTUMN)
    done = run("rollup", autumn, "--bureau", "泉州市", "--previous", first, "-o", second)
    assert "2024年秋季学期" in done.stdout and "前期结余（第11、12列）" not in done.stdout
    assert "  县区属  惠安示范技工学校                  惠安        省 4：6 市县" in done.stdout.splitlines()
    checked = run("check", second, "--previous", first, "--format", "json")
    record = json.loads(checked.stdout)["files"][0]
    assert "T501" not in {item["code"] for item in record["findings"]}
    again = run("check", second, "--previous", second, "--format", "json")
    whys = {item["why"] for item in json.loads(again.stdout)["files"][0]["unchecked"] if item["code"] == "T501"}
    assert whys == {"上期的表应是2024年春季学期的，给的是2024年秋季学期的"}


@pytest.mark.parametrize("asked", ["-o", "--input-template"])
def test_balances_are_taken_from_the_term_before_alone(folder: Path, tmp_path: Path, asked: str) -> None:
    """Those of this term would count this term twice."""
    same, target = tmp_path / "附件3_春.xlsx", tmp_path / "新.xlsx"
    write_rollup(same, PACK, city(SPRING).rollup)
    done = run("rollup", folder, "--bureau", "泉州市", "--previous", same, asked, target)
    assert (done.exit_code, done.stdout, target.exists()) == (2, "", False)
    assert done.stderr == (
        "附件3_春.xlsx：这次汇总的是2024年春季学期，--previous 应是2023年秋季学期的附件3，给的是2024年春季学期的，没有汇总。\n"
    )


def test_a_renamed_school_keeps_its_balance(tmp_path: Path) -> None:
    """The roster's 曾用名 is followed in 下达 and in last term's 附件3, by rollup and by check."""
    from openpyxl import Workbook, load_workbook

    old, ref = "泉州示范高级技工学校", city(SPRING).cell(f"汇总资金/{FIRST}/学校")
    last, given, names, target = (tmp_path / name for name in ("上期.xlsx", "下达.xlsx", "名单.xlsx", "附件3.xlsx"))
    write_rollup(last, PACK, city(SPRING).rollup)
    book = load_workbook(last)
    book[ref.sheet][ref.cell] = f"1、{old}"
    book.save(last)
    rows = (
        (("学校名称", "市局下达学校：资金总额（万元）"), (old, 5)),
        (("学校名称", "曾用名"), (FIRST, old), *((name,) for name in SCHOOLS)),
    )
    for path, lines in zip((given, names), rows, strict=True):
        book = Workbook()
        for line in lines:
            book.active.append(line)
        book.save(path)
    out = run_inline(write_city(tmp_path / "秋", AUTUMN), tmp_path / "出", roster=names).options.out
    done = run(
        "rollup", out, "--bureau", "泉州市", "--input", given, "--previous", last, "-o", target, "--format", "json"
    )
    told = "".join(json.loads(done.stdout)["remarks"])
    assert "没有收到" not in told and "前期结余" not in told and f"还要填写：{SECOND}、{COUNTY_SCHOOL}。" in told
    page = load_workbook(target)[ref.sheet]
    [line] = [row for row in page.iter_rows() if FIRST in str(row[0].value)]
    notes = [cell.comment.text for cell in line if cell.comment and old in cell.comment.text]
    assert notes == [
        f"取自 下达.xlsx Sheet!B2（曾用名“{old}”）",
        *(f"取自 上期.xlsx {ref.sheet}!{column}{ref.row}（曾用名“{old}”）" for column in "QR"),
    ]
    record = json.loads(run("check", target, "--schools", out, "--previous", last, "--format", "json").stdout)["files"][
        0
    ]
    codes = {item["code"] for item in (*record["findings"], *record["unchecked"])}
    assert codes.isdisjoint({"T501", "T502"})


def test_check_of_a_school_between_terms(folder: Path, tmp_path: Path) -> None:
    autumn = write_city(tmp_path / "秋", AUTUMN)
    name = f"{FIRST}.xlsx"
    done = run("check", autumn / name, "--previous", folder / name)
    assert done.exit_code == 0 and "全部通过" in done.stdout
    marked = run("check", autumn / name, "--previous", folder / f"{SECOND}.xlsx", "--mark", "-o", tmp_path / "标.xlsx")
    assert marked.exit_code == 1 and (tmp_path / "标.xlsx").exists()
    assert "上期的表是“泉州第二技工学校”的，本期是“泉州示范技工学校”的" in marked.stdout
    both = run("check", autumn / name, autumn / f"{SECOND}.xlsx", "--previous", folder / name)
    assert both.exit_code == 2 and "--previous 一次只核对一个文件" in both.stderr
    gone = run("check", autumn / name, "--previous", tmp_path / "没有.xlsx")
    assert gone.exit_code == 2 and gone.stderr.startswith("没有.xlsx：")


def test_shares(tmp_path: Path) -> None:
    done = run("shares", "惠安", "--amount", "48")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[:2] == [
        "泉州市",
        "  惠安            省级 4 : 市、县级 6    省级 19.2000  市、县级 28.8000  共 48.0000 万元",
    ]
    assert "例外  涉农专业的免学费全部由省级财政承担" in done.stdout
    assert len([line for line in run("shares").stdout.splitlines() if "省级 " in line and ":" in line]) == 78
    unlisted = run("shares", "鼓楼", "--format", "json")
    assert unlisted.exit_code == 1
    assert json.loads(unlisted.stdout) == {
        "schema_version": 1,
        "shares": [{"bureau": "福州市", "place": "鼓楼", "province": None, "note": "未列入：表中没有"}],
    }
    text = run("shares", "厦门")
    assert text.exit_code == 1 and "未列入：厦门市自行承担，不在省里的表中" in text.stdout
    split = json.loads(run("shares", "南安", "--amount", "0.000001", "--format", "json").stdout)["shares"][0]
    assert (split["to_province"], split["to_place"], split["amount"]) == ("0.000001", "0", "0.000001")
    wrong = run("shares", "北京")
    assert wrong.exit_code == 2 and "分担比例表里没有“北京”" in wrong.stderr
    assert "--amount 应是以万元为单位的数，不能是“许多”。" in run("shares", "惠安", "--amount", "许多").stderr


def test_the_archive(out: Path, tmp_path: Path) -> None:
    database = tmp_path / "档案.sqlite"
    first = run("archive", "import", out, "--db", database)
    assert (first.exit_code, first.stdout) == (0, "已存入档案 档案.sqlite：3 所学校（新增 3，更新 0，没有变化 0）。\n")
    again = json.loads(run("archive", "import", out, "--db", database, "--format", "json").stdout)
    assert again["term"] == "2024春" and sorted(again["same"]) == sorted(SCHOOLS) and again["new"] == []
    listed = run("archive", "list", "--db", database)
    assert listed.stdout.splitlines()[0] == "2024春" and "共 3 份" in listed.stdout
    rows = json.loads(run("archive", "list", "--db", database, "--format", "json").stdout)["filings"]
    assert [row["school"] for row in rows] == sorted(SCHOOLS)
    shown = run("archive", "show", FIRST, "--term", str(SPRING), "--db", database)
    assert shown.exit_code == 0 and shown.stdout.startswith(f"{FIRST}    2024春 · 市属    错误 0 处")
    assert "助学金金额" in shown.stdout and "名单 " in shown.stdout
    record = json.loads(run("archive", "show", "惠安", "--db", database, "--format", "json").stdout)
    assert [item["school"] for item in record["filings"]] == [COUNTY_SCHOOL]
    missing = run("archive", "show", "没有的学校", "--db", database)
    assert missing.exit_code == 2 and "档案里没有“没有的学校”。" in missing.stderr
    (tmp_path / "坏.sqlite").write_bytes(b"x" * 3000)
    damaged = run("archive", "list", "--db", tmp_path / "坏.sqlite")
    assert damaged.exit_code == 2 and damaged.stderr.startswith("档案“坏.sqlite”已损坏")
    assert "import" in run("archive", "--help").stdout


def test_a_blank_workbook_of_the_bureau(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    done = run("new", "设区市", "--term", "2024秋", "-o", target)
    assert done.exit_code == 0 and done.stderr.startswith("已生成 附件3.xlsx：设区市，2024年秋季学期。")
    record = json.loads(run("check", target, "--format", "json").stdout)["files"][0]
    assert (record["blank"], record["set"], record["term"]) == (True, "设区市", "2024秋")
    assert {item["code"] for item in record["findings"]} == {"B223"}
    assert run("calc", target).stdout.startswith("附件3.xlsx    设区市 · 2024秋    没有要改的格")
