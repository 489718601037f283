"""How cells look: fonts, colours, borders and number formats of every role, as XlsxWriter is told."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from jiesuan.form import Column, Kind
from jiesuan.pack import Pack, load_pack
from jiesuan.ref import parse_a1
from jiesuan.template.laid import Laid, Spot, Style
from jiesuan.template.layout import lay_out
from jiesuan.template.style import figure_format, look
from jiesuan.term import Term


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def laid(pack: Pack, form: str, term: str = "2024春") -> Laid:
    return lay_out(pack, pack.form(form, Term.parse(term)), Term.parse(term))


STYLES = """
attachment 黑体 12 left
title 黑体 18 center bold text_wrap
label 宋体 10.5 left
blank 宋体 10.5 left shrink
unit 宋体 10.5 right
banner 宋体 11 center bold border
head 宋体 10 center bold border text_wrap
number 宋体 9 center border text_wrap
axis 宋体 10 center border text_wrap
input 宋体 10 center border shrink
computed 宋体 10 center border shrink #DDEBF7
gathered 宋体 10 center border shrink #DDEBF7
standard 宋体 10 center border shrink #EDEDED
text 宋体 10 left border text_wrap
dash 宋体 10 center border #EDEDED
caption 宋体 10 right border
fill 宋体 10 left border text_wrap
sentence 宋体 10.5 left
gap 宋体 10.5 center shrink bottom
note 宋体 10 left text_wrap
sign 宋体 10.5 left
"""


def test_every_style_is_described() -> None:
    assert [line.split()[0] for line in STYLES.strip().splitlines()] == list(get_args(Style))


@pytest.mark.parametrize("line", STYLES.strip().splitlines())
def test_styles(pack: Pack, line: str) -> None:
    style, font, size, align, *flags = line.split()
    expected: dict[str, Any] = {"font_name": font, "font_size": float(size), "font_charset": 134}
    expected |= {"align": align, "valign": "vcenter"}
    for flag in flags:
        expected |= {"bg_color": flag} if flag.startswith("#") else {flag: 1 if flag in ("border", "bottom") else True}
    assert look(laid(pack, "1-3"), Spot("甲", style=style)) == expected  # type: ignore[arg-type]


FIGURES = [
    ("人数", "人", "0"),
    ("人次", "人次", "0"),
    ("序号", "", "0"),
    ("金额", "万元", "#,##0.0000;-#,##0.0000;0"),
    ("金额", "元", "#,##0.00;-#,##0.00;0"),
    ("标准", "万元/人·月", "0.000"),
    ("标准", "元/人·年", "0"),
    ("文本", "", "@"),
    ("姓名", "", "@"),
    ("身份证号", "", "@"),
    ("电话", "", "@"),
    ("班级", "", "@"),
    ("专业", "", "@"),
]


@pytest.mark.parametrize(("kind", "unit", "number_format"), FIGURES)
def test_figure_format(kind: Kind, unit: str, number_format: str) -> None:
    assert figure_format(Column(name="甲", role="input", type=kind, unit=unit)) == number_format


WAN, DAY, MONTH = "#,##0.0000;-#,##0.0000;0", 'yyyy"年"m"月"d"日"', 'yyyy"年"m"月"'


@pytest.mark.parametrize(
    ("form", "formats"),
    [
        ("1-1", {"C8": "0", "C10": WAN, "C16": WAN, "O9": "0", "P3": DAY, "C3": None, "C17": None, "B8": None}),
        ("1-2", {"D7": "@", "E7": "@", "F7": "0", "G7": "#,##0.00;-#,##0.00;0", "J7": "@", "F17": "0", "C17": None}),
        ("1-3", {"D7": "0.000", "E7": "@", "F7": "0", "L46": WAN, "E46": "0", "D19": None, "A6": None}),
        ("1-4", {"I8": "0", "J8": WAN, "B34": WAN, "E34": MONTH, "E35": DAY, "I32": None, "A34": None}),
    ],
)
def test_number_formats_on_the_forms(pack: Pack, form: str, formats: dict[str, str | None]) -> None:
    sheet = laid(pack, form)
    found = {cell: look(sheet, sheet.cells[parse_a1(cell)]).get("num_format") for cell in formats}
    assert found == formats


def test_texts_are_wrapped_and_figures_shrunk(pack: Pack) -> None:
    sheet = laid(pack, "1-2")
    flags = {
        cell: [name for name in ("text_wrap", "shrink") if look(sheet, sheet.cells[parse_a1(cell)]).get(name)]
        for cell in ("B7", "D7", "F7", "G7", "G17", "J7")
    }
    assert flags == {
        "B7": ["text_wrap"], "D7": ["text_wrap"], "F7": ["shrink"], "G7": ["shrink"], "G17": ["shrink"], "J7": ["text_wrap"],
    }  # fmt: skip


def test_options_of_a_look(pack: Pack) -> None:
    sheet = laid(pack, "1-4")
    assert look(sheet, Spot("结余", style="sentence"), before_blank=True)["align"] == "right"
    assert look(sheet, Spot("（一）", style="axis"), long_label=True)["align"] == "left"
    assert look(sheet, Spot("结余", style="sentence"))["align"] == "left"  # the shared style is not changed
    with pytest.raises(KeyError):
        look(sheet, Spot(1, style="input", field="没有这列"))
