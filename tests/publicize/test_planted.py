"""A planted set: identity numbers in every place of a file that people and programs put texts; all are found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from jiesuan.publicize.lint import lint_file

from ..making import PACK
from ..roster.making import number
from .test_personal import HIDING

WHOLE = number(1)
Plant = Callable[[Any, Any, str], object]
"""(book, sheet, text): put the text somewhere."""

PLACES: dict[str, Plant] = {
    "单元格": lambda book, sheet, text: sheet.write_string("B5", text),
    "白字": lambda book, sheet, text: sheet.write_string("B5", text, book.add_format({"font_color": "white"})),
    "几种字体": lambda book, sheet, text: sheet.write_rich_string("B5", text[:4], book.add_format({"bold": True}), text[4:]),
    "公式里": lambda book, sheet, text: sheet.write_formula("B5", f'=LEFT("{text}",0)', None, ""),
    "列标题": lambda book, sheet, text: sheet.write_string("C2", text),
    "隐藏的列": lambda book, sheet, text: (sheet.write_string("F5", text), sheet.set_column("F:F", None, None, {"hidden": True})),
    "隐藏的行": lambda book, sheet, text: (sheet.write_string("A9", text), sheet.set_row(8, None, None, {"hidden": True})),
    "隐藏的工作表": lambda book, sheet, text: (hidden := book.add_worksheet("草稿"), hidden.write_string("Z99", text), hidden.hide()),
    "深藏的工作表": lambda book, sheet, text: (hidden := book.add_worksheet("草稿"), hidden.write_string("A1", text), hidden.very_hidden()),
    "批注": lambda book, sheet, text: sheet.write_comment("B3", text),
    "文本框": lambda book, sheet, text: sheet.insert_textbox("H3", text),
    "图片说明": lambda book, sheet, text: sheet.insert_textbox("H3", "甲", {"description": text}),
    "图表标题": lambda book, sheet, text: (chart := book.add_chart({"type": "line"}), chart.add_series({"values": "=公示!$A$3:$A$4"}), chart.set_title({"name": text}), sheet.insert_chart("H9", chart)),
    "页眉": lambda book, sheet, text: sheet.set_header(f"&C{text}"),
    "页脚": lambda book, sheet, text: sheet.set_footer(f"&C{text}"),
    "文件标题": lambda book, sheet, text: book.set_properties({"title": text}),
    "文件备注": lambda book, sheet, text: book.set_properties({"comments": text}),
    "自定义属性": lambda book, sheet, text: book.set_custom_property("监护人", text),
    "定义的名称": lambda book, sheet, text: book.define_name("甲", f'="{text}"'),
    "下拉选项": lambda book, sheet, text: sheet.data_validation("B3", {"validate": "list", "source": [text, "乙"]}),
    "输入提示": lambda book, sheet, text: sheet.data_validation("B3", {"validate": "any", "input_title": "甲", "input_message": text}),
    "条件格式": lambda book, sheet, text: sheet.conditional_format("B3", {"type": "text", "criteria": "containing", "value": text, "format": book.add_format({"bold": True})}),
    "超链接": lambda book, sheet, text: sheet.write_url("B3", "https://example.com/a", None, "甲", text),
    "链接的地址": lambda book, sheet, text: sheet.write_url("B3", f"https://example.com/{text.strip()}", None, "甲"),
    "数字格式": lambda book, sheet, text: sheet.write_number("B5", 1, book.add_format({"num_format": f'"{text}"'})),
}  # fmt: skip
PLAIN = {"链接的地址", "图表标题"}
"""Places that cannot hold every writing."""


def planted(path: Path, place: str, text: str) -> list[str]:
    book = Workbook(str(path))
    sheet = book.add_worksheet("公示")
    sheet.write_column("A1", ["公示期：2024年9月2日至2024年9月9日", "姓名", "甲"])
    sheet.write_column("B2", ["班级", "1班"])
    if text:
        PLACES[place](book, sheet, text)
    book.close()
    return [finding.code for finding in lint_file(path, PACK, today=dt.date(2024, 9, 2)).findings]


@pytest.mark.parametrize("place", PLACES)
def test_no_place_hides_an_identity_number(tmp_path: Path, place: str) -> None:
    for at, text in enumerate([WHOLE] if place in PLAIN else [WHOLE, *HIDING[2:7:2]]):
        assert "G101" in planted(tmp_path / f"{at}.xlsx", place, text), (place, text)


def test_the_same_file_with_nothing_planted_is_clean(tmp_path: Path) -> None:
    assert planted(tmp_path / "a.xlsx", "单元格", "") == []
