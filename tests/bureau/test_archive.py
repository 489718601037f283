"""The archive: what was reported, term by term, and nothing about persons but keyed hashes."""

from __future__ import annotations

import re
import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from jiesuan.batch.store import data_folder, read_index
from jiesuan.bureau import archive as archive_module
from jiesuan.bureau.archive import filings, import_batch, key_file
from jiesuan.bureau.problem import BureauProblem
from jiesuan.term import Term
from tests.batch.city import City, bytes_of, school_bytes, school_name, with_student_of
from tests.batch.inline import run_inline
from tests.bureau.making import (
    AUTUMN,
    COUNTY_SCHOOL,
    FIRST,
    PACK,
    SCHOOLS,
    SECOND,
    SPRING,
    sample,
    school,
    write_city,
    write_school,
)
from tests.bureau.test_second import again, copy_of, explained, roster
from tests.making import python


def batch(source: Path, out: Path) -> Path:
    done = python("-m", "jiesuan", "batch", source, "-o", out, "--jobs", "1")
    assert (data_folder(out) / "batch.json").exists(), done.stderr.decode()
    return out


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> dict[Term, Path]:
    """The output of a batch over the city in two terms."""
    root = tmp_path_factory.mktemp("两个学期")
    return {term: batch(write_city(root / f"表{term}", term), root / f"结果{term}") for term in (SPRING, AUTUMN)}


@pytest.fixture(scope="module")
def made(batches: dict[Term, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of both terms; tests copy what they change."""
    path = tmp_path_factory.mktemp("档案") / "档案.sqlite"
    for out in batches.values():
        import_batch(out, path, PACK)
    return path


def content(path: Path) -> list[tuple[object, ...]]:
    """Everything but the row numbers."""
    connection = sqlite3.connect(path)
    rows: list[tuple[object, ...]] = []
    for table in ("meta", "total", "finding", "explanation", "person"):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "workbook"]
        rows += connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    rows += connection.execute("SELECT term, school, sha256, errors, asked, hints FROM workbook").fetchall()
    connection.close()
    return sorted(rows, key=repr)


def test_what_a_school_reported(made: Path) -> None:
    newest, oldest = filings(made, school=FIRST)
    assert (newest.term, oldest.term) == ("2024秋", "2024春")
    assert (oldest.school, oldest.set_name, oldest.file) == (FIRST, "市属", f"{FIRST}.xlsx")
    assert oldest.levels == {"错误": 0, "核实": 0, "提示": 0} and oldest.findings == [] and oldest.explanations == []
    totals = {item["name"]: Decimal(item["value"]) for item in oldest.totals}
    figures = school(FIRST)
    assert totals["助学金金额"] == figures.amount("分担测算", "助学金")
    assert totals["助学金人数"] == sum(1 for student in sample(FIRST).students if student.grant)
    assert totals["助学金人次"] == sum(student.times for student in sample(FIRST).students if student.grant)
    assert totals["在籍人次"] == sum(student.times for student in sample(FIRST).students)
    assert totals["生均期末结余"] == figures.balances["期末结余"].value
    assert list(totals) == [
        "助学金人数", "助学金人次", "助学金金额", "免学费金额（涉农专业）", "免学费金额（其他专业）", "在籍人次",
        "生均前期结余", "生均实际收到", "生均期末结余",
    ]  # fmt: skip
    place = next(item for item in oldest.totals if item["name"] == "助学金金额")
    assert (place["sheet"], place["unit"]) == ("助学金结算表", "万元") and re.fullmatch(r"[A-Z0-9:,]+", place["cells"])


def test_persons_are_counted_and_not_kept(made: Path, batches: dict[Term, Path]) -> None:
    listed = {row["身份证号"] for rows in sample(FIRST).filling.rows["精准明细"].values() for row in rows}
    (oldest,) = filings(made, school=FIRST, term=SPRING)
    assert (oldest.persons, oldest.elsewhere) == (len(listed), 0)
    data = made.read_bytes()
    for student in sample(FIRST).students:
        assert student.id_number.encode() not in data and student.phone.encode() not in data
        assert student.name.encode() not in data
    assert not any(re.search(rb"\d{17}[\dX]", bytes(row[-1])) for row in content(made) if isinstance(row[-1], bytes))
    key = key_file(made)
    assert len(key.read_bytes()) == 32 and key.stat().st_mode & 0o077 == 0 and key.read_bytes() not in data


def test_the_same_person_in_two_terms_is_known_by_the_key(made: Path) -> None:
    connection = sqlite3.connect(made)
    twice = connection.execute(
        "SELECT count(*) FROM (SELECT key FROM person GROUP BY key HAVING count(*) > 1)"
    ).fetchone()
    connection.close()
    numbers = [
        {
            row["身份证号"]
            for name in SCHOOLS
            for rows in sample(name, term).filling.rows["精准明细"].values()
            for row in rows
        }
        for term in (SPRING, AUTUMN)
    ]
    assert twice == (len(numbers[0] & numbers[1]),) and twice[0] > 0


def test_importing_again_changes_nothing(made: Path, batches: dict[Term, Path], tmp_path: Path) -> None:
    path = tmp_path / "档案.sqlite"
    shutil.copy(made, path)
    shutil.copy(key_file(made), key_file(path))
    before = content(path)
    done = import_batch(batches[SPRING], path, PACK)
    assert (done.term, done.new, done.replaced, done.same) == ("2024春", [], [], sorted(SCHOOLS, key=done.same.index))
    assert content(path) == before


def test_a_corrected_workbook_replaces_the_old_one(batches: dict[Term, Path], tmp_path: Path) -> None:
    path, source = tmp_path / "档案.sqlite", tmp_path / "表"
    write_city(source)
    out = batch(source, tmp_path / "结果")
    assert sorted(import_batch(out, path, PACK).new) == sorted(SCHOOLS)
    filling = sample(FIRST).filling
    lines = {**filling.lines, "生均": {**filling.lines["生均"], "前期结余": 88.5}}
    write_school(source / f"{FIRST}.xlsx", FIRST, SPRING, type(filling)(filling.figures, filling.rows, lines))
    done = import_batch(batch(source, out), path, PACK)
    assert done.replaced == [FIRST] and sorted(done.same) == sorted([SECOND, COUNTY_SCHOOL])
    (found,) = filings(path, school=FIRST)
    assert next(item["value"] for item in found.totals if item["name"] == "生均前期结余") == "88.5"
    assert len(filings(path)) == 3


def test_reasons_are_kept_as_typed_but_for_numbers(tmp_path: Path) -> None:
    """What people wrote is theirs; the numbers of persons in it are masked all the same."""
    names = roster(tmp_path / "名单.xlsx", school_name(0).replace("技工", "技师"))
    again(City({"a.xlsx": school_bytes(0)}).write(tmp_path / "收"), tmp_path / "出", roster=names)
    reason = "张三丰核对过，电话 139 1234 5678，身份证号 350102 20070728 0152，卡号 6222 0012 3456 7890 123"
    back = City({"b.xlsx": explained(copy_of(tmp_path / "出"), "B109", reason)}).write(tmp_path / "再收")
    again(back, tmp_path / "再出", roster=names)
    import_batch(tmp_path / "再出", tmp_path / "档案.sqlite", PACK)
    [filing] = filings(tmp_path / "档案.sqlite")
    told = "张三丰核对过，电话 139******5678，身份证号 350*************0152，卡号 622**************** 123"
    assert [(item["code"], item["state"]) for item in filing.explanations] == [("B109", "不采用")]
    assert filing.explanations[0]["reason"] == told
    kept = (tmp_path / "档案.sqlite").read_bytes() + (tmp_path / "再出" / "report.json").read_bytes()
    for number in ("1234 5678", "20070728", "0012 3456"):
        assert number.encode() not in kept


def test_findings_and_open_errors_are_kept_masked(tmp_path: Path) -> None:
    source = tmp_path / "表"
    source.mkdir()
    filling = sample(FIRST).filling
    rows = {kind: [dict(row) for row in section] for kind, section in filling.rows["精准明细"].items()}
    section = next(kind for kind, records in rows.items() if records)
    rows[section][0]["身份证号"] = "350582200701011234"
    write_school(
        source / f"{FIRST}.xlsx", FIRST, SPRING, type(filling)(filling.figures, {"精准明细": rows}, filling.lines)
    )
    path = tmp_path / "档案.sqlite"
    import_batch(batch(source, tmp_path / "结果"), path, PACK)
    (found,) = filings(path)
    wrong = next(item for item in found.findings if item["level"] == "错误")
    assert found.levels["错误"] >= 1 and wrong["explained"] == 0 and wrong["cell"]
    assert b"350582200701011234" not in path.read_bytes()


def test_a_file_gone_since_the_batch_is_told(batches: dict[Term, Path], tmp_path: Path) -> None:
    source = write_city(tmp_path / "表")
    out = batch(source, tmp_path / "结果")
    (source / f"{FIRST}.xlsx").unlink()
    done = import_batch(out, tmp_path / "档案.sqlite", PACK)
    assert done.left_out == [(f"{FIRST}.xlsx", "批量校验以后这个文件改过或不在了，请重新运行 jiesuan batch")]
    assert sorted(done.new) == sorted([SECOND, COUNTY_SCHOOL])
    for path in (data_folder(out) / "checked").glob("*.json"):
        path.unlink()
    done = import_batch(out, tmp_path / "二.sqlite", PACK)
    assert {why for _, why in done.left_out} == {"批量校验的结果不完整，请重新运行 jiesuan batch"} and done.new == []


def test_finding_schools(made: Path) -> None:
    assert [(item.term, item.school) for item in filings(made)] == [
        (term, name) for term in ("2024秋", "2024春") for name in sorted(SCHOOLS)
    ]
    assert {item.school for item in filings(made, school="惠安")} == {COUNTY_SCHOOL}
    assert {item.school for item in filings(made, school="技工学校", term=AUTUMN)} == set(SCHOOLS)
    assert filings(made, school="没有的") == []


# ── what can be wrong ──

DAMAGED = (
    "档案“坏.sqlite”已损坏或不是本程序的档案，没有改动它。"
    "请用备份恢复；没有备份的，换一个文件名重新导入各学期的批量校验结果，只会失去历史。"
)


@pytest.mark.parametrize("data", [b"x" * 5000, b"SQLite format 3\x00" + b"\x07" * 5000])
def test_a_damaged_archive_is_told_and_kept(batches: dict[Term, Path], tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "坏.sqlite"
    path.write_bytes(data)
    for attempt in (lambda: filings(path), lambda: import_batch(batches[SPRING], path, PACK)):
        with pytest.raises(BureauProblem) as caught:
            attempt()
        assert str(caught.value) == DAMAGED
    assert path.read_bytes() == data


def test_half_an_archive(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "坏.sqlite"
    path.write_bytes(made.read_bytes()[: 4096 * 3])
    with pytest.raises(BureauProblem) as caught:
        filings(path)
    assert str(caught.value) == DAMAGED


def test_another_programs_database(batches: dict[Term, Path], tmp_path: Path) -> None:
    path = tmp_path / "别的.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(BureauProblem, match=r"^“别的\.sqlite”不是本程序的档案；请换一个文件名。$"):
        import_batch(batches[SPRING], path, PACK)
    assert path.read_bytes() == before


def test_another_versions_archive(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "旧.sqlite"
    shutil.copy(made, path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = '99'")
    connection.commit()
    connection.close()
    with pytest.raises(BureauProblem, match=r"^档案“旧\.sqlite”出自另一版程序；"):
        filings(path)


def test_no_archive_no_folder_no_batch(tmp_path: Path, batches: dict[Term, Path]) -> None:
    with pytest.raises(BureauProblem, match=r"^没有找到档案“没有\.sqlite”；请先运行 jiesuan archive import"):
        filings(tmp_path / "没有.sqlite")
    with pytest.raises(BureauProblem, match="不能作为档案文件"):
        import_batch(batches[SPRING], tmp_path / "没有" / "档案.sqlite", PACK)
    with pytest.raises(BureauProblem, match="不能作为档案文件"):
        filings(tmp_path)
    with pytest.raises(BureauProblem, match="里没有批量校验的结果"):
        import_batch(tmp_path, tmp_path / "档案.sqlite", PACK)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_in_use(
    made: Path, batches: dict[Term, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "档案.sqlite"
    shutil.copy(made, path)
    monkeypatch.setattr(archive_module, "_PATIENCE", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(BureauProblem, match=r"^档案“档案\.sqlite”正被别的程序使用"):
        import_batch(batches[SPRING], path, PACK)
    other.close()


def test_a_wrong_key_file(batches: dict[Term, Path], tmp_path: Path) -> None:
    (tmp_path / "档案.key").write_bytes(b"short")
    with pytest.raises(BureauProblem) as caught:
        import_batch(batches[SPRING], tmp_path / "档案.sqlite", PACK)
    assert str(caught.value) == "“档案.key”不是本程序的密钥文件，没有存入；请删去它，再运行一次。"
    (tmp_path / "档案.key").unlink()
    assert sorted(import_batch(batches[SPRING], tmp_path / "档案.sqlite", PACK).new) == sorted(SCHOOLS)


LOST = (
    "没有存入：没有原来的密钥，以前各学期存的学生就认不出来，谁在几个学期、几所学校出现过也查不出。"
    "请把原来的密钥放回档案旁边（与档案同名，扩展名 .key；档案改名、移动时要带着它），再运行一次。"
    "找不回来的，换一个档案文件名，把各学期的批量校验结果重新存入；原来的档案仍可查各校报了什么。"
)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, "档案“档案.sqlite”的密钥文件“档案.key”不在旁边，"),
        (b"short", "“档案.key”不是本程序的密钥文件，"),
        (b"x" * 32, "“档案.key”不是档案“档案.sqlite”的密钥，"),
    ],
)
def test_without_its_key_an_archive_takes_nothing_in(
    made: Path, batches: dict[Term, Path], tmp_path: Path, key: bytes | None, said: str
) -> None:
    """No new key is made in silence; what is kept can still be looked up, and with its own key it goes on."""
    path = tmp_path / "档案.sqlite"
    shutil.copy(made, path)
    if key is not None:
        key_file(path).write_bytes(key)
    before = content(path)
    done = python("-m", "jiesuan", "archive", "import", batches[SPRING], "--db", path)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"{said}{LOST}\n")
    assert content(path) == before and len(filings(path)) == 2 * len(SCHOOLS)
    assert key_file(path).exists() == (key is not None)
    shutil.copy(key_file(made), key_file(path))
    assert sorted(import_batch(batches[SPRING], path, PACK).same) == sorted(SCHOOLS)
    assert content(path) == before
    # The other way out: an archive of another name.
    assert sorted(import_batch(batches[SPRING], tmp_path / "新.sqlite", PACK).new) == sorted(SCHOOLS)


def test_an_archive_of_before_learns_its_key(made: Path, batches: dict[Term, Path], tmp_path: Path) -> None:
    """It was made without a mark of its key; the next import leaves one."""
    path = tmp_path / "档案.sqlite"
    shutil.copy(made, path)
    shutil.copy(key_file(made), key_file(path))
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM meta WHERE name = 'key'")
    connection.commit()
    connection.close()
    import_batch(batches[SPRING], path, PACK)
    assert content(path) == content(made)
    key_file(path).write_bytes(b"x" * 32)
    with pytest.raises(BureauProblem, match=r"^“档案\.key”不是档案“档案\.sqlite”的密钥，没有存入："):
        import_batch(batches[SPRING], path, PACK)


def test_a_failed_import_leaves_the_archive_as_it_was(
    made: Path, batches: dict[Term, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "档案.sqlite"
    shutil.copy(made, path)
    shutil.copy(key_file(made), key_file(path))
    before, calls = content(path), []

    def fails(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise sqlite3.OperationalError("database or disk is full")
        original(*arguments)  # type: ignore[arg-type]

    original = archive_module._import
    monkeypatch.setattr(archive_module, "_import", fails)
    with pytest.raises(BureauProblem, match=r"^磁盘已满，档案“档案\.sqlite”没有改动。$"):
        import_batch(batches[SPRING], path, PACK)
    assert content(path) == before


def test_what_only_the_batch_found_is_in_it_too(tmp_path: Path) -> None:
    """The archive tells what the bureau told the school: 错误 between workbooks are counted, whoever took them up later."""
    files = {"甲.xlsx": bytes_of(with_student_of(5, 6)), "乙.xlsx": school_bytes(6), "丙.xlsx": school_bytes(7)}
    City(files).write(tmp_path / "收")
    for _ in range(2):  # the second time from what is kept
        out = run_inline(tmp_path / "收", tmp_path / "出").options.out
        index = read_index(out)
        assert [(file.path, bool(file.result), file.errors) for file in index.files] == [
            ("丙.xlsx", False, 0), ("乙.xlsx", True, 1), ("甲.xlsx", True, 1),
        ]  # fmt: skip
    import_batch(out, tmp_path / "档.sqlite", PACK)
    found = {filing.file: filing for filing in filings(tmp_path / "档.sqlite")}
    assert {file: filing.levels["错误"] for file, filing in found.items()} == {"甲.xlsx": 1, "乙.xlsx": 1, "丙.xlsx": 0}
    [finding] = found["甲.xlsx"].findings
    assert (finding["code"], finding["level"], finding["explained"]) == ("B101", "错误", 0)
    assert f"也在“{school_name(6)}”的名单上" in finding["message"]
    assert (found["甲.xlsx"].elsewhere, found["甲.xlsx"].others) == (
        1, [{"school": school_name(6), "term": str(SPRING), "persons": 1}],
    )  # fmt: skip
    assert (found["丙.xlsx"].elsewhere, found["丙.xlsx"].others) == (0, [])
    assert re.search(r"\d{17}", finding["message"]) is None


def test_rules_there_are_no_more(tmp_path: Path) -> None:
    """A batch of another version of the program is asked for again, not half imported."""
    City({"甲.xlsx": bytes_of(with_student_of(5, 6)), "乙.xlsx": school_bytes(6)}).write(tmp_path / "收")
    out = run_inline(tmp_path / "收", tmp_path / "出").options.out
    index = data_folder(out) / "batch.json"
    index.write_bytes(index.read_bytes().replace(b'"B101"', b'"B999"'))
    done = import_batch(out, tmp_path / "档.sqlite", PACK)
    why = "批量校验的结果不完整，请重新运行 jiesuan batch"
    assert (done.new, done.left_out) == ([], [("乙.xlsx", why), ("甲.xlsx", why)])


def test_a_key_that_cannot_be_read(batches: dict[Term, Path], tmp_path: Path) -> None:
    (tmp_path / "档案.key").mkdir()
    with pytest.raises(BureauProblem, match=r"^密钥文件“档案\.key”读写不了；请检查文件夹的权限。$"):
        import_batch(batches[SPRING], tmp_path / "档案.sqlite", PACK)
    # Nothing was put in; once the key is right, the import goes on as if nothing had been.
    (tmp_path / "档案.key").rmdir()
    assert sorted(import_batch(batches[SPRING], tmp_path / "档案.sqlite", PACK).new) == sorted(SCHOOLS)
    assert len(filings(tmp_path / "档案.sqlite")) == len(SCHOOLS)
