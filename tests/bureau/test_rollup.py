"""附件3 filled from the schools' workbooks."""

from __future__ import annotations

import copy
import dataclasses
import random
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook

from jiesuan.bind import bind
from jiesuan.book import Book
from jiesuan.bureau.checking import further
from jiesuan.bureau.inputs import CITY, COUNTY, Inputs, Known, Typed, last_balances
from jiesuan.bureau.problem import BureauProblem
from jiesuan.bureau.received import Received
from jiesuan.bureau.rollup import NOTE_LIMIT, lines_of, render_rollup, roll_up, write_rollup
from jiesuan.bureau.school import Figure, School
from jiesuan.calculate import calculate
from jiesuan.check import check_workbook
from jiesuan.form import Key
from jiesuan.reading import open_book
from jiesuan.recalculate import recalculate
from jiesuan.share import load_shares
from jiesuan.template.layout import to_book
from jiesuan.text import fold
from tests.bureau.making import (
    AUTUMN,
    BUREAU,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SECOND,
    SET,
    SPRING,
    City,
    check,
    city,
    found,
    inputs,
    received,
    school,
)

SHARES = load_shares(PACK, SPRING)


def value(base: City, name: str) -> Any:
    """What stands in a cell after recalculation."""
    ref = base.cell(name)
    return base.workbook().book.sheet(ref.sheet).value(ref.row, ref.column)


def note(base: City, name: str) -> str:
    role = name.split("/")[0]
    ref = base.cell(name)
    return base.laid[role].notes.get((ref.row, ref.column), "")


def example(*, ratio: Decimal | None = Decimal("0.2")) -> dict[str, Any]:
    """The worked example of 3-2: 泉州市本级校, 2:8."""
    only = dataclasses.replace(school(FIRST), figures={})
    amounts = {"市下达省级": 10, "市下达市级": 40, "学校下达": 48, "前期省级": 1, "前期市级": 2}
    typed = {name: Typed(Decimal(number), "下达.xlsx 下达!A1") for name, number in amounts.items()}
    known = Known(CITY, "", typed) if ratio is not None else Known(COUNTY, "泉州开发区", typed)
    given = Inputs({fold(FIRST): known}, {fold(FIRST): FIRST})
    rollup = roll_up(PACK, Received(SPRING, SET, [only]), SHARES, BUREAU, given)
    laid = {item.form.role: item for item in rollup.laid}
    base = City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), laid)
    names = [column.name for column in laid["汇总资金"].form.fields]
    return {name: value(base, f"汇总资金/{FIRST}/{name}") for name in names}


def test_the_worked_example() -> None:
    found = example()
    assert found["学校"] == f"1、{FIRST}" and found["省级比例"] == 0.2
    expected = {
        "学校省级": 9.6, "学校市级": 38.4, "前期结余": 3, "本期省级": 0.4, "本期市级": 1.6, "本期结余": 2,
        "累计省级": 1.4, "累计市级": 3.6, "累计结余": 5,
    }  # fmt: skip
    assert {name: round(found[name], 9) for name in expected} == expected
    assert found["本市累计结余"] is None


def test_nothing_is_split_without_a_share() -> None:
    found = example(ratio=None)
    assert found["省级比例"] is None and found["学校下达"] == 48 and found["前期结余"] == 3
    for name in ("学校省级", "学校市级", "本期省级", "本期市级", "本期结余", "累计省级", "累计市级", "累计结余"):
        assert found[name] == ""


def test_columns_are_computed_behind_those_they_are_made_of() -> None:
    """13=14+15 stands left of 14=3-7, and 16=17+18 of both: typed figures, all of them blank, are filled at once."""
    base = city(SPRING)
    book = base.fresh()
    recalculate(book)
    table = bind(book, PACK).tables["汇总资金"]
    book.sheet(table.sheet.name).formulas.clear()
    computed = [column for column in table.columns.values() if column.column.role == "computed"]
    before = {cell: table.sheet.value(*cell) for column in computed for cell in column.cells if cell}
    assert len(before) == 9 * 6
    for cell in before:
        table.sheet.put(*cell, None)
    writes = calculate(bind(book, PACK))
    assert {(write.ref.row, write.ref.column): float(write.new) for write in writes} == pytest.approx(before)
    assert calculate(bind(book, PACK)) == []


def without_a_share() -> City:
    """附件3 of the city whose county school lies where nobody knows the share."""
    given = copy.deepcopy(inputs(SPRING))
    given.schools[fold(COUNTY_SCHOOL)].place = "金门"
    rollup = roll_up(PACK, received(SPRING), SHARES, BUREAU, given)
    return City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), {item.form.role: item for item in rollup.laid})


SPLIT = {
    "汇总资金": ("学校省级", "学校市级", "本期结余", "本期省级", "本期市级", "累计结余", "累计省级", "累计市级"),
    "分担测算": ("助学金省级", "助学金市县", "其他省级", "其他市县", "省级合计", "市县合计"),
}
WHOLE = {
    "汇总资金": ("市下达省级", "学校下达", "前期省级", "前期结余"),
    "分担测算": ("助学金", "涉农免学费", "其他免学费"),
}


def test_totals_over_a_school_without_a_share_are_blank_until_it_has_one() -> None:
    base, whole = without_a_share(), city(SPRING)
    for role in SPLIT:
        for name in SPLIT[role]:
            assert [value(base, f"{role}/{key}/{name}") for key in ("县区属", "*")] == ["", ""], name
            assert value(base, f"{role}/市本级/{name}") == value(whole, f"{role}/市本级/{name}") != ""
            said = f"缺{COUNTY_SCHOOL}的分担比例，算不出。补上比例后自动算出。"
            assert [note(base, f"{role}/{key}/{name}") for key in ("市本级", "县区属", "*")] == ["", said, said]
        for name in WHOLE[role]:
            for key in ("市本级", "县区属", "*"):
                assert value(base, f"{role}/{key}/{name}") == value(whole, f"{role}/{key}/{name}") != "", name
    assert base.rollup.remarks == [
        f"“{COUNTY_SCHOOL}”的分担比例空着：未列入：表中没有。请向省里核实后填写，不能推算。",
        f"缺{COUNTY_SCHOOL}的分担比例，3-2 和分担测算里含有它的省级、市县级小计、合计也空着，在 3-2 补上比例后都自动算出。",
    ]
    report = check(base, base.fresh(), schools=received(SPRING))
    assert found(base, report) == [f"B207 汇总资金/{COUNTY_SCHOOL}/省级比例"]
    assert [(item.rule.code, item.why) for item in report.unchecked if item.rule.code == "B203"] == [
        ("B203", "助学金汇总2资金!B14 没有分担比例，含有它的合计算不出")
    ]
    book = typed_on_the_first(base)
    for sheet in book.sheets:
        sheet.uncached |= sheet.formulas.keys()
    recalculate(book)
    for role, names in SPLIT.items():
        for name in names:
            for key in ("县区属", "*"):
                ref = base.cell(f"{role}/{key}/{name}")
                assert book.sheet(ref.sheet).value(ref.row, ref.column) == value(whole, f"{role}/{key}/{name}")


BALANCES = ("前期结余", "前期省级", "前期市级", "累计结余", "累计省级", "累计市级")


def without_balances(*fields: str) -> City:
    """附件3 of the city with those of the county school's balances unknown."""
    given = copy.deepcopy(inputs(SPRING))
    for name in fields:
        del given.schools[fold(COUNTY_SCHOOL)].amounts[name]
    rollup = roll_up(PACK, received(SPRING), SHARES, BUREAU, given)
    return City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), {item.form.role: item for item in rollup.laid})


def test_totals_over_a_school_without_a_balance_are_blank_until_it_has_one() -> None:
    base, whole = without_balances("前期省级", "前期市级"), city(SPRING)
    said = f"缺{COUNTY_SCHOOL}的前期结余，算不出。补上后自动算出，没有结余的填 0。"
    for name in BALANCES:
        assert [value(base, f"汇总资金/{key}/{name}") for key in ("县区属", "*")] == ["", ""], name
        assert [note(base, f"汇总资金/{key}/{name}") for key in ("市本级", "县区属", "*")] == ["", said, said]
    for name in ("学校下达", "学校省级", "本期省级", "本期结余"):
        assert value(base, f"汇总资金/*/{name}") == value(whole, f"汇总资金/*/{name}") != "", name
    assert base.rollup.remarks == [
        f"3-2 的前期结余（第11、12列）还要填写（没有的填 0），或用 --previous 指明上期的附件3：{COUNTY_SCHOOL}；"
        "填齐以前，含有它的前期结余、累计结余合计空着。",
    ]
    report = check(base, base.fresh(), schools=received(SPRING))
    assert found(base, report) == []
    own, rest = "助学金汇总2资金!K14", "助学金汇总2资金!L14"
    assert {(item.rule.code, item.why) for item in report.unchecked} == {
        ("B201", f"{own} 还没有填数，与它有关的数算不出"),
        ("B201", f"{rest} 还没有填数，与它有关的数算不出"),
        ("B202", f"{own} 还没有填数，与它有关的数算不出"),
        ("B203", f"{own}、{rest} 还没有填数，含有它的合计算不出"),
        ("B203", f"{own} 还没有填数，含有它的合计算不出"),
        ("B203", f"{rest} 还没有填数，含有它的合计算不出"),
        ("B208", "助学金汇总2资金!P14 还算不出，合计算不全"),
    }
    assert not {write.ref.sheet for write in calculate(base.workbook())} & {"助学金汇总2资金"}
    book = base.workbook().book
    for name in ("前期省级", "前期市级"):
        ref = base.cell(f"汇总资金/{COUNTY_SCHOOL}/{name}")
        book.sheet(ref.sheet).put(ref.row, ref.column, value(whole, f"汇总资金/{COUNTY_SCHOOL}/{name}"))
    for sheet in book.sheets:
        sheet.uncached |= sheet.formulas.keys()
    recalculate(book)
    for name in BALANCES:
        for key in (COUNTY_SCHOOL, "县区属", "*"):
            ref = base.cell(f"汇总资金/{key}/{name}")
            assert book.sheet(ref.sheet).value(ref.row, ref.column) == value(whole, f"汇总资金/{key}/{name}"), name


def test_half_a_balance_is_none() -> None:
    base, whole = without_balances("前期市级"), city(SPRING)
    for name in BALANCES:
        known = name in ("前期省级", "累计省级")
        assert value(base, f"汇总资金/*/{name}") == (value(whole, f"汇总资金/*/{name}") if known else ""), name
    assert found(base, check(base, base.fresh(), schools=received(SPRING))) == []


def test_what_was_typed_by_hand_may_leave_a_balance_blank() -> None:
    """Without our formulas a blank is 0, as everywhere."""
    base = city(SPRING)
    book = base.workbook().book
    for sheet in book.sheets:
        sheet.formulas.clear()
    for name in BALANCES:
        of = {key: base.cell(f"汇总资金/{key}/{name}") for key in (COUNTY_SCHOOL, "县区属", "*")}
        sheet = book.sheet(of["*"].sheet)
        less = sheet.value(of[COUNTY_SCHOOL].row, of[COUNTY_SCHOOL].column)
        balance = Decimal(str(less)) if name.startswith("前期") else Decimal(0)
        if name == "累计省级":
            balance = Decimal("0.5")
        if name == "累计市级":
            balance = Decimal(5)
        if name == "累计结余":
            balance = Decimal("5.5")
        for key, ref in of.items():
            old = Decimal(str(sheet.value(ref.row, ref.column)))
            blank = key == COUNTY_SCHOOL and name.startswith("前期")
            sheet.put(ref.row, ref.column, None if blank else float(old - balance))
    ref = base.cell("汇总资金/*/本市累计结余")
    sheet = book.sheet(ref.sheet)
    sheet.put(ref.row, ref.column, float(Decimal(str(sheet.value(ref.row, ref.column))) - Decimal("5.5")))
    report = check(base, book, schools=received(SPRING))
    assert found(base, report) == [] and report.unchecked == []


def typed_on_the_first(base: City) -> Book:
    """The missing share typed on 3-2, as it is stored by a program that does not recalculate."""
    book = base.workbook().book
    ref = base.cell(f"汇总资金/{COUNTY_SCHOOL}/省级比例")
    book.sheet(ref.sheet).put(ref.row, ref.column, 0.4)
    return book


def test_a_share_is_typed_on_the_first_form_alone() -> None:
    base, whole = without_a_share(), city(SPRING)
    there, here = (base.cell(f"{role}/{COUNTY_SCHOOL}/省级比例") for role in ("汇总资金", "分担测算"))
    assert base.book.sheet(here.sheet).formulas[here.row, here.column] == (
        f"IF('助学金汇总2资金'!{there.cell}=\"\",\"\",'助学金汇总2资金'!{there.cell})"
    )
    assert value(base, f"分担测算/{COUNTY_SCHOOL}/省级比例") == ""
    assert value(whole, f"分担测算/{COUNTY_SCHOOL}/省级比例") == 0.4
    assert note(whole, f"分担测算/{COUNTY_SCHOOL}/省级比例") == (
        "惠安：闽技助文〔2024〕5号 附件3 省、市或县级财政分担比例表\n取自 3-2 第2列，要填、要改请在那里。"
    )
    book = bind(typed_on_the_first(base), PACK)
    writes = {write.ref: write.new for write in calculate(book)}
    assert writes[here] == Decimal("0.4")
    for role, names in SPLIT.items():
        for name in names:
            for key in (COUNTY_SCHOOL, "县区属", "*"):
                ref = base.cell(f"{role}/{key}/{name}")
                assert book.book.sheet(ref.sheet).value(ref.row, ref.column) == value(whole, f"{role}/{key}/{name}")
    assert calculate(book) == []
    report = check(base, book.book, schools=received(SPRING))
    assert found(base, report) == [f"B207 汇总资金/{COUNTY_SCHOOL}/省级比例"]  # nobody knows whether 0.4 is right
    assert [item.rule.code for item in report.unchecked] == []


def test_calculating_splits_nothing_without_a_share() -> None:
    base = without_a_share()
    book = base.workbook().book
    for sheet in book.sheets:  # as somebody typed it, who left the calculated cells of one school and all totals blank
        sheet.formulas.clear()
    split = {
        base.cell(f"{role}/{key}/{name}"): key
        for role, names in SPLIT.items()
        for name in names
        for key in (COUNTY_SCHOOL, "市本级", "县区属", "*")
    }
    for ref in split:
        book.sheet(ref.sheet).put(ref.row, ref.column, None)
    writes = {write.ref for write in calculate(bind(book, PACK))}
    assert {key for ref, key in split.items() if ref in writes} == {"市本级"}
    assert {ref for ref, key in split.items() if key == "市本级"} <= writes


def test_the_parts_are_the_whole_in_exact_decimals() -> None:
    """Every figure of 附件3 is the sum over the schools' own cells, whatever the order of the files."""
    base, schools = city(SPRING), received(SPRING).schools
    workbook = base.workbook()
    for role in ("汇总人数", "申报人数", "分担测算"):
        table = workbook.tables[role]
        for column in table.form.fields:
            if not column.draws:
                continue
            parts = [item.figures[role][(), column.name].value for item in schools]
            total = table.amount(column.name, table.index[("*",)])
            assert sum(parts, Decimal(0)) == total, (role, column.name)
    for role in ("汇总免学费", "汇总生均"):
        table = workbook.tables[role]
        for index in table.details():
            for name in table.form.groups["月"]:
                parts = [item.amount(role, name, table.keys[index]) for item in schools]
                assert sum(parts, Decimal(0)) == table.amount(name, index), (role, table.keys[index], name)


def test_shares_add_up() -> None:
    table = city(SPRING).workbook().tables["分担测算"]
    for index in range(len(table.keys)):
        whole = sum((table.amount(name, index) for name in ("助学金", "涉农免学费", "其他免学费")), Decimal(0))
        assert table.amount("省级合计", index) + table.amount("市县合计", index) == whole
        assert table.amount("助学金省级", index) + table.amount("助学金市县", index) == table.amount("助学金", index)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_files_changes_nothing(seed: int) -> None:
    shuffled = received(SPRING)
    random.Random(seed).shuffle(shuffled.schools)
    again = roll_up(PACK, shuffled, SHARES, BUREAU, inputs(SPRING))
    shuffled.schools.sort(key=lambda item: item.name)
    assert render_rollup(PACK, again) == render_rollup(PACK, city(SPRING).rollup)


def numbers(names: tuple[str, ...]) -> dict[tuple[str, str, str], Decimal]:
    """Every number of 附件3 over some of the schools that is a sum: by form, record and field."""
    schools = received(SPRING)
    schools.schools = [item for item in schools.schools if item.name in names]
    rollup = roll_up(PACK, schools, SHARES, BUREAU, inputs(SPRING))
    workbook = bind(to_book(rollup.laid, "附件3.xlsx"), PACK)
    found = {}
    for role, table in workbook.tables.items():
        grid = bool(table.form.draws)
        for index, key in enumerate(table.keys):
            if grid or key == ("*",):
                for column in table.form.fields:
                    if column.type in ("人数", "人次", "金额") and column.name != "本市累计结余":
                        found[role, "/".join(map(str, key)), column.name] = table.amount(column.name, index)
    return found


@pytest.mark.parametrize("part", [(FIRST,), (SECOND,), (COUNTY_SCHOOL,)])
def test_the_parts_of_a_city_add_up_to_the_whole(part: tuple[str, ...]) -> None:
    """The schools in two heaps: every total of the one and of the other make the total over all, to the last digit."""
    rest = tuple(name for name in (FIRST, SECOND, COUNTY_SCHOOL) if name not in part)
    one, other, whole = numbers(part), numbers(rest), numbers((*part, *rest))
    assert len(whole) > 500 and sum(map(bool, whole.values())) > 200
    assert {place: one[place] + other[place] for place in whole} == whole


def test_schools_are_listed_in_their_sections() -> None:
    lines = city(SPRING).rollup.lines
    assert [(line.section, line.number, line.school.name) for line in lines] == [
        (CITY, 1, FIRST), (CITY, 2, SECOND), (COUNTY, 1, COUNTY_SCHOOL),
    ]  # fmt: skip
    forms = {role: item.form for role, item in city(SPRING).laid.items()}
    assert [line.label(forms["汇总资金"]) for line in lines] == [
        "1、泉州示范技工学校", "2、泉州第二技工学校", "1、惠安示范技工学校（惠安）",
    ]  # fmt: skip
    assert [line.label(forms["申报人数"]) for line in lines] == [
        "1.1.泉州示范技工学校", "1.2.泉州第二技工学校", "2.1.惠安示范技工学校（惠安）",
    ]  # fmt: skip


def test_every_filled_cell_says_where_it_is_from() -> None:
    base = city(SPRING)
    first = school(FIRST).figures["汇总人数"][(), "涉农其他人数"]
    assert note(base, f"汇总人数/{FIRST}/涉农其他人数") == (
        f"{FIRST}.xlsx\n{first.sheet}!{first.cells} 之和\n= {first.value} 人"
    )
    assert "，取最多的一月\n= " in note(base, f"申报人数/{FIRST}/一年级涉农")
    assert note(base, f"汇总资金/{FIRST}/市下达省级") == "取自 下达.xlsx 下达!市下达省级"
    assert note(base, "汇总资金/*/本市累计结余") == "取自 下达.xlsx 下达!B2"
    assert note(base, f"汇总资金/{COUNTY_SCHOOL}/省级比例") == (
        "惠安：闽技助文〔2024〕5号 附件3 省、市或县级财政分担比例表"
    )
    role = "汇总生均"
    key = next(key for key, _ in school(FIRST).figures[role])
    told = note(base, f"{role}/{','.join(key)}/第1月")
    parts = [school(name).amount(role, "第1月", key) for name in (FIRST, SECOND, COUNTY_SCHOOL)]
    assert told.startswith(f"3 所学校之和 = {sum(parts)} 人\n") or told.startswith(f"2 所学校之和 = {sum(parts)} 人\n")
    for item in base.laid.values():
        for cell, spot in item.cells.items():
            assert (spot.style == "gathered") <= (cell in item.notes)


def test_long_comments_are_cut_and_counted() -> None:
    one = school(FIRST)
    many = [dataclasses.replace(one, name=f"第{number}技工学校", sha256=str(number)) for number in range(200)]
    rollup = roll_up(PACK, Received(SPRING, SET, many), SHARES, BUREAU, Inputs())
    laid = next(item for item in rollup.laid if item.form.role == "汇总生均")
    longest = max(laid.notes.values(), key=len)
    assert longest.startswith("200 所学校之和 = ") and len(longest) + 100 > NOTE_LIMIT
    assert len(longest) <= NOTE_LIMIT + 20
    shown = longest.count("\n") - 1
    assert longest.endswith(f"…… 另有 {200 - shown} 所")


def test_what_must_be_typed_stays_white_and_is_told() -> None:
    rollup = roll_up(PACK, received(SPRING), SHARES, BUREAU, Inputs())
    laid = next(item for item in rollup.laid if item.form.role == "汇总资金")
    row = laid.rows[CITY, 0]
    for name in ("省级比例", "市下达省级", "市下达市级", "未下达省级", "学校下达", "前期省级", "前期市级"):
        spot = laid.cells[row, laid.columns[name]]
        assert (spot.value, spot.formula, spot.style) == (None, None, "input"), name
    due = school(COUNTY_SCHOOL).figures["分担测算"][(), "助学金"]
    assert laid.notes[row, laid.columns["学校下达"]].startswith("请按拨付通知填写。该校 2-1 申报审批的助学金合计为 ")
    assert due.cells in laid.notes[row, laid.columns["学校下达"]]
    names = "惠安示范技工学校、泉州示范技工学校、泉州第二技工学校"
    assert rollup.remarks == [
        f"{names}没有写明属市本级还是哪个县、市、区，暂列市本级，分担比例空着；请在下达表（--input）里写明。",
        f"缺{names}的分担比例，3-2 和分担测算里含有它的省级、市县级小计、合计也空着，在 3-2 补上比例后都自动算出。",
        f"3-2 的下达金额（第3—6列）还要填写：{names}。",
        f"3-2 的前期结余（第11、12列）还要填写（没有的填 0），或用 --previous 指明上期的附件3：{names}；"
        "填齐以前，含有它的前期结余、累计结余合计空着。",
        "3-2 第9列“本市累计结余金额”还要按账面填写。",
    ]
    assert rollup.hand_in[-1] == "邮件主题注明：报送单位名称-2024年春季资助结算" and len(rollup.hand_in) == 5


def test_places_not_listed_schools_gone_and_figures_unread_are_told() -> None:
    given = inputs(SPRING)
    given.schools[fold(COUNTY_SCHOOL)].place = "金门"
    given.names[fold("撤并技工学校")] = "撤并技工学校"
    schools = received(SPRING)
    schools.schools = [dataclasses.replace(item, troubles=["助学金结算表!C8 不是数"]) for item in schools.schools[:1]]
    rollup = roll_up(PACK, schools, SHARES, BUREAU, given)
    assert rollup.remarks == [
        "“惠安示范技工学校”的分担比例空着：未列入：表中没有。请向省里核实后填写，不能推算。",
        "缺惠安示范技工学校的分担比例，3-2 和分担测算里含有它的省级、市县级小计、合计也空着，在 3-2 补上比例后都自动算出。",
        "下达表或上期附件3里有而这次没有收到可汇总的表：泉州示范技工学校、泉州第二技工学校、撤并技工学校。",
        "“惠安示范技工学校”有读不出的数，按 0 汇总：助学金结算表!C8 不是数。",
    ]


def test_more_figures_unread_than_are_shown_are_counted() -> None:
    schools = received(SPRING)
    for item, count in zip(range(2), (3, 57), strict=True):
        troubles = [f"助学金结算表!C{row} 不是数" for row in range(8, 8 + count)]
        schools.schools[item] = dataclasses.replace(schools.schools[item], troubles=troubles)
    shown = "；".join(f"助学金结算表!C{row} 不是数" for row in (8, 9, 10))
    assert roll_up(PACK, schools, SHARES, BUREAU, inputs(SPRING)).remarks == [
        f"“泉州示范技工学校”有读不出的数，按 0 汇总：{shown}；……共 57 处。",
        f"“惠安示范技工学校”有读不出的数，按 0 汇总：{shown}。",
    ]


def test_a_school_that_may_have_another_name_now_is_asked_about() -> None:
    given = inputs(SPRING)
    old = "泉州示范高级技工学校"
    given.schools[fold(old)], given.names[fold(old)] = given.schools.pop(fold(FIRST)), old
    del given.names[fold(FIRST)]
    assert roll_up(PACK, received(SPRING), SHARES, BUREAU, given).remarks[-1] == (
        f"下达表或上期附件3里有而这次没有收到可汇总的表：{old}。改了校名的，请在学校名单里加一列“曾用名”写上旧名，"
        f"用 --roster 批量校验后再汇总：“{old}”（现“{FIRST}”？）。"
    )


def test_many_schools_without_a_share_are_told_once_and_so_is_a_mistyped_bureau() -> None:
    given = inputs(SPRING)
    rollup = roll_up(PACK, received(SPRING), SHARES, "全州市", given)
    assert rollup.remarks == [
        "分担比例表里没有“全州市”，各校的比例都查不到；请核对 --bureau 写的单位名称，写错了的改正后再汇总一次。",
        "“泉州示范技工学校”、“泉州第二技工学校”的分担比例空着：未列入：分担比例表里没有“全州市”的“市本级”。"
        "请向省里核实后填写，不能推算。",
        "“惠安示范技工学校”的分担比例空着：未列入：分担比例表里没有“全州市”的“惠安”。请向省里核实后填写，不能推算。",
        "缺泉州示范技工学校、泉州第二技工学校、惠安示范技工学校的分担比例，"
        "3-2 和分担测算里含有它的省级、市县级小计、合计也空着，在 3-2 补上比例后都自动算出。",
    ]
    for bureau in ("泉州市", "泉州市人力资源和社会保障局", "惠安县", "厦门市", "平潭综合实验区"):
        told = roll_up(PACK, received(SPRING), SHARES, bureau, given).remarks
        assert not any("请核对 --bureau" in remark for remark in told), bureau


def test_names_that_end_in_brackets_keep_them_and_their_balances(tmp_path: Path) -> None:
    """A campus and a school in preparation are schools of their own, in this term and in the next."""
    names = {FIRST: f"{FIRST}（惠安校区）", SECOND: FIRST, COUNTY_SCHOOL: "惠安示范技工学校（筹）"}
    places = {FIRST: (CITY, "", 1), SECOND: (CITY, "", 2), COUNTY_SCHOOL: (COUNTY, "同安", 3)}
    given = Inputs()
    for old, name in names.items():
        section, place, balance = places[old]
        given.schools[fold(name)] = Known(section, place, {"前期省级": Typed(Decimal(balance), "x")})
    schools = Received(SPRING, SET, [dataclasses.replace(school(old), name=name) for old, name in names.items()])
    schools.schools.sort(key=lambda item: item.name)
    rollup = roll_up(PACK, schools, SHARES, BUREAU, given)
    # 同安 is no place of the table, and could not be told from a part of the name.
    assert [line.label(rollup.laid[0].form) for line in rollup.lines] == [
        f"1、{FIRST}", f"2、{FIRST}（惠安校区）", "1、惠安示范技工学校（筹）",
    ]  # fmt: skip
    write_rollup(tmp_path / "附件3.xlsx", PACK, rollup)
    book = open_book(tmp_path / "附件3.xlsx")
    report = check_workbook(bind(book, PACK))
    further(schools=schools)(bind(book, PACK), report)
    assert {item.code for item in report.findings} == {"B207", "B236"}
    last = last_balances(tmp_path / "附件3.xlsx")
    brought = {name: last.of(name.replace("（", "(").replace("）", ")")).amounts for name in names.values()}
    assert [
        {key: typed.value for key, typed in amounts.items() if key == "前期省级"} for amounts in brought.values()
    ] == [{"前期省级": 1}, {"前期省级": 2}, {}]
    assert last.remarks == []


def test_a_county_lists_its_own_schools() -> None:
    lines = lines_of(received(SPRING), SHARES, "惠安县", Inputs())
    assert {(line.section, line.share.bureau, line.share.place, line.share.province) for line in lines} == {
        (COUNTY, "泉州市", "惠安", 4)
    }


def test_missing_balances_are_counted() -> None:
    schools = received(SPRING)
    schools.schools[0] = dataclasses.replace(schools.schools[0], balances={})
    rollup = roll_up(PACK, schools, SHARES, BUREAU, inputs(SPRING))
    assert rollup.remarks == [
        f"3-4 的“{name}”只汇总了 2 所学校，另有 1 所没有填。" for name in ("前期结余", "实际收到", "期末结余")
    ]


def test_own_standards_are_summed_not_recomputed() -> None:
    """A school that is paid by another standard, as the note below 2-4 allows."""
    one = school(FIRST)
    drawn = dict(one.figures["汇总生均"])
    key = next(key for key, name in drawn if name == "第5月" and drawn[key, name].value)
    heads = sum((drawn[key, f"第{month}月"].value for month in range(1, 6)), Decimal(0))
    drawn[key, "生均标准"] = Figure(Decimal(7000), "生均", "H9")
    drawn[key, "生均金额"] = Figure(heads * 7000 / 100_000, "生均", "I9")
    changed = dataclasses.replace(one, figures={**one.figures, "汇总生均": drawn})
    schools = Received(SPRING, SET, [changed, school(SECOND)])
    rollup = roll_up(PACK, schools, SHARES, BUREAU, inputs(SPRING))
    laid = {item.form.role: item for item in rollup.laid}
    base = City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), laid)
    table = base.workbook().tables["汇总生均"]
    index = table.index[key]
    expected = heads * 7000 / 100_000 + school(SECOND).amount("汇总生均", "生均金额", key)
    assert table.amount("生均金额", index) == expected
    assert table.text("备注", index) == f"{FIRST}生均标准7000元/人·年"
    assert [item.code for item in check_workbook(base.workbook()).findings if item.code == "B219"] == []


def test_majors_are_named_once() -> None:
    base = city(SPRING)
    workbook = base.workbook()
    table = workbook.tables["汇总免学费"]
    every = {
        major for item in received(SPRING).schools for majors in item.majors["汇总免学费"].values() for major in majors
    }
    assert table.lines["专业个数"].number.value == len(every)
    for index in table.details():
        names = [name for name in table.text("就读专业", index).split("、") if name]
        assert names == sorted(set(names)) and set(names) <= every


def test_majors_that_schools_spell_differently_are_one() -> None:
    key: Key = ("一年级", "其他一般专业", "脱贫户")
    other: Key = ("一年级", "其他一般专业", "残疾")
    spelled: tuple[tuple[str, dict[Key, tuple[str, ...]]], ...] = (
        (FIRST, {key: ("2023年秋季美容美发与造型", "2023秋数控加工专业"), other: ("2023年秋数控加工",)}),
        (SECOND, {key: ("2023秋美容美发与造型", "2022秋 数控加工"), other: ("美容",)}),
    )
    changed = [dataclasses.replace(school(name), majors={"汇总免学费": majors}) for name, majors in spelled]
    schools = Received(SPRING, SET, changed)
    rollup = roll_up(PACK, schools, SHARES, BUREAU, inputs(SPRING))
    laid = {item.form.role: item for item in rollup.laid}
    base = City(SPRING, rollup, to_book(rollup.laid, "附件3.xlsx"), laid)
    table = base.workbook().tables["汇总免学费"]
    assert table.text("就读专业", table.index[key]) == "2022秋数控加工、2023秋数控加工、2023秋美容美发与造型"
    assert table.text("就读专业", table.index[other]) == "2023秋数控加工、美容"
    assert table.lines["专业个数"].number.value == 4
    assert not [item for item in check(base, base.fresh(), schools=schools).findings if "专业" in item.message]


def test_writing_is_whole_and_never_over_a_file(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    first = target.read_bytes()
    with pytest.raises(BureauProblem, match=r"^“附件3\.xlsx”已经存在，没有覆盖。"):
        write_rollup(target, PACK, city(SPRING).rollup)
    write_rollup(target, PACK, city(SPRING).rollup, force=True)
    assert target.read_bytes() == first and [path.name for path in tmp_path.iterdir()] == ["附件3.xlsx"]
    with pytest.raises(BureauProblem, match=r"^输出文件应以 \.xlsx 结尾：“附件3\.xls”。$"):
        write_rollup(tmp_path / "附件3.xls", PACK, city(SPRING).rollup)
    with pytest.raises(BureauProblem, match=r"^文件夹“没有”不存在，请先建立。$"):
        write_rollup(tmp_path / "没有" / "附件3.xlsx", PACK, city(SPRING).rollup)


def test_formulas_are_native_with_results_and_comments(tmp_path: Path) -> None:
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(SPRING).rollup)
    book = load_workbook(target)
    assert book.sheetnames == [
        "助学金汇总1人数",
        "助学金汇总2资金",
        "免学费汇总",
        "生均汇总",
        "免学费申报人数",
        "分担测算（不上报）",
    ]
    sheet = book["助学金汇总2资金"]
    row = city(SPRING).cell(f"汇总资金/{FIRST}/累计结余").row
    assert [sheet.cell(row, column).value for column in (7, 8, 10, 16, 17, 18)] == [
        f'=IF(B{row}="","",ROUND(F{row}*B{row},6))', f'=IF(B{row}="","",F{row}-G{row})',
        f'=IF(COUNT(K{row},L{row})<2,"",K{row}+L{row})', f'=IF(COUNT(B{row},K{row},L{row})<3,"",Q{row}+R{row})',
        f'=IF(COUNT(B{row},K{row})<2,"",K{row}+N{row})', f'=IF(COUNT(B{row},L{row})<2,"",L{row}+O{row})',
    ]  # fmt: skip
    assert [sheet.cell(8, column).value for column in range(1, 19)] == [
        *range(1, 16), "16=17+18", "17=11+14", "18=12+15",
    ]  # fmt: skip
    assert sheet.cell(row, 3).comment.text == "取自 下达.xlsx 下达!市下达省级"
    book = open_book(target)
    assert not any(sheet.uncached for sheet in book.sheets)
    assert bind(book, PACK).set == SET


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_gets_the_same_figures(tmp_path: Path) -> None:
    """An independent program recalculates every formula of 附件3 from scratch."""
    target = tmp_path / "附件3.xlsx"
    write_rollup(target, PACK, city(AUTUMN).rollup)
    bare = tmp_path / "bare.xlsx"
    with zipfile.ZipFile(target) as source, zipfile.ZipFile(bare, "w") as copy:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            copy.writestr(item.filename, data)
    profile = (tmp_path / "profile").as_uri()
    out = tmp_path / "out"
    command = [
        "soffice",
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(out),
        str(bare),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    mine, theirs = load_workbook(target, data_only=True), load_workbook(out / "bare.xlsx", data_only=True)
    compared = 0
    for sheet in mine:
        for line in sheet.iter_rows():
            for cell in line:
                other = theirs[sheet.title][cell.coordinate].value
                if isinstance(cell.value, int | float):
                    assert abs(cell.value - other) < 1e-9, (sheet.title, cell.coordinate, cell.value, other)
                    compared += 1
    assert compared > 500


def test_titles_name_the_bureau() -> None:
    titles = [item.form.title for item in city(SPRING).laid.values()]
    assert titles[1] == "泉州市人力资源和社会保障局2024年春季学期国家助学金结算汇总表2（资金统计）"
    named = roll_up(PACK, received(SPRING), SHARES, "泉州台商投资区民生保障局", Inputs())
    assert named.laid[0].form.title.startswith("泉州台商投资区民生保障局2024年春季学期")


def test_empty_school_lists_still_make_a_workbook() -> None:
    rollup = roll_up(PACK, Received(SPRING, SET), SHARES, BUREAU, Inputs())
    assert render_rollup(PACK, rollup)[:2] == b"PK"
    assert msgspec.structs.asdict(rollup.laid[0].form)["id"] == "3-1"
    assert School("校", "校.xlsx", "0", "市属", SPRING).amount("汇总人数", "合计人数") == 0
