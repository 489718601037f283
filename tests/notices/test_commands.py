"""`jiesuan policy | calendar | institution | pack` as people and scripts meet them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from jiesuan.console import encodable
from jiesuan.notices.institution import institutions
from jiesuan.notices.institution_write import blank_form, template_name, write_institution_templates
from jiesuan.pack import packs_folder
from jiesuan.regions import load_law

from ..making import sample_file
from ..test_cli import failed, run
from .making import CITY, GOOD, filled

SUBCOMMANDS = (["policy", "diff"], ["institution", "new"], ["institution", "check"], ["institution", "merge"])


@pytest.mark.parametrize("command", [["policy"], ["calendar"], ["institution"], ["pack"], *SUBCOMMANDS])
def test_help_is_chinese(command: list[str]) -> None:
    text = run(*command, "--help").stdout
    assert text.startswith(f"用法：jiesuan {' '.join(command)} ")
    words = set(
        re.findall(
            r"[A-Za-z]{4,}", re.sub(r"--[a-z-]+|[\w*/]+\.(?:xlsx|zip|ics)|JIESUAN_PACKS|jiesuan[^（\n]*", "", text)
        )
    )
    assert words <= {"help", "text", "json", "check", "merge", "diff"}


def test_unknown_subcommands_and_nothing() -> None:
    assert (
        failed("institution", "chek") == "没有“chek”这个命令。是不是 check？全部命令见 jiesuan institution --help。\n"
    )
    assert failed("institution").startswith("用法：jiesuan institution")
    assert failed("policy", "diff", "2024秋").startswith("缺少“新学期”（如 2025春）。")


# ── policy, calendar ──


def test_policy() -> None:
    assert run("policy").stdout.startswith("福建 · 2024年春季学期\n")
    record = json.loads(run("policy", "--region", "内蒙古自治区", "--term", "2024秋", "--format", "json").stdout)
    figures = {item["name"]: item["value"] for item in record["standard"]}
    assert (record["region"], record["term"], figures) == (
        "内蒙古", "2024秋", {"助学金年标准": "2000", "助学金月标准": "200", "大批量异动比例": "10"},
    )  # fmt: skip
    assert failed("policy", "--region", "广东").startswith("没有“广东”的政策数据。现有：全国、")
    assert failed("policy", "--term", "去年") == "不认识的学期“去年”，请写成 2024春 或 2024秋 这样的形式。\n"


def test_policy_diff() -> None:
    assert run("policy", "diff", "2024秋", "2025春").stdout.startswith("福建 · 2024秋 → 2025春\n")
    record = json.loads(run("policy", "diff", "2024秋", "2025春", "--region", "全国", "--format", "json").stdout)
    assert [item["title"] for item in record["changes"]][:2] == ["助学金年标准", "助学金月标准"]
    assert failed("policy", "diff", "2024", "2025春").startswith("不认识的学期“2024”")
    assert failed("policy", "diff", "", "2025春") == "请写两个学期，如 jiesuan policy diff 2024秋 2025春。\n"


def test_own_packs(tmp_path: Path) -> None:
    folder = tmp_path / "guangdong-2026"
    folder.mkdir()
    (folder / "pack.toml").write_text(
        'id = "guangdong-2026"\nname = "广东"\nregion = "广东"\nversion = 1\nsince = "2025春"\n', encoding="utf-8"
    )
    for command in (
        ["policy", "--term", "2025春"],
        ["calendar", "--year", "2025"],
        ["policy", "diff", "2024秋", "2025春"],
    ):
        assert run(*command, "--region", "广东", "--packs", tmp_path).stdout.startswith("广东 · 20")
    (folder / "pack.toml").write_text('id = "guangdong-2026"\n', encoding="utf-8")
    assert failed("policy", "--region", "广东", "--packs", tmp_path / "没有").startswith(
        "找不到放政策数据的文件夹“没有”"
    )


def test_calendar(tmp_path: Path) -> None:
    out = tmp_path / "日程.ics"
    result = run("calendar", "--region", "泉州", "--year", "2024", "-o", out)
    assert result.stdout.startswith("福建/泉州 · 2024年学生资助时限\n")
    assert result.stderr == "已写成 日程.ics，可以导入手机、电脑的日历；每项提前七天提醒。\n"
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
    assert failed("calendar", "-o", out) == "“日程.ics”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。\n"
    run("calendar", "-o", out, "--force")
    assert failed("calendar", "-o", tmp_path / "日程.txt") == "输出文件应以 .ics 结尾：“日程.txt”。\n"
    assert failed("calendar", "-o", tmp_path / "没有" / "a.ics") == "文件夹“没有”不存在，请先建立。\n"
    assert (
        failed("calendar", "--year", "1")
        == "“--year”（哪一年，如 2024）的值不对。\n用法：jiesuan calendar [选项]\n说明见 jiesuan calendar --help。\n"
    )
    assert json.loads(run("calendar", "--format", "json").stdout)["deadlines"][0]["date"] == "2024-04-20"


def test_a_check_names_deadlines_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = sample_file(tmp_path / "表.xlsx")
    monkeypatch.setattr(
        "jiesuan.render.calendar.reminders", lambda law, term, today, checked: [f"{law.region}{term}的时限"]
    )
    assert run("check", book).stdout.endswith("全部通过，可以打印盖章报送。\n时限  福建2024春的时限\n")
    assert "时限" not in run("check", book, "--format", "json").stdout


# ── institution ──


@pytest.mark.parametrize("form", institutions().form, ids=lambda form: form.id)
def test_templates_are_up_to_date(form: object) -> None:
    (found,) = (item for item in institutions().form if item is form)
    path = packs_folder() / "fujian-2024" / template_name(found)
    assert path.read_bytes() == blank_form(found)


def test_whoever_changes_the_forms_writes_the_templates_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiesuan.notices.institution_write.pack_folders", lambda: {"fujian-2024": tmp_path})
    written = write_institution_templates()
    own = packs_folder() / "fujian-2024"
    assert [path.name for path in written] == [f"{form.title}.xlsx" for form in institutions().form]
    assert [path.read_bytes() for path in written] == [(own / path.name).read_bytes() for path in written]


def test_new_form(tmp_path: Path) -> None:
    out = tmp_path / "表.xlsx"
    result = run("institution", "new", "校级", "--year", "2025", "-o", out)
    assert result.stderr == (
        "已生成 表.xlsx：技工院校校级学生资助管理机构信息表。\n"
        "存疑：印本“构成”栏只有“成员”，很可能漏了“负责人”或“组长”一行；模板照印本，可自己填写。\n"
    )
    sheet = load_workbook(out).active
    assert (sheet["A1"].value, sheet["F3"].value) == ("附件1", "时间：2025年　　月　　日")
    assert [cell.value for cell in sheet[5]] == [column.header for column in institutions().column]
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    assert failed("institution", "new", "县级", "-o", out).startswith(
        "“校级|市级”（哪一级的表，写 校级 或 市级）的值不对。"
    )
    assert failed("institution", "new", "市级", "-o", out).startswith("“表.xlsx”已经存在，没有覆盖。")


def test_check_forms(tmp_path: Path) -> None:
    good, bad = (
        filled(tmp_path / "好.xlsx"),
        filled(tmp_path / "坏.xlsx", {**GOOD, "E6": None, "A3": "填报学校名称（加盖公章）：第二技校"}),
    )
    assert run("institution", "check", good).stdout.startswith(
        "好.xlsx    校级机构信息表 · 2024年 · 示范市第一技工学校\n"
    )
    page = run("institution", "check", good, bad, code=1).stdout
    assert "错误[O204] 成员没有职责（分工）" in page and "jiesuan rule O204" in page
    assert "校级机构信息表!E6  第6行 主要资助管理职责（分工）" in page
    record = json.loads(run("institution", "check", good, bad, "--format", "json", code=1).stdout)
    assert [(file["status"], file["counts"]["found"]) for file in record["files"]] == [("clean", 0), ("findings", 1)]
    assert run("rule", "O204").stdout.startswith("错误[O204] 成员没有职责（分工）\n  类别    资助管理机构\n")


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".xlsx"])
def test_a_list_of_schools(tmp_path: Path, suffix: str) -> None:
    good = filled(tmp_path / "好.xlsx")
    path = tmp_path / f"名单{suffix}"
    if suffix == ".xlsx":
        book = Workbook()
        for row, name in enumerate(("学校名称", "示范市第一技工学校", "第二技校"), 1):
            book.active.cell(row, 1).value = name
        book.save(path)
    else:
        path.write_text(
            "学校名称,地址\n示范市第一技工学校,甲\n第二技校,乙\n",
            encoding="gb18030" if suffix == ".csv" else "utf-8-sig",
        )
    page = run("institution", "check", good, "--roster", path, code=1).stdout
    assert f"名单{suffix}    学校名单\n" in page
    assert "错误[O301] 名单里的学校没有交信息表" in page and "!A3  第二技校" in page
    assert "没有收到“第二技校”的信息表" in page


def test_files_that_are_none(tmp_path: Path) -> None:
    good, other = filled(tmp_path / "好.xlsx"), tmp_path / "坏.xlsx"
    other.write_bytes(b"nothing")
    result = run(
        "institution", "check", other, good, tmp_path / "没有.xlsx", sample_file(tmp_path / "结算.xlsx"), code=2
    )
    assert result.stdout.startswith("\n好.xlsx") or result.stdout.startswith("好.xlsx")
    assert [line.split("：")[0] for line in result.stderr.splitlines()] == ["坏.xlsx", "没有.xlsx", "结算.xlsx"]
    assert "里面没有学生资助管理机构信息表。" in result.stderr
    empty, odd = tmp_path / "空.txt", tmp_path / "乱.txt"
    empty.write_text("", encoding="utf-8")
    odd.write_bytes(b"\x81")
    assert (
        run("institution", "check", good, "--roster", empty, code=2).stderr
        == "空.txt：名单里没有学校。请用一列写校名，标题写“学校名称”。\n"
    )
    assert (
        run("institution", "check", good, "--roster", odd, code=2).stderr
        == "乱.txt：这个文本文件的编码认不出来。请另存为 UTF-8 再试。\n"
    )
    record = json.loads(
        run("institution", "check", other, "--roster", tmp_path / "无.txt", "--format", "json", code=2).stdout
    )
    assert [file["error"]["kind"] for file in record["files"]] == ["not-a-workbook", "not-found"]


def test_an_internal_error_stops_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = filled(tmp_path / "好.xlsx")

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("jiesuan.notices.work.listed_schools", broken)
    result = run("institution", "check", good, "--roster", good, code=2)
    assert "程序内部出错（RuntimeError）" in result.stderr and "secret" not in result.stderr
    monkeypatch.setattr("jiesuan.notices.work.check_institutions", broken)
    assert "程序内部出错（RuntimeError）" in run("institution", "check", good, code=2).stderr


def test_merge(tmp_path: Path) -> None:
    files = [
        filled(tmp_path / "b.xlsx"),
        filled(tmp_path / "a.xlsx", {**GOOD, "E6": None, "A3": "填报学校名称：第二技校"}),
        filled(tmp_path / "市.xlsx", CITY, form="市级"),
    ]
    out = tmp_path / "汇总.xlsx"
    result = run("institution", "merge", *files, "-o", out, code=1)
    assert result.stderr == "已写成 汇总.xlsx：3 份信息表，6 名成员。里面有完整的电话号码，请只在单位内部使用。\n"
    book = load_workbook(out)
    assert book.sheetnames == ["校级汇总", "市级汇总"]
    rows = [[cell.value for cell in row] for row in book["校级汇总"].iter_rows()]
    assert rows[0][:5] == ["单位", "机构名称", "构成", "姓名", "职务"]
    assert [(row[0], row[3], row[8], row[-3], row[-2], row[-1]) for row in rows[1:]] == [
        ("示范市第一技工学校", "甲示范", "13900000001", "2024-06-20", "b.xlsx", "通过"),
        ("示范市第一技工学校", "乙示范", "13900000002", "2024-06-20", "b.xlsx", "通过"),
        ("第二技校", "甲示范", "13900000001", "2024-06-20", "a.xlsx", "错误 1 处"),
        ("第二技校", "乙示范", "13900000002", "2024-06-20", "a.xlsx", "错误 1 处"),
    ]
    assert book["市级汇总"].max_row == 3
    first = out.read_bytes()
    run("institution", "merge", *reversed(files), "-o", out, "-f", code=1)
    assert out.read_bytes() == first
    run("institution", "merge", files[0], files[2], "-o", out, "-f")
    assert failed("institution", "merge", files[0], "-o", out).startswith("“汇总.xlsx”已经存在")


def test_several_forms_of_one_workbook(tmp_path: Path) -> None:
    made = load_workbook(filled(tmp_path / "x.xlsx"))
    for sheet, name in (("乙校", "乙技校"), ("丙校", "丙技校")):
        copy = made.copy_worksheet(made.worksheets[0])
        copy.title = sheet
        copy["A3"] = f"填报学校名称（加盖公章）：{name}"
    made["乙校"]["G6"] = "1380000"
    made.save(tmp_path / "全市.xlsx")
    listed, out = tmp_path / "名单.txt", tmp_path / "汇总.xlsx"
    listed.write_text("学校名称\n示范市第一技工学校\n乙技校\n丙技校\n", encoding="utf-8")
    page = run("institution", "check", tmp_path / "全市.xlsx", "--roster", listed, code=1).stdout
    assert "全市.xlsx    校级机构信息表 · 2024年 · 乙技校\n" in page
    assert "  注意：这个文件里有几张信息表，这是工作表“丙校”上的。\n" in page
    assert page.count("错误[") == 1 and "\n  乙校!G6  第6行 手机号码" in page
    assert "名单上的学校都交了，每校一份。" in page
    result = run("institution", "merge", tmp_path / "全市.xlsx", "-o", out, code=1)
    assert result.stderr.startswith("已写成 汇总.xlsx：3 份信息表，6 名成员。")
    rows = [[cell.value for cell in row] for row in load_workbook(out)["校级汇总"].iter_rows(min_row=2)]
    assert [(row[0], row[-2], row[-1]) for row in rows[::2]] == [
        ("丙技校", "全市.xlsx的“丙校”", "通过"),
        ("乙技校", "全市.xlsx的“乙校”", "错误 1 处"),
        ("示范市第一技工学校", "全市.xlsx的“校级机构信息表”", "通过"),
    ]


def test_merge_goes_on_past_a_bad_file(tmp_path: Path) -> None:
    bad, out = tmp_path / "坏.xlsx", tmp_path / "汇总.xlsx"
    bad.write_bytes(b"")
    assert failed("institution", "merge", bad, "-o", out).endswith("没有一份读得出来的信息表，没有生成汇总。\n")
    assert not out.exists()
    result = run("institution", "merge", bad, filled(tmp_path / "好.xlsx", {}), "-o", out, code=2)
    assert result.stderr.startswith("坏.xlsx：这是一个空文件") and "1 份信息表，0 名成员" in result.stderr


# ── pack ──


def test_pack(tmp_path: Path) -> None:
    folder, out = tmp_path / "材料", tmp_path / "包.zip"
    folder.mkdir()
    sample_file(folder / "表.xlsx")
    result = run("pack", folder, "-o", out)
    assert "✓ 学校结算表：表.xlsx\n" in result.stdout and "材料齐全。" in result.stdout
    assert result.stderr == "已写成 包.zip：1 个文件。里面有学生的完整信息，请只发给收件单位。\n"
    assert failed("pack", folder, "-o", out).startswith("“包.zip”已经存在，没有覆盖。")
    assert failed("pack", folder / "表.xlsx", "-o", out) == "“表.xlsx”不是文件夹。请写放着报送材料的文件夹。\n"
    assert failed("pack", folder, "-o", tmp_path / "包.rar") == "输出文件应以 .zip 结尾：“包.rar”。\n"


def test_a_package_against_a_list_of_schools(tmp_path: Path) -> None:
    folder, out, schools = tmp_path / "材料", tmp_path / "包.zip", tmp_path / "名单.txt"
    folder.mkdir()
    sample_file(folder / "表.xlsx")
    (school,) = (line for line in run("check", folder / "表.xlsx").stdout.splitlines()[:1])
    name = school.rsplit(" · ", 1)[1]
    options = ["--as", "市属校", "--unit", "示范市人社局", "-o", out, "--roster", schools]
    schools.write_text(f"{name}\n另一技工学校\n", encoding="utf-8")
    result = run("pack", folder, *options, code=1)
    assert "✗ 学校结算表：没有“另一技工学校”的\n" in result.stdout and not out.exists()
    record = json.loads(run("pack", folder, *options, "--format", "json", code=1).stdout)
    assert (record["missing"], record["output"], record["subject"]) == (1, None, "示范市人社局-2024年春季资助结算")
    assert {"mark": "缺", "text": "学校结算表：没有“另一技工学校”的"} in record["lines"]
    schools.write_text("另一技工学校\n", encoding="utf-8")
    assert f"学校名单里没有“{name}”：表.xlsx\n" in run("pack", folder, *options, code=1).stdout
    schools.write_text(f"{name}\n", encoding="utf-8")
    record = json.loads(run("pack", folder, *options, "--format", "json").stdout)
    assert (record["missing"], record["output"], record["remarks"]) == (0, "包.zip", [])
    assert record["files"] == [{"name": f"学校结算表/{name}_2024春_结算表.xlsx", "source": "表.xlsx"}]
    schools.write_text("", encoding="utf-8")
    assert failed("pack", folder, *options, "--force").startswith("名单.txt：")


def test_an_incomplete_package_is_refused_or_says_so(tmp_path: Path) -> None:
    folder, out = tmp_path / "材料", tmp_path / "包.zip"
    folder.mkdir()
    sample_file(folder / "表.xlsx")
    options = ["--as", "设区市", "--unit", "示范市人社局", "-o", out]
    result = run("pack", folder, *options, code=1)
    assert "缺 3 项，材料不齐。" in result.stdout and not out.exists()
    assert result.stderr == "没有打包：补齐打 ✗ 的各项再来；确要先报，加 --force。\n"
    result = run("pack", folder, *options, "--force", code=1)
    assert (
        result.stderr == "已写成 包.zip：1 个文件（缺 3 项，清单里已写明）。里面有学生的完整信息，请只发给收件单位。\n"
    )
    shutil.unpack_archive(out, tmp_path / "x")
    (listing,) = (tmp_path / "x").rglob("清单.txt")
    assert "✗ 主管部门结算表（附件3）：没有找到" in listing.read_text(encoding="utf-8-sig")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    folder, out = tmp_path / "材料", tmp_path / "包.zip"
    folder.mkdir()
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04")
    said = failed("pack", folder, "-o", out)
    assert said.startswith("坏.xlsx：") and said.endswith(
        "没有认得出的结算表，请用 --term 写明报送哪个学期，如 --term 2024春。\n"
    )
    sample_file(folder / "表.xlsx")
    result = run("pack", folder, "-o", out, code=2)
    assert "✗ 坏.xlsx：" in result.stdout and not out.exists()
    run("pack", folder, "-o", out, "--force", code=2)
    assert out.exists()


def test_signs_a_console_can_print(monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow:
        encoding = "gbk"

    assert encodable("✓✗")
    monkeypatch.setattr("sys.stdout", Narrow())
    assert not encodable("✓✗") and encodable("√×□")


def test_the_law_is_read_once() -> None:
    assert load_law("福建") is load_law("福建省")
