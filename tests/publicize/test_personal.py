"""Personal information inside any text, however it is written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.publicize.personal import Found, is_birth, number_kind, personal, written_date

from ..roster.making import number

WHOLE = number(1)
CARD = "6222021234567890128"[:18]
HIDING = [
    WHOLE, f"身份证{WHOLE}号", " ".join(WHOLE), f"{WHOLE[:6]} {WHOLE[6:14]} {WHOLE[14:]}", f"{WHOLE[:6]}-{WHOLE[6:14]}-{WHOLE[14:]}",
    WHOLE.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")), "\u200b".join(WHOLE), ".".join(WHOLE), f"张三{WHOLE}李四",
    f"{WHOLE[:9]}\n{WHOLE[9:]}", "350502080115001", "350***********1234", "350502****0011ＸXXX"[:14] + "****1234",
]  # fmt: skip


@pytest.mark.parametrize("text", HIDING)
def test_identity_numbers(text: str) -> None:
    kinds = [found.check for found in personal(text)]
    assert "identity" in kinds
    assert all(WHOLE not in found.shown for found in personal(text))


@given(
    gaps=st.lists(st.sampled_from(["", " ", "-", "\u3000", "\u200b", "·", "."]), min_size=17, max_size=17),
    before=st.sampled_from(["", "张三", "号：", "（"]),
    wide=st.booleans(),
    serial=st.integers(0, 999),
)
def test_nothing_hides_an_identity_number(gaps: list[str], before: str, wide: bool, serial: int) -> None:
    whole = number(serial)
    digits = whole.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")) if wide else whole
    text = before + "".join(d + g for d, g in zip(digits, [*gaps, ""], strict=True)) + "；"
    assert [found.check for found in personal(text)][:1] == ["identity"]


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [
        ("13912345678", "", [Found("phone", "139****5678")]), ("139 1234 5678", "", [Found("phone", "139****5678")]),
        ("+86-13912345678", "", [Found("phone", "139****5678")]), ("电话０５９１－８７５０００００", "", [Found("phone", "059*****0000")]),
        ("6222021234567890123", "银行卡号", [Found("card", "622************0123")]),
        ("6222 0212 3456 7890 0000", "", []), ("4111 1111 1111 1111", "", [Found("card", "411*********1111")]),
        ("2008年1月15日出生", "", [Found("birth", "2008年…")]), ("2008-01-15", "出生年月", [Found("birth", "2008年…")]),
        ("2008-01-15", "", []), ("公示期2024年4月8日至4月15日", "", []),
        ("某市某区某镇某村3组12号", "", [Found("address", "某市某…")]), ("南湖路12号", "", [Found("address", "南湖路…")]),
        ("石城镇前进村", "", [Found("address", "石城镇…")]), ("某市第一技工学校", "", []), ("2023秋数控加工1班", "", []),
        ("低保家庭", "", [Found("hardship", "低保")]), ("", "", []), ("共 12345678901234 元", "", []),
        ("350502200801150011123", "", []), (f"1{WHOLE}2", "", [Found("identity", f"135{'*' * 13}{WHOLE[-3:]}2")]),
    ],
)  # fmt: skip
def test_other_kinds(text: str, heading: str, expected: list[Found]) -> None:
    assert list(personal(text, words=("低保", "残疾"), heading=heading)) == expected


@pytest.mark.parametrize(
    ("digits", "heading", "kind"),
    [(WHOLE, "", "identity"), ("350502200813990011", "", "identity"), ("350502300813990011", "", ""), ("160502200813990011", "", ""), ("350502200813990011", "身份证号", "identity"),
     ("350502081301001", "", ""), ("12345678901234", "", ""), ("12345678901234", "账号", "card"), ("11010519491231002X", "", "identity")],
)  # fmt: skip
def test_long_numbers(digits: str, heading: str, kind: str) -> None:
    assert number_kind(digits, heading) == kind


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("350***********1234", "350***********1234"),
        ("3505022008****0011", "350***********0011"),
        ("350502****xxxx0011", "350***********0011"),
        ("号3505020115●●●●●●●X", "350***********●●●X"),
    ],
)
def test_a_number_hidden_in_part_is_shown_no_further_than_a_masked_one(text: str, shown: str) -> None:
    assert list(personal(text)) == [Found("identity", shown)]


WIDE, CHINESE, CIRCLES = "０１２３４５６７８９", "〇一二三四五六七八九", "⓪①②③④⑤⑥⑦⑧⑨"


@pytest.mark.parametrize("writing", [WIDE, CHINESE, "零壹贰叁肆伍陆柒捌玖", CIRCLES, "⓿❶❷❸❹❺❻❼❽❾"])
@pytest.mark.parametrize("text", ["{}", "张三{}李四", "身份证 {} 号", "（{}）"])
def test_numbers_in_other_digits(text: str, writing: str) -> None:
    written = WHOLE.translate(str.maketrans("0123456789", writing))
    shown = f"350***********{WHOLE[-4:]}"
    assert Found("identity", shown) in list(personal(text.format(written)))
    assert Found("identity", shown) in list(personal(text.format("-".join(written))))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("身份证后六位：150011", 6), ("身份证后6位150011", 6), ("身份证号后 4 位：001x", 4), ("身份证尾号001X", 4),
        ("（身份证后四位）1234", 4), ("证件号码末四位为 123X", 4), ("身份证后四位一二三四", 4), ("身份证后四位①②③④", 4), ("身份证前六位350502", 6),
        ("身份证350502****", 10), ("身份证号：******0011", 10), ("身份证最后四位是0011，请核对", 4),
    ],
)  # fmt: skip
def test_a_part_of_a_number_that_is_named_so(text: str, length: int) -> None:
    assert list(personal(text)) == [Found("identity", "*" * length)]


@pytest.mark.parametrize(
    "text",
    [
        "凭身份证后到校领取，2024年9月", "身份证复印件交后勤处2024", "凭身份证后六位查询", "证件照尾款1200元", "后四位1234", "身份证复印件2份", "卡尾号1234",
        "身份证明后附，共1234份",
    ],
)  # fmt: skip
def test_no_part_of_a_number(text: str) -> None:
    assert list(personal(text)) == []


@pytest.mark.parametrize("text", ["350****1234", "1390000****", "12****", "编号350-****-1234"])
def test_other_stars(text: str) -> None:
    assert list(personal(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{WHOLE}，电话13912345678",
            [Found("identity", f"350***********{WHOLE[-4:]}"), Found("phone", "139****5678")],
        ),
        ("13912345678、13912345679", [Found("phone", "139****5678"), Found("phone", "139****5679")]),
        ("(0591)87500000", [Found("phone", "059*****0000")]),
        ("139123456789", []),
        ("13912345678，2023秋数控1班", [Found("phone", "139****5678")]),
        ("13912345678 2班", [Found("phone", "139****5678")]),
        ("6222 0212 1391 2345 6780 0", []),
        ("6222021234567890128、6222021234567890128", [Found("card", "622************0128")]),
        ("350502080115001，13912345678", [Found("identity", "350********5001")]),
        ("2008/1/15生，2009.2.3生", [Found("birth", "2008年…"), Found("birth", "2009年…")]),
        ("生于二〇〇八年", []),
        ("二〇〇八年一月十五日出生", [Found("birth", "2008年…")]),
        ("零八年一月十五日生", [Found("birth", "08年…")]),
        ("张三一三九一二三四五六七八", [Found("phone", "139****5678")]),
        ("联系人丁一13912345678", [Found("phone", "139****5678")]),
        ("电话〇五九五-二二一九八一六九", [Found("phone", "059*****8169")]),
        ("公示期：二〇二四年九月二日至九月九日，第一、三、五、七、八、九、十班", []),
        ("  南湖小区 3栋", [Found("address", "南湖小…")]),
        ("家庭困难，残疾，低保", [Found("hardship", "低保")]),
    ],
)
def test_several_things_in_one_text(text: str, expected: list[Found]) -> None:
    assert list(personal(text, words=("低保", "残疾"))) == expected


@pytest.mark.parametrize(
    ("digits", "heading", "kind"),
    [
        ("350502200801150011", "银行卡号", "identity"),
        ("622202123456789", "证件号码", "identity"),
        ("62220212345678901", "身份证号", ""),
        ("4111111111111111", "", "card"),
        ("4111111111111112", "", ""),
        ("4111111111111112", "开户银行", "card"),
        ("411111111111111X", "", ""),
        ("00000000000000", "", ""),
        (f"{WHOLE}6222021234567890123", "", "identity"),
        (f"999{WHOLE}", "", "identity"),
    ],
)
def test_what_a_long_number_must_be_taken_for(digits: str, heading: str, kind: str) -> None:
    assert number_kind(digits, heading) == kind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"13912345678，{WHOLE}", ["identity", "phone"]),
        ("350502（20080115）0011（13912345678）", ["phone"]),
        (f"{WHOLE}（13912345678）", ["identity", "phone"]),
        ("4111+1111+1111+1111", ["card"]),
        ("41111 1111111 1111", ["card"]),
        ("41 111111111111 11", []),
        ("2221 0000 0000 0009", []),
    ],
)
def test_numbers_side_by_side(text: str, kinds: list[str]) -> None:
    assert [found.check for found in personal(text)] == kinds


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [
        ("22198169", "备 注", [Found("phone", "221****8169")]), ("2219816", "联系电话", [Found("phone", "*******")]),
        ("2219816", "备注", []), ("22198169", "学号", []), ("22198169", "", []), ("20198169", "备注", []),
    ],
)  # fmt: skip
def test_a_telephone_number_without_its_area(text: str, heading: str, expected: list[Found]) -> None:
    assert list(personal(text, heading=heading)) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2007-07-02", dt.date(2007, 7, 2)), (" 2007年7月2日 ", dt.date(2007, 7, 2)), ("20070702", dt.date(2007, 7, 2)),
        ("二〇〇七年七月二日", dt.date(2007, 7, 2)), ("2007-13-02", None), ("20071302", None), ("王明2007-07-02", None), ("2007-07", None), ("", None),
    ],
)  # fmt: skip
def test_a_text_that_is_a_date(text: str, day: dt.date | None) -> None:
    assert written_date(text) == day


@pytest.mark.parametrize(
    ("year", "heading", "expected"), [(2008, "", True), (2024, "", False), (1950, "", False), (2023, "出生日期", True)]
)
def test_dates_of_birth(year: int, heading: str, expected: bool) -> None:
    assert is_birth(dt.date(year, 5, 1), heading, dt.date(2024, 9, 1)) is expected
