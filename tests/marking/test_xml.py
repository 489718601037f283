"""Places in XML, and splicing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesuan.marking import NotMarkable
from jiesuan.marking.xml import (
    Edit,
    append,
    check,
    escaped,
    own_text,
    parse,
    quoted,
    set_attribute,
    splice,
    text_of,
)

PART = '<a x="1>2" y=\'<"\'><b/><c >一&lt;二</c><d></d ><x:e x:f="g"><h/></x:e></a>'.replace(
    "'<\"'", "'&lt;\"'"
).encode()


def shape(data: bytes, node: object) -> bytes:
    return data[node.start : node.end]  # type: ignore[attr-defined]


class TestParse:
    def test_places(self) -> None:
        root = parse(b"\xef\xbb\xbf<?xml version='1.0'?><!-- a -->" + PART)
        data = b"\xef\xbb\xbf<?xml version='1.0'?><!-- a -->" + PART
        assert shape(data, root) == PART
        assert [shape(data, child) for child in root.children] == [
            b"<b/>",
            "<c >一&lt;二</c>".encode(),
            b"<d></d >",
            b'<x:e x:f="g"><h/></x:e>',
        ]
        assert root.attributes == {"x": "1>2", "y": '<"'}
        second = root.find("c")
        assert second is not None
        assert own_text(data, second) == "一<二"

    def test_names(self) -> None:
        root = parse(PART)
        node = root.find("e")
        assert node is not None
        assert (node.prefix, node.name, node.get("f"), node.get("z"), node.hollow) == ("x:", "e", "g", None, False)
        assert [found.name for found in root.walk("h")] == ["h"]
        assert root.find("h") is None

    def test_depth(self) -> None:
        assert parse(PART, depth=1).children == []
        node = parse(PART, depth=2).find("e")
        assert node is not None
        assert node.children == []

    @pytest.mark.parametrize("inside", ["", "<r/><r>1</r>", "一" * 9])
    def test_skipping_gives_the_same_places(self, inside: str) -> None:
        data = f"<a><b/><big x='1'>{inside}</big><c><d/></c></a>".encode()
        whole, part = parse(data), parse(data, skip=b"big")
        for one, two in zip(whole.children, part.children, strict=True):
            assert (one.start, one.inside, one.close, one.end) == (two.start, two.inside, two.close, two.end)
        assert (whole.close, whole.end) == (part.close, part.end)

    @pytest.mark.parametrize(
        "data", [b"<a><big/><c/></a>", b"<a><big></big><big></big></a>", b"<a><!--<big>--><c/></a>"]
    )
    def test_what_cannot_be_skipped_is_read(self, data: bytes) -> None:
        assert parse(data, skip=b"big") == parse(data)

    @pytest.mark.parametrize("data", [b"", b"<a>", b"<a></b>", b"<a>&no;</a>", b"\xff<a/>", b"<a b='1' b='2'/>"])
    def test_broken(self, data: bytes) -> None:
        for way in (parse, check):
            with pytest.raises(NotMarkable) as caught:
                way(data)
            assert caught.value.kind == "corrupt"

    def test_doctype(self) -> None:
        for way in (text_of, parse):
            with pytest.raises(NotMarkable) as caught:
                way(b"<!DOCTYPE a><a/>")
            assert caught.value.kind == "unsafe"


class TestText:
    @pytest.mark.parametrize(
        "data",
        [b"<a/>", b"\xef\xbb\xbf<a/>", b'<?xml version="1.0" encoding="utf-8"?><a/>', b"<?xml version='1.0'?><a/>"],
    )
    def test_utf8_is_kept(self, data: bytes) -> None:
        assert text_of(data) is data

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gb18030", "iso-8859-1"])
    def test_others_become_utf8(self, encoding: str) -> None:
        name = "utf-16" if encoding.startswith("utf") else encoding
        word = "é" if "8859" in encoding else "中"
        data = f'<?xml version="1.0" encoding="{name}"?><a>{word}</a>'.encode(encoding)
        after = text_of(data)
        root = parse(after)
        assert own_text(after, root) == word
        assert b'encoding="UTF-8"' in after

    def test_unknown_encoding(self) -> None:
        with pytest.raises(NotMarkable):
            text_of(b'<?xml version="1.0" encoding="ebcdic"?><a/>')

    @given(st.text())
    def test_escaping(self, text: str) -> None:
        data = f"<a b={quoted(text)}>{escaped(text)}</a>".encode()
        root = parse(data)
        clean = escaped(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert own_text(data, root) == clean.replace("\r", "\r")
        assert len(root.attributes["b"]) <= len(text)


class TestEdits:
    def test_splice(self) -> None:
        edits = [Edit(4, 4, b"2"), Edit(0, 1, b"1"), Edit(4, 4, b"3"), Edit(5, 6, b"")]
        assert splice(b"abcdef", edits) == b"1bcd23e"

    @pytest.mark.parametrize(
        ("tag", "after"),
        [
            (b"<a/>", b'<a n="2"/>'),
            (b"<a></a>", b'<a n="2"></a>'),
            (b'<a n="1" m="n"/>', b'<a n="2" m="n"/>'),
            (b"<a\n  n = '1'></a>", b'<a n="2"></a>'),
            (b'<a mn="1"/>', b'<a mn="1" n="2"/>'),
        ],
    )
    def test_attribute(self, tag: bytes, after: bytes) -> None:
        assert splice(tag, [set_attribute(tag, parse(tag), "n", "2")]) == after
        gone = splice(after, [set_attribute(after, parse(after), "n", None)])
        assert parse(gone).get("n") is None

    @pytest.mark.parametrize(("tag", "after"), [(b"<x:a/>", b"<x:a><b/></x:a>"), (b"<a> </a>", b"<a> <b/></a>")])
    def test_append(self, tag: bytes, after: bytes) -> None:
        assert splice(tag, [append(tag, parse(tag), b"<b/>")]) == after

    def test_attribute_and_content_of_a_hollow_element(self) -> None:
        tag = b'<a count="0"/>'
        node = parse(tag)
        edits = [append(tag, node, b"<b/>"), set_attribute(tag, node, "count", "1"), set_attribute(tag, node, "z", "")]
        assert splice(tag, edits) == b'<a count="1" z=""><b/></a>'
