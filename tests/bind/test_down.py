"""Forms 1-1 and 2-1: 人数, 人次, 金额 down the rows, in both shapes, with and without labels of the blocks."""

from __future__ import annotations

import pytest

from jiesuan.check.run import check_workbook
from jiesuan.form import ALL
from jiesuan.ref import a1
from jiesuan.table import Problem

from .making import AUTUMN, LATER, SPRING, bound, cells, form, own, rename, same_places, sample_sheet, typed

TITLE = "省属公办技工院校 2024年春季学期国家助学金结算表 (本学期分年级统计)"
LEAVES = "脱贫户 (含监测对象) 家庭学生\t特困供养、低保和低保边缘家庭学生\t非家庭经济困难学生 (含建档立卡贫困学生)"
BLOCK = "\n".join(f"{name}\t" + "\t".join(str(first + i) for i in range(18)) for name, first in
                  (("人数", 1), ("人次", 101), ("金额", 201)))  # fmt: skip
PRINTED = "\n".join(
    [
        TITLE,
        "填报单位 (加盖公章):",
        "填表日期: 2024年 月 日",
        "单位: 人、人次、万元",
        "项目\t一年级\t\t\t\t\t\t二年级\t\t\t\t\t\t二、三年级合计",
        "\t" + "涉农专业\t\t\t非涉农专业\t\t\t" * 3,
        "\t" + "精准资助学生\t\t其他家庭\t" * 6,
        "\t" + f"{LEAVES}\t" * 6,
        BLOCK,
        BLOCK,
        BLOCK,
        "退款情况",
        "备注",
    ]
)
"""Form 1-1 as the notice prints it: merges lost, the blocks without names, the total misnamed."""
GROUPS = ("一年级", "二年级", ALL)
KINDS = ("脱贫户", "特困低保", "其他")


def test_the_printed_form_is_taken_by_order() -> None:
    workbook = bound(typed("Sheet1", PRINTED))
    table = workbook.tables["助学金"]
    assert own(workbook, "助学金") == []
    assert (table.shape, table.assumed) == ("年级分列", frozenset({"口径"}))
    columns = [(g, n, k) for g in GROUPS for n in ("涉农专业", "非涉农专业") for k in KINDS]
    for position, name in enumerate(("人数", "人次", "金额")):
        assert cells(table, name) == {
            (block, *rest): a1(9 + 3 * turn + position, column)
            for turn, block in enumerate(("申报审批", "实际发放", "差额"))
            for column, rest in enumerate(columns, 2)
        }
    assert table.amount("人次", table.index["实际发放", "二年级", "非涉农专业", "脱贫户"]) == 110
    assert table.labels["困难类型/其他"] == "非家庭经济困难学生(含建档立卡贫困学生)"
    assert (table.lines["退款情况"].ref.cell, table.lines["备注"].text) == ("B18", "")


def test_two_and_three_named_as_the_total_is_the_total_of_one_and_two() -> None:
    sheet, laid = sample_sheet("1-1")
    rename(sheet, "一、二年级合计", "二、三年级合计")
    workbook = bound(sheet)
    assert own(workbook, "助学金") == []
    assert same_places(workbook.tables["助学金"], laid) == []
    assert workbook.tables["助学金"].assumed == frozenset()


@pytest.mark.parametrize("term", [SPRING, AUTUMN, LATER])
@pytest.mark.parametrize("form_id", ["1-1", "2-1"])
def test_both_shapes(form_id: str, term: object) -> None:
    for shape in ("年级分列", "年级叠放"):
        sheet, laid = sample_sheet(form_id, term, shape)  # type: ignore[arg-type]
        workbook = bound(sheet, term=term)  # type: ignore[arg-type]
        table = workbook.tables["助学金"]
        assert own(workbook, "助学金") == []
        assert (table.shape, same_places(table, laid), len(table.index)) == (
            shape,
            [],
            len({k for k, _ in laid.places}),
        )
        assert {key[0] for key in table.keys} == (
            {"申报审批"} if shape == "年级叠放" else {"申报审批", "实际发放", "差额"}
        )


def test_stacked_with_grades_as_single_characters_and_lost_merges() -> None:
    sheet, laid = sample_sheet("1-1", shape="年级叠放")
    sheet.merges.clear()
    for old, new in (("一年级", "一"), ("二年级", "二"), ("一、二年级合计", "一二年级合计")):
        rename(sheet, old, new)
    workbook = bound(sheet)
    assert own(workbook, "助学金") == []
    assert same_places(workbook.tables["助学金"], laid) == []


FOUR = f"""{TITLE}
项目\t\t一年级\t\t\t\t二年级\t\t\t\t一、二年级合计
\t\t涉农专业\t\t\t\t涉农专业\t\t\t\t涉农专业
\t\t精准资助学生\t\t\t其他家庭\t精准资助学生\t\t\t其他家庭\t精准资助学生\t\t\t其他家庭
\t\t{"脱贫户	低保（含特困）家庭学生	家庭经济困难残疾学生	其他家庭学生	" * 3}
申报审批\t人数\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12
"""


def test_a_column_for_the_disabled_is_bound_where_it_is_printed() -> None:
    workbook = bound(typed("Sheet1", FOUR))
    table = workbook.tables["助学金"]
    kinds = ("脱贫户", "特困低保", "残疾", "其他")
    assert cells(table, "人数") == {
        ("申报审批", grade, "涉农专业", kind): a1(6, column)
        for column, (grade, kind) in enumerate([(g, k) for g in GROUPS for k in kinds], 3)
    }
    assert own(workbook, "助学金") == [
        Problem("missing-row", "Sheet1", None, name, f"找不到“{name}”这一{kind}，{hint}。")
        for name, kind, hint in (
            ("非涉农专业", "列", "没有相近的标题"),
            ("实际发放", "行", "没有相近的标题"),
            ("差额", "行", "没有相近的标题"),
        )
    ]


def test_grade_three_before_its_time_is_bound_as_closed() -> None:
    sheet, laid = sample_sheet("1-1", LATER)
    rename(sheet, "一、二、三年级合计", "一、二年级合计")
    workbook = bound(sheet, term=SPRING)
    table = workbook.tables["助学金"]
    assert own(workbook, "助学金") == []
    assert table.closed == {"三年级"}
    third = ("申报审批", "三年级", "涉农专业", "其他")
    assert cells(table, "人数")[third] == a1(*laid.places[third, "人数"])
    assert table.index[third] not in table.details()
    assert {f.code for f in check_workbook(workbook).findings if f.rule.check == "closed-member"} == {"P106"}


def test_a_figure_twice() -> None:
    text = FOUR.replace("家庭经济困难残疾学生", "脱贫户家庭学生")
    workbook = bound(typed("Sheet1", text))
    label = "申报审批 {} 涉农专业 脱贫户 · 人数"
    assert [p for p in own(workbook, "助学金") if p.check == "duplicate-row"] == [
        Problem("duplicate-row", "Sheet1", (6, column), said, f"“{said}”出现了两次，只采用第一次的数。")
        for column, said in (
            (5, label.format("一年级")),
            (9, label.format("二年级")),
            (13, "申报审批 涉农专业 脱贫户 · 人数"),
        )
    ]
    assert cells(workbook.tables["助学金"], "人数")["申报审批", "一年级", "涉农专业", "脱贫户"] == "C6"
    first_empty = typed("Sheet1", text.replace("人数\t1\t", "人数\t \t"))
    assert cells(bound(first_empty).tables["助学金"], "人数")["申报审批", "一年级", "涉农专业", "脱贫户"] == "E6"


def test_a_missing_group_is_one_problem_that_names_the_nearest_heading() -> None:
    sheet, _ = sample_sheet("1-1")
    rename(sheet, "二年级", "贰年级")
    assert own(bound(sheet), "助学金") == [
        Problem("missing-row", "助学金结算表", None, "二年级", "找不到“二年级”这一列，最接近的是“贰年级”。")
    ]


def test_without_any_rows_of_figures() -> None:
    workbook = bound(typed("助学金", f"{TITLE}\n项目\t一年级\t二年级"))
    table = workbook.tables["助学金"]
    assert (table.keys, table.columns, own(workbook, "助学金")) == ([], {}, [])


def test_more_unnamed_blocks_than_the_form_has() -> None:
    text = PRINTED.replace("退款情况", f"{BLOCK}\n退款情况")
    workbook = bound(typed("Sheet1", text))
    assert max(row for row, _ in filter(None, workbook.tables["助学金"].columns["金额"].cells)) == 17
    assert own(workbook, "助学金") == [
        Problem(
            "stray-figure",
            "Sheet1",
            (row, 2),
            f"第{row}行",
            f"第{row}行（“{name}”）的数在表的最后一行（第17行）下面，没有计入任何合计的核对；"
            f"请移到上面所属栏的{name}行，不该填的请删去。",
        )
        for row, name in ((18, "人数"), (19, "人次"), (20, "金额"))
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("实习补贴\t3\t\t5", [(18, 2)]),
        ("实习补贴\t3", []),
        ("\t3\t4\t5", []),
        ("退款情况\t3\t4\t5", []),
        ("审核人：李四\t3\t4\t5", []),
        ("备注\t7月退款\t4\t5\n实习补贴\t3\t\t5", []),
        ("其中：女生\t3\t4\t5", []),
        ("上学期人数\t3\t4\t5", []),
        ("审核人：李四\n人数\t3\t4\t5", [(19, 2)]),
        ("审核人：李四\n人数\t3", []),
        ("审核人：李四\n实习补贴\t3\t4\t5", []),
    ],
)
def test_figures_below_the_last_block(line: str, found: list[tuple[int, int]]) -> None:
    workbook = bound(typed("Sheet1", PRINTED.replace("退款情况", f"{line}\n退款情况")))
    assert [(p.check, p.cell) for p in own(workbook, "助学金")] == [("stray-figure", cell) for cell in found]


def test_an_unknown_name_of_a_block_hides_its_rows_only() -> None:
    sheet, laid = sample_sheet("1-1")
    rename(sheet, "实际发放", "第二栏")
    workbook = bound(sheet)
    table = workbook.tables["助学金"]
    assert table.assumed == frozenset()
    assert {key[0] for key in table.keys} == {"申报审批", "差额"}
    strays, missing = own(workbook, "助学金")[:-1], own(workbook, "助学金")[-1]
    first, column = laid.places[("实际发放", "一年级", "涉农专业", "其他"), "人数"]
    assert strays == [
        Problem(
            "stray-figure",
            "助学金结算表",
            (row, column),
            f"第{row}行",
            f"第{row}行（“第二栏 {name}”）有数，但不知道属于哪一栏；没有计入任何合计的核对。",
        )
        for row, name in enumerate(("人数", "人次", "金额"), first)
    ]
    assert missing == Problem(
        "missing-row", "助学金结算表", None, "实际发放", "找不到“实际发放”这一行，没有相近的标题。"
    )


def test_the_form_names_every_shape() -> None:
    assert [shape.name for shape in form("2-1").shape] == ["年级分列", "年级叠放"]
