"""Formula texts between Excel's way of writing (`Sheet!A1`, commas) and that of LibreOffice's interface (`$Sheet.A1`,
semicolons)."""

from __future__ import annotations

import re

_CELL = r"(?=\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w(.])|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+|#REF!)"
_KEPT = r"""(?P<kept>"(?:[^"]|"")*"|\{[^}]*\})"""
_TO_OFFICE = re.compile(rf"{_KEPT}|(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!{_CELL}|(?P<comma>,)")
_TO_EXCEL = re.compile(rf"{_KEPT}|\$?(?P<sheet>'(?:[^']|'')+'|[^\W\d]\w*)\.{_CELL}|(?P<comma>;)")


def to_office(formula: str) -> str:
    """`=SUM(表!A1,"a,b")` → `=SUM($表.A1;"a,b")`; constants within braces stay as they are."""

    def change(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        return ";" if match["comma"] else f"${match['sheet']}."

    return _TO_OFFICE.sub(change, formula)


def to_excel(formula: str) -> str:
    """`=SUM($表.A1;"a;b")` → `=SUM(表!A1,"a;b")`."""

    def change(match: re.Match[str]) -> str:
        if match["kept"]:
            return match[0]
        return "," if match["comma"] else f"{match['sheet']}!"

    return _TO_EXCEL.sub(change, formula)
