"""The Excel add-in: what its buttons call.  Everything is a function of an xlwings `Book`, on any host.

Importing this loads nothing heavy; a button loads what it needs.
"""

from __future__ import annotations

__all__ = ["run"]


def run(button: str, window: int = 0) -> None:
    """Press a button (`calc`, `check`, `clear`, `previous`, `next`, `explain`, `new`, `help`) on the workbook that is
    active in the Excel window with that handle, 0 for whichever Excel is in front.  Never raises: whatever is wrong is told
    in a message box, for Excel garbles Chinese that comes out of a process."""
    from .press import press_live

    press_live(button, window)
