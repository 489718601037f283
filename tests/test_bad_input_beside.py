"""Whatever is given to the commands beside the settlement workbooks (名册, 异动, 比对名单, 点名, 公示, 机构信息表, 报送包): a clear Chinese
message, exit code 2, nothing written, nothing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner, Result

from jiesuan.book import Value, memory_book
from jiesuan.cli import app

from .notices.making import filled
from .roster.making import HEADS, book, number, student, written
from .test_bad_input import another, damaged, encrypted, old_xls, raw, text

LIST = memory_book("", {"比对": [["姓名", "身份证号", "另一学校"], ["某人", number(9), "某中学"]]})
ROLL = memory_book("", {"点名": [["姓名", "班级"], ["某人", "1班"]]})

COMMANDS = {
    "roster": "roster {bad}",
    "roster --fill": "roster {bad} --fill 市属 -o {out}.xlsx",
    "roster --settlement": "roster {roster} --settlement {bad} --term 2024春",
    "roster --present": "roster {roster} --present {bad}",
    "changes 旧": "changes {bad} {roster} -o {out}.xlsx",
    "changes 新": "changes {roster} {bad} -o {out}.xlsx",
    "duplicates 名册": "duplicates {bad} {list} --received 2024-11-4 -o {out}.xlsx",
    "duplicates 名单": "duplicates {roster} {bad} --received 2024-11-4 -o {out}.xlsx",
    "publicize": "publicize {bad} -o {out}.xlsx",
    "publicize --check": "publicize --check {bad}",
    "publicize --check --mark": "publicize --check {bad} --mark",
    "institution check": "institution check {bad}",
    "institution check --roster": "institution check {form} --roster {bad}",
    "institution merge": "institution merge {bad} -o {out}.xlsx",
    "pack --roster": "pack {folder} --roster {bad} -o {out}.zip",
}
MAKERS: dict[str, Callable[[Path, bytes], None]] = {
    "不存在": lambda path, good: None,
    "文件夹": lambda path, good: path.mkdir(),
    "空文件": raw(b""),
    "损坏": damaged(lambda good: good[: len(good) // 4] + b"\xff" * (len(good) // 2) + good[-(len(good) // 4) :]),
    "加密": encrypted,
    "网页": text("<html><body><table><tr><td>请登录</td></tr></table></body></html>"),
    "成绩单": another,
    "旧格式课表": old_xls,
}
PASSES = {
    (kind, name)
    for kind in ("成绩单", "旧格式课表")
    for name in ("publicize --check", "publicize --check --mark", "institution check --roster", "pack --roster")
}
"""Any workbook may be a public list, and any column of texts a list of schools."""


def run(line: str, **places: Path) -> Result:
    return CliRunner().invoke(app, [part.format(**places) for part in line.split()])


def refused(done: Result) -> str:
    """The message; nothing English, no traceback, no output."""
    assert (done.exit_code, done.stdout if "{" not in done.stdout else "") in ((2, ""), (2, done.stdout)), done.output
    assert not re.search(r"Traceback|Error|Exception|程序内部出错", done.output), done.output
    assert re.search(r"[\u4e00-\u9fff]", done.stderr), done.output
    return str(done.stderr)


SLOW = ("roster", "roster --present", "duplicates 名单", "publicize --check", "institution merge")
"""Commands that meet an encrypted file: trying a password takes a second or so, and all read files by the same function."""


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    folder = tmp_path / "材料"
    folder.mkdir()
    return {
        "roster": written(tmp_path, "名册.xlsx", book(student(1), student(2))),
        "list": written(tmp_path, "名单.xlsx", LIST),
        "roll": written(tmp_path, "点名.xlsx", ROLL),
        "form": filled(tmp_path / "机构.xlsx"),
        "folder": folder,
        "out": tmp_path / "输出",
    }


@pytest.mark.parametrize("kind", MAKERS)
def test_every_command_refuses(places: dict[str, Path], tmp_path: Path, kind: str) -> None:
    good = places["roster"].read_bytes()
    bad = tmp_path / f"坏{'.xls' if kind in ('网页', '旧格式课表') else '.xlsx'}"
    MAKERS[kind](bad, good)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    for name, line in COMMANDS.items():
        if kind == "加密" and name not in SLOW:
            continue
        if (kind, name) not in PASSES:
            assert bad.name in refused(run(line, bad=bad, **places)), name
        after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        added = after.keys() - before.keys()
        assert {path: after[path] for path in before} == before, name
        assert not added or (kind, name) in PASSES, (name, added)
        for path in added:
            path.unlink()


@pytest.mark.parametrize("kind", ["不存在", "损坏", "加密", "成绩单"])
def test_json_says_why(places: dict[str, Path], tmp_path: Path, kind: str) -> None:
    bad = tmp_path / "坏.xlsx"
    MAKERS[kind](bad, places["roster"].read_bytes())
    for line in ("roster {bad}", "institution check {bad}"):
        done = run(f"{line} --format json", bad=bad, **places)
        (record,) = json.loads(done.stdout)["files"]
        assert (done.exit_code, record["status"], record["file"]) == (2, "unreadable", "坏.xlsx")
        assert record["error"]["message"] and record["error"]["kind"] in (
            "not-found", "corrupt", "truncated", "encrypted", "not-roster", "not-institution",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "找不到列名对照文件"),
        ("[[field]\n", "不是有效的 TOML"),
        ('[[field]]\nname = "姓名"\nalsoo = ["名"]\n', "对照.toml"),
        ("", "对照.toml"),
    ],
)
def test_mappings(places: dict[str, Path], tmp_path: Path, content: str | None, said: str) -> None:
    mapping = tmp_path / "对照.toml"
    if content is not None:
        mapping.write_text(content, encoding="utf-8")
    for line in (
        "roster {roster}", "changes {roster} {roster}", "duplicates {roster} {list} --received 2024-11-4", "publicize {roster} -o {out}.xlsx",
    ):  # fmt: skip
        assert said in refused(run(f"{line} --mapping {mapping}", **places)), line


def test_a_mapping_without_a_column_is_told_not_thrown(places: dict[str, Path], tmp_path: Path) -> None:
    mapping = tmp_path / "对照.toml"
    fields = "".join(f'[[field]]\nname = "{name}"\n' for name in ("姓名", "身份证号", "专业"))
    mapping.write_text(fields, encoding="utf-8")
    done = run("roster {roster} --term 2024春 --present {roll} --mapping " + str(mapping), **places)
    assert (done.exit_code, "名册里没有“入学年季”这一列" in done.stdout) == (2, True), done.output
    for line in ("changes {roster} {roster}", "duplicates {roster} {list} --received 2024-11-4"):
        assert run(f"{line} --mapping {mapping}", **places).exit_code == 0


def test_formula_errors_and_huge_headings(tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["标题" * 800])
    sheet.append([*HEADS, *(f"列{n}" for n in range(200)), "名" * 3000])
    row: list[Value] = [student(1).get(name) for name in HEADS]
    sheet.append([None if value is None else str(value) for value in row])
    sheet["G3"], sheet["J3"], sheet["D3"] = "#REF!", "#N/A", "#VALUE!"
    made.save(tmp_path / "名册.xlsx")
    path = tmp_path / "名册.xlsx"
    done = run("roster {path} --term 2024春", path=path)
    assert (done.exit_code, "R102" in done.stdout, "R117" in done.stdout) == (1, True, True), done.output
    assert "等 201 列" in done.stdout and len(done.stdout) < 20_000
    for line in ("changes {path} {path}", "publicize --check {path}", "duplicates {path} {path} --received 2024-11-4"):
        done = run(line, path=path)
        assert done.exit_code in (0, 1, 2) and not re.search(r"Traceback|程序内部出错", done.output), done.output


OUTPUTS = {
    "roster --fill": "roster {roster} --term 2024春 --fill 市属 -o {out}.xlsx",
    "changes": "changes {roster} {roster} -o {out}.xlsx",
    "duplicates": "duplicates {roster} {list} --received 2024-11-4 -o {out}.xlsx",
    "publicize": "publicize {roster} --term 2024春 --project 免学费 -o {out}.xlsx",
    "institution new": "institution new 校级 -o {out}.xlsx",
    "institution merge": "institution merge {form} -o {out}.xlsx",
    "calendar": "calendar -o {out}.ics",
    "pack": "pack {folder} --unit 某局 --term 2024春 --force -o {out}.zip",
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_nothing_is_overwritten_or_put_where_there_is_no_folder(
    places: dict[str, Path], tmp_path: Path, name: str
) -> None:
    line = OUTPUTS[name]
    nowhere = {**places, "out": tmp_path / "没有" / "输出"}
    assert "没有" in refused(run(line, **nowhere))
    assert not (tmp_path / "没有").exists()
    if name == "pack":  # --force is asked for above
        line = line.replace(" --force", "")
    target = Path(line.split()[-1].format(**places))
    target.write_bytes(b"mine")
    assert "已经存在" in refused(run(line, **places))
    assert target.read_bytes() == b"mine"


def test_a_bad_file_among_what_is_handed_in(places: dict[str, Path]) -> None:
    (places["folder"] / "示范校.xlsx").write_bytes(b"PK\x03\x04 broken")
    done = run("pack {folder} --unit 某局 --term 2024春 -o {out}.zip --format json", **places)
    record = json.loads(done.stdout)
    assert (done.exit_code, record["output"]) == (2, None)
    assert any(line["text"].startswith("示范校.xlsx：") for line in record["lines"])
    assert not places["out"].with_suffix(".zip").exists()
    assert "不是文件夹" in refused(run("pack {roster} -o {out}.zip", **places))
