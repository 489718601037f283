"""Single cells: many kinds of mistakes in one workbook, each told once, at its own cell and by its own rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from stdnum.cn import ric

from jiesuan.report import Finding
from jiesuan.text import mask

from .schools import School, change, check, school

BASE = school("市属2024春", 300)
LIST = "精准明细"
ROWS = [f"{LIST}/{section}/{index}" for section, index in BASE.laid[LIST].rows]
"""The student rows by name, in order."""
Told = dict[str, tuple[str, str, str, str]]


def findings(changes: dict[str, Any], base: School = BASE) -> list[Finding]:
    book = base.fresh()
    change(base, book, changes)
    return check(base, book).findings


def told(changes: dict[str, Any], families: str) -> Told:
    """Name of the cell → (code, message, expected, actual); no cell is told twice."""
    found: Told = {}
    for item in findings(changes):
        if item.code[0] in families and item.code not in ("L111", "L113", "L118", "L119"):
            name = BASE.name(item.sheet, item.cell)
            assert name not in found, (name, item.code, found[name])
            found[name] = (item.code, item.message, item.expected, item.actual)
    return found


def number(head: str) -> str:
    """A made-up identity number with its check digit."""
    return head + str(ric.calc_check_digit(head + "0"))


GOOD = number("35010220071117253")
WRONG = GOOD[:-1] + ("5" if GOOD[-1] == "X" else str((int(GOOD[-1]) + 1) % 10))
LETTER = GOOD[:12] + "O" + GOOD[13:]
LENGTH = "身份证号有{}位，应为18位"
SPELT = "身份证号夹有空格、全角或小写字符"
FAULTS: list[tuple[Any, str, str, str]] = [
    ("35010220071117253", "L103", LENGTH.format(17), mask("35010220071117253")),
    (GOOD + "1", "L103", LENGTH.format(19), mask(GOOD + "1")),
    ("350102071117253", "L103", "15位的旧身份证号已停用，请填18位号码", "350********7253"),
    (LETTER, "L103", "身份证号里有数字和 X 以外的字符，共18位", LETTER[:3] + "*" * 11 + LETTER[-4:]),
    ("待补", "L103", "身份证号里有数字和 X 以外的字符，共2位", "**"),
    (35010207, "L103", LENGTH.format(8), "350****0207"),
    (WRONG, "L104", "身份证号最后一位与前17位对不上，至少有一位录错", mask(WRONG)),
    (number("35010220070230253"), "L105", "第7至14位不是一个有效的出生日期", mask(number("35010220070230253"))),
    (number("35010220991117253"), "L105", "第7至14位不是一个有效的出生日期", mask(number("35010220991117253"))),
    (350102200711172000, "L106", "身份证号存成了数字", "350…（18位数字，后三位已丢失）"),
    (number("99010220071117253"), "L107", "身份证号地址码无效", mask(number("99010220071117253"))),
    ("H0123456700", "L109", "不是居民身份证号", "H01****6700"),
    (f" {number('35010220061117251')}", "L110", SPELT, mask(number("35010220061117251"))),
    (number("35010220061117250").replace("35", "３５", 1), "L110", SPELT, mask(number("35010220061117250"))),
    ("（空）", "L101", "身份证号没有填", "（空白）"),
]


def test_identity_numbers() -> None:
    changed = {f"{row}/身份证号": value for row, (value, *_) in zip(ROWS, FAULTS, strict=False)}
    assert len(changed) == len(FAULTS) <= len(ROWS)
    found = told(changed, "L")
    expected = {
        name: (code, message, "", actual) for name, (_, code, message, actual) in zip(changed, FAULTS, strict=True)
    }
    assert found == expected


def test_the_same_number_twice_is_told_at_both_rows() -> None:
    first, second, third = ROWS[0], ROWS[3], ROWS[5]
    changed = {f"{first}/身份证号": GOOD, f"{second}/身份证号": GOOD, f"{third}/身份证号": f"{GOOD[:6]} {GOOD[6:]}"}
    rows = {name: BASE.cell(f"{name}/姓名").row for name in (first, second, third)}
    found = told(changed, "L")
    assert found == {
        f"{name}/身份证号": (
            "L108",
            f"与第{'、'.join(str(row) for other, row in rows.items() if other != name)}行的身份证号相同，姓名却不同",
            "",
            mask(GOOD),
        )
        for name in rows
    }
    same = {f"{name}/姓名": "张某" for name in rows}
    for code, message, *_ in told(changed | same, "L").values():
        assert code == "L108" and message.endswith("行的身份证号相同")


PHONES: list[tuple[Any, str | None]] = [
    ("13900000000", None),
    (13900000001, None),
    ("139-0000-0002", None),
    ("+86 13900000003", None),
    ("0591-87505352", None),
    ("（0591）87505352", None),
    ("87505352-801", None),
    ("13900000004、13900000005", None),
    ("139000000", "139****0000"),
    ("139000000066", "139*****0066"),
    ("12900000000", "129****0000"),
    ("13900000007、1390", "139*********1390"),
    ("无", "*"),
    (139, "***"),
]


def test_phones() -> None:
    changed = {f"{row}/联系电话": value for row, (value, _) in zip(ROWS, PHONES, strict=False)}
    assert len(changed) == len(PHONES)
    wrong = {
        name: ("L112", "联系电话不对", "", actual)
        for name, (_, actual) in zip(changed, PHONES, strict=True)
        if actual is not None
    }
    assert told(changed, "L") == wrong


NAMES = {
    "张三": "",
    "阿依古丽·买买提": "",
    "Anna": "",
    "张 三": "L114",
    "张三1": "L114",
    "张三（休学）": "L114",
    "张三.李四": "L114",
    "张三\u200b": "L114",
    "（空）": "L101",
    "   ": "L101",
}
CLASSES = {
    "2023秋数控1班": "",
    "2023年秋季数控1班": "",
    " 2022秋 数控 2班": "",
    "２０２３秋数控1班": "",
    "23秋数控1班": "L116",
    "数控2023秋1班": "L116",
    "2023数控1班": "L116",
    "2023秋": "L116",
    "（空）": "L101",
}


@pytest.mark.parametrize(("field", "values"), [("姓名", NAMES), ("班级", CLASSES)])
def test_names_and_classes(field: str, values: dict[str, str]) -> None:
    changed = {f"{row}/{field}": value for row, value in zip(ROWS, values, strict=False)}
    found = {name: code for name, (code, *_) in told(changed, "L").items() if name.endswith(f"/{field}")}
    expected = {name: values[value] for name, value in changed.items() if values[value]}
    assert {name: code for name, code in found.items() if code != "L117"} == expected


NUMBERS: list[tuple[Any, str, str, str, str]] = [
    ("七", "V101", "这里应填数字", "", "七"),
    ("7人", "V101", "这里应填数字", "", "7人"),
    (
        dt.date(2024, 9, 5),
        "V101",
        "单元格的格式是日期，里面存的数是 45540；请把格式改为“常规”，再核对这个数",
        "45540",
        "2024-09-05",
    ),
    (True, "V101", "这里应填数字", "", "TRUE"),
    (2.5, "V102", "人数应是整数", "", "2.5 人"),
    (-2, "V103", "不应为负数", "", "-2 人"),
    (-2.5, "V102", "人数应是整数", "", "-2.5 人"),
    ("#REF!", "V104", "公式出错，算不出数", "", "#REF!"),
    ("12", "V105", "数字存成了文本，Excel 求和会漏掉它", "12", "文本“12”"),
    (" 1,200 ", "V105", "数字存成了文本，Excel 求和会漏掉它", "1200", "文本“1,200”"),
    ("-3", "V103", "不应为负数", "", "-3 人"),
    (13, "", "", "", ""),
    (0, "", "", "", ""),
    ("—", "", "", "", ""),
    ("（空）", "", "", "", ""),
]


def test_numbers() -> None:
    places = sorted(
        {f"生均/{','.join(key)}" for role, key, _ in BASE.filling.figures if role == "生均" and "*" not in key}
    )
    cells = [f"{row}/第{month}月" for row in places for month in (2, 4)]
    assert len(cells) >= len(NUMBERS)
    changed = {cell: value for cell, (value, *_) in zip(cells, NUMBERS, strict=False)}
    found = told(changed, "V")
    expected = {cell: tuple(item[1:]) for cell, item in zip(cells, NUMBERS, strict=False) if item[1]}
    assert {name: (code, message, *rest) for name, (code, message, *rest) in found.items()} == {
        name: (code, message, wanted, actual) for name, (code, message, wanted, actual) in expected.items()
    }


def test_a_cell_is_told_once_by_the_gravest_rule() -> None:
    """A text of a negative fraction is all three; a duplicate with a wrong check digit is no duplicate."""
    name = "生均/一年级,涉农/第2月"
    assert [code for code, *_ in told({name: "-2.5"}, "V").values()] == ["V102"]
    wrong = {f"{ROWS[0]}/身份证号": WRONG, f"{ROWS[1]}/身份证号": WRONG}
    assert [code for code, *_ in told(wrong, "L").values()] == ["L104", "L104"]


def test_amounts_with_float_noise() -> None:
    name = "生均/期末结余"
    noisy = "免学费/一年级,涉农专业,残疾/补助金额"
    found = told({noisy: 0.240000152587891, name: 1.5}, "V")
    assert found == {noisy: ("V106", "带有浮点误差", "0.24", "0.2400001526…")}
