"""The words by which remarks are matched to figures are those of the pack."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.check.remarks import about_jump
from jiesuan.pack import load_pack
from jiesuan.wording import JumpWords

WORDS = load_pack().wording.jump
APRIL = ("3月", "4月")


def answered(remark: str, words: JumpWords = WORDS, heads: int = 20) -> bool:
    return about_jump(words, remark, APRIL, Decimal(heads))


@pytest.mark.parametrize(
    "remark",
    [
        "转入", "4月转入20人", "3、4月转入20人", "5月和4月转入20名", "2月底至6月转入", "2月-6月转入", "2月5号到6月转入", "6月以来转入",
        "6月前后转入", "6月、7月陆续转入", "4月转入约5人", "4月转入2个班", "2023秋数控1班转入20人", "4月15日转入20人", "转入5位、复学15人",
        "4月转入5，复学15人",  # 5 of what
    ],
)  # fmt: skip
def test_about_the_jump(remark: str) -> None:
    assert answered(remark)


@pytest.mark.parametrize(
    "remark", ["5月转入20人", "5、6月转入20人", "5月和6月转入", "4月转入19人", "转入5名、复学14位"]
)
def test_about_something_else(remark: str) -> None:
    assert not answered(remark)


@pytest.mark.parametrize(
    ("words", "remark", "with_them"),
    [
        (JumpWords(heads=("口",)), "4月转入5口", False),
        (JumpWords(heads=("人",), partly=("左右",)), "4月转入5人左右", True),
        (JumpWords(heads=("人",), dated=("期",)), "2024期转入5人", False),
        (JumpWords(heads=("人",), joins=("並",)), "5月並4月转入", True),
        (JumpWords(since=("为止",)), "6月为止转入", True),
        (JumpWords(spans=("迄",), parts=("末",)), "2月末迄6月转入", True),
        (JumpWords(often=("先后",)), "5月、6月先后转入", True),
        (JumpWords(heads=("",), often=("",)), "5月转入3", False),  # an empty word is none
    ],
)
def test_words_of_another_pack(words: JumpWords, remark: str, with_them: bool) -> None:
    assert answered(remark, words) is with_them


@pytest.mark.parametrize(
    ("remark", "about"), [("4月转入1人", True), ("转入", True), ("4月", True), ("5月转入20人", False)]
)
def test_without_words_only_the_months_tell(remark: str, about: bool) -> None:
    assert answered(remark, JumpWords()) is about


@given(st.text(max_size=40), st.integers(0, 500))
def test_any_remark_is_judged(remark: str, heads: int) -> None:
    assert answered(remark, heads=heads) in (True, False)
