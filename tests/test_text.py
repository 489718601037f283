"""Folding, cleaning, the nearest label, and that no personal number gets out."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.text import clean, fold, mask, mask_number, nearest

ID, OLD_ID, CARD, MOBILE = "350582200701011238", "350582070101123", "6222021100001234567", "13900001234"


@pytest.mark.parametrize(
    "text",
    [
        "脱贫户（含监测对象）家庭学生",
        "脱贫户 (含监测对象) 家庭学生",
        "脱贫户〔含监测对象〕\n家庭学生",
        "脱贫户【含监测对象】\u3000家庭\u200b学生",
        "\ufeff脱贫户[含监测对象]家庭学生\xa0",
    ],
)
def test_one_label_in_many_spellings(text: str) -> None:
    assert fold(text) == "脱贫户(含监测对象)家庭学生"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("８＝６×７÷１００００", "8=6*7/10000"),
        ("一、二年级合计", "一,二年级合计"),
        ("“轻工等类”", '"轻工等类"'),
        ("（三．１）", "(三.1)"),
        ("A－B—C–D", "a-b-c-d"),
        ("阿里•木·江", "阿里·木·江"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_cleaning_keeps_one_space() -> None:
    assert clean(" １２\u3000 3\n\u200b４ ") == "12 3 4"
    assert clean("ＡＢ（甲）") == "AB(甲)"


def test_the_nearest_label() -> None:
    assert nearest("补助金额", ["资助金额（万元）", "备注"]) == "资助金额（万元）"
    assert nearest("二年级", ["贰年级", "二 年级"]) == "二 年级"
    assert nearest("补助金额", ["姓名", "", " "]) is None
    assert nearest("补助金额", []) is None
    assert nearest("免学费", ["免学费补助金情况"], least=0.9) is None
    assert nearest("甲 乙", ["甲乙", "甲\n乙"]) == "甲乙"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (ID, "350***********1238"),
        (OLD_ID, "350********1123"),
        (CARD, "622************4567"),
        (MOBILE, "139****1234"),
        ("87525543", "875****5543"),
        ("7525543", "*******"),
        ("12", "**"),
    ],
)
def test_one_number(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"身份证号{ID}重复", "身份证号350***********1238重复"),
        ("35058220070101123X", "350***********123X"),
        ("35058220070101123ｘ", "350***********123x"),
        ("３５０５８２２００７０１０１１２３８", "350***********1238"),
        (f"1.{ID}", "1.350***********1238"),
        (f"A{ID}B", "A350***********1238B"),
        ("350582 20070101 1238", "350*************1238"),
        ("350582-20070101-123-8", "350**************23-8"),
        ("3505 8220 0701 0112 38", "350***************2 38"),
        (CARD, "622************4567"),
        ("6222 0211 0000 1234 567", "622**************** 567"),
        ("1" * 40, "111" + "*" * 33 + "1111"),
        (f"手机{MOBILE}，", "手机139****1234，"),
        ("139-0000-1234", "139******1234"),
        ("139 0000 1234", "139******1234"),
        (f"86{MOBILE}", "861******1234"),
        (f"+86 {MOBILE}", "+86********1234"),
        (f"0{MOBILE}", "013*****1234"),
        (f"{MOBILE}、{MOBILE}", "139****1234、139****1234"),
        ("350582\u200b20070101\u200b1238", "350*************1238"),
    ],
)
def test_personal_numbers_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有数字",
        "1234567.89",
        "12,345,678.90 元",
        "2.3520 万元",
        "0.240000152588",
        "免学费精准!L17 → 精准明细!I24",
        "0591-87505352",
        "2024年9月5日 8:30",
        "闽技助文〔2024〕5号",
        "第12、13、14、15、16、17、18行",
        "350***********1238",
        "１２３",
        "8=6*7/10000/10",
        "12345678901",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert mask(text) == text


around = st.text(st.characters(blacklist_categories=("Nd", "Cs")), max_size=8)
widths = st.sampled_from(["", "wide"])


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def digits(text: str) -> str:
    """The text with every kind of digit as an ASCII one."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


@settings(max_examples=40, deadline=None)
@given(before=around, number=st.from_regex(r"[0-9]{15,22}|[0-9]{17}[Xx]|1[3-9][0-9]{9}", fullmatch=True), after=around,
       full=st.booleans(), again=st.booleans())  # fmt: skip
def test_no_personal_number_survives(before: str, number: str, after: str, full: bool, again: bool) -> None:
    text = f"{before}{wide(number) if full else number}{after}"
    hidden = mask(f"{text} {text}" if again else text)
    assert not re.search(r"\d{15,}|\d{14,}[Xx]", digits(hidden))
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", digits(hidden))
    assert mask(hidden) == hidden


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("0123456789 -.,Xx１９３８零\u200b"), max_size=60))
def test_masking_again_changes_nothing(text: str) -> None:
    assert mask(mask(text)) == mask(text)
    assert not re.search(r"\d{15,}", mask(text))
