"""Rules confronted with tables: the same numbers as somebody would reckon who looks every figure up by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal as D
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.bind import Workbook
from jiesuan.book import Book, ErrorValue, Sheet
from jiesuan.evaluate import MONTHS_IN_TERM, Evaluated, Unchecked, evaluate
from jiesuan.form import ALL, Axis, Column, Form, Key, Member, Total
from jiesuan.gather import ROW, lacking
from jiesuan.pack import load_pack
from jiesuan.policy import Choice, Policy, Standard
from jiesuan.rule import Rule
from jiesuan.table import Table, bind_column
from jiesuan.term import Term

TERM = Term(2024, 0)
GRADES, KINDS = ("一", "二", "三"), ("甲", "乙")
MONTHS = ("第1月", "第2月", "第3月")
Data = dict[tuple[Key, str], Any]
Instance = dict[str, Any]


def standard(name: str, value: str, **keys: str) -> Standard:
    return Standard(name=name, value=value, unit="元", since="2020春", basis="某文", keys=keys)


POLICY = Policy(
    standard=(
        standard("单价", "200"),
        standard("单价", "300", 类="乙"),
        standard("单价", "900", 隶属="省属"),
        standard("限额", "7", 隶属="市属"),
        Standard(name="旧价", value="1", unit="元", since="2020春", until="2023秋", basis="某文"),
    ),
    choice=(Choice(name="低年级", values=("一", "二"), since="2020春", basis="某文"), *load_pack().policy.choice),
)
PACK = dataclasses.replace(load_pack(), policy=POLICY)


def members(*names: str) -> tuple[Member, ...]:
    return tuple(Member(name=name) for name in names)


def form(role: str, *axes: Axis, kind: Any = "grid") -> Form:
    return Form(
        id=role,
        role=role,
        set="市属",
        name=role,
        sheet=role,
        title=role,
        titles=(role,),
        kind=kind,
        unit="万元",
        axis=axes,
        total=(Total(label="合计"),),
        column=(
            Column(name="人数", role="input", type="人数", unit="人"),
            Column(name="金额", role="input", type="金额", unit="万元"),
            *(Column(name=month, role="input", type="人次", unit="人次", group="月") for month in MONTHS),
        ),
    )


GRID = form("统计", Axis(name="年级", members=members(*GRADES)), Axis(name="类", members=members(*KINDS)))
BLOCKS = form(
    "申报",
    Axis(name="口径", members=members("申请", "实发"), default="申请"),
    Axis(name="年级", members=members("二", "一", "四")),
)
ROSTER = form("名单", Axis(name="类", members=members(*KINDS)), kind="list")
FIELDS = ("人数", "金额", *MONTHS)


def keys_of(of: Form) -> list[Key]:
    """Every key of a grid, totals of every level included."""
    return list(product(*((*(m.name for m in axis.members), *(() if axis.default else (ALL,))) for axis in of.axis)))


def table(of: Form, data: Data, keys: list[Key] | None = None, first_total: int | None = None) -> Table:
    """A table as the binder makes it: one row per key, from row 2."""
    keys = keys_of(of) if keys is None else keys
    sheet = Sheet(of.sheet)
    for row, key in enumerate(keys, 2):
        for column, name in enumerate(FIELDS, 2):
            sheet.put(row, column, data.get((key, name) if first_total is None else ((*key, str(row - 2)), name)))
    made = Table(of, sheet, keys=keys, rows=list(range(2, len(keys) + 2)), first_total=first_total)
    made.index = {key: at for at, key in enumerate(keys) if first_total is None or at >= first_total}
    for column, name in enumerate(FIELDS, 2):
        cells: Any = [(row, column) for row in made.rows]
        made.columns[name] = bind_column(of.field(name), cells, sheet)
    return made


def workbook(*tables: Table) -> Workbook:
    return Workbook(Book("表"), PACK, "市属", TERM, {item.form.role: item for item in tables})


def run(holds: str, book: Workbook, **more: Any) -> Evaluated:
    return evaluate(Rule(code="X9", name="试", level="错误", holds=holds, basis="b", why="w", help="h", **more), book)


# ── a reckoning of one's own ────────────────────────────────────────────────────────────────────────────────────────


@dataclasses.dataclass(frozen=True)
class Term_:
    """A text of the language and what it is worth in an instance, looked up and added one by one."""

    text: str
    worth: Callable[[Data, Instance], D]


def number(data: Data, key: Key, name: str) -> D:
    value = data.get((key, name))
    return D(0) if value is None else D(repr(value))


def figure(name: str, **named: str) -> Term_:
    def worth(data: Data, instance: Instance) -> D:
        spoken = {**named, **instance}
        key = tuple(str(spoken.get(axis, ALL)) for axis in ("年级", "类"))
        if name == "月":
            chosen = MONTHS if "月" not in instance else [MONTHS[instance["月"]]]
            return sum((number(data, key, month) for month in chosen), D(0))
        return number(data, key, name)

    inside = "".join(f', {axis}="{member}"' for axis, member in named.items())
    return Term_(f"at(统计.{name}{inside})" if named else f"统计.{name}", worth)


def aggregate(kind: str, name: str, filters: dict[str, tuple[str, ...]]) -> Term_:
    def worth(data: Data, instance: Instance) -> D:
        per_field = []
        months = [MONTHS[instance["月"]]] if "月" in instance else MONTHS
        for field in months if name == "月" else [name]:
            found = D(0)
            for grade in GRADES:
                for kind_of in KINDS:
                    place = {"年级": grade, "类": kind_of}
                    if any(place[axis] != instance[axis] for axis in place if axis in instance):
                        continue
                    if any(place[axis] not in wanted for axis, wanted in filters.items()):
                        continue
                    value = number(data, (grade, kind_of), field)
                    found += value if kind != "count" else int(value > 0)
            per_field.append(found)
        return max(D(0), *per_field) if kind == "peak" else sum(per_field, D(0))

    def said(wanted: tuple[str, ...]) -> str:
        return f'"{wanted[0]}"' if len(wanted) == 1 else "(" + ", ".join(f'"{name}"' for name in wanted) + ")"

    inside = "".join(f", {axis}={said(wanted)}" for axis, wanted in filters.items())
    return Term_(f"{kind}(统计.{name}{inside})", worth)


def constant(value: int) -> Term_:
    return Term_(str(value), lambda *_: D(value))


def joined(sign: str, left: Term_, right: Term_) -> Term_:
    signs: dict[str, Callable[[D, D], D]] = {"+": D.__add__, "-": D.__sub__, "*": D.__mul__}
    return Term_(f"({left.text} {sign} {right.text})", lambda d, i: signs[sign](left.worth(d, i), right.worth(d, i)))


def divided(left: Term_, by: int) -> Term_:
    return Term_(f"({left.text} / {by})", lambda d, i: left.worth(d, i) / by)


def absolute(inner: Term_) -> Term_:
    return Term_(f"abs({inner.text})", lambda d, i: abs(inner.worth(d, i)))


names = st.sampled_from(["人数", "金额", "月"])
filters = st.fixed_dictionaries(
    {},
    optional={
        "年级": st.lists(st.sampled_from(GRADES), min_size=1, max_size=3, unique=True).map(tuple),
        "类": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True).map(tuple),
    },
)
operands = st.one_of(
    st.builds(figure, names),
    st.builds(lambda name, kind: figure(name, 类=kind), names, st.sampled_from(KINDS)),
    st.builds(aggregate, st.sampled_from(["sum", "count", "peak"]), names, filters),
)
terms = st.recursive(
    operands | st.integers(0, 12).map(constant),
    lambda inner: st.one_of(
        st.builds(joined, st.sampled_from("+-*"), inner, inner),
        st.builds(divided, inner, st.sampled_from([2, 5, 10, 10_000])),
        st.builds(absolute, inner),
    ),
    max_leaves=4,
)
values = st.none() | st.integers(-5, 400) | st.sampled_from([0.24, 1.5, 2.3, 0.000001, 12.345678])
data = st.fixed_dictionaries({(key, name): values for key in keys_of(GRID) for name in FIELDS})
axes = st.lists(st.sampled_from(["年级", "类", "月"]), unique=True, max_size=3)
TESTS: dict[str, Callable[[D, D], bool]] = {
    "==": D.__eq__,
    "!=": D.__ne__,
    "<": D.__lt__,
    "<=": D.__le__,
    ">": D.__gt__,
    ">=": D.__ge__,
}


def cases(each: list[str]) -> list[Instance]:
    choices: dict[str, Any] = {"年级": GRADES, "类": KINDS, "月": range(3)}
    return [dict(zip(each, found, strict=True)) for found in product(*(choices[axis] for axis in each))]


@settings(max_examples=60, deadline=None)
@given(data=data, left=terms, right=terms, each=axes, sign=st.sampled_from(list(TESTS)), when=terms)
def test_a_rule_is_reckoned_as_by_hand(
    data: Data, left: Term_, right: Term_, each: list[str], sign: str, when: Term_
) -> None:
    # Beside one operand at least, so that each axis is an axis of some form.
    holds = f"统计.人数 + {left.text} {sign} {right.text} + 统计.月 - 统计.月"
    result = run(
        holds, workbook(table(GRID, data)), each=tuple(each), when=f"{when.text} > 3 or {when.text} < 统计.人数"
    )
    assert result.instances == cases(each)
    first = figure("人数").worth
    for at, instance in enumerate(result.instances):
        assert result.left.values[at] == first(data, instance) + left.worth(data, instance)
        assert result.right.values[at] == right.worth(data, instance)
        worth = when.worth(data, instance)
        assert result.active[at] is (worth > 3 or worth < first(data, instance))
    assert (result.operator, result.bad) == (sign, {})


@settings(max_examples=30, deadline=None)
@given(data=data, each=axes, sign=st.sampled_from(list(TESTS)), by=terms, low=st.integers(0, 300))
def test_conditions_compare_and_join(data: Data, each: list[str], sign: str, by: Term_, low: int) -> None:
    when = f"{by.text} {sign} {low} and {by.text} != 0"
    result = run("统计.人数 + 0 * 统计.月 == 0", workbook(table(GRID, data)), each=tuple(each), when=when)
    worths = [by.worth(data, instance) for instance in result.instances]
    assert result.active == [TESTS[sign](worth, D(low)) and worth != 0 for worth in worths]


linear = st.recursive(
    st.builds(figure, st.just("金额")) | st.builds(aggregate, st.just("sum"), st.just("金额"), filters),
    lambda inner: st.one_of(
        st.builds(joined, st.sampled_from("+-"), inner, inner),
        st.builds(lambda term, by: joined("*", term, constant(by)), inner, st.integers(0, 30)),
        st.builds(divided, inner, st.sampled_from([2, 10, 10_000])),
        st.builds(absolute, inner),
    ),
    max_leaves=4,
)


@settings(max_examples=40, deadline=None)
@given(
    shown=st.fixed_dictionaries({(key, "金额"): st.sampled_from([1.5, 2, 0.24, 7.125, 3.00001]) for key in keys_of(GRID)}),
    term=linear,
    each=st.sampled_from([(), ("年级",), ("年级", "类")]),
    shifts=st.lists(st.integers(-10, 10), min_size=12, max_size=12),
)  # fmt: skip
def test_what_typed_rounding_may_hide_is_enough(
    shown: Data, term: Term_, each: tuple[str, ...], shifts: list[int]
) -> None:
    """However the amounts were rounded before they were typed, both sides move by no more than the slack."""
    steps = {1.5: D("0.005"), 2: D("0.005"), 0.24: D("0.005"), 7.125: D("0.0005"), 3.00001: D("0.000005")}
    moved = {
        place: float(D(repr(value)) + steps[value] * shift / 10)
        for (place, value), shift in zip(shown.items(), shifts, strict=True)
    }
    result = run(f"{term.text} == 统计.金额", workbook(table(GRID, shown)), each=each)
    for at, instance in enumerate(result.instances):
        exact = term.worth(moved, instance)
        slack = result.left.slack.get(at, D(0))
        assert abs(exact - D(result.left.values[at])) <= slack + D("1E-20")


# ── axes, defaults, standards ───────────────────────────────────────────────────────────────────────────────────────


NUMBERS: Data = {(key, name): at + 1 for at, (key, name) in enumerate(product(keys_of(GRID), FIELDS))}
ASKED: Data = {(key, name): 100 + at for at, (key, name) in enumerate(product(keys_of(BLOCKS), FIELDS))}
BOTH = workbook(table(GRID, NUMBERS), table(BLOCKS, ASKED))


def test_instances_are_what_all_forms_have_in_common() -> None:
    result = run("统计.人数 <= 申报.人数", BOTH, each=("年级",))
    assert result.instances == [{"年级": "一"}, {"年级": "二"}]
    assert list(result.left.values) == [NUMBERS[("一", ALL), "人数"], NUMBERS[("二", ALL), "人数"]]
    assert list(result.right.values) == [ASKED[("申请", "一"), "人数"], ASKED[("申请", "二"), "人数"]]
    turned = run("申报.人数 >= 统计.人数", BOTH, each=("年级",))
    assert [i["年级"] for i in turned.instances] == ["二", "一"]  # in the order of the form that is named first
    assert [str(ref) for ref in turned.figures["申报.人数"].refs(0)] == ["申报!B2"]


def test_the_default_member_unless_another_is_named() -> None:
    places = {"申报.人数": ("申请", "二"), 'at(申报.人数, 口径="实发")': ("实发", "二")}
    for text, key in places.items():
        assert run(f"{text} == 0", BOTH, each=("年级",), where={"年级": ("二",)}).left.values == [ASKED[key, "人数"]]
    sums = [D(ASKED[("申请", grade), "人数"]) for grade in ("二", "一", "四")]
    assert run("sum(申报.人数) == 0", BOTH).left.values == [sum(sums)]
    others = [D(ASKED[("实发", grade), "人数"]) for grade in ("二", "一", "四")]
    assert run('sum(申报.人数, 口径="实发") == 0', BOTH).left.values == [sum(others)]
    assert run("sum(申报.人数) == 0", BOTH, each=("口径",)).left.values == [sum(sums), sum(others)]


def test_policy_lists_limit_instances_and_filters() -> None:
    result = run("统计.人数 == 0", BOTH, each=("年级",), where={"年级": ("@低年级",)})
    assert [instance["年级"] for instance in result.instances] == ["一", "二"]
    low = [D(NUMBERS[(grade, kind), "人数"]) for grade in ("一", "二") for kind in KINDS]
    assert run("sum(统计.人数, 年级=低年级) == 0", BOTH).left.values == [sum(low)]
    three = [D(NUMBERS[("三", kind), "人数"]) for kind in KINDS]
    assert run('sum(统计.人数, 年级=(低年级, "三")) == 0', BOTH).left.values == [sum(low) + sum(three)]


def test_standards_of_the_set_the_term_and_the_member() -> None:
    assert run("统计.人数 == 单价", BOTH, each=("类",)).right.values == [200, 300]
    assert run("统计.人数 == 单价", BOTH, each=("年级", "类")).right.values == [200, 300] * 3
    assert run("统计.人数 == 单价", BOTH, each=("年级",)).right.values == [200] * 3
    assert run("统计.人数 == 限额 * 月数", BOTH).right.values == [35]
    assert MONTHS_IN_TERM == 5


def test_the_highest_standard_is_that_of_the_set() -> None:
    assert run("统计.人数 == highest(单价)", BOTH, each=("类",)).right.values == [300, 300]
    provincial = dataclasses.replace(BOTH, set="省属")
    assert run("统计.人数 == highest(单价)", provincial).right.values == [900]
    with pytest.raises(Unchecked, match=r"^政策数据里没有“限额”$"):
        run("统计.人数 == highest(限额)", provincial)


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        ("统计.人数 == 旧价", "政策数据里没有2024年春季学期的“旧价”"),
        ("统计.人数 == 外价", "政策数据里没有2024年春季学期的“外价”"),
        ("名单.人数 == 0", "没有《名单》"),
        ("免学费.人次 == 0", "没有《免学费精准资助情况统计表》"),
        ("统计.头数 == 0", "“统计”里没有找到“头数”这一列"),
    ],
)
def test_what_cannot_be_confronted_says_why(holds: str, why: str) -> None:
    with pytest.raises(Unchecked) as caught:
        run(holds, BOTH)
    assert str(caught.value) == why


def test_a_month_that_is_not_bound_is_named_by_its_column() -> None:
    lost = table(GRID, NUMBERS)
    del lost.columns["第2月"]
    with pytest.raises(Unchecked) as caught:
        run("sum(统计.月) == 0", workbook(lost))
    assert str(caught.value) == "“统计”里没有找到“第2月”这一列"
    assert run("统计.第1月 == 0", workbook(lost)).left.values == [NUMBERS[(ALL, ALL), "第1月"]]


# ── what spoils a figure ────────────────────────────────────────────────────────────────────────────────────────────


TROUBLE = {"七人": "不是数", ErrorValue("#REF!"): "是错误值", True: "是逻辑值"}


@pytest.mark.parametrize("kind", ["sum", "count", "peak"])
@pytest.mark.parametrize("value", TROUBLE, ids=str)
def test_one_bad_cell_spoils_its_own_instance_alone(kind: str, value: Any) -> None:
    spoilt = table(GRID, {**NUMBERS, (("二", "乙"), "第3月"): value})
    at = spoilt.index["二", "乙"]
    cell = f"统计!F{spoilt.rows[at]}"
    result = run(f"{kind}(统计.月) == 0", workbook(spoilt), each=("年级",))
    assert result.bad == {1: f"{cell} {TROUBLE[value]}"}
    result = run(f"{kind}(统计.月) == 0", workbook(spoilt), each=("年级", "类", "月"))
    assert result.bad == {result.instances.index({"年级": "二", "类": "乙", "月": 2}): f"{cell} {TROUBLE[value]}"}
    assert run(f'{kind}(统计.月, 类="甲") == 0', workbook(spoilt), each=("年级",)).bad == {}


def test_a_bad_total_does_not_spoil_the_details() -> None:
    spoilt = table(GRID, {**NUMBERS, (("二", ALL), "人数"): "七人"})
    assert run("sum(统计.人数) == 0", workbook(spoilt), each=("年级",)).bad == {}
    assert list(run("统计.人数 == 0", workbook(spoilt), each=("年级",)).bad) == [1]


def test_a_missing_row_spoils_what_it_belongs_to() -> None:
    keys = [key for key in keys_of(GRID) if key != ("二", "乙")]
    short = table(GRID, NUMBERS, keys)
    assert lacking(short) == [("二", "乙")]
    why = "“统计”里没有“二 乙”"
    assert run("sum(统计.人数) == 0", workbook(short), each=("年级",)).bad == {1: why}
    assert run("sum(统计.人数) == 0", workbook(short), each=("类",)).bad == {1: why}
    assert run("sum(统计.人数) == 0", workbook(short)).bad == {0: why}
    assert run('sum(统计.人数, 年级=("一", "三")) == 0', workbook(short)).bad == {}
    assert run("统计.人数 == 0", workbook(short), each=("年级", "类")).bad == {3: why}
    assert run("统计.人数 == 0", workbook(short), each=("年级",)).bad == {}


def test_closed_and_unprinted_members_are_not_missed() -> None:
    kinds = (Member(name="甲"), Member(name="乙", optional=True), Member(name="丙", closed=True))
    of = form("统计", Axis(name="年级", members=members(*GRADES)), Axis(name="类", members=kinds))
    made = table(of, NUMBERS, [key for key in keys_of(of) if key[1] in ("甲", ALL)])
    assert lacking(made) == []
    assert run("sum(统计.人数) == 0", workbook(made), each=("年级", "类")).bad == {}
    assert [i["类"] for i in run("统计.人数 == 0", workbook(made), each=("类",)).instances] == ["甲"]
    once = table(of, NUMBERS, [key for key in keys_of(of) if key[1] in ("甲", ALL) or key == ("一", "乙")])
    assert lacking(once) == [("二", "乙"), ("三", "乙")]


def test_totals_that_are_kept_are_looked_for_at_their_level() -> None:
    keys = [key for key in keys_of(GRID) if key not in {("三", ALL), (ALL, "甲")}]
    short = table(GRID, NUMBERS, keys)
    assert lacking(short, [True, False]) == [("三", ALL)]
    assert lacking(short, [False, True]) == [(ALL, "甲")]
    assert lacking(short, [False, False]) == lacking(short, [True, True]) == []


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(rows: list[tuple[str, Any, Any]], totals: dict[str, int] | None = None) -> Table:
    """A list of (类, 人数, 金额) with a total per 类 and over all."""
    keys: list[Key] = [(kind,) for kind, _, _ in rows]
    content: Data = {}
    for at, (kind, heads, money) in enumerate(rows):
        content[(kind, str(at)), "人数"], content[(kind, str(at)), "金额"] = heads, money
    for kind in (*KINDS, ALL):
        content[(kind, str(len(keys))), "人数"] = (totals or {}).get(kind)
        keys.append((kind,))
    return table(ROSTER, content, keys, first_total=len(rows))


ROWS = [("甲", 3, 0.3), ("甲", 4, None), ("乙", 5, 1.25), ("乙", 0, 2), ("甲", 7, 0.1)]
ROLL = workbook(listed(ROWS, {"甲": 14, "乙": 5, ALL: 19}))


def test_rows_of_a_list_one_by_one() -> None:
    result = run("名单.人数 <= 名单.金额 * 10", ROLL, each=(ROW,))
    assert result.instances == [{ROW: at} for at in range(5)]
    assert list(result.left.values) == [3, 4, 5, 0, 7]
    assert list(result.right.values) == [3, 0, D("12.5"), 20, 1]
    assert result.right.slack == {0: D("0.05"), 2: D("0.05"), 3: D("0.05"), 4: D("0.05")}
    assert [result.figures["名单.人数"].cells(at) for at in range(5)] == ["B2", "B3", "B4", "B5", "B6"]
    assert len(result.figures["名单.人数"].places) == 5


def test_rows_of_some_sections_only() -> None:
    result = run("名单.人数 == 0", ROLL, each=(ROW,), where={"类": ("乙",)})
    assert result.instances == [{ROW: 2}, {ROW: 3}]
    assert list(result.left.values) == [5, 0]
    assert result.figures["名单.人数"].cells(1) == "B5"


def test_a_row_beside_a_sum_is_compared_with_the_whole_sum() -> None:
    both = workbook(ROLL.tables["名单"], BOTH.tables["统计"])
    result = run('名单.人数 <= sum(统计.人数, 年级="一") + 0 * sum(名单.人数)', both, each=(ROW,))
    whole = sum(D(NUMBERS[("一", kind), "人数"]) for kind in KINDS)
    assert (list(result.left.values), list(result.right.values)) == ([3, 4, 5, 0, 7], [whole] * 5)
    assert list(run("名单.人数 <= 统计.人数", both, each=(ROW,)).right.values) == [NUMBERS[(ALL, ALL), "人数"]] * 5


def test_a_row_that_is_no_number_is_bad_where_it_stands() -> None:
    spoilt = workbook(listed([*ROWS[:2], ("乙", "无", 1), ("乙", ErrorValue("#N/A"), 1), *ROWS[4:]]))
    result = run("名单.人数 == 0", spoilt, each=(ROW,))
    assert result.bad == {2: "名单!B4 不是数", 3: "名单!B5 是错误值"}
    assert list(result.left.values) == [3, 4, 0, 0, 7]
    assert list(run("名单.人数 == 0", spoilt, each=(ROW,), where={"类": ("乙",)}).bad) == [0, 1]


def test_totals_of_a_list_and_sums_over_its_rows() -> None:
    result = run("名单.人数 == sum(名单.人数)", ROLL, each=("类",))
    assert (list(result.left.values), list(result.right.values)) == ([14, 5], [14, 5])
    assert [result.figures["sum(名单.人数)"].cells(at) for at in (0, 1)] == ["B2:B3,B6", "B4:B5"]
    assert [result.figures["名单.人数"].cells(at) for at in (0, 1)] == ["B7", "B8"]
    result = run("名单.人数 == sum(名单.人数)", ROLL)
    assert (list(result.left.values), list(result.right.values)) == ([19], [19])
    assert run("count(名单.人数) == 0", ROLL, each=("类",)).left.values == [3, 1]
    assert run("sum(名单.金额) == 0", ROLL, each=("类",)).left.slack == {0: D("0.010"), 1: D("0.010")}


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cells_that_were_read() -> None:
    result = run("统计.月 == sum(统计.月)", BOTH, each=("年级", "月"))
    first = table(GRID, NUMBERS)
    total, sums = result.figures["统计.月"], result.figures["sum(统计.月)"]
    at = result.instances.index({"年级": "二", "月": 1})
    row = first.rows[first.index["二", ALL]]
    assert total.cells(at) == f"E{row}"
    assert [ref.row for ref in sums.refs(at)] == [first.rows[first.index["二", kind]] for kind in KINDS]
    assert {ref.column for ref in sums.refs(at)} == {5}
    whole = run("sum(统计.月) == 0", BOTH).figures["sum(统计.月)"]
    assert len(whole.places[0]) == len(whole.refs(0)) == 3 * 6
    assert (len(whole.places), whole.unit, result.figures["统计.月"].unit) == (1, "人次", "人次")
    assert run("统计.金额 == 0", BOTH).figures["统计.金额"].unit == "万元"


def test_a_figure_without_a_cell_has_no_address() -> None:
    short = table(GRID, NUMBERS)
    short.columns["人数"].cells[short.index[ALL, ALL]] = None
    result = run("统计.人数 == 0", workbook(short))
    assert (result.figures["统计.人数"].refs(0), result.figures["统计.人数"].cells(0)) == ([], "")


def test_equal_sums_are_read_once_and_said_alike() -> None:
    spoilt = table(GRID, {**NUMBERS, (("二", "乙"), "金额"): "无", (("一", "甲"), "金额"): 1.5})
    result = run("统计.月 <= sum(统计.金额)", workbook(spoilt), each=("年级", "月"))
    right = result.figures["sum(统计.金额)"]
    assert [right.values[at] for at in range(0, 9, 3)] == [right.values[at] for at in range(2, 9, 3)]
    assert sorted(right.bad) == sorted(result.bad) == [3, 4, 5] and len(set(result.bad.values())) == 1
    assert {at: right.slack[at] for at in range(3)} == {0: D("0.010"), 1: D("0.010"), 2: D("0.010")}
