"""`jiesuan excel run` and `jiesuan excel send`."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jiesuan.cli import app
from jiesuan_addin import log, sending
from jiesuan_addin.finding import places, result_sheet
from jiesuan_addin.sending import free_place, send_file

from ..making import PACK, sample_file, typed
from .making import Desk, faulty

WHY = "四月从外校转入12名学生，学籍已核对"


@pytest.fixture(autouse=True)
def quiet_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "log_file", lambda: tmp_path / "log" / "excel.log")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faulty(tmp_path_factory.mktemp("source"), students=20)


@pytest.fixture
def path(source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(source, tmp_path / "结算表.xlsx"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["excel", *(str(argument) for argument in arguments)])


class TestRun:
    def test_check_then_clear(self, path: Path, tmp_path: Path) -> None:
        before = hashlib.sha256(path.read_bytes()).digest()
        done = run("run", "check", path, "-o", tmp_path / "标好.xlsx")
        assert done.exit_code == 1, done.output
        assert done.output.startswith("错误 ") and done.output.endswith("已写入 标好.xlsx，原文件未动。\n")
        done = run("run", "clear", tmp_path / "标好.xlsx", "-o", tmp_path / "清好.xlsx")
        assert (done.exit_code, done.output) == (0, "标记已清除。\n已写入 清好.xlsx，原文件未动。\n")
        desk = Desk("file", tmp_path / "清好.xlsx")
        assert all(marks == ({}, {}) for marks in desk.marks().values())
        desk.close()
        assert hashlib.sha256(path.read_bytes()).digest() == before

    def test_without_output_nothing_is_written(self, path: Path) -> None:
        done = run("run", "check", path)
        assert done.exit_code == 1 and done.output.endswith("没有写文件；加 -o 输出.xlsx 存下来。\n")
        assert [item.name for item in path.parent.glob("*.xlsx")] == ["结算表.xlsx"]

    def test_calculating_asks_before_it_replaces(self, path: Path, tmp_path: Path) -> None:
        typed(path, {"生均公用经费免学费!H10": 99})
        done = run("run", "calc", path, "-o", tmp_path / "甲.xlsx")
        assert "将改为算出的数" in done.output
        told = "没有计算，什么也没有改。\n没有写文件。确认要改的，加 --yes 再运行一次。\n"
        assert done.output.endswith(told) and done.exit_code == 1
        assert run("run", "calc", path).output.endswith(told)
        (tmp_path / "旧.xlsx").write_bytes(b"old")
        run("run", "calc", path, "-o", tmp_path / "旧.xlsx", "--force")
        assert (tmp_path / "旧.xlsx").read_bytes() == b"old" and not (tmp_path / "甲.xlsx").exists()
        done = run("run", "calc", path, "-o", tmp_path / "乙.xlsx", "--yes")
        assert "改正 1 格" in done.output and done.exit_code == 0
        done = run("run", "calc", tmp_path / "乙.xlsx", "-o", tmp_path / "丙.xlsx")
        assert done.output == "该算的都已经算好了，没有要改的。公式没有动。\n已写入 丙.xlsx，原文件未动。\n"
        assert done.exit_code == 0

    def test_a_clean_workbook(self, tmp_path: Path) -> None:
        done = run("run", "check", sample_file(tmp_path / "好.xlsx"))
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "错误 0 处，核实 0 处，提示 0 处。")

    def test_no_reason_given(self, path: Path, tmp_path: Path) -> None:
        marked = tmp_path / "标好.xlsx"
        run("run", "check", path, "-o", marked)
        done = run("run", "explain", marked, "-o", tmp_path / "写好.xlsx")
        assert done.output.endswith("没有改动说明。\n没有写文件。原因用 --reason 写。\n") and done.exit_code == 1
        assert not (tmp_path / "写好.xlsx").exists()

    def test_a_reason(self, path: Path, tmp_path: Path) -> None:
        marked, explained = tmp_path / "标好.xlsx", tmp_path / "写好.xlsx"
        run("run", "check", path, "-o", marked)
        assert run("run", "next", marked).output.startswith("第 ")
        done = run("run", "explain", marked, "--reason", "无")
        assert (done.exit_code, done.output.splitlines()[-1]) == (2, PACK.wording.objection("无"))
        done = run("run", "explain", marked, "--reason", WHY, "-o", explained)
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, "已写入 写好.xlsx，原文件未动。")
        assert "已说明 1 处" in run("run", "check", explained).output

    def test_a_reason_for_a_cell_named(self, path: Path, tmp_path: Path) -> None:
        marked = tmp_path / "标好.xlsx"
        run("run", "check", path, "-o", marked)
        desk = Desk("file", marked)
        place = [item for item in places(result_sheet(desk.book)) if item.level == "核实" and item.cell][-1]
        where = f"{place.sheet}!{place.cell.split(',')[0]}"
        desk.close()
        done = run("run", "explain", marked, "--cell", where, "--reason", WHY, "-o", tmp_path / "写好.xlsx")
        assert (done.exit_code, done.output.splitlines()[0]) == (0, "请写明原因：")
        assert done.output.splitlines()[1].startswith(f"{place.code}  {place.sheet}!")
        desk = Desk("file", tmp_path / "写好.xlsx")
        assert [(item.row, item.reason) for item in places(result_sheet(desk.book)) if item.reason] == [
            (place.row, WHY)
        ]
        desk.close()

    @pytest.mark.parametrize(
        ("cell", "told"),
        [
            ("L17", "没有写是哪张工作表，请写作 表名!L17。工作簿里有：“助学金结算表”、“精准学生明细”、"),
            ("别的表!L17", "没有名为“别的表”的工作表，请写作 表名!L17。工作簿里有：“助学金结算表”、“精准学生明细”、"),
            ("助学金结算表!", "“助学金结算表!”不是单元格的地址，请写作 表名!L17。"),
            ("助学金结算表!L17:M18", "“助学金结算表!L17:M18”不是单元格的地址，请写作 表名!L17。"),
        ],
    )
    def test_no_such_cell(self, path: Path, cell: str, told: str) -> None:
        done = run("run", "next", path, "--cell", cell)
        assert done.exit_code == 2 and done.output.startswith(f"结算表.xlsx：{told}")

    def test_no_such_file(self, tmp_path: Path) -> None:
        done = run("run", "check", tmp_path / "没有.xlsx")
        assert (done.exit_code, done.output) == (2, "找不到文件“没有.xlsx”，请检查文件名。\n")

    def test_no_workbook(self, tmp_path: Path) -> None:
        (tmp_path / "文.xlsx").write_text("x", encoding="utf-8")
        done = run("run", "check", tmp_path / "文.xlsx")
        assert done.exit_code == 2 and done.output.startswith("文.xlsx：")

    def test_where_the_result_may_not_go(self, path: Path, tmp_path: Path) -> None:
        assert run("run", "check", path, "-o", path).output == "输出文件就是输入文件，请换一个文件名。\n"
        (tmp_path / "有.xlsx").write_bytes(b"")
        done = run("run", "check", path, "-o", tmp_path / "有.xlsx")
        assert done.output == "“有.xlsx”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。\n"
        done = run("run", "check", path, "-o", tmp_path / "没有" / "x.xlsx")
        assert (done.exit_code, done.output) == (2, "文件夹“没有”不存在，请先建立。\n")

    @pytest.mark.libreoffice
    def test_in_libreoffice(self, path: Path, tmp_path: Path) -> None:
        done = run("run", "check", path, "--host", "libreoffice", "-o", tmp_path / "标好.xlsx")
        assert done.exit_code == 1, done.output
        assert done.output.startswith("错误 ")
        desk = Desk("file", tmp_path / "标好.xlsx")
        assert any(fills and notes for fills, notes in desk.marks().values())
        desk.close()


class TestSend:
    def test_a_marked_copy_is_opened(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        shown: list[Path] = []
        assert send_file(path, shown.append) == 1
        target = path.with_name("结算表_已校验.xlsx")
        assert shown == [target] and target.exists()
        told = capsys.readouterr()
        assert "错误[" in told.out and "已写入 结算表_已校验.xlsx，原文件未动。" in told.err

    def test_copies_are_numbered(self, path: Path) -> None:
        shown: list[Path] = []
        send_file(path, shown.append)
        send_file(path, shown.append)
        send_file(shown[0], shown.append)
        assert [item.name for item in shown] == ["结算表_已校验.xlsx", "结算表_已校验2.xlsx", "结算表_已校验3.xlsx"]

    def test_a_clean_one(self, tmp_path: Path) -> None:
        assert send_file(sample_file(tmp_path / "好.xlsx"), lambda path: None) == 0

    def test_several_one_of_them_broken(self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sending, "_open", lambda path: None)
        (tmp_path / "坏.xlsx").write_bytes(b"")
        done = run("send", tmp_path / "坏.xlsx", path)
        assert done.exit_code == 2
        assert "坏.xlsx：" in done.output and path.with_name("结算表_已校验.xlsx").exists()

    def test_not_marked_but_told(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from jiesuan.marking.problem import NotMarkable

        def refuse(*_: object) -> bytes:
            raise NotMarkable("signed")

        monkeypatch.setattr("jiesuan.marked.mark", refuse)
        assert send_file(path, lambda path: None) == 2
        told = capsys.readouterr()
        assert "错误[" in told.out and "数字签名" in told.err

    def test_other_formats_become_xlsx(self, tmp_path: Path) -> None:
        assert free_place(tmp_path / "表.xls").name == "表_已校验.xlsx"
        assert free_place(tmp_path / "表.xlsm").name == "表_已校验.xlsm"

    def test_no_program_to_open_it_with(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[Path] = []
        monkeypatch.setattr("os.startfile", shown.append, raising=False)
        sending._open(tmp_path)
        assert shown == [tmp_path]
        monkeypatch.delattr("os.startfile")
        sending._open(tmp_path)
        assert shown == [tmp_path]
