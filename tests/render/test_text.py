"""The report in a terminal: the layout of every part, aligned for Chinese, nothing personal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.calculate import Write, calculate
from jiesuan.check import check_workbook
from jiesuan.console import width
from jiesuan.left import Left
from jiesuan.ref import Ref
from jiesuan.render.text import (
    COLORS,
    SHOWN,
    WRITES_SHOWN,
    calculated_lines,
    finding_lines,
    report_lines,
    tally_line,
    write_lines,
)
from jiesuan.report import Finding, Related, Report, Unverified, next_step
from jiesuan.rule import LEVELS, Rule
from jiesuan.session import Calculated

from ..making import ID, PACK, PHONE, bound, overtyped

FILE = "示范技工学校_2024春.xlsx"


def rule(code: str = "X204", level: str = "错误", name: str = "免学费统计金额与精准学生明细不符") -> Rule:
    return Rule(
        code=code,
        name=name,
        level=level,  # type: ignore[arg-type]
        check="column",
        basis="闽技助文〔2024〕5号 附件2-2、2-3",
        why="两表统计同一批学生",
        help="先核对该类型学生名单是否有漏、重，再核对各月人次",
    )


def finding(of: Rule | None = None, **changes: Any) -> Finding:
    base: dict[str, Any] = {
        "rule": of or rule(),
        "sheet": "免学费精准",
        "cell": "L17",
        "label": "脱贫户家庭学生 · 补助金额合计",
        "message": "金额不符：恰为一名学生一个月的标准（210 元）",
        "expected": "2.3730 万元",
        "actual": "2.3520",
        "difference": "-0.0210 万元",
        "unit": "万元",
        "related": (Related("精准明细", "I24", "脱贫户家庭学生 · 免学费小计", "23,730.00 元"),),
    }
    return Finding(**{**base, **changes})


def report(*findings: Finding, unchecked: tuple[Unverified, ...] = (), **more: Any) -> Report:
    rules = {item.rule.code: item.rule for item in findings} | {item.rule.code: item.rule for item in unchecked}
    selected = (*rules.values(), *(rule(f"S{number}", name="别的") for number in range(3)))
    base: dict[str, Any] = {"school": "示范技工学校", "findings": list(findings), "unchecked": list(unchecked)}
    return Report(FILE, "0" * 64, PACK.info.id, "市属", "2024春", selected, **{**base, **more})


def lines(of: Report, **options: Any) -> list[str]:
    return [text for text, _ in report_lines(of, **options)]


# ── one finding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_finding_whole() -> None:
    assert [text for text, _ in finding_lines(finding(), FILE)] == [
        "错误[X204] 免学费统计金额与精准学生明细不符                                 示范技工学校_2024春.xlsx",
        "  免学费精准!L17  脱贫户家庭学生 · 补助金额合计     2.3520 万元",
        "  精准明细!I24    脱贫户家庭学生 · 免学费小计    23,730.00 元",
        "  应为                                              2.3730 万元",
        "  相差                                             -0.0210 万元",
        "  问题  金额不符：恰为一名学生一个月的标准（210 元）",
        "  依据  闽技助文〔2024〕5号 附件2-2、2-3",
        "  办法  先核对该类型学生名单是否有漏、重，再核对各月人次                           jiesuan rule X204",
    ]


def test_numbers_end_in_one_column_and_the_right_margin_is_kept() -> None:
    first, *rows = [text for text, _ in finding_lines(finding(), FILE)]
    ends = {
        width(row[: row.index(number) + len(number)])
        for row, number in zip(rows, ("2.3520", "23,730.00", "2.3730", "-0.0210"), strict=False)
    }
    assert len(ends) == 1
    assert width(first) == width(rows[-1]) == 100


@pytest.mark.parametrize("level", LEVELS)
def test_levels_have_colors(level: str) -> None:
    (text, color), *_ = finding_lines(finding(rule(level=level)))
    assert text == f"{level}[X204] 免学费统计金额与精准学生明细不符" and color == COLORS[level]


def plain(of: Finding) -> list[str]:
    return [text for text, _ in finding_lines(of)][1:-2]


def test_texts_are_not_aligned_as_numbers() -> None:
    found = finding(actual="2人", expected="", difference="", related=(), message="这里应填数字")
    assert plain(found) == ["  免学费精准!L17  脱贫户家庭学生 · 补助金额合计  2人", "  问题  这里应填数字"]


def test_a_limit_keeps_its_words() -> None:
    found = finding(actual="134", unit="人", expected="不大于 102 人", difference="+32 人", related=(), message="")
    assert plain(found) == [
        "  免学费精准!L17  脱贫户家庭学生 · 补助金额合计         134 人",
        "  应为                                           不大于 102 人",
        "  相差                                                  +32 人",
    ]


def test_nothing_is_said_twice() -> None:
    name = rule().name
    found = finding(
        message=name, related=(Related("免学费精准", "L17", "脱贫户家庭学生 · 补助金额合计", "2.3520 万元"),)
    )
    assert not any("问题" in line for line in plain(found))
    assert sum("L17" in line for line in plain(found)) == 1


@pytest.mark.parametrize(("actual", "stated"), [("29 人次", "29 人次"), ("29 人", "29 人次")])
def test_a_sum_that_is_marked_at_one_of_its_cells_is_listed_once(actual: str, stated: str) -> None:
    label = "非涉农专业 其他 · 人次之和（2格）"
    others = (
        Related("助学金", "H9,N9", label, stated),
        Related("免学费精准", "K14,K18", "其他 · 人次之和（2格）", "30 人次"),
    )
    found = finding(sheet="助学金", cell="H9", label=label, actual=actual, expected="", difference="", related=others)
    assert plain(found)[:2] == [
        f"  助学金!H9,N9        {label}  {actual}",
        "  免学费精准!K14,K18  其他 · 人次之和（2格）             30 人次",
    ]
    assert (found.own, found.others) == (others[0], others[1:])


def test_another_figure_of_the_same_name_is_told() -> None:
    """Of another term, say."""
    label = "一年级 · 人数"
    other = Related("表", "C9", label, "7 人")
    found = finding(
        sheet="表", cell="C8", label=label, actual="8 人", unit="", expected="", difference="", related=(other,)
    )
    assert plain(found)[:2] == ["  表!C8  一年级 · 人数  8 人", "  表!C9  一年级 · 人数  7 人"]


@pytest.mark.parametrize(
    ("sheet", "cell", "shown"),
    [
        ("", "", "（整个工作簿）"),
        ("精准明细", "", "精准明细"),
        ("2-3 表", "A1", "'2-3 表'!A1"),
        ("表", "A1,B2,C3,D4", "表!A1,B2,C3,D4"),
        ("表", "A1,B2,C3,D4,E5,F6", "表!A1,B2,C3,…,F6"),
        (f"表{ID}", "A1", "表350***********1234!A1"),
    ],
)
def test_addresses(sheet: str, cell: str, shown: str) -> None:
    found = finding(sheet=sheet, cell=cell, related=(), label="", actual="", expected="", difference="")
    assert plain(found)[0] == f"  {shown}"


def test_a_long_title_still_has_its_file() -> None:
    found = finding(rule(name="名" * 60))
    (text, _), *_ = finding_lines(found, FILE)
    assert text.endswith(f"名    {FILE}")


def test_a_finding_hides_personal_numbers() -> None:
    text = f"学生{ID}电话{PHONE}"
    found = finding(
        sheet=text, label=text, message=text, actual=text, expected=text, related=(Related(text, "A1", text, text),)
    )
    shown = "\n".join(line for line, _ in finding_lines(found, f"{text}.xlsx"))
    assert ID not in shown and PHONE not in shown and "350***********1234" in shown


# ── a report ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_report_whole() -> None:
    unchecked = (
        Unverified(rule("P101", name="人次超过人数的五倍"), "没有《国家助学金结算表》"),
        Unverified(rule("P101", name="人次超过人数的五倍"), f"{ID} 不是数"),
    )
    of = report(finding(), unchecked=unchecked, remarks=["工作表“附表”的数据范围过大，没有读取。"])
    body = [text for text, _ in finding_lines(finding(), FILE)]
    assert lines(of) == [
        f"{FILE}    市属 · 2024春 · 示范技工学校",
        "  错误 1 处 · 核实 0 处 · 提示 0 处    规则 5 条 = 通过 3 + 有问题 1 + 已说明 0 + 未能校验 1",
        "  注意：工作表“附表”的数据范围过大，没有读取。",
        "",
        *body,
        "",
        "未能校验（不等于通过）：",
        "  [P101] 人次超过人数的五倍：没有《国家助学金结算表》；350***********1234 不是数",
        "",
        "请先改正 1 处错误，再校验一次。",
    ]


def test_a_clean_report() -> None:
    of = report(school="")
    assert lines(of) == [
        f"{FILE}    市属 · 2024春 · （没有学校名称）",
        "  错误 0 处 · 核实 0 处 · 提示 0 处    规则 3 条 = 通过 3 + 有问题 0 + 已说明 0 + 未能校验 0",
        "",
        "全部通过，可以打印盖章报送。",
    ]


def test_headings_and_the_last_line_are_bold() -> None:
    styled = list(report_lines(report(finding(), unchecked=(Unverified(rule("P1"), "甲"),))))
    assert styled[0][1] == styled[-1][1] == "bold"
    assert ("未能校验（不等于通过）：", "bold") in styled


def test_long_reasons_are_shortened() -> None:
    of = report(unchecked=tuple(Unverified(rule("P101"), f"原因{number}") for number in range(5)))
    assert any(line.endswith("：原因0；原因1；原因2……") for line in lines(of))


def many(count: int, code: str = "V101") -> list[Finding]:
    return [finding(rule(code), cell=f"A{number}", order=(number, 1)) for number in range(1, count + 1)]


@pytest.mark.parametrize("extra", [0, 1, 30])
def test_twenty_of_one_rule(extra: int) -> None:
    of = report(*many(SHOWN + extra), finding(rule("P101")))
    text = lines(of)
    assert sum(line.startswith("错误[V101]") for line in text) == SHOWN
    assert sum(line.startswith("错误[P101]") for line in text) == 1
    said = f"V101 另有 {extra} 处没有列出，加 --all 全部列出。"
    assert (said in text) == bool(extra)
    everything = lines(of, everything=True)
    assert sum(line.startswith("错误[V101]") for line in everything) == SHOWN + extra
    assert not any("没有列出" in line for line in everything)


@pytest.mark.parametrize(
    ("levels", "unchecked", "says"),
    [
        ((), False, "全部通过，可以打印盖章报送。"),
        (("提示",), False, "全部通过，可以打印盖章报送。"),
        ((), True, "没有发现问题，但有规则未能校验，原因见“未能校验”一段。"),
        (("核实", "核实", "提示"), True, "没有错误；有 2 处要核实：改正，或按“办法”写明原因。"),
        (("错误",), False, "请先改正 1 处错误，再校验一次。"),
        (("错误", "错误", "核实"), False, "请先改正 2 处错误，再校验一次。另有 1 处要核实。"),
    ],
)
def test_next_step(levels: tuple[str, ...], unchecked: bool, says: str) -> None:
    findings = [finding(rule(f"X{number}", level), cell=f"A{number}") for number, level in enumerate(levels)]
    assert next_step(report(*findings, unchecked=(Unverified(rule("P1"), "甲"),) if unchecked else ())) == says


def test_a_blank_form() -> None:
    missing = rule("D105", "核实", "没有填学校名称")
    findings = [finding(missing, cell="C3"), finding(missing, sheet="精准明细", cell="B3")]
    of = report(*findings, unchecked=(Unverified(rule("D201"), "没有填"),), blank=True, school="")
    assert lines(of)[2:] == ["  [D105] 没有填学校名称（2 处）", "", next_step(of)]
    assert "还没有填数" in next_step(of)
    everything = lines(of, everything=True)
    assert sum(line.startswith("核实[D105]") for line in everything) == 2 and everything[-1] == next_step(of)


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        (["clean", "clean"], "共 2 个文件：通过 2 个。"),
        (["clean", "findings", "unreadable", "findings"], "共 4 个文件：通过 1 个，有问题 2 个，读不了 1 个。"),
    ],
)
def test_tally(statuses: list[str], says: str) -> None:
    assert list(tally_line(statuses)) == [("", ""), (says, "bold")]


def test_a_real_report_reads_as_its_findings_say() -> None:
    """All that a checked workbook's findings hold is printed, and every line of figures is aligned."""
    of = check_workbook(bound(overtyped(999, 第1月="三人")))
    text = "\n".join(lines(of, everything=True))
    assert of.findings and of.unchecked
    for item in of.findings:
        assert f"{item.level}[{item.code}] {item.rule.name}" in text
        assert item.rule.help in text and item.rule.basis in text
        assert item.cell.split(",")[0] in text and item.label in text
        assert item.difference in text and item.expected in text
    for unverified in of.unchecked:
        assert f"[{unverified.rule.code}]" in text


# ── 计算 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(kind: str = "替换", new: str = "2.058", unit: str = "万元", row: int = 7, old: Any = 2.06) -> Write:
    return Write(Ref("免学费精准统计", row, 12), "一年级 涉农专业 脱贫户 · 补助金额", kind, old, Decimal(new), unit)  # type: ignore[arg-type]


def test_writes_whole() -> None:
    writes = [write(), write("填入", "98", "人次", 117, None), write("更新", "0", "元", 8, "2人")]
    assert list(write_lines(writes)) == [
        ("  免学费精准统计!L7    一年级 涉农专业 脱贫户 · 补助金额  替换  2.0600 → 2.0580 万元", "yellow"),
        ("  免学费精准统计!L117  一年级 涉农专业 脱贫户 · 补助金额  填入  （空白） → 98 人次", ""),
        ("  免学费精准统计!L8    一年级 涉农专业 脱贫户 · 补助金额  更新  2人 → 0.00 元", ""),
    ]
    assert list(write_lines([])) == []


def test_personal_numbers_among_figures_are_hidden() -> None:
    (text, _), *_ = write_lines([write(old=int(ID), new=ID)])
    assert ID not in text.replace(",", "") and "350***********" in text


@pytest.mark.parametrize("extra", [0, 5])
def test_many_writes_are_shortened(extra: int) -> None:
    writes = [write(row=number + 1) for number in range(WRITES_SHOWN + extra)]
    text = [line for line, _ in write_lines(writes)]
    assert len(text) == WRITES_SHOWN + bool(extra)
    assert (text[-1] == f"  另有 {extra} 处没有列出，加 --all 全部列出。") == bool(extra)
    assert len(list(write_lines(writes, everything=True))) == WRITES_SHOWN + extra


def test_a_calculated_file() -> None:
    done = Calculated("表.xlsx", "0", PACK.info.id, "市属", "2024春", [write(), write(row=8), write("填入")])
    first, *rest = [text for text, _ in calculated_lines(done)]
    assert first == "表.xlsx    市属 · 2024春    替换 2 格，填入 1 格" and len(rest) == 3
    done.writes = []
    assert [text for text, _ in calculated_lines(done)] == ["表.xlsx    市属 · 2024春    没有要改的格"]
    done.left = [Left("免学费", "F19,F46", "免学费!F17 不是数")]
    assert list(calculated_lines(done))[1:] == [("  免学费!F19,F46 没有算：免学费!F17 不是数", "yellow")]


def test_real_writes_are_printed() -> None:
    writes = calculate(bound(overtyped()))
    text = "\n".join(line for line, _ in write_lines(writes))
    assert writes and all(item.ref.cell in text and item.label in text and item.kind in text for item in writes)


@given(
    st.lists(
        st.builds(
            Related,
            st.sampled_from(["表", "精准学生明细", "a b"]),
            st.sampled_from(["A1", "AB123", "A1:B2,C3"]),
            st.text(alphabet="甲乙·（1", max_size=12),
            st.sampled_from(["1 人", "12,345.00 元", "-0.0210 万元", "（空白）", "2人", ""]),
        ),
        max_size=5,
    )
)
def test_units_stand_in_one_column(related: list[Related]) -> None:
    found = finding(related=tuple(related))
    rows = [text for text, _ in finding_lines(found)][1 : 2 + len(related)]
    starts = {
        width(row[: row.rindex(" ")])
        for row in rows
        if row.rpartition(" ")[2] in ("人", "元", "万元") and row.rpartition(" ")[0][-1].isdigit()
    }
    assert len(starts) == 1
