"""What the Open XML schemas, and the rules that come with them, say of a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_REMARKS = ("inline-string cell",)
"""What is said of the next save by Excel, no fault of the file."""


def complaints(data: bytes) -> Counter[tuple[str, str]]:
    """What is wrong with a workbook: how often what is said of which part."""
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed")
    with TemporaryDirectory() as folder:
        path = Path(folder, "book.xlsx")
        path.write_bytes(data)
        found = audit.OpenXmlValidator(file_format=audit.FileFormat.OFFICE_2019, max_errors=100_000).validate(path)
    return Counter(
        (str(error.part_uri), str(error.description))
        for error in found.errors
        if not any(word in str(error.description) for word in _REMARKS)
    )


def assert_no_less_valid(before: bytes, after: bytes) -> None:
    """No part is less valid than it was, and no new part is invalid."""
    assert complaints(after) - complaints(before) == Counter()
