"""What columns a roster may have is data."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesuan.declared import PackError
from jiesuan.roster.fields import load_fields
from jiesuan.text import fold

from ..making import PACK
from .making import INFO


def test_every_heading_names_one_column() -> None:
    seen: dict[str, str] = {}
    for item in INFO.field:
        for heading in item.headings:
            assert seen.setdefault(heading, item.name) == item.name, heading
    assert not set(seen) & INFO.ignored


def test_values_are_unambiguous() -> None:
    for item in INFO.field:
        texts = [fold(text) for name, others in item.values.items() for text in (name, *others)]
        assert len(texts) == len(set(texts)), item.name


@pytest.mark.parametrize(
    ("heading", "name"),
    [("身份证件号码", "身份证号"), (" 专业\n名称", "专业"), ("学制(年)", "学制"), ("手机", "联系电话"), ("序号", None), ("甲", None)],
)  # fmt: skip
def test_headings(heading: str, name: str | None) -> None:
    known = INFO.of_heading(heading)
    assert (known.name if known else None) == name


@pytest.mark.parametrize(
    ("major", "expected"), [("园林技术", True), ("现代农艺技术", True), ("数控加工", False), ("", False)]
)
def test_agricultural_majors(major: str, expected: bool) -> None:
    assert INFO.is_agri(major) is expected


def test_required_columns() -> None:
    assert [item.name for item in INFO.field if item.required] == ["姓名", "身份证号", "专业", "入学年季"]


def test_a_mapping_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "对照.toml"
    path.write_text('agri = ["甲"]\n[[field]]\nname = "姓名"\nalso = ["XM"]\n', encoding="utf-8")
    info = load_fields(PACK, path)
    assert [item.name for item in info.field] == ["姓名"]
    assert info.of_heading("xm") is info.field[0]
    assert info.is_agri("甲种") and not info.is_agri("园林")


def test_without_a_catalogue_of_its_own_the_pack_s_holds(tmp_path: Path) -> None:
    path = tmp_path / "对照.toml"
    path.write_text('[[field]]\nname = "姓名"\n', encoding="utf-8")
    assert load_fields(PACK, path).agri == INFO.agri == PACK.majors.agri


def test_an_unknown_key_is_told(tmp_path: Path) -> None:
    path = tmp_path / "对照.toml"
    path.write_text('[[field]]\nname = "姓名"\ncolour = "红"\n', encoding="utf-8")
    with pytest.raises(PackError, match=r"对照\.toml.*colour"):
        load_fields(PACK, path)
