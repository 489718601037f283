"""Forms about institutions from the outside: files in, reports and failures out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..book import Book, Sheet
from ..law import Law
from ..reading import UnreadableFile, open_book, received
from ..report import Report
from ..session import Failure, broken, failed
from .institution import Filled
from .institution_check import Listed, Read, check_city, check_institutions, listed_schools

_LISTS = (".txt", ".csv")


@dataclass(frozen=True)
class Checked:
    """One form of a file and its report, or why there is none."""

    path: Path
    filled: Filled | None
    result: Report | Failure


def check_files(paths: list[Path], law: Law) -> list[Checked]:
    """Check every form of every file; one that cannot be read does not stop the others."""
    return [checked for path in paths for checked in _checked(path, law)]


def _checked(path: Path, law: Law) -> list[Checked]:
    try:
        found = check_institutions(open_book(path), law)
    except UnreadableFile as error:
        return [Checked(path, None, failed(path, error.kind, error.message))]
    except Exception as error:
        return [Checked(path, None, broken(path, error))]
    if not found:
        message = (
            "里面没有学生资助管理机构信息表。请确认没有拿错文件；表头标题被删改的，"
            "请用 jiesuan institution new 生成模板填写。"
        )
        return [Checked(path, None, failed(path, "not-institution", message))]
    return [Checked(path, *each) for each in found]


def check_list(path: Path, checked: list[Checked]) -> Report | Failure:
    """The forms against a list of schools."""
    found = read_list(path)
    if isinstance(found, Failure):
        return found
    return check_city(*found, [Read(item.path, item.filled) for item in checked if item.filled])


def read_list(path: Path) -> tuple[Book, list[Listed]] | Failure:
    """A list of schools: a workbook, or a text with one school a line."""
    try:
        book = _text_book(path) if path.suffix.lower() in _LISTS else open_book(path)
        listed = listed_schools(book)
    except UnreadableFile as error:
        return failed(path, error.kind, error.message)
    except Exception as error:
        return broken(path, error)
    if not listed:
        return failed(path, "not-list", "名单里没有学校。请用一列写校名，标题写“学校名称”。")
    return book, listed


def _text_book(path: Path) -> Book:
    """A text file, one school a line, as a book of one column.  Raises UnreadableFile."""
    data = received(path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            lines = data.decode(encoding).splitlines()
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableFile("corrupt", "这个文本文件的编码认不出来。请另存为 UTF-8 再试。")
    cells: list[list[str | None]] = [[line.split(",")[0].strip().strip('"') or None] for line in lines]
    return Book(path.name, [Sheet(path.stem, [list(row) for row in cells])])
