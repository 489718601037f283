"""The add-in file: what is in it, that it is always the same, and that its macros run."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ET
import zipfile
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from jiesuan_addin.press import BUTTONS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools.olevba import VBA_Parser

ROOT = Path(__file__).resolve().parents[2]
RIBBON = ROOT / "addin" / "ribbon"
BUILT = RIBBON / "jiesuan.xlam"
UI = "{http://schemas.microsoft.com/office/2009/07/customui}"


@cache
def script() -> ModuleType:
    """The build script, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("ribbon_build", RIBBON / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def built() -> bytes:
    return bytes(script().build())


def modules(data: bytes) -> dict[str, str]:
    """The VBA modules as olevba reads them."""
    parser = VBA_Parser("jiesuan.xlam", data=data)
    return {Path(name).stem: code for _, _, name, code in parser.extract_macros()}


def ribbon_buttons() -> list[ET.Element]:
    with zipfile.ZipFile(io.BytesIO(built())) as archive:
        return list(ET.fromstring(archive.read("customUI/customUI14.xml")).iter(f"{UI}button"))


class TestBytes:
    def test_built_twice_it_is_the_same(self) -> None:
        assert script().build() == built()

    def test_the_file_kept_is_what_the_script_builds(self) -> None:
        assert BUILT.read_bytes() == built(), "run: python addin/ribbon/build.py"

    @pytest.mark.parametrize("page", ["README.md", "addin/README.md"])
    def test_the_digest_is_published(self, page: str) -> None:
        assert hashlib.sha256(built()).hexdigest() in (ROOT / page).read_text(encoding="utf-8")

    def test_times_are_fixed_and_nothing_is_compressed(self) -> None:
        with zipfile.ZipFile(io.BytesIO(built())) as archive:
            assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_STORED}
            assert archive.testzip() is None

    def test_the_project_is_sound(self) -> None:
        from pyopenvba import check_file

        report = check_file(BUILT)
        assert (report.issues, report.complete) == ((), True)


class TestParts:
    def test_every_part_has_a_content_type_and_every_relation_a_part(self) -> None:
        with zipfile.ZipFile(io.BytesIO(built())) as archive:
            names = set(archive.namelist())
            types = ET.fromstring(archive.read("[Content_Types].xml"))
            known = {item.get("PartName", "").lstrip("/") for item in types if item.get("PartName")}
            suffixes = {item.get("Extension") for item in types if item.get("Extension")}
            assert known <= names
            assert all(name in known or name.rpartition(".")[2] in suffixes for name in names)
            for holder, base in (("_rels/.rels", ""), ("xl/_rels/workbook.xml.rels", "xl/")):
                for relation in ET.fromstring(archive.read(holder)):
                    assert base + relation.get("Target", "") in names

    def test_it_is_an_add_in_with_a_ribbon(self) -> None:
        with zipfile.ZipFile(io.BytesIO(built())) as archive:
            assert b"ms-excel.addin.macroEnabled.main+xml" in archive.read("[Content_Types].xml")
            assert b"office/2007/relationships/ui/extensibility" in archive.read("_rels/.rels")

    def test_nobody_is_named(self) -> None:
        with zipfile.ZipFile(io.BytesIO(built())) as archive:
            texts = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".xml"))
        assert b"creator" not in texts and b"lastModifiedBy" not in texts


class TestVba:
    def test_every_module_is_read_back(self) -> None:
        found = modules(built())
        assert set(found) == {"ThisWorkbook", "Sheet1", *script().MODULES}
        for name in script().MODULES:
            text = found[name].replace("\r\n", "\n").removeprefix(f'Attribute VB_Name = "{name}"\n')
            assert text.strip() == script().module(name).strip()

    def test_there_is_no_character_that_the_project_cannot_hold(self) -> None:
        for path in RIBBON.glob("*.bas"):
            assert path.read_bytes().isascii(), path.name
        assert all(code.isascii() for code in modules(built()).values())

    def test_a_text_that_is_not_ascii_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "Bad.bas").write_text("' 中文", encoding="utf-8")
        monkeypatch.setattr(script(), "HERE", tmp_path)
        with pytest.raises(ValueError, match="Bad"):
            script().module("Bad")

    def test_the_words_of_the_message_box(self) -> None:
        code = modules(built())["Launch"]
        codes = "".join("".join(pair) for pair in re.findall(r'Advice & "([0-9A-F]+)"|Advice = "([0-9A-F]+)"', code))
        text = bytes.fromhex(codes).decode("utf-16-be")
        assert text == (
            "程序没有运行起来。请在“命令提示符”里运行 jiesuan excel status，它会说明原因。"
            "不用加载项也可以：右键点文件，选“发送到”里的“结算校验”。"
        )

    def test_no_line_is_longer_than_vba_takes(self) -> None:
        assert max(len(line) for code in modules(built()).values() for line in code.splitlines()) < 1000


class TestRibbon:
    def test_buttons_in_order(self) -> None:
        assert [button.get("label") for button in ribbon_buttons()] == list(BUTTONS.values())
        assert [button.get("id") for button in ribbon_buttons()] == list(BUTTONS)

    def test_every_button_explains_itself(self) -> None:
        for button in ribbon_buttons():
            assert button.get("screentip") == button.get("label")
            assert (button.get("supertip") or "").endswith("。")
            assert re.fullmatch(r"[A-Z]\w+", button.get("imageMso") or "")

    def test_every_callback_is_a_sub_that_presses_that_button(self) -> None:
        found = modules(built())
        for button in ribbon_buttons():
            callback = button.get("onAction") or ""
            sub = re.search(rf"Public Sub {callback}\(control As IRibbonControl\)\s+(\w+)\s+End Sub", found["Ribbon"])
            assert sub is not None, callback
            body = re.search(rf"Public Sub {sub[1]}\(\)\s+RunPython (.+)\s+End Sub", found["Buttons"])
            assert body is not None, sub[1]
            assert f"\"import jiesuan_addin; jiesuan_addin.run('{button.get('id')}', \"" in body[1]

    def test_structure(self) -> None:
        """What Microsoft's schema asks of the elements used here: their nesting, their attributes, unique ids."""
        allowed = {
            "customUI": {"ribbon"}, "ribbon": {"tabs"}, "tabs": {"tab"}, "tab": {"group"}, "group": {"button"}, "button": set(),
        }  # fmt: skip
        attributes = {
            "customUI": set(), "ribbon": set(), "tabs": set(), "tab": {"id", "label", "insertAfterMso"},
            "group": {"id", "label"},
            "button": {"id", "label", "size", "imageMso", "onAction", "screentip", "supertip"},
        }  # fmt: skip
        with zipfile.ZipFile(io.BytesIO(built())) as archive:
            root = ET.fromstring(archive.read("customUI/customUI14.xml"))
        ids = [item.get("id") for item in root.iter() if item.get("id")]
        assert len(ids) == len(set(ids))
        assert root.tag == f"{UI}customUI"
        for item in root.iter():
            name = item.tag.removeprefix(UI)
            assert {child.tag.removeprefix(UI) for child in item} <= allowed[name]
            assert set(item.attrib) <= attributes[name]
            assert item.get("size") in (None, "large")
            assert all(len(text) <= 1024 for text in item.attrib.values())


def soffice(*arguments: str, profile: Path, env: dict[str, str] | None = None) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no LibreOffice")
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", *arguments]
    subprocess.run(command, check=False, capture_output=True, timeout=180, env={**os.environ, **(env or {})})


SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Filter/Import/VBA"><prop oor:name="Load"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Filter/Import/VBA"><prop oor:name="Executable"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"><value>0</value></prop></item>
</oor:items>
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A profile of LibreOffice that runs the macros of a workbook."""
    folder = tmp_path / "profile"
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    return folder


RUNNER = """
import subprocess, sys, time
sys.path.append('/usr/lib/python3/dist-packages')
import uno
from com.sun.star.beans import PropertyValue

def prop(name, value):
    item = PropertyValue()
    item.Name, item.Value = name, value
    return item

book, macro, profile = sys.argv[1:]
pipe = 'jiesuan-twin-' + macro
office = subprocess.Popen(['soffice', '-env:UserInstallation=file://' + profile, '--headless', '--norestore',
                           '--accept=pipe,name=' + pipe + ';urp;'])
try:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext('com.sun.star.bridge.UnoUrlResolver', local)
    for _ in range(150):
        try:
            context = resolver.resolve('uno:pipe,name=' + pipe + ';urp;StarOffice.ComponentContext')
            break
        except Exception:
            time.sleep(0.2)
    desktop = context.ServiceManager.createInstanceWithContext('com.sun.star.frame.Desktop', context)
    document = desktop.loadComponentFromURL('file://' + book, '_blank', 0,
                                            (prop('Hidden', True), prop('MacroExecutionMode', 4)))
    name = 'vnd.sun.star.script:VBAProject.Buttons.' + macro + '?language=Basic&location=document'
    document.getScriptProvider().getScript(name).invoke((), (), ())
    document.close(True)
    try:
        desktop.terminate()
    except Exception:
        pass
finally:
    try:
        office.wait(20)
    except subprocess.TimeoutExpired:
        office.kill()
"""


@pytest.mark.libreoffice
def test_libreoffice_opens_the_package(tmp_path: Path, profile: Path) -> None:
    """It takes no add-ins of Excel; labelled as a workbook it reads everything."""
    relabelled = tmp_path / "addin.xlsm"
    with zipfile.ZipFile(io.BytesIO(built())) as source, zipfile.ZipFile(relabelled, "w") as target:
        for name in source.namelist():
            old = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
            target.writestr(
                name, source.read(name).replace(old, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
            )
    soffice("--convert-to", "fods", "--outdir", str(tmp_path), str(relabelled), profile=profile)
    text = (tmp_path / "addin.fods").read_text(encoding="utf-8")
    for name in script().MODULES:
        assert f'ooo:name="{name}"' in text, name


@pytest.mark.libreoffice
@pytest.mark.parametrize(("macro", "button"), [("CalcButton", "calc"), ("CheckButton", "check")])
def test_the_macros_of_the_twin_run(tmp_path: Path, profile: Path, macro: str, button: str) -> None:
    """A workbook with form buttons, opened in LibreOffice: the macro behind a button starts Python with our line."""
    book = tmp_path / "twin.xlsm"
    script().twin(book)
    with zipfile.ZipFile(book) as archive:
        drawing = archive.read("xl/drawings/vmlDrawing1.vml").decode()
    assert "[0]!CalcButton" in drawing and "[0]!CheckButton" in drawing
    told = tmp_path / "told.txt"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{told}"\n', encoding="utf-8")
    python.chmod(0o755)
    runner = tmp_path / "run.py"
    runner.write_text(RUNNER, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(runner), str(book), macro, str(profile)],
        env={**os.environ, "JIESUAN_PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert told.read_text(encoding="utf-8").split("\n") == [
        "-P", "-B", "-c", f"import jiesuan_addin; jiesuan_addin.run('{button}', 0)", "",
    ]  # fmt: skip
