"""How a button speaks with its user: message boxes in Excel, lines in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from jiesuan.text import mask

from . import native

TITLE = "资助结算"
_LONGEST = 900
"""Characters a message box shows whole."""
_PROMPT = 240
"""Characters that Excel's input box and status bar take; from 256 on they fail."""


class Done(NamedTuple):
    """What came of a button, for those who press it without a window."""

    clean: bool = True
    """Nothing was found that must be corrected or explained, nothing was declined."""
    changed: bool = True
    """False where the user declined and the workbook was left as it was."""


DECLINED = Done(clean=False, changed=False)


class Talk(Protocol):
    """What a button may say and ask."""

    def tell(self, text: str) -> None:
        """Say something that the user must see."""

    def ask(self, text: str) -> bool:
        """Whether to go on."""

    def line(self, prompt: str, default: str) -> str | None:
        """A line of text from the user; None where it was cancelled.  Raises NotImplementedError where none can be had."""

    def choose(self, prompt: str, choices: Sequence[str]) -> str | None:
        """One of a few choices; None where it was cancelled."""

    def murmur(self, text: str) -> None:
        """Say something that need not be answered."""


class Boxes:
    """Message boxes and the status bar of the spreadsheet program."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def tell(self, text: str) -> None:
        self.app.alert(fitting(text), title=TITLE, mode="info")

    def ask(self, text: str) -> bool:
        return bool(self.app.alert(fitting(text), title=TITLE, buttons="ok_cancel", mode="info") == "ok")

    def line(self, prompt: str, default: str) -> str | None:
        if len(default) > _PROMPT:
            raise NotImplementedError
        return native.type_in(self.app, fitting(prompt, _PROMPT), TITLE, default)

    def choose(self, prompt: str, choices: Sequence[str]) -> str | None:
        listed = f"{prompt}\n\n" + "\n".join(f"{number}  {choice}" for number, choice in enumerate(choices, 1))
        answer = (self.line(listed, "1") or "").strip()
        if answer in choices:
            return answer
        return choices[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(choices) else None

    def murmur(self, text: str) -> None:
        self.app.status_bar = fitting(text, _PROMPT)


class Lines:
    """Lines in a terminal; answers are given beforehand."""

    def __init__(self, say: Callable[[str], None], *, yes: bool = False, answer: str | None = None) -> None:
        self.say = say
        self.yes = yes
        self.answer = answer

    def tell(self, text: str) -> None:
        self.say(text)

    def ask(self, text: str) -> bool:
        self.say(text)
        return self.yes

    def line(self, prompt: str, default: str) -> str | None:
        """The answer given; asked a second time, with it as the default, there is no other."""
        if default != self.answer:
            self.say(prompt)
        return self.answer

    def choose(self, prompt: str, choices: Sequence[str]) -> str | None:
        return self.answer if self.answer in choices else choices[0]

    def murmur(self, text: str) -> None:
        self.say(text)


def fitting(text: str, longest: int = _LONGEST) -> str:
    """The text masked, and cut to what a message box shows."""
    text = mask(text)
    return text if len(text) <= longest else text[:longest] + "……"
