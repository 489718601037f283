"""Work that misbehaves, for tests of the engine; in a module of its own so that worker processes find it."""

from __future__ import annotations

import os
import signal
import time


def doubled(pieces: list[int | str], more: int = 0) -> list[int | str]:
    """Numbers doubled; `死` ends the process, `停` does not end, `错` raises, `满` needs more memory than there may be."""
    for piece in pieces:
        if piece == "死":
            os.abort()
        elif piece == "停":
            time.sleep(600)
        elif piece == "错":
            raise ValueError("350526200801011234")
        elif piece == "满":
            bytearray(1 << 42)
    return [piece * 2 + more if isinstance(piece, int) else piece for piece in pieces]


def process(pieces: list[int]) -> list[int]:
    """Who does it."""
    return [os.getpid() for _ in pieces]


def parents(pieces: list[int]) -> list[int]:
    """Who started the one who does it."""
    time.sleep(0.2)
    return [os.getppid() for _ in pieces]


def deaf(pieces: list[int]) -> list[bool]:
    """Whether who does it was started so that no Ctrl-C reaches it."""
    return [signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()) for _ in pieces]
