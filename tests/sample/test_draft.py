"""Places, totals and amounts of a draft, and how mistakes are put into it and taken stock of."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal as D
from random import Random
from typing import Any

import pytest

from jiesuan.filling import Filling
from jiesuan.form import ALL
from jiesuan.sample.draft import LIST, Change, Draft, Kind, Mistake
from jiesuan.sample.make import make_sample
from jiesuan.sample.mistakes import KINDS, make_mistakes
from jiesuan.term import Term

from ..making import PACK

SPRING, TIERED = Term(2024, 0), Term(2025, 0)
GRADE_1 = ("一年级", "涉农专业", "脱贫户")
GRADE_2 = ("二年级", "涉农专业", "残疾")


def filling() -> Filling:
    """A very small school, by hand."""
    figures: dict[Any, Any] = {
        ("免学费", GRADE_1, "第1月"): 12,
        ("免学费", GRADE_1, "第2月"): 11,
        ("免学费", GRADE_1, "就读专业"): "2023秋园林技术",
        ("免学费", GRADE_2, "第1月"): 3,
        ("免学费", GRADE_2, "第2月"): 0,
        ("助学金", ("申报审批", "一年级", "涉农专业", "脱贫户"), "人数"): 12,
        ("助学金", ("申报审批", "一年级", "涉农专业", "脱贫户"), "人次"): 23,
        ("生均", ("一年级", "涉农"), "第1月"): 40,
        ("生均", ("一年级", "涉农"), "第3月"): 38,
    }
    rows: dict[str, Any] = {
        LIST: {
            "脱贫户": [{"姓名": name, "身份证号": f"号{name}", "免学费金额": 10 * at} for at, name in enumerate("甲乙丙丁")],
            "残疾": [{"姓名": "戊", "身份证号": "号戊", "免学费金额": 70}],
        }
    }  # fmt: skip
    return Filling(figures, rows, {"生均": {"期末结余": 1.5}, "免学费": {"专业个数": 1}})


@pytest.fixture
def draft() -> Draft:
    return Draft(PACK, "市属", SPRING, filling(), Random(1))


def kind(*changes: Change) -> Kind:
    """Makes the first of the changes whose place is free."""
    return Kind("试", "试一试", ("F",), lambda draft: draft.pick(changes))


ROW_1 = Change("免学费", ("免学费", GRADE_1, "第1月"), "第1月", 21)
ROW_1_AGAIN = Change("免学费", ("免学费", GRADE_1, "第2月"), "第2月", 99)
ROW_2 = Change("免学费", ("免学费", GRADE_2, "第1月"), "第1月", -3)
LINE = Change("生均", "期末结余", "期末结余", 2.5)
STUDENT = Change(LIST, ("脱贫户", 1), "姓名", None)
GONE = Change(LIST, ("脱贫户", 0), "", None)
TWICE = Change(LIST, ("脱贫户", 2), "", "号丙")


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_row_of_a_form_is_one_place() -> None:
    assert [Draft.place(change) for change in (ROW_1, ROW_1_AGAIN, ROW_2, LINE, STUDENT, GONE)] == [
        GRADE_1,
        GRADE_1,
        GRADE_2,
        "期末结余",
        ("脱贫户", 1),
        ("脱贫户", 0),
    ]


def test_numbers_above_zero_alone_are_figures(draft: Draft) -> None:
    assert list(draft.figures("免学费", ["第1月", "第2月", "就读专业"])) == [
        (GRADE_1, "第1月", 12),
        (GRADE_1, "第2月", 11),
        (GRADE_2, "第1月", 3),
    ]
    assert list(draft.figures("免学费", ["第2月"])) == [(GRADE_1, "第2月", 11)]
    assert list(draft.figures("生均", ["第2月"])) == list(draft.figures("助学金", ["第1月"])) == []


@pytest.mark.parametrize(
    ("role", "key", "name", "total"),
    [
        ("免学费", (ALL, ALL, ALL), "第1月", 15),
        ("免学费", ("一年级", ALL, ALL), "第1月", 12),
        ("免学费", (ALL, ALL, "残疾"), "第1月", 3),
        ("免学费", ("三年级", ALL, ALL), "第1月", 0),
        ("免学费", GRADE_1, "第2月", 11),
        ("生均", (ALL, ALL), "第3月", 38),
        ("助学金", ("申报审批", ALL, ALL, ALL), "人次", 23),
        ("助学金", ("实际发放", ALL, ALL, ALL), "人次", 0),
    ],
)
def test_true_totals(draft: Draft, role: str, key: Any, name: str, total: int) -> None:
    assert draft.total(role, key, name) == total


def test_totals_stay_those_of_the_untouched_filling(draft: Draft) -> None:
    assert draft.make(kind(ROW_1)) is not None
    assert draft.filling.figures["免学费", GRADE_1, "第1月"] == 21
    assert draft.total("免学费", (ALL, ALL, ALL), "第1月") == 15


@pytest.mark.parametrize(
    ("role", "key", "name", "value"),
    [
        ("免学费", GRADE_1, "第1月", "12"),
        ("免学费", GRADE_1, "第3月", "0"),
        ("免学费", GRADE_1, "人次", "23"),
        ("免学费", GRADE_1, "月标准", "0.024"),
        ("免学费", GRADE_1, "补助金额", "0.552"),
        ("免学费", ("一年级", "数控等高级工专业", "残疾"), "月标准", "0.032"),
        ("助学金", ("申报审批", "一年级", "涉农专业", "脱贫户"), "金额", "0.46"),
        ("生均", ("一年级", "涉农"), "人次", "78"),
        ("生均", ("一年级", "涉农"), "生均金额", "4.368"),
    ],
)
def test_figures_as_filled_in_or_by_the_forms_formulas(
    draft: Draft, role: str, key: Any, name: str, value: str
) -> None:
    assert draft.value(draft.forms[role], key, name) == D(value)


def test_an_amount_without_a_standard_is_none() -> None:
    later = Draft(PACK, "市属", TIERED, filling(), Random(1))
    key = ("申报审批", "一年级", "涉农专业", "脱贫户")
    assert later.value(later.forms["助学金"], key, "金额") is None
    typed = filling()
    typed.figures["助学金", key, "金额"] = 0.5
    assert Draft(PACK, "市属", TIERED, typed, Random(1)).value(later.forms["助学金"], key, "金额") == D("0.5")


# ── making ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_place_is_used_once(draft: Draft) -> None:
    first = draft.make(kind(ROW_1, ROW_1_AGAIN))
    assert first is not None and draft.used == {("免学费", GRADE_1)}
    assert draft.make(kind(ROW_1, ROW_1_AGAIN)) is None
    assert draft.pick([ROW_1_AGAIN]) is None and draft.pick([]) is None
    assert draft.pick([ROW_1_AGAIN, ROW_2]) == ROW_2
    # The same row of another form is another place.
    assert draft.pick([Change("生均", ("生均", GRADE_1, "第1月"), "第1月", 1)]) is not None


def test_a_figure_is_changed_and_noted(draft: Draft) -> None:
    assert draft.make(kind(ROW_1)) == Mistake(
        "试", "试一试", "免学费", ("免学费", GRADE_1, "第1月"), "第1月", 12, 21, ("F",)
    )
    expected = filling()
    expected.figures["免学费", GRADE_1, "第1月"] = 21
    assert draft.filling == expected


def test_a_figure_is_taken_away_or_put_where_none_was(draft: Draft) -> None:
    gone = draft.make(kind(Change("免学费", ("免学费", GRADE_1, "就读专业"), "就读专业", None)))
    assert gone is not None and (gone.old, gone.new) == ("2023秋园林技术", None)
    assert ("免学费", GRADE_1, "就读专业") not in draft.filling.figures
    put = draft.make(kind(Change("免学费", ("免学费", (ALL, ALL, ALL), "第1月"), "第1月", 16)))
    assert put is not None and (put.old, put.new) == (None, 16)
    assert draft.filling.figures["免学费", (ALL, ALL, ALL), "第1月"] == 16


def test_a_line_is_changed(draft: Draft) -> None:
    made = draft.make(kind(LINE))
    assert made is not None and (made.where, made.field, made.old, made.new) == ("期末结余", "期末结余", 1.5, 2.5)
    assert draft.filling.lines == {"生均": {"期末结余": 2.5}, "免学费": {"专业个数": 1}}
    assert draft.make(kind(LINE)) is None


def test_a_students_field_is_changed(draft: Draft) -> None:
    made = draft.make(kind(STUDENT))
    assert made is not None and (made.where, made.field, made.old, made.new) == (("脱贫户", 1), "姓名", "乙", None)
    assert [row["姓名"] for row in draft.filling.rows[LIST]["脱贫户"]] == ["甲", None, "丙", "丁"]


def test_a_removed_row_goes_at_the_end_and_others_follow(draft: Draft) -> None:
    later = Change(LIST, ("脱贫户", 3), "姓名", "某")
    made = [draft.make(kind(change)) for change in (STUDENT, GONE, later, ROW_1, LINE)]
    mistakes = [mistake for mistake in made if mistake]
    assert len(mistakes) == 5
    assert (mistakes[1].where, mistakes[1].old, mistakes[1].new) == (("脱贫户", 0), "甲", None)
    assert [where for where, _ in draft.rows()] == [("脱贫户", 1), ("脱贫户", 2), ("脱贫户", 3), ("残疾", 0)]
    closed = draft.close(mistakes)
    assert [mistake.where for mistake in closed] == [
        ("脱贫户", 0),
        ("脱贫户", 0),
        ("脱贫户", 2),
        ROW_1.where,
        "期末结余",
    ]
    assert [replace(mistake, where="") for mistake in closed] == [replace(mistake, where="") for mistake in mistakes]
    assert [row["姓名"] for row in draft.filling.rows[LIST]["脱贫户"]] == [None, "丙", "某"]
    assert len(draft.filling.rows[LIST]["残疾"]) == 1


def test_a_repeated_row_stands_last_and_is_its_own(draft: Draft) -> None:
    made = draft.make(kind(TWICE))
    rows = draft.filling.rows[LIST]["脱贫户"]
    assert made is not None and (made.where, made.old, made.new) == (("脱贫户", 4), None, "号丙")
    assert rows[4] == rows[2] and rows[4] is not rows[2]
    assert draft.used == {(LIST, ("脱贫户", 2)), (LIST, "脱贫户"), (LIST, ("脱贫户", 4))}
    # Neither of the two is changed again, and the section is closed for whole rows.
    assert draft.pick([Change(LIST, ("脱贫户", at), "姓名", None) for at in (2, 4)]) is None


def test_whole_rows_change_once_in_a_section(draft: Draft) -> None:
    for name in ("student_missing", "student_twice", "student_missing"):
        draft.make(KINDS[name])
    changed = [section for _, section in draft.used if isinstance(section, str)]
    assert sorted(changed) == ["残疾", "脱贫户"]


def test_the_sample_itself_is_left_alone() -> None:
    sample = make_sample(PACK, "市属", SPRING, students=80, seed=2)
    before = copy.deepcopy(sample)
    changed, mistakes = make_mistakes(PACK, "市属", SPRING, sample, 30, 4)
    assert sample == before and changed != sample.filling and len(mistakes) == 30


@pytest.mark.parametrize("count", [0, 1, 5, 19])
def test_as_many_as_asked_for(count: int) -> None:
    sample = make_sample(PACK, "市属", SPRING, students=80, seed=2)
    changed, mistakes = make_mistakes(PACK, "市属", SPRING, sample, count, 4)
    assert len(mistakes) == len({mistake.kind for mistake in mistakes}) == count
    assert (changed == sample.filling) is (count == 0)


def test_other_seeds_and_counts_make_other_mistakes() -> None:
    sample = make_sample(PACK, "市属", SPRING, students=80, seed=2)
    made = [
        make_mistakes(PACK, "市属", SPRING, sample, count, seed)[1] for count, seed in ((5, 1), (5, 2), (6, 1), (5, 1))
    ]
    assert made[0] == made[3] and made[0] != made[1] and made[0] != made[2][:5]
