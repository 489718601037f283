"""The workbooks we hand out: their bytes, their parts as other programs read them, and their formulas computed by one."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jiesuan.book import Value
from jiesuan.filling import Filling
from jiesuan.form import ALL, Form, Key
from jiesuan.number import read_number
from jiesuan.pack import Pack, load_pack, packs_folder
from jiesuan.ref import Ref
from jiesuan.template.inputs import areas
from jiesuan.template.laid import Laid
from jiesuan.template.layout import compose
from jiesuan.template.slots import present
from jiesuan.template.write import blank_results, render, write_templates, write_workbook
from jiesuan.term import Term

SPRING = Term.parse("2024春")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def made_up(pack: Pack, set_name: str, term: Term) -> Filling:
    """Figures for every input, and students in two of three sections."""
    dice = random.Random(7)
    filling = Filling()
    for form in pack.set_forms(set_name, term):
        filling.lines[form.role] = {
            "学校名称": "示范技工学校",
            "填表日期": dt.date(2024, 9, 10),
            "前期结余": 12.5,
            "专业个数": 4,
        }
        if form.kind == "list":
            money: dict[str, Value] = {"助学金人数": 1, "助学金金额": 1000, "免学费人数": 1, "免学费金额": 1050}
            student: dict[str, Value] = {"姓名": "张三", "身份证号": "350502200801011234", "联系电话": "13900001234"}
            row: dict[str, Value] = {**student, **money}
            filling.rows[form.role] = {
                "脱贫户": [row, row, {**student, "免学费金额": 210, "免学费人数": 3}],
                "残疾": [row],
            }
            continue
        for key in details(form):
            if "差额" not in key:
                for column in form.fields:
                    if column.role == "input":
                        filling.figures[(form.role, key, column.name)] = dice.randint(0, 300)
    return filling


def details(form: Form) -> list[Key]:
    optional = {member.name for axis in form.axis for member in axis.members} - {
        member.name for axis in form.axis for member in present(form, axis.name)
    }
    return [key for key in form.detail_keys() if not optional & set(key)]


@pytest.fixture(scope="module")
def filled(pack: Pack) -> list[Laid]:
    return compose(pack, "市属", SPRING, made_up(pack, "市属", SPRING))


@pytest.fixture(scope="module")
def opened(pack: Pack, filled: list[Laid], tmp_path_factory: pytest.TempPathFactory) -> Any:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path_factory.mktemp("filled") / "已填.xlsx"
    write_workbook(path, pack, filled)
    return openpyxl.load_workbook(path)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_committed_templates_are_the_generated_ones(pack: Pack, tmp_path: Path) -> None:
    written = write_templates(tmp_path, pack)
    folder = packs_folder() / pack.info.id
    assert [path.name for path in written] == [
        "省属技工院校资助金结算表_2024春.xlsx",
        "省属技工院校资助金结算表_2024秋.xlsx",
        "市属技工院校资助金结算表_2024春.xlsx",
        "市属技工院校资助金结算表_2024秋.xlsx",
        "附件3_设区市（县）人社局资助金结算表_2024春.xlsx",
        "附件3_设区市（县）人社局资助金结算表_2024秋.xlsx",
    ]
    # Forms that are no settlement (机构信息表) have templates of their own.
    assert {path.name for path in folder.glob("*.xlsx")} >= {path.name for path in written}
    for path in written:
        mine, theirs = parts(path), parts(folder / path.name)
        assert list(mine) == list(theirs)
        different = [name for name, content in mine.items() if content != theirs[name]]
        assert not different, f"{path.name}: {different}"


def test_same_content_same_bytes(pack: Pack, filled: list[Laid]) -> None:
    assert render(pack, filled, {}) == render(pack, filled, {})


def test_a_failed_write_leaves_the_old_file(
    pack: Pack, filled: list[Laid], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"old")

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        write_workbook(path, pack, filled)
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["表.xlsx"]


def test_blank_templates_show_zeros(pack: Pack) -> None:
    laid = compose(pack, "省属", SPRING)
    results = blank_results(laid)
    assert results[Ref("免学费精准统计", 46, 12)] == 0
    assert results[Ref("助学金结算表", 14, 3)] == ""


# ── as other programs read it ──


def test_properties_tabs_and_names(opened: Any) -> None:
    assert {item.name: item.value for item in opened.custom_doc_props.props} == {
        "jiesuan-template": "fujian-2024/1",
        "jiesuan-set": "市属",
        "jiesuan-term": "2024春",
    }
    assert opened.sheetnames == ["助学金结算表", "精准学生明细", "免学费精准统计", "生均公用经费免学费"]
    names = {name: item.value for name, item in opened.defined_names.items()}
    assert names["助学金结算表_数据"] == "'助学金结算表'!$A$8:$T$16"
    assert names["免学费精准统计_数据"] == "'免学费精准统计'!$A$7:$M$46"
    assert set(names) == {f"{sheet}_数据" for sheet in opened.sheetnames}
    assert opened.calculation.fullCalcOnLoad


@pytest.mark.parametrize(
    ("sheet", "freeze", "rows"),
    [
        ("助学金结算表", "C8", "$4:$7"),
        ("精准学生明细", "B7", "$4:$6"),
        ("免学费精准统计", "D7", "$4:$6"),
        ("生均公用经费免学费", "C9", "$4:$8"),
    ],
)
def test_print_set_up(opened: Any, sheet: str, freeze: str, rows: str) -> None:
    page = opened[sheet]
    assert page.freeze_panes == freeze
    assert page.print_title_rows == rows
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_area.startswith(f"'{sheet}'!$A$1:")
    assert "&P" in page.oddFooter.center.text
    assert not page.protection.sheet


def rules(sheet: Any, cell: str) -> Iterator[Any]:
    return (item for item in sheet.data_validations.dataValidation if cell in item.sqref)


def test_validations(opened: Any) -> None:
    (heads,) = rules(opened["免学费精准统计"], "F7")
    assert (heads.type, heads.operator, heads.formula1, heads.errorStyle) == ("whole", "greaterThanOrEqual", "0", None)
    assert "整数" in heads.error
    (rate,) = rules(opened["免学费精准统计"], "D7")
    assert (rate.type, rate.formula1) == ("decimal", "0")
    assert "备注" in rate.prompt
    (computed,) = rules(opened["免学费精准统计"], "K7")
    assert "11=6+7+8+9+10" in computed.prompt
    (identity,) = rules(opened["精准学生明细"], "D7")
    assert (identity.type, identity.operator, identity.formula1, identity.errorStyle) == (
        "textLength",
        "equal",
        "18",
        "warning",
    )
    (label,) = rules(opened["助学金结算表"], "A8")
    assert (label.type, label.formula1) == ("list", '"申报审批,实际发放,差额（申报-发放）"')
    (balance,) = rules(opened["生均公用经费免学费"], "B31")
    assert (balance.type, balance.operator, balance.formula1) == ("decimal", None, "-99999999")
    for sheet in opened:
        for item in sheet.data_validations.dataValidation:
            assert item.prompt or item.error
            assert len(item.prompt or "") <= 255 and len(item.error or "") <= 255


def test_formats_and_role_colours(opened: Any) -> None:
    students, fees = opened["精准学生明细"], opened["免学费精准统计"]
    assert (students["D7"].number_format, students["E7"].number_format, students["D7"].data_type) == ("@", "@", "s")
    assert students["G7"].number_format.startswith("#,##0.00;")
    assert (fees["F7"].number_format, fees["D7"].number_format) == ("0", "0.000")
    assert fees["L7"].number_format == "#,##0.0000;-#,##0.0000;0"
    assert [fees[cell].fill.fgColor.rgb for cell in ("F7", "K7", "D7")] == ["00000000", "FFDDEBF7", "FFEDEDED"]
    assert fees["A2"].font.b and fees["A2"].font.name == "黑体"
    assert all(fees[cell].border.left.style == "thin" for cell in ("A7", "D8", "F7", "M46"))
    assert students["J3"].is_date and students["J3"].number_format == 'yyyy"年"m"月"d"日"'


def test_formulas_stand_where_they_were_laid(opened: Any, filled: list[Laid]) -> None:
    for form in filled:
        for (row, column), spot in form.cells.items():
            if spot.formula is not None:
                assert opened[form.sheet].cell(row, column).value == f"={spot.formula}"


def test_results_are_kept(pack: Pack, filled: list[Laid], tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "结果.xlsx"
    write_workbook(path, pack, filled, {Ref("免学费精准统计", 7, 12): 1.25})
    sheet = openpyxl.load_workbook(path, data_only=True)["免学费精准统计"]
    assert sheet["L7"].value == 1.25


def test_areas_cover_the_cells_and_nothing_else() -> None:
    dice = random.Random(1)
    for _ in range(50):
        cells = {(dice.randint(1, 8), dice.randint(1, 8)) for _ in range(dice.randint(1, 40))}
        covered = [
            (row, column)
            for top, left, bottom, right in areas(cells)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        ]
        assert sorted(covered) == sorted(cells)


# ── computed by a spreadsheet program ──


def computed_by_libreoffice(path: Path, folder: Path) -> dict[tuple[str, int, int], Any]:
    """Every value after LibreOffice loaded, recalculated and saved the workbook."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice（soffice）不在这台机器上")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [soffice, "--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"), str(path)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(folder / "out" / path.name, data_only=True)
    return {
        (sheet.title, cell.row, cell.column): cell.value for sheet in book for row in sheet.iter_rows() for cell in row
    }


def expected_grid(pack: Pack, form: Form, term: Term, filling: Filling) -> dict[tuple[Key, str], Decimal]:
    """Every number of a grid, computed here from the inputs alone, with exact decimals."""
    inputs = {
        (key, name): Decimal(str(value)) for (role, key, name), value in filling.figures.items() if role == form.role
    }
    figures: dict[tuple[Key, str], Decimal] = {}
    for key in details(form):
        get = {
            column.name: inputs.get((key, column.name), Decimal(0)) for column in form.fields if column.role == "input"
        }
        if form.role == "助学金":
            get["金额"] = get["人次"] * 200 / 10000
        else:
            get["人次"] = sum((get[f"第{month}月"] for month in range(1, 6)), Decimal(0))
            for column in form.fields:
                if column.role == "standard":
                    get[column.name] = pack.standard(form, column, key, term)
            if form.role == "免学费":
                get["补助金额"] = get["月标准"] * get["人次"]
            else:
                get["生均金额"] = get["人次"] * get["生均标准"] / 100000
                get["免学费金额"] = get["人次"] * get["免学费标准"] / 100000
        figures |= {(key, name): value for name, value in get.items()}
    if form.role == "助学金":
        for key in details(form):
            if key[0] == "差额":
                for name in ("人数", "人次", "金额"):
                    figures[(key, name)] = (
                        figures[(("申报审批", *key[1:]), name)] - figures[(("实际发放", *key[1:]), name)]
                    )
    for total in form.total:
        for key in form.total_keys(total):
            for column in form.fields:
                if form.summed(column):
                    same = [
                        value
                        for (other, name), value in figures.items()
                        if name == column.name
                        and ALL not in other
                        and all(a in (ALL, b) for a, b in zip(key, other, strict=True))
                    ]
                    figures[(key, column.name)] = sum(same, Decimal(0))
    return figures


@pytest.mark.libreoffice
def test_native_formulas_give_the_exact_figures(pack: Pack, filled: list[Laid], tmp_path: Path) -> None:
    path = tmp_path / "已填.xlsx"
    write_workbook(path, pack, filled)
    values = computed_by_libreoffice(path, tmp_path)
    filling = made_up(pack, "市属", SPRING)
    compared = 0
    for form in filled:
        if form.form.kind == "list":
            continue
        figures = expected_grid(pack, form.form, SPRING, filling)
        for (key, name), cell in form.places.items():
            if form.form.summed(form.form.field(name)):
                number = read_number(values[(form.sheet, *cell)])
                assert number.value == figures[(key, name)], (form.sheet, cell, key, name)
                compared += 1
    assert compared == 162 + 280 + 168
    assert [values[("精准学生明细", row, column)] for row in (10, 12, 14, 15) for column in (6, 7, 8, 9)] == [
        2, 2000, 3, 2310, 0, 0, 0, 0, 1, 1000, 1, 1050, 3, 3000, 4, 3360,
    ]  # fmt: skip


@pytest.mark.libreoffice
def test_difference_stays_blank_until_something_was_paid(pack: Pack, tmp_path: Path) -> None:
    key = ("申报审批", "一年级", "涉农专业", "脱贫户")
    filling = Filling({("助学金", key, "人数"): 20, ("助学金", key, "人次"): 98})
    path = tmp_path / "未发放.xlsx"
    write_workbook(path, pack, compose(pack, "省属", SPRING, filling))
    values = computed_by_libreoffice(path, tmp_path)
    sheet = "助学金结算表"
    assert [values[(sheet, row, 3)] for row in (8, 9, 10)] == [20, 98, 1.96]
    assert [values[(sheet, row, column)] or "" for row in (14, 15, 16) for column in (3, 15)] == [""] * 6
