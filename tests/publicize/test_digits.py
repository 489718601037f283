"""Numbers that are not written in plain digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.publicize.digits import in_digits, plain

from ..roster.making import number

WHOLE = number(1)
WRITINGS = [
    "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "○一貳參四五陸七八九", "⓪①②③④⑤⑥⑦⑧⑨", "⓿❶❷❸❹❺❻❼❽❾", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "٠١٢٣٤٥٦٧٨٩",
]  # fmt: skip


def respelled(digits: str, writing: str) -> str:
    return digits.translate(str.maketrans("0123456789", writing))


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_writing_of_digits(writing: str) -> None:
    assert in_digits(plain(respelled(WHOLE, writing))) == WHOLE


@given(
    gap=st.sampled_from(["", " ", "-", "·", "、"]),
    writing=st.sampled_from(WRITINGS),
    before=st.sampled_from(["号", "(", ""]),
)
def test_gaps_stay_as_they_are(gap: str, writing: str, before: str) -> None:
    assert in_digits(plain(before + gap.join(respelled(WHOLE, writing)))) == before + gap.join(WHOLE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1\ufe0f\u20e33\ufe0f\u20e3", "13"), ("1\u0336\u200b3", "13"), ("张三 １班", "张三 1班"), ("abc 1", "abc 1"), ("", ""),
        ("①班", "1班"),
    ],
)  # fmt: skip
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("二〇〇八年一月十五日出生", "2008年1月15日出生"), ("贰零零捌年壹月拾伍日", "2008年1月15日"), ("零八年十二月二十日生", "08年12月20日生"),
        ("2008年一月三十一日", "2008年1月31日"), ("自九月二日至九月十日", "自9月2日至9月10日"),
        ("二〇二三秋数控一班", "2023秋数控一班"), ("第一、二、三组", "第一、二、三组"), ("一年级", "一年级"), ("生于二〇〇八年", "生于2008年"),
    ],
)  # fmt: skip
def test_dates_and_what_is_no_number(text: str, expected: str) -> None:
    assert in_digits(text) == expected


def test_a_name_may_end_with_a_digit() -> None:
    assert in_digits("张三一三九一二", 1) == "张三13912"
    assert in_digits("张三一三九一二") == "张313912"
