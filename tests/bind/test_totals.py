"""Total labels of a form, spelled out for every member and every way to write it."""

from __future__ import annotations

import pytest

from jiesuan.bind.totals import total_labels
from jiesuan.form import Axis, Form, Member, Total
from jiesuan.text import fold

from .making import LATER, PACK, SPRING, form

GRADES = Axis(
    name="年级",
    members=(Member(name="一年级", label="2023级", also=("一年",)), Member(name="二年级")),
)
KINDS = Axis(name="类别", members=(Member(name="甲", label="（甲）种植"), Member(name="乙")))


def declared(*totals: Total) -> Form:
    return Form(
        id="x", role="表", set="省属", name="表", sheet="表", title="表", titles=("表",), kind="grid", unit="元",
        axis=(GRADES, KINDS), total=totals,
    )  # fmt: skip


def spelled(of: Form) -> dict[str, tuple[str, dict[str, str]]]:
    return {label: (found.total.label, found.named) for label, found in total_labels(of).items()}


def test_a_label_of_its_own() -> None:
    assert spelled(declared(Total(label="合 计", also=("总计", "全校合计（不分类别）")))) == {
        "合计": ("合 计", {}),
        "总计": ("合 计", {}),
        "全校合计(不分类别)": ("合 计", {}),
    }


def test_a_label_for_every_member() -> None:
    of = declared(Total(label="{年级}小计", keep=("年级",), also=("{年级}合计",)))
    grades = {"一年级": "一年级", "2023级": "一年级", "一年": "一年级", "二年级": "二年级"}
    assert spelled(of) == {
        f"{word}{tail}": ("{年级}小计", {"年级": member})
        for word, member in grades.items()
        for tail in ("小计", "合计")
    }


def test_labels_are_compared_folded() -> None:
    assert set(spelled(declared(Total(label="{类别} 小 计", keep=("类别",))))) == {"(甲)种植小计", "甲小计", "乙小计"}


def test_the_first_total_with_a_label_has_it() -> None:
    of = declared(Total(label="合计"), Total(label="总计", keep=("年级",), also=("合计",)))
    assert spelled(of) == {"合计": ("合计", {}), "总计": ("总计", {})}
    assert spelled(declared()) == {}


def test_they_are_worked_out_once() -> None:
    of = declared(Total(label="合计"))
    assert total_labels(of) is total_labels(of)
    assert total_labels(declared(Total(label="合计"))) is not total_labels(of)


@pytest.mark.parametrize(("term", "printed"), [(SPRING, "一、二年级合计"), (LATER, "一、二、三年级合计")])
@pytest.mark.parametrize("form_id", ["1-1", "2-1"])
def test_totals_of_other_terms_are_known_too(form_id: str, term: object, printed: str) -> None:
    found = total_labels(form(form_id, term))  # type: ignore[arg-type]
    for label in ("一、二年级合计", "一、二、三年级合计"):
        assert found[fold(label)].total.label == printed


@pytest.mark.parametrize("form_id", [form_id for form_id in PACK.forms if form_id.startswith(("1-", "2-"))])
def test_every_total_of_a_form_has_its_label(form_id: str) -> None:
    of = form(form_id)
    assert {found.total.label for found in total_labels(of).values()} == {total.label for total in of.total}
    assert all(label == fold(label) for label in total_labels(of))
