"""A log of what buttons did, for whoever has to find out why one did not: no name, no figure, no text of any workbook."""

from __future__ import annotations

import datetime as dt
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

_MOST = 200_000
"""Bytes kept; older lines go first."""


def log_folder(platform: str = sys.platform, env: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """Where this system keeps logs of programs."""
    env, home = os.environ if env is None else env, home or Path.home()
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / "jiesuan"
    if platform == "darwin":
        return home / "Library" / "Logs" / "jiesuan"
    return Path(env.get("XDG_STATE_HOME") or home / ".local" / "state") / "jiesuan"


def log_file() -> Path:
    """The log."""
    return log_folder() / "excel.log"


def write(line: str, path: Path | None = None) -> None:
    """Add a line, UTF-8 on every system; a log that cannot be written is no reason to stop."""
    path = path or log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_bytes() if path.exists() else b""
        stamp = dt.datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        new = f"{stamp}  {line}\n".encode()
        if len(old) + len(new) > _MOST:
            old = old[-_MOST // 2 :].partition(b"\n")[2]
            path.write_bytes(old + new)
        else:
            with path.open("ab") as file:
                file.write(new)
    except OSError:
        return


def trace(error: BaseException) -> str:
    """Where an error came from: its type and the lines of code; its text may quote the workbook and is left out."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    places = " < ".join(f"{Path(frame.filename).stem}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__}  {places}"
