"""Rules between terms inside a batch, and reasons written for what only a batch finds."""

from __future__ import annotations

import io
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from jiesuan.batch import find
from jiesuan.batch.batch import Batch, state_of
from jiesuan.batch.between import report_of
from jiesuan.batch.engine import CRASHED
from jiesuan.batch.record import record
from jiesuan.batch.store import packed, read_index
from jiesuan.batch.table import table_lines
from jiesuan.bureau import second
from jiesuan.bureau.second import Look, look_again, second_look
from jiesuan.reading import received
from jiesuan.report import Report
from jiesuan.term import Term

from ..batch.city import City, bytes_of, moved, plain_city, school_bytes, school_name
from ..batch.inline import run_inline
from ..making import AUTUMN

NAME = school_name(0)
NONE = (
    "没有一所学校与 --previous 给的结果对照上；请核对给的是不是本学期上一次的、或上学期的结果，"
    "上学期的表还在不在原处，再运行一次。"
)
REASON = "市编办2024年6月批复更名，批复文号已附在报送材料里"


def roster(path: Path, *names: str) -> Path:
    """A list of schools."""
    book = Workbook()
    for line in (("学校名称",), *((name,) for name in names)):
        book.active.append(line)
    book.save(path)
    return path


def explained(marked: Path, code: str, reason: str = REASON) -> bytes:
    """What a school sends back: its marked copy with a reason typed beside every finding of a rule."""
    book = load_workbook(marked)
    sheet = book["校验结果"]
    [head] = [row for row in sheet.iter_rows() if "级别" in [cell.value for cell in row]]
    columns = {cell.value: cell.column for cell in head}
    typed = 0
    for row in range(head[0].row + 1, sheet.max_row + 1):
        if sheet.cell(row, columns["编号"]).value == code:
            sheet.cell(row, columns["说明"]).value = reason
            typed += 1
    assert typed
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def copy_of(out: Path) -> Path:
    """The marked copy for the only school that gets one."""
    [path] = (out / "学校").glob("*/*_已校验.xlsx")
    return path


def only(batch: Batch) -> Report:
    report = report_of(batch.schools[0])
    assert report is not None
    return report


def again(folder: Path, out: Path, previous: Path | None = None, roster: Path | None = None) -> Batch:
    """A batch as the command runs it."""
    return run_inline(folder, out, then=second_look(previous), previous=previous, roster=roster)


def test_a_reason_for_what_only_the_batch_finds(tmp_path: Path) -> None:
    names = roster(tmp_path / "名单.xlsx", NAME.replace("技工", "技师"))
    first = again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", roster=names)
    assert [(f.code, f.level) for f in only(first).findings] == [("B109", "核实")]
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "B109")}).write(tmp_path / "再收")
    for _ in range(2):  # the second time from what is kept
        second = again(back, tmp_path / "再出", roster=names)
        report = only(second)
        assert report.findings == [] and [f.code for f in report.explained] == ["B109"]
        assert [(a.code, a.state, a.reason) for a in report.explanations] == [("B109", "待复核", REASON)]
        assert state_of(second.schools[0]) == "通过" and second.clean
        assert report.counts["selected"] == sum(report.counts[k] for k in ("passed", "found", "explained", "unchecked"))
    # The list has the new name now: what was typed but never counted goes with its finding.
    third = again(back, tmp_path / "三出", roster=roster(tmp_path / "新.xlsx", NAME))
    assert (only(third).findings, only(third).explanations) == ([], [])
    # Without a list nobody can tell: the words stay.
    fourth = again(back, tmp_path / "四出")
    assert [(a.code, a.state) for a in only(fourth).explanations] == [("B109", "未能校验")]


def test_empty_words_excuse_nothing(tmp_path: Path) -> None:
    names = roster(tmp_path / "名单.xlsx", NAME.replace("技工", "技师"))
    again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", roster=names)
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "B109", "同上")}).write(tmp_path / "再收")
    report = only(again(back, tmp_path / "再出", roster=names))
    assert [f.code for f in report.findings] == ["B109"] and report.explained == []
    assert [(a.code, a.state) for a in report.explanations] == [("B109", "不采用")]


def test_a_student_who_moved_is_explained(tmp_path: Path) -> None:
    """What both schools write is judged like any other reason."""
    files = {"甲.xlsx": moved(1, 1, 1, "4月起转出"), "乙.xlsx": moved(5, 1, 4, "4月转入")}
    again(City({name: bytes_of(filling) for name, filling in files.items()}).write(tmp_path / "收"), tmp_path / "出")
    marked = list((tmp_path / "出" / "学校").glob("*/*_已校验.xlsx"))
    assert {path.name for path in marked} == {"甲_已校验.xlsx", "乙_已校验.xlsx"}
    back = City({path.name: explained(path, "B110", "转学批复2024年4月2日，两校月份已逐一核对") for path in marked})
    batch = again(back.write(tmp_path / "再收"), tmp_path / "再出")
    for school in batch.schools:
        report = report_of(school)
        assert report is not None
        assert [finding.code for finding in report.explained] == ["B110"]
        assert [(answer.code, answer.state) for answer in report.explanations] == [("B110", "待复核")]
        assert "B110" not in report.found_codes


# ── the rules between terms ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of last term's batch over one school, its workbooks beside it; tests copy what they change."""
    folder = tmp_path_factory.mktemp("上学期")
    again(City({"a.xlsx": school_bytes(0)}).write(folder / "春"), folder / "春出")
    return folder


def own(spring: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(spring, tmp_path / "上学期"))


def autumn(folder: Path) -> Path:
    """The school's workbook a term later, of which the names have little to do with last term's."""
    return City({"a.xlsx": school_bytes(0, term=AUTUMN)}).write(folder / "秋")


MOVED = "本学期新生报到和实习转出较多，异动批复见报送材料第3至5页"


def test_a_reason_for_what_only_last_term_gives(spring: Path, tmp_path: Path) -> None:
    first = again(autumn(tmp_path), tmp_path / "出", spring / "春出")
    found = Counter((f.code, f.level) for f in only(first).findings)
    assert found == {("T106", "核实"): 5, ("T105", "核实"): 2, ("T101", "核实"): 1}
    assert state_of(first.schools[0]) == "需核实"
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "T106", MOVED)}).write(tmp_path / "再收")
    for _ in range(2):  # the second time from what is kept
        second = again(back, tmp_path / "再出", spring / "春出")
        report = only(second)
        assert Counter(f.code for f in report.findings) == {"T105": 2, "T101": 1}
        assert [f.code for f in report.explained] == ["T106"] * 5
        assert {(a.code, a.state, a.reason) for a in report.explanations} == {("T106", "待复核", MOVED)}
        assert report.counts["selected"] == sum(report.counts[k] for k in ("passed", "found", "explained", "unchecked"))
        [kept] = read_index(tmp_path / "再出").files
        assert kept.errors == 0 and len(kept.result["explained"]) == 5
    # Without last term's workbooks nobody can tell: the words stay, unjudged.
    third = only(again(back, tmp_path / "三出"))
    assert (third.findings, third.explained) == ([], [])
    assert {(a.code, a.state) for a in third.explanations} == {("T106", "未能校验")}


def test_a_reason_for_the_batch_and_one_for_last_term(spring: Path, tmp_path: Path) -> None:
    names = roster(tmp_path / "名单.xlsx", NAME.replace("技工", "技师"))
    again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "春"), tmp_path / "春出", roster=names)
    again(autumn(tmp_path), tmp_path / "出", tmp_path / "春出", roster=names)
    data = explained(copy_of(tmp_path / "出"), "B109")
    (tmp_path / "半.xlsx").write_bytes(data)
    back = City({"b.xlsx": explained(tmp_path / "半.xlsx", "T101", MOVED)}).write(tmp_path / "再收")
    report = only(again(back, tmp_path / "再出", tmp_path / "春出", roster=names))
    assert sorted(f.code for f in report.explained) == ["B109", "T101"]
    assert sorted((a.code, a.state, a.reason) for a in report.explanations) == [
        ("B109", "待复核", REASON),
        ("T101", "待复核", MOVED),
    ]
    assert Counter(f.code for f in report.findings) == {"T106": 5, "T105": 2}


def told_of(batch: Batch) -> list[str]:
    """What the bureau reads of it: the terminal, the page, 汇总.xlsx."""
    out = batch.options.out
    row = [*load_workbook(out / "汇总.xlsx")["单位"].iter_rows(values_only=True)][-1]
    page = (out / "report.html").read_text(encoding="utf-8")
    return [
        *(text for text, _ in table_lines(batch) if text.startswith("注意：")),
        *re.findall(r'<p class="note">([^<]*上学期[^<]*)</p>', page),
        str(row[-1]),
    ]


@pytest.mark.parametrize("changed", [b"", b"other"])
def test_last_terms_workbook_is_not_there_any_more(spring: Path, tmp_path: Path, changed: bytes) -> None:
    """Not compared is no pass: the report, and whoever reads it, says so; the rest is done."""
    last = own(spring, tmp_path)
    (last / "春" / "a.xlsx").unlink()
    if changed:
        (last / "春" / "a.xlsx").write_bytes(changed)
    batch = again(autumn(tmp_path), tmp_path / "出", last / "春出")
    said = "上学期的表已不在原处，没有与上学期核对"
    assert (only(batch).remarks, only(batch).findings, batch.failed) == ([said], [], False)
    assert told_of(batch) == [
        f"注意：{NAME}：{said}。",
        f"注意：{NONE}",
        NONE,
        f"{said}。",
        said,
    ]
    assert (batch.uncompared, batch.clean) == ([NAME], False)
    assert not any(rule.code.startswith("T") for rule in only(batch).selected)


def test_a_workbook_that_changes_before_the_second_look(
    spring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = autumn(tmp_path)

    def once(path: Path) -> bytes:
        data = received(path)
        if path.parent == folder:
            path.write_bytes(b"other")
        return data

    monkeypatch.setattr(find, "received", once)
    batch = again(folder, tmp_path / "出", spring / "春出")
    said = "校验以后这个文件改过或不在了，没有与上学期核对"
    assert (only(batch).remarks, only(batch).findings) == ([said], [])
    assert told_of(batch) == [
        f"注意：{NAME}：{said}。",
        f"注意：{NONE}",
        NONE,
        f"{said}。",
        said,
    ]


def test_one_of_several_is_not_compared(tmp_path: Path) -> None:
    """Last term's workbook of one school is gone: the others are compared, and it is no pass; a new school is no fault."""
    plain_city(2).write(tmp_path / "春")
    again(tmp_path / "春", tmp_path / "春出")
    made = City({f"{n}.xlsx": school_bytes(n, term=AUTUMN) for n in (0, 1, 7)}).write(tmp_path / "秋")
    whole = again(made, tmp_path / "出", tmp_path / "春出")
    assert (whole.uncompared, whole.open_lines) == ([], [])
    (tmp_path / "春" / f"{NAME}.xlsx").unlink()
    part = again(made, tmp_path / "再出", tmp_path / "春出")
    line = f"{NAME}没有与上学期核对，不等于通过；请按各校写明的原因补上，再运行一次。"
    assert (part.uncompared, part.open_lines, record(part)["uncompared"]) == ([NAME], [line], [NAME])
    part.uncompared = [school_name(number) for number in range(4)]
    shown = "、".join(part.uncompared[:3])
    assert part.open_lines == [f"{shown}等 4 所学校{line.removeprefix(NAME)}"]


def test_last_term_given_wrong(spring: Path, tmp_path: Path) -> None:
    """Another term than the last, and a batch with nothing in it, compare nothing: that is no pass."""
    (tmp_path / "空").mkdir()
    again(tmp_path / "空", tmp_path / "空出")
    later = City({"a.xlsx": school_bytes(0, term=Term.parse("2025秋"))}).write(tmp_path / "后")
    for previous in (spring / "春出", tmp_path / "空出"):
        batch = again(later, tmp_path / f"{previous.name}出", previous)
        assert (batch.open_lines, batch.clean, batch.failed) == ([NONE], False, False)


def test_a_school_that_was_not_there_last_term(spring: Path, tmp_path: Path) -> None:
    """Not compared is no pass; a name alike is told, and the list may name the old one."""
    new = f"新{NAME}"
    files = {
        "a.xlsx": school_bytes(0, term=AUTUMN, school=new),
        "b.xlsx": school_bytes(5, term=AUTUMN, school="厦门轻工技校"),
    }
    folder = City(files).write(tmp_path / "收")
    batch = again(folder, tmp_path / "出", spring / "春出")
    told = {school.name: report_of(school).remarks for school in batch.schools}  # type: ignore[union-attr]
    assert told == {
        new: [
            f"没有与上学期核对：上学期的结果里没有这所学校，最接近的是“{NAME}”；校名改过的，请在学校名单里加一列“曾用名”写上旧名"
        ],
        "厦门轻工技校": ["没有与上学期核对：上学期的结果里没有这所学校"],
    }
    names = tmp_path / "名单.xlsx"
    book = Workbook()
    for line in (("学校名称", "曾用名"), (new, f"旧校、{NAME}"), ("厦门轻工技校", None)):
        book.active.append(line)
    book.save(names)
    batch = again(folder, tmp_path / "再出", spring / "春出", roster=names)
    report = report_of(batch.schools[0])
    assert report is not None and report.remarks == []
    assert {finding.code for finding in report.findings} == {"T101", "T105", "T106"}
    # Against an earlier batch of the same term nothing is missed.
    batch = again(folder, tmp_path / "三出", tmp_path / "出")
    assert [report.remarks for report in batch.reports] == [[], []]


def test_workbooks_that_will_not_open_the_second_time(spring: Path, tmp_path: Path) -> None:
    batch = again(autumn(tmp_path), tmp_path / "出")
    result = packed(only(batch))
    now = (tmp_path / "秋" / "a.xlsx").read_bytes()
    looks = [
        Look(0, "a.xlsx", b"PK", result, "", "旧.xlsx", now),
        Look(0, "a.xlsx", now, result, "", "旧.xlsx", b"PK\3\4"),
        Look(0, "a.xlsx", now, result, "2024秋", "旧.xlsx", now),
    ]
    assert [answer["remarks"] for answer in look_again(looks)] == [
        ["校验以后这个文件改过或不在了，没有与上学期核对"],
        ["没有与上学期核对：文件不完整，后半部分缺失，多半是下载或传送中断。请重新下载，或请对方重新发送。"],
        ["没有与上学期核对：上期的表应是2024年春季学期的，给的是2024年秋季学期的"],
    ]


def test_a_worker_that_fails_at_the_second_look(spring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(looks: object) -> None:
        raise MemoryError

    monkeypatch.setattr(second, "look_again", broken)
    batch = again(autumn(tmp_path), tmp_path / "出", spring / "春出")
    assert only(batch).remarks == [f"没有与上学期核对：{CRASHED.message}"]
    assert [text for text, _ in table_lines(batch) if text.startswith("注意：")] == [
        f"注意：{NAME}：没有与上学期核对：{CRASHED.message}",
        f"注意：{NONE}",
    ]


def test_a_batch_of_the_same_term_is_no_last_term(spring: Path, tmp_path: Path) -> None:
    batch = again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", spring / "春出")
    assert (only(batch).remarks, only(batch).findings) == ([], [])
    assert batch.schools[0].progress == {"仍存在": 0, "新出现": 0, "已消除": 0}
