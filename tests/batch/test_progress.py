"""A second submission, and last term's workbooks, beside a batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiesuan.batch.batch import Batch, demand
from jiesuan.batch.progress import compared, earlier, earlier_report
from jiesuan.batch.store import data_folder, read_index
from jiesuan.bureau.second import second_look
from jiesuan.check import check_workbook
from jiesuan.usage import Misuse

from ..bureau.test_second import copy_of, explained
from ..making import AUTUMN, bound, overtyped, python, sample
from .city import City, bytes_of, plain_city, planted_bytes, school_bytes, school_name, with_student_of
from .inline import run_inline
from .test_between import write_roster


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


def progress(batch: Batch) -> dict[str, dict[str, int]]:
    return {school.name: school.progress for school in batch.schools}


def counted(still: int = 0, new: int = 0, gone: int = 0) -> dict[str, int]:
    return {"仍存在": still, "新出现": new, "已消除": gone}


def test_findings_between_workbooks_are_compared_too(tmp_path: Path) -> None:
    """All that is open now is still there or new; what both schools put right is gone for both."""
    one, two = school_name(5), school_name(6)
    shared, clean = bytes_of(with_student_of(5, 6)), City({"甲.xlsx": school_bytes(5), "乙.xlsx": school_bytes(6)})
    wrong = City({**clean.files, "甲.xlsx": shared}).write(tmp_path / "一")
    clean.write(tmp_path / "二")
    run_inline(wrong, tmp_path / "一出")
    run_inline(tmp_path / "二", tmp_path / "二出")
    again = run_inline(wrong, tmp_path / "三出", previous=tmp_path / "一出")
    assert progress(again) == {one: counted(still=1), two: counted(still=1)}
    corrected = run_inline(tmp_path / "二", tmp_path / "四出", previous=tmp_path / "一出")
    assert progress(corrected) == {one: counted(gone=1), two: counted(gone=1)}
    spoilt = run_inline(wrong, tmp_path / "五出", previous=tmp_path / "二出")
    assert progress(spoilt) == {one: counted(new=1), two: counted(new=1)}
    # Without the other school's list nobody knows.
    (tmp_path / "二" / "甲.xlsx").unlink()
    alone = run_inline(tmp_path / "二", tmp_path / "六出", previous=tmp_path / "一出")
    assert progress(alone) == {two: counted()}


def test_what_is_asked_no_more_is_not_gone(tmp_path: Path) -> None:
    """A finding against the roster, in a batch without one."""
    names = tmp_path / "名单.xlsx"
    write_roster(names, [(school_name(0).replace("技工", "技师"), "")])
    folder = City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收")
    first = run_inline(folder, tmp_path / "一出", roster=names)
    assert [finding.code for report in first.reports for finding in report.findings] == ["B109"]
    name = first.schools[0].name
    again = run_inline(folder, tmp_path / "二出", roster=names, previous=tmp_path / "一出")
    assert progress(again) == {name: counted(still=1)}
    City({"a.xlsx": school_bytes(0, school=name)}).write(tmp_path / "改")
    bare = run_inline(tmp_path / "改", tmp_path / "三出", previous=tmp_path / "一出")
    assert progress(bare) == {name: counted()}
    named = run_inline(tmp_path / "改", tmp_path / "四出", roster=names, previous=tmp_path / "一出")
    assert progress(named) == {name: counted(gone=1)}


def test_what_was_explained_is_gone(tmp_path: Path) -> None:
    """A reason for what only the batch finds is judged before the two are put together."""
    names = tmp_path / "名单.xlsx"
    write_roster(names, [(school_name(0).replace("技工", "技师"), "")])
    second = second_look(None)
    run_inline(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "一出", roster=names, then=second)
    back = City({"b.xlsx": explained(copy_of(tmp_path / "一出"), "B109")}).write(tmp_path / "再收")
    again = run_inline(
        back, tmp_path / "二出", roster=names, previous=tmp_path / "一出", then=second_look(tmp_path / "一出")
    )
    assert again.clean and list(progress(again).values()) == [counted(gone=1)]


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
