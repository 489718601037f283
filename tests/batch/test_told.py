"""What the bureau reads: 汇总.xlsx, report.html, report.json and the table, of one small city."""

from __future__ import annotations

import io
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp

import pytest
from openpyxl import load_workbook

from jiesuan.batch import page as page_module
from jiesuan.batch.batch import Batch, demand, notes_in_short, notes_of
from jiesuan.batch.between import report_of
from jiesuan.batch.chart import bars, strip
from jiesuan.batch.parcel import Parcel, Problem
from jiesuan.batch.record import record
from jiesuan.batch.sheets import Sheets, lines
from jiesuan.batch.summary import summary
from jiesuan.batch.table import table_lines
from jiesuan.report import Unverified

from ..making import ID, PHONE, blank_file
from .city import City, plain_city, planted_bytes, school_name
from .inline import run_inline
from .test_between import town, write_roster


@cache
def batch() -> Batch:
    """One clean school, one with mistakes, one broken, one blank, one missing."""
    folder = Path(mkdtemp())
    made = plain_city(1)
    made.files["错.xlsx"] = planted_bytes(2, 3)[0]
    made.files[f"{school_name(3)}.xlsx"] = b"PK\3\4"
    made.files[f"{ID}.pdf"] = b""
    made.files["包.7z"] = b""
    made.write(folder / "收")
    blank_file(folder / "收" / f"{school_name(4)}.xlsx")
    write_roster(folder / "单.xlsx", [(school_name(n), "") for n in (0, 2, 3, 4, 5)])
    return run_inline(folder / "收", folder / "出", roster=folder / "单.xlsx", due="2024年9月20日前")


def out(name: str) -> bytes:
    return (batch().options.out / name).read_bytes()


def parcel(*problems: Problem, term: str = "2024年春季学期") -> Parcel:
    return Parcel("学校/甲", "甲技工学校", term, "9月20日前", "表.xlsx", problems)


ERROR = Problem("错误", "F101", "助学金", "C3", "一年级 · 金额", "算错了", "2 万元", "3 万元", "+1 万元", "文件", "改")
ASK = Problem("核实", "X1", "", "", "", "再看看", help="说明")


def test_the_demands() -> None:
    assert [(school.name, demand(batch(), number)) for number, school in enumerate(batch().schools)] == [
        (school_name(0), ""),
        (school_name(2), "改正后重报"),
        (school_name(3), "重报（文件不完整，后半部分缺失，多半是下载或传送中断）"),
        (school_name(4), "填好后报送"),
        (school_name(5), "催报结算表"),
    ]


def test_the_table() -> None:
    shown = [
        (re.sub(r"\d+(?=\D*$)", "n", text) if "错误 " in text else text, color) for text, color in table_lines(batch())
    ]
    report = report_of(batch().schools[1])
    assert report is not None
    levels, blank = report.levels, batch().reports[2].levels
    name = "泉城市第{}技工学校"
    assert shown[:4] == [
        ("没有打开：包.7z：.7z 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。", "red"),
        (
            f"读不了：{school_name(3)}.xlsx：文件不完整，后半部分缺失，多半是下载或传送中断。请重新下载，或请对方重新发送。",
            "red",
        ),
        ("跳过 1 个文件（不是工作簿、临时文件等，名单在 汇总.xlsx）。", ""),
        ("", ""),
    ]
    assert [text for text, _ in shown[4:10]] == [
        "学校                报送        结果      错误  核实  提示  要交什么",
        f"{name.format('一')}  已报        通过         0     0     0",
        f"{name.format('三')}  已报        退回修改  {levels['错误']:>4}  {levels['核实']:>4}  {levels['提示']:>4}  改正后重报",
        f"{name.format('四')}  已报        读不了       -     -     -  重报（文件不完整，后半部分缺失，多半是下载或传送中断）",
        f"{name.format('五')}  已报        空表      {blank['错误']:>4}  {blank['核实']:>4}  {blank['提示']:>4}  填好后报送",
        f"{name.format('六')}  未报        未报         -     -     -  催报结算表",
    ]
    assert [color for _, color in shown[5:10]] == ["", "red", "red", "red", "red"]
    assert shown[-1][0].startswith("4 个文件，5 所学校：通过 1 所，要交 4 所（其中未报 1 所）；错误 ")


def test_a_file_of_nobody_is_counted_as_no_school(tmp_path: Path) -> None:
    """Neither in the last line nor on the page, in the sheet, for programs, or among the schools to look at."""
    city = plain_city(1)
    city.files |= {"坏的.xlsx": b"PK\3\4", "空.xlsx": b""}
    done = run_inline(city.write(tmp_path / "收"), tmp_path / "出")
    assert list(table_lines(done))[-1][0] == (
        "3 个文件，1 所学校：通过 1 所，要交 0 所；另有 2 个文件认不出是哪所学校的；错误 0 处，核实 0 处，提示 0 处。"
    )
    assert record(done)["totals"] == {
        "files": 3, "unreadable": 2, "schools": 1, "unidentified": 2, "clean": 1, "levels": {"错误": 0, "核实": 0, "提示": 0},
    }  # fmt: skip
    assert [school["filed"] for school in record(done)["schools"]] == ["已报", "无法识别", "无法识别"]
    shown = (tmp_path / "出" / "report.html").read_text(encoding="utf-8")
    cards = re.findall(r'<div class="card[^"]*"><b>(\d+)</b><span>([^<]*)</span>', shown)
    assert cards[:5] == [("3", "文件"), ("1", "学校"), ("1", "通过"), ("0", "要交"), ("2", "认不出单位的文件")]
    book = load_workbook(tmp_path / "出" / "汇总.xlsx")
    assert book["单位"]["A2"].value == (
        "学期 2024春    文件 3 个    学校 1 所    通过 1 所    未报 0 所    读不了的文件 2 个    认不出是哪所学校的 2 个"
    )
    assert [row[1] for row in book["核查建议"].iter_rows(min_row=4, values_only=True) if row[1]] == [school_name(0)]


def test_the_document_for_programs() -> None:
    document = json.loads(out("report.json"))
    assert document == json.loads(json.dumps(record(batch()), ensure_ascii=False))
    assert list(document) == [
        "schema_version", "tool", "term", "terms", "uncompared", "roster", "totals", "schools", "files", "missing", "repeated", "passed_over", "troubles",
    ]  # fmt: skip
    assert document["totals"]["files"] == len(document["files"]) == 4
    assert {key: document["totals"][key] for key in ("unreadable", "schools", "clean")} == {
        "unreadable": 1,
        "schools": 5,
        "clean": 1,
    }
    first = document["schools"][0]
    assert {key: first[key] for key in ("school", "filed", "state", "must_return", "file", "outputs")} == {
        "school": school_name(0), "filed": "已报", "state": "通过", "must_return": False,
        "file": f"{school_name(0)}.xlsx", "outputs": [],
    }  # fmt: skip
    folder = f"学校/{school_name(2)}"
    assert document["schools"][1]["outputs"] == [
        f"{folder}/审核反馈.xlsx",
        f"{folder}/退回通知.docx",
        f"{folder}/错_已校验.xlsx",
    ]
    files = {item["path"]: item for item in document["files"]}
    wrong = files["错.xlsx"]
    assert (wrong["belongs_to"], wrong["counts_for_school"], wrong["status"]) == (school_name(2), True, "findings")
    assert sum(wrong["levels"].values()) == len(wrong["findings"])
    broken = files[f"{school_name(3)}.xlsx"]
    assert (broken["status"], broken["error"]["kind"], broken["counts_for_school"]) == (
        "unreadable",
        "truncated",
        False,
    )
    assert [(item["code"], item["school"]) for item in document["missing"]] == [("B107", school_name(5))]
    assert document["passed_over"] == [
        {"path": "350***********1234.pdf", "why": "不是工作簿", "kind": ""},
        {"path": "包.7z", "why": ".7z 压缩包打不开，里面的文件没有校验；请解压，或改压成 .zip。", "kind": "archive"},
    ]


def test_repeated_students_for_programs() -> None:
    [first, second] = record(town())["repeated"]
    assert re.fullmatch(r"\d{3}\*{11}\d{3}[\dX]", first["number"])
    assert [first["same_name"], second["same_name"]] == [True, False]
    assert [place["cell"] for place in first["places"]] == ["D7", "D7"]


# ── 汇总.xlsx ───────────────────────────────────────────────────────────────────────────────────────────────────────


def rows(name: str, first: int) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(out("汇总.xlsx")))[name]
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]


def test_the_sheets_can_be_filtered() -> None:
    book = load_workbook(io.BytesIO(out("汇总.xlsx")))
    assert book.sheetnames == [
        "单位", "学校×表", "全部问题", "没有查到的", "按规则", "重复学生", "核查建议", "没有校验的文件",
    ]  # fmt: skip
    assert all(sheet.auto_filter.ref for sheet in book)
    assert all(sheet.page_setup.paperSize == 9 and sheet.print_title_rows for sheet in book)


def test_the_schools() -> None:
    found = rows("单位", 5)
    assert [row[:3] for row in found] == [
        [school_name(0), "已报", "通过"],
        [school_name(2), "已报", "退回修改"],
        [school_name(3), "已报", "读不了"],
        [school_name(4), "已报", "空表"],
        [school_name(5), "未报", "未报"],
    ]
    assert found[0][3:6] == [0, 0, 0] and found[2][3:6] == [None] * 3


def test_all_findings_are_there() -> None:
    found = rows("全部问题", 4)
    told = [(row[0], row[1], row[2], row[4] or "", row[5] or "") for row in found]
    expected = [
        (school.name, f.level, f.code, f.sheet, f.cell)
        for school in batch().schools
        if (report := report_of(school)) is not None
        for f in report.findings
    ]
    assert told == [*expected, (school_name(5), "错误", "B107", "", "")]


def test_the_matrix_adds_up() -> None:
    found = rows("学校×表", 5)
    report = report_of(batch().schools[1])
    assert report is not None
    wrong = next(row for row in found if row[0] == school_name(2))
    numbers = [int(str(value or 0)) for value in wrong[2:]]
    assert sum(numbers) == wrong[1] == len(report.findings)
    assert [sum(numbers[n::3]) for n in range(3)] == list(report.levels.values())
    assert next(row for row in found if row[0] == school_name(3))[1] == "读不了"


def test_the_rules_add_up() -> None:
    found = rows("按规则", 3)
    assert sum(int(str(row[3])) for row in found) == sum(len(report.findings) for report in batch().reports)


def test_what_was_not_read() -> None:
    assert [row[:2] for row in rows("没有校验的文件", 3)] == [
        [f"{school_name(3)}.xlsx", "读不了"],
        ["350***********1234.pdf", "跳过"],
        ["包.7z", "没有打开"],
    ]


def test_texts_are_no_formulas_and_long_tables_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiesuan.batch.sheets.MAX_ROWS", 3)
    sheets = Sheets("甲")
    sheet = sheets.sheet("甲", (("列", 10.0),), top=0, landscape=False)
    assert sheets.rows(sheet, 1, [["=1+1"], ["http://a"], ["多"]], [sheets.cell], [10.0]) == 3
    made = load_workbook(io.BytesIO(sheets.close())).active
    assert [(cell.value, cell.data_type) for cell in made["A"]] == [("列", "s"), ("=1+1", "s"), ("http://a", "s")]


def test_lines() -> None:
    assert [lines("甲" * 8, 10), lines("甲" * 4, 10), lines("甲\n乙", 10), lines("", 10)] == [2, 1, 2, 1]


# ── report.html ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Page(HTMLParser):
    """Whether every element that opens closes; what it links to; its text."""

    VOID = ("meta", "input", "br")

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.links += [value for name in ("href", "src", "action") if (value := known.get(name))]
        self.ids |= {value for value in (known.get("id"),) if value}
        if tag not in self.VOID and tag not in ("rect", "path"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "path"):
            assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def parsed(data: bytes) -> Page:
    found = Page()
    found.feed(data.decode())
    found.close()
    assert found.stack == []
    return found


def test_one_file_without_network() -> None:
    page = parsed(out("report.html"))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links) and page.links
    text = out("report.html").decode()
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "url(" not in text and "@import" not in text


def test_every_finding_is_on_the_page() -> None:
    page = parsed(out("report.html"))
    text = "".join(page.said)
    for report in batch().reports:
        for finding in report.findings[: page_module.SHOWN]:
            assert finding.message in text and finding.code in text
    assert text.count("重报（文件不完整") == 1


def test_many_findings_are_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module, "SHOWN", 1)
    report = report_of(batch().schools[1])
    assert report is not None
    assert f"只列出前 1 处，另有 {len(report.findings) - 1} 处见 汇总.xlsx。" in page_module.page(batch()).decode()


def test_repeated_students_are_masked() -> None:
    text = "".join(parsed((town().options.out / "report.html").read_bytes()).said)
    assert "出现在几所学校的学生" in text and not re.search(r"\d{17}[\dX]", text)
    assert "没有给学校名单" not in text


def test_a_name_is_no_markup(tmp_path: Path) -> None:
    from .city import school_bytes

    City({"a.xlsx": school_bytes(0, school='<b>甲</b>&"技工学校')}).write(tmp_path / "收")
    made = run_inline(tmp_path / "收", tmp_path / "出")
    page = parsed(page_module.page(made))
    assert '<b>甲</b>&"技工学校' in page.said
    assert "没有给学校名单（--roster），查不出未报和多报的学校。" in page.said


def test_troubles_are_told_on_the_page(tmp_path: Path) -> None:
    made = run_inline(plain_city(1).write(tmp_path / "收"), tmp_path / "出")
    made.troubles.append(f"“{PHONE}”没有写成")
    assert "“139****5678”没有写成" in parsed(page_module.page(made)).said
    assert ("“139****5678”没有写成" in record(made)["troubles"][0]) and table_lines(made)


def test_charts() -> None:
    made = strip([("通过", 3), ("未报", 1)])
    assert [float(w) for w in re.findall(r'width="([\d.]+)" height="34"', made)] == [480.0, 160.0]
    assert re.findall(r">(\S+ \d+ 所)<", made) == ["通过 3 所", "未报 1 所"]
    widths = [
        float(w)
        for w in re.findall(r'width="([\d.]+)" height="16"', bars([("甲", 10, "错误"), ("乙" * 40, 5, "提示")]))
    ]
    assert widths[0] == 2 * widths[1]
    assert "乙" * 22 + "…<" in bars([("乙" * 40, 5, "提示")])


# ── what was left open ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_not_checked_is_told_where_nothing_was_found(tmp_path: Path) -> None:
    """Neither a finding nor a pass: rules that could not be checked, and remarks, each remark once in the terminal."""
    done = run_inline(plain_city(5).write(tmp_path / "收"), tmp_path / "出")
    for report in done.reports:
        report.remarks.append(f"工作表“{ID}”已损坏，没有读取。")
    rule = done.reports[0].selected[0]
    done.reports[0].unchecked = [Unverified(rule, "甲!B2 不是数")]
    shown = [text for text, _ in table_lines(done)]
    hidden = f"工作表“{ID[:3]}***********{ID[-4:]}”已损坏，没有读取。"
    first = "、".join(school.name for school in done.schools[:3])
    assert [text for text in shown if text.startswith("注意")] == [f"注意：{first}等 5 所学校：{hidden}"]
    sheet = load_workbook(io.BytesIO(summary(done)))["单位"]
    assert [row[-1].value for row in sheet.iter_rows(min_row=4, max_row=6)] == [
        "没有查到的", f"{hidden}\n未能校验[{rule.code}] 甲!B2 不是数", hidden,
    ]  # fmt: skip
    page = page_module.page(done).decode()
    assert page.count("<details ") == 5 and page.count(f'<p class="note">{hidden}</p>') == 5
    assert (
        '<p class="note">未能校验（不等于通过）：1 条规则，共 1 处</p><ul class="note">\n'
        f"<li>[{rule.code}] {rule.name}：甲!B2 不是数</li>\n</ul>"
    ) in page and ID not in page
    assert f'<a href="#s0">{done.schools[0].name}</a>' in page


def test_much_that_was_not_checked_is_counted_and_told_by_rule(tmp_path: Path) -> None:
    """No cell with hundreds of lines: a few words beside the school, and a line for every rule on a sheet of its own."""
    done = run_inline(plain_city(2).write(tmp_path / "收"), tmp_path / "出")
    report = done.reports[0]
    a, b, c, d = report.selected[:4]
    report.remarks += [f"注{number}" for number in range(5)]
    report.unchecked = [
        *(Unverified(a, f"甲!B{row} 不是数") for row in range(1, 4)),
        *(Unverified(b, f"甲!C{row} 不是数") for row in range(1, 201)),
        Unverified(d, "没有“6月”这一列"),
        Unverified(c, "没有“7月”这一列"),
    ]
    book = load_workbook(io.BytesIO(summary(done)))
    codes = sorted((c.code, d.code))
    assert [row[-1].value for row in book["单位"].iter_rows(min_row=5)] == [
        f"注0\n注1\n注2\n等 5 项\n未能校验[{a.code}] 甲!B1 不是数\n"
        f"共 4 条规则 205 处（{b.code}、{a.code}、{codes[0]}等），见“没有查到的”一张表",
        None,
    ]
    first = [f"甲!C{row} 不是数" for row in range(1, 7)]
    why = {c.code: "没有“7月”这一列", d.code: "没有“6月”这一列"}
    name, file = done.schools[0].name, f"{done.schools[0].name}.xlsx"
    assert list(book["没有查到的"].iter_rows(min_row=3, values_only=True)) == [
        ("单位", "规则", "名称", "处数", "为什么没有查", "文件"),
        *((name, None, None, None, f"注{number}", file) for number in range(5)),
        (name, b.code, b.name, 200, f"{'；'.join(first)}……等 200 处", file),
        (name, a.code, a.name, 3, "甲!B1 不是数；甲!B2 不是数；甲!B3 不是数", file),
        *((name, rule.code, rule.name, 1, why[rule.code], file) for rule in sorted((c, d), key=lambda rule: rule.code)),
    ]
    page = page_module.page(done).decode()
    assert "未能校验（不等于通过）：4 条规则，共 205 处</p>" in page
    assert f"<li>[{b.code}] {b.name}：甲!C1 不是数；甲!C2 不是数；甲!C3 不是数……等 200 处</li>" in page
    # As many as the cell holds are told there one by one.
    report.remarks.clear()
    report.unchecked = report.unchecked[:3]
    told = [f"未能校验[{a.code}] 甲!B{row} 不是数" for row in range(1, 4)]
    assert notes_in_short(done.schools[0]) == told == notes_of(done.schools[0])


def test_long_names_and_what_could_not_be_written_in_the_terminal(tmp_path: Path) -> None:
    done = run_inline(plain_city(1).write(tmp_path / "收"), tmp_path / "出")
    done.schools[0].name = "泉城" * 15 + "技工学校"
    done.troubles.append(f"“学校/{ID}.docx”没有写成：磁盘已满。")
    told = list(table_lines(done))
    assert told[:2] == [(f"“学校/{ID[:3]}***********{ID[-4:]}.docx”没有写成：磁盘已满。", "red"), ("", "")]
    assert told[2][0].startswith("学校" + " " * 37 + "报送") and told[3][0].startswith("泉城" * 9 + "泉…  已报  ")
