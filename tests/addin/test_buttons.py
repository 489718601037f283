"""The buttons in the file host: what changes in the workbook, what the user is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jiesuan.marking import clear, mark
from jiesuan.marking.result import COLUMNS, REASON, STATE, ordered
from jiesuan.report import Finding
from jiesuan.session import Failure, check_file
from jiesuan_addin import log
from jiesuan_addin.hosts import calls

from ..making import sample_file, typed
from .making import Desk, faulty

WHY = "四月从外校转入12名学生，学籍已核对"


@cache
def original() -> Path:
    import tempfile

    return faulty(Path(tempfile.mkdtemp(prefix="jiesuan-test-")), students=20)


@pytest.fixture(autouse=True)
def quiet_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(log, "log_file", lambda: tmp_path / "excel.log")
    return tmp_path / "excel.log"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(original(), tmp_path / "结算表.xlsx"))


@pytest.fixture
def desk(path: Path) -> Iterator[Desk]:
    desk = Desk("file", path)
    yield desk
    desk.close()


@pytest.fixture
def first() -> Finding:
    """The finding that stands first; at one cell."""
    report = check_file(original())
    assert not isinstance(report, Failure)
    found = ordered(report)[0]
    assert found.level == "错误" and found.cell.isalnum()
    return found


def opened(path: Path) -> Desk:
    return Desk("file", path)


SHEET = "生均公用经费免学费"


class TestCheck:
    def test_the_one_message(self, desk: Desk, path: Path, first: Finding) -> None:
        report = check_file(path)
        assert not isinstance(report, Failure)
        errors, checks, hints = report.levels.values()
        assert errors and checks
        said = desk.press("check").said
        assert len(said) == 1
        assert said[0].split("\n") == [
            f"错误 {errors} 处，核实 {checks} 处，提示 {hints} 处。",
            f"请先改正 {errors} 处错误，再校验一次。另有 {checks} 处要核实。",
            "",
            f"第一处在 {first.sheet}!{first.cell}：{first.rule.name}。",
            "鼠标停在有底色的格上看批注；点“下一处”逐处看；全部列在“校验结果”表。改完再点“校验”。",
        ]

    def test_the_first_mistake_is_selected(self, desk: Desk, first: Finding) -> None:
        desk.press("check")
        where = desk.book.selection
        assert (where.sheet.name, where.get_address(False, False)) == (first.sheet, first.cell)

    def test_result_sheet(self, desk: Desk, path: Path, first: Finding) -> None:
        desk.press("check")
        report = check_file(path)
        assert not isinstance(report, Failure)
        rows = desk.result()
        assert rows[0][0] == "校验结果"
        assert rows[6] == [title for title, _, _ in COLUMNS[:STATE]]
        found = ordered(report)
        assert [row[:3] for row in rows[7 : 7 + len(found)]] == [[f.level, f.code, f.sheet] for f in found]
        sheet = desk.book.sheets["校验结果"]
        assert sheet.range("D8").formula == f'=HYPERLINK("#\'{first.sheet}\'!{first.cell}","{first.cell}")'
        assert desk.book.sheets[-1].name == "校验结果"

    def test_fingerprints_are_hidden(self, desk: Desk) -> None:
        desk.press("check")
        assert desk.book.sheets["校验结果"].impl.port.hidden_columns() == {len(COLUMNS)}

    def test_a_second_click_doubles_nothing(self, desk: Desk) -> None:
        desk.press("check")
        before = desk.marks(), desk.result(), [sheet.name for sheet in desk.book.sheets]
        desk.press("check")
        assert (desk.marks(), desk.result(), [sheet.name for sheet in desk.book.sheets]) == before

    def test_the_screen_is_still_while_writing_and_moves_again(self, desk: Desk) -> None:
        desk.app.impl.screen_log.clear()
        desk.press("check")
        assert desk.app.impl.screen_log == [False, True]
        assert desk.app.screen_updating is True

    def test_reasons_typed_are_kept(self, desk: Desk) -> None:
        desk.press("check")
        row, line = next((n, line) for n, line in enumerate(desk.result(), 1) if line[0] == "核实")
        desk.book.sheets["校验结果"].range((row, REASON)).value = WHY
        assert desk.press("check").said[0].split("\n")[0].endswith("，已说明 1 处。")
        found = [other for other in desk.result() if other[REASON - 1] == WHY]
        assert [[other[0], *other[1:3], other[STATE - 1]] for other in found] == [["已说明", *line[1:3], "待复核"]]
        desk.press("check")
        assert [other for other in desk.result() if other[REASON - 1] == WHY] == found
        kept = desk.book.sheets["审核说明"]
        assert [sheet.name for sheet in desk.book.sheets][-2:] == ["审核说明", "校验结果"]
        assert [kept.range((5, n)).value for n in (1, 2, 5, 8)] == [*line[1:3], WHY, "待复核"]

    def test_clearing_leaves_what_was_explained(self, desk: Desk) -> None:
        desk.press("check")
        row = next(n for n, line in enumerate(desk.result(), 1) if line[0] == "核实")
        desk.book.sheets["校验结果"].range((row, REASON)).value = WHY
        desk.book.sheets["校验结果"].range((row + 1, REASON)).value = "无"
        assert desk.press("clear").murmured == [
            "标记已清除。新写的说明 2 条存到了“审核说明”表：待复核 1 条，不采用 1 条；不采用的原因写在那里，改写后有效。"
        ]
        assert desk.book.sheets[-1].name == "审核说明"
        desk.press("check")
        assert desk.press("clear").murmured == ["标记已清除。"]
        assert desk.book.sheets["审核说明"].range("E5").value == WHY

    def test_words_that_can_not_be_kept_are_asked_about(self, desk: Desk, first: Finding) -> None:
        desk.press("check")
        row = next(n for n, line in enumerate(desk.result(), 1) if line[0] == "错误")
        desk.book.sheets["校验结果"].range((row, REASON)).value = WHY
        marks = desk.marks()
        told = desk.press("clear", False)
        assert told.asked == [
            "下面的话清除后就没有了，要留的请先抄下来。现在清除吗？\n\n"
            "“审核说明”表只收“核实”问题的说明，下面 1 条不收："
            f"{first.code} {first.sheet}!{first.cell}（错误）“{WHY}”。"
        ]
        assert told.murmured == ["没有清除，标记和写的说明都还在。"]
        assert (desk.marks(), desk.result()[row - 1][REASON - 1]) == (marks, WHY)
        assert desk.press("clear", True).murmured == ["标记已清除。"]
        assert "校验结果" not in [sheet.name for sheet in desk.book.sheets]

    def test_notes_of_the_user_stay_on_top(self, desk: Desk, first: Finding) -> None:
        cell = desk.book.sheets[first.sheet].range(first.cell)
        cell.add_note("财务：已核对")
        desk.press("check")
        assert cell.note.text.startswith("财务：已核对\n――――――――\n〔校验标记〕")
        desk.press("clear")
        assert cell.note.text == "财务：已核对"

    def test_a_clean_workbook(self, tmp_path: Path) -> None:
        desk = opened(sample_file(tmp_path / "好.xlsx"))
        assert desk.press("check").said == ["错误 0 处，核实 0 处，提示 0 处。\n全部通过，可以打印盖章报送。"]
        assert all(marks == ({}, {}) for marks in desk.marks().values())

    def test_no_more_calls_than_marks(self, desk: Desk) -> None:
        counted = calls(desk.book)
        counted.clear()
        desk.press("check")
        for sheet in desk.book.sheets:
            assert counted.reads(sheet.name, "values") <= 2
            assert counted.reads(sheet.name, "formulas") <= 1
        assert counted.writes("校验结果", "write") == 1
        for name, (fills, notes) in desk.marks().items():
            assert counted.writes(name, "add_rule") <= len(fills)
            assert counted.writes(name, "set_note") == len(notes)
            assert counted.writes(name, "write") == 0


class TestSameAsFiles:
    """What the button does and what `jiesuan check --mark` does is one protocol."""

    def test_same_marks(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        report = check_file(path)
        assert not isinstance(report, Failure)
        marked = tmp_path / "标好.xlsx"
        marked.write_bytes(mark(path.read_bytes(), report))
        desk.press("check")
        other = opened(marked)
        assert desk.marks() == other.marks()
        assert any(fills and notes for fills, notes in desk.marks().values())
        mine, theirs = desk.result(), other.result()
        assert [[*row[:3], *row[4:]] for row in mine[6:]] == [[*row[:3], *row[4:]] for row in theirs[6:]]
        other.close()

    def test_the_command_clears_what_the_button_marked(self, desk: Desk, tmp_path: Path) -> None:
        desk.press("check")
        desk.book.save(tmp_path / "标好.xlsx")
        plain = clear((tmp_path / "标好.xlsx").read_bytes())
        (tmp_path / "清好.xlsx").write_bytes(plain)
        other = opened(tmp_path / "清好.xlsx")
        assert all(marks == ({}, {}) for marks in other.marks().values())
        assert "校验结果" not in [sheet.name for sheet in other.book.sheets]
        other.close()

    def test_the_button_clears_what_the_command_marked(self, path: Path, tmp_path: Path) -> None:
        report = check_file(path)
        assert not isinstance(report, Failure)
        marked = tmp_path / "标好.xlsx"
        marked.write_bytes(mark(path.read_bytes(), report))
        other = opened(marked)
        assert other.press("clear").murmured == ["标记已清除。"]
        assert all(marks == ({}, {}) for marks in other.marks().values())
        assert [sheet.name for sheet in other.book.sheets] == [sheet.name for sheet in opened(path).book.sheets]
        other.close()

    def test_the_command_reads_a_marked_workbook_the_same(self, desk: Desk, path: Path, tmp_path: Path) -> None:
        desk.press("check")
        desk.book.save(tmp_path / "标好.xlsx")
        before, after = check_file(path), check_file(tmp_path / "标好.xlsx")
        assert not isinstance(before, Failure) and not isinstance(after, Failure)
        assert after.findings == before.findings

    def test_reasons_typed_beside_live_marks_reach_the_command(self, desk: Desk, tmp_path: Path) -> None:
        from jiesuan.marking.returned import without_result
        from jiesuan.reading import open_book

        desk.press("check")
        row, line = next((n, line) for n, line in enumerate(desk.result(), 1) if line[0] == "核实")
        desk.book.sheets["校验结果"].range((row, 11)).value = "四月从外校转入12名学生，学籍已核对"
        desk.book.save(tmp_path / "标好.xlsx")
        assert list((without_result(open_book(tmp_path / "标好.xlsx")) or {}).values()) == [
            "四月从外校转入12名学生，学籍已核对"
        ]
        assert line[2]


class TestClear:
    def test_everything_as_before(self, desk: Desk) -> None:
        front, names = desk.book.sheets.active.name, [sheet.name for sheet in desk.book.sheets]
        desk.press("check")
        assert desk.press("clear").murmured == ["标记已清除。"]
        assert all(marks == ({}, {}) for marks in desk.marks().values())
        assert [sheet.name for sheet in desk.book.sheets] == names
        assert front in names

    def test_from_the_result_sheet_one_comes_back(self, desk: Desk) -> None:
        desk.book.sheets[2].activate()
        desk.press("check")
        desk.book.sheets["校验结果"].activate()
        desk.press("clear")
        assert desk.book.sheets.active.name == desk.book.sheets[2].name

    def test_rules_of_the_user_stay(self, desk: Desk) -> None:
        sheet = desk.book.sheets[0]
        sheet.range("A1:A9").conditional_formats.add_custom("=$A1>3", fill_color="#112233")
        desk.press("check")
        desk.press("clear")
        assert [rule.formula for rule in sheet.cells.conditional_formats] == ["=$A1>3"]

    def test_nothing_to_clear(self, desk: Desk) -> None:
        assert desk.press("clear").said == ["没有标记可清除。"]
        assert not desk.worked


class TestCalc:
    def test_blanks_are_filled_without_asking(self, tmp_path: Path) -> None:
        desk = opened(typed(sample_file(tmp_path / "表.xlsx"), {"生均公用经费免学费!H10": None}))
        before = desk.book.sheets["生均公用经费免学费"].range("H10").value
        user = desk.press("calc")
        assert user.asked == []
        assert before is None
        assert user.said == ["已填入 1 格，改正 0 格；公式没有动。请接着点“校验”。"]
        assert desk.book.sheets["生均公用经费免学费"].range("H10").value is not None

    def test_figures_to_be_replaced_are_listed_first(self, tmp_path: Path) -> None:
        desk = opened(typed(sample_file(tmp_path / "表.xlsx"), {"生均公用经费免学费!H10": 99}))
        user = desk.press("calc", False)
        assert len(user.asked) == 1
        lines = user.asked[0].split("\n")
        assert lines[0] == "下面 1 格里填的数与算出的不同，将改为算出的数："
        assert lines[1].startswith("生均公用经费免学费!H10  ") and "：99" in lines[1] and " → " in lines[1]
        assert lines[-1] == "点“确定”写入，点“取消”什么也不改。"
        assert user.murmured == ["没有计算，什么也没有改。"]
        assert desk.book.sheets["生均公用经费免学费"].range("H10").value == 99

    def test_agreed_to_they_are_replaced(self, tmp_path: Path) -> None:
        desk = opened(typed(sample_file(tmp_path / "表.xlsx"), {"生均公用经费免学费!H10": 99}))
        assert desk.press("calc", True).said == ["已填入 0 格，改正 1 格；公式没有动。请接着点“校验”。"]
        assert desk.press("calc").said == ["该算的都已经算好了，没有要改的。公式没有动。"]

    def test_cells_that_cannot_be_computed_are_named(self, tmp_path: Path) -> None:
        """The formulas of the template go on; a typed sum is left alone."""
        desk = opened(typed(sample_file(tmp_path / "表.xlsx"), {f"{SHEET}!C10": "多少", f"{SHEET}!H10": 99}))
        told = f"下面的格算不出，没有动：\n{SHEET}!H10 没有算：{SHEET}!C10 不是数"
        assert desk.press("calc", True).said == [f"没有要改的。{told}"]
        desk = opened(
            typed(sample_file(tmp_path / "二.xlsx"), {f"{SHEET}!C10": "多少", f"{SHEET}!H10": 99, f"{SHEET}!H11": 99})
        )
        said = desk.press("calc", True).said
        assert said == [f"已填入 0 格，改正 1 格；公式没有动。请接着点“校验”。\n{told}"]

    def test_formulas_stay(self, desk: Desk) -> None:
        def formulas() -> dict[str, Any]:
            return {
                f"{sheet.name}!{n},{m}": text
                for sheet in desk.book.sheets
                for n, line in enumerate(sheet.used_range.formula)
                for m, text in enumerate(line)
                if str(text).startswith("=")
            }

        before = formulas()
        desk.press("calc", True)
        after = formulas()
        assert before and {key: after.get(key) for key in before} == before

    def test_a_number_typed_as_text_becomes_a_number(self, tmp_path: Path) -> None:
        desk = opened(typed(sample_file(tmp_path / "表.xlsx"), {"生均公用经费免学费!H10": "99"}))
        desk.book.sheets["生均公用经费免学费"].range("H10").number_format = "@"
        desk.press("calc", True)
        cell = desk.book.sheets["生均公用经费免学费"].range("H10")
        assert isinstance(cell.value, float) and cell.number_format == "General"
