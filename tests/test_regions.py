"""The packs of policy at hand: what they say and whence, and what an office adds without any code."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from jiesuan.declared import PackError, pack_folders
from jiesuan.pack import load_pack, pack_names
from jiesuan.regions import load_law
from jiesuan.term import Term

SPRING, AUTUMN, LATER = Term(2024, 0), Term(2024, 1), Term(2025, 0)
FUJIAN, NATION, NEIMENGGU = load_law("福建"), load_law("全国"), load_law("内蒙古")


# ── every figure with its clause ──


@pytest.mark.parametrize(
    ("region", "term", "name", "keys", "value", "unit", "certainty", "clause"),
    [
        ("全国", "2024秋", "助学金年标准", {}, 2000, "元/人·年", "certain", "财科教〔2016〕35号"),
        ("全国", "2024秋", "助学金月标准", {}, 200, "元/人·月", "certain", "财科教〔2016〕35号"),
        ("全国", "2025春", "助学金年标准", {}, None, "", "", ""),
        ("全国", "2025春", "助学金平均年标准", {}, 2300, "元/人·年", "certain", "财教〔2024〕181号：平均资助标准"),
        ("全国", "2025春", "助学金最低年标准", {}, 1200, "元/人·年", "inferred", "财教〔2024〕181号：分2—3档"),
        ("全国", "2025春", "助学金最高年标准", {}, 3500, "元/人·年", "inferred", "财教〔2024〕181号：分2—3档"),
        ("全国", "2025春", "助学金平均月标准", {}, 230, "元/人·月", "certain", "财教〔2024〕181号"),
        ("全国", "2025春", "助学金最低月标准", {}, 120, "元/人·月", "inferred", "财教〔2024〕181号"),
        ("全国", "2025春", "助学金最高月标准", {}, 350, "元/人·月", "inferred", "财教〔2024〕181号"),
        ("全国", "2025春", "助学金最少档数", {}, 2, "档", "inferred", "财教〔2024〕181号：分2—3档"),
        ("全国", "2025春", "助学金最多档数", {}, 3, "档", "inferred", "财教〔2024〕181号：分2—3档"),
        ("内蒙古", "2024秋", "助学金年标准", {}, 2000, "元/人·年", "certain", "内人社办发〔2022〕101号四"),
        ("内蒙古", "2024秋", "助学金月标准", {}, 200, "元/人·月", "certain", "内人社办发〔2022〕101号四"),
        ("内蒙古", "2025春", "助学金平均年标准", {}, 2300, "元/人·年", "certain", "财教〔2024〕181号"),
        ("福建", "2024秋", "助学金月标准", {}, 200, "元/人·月", "certain", "财科教〔2016〕35号"),
        ("福建", "2025春", "助学金平均月标准", {}, 230, "元/人·月", "certain", "财教〔2024〕181号"),
        ("福建", "2025春", "助学金最低月标准", {}, 120, "元/人·月", "inferred", "财教〔2024〕181号"),
        ("福建", "2024春", "免学费年标准", {"专业类别": "涉农专业", "隶属": "省属"}, 2400, "元/人·年", "certain", "附件1-3、2-3第4列"),
        ("福建", "2024春", "免学费年标准", {"专业类别": "数控等高级工专业", "隶属": "省属"}, 3800, "元/人·年", "certain", "附件1-3第4列"),
        ("福建", "2024春", "免学费年标准", {"专业类别": "其他一般专业", "隶属": "市属"}, 2100, "元/人·年", "certain", "附件2-3第4列"),
        ("福建", "2024春", "生均年标准", {"隶属": "省属", "生均类别": "机电"}, 6890, "元/人·年", "certain", "附件1-4第7列"),
        ("福建", "2024春", "生均年标准", {"隶属": "市属", "生均类别": "涉农"}, 5600, "元/人·年", "certain", "附件2-4第7列"),
    ],
)  # fmt: skip
def test_figures(
    region: str, term: str, name: str, keys: dict[str, str], value: int | None, unit: str, certainty: str, clause: str
) -> None:
    held = load_law(region).standard(name, Term.parse(term), keys)
    if value is None:
        assert held is None
        return
    assert held is not None
    entry = held.entry
    assert (entry.amount, entry.unit, entry.certainty) == (Decimal(value), unit, certainty)
    assert clause in entry.basis
    assert bool(entry.note) or certainty == "certain"


def test_grades_with_grants() -> None:
    """财科教〔2016〕35号 一、二年级; 财教〔2024〕181号 adds the third."""
    for law in (FUJIAN, NATION, NEIMENGGU):
        assert law.policy.values("助学金年级", AUTUMN) == ("一年级", "二年级")
        assert law.policy.values("助学金年级", LATER) == ("一年级", "二年级", "三年级")


FULL = {"学制": "全日制", "学习形式": "学历教育", "在职": "否"}
INNER = {**FULL, "超学制": "否", "在籍在校": "是", "学期中转入": "否", "已函询": "是", "特困地区": "否"}


@pytest.mark.parametrize(
    ("facts", "outcome", "clause"),
    [
        ({"年级": "一年级", "专业性质": "涉农专业", "户籍": "城市", "困难": "否", "困难等级": ""}, "应", "〔2022〕101号四：涉农专业"),
        ({"年级": "二年级", "专业性质": "非涉农专业", "户籍": "城市", "困难": "是", "困难等级": "A类"}, "应", "认定等级为“A类”"),
        ({"年级": "二年级", "专业性质": "非涉农专业", "户籍": "农村", "困难": "是", "困难等级": "B类"}, "可", "只规定了A类"),
        ({"年级": "一年级", "专业性质": "非涉农专业", "户籍": "城市", "困难": "否", "困难等级": ""}, "不得", "一律不得给予"),
        ({"年级": "三年级", "专业性质": "涉农专业", "户籍": "农村", "困难": "是", "困难等级": "A类"}, "不在范围", ""),
    ],
)  # fmt: skip
def test_inner_mongolia(facts: dict[str, str], outcome: str, clause: str) -> None:
    """内人社办发〔2022〕101号四: 涉农, or 非涉农 with A类, exactly 2000; 城市非涉农且不困难 never."""
    verdict = NEIMENGGU.judge("助学金", AUTUMN, {**INNER, **facts})
    assert verdict.outcome == outcome
    assert clause in (verdict.held.entry.basis if verdict.held else "")


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"超学制": "是"}, "禁止超学制年限资助"),
        ({"在籍在校": "否"}, "不在籍、不在校"),
        ({"学期中转入": "是", "已函询": "否"}, "必须函询转出学校意见"),
        ({"学制": "非全日制"}, "人社厅发〔2018〕28号三(二)"),
        ({"学习形式": "职业培训"}, "人社厅发〔2018〕28号三(二)"),
        ({"在职": "是"}, "人社厅发〔2018〕28号二(二)"),
    ],
)
@pytest.mark.parametrize("term", [AUTUMN, LATER])
def test_never(change: dict[str, str], clause: str, term: Term) -> None:
    facts = {**INNER, "年级": "一年级", "专业性质": "涉农专业", "户籍": "农村", "困难": "是", "困难等级": "A类"}
    assert NEIMENGGU.judge("助学金", term, facts).outcome == "应"
    verdict = NEIMENGGU.judge("助学金", term, {**facts, **change})
    assert verdict.outcome == "不得" and verdict.held is not None and clause in verdict.held.entry.basis


@pytest.mark.parametrize(
    ("term", "grade", "need", "outcome"),
    [
        (AUTUMN, "一年级", "是", "应"),
        (AUTUMN, "三年级", "是", "不在范围"),
        (LATER, "三年级", "是", "应"),
        (LATER, "三年级", "否", "不在范围"),
    ],
)
def test_the_third_grade_from_2025(term: Term, grade: str, need: str, outcome: str) -> None:
    """财教〔2024〕181号; 2025年通知二(一)."""
    facts = {**FULL, "年级": grade, "专业性质": "非涉农专业", "困难": need, "特困地区": "否", "户籍": "农村"}
    assert FUJIAN.judge("助学金", term, facts).outcome == outcome


def test_tuition_in_fujian_is_free_for_every_full_time_student() -> None:
    """闽技助文〔2024〕5号 附件1-2填表说明3."""
    facts = {**FULL, "年级": "三年级", "专业类别": "其他一般专业", "户籍": "城市", "困难": "否"}
    verdict = FUJIAN.judge("免学费", SPRING, facts)
    assert verdict.outcome == "应" and verdict.held is not None and verdict.held.entry.certainty == "inferred"
    assert FUJIAN.judge("免学费", SPRING, {**facts, "学制": "非全日制"}).outcome == "不得"
    assert NATION.judge("免学费", SPRING, {**facts, "专业性质": "非涉农专业"}).outcome == "不在范围"


def test_what_may_be_published() -> None:
    """人社厅发〔2018〕28号三(四); 教财厅函〔2017〕28号."""
    fields = {held.entry.name: held.entry for held in FUJIAN.public_in(SPRING)}
    never = [name for name, entry in fields.items() if not entry.allowed]
    assert never == ["身份证件号码", "家庭住址", "电话号码", "出生日期", "银行卡号", "困难类型"]
    assert all(
        "人社厅发〔2018〕28号三(四)" in fields[name].basis and fields[name].certainty == "certain" for name in never[:4]
    )
    assert [name for name, entry in fields.items() if entry.allowed] == ["姓名", "学校", "院系", "年级", "专业", "班级"]
    assert all(fields[name].certainty == "inferred" for name in fields if name not in never[:4])


# ── every deadline with its clause ──


@pytest.mark.parametrize(
    ("region", "year", "matter", "season", "date", "clause"),
    [
        ("全国", 2018, "学籍注册", "春", "2018-04-20", "人社厅发〔2018〕28号二(一)"),
        ("全国", 2018, "学籍注册", "秋", "2018-10-20", "人社厅发〔2018〕28号二(一)"),
        ("全国", 2018, "资助审批", "春", "2018-04-30", "人社厅发〔2018〕28号三(三)"),
        ("全国", 2018, "资助审批", "秋", "2018-10-30", "人社厅发〔2018〕28号三(三)"),
        ("福建", 2024, "学籍注册", "春", "2024-04-20", "闽人社办〔2024〕79号一(一)"),
        ("福建", 2024, "学籍注册", "秋", "2024-10-20", "闽人社办〔2024〕79号一(一)"),
        ("福建", 2024, "资助审批", "春", "2024-05-31", "闽人社办〔2024〕79号二(二)"),
        ("福建", 2024, "资助审批", "秋", "2024-11-30", "闽人社办〔2024〕79号二(二)"),
        ("福建", 2024, "资助管理机构信息表（学校报送）", "", "2024-06-25", "闽人社办〔2024〕79号三(一)"),
        ("福建", 2024, "资助管理机构信息表（市报省）", "", "2024-07-05", "闽人社办〔2024〕79号三(一)"),
        ("福建", 2024, "资助金结算（学校报市）", "春", "2024-09-13", "闽技助文〔2024〕5号"),
        ("福建", 2024, "资助金结算（市报省）", "春", "2024-09-20", "闽技助文〔2024〕5号"),
        ("泉州", 2024, "资助金结算（学校报市）", "春", "2024-09-11", "泉州市人力资源和社会保障局转发"),
        ("泉州", 2024, "资助金结算（市报省）", "春", "2024-09-20", "闽技助文〔2024〕5号"),
        ("福建", 2024, "资助金结算（市报省）", "秋", None, "没有收录"),
        ("全国", 2025, "学籍注册", "春", "2025-04-30", "2025年通知一(一)"),
        ("全国", 2025, "学籍注册", "秋", "2025-10-31", "2025年通知一(一)"),
        ("福建", 2025, "资助审批", "春", "2025-05-20", "2025年通知二(三)"),
        ("福建", 2025, "资助审批", "秋", "2025-11-30", "2025年通知二(三)"),
        ("全国", 2025, "扩围提标落实", "", "2025-05-31", "2025年通知二(一)"),
        ("全国", 2025, "扩围提标报告", "", "2025-06-06", "2025年通知二(一)"),
    ],
)  # fmt: skip
def test_deadlines(region: str, year: int, matter: str, season: str, date: str | None, clause: str) -> None:
    (due,) = (d for d in load_law(region).deadlines(year) if (d.entry.matter, d.entry.season) == (matter, season))
    day = due.entry.date(year)
    assert (day.isoformat() if day else None) == date
    assert clause in due.entry.basis
    assert due.entry.certainty == ("certain" if date else "unknown")


@pytest.mark.parametrize(
    ("region", "year", "matter", "count", "bound", "clause"),
    [
        ("全国", 2018, "学籍异动", 10, "以内", "人社厅发〔2018〕28号二(三)"),
        ("福建", 2024, "学籍异动", 10, "以内", "闽人社办〔2024〕79号一(二)"),
        ("福建", 2025, "学籍异动", 10, "以内", "2025年通知一(二)"),
        ("福建", 2024, "重复资助清理", 10, "以内", "闽人社办〔2024〕79号二(三)"),
        ("全国", 2025, "重复资助清理", 10, "以内", "2025年通知二(四)"),
        ("福建", 2024, "公示", 5, "不少于", "人社厅发〔2018〕28号三(四)"),
    ],
)
def test_periods(region: str, year: int, matter: str, count: int, bound: str, clause: str) -> None:
    held = load_law(region).period(matter, year)
    assert held is not None
    assert (held.entry.workdays, held.entry.bound) == (count, bound) and clause in held.entry.basis


def test_the_packs_at_hand() -> None:
    assert set(pack_folders()) == {"fujian-2024", "national-2018", "national-2025", "neimenggu-2022", "quanzhou-2024"}
    assert pack_names() == ["fujian-2024"]
    assert load_law("福建").region == "福建" and load_law("泉州市").region == "福建/泉州"
    assert [layer.id for layer in load_law("泉州").layers] == [
        "quanzhou-2024",
        "fujian-2024",
        "national-2025",
        "national-2018",
    ]


# ── an office's own ──

PROVINCE = {
    "pack.toml": 'id = "guangdong-2026"\nname = "广东"\nregion = "广东"\nversion = 1\nsince = "2025春"\nbasis = "粤某文"\n',
    "policy.toml": """
[[standard]]
name = "助学金一档月标准"
value = "330"
unit = "元/人·月"
since = "2025春"
basis = "粤某文一"
""",
    "calendar.toml": """
[[deadline]]
matter = "资助审批"
season = "春"
who = "学校"
what = "审批"
day = "05-10"
since = 2026
basis = "粤某文二"
""",
}


def placed(folder: Path, name: str, files: dict[str, str]) -> Path:
    (folder / name).mkdir(parents=True)
    for file, text in files.items():
        (folder / name / file).write_text(text, encoding="utf-8")
    return folder


def test_a_new_province_is_a_folder_of_toml(tmp_path: Path) -> None:
    law = load_law("广东省", [placed(tmp_path, "guangdong-2026", PROVINCE)])
    held = law.standard("助学金一档月标准", LATER, {})
    assert held is not None and (held.entry.value, held.layer.id) == ("330", "guangdong-2026")
    assert law.standard("助学金平均年标准", LATER, {}) is not None  # the country's still applies
    assert [(d.entry.day, d.layer.id) for d in law.deadlines(2026) if d.entry.matter == "资助审批"] == [
        ("05-10", "guangdong-2026"),
        ("11-30", "national-2025"),
    ]


def test_a_new_term_reaches_the_settlement_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiers = """
[[standard]]
name = "助学金最低月标准"
value = "150"
unit = "元/人·月"
since = "2026春"
basis = "闽某文〔2026〕1号"
"""
    info = (
        PROVINCE["pack.toml"]
        .replace("guangdong-2026", "fujian-2026")
        .replace("广东", "福建")
        .replace("2025春", "2026春")
    )
    folder = placed(tmp_path, "fujian-2026", {"pack.toml": info, "policy.toml": tiers})
    own = load_pack()
    monkeypatch.setenv("JIESUAN_PACKS", os.pathsep.join([str(folder), ""]))
    pack = load_pack()
    for term, values in ((Term(2025, 1), ("120", "120")), (Term(2026, 0), ("120", "150"))):
        found = [which.policy.lookup("助学金最低月标准", term, {}) for which in (own, pack)]
        assert tuple(item.value for item in found if item) == values
    assert pack.forms == own.forms and pack.rules == own.rules


def test_a_pack_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    info = PROVINCE["pack.toml"].replace("guangdong-2026", "quanzhou-2024").replace("广东", "福建/泉州")
    law = load_law("泉州", [placed(tmp_path, "quanzhou-2024", {"pack.toml": info})])
    assert [d.entry.day for d in law.deadlines(2024) if d.entry.matter == "资助金结算（学校报市）"] == ["09-13", ""]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("policy.toml", 'since = "2025春"', 'since = "2025春"\nsinse = "x"', "policy.toml：standard 第 1 项（助学金一档月标准）没有“sinse”这个键，可写：until、certainty、note、keys。"),
        ("policy.toml", 'value = "330"', 'value = "三百"', "policy.toml：助学金一档月标准 的 value“三百”不是数"),
        ("policy.toml", 'since = "2025春"', 'since = "2025夏"', "policy.toml：助学金一档月标准：不认识的学期“2025夏”，请写成 2024春 或 2024秋 这样的形式。"),
        ("policy.toml", "", '[[standard]]\nname = "助学金一档月标准"\nvalue = "1"\nunit = "元"\nsince = "2026春"\nbasis = "乙"\n',
         "policy.toml：standard“助学金一档月标准”的期限重叠：since = 2025春 的一条没有写 until，另一条从 2026春 起"),
        ("policy.toml", 'since = "2025春"', 'since = "2025春"\nuntil = "2025春"\nbasis = "甲"\n[[standard]]\nname = "助学金一档月标准"\nvalue = "1"\nunit = "元"\nsince = "2026春"',
         "policy.toml：standard“助学金一档月标准”的期限有空档：前一条 until = 2025春，后一条 since = 2026春"),
        ("calendar.toml", '"05-10"', '"5月10日"', "calendar.toml：deadline“资助审批（春）”：day“5月10日”不是日期，请写成 04-20 这样的形式"),
        ("calendar.toml", "since = 2026", 'since = "2026"', "calendar.toml：deadline 第 1 项（资助审批）的 since 应为整数（不加引号），现为文字。"),
        ("pack.toml", 'region = "广东"', "", "pack.toml：缺少 region。"),
        ("pack.toml", 'since = "2025春"', 'since = "去年"', "pack.toml：since：不认识的学期“去年”，请写成 2024春 或 2024秋 这样的形式。"),
    ],
)  # fmt: skip
def test_declarations_that_cannot_be_used(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    files = dict(PROVINCE)
    files[file] = files[file].replace(old, new, 1) if old else files[file] + new
    with pytest.raises(PackError) as caught:
        load_law("广东", [placed(tmp_path, "guangdong-2026", files)])
    assert str(caught.value) == f"guangdong-2026/{message}"


def test_two_packs_of_one_region_must_not_contradict_each_other(tmp_path: Path) -> None:
    placed(tmp_path, "guangdong-2026", PROVINCE)
    placed(tmp_path, "乙", {**PROVINCE, "pack.toml": PROVINCE["pack.toml"].replace("guangdong-2026", "乙")})
    with pytest.raises(PackError, match=r"都规定了广东“助学金一档月标准”2025春起的数$"):
        load_law("广东", [tmp_path])


def test_regions_and_folders_that_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PackError) as caught:
        load_law("广东")
    assert str(caught.value) == (
        "没有“广东”的政策数据。现有：全国、福建、内蒙古、福建/泉州。要看全国的写 --region 全国；"
        "本地的可以自己加，见 README“自己的政策数据”。"
    )
    with pytest.raises(PackError) as caught:
        load_law("福建", [tmp_path / "没有"])
    assert str(caught.value) == "找不到放政策数据的文件夹“没有”，请核对 --packs 或环境变量 JIESUAN_PACKS。"
    monkeypatch.setenv("JIESUAN_PACKS", str(tmp_path / "也没有"))
    with pytest.raises(PackError, match="“也没有”"):
        load_pack()
