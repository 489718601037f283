"""What is wrong with a declaration, in Chinese: the faults that msgspec and tomli find are worded in English."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import tomli
from msgspec import inspect

_KINDS = {
    "str": "文字", "int": "整数", "float": "小数", "bool": "真假值", "array": "列表", "object": "一组键和值",
    "date": "日期", "datetime": "日期和时间", "time": "时间", "null": "空",
}  # fmt: skip
"""The kinds of values of TOML, by msgspec's names."""
_HINTS = {
    ("str", "array"): "写在方括号 [ ] 里",
    ("object", "array"): "一项一项写，标题用两层方括号",
    ("array", "object"): "标题用一层方括号",
    ("str", "object"): "写成 { 键 = 值 }",
    ("str", "int"): "不加引号",
    ("str", "float"): "不加引号",
}
"""How to write it, by the kind that stands there and the kind wanted."""
_NAMED_BY = ("code", "id", "name", "label", "matter", "text")
"""Keys whose value names one item of a list."""
_BOUNDS = {">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于"}
_PATH = re.compile(r" - at `(?:key` in `)?\$(.*)`$")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+|\.\.\.)\]")

_WRONG = "这里的写法不对"
_TWICE = "写了两次，留一处"
_UNPAIRED = "引号没有配对"
_SYNTAX: tuple[tuple[str, str], ...] = (
    (r"Invalid statement", "这一行不是“键 = 值”，也不是方括号里的标题；中文键名要加英文引号"),
    (r"Expected newline or end of document", "这里多了内容：一行只写一个“键 = 值”，文字要加英文引号"),
    (r"Expected '=' after a key", "键后面要有等号 ="),
    (r"Expected '\]\]?' at the end", "标题的方括号没有配对"),
    (r"Invalid initial character for a key part", "键名不能这样开头；中文键名要加英文引号"),
    (r"Unclosed array", "方括号里的各项没有用英文逗号隔开，或缺少右方括号 ]"),
    (r"Unclosed inline table", "花括号里的各项没有用英文逗号隔开，或缺少右花括号 }"),
    (r"Invalid value", "值写得不对：文字要加英文引号，true、false 要小写"),
    (r"Invalid date or datetime", "没有这个日期"),
    (r"Invalid hex value|Unescaped|Escaped character", "引号里的反斜杠 \\ 要写成 \\\\"),
    (r"Unterminated string|Expected [\"']'|Illegal character '\\n'", _UNPAIRED),
    (r"Found invalid character|Illegal character", "有看不见的字符，删去重写"),
    (r"Cannot declare|Cannot redefine", f"这个标题{_TWICE}"),
    (r"Cannot overwrite|Cannot mutate|Duplicate inline table key", f"这个键{_TWICE}"),
)
"""Beginnings of tomli's wordings and ours."""
_MARKS = "“”‘’，：＝；【】［］｛｝（）＃。、＂＇　"
"""Punctuation of a Chinese keyboard that is nothing to TOML."""


def syntax_fault(error: tomli.TOMLDecodeError) -> str:
    """Why a file is no TOML: line and column, what is wrong there."""
    at = error.doc[error.pos : error.pos + 1]
    where = f"第 {error.lineno} 行第 {error.colno} 列" if error.pos < len(error.doc) else "到了文件末尾"
    if at and at in _MARKS:
        return f"{where}的 {at} 是中文标点，要改用英文标点" if at.strip() else f"{where}是全角空格，要改成半角空格"
    said = next((ours for theirs, ours in _SYNTAX if re.match(theirs, error.msg)), _WRONG)
    return f"{where}，{said}"


def value_fault(error: msgspec.ValidationError, table: Mapping[str, Any], kind: type) -> str:
    """Why what a file says is not the declared structure: the key in words (`rule 第 2 项（X204）的 level`), and what may
    stand there."""
    text, *path = _PATH.split(str(error))
    steps = list(_steps("".join(path)))
    where, here = _where(steps, table)
    allowed = _declared(kind, steps)
    if match := re.fullmatch(r"Object missing required field `(.*)`", text):
        return f"{where}缺少 {match[1]}"
    if match := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        return f"{where}没有“{match[1]}”这个键{_instead(match[1], _keys(allowed), here)}"
    where = where or "文件内容"
    if match := re.fullmatch(r"Invalid (?:enum )?value '?(.*?)'?", text):
        choices = _choices(allowed)
        return f"{where}不能写“{match[1]}”" + (f"，可写：{'、'.join(choices)}" if choices else "")
    if match := re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", text):
        return f"{where}应为{_kinds(match[1], match[2])}，现为{_KINDS.get(match[2], '别的')}"
    if match := re.fullmatch(r"Expected `[a-z]+` (of length )?([<>]=?) (\S+)", text):
        return f"{where}{'的长度' if match[1] else ''}应{_BOUNDS[match[2]]} {match[3]}"
    if match := re.match(r"Expected `array` of (?:at least )?length (\d+)(?: to (\d+))?", text):
        return f"{where}应有 {match[1]}{f' 到 {match[2]}' if match[2] else ''} 项"
    return f"{where}：{text}" if re.search("[\u4e00-\u9fff]", text) else f"{where}的值不对"


def _steps(path: str) -> Iterator[str | int | None]:
    """`.rule[1].where[...]` → rule, 1, where, None (some key, msgspec does not say which)."""
    for match in _STEP.finditer(path):
        yield match[1] or (int(match[2]) if match[2].isdigit() else None)


def _where(steps: Sequence[str | int | None], table: Any) -> tuple[str, Mapping[str, Any]]:
    """The place in words, `rule 第 2 项（X204）的 where 里的一个值`, empty for the file itself; the table that stands there."""
    place = ""
    for step in steps:
        if isinstance(step, str):
            place += f"的 {step}" if place.endswith(("）", "项", "值")) else f" 的 {step}" if place else step
            table = table.get(step) if isinstance(table, dict) else None
        elif step is None:
            place += " 里的一个值"
            table = None
        else:
            table = table[step] if isinstance(table, list) and step < len(table) else None
            named = [table[key] for key in _NAMED_BY if table.get(key)] if isinstance(table, dict) else []
            place += f" 第 {step + 1} 项" + (f"（{named[0]}）" if named and isinstance(named[0], str) else "")
    return f"{place} " if place and place[-1].isascii() else place, table if isinstance(table, dict) else {}


def _kinds(wanted: str, got: str) -> str:
    """`int | float | null` → 数, with a hint how to write it."""
    names = [name for name in wanted.split(" | ") if name != "null"]
    if "float" in names:
        names = [name for name in names if name != "int"]
    hint = {
        "str": "" if got in ("array", "object") else "加英文引号",
        "bool": "写 true 或 false",
    }.get(names[0], _HINTS.get((got, names[0]), ""))
    said = "或".join("数" if name == "float" else _KINDS.get(name, "别的值") for name in names)
    return said + (f"（{hint}）" if hint and len(names) == 1 else "")


def _instead(name: str, keys: Sequence[str], here: Mapping[str, Any]) -> str:
    """The key that was meant, or those not yet written."""
    keys = [key for key in keys if key not in here] or keys
    close = difflib.get_close_matches(name, keys, n=1)
    if close:
        return f"，最接近的是 {close[0]}"
    return f"，可写：{'、'.join(keys)}" if keys else ""


def _declared(kind: type, steps: Sequence[str | int | None]) -> inspect.Type:
    """The declared type at that place."""
    found: inspect.Type = inspect.type_info(kind)
    for step in steps:
        found = next((inner for part in _parts(found) for inner in _inside(part, step)), inspect.AnyType())
    return found


def _parts(kind: inspect.Type) -> Sequence[inspect.Type]:
    """The members of a union; any other type alone."""
    return kind.types if isinstance(kind, inspect.UnionType) else (kind,)


def _inside(kind: inspect.Type, step: str | int | None) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, inspect.ListType | inspect.VarTupleType):
        yield kind.item_type


def _keys(kind: inspect.Type) -> list[str]:
    return [field.encode_name for part in _parts(kind) if isinstance(part, inspect.StructType) for field in part.fields]


def _choices(kind: inspect.Type) -> list[str]:
    """What may be written."""
    return [
        str(value) or "（空）"
        for part in _parts(kind)
        if isinstance(part, inspect.LiteralType)
        for value in part.values
    ]
