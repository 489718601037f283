"""What the command line prints and where: results to standard output, remarks to standard error, personal numbers masked,
Chinese on every console."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import Any

import typer

from .text import mask

_PROBE = "结算→≤×÷…·“”—"
"""What an encoding must know before it is trusted with Chinese."""


def prepare_streams() -> None:
    """Let both streams print Chinese: an encoding that has none becomes UTF-8, odd characters become `?`."""
    for stream in (sys.stdout, sys.stderr):
        if not hasattr(stream, "reconfigure"):
            continue
        try:
            _PROBE.encode(stream.encoding)
            stream.reconfigure(errors="replace")
        except (UnicodeEncodeError, LookupError):
            stream.reconfigure(encoding="utf-8", errors="replace")


def drop_output() -> None:
    """The reader of standard output has gone: let nothing more be written there, not even when Python ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


def encodable(text: str) -> bool:
    """Whether standard output can print every character; GBK consoles know √ but not ✓."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(message: str) -> None:
    """A remark beside the result."""
    typer.echo(mask(message), err=True)


def emit_json(value: Any) -> None:
    """UTF-8 whatever the console's code page."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8", errors="replace"))
        buffer.flush()


def emit_lines(lines: Iterable[tuple[str, str]]) -> None:
    """Lines with an optional color."""
    for text, color in lines:
        if color == "bold":
            typer.secho(text, bold=True)
        elif color:
            typer.secho(text, fg=color)
        else:
            typer.echo(text)


def width(text: str) -> int:
    """Columns a text takes in a terminal: a Chinese character takes two, a combining mark none."""
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else not unicodedata.combining(character)
        for character in text
    )


def pad(text: str, columns: int) -> str:
    """The text filled up with spaces to a width."""
    return text + " " * max(columns - width(text), 0)


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most that width, broken between Chinese characters or at spaces."""
    lines, line = [], ""
    for piece in re.findall(r"[\x21-\x7e]+[，。；：、）”]*|\s+|.[，。；：、）”]*", text):
        if line and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or piece.strip() else ""
    return [*lines, line.rstrip()]
