"""上一处, 下一处 and 填写说明; 新建模板 and 帮助."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jiesuan.marking.result import REASON
from jiesuan_addin import fresh, log, press
from jiesuan_addin.finding import Place, places, result_sheet
from jiesuan_addin.trouble import Trouble

from ..making import PACK, SPRING
from .making import Desk, Told, faulty


@pytest.fixture(autouse=True)
def quiet_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "log_file", lambda: tmp_path / "excel.log")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook that was checked and saved."""
    folder = tmp_path_factory.mktemp("checked")
    desk = Desk("file", faulty(folder, students=20))
    desk.press("check")
    desk.book.save(folder / "标好.xlsx")
    desk.close()
    return folder / "标好.xlsx"


@pytest.fixture
def desk(source: Path, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk("file", Path(shutil.copy(source, tmp_path / "标好.xlsx")))
    yield desk
    desk.close()


def listed(desk: Desk) -> list[Place]:
    return [item for item in places(result_sheet(desk.book)) if item.cell]


def selected(desk: Desk) -> tuple[str, str]:
    cell = desk.book.selection
    return cell.sheet.name, cell.get_address(False, False)


def spots(items: list[Place]) -> list[tuple[str, str]]:
    """The places one comes to, each once where they follow one another."""
    found: list[tuple[str, str]] = []
    for item in items:
        place = item.sheet, item.cell.split(",")[0]
        if not found or found[-1] != place:
            found.append(place)
    return found


def start(desk: Desk) -> None:
    """Select a cell without any finding."""
    desk.book.sheets[0].activate()
    desk.book.sheets[0].range("A1").select()


class TestNext:
    def test_one_after_the_other_and_round_again(self, desk: Desk) -> None:
        start(desk)
        wanted = spots(listed(desk))
        seen = []
        for _ in wanted[:4]:
            desk.press("next")
            seen.append(selected(desk))
        assert seen == wanted[:4]

    def test_back_from_nowhere_is_the_last(self, desk: Desk) -> None:
        start(desk)
        desk.press("previous")
        assert selected(desk) == spots(listed(desk))[-1]

    def test_there_and_back(self, desk: Desk) -> None:
        start(desk)
        desk.press("next")
        first = selected(desk)
        desk.press("next")
        assert selected(desk) != first
        desk.press("previous")
        assert selected(desk) == first

    def test_from_a_row_of_the_result_sheet(self, desk: Desk) -> None:
        item = listed(desk)[3]
        sheet = result_sheet(desk.book)
        sheet.activate()
        sheet.range((item.row, 5)).select()
        desk.press("next")
        assert selected(desk) == (item.sheet, item.cell.split(",")[0])

    def test_what_is_murmured(self, desk: Desk) -> None:
        start(desk)
        item, number = listed(desk)[0], len(listed(desk))
        user = desk.press("next")
        assert user.said == []
        problem = item.problem.split("\n")[0]
        assert user.murmured == [
            f"第 1 处，共 {number} 处  {item.level}[{item.code}] {item.sheet}!{item.cell}  {problem}"
        ]

    def test_before_checking(self, tmp_path: Path) -> None:
        desk = Desk("file", faulty(tmp_path, students=20))
        for button in ("next", "previous", "explain"):
            assert desk.press(button).said == ["没有校验结果可跳。请先点“校验”。"]
        desk.close()

    def test_nothing_with_a_cell(self, desk: Desk) -> None:
        sheet = result_sheet(desk.book)
        rows = sheet.used_range.last_cell.row
        sheet.range((8, 1), (rows, 12)).clear_contents()
        assert desk.press("next").said == ["“校验结果”里没有列出单元格，没有可跳的。"]


class TestExplain:
    def go(self, desk: Desk, level: str) -> Place:
        item = next(item for item in listed(desk) if item.level == level)
        sheet = result_sheet(desk.book)
        sheet.activate()
        sheet.range((item.row, 1)).select()
        return item

    def test_the_reason_goes_into_its_row(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        why = "四月从外校转入12名学生，学籍已核对"
        user = desk.press("explain", why)
        assert user.asked == [f"请写明原因：\n{item.code}  {item.sheet}!{item.cell}\n{item.problem}"]
        assert user.murmured == ["说明已写在“校验结果”表。点“校验”生效，再校验时保留。"]
        assert result_sheet(desk.book).range((item.row, REASON)).value == why

    def test_from_the_cell_itself(self, desk: Desk) -> None:
        taken = {(item.sheet, item.cell) for item in listed(desk) if item.level == "错误"}
        item = next(
            i for i in listed(desk) if i.level == "核实" and (i.sheet, i.cell) not in taken and "," not in i.cell
        )
        desk.book.sheets[item.sheet].activate()
        desk.book.sheets[item.sheet].range(item.cell).select()
        desk.press("explain", "学籍系统四月更正，有批复文件")
        assert result_sheet(desk.book).range((item.row, REASON)).value == "学籍系统四月更正，有批复文件"

    def test_cancelled(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        assert desk.press("explain", None).murmured == ["没有改动说明。"]
        assert result_sheet(desk.book).range((item.row, REASON)).value is None

    def test_emptied(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        result_sheet(desk.book).range((item.row, REASON)).value = "旧的"
        desk.press("explain", "  ")
        assert result_sheet(desk.book).range((item.row, REASON)).value is None

    def test_words_that_say_nothing(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        # Told at once, with the words to mend; who insists is refused.
        user = desk.press("explain", "无", "无")
        assert not desk.worked and user.said == [PACK.wording.objection("无")]
        assert len(user.asked) == 2 and user.asked[1].startswith(PACK.wording.objection("无") + "\n\n请写明原因：\n")
        assert result_sheet(desk.book).range((item.row, REASON)).value is None

    def test_a_host_without_an_input_box_shows_where_to_type(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        assert desk.press("explain").said == ["请在选中的“说明”格里写明原因，按回车，再点一次“校验”。"]
        assert selected(desk) == ("校验结果", f"K{item.row}")

    def test_a_mistake_must_be_corrected(self, desk: Desk) -> None:
        self.go(desk, "错误")
        assert desk.press("explain", "x").said == ["这一处是“错误”，必须改正，写说明不能代替。改好后再点“校验”。"]

    def test_a_hint_needs_no_reason(self, desk: Desk) -> None:
        item = self.go(desk, "核实")
        result_sheet(desk.book).range((item.row, 1)).value = "提示"
        assert desk.press("explain", "x").said == ["这一处是“提示”，供参考，不用写说明。"]

    def test_nothing_selected(self, desk: Desk) -> None:
        start(desk)
        assert desk.press("explain", "x").said[0].startswith("请先选中一处黄底的“核实”")


class FakeBooks:
    def __init__(self) -> None:
        self.opened: list[Path] = []

    def open(self, path: Path) -> None:
        self.opened.append(path)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "Documents").mkdir()
    return SimpleNamespace(books=FakeBooks())


class TestNew:
    def test_a_blank_template_is_opened(self, app: Any, tmp_path: Path) -> None:
        user = Told(["省属", "2024秋"])
        assert press.press(app, "new", user)
        path = tmp_path / "Documents" / "省属技工院校资助金结算表_2024秋.xlsx"
        assert app.books.opened == [path] and path.exists()
        assert user.said[0].startswith("已新建并打开“省属技工院校资助金结算表_2024秋.xlsx”，在“Documents”文件夹里。")

    def test_one_that_is_there_is_not_overwritten(self, app: Any, tmp_path: Path) -> None:
        for _ in range(2):
            press.press(app, "new", Told(["市属", str(SPRING)]))
        assert [path.name for path in app.books.opened] == [
            "市属技工院校资助金结算表_2024春.xlsx",
            "市属技工院校资助金结算表_2024春_2.xlsx",
        ]

    @pytest.mark.parametrize("answers", [[None], ["市属", None]])
    def test_cancelled(self, app: Any, answers: list[Any]) -> None:
        user = Told(answers)
        press.press(app, "new", user)
        assert (app.books.opened, user.murmured) == ([], ["没有新建。"])

    @pytest.mark.parametrize(("term", "words"), [("x", "学期"), ("2020春", "只适用于")])
    def test_a_term_that_is_none(self, app: Any, term: str, words: str) -> None:
        user = Told(["市属", term])
        assert not press.press(app, "new", user)
        assert words in user.said[0] and app.books.opened == []

    def test_the_usual_term_where_the_host_cannot_ask(self, app: Any) -> None:
        user = Told(["市属"])
        assert press.press(app, "new", user)
        assert app.books.opened[0].name == "市属技工院校资助金结算表_2024春.xlsx"

    def test_a_folder_that_cannot_be_written(self, app: Any, tmp_path: Path) -> None:
        user = Told(["市属", "2024春"])
        (tmp_path / "Documents").rmdir()
        (tmp_path / "文档").mkdir()
        assert fresh.documents() == tmp_path / "文档"
        with pytest.raises(Trouble):
            fresh.new(app, user, tmp_path / "没有")

    def test_documents(self, app: Any, tmp_path: Path) -> None:
        assert fresh.documents() == tmp_path / "Documents"
        (tmp_path / "Documents").rmdir()
        assert fresh.documents() == tmp_path


def test_help(app: Any) -> None:
    user = Told()
    assert press.press(app, "help", user)
    for word in ("计算：", "校验：", "下一处、上一处：", "清除标记：", "发送到", "jiesuan excel status", "excel.log"):
        assert word in user.said[0]
    assert len(user.said[0]) < 900
