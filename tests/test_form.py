"""Declarations of forms: keys, labels, totals."""

from __future__ import annotations

import msgspec
import pytest

from jiesuan.form import ALL, Axis, Column, Form, Line, Member, Shape, Total
from jiesuan.pack import load_pack
from jiesuan.term import Term

PACK = load_pack()
SPRING = Term(2024, 0)
FEES, LIST, AID = (PACK.form(form_id, SPRING) for form_id in ("1-3", "1-2", "1-1"))

SMALL = Form(
    id="x",
    role="小表",
    set="省属",
    name="小表",
    sheet="小表",
    title="小表",
    titles=("小表",),
    kind="grid",
    unit="万元",
    axis=(
        Axis(name="年级", members=(Member(name="一"), Member(name="二", label="二年级", also=("2",)))),
        Axis(name="类", members=(Member(name="甲", starts="（甲）", short="甲类"), Member(name="乙", starts="（乙）"))),
    ),
    column=(
        Column(name="年级", role="axis", type="文本"),
        Column(name="三月", role="input", type="人数", group="月", header=("人数", "3月")),
        Column(name="四月", role="input", type="人数", group="月", header=("人数", "4月")),
        Column(name="序号", role="serial", type="序号", header=("申报", "人数")),
        Column(name="钱", role="computed", type="金额", header=("申报", "金额")),
        Column(name="标准", role="standard", type="标准", header=("每月补助标准",)),
        Column(name="备注", role="text", type="文本"),
    ),
    total=(Total(label="{年级}小计", keep=("年级",)), Total(label="合计")),
)


def test_keys_in_printed_order() -> None:
    assert SMALL.axes == ("年级", "类")
    assert SMALL.detail_keys() == [("一", "甲"), ("一", "乙"), ("二", "甲"), ("二", "乙")]
    assert [SMALL.total_keys(total) for total in SMALL.total] == [[("一", ALL), ("二", ALL)], [(ALL, ALL)]]
    assert (len(FEES.detail_keys()), len(FEES.total_keys(FEES.total[0]))) == (36, 3)


def test_fields_and_groups() -> None:
    assert [column.name for column in SMALL.fields] == ["三月", "四月", "序号", "钱", "标准", "备注"]
    assert SMALL.groups == {"月": ("三月", "四月")}
    assert (SMALL.has("钱"), SMALL.has("年级"), SMALL.has("无")) == (True, True, False)
    assert SMALL.field("钱").type == "金额"
    with pytest.raises(KeyError, match="无"):
        SMALL.field("无")
    assert SMALL.axis_named("类").members[0].printed == "甲"
    assert SMALL.axis_named("年级").members[1].printed == "二年级"
    with pytest.raises(KeyError, match="无"):
        SMALL.axis_named("无")


def test_what_totals_add_up() -> None:
    assert [c.name for c in SMALL.column if SMALL.summed(c)] == ["三月", "四月", "序号", "钱"]
    assert [c.name for c in SMALL.column if c.numeric] == ["三月", "四月", "序号", "钱", "标准"]


def test_the_amount_beside_a_serial_number() -> None:
    assert SMALL.paired(SMALL.field("序号")) is SMALL.field("钱")
    assert SMALL.paired(SMALL.field("标准")) is None
    assert SMALL.paired(SMALL.field("三月")) is None
    assert LIST.paired(LIST.field("免学费人数")) is LIST.field("免学费金额")


@pytest.mark.parametrize(
    ("axis", "label", "member"),
    [
        ("年级", "一", "一"),
        ("年级", "2", "二"),
        ("年级", " 二 年\n级", "二"),
        ("年级", "三", None),
        ("类", "甲类", "甲"),
        ("类", "(甲) 化工等", "甲"),
        ("类", "（乙）", "乙"),
        ("类", "化工", None),
    ],
)
def test_labels(axis: str, label: str, member: str | None) -> None:
    assert SMALL.member(axis, label) == member


@pytest.mark.parametrize(
    ("label", "member"),
    [
        ("脱贫户（含监测对象）家庭学生", "脱贫户"),
        ("脱贫户 (含监测对象) 家庭学生", "脱贫户"),
        ("原建档立卡家庭学生", "脱贫户"),
        ("建档立卡贫困家庭学生", "脱贫户"),
        ("最低生活保障家庭/特困供养学生", "特困低保"),
        ("低保（含特困）家庭学生", "特困低保"),
        ("残疾学生", "残疾"),
        ("其他家庭困难类别学生", "其他"),
        ("其他家庭(经济困难)学生", "其他"),
        ("其他家庭", "其他"),
        ("一般困难", None),
    ],
)
def test_labels_of_older_issues(label: str, member: str | None) -> None:
    assert FEES.member("困难类型", label) == member
    if member != "其他":
        assert LIST.member("困难类型", label) == member
    assert AID.member("困难类型", label) == member


@pytest.mark.parametrize(
    ("name", "header", "caption"),
    [
        ("人次", ("本学期补助人次", "合计"), "人次"),
        ("第1月", ("本学期补助人次", "3月"), "3月"),
        ("生均金额", ("对应", "对应生均公用经费金额（万元）"), "生均金额"),
        ("免学费金额", ("对应", "其中", "金额（万元）"), "免学费金额"),
        ("备注", (), "备注"),
        ("助学金金额", ("助学金", "金额"), "助学金金额"),
    ],
)
def test_captions(name: str, header: tuple[str, ...], caption: str) -> None:
    assert Column(name=name, header=header, role="input", type="人数").caption == caption


@pytest.mark.parametrize("part", [Member, Axis, Column, Total, Shape, Line, Form])
def test_unknown_keys_are_errors(part: type) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `颜色`"):
        msgspec.convert({"颜色": "红"}, part)
