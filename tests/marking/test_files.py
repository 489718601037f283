"""Writing to disk: whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jiesuan.marking import NotMarkable, files
from jiesuan.marking.files import NotWritten, check_writable, converted, keep_backup, lock_of, write_whole


def refused(path: Path, data: bytes = b"new") -> str:
    with pytest.raises(NotWritten) as caught:
        write_whole(path, data)
    assert caught.value.message.endswith("。")
    return caught.value.kind


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "表.xlsx"
    path.write_bytes(b"old")
    return path


class TestWriting:
    def test_new(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "a.xlsx", b"new")
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.xlsx", b"new")]
        assert (tmp_path / "a.xlsx").stat().st_mode & 0o777 == 0o666 & ~files._umask()

    def test_replaced_with_its_mode(self, file: Path) -> None:
        file.chmod(0o640)
        write_whole(file, b"new")
        assert file.read_bytes() == b"new"
        assert file.stat().st_mode & 0o777 == 0o640

    def test_a_link_stays_a_link(self, file: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.xlsx"
        link.symlink_to(file)
        write_whole(link, b"new")
        assert link.is_symlink()
        assert file.read_bytes() == b"new"

    @pytest.mark.parametrize("name", ["~$表.xlsx", ".~lock.表.xlsx#", ".~表.xlsx"])
    def test_open_elsewhere(self, file: Path, name: str) -> None:
        file.with_name(name).touch()
        assert refused(file) == "open"
        assert file.read_bytes() == b"old"
        assert lock_of(file) == file.with_name(name)

    def test_read_only(self, file: Path) -> None:
        file.chmod(0o444)
        assert refused(file) == "read-only"
        assert file.read_bytes() == b"old"

    def test_folders(self, tmp_path: Path) -> None:
        assert refused(tmp_path) == "folder"
        assert refused(tmp_path / "none" / "a.xlsx") == "no-folder"

    @pytest.mark.parametrize(
        ("number", "kind"),
        [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.EACCES, "read-only"), (errno.EIO, "failed")],
    )
    @pytest.mark.parametrize("step", ["fsync", "mkstemp", "replace"])
    def test_trouble_at_any_step(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: str, step: str
    ) -> None:
        def trouble(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        place = {"fsync": "os.fsync", "mkstemp": "tempfile.mkstemp", "replace": "pathlib.Path.replace"}[step]
        monkeypatch.setattr(place, trouble)
        assert refused(file) == kind
        monkeypatch.undo()
        assert [(path.name, path.read_bytes()) for path in file.parent.iterdir()] == [("表.xlsx", b"old")]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_disk_that_is_really_full(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        temporary = file.with_name("t")
        temporary.touch()
        monkeypatch.setattr("tempfile.mkstemp", lambda **_: (os.open("/dev/full", os.O_WRONLY), str(temporary)))
        assert refused(file, b"x" * 100_000) == "full"
        assert file.read_bytes() == b"old"
        assert not temporary.exists()


class TestBackup:
    def test_free_names(self, file: Path) -> None:
        first, second = keep_backup(file), keep_backup(file)
        assert (first.name, second.name) == ("表_备份1.xlsx", "表_备份2.xlsx")
        assert first.read_bytes() == second.read_bytes() == b"old"
        assert first.stat().st_mtime == pytest.approx(file.stat().st_mtime)

    def test_trouble(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def trouble(*_: object) -> None:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr("shutil.copystat", trouble)
        with pytest.raises(NotWritten) as caught:
            keep_backup(file)
        assert caught.value.kind == "full"


KILLED = """
import sys, time
from pathlib import Path
from jiesuan.marking import files
path = Path(sys.argv[1])
content = b"n" * 40_000_000
print("go", flush=True)
files.write_whole(path, content)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02, 0.05, 0.1])
def test_killed_while_writing(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    content = path.read_bytes()
    assert content in (b"old", b"n" * 40_000_000)


class TestConverting:
    def test_without_libreoffice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.which", lambda _: None)
        monkeypatch.setattr(files, "_PLACES", ())
        with pytest.raises(NotMarkable) as caught:
            converted(b"", ".xls")
        assert "另存为" in caught.value.message
        assert "LibreOffice" in caught.value.message

    @pytest.mark.parametrize("program", ["/bin/true", "/none"])
    def test_when_it_fails(self, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
        monkeypatch.setattr(files, "find_libreoffice", lambda: program)
        with pytest.raises(NotMarkable) as caught:
            converted(b"", ".et")
        assert caught.value.kind == "not-ooxml"

    def test_usual_places(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("shutil.which", lambda _: None)
        monkeypatch.setattr(files, "_PLACES", ("/none", str(tmp_path)))
        assert files.find_libreoffice() == str(tmp_path)


def test_a_file_that_is_not_there_may_be_written(tmp_path: Path) -> None:
    check_writable(tmp_path / "a.xlsx")


KILLED = """
import os, signal, sys
from pathlib import Path
from jiesuan.marking import files

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

class Half:
    def __init__(self, handle):
        self.handle = handle
    def __enter__(self):
        return self
    def __exit__(self, *_):
        os.close(self.handle)
    def write(self, data):
        os.write(self.handle, data[: len(data) // 2])
        die()

place = sys.argv[2]
if place == "half":
    files.os.fdopen = lambda handle, mode: Half(handle)
elif place in ("chmod", "replace"):
    setattr(Path, place, die)
elif place == "copystat":
    files.shutil.copystat = die
else:
    setattr(files.os, place, die)
path = Path(sys.argv[1])
files.keep_backup(path) if place == "copystat" else files.write_whole(path, b"new" * 100_000)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("place", ["fdopen", "half", "fsync", "chmod", "replace", "copystat"])
def test_killed_at_any_step(file: Path, place: str) -> None:
    """The original is whole; what a killed run leaves is no workbook, and the next run removes it when it is old."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(file), place], check=False)
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == b"old"
    others = {path for path in file.parent.iterdir() if path != file}
    if place == "copystat":
        assert {(path.name, path.read_bytes()) for path in others} == {("表_备份1.xlsx", b"old")}
        return
    (left,) = others
    assert left.name.startswith(".jiesuan-") and left.suffix == ".tmp"
    write_whole(file, b"new")
    assert left.exists()
    os.utime(left, (0, 0))
    write_whole(file, b"newer")
    assert [path.name for path in file.parent.iterdir()] == [file.name]
