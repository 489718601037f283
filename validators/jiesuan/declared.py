"""Reading declarations: where the packs are, what `pack.toml` says, and TOML into structs with errors naming file and key."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import tomli

from .form import Foot
from .term import Term

_T = TypeVar("_T")


class PackError(Exception):
    """A declaration that cannot be used; the message names file and key, in Chinese."""


class SetInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One set of forms a school fills: 省属 (附件1) or 市属 (附件2)."""

    name: str
    title: str
    attachment: str
    forms: tuple[str, ...]
    rules: tuple[str, ...] = ()
    """Beginnings of the codes of rules that a workbook of this set is checked by; empty = all."""
    rates: str = ""
    """The set whose standards stand in these forms, where it is another."""
    hand_in: tuple[str, ...] = ()
    """What is handed in together with the forms; `{年}` and `{季}` stand for the term's."""


class PackInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`pack.toml`."""

    id: str
    name: str
    region: str
    version: int
    since: str
    set: tuple[SetInfo, ...] = ()
    """What schools fill; none in a pack of policy alone."""
    bureau: tuple[SetInfo, ...] = ()
    """What bureaus fill from the schools' forms."""
    labels: dict[str, dict[str, tuple[str, ...]]] = {}
    """Axis → member → other ways to write it, seen in received files (added to every form's own)."""
    foot: Foot = Foot()
    """Words of the rows below the tables (added to every form's own)."""
    basis: str = ""
    school_words: tuple[str, ...] = ()
    """Words of schools' names that tell no two schools apart."""


def packs_folder() -> Path:
    """Where the packs are: inside the installed package, or beside the sources in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "workbook_templates", here.parents[1] / "workbook_templates"):
        if folder.is_dir():
            return folder
    raise PackError("找不到 workbook_templates 文件夹，请重新安装 jiesuan。")


def pack_folders(extra: Iterable[Path] = ()) -> dict[str, Path]:
    """The folder of every pack by id: the user's own, named in `extra` and in the environment variable JIESUAN_PACKS, then
    those that come with the program; of two with one id the first.  Raises PackError."""
    own = [Path(name) for name in os.environ.get("JIESUAN_PACKS", "").split(os.pathsep) if name]
    found: dict[str, Path] = {}
    for folder in (*extra, *own, packs_folder()):
        if not folder.is_dir():
            raise PackError(
                f"找不到放政策数据的文件夹“{folder.name or folder}”，请核对 --packs 或环境变量 JIESUAN_PACKS。"
            )
        for path in sorted(folder.glob("*/pack.toml")):
            found.setdefault(path.parent.name, path.parent.resolve())
    return found


def parse(path: Path) -> dict[str, Any]:
    """A TOML file as it stands.  Raises PackError."""
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PackError(f"读不了 {path.name}") from error
    except tomli.TOMLDecodeError as error:
        from .faults import syntax_fault

        raise PackError(f"{path.name} 不是有效的 TOML：{syntax_fault(error)}。") from error
    except UnicodeDecodeError as error:
        raise PackError(f"{path.name} 不是 UTF-8 编码，请用记事本另存为 UTF-8。") from error
    except RecursionError as error:
        raise PackError(f"{path.name} 不是有效的 TOML：括号或键名套得太深。") from error


def read_declaration(path: Path, kind: type[_T]) -> _T:
    """A TOML file as a declared structure.  Raises PackError naming file and key."""
    return checked(path, parse(path), kind)


def checked(path: Path, table: dict[str, Any], kind: type[_T]) -> _T:
    """What a TOML file says as a declared structure; an unknown key is an error.  Raises PackError naming file and key."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        from .faults import value_fault

        raise PackError(f"{path.name}：{value_fault(error, table, kind)}。") from error


def check_terms(where: str, *terms: str) -> None:
    """Raise PackError where a text is neither empty nor a term."""
    for text in filter(None, terms):
        try:
            Term.parse(text)
        except ValueError as error:
            raise PackError(f"{where}：{error}") from error
