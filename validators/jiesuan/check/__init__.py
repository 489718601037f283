"""校验: confront bound workbooks with the rules of their pack.

    check_workbook(workbook: Workbook) -> Report
    check_workbooks(workbooks: Sequence[Workbook]) -> list[Report]

Many at once are settled in one pass, which costs far less than one by one and gives the very same reports, in the order of the
workbooks.  Neither changes a workbook; errors of a declaration (never of a file) are raised.
"""

from .run import check_book, check_workbook, check_workbooks

__all__ = ["check_book", "check_workbook", "check_workbooks"]
