"""The share table and the exact split."""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan import share as share_module
from jiesuan.pack import PackError, load_pack
from jiesuan.share import Shares, load_shares, short, split
from jiesuan.term import Term

TERM = Term(2024, 0)


@pytest.fixture(scope="module")
def shares() -> Shares:
    return load_shares(load_pack(), TERM)


def test_the_table_as_printed(shares: Shares) -> None:
    """78 rows, 8:2 45 times, 2:8 and 6:4 12 times each, 4:6 9 times."""
    rows = shares.rows()
    assert len(rows) == 78 and len({(row.bureau, row.place) for row in rows}) == 78
    assert Counter(row.province for row in rows) == {8: 45, 2: 12, 6: 12, 4: 9}
    for row in rows:
        assert row.province is not None and 0 < row.province < 10
        own, rest = split(Decimal(10), row.province)
        assert (own, rest) == (Decimal(row.province), Decimal(10 - row.province))
    assert [row.place for row in shares.rows("泉州市")][:3] == ["市本级", "泉港", "丰泽"]
    assert shares.bureaus[-1] == "平潭综合实验区" and len(shares.bureaus) == 9


@pytest.mark.parametrize(
    ("bureau", "place", "province"),
    [
        ("福州市", "市本级", 2), ("福州市", "长乐区", 4), ("泉州市", "市本级", 2), ("泉州市", "惠安县", 4),
        ("泉州市", "惠安", 4), ("泉州市", "南安市", 6), ("泉州市", "德化", 8), ("泉州市", "泉州台商投资区", 2),
        ("泉州", "鲤城区", 2), ("泉州市人力资源和社会保障局", "石狮", 2), ("龙岩市", "长汀县", 8),
        ("三明市", "永安", 4), ("南平市", "武夷山市", 8), ("平潭综合实验区", "平潭综合实验区", 8),
        ("平潭综合实验区", "市本级", 8), ("宁德市", "市本级", 6), ("莆田市", "仙游", 8), ("漳州市", "长泰区", 6),
    ],
)  # fmt: skip
def test_places(shares: Shares, bureau: str, place: str, province: int) -> None:
    found = shares.find(bureau, place)
    assert found.province == province and found.ratio == Decimal(province) / 10
    assert found.note == "闽技助文〔2024〕5号 附件3 省、市或县级财政分担比例表"


@pytest.mark.parametrize(
    ("bureau", "place"),
    [
        ("福州市", "鼓楼区"), ("福州市", "晋安"), ("漳州市", "芗城"), ("漳州市", "龙文区"), ("三明市", "三元"),
        ("三明市", "梅列"), ("三明市", "沙县"), ("三明市", "宁化县"), ("南平市", "建阳"), ("泉州市", "泉州开发区"),
        ("泉州市", "金门县"), ("厦门市", "市本级"), ("厦门市", "集美"), ("泉州市", "长乐"), ("某市", "市本级"),
    ],
)  # fmt: skip
def test_what_is_not_listed_is_never_guessed(shares: Shares, bureau: str, place: str) -> None:
    found = shares.find(bureau, place)
    assert found.province is None and found.ratio is None and found.note.startswith("未列入：")


def test_a_place_anywhere(shares: Shares) -> None:
    assert [(row.bureau, row.province) for row in shares.everywhere("惠安县")] == [("泉州市", 4)]
    assert [row.place for row in shares.everywhere("莆田")] == ["市本级", "荔城", "城厢", "涵江", "秀屿", "仙游"]
    assert [row.province for row in shares.everywhere("泉州市本级")] == [2]
    assert len(shares.everywhere("市本级")) == 8
    assert [(row.bureau, row.province) for row in shares.everywhere("厦门")] == [("厦门市", None)]
    assert [row.note for row in shares.everywhere("金门")] == ["未列入：表中没有"]
    assert shares.everywhere("北京") == []


@pytest.mark.parametrize(
    ("text", "bureau"),
    [("泉州", "泉州市"), ("泉州市人力资源和社会保障局", "泉州市"), ("厦门市人社局", "厦门市"), ("某局", ""), ("", "")],
)
def test_bureaus(shares: Shares, text: str, bureau: str) -> None:
    assert shares.bureau(text) == bureau


def test_what_the_province_pays_alone(shares: Shares) -> None:
    alone = shares.alone("免学费", "涉农专业")
    assert alone is not None and "全部由省级财政承担" in alone.basis
    assert shares.alone("免学费", "其他一般专业") is None
    assert Shares(shares.table, shares.file, Term(2014, 0)).alone("免学费", "涉农专业") is None


@given(st.integers(-(10**14), 10**14), st.integers(0, 10))
def test_the_parts_add_up_exactly(cents: int, tenths: int) -> None:
    amount = Decimal(cents) / 100
    own, rest = split(amount, tenths)
    assert own + rest == amount
    assert own == own.quantize(Decimal("0.01")) and rest == rest.quantize(Decimal("0.01"))
    assert abs(own - amount * tenths / 10) <= Decimal("0.005")
    assert split(-amount, tenths) == (-own, -rest)


@pytest.mark.parametrize(
    ("amount", "tenths", "own", "rest"),
    [
        ("480000", 2, "96000", "384000"), ("0.05", 5, "0.03", "0.02"), ("0.01", 4, "0.00", "0.01"),
        ("100.01", 2, "20.00", "80.01"), ("0.03", 2, "0.01", "0.02"), ("0", 8, "0", "0"), ("7", 10, "7", "0"),
    ],
)  # fmt: skip
def test_the_province_is_rounded_and_the_rest_is_the_others(amount: str, tenths: int, own: str, rest: str) -> None:
    assert split(Decimal(amount), tenths) == (Decimal(own), Decimal(rest))


@pytest.mark.parametrize("tenths", [-1, 11])
def test_no_such_share(tenths: int) -> None:
    with pytest.raises(ValueError, match=f"^分担比例应在 0 到 10 之间，不能是 {tenths}$"):
        split(Decimal(1), tenths)


def test_short_names() -> None:
    assert [short(name) for name in ("惠安县", "石狮市", "沙县", "鼓楼区", "平潭综合实验区", "市区")] == [
        "惠安", "石狮", "沙县", "鼓楼", "平潭", "市区",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("惠安", True), ("惠安县", True), ("金门", True), ("台商投资区", True), ("平潭综合实验区", True), ("同安区", True),
        ("同安", False), ("筹", False), ("惠安校区", False), ("东区", False), ("实训区", False), ("市本级", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_a_place(shares: Shares, text: str, place: bool) -> None:
    assert shares.file.is_place(text) is place


def test_a_term_without_a_table() -> None:
    with pytest.raises(PackError, match=r"^shares\.toml：没有2023年秋季学期的分担比例$"):
        load_shares(load_pack(), Term(2023, 1))


def test_a_wrong_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shares.toml"
    text = '[[table]]\nsince = "2024春"\nbasis = "某文件"\n[table.province."某市"]\n"某县" = 12\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r"^shares\.toml：某市某县 的省级比例应在 0 到 10 之间$"):
        share_module._file(path)
    share_module._file.cache_clear()
    path.write_text(text.replace("basis", "bassis"), encoding="utf-8")
    with pytest.raises(PackError, match="bassis"):
        share_module._file(path)


def test_the_table_of_ones_own_pack(tmp_path: Path) -> None:
    pack = dataclasses.replace(load_pack(), folder=tmp_path)
    assert load_shares(pack, TERM).table == load_shares(load_pack(), TERM).table
    text = '[[table]]\nsince = "2024春"\nbasis = "某文件"\n[table.province."某市"]\n"某县" = 3\n'
    (tmp_path / "shares.toml").write_text(text, encoding="utf-8")
    assert load_shares(pack, TERM).table.province == {"某市": {"某县": 3}}
