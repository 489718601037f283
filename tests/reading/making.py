"""Files for these tests: packages written part by part, workbooks by XlsxWriter, and a way to read what is expected."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jiesuan.book import Book
from jiesuan.reading import UnreadableFile, open_book

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(*items: tuple[str, str, str], office: str = OFFICE) -> str:
    """A .rels part of (id, kind, target)."""
    inner = "".join(f'<Relationship Id="{i}" Type="{office}/{kind}" Target="{to}"/>' for i, kind, to in items)
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def sheet_xml(data: str = "", *, before: str = "", after: str = "") -> str:
    """A worksheet part around the inside of `<sheetData>`."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def strings_xml(*texts: str) -> str:
    """A part of shared strings."""
    return f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"


def parts(
    *sheets: str | bytes,
    names: tuple[str, ...] = (),
    states: Mapping[str, str] | None = None,
    strings: str | None = None,
    styles: str | None = None,
    before: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> dict[str, str | bytes]:
    """The parts of an .xlsx of those worksheet parts, named 表1, 表2 … unless `names` are given."""
    titles = names or tuple(f"表{n}" for n in range(1, len(sheets) + 1))
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{title}" sheetId="{n}"{(states or {}).get(title, "")} r:id="r{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    related = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheets>{listed}</sheets></workbook>',
    }
    if strings is not None:
        related.append(("rS", "sharedStrings", "sharedStrings.xml"))
        found["xl/sharedStrings.xml"] = strings
    if styles is not None:
        related.append(("rT", "styles", "styles.xml"))
        found["xl/styles.xml"] = styles
    found["xl/_rels/workbook.xml.rels"] = relations(*related)
    for n, content in zip(numbers, sheets, strict=True):
        found[f"xl/worksheets/sheet{n}.xml"] = content
    found.update(more or {})
    return found


def zipped(content: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of those members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def opened(tmp_path: Path, data: bytes, name: str = "表.xlsx", **options: Any) -> Book:
    """The book in a file of those bytes, which must not have changed by reading."""
    path = tmp_path / name
    path.write_bytes(data)
    try:
        return open_book(path, **options)
    finally:
        assert path.read_bytes() == data


def refused(tmp_path: Path, data: bytes, name: str = "表.xlsx", **options: Any) -> UnreadableFile:
    """The problem of a file of those bytes; it must be a problem of the file, not of the program."""
    with pytest.raises(UnreadableFile) as caught:
        opened(tmp_path, data, name, **options)
    assert_foreseen(caught.value)
    return caught.value


def assert_foreseen(problem: UnreadableFile) -> None:
    """No programming error hides behind the catch-all of `open_book`, and the message is fit for users."""
    assert not isinstance(
        problem.__cause__, (TypeError, KeyError, IndexError, AttributeError, AssertionError, NameError)
    ), repr(problem.__cause__)
    assert str(problem) == problem.message
    assert problem.message.endswith("。")
    assert 10 < len(problem.message) < 120
    assert "/" not in problem.message.replace("DOCTYPE", "")


def written(fill: Callable[[Any, Any], object], **options: Any) -> bytes:
    """An .xlsx made by XlsxWriter; `fill` gets the workbook and its first sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as workbook:
        fill(workbook, workbook.add_worksheet("表1"))
    return buffer.getvalue()


def patched(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one member changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    before = content[member]
    content[member] = change(before)
    assert content[member] != before, "the patch did nothing"
    return zipped(content)
