"""Drawing students: who gets how much, whose numbers, and a catalogue that cannot be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import ric

from jiesuan.sample.student import Draw, Major, SampleError, load_catalogue
from jiesuan.term import Term

from ..making import PACK

CATALOGUE = load_catalogue(PACK)
SPRING, TIERED = Term(2024, 0), Term(2025, 0)
GARDENS = Major(name="园林技术", category="涉农专业", funding={"省属": "农林", "市属": "涉农"})
COOKS = Major(name="烹饪", category="其他一般专业", funding={"省属": "轻工", "市属": "休闲保健"})


def draw(
    term: Term = SPRING, set_name: str = "市属", tiers: tuple[int, ...] = (), size: int = 50, seed: int = 7
) -> Draw:
    return Draw(PACK, CATALOGUE, set_name, term, size, seed, tiers)


def test_nature_follows_from_the_category() -> None:
    assert [GARDENS.nature, COOKS.nature] == ["涉农专业", "非涉农专业"]


@pytest.mark.parametrize(
    ("term", "tiers", "grade", "major", "hardship", "grant"),
    [
        (SPRING, (), "一年级", COOKS, "脱贫户", 200),
        (SPRING, (), "二年级", COOKS, "其他", 200),
        (SPRING, (), "二年级", COOKS, "", 0),
        (SPRING, (), "二年级", GARDENS, "", 200),
        (SPRING, (), "三年级", GARDENS, "脱贫户", 0),
        (SPRING, (300, 160), "一年级", COOKS, "残疾", 200),  # a fixed standard knows no tiers
        (TIERED, (), "三年级", COOKS, "特困低保", 230),
        (TIERED, (300, 160), "三年级", COOKS, "特困低保", 300),
        (TIERED, (160, 300), "三年级", COOKS, "其他", 160),
        (TIERED, (350, 230, 120), "一年级", COOKS, "残疾", 350),
        (TIERED, (350, 230, 120), "一年级", COOKS, "其他", 230),
        (TIERED, (350, 230, 120), "一年级", GARDENS, "", 120),
        (TIERED, (120, 350), "一年级", COOKS, "", 0),
    ],
)
def test_grants(term: Term, tiers: tuple[int, ...], grade: str, major: Major, hardship: str, grant: int) -> None:
    assert draw(term, tiers=tiers).grant_of(grade, major, hardship) == grant


@pytest.mark.parametrize("tiers", [(119,), (351,), (230, 400), (0,)])
def test_tiers_keep_to_the_limits(tiers: tuple[int, ...]) -> None:
    with pytest.raises(SampleError) as caught:
        draw(TIERED, tiers=tiers).students()
    assert str(caught.value) == "助学金档次应在每月120元至350元之间。"
    assert draw(TIERED, tiers=(120, 350)).students()


@settings(max_examples=25, deadline=None)
@given(set_name=st.sampled_from(["省属", "市属"]), size=st.integers(0, 250), seed=st.integers(0, 500))
def test_drawn_alike_from_the_same_numbers(set_name: str, size: int, seed: int) -> None:
    students = draw(set_name=set_name, size=size, seed=seed).students()
    assert students == draw(set_name=set_name, size=size, seed=seed).students()
    assert len(students) == size
    rates = {"涉农专业": 240, "数控等高级工专业": 380 if set_name == "省属" else 320}
    for student in students:
        assert student.tuition == rates.get(student.category, 260 if set_name == "省属" else 210)
        assert student.id_number[14:16] == f"{seed % 100:02}"
        assert ric.calc_check_digit(student.id_number) == student.id_number[-1]
        assert student.times == sum(student.months) and 1 <= student.times <= 5
        assert bool(student.change) == (student.boundary > 0) == (student.times < 5)
        left = student.change in CATALOGUE.leaving
        assert not student.change or (student.months[0] is left and student.months[-1] is not left)


def test_classes_are_even_and_no_larger_than_a_room() -> None:
    students = draw(size=2500).students()
    groups: dict[tuple[Term, str], dict[str, int]] = {}
    for student in students:
        rooms = groups.setdefault((student.entry, student.major), {})
        rooms[student.class_name] = rooms.get(student.class_name, 0) + 1
    assert any(len(rooms) > 1 for rooms in groups.values())
    for rooms in groups.values():
        assert max(rooms.values()) <= CATALOGUE.class_size and max(rooms.values()) - min(rooms.values()) <= 1
        assert [name[-2] for name in rooms] == [str(number) for number in range(1, len(rooms) + 1)]


def test_more_students_open_more_majors() -> None:
    opened = [len({student.major for student in draw(size=size).students()}) for size in (120, 600)]
    assert opened[0] <= CATALOGUE.majors + 2 < opened[1]
    few = replace(draw(size=200), catalogue=CATALOGUE)
    assert len({student.category for student in few.students()}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            None,
            "表册 hunan-2026 的文件夹里没有 sample.toml，不能生成示例数据。"
            "请照 fujian-2024 的 sample.toml 写一个，放在 pack.toml 旁边。",
        ),
        ("class_size = 45\n", "sample.toml：缺少 majors。"),
        ('class_size = "45"\n', "sample.toml：class_size 应为整数（不加引号），现为文字。"),
        ("class = 45\n", "sample.toml：没有“class”这个键，最接近的是 class_size。"),
    ],
)
def test_a_catalogue_that_cannot_be_used(tmp_path: Path, text: str | None, message: str) -> None:
    own = replace(PACK, folder=tmp_path, info=msgspec.structs.replace(PACK.info, id="hunan-2026"))
    if text is not None:
        (tmp_path / "sample.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SampleError) as caught:
        load_catalogue(own)
    assert str(caught.value) == message


def test_the_catalogue_of_ones_own_pack(tmp_path: Path) -> None:
    text = PACK.file("sample.toml").read_text(encoding="utf-8")
    (tmp_path / "sample.toml").write_text(text.replace("class_size    = 45", "class_size    = 30"), encoding="utf-8")
    own = load_catalogue(replace(PACK, folder=tmp_path))
    assert (own.class_size, own.majors) == (30, CATALOGUE.majors)
