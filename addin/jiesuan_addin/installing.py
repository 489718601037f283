"""Putting the add-in where Excel loads it from, taking it away, and saying how things stand."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from jiesuan.marking.files import NotWritten, write_whole

from .places import Places
from .trouble import Trouble

BLOCKED = (
    "公司或学校的策略、杀毒软件可能拦下加载项：",
    "  · 看不到“资助结算”选项卡：文件 → 选项 → 信任中心 → 信任中心设置 → 宏设置、受信任位置，看是不是被管理员禁用；",
    "  · 杀毒软件隔离了 jiesuan.xlam：请把它加入信任，文件的 SHA-256 应为 {sha}；",
    "  · 不能改策略的：不用加载项也行。右键点结算表 → 发送到 → 结算校验，或运行 jiesuan check 结算表.xlsx --mark。",
)
NO_EXCEL_HERE = (
    "这台电脑的系统没有 Excel，装不了加载项。这里能用的：",
    "  · jiesuan check 结算表.xlsx --mark    校验并标在表上，另存一份",
    "  · jiesuan calc 结算表.xlsx -o 算好.xlsx    计算",
    "  · jiesuan excel run check 结算表.xlsx -o 标好.xlsx --host file    照按钮的做法处理文件(--host libreoffice 用 LibreOffice)",
)


def launcher_text(places: Places, python: Path) -> bytes:
    """The launcher: a batch file, on macOS a script; both run the given interpreter and nothing of the workbook's."""
    if places.system == "Windows":
        return _batch(f'"{_percent(python)}" %*', "exit /b %errorlevel%")
    # In the background: Excel answers nobody while it waits for a script.
    shell = f'do shell script quoted form of "{_quoted(python)}" & " -P -B -c " & quoted form of code & " >/dev/null 2>&1 &"'
    return f'on RunPython(code)\n  {shell}\n  return "0"\nend RunPython\n'.encode()


def send_to_text(python: Path) -> bytes:
    """The right-click entry: marks a copy of every file sent to it and opens it."""
    return _batch(f'"{_percent(python)}" -P -m jiesuan excel send %*', "echo.", "pause")


def _batch(*lines: str) -> bytes:
    """A batch file in UTF-8: the second line tells the interpreter so before any Chinese path comes."""
    return "\r\n".join(["@echo off", "chcp 65001 >nul", *lines, ""]).encode()


def _percent(path: Path) -> str:
    return str(path).replace("%", "%%")


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def sha256(path: Path) -> str:
    """The digest by which an add-in is known."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def install(places: Places, addin: Path, python: Path) -> Iterator[str]:
    """Install or bring up to date; lines to print.  Raises Trouble; run again it changes nothing."""
    if not addin.exists():
        raise Trouble(f"安装包不完整，缺少 {addin.name}。请重新安装 jiesuan。")
    wanted = {places.launcher: launcher_text(places, python), places.addin: addin.read_bytes()}
    if places.send_to is not None:
        wanted[places.send_to] = send_to_text(python)
    before = places.addin.read_bytes() if places.addin.exists() else None
    for path, data in wanted.items():
        _put(path, data)
    new = wanted[places.addin]
    yield "已是最新，没有改动。" if before == new else "已安装加载项。" if before is None else "已换成新版本的加载项。"
    yield f"  加载项  {places.addin}"
    yield f"  用的 Python  {python}"
    if places.send_to is not None:
        yield f"  右键“发送到”里的“{places.send_to.stem}”  {places.send_to}"
    yield "请重新打开 Excel，选项卡里会多出“资助结算”。"
    yield ""
    yield from (line.format(sha=hashlib.sha256(new).hexdigest()) for line in BLOCKED)


def _put(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != data:
            write_whole(path, data)
    except (OSError, NotWritten) as error:
        raise Trouble(_refused(path)) from error


def _refused(path: Path) -> str:
    return (
        f"“{path.name}”写不进 {path.parent}：Excel 可能正开着，或者这个文件夹不让写。请退出全部 Excel 窗口再运行一次；"
        "还不行，是策略或杀毒软件不让装，请找管理员，或改用命令 jiesuan check 结算表.xlsx --mark。"
    )


def uninstall(places: Places) -> Iterator[str]:
    """Take away what `install` put there; lines to print.  Raises Trouble."""
    there = [path for path in places.files if path.exists()]
    for path in there:
        try:
            path.unlink()
        except OSError as error:
            raise Trouble(
                f"“{path.name}”删不掉，Excel 可能正开着。请退出全部 Excel 窗口再运行一次 jiesuan excel uninstall。"
            ) from error
        yield f"已删除 {path}"
    with contextlib.suppress(OSError):
        places.launcher.parent.rmdir()
    yield "加载项已卸下。结算表和表上的标记没有动。" if there else "没有装过加载项。"


def status(places: Places, addin: Path) -> tuple[bool, list[str]]:
    """Whether everything is in order, and how each part stands."""
    lines, good = [], True
    if not places.addin.exists():
        good = False
        lines.append("加载项    没有装。请运行 jiesuan excel install。如果装过，可能被杀毒软件删了，请加入信任后再装。")
    elif sha256(places.addin) != sha256(addin):
        good = False
        lines.append("加载项    不是这个版本。请退出 Excel，运行 jiesuan excel install。")
    else:
        lines.append(f"加载项    正常  {places.addin}")
    python = interpreter(places)
    if python is None:
        good = False
        lines.append("Python    没有登记。请运行 jiesuan excel install。")
    else:
        problem = _starts(python)
        good = good and not problem
        lines.append(f"Python    {problem or '正常'}  {python}")
    if places.send_to is not None:
        there = places.send_to.exists()
        good = good and there
        lines.append("发送到    " + (f"正常  {places.send_to}" if there else "没有装。请运行 jiesuan excel install。"))
    lines.append(f"日志      {places.log}" + ("" if places.log.exists() else "（还没有）"))
    return good, lines


def interpreter(places: Places) -> Path | None:
    """The interpreter that the launcher names; None where there is no launcher of ours."""
    try:
        text = places.launcher.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    for line in text.splitlines():
        if line.startswith('"') and line.endswith('" %*'):
            return Path(line[1:-4].replace("%%", "%"))
        if 'quoted form of "' in line:
            quoted = line.partition('quoted form of "')[2].partition('" & ')[0]
            return Path(quoted.replace('\\"', '"').replace("\\\\", "\\"))
    return None


def _starts(python: Path) -> str:
    """What is wrong with an interpreter; empty where the buttons can be run with it."""
    if not python.exists():
        return "找不到了，可能移动或删除过。请重新运行 jiesuan excel install。"
    try:
        done = subprocess.run(
            [str(python), "-P", "-B", "-c", "import jiesuan_addin.press, xlwings"],
            capture_output=True,
            timeout=60,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return "启动不了，可能被策略或杀毒软件拦下。请找管理员放行。"
    return "" if done.returncode == 0 else "缺少 jiesuan 或 xlwings。请在这个 Python 里重新安装 jiesuan。"
