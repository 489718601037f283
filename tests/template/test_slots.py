"""The rows and columns that axes span, their labels, and which labels are one merged cell."""

from __future__ import annotations

import msgspec
import pytest

from jiesuan.form import Axis, Column, Form, Member, Total
from jiesuan.pack import Pack, load_pack
from jiesuan.template.slots import Box, Label, boxes, names, present, slots
from jiesuan.term import Term


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


FORM = Form(
    id="9-9", role="试", set="省属", name="试表", sheet="试页", title="试表", titles=("试表",), kind="grid", unit="元",
    axis=(
        Axis(name="季", members=(Member(name="春"), Member(name="秋"), Member(name="冬", optional=True))),
        Axis(name="类", members=(Member(name="甲", label="甲类（以下简称“甲”）", short="甲"), Member(name="乙", under="其他"))),
    ),
    column=(
        Column(name="人数", role="input", type="人数"),
        Column(name="金额", header=("资金", "金额"), role="input", type="金额"),
    ),
    total=(Total(label="{季}小计", keep=("季",)), Total(label="合计")),
)  # fmt: skip


def shown(form: Form, *axes: str, across: bool = False) -> list[tuple[str, ...]]:
    return [tuple(label.text for label in slot.labels) for slot in slots(form, axes, across=across)]


def test_optional_members_are_not_printed() -> None:
    assert [member.name for member in present(FORM, "季")] == ["春", "秋"]
    assert (names(FORM, "季"), names(FORM, "类"), names(FORM, "*")) == (["春", "秋"], ["甲", "乙"], ["人数", "金额"])
    with pytest.raises(KeyError):
        present(FORM, "年级")


@pytest.mark.parametrize(
    ("term", "grades"), [("2024春", "一二"), ("2024秋", "一二"), ("2025春", "一二三"), ("2025秋", "一二三")]
)
def test_grades_not_yet_aided_are_not_printed(pack: Pack, term: str, grades: str) -> None:
    form = pack.form("1-1", Term.parse(term))
    assert names(form, "年级") == [f"{grade}年级" for grade in grades]
    closed = [member.name for member in form.axis_named("年级").members if member.closed]
    assert closed == ([] if len(grades) == 3 else ["三年级"])


def test_closed_members_that_are_printed_keep_their_place() -> None:
    axis = Axis(name="季", members=(Member(name="春", closed=True), Member(name="秋")))
    form = msgspec.structs.replace(FORM, axis=(axis, FORM.axis[1]))
    assert names(form, "季") == ["春", "秋"]


def test_totals_follow_the_members_they_sum() -> None:
    rows = slots(FORM, ("季", "类"), across=False)
    assert [tuple(slot.members.values()) for slot in rows] == [
        ("春", "甲"), ("春", "乙"), ("春", "*"), ("秋", "甲"), ("秋", "乙"), ("秋", "*"), ("*", "*"),
    ]  # fmt: skip
    assert [slot.total.label if slot.total else "" for slot in rows] == ["", "", "{季}小计", "", "", "{季}小计", "合计"]
    assert shown(FORM, "季", "类") == [
        ("春", "甲类（以下简称“甲”）"), ("春", "乙"), ("春小计", "春小计"),
        ("秋", "甲类（以下简称“甲”）"), ("秋", "乙"), ("秋小计", "秋小计"), ("合计", "合计"),
    ]  # fmt: skip


def test_fields_may_be_an_axis_of_the_rows() -> None:
    form = msgspec.structs.replace(FORM, total=(Total(label="合计"),))
    assert shown(form, "类", "*") == [
        ("甲类（以下简称“甲”）", "人数"), ("甲类（以下简称“甲”）", "金额"), ("乙", "人数"), ("乙", "金额"),
        ("合计", "人数"), ("合计", "金额"),
    ]  # fmt: skip


def test_headings_across_the_columns() -> None:
    assert shown(FORM, "*", across=True) == [("人数", "人数"), ("资金", "金额")]
    labels = [slot.labels for slot in slots(FORM, ("*",), across=True)]
    assert labels == [
        (Label(("人数",), "人数"), Label(("人数",), "人数")),
        (Label(("资金",), "资金"), Label(("资金", "金额"), "金额")),
    ]


def test_members_under_a_heading_take_two_levels(pack: Pack) -> None:
    """A member without a heading of its own fills both levels, like a total."""
    form = msgspec.structs.replace(FORM, total=(Total(label="合计"),))
    assert shown(form, "类", across=True) == [
        ("甲类（以下简称“甲”）", "甲类（以下简称“甲”）"), ("其他", "乙"), ("合计", "合计"),
    ]  # fmt: skip
    aid = pack.form("1-1", Term.parse("2024春"))
    assert shown(aid, "年级", "困难类型", across=True)[0] == ("一年级", "精准资助学生", "脱贫户（含监测对象）家庭学生")


def label(text: str, short: str = "") -> Label:
    return Label((text,), text, short)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["甲"], [Box(0, 0, 0, 0, "甲")]),
        (["甲", "甲", "乙"], [Box(0, 1, 0, 0, "甲"), Box(2, 2, 0, 0, "乙")]),
        (["甲", "乙", "甲"], [Box(0, 0, 0, 0, "甲"), Box(1, 1, 0, 0, "乙"), Box(2, 2, 0, 0, "甲")]),
        (["甲甲"], [Box(0, 0, 0, 1, "甲")]),
        (["甲甲", "甲甲"], [Box(0, 1, 0, 1, "甲")]),
        (["甲甲", "甲乙"], [Box(0, 1, 0, 0, "甲"), Box(0, 0, 1, 1, "甲"), Box(1, 1, 1, 1, "乙")]),
        (["甲丙", "乙丙"], [Box(0, 0, 0, 0, "甲"), Box(0, 0, 1, 1, "丙"), Box(1, 1, 0, 0, "乙"), Box(1, 1, 1, 1, "丙")]),
        (["甲丙丁", "甲丙丁"], [Box(0, 1, 0, 0, "甲"), Box(0, 1, 1, 1, "丙"), Box(0, 1, 2, 2, "丁")]),
        (["甲乙乙"], [Box(0, 0, 0, 0, "甲"), Box(0, 0, 1, 2, "乙")]),
    ],
)  # fmt: skip
def test_boxes(rows: list[str], expected: list[Box]) -> None:
    """Each row is written as one character per level."""
    assert list(boxes([tuple(label(text) for text in row) for row in rows])) == expected


def test_a_long_label_is_printed_once() -> None:
    rows: list[tuple[Label, ...]] = [
        (label("一"), label("甲类全称", "甲")),
        (label("二"), label("甲类全称", "甲")),
        (label("三"), label("乙")),
    ]
    assert [box.text for box in boxes(rows)] == ["一", "甲类全称", "二", "甲", "三", "乙"]
