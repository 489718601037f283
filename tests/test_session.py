"""One file from the outside: every failure a value, every write whole or not at all, the original safe."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as OtherWorkbook
from openpyxl import load_workbook

from jiesuan import session
from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.report import Report
from jiesuan.session import Calculated, Failure, calculate_file, check_file, is_blank, open_workbook, targets

from .making import ID, TIERED, blank_file, bound, overtyped, sample_file, typed, written


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A template with one wrong number typed over a formula."""
    return written(tmp_path / "表.xlsx", overtyped())


def calculated(result: Calculated | Failure) -> Calculated:
    assert isinstance(result, Calculated), result
    return result


def refused(result: Calculated | Failure, kind: str = "not-written") -> str:
    assert isinstance(result, Failure) and result.kind == kind, result
    return result.message


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# ── opening and checking ─────────────────────────────────────────────────────────────────────────────────────────────


def test_check_a_good_file(tmp_path: Path) -> None:
    report = check_file(sample_file(tmp_path / "表.xlsx"))
    assert isinstance(report, Report) and report.clean and not report.blank


def test_a_term_can_be_forced(tmp_path: Path) -> None:
    path = sample_file(tmp_path / "表.xlsx")
    opened = open_workbook(path, term=TIERED)
    assert not isinstance(opened, Failure) and opened.term == TIERED


@pytest.mark.parametrize("set_name", ["省属", "市属"])
def test_a_blank_form_is_no_pass(tmp_path: Path, set_name: str) -> None:
    path = blank_file(tmp_path / "表.xlsx", set_name)
    report = check_file(path)
    assert isinstance(report, Report) and report.blank and not report.clean
    lines: dict[str, dict[str, Value]] = {
        role: {"学校名称": "某校", "填表日期": "2024年9月5日"} for role in ("助学金", "精准明细", "免学费", "生均")
    }
    lines["生均"] |= {"前期结余": 0, "前期截止": "2024年1月", "实际收到": 0, "收款日期": "2024年5月1日", "期末结余": 0}
    report = check_file(written(tmp_path / "填头.xlsx", Filling(lines=lines), set_name))
    assert isinstance(report, Report) and report.blank


def test_blank_means_no_figure_and_no_student() -> None:
    key = ("一年级", "其他一般专业", "脱贫户")
    assert is_blank(bound(Filling()))
    assert is_blank(bound(Filling({("免学费", key, "第1月"): 0})))
    assert not is_blank(bound(Filling({("免学费", key, "第1月"): 1})))
    assert not is_blank(bound(Filling({("免学费", key, "第1月"): "三人"})))
    assert not is_blank(bound(Filling(rows={"精准明细": {"残疾": [{"姓名": "甲"}]}})))


@pytest.mark.parametrize("error", [RecursionError(), MemoryError()])
def test_exhaustion_is_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    path = blank_file(tmp_path / "表.xlsx")
    monkeypatch.setattr("jiesuan.bind.bind", _raising(error))
    result = check_file(path)
    assert isinstance(result, Failure) and result.kind == "too-large"


def _raising(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("place", ["jiesuan.bind.bind", "jiesuan.check.check_workbook"])
def test_an_error_of_ours_is_a_value_without_quoting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    path = blank_file(tmp_path / "表.xlsx")
    monkeypatch.setattr(place, _raising(KeyError("某学生的名字")))
    result = check_file(path)
    assert isinstance(result, Failure) and result.kind == "internal"
    assert "KeyError" in result.message and "某学生的名字" not in result.message


def test_an_error_while_calculating_is_a_value(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiesuan.calculate.calculate", _raising(KeyError("x")))
    assert "KeyError" in refused(calculate_file(wrong, None), "internal")


def test_a_broken_installation_is_no_matter_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiesuan.pack import PackError

    path = blank_file(tmp_path / "表.xlsx")
    monkeypatch.setattr("jiesuan.pack.load_pack", _raising(PackError("坏了")))
    with pytest.raises(PackError):
        check_file(path)


# ── where results go ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_targets(tmp_path: Path) -> None:
    one, other = Path("甲/表.xls"), Path("乙/表.xlsx")
    assert targets([one], None, in_place=False) == [None]
    assert targets([one, other], None, in_place=True) == [one, other]
    assert targets([one], Path("果.xlsx"), in_place=False) == [Path("果.xlsx")]
    assert targets([one], tmp_path, in_place=False) == [tmp_path / "表_已计算.xlsx"]
    assert targets([one, other, one], Path("果"), in_place=False) == [
        Path("果/表_已计算.xlsx"),
        Path("果/表_已计算2.xlsx"),
        Path("果/表_已计算3.xlsx"),
    ]


def test_without_a_target_nothing_is_written(wrong: Path) -> None:
    before = wrong.read_bytes()
    done = calculated(calculate_file(wrong, None))
    assert done.kinds["替换"] == 1 and done.output is None and "没有写文件" in done.note
    assert wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_nothing_to_do_says_nothing(tmp_path: Path) -> None:
    done = calculated(calculate_file(sample_file(tmp_path / "表.xlsx"), None))
    assert (done.writes, done.note) == ([], "")


def test_a_new_file(wrong: Path, tmp_path: Path) -> None:
    before = wrong.read_bytes()
    target = tmp_path / "新" / "算好.xlsx"
    done = calculated(calculate_file(wrong, target))
    assert done.output == "算好.xlsx" and "原文件未动" in done.note and "没有带过去" not in done.note
    assert wrong.read_bytes() == before and names(target.parent) == {"算好.xlsx"}
    report = check_file(target)
    assert isinstance(report, Report) and report.clean
    assert "已经存在" in refused(calculate_file(wrong, target))
    assert calculated(calculate_file(wrong, target, force=True)).output


@pytest.mark.parametrize(
    ("name", "says"),
    [("果.xls", "以 .xlsx 结尾"), ("无/无/果.xlsx", "文件夹不存在"), ("", "是一个文件夹")],
)
def test_unfit_targets(wrong: Path, tmp_path: Path, name: str, says: str) -> None:
    before = names(tmp_path)
    assert says in refused(calculate_file(wrong, tmp_path / name))
    assert names(tmp_path) == before


def test_a_file_where_a_folder_is_needed(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "果").write_text("在")
    message = refused(calculate_file(wrong, tmp_path / "果" / "表.xlsx"))
    assert "写不进去" in message or "不存在" in message


def test_the_input_is_never_the_output(wrong: Path, tmp_path: Path) -> None:
    link = tmp_path / "连接.xlsx"
    link.symlink_to(wrong)
    before = wrong.read_bytes()
    for target in (wrong, link):
        assert "--in-place" in refused(calculate_file(wrong, target, force=True))
    assert wrong.read_bytes() == before


def test_other_sheets_are_named(wrong: Path, tmp_path: Path) -> None:
    book = load_workbook(wrong)
    book.create_sheet("班级汇总")["A1"] = "随手记"
    book.save(wrong)
    assert "没有带过去的：工作表“班级汇总”。" in calculated(calculate_file(wrong, tmp_path / "果.xlsx")).note


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
    assert not any(letter in result.message for letter in ("No space", "denied"))


# ── in place ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_place_with_a_backup(wrong: Path) -> None:
    before = wrong.read_bytes()
    wrong.chmod(0o640)
    done = calculated(calculate_file(wrong, wrong, in_place=True))
    assert done.output == wrong.name and done.note == "已写回 表.xlsx，原来的内容备份在 表_备份1.xlsx。"
    assert wrong.with_name("表_备份1.xlsx").read_bytes() == before
    assert stat.S_IMODE(wrong.stat().st_mode) == 0o640
    report = check_file(wrong)
    assert isinstance(report, Report) and report.clean
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx"}


def test_in_place_again_does_nothing(wrong: Path) -> None:
    calculate_file(wrong, wrong, in_place=True)
    before, when = wrong.read_bytes(), wrong.stat().st_mtime_ns
    done = calculated(calculate_file(wrong, wrong, in_place=True))
    assert (done.writes, done.output, done.note) == ([], None, "")
    assert (wrong.read_bytes(), wrong.stat().st_mtime_ns) == (before, when)
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx"}


def test_backups_never_replace_each_other(wrong: Path) -> None:
    saved = wrong.read_bytes()
    for _ in range(2):
        wrong.write_bytes(saved)
        calculated(calculate_file(wrong, wrong, in_place=True))
    assert names(wrong.parent) == {"表.xlsx", "表_备份1.xlsx", "表_备份2.xlsx"}


def test_in_place_follows_a_link(wrong: Path, tmp_path: Path) -> None:
    (tmp_path / "别处").mkdir()
    link = tmp_path / "别处" / "表.xlsx"
    link.symlink_to(wrong)
    calculated(calculate_file(link, link, in_place=True))
    assert link.is_symlink() and names(tmp_path) == {"别处", "表.xlsx", "表_备份1.xlsx"}


def check_untouched(path: Path, before: bytes, says: str, kind: str = "not-written") -> None:
    message = refused(calculate_file(path, path, in_place=True), kind)
    assert says in message
    assert path.read_bytes() == before and names(path.parent) == {path.name}


@pytest.mark.parametrize("broken", [OSError(28, "No space left"), PermissionError(13, "denied")])
def test_a_failed_write_back_leaves_all_as_it_was(
    wrong: Path, monkeypatch: pytest.MonkeyPatch, broken: OSError
) -> None:
    monkeypatch.setattr(Path, "replace", _raising(broken))
    check_untouched(wrong, wrong.read_bytes(), "写不进去")


def test_an_interrupted_write_back_leaves_all_as_it_was(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wrong.read_bytes()
    monkeypatch.setattr(Path, "replace", _raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        calculate_file(wrong, wrong, in_place=True)
    assert wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_a_failed_backup_leaves_all_as_it_was(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "copy2", _raising(OSError(28, "No space left")))
    check_untouched(wrong, wrong.read_bytes(), "磁盘已满")


def test_a_read_only_folder(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = wrong.read_bytes()
    if getattr(os, "geteuid", lambda: 1)() == 0:  # root may write everywhere: the refusal has to be acted
        monkeypatch.setattr(shutil, "copy2", _raising(PermissionError(13, "Permission denied")))
    wrong.parent.chmod(0o500)
    try:
        check_untouched(wrong, before, "没有写入的权限")
    finally:
        wrong.parent.chmod(0o700)


def test_a_file_changed_meanwhile(wrong: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = wrong.read_bytes() + b"\0"
    real = session.open_workbook

    def opened(path: Path, **options: Any) -> Any:
        found = real(path, **options)
        wrong.write_bytes(later)
        return found

    monkeypatch.setattr(session, "open_workbook", opened)
    check_untouched(wrong, later, "被别的程序改过")


def test_a_foreign_workbook(wrong: Path) -> None:
    book = load_workbook(wrong)
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    book.save(wrong)
    check_untouched(wrong, wrong.read_bytes(), "不是本程序模板")


def test_another_sheet(wrong: Path) -> None:
    book = load_workbook(wrong)
    book.create_sheet("班级汇总")["A1"] = "随手记"
    book.save(wrong)
    check_untouched(wrong, wrong.read_bytes(), "不是本程序模板")


@pytest.mark.parametrize(
    ("cell", "value", "what"),
    [("助学金结算表!AC5", "随手记", "内容"), ("助学金结算表!A2", "我校的结算表——国家助学金结算表", "内容"),
     ("助学金结算表!C8", "=20+3", "公式")],
)  # fmt: skip
def test_content_the_template_has_no_place_for(wrong: Path, cell: str, value: str, what: str) -> None:
    typed(wrong, {cell: value})
    before = wrong.read_bytes()
    message = refused(calculate_file(wrong, wrong, in_place=True))
    assert cell in message and (what in message or "没有结果" in message)
    assert wrong.read_bytes() == before and names(wrong.parent) == {wrong.name}


def test_a_replaced_formula_is_listed(wrong: Path) -> None:
    """On the template a formula of one's own that gives another figure is put right, and said so."""
    subtotal = {"免学费精准统计!K19": "=K7+1"}
    typed(wrong, subtotal)
    done = calculated(calculate_file(wrong, wrong, in_place=True))
    assert "免学费精准统计!K19" in {str(write.ref) for write in done.writes}


def test_names_in_messages_are_masked(tmp_path: Path) -> None:
    folder = tmp_path / "人"
    folder.mkdir()
    path = sample_file(folder / f"{ID}.xlsx", errors=3)
    report = check_file(path)
    assert isinstance(report, Report) and ID not in report.file
    for done in (calculate_file(path, None), calculate_file(path, folder / f"果{ID}.xlsx")):
        assert isinstance(done, Calculated)
        assert ID not in done.file + done.note + (done.output or "")
    missing = check_file(folder / f"{ID}无.xlsx")
    assert isinstance(missing, Failure) and ID not in missing.file + missing.message
