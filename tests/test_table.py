"""Tables: records, places, labels, and how numbers are read from a sheet."""

from __future__ import annotations

from decimal import Decimal

from jiesuan.bind import bind
from jiesuan.book import ErrorValue, Sheet
from jiesuan.form import ALL, Column
from jiesuan.number import BLANK, Number
from jiesuan.pack import load_pack
from jiesuan.ref import Ref
from jiesuan.sample.make import make_sample
from jiesuan.table import Table, bind_column, read_column, text_cells
from jiesuan.template.layout import compose, to_book
from jiesuan.term import Term

PACK = load_pack()
SPRING = Term(2024, 0)


def tables(set_name: str = "省属", term: Term = SPRING) -> dict[str, Table]:
    sample = make_sample(PACK, set_name, term, students=40, seed=5)
    return bind(to_book(compose(PACK, set_name, term, sample.filling), "来表.xlsx"), PACK).tables


MONEY = Column(name="金额", role="computed", type="金额", unit="万元")


def sheet() -> Sheet:
    made = Sheet("表", [["2.35", 2.35, 98, None, "甲", ErrorValue("#REF!"), 0, ""]])
    made.put(1, 9, 2.3, "A1*1")
    made.put(1, 10, "", 'IF(A1=0,"",1)')
    made.put(1, 11, None, "B1")
    made.uncached.add((1, 11))
    made.put(1, 12, 0.123456)
    return made


def test_reading_a_field() -> None:
    bound = bind_column(MONEY, [*((1, column) for column in range(1, 13)), (1, 99), (9, 1), None], sheet())
    assert bound.raw[:3] == ["2.35", 2.35, 98]
    assert bound.raw[12:] == [None, None, None]
    assert bound.numbers == [
        Number(Decimal("2.35"), as_text=True),
        Number(Decimal("2.35")),
        Number(Decimal(98)),
        BLANK,
        Number(None, "text"),
        Number(None, "error"),
        Number(Decimal(0)),
        BLANK,
        Number(Decimal("2.3")),
        BLANK,
        Number(None, "uncached"),
        Number(Decimal("0.123456")),
        BLANK,
        BLANK,
        BLANK,
    ]
    # Only typed amounts may be rounded, by half a unit of their last digit.
    assert bound.slack == {0: Decimal("0.005"), 1: Decimal("0.005"), 2: Decimal("0.005")}


def test_heads_and_texts() -> None:
    heads = bind_column(Column(name="人数", role="input", type="人数", unit="人"), [(1, 2)], sheet())
    assert (heads.numbers, heads.slack) == ([Number(Decimal("2.35"))], {})
    words = bind_column(Column(name="备注", role="text", type="文本"), [(1, 5)], sheet())
    assert (words.raw, words.numbers) == (["甲"], [])


def test_reading_again_after_a_change() -> None:
    place = sheet()
    bound = bind_column(MONEY, [(1, 1), (1, 11)], place)
    place.put(1, 11, 5, "B1")
    bound.raw = [1.5, 5]
    read_column(bound, place)
    assert [number.value for number in bound.numbers] == [Decimal("1.5"), Decimal(5)]


def test_details_and_totals_of_a_grid() -> None:
    table = tables()["免学费"]
    key, total, all_of_it = ("二年级", "涉农专业", "残疾"), ("二年级", ALL, ALL), (ALL, ALL, ALL)
    index = table.index[key]
    assert not table.is_list
    assert len(table.details()) == 36
    assert [table.is_total(table.index[k]) for k in (key, total, all_of_it)] == [False, True, True]
    assert table.ref("第1月", index) == Ref("免学费精准统计", table.rows[index], table.columns["第1月"].cells[index][1])  # type: ignore[index]
    assert table.ref("没有", index) is None
    assert table.ref("就读专业", table.index[total]) is None
    assert table.has_formula("人次", index)
    assert not table.has_formula("第1月", index)
    assert not table.has_formula("就读专业", table.index[total])
    assert (table.has_member("年级", "一年级"), table.has_member("年级", "四年级")) == (True, False)
    assert table.number("第1月", index) == table.columns["第1月"].numbers[index]
    assert table.amount("月标准", index) == Decimal("0.024")


def test_blank_cells_amount_to_nothing() -> None:
    table = tables()["免学费"]
    blank = next(i for i in table.details() if table.columns["第1月"].raw[i] is None)
    assert (str(table.amount("第1月", blank)), table.text("就读专业", blank), table.text("没有", blank)) == (
        "0",
        "",
        "",
    )
    filled = next(i for i in table.details() if table.columns["就读专业"].raw[i])
    assert table.text("就读专业", filled) == str(table.columns["就读专业"].raw[filled]).strip()


def test_records_in_words() -> None:
    found = tables()
    fees, funds, aid, listed = found["免学费"], found["生均"], found["助学金"], found["精准明细"]
    assert fees.label("补助金额", fees.index["一年级", "涉农专业", "脱贫户"]) == "一年级 涉农专业 脱贫户 · 补助金额"
    assert fees.label("第1月", fees.index["一年级", ALL, ALL]) == "一年级小计 · 3月"
    assert fees.label("人次", fees.index[ALL, ALL, ALL]) == "合计 · 人次"
    assert funds.label_of(("一年级", "化工")) == "一年级 （一）化工"
    assert funds.label_of((ALL, "化工")) == "（一）化工 三个年级学生合计"
    assert funds.label_of((ALL, ALL)) == "全校合计（不分专业类别）"
    assert aid.label_of(("申报审批", ALL, "涉农专业", "脱贫户")) == "申报审批 涉农专业 脱贫户 一、二年级合计"
    assert aid.label_of((ALL, ALL, "涉农专业", "没有")) == "涉农专业 没有 合计"
    assert listed.key_label(0) == f"第{listed.rows[0]}行"
    assert listed.key_label(listed.index["残疾",]) == "残疾 本类学生小计"
    assert listed.label_of((ALL,)) == "三类学生合计"


def test_lists_have_their_totals_behind_the_students() -> None:
    table = tables("市属")["精准明细"]
    assert table.is_list
    assert table.details() == list(range(len(table.keys) - 4))
    assert [table.is_total(i) for i in (0, len(table.keys) - 4, len(table.keys) - 1)] == [False, True, True]


def test_members_not_eligible_are_no_details() -> None:
    sample = make_sample(PACK, "省属", Term(2025, 0), students=40, seed=5)
    book = to_book(compose(PACK, "省属", Term(2025, 0), sample.filling), "来表.xlsx")
    table = bind(book, PACK, term=SPRING).tables["助学金"]
    assert table.closed == {"三年级"}
    assert {table.keys[i][1] for i in table.details()} == {"一年级", "二年级"}
    assert any(key[1] == "三年级" for key in table.keys)


def test_texts_of_a_sheet() -> None:
    made = Sheet("表", [["甲", 1, ""], [], [None, ErrorValue("#REF!")], ["乙"]])
    assert list(text_cells(made)) == [(1, 1, "甲"), (3, 2, "#REF!"), (4, 1, "乙")]
    assert list(text_cells(made, 1)) == [(1, 1, "甲")]


def test_amounts_follow_what_is_put_and_read() -> None:
    made = sheet()
    bound = bind_column(MONEY, [(1, 2), (1, 4), (1, 7)], made)
    assert (bound.amounts, bound.troubled) == ([Decimal("2.35"), Decimal(0), Decimal(0)], False)
    bound.put(1, "甲", Number(None, "text"))
    assert (bound.raw[1], bound.amounts[1], bound.troubled) == ("甲", Decimal(0), True)
    bound.put(1, 7, Number(Decimal(7)))
    assert (bound.amounts[1], bound.troubled) == (Decimal(7), False)
    bound.raw[1] = "甲"
    read_column(bound, made)
    assert bound.numbers[1] == Number(None, "text") and bound.troubled
    assert bound.amounts == [Decimal("2.35"), Decimal(0), Decimal(0)]
    bound.raw[1] = None
    read_column(bound, made)
    assert (bound.numbers[1], bound.troubled) == (BLANK, False)
