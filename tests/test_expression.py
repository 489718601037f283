"""The language of `holds`: what it understands, what it refuses, and what comes out on a workbook."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from decimal import Decimal as D
from typing import Any

import pytest

from jiesuan.bind import Workbook, bind
from jiesuan.evaluate import Evaluated, Unchecked, evaluate
from jiesuan.expression import ExpressionError, Operand, parse
from jiesuan.gather import lacking
from jiesuan.rule import Rule
from tests.check.schools import PACK, School, change, school

BASE = school("市属2024春")
PRECISE = ["脱贫户", "特困低保", "残疾"]


def rule(holds: str, **more: Any) -> Rule:
    return Rule(code="X999", name="试", level="错误", holds=holds, basis="b", why="w", help="h", **more)


def workbook(changes: dict[str, Any] | None = None, base: School = BASE, delete: Iterable[str] = ()) -> Workbook:
    book = base.fresh()
    change(base, book, changes or {})
    book.sheets = [sheet for sheet in book.sheets if sheet.name not in {base.sheet(role) for role in delete}]
    return bind(book, PACK, term=base.term, set_name=base.set_name)


PLAIN = workbook()


def run(holds: str, book: Workbook = PLAIN, **more: Any) -> Evaluated:
    return evaluate(rule(holds, **more), book)


def left(holds: str, book: Workbook = PLAIN, **more: Any) -> list[Any]:
    return list(run(f"{holds} == 0", book, **more).left.values)


# ── the text ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_operands_in_order_with_their_filters() -> None:
    parsed = parse(
        "X1",
        'sum(免学费.月, 年级=助学金年级, 专业类别=("涉农专业", "其他一般专业")) <= peak(生均.月) + at(生均.月, 生均类别="涉农")',
        "助学金.人次 > 0",
    )
    assert parsed.operator == "<="
    assert list(parsed.operands.values()) == [
        Operand("免学费", "月", "sum", (("年级", ("@助学金年级",)), ("专业类别", ("涉农专业", "其他一般专业")))),
        Operand("生均", "月", "peak"),
        Operand("生均", "月", "", (("生均类别", ("涉农",)),)),
        Operand("助学金", "人次"),
    ]
    assert parse("X1", "a.b == 1", "").when is None
    assert parse("X1", "a.b == 1", "") is parse("X1", "a.b == 1", "")
    assert parse("X1", " a.b\n  == 1 ", "").operands.keys() == {"a.b"}


@pytest.mark.parametrize("operator", ["==", "!=", "<=", ">=", "<", ">"])
def test_comparisons(operator: str) -> None:
    assert parse("X1", f"a.b {operator} 1", "").operator == operator


@pytest.mark.parametrize(
    ("holds", "when", "said"),
    [
        ("a.b ==", "", "写法不对"),
        ("a.b", "", "必须是一个比较"),
        ("1 < a.b < 2", "", "必须是一个比较"),
        ("a.b in c.d", "", "必须是一个比较"),
        ("a.b % 2 == 0", "", "不认识的写法 a.b % 2"),
        ("a.b ** 2 == 0", "", "不认识的写法"),
        ("-a.b == 0", "", "不认识的写法 -a.b"),
        ("open('x') == 0", "", "不认识的写法 open('x')"),
        ("a.b.c == 0", "", "不认识的写法 a.b.c"),
        ("sum(a.b, c.d) == 0", "", "不认识的写法 sum(a.b, c.d)"),
        ("sum(3) == 0", "", "不认识的写法 sum(3)"),
        ("sum(a.b, 年级=3) == 0", "", "筛选条件写法不对 3"),
        ("sum(a.b, **c) == 0", "", "筛选条件|不认识"),
        ("abs(a.b, 1) == 0", "", "不认识的写法"),
        ("highest(a.b) == 0", "", "不认识的写法"),
        ("highest(3) == 0", "", "不认识的写法"),
        ("'字' == a.b", "", "不认识的写法"),
        ("None == a.b", "", "不认识的写法"),
        ("a.b == 0", "a.b > 0 or", "写法不对"),
        ("a.b == 0", "not a.b", "不认识的写法"),
        ("a.b == 0", "1 < a.b < 2", "不认识的写法"),
        ("(lambda: 1)() == 0", "", "不认识的写法"),
    ],
)
def test_what_is_refused_names_the_rule(holds: str, when: str, said: str) -> None:
    with pytest.raises(
        ExpressionError, match=rf"^X7：.*({said.replace('(', '[(]').replace(')', '[)]').replace('*', '[*]')})"
    ):
        parse("X7", holds, when)


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_figure_per_instance() -> None:
    result = run("助学金.人次 == 0", each=("年级", "专业性质", "困难类型"))
    keys = [tuple(instance.values()) for instance in result.instances]
    values = dict(zip(keys, result.left.values, strict=True))
    # 口径 is nobody's: its default; 残疾 has no column in this form; 三年级 is not eligible.
    assert len(keys) == 2 * 2 * 3
    assert values["一年级", "非涉农专业", "脱贫户"] == 4 and values["二年级", "涉农专业", "其他"] == 25
    cells = result.figures["助学金.人次"].cells(keys.index(("一年级", "非涉农专业", "脱贫户")))
    assert cells == BASE.cell("助学金/申报审批,一年级,非涉农专业,脱贫户/人次").cell


def test_axes_nobody_names_stand_at_their_total() -> None:
    assert left("免学费.补助金额") == [D("1.599")]
    assert left("免学费.人次", each=("年级",), where={"年级": ("二年级", "三年级")}) == [20, 24]
    assert left('at(生均.人次, 生均类别="涉农")', each=("年级",)) == [25, 30, 19]
    assert left("精准明细.免学费金额") == [8990]
    assert left("精准明细.免学费金额", each=("困难类型",)) == [2330, 3360, 3300]


def test_aggregates_run_over_the_rows_that_agree() -> None:
    assert left("sum(精准明细.免学费金额)", each=("困难类型",)) == [2330, 3360, 3300]
    assert left("count(精准明细.助学金金额)", each=("困难类型",)) == [1, 1, 3]
    assert left('sum(助学金.人次, 专业性质="涉农专业")', each=("年级",)) == [25, 30]
    assert left('sum(助学金.人次, 口径="实际发放", 困难类型=("脱贫户", "特困低保"))') == [9]
    assert left("sum(免学费.人次, 年级=助学金年级)", each=("困难类型",), where={"困难类型": ("脱贫户",)}) == [4]
    assert left('sum(生均.人次, 生均类别="没有的类")') == [0]


def test_months_are_an_axis_of_their_own() -> None:
    result = run("sum(免学费.月) <= sum(生均.月)", each=("年级", "月"))
    assert len(result.instances) == 15
    assert list(result.left.values)[:5] == [4, 5, 5, 5, 5]
    assert left("sum(免学费.月)") == left("免学费.人次")
    peak = left("peak(生均.月)", each=("年级",))
    assert peak == [18, 25, 17]
    assert left("peak(免学费.月)", each=("年级",)) == [
        max(left("sum(免学费.月)", each=("年级", "月"))[i : i + 5]) for i in (0, 5, 10)
    ]


def test_rows_of_a_list_are_an_axis() -> None:
    result = run("精准明细.免学费金额 <= 月数 * highest(免学费年标准) / 10", each=("行",))
    assert len(result.instances) == 8
    assert set(result.right.values) == {D(1600)}
    some = run("精准明细.免学费金额 <= 1", each=("行",), where={"困难类型": ("残疾",)})
    assert list(some.left.values) == [1200, 1050, 1050]


def test_arithmetic_and_policy() -> None:
    assert left("免学费.补助金额 * 10000 - 5990 + 2 / 4") == [D("10000.5")]
    assert left("abs(1 - 免学费.补助金额)") == [D("0.599")]
    assert left("月数 * 助学金月标准") == [1000]
    assert left("1.5 * 2") == [3]
    省 = school("省属2024春")
    own = bind(省.fresh(), PACK)
    assert left("highest(免学费年标准)", own) == [3800]


def test_when_and_its_words() -> None:
    result = run(
        "助学金.人次 == 0",
        each=("年级", "专业性质", "困难类型"),
        when="助学金.人次 > 4 and 助学金.人数 < 5 or 助学金.人次 == 4",
    )
    active = [tuple(i.values()) for i, on in zip(result.instances, result.active, strict=True) if on]
    assert active == [
        ("一年级", "非涉农专业", "脱贫户"),
        ("一年级", "非涉农专业", "其他"),
        ("二年级", "涉农专业", "特困低保"),
        ("二年级", "非涉农专业", "其他"),
    ]


# ── what cannot be checked ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_form_or_column_that_is_not_there() -> None:
    with pytest.raises(Unchecked, match=r"^没有《生均公用经费免学费情况表》$"):
        run("生均.人次 == 0", workbook(delete=["生均"]))
    changed = workbook(
        {
            "免学费/列/就读专业": "改作他用",
            "免学费/列号/就读专业": None,
            "免学费/列/补助金额": "改作他用",
            "免学费/列号/补助金额": None,
        }
    )
    if "补助金额" not in changed.tables["免学费"].columns:
        with pytest.raises(Unchecked, match="没有找到“补助金额”这一列"):
            run("免学费.补助金额 == 0", changed)
    with pytest.raises(Unchecked, match="没有《外星》"):
        run("外星.人次 == 0")
    with pytest.raises(Unchecked, match="没有找到“外星”这一列"):
        run("生均.外星 == 0")


def test_policy_that_is_not_there() -> None:
    later = bind(school("市属2025春").fresh(), PACK)
    with pytest.raises(Unchecked, match=r"^政策数据里没有2025年春季学期的“助学金月标准”$"):
        run("助学金.金额 == 助学金月标准", later)
    with pytest.raises(Unchecked, match=r"^政策数据里没有“外星”$"):
        run("助学金.金额 == highest(外星)")


@pytest.mark.parametrize(
    ("value", "why"),
    [("多少", "不是数"), ("#REF!", "是错误值"), (True, "是逻辑值"), ("=INDIRECT(1)", "的公式没有计算结果")],
)
def test_cells_that_are_no_numbers(value: Any, why: str) -> None:
    address = "助学金/申报审批,一年级,涉农专业,其他/人数"
    result = run("助学金.人次 <= 5 * 助学金.人数", workbook({address: value}), each=("年级", "专业性质", "困难类型"))
    assert result.bad == {2: f"{BASE.cell(address)} {why}"}


def test_a_condition_that_cannot_be_read_is_not_a_pass() -> None:
    address = "助学金/申报审批,一年级,涉农专业,其他/人次"
    spoilt = workbook({address: "多少"})
    result = run("助学金.人数 == 0", spoilt, each=("年级", "专业性质", "困难类型"), when="助学金.人次 > 0")
    assert not result.active[2] and 2 in result.bad
    # … but a cell that only the relation reads does not matter where the condition is false.
    result = run("助学金.人次 == 0", spoilt, each=("年级", "专业性质", "困难类型"), when="助学金.人数 > 9")
    assert result.bad == {}


def test_sums_over_missing_rows_are_not_checked() -> None:
    row = BASE.cell("免学费/二年级,涉农专业,特困低保/第1月").row
    spoilt = workbook({f"免学费!C{row}": None})
    table = spoilt.tables["免学费"]
    if ("二年级", "涉农专业", "特困低保") in table.index:
        pytest.skip("the row was recognised by its place")
    assert lacking(table) == [("二年级", "涉农专业", "特困低保")]
    result = run("sum(免学费.人次) == 0", spoilt, each=("年级",))
    assert result.bad == {1: f"“{table.sheet.name}”里没有“二年级 涉农专业 特困低保”"}
    result = run("免学费.人次 == 0", spoilt, each=("年级", "专业类别", "困难类型"))
    assert len(result.bad) == 1


def test_lacking_knows_totals_and_optional_members() -> None:
    assert lacking(PLAIN.tables["助学金"]) == []  # no 残疾 column, no 三年级: neither is missed
    assert lacking(PLAIN.tables["免学费"], [True, False, False]) == []
    assert lacking(PLAIN.tables["精准明细"]) == []
    table = copy.copy(PLAIN.tables["免学费"])
    table.memo = {}
    table.index = {key: place for key, place in table.index.items() if key != ("二年级", "*", "*")}
    assert lacking(table, [True, False, False]) == [("二年级", "*", "*")]


# ── typed rounding ──────────────────────────────────────────────────────────────────────────────────────────────────


def slack(holds: str, changes: dict[str, Any], **more: Any) -> D:
    result = run(holds, workbook(changes), **more)
    return result.left.slack.get(0, D(0))


TOTAL = "免学费/*,*,*/补助金额"


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        (1.6, "0.005"),
        (2, "0.005"),
        (1.59, "0.005"),
        (1.599, "0.0005"),
        (1.5990, "0.0005"),
        (1.59912, "0.000005"),
        (1.599001, "0"),
        (0, "0"),
    ],
)
def test_a_typed_amount_may_be_half_a_unit_of_its_last_digit_off(value: float, allowed: str) -> None:
    assert slack("免学费.补助金额 == 0", {TOTAL: value}) == D(allowed)


def test_formulas_heads_and_yuan_are_never_rounded() -> None:
    assert slack("免学费.补助金额 == 0", {}) == 0
    assert slack("免学费.人次 == 0", {"免学费/*,*,*/人次": 67}) == 0
    assert slack("精准明细.免学费金额 == 0", {"精准明细/*/免学费金额": 8990}) == 0


def test_rounding_goes_through_arithmetic() -> None:
    typed = {TOTAL: 1.59}
    assert slack("免学费.补助金额 * 10000 == 0", typed) == 50
    assert slack("免学费.补助金额 / 10 == 0", typed) == D("0.0005")
    assert slack("3 - 免学费.补助金额 == 0", typed) == D("0.005")
    assert slack("abs(免学费.补助金额) == 0", typed) == D("0.005")
    both = typed | {"生均/*,*/免学费金额": 6.89}
    assert slack("免学费.补助金额 + 生均.免学费金额 == 0", both) == D("0.010")
    assert slack("免学费.补助金额 * 生均.免学费金额 == 0", both) == D("0.005") * (D("6.89") + D("1.59"))
    rows = {"免学费/一年级,涉农专业,残疾/补助金额": 0.12, "免学费/二年级,涉农专业,特困低保/补助金额": 0.12}
    assert slack("sum(免学费.补助金额) == 0", rows) == D("0.010")
    assert slack("count(免学费.补助金额) == 0", rows) == 0
