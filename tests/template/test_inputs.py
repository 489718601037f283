"""What may be typed where: the exact areas, kinds and messages of the data validations."""

from __future__ import annotations

from typing import Any

import pytest

from jiesuan.pack import Pack, load_pack
from jiesuan.ref import a1, parse_a1
from jiesuan.template.inputs import areas, validations
from jiesuan.template.laid import Laid
from jiesuan.template.layout import lay_out
from jiesuan.term import Term


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def laid(pack: Pack, form: str, term: str = "2024春", shape: str | None = None) -> Laid:
    when = Term.parse(term)
    return lay_out(pack, pack.form(form, when), when, shape=shape)


def written(found: list[tuple[int, int, int, int]]) -> str:
    corners = [(a1(top, left), a1(bottom, right)) for top, left, bottom, right in found]
    return ",".join(first if first == last else f"{first}:{last}" for first, last in corners)


def checked(sheet: Laid) -> dict[str, dict[str, Any]]:
    """Areas → options.  All that is computed counts as one: the hints there are tested by cell."""
    found: dict[str, dict[str, Any]] = {}
    computed: list[tuple[int, int]] = []
    for check, cells in validations(sheet):
        options = dict(check.options)
        if options.get("input_title") == "自动计算":
            computed += cells
        else:
            found[written(areas(cells))] = options
    return {**found, written(areas(computed)): {"input_title": "自动计算"}}


def at(sheet: Laid, cell: str) -> dict[str, Any]:
    """The options of the only validation of a cell, or nothing."""
    (*found,) = (dict(check.options) for check, cells in validations(sheet) if parse_a1(cell) in cells)
    assert len(found) <= 1
    return found[0] if found else {}


AREAS = {
    ("1-1", "2024春"): "C3=学校名称 P3=填表日期 A8,A11,A14=口径 C8:N8,C11:N11=人数应为整数 C9:N9,C12:N12=人次应为整数"
    " O8:T16,C10:N10,C13:N16=自动计算",
    ("2-1", "2025春"): "C3=学校名称 V3=填表日期 A8,A11,A14=口径 C8:T8,C11:T11=人数应为整数 C9:T9,C12:T12=人次应为整数"
    " C10:T10,C13:T13=金额（万元） U8:Z16,C14:T16=自动计算",
    ("1-2", "2024春"): "B3=学校名称 J3=填表日期 B7:B16,B18:B27,B29:B38=班级 C7:C16,C18:C27,C29:C38=姓名"
    " D7:D16,D18:D27,D29:D38=身份证号 E7:E16,E18:E27,E29:E38=联系电话"
    " F7:F16,H7:H16,F18:F27,H18:H27,F29:F38,H29:H38=序号 G7:G16,I7:I16,G18:G27,I18:I27,G29:G38,I29:I38=金额（元）"
    " F17:I17,F28:I28,F39:I40=自动计算",
    ("1-3", "2024秋"): "C3=学校名称 K3=填表日期 D7,D11,D15,D20,D24,D28,D33,D37,D41=文件规定的标准"
    " E7:E18,E20:E31,E33:E44=就读专业 F7:J18,F20:J31,F33:J44=人次应为整数 E46=专业个数"
    " K7:L46,F19:J19,F32:J32,F45:J46=自动计算",
    ("1-4", "2024春"): "B3=学校名称 K3=填表日期 C8:G25=人数应为整数 I8:I31=文件规定的标准 B34=前期结余 E34=截止年月"
    " B35=实际收到 E35=收款日期 B36=期末结余 H8:H32,J8:J32,C26:G32=自动计算",
    ("2-4", "2025春"): "B3=学校名称 M3=填表日期 C9:G23=人数应为整数 I9:I11,K9:K28,I14:I16,I19:I21,I24:I26=文件规定的标准"
    " B31=前期结余 E31=截止年月 B32=实际收到 E32=收款日期 B33=期末结余 H9:H29,J9:J29,L9:L29,C24:G29=自动计算",
}  # fmt: skip
"""Areas and the title of the hint, or of the alert where there is no hint."""


@pytest.mark.parametrize(("form", "term"), list(AREAS))
def test_areas_of_every_validation(pack: Pack, form: str, term: str) -> None:
    expected = dict(part.split("=") for part in AREAS[form, term].split())
    found = {
        where: options.get("input_title") or options["error_title"]
        for where, options in checked(laid(pack, form, term)).items()
    }
    assert {where: title for where, title in found.items() if expected.get(where) != title} == {}
    assert set(found) == set(expected)


AT_LEAST_ZERO = {"criteria": ">=", "value": 0, "error_type": "stop"}
TYPES = [
    ("1-3", "F7", {"validate": "integer", **AT_LEAST_ZERO, "error_title": "人次应为整数", "error_message": "请填写不小于 0 的整数，如 25；不要写小数、单位或文字。没有就留空。"}),
    ("1-3", "D7", {"validate": "decimal", **AT_LEAST_ZERO, "input_title": "文件规定的标准", "input_message": "单位：万元/人·月。如本校的实际标准与此不同，请据实修改，并在备注中说明。", "error_title": "标准应为数字", "error_message": "请填写不小于 0 的数字（万元/人·月），不要写单位或文字。"}),
    ("1-3", "E7", {"validate": "any", "input_title": "就读专业", "input_message": "按“入学年+季+专业名称”的规范和入学先后顺序填写，如 2023秋数控加工；几个专业之间用顿号隔开。"}),
    ("1-3", "K7", {"validate": "any", "input_title": "自动计算", "input_message": "此格由公式算出（11=6+7+8+9+10），不必填写。"}),
    ("1-3", "L7", {"validate": "any", "input_title": "自动计算", "input_message": "此格由公式算出（12=4*11），不必填写。"}),
    ("1-3", "F19", {"validate": "any", "input_title": "自动计算", "input_message": "此格由公式算出（各项之和），不必填写。"}),
    ("1-1", "C10", {"validate": "any", "input_title": "自动计算", "input_message": "此格由公式算出，不必填写。"}),
    ("1-1", "A8", {"validate": "list", "source": ("申报审批", "实际发放", "差额（申报-发放）"), "input_title": "口径", "input_message": "栏名可从列表中选，也可改写。", "error_type": "information", "error_title": "栏名不在列表中", "error_message": "通常写作：申报审批、实际发放、差额（申报-发放）。"}),
    ("1-3", "E46", {"validate": "integer", **AT_LEAST_ZERO, "input_title": "专业个数", "input_message": "单位：个。", "error_title": "应为整数", "error_message": "请填写不小于 0 的整数；不要写单位或文字。"}),
    ("1-4", "B36", {"validate": "decimal", "criteria": "between", "minimum": -99_999_999, "maximum": 99_999_999, "input_title": "期末结余", "input_message": "单位：万元。", "error_type": "stop", "error_title": "应为数字", "error_message": "请填写以万元为单位的数字，如 12.5；不要写单位或文字。"}),
    ("1-4", "E34", {"validate": "any", "input_title": "截止年月", "input_message": "写作 2024年1月。"}),
    ("1-4", "E35", {"validate": "any", "input_title": "收款日期", "input_message": "写作 2024年9月10日 或 2024-9-10。"}),
    ("2-4", "B3", {"validate": "any", "input_title": "学校名称", "input_message": "请填写学校全称，并加盖公章。"}),
    ("1-2", "B7", {"validate": "any", "input_title": "班级", "input_message": "写作：2023秋数控加工1班"}),
    ("1-2", "C7", {"validate": "any", "input_title": "姓名", "input_message": "与身份证、学籍一致；少数民族姓名中间用“·”。"}),
    ("1-2", "D7", {"validate": "length", "criteria": "==", "value": 18, "input_title": "身份证号", "input_message": "18 位；此列已设为文本，直接输入即可，末位 X 用大写。", "error_type": "warning", "error_title": "身份证号不是 18 位", "error_message": "居民身份证号应为 18 位，请核对是否多输或漏输。确认无误可选“是”。"}),
    ("1-2", "E7", {"validate": "length", "criteria": "between", "minimum": 7, "maximum": 20, "input_title": "联系电话", "input_message": "手机 11 位，或区号-固定电话。", "error_type": "warning", "error_title": "联系电话位数不对", "error_message": "请填写 11 位手机号，或带区号的固定电话，如 0595-22190000。确认无误可选“是”。"}),
    ("1-2", "F7", {"validate": "integer", **AT_LEAST_ZERO, "input_title": "序号", "input_message": "在本类中从 1 起依次编号；不享受此项的学生留空。", "error_title": "序号应为整数", "error_message": "请填写不小于 0 的整数，如 25；不要写小数、单位或文字。没有就留空。"}),
    ("1-2", "G7", {"validate": "decimal", **AT_LEAST_ZERO, "input_title": "金额（元）", "input_message": "本学期合计金额，以元为单位，如 1000（元）。", "error_title": "金额应为数字", "error_message": "请填写不小于 0 的数字，如 1000（元）；不要写单位或文字。没有就留空。"}),
]  # fmt: skip


@pytest.mark.parametrize(("form", "cell", "options"), TYPES)
def test_options(pack: Pack, form: str, cell: str, options: dict[str, Any]) -> None:
    assert at(laid(pack, form), cell) == options


@pytest.mark.parametrize(
    ("form", "cells"),
    [("1-1", "A1 A2 A3 B8 C7 C17 C18 A17"), ("1-2", "J7 C17 B17 A7"), ("1-3", "A7 A19 M7 D19 D46 F6"), ("1-4", "I32 K8 A34 A37")],
)  # fmt: skip
def test_cells_that_take_anything(pack: Pack, form: str, cells: str) -> None:
    sheet = laid(pack, form)
    assert [cell for cell in cells.split() if at(sheet, cell)] == []


def test_amounts_in_ten_thousands_where_they_are_typed(pack: Pack) -> None:
    assert at(laid(pack, "1-1", "2025春"), "C10")["input_message"] == "本学期合计金额，以万元为单位，如 1.96（万元）。"


def test_no_list_of_labels_where_the_axis_is_not_printed(pack: Pack) -> None:
    sheet = laid(pack, "1-1", shape="年级叠放")
    assert [dict(check.options)["validate"] for check, _ in validations(sheet)].count("list") == 0


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("", ""), ("C3", "C3"), ("C3 C4 D3 D4", "C3:D4"), ("C3 D4", "C3,D4"), ("C3 C4 D3", "C3:C4,D3"),
        ("A1 C1 E1 F1", "A1,C1,E1:F1"), ("A1 A2 B1 B2 A4 B4", "A1:B2,A4:B4"), ("B1 A2 B2 C2 B3", "B1:B3,A2,C2"),
    ],
)  # fmt: skip
def test_areas(cells: str, expected: str) -> None:
    assert written(areas(map(parse_a1, cells.split()))) == expected
