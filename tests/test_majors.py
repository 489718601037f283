"""The catalogue of 涉农专业."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jiesuan.declared import PackError
from jiesuan.majors import Majors
from jiesuan.pack import load_pack, packs_folder


@pytest.mark.parametrize(
    ("major", "expected"),
    [
        ("园林", True),
        ("园林技术", True),
        ("现代 园 林 技术", True),
        ("ABC养殖", True),
        ("Ａbc", True),
        ("园 艺", False),
        ("", False),
    ],
)
def test_a_part_of_the_name_is_enough(major: str, expected: bool) -> None:
    assert Majors(agri=("园林", "养殖", "abc")).is_agri(major) is expected


def test_without_a_catalogue_none_is_known() -> None:
    assert not Majors().is_agri("园林技术")


def test_the_pack_brings_its_own() -> None:
    majors = load_pack().majors
    assert majors.is_agri("畜禽生产与疾病防治") and not majors.is_agri("数控加工")


def test_an_unknown_key_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "fujian-2024"
    shutil.copytree(packs_folder() / "fujian-2024", folder, ignore=shutil.ignore_patterns("*.xlsx"))
    (folder / "majors.toml").write_text('colour = ["园林"]\n', encoding="utf-8")
    with pytest.raises(PackError, match=r"majors\.toml.*colour"):
        load_pack(str(folder))
    (folder / "majors.toml").unlink()
    assert load_pack(str(tmp_path / "fujian-2024" / ".." / "fujian-2024")).info.id == "fujian-2024"
