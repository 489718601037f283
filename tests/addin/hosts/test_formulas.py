from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan_addin.hosts.libreoffice.formulas import to_excel, to_office

PAIRS = [
    ("=SUM(A1:B2,3)", "=SUM(A1:B2;3)"),
    ("=Sheet1!A1+表2!$B$3", "=$Sheet1.A1+$表2.$B$3"),
    ("='2-3 表'!A1:B2", "=$'2-3 表'.A1:B2"),
    ("='甲''乙,丙'!A1", "=$'甲''乙,丙'.A1"),
    ('=IF(A1="是,否;""!","a!B1",\'表 1\'!C3)', '=IF(A1="是,否;""!";"a!B1";$\'表 1\'.C3)'),
    ("=1.5*LOG10(2)+ERROR.TYPE(A1)", "=1.5*LOG10(2)+ERROR.TYPE(A1)"),
    ("=SUM({1,2;3,4},A1)", "=SUM({1,2;3,4};A1)"),
    ("=SUM(表!A:C,表!1:3)", "=SUM($表.A:C;$表.1:3)"),
    ("=表!#REF!+1", "=$表.#REF!+1"),
    ("=ROUND(H12*I12/10000/10,6)", "=ROUND(H12*I12/10000/10;6)"),
]


@pytest.mark.parametrize(("excel", "office"), PAIRS)
def test_there_and_back(excel: str, office: str) -> None:
    assert to_office(excel) == office
    assert to_excel(office) == excel


def test_a_relative_sheet_is_understood_too() -> None:
    assert to_excel("=Sheet1.A1") == "=Sheet1!A1"


@given(st.text(alphabet='甲a!.,;"$', max_size=30))
def test_texts_are_left_alone(text: str) -> None:
    constant = '="' + text.replace('"', '""') + '"'
    assert to_office(constant) == to_excel(constant) == constant
