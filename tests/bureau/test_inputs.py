"""下达.xlsx, and last term's 附件3."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from jiesuan.bureau.columns import FIELDS
from jiesuan.bureau.inputs import (
    CITY,
    COUNTY,
    Inputs,
    Known,
    Typed,
    bureau_file,
    last_balances,
    merged,
    read_inputs,
    under_present_names,
    write_input_template,
)
from jiesuan.bureau.problem import BureauProblem
from jiesuan.bureau.rollup import lines_of, roll_up, write_rollup
from jiesuan.share import load_shares
from jiesuan.text import fold
from tests.bureau.making import (
    AUTUMN,
    BUREAU,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SECOND,
    SPRING,
    city,
    received,
    write_school,
)


def sheet(path: Path, rows: list[list[Any]], name: str = "下达", **more: list[list[Any]]) -> Path:
    """A workbook with one sheet, and more by name."""
    book = Workbook()
    book.active.title = name
    for title in more:
        book.create_sheet(title)
    for page, lines in zip(book.worksheets, (rows, *more.values()), strict=True):
        for row in lines:
            page.append(row)
    book.save(path)
    return path


HEADS: list[Any] = [
    "学校名称",
    "级次（市本级或县区属）",
    "所属县、市、区",
    *(heading.text for heading in FIELDS.values()),
]


def test_the_template_comes_back_as_it_was_filled(tmp_path: Path) -> None:
    target = tmp_path / "下达.xlsx"
    write_input_template(target, BUREAU, [(FIRST, Known()), (COUNTY_SCHOOL, Known(COUNTY, "惠安"))])
    book = load_workbook(target)
    page = book.active
    assert [page.cell(3, column).value for column in range(1, 10)] == HEADS
    assert [page.cell(row, 1).value for row in (4, 5, 6)] == [FIRST, COUNTY_SCHOOL, None]
    assert [page.cell(5, column).value for column in (2, 3)] == [COUNTY, "惠安"]
    page["B2"], page["B4"], page["D4"], page["I4"] = 11.9, CITY, 10, "-2.5"
    book.save(target)
    found = read_inputs(target)
    assert found.total == Typed(Decimal("11.9"), "下达.xlsx 下达!B2")
    assert found.of(FIRST) == Known(
        CITY,
        "",
        {
            "市下达省级": Typed(Decimal(10), "下达.xlsx 下达!D4"),
            "前期市级": Typed(Decimal("-2.5"), "下达.xlsx 下达!I4"),
        },
    )
    assert found.of(COUNTY_SCHOOL) == Known(COUNTY, "惠安") and found.of("没有的学校") == Known()
    assert list(found.names.values()) == [FIRST, COUNTY_SCHOOL]


def test_a_template_is_not_written_over_a_file(tmp_path: Path) -> None:
    target = tmp_path / "下达.xlsx"
    target.write_text("别动", encoding="utf-8")
    with pytest.raises(BureauProblem, match=r"^“下达\.xlsx”已经存在，没有覆盖。"):
        write_input_template(target, BUREAU, [])
    assert target.read_text(encoding="utf-8") == "别动"
    write_input_template(target, BUREAU, [], force=True)
    assert read_inputs(target) == Inputs()
    with pytest.raises(BureauProblem, match=r"^文件夹“没有”不存在"):
        write_input_template(tmp_path / "没有" / "下达.xlsx", BUREAU, [])


def test_other_headings_and_sections_by_place(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "表.xlsx",
        [
            ["本市累计结余金额（万元）", 3],
            ["序号", "学校名称", "所属", "下达学校", "前期结余省级"],
            [1, FIRST, "市本级", 1.5, None],
            [2, COUNTY_SCHOOL, "惠安", None, 0.25],
            [3, SECOND, None, "", ""],
            [None, "注：金额单位万元", None, None, None],
        ],
        "任意名",
    )
    found = read_inputs(path)
    assert found.total is not None and found.total.value == 3
    assert {name: (known.section, known.place) for name, known in found.schools.items()} == {
        fold(FIRST): (CITY, "市本级"), fold(COUNTY_SCHOOL): (COUNTY, "惠安"), fold(SECOND): ("", ""),
    }  # fmt: skip
    assert found.of(FIRST).amounts == {"学校下达": Typed(Decimal("1.5"), "表.xlsx 任意名!D3")}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["名单"]], "没有找到“学校名称”一列；请用 jiesuan rollup … --input-template 生成的表填写。"),
        ([HEADS, [FIRST, CITY, "", "十万"]], "下达!D2 应为数字（万元）；没有就留空。"),
        ([HEADS, [FIRST, CITY], [FIRST, CITY]], f"下达!A3 的“{FIRST}”出现了两次，请合并成一行。"),
        ([HEADS, [FIRST, "省属"]], "下达!B2 应填“市本级”或“县区属”。"),
        (
            [HEADS, [FIRST, "市属"]],
            "下达!B2 的“市属”看不出是市本级还是县（市、区）属，分担比例不同；"
            "请填“市本级”，或填“县区属”并在所属一列写县、市、区名。",
        ),
        (
            [HEADS, ["甲", "市直"], *([f"{name}校", "市、县、区属", "惠安"] for name in "乙丙丁戊己庚")],
            "下达!B3、B4、B5、B6、B7 等 6 格的“市、县、区属”看不出是市本级还是县（市、区）属，分担比例不同；"
            "请填“市本级”，或填“县区属”并在所属一列写县、市、区名。",
        ),
        (
            [HEADS, [FIRST, CITY, "惠安"]],
            "下达!B2 写“市本级”，下达!C2 又写“惠安”，互相矛盾；市本级学校的所属留空，县区属学校填县、市、区名。",
        ),
        (
            [HEADS, [FIRST, CITY], [SECOND, COUNTY, "市本级"]],
            "下达!B3 写“县区属”，下达!C3 又写“市本级”，互相矛盾；市本级学校的所属留空，县区属学校填县、市、区名。",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_cell(tmp_path: Path, rows: list[list[Any]], message: str) -> None:
    with pytest.raises(BureauProblem) as caught:
        read_inputs(sheet(tmp_path / "下达.xlsx", rows))
    assert str(caught.value) == f"下达.xlsx：{message}"


@pytest.mark.parametrize(
    ("level", "place", "section"),
    [
        ("市本级", "", CITY), ("市直", "", CITY), ("市本", None, CITY), ("市级", "", CITY), ("市属", "市本级", CITY),
        ("县区属", "惠安", COUNTY), ("县（市、区）属", "", COUNTY), ("区属", "洛江", COUNTY), ("", "晋江", COUNTY), ("", "", ""),
    ],
)  # fmt: skip
def test_whose_a_school_is(tmp_path: Path, level: str, place: str | None, section: str) -> None:
    assert read_inputs(sheet(tmp_path / "下达.xlsx", [HEADS, [FIRST, level, place, 1]])).of(FIRST).section == section


def test_sums_notes_and_signatures_are_no_schools(tmp_path: Path) -> None:
    others = [
        "合计", "一、市本级小计", "二、县区属小计", "（一）市本级", "县（市、区）属", "总计：30所", "合计 3 所学校", "共30所",
        "小计", "注：没有的留空", "说明", "单位：万元", "填表人：张三", "审核", "联系电话", "2024年9月1日", dt.date(2024, 9, 1),
    ]  # fmt: skip
    rows: list[list[Any]] = [
        ["一、市本级"],
        [FIRST, CITY, "", 1],
        *([name, None, None, 5] for name in others),
        [SECOND, CITY, "", 2],
    ]
    found = read_inputs(sheet(tmp_path / "下达.xlsx", [HEADS, *rows]))
    assert list(found.names.values()) == [FIRST, SECOND] and found.remarks == []
    assert [known.amounts["市下达省级"].value for known in found.schools.values()] == [1, 2]


def test_schools_on_two_sheets_are_joined(tmp_path: Path) -> None:
    total: list[Any] = ["本市累计结余金额（万元）", 3]
    county: list[list[Any]] = [total, HEADS, [COUNTY_SCHOOL, COUNTY, "惠安", 2]]
    lists = [["学校名称", "电话"], [FIRST, "1"], ["别的学校", "2"]]
    path = sheet(tmp_path / "下达.xlsx", [total, HEADS, [FIRST, CITY, "", 1]], 名录=lists, 县区=county)
    found = read_inputs(path)
    assert {name: known.amounts["市下达省级"] for name, known in found.schools.items()} == {
        fold(FIRST): Typed(Decimal(1), "下达.xlsx 下达!D3"), fold(COUNTY_SCHOOL): Typed(Decimal(2), "下达.xlsx 县区!D3"),
    }  # fmt: skip
    assert (found.total, found.remarks) == (Typed(Decimal(3), "下达.xlsx 下达!B1"), [])
    assert list(read_inputs(sheet(tmp_path / "名录.xlsx", lists, 又=lists[:1])).names.values()) == [FIRST, "别的学校"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ([HEADS, [FIRST, CITY]], f"下达.xlsx：“{FIRST}”在 下达!A3 和 又!A2 各有一行，请合并成一行。"),
        (
            [["本市累计结余金额（万元）", 4], HEADS],
            "下达.xlsx 下达!B1 和 下达.xlsx 又!B1 的“本市累计结余金额（万元）”不同；请只留一个。",
        ),
    ],
)
def test_two_sheets_that_contradict_each_other(tmp_path: Path, other: list[list[Any]], message: str) -> None:
    rows: list[list[Any]] = [["本市累计结余金额（万元）", 3], HEADS, [FIRST, CITY, "", 1]]
    with pytest.raises(BureauProblem) as caught:
        read_inputs(sheet(tmp_path / "下达.xlsx", rows, 又=other))
    assert str(caught.value) == message


def test_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(BureauProblem, match=r"^没有\.xlsx："):
        read_inputs(tmp_path / "没有.xlsx")


def test_last_terms_balances_come_from_its_workbook(tmp_path: Path) -> None:
    target = tmp_path / "附件3_春.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    table = city(SPRING).workbook().tables["汇总资金"]
    for path in (target, tmp_path):
        found = last_balances(path)
        assert set(found.names.values()) == {FIRST, SECOND, COUNTY_SCHOOL}
        for index in table.details():
            name = next(name for name in found.names.values() if name in table.text("学校", index))
            amounts = {key: typed.value for key, typed in found.of(name).amounts.items()}
            assert amounts == {
                "前期省级": table.amount("累计省级", index), "前期市级": table.amount("累计市级", index),
            }  # fmt: skip
            assert found.of(name).section == table.keys[index][0]
            assert found.of(name).place == ("惠安" if name == COUNTY_SCHOOL else "")
            assert found.of(name).amounts["前期省级"].where.startswith("附件3_春.xlsx 助学金汇总2资金!Q")


def test_balances_of_another_term_or_bureau_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    for bureau in ("泉州市", "泉州", "福建省泉州市人社局", "泉州市人力资源和社会保障局", ""):
        assert last_balances(target, term=AUTUMN, bureau=bureau) == last_balances(target)
    refused = {
        (AUTUMN, "莆田市"): "--previous 的附件3是“泉州市人力资源和社会保障局”的，这次的填报单位是“莆田市”，没有汇总。",
        (AUTUMN.next, "泉州市"): "这次汇总的是2025年春季学期，--previous 应是2024年秋季学期的附件3，给的是2024年春季学期的，没有汇总。",
    }  # fmt: skip
    for (term, bureau), message in refused.items():
        with pytest.raises(BureauProblem) as caught:
            last_balances(tmp_path, term=term, bureau=bureau)
        assert str(caught.value) == f"附件3.xlsx：{message}"
    book = load_workbook(target)
    name = city(SPRING).cell("汇总资金/填报单位")
    book[name.sheet][name.cell] = None
    book.save(target)
    assert last_balances(target, term=AUTUMN, bureau="莆田市").names == last_balances(target).names


def test_what_nobody_knew_last_term_is_not_known_now(tmp_path: Path) -> None:
    rollup = roll_up(PACK, received(SPRING), load_shares(PACK, SPRING), BUREAU, Inputs())
    write_rollup(tmp_path / "附件3.xlsx", PACK, rollup)
    found = last_balances(tmp_path)
    assert list(found.schools.values()) == [Known(), Known(), Known()]


def test_a_county_without_a_share_stays_that_county(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    book = load_workbook(target)
    [share, name] = [city(SPRING).cell(f"汇总资金/{COUNTY_SCHOOL}/{field}") for field in ("省级比例", "学校")]
    book[share.sheet][share.cell] = None
    book[name.sheet][name.cell] = f"1、{COUNTY_SCHOOL}（金门）"
    book.save(target)
    found = last_balances(target).of(COUNTY_SCHOOL)
    assert (found.section, found.place) == (COUNTY, "金门")


def test_a_school_listed_twice_last_term_has_no_balance_to_take_over(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    book = load_workbook(target)
    ref = city(SPRING).cell(f"汇总资金/{SECOND}/学校")
    book[ref.sheet][ref.cell] = f"2、{FIRST}"
    book.save(target)
    found = last_balances(target)
    assert found.of(FIRST) == Known() and found.of(COUNTY_SCHOOL).place == "惠安"
    told = (
        "上期附件3的《国家助学金结算汇总表2（资金统计）》里“泉州示范技工学校”列了不止一次，"
        "不知以哪一行的结余为准，没有取；请在下达表里填写前期结余。"
    )
    assert found.remarks == [told]
    both = merged(Inputs(remarks=["甲"]), found)
    assert both.remarks == ["甲", told]
    rollup = roll_up(PACK, received(SPRING), load_shares(PACK, SPRING), BUREAU, both)
    assert rollup.remarks[:2] == ["甲", told]


def test_last_terms_workbook_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(BureauProblem, match=r"里没有名为“附件3…\.xlsx”的上期汇总表；请直接写出文件名。$"):
        bureau_file(tmp_path)
    for name in ("附件3a.xlsx", "附件3b.xlsx"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(BureauProblem, match=r"里不止一个名为"):
        bureau_file(tmp_path)
    write_school(tmp_path / "学校.xlsx", FIRST)
    with pytest.raises(
        BureauProblem, match=r"^学校\.xlsx：没有找到《国家助学金结算汇总表2（资金统计）》，取不到前期结余。$"
    ):
        last_balances(tmp_path / "学校.xlsx")


def test_what_is_typed_counts_before_last_term() -> None:
    def typed(value: int) -> Typed:
        return Typed(Decimal(value), "x")

    first = Inputs({"a": Known(COUNTY, "惠安", {"前期省级": typed(1)})}, {"a": "A"}, typed(9))
    last = Inputs(
        {"a": Known(COUNTY, "", {"前期省级": typed(2), "前期市级": typed(3)}), "b": Known(CITY, "", {})},
        {"a": "A旧", "b": "B"},
    )
    both = merged(first, last)
    assert both.schools == {
        "a": Known(COUNTY, "惠安", {"前期省级": typed(1), "前期市级": typed(3)}), "b": Known(CITY),
    }  # fmt: skip
    assert both.names == {"a": "A", "b": "B"} and both.total == typed(9)


def test_what_stands_under_a_former_name_is_the_schools() -> None:
    typed = {"前期省级": Typed(Decimal(2), "附件3.xlsx 资金!Q9")}
    last = Inputs(
        {"旧": Known(COUNTY, "惠安", typed), "乙": Known(CITY), "丁旧": Known()},
        {"旧": "旧 校", "乙": "乙", "丁旧": "丁旧"},
        remarks=["甲"],
    )
    told = {"前期省级": Typed(Decimal(2), "附件3.xlsx 资金!Q9（曾用名“旧 校”）")}
    assert under_present_names(last, {"新": ("更旧", "旧"), "乙": ("丁旧",), "丙": ("乙",)}) == Inputs(
        {"新": Known(COUNTY, "惠安", told), "乙": Known(CITY), "丁旧": Known()},
        {"新": "旧 校", "乙": "乙", "丁旧": "丁旧"},
        remarks=["甲"],
    )
    # The former name of one school may be another's own now.
    assert under_present_names(last, {"新": ("旧",), "旧": ()}) == last == under_present_names(last, {})


@pytest.mark.parametrize(
    ("typed", "last", "expected"),
    [
        (Known(CITY), Known(COUNTY, "惠安"), Known(CITY)),
        (Known(COUNTY, "惠安"), Known(CITY), Known(COUNTY, "惠安")),
        (Known(COUNTY, "石狮"), Known(COUNTY, "惠安"), Known(COUNTY, "石狮")),
        (Known(COUNTY), Known(COUNTY, "惠安"), Known(COUNTY, "惠安")),
        (Known(COUNTY), Known(CITY), Known(COUNTY)),
        (Known(), Known(COUNTY, "惠安"), Known(COUNTY, "惠安")),
        (Known(CITY), Known(), Known(CITY)),
    ],
)
def test_whose_a_school_is_comes_from_one_of_both(typed: Known, last: Known, expected: Known) -> None:
    assert merged(Inputs({"a": typed}, {"a": "A"}), Inputs({"a": last}, {"a": "A"})).schools == {"a": expected}
    assert merged(Inputs(), Inputs({"a": last}, {"a": "A"})).schools == {"a": last}


def test_a_school_that_came_under_the_city_shares_as_the_city_does(tmp_path: Path) -> None:
    write_rollup(tmp_path / "附件3.xlsx", PACK, city(SPRING).rollup)
    both = merged(
        Inputs({fold(COUNTY_SCHOOL): Known(CITY)}, {fold(COUNTY_SCHOOL): COUNTY_SCHOOL}), last_balances(tmp_path)
    )
    lines = lines_of(received(SPRING), load_shares(PACK, SPRING), BUREAU, both)
    [line] = [line for line in lines if line.school.name == COUNTY_SCHOOL]
    assert (line.section, line.share.place, line.share.province, line.place) == (CITY, "市本级", 2, "")
