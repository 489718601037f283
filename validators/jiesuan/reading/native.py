"""python-calamine: in this process for packages we composed ourselves, in a child process for every other format."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..book import ErrorValue, Sheet, Value
from .problem import SheetBroken, UnreadableFile

SECONDS = 60.0
"""Wall-clock time a child may take for one file."""
MAX_BOOK_AREA = 10_000_000
"""Cells, empty ones included, that the sheets of one book may take together."""
EXACT = 1e15
"""Integral floats below this are integers; above it a float no longer holds every digit typed."""

_CHILD = Path(__file__).with_name("child.py")


class Values:
    """The values in a package composed by `ooxml`."""

    def __init__(self, package: bytes) -> None:
        """Raises SheetBroken if the shared strings or styles cannot be read."""
        from python_calamine import CalamineWorkbook

        try:
            self._book = CalamineWorkbook.from_filelike(io.BytesIO(package))
        except BaseException as error:
            if _is_fault(error):
                raise SheetBroken from error
            raise

    def sheet(self, index: int) -> list[list[Value]]:
        """The values of the sheet number `index`, from 0.  Raises SheetBroken."""
        try:
            return tidy(self._book.get_sheet_by_index(index).to_python(skip_empty_area=False))
        except BaseException as error:
            if _is_fault(error):
                raise SheetBroken from error
            raise


def _is_fault(error: BaseException) -> bool:
    """Whether calamine failed; a panic in Rust comes as a BaseException of its own, an interrupt is none of its doing."""
    if isinstance(error, Exception):
        return not isinstance(error, MemoryError)
    return type(error).__name__ == "PanicException"


def tidy(raw: Sequence[Sequence[Any]]) -> list[list[Value]]:
    """Calamine's rows as a `Sheet` has them: None for empty, integers as such, nothing empty at the ends."""
    rows: list[list[Value]] = []
    numbers = _Numbers()
    for line in raw:
        row = [
            numbers[value] if (kind := value.__class__) is float else (value or None) if kind is str else value
            for value in line
        ]
        while row and row[-1] is None:
            row.pop()
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


class _Numbers(dict[float, Value]):
    """Float → number of a cell; the same few come again and again."""

    def __missing__(self, value: float) -> Value:
        if -EXACT < value < EXACT:
            whole = int(value)
            number: Value = whole if whole == value else value
        else:
            number = value if value - value == 0 else ErrorValue("#NUM!")
        self[value] = number
        return number


def sheets_of(data: bytes) -> tuple[list[Sheet], list[str]]:
    """The sheets of an .xls, .xlsb or .ods, and remarks.  Raises UnreadableFile."""
    answer = ask("sheets", data)
    if isinstance(answer, str):
        raise UnreadableFile(answer)
    sheets, remarks = [], []
    room = MAX_BOOK_AREA
    for name, visible, rows, merges in answer:
        room -= sum(map(len, rows)) if rows is not None else 0
        if rows is None or room < 0:
            remarks.append(too_large(name))
            continue
        areas = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merges or ()]
        sheets.append(Sheet(name, tidy(rows), merges=areas, visible=visible))
    return sheets, remarks


def too_large(name: str) -> str:
    """The remark for a sheet that was left out for its size."""
    return f"工作表“{name}”的数据范围过大，不像表格，没有读取。"


def decrypt(data: bytes, password: str | None) -> bytes:
    """The content behind a password: the given one, or the one of files that are merely write-protected.

    Raises UnreadableFile: encrypted, timeout, crashed."""
    given = [] if password is None else [password]
    if find_spec("msoffcrypto") is not None:
        answer = ask("decrypted", data, [*given, "VelvetSweatshop"])
        if isinstance(answer, bytes):
            return answer
        if given:
            raise UnreadableFile(
                "encrypted", "文件已加密，所给的密码打不开它。请核对密码，或在 Excel、WPS 中取消“打开密码”后再试。"
            )
    raise UnreadableFile("encrypted")


def ask(job: str, *arguments: object) -> Any:
    """Have a child process do a job of `child`.  Raises UnreadableFile: timeout, crashed."""
    request = pickle.dumps((sys.path, job, arguments))
    command = [sys.executable, "-I", "-S", str(_CHILD)]
    try:
        done = subprocess.run(
            command,
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("timeout") from error
    if done.returncode != 0:
        raise UnreadableFile("crashed")
    return pickle.loads(done.stdout)
