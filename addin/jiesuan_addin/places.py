"""Where the add-in lives on a machine: all paths in one place, so that they can be others in a test."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .log import log_folder

ADDIN = "jiesuan.xlam"
SEND_TO = "结算校验.cmd"
SCRIPT = "jiesuan.applescript"

_MAC_START = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
_MAC_SCRIPTS = "Library/Application Scripts/com.microsoft.Excel"


@dataclass(frozen=True)
class Places:
    """The files that an installation consists of; None where the system has no such thing."""

    system: str
    """`Windows` or `macOS`."""
    addin: Path
    """In Excel's start folder, which Excel trusts and loads from."""
    launcher: Path
    """What the add-in's macros start: it knows the Python interpreter."""
    send_to: Path | None
    """The right-click entry 发送到."""
    log: Path

    @property
    def files(self) -> list[Path]:
        """All files of ours."""
        return [path for path in (self.addin, self.launcher, self.send_to) if path is not None]


def find_places(
    platform: str = sys.platform, env: Mapping[str, str] | None = None, home: Path | None = None
) -> Places | None:
    """The places on this machine; None on a system for which there is no Excel."""
    env, home = os.environ if env is None else env, home or Path.home()
    logs = log_folder(platform, env, home)
    if platform == "win32":
        roaming = Path(env.get("APPDATA") or home / "AppData" / "Roaming") / "Microsoft"
        return Places(
            "Windows",
            roaming / "Excel" / "XLSTART" / ADDIN,
            logs / "python.cmd",
            roaming / "Windows" / "SendTo" / SEND_TO,
            logs / "excel.log",
        )
    if platform == "darwin":
        return Places("macOS", home / _MAC_START / ADDIN, home / _MAC_SCRIPTS / SCRIPT, None, logs / "excel.log")
    return None


def built_addin() -> Path:
    """The add-in as it was built: beside the package when installed, in `ribbon` in a checkout."""
    here = Path(__file__).resolve().parent
    return next((path for path in (here / ADDIN, here.parent / "ribbon" / ADDIN) if path.exists()), here / ADDIN)
