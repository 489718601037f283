"""Builds `jiesuan.xlam` from the ribbon XML and the VBA texts beside this script: `python addin/ribbon/build.py`.

The VBA project comes from pyOpenVBA, every other part is written here, and all times are fixed: the same sources give the
same bytes.  `twin` builds a workbook with form buttons for LibreOffice, in which the same macros run.
"""

from __future__ import annotations

import hashlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "jiesuan.xlam"
MODULES = ("Buttons", "Ribbon", "Launch")
TWIN_MODULES = {"Buttons": "Buttons", "Launch": "LaunchOffice"}
"""Module → text; LibreOffice knows neither ribbons nor WScript."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.addin.macroEnabled.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/>'
    '<Relationship Id="rId3" Type="http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"'
    ' Target="customUI/customUI14.xml"/></Relationships>',
    "docProps/core.xml": "<cp:coreProperties"
    ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>资助结算</dc:title>'
    "<dc:description>技工院校学生资助金结算：计算、校验、清除标记</dc:description></cp:coreProperties>",
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr codeName="ThisWorkbook"/>'
    '<bookViews><workbookView/></bookViews><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    '<Relationship Id="rId3" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
    ' Target="vbaProject.bin"/></Relationships>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetPr codeName="Sheet1"/><sheetData/></worksheet>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>',
}


def module(name: str) -> str:
    """A VBA text of this folder.  Raises ValueError where it is not ASCII: the project would hold question marks."""
    text = (HERE / f"{name}.bas").read_text(encoding="utf-8")
    if not text.isascii():
        raise ValueError(f"{name}.bas")
    return text


def vba_project(modules: Mapping[str, str]) -> bytes:
    """`xl/vbaProject.bin` with those standard modules (name → text)."""
    from pyopenvba import ExcelFile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "project.xlam")
        with ExcelFile.create_new(path) as file:
            project = file.vba_project()
            project.delete_module("Module1")
            for name, text in modules.items():
                project.add_module(name, f'Attribute VB_Name = "{name}"\n{text}'.replace("\n", "\r\n"))
            file.save(path)
        with zipfile.ZipFile(path) as archive:
            return archive.read("xl/vbaProject.bin")


def build() -> bytes:
    """The add-in."""
    content = {name: (_HEAD + text).encode() for name, text in _PARTS.items()}
    content["xl/vbaProject.bin"] = vba_project({name: module(name) for name in MODULES})
    content["customUI/customUI14.xml"] = (HERE / "customUI.xml").read_text(encoding="utf-8").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.create_system = 0
            # Stored: what deflate writes differs between versions of zlib.
            archive.writestr(member, data, zipfile.ZIP_STORED)
    return buffer.getvalue()


def twin(path: Path, buttons: Sequence[tuple[str, str]] = (("计算", "CalcButton"), ("校验", "CheckButton"))) -> None:
    """A workbook (.xlsm) with form buttons (caption, macro) for LibreOffice."""
    import xlsxwriter

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "vbaProject.bin")
        project.write_bytes(vba_project({name: module(text) for name, text in TWIN_MODULES.items()}))
        with xlsxwriter.Workbook(path) as book:
            book.add_vba_project(str(project))
            book.set_vba_name("ThisWorkbook")
            sheet = book.add_worksheet("Sheet1")
            sheet.set_vba_name("Sheet1")
            for number, (caption, macro) in enumerate(buttons):
                sheet.insert_button(1 + 3 * number, 1, {"caption": caption, "macro": macro, "width": 96, "height": 32})


def sha256(data: bytes) -> str:
    """The digest published in the README."""
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    made = build()
    (HERE / NAME).write_bytes(made)
    sys.stdout.write(f"{NAME}  {len(made)}  {sha256(made)}\n")
