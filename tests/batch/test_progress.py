"""A second submission, and last term's workbooks, beside a batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesuan.batch.batch import demand
from jiesuan.batch.progress import compared, earlier, earlier_report
from jiesuan.batch.store import data_folder, read_index
from jiesuan.check import check_workbook
from jiesuan.usage import Misuse

from ..making import AUTUMN, bound, overtyped, python, sample
from .city import City, plain_city, planted_bytes, school_bytes, school_name
from .inline import run_inline


def test_what_became_of_the_findings() -> None:
    clean, wrong = check_workbook(bound(sample().filling)), check_workbook(bound(overtyped()))
    count = len(wrong.findings)
    assert count
    assert compared(wrong, clean) == {"仍存在": 0, "新出现": 0, "已消除": count}
    assert compared(clean, wrong) == {"仍存在": 0, "新出现": count, "已消除": 0}
    assert compared(wrong, wrong) == {"仍存在": count, "新出现": 0, "已消除": 0}


def test_a_second_submission(tmp_path: Path) -> None:
    first = City({f"{school_name(0)}.xlsx": school_bytes(0), "a.xlsx": planted_bytes(2, 2)[0]})
    before = run_inline(first.write(tmp_path / "一"), tmp_path / "一出")
    second = City({**plain_city(1).files, "b.xlsx": school_bytes(2), "c.xlsx": school_bytes(3)})
    batch = run_inline(second.write(tmp_path / "二"), tmp_path / "二出", previous=tmp_path / "一出")
    gone = sum(len(report.findings) for report in before.reports)
    assert {school.name: school.progress for school in batch.schools} == {
        school_name(0): {"仍存在": 0, "新出现": 0, "已消除": 0},
        school_name(2): {"仍存在": 0, "新出现": 0, "已消除": gone},
        school_name(3): {},
    }
    # Where there was nothing and is nothing, nothing is said.
    assert [demand(batch, number) for number in range(3)] == [f"（比上次：仍存在 0，新出现 0，已消除 {gone}）", "", ""]


def test_what_is_known_of_the_earlier_batch(tmp_path: Path) -> None:
    run_inline(plain_city(1).write(tmp_path / "一"), tmp_path / "出")
    [(name, file)] = earlier(tmp_path / "出").items()
    assert (name, read_index(tmp_path / "出").files[0]) == (school_name(0), file)
    report = earlier_report(tmp_path / "出", file)
    assert report is not None and report.school == school_name(0)
    for path in (data_folder(tmp_path / "出") / "checked").iterdir():
        path.write_bytes(path.read_bytes().replace(b'"F101"', b'"F999"'))
    assert earlier_report(tmp_path / "出", file) is None
    for path in (data_folder(tmp_path / "出") / "checked").iterdir():
        path.unlink()
    assert earlier_report(tmp_path / "出", file) is None


def test_no_earlier_batch(tmp_path: Path) -> None:
    plain_city(1).write(tmp_path / "收")
    with pytest.raises(Misuse, match=r"^“收”里没有批量校验的结果"):
        run_inline(tmp_path / "收", tmp_path / "出", previous=tmp_path / "收")


def test_last_term(tmp_path: Path) -> None:
    """The rules between terms are asked where last term's workbook is there."""
    plain_city(1).write(tmp_path / "春")
    City({"a.xlsx": school_bytes(0, term=AUTUMN)}).write(tmp_path / "秋")
    run_inline(tmp_path / "春", tmp_path / "春出")
    command = ["-m", "jiesuan", "batch", "秋", "-o", "秋出", "--previous", "春出", "--jobs", "1", "--format", "json"]
    done = python(*command, cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr.decode()
    import json

    [file] = json.loads(done.stdout)["files"]
    told = {item["code"] for item in (*file["findings"], *file["unchecked"])}
    assert any(code.startswith("T") for code in told)
    assert file["counts"]["selected"] == sum(
        file["counts"][key] for key in ("passed", "found", "explained", "unchecked")
    )
