"""The printed page: how much fits, when rows are stretched, and where a long form is divided."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from jiesuan.filling import Filling
from jiesuan.form import Form
from jiesuan.pack import Pack, load_pack
from jiesuan.template.laid import Laid
from jiesuan.template.layout import lay_out
from jiesuan.template.page import page_breaks, room, stretch
from jiesuan.term import Term

SPRING = Term.parse("2024春")
PLAIN = Form(id="9-9", role="试", set="省属", name="试", sheet="试", title="试", titles=("试",), kind="grid", unit="元")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def sheet(
    body: tuple[int, int], end: int, starts: tuple[int, ...] = (), kind: Literal["grid", "list"] = "grid"
) -> Laid:
    form = msgspec.structs.replace(PLAIN, kind=kind)
    laid = Laid(form, "试", SPRING, "x/1", widths=[10.0] * 5)
    laid.head, laid.body, laid.end, laid.starts = (4, 5), body, end, list(starts)
    return laid


@pytest.mark.parametrize(
    ("columns", "points"), [(1, 497.2608), (13, 497.2608), (14, 499.42975), (20, 713.47107), (40, 1426.94215)]
)
def test_room(columns: int, points: float) -> None:
    """7.12 inches less three per cent; more where the form is wider than 10.89 inches and printed smaller."""
    laid = sheet((6, 7), 8)
    laid.widths = [10.0] * columns
    assert room(laid) == pytest.approx(points)


@pytest.mark.parametrize(
    ("form", "points"),
    [("1-1", 666.858), ("1-2", 536.530), ("1-3", 626.903), ("1-4", 592.181), ("2-4", 683.505)],
)
def test_room_of_the_official_forms(pack: Pack, form: str, points: float) -> None:
    assert room(lay_out(pack, pack.form(form, SPRING), SPRING)) == pytest.approx(points, abs=0.001)


@pytest.mark.parametrize(
    ("body", "end", "kind", "starts", "breaks"),
    [
        ((6, 20), 22, "grid", (), []),
        ((6, 29), 31, "grid", (10, 20), []),  # 31 rows of 16 points just fit
        ((6, 30), 32, "grid", (10, 20), [19]),  # the last block moves over with the signatures
        ((6, 30), 32, "grid", (), []),  # nowhere to divide a grid
        ((6, 60), 62, "grid", (20, 30, 40, 50), [29, 49]),
        ((6, 60), 62, "grid", (50,), []),  # the first block alone is higher than a page
        ((6, 30), 32, "list", (), [27]),  # three rows of the table go with the signatures
        ((6, 60), 62, "list", (), [31, 57]),
        ((6, 60), 62, "list", (28,), [27, 56]),
        ((6, 60), 62, "list", (12,), [31, 57]),  # too much of the page would stay empty
    ],
)
def test_page_breaks(
    body: tuple[int, int], end: int, kind: Literal["grid", "list"], starts: tuple[int, ...], breaks: list[int]
) -> None:
    assert page_breaks(sheet(body, end, starts, kind)) == breaks


@pytest.mark.parametrize(
    ("counts", "breaks"),
    [((1, 1, 1), []), ((20, 1, 1), [29]), ((10, 10, 10), [28]), ((60, 1, 1), [31, 61]), ((30, 30, 30), [31, 61, 91])],
)
def test_pages_of_a_list(pack: Pack, counts: tuple[int, int, int], breaks: list[int]) -> None:
    names = ("脱贫户", "特困低保", "残疾")
    rows = {name: [{"姓名": "示例甲"}] * count for name, count in zip(names, counts, strict=True)}
    form = pack.form("1-2", SPRING)
    assert page_breaks(lay_out(pack, form, SPRING, Filling(rows={"精准明细": rows}))) == breaks  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("body", "end", "own", "heights"),
    [
        ((6, 8), 10, {}, {6: 27, 7: 27, 8: 27}),  # never above 27 points
        ((6, 8), 10, {7: 40.0}, {6: 27, 7: 40, 8: 27}),
        ((6, 30), 31, {}, {}),  # the page is full
        ((6, 28), 29, {}, {}),  # less than two points a row is not worth it
    ],
)
def test_stretch(body: tuple[int, int], end: int, own: dict[int, float], heights: dict[int, float]) -> None:
    laid = sheet(body, end)
    laid.heights.update(own)
    stretch(laid)
    assert laid.heights == heights


def test_stretch_shares_four_fifths_of_what_is_left() -> None:
    laid = sheet((6, 20), 22)
    stretch(laid)
    assert laid.heights == {row: pytest.approx(16 + (497.2608 - 22 * 16) * 0.8 / 15) for row in range(6, 21)}
