"""Finding the place somebody means, and reviewing without files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jiesuan.explain import (
    ACCEPT,
    RETURN,
    WHOLE,
    Explanation,
    Judgement,
    NotExplained,
    accept_all,
    address,
    find,
    give,
    review,
)
from jiesuan.explain.edit import _matches
from jiesuan.explain.record import LAPSED, PENDING

from .making import GOOD, LATER, LIST, MEAN, NO_PHONE, NOW, book, bound, finding_of, judged, phones
from .test_judge import explained


@pytest.mark.parametrize(
    ("place", "wanted", "same"),
    [
        (("表", "L17"), "L17", True),
        (("表", "L17"), "l17", True),
        (("表", "L17"), "$L$17", True),
        (("表", "L17"), "表!L17", True),
        (("表", "L17"), "表！L17", True),
        (("表", "L17"), "'表'!L17", True),
        (("2-3 'a'", "L17"), "'2-3 ''a'''!L17", True),
        (("表", "L17"), "别的!L17", False),
        (("表", "L17"), "L18", False),
        (("表", "L17"), "表", False),
        (("表", "B7:C9,E1"), "C8", True),
        (("表", "B7:C9,E1"), "E1", True),
        (("表", "B7:C9,E1"), "D8", False),
        (("表", "B7:C9,E1"), "B7:C9", False),
        (("表", "B7:C9"), "B7:C9", True),
        (("表", ""), "表", True),
        (("表", ""), "表!", True),
        (("表", ""), "表!A1", False),
        (("表", ""), "A1", False),
        ((WHOLE, ""), "整个工作簿", True),
        ((WHOLE, ""), WHOLE, True),
    ],
)
def test_places(place: tuple[str, str], wanted: str, same: bool) -> None:
    assert _matches(place, wanted) is same


def test_addresses() -> None:
    assert [address("表", "A1"), address("表", ""), address("", "")] == ["表!A1", "表", WHOLE]


def two_sheets() -> Judgement:
    """The same rule at the same cell of two sheets."""
    judgement = judged(book(), [])
    balance = finding_of(judgement.report, "F406")
    judgement.report.findings.append(replace(balance, sheet=LIST))
    return judgement


def test_a_cell_on_two_sheets() -> None:
    workbook, judgement = bound(book()), two_sheets()
    with pytest.raises(NotExplained) as caught:
        find(workbook, judgement, "F406", "B33")
    assert str(caught.value) == (
        f"“B33”不止一处，请连表名一起写，如 {MEAN}!B33。有 F406 的问题的是：{MEAN}!B33、{LIST}!B33。"
    )
    assert find(workbook, judgement, "F406", f"{LIST}!B33").sheet == LIST


def test_very_many_places_are_counted() -> None:
    workbook, judgement = bound(book()), judged(book(), [])
    balance = finding_of(judgement.report, "F406")
    judgement.report.findings += [replace(balance, cell=f"C{row}") for row in range(1, 10)]
    with pytest.raises(NotExplained) as caught:
        find(workbook, judgement, "F406", "Z1")
    assert str(caught.value).endswith(f"{MEAN}!C4、{MEAN}!C5 等 10 处。")


def test_an_explained_finding_may_be_explained_anew() -> None:
    judgement = judged(book(), explained())
    items, new = give(bound(book()), judgement, "f406", f"'{MEAN}'!$B$33", f"{GOOD}，文号另附", by="赵", now=LATER)
    assert items == [new]
    assert (new.reason, new.by, new.at, new.state) == (f"{GOOD}，文号另附", "赵", LATER, PENDING)


def test_a_lapsed_one_is_renewed_with_the_same_words() -> None:
    of = book()
    of.sheet(MEAN).put(33, 2, 8)
    judgement = judged(of, explained())
    assert judgement.kept[0].state == LAPSED
    [new], _ = give(bound(of), judgement, "F406", "B33", GOOD, now=LATER)
    assert (new.state, new.at) == (PENDING, LATER)
    assert judged(of, [new]).kept[0].state == PENDING
    assert judged(book(), [new]).kept[0].state == LAPSED


def test_review_of_one_among_several() -> None:
    kept = explained()
    for cell in phones():
        kept, _ = give(bound(book()), judged(book(), kept), "L102", cell, NO_PHONE, now=NOW)
    judgement = judged(book(), kept)
    items, [done] = review(judgement, "L102", phones()[1], RETURN, comment=" 请补填 ", by="李", now=LATER)
    assert (done.cell, done.comment, done.reviewer, done.reviewed) == (phones()[1], "请补填", "李", LATER)
    assert [item.verdict for item in items] == ["", "", RETURN]
    accepted, some = accept_all(judged(book(), items), now=LATER)
    assert [item.verdict for item in accepted] == [ACCEPT, ACCEPT, RETURN] and len(some) == 2
    with pytest.raises(NotExplained, match="没有待复核的说明。"):
        accept_all(judged(book(), accepted), now=LATER)


def test_review_of_a_cell_on_two_sheets() -> None:
    [item] = judged(book(), explained()).kept
    judgement = Judgement(judged(book(), []).report, [item, replace(item, place=LIST)])
    with pytest.raises(NotExplained) as caught:
        review(judgement, "F406", "B33", ACCEPT, now=NOW)
    assert "“B33”不止一处，请连表名一起写" in str(caught.value)


def test_names_stay_in_the_records() -> None:
    [item] = explained("王老师")
    assert isinstance(item, Explanation) and "王老师" not in repr(judged(book(), [item]).report)
