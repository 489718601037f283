"""How the cells of our workbooks look: fonts, borders, role colours and number formats, as XlsxWriter properties."""

from __future__ import annotations

from typing import Any

from ..form import NUMERIC, WHOLE, Column, Form
from .laid import Laid, Spot

SONG = {"font_name": "宋体", "font_size": 10, "font_charset": 134}
HEI = {"font_name": "黑体", "font_charset": 134}
COMPUTED, STANDARD = "#DDEBF7", "#EDEDED"
"""Role colours, as these users know them from other reporting systems; inputs stay white."""

COUNT = "0"
WAN = "#,##0.0000;-#,##0.0000;0"
YUAN = "#,##0.00;-#,##0.00;0"
RATE = "0.000"
SHARE = "0.0"
TEXT = "@"
DAY = 'yyyy"年"m"月"d"日"'
MONTH = 'yyyy"年"m"月"'

_CENTRE = {"align": "center", "valign": "vcenter"}
_LEFT = {"align": "left", "valign": "vcenter"}
_RIGHT = {"align": "right", "valign": "vcenter"}
_BOX = {"border": 1}
_WRAP = {"text_wrap": True}

_STYLES: dict[str, dict[str, Any]] = {
    "attachment": {**HEI, "font_size": 12, **_LEFT},
    "title": {**HEI, "font_size": 18, "bold": True, **_CENTRE, **_WRAP},
    "label": {**SONG, "font_size": 10.5, **_LEFT},
    "blank": {**SONG, "font_size": 10.5, **_LEFT, "shrink": True},
    "unit": {**SONG, "font_size": 10.5, **_RIGHT},
    "banner": {**SONG, "font_size": 11, "bold": True, **_CENTRE, **_BOX},
    "head": {**SONG, "bold": True, **_CENTRE, **_BOX, **_WRAP},
    "number": {**SONG, "font_size": 9, **_CENTRE, **_BOX, **_WRAP},
    "axis": {**SONG, **_CENTRE, **_BOX, **_WRAP},
    "input": {**SONG, **_CENTRE, **_BOX},
    "computed": {**SONG, **_CENTRE, **_BOX, "bg_color": COMPUTED},
    "gathered": {**SONG, **_CENTRE, **_BOX, "bg_color": COMPUTED},
    "standard": {**SONG, **_CENTRE, **_BOX, "bg_color": STANDARD},
    "text": {**SONG, **_LEFT, **_BOX, **_WRAP},
    "dash": {**SONG, **_CENTRE, **_BOX, "bg_color": STANDARD},
    "caption": {**SONG, **_RIGHT, **_BOX},
    "fill": {**SONG, **_LEFT, **_BOX, **_WRAP},
    "sentence": {**SONG, "font_size": 10.5, **_LEFT},
    "gap": {**SONG, "font_size": 10.5, **_CENTRE, "bottom": 1, "shrink": True},
    "note": {**SONG, **_LEFT, **_WRAP},
    "sign": {**SONG, "font_size": 10.5, **_LEFT},
}


def look(laid: Laid, spot: Spot, *, before_blank: bool = False, long_label: bool = False) -> dict[str, Any]:
    """The XlsxWriter properties of a cell.

    `before_blank`: a text that a blank follows moves to it; `long_label`: labels longer than a line start at the left.
    """
    properties = dict(_STYLES[spot.style])
    number_format = _number_format(laid.form, spot)
    if number_format:
        properties["num_format"] = number_format
    if before_blank:
        properties |= _RIGHT
    if long_label:
        properties["align"] = "left"
    if spot.style in ("input", "computed", "gathered", "standard") and number_format != TEXT:
        # A figure wider than its column is printed smaller, never as ####.
        properties["shrink"] = True
    elif spot.style == "input":
        properties |= _WRAP
    return properties


def _number_format(form: Form, spot: Spot) -> str:
    if spot.style in ("blank", "gap", "fill"):
        return _blank_format(form, spot.field)
    if spot.style not in ("input", "computed", "gathered", "standard", "text") or not spot.field:
        return ""
    return figure_format(form.field(spot.field))


def figure_format(column: Column) -> str:
    """Number format of a column: heads whole, 万元 with four decimals, 元 with two, texts and numbers of persons as text."""
    if column.type in WHOLE:
        return COUNT
    if column.type not in NUMERIC:
        return TEXT
    if column.type == "比例":
        return SHARE
    if column.type == "标准":
        return RATE if column.unit.startswith("万元") else COUNT
    return WAN if column.unit == "万元" else YUAN


def _blank_format(form: Form, name: str) -> str:
    units = {blank: unit for line in form.line for blank, unit in line.numbers.items()}
    if name in units:
        return WAN if units[name] == "万元" else COUNT
    if name.endswith("日期"):
        return DAY
    return MONTH if name.endswith("截止") else ""
