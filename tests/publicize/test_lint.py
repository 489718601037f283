"""What must not be published, down to the cell: a clean list, each rule failing, and every planted piece found."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesuan.book import Value, memory_book
from jiesuan.publicize.lint import HEADING_ROWS, Linter, lint_book, lint_file, public_fields
from jiesuan.publicize.parts import Piece
from jiesuan.reading import UnreadableFile
from jiesuan.report import Report

from ..making import PACK
from ..roster.making import number
from .test_personal import HIDING

TODAY = dt.date(2024, 9, 2)
HEADS: list[Value] = ["序号", "学校", "年级", "专业", "班级", "姓名"]
ROW: list[Value] = ["1", "示范技工学校", "一年级", "数控加工", "2023秋数控加工1班", "张三"]
NOTICE = "公示期：2024年9月2日至2024年9月9日"


def lint(
    *rows: list[Value], title: str = "资助对象公示", notice: str = NOTICE, pieces: list[Piece] | None = None
) -> Report:
    made = memory_book("公示.xlsx", {"公示": [[title], [notice], *rows]})
    return lint_book(made, PACK, pieces=pieces, today=TODAY)


def found(report: Report) -> list[tuple[str, str, str]]:
    return [(f.code, f.cell or f.label, f.message) for f in report.findings]


def test_clean() -> None:
    report = lint(HEADS, ROW)
    assert (found(report), report.unchecked) == ([], [])
    assert report.counts == {"selected": 9, "passed": 9, "found": 0, "explained": 0, "unchecked": 0}


@pytest.mark.parametrize(
    ("heading", "value", "expected"),
    [
        ("身份证号", number(1), [("G101", "G3", "公示表里有“身份证号”一列"), ("G101", "G4", "有身份证号")]),
        ("证件", 350502200801150011, [("G101", "G4", "有身份证号"), ("G107", "G3", "“证件”不在可公示之列")]),
        ("资助卡号", "6222021234567890123", [("G102", "G3", "公示表里有“资助卡号”一列"), ("G102", "G4", "有银行卡号")]),
        ("家长手机", 13912345678, [("G103", "G3", "公示表里有“家长手机”一列"), ("G103", "G4", "有电话号码")]),
        ("出生年月", "2008-01-15", [("G104", "G3", "公示表里有“出生年月”一列"), ("G104", "G4", "有出生日期")]),
        ("出生年月", dt.date(2008, 1, 15), [("G104", "G3", "公示表里有“出生年月”一列"), ("G104", "G4", "像是出生日期")]),
        ("家庭住址", "某镇某村3组", [("G105", "G3", "公示表里有“家庭住址”一列"), ("G105", "G4", "像是家庭住址")]),
        ("困难类型", "残疾", [("G106", "G3", "公示表里有“困难类型”一列"), ("G106", "G4", "有困难类型的字样")]),
        ("备注", "低保户", [("G106", "G4", "有困难类型的字样")]),
        ("爱好", "下棋", [("G107", "G3", "“爱好”不在可公示之列")]),
        ("备注", "监护人13912345678", [("G103", "G4", "有电话号码")]),
        ("备注", True, []),
    ],
)  # fmt: skip
def test_columns_and_cells(heading: str, value: Value, expected: list[tuple[str, str, str]]) -> None:
    assert found(lint([*HEADS, heading], [*ROW, value])) == expected


@pytest.mark.parametrize("text", HIDING)
@pytest.mark.parametrize("column", range(6))
def test_every_planted_number_is_found_at_its_cell(text: str, column: int) -> None:
    row = [*ROW]
    row[column] = f"{row[column]}；{text}"
    cells = [(f.code, f.cell) for f in lint(HEADS, ROW, row).findings if f.code == "G101"]
    assert cells == [("G101", f"{'ABCDEF'[column]}5")]


def test_hidden_columns_rows_and_sheets() -> None:
    made = memory_book("公示.xlsx", {"公示": [[NOTICE], HEADS, ROW], "草稿": [["张三", number(1)]]})
    made.sheets[0].hidden_columns = {3}
    made.sheets[1].visible = False
    report = lint_book(made, PACK, today=TODAY)
    assert [(f.code, f.sheet, f.cell, f.message) for f in report.findings] == [
        ("G101", "草稿", "B1", "有身份证号（在隐藏的工作表里）"),
        ("G108", "公示", "C2", "隐藏的列里有内容"),
        ("G108", "草稿", "A1", "隐藏的工作表里有内容"),
    ]
    made.sheets[0].hidden_columns, made.sheets[0].hidden_rows = set(), {9}
    assert [f.sheet for f in lint_book(made, PACK, today=TODAY).findings if f.code == "G108"] == ["草稿"]


def test_names_properties_and_other_texts() -> None:
    made = memory_book("公示13912345678.xlsx", {"张三13912345679": [[NOTICE], HEADS, ROW]})
    made.properties = {"备注": number(1)}
    report = lint_book(made, PACK, pieces=[Piece("批注", "监护人 13912345670"), Piece("页眉页脚", "甲")], today=TODAY)
    assert [(f.code, f.label, f.actual) for f in report.findings] == [
        ("G101", "文件属性“备注”", "350***********" + number(1)[-4:]),
        ("G103", "工作表名", "139****5679"),
        ("G103", "批注", "139****5670"),
        ("G103", "文件名", "139****5678"),
    ]
    assert report.file == "公示139****5678.xlsx"


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (NOTICE, []),
        ("公示期：2024年9月2日至9月6日", []),
        ("公示时间:2024.9.3-9.6", ["2024-09-03 至 2024-09-06 只有 4 个工作日"]),
        ("公示期为2024年10月1日至2024年10月8日", ["2024-10-01 至 2024-10-08 只有 1 个工作日"]),
        ("公示期：二〇二四年九月二日至九月九日", []),
        ("公示期：二〇二四年九月三日至二〇二四年九月六日", ["2024-09-03 至 2024-09-06 只有 4 个工作日"]),
        ("公示日期 2024-9-9 到 2024-9-6", ["2024-09-09 至 2024-09-06 只有 0 个工作日"]),
    ],
)
def test_period(notice: str, expected: list[str]) -> None:
    assert [f.message for f in lint(HEADS, ROW, notice=notice).findings] == expected


@pytest.mark.parametrize("notice", ["", "公示期：2024年13月1日至2024年14月1日"])
def test_a_list_without_dates_leaves_the_period_unchecked(notice: str) -> None:
    report = lint(HEADS, ROW, notice=notice)
    assert [(u.rule.code, u.why) for u in report.unchecked] == [("G109", "没有找到写明起止日期的“公示期：……至……”")]
    assert not report.clean


@settings(max_examples=40, deadline=None)
@given(
    at=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    text=st.sampled_from(HIDING),
    before=st.sampled_from(["", "张三", "说明：", "　"]),
)
def test_anywhere_on_a_sheet(at: tuple[int, int], text: str, before: str) -> None:
    made = memory_book("公示.xlsx", {"公示": [[NOTICE]]})
    made.sheets[0].put(at[0] + 2, at[1] + 1, before + text)
    report = lint_book(made, PACK, today=TODAY)
    assert [(f.code, f.cell) for f in report.findings] == [("G101", f"{report.findings[0].cell}")]
    assert report.findings[0].order == (at[0] + 2, at[1] + 1)


def test_rules_have_checks() -> None:
    assert set(Linter(PACK, "甲", TODAY).rules) == {
        "identity", "card", "phone", "birth", "address", "hardship", "column", "hidden", "period",
    }  # fmt: skip
    assert {field.name for field in public_fields(PACK) if field.allowed} >= {"姓名", "学校", "专业", "班级", "年级"}


def test_other_files(tmp_path: Path) -> None:
    pdf = tmp_path / "公示.pdf"
    pdf.write_bytes(b"%PDF-1.7\n")
    with pytest.raises(UnreadableFile) as caught:
        lint_file(pdf, PACK)
    assert caught.value.message == (
        "这是 PDF，里面的文字读不准，没有检查。请检查生成它的 Excel 或 Word 文件；找不到的，用 Word 或 WPS 打开这个 PDF，"
        "另存为 .docx 再检查。扫描、盖章的 PDF 是图片，请自己逐页看一遍。"
    )
    with pytest.raises(UnreadableFile):
        lint_file(tmp_path / "没有.xlsx", PACK)


# ── what there is to read ──


def test_a_file_without_a_word_is_never_clean() -> None:
    report = lint_book(memory_book("公示.xlsx", {"公示": [[None, ""], []]}), PACK, today=TODAY)
    assert (report.blank, report.clean, found(report)) == (True, False, [])
    assert [item.why for item in report.unchecked] == ["文件里没有文字"] * 9
    assert report.counts == {"selected": 9, "passed": 0, "found": 0, "explained": 0, "unchecked": 9}


def test_texts_beside_the_cells_are_no_content() -> None:
    made = memory_book("公示.xlsx", {"公示": []})
    beside = [Piece("文件属性", "某校"), Piece("数字格式", "元"), Piece("名称和其他设置", "打印区域")]
    assert lint_book(made, PACK, pieces=beside, today=TODAY).blank
    assert lint_book(made, PACK, pieces=[Piece("页眉页脚", "&P")], today=TODAY).blank
    assert not lint_book(made, PACK, pieces=[Piece("页眉页脚", "某校")], today=TODAY).blank


def test_a_finding_in_the_name_of_an_empty_file_is_still_told() -> None:
    report = lint_book(memory_book("13912345678.xlsx", {"公示": []}), PACK, today=TODAY)
    assert (report.blank, [(f.code, f.label) for f in report.findings]) == (False, [("G103", "文件名")])


def test_remarks_of_the_reader_are_handed_on() -> None:
    made = memory_book("公示.xlsx", {"公示": [[NOTICE], HEADS, ROW]})
    made.remarks = ["工作表“甲”已损坏，没有读取。"]
    assert lint_book(made, PACK, today=TODAY).remarks == made.remarks


@pytest.mark.parametrize(("count", "said"), [(0, []), (2, ["文件里有 2 张图片，图片里的字没有检查，请自己看一遍"])])
def test_pictures_are_told(tmp_path: Path, count: int, said: list[str]) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph(NOTICE)
    path = tmp_path / "公示.docx"
    document.save(str(path))
    with zipfile.ZipFile(path, "a") as archive:
        for serial in range(count):
            archive.writestr(f"word/media/image{serial}.PNG", b"x")
        archive.writestr("word/media/note.txt", b"x")
    report = lint_file(path, PACK, today=TODAY)
    assert (report.remarks, found(report)) == (said, [])


def test_a_document_by_paragraph_and_cell(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.add_paragraph("公示期：2024年9月3日至9月6日")
    document.add_paragraph("联系电话13912345678")
    table = document.add_table(1, 2)
    table.cell(0, 1).text = number(1)
    path = tmp_path / "公示.docx"
    document.save(str(path))
    report = lint_file(path, PACK, today=TODAY)
    assert found(report) == [
        ("G101", "第1个表格第1行第2列", "有身份证号"),
        ("G103", "第2段", "有电话号码"),
        ("G109", "第1段", "2024-09-03 至 2024-09-06 只有 4 个工作日"),
    ]
    assert [f.actual for f in report.findings] == [f"350***********{number(1)[-4:]}", "139****5678", "4 个工作日"]


def tabled(folder: Path, rows: list[list[str]]) -> list[tuple[str, str, str]]:
    """Findings of a Word document with a table."""
    from docx import Document

    document = Document()
    document.add_paragraph(NOTICE)
    table = document.add_table(len(rows), len(rows[0]))
    for line, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, texts, strict=True):
            cell.text = text
    document.save(str(folder / "公示.docx"))
    return found(lint_file(folder / "公示.docx", PACK, today=TODAY))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["序号", "姓名", "班级"], ["1", "张三", "数控2301"]], []),
        (
            [["序号", "姓名", "班级", "身份证后六位"], ["1", "张三", "数控2301", "150011"]],
            [("G101", "第1个表格第1行第4列", "公示表里有“身份证后六位”一列")],
        ),
        (
            [["姓名", "班级"], ["张三0011", "数控2301"], ["投诉电话", "0591-87505352"]],
            [("G101", "第1个表格第2行第1列", "姓名后面的数字像是身份证号的一部分")],
        ),
        ([["投诉电话", "0591-87505352"], ["地址", "福州市鼓楼区东大路36号"]], []),
        (
            [["姓名", "班级", "联系电话"], ["张三", "1班", "22198169"]],
            [
                ("G103", "第1个表格第1行第3列", "公示表里有“联系电话”一列"),
                ("G103", "第1个表格第2行第3列", "有电话号码"),
            ],
        ),
    ],
)
def test_a_table_of_a_document_is_a_list(
    tmp_path: Path, rows: list[list[str]], expected: list[tuple[str, str, str]]
) -> None:
    assert tabled(tmp_path, rows) == expected


# ── headings ──


def test_only_a_row_that_names_two_known_columns_is_a_heading() -> None:
    assert found(lint(["姓名", "爱好"], ["张三", "下棋"])) == []
    assert found(lint(["姓名", "爱好", "班级"], ["张三", "下棋", "1班"])) == [("G107", "B3", "“爱好”不在可公示之列")]


def test_headings_are_found_in_the_first_rows_alone() -> None:
    rows: list[list[Value]] = [["说明"]] * HEADING_ROWS
    assert found(lint(*rows, [*HEADS, "爱好"], [*ROW, "下棋"])) == []


def test_a_heading_that_holds_a_number_is_read_as_well() -> None:
    assert found(lint([*HEADS, "备注13912345678"], [*ROW, ""])) == [
        ("G103", "G3", "有电话号码"),
        ("G107", "G3", "“备注139****5678”不在可公示之列"),
    ]


def test_a_heading_may_be_longer_than_the_name_it_holds() -> None:
    assert found(lint([*HEADS, "学生本人身份证号码（必填）"], [*ROW, ""])) == [
        ("G101", "G3", "公示表里有“学生本人身份证号码(必填)”一列")
    ]


@pytest.mark.parametrize(
    "heading", ["身份证后六位", "证件后4位", "身份证末四位数", "身份号尾号", "学生身份证（后6位）"]
)
def test_a_column_of_parts_of_numbers(heading: str) -> None:
    assert found(lint([*HEADS, heading], [*ROW, "0011"])) == [
        ("G101", "G3", f"公示表里有“{heading.translate(str.maketrans('（）', '()'))}”一列")
    ]


@pytest.mark.parametrize("ending", ["0011", "（0011）", " 011X", "-150011", "②②①⓪"])
def test_the_end_of_a_number_behind_a_name(ending: str) -> None:
    report = lint(HEADS, [*ROW[:5], f"张三{ending}"])
    assert found(report) == [("G101", "F4", "姓名后面的数字像是身份证号的一部分")]
    assert set(report.findings[0].actual) == {"*"}


@pytest.mark.parametrize(
    "name",
    ["张三1", "张三（大）", "张三(2008)", "张三2023", "张三（1班）", "1234", "阿依古丽·买买提", "张三（数控2301）"],
)
def test_other_things_behind_a_name(name: str) -> None:
    assert found(lint(HEADS, [*ROW[:5], name])) == []


def test_digits_behind_a_class_or_major_are_no_part_of_a_number() -> None:
    assert found(lint(HEADS, [*ROW[:3], "数控1234", "数控2301", "张三"])) == []


def test_what_may_be_published_is_told_with_the_heading_that_may_not() -> None:
    (finding,) = lint([*HEADS, "爱好"], [*ROW, ""]).findings
    assert {"姓名", "学校", "班级"} <= set(finding.expected.split("、"))
    assert "身份证" not in finding.expected


def test_a_forbidden_column_that_is_hidden_is_told_as_such() -> None:
    made = memory_book("公示.xlsx", {"公示": [[NOTICE], [*HEADS, "身份证号"], [*ROW, number(1)]]})
    made.sheets[0].hidden_columns = {7}
    assert found(lint_book(made, PACK, today=TODAY)) == [
        ("G101", "G2", "公示表里有“身份证号”一列（在隐藏的列里）"),
        ("G101", "G3", "有身份证号（在隐藏的列里）"),
        ("G108", "G2", "隐藏的列里有内容"),
    ]


def test_a_hidden_row_of_a_shown_sheet() -> None:
    made = memory_book("公示.xlsx", {"公示": [[NOTICE], HEADS, ROW, ROW]})
    made.sheets[0].hidden_rows = {4}
    assert found(lint_book(made, PACK, today=TODAY)) == [("G108", "A4", "隐藏的行里有内容")]


# ── cells ──


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2008, 1, 15, 8), [("G104", "G4", "像是出生日期")]),
        (dt.date(2024, 8, 30), []),
        (13912345678.0, [("G103", "G4", "有电话号码")]),
        (12, []),
        ("", []),
        (f"{number(1)}；{number(2)}；13912345678", [("G101", "G4", "有身份证号"), ("G103", "G4", "有电话号码")]),
    ],
)
def test_values_of_every_kind(value: Value, expected: list[tuple[str, str, str]]) -> None:
    assert found(lint([*HEADS, "备注"], [*ROW, value])) == expected


def test_the_same_thing_at_two_cells_is_told_twice_and_at_one_place_once() -> None:
    pieces = [Piece("批注", "13912345678")] * 3
    report = lint([*HEADS, "备注"], [*ROW, "13912345678"], [*ROW, "13912345678"], pieces=pieces)
    assert [f.cell or f.label for f in report.findings] == ["G4", "G5", "批注"]


BORN = number(1, "20070702")
MASKED = f"{BORN[:3]}***************"
ENDS = f"350***********{BORN[-4:]}"


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (f"{BORN[:14]}****", "G101", MASKED), (f"{BORN[:12]}××××××", "G101", MASKED), (f"{BORN[:14]}xxxx", "G101", MASKED),
        (f"{BORN[:17]}*", "G101", MASKED), (f"{BORN[:12]}**{BORN[14:]}", "G101", f"350***********{BORN[14:]}"),
        (f"{BORN[:6]}（{BORN[6:14]}）{BORN[14:]}", "G101", ENDS), (f"{BORN[:6]}+{BORN[6:14]}＋{BORN[14:]}", "G101", ENDS),
        (f"{BORN[:17]}（{BORN[17]}）", "G101", ENDS), (f"{BORN[:10]}1332{BORN[14:]}", "G101", ENDS),
        ("2007-07-02", "G104", "2007年…"), ("2007年7月2日", "G104", "2007年…"), ("２００７．７．２", "G104", "2007年…"),
        (20070702, "G104", "2007年…"), ("20070702", "G104", "2007年…"), ("07年7月2日生", "G104", "07年…"),
        ("生日07.7.2", "G104", "07年…"), ("22198169", "G103", "221****8169"), (22198169, "G103", "221****8169"),
        ("电话：2219816", "G103", "*******"), ("安溪县凤城镇", "G105", "安溪县…"), ("安溪县城厢镇", "G105", "安溪县…"),
        ("福建省泉州市丰泽区东海街道", "G105", "福建省…"), ("边缘易致贫户", "G106", "边缘易致贫"), ("监测户", "G106", "监测户"),
        ("建卡户", "G106", "建卡户"), ("家庭困难", "G106", "家庭困难"), ("A类", "G106", "A类"), ("Ｂ类 ", "G106", "B类"),
        ("一般困难", "G106", "一般困难"),
    ],
)  # fmt: skip
def test_other_ways_to_tell(value: Value, code: str, shown: str) -> None:
    findings = lint([*HEADS, "备注"], [*ROW, value]).findings
    assert [(f.code, f.cell, f.actual) for f in findings] == [(code, "G4", shown)]


@pytest.mark.parametrize(
    "value",
    [
        "公示编号202409020001", "学号2023010203", "20230101020345", 20240902, "2024年9月2日", "2023-09-01", "2007-02-30",
        "2024-09-02-2024-09-09", "2024.09.02-2024.09.09", "2024-09-02 08:00-12:00", "2021 2022 2023 2024", "12345678",
        "1,000.00 1,050.00 2,050.00", "100,000 200,000 300,000", "1050.00元", "学籍号2023350501000123456", "2023010203****",
        "闽技助文〔2024〕5号", "人社厅发〔2018〕28号 教财〔2021〕310号", "24年3月2日生效", "23年9月生活补助", "A类班", "22数控1班", "第3组",
        "泉州市惠安县职业中专学校东校区", "惠安县螺城镇职业技术学校", "丰泽区东海街道办事处", "晋江市乡村振兴学院", "城乡规划（3+2）",
        "晋江市新型城镇化", "城镇燃气输配", "泉州市残疾人职业技术学校", "残疾人服务与管理", "联系班主任",
    ],
)  # fmt: skip
def test_what_only_looks_like_it(value: Value) -> None:
    assert found(lint([*HEADS, "备注"], [*ROW, value])) == []


@pytest.mark.parametrize("text", ["A类", "一般困难"])
def test_grades_of_hardship_are_words_of_majors_and_classes_as_well(text: str) -> None:
    assert found(lint(HEADS, [*ROW[:4], text, "张三"])) == []
    assert found(lint(HEADS, ROW, pieces=[Piece("第1个表格第2行第3列", text)])) == [
        ("G106", "第1个表格第2行第3列", "像是困难等级")
    ]


def test_words_of_the_notice_are_no_hardship_of_a_student() -> None:
    told = "为资助家庭经济困难学生，现予公示。家庭困难的学生请关注。"
    assert found(lint(HEADS, ROW, title=told, pieces=[Piece("第1段", told)])) == []


def test_a_serial_is_no_birthday() -> None:
    assert found(lint(["序号", *HEADS[1:]], ["20070702", *ROW[1:]])) == []


# ── above and below the list ──

LINE = "0595-22198169"


@pytest.mark.parametrize(
    "row",
    [
        [f"监督举报电话：{LINE}"], ["监督举报电话：", LINE], ["联系人：王老师", "", f"联系电话：{LINE}"], ["联系电话：22198169"],
        ["联系电话", None, 22198169], [None, None, None, None, None, "资助办电话 （0595）22198169"],
        ["如有异议，请向学生科反映。", f"电话：{LINE}"], ["地址：泉州市丰泽区东海街道某路12号"], ["学校（盖章）", None, "2024年9月2日"],
    ],
)  # fmt: skip
def test_the_telephone_and_address_of_the_office(row: list[Value]) -> None:
    assert found(lint(HEADS, ROW, [], row)) == []
    assert found(lint(row, HEADS, ROW)) == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["监督电话：13912345678"], [("G103", "A6", "第6行")]),
        ([f"学生家长联系电话：{LINE}"], [("G103", "A6", "第6行")]),
        ([LINE], [("G103", "A6", "第6行")]),
        ([f"咨询电话：{LINE}，13912345678"], [("G103", "A6", "第6行")]),
        (["张三家住安溪县凤城镇"], [("G105", "A6", "第6行")]),
        (["家庭地址：安溪县凤城镇"], [("G105", "A6", "第6行")]),
        ([*ROW[:5], f"李四电话{LINE}"], [("G103", "F6", "第6行 · 姓名")]),
    ],
)
def test_anybody_elses_is_found_there(row: list[Value], expected: list[tuple[str, str, str]]) -> None:
    report = lint(HEADS, ROW, [], row)
    assert [(f.code, f.cell, f.label) for f in report.findings] == expected


@pytest.mark.parametrize(
    ("text", "codes"),
    [(f"监督电话：{LINE}", []), (f"电话：{LINE}", ["G103"]), (f"学校电话{LINE}", ["G103"]), (f"家长{LINE}", ["G103"])],
)
def test_within_the_list_only_a_telephone_for_complaints_is_the_offices(text: str, codes: list[str]) -> None:
    assert [f.code for f in lint([*HEADS, "备注"], [*ROW, text], [*ROW, ""]).findings] == codes


@pytest.mark.parametrize(
    ("where", "text", "codes"),
    [
        ("第9段", f"监督举报电话：{LINE}", []), ("第9段", f"联系电话：{LINE}", []), ("页脚", f"咨询电话 {LINE}", []),
        ("第9段", f"如有异议，请向资助中心反映，电话{LINE}", []), ("第9段", f"张三 {LINE}", ["G103"]), ("批注", f"电话：{LINE}", ["G103"]),
        ("第1个表格第9行第1列", f"监督电话：{LINE}", []), ("第1个表格第9行第1列", f"电话：{LINE}", ["G103"]),
    ],
)  # fmt: skip
def test_the_telephone_of_the_office_in_a_document(where: str, text: str, codes: list[str]) -> None:
    assert [f.code for f in lint(HEADS, ROW, pieces=[Piece(where, text)]).findings] == codes


@pytest.mark.parametrize(
    "row",
    [
        [f"投诉电话：{LINE}"], ["投诉受理：福州市鼓楼区东大路36号"], ["投诉电话", None, LINE, "福州市鼓楼区东大路36号"],
        [f"信访：福州市鼓楼区东街街道某路12号，电话：{LINE}"], ["监督单位 某局（福州市鼓楼区东大路36号）"],
    ],
)  # fmt: skip
def test_whom_to_complain_to(row: list[Value]) -> None:
    assert found(lint(HEADS, ROW, row)) == []
    assert found(lint(HEADS, ROW, pieces=[Piece("第3段", " ".join(map(str, filter(None, row))))])) == []


def test_a_sheet_of_contacts_alone() -> None:
    contacts: list[list[Value]] = [["投诉电话", LINE], ["地址", "福州市鼓楼区东大路36号"]]
    assert found(lint(*contacts)) == []
    assert [f.code for f in lint(*contacts, ["张三", LINE], ["李四", "福州市鼓楼区东大路36号"]).findings] == [
        "G103",
        "G105",
    ]


def test_a_sheet_without_headings_has_no_outside() -> None:
    assert [f.code for f in lint(["张三", f"电话：{LINE}"]).findings] == ["G103"]


def test_a_period_over_the_turn_of_the_year() -> None:
    assert found(lint(HEADS, ROW, notice="公示时间：2024年12月30日至2025年1月7日")) == []
    assert [f.actual for f in lint(HEADS, ROW, notice="公示时间：2024年12月30日至1月7日").findings] == ["0 个工作日"]
