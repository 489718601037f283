"""Which column of 下达 is which field of 3-2."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.book import memory_book
from jiesuan.bureau.columns import FIELDS, Columns, columns_of
from jiesuan.bureau.problem import BureauProblem


def columns(*heads: str, below: tuple[Any, ...] = ()) -> Columns:
    """The columns under these headings, the first of which is that of the names."""
    book = memory_book("下达.xlsx", {"下达": [["学校名称", *heads], ["某校", *(below or (1,) * len(heads))]]})
    return columns_of("下达.xlsx", book.sheets[0], 1)


def lacking(*names: str) -> str:
    told = "、".join(f"“{FIELDS[name].text}”" for name in names)
    return f"下达.xlsx 的“下达”表里没有{told}，3-2 上空着；没有这项资金的，请留着这一列、不填数。"


def unknown(cell: str, text: str) -> str:
    return f"下达.xlsx 下达!{cell} 的“{text}”不知是 3-2 的哪一列，没有取它的数；要取的，列名请照 --input-template 生成的下达表写。"


def test_our_own_headings_in_any_order() -> None:
    own = [heading.text for heading in FIELDS.values()]
    for heads in (own, own[::-1], [text.replace("（万元）", "(单位:万元)") for text in own]):
        found = columns("级次（市本级或县区属）", "所属县、市、区", *heads)
        assert sorted(found.of.values()) == [4, 5, 6, 7, 8, 9] and found.remarks == []
    assert columns(*own).of == {name: column for column, name in enumerate(FIELDS, 2)}


@pytest.mark.parametrize(
    ("heads", "names"),
    [
        (
            ["累计未下达的省级财政资金(万元)", "省市下达：市级财政资金", "省级财政资金(万元)", "资金总额"],
            ["未下达省级", "市下达市级", "市下达省级", "学校下达"],
        ),
        (
            ["市级财政资金", "未下达省级资金", "省级资金", "拨付学校金额", "前期结余（市、县级）", "上期结余（省级）"],
            ["市下达市级", "未下达省级", "市下达省级", "学校下达", "前期市级", "前期省级"],
        ),
        (
            ["省下达省级", "市县级财政资金", "累计未下达", "下达学校", "前期结余省级", "市级前期结余"],
            ["市下达省级", "市下达市级", "未下达省级", "学校下达", "前期省级", "前期市级"],
        ),
    ],
)
def test_the_same_in_other_words(heads: list[str], names: list[str]) -> None:
    assert columns(*heads) == Columns({name: column for column, name in enumerate(names, 2)}, [])


def test_no_column_is_taken_for_two_fields() -> None:
    """The balance not handed down is not what was handed down."""
    found = columns("累计未下达的省级财政资金（万元）", "市级财政资金", "下达学校", "前期结余：省级")
    assert found.of == {"未下达省级": 2, "市下达市级": 3, "学校下达": 4, "前期省级": 5}
    assert found.remarks == [lacking("市下达省级")]


def test_amounts_under_other_headings_are_named() -> None:
    heads = ("序号", "联系电话", "省级财政资金", "前期结余", "市局下达学校：省级", "结余合计", "省级比例", "本期结余")
    found = columns(*heads, below=(1, 13, 1, 1, 1, 1, None, 0))
    assert found == Columns(
        {"市下达省级": 4},
        [
            unknown("E1", "前期结余"),
            unknown("F1", "市局下达学校：省级"),
            lacking("市下达市级", "未下达省级", "学校下达"),
        ],
    )
    assert columns("级次", "备注") == Columns({}, [])


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        (
            ["省级财政资金", "省级资金"],
            "下达!B1“省级财政资金”、下达!C1“省级资金”都像是“省市下达：省级财政资金（万元）”，不知以哪一列为准；"
            "请只留一列，列名写成“省市下达：省级财政资金（万元）”。",
        ),
        (["资金总额（元）"], "下达!B1“资金总额（元）”写的是元，请换算成万元填写。"),
    ],
)
def test_headings_that_must_be_mended(heads: list[str], message: str) -> None:
    with pytest.raises(BureauProblem) as caught:
        columns(*heads)
    assert str(caught.value) == f"下达.xlsx：{message}"


def test_our_own_heading_counts_before_another_like_it() -> None:
    found = columns("省级资金", FIELDS["市下达省级"].text.replace("：", ":"))
    assert found.of == {"市下达省级": 3} and found.remarks[0] == unknown("B1", "省级资金")
