"""Student rows: amounts against months and rates, grades, majors and remarks, many rows of one workbook at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jiesuan.report import Finding

from .schools import change, check, school

BASE = school("市属2024春", 300)
LIST = "精准明细"
FILLED = BASE.filling.rows[LIST]
AIDED = [
    f"{LIST}/{section}/{index}"
    for section, index in BASE.laid[LIST].rows
    if index < len(FILLED.get(section, ()))
    and (FILLED[section][index]["助学金金额"], FILLED[section][index]["免学费金额"]) == (1000, 1050)
]
"""Rows of students of an ordinary major, with both kinds of aid for five months."""


def told(changes: dict[str, Any], codes: str) -> dict[str, list[str]]:
    """Name of the cell → codes of the findings there, of those rules."""
    found: dict[str, list[str]] = {}
    for item in findings(changes):
        if item.code in codes.split():
            found.setdefault(BASE.name(item.sheet, item.cell), []).append(item.code)
    return found


def findings(changes: dict[str, Any]) -> list[Finding]:
    book = BASE.fresh()
    change(BASE, book, changes)
    return check(BASE, book).findings


EMPTY = "（空）"
AMOUNTS: list[tuple[Any, Any, dict[str, str]]] = [
    # 助学金 at 200 a month; 免学费 at 210 (ordinary majors), 240 (涉农) or 320 (高级工).
    (1000, 1050, {}),
    (200, 210, {}),
    (800, 840, {}),
    (600, 1050, {"助学金金额": "P205"}),
    (1000, 840, {"助学金金额": "P205"}),
    (1001, 1050, {"助学金金额": "P201 P202"}),
    (999, 1050, {"助学金金额": "P202"}),
    (1200, 1050, {"助学金金额": "P201"}),
    (100, 210, {"助学金金额": "P202"}),
    (1000, 1049, {"免学费金额": "P204"}),
    (1000, 1200, {"免学费金额": "P204"}),  # five months of another category's rate
    (1000, 1600, {"免学费金额": "P204"}),
    (1000, 1601, {"免学费金额": "P203"}),
    (1000, 1260, {"免学费金额": "P204"}),  # six months
    (EMPTY, 1050, {}),
    (1000, EMPTY, {}),
    (EMPTY, EMPTY, {"免学费金额": "L115"}),
    (0, 0, {"免学费金额": "L115"}),
]


def test_amounts_of_a_row() -> None:
    assert len(AIDED) >= len(AMOUNTS)
    changed: dict[str, Any] = {}
    expected: dict[str, list[str]] = {}
    for row, (aid, fee, codes) in zip(AIDED, AMOUNTS, strict=False):
        changed |= {f"{row}/助学金金额": aid, f"{row}/免学费金额": fee}
        expected |= {f"{row}/{name}": code.split() for name, code in codes.items()}
    found = told(changed, "P201 P202 P203 P204 P205 L115")
    assert {name: sorted(codes) for name, codes in found.items()} == expected


def test_what_is_said_of_amounts() -> None:
    first, second, third, fourth = AIDED[:4]
    said = {
        (item.code, BASE.name(item.sheet, item.cell)): (item.message, item.expected, item.actual)
        for item in findings(
            {
                f"{first}/助学金金额": 999,
                f"{second}/助学金金额": 600,
                f"{third}/免学费金额": 1049,
                f"{fourth}/免学费金额": 1200,
            }
        )
        if item.code in ("P202", "P204", "P205")
    }
    assert said == {
        ("P202", f"{first}/助学金金额"): ("金额不是月标准的整数倍", "每月 200 元的 1 至 5 倍", "999.00 元"),
        ("P205", f"{second}/助学金金额"): ("助学金是 3 个月，免学费是 5 个月", "", "600.00 元"),
        ("P204", f"{third}/免学费金额"): ("金额不是月标准的 1 至 5 倍", "每月 210 元的 1 至 5 倍", "1,049.00 元"),
        ("P204", f"{fourth}/免学费金额"): (
            "与该专业的类别（其他一般专业）不符",
            "每月 210 元的 1 至 5 倍",
            "1,200.00 元",
        ),
    }


CLASSES: list[tuple[str, str]] = [
    ("2023秋电子商务1班", ""),
    ("2024春电子商务1班", ""),
    ("2022秋电子商务1班", ""),
    ("2022春电子商务1班", ""),  # four terms on: second or third year
    ("2021秋电子商务1班", "P206"),  # third year: fees, no grant
    ("2021春电子商务1班", "P206"),  # six terms on: still in the third year
    ("2020秋电子商务1班", "L117"),
    ("2024秋电子商务1班", "L117"),
    ("2020春电子商务1班", "L117"),
]


def test_years_of_entry_and_who_gets_a_grant() -> None:
    changed = {f"{row}/班级": name for row, (name, _) in zip(AIDED, CLASSES, strict=False)}
    expected = {
        f"{row}/{'班级' if code == 'L117' else '助学金金额'}": [code]
        for row, (_, code) in zip(AIDED, CLASSES, strict=False)
        if code
    }
    assert told(changed, "L117 P206") == expected


@pytest.mark.parametrize(
    ("remark", "answered"),
    [
        ("留级", True), ("因病休学一年，2023年9月复学", True), ("2021年参军，2023年退役复学", True), ("入伍，保留学籍2年", True),
        ("降级试读", True), ("2022年休学", True), ("7月起休学", False), ("无", False), ("已核实", False), ("家中无电话", False), ("4月转入", False), ("", False),
    ],
)  # fmt: skip
def test_who_stayed_behind_says_so_in_the_remark(remark: str, answered: bool) -> None:
    third, fourth, unborn = AIDED[:3]
    changed = {
        f"{third}/班级": "2021秋电子商务1班",
        f"{fourth}/班级": "2020秋电子商务1班",
        f"{unborn}/班级": "2024秋电子商务1班",  # nobody stays behind before the beginning
        **{f"{row}/备注": remark or "（空）" for row in (third, fourth, unborn)},
    }
    late = {f"{third}/助学金金额": ["P206"], f"{fourth}/班级": ["L117"]}
    assert told(changed, "L117 P206") == {**({} if answered else late), f"{unborn}/班级": ["L117"]}


def test_what_is_said_of_years() -> None:
    late, early = AIDED[0], AIDED[1]
    changed = {f"{late}/班级": "2024秋电子商务1班", f"{early}/班级": "2020秋电子商务1班"}
    assert {item.message for item in findings(changed) if item.code == "L117"} == {
        "2024年秋季学期入学，到2024年春季学期还没有入学",
        "2020年秋季学期入学，到2024年春季学期已超过三年级",
    }


@pytest.mark.parametrize(("count", "etc"), [(3, ""), (6, ""), (7, "等")])
def test_five_others_with_the_same_phone_are_named(count: int, etc: str) -> None:
    rows = AIDED[:count]
    found = [item for item in findings({f"{row}/联系电话": "13900000000" for row in rows}) if item.code == "L113"]
    places = [BASE.cell(f"{row}/联系电话").row for row in rows]
    expected = [
        f"第{'、'.join(str(other) for other in [p for p in places if p != own][:5])}{etc}行也是这个电话，共{count}名学生"
        for own in places
    ]
    assert [item.message for item in found] == expected


SHARED = ["13900000000", "139-0000-0000", 13900000000, "１３９００００００００", "+86 13900000000"]


@pytest.mark.parametrize(("count", "shared"), [(2, False), (3, True), (4, True), (5, True)])
def test_a_phone_of_three_however_it_is_written(count: int, shared: bool) -> None:
    rows = AIDED[:count]
    changed = {f"{row}/联系电话": phone for row, phone in zip(rows, SHARED, strict=False)}
    found = [item for item in findings(changed) if item.code == "L113"]
    assert [BASE.name(item.sheet, item.cell) for item in found] == [f"{row}/联系电话" for row in rows if shared]
    assert all(item.message.endswith(f"行也是这个电话，共{count}名学生") for item in found)
    places = [str(BASE.cell(f"{row}/联系电话").row) for row in rows]
    assert all(str(item.order[0]) not in item.message.split("行")[0].removeprefix("第").split("、") for item in found)
    if shared:
        assert found[0].message.startswith(f"第{'、'.join(places[1:])}行")


AGRICULTURE = [
    f"{LIST}/{section}/{index}"
    for section, index in BASE.laid[LIST].rows
    if index < len(FILLED.get(section, ())) and "涉农" in str(FILLED[section][index]["备注"])
    and FILLED[section][index]["助学金金额"] == 1000
]  # fmt: skip
SENTENCE = "包含涉农专业学生{}人，申请了助学金{}元、免学费补助金{}元"
REMARKS: list[tuple[str, bool]] = [
    (SENTENCE.format(1, 1000, 1200), True),
    (SENTENCE.format(1, "1000.00", "1200.0"), True),
    ("（" + SENTENCE.format(1, 1000, 1200) + "）", True),
]
WRONG_REMARKS = [
    (SENTENCE.format(2, 1000, 1200), "备注里的人数或金额与本行不同"),
    (SENTENCE.format(1, 1200, 1000), "备注里的人数或金额与本行不同"),
    (SENTENCE.format(1, 1000, 1201), "备注里的人数或金额与本行不同"),
    ("涉农专业", "涉农专业学生没有按填表说明1写备注"),
    (EMPTY, "涉农专业学生没有按填表说明1写备注"),
]


@pytest.mark.parametrize("text", [text for text, _ in REMARKS])
def test_remarks_that_agree_with_the_row(text: str) -> None:
    assert told({f"{AGRICULTURE[0]}/备注": text}, "L119") == {}


@pytest.mark.parametrize(("text", "says"), WRONG_REMARKS)
def test_remarks_that_do_not(text: str, says: str) -> None:
    (item,) = [item for item in findings({f"{AGRICULTURE[0]}/备注": text}) if item.code == "L119"]
    assert (BASE.name(item.sheet, item.cell), item.message) == (f"{AGRICULTURE[0]}/备注", says)
    assert item.expected == SENTENCE.format(1, 1000, 1200)


@pytest.mark.parametrize(
    ("years", "old"),
    [(13, True), (14, False), (18, False), (22, False), (23, True)],
)
def test_ages_that_are_unusual(years: int, old: bool) -> None:
    """Whole years at the beginning of the term, whatever day the check is made."""
    from stdnum.cn import ric

    born = dt.date(2024 - years, 1, 15)
    head = f"350102{born:%Y%m%d}253"
    name = f"{AIDED[0]}/身份证号"
    found = told({name: head + str(ric.calc_check_digit(head + "0"))}, "L111")
    assert found == ({name: ["L111"]} if old else {})
