"""Making files: targets are respected, a sample says where its mistakes are, nothing personal beside the workbook."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jiesuan.book import ErrorValue
from jiesuan.produce import (
    check_target,
    errors_file,
    make_blank,
    make_sample_file,
    results_of,
    save,
    write_errors,
)
from jiesuan.produce_error import OutputError, reason
from jiesuan.reading import open_book
from jiesuan.ref import parse_a1
from jiesuan.report import Report
from jiesuan.session import check_file
from jiesuan.template.layout import compose

from .making import PACK, SETS, SPRING, sample


@pytest.mark.parametrize(
    ("name", "force", "says"),
    [
        ("", False, "是一个文件夹"),
        ("在.xlsx", False, "已经存在"),
        ("新.xls", False, "以 .xlsx 结尾"),
        ("新", True, "以 .xlsx 结尾"),
        ("无/新.xlsx", False, "不存在"),
    ],
)
def test_unfit_targets(tmp_path: Path, name: str, force: bool, says: str) -> None:
    (tmp_path / "在.xlsx").touch()
    with pytest.raises(OutputError, match=says):
        check_target(tmp_path / name, force=force)


def test_fit_targets(tmp_path: Path) -> None:
    (tmp_path / "在.xlsx").touch()
    check_target(tmp_path / "新.XLSX")
    check_target(tmp_path / "在.xlsx", force=True)


@pytest.mark.parametrize("number", [1, 2, 13, 17, 20, 21, 22, 28, 30, 36, 122, 9999, None])
def test_reasons_are_chinese(number: int | None) -> None:
    error = OSError(number, "English words") if number is not None else OSError("English words")
    assert not any("a" <= letter <= "z" for letter in reason(error).replace("Excel", ""))


def test_a_failed_save_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="磁盘已满"):
        make_blank(tmp_path / "表.xlsx", PACK, "省属", SPRING)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="磁盘已满"):
        write_errors(tmp_path / "表.xlsx", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("set_name", SETS)
def test_results_are_those_of_the_formulas(set_name: str) -> None:
    laid = compose(PACK, set_name, SPRING, sample(set_name).filling)
    results = results_of(laid)
    formulas = {(form.sheet, *cell) for form in laid for cell, spot in form.cells.items() if spot.formula}
    assert {tuple(ref) for ref in results} == formulas
    assert not any(isinstance(value, ErrorValue) for value in results.values())


def test_error_values_stay_errors(tmp_path: Path) -> None:
    """An Excel error that a school's cell holds is written as one, not as a text."""
    filling = sample().filling
    key = next(key for key in filling.figures if key[2] == "第1月")
    filling = type(filling)({**filling.figures, key: ErrorValue("#REF!")}, filling.rows, filling.lines)
    laid = compose(PACK, "市属", SPRING, filling)
    save(tmp_path / "表.xlsx", PACK, laid, results_of(laid))
    values = [value for sheet in open_book(tmp_path / "表.xlsx").sheets for line in sheet.values for value in line]
    assert any(isinstance(value, ErrorValue) and value == "#REF!" for value in values)


@pytest.mark.parametrize("set_name", SETS)
def test_a_sample_says_where_its_mistakes_are(tmp_path: Path, set_name: str) -> None:
    path = tmp_path / "练习.xlsx"
    planted = make_sample_file(path, PACK, set_name, SPRING, students=120, seed=3, errors=40)
    write_errors(path, planted)
    assert errors_file(path).name == "练习.errors.json"
    data = json.loads(errors_file(path).read_text(encoding="utf-8"))
    assert data["schema_version"] == 1 and len(data["errors"]) == len(planted) == 40
    book = open_book(path)
    for item in data["errors"]:
        assert set(item) == {"kind", "title", "sheet", "cell", "field", "old", "new", "families"}
        parse_a1(item["cell"])
        assert book.sheet(item["sheet"]) is not None
    text = errors_file(path).read_text(encoding="utf-8")
    numbers = [
        row["身份证号"] for rows in sample(set_name, students=120).filling.rows["精准明细"].values() for row in rows
    ]
    assert not any(str(number) in text for number in numbers)
    report = check_file(path)
    assert isinstance(report, Report) and not report.clean
    places = {(finding.sheet, finding.cell) for finding in report.findings}
    places |= {(item.sheet, cell) for f in report.findings for item in f.related for cell in item.cell.split(",")}
    found = sum((item.sheet, item.cell) in places for item in planted)
    assert found >= len(planted) * 0.6


def test_a_sample_without_mistakes_has_no_list(tmp_path: Path) -> None:
    assert make_sample_file(tmp_path / "表.xlsx", PACK, "市属", SPRING, students=5, seed=1) == []


def test_the_same_sample_is_the_same_file(tmp_path: Path) -> None:
    one, other = tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"
    for path in (one, other):
        make_sample_file(path, PACK, "市属", SPRING, students=20, seed=5, errors=5)
    assert one.read_bytes() == other.read_bytes()
