"""Identity numbers, phones, names, classes.  All numbers are made up or printed in public guides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from jiesuan.identity import (
    birth,
    eighteen,
    identity_fault,
    major_key,
    major_of,
    name_fault,
    parse_entry,
    phone_fault,
    spelled,
    spelled_major,
    spelled_phone,
    split_majors,
)
from jiesuan.term import Term

TODAY = dt.date(2024, 9, 1)
GOOD = ["11010219840406970X", "810000199408230021", "830000199201300022", "440308199901101512", "360426199101010071"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(350502200801150016.0, "350502200801150000"), (1.10102198404069e17, "110102198404069000"), (110102840406970.0, "110102840406970"),
     (350502200801150001, "350502200801150001"), (12.0, "12"), (1e20, "1" + "0" * 20)],
)  # fmt: skip
def test_a_number_cell_shows_fifteen_digits(value: float, text: str) -> None:
    assert spelled(value) == text


@pytest.mark.parametrize("number", GOOD)
def test_known_good_numbers(number: str) -> None:
    assert identity_fault(number, TODAY) == ""


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, ""),
        ("", ""),
        ("  ", ""),
        ("350582200701011234", "id-checksum"),  # should end in 8
        ("350582200701011238", ""),
        ("110102840406970", "id-length"),  # 15 digits, no longer in use
        ("1101021984040697", "id-length"),
        ("11010219840406970X1", "id-length"),
        ("110102198404O6970X", "id-length"),  # a letter O
        ("没有", "id-length"),
        (110102, "id-length"),
        (12345678, "id-length"),  # a number is no 台胞证
        (110102198404069000, "id-number"),
        (1.10102198404069e17, "id-number"),
        (110102840406970, "id-length"),
        (True, "id-length"),
        ("H0123456700", "id-other"),
        ("M01234567", "id-other"),
        ("E12345678", "id-other"),
        ("01234567", "id-other"),
        ("999102198404069707", "id-other"),
        ("990102198404069701", "id-place"),
        ("000102198404069701", "id-place"),
        ("160102198404069701", "id-place"),
        ("110102198413069701", "id-birth"),
        ("110102198402309701", "id-birth"),
        ("110102202502019701", "id-birth"),  # not born yet
        ("110102189912319701", "id-birth"),
        ("110102198404069701", "id-checksum"),
        ("11010219840406970x", "id-spelling"),
        ("11010219840406970Ｘ", "id-spelling"),
        ("１１０１０２１９８４０４０６９７０Ｘ", "id-spelling"),
        ("３５０５８２２００７０１０１１２３８", "id-spelling"),
        ("３５0582200701011238", "id-spelling"),
        ("٣٥٠٥٨٢٢٠٠٧٠١٠١١٢٣٨", "id-length"),  # digits of another script
        (" 11010219840406970X", "id-spelling"),
        ("110102 19840406 970X", "id-spelling"),
        ("’11010219840406970X", "id-spelling"),
        ("110102-19840406-970X", "id-spelling"),
        ("11010219840406970X\u200b", "id-spelling"),
        ("11010219840406970X\u00a0", "id-spelling"),
    ],
)
def test_what_is_wrong_with_a_number(value: Any, fault: str) -> None:
    assert identity_fault(value, TODAY) == fault


def test_the_last_day_counts() -> None:
    head = "110102" + TODAY.strftime("%Y%m%d") + "001"
    number = head + ric.calc_check_digit(head + "0")
    assert identity_fault(number, TODAY) == ""
    assert identity_fault(number, TODAY - dt.timedelta(days=1)) == "id-birth"


@given(
    place=st.sampled_from(["110102", "350781", "440308", "810000", "820000", "830000"]),
    born=st.dates(dt.date(1900, 1, 1), TODAY),
    serial=st.integers(0, 999),
    wrong=st.integers(0, 10),
)
def test_check_digits_agree_with_stdnum(place: str, born: dt.date, serial: int, wrong: int) -> None:
    head = f"{place}{born:%Y%m%d}{serial:03}"
    right = ric.calc_check_digit(head + "0")
    assert identity_fault(head + right, TODAY) == ""
    assert birth(head + right) == born
    digit = "0123456789X"[wrong]
    assert (identity_fault(head + digit, TODAY) == "id-checksum") == (digit != right)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.dates()))
def test_nothing_raises(value: Any) -> None:
    assert identity_fault(value, TODAY) in (
        "", "id-number", "id-other", "id-length", "id-place", "id-birth", "id-checksum", "id-spelling",
    )  # fmt: skip
    assert phone_fault(value) in (True, False)
    assert name_fault(value) in (True, False)
    spelled(value)
    spelled_phone(value)
    parse_entry(str(value))
    split_majors(str(value))


def test_spelling() -> None:
    assert spelled(" 1101 0219840406970x") == "11010219840406970X"
    assert spelled(110102) == "110102" and spelled(1.5e17) == "150000000000000000" and spelled(None) == ""
    assert birth("11010219840230970X") is None


@pytest.mark.parametrize(
    "value",
    [
        None, "", " ", "13900000000", 13900000000, 13900000000.0, "139 0000 0000", "139-0000-0000", "+8613900000000",
        "86-13900000000", "'13900000000", "１３９００００００００", "0591-87505352", "059187505352", "(010)84661313",
        "（010）84661313", "22198169", "8750535", "87505352-801", "0591-87505352转801", "87505352（转8001）", "87505352分机：12", "13900000000、0591-87505352", "13900000000/13800000000",
        "13900000000，13800000000", "19900000000",
    ],
)  # fmt: skip
def test_phones(value: Any) -> None:
    assert not phone_fault(value)


@pytest.mark.parametrize(
    "value",
    [
        "1390000000",
        "139000000000",
        "12900000000",
        "无",
        "、",
        "13900000000转",
        "0591-87505352转",
        "0591-87505352转张三",
        "0591",
        139,
        True,
        "1390000000、22198169",
    ],
)
def test_no_phones(value: Any) -> None:
    assert phone_fault(value)


def test_one_spelling_of_a_phone() -> None:
    assert {
        spelled_phone(v)
        for v in ("139 0000 0000", "139-0000-0000", "+86 13900000000", 13900000000, "１３９００００００００")
    } == {"13900000000"}
    assert spelled_phone(None) == ""


@pytest.mark.parametrize("value", [None, "", "王静", "欧阳娜娜", "阿卜杜拉·买买提", "Anna", "䶮"])
def test_names(value: Any) -> None:
    assert not name_fault(value)


@pytest.mark.parametrize(
    "value", ["王 静", " 王静", "王静\u200b", "王静1", "阿卜杜拉•买买提", "·王", "王·", "王_静", "王静(女)", 5]
)
def test_odd_names(value: Any) -> None:
    assert name_fault(value)


@pytest.mark.parametrize(
    ("text", "term", "major"),
    [
        ("2023秋数控加工1班", Term(2023, 1), "数控加工"),
        ("2023年秋季数控加工（2）班", Term(2023, 1), "数控加工"),
        ("2023 春 幼儿教育", Term(2023, 0), "幼儿教育"),
        ("２０２３秋幼儿教育一班", Term(2023, 1), "幼儿教育"),
        ("级2023秋园林技术", Term(2023, 1), "园林技术"),
        ("2023秋园林技术专业", Term(2023, 1), "园林技术"),
        ("2023秋园林技术02", Term(2023, 1), "园林技术"),
        ("2023秋1班", Term(2023, 1), "1班"),
    ],
)
def test_entries(text: str, term: Term, major: str) -> None:
    entry = parse_entry(text)
    assert entry is not None and entry.term == term and major_of(entry) == major


@pytest.mark.parametrize("text", ["", "数控2301班", "2023数控", "2023秋", "23秋数控", "1999秋数控", "2023夏数控"])
def test_no_entries(text: str) -> None:
    assert parse_entry(text) is None


@pytest.mark.parametrize(
    ("entry", "term", "grades"),
    [
        # autumn entrants: n div 2 + 1
        ("2024秋", "2024秋", {"一年级"}),
        ("2023秋", "2024春", {"一年级"}),
        ("2023秋", "2024秋", {"二年级"}),
        ("2022秋", "2024春", {"二年级"}),
        ("2021秋", "2024春", {"三年级"}),
        ("2022秋", "2024秋", {"三年级"}),
        ("2020秋", "2024春", set()),
        ("2021秋", "2024秋", set()),
        # spring entrants: either reading
        ("2024春", "2024春", {"一年级"}),
        ("2023春", "2023秋", {"一年级"}),
        ("2023春", "2024春", {"一年级", "二年级"}),
        ("2023春", "2024秋", {"二年级"}),
        ("2022春", "2024春", {"二年级", "三年级"}),
        ("2021春", "2023秋", {"三年级"}),
        ("2021春", "2024春", {"三年级"}),
        ("2021春", "2024秋", set()),
        # not yet
        ("2024秋", "2024春", set()),
        ("2025春", "2024秋", set()),
    ],
)
def test_grades_of_an_entry(entry: str, term: str, grades: set[str]) -> None:
    found = parse_entry(f"{entry}数控")
    assert found is not None and found.grades(Term.parse(term)) == grades


def test_majors_of_a_cell() -> None:
    assert split_majors("2023秋数控、2023秋幼儿教育;2022秋园林\n2021秋烹饪 / 2020秋会计") == [
        "2023秋数控", "2023秋幼儿教育", "2022秋园林", "2021秋烹饪", "2020秋会计",
    ]  # fmt: skip
    assert split_majors("...") == [] and split_majors("……") == [] and split_majors("") == []


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2023年秋季数控加工", "2023秋数控加工"),
        ("2023秋数控加工专业", "2023秋数控加工"),
        ("2023 年春 数控加工", "2023春数控加工"),
        ("2023秋专业", "2023秋专业"),
        ("2023年秋季老年服务与管理", "2023秋老年服务与管理"),
        ("2023秋幼儿教育3+2", "2023秋幼儿教育3+2"),
        ("数控加工专业", "数控加工专业"),
    ],
)
def test_a_major_is_spelled_as_prescribed(text: str, spelled: str) -> None:
    assert spelled_major(text) == spelled
    assert major_key(text.removesuffix("专业")) == major_key(spelled.removesuffix("专业"))


@pytest.mark.parametrize(
    "number", [*GOOD, "1101021984040697", "", "H12345678", "11010284040697X", "１１０１０２８４０４０６９７０"]
)
def test_only_old_numbers_are_made_longer(number: str) -> None:
    assert eighteen(number) == number


@pytest.mark.parametrize("number", ["11010219840406970X", "350602200611130106", "360426199101010071"])
def test_an_old_number_in_its_eighteen_digits(number: str) -> None:
    assert eighteen(number[:6] + number[8:17]) == number
