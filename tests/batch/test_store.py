from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from jiesuan.batch.store import (
    Checked,
    Filed,
    Index,
    NoBatch,
    Store,
    data_folder,
    fingerprint,
    originals_of,
    packed,
    read_checked,
    read_index,
    report_of,
)
from jiesuan.check import check_workbook

from ..making import ID, PACK, bound, overtyped
from .city import City, archive, plain_city, planted_bytes, school_name
from .inline import run_inline


def test_a_report_survives(tmp_path: Path) -> None:
    report = check_workbook(bound(overtyped()))
    assert report.findings
    store = Store(tmp_path, "1")
    store.keep(Checked(sha256="a", by="1", result=packed(report)))
    found = store.known("a")
    assert found is not None
    assert found.report("收/表.xlsx", PACK) == report
    assert report_of(packed(report), f"{ID}.xlsx", PACK).file == "350***********1234.xlsx"


def test_a_failure_survives(tmp_path: Path) -> None:
    store = Store(tmp_path, "1")
    store.keep(Checked(sha256="a", by="1", kind="corrupt", message="坏了。"))
    found = read_checked(tmp_path, "a")
    assert found is not None and (found.kind, found.message) == ("corrupt", "坏了。")
    assert found.report("a", PACK) is None


def test_what_another_program_found_does_not_count(tmp_path: Path) -> None:
    Store(tmp_path, "1").keep(Checked(sha256="a", by="1"))
    assert Store(tmp_path, "1").known("a") is not None
    assert Store(tmp_path, "2").known("a") is None
    assert Store(tmp_path, "1").known("b") is None


def test_damage_is_as_if_nothing_were_there(tmp_path: Path) -> None:
    store = Store(tmp_path, "1")
    store.keep(Checked(sha256="a", by="1"))
    path = data_folder(tmp_path) / "checked" / "a.json"
    path.write_bytes(path.read_bytes()[:-3])
    assert store.known("a") is None


def test_the_key_is_kept(tmp_path: Path) -> None:
    key = Store(tmp_path, "1").key
    assert Store(tmp_path, "2").key == key and len(key) == 32
    (data_folder(tmp_path) / "key.bin").write_bytes(b"short")
    assert Store(tmp_path, "1").key != key


def test_a_line_cut_off_is_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path, "1")
    assert store.written() == {}
    store.note_written("x", ["甲", "乙"])
    store.note_written("y", [])
    with (data_folder(tmp_path) / "written.jsonl").open("ab") as file:
        file.write(b'["z",["a')
    assert store.written() == {"x": ["甲", "乙"], "y": []}
    store.settle_written({"y": ["丙"]})
    assert store.written() == {"y": ["丙"]}


def test_the_fingerprint_tells_terms_apart() -> None:
    assert fingerprint("") == fingerprint("") != fingerprint("2024春")
    assert len(fingerprint("")) == 16


def test_the_fingerprint_knows_declarations_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint("")
    own = tmp_path / "甲-2025"
    own.mkdir()
    (own / "pack.toml").write_text(
        'id = "甲-2025"\nname = "甲"\nregion = "福建"\nversion = 1\nsince = "2025春"\n', encoding="utf-8"
    )
    (own / "policy.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("JIESUAN_PACKS", str(tmp_path))
    with_own = fingerprint("")
    (own / "policy.toml").write_text("# 改了\n", encoding="utf-8")
    assert len({before, with_own, fingerprint("")}) == 3


def test_what_comes_after_reads_it_again(tmp_path: Path) -> None:
    city = City({**plain_city(1).files, "错.xlsx": planted_bytes(2, 1)[0], "坏.xlsx": b"PK"})
    city.files["里.zip"] = archive({"二.xlsx": plain_city(2).files[f"{school_name(1)}.xlsx"]}, gbk=True)
    run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    index = read_index(tmp_path / "出")
    assert (index.source, index.term, index.pack) == ("../收", "2024春", "fujian-2024")
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in city.files.items()}
    inside = plain_city(2).files[f"{school_name(1)}.xlsx"]
    assert [(file.path, file.school, file.counts) for file in index.files] == [
        ("坏.xlsx", "坏", False),
        (f"{school_name(0)}.xlsx", school_name(0), True),
        ("里.zip/二.xlsx", school_name(1), True),
        ("错.xlsx", school_name(2), True),
    ]
    assert index.files[1] == Filed(
        path=f"{school_name(0)}.xlsx",
        sha256=hashes[f"{school_name(0)}.xlsx"],
        school=school_name(0),
        term="2024春",
        set="市属",
        counts=True,
    )
    assert index.files[3].errors > 0
    originals = originals_of(index, tmp_path / "出")
    assert len(originals) == len(list(originals)) == 4
    assert originals[hashlib.sha256(inside).hexdigest()] == inside
    for file in index.files:
        if file.counts:
            checked = read_checked(tmp_path / "出", file.sha256)
            assert checked is not None
            report = checked.report(file.path, PACK)
            assert report is not None and report.school == file.school


def test_originals_that_changed_or_went(tmp_path: Path) -> None:
    run_inline(plain_city(2).write(tmp_path / "收"), tmp_path / "出")
    index = read_index(tmp_path / "出")
    first, second = index.files
    (tmp_path / "收" / first.path).write_bytes(b"other")
    originals = originals_of(index, tmp_path / "出")
    with pytest.raises(KeyError):
        originals[first.sha256]
    assert originals[second.sha256]
    (tmp_path / "收" / second.path).unlink()
    with pytest.raises(KeyError):
        originals[second.sha256]
    with pytest.raises(KeyError):
        originals["unknown"]


def test_what_a_killed_batch_left_half_written_is_swept(tmp_path: Path) -> None:
    plain_city(1).write(tmp_path / "收")
    out = run_inline(tmp_path / "收", tmp_path / "出").options.out
    before = sorted(path.name for path in out.rglob("*"))
    (out / "学校" / "甲").mkdir(parents=True)
    for path in (out / ".4711.tmp", out / "学校" / "甲" / ".4712.tmp", data_folder(out) / "checked" / ".4713.tmp"):
        path.write_bytes(b"half")
    (out / "学校" / "甲" / ".我的.tmp").write_bytes(b"somebody's own")
    run_inline(tmp_path / "收", out)
    assert sorted(path.name for path in out.rglob("*")) == sorted([*before, "学校", "甲", ".我的.tmp"])


def test_no_batch(tmp_path: Path) -> None:
    with pytest.raises(NoBatch, match="里没有批量校验的结果；请先运行 jiesuan batch 收到的表/ -o "):
        read_index(tmp_path)
    Store(tmp_path, "1")
    (data_folder(tmp_path) / "batch.json").write_text("{}")
    with pytest.raises(NoBatch, match=r"里的批量校验结果已损坏或出自另一版程序，请重新运行 jiesuan batch。$"):
        read_index(tmp_path)


def test_an_index_survives(tmp_path: Path) -> None:
    index = Index(source="..", files=(Filed(path="a", sha256="", school="甲", counts=False),))
    Store(tmp_path, "1").write_index(index)
    assert read_index(tmp_path) == index
