"""The zip archive that keeps its members as they lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from jiesuan.marking import NotMarkable
from jiesuan.marking.archive import Archive, made

from .making import members, rich


def made_zip(comment: bytes = b"", *, method: int = zipfile.ZIP_DEFLATED, stream: bool = False) -> bytes:
    """An archive of three members; `stream`: with sizes behind the data, as programs that cannot seek write it."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    target = Pipe() if stream else io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("b.xml", "b" * 1000)
        archive.writestr("目录/a.xml", "a")
        archive.writestr("empty", "")
        archive.comment = comment
    return bytes(target.data) if isinstance(target, Pipe) else target.getvalue()


class TestKept:
    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    @pytest.mark.parametrize("stream", [True, False])
    def test_unchanged_is_the_same_file(self, method: int, stream: bool) -> None:
        data = made_zip(b"a comment", method=method, stream=stream)
        archive = Archive(data)
        assert archive.to_bytes() == data
        assert {name: member.read() for name, member in archive.members.items()} == members(data)

    def test_prefix_is_kept(self) -> None:
        archive = Archive(rich())
        assert archive.to_bytes() == rich()

    def test_replacing_one(self) -> None:
        data = made_zip(b"comment", stream=True)
        archive = Archive(data)
        archive.write("b.xml", b"new")
        after = archive.to_bytes()
        assert members(after) == {**members(data), "b.xml": b"new"}
        assert Archive(after).members["目录/a.xml"].local == Archive(data).members["目录/a.xml"].local
        with zipfile.ZipFile(io.BytesIO(after)) as opened:
            assert opened.testzip() is None
            assert opened.comment == b"comment"
            assert opened.namelist() == ["b.xml", "目录/a.xml", "empty"]
            with zipfile.ZipFile(io.BytesIO(data)) as before:
                assert opened.getinfo("b.xml").date_time == before.getinfo("b.xml").date_time

    def test_replacing_one_with_a_foreign_name(self) -> None:
        archive = Archive(made_zip())
        archive.write("目录/a.xml", b"new")
        assert members(archive.to_bytes())["目录/a.xml"] == b"new"

    def test_adding_and_removing_gives_the_same_file_again(self) -> None:
        data = made_zip()
        archive = Archive(data)
        archive.write("新.xml", b"x")
        assert members(archive.to_bytes())["新.xml"] == b"x"
        again = Archive(archive.to_bytes())
        again.remove("新.xml")
        assert again.to_bytes() == data

    def test_putting_an_old_member_back_gives_the_same_file(self) -> None:
        data = made_zip(stream=True)
        archive = Archive(data)
        old = archive.members["b.xml"]
        archive.write("b.xml", b"new")
        archive.put(old)
        assert archive.to_bytes() == data

    def test_new_members_do_not_depend_on_the_clock(self) -> None:
        assert made("a", b"b" * 99) == made("a", b"b" * 99)
        assert made("a", b"b" * 99).read() == b"b" * 99


class TestBroken:
    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (lambda data: b"", "not-ooxml"),
            (lambda data: b"GIF89a", "not-ooxml"),
            (lambda data: data[:-30], "corrupt"),
            (lambda data: data[: len(data) // 2], "corrupt"),
            (lambda data: data[:-22] + data[-22:-12] + b"\0\0\0\0" + data[-8:], "corrupt"),
            (lambda data: data[:-6] + b"\xff\xff\xff\xff" + data[-2:], "too-large"),
            (lambda data: data[:-6] + b"\xff\xff\xff\x00" + data[-2:], "corrupt"),
            (lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03"), "corrupt"),
            (lambda data: b"PK\x03\x05" + data[4:], "corrupt"),
            (lambda data: data[:-22] + b"PK\x06\x06" + b"\0" * 20 + data[-22:], "corrupt"),
        ],
    )
    def test_refused(self, change: object, kind: str) -> None:
        with pytest.raises(NotMarkable) as caught:
            Archive(change(made_zip()))  # type: ignore[operator]
        assert caught.value.kind == kind

    def test_twins(self) -> None:
        buffer = io.BytesIO()
        with pytest.warns(UserWarning), zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a", "1")
            archive.writestr("a", "2")
        with pytest.raises(NotMarkable):
            Archive(buffer.getvalue())

    @pytest.mark.parametrize(
        ("place", "value", "kind"),
        [
            (8, 1, "encrypted"),
            (10, 12, "corrupt"),
            (16, 1, "corrupt"),
            (24, 999, "corrupt"),
            (24, 1 << 30, "too-large"),
        ],
    )
    def test_members(self, place: int, value: int, kind: str) -> None:
        data = bytearray(made_zip())
        at = data.index(b"PK\x01\x02")
        struct.pack_into("<H" if place < 16 else "<L", data, at + place, value)
        with pytest.raises(NotMarkable) as caught:
            Archive(bytes(data)).members["b.xml"].read()
        assert caught.value.kind == kind

    def test_broken_stream(self) -> None:
        data = made_zip()
        at = data.index(b"b.xml") + 5
        with pytest.raises(NotMarkable) as caught:
            Archive(data[:at] + b"\xff\xff\xff" + data[at + 3 :]).members["b.xml"].read()
        assert caught.value.kind == "corrupt"

    def test_size_of_sixty_four_bits(self) -> None:
        data = bytearray(made_zip())
        at = data.index(b"PK\x01\x02")
        struct.pack_into("<L", data, at + 24, 0xFFFFFFFF)
        with pytest.raises(NotMarkable) as caught:
            Archive(bytes(data))
        assert caught.value.kind == "too-large"

    def test_a_bomb_is_not_inflated(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a", b"\0" * 50_000_000)
        data = bytearray(buffer.getvalue())
        at = data.index(b"PK\x01\x02")
        struct.pack_into("<2L", data, at + 16, zlib.crc32(b"\0" * 9), len(data))
        struct.pack_into("<L", data, at + 20, struct.unpack_from("<L", buffer.getvalue(), at + 20)[0])
        struct.pack_into("<L", data, at + 24, 9)
        with pytest.raises(NotMarkable):
            Archive(bytes(data)).members["a"].read()


def test_the_problem_travels_between_processes() -> None:
    import pickle

    problem = pickle.loads(pickle.dumps(NotMarkable("signed")))
    assert (problem.kind, problem.message) == ("signed", NotMarkable("signed").message)
