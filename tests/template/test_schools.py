"""Forms of schools on paper: totals above what they sum, numbers as printed, nothing split without a share."""

from __future__ import annotations

import pytest

from jiesuan.filling import Filling
from jiesuan.pack import load_pack
from jiesuan.template.laid import Laid, Spot
from jiesuan.template.layout import compose, lay_out
from jiesuan.template.page import page_breaks
from jiesuan.term import Term

PACK = load_pack()
TERM = Term(2024, 0)


def laid(form_id: str, rows: dict[str, list[dict[str, object]]] | None = None) -> Laid:
    form = PACK.form(form_id, TERM)
    filling = None if rows is None else Filling(rows={form.role: rows})  # type: ignore[dict-item]
    return lay_out(PACK, form, TERM, filling)


def column(item: Laid, number: int) -> list[object]:
    """What stands in a sheet column of the body: values, or formulas with `=`."""
    spots = [item.cells.get((row, number), Spot(None)) for row in range(item.body[0], item.body[1] + 1)]
    return [f"={spot.formula}" if spot.formula is not None else spot.value for spot in spots]


def test_the_numbers_of_3_2_are_the_printed_ones() -> None:
    item = laid("3-2")
    row = item.head[1]
    assert [item.cells[row, place].value for place in range(1, 19)] == [
        *range(1, 16),
        "16=17+18",
        "17=11+14",
        "18=12+15",
    ]


def test_a_blank_form() -> None:
    item = laid("3-2")
    assert column(item, 1) == [
        "本市合计", "一、市本级小计", "1、", "2、", "3、", "4、", "二、县区属校小计", "1、", "2、", "3、", "4、",
    ]  # fmt: skip
    assert column(item, 3) == ["=C10+C15", "=SUM(C11:C14)", None, None, None, None, "=SUM(C16:C19)", *[None] * 4]
    assert column(item, 7)[2] == '=IF(B11="","",ROUND(F11*B11,6))'
    assert column(item, 8)[2] == '=IF(B11="","",F11-G11)' and column(item, 10)[2] == "=K11+L11"
    styles = {place: item.cells[11, place].style for place in range(1, 19)}
    assert [place for place, style in styles.items() if style == "input"] == [2, 3, 4, 5, 6, 11, 12]
    assert [place for place, style in styles.items() if style == "computed"] == [7, 8, 10, 13, 14, 15, 16, 17, 18]
    assert styles[9] == "dash" and item.cells[9, 9].style == "input" and item.cells[10, 9].style == "dash"


def test_filled_lines_and_sections_without_schools() -> None:
    item = laid("3-2", {"市本级": [{"学校": "1、甲校", "省级比例": 0.2, "市下达省级": 3.5}], "县区属": []})
    assert column(item, 1) == ["本市合计", "一、市本级小计", "1、甲校", "二、县区属校小计"]
    assert column(item, 3) == ["=C10+C12", "=SUM(C11:C11)", 3.5, "=0"]
    assert (item.cells[11, 2].value, item.cells[11, 2].style) == (0.2, "standard")
    assert item.rows == {("市本级", 0): 11} and item.starts == [12]


def test_figures_drawn_from_schools_are_not_white() -> None:
    item = laid("3-1", {"市本级": [{"学校": "1、甲校", "涉农精准人数": 5}], "县区属": []})
    row = item.rows["市本级", 0]
    assert item.cells[row, item.columns["涉农精准人数"]].style == "gathered"
    assert item.cells[row, item.columns["涉农其他人数"]].style == "input"
    assert item.cells[row, item.columns["合计人数"]].formula == f"SUM(B{row},E{row},H{row},K{row})"


@pytest.mark.parametrize("form_id", ["3-1", "3-2", "3-5", "3-6"])
def test_the_heading_covers_the_table(form_id: str) -> None:
    item = laid(form_id)
    covered: set[tuple[int, int]] = set()
    for (row, place), spot in item.cells.items():
        if spot.style == "head":
            last = next((area[2:] for area in item.merges if area[:2] == (row, place)), (row, place))
            cells = {(r, c) for r in range(row, last[0] + 1) for c in range(place, last[1] + 1)}
            assert not cells & covered
            covered |= cells
    numbered = any(column.no is not None for column in item.form.fields)
    wanted = {(r, c) for r in range(item.head[0], item.head[1] + 1 - numbered) for c in range(1, item.width + 1)}
    assert covered == wanted


def test_widths_and_columns_as_reconstructed() -> None:
    assert [len(PACK.form(form_id, TERM).fields) for form_id in ("3-1", "3-2", "3-5")] == [17, 18, 21]
    for form_id in ("3-1", "3-3", "3-4", "3-6"):
        assert PACK.forms[form_id].source == "reconstructed" and PACK.forms[form_id].doubts
    printed = {column.no for column in PACK.forms["3-2"].fields if column.formula and column.source == "printed"}
    assert printed == {16, 17, 18}


def test_long_forms_break_between_pages() -> None:
    rows: dict[str, list[dict[str, object]]] = {
        section: [{"学校": f"{number}、第{number}技工学校"} for number in range(1, 61)]
        for section in ("市本级", "县区属")
    }
    item = laid("3-2", rows)
    assert page_breaks(item) and all(item.head[1] < row < item.end for row in page_breaks(item))


def test_the_bureaus_set() -> None:
    forms = compose(PACK, "设区市", TERM)
    assert [item.form.id for item in forms] == ["3-1", "3-2", "3-3", "3-4", "3-5", "3-6"]
    assert [item.cells[1, 1].value for item in forms] == ["附件3-1", "附件3-2", "附件3-3", "附件3-4", "附件3-5", "参考"]
    rates = {forms[2].cells[place].value for (key, name), place in forms[2].places.items() if name == "月标准"}
    assert rates == {0.024, 0.032, 0.021}
