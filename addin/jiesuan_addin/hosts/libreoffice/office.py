"""Starting LibreOffice, and ending it whatever happens."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from jiesuan.marking.files import find_libreoffice

from ..port import HostError

_BRIDGES = ("/usr/lib/python3/dist-packages", "/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program")
_PATIENCE = 90.0
"""Seconds for LibreOffice to come up, on a slow machine with a new profile."""

# The shell waits until its input is closed, which the end of this process does in any case; it ends LibreOffice if that
# has not ended by then, and clears up.  `$1` is the folder of the profile, `$2` and `$3` are LibreOffice's own pipes.
_WATCH = """
home=$1; pipe=$2; single=$3; shift 3
trap : TERM
( "$@" >/dev/null 2>&1 </dev/null; echo ended ) &
read -r _
kill -TERM -$$ 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $! 2>/dev/null || break; sleep 0.3; done
kill -KILL $! 2>/dev/null
rm -rf "$home" "$pipe" "$single"
"""

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_CHOICES = (
    ("Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("Office.Calc/Formula/Load", "ODFRecalcMode", "0"),
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Misc", "FirstRun", "false"),
    ("Setup/Office", "ooSetupInstCompleted", "true"),
)
"""Recompute everything on loading; never run macros; no first-run pages."""


def uno_module() -> Any:
    """LibreOffice's bridge to Python, found in Debian's folder if need be.  Raises HostError."""
    if "uno" in sys.modules:
        return sys.modules["uno"]
    original, folders = builtins.__import__, list(sys.path)
    sys.path += [folder for folder in _BRIDGES if Path(folder, "uno.py").exists() and folder not in sys.path]
    try:
        import uno
    except ImportError as error:
        raise HostError(
            "没有 LibreOffice 的 Python 接口。Debian、Ubuntu 上请运行 apt-get install libreoffice-calc python3-uno；"
            "或改用文件宿主。"
        ) from error
    finally:
        sys.path[:] = folders
        builtins.__import__ = original  # the bridge replaces it to import UNO types; nobody here does that
    return uno


class Office:
    """One private LibreOffice: a profile, a process group, a connection."""

    def __init__(self) -> None:
        """Start it.  Raises HostError where LibreOffice or its bridge is missing or does not come up."""
        self.uno = uno_module()
        program = find_libreoffice()
        if program is None:
            raise HostError("没有找到 LibreOffice。请先安装 LibreOffice，或改用文件宿主。")
        self.home = Path(tempfile.mkdtemp(prefix="jiesuan-office-"))
        profile = self.home / "profile"
        (profile / "user").mkdir(parents=True)
        items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _CHOICES)
        settings = profile / "user" / "registrymodifications.xcu"
        settings.write_text(_SETTINGS.format(items=items), encoding="utf-8")
        self._pipe = f"jiesuan{uuid.uuid4().hex}"
        self._leftovers = [_pipe_file(self._pipe), _pipe_file(f"SingleOfficeIPC_{_digest(profile.as_uri())}")]
        command = [program, f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={self._pipe};urp;"]
        command += ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "sh", str(self.home), *map(str, self._leftovers), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {"TMPDIR": str(self.home), "TMP": str(self.home), "TEMP": str(self.home)},
        )
        atexit.register(self.stop)
        try:
            self.context = self._connected()
            self.desktop = self.create("com.sun.star.frame.Desktop")
        except BaseException:
            self.stop()
            raise

    def _connected(self) -> Any:
        local = self.uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        address = f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext"
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                return resolver.resolve(address)
            except Exception as error:
                if time.monotonic() > end:
                    raise HostError("LibreOffice 没有启动成功。请确认它能正常打开，再试一次。") from error
                time.sleep(0.05)

    def create(self, service: str) -> Any:
        """A UNO service of the running program."""
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def properties(self, **values: Any) -> tuple[Any, ...]:
        """Named arguments as UNO takes them."""
        return tuple(
            self.uno.createUnoStruct("com.sun.star.beans.PropertyValue", name, 0, value, self._direct())
            for name, value in values.items()
        )

    def _direct(self) -> Any:
        return self.uno.Enum("com.sun.star.beans.PropertyState", "DIRECT_VALUE")

    def stop(self) -> None:
        """End LibreOffice, its helpers and its profile; harmless when repeated."""
        atexit.unregister(self.stop)
        if self.process.poll() is None:
            assert self.process.stdin is not None and self.process.stdout is not None
            with contextlib.suppress(Exception):
                self.desktop.terminate()
                select.select([self.process.stdout], [], [], 10)
            with contextlib.suppress(OSError):
                self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)
        for pipe in self._leftovers:
            pipe.unlink(missing_ok=True)


def _pipe_file(name: str) -> Path:
    """Where LibreOffice keeps a pipe."""
    return Path("/tmp", f"OSL_PIPE_{os.getuid()}_{name}")


def _digest(profile: str) -> str:
    """How LibreOffice names the pipe by which a second start with the same profile finds the first."""
    return "".join(f"{byte:x}" for byte in hashlib.md5(profile.encode("utf-16-le"), usedforsecurity=False).digest())
