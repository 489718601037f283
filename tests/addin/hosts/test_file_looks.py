"""How openpyxl cells look: colours of the palette and of the theme, links, the widths of texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.styles.colors import Color

from jiesuan_addin.hosts.file import looks

PARTS = st.integers(0, 255)


@pytest.fixture
def cell() -> Any:
    return Workbook().worksheets[0]["A1"]


@pytest.mark.parametrize("aspect", list(looks.DEFAULTS))
def test_an_untouched_cell_looks_like_the_defaults(cell: Any, aspect: Any) -> None:
    assert looks.read(cell, aspect) == looks.DEFAULTS[aspect]


@pytest.mark.parametrize(
    ("colour", "found"),
    [
        (None, None),
        (Color("FF102030"), (16, 32, 48)),
        (Color("00102030"), (16, 32, 48)),
        (Color(indexed=2), (255, 0, 0)),
        (Color(indexed=64), None),
        (Color(indexed=99), None),
        (Color(theme=0), (255, 255, 255)),
        (Color(theme=1), (0, 0, 0)),
        (Color(theme=3), (0x44, 0x54, 0x6A)),
        (Color(theme=9), (0x70, 0xAD, 0x47)),
        (Color(theme=10), (0, 0, 0)),
        (Color(theme=0, tint=-0.5), (128, 128, 128)),
        (Color(theme=1, tint=0.5), (128, 128, 128)),
    ],
)
def test_colours(cell: Any, colour: Any, found: Any) -> None:
    cell.parent.parent.loaded_theme = None
    assert looks.rgb(cell, colour) == found


def test_the_theme_of_the_workbook_comes_first(cell: Any) -> None:
    cell.parent.parent.loaded_theme = (
        b'<a:lt1><a:sysClr val="window" lastClr="FEFEFE"/></a:lt1><a:accent1> <a:srgbClr val="0A0B0C"/></a:accent1>'
    )
    assert [looks.rgb(cell, Color(theme=number)) for number in (0, 4, 5)] == [
        (254, 254, 254),
        (10, 11, 12),
        (0xED, 0x7D, 0x31),
    ]


@given(PARTS, PARTS, PARTS)
def test_a_colour_comes_back(red: int, green: int, blue: int) -> None:
    cell: Any = Workbook().worksheets[0]["A1"]
    looks.change(cell, "fill", (red, green, blue))
    looks.change(cell, "font_color", (red, green, blue))
    assert looks.read(cell, "fill") == looks.read(cell, "font_color") == (red, green, blue)
    assert looks.argb((red, green, blue)) == cell.fill.fgColor.rgb


def test_a_fill_or_a_colour_taken_away(cell: Any) -> None:
    looks.change(cell, "fill", (1, 2, 3))
    looks.change(cell, "font_color", (1, 2, 3))
    looks.change(cell, "fill", None)
    looks.change(cell, "font_color", None)
    assert (looks.read(cell, "fill"), looks.read(cell, "font_color")) == (None, (0, 0, 0))


def test_a_font_of_the_theme_becomes_one_of_its_own(cell: Any) -> None:
    cell.font = Font(name="Calibri", scheme="minor", b=True)
    looks.change(cell, "font_name", "宋体")
    assert (cell.font.name, cell.font.scheme, cell.font.b) == ("宋体", None, True)


def test_words_for_alignment(cell: Any) -> None:
    looks.change(cell, "horizontal", "center_across_selection")
    assert cell.alignment.horizontal == "centerContinuous"
    assert looks.read(cell, "horizontal") == "center_across_selection"
    cell.alignment = Alignment(vertical="justify", wrap_text=True)
    assert (looks.read(cell, "vertical"), looks.read(cell, "wrap"), looks.read(cell, "horizontal")) == (
        "justify",
        True,
        "general",
    )


def test_links_are_blue_and_underlined(cell: Any) -> None:
    cell.font = Font(b=True)
    looks.change_link(cell)
    assert (cell.font.u, cell.font.color.rgb, cell.font.b) == ("single", "FF0563C1", True)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("甲乙", 4), ("（A）", 5), ("ｱ", 1), ("①", 2)])
def test_how_wide_a_text_is(text: str, width: int) -> None:
    assert looks.width(text) == width
