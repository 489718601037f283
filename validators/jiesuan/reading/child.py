"""The child process: reads one workbook with python-calamine, or takes its password off, within limits of memory and time.

Run as a script by `native`, so it imports nothing of this package.  A pickled (search path, job, arguments) comes in by
stdin, a pickled answer leaves by stdout: plain data, or a text that is the slug of a problem.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable
from typing import Any

MEMORY = 2 << 30
CPU_SECONDS = 120
MAX_AREA = 5_000_000


def limit() -> None:
    """Limit memory and CPU time and leave no core dump, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit remains
        return
    for what, size in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (size, size))
        except (OSError, ValueError):  # macOS refuses some; a lower limit may be set already
            continue


def sheets(data: bytes) -> list[tuple[str, bool, Any, Any]] | str:
    """Per worksheet (name, visible, rows as calamine gives them or None if too large, merged ranges from 0)."""
    import python_calamine as calamine

    found = []
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, about in enumerate(book.sheets_metadata):
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_index(index)
                row, column = sheet.end or (0, 0)
                small = (row + 1) * (column + 1) <= MAX_AREA
                rows = sheet.to_python(skip_empty_area=False) if small else None
                visible = about.visible == calamine.SheetVisibleEnum.Visible
                found.append((about.name, visible, rows, sheet.merged_cell_ranges))
    except calamine.PasswordError:
        return "encrypted"
    except MemoryError:
        return "too-large"
    except BaseException:  # a panic in Rust is no Exception
        return "corrupt"
    return found


def decrypted(data: bytes, passwords: list[str]) -> bytes | str:
    """The workbook without its password, by the first of the passwords that fits."""
    import msoffcrypto

    for password in passwords:
        target = io.BytesIO()
        try:
            source = msoffcrypto.OfficeFile(io.BytesIO(data))
            if source.format == "ooxml":
                source.load_key(password=password, verify_password=True)
            else:
                source.load_key(password=password)
            source.decrypt(target)
        except Exception:  # a wrong password, or one of many ways to be damaged
            continue
        return target.getvalue()
    return "encrypted"


JOBS: dict[str, Callable[..., object]] = {"sheets": sheets, "decrypted": decrypted}


def main() -> None:
    """Answer the one request on stdin."""
    limit()
    paths, job, arguments = pickle.load(sys.stdin.buffer)
    sys.path.extend(paths)
    answer = JOBS[job](*arguments)
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
