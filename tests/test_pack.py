"""Packs: data only, checked when loaded, dated when asked for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from jiesuan import declared
from jiesuan.bind import bind
from jiesuan.bind.beyond import is_foot, is_memo
from jiesuan.check.run import check_workbook
from jiesuan.pack import PackError, load_pack, pack_names, packs_folder
from jiesuan.sample.make import make_sample
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term

SOURCE = packs_folder() / "fujian-2024"
SPRING, LATER = Term(2024, 0), Term(2025, 0)

Edit = Callable[[str, str, str], Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A copy of the pack with one text exchanged in one file; an empty old text appends."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "copy"
        if not folder.exists():
            shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("*.xlsx"))
        path = folder / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text, old
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
        return folder

    return edit


def refused(folder: Path) -> str:
    with pytest.raises(PackError) as caught:
        load_pack(str(folder))
    return str(caught.value)


# ── the pack that comes with the program ──


def test_the_pack_at_hand() -> None:
    pack = load_pack()
    assert pack_names() == ["fujian-2024"]
    assert load_pack("fujian-2024") is pack
    assert load_pack(str(SOURCE)) is pack
    assert pack.template_version == "fujian-2024/1"
    numbers = [f"{kind}-{number}" for kind, last in ((1, 4), (2, 4), (3, 6)) for number in range(1, last + 1)]
    assert list(pack.forms) == numbers
    assert list(pack.rules) == sorted(pack.rules)
    assert pack.set_named("市属").forms == ("2-1", "2-2", "2-3", "2-4")
    with pytest.raises(KeyError, match="部属"):
        pack.set_named("部属")
    assert [pack.covers(term) for term in (Term(2023, 1), SPRING, LATER)] == [False, True, True]
    assert {rule.code for rule in pack.selected("省属", SPRING)} <= set(pack.rules)


def test_forms_are_dated() -> None:
    pack = load_pack()
    spring, autumn = pack.form("1-3", SPRING), pack.form("1-3", Term(2024, 1))
    assert pack.form("1-3", SPRING) is spring
    assert spring.title == "省属技工院校2024年春季学期免学费精准资助情况统计表"
    assert [spring.field(f"第{n}月").header[-1] for n in range(1, 6)] == ["3月", "4月", "5月", "6月", "7月"]
    assert autumn.field("第5月").header == ("本学期补助人次", "1月")
    assert pack.form("1-4", SPRING).banner == "2024年春季学期资助数据统计"
    assert [line.text for line in pack.form("1-4", LATER).line][3].startswith("2025年度实际收到")
    aid, later = pack.form("1-1", SPRING), pack.form("1-1", LATER)
    assert [(m.name, m.optional, m.closed) for m in aid.axis_named("年级").members][2] == ("三年级", True, True)
    assert [(m.name, m.optional, m.closed) for m in later.axis_named("年级").members][2] == ("三年级", False, False)
    assert [total.label for total in aid.total] == ["一、二年级合计"]
    assert [total.label for total in later.total] == ["一、二、三年级合计"]
    assert "一、二、三年级合计" in aid.total[0].also


def test_what_narrows_a_figure() -> None:
    pack = load_pack()
    form = pack.form("1-3", SPRING)
    key = ("一年级", "涉农专业", "脱贫户")
    assert pack.keys(form, key) == {"隶属": "省属", "年级": "一年级", "专业类别": "涉农专业", "困难类型": "脱贫户"}
    assert pack.standard(form, form.field("月标准"), key, SPRING) == Decimal("0.024")
    assert pack.standard(form, form.field("人次"), key, SPRING) is None
    assert pack.formula(form, form.field("补助金额")).names == ("月标准", "人次")


def test_no_such_pack() -> None:
    for name in ("没有", "", "forms"):
        with pytest.raises(PackError) as caught:
            load_pack(name)
        assert str(caught.value) == f"没有名为“{name}”的表册。现有：fujian-2024。"


def test_an_installation_without_packs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b" / "pack.py"
    monkeypatch.setattr(declared, "__file__", str(inside))
    with pytest.raises(PackError, match=r"^找不到 workbook_templates 文件夹，请重新安装 jiesuan。$"):
        packs_folder()
    (tmp_path / "workbook_templates").mkdir()
    assert packs_folder() == tmp_path / "workbook_templates"
    (inside.parent / "workbook_templates").mkdir(parents=True)
    assert packs_folder() == inside.parent / "workbook_templates"


# ── what only data can change ──


def test_words_below_the_tables_are_data(edited: Edit) -> None:
    own = load_pack(str(edited("pack.toml", '"其中", ', '"仅供统计", ')))
    assert [is_memo(pack.forms["2-4"], "仅供统计用") for pack in (load_pack(), own)] == [False, True]


def test_a_form_may_have_words_of_its_own_below_it(edited: Edit) -> None:
    own = load_pack(str(edited("forms/1-4.toml", 'kind   = "grid"', 'kind   = "grid"\nfoot = { begins = ["班主任"] }')))
    assert [is_foot(pack.forms["1-4"], "班主任签字") for pack in (load_pack(), own)] == [False, True]
    assert is_foot(own.forms["1-4"], "审核人：李四") and not is_foot(own.forms["1-3"], "班主任签字")


def test_a_new_rate_and_a_new_label_need_no_code(edited: Edit) -> None:
    edited("policy.toml", 'value = "2600"', 'value = "2800"')
    edited("pack.toml", '"残疾学生", ', '"残疾学生", "身有残疾学生", ')
    folder = edited("forms/1-3.toml", 'label = "家庭经济困难残疾学生"', 'label = "身有残疾学生"')
    pack, own = load_pack(str(folder)), load_pack()
    key = ("一年级", "其他一般专业", "残疾")
    for chosen, rate, label in ((pack, "0.028", "身有残疾学生"), (own, "0.026", "家庭经济困难残疾学生")):
        form = chosen.form("1-3", SPRING)
        assert chosen.standard(form, form.field("月标准"), key, SPRING) == Decimal(rate)
        assert form.axis_named("困难类型").members[2].printed == label
    sample = make_sample(pack, "省属", SPRING, students=40, seed=5)
    book = to_book(compose(pack, "省属", SPRING, sample.filling), "来表.xlsx")
    workbook = bind(book, pack)
    assert workbook.problems == []
    assert check_workbook(workbook).findings == []
    table = workbook.tables["免学费"]
    assert table.amount("月标准", table.index[key]) == Decimal("0.028")
    assert {finding.code for finding in check_workbook(bind(book, own)).findings} == {"P204", "P301", "S103", "S104"}


def test_a_new_term_needs_no_code(edited: Edit) -> None:
    edited(
        "policy.toml",
        'value = "230"\nunit  = "元/人·月"\nsince = "2025春"',
        'value = "230"\nunit  = "元/人·月"\nsince = "2025春"\nuntil = "2025秋"',
    )
    folder = edited(
        "policy.toml",
        "",
        '\n[[standard]]\nname = "助学金平均月标准"\nvalue = "250"\nunit = "元/人·月"\nsince = "2026春"\nbasis = "新文件"\n',
    )
    policy = load_pack(str(folder)).policy
    values = [policy.lookup("助学金平均月标准", Term(year, half), {}) for year, half in ((2025, 1), (2026, 0))]
    assert [item.value for item in values if item] == ["230", "250"]


def test_files_beside_the_forms_of_a_pack_of_ones_own(edited: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    edited("pack.toml", 'region  = "福建"', 'region  = "湖南"')
    folder = edited("pack.toml", 'id      = "fujian-2024"', 'id      = "hunan-2026"')
    named = folder.rename(folder.parent / "hunan-2026")
    monkeypatch.setenv("JIESUAN_PACKS", str(named.parent))
    pack = load_pack("hunan-2026")
    assert pack.info.id == "hunan-2026"
    assert pack.file("sample.toml") == named / "sample.toml"
    (named / "sample.toml").unlink()
    assert pack.file("sample.toml") == named / "sample.toml"
    assert load_pack().file("sample.toml") == SOURCE / "sample.toml"


def test_a_copy_of_our_pack_may_leave_out_what_it_does_not_change(edited: Edit) -> None:
    folder = edited("sample.toml", "class_size    = 45", "class_size    = 30")
    pack = load_pack(str(folder))
    assert pack.file("sample.toml") == folder / "sample.toml"
    (folder / "sample.toml").unlink()
    assert pack.file("sample.toml") == SOURCE / "sample.toml"


def test_packs_of_one_name_do_not_clash(edited: Edit) -> None:
    copy, own = load_pack(str(edited("forms/1-4.toml", 'sheet  = "生均公用经费"', 'sheet  = "生均表"'))), load_pack()
    assert copy.info.id == own.info.id
    assert [pack.form("1-4", SPRING).sheet for pack in (copy, own, copy, own)] == ["生均表", "生均公用经费"] * 2
    assert copy.form("1-4", LATER).sheet == "生均表"


# ── what is refused ──


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("pack.toml", "version = 1", 'version = "一"', "pack.toml：version 应为整数（不加引号），现为文字。"),
        ("pack.toml", "region ", "gebiet ", "pack.toml：没有“gebiet”这个键，可写：region。"),
        ("pack.toml", '"1-4"]', '"1-9"]', "pack.toml：没有表 1-9"),
        ("pack.toml", '"2024春"', '"2024夏"', "pack.toml：since：不认识的学期“2024夏”，请写成 2024春 或 2024秋 这样的形式。"),
        ("policy.toml", 'value = "200"', "value = 200", "policy.toml：standard 第 1 项（助学金月标准）的 value 应为文字（加英文引号），现为整数。"),
        ("policy.toml", 'value = "200"', 'value = "二百"', "policy.toml：助学金月标准 的 value“二百”不是数"),
        ("policy.toml", 'value = "200"', 'value = "NaN"', "policy.toml：助学金月标准 的 value“NaN”不是数"),
        ("policy.toml", 'until = "2024秋"', 'until = "2024年底"', "policy.toml：助学金月标准：不认识的学期“2024年底”，请写成 2024春 或 2024秋 这样的形式。"),
        ("policy.toml", 'since  = "2015春"', 'since  = "很早"', "policy.toml：助学金年级：不认识的学期“很早”，请写成 2024春 或 2024秋 这样的形式。"),
        ("policy.toml", 'value = "200"', 'price = "200"', "policy.toml：standard 第 1 项（助学金月标准）没有“price”这个键，可写：certainty、note、value、keys。"),
        ("pack.toml", "memo = [", "memos = [", "pack.toml：foot 没有“memos”这个键，最接近的是 memo。"),
        ("forms/1-3.toml", 'kind   = "grid"', 'kind   = "graph"', "1-3.toml：kind 不能写“graph”，可写：grid、list、schools。"),
        ("forms/1-3.toml", 'kind   = "grid"', 'kind   = "grid"\nfarbe = 1', "1-3.toml：没有“farbe”这个键，可写：without、banner、shape、derived、foot、notes、source、blank_rows、draws、optional。"),
        ("forms/1-3.toml", '"12=4*11"', '"12=4**11"', "1-3.toml：公式“12=4**11”里有不认识的写法"),
        ("forms/1-3.toml", '"12=4*11"', '"12=4*"', "1-3.toml：公式“12=4*”写得不对"),
        ("forms/1-3.toml", '"12=4*11"', '"11=4*12"', "1-3.toml：公式“11=4*12”写在了“补助金额”列"),
        ("forms/1-3.toml", '"12=4*11"', '"12=4*月数"', "1-3.toml：公式“12=4*月数”里的“月数”既不是列也不是标准"),
        ("forms/1-3.toml", '"免学费年标准/10/10000"', '"学费/10"', "1-3.toml：标准“学费/10”在 policy.toml 中没有"),
        ("forms/1-3.toml", 'keep  = ["年级"]', 'keep  = ["班级"]', "1-3.toml：total.keep 里的“班级”没有声明或重复"),
        ("forms/1-3.toml", 'span     = ["年级", "专业类别"]', 'span     = ["年纪"]', "1-3.toml：column.span 里的“年纪”没有声明或重复"),
        ("forms/1-3.toml", 'name   = "第2月"', 'name   = "第1月"', "1-3.toml：column.name 里的“第1月”没有声明或重复"),
        ("forms/1-3.toml", 'total   = "合计"', 'total   = "总数"', "1-3.toml：line.total 里的“总数”没有声明或重复"),
        ("forms/1-3.toml", 'id     = "1-3"', 'id     = "1-5"', "1-3.toml：id 应与文件名相同"),
        ("forms/1-4.toml", 'dash  = ["生均标准"]', 'dash  = ["标准"]', "1-4.toml：total.dash 里的“标准”没有声明或重复"),
        ("forms/1-1.toml", 'rows    = ["口径", "*"]', 'rows    = ["栏", "*"]', "1-1.toml：shape 里的“栏”没有声明或重复"),
        ("forms/1-1.toml", 'default = "申报审批"', 'default = "申请"', "1-1.toml：axis.default 里的“申请”没有声明或重复"),
        ("forms/1-1.toml", 'dated = "助学金年级"', 'dated = "年级表"', "1-1.toml：axis.dated 里的“年级表”没有声明或重复"),
        ("forms/1-1.toml", 'axis    = "口径"', 'axis    = "栏目"', "1-1.toml：derived.axis 里的“栏目”没有声明或重复"),
        ("forms/1-1.toml", '"差额=申报审批-实际发放"', '"差额=申报审批-发放数"', "1-1.toml：公式“差额=申报审批-发放数”里的“发放数”不是“口径”的一项"),
        ("forms/1-1.toml", '"差额=申报审批-实际发放"', '"差额"', "1-1.toml：公式“差额”里没有等号"),
        ("forms/1-1.toml", 'since = "2025春"', 'since = "2025"', "1-1.toml：total“一、二、三年级合计”：不认识的学期“2025”，请写成 2024春 或 2024秋 这样的形式。"),
        ("forms/2-3.toml", 'extends = "1-3"', 'extends = "9-9"', "2-3.toml：extends 指向不存在的表 9-9"),
        ("forms/2-3.toml", 'extends = "1-3"', 'extends = ["1-3"]', "2-3.toml：extends 指向不存在的表 ['1-3']"),
        ("rules/X表间.toml", "[[rule]]", "[[regel]]", "X表间.toml：没有“regel”这个键，可写：rule。"),
        ("rules/X表间.toml", "level = \"错误\"", "level = \"严重\"", "X表间.toml：rule 第 1 项（X101）的 level 不能写“严重”，可写：提示、核实、错误。"),
        ("pack.toml", "begins     = [", "beginn     = [", "pack.toml：foot 没有“beginn”这个键，最接近的是 begins。"),
        ("rules/X表间.toml", "", '\n[[rule]]\ncode="S101"\nname="甲"\nlevel="错误"\nbasis="乙"\nwhy="丙"\nhelp="丁"\n', "X表间.toml：规则编号 S101 重复"),
        ("rules/T学期.toml", 'instead = "F406"', 'instead = "F999"', "T学期.toml：规则 T102 的 instead 写的“F999”，没有这条规则"),
        ("rules/X表间.toml", "", '\n[[rule]]\ncode="X998"\nname="甲"\nlevel="错误"\nmentions=["标准"]\nbasis="乙"\nwhy="丙"\nhelp="丁"\n', "X表间.toml：规则 X998 有 mentions，没有 excused"),
        ("rules/P政策.toml", 'excused = "生均.备注"\nmentions = [', 'excused = "生均.备注"\nmention = [', "P政策.toml：rule 第 26 项（P401）没有“mention”这个键，最接近的是 mentions。"),
        ("rules/X表间.toml", 'computed = "助学金.金额"', 'computed = "助学金.人数"', "X表间.toml：规则 X102 的 computed 写的“助学金.人数”，holds 里没有"),
        ("rules/乙.toml", "", '\n[[rule]]\ncode="Z101"\nname="甲"\nlevel="错误"\nsince="去年"\nbasis="乙"\nwhy="丙"\nhelp="丁"\n', "乙.toml：规则 Z101：不认识的学期“去年”，请写成 2024春 或 2024秋 这样的形式。"),
    ],
)  # fmt: skip
def test_declarations_that_cannot_be_used(edited: Edit, file: str, old: str, new: str, message: str) -> None:
    assert refused(edited(file, old, new)) == message


def test_files_that_are_no_toml_or_not_there(edited: Edit) -> None:
    folder = edited("policy.toml", "", "\n这不是 TOML\n")
    line = (folder / "policy.toml").read_text(encoding="utf-8").count("\n")
    said = f"第 {line} 行第 1 列，这一行不是“键 = 值”，也不是方括号里的标题；中文键名要加英文引号。"
    assert refused(folder) == f"policy.toml 不是有效的 TOML：{said}"
    (folder / "policy.toml").write_bytes("名 = '数'".encode("gbk"))
    assert refused(folder) == "policy.toml 不是 UTF-8 编码，请用记事本另存为 UTF-8。"
    (folder / "policy.toml").unlink()
    assert refused(folder) == "读不了 policy.toml"


def test_another_set_of_folders_is_looked_into_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SOURCE, tmp_path / "甲" / SOURCE.name)
    before = load_pack()
    assert load_pack() is before
    monkeypatch.setenv("JIESUAN_PACKS", str(tmp_path / "甲"))
    assert load_pack() is not before
    monkeypatch.delenv("JIESUAN_PACKS")
    assert load_pack() is before
    monkeypatch.chdir(tmp_path / "甲")
    assert load_pack(SOURCE.name) is before
