"""What the schools get back: the letter, the feedback, the marked copy."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook

from jiesuan.batch.between import report_of
from jiesuan.batch.feedback import COLUMNS, feedback
from jiesuan.batch.letter import letter, paragraphs
from jiesuan.batch.parcel import Parcel, make_parcels, problems_of, short, told_sender
from jiesuan.batch.store import packed
from jiesuan.batch.table import table_lines
from jiesuan.check import check_workbook
from jiesuan.session import Failure

from ..making import ID, bound, overtyped
from .city import City, planted_bytes, school_name
from .inline import run_inline
from .test_told import ASK, ERROR, batch, out, parcel


def test_the_feedback() -> None:
    sheet = load_workbook(io.BytesIO(feedback(parcel(ERROR, ASK)))).active
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == [
        "学生资助金结算表审核反馈",
        "学校：甲技工学校",
        "学期：2024年春季学期    文件：表.xlsx",
        "期限：9月20日前",
    ]
    assert [cell.value for cell in sheet[6]] == [name for name, _ in COLUMNS]
    assert [cell.value for cell in sheet[7]] == [
        1, "错误", "F101", "助学金", "C3", "一年级 · 金额", "算错了", "2 万元", "3 万元", "+1 万元", "改", "文件", None,
    ]  # fmt: skip
    assert sheet.max_row == 8


def letter_texts(data: bytes) -> tuple[list[str], list[list[str]]]:
    document = docx.Document(io.BytesIO(data))
    return [p.text for p in document.paragraphs], [[cell.text for cell in row.cells] for row in document.tables[0].rows]


def test_the_letter() -> None:
    texts, table = letter_texts(letter(parcel(ERROR, ASK), "表_已校验.xlsx"))
    assert texts[:5] == [
        "关于退回修改学生资助金结算表的通知",
        "甲技工学校：",
        "你校报送的2024年春季学期学生资助金结算表（“表.xlsx”）经校验，有错误 1 处、核实 1 处，现退回修改。",
        "全部问题列在《审核反馈》里；“表_已校验.xlsx”是标好的一份，出错的格有底色和批注。错误必须改正；核实的改正，或写明原因；"
        "改好后再校验一遍，连同盖章的纸质表重新报送。",
        "报送期限：9月20日前。",
    ]
    assert table == [
        ["级别", "位置", "问题", "怎么改"],
        ["错误", "助学金!C3\n一年级 · 金额", "算错了；应为 2 万元，实为 3 万元", "改"],
        ["核实", "整份文件", "再看看", "说明"],
    ]


def test_a_long_letter_is_cut_short() -> None:
    texts, table = letter_texts(letter(parcel(*[ERROR] * 20)))
    assert len(table) == 13 and "以上是前 12 处，共 20 处，全部见《审核反馈》。" in texts


def test_a_letter_about_what_cannot_be_read() -> None:
    assert paragraphs(parcel(ERROR, term=""), "")[0] == "你校报送的“表.xlsx”无法校验，请按下表的办法处理后重新报送。"


def test_letters_and_feedback_are_timeless() -> None:
    assert letter(parcel(ERROR)) == letter(parcel(ERROR)) and feedback(parcel(ERROR)) == feedback(parcel(ERROR))
    with zipfile.ZipFile(io.BytesIO(letter(parcel(ERROR)))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_was_sent_to_the_schools() -> None:
    folder = f"学校/{school_name(2)}"
    texts, _ = letter_texts(out(f"{folder}/退回通知.docx"))
    assert "报送期限：2024年9月20日前。" in texts
    sheet = load_workbook(io.BytesIO(out(f"{folder}/审核反馈.xlsx"))).active
    report = report_of(batch().schools[1])
    assert report is not None
    assert sheet.max_row - 6 == len(problems_of(report)) >= len(report.findings)
    assert "校验结果" in load_workbook(io.BytesIO(out(f"{folder}/错_已校验.xlsx"))).sheetnames
    assert not (batch().options.out / "学校" / school_name(0)).exists()


def test_problems_name_what_could_not_be_checked() -> None:
    report = check_workbook(bound(overtyped("甲")))
    found = problems_of(report)
    assert {p.code for p in found if p.level == "未能校验"} == report.unchecked_codes != set()
    report.blank = True
    assert problems_of(report)[0].message == "这套表还没有填数"


@pytest.mark.parametrize(
    ("text", "name"),
    [("甲/乙:丙?", "甲_乙_丙_"), (" 甲. ", "甲"), ("...", "_"), ("长" * 99, "长" * 60), ("a\tb", "a_b")],
)
def test_names_of_folders(text: str, name: str) -> None:
    assert short(text) == name


def test_what_cannot_be_marked_is_told_and_the_rest_made() -> None:
    report = check_workbook(bound(overtyped()))
    from jiesuan.batch.store import packed

    one = Parcel("学校/甲", "甲", "春", "", "a", (ERROR,), "fujian-2024", "a.xlsx", b"PK", packed(report))
    [made] = make_parcels([one])
    assert isinstance(made[0], Failure)
    assert [item[0] for item in made[1:] if not isinstance(item, Failure)] == [
        "学校/甲/审核反馈.xlsx",
        "学校/甲/退回通知.docx",
    ]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("文件不完整，后半部分缺失。请重新下载，或请对方重新发送。", "文件不完整，后半部分缺失。"),
        ("文件已损坏。请用 Excel 打开后另存为；打不开的，请对方重新发送。", "文件已损坏。请用 Excel 打开后另存为。"),
        ("压缩包里的这个文件已损坏；请让对方重新发送。", "压缩包里的这个文件已损坏。"),
        ("这是一个网页。请另存为“Excel 工作簿(*.xlsx)”再试。", "这是一个网页。请另存为“Excel 工作簿(*.xlsx)”再试。"),
    ],
)
def test_a_school_is_not_asked_to_have_its_own_file_sent_again(message: str, told: str) -> None:
    assert told_sender(message) == told


def test_the_letter_for_a_file_that_cannot_be_read() -> None:
    folder = f"学校/{school_name(3)}"
    document = docx.Document(io.BytesIO(out(f"{folder}/退回通知.docx")))
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [
        "错误",
        f"整份文件\n{school_name(3)}.xlsx",
        "文件不完整，后半部分缺失，多半是下载或传送中断。",
        "重新报送",
    ]


def test_numbers_in_the_names_of_files_stay_hidden(tmp_path: Path) -> None:
    """Nobody wants them there, but received files are called so: not in the terminal, not in what is written, not in the
    names of our own files."""
    city = City({f"坏{ID}.xlsx": b"PK\3\4", f"{ID}.7z": b"", f"错{ID}.xlsx": planted_bytes(2, 1)[0]})
    city.files[f"重{ID}.xlsx"] = planted_bytes(2, 2)[0]
    done = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    shown = "\n".join(text for text, _ in table_lines(done))
    hidden = f"{ID[:3]}***********{ID[-4:]}"
    assert ID not in shown and shown.count(hidden) >= 2
    assert ID not in (tmp_path / "出" / "report.json").read_text(encoding="utf-8")
    assert ID not in (tmp_path / "出" / "report.html").read_text(encoding="utf-8")
    made = sorted((tmp_path / "出" / "学校").rglob("*"))
    assert [path.name for path in made if ID in path.name] == []
    assert [path.name for path in made if path.name.endswith("_已校验.xlsx")] == [
        f"错{ID[:3]}___________{ID[-4:]}_已校验.xlsx"
    ]
    for path in made:
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as archive:
                assert ID not in archive.read("word/document.xml").decode()


def later(data: bytes, year: int) -> bytes:
    """The same workbook as a program writes it in another year."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(zipfile.ZipInfo(info.filename, (year, 1, 1, 0, 0, 0)), source.read(info))
    return made.getvalue()


def test_a_converted_copy_does_not_tell_when_it_was_converted(monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice writes the time of conversion; the same .xls gives the same bytes all the same."""
    data, _ = planted_bytes(2, 1)
    report = check_workbook(bound(overtyped()))
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096)  # the beginning of every .xls
    one = Parcel("学校/甲", "甲", "春", "", "a.xls", (ERROR,), "fujian-2024", "a.xls", old, packed(report))
    copies = []
    for year in (2024, 2025):
        monkeypatch.setattr("jiesuan.marking.files.converted", lambda *_, year=year: later(data, year))
        made = dict(item for item in make_parcels([one])[0] if not isinstance(item, Failure))
        copies.append(made["学校/甲/a_已校验.xlsx"])
    assert copies[0] == copies[1]
    with zipfile.ZipFile(io.BytesIO(copies[0])) as archive:
        assert "校验结果" in archive.read("xl/workbook.xml").decode()
