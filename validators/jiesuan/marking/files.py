"""Writing workbooks to disk: whole or not at all, never over a file that is open, with a backup where it replaces one."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from .problem import NotMarkable

_PROGRAMS = ("soffice", "libreoffice", "soffice.com")
_PLACES = (
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_TIMEOUT = 180
_PREFIX, _SUFFIX = ".jiesuan-", ".tmp"
_STALE = 3600
_FULL = (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC)
_CONVERT = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再试"


class NotWritten(Exception):
    """A file that could not be written; `kind` is a slug, `message` is Chinese.  What was there is still there."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


def lock_of(path: Path) -> Path | None:
    """The lock file that Excel, WPS or LibreOffice keep beside a workbook that is open, if there is one."""
    names = (f"~${path.name}", f".~lock.{path.name}#", f".~{path.name}")
    return next((lock for name in names if (lock := path.with_name(name)).exists()), None)


def check_writable(path: Path) -> None:
    """Raise NotWritten where an existing file may not be replaced: open elsewhere, read-only, or a folder."""
    if path.is_dir():
        raise NotWritten("folder", f"“{path.name}”是一个文件夹，请写出文件名。")
    if not path.parent.is_dir():
        raise NotWritten("no-folder", f"文件夹“{path.parent.name}”不存在，请先建立。")
    lock = lock_of(path)
    if lock is not None:
        raise NotWritten(
            "open",
            f"“{path.name}”正在别的程序中打开，没有写。请先保存并关闭它；"
            f"确实没有打开的，删去同一文件夹里的“{lock.name}”再试。",
        )
    if path.exists() and (not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK)):
        raise NotWritten("read-only", f"“{path.name}”是只读文件，没有写。请取消“只读”，或用 -o 写到别处。")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file by way of a temporary one beside it, so that at any moment the old or the new content is there.

    Raises NotWritten; nothing half-written stays behind."""
    target = path.resolve()
    check_writable(target)
    _sweep(target.parent)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        temporary.replace(target)
        temporary = None
        _settle(target.parent)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _sweep(folder: Path) -> None:
    """Remove what a killed run has left there; files younger than an hour may still be in the making."""
    for left in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                left.unlink()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _settle(folder: Path) -> None:
    """Let the new name reach the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _not_written(path: Path, error: OSError) -> NotWritten:
    if error.errno in _FULL:
        return NotWritten(
            "full", f"磁盘已满，“{path.name}”没有写成，原来的文件没有动。请腾出空间或用 -o 写到别的磁盘。"
        )
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return NotWritten(
            "read-only", f"“{path.name}”写不进去：文件夹只读，或文件正在别的程序中打开。请关闭它，或用 -o 写到别处。"
        )
    return NotWritten("failed", f"“{path.name}”没有写成，磁盘或网络可能有问题，原来的文件没有动。请用 -o 写到别处。")


def keep_backup(path: Path) -> Path:
    """A copy of the file beside itself under a free name, `…_备份1.xlsx`.  Raises NotWritten."""
    number = 1
    while (spare := path.with_name(f"{path.stem}_备份{number}{path.suffix}")).exists():
        number += 1
    try:
        write_whole(spare, path.read_bytes())
        shutil.copystat(path, spare)
    except OSError as error:
        raise _not_written(spare, error) from error
    return spare


def find_libreoffice() -> str | None:
    """LibreOffice, where it is installed."""
    found = next((place for name in _PROGRAMS if (place := shutil.which(name))), None)
    return found or next((place for place in _PLACES if Path(place).exists()), None)


def converted(data: bytes, suffix: str) -> bytes:
    """A workbook of another format (.xls .xlsb .ods .et) as .xlsx, by LibreOffice.  Raises NotMarkable `not-ooxml`."""
    program = find_libreoffice()
    if program is None:
        raise NotMarkable("not-ooxml", f"{suffix} 格式不能直接写入。{_CONVERT}；装有 LibreOffice 的电脑上可自动转换。")
    with tempfile.TemporaryDirectory(prefix="jiesuan-") as folder:
        source = Path(folder, f"book{suffix}")
        source.write_bytes(data)
        profile = Path(folder, "profile").as_uri()
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "xlsx"]
        made = Path(folder, "out", "book.xlsx")
        try:
            subprocess.run(
                [*command, "--outdir", str(made.parent), str(source)],
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
            return made.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise NotMarkable("not-ooxml", f"{suffix} 格式的这个文件没有转换成功。{_CONVERT}。") from error
