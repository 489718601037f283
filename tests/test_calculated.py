"""计算 from the outside: written into the received workbook, whole or not at all, and nothing else in it changed."""

from __future__ import annotations

import io
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook as OtherWorkbook
from openpyxl import load_workbook

from jiesuan import calculated as module
from jiesuan import marked
from jiesuan.calculated import calculate_file
from jiesuan.marking import NotMarkable, clear
from jiesuan.marking.values import Entry
from jiesuan.report import Report
from jiesuan.session import Calculated, Failure, check_file, open_workbook

from .making import ID, overtyped, sample_file, typed, written
from .marking.making import changed, members, resaved, sheet_names, values, with_parts
from .marking.test_resaved import by_libreoffice

ROW, TYPED = "免学费精准统计!K20", 9999
NOTE = "只写了列出的格，别的内容都没有动；新旧值也列在“计算结果”表上。"


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A template with one wrong number typed over a formula."""
    return written(tmp_path / "表.xlsx", overtyped())


def done(result: Calculated | Failure) -> Calculated:
    assert isinstance(result, Calculated), result
    return result


def refused(result: Calculated | Failure, kind: str = "not-written") -> str:
    assert isinstance(result, Failure) and result.kind == kind, result
    return result.message


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def clean(path: Path) -> bool:
    report = check_file(path)
    assert isinstance(report, Report)
    return report.clean


def emptied(path: Path) -> Path:
    """The workbook saved by openpyxl with all its formulas deleted."""
    book = load_workbook(path)
    for sheet in book:
        for cell in list(sheet._cells.values()):
            if cell.data_type == "f":
                cell.value = None
    book.save(path)
    return path


def formulas(data: bytes) -> dict[str, dict[str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        sheet.title: {cell.coordinate: cell.value for cell in sheet._cells.values() if cell.data_type == "f"}
        for sheet in book
    }


def _raising(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_target_nothing_is_written(wrong: Path) -> None:
    before = wrong.read_bytes()
    result = done(calculate_file(wrong, None))
    assert result.kinds["替换"] == 1 and result.output is None and "没有写文件" in result.note
    assert wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_nothing_to_do_says_nothing(tmp_path: Path) -> None:
    result = done(calculate_file(sample_file(tmp_path / "表.xlsx"), None))
    assert (result.writes, result.note) == ([], "")


def test_a_new_file(wrong: Path, tmp_path: Path) -> None:
    before = wrong.read_bytes()
    target = tmp_path / "新" / "算好.xlsx"
    result = done(calculate_file(wrong, target))
    assert (result.output, result.note) == ("算好.xlsx", f"已写入 {target}，原文件未动。{NOTE}")
    assert wrong.read_bytes() == before and names(target.parent) == {"算好.xlsx"}
    assert clean(target)
    assert "已经存在" in refused(calculate_file(wrong, target))
    assert done(calculate_file(wrong, target, force=True)).output


def test_only_the_parts_concerned_change(wrong: Path, tmp_path: Path) -> None:
    before = wrong.read_bytes()
    calculate_file(wrong, tmp_path / "果.xlsx")
    plain = clear((tmp_path / "果.xlsx").read_bytes())
    assert changed(before, plain) == {"xl/worksheets/sheet3.xml"}  # XlsxWriter asks for recalculation anyway
    assert set(members(plain)) == set(members(before))
    book = load_workbook(io.BytesIO(plain))
    was = load_workbook(io.BytesIO(before))
    differing = [
        (sheet.title, cell.coordinate)
        for sheet in was
        for cell in sheet._cells.values()
        if cell.value != book[sheet.title][cell.coordinate].value
    ]
    (place,) = differing
    assert was[place[0]][place[1]].value == TYPED
    row = place[1][1:]
    assert book[place[0]][place[1]].value == f"=SUM(F{row}:J{row})"
    assert book[place[0]][place[1]].number_format == was[place[0]][place[1]].number_format
    assert b'fullCalcOnLoad="1"' in members(plain)["xl/workbook.xml"]


def test_the_list_of_changes(wrong: Path, tmp_path: Path) -> None:
    result = done(calculate_file(wrong, tmp_path / "果.xlsx"))
    book = load_workbook(tmp_path / "果.xlsx")
    assert book.sheetnames[-1] == "计算结果" and book.active.title == "计算结果"
    sheet = book["计算结果"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert rows[0] == ["类别", "表", "单元格", "项目", "原值", "新值", "写成"]
    assert [row[2] for row in rows[1:]] == [write.ref.cell for write in result.writes]
    replaced = next(row for row in rows[1:] if row[0] == "替换")
    assert replaced[4:6] == ["9,999", f"{result.writes[0].new} 人次"] and replaced[6] == "公式"
    assert {row[6] for row in rows[1:] if row[0] == "更新"} == {"（原公式）"}
    link = sheet.cell(5, 3).hyperlink
    assert link is not None and link.location == f"'{rows[1][1]}'!{rows[1][2]}"
    assert sheet["A2"].value == f"替换填写的数 1 处    更新公式的结果 {len(result.writes) - 1} 处"


def test_twice_is_once(wrong: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    calculate_file(wrong, once)
    again = done(calculate_file(once, twice))
    assert again.writes == [] and again.note == "已写入 二.xlsx，原文件未动。"
    assert once.read_bytes() == twice.read_bytes()


@pytest.mark.parametrize("set_name", ["市属", "省属"])
def test_a_school_without_any_formula(tmp_path: Path, set_name: str) -> None:
    path = sample_file(tmp_path / "表.xlsx", set_name)
    wanted = values(path.read_bytes())
    count = sum(map(len, formulas(path.read_bytes()).values()))
    emptied(path)
    target = tmp_path / "果.xlsx"
    result = done(calculate_file(path, target))
    assert set(result.kinds) == {"填入"} and 0.4 * count < len(result.writes) <= count
    assert clean(target)
    data = target.read_bytes()
    written_ = formulas(data)
    assert all(write.ref.cell in written_[write.ref.sheet] for write in result.writes)
    plain = clear(data)
    book, was = load_workbook(io.BytesIO(plain), data_only=True), load_workbook(path)
    for write in result.writes:
        cell = book[write.ref.sheet][write.ref.cell]
        assert cell.value == pytest.approx(float(write.new), abs=1e-9)
        assert cell.style_id == was[write.ref.sheet][write.ref.cell].style_id
    assert done(calculate_file(target, None)).writes == []
    assert wanted.keys() == values(plain).keys()


def test_a_number_kept_as_text_is_not_summed_by_a_formula(tmp_path: Path) -> None:
    """SUM leaves texts out: where one is among the addends the figure itself is written."""
    path = emptied(sample_file(tmp_path / "表.xlsx"))
    book = load_workbook(path)
    sheet = book["免学费精准统计"]
    cell = next(cell for row in sheet["F7:F18"] for cell in row if cell.value)
    row, cell.value = cell.row, str(cell.value)
    book.save(path)
    target = tmp_path / "果.xlsx"
    done(calculate_file(path, target))
    made = formulas(target.read_bytes())["免学费精准统计"]
    assert f"K{row}" not in made and made["L46"].startswith("=SUM(")
    assert done(calculate_file(target, None)).writes == []


def test_a_formula_of_the_users_stays(wrong: Path) -> None:
    typed(wrong, {"免学费精准统计!K19": "=K7+1"})
    done(calculate_file(wrong, wrong, in_place=True))
    assert formulas(wrong.read_bytes())["免学费精准统计"]["K19"] == "=K7+1"


def test_results_elsewhere_are_brought_up_to_date(wrong: Path) -> None:
    book = load_workbook(wrong)
    place = next(cell.coordinate for cell in book["免学费精准统计"]._cells.values() if cell.value == TYPED)
    book.create_sheet("班级汇总")["A1"] = f"=免学费精准统计!{place}*2"
    book["班级汇总"]["A2"] = "=NOW()"
    book.save(wrong)
    result = done(calculate_file(wrong, wrong, in_place=True))
    new = next(write.new for write in result.writes if write.kind == "替换")
    again = load_workbook(wrong, data_only=True)["班级汇总"]
    assert again["A1"].value == 2 * new and again["A2"].value is None
    assert formulas(wrong.read_bytes())["班级汇总"] == {"A1": f"=免学费精准统计!{place}*2", "A2": "=NOW()"}


def test_what_formulas_carry_on_is_calculated_as_well(wrong: Path) -> None:
    """An input cell that is a formula on a calculated cell changes with it."""
    book = load_workbook(wrong)
    sheet = book["免学费精准统计"]
    place = next(cell for cell in sheet._cells.values() if cell.value == TYPED)
    other = next(cell for cell in sheet["F"] if cell.row != place.row and isinstance(cell.value, int) and cell.row < 46)
    other.value = f"=K{place.row}*0+3"
    book.save(wrong)
    done(calculate_file(wrong, wrong, in_place=True))
    assert done(calculate_file(wrong, None)).writes == []
    report = check_file(wrong)
    assert isinstance(report, Report)
    assert not [finding for finding in report.findings if finding.code[0] == "F"]


def test_the_list_goes_with_the_marks(wrong: Path, tmp_path: Path) -> None:
    calculate_file(wrong, tmp_path / "果.xlsx")
    plain = clear((tmp_path / "果.xlsx").read_bytes())
    assert sheet_names(plain) == sheet_names(wrong.read_bytes())
    assert clear(resaved((tmp_path / "果.xlsx").read_bytes())) != plain
    assert sheet_names(clear(resaved((tmp_path / "果.xlsx").read_bytes()))) == sheet_names(plain)


def test_results_alone_bring_no_list(wrong: Path) -> None:
    done(calculate_file(wrong, wrong, in_place=True))
    data = clear(wrong.read_bytes())
    part = "xl/worksheets/sheet3.xml"
    stale = members(data)[part].replace(b"<f>SUM(F7:J7)</f><v>", b"<f>SUM(F7:J7)</f><v>7", 1)
    assert stale != members(data)[part]
    wrong.write_bytes(with_parts(data, {part: stale}))
    result = done(calculate_file(wrong, wrong, in_place=True))
    assert result.writes == [] and "已写回" in result.note and NOTE not in result.note
    assert "计算结果" not in sheet_names(wrong.read_bytes())
    assert members(wrong.read_bytes())[part] == members(data)[part]


# ── where it goes ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("果.xls", "扩展名应为 .xlsx"),
        ("果.xlsm", "扩展名应为 .xlsx"),
        ("无/无/果.xlsx", "不存在"),
        ("", "是一个文件夹"),
    ],
)
def test_unfit_targets(wrong: Path, tmp_path: Path, name: str, says: str) -> None:
    before = names(tmp_path)
    assert says in refused(calculate_file(wrong, tmp_path / name))
    assert names(tmp_path) == before


def test_a_file_where_a_folder_is_needed(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "果").write_text("在")
    assert "不存在" in refused(calculate_file(wrong, tmp_path / "果" / "表.xlsx"))


def test_the_input_is_never_the_output(wrong: Path, tmp_path: Path) -> None:
    link = tmp_path / "连接.xlsx"
    link.symlink_to(wrong)
    before = wrong.read_bytes()
    for target in (wrong, link):
        assert "--in-place" in refused(calculate_file(wrong, target, force=True))
    assert wrong.read_bytes() == before


def test_a_workbook_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    OtherWorkbook().save(path)
    refused(calculate_file(path, tmp_path / "果.xlsx"), "not-settlement")
    assert names(tmp_path) == {"表.xlsx"}


@pytest.mark.parametrize("error", [OSError(28, "No space left"), PermissionError(13, "denied"), RuntimeError("x")])
def test_a_failed_new_file_leaves_nothing(
    wrong: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(Path, "replace", _raising(error))
    result = calculate_file(wrong, tmp_path / "果.xlsx")
    assert isinstance(result, Failure) and names(tmp_path) == {wrong.name}
    assert not any(word in result.message for word in ("No space", "denied"))


def test_an_error_while_calculating_is_a_value(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiesuan.calculate.calculate", _raising(KeyError("x")))
    assert "KeyError" in refused(calculate_file(wrong, None), "internal")


def test_an_unreadable_file(tmp_path: Path) -> None:
    refused(calculate_file(tmp_path / "无.xlsx", None), "not-found")


# ── in place ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_place_with_a_backup(wrong: Path) -> None:
    before = wrong.read_bytes()
    wrong.chmod(0o640)
    result = done(calculate_file(wrong, wrong, in_place=True))
    assert result.output == wrong.name and result.note == f"已写回 表.xlsx，原来的内容备份在 表_备份1.xlsx。{NOTE}"
    assert wrong.with_name("表_备份1.xlsx").read_bytes() == before
    assert stat.S_IMODE(wrong.stat().st_mode) == 0o640
    assert clean(wrong)
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx"}


def test_in_place_again_does_nothing(wrong: Path) -> None:
    calculate_file(wrong, wrong, in_place=True)
    before, when = wrong.read_bytes(), wrong.stat().st_mtime_ns
    result = done(calculate_file(wrong, wrong, in_place=True))
    assert (result.writes, result.output, result.note) == ([], None, "")
    assert (wrong.read_bytes(), wrong.stat().st_mtime_ns) == (before, when)
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx"}


def test_backups_never_replace_each_other(wrong: Path) -> None:
    saved = wrong.read_bytes()
    for _ in range(2):
        wrong.write_bytes(saved)
        done(calculate_file(wrong, wrong, in_place=True))
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx", "表_备份2.xlsx"}


def test_in_place_follows_a_link(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "别处").mkdir()
    link = tmp_path / "别处" / "表.xlsx"
    link.symlink_to(wrong)
    done(calculate_file(link, link, in_place=True))
    assert link.is_symlink() and names(tmp_path) == {"别处", "表.xlsx", "表_备份1.xlsx"}


def check_untouched(path: Path, before: bytes, says: str) -> None:
    message = refused(calculate_file(path, path, in_place=True))
    assert says in message
    assert path.read_bytes() == before and names(path.parent) == {path.name}


@pytest.mark.parametrize(
    ("broken", "says"), [(OSError(28, "No space left"), "磁盘已满"), (PermissionError(13, "denied"), "写不进去")]
)
def test_a_failed_write_back_leaves_all_as_it_was(
    wrong: Path, monkeypatch: pytest.MonkeyPatch, broken: OSError, says: str
) -> None:
    monkeypatch.setattr(Path, "replace", _raising(broken))
    check_untouched(wrong, wrong.read_bytes(), says)


def test_an_interrupted_write_back_leaves_all_as_it_was(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wrong.read_bytes()
    monkeypatch.setattr(Path, "replace", _raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        calculate_file(wrong, wrong, in_place=True)
    assert wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_a_read_only_folder(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wrong.read_bytes()
    if getattr(os, "geteuid", lambda: 1)() == 0:  # root may write everywhere: the refusal has to be acted
        monkeypatch.setattr("tempfile.mkstemp", _raising(PermissionError(13, "Permission denied")))
    wrong.parent.chmod(0o500)
    try:
        check_untouched(wrong, before, "写不进去：文件夹只读")
    finally:
        wrong.parent.chmod(0o700)


@pytest.mark.parametrize("lock", ["~$表.xlsx", ".~lock.表.xlsx#"])
def test_a_file_that_is_open(wrong: Path, lock: str) -> None:
    before = wrong.read_bytes()
    wrong.with_name(lock).touch()
    message = refused(calculate_file(wrong, wrong, in_place=True))
    assert "正在别的程序中打开" in message and wrong.read_bytes() == before
    assert names(wrong.parent) == {"表.xlsx", lock}


def test_a_file_changed_meanwhile(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = wrong.read_bytes() + b"\0"

    def opened(path: Path, **options: Any) -> Any:
        found = open_workbook(path, **options)
        wrong.write_bytes(later)
        return found

    monkeypatch.setattr(module, "open_workbook", opened)
    check_untouched(wrong, later, "被别的程序改过")


def test_a_signed_workbook(wrong: Path) -> None:
    wrong.write_bytes(with_parts(wrong.read_bytes(), {"_xmlsignatures/origin.sigs": ""}))
    check_untouched(wrong, wrong.read_bytes(), "数字签名")


def test_a_workbook_with_a_broken_part(wrong: Path) -> None:
    wrong.write_bytes(with_parts(wrong.read_bytes(), {"xl/styles.xml": "<styleSheet>"}))
    before = wrong.read_bytes()
    message = calculate_file(wrong, wrong, in_place=True)
    assert isinstance(message, Failure) and wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_names_in_messages_are_masked(tmp_path: Path) -> None:
    path = sample_file(tmp_path / f"{ID}.xlsx", errors=3)
    for result in (calculate_file(path, None), calculate_file(path, tmp_path / f"果{ID}.xlsx")):
        assert ID not in done(result).file + done(result).note + (done(result).output or "")


# ── other formats ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_libreoffice_the_way_out_is_told(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked, "converted", _raising(NotMarkable("not-ooxml", "转换不了。")))
    monkeypatch.setattr(marked, "Package", _raising(NotMarkable("not-ooxml")))
    old = wrong.rename(wrong.with_suffix(".et"))
    assert refused(calculate_file(old, old.with_name("果.xlsx"))) == "转换不了。"
    assert "去掉 --in-place" in refused(calculate_file(old, old, in_place=True))


@pytest.mark.libreoffice
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_formats_are_converted(wrong: Path, kind: str) -> None:
    """Only the converted workbook tells that a formula stands in a cell, which stays."""
    typed(wrong, {"免学费精准统计!K19": "=SUM(K7:K18)+1"})
    old = wrong.with_suffix(f".{kind}")
    old.write_bytes(by_libreoffice(wrong.read_bytes(), kind))
    target = wrong.with_name("果.xlsx")
    result = done(calculate_file(old, target))
    assert result.note.startswith(f".{kind} 文件已由 LibreOffice 转换成 .xlsx。已写入 果.xlsx")
    assert result.kinds["替换"] == 1
    assert formulas(target.read_bytes())["免学费精准统计"]["K19"] == "=SUM(K7:K18)+1"
    assert done(calculate_file(target, None)).writes == []


def test_entries_are_plain_data() -> None:
    assert Entry(3) == Entry(3, None) != Entry(3, "A1")
