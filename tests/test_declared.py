"""Declarations read from TOML: every fault names file and key, in words that say what to do."""

from __future__ import annotations

import os
import re
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
        (PackInfo, INFO.replace("version", "vresion"), "Object contains unknown field `vresion`"),
        (PackInfo, INFO.replace("version = 1\n", ""), "Object missing required field `version`"),
        (PackInfo, INFO.replace("version = 1", "version = 1.5"), "Expected `int`, got `float` - at `$.version`"),
        (PackInfo, INFO.replace("version = 1", 'version = "1"'), "Expected `int`, got `str` - at `$.version`"),
        (PackInfo, INFO.replace('"甲表"', "7"), "Expected `str`, got `int` - at `$.name`"),
        (PackInfo, INFO.replace('"甲表"', "2024-09-05"), "Expected `str`, got `date` - at `$.name`"),
        (PackInfo, INFO + SET + 'farbe = "rot"\n', "Object contains unknown field `farbe` - at `$.set[0]`"),
        (PackInfo, INFO + SET + SET.replace("forms", "form"), "Object contains unknown field `form` - at `$.set[1]`"),
        (PackInfo, INFO + SET.replace('["1-1"]', '"1-1"'), "Expected `array`, got `str` - at `$.set[0].forms`"),
        (PackInfo, INFO + SET.replace('["1-1"]', "[1]"), "Expected `str`, got `int` - at `$.set[0].forms[0]`"),
        (PackInfo, INFO + '[set]\nname = "省属"\n', "Expected `array`, got `object` - at `$.set`"),
        (PackInfo, INFO + '[labels]\n"残疾" = "甲"\n', "Expected `object`, got `str` - at `$.labels[...]`"),
        (Form, FORM.replace('"grid"', '"Grid"'), "Invalid enum value 'Grid' - at `$.kind`"),
        (Form, FORM.replace("unit", "units"), "Object contains unknown field `units`"),
        (Form, FORM + "blank_rows = true\n", "Expected `int`, got `bool` - at `$.blank_rows`"),
        (Form, FORM + 'optional = "ja"\n', "Expected `bool`, got `str` - at `$.optional`"),
        (Form, FORM + COLUMN.replace("input", "eingabe"), "Invalid enum value 'eingabe' - at `$.column[0].role`"),
        (Form, FORM + COLUMN.replace('type = "人数"', 'type = "头数"'), "Invalid enum value '头数' - at `$.column[0].type`"),
        (Form, FORM + COLUMN + 'no = "3"\n', "Expected `int | null`, got `str` - at `$.column[0].no`"),
        (Form, FORM + COLUMN + "width = true\n", "Expected `float`, got `bool` - at `$.column[0].width`"),
        (Form, FORM + COLUMN + 'at = "anywhere"\n', "Invalid enum value 'anywhere' - at `$.column[0].at`"),
        (Form, FORM + COLUMN.replace('name = "人数"\n', ""), "Object missing required field `name` - at `$.column[0]`"),
        (Form, FORM + '[[axis]]\nname = "年级"\nmember = []\n', "Object contains unknown field `member` - at `$.axis[0]`"),
        (Form, FORM + '[[axis]]\nname = "年级"\n[[axis.members]]\nlabel = "一"\n', "Object missing required field `name` - at `$.axis[0].members[0]`"),
        (Form, FORM + '[[total]]\nlabel = "合计"\nkeep = "年级"\n', "Expected `array`, got `str` - at `$.total[0].keep`"),
        (Form, FORM + '[[line]]\ntext = "甲"\nwhere = "beside"\n', "Invalid enum value 'beside' - at `$.line[0].where`"),
        (Form, FORM + '[[line]]\ntext = "甲"\nnumbers = { "乙" = 1 }\n', "Expected `str`, got `int` - at `$.line[0].numbers[...]`"),
        (Form, FORM + '[[shape]]\nname = "甲"\nrows = ["*"]\n', "Object missing required field `columns` - at `$.shape[0]`"),
        (Form, FORM + '[[derived]]\naxis = "口径"\n', "Object missing required field `formula` - at `$.derived[0]`"),
        (Form, FORM + 'source = "remembered"\n', "Invalid enum value 'remembered' - at `$.source`"),
        (RuleFile, RULE.replace("错误", "警告"), "Invalid enum value '警告' - at `$.rule[0].level`"),
        (RuleFile, RULE.replace("code", "kode"), "Object contains unknown field `kode` - at `$.rule[0]`"),
        (RuleFile, RULE + RULE.replace('help = "丁"\n', ""), "Object missing required field `help` - at `$.rule[1]`"),
        (RuleFile, RULE.replace("[[rule]]", "[rule]"), "Expected `array`, got `object` - at `$.rule`"),
        (RuleFile, RULE + 'each = "年级"\n', "Expected `array`, got `str` - at `$.rule[0].each`"),
        (RuleFile, RULE + 'where = { "年级" = "一年级" }\n', "Expected `array`, got `str` - at `$.rule[0].where[...]`"),
        (RuleFile, RULE + 'options = { "甲" = [1] }\n', "Expected `int | float | str`, got `array` - at `$.rule[0].options[...]`"),
        (Policy, STANDARD + 'keys = { "隶属" = 1 }\n', "Expected `str`, got `int` - at `$.standard[0].keys[...]`"),
        (Policy, STANDARD.replace('"200"', "200"), "Expected `str`, got `int` - at `$.standard[0].value`"),
        (Policy, STANDARD.replace('basis = "某文"\n', ""), "Object missing required field `basis` - at `$.standard[0]`"),
        (Policy, STANDARD + 'certainty = "sicher"\n', "Invalid enum value 'sicher' - at `$.standard[0].certainty`"),
        (Policy, STANDARD.replace("standard", "standards"), "Object contains unknown field `standards`"),
    ],
)  # fmt: skip
def test_every_fault_names_file_and_key(tmp_path: Path, kind: type, text: str, said: str) -> None:
    assert fault(toml(tmp_path, text, "某.toml"), kind) == f"某.toml：{said}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id = "甲"\nid = "乙"\n', 2),
        ('id = "甲\n', 1),
        ("id = 甲\n", 1),
        ("甲\n", 1),
        ('id = "甲"\n[set\n', 2),
        ('id = "甲"\n\n\n= 3\n', 4),
        ("[a]\nb = 1\n[a]\n", 3),
    ],
)
def test_what_is_no_toml_names_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    said = fault(toml(tmp_path, text), PackInfo)
    assert said.startswith("甲.toml 不是有效的 TOML：")
    assert re.search(rf"line {line}\b", said)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert fault(tmp_path / "没有.toml", PackInfo) == "读不了 没有.toml"
    assert fault(tmp_path, PackInfo) == f"读不了 {tmp_path.name}"
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes(INFO.encode("gbk"))
    assert fault(gbk, PackInfo).startswith("gbk.toml 不是有效的 TOML：")


def test_a_table_at_hand_is_checked_under_its_files_name() -> None:
    table: dict[str, Any] = {"name": "省属", "title": "附件1", "attachment": "1", "forms": ["1-1"]}
    assert checked(Path("/远/处/甲.toml"), table, SetInfo).forms == ("1-1",)
    with pytest.raises(PackError) as caught:
        checked(Path("/远/处/甲.toml"), {**table, "form": []}, SetInfo)
    assert str(caught.value) == "甲.toml：Object contains unknown field `form`"
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
