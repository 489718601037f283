"""What one worker does, here in this process."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import io
import signal
import sys

import pytest
from openpyxl import load_workbook

from jiesuan import check as check_module
from jiesuan.batch import work
from jiesuan.batch.parcel import Parcel, make_parcels, problems_of
from jiesuan.batch.store import packed
from jiesuan.batch.work import Item, Question, Setting, check_chunk, loaded, numbers_at
from jiesuan.marking import NotMarkable
from jiesuan.session import Failure

from ..making import PACK
from .city import first_row, planted_bytes, sample_of, school_bytes

SETTING = Setting(bytes(32), "1")


def item(path: str, data: bytes) -> Item:
    return Item(path, hashlib.sha256(data).hexdigest(), data)


def parcel_of(one: Item) -> Parcel:
    [checked] = check_chunk([one], SETTING)
    report = checked.report(one.path, PACK)
    assert report is not None
    return Parcel(
        "学校/甲", "甲", "春", "期限", one.path, problems_of(report), report.pack, one.path, one.data, packed(report),
        checked.answered,
    )  # fmt: skip


def marked(parcel: Parcel) -> bytes:
    [made] = make_parcels([parcel])
    first = made[0]
    assert not isinstance(first, Failure) and first[0].endswith("_已校验.xlsx")
    return first[1]


def test_each_file_has_its_own_outcome() -> None:
    found = check_chunk([item("a.xlsx", school_bytes(0)), item("b.xlsx", b""), item("c.xlsx", b"PK\3\4")], SETTING)
    assert [(one.kind, bool(one.result), bool(one.people.rows)) for one in found] == [
        ("", True, True), ("empty", False, False), ("truncated", False, False),
    ]  # fmt: skip
    assert [one.by for one in found] == ["1"] * 3 and found[0].roles["精准明细"] == found[0].people.sheet


def test_who_breaks_the_common_pass_is_checked_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [item("a.xlsx", school_bytes(0)), item("b.xlsx", planted_bytes(2, 1)[0])]
    expected = check_chunk(items, SETTING)
    check = check_module.check_workbook

    def together(workbooks: object) -> None:
        raise ZeroDivisionError

    def alone(workbook: object) -> object:
        if workbook.book.name == "b.xlsx":  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return check(workbook)  # type: ignore[arg-type]

    monkeypatch.setattr(check_module, "check_workbooks", together)
    assert check_chunk(items, SETTING) == expected
    monkeypatch.setattr(check_module, "check_workbook", alone)
    good, bad = check_chunk(items, SETTING)
    assert good == expected[0] and (bad.kind, bad.result) == ("internal", {})


def test_reasons_that_came_back_answer_and_stay() -> None:
    one = next(
        one
        for number in range(2, 30)
        if (one := item("a.xlsx", planted_bytes(number, 4)[0]))
        and any(p.level == "核实" for p in parcel_of(one).problems)
    )
    book = load_workbook(io.BytesIO(marked(parcel_of(one))))
    sheet = book["校验结果"]
    titles = {
        cell.value: (cell.row, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value in ("级别", "说明")
    }
    head, reason_at = titles["级别"][0], titles["说明"][1]
    for row in range(head + 1, sheet.max_row + 1):
        if sheet.cell(row, 1).value == "核实":
            sheet.cell(row, reason_at).value = "经与学籍系统逐人核对，情况属实，已由学生科盖章说明"
    buffer = io.BytesIO()
    book.save(buffer)
    back = item("a.xlsx", buffer.getvalue())
    [checked] = check_chunk([back], SETTING)
    report = checked.report("a.xlsx", PACK)
    assert checked.answered and report is not None and report.explanations
    again = load_workbook(io.BytesIO(marked(parcel_of(back))))
    said = {str(cell.value) for row in again["校验结果"].iter_rows() for cell in row}
    assert any("经与学籍系统逐人核对" in text for text in said)


def test_the_same_marks_twice() -> None:
    parcel = parcel_of(item("a.xlsx", planted_bytes(2, 2)[0]))
    assert marked(parcel) == marked(dataclasses.replace(parcel))


def test_numbers_are_read_once_more() -> None:
    one, number = item("a.xlsx", school_bytes(1)), first_row(sample_of(1).filling)["身份证号"]
    asked = [
        Question(one, "精准学生明细", "D", (7,)),
        Question(one, "没有这张表", "D", (7,)),
        Question(item("b.xlsx", b""), "精准学生明细", "D", (7,)),
    ]
    assert numbers_at(asked) == [{7: number}, {}, {}]
    assert "3505" not in repr(SETTING) and repr(one).count("PK") == 0


def test_the_version_is_told() -> None:
    from jiesuan import __version__

    assert loaded().startswith(f"{__version__} 3.")


def test_a_chunk_leaves_nothing_for_the_collector() -> None:
    """Workbooks that refer back to themselves would pile up while the collector is paused."""
    items = [item("甲.xlsx", school_bytes(1)), item("乙.xlsx", planted_bytes(2, 2)[0])]
    check_chunk(items, SETTING)
    gc.collect()
    gc.disable()
    try:
        check_chunk(items, SETTING)
        assert gc.collect() < 100  # a workbook is thousands of objects
    finally:
        gc.enable()


def test_a_worker_is_bounded_and_made_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The start of a worker process, done here without its bounds taking hold."""
    resource = pytest.importorskip("resource")
    bounds: list[tuple[int, tuple[int, int]]] = []
    signals: list[tuple[int, object]] = []
    threshold = gc.get_threshold()
    monkeypatch.setattr(resource, "setrlimit", lambda what, size: bounds.append((what, size)))
    monkeypatch.setattr(signal, "signal", lambda number, what: signals.append((number, what)))
    try:
        work.prepare()
        work.prepare(limited=False)
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()
    assert bounds == [(resource.RLIMIT_AS, (work.MEMORY, work.MEMORY)), (resource.RLIMIT_CORE, (0, 0))]
    assert signals == [(signal.SIGINT, signal.SIG_IGN)] * 2  # the parent decides what Ctrl-C means


def test_a_system_that_knows_or_grants_no_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")

    def refuse(*_: object) -> None:
        raise ValueError("not allowed")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    work._limit()
    monkeypatch.setitem(sys.modules, "resource", None)  # as on Windows: importing it fails
    work._limit()


def test_what_breaks_after_the_check_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("jiesuan.explain.judge", broken)
    [found] = check_chunk([item("a.xlsx", school_bytes(0))], SETTING)
    assert (found.kind, found.result, found.people.rows) == ("internal", {}, ())


def test_a_copy_that_cannot_be_marked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The letter and the feedback are made all the same; they do not speak of a copy."""

    def refuse(*_: object) -> None:
        raise NotMarkable("signed", "这个文件有数字签名。")

    parcel = parcel_of(item("a.xlsx", planted_bytes(2, 1)[0]))
    monkeypatch.setattr("jiesuan.marking.mark", refuse)
    [made] = make_parcels([parcel])
    assert made[0] == Failure("a.xlsx", "signed", "没有标记：这个文件有数字签名。")
    assert [entry[0] for entry in made[1:] if not isinstance(entry, Failure)] == [
        "学校/甲/审核反馈.xlsx",
        "学校/甲/退回通知.docx",
    ]
