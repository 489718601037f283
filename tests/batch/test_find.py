from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from jiesuan.batch.find import Passed, entries_of, sort_of
from jiesuan.reading import UnreadableFile

from .city import archive

NOT_A_BOOK = "不是工作簿"


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return folder


def paths(folder: Path, out: Path | None = None) -> list[str]:
    return [entry.path for entry in entries_of(folder, out)[0]]


def test_everything_below_by_path(tmp_path: Path) -> None:
    fill(tmp_path, "乙.xlsx", "甲/丙.XLS", "甲/丁/戊.et", "a.xlsm", "b.ods", "c.xlsb")
    entries, passed = entries_of(tmp_path)
    assert [entry.path for entry in entries] == ["a.xlsm", "b.ods", "c.xlsb", "乙.xlsx", "甲/丁/戊.et", "甲/丙.XLS"]
    assert [entry.read() for entry in entries] == [entry.path.encode() for entry in entries]
    assert passed == []


def test_an_empty_folder(tmp_path: Path) -> None:
    assert entries_of(tmp_path) == ([], [])


def test_what_is_passed_over_with_a_word(tmp_path: Path) -> None:
    fill(
        tmp_path,
        "表.xlsx",
        "~$表.xlsx",
        ".~lock.表.xlsx#",
        ".DS_Store",
        "通知.pdf",
        "名单",
        "Thumbs.db",
        "__MACOSX/._表.xlsx",
    )
    entries, passed = entries_of(tmp_path)
    assert [entry.path for entry in entries] == ["表.xlsx"]
    assert passed == [
        Passed(".DS_Store", "系统文件"),
        Passed(".~lock.表.xlsx#", "打开中的工作簿留下的临时文件"),
        Passed("Thumbs.db", "系统文件"),
        Passed("__MACOSX", "系统文件"),
        Passed("~$表.xlsx", "打开中的工作簿留下的临时文件"),
        Passed("名单", NOT_A_BOOK),
        Passed("通知.pdf", NOT_A_BOOK),
    ]


@pytest.mark.parametrize(
    ("name", "beside", "word"),
    [
        ("表_已校验.xlsx", {"表.xlsx", "表_已校验.xlsx"}, "本程序另存的一份，已校验它旁边的原件"),
        ("表_已校验.xlsx", {"表.xls", "表_已校验.xlsx"}, "本程序另存的一份，已校验它旁边的原件"),
        ("表_已清除.xlsx", {"表.xlsx", "表_已清除.xlsx"}, "本程序另存的一份，已校验它旁边的原件"),
        ("表_已计算.xlsx", {"表.et", "表_已计算.xlsx"}, "本程序另存的一份，已校验它旁边的原件"),
        # A school sends its marked copy back, corrected: that is its workbook.
        ("表_已校验.xlsx", {"表_已校验.xlsx"}, ""),
        ("已校验.xlsx", {"已校验.xlsx", "表.xlsx"}, ""),
    ],
)
def test_copies_of_ours(name: str, beside: set[str], word: str) -> None:
    assert sort_of(name, beside) == (word, "")


@pytest.mark.parametrize("name", ["a.rar", "a.7z", "a.TAR", "a.gz"])
def test_archives_that_cannot_be_opened_are_a_failure(name: str) -> None:
    dot = Path(name).suffix.lower()
    assert sort_of(name, set()) == (f"{dot} 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。", "archive")


def test_our_output_and_earlier_ones_are_no_input(tmp_path: Path) -> None:
    fill(tmp_path, "表.xlsx", "结果/学校/甲/表_已校验.xlsx", "上次/数据/key.bin", "上次/学校/乙.xlsx")
    entries, passed = entries_of(tmp_path, tmp_path / "结果")
    assert [entry.path for entry in entries] == ["表.xlsx"]
    word = "批量校验的结果，不是收到的表"
    assert passed == [Passed("上次", word), Passed("结果", word)]


def test_the_roster_is_no_workbook_of_a_school(tmp_path: Path) -> None:
    fill(tmp_path, "表.xlsx", "名单.xlsx")
    entries, passed = entries_of(tmp_path, but=tmp_path / "名单.xlsx")
    assert ([entry.path for entry in entries], passed) == (["表.xlsx"], [])


@pytest.mark.skipif(os.name != "posix", reason="links need no rights on POSIX")
def test_loops_of_links_end(tmp_path: Path) -> None:
    fill(tmp_path, "甲/表.xlsx")
    (tmp_path / "甲" / "回").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "自.xlsx").symlink_to(tmp_path / "自.xlsx")
    entries, passed = entries_of(tmp_path)
    assert [entry.path for entry in entries] == ["甲/表.xlsx", "自.xlsx"]
    assert passed == [Passed("甲/回", "指向别处的文件夹，没有进去")]
    with pytest.raises(UnreadableFile):
        entries[1].read()


@pytest.mark.skipif(os.name != "posix", reason="no pipes with names")
def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管.xlsx")
    assert entries_of(tmp_path) == ([], [Passed("管.xlsx", "管道、设备之类的特殊文件")])


def test_a_folder_that_cannot_be_opened_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rights to a folder neither may it be listed nor anything below it asked about."""
    fill(tmp_path, "表.xlsx", "锁/乙.xlsx")
    scan, stat = os.scandir, os.stat

    def refusing(path: object) -> object:
        if str(path).endswith("锁"):
            raise PermissionError(13, "no", str(path))
        return scan(path)  # type: ignore[call-overload]

    def asked(path: object, *arguments: Any, **more: Any) -> object:
        if "锁/" in str(path).replace(os.sep, "/"):
            raise PermissionError(13, "no", str(path))
        return stat(path, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "scandir", refusing)
    monkeypatch.setattr(os, "stat", asked)
    entries, passed = entries_of(tmp_path)
    assert [entry.path for entry in entries] == ["表.xlsx"]
    assert passed == [Passed("锁", "这个文件夹打不开，里面的文件没有校验；请取得查看权限后再运行一次。", "folder")]


def test_odd_names(tmp_path: Path) -> None:
    names = ["😀学校.xlsx", "长" * 80 + ".xlsx", "空 格 .xlsx", "x" * 200 + ".xlsx"]
    assert paths(fill(tmp_path, *names)) == sorted(names)


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="names are Unicode")
def test_names_in_gbk_are_made_readable(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/" + "学校.xlsx".encode("gbk")
    with open(raw, "wb") as file:  # noqa: PTH123
        file.write(b"1")
    fill(tmp_path, "学校.xlsx")
    entries, _ = entries_of(tmp_path)
    assert [(entry.path, entry.read()) for entry in entries] == [
        ("学校.xlsx", b"1"),
        ("学校.xlsx(2)", "学校.xlsx".encode()),
    ]


def test_ten_thousand_files(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number:05}.xlsx").touch()
    assert paths(tmp_path) == [f"{number:05}.xlsx" for number in range(10_000)]


# ── archives ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("gbk", [True, False])
def test_archives_are_opened(tmp_path: Path, gbk: bool) -> None:
    (tmp_path / "收.zip").write_bytes(
        archive({"县/甲校.xlsx": b"1", "县/通知.doc": b"2", "县/~$甲校.xlsx": b"3"}, gbk=gbk)
    )
    entries, passed = entries_of(tmp_path)
    assert [(entry.path, entry.read()) for entry in entries] == [("收.zip/县/甲校.xlsx", b"1")]
    assert passed == [
        Passed("收.zip/县/~$甲校.xlsx", "打开中的工作簿留下的临时文件"),
        Passed("收.zip/县/通知.doc", NOT_A_BOOK),
    ]


def test_an_archive_given_instead_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "收.zip").write_bytes(archive({"甲.xlsx": b"1", "乙/甲.xlsx": b"2"}))
    assert paths(tmp_path / "收.zip") == ["乙/甲.xlsx", "甲.xlsx"]


def test_a_workbook_called_zip(tmp_path: Path) -> None:
    book = archive({"[Content_Types].xml": b"<a/>"})
    (tmp_path / "表.zip").write_bytes(book)
    (tmp_path / "收.zip").write_bytes(archive({"里.zip": book}))
    assert [(entry.path, entry.read()) for entry in entries_of(tmp_path)[0]] == [
        ("收.zip/里.zip", book),
        ("表.zip", book),
    ]


def test_an_archive_in_an_archive_is_opened_and_one_in_that_told(tmp_path: Path) -> None:
    deepest = archive({"丙.xlsx": b"3"})
    inner = archive({"乙.xlsx": b"2", "再.zip": deepest}, gbk=True)
    (tmp_path / "外.zip").write_bytes(archive({"甲.xlsx": b"1", "中.zip": inner}))
    entries, passed = entries_of(tmp_path)
    assert [(entry.path, entry.read()) for entry in entries] == [
        ("外.zip/中.zip/乙.xlsx", b"2"),
        ("外.zip/甲.xlsx", b"1"),
    ]
    assert passed == [
        Passed("外.zip/中.zip/再.zip", "压缩包里的压缩包里又有压缩包，没有打开；请解压后放进来。", "archive")
    ]


def test_damaged_archives_are_failures(tmp_path: Path) -> None:
    word = "压缩包已损坏或没有传完，打不开；请让对方重新发送。"
    (tmp_path / "坏.zip").write_bytes(b"PK\3\4")
    (tmp_path / "外.zip").write_bytes(archive({"坏.zip": b"PK"}))
    assert entries_of(tmp_path) == ([], [Passed("坏.zip", word, "corrupt"), Passed("外.zip/坏.zip", word, "corrupt")])
