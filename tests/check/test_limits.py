"""Where a limit begins: the figures on both sides of it."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.ref import a1

from .schools import change, check, found, school

BASE = school("市属2024春")
ROW = "生均/一年级,涉农"
FEES = "免学费/一年级,涉农专业,残疾"


def told(changes: dict[str, Any], *codes: str) -> list[str]:
    """Findings of those rules after the changes, as `代码 名称`."""
    book = BASE.fresh()
    change(BASE, book, changes)
    return [text for text in found(BASE, check(BASE, book)) if text.split()[0] in codes]


def months(*counts: int, row: str = ROW) -> dict[str, Any]:
    return {f"{row}/第{number}月": count for number, count in enumerate(counts, 1)} | {f"{row}/备注": "（空）"}


@pytest.mark.parametrize(
    ("counts", "jumps"),
    [
        ((50, 50, 50, 50, 50), []),
        ((50, 55, 50, 45, 40), []),  # five heads are no jump, however often
        ((50, 56, 56, 56, 56), [2]),  # six, and more than a tenth
        ((60, 66, 66, 66, 66), []),  # six, but no more than a tenth of 66
        ((59, 53, 53, 53, 53), [2]),
        ((60, 54, 54, 54, 54), []),  # a tenth exactly
        ((200, 220, 220, 220, 220), []),
        ((200, 223, 223, 223, 223), [2]),
        ((50, 70, 50, 50, 50), [2]),  # up and back again is one
        ((50, 70, 52, 52, 52), [2]),
        ((50, 70, 58, 58, 58), [2, 3]),  # back, but not to where it was
        ((50, 50, 50, 50, 70), [5]),
        ((50, 30, 50, 70, 50), [2, 4]),
        ((0, 6, 6, 6, 6), [2]),
        ((6, 0, 0, 0, 0), [2]),
        ((5, 0, 0, 0, 0), []),
    ],
)
def test_months_that_jump(counts: tuple[int, ...], jumps: list[int]) -> None:
    assert told(months(*counts), "P404") == [f"P404 {ROW}/第{number}月" for number in jumps]


def test_a_jump_with_a_remark_is_answered() -> None:
    jumped = months(50, 70, 70, 70, 70)
    assert told(jumped | {f"{ROW}/备注": "4月转入20人"}, "P404") == []
    assert told(jumped | {"生均/二年级,涉农/备注": "4月转入20人"}, "P404") == [f"P404 {ROW}/第2月"]


@pytest.mark.parametrize(
    "remark",
    [
        "20人",  # of what
        "同上", "已核实", "情况属实", ".", "略", "—", "4月",
        "按市财教〔2024〕5号，标准5400元/人·年",  # a remark about the standard
        "6月休学20人", "5、6月转入20人", "2024年7月起转入",  # other months
        "4月休学1人", "4月转入2名、复学1名",  # fewer heads
        "本学期无学籍异动", "无转学、退学情况", "没有学生休学", "未发生异动",  # nothing of the kind
    ],
)  # fmt: skip
def test_remarks_that_do_not_answer_a_jump(remark: str) -> None:
    jumped = months(50, 70, 70, 70, 70) | {f"{ROW}/备注": remark}
    expected = [] if "起" in remark else [f"P404 {ROW}/第2月"]
    assert told(jumped, "P404") == expected


@pytest.mark.parametrize(
    "remark",
    [
        "转入", "本学期转入20人", "3月底转入20人", "三、四月份转入", "4月15日转入20人", "3-5月转入20人", "2月至6月转入20人",
        "3、4月各转入10人", "2月起陆续转入", "转入2个班", "4月转入1个班，另有零星转入3人", "4月转入15人，复学5人", "转入二十人",
        "2023秋数控1班转入5，2班15人", "学籍4月底才注册", "新生报到，见招生批复", "6月前转入20人", "核对无误，4月转入20人",
        "3月20人未到校", "20人3月未注册", "无异动，4月20人学籍才转来", "3月没有学籍", "20人未报到退学",
    ],
)  # fmt: skip
def test_remarks_that_answer_a_jump(remark: str) -> None:
    assert told(months(50, 70, 70, 70, 70) | {f"{ROW}/备注": remark}, "P404") == []


def test_a_remark_like_the_one_above() -> None:
    upper, lower = "生均/一年级,轻纺食品", "生均/一年级,涉农"
    jumped = months(50, 70, 70, 70, 70, row=upper) | months(50, 70, 70, 70, 70, row=lower)
    both = [f"P404 {row}/第2月" for row in (lower, upper)]
    assert told(jumped | {f"{lower}/备注": "同上"}, "P404") == both
    assert told(jumped | {f"{upper}/备注": "4月转入20人", f"{lower}/备注": "同上"}, "P404") == []
    assert told(jumped | {f"{upper}/备注": "同上", f"{lower}/备注": "4月转入20人"}, "P404") == both[1:]


@pytest.mark.parametrize(
    ("remark", "answered"),
    [
        ("10月休学2人", False), ("同上", False), ("已核实", False), ("4月转入27名学生，见转学批复", False), ("8888", False),
        ("按闽财教〔2024〕5号", True), ("市定标准", True), ("按市里文件", True), ("5400元", True), ("10月休学2人；标准见省定文件", True),
        ("医药卫生类", True), ("经物价部门核定", True),
    ],
)  # fmt: skip
def test_remarks_about_a_standard(remark: str, answered: bool) -> None:
    for code, name, value in (
        ("P401", f"{ROW}/生均标准", 9999),
        ("P301", "免学费/一年级,涉农专业,脱贫户/月标准", 0.025),
    ):
        row = name.rpartition("/")[0]
        assert told({name: value, f"{row}/备注": remark}, code) == ([] if answered else [f"{code} {name}"])


def test_each_form_has_its_own_rule_for_jumps() -> None:
    assert told(months(9, 2, 2, 2, 2, row=FEES), "P306", "P404") == [f"P306 {FEES}/第2月"]


SERIALS = "精准明细/特困低保"


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((1, 2), []),
        ((1, 1), []),  # all ones are heads, not numbers
        ((1, 3), [1]),
        ((2, 3), [0]),
        ((2, 1), [0]),
        ((0, 1), [0]),
        ((2, 2), [0]),
        ((1, "2"), []),
    ],
)
def test_serial_numbers(numbers: tuple[Any, ...], wrong: list[int]) -> None:
    changes = {f"{SERIALS}/{at}/免学费人数": number for at, number in enumerate(numbers)}
    rows = sum(key == "特困低保" for key, _ in BASE.laid["精准明细"].rows)
    changes |= {f"{SERIALS}/{at}/免学费人数": at + 1 for at in range(2, rows) if numbers not in ((1, 1), (2, 2))}
    changes |= {f"{SERIALS}/{at}/免学费人数": 1 for at in range(2, rows) if numbers == (1, 1)}
    assert told(changes, "F204") == [f"F204 {SERIALS}/{at}/免学费人数" for at in wrong]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (0.021, []),
        ("0.021", []),
        (0.022, ["P301"]),
        (0.026, ["P302"]),  # the standard of the other set
        (210, ["P301"]),
        ("（空）", []),
    ],
)
def test_standards_of_this_set_and_of_the_other(value: Any, codes: list[str]) -> None:
    name = "免学费/一年级,其他一般专业,脱贫户/月标准"
    assert told({name: value}, "P301", "P302") == [f"{code} {name}" for code in codes]


@pytest.mark.parametrize(("value", "wrong"), [("—", False), ("（空）", False), ("-", False), (5600, True), ("5600", True), (0, True)])  # fmt: skip
def test_dashes_of_a_total_stay_dashes(value: Any, wrong: bool) -> None:
    laid = BASE.laid["生均"]
    cell = laid.places.get((("*", "*"), "生均标准"))
    row = laid.places[("*", "*"), "第1月"][0]
    address = f"生均!{a1(*(cell or (row, laid.columns['生均标准'])))}"
    assert bool(told({address: value}, "F407")) is wrong


@pytest.mark.parametrize(
    ("heads", "times", "wrong"),
    [(2, 10, False), (2, 11, True), (2, 2, False), (1, 5, False), (1, 6, True), (0, 1, True)],
)
def test_five_months_a_head(heads: int, times: int, wrong: bool) -> None:
    name = "助学金/申报审批,一年级,涉农专业,特困低保"
    expected = [f"P101 {name}/人次"] if wrong else []
    assert told({f"{name}/人数": heads, f"{name}/人次": times}, "P101") == expected


@pytest.mark.parametrize(("amount", "wrong"), [(1000, []), (800, []), (200, []), (1001, ["P202"]), (100, ["P202"]), (199, ["P202"])])  # fmt: skip
def test_amounts_of_whole_months(amount: int, wrong: list[str]) -> None:
    rows = [(key, at) for key, at in BASE.laid["精准明细"].rows]
    section, at = next(
        place for place in rows if BASE.filling.rows["精准明细"][place[0]][place[1]]["助学金金额"] is not None
    )
    name = f"精准明细/{section}/{at}/助学金金额"
    assert told({name: amount}, "P202") == [f"{code} {name}" for code in wrong]
