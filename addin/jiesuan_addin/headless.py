"""Pressing the buttons on a file, in a host without a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jiesuan.ref import parse_a1
from jiesuan.text import mask
from jiesuan.usage import CLEAN, FAILED, FINDINGS

from .press import press, words
from .talk import Lines
from .trouble import Trouble

_READING = {"previous", "next"}
"""Buttons that change nothing in the file."""
_HOW = {"calc": "确认要改的，加 --yes 再运行一次。", "explain": "原因用 --reason 写。"}
"""What to do where a button asks something that was not answered."""


def run_file(
    path: Path,
    button: str,
    host_name: str,
    out: Path | None,
    *,
    say: Callable[[str], None],
    force: bool = False,
    yes: bool = False,
    reason: str | None = None,
    cell: str | None = None,
) -> int:
    """Open a file in a headless host, select a cell (`表!A1`), press a button, save the result to `out`; the exit code:
    1 where 校验 finds something, or where what the button asks is declined; then nothing is saved.  The file itself is
    never written to."""
    from .hosts import host

    if out is not None and (problem := _no_place(path, out, force)):
        say(problem)
        return FAILED
    app: Any = None
    try:
        engine = host(host_name)
        app = engine.apps.add(add_book=False)
        book = app.books.open(path)
        if cell is not None:
            _select(book, cell)
        done = press(app, button, Lines(say, yes=yes, answer=reason))
        if done is None:
            return FAILED
        if not done.changed:
            say(f"没有写文件。{_HOW.get(button, '')}")
        elif out is not None:
            book.save(out)
            say(f"已写入 {mask(out.name)}，原文件未动。")
        elif button not in _READING:
            say("没有写文件；加 -o 输出.xlsx 存下来。")
    except FileNotFoundError:
        say(f"找不到文件“{mask(path.name)}”，请检查文件名。")
        return FAILED
    except Exception as error:
        say(f"{mask(path.name)}：{words(error)}")
        return FAILED
    finally:
        if app is not None:
            app.quit()
    return CLEAN if done.clean else FINDINGS


def _select(book: Any, address: str) -> None:
    """Select a cell as a user would.  Raises Trouble where there is none of that address."""
    name, _, cell = address.replace("！", "!").rpartition("!")
    try:
        row, column = parse_a1(cell.strip())
    except ValueError as error:
        raise Trouble(f"“{mask(address)}”不是单元格的地址，请写作 表名!L17。") from error
    sheets = {sheet.name: sheet for sheet in book.sheets}
    name = name.strip("'")
    if name not in sheets:
        missing = f"没有名为“{mask(name)}”的工作表" if name else "没有写是哪张工作表"
        listed = "、".join(f"“{one}”" for one in sheets)
        raise Trouble(f"{missing}，请写作 表名!L17。工作簿里有：{listed}。")
    sheets[name].activate()
    sheets[name].range((row, column)).select()


def _no_place(path: Path, out: Path, force: bool) -> str:
    """Why the result may not go there; empty where it may."""
    if out.exists() and path.exists() and out.samefile(path):
        return "输出文件就是输入文件，请换一个文件名。"
    if out.exists() and not force:
        return f"“{mask(out.name)}”已经存在，没有覆盖。请换一个文件名；确实要覆盖请加 --force。"
    return "" if out.parent.is_dir() else f"文件夹“{out.parent.name}”不存在，请先建立。"
