"""Writing a new file whole, never over another one unless asked."""

from __future__ import annotations

from pathlib import Path

from ..marking.files import NotWritten, write_whole
from ..produce_error import OutputError


def save_new(path: Path, data: bytes, suffix: str, *, force: bool = False) -> None:
    """Write a file of that kind.  Raises OutputError with what to do."""
    check_new(path, suffix, force=force)
    try:
        write_whole(path, data)
    except NotWritten as error:
        raise OutputError(error.message) from error


def check_new(path: Path, suffix: str, *, force: bool = False) -> None:
    """Refuse what could not be written there, before the work is done.  Raises OutputError."""
    if path.suffix.lower() != suffix:
        raise OutputError(f"输出文件应以 {suffix} 结尾：“{path.name}”。")
    if path.exists() and not path.is_dir() and not force:
        raise OutputError(f"“{path.name}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。")
