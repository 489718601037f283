"""Declarations read from TOML: every fault names file and key, in words that say what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jiesuan import declared
from jiesuan.declared import (
    PackError,
    PackInfo,
    SetInfo,
    check_terms,
    checked,
    pack_folders,
    packs_folder,
    parse,
    read_declaration,
)
from jiesuan.form import Form
from jiesuan.policy import Policy
from jiesuan.rule import RuleFile

INFO = 'id = "甲"\nname = "甲表"\nregion = "福建"\nversion = 1\nsince = "2024春"\n'
SET = '\n[[set]]\nname = "省属"\ntitle = "附件1"\nattachment = "1"\nforms = ["1-1"]\n'
FORM = """\
id = "9-1"
role = "表"
set = "省属"
name = "表"
sheet = "表"
title = "表"
titles = ["表"]
kind = "grid"
unit = "元"
"""
COLUMN = '\n[[column]]\nname = "人数"\nrole = "input"\ntype = "人数"\n'
RULE = '[[rule]]\ncode = "X1"\nname = "甲"\nlevel = "错误"\nbasis = "乙"\nwhy = "丙"\nhelp = "丁"\n'
STANDARD = '[[standard]]\nname = "标准"\nvalue = "200"\nunit = "元"\nsince = "2024春"\nbasis = "某文"\n'


def toml(folder: Path, text: str, name: str = "甲.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault(path: Path, kind: type) -> str:
    with pytest.raises(PackError) as caught:
        read_declaration(path, kind)
    return str(caught.value)


# ── one file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_declaration_as_it_stands(tmp_path: Path) -> None:
    path = toml(tmp_path, INFO + '[labels."困难类型"]\n"残疾" = ["残疾学生"]\n' + SET)
    info = read_declaration(path, PackInfo)
    assert info == PackInfo(
        id="甲",
        name="甲表",
        region="福建",
        version=1,
        since="2024春",
        set=(SetInfo(name="省属", title="附件1", attachment="1", forms=("1-1",)),),
        labels={"困难类型": {"残疾": ("残疾学生",)}},
    )
    assert (info.bureau, info.basis, info.set[0].rules, info.set[0].rates, info.set[0].hand_in) == ((), "", (), "", ())
    assert parse(path)["set"][0]["forms"] == ["1-1"]


def test_declarations_cannot_be_changed(tmp_path: Path) -> None:
    info = read_declaration(toml(tmp_path, INFO), PackInfo)
    with pytest.raises(AttributeError):
        info.version = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (PackInfo, INFO.replace("version", "vresion"), "没有“vresion”这个键，最接近的是 version。"),
        (PackInfo, INFO.replace("version = 1\n", ""), "缺少 version。"),
        (PackInfo, INFO.replace("version = 1", "version = 1.5"), "version 应为整数，现为小数。"),
        (PackInfo, INFO.replace("version = 1", 'version = "1"'), "version 应为整数（不加引号），现为文字。"),
        (PackInfo, INFO.replace('"甲表"', "7"), "name 应为文字（加英文引号），现为整数。"),
        (PackInfo, INFO.replace('"甲表"', "2024-09-05"), "name 应为文字（加英文引号），现为日期。"),
        (PackInfo, INFO + SET + 'farbe = "rot"\n', "set 第 1 项（省属）没有“farbe”这个键，可写：rules、rates、hand_in。"),
        (PackInfo, INFO + SET + SET.replace("forms", "form"), "set 第 2 项（省属）没有“form”这个键，最接近的是 forms。"),
        (PackInfo, INFO + SET.replace('["1-1"]', '"1-1"'), "set 第 1 项（省属）的 forms 应为列表（写在方括号 [ ] 里），现为文字。"),
        (PackInfo, INFO + SET.replace('["1-1"]', "[1]"), "set 第 1 项（省属）的 forms 第 1 项应为文字（加英文引号），现为整数。"),
        (PackInfo, INFO + '[set]\nname = "省属"\n', "set 应为列表（一项一项写，标题用两层方括号），现为一组键和值。"),
        (PackInfo, INFO + '[labels]\n"残疾" = "甲"\n', "labels 里的一个值应为一组键和值（写成 { 键 = 值 }），现为文字。"),
        (Form, FORM.replace('"grid"', '"Grid"'), "kind 不能写“Grid”，可写：grid、list、schools。"),
        (Form, FORM.replace("unit", "units"), "没有“units”这个键，最接近的是 unit。"),
        (Form, FORM + "blank_rows = true\n", "blank_rows 应为整数，现为真假值。"),
        (Form, FORM + 'optional = "ja"\n', "optional 应为真假值（写 true 或 false），现为文字。"),
        (Form, FORM + COLUMN.replace("input", "eingabe"), "column 第 1 项（人数）的 role 不能写“eingabe”，可写：axis、computed、input、serial、standard、text。"),
        (Form, FORM + COLUMN.replace('type = "人数"', 'type = "头数"'), "column 第 1 项（人数）的 type 不能写“头数”，可写：专业、人数、人次、姓名、序号、文本、标准、比例、班级、电话、身份证号、金额。"),
        (Form, FORM + COLUMN + 'no = "3"\n', "column 第 1 项（人数）的 no 应为整数（不加引号），现为文字。"),
        (Form, FORM + COLUMN + "width = true\n", "column 第 1 项（人数）的 width 应为数，现为真假值。"),
        (Form, FORM + COLUMN + 'at = "anywhere"\n', "column 第 1 项（人数）的 at 不能写“anywhere”，可写：rows、total。"),
        (Form, FORM + COLUMN.replace('name = "人数"\n', ""), "column 第 1 项缺少 name。"),
        (Form, FORM + '[[axis]]\nname = "年级"\nmember = []\n', "axis 第 1 项（年级）没有“member”这个键，最接近的是 members。"),
        (Form, FORM + '[[axis]]\nname = "年级"\n[[axis.members]]\nlabel = "一"\n', "axis 第 1 项（年级）的 members 第 1 项（一）缺少 name。"),
        (Form, FORM + '[[total]]\nlabel = "合计"\nkeep = "年级"\n', "total 第 1 项（合计）的 keep 应为列表（写在方括号 [ ] 里），现为文字。"),
        (Form, FORM + '[[line]]\ntext = "甲"\nwhere = "beside"\n', "line 第 1 项（甲）的 where 不能写“beside”，可写：above、below、inside、row。"),
        (Form, FORM + '[[line]]\ntext = "甲"\nnumbers = { "乙" = 1 }\n', "line 第 1 项（甲）的 numbers 里的一个值应为文字（加英文引号），现为整数。"),
        (Form, FORM + '[[shape]]\nname = "甲"\nrows = ["*"]\n', "shape 第 1 项（甲）缺少 columns。"),
        (Form, FORM + '[[derived]]\naxis = "口径"\n', "derived 第 1 项缺少 formula。"),
        (Form, FORM + 'source = "remembered"\n', "source 不能写“remembered”，可写：printed、reconstructed。"),
        (RuleFile, RULE.replace("错误", "警告"), "rule 第 1 项（X1）的 level 不能写“警告”，可写：提示、核实、错误。"),
        (RuleFile, RULE.replace("code", "kode"), "rule 第 1 项（甲）没有“kode”这个键，最接近的是 code。"),
        (RuleFile, RULE + RULE.replace('help = "丁"\n', ""), "rule 第 2 项（X1）缺少 help。"),
        (RuleFile, RULE.replace("[[rule]]", "[rule]"), "rule 应为列表（一项一项写，标题用两层方括号），现为一组键和值。"),
        (RuleFile, RULE + 'each = "年级"\n', "rule 第 1 项（X1）的 each 应为列表（写在方括号 [ ] 里），现为文字。"),
        (RuleFile, RULE + 'where = { "年级" = "一年级" }\n', "rule 第 1 项（X1）的 where 里的一个值应为列表（写在方括号 [ ] 里），现为文字。"),
        (RuleFile, RULE + 'options = { "甲" = [1] }\n', "rule 第 1 项（X1）的 options 里的一个值应为数或文字，现为列表。"),
        (Policy, STANDARD + 'keys = { "隶属" = 1 }\n', "standard 第 1 项（标准）的 keys 里的一个值应为文字（加英文引号），现为整数。"),
        (Policy, STANDARD.replace('"200"', "200"), "standard 第 1 项（标准）的 value 应为文字（加英文引号），现为整数。"),
        (Policy, STANDARD.replace('basis = "某文"\n', ""), "standard 第 1 项（标准）缺少 basis。"),
        (Policy, STANDARD + 'certainty = "sicher"\n', "standard 第 1 项（标准）的 certainty 不能写“sicher”，可写：certain、inferred、unknown。"),
        (Policy, STANDARD.replace("standard", "standards"), "没有“standards”这个键，最接近的是 standard。"),
    ],
)  # fmt: skip
def test_every_fault_names_file_and_key(tmp_path: Path, kind: type, text: str, said: str) -> None:
    assert fault(toml(tmp_path, text, "某.toml"), kind) == f"某.toml：{said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "甲"\nid = "乙"\n', "第 2 行第 9 列，这个键写了两次，留一处"),
        ('id = "甲\n', "第 1 行第 8 列，引号没有配对"),
        ("id = 甲\n", "第 1 行第 6 列，值写得不对：文字要加英文引号，true、false 要小写"),
        ("[a]\nb = 1\n[a]\n", "第 3 行第 3 列，这个标题写了两次，留一处"),
    ],
)
def test_what_is_no_toml_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    assert fault(toml(tmp_path, text), PackInfo) == f"甲.toml 不是有效的 TOML：{said}。"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert fault(tmp_path / "没有.toml", PackInfo) == "读不了 没有.toml"
    assert fault(tmp_path, PackInfo) == f"读不了 {tmp_path.name}"
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes(INFO.encode("gbk"))
    assert fault(gbk, PackInfo) == "gbk.toml 不是 UTF-8 编码，请用记事本另存为 UTF-8。"
    deep = toml(tmp_path, "a = " + "[" * 900)
    assert fault(deep, PackInfo) == "甲.toml 不是有效的 TOML：括号或键名套得太深。"


def test_the_mark_that_notepad_puts_before_a_text(tmp_path: Path) -> None:
    assert read_declaration(toml(tmp_path, "\ufeff" + INFO), PackInfo).id == "甲"


def test_a_table_at_hand_is_checked_under_its_files_name() -> None:
    table: dict[str, Any] = {"name": "省属", "title": "附件1", "attachment": "1", "forms": ["1-1"]}
    assert checked(Path("/远/处/甲.toml"), table, SetInfo).forms == ("1-1",)
    with pytest.raises(PackError) as caught:
        checked(Path("/远/处/甲.toml"), {**table, "form": []}, SetInfo)
    assert str(caught.value) == "甲.toml：没有“form”这个键，可写：rules、rates、hand_in。"
    assert isinstance(caught.value.__cause__, msgspec.ValidationError)


# ── terms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "terms", [(), ("",), ("", ""), ("2024春",), ("2024秋", ""), ("", "2025春"), ("2024春", "2024秋")]
)
def test_terms_that_can_be_read(terms: tuple[str, ...]) -> None:
    check_terms("甲.toml：since", *terms)


@pytest.mark.parametrize(
    ("terms", "named"),
    [(("2024",), "2024"), (("", "去年"), "去年"), (("2024春", "2024夏"), "2024夏"), (("早", "晚"), "早")],
)
def test_terms_that_cannot(terms: tuple[str, ...], named: str) -> None:
    with pytest.raises(PackError) as caught:
        check_terms("甲.toml：规则 X1", *terms)
    assert str(caught.value) == f"甲.toml：规则 X1：不认识的学期“{named}”，请写成 2024春 或 2024秋 这样的形式。"


# ── folders of packs ────────────────────────────────────────────────────────────────────────────────────────────────


def pack(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "pack.toml").write_text(INFO, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _no_packs_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIESUAN_PACKS", raising=False)


def test_the_packs_that_come_with_the_program() -> None:
    found = pack_folders()
    assert found["fujian-2024"] == packs_folder() / "fujian-2024"
    assert all((folder / "pack.toml").is_file() and folder.name == name for name, folder in found.items())


def test_ones_own_packs_stand_before_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = pack(tmp_path / "named", "fujian-2024", "甲")
    environment = pack(tmp_path / "environment", "甲", "乙"), pack(tmp_path / "more", "乙", "丙")
    monkeypatch.setenv("JIESUAN_PACKS", os.pathsep.join(map(str, environment)))
    found = pack_folders([named])
    first, second = environment
    assert [found[name].parent for name in ("fujian-2024", "甲", "乙", "丙")] == [named, named, first, second]
    assert pack_folders()["甲"].parent == first
    assert pack_folders()["fujian-2024"].parent == packs_folder()


def test_folders_without_a_declaration_are_no_packs(tmp_path: Path) -> None:
    folder = pack(tmp_path / "packs", "甲")
    (folder / "乙").mkdir()
    toml(folder, INFO, "pack.toml")
    before = set(pack_folders())
    assert set(pack_folders([folder])) == before | {"甲"}


def test_empty_parts_of_the_variable_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pack(tmp_path / "packs", "甲")
    monkeypatch.setenv("JIESUAN_PACKS", f"{os.pathsep}{folder}{os.pathsep}")
    assert pack_folders()["甲"] == folder / "甲"
    monkeypatch.setenv("JIESUAN_PACKS", "")
    assert "甲" not in pack_folders()


def test_a_relative_folder_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack(tmp_path / "packs", "甲")
    monkeypatch.chdir(tmp_path)
    assert pack_folders([Path("packs")])["甲"] == (tmp_path / "packs" / "甲").resolve()


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    missing = tmp_path / "没有"
    if how == "variable":
        monkeypatch.setenv("JIESUAN_PACKS", str(missing))
    with pytest.raises(PackError) as caught:
        pack_folders([missing] if how == "option" else [])
    assert str(caught.value) == "找不到放政策数据的文件夹“没有”，请核对 --packs 或环境变量 JIESUAN_PACKS。"


def test_a_file_is_no_folder_of_packs(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"找不到放政策数据的文件夹“pack.toml”"):
        pack_folders([toml(tmp_path, INFO, "pack.toml")])


def test_an_installed_package_holds_its_own_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declared, "__file__", str(tmp_path / "site" / "jiesuan" / "declared.py"))
    beside = pack(tmp_path / "workbook_templates", "甲")
    assert packs_folder() == beside and list(pack_folders()) == ["甲"]
    inside = pack(tmp_path / "site" / "jiesuan" / "workbook_templates", "乙")
    assert packs_folder() == inside and list(pack_folders()) == ["乙"]
