from __future__ import annotations

import io
import struct
import zipfile

import pytest

from jiesuan.reading import UnreadableFile, guard
from jiesuan.reading.guard import Package, as_utf8, elements, pack, resolve

from .making import zipped


def kind_of(action: object, *arguments: object) -> str:
    assert callable(action)
    with pytest.raises(UnreadableFile) as caught:
        action(*arguments)
    return caught.value.kind


class TestPackage:
    def test_members_are_found_whatever_their_case_and_slashes(self) -> None:
        package = Package(zipped({"XL\\Workbook.XML": "<a/>", "/xl/other.xml": "<b/>"}))
        assert "xl/workbook.xml" in package
        assert package.read("/xl/Workbook.xml") == b"<a/>"
        assert package.read("xl/other.xml") == b"<b/>"
        assert sorted(package) == ["xl/other.xml", "xl/workbook.xml"]

    def test_a_missing_member(self) -> None:
        package = Package(zipped({"a": "1"}))
        assert "b" not in package
        with pytest.raises(KeyError):
            package.read("b")

    def test_of_twins_the_last_one_counts(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "first")
            archive.writestr("a", "second")
        assert Package(buffer.getvalue()).read("a") == b"second"

    def test_names_that_climb_out_of_the_folder_are_just_names(self) -> None:
        package = Package(zipped({"../../etc/passwd": "x", "C:\\x": "y"}))
        assert package.read("../../etc/passwd") == b"x"

    @pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
    def test_a_truncated_archive(self, keep: float) -> None:
        data = zipped({f"part{n}": "x" * 100 for n in range(50)})
        assert kind_of(Package, data[: int(len(data) * keep)]) == "truncated"

    def test_a_damaged_directory(self) -> None:
        data = zipped({"a": "1"}).replace(b"PK\x01\x02", b"PK\x09\x09")
        assert kind_of(Package, data) == "corrupt"

    def test_damaged_content(self) -> None:
        data = bytearray(zipped({"a": "hello"}, zipfile.ZIP_STORED))
        data[data.index(b"hello")] ^= 1
        assert kind_of(Package(bytes(data)).read, "a") == "corrupt"

    def test_too_many_members(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "MAX_MEMBERS", 10)
        assert "0" in Package(zipped({str(n): "" for n in range(10)}))
        for count in (11, 21):
            assert kind_of(Package, zipped({str(n): "" for n in range(count)})) == "too-large"

    def test_the_declared_size_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "MAX_INFLATED", 1000)
        assert Package(zipped({"a": "x" * 1000})).read("a") == b"x" * 1000
        assert kind_of(Package(zipped({"a": "x" * 1001})).read, "a") == "too-large"

    def test_the_sizes_of_all_members_read_add_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "MAX_INFLATED", 1000)
        package = Package(zipped({"a": "x" * 600, "b": "y" * 600, "c": "z" * 300}))
        package.read("a")
        assert kind_of(package.read, "b") == "too-large"
        assert package.read("c") == b"z" * 300

    def test_a_lie_about_the_size_does_not_inflate_more(self) -> None:
        data = bytearray(zipped({"a": "x" * 5_000_000}))
        at = data.index(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", 10)
        assert kind_of(Package(bytes(data)).read, "a") == "corrupt"

    def test_a_member_behind_a_zip_password(self) -> None:
        data = bytearray(zipped({"a": "x"}))
        data[data.index(b"PK\x01\x02") + 8] |= 1
        assert kind_of(Package(bytes(data)).read, "a") == "encrypted"

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_methods_that_cannot_be_limited_are_refused(self, method: int) -> None:
        assert kind_of(Package(zipped({"a": "x" * 100}, method)).read, "a") == "corrupt"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    @pytest.mark.parametrize("text", ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<!ENTITY x "y"><a/>'])
    def test_a_doctype_is_refused_in_any_encoding(self, text: str, encoding: str) -> None:
        assert kind_of(Package(zipped({"a": text.encode(encoding)})).xml, "a") == "unsafe"

    def test_a_comment_is_no_doctype(self) -> None:
        assert Package(zipped({"a": "<a><!-- hello --></a>"})).xml("a") == b"<a><!-- hello --></a>"

    def test_too_many_tags(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "MAX_TAGS", 10)
        assert Package(zipped({"a": "<a/>" * 10})).xml("a") == b"<a/>" * 10
        assert kind_of(Package(zipped({"a": "<a/>" * 11 + " "})).xml, "a") == "too-large"
        assert Package(zipped({"a": "<a>" + "x" * 100 + "</a>"})).xml("a")

    def test_repacked_keeps_only_what_is_wanted(self) -> None:
        again = Package(Package(zipped({"A": "1", "b": "2", "c": "3"})).repacked(["a", "c"]))
        assert {name: again.read(name) for name in again} == {"a": b"1", "c": b"3"}


def test_pack_stores() -> None:
    with zipfile.ZipFile(io.BytesIO(pack([("a", b"x" * 100), ("b", b"")]))) as archive:
        assert [(item.filename, item.compress_type) for item in archive.infolist()] == [("a", 0), ("b", 0)]
        assert archive.read("a") == b"x" * 100


@pytest.mark.parametrize(
    ("base", "target", "path"),
    [
        ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "../other/sheet1.xml", "other/sheet1.xml"),
        ("xl/workbook.xml", "worksheets\\sheet1.xml", "xl/worksheets/sheet1.xml"),
        ("xl/workbook.xml", "./a.xml", "xl/a.xml"),
        ("workbook.xml", "a.xml", "a.xml"),
        ("", "xl/workbook.xml", "xl/workbook.xml"),
        ("", "../../../x.xml", "x.xml"),
    ],
)
def test_resolve(base: str, target: str, path: str) -> None:
    assert resolve(base, target) == path


class TestAsUtf8:
    @pytest.mark.parametrize(
        "data",
        [
            b"<a>\xe8\xa1\xa8</a>",
            b"\xef\xbb\xbf<a>\xe8\xa1\xa8</a>",
            b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a>\xe8\xa1\xa8</a>',
            b"\xef\xbb\xbf<?xml version='1.0' encoding='utf8'?><a>\xe8\xa1\xa8</a>",
            '<?xml version="1.0"?><a>表</a>'.encode(),
            '<?xml version="1.0" encoding="GB2312"?><a>表</a>'.encode("gbk"),
            '<?xml version="1.0" encoding="gb18030"?><a>表</a>'.encode("gb18030"),
            '<?xml version="1.0" encoding="UTF-16"?><a>表</a>'.encode("utf-16"),
            '<?xml version="1.0" encoding="UTF-16"?><a>表</a>'.encode("utf-16-le"),
            '<?xml version="1.0" encoding="UTF-16"?><a>表</a>'.encode("utf-16-be"),
            "<a>表</a>".encode("utf-16-be"),
        ],
    )
    def test_every_encoding_met(self, data: bytes) -> None:
        assert as_utf8(data).decode() == "<a>表</a>"

    @pytest.mark.parametrize("name", ["punycode", "rot13", "utf-7", "no-such", "idna"])
    def test_strange_encodings_are_refused(self, name: str) -> None:
        assert kind_of(as_utf8, f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()) == "corrupt"

    @pytest.mark.parametrize(
        "data", [b'<?xml version="1.0" encoding="gbk"?><a>\xff\xff</a>', b"\xff\xfe<\0a", b"\xff\xfe\0\xd8\0"]
    )
    def test_broken_text(self, data: bytes) -> None:
        assert kind_of(as_utf8, data) == "corrupt"


class TestElements:
    def test_names_attributes_and_texts(self) -> None:
        xml = b'<x:a xmlns:x="u"><x:b r:id="1" name="n">one<c/>two</x:b><d>&lt;&#34920;</d></x:a>'
        assert elements(xml) == [
            ("c", {}, ""),
            ("b", {"id": "1", "name": "n"}, "onetwo"),
            ("d", {}, "<表"),
            ("a", {"x": "u"}, ""),
        ]

    @pytest.mark.parametrize("xml", [b"", b"<a>", b"<a></b>", b"text", b"<a/><b/>", b"<a>&unknown;</a>"])
    def test_malformed(self, xml: bytes) -> None:
        assert kind_of(elements, xml) == "corrupt"

    def test_a_doctype(self) -> None:
        assert kind_of(elements, b"<!DOCTYPE a><a/>") == "unsafe"

    def test_too_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "MAX_ELEMENTS", 4)
        assert len(elements(b"<a><b/><b/></a>")) == 3
        assert kind_of(elements, b"<a><b/><b/><b/></a>") == "too-large"
