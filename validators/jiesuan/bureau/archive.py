"""The archive a bureau keeps: one SQLite file with what its schools reported, term by term.

    workbook      one a term and school: file, hash, set, counts of findings
    total         what it came to: heads, months, amounts, balances, each with the cells it was read from
    finding       what was found, as it was told (masked)
    explanation   what was answered, and how it stands
    person        keyed hashes of the identity numbers, to find somebody again; nothing else about persons

Privacy: an identity number has so few unknown digits that a plain hash could be turned back by trying them all.  So the
hashes are keyed, and the key stands in a file of its own beside the archive (`档案.key`): the archive can be copied, backed
up or handed on without it, and then nobody is found in it; whoever deletes the key makes all hashes meaningless at once.
So an archive that knows persons takes nothing in without its own key: with another one, nobody of the terms before would be
found again, and nothing would tell it.  Deleting the archive loses nothing but history: every figure is in the schools' workbooks.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from ..batch.people import KEY, people_of
from ..batch.store import Checked, Filed, NoBatch, originals_of, read_checked, read_index, report_of
from ..number import plain
from ..pack import Pack
from ..report import Report
from ..session import Failure, collector_paused, open_workbook
from ..term import Term
from ..text import fold, mask
from .problem import BureauProblem
from .school import School, gather

VERSION = 1
_KEY_BYTES = 32
_WITHOUT_KEY = (
    "没有存入：没有原来的密钥，以前各学期存的学生就认不出来，谁在几个学期、几所学校出现过也查不出。"
    "请把原来的密钥放回档案旁边（与档案同名，扩展名 .key；档案改名、移动时要带着它），再运行一次。"
    "找不回来的，换一个档案文件名，把各学期的批量校验结果重新存入；原来的档案仍可查各校报了什么。"
)
_PATIENCE = 10.0
"""Seconds to wait for another program that writes."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE workbook (
    id INTEGER PRIMARY KEY, term TEXT NOT NULL, school TEXT NOT NULL, folded TEXT NOT NULL, set_name TEXT NOT NULL,
    file TEXT NOT NULL, sha256 TEXT NOT NULL, errors INTEGER NOT NULL, asked INTEGER NOT NULL, hints INTEGER NOT NULL,
    UNIQUE (term, folded));
CREATE TABLE total (
    workbook INTEGER NOT NULL REFERENCES workbook ON DELETE CASCADE, place INTEGER NOT NULL, name TEXT NOT NULL,
    value TEXT NOT NULL, unit TEXT NOT NULL, sheet TEXT NOT NULL, cells TEXT NOT NULL);
CREATE TABLE finding (
    workbook INTEGER NOT NULL REFERENCES workbook ON DELETE CASCADE, place INTEGER NOT NULL, code TEXT NOT NULL,
    level TEXT NOT NULL, sheet TEXT NOT NULL, cell TEXT NOT NULL, label TEXT NOT NULL, message TEXT NOT NULL,
    explained INTEGER NOT NULL);
CREATE TABLE explanation (
    workbook INTEGER NOT NULL REFERENCES workbook ON DELETE CASCADE, place INTEGER NOT NULL, code TEXT NOT NULL,
    sheet TEXT NOT NULL, cell TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE person (
    workbook INTEGER NOT NULL REFERENCES workbook ON DELETE CASCADE, key BLOB NOT NULL);
CREATE INDEX person_key ON person (key);
"""
TOTALS: tuple[tuple[str, str, str, str], ...] = (
    ("助学金人数", "汇总人数", "合计人数", "人"),
    ("助学金人次", "汇总人数", "合计人次", "人次"),
    ("助学金金额", "分担测算", "助学金", "万元"),
    ("免学费金额（涉农专业）", "分担测算", "涉农免学费", "万元"),
    ("免学费金额（其他专业）", "分担测算", "其他免学费", "万元"),
    ("在籍人次", "申报人数", "人次", "人次"),
)
"""Name in the archive → form and column of 附件3 whose expression over the school's forms gives it."""
_PARTS = {
    "合计人数": ("涉农精准人数", "涉农其他人数", "非涉农精准人数", "非涉农其他人数"),
    "合计人次": ("涉农精准人次", "涉农其他人次", "非涉农精准人次", "非涉农其他人次"),
    "人次": ("第1月", "第2月", "第3月", "第4月", "第5月"),
}


@dataclass
class Imported:
    """What an import did."""

    term: str
    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Filing:
    """One school's workbook of one term, as the archive has it."""

    term: str
    school: str
    set_name: str
    file: str
    sha256: str
    levels: dict[str, int]
    totals: list[dict[str, str]]
    findings: list[dict[str, Any]]
    explanations: list[dict[str, str]]
    persons: int
    elsewhere: int
    """Persons who stand in another school's workbook of any term, too."""
    others: list[dict[str, Any]] = field(default_factory=list)
    """In which ones: `school`, `term`, `persons`, the most first."""


def import_batch(out: Path, database: Path, pack: Pack) -> Imported:
    """Put the files of a batch that count into the archive; again gives the same archive.  Raises BureauProblem."""
    try:
        index = read_index(out)
    except NoBatch as error:
        raise BureauProblem(str(error)) from error
    originals = originals_of(index, out)
    done = Imported(index.term)
    with _open(database, create=True) as connection:
        key = _key(database, connection)
        for file in index.files:
            if not file.counts:
                continue
            checked = read_checked(out, file.sha256)
            report = _report(file, checked, pack)
            if checked is None or report is None:
                done.left_out.append((file.path, "批量校验的结果不完整，请重新运行 jiesuan batch"))
                continue
            try:
                data = originals[file.sha256]
            except KeyError:
                done.left_out.append((file.path, "批量校验以后这个文件改过或不在了，请重新运行 jiesuan batch"))
                continue
            _import(connection, pack, file, checked, report, data, key, done)
    return done


def _report(file: Filed, checked: Checked | None, pack: Pack) -> Report | None:
    """What the bureau was told of a file; None where the batch is not whole or names rules there are no more."""
    try:
        if file.result:
            return report_of(file.result, file.path, pack)
        return checked.report(file.path, pack) if checked is not None else None
    except KeyError:
        return None


def _import(
    connection: sqlite3.Connection,
    pack: Pack,
    file: Filed,
    checked: Checked,
    report: Report,
    data: bytes,
    key: bytes,
    done: Imported,
) -> None:
    with collector_paused():
        term = Term.parse(report.term)
        workbook = open_workbook(Path(PurePosixPath(file.path).name), term=term, data=data)
        if isinstance(workbook, Failure):
            done.left_out.append((file.path, workbook.message))
            return
        school = gather(workbook, pack, pack.info.bureau[0].name, mask(file.path))
        people = people_of(workbook, key)
    name = file.school or school.name or mask(PurePosixPath(file.path).stem)
    rows = _rows(school, report)
    found = connection.execute(
        "SELECT id, sha256, errors FROM workbook WHERE term = ? AND folded = ?", (report.term, fold(name))
    ).fetchone()
    kept = (done.new, done.replaced, done.same)[0 if found is None else 1 if found[1] != file.sha256 else 2]
    kept.append(name)
    if found is not None:
        connection.execute("DELETE FROM workbook WHERE id = ?", (found[0],))
    levels = report.levels
    cursor = connection.execute(
        "INSERT INTO workbook (term, school, folded, set_name, file, sha256, errors, asked, hints)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (report.term, mask(name), fold(name), report.set_name, mask(file.path), file.sha256,
         levels["错误"], levels["核实"], levels["提示"]),
    )  # fmt: skip
    number = cursor.lastrowid
    for table, values in rows.items():
        marks = ", ".join("?" * (len(values[0]) + 2)) if values else ""
        for place, value in enumerate(values):
            connection.execute(f"INSERT INTO {table} VALUES ({marks})", (number, place, *value))
    keys = {people.keys[start : start + KEY] for start in range(0, len(people.keys), KEY)}
    connection.executemany("INSERT INTO person VALUES (?, ?)", [(number, value) for value in sorted(keys)])


def _rows(school: School, report: Report) -> dict[str, list[tuple[Any, ...]]]:
    totals: list[tuple[Any, ...]] = []
    for name, role, column, unit in TOTALS:
        figures = school.figures.get(role, {})
        parts = [figures[(), part] for part in _PARTS.get(column, (column,)) if ((), part) in figures]
        if parts:
            total = sum((part.value for part in parts), Decimal(0))
            totals.append((name, plain(total), unit, parts[0].sheet, ",".join(part.cells for part in parts)))
    for name, figure in sorted(school.balances.items()):
        totals.append((f"生均{name}", plain(figure.value), "万元", figure.sheet, figure.cells))
    findings = [
        (item.code, item.level, item.sheet, item.cell, item.label, item.message, int(explained))
        for explained, items in ((False, report.findings), (True, report.explained))
        for item in items
    ]
    answers = [(item.code, item.sheet, item.cell, item.reason, item.state) for item in report.explanations]
    return {"total": totals, "finding": findings, "explanation": answers}


def filings(database: Path, *, school: str = "", term: Term | None = None) -> list[Filing]:
    """What the archive has of a school (by its name or part of it), newest term first.  Raises BureauProblem."""
    with _open(database) as connection:
        rows = connection.execute("SELECT * FROM workbook ORDER BY folded, term").fetchall()
        names = [row["folded"] for row in rows]
        wanted = fold(school)
        exact = wanted in names
        chosen = [
            row
            for row in rows
            if (not wanted or (row["folded"] == wanted if exact else wanted in row["folded"]))
            and (term is None or row["term"] == str(term))
        ]
        found = [_filing(connection, row) for row in chosen]
    found.sort(key=lambda filing: filing.school)
    return sorted(found, key=lambda filing: Term.parse(filing.term), reverse=True)


def _filing(connection: sqlite3.Connection, row: sqlite3.Row) -> Filing:
    def part(table: str, columns: str) -> list[dict[str, Any]]:
        query = f"SELECT {columns} FROM {table} WHERE workbook = ? ORDER BY place"
        return [dict(item) for item in connection.execute(query, (row["id"],))]

    (persons,) = connection.execute("SELECT count(*) FROM person WHERE workbook = ?", (row["id"],)).fetchone()
    (elsewhere,) = connection.execute(
        "SELECT count(DISTINCT p.key) FROM person p JOIN person o ON o.key = p.key JOIN workbook w ON w.id = o.workbook"
        " WHERE p.workbook = ? AND w.folded <> ?",
        (row["id"], row["folded"]),
    ).fetchone()
    others = connection.execute(
        "SELECT w.school, w.term, count(DISTINCT p.key) AS persons FROM person p JOIN person o ON o.key = p.key"
        " JOIN workbook w ON w.id = o.workbook WHERE p.workbook = ? AND w.folded <> ?"
        " GROUP BY w.id ORDER BY persons DESC, w.term, w.folded",
        (row["id"], row["folded"]),
    )
    return Filing(
        row["term"],
        row["school"],
        row["set_name"],
        row["file"],
        row["sha256"],
        {"错误": row["errors"], "核实": row["asked"], "提示": row["hints"]},
        part("total", "name, value, unit, sheet, cells"),
        part("finding", "code, level, sheet, cell, label, message, explained"),
        part("explanation", "code, sheet, cell, reason, state"),
        persons,
        elsewhere,
        [dict(item) for item in others],
    )


# ── the file ──


@contextmanager
def _open(database: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """The archive, for one transaction that is kept whole or not at all.  Raises BureauProblem."""
    if not database.exists() and not create:
        raise BureauProblem(
            f"没有找到档案“{database.name}”；请先运行 jiesuan archive import 批量校验的结果/ --db {database.name}。"
        )
    if database.is_dir() or not database.parent.is_dir():
        raise BureauProblem(f"“{database.name}”不能作为档案文件；请写出文件名，所在的文件夹要先建立。")
    new = not database.exists() or not database.stat().st_size
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(database, isolation_level=None, timeout=_PATIENCE)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE" if create else "BEGIN")
        if new:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('version', ?)", (str(VERSION),))
        _check_version(connection, database)
        yield connection
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise BureauProblem(_trouble(database, error)) from error
    finally:
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()


def _check_version(connection: sqlite3.Connection, database: Path) -> None:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "meta" not in tables or "workbook" not in tables:
        raise BureauProblem(f"“{database.name}”不是本程序的档案；请换一个文件名。")
    found = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    if found is None or found[0] != str(VERSION):
        raise BureauProblem(f"档案“{database.name}”出自另一版程序；请用那一版程序，或另建一个档案重新导入。")


def _trouble(database: Path, error: sqlite3.DatabaseError) -> str:
    text = str(error)
    if "locked" in text or "busy" in text:
        return f"档案“{database.name}”正被别的程序使用，没有读写；请稍后再试。"
    if "readonly" in text or "unable to open" in text:
        return f"档案“{database.name}”打不开或只读；请检查文件和文件夹的权限。"
    if "full" in text:
        return f"磁盘已满，档案“{database.name}”没有改动。"
    return (
        f"档案“{database.name}”已损坏或不是本程序的档案，没有改动它。"
        "请用备份恢复；没有备份的，换一个文件名重新导入各学期的批量校验结果，只会失去历史。"
    )


def key_file(database: Path) -> Path:
    """Where the key of an archive's hashes stands."""
    return database.with_suffix(".key")


def _key(database: Path, connection: sqlite3.Connection) -> bytes:
    """The key, made where the archive knows nobody yet; `meta` has a hash of it, to tell another key by.  Raises
    BureauProblem."""
    path = key_file(database)
    needed = connection.execute("SELECT 1 FROM person LIMIT 1").fetchone() is not None
    kept = connection.execute("SELECT value FROM meta WHERE name = 'key'").fetchone()
    try:
        key = path.read_bytes() if path.exists() else None
        if key is None and needed:
            raise BureauProblem(f"档案“{database.name}”的密钥文件“{path.name}”不在旁边，{_WITHOUT_KEY}")
        if key is not None and len(key) != _KEY_BYTES:
            way = _WITHOUT_KEY if needed else "没有存入；请删去它，再运行一次。"
            raise BureauProblem(f"“{path.name}”不是本程序的密钥文件，{way}")
        if key is None:
            key = secrets.token_bytes(_KEY_BYTES)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
    except OSError as error:
        raise BureauProblem(f"密钥文件“{path.name}”读写不了；请检查文件夹的权限。") from error
    mark = hashlib.sha256(key).hexdigest()
    if needed and kept is not None and kept[0] != mark:
        raise BureauProblem(f"“{path.name}”不是档案“{database.name}”的密钥，{_WITHOUT_KEY}")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('key', ?)", (mark,))
    return key
