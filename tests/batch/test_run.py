"""What may go wrong around a batch: places, files, disks; everything else is finished and nothing is lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt
from openpyxl import load_workbook

from jiesuan.batch import find, outputs, run
from jiesuan.batch.batch import Batch, Options
from jiesuan.batch.engine import CRASHED, Engine
from jiesuan.batch.run import run_batch
from jiesuan.batch.schools import File
from jiesuan.batch.store import Checked, Store, data_folder, originals_of, put, read_index
from jiesuan.batch.table import table_lines, where
from jiesuan.batch.work import Item, Setting, check_chunk
from jiesuan.bureau.problem import BureauProblem
from jiesuan.bureau.received import receive
from jiesuan.pack import Pack
from jiesuan.produce_error import OutputError
from jiesuan.reading import received
from jiesuan.report import Report
from jiesuan.usage import Misuse

from ..making import PACK, blank_file
from .city import City, archive, plain_city, planted_bytes, school_bytes, school_name
from .inline import Inline, outcome, run_inline


def failures(batch: Batch) -> dict[str, str]:
    return {file.path: file.failure.kind for file in batch.unread if file.failure}


def told_everywhere(batch: Batch) -> None:
    """What was not checked at all stands in the terminal, on the page and in the workbook."""
    [line] = batch.open_lines
    assert list(table_lines(batch))[-1] == (f"注意：{line}", "yellow")
    assert f'<p class="note">{line}</p>' in (batch.options.out / "report.html").read_text(encoding="utf-8")
    assert load_workbook(batch.options.out / "汇总.xlsx")["单位"]["A4"].value == line


def test_no_files(tmp_path: Path) -> None:
    (tmp_path / "收").mkdir()
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert (batch.files, batch.schools, batch.clean, batch.failed, batch.term) == ([], [], False, False, "")
    assert sorted(outcome(tmp_path / "出")) == ["report.html", "report.json", "汇总.xlsx"]
    assert batch.open_lines == ["没有找到一份学校的结算表，什么也没有校验；请核对收到的表放在哪个文件夹里。"]
    told_everywhere(batch)


@pytest.mark.parametrize(
    ("folder", "out", "said"),
    [
        ("没有", "出", "^找不到文件夹“.*没有”"),
        ("一个.xlsx", "出", "^“一个.xlsx”是一个文件；jiesuan batch 处理文件夹或 .zip"),
        ("收", "一个.xlsx", "^“一个.xlsx”是一个文件；-o 要写一个文件夹。$"),
        ("收", "收", "^输出文件夹不能就是收到的表所在的文件夹"),
        ("收", "别的", "^“别的”里已有别的文件，没有动它；-o 请写一个新的或空的文件夹。$"),
    ],
)
def test_places_that_will_not_do(tmp_path: Path, folder: str, out: str, said: str) -> None:
    (tmp_path / "收").mkdir()
    (tmp_path / "别的").mkdir()
    (tmp_path / "别的" / "汇总.xlsx").write_bytes(b"mine")
    (tmp_path / "一个.xlsx").write_bytes(b"")
    with pytest.raises(Misuse, match=said):
        run_inline(tmp_path / folder, tmp_path / out)
    assert (tmp_path / "别的" / "汇总.xlsx").read_bytes() == b"mine"


def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "收").mkdir()
    (tmp_path / "档").write_bytes(b"")
    with pytest.raises(OutputError, match=r"^输出文件夹“出”写不进去：上级不是文件夹。请用 -o 换一个地方。$"):
        run_inline(tmp_path / "收", tmp_path / "档" / "出")


def test_bad_files_stop_nothing(tmp_path: Path) -> None:
    city = plain_city(1)
    city.files |= {
        "空.xlsx": b"",
        "断.xlsx": b"PK\3\4",
        "网页.xls": b"<html><table></table></html>",
        "别的.xlsx": archive({"word/document.xml": b""}),
        "炸弹.zip": archive({"大.xlsx": b"0" * 3_000_000}),
        "里.zip": archive({f"{school_name(1)}.xlsx": school_bytes(1)}, gbk=True),
        "😀" + "长" * 50 + ".xlsx": school_bytes(2),
        "包.rar": b"Rar!",
    }
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert failures(batch) == {
        "别的.xlsx": "not-a-workbook",
        "断.xlsx": "truncated",
        "炸弹.zip/大.xlsx": "not-a-workbook",
        "空.xlsx": "empty",
        "网页.xls": "html",
    }
    assert [school.name for school in batch.schools if not school.must_return] == [school_name(n) for n in (0, 1, 2)]
    assert [item.path for item in batch.lost] == ["包.rar"]
    assert batch.failed


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read once; what was read is what was checked, and no other content is marked."""
    City({"甲.xlsx": planted_bytes(2, 1)[0]}).write(tmp_path / "收")

    def growing(path: Path) -> bytes:
        data = received(path)
        with path.open("ab") as file:
            file.write(b"more")
        return data

    monkeypatch.setattr(find, "received", growing)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert batch.schools[0].must_return
    assert sorted(name for name in outcome(tmp_path / "出") if "学校" in name) == [
        f"学校/{school_name(2)}/审核反馈.xlsx",
        f"学校/{school_name(2)}/退回通知.docx",
    ]


def test_a_file_that_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = plain_city(1).write(tmp_path / "收")
    listed = find.entries_of(folder)
    monkeypatch.setattr(run, "entries_of", lambda *_, **__: listed)
    (folder / f"{school_name(0)}.xlsx").unlink()
    assert failures(run_inline(folder, tmp_path / "出")) == {f"{school_name(0)}.xlsx": "not-found"}


def test_a_file_too_large_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(find, "received", none)
    assert failures(run_inline(plain_city(1).write(tmp_path / "收"), tmp_path / "出")) == {
        f"{school_name(0)}.xlsx": "too-large"
    }


def test_the_culprit_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_city(2).write(tmp_path / "收")

    def deadly(items: list[Item], setting: Setting) -> list[Checked]:
        if any(item.path.startswith(school_name(1)) for item in items):
            raise MemoryError
        return check_chunk(items, setting)

    monkeypatch.setattr(run, "check_chunk", deadly)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert failures(batch) == {f"{school_name(1)}.xlsx": "crashed"}
    assert [file.failure.message for file in batch.unread if file.failure] == [CRASHED.message]
    monkeypatch.setattr(run, "check_chunk", check_chunk)
    assert failures(run_inline(tmp_path / "收", tmp_path / "出")) == {}


def test_one_content_is_checked_once(tmp_path: Path) -> None:
    city = City({f"{n}.xlsx": school_bytes(0) for n in range(5)})
    engine = Inline()
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出", engine=engine)
    assert [size for name, size in engine.done if name == "check_chunk"] == [1]
    assert len(batch.schools[0].copies) == 4


def test_a_bureaus_own_workbook_is_no_schools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_city(1).write(tmp_path / "收")
    checked = Checked.report

    def as_bureau(self: Checked, path: str, pack: Pack) -> Report:
        report = checked(self, path, pack)
        assert report is not None
        report.set_name = "设区市"
        return report

    monkeypatch.setattr(Checked, "report", as_bureau)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert (batch.files, batch.schools) == ([], [])
    assert [item.why for item in batch.passed] == ["主管部门的汇总表，不是学校的表；请用 jiesuan check 校验"]


def test_blank_forms_and_other_formats(tmp_path: Path) -> None:
    (tmp_path / "收").mkdir()
    blank_file(tmp_path / "收" / "空表.xlsx")
    book = xlwt.Workbook()
    book.add_sheet("表").write(0, 0, "甲")
    book.save(str(tmp_path / "收" / "别的.xls"))
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert failures(batch) == {"别的.xls": "not-settlement"}
    [blank] = batch.reports
    assert blank.blank and all(school.must_return for school in batch.schools)


def test_another_term_asks_again(tmp_path: Path) -> None:
    from jiesuan.term import Term

    plain_city(1).write(tmp_path / "收")
    run_inline(tmp_path / "收", tmp_path / "出")
    batch = run_inline(tmp_path / "收", tmp_path / "出", term=Term(2024, 1))
    assert (batch.again, batch.term) == (0, "2024秋")


def test_a_hook_may_add_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def then(batch: Batch, bytes_of: Callable[[File], bytes | None], workers: Engine) -> None:
        assert bytes_of(batch.files[0]) == school_bytes(0) and workers is engine
        seen.append((tmp_path / "出" / "report.json").exists())
        batch.reports[0].remarks.append("加上的")

    engine = Inline()
    from contextlib import contextmanager

    monkeypatch.setattr(run, "engine_of", contextmanager(lambda *_: iter([engine])))
    plain_city(1).write(tmp_path / "收")
    run_batch(Options(tmp_path / "收", tmp_path / "出"), lambda *_: None, then)
    assert seen == [False] and "加上的" in (tmp_path / "出" / "report.json").read_text(encoding="utf-8")


# ── disks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_full_disk_is_told_and_the_rest_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    City({"甲.xlsx": planted_bytes(2, 1)[0], "乙.xlsx": school_bytes(0)}).write(tmp_path / "收")

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".docx" or path.name == "汇总.xlsx":
            raise OSError(errno.ENOSPC, "full")
        put(path, data)

    def keep(self: Store, checked: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(outputs, "put", full)
    monkeypatch.setattr(Store, "keep", keep)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert batch.troubles == [
        "中间结果没有存下来（磁盘已满），再运行时要从头校验。",
        f"“学校/{school_name(2)}/退回通知.docx”没有写成：磁盘已满。",
        "“汇总.xlsx”没有写成：磁盘已满。请关闭正在打开它的程序，或腾出空间，再运行一次。",
    ]
    assert batch.failed and len(batch.reports) == 2
    assert where(batch) == (
        "结果在“出”：打开 report.html 看全部，“学校”文件夹里是发还各校的表和通知。"
        "汇总.xlsx 没有写成（文件夹里若有，是以前的）。没有写成的原因见上面，处理后再运行同一条命令。"
    )
    assert (tmp_path / "出" / "学校" / school_name(2) / "审核反馈.xlsx").exists()
    monkeypatch.undo()
    again = run_inline(tmp_path / "收", tmp_path / "出")
    assert where(again) == ("结果在“出”：打开 report.html 或 汇总.xlsx 看全部，“学校”文件夹里是发还各校的表和通知。")
    assert again.troubles == [] and (tmp_path / "出" / "学校" / school_name(2) / "退回通知.docx").exists()


def test_a_disk_without_any_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not written is not shown the way to."""
    City({"甲.xlsx": planted_bytes(2, 1)[0]}).write(tmp_path / "收")

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(outputs, "put", full)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert batch.unwritten == ["汇总.xlsx", "report.json", "report.html"]
    assert where(batch) == (
        "“出”里没有写成结果。汇总.xlsx、report.json、report.html 没有写成（文件夹里若有，是以前的）。"
        "没有写成的原因见上面，处理后再运行同一条命令。"
    )


def test_the_index_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Store, index: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Store, "write_index", refuse)
    batch = run_inline(plain_city(1).write(tmp_path / "收"), tmp_path / "出")
    assert batch.troubles == ["“数据”没有写成：没有写入的权限，或者文件正在 Excel 中打开。"]


def test_what_a_worker_could_not_make_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    City({"甲.xlsx": planted_bytes(2, 1)[0]}).write(tmp_path / "收")

    def broken(parcels: object) -> None:
        raise MemoryError

    monkeypatch.setattr(outputs, "make_parcels", broken)
    batch = run_inline(tmp_path / "收", tmp_path / "出")
    assert batch.troubles == [f"{school_name(2)}：{CRASHED.message}"]


def test_an_earlier_output_in_the_way_of_nothing(tmp_path: Path) -> None:
    """OUT may lie inside the folder searched."""
    plain_city(1).write(tmp_path / "收")
    for _ in range(2):
        batch = run_inline(tmp_path / "收", tmp_path / "收" / "出")
        assert [file.path for file in batch.files] == [f"{school_name(0)}.xlsx"]
    assert read_index(tmp_path / "收" / "出").source == ".."


def test_an_output_folder_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain_city(1).write(tmp_path / "收")
    make = Path.mkdir

    def refusing(path: Path, *arguments: Any, **more: Any) -> None:
        if tmp_path / "锁" in path.parents:
            raise PermissionError(13, "no", str(path))
        make(path, *arguments, **more)

    monkeypatch.setattr(Path, "mkdir", refusing)
    with pytest.raises(OutputError, match="没有写入的权限"):
        run_inline(tmp_path / "收", tmp_path / "锁" / "出")


def test_the_store_is_found_by_what_comes_after(tmp_path: Path) -> None:
    plain_city(1).write(tmp_path / "收")
    run_inline(tmp_path / "收", tmp_path / "出")
    assert sorted(path.name for path in data_folder(tmp_path / "出").iterdir()) == [
        "batch.json",
        "checked",
        "key.bin",
        "written.jsonl",
    ]


def test_places_nobody_may_look_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path below a folder without rights is told like one that is not there; nothing breaks."""
    plain_city(1).write(tmp_path / "收")
    stat = os.stat

    def refusing(path: Any, *arguments: Any, **more: Any) -> os.stat_result:
        if str(tmp_path / "锁") in str(path):
            raise PermissionError(13, "no", str(path))
        return stat(path, *arguments, **more)

    monkeypatch.setattr(os, "stat", refusing)
    with pytest.raises(Misuse, match=r"^找不到文件夹“.*锁/收”。"):
        run_inline(tmp_path / "锁" / "收", tmp_path / "出")
    with pytest.raises(BureauProblem, match=r"^没有找到“收”；"):
        receive(tmp_path / "锁" / "收", PACK, "设区市")


def test_files_of_one_name_that_nobody_can_place_get_folders_of_their_own(tmp_path: Path) -> None:
    """Three offices send `表.xlsx`, one writes it in capitals; none can be read; no letter is lost."""
    city = City({f"{place}/{name}.xlsx": b"PK\3\4" for place, name in (("甲", "a"), ("乙", "a"), ("丙", "A"))})
    batch = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert [(school.name, batch.folders[number]) for number, school in enumerate(batch.schools)] == [
        ("A", "学校/A"),
        ("a", "学校/a2"),
        ("a", "学校/a3"),
    ]
    assert sorted(name for name in outcome(tmp_path / "出") if name.endswith(".docx")) == [
        "学校/A/退回通知.docx",
        "学校/a2/退回通知.docx",
        "学校/a3/退回通知.docx",
    ]


def test_a_folder_on_another_drive_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def apart(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    folder = plain_city(1).write(tmp_path / "收")
    monkeypatch.setattr(os.path, "relpath", apart)
    run_inline(folder, tmp_path / "出")
    monkeypatch.undo()
    index = read_index(tmp_path / "出")
    assert index.source == folder.resolve().as_posix()
    assert originals_of(index, tmp_path / "出")[index.files[0].sha256] == school_bytes(0)


def test_a_letter_that_cannot_be_noted_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of what was written is full: the files are there, the next run writes them once more."""
    City({"甲.xlsx": planted_bytes(2, 1)[0]}).write(tmp_path / "收")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Store, "note_written", refuse)
    monkeypatch.setattr(Store, "settle_written", refuse)
    first = run_inline(tmp_path / "收", tmp_path / "出")
    made = outcome(tmp_path / "出")
    assert first.troubles == [] and len([name for name in made if name.startswith("学校/")]) == 3
    monkeypatch.undo()
    engine = Inline()
    run_inline(tmp_path / "收", tmp_path / "出", engine=engine)
    assert engine.done == [("make_parcels", 1)] and outcome(tmp_path / "出") == made
