from __future__ import annotations

import pytest

from jiesuan.reading import UnreadableFile
from jiesuan.reading.sniff import container, has_macros, ole_kind

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XML2003 = '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
TABLE = "<table><tr><td>姓名</td></tr></table>"


def kind_and_message(data: bytes) -> tuple[str, str]:
    with pytest.raises(UnreadableFile) as caught:
        container(data)
    return caught.value.kind, caught.value.message


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"])
def test_zip(start: bytes) -> None:
    assert container(start + b"anything") == "zip"


def test_ole() -> None:
    assert container(OLE + b"anything") == "ole"


def test_nothing_at_all() -> None:
    kind, message = kind_and_message(b"")
    assert kind == "empty"
    assert "空文件" in message


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>x</body></html>",
        "<!DOCTYPE html>\n<html>",
        "\n\n  <HTML xmlns:x='urn:schemas-microsoft-com:office:excel'>",
        '<?xml version="1.0"?><html>',
        TABLE,
        "<meta charset=gbk>" + TABLE,
        "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_html_in_any_dress(text: str, encoding: str) -> None:
    kind, message = kind_and_message(text.encode(encoding))
    assert kind == "html"
    assert "网页(HTML)" in message
    assert "另存为“Excel 工作簿(*.xlsx)”" in message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_spreadsheet_of_2003(encoding: str) -> None:
    kind, message = kind_and_message(XML2003.encode(encoding))
    assert kind == "xml2003"
    assert "XML 表格 2003" in message


@pytest.mark.parametrize(
    "text",
    [
        "姓名,金额\n张三,1\n",
        "姓名\t金额\r\n张三\t1\r\n",
        "姓名;金额\n\n张三;1",
        "姓名，金额\n张三，1",
        "a,b",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv(text: str, encoding: str) -> None:
    kind, message = kind_and_message(text.encode(encoding))
    assert kind == "csv"
    assert "CSV" in message


def test_a_long_csv_cut_inside_a_character_is_still_one() -> None:
    for shift in range(3):
        data = ("x" * shift + "姓名,金额\n" + "张三,一百\n" * 9000).encode()
        assert len(data) > 65536
        assert kind_and_message(data)[0] == "csv"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("各位老师好".encode(), "一个文本文件"),
        ("各位老师好\n请,看".encode("gb18030"), "一个文本文件"),
        (b"   \n \n", "一个文本文件"),
        (b"<svg/>", "一个 XML 文件"),
        (b'<?xml version="1.0"?><office:document/>', "一个 XML 文件"),
        (b"%PDF-1.7\n...", "PDF 文档"),
        (b"\x89PNG\r\n\x1a\n\0\0", "图片"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "图片"),
        (b"GIF89a\0\0", "图片"),
        (b"BM\0\0\0\0", "图片"),
        (b"II*\0\0\0", "图片"),
        (b"MM\0*\0\0", "图片"),
        (b"Rar!\x1a\x07\0", "压缩包(RAR)"),
        (b"7z\xbc\xaf\x27\x1c\0\0", "压缩包(7z)"),
        (b"\x1f\x8b\x08\0\0", "压缩包(gzip)"),
        (b"{\\rtf1 hello}", "RTF 文档"),
        (b"MZ\x90\0\0", "程序"),
    ],
)
def test_other_things_are_called_by_their_name(data: bytes, said: str) -> None:
    kind, message = kind_and_message(data)
    assert kind == "not-a-workbook"
    assert message.startswith(f"这是{said}，不是工作簿。")


@pytest.mark.parametrize("data", [b"\0", bytes(range(256)), b"\xff\xfe\0\xdc\0\0", b"\x09\x00\x04\x00\x07\x00"])
def test_unknown_content(data: bytes) -> None:
    kind, message = kind_and_message(data)
    assert kind == "not-a-workbook"
    assert message.startswith("文件内容不是工作簿。")


@pytest.mark.parametrize("data", [b"%TSD-Header-###%\0\1\2", b"\0" * 9 + b"E-SafeNet\0LOCK"])
def test_files_locked_by_an_office_vault(data: bytes) -> None:
    kind, message = kind_and_message(data)
    assert kind == "encrypted"
    assert "文档加密软件" in message


def entry(name: str) -> bytes:
    """One OLE directory entry."""
    text = name.encode("utf-16-le") + b"\0\0"
    return text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + b"\2" + b"\0" * 61


def ole(*names: str, stream: bytes = b"") -> bytes:
    return OLE.ljust(512, b"\0") + b"".join(map(entry, ["Root Entry", *names])).ljust(512, b"\0") + stream


@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_ole_with_a_workbook(name: str) -> None:
    assert ole_kind(ole(name)) == "xls"


def test_ole_with_an_encrypted_package() -> None:
    assert ole_kind(ole("EncryptionInfo", "EncryptedPackage")) == "encrypted"


def test_a_workbook_that_embeds_a_document_is_a_workbook() -> None:
    assert ole_kind(ole("WordDocument", "Workbook")) == "xls"


@pytest.mark.parametrize(
    ("name", "said"),
    [("WordDocument", "Word 文档"), ("PowerPoint Document", "PowerPoint"), ("Other", "文件内容不是工作簿")],
)
def test_other_ole_files(name: str, said: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        ole_kind(ole(name))
    assert caught.value.kind == "not-a-workbook"
    assert said in caught.value.message


def test_a_name_inside_some_text_is_no_entry() -> None:
    name = "Workbook".encode("utf-16-le") + b"\0\0"
    unaligned = ole("Other") + b"xx" + name + b"\0" * 200
    without_length = ole("Other") + name.ljust(128, b"\0")
    for data in (unaligned, without_length):
        with pytest.raises(UnreadableFile):
            ole_kind(data)


BOF = b"\x09\x08\x10\0\0\6\5\0" + b"\0" * 12
PROTECTED = b"\x86\0\0\0"
FILE_PASS = b"\x2f\0\x02\0\0\0"


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        (BOF + FILE_PASS, "encrypted"),
        (BOF + PROTECTED + FILE_PASS, "encrypted"),
        (BOF + b"\xe1\0\2\0\xb0\4" + b"\0" * 40, "xls"),
        (b"\1" + BOF + FILE_PASS, "xls"),
    ],
)
def test_an_encrypted_xls_announces_it_in_its_first_records(stream: bytes, kind: str) -> None:
    assert ole_kind(ole("Workbook", stream=stream)) == kind


@pytest.mark.parametrize(
    ("names", "held"), [(("Workbook",), False), (("Workbook", "_VBA_PROJECT_CUR", "VBA", "_VBA_PROJECT"), True)]
)
def test_macros_of_an_old_workbook(names: tuple[str, ...], held: bool) -> None:
    assert has_macros(ole(*names)) is held
