"""Amounts in 元 where 万元 belong, a whole form of them too."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest

from jiesuan.book import Book, Value
from tests.bureau.making import COUNTY_SCHOOL, FIRST, SCHOOLS, SECOND, SPRING, change, check, city, found

MONEY = ("市下达省级", "市下达市级", "未下达省级", "学校下达", "前期省级", "前期市级")
AIDED = ("涉农精准金额", "涉农其他金额", "非涉农精准金额", "非涉农其他金额")


def multiplied(factor: int, roles: Iterable[str], without: Iterable[str] = ()) -> tuple[Book, list[str]]:
    """附件3 with what was typed there times `factor`, and the names of the cells in which something stands."""
    base = city(SPRING)
    book, changes = base.fresh(), {}
    values = base.workbook().book
    for role, fields in (("汇总资金", MONEY), ("汇总人数", AIDED)):
        for address in [f"{role}/{name}/{field}" for name in SCHOOLS for field in fields] if role in roles else ():
            ref = base.cell(address)
            old = values.sheet(ref.sheet).value(ref.row, ref.column)
            if old:
                changes[address] = float(Decimal(str(old)) * factor)
    change(base, book, changes)
    change(base, book, dict.fromkeys(without, "（删）"))
    return book, list(changes)


def confused(book: Book) -> tuple[list[str], set[str]]:
    """What is told of 元, and how."""
    report = check(city(SPRING), book)
    names = [name for name in found(city(SPRING), report) if name[:4] in ("B211", "B225")]
    return names, {item.message for item in report.findings if item.code in ("B211", "B225")}


@pytest.mark.parametrize("without", [(), ("汇总人数",), ("申报人数",)])
def test_a_whole_form_in_yuan(without: tuple[str, ...]) -> None:
    book, typed = multiplied(10_000, ["汇总资金"], without)
    assert confused(book)[0] == sorted(f"B211 {name}" for name in typed) and len(typed) == 15


def test_both_forms_in_yuan() -> None:
    book, typed = multiplied(10_000, ["汇总资金", "汇总人数"])
    rules = {"汇总资金": "B211", "汇总人数": "B225"}
    sums = [f"汇总人数/{name}/合计金额" for name in SCHOOLS]
    names, messages = confused(book)
    assert names == sorted(f"{rules[name.split('/')[0]]} {name}" for name in [*typed, *sums])
    assert all(message.endswith("不会有这么多万元，像是把元填成了万元") for message in messages)
    assert "只有 60 人，不会有这么多万元，像是把元填成了万元" in messages


def test_without_heads_only_what_no_school_can_have() -> None:
    book, _ = multiplied(10_000, ["汇总资金"], ("汇总人数", "申报人数"))
    names, messages = confused(book)
    assert [name for name in names if "学校下达" in name] == [
        f"B211 汇总资金/{name}/学校下达" for name in sorted((FIRST, SECOND, COUNTY_SCHOOL))
    ]
    assert "一所学校不会有这么多万元，像是把元填成了万元" in messages


@pytest.mark.parametrize("factor", [1, 2, 5, 8])
@pytest.mark.parametrize("without", [(), ("汇总人数",), ("汇总人数", "申报人数")])
def test_large_but_possible(factor: int, without: tuple[str, ...]) -> None:
    """Balances of years, a few students."""
    assert confused(multiplied(factor, ["汇总资金", "汇总人数"], without)[0]) == ([], set())


def test_few_students_and_an_old_balance() -> None:
    base = city(SPRING)
    book = base.fresh()
    changes: dict[str, Value] = {
        f"汇总人数/{FIRST}/{field.replace('金额', part)}": 0 for field in AIDED for part in ("人数", "人次", "金额")
    }
    months = ("第1月", "第2月", "第3月", "第4月", "第5月")
    changes |= {f"申报人数/{FIRST}/{month}": 3 for month in months}
    changes |= {f"申报人数/{FIRST}/{g}年级{k}": 0 for g in "一二三" for k in ("涉农", "数控", "一般")}
    changes |= {f"申报人数/{FIRST}/一年级一般": 3, f"汇总资金/{FIRST}/前期市级": 90.5}
    change(base, book, changes)
    assert confused(book) == ([], set())
