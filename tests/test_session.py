"""One file from the outside: every failure a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.report import Report
from jiesuan.session import Failure, check_file, is_blank, open_workbook, targets

from .making import ID, TIERED, blank_file, bound, sample_file, written

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
    assert targets([Path("表.XLSM")], tmp_path, in_place=False) == [tmp_path / "表_已计算.XLSM"]
    assert targets([one, other, one], Path("果"), in_place=False) == [
        Path("果/表_已计算.xlsx"),
        Path("果/表_已计算2.xlsx"),
        Path("果/表_已计算3.xlsx"),
    ]


def test_names_in_messages_are_masked(tmp_path: Path) -> None:
    folder = tmp_path / "人"
    folder.mkdir()
    path = sample_file(folder / f"{ID}.xlsx", errors=3)
    report = check_file(path)
    assert isinstance(report, Report) and ID not in report.file
    missing = check_file(folder / f"{ID}无.xlsx")
    assert isinstance(missing, Failure) and ID not in missing.file + missing.message
