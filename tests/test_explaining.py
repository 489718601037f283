"""The command line: explain, review, and what check and clear make of explanations."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from jiesuan import explaining, marked
from jiesuan.cli import app
from jiesuan.reading import UnreadableFile
from jiesuan.rule import LEVELS

from .explain.making import GOOD, LATER, LIST, MEAN, NO_PHONE, NOW, asked, phones, right
from .making import ID, PACK, PHONE
from .marking.making import members, openpyxl_book, resaved, sheet_names, values
from .marking.test_resaved import by_libreoffice

SHEETS = ["助学金结算表", LIST, "免学费精准统计", MEAN]
REASON, STATE, MARK = 11, 12, 13


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_time(monkeypatch, NOW)
    path = tmp_path / "示范校.xlsx"
    path.write_bytes(asked())
    return path


def at_time(monkeypatch: pytest.MonkeyPatch, time: str) -> None:
    for module in ("jiesuan.explain", "jiesuan.explaining", "jiesuan.marked"):
        monkeypatch.setattr(f"{module}.time_now", lambda: time)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def explain(file: Path, *more: object, code: str = "F406", cell: str = "B33", reason: str = GOOD) -> Result:
    return run("explain", file, code, cell, "--reason", reason, "--in-place", *more)


def checked(file: Path) -> tuple[dict[str, Any], int]:
    """The record of one check, and its exit code."""
    done = run("check", file, "--format", "json")
    record: dict[str, Any] = json.loads(done.stdout)["files"][0]
    return record, done.exit_code


def states(file: Path) -> list[tuple[str, str, str]]:
    return [(item["code"], item["cell"], item["state"]) for item in checked(file)[0]["explanations"]]


def edit(file: Path, changes: Mapping[str, object]) -> None:
    """Type into cells `表!A1` as a person would."""
    book = openpyxl.load_workbook(file)
    for address, value in changes.items():
        sheet, _, cell = address.rpartition("!")
        book[sheet][cell] = value
    book.save(file)


def rows(file: Path, sheet: str, first: int) -> list[list[str]]:
    found = openpyxl_book(file.read_bytes())[sheet]
    return [[str(cell.value or "") for cell in row] for row in found.iter_rows(min_row=first) if row[1].value]


def result_row(file: Path, code: str, cell: str) -> int:
    """The row of a finding on the result sheet."""
    sheet = openpyxl_book(file.read_bytes())["校验结果"]
    return next(r for r in range(8, 60) if (sheet.cell(r, 2).value, sheet.cell(r, 4).value) == (code, cell))


def type_reason(file: Path, reason: str, code: str = "F406", cell: str = "B33") -> None:
    edit(file, {f"校验结果!K{result_row(file, code, cell)}": reason})


class TestExplain:
    def test_written_beside_the_file(self, file: Path) -> None:
        done = run("explain", file, "f406", f"{MEAN}!B33", "--reason", GOOD, "--by", "王老师/会计")
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == (
            f"F406 {MEAN}!B33 的说明已记下。已写入 示范校_已说明.xlsx，原文件未动。\n还有 2 处核实没有说明。\n"
        )
        assert file.read_bytes() == asked()
        out = file.with_name("示范校_已说明.xlsx")
        assert sheet_names(out.read_bytes()) == [*SHEETS, "审核说明"]
        [row] = rows(out, "审核说明", 5)
        assert row[:3] == ["F406", MEAN, "B33"]
        assert row[3].startswith(
            "期末结余与公式不符：不等于实际收到减本学期对应金额（加或不加前期结余）\n表下 · 期末结余\n实为 7.0000 万元，应为 "
        )
        assert row[4:11] == [GOOD, "王老师/会计", NOW, "待复核", "", "", ""]
        assert re.fullmatch("1:[0-9a-f]{16}:[0-9a-f]{16}:[0-9a-f]{16}", row[11])
        assert values_of_forms(out.read_bytes()) == values_of_forms(asked())

    def test_the_sheet_is_made_to_be_read_and_printed(self, file: Path) -> None:
        explain(file)
        sheet = openpyxl_book(file.read_bytes())["审核说明"]
        titles = [
            "编号",
            "表",
            "单元格",
            "问题",
            "说明",
            "说明人",
            "说明时间",
            "核实状态",
            "复核意见",
            "复核人",
            "复核时间",
            "核对码",
        ]
        assert [cell.value for cell in sheet[4]] == titles
        assert sheet.column_dimensions["L"].hidden and not sheet.column_dimensions["K"].hidden
        assert sheet.freeze_panes == "A5" and sheet.print_title_rows == "$4:$4"
        assert sheet.page_setup.orientation == "landscape" and sheet.sheet_state == "visible"

    def test_only_what_must_change_changes(self, file: Path) -> None:
        explain(file)
        before, after = members(asked()), members(file.read_bytes())
        assert set(after) - set(before) == {"xl/worksheets/sheet5.xml"}
        assert {name for name in before if before[name] != after[name]} == {
            "[Content_Types].xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/workbook.xml",
        }

    def test_the_next_check_counts_it(self, file: Path) -> None:
        before, code = checked(file)
        assert (code, before["counts"]["explained"], before["explained"], before["explanations"]) == (1, 0, [], [])
        explain(file, "--by", "王老师")
        after, code = checked(file)
        assert code == 1
        assert after["counts"] == {**before["counts"], "found": before["counts"]["found"] - 1, "explained": 1}
        assert after["levels"] == {"错误": 0, "核实": 2, "提示": 0}
        assert after["explained"] == [item for item in before["findings"] if item["code"] == "F406"]
        assert after["findings"] == [item for item in before["findings"] if item["code"] != "F406"]
        assert after["explanations"] == [
            {
                "code": "F406",
                "sheet": MEAN,
                "cell": "B33",
                "label": "表下 · 期末结余",
                "reason": GOOD,
                "state": "待复核",
                "comment": "",
                "why": "",
            }
        ]
        assert "王老师" not in json.dumps(after, ensure_ascii=False)

    def test_all_explained_is_clean(self, file: Path) -> None:
        explain(file)
        for cell in phones():
            done = explain(file, code="L102", cell=cell, reason=NO_PHONE)
        assert done.stderr.endswith("核实都已说明。\n")
        record, code = checked(file)
        assert (code, record["status"], record["levels"]) == (0, "clean", dict.fromkeys(LEVELS, 0))
        counts = record["counts"]
        assert (counts["found"], counts["explained"]) == (0, 2)
        assert counts["selected"] == counts["passed"] + 2
        text = run("check", file)
        assert text.exit_code == 0
        assert "有问题 0 + 已说明 2 + 未能校验 0" in text.stdout
        assert "书面说明 3 条：待复核 3\n" in text.stdout
        assert f"  待复核  [F406] {MEAN}!B33  表下 · 期末结余\n      说明：{GOOD}\n" in text.stdout
        assert text.stdout.endswith("没有错误，3 处核实都已说明，可以打印盖章，连同“审核说明”一起报送。\n")

    def test_again_replaces(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        explain(file, "--by", "王老师")
        at_time(monkeypatch, LATER)
        assert explain(file, reason="原说明有误：结余是捐赠款，不在本表").exit_code == 0
        [row] = rows(file, "审核说明", 5)
        assert row[4:8] == ["原说明有误：结余是捐赠款，不在本表", "", LATER, "待复核"]

    def test_lapsed_when_a_figure_changes(self, file: Path) -> None:
        explain(file)
        edit(file, {f"{MEAN}!B33": 8})
        record, code = checked(file)
        assert (code, record["counts"]["explained"], record["levels"]["核实"]) == (1, 0, 3)
        assert [(item["state"], item["why"]) for item in record["explanations"]] == [
            ("失效", "说明之后有关的数变了，请按现在的数重新写明。")
        ]
        assert "  失效  [F406]" in run("check", file).stdout
        run("check", file, "--mark", "--in-place")
        assert rows(file, "审核说明", 5)[0][7] == "失效"
        sheet = openpyxl_book(file.read_bytes())["校验结果"]
        row = result_row(file, "F406", "B33")
        assert sheet.cell(row, REASON).value == GOOD
        assert sheet.cell(row, STATE).value == "失效：说明之后有关的数变了，请按现在的数重新写明。"
        assert sheet.cell(row, 1).value == "核实"

    def test_and_no_longer_needed_when_it_is_corrected(self, file: Path) -> None:
        explain(file)
        edit(file, {f"{MEAN}!B33": right()})
        assert states(file) == [("F406", "B33", "不再需要")]
        assert "  不再需要  [F406]" in run("check", file).stdout
        run("check", file, "--mark", "--in-place")
        assert rows(file, "审核说明", 5)[0][7] == "不再需要"


def values_of_forms(data: bytes) -> Any:
    return {name: found for name, found in values(data).items() if name in SHEETS}


class TestRefused:
    def refused(self, file: Path, text: str, *arguments: object) -> None:
        before = {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()}
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert text in done.stderr
        assert "Traceback" not in done.output
        assert {path: path.read_bytes() for path in file.parent.iterdir() if path.is_file()} == before

    @pytest.mark.parametrize(
        ("reason", "text"),
        [
            ("情况属实，已核实", "示范校.xlsx：说明太笼统（“情况属实，已核实”没有说出原因）。请写明是什么情况"),
            ("转学", "说明太短（“转学”）。请写明"),
            ("12345", "说明里只有数字或标点，没有写原因。"),
            (f"学生{ID}没有手机", "说明里有身份证号、银行卡号或手机号，请删去号码"),
            (f"已改为监护人电话{PHONE}", "说明里有身份证号、银行卡号或手机号，请删去号码"),
            (" ", "没有写原因。"),
        ],
    )
    def test_reasons(self, file: Path, reason: str, text: str) -> None:
        self.refused(file, text, "explain", file, "F406", "B33", "--reason", reason)

    @pytest.mark.parametrize(
        ("code", "cell", "text"),
        [
            ("F406", "B34", f"“B34”没有 F406 的问题。有的是：{MEAN}!B33。"),
            ("F406", "助学金结算表!B33", f"“助学金结算表!B33”没有 F406 的问题。有的是：{MEAN}!B33。"),
            ("F406", "第33行", f"“第33行”不是单元格。请写作 表名!L17 或 L17。有 F406 的问题的是：{MEAN}!B33。"),
            ("L102", "B33", "B33 这一格的问题是 F406（核实）。"),
            ("X301", "B33", "这个工作簿没有 X301 的问题，不用说明。要核实的是 L102、F406。"),
            ("X201", "L17", "X201 是“错误”，必须改正，不能用说明代替。办法："),
            ("F204", "A1", "F204 是“提示”，不需要说明。"),
            ("F4O6", "B33", "没有编号为“F4O6”的规则，是不是 F406？"),
            ("完全不对", "B33", "没有编号为“完全不对”的规则。全部规则见 jiesuan rules。"),
        ],
    )
    def test_places(self, file: Path, code: str, cell: str, text: str) -> None:
        self.refused(file, text, "explain", file, code, cell, "--reason", GOOD)

    def test_names(self, file: Path) -> None:
        arguments = ("explain", file, "F406", "B33", "--reason", GOOD, "--by")
        self.refused(file, "姓名里有身份证号或手机号", *arguments, f"王老师{PHONE}")
        self.refused(file, "40 个字以内", *arguments, "王" * 41)

    def test_the_same_words_after_they_were_returned(self, file: Path) -> None:
        explain(file)
        run("review", file, "F406", "B33", "--return", "--comment", "请附通知书", "--in-place")
        text = "与已退回的说明一字不差。复核人的意见是：请附通知书。"
        self.refused(file, text, "explain", file, "F406", "B33", "--reason", GOOD, "--in-place")
        done = explain(file, reason=f"{GOOD}，文号写在备注")
        assert done.exit_code == 0
        assert rows(file, "审核说明", 5)[0][7:9] == ["待复核", "上次退回：请附通知书"]

    def test_no_findings_at_all(self, file: Path) -> None:
        edit(file, {f"{MEAN}!B33": right(), **{f"{LIST}!{cell}": "13800000000" for cell in phones()}})
        text = "这个工作簿没有 F406 的问题，不用说明。现在没有要核实的地方。"
        self.refused(file, text, "explain", file, "F406", "B33", "--reason", GOOD)

    def test_files(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        arguments = ("explain", file, "F406", "B33", "--reason", GOOD)
        file.with_name("示范校_已说明.xlsx").write_bytes(b"mine")
        self.refused(file, "“示范校_已说明.xlsx”已经存在，没有覆盖：", *arguments)
        self.refused(file, "-o 和 --in-place 只能用一个", *arguments, "--in-place", "-o", "a.xlsx")
        self.refused(file, "要写回原文件请用 --in-place", *arguments, "-o", file)
        assert run(*arguments, "--force").exit_code == 0
        file.chmod(0o444)
        self.refused(file, "只读", *arguments, "--in-place")
        file.chmod(0o644)
        lock = file.with_name(f"~${file.name}")
        lock.write_bytes(b"")
        self.refused(file, "正在别的程序中打开", *arguments, "--in-place")
        assert "没有保存的改动不在内" in run(*arguments, "-o", file.with_name("c.xlsx")).stderr
        lock.unlink()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        self.refused(file, "磁盘已满", *arguments, "--in-place")

    def test_no_settlement_workbook(self, file: Path) -> None:
        self.refused(file, "找不到", "explain", file.with_name("无.xlsx"), "F406", "B33", "--reason", GOOD)
        self.refused(file, "找不到", "review", file.with_name("无.xlsx"))
        record = json.loads(run("review", file.with_name("无.xlsx"), "--format", "json").stdout)["files"][0]
        assert (record["explanations"], record["error"]["kind"]) == ([], "not-found")

    def test_signed(self, file: Path) -> None:
        import zipfile

        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("_xmlsignatures/origin.sigs", "")
        self.refused(file, "数字签名", "explain", file, "F406", "B33", "--reason", GOOD)

    def test_an_error_of_ours(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise KeyError("某学生")

        monkeypatch.setattr(explaining, "with_kept", broken)
        self.refused(file, "程序内部出错（KeyError）", "explain", file, "F406", "B33", "--reason", GOOD)

    def test_a_locked_structure_stays_locked(self, file: Path) -> None:
        book = openpyxl.load_workbook(file)
        book.security = openpyxl.workbook.protection.WorkbookProtection(workbookPassword="1", lockStructure=True)
        book.save(file)
        assert explain(file).exit_code == 0
        assert openpyxl_book(file.read_bytes()).security.lockStructure
        assert states(file) == [("F406", "B33", "待复核")]

    def test_a_sheet_of_that_name_is_the_users(self, file: Path) -> None:
        book = openpyxl.load_workbook(file)
        book.create_sheet("审核说明")["A1"] = "自己的表"
        book.save(file)
        explain(file)
        assert sheet_names(file.read_bytes()) == [*SHEETS, "审核说明", "审核说明2"]
        assert states(file) == [("F406", "B33", "待复核")]


class TestReview:
    @pytest.fixture
    def sent(self, file: Path) -> Path:
        """What a school sends."""
        explain(file, "--by", "王老师")
        explain(file, code="L102", cell=phones()[0], reason=NO_PHONE)
        return file

    def test_list(self, sent: Path) -> None:
        before = sent.read_bytes()
        done = run("review", sent)
        assert (done.exit_code, done.stderr, sent.read_bytes()) == (0, "", before)
        assert done.stdout == (
            "示范校.xlsx    市属 · 2024春 · 某市示范第一技工学校\n\n书面说明 2 条：待复核 2\n"
            f"  待复核  [F406] {MEAN}!B33  表下 · 期末结余\n      说明：{GOOD}\n"
            f"  待复核  [L102] {LIST}!{phones()[0]}  第{phones()[0][1:]}行 · 联系电话\n      说明：{NO_PHONE}\n"
        )
        record = json.loads(run("review", sent, "--format", "json").stdout)["files"][0]
        assert [item["state"] for item in record["explanations"]] == ["待复核", "待复核"]
        assert (record["file"], record["output"], record["error"]) == ("示范校.xlsx", None, None)

    def test_nothing_to_list(self, file: Path) -> None:
        assert run("review", file).stdout.endswith("  这个工作簿里没有书面说明。\n")

    def test_accepted(self, sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        at_time(monkeypatch, LATER)
        done = run("review", sent, "F406", "B33", "--accept", "--by", "李科长")
        assert done.exit_code == 0
        assert done.stderr == f"F406 {MEAN}!B33 已接受。已写入 示范校_已复核.xlsx，原文件未动。\n"
        out = sent.with_name("示范校_已复核.xlsx")
        assert rows(out, "审核说明", 5)[0][5:11] == ["王老师", NOW, "已接受", "", "李科长", LATER]
        assert states(out) == [("F406", "B33", "已接受"), ("L102", phones()[0], "待复核")]
        assert checked(out)[0]["counts"]["explained"] == 1
        assert "李科长" not in run("check", out).output + run("check", out, "--format", "json").output

    def test_returned(self, sent: Path) -> None:
        run("review", sent, "F406", "B33", "--return", "--comment", "请附通知书", "--by", "李科长", "--in-place")
        record, code = checked(sent)
        assert (code, record["counts"]["explained"], record["levels"]["核实"]) == (1, 0, 2)
        assert [(item["state"], item["comment"]) for item in record["explanations"]] == [
            ("已退回", "请附通知书"),
            ("待复核", ""),
        ]
        assert (
            f"  已退回  [F406] {MEAN}!B33  表下 · 期末结余\n      说明：{GOOD}\n      退回：请附通知书\n"
            in run("check", sent).stdout
        )
        run("check", sent, "--mark", "--in-place")
        sheet = openpyxl_book(sent.read_bytes())["校验结果"]
        row = result_row(sent, "F406", "B33")
        assert (sheet.cell(row, REASON).value, sheet.cell(row, STATE).value) == (GOOD, "已退回：请附通知书")

    def test_a_review_lapses_with_its_explanation(self, sent: Path) -> None:
        run("review", sent, "F406", "B33", "--accept", "--in-place")
        edit(sent, {f"{MEAN}!B33": 8})
        assert ("F406", "B33", "失效") in states(sent)
        done = run("review", sent, "F406", "B33", "--accept", "--in-place")
        assert (done.exit_code, "这条说明现在是“失效（原已接受）”" in done.stderr) == (2, True)
        explain(sent, reason="结余又转入捐赠款一万元，见收据")
        assert rows(sent, "审核说明", 5)[0][7:11] == ["待复核", "", "", ""]

    def test_all_at_once(self, sent: Path) -> None:
        run("review", sent, "F406", "B33", "--return", "--comment", "请附通知书", "--in-place")
        done = run("review", sent, "--accept-all", "--in-place", "--by", "李科长")
        assert f"L102 {LIST}!{phones()[0]} 已接受。" in done.stderr
        assert [state for _, _, state in states(sent)] == ["已退回", "已接受"]
        done = run("review", sent, "--accept-all", "--in-place")
        assert (done.exit_code, "没有待复核的说明。" in done.stderr) == (2, True)

    def test_json_of_a_review(self, sent: Path) -> None:
        record = json.loads(run("review", sent, "--accept-all", "--format", "json").stdout)["files"][0]
        assert record["output"] == "示范校_已复核.xlsx"
        assert [item["state"] for item in record["explanations"]] == ["已接受", "已接受"]

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            (["F406", "B33"], "请写明 --accept（接受）还是 --return（退回）。"),
            (["F406", "--accept"], "请写明复核哪一条：编号和单元格"),
            (["--return"], "请写明复核哪一条"),
            (["F406", "B33", "--accept", "--return"], "只能用一个"),
            (["F406", "B33", "--accept-all"], "不要再写编号和单元格"),
            (["--in-place"], "要和 --accept、--return 或 --accept-all 一起用"),
            (["F406", "B33", "--accept", "-o", "a.xlsx", "--in-place"], "只能用一个"),
            (["F406", "B33", "--return"], "退回要写明意见：请加 --comment"),
            (["F406", "B33", "--return", "--comment", f"请联系{PHONE}"], "意见里有身份证号、银行卡号或手机号"),
            (["F406", "B33", "--accept", "--by", PHONE], "姓名里有身份证号或手机号"),
            (["F406", "A1", "--accept"], f"“A1”没有 F406 的说明。有的是：{MEAN}!B33。"),
            (["X301", "A1", "--accept"], "没有 X301 的说明。有说明的是 F406、L102。"),
        ],
    )
    def test_refused(self, sent: Path, arguments: list[str], text: str) -> None:
        before = sent.read_bytes()
        done = run("review", sent, *arguments)
        assert (done.exit_code, text in done.stderr) == (2, True), done.stderr
        assert sent.read_bytes() == before and not sent.with_name("示范校_已复核.xlsx").exists()
        assert PHONE not in done.output

    def test_refused_where_there_is_none(self, file: Path) -> None:
        assert "这个工作簿里没有说明。" in run("review", file, "F406", "B33", "--accept").stderr

    def test_by_hand_on_the_sheet(self, sent: Path) -> None:
        edit(sent, {"审核说明!H5": "退回", "审核说明!I5": "请附通知书", "审核说明!H6": "接受"})
        assert [state for _, _, state in states(sent)] == ["已退回", "已接受"]
        assert "      退回：请附通知书\n" in run("check", sent).stdout


class TestOnTheResultSheet:
    @pytest.fixture
    def marked_file(self, file: Path) -> Path:
        run("check", file, "--mark", "--in-place")
        return file

    def test_typed_there(self, marked_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        type_reason(marked_file, GOOD)
        assert states(marked_file) == [("F406", "B33", "待复核")]
        at_time(monkeypatch, LATER)
        run("check", marked_file, "--mark", "--in-place")
        [row] = rows(marked_file, "审核说明", 5)
        assert row[4:8] == [GOOD, "", LATER, "待复核"]
        sheet = openpyxl_book(marked_file.read_bytes())["校验结果"]
        at = result_row(marked_file, "F406", "B33")
        assert [sheet.cell(at, n).value for n in (1, REASON, STATE)] == ["已说明", GOOD, "待复核"]
        assert at == 7 + 3
        assert sheet["A3"].value.startswith("错误 0 处    核实 2 处    提示 0 处    已说明 1 处        规则")
        assert sheet.cell(at, 4).hyperlink.location == f"'{MEAN}'!B33"

    def test_marking_twice_is_marking_once(self, marked_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        type_reason(marked_file, GOOD)
        run("check", marked_file, "--mark", "--in-place")
        once = marked_file.read_bytes()
        at_time(monkeypatch, LATER)
        assert "没有再写" in run("check", marked_file, "--mark", "--in-place").stderr
        assert marked_file.read_bytes() == once

    def test_refused_there(self, marked_file: Path) -> None:
        type_reason(marked_file, "已核实")
        run("check", marked_file, "--mark", "--in-place")
        run("check", marked_file, "--mark", "--in-place")
        sheet = openpyxl_book(marked_file.read_bytes())["校验结果"]
        at = result_row(marked_file, "F406", "B33")
        assert [sheet.cell(at, n).value for n in (1, REASON)] == ["核实", "已核实"]
        assert sheet.cell(at, STATE).value.startswith("不采用：说明太笼统（“已核实”没有说出原因）。请写明")
        assert "审核说明" not in sheet_names(marked_file.read_bytes())
        run("clear", marked_file, "--in-place")
        assert states(marked_file) == [("F406", "B33", "不采用")]

    def test_the_row_knows_the_figures_it_spoke_of(self, marked_file: Path) -> None:
        type_reason(marked_file, GOOD)
        edit(marked_file, {f"{MEAN}!B33": 8})
        assert states(marked_file) == [("F406", "B33", "失效")]

    def test_sorting_the_sheet_takes_it_along(self, marked_file: Path) -> None:
        book = openpyxl.load_workbook(marked_file)
        sheet = book["校验结果"]
        lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=8, max_row=10)]
        for number, line in enumerate(reversed(lines), 8):
            for column, value in enumerate(line, 1):
                sheet.cell(number, column).value = value
        sheet.cell(8, REASON).value = GOOD
        assert sheet.cell(8, 2).value == "F406"
        book.save(marked_file)
        assert states(marked_file) == [("F406", "B33", "待复核")]

    def test_explained_by_the_command_it_is_shown_there(self, marked_file: Path) -> None:
        explain(marked_file)
        sheet = openpyxl_book(marked_file.read_bytes())["校验结果"]
        assert sheet.cell(result_row(marked_file, "F406", "B33"), STATE).value == "待复核"
        assert sheet_names(marked_file.read_bytes()) == [*SHEETS, "审核说明", "校验结果"]

    def test_the_command_wins_over_what_is_typed_and_spares_the_rest(self, marked_file: Path) -> None:
        type_reason(marked_file, "属实")
        type_reason(marked_file, "无", "L102", phones()[0])
        type_reason(marked_file, NO_PHONE, "L102", phones()[1])
        explain(marked_file)
        sheet = openpyxl_book(marked_file.read_bytes())["校验结果"]
        assert sheet.cell(result_row(marked_file, "F406", "B33"), REASON).value == GOOD
        assert sheet.cell(result_row(marked_file, "L102", phones()[0]), REASON).value == "无"
        assert [(code, cell) for code, cell, state in states(marked_file) if state == "待复核"] == [
            ("L102", phones()[1]),
            ("F406", "B33"),
        ]

    def test_emptied_it_is_withdrawn(self, marked_file: Path) -> None:
        explain(marked_file)
        edit(marked_file, {f"校验结果!K{result_row(marked_file, 'F406', 'B33')}": None})
        assert states(marked_file) == []
        run("check", marked_file, "--mark", "--in-place")
        assert rows(marked_file, "审核说明", 5) == []
        explain(marked_file)
        sheet = openpyxl_book(marked_file.read_bytes())["审核说明"]
        assert sheet["E5"].fill.fgColor.rgb == "FFFFFDF0"

    def test_a_deleted_result_sheet_withdraws_nothing(self, marked_file: Path) -> None:
        explain(marked_file)
        book = openpyxl.load_workbook(marked_file)
        del book["校验结果"]
        book.save(marked_file)
        assert states(marked_file) == [("F406", "B33", "待复核")]


class TestClear:
    def test_without_explanations_it_is_the_file_to_the_byte(self, file: Path) -> None:
        run("check", file, "--mark", "--in-place")
        run("clear", file, "--in-place")
        assert file.read_bytes() == asked()

    def test_explanations_stay_and_only_they(self, file: Path) -> None:
        explain(file)
        plain = file.read_bytes()
        run("check", file, "--mark", "--in-place")
        assert "存到了" not in run("clear", file, "--in-place").stderr
        assert file.read_bytes() == plain
        assert states(file) == [("F406", "B33", "待复核")]

    def test_what_was_typed_since_is_saved(self, file: Path) -> None:
        run("check", file, "--mark", "--in-place")
        type_reason(file, GOOD)
        type_reason(file, "无", "L102", phones()[0])
        done = run("clear", file, "--in-place")
        assert done.stderr.endswith(
            "新写的说明 2 条存到了“审核说明”表：待复核 1 条，不采用 1 条；不采用的原因写在那里，改写后有效。\n"
        )
        assert sheet_names(file.read_bytes()) == [*SHEETS, "审核说明"]
        assert states(file) == [("L102", phones()[0], "不采用"), ("F406", "B33", "待复核")]
        why = f"不采用：{PACK.wording.objection('无')}"
        assert [row[4:8:3] for row in rows(file, "审核说明", 5) if row[0] == "L102"] == [["无", why]]
        edit(
            file,
            {
                f"审核说明!E{next(n for n, row in enumerate(rows(file, '审核说明', 5), 5) if row[0] == 'L102')}": NO_PHONE
            },
        )
        assert states(file) == [("L102", phones()[0], "待复核"), ("F406", "B33", "待复核")]

    @pytest.mark.parametrize(("option", "where"), [("--in-place", "备份"), ("--force", "原文件")])
    def test_what_can_not_be_kept_is_named_first(self, file: Path, option: str, where: str) -> None:
        run("check", file, "--mark", "--in-place")
        at = result_row(file, "F406", "B33")
        number = "11010519491231002X"
        edit(file, {f"校验结果!B{at}": "X201", f"校验结果!K{at}": f"{number}的学生已转出"})
        before = file.read_bytes()
        done = run("clear", file, option)
        assert done.stderr.startswith(
            "“审核说明”表只收“核实”问题的说明，下面 1 条不收："
            f"X201 {MEAN}!B33（错误）“110***********002X的学生已转出”，清除后只留在{where}里。已写"
        )
        assert "审核说明”表：" not in done.stderr
        assert (file.read_bytes() == before) is (option == "--force")

    def test_where_the_book_can_not_be_read(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        run("check", file, "--mark", "--in-place")

        def unreadable(*_: object, **__: object) -> None:
            raise UnreadableFile("corrupt")

        monkeypatch.setattr(marked, "open_book", unreadable)
        done = run("clear", file, "--in-place")
        assert done.exit_code == 0
        assert done.stderr.startswith(
            "“校验结果”读不出来，写在上面的说明（如有）没有存到“审核说明”表，清除后只留在备份里。已写回 "
        )
        assert file.read_bytes() == asked()


class TestResaved:
    def test_by_openpyxl(self, file: Path) -> None:
        explain(file, "--by", "王老师")
        run("check", file, "--mark", "--in-place")
        file.write_bytes(resaved(file.read_bytes()))
        assert states(file) == [("F406", "B33", "待复核")]
        run("clear", file, "--in-place")
        assert sheet_names(file.read_bytes()) == [*SHEETS, "审核说明"]
        assert explain(file, code="L102", cell=phones()[0], reason=NO_PHONE).exit_code == 0
        assert sheet_names(file.read_bytes()) == [*SHEETS, "审核说明"]
        assert [row[:1] + row[4:6] for row in rows(file, "审核说明", 5)] == [
            ["F406", GOOD, "王老师"],
            ["L102", NO_PHONE, ""],
        ]
        found = openpyxl_book(file.read_bytes())["审核说明"]
        assert found["E6"].fill.fgColor.rgb == found["E5"].fill.fgColor.rgb == "FFFFFDF0"

    @pytest.mark.libreoffice
    @pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
    def test_by_libreoffice(self, file: Path) -> None:
        explain(file, "--by", "王老师")
        run("review", file, "F406", "B33", "--accept", "--by", "李科长", "--in-place")
        run("check", file, "--mark", "--in-place")
        type_reason(file, NO_PHONE, "L102", phones()[0])
        file.write_bytes(by_libreoffice(file.read_bytes()))
        assert states(file) == [("F406", "B33", "已接受"), ("L102", phones()[0], "待复核")]
        run("check", file, "--mark", "--in-place")
        run("clear", file, "--in-place")
        assert sheet_names(file.read_bytes()) == [*SHEETS, "审核说明"]
        assert [row[4:8] for row in rows(file, "审核说明", 5)] == [
            [GOOD, "王老师", NOW, "已接受"],
            [NO_PHONE, "", NOW, "待复核"],
        ]
        assert openpyxl_book(file.read_bytes())["审核说明"]["E6"].fill.fgColor.rgb == "FFFFFDF0"

    def test_other_formats_are_converted_or_refused(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from jiesuan import session

        ods = file.with_name("送来.ods")
        ods.write_bytes(b"not zip")
        judged = session.open_and_judge(file)
        assert not isinstance(judged, session.Failure)
        import hashlib

        judged[0].book.sha256 = hashlib.sha256(ods.read_bytes()).hexdigest()
        monkeypatch.setattr(explaining, "open_and_judge", lambda *_, **__: judged)
        monkeypatch.setattr(marked, "converted", lambda data, suffix: asked())
        done = run("explain", ods, "F406", "B33", "--reason", GOOD)
        assert (done.exit_code, "已由 LibreOffice 转换成 .xlsx" in done.stderr) == (0, True)
        assert sheet_names(file.with_name("送来_已说明.xlsx").read_bytes()) == [*SHEETS, "审核说明"]
        done = run("explain", ods, "F406", "B33", "--reason", GOOD, "--in-place")
        assert (done.exit_code, "请去掉 --in-place" in done.stderr) == (2, True)


def test_calc_names_what_it_leaves_behind(file: Path) -> None:
    explain(file)
    done = run("calc", file, "-o", file.with_name("b.xlsx"))
    assert done.exit_code == 0
    made = sheet_names(file.with_name("b.xlsx").read_bytes())
    assert "审核说明" in made or "工作表“审核说明”" in done.stderr
