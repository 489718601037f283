"""Packs of policy above one another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.law import Law, LawError, Layer, chain, cut, find_region
from jiesuan.policy import Choice, Eligible, Policy, PublicField, Standard, in_force
from jiesuan.term import Term
from jiesuan.timetable import Deadline, Period, Timetable

SPRING, AUTUMN, LATER = Term(2024, 0), Term(2024, 1), Term(2025, 0)


def standard(value: str, since: str = "2020春", until: str = "", **keys: str) -> Standard:
    return Standard(name="标准", value=value, unit="元", keys=keys, since=since, until=until, basis="某文")


def eligible(
    name: str, outcome: str, when: dict[str, tuple[str, ...]], since: str = "2020春", until: str = ""
) -> Eligible:
    found: Any = outcome
    return Eligible(project="助学金", name=name, outcome=found, when=when, since=since, until=until, basis="某文")


def deadline(day: str, since: int, until: int = 0, **more: Any) -> Deadline:
    return Deadline(
        **{
            "matter": "审批",
            "who": "学校",
            "what": "做",
            "day": day,
            "since": since,
            "until": until,
            "basis": "某文",
            **more,
        }
    )


def layer(region: str, since: str = "2020春", timetable: Timetable | None = None, **tables: Any) -> Layer:
    return Layer(f"{region}-{since}", region, region, since, Policy(**tables), timetable or Timetable())


def values(law: Law, term: Term, **keys: str) -> str | None:
    found = law.standard("标准", term, keys)
    return found.entry.value if found else None


def test_the_most_specific_region_wins() -> None:
    law = Law(
        "福建/泉州",
        [
            layer("福建/泉州", standard=(standard("3", "2025春"),)),
            layer("福建", standard=(standard("2", "2024秋"),)),
            layer("全国", standard=(standard("1"), standard("9", 隶属="省属"))),
        ],
    )
    assert [values(law, term) for term in (Term(2019, 1), SPRING, AUTUMN, LATER)] == [None, "1", "2", "3"]
    # a general figure of a narrower region goes before a special one of a wider
    assert [values(law, term, 隶属="省属") for term in (SPRING, AUTUMN, LATER)] == ["9", "2", "3"]
    found = law.standard("标准", AUTUMN, {})
    assert found is not None and found.layer.region == "福建"


def test_then_the_latest_date() -> None:
    later = layer("福建", "2025春", standard=(standard("2", "2025春", "2025秋"),))
    earlier = layer("福建", standard=(standard("1"), standard("5", 隶属="省属")))
    law = Law("福建", [later, earlier])
    terms = (AUTUMN, LATER, Term(2025, 1), Term(2026, 0))
    assert [values(law, term) for term in terms] == ["1", "2", "2", "1"]
    # within one region a special case stands beside the general one
    assert [values(law, term, 隶属="省属") for term in terms] == ["5"] * 4
    assert [(h.entry.value, h.entry.since, h.entry.until) for h in law.standards if not h.entry.keys] == [
        ("2", "2025春", "2025秋"),
        ("1", "2020春", "2024秋"),
        ("1", "2026春", ""),
    ]


def test_packs_of_one_region_that_contradict_each_other() -> None:
    both = [
        Layer(name, name, "福建", "2020春", Policy(standard=(standard(value),)))
        for name, value in (("甲", "1"), ("乙", "2"))
    ]
    with pytest.raises(LawError, match=r"^“甲”和“乙”都规定了福建“标准”2020春起的数$"):
        _ = Law("福建", both).policy


def test_choices_and_published_fields_are_stacked() -> None:
    national = layer(
        "全国",
        choice=(Choice(name="年级", values=("一",), since="2020春", basis="某文"),),
        public=(PublicField(name="姓名", allowed=True, since="2020春", basis="某文"),),
    )
    own = layer(
        "福建",
        choice=(Choice(name="年级", values=("一", "二"), since="2024秋", basis="某文"),),
        public=(PublicField(name="姓名", allowed=False, since="2024秋", basis="某文"),),
    )
    law = Law("福建", [own, national])
    assert [law.policy.values("年级", term) for term in (SPRING, AUTUMN)] == [("一",), ("一", "二")]
    assert [[held.entry.allowed for held in law.public_in(term)] for term in (SPRING, AUTUMN)] == [[True], [False]]
    assert [held.layer.region for held in law.choices_in(AUTUMN)] == ["福建"]


TERMS = st.builds(Term, st.integers(2020, 2024), st.integers(0, 1))
SPANS = st.tuples(TERMS, st.none() | TERMS).map(lambda pair: (pair[0], max(pair[0], pair[1]) if pair[1] else None))


@given(SPANS, SPANS, TERMS)
def test_cutting_leaves_just_the_time_outside(
    own: tuple[Term, Term | None], other: tuple[Term, Term | None], term: Term
) -> None:
    entry, above = (standard("1", str(since), str(until or "")) for since, until in (own, other))
    pieces = cut(entry, above)
    inside = in_force(entry.since, entry.until, term) and not in_force(above.since, above.until, term)
    assert sum(in_force(piece.since, piece.until, term) for piece in pieces) == inside


def test_cutting_entries_with_open_ends() -> None:
    always = standard("1", "", "")
    assert [(p.since, p.until) for p in cut(always, standard("2", "2024春", "2024秋"))] == [
        ("", "2023秋"),
        ("2025春", ""),
    ]
    assert cut(standard("1"), always) == []


# ── eligibility ──

LOCAL = layer(
    "内蒙古",
    eligible=(
        eligible("涉农", "应", {"专业性质": ("涉农",), "年级": ("一", "二")}, until="2024秋"),
        eligible("A类", "应", {"专业性质": ("非涉农",), "等级": ("A类",)}, until="2024秋"),
        eligible("困难", "可", {"专业性质": ("非涉农",), "困难": ("是",)}, until="2024秋"),
        eligible("不困难", "不得", {"专业性质": ("非涉农",), "困难": ("否",)}),
    ),
)
NATION = layer(
    "全国",
    eligible=(
        eligible("涉农", "应", {"专业性质": ("涉农",)}),
        eligible("非全日制", "不得", {"学制": ("非全日制",)}),
    ),
)
LAW = Law("内蒙古", [LOCAL, NATION])


@pytest.mark.parametrize(
    ("facts", "outcome", "name", "missing"),
    [
        ({"专业性质": "涉农", "年级": "一", "学制": "全日制"}, "应", "涉农", ()),
        ({"专业性质": "涉农", "年级": "三", "学制": "全日制"}, "不在范围", None, ()),
        ({"专业性质": "涉农", "年级": "一", "学制": "非全日制"}, "不得", "非全日制", ()),
        ({"专业性质": "涉农", "年级": "一"}, "应", "涉农", ("学制",)),
        ({"专业性质": "非涉农", "等级": "A类", "困难": "是", "学制": "全日制"}, "应", "A类", ()),
        ({"专业性质": "非涉农", "等级": "B类", "困难": "是", "学制": "全日制"}, "可", "困难", ()),
        ({"专业性质": "非涉农", "等级": "B类", "困难": "否", "学制": "全日制"}, "不得", "不困难", ()),
        ({"专业性质": "非涉农", "学制": "全日制"}, "未定", None, ("等级", "困难")),
        ({"专业性质": "别的", "学制": "全日制"}, "不在范围", None, ()),
        ({"专业性质": "别的"}, "不在范围", None, ()),
    ],
)
def test_who_is_eligible(facts: dict[str, str], outcome: str, name: str | None, missing: tuple[str, ...]) -> None:
    verdict = LAW.judge("助学金", SPRING, facts)
    assert (verdict.outcome, verdict.held.entry.name if verdict.held else None, verdict.missing) == (
        outcome,
        name,
        missing,
    )


def test_the_wider_region_where_the_narrower_grants_no_more() -> None:
    names = [(held.entry.name, held.layer.region) for held in LAW.eligible_in("助学金", LATER)]
    assert names == [("不困难", "内蒙古"), ("涉农", "全国"), ("非全日制", "全国")]
    assert LAW.eligible_in("没有", LATER) == []
    assert LAW.projects() == ["助学金"]


# ── deadlines ──


def test_deadlines_by_region_and_year() -> None:
    nation = layer("全国", "2018春", Timetable(deadline=(deadline("04-30", 2018),)))
    newer = layer("全国", "2025春", Timetable(deadline=(deadline("05-20", 2025),)))
    own = layer(
        "福建",
        "2024春",
        Timetable(deadline=(deadline("05-31", 2024, 2024), deadline("", 2024, season="秋", matter="结算"))),
    )
    law = Law("福建", [own, newer, nation])
    found = {
        year: [(due.entry.day, due.carried) for due in law.deadlines(year)]
        for year in (2017, 2018, 2023, 2024, 2025, 2026)
    }
    assert found == {
        2017: [],
        2018: [("04-30", False)],
        2023: [("04-30", True)],
        2024: [("05-31", False), ("", False)],
        2025: [("05-20", False), ("", False)],
        2026: [("05-20", True), ("", False)],
    }
    assert law.deadlines(2026)[0].doubt == "推定：2026年的通知没有收录，沿用2025年的，请核对当年通知"
    assert law.deadlines(2024)[0].doubt == ""


def test_periods_by_matter() -> None:
    entry = Period(
        matter="异动", who="学校", what="做", workdays=10, bound="以内", start="当天", since=2018, basis="某文", certainty="unknown"
    )  # fmt: skip
    law = Law("全国", [layer("全国", timetable=Timetable(period=(entry,)))])
    found = law.period("异动", 2024)
    assert found is not None and found.entry.workdays == 10
    assert law.period("异动", 2017) is None and law.period("别的", 2024) is None


# ── regions ──


def test_a_region_lies_in_others() -> None:
    assert chain("福建/泉州") == ["福建/泉州", "福建", "全国"]
    assert chain("全国") == ["全国"]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("福建", "福建"),
        (" 福建省 ", "福建"),
        ("泉州市", "福建/泉州"),
        ("福建省／泉州市", "福建/泉州"),
        ("内蒙古自治区", "内蒙古"),
        ("全国", "全国"),
        ("广东", None),
        ("", None),
        ("市", None),
        ("鼓楼", None),  # of two cities
        ("福州/鼓楼", "福建/福州/鼓楼"),
    ],
)
def test_regions_as_typed(text: str, region: str | None) -> None:
    known = ["全国", "福建", "福建/泉州", "内蒙古", "福建/福州/鼓楼", "江苏/南京/鼓楼"]
    assert find_region(text, known) == region
