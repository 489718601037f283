"""学期: how it is written, its months, its neighbours."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.term import Term

terms = st.builds(Term, st.integers(2000, 2098), st.integers(0, 1))


@pytest.mark.parametrize(
    "text",
    [
        "2024春",
        "2024年春季学期",
        " 2024 春 ",
        "2024年春季",
        "２０２４春",
        "2024年（春）季学期",
        "2024年(春季)学期",
        "2024_年_春_季学期",
        "24年春季学期",
        "24年（春）季学期",
        "二〇二四年春季学期",
        "二○二四年 春季学期",
        "二零二四年春季",
        "2023-2024学年第二学期",
        "2023—2024学年度第 2 学期",
        "2023年—2024学年（下）学期",
        "2023～24学年春季学期",
        "2024年上半年",
        "2024上半年",
        "2024 年度（上半年）",
        "２０２４年上半年度",
        "24年上半年",
        "二〇二四年上半年",
    ],
)
def test_spellings(text: str) -> None:
    assert Term.parse(text) == Term(2024, 0)


@pytest.mark.parametrize("text", ["2023-2024学年第一学期", "2023/2024学年上学期", "二〇二三年秋季学期", "23年秋学期"])
def test_the_first_term_of_a_school_year_is_the_autumn_of_its_first_year(text: str) -> None:
    assert Term.parse(text) == Term.find(f"市属技工院校{text}国家助学金结算表") == Term(2023, 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2024", "春", "2024夏", "1999春", "24春", "24年春季", "2024春季学期结算", "2024春2024秋"),
        *(
            "2023-2025学年第二学期",
            "2024-2023学年第二学期",
            "2023-2024学年",
            "2023-2024学年第三学期",
            "一九九九年春季学期",
        ),
        *("上半年", "2024年上", "2024年半年", "2023-2024学年上半年", "824年上半年"),
    ],
)
def test_what_is_no_term(text: str) -> None:
    with pytest.raises(ValueError, match=f"^不认识的学期“{text}”，请写成 2024春 或 2024秋 这样的形式。$"):
        Term.parse(text)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("省属公办技工院校2024年秋季学期国家助学金结算表", Term(2024, 1)),
        ("省属技工院校_2024_年_春_季学期", Term(2024, 0)),
        ("技工院校 2024 年\n春季 学期", Term(2024, 0)),
        ("示范技工学校_2025春.xlsx", Term(2025, 0)),
        ("2023秋幼儿教育、2024春数控加工", Term(2023, 1)),
        ("省属技工院校2023-2024学年第二学期国家助学金结算表", Term(2024, 0)),
        ("市属技工院校24年秋季学期", Term(2024, 1)),
        ("二〇二四年春季学期对应资金统计", Term(2024, 0)),
        ("2023-2025学年第二学期（2024年春季学期）", Term(2024, 0)),
        ("23年春季招生、24年春季", None),
        ("电话824年春季学期", None),
        ("2023-2024学年国家助学金", None),
        ("省属技工院校____年____季学期", None),
        ("2024年9月5日", None),
        ("市属技工院校2024年下半年国家助学金结算表", Term(2024, 1)),
        ("示范技工学校2025上半年.xlsx", Term(2025, 0)),
        ("2024年上、下半年", None),
        ("", None),
    ],
)
def test_terms_inside_texts(text: str, term: Term | None) -> None:
    assert Term.find(text) == term


def test_spring_and_autumn() -> None:
    spring, autumn = Term(2024, 0), Term(2024, 1)
    assert (spring.season, spring.title, str(spring)) == ("春", "2024年春季学期", "2024春")
    assert (autumn.season, autumn.title, str(autumn)) == ("秋", "2024年秋季学期", "2024秋")
    assert spring.months == ("3月", "4月", "5月", "6月", "7月")
    assert autumn.months == ("9月", "10月", "11月", "12月", "1月")
    assert (spring.start, spring.end, spring.school_year) == ((2024, 3), (2024, 7), 2023)
    assert (autumn.start, autumn.end, autumn.school_year) == ((2024, 9), (2025, 1), 2024)


@settings(max_examples=30, deadline=None)
@given(terms)
def test_neighbours(term: Term) -> None:
    assert term.previous < term < term.next
    assert term.next.previous == term.previous.next == term
    assert term.end < term.next.start
    assert Term.parse(str(term)) == Term.parse(term.title) == Term.find(term.title) == term
