from __future__ import annotations

import io
import zipfile

import pytest

from jiesuan.batch import received
from jiesuan.batch.find import sort_of
from jiesuan.batch.received import BadArchive, Members, name_of
from jiesuan.reading import UnreadableFile

from .city import archive


def members(data: bytes) -> Members:
    return Members(io.BytesIO(data))


@pytest.mark.parametrize(
    ("raw", "flag", "name"),
    [
        ("学校/表.xlsx".encode("gbk").decode("cp437"), 0, "学校/表.xlsx"),
        ("学校/表.xlsx".encode().decode("cp437"), 0, "学校/表.xlsx"),
        ("学校/表.xlsx", 0x800, "学校/表.xlsx"),
        ("学校.xlsx", 0, "学校.xlsx"),
        (b"\xff\xfe.xlsx".decode("cp437"), 0, b"\xff\xfe.xlsx".decode("cp437")),
        ("甲😀.xlsx", 0x800, "甲😀.xlsx"),
        ("😀.xlsx".encode().decode("cp437"), 0, "😀.xlsx"),
        ("..\\..\\windows\\a.xlsx", 0, "windows/a.xlsx"),
        ("/etc/./a.xlsx", 0, "etc/a.xlsx"),
    ],
)
def test_names(raw: str, flag: int, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename, info.flag_bits = raw, flag
    assert name_of(info) == name


def test_members_are_read_when_asked_for() -> None:
    found = members(archive({"甲.xlsx": b"1" * 1000, "夹/": b""}))
    assert list(found.infos) == ["甲.xlsx"]
    assert found.read("甲.xlsx") == b"1" * 1000
    assert not found.book


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_read() -> None:
    """Packed from two folders without their names: two schools' workbooks, and a third called as the second would be."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, data in (("县/表.xlsx", b"1"), ("县/表.xlsx", b"2"), ("县/表(2).xlsx", b"3"), ("县/表.xlsx", b"4")):
            made.writestr(name, data)
    found = members(buffer.getvalue())
    assert {name: found.read(name) for name in found.infos} == {
        "县/表.xlsx": b"1", "县/表(2).xlsx": b"3", "县/表(3).xlsx": b"2", "县/表(4).xlsx": b"4",
    }  # fmt: skip
    assert told(buffer.getvalue()) == [
        ("外.zip/县/表(2).xlsx",), ("外.zip/县/表(3).xlsx",), ("外.zip/县/表(4).xlsx",), ("外.zip/县/表.xlsx",),
    ]  # fmt: skip


def test_a_bomb_is_refused_before_it_is_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive({f"{n}.xlsx": b"0" * 5000 for n in range(5)})
    monkeypatch.setattr(received, "MAX_TOTAL", 20_000)
    with pytest.raises(BadArchive) as caught:
        members(data)
    assert (caught.value.kind, caught.value.message) == (
        "too-large",
        "压缩包里的内容太大，像是有意做坏的，没有打开；请解压后核对，再放进来。",
    )


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "MAX_MEMBERS", 2)
    with pytest.raises(BadArchive):
        members(archive({"1": b"", "2": b"", "3": b""}))


def test_a_large_member_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = members(archive({"甲.xlsx": b"0" * 1001}))
    monkeypatch.setattr(received, "MAX_FILE", 1000)
    with pytest.raises(UnreadableFile) as caught:
        found.read("甲.xlsx")
    assert caught.value.kind == "too-large"


def test_a_member_larger_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive({"甲.xlsx": b"0" * 100_000})
    found = members(data)
    found.infos["甲.xlsx"].file_size = 10
    with pytest.raises(UnreadableFile) as caught:  # zipfile stops at the size declared: the checksum is wrong
        found.read("甲.xlsx")
    assert caught.value.kind == "corrupt"


def test_a_member_with_a_password() -> None:
    found = members(archive({"甲.xlsx": b"1"}))
    found.infos["甲.xlsx"].flag_bits |= 1
    with pytest.raises(UnreadableFile) as caught:
        found.read("甲.xlsx")
    assert (caught.value.kind, caught.value.message) == ("encrypted", "压缩包有密码，打不开；请解压后放进来。")


def test_an_unknown_way_of_packing() -> None:
    found = members(archive({"甲.xlsx": b"1"}))
    found.infos["甲.xlsx"].compress_type = 99
    with pytest.raises(UnreadableFile) as caught:
        found.read("甲.xlsx")
    assert caught.value.message == "压缩包用了少见的压缩方法，打不开；请解压后放进来。"


def test_a_damaged_member() -> None:
    data = bytearray(archive({"甲.xlsx": bytes(range(256)) * 40}))
    data[60] ^= 0xFF
    with pytest.raises(UnreadableFile) as caught:
        members(bytes(data)).read("甲.xlsx")
    assert caught.value.message == "压缩包里的这个文件已损坏；请让对方重新发送。"


def test_no_right_to_read(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    with pytest.raises(BadArchive) as caught:
        members(b"")
    assert (caught.value.kind, caught.value.message) == ("permission", "没有读这个压缩包的权限。")


def test_no_more_is_read_of_a_member_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read is bounded, whatever the directory of the archive declares."""
    found = members(archive({"甲.xlsx": b"0" * 1001}))
    monkeypatch.setattr(received, "MAX_FILE", 1000)
    found.infos["甲.xlsx"].file_size = 1000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: io.BytesIO(b"0" * 1001))
    with pytest.raises(UnreadableFile) as caught:
        found.read("甲.xlsx")
    assert caught.value.kind == "too-large"


def told(data: bytes) -> list[tuple[str, ...]]:
    """What of an archive is read, by path, and what is not, and why."""
    found = received.workbooks_in(members(data), "外.zip/", sort_of)
    return [item if isinstance(item, tuple) else (item.path,) for item in found]


def test_what_an_archive_made_on_a_mac_brings_along() -> None:
    assert told(archive({"甲.xlsx": b"1", "__MACOSX/._甲.xlsx": b"2", "__MACOSX/乙.zip": b"3"})) == [
        ("外.zip/__MACOSX/._甲.xlsx", "系统文件", ""),
        ("外.zip/__MACOSX/乙.zip", "系统文件", ""),
        ("外.zip/甲.xlsx",),
    ]


def test_an_archive_inside_that_cannot_be_read() -> None:
    data = bytearray(archive({"内.zip": bytes(range(256)) * 40}))
    data[60] ^= 0xFF
    assert told(bytes(data)) == [("外.zip/内.zip", "压缩包里的这个文件已损坏；请让对方重新发送。", "corrupt")]
