"""A batch of another province: its own pack says how schools are named, how many are visited, and what the rules are called."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from jiesuan.batch.batch import Batch, Options
from jiesuan.batch.between import confront
from jiesuan.batch.roster import Listed, match, roster_in
from jiesuan.batch.schools import File, School, pack_of, schools_of
from jiesuan.batch.visits import visits
from jiesuan.book import memory_book
from jiesuan.pack import packs_folder
from jiesuan.report import Report

OURS, OWN = "fujian-2024", "own-2024"
BRANCH, PLAIN = "泉州工贸分校技工学校", "泉州工贸技工学校"


@pytest.fixture(autouse=True)
def own_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another pack: 分校 tells no two schools apart, one in two of 市属 schools is visited, B107 has another name."""
    folder = tmp_path / OWN
    shutil.copytree(packs_folder() / OURS, folder, ignore=shutil.ignore_patterns("*.xlsx"))
    for name, old, new in (
        ("pack.toml", f'"{OURS}"', f'"{OWN}"'),
        ("pack.toml", 'region  = "福建"', 'region  = "某省"'),
        ("pack.toml", "school_words = [", 'school_words = [ "分校",'),
        ("pack.toml", "totals     = [", 'totals     = ["全市",'),
        ("policy.toml", 'value = "3"\nunit  = "所"', 'value = "2"\nunit  = "所"'),
        ("rules/B收表.toml", "名单上的学校没有报送", "还没有报送"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setenv("JIESUAN_PACKS", str(tmp_path))


def sent(pack: str, school: str = PLAIN, path: str = "a.xlsx") -> File:
    return File(path, path, report=Report(path, path, pack, "市属", "2024春", (), school=school))


def test_the_pack_of_most_workbooks() -> None:
    reports = [file.report for pack in (OWN, OURS, OWN) if (file := sent(pack)).report]
    assert (pack_of(reports), pack_of(reports[:2]), pack_of([])) == (OWN, OURS, OURS)


@pytest.mark.parametrize(("pack", "same"), [(OURS, False), (OWN, True)])
def test_names_of_schools(pack: str, same: bool) -> None:
    listed = Listed(BRANCH, row=2)
    assert match([PLAIN], [listed], pack) == ({PLAIN: listed} if same else {})
    schools = schools_of([sent(pack)], [listed], lambda file: None)
    assert [(school.name, bool(school.files)) for school in schools] == [(BRANCH, same)] + [(PLAIN, True)] * (not same)


@pytest.mark.parametrize(("pack", "names"), [(OURS, [PLAIN, "全市三校"]), (OWN, [PLAIN])])
def test_lines_below_a_roster(pack: str, names: list[str]) -> None:
    book = memory_book("名单.xlsx", {"名单": [["学校名称"], [PLAIN], ["全市三校"], ["合计"]]})
    assert [item.name for item in roster_in(book, pack).schools] == names


@pytest.mark.parametrize(("pack", "chosen", "rule"), [(OURS, 2, "名单上的学校没有报送"), (OWN, 3, "还没有报送")])
def test_rules_and_visits(pack: str, chosen: int, rule: str) -> None:
    names = [f"第{number:03}技工学校" for number in range(6)]
    schools = [School(name, Listed(name, "市属", 1)) for name in names]
    schools[0] = dataclasses.replace(schools[0], current=(file := sent(pack, names[0])), files=[file])
    between = confront(schools, rostered=True, numbers=lambda asked: {})
    assert [(school.name, missing.name) for school, missing in between.missing] == [(name, rule) for name in names[1:]]
    batch = Batch(Options(Path(), Path()), schools=schools, between=between)
    assert sum(visit.chosen for visit in visits(batch)) == chosen
