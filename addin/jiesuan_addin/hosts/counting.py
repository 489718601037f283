"""Counting what a click asks of its host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .area import Area
from .port import HostError, SheetPort

_WRITES = frozenset(
    {
        "write",
        "set_aspect",
        "clear",
        "set_note",
        "set_link",
        "add_rule",
        "remove_rule",
        "merge",
        "unmerge",
        "set_size",
        "fit",
        "set_hidden",
        "freeze",
        "print_across",
        "filter",
        "grid",
    }
)
_READS = frozenset(
    {
        "extent",
        "values",
        "formulas",
        "aspect",
        "note",
        "notes",
        "link",
        "merges",
        "size",
        "hidden_rows",
        "hidden_columns",
        "rules",
    }
)


class Call(NamedTuple):
    """One operation on one sheet; `address` is '' where it concerned the whole sheet."""

    sheet: str
    operation: str
    address: str


@dataclass
class Calls:
    """Everything asked of the sheets of one workbook since it was opened or since `clear()`.

    Operations are those of `SheetPort`: reading `values`, `formulas`, `aspect`, `notes`, …; writing `write`,
    `set_aspect`, `set_note`, …
    """

    log: list[Call] = field(default_factory=list)
    busy: bool = False
    """Set it to play a host that refuses everything, as Excel does while a cell is being edited."""

    def clear(self) -> None:
        """Begin anew."""
        self.log.clear()

    def reads(self, sheet: str | None = None, operation: str | None = None) -> int:
        """Number of reads; of one sheet and one operation only, if named."""
        return self._count(_READS, sheet, operation)

    def writes(self, sheet: str | None = None, operation: str | None = None) -> int:
        """Number of writes; of one sheet and one operation only, if named."""
        return self._count(_WRITES, sheet, operation)

    def _count(self, kind: frozenset[str], sheet: str | None, operation: str | None) -> int:
        return sum(
            call.operation in kind and sheet in (None, call.sheet) and operation in (None, call.operation)
            for call in self.log
        )

    def refuse_if_busy(self) -> None:
        """Raises HostError while `busy`."""
        if self.busy:
            raise HostError("表格程序正忙（例如有一格正在编辑）。请按回车结束编辑后再试。")


class Counted:
    """A `SheetPort` that notes every operation in `Calls` before it passes it on."""

    def __init__(self, port: SheetPort, calls: Calls) -> None:
        object.__setattr__(self, "_port", port)
        object.__setattr__(self, "_calls", calls)

    @property
    def bare(self) -> SheetPort:
        """The port underneath, where nothing is counted."""
        port: SheetPort = object.__getattribute__(self, "_port")
        return port

    def __getattr__(self, name: str) -> Any:
        target = getattr(self.bare, name)
        if name not in _READS and name not in _WRITES:
            return target
        calls: Calls = object.__getattribute__(self, "_calls")

        def noted(*args: Any, **kwargs: Any) -> Any:
            calls.refuse_if_busy()
            calls.log.append(Call(self.bare.name, name, _address(args)))
            return target(*args, **kwargs)

        return noted

    def __setattr__(self, name: str, value: object) -> None:
        object.__getattribute__(self, "_calls").refuse_if_busy()
        setattr(self.bare, name, value)


def _address(args: tuple[Any, ...]) -> str:
    if not args:
        return ""
    if isinstance(args[0], Area):
        return args[0].address
    if len(args) < 2:
        return ""
    return Area(args[0] or 1, args[1] or 1).address
