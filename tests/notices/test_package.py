"""The package to hand in: complete or not, named as the notice wants, always the same bytes."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from jiesuan.bind import Workbook
from jiesuan.declared import PackError
from jiesuan.notices import submission as submission_module
from jiesuan.notices.package import PLAIN_MARKS, Package, Unclear, archive, plan, text_lines
from jiesuan.notices.submission import collect, files_in, submission
from jiesuan.reading import UnreadableFile
from jiesuan.report import Report
from jiesuan.session import Failure, open_and_check
from jiesuan.term import Term

from ..making import blank_file, overtyped, sample_file, written
from ..roster.making import book, student
from ..roster.making import written as roster_file

PDF, JPG = b"%PDF-1.7\n%stamped", b"\xff\xd8\xff\xe0 stamped"
CITY = "示范市人力资源和社会保障局"
SPRING = Term(2024, 0)
PAPER = "□ 加盖公章的纸质结算表：另行报送纸质件"
STAMPED = "□ 盖章结算表扫描件：没有附（通知没有要求扫描件；附上便于核对，不附不算缺件）"
BASIS = "依据  闽技助文〔2024〕5号：邮件主题请注明“报送单位名称-2024年春季资助结算”"


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Schools' workbooks, made once: good, faulty, blank, of another term, of a provincial school."""
    folder = tmp_path_factory.mktemp("books")
    sample_file(folder / "good.xlsx")
    sample_file(folder / "省.xlsx", "省属")
    sample_file(folder / "秋.xlsx", term=Term(2024, 1))
    written(folder / "bad.xlsx", overtyped())
    blank_file(folder / "blank.xlsx")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "材料"
    place.mkdir()
    return place


def as_bureau(package_folder: Path, **changes: bytes) -> None:
    """Everything a city hands in but its own workbook."""
    files = {"市财政局拨付市人社局资助金通知.pdf": PDF, "人社局拨付市属校资助金.JPG": JPG, **changes}
    for name, data in files.items():
        (package_folder / name).write_bytes(data)


def planned(folder: Path, **options: object) -> Package:
    return plan(collect(folder), **options)  # type: ignore[arg-type]


def lines(package: Package) -> list[str]:
    return text_lines(package)[4:]


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def as_annex(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a file of that name check as a bureau's own workbook."""

    def check(path: Path, **options: Any) -> tuple[Workbook, Report] | Failure:
        found = open_and_check(path, **options)
        if path.name == name and isinstance(found, tuple):
            found[1].set_name = "设区市"
        return found

    monkeypatch.setattr(submission_module, "open_and_check", check)


# ── schools ──


@pytest.mark.parametrize(
    ("name", "sender", "to"), [("good.xlsx", "市属校", "所属设区市"), ("省.xlsx", "省属校", "福建省技工院校")]
)
def test_a_school(books: Path, folder: Path, name: str, sender: str, to: str) -> None:
    shutil.copy(books / name, folder / "我们的表.xlsx")
    package = planned(folder)
    school = package.unit
    assert school and (package.sender.id, package.term, package.missing) == (sender, SPRING, 0)
    assert package.sender.to.startswith(to)
    assert package.subject == f"{school}-2024年春季资助结算"
    assert lines(package) == ["✓ 学校结算表：我们的表.xlsx", STAMPED, PAPER, "", "材料齐全。", BASIS]
    assert text_lines(package)[:4] == [
        f"报送单位  {school}（{sender}）",
        f"报送给    {package.sender.to}",
        f"邮件主题  {school}-2024年春季资助结算",
        "",
    ]
    content = members(archive(package))
    top = f"{school}-2024年春季资助结算"
    assert list(content) == [f"{top}/学校结算表/{school}_2024春_结算表.xlsx", f"{top}/清单.txt", f"{top}/校验码.sha256"]
    assert content[f"{top}/学校结算表/{school}_2024春_结算表.xlsx"] == (books / name).read_bytes()


def test_hashes_and_checklist_inside(books: Path, folder: Path) -> None:
    shutil.copy(books / "good.xlsx", folder)
    (folder / "盖章结算表.pdf").write_bytes(PDF)
    package = planned(folder)
    content = members(archive(package))
    top = package.subject
    said = content[f"{top}/校验码.sha256"].decode().splitlines()
    assert said == [
        f"{hashlib.sha256(data).hexdigest()}  {name.removeprefix(f'{top}/')}"
        for name, data in content.items()
        if not name.endswith(".sha256")
    ]
    listing = content[f"{top}/清单.txt"].decode("utf-8-sig")
    assert listing == "\r\n".join([*text_lines(package), ""])
    assert f"{top}/盖章件/盖章结算表.pdf" in content and "✓ 盖章结算表扫描件：盖章结算表.pdf" in listing


def test_the_same_files_give_the_same_bytes(books: Path, folder: Path) -> None:
    shutil.copy(books / "good.xlsx", folder)
    first = archive(planned(folder))
    (folder / "good.xlsx").touch()
    assert archive(planned(folder)) == first
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert all(entry.flag_bits & 0x800 for entry in file.infolist())  # names in UTF-8


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("bad.xlsx", "有 2 处错误，见 jiesuan check"),
        ("blank.xlsx", "还没有填数"),
        ("秋.xlsx", "是 2024秋 的表，不是 2024春 的"),
    ],
)
def test_workbooks_that_cannot_be_handed_in(books: Path, folder: Path, name: str, problem: str) -> None:
    shutil.copy(books / name, folder)
    package = planned(folder, term=SPRING, sender="市属校", unit="某校")
    (line,) = (line for line in lines(package) if "学校结算表：" in line)
    assert line.startswith(f"✗ 学校结算表：{name} ") and line.endswith(
        "处错误，见 jiesuan check" if name == "bad.xlsx" else problem
    )
    assert (package.missing, package.files) == (1, [])
    assert lines(package)[-2] == "缺 1 项，材料不齐。"


@pytest.mark.parametrize("term", [None, SPRING])
def test_a_roster_is_no_settlement_workbook(books: Path, folder: Path, term: Term | None) -> None:
    shutil.copy(books / "good.xlsx", folder)
    roster_file(folder, "学籍名册.xlsx", book(student(1), student(2)))
    found = {given.path.name: (given.item is not None, given.remark) for given in collect(folder, term=term)}
    assert found == {"good.xlsx": (True, ""), "学籍名册.xlsx": (False, "学籍名册，不是结算表")}


def test_marked_workbooks_stay_at_home(books: Path, folder: Path) -> None:
    from jiesuan.marked import mark_file

    shutil.copy(books / "good.xlsx", folder / "a.xlsx")
    mark_file(folder / "a.xlsx", folder / "标了.xlsx", in_place=False, force=False)
    shutil.copy(folder / "标了.xlsx", folder / "a_已校验.xlsx")
    shutil.copy(folder / "标了.xlsx", folder / "a_备份1.xlsx")
    package = planned(folder)
    assert lines(package)[:2] == [
        "✗ 学校结算表：标了.xlsx 带着校验标记，请用没有标记的原件（或 jiesuan clear 清除）",
        "✓ 学校结算表：a.xlsx",
    ]
    assert package.remarks == [
        "没有放进报送包：a_备份1.xlsx（本程序生成的标记件或备份，不报送）",
        "没有放进报送包：a_已校验.xlsx（本程序生成的标记件或备份，不报送）",
    ]


def test_what_must_be_explained_is_told(folder: Path, books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(books / "good.xlsx", folder)
    monkeypatch.setattr(Report, "levels", property(lambda _: {"错误": 0, "核实": 3, "提示": 1}))
    assert lines(planned(folder))[0] == "✓ 学校结算表：good.xlsx，有 3 处要核实，请改正或说明"


def test_a_workbook_changed_meanwhile(folder: Path, books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(books / "good.xlsx", folder)
    monkeypatch.setattr(submission_module, "received", lambda _: b"other")
    assert lines(planned(folder))[0] == "✗ 学校结算表：good.xlsx 校验的时候被别的程序改过了，请再来一次"


def test_several_schools_are_handed_in_by_their_city(books: Path, folder: Path) -> None:
    for name in ("good.xlsx", "省.xlsx"):
        shutil.copy(books / name, folder)
    assert planned(folder, unit=CITY).sender.id == "设区市"


# ── bureaus ──


def test_a_city_with_everything(books: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_bureau(folder)
    (folder / "学校").mkdir()
    shutil.copy(books / "good.xlsx", folder / "学校" / "一校.xlsx")
    shutil.copy(books / "省.xlsx", folder / "市表.xlsx")
    as_annex(monkeypatch, "市表.xlsx")
    package = planned(folder, unit=CITY)
    assert lines(package) == [
        "✓ 主管部门结算表（附件3）：市表.xlsx",
        "✓ 学校结算表：一校.xlsx",
        "✓ 财政拨付人社部门资助金通知扫描件：市财政局拨付市人社局资助金通知.pdf",
        "✓ 拨付市属校资助金通知扫描件：人社局拨付市属校资助金.JPG",
        STAMPED,
        PAPER,
        "",
        "材料齐全。",
        BASIS,
    ]
    assert [name for name, _ in package.files] == [
        f"附件3/{CITY}_2024春_附件3.xlsx",
        f"学校结算表/{package.files[1][1].report.school if package.files[1][1].report else ''}_2024春_结算表.xlsx",
        "拨付通知/市财政拨付市人社资助金通知.pdf",
        "拨付通知/拨付市属校资助金通知.jpg",
    ]


def test_a_city_with_nothing_but_schools(books: Path, folder: Path) -> None:
    for number in (1, 2):
        shutil.copy(books / "good.xlsx", folder / f"{number}.xlsx")
    package = planned(folder, unit=CITY, sender="设区市")
    assert [line for line in lines(package) if line.startswith("✗")] == [
        "✗ 主管部门结算表（附件3）：没有找到",
        *(
            f"✗ 学校结算表：{n}.xlsx 与另一份是同一所学校（{collect(folder)[0].report.school}），只能留一份"  # type: ignore[union-attr]
            for n in (1, 2)
        ),
        "✗ 财政拨付人社部门资助金通知扫描件：没有找到（扫描件的文件名如“市财政拨付市人社资助金通知.pdf”）",
        "✗ 拨付市属校资助金通知扫描件：没有找到（扫描件的文件名如“拨付市属校资助金通知.pdf”）",
    ]
    assert package.missing == 5


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("财政拨付人社.pdf", b"", "是空文件"),
        ("财政拨付人社.pdf", JPG, "内容不是 .pdf 扫描件，可能损坏或改过扩展名"),
        ("财政拨付人社.png", b"text", "内容不是 .png 扫描件，可能损坏或改过扩展名"),
    ],
)
def test_scans_that_are_none(folder: Path, name: str, data: bytes, problem: str) -> None:
    (folder / name).write_bytes(data)
    package = planned(folder, unit=CITY, term=SPRING)
    assert f"✗ 财政拨付人社部门资助金通知扫描件：{name} {problem}" in lines(package)


def test_suggested_names_answer_their_own_item() -> None:
    for item in submission().item:
        if item.kind == "scan" and item.required:
            path = Path(f"{item.file}.pdf")
            assert submission_module._answered(path.stem, "") is item


FROM_TREASURY, TO_SCHOOLS = "财政拨付人社部门资助金通知扫描件", "拨付市属校资助金通知扫描件"


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("泉州市财政局关于下达2024年春季技工院校学生资助资金的通知", FROM_TREASURY),
        ("泉州市财政局 泉州市人力资源和社会保障局关于下达2024年技工学校国家助学金的通知", FROM_TREASURY),
        ("财政拨付人社一", FROM_TREASURY),
        ("市财政关于拨付2024年春季技工院校资助金的函", FROM_TREASURY),
        ("拨付市人社局2024年春季技工院校资助金", FROM_TREASURY),
        ("泉州市财政局关于拨付市属技工院校2024年春季资助金的通知", TO_SCHOOLS),
        ("泉州市财政局关于下达各技工学校2024年春季资助金的通知", TO_SCHOOLS),
        ("泉州市人社局关于拨付市属技工院校2024年春季资助金的通知", TO_SCHOOLS),
        ("泉州市人力资源和社会保障局关于下达2024年春季技工院校中央财政补助资金的通知", TO_SCHOOLS),
        ("泉州市人社局关于下达2024年春季资助金的通知", TO_SCHOOLS),
        ("拨付学校资助金", TO_SCHOOLS),
        ("泉财社〔2024〕35号 关于下达2024年春季技工院校学生资助资金的通知", FROM_TREASURY),
        ("泉财教2024-35号 下达技工学校助学金", FROM_TREASURY),
        ("市人社局转发泉财社〔2024〕35号下达技工院校资助资金的通知", TO_SCHOOLS),
        ("下达市人社局2024年春季技工院校资助金", FROM_TREASURY),
        ("泉州技师学院助学金拨付通知", TO_SCHOOLS),
        ("附件3盖章", "盖章结算表扫描件"),
        ("技工院校名单", None),
        # Nobody can tell from whom to whom.
        ("关于下达2024年春季技工院校学生资助资金的通知", None),
        ("技工学校助学金拨款通知", None),
    ],
)
def test_whose_notice_a_scan_is(folder: Path, name: str, item: str | None) -> None:
    (folder / f"{name}.pdf").write_bytes(PDF)
    (one,) = collect(folder)
    assert (one.item and one.item.name) == item


UNCLEAR = "看不出是财政拨付人社部门的通知，还是拨付学校的通知；请在文件名里写明，如“市财政拨付市人社…”“拨付市属校…”"


def test_a_notice_of_nobody_knows_whom_is_told(folder: Path) -> None:
    (folder / "关于下达2024年春季技工院校学生资助资金的通知.pdf").write_bytes(PDF)
    package = planned(folder, unit=CITY, term=SPRING)
    assert package.remarks == [f"没有放进报送包：关于下达2024年春季技工院校学生资助资金的通知.pdf（{UNCLEAR}）"]
    assert package.files == []


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page with a text, as an office program writes it: glyphs by number, with what they stand for."""
    glyphs = {character: number for number, character in enumerate(dict.fromkeys("".join(lines)), 1)}
    shown = "".join(
        f"<{''.join(f'{glyphs[c]:04X}' for c in line)}> Tj 0 -20 Td " for line in lines
    )  # fmt: skip
    page = f"BT /F1 12 Tf 50 700 Td {shown}ET"
    table = "".join(f"<{number:04X}> <{ord(c):04X}>\n" for c, number in glyphs.items())
    known = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{len(glyphs)} beginbfchar\n{table}endbfchar\nendcmap end end"
    )
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /S /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(page)} >>\nstream\n{page}\nendstream",
        font,
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /S /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        "/Supplement 0 >> >>",
        f"<< /Length {len(known)} >>\nstream\n{known}\nendstream",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode()
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 8\n0000000000 65535 f \n{rows}trailer << /Size 8 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + end.encode()


TITLE = "关于下达2024年春季技工院校学生资助资金的通知"
TREASURY = ("泉州市财政文件", "泉财社〔2024〕35号", TITLE, "市人力资源和社会保障局：", "抄送：各技工学校。")
BUREAU = ("泉州市人力资源和社会保障局文件", TITLE, "市属各技工学校：", "根据泉财社〔2024〕35号，市财政局已下达。")


@pytest.mark.parametrize("name", [TITLE, "泉州市人社局关于下达2024年春季资助金的通知", "市财政拨付市人社", "扫描0001"])
def test_the_text_of_a_notice_says_whose_it_is(folder: Path, name: str) -> None:
    for text, item in ((TREASURY, FROM_TREASURY), (BUREAU, TO_SCHOOLS)):
        (folder / f"{name}.pdf").write_bytes(pdf_of(*text))
        (one,) = collect(folder)
        assert (one.item and one.item.name, one.problem, one.remark) == (item, "", "")


@pytest.mark.parametrize("text", [("泉州市财政局",), ("泉州市人力资源和社会保障局文件", TITLE, "惠安县人社局："), ()])
def test_a_text_that_does_not_say_it_leaves_it_to_the_name(folder: Path, text: tuple[str, ...]) -> None:
    (folder / "市财政拨付市人社.pdf").write_bytes(pdf_of(*text))
    (folder / "拨付市属校.pdf").write_bytes(pdf_of(*text))
    found = [one.item and one.item.name for one in collect(folder)]
    assert sorted(map(str, found)) == sorted([FROM_TREASURY, TO_SCHOOLS])


def test_two_scans_of_one_kind_and_what_answers_nothing(folder: Path) -> None:
    (folder / "财政拨付人社一.pdf").write_bytes(PDF)
    (folder / "财政拨付人社二.pdf").write_bytes(PDF)
    (folder / "合影.jpg").write_bytes(JPG)
    (folder / "说明.docx").write_bytes(b"PK")
    package = planned(folder, unit=CITY, term=SPRING)
    assert [name for name, _ in package.files] == [
        "拨付通知/市财政拨付市人社资助金通知.pdf",
        "拨付通知/市财政拨付市人社资助金通知（2）.pdf",
    ]
    assert package.remarks == ["没有放进报送包：合影.jpg", "没有放进报送包：说明.docx"]


# ── files ──


def test_lock_hidden_and_system_files_are_not_looked_at(folder: Path) -> None:
    for name in ("~$a.xlsx", ".~lock.a.xlsx#", ".hidden.pdf", "Thumbs.db", "desktop.ini", "x.TMP", "b.pdf", "包.zip"):
        (folder / name).write_bytes(PDF)
    (folder / ".git").mkdir()
    (folder / ".git" / "c.pdf").write_bytes(PDF)
    assert [path.name for path in files_in(folder, folder / "包.zip")] == ["b.pdf"]
    assert [path.name for path in files_in(folder)] == ["b.pdf", "包.zip"]


def test_folders_that_hold_something_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission_module, "MAX_FILES", 1)
    (folder / "a.pdf").touch()
    (folder / "b.pdf").touch()
    with pytest.raises(PackError, match=r"^文件夹里超过 1 个文件，不像要报送的材料。请只放要报送的文件。$"):
        list(files_in(folder))


def test_files_that_cannot_be_read(folder: Path) -> None:
    (folder / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    (folder / "别的.xlsx").write_bytes(
        (
            Path(__file__).parents[2] / "workbook_templates" / "fujian-2024" / "技工院校校级学生资助管理机构信息表.xlsx"
        ).read_bytes()
    )
    package = planned(folder, unit=CITY, term=SPRING)
    (line,) = (line for line in lines(package) if "坏.xlsx" in line)
    assert line.startswith("✗ 坏.xlsx：") and "请" in line
    assert package.remarks == ["没有放进报送包：别的.xlsx（不是结算表）"]


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        ([], {}, "没有认得出的结算表，请用 --term 写明报送哪个学期，如 --term 2024春。"),
        (["good.xlsx", "秋.xlsx"], {}, "里面有 2024春、2024秋 的表，请用 --term 写明报送哪个学期，如 --term 2024春。"),
        ([], {"term": SPRING}, "请用 --unit 写明报送单位名称，如 --unit 泉州市人力资源和社会保障局。"),
        (["good.xlsx"], {"sender": "设区市"}, "请用 --unit 写明报送单位名称，如 --unit 泉州市人力资源和社会保障局。"),
    ],
)
def test_what_must_be_said(
    books: Path, folder: Path, names: list[str], options: dict[str, object], message: str
) -> None:
    for name in names:
        shutil.copy(books / name, folder)
    with pytest.raises(Unclear) as caught:
        planned(folder, **options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("unit", "name"), [('某/局:*"', "某局"), ("...", "报送单位"), (" 某局. ", "某局"), ("长" * 99, "长" * 80)]
)
def test_names_every_system_takes(folder: Path, unit: str, name: str) -> None:
    package = planned(folder, unit=unit, term=SPRING)
    assert package.subject == f"{name}-2024年春季资助结算"


def test_marks_for_consoles_without_ticks(folder: Path) -> None:
    said = text_lines(planned(folder, unit=CITY, term=SPRING), PLAIN_MARKS)
    "".join(said).encode("gbk")
    assert any(line.startswith("× ") for line in said)


@pytest.mark.parametrize(("name", "kind"), [("示范校.xlsx", "locked"), ("盖章结算表.pdf", "locked")])
def test_a_file_that_goes_away_while_it_is_looked_at(
    folder: Path, books: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """What was checked and then cannot be read, or is another file by then, is not handed in."""
    shutil.copy(books / "good.xlsx", folder / name)

    def gone(path: Path) -> bytes:
        raise UnreadableFile(kind, "正被别的程序占用。")

    monkeypatch.setattr(submission_module, "received", gone)
    (one,) = collect(folder)
    assert one.failure is not None
    assert (one.item, one.failure.kind, one.failure.message) == (None, kind, "正被别的程序占用。")
    assert lines(planned(folder, unit=CITY, term=SPRING, sender="市属校"))[-4:-2] == [
        f"✗ {name}：正被别的程序占用。",
        "",
    ]


def test_a_file_that_changes_while_it_is_looked_at(folder: Path, books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(books / "good.xlsx", folder / "示范校.xlsx")
    monkeypatch.setattr(submission_module, "received", lambda path: b"another")
    (one,) = collect(folder)
    assert one.problem == "校验的时候被别的程序改过了，请再来一次"
