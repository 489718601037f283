"""新建模板 and 帮助."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .trouble import Trouble

if TYPE_CHECKING:
    from .talk import Talk

_SETS = ("市属", "省属")
HELP = """计算：算好合计、金额、标准；会先列出要改掉的数。
校验：逐处核对并标在格子上。红底 错误，必须改；黄底 核实，改正或点“填写说明”写明原因；蓝底 提示。
下一处、上一处：在标出的各处之间跳。
清除标记：恢复原样，打印、报送前点一次。

规则的依据和办法：“校验结果”表有“依据”“办法”两列；在“命令提示符”里运行 jiesuan rules 看全部规则，jiesuan forms 看各表怎么填。
没有加载项的同事、用 WPS 的：右键点文件，选“发送到”里的“结算校验”。
按钮没有反应：运行 jiesuan excel status。日志(不含学生信息)：{log}"""


def new(app: Any, talk: Talk, folder: Path | None = None) -> None:
    """新建模板: a blank set of forms, written beside the user's other documents and opened."""
    from jiesuan.commands.options import DEFAULT_TERM
    from jiesuan.pack import load_pack
    from jiesuan.produce import make_blank
    from jiesuan.produce_error import OutputError
    from jiesuan.term import Term

    pack = load_pack()
    chosen = talk.choose("学校是市属(县、区属同)还是省属公办？填前面的数字。", _SETS)
    if chosen is None:
        talk.murmur("没有新建。")
        return
    typed = _term(talk, DEFAULT_TERM)
    if typed is None:
        talk.murmur("没有新建。")
        return
    try:
        term = Term.parse(typed)
    except ValueError as error:
        raise Trouble(str(error)) from error
    if not pack.covers(term):
        raise Trouble(f"“{pack.info.name}”只适用于 {pack.info.since} 及以后的学期，没有 {term}。")
    path = free_path(folder or documents(), f"{chosen}技工院校资助金结算表_{term}")
    try:
        make_blank(path, pack, chosen, term)
    except OutputError as error:
        raise Trouble(str(error)) from error
    app.books.open(path)
    talk.tell(
        f"已新建并打开“{path.name}”，在“{path.parent.name}”文件夹里。白底的格填写，蓝底的自动计算，灰底的是标准。"
    )


def _term(talk: Talk, default: str) -> str | None:
    try:
        return talk.line("哪个学期？写作 2024春 或 2024秋。", default)
    except NotImplementedError:
        return default


def documents() -> Path:
    """The user's folder of documents, else the home folder."""
    home = Path.home()
    return next((folder for name in ("Documents", "文档") if (folder := home / name).is_dir()), home)


def free_path(folder: Path, stem: str) -> Path:
    """A name that no file has yet."""
    number, path = 2, folder / f"{stem}.xlsx"
    while path.exists():
        path = folder / f"{stem}_{number}.xlsx"
        number += 1
    return path


def tell_help(talk: Talk) -> None:
    """帮助: what each button does, where more is told."""
    from .log import log_file

    talk.tell(HELP.format(log=log_file()))
