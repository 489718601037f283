"""The same person in two workbooks, found by keyed hashes: identity numbers themselves are neither kept nor compared."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..check.roster import Roster
from ..identity import eighteen, spelled
from ..ref import letters
from ..text import fold
from .store import People

if TYPE_CHECKING:
    from ..bind import Workbook
    from ..table import Table

KEY, NAME = 16, 8
"""Bytes of the hash of an identity number, and of a name."""
MOVED = "batch-moved"
"""The check that is about students who changed school."""
SHORTEST = 8
"""Characters that may identify a person; foreign documents have as few."""


def people_of(workbook: Workbook, secret: bytes) -> People:
    """The students of a workbook who have an identity number, hashed with the key of the batch."""
    table, name = listed(workbook)
    if table is None:
        return People()
    raw, cells = table.columns[name].raw, table.columns[name].cells
    keys, names, stays, rows = bytearray(), bytearray(), bytearray(), []
    stay = stay_in(workbook, table)
    column = 0
    for index in table.details():
        number, cell = eighteen(spelled(raw[index])), cells[index]
        if len(number) < SHORTEST or cell is None:
            continue
        keys += hashlib.blake2b(number.encode(), digest_size=KEY, key=secret).digest()
        called = fold(table.text("姓名", index))
        names += hashlib.blake2b(called.encode(), digest_size=NAME, key=secret).digest()
        stays.append(stay(index))
        rows.append(cell[0])
        column = cell[1]
    told = bytes(stays) if any(stays) else b""
    return People(table.sheet.name, letters(column) if column else "", bytes(keys), bytes(names), tuple(rows), told)


def stay_in(workbook: Workbook, table: Table) -> Callable[[int], int]:
    """What a student's row says of a change of school: 1 + the months paid for here where the 备注 tells of one (the words
    are data of the rule), else 0; 0 also where the months cannot be told."""
    rule = next((rule for rule in workbook.pack.rules.values() if rule.check == MOVED), None)
    if rule is None or "备注" not in table.columns:
        return lambda index: 0
    from ..check.roster import Roster

    words = [word for word in str(rule.options["words"]).split("、") if word]
    roster = Roster(workbook)

    def stay(index: int) -> int:
        remark = table.text("备注", index)
        if not any(word in remark for word in words):
            return 0
        months = _months(roster, table, index)
        return 0 if months is None else min(months + 1, 255)

    return stay


def _months(roster: Roster, table: Table, index: int) -> int | None:
    """The fewest months that what a student gets can stand for; None where the amounts do not say."""
    workbook = roster.workbook
    if any(name in table.columns and table.number(name, index).trouble for name in ("助学金金额", "免学费金额")):
        return None
    found = [0]
    if "免学费金额" in table.columns and table.amount("免学费金额", index):
        found.append(min(roster.fee_months(index) or roster.fee_months(index, any_rate=True), default=-1))
    if "助学金金额" in table.columns and (aid := table.amount("助学金金额", index)):
        monthly = (
            workbook.pack.policy.lookup(name, workbook.term, {"隶属": workbook.set})
            for name in ("助学金月标准", "助学金最高月标准")  # one rate; since 2025春 several, and the highest tells
        )
        rate = next((standard.amount for standard in monthly if standard is not None), None)
        found.append(-1 if rate is None else math.ceil(aid / rate))
    return None if min(found) < 0 else max(found)


def listed(workbook: Workbook) -> tuple[Table | None, str]:
    """The list of students, and its field of identity numbers."""
    for table in workbook.tables.values():
        if table.is_list:
            for name, bound in table.columns.items():
                if bound.column.type == "身份证号":
                    return table, name
    return None, ""


@dataclass(frozen=True)
class Place:
    """One row of one workbook."""

    file: int
    row: int
    name: bytes
    stay: int = 0
    """`stay_in`."""


class Census:
    """The students of all workbooks of a batch: 33 bytes each."""

    def __init__(self) -> None:
        self._keys, self._names, self._stays = bytearray(), bytearray(), bytearray()
        self._rows, self._files = array("l"), array("l")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, file: int, people: People) -> None:
        """The students of the file of that number."""
        self._keys += people.keys
        self._names += people.names
        self._stays += people.stays or bytes(len(people.rows))
        self._rows.extend(people.rows)
        self._files.extend([file] * len(people.rows))

    def repeated(self) -> list[list[Place]]:
        """Who stands in more than one file: the places of each person, by file and row; persons by their first place."""
        found = [
            [
                Place(self._files[i], self._rows[i], bytes(self._names[i * NAME : (i + 1) * NAME]), self._stays[i])
                for i in indices
            ]
            for indices in repeated(self._keys, self._files)
        ]
        return sorted(found, key=lambda places: (places[0].file, places[0].row))


def repeated(keys: bytes | bytearray, files: Any) -> Iterator[list[int]]:
    """Indices of equal keys (16 bytes each) that belong to more than one file, each group in order."""
    import numpy as np

    halves = np.frombuffer(keys, dtype="<u8").reshape(-1, 2)
    if not len(halves):
        return
    first, second = halves[:, 0], halves[:, 1]
    order = np.argsort(first, kind="stable")
    ordered = first[order]
    same = ordered[1:] == ordered[:-1]
    del ordered
    # Only what shares its first half is looked at closely: few, unless most students are reported twice.
    close = np.zeros(len(order), dtype=bool)
    close[1:] |= same
    close[:-1] |= same
    some = np.sort(order[close])
    some = some[np.lexsort((some, second[some], first[some]))]
    if not len(some):
        return
    new = np.ones(len(some), dtype=bool)
    new[1:] = (first[some][1:] != first[some][:-1]) | (second[some][1:] != second[some][:-1])
    starts = np.flatnonzero(new)
    owners = np.asarray(files)[some]
    low, high = np.minimum.reduceat(owners, starts), np.maximum.reduceat(owners, starts)
    ends = np.append(starts[1:], len(some))
    for number in np.flatnonzero(low != high):
        yield [int(index) for index in some[starts[number] : ends[number]]]
